"""One way to live a market, whichever engine does it: ``Engine(inputs, seed).start(replication).step()``.

Runs, journeys, branches, the studio, the comparison of the engines and the panel all step their markets through here, and
know nothing of what an engine needs to do so.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sim.engine.columns import CompiledWeek
from sim.engine.groups import Grouping, grouped
from sim.engine.start import Ground, begin, empty_state, flags_of, hold_to_file
from sim.model.columns import KINDS
from sim.model.component import Model
from sim.model.week import EVERYBODY, Network, State, entries, journal, state_columns

ENGINES = ("core", "mesa")
"""The engines: the fast one over columns, and the readable one over objects."""
NOBODY = -1
"""Who is watched when nothing is to be told."""
FEW_EVENTS, EVENTS_EACH = 64, 8
"""Room for the events of a step: at least so many, and so many a person watched; with more of them it grows."""

Room = tuple[State, CompiledWeek]


class Market(ABC):
    """One replication while it is lived, from week 0 on: a warm-up is over when there is a market.

    ``inputs``: what the scenario says; ``network``: who talks to whom; ``week``: the week lived last, -1 before the first;
    ``counts``: int64 (weeks, counts), zero in weeks to come.
    """

    network: Network
    week: int

    def __init__(self, inputs: Ground, keys: tuple[int, int], watched: int) -> None:
        self.inputs, self._keys = inputs, keys
        self.counts = np.zeros((inputs.weeks, len(inputs.model.counts)), np.int64)
        self._book = journal(watched, _room_for_events(inputs.plan.people, watched))
        self._begin()

    def step(self) -> None:
        """Live one week. Raises ``IndexError`` when the scenario is over."""
        self.run(1)

    def run(self, weeks: int | None = None) -> None:
        """Live so many weeks, or all that are left. Raises ``IndexError`` when the scenario has fewer."""
        before = self.week + 1
        until = self.inputs.weeks if weeks is None else before + weeks
        if until > self.inputs.weeks:
            raise IndexError(f"the scenario has {self.inputs.weeks} weeks")
        self._live(until)
        while self._full():  # nothing is lost: these weeks are lived again, from the keys, with more room
            self._book = journal(int(self._book[0]["person"]), 2 * self._book.size)
            self._begin()
            self._live(before)
            self._live(until)

    @property
    def events(self) -> np.ndarray:
        """What happened to those watched in the last step or run, as :data:`sim.model.week.JOURNAL`; overwritten by the next."""
        return entries(self._book)

    def people(self) -> dict[str, np.ndarray]:
        """The columns that hold a value for every person, by name; overwritten by the next step.

        Weeks in them count from week 0; that somebody left before it is not told.
        """
        model, before = self.inputs.model, self.inputs.warm_up
        named = state_columns(self.state(), model)
        found = {name: named[name] for kind in KINDS for name in model.names(kind)}
        return found | {name: _from_week_0(found[name], before) for name in (_calendar(model) if before else ())}

    def rules_of(self, person: int) -> tuple[int, ...]:
        """The places of the scenario's rules that fitted a person in the week lived last."""
        return () if (groups := self.grouping()) is None else groups.rules_of(person)

    def setting(self, field: str) -> np.ndarray:
        """What a setting was for everybody in the week lived last: float64 (people,)."""
        groups, week = self.grouping(), self.inputs.warm_up + self.week
        if groups is None:
            return np.full(self.inputs.plan.people, self.inputs.policy[field][week], np.float64)
        return groups.settings[field][week].astype(np.float64)[groups.of]

    @abstractmethod
    def grouping(self) -> Grouping | None:
        """Who belongs to which group; None where everybody has the same settings."""

    @abstractmethod
    def state(self) -> State:
        """Everything that lasts from week to week, overwritten by the next step; weeks count from the first that was lived."""

    @abstractmethod
    def copy(self, inputs: Ground | None = None) -> Market:
        """The same market once more, in a room of its own, to go on under these ``inputs``; it watches nobody.

        They have the same people, and the same settings until now. An engine that is to copy knows of them from its start.
        """

    @abstractmethod
    def _begin(self) -> None:
        """Be where the replication begins, live the warm-up, and forget what was counted in it."""

    @abstractmethod
    def _live(self, until: int) -> None:
        """Live the weeks before ``until``, the book being emptied first."""

    def _full(self) -> bool:
        return self._book.size > 1 and self.events.size == self._book.size - 1


def _calendar(model: Model) -> list[str]:
    """The columns that name a week."""
    return [name for kind in KINDS for name, column in model.columns(kind).items() if column.calendar]


def _from_week_0(weeks: np.ndarray, before: int) -> np.ndarray:
    """Weeks that count from the first one lived, so many before week 0, as people are told them."""
    return np.where(weeks < 0, -1, np.maximum(weeks - before, 0))


def _room_for_events(people: int, watched: int) -> int:
    if watched == NOBODY:
        return 0
    return max(FEW_EVENTS, EVENTS_EACH * people if watched == EVERYBODY else 0)


class Columns(Market):
    """A market in columns, lived by compiled code."""

    def __init__(self, inputs: Ground, keys: tuple[int, int], watched: int, room: Room) -> None:
        self._state, self._week = room
        super().__init__(inputs, keys, watched)

    def grouping(self) -> Grouping | None:
        """As :meth:`Market.grouping`."""
        return self._groups

    def state(self) -> State:
        """The columns themselves."""
        return self._state

    def copy(self, inputs: Ground | None = None) -> Columns:
        """As :meth:`Market.copy`; the room to work in is shared, so the two live in one thread."""
        other = copy.copy(self)
        other.inputs = inputs or self.inputs
        other._state, other._book = empty_state(other.inputs), journal()
        for old, new in zip(self._state, other._state, strict=True):
            new[...] = old[..., : new.shape[-1]]  # what is left out was never used
        other._flags = flags_of(other.inputs, self._flags.world)
        other._groups = grouped(other.inputs, other._state, self._flags.world)
        if other._groups is not None and self._groups is not None:
            other._groups.follow(self._groups, self.inputs.warm_up + self.week + 1)
        other.counts = _continued(self, other.inputs)
        return other

    def _begin(self) -> None:
        self.network, self._flags = begin(self.inputs, *self._keys, self._state)
        self._groups = grouped(self.inputs, self._state, self._flags.world)
        if self.inputs.warm_up:
            self._warm_up()
        self.week = -1

    def _warm_up(self) -> None:
        untold, nobody = np.zeros((self.inputs.warm_up, self.counts.shape[1]), np.int64), journal()
        if not self.inputs.listed:
            return self._weeks_from(0, untold, nobody)
        began = self._state._replace(**{kind: getattr(self._state, kind).copy() for kind in KINDS})
        for week in range(self.inputs.warm_up):
            self._weeks_from(week, untold[week : week + 1], nobody)
            hold_to_file(self.inputs, began, self._state, week)

    def _live(self, until: int) -> None:
        first = self.week + 1
        self._book[0]["week"], self.counts[first:until] = 0, 0
        self._weeks_from(self.inputs.warm_up + first, self.counts[first:until], self._book)
        self.week = until - 1

    def _weeks_from(self, first: int, counts: np.ndarray, book: np.ndarray) -> None:
        """As many weeks as there is room to count in, from the ``first`` on, which counts from the first that was lived."""
        market = self._state, self.network, self.inputs.policy, self._flags
        if self._groups is None or self._groups.lasting:
            return self._week.live(*market, first, counts, book, self._groups)
        for week in range(len(counts)):
            self._groups.turn(first + week, self._state, self.counts)
            self._week.live(*market, first + week, counts[week : week + 1], book, self._groups)


class Objects(Market):
    """A market of objects, lived by Mesa."""

    def grouping(self) -> Grouping | None:
        """As :meth:`Market.grouping`."""
        return self._market.groups

    def state(self) -> State:
        """The objects' values as columns, made anew."""
        return self._market.state()

    def copy(self, inputs: Ground | None = None) -> Objects:
        """As :meth:`Market.copy`; its weeks are lived again, for objects that know one another are not copied."""
        other = inputs or self.inputs
        lived = self.inputs.warm_up + self.week + 1
        policy = np.concatenate([self.inputs.policy[:lived], other.policy[lived:]])
        again = Objects(replace(other, policy=policy), self._keys, NOBODY)
        again.run(self.week + 1)
        return again

    def _begin(self) -> None:
        from sim.engine.objects import Market as Mesa

        self._market, self.week = Mesa(self.inputs, *self._keys), -1
        self.network = begin(self.inputs, *self._keys, empty_state(self.inputs))[0]
        for _ in range(self.inputs.warm_up):
            self._market.step()

    def _live(self, until: int) -> None:
        self._book[0]["week"], self._market.journal = 0, self._book
        first, before = self.week + 1, self.inputs.warm_up
        for _ in range(first, until):
            self._market.step()
        self.counts[first:until] = self._market.tally[before + first : before + until]
        self.week = until - 1


def _continued(market: Market, inputs: Ground) -> np.ndarray:
    """Room for the counts of all weeks of ``inputs``, with those that the market has lived."""
    counts = np.zeros((inputs.weeks, len(inputs.model.counts)), np.int64)
    counts[: market.week + 1] = market.counts[: market.week + 1]
    return counts


class Engine:
    """Lives the replications of one scenario under one seed, one market at a time: a start ends the market before.

    ``kind``: one of :data:`ENGINES`, bit for bit the same; ``beside``: under which other inputs copies of its markets go on.
    """

    def __init__(self, inputs: Ground, seed: int, kind: str = "core", beside: Sequence[Ground] = ()) -> None:
        self.inputs, self.seed, self.kind = inputs, seed, kind
        if kind == "core":
            self._room = _widest([inputs, *beside]), CompiledWeek(inputs)

    def start(self, replication: int, watched: int = NOBODY) -> Market:
        """The market before its first week; ``watched``: the person whose events are told, or ``EVERYBODY``."""
        keys = self.seed, replication
        if self.kind == "core":
            return Columns(self.inputs, keys, watched, self._room)
        return Objects(self.inputs, keys, watched)

    def replicate(self, replication: int) -> Market:
        """The market after all its weeks."""
        market = self.start(replication)
        market.run()
        return market

    def serves(self, inputs: Ground, kind: str) -> bool:
        """Whether its room is that of these inputs, so that it may be given them."""
        alike = (inputs.policies is None) == (self.inputs.policies is None)
        same = alike and inputs.model is self.inputs.model and _size(inputs) == _size(self.inputs)
        return kind == self.kind and (inputs is self.inputs or same)


def _size(inputs: Ground) -> tuple[object, ...]:
    """What the size of a state follows from: how many people, and room for whom at the company."""
    company = empty_state(replace(inputs, plan=replace(inputs.plan, people=0)))
    return (inputs.plan.people, *(array.shape for array in company))


def _widest(several: Sequence[Ground]) -> State:
    """A state with room for the representatives, lanes and lines of all of them."""
    states = [empty_state(inputs) for inputs in several]
    if len(states) == 1:
        return states[0]
    together = zip(*states, strict=True)
    return State(*(np.zeros(np.max([a.shape for a in arrays], axis=0), arrays[0].dtype) for arrays in together))
