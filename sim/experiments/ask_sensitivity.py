"""``loyalty sensitivity``: which factors of an experiment move its outcomes, and how much of what is seen is mere chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sim.errors import Mistake
from sim.experiments import sensitivity
from sim.experiments.asking import Asked, over_places
from sim.experiments.laboratory import Laboratory
from sim.experiments.question import Experiment
from sim.experiments.sensitivity import Analysis
from sim.experiments.sensitivity_methods import DUMMY
from sim.runs.statistics import plain

if TYPE_CHECKING:
    import pandas as pd


class Settings(BaseModel):
    """What may stand under ``sensitivity``."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    method: Literal["sobol", "morris", "pawn", "delta"] = "sobol"
    samples: int = Field(64, ge=1, le=100_000)
    by: Literal["parameter", "mechanism"] = "parameter"


@dataclass(frozen=True, eq=False)
class Sensitivities(Asked):
    """An analysis for each outcome, in the file's order."""

    analyses: tuple[Analysis, ...]
    points: int

    def table(self) -> pd.DataFrame:
        """One row an outcome, factor and index, the dummy's among them."""
        import pandas as pd

        rows = [
            {"outcome": outcome.measure, "factor": name, "index": kind, **index._asdict()}
            for outcome, found in zip(self.experiment.outcomes, self.analyses, strict=True)
            for kind, indices in found.told.items()
            for name, index in zip((*found.names, DUMMY), indices, strict=True)
        ]
        return pd.DataFrame(rows)

    def to_json(self) -> dict[str, Any]:
        """The object that ``loyalty sensitivity --json`` prints, without its sentence."""
        pairs = zip(self.experiment.outcomes, self.analyses, strict=True)
        told = {outcome.measure: _plain(found) for outcome, found in pairs}
        settings: Settings = self.experiment.settings
        return self.head("sensitivity") | {"method": settings.method, "points": self.points, "outcomes": told}


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


def groups_of(experiment: Experiment) -> list[str] | None:
    """The mechanism of each factor, when whole mechanisms are asked for."""
    settings: Settings = experiment.settings
    if settings.by == "parameter":
        return None
    return [path.partition(".")[0].replace("_", " ") for path in experiment.paths]


def names_of(experiment: Experiment) -> list[str]:
    """The factors' labels; their paths where two labels are the same."""
    labels = [factor.label for factor in experiment.factors]
    return labels if len(set(labels)) == len(labels) else experiment.paths


def check(experiment: Experiment) -> int:
    """At most how many points will be run. Raises :class:`Mistake`, before anything is, when that cannot answer."""
    experiment.need("factors")
    settings, groups = experiment.settings, groups_of(experiment)
    try:
        sensitivity.check(settings.method, names_of(experiment), settings.samples, experiment.replications, groups)
    except Mistake as mistake:
        raise Mistake(f"{experiment.path.name}: sensitivity: {mistake}") from None
    return sensitivity.runs(settings.method, len(experiment.factors), settings.samples, groups)


def ask(experiment: Experiment, laboratory: Laboratory) -> Sensitivities:
    """Run the design and analyse every outcome. Raises :class:`Mistake`."""
    settings: Settings = experiment.settings
    points = check(experiment)
    found = sensitivity.analyse(
        over_places(experiment, laboratory), names_of(experiment), method=settings.method, samples=settings.samples,
        replications=range(experiment.replications), seed=experiment.seed, groups=groups_of(experiment),
        outcomes=experiment.measures,
    )  # fmt: skip
    return Sensitivities(experiment, laboratory.tally, tuple(laboratory.failures), tuple(found), points)
