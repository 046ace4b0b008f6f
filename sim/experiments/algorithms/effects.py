"""What moves an outcome: each factor's effect over the points of a design, paired over replications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.experiments.factors import Factor
from sim.runs.statistics import ANYTHING, Interval, interval


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


def between_ends(
    factors: Sequence[Factor], points: np.ndarray, values: np.ndarray, within: tuple[float, float] = ANYTHING
) -> list[Effect]:
    """The difference between a factor's highest and lowest value, all others being as at the first point.

    ``points``: (points, factors); ``values``: (points, replications), NaN where one is missing; ``within``: their bounds. A
    factor of which an end was not run is left out.
    """
    found, base = [], points[0]
    for k, factor in enumerate(factors):
        alike = np.delete(points == base, k, axis=1).all(axis=1)
        ends = [np.flatnonzero(alike & (points[:, k] == end)) for end in (factor.low, factor.high)]
        if len(ends[0]) and len(ends[1]):
            low, high = (values[rows[0]] for rows in ends)
            found.append(Effect(factor, interval(low, within), interval(high, within), interval(high - low)))
    return found


def slopes(
    factors: Sequence[Factor], points: np.ndarray, values: np.ndarray, within: tuple[float, float] = ANYTHING
) -> list[Effect]:
    """The slope of a regression on all factors that vary, fitted in every replication by itself, times the factor's range.

    ``points``: (points, factors); ``values``: (points, replications), NaN where one is missing; ``within``: their bounds.
    Nothing is said of factors that :func:`entangled` names, and of none when the points are too few.
    """
    mixed = {k for group in entangled(points) for k in group}
    varied = [(k, f) for k, f in enumerate(factors) if np.ptp(points[:, k]) > 0]
    if len(points) < len(varied) + 1 or not varied:
        return []
    places = np.stack([(points[:, k] - f.low) / (f.high - f.low) for k, f in varied], axis=1)
    fit = _fitted(np.column_stack([np.ones(len(places)), places - 0.5]), values)
    return [
        Effect(f, _kept(fit[0] - slope / 2, within), _kept(fit[0] + slope / 2, within), interval(slope))
        for (k, f), slope in zip(varied, fit[1:], strict=True)
        if k not in mixed
    ]


def _fitted(design: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Coefficients of every replication: (columns of the design, replications); NaN where too few of its points are there."""
    there = np.isfinite(values)
    found = np.full((design.shape[1], values.shape[1]), np.nan)
    whole = there.all(axis=0)
    found[:, whole] = np.linalg.pinv(design) @ values[:, whole]
    rank = np.linalg.matrix_rank(design)
    for replication in np.flatnonzero(~whole):
        rows = there[:, replication]
        if rows.any() and np.linalg.matrix_rank(design[rows]) == rank:
            found[:, replication] = np.linalg.pinv(design[rows]) @ values[rows, replication]
    return found


def _kept(ends: np.ndarray, within: tuple[float, float]) -> Interval:
    """The end of a straight line, which may lie beyond what is possible: cut off there."""
    return interval(np.clip(ends, *within), within)


TOGETHER = 0.9
"""Share of a factor's variance that straight lines in the others may explain (R²; a variance inflation of ten)."""


def entangled(points: np.ndarray) -> list[tuple[int, ...]]:
    """Groups of factors that vary only together over these points, so that nobody can tell what each of them does.

    Belsley, Kuh & Welsch 1980, "Regression Diagnostics": a factor that the others explain to ``TOGETHER`` or more has no
    effect of its own to be seen; it is grouped with those that explain it.
    """
    varied = [k for k in range(points.shape[1]) if np.ptp(points[:, k]) > 0]
    if len(varied) < 2:
        return []
    places = np.stack([(points[:, k] - points[:, k].mean()) / points[:, k].std() for k in varied], axis=1)
    links = np.zeros((len(varied), len(varied)), bool)
    for k in range(len(varied)):
        others = np.delete(places, k, axis=1)
        weights = np.linalg.lstsq(others, places[:, k], rcond=None)[0]
        left = float(((places[:, k] - others @ weights) ** 2).mean())
        if left <= 1 - TOGETHER:
            links[k] = np.insert(np.abs(weights) > 0.1 * np.abs(weights).max(), k, True)
    return [tuple(varied[k] for k in group) for group in _linked(links | links.T)]


def _linked(links: np.ndarray) -> list[list[int]]:
    """Groups of two or more that hang together."""
    found: list[list[int]] = []
    for k in range(len(links)):
        if not any(k in group for group in found):
            group, new = {k}, {k}
            while new:
                new = {int(j) for i in new for j in np.flatnonzero(links[i])} - group
                group |= new
            found.append(sorted(group))
    return [group for group in found if len(group) > 1]


def share_of_lines(points: np.ndarray, means: np.ndarray) -> float | None:
    """Share of the variance of ``means``, one a point, that straight lines in the factors explain (R²); None if none varies."""
    rows = np.isfinite(means)
    total = float(((means[rows] - means[rows].mean()) ** 2).sum()) if rows.any() else 0.0
    if total == 0 or rows.sum() <= points.shape[1] + 1:
        return None
    design = np.column_stack([np.ones(rows.sum()), points[rows]])
    rest = means[rows] - design @ np.linalg.lstsq(design, means[rows], rcond=None)[0]
    return 1 - float((rest**2).sum()) / total
