"""Tests on a part of the customers: lots are fair and stay, an arm is a rule, and what is seen is held against the truth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.engine.engine import Engine
from sim.engine.groups import lots_of
from sim.errors import Mistake
from sim.model.behaviour.person import COMPANY
from sim.model.random import world
from sim.runs.ab_test import by_person, judged, planned, sentences, to_json
from sim.runs.worth import group_needed
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import Scenario, described
from sim.scenario.wording import about

SMALL: dict[str, Any] = {
    "weeks": 12, "market": {"customers": 120, "prospects": 60}, "network": {"kind": "none"}, "marketing": {"reach": 0.1},
    "choice": {"attention": 0.2, "decided": 1.0}, "call_centre": {"representatives": 50},
}  # fmt: skip
DEARER: dict[str, Any] = {
    "for": "lot < 40%",
    "when": "week >= 2 and week < 10",
    "do": {"pricing": {"list_price": "+20%"}},
}


def market(*rules: dict[str, Any], **said: Any) -> Scenario:
    return described(SMALL | {"rules": list(rules)} | said)


def test_lots_are_even_and_differ_from_market_to_market() -> None:
    lots = lots_of(world(1, 0), 100_000)
    assert lots.min() >= 0 and lots.max() < 1
    np.testing.assert_allclose(np.histogram(lots, 10, (0, 1))[0], 10_000, atol=500)
    assert abs(np.corrcoef(lots, lots_of(world(1, 1), 100_000))[0, 1]) < 0.02
    np.testing.assert_array_equal(lots[:500], lots_of(world(1, 0), 500))


def test_an_arm_meets_those_of_its_lots_and_nobody_else() -> None:
    """Beside a market without the test, only people whose lot is below 0.4 ever pay more, and only in the test's weeks."""
    scenario = market(DEARER)
    run = Engine(ground_of(scenario), 1, "mesa").start(0)
    lots = lots_of(world(1, 0), 180)
    for week in range(12):
        there = run.people()["provider"] == COMPANY
        run.step()
        dearer = run.setting("pricing_list_price") > 1.1
        np.testing.assert_array_equal(dearer, there & (lots < 0.4) & (2 <= week < 10))


@pytest.mark.heavy
def test_without_friends_or_queues_a_test_is_off_by_luck_alone() -> None:
    """Nobody has friends and everybody is answered at once: the test shows the truth, but for luck."""
    (arm,) = judged(market(DEARER), 1, range(6), "mesa")
    billed = next(seen for seen in arm.outcomes if seen.outcome == "billed")
    assert billed.bias.low <= 0 <= billed.bias.high and billed.held >= 0.5
    assert arm.people[0] + arm.people[1] == pytest.approx(len_of_customers(6), abs=25)


def len_of_customers(replications: int) -> float:
    """Customers as the test begins, on average."""
    runs = [Engine(ground_of(market(DEARER)), 1, "mesa").start(each) for each in range(replications)]
    for run in runs:
        run.run(2)
    return float(np.mean([(run.people()["provider"] == COMPANY).sum() for run in runs]))


@pytest.mark.heavy
def test_the_truth_is_everybody_less_nobody() -> None:
    """With a price that is a fifth higher, everybody who stays is billed a fifth more in each of the eight weeks."""
    stays: dict[str, Any] = {
        "choice": {"attention": 0.0, "involuntary": 0.0, "decisiveness": 200.0}, "rival": {"reach": 0.0},
        "customers": {"traits": {"switching_cost": 3.0, "spend": 10.0}}, "marketing": {"reach": 0.0},
    }  # fmt: skip
    (arm,) = judged(market(DEARER, **stays), 1, range(2), "mesa")
    kept, billed = arm.outcomes
    assert (
        kept.truth == 0
        and kept.seen == 0
        and billed.truth == pytest.approx(16.0)
        and billed.seen == pytest.approx(16.0)
    )


def test_an_interval_takes_people_for_independent() -> None:
    """The textbook's interval of the difference of two shares."""
    inside, usual = np.array([1.0] * 30 + [0.0] * 70), np.array([1.0] * 50 + [0.0] * 50)
    seen, half = by_person(inside, usual)
    assert seen == pytest.approx(-0.2) and half == pytest.approx(1.96 * np.sqrt(0.21 / 99 + 0.25 / 99), rel=1e-4)


@pytest.mark.heavy
def test_it_is_told_in_words_and_as_json() -> None:
    scenario = market(DEARER)
    found = judged(scenario, 1, range(2), "mesa")
    told = "\n".join(sentences(found, scenario, 2))
    assert "a test from week 2 to 9, held in 2 markets" in told and "the truth is" in told
    (arm,) = to_json(found, scenario, 1, 2)["arms"]
    assert arm["lots"] == [0.0, 0.4] and set(arm["kept"]) >= {"test", "truth", "bias"}
    assert arm["needed"] is None or arm["needed"] >= group_needed(0.0, 1.0)
    assert "lot < 0.4" in " ".join(about(scenario))


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ((), "write for example"),
        (({"for": "tenure < 9", "do": {"pricing": {"list_price": 1.1}}},), "write for example"),
        ((DEARER | {"when": "abandonment > 8%"},), "weeks that are known beforehand"),
        ((DEARER | {"when": "week >= 11"},), "two weeks or more"),
        ((DEARER, DEARER | {"for": "lot >= 30%", "do": {"pricing": {"list_price": 0.9}}}), "let each have its own"),
        ((DEARER, DEARER | {"for": "lot >= 40%", "do": {"pricing": {"list_price": 0.9}}}), "leave some lots out"),
        (
            (DEARER, DEARER | {"for": "lot > 60%", "when": "week >= 3", "do": {"fees": {"size": 1.0}}}),
            "in the same weeks",
        ),
        ((DEARER | {"for": "lot < 20% or trust < 0.3"},), "cannot ask with 'or'"),
        ((DEARER | {"for": "lot = 20%"},), "compared with < or >="),
        ((DEARER | {"for": "lot < 20% and lot >= 50%"},), "nobody would be in this arm"),
    ],
)
def test_what_is_no_test_is_refused_with_a_remedy(rules: tuple[dict[str, Any], ...], words: str) -> None:
    with pytest.raises(Mistake, match=words):
        planned(market(*rules))


def test_a_lot_lies_between_nothing_and_one() -> None:
    with pytest.raises(Mistake, match="lot"):
        market(DEARER | {"for": "lot < 50"})
