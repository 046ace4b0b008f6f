"""What a customer-week costs by mechanism and by size, what a person takes of memory, and the same dense rules in NumPy."""

from __future__ import annotations

from functools import partial

from benchmarks import reference
from sim.bench.engines import NANO, customer_weeks
from sim.bench.timed import everything_on, market_of, mechanisms, nothing_on, without
from sim.bench.timing import REPEATS, Row, best_in_turn, best_of, floor_of
from sim.engine.columns import compiled_week
from sim.engine.engine import Engine
from sim.engine.start import empty_state
from sim.engine.support import Sizes, room_for
from sim.model.network import draw_network
from sim.model.random import world
from sim.scenario.model_inputs import ground_of


def memory_rows() -> list[Row]:
    """Bytes for one person: what lasts from week to week, friends, and room to work in (as allocated)."""
    ground = ground_of(everything_on())
    state, people = empty_state(ground), ground.plan.people
    network = draw_network(world(1, 0), ground.network[0], people, *ground.network[1:])
    rooms = room_for(people, Sizes(*compiled_week(ground.model).SIZES))
    parts = {
        "state": sum(array.nbytes for array in (state.number, state.clock, state.mark)),
        "network": sum(array.nbytes for array in network),
        "work": sum(array.nbytes for room in rooms for array in room),
    }
    notes = {
        "state": "every column of a person",
        "network": "eight friends and where they begin",
        "work": "room for the longest lists there can be; what no list reaches is never touched",
    }
    asked = {"state": 160}
    return [
        Row(f"memory, {name}", n / people, "bytes a person", asked.get(name), note=notes[name])
        for name, n in parts.items()
    ]


def numpy_rows() -> list[Row]:
    """The dense rules in NumPy: a market in which nothing else happens, in the core and as array expressions."""
    ground = ground_of(nothing_on())
    place, weeks = Engine(ground, 1), customer_weeks(ground)
    bottom, dense = best_in_turn([floor_of(ground), lambda: place.replicate(0)])
    short = ground_of(nothing_on(weeks=8))
    vectorised = best_of(lambda: reference.live(short, 1, 0), 3) / customer_weeks(short) * weeks
    unit = "ns per customer-week"
    return [
        Row("core, dense rules alone", dense / weeks * NANO, unit, over_floor=dense / bottom,
            note="every mechanism off, nobody talks, asks or compares; set-up included"),
        Row("the same rules in NumPy", vectorised / weeks * NANO, unit, note="float32 array expressions, the same bits"),
        Row("core against NumPy", vectorised / dense, "times", smaller=False),
    ]  # fmt: skip


def profile(repeats: int = 9) -> list[Row]:
    """Where the time goes: what a customer-week costs less when one mechanism is switched off, the dearest first.

    Mechanisms that feed one another do not add up: without calls there is no recovery either. The last rows are what is left
    when everything is off, and the floor.
    """
    names = mechanisms()
    grounds = [ground_of(everything_on()), *(ground_of(without(name)) for name in names), ground_of(nothing_on())]
    places = [Engine(ground, 1) for ground in grounds]
    runs = [partial(place.replicate, 0) for place in places]
    times = [t / customer_weeks(grounds[0]) * NANO for t in best_in_turn([*runs, floor_of(grounds[0])], repeats)]
    saved = sorted(((times[0] - t, name) for t, name in zip(times[1:-2], names, strict=True)), reverse=True)
    unit = "ns per customer-week"
    return [
        Row("everything on", times[0], unit),
        *(Row(f"without {name}: saves", value, unit) for value, name in saved),
        Row("everything off, nothing happens", times[-2], unit, note="what is done for everybody in every week"),
        Row("floor kernel", times[-1], unit),
    ]


def size_rows(sizes: tuple[int, ...] = (10_000, 100_000, 1_000_000), weeks: int = 26) -> list[Row]:
    """What a customer-week costs as the market grows, over the same weeks; the ratio of the largest to the smallest."""
    cost = {}
    for people in sizes:
        ground = ground_of(everything_on(weeks=weeks, **market_of(people)))
        place = Engine(ground, 1)
        cost[people] = (
            best_of(partial(place.replicate, 0), 1 if people >= 1_000_000 else REPEATS) / customer_weeks(ground) * NANO
        )
    rows = [
        Row(f"{people:,} people", value, "ns per customer-week", note=f"{weeks} weeks, with set-up")
        for people, value in cost.items()
    ]
    growth = cost[sizes[-1]] / cost[sizes[0]]
    return [*rows, Row(f"growth from {sizes[0]:,} to {sizes[-1]:,} people", growth, "times", 2.0)]
