"""Narrow what nobody knows to what fits your own figures.

--save: Write the calibrated scenario here, beside its base, and its worlds beside it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from sim.experiments import figures
from sim.experiments.algorithms.conditioning import AGAIN, DISCREPANCY, FEWEST, ROUNDS, conditioned
from sim.experiments.algorithms.posterior import Check, Posterior
from sim.experiments.cohorts import Cohorts, cohorts, looks
from sim.experiments.designs import value_in
from sim.experiments.factors import Factor
from sim.experiments.figures import Figure
from sim.experiments.laboratory import Laboratory
from sim.experiments.leavers import Band, Ranking, bands_aside, ranking
from sim.experiments.method import Method, MethodResult, MethodSettings, Plan, Save
from sim.experiments.question import Experiment
from sim.experiments.unknowns import Unknowns, unknowns
from sim.runs import kept_scenario, results_folder
from sim.runs.measures import called
from sim.runs.statistics import plain
from sim.scenario.inheritance import root_of
from sim.scenario.whole import load
from sim.scenario.worlds import MEANS, Worlds, mean_of_people, write_worlds
from sim.system import outputs
from sim.system.outputs import CALIBRATED, Output

MANY = 12
"""With more unknowns than so many, what the figures do not tell is counted and not listed."""


class Settings(MethodSettings):
    """What may stand under ``calibrate``.

    ``figures`` by name; ``holdout``: names of those that are kept aside, to be predicted instead; ``worlds``: how many are
    carried from what is plausible to what fits; ``rounds``: how often they are shown the figures; ``discrepancy``: how far the
    model may be from the world, as a share of how far a figure differs between plausible worlds.
    """

    figures: dict[str, Figure] = Field(min_length=1)
    holdout: tuple[str, ...] = Field((), strict=False)
    worlds: int = Field(400, ge=FEWEST, le=100_000)
    rounds: int = Field(ROUNDS, ge=1, le=20)
    discrepancy: float = Field(DISCREPANCY, ge=0, le=10)


@dataclass(frozen=True, eq=False)
class Calibration(MethodResult):
    """The worlds that fit, and what was narrowed to find them; ``there``: each customer's chance in them to be there after each
    look of :func:`sim.experiments.cohorts.looks`, the last at the end, (looks, customers), where who left was looked at."""

    unknowns: Unknowns
    posterior: Posterior
    there: np.ndarray | None = None

    @property
    def factors(self) -> tuple[Factor, ...]:
        """What was narrowed: the named uncertainties, then what else was open."""
        return self.unknowns.factors

    @property
    def most_narrowed(self) -> list[int]:
        """The places of the factors, the most narrowed first."""
        return [int(k) for k in np.argsort(self.posterior.widths, kind="stable")]

    @cached_property
    def worlds(self) -> Worlds:
        """The worlds that fit."""
        return self.unknowns.found(self.posterior.scores, self.fitted_to)

    @property
    def stays(self) -> np.ndarray | None:
        """Each customer's chance to stay, (customers,)."""
        return None if self.there is None else np.asarray(self.there[-1])

    @cached_property
    def cohorts(self) -> Cohorts | None:
        """Those kept aside by when they joined: who was still there, beside the model."""
        return cohorts(self.experiment, self.there)

    @cached_property
    def ranking(self) -> Ranking | None:
        """How well single customers that were kept aside are told apart, where the file says who left."""
        return ranking(self.experiment, self.stays)

    @cached_property
    def bands(self) -> dict[str, list[Band]]:
        """Those kept aside in groups, by ``tenure`` and by the model's own ``chance``: who left, beside the model."""
        return bands_aside(self.experiment, self.stays)

    @property
    def fitted_to(self) -> tuple[str, ...]:
        """The figures that were fitted, in words."""
        given = self.experiment.settings.figures
        used = (check.target for check in self.posterior.checks if not check.target.aside)
        return tuple(_in_words(given[one.name], one.name, one.value * self.scale(one.name)) for one in used)

    def between(self, share: float, before: bool = False) -> np.ndarray:
        """The central interval of each factor: (factors, 2)."""
        return self.unknowns.scores.values_at(self.posterior.interval(share, before).T).T

    def columns(self) -> dict[str, Any]:
        """``answer``, a row a factor; ``checked``, a row a figure."""
        return {"answer": self._factors(), "checked": self._figures()}

    def _factors(self) -> dict[str, Any]:
        """Of each factor what it is in the base, nine in ten worlds before and after, the median, and how much is left."""
        before, after = self.between(0.9, before=True), self.between(0.9)
        return {
            "factor": [one.path for one in self.factors],
            "base": [self._in_base(one) for one in self.factors],
            "prior_low": before[:, 0],
            "prior_high": before[:, 1],
            "median": self.between(0.0)[:, 0],
            "low": after[:, 0],
            "high": after[:, 1],
            "width_over_prior": self.posterior.widths,
            "two_peaks": [k in self.posterior.two_peaked for k in range(len(self.factors))],
        }

    def _in_base(self, factor: Factor) -> float:
        """What the base says of a factor, or has by default."""
        if factor.path.startswith(f"{MEANS}."):
            return mean_of_people(self.experiment.base, factor.path)
        return value_in(self.experiment, factor)

    def _figures(self) -> list[dict[str, Any]]:
        """What was given of each figure, and what nine in ten worlds predict, before and after."""
        return [
            {"figure": c.target.name, "given": c.target.value, "error": c.target.error, "prior_low": c.before[0],
             "prior_high": c.before[2], "predicted": c.after[1], "low": c.after[0], "high": c.after[2], "met": c.met,
             "holdout": c.target.aside}
            for c in self.posterior.checks
        ]  # fmt: skip

    def told(self) -> dict[str, Any]:
        """See :meth:`MethodResult.told`."""
        found = self.posterior
        return {
            "worlds": self.worlds.to_json(),
            "fitted_to": list(self.worlds.fitted_to),
            "factors": {row.pop("factor"): row for row in plain(self.table().to_dict("records"))},
            "figures": {row["figure"]: self._of_the_company(row) for row in plain(self._figures())},
            "unmet": [check.target.name for check in found.unmet],
            "kept_aside": {"predicted": sum(check.met for check in found.aside), "of": len(found.aside)},
            "not_told": list(found.not_told),
            "not_told_apart": [list(pair) for pair in found.not_told_apart],
            "runs": found.runs,
            "bands": {name: [plain(asdict(each)) for each in groups] for name, groups in self.bands.items()},
            "cohorts": None if self.cohorts is None else self.cohorts.to_json(),
            "ranking": None if self.ranking is None else plain(asdict(self.ranking)),
        }

    def _of_the_company(self, row: dict[str, Any]) -> dict[str, Any]:
        scale = self.scale(row["figure"])
        return {
            key: value if isinstance(value, bool) else value * scale for key, value in row.items() if key != "figure"
        }

    def scale(self, figure: str) -> float:
        """What a figure of the simulated people is multiplied by to be the company's."""
        of = [outcome.definition for outcome in self.experiment.outcomes if outcome.measure == figure]
        return of[0].scale(self.experiment.base.market.stands_for) if of else 1.0

    def scenario_text(self, path: Path, base_copy: str = "") -> str:
        """The scenario in the worlds that fit, as a file at ``path``.

        It extends its base: the copy of it that lies there, else by its way from here when both lie in one tree of scenarios.
        """
        base = self.experiment.base.path
        assert base is not None  # an experiment's base is a file
        near = base.resolve().is_relative_to(root_of(path))
        way = Path(os.path.relpath(base.resolve(), path.resolve().parent)).as_posix() if near else base.name
        way = base_copy or way
        name = json.dumps(f"{self.experiment.base.name}, calibrated", ensure_ascii=False)
        figures = "one figure" if len(self.fitted_to) == 1 else f"{len(self.fitted_to)} figures"
        return "\n".join([
            f"# Calibrated: fitted to {figures}. It belongs beside {way}, which it extends.",
            f"extends: {json.dumps(way, ensure_ascii=False)}", f"name: {name}",
            f"worlds: {json.dumps(_worlds_beside(path).name, ensure_ascii=False)}", "",
        ])  # fmt: skip

    def worlds_bytes(self) -> bytes:
        """The file of the worlds that fit."""
        file = BytesIO()
        write_worlds(self.worlds, file)
        return file.getvalue()


def _in_words(figure: Figure, name: str, value: float) -> str:
    """A figure as the head of an answer tells it: ``retention 0.81``, ``38.6 % of “monthly” leaving``."""
    if figure.left is not None:
        return f"{100 * value:.3g} % of “{name}” leaving"
    return f"{called(name)} {value:,.10g}"


def plan(experiment: Experiment) -> Plan:
    """Every world once a round, some of them twice, and once more to see what they predict.

    Raises :class:`Mistake` when there is nothing to fit.
    """
    settings: Settings = experiment.settings
    figures.targets(experiment, settings.figures, settings.holdout)
    unknowns(experiment, settings.worlds)
    return Plan((settings.worlds + -(-settings.worlds // AGAIN)) * (settings.rounds + 1))


def run(experiment: Experiment, laboratory: Laboratory, plan: Plan) -> Calibration:
    """Fit. Raises :class:`Mistake`."""
    settings: Settings = experiment.settings
    open_ = unknowns(experiment, settings.worlds)
    measured = figures.measure(experiment, laboratory, settings.figures, looks(experiment))
    there: list[np.ndarray | None] = [None]

    def evaluate(scores: np.ndarray, first: int) -> np.ndarray:
        scenario = open_.scenario_at(open_.worlds_at(scores), first)
        found, of_each = measured(scenario, range(first, first + len(scores)))
        if len(scores) == settings.worlds:  # the last time all worlds are looked at counts
            there[0] = of_each
        return found

    found = conditioned(
        evaluate, [factor.label for factor in open_.factors], open_.scores.prior,
        figures.targets(experiment, settings.figures, settings.holdout),
        stands_for=experiment.base.market.stands_for, discrepancy=settings.discrepancy, rounds=settings.rounds,
        seed=experiment.seed,
    )  # fmt: skip
    return Calibration(experiment, *laboratory.account, open_, found, there[0])


def missed(found: Calibration) -> Iterator[Check]:
    """The figures to be fitted that nine in ten worlds do not hold, though some may."""
    return (check for check in found.posterior.checks if not (check.met or check.target.aside))


# ---- what is saved


def _worlds_beside(path: Path) -> Path:
    return outputs.place_of(path).with_name(f"{path.stem}.worlds.parquet")


def _outputs(path: Path) -> list[Output]:
    return [Output("--save", path, CALIBRATED), Output("--save", _worlds_beside(path), "parquet")]


def _save(found: Calibration, folder: Path, chosen: Path | None) -> str:
    if chosen is None:
        path = results_folder.add(folder / "calibrated.yaml", lambda place: _whole(found, place), "the scenario")
    else:
        files = _files(found, path := chosen)
        for place in sorted(files, key=lambda each: each == path):  # what names the other comes last
            outputs.put(place, files[place], "the scenario" if place == path else "the worlds")
    return f"calibrated scenario: {path}; it lives in {_worlds_beside(path).name}, and so does whatever extends it"


def _files(found: Calibration, place: Path, base_copy: str = "") -> dict[Path, bytes]:
    return {place: found.scenario_text(place, base_copy).encode(), _worlds_beside(place): found.worlds_bytes()}


def _whole(found: Calibration, place: Path) -> dict[Path, bytes]:
    """The same with the base and all that it reads beside it, so that it works wherever the folder is copied."""
    base = found.experiment.base
    assert base.path is not None
    kept = kept_scenario.kept([load(base.path, base.model)])
    if kept.written:  # links are on the way, so that a copy would not be what the file says
        return _files(found, place)
    copies = {place.parent / name: source.read_bytes() for name, source in kept.files.items()}
    return copies | _files(found, place, kept.names[0])


METHOD = Method(
    plan, run, Settings, save=Save(_outputs, _save),
    refuses={"levers": "it fits what nobody knows, and levers are given; remove them"},
)  # fmt: skip
