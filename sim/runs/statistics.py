"""Means with intervals, for one scenario and for the paired difference of two.

A measure over nothing is missing (NaN) in a replication, and is left out: means are over the replications in which it is
defined, differences over those in which both are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtri, stdtrit

from sim.runs.prediction import by_world

LEVEL = 0.95
"""Every interval of the program covers the truth this often."""


class Interval(NamedTuple):
    """A mean, its 95 % interval (Student's t over replications) and the standard deviation of a single replication.

    ``defined``: the replications in which there was anything to measure, over which the mean is taken. Of none all are
    missing (NaN); of one there is a mean and nothing is known of luck.
    """

    mean: float
    low: float
    high: float
    sd: float
    defined: int = 0


ANYTHING = (-math.inf, math.inf)


def interval(values: np.ndarray, within: tuple[float, float] = ANYTHING, worlds: np.ndarray | None = None) -> Interval:
    """The mean of ``values`` (one a replication) with its interval.

    ``worlds``: the number of the plausible world that each replication met; replications of one world are no separate evidence
    of the others, so that the mean is over worlds. ``within``: the bounds that a value cannot leave, such as 0 and 1 for a
    share. The interval is cut off there: the mean lies between them too, so an interval that is cut off covers it as often as the
    whole one.
    """
    known = values[np.isfinite(values)]
    if known.size == 0:
        return Interval(math.nan, math.nan, math.nan, math.nan, 0)
    apart = known if worlds is None else by_world(values, worlds)
    mean = float(apart.mean())
    if apart.size == 1:
        return Interval(mean, math.nan, math.nan, float(known.std(ddof=1)) if known.size > 1 else math.nan, known.size)
    half = float(stdtrit(apart.size - 1, 0.5 + LEVEL / 2)) * _error(apart)
    return Interval(mean, *_within(mean, half, within), float(known.std(ddof=1)), known.size)


def ranks(values: np.ndarray) -> np.ndarray:
    """The rank of every value, from 1; those that are alike share the mean of their ranks. float64 (values)."""
    _, of, alike = np.unique(values, return_inverse=True, return_counts=True)
    shared: np.ndarray = np.cumsum(alike) - (alike - 1) / 2
    return shared[of]


def _error(values: np.ndarray) -> float:
    """The standard error of a mean, also of values of which few are not zero.

    Rare events that happened not to occur leave the spread of a small sample too short. As in the score interval of a Poisson
    rate, two more of the size seen are reckoned with (Agresti & Coull 1998 do so with shares); of values none of which is zero
    that changes nothing, and of many next to nothing.
    """
    usual, seen = float(values.std(ddof=1)) / math.sqrt(values.size), np.count_nonzero(values)
    if not 0 < seen < values.size:
        return usual
    size = math.sqrt(float(np.sum(values**2)) / seen)
    return math.hypot(usual, size * math.sqrt(2) / values.size)


def _within(mean: float, half: float, bounds: tuple[float, float]) -> tuple[float, float]:
    """The ends of an interval, cut off at bounds that its mean keeps (but for rounding errors)."""
    return min(max(mean - half, bounds[0]), mean), max(min(mean + half, bounds[1]), mean)


def mean_of(values: np.ndarray) -> np.ndarray:
    """Means over the last axis but one, leaving out NaN; NaN where nothing is left."""
    kept = np.isfinite(values)
    counts = kept.sum(axis=-2)
    sums = np.where(kept, values, 0.0).sum(axis=-2)
    return np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)


class Difference(NamedTuple):
    """The paired difference of a measure between two scenarios, replication by replication under the same luck.

    ``probability_higher``: share of replications in which the other scenario is higher, ties counting half.
    ``variance_reduction``: the variance the difference would have with independent luck over the paired one's; None when
    the paired difference does not vary. ``defined``: the replications in which both scenarios have the measure.
    """

    mean: float
    low: float
    high: float
    sd: float
    probability_higher: float
    variance_reduction: float | None
    defined: int = 0

    @property
    def decided(self) -> bool:
        """Whether the interval leaves out zero; of a single replication it says nothing."""
        return self.low > 0 or self.high < 0

    @property
    def unseen(self) -> bool:
        """Whether no difference was seen in any replication, which does not mean that there is none."""
        return self.mean == 0 and not self.sd > 0


def difference(
    base: np.ndarray,
    other: np.ndarray,
    within: tuple[float, float] = ANYTHING,
    worlds: np.ndarray | None = None,
) -> Difference:
    """``other`` less ``base``, both (replications,) and paired; ``within``: bounds of either; ``worlds``: as :func:`interval`."""
    both = np.isfinite(base) & np.isfinite(other)
    base, other, worlds = base[both], other[both], None if worlds is None else worlds[both]
    gap, widest = other - base, within[1] - within[0]
    around = interval(gap, (-widest, widest), worlds)
    higher = float(np.mean((gap > 0) + 0.5 * (gap == 0))) if gap.size else math.nan
    paired = float(gap.var(ddof=1)) if gap.size > 1 else 0.0
    apart = float(base.var(ddof=1) + other.var(ddof=1)) if gap.size > 1 else 0.0
    return Difference(*around[:4], higher, apart / paired if paired > 0 else None, around.defined)


def wider_together(samples: np.ndarray, draws: int = 2_000) -> float:
    """How many times as wide intervals of means are that hold for all of several measures at once, at 95 %.

    ``samples``: (measures, replications), which may go together. The largest deviation of any mean, in standard errors, is drawn
    anew with the replications weighed at random (multiplier bootstrap: Chernozhukov, Chetverikov & Kato 2013, Annals of
    Statistics 41:2786-2819), so measures that tell the same cost nothing. 1 where there is at most one that varies.
    """
    apart = samples - samples.mean(axis=1, keepdims=True)
    size = np.sqrt(np.sum(apart**2, axis=1, keepdims=True))
    varies = size[:, 0] > 0
    if varies.sum() < 2:
        return 1.0
    weights = np.random.default_rng(1).standard_normal((samples.shape[1], draws))
    largest = np.abs(apart[varies] / size[varies] @ weights).max(axis=0)
    alone = float(ndtri(0.5 + LEVEL / 2))
    return max(1.0, float(np.quantile(largest, LEVEL)) / alone)


def unseen_at_most(trials: int) -> float:
    """The largest share, at 95 %, of something that was seen in none of ``trials`` independent trials.

    It is 1 - 0.05^(1/trials), about 3 / trials (the rule of three; Hanley & Lippman-Hand 1983, "If nothing goes wrong, is
    everything all right?", JAMA 249:1743-1745).
    """
    return 1 - (1 - LEVEL) ** (1 / trials) if trials > 0 else 1.0


def plain(told: Any) -> Any:
    """The same for JSON: None for a number that is missing or beyond all bounds, in lists and mappings too."""
    if isinstance(told, Mapping):
        return {key: plain(value) for key, value in told.items()}
    if isinstance(told, tuple) and hasattr(told, "_asdict"):
        return plain(told._asdict())
    if isinstance(told, list | tuple):
        return [plain(value) for value in told]
    if isinstance(told, np.generic):
        return plain(told.item())
    return None if isinstance(told, float) and not math.isfinite(told) else told


def coupling_bound(base: float, other: float) -> float | None:
    """The largest variance reduction possible for a yes-or-no outcome of people who decide independently.

    With shares p and q the best coupling disagrees for |p - q| of them, so the bound is
    (p(1-p) + q(1-q)) / (|p-q| (1-|p-q|)); None when the two shares are equal.
    """
    gap = abs(base - other)
    if not 0 < gap < 1:
        return None
    return (base * (1 - base) + other * (1 - other)) / (gap * (1 - gap))
