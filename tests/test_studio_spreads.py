"""How drawn customers differ, as the Compare page says it: in an address, in a scenario, in a picture – without a browser."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("solara")

from scipy import stats

from sim.errors import Mistake
from sim.model.distributions import Distribution, constant, lognormal, normal, uniform
from sim.scenario.model_inputs import ground_of
from sim.scenario.sections import traits
from sim.scenario.whole import Scenario, described
from sim.studio.compare import question as asking
from sim.studio.compare import spread_picture, spreads
from sim.studio.compare.question import Question
from sim.studio.compare.spreads import EVERYBODY, Spread, Spreads, applied, fault_of, kinds
from sim.studio.library.scenario_library import fetch
from sim.studio.visitor import packing
from sim.studio.visitor.files import VisitorFiles
from sim.studio.visitor.policies import Policy

TODAY = "telecom/today"
YOUNG = Spreads(
    (("young & new", "30 %"), ("old", "0.7")),
    (
        Spread(EVERYBODY, "spend", "lognormal", ("12", "4")),
        Spread("young & new", "patience", "normal", ("90 s", "30 s")),
    ),
)


@pytest.fixture
def desk(tmp_path: Path) -> VisitorFiles:
    return VisitorFiles(tmp_path)


def drawn() -> Scenario:
    return asking.drawn(fetch(TODAY), 400)


# ---- found by looking


def test_every_kind_of_spread_there_is_can_be_said_with_its_own_numbers() -> None:
    for kind, names in kinds().items():
        assert Distribution(distribution=kind, **dict.fromkeys(names, 1.0)).distribution == kind  # type: ignore[arg-type]
    assert set(spreads.KIND_WORDS) == set(kinds()) and {n for ns in kinds().values() for n in ns} == set(
        spreads.NUMBER_WORDS
    )


def test_every_trait_can_be_said_to_be_spread_as_it_is_and_then_changes_nothing() -> None:
    scenario = drawn()
    for name, line in traits().items():
        said = spreads.now(scenario.customers, name, EVERYBODY)
        changed = applied(scenario, Spreads((), (said,)))
        if line.default is not None:
            assert changed.customers.spread(name) == scenario.customers.spread(name), name
        assert fault_of(said, scenario) == ""


@pytest.mark.parametrize("kind", list(kinds()))
@pytest.mark.parametrize("trait", list(traits()))
def test_a_trait_can_be_turned_to_every_kind_without_a_fault(trait: str, kind: str) -> None:
    scenario = drawn()
    said = spreads.now(scenario.customers, trait, EVERYBODY)
    assert fault_of(said.of_kind(kind), scenario) == ""
    assert said.of_kind(kind).of_kind(said.kind).kind == said.kind


# ---- in an address

names_ = st.text(max_size=12)
some = st.builds(
    Spreads,
    st.lists(st.tuples(names_, names_), max_size=3).map(tuple),
    st.lists(st.builds(Spread, names_, names_, names_, st.lists(names_, max_size=2).map(tuple)), max_size=3).map(tuple),
)


@settings(max_examples=60)
@given(some)
def test_what_is_said_comes_back_from_its_address(said: Spreads) -> None:
    assert spreads.from_address(spreads.to_address(said)) == said


@given(st.text(max_size=100))
def test_any_text_in_an_address_is_read_and_what_it_says_gets_sentences(text: str) -> None:
    said = spreads.from_address(text)
    assert spreads.from_address(spreads.to_address(said)) == said


def test_the_question_carries_it_in_its_address() -> None:
    question = Question((Policy(TODAY),), asking.DRAWN, spreads=YOUNG)
    assert asking.from_entries(question.to_address()) == question


# ---- in a scenario


def test_the_scenario_says_what_was_said_in_its_own_units() -> None:
    people = applied(drawn(), YOUNG).customers
    assert people.segment_names == ("old", "young & new") and people.segments["old"].share == 0.7
    assert people.spread("patience", "young & new") == normal(1.5, 0.5)
    assert people.spread("patience", "old") == traits()["patience"].default
    assert people.spread("spend", "old") == people.spread("spend", "young & new") == lognormal(12.0, 4.0)


def test_what_nothing_was_said_of_stays() -> None:
    own = drawn().with_(
        lesson=None,
        customers={
            "traits": {"spend": 7},
            "segments": {"a": {"share": 0.5, "traits": {"patience": 3}}, "b": {"share": 0.5}},
        },
    )
    said = Spreads((), (Spread("b", "patience", "constant", ("4",)),))
    people = applied(own, said).customers
    assert people.spread("spend") == constant(7.0)
    assert [people.spread("patience", name) for name in ("a", "b")] == [constant(3.0), constant(4.0)]
    assert applied(own, Spreads()) is own
    assert people.segments["a"].share == 0.5


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            Spreads((), (Spread("", "patience", "normal", ("-3", "1")),)),
            "patience.mean is -3, but must lie between 0.05",
        ),
        (Spreads((), (Spread("", "patience", "normal", ("3", "")),)), "patience"),
        (Spreads((), (Spread("", "pateince", "normal", ("3", "1")),)), "did you mean 'patience'"),
        (Spreads((), (Spread("", "patience", "gaussian", ("3", "1")),)), "gaussian"),
        (Spreads((), (Spread("", "patience", "uniform", ("5", "3")),)), "low <= high"),
        (Spreads((), (Spread("", "patience", "normal", ("3 km", "1")),)), "km"),
        (Spreads((("a", "30 %"), ("b", "30 %"))), "add up to 0.6, but must add up to 1"),
        (Spreads((("a", "lots"), ("b", "30 %"))), "share is 'lots'"),
        (Spreads((("a", "50 %"), ("a", "50 %"))), "two segments are called 'a'"),
        (Spreads(((" ", "50 %"), ("a", "50 %"))), "a segment has no name"),
        (Spreads((), (Spread("b", "patience", "constant", ("3",)),)), "there is no segment 'b'"),
        (Spreads((), (Spread("", "patience", "constant", ("3",)),) * 2), "Patience is spread twice"),
    ],
)
def test_what_makes_no_sense_gets_a_sentence(said: Spreads, sentence: str) -> None:
    with pytest.raises(Mistake, match=sentence):
        applied(drawn(), said)


def test_editing_segments_keeps_traits_with_their_names() -> None:
    begun = Spreads().with_segment(())
    assert begun.segments == spreads.FIRST_SEGMENTS
    three = begun.with_segment(begun.segments)
    assert len({name for name, _ in three.segments}) == 3
    set_ = three.put(0, Spread("segment 1", "patience", "constant", ("3",))).put(
        1, Spread("", "spend", "constant", ("9",))
    )
    renamed = set_.segment_said(set_.segments, 0, "young", "20 %")
    assert renamed.spreads[0].segment == "young" and renamed.segments[0] == ("young", "20 %")
    gone = renamed.without_segment(renamed.segments, 0)
    assert [s.trait for s in gone.spreads] == ["spend"] and len(gone.segments) == 2
    assert gone.without_segment(gone.segments, 0).segments == ()


def test_it_holds_for_every_policy_and_is_in_the_saved_file(desk: VisitorFiles, tmp_path: Path) -> None:
    question = Question((Policy(TODAY), Policy("telecom/outsourced")), asking.DRAWN, 300, 8, spreads=YOUNG)
    found = asking.scenarios(question, desk)
    assert found[0].customers == found[1].customers
    home = tmp_path / "home"
    home.mkdir()
    for scenario, again in zip(found, packing.bundled(found, home), strict=True):
        assert again.fingerprint == scenario.fingerprint != fetch(TODAY).fingerprint
        assert again.customers.spread("patience", "young & new") == scenario.customers.spread("patience", "young & new")


# ---- the picture, held against customers who are really drawn

SHAPES = [
    ("patience", lognormal(6.8, 3.4)),
    ("contact_propensity", normal(0.9, 0.3)),
    ("switching_cost", uniform(0.1, 0.5)),
    ("talkativeness", lognormal(12.0, 10.0)),
]


@pytest.mark.parametrize(("trait", "spread"), SHAPES, ids=[name for name, _ in SHAPES])
def test_the_pictures_quantiles_mean_and_curve_are_those_of_drawn_customers(trait: str, spread: Distribution) -> None:
    from sim.engine.start import begin, empty_state
    from sim.model.component import row

    numbers = spread.model_dump(exclude_none=True)
    scenario = described(
        {"weeks": 1, "market": {"customers": 20_000, "prospects": 0}, "customers": {"traits": {trait: numbers}}}
    )
    ground = ground_of(scenario)
    begin(ground, 1, 0, state := empty_state(ground))
    people = state.number[row(trait)].astype(float)
    found = spread_picture.shape(spread, traits()[trait])
    assert found is not None
    places = np.linspace(found.low, found.high, 4001)
    density = found.density(np.maximum(places, 1e-9))
    cumulative = np.concatenate([[0], np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(places))])
    assert cumulative[-1] == pytest.approx(1, abs=0.01)
    below = stats.kstest(people, lambda x: np.interp(x, places, cumulative)).statistic
    assert below < 2.2 / np.sqrt(len(people)) + 0.003  # by chance once in 8,000; and what the curve's steps lose
    assert abs(people.mean() - found.mean) < 4.5 * people.std() / np.sqrt(len(people))
    assert np.quantile(people, [0.05, 0.5, 0.95]) == pytest.approx(
        found.quantile(np.array([0.05, 0.5, 0.95])), rel=0.05
    )


def test_the_words_tell_what_the_range_does_to_the_mean() -> None:
    trait = traits()["contact_propensity"]
    assert (
        "The average is not 0.9, because what lies outside the range is drawn again"
        in spread_picture.picture_in_words(normal(0.9, 0.3), trait)
    )
    assert spread_picture.picture_in_words(constant(0.4), trait) == "Everybody: 0.4."
    assert spread_picture.picture_in_words(uniform(2, 6), traits()["patience"]) == (
        "On average 4 minutes; nine in ten people between 2.2 and 5.8."
    )


@pytest.mark.parametrize(
    "spread", [constant(0.5), uniform(0, 1), uniform(0.5, 0.5), normal(0.0, 0.0), normal(1, 5), lognormal(0.01, 3)]
)
def test_a_picture_is_made_of_numbers_only(spread: Distribution) -> None:
    from xml.etree import ElementTree

    picture = ElementTree.fromstring(spread_picture.picture(spread, traits()["switching_cost"]).svg)
    words = " ".join(text for element in picture.iter() for text in (*element.attrib.values(), element.text or ""))
    assert "nan" not in words and "inf" not in words
