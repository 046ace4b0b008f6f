"""The two engines agree bit for bit, and what either counts adds up."""

from __future__ import annotations

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from grounds import BOUND_AND_CROSS, BUSY, assert_sound, busy, counted, ground, lived, neutral, parameter_lines
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.draws import stream, uniform
from sim.engines import core
from sim.engines.agree import Difference, agree, difference_in_counts, difference_in_state
from sim.engines.mesa import Market, live
from sim.engines.start import Ground, begin, empty_state
from sim.numeric import FIXED_ONE
from sim.parameters import Line
from sim.parts import parts
from sim.week import COUNTS, EVENTS, PHASES, entries, journal, state_columns

MECHANISMS = [part.name for part in parts().values() if part.neutral is not None]
WEEKS = 6
NO_LANES = {"self_checkout_lanes": 0, "self_checkout_self_lanes": 0}
COMING_AND_GOING = {
    "call_centre_representatives": [4, 6, 2, 0, 5, 3],
    "self_checkout_lanes": [8, 5, 9, 3, 0, 6],
    "self_checkout_self_lanes": [4, 5, 0, 1, 0, 6],
    "call_centre_hours": [60.0, 40.0, 80.0, 60.0, 20.0, 60.0],
}


def alone(name: str) -> dict[str, Any]:
    """Settings under which one mechanism is busy and every other changes nothing."""
    others = [neutral(other) for other in MECHANISMS if other != name]
    own = {key: value for key, value in BUSY.items() if key.startswith(f"{name}_")}
    return {key: value for settings in others for key, value in settings.items()} | own


GROUNDS: dict[str, dict[str, Any]] = {
    "everything": {},
    "no representatives": {"call_centre_representatives": 0},
    "one representative, long waits": {"call_centre_representatives": 1, "stands_for": 400.0},
    "no friends": {"network": ("none", 0, 0.0)},
    "friends at random": {"network": ("random", 10, 0.0)},
    "staff, lanes and hours come and go": COMING_AND_GOING,
    "everybody outsourced": {"outsourcing_share": 1.0},
    "only self-service lanes": {"self_checkout_self_lanes": 8},
    "no lanes at all": NO_LANES,
    "no prospects": {"rivals": 0},
    "nobody but prospects": {"rivals": 120},
    "one customer": {"people": 1, "rivals": 0},
    "two people": {"people": 2, "rivals": 1},
    "more people than fit a block": {"people": 1500, "weeks": 2, "pricing_list_price": [1.0, 1.1]},
    "most people leave the market": {"choice_involuntary": 5.0},
    "everybody compares all the time": {"choice_attention": 1.0},
    "prices soar and crash": {"pricing_list_price": [1.0, 10.0, 0.01, 100.0, 100.0, 1.0]},
    "bound for long": {"contracts_term": 520, "contracts_renewal": 520},
    "symmetric judgement": {"satisfaction_symmetric": True},
    "policies switch on half way": {
        "upselling_attempts": [0.0, 0.0, 0.0, 4.0, 4.0, 0.0],
        "self_checkout_visits": [0.0, 0.0, 0.0, 1.0, 1.0, 0.0],
        "pricing_newcomer_discount": [0.0, 0.0, 0.0, 0.9, 0.9, 0.0],
    },
    "an unanswered question is no issue": {"call_centre_unanswered_severity": 0.0, "call_centre_questions": 1.0},
}


def of_name(name: str) -> Ground:
    return busy(**{"people": 120, "weeks": WEEKS} | GROUNDS[name])


@pytest.mark.parametrize("name", GROUNDS)
def test_engines_agree(name: str) -> None:
    assert agree(of_name(name)) is None


@pytest.mark.parametrize("name", GROUNDS)
def test_what_is_counted_adds_up(name: str) -> None:
    assert_sound(of_name(name), *lived(of_name(name)))


@pytest.mark.parametrize("name", MECHANISMS)
def test_engines_agree_on_one_mechanism_alone(name: str) -> None:
    assert agree(ground(100, WEEKS, traits=BOUND_AND_CROSS, **alone(name))) is None


def test_engines_agree_on_the_defaults() -> None:
    assert agree(ground(100, WEEKS)) is None


def test_engines_agree_in_other_replications_and_seeds() -> None:
    for seed, replication in ((0, 0), (2**64 - 1, 7), (5, 2**40)):
        assert agree(busy(60, 4), seed, replication) is None


def test_everything_happens_on_the_busy_ground() -> None:
    _, tally = lived(busy(400, 14))
    bins = [name for name in COUNTS if name.startswith("waited_")]
    never = [name for name in COUNTS if not counted(tally, name).any() and name not in bins]
    assert not never


# ---- random policies -----------------------------------------------------------------------------------------------


MANY = 40
"""Most representatives or lanes in a random policy: more only take time."""


def values(line: Line) -> st.SearchStrategy[Any]:
    """Values of a parameter: its bounds, and all that lies between."""
    if line.kind is bool:
        return st.booleans()
    if line.kind is int:
        return st.integers(int(line.low), int(min(line.high, MANY)))
    inside = st.floats(0, 1).map(lambda part: line.low + part * (line.high - line.low))
    return st.sampled_from([line.low, line.high]) | inside


def changing(line: Line, weeks: int) -> st.SearchStrategy[Any]:
    """One value for all weeks, or one for each."""
    return values(line) | st.lists(values(line), min_size=weeks, max_size=weeks)


@st.composite
def random_grounds(draw: st.DrawFn, most_people: int, weeks: int) -> Ground:
    """A busy ground of which up to a dozen settings are replaced by any that are allowed."""
    lines = parameter_lines()
    names = draw(st.lists(st.sampled_from(sorted(lines)), max_size=12, unique=True))
    chosen = {name: draw(changing(lines[name], weeks)) for name in names}
    people = draw(st.integers(1, most_people))
    network = draw(st.sampled_from([("small_world", 4, 0.2), ("random", 6, 0.0), ("none", 0, 0.0)]))
    here = busy(people, weeks, **chosen, network=network, rivals=draw(st.integers(0, people)))
    staffed = here.policy["self_checkout_lanes"]
    here.policy["self_checkout_self_lanes"] = np.minimum(here.policy["self_checkout_self_lanes"], staffed)
    return here


SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}


@settings(max_examples=30, **SLOW)
@given(random_grounds(40, 4), st.integers(0, 2**64 - 1))
def test_engines_agree_on_random_policies(here: Ground, seed: int) -> None:
    assert agree(here, seed) is None


@settings(max_examples=60, **SLOW)
@given(random_grounds(120, 10), st.integers(0, 2**64 - 1))
def test_what_is_counted_adds_up_under_random_policies(here: Ground, seed: int) -> None:
    assert_sound(here, *lived(here, seed))


@pytest.mark.heavy
@settings(max_examples=1500, **SLOW)
@given(random_grounds(60, 6), st.integers(0, 2**64 - 1))
def test_engines_agree_on_many_random_policies(here: Ground, seed: int) -> None:
    assert agree(here, seed) is None
    assert_sound(here, *lived(here, seed))


# ---- what agreement is made of -------------------------------------------------------------------------------------


def test_both_engines_follow_the_phases_of_the_week(monkeypatch: pytest.MonkeyPatch) -> None:
    market, seen = Market(busy(20, 1), 1, 0), []
    for phase in PHASES:
        monkeypatch.setattr(market, phase, lambda phase=phase: seen.append(phase))
    market.begin_week()
    market.step = Market.step.__get__(market)
    market.week -= 1
    market.step()
    assert tuple(seen) == PHASES
    calls = [name for name in core.advance.py_func.__code__.co_names if name in PHASES]
    assert tuple(calls) == PHASES


@pytest.mark.parametrize("person", [0, 3, 17, 60, 110])
def test_journals_agree(person: int) -> None:
    here, weeks = busy(120, 10), 10
    ours, theirs = journal(person, 500), journal(person, 500)
    live(here, 3, 1, journal=ours)
    state, tally = empty_state(here), np.zeros((weeks, len(COUNTS)), np.int64)
    network, setting = begin(here, 3, 1, state)
    core.live(state, core.room_for(120), network, here.policy, setting, tally, theirs)
    assert len(entries(ours)) > 0
    assert entries(ours).tobytes() == entries(theirs).tobytes()


def test_a_full_journal_takes_no_more_in_either_engine() -> None:
    here = busy(60, 10)
    ours, theirs = journal(3, 2), journal(3, 2)
    live(here, 3, 1, journal=ours)
    network, setting = begin(here, 3, 1, state := empty_state(here))
    core.live(state, core.room_for(60), network, here.policy, setting, np.zeros((10, len(COUNTS)), np.int64), theirs)
    assert len(entries(ours)) == 2 and ours.tobytes() == theirs.tobytes()


def test_every_event_is_told_by_somebody() -> None:
    here, told = busy(200, 14), set()
    room = core.room_for(200)
    for person in range(200):
        book, state = journal(person, 400), empty_state(here)
        network, setting = begin(here, 1, 0, state)
        core.live(state, room, network, here.policy, setting, np.zeros((14, len(COUNTS)), np.int64), book)
        told |= set(entries(book)["what"])
    assert {EVENTS[what] for what in told} == set(EVENTS)


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


# ---- luck belongs to who, when and what for ------------------------------------------------------------------------


def test_threads_change_nothing() -> None:
    here = busy(150, 8)
    alone = [lived(here, 1, replication)[1] for replication in range(12)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda replication: lived(here, 1, replication)[1], range(12)))
    assert np.array_equal(alone, together)


def test_a_room_used_before_changes_nothing() -> None:
    here = busy(150, 8)
    state, room = empty_state(here), core.room_for(150)
    for replication in (4, 2, 9, 2):
        tally = np.zeros((8, len(COUNTS)), np.int64)
        network, setting = begin(here, 1, replication, state)
        core.live(state, room, network, here.policy, setting, tally, journal())
        fresh, expected = lived(here, 1, replication)
        assert np.array_equal(tally, expected)
        assert difference_in_state(7, state, fresh) is None


def test_a_further_draw_changes_nothing() -> None:
    here, unused = busy(40, 4), stream("a draw that nobody uses")
    market = Market(here, 1, 0)
    for week in range(4):
        market.step()
        for person in range(40):
            uniform(market.world, unused, person, week, 0)
    assert np.array_equal(market.tally, live(here, 1, 0))


def test_more_weeks_change_no_earlier_one() -> None:
    _, short = lived(ground(100, 5, **BUSY))
    _, long = lived(ground(100, 12, **BUSY))
    assert np.array_equal(short, long[:5])


def test_a_change_that_touches_nobody_yet_changes_nothing() -> None:
    _, one = lived(busy(100, 8))
    later = [1.5] * 6 + [4.0, 4.0]
    _, other = lived(busy(100, 8, upselling_attempts=later))
    assert np.array_equal(one[:6], other[:6]) and not np.array_equal(one[6:], other[6:])


def test_units_of_departures_are_whole() -> None:
    assert FIXED_ONE == 1 << 20
