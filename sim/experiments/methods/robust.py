"""Ask how policies do in every state of what nobody knows: regret, and the states in which each one fails."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from pydantic import Field

from sim.errors import Mistake
from sim.experiments import company
from sim.experiments.algorithms.prim import Box, prim
from sim.experiments.laboratory import Laboratory
from sim.experiments.method import Method, MethodResult, MethodSettings, Plan
from sim.experiments.outcomes import Outcome
from sim.experiments.question import Experiment
from sim.runs.statistics import mean_of, plain
from sim.scenario.whole import Scenario

FEWEST_STATES = 20
MOST_BOXES, LEAST_COVERAGE = 2, 0.1
"""Boxes looked for, and the share of a policy's failures that one must explain to be worth telling."""


class Settings(MethodSettings):
    """The section ``robust``: against which policy success is judged when the outcomes have no bounds."""

    against: str | None = Field(None, description="Policy to beat on the first outcome; the first policy unless given")


@dataclass(frozen=True, eq=False)
class Robustness(MethodResult):
    """What was found.

    ``states``: float64 (states, uncertainties); ``values``: float64 (policies, states, replications, outcomes), every policy
    with the same luck in every state.
    """

    states: np.ndarray
    values: np.ndarray

    @property
    def names(self) -> list[str]:
        """The policies' names."""
        return list(self.experiment.policies)

    @cached_property
    def means(self) -> np.ndarray:
        """float64 (policies, states, outcomes): means over replications."""
        return mean_of(self.values)

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
        return any(outcome.limited for outcome in self.experiment.outcomes)

    @property
    def against(self) -> int:
        """The place of the policy that is to be beaten when there are no bounds."""
        name = self.experiment.settings.against
        return self.names.index(name) if name else 0

    @cached_property
    def succeeds(self) -> np.ndarray:
        """bool (policies, states): all bounds kept; without bounds, no worse than the policy to beat on the first outcome.

        Where what it goes by is missing, it is not known to succeed (:attr:`unknown`).
        """
        if not self.bounded:
            first = self.experiment.outcomes[0].sign * self.means[..., 0]
            return first >= first[self.against]
        return self.experiment.kept(self.means)

    @cached_property
    def unknown(self) -> np.ndarray:
        """bool (policies, states): where that by which success is judged is missing, because it failed or there was nothing."""
        if not self.bounded:
            return ~np.isfinite(self.means[..., 0] + self.means[self.against, :, 0])
        judged = [outcome.limited for outcome in self.experiment.outcomes]
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

    def columns(self) -> dict[str, Any]:
        """A row a policy and state: the uncertainties, each outcome's mean and regret, and whether the policy succeeds."""
        policies, states = (grid.ravel() for grid in np.indices(self.succeeds.shape))
        columns: dict[str, Any] = {"policy": [self.names[p] for p in policies], "state": states}
        columns |= self.experiment.columns_at(self.states[states])
        for k, outcome in enumerate(self.experiment.outcomes):
            columns[outcome.measure] = self.means[..., k].ravel()
            columns[f"{outcome.measure}_regret"] = self.regret(outcome).ravel()
        return {"states": columns | {"regret": self.weighted_regret.ravel(), "succeeds": self.succeeds.ravel()}}

    @property
    def depends_on(self) -> Any:
        """The states, which may come from a file."""
        return self.states.tolist()

    def told(self) -> dict[str, Any]:
        """See :meth:`MethodResult.told`."""
        return {
            "states": len(self.states),
            "replications": self.experiment.replications,
            "least_regret": self.names[self.least_regret],
            "policies": {name: self._policy_told(place) for place, name in enumerate(self.names)},
        }

    def _policy_told(self, policy: int) -> dict[str, Any]:
        regrets = [largest(self.regret(outcome)[policy]) for outcome in self.experiment.outcomes]
        boxes = self.boxes[self.names[policy]]
        return {
            "succeeds": float(self.shares[policy]),
            "unknown": int(self.unknown[policy].sum()),
            "regret": company.sizes(self.experiment, regrets),
            "weighted_regret": plain(largest(self.weighted_regret[policy])),
            "fails_when": [{"words": b.words, "coverage": b.coverage, "density": b.density} for b in boxes],
        }


def largest(values: np.ndarray) -> float:
    """The largest of those that are known; NaN when none is."""
    return float(np.fmax.reduce(values, axis=None))


def plan(experiment: Experiment) -> Plan:
    """Every policy in every state of the design. Raises :class:`Mistake`, before anything is run."""
    policies, against = experiment.policies, experiment.settings.against
    if len(policies) < 2:
        raise Mistake("policies names one only; robustness is told by comparing at least two")
    if against is not None and against not in policies:
        raise Mistake(f"against is '{against}', but policies are {', '.join(policies)}")
    assert experiment.design is not None
    states = experiment.design.points(experiment)
    if len(states) < FEWEST_STATES:
        raise Mistake(f"the design has {len(states)} states, but to find where a policy fails takes {FEWEST_STATES}")

    def scenarios() -> list[Scenario]:
        pairs = product(policies.items(), states)
        return [experiment.scenario_at_point(state, f"the policy '{name}'", policy) for (name, policy), state in pairs]

    return Plan(len(policies) * len(states) * experiment.replications, states, scenarios)


def run(experiment: Experiment, laboratory: Laboratory, plan: Plan) -> Robustness:
    """Ask how every policy does in every state of the uncertainties. Raises :class:`Mistake`."""
    assert experiment.design is not None
    policies, states = len(experiment.policies), len(plan.points)
    order = [p * states + int(k) for k in experiment.design.order(states) for p in range(policies)]
    values = laboratory.measure(plan.scenarios, range(experiment.replications), order)
    values = values.reshape(policies, states, experiment.replications, len(experiment.outcomes))
    refuse_missing(experiment, values)
    return Robustness(experiment, *laboratory.account, plan.points, values)


def refuse_missing(experiment: Experiment, values: np.ndarray) -> None:
    """Policies cannot be held against one another by what one of them never has."""
    for name, found in zip(experiment.policies, values, strict=True):
        for k, outcome in enumerate(experiment.outcomes):
            if not np.isfinite(found[..., k]).any():
                raise Mistake(
                    f"outcomes.{outcome.measure} is missing in every run of '{name}': no replication finished, or none had "
                    "anything to measure; see what failed, or take another outcome"
                )


METHOD = Method(
    plan, run, Settings, needs=("policies", "uncertainties", "design"),
    refuses={"levers": "levers are what policies set: give each policy its settings, and leave levers out"},
    meant_by=lambda entries: {"policies", "uncertainties", "design"} <= set(entries),
)  # fmt: skip
