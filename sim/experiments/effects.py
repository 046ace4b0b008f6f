"""What moves an outcome: each factor's effect over the points of a design, paired over replications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.experiments.factors import Factor
from sim.statistics import Interval, interval


class Effect(NamedTuple):
    """What a factor does to an outcome on its way from its lowest to its highest value, paired over replications."""

    factor: Factor
    low: Interval
    high: Interval
    change: Interval

    @property
    def decided(self) -> bool:
        """Whether the interval of the change leaves out zero."""
        return self.change.low > 0 or self.change.high < 0


def between_ends(factors: Sequence[Factor], points: np.ndarray, values: np.ndarray) -> list[Effect]:
    """The difference between a factor's highest and lowest value, all others being as at the first point.

    ``points``: (points, factors); ``values``: (points, replications). A factor of which an end was not run is left out.
    """
    found, base = [], points[0]
    for k, factor in enumerate(factors):
        alike = np.delete(points == base, k, axis=1).all(axis=1)
        ends = [np.flatnonzero(alike & (points[:, k] == end)) for end in (factor.low, factor.high)]
        if len(ends[0]) and len(ends[1]):
            low, high = (values[rows[0]] for rows in ends)
            found.append(Effect(factor, interval(low), interval(high), interval(high - low)))
    return found


def slopes(factors: Sequence[Factor], points: np.ndarray, values: np.ndarray) -> list[Effect]:
    """The slope of a regression on all factors that vary, fitted in every replication by itself, times the factor's range.

    ``points``: (points, factors); ``values``: (points, replications). None of them when the points are too few.
    """
    varied = [(k, f) for k, f in enumerate(factors) if np.ptp(points[:, k]) > 0]
    if len(points) < len(varied) + 1 or not varied:
        return []
    places = np.stack([(points[:, k] - f.low) / (f.high - f.low) for k, f in varied], axis=1)
    fit = np.linalg.pinv(np.column_stack([np.ones(len(places)), places - 0.5])) @ values
    return [
        Effect(f, interval(fit[0] - slope / 2), interval(fit[0] + slope / 2), interval(slope))
        for (_, f), slope in zip(varied, fit[1:], strict=True)
    ]


def share_of_lines(points: np.ndarray, means: np.ndarray) -> float | None:
    """Share of the variance of ``means``, one a point, that straight lines in the factors explain (R²); None if none varies."""
    rows = np.isfinite(means)
    total = float(((means[rows] - means[rows].mean()) ** 2).sum()) if rows.any() else 0.0
    if total == 0 or rows.sum() <= points.shape[1] + 1:
        return None
    design = np.column_stack([np.ones(rows.sum()), points[rows]])
    rest = means[rows] - design @ np.linalg.lstsq(design, means[rows], rcond=None)[0]
    return 1 - float((rest**2).sum()) / total
