"""``loyalty select``: which of the policies in an experiment is best, with a promised probability of being right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sim.errors import Mistake
from sim.experiments import company, selection
from sim.experiments.asking import Asked
from sim.experiments.laboratory import Laboratory
from sim.experiments.question import Experiment
from sim.experiments.selection import Selection, kim_nelson, ocba, subset
from sim.runs.statistics import Interval, interval

if TYPE_CHECKING:
    import pandas as pd

PROCEDURES = {"kn": kim_nelson, "ocba": ocba}


class Settings(BaseModel):
    """What may stand under ``select``. ``zone``: the smallest difference of the first outcome that matters, in its unit."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    procedure: Literal["kn", "ocba", "subset"] = "kn"
    zone: float = Field(gt=0, allow_inf_nan=False)
    promise: float = Field(0.95, gt=0, lt=1)
    first: int = Field(20, ge=3, le=100_000)
    batch: int = Field(20, ge=1, le=100_000)
    most: int = Field(1000, ge=3, le=10_000_000)


@dataclass(frozen=True, eq=False)
class Selected(Asked):
    """Which policy is best; ``levels``: policy → the first outcome's mean with its 95 % interval, in its own sign.

    ``gaps``: policy → how much more of the outcome than the best, paired.
    """

    found: Selection
    names: tuple[str, ...]
    levels: tuple[Interval, ...]
    gaps: tuple[Interval, ...]

    @property
    def best(self) -> str:
        """The best policy's name."""
        return self.names[self.found.best]

    @property
    def remaining(self) -> list[str]:
        """The policies that cannot be told apart from the best, the best first."""
        return [self.best, *(self.names[k] for k in self.found.remaining if k != self.found.best)]

    def table(self) -> pd.DataFrame:
        """One row a policy."""
        import pandas as pd

        return pd.DataFrame(
            {
                "policy": self.names,
                "replications": self.found.used,
                "mean": [one.mean for one in self.levels],
                "low": [one.low for one in self.levels],
                "high": [one.high for one in self.levels],
                "less_best": [one.mean for one in self.gaps],
                "less_best_low": [one.low for one in self.gaps],
                "less_best_high": [one.high for one in self.gaps],
                "remains": [k in self.found.remaining for k in range(len(self.names))],
            }
        )

    def to_json(self) -> dict[str, Any]:
        """The object that ``loyalty select --json`` prints, without its sentence."""
        rows = company.rows(self.experiment, self.table(), self.outcome.measure)
        settings: Settings = self.experiment.settings
        return self.head("select") | {
            "outcome": self.outcome.measure,
            "best": self.best,
            "decided": self.found.decided,
            "remaining": self.remaining,
            "promise": settings.promise,
            "zone": settings.zone * company.scale(self.experiment, self.outcome.measure),
            "policies": {row.pop("policy"): row for row in rows},
        }


def check(experiment: Experiment) -> int:
    """At most how many replications will be run. Raises :class:`Mistake` when selection cannot promise anything."""
    settings: Settings = experiment.settings
    experiment.need("policies")
    try:
        selection.check(len(experiment.policies), settings.zone, settings.promise, settings.first, settings.most)
    except Mistake as mistake:
        raise Mistake(f"{experiment.path.name}: select: {mistake}") from None
    return len(experiment.policies) * (settings.first if settings.procedure == "subset" else settings.most)


def ask(experiment: Experiment, laboratory: Laboratory) -> Selected:
    """Compare the policies until the promise can be given or the budget is spent. Raises :class:`Mistake`."""
    check(experiment)
    sign, names = experiment.outcomes[0].sign, tuple(experiment.policies)
    scenarios = list(experiment.policies.values())
    seen: dict[int, list[np.ndarray]] = {k: [] for k in range(len(names))}

    def evaluate(policies: Sequence[int], replications: range) -> np.ndarray:
        values = laboratory.measure([scenarios[p] for p in policies], replications)[:, :, 0]
        for policy, row in zip(policies, values, strict=True):
            seen[policy].append(row)
        return sign * values

    found = _selected(experiment.settings, evaluate, len(names))
    levels = [np.concatenate(parts) for parts in seen.values()]
    gaps = tuple(_paired(levels[found.best], one) for one in levels)
    around = tuple(interval(one, experiment.outcomes[0].bounds) for one in levels)
    return Selected(experiment, laboratory.tally, tuple(laboratory.failures), found, names, around, gaps)


def _selected(settings: Settings, evaluate: selection.Evaluate, policies: int) -> Selection:
    common = {"zone": settings.zone, "promise": settings.promise}
    if settings.procedure != "subset":
        budget = {"first": settings.first, "batch": settings.batch, "most": settings.most}
        return PROCEDURES[settings.procedure](evaluate, policies, **common, **budget)  # type: ignore[arg-type]
    values = evaluate(range(policies), range(settings.first))
    return selection.summary(values, subset(values, settings.promise), settings.promise, settings.zone)


def _paired(best: np.ndarray, other: np.ndarray) -> Interval:
    count = min(len(best), len(other))
    return interval(other[:count] - best[:count])
