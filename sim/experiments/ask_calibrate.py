"""``loyalty calibrate``: fit the uncertainties of an experiment to the user's own figures."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sim.errors import Mistake
from sim.experiments import calibration, figures
from sim.experiments.asking import Asked
from sim.experiments.factors import Factor
from sim.experiments.figures import Figure
from sim.experiments.laboratory import Laboratory
from sim.experiments.posterior import Posterior
from sim.experiments.question import Experiment
from sim.runs.statistics import plain
from sim.scenario.inheritance import root_of
from sim.scenario.whole import Scenario
from sim.system import outputs

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 200
"""Rows of the posterior's table, each as likely as any other."""


class Settings(BaseModel):
    """What may stand under ``calibrate``: ``figures`` by name, and the effort."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    figures: dict[str, Figure] = Field(min_length=1)
    particles: int = Field(200, ge=20, le=1_000_000)
    search: int = Field(60, ge=0, le=1_000_000)


@dataclass(frozen=True, eq=False)
class Calibration(Asked):
    """The posterior, and the scenario that fits best."""

    posterior: Posterior
    best: Scenario

    @property
    def factors(self) -> tuple[Factor, ...]:
        """What was fitted."""
        return self.experiment.factors

    def values(self, places: np.ndarray) -> np.ndarray:
        """Places as values of the factors."""
        return self.experiment.values_at(places)

    @property
    def best_values(self) -> np.ndarray:
        """The factors at the best fit."""
        return self.values(self.posterior.best)[0]

    @property
    def middles(self) -> np.ndarray:
        """The middle of what each factor may be, which lies within its interval as the best fit need not: medians."""
        return self.values(self.posterior.interval(0.0)[:, 0])[0]

    def intervals(self) -> np.ndarray:
        """The central 90 % interval of each factor: (factors, 2)."""
        return self.values(self.posterior.interval(0.9).T).T

    def draws(self) -> pd.DataFrame:
        """Equally likely parameter sets, named by path: a table for a design of kind ``table``."""
        import pandas as pd

        return pd.DataFrame(
            self.values(self.posterior.draws(DRAWS, self.experiment.seed)), columns=self.experiment.paths
        )

    def table(self) -> pd.DataFrame:
        """One row a factor: best fit, 90 % interval, posterior over prior width."""
        import pandas as pd

        found = self.intervals()
        return pd.DataFrame(
            {
                "factor": self.experiment.paths,
                "before": [_before(self.experiment, factor) for factor in self.factors],
                "best": self.best_values,
                "median": self.middles,
                "low": found[:, 0],
                "high": found[:, 1],
                "width_over_prior": self.posterior.widths,
            }
        )

    def checked(self) -> pd.DataFrame:
        """One row a figure: what was given, and what the posterior predicts."""
        import pandas as pd

        rows = [
            {"figure": c.target.name, "given": c.target.value, "error": c.target.error, "predicted": c.median,
             "low": c.low, "high": c.high, "met": c.met}
            for c in self.posterior.checks(self.experiment.seed)
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def to_json(self) -> dict[str, Any]:
        """The object that ``loyalty calibrate --json`` prints, without its sentence."""
        found = self.posterior
        return self.head("calibrate") | {
            "factors": {row.pop("factor"): row for row in plain(self.table().to_dict("records"))},
            "figures": {row.pop("figure"): row for row in plain(self.checked().to_dict("records"))},
            "figures_are_of": "the simulated customers, as in the file",
            "not_told": list(found.not_told),
            "not_told_apart": [list(pair) for pair in found.not_told_apart],
            "misfit": plain(found.misfit),
            "plausible": plain(found.plausible),
            "settled": found.settled,
            "effective_particles": found.effective,
        }

    def save_best(self, path: Path) -> Path:
        """Write the scenario of the best fit as one that extends its base; it belongs beside the base.

        Raises :class:`Mistake` when it cannot be written.
        """
        return outputs.put(path, self.text_at(path), "the scenario")

    def text_at(self, path: Path) -> str:
        """What that file says when it lies at ``path``."""
        return _extending(self.best.name, self.experiment.base.path, self._sections(), path)

    def _sections(self) -> dict[str, dict[str, Any]]:
        sections: dict[str, dict[str, Any]] = {}
        for factor, value in zip(self.factors, self.best_values, strict=True):
            section, _, name = factor.path.partition(".")
            sections.setdefault(section, {})[name] = factor.typed(float(value))
        return sections


def _extending(name: str, base: Path | None, sections: dict[str, dict[str, Any]], path: Path) -> str:
    """The text of a scenario file that extends ``base``: by its way from here when both lie in one tree of scenarios."""
    assert base is not None  # an experiment's base is a file
    near = base.resolve().is_relative_to(root_of(path))
    way = Path(os.path.relpath(base.resolve(), path.resolve().parent)).as_posix() if near else base.name
    told = f"# The best fit of a calibration. It belongs beside {base.name}, which it extends.\n"
    lines = [f"extends: {way}", f"name: {json.dumps(name, ensure_ascii=False)}"]
    lines += [f"{section}: {json.dumps(values)}" for section, values in sections.items()]
    return told + "\n".join(lines) + "\n"


def _before(experiment: Experiment, factor: Factor) -> float:
    from sim.experiments.designs import value_in

    return value_in(experiment, factor)


def check(experiment: Experiment) -> int:
    """About how many replications will be run. Raises :class:`Mistake` when there is nothing to fit."""
    settings: Settings = experiment.settings
    experiment.need("uncertainties")
    if experiment.levers:
        raise Mistake(f"{experiment.path.name}: calibrate fits uncertainties, and levers are given; remove them")
    figures.targets(experiment, settings.figures)
    if settings.particles < 20 * len(experiment.factors):
        raise Mistake(
            f"{experiment.path.name}: calibrate.particles is {settings.particles}, but {len(experiment.factors)} "
            f"uncertainties need at least {20 * len(experiment.factors)}"
        )
    return (settings.particles * 8 + settings.search) * experiment.replications


def ask(experiment: Experiment, laboratory: Laboratory) -> Calibration:
    """Fit. Raises :class:`Mistake`."""
    check(experiment)
    settings: Settings = experiment.settings
    found = calibration.calibrate(
        figures.evaluator(experiment, laboratory, settings.figures), [factor.label for factor in experiment.factors],
        figures.targets(experiment, settings.figures),
        particles=settings.particles, replications=experiment.replications, search_trials=settings.search,
        seed=experiment.seed,
    )  # fmt: skip
    best = experiment.scenario_at(experiment.values_at(found.best)[0])
    named = best.with_(name=f"{experiment.base.name}, calibrated")
    return Calibration(experiment, laboratory.tally, tuple(laboratory.failures), found, named)
