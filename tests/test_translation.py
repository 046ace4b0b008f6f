"""The translation of steps: on columns they do what Python does with them, to the last bit, and nothing else is translated."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType, ModuleType
from typing import Any

import numpy as np
import pytest
import toy_steps as toy
from grounds import SLOW, busy, parameter_lines
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.engine.columns import _loaded
from sim.engine.compile import Module
from sim.engine.objects import Market
from sim.engine.objects.agents import Several
from sim.engine.start import Ground, begin, empty_state
from sim.engine.support import Sizes, room_for
from sim.model.behaviour import talk
from sim.model.columns import KINDS
from sim.model.component import Model, builtin, part_of
from sim.model.schedule import InTurn, Item, Telling, Whoever, company, everybody
from sim.model.week import EVERYBODY, PHASES, entries, journal, state_columns


MODEL = Model(MappingProxyType({**builtin().parts, "toy": part_of(toy, "mechanisms", "toy")}))
PEOPLE, WEEKS = 40, 3


def ground(people: int, **settings: Any) -> Ground:
    """Inputs with the toy's settings (one value, or one for each week) beside the shipped ones."""
    here, lines = busy(people, WEEKS), parameter_lines()
    own = {"toy_low": np.float32, "toy_high": np.float32, "toy_few": np.int32, "toy_on": np.uint8}
    policy = np.zeros(WEEKS, here.policy.dtype.descr + list(own.items()))
    for name in lines:
        policy[name] = here.policy[name]
    for name in own:
        policy[name] = settings.get(name.removeprefix("toy_"), getattr(toy.Toy(), name.removeprefix("toy_")))
    policy.flags.writeable = False
    return Ground(here.plan, policy, here.network, here.stands_for, here.reputation, here.given, MODEL)


TALK = Telling(talk.talks_now, talk.says_well, talk.be_heard)
BEFORE = tuple(one for one in toy.EITHER if one not in (toy.hear, toy.draw_again))
ORDERS: dict[str, dict[str, tuple[Item, ...]]] = {
    "everybody": {
        "govern": company(toy.reckon_firm),
        "experience": everybody(*BEFORE),
        "talk": (TALK,),
        "listen": everybody(toy.hear),
        "decide": everybody(toy.draw_again),
    },
    "whoever": {
        "govern": company(toy.reckon_firm),
        "experience": tuple(Whoever(toy.some, one) for one in BEFORE),
        "touch": tuple(Whoever(toy.everyone, one) for one in toy.ONE_BY_ONE),
        "talk": (TALK,),
        "listen": (Whoever(toy.everyone, toy.hear),),
        "decide": (Whoever(toy.all_or_nobody, toy.draw_again),),
    },
    "in turn": {
        "experience": tuple(InTurn(2, one) for one in BEFORE),
        "talk": (TALK,),
        "listen": (InTurn(1, toy.hear), InTurn(3, toy.draw_again)),
    },
    "draws that are kept": {
        "experience": (Whoever(toy.everyone, toy.several), *everybody(toy.draw)),
        "touch": (Whoever(toy.some, toy.draw),),
        "decide": (*everybody(toy.draw_again), InTurn(2, toy.draw)),
    },
}
"""Who takes which of the toy's steps, in which form."""


def order(name: str) -> dict[str, tuple[Item, ...]]:
    """One of the orders, with all phases of a week."""
    return {phase: ORDERS[name].get(phase, ()) for phase in PHASES}


@lru_cache(maxsize=8)
def compiled(name: str) -> ModuleType:
    """The compiled week of an order."""
    return _loaded(f"toy_week_{name.replace(' ', '_')}", Module(MODEL, order(name)).text())


COLUMNS = {
    column.name: column
    for column in toy.COLUMNS
    if column.kind in KINDS and "_" not in column.name.replace("other_", "")
}
Start = dict[str, np.ndarray]


def on_columns(here: Ground, name: str, start: Start) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """What compiled steps make of it: the columns by name, the counts, the events."""
    state, week, book = empty_state(here), compiled(name), journal(EVERYBODY, 50 * PEOPLE)
    network, flags = begin(here, 1, 0, state)
    for column, values in start.items():
        kind = COLUMNS[column].kind
        getattr(state, kind)[MODEL.row(column) : MODEL.row(column) + COLUMNS[column].size] = values
    tally = np.zeros((WEEKS, len(MODEL.counts)), np.int64)
    rooms = room_for(here.plan.people, Sizes(*week.SIZES))
    week.weeks(state, *rooms, network, here.policy, 0, flags, tally, book)
    return state_columns(state, MODEL), tally, entries(book)


def on_objects(here: Ground, name: str, start: Start) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """What Python makes of it."""
    market = Market(here, 1, 0, journal=journal(EVERYBODY, 50 * PEOPLE))
    market.order = order(name)
    for column, values in start.items():
        for person, value in zip(market.everybody, values.T, strict=True):
            setattr(person, column, value if COLUMNS[column].size == 1 else Several(value.copy()))
    for _ in range(WEEKS):
        market.step()
    return state_columns(market.state(), MODEL), market.tally, entries(market.journal)


QUANTITIES = st.floats(-100, 100, width=32) | st.sampled_from([0.0, -0.0, 0.25, 0.5, 0.75, 1.0, -1.0, 1e-30, 3e4])
NUMBERS = {"number": QUANTITIES, "clock": st.integers(-300, 300), "mark": st.integers(0, 6) | st.integers(0, 120)}


@st.composite
def starts(draw: st.DrawFn) -> tuple[int, Start]:
    """How many people there are, and what they carry."""
    people = draw(st.integers(1, PEOPLE))
    shapes = {name: (people,) if column.size == 1 else (column.size, people) for name, column in COLUMNS.items()}
    kinds = {name: KINDS[column.kind] for name, column in COLUMNS.items()}
    return people, {n: draw(arrays(kinds[n], shapes[n], elements=NUMBERS[COLUMNS[n].kind])) for n in COLUMNS}


RATIOS = st.sampled_from([0.0, 0.25, 0.5, 0.75, -0.0]) | st.floats(-10, 10, width=32)
SETTINGS = {"low": RATIOS, "high": RATIOS, "few": st.integers(0, 5), "on": st.booleans()}
CHANGING = st.fixed_dictionaries(
    {name: one | st.lists(one, min_size=WEEKS, max_size=WEEKS) for name, one in SETTINGS.items()}
)


@pytest.mark.parametrize("name", ORDERS)
@settings(max_examples=40, **SLOW)
@given(starts(), CHANGING)
def test_steps_do_the_same_on_columns_and_in_python(
    name: str, start: tuple[int, Start], chosen: dict[str, Any]
) -> None:
    here = ground(start[0], **chosen)
    columns, counts, events = on_columns(here, name, start[1])
    theirs, their_counts, their_events = on_objects(here, name, start[1])
    unlike = [column for column in columns if columns[column].tobytes() != theirs[column].tobytes()]
    assert not unlike, {column: (columns[column], theirs[column]) for column in unlike}
    assert np.array_equal(counts, their_counts)
    assert events.tobytes() == their_events.tobytes()
