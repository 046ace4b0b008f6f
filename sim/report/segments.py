"""What a comparison says by segment: who gains and who suffers, of the segments and of the columns that are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.report import facts
from sim.report.amounts import NONE, number, places, signed
from sim.report.charts import Axis, Chart, Dots, Picture, Rule
from sim.report.charts.palette import look
from sim.report.document import Group, Section, Sheet, Table, cell
from sim.runs.comparison import Comparison
from sim.runs.result import Result
from sim.runs.segments import HOLDS, SEGMENT

if TYPE_CHECKING:
    import pandas as pd

TITLE = "By segment"
MOST_ROWS = 10
"""Rows that are told of each policy: those that gain most and those that suffer most."""
NOTE = (
    "Customers kept are those of week 0 who stayed to the end, under the policy that the rows are about. Groups of different "
    "columns overlap, and with many groups some stand out by chance. All of them are in `segments.parquet` of the results folder."
)


def section(answer: Comparison) -> list[Section]:
    """The section, where there are segments or kept columns of few values."""
    found = answer.segments
    if found.empty:
        return []
    rows = {result.scenario.name: found[found["scenario"] == result.scenario.name] for result in answer.results}
    base = answer.base.scenario.name
    if not answer.others:
        return [Section(TITLE, tables=[Table(_columns(answer)[:3], _levels(rows[base].head(MOST_ROWS)))], notes=[NOTE])]
    groups = [
        Group(f"{name} against {base}", "percentage points", _differences(_ends(rows[name]))) for name in list(rows)[1:]
    ]
    said = [sentence for name in list(rows)[1:] for sentence in _extremes(name, rows[name])]
    return [Section(TITLE, said, tables=[Table(_columns(answer), groups=groups)], notes=[NOTE])]


def _columns(answer: Comparison) -> tuple[str, ...]:
    ends = facts.ends_told(answer)
    return "Group", "Customers", "Kept, %", "Difference", ends[0].upper() + ends[1:], "Higher in"


MOST_DRAWN = 8
"""Groups in the figure: those that gain most and those that suffer most."""


def picture(answer: Comparison, other: Result) -> Picture | None:
    """Who gains most and who suffers most under a policy, with ranges; None where there are no groups."""
    found = answer.segments
    rows = _ends(found[found["scenario"] == other.scenario.name].dropna(subset=["difference"]), MOST_DRAWN)
    if rows.empty or other is answer.base:
        return None
    names, (mean, low, high) = [_name(row) for _, row in rows.iterrows()], 100 * rows[GAP].to_numpy(np.float64).T
    told = [f"{name}: {gap[0]} points\n{facts.ends_told(answer)} {gap[1]}" for name, gap in
            zip(names, (_gap(row) for _, row in rows.iterrows()), strict=True)]  # fmt: skip
    this = look(answer.results.index(other))
    dots = Dots(other.scenario.name, mean, range(len(names)), this.colour, this.marker, low=low, high=high, words=told,
                band=facts.ends_told(answer))  # fmt: skip
    chart = Chart(
        other.scenario.name, Axis("percentage points of customers kept", "points"),
        Axis(rows=names, letters=28), [Rule(0.0), dots], height=1.15 + 0.3 * len(names), better=1,
    )  # fmt: skip
    each = ", ".join(f"{name} {signed(value, 1)}" for name, value in zip(names, mean, strict=True))
    alt = f"Dot plot of the difference in customers kept under {other.scenario.name}, in percentage points, by group: {each}."
    return Picture(chart, alt, name="segments")


GAP = ["difference", "difference_low", "difference_high"]


def extremes(answer: Comparison, other: Result) -> list[str]:
    """Who gains most and who suffers most under a policy, as far as that is decided: a sentence, or none without groups."""
    found = answer.segments
    return [] if found.empty else _extremes(other.scenario.name, found[found["scenario"] == other.scenario.name])


def _ends(rows: pd.DataFrame, most: int = MOST_ROWS) -> pd.DataFrame:
    """Those that gain most and those that suffer most, in this order."""
    ranked = rows.sort_values("difference", ascending=False, kind="stable")
    return ranked if len(ranked) <= most else ranked.iloc[[*range(most - most // 2), *range(-(most // 2), 0)]]


def _name(row: pd.Series) -> str:
    return str(row["value"]) if row["by"] == SEGMENT else f"{row['by']}: {row['value']}"


def _levels(rows: pd.DataFrame) -> list[list[str]]:
    return [[_name(row), number(row["customers"]), _share(row)] for _, row in rows.iterrows()]


def _share(row: pd.Series) -> str:
    return number(100 * row["retention"], 1)


def _differences(rows: pd.DataFrame) -> list[list[str]]:
    return [[_name(row), number(row["customers"]), _share(row), *_gap(row)] for _, row in rows.iterrows()]


def _gap(row: pd.Series) -> list[str]:
    low, high = 100 * row["difference_low"], 100 * row["difference_high"]
    digits = places((high - low) / 20, 1) if np.isfinite(high - low) else 1
    around = f"{signed(low, digits)} to {signed(high, digits)}" if np.isfinite(low + high) else NONE
    higher = f"{number(100 * row['probability_higher'])} %" if np.isfinite(row["probability_higher"]) else NONE
    return [signed(100 * row["difference"], digits), around, higher]


def _decided(row: pd.Series) -> bool:
    return bool(row["difference_low"] > 0 or row["difference_high"] < 0)


def _extremes(name: str, rows: pd.DataFrame) -> list[str]:
    """Who gains most and who suffers most under a policy, as far as that is decided."""
    ranked = rows.sort_values("difference", kind="stable").dropna(subset=["difference"])
    if ranked.empty:
        return []
    least, most, told = ranked.iloc[0], ranked.iloc[-1], []
    if most["difference"] > 0 and _decided(most):
        told.append(f"most is gained among {_group(most)} ({_points(most)})")
    if least["difference"] < 0 and _decided(least):
        told.append(f"most is lost among {_group(least)} ({_points(least)})")
    if not told:
        return [f"Under “{name}” no group gains or loses so much that it could not be the other way round."]
    return [f"Under “{name}” {' and '.join(told)}."]


def _group(row: pd.Series) -> str:
    return f"segment {row['value']}" if row["by"] == SEGMENT else f"customers with {row['by']} {row['value']}"


def _points(row: pd.Series) -> str:
    return f"{signed(100 * row['difference'], 1)} percentage points kept"


def sheet(answer: Comparison) -> list[Sheet]:
    """Every group of every policy as numbers, for a workbook."""
    found = answer.segments
    if found.empty:
        return []
    shown = found.drop(columns=list(HOLDS))
    return [
        Sheet(
            TITLE,
            [name.replace("_", " ").capitalize() for name in shown],
            [list(map(cell, row)) for row in shown.to_numpy()],
        )
    ]


def terminal_rows(answer: Comparison) -> list[list[str]]:
    """Who gains and who suffers most, at most ten rows: the policy where there are several, group, kept, difference, range."""
    found = answer.segments
    if found.empty or not answer.others:
        return []
    rows = _ends(found[found["scenario"] != answer.base.scenario.name])
    names = [row["scenario"] for _, row in rows.iterrows()] if len(answer.others) > 1 else []
    told = [[_name(row), _share(row), *_gap(row)] for _, row in rows.iterrows()]
    return [[name, *row] for name, row in zip(names, told, strict=True)] if names else told
