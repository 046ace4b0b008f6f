"""A staffing plan as people read it: a grid of the week, a day hour by hour, its shifts, sentences, a table for a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.data.call_table import DAYS, MINUTES_A_DAY, clock
from sim.report.amounts import counted, listed, number
from sim.report.charts import Axis, Cells, Chart, Grid
from sim.report.words import customers_told, money_told
from sim.staffing.day import Lived
from sim.staffing.habits import Habits
from sim.staffing.need import Need
from sim.staffing.plan import Plan

if TYPE_CHECKING:
    from sim.runs.comparison import Comparison

FIGURES = ("service_level", "abandonment", "mean_wait", "occupancy")
CLOSED, NOTHING = "·", "–"
MOST_LABELLED = 200
"""Cells of a map up to which each has its number."""
MOST_NAMED = 6
"""Hours that a sentence names before it counts the others."""


def percent(share: float, decimals: int = 0) -> str:
    """A share as a percentage; a dash where there is none."""
    return NOTHING if np.isnan(share) else f"{share * 100:.{decimals}f} %"


def figures_of(plan: Plan) -> dict[str, np.ndarray]:
    """What the lived week says of each stretch, by name."""
    return {name: plan.lived.figure(name)[0] for name in FIGURES}


def need_rows(found: Sequence[Need], wage: float | None) -> tuple[list[str], list[list[str]]]:
    """The people that one queue needs, by each way: columns and rows."""
    away, paid = any(each.scheduled != each.people for each in found), wage is not None
    columns = ["", "people", *(["scheduled"] if away else []), *(["cost an hour"] if paid else [])]
    every = []
    for each in found:
        row = [each.way, number(each.people), *([number(each.scheduled)] if away else [])]
        row += [number(each.scheduled * (wage or 0))] if paid else []
        figures = (percent(each.service_level, 1), percent(each.abandonment, 1), f"{each.mean_wait * 60:.1f}")
        every.append([*row, *figures, percent(each.occupancy, 1)])
    return [*columns, "answered\nin time", "hang up", "wait s", "occupied"], every


# ---- a grid of the week


def grid(plan: Plan, cells: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Cells of stretches laid out: a column for each day on which the lines are open, a row for each time of day."""
    shape = (7, MINUTES_A_DAY // plan.table.minutes)
    busy = plan.table.open.reshape(shape)
    days, times = np.flatnonzero(busy.any(axis=1)), np.flatnonzero(busy.any(axis=0))
    laid = np.array(cells, object).reshape(shape)
    rows = [
        [clock(int(t) * plan.table.minutes), *(laid[d, t] if busy[d, t] else CLOSED for d in days)]
        for t in range(times[0], times[-1] + 1)
    ]
    return ["", *(DAYS[d][:3] for d in days)], rows


def grids(plan: Plan) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """The grids of an answer: title, columns, rows."""
    yield "People needed at the same time", *grid(plan, [f"{n}" for n in plan.needed])
    if (plan.scheduled != plan.needed).any():
        what = "People on shift" if plan.shifts else "People to be scheduled, with those on leave, ill or in training"
        yield what, *grid(plan, [f"{n}" for n in plan.scheduled])
    level = figures_of(plan)["service_level"]
    title = f"Answered within {plan.within * 60:g} s, % of all calls, as the week is lived"
    yield title, *grid(plan, [NOTHING if np.isnan(x) else f"{x * 100:.0f}" for x in level])


# ---- stretch by stretch


def header(plan: Plan) -> list[str]:
    """The columns of :func:`rows`."""
    return [
        "weekday",
        "from",
        "calls",
        "mean_handling_s",
        "load",
        *_formulas(plan),
        "needed",
        "scheduled",
        "people",
        *FIGURES,
    ]


def rows(plan: Plan) -> list[dict[str, Any]]:
    """Every open stretch: calls, load, people by each way, and what the lived week says; shares, minutes."""
    found, table = figures_of(plan), plan.table
    every = []
    for k in np.flatnonzero(table.open):
        day, minute = divmod(int(k) * table.minutes, MINUTES_A_DAY)
        every.append(
            {
                "weekday": DAYS[day], "from": clock(minute), "calls": float(plan.calls.number[k]),
                "mean_handling_s": round(float(plan.calls.handling[k]) * 60, 3),
                "load": round(float(plan.calls.number[k] * plan.calls.handling[k] / plan.calls.minutes), 3),
                **{name: int(people[k]) for name, people in zip(_formulas(plan), plan.formula.values(), strict=True)},
                "needed": int(plan.needed[k]), "scheduled": int(plan.scheduled[k]), "people": int(plan.present[k]),
                **{name: _known(values[k]) for name, values in found.items()},
            }
        )  # fmt: skip
    return every


def _formulas(plan: Plan) -> list[str]:
    return [name.lower().replace(" ", "_") for name in plan.formula]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 5)


def csv_of(plan: Plan) -> str:
    """The plan as a table for a file: :func:`rows`."""
    text = io.StringIO()
    writer = csv.DictWriter(text, header(plan), lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: "" if v is None else v for k, v in row.items()} for row in rows(plan))
    return text.getvalue()


def hardest_day(plan: Plan) -> tuple[str, list[str], list[list[str]]]:
    """The day of the worst hour, stretch by stretch: title, columns, rows."""
    day = DAYS[plan.worst * plan.table.minutes // MINUTES_A_DAY]
    columns = [
        "",
        "calls",
        "load",
        *plan.formula,
        "needed",
        "there",
        "answered\nin time",
        "hang up",
        "wait s",
        "occupied",
    ]
    told = [
        [
            row["from"], number(row["calls"]), f"{row['load']:.1f}", *(str(row[name]) for name in _formulas(plan)),
            str(row["needed"]), str(row["people"]), *(percent(_or_nan(row[name])) for name in ("service_level", "abandonment")),
            NOTHING if row["mean_wait"] is None else f"{row['mean_wait'] * 60:.0f}", percent(_or_nan(row["occupancy"])),
        ]
        for row in rows(plan)
        if row["weekday"] == day
    ]  # fmt: skip
    return f"{day}, the day of the worst hour", columns, told


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value


def shift_rows(plan: Plan) -> tuple[list[str], list[list[str]]]:
    """The shifts that somebody works: columns, and how many begin each on every day."""
    if plan.shifts is None:
        return [], []
    used = [k for k in range(len(plan.shifts.shifts)) if plan.shifts.count[k].any()]
    every = []
    for k in used:
        shift, count = plan.shifts.shifts[k], plan.shifts.count[k]
        begins = f"{clock(shift.start)}–{clock((shift.start + shift.minutes - 1) % MINUTES_A_DAY + 1)}"
        rest = (
            f"{shift.pause[1]} min at {clock((shift.start + shift.pause[0]) % MINUTES_A_DAY)}"
            if shift.pause[1]
            else "none"
        )
        every.append([shift.name, begins, rest, *(str(n) if n else CLOSED for n in count), str(count.sum())])
    return ["", "", "break", *(day[:3] for day in DAYS), "week"], every


# ---- sentences


def sentences(plan: Plan, wage: float | None) -> list[str]:
    """What the plan does, in words: the answer first, then what is amiss."""
    targets = " and ".join(map(str, plan.targets))
    most = int(np.argmax(plan.needed))
    people, hours = counted(int(plan.needed[most]), "person", "people"), plan.needed.sum() * plan.table.minutes / 60
    said = [
        f"{targets} takes {people} at the busiest hour, {plan.table.name(most)}, and {number(hours)} hours of work in a week of "
        f"{number(plan.calls.number.sum())} calls.",
        f"The week as it is lived: {_week(plan, plan.lived)}. Worst hour: {plan.table.name(plan.worst)}, {_hour(plan)}.",
        f"With one person less in every hour: {_week(plan, plan.one_less)}.",
        _paid(plan, wage),
        as_exponential(plan.calls.habits),
        *_amiss(plan),
    ]
    return [words for words in said if words]


def as_exponential(habits: Habits) -> str:
    """That the formula takes patience as exponential, where it is not; else nothing."""
    if habits.law == "exponential":
        return ""
    return (
        f"Erlang A takes patience as exponential about the same mean; only what is simulated has the {habits.law} law."
    )


def _week(plan: Plan, lived: Lived) -> str:
    open_now = plan.table.open
    level, hang, wait = (float(lived.figure(name, open_now)[0][0]) for name in FIGURES[:3])
    words = f"{percent(level)} answered within {plan.within * 60:g} s, mean wait {wait * 60:.0f} s"
    if plan.calls.habits.call_again:
        words += f", {number(round(lived.calls.sum(axis=1).mean()))} calls with second ones"
    if not np.isfinite(plan.calls.patience):
        return f"{words}, if nobody ever hangs up"
    return f"{words}, {percent(hang, 1)} hang up"


def _hour(plan: Plan) -> str:
    mean, error = plan.lived.figure("service_level")
    return f"{percent(mean[plan.worst])} answered in time (± {2 * error[plan.worst] * 100:.0f})"


def _paid(plan: Plan, wage: float | None) -> str:
    money = f" at {wage:g} an hour, {number(plan.staffed_hours * wage)} a week" if wage else ""
    if plan.shifts is None:
        return f"Paid: {number(plan.staffed_hours)} hours a week{money}."
    near = f" No plan of these shifts costs {percent(plan.shifts.gap, 1)} less." if plan.shifts.gap > 5e-4 else ""
    return (
        f"Paid: {number(plan.staffed_hours)} hours a week in {number(plan.shifts.count.sum())} shifts{money}; at five shifts a "
        f"week each, {counted(plan.shifts.heads, 'person', 'people')} on the payroll.{near}"
    )


def _amiss(plan: Plan) -> Iterator[str]:
    if plan.alone.any():
        yield f"Nobody is there, although people call: {hours_named(plan, plan.alone)}."
    short = plan.missed & ~plan.alone
    if short.any():
        yield f"The lived week misses the target, beyond luck: {hours_named(plan, short)}."


def loyalty_told(answer: Comparison, questions: float) -> Iterator[str]:
    """What one person less in every hour does to customers and money, after what was made alike for it."""
    base, other = answer.base, answer.others[0]
    yield (
        f"In {base.scenario.weeks} weeks of the scenario, whose customers have {questions:.3g} questions a week so that they "
        "call as often as the table says, one person less in every hour:"
    )
    yield f"Customers: {customers_told(answer, other)}"
    yield f"Money: {money_told(answer, other)}"


def hours_named(plan: Plan, which: np.ndarray) -> str:
    """Stretches in words: the first few, and how many more."""
    names = [plan.table.name(int(k)) for k in np.flatnonzero(which)]
    more = [f"{len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
    return listed([*names[:MOST_NAMED], *more])


def json_of(plan: Plan, wage: float | None) -> dict[str, Any]:
    """The whole answer as JSON."""
    shifts = plan.shifts
    begun = [] if shifts is None else [
        {"shift": shift.name, "start": clock(shift.start), "hours": shift.minutes / 60, "break": list(shift.pause),
         "begin": dict(zip(DAYS, map(int, shifts.count[k]), strict=True))}
        for k, shift in enumerate(shifts.shifts) if shifts.count[k].any()
    ]  # fmt: skip
    week = {
        name: {figure: _known(lived.figure(figure, plan.table.open)[0][0]) for figure in FIGURES}
        for name, lived in (("week", plan.lived), ("one_less", plan.one_less))
    }
    return {
        "read": list(plan.table.said), "targets": [each._asdict() for each in plan.targets], "minutes": plan.table.minutes,
        "intervals": rows(plan), **week, "worst": plan.table.name(plan.worst), "hours_paid": plan.staffed_hours,
        "cost": None if wage is None else plan.staffed_hours * wage, "shifts": begun,
        "gap": None if shifts is None else shifts.gap,
        "nobody_there": [plan.table.name(int(k)) for k in np.flatnonzero(plan.alone)],
        "missed": [plan.table.name(int(k)) for k in np.flatnonzero(plan.missed)],
    }  # fmt: skip


# ---- the picture


def picture(plan: Plan) -> Grid:
    """Two maps of the week: people by hour and day, and the share of calls answered in time."""
    level = figures_of(plan)["service_level"] * 100
    return Grid(
        [
            [_map(plan, "People by hour and day", plan.present.astype(np.float64), "people")],
            [_map(plan, f"Calls answered within {plan.within * 60:g} s, as the week is lived", level, "% of calls")],
        ],
        9.0,
        7.0,
        shared=False,
    )


def _map(plan: Plan, title: str, values: np.ndarray, unit: str) -> Chart:
    busy = plan.table.open.reshape(7, -1)
    days, times = np.flatnonzero(busy.any(axis=1)), np.flatnonzero(busy.any(axis=0))
    begin, end = int(times[0]), int(times[-1]) + 1
    cells = np.where(busy, values.reshape(busy.shape), np.nan)[days, begin:end].T
    step = max(1, (end - begin) // 12)
    hours = [(k - begin + 0.5, clock(k * plan.table.minutes)) for k in range(begin, end, step)]
    labels = (
        [[f"{n:.0f}" if np.isfinite(n) else "" for n in row] for row in cells] if cells.size <= MOST_LABELLED else ()
    )
    across = Axis("", "", 0, end - begin, ticks=hours, line=False)
    up = Axis("", "", len(days), 0, ticks=[(k + 0.5, DAYS[d][:3]) for k, d in enumerate(days)], line=False)
    return Chart(title, across, up, [Cells(cells, unit, labels)])
