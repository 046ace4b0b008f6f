"""Say which settings matter to the outcomes, and how much of what is seen is mere chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from sim.experiments.algorithms.sensitivity import Analysis, Study, analyse
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

    def study(self, experiment: Experiment) -> Study:
        """How the factors are analysed, by their labels, or by their paths where two labels are the same."""
        labels, paths = [factor.label for factor in experiment.factors], experiment.paths
        mechanisms = [path.partition(".")[0].replace("_", " ") for path in paths]
        return Study(
            labels if len(set(labels)) == len(labels) else paths, self.method, self.samples,
            range(experiment.replications), experiment.seed, mechanisms if self.by == "mechanism" else None,
        )  # fmt: skip


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
        return settings.study(self.experiment).runs

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


def plan(experiment: Experiment) -> Plan:
    """All points of the design. Raises :class:`Mistake`, before any is run, when they cannot answer."""
    study = experiment.settings.study(experiment)
    study.check()
    return Plan(study.runs * experiment.replications)


def run(experiment: Experiment, laboratory: Laboratory, plan: Plan) -> Sensitivities:
    """Run the design and analyse every outcome. Raises :class:`Mistake`."""
    study = experiment.settings.study(experiment)
    found = analyse(over_places(experiment, laboratory), study, experiment.measures)
    return Sensitivities(experiment, *laboratory.account, tuple(found))


METHOD = Method(plan, run, Settings, needs=("factors",), explored="what matters most")
