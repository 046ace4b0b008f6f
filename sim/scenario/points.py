"""Whether the points of a loyalty programme ever pay: how many customers fill a card before its points lapse."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.model.distributions import Distribution
from sim.scenario.quantities import number_told

if TYPE_CHECKING:
    from sim.scenario.whole import Scenario

MANY = 0.5
"""From this share of customers on who never fill a card it is said."""


def points_told(scenario: Scenario) -> Iterator[str]:
    """How many customers can never fill a card, in a sentence, where they are many: at the spend that they begin with.

    What somebody spends more because a reward is near is left out, and so are policies of segments and rules.
    """
    programme: Any = scenario.parts["loyalty_programme"]
    needed = _spend_needed(programme, scenario.parts["pricing"].list_price)  # type: ignore[attr-defined]
    if programme.rate <= 0 or needed <= 0:
        return
    without = _share_below(scenario, needed)
    if without < MANY:
        return
    whose = "no customer" if without > 0.9995 else f"{100 * (1 - without):.2g} in 100 customers"
    spend = f"{number_told(float(f'{needed:.3g}'))} {scenario.currency} a week"
    yield (
        f"Caution: {whose} can ever fill a card of the loyalty programme: {programme.threshold:,} points before they lapse, "
        f"within {2 * programme.period} weeks at most, take {spend}. Points that never pay cost what the programme costs to run, "
        "and disappoint whoever sees them lapse; lower loyalty_programme.threshold, raise its rate, or lengthen its period."
    )


def _spend_needed(programme: Any, price: float) -> float:
    """What somebody must spend in a week, at a price index of 1, to fill a card before its first points lapse; 0 for anything."""
    return (
        programme.threshold / (2 * programme.period * programme.rate * price)
        if programme.period and programme.rate
        else 0.0
    )


def _share_below(scenario: Scenario, spend: float) -> float:
    """The share of the customers of week 0 who spend less in a week."""
    from sim.scenario.customers import customers_of

    file, people = customers_of(scenario), scenario.customers
    if file is not None and "spend" in file.columns:
        known = np.asarray(file.columns["spend"], np.float64)
        return float(np.mean(known[np.isfinite(known)] < spend)) if np.isfinite(known).any() else 0.0
    whole = people.spread("spend")
    shares = [
        (segment.share or 0.0, people.spread("spend", name) or whole) for name, segment in people.segments.items()
    ]
    if not any(share for share, _ in shares):
        shares = [(1.0, whole)]
    return sum(share * below(spread, spend) for share, spread in shares if spread is not None)


def below(spread: Distribution, value: float) -> float:
    """The share of people who have less of a trait that is 0 or more, by how it is spread."""
    if spread.distribution == "constant":
        return float((spread.value or 0.0) < value)
    if spread.distribution == "uniform":
        low, high = spread.low or 0.0, spread.high or 0.0
        return min(max((value - low) / (high - low), 0.0), 1.0) if high > low else float(low < value)
    _, first, second = spread.code()
    if spread.distribution == "lognormal":
        value = math.log(value) if value > 0 else -math.inf
    if not second:
        return float(first < value)
    known = NormalDist(float(first), float(second))
    least = (
        known.cdf(0.0) if spread.distribution == "normal" else 0.0
    )  # who would have less than nothing is drawn again
    return max((known.cdf(value) - least) / (1 - least), 0.0) if math.isfinite(value) else 0.0
