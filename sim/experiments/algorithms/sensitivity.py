"""Which settings matter: sensitivity analysis that knows how much of what it sees is mere chance.

The analyses are SALib's. What is added here is for models with luck:

- every point is run under the same replications, and what is analysed is the average over them;
- every analysis has one parameter more, the **dummy**, which stands for nothing. Moving it changes luck alone: its index is
  what an analysis of this budget gives to a parameter without any effect. It costs no run – the luck of the first half of
  the replications against that of the other half, scaled to what a fresh set of replications would do. (Dummy parameters:
  Khorashadi Zadeh et al. 2017, Environmental Modelling & Software 91:210-222.)
- the share of the variance between points that is mere chance, from the spread between replications.

Points are places in the unit cube; ``evaluate`` maps them to settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.errors import Mistake, nearest
from sim.experiments.algorithms.sensitivity_indices import DUMMY, INDICES, METHODS, Index, design, problem_of, quiet

Evaluate = Callable[[np.ndarray, range], np.ndarray]
"""Points, float64 (points, factors) in [0, 1], and replications' numbers → float64 (points, replications, outcomes)."""
FEWEST = {"sobol": 16, "morris": 4, "pawn": 100, "delta": 100}
"""The smallest ``samples`` with which a method says anything; the design has more points (see :func:`design`)."""
NEGLIGIBLE = 0.05
"""An index certainly below this share of the largest one is negligible."""


@dataclass(frozen=True)
class Analysis:
    """The indices of one outcome.

    ``names``: parameters or groups; ``indices``: index → one :class:`Index` a name, the dummy's last. For ``sobol``
    ``first`` and ``total`` are shares of the variance between points; for ``morris`` ``mu``, ``mu_star`` and ``sigma`` are
    changes of the outcome over a parameter's whole range; ``median`` (PAWN) and ``delta`` lie between 0 and 1 and are
    above 0 for the dummy too. ``chance``: the share of the variance between points that is mere chance. ``missing``: the
    share of runs that failed or had nothing to measure, for which what their point and their luck lead to expect stands in.
    """

    method: str
    names: tuple[str, ...]
    indices: Mapping[str, tuple[Index, ...]]
    chance: float
    missing: float = 0.0

    @property
    def ranking_index(self) -> tuple[Index, ...]:
        """The index that ranks, one a name, without the dummy."""
        return self.indices[METHODS[self.method]][:-1]

    def possible(self, index: Index) -> Index:
        """The index as it can be: the estimate of a share may come out below 0 or above 1, the share cannot."""
        return index if self.method == "morris" else Index(*(min(max(end, 0.0), 1.0) for end in index))

    @property
    def told(self) -> Mapping[str, tuple[Index, ...]]:
        """The indices as every face tells them, within what is possible."""
        return {kind: tuple(map(self.possible, row)) for kind, row in self.indices.items()}

    @property
    def dummy(self) -> Index:
        """The dummy's index: what mere chance gives."""
        return self.indices[METHODS[self.method]][-1]

    @property
    def ranking(self) -> list[tuple[str, Index]]:
        """Names with their ranking index, largest first."""
        return sorted(zip(self.names, self.ranking_index, strict=True), key=lambda pair: -pair[1].value)

    @property
    def above_chance(self) -> tuple[str, ...]:
        """Names whose index lies above the dummy's, interval against interval, largest first."""
        return tuple(name for name, index in self.ranking if index.low > max(self.dummy.high, 0))

    @property
    def undecided(self) -> tuple[str, ...]:
        """Names that this budget cannot tell from the dummy though they may matter."""
        limit = NEGLIGIBLE * max(index.value for index in self.ranking_index)
        above = self.above_chance
        return tuple(name for name, index in self.ranking if name not in above and index.high > limit)

    @property
    def warning(self) -> str | None:
        """What the budget cannot tell, in words; None when there is nothing to warn of."""
        told = []
        if self.undecided:
            names = ", ".join(self.undecided)
            told.append(f"the budget cannot tell whether {names} matter more than mere chance; take more samples")
        if self.chance > 0.1:
            told.append(
                f"{100 * self.chance:.0f} % of the variance between points is mere chance; take more replications"
            )
        if self.missing:
            told.append(
                f"{100 * self.missing:.2g} % of the runs failed or had nothing to measure; what their point and their luck lead "
                "to expect stands in for them"
            )
        return "; ".join(told) or None


@dataclass(frozen=True)
class Study:
    """How parameters are analysed.

    ``names``: the parameters; ``method``: ``sobol`` (shares of variance), ``morris`` (elementary effects), ``pawn`` or ``delta``
    (whole distributions); ``replications``: over which every point is averaged; ``groups``: a group's name for each
    parameter, where whole groups are analysed (``sobol`` and ``morris``).
    """

    names: Sequence[str]
    method: str
    samples: int
    replications: range
    seed: int = 1
    groups: Sequence[str] | None = None

    @property
    def runs(self) -> int:
        """At most how many points the design has to run: samples × (parameters or groups + 2, + 1, or 1)."""
        count = len(set(self.groups or self.names))
        return self.samples * {"sobol": count + 2, "morris": count + 1}.get(self.method, 1)

    def check(self) -> None:
        """Raise :class:`~sim.errors.Mistake` when the method cannot answer with these settings."""
        method, samples, groups = self.method, self.samples, self.groups
        if method not in METHODS:
            words = f"the method is '{method}', but must be one of {', '.join(METHODS)}"
            raise Mistake(words + nearest(method, list(METHODS)))
        if samples < FEWEST[method]:
            raise Mistake(f"samples is {samples}, but {method} needs at least {FEWEST[method]} to say anything")
        if method == "sobol" and samples & (samples - 1):
            below = 1 << (samples.bit_length() - 1)
            raise Mistake(
                f"samples is {samples}, but sobol's sequence is even only at powers of two: take {below} or {2 * below}"
            )
        if len(self.replications) < 2:
            raise Mistake(
                "sensitivity needs at least 2 replications a point: one alone cannot tell an effect from luck"
            )
        if DUMMY in {*self.names, *(groups or ())}:
            raise Mistake(f"'{DUMMY}' is the name of the dummy parameter; choose another name")
        if groups is not None and method not in ("sobol", "morris"):
            raise Mistake(f"groups are analysed by sobol and morris, not by {method}")
        if groups is not None and len(groups) != len(self.names):
            raise Mistake(
                f"there are {len(self.names)} parameters and {len(groups)} groups; name a group for each parameter"
            )


def analyse(evaluate: Evaluate, study: Study, outcomes: Sequence[str] | None = None) -> list[Analysis]:
    """Analyse every outcome of ``evaluate``; ``outcomes``: their names, for messages.

    Raises :class:`~sim.errors.Mistake` on too few samples or replications, and when an outcome is constant or failed.
    """
    study.check()
    places = design(study.method, len(study.names), study.samples, study.seed, study.groups)
    points, which = distinct(places[:, :-1])
    found = np.asarray(evaluate(points, study.replications), np.float64)
    told = outcomes or [f"outcome {k}" for k in range(found.shape[2])]
    return [_analysed(study, places, found[which, :, k], name) for k, name in enumerate(told)]


def distinct(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different points in the order of their first appearance, and for each row its number among them."""
    _, first, which = np.unique(points, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return points[first[order]], place[which.ravel()]


def _complete(values: np.ndarray) -> np.ndarray:
    """Failed replications filled with what their point and their luck lead to expect: (points, replications)."""
    if np.isnan(values).all(axis=1).any():
        raise Mistake(
            "every replication of some point failed or had nothing to measure, so its outcome is not known; see the failed "
            "replications, or take another outcome"
        )
    there = np.isfinite(values)
    rows = np.nanmean(values, axis=1, keepdims=True)
    common = np.where(there, values - rows, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    return np.where(there, values, rows + common)


def chance_share(values: np.ndarray) -> float:
    """The share of the variance between the points' averages that is mere chance; ``values``: (points, replications).

    What remains of the outcomes when each point's mean and each replication's common luck are taken away, divided by the
    replications that are averaged (the residual of a two-way analysis of variance).
    """
    rest = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()
    points, count = values.shape
    residual = float((rest**2).sum()) / ((points - 1) * (count - 1))
    return min(1.0, residual / count / float(values.mean(axis=1).var(ddof=1)))


def luck(values: np.ndarray) -> np.ndarray:
    """What a fresh set of replications might add to each point's average: (points,).

    Half of the replications less the other half, without what is common to all points, scaled so that its variance is that
    of the difference between two averages over all replications.
    """
    count = values.shape[1]
    one, other = values[:, ::2], values[:, 1::2]
    gap = one.mean(axis=1) - other.mean(axis=1)
    scale = np.sqrt(2 / count / (1 / one.shape[1] + 1 / other.shape[1]))
    return scale * (gap - gap.mean())


def _analysed(study: Study, places: np.ndarray, values: np.ndarray, name: str) -> Analysis:
    """One outcome; ``values``: (rows of the design, replications)."""
    missing, values = float(np.isnan(values).mean()), _complete(values)
    averages = values.mean(axis=1)
    if np.ptp(averages) <= 1e-12 * max(1.0, float(np.abs(averages).max())):
        raise Mistake(f"{name} is the same at every point: nothing that is varied moves it; take another outcome")
    problem = problem_of(study.names, study.groups)
    with quiet(study.seed):
        indices = INDICES[study.method](problem, places, averages, luck(values), study.seed)
    names = tuple(dict.fromkeys(problem.get("groups", problem["names"])))[:-1]
    return Analysis(study.method, names, indices, chance_share(values), missing)
