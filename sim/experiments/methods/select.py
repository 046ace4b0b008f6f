"""Say which of several policies is best, with a promised probability of being right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pydantic import Field

from sim.experiments import company
from sim.experiments.algorithms.selection import Selection, Terms, by_subset, kim_nelson, ocba
from sim.experiments.laboratory import Laboratory
from sim.experiments.method import Method, MethodResult, MethodSettings, Plan
from sim.experiments.question import Experiment
from sim.runs.statistics import Interval, interval

PROCEDURES = {"kn": kim_nelson, "ocba": ocba, "subset": by_subset}


class Settings(MethodSettings):
    """What may stand under ``select``. ``zone``: the smallest difference of the first outcome that matters, in its unit."""

    procedure: Literal["kn", "ocba", "subset"] = "kn"
    zone: float = Field(gt=0, allow_inf_nan=False)
    promise: float = Field(0.95, gt=0, lt=1)
    first: int = Field(20, ge=3, le=100_000)
    batch: int = Field(20, ge=1, le=100_000)
    most: int = Field(1000, ge=3, le=10_000_000)

    @property
    def terms(self) -> Terms:
        """The same for the procedures."""
        return Terms(self.zone, self.promise, self.first, self.batch, self.most)


@dataclass(frozen=True, eq=False)
class Selected(MethodResult):
    """Which policy is best; ``levels``: policy → the first outcome's mean with its 95 % interval, in its own sign.

    ``gaps``: policy → how much more of the outcome than the best, paired; ``chosen``: policy → the share of markets, each in a
    plausible world of its own, in which it has the best outcome of those that were run as often.
    """

    found: Selection
    names: tuple[str, ...]
    levels: tuple[Interval, ...]
    gaps: tuple[Interval, ...]
    chosen: tuple[float, ...]

    @property
    def best(self) -> str:
        """The best policy's name."""
        return self.names[self.found.best]

    @property
    def remaining(self) -> list[str]:
        """The policies that cannot be told apart from the best, the best first."""
        return [self.best, *(self.names[k] for k in self.found.remaining if k != self.found.best)]

    def columns(self) -> dict[str, Any]:
        """A row a policy."""
        columns: dict[str, Any] = {"policy": self.names, "replications": self.found.used}
        columns |= {key: [getattr(one, key) for one in self.levels] for key in ("mean", "low", "high")}
        columns |= {name: [getattr(one, key) for one in self.gaps] for name, key in LESS_BEST.items()}
        columns |= {"chosen": self.chosen}
        return {"answer": columns | {"remains": [k in self.found.remaining for k in range(len(self.names))]}}

    def told(self) -> dict[str, Any]:
        """See :meth:`MethodResult.told`."""
        settings: Settings = self.experiment.settings
        return {
            "outcome": self.outcome.measure,
            "best": self.best,
            "decided": self.found.decided,
            "remaining": self.remaining,
            "promise": settings.promise,
            "zone": settings.zone * company.scale(self.experiment, self.outcome),
            "policies": {row.pop("policy"): row for row in company.rows(self.experiment, self.table(), self.outcome)},
        }


LESS_BEST = {"less_best": "mean", "less_best_low": "low", "less_best_high": "high"}


def plan(experiment: Experiment) -> Plan:
    """At most as many replications as the budget allows. Raises :class:`Mistake` when selection cannot promise anything."""
    settings: Settings = experiment.settings
    settings.terms.check(len(experiment.policies))
    return Plan(len(experiment.policies) * (settings.first if settings.procedure == "subset" else settings.most))


def run(experiment: Experiment, laboratory: Laboratory, plan: Plan) -> Selected:
    """Compare the policies until the promise can be given or the budget is spent. Raises :class:`Mistake`."""
    settings: Settings = experiment.settings
    scenarios, outcome = list(experiment.policies.values()), experiment.outcomes[0]
    seen: list[np.ndarray] = [np.empty(0)] * len(scenarios)

    def evaluate(policies: Sequence[int], replications: range) -> np.ndarray:
        values = laboratory.measure([scenarios[p] for p in policies], replications)[:, :, 0]
        for policy, row in zip(policies, values, strict=True):
            seen[policy] = np.concatenate([seen[policy], row])
        return outcome.sign * values

    found = PROCEDURES[settings.procedure](evaluate, len(scenarios), settings.terms)
    levels = tuple(interval(one, outcome.bounds) for one in seen)
    gaps = tuple(_paired(seen[found.best], one) for one in seen)
    return Selected(
        experiment, *laboratory.account, found, tuple(experiment.policies), levels, gaps, _chosen(seen, outcome.sign)
    )


def _chosen(seen: Sequence[np.ndarray], sign: int) -> tuple[float, ...]:
    """How often each policy would have been chosen, by one market at a time: ties are shared."""
    count = min(map(len, seen))
    values = sign * np.array([one[:count] for one in seen])
    best = values == values.max(axis=0)
    return tuple((best / best.sum(axis=0)).mean(axis=1).tolist())


def _paired(best: np.ndarray, other: np.ndarray) -> Interval:
    count = min(len(best), len(other))
    return interval(other[:count] - best[:count])


METHOD = Method(plan, run, Settings, needs=("policies",))
