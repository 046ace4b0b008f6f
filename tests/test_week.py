"""What is true of every week: people and departures add up, and luck belongs to who, when and what for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from grounds import (
    BUSY,
    GROUNDS,
    SLOW,
    assert_sound,
    busy,
    counted,
    ground,
    lived,
    of_name,
    parameter_lines,
    random_grounds,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.agreement import difference_in_state
from sim.engine.columns import CompiledWeek
from sim.engine.objects import Market, live
from sim.engine.start import Ground, begin, empty_state
from sim.model.distributions import constant
from sim.model.numeric import FIXED_ONE
from sim.model.random import stream, uniform
from sim.model.week import COUNTS, journal


@pytest.mark.parametrize("name", GROUNDS)
def test_what_is_counted_adds_up(name: str) -> None:
    assert_sound(of_name(name), *lived(of_name(name)))


@settings(max_examples=60, **SLOW)
@given(random_grounds(120, 10), st.integers(0, 2**64 - 1))
def test_what_is_counted_adds_up_under_random_policies(here: Ground, seed: int) -> None:
    assert_sound(here, *lived(here, seed))


def test_everything_happens_on_the_busy_ground() -> None:
    _, tally = lived(busy(400, 14))
    bins = [name for name in COUNTS if name.startswith("waited_")]
    never = [name for name in COUNTS if not counted(tally, name).any() and name not in bins]
    assert not never


# ---- luck belongs to who, when and what for ------------------------------------------------------------------------


def test_threads_change_nothing() -> None:
    here = busy(150, 8)
    alone = [lived(here, 1, replication)[1] for replication in range(12)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda replication: lived(here, 1, replication)[1], range(12)))
    assert np.array_equal(alone, together)


def test_a_room_used_before_changes_nothing() -> None:
    here = busy(150, 8)
    state, week = empty_state(here), CompiledWeek(here)
    for replication in (4, 2, 9, 2):
        tally = np.zeros((8, len(COUNTS)), np.int64)
        network, flags = begin(here, 1, replication, state)
        week.live(state, network, here.policy, flags, 0, tally, journal())
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


# ---- what a week must not do ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [60.0, 168.0])
def test_a_company_that_stands_for_itself_counts_its_hours(hours: float) -> None:
    here = busy(60, 3, stands_for=1.0, call_centre_hours=hours)
    assert (counted(lived(here)[1], "capacity") == 4 * int(hours) * 60 * FIXED_ONE).all()


def test_a_long_run_with_a_short_memory_stays_finite() -> None:
    shortest = parameter_lines()["ledger_half_life"].low
    fickle = {"ledger_half_life": shortest, "satisfaction_weight_settled": 1.0, "quality_error_rate": 0.5}
    settled = {"choice_issue_trigger": 0.0, "choice_grievance_trigger": 0.0, "choice_decisiveness": 2.0}
    here = ground(60, 1040, choice_attention=0.01, **fickle, **settled)
    assert_sound(here, *lived(here))


def test_self_service_costs_those_most_who_like_it_least() -> None:
    def satisfaction(liking: float) -> float:
        shops = {"self_checkout_visits": 1.0, "self_checkout_lanes": 40, "self_checkout_self_lanes": 40}
        here = ground(300, 8, traits={"self_service_liking": constant(liking)}, choice_attention=0.0, **shops)
        tally = lived(here)[1]
        return float(counted(tally, "satisfaction").sum() / counted(tally, "customers").sum())

    assert satisfaction(0.0) < satisfaction(0.5) < satisfaction(1.0)


def test_shorter_hours_do_not_keep_representatives_busy_with_last_week() -> None:
    """At the start of a week nobody is busy for longer than the call they were on when the last week ended."""
    closing = {"call_centre_hours": [60.0, 6.0], "stands_for": 20.0, "call_centre_handling_spread": 0.0}
    market = Market(busy(100, 2, call_centre_representatives=90, **closing), 1, 0)
    market.step()
    market.begin_week()
    market.live_phase("govern")
    assert market.state().busy.max() <= 5.0
