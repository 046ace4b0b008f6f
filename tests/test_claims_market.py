"""What the model claims about the market: standing still, keeping and winning customers, public talk, impatience.

As in :mod:`test_claims`: paired comparisons of 24 replications, the 95 % interval on the right side of zero; and the sizes that
the evidence gives, with a word where the model does not give them of itself.
"""

from functools import lru_cache

import numpy as np
import pytest
from test_claims import assert_moves

from sim import run
from sim.model.behaviour.belief import Belief, belief_after, evidence_against, reputation_after
from sim.model.mechanisms.referral import Referral
from sim.model.week import COUNTS
from sim.runs.statistics import difference
from sim.scenario.whole import Scenario, described

MARKET = {
    "weeks": 52,
    "market": {"customers": 600, "prospects": 300, "stands_for": 60},
    "quality": {"error_rate": 0.04},
}
POOR = {"quality": {"level": 0.6}}
LOUD = {"word_of_mouth": {"broadcast": 10, "outcry": 3.0}}
BEHIND = {"innovation": {"frontier": 0.1}}
BUSY_PHONES = {"call_centre": {"representatives": 3}}


def market(**sections: object) -> Scenario:
    return described(MARKET).with_(**sections)


CLAIMS: list[tuple[str, dict[str, object], dict[str, object], str, int]] = [
    ("S1.2 offers to stay keep customers", {}, {"retention_offers": {"save_offers": 0.5}}, "retention", 1),
    ("S1.2 and cost money", {}, {"retention_offers": {"save_offers": 0.5}}, "cost", 1),
    ("S1.2 offers to return win some back", {}, {"winback": {"offers": 0.2}}, "joiners", 1),
    ("S1.2 and cost money too", {}, {"winback": {"offers": 0.2}}, "cost", 1),
    ("S1.2 what nobody asked for wakes some", {}, {"retention_offers": {"unsolicited": 0.1}}, "leavers_voluntary", 1),
    ("S1.5 the impatient hang up", BUSY_PHONES, {"impatience": {"patience_trend": 0.5}}, "abandonment", 1),
    ("S1.5 a rival closer at hand is gone to", {}, {"impatience": {"switching_trend": 0.3}}, "retention", -1),
    ("S1.5 and customers are worth less", {}, {"impatience": {"switching_trend": 0.3}}, "lifetime_value", -1),
    ("S1.8 bad talk wins fewer for the same budget", POOR, LOUD, "joiners", -1),
    ("S1.8 so that each costs more", POOR, LOUD, "cost_per_customer_won", 1),
    ("S1.8 a reward makes friends talk", {}, {"referral": {"reward": 1.0}}, "referred_joiners", 1),
    ("S1.8 and costs money", {}, {"referral": {"reward": 1.0}}, "cost", 1),
    ("S1.9 keeping customers is worth more than it costs", {}, {"retention_offers": {"save_offers": 0.5}}, "profit", 1),
    ("S1.9 and adds to what all are worth", {}, {"retention_offers": {"save_offers": 0.5}}, "customer_equity", 1),
    ("S2.1 complaints in public reach many", {}, LOUD, "word_of_mouth_negative", 1),
    ("S3.4 whoever stands still loses customers over it", {}, BEHIND, "left_because_innovation", 1),
    ("S3.4 and loses more of them", {}, BEHIND, "retention", -1),
    ("S3.4 fewer come", {}, BEHIND, "joiners", -1),
    ("S3.4 investing keeps up", BEHIND, {"innovation": {"investment": 2.0}}, "left_because_innovation", -1),
    ("S3.4 at a price", BEHIND, {"innovation": {"investment": 2.0}}, "cost", 1),
    ("S3.4 it hurts less where rivals stand still", BEHIND, {"innovation": {"rival_keeps_up": 0.0}}, "retention", 1),
    ("S4.6 shown reviews spoil a bad name", POOR, {"word_of_mouth": {"review_display": 0.5}}, "joiners", -1),
    (
        "S4.6 and spread a good one",
        {"quality": {"level": 0.85}, "market": {"company_reputation": 0.85}},
        {"word_of_mouth": {"review_display": 0.5}},
        "joiners",
        1,
    ),
]


@pytest.mark.parametrize(("base", "lever", "measure", "sign"), [c[1:] for c in CLAIMS], ids=[c[0] for c in CLAIMS])
def test_a_claim_holds_beyond_chance(
    base: dict[str, object], lever: dict[str, object], measure: str, sign: int
) -> None:
    before = market(**base)
    assert_moves(measure, sign, before, before.with_(**lever).with_(name="With the lever"))


# ---- money: keeping or winning -------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _lived(**sections: float) -> dict[str, np.ndarray]:
    """Measures and counts (sums over two years) of 24 replications with these save offers, this reach and this cost."""
    marketing = {"reach": sections["reach"], "cost": sections["cost"]}
    result = run(
        market(weeks=104, marketing=marketing, retention_offers={"save_offers": sections["save_offers"]}), 24, 11
    )
    outlay = sum(result.tally[..., COUNTS.index(name)].sum(1) for name in ("cost_retention", "cost_marketing")) / 100
    return result.values | {"outlay": outlay}


def test_courting_newcomers_with_the_money_for_keeping_customers_costs_retention_and_profit() -> None:
    """S1.2, S4.5: the same money, or a little more, moved from offers to stay to advertising."""
    keeping = _lived(save_offers=0.5, reach=0.02, cost=40.0)
    neglect = _lived(save_offers=0.0, reach=0.05, cost=40.0)
    assert neglect["outlay"].mean() > 0.95 * keeping["outlay"].mean()
    for measure in ("retention", "profit", "lifetime_value"):
        assert difference(keeping[measure], neglect[measure]).high < 0, measure


def test_money_spent_on_keeping_adds_more_worth_than_money_spent_on_winning() -> None:
    """S1.9: customer equity gained, for each unit of currency spent beyond today's outlay; a reached person costs 40."""
    today = _lived(save_offers=0.0, reach=0.02, cost=40.0)
    gains = []
    for more in (_lived(save_offers=0.5, reach=0.02, cost=40.0), _lived(save_offers=0.0, reach=0.06, cost=40.0)):
        spent = (more["outlay"] - today["outlay"]).mean()
        gains.append((more["customer_equity"] - today["customer_equity"]) / spent)
    assert difference(gains[1], gains[0]).low > 0


# ---- a world in which everybody sees ---------------------------------------------------------------------------------

CURT = {"acknowledges": 0.0, "apologises": 0.0, "compensates": 0.0, "blames": 1.0}
KIND = {"acknowledges": 1.0, "apologises": 1.0, "compensates": 3.0, "speed": 1.0, "blames": 0.0}


def _gain_by_kindness(display: float) -> np.ndarray:
    """By what factor (its logarithm) owning failures instead of blaming customers multiplies joiners."""
    world = {"weeks": 104, "quality": {"error_rate": 0.15}, "belief": {"publicity": 0.1}}
    shown = {"word_of_mouth": {"review_display": display}}
    curt, kind = (
        run(market(**world, **shown, accountability=manner), 24, 11).values["joiners"] for manner in (CURT, KIND)
    )
    return np.log((kind + 1) / (curt + 1))


def test_the_more_reviews_are_shown_the_more_it_matters_how_people_are_treated() -> None:
    """S4.6: with whoever has not been a customer yet."""
    assert difference(_gain_by_kindness(0.0), _gain_by_kindness(0.5)).low > 0


# ---- sizes that the evidence gives -----------------------------------------------------------------------------------


def test_a_plan_recommended_to_the_inert_raises_their_churn_as_observed() -> None:
    """L15: risk ratio over 13 weeks between 1 and 2, observed 1.56, after one message to everybody in the first week."""
    inert = {
        "weeks": 13,
        "quality": {"error_rate": 0.002},
        "marketing": {"reach": 0.0},
        "call_centre": {"questions": 0},
    }
    told = {
        "retention_offers": {"unsolicited": 1.0},
        "changes": {"from week 1": {"retention_offers": {"unsolicited": 0.0}}},
    }
    control, treated = (run(market(**inert, **more), 24, 11).values["churn_rate"] for more in ({}, told))
    assert difference(control, treated).low > 0
    assert 1.2 < treated.mean() / control.mean() < 1.9


def _elasticity(**settings: object) -> float:
    """By how many per cent joiners rise when the public rating, held fast, is one per cent better."""
    fixed = {"weeks": 26, "belief": {"publicity": 0.0}}
    low, high = (
        run(market(**fixed, **settings, market={"company_reputation": rating}), 24, 11).values["joiners"].mean()
        for rating in (0.66, 0.70)
    )
    return float(np.log(high / low) / np.log(0.70 / 0.66))


def test_the_pull_of_the_rating_can_be_as_observed_and_grows_with_its_display() -> None:
    """L26: elasticity between 0.1 and 0.8 where a comparison decides mildly; decisive customers exceed it."""
    mild = {"choice": {"decisiveness": 4.0}}
    plain, shown = (_elasticity(**mild, word_of_mouth={"review_display": display}) for display in (0.0, 0.2))
    assert 0.1 < plain < shown < 0.8


@pytest.mark.parametrize("rating", [0.6, 0.7, 0.8, 0.9])
def test_one_bad_review_moves_more_than_one_good_one(rating: float) -> None:
    """L26: wherever most of what is said is good, for those who hear it and for the public."""
    usual = Belief()
    good, bad = (1.0, 0.0), (0.0, evidence_against(1, 0.0, usual.negativity))
    up, down = (abs(belief_after(rating, usual.evidence, *said) - rating) for said in (good, bad))
    assert down > up > 0
    content = 20 * rating
    weeks = ((21, content + 1), (20, content), (21, content))
    better, same, worse = (
        reputation_after(rating, said, evidence_against(messages, said, usual.negativity), usual.publicity)
        for messages, said in weeks
    )
    assert same - worse > better - same > 0


def _worth_of_the_referred(bond: float) -> float:
    """How many times as long those stay who came through friends as those who came for the advertising."""
    settings = {"marketing": {"reach": 0.05}, "referral": {"reward": 2.0, "bond": bond}}
    found = run(market(weeks=104, **settings), 24, 11).values
    return float(found["churn_advertised"].mean() / found["churn_referred"].mean())


def test_customers_won_through_friends_are_worth_more_by_the_bond() -> None:
    """L28: 1.1 to 2.6 times as much; by suiting them better alone the product keeps them hardly longer."""
    assert 0.9 < _worth_of_the_referred(0.0) < 1.1 < _worth_of_the_referred(Referral().bond) < 2.6
