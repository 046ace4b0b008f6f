"""Ask the model at every point of a design, and say what moves the outcomes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sim.errors import Mistake
from sim.experiments import company
from sim.experiments.algorithms.effects import Effect, between_ends, entangled, share_of_lines, slopes
from sim.experiments.designs import Grid, OneAtATime, value_in
from sim.experiments.factors import Factor
from sim.experiments.laboratory import Laboratory
from sim.experiments.method import DesignPoint, Method, MethodResult, Plan
from sim.experiments.outcomes import Outcome
from sim.experiments.question import Experiment
from sim.runs.result import enlarged
from sim.runs.statistics import Difference, Interval, difference, interval, mean_of
from sim.scenario.whole import Scenario

MOST_REPLICATIONS = 2000
"""Where a wished precision gives up."""


@dataclass(frozen=True, eq=False)
class Sweep(MethodResult):
    """What a sweep found.

    ``points``: float64 (points, factors); ``values``: float64 (points, replications, outcomes), NaN where a replication
    failed, was not needed or had nothing to measure; ``today``: float64 (replications, outcomes), the base as it is.
    """

    points: np.ndarray
    scenarios: Sequence[Scenario]
    values: np.ndarray
    today: np.ndarray

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
        return difference(self.today[:, k], self.values[point, :, k])

    # ---- which point is best

    def allowed(self) -> np.ndarray:
        """bool (points,): whether the means of all outcomes keep their bounds; what is missing keeps none."""
        return self.experiment.kept(self.means)

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
        gaps = {p: difference(self.values[p, :, k], self.values[best, :, k]) for p in others}
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

    def columns(self) -> dict[str, Any]:
        """``points``, a row a point; ``runs``, a row a point and replication that was run."""
        return {"points": self._points(), "runs": self._runs()}

    def _points(self) -> dict[str, Any]:
        """The factors' values, each outcome's mean and 95 % interval, and how many replications finished."""
        columns: dict[str, Any] = {"point": np.arange(len(self.points)), "scenario": self.fingerprints}
        columns |= self.experiment.columns_at(self.points)
        for outcome in self.experiment.outcomes:
            around = [self.around(point, outcome) for point in range(len(self.points))]
            for key in ("mean", "low", "high", "sd"):
                name = outcome.measure if key == "mean" else f"{outcome.measure}_{key}"
                columns[name] = [getattr(item, key) for item in around]
        finished = np.isfinite(self.values).all(axis=2).sum(axis=1)
        return columns | {"replications": finished}

    def _runs(self) -> dict[str, Any]:
        """Each outcome, missing where it failed."""
        points, numbers = (grid.ravel() for grid in np.indices(self.values.shape[:2]))
        outcomes = {name: self.values[..., k].ravel() for k, name in enumerate(self.experiment.measures)}
        return {"point": points, "replication": numbers} | outcomes

    def told(self) -> dict[str, Any]:
        """See :meth:`MethodResult.told`."""
        asked = self.experiment
        return {
            "replications": asked.replications,
            "best": {o.measure: self.best(o) for o in asked.outcomes},
            "today": company.sizes(asked, mean_of(self.today)),
            "effects": {o.measure: self._effects_told(o) for o in asked.outcomes},
            "not_told_apart": [[factor.path for factor in group] for group in self.entangled],
            "missing": {o.measure: self.missing(o) for o in asked.outcomes},
            "points": company.rows(asked, self.table()),
        }

    def _effects_told(self, outcome: Outcome) -> dict[str, Any]:
        scale = company.scale(self.experiment, outcome)
        return {e.factor.path: enlarged(e.change._asdict(), scale, self.replications) for e in self.effects(outcome)}

    @property
    def fingerprints(self) -> list[str]:
        """The scenarios' fingerprints, under which the store knows them."""
        return [scenario.full_fingerprint for scenario in self.scenarios]

    @property
    def depends_on(self) -> list[str]:
        """The points, some of which may come from a file."""
        return self.fingerprints

    # ---- what can be drawn

    @property
    def mapped(self) -> bool:
        """See :meth:`MethodResult.mapped`."""
        return True

    def design_points(self) -> Sequence[DesignPoint]:
        """Every point of the design."""
        outcomes, kept = self.experiment.outcomes, self.allowed()
        return [
            DesignPoint(
                point,
                tuple(map(float, values)),
                tuple(self.around(point, outcome) for outcome in outcomes),
                tuple(self.against_today(point, outcome) for outcome in outcomes),
                bool(kept[point]),
            )
            for point, values in enumerate(self.points)
        ]


def plan(experiment: Experiment) -> Plan:
    """The points of the design and their scenarios. Raises :class:`Mistake`, before anything is run."""
    assert experiment.design is not None
    points = experiment.design.points(experiment)
    refuse_too_few(experiment, points)

    def scenarios() -> list[Scenario]:
        return [experiment.scenario_at_point(values, f"point {place}") for place, values in enumerate(points)]

    return Plan((len(points) + 1) * experiment.replications, points, scenarios)


def refuse_too_few(experiment: Experiment, points: np.ndarray) -> None:
    """Raise :class:`Mistake` unless there are more different points than factors: to tell these apart takes so many."""
    different, least = len(np.unique(points, axis=0)), len(experiment.factors) + 1
    if different < least:
        raise Mistake(
            f"the design has {different} different points, but to tell {least - 1} factors apart takes at least {least}; ask for "
            "more, or vary fewer factors"
        )


def run(experiment: Experiment, laboratory: Laboratory, plan: Plan) -> Sweep:
    """Ask the model at every point of the design. Raises :class:`Mistake` when there is nothing that could be asked."""
    assert experiment.design is not None
    count = len(plan.scenarios)
    order, everything = [count, *experiment.design.order(count)], [*plan.scenarios, experiment.base]
    values = laboratory.measure(everything, range(experiment.replications), order)
    if experiment.precision is not None:
        values = _until_precise(laboratory, everything, values, experiment.precision)
    _refuse_constant(experiment, values[:-1])
    return Sweep(experiment, *laboratory.account, plan.points, plan.scenarios, values[:-1], values[-1])


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
                f"outcomes.{outcome.measure} is {found[0]:g} in every run of every point, so nothing moves it; take another "
                "outcome, or vary something that touches it"
            )


def _until_precise(
    laboratory: Laboratory, scenarios: Sequence[Scenario], values: np.ndarray, precision: float
) -> np.ndarray:
    """More replications for the points that are not known well enough, until all are."""
    while len(todo := np.flatnonzero(~precise(values, precision))):
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

    def known(around: Interval) -> bool:
        return around.defined > 1 and (around.high - around.low) / 2 <= precision * abs(around.mean)

    return np.array([all(known(interval(column)) for column in rows.T) for rows in values], bool)


def is_map(experiment: Experiment) -> bool:
    """Whether the design is a grid whose first two factors make a map."""
    return isinstance(experiment.design, Grid) and len(experiment.factors) >= 2


def base_point(experiment: Experiment) -> dict[str, float]:
    """What the base gives to each factor."""
    return {factor.path: value_in(experiment, factor) for factor in experiment.factors}


METHOD = Method(
    plan,
    run,
    needs=("factors", "design"),
    explored="a map of settings",
    meant_by=lambda entries: "design" in entries and "policies" not in entries,
)
