"""A sweep: the model asked at every point of a design, and what moves the outcomes."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import Mistake
from sim.experiments import company
from sim.experiments.blocks import made
from sim.experiments.designs import Grid, OneAtATime, value_in
from sim.experiments.effects import Effect, between_ends, entangled, share_of_lines, slopes
from sim.experiments.factors import Factor
from sim.experiments.laboratory import Laboratory, Tally
from sim.experiments.outcomes import Outcome
from sim.experiments.question import Experiment
from sim.runs.result import enlarged
from sim.runs.runner import Failure
from sim.runs.statistics import Difference, Interval, difference, interval
from sim.scenario.whole import Scenario

if TYPE_CHECKING:
    import pandas as pd

MOST_REPLICATIONS = 2000
"""Where a wished precision gives up."""


@dataclass(frozen=True, eq=False)
class Sweep:
    """What a sweep found.

    ``points``: float64 (points, factors); ``values``: float64 (points, replications, outcomes), NaN where a replication
    failed, was not needed or had nothing to measure; ``today``: float64 (replications, outcomes), the base as it is.
    """

    experiment: Experiment
    points: np.ndarray
    scenarios: Sequence[Scenario]
    values: np.ndarray
    today: np.ndarray
    tally: Tally
    failures: tuple[Failure, ...]

    @property
    def replications(self) -> int:
        """Replications that every point has, failed ones included."""
        return self.experiment.replications

    def place(self, outcome: Outcome) -> int:
        """The place of an outcome on the last axis."""
        return self.experiment.outcomes.index(outcome)

    @cached_property
    def means(self) -> np.ndarray:
        """float64 (points, outcomes): means over the replications that have them; NaN where none has."""
        return mean_of(self.values)

    def around(self, point: int, outcome: Outcome) -> Interval:
        """Mean and 95 % interval of an outcome at a point."""
        return interval(self.values[point, :, self.place(outcome)], outcome.bounds)

    def against_today(self, point: int, outcome: Outcome) -> Difference:
        """The paired difference of a point from the base."""
        k = self.place(outcome)
        return _paired(self.today[:, k], self.values[point, :, k])

    # ---- which point is best

    def allowed(self) -> np.ndarray:
        """bool (points,): whether the means of all outcomes keep their bounds; what is missing keeps none."""
        kept = np.isfinite(self.means).any(axis=1)
        for k, outcome in enumerate(self.experiment.outcomes):
            if outcome.at_least is not None:
                kept &= self.means[:, k] >= outcome.at_least
            if outcome.at_most is not None:
                kept &= self.means[:, k] <= outcome.at_most
        return kept

    def best(self, outcome: Outcome) -> int | None:
        """The point with the best mean among those that keep the bounds; None when none does."""
        means = outcome.sign * self.means[:, self.place(outcome)]
        means = np.where(self.allowed() & np.isfinite(means), means, -math.inf)
        return int(means.argmax()) if np.isfinite(means.max()) else None

    def rivals(self, outcome: Outcome) -> list[int]:
        """The points that keep the bounds and whose lag behind the best may be mere chance."""
        best, k = self.best(outcome), self.place(outcome)
        there = self.allowed() & np.isfinite(self.means[:, k])
        others = [int(p) for p in np.flatnonzero(there) if p != best] if best is not None else []
        gaps = {p: _paired(self.values[p, :, k], self.values[best, :, k]) for p in others}
        return [p for p, gap in gaps.items() if not gap.decided]

    # ---- what moves it

    def effects(self, outcome: Outcome) -> list[Effect]:
        """What each factor does to an outcome, the largest change first; see :meth:`fitted_share` for how straight it is.

        In a one-at-a-time design, the difference between the runs at its lowest and highest value; else the slope of a
        regression on all factors, fitted in every replication by itself, times the factor's range. Of factors that vary
        only together (:attr:`entangled`) nothing is said.
        """
        values = self.values[:, : self.replications, self.place(outcome)]
        way = between_ends if isinstance(self.experiment.design, OneAtATime) else slopes
        found = way(self.experiment.factors, self.points, values, outcome.bounds)
        return sorted(found, key=lambda effect: -np.nan_to_num(abs(effect.change.mean)))

    @cached_property
    def entangled(self) -> list[list[Factor]]:
        """Groups of factors that the design moves only together, so that what each of them does cannot be told."""
        if isinstance(self.experiment.design, OneAtATime):
            return []
        return [[self.experiment.factors[k] for k in group] for group in entangled(self.points)]

    def missing(self, outcome: Outcome) -> int:
        """Runs that finished and had nothing to measure of an outcome."""
        lacking = np.isnan(self.values[:, : self.replications, self.place(outcome)]).sum()
        return max(0, int(lacking) - len(self.failures))

    def fitted_share(self, outcome: Outcome) -> float | None:
        """Share of the variance of the points' means that straight lines in the factors explain (R²); None if none varies."""
        return share_of_lines(self.points, self.means[:, self.place(outcome)])

    # ---- tables

    def table(self) -> pd.DataFrame:
        """One row a point: the factors' values, and each outcome's mean, 95 % interval, and replications that finished."""
        import pandas as pd

        columns: dict[str, Any] = {"point": np.arange(len(self.points)), "scenario": self.fingerprints}
        columns |= {factor.path: self.points[:, k] for k, factor in enumerate(self.experiment.factors)}
        for outcome in self.experiment.outcomes:
            around = [self.around(point, outcome) for point in range(len(self.points))]
            for key in ("mean", "low", "high", "sd"):
                name = outcome.measure if key == "mean" else f"{outcome.measure}_{key}"
                columns[name] = [getattr(item, key) for item in around]
        finished = np.isfinite(self.values).all(axis=2).sum(axis=1)
        return pd.DataFrame(columns | {"replications": finished})

    def runs(self) -> pd.DataFrame:
        """One row a point and replication that was run: each outcome, missing where it failed."""
        import pandas as pd

        points, numbers = (grid.ravel() for grid in np.indices(self.values.shape[:2]))
        columns = {"point": points, "replication": numbers}
        rows = self.values.reshape(-1, len(self.experiment.outcomes))
        return pd.DataFrame(columns | {name: rows[:, k] for k, name in enumerate(self.experiment.measures)})

    def to_json(self) -> dict[str, Any]:
        """The object that ``loyalty sweep --json`` prints, without its sentence."""
        asked = self.experiment
        return {
            "question": asked.question,
            "experiment": asked.path.stem,
            "address": self.address,
            "seed": asked.seed,
            "replications": asked.replications,
            "stands_for": asked.base.market.stands_for,
            "found": self.tally.found,
            "ran": self.tally.ran,
            "failed": len(self.failures),
            "best": {o.measure: self.best(o) for o in asked.outcomes},
            "today": company.sizes(asked, mean_of(self.today[None])[0]),
            "effects": {o.measure: self._effects_told(o) for o in asked.outcomes},
            "not_told_apart": [[factor.path for factor in group] for group in self.entangled],
            "missing": {o.measure: self.missing(o) for o in asked.outcomes},
            "points": company.rows(asked, self.table()),
        }

    def _effects_told(self, outcome: Outcome) -> dict[str, Any]:
        scale = company.scale(self.experiment, outcome.measure)
        return {e.factor.path: enlarged(e.change._asdict(), scale, self.replications) for e in self.effects(outcome)}

    @property
    def fingerprints(self) -> list[str]:
        """The scenarios' fingerprints, under which the store knows them."""
        return [scenario.full_fingerprint for scenario in self.scenarios]

    @cached_property
    def address(self) -> str:
        """A hash of all that the answer depends on: the question's parts, the points, the source and the libraries."""
        key = [made(), self.experiment.base.full_fingerprint, self.experiment.seed, self.experiment.replications]
        key += [self.experiment.precision, self.experiment.paths, self.experiment.measures, self.fingerprints]
        return hashlib.sha256(json.dumps(key).encode()).hexdigest()[:12]


def mean_of(values: np.ndarray) -> np.ndarray:
    """Means over the second axis, leaving out NaN; NaN where nothing is left."""
    kept = np.isfinite(values)
    counts = kept.sum(axis=1)
    sums = np.where(kept, values, 0.0).sum(axis=1)
    return np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)


def _paired(base: np.ndarray, other: np.ndarray) -> Difference:
    """The difference over the replications that both finished."""
    count = min(len(base), len(other))
    kept = np.isfinite(base[:count]) & np.isfinite(other[:count])
    return difference(base[:count][kept], other[:count][kept])


def scenarios_of(experiment: Experiment, points: np.ndarray) -> list[Scenario]:
    """The scenario of every point. Raises :class:`Mistake` naming the first point that makes no sense."""
    found = []
    for place, values in enumerate(points):
        try:
            found.append(experiment.scenario_at(values))
        except Mistake as mistake:
            told = ", ".join(f"{f.path} {f.told(v)}" for f, v in zip(experiment.factors, values, strict=True))
            raise Mistake(f"{experiment.path.name}: point {place} ({told}) makes no sense: {mistake}") from None
    return found


def planned(experiment: Experiment) -> tuple[np.ndarray, list[Scenario]]:
    """The points of the design and their scenarios. Raises :class:`Mistake`, before anything is run."""
    experiment.need("design")
    assert experiment.design is not None
    points = experiment.design.points(experiment)
    refuse_too_few(experiment, points)
    return points, scenarios_of(experiment, points)


def refuse_too_few(experiment: Experiment, points: np.ndarray) -> None:
    """Raise :class:`Mistake` unless there are more different points than factors: to tell these apart takes so many."""
    different, least = len(np.unique(points, axis=0)), len(experiment.factors) + 1
    if different < least:
        raise Mistake(
            f"{experiment.path.name}: the design has {different} different points, but to tell {least - 1} factors apart takes "
            f"at least {least}; ask for more, or vary fewer factors"
        )


def sweep(
    experiment: Experiment, laboratory: Laboratory, plan: tuple[np.ndarray, list[Scenario]] | None = None
) -> Sweep:
    """Ask the model at every point of the design. Raises :class:`Mistake` when there is nothing that could be asked."""
    points, scenarios = plan or planned(experiment)
    assert experiment.design is not None
    order = [len(scenarios), *experiment.design.order(len(scenarios))]
    everything = [*scenarios, experiment.base]
    values = laboratory.measure(everything, range(experiment.replications), order)
    if experiment.precision is not None:
        values = _until_precise(experiment, laboratory, everything, values)
    _refuse_constant(experiment, values[:-1])
    return Sweep(experiment, points, scenarios, values[:-1], values[-1], laboratory.tally, tuple(laboratory.failures))


def _refuse_constant(experiment: Experiment, values: np.ndarray) -> None:
    """An outcome that is the same everywhere cannot answer anything."""
    for k, outcome in enumerate(experiment.outcomes):
        found = values[..., k][np.isfinite(values[..., k])]
        if not len(found):
            raise Mistake(
                f"nothing is known of {outcome.measure}: no replication finished, or none had anything to measure; see what "
                "failed, or take another outcome"
            )
        if len(values) > 1 and np.ptp(found) == 0:
            raise Mistake(
                f"{experiment.path.name}: outcomes.{outcome.measure} is {found[0]:g} in every run of every point, so "
                "nothing moves it; take another outcome, or vary something that touches it"
            )


def _until_precise(
    experiment: Experiment, laboratory: Laboratory, scenarios: Sequence[Scenario], values: np.ndarray
) -> np.ndarray:
    """More replications for the points that are not known well enough, until all are."""
    while len(todo := np.flatnonzero(~precise(values, experiment.precision or 0))):
        done = values.shape[1]
        if done >= MOST_REPLICATIONS:
            break
        more = range(done, min(2 * done, MOST_REPLICATIONS))
        added = np.full((len(values), len(more), values.shape[2]), np.nan)
        added[todo] = laboratory.measure([scenarios[int(k)] for k in todo], more)
        values = np.concatenate([values, added], axis=1)
    return values


def precise(values: np.ndarray, precision: float) -> np.ndarray:
    """bool (points,): whether every outcome's 95 % half-width is within this share of its mean."""
    found = np.ones(len(values), bool)
    for point, rows in enumerate(values):
        for column in rows.T:
            known = column[np.isfinite(column)]
            around = interval(known)
            if len(known) < 2 or (around.high - around.low) / 2 > precision * abs(around.mean):
                found[point] = False
    return found


def is_map(experiment: Experiment) -> bool:
    """Whether the design is a grid whose first two factors make a map."""
    return isinstance(experiment.design, Grid) and len(experiment.factors) >= 2


def base_point(experiment: Experiment) -> dict[str, float]:
    """What the base gives to each factor."""
    return {factor.path: value_in(experiment, factor) for factor in experiment.factors}
