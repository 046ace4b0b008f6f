"""Say which settings matter to the outcomes, and how much of what is seen is mere chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from sim.experiments.algorithms import sensitivity
from sim.experiments.algorithms.sensitivity import Analysis
from sim.experiments.algorithms.sensitivity_indices import DUMMY
from sim.experiments.laboratory import Laboratory
from sim.experiments.method import Method, MethodResult, MethodSettings, Plan, over_places
from sim.experiments.question import Experiment
from sim.runs.statistics import plain


class Settings(MethodSettings):
    """What may stand under ``sensitivity``."""

    method: Literal["sobol", "morris", "pawn", "delta"] = "sobol"
    samples: int = Field(64, ge=1, le=100_000)
    by: Literal["parameter", "mechanism"] = "parameter"

    def groups(self, experiment: Experiment) -> list[str] | None:
        """The mechanism of each factor, when whole mechanisms are asked for."""
        if self.by == "parameter":
            return None
        return [path.partition(".")[0].replace("_", " ") for path in experiment.paths]

    def points(self, experiment: Experiment) -> int:
        """At most how many points there are to run."""
        return sensitivity.runs(self.method, len(experiment.factors), self.samples, self.groups(experiment))


@dataclass(frozen=True, eq=False)
class Sensitivities(MethodResult):
    """An analysis for each outcome, in the file's order."""

    found: tuple[Analysis, ...]

    @property
    def analyses(self) -> Sequence[Analysis]:
        """See :meth:`MethodResult.analyses`."""
        return self.found

    @property
    def points(self) -> int:
        """At most how many points were run."""
        settings: Settings = self.experiment.settings
        return settings.points(self.experiment)

    def columns(self) -> dict[str, Any]:
        """A row an outcome, factor and index, the dummy's among them."""
        rows = [
            {"outcome": outcome.measure, "factor": name, "index": kind, **index._asdict()}
            for outcome, found in zip(self.experiment.outcomes, self.found, strict=True)
            for kind, indices in found.told.items()
            for name, index in zip((*found.names, DUMMY), indices, strict=True)
        ]
        return {"answer": rows}

    def told(self) -> dict[str, Any]:
        """See :meth:`MethodResult.told`."""
        told = {name: _plain(found) for name, found in zip(self.experiment.measures, self.found, strict=True)}
        return {"method": self.experiment.settings.method, "points": self.points, "outcomes": told}


def _plain(found: Analysis) -> dict[str, Any]:
    names = (*found.names, DUMMY)
    indices = {
        kind: {name: plain(index) for name, index in zip(names, row, strict=True)} for kind, row in found.told.items()
    }
    return {
        "chance": plain(found.chance),
        "missing": found.missing,
        "indices": indices,
        "above_chance": list(found.above_chance),
        "undecided": list(found.undecided),
        "warning": found.warning,
    }


def names_of(experiment: Experiment) -> list[str]:
    """The factors' labels; their paths where two labels are the same."""
    labels = [factor.label for factor in experiment.factors]
    return labels if len(set(labels)) == len(labels) else experiment.paths


def plan(experiment: Experiment) -> Plan:
    """All points of the design. Raises :class:`Mistake`, before any is run, when they cannot answer."""
    settings: Settings = experiment.settings
    times, groups = experiment.replications, settings.groups(experiment)
    sensitivity.check(settings.method, names_of(experiment), settings.samples, times, groups)
    return Plan(settings.points(experiment) * times)


def run(experiment: Experiment, laboratory: Laboratory, plan: Plan) -> Sensitivities:
    """Run the design and analyse every outcome. Raises :class:`Mistake`."""
    settings: Settings = experiment.settings
    found = sensitivity.analyse(
        over_places(experiment, laboratory), names_of(experiment), method=settings.method, samples=settings.samples,
        replications=range(experiment.replications), seed=experiment.seed, groups=settings.groups(experiment),
        outcomes=experiment.measures,
    )  # fmt: skip
    return Sensitivities(experiment, *laboratory.account, tuple(found))


METHOD = Method(plan, run, Settings, needs=("factors",), explored="what matters most")
