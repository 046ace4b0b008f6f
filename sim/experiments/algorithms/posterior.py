"""What a calibration found: a weighted sample of what the parameters may be, what it leaves open, and whether it fits at all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.special import chdtrc

from sim.runs.statistics import ANYTHING

UNIFORM_SD = 1 / math.sqrt(12)
"""Standard deviation of a uniform prior over [0, 1]."""
TOLD_NOTHING, CORRELATED, IMPLAUSIBLE = 0.8, 0.8, 0.001
"""From which width on a parameter is not told, from which correlation two are not told apart; below which probability the
best fit is none."""


@dataclass(frozen=True)
class Target:
    """A figure to be met: its name, value and standard error; ``within``: the bounds that it cannot leave."""

    name: str
    value: float
    error: float
    within: tuple[float, float] = ANYTHING


@dataclass(frozen=True)
class Check:
    """A figure against what the posterior predicts: its median and central 90 % interval, the figure's error included.

    ``share_above``: share of the posterior's predictions above the figure; near 0 or 1 the model cannot meet it.
    """

    target: Target
    median: float
    low: float
    high: float
    share_above: float

    @property
    def met(self) -> bool:
        """Whether the figure lies within the predictive interval."""
        return self.low <= self.target.value <= self.high


@dataclass(frozen=True, eq=False)
class Posterior:
    """A weighted sample of what the parameters may be, given the figures.

    ``places``: (particles, parameters) in [0, 1]; ``weights``: (particles,), adding up to 1; ``figures``: (particles,
    targets), what each particle predicts; ``best``: the place of the best fit and ``misfit`` its sum of squared
    deviations in standard errors; ``luck``: standard error of a predicted figure from the spread between replications;
    ``runs``: points that were evaluated; ``settled``: whether the uncertainties were narrowed all the way to those stated.
    """

    names: tuple[str, ...]
    targets: tuple[Target, ...]
    places: np.ndarray
    weights: np.ndarray
    figures: np.ndarray
    best: np.ndarray
    misfit: float
    luck: np.ndarray
    runs: int
    settled: bool

    @property
    def effective(self) -> float:
        """How many equally weighted particles the sample is worth."""
        return 1 / float((self.weights**2).sum())

    @property
    def means(self) -> np.ndarray:
        """Posterior means, as places."""
        return self.weights @ self.places

    @property
    def covariance(self) -> np.ndarray:
        """Posterior covariance of the places."""
        return np.atleast_2d(np.cov(self.places.T, aweights=self.weights, ddof=0))

    def interval(self, share: float = 0.9) -> np.ndarray:
        """The central interval of each parameter, as places: (parameters, 2)."""
        edges = [(1 - share) / 2, (1 + share) / 2]
        return np.array([_quantiles(column, self.weights, edges) for column in self.places.T])

    @property
    def widths(self) -> np.ndarray:
        """Posterior over prior standard deviation: 1 means that the figures say nothing about the parameter."""
        return np.sqrt(np.diag(self.covariance)) / UNIFORM_SD

    @property
    def correlations(self) -> np.ndarray:
        """Posterior correlations of the parameters."""
        spread = np.sqrt(np.diag(self.covariance))
        return self.covariance / np.maximum(np.outer(spread, spread), 1e-300)

    @property
    def not_told(self) -> tuple[str, ...]:
        """Parameters about which the figures say next to nothing."""
        return tuple(name for name, width in zip(self.names, self.widths, strict=True) if width > TOLD_NOTHING)

    @property
    def not_told_apart(self) -> tuple[tuple[str, str, float], ...]:
        """Pairs that the figures cannot tell apart: one may make up for the other."""
        found, pairs = self.correlations, combinations(range(len(self.names)), 2)
        return tuple(
            (self.names[a], self.names[b], float(found[a, b])) for a, b in pairs if abs(found[a, b]) > CORRELATED
        )

    @property
    def plausible(self) -> float:
        """How likely a misfit as large as the best fit's is if the model were true (chi-squared, one degree a target)."""
        return float(chdtrc(max(len(self.targets) - len(self.names), 1), self.misfit))

    def checks(self, seed: int = 1) -> list[Check]:
        """The posterior-predictive check of every figure."""
        draw = np.random.default_rng([seed, 2])
        found = []
        for k, target in enumerate(self.targets):
            predicted = np.clip(self.figures[:, k] + target.error * draw.normal(size=len(self.figures)), *target.within)
            low, median, high = _quantiles(predicted, self.weights, [0.05, 0.5, 0.95])
            above = float(self.weights[predicted > target.value].sum())
            found.append(Check(target, float(median), float(low), float(high), above))
        return found

    def draws(self, count: int, seed: int = 1) -> np.ndarray:
        """``count`` places drawn from the posterior: draw *r* of a seed is always the same, whatever the count."""
        edges = np.cumsum(self.weights)
        points = np.array([np.random.default_rng([seed, replication]).random() for replication in range(count)])
        return self.places[np.minimum(np.searchsorted(edges, points * edges[-1]), len(edges) - 1)]


def _quantiles(values: np.ndarray, weights: np.ndarray, edges: Sequence[float]) -> np.ndarray:
    """Weighted quantiles, each value standing in the middle of its own weight."""
    order = np.argsort(values)
    middle = np.cumsum(weights[order]) - weights[order] / 2
    return np.interp(edges, middle, values[order])
