"""What makes the difference between two policies: causes left out under the same luck."""

from __future__ import annotations

import numpy as np
import pytest

from sim import compare, run
from sim.model.behaviour.ledger import BOOKED
from sim.report.comparison import causes_told
from sim.runs.causes import REMOVED, TALK, ranked, with_causes
from sim.scenario.whole import Scenario, described

EVERYTHING = {
    "name": "Everything happens",
    "weeks": 40,
    "market": {"customers": 400, "prospects": 100, "stands_for": 20},
    "quality": {"error_rate": 0.08, "spread": 0.1},
    "call_centre": {"questions": 0.1, "representatives": 3},
    "upselling": {"attempts": 2.0},
    "self_checkout": {"visits": 0.5, "lanes": 6, "self_lanes": 3},
    "innovation": {"frontier": 0.2},
    "transparency": {"misleading": 0.6},
    "changes": {"from week 5": {"pricing": {"list_price": 1.05}}},
}


def market(**sections: object) -> Scenario:
    return described(EVERYTHING).with_(**sections)


@pytest.mark.parametrize("cause", BOOKED)
def test_nobody_leaves_because_of_what_is_left_out(cause: str) -> None:
    measure = f"left_because_{cause}"
    usual, without = (run(market(**removed), 4, 1).values[measure] for removed in ({}, REMOVED[cause]))
    assert usual.min() > 0 and without.max() == 0


def test_a_policy_that_changes_nothing_has_nothing_to_explain() -> None:
    answer = with_causes(compare([market(), market(name="The same")], 4))
    assert answer.causes is not None
    assert all(part.mean == 0 for part in answer.causes["The same"].values())


@pytest.mark.parametrize(
    ("cause", "policy"),
    [
        ("price", {"pricing": {"list_price": 1.2}, "changes": {"from week 5": {"pricing": {"list_price": 1.3}}}}),
        ("upselling", {"upselling": {"attempts": 4.0, "pressure": 1.0}}),
    ],
)
def test_what_a_policy_does_is_explained_by_its_cause(cause: str, policy: dict[str, object]) -> None:
    answer = with_causes(compare([market(), market(name="Worse", **policy)], 24))
    assert answer.causes is not None
    whole, parts = answer.differences["Worse"]["retention"], answer.causes["Worse"]
    assert whole.high < 0 and ranked(parts)[0][0] == cause
    assert parts[cause].mean < 0.5 * whole.mean


def test_the_comparison_itself_is_untouched_and_tells_its_causes() -> None:
    answer = compare([market(), market(name="Dearer", pricing={"list_price": 1.2})], 8)
    found = with_causes(answer)
    assert found.differences == answer.differences and "causes" not in answer.to_json()
    assert set(found.to_json()["causes"]["Dearer"]) == set(REMOVED)


def test_nobody_says_a_word_where_talk_is_left_out_even_after_a_warm_up() -> None:
    warmed = market(warm_up="10 weeks", referral={"reward": 2.0})
    usual, silent = (run(warmed.with_(**removed), 4, 1) for removed in ({}, REMOVED[TALK]))
    for measure in ("word_of_mouth_positive", "word_of_mouth_negative"):
        assert usual.values[measure].min() > 0 and silent.values[measure].max() == 0
    assert np.ptp(silent.by_week["reputation"], axis=1).max() == 0


def test_the_page_says_how_many_replications_were_lived_again() -> None:
    answer = with_causes(compare([market(), market(name="Dearer", pricing={"list_price": 1.2})], 8))
    (note,) = causes_told(answer).notes
    assert "(8 replications)" in note and "50" not in note
