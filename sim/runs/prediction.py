"""What one real market may show: a range that holds luck and ignorance, and how much of it is which.

Each replication is a market with luck of its own in a plausible world (:mod:`sim.scenario.worlds`). Two looks at one world differ
by luck alone, so the spread splits into two parts, as in an analysis of variance: what luck does, and what nobody knows. A real
market of the company's size has less luck than a simulated one of fewer people: its variance shrinks with the number of people
whom each simulated one stands for. Nothing here narrows with more replications; they only tell it better.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

NINE_IN_TEN = (0.05, 0.95)
"""Between these shares of worlds lies the range that is told."""
EDGE = 1.6449
"""So many standard deviations from the middle the ends lie, of a normal distribution."""
FEWEST = 20
"""With fewer worlds nine in ten of them cannot be told from all of them."""


class Prediction(NamedTuple):
    """One market of the company's size in a plausible world.

    ``low``, ``high``: nine of ten lie between, cut off at what is possible; ``luck_share``: share of the variance that luck
    makes, the rest being ignorance; ``higher``: share of worlds above zero, ties counting half, and ``error`` its standard error;
    ``worlds``: how many were met. Missing (NaN) where fewer than two were.
    """

    low: float
    high: float
    luck_share: float
    higher: float
    error: float
    worlds: int


NOTHING = Prediction(math.nan, math.nan, math.nan, math.nan, math.nan, 0)


def predicted(
    values: np.ndarray, worlds: np.ndarray, stands_for: float, within: tuple[float, float] = (-math.inf, math.inf)
) -> Prediction:
    """What one market of the company's size may show.

    ``values``: (replications,), NaN where there is nothing to measure; ``worlds``: the number of the world that each met;
    ``stands_for``: how many real people a simulated one stands for; ``within``: bounds that no value leaves.
    """
    known = np.isfinite(values)
    values, worlds = values[known], worlds[known]
    if values.size < 2:
        return NOTHING._replace(worlds=values.size)
    luck, everything = parts(values, worlds)
    of_company = luck / stands_for
    markets = _shrunk(apart(values, worlds), everything, everything - luck + of_company)
    low, high = np.clip(np.quantile(markets, NINE_IN_TEN, method="weibull"), *within)
    higher = float(np.mean((markets > 0) + 0.5 * (markets == 0)))
    told = _share(of_company, everything - luck + of_company), higher, share_error(higher, markets.size)
    return Prediction(float(low), float(high), *told, len(np.unique(worlds)))


def apart(values: np.ndarray, worlds: np.ndarray) -> np.ndarray:
    """One market of each world; all of them where there is but one world."""
    first = np.unique(worlds, return_index=True)[1]
    return values if len(first) == 1 else values[first]


def parts(values: np.ndarray, worlds: np.ndarray) -> tuple[float, float]:
    """The variance that luck makes between two simulated markets of one world, and that between any two markets.

    Of several worlds of which none was looked at twice nothing is known of luck, and none is told.
    """
    _, first, count = np.unique(worlds, return_index=True, return_counts=True)
    if len(first) == 1:
        alone = float(values.var(ddof=1))
        return alone, alone
    twice = np.flatnonzero(count > 1)
    order = np.argsort(worlds, kind="stable")
    starts = np.cumsum(count) - count
    gaps = values[order[starts[twice]]] - values[order[starts[twice] + 1]]
    luck = float(np.mean(gaps**2) / 2) if gaps.size else 0.0
    everything = float(values[first].var(ddof=1))
    return min(luck, everything), everything


def _shrunk(values: np.ndarray, variance: float, wanted: float) -> np.ndarray:
    """The same values about the same mean, with another variance."""
    middle = values.mean()
    return middle + (values - middle) * math.sqrt(wanted / variance) if variance > 0 else values


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else math.nan


def end_error(found: Prediction) -> float:
    """How far an end of a range may be from where endless replications would have it, at 95 %, as of a normal distribution.

    A quantile at share p of n values has the standard error √(p (1 - p) / n) over the density there (Stuart & Ord 1994, Kendall's
    Advanced Theory of Statistics, 10.10); infinite where there is no range.
    """
    if not math.isfinite(found.low):
        return math.inf
    deviation, edge = (found.high - found.low) / (2 * EDGE), NINE_IN_TEN[0]
    density = math.exp(-(EDGE**2) / 2) / math.sqrt(2 * math.pi)
    return 1.96 * deviation * math.sqrt(edge * (1 - edge) / found.worlds) / density


def share_error(share: float, count: int) -> float:
    """The standard error of a share of so many, that of two more on either side (Agresti & Coull 1998), so never 0."""
    eased = (share * count + 2) / (count + 4)
    return math.sqrt(eased * (1 - eased) / (count + 4))


def by_world(values: np.ndarray, worlds: np.ndarray) -> np.ndarray:
    """The mean of each world, of what is known of it: (worlds,); worlds of which nothing is known are left out."""
    known = np.isfinite(values)
    _, place = np.unique(worlds[known], return_inverse=True)
    return np.bincount(place, values[known]) / np.bincount(place) if known.any() else np.empty(0)
