"""A market week by week as pictures: what is drawn of every person, who talks, who waits at the phones, and the measures.

Both engines make the same pictures, bit for bit.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.engine.engine import Engine, Market
from sim.journey.telling import GRUDGES, SATISFIED, TRUSTING
from sim.model.behaviour.conversation import CONTACT
from sim.model.behaviour.person import COMPANY, GONE, RIVAL
from sim.model.component import Model
from sim.model.random import fill_listed, world
from sim.model.week import EVERYBODY, Network, event, state_columns
from sim.report.charts.palette import COLOURS, look
from sim.runs.measures import customers_before, definitions, measured
from sim.runs.statistics import plain
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import Scenario

FEELINGS = ("satisfaction", "trust", "grievance")
"""What people can be coloured by, besides their provider."""
STEPS = 200
"""A feeling, from 0 to 1, is sent in so many steps."""
NETWORK, LARGEST = 300, 10_000
"""People that are drawn as a network at most; people that are shown week by week at most, beyond the first as crowds."""
_FIFTHS = (0.2, 0.4, 0.6, 0.8)
SCALES = {
    "trust": (_FIFTHS, TRUSTING),
    "satisfaction": (_FIFTHS, SATISFIED),
    "grievance": (tuple(limit for limit, _ in GRUDGES)[::-1], ("no grievance", *(words for _, words in GRUDGES[::-1]))),
}
"""What colours mean, whatever is shown: where one ends and the next begins, and what people between are called."""
GAVE_UP = 2
_CALLS = {event("solved"): 0, event("unsolved"): 1, event("abandons"): GAVE_UP}
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
            "phones": self.phones(),
            "staff": [round(float(morale), 3) for morale in self.staff],
            "measures": [_short(value) for value in self.measures.values()],
        }

    def phones(self) -> dict[str, float]:
        """How many call, how long the longest of them waits, in minutes, how many give up; how many wait at the week's fullest
        moment, and how many of those will give up."""
        _, at, wait, end = self.calls.T
        over = at + wait
        waiting = np.arange(1, at.size + 1) - np.searchsorted(np.sort(over), at, side="right")
        then = at[np.argmax(waiting)] if at.size else 0.0
        there = (at <= then) & (then < over)
        return {
            "calls": at.size,
            "longest": round(float(wait.max(initial=0.0)), 2),
            "gave_up": int(np.sum(end == GAVE_UP)),
            "waiting": int(there.sum()),
            "going": int(np.sum(end[there] == GAVE_UP)),
        }


def _short(value: float | None) -> float | None:
    """A measure to five digits; None in a week in which there was nothing to measure."""
    return None if value is None else float(f"{value:.5g}")


def _text(numbers: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(numbers).tobytes()).decode()


class World:
    """One replication a week at a time, with all that happens to everybody.

    The ``core`` lives many weeks a second, ``mesa`` (an object a customer) a few for a thousand people.
    """

    def __init__(self, scenario: Scenario, seed: int, engine: str = "core") -> None:
        self.ground, self._key = ground_of(scenario), world(seed, 0)
        self._market = Engine(self.ground, seed, engine).start(0, EVERYBODY)
        self.network = self._market.network

    @property
    def week(self) -> int:
        """The week lived last."""
        return self._market.week

    def skip(self) -> None:
        """Live one week unseen."""
        self._market.step()

    def step(self) -> Frame:
        """Live one week and say how things stand."""
        self.skip()
        return _frame(self._market, self._key)


def _frame(market: Market, key: np.uint64) -> Frame:
    ground, week, happened = market.inputs, market.week, market.events
    named, first, lived = state_columns(market.state(), ground.model), ground.measured_from, ground.warm_up + week
    people = customers_before(market.counts[first:], ground.model) if week >= first else np.array(np.nan)
    values = measured(market.counts[week : week + 1], people, model=ground.model)
    hours = float(ground.policy[lived]["call_centre_hours"]) * 60 / ground.stands_for
    on_duty = int(named["representatives_on_duty"][0])
    return Frame(
        week,
        np.stack([_stepped(named[name]) for name in FEELINGS]),
        _providers(named, ground.model),
        _talkers(happened),
        _calls(happened, key, lived, hours),
        named["morale"][:on_duty].copy(),
        hours,
        {name: plain(float(value)) for name, value in values.items()},
    )


def _providers(named: Mapping[str, np.ndarray], model: Model) -> np.ndarray:
    """With whom everybody is: the company, the rival (of several the first), nobody any more, the second rival and so on."""
    provider = named["provider"].astype(np.uint8)
    if model.several:
        later = (provider == RIVAL) & (named["rival"] > 0)
        provider[later] = GONE + named["rival"][later]
    return provider


def _stepped(values: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(values, 0, 1) * STEPS).astype(np.uint8)


def _talkers(happened: np.ndarray) -> np.ndarray:
    """Who tells their friends, in order of person, and whether well or ill."""
    told = happened[np.isin(happened["what"], list(_TELLS))]
    pairs = np.array([(entry["person"], _TELLS[int(entry["what"])]) for entry in told], np.int32).reshape(-1, 2)
    return pairs[np.argsort(pairs[:, 0], kind="stable")]


def _calls(happened: np.ndarray, key: np.uint64, week: int, hours: float) -> np.ndarray:
    """Calls as they come in; the moment is drawn again, as both engines draw it in that ``week``, the warm-up's counted too."""
    told = happened[np.isin(happened["what"], list(_CALLS))]
    who = told["person"].astype(np.int32)
    bits = np.zeros((4, who.size), np.uint32)
    fill_listed(key, CONTACT, week, 0, who, tuple(bits))
    at = bits[1] * 2.0**-32 * hours
    ends = [_CALLS[int(what)] for what in told["what"]]
    calls = np.column_stack([who, at, told["amount"], ends]).astype(np.float32).reshape(-1, 4)
    return calls[np.argsort(at, kind="stable")]


def from_file(scenario: Scenario) -> bool:
    """Whether the people or their ties are read from a file, so that fewer cannot stand for them."""
    return scenario.customers.file is not None or scenario.network.kind == "edges"


def fitted(scenario: Scenario, most: int) -> Scenario:
    """The scenario with so many people – no more than it stands for – if they are drawn and not read from a file."""
    ground = ground_of(scenario)
    people = min(most, int(ground.plan.people * ground.stands_for))
    if people == ground.plan.people or from_file(scenario):
        return scenario
    founders = max(1, round(ground.plan.founders * people / ground.plan.people))
    prospects = max(0, people - founders) if scenario.market.prospects else 0
    stands_for = ground.stands_for * ground.plan.people / people
    return scenario.with_(market={"customers": founders, "prospects": prospects, "stands_for": stands_for})


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
    laid = np.array(graph.layout_fruchterman_reingold(niter=200, seed=start.tolist(), grid="nogrid").coords)
    low, high = np.percentile(laid, 1, axis=0), np.percentile(laid, 99, axis=0)
    return np.clip((laid - low) / np.maximum(high - low, 1e-9), 0, 1).astype(np.float32)


def opening(world: World) -> dict[str, Any]:
    """What is drawn once: ties, places where there are few people, what colours mean, and the providers beside the company."""
    people = world.ground.plan.people
    where = places(world.network) if people <= NETWORK else np.empty(0)
    return {
        "people": people,
        "steps": STEPS,
        "places": _text(np.rint(where * 65535).astype("<u2")),
        "ties": _text(ties(world.network).astype("<u2")),
        "company": COMPANY,
        "gone": GONE,
        "others": others(world.ground.model),
        "scales": {name: {"ends": ends, "words": words} for name, (ends, words) in SCALES.items()},
    }


def others(model: Model) -> list[dict[str, str]]:
    """The providers beside the company: what each is called, and the ring that its customers have – a colour of its own that is
    not the company's, dashed where there are more of them than colours."""
    looks = [(name, look(place + 2)) for place, name in enumerate(model.rivals or ("the rival",))]  # 1 is the company's
    return [
        {"name": name, "ring": own.colour, "dash": " ".join(map(str, own.dash)) if place + 2 > len(COLOURS) else ""}
        for place, (name, own) in enumerate(looks)
    ]


def measure_names(model: Model) -> list[dict[str, str | bool]]:
    """Every measure as charts name it; ``grows``: whether it is the larger the more people a simulated one stands for."""
    return [
        {"name": name, "words": each.words, "unit": each.unit, "meaning": each.meaning, "grows": each.grows}
        for name, each in definitions(model).items()
    ]
