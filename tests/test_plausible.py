"""What is plausible stands on every parameter's line, beside what is allowed; what no world decides says so."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import busy

from sim.model.component import builtin
from sim.model.parameters import CERTAIN, Parameters, Plausible, lines, parameter, plausible_in
from sim.scenario.explaining import SECTIONS, explain
from sim.scenario.json_schema import schema
from sim.scenario.quantities import plausible_told

SAY = (
    "the line of {name} does not say what is plausible. If it is a fact about people, the company or the market that a scenario "
    "may leave open, give it a range, plausible=(low, high) or plausible=(low, high, 'log') for a rate, a time or a cost, with "
    "its reason in the source. If it is a choice of the company or of whoever writes the scenario, write plausible=CERTAIN"
)
STRUCTURE = {
    "network.degree": "an even number that shapes who knows whom; how much is said is drawn in talk.base",
    "talk.moving_weeks": "whole weeks; how much of a move is told is drawn in talk.moving",
}
"""What nobody knows and is drawn in no world all the same, and why."""


SETTINGS = {name: part.parameters for name, part in builtin().parts.items() if part.parameters} | SECTIONS
ALL = {f"{name}.{key}": line for name, kind in SETTINGS.items() for key, line in lines(kind).items()}
RANGES = {name: line.plausible for name, line in ALL.items() if line.plausible}
PLACES = st.floats(0, 1)


# ---- every line says it


@pytest.mark.parametrize("name", ALL)
def test_every_line_says_what_is_plausible_or_that_it_is_a_choice(name: str) -> None:
    said = ALL[name].plausible is not None or ALL[name].certain
    assert said != (name in STRUCTURE), SAY.format(name=name)


def test_what_is_left_out_is_there() -> None:
    assert set(STRUCTURE) <= set(ALL)


def test_only_what_can_be_broken_is_drawn() -> None:
    assert {ALL[name].kind for name in RANGES} == {float}


@pytest.mark.parametrize("name", RANGES)
def test_what_is_plausible_is_allowed_and_holds_the_default(name: str) -> None:
    line, range_ = ALL[name], RANGES[name]
    assert line.low <= range_.low <= line.default <= range_.high <= line.high
    assert 0 <= range_.place_of(line.default) <= 1


def test_what_does_not_count_unless_a_scenario_says_so_is_drawn_in_no_world() -> None:
    for name, line in ALL.items():
        if "unless the scenario says" in line.source:
            assert line.certain, name


@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
def test_a_world_at_either_end_can_be_a_scenario(place: float) -> None:
    settings: dict[str, dict[str, float]] = {}
    for name, range_ in ((each, found) for each, found in RANGES.items() if not each.startswith("rivals.")):
        settings.setdefault(name.partition(".")[0], {})[name.partition(".")[2]] = range_.at(place)
    assert busy(**settings).fingerprint


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("trust.growth", "trust.loss"),
        ("grievance.refused", "grievance.silent"),
        ("choice.hearsay_settled", "choice.hearsay"),
        ("satisfaction.weight_settled", "satisfaction.weight_new"),
        ("belief.evidence", "belief.most_evidence"),
        ("talk.passed_on_well", "talk.passed_on"),
    ],
)
def test_no_world_turns_round_what_evidence_puts_in_order(less: str, more: str) -> None:
    assert RANGES[less].high <= RANGES[more].low


def test_a_guess_is_wide() -> None:
    """No assumption is surer than a tenth of what is allowed, or a half more or less, but of the prices that rivals publish."""
    published = {"rival.price", "rivals.price"}
    for name, range_ in ((each, found) for each, found in RANGES.items() if each not in published):
        line = ALL[name]
        across = (range_.high - range_.low) / (line.high - line.low)
        assert line.source_kind != "assumption" or across >= 0.1 or range_.high >= 1.5 * range_.low, name


# ---- places and values


@given(st.sampled_from(sorted(RANGES)), PLACES)
def test_a_place_and_its_value_are_two_names_of_the_same(name: str, place: float) -> None:
    range_ = RANGES[name]
    assert range_.low <= range_.at(place) <= range_.high
    assert range_.place_of(range_.at(place)) == pytest.approx(place, abs=1e-9)


@pytest.mark.parametrize("range_", [Plausible(0.2, 0.7), Plausible(0, 4), Plausible(0.001, 10, "log")])
def test_the_ends_are_places(range_: Plausible) -> None:
    assert (range_.at(0), range_.at(1)) == (range_.low, range_.high)
    assert (range_.place_of(range_.low), range_.place_of(range_.high)) == (0, 1)


def test_the_middle_is_half_way_or_on_a_log_scale_as_many_times_the_one_end_as_the_other_is_its() -> None:
    assert Plausible(1, 9).at(0.5) == 5
    assert Plausible(1, 9, "log").at(0.5) == pytest.approx(3)


@pytest.mark.parametrize("place", [-0.1, 1.1, float("nan")])
def test_there_is_no_other_place(place: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Plausible(1, 2).at(place)


@pytest.mark.parametrize("value", [0.9, 2.1, float("nan")])
def test_what_is_not_plausible_has_no_place(value: float) -> None:
    with pytest.raises(ValueError, match="does not lie between"):
        Plausible(1, 2, "log").place_of(value)


# ---- what a line may say


def line_of(plausible: Any, default: Any = 0.5) -> Any:
    return parameter(default, "share", 0, 1, "A share", "assumption: half", plausible=plausible)


def test_a_line_may_say_a_range_a_log_scale_that_it_is_a_choice_or_nothing() -> None:
    assert plausible_in(line_of((0.2, 0.5))) == Plausible(0.2, 0.5)
    assert plausible_in(line_of((0.2, 0.7, "log"))) == Plausible(0.2, 0.7, "log")
    assert plausible_in(line_of(CERTAIN)) is None and plausible_in(line_of(None)) is None
    assert lines(type("Two", (Parameters,), {"__annotations__": {"a": float}, "a": line_of(CERTAIN)}))["a"].certain


@pytest.mark.parametrize(
    ("wrong", "because"),
    [
        ((-0.1, 0.7), "two numbers, in order, in 0 .. 1"),
        ((0.2, 1.1), "two numbers, in order, in 0 .. 1"),
        ((0.7, 0.2), "two numbers, in order"),
        ((0.5, 0.5), "two numbers, in order"),
        ((0.2, float("nan")), "two numbers, in order"),
        ((0.6, 0.9), "the default 0.5 lies outside it"),
        ((0.1, 0.4), "the default 0.5 lies outside it"),
        ((0, 0.7, "log"), "both numbers must be above 0"),
        ((0.2, 0.7, "beta"), "(low, high), (low, high, 'log') or CERTAIN"),
        ((0.2,), "(low, high), (low, high, 'log') or CERTAIN"),
        ((0.2, "0.7"), "(low, high), (low, high, 'log') or CERTAIN"),
        ("unsure", "(low, high), (low, high, 'log') or CERTAIN"),
        (0.5, "(low, high), (low, high, 'log') or CERTAIN"),
    ],
)
def test_what_is_wrong_is_refused_with_what_the_line_means(wrong: Any, because: str) -> None:
    with pytest.raises(ValueError) as refused:
        line_of(wrong)
    assert because in str(refused.value) and str(refused.value).endswith("A share")


def test_a_yes_or_no_has_no_range() -> None:
    with pytest.raises(ValueError, match="a yes or no has no range; say CERTAIN"):
        line_of((0, 1), default=False)


# ---- how it is told


def test_it_is_told_in_words() -> None:
    assert plausible_told(Plausible(0.2, 0.7)) == "plausible 0.2 to 0.7"
    assert plausible_told(Plausible(0.01, 1, "log")) == "plausible 0.01 to 1, on a log scale"
    assert plausible_told(None) == ""


def test_explain_and_the_schema_tell_it() -> None:
    assert "default 0.01, plausible 0.004 to 0.03, on a log scale" in explain("choice.attention").text
    told = schema()["$defs"]["choice"]["properties"]["attention"]["description"]
    assert told.endswith("[per week, plausible 0.004 to 0.03, on a log scale]")
    assert "plausible" not in explain("upselling.attempts").text
    assert explain("network.homophily").rows[0]["plausible"] == "plausible 0.1 to 0.45"
