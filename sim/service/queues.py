"""A first-come-first-served queue with people who hang up, resolved caller by caller.

Callers are taken in the order they arrive. The representative who has been free longest takes the next call, so all
that must be remembered of the past is when each representative becomes free: a binary heap of (time, number), ties
going to the lower number. A caller can be decided on the spot – later callers cannot overtake, and one who hangs up
never occupies anybody – so one pass over the callers is the exact event-by-event queue (Kiefer & Wolfowitz 1955; with
abandonment, Baccelli, Boyer & Hebuterne 1984).

Times are float64 minutes. A caller hangs up only when the wait *exceeds* their patience: one who is answered at the
very moment their patience ends is served.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import Mistake
from sim.model.rules import lean_kernel
from sim.system.arguments import above_nought, whole

SERVED, ABANDONED, BLOCKED, BALKED = 0, 1, 2, 3
NOBODY = -1
MOST_AT_WORK = 10_000_000
"""Representatives or lines that :func:`serve` takes at most: each needs a place in memory."""

Heap = tuple[NDArray[np.float64], NDArray[np.int32]]
"""When each becomes free (minutes) and who it is (number), in heap order: the soonest free stands first."""


@lean_kernel
def _sink(times, numbers, place, time, number):
    """Put (time, number) at ``place`` of a heap, in order below it, and let it sink to where it belongs."""
    size = len(times)
    child = 2 * place + 1
    while child < size:
        right = child + 1 if child + 1 < size else child
        sooner = (times[right] < times[child]) | ((times[right] == times[child]) & (numbers[right] < numbers[child]))
        child = right if sooner else child  # no branch: it cannot be guessed, and would cost half as much again
        if times[child] > time or (times[child] == time and numbers[child] > number):
            break
        times[place], numbers[place] = times[child], numbers[child]
        place, child = child, 2 * child + 1
    times[place], numbers[place] = time, number


@lean_kernel
def put_in_order(times, numbers):
    """Make a heap, in place, of entries in any order: after representatives were hired, left or changed."""
    for place in range(len(times) // 2 - 1, -1, -1):
        _sink(times, numbers, place, times[place], numbers[place])


@lean_kernel
def rebase(times, numbers, minutes):
    """Move the zero of the clock ``minutes`` later, in place, and restore the heap.

    A bare subtraction may round two times to the same number, and then the tie rule asks for another order.
    """
    for place in range(len(times)):
        times[place] -= minutes
    put_in_order(times, numbers)


@lean_kernel
def answer(arrival, handling, patience, busy_until, server):
    """One caller: ``(wait, outcome, who)``; the heap ``busy_until``, ``server`` moves on. See :func:`work_through`."""
    free = busy_until[0] if len(busy_until) > 0 else np.inf
    start = free if free > arrival else arrival
    wait = start - arrival
    if wait > patience or len(busy_until) == 0:
        return patience, ABANDONED, NOBODY
    who = server[0]
    _sink(busy_until, server, 0, start + handling, who)
    return wait, SERVED, who


@lean_kernel
def work_through(arrivals, handling, patience, busy_until, server, wait, outcome, who):
    """Answer callers in order, in place and without allocating; returns the minutes representatives spend with them.

    ``arrivals`` (sorted), ``handling``, ``patience``: float64 of shape (n,), minutes, not negative; patience may be
    infinite. ``busy_until`` (float64) and ``server`` (integer), shape (m,): the heap of representatives, carried from
    call to call. Whoever starts a new clock first calls :func:`rebase` on it. Written: ``wait`` (minutes), ``outcome``
    (``SERVED``, or ``ABANDONED`` with the patience as wait) and ``who`` (the representative, or ``NOBODY``).

    With no representatives everybody abandons when their patience ends; endless patience then waits endlessly.
    Nothing is checked here: see :func:`serve`.
    """
    busy = 0.0
    for i in range(len(arrivals)):
        wait[i], outcome[i], who[i] = answer(arrivals[i], handling[i], patience[i], busy_until, server)
        if outcome[i] == SERVED:
            busy += handling[i]
    return busy


@lean_kernel
def work_through_lines(arrivals, handling, patience, staff, lines, wait, outcome, who):
    """:func:`work_through` with a limited number of telephone lines: a caller who finds none free is turned away.

    ``staff`` and ``lines`` are heaps as :func:`idle` makes them, both carried. A caller holds a line from arrival
    until the call ends or they hang up; one who comes at the moment a line is freed gets it. Turned away: outcome
    ``BLOCKED``, wait 0, who ``NOBODY``.
    """
    busy = 0.0
    for i in range(len(arrivals)):
        wait[i], outcome[i], who[i] = 0.0, BLOCKED, NOBODY
        if len(lines[0]) == 0 or lines[0][0] > arrivals[i]:
            continue
        wait[i], outcome[i], who[i] = answer(arrivals[i], handling[i], patience[i], staff[0], staff[1])
        spent = handling[i] if outcome[i] == SERVED else 0.0
        leaves = (arrivals[i] + wait[i]) + spent
        _sink(lines[0], lines[1], 0, leaves, lines[1][0])
        busy += spent
    return busy


# ---- a day with hours ------------------------------------------------------------------------------------------------


@lean_kernel
def on_duty_from(number, moment, people, slot):
    """The first moment, from this one on, at which the representative of this ``number`` is on duty; infinite where never.

    In each stretch of ``slot`` minutes from minute 0 on, those numbered below that stretch's ``people`` are; after the last
    stretch the first comes again.
    """
    size = people.size
    place = int(moment // slot)
    for ahead in range(size + 1):
        if number < people[(place + ahead) % size]:
            return moment if ahead == 0 else (place + ahead) * slot
    return np.inf


@lean_kernel
def waiting_since(number, free, moment, people, slot):
    """Since when a representative who is on duty at this ``moment`` has waited for a call: ``free``, or the start of duty."""
    size = people.size
    place = int(moment // slot)
    for back in range(size):
        if (place - back) * slot <= free:
            return free
        if number >= people[(place - back - 1) % size]:
            return (place - back) * slot
    return free


@lean_kernel
def answer_on_duty(arrival, handling, patience, busy_until, server, people, slot):
    """:func:`answer` where representatives come and go: nobody begins a call off duty, and who is in one ends it.

    ``people`` (integer, at least one stretch) and ``slot``: see :func:`on_duty_from`. The heap holds since when, or from when
    on, each can take a call; of somebody who has gone or come meanwhile it tells too early a moment, which is put right when
    they stand first. So whoever stands first and is right is the soonest of all, and a caller can be decided on the spot.
    """
    while len(busy_until) > 0 and busy_until[0] < np.inf:
        free = busy_until[0]
        moment = max(free, arrival)
        ready = on_duty_from(server[0], moment, people, slot)
        if ready == moment:
            ready = waiting_since(server[0], free, moment, people, slot)
            if ready == free:
                return answer(arrival, handling, patience, busy_until, server)
        _sink(busy_until, server, 0, ready, server[0])
    return patience, ABANDONED, NOBODY


@lean_kernel
def _work_through_day(arrivals, handling, patience, staff, people, slot, wait, outcome):
    """:func:`work_through` where representatives come and go; see :func:`answer_on_duty`."""
    for i in range(len(arrivals)):
        wait[i], outcome[i], _ = answer_on_duty(arrivals[i], handling[i], patience[i], staff[0], staff[1], people, slot)


# ---- a line in sight ---------------------------------------------------------------------------------------------------

MOST_IN_LINE = 500
"""Nobody counts further: who comes when so many stand in line is not seen by those who come later."""


def nobody_in_line(seen: bool = True, room: int = MOST_IN_LINE) -> NDArray[np.float64]:
    """An empty line with room for so many, or (when it is not ``seen``) an array without any place.

    Place 0 holds how many there are; each place after it the moment (minutes) at which one of them leaves the line, served
    or not. Fates are known on arrival (see :func:`answer`), so the moments of departure are all there is to remember.
    """
    return np.zeros(room + 1 if seen else 0)


@lean_kernel
def standing(line, moment):
    """How many stand in ``line`` at this ``moment``; who has left it by then is struck out, in place."""
    kept = 0
    for place in range(1, 1 + int(line[0])):
        until = line[place]
        line[kept + 1] = until
        kept += until > moment
    line[0] = kept
    return kept


@lean_kernel
def stand_in(line, until):
    """Join the line, until this moment; a line without room is as long as it was."""
    size = int(line[0])
    if size + 1 < line.size:
        line[size + 1] = until
        line[0] = size + 1


@lean_kernel
def rebase_line(line, minutes):
    """Move the zero of the clock ``minutes`` later, for those who still stand in line then; for the others nothing is left."""
    if line.size > 0:
        for place in range(1, 1 + standing(line, minutes)):
            line[place] -= minutes


@lean_kernel
def work_through_in_sight(arrivals, handling, patience, limits, staff, line, wait, outcome, length):
    """:func:`work_through` where the line is seen: who finds more than their limit standing there does not join (``BALKED``).

    ``limits``: float64 (n,), people. ``line``: as :func:`nobody_in_line` makes it, carried like the heap ``staff``. Written:
    ``length``, how many stood in line when each came; a wait of 0 for who did not join.
    """
    for i in range(len(arrivals)):
        length[i] = standing(line, arrivals[i])
        wait[i], outcome[i] = 0.0, BALKED
        if length[i] <= limits[i]:
            wait[i], outcome[i], _ = answer(arrivals[i], handling[i], patience[i], staff[0], staff[1])
            stand_in(line, arrivals[i] + wait[i])


@lean_kernel
def _merge(times, source, target, left, middle, right):
    """Merge two sorted runs of ``source`` into ``target``; of equal times the left comes first."""
    i, j = left, middle
    for place in range(left, right):
        if i < middle and (j >= right or times[source[i]] <= times[source[j]]):
            target[place] = source[i]
            i += 1
        else:
            target[place] = source[j]
            j += 1


@lean_kernel
def in_order(times, order, spare):
    """Write into ``order`` the places of ``times`` from the earliest to the latest; equal times keep their order.

    A merge sort from the bottom up, because it is stable and makes no array: ``order`` and ``spare`` (int32) have room.
    """
    size = times.size
    for i in range(size):
        order[i] = i
    run = 1
    while run < size:
        for left in range(0, size, 2 * run):
            _merge(times, order, spare, left, min(left + run, size), min(left + 2 * run, size))
        for i in range(size):
            order[i] = spare[i]
        run *= 2


def idle(agents: int) -> Heap:
    """A fresh heap of ``agents`` representatives (or lines), free from minute 0, numbered 0, 1, ..."""
    return np.zeros(agents), np.arange(agents, dtype=np.int32)


def serve(
    arrivals: ArrayLike, handling: ArrayLike, patience: ArrayLike, agents: int, lines: int | None = None
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """What becomes of each caller of a queue that starts empty: ``(wait, outcome)``, both of shape (n,).

    ``arrivals`` are minutes since opening, sorted; callers of the same instant are taken in the order given.
    ``handling`` and ``patience`` are minutes; patience may be infinite. ``agents`` representatives answer; at most
    ``lines`` callers can be in the system (waiting or talking), any number when ``None``.

    Outcome 0 is served, after ``wait`` minutes; 1 is abandoned, ``wait`` being the patience; 2 is turned away because
    all lines were taken. Raises :class:`~sim.errors.Mistake` on unsorted, negative, missing or unequally many values.
    """
    columns = _minutes("arrivals", arrivals), _minutes("handling", handling), _minutes("patience", patience)
    _check(*columns)
    callers = len(columns[0])
    wait, outcome, who = np.empty(callers), np.empty(callers, np.int8), np.empty(callers, np.int32)
    staff = idle(_count("agents", agents))
    if lines is None:
        work_through(*columns, *staff, wait, outcome, who)
    else:
        work_through_lines(*columns, staff, idle(_count("lines", lines)), wait, outcome, who)
    return wait, outcome


def serve_on_duty(
    arrivals: ArrayLike, handling: ArrayLike, patience: ArrayLike, people: ArrayLike, slot: float
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """:func:`serve` where ``people[s]`` representatives are on duty in the stretch of ``slot`` minutes that begins at s x slot.

    Once all stretches are over, the first comes again: a day, or a week, that repeats. Who goes off duty ends the call in hand
    first; those with the highest numbers go first. Of those on duty the one free longest takes the next call. Where nobody is
    on duty callers wait, and hang up when their patience ends. Raises :class:`~sim.errors.Mistake` as :func:`serve` does.
    """
    columns = _minutes("arrivals", arrivals), _minutes("handling", handling), _minutes("patience", patience)
    _check(*columns)
    roster = np.array([_count("people", int(each)) for each in np.atleast_1d(people)], np.int32)
    callers = len(columns[0])
    wait, outcome = np.empty(callers), np.empty(callers, np.int8)
    staff = idle(int(roster.max(initial=0)))
    _work_through_day(*columns, staff, roster, above_nought("slot", slot), wait, outcome)
    return wait, outcome


def serve_in_sight(
    arrivals: ArrayLike, handling: ArrayLike, patience: ArrayLike, limits: ArrayLike, agents: int
) -> tuple[NDArray[np.float64], NDArray[np.int8], NDArray[np.int64]]:
    """:func:`serve` where everybody sees the line: ``(wait, outcome, length)``, each of shape (n,).

    ``limits``: the longest line (people standing there, those being served not counted) that each would join; 0 or more,
    may be infinite. Outcome 3 is somebody who did not join (balking), with a wait of 0. ``length``: the people who stood in
    line when each came. Raises :class:`~sim.errors.Mistake` as :func:`serve` does.
    """
    columns = _minutes("arrivals", arrivals), _minutes("handling", handling), _minutes("patience", patience)
    _check(*columns)
    callers = len(columns[0])
    try:
        longest = np.asarray(limits, np.float64)
    except (OverflowError, TypeError, ValueError) as problem:
        raise Mistake(f"limits must be a list of numbers (people): {problem}") from None
    if longest.shape != (callers,) or not (longest >= 0).all():
        raise Mistake(f"limits must be {callers} numbers of people, 0 or more (inf for any line)")
    wait, outcome, length = np.empty(callers), np.empty(callers, np.int8), np.empty(callers, np.int64)
    line = nobody_in_line(room=callers)
    work_through_in_sight(*columns, longest, idle(_count("agents", agents)), line, wait, outcome, length)
    return wait, outcome, length


def _minutes(name: str, given: ArrayLike) -> NDArray[np.float64]:
    """The column as contiguous float64, or a :class:`Mistake` that names the first value that cannot be minutes."""
    try:
        column = np.ascontiguousarray(given, dtype=np.float64)
    except (OverflowError, TypeError, ValueError) as problem:
        raise Mistake(f"{name} must be a list of numbers (minutes): {problem}") from None
    if np.ndim(given) != 1:
        raise Mistake(f"{name} must have one number per caller, got {np.ndim(given)} dimensions")
    bad = np.isnan(column) | (column < 0) | (np.isinf(column) & (name != "patience"))
    if bad.any():
        first = int(np.argmax(bad))
        allowed = "0 or more (inf for endless)" if name == "patience" else "finite and 0 or more"
        raise Mistake(f"{name}[{first}] is {column[first]:g}, but must be minutes, {allowed}")
    return column


def _check(arrivals: NDArray[np.float64], handling: NDArray[np.float64], patience: NDArray[np.float64]) -> None:
    """Refuse columns of different lengths, and arrivals out of order."""
    if not len(arrivals) == len(handling) == len(patience):
        lengths = f"{len(arrivals)} arrivals, {len(handling)} handling, {len(patience)} patience"
        raise Mistake(f"every caller needs one of each, got {lengths}")
    backward = arrivals[1:] < arrivals[:-1]
    if backward.any():
        later = int(np.argmax(backward)) + 1
        detail = f"arrivals[{later}] is {arrivals[later]:g}, after {arrivals[later - 1]:g}"
        raise Mistake(f"arrivals must be sorted, earliest first: {detail} – sort the callers by arrival")


def _count(name: str, given: int) -> int:
    """A whole number, 0 or more."""
    return whole(name, given, 0, MOST_AT_WORK)
