"""Settings that differ from one group of people to another: policies of segments, and rules.

Everybody belongs to a group, and a person's steps read the settings of the group. Group 0 are those for whom nothing else is
said; the company and its representatives read its settings. Who belongs to which group is settled at the beginning of every
week, from the state as it stands, by numpy, and so alike in both engines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np

from sim.model.behaviour.person import COMPANY
from sim.model.columns import KINDS
from sim.model.component import Model
from sim.model.random import fill, stream
from sim.model.week import State

if TYPE_CHECKING:
    from sim.engine.start import Ground

GROUP = np.uint16
"""How a person's group is kept: a byte of rules for each of up to 255 segments and for nobody's."""
MOST_RULES = 8
"""Rules at most: a byte of them."""
LOT = "lot"
"""What a rule may ask of a person beside their columns: a number in [0, 1) that is drawn once for everybody, alike under every
policy, so that ``lot < 50%`` are half of the people, and the same ones in every run of a replication."""
LOTS = stream("lots")
WEEKS_LEFT = "contract_weeks_left"
"""What a rule may ask of a person beside their columns: weeks until the contract ends, 0 where it has ended or there is none."""
SIGNS: Mapping[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal,
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What a policy or rule says of one setting: ``how`` is ``=`` a value, ``+`` so much more, ``*`` so many times what holds.

    It stays between ``low`` and ``high``; ``whole``: whether it is a whole number.
    """

    field: str
    value: float
    how: str = "="
    low: float = -np.inf
    high: float = np.inf
    whole: bool = False

    def over(self, holds: np.ndarray) -> np.ndarray:
        """The setting where it would be what ``holds``, a number of each week."""
        return np.array([self.one(float(each)) for each in holds], holds.dtype)

    def one(self, holds: float) -> float:
        """The setting where it would be what ``holds``, which of single precision is known to seven digits."""
        holds = float(f"{holds:.7g}")
        new = self.value if self.how == "=" else holds + self.value if self.how == "+" else holds * self.value
        new = min(max(new, self.low), self.high)
        return round(new) if self.whole else new


@dataclass(frozen=True)
class OfSegment:
    """What is said of the people of a segment, in the weeks from ``start`` until ``end``, counted from the first lived."""

    segment: int
    said: tuple[Said, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Asked:
    """What a rule asks of a person: that a column be less, more, …, than a value."""

    column: str
    sign: str
    value: float


class Awaited(Protocol):
    """What a rule waits for."""

    def true_before(self, week: int, counts: np.ndarray, inputs: Ground) -> bool:
        """Whether it is so before a week, by the counts, int64 (weeks, counts), of those from week 0 on."""
        ...


@dataclass(frozen=True)
class Rule:
    """What is said of those whom it fits: of a segment, or customers of whom all of one of ``where`` is true, or everybody.

    It is in force in the ``hold`` weeks that begin when all of one of ``when`` is true; always where there is no such thing.
    """

    said: tuple[Said, ...]
    segment: int | None = None
    where: tuple[tuple[Asked, ...], ...] = ()
    when: tuple[tuple[Awaited, ...], ...] = ()
    hold: int = 1

    @property
    def for_all(self) -> bool:
        """Whether it fits everybody, and so the company as well."""
        return self.segment is None and not self.where


@dataclass(frozen=True)
class Policies:
    """All that is said for some people alone, or under a condition.

    Rules are in force from week 0 on; of two that say one setting, the first wins.
    """

    segments: tuple[OfSegment, ...] = ()
    rules: tuple[Rule, ...] = ()

    def values(self, policy: np.ndarray, field: str) -> np.ndarray:
        """Every value that a setting may have, in any week and group."""
        found = [policy[field]]
        found += [
            said.over(policy[field][of.start : of.end])
            for of in self.segments
            for said in of.said
            if said.field == field
        ]
        usual = np.concatenate(found)
        under = [said.over(usual) for rule in self.rules for said in rule.said if said.field == field]
        return np.concatenate([usual, *under])


class Grouping:
    """Who belongs to which group, and the settings of each, in one replication while it is lived.

    ``of`` and ``was``: uint16 (people), the group of everybody this week and last; ``settings``: (weeks, groups), those of the
    warm-up first.
    """

    def __init__(self, ground: Ground) -> None:
        assert ground.policies is not None
        self.ground, self.policies = ground, ground.policies
        self.rules, self.numbered = self.policies.rules, sorted({each.segment for each in self.policies.segments})
        people, weeks = ground.plan.people, len(ground.policy)
        self.of, self.was = np.zeros(people, GROUP), np.zeros(people, GROUP)
        self._kinds, self._until = np.zeros(people, GROUP), [-1] * len(self.rules)
        self._lots = np.zeros(people, np.float32)
        self._usual = np.ascontiguousarray(ground.policy).view(np.uint8).reshape(weeks, 1, -1)
        self._have(np.repeat(self._usual, 1 + len(self.numbered), axis=1))
        for number, segment in enumerate(self.numbered, 1):
            self._say(number, segment)
        self._of_kind = self._rows.copy() if self.rules else self._rows
        self._span, self._made = self._spans(), dict[tuple[int, int], np.ndarray]()
        self._fits = [0]

    def _have(self, rows: np.ndarray) -> None:
        """Have these settings, as bytes (weeks, groups, bytes): to copy a record field by field takes long."""
        self._rows, self.settings = rows, rows.view(self.ground.policy.dtype)[..., 0]

    def _spans(self) -> np.ndarray:
        """The number of the span that each week belongs to, in which nothing changes but by rules."""
        changed = np.zeros(len(self._usual), bool)
        changed[1:] = (self._usual[1:] != self._usual[:-1]).any(axis=(1, 2))
        for each in self.policies.segments:
            changed[[week for week in (each.start, each.end) if week < len(changed)]] = True
        return np.cumsum(changed)

    def begin(self, state: State, world: np.uint64) -> None:
        """Everybody is where a replication of this key begins: in the group of their segment, and with their lot."""
        self._lots = lots_of(world, self.of.size)
        numbers = np.zeros(1 + np.iinfo(np.uint8).max, GROUP)
        numbers[self.numbered] = np.arange(1, len(self.numbered) + 1)
        self._kinds[:] = numbers[state.mark[self.ground.model.row("segment")]]
        self.of[:] = self.was[:] = self._kinds

    def follow(self, other: Grouping, lived: int) -> None:
        """Go on where ``other`` has come to, with the same people, after so many weeks."""
        self.of[:], self.was[:], self._until, self._lots = other.of, other.was, list(other._until), other._lots
        self._widen(other.settings.shape[1])
        self._rows[:lived, : other.settings.shape[1]] = other._rows[:lived]

    def rules_of(self, person: int) -> tuple[int, ...]:
        """The places of the rules that fit a person this week."""
        fits = self._fits[self.of[person]] if self.rules and len(self._fits) > self.of[person] else 0
        return tuple(place for place in range(len(self.rules)) if fits >> place & 1)

    @property
    def lasting(self) -> bool:
        """Whether everybody stays in one group, and groups keep their settings."""
        return not self.rules

    def turn(self, week: int, state: State, counts: np.ndarray) -> None:
        """Settle the groups of a week, counted from the first that is lived, by what is so before it.

        ``state``: as it stands; ``counts``: int64 (weeks, counts) of the weeks from week 0 on.
        """
        if self.lasting or week < self.ground.warm_up:
            return
        self.was[:] = self.of
        there = in_force(self.rules, self._until, week - self.ground.warm_up, counts, self.ground)
        for_all = sum(1 << place for place in there if self.rules[place].for_all)
        personal = [place for place in there if not self.rules[place].for_all]
        kept = len(self.rules)
        if personal:
            order = self._assign(week, state, for_all, personal)
        else:
            order = [number << kept | for_all for number in range(1 + len(self.numbered))]
            self.of[:] = self._kinds
        if week == 0:  # nothing was otherwise before
            self.was[:] = self.of
        self._fits = [key & (1 << kept) - 1 for key in order]
        for group, key in enumerate(order) if there else ():
            self._settle(week, group, key >> kept, key & (1 << kept) - 1)

    def _assign(self, week: int, state: State, for_all: int, personal: list[int]) -> list[int]:
        """Put everybody into the group of those whom the same rules fit; returns what fits each group, the company's first."""
        fits = np.full(self.of.size, for_all, np.uint32)
        for place in personal:
            fits[fitting(self.rules[place], state, self.ground.model, week, self._lots)] |= np.uint32(1 << place)
        fits |= self._kinds.astype(np.uint32) << np.uint32(len(self.rules))
        there = np.flatnonzero(np.bincount(fits, minlength=for_all + 1))
        order = [for_all, *(int(key) for key in there if key != for_all)]
        number = np.zeros(max(int(there.max(initial=0)), for_all) + 1, GROUP)
        number[order] = np.arange(len(order))
        self.of[:] = number[fits]
        self._widen(len(order))
        return order

    def _say(self, number: int, segment: int) -> None:
        """Lay what is said of a segment over the settings of its group, week by week."""
        for each in self.policies.segments:
            for said in each.said if each.segment == segment else ():
                mine = self.settings[said.field][each.start : each.end, number]
                mine[:] = said.over(mine)

    def _settle(self, week: int, group: int, kind: int, fits: int) -> None:
        """The settings of a group in a week: what holds for its segment, and over it what the first rule says that fits."""
        key = int(self._span[week]), kind << len(self.rules) | fits
        if key not in self._made:
            self._rows[week, group] = self._of_kind[week, kind]
            told: set[str] = set()
            for said in (said for place, rule in enumerate(self.rules) if fits >> place & 1 for said in rule.said):
                if said.field not in told:
                    mine = self.settings[said.field]
                    mine[week, group] = said.one(float(mine[week, group]))
                    told.add(said.field)
            self._made[key] = self._rows[week, group].copy()
        self._rows[week, group] = self._made[key]

    def _widen(self, groups: int) -> None:
        """Have room for so many groups."""
        more = groups - self._rows.shape[1]
        if more > 0:
            self._have(np.concatenate([self._rows, np.repeat(self._usual, more, axis=1)], axis=1))


def lots_of(world: np.uint64, people: int) -> np.ndarray:
    """The lot of everybody in a replication of this key: float32 in [0, 1), on a grid of 2^-24."""
    words = np.zeros((4, people), np.uint32)
    fill(world, LOTS, 0, 0, tuple(words))
    return (words[0] >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24)


def grouped(ground: Ground, state: State, world: np.uint64) -> Grouping | None:
    """The groups of a replication of this key that begins in this state; None where everybody has the same settings."""
    if ground.policies is None:
        return None
    groups = Grouping(ground)
    groups.begin(state, world)
    return groups


def in_force(rules: Sequence[Rule], until: list[int], week: int, counts: np.ndarray, ground: Ground) -> list[int]:
    """The places of the rules that are in force in a week, counted from week 0.

    ``until``: how long each was known to be so, which is carried from week to week; ``counts``: as of :meth:`Grouping.turn`.
    """
    for place, rule in enumerate(rules):
        waits = (all(each.true_before(week, counts, ground) for each in together) for together in rule.when)
        if not rule.when or any(waits):
            until[place] = week + rule.hold
    return [place for place, end in enumerate(until) if week < end]


def fitting(rule: Rule, state: State, model: Model, week: int, lots: np.ndarray) -> np.ndarray:
    """Whom a rule fits, by the state before a week and everybody's lot: bool (people). Conditions are about customers."""
    if rule.segment is not None:
        return column(state, model, "segment", week) == rule.segment
    fits = np.zeros(state.mark.shape[1], bool)
    for together in rule.where:
        all_of = column(state, model, "provider", week) == COMPANY
        for asked in together:
            found = lots if asked.column == LOT else column(state, model, asked.column, week)
            all_of &= SIGNS[asked.sign](found, float(np.float32(asked.value)))
        fits |= all_of
    return fits


def column(state: State, model: Model, name: str, week: int) -> np.ndarray:
    """A number of everybody, before a week that counts from the first that is lived."""
    if name == WEEKS_LEFT:
        ends = column(state, model, "contract_end", week).astype(np.int32)
        return np.where(ends < 0, 0, np.maximum(ends - week, 0))
    kind, row = _place(model, name)
    found: np.ndarray = getattr(state, kind)[row]
    return found


@lru_cache(maxsize=256)
def _place(model: Model, name: str) -> tuple[str, int]:
    """Kind and row of a column."""
    return next(kind for kind in KINDS if name in model.columns(kind)), model.row(name)
