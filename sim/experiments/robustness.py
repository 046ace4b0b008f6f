"""Robust policies: how each policy does in every state of what nobody knows, and in which states it fails."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sim.errors import Mistake
from sim.experiments import company
from sim.experiments.blocks import made
from sim.experiments.discovery import Box, prim
from sim.experiments.laboratory import Laboratory, Tally
from sim.experiments.outcomes import Outcome
from sim.experiments.question import Experiment
from sim.experiments.sweeping import mean_of
from sim.runs.replication import Failure
from sim.runs.statistics import plain
from sim.scenario.tree import shown
from sim.scenario.whole import Scenario

if TYPE_CHECKING:
    import pandas as pd

FEWEST_STATES = 20
MOST_BOXES, LEAST_COVERAGE = 2, 0.1
"""Boxes looked for, and the share of a policy's failures that one must explain to be worth telling."""


class Settings(BaseModel):
    """The section ``robust``: against which policy success is judged when the outcomes have no bounds."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    against: str | None = Field(None, description="Policy to beat on the first outcome; the first policy unless given")


@dataclass(frozen=True, eq=False)
class Robustness:
    """What was found.

    ``states``: float64 (states, uncertainties); ``values``: float64 (policies, states, replications, outcomes), every policy
    with the same luck in every state.
    """

    experiment: Experiment
    states: np.ndarray
    values: np.ndarray
    tally: Tally
    failures: tuple[Failure, ...]

    @property
    def names(self) -> list[str]:
        """The policies' names."""
        return list(self.experiment.policies)

    @cached_property
    def means(self) -> np.ndarray:
        """float64 (policies, states, outcomes): means over replications."""
        policies, states, replications, outcomes = self.values.shape
        return mean_of(self.values.reshape(-1, replications, outcomes)).reshape(policies, states, outcomes)

    def regret(self, outcome: Outcome) -> np.ndarray:
        """float64 (policies, states): how much better the best policy of each state does, in the outcome's unit."""
        means = outcome.sign * self.means[..., self.experiment.outcomes.index(outcome)]
        return np.fmax.reduce(means, axis=0) - means

    @cached_property
    def weighted_regret(self) -> np.ndarray:
        """float64 (policies, states): the outcomes' regrets, each as a share of its largest, averaged by their weights."""
        total = sum(outcome.weight for outcome in self.experiment.outcomes)
        found = np.zeros(self.means.shape[:2])
        for outcome in self.experiment.outcomes:
            regret = self.regret(outcome)
            found += outcome.weight / total * regret / max(largest(regret), 1e-300)
        return found

    @property
    def bounded(self) -> bool:
        """Whether any outcome has a bound, by which success is then judged."""
        return any(o.at_least is not None or o.at_most is not None for o in self.experiment.outcomes)

    @property
    def against(self) -> int:
        """The place of the policy that is to be beaten when there are no bounds."""
        name = self.experiment.settings.against if self.experiment.settings else None
        return self.names.index(name) if name else 0

    @cached_property
    def succeeds(self) -> np.ndarray:
        """bool (policies, states): all bounds kept; without bounds, no worse than the policy to beat on the first outcome.

        Where what it goes by is missing, it is not known to succeed (:attr:`unknown`).
        """
        if not self.bounded:
            first = self.experiment.outcomes[0].sign * self.means[..., 0]
            return first >= first[self.against]
        kept = np.isfinite(self.means).any(axis=2)
        for k, outcome in enumerate(self.experiment.outcomes):
            if outcome.at_least is not None:
                kept &= self.means[..., k] >= outcome.at_least
            if outcome.at_most is not None:
                kept &= self.means[..., k] <= outcome.at_most
        return kept

    @cached_property
    def unknown(self) -> np.ndarray:
        """bool (policies, states): where that by which success is judged is missing, because it failed or there was nothing."""
        if not self.bounded:
            return ~np.isfinite(self.means[..., 0] + self.means[self.against, :, 0])
        judged = [o.at_least is not None or o.at_most is not None for o in self.experiment.outcomes]
        return ~np.isfinite(self.means[..., judged]).all(axis=2)

    @cached_property
    def shares(self) -> np.ndarray:
        """float64 (policies,): the share of states in which each policy succeeds."""
        return self.succeeds.mean(axis=1)

    @property
    def least_regret(self) -> int:
        """The policy whose largest weighted regret is smallest (Savage 1951)."""
        worst = [largest(regret) for regret in self.weighted_regret]
        return int(np.where(np.isfinite(worst), worst, np.inf).argmin())

    @cached_property
    def boxes(self) -> dict[str, list[Box]]:
        """Policy → where it fails: boxes of states, by PRIM; none for one that always or never fails."""
        names, found = [factor.label for factor in self.experiment.uncertainties], {}
        for policy, fails in zip(self.names, ~self.succeeds, strict=True):
            some = 0 < fails.sum() < len(fails)
            boxes = prim(self.states, fails, names, boxes=MOST_BOXES) if some else []
            found[policy] = [box for box in boxes if box.coverage >= LEAST_COVERAGE and box.density > 0.5]
        return found

    def table(self) -> pd.DataFrame:
        """One row a policy and state: the uncertainties, each outcome's mean and regret, and whether the policy succeeds."""
        import pandas as pd

        policies, states = (grid.ravel() for grid in np.indices(self.succeeds.shape))
        columns: dict[str, Any] = {"policy": [self.names[p] for p in policies], "state": states}
        columns |= {f.path: self.states[states, k] for k, f in enumerate(self.experiment.uncertainties)}
        for k, outcome in enumerate(self.experiment.outcomes):
            columns[outcome.measure] = self.means[..., k].ravel()
            columns[f"{outcome.measure}_regret"] = self.regret(outcome).ravel()
        columns |= {"regret": self.weighted_regret.ravel(), "succeeds": self.succeeds.ravel()}
        return pd.DataFrame(columns)

    @cached_property
    def address(self) -> str:
        """A hash of all that the answer depends on."""
        asked = self.experiment
        key = [made(), [s.full_fingerprint for s in asked.policies.values()], asked.seed, asked.replications]
        key += [asked.paths, asked.measures, self.states.tolist(), str(asked.settings)]
        return hashlib.sha256(json.dumps(key).encode()).hexdigest()[:12]

    def to_json(self) -> dict[str, Any]:
        """The object that ``loyalty robust --json`` prints, without its sentence."""
        policies = {
            name: {
                "succeeds": float(self.shares[p]),
                "unknown": int(self.unknown[p].sum()),
                "regret": company.sizes(
                    self.experiment, [largest(self.regret(o)[p]) for o in self.experiment.outcomes]
                ),
                "weighted_regret": plain(largest(self.weighted_regret[p])),
                "fails_when": [
                    {"words": box.words, "coverage": box.coverage, "density": box.density} for box in self.boxes[name]
                ],
            }
            for p, name in enumerate(self.names)
        }
        return {
            "question": self.experiment.question, "address": self.address, "seed": self.experiment.seed,
            "states": len(self.states), "replications": self.experiment.replications,
            "stands_for": self.experiment.base.market.stands_for,
            "found": self.tally.found, "ran": self.tally.ran, "failed": len(self.failures),
            "least_regret": self.names[self.least_regret], "policies": policies,
        }  # fmt: skip


def largest(values: np.ndarray) -> float:
    """The largest of those that are known; NaN when none is."""
    return float(np.fmax.reduce(values, axis=None))


def planned(experiment: Experiment) -> tuple[np.ndarray, list[Scenario]]:
    """The states of the design, and every policy in every state. Raises :class:`Mistake`, before anything is run."""
    experiment.need("policies", "uncertainties", "design")
    where, settings = shown(experiment.path), experiment.settings
    if experiment.levers:
        raise Mistake(f"{where}: levers are what policies set; give each policy its settings, and leave levers out")
    if len(experiment.policies) < 2:
        raise Mistake(f"{where}: policies names one only; robustness is told by comparing at least two")
    if settings is not None and settings.against is not None and settings.against not in experiment.policies:
        raise Mistake(
            f"{where}: robust.against is '{settings.against}', but policies are {', '.join(experiment.policies)}"
        )
    assert experiment.design is not None
    states = experiment.design.points(experiment)
    if len(states) < FEWEST_STATES:
        raise Mistake(
            f"{where}: the design has {len(states)} states, but to find where a policy fails takes {FEWEST_STATES}"
        )
    return states, [_at(experiment, state, policy) for policy in experiment.policies.values() for state in states]


def _at(experiment: Experiment, state: np.ndarray, policy: Scenario) -> Scenario:
    try:
        return experiment.scenario_at(state, policy)
    except Mistake as mistake:
        told = ", ".join(f"{f.path} {f.told(v)}" for f, v in zip(experiment.factors, state, strict=True))
        raise Mistake(f"{experiment.path.name}: '{policy.name}' with {told} makes no sense: {mistake}") from None


def robust(
    experiment: Experiment, laboratory: Laboratory, plan: tuple[np.ndarray, Sequence[Scenario]] | None = None
) -> Robustness:
    """Ask how every policy does in every state of the uncertainties."""
    states, scenarios = plan or planned(experiment)
    assert experiment.design is not None
    policies = len(experiment.policies)
    order = [p * len(states) + int(k) for k in experiment.design.order(len(states)) for p in range(policies)]
    values = laboratory.measure(scenarios, range(experiment.replications), order)
    values = values.reshape(policies, len(states), experiment.replications, len(experiment.outcomes))
    _refuse_missing(experiment, values)
    return Robustness(experiment, states, values, laboratory.tally, tuple(laboratory.failures))


def _refuse_missing(experiment: Experiment, values: np.ndarray) -> None:
    """Policies cannot be held against one another by what one of them never has."""
    for name, found in zip(experiment.policies, values, strict=True):
        for k, outcome in enumerate(experiment.outcomes):
            if not np.isfinite(found[..., k]).any():
                raise Mistake(
                    f"{experiment.path.name}: outcomes.{outcome.measure} is missing in every run of '{name}': no replication "
                    "finished, or none had anything to measure; see what failed, or take another outcome"
                )
