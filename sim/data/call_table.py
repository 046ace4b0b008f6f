"""Tables of calls by hour and weekday, as planners keep them: long or wide, hours or parts of an hour, weekdays or dates.

What is read is an ordinary week. Of several weeks, known by their dates, it is the mean of each weekday. Where a table has no
row, or an empty cell, the lines are closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from math import gcd
from typing import Any, NamedTuple

import numpy as np
import pyarrow as arrow

from sim.data.customer_text import shortened
from sim.data.habits import cells_of
from sim.data.recognising import TOTALS
from sim.data.tables import Table, read_table
from sim.errors import Mistake

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MINUTES_A_DAY, SHORTEST = 1440, 15
"""Minutes of a day, and of the shortest part of an hour that is read."""
_OWN_WORDS = ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag")
_ROLES = {
    "day": "day weekday dow date wochentag tag datum",
    "hour": "hour time datetime from start begin interval stunde uhrzeit zeit von timestamp",
    "calls": "calls call offered volume contacts arrivals anrufe count",
    "handling": "aht handling handle duration bearbeitung bearbeitungszeit",
    "people": "people agents representatives staff leute",
}
"""By which words in its name a column is known."""
_UNITS = {1 / 60: "s sec secs second seconds sek sekunden", 1.0: "m min mins minute minutes minuten"}
_CLOCK = re.compile(
    r"(?:.*\d[T ])?(\d{1,2})(?:[:.h](\d{2}))?(?::\d{2})?(?:\.0+)? ?(am|pm|uhr)?(?: ?(?:[-–]|to|bis).*)?", re.I
)
"""08:00, 8, 8.30, 8h30, 8 am, 08:00-08:30, and the end of a date with its time."""


@dataclass(frozen=True)
class WeekTable:
    """An ordinary week from Monday, 00:00, in stretches of so many ``minutes``.

    ``calls``, ``handling`` (minutes a call) and ``people``: float64 (stretches), NaN where the table says nothing; the last two
    None where it has no such column. ``said``: how it was read, in words.
    """

    minutes: int
    calls: np.ndarray
    handling: np.ndarray | None
    people: np.ndarray | None
    said: tuple[str, ...]

    @property
    def open(self) -> np.ndarray:
        """Bool (stretches): when the lines are open."""
        return ~np.isnan(self.calls)

    def name(self, stretch: int) -> str:
        """A stretch in words: ``Monday 08:00``."""
        return stretch_name(stretch, self.minutes)


def stretch_name(stretch: int, minutes: int) -> str:
    """The stretch of a week, of so many minutes each, in words: ``Monday 08:00``."""
    day, minute = divmod(stretch * minutes, MINUTES_A_DAY)
    return f"{DAYS[day % 7]} {clock(minute)}"


def clock(minute: int) -> str:
    """A minute of the day as a clock shows it; midnight at its end is 24:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def day_named(word: str) -> int | None:
    """The weekday (0 is Monday) that a word of two letters or more begins, in English or German; None for another word."""
    begun = word.strip().lower().removesuffix(".")
    if len(begun) < 2:
        return None
    names = zip(DAYS, _OWN_WORDS, strict=True)
    return next((day for day, both in enumerate(names) if any(name.lower().startswith(begun) for name in both)), None)


def minute_of(word: str) -> int | None:
    """The minute of the day that a time of day means, as it is written in one of many ways; None for what is none."""
    found = _CLOCK.fullmatch(word.strip())
    if not found:
        return None
    hour, half = int(found[1]), (found[3] or "").lower()
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    minute = 60 * hour + int(found[2] or 0)
    return minute if minute < MINUTES_A_DAY and int(found[2] or 0) < 60 else None


class _Row(NamedTuple):
    """What is told of a stretch: the line it stands in, its day (a weekday's number, or a date), and its minute of the day."""

    line: int
    day: int | date
    minute: int
    told: dict[str, float]


def read_week(named: str, wanted: str = "calls") -> WeekTable:
    """The ordinary week in a file (CSV of any habit, Excel, Parquet, DuckDB), in which there must be the ``wanted`` column.

    Raises :class:`Mistake`.
    """
    table = read_table(named, what="tables of calls", hours=True)
    if table.aside:
        row = table.aside[0]
        raise Mistake(f"{named}, line {row.line}: {row.reason}; mend the row")
    return _Reading(named, table, wanted).week()


class _Reading:
    """A file of calls while it is read."""

    def __init__(self, named: str, table: Table, wanted: str) -> None:
        self.named, self.table, self.wanted, self.said = named, table, wanted, [table.habit]
        self.role = self._roles()
        self._leave_out_totals()

    def week(self) -> WeekTable:
        """The week, checked."""
        rows = [row for row in self._rows() if not np.isnan(row.told[self.wanted])]
        if not any(row.told[self.wanted] for row in rows):
            raise Mistake(f"{self.named}: {self.wanted} are nothing in every row; fill in that column")
        self._refuse_repeated(rows)
        minutes = gcd(60, *(row.minute for row in rows))
        if minutes < SHORTEST:
            raise Mistake(
                f"{self.named}: rows begin every {minutes} minutes; put them together to hours, halves or quarters"
            )
        if minutes < 60:
            self.said.append(f"stretches of {minutes} minutes")
        dates = [row.day for row in rows if isinstance(row.day, date)]
        if dates:
            self.said.append(f"means of {len(set(dates))} days, {min(dates)} to {max(dates)}")
        means = {name: self._means(rows, name, minutes) for name in ("calls", "handling", "people")}
        known = {name: None if np.isnan(mean).all() else mean for name, mean in means.items()}
        return WeekTable(minutes, means["calls"], known["handling"], known["people"], tuple(self.said))

    def _means(self, rows: list[_Row], name: str, minutes: int) -> np.ndarray:
        """The mean of each stretch over its days; of handling, over its calls."""
        size = 7 * MINUTES_A_DAY // minutes
        total, weight = np.zeros(size), np.zeros(size)
        for row in rows:
            day = row.day.weekday() if isinstance(row.day, date) else row.day
            value, weighs = row.told[name], row.told["calls"] if name == "handling" else 1.0
            if not np.isnan(value):
                total[(day * MINUTES_A_DAY + row.minute) // minutes] += value * weighs
                weight[(day * MINUTES_A_DAY + row.minute) // minutes] += weighs
        return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)

    def _refuse_repeated(self, rows: list[_Row]) -> None:
        seen: dict[tuple[Any, int], int] = {}
        for row in rows:
            twin = seen.setdefault((row.day, row.minute), row.line)
            if twin != row.line:
                raise Mistake(
                    f"{self.named}, line {row.line}: {clock(row.minute)} of the same day stands in line {twin} already; keep "
                    "one of them, or give every row its date"
                )

    def _leave_out_totals(self) -> None:
        """Leave out rows that are sums of others, as sheets have them at their foot."""
        times = [self._words(self.role[name]) for name in ("day", "hour") if name in self.role]
        kept = np.array([not any(map(TOTALS.fullmatch, row)) for row in zip(*times, strict=True)], bool)
        if times and not kept.all():
            self.said.append(f"line {', '.join(map(str, self.table.line[~kept]))} is a total, and left out")
            columns = {name: cells.filter(arrow.array(kept)) for name, cells in self.table.columns.items()}
            self.table = replace(self.table, columns=columns, line=self.table.line[kept])

    # ---- which column is what

    def _roles(self) -> dict[str, str]:
        """Role → name of its column. Raises :class:`Mistake` where two could be the same."""
        found: dict[str, str] = {}
        for name in self.table.columns:
            words = set(re.sub(r"[^a-zäöü]+", " ", name.lower()).split())
            roles = [role for role, known in _ROLES.items() if words & set(known.split())]
            role = "handling" if "handling" in roles else roles[0] if roles else None
            if role is None or minute_of(name) is not None:
                continue
            if role in found:
                raise Mistake(
                    f"{self.named}: '{found[role]}' and '{name}' could both be the {role}; leave one of them out"
                )
            found[role] = name
        return found

    def _rows(self) -> Iterator[_Row]:
        """All stretches, whichever way the table lies."""
        days = {
            name: day for name in self.table.columns if (day := day_named(name)) is not None and name not in self._taken
        }
        hours = {name: at for name in self.table.columns if (at := minute_of(name)) is not None}
        if self.wanted in self.role:
            yield from self._long()
        elif "hour" in self.role and len(days) > 1:
            self.said.append("a column for each day")
            yield from self._wide(days, None)
        elif "day" in self.role and len(hours) > 1:
            self.said.append("a column for each time of day")
            yield from self._wide(None, hours)
        else:
            names = ", ".join(list(self.table.columns)[:12])
            raise Mistake(
                f"{self.named} has the columns {names}, and none is known as the {self.wanted}; name them weekday, hour and "
                f"{self.wanted}, or write a row for each hour and a column for each day"
            )

    @property
    def _taken(self) -> set[str]:
        return set(self.role.values())

    def _long(self) -> Iterator[_Row]:
        told = {name: self._numbers(self.role[name]) for name in ("calls", "handling", "people") if name in self.role}
        if "handling" in told:
            told["handling"] = told["handling"] * self._unit(self.role["handling"])
        minutes = self._minutes()
        for place, (line, days) in enumerate(zip(self.table.line, self._days(), strict=True)):
            values = {
                name: float(told[name][place]) if name in told else np.nan for name in ("calls", "handling", "people")
            }
            for day in days:
                yield _Row(int(line), day, minutes[place], values)

    def _wide(self, days: dict[str, int] | None, hours: dict[str, int] | None) -> Iterator[_Row]:
        cells = {name: self._numbers(name) for name in days or hours or ()}
        minutes, own = (self._minutes() if days else []), ([] if days else list(self._days()))
        for place, line in enumerate(self.table.line):
            for name, values in cells.items():
                told = dict.fromkeys(("calls", "handling", "people"), np.nan) | {self.wanted: float(values[place])}
                for day in [days[name]] if days else own[place]:
                    yield _Row(int(line), day, hours[name] if hours else minutes[place], told)

    # ---- cells

    def _numbers(self, name: str) -> np.ndarray:
        """A column of numbers that are 0 or more, NaN where a cell is empty. Raises :class:`Mistake`."""
        try:
            cells = cells_of(self.table.columns[name], mark="," if self.table.semicolons else ".")
        except Mistake as found:
            raise Mistake(f"{self.named}: the column '{name}' {found}") from None
        if cells.kind == "empty":
            return np.full(len(self.table.line), np.nan)
        if cells.kind == "number":
            wrong = cells.bad | (np.nan_to_num(cells.values) < 0)
        else:  # more words than numbers
            wrong = ~cells.missing & [re.fullmatch(r"[\d.,]+", word) is None for word in self._words(name)]
        if wrong.any():
            place = int(np.argmax(wrong))
            cell = shortened(str(self.table.columns[name][place].as_py()))
            raise Mistake(
                f"{self.named}, line {self.table.line[place]}: {name} is '{cell}', but must be a number, 0 or more"
            )
        return np.asarray(cells.values, np.float64)

    def _unit(self, name: str) -> float:
        words = re.sub(r"[^a-z]+", " ", name.lower()).split()
        for factor, known in _UNITS.items():
            if set(words) & set(known.split()):
                return factor
        raise Mistake(
            f"{self.named}: '{name}' does not say whether it is seconds or minutes; name it {name}_s or {name}_min"
        )

    def _words(self, name: str) -> list[str]:
        return ["" if cell is None else str(cell).strip() for cell in self.table.columns[name].to_pylist()]

    def _minutes(self) -> list[int]:
        """The minute of the day of every row. Raises :class:`Mistake`."""
        if "hour" not in self.role and "day" in self.role:  # a date with its time
            name = self.role["day"]
        elif "hour" in self.role:
            name = self.role["hour"]
        else:
            raise Mistake(f"{self.named} has no column of hours; name it hour")
        found = [minute_of(word) for word in self._words(name)]
        if None in found:
            place = found.index(None)
            cell = shortened(self._words(name)[place])
            raise Mistake(
                f"{self.named}, line {self.table.line[place]}: {name} is '{cell}', no time of day such as 08:00"
            )
        return [minute for minute in found if minute is not None]

    def _days(self) -> Iterator[tuple[int | date, ...]]:
        """The day of every row; where none is told, all seven. Raises :class:`Mistake`."""
        name = self.role.get("day") or self._dated_hour()
        if name is None:
            self.said.append("no day told: taken for every day of the week")
            yield from ((*range(7),) for _ in self.table.line)
            return
        cells = cells_of(self.table.columns[name])
        if cells.kind == "date" and not cells.open and not cells.bad.any() and not cells.missing.any():
            yield from ((day,) for day in cells.values.astype(object))
            return
        if cells.open:
            raise Mistake(
                f"{self.named}: of '{cells.examples[0]}' in {name} it cannot be told which is the day; write 2024-12-31"
            )
        yield from ((day,) for day in self._weekdays(name))

    def _dated_hour(self) -> str | None:
        """The column of times, where its times have dates."""
        name = self.role.get("hour")
        return name if name is not None and cells_of(self.table.columns[name]).kind == "date" else None

    def _weekdays(self, name: str) -> list[int]:
        words = [word.removesuffix(".0") for word in self._words(name)]
        numbers = {int(word) for word in words if word.isdigit()}
        first = 0 if 0 in numbers else 1
        found = [int(word) - first if word.isdigit() else day_named(word) for word in words]
        for place, day in enumerate(found):
            if day is None or not 0 <= day < 7:
                line, cell = self.table.line[place], shortened(words[place])
                raise Mistake(
                    f"{self.named}, line {line}: {name} is '{cell}', no day such as Monday, Mon or 0 for Monday"
                )
        if numbers:
            self.said.append(f"{first} is Monday")
        return [day for day in found if day is not None]
