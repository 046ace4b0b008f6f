"""The two engines agree bit for bit, in every state column and every count of every week."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest
from grounds import (
    BOUND_AND_CROSS,
    BUSY,
    GROUNDS,
    SLOW,
    WEEKS,
    assert_sound,
    busy,
    ground,
    lived,
    neutral,
    of_name,
    random_grounds,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.agreement import Difference, agree, difference_in_counts, difference_in_state
from sim.engine.columns import CompiledWeek
from sim.engine.engine import ENGINES, Engine
from sim.engine.objects import Market, live
from sim.engine.start import Ground, begin, empty_state
from sim.model.component import parts
from sim.model.week import COUNTS, EVENTS, EVERYBODY, entries, journal, state_columns

MECHANISMS = [part.name for part in parts().values() if part.neutral is not None]


def alone(name: str) -> dict[str, Any]:
    """Settings under which one mechanism is busy and every other changes nothing."""
    others = [neutral(other) for other in MECHANISMS if other != name]
    own = {key: value for key, value in BUSY.items() if key.startswith(f"{name}_")}
    return {key: value for settings in others for key, value in settings.items()} | own


@pytest.mark.parametrize("name", GROUNDS)
def test_engines_agree(name: str) -> None:
    assert agree(of_name(name)) is None


@pytest.mark.parametrize("name", MECHANISMS)
def test_engines_agree_on_one_mechanism_alone(name: str) -> None:
    assert agree(ground(100, WEEKS, traits=BOUND_AND_CROSS, **alone(name))) is None


def test_engines_agree_on_the_defaults() -> None:
    assert agree(ground(100, WEEKS)) is None


def test_engines_agree_in_other_replications_and_seeds() -> None:
    for seed, replication in ((0, 0), (2**64 - 1, 7), (5, 2**40)):
        assert agree(busy(60, 4), seed, replication) is None


@settings(max_examples=30, **SLOW)
@given(random_grounds(40, 4), st.integers(0, 2**64 - 1))
def test_engines_agree_on_random_policies(here: Ground, seed: int) -> None:
    assert agree(here, seed) is None


@pytest.mark.heavy
@settings(max_examples=1500, **SLOW)
@given(random_grounds(60, 6), st.integers(0, 2**64 - 1))
def test_engines_agree_on_many_random_policies(here: Ground, seed: int) -> None:
    assert agree(here, seed) is None
    assert_sound(here, *lived(here, seed))


# ---- what agreement is made of -------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", [0, 3, 17, 60, 110])
def test_journals_agree(person: int) -> None:
    fast, readable = (Engine(busy(120, 10), 3, kind).start(1, person) for kind in ENGINES)
    fast.run()
    readable.run()
    assert len(fast.events) > 0
    assert fast.events.tobytes() == readable.events.tobytes()


def test_a_full_journal_takes_no_more_in_either_engine() -> None:
    here = busy(60, 10)
    ours, theirs = journal(3, 2), journal(3, 2)
    live(here, 3, 1, journal=ours)
    network, flags = begin(here, 3, 1, state := empty_state(here))
    counts = np.zeros((10, len(COUNTS)), np.int64)
    CompiledWeek(here).live(state, network, here.policy, flags, 0, counts, theirs)
    assert len(entries(ours)) == 2 and ours.tobytes() == theirs.tobytes()


def test_every_event_is_told_by_somebody() -> None:
    told = set()
    impatient = busy(200, 6, call_centre_balking=1.0, call_centre_balking_at=0.1, call_centre_representatives=1)
    for ground_ in (busy(200, 14), of_name("who hung up calls again"), impatient):
        market = Engine(ground_, 1).start(0, EVERYBODY)
        market.run()
        told |= {EVENTS[what] for what in market.events["what"]}
    among_several = {"has_in_view", "moves_on"}  # see test_rivals.py
    assert told == set(EVENTS) - among_several


def test_a_difference_is_named_to_the_customer() -> None:
    here = busy(30, 1)
    state = empty_state(here)
    begin(here, 1, 0, state)
    other = state._replace(number=state.number.copy())
    row = list(state_columns(state)).index("trust")
    other.number[row, 12] += np.float32(0.25)
    found = difference_in_state(4, other, state)
    assert found is not None and (found.week, found.column, found.index) == (4, "trust", 12)
    assert str(found).startswith("week 4: trust of customer 12 is ")


def test_minus_zero_and_two_kinds_of_nan_are_differences() -> None:
    here = busy(30, 1)
    state = empty_state(here)
    same = state._replace(number=state.number.copy())
    state.number[:] = same.number[:] = np.nan
    assert difference_in_state(0, same, state) is None
    state.number[:], same.number[:] = 0.0, -0.0
    assert difference_in_state(0, same, state) is not None


def test_a_difference_in_counts_is_named() -> None:
    one, other = np.zeros(len(COUNTS), np.int64), np.zeros(len(COUNTS), np.int64)
    other[COUNTS.index("calls")] = 3
    assert difference_in_counts(2, one, other) == Difference(2, "calls", None, 0, 3)
    assert str(difference_in_counts(2, one, other)) == (
        "week 2: calls is 0 in the readable engine and 3 in the fast one"
    )


def test_a_market_that_is_over_is_freed() -> None:
    market = Market(busy(20, 1), 1, 0)
    market.step()
    ghost = weakref.ref(market)
    del market
    gc.collect()
    assert ghost() is None
