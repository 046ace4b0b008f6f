"""What a calibration found: worlds that fit, what they leave open, and whether the figures can be met at all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from scipy.special import ndtr

from sim.runs.prediction import NINE_IN_TEN
from sim.runs.statistics import ANYTHING

TOLD_NOTHING, CORRELATED = 0.8, 0.8
"""From which width on a parameter is not told, from which correlation two are not told apart."""
FAR = 3.0
"""A figure that lies so many standard deviations from what the worlds predict is met by none."""
VALLEY, MASS = 0.5, 0.15
"""Two peaks are seen where the density between them falls below this share of the lower one, and each holds so much of the
worlds."""


@dataclass(frozen=True)
class Target:
    """A figure to be met: its name, value and standard error; ``within``: the bounds that it cannot leave; ``aside``: whether it
    is kept aside, to be predicted instead."""

    name: str
    value: float
    error: float
    within: tuple[float, float] = ANYTHING
    aside: bool = False


@dataclass(frozen=True)
class Check:
    """A figure against what the worlds predict of it, before and after: median and the range of nine in ten.

    ``after``, ``before``: low, median, high. ``alone``: whether no plausible world came near it even before; ``far``: whether
    none comes near it now.
    """

    target: Target
    before: tuple[float, float, float]
    after: tuple[float, float, float]
    alone: bool
    far: bool

    @property
    def met(self) -> bool:
        """Whether the figure lies within the range of nine in ten."""
        return self.after[0] <= self.target.value <= self.after[2]


@dataclass(frozen=True, eq=False)
class Posterior:
    """Worlds, each as likely as any other, before and after the figures.

    ``prior``, ``scores``: normal scores of the parameters ``names`` before and after, (worlds, parameters); ``before``,
    ``figures``: what the worlds predict of the ``targets`` before and after, (worlds, targets), one run each; ``luck``: the
    covariance of two runs of a world; ``noise``: that of a figure about what the model predicts in the mean: its error, the luck
    of a real market, and what the model is not; ``runs``: how many runs it took.
    """

    names: tuple[str, ...]
    targets: tuple[Target, ...]
    prior: np.ndarray
    scores: np.ndarray
    before: np.ndarray
    figures: np.ndarray
    luck: np.ndarray
    noise: np.ndarray
    runs: int

    def interval(self, share: float = 0.9, before: bool = False) -> np.ndarray:
        """The central interval of each parameter, as scores: (parameters, 2)."""
        edges = [(1 - share) / 2, (1 + share) / 2]
        return np.quantile(self.prior if before else self.scores, edges, axis=0).T

    @cached_property
    def widths(self) -> np.ndarray:
        """What is left of each parameter's range of nine in ten, in places among the prior worlds: 1 where nothing is told."""
        after, before = (np.diff(ndtr(self.interval(before=which)), axis=1)[:, 0] for which in (False, True))
        return np.asarray(after / before)

    @cached_property
    def correlations(self) -> np.ndarray:
        """Correlations of the parameters over the worlds."""
        spread = self.scores.std(axis=0)
        centred = self.scores - self.scores.mean(axis=0)
        return centred.T @ centred / len(centred) / np.maximum(np.outer(spread, spread), 1e-300)

    @property
    def not_told(self) -> tuple[str, ...]:
        """Parameters about which the figures say next to nothing."""
        return tuple(name for name, width in zip(self.names, self.widths, strict=True) if width > TOLD_NOTHING)

    @property
    def not_told_apart(self) -> tuple[tuple[str, str, float], ...]:
        """Pairs that the figures cannot tell apart: one may make up for the other."""
        found = self.correlations
        pairs = combinations(range(len(self.names)), 2) if (np.abs(np.triu(found, 1)) > CORRELATED).any() else ()
        return tuple(
            (self.names[a], self.names[b], float(found[a, b])) for a, b in pairs if abs(found[a, b]) > CORRELATED
        )

    @cached_property
    def two_peaked(self) -> tuple[int, ...]:
        """Places of the parameters that are one of two things, and little in between."""
        return tuple(k for k in range(len(self.names)) if two_peaks(ndtr(self.scores[:, k])))

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """Every figure against what the worlds predict of one real market."""
        return tuple(self._check(k, target) for k, target in enumerate(self.targets))

    @property
    def aside(self) -> tuple[Check, ...]:
        """The figures that were kept aside."""
        return tuple(check for check in self.checks if check.target.aside)

    @property
    def unmet(self) -> tuple[Check, ...]:
        """The figures that no world meets, of those that were to be."""
        return tuple(check for check in self.checks if check.far and not check.target.aside)

    def _check(self, k: int, target: Target) -> Check:
        before, after = self.before[:, k], self.figures[:, k]
        nearest = np.clip(target.value, before.min(), before.max())
        alone = abs(nearest - target.value) > FAR * np.sqrt(self.noise[k, k])
        far = abs(after.mean() - target.value) > FAR * np.sqrt(self._variance(after, k))
        return Check(target, self._range(before, k), self._range(after, k), bool(alone), bool(far))

    def _variance(self, values: np.ndarray, k: int) -> float:
        """Of a figure of one real market: the luck of a simulated one left out, its own error and luck put in."""
        return max(float(values.var(ddof=1) - self.luck[k, k]), 0.0) + float(self.noise[k, k])

    def _range(self, values: np.ndarray, k: int) -> tuple[float, float, float]:
        spread, wanted = float(values.std(ddof=1)), np.sqrt(self._variance(values, k))
        middle = values.mean()
        if spread > 0:
            places = np.quantile(values, (NINE_IN_TEN[0], 0.5, NINE_IN_TEN[1]))
            low, median, high = middle + (places - middle) * wanted / spread
        else:
            low, median, high = middle - 1.645 * wanted, middle, middle + 1.645 * wanted
        low, median, high = np.clip((low, median, high), *self.targets[k].within)
        return float(low), float(median), float(high)


def two_peaks(places: np.ndarray) -> bool:
    """Whether values in [0, 1] lie about two peaks with little in between, as a smooth density of them tells.

    The density is a kernel's of Silverman's width (1986, Density Estimation, 3.31), mirrored at both ends.
    """
    count = len(places)
    quarters = np.subtract(*np.quantile(places, (0.75, 0.25))) / 1.349
    width = 0.9 * max(min(places.std(), quarters if quarters > 0 else places.std()), 1e-3) * count**-0.2
    grid = np.linspace(0, 1, 201)
    mirrored = np.concatenate([places, -places, 2 - places])
    density = np.exp(-0.5 * ((grid[:, None] - mirrored) / width) ** 2).sum(axis=1)
    inner = np.pad(density, 1)
    peaks = np.flatnonzero((inner[1:-1] > inner[:-2]) & (inner[1:-1] >= inner[2:]))
    for one, other in combinations(peaks, 2):
        lowest = one + int(np.argmin(density[one : other + 1]))
        left = float(np.mean(places < grid[lowest]))
        if density[lowest] < VALLEY * min(density[one], density[other]) and MASS < left < 1 - MASS:
            return True
    return False
