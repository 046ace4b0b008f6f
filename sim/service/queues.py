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

WEEK_MINUTES = 10_080.0
A_WHILE = 10.0
"""Minutes within which somebody calls again who hung up near the end of a week: a choice, long against the calls themselves."""


def no_hours() -> NDArray[np.float64]:
    """A week without hours: calls come evenly, and everybody is on duty whenever the lines are open."""
    return np.zeros((2, 0))


@lean_kernel
def on_duty(number, staff, share):
    """Whether the representative of this ``number``, of so many on the ``staff``, is there when this ``share`` of them is."""
    return number < int(share * staff + 0.5)


@lean_kernel
def on_duty_from(number, staff, moment, shares, stretch):
    """The first moment, from this one on, at which a representative is on duty; infinite where never.

    ``shares``: what share of the staff is there in each ``stretch`` of so many minutes, from minute 0 on; those with the lowest
    numbers are. After the last stretch the first comes again.
    """
    place = int(moment // stretch)
    for ahead in range(shares.size + 1):
        if on_duty(number, staff, shares[(place + ahead) % shares.size]):
            return moment if ahead == 0 else (place + ahead) * stretch
    return np.inf


@lean_kernel
def waiting_since(number, staff, free, moment, shares, stretch):
    """Since when a representative who is on duty at this ``moment`` has waited for a call: ``free``, or the start of duty."""
    place = int(moment // stretch)
    for back in range(shares.size):
        if (place - back) * stretch <= free:
            return free
        if not on_duty(number, staff, shares[(place - back - 1) % shares.size]):
            return (place - back) * stretch
    return free


@lean_kernel
def come_forward(arrival, busy_until, server, shares, stretch):
    """Have that representative stand first who can take a call of this ``arrival`` soonest, where they come and go.

    Nobody begins a call off duty, and who is in one ends it. The heap holds since when, or from when on, each can take a call; of
    somebody who has gone or come meanwhile it tells too early a moment, which is put right when they stand first. So whoever
    stands first and is right is the soonest of all, and a caller can be decided on the spot, as :func:`answer` does it.
    """
    staff = len(busy_until)
    while staff > 0 and busy_until[0] < np.inf:
        free = busy_until[0]
        moment = max(free, arrival)
        ready = on_duty_from(server[0], staff, moment, shares, stretch)
        if ready == moment:
            ready = waiting_since(server[0], staff, free, moment, shares, stretch)
            if ready == free:
                return
        _sink(busy_until, server, 0, ready, server[0])


@lean_kernel
def _work_through_day(arrivals, handling, patience, staff, shares, stretch, wait, outcome):
    """:func:`work_through` where representatives come and go."""
    for i in range(len(arrivals)):
        come_forward(arrivals[i], staff[0], staff[1], shares, stretch)
        wait[i], outcome[i], _ = answer(arrivals[i], handling[i], patience[i], staff[0], staff[1])


@lean_kernel
def come_forward_by_hour(arrival, busy_until, server, by_hour):
    """:func:`come_forward` in a week by the hour (see :func:`along_week`); nothing where a week has no hours."""
    if by_hour.size > 0:
        come_forward(arrival, busy_until, server, by_hour[1, :-1], WEEK_MINUTES / (by_hour.shape[1] - 1))


@lean_kernel
def _laid(by_hour, place):
    """The minute of a week by the hour at which so many weeks' calls have come."""
    size, whole = by_hour.shape[1] - 1, np.floor(place)
    stretch = np.searchsorted(by_hour[0], place - whole, "right") - 1
    part = (place - whole - by_hour[0, stretch]) / (by_hour[0, stretch + 1] - by_hour[0, stretch])
    return whole * WEEK_MINUTES + (stretch + part) * (WEEK_MINUTES / size)


@lean_kernel
def along_week(by_hour, week, stands_for, span, times):
    """Lay moments of a week of so many minutes, its ``span``, along a week by the hour, in place; nothing without hours.

    ``by_hour``, float64 (2, stretches + 1): the share of a week's calls that have come before each stretch (and 1 at the end),
    and the share of the staff on duty in it. A simulated person stands for several, so that a simulated week has the calls of
    only a part of a real one: it is that part, after which the next week's comes. Times are then minutes from the Monday on in
    whose week that part begins, and in the order in which they were.
    """
    if by_hour.size == 0:
        return
    begin = np.floor(week / stands_for)
    for k in range(times.size):
        times[k] = _laid(by_hour, (week + times[k] / span) / stands_for - begin)


@lean_kernel
def clock_set_back(by_hour, week, stands_for, usual):
    """By how many minutes the clock of a line is set back as a ``week`` begins: the ``usual``, or by the hour whole weeks."""
    if by_hour.size == 0 or week == 0:
        return usual
    return WEEK_MINUTES * (np.floor(week / stands_for) - np.floor((week - 1) / stands_for))


@lean_kernel
def open_until(by_hour, week, stands_for, moment, usual):
    """Until when (minutes) somebody may call again who hung up at this ``moment``, before it where the lines are closed.

    The ``usual`` is the end of the week's minutes, near which there are still :data:`A_WHILE`, since nothing closes then; by the
    hour it is as long as people call, within the part of a week that is lived.
    """
    if by_hour.size == 0:
        return max(usual, moment + A_WHILE)
    size = by_hour.shape[1] - 1
    stretch, end = WEEK_MINUTES / size, _laid(by_hour, (week + 1) / stands_for - np.floor(week / stands_for))
    place = int(moment // stretch)
    for ahead in range(size):
        here = (place + ahead) % size
        if by_hour[0, here + 1] <= by_hour[0, here]:
            return min(end, (place + ahead) * stretch)
    return end


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
    columns = as_minutes("arrivals", arrivals), as_minutes("handling", handling), as_minutes("patience", patience)
    check_callers(*columns)
    callers = len(columns[0])
    wait, outcome, who = np.empty(callers), np.empty(callers, np.int8), np.empty(callers, np.int32)
    staff = idle(as_count("agents", agents))
    if lines is None:
        work_through(*columns, *staff, wait, outcome, who)
    else:
        work_through_lines(*columns, staff, idle(as_count("lines", lines)), wait, outcome, who)
    return wait, outcome


def serve_on_duty(
    arrivals: ArrayLike, handling: ArrayLike, patience: ArrayLike, people: ArrayLike, slot: float
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """:func:`serve` where ``people[s]`` representatives are on duty in the stretch of ``slot`` minutes that begins at s x slot.

    Once all stretches are over, the first comes again: a day, or a week, that repeats. Who goes off duty ends the call in hand
    first; those with the highest numbers go first. Of those on duty the one free longest takes the next call. Where nobody is
    on duty callers wait, and hang up when their patience ends. Raises :class:`~sim.errors.Mistake` as :func:`serve` does.
    """
    columns = as_minutes("arrivals", arrivals), as_minutes("handling", handling), as_minutes("patience", patience)
    check_callers(*columns)
    numbers = np.array([as_count("people", int(each)) for each in np.atleast_1d(people)], np.float64)
    most, callers = int(numbers.max()), len(columns[0])
    wait, outcome = np.empty(callers), np.empty(callers, np.int8)
    _work_through_day(*columns, idle(most), numbers / max(most, 1), above_nought("slot", slot), wait, outcome)
    return wait, outcome


def serve_in_sight(
    arrivals: ArrayLike, handling: ArrayLike, patience: ArrayLike, limits: ArrayLike, agents: int
) -> tuple[NDArray[np.float64], NDArray[np.int8], NDArray[np.int64]]:
    """:func:`serve` where everybody sees the line: ``(wait, outcome, length)``, each of shape (n,).

    ``limits``: the longest line (people standing there, those being served not counted) that each would join; 0 or more,
    may be infinite. Outcome 3 is somebody who did not join (balking), with a wait of 0. ``length``: the people who stood in
    line when each came. Raises :class:`~sim.errors.Mistake` as :func:`serve` does.
    """
    columns = as_minutes("arrivals", arrivals), as_minutes("handling", handling), as_minutes("patience", patience)
    check_callers(*columns)
    callers = len(columns[0])
    try:
        longest = np.asarray(limits, np.float64)
    except (OverflowError, TypeError, ValueError) as problem:
        raise Mistake(f"limits must be a list of numbers (people): {problem}") from None
    if longest.shape != (callers,) or not (longest >= 0).all():
        raise Mistake(f"limits must be {callers} numbers of people, 0 or more (inf for any line)")
    wait, outcome, length = np.empty(callers), np.empty(callers, np.int8), np.empty(callers, np.int64)
    line = nobody_in_line(room=callers)
    work_through_in_sight(*columns, longest, idle(as_count("agents", agents)), line, wait, outcome, length)
    return wait, outcome, length


def as_minutes(name: str, given: ArrayLike) -> NDArray[np.float64]:
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


def check_callers(arrivals: NDArray[np.float64], handling: NDArray[np.float64], patience: NDArray[np.float64]) -> None:
    """Refuse columns of different lengths, and arrivals out of order."""
    if not len(arrivals) == len(handling) == len(patience):
        lengths = f"{len(arrivals)} arrivals, {len(handling)} handling, {len(patience)} patience"
        raise Mistake(f"every caller needs one of each, got {lengths}")
    backward = arrivals[1:] < arrivals[:-1]
    if backward.any():
        later = int(np.argmax(backward)) + 1
        detail = f"arrivals[{later}] is {arrivals[later]:g}, after {arrivals[later - 1]:g}"
        raise Mistake(f"arrivals must be sorted, earliest first: {detail} – sort the callers by arrival")


def as_count(name: str, given: int) -> int:
    """A whole number, 0 or more."""
    return whole(name, given, 0, MOST_AT_WORK)
