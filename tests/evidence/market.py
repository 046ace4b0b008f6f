"""Leaving, talking, price and share (L12, L16, L23, L25, L49)."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import spearmanr

from evidence.laboratory import QUIET, UNMOVED, Laboratory, looks, merged
from evidence.rows import Finding, Row, over
from sim import run
from sim.model.behaviour.belief import belief_after
from sim.model.behaviour.ledger import BOOKED
from sim.model.behaviour.person import COMPANY, RIVAL
from sim.scenario.whole import described

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
    "choice_involuntary": 0.0, "contracts_renewal": 520, "rival_reach": 0.0, "friends_wake": 0.0,
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
    """L16: per cent of leavers who name a failure of the core service; the price rises once in a year and a half."""
    lab = Laboratory(ordinary_firm(), weeks=104)
    lab.policy["pricing_list_price"][78:] = 1 + rise
    lab.after(26)
    rows = np.concatenate([week_of_leaving(lab) for _ in range(78)])
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
    remarks = (
        f"per cent naming: {told}",
        f"rank correlation {rank:.2f}",
        f"several reasons {several:.0f} %",
    )
    return over(core, conditions, *remarks)


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


ALIKE = {"talk": {"strong": 0.0, "grievance": 0.0, "event": 0.0}}
"""Everybody talks alike, however content and whatever has happened."""


def good_and_bad_talk() -> Finding:
    """L23: good messages over bad ones about a firm that does well enough to survive, the firm as shipped."""
    slope, worse = _talk_by_share(), _good_over_bad(ordinary_firm()).mean()
    return over(
        _good_over_bad({}),
        {"good talk grows with the share of the market (slope 0.8 to 1.2)": 0.8 <= slope <= 1.2},
        f"slope {slope:.2f}",
        f"at the firm of L16, where twice as much goes wrong, {worse:.1f}",
    )


# ---- L25: whom word of mouth moves ---------------------------------------------------------------------------------------

EVEN = {"market": {"customers": 10_000, "prospects": 10_000, "stands_for": 4.0}}
STRANGERS_EAR = 0.42
"""What belief counts for somebody who is not a customer: what is left of it beside reputation (0.3) and promises (0.4)."""
TOLD = 3
"""Messages that somebody is told beside all they hear anyway, one a week."""


def _told(lab: Laboratory, whom: int, good: bool) -> Laboratory:
    """A copy in which everybody with this provider was told so many times entirely good, or entirely bad, of the company."""
    other, p = lab.copy(), lab.settings
    speaks_for, against = (TOLD, 0.0) if good else (0.0, TOLD * p.belief.negativity)
    who, belief, known = (
        lab.column("provider") == whom,
        *(other.column(f"{what}_company") for what in ("belief", "evidence")),
    )
    belief[who] = belief_after(belief[who], known[who], speaks_for, against)
    known[who] += speaks_for + against
    alarmed = p.rival.reach + (p.choice.news_trigger if whom == COMPANY and not good else 0.0)
    return other.under(TOLD, rival_reach=alarmed)


def _won_and_kept(lab: Laboratory) -> np.ndarray:
    """How many join within a year, and how many of today's customers are still there."""
    there, tenure = lab.customers(), lab.column("tenure").astype(int)
    later = lab.copy()
    joiners = later.counts(52)["joiners"].sum()
    return np.array([joiners, (there & later.customers() & (later.column("tenure") >= tenure + 52)).sum()])


def _moved_by(good: bool, replication: int, people: dict[str, Any]) -> float:
    """What being told does to winning over what it does to keeping, each as often as it is heard."""
    lab = Laboratory(merged(EVEN, people), 104, replication)
    before = lab.column("evidence_company").copy()
    lab.after(26)
    usual, heard, mine = _won_and_kept(lab), lab.column("evidence_company") - before, lab.customers()
    won = (_won_and_kept(_told(lab, RIVAL, good)) - usual)[0] * heard[~mine].mean()
    return float(won / ((_won_and_kept(_told(lab, COMPANY, good)) - usual)[1] * heard[mine].mean()))


UNHEARD = {
    True: {"quality": {"level": 0.88}, "marketing": {"overpromise": -0.2}},
    False: {"quality": {"level": 0.6, "error_rate": 0.05}, "marketing": {"overpromise": 0.08}},
}
"""A firm worth praising and one worth blaming, whose advertising promises what people believe of a firm they do not know."""


def _deaf(lab: Laboratory, whom: int, quiet: bool) -> np.ndarray:
    """Who joins and who stays in a year in which nobody with this provider hears of the company."""
    lab, joiners, what = (
        lab.under(choice_news_trigger=0.0) if quiet else lab.copy(),
        0,
        ("belief_company", "evidence_company"),
    )
    for _ in range(52):
        here, before = lab.column("provider") == whom, [lab.column(name).copy() for name in what]
        joiners += lab.counts(1)["joiners"].sum()
        here &= lab.column("provider") == whom
        for name, values in zip(what, before, strict=True):
            lab.column(name)[here] = values[here]
    return np.array([joiners, lab.stayed(10_000).sum()])


def _unheard(good: bool, replication: int, people: dict[str, Any]) -> float:
    """What a year without hearing of a firm does to winning, over what it does to keeping."""
    lab = Laboratory(merged(EVEN, UNHEARD[good], people), 52, replication)
    usual = _won_and_kept(lab)
    return float((usual - _deaf(lab, RIVAL, False))[0] / (usual - _deaf(lab, COMPANY, not good))[1])


def winning_and_keeping(hearsay: float | None = None) -> Finding:
    """L25: effect of good word of mouth on winning customers over its effect on keeping them, within a year."""
    people = {} if hearsay is None else {"choice": {"hearsay": hearsay, "hearsay_settled": hearsay}}
    praise, blame = ([_unheard(good, replication, people) for replication in range(4)] for good in (True, False))
    told = [np.mean([_moved_by(good, replication, people) for replication in range(6)]) for good in (True, False)]
    return over(
        praise,
        {"of bad word of mouth, 2 to 8 times": 2 <= np.mean(blame) <= 8},
        f"of bad word of mouth {np.mean(blame):.1f}",
        f"by {TOLD} more messages to everybody in the market as shipped {told[0]:.1f} of good ones, {told[1]:.1f} of bad ones",
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


ROWS = {
    "L12": Row(
        "own-price elasticity of joining", price_elasticity,
    ),
    "L16": Row(
        "per cent of leavers who name a failure of the core service", reasons, lambda: reasons(0.0), "the price does not rise",
        missed="a departure is spread over all that was booked in half a year, so that nearly everybody has several reasons, of "
        "which ordinary disappointment is one, which Keaveney has not; and the wish for something else, which everybody has, "
        "names the rival beside them",
    ),
    "L23": Row(
        "good messages over bad ones", good_and_bad_talk, lambda: over(_good_over_bad(ALIKE)),
        "everybody talks alike, whatever happens",
    ),
    "L25": Row(
        "effect of good word of mouth on winning customers over its effect on keeping them", winning_and_keeping,
        lambda: winning_and_keeping(STRANGERS_EAR), "customers go by what others say as much as strangers do",
        missed="bad word of the own provider makes its customers look around at once, while bad word of the other provider keeps "
        "nobody from considering it, and what a stranger hears is weighed against promises and reputation",
    ),
    "L49": Row(
        "slope of defection on the others' share, scaled", double_jeopardy, lambda: double_jeopardy(False),
        "people compare of themselves, whoever uses what",
    ),
}  # fmt: skip
