"""Whether a market is at rest: whether churn, satisfaction, trust, reputation or share move in weeks in which nothing changes.

Weeks of one replication depend on one another, replications do not. So each replication gives three numbers of a measure: how
far it moves along a straight line from its first week to its last, and how far along the curves of second and third degree
that are orthogonal to the line. At rest their mean is nought, whatever the weeks have to do with one another. Hotelling's T²
holds the means of all replications against their covariance; T² (R - 3) / (3 (R - 1)) has the F distribution with 3 and R - 3
degrees of freedom (Hotelling 1931, Annals of Mathematical Statistics 2:360-378). It is exact for normal numbers, which sums
over many customers and weeks nearly are. Several measures share the error rate equally (Bonferroni), so that a market at rest
is called moving in any of them no more often than that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc, stdtrit

from sim.errors import Mistake
from sim.runs.result import Result

WATCHED = ("churn_rate", "satisfaction", "trust", "reputation", "market_share")
"""The measures in which a market at rest does not move."""
ERROR_RATE = 0.01
"""How often a market at rest is called moving."""
CURVES = 3
"""Degrees of the curves along which a measure may move: a trend, a hump, a bend back."""
ROUNDING = 1e-12
"""Movements no larger than this come of rounding errors."""


@dataclass(frozen=True)
class Movement:
    """How a measure moves in the course of a scenario, by the mean of all replications.

    ``change``: along the straight line, from the first week to the last, between ``low`` and ``high`` with the confidence that
    the error rate leaves; ``of_luck``: the change over the standard deviation, between replications, of their means over time;
    ``chance``: how likely so much of any movement is at rest; ``moves``: whether that is less than this measure's part of the
    error rate.
    """

    change: float
    low: float
    high: float
    of_luck: float
    chance: float
    moves: bool


def movements(result: Result, error_rate: float = ERROR_RATE) -> dict[str, Movement]:
    """How each of the measures that are :data:`WATCHED` moves in the weeks that are measured, by name.

    Raises :class:`~sim.errors.Mistake` for fewer weeks or replications than can tell.
    """
    return movements_in({name: result.by_week[name][:, result.measured_weeks] for name in WATCHED}, error_rate)


def movements_in(series: Mapping[str, np.ndarray], error_rate: float = ERROR_RATE) -> dict[str, Movement]:
    """The same of any series, float64 (replications, weeks): a replication in which a week is missing (NaN) is left out."""
    return {name: _movement(values, error_rate / len(series)) for name, values in series.items()}


def _movement(values: np.ndarray, part: float) -> Movement:
    known = values[np.isfinite(values).all(axis=1)]
    if known.shape[1] <= CURVES or len(known) <= 2 * CURVES:
        raise Mistake(
            f"{known.shape[1]} weeks of {len(known)} replications are too few to tell whether a market moves; take {CURVES + 1} "
            f"weeks and {2 * CURVES + 1} replications or more"
        )
    along = known @ _curves(known.shape[1])
    change, error = along[:, 0].mean(), along[:, 0].std(ddof=1) / math.sqrt(len(along))
    half, spread = float(stdtrit(len(along) - 1, 1 - part / 2)) * error, known.mean(axis=1).std(ddof=1)
    of_luck = (
        change / spread if spread > ROUNDING else math.copysign(math.inf, change) if abs(change) > ROUNDING else 0.0
    )
    chance = _chance_at_rest(along)
    return Movement(float(change), float(change - half), float(change + half), float(of_luck), chance, chance < part)


def _curves(weeks: int) -> np.ndarray:
    """Weights that tell how far a series moves along each curve: float64 (weeks, curves).

    The curves are orthogonal polynomials of degree 1 to 3, each scaled so that a series which is that curve gives the distance
    between its lowest point and its highest.
    """
    basis = np.linalg.qr(np.vander(np.linspace(-1, 1, weeks), CURVES + 1, increasing=True))[0][:, 1:]
    basis = basis * np.sign(basis[-1])
    return np.asarray(basis * np.ptp(basis, axis=0))


def _chance_at_rest(along: np.ndarray) -> float:
    """How likely means so far from nought are at rest, of (replications, curves): the tail of Hotelling's T²."""
    many, means = len(along), along.mean(axis=0)
    if np.abs(along).max() <= ROUNDING:
        return 1.0
    scaled = along / np.maximum(np.abs(along).max(axis=0), ROUNDING)
    means, covariance = scaled.mean(axis=0), np.atleast_2d(np.cov(scaled, rowvar=False))
    if np.linalg.matrix_rank(covariance) < CURVES:
        return 1.0 if np.abs(means).max() <= ROUNDING else 0.0
    squared = many * float(means @ np.linalg.solve(covariance, means))
    return float(fdtrc(CURVES, many - CURVES, squared * (many - CURVES) / (CURVES * (many - 1))))
