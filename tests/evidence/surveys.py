"""What is said against what is done: answers, intentions, and who then stays (L05, L06, D01, D02)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from evidence.laboratory import Laboratory, merged
from evidence.rows import Finding, Published, Row, facts, over, repeated
from sim.model.behaviour.answering import leaning
from sim.model.behaviour.choice import Choice, goodwill

UNEQUAL = {
    "market": {"customers": 20_000, "prospects": 5000, "stands_for": 2.0},
    "quality": {"error_rate": 0.04},
    "customers": {"traits": {"failure_exposure": {"distribution": "lognormal", "mean": 1.0, "sd": 1.5}}},
}
"""Customers of unequal fortune, so that every answer is given by many."""
ASKED, RENEWAL = 26, 40
"""Weeks."""


def _next_purchase(**traits: float) -> dict[str, Any]:
    """Nobody changes before the next purchase, which everybody makes in the same week, and then chooses anew."""
    return {
        "customers": {"traits": {"contract_weeks_left": RENEWAL, "price_sensitivity": 1.0} | traits},
        "contracts": {"exit_fee": 520.0},
    }


SUBSTITUTES = 4
COMPETITIVE = merged(
    _next_purchase(switching_cost=0.0), {"rival": {"price": float(1 - np.log(SUBSTITUTES) / Choice().decisiveness)}}
)
"""As many alike providers as this to go to, at no cost: in a logit as good as one that is cheaper by ln 4 over decisiveness."""
CAPTIVE = _next_purchase(switching_cost=3.0)
"""Nobody to go to at an acceptable cost."""
OPINIONS_ALIKE = {"customers": {"traits": {"fit_company": 0.0, "fit_rival": 0.0}}}


class Answers(NamedTuple):
    """Stated satisfaction, stated intention, and whether the customer has stayed."""

    satisfied: np.ndarray
    intends: np.ndarray
    stays: np.ndarray


def _stated(state: np.ndarray, leans: np.ndarray, p: Any) -> np.ndarray:
    """What many people answer at once, as :func:`sim.model.behaviour.answering.answer` has it."""
    return np.clip(state + p.answering_style * leans, 0, 1)


def _asked(sections: dict[str, Any], weeks: int, replication: int) -> Answers:
    """Everybody is asked after half a year, and followed for so many weeks."""
    lab = Laboratory(merged(UNEQUAL, sections), ASKED + weeks, replication).after(ASKED)
    who, p = np.flatnonzero(lab.customers()), lab.now
    first, other = np.random.default_rng(replication).standard_normal((2, who.size))
    second = leaning(first, other, p.answering_consistency)
    satisfied, trusting = lab.values(who, "satisfaction", "trust")
    means_well = goodwill(satisfied, trusting, p.choice_trust_weight)
    tenure = lab.column("tenure")[who].astype(int)
    lab.after(weeks)
    stays = lab.customers()[who] & (lab.column("tenure")[who] >= tenure + weeks)
    return Answers(_stated(satisfied, first, p), _stated(means_well, second, p), stays)


@lru_cache(maxsize=8)
def _ordinary_year(replication: int) -> Answers:
    """The survey of a firm that its customers can leave at any time, and a year."""
    return _asked({}, 52, replication)


@lru_cache(maxsize=128)
def _at_renewal(world: str, replication: int) -> Answers:
    """The survey shortly before the next purchase, and what was bought."""
    worlds = {"competitive": COMPETITIVE, "captive": CAPTIVE, "alike": merged(COMPETITIVE, OPINIONS_ALIKE)}
    return _asked(worlds[world], RENEWAL - ASKED + 1, replication)


EDGES = (0.5, 0.6, 0.7, 0.8)
"""Where one answer on a five-point scale ends and the next begins."""


def _boxes(stated: np.ndarray, *outcomes: np.ndarray) -> list[np.ndarray]:
    """The mean answer of each box on the scale, and of what goes with it."""
    box = np.digitize(stated, EDGES)
    return [np.array([values[box == k].mean() for k in range(5)]) for values in (stated, *outcomes)]


def _slopes(outcome: np.ndarray, stated: np.ndarray) -> np.ndarray:
    """How much the outcome changes per unit of the answer, from each box to the next."""
    x, y = _boxes(stated, outcome)
    return np.diff(y) / np.diff(x)


# ---- L05: returns of satisfaction ----------------------------------------------------------------------------------------

REPLICATIONS, BATCHES = 48, 8


def _bend(y: np.ndarray) -> float:
    """How much steeper each step is than the last, on the whole."""
    return float(np.polyfit(range(y.size), y, 1)[0])


def increasing_returns(world: str = "competitive") -> Finding:
    """L05: the slope of buying again from the fourth to the fifth answer over that from the first to the second."""
    asked = [_at_renewal(world, replication) for replication in range(REPLICATIONS)]
    again = np.array([_slopes(a.stays.astype(float), a.satisfied) for a in asked])
    intent = np.mean([_slopes(a.intends, a.satisfied) for a in asked], axis=0)
    batches = again.reshape(BATCHES, -1, 4).mean(1)
    found, bent = batches[:, 3] / batches[:, 0], over([_bend(slopes) for slopes in again])
    year = np.mean([_slopes(a.stays.astype(float), a.satisfied) for a in map(_ordinary_year, range(3))], axis=0)
    conditions = {"returns of behaviour increase": bent.low > 0, "returns of the intention decrease": _bend(intent) < 0}
    remarks = (
        "slopes of buying again " + " ".join(f"{s:.2f}" for s in again.mean(0)),
        "slopes of the stated intention " + " ".join(f"{s:.2f}" for s in intent),
        "slopes of staying a year where one can leave at any time " + " ".join(f"{s:.2f}" for s in year),
    )
    return over(found, conditions, *remarks)


# ---- L06: competition ----------------------------------------------------------------------------------------------------


def _odds_ratio(world: str, replication: int) -> float:
    """Odds of buying again of those who tick the highest box over those of the next box."""
    asked = _at_renewal(world, replication)
    stays = _boxes(asked.satisfied, asked.stays)[1]
    odds = stays / (1 - stays)
    return float(odds[4] / odds[3])


def top_box(world: str = "competitive") -> Finding:
    """L06: odds ratio of buying again, the highest answer to the next, where four alike substitutes are at hand."""
    ratios, captive = ([_odds_ratio(at, replication) for replication in range(8)] for at in (world, "captive"))
    apart = {"1.5 times that under lock-in": np.mean(ratios) > 1.5 * np.mean(captive)}
    states = "satisfaction behind the highest answer and the next differs by less than the answers do"
    return over(ratios, apart, f"under lock-in {np.mean(captive):.2f}", states)


def _correlation(which: int) -> Finding:
    return repeated(lambda r: float(np.corrcoef(_ordinary_year(r)[0], _ordinary_year(r)[which])[0, 1]), 3)


def _fact(claim: str, low: float, central: float, high: float, unit: str, source: str) -> Published:
    return Published(claim, low, central, high, unit, source, "HOLD")


META = facts()["satisfaction_retention_meta"]
PANELS = facts()["satisfaction_loyalty"]["r_sat_choose_again"]

ROWS = {
    "L05": Row(
        "slope of buying again, top answers over bottom answers", increasing_returns, lambda: increasing_returns("alike"),
        "no product suits one better than another",
    ),
    "L06": Row(
        "odds ratio of buying again, highest answer over the next, four substitutes", top_box, lambda: top_box("alike"),
        "no product suits one better than another",
        missed="the highest answer and the next differ more in the way of answering than in satisfaction, and a comparison "
        "decides as mildly as price elasticities say",
    ),
    "D01": Row(
        "correlation of stated satisfaction with stated intention", lambda: _correlation(1),
        fact=_fact(
            "Satisfaction and stated loyalty correlate at .561 over 26 studies; at .343 to .655 in three customer panels.",
            min(PANELS.values()), META["mean_r_intention"], max(PANELS.values()), "correlation",
            "meta-analysis of 30 studies and ECSI panels (mobile 250, bank 250, operators 344); figures in facts.json",
        ),
    ),
    "D02": Row(
        "correlation of stated satisfaction with staying for the next year", lambda: _correlation(2),
        fact=_fact(
            "Satisfaction and observed retention correlate at .136 only (4 studies). The band around it is ours.",
            0.05, META["mean_r_behaviour"], 0.25, "correlation", "meta-analysis of 30 studies; figures in facts.json",
        ),
    ),
}  # fmt: skip
