"""What to promise, and on whom to spend: over-promising, and money for winning against money for keeping (L48, L51)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from evidence.laboratory import Laboratory, merged
from evidence.rows import Finding, Row, signs
from sim.model.behaviour.choice import Choice
from sim.model.behaviour.person import RIVAL
from sim.model.mechanisms.marketing import Marketing

DISCOUNT = 0.12
YEAR = 365.25 / 7
"""Weeks."""


def _present_value(flow: np.ndarray) -> float:
    """What so many cents a week are worth today, in currency."""
    return float(flow @ (1 + DISCOUNT) ** (-np.arange(1, flow.size + 1) / YEAR)) / 100


# ---- L48: promises -----------------------------------------------------------------------------------------------------

GAPS = (-0.2, -0.1, 0.0, 0.1, 0.2, 0.3, 0.4)
"""How far the promise stands above a true level of 0.6."""
MIDDLING = {
    "market": {"customers": 2000, "prospects": 8000, "stands_for": 4.0},
    "quality": {"level": 0.6}, "rival": {"level": 0.6},
}  # fmt: skip
RELIANCE = Marketing().reliance


class Promised(NamedTuple):
    """What comes of a promise, gap by gap: who joins in a year, newcomers lost a week in it, present value."""

    joiners: np.ndarray
    early_churn: np.ndarray
    value: np.ndarray


def _promising(gap: float, years: int, reliance: float, replication: int) -> tuple[float, float, float]:
    sections = merged(MIDDLING, {"marketing": {"overpromise": gap, "reliance": reliance}})
    counts = Laboratory(sections, 52 * years, replication).counts(52 * years)
    new, lost = (counts[f"{what}_referred"] + counts[f"{what}_advertised"] for what in ("customers", "leavers"))
    flow = counts["revenue_service"] - counts["cost_product"] - counts["cost_marketing"]
    return counts["joiners"][:52].sum(), lost[:52].sum() / new[:52].sum(), _present_value(flow)


def _swept(years: int = 3, reliance: float = RELIANCE) -> Promised:
    """All gaps, each the mean of some replications."""
    found = [[_promising(gap, years, reliance, replication) for replication in range(3)] for gap in GAPS]
    return Promised(*np.mean(found, axis=1).T)


def _best(value: np.ndarray) -> float:
    return GAPS[int(value.argmax())]


def over_promising(reliance: float = RELIANCE) -> Finding:
    """L48: the share of the signs of over-promising that come out, over gaps of -20 to +40 points of the promise."""
    usual, short, trusting = _swept(reliance=reliance), _swept(1, reliance), _swept(reliance=2 * reliance)
    best = _best(usual.value)
    conditions = {
        "the more is promised, the more join": (np.diff(usual.joiners) > 0).all(),
        "the more is promised, the more newcomers leave early": np.polyfit(GAPS, usual.early_churn, 1)[0] > 0,
        "over three years there is a promise that pays best": GAPS[0] < best < GAPS[-1],
        "it is lower than over one year": best < _best(short.value),
        "it is lower where people rely more on advertising": _best(trusting.value) < best,
    }
    churn = " ".join(f"{100 * share:.2f}" for share in usual.early_churn)
    return signs(conditions, f"per cent of newcomers lost a week, by promise: {churn}", f"best gap {best:+.1f}")


# ---- L51: winning and keeping ------------------------------------------------------------------------------------------

BUDGET = 1000.0
"""Currency a week, a twentieth of what the customers pay."""
SPLITS = np.linspace(0, 1, 9)
"""Share of the budget that goes into offers to those about to leave; the rest reaches the rival's customers."""
HALVES = {
    "market": {"customers": 2000, "prospects": 2000, "stands_for": 10.0},
    "retention_offers": {"save_offers": 1.0, "save_discount": 0.0},
}
OFFERS = (0.0, 3.0, 6.0, 9.0, 16.0)
"""Weeks of spend that an offer to stay may be worth."""
LONG_RUN = 260
"""Weeks."""


def _spending(share: float, offer: float, replication: int, people: dict[str, Any]) -> dict[str, np.ndarray]:
    """Five years in which this share of the budget is not spent on reach, and an offer to stay is worth so many weeks."""
    lab, weeks = Laboratory(merged(HALVES, people), LONG_RUN, replication), []
    lab = lab.under(retention_offers_save_discount=offer)
    for week in range(LONG_RUN):
        others = (lab.column("provider") == RIVAL).sum() * float(lab.now.marketing_cost)
        lab.policy["marketing_reach"][week] = min((1 - share) * BUDGET / max(others, 1.0), 1.0)
        weeks.append(lab.counts(1))
    return {name: np.concatenate([counts[name] for counts in weeks]) for name in weeks[0]}


def _offer_worth(share: float, people: dict[str, Any]) -> float:
    """How large an offer to stay uses up its share of the budget, by interpolation."""
    costs = [_spending(share, offer, 0, people)["cost_retention"].sum() / 100 / LONG_RUN for offer in OFFERS]
    return float(np.interp(share * BUDGET, costs, OFFERS))


def _profit(share: float, people: dict[str, Any]) -> list[float]:
    """What five years are worth today with this split, replication by replication."""
    offer, found = _offer_worth(share, people), []
    for replication in range(3):
        counts = _spending(share, offer, replication, people)
        out = counts["cost_product"] + counts["cost_marketing"] + counts["cost_retention"]
        found.append(_present_value(counts["revenue_service"] - out))
    return found


def split_of_a_budget(decided: float = Choice().decided) -> Finding:
    """L51: whether the best split of a budget between winning and keeping lies inside (1) or at an end (0)."""
    value = np.array([_profit(share, {"choice": {"decided": decided}}) for share in SPLITS])
    best = int(value.mean(1).argmax())
    inside = 0 < best < SPLITS.size - 1 and bool((value[best] > np.maximum(value[0], value[-1])).all())
    beside = max(best - 1, 0), min(best + 1, SPLITS.size - 1)
    lost = [100 * (1 - value[at].mean() / value[best].mean()) for at in beside]
    told = (
        f"best with {100 * SPLITS[best]:g} % of the budget for offers to stay",
        f"an eighth of the budget less for them costs {lost[0]:.1f} % of the worth, an eighth more {lost[1]:.1f} %",
    )
    return signs({"both winning and keeping deserve money": inside}, *told)


ROWS = {
    "L48": Row(
        "share of the signs of over-promising that come out", over_promising, lambda: over_promising(0.0),
        "nobody believes advertising",
        missed="a broken promise costs trust once, in the first week and by what was expected, in which a promise counts for "
        "little more than half; satisfaction it costs nothing, for the verdict is pulled up nearly as far as it falls short, "
        "so that the largest promise still pays best",
    ),
    "L51": Row(
        "whether the best split of a budget between winning and keeping lies inside (1)", split_of_a_budget,
        lambda: split_of_a_budget(0.0), "a refusal does not hold for a while",
    ),
}  # fmt: skip
