"""``loyalty break-even``: the value of one lever, or of one thing nobody knows, at which a policy stops paying."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sim.errors import Mistake, nearest
from sim.experiments import break_even, company
from sim.experiments.asking import Asked
from sim.experiments.break_even import BreakEven
from sim.experiments.factors import Factor
from sim.experiments.laboratory import Laboratory
from sim.experiments.question import Experiment
from sim.runs.statistics import plain
from sim.scenario.whole import Scenario

if TYPE_CHECKING:
    import pandas as pd


class Settings(BaseModel):
    """What may stand under ``break_even``: two policies' names (the base unless named), and how exact the answer shall be."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    policy: str | None = None
    against: str | None = None
    precision: float = Field(0.02, gt=0, lt=1)
    first: int = Field(40, ge=3, le=100_000)
    most: int = Field(640, ge=3, le=10_000_000)


@dataclass(frozen=True, eq=False)
class Turning(Asked):
    """Where the policy's lead over the other crosses zero. The lead is in the first outcome, more of it being better."""

    found: BreakEven
    policy: Scenario
    against: Scenario

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

    def table(self) -> pd.DataFrame:
        """One row a value of the lever that was run: the lead with its 95 % interval."""
        import pandas as pd

        rows = [{self.factor.path: self.factor.at(place), **lead._asdict()} for place, lead in self.found.curve]
        return pd.DataFrame(rows)

    def to_json(self) -> dict[str, Any]:
        """The object that ``loyalty break-even --json`` prints, without its sentence."""
        low, high = self.ends
        return self.head("break_even") | {
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
            "curve": company.rows(self.experiment, self.table(), self.outcome.measure),
        }


def check(experiment: Experiment) -> int:
    """About how many replications will be run. Raises :class:`Mistake` when there is not one thing to vary."""
    experiment.need("factors")
    if len(experiment.factors) != 1:
        told = ", ".join(experiment.paths)
        raise Mistake(
            f"{experiment.path.name}: break-even varies one lever or uncertainty, but there are {told}; keep one"
        )
    policy, against = _named(experiment, "policy"), _named(experiment, "against")
    if experiment.uncertainties and policy.full_fingerprint == against.full_fingerprint:
        raise Mistake(
            f"{experiment.path.name}: break_even.policy is missing: name the policy that is to be held against the base"
        )
    settings: Settings = experiment.settings
    return settings.first * 60


def _named(experiment: Experiment, key: str) -> Scenario:
    """The policy that ``break_even`` names, or the base."""
    name = getattr(experiment.settings, key)
    if name is None:
        return experiment.base
    if name not in experiment.policies:
        known = list(experiment.policies)
        hint = nearest(name, known) or f"; there are {', '.join(known) or 'none'}"
        raise Mistake(f"{experiment.path.name}: break_even.{key} is '{name}', which is no policy of the file{hint}")
    return experiment.policies[name]


def ask(experiment: Experiment, laboratory: Laboratory) -> Turning:
    """Look for the value at which the lead is zero. A lever moves the policy alone, an uncertainty both. Raises Mistake."""
    check(experiment)
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
    found = break_even.break_even(gap, first=settings.first, most=most, precision=settings.precision)
    return Turning(experiment, laboratory.tally, tuple(laboratory.failures), found, policy, against)


def open_ended(turning: Turning) -> bool:
    """Whether the interval goes on beyond the range that was looked at."""
    return any(math.isinf(end) for end in turning.ends)
