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
from sim.model.behaviour.conversation import CONTACT
from sim.model.behaviour.person import COMPANY, GONE, RIVAL
from sim.model.component import Model
from sim.model.random import fill_listed, world
from sim.model.week import EVERYBODY, Network, event, state_columns
from sim.runs.measures import customers_before, definitions, measured
from sim.runs.statistics import plain
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import Scenario

FEELINGS = ("satisfaction", "trust", "grievance")
"""What people can be coloured by, besides their provider."""
STEPS = 200
"""A feeling, from 0 to 1, is sent in so many steps."""
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
            "measures": [_short(value) for value in self.measures.values()],
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
        "rivals": list(world.ground.model.rivals),
    }


def measure_names(model: Model) -> list[dict[str, str | bool]]:
    """Every measure as charts name it; ``grows``: whether it is the larger the more people a simulated one stands for."""
    return [
        {"name": name, "words": each.words, "unit": each.unit, "meaning": each.meaning, "grows": each.grows}
        for name, each in definitions(model).items()
    ]
