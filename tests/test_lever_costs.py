"""What levers cost: nothing as they are, more the better they get, and each step more than the last; and what is told of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from grounds import counted, ground, lived, parameter_lines
from hypothesis import given
from hypothesis import strategies as st
from worlds import busy

from sim import Mistake, compare, load, run
from sim.model.component import Part, builtin, parts
from sim.model.mechanisms import lever_costs
from sim.model.mechanisms.lever_costs import MONEY_OUT, PRICED, UNPRICED, LeverCosts, dearer, halvings
from sim.model.parameters import Line, lines
from sim.model.steps import Step
from sim.report.lever_prices import price_told
from sim.runs.comparison import Comparison
from sim.runs.lever_prices import GuessedCost, guessed_cost, guessed_moves
from sim.scenario.explaining import explain
from sim.scenario.json_schema import schema
from sim.scenario.whole import Scenario, described

FEWER_IS_BETTER = {
    "quality.spread", "quality.error_rate", "quality.error_depth", "digital_channels.response_hours",
    "digital_channels.inconsistency", "self_checkout.errors",
}  # fmt: skip
STEPS = [thing for thing in vars(lever_costs).values() if isinstance(thing, Step)]


def line_of(lever: str) -> Line:
    """What the line of a lever says."""
    return parameter_lines()[lever.replace(".", "_")]


USED = {"pretence_claimed": 1.0, "personalisation_tailoring": 1.0, "self_checkout_self_lanes": 10_000}
DRIVERS = ("complaints", "contacts", "customers", "offers", "digital_contacts", "bot_contacts")


def charged(**settings: float) -> dict[str, int]:
    """A week's costs of levers, in cents, of a large company where all that is priced is used; set as ``part_name``."""
    count = SimpleNamespace(**dict.fromkeys(MONEY_OUT, 0), **dict.fromkeys(DRIVERS, 10**6))
    firm, week = (
        SimpleNamespace(spending=10**9, hours_paid=1000.0, budget=0.0),
        SimpleNamespace(stands_for=np.float32(1), uses_message_desk=False),
    )
    p = SimpleNamespace(**{part.name: policy(part, USED | settings) for part in parts().values() if part.parameters})
    given = {"p": p, "count": count, "firm": firm, "week": week}
    for step in STEPS:
        step(*(given[name] for name in step.parameters))
    return {name: int(getattr(count, name)) for name in MONEY_OUT}


def policy(part: Part, settings: dict[str, float]) -> SimpleNamespace:
    """A part's settings as a step reads them: float32, or whole."""
    known = lines(part.parameters) if part.parameters else {}
    values = {name: settings.get(f"{part.name}_{name}", line.default) for name, line in known.items()}
    return SimpleNamespace(**{k: np.float32(v) if known[k].kind is float else v for k, v in values.items()})


# ---- laws ------------------------------------------------------------------------------------------------------------


def test_as_the_levers_are_nothing_is_charged() -> None:
    assert set(charged().values()) == {0}
    _, tally = lived(ground(100, 6))
    assert all((counted(tally, name) == 0).all() for name in MONEY_OUT)


@pytest.mark.parametrize("lever", PRICED)
def test_a_better_lever_costs_more_and_each_step_more_than_the_last(lever: str) -> None:
    line, name = line_of(lever), f"cost_{PRICED[lever]}"
    values = np.linspace(line.low, line.high, 41)
    costs = np.array([charged(**{lever.replace(".", "_"): float(value)})[name] for value in values], np.float64)
    rises = np.diff(costs) * (-1 if lever in FEWER_IS_BETTER else 1)
    assert (rises > 0).all()
    assert (np.diff(costs, 2) >= -1e-5 * np.ptp(costs)).all()  # float32 has seven digits


@pytest.mark.parametrize("lever", PRICED)
def test_only_its_own_price_is_charged_and_in_proportion(lever: str) -> None:
    price, name, line = PRICED[lever], f"cost_{PRICED[lever]}", line_of(lever)
    setting, value = lever.replace(".", "_"), (line.default + line.high) / 2
    ours = lines(LeverCosts)[price].default
    once, twice = (charged(**{setting: value, f"lever_costs_{price}": k * ours}) for k in (1, 2))
    assert {other for other, cost in once.items() if cost} == {name}
    assert twice[name] == pytest.approx(2 * once[name], abs=2)
    assert charged(**{setting: value, f"lever_costs_{price}": 0.0})[name] == 0


@given(st.floats(0.01, 1), st.integers(0, 6))
def test_each_halving_costs_as_much_again_or_twice_as_much(paid_for: float, times: int) -> None:
    missing = paid_for / 2**times
    assert halvings(missing, paid_for) == pytest.approx(times, rel=0.1)
    assert dearer(missing, paid_for) == pytest.approx(2**times - 1, rel=0.4)
    assert halvings(0.0, paid_for) == pytest.approx(7.09, abs=0.01)
    assert dearer(paid_for / 2, paid_for) == pytest.approx(1, abs=1e-4)


COST = builtin().count("cost_quality_level")


def test_what_is_fixed_is_the_company_s_whatever_a_customer_stands_for() -> None:
    better = {"quality": {"level": 0.89}, "lever_costs": {"quality_level": 0, "quality_level_fixed": 1000}}
    costs = [
        run(busy(**better, market={"customers": 240, "prospects": 60, "stands_for": scale}), 2).tally[..., COST].sum(1)
        * scale
        for scale in (20, 40)
    ]
    np.testing.assert_allclose(costs[0], 10 * 100_000, rtol=1e-3)
    np.testing.assert_allclose(costs[0], costs[1], rtol=1e-3)


def test_levers_are_settings_and_the_costs_begin_at_their_defaults() -> None:
    ours = lines(LeverCosts)
    assert {f"{lever.replace('.', '_')}" for lever in (*PRICED, *UNPRICED)} <= set(parameter_lines())
    assert not set(PRICED) & set(UNPRICED)
    for lever, price in PRICED.items():
        if price != "quality_errors":
            assert ours[f"{price}_paid_for"].default == line_of(lever).default
    harm = line_of("quality.error_rate").default * line_of("quality.error_depth").default
    assert ours["quality_errors_paid_for"].default == pytest.approx(harm)


@pytest.mark.parametrize("folder", ["telecom/today", "lessons/town", *(f"industries/{name}" for name in (
    "bank", "retailer", "subscription_software", "telecom", "utility"))])  # fmt: skip
def test_what_shipped_companies_do_today_is_paid_for(folder: str) -> None:
    from sim.scenario.shipped import scenarios_folder

    tally = run(load(scenarios_folder() / f"{folder}.yaml").with_(weeks=3, changes=None), 1).tally
    assert not tally[..., [builtin().count(name) for name in MONEY_OUT]].any()


def test_threads_and_engines_charge_alike() -> None:
    scenario = busy(quality={"level": 0.9, "error_rate": 0.02}, accountability={"speed": 0.9}, weeks=4)
    digests = {
        run(scenario, 2, threads=1).digest,
        run(scenario, 2, threads=2).digest,
        run(scenario, 2, engine="mesa").digest,
    }
    assert len(digests) == 1


# ---- what is plausible -----------------------------------------------------------------------------------------------


def test_every_price_is_a_question_and_what_is_paid_for_is_none() -> None:
    for name, line in lines(LeverCosts).items():
        asked = not name.endswith(("_paid_for", "_fixed"))
        assert (line.plausible is not None) == asked and line.certain != asked, name
        assert ("a question to the company" in line.source) == asked, name


def test_explain_and_schema_tell_it() -> None:
    said = explain("lever_costs.quality_level").text
    assert "between 0 and 10 (share), default 0.1, plausible 0.02 to 0.3, on a log scale" in said
    told = schema()["$defs"]["lever_costs"]["properties"]["quality_level"]["description"]
    assert told.endswith("[share, plausible 0.02 to 0.3, on a log scale]")
    assert "plausible" not in explain("lever_costs.quality_level_fixed").text


# ---- bad input -------------------------------------------------------------------------------------------------------


def test_a_cost_curve_that_falls_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "falls.yaml"
    file.write_text("name: Falls\nlever_costs:\n  quality_level: -2%\n", encoding="utf-8")
    with pytest.raises(Mistake) as found:
        load(file)
    said = str(found.value)
    assert "line 3" in said and "lever_costs.quality_level: -0.02 is a cost curve that falls" in said
    assert "must lie between 0 and 10; write 0 for what costs nothing" in said


@pytest.mark.parametrize(("settings", "words"), [
    ({"quality_level": 11}, "lever_costs.quality_level is 11, but must lie between 0 and 10"),
    ({"quality_level_paid_for": 1}, "lever_costs.quality_level_paid_for is 1, but must lie between 0 and 0.99"),
    ({"quality_level_paid_for": -0.1}, "but must lie between 0 and 0.99"),
    ({"quality_levels": 1}, "did you mean 'quality_level'"),
    ({"quality_level": "dear"}, "must be a number"),
])  # fmt: skip
def test_bad_values_are_told(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(Mistake, match=words.replace("(", r"\(")):
        described({"lever_costs": settings})


# ---- what a comparison says ------------------------------------------------------------------------------------------

BETTER: dict[str, Any] = {"quality": {"level": 0.85, "error_rate": 0.08}}


def held_against(**sections: Any) -> Comparison:
    return compare([busy(), busy(**sections).with_(name="Other")], replications=8)


@pytest.fixture(scope="module")
def better() -> Comparison:
    return held_against(**BETTER)


def of(answer: Comparison) -> GuessedCost:
    found = guessed_cost(answer, answer.others[0])
    assert found is not None
    return found


def test_a_lever_with_our_price_is_told_with_the_most_that_it_may_cost(better: Comparison) -> None:
    found = of(better)
    assert [(move.lever, move.base, move.policy, move.priced) for move in found.moves] == [
        ("quality.level", 0.78, 0.85, True)
    ]
    said = price_told(better, better.others[0])
    assert said.startswith("The cost of quality.level 0.85 is our guess, not yours (")
    assert "at most" in said and said.endswith("before it stops paying.")


def test_the_most_that_it_may_cost_leaves_no_difference_in_profit(better: Comparison) -> None:
    """The promise itself: at the price at which the charge is what it may be at most, the policy earns what the base earns."""
    found, ours = of(better), lines(LeverCosts)["quality_level"].default
    price = ours * found.at_most.in_all.mean / found.charged.in_all.mean
    assert price > 0, "a policy that gains nothing shows nothing"
    again = held_against(**BETTER, lever_costs={"quality_level": float(price)})
    gap = again.differences["Other"]["profit"].mean
    assert abs(gap) < 1e-4 * abs(better.differences["Other"]["profit"].mean) + 0.05


def test_it_is_the_same_a_customer_and_in_all(better: Comparison) -> None:
    found, other = of(better), better.others[0]
    people = other.tally[..., other.scenario.model.count("customers")].mean() * better.stands_for
    assert found.at_most.in_all.mean == pytest.approx(found.at_most.each.mean * people, rel=0.02)
    profit = better.differences["Other"]["profit"].mean * better.stands_for / other.tally.shape[1]
    assert found.at_most.in_all.mean - found.charged.in_all.mean == pytest.approx(profit)


def test_json_tells_it_beside_the_differences(better: Comparison) -> None:
    told = json.loads(json.dumps(better.to_json()))["lever_costs"]["Other"]
    assert told["levers"] == [{"lever": "quality.level", "base": 0.78, "policy": 0.85, "cost": "guess"}]
    assert set(told["at_most"]) == set(told["charged"]) == {"a_customer_and_week", "in_all_a_week"}
    assert set(told["at_most"]["in_all_a_week"]) == {"mean", "low", "high"}


def moves(policy: Scenario, base: Scenario | None = None) -> list[tuple[str, bool]]:
    return [(move.lever, move.priced) for move in guessed_moves(base or busy(), policy)]


def test_of_a_price_of_one_s_own_nothing_is_said() -> None:
    own = busy(**BETTER, lever_costs={"quality_level": 0.05})
    assert moves(own) == []
    assert moves(busy(**BETTER, lever_costs={"quality_level_fixed": 500})) == []
    assert moves(busy(**BETTER, lever_costs={"quality_spread": 0.05})) == [("quality.level", True)]
    assert moves(busy()) == []


def test_a_lever_that_nobody_has_priced_is_told() -> None:
    answer = held_against(call_centre={"handling": 1.0, "representatives": 2, "questions": 0.1})
    assert [(move.lever, move.priced) for move in of(answer).moves] == [("call_centre.handling", False)]
    assert price_told(answer, answer.others[0]).startswith(
        "No cost is given for call_centre.handling 1, so that it costs nothing here: "
    )


def test_a_lever_that_moves_for_some_weeks_is_told_where_it_moves_most() -> None:
    policy = busy(changes={"from week 2": {"quality": {"level": 0.9}}, "from week 4": {"quality": {"level": 0.8}}})
    assert [(move.base, move.policy) for move in guessed_moves(busy(), policy)] == [(0.78, 0.9)]


def test_a_worse_lever_must_save() -> None:
    answer = held_against(quality={"level": 0.3, "error_rate": 0.08})
    found, said = of(answer), price_told(answer, answer.others[0])
    assert found.charged.each.high < 0 and "saved)" in said
    assert "it must save at least" in said


def test_of_what_would_not_pay_for_nothing_no_price_is_told() -> None:
    dear = held_against(personalisation={"tailoring": 1.0, "control": 1.0, "cost": 100.0})
    said = price_told(dear, dear.others[0])
    assert said.startswith("The cost of personalisation.control 1 is our guess")
    assert said.endswith("it would not pay if it cost nothing.")


# ---- the guide -------------------------------------------------------------------------------------------------------


def test_the_guide_names_every_lever_with_its_cost() -> None:
    text = (Path(__file__).parents[1] / "docs" / "guides" / "lever_costs.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| `")]
    named = {lever: cost for levers, cost in rows for lever in re.findall(r"`(\w+\.\w+)`", levers)}
    assert {lever.replace(".", "_") for lever in named} <= set(parameter_lines())
    assert {lever for lever, cost in named.items() if "**`lever_costs" in cost} == set(PRICED)
    assert {lever for lever, cost in named.items() if cost.startswith(" none: tools")} == set(UNPRICED)
