"""The best settings under a budget: a search over noisy averages, whose finalists are then compared on luck they have not seen.

The searches are optuna's: TPE (one objective), CMA-ES (one objective, smooth) and NSGA-II (several). Settings are asked for
and answered in batches of a fixed size, in a fixed order, so the same seed gives the same trials on however many workers.

Whatever wins a search among noisy averages was partly lucky (the winner's curse). So the finalists run again under fresh
replications, and only those figures are told: :func:`confirmed` lets :mod:`~sim.experiments.algorithms.selection` choose.
Points are places in the unit cube; every objective is larger-is-better by its ``sign``.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import Mistake, nearest
from sim.experiments.algorithms.selection import Terms, kim_nelson
from sim.experiments.algorithms.sensitivity import Evaluate, distinct
from sim.runs.statistics import ANYTHING, Interval, interval, mean_of

if TYPE_CHECKING:
    import optuna

SEARCHES = ("tpe", "cmaes", "nsga2")


@dataclass(frozen=True)
class Goal:
    """What is wanted of one outcome: more of it (``sign`` 1), less of it (-1), or nothing (0), within limits."""

    sign: int
    at_least: float = -math.inf
    at_most: float = math.inf

    def violation(self, means: np.ndarray) -> np.ndarray:
        """By how much each mean breaks the limits; 0 or less is within them."""
        return np.maximum(self.at_least - means, means - self.at_most)


@dataclass(frozen=True, eq=False)
class Search:
    """Every trial of a search, in the order in which they were asked for.

    ``points``: (trials, factors); ``means``: (trials, outcomes), averages over the replications of the search.
    """

    goals: tuple[Goal, ...]
    points: np.ndarray
    means: np.ndarray

    @property
    def feasible(self) -> np.ndarray:
        """Which trials kept all limits: bool (trials,)."""
        return _violation(self.goals, self.means) <= 0

    @property
    def objectives(self) -> np.ndarray:
        """The wanted outcomes, larger is better: (trials, objectives)."""
        return _objectives(self.goals, self.means)

    def front(self) -> np.ndarray:
        """Numbers of the feasible trials that no other feasible trial beats in every objective."""
        feasible = np.flatnonzero(self.feasible)
        return feasible[undominated(self.objectives[feasible])]

    def finalists(self, count: int) -> np.ndarray:
        """Numbers of the trials that go into the final: the best ``count`` different points, feasible ones first.

        With several objectives the front comes first. A trial just outside a limit may have been unlucky, so it is let in
        when too few are feasible.
        """
        violation = np.maximum(_violation(self.goals, self.means), 0)
        on_front = np.zeros(len(self.points), bool)
        on_front[self.front()] = True
        order = np.lexsort((-self.objectives[:, 0], ~on_front, violation))
        _, which = distinct(self.points[order])
        return order[np.unique(which, return_index=True)[1]][:count]


def _objectives(goals: Sequence[Goal], means: np.ndarray) -> np.ndarray:
    wanted = [k for k, goal in enumerate(goals) if goal.sign]
    return means[:, wanted] * np.array([goals[k].sign for k in wanted])


def _violation(goals: Sequence[Goal], means: np.ndarray) -> np.ndarray:
    """The largest violation of any limit; a failed trial breaks all: (trials,)."""
    each = np.stack([goal.violation(means[:, k]) for k, goal in enumerate(goals)], axis=1)
    return np.where(np.isnan(means).any(axis=1), math.inf, np.max(each, axis=1))


def undominated(values: np.ndarray) -> np.ndarray:
    """Which rows no other row beats: at least as large everywhere and larger somewhere. (rows, objectives) → bool."""
    at_least = np.all(values[None, :, :] >= values[:, None, :], axis=2)
    larger = np.any(values[None, :, :] > values[:, None, :], axis=2)
    return ~np.any(at_least & larger, axis=1)


@dataclass(frozen=True)
class Effort:
    """How a search goes about it: ``trials``, ``batch`` at a time, each averaged over ``replications``, by a ``method``."""

    trials: int
    replications: range
    batch: int = 16
    method: str = "tpe"
    seed: int = 1

    def check(self, goals: Sequence[Goal]) -> None:
        """Raise :class:`~sim.errors.Mistake` when the search cannot work for these goals."""
        wanted = sum(goal.sign != 0 for goal in goals)
        if self.method not in SEARCHES:
            hint = nearest(self.method, list(SEARCHES))
            raise Mistake(f"the search is '{self.method}', but must be one of {', '.join(SEARCHES)}{hint}")
        if not wanted:
            raise Mistake("there is nothing to optimise: give an outcome a direction")
        if wanted > 1 and self.method != "nsga2":
            raise Mistake(f"there are {wanted} objectives, which only nsga2 searches; {self.method} takes one")
        if self.trials < 10 or not 1 <= self.batch <= self.trials:
            raise Mistake(
                f"trials is {self.trials} in batches of {self.batch}; at least 10 trials are needed, and a batch of 1 or more"
            )
        if any(goal.at_least > goal.at_most for goal in goals):
            raise Mistake("a limit contradicts itself: at_least is above at_most")


def search(
    evaluate: Evaluate, factors: int, goals: Sequence[Goal], effort: Effort, known: np.ndarray | None = None
) -> Search:
    """Look for the best points; ``known`` points are tried first.

    Deterministic in the effort's seed and batch. Raises :class:`~sim.errors.Mistake` on settings that cannot work.
    """
    effort.check(goals)
    study = _study(goals, effort)
    names = [f"x{k}" for k in range(factors)]
    for point in known if known is not None else ():
        study.enqueue_trial(dict(zip(names, map(float, point), strict=True)))
    points, means = np.empty((0, factors)), np.empty((0, len(goals)))
    while len(points) < effort.trials:
        asked = _asked(study, names, min(effort.batch, effort.trials - len(points)))
        places = np.array([[trial.params[name] for name in names] for trial in asked])
        different, which = distinct(places)
        found = mean_of(np.asarray(evaluate(different, effort.replications), np.float64))[which]
        points, means = np.concatenate([points, places]), np.concatenate([means, found])
        _tell(study, asked, goals, found, effort.method)
    if not np.isfinite(means).all(axis=1).any():
        raise Mistake(
            "every trial failed or had nothing to measure, so there is nothing to choose from; see the failed replications, or "
            "take another outcome"
        )
    return Search(tuple(goals), points, means)


def _study(goals: Sequence[Goal], effort: Effort) -> optuna.Study:
    import optuna

    seed, batch = effort.seed % 2**32, effort.batch
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    limits: dict[str, Any] = {"constraints_func": lambda trial: trial.user_attrs["violations"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        warnings.simplefilter("ignore", FutureWarning)
        if effort.method == "tpe":
            start = max(10, batch)
            sampler: Any = optuna.samplers.TPESampler(
                seed=seed, n_startup_trials=start, multivariate=True, constant_liar=True, **limits
            )
        elif effort.method == "cmaes":
            sampler = optuna.samplers.CmaEsSampler(seed=seed, popsize=batch, warn_independent_sampling=False)
        else:
            sampler = optuna.samplers.NSGAIISampler(seed=seed, population_size=max(batch, 2), **limits)
        wanted = sum(goal.sign != 0 for goal in goals)
        return optuna.create_study(sampler=sampler, directions=["maximize"] * wanted)


def _asked(study: optuna.Study, names: Sequence[str], count: int) -> list[optuna.trial.Trial]:
    asked = [study.ask() for _ in range(count)]
    for trial in asked:
        for name in names:
            trial.suggest_float(name, 0.0, 1.0)
    return asked


def _tell(
    study: optuna.Study, asked: Sequence[optuna.trial.Trial], goals: Sequence[Goal], means: np.ndarray, method: str
) -> None:
    import optuna

    values, broken = _objectives(goals, means), _violation(goals, means)
    worst = _penalty(study, values)
    for trial, row, violation in zip(asked, values, broken, strict=True):
        if np.isnan(row).any():
            trial.set_user_attr("violations", [1e300])
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
            continue
        trial.set_user_attr("violations", [float(violation)])
        # CMA-ES knows no limits: a point outside them ranks below every point that was within, the further the lower
        told = [worst - float(violation)] if method == "cmaes" and violation > 0 else row.tolist()
        study.tell(trial, told)


def _penalty(study: optuna.Study, values: np.ndarray) -> float:
    """Below everything seen so far."""
    seen = [trial.values[0] for trial in study.get_trials(deepcopy=False) if trial.values]
    return float(np.nanmin([*seen, *values[:, 0]])) if seen or np.isfinite(values[:, 0]).any() else 0.0


@dataclass(frozen=True, eq=False)
class Confirmed:
    """The finalists under luck that the search had not seen.

    ``points``: (finalists, factors); ``searched``: (finalists, outcomes), what the search thought; ``fresh``: finalist →
    outcome → mean with 95 % interval; ``best``: the number of the winner among the finalists, None when none keeps the
    limits; ``remaining``: those that cannot be told apart from it; ``front``: those that no other beats in every objective
    by the fresh means.
    """

    points: np.ndarray
    searched: np.ndarray
    fresh: tuple[tuple[Interval, ...], ...]
    within: np.ndarray
    best: int | None
    remaining: tuple[int, ...]
    front: tuple[int, ...]

    @property
    def curse(self) -> np.ndarray:
        """What the search thought less what fresh luck says: (finalists, outcomes)."""
        return self.searched - np.array([[one.mean for one in row] for row in self.fresh])


def confirmed(
    evaluate: Evaluate,
    found: Search,
    terms: Terms,
    finalists: int = 8,
    bounds: Sequence[tuple[float, float]] | None = None,
) -> Confirmed:
    """Compare the finalists of a search on fresh replications, numbered from the terms' start on.

    A finalist whose fresh mean breaks a limit is out. With one objective the winner is chosen by KN on these terms; with
    several there is a front and no winner. ``bounds``: of each outcome, if it has any. Raises :class:`~sim.errors.Mistake`.
    """
    numbers = found.finalists(finalists)
    points = found.points[numbers]
    values = np.asarray(evaluate(points, range(terms.start, terms.start + terms.first)), np.float64)
    possible = bounds or [ANYTHING] * values.shape[2]
    fresh = tuple(tuple(interval(row[:, k], possible[k]) for k in range(row.shape[1])) for row in values)
    means = np.array([[one.mean for one in row] for row in fresh])
    within = _violation(found.goals, means) <= 0
    allowed = np.flatnonzero(within)
    front = tuple(allowed[undominated(_objectives(found.goals, means[allowed]))].tolist()) if len(allowed) else ()
    best, remaining = _winner(evaluate, points, allowed, found.goals, terms)
    return Confirmed(points, found.means[numbers], fresh, within, best, remaining, front)


def _winner(
    evaluate: Evaluate, points: np.ndarray, allowed: np.ndarray, goals: Sequence[Goal], terms: Terms
) -> tuple[int | None, tuple[int, ...]]:
    """The best of the points that are allowed, and those that cannot be told apart from it; none of several objectives."""
    wanted = [k for k, goal in enumerate(goals) if goal.sign]
    if len(wanted) > 1 or not len(allowed):
        return None, ()
    if len(allowed) == 1:
        return int(allowed[0]), (int(allowed[0]),)
    (outcome,) = wanted

    def policies(which: Sequence[int], replications: range) -> np.ndarray:
        chosen = points[allowed[list(which)]]
        return goals[outcome].sign * np.asarray(evaluate(chosen, replications))[:, :, outcome]

    chosen = kim_nelson(policies, len(allowed), terms)
    return int(allowed[chosen.best]), tuple(int(allowed[k]) for k in chosen.remaining)
