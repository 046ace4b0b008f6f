"""Leaving, talking, price and share (L05, L12, L16, L23, L49), and what is said against what is done (D01, D02)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from evidence.laboratory import QUIET, UNMOVED, Laboratory, looks, merged
from evidence.rows import Finding, Published, Row, facts, over, repeated
from sim import run
from sim.model.behaviour.answering import answer, leaning
from sim.model.behaviour.choice import goodwill
from sim.model.behaviour.ledger import BOOKED
from sim.scenario.whole import described

# ---- L05, D01, D02: what people answer, and whether they then stay ------------------------------------------------------

UNEQUAL = {"failure_exposure": {"distribution": "lognormal", "mean": 1.0, "sd": 1.5}}
"""Customers of unequal fortune, so that every answer is given by many."""


@lru_cache(maxsize=8)
def _survey(replication: int, weeks: int = 52) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stated satisfaction, stated intention, and whether the customer is still there a year later."""
    sections = {
        "market": {"customers": 20_000, "prospects": 5000, "stands_for": 2.0},
        "quality": {"error_rate": 0.04},
        "customers": {"traits": UNEQUAL},
    }
    lab = Laboratory(sections, 26 + weeks, replication).after(26)
    who, p = np.flatnonzero(lab.customers()), lab.now
    first, other = np.random.default_rng(replication).standard_normal((2, who.size))
    second = [leaning(a, b, p.answering_consistency) for a, b in zip(first, other, strict=True)]
    told = zip(lab.column("satisfaction")[who], lab.column("trust")[who], first, second, strict=True)
    answers = [
        (answer(s, one, p.answering_style), answer(goodwill(s, t, p.choice_trust_weight), two, p.answering_style))
        for s, t, one, two in told
    ]
    tenure = lab.column("tenure")[who].astype(int)
    lab.after(weeks)
    stays = lab.customers()[who] & (lab.column("tenure")[who] >= tenure + weeks)
    return np.array([a for a, _ in answers], float), np.array([b for _, b in answers], float), stays


EDGES = (0.5, 0.6, 0.7, 0.8)
"""Where one answer on a five-point scale ends and the next begins."""


def _slopes(outcome: np.ndarray, stated: np.ndarray) -> np.ndarray:
    """How much the outcome changes per unit of the answer, from each box to the next."""
    box = np.digitize(stated, EDGES)
    x, y = (np.array([values[box == k].mean() for k in range(5)]) for values in (stated, outcome))
    return np.diff(y) / np.diff(x)


def increasing_returns() -> Finding:
    """L05: the slope of staying from the fourth to the fifth answer over that from the first to the second."""
    behaviour = np.array([_slopes(s.astype(float), a) for a, _, s in map(_survey, range(3))])
    intent = np.mean([_slopes(i, a) for a, i, _ in map(_survey, range(3))], axis=0)
    conditions = {"returns of behaviour increase": bool((np.diff(behaviour.mean(0)) > 0).all())}
    remarks = (
        "slopes of staying " + " ".join(f"{s:.2f}" for s in behaviour.mean(0)),
        "slopes of the stated intention " + " ".join(f"{s:.2f}" for s in intent),
    )
    return over(behaviour[:, 3] / behaviour[:, 0], conditions, *remarks)


def _correlation(which: int) -> Finding:
    return repeated(lambda r: float(np.corrcoef(_survey(r)[0], _survey(r)[which].astype(float))[0, 1]), 3)


# ---- L12: price ----------------------------------------------------------------------------------------------------------

DEARER = (1.01, 1.02, 1.05)


def _joiners(price: float, replication: int) -> float:
    """How many of the rival's customers have come in eight weeks, none of them reluctant to move."""
    sections = {
        "market": {"customers": 2000, "prospects": 8000, "stands_for": 10.0},
        "customers": {"traits": {"switching_cost": 0.0}},
        "pricing": {"list_price": price},
    }
    return float(Laboratory(sections, 8, replication).counts(8)["joiners"].sum())


def _bound(price: float) -> float:
    """The share of customers under contract who are still there after half a year."""
    sections = {
        "market": {"customers": 8000, "prospects": 500, "stands_for": 10.0},
        "customers": {"traits": {"contract_weeks_left": 60}},
        "pricing": {"list_price": price},
    }
    return float(Laboratory(sections, 26).after(26).stayed(8000).mean())


def price_elasticity() -> Finding:
    """L12: own-price elasticity of the choice of people who are free to come, over rises of 1, 2 and 5 %."""
    found = []
    for replication in range(6):
        usual = _joiners(1.0, replication)
        found.append(np.mean([np.log(_joiners(p, replication) / usual) / np.log(p) for p in DEARER]))
    bound = np.log(_bound(1.05) / _bound(1.0)) / np.log(1.05)
    return over(
        found,
        {"customers under contract are less elastic": abs(bound) < abs(np.mean(found))},
        f"under contract {bound:.2f}",
    )


# ---- L16: reasons ----------------------------------------------------------------------------------------------------------

KEAVENEY = {
    "quality": 44.3, "service": 34.1, "price": 29.9, "convenience": 20.7, "accountability": 17.3, "rival": 10.2,
    "upselling": 7.5,
}  # fmt: skip
"""Per cent of incidents naming each cause; core failure is quality, the ethical kind is upselling against one's interest."""
BANDS = {
    "quality": (30, 55), "service": (20, 45), "price": (20, 40), "convenience": (10, 45), "accountability": (10, 25),
    "rival": (5, 25), "upselling": (3, 12),
}  # fmt: skip
NAMED_FROM = 0.1
"""Share of a leaver's reasons from which a cause counts as named."""
STAYING_PUT = {
    "choice_attention": 0.0, "choice_issue_trigger": 0.0, "choice_grievance_trigger": 0.0, "choice_news_trigger": 0.0,
    "choice_involuntary": 0.0, "contracts_renewal": 520,
}  # fmt: skip


def ordinary_firm() -> dict[str, Any]:
    """A firm that does a little of everything: it fails, phones, raises its price, sells on and has self-service lanes."""
    return {
        "market": {"customers": 8000, "prospects": 2000, "stands_for": 5.0},
        "quality": {"error_rate": 0.02},
        "upselling": {"attempts": 0.25},
        "self_checkout": {"visits": 0.2, "lanes": 20, "self_lanes": 8},
    }


def week_of_leaving(lab: Laboratory) -> np.ndarray:
    """One week on: a row of reasons for each leaver, as the ledger stood at the moment of the decision."""
    there = lab.customers().copy()
    held = lab.under(1, **STAYING_PUT).after()
    lab.after()
    left = np.flatnonzero(there & (lab.column("provider") == 1))
    rate = 2.0 ** ((lab.week - 1) / float(lab.policy[0]["ledger_half_life"]))
    reasons = np.stack([held.column(f"ledger_{cause}")[left] / rate for cause in BOOKED], axis=1)
    price = BOOKED.index("price")
    reasons[:, price] += (1 - held.column("price_fairness")[left]) * lab.policy[0]["choice_fairness_weight"]
    seen = np.array([looks(held, int(number)) for number in left])
    pulled = lab.policy[0]["ledger_restlessness"] + np.maximum(seen - held.column("expectation")[left], 0)
    advantage = 1 - 1 / lab.policy[lab.week - 1]["pricing_list_price"]
    reasons[:, price] += advantage * held.column("price_sensitivity")[left]
    return np.column_stack([reasons, pulled])


def reasons(rise: float = 0.03) -> Finding:
    """L16: per cent of leavers among whose reasons a failure of the core service counts; the price rises after half a year."""
    lab = Laboratory(ordinary_firm(), weeks=78)
    lab.policy["pricing_list_price"][26:] = 1 + rise
    lab.after(26)
    rows = np.concatenate([week_of_leaving(lab) for _ in range(52)])
    named = rows / rows.sum(1, keepdims=True) >= NAMED_FROM
    shares = {cause: 100 * named[:, k].mean() for k, cause in enumerate((*BOOKED, "rival"))}
    rank = float(spearmanr([shares[c] for c in KEAVENEY], list(KEAVENEY.values()))[0])
    several = 100 * float((named.sum(1) > 1).mean())
    conditions = {
        "the order of reasons is Keaveney's (rank correlation 0.7 or more)": rank >= 0.7,
        "each reason is named as often as it should be": all(a <= shares[c] <= b for c, (a, b) in BANDS.items()),
        "40 to 70 % leave for several reasons": 40 <= several <= 70,
    }  # fmt: skip
    core = np.array([100 * batch[:, BOOKED.index("quality")].mean() for batch in np.array_split(named, 10)])
    told = ", ".join(f"{cause} {share:.0f}" for cause, share in sorted(shares.items(), key=lambda item: -item[1]))
    return over(
        core, conditions, f"per cent naming: {told}", f"rank correlation {rank:.2f}", f"several reasons {several:.0f} %"
    )


# ---- L23: talk ---------------------------------------------------------------------------------------------------------------

SHARES = (0.2, 0.4, 0.6, 0.8)


def _talk_by_share() -> float:
    """Slope of the logarithm of good messages about the company on the logarithm of its share of the market."""
    counts, held = [], []
    for share in SHARES:
        people = {"customers": round(2500 * share), "prospects": round(2500 * (1 - share))}
        result = run(described({"weeks": 26, "market": people, "rival": {"level": 0.78}}), replications=6, seed=5)
        counts.append(np.mean(result.values["word_of_mouth_positive"] * result.by_week["customers"].sum(1)))
        held.append(result.by_week["customers"].mean())
    return float(np.polyfit(np.log(held), np.log(counts), 1)[0])


def _good_over_bad(sections: dict[str, Any]) -> np.ndarray:
    """Good messages over bad ones in two years, replication by replication."""
    values = run(described({"weeks": 104} | sections), replications=10, seed=5).values
    return np.asarray(values["word_of_mouth_positive"] / values["word_of_mouth_negative"])


def good_and_bad_talk(bias: bool = True) -> Finding:
    """L23: good messages over bad ones about a firm that does well enough to survive."""
    settings = {} if bias else {"talk": {"strong": 0.0, "grievance": 0.0}}
    ratio = _good_over_bad(merged(ordinary_firm(), settings))
    if not bias:
        return over(ratio)
    slope, shipped = _talk_by_share(), _good_over_bad({}).mean()
    return over(
        ratio,
        {"good talk grows with the share of the market (slope 0.8 to 1.2)": 0.8 <= slope <= 1.2},
        f"slope {slope:.2f}",
        f"at a firm as shipped, where half as much goes wrong, {shipped:.1f}",
    )


# ---- L49: size -----------------------------------------------------------------------------------------------------------------


BY_HEARSAY = {
    "choice": {"attention": 0.0, "good_news_trigger": 0.05},
    "belief": {"evidence": 1000.0, "most_evidence": 1000.0, "publicity": 0.0},
}  # fmt: skip
"""People try another brand because somebody who uses it mentions it, and for no other reason; all brands look alike."""
ALL_ALIKE = merged(
    QUIET, {"network": {"kind": "random", "degree": 8}, "rival": {"level": 0.78, "spread": 0.0, "error_rate": 0.0}}
)


def _defection(share: float, replication: int, by_hearsay: bool) -> float:
    """The share of its customers that a firm loses to an equal rival in a year."""
    people = {"customers": round(10_000 * share), "prospects": round(10_000 * (1 - share)), "stands_for": 5.0}
    sections = merged(UNMOVED, ALL_ALIKE, {"market": people}, BY_HEARSAY if by_hearsay else {})
    counts = Laboratory(sections, 52, replication).counts(52)
    return float(counts["leavers_voluntary"].sum() / counts["customers"].mean())


def double_jeopardy(by_hearsay: bool = True) -> Finding:
    """L49: slope of defection on the share of the market that others hold, scaled by the overall level of switching."""
    shares, found, fits, signs = np.array([0.1, 0.2, 0.3, 0.4, 0.5]), [], [], []
    for replication in range(4):
        lost = np.array([_defection(share, replication, by_hearsay) for share in shares])
        slope, _ = np.polyfit(1 - shares, lost, 1)
        found.append(slope / np.mean(lost / (1 - shares)))
        correlation = np.corrcoef(shares, lost)[0, 1]
        fits.append(correlation**2)
        signs.append(correlation)
    conditions = {
        "the line explains at least 0.8": bool(np.mean(fits) >= 0.8),
        "larger firms lose a smaller share": bool(np.mean(signs) < 0),
    }
    return over(found, conditions, f"explained {np.mean(fits):.2f}", f"correlation {np.mean(signs):+.2f}")


def _fact(claim: str, low: float, central: float, high: float, unit: str, source: str, role: str = "HOLD") -> Published:
    return Published(claim, low, central, high, unit, source, role)


META = facts()["satisfaction_retention_meta"]
PANELS = facts()["satisfaction_loyalty"]["r_sat_choose_again"]

ROWS = {
    "L05": Row(
        "slope of staying a year, top answers over bottom answers", increasing_returns,
        missed="the most dissatisfied hold a grievance, which makes them compare, so that staying falls steepest at the bottom; "
        "at the top an answer says more of the way of answering than of satisfaction, so that staying hardly rises",
    ),
    "L12": Row(
        "own-price elasticity of joining", price_elasticity,
    ),
    "L16": Row(
        "per cent of leavers who name a failure of the core service", reasons, lambda: reasons(0.0), "the price does not rise",
        missed="every departure is spread over all that was booked in half a year, so that nearly everybody has several "
        "reasons; a single price rise touches everybody at once; and expectation is a reason here, which Keaveney has not",
    ),
    "L23": Row(
        "good messages over bad ones", good_and_bad_talk, lambda: good_and_bad_talk(False), "everybody talks alike",
    ),
    "L49": Row(
        "slope of defection on the others' share, scaled", double_jeopardy, lambda: double_jeopardy(False),
        "people compare of themselves, whoever uses what",
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
