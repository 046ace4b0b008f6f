"""Groups of representatives with different skills: each kind of call goes to some groups at once, and to others after a time.

An event at a time: a call comes, somebody becomes free, or a call has waited long enough for a further group. Then, as long as
somebody is free for somebody who waits, the call of the lowest rank – within a rank the one that came first – goes to the group
that takes its kind soonest, of equal ones to the first. Calls of a kind are taken in the order in which they came, so that only
the first of each kind need be looked at; who has hung up meanwhile is found when it comes to them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import Mistake
from sim.model.rules import lean_kernel
from sim.service.queues import ABANDONED, NOBODY, SERVED, as_count, as_minutes, check_callers
from sim.service.turns import put_in, take_out

_NONE = -1


@lean_kernel
def _first_there(kind, now, first, following, columns, wait, outcome):
    """The first call of a kind that still waits now; those before it who have hung up are struck out."""
    arrivals, _, patience = columns
    call = first[kind]
    while call != _NONE and now - arrivals[call] > patience[call]:
        wait[call], outcome[call] = patience[call], ABANDONED
        call = following[call]
    first[kind] = call
    return call


@lean_kernel
def _who_goes_where(now, first, ranks, after, free, arrivals):
    """The call that somebody free takes next, and the group of that: ``(call, kind, group)``, or nobody."""
    best, found, place = _NONE, _NONE, _NONE
    for kind in range(first.size):
        call = first[kind]
        if call == _NONE:
            continue
        group = _NONE
        for each in range(free.size):
            able = free[each] > 0 and now >= arrivals[call] + after[kind, each]
            if able and (group == _NONE or after[kind, each] < after[kind, group]):
                group = each
        if group == _NONE:
            continue
        sooner = best == _NONE or ranks[kind] < ranks[found] or (ranks[kind] == ranks[found] and call < best)
        if sooner:
            best, found, place = call, kind, group
    return best, found, place


@lean_kernel
def _next_event(now, came, first, after, free, arrivals, ends, busy):
    """When something happens next: a call comes, somebody becomes free, or a call has waited long enough for a group that is."""
    soonest = arrivals[came] if came < arrivals.size else np.inf
    if busy[0] > 0:
        soonest = min(soonest, ends[busy[1]])
    for kind in range(first.size):
        for each in range(free.size):
            if first[kind] != _NONE and free[each] > 0:
                moment = arrivals[first[kind]] + after[kind, each]
                if moment > now:
                    soonest = min(soonest, moment)
    return soonest


@lean_kernel
def _work_by_skill(columns, kinds, ranks, after, free, lists, ends, busy, wait, outcome, group):
    """Answer all calls, in place. ``busy``: a heap of the calls in hand, by when they end, from place 1 on; place 0 how many."""
    arrivals, handling, _ = columns
    first, last, following = lists
    came, now = 0, 0.0
    while True:
        now = _next_event(now, came, first, after, free, arrivals, ends, busy)
        if now == np.inf:
            return
        while busy[0] > 0 and ends[busy[1]] <= now:
            busy[0] -= 1
            free[group[take_out(busy[1:], busy[0] + 1, kinds[:0], ends)]] += 1
        while came < arrivals.size and arrivals[came] <= now:
            kind = kinds[came]
            if first[kind] == _NONE:
                first[kind] = came
            else:
                following[last[kind]] = came
            last[kind] = came
            came += 1
        while True:
            for kind in range(first.size):
                _first_there(kind, now, first, following, columns, wait, outcome)
            call, kind, place = _who_goes_where(now, first, ranks, after, free, arrivals)
            if call == _NONE:
                break
            first[kind] = following[call]
            wait[call], outcome[call], group[call] = now - arrivals[call], SERVED, place
            free[place] -= 1
            ends[call] = now + handling[call]
            put_in(busy[1:], busy[0], call, kinds[:0], ends)
            busy[0] += 1


def serve_by_skill(
    arrivals: ArrayLike,
    handling: ArrayLike,
    patience: ArrayLike,
    kinds: ArrayLike,
    groups: ArrayLike,
    after: ArrayLike,
    ranks: ArrayLike | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.int8], NDArray[np.int32]]:
    """:func:`sim.service.queues.serve` where calls are of several kinds, and those who answer in groups: (wait, outcome, group).

    ``kinds`` (n,): the number of each call's kind; ``groups``: how many are in each; ``after`` (kinds, groups): after how many
    minutes of waiting a group takes a kind, 0 at once, infinite never; ``ranks`` (kinds): the lowest is served first. Returned,
    each (n,): the wait, 0 served or 1 hung up, and the group that served (-1 nobody). Raises :class:`~sim.errors.Mistake`, also
    for a kind that no group ever takes.
    """
    columns = as_minutes("arrivals", arrivals), as_minutes("handling", handling), as_minutes("patience", patience)
    check_callers(*columns)
    free = np.array([as_count("groups", int(each)) for each in np.atleast_1d(groups)], np.int64)
    times = np.atleast_2d(np.asarray(after, np.float64))
    number = np.ascontiguousarray(kinds, np.int32)
    _check_skills(number, free, times, len(columns[0]))
    order = np.zeros(len(times), np.int32) if ranks is None else np.ascontiguousarray(ranks, np.int32)
    calls = len(number)
    lists = np.full(len(times), _NONE, np.int64), np.full(len(times), _NONE, np.int64), np.full(calls, _NONE, np.int64)
    wait, outcome = columns[2].copy(), np.full(calls, ABANDONED, np.int8)
    group, ends, busy = np.full(calls, NOBODY, np.int32), np.zeros(calls), np.zeros(calls + 1, np.int64)
    _work_by_skill(columns, number, order, times, free, lists, ends, busy, wait, outcome, group)
    return wait, outcome, group


def _check_skills(kinds: NDArray[np.int32], free: NDArray[np.int64], after: NDArray[np.float64], calls: int) -> None:
    if kinds.shape != (calls,) or (calls and not 0 <= kinds.min() <= kinds.max() < len(after)):
        raise Mistake(f"kinds must be {calls} numbers from 0 to {len(after) - 1}, one for each call")
    if after.shape[1] != len(free) or not (after >= 0).all():
        raise Mistake(
            f"after must have a row for each kind and a column for each of {len(free)} groups: minutes, 0 or more, inf for never"
        )
    alone = ~(np.isfinite(after) & (free > 0)).any(axis=1)
    if alone.any():
        raise Mistake(
            f"nobody takes calls of kind {int(np.argmax(alone))}: give a group with people in it the skill, by a time in after"
        )
