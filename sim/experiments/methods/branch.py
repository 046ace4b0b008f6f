"""Run history once, and several policies from some week on; workers run each policy whole, with the same numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import Field

from sim.experiments import branching, company
from sim.experiments.laboratory import Laboratory
from sim.experiments.method import Method, MethodResult, MethodSettings, Plan
from sim.experiments.outcomes import Outcome
from sim.experiments.question import Experiment
from sim.runs.executor import Threads
from sim.runs.result import enlarged
from sim.runs.statistics import Difference, difference


class Settings(MethodSettings):
    """The section ``branch``: from which week on the policies differ."""

    week: int = Field(ge=1, description="The first week of the new policies")


@dataclass(frozen=True, eq=False)
class Branches(MethodResult):
    """What was found: ``values``, float64 (branches, replications, outcomes), the first the base.

    ``weekly``: name → outcome → its means by week, float64 (weeks,), of the outcomes that are kept by week.
    """

    names: Sequence[str]
    values: np.ndarray
    weekly: Mapping[str, Mapping[str, np.ndarray]]

    def gap(self, branch: int, outcome: Outcome) -> Difference:
        """The paired difference of a branch from the base."""
        return self.between(0, branch, outcome)

    def between(self, one: int, other: int, outcome: Outcome) -> Difference:
        """The paired difference of one branch, ``other``, from another."""
        k = self.experiment.outcomes.index(outcome)
        return difference(self.values[one, :, k], self.values[other, :, k], outcome.bounds)

    def columns(self) -> dict[str, Any]:
        """A row a branch and replication: each outcome, missing where it failed."""
        branches, numbers = (grid.ravel() for grid in np.indices(self.values.shape[:2]))
        columns: dict[str, Any] = {"policy": [self.names[int(p)] for p in branches], "replication": numbers}
        columns |= {name: self.values[..., k].ravel() for k, name in enumerate(self.experiment.measures)}
        return {"branches": columns}

    def told(self) -> dict[str, Any]:
        """See :meth:`MethodResult.told`."""
        asked = self.experiment
        gaps = {name: self._gaps_told(place) for place, name in enumerate(self.names) if place}
        return {
            "base": self.names[0], "week": asked.settings.week, "replications": asked.replications, "differences": gaps,
        }  # fmt: skip

    def _gaps_told(self, branch: int) -> dict[str, Any]:
        asked = self.experiment
        return {
            o.measure: enlarged(self.gap(branch, o)._asdict(), company.scale(asked, o), asked.replications)
            for o in asked.outcomes
        }


def plan(experiment: Experiment) -> Plan:
    """The base, if it is no policy itself, and every policy from the week on. Raises :class:`Mistake`."""
    base, week = experiment.base, experiment.settings.week
    found = [branching.branched(base, week, policy) for policy in experiment.policies.values()]
    scenarios = found if base.name in experiment.policies else [base, *found]
    return Plan(len(scenarios) * experiment.replications, make=lambda: scenarios)


def run(experiment: Experiment, laboratory: Laboratory, plan: Plan) -> Branches:
    """Run the branches on threads from one history, elsewhere each by itself. Raises :class:`Mistake`."""
    numbers, week = range(experiment.replications), experiment.settings.week
    if isinstance(laboratory.executor, Threads):
        values = branching.branch(laboratory, plan.scenarios, week, numbers, laboratory.executor.places)
    else:
        values = laboratory.measure(plan.scenarios, numbers)
    weekly = {scenario.name: laboratory.by_week(scenario, numbers) for scenario in plan.scenarios}
    return Branches(experiment, *laboratory.account, list(weekly), values, weekly)


WHY = "it varies policies only: leave levers and uncertainties out"
METHOD = Method(plan, run, Settings, needs=("policies",), refuses={"levers": WHY, "uncertainties": WHY})
