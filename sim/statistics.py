"""Means with intervals, for one scenario and for the paired difference of two."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

LEVEL = 0.95
"""Every interval of the program covers the truth this often."""


class Interval(NamedTuple):
    """A mean, its 95 % interval (Student's t over replications) and the standard deviation of a single replication."""

    mean: float
    low: float
    high: float
    sd: float


def interval(values: np.ndarray) -> Interval:
    """The mean of ``values`` (one a replication) with its interval; with one value the interval is the value itself."""
    if values.size == 0:
        return Interval(math.nan, math.nan, math.nan, math.nan)
    mean = float(values.mean())
    if values.size == 1:
        return Interval(mean, mean, mean, 0.0)
    sd = float(values.std(ddof=1))
    half = float(stdtrit(values.size - 1, 0.5 + LEVEL / 2)) * sd / math.sqrt(values.size)
    return Interval(mean, mean - half, mean + half, sd)


class Difference(NamedTuple):
    """The paired difference of a measure between two scenarios, replication by replication under the same luck.

    ``probability_higher``: share of replications in which the other scenario is higher, ties counting half.
    ``variance_reduction``: the variance the difference would have with independent luck over the paired one's; None when
    the paired difference does not vary.
    """

    mean: float
    low: float
    high: float
    sd: float
    probability_higher: float
    variance_reduction: float | None

    @property
    def decided(self) -> bool:
        """Whether the interval leaves out zero; of a single replication it says nothing."""
        return self.low > 0 or self.high < 0


def difference(base: np.ndarray, other: np.ndarray) -> Difference:
    """``other`` less ``base``, both (replications,) and paired."""
    gap = other - base
    around = interval(gap)
    higher = float(np.mean((gap > 0) + 0.5 * (gap == 0)))
    paired = float(gap.var(ddof=1)) if gap.size > 1 else 0.0
    apart = float(base.var(ddof=1) + other.var(ddof=1)) if gap.size > 1 else 0.0
    return Difference(*around, higher, apart / paired if paired > 0 else None)


def coupling_bound(base: float, other: float) -> float | None:
    """The largest variance reduction possible for a yes-or-no outcome of people who decide independently.

    With shares p and q the best coupling disagrees for |p - q| of them, so the bound is
    (p(1-p) + q(1-q)) / (|p-q| (1-|p-q|)); None when the two shares are equal.
    """
    gap = abs(base - other)
    if not 0 < gap < 1:
        return None
    return (base * (1 - base) + other * (1 - other)) / (gap * (1 - gap))
