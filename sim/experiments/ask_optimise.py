"""``loyalty optimise``: the levers' best settings under a budget, told only after a final on luck the search had not seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sim.errors import Mistake
from sim.experiments import company, optimising
from sim.experiments.asking import Asked, over_places, refuse_uncertainties
from sim.experiments.designs import value_in
from sim.experiments.laboratory import Laboratory
from sim.experiments.optimising import Confirmed, Goal, Search
from sim.experiments.outcomes import Outcome
from sim.experiments.question import Experiment
from sim.experiments.sweeping import mean_of
from sim.runs.statistics import Difference, difference

if TYPE_CHECKING:
    import pandas as pd


class Settings(BaseModel):
    """What may stand under ``optimise``. ``zone``: the smallest difference of the objective that matters, in its unit."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    search: Literal["tpe", "cmaes", "nsga2"] | None = None
    trials: int = Field(100, ge=10, le=1_000_000)
    batch: int = Field(16, ge=1, le=10_000)
    finalists: int = Field(8, ge=1, le=1000)
    first: int = Field(30, ge=3, le=100_000)
    most: int = Field(500, ge=3, le=10_000_000)
    promise: float = Field(0.95, gt=0, lt=1)
    zone: float | None = Field(None, gt=0, allow_inf_nan=False)


@dataclass(frozen=True, eq=False)
class Optimum(Asked):
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

    def table(self) -> pd.DataFrame:
        """One row a finalist: levers, what the search thought, and what fresh luck says."""
        import pandas as pd

        columns: dict[str, Any] = {f.path: self.values[:, k] for k, f in enumerate(self.experiment.factors)}
        for k, name in enumerate(self.experiment.measures):
            columns[f"{name}_searched"] = self.final.searched[:, k]
            for key in ("mean", "low", "high"):
                columns[name if key == "mean" else f"{name}_{key}"] = [getattr(r[k], key) for r in self.final.fresh]
        within = {"within_limits": self.final.within, "on_front": self._flags(self.final.front)}
        return pd.DataFrame(columns | within | {"best": self._flags((self.final.best,))})

    def _flags(self, which: tuple[int | None, ...]) -> list[bool]:
        return [k in which for k in range(len(self.values))]

    def trials(self) -> pd.DataFrame:
        """One row a trial of the search, in its order."""
        import pandas as pd

        values = self.experiment.values_at(self.search.points)
        columns = {f.path: values[:, k] for k, f in enumerate(self.experiment.factors)}
        means = {name: self.search.means[:, k] for k, name in enumerate(self.experiment.measures)}
        return pd.DataFrame(columns | means | {"within_limits": self.search.feasible})

    def to_json(self) -> dict[str, Any]:
        """The object that ``loyalty optimise --json`` prints, without its sentence."""
        return self.head("optimise") | {
            "trials": len(self.search.points),
            "best": self.final.best,
            "not_told_apart": list(self.final.remaining),
            "front": list(self.final.front),
            "finalists": company.rows(self.experiment, self.table()),
        }


def goals_of(experiment: Experiment) -> list[Goal]:
    """An outcome with a limit is kept within it; any other is an objective. The first is one if all have limits."""
    limited = [o.at_least is not None or o.at_most is not None for o in experiment.outcomes]
    return [
        Goal(
            o.sign if not bounded or (k == 0 and all(limited)) else 0,
            -math.inf if o.at_least is None else o.at_least,
            math.inf if o.at_most is None else o.at_most,
        )
        for k, (o, bounded) in enumerate(zip(experiment.outcomes, limited, strict=True))
    ]


def method_of(experiment: Experiment) -> str:
    """The search that was asked for, else NSGA-II for several objectives and TPE for one."""
    settings: Settings = experiment.settings
    return settings.search or ("nsga2" if sum(goal.sign != 0 for goal in goals_of(experiment)) > 1 else "tpe")


def check(experiment: Experiment) -> int:
    """About how many replications will be run. Raises :class:`Mistake` when the search cannot work."""
    experiment.need("levers")
    refuse_uncertainties(experiment, "optimise")
    settings: Settings = experiment.settings
    try:
        optimising.check(
            goals_of(experiment), settings.trials, min(settings.batch, settings.trials), method_of(experiment)
        )
    except Mistake as mistake:
        raise Mistake(f"{experiment.path.name}: optimise: {mistake}") from None
    return settings.trials * experiment.replications + (settings.finalists + 1) * settings.first


def today_place(experiment: Experiment) -> np.ndarray | None:
    """Where today's settings lie in the unit cube; None when they lie outside of some lever's range."""
    places = []
    for factor in experiment.factors:
        value, choices = value_in(experiment, factor), factor.choices
        if choices is not None:
            if value not in choices:
                return None
            places.append((choices.index(value) + 0.5) / len(choices))
        elif not factor.low <= value <= factor.high:
            return None
        elif factor.whole:
            places.append((value - factor.low + 0.5) / (factor.high - factor.low + 1))
        elif factor.scale == "log":
            places.append(math.log(value / factor.low) / math.log(factor.high / factor.low))
        else:
            places.append((value - factor.low) / (factor.high - factor.low))
    return np.array([places])


def ask(experiment: Experiment, laboratory: Laboratory) -> Optimum:
    """Search, then compare the finalists on fresh replications. Raises :class:`Mistake`."""
    check(experiment)
    settings: Settings = experiment.settings
    evaluate, start = over_places(experiment, laboratory), experiment.replications
    found = optimising.search(
        evaluate, len(experiment.factors), goals_of(experiment), trials=settings.trials, replications=range(start),
        batch=min(settings.batch, settings.trials), method=method_of(experiment), seed=experiment.seed,
        known=today_place(experiment),
    )  # fmt: skip
    final = optimising.confirmed(
        evaluate, found, finalists=settings.finalists, start=start, first=settings.first, most=settings.most,
        zone=settings.zone or _zone(found), promise=settings.promise,
        bounds=[outcome.bounds for outcome in experiment.outcomes],
    )  # fmt: skip
    numbers = range(start, start + settings.first)
    today = laboratory.measure([experiment.base], numbers)[0]
    against = tuple(tuple(_gap(today, values)) for values in evaluate(final.points, numbers))
    values = experiment.values_at(final.points)
    leads = final.searched - mean_of(laboratory.measure([experiment.base], range(start)))[0]
    return Optimum(experiment, laboratory.tally, tuple(laboratory.failures), found, final, values, against, leads)


def _zone(found: Search) -> float:
    """Without a zone: a hundredth of how far the objective ranges over all trials."""
    values = found.objectives[:, 0]
    return max(float(np.nanmax(values) - np.nanmin(values)) / 100, 1e-12)


def _gap(today: np.ndarray, values: np.ndarray) -> list[Difference]:
    return [difference(today[:, k], values[:, k]) for k in range(values.shape[1])]
