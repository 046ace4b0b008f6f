"""A line in which some are served before others, or who hung up calls again: whose turn it is, and when.

Where neither is so, callers are taken as they come, in one pass (:mod:`sim.service.queues`). Here it is settled each time that
somebody can be served: of those who have come by then, the lowest rank goes first, and within a rank who came first; nobody is
interrupted. Whoever hangs up meanwhile is found out when their turn comes, which is early enough: until then only higher ranks,
or earlier callers of the same rank, have been served, and a second call could not have been before them.

Callers are numbers. ``order`` holds those who call, by time; the first ``came`` of them have come. On its first ``again`` places,
which are theirs no more, lies a heap of those who will call again. ``waiting`` holds a heap of those who wait, from place 1 on;
place 0 says how many they are. Nothing is allocated.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import Mistake
from sim.model.rules import lean_kernel
from sim.service.queues import ABANDONED, answer, as_count, as_minutes, check_callers, come_forward, idle
from sim.system.arguments import above_nought

NOT_MADE = 4
"""The outcome of a second call that was not made."""


@lean_kernel
def goes_before(one, other, ranks, times):
    """Whether one caller goes before another; without ranks, who comes first."""
    if ranks.size > 0 and ranks[one] != ranks[other]:
        return ranks[one] < ranks[other]
    return times[one] < times[other] or (times[one] == times[other] and one < other)


@lean_kernel
def put_in(heap, size, number, ranks, times):
    """Add a caller to a heap of so many, in place."""
    place = size
    while place > 0:
        above = (place - 1) // 2
        if not goes_before(number, heap[above], ranks, times):
            break
        heap[place] = heap[above]
        place = above
    heap[place] = number


@lean_kernel
def take_out(heap, size, ranks, times):
    """Take the first out of a heap of so many, in place; returns who it is."""
    first, last = heap[0], heap[size - 1]
    place, child = 0, 1
    while child < size - 1:
        if child + 1 < size - 1 and goes_before(heap[child + 1], heap[child], ranks, times):
            child += 1
        if not goes_before(heap[child], last, ranks, times):
            break
        heap[place] = heap[child]
        place, child = child, 2 * child + 1
    heap[place] = last
    return first


@lean_kernel
def next_moment(order, came, again, times):
    """When the next call comes, a first or a second one; infinite where none does."""
    first = times[order[came]] if came < order.size else np.inf
    second = times[order[0]] if again > 0 else np.inf
    return min(first, second)


@lean_kernel
def let_in(moment, order, came, again, waiting, ranks, times):
    """Everybody who has called by this moment waits; returns ``came`` and ``again``."""
    line, there = waiting[1:], waiting[0]
    while came < order.size and times[order[came]] <= moment:
        put_in(line, there, order[came], ranks, times)
        there += 1
        came += 1
    while again > 0 and times[order[0]] <= moment:
        put_in(line, there, take_out(order, again, ranks[:0], times), ranks, times)
        there += 1
        again -= 1
    waiting[0] = there
    return came, again


@lean_kernel
def whose_turn(waiting, ranks, times):
    """Who of those who wait is served next; they wait no longer."""
    waiting[0] -= 1
    return take_out(waiting[1:], waiting[0] + 1, ranks, times)


@lean_kernel
def can_be_served(waiting, times, busy_until):
    """From which moment on one of those who wait can be served, by whoever stands first in the heap of those who serve."""
    arrival = times[waiting[1]]
    return max(busy_until[0], arrival) if busy_until.size > 0 else np.inf


@lean_kernel
def _somebody_there(moment, shares, stretch):
    """Whether anybody is on duty at a moment, where people come and go; else the lines are closed."""
    return shares.size == 0 or shares[int(moment // stretch) % shares.size] > 0


@lean_kernel
def _work_in_turn(calls, gaps, ranks, order, waiting, staff, shares, stretch, wait, outcome):
    """Answer all calls. Of n callers, call k + n is the next of the same caller as call k, as long as there is room for it."""
    times, handling, patience = calls
    came, again, callers = 0, 0, order.size
    while True:
        if waiting[0] == 0:
            came, again = let_in(next_moment(order, came, again, times), order, came, again, waiting, ranks, times)
        if waiting[0] == 0:
            return
        if shares.size > 0:
            come_forward(times[waiting[1]], staff[0], staff[1], shares, stretch)
        came, again = let_in(can_be_served(waiting, times, staff[0]), order, came, again, waiting, ranks, times)
        k = whose_turn(waiting, ranks, times)
        wait[k], outcome[k], _ = answer(times[k], handling[k], patience[k], staff[0], staff[1])
        hung_up = outcome[k] == ABANDONED
        moment = times[k] + wait[k] + (gaps[0][k] if hung_up else handling[k] + gaps[1][k])
        if k + callers < times.size and moment < np.inf and _somebody_there(moment, shares, stretch):
            times[k + callers] = moment
            put_in(order, again, k + callers, ranks[:0], times)
            again += 1


class Duty(NamedTuple):
    """How many are on duty in each stretch of so many minutes; after the last the first comes again."""

    people: ArrayLike
    minutes: float


class Gaps(NamedTuple):
    """Minutes until a caller calls again: after hanging up and after being served, shape (calls, n), infinite for never.

    The last row is not read: a caller makes as many calls as there are rows, at most.
    """

    hung_up: ArrayLike
    served: ArrayLike


def serve_in_turn(
    arrivals: ArrayLike,
    handling: ArrayLike,
    patience: ArrayLike,
    agents: int | Duty,
    ranks: ArrayLike | None = None,
    again: Gaps | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int8]]:
    """:func:`sim.service.queues.serve` where the lowest rank is served first, and callers may call again: (time, wait, outcome).

    ``arrivals`` (n,): minutes, sorted; ``ranks`` (n,): whole numbers, all alike unless given. With ``again``, ``handling`` and
    ``patience`` have a row for each call that a caller may make. Everything returned has shape (calls, n): when the call was
    made, the wait, and 0 served, 1 hung up, 4 not made (then time and wait are NaN). Nobody who is being served is interrupted;
    nobody calls again while nobody is on duty.
    Raises :class:`~sim.errors.Mistake` as :func:`sim.service.queues.serve` does.
    """
    handling, patience = np.atleast_2d(handling), np.atleast_2d(patience)
    first, rows = as_minutes("arrivals", arrivals), len(handling)
    for row in range(rows):
        check_callers(
            first, as_minutes("handling", handling[row]), as_minutes("patience", patience[row % len(patience)])
        )
    shape = (rows, len(first))
    gaps = tuple(_gaps(name, times, shape) for name, times in zip(Gaps._fields, again or (np.inf, np.inf), strict=True))
    times = np.full(rows * len(first), np.nan)
    times[: len(first)] = first
    columns = (
        times,
        *(np.ascontiguousarray(np.broadcast_to(each, shape), np.float64).ravel() for each in (handling, patience)),
    )
    wait, outcome = np.full(times.size, np.nan), np.full(times.size, NOT_MADE, np.int8)
    order, waiting = np.arange(len(first), dtype=np.int32), np.zeros(len(first) + 1, np.int32)
    staff, shares, stretch = _staff(agents)
    _work_in_turn(columns, gaps, _ranks(ranks, shape), order, waiting, staff, shares, stretch, wait, outcome)
    return times.reshape(shape), wait.reshape(shape), outcome.reshape(shape)


def _staff(agents: int | Duty) -> tuple[tuple[NDArray[np.float64], NDArray[np.int32]], NDArray[np.float64], float]:
    if not isinstance(agents, Duty):
        return idle(as_count("agents", agents)), np.zeros(0), 1.0
    people = np.array([as_count("people", int(each)) for each in np.atleast_1d(agents.people)], np.float64)
    most = int(people.max())
    return idle(most), people / max(most, 1), above_nought("slot", agents.minutes)


def _ranks(ranks: ArrayLike | None, shape: tuple[int, int]) -> NDArray[np.int32]:
    if ranks is None:
        return np.zeros(0, np.int32)
    found = np.asarray(ranks)
    if found.shape != shape[1:] or not np.issubdtype(found.dtype, np.integer):
        raise Mistake(f"ranks must be {shape[1]} whole numbers, one for each caller; the lowest is served first")
    return np.ascontiguousarray(np.broadcast_to(found, shape), np.int32).ravel()


def _gaps(name: str, times: ArrayLike, shape: tuple[int, int]) -> NDArray[np.float64]:
    try:
        found = np.ascontiguousarray(np.broadcast_to(np.asarray(times, np.float64), shape)).ravel()
    except (TypeError, ValueError) as problem:
        raise Mistake(f"the minutes until a second call ({name}) must be numbers of shape {shape}: {problem}") from None
    if not (found >= 0).all():
        raise Mistake(f"the minutes until a second call ({name}) must be 0 or more, and inf for never")
    return found
