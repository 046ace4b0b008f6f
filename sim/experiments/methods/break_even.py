"""Say at which value of one lever, or of one thing nobody knows, a policy stops paying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import Field

from sim.errors import Mistake, hint
from sim.experiments import company
from sim.experiments.algorithms.root_finding import BreakEven, break_even
from sim.experiments.factors import Factor
from sim.experiments.laboratory import Laboratory
from sim.experiments.method import Method, MethodResult, MethodSettings, Plan
from sim.experiments.question import Experiment
from sim.runs.statistics import plain
from sim.scenario.whole import Scenario


class Settings(MethodSettings):
    """What may stand under ``break_even``: two policies' names (the base unless named), and how exact the answer shall be."""

    policy: str | None = None
    against: str | None = None
    precision: float = Field(0.02, gt=0, lt=1)
    first: int = Field(40, ge=3, le=100_000)
    most: int = Field(640, ge=3, le=10_000_000)


@dataclass(frozen=True, eq=False)
class Turning(MethodResult):
    """Where the policy's lead over the other crosses zero. The lead is in the first outcome, more of it being better."""

    found: BreakEven

    @property
    def policy(self) -> Scenario:
        """The policy that is asked about."""
        return _named(self.experiment, "policy")

    @property
    def against(self) -> Scenario:
        """The policy that it is held against."""
        return _named(self.experiment, "against")

    @property
    def factor(self) -> Factor:
        """The one thing that was varied."""
        return self.experiment.factors[0]

    @property
    def value(self) -> float | None:
        """The lever's value at break-even; None when it does not break even."""
        return None if self.found.place is None else self.factor.at(self.found.place)

    @property
    def ends(self) -> tuple[float, float]:
        """The 95 % interval of that value, infinite where it leaves the range."""
        low, high = self.found.low, self.found.high
        return (self.factor.at(low) if low >= 0 else low, self.factor.at(high) if high <= 1 else high)

    def columns(self) -> dict[str, Any]:
        """A row a value of the lever that was run: the lead with its 95 % interval."""
        curve = self.found.curve
        return {"answer": [{self.factor.path: self.factor.at(place), **lead._asdict()} for place, lead in curve]}

    def told(self) -> dict[str, Any]:
        """See :meth:`MethodResult.told`."""
        low, high = self.ends
        return {
            "lever": self.factor.path,
            "policy": self.policy.name,
            "against": self.against.name,
            "outcome": self.outcome.measure,
            "verdict": self.found.verdict,
            "value": self.value,
            "low": plain(low),
            "high": plain(high),
            "pays_above": self.found.rising if self.value is not None else None,
            "crossings": self.found.crossings,
            "replications": self.found.replications,
            "curve": company.rows(self.experiment, self.table(), self.outcome),
        }


def plan(experiment: Experiment) -> Plan:
    """About 60 values of the lever. Raises :class:`Mistake` when there is not one thing to vary."""
    if len(experiment.factors) != 1:
        raise Mistake(f"it varies one lever or uncertainty, but there are {', '.join(experiment.paths)}; keep one")
    policy, against = _named(experiment, "policy"), _named(experiment, "against")
    if experiment.uncertainties and policy.full_fingerprint == against.full_fingerprint:
        raise Mistake("policy is missing: name the policy that is to be held against the base")
    settings: Settings = experiment.settings
    return Plan(settings.first * 60)


def _named(experiment: Experiment, key: str) -> Scenario:
    """The policy that the method's section names, or the base."""
    name = getattr(experiment.settings, key)
    if name is None:
        return experiment.base
    if name not in experiment.policies:
        raise Mistake(f"{key} is '{name}', which is no policy of the file{hint(name, experiment.policies)}")
    return experiment.policies[name]


def run(experiment: Experiment, laboratory: Laboratory, plan: Plan) -> Turning:
    """Look for the value at which the lead is zero. A lever moves the policy alone, an uncertainty both. Raises Mistake."""
    settings: Settings = experiment.settings
    policy, against = _named(experiment, "policy"), _named(experiment, "against")
    sign, both = experiment.outcomes[0].sign, bool(experiment.uncertainties)

    def gap(places: np.ndarray, replications: range) -> np.ndarray:
        values = experiment.values_at(places[:, None])
        ones = [experiment.scenario_at(v, policy) for v in values]
        others = [experiment.scenario_at(v, against) if both else against for v in values]
        found = laboratory.measure([*ones, *others], replications)[:, :, 0]
        return sign * (found[: len(ones)] - found[len(ones) :])

    most = max(settings.first, settings.most)
    found = break_even(gap, first=settings.first, most=most, precision=settings.precision)
    return Turning(experiment, *laboratory.account, found)


METHOD = Method(plan, run, Settings, needs=("factors",))
