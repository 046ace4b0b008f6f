"""What each column becomes: a trait or starting state in its unit, the segment, the label of who has left, kept only, or
left out.

A column's name, or its values, may make a proposal. Where neither says in which unit a number is, it is asked and never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sim.data.habits import Cells
from sim.data.labelling import labelled, segmented
from sim.data.parts import KEEP, LEFT, OUT, SEGMENT, Asking, Part
from sim.data.proposing import NO_RATE
from sim.data.recognising import WEEKS, period_in, says
from sim.errors import Mistake
from sim.model.parameters import converted

MOST_MISSING = 1 / 3
"""The share of a column that may be missing before it is asked whether to draw it."""
_SCALES = {
    "0 to 1": (0.0, 1.0),
    "1 to 5": (1.0, 5.0),
    "0 to 5": (0.0, 5.0),
    "0 to 10": (0.0, 10.0),
    "1 to 10": (1.0, 10.0),
    "0 to 100": (0.0, 100.0),
}


def become(asking: Asking, roles: Mapping[str, str]) -> list[Part]:
    """Every column with what it becomes. Raises :class:`Mistake` where an answer does not fit the column."""
    parts = [_part(asking, name, role, roles) for name, role in roles.items()]
    return [_with_warnings(asking, part) for part in parts]


def _part(asking: Asking, name: str, role: str, roles: Mapping[str, str]) -> Part:
    cells = asking.source.cells[name]
    plain = Part(name, role, cells)
    if role in (KEEP, OUT):
        return plain
    if role == LEFT:
        return labelled(asking, plain)
    if role == SEGMENT:
        return segmented(asking, plain)
    if role not in asking.targets:
        raise Mistake(
            f"answers, columns.{name}.becomes: there is no '{role}' to become; there are "
            f"{', '.join([*asking.targets, SEGMENT, LEFT, KEEP, OUT])}"
        )
    if cells.kind == "text" or cells.kind == "empty":
        raise Mistake(
            f"answers, columns.{name}.becomes: '{name}' holds words, and {role} is a number; keep it, or make it the segment"
        )
    ends = role == "contract_weeks_left" and cells.kind == "date"  # where none is a contract without end, or none
    if not ends and cells.missing.mean() >= MOST_MISSING and _left_missing(asking, name, role, cells):
        return replace(plain, becomes=KEEP, why=f"{cells.missing.mean():.0%} missing")
    return _TRAITS.get(role, _plain_trait)(asking, plain, roles)


def _left_missing(asking: Asking, name: str, role: str, cells: Cells) -> bool:
    words = (
        f"{cells.missing.mean():.0%} of its cells are missing, too many to draw {role} for unasked; draw it for "
        f"them like that of the others, "
        "or keep the column only?"
    )
    return asking.question(name, "missing", words, choices=("draw", "keep only"), fallback="keep only") == "keep only"


def _tenure(asking: Asking, part: Part, roles: Mapping[str, str]) -> Part:
    cells = part.cells
    if cells.kind == "date":
        if asking.as_of is None:
            return part
        weeks = _weeks_between(cells.values, asking.as_of)
        return replace(part, values=weeks, written=weeks, told=f"weeks until {asking.as_of}")
    return _timed(asking, part, roles, "how long somebody has been a customer: in days, weeks, months or years?")


def _weeks_between(begin: np.ndarray, end: np.ndarray | np.datetime64) -> np.ndarray:
    """Whole weeks, the nearest number, NaN where one of the two days is missing."""
    days = np.where(np.isnat(begin) | np.isnat(end), 0, (end - begin).astype("timedelta64[D]").astype(np.int64))
    return np.where(np.isnat(begin) | np.isnat(end), np.nan, np.rint(days / 7))


def _timed(asking: Asking, part: Part, roles: Mapping[str, str], words: str) -> Part:
    name = part.column
    told = period_in(name) if not name.startswith("weeks_since") else "week"
    told, hint = (told, "its name says so") if told else _period_by_product(asking, name, roles)
    proposal = f"{told}s" if told and told != "quarter" else None
    unit = str(
        asking.question(
            name, "unit", words, proposal, hint=hint, choices=("days", "weeks", "months", "years"), fallback="weeks"
        )
    )
    values = np.rint(converted(1.0, unit.removesuffix("s"), "week") * part.cells.values)
    if unit == "weeks":  # which a scenario takes as they are, and they must be whole
        broken = bool((np.abs(values - part.cells.values) > 1e-9).any())
        return replace(part, values=values, written=values if broken else None, unit=unit, told=unit)
    return replace(part, values=values, unit=unit, told=unit)


def _period_by_product(asking: Asking, name: str, roles: Mapping[str, str]) -> tuple[str | None, str]:
    """The period of a number that, times the price of a period, gives a total that the file holds as well."""
    cells = asking.source.cells
    for price in (each for each in roles if roles[each] == "spend" and period_in(each)):
        for total in (each for each in cells if cells[each].kind == "number" and says(each, *NO_RATE)):
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = cells[name].values * cells[price].values / cells[total].values
            if len(ratio := ratio[np.isfinite(ratio)]) > 10 and np.mean(np.abs(ratio - 1) < 0.02) > 0.8:
                return period_in(price), f"times {price} it is {total}"
    return None, ""


def _spend(asking: Asking, part: Part, roles: Mapping[str, str]) -> Part:
    name = part.column
    told = period_in(name)
    hint = "its name says so"
    choices = tuple(period for period in WEEKS if period != "day")
    period = str(
        asking.question(
            name, "period", "is this what a customer pays in a week, a month, a quarter or a year?",
            told if told in choices else None, hint=hint,
            choices=choices, fallback="week",
        )
    )  # fmt: skip
    factor = float(f"{1 / WEEKS[period]:.10g}")
    own = "currency per week" if factor == 1 and told else ""  # for the column's name alone would say otherwise
    return replace(part, values=part.cells.values * factor, multiply=factor, unit=own, told=f"money a {period}")


def _satisfaction(asking: Asking, part: Part, roles: Mapping[str, str]) -> Part:
    told, hint = _scale(part.column, part.cells)
    scale = str(
        asking.question(
            part.column,
            "scale",
            "from which number to which does its scale go?",
            told,
            hint=hint,
            choices=tuple(_SCALES),
            fallback="0 to 10",
        )
    )
    low, high = _SCALES[scale]
    multiply, add = float(f"{1 / (high - low):.10g}"), float(f"{-low / (high - low):.10g}")
    warnings = (
        ("whether somebody would recommend is taken for how content they are",) if says(part.column, "nps") else ()
    )
    return replace(
        part,
        values=part.cells.values * multiply + add,
        multiply=multiply,
        add=add,
        told=f"a scale from {scale}",
        warnings=warnings,
    )


def _scale(name: str, cells: Cells) -> tuple[str | None, str]:
    named = re.search(r"(\d+)\D{1,4}(\d+)\D*$", name)
    if cells.percent:
        return "0 to 100", "its cells are percentages"
    if named and f"{named[1]} to {named[2]}" in _SCALES:
        return f"{named[1]} to {named[2]}", "its name says so"
    if says(name, "nps"):
        return "0 to 10", "NPS is asked so"
    values = cells.values[~cells.missing & np.isfinite(cells.values)]
    low, high = (values.min(), values.max()) if len(values) else (0.0, 0.0)
    if len(values) and low >= 0 and high <= 1:
        high = 1.0
    fitting = {5.0: "1 to 5" if low >= 1 else "0 to 5", 10.0: "1 to 10" if low >= 1 else "0 to 10", 100.0: "0 to 100"}
    scale = "0 to 1" if high == 1 else fitting.get(high)
    return scale, f"its numbers lie between {low:g} and {high:g}" if scale else ""


def _failures(asking: Asking, part: Part, roles: Mapping[str, str]) -> Part:
    """Counts of what went wrong, drawn together towards the mean as far as they differ by luck (Poisson within, gamma
    between people)."""
    counts = part.cells.values[~part.cells.missing & np.isfinite(part.cells.values)]
    mean, variance = (counts.mean(), counts.var(ddof=1)) if len(counts) > 1 else (0.0, 0.0)
    if (counts < 0).any() or mean <= 0:
        return replace(part, becomes=KEEP, why="no counts" if mean else "nobody has any")
    if variance <= mean:
        return replace(
            part,
            becomes=KEEP,
            why="the counts differ no more than luck has it, so that nobody is known to meet with more",
        )
    shape = mean**2 / (variance - mean)
    multiply, add = float(f"{1 / (shape + mean):.10g}"), float(f"{shape / (shape + mean):.10g}")
    told = f"against the mean of {mean:.3g}, {add:.0%} of the way towards it, as counts are luck too"
    return replace(part, values=part.cells.values * multiply + add, multiply=multiply, add=add, told=told)


def _contract(asking: Asking, part: Part, roles: Mapping[str, str]) -> Part:
    if part.cells.kind == "date":
        if asking.as_of is None:
            return part
        begin = np.full(len(part.cells.values), asking.as_of)
        weeks = np.nan_to_num(np.fmax(_weeks_between(begin, part.cells.values), 0))
        unbound = (
            (f"{part.cells.missing.sum():,} without a day are taken to be bound by none",)
            if part.cells.missing.any()
            else ()
        )
        cells = replace(part.cells, missing=np.zeros(len(weeks), bool))
        return replace(
            part, cells=cells, values=weeks, written=weeks, told=f"weeks from {asking.as_of}", warnings=unbound
        )
    return _timed(asking, part, roles, "how long the contract goes on: in days, weeks, months or years?")


def _plain_trait(asking: Asking, part: Part, roles: Mapping[str, str]) -> Part:
    if part.cells.kind == "date":
        raise Mistake(
            f"answers, columns.{part.column}.becomes: '{part.column}' holds dates, which become tenure or "
            f"contract_weeks_left only"
        )
    target = asking.targets[part.becomes]
    if target.unit == "minutes":
        words = "in seconds, minutes or hours?"
        told = next((unit for unit in ("seconds", "minutes", "hours") if says(part.column, unit, unit[:-1])), None)
        unit = str(
            asking.question(
                part.column,
                "unit",
                words,
                told,
                hint="its name says so",
                choices=("seconds", "minutes", "hours"),
                fallback="minutes",
            )
        )
        return replace(
            part, values=part.cells.values * converted(1.0, unit.removesuffix("s"), "minute"), unit=unit, told=unit
        )
    factor = 0.01 if part.cells.percent else 1.0
    return replace(part, values=part.cells.values * factor, multiply=factor, told=target.unit)


_TRAITS = {
    "tenure": _tenure, "spend": _spend, "satisfaction": _satisfaction, "failure_exposure": _failures,
    "contract_weeks_left": _contract,
}  # fmt: skip


# ---- what is odd


def _with_warnings(asking: Asking, part: Part) -> Part:
    found = list(part.warnings)
    missing, bad = int(part.cells.missing.sum()), int(part.cells.bad.sum())
    if missing and part.is_trait:
        found.append(f"{missing:,} missing ({part.cells.missing.mean():.0%}): drawn for them")
    if bad and part.becomes == KEEP:
        found.append(f"{bad:,} cells are no {part.cells.kind}s and are left empty")
    if part.values is not None:
        found += _odd(part, part.values[np.isfinite(part.values)])
    return replace(part, warnings=tuple(found))


def _odd(part: Part, values: np.ndarray) -> list[str]:
    if not len(values):
        return []
    found = ["it is the same for everybody"] if len(values) > 1 and values.min() == values.max() else []
    if part.becomes == "tenure" and np.median(values) > 30 * 52:
        found.append(f"half are customers for more than {np.median(values) / 52.18:.0f} years: is the unit right?")
    if part.becomes == "spend" and values.mean() > 0 and values.max() > 50 * values.mean():
        found.append(f"the largest is {values.max() / values.mean():.0f} times the mean")
    return found
