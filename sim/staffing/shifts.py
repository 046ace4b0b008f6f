"""Shifts that cover the people needed at least cost: a small integer programme, solved by HiGHS through SciPy.

How many begin each shift on each day is a whole number; in every stretch those who are there must be as many as are needed, a
break counting for the part of the stretch that it leaves (breaks of a shift are taken in turns).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.data.call_table import DAYS, MINUTES_A_DAY, clock, day_named, minute_of
from sim.data.tables import Table, read_table
from sim.errors import Mistake

WEEK = 7 * MINUTES_A_DAY
LONG, BREAK = 6 * 60, 30
"""From shifts of so many minutes on there is a break of so many, in the middle, unless a file says otherwise."""
SECONDS = 3.0
"""After so many the solver gives the best that it has found."""
CLOSE = 0.001
"""The share of the cost by which a plan may miss the cheapest: it is not worth searching for."""
SHIFTS_A_WEEK = 5
_COLUMNS = ("name", "start", "hours", "break_after", "break_minutes", "days")
EVERY_DAY = tuple(range(7))


class Shift(NamedTuple):
    """A shift: the minute of the day it begins, its minutes with the break, and that break (minutes after the start, minutes)."""

    name: str
    start: int
    minutes: int
    pause: tuple[int, int] = (0, 0)
    days: tuple[int, ...] = EVERY_DAY

    def cover(self, day: int, minutes: int) -> NDArray[np.float64]:
        """Which part of each stretch of the week somebody is there who begins it on this day; Sunday's end is Monday's start."""
        there = np.zeros(WEEK)
        begin = day * MINUTES_A_DAY + self.start
        there[np.arange(begin, begin + self.minutes) % WEEK] = 1.0
        after, lasts = self.pause
        there[np.arange(begin + after, begin + after + lasts) % WEEK] = 0.0
        return there.reshape(-1, minutes).mean(axis=1)


@dataclass(frozen=True)
class ShiftPlan:
    """Who begins when: ``count`` (shifts, days), and of each stretch who is ``there`` and whether any shift ``reaches`` it.

    ``gap``: by what share of the cost a cheaper plan may yet exist; 0 where none does.
    """

    shifts: tuple[Shift, ...]
    count: NDArray[np.int64]
    there: NDArray[np.float64]
    reaches: NDArray[np.bool_]
    gap: float

    @property
    def hours(self) -> float:
        """Hours paid in the week, breaks included."""
        return float(sum(shift.minutes * self.count[k].sum() for k, shift in enumerate(self.shifts)) / 60)

    @property
    def heads(self) -> int:
        """People on the payroll when each works at most five shifts a week, and one a day."""
        return int(max(-(-self.count.sum() // SHIFTS_A_WEEK), self.count.sum(axis=0).max(initial=0)))


def covering(need: NDArray[np.int64], shifts: Sequence[Shift], minutes: int) -> ShiftPlan:
    """The cheapest shifts with which ``need`` (stretches of so many ``minutes``) are there, wherever any shift reaches.

    Raises :class:`Mistake` when no plan is found in time.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    begun = [(k, day) for k, shift in enumerate(shifts) for day in shift.days]
    covers = np.array([shifts[k].cover(day, minutes) for k, day in begun]).T
    reaches = np.asarray(covers.any(axis=1))
    rows = reaches & (need > 0)
    cost = np.array([shifts[k].minutes / 60 for k, _ in begun])
    found = milp(
        cost,
        constraints=LinearConstraint(csr_array(covers[rows]), lb=need[rows]),
        integrality=np.ones(len(cost)),
        bounds=Bounds(0, np.inf),
        options={"time_limit": SECONDS, "mip_rel_gap": CLOSE},
    )
    if found.x is None:
        raise Mistake(f"no shift plan was found in {SECONDS:g} seconds; allow fewer starts or lengths in --shifts")
    number = np.rint(found.x).astype(np.int64)
    count = np.zeros((len(shifts), 7), np.int64)
    for (k, day), many in zip(begun, number, strict=True):
        count[k, day] = many
    return ShiftPlan(tuple(shifts), count, covers @ number, reaches, float(found.mip_gap or 0.0))


# ---- which shifts there are


def shifts_from(written: str, open_now: NDArray[np.bool_], minutes: int) -> tuple[Shift, ...]:
    """Lengths such as ``8,6,4`` (hours; they begin on every hour while the lines are open), or the shifts in a file.

    Raises :class:`Mistake`.
    """
    if re.fullmatch(r"[\d., ]+", written):
        return tuple(_of_lengths(written, open_now, minutes))
    return tuple(_of_file(read_table(written, what="shifts"), written))


def _of_lengths(written: str, open_now: NDArray[np.bool_], minutes: int) -> Iterator[Shift]:
    """Shifts of these lengths on every full hour, as long as somebody is wanted from their start to their end."""
    day = np.asarray(open_now.reshape(7, -1).repeat(minutes, axis=1).any(axis=0))
    opened, closes = int(np.argmax(day)), MINUTES_A_DAY - int(np.argmax(day[::-1]))
    around = opened == 0 and closes == MINUTES_A_DAY
    for word in written.split(","):
        try:
            length = round(float(word) * 60)
        except ValueError:
            raise Mistake(f"--shifts {written}: '{word}' is no number of hours; write lengths such as 8,6,4") from None
        if not 60 <= length <= 24 * 60:
            raise Mistake(f"--shifts {written}: {word} hours are no shift; write lengths from 1 to 24 hours")
        latest = MINUTES_A_DAY - 60 if around else max(opened, closes - length)
        starts = {*range(opened, latest + 1, 60), latest}
        pause = ((length - BREAK) // 2 // 15 * 15, BREAK) if length >= LONG else (0, 0)
        for start in sorted(starts):
            yield Shift(f"{clock(start)}, {float(word):g} h", start, length, pause)


def _of_file(table: Table, named: str) -> Iterator[Shift]:
    """A shift for every row: start and hours, and as far as they are told name, break_after, break_minutes and days."""
    unknown = [name for name in table.columns if name not in _COLUMNS]
    missing = [name for name in ("start", "hours") if name not in table.columns]
    if unknown or missing:
        what = f"lacks the column {missing[0]}" if missing else f"has a column '{unknown[0]}'"
        raise Mistake(f"{named} {what}; shifts have start and hours, and may have {', '.join(_COLUMNS[3:])} and name")
    for row, line in enumerate(table.line):
        cell = {name: str(cells[row].as_py() or "").strip() for name, cells in table.columns.items()}
        yield _shift(cell, f"{named}, line {line}")


def _shift(cell: dict[str, str], place: str) -> Shift:
    start = minute_of(cell["start"])
    if start is None:
        raise Mistake(f"{place}: start is '{cell['start']}', no time of day such as 08:00")
    length = round(_number(cell["hours"], 0.25, 24, f"{place}: hours") * 60)
    lasts = round(_number(cell.get("break_minutes") or "0", 0, length, f"{place}: break_minutes"))
    after = round(_number(cell.get("break_after") or str((length - lasts) / 120), 0, 24, f"{place}: break_after") * 60)
    if after + lasts > length:
        raise Mistake(f"{place}: the break ends after the shift; let it begin sooner, or leave break_after out")
    name = cell.get("name") or f"{clock(start)}, {length / 60:g} h"
    return Shift(name, start, length, (after, lasts), _days(cell.get("days", ""), place))


def _number(cell: str, low: float, high: float, what: str) -> float:
    try:
        found = float(cell)
    except ValueError:
        found = np.nan
    if not low <= found <= high:
        raise Mistake(f"{what} is '{cell}', but must be a number between {low:g} and {high:g}")
    return found


def _days(written: str, place: str) -> tuple[int, ...]:
    """``Mon-Fri``, ``Sat Sun``, or nothing for every day."""
    if not written:
        return EVERY_DAY
    found: list[int] = []
    for words in re.split(r"[ ,;+]+", written):
        ends = [day_named(word) for word in re.split("[-–]", words)]
        if None in ends or len(ends) > 2:
            raise Mistake(
                f"{place}: days is '{written}'; write such as Mon-Fri or Sat Sun, or leave it empty for {DAYS[0]} to {DAYS[6]}"
            )
        first, last = int(ends[0] or 0), int(ends[-1] or 0)
        found += [(first + k) % 7 for k in range((last - first) % 7 + 1)]
    return tuple(sorted(set(found)))
