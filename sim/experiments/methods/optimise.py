"""Look for the levers' best settings within limits; the finalists are compared on fresh luck."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pydantic import Field

from sim.experiments import company
from sim.experiments.algorithms.search import Confirmed, Effort, Goal, Search, confirmed, search
from sim.experiments.algorithms.selection import Terms
from sim.experiments.designs import value_in
from sim.experiments.laboratory import Laboratory
from sim.experiments.method import DesignPoint, Method, MethodResult, MethodSettings, Plan, over_places
from sim.experiments.outcomes import Outcome
from sim.experiments.question import Experiment
from sim.runs.statistics import Difference, difference, mean_of


class Settings(MethodSettings):
    """What may stand under ``optimise``. ``zone``: the smallest difference of the objective that matters, in its unit."""

    search: Literal["tpe", "cmaes", "nsga2"] | None = None
    trials: int = Field(100, ge=10, le=1_000_000)
    batch: int = Field(16, ge=1, le=10_000)
    finalists: int = Field(8, ge=1, le=1000)
    first: int = Field(30, ge=3, le=100_000)
    most: int = Field(500, ge=3, le=10_000_000)
    promise: float = Field(0.95, gt=0, lt=1)
    zone: float | None = Field(None, gt=0, allow_inf_nan=False)

    def effort(self, experiment: Experiment) -> Effort:
        """How the search goes about it: unless asked otherwise by NSGA-II for several objectives and by TPE for one."""
        several = sum(goal.sign != 0 for goal in goals_of(experiment)) > 1
        method, batch = self.search or ("nsga2" if several else "tpe"), min(self.batch, self.trials)
        return Effort(self.trials, range(experiment.replications), batch, method, experiment.seed)


@dataclass(frozen=True, eq=False)
class Optimum(MethodResult):
    """The search, its finalists under fresh luck, and how each differs from today (finalist → outcome).

    ``search_leads``: (finalists, outcomes), how far the search thought each finalist to be from today.
    """

    search: Search
    final: Confirmed
    values: np.ndarray
    against_today: tuple[tuple[Difference, ...], ...]
    search_leads: np.ndarray

    @property
    def objectives(self) -> list[Outcome]:
        """The outcomes that are made as good as possible; the others are only kept within limits."""
        return [o for o, goal in zip(self.experiment.outcomes, self.search.goals, strict=True) if goal.sign]

    def columns(self) -> dict[str, Any]:
        """``answer``, a row a finalist; ``trials``, a row a trial of the search, in its order."""
        return {"answer": self._finalists(), "trials": self._trials()}

    def _finalists(self) -> dict[str, Any]:
        """Levers, what the search thought, and what fresh luck says."""
        columns = self.experiment.columns_at(self.values)
        for k, name in enumerate(self.experiment.measures):
            columns[f"{name}_searched"] = self.final.searched[:, k]
            for key in ("mean", "low", "high"):
                columns[name if key == "mean" else f"{name}_{key}"] = [getattr(r[k], key) for r in self.final.fresh]
        within = {"within_limits": self.final.within, "on_front": self._flags(self.final.front)}
        return columns | within | {"best": self._flags((self.final.best,))}

    def _flags(self, which: tuple[int | None, ...]) -> list[bool]:
        return [k in which for k in range(len(self.values))]

    def _trials(self) -> dict[str, Any]:
        columns = self.experiment.columns_at(self.experiment.values_at(self.search.points))
        means = {name: self.search.means[:, k] for k, name in enumerate(self.experiment.measures)}
        return columns | means | {"within_limits": self.search.feasible}

    def told(self) -> dict[str, Any]:
        """See :meth:`MethodResult.told`."""
        return {
            "trials": len(self.search.points),
            "best": self.final.best,
            "not_told_apart": list(self.final.remaining),
            "front": list(self.final.front),
            "finalists": company.rows(self.experiment, self.table()),
        }

    def design_points(self) -> Sequence[DesignPoint]:
        """The finalists, on fresh luck."""
        rows = zip(self.values, self.final.fresh, self.against_today, self.final.within, strict=True)
        return [DesignPoint(k, tuple(map(float, v)), f, g, bool(w)) for k, (v, f, g, w) in enumerate(rows)]

    @property
    def tried(self) -> np.ndarray:
        """Every trial of the search."""
        return self.search.means


def goals_of(experiment: Experiment) -> list[Goal]:
    """An outcome with a limit is kept within it; any other is an objective. The first is one if all have limits."""
    limited = [outcome.limited for outcome in experiment.outcomes]
    return [
        Goal(
            o.sign if not bounded or (k == 0 and all(limited)) else 0,
            -math.inf if o.at_least is None else o.at_least,
            math.inf if o.at_most is None else o.at_most,
        )
        for k, (o, bounded) in enumerate(zip(experiment.outcomes, limited, strict=True))
    ]


def plan(experiment: Experiment) -> Plan:
    """The search and the first stage of the final. Raises :class:`Mistake` when the search cannot work."""
    settings: Settings = experiment.settings
    settings.effort(experiment).check(goals_of(experiment))
    return Plan(settings.trials * experiment.replications + (settings.finalists + 1) * settings.first)


def run(experiment: Experiment, laboratory: Laboratory, plan: Plan) -> Optimum:
    """Search, then compare the finalists on fresh replications. Raises :class:`Mistake`."""
    settings: Settings = experiment.settings
    evaluate, start = over_places(experiment, laboratory), experiment.replications
    today = [factor.place_of(value_in(experiment, factor)) for factor in experiment.factors]
    known = None if None in today else np.array([today], np.float64)  # today's settings are always among the trials
    found = search(evaluate, len(today), goals_of(experiment), settings.effort(experiment), known)
    terms = Terms(settings.zone or _zone(found), settings.promise, settings.first, most=settings.most, start=start)
    final = confirmed(evaluate, found, terms, settings.finalists, [outcome.bounds for outcome in experiment.outcomes])
    fresh = range(start, start + settings.first)
    base = laboratory.measure([experiment.base], fresh)[0]
    against = tuple(tuple(_gap(base, values)) for values in evaluate(final.points, fresh))
    leads = final.searched - mean_of(laboratory.measure([experiment.base], range(start)))[0]
    values = experiment.values_at(final.points)
    return Optimum(experiment, *laboratory.account, found, final, values, against, leads)


def _zone(found: Search) -> float:
    """Without a zone: a hundredth of how far the objective ranges over all trials."""
    values = found.objectives[:, 0]
    return max(float(np.nanmax(values) - np.nanmin(values)) / 100, 1e-12)


def _gap(today: np.ndarray, values: np.ndarray) -> list[Difference]:
    return [difference(today[:, k], values[:, k]) for k in range(values.shape[1])]


WHY = "it varies levers alone, and uncertainties are given; remove them, or ask 'loyalty robust' which policy bears them best"
METHOD = Method(
    plan, run, Settings, needs=("levers",), refuses={"uncertainties": WHY}, explored="a search for the best"
)
