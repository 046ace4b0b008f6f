"""An ordinary week of calls, caller by caller: what so many people by the hour do, one stretch running into the next.

Closed forms take every hour as if it lasted for ever. Here a queue that the morning left is still there at noon, people who go
off duty end their calls, and what nobody answers waits outside closed lines until patience ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.service.queues import SERVED, serve_on_duty
from sim.service.staffing import draw_callers, draw_more, standard_error
from sim.service.turns import NOT_MADE, Duty, Gaps, serve_in_turn
from sim.staffing.habits import Habits
from sim.theory.erlang import TWENTY_SECONDS

CALLERS = 1_000_000
"""Callers of a simulation, about: as many weeks as they fill, within these."""
MOST_CALLS = 5
"""A caller makes so many calls at most; where callers may call again, so many times fewer callers are simulated."""
FEWEST_WEEKS, MOST_WEEKS = 30, 1000

Column = NDArray[np.float64]


class Calls(NamedTuple):
    """Calls by stretches of equal length, from Monday, 00:00, or of anything else that repeats.

    ``number`` (stretches): how many come on average; ``handling`` (stretches): minutes each takes; ``minutes`` of a stretch;
    ``patience``: mean minutes, infinite where nobody hangs up; ``habits``: how it is spread, and who calls again.
    """

    number: Column
    handling: Column
    minutes: float
    patience: float
    habits: Habits = Habits()


class Lived(NamedTuple):
    """What became of the calls of each stretch: float64 (weeks, stretches). A call belongs to the stretch in which it came.

    ``busy``: minutes that people spent with callers in that stretch; ``on_duty``: minutes that they were there.
    """

    calls: Column
    in_time: Column
    abandoned: Column
    wait: Column
    busy: Column
    on_duty: Column

    def figure(self, name: str, where: NDArray[np.bool_] | None = None) -> tuple[Column, Column]:
        """A figure of :class:`~sim.theory.erlang.QueueFigures` and its standard error: of each stretch, or of all of some.

        NaN where nobody called, or nobody was there.
        """
        above, below = self._parts(name)
        if where is not None:
            above, below = above[:, where].sum(axis=1, keepdims=True), below[:, where].sum(axis=1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = above.sum(axis=0) / below.sum(axis=0)
            error = standard_error(above - mean * below) / below.mean(axis=0)
        return mean, error

    def _parts(self, name: str) -> tuple[Column, Column]:
        if name == "occupancy":
            return self.busy, self.on_duty
        above = {"service_level": self.in_time, "abandonment": self.abandoned, "mean_wait": self.wait}[name]
        return above, self.calls


def live(
    calls: Calls,
    people: Sequence[int] | NDArray[np.int64],
    seed: int,
    within: float = TWENTY_SECONDS,
    callers: int = CALLERS,
) -> Lived:
    """Weeks of callers who meet ``people`` (stretches): the same callers whoever is there. Second calls are calls, too.

    Arrivals are Poisson within each stretch, handling exponential. The first week, which begins with an empty queue, is left out.
    """
    size, total = len(calls.number), float(calls.number.sum())
    many = callers // MOST_CALLS if calls.habits.call_again else callers
    weeks = int(np.clip(many / total, FEWEST_WEEKS, MOST_WEEKS))
    arrivals, handling, wait, outcome, stretch = _made(calls, people, weeks + 1, seed)
    served = outcome == SERVED

    def summed(values: Column) -> Column:
        found: Column = np.bincount(stretch, values, size * (weeks + 1)).astype(np.float64)
        return found.reshape(-1, size)[1:]

    start = (arrivals + wait)[served]
    busy = np.diff(_spent_before(start, start + handling[served], calls.minutes * np.arange(size * (weeks + 1) + 1.0)))
    every = np.broadcast_to(np.asarray(people, np.float64) * calls.minutes, (weeks, size))
    return Lived(
        summed(np.ones(len(wait))),
        summed((served & (wait <= within)).astype(np.float64)),
        summed((~served).astype(np.float64)),
        summed(np.where(np.isfinite(wait), wait, 0.0)),
        busy.reshape(-1, size)[1:],
        every,
    )


def _made(
    calls: Calls, people: Sequence[int] | NDArray[np.int64], weeks: int, seed: int
) -> tuple[Column, Column, Column, NDArray[np.int8], NDArray[np.int64]]:
    """Every call of so many weeks: when it came, how long it takes, wait, outcome, and the stretch in which it came."""
    arrivals, handling, patience, stretch = _callers(calls, weeks, seed)
    if not calls.habits.call_again:
        return arrivals, handling, *serve_on_duty(arrivals, handling, patience, people, calls.minutes), stretch
    each, hung_up, served = _second_calls(calls, len(arrivals), seed)
    taking = np.vstack([handling, each[0] * calls.handling[stretch % len(calls.number)]])
    patient = np.vstack([patience, each[1] * calls.patience])
    times, wait, outcome = serve_in_turn(
        arrivals, taking, patient, Duty(people, calls.minutes), again=Gaps(hung_up, served)
    )
    made = (outcome != NOT_MADE) & (times < weeks * len(calls.number) * calls.minutes)
    came = (times[made] // calls.minutes).astype(np.int64)
    return times[made], taking[made], wait[made], outcome[made], came


def _second_calls(calls: Calls, callers: int, seed: int) -> tuple[Column, Column, Column]:
    """Of every later call: handling and patience about 1, (2, calls, callers); and when it comes after the one before, if at all.

    Shape (calls, callers): after hanging up, and after being served; infinite for never.
    """
    habits, numbers = calls.habits, range(2, MOST_CALLS + 1)
    drawn = {what: np.array([draw_more(f"{what} {k}", callers, seed) for k in numbers]) for what in _OF_A_CALL}
    luck, gap = np.exp(-drawn["again"]), drawn["after"] * habits.redial_after
    last = np.full((1, callers), np.inf)
    hung_up, served = (
        np.vstack([np.where(luck < chance, gap, np.inf), last]) for chance in (habits.redial, habits.redial_served)
    )
    return np.array([drawn["handling"], habits.patience(drawn["patience"])]), hung_up, served


_OF_A_CALL = ("handling", "patience", "again", "after")


def _callers(calls: Calls, weeks: int, seed: int) -> tuple[Column, Column, Column, NDArray[np.int64]]:
    """Arrival, handling and patience of everybody in so many weeks, and the stretch in which they call.

    A stream of one call at a time is laid along the calls expected until then, so that other profiles meet the same people.
    """
    size, total = len(calls.number), float(calls.number.sum())
    many = int(total * weeks + 6 * np.sqrt(total * weeks) + 20)
    place, handling, patience = draw_callers((1.0, 1.0, calls.patience), many, seed)
    if calls.habits.law != "exponential" and np.isfinite(calls.patience):
        patience = calls.patience * calls.habits.patience(patience / calls.patience)
    expected = np.concatenate([[0.0], np.cumsum(np.tile(calls.number, weeks))])
    came = place < expected[-1]
    stretch = np.searchsorted(expected, place[came], "right") - 1
    part = (place[came] - expected[stretch]) / calls.number[stretch % size]
    arrivals = np.maximum.accumulate((stretch + part) * calls.minutes)
    return arrivals, handling[came] * calls.handling[stretch % size], patience[came], stretch


def _spent_before(starts: Column, ends: Column, moments: Column) -> Column:
    """The minutes that all have spent, from their starts until their ends, before each of the ``moments``."""
    spent = np.zeros(len(moments))
    for times, sign in ((starts, 1.0), (ends, -1.0)):
        ordered = np.sort(times)
        before = np.searchsorted(ordered, moments)
        spent += sign * (moments * before - np.concatenate([[0.0], np.cumsum(ordered)])[before])
    return spent
