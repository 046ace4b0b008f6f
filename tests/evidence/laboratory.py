"""A laboratory: a small market that can be stopped, copied, changed in one point, and let run on under the same luck."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from worlds import fixed

from sim.engine.columns import CompiledWeek
from sim.engine.start import begin, empty_state, flags_of
from sim.model.behaviour.belief import view
from sim.model.behaviour.choice import goodwill, held_against, leaves, pull, thinks
from sim.model.behaviour.price import price_advantage
from sim.model.component import columns, row
from sim.model.mechanisms.contracts import bound, hurdle
from sim.model.mechanisms.pricing import price_paid
from sim.model.week import COUNTS, State, journal
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import described

QUIET = {"quality": {"error_rate": 0.0, "spread": 0.0}, "call_centre": {"questions": 0.0}}
"""A market in which nothing goes wrong and every week is like the last."""


def merged(*sections: dict[str, Any]) -> dict[str, Any]:
    """Sections of a scenario, later ones on top."""
    result: dict[str, Any] = {}
    for more in sections:
        for name, value in more.items():
            both = isinstance(value, dict) and isinstance(result.get(name), dict)
            result[name] = merged(result[name], value) if both else value
    return result


class Laboratory:
    """One replication of a scenario, week by week. ``policy`` holds one record a week and may be changed."""

    def __init__(self, sections: dict[str, Any], weeks: int = 60, replication: int = 0, seed: int = 7) -> None:
        self.ground = ground_of(described(merged({"weeks": 1}, sections)))
        self.policy = np.repeat(self.ground.policy, weeks)
        self.state, self.week = empty_state(self.ground), 0
        self.network, self.flags = begin(self.ground, seed, replication, self.state)
        self.compiled = CompiledWeek(self.ground)

    def copy(self) -> Laboratory:
        """The same market once more, to go another way."""
        other = object.__new__(Laboratory)
        other.__dict__ = self.__dict__ | {"policy": self.policy.copy()}  # the room to work in is shared
        other.state = State(*(array.copy() for array in self.state))
        return other

    def under(self, weeks: int | None = None, **settings: float) -> Laboratory:
        """A copy with other settings (``part_parameter``) from this week on, or for so many weeks."""
        other = self.copy()
        until = None if weeks is None else self.week + weeks
        for name, value in settings.items():
            other.policy[name][self.week : until] = value
        return other

    def after(self, weeks: int = 1) -> Laboratory:
        """The market so many weeks later (the same object)."""
        self.counts(weeks)
        return self

    def counts(self, weeks: int) -> dict[str, np.ndarray]:
        """Let so many weeks pass; every count, week by week."""
        tally, first = np.zeros((weeks, len(COUNTS)), np.int64), self.week
        policy = fixed(self.policy)
        flags = flags_of(replace(self.ground, policy=policy), self.flags.world)
        self.compiled.live(self.state, self.network, policy, flags, first, tally, journal())
        self.week += weeks
        return {name: tally[:, place] for place, name in enumerate(COUNTS)}

    @property
    def now(self) -> np.record:
        """This week's settings."""
        return self.policy.view(np.recarray)[min(self.week, len(self.policy) - 1)]

    def column(self, name: str) -> np.ndarray:
        """A column of everybody; what is written into it counts."""
        kind = next(kind for kind in ("number", "clock", "mark") if name in columns(kind))
        return getattr(self.state, kind)[row(name)]

    def performed(self) -> np.ndarray:
        """How the product performed for everybody in the week lived last."""
        return self.compiled.weekly.number[row("performed")]

    def customers(self) -> np.ndarray:
        """Who is with the company."""
        return self.column("provider") == 0

    def stayed(self, founders: int) -> np.ndarray:
        """Who of the first so many people is with the company and has not left it since week 0."""
        return self.customers()[:founders] & (self.column("tenure")[:founders] >= self.week)

    def values(self, who: np.ndarray, *names: str) -> list[np.ndarray]:
        """Columns of the people chosen, as float64."""
        return [self.column(name)[who].astype(float) for name in names]


def chance_if_comparing(lab: Laboratory, who: np.ndarray) -> np.ndarray:
    """The chance that each of these customers leaves if they compare now, by the rules that both engines use."""
    p, week = lab.now, lab.week
    fields = (
        "satisfaction",
        "trust",
        "grievance",
        "price_fairness",
        "belief_rival",
        "price_sensitivity",
        "switching_cost",
    )
    people = zip(
        *(lab.column(name)[who] for name in fields),
        lab.column("tenure")[who],
        lab.column("contract_end")[who],
        strict=True,
    )
    found = []
    for s, t, g, fair, belief, sensitivity, reluctance, tenure, ends in people:
        own = goodwill(s, t, p.choice_trust_weight)
        held = held_against(g, fair, p.choice_grievance_weight, p.choice_fairness_weight)
        other = view(belief, lab.state.reputation[1], p.belief_reviews)
        paid = price_paid(
            p.pricing_list_price, p.pricing_newcomer_discount, p.pricing_discount_weeks, tenure, tenure <= week
        )
        advantage = price_advantage(paid, p.rival_price, sensitivity)
        high = hurdle(reluctance, p.contracts_exit_fee, bound(ends, week))
        found.append(leaves(pull(other, own, held, p.choice_appeal, advantage), high, p.choice_decisiveness))
    return np.array(found, float)


def chance_this_week(lab: Laboratory, who: np.ndarray) -> np.ndarray:
    """The chance that each of these customers compares and leaves this week, bad news from friends apart."""
    p = lab.now
    rates = (p.choice_attention, p.choice_issue_trigger, p.choice_grievance_trigger)
    people = zip(lab.column("issue_severity")[who], lab.column("grievance")[who], strict=True)
    think = np.array([thinks(severity, grievance, 0.0, *rates) for severity, grievance in people], float)
    return think * chance_if_comparing(lab, who)
