"""Fit what nobody knows to your own figures, and say what they leave open.

--save: Write the calibrated scenario here, beside its base, and its posterior beside it.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from sim.errors import Mistake
from sim.experiments import figures
from sim.experiments.algorithms.calibration import calibrate
from sim.experiments.algorithms.posterior import Posterior
from sim.experiments.designs import value_in
from sim.experiments.export import csv_of
from sim.experiments.figures import Figure
from sim.experiments.laboratory import Laboratory
from sim.experiments.method import Method, MethodResult, MethodSettings, Plan, Save
from sim.experiments.question import Experiment
from sim.runs import results_folder
from sim.runs.statistics import plain
from sim.scenario.inheritance import root_of
from sim.system import outputs
from sim.system.outputs import CALIBRATED, Output

DRAWS = 200
"""Rows of the posterior's table, each as likely as any other."""


class Settings(MethodSettings):
    """What may stand under ``calibrate``: ``figures`` by name, and the effort."""

    figures: dict[str, Figure] = Field(min_length=1)
    particles: int = Field(200, ge=20, le=1_000_000)
    search: int = Field(60, ge=0, le=1_000_000)


@dataclass(frozen=True, eq=False)
class Calibration(MethodResult):
    """The posterior, whose best fit is a scenario."""

    posterior: Posterior

    @property
    def best_values(self) -> np.ndarray:
        """The factors at the best fit."""
        return self.experiment.values_at(self.posterior.best)[0]

    @property
    def middles(self) -> np.ndarray:
        """The middle of what each factor may be, which lies within its interval as the best fit need not: medians."""
        return self.experiment.values_at(self.posterior.interval(0.0)[:, 0])[0]

    def intervals(self) -> np.ndarray:
        """The central 90 % interval of each factor: (factors, 2)."""
        return self.experiment.values_at(self.posterior.interval(0.9).T).T

    def columns(self) -> dict[str, Any]:
        """``answer``, a row a factor; ``draws``, equally likely settings, as a design takes them; ``checked``, a row a figure."""
        sets = self.experiment.values_at(self.posterior.draws(DRAWS, self.experiment.seed))
        return {"answer": self._factors(), "draws": self.experiment.columns_at(sets), "checked": self._figures()}

    def _factors(self) -> dict[str, Any]:
        """What each factor was before, its best fit, median and 90 % interval, and the posterior's width over the prior's."""
        found = self.intervals()
        return {
            "factor": self.experiment.paths,
            "before": [value_in(self.experiment, factor) for factor in self.experiment.factors],
            "best": self.best_values,
            "median": self.middles,
            "low": found[:, 0],
            "high": found[:, 1],
            "width_over_prior": self.posterior.widths,
        }

    def _figures(self) -> list[dict[str, Any]]:
        """What was given of each figure, and what the posterior predicts."""
        return [
            {"figure": c.target.name, "given": c.target.value, "error": c.target.error, "predicted": c.median,
             "low": c.low, "high": c.high, "met": c.met}
            for c in self.posterior.checks(self.experiment.seed)
        ]  # fmt: skip

    def told(self) -> dict[str, Any]:
        """See :meth:`MethodResult.told`."""
        found = self.posterior
        return {
            "factors": {row.pop("factor"): row for row in plain(self.table().to_dict("records"))},
            "figures": {row.pop("figure"): row for row in plain(self.table("checked").to_dict("records"))},
            "figures_are_of": "the simulated customers, as in the file",
            "not_told": list(found.not_told),
            "not_told_apart": [list(pair) for pair in found.not_told_apart],
            "misfit": plain(found.misfit),
            "plausible": plain(found.plausible),
            "settled": found.settled,
            "effective_particles": found.effective,
        }

    def scenario_text(self, path: Path) -> str:
        """The best fit as a scenario file at ``path``, where it extends its base: by its way from here when both lie in one
        tree of scenarios."""
        base = self.experiment.base.path
        assert base is not None  # an experiment's base is a file
        near = base.resolve().is_relative_to(root_of(path))
        way = Path(os.path.relpath(base.resolve(), path.resolve().parent)).as_posix() if near else base.name
        lines = [
            f"# The best fit of a calibration. It belongs beside {base.name}, which it extends.",
            f"extends: {way}",
        ]
        lines.append(f"name: {json.dumps(f'{self.experiment.base.name}, calibrated', ensure_ascii=False)}")
        sections = self.experiment.sections_at(dict(zip(self.experiment.paths, self.best_values, strict=True)))
        return "\n".join([*lines, *(f"{name}: {json.dumps(said)}" for name, said in sections.items()), ""])


def plan(experiment: Experiment) -> Plan:
    """About eight populations and the search. Raises :class:`Mistake` when there is nothing to fit."""
    settings: Settings = experiment.settings
    figures.targets(experiment, settings.figures)
    count = len(experiment.factors)
    if settings.particles < 20 * count:
        raise Mistake(f"particles is {settings.particles}, but {count} uncertainties need at least {20 * count}")
    return Plan((settings.particles * 8 + settings.search) * experiment.replications)


def run(experiment: Experiment, laboratory: Laboratory, plan: Plan) -> Calibration:
    """Fit. Raises :class:`Mistake`."""
    settings: Settings = experiment.settings
    found = calibrate(
        figures.evaluator(experiment, laboratory, settings.figures), [factor.label for factor in experiment.factors],
        figures.targets(experiment, settings.figures),
        particles=settings.particles, replications=experiment.replications, search_trials=settings.search,
        seed=experiment.seed,
    )  # fmt: skip
    return Calibration(experiment, *laboratory.account, found)


# ---- what is saved


def _posterior_beside(path: Path) -> Path:
    return outputs.place_of(path).with_name(f"{path.stem}.posterior.csv")


def _outputs(path: Path) -> list[Output]:
    return [Output("--save", path, CALIBRATED), Output("--save", _posterior_beside(path), "csv")]


def _save(found: Calibration, folder: Path, chosen: Path | None) -> str:
    if chosen is None:
        draws, name = folder / "draws.csv", folder / "calibrated.yaml"
        path = results_folder.add(name, lambda place: {place: found.scenario_text(place).encode()}, "the scenario")
    else:
        path = outputs.put(chosen, found.scenario_text(chosen), "the scenario")
        draws = outputs.put(_posterior_beside(chosen), csv_of(found.table("draws")), "the posterior")
    return f"calibrated scenario: {path}; its posterior, for compare --posterior: {draws}"


METHOD = Method(
    plan, run, Settings, needs=("uncertainties",), save=Save(_outputs, _save),
    refuses={"levers": "it fits uncertainties, and levers are given; remove them"},
)  # fmt: skip
