"""The telephone queue keeps its promises, and gives every caller what an independent simulator gives them."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import Mistake
from sim.service.queues import (
    ABANDONED,
    BLOCKED,
    NOBODY,
    SERVED,
    answer,
    idle,
    put_in_order,
    rebase,
    serve,
    work_through,
)  # fmt: skip

TICK = 2.0**-10


def draw(callers, load, agents, seed, patience=1.0):
    """Exponential callers on a grid of 2^-10 minutes, so that sums are exact; patience ends between two grid points."""
    luck = np.random.default_rng(seed)
    gaps, handling, endurance = luck.exponential(1.0, (3, callers))
    grid = [np.floor(x / TICK) * TICK for x in (gaps / (load * agents), handling, endurance * patience)]
    return np.cumsum(grid[0]), grid[1], grid[2] + TICK / 2


def run(arrivals, handling, patience, heap):
    """``wait, outcome, who, busy`` of :func:`work_through`; the heap moves on."""
    wait, outcome, who = np.empty(len(arrivals)), np.empty(len(arrivals), np.int8), np.empty(len(arrivals), np.int32)
    busy = work_through(arrivals, handling, patience, *heap, wait, outcome, who)
    return wait, outcome, who, busy


def simulated_elsewhere(arrivals, handling, patience, agents):
    """The same callers in SimPy: one process a caller, a resource, and a clock that runs against the patience."""
    clock = simpy.Environment()
    desk = simpy.Resource(clock, agents)
    wait, outcome = [0.0] * len(arrivals), [SERVED] * len(arrivals)

    def call(i):
        with desk.request() as turn:
            answered = yield turn | clock.timeout(patience[i])
            wait[i] = clock.now - arrivals[i]
            if turn in answered:
                yield clock.timeout(handling[i])
            else:
                outcome[i] = ABANDONED

    def ring():
        for i, arrival in enumerate(arrivals):
            yield clock.timeout(arrival - clock.now)
            clock.process(call(i))

    clock.process(ring())
    clock.run()
    return wait, outcome


# --- caller by caller against another simulator ---------------------------------------------------------------------

whole = st.integers(0, 12).map(float)
# Whole minutes make for many ties; patience ends at half minutes, so that no answer meets it and the outcome is sure.
small_case = st.lists(st.tuples(whole, whole, whole.map(lambda m: m + 0.5)), max_size=40)


@settings(max_examples=300, deadline=None)
@given(callers=small_case, agents=st.integers(1, 5))
def test_every_caller_fares_as_in_simpy_with_many_ties(callers, agents):
    gaps, handling, patience = np.array(callers, float).reshape(-1, 3).T
    arrivals = np.cumsum(gaps // 4)
    wait, outcome = serve(arrivals, handling, patience, agents)
    expected_wait, expected_outcome = simulated_elsewhere(arrivals.tolist(), handling.tolist(), patience, agents)
    assert wait.tolist() == expected_wait
    assert outcome.tolist() == expected_outcome


crews = [(1, 0.9, 2.0), (7, 1.3, 0.5), (50, 1.0, 0.6), (200, 1.05, 0.1)]


@pytest.mark.parametrize(("agents", "load", "patience"), crews)
def test_every_one_of_thousands_of_callers_fares_as_in_simpy(agents, load, patience):
    callers = draw(8_000, load, agents, seed=agents, patience=patience)
    wait, outcome = serve(*callers, agents)
    expected_wait, expected_outcome = simulated_elsewhere(*(column.tolist() for column in callers), agents)
    assert 0 < outcome.mean() < 1
    assert outcome.tolist() == expected_outcome
    assert wait.tolist() == expected_wait


@pytest.mark.benchmark
def test_a_hundred_times_as_fast_as_simpy():
    callers = draw(60_000, 1.0, 50, seed=8, patience=0.6)
    serve(*callers, 50)
    ours, ours_took = timed(serve, *callers, 50)
    theirs, theirs_took = timed(simulated_elsewhere, *(column.tolist() for column in callers), 50)
    assert ours[1].tolist() == theirs[1]
    assert theirs_took / ours_took > 100


def timed(function, *arguments):
    """What ``function`` returns, and the seconds it took: the best of three, the least disturbed."""
    took = []
    for _ in range(3):
        begin = time.perf_counter()
        result = function(*arguments)
        took.append(time.perf_counter() - begin)
    return result, min(took)


# --- what a queue promises ------------------------------------------------------------------------------------------

cases = pytest.mark.parametrize(("agents", "load"), [(1, 0.8), (3, 2.0), (12, 0.95), (40, 1.1)])


@cases
def test_served_in_order_of_arrival_and_never_two_at_once(agents, load):
    arrivals, handling, patience = draw(3_000, load, agents, seed=2)
    wait, outcome, who, busy = run(arrivals, handling, patience, idle(agents))
    served = outcome == SERVED
    start, end = (arrivals + wait)[served], (arrivals + wait + handling)[served]
    assert (np.diff(start) >= 0).all()
    for representative in range(agents):
        mine = who[served] == representative
        assert (start[mine][1:] >= end[mine][:-1]).all()
    assert busy == handling[served].sum()
    assert (who[~served] == NOBODY).all()


@cases
def test_nobody_waits_while_a_representative_is_free(agents, load):
    arrivals, handling, patience = draw(3_000, load, agents, seed=3)
    wait, outcome = serve(arrivals, handling, patience, agents)
    served = outcome == SERVED
    start, end = (arrivals + wait)[served], np.sort((arrivals + wait + handling)[served])
    for caller in np.flatnonzero(wait > 0):
        begins, gives_up = arrivals[caller], arrivals[caller] + wait[caller]
        changes = np.concatenate([[begins], end[(end > begins) & (end < gives_up)]])
        busy = np.searchsorted(start, changes, "right") - np.searchsorted(end, changes, "right")
        assert (busy == agents).all()


@cases
def test_patience_is_the_longest_wait_and_giving_up_takes_exactly_that_long(agents, load):
    arrivals, handling, patience = draw(3_000, load, agents, seed=4)
    wait, outcome = serve(arrivals, handling, patience, agents)
    assert (wait >= 0).all() and (wait <= patience).all()
    assert (wait[outcome == ABANDONED] == patience[outcome == ABANDONED]).all()


@cases
def test_littles_law_counted_caller_by_caller(agents, load):
    """The time average of the number waiting, stepped through event by event, is arrival rate times mean wait."""
    arrivals, handling, patience = draw(3_000, load, agents, seed=5)
    wait, _ = serve(arrivals, handling, patience, agents)
    moments = np.concatenate([arrivals, arrivals + wait])
    change = np.concatenate([np.ones(len(wait)), -np.ones(len(wait))])
    order = np.lexsort((-change, moments))
    waiting = np.cumsum(change[order])
    assert waiting.min() == 0 and waiting[-1] == 0
    minutes = np.diff(moments[order])
    span = minutes.sum()
    assert (waiting[:-1] @ minutes) / span == pytest.approx(len(wait) / span * wait.mean(), rel=1e-12)


def test_the_longest_idle_takes_the_call_and_ties_go_to_the_lower_number():
    calls = np.array([0.0, 0.0, 0.0, 10.0, 11.0, 12.0]), np.array([3.0, 1.0, 1.0, 9.0, 9.0, 9.0]), np.full(6, 99.0)
    *_, who, _ = run(*calls, idle(3))
    assert who.tolist() == [0, 1, 2, 1, 2, 0]


def test_answered_at_the_very_end_of_patience_is_served():
    wait, outcome = serve([0.0, 1.0, 1.0], [5.0, 1.0, 1.0], [0.0, 4.0, 3.999], 1)
    assert outcome.tolist() == [SERVED, SERVED, ABANDONED]
    assert wait.tolist() == [0.0, 4.0, 3.999]


def test_nobody_there_everybody_gives_up():
    wait, outcome = serve([0.0, 1.0], [5.0, 1.0], [2.0, math.inf], 0)
    assert outcome.tolist() == [ABANDONED, ABANDONED]
    assert wait.tolist() == [2.0, math.inf]


def test_endless_patience_and_no_callers_are_fine():
    assert serve([0.0, 0.0], [5.0, 5.0], [math.inf, math.inf], 1)[0].tolist() == [0.0, 5.0]
    assert [len(column) for column in serve([], [], [], 3)] == [0, 0]


def test_lines_turn_away_whoever_finds_them_all_taken():
    wait, outcome = serve([0, 1, 2, 3, 10, 10], [10, 10, 9, 1, 1, 1], [99, 1.5, 99, 99, 99, 99], 1, lines=2)
    assert outcome.tolist() == [SERVED, ABANDONED, BLOCKED, SERVED, SERVED, BLOCKED]
    assert wait.tolist() == [0, 1.5, 0, 7, 1, 0]


def test_lines_without_end_change_nothing():
    callers = draw(5_000, 1.2, 9, seed=6)
    for unlimited, limited in zip(serve(*callers, 9), serve(*callers, 9, lines=5_000), strict=True):
        assert (unlimited == limited).all()


# --- the week carried into the next ---------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(agents=st.integers(0, 30), load=st.floats(0.3, 3.0), cut=st.integers(0, 600), seed=st.integers(0, 2**32 - 1))
def test_two_weeks_are_one_run(agents, load, cut, seed):
    """Served in two parts, on one clock or on a clock set back between them, callers meet the same representatives."""
    callers = draw(600, load, max(agents, 1), seed)
    whole_run = run(*callers, idle(agents))
    length = float(callers[0][cut - 1]) if cut else 0.0
    for minutes in (0.0, length):
        heap = idle(agents)
        first = run(*(column[:cut] for column in callers), heap)
        rebase(*heap, minutes)
        second = run(callers[0][cut:] - minutes, callers[1][cut:], callers[2][cut:], heap)
        for whole_column, *parts in zip(whole_run[:3], first[:3], second[:3], strict=True):
            assert (whole_column == np.concatenate(parts)).all()


@settings(max_examples=100, deadline=None)
@given(times=st.lists(st.integers(0, 9), max_size=40))
def test_a_heap_put_in_order_gives_up_its_entries_soonest_and_lowest_first(times):
    heap = np.array(times, float), np.arange(len(times), dtype=np.int32)
    expected = sorted(zip(*(column.tolist() for column in heap), strict=True))
    put_in_order(*heap)
    calls = np.full(len(times), 0.0), np.full(len(times), 1e9), np.full(len(times), np.inf)
    wait, _, who, _ = run(*calls, heap)
    assert list(zip(wait.tolist(), who.tolist(), strict=True)) == expected


def test_times_that_a_later_clock_cannot_tell_apart_are_a_tie():
    heap = np.array([0.0, 1e-13]), np.array([1, 0], np.int32)
    rebase(*heap, 10_080.0)
    assert heap[0].tolist() == [-10_080.0, -10_080.0]
    assert heap[1].tolist() == [0, 1]


def test_one_by_one_is_the_same_as_all_together():
    callers = draw(500, 1.5, 4, seed=7)
    heap = idle(4)
    together = run(*callers, idle(4))
    for i, one in enumerate(zip(*callers, strict=True)):
        assert answer(*one, *heap) == tuple(column[i] for column in together[:3])


# --- mistakes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("change", "words"), [
    ({"arrivals": [2.0, 1.0]}, r"arrivals\[1\] is 1, after 2"),
    ({"arrivals": [0.0, math.inf]}, r"arrivals\[1\] is inf"),
    ({"arrivals": [0.0]}, "1 arrivals, 2 handling, 2 patience"),
    ({"arrivals": [[0.0, 1.0]]}, "one number per caller"),
    ({"handling": [1.0, -3.0]}, r"handling\[1\] is -3"),
    ({"handling": ["a", "b"]}, "handling must be a list of numbers"),
    ({"patience": [math.nan, 1.0]}, r"patience\[0\] is nan"),
    ({"agents": -1}, "agents is -1"),
    ({"agents": 2.5}, "agents must be a whole number, got 2.5"),
    ({"lines": -2}, "lines is -2"),
])  # fmt: skip
def test_a_mistake_is_named_with_its_place(change, words):
    right = {"arrivals": [0.0, 1.0], "handling": [1.0, 1.0], "patience": [1.0, 1.0], "agents": 1}
    with pytest.raises(Mistake, match=words):
        serve(**(right | change))
