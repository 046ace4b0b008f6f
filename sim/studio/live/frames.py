"""A market week by week as pictures: what is drawn of every person, who talks, who waits at the phones, and the measures.

Both engines make the same pictures, bit for bit: :class:`FastWorld` steps the core, :class:`ReadableWorld` the Mesa model.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from sim.engine import core
from sim.engine.start import Ground, begin, empty_state
from sim.model.behaviour.person import COMPANY, GONE
from sim.model.mechanisms.call_centre import CONTACT
from sim.model.random import fill_listed
from sim.model.week import COUNTS, EVERYBODY, Network, State, entries, event, journal, state_columns
from sim.runs.measures import DEFINITIONS, NAMES, measured
from sim.runs.statistics import plain
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import Scenario

FEELINGS = ("satisfaction", "trust", "grievance")
"""What people can be coloured by, besides their provider."""
STEPS = 200
"""A feeling, from 0 to 1, is sent in so many steps."""
EVENTS_EACH = 24
"""Room in the week's journal for each person; seldom do three things happen to somebody in a week."""
LARGEST = 6000
"""People that a browser still draws week by week."""
_CALLS = {event("solved"): 0, event("unsolved"): 1, event("abandons"): 2}
_TELLS = {event("tells_well"): 1, event("tells_ill"): 0}


@dataclass(frozen=True)
class Frame:
    """One week. ``n`` people.

    ``feelings``: uint8 (3, n), in steps of 1 / ``STEPS``; ``provider``: uint8 (n); ``talkers``: int32 (talkers, 2), who and
    whether well (1) or ill (0); ``calls``: float32 (calls, 4), who, minute of the week's slice at which they call, minutes
    waited, and how it ended (0 solved, 1 not solved, 2 gave up); ``staff``: float32 (representatives on duty), their
    morale; ``hours``: minutes in the slice; ``measures``: this week's, by name.
    """

    week: int
    feelings: np.ndarray
    provider: np.ndarray
    talkers: np.ndarray
    calls: np.ndarray
    staff: np.ndarray
    hours: float
    measures: dict[str, float | None]

    def packed(self) -> dict[str, Any]:
        """As plain values and base64, for the way to the browser."""
        return {
            "week": self.week,
            "feelings": [_text(row) for row in self.feelings],
            "provider": _text(self.provider),
            "talkers": _text(self.talkers.astype("<u2")),
            "calls": [
                [int(who), round(float(at), 2), round(float(wait), 2), int(end)] for who, at, wait, end in self.calls
            ],
            "staff": [round(float(morale), 3) for morale in self.staff],
            "hours": round(self.hours, 2),
            "measures": [_short(self.measures[name]) for name in NAMES],
        }


def _short(value: float | None) -> float | None:
    """A measure to five digits; None in a week in which there was nothing to measure."""
    return None if value is None else float(f"{value:.5g}")


def _text(numbers: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(numbers).tobytes()).decode()


class World(Protocol):
    """A market that is stepped week by week."""

    ground: Ground
    network: Network
    week: int

    def step(self) -> Frame:
        """Live one week and say how things stand."""

    def skip(self) -> None:
        """Live one week unseen."""


class FastWorld:
    """One replication on the fast engine, a week at a time, with a journal of everybody."""

    def __init__(self, scenario: Scenario, seed: int, replication: int = 0) -> None:
        self.ground, self.week = ground_of(scenario), -1
        core.prepare(self.ground)
        self._state, self._work = empty_state(self.ground), core.room_for(self.ground.plan.people)
        self.network, self._setting = begin(self.ground, seed, replication, self._state)
        self._book = journal(EVERYBODY, EVENTS_EACH * self.ground.plan.people)
        self._tally = np.zeros(len(COUNTS), np.int64)

    def skip(self) -> None:
        """Live one week unseen."""
        self.week += 1
        self._book[0]["week"], self._tally[:] = 0, 0
        core.advance(
            self._state, self._work, self.network, self.ground.policy, self.week, self._setting, self._tally, self._book
        )

    def step(self) -> Frame:
        """Live one week and say how things stand."""
        self.skip()
        return _frame(self.ground, self.week, self._state, self._book, self._tally, self._setting.world)


class ReadableWorld:
    """The same on the readable engine: one object a customer, a few weeks a second for a thousand of them."""

    def __init__(self, scenario: Scenario, seed: int, replication: int = 0) -> None:
        from sim.engine.objects.market import Market

        self.ground, self.week = ground_of(scenario), -1
        self._book = journal(EVERYBODY, EVENTS_EACH * self.ground.plan.people)
        self._market = Market(self.ground, seed, replication, journal=self._book)
        self.network = begin(self.ground, seed, replication, empty_state(self.ground))[0]

    def skip(self) -> None:
        """Live one week unseen."""
        self.week += 1
        self._book[0]["week"] = 0
        self._market.step()

    def step(self) -> Frame:
        """Live one week and say how things stand."""
        self.skip()
        market = self._market
        return _frame(self.ground, self.week, market.state(), self._book, market.tally[self.week], market.world)


def _frame(ground: Ground, week: int, state: State, book: np.ndarray, tally: np.ndarray, world: np.uint64) -> Frame:
    named, happened, policy = state_columns(state), entries(book), ground.policy[week]
    assert happened.size < book.size - 1, "the journal is full"
    hours = float(policy["call_centre_hours"]) * 60 / ground.stands_for
    on_duty = int(named["representatives_on_duty"][0])
    return Frame(
        week,
        np.stack([_stepped(named[name]) for name in FEELINGS]),
        named["provider"].astype(np.uint8),
        _talkers(happened),
        _calls(happened, world, week, hours),
        named["morale"][:on_duty].copy(),
        hours,
        {name: plain(float(value)) for name, value in measured(tally[None], ground.plan.founders).items()},
    )


def _stepped(values: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(values, 0, 1) * STEPS).astype(np.uint8)


def _talkers(happened: np.ndarray) -> np.ndarray:
    """Who tells their friends, in order of person, and whether well or ill."""
    told = happened[np.isin(happened["what"], list(_TELLS))]
    pairs = np.array([(entry["person"], _TELLS[int(entry["what"])]) for entry in told], np.int32).reshape(-1, 2)
    return pairs[np.argsort(pairs[:, 0], kind="stable")]


def _calls(happened: np.ndarray, world: np.uint64, week: int, hours: float) -> np.ndarray:
    """Calls as they come in; the moment is drawn again, as both engines draw it."""
    told = happened[np.isin(happened["what"], list(_CALLS))]
    who = told["person"].astype(np.int32)
    bits = np.zeros((4, who.size), np.uint32)
    fill_listed(world, CONTACT, week, 0, who, tuple(bits))
    at = bits[1] * 2.0**-32 * hours
    ends = [_CALLS[int(what)] for what in told["what"]]
    calls = np.column_stack([who, at, told["amount"], ends]).astype(np.float32).reshape(-1, 4)
    return calls[np.argsort(at, kind="stable")]


WORLDS: dict[str, Callable[[Scenario, int], World]] = {"core": FastWorld, "mesa": ReadableWorld}
"""Engines by name."""


def from_file(scenario: Scenario) -> bool:
    """Whether the people or their ties are read from a file, so that fewer cannot stand for them."""
    return scenario.customers.file is not None or scenario.network.kind == "edges"


def fitted(scenario: Scenario, most: int) -> Scenario:
    """The scenario with at most so many people, each standing for more of them, if they are drawn and not read from a file."""
    ground = ground_of(scenario)
    share = most / ground.plan.people
    if share >= 1 or from_file(scenario):
        return scenario
    founders = max(1, round(ground.plan.founders * share))
    prospects = max(0, most - founders) if scenario.market.prospects else 0
    return scenario.with_(
        market={
            "customers": founders,
            "prospects": prospects,
            "stands_for": ground.stands_for * ground.plan.people / most,
        }
    )


def ties(network: Network) -> np.ndarray:
    """Every tie once: int32 (ties, 2), the smaller number first."""
    one = np.repeat(np.arange(network.first.size - 1, dtype=np.int32), np.diff(network.first))
    both = np.column_stack([one, network.friends[: one.size]])
    return both[both[:, 0] < both[:, 1]]


def places(network: Network) -> np.ndarray:
    """Where to draw everybody, friends near one another: float32 (n, 2), between 0 and 1; the same every time.

    The force-directed layout of Fruchterman and Reingold 1991, as igraph reckons it.
    """
    import random

    import igraph

    people = network.first.size - 1
    angle = np.arange(people) * np.pi * (3 - np.sqrt(5))  # a sunflower: nobody begins where somebody else does
    start = np.sqrt(np.arange(people) + 0.5)[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    igraph.set_random_number_generator(random.Random(1))
    graph = igraph.Graph(n=people, edges=ties(network).tolist())
    grid = "grid" if people > 1000 else "nogrid"
    laid = np.array(graph.layout_fruchterman_reingold(niter=200, seed=start.tolist(), grid=grid).coords)
    low, high = np.percentile(laid, 1, axis=0), np.percentile(laid, 99, axis=0)
    return np.clip((laid - low) / np.maximum(high - low, 1e-9), 0, 1).astype(np.float32)


def opening(world: World) -> dict[str, Any]:
    """What is drawn once: places, ties and who begins as a customer of the company."""
    people = world.ground.plan.people
    return {
        "people": people,
        "founders": world.ground.plan.founders,
        "weeks": world.ground.weeks,
        "steps": STEPS,
        "places": _text(np.rint(places(world.network) * 65535).astype("<u2")),
        "ties": _text(ties(world.network).astype("<u2")),
        "company": COMPANY,
        "gone": GONE,
    }


def measure_names() -> list[dict[str, str | bool]]:
    """Every measure as charts name it; ``grows``: whether it is the larger the more people a simulated one stands for."""
    return [
        {
            "name": name,
            "words": DEFINITIONS[name].words,
            "unit": DEFINITIONS[name].unit,
            "meaning": DEFINITIONS[name].meaning,
            "grows": DEFINITIONS[name].grows,
        }
        for name in NAMES
    ]
