"""What single levers do: fees, messages, reviews, friends, machines, openness (L13, L15, L26, L28, L40, L46, L47)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from evidence.laboratory import merged
from evidence.rows import Finding, Row, over
from sim import run
from sim.model.behaviour.belief import Belief, belief_after, reputation_after
from sim.model.mechanisms.chatbot import Chatbot
from sim.model.mechanisms.referral import Referral
from sim.model.week import COUNTS
from sim.scenario.whole import described

MARKET = {"weeks": 40, "market": {"customers": 600, "prospects": 300, "stands_for": 60}}
STRANGERS = {"market": {"customers": 300, "prospects": 6000, "stands_for": 60}}
REPLICATIONS = 24


def _values(measure: str, *sections: dict[str, Any]) -> np.ndarray:
    """A measure of so many replications, under the same luck whatever the settings."""
    scenario = described(merged(MARKET, *sections))
    return np.asarray(run(scenario, replications=REPLICATIONS, seed=11).values[measure])


def _per_cent(measure: str, lever: dict[str, Any], *base: dict[str, Any], batches: int = 6) -> np.ndarray:
    """By how many per cent a lever changes a measure, batch of replications by batch."""
    without, with_it = (_values(measure, *base, more).reshape(batches, -1).mean(1) for more in ({}, lever))
    return 100 * (with_it / without - 1)


# ---- L13: fees shown at the end --------------------------------------------------------------------------------------

DRIP = {"fees": {"drip": 0.15}}
NO_RESENTMENT = {"fees": {"unfairness": 0.0, "distrust": 0.0, "anger": 0.0}}


def fees_shown_at_the_end(overlooked: float | None = None) -> Finding:
    """L13: per cent more revenue from strangers in eight weeks when 15 % of an equal price shows only at the end.

    Whoever joins pays the same in both, so revenue per visitor and completed purchases move alike.
    """
    lever = merged(DRIP, {} if overlooked is None else {"fees": {"overlooked": overlooked}})
    more = _per_cent("joiners", lever, STRANGERS, {"weeks": 8})
    if overlooked is not None:
        return over(more)
    year = [
        (_values("trust", {"weeks": 52}, DRIP, mild) - _values("trust", {"weeks": 52}, mild)).mean()
        for mild in (NO_RESENTMENT, {})
    ]
    remarks = f"trust after a year {year[1]:+.4f} with the resentment assumed, {year[0]:+.4f} without"
    return over(more, {"3 to 25 % more buy": 3 <= more.mean() <= 25}, remarks)


# ---- L15: a message nobody asked for ---------------------------------------------------------------------------------

INERT = {
    "weeks": 13, "quality": {"error_rate": 0.002}, "marketing": {"reach": 0.0}, "call_centre": {"questions": 0.0},
}  # fmt: skip
ONE_MESSAGE = {
    "retention_offers": {"unsolicited": 1.0},
    "changes": {"from week 1": {"retention_offers": {"unsolicited": 0.0}}},
}


def unsolicited(plan: float | None = None) -> Finding:
    """L15: churn of customers who were recommended a better plan in the first of thirteen weeks, over that of the others."""
    lever = ONE_MESSAGE if plan is None else merged(ONE_MESSAGE, {"retention_offers": {"awakening": plan}})
    return over(1 + _per_cent("churn_rate", lever, INERT) / 100)


# ---- L26: reviews ----------------------------------------------------------------------------------------------------

RATINGS = (0.66, 0.70)


def _elasticity(display: float) -> np.ndarray:
    """Per cent of joiners for one per cent of a public rating that is held fast, batch by batch."""
    still = {"weeks": 26, "belief": {"publicity": 0.0}, "word_of_mouth": {"review_display": display}}
    low, high = (
        _values("joiners", STRANGERS, still, {"market": {"company_reputation": rating}}).reshape(6, -1).mean(1)
        for rating in RATINGS
    )
    return np.log(high / low) / np.log(RATINGS[1] / RATINGS[0])


def _rating_after(rating: float, good: int, bad: int) -> float:
    return float(reputation_after(rating, good, bad * Belief().negativity, Belief().publicity))


def reviews() -> Finding:
    """L26: elasticity of joining with respect to the public rating, which is held fast."""
    bad_counts = []
    for rating in (0.6, 0.7, 0.8, 0.9):
        good = round(20 * rating)
        better, usual, worse = (_rating_after(rating, good + g, 20 - good + b) for g, b in ((1, 0), (0, 0), (0, 1)))
        hear = [float(belief_after(rating, Belief().evidence, g, b * Belief().negativity)) for g, b in ((1, 0), (0, 1))]
        bad_counts += [usual - worse >= better - usual, rating - hear[1] >= hear[0] - rating, usual < rating]
    conditions = {
        "one bad review moves at least as much as one good one, and a mixed lot of the same mean harms": all(bad_counts)
    }
    return over(_elasticity(0.0), conditions, f"with reviews shown where people compare {_elasticity(0.2).mean():.2f}")


# ---- L28: customers won through friends ------------------------------------------------------------------------------


def _long_run_ratio(bond: float) -> np.ndarray:
    """How much longer those stay who came through friends than those who came for the advertising, batch by batch."""
    settings = {"weeks": 156, "marketing": {"reach": 0.05}, "referral": {"reward": 2.0, "bond": bond}}
    churn = [_values(f"churn_{came}", settings).reshape(6, -1).mean(1) for came in ("advertised", "referred")]
    return churn[0] / churn[1]


def won_through_friends(bond: float = Referral().bond) -> Finding:
    """L28: worth in the long run of customers won through friends over that of those won by advertising."""
    return over(_long_run_ratio(bond))


# ---- L40: the machine that answers first -----------------------------------------------------------------------------

FAILING = {"quality": {"error_rate": 0.04}}


@lru_cache(maxsize=8)
def _calls(share: float, resolution: float) -> tuple[float, float]:
    """Calls that reached the telephone, and conversations with the chatbot, in all weeks and replications."""
    scenario = described(merged(MARKET, FAILING, {"chatbot": {"share": share, "resolution": resolution}}))
    tally = run(scenario, replications=REPLICATIONS, seed=11).tally.sum((0, 1))
    return float(tally[COUNTS.index("calls")]), float(tally[COUNTS.index("bot_contacts")])


def _overstated(resolution: float) -> float:
    """Calls saved as a company counts them that takes each conversation not handed over for a call saved, over true savings."""
    (before, _), (after, talked) = _calls(0.0, resolution), _calls(1.0, resolution)
    handed_over = after
    return (talked - handed_over) / max(before - after, 1e-9)


def containment() -> Finding:
    """L40: share of conversations with a chatbot as shipped that end with the matter solved and nobody else involved."""
    bot = {"chatbot": {"share": 1.0}}
    overstated = {able: _overstated(able) for able in (0.1, Chatbot().resolution, 0.4, 0.6)}
    told = ", ".join(f"{factor:.2f} at {able:g}" for able, factor in overstated.items())
    kept = [
        _values("retention", FAILING, {"chatbot": {"share": 1.0, "resolution": able}}).mean() for able in (0.1, 0.9)
    ]
    conditions = {
        "counting each conversation as a call saved overstates, up to the ability of people": min(overstated.values())
        > 1,
        "an abler chatbot keeps more customers": bool(kept[1] > kept[0]),
    }
    found = _values("containment", FAILING, bot).reshape(6, -1).mean(1)
    return over(
        found,
        conditions,
        f"savings overstated by a factor of {told} of ability",
        f"abler than people: {_overstated(0.95):.2f}",
    )


# ---- L46: the process shown ------------------------------------------------------------------------------------------


def process_shown(insight: float | None = None) -> Finding:
    """L46: per cent by which satisfaction rises when customers see a process that is good, quality being the same."""
    lever: dict[str, Any] = {"transparency": {"process_shown": 1.0}}
    if insight is not None:
        return over(_per_cent("satisfaction", merged(lever, {"transparency": {"insight": insight}})))
    good, bad = _per_cent("satisfaction", lever), _per_cent("satisfaction", lever, {"quality": {"level": 0.4}})
    return over(
        good, {"it shrinks or turns when the process is bad": bool(bad.mean() < good.mean())}, f"bad {bad.mean():+.1f}"
    )


# ---- L47: a say ------------------------------------------------------------------------------------------------------

TAILORED = 0.4


def _lift(control: float, tailoring: float = TAILORED, **people: float) -> np.ndarray:
    """What tailoring adds to satisfaction, replication by replication."""
    known = {"personalisation": {"tailoring": tailoring, "control": control}}
    traits = {"customers": {"traits": people}} if people else {}
    return _values("satisfaction", traits, known) - _values("satisfaction", traits)


def control_over_personalisation() -> Finding:
    """L47: what tailoring adds when customers have a say in what is kept about them, over what it adds when they have none."""
    say, none = (_lift(control).reshape(6, -1).mean(1) for control in (1.0, 0.0))
    trusting, wary = _lift(0.0).mean(), _lift(0.0, trust=0.2).mean()
    conditions = {
        "a say and tailoring reinforce each other": bool((say - none).mean() > 0),
        "among those who trust little, tailoring adds less": bool(wary < trusting),
    }
    return over(say / none, conditions, f"without a say, among those who trust little {wary:+.4f}, all {trusting:+.4f}")


ROWS = {
    "L13": Row(
        "per cent more revenue from strangers when 15 % of the price shows only at the end",
        fees_shown_at_the_end, lambda: fees_shown_at_the_end(0.0), "nobody overlooks anything",
    ),
    "L15": Row(
        "churn of those who were sent a better plan over churn of the others",
        unsolicited, lambda: unsolicited(0.0), "the message wakes nobody",
    ),
    "L26": Row("elasticity of joining with respect to the public rating", reviews),
    "L28": Row(
        "long-run worth of customers won through friends over those won by advertising", won_through_friends,
        lambda: won_through_friends(0.0), "friends bind nobody",
    ),
    "L40": Row("share of conversations with the chatbot that it resolves alone", containment),
    "L46": Row(
        "per cent of satisfaction gained by showing the process", process_shown, lambda: process_shown(0.0), "no insight",
    ),
    "L47": Row("effect of tailoring with a say over its effect without", control_over_personalisation),
}  # fmt: skip
