"""A laboratory: a small market that can be stopped, copied, changed in one point, and let run on under the same luck."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from worlds import fixed

from sim.engine.columns import CompiledWeek
from sim.engine.objects.market import settings_of
from sim.engine.start import begin, empty_state, flags_of
from sim.model.behaviour.choice import doubt, goodwill, leaves, open_again, thinks
from sim.model.behaviour.switching import drawn_to_other, hurdle_of, look_of_other
from sim.model.columns import KINDS
from sim.model.component import USES
from sim.model.week import State, journal, state_columns
from sim.scenario.model_inputs import ground_met, ground_of
from sim.scenario.whole import described

QUIET = {"quality": {"error_rate": 0.0, "spread": 0.0}, "call_centre": {"questions": 0.0}}
"""A market in which nothing goes wrong and every week is like the last."""

UNMOVED = {
    "choice": {"decided": 0.0, "hearsay": 0.0, "hearsay_settled": 0.0, "ends": 0.0, "involuntary": 0.0, "newcomers": 0.0},
    "marketing": {"reliance": 0.0}, "rival": {"reach": 0.0}, "referral": {"bond": 0.0},
    "friends": {"wake": 0.0, "loosen": 0.0},
    "talk": {"event": 0.0, "moving": 0.0, "passed_on": 0.0, "passed_on_well": 0.0},
    "customers": {"traits": {"fit_company": 0.0, "fit_rival": 0.0}},
}  # fmt: skip
"""What closed forms know nothing of: products that suit one better than another, promises, decisions that hold for a while, talk
about events, bonds, friends who leave, deaths."""


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
        scenario = described(merged({"weeks": 1}, sections)).in_worlds()
        self.ground = ground_met(scenario, ground_of(scenario), seed, replication)
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
        counted, first = self.ground.model.counts, self.week
        tally = np.zeros((weeks, len(counted)), np.int64)
        policy = fixed(self.policy)
        flags = flags_of(replace(self.ground, policy=policy), self.flags.world)
        self.compiled.live(self.state, self.network, policy, flags, first, tally, journal())
        self.week += weeks
        return {name: tally[:, place] for place, name in enumerate(counted)}

    @property
    def now(self) -> np.record:
        """This week's settings."""
        return self.policy.view(np.recarray)[min(self.week, len(self.policy) - 1)]

    def column(self, name: str) -> np.ndarray:
        """A column of everybody; what is written into it counts."""
        return state_columns(self.state, self.ground.model)[name]

    def person(self, number: int) -> SimpleNamespace:
        """One person, as a step sees them who draws nothing and hears nothing."""
        rows = {name: (kind, place) for kind in KINDS for place, name in enumerate(self.ground.model.names(kind))}
        state = {name: getattr(self.state, kind)[place, number] for name, (kind, place) in rows.items()}
        whole = {name: int(value) for name, value in state.items() if rows[name][0] != "number"}
        return SimpleNamespace(**state | whole, number=number, woken=False, wooed=False)

    def company(self) -> SimpleNamespace:
        """The company, as a step sees it."""
        return SimpleNamespace(
            **{name: self.state.firm[place, 0] for place, name in enumerate(self.ground.model.names("firm"))}
        )

    @property
    def settings(self) -> SimpleNamespace:
        """This week's settings, as a step sees them."""
        return settings_of(self.policy[min(self.week, len(self.policy) - 1)], self.ground.model.settings)

    @property
    def calendar(self) -> SimpleNamespace:
        """The week, as a step sees it."""
        ours, theirs = self.state.reputation
        uses = {f"{USES}{name}": False for name in self.ground.model.optional}
        return SimpleNamespace(
            number=self.week, calendar=self.week, company_reputation=ours, rival_reputation=theirs, **uses
        )

    def performed(self) -> np.ndarray:
        """How the product performed for everybody in the week lived last."""
        return self.compiled.weekly.number[self.ground.model.row("performed")]

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
    """The chance that each of these customers leaves if they compare now, by the steps that both engines take."""
    return np.array([_chance(lab, int(number)) for number in who], float)


def _chance(lab: Laboratory, number: int) -> float:
    me, firm, p, week = lab.person(number), lab.company(), lab.settings, lab.calendar
    drawn, high = drawn_to_other(me, firm, p, week), hurdle_of(me, p, week)
    return float(leaves(drawn, high, p.choice.decisiveness))


def looks(lab: Laboratory, number: int) -> float:
    """How the other provider looks to a customer."""
    return float(look_of_other(lab.person(number), lab.company(), lab.settings, lab.calendar))


def chance_this_week(lab: Laboratory, who: np.ndarray) -> np.ndarray:
    """The chance that each of these customers compares and leaves this week, news and advertising apart."""
    return np.array([chance_of_comparing(lab, int(number)) for number in who], float) * chance_if_comparing(lab, who)


def chance_of_comparing(lab: Laboratory, number: int) -> float:
    """The chance that a customer compares this week, news and advertising apart."""
    me, p = lab.person(number), lab.settings.choice
    attention = p.attention * doubt(goodwill(me.satisfaction, me.trust, p.trust_weight))
    again = open_again(lab.week - me.compared_in, p.decided)
    return float(thinks(me.issue_severity, me.grievance, attention, p.issue_trigger, p.grievance_trigger, again))
