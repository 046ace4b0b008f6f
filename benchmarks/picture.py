"""The picture of what was measured: where a customer-week's time goes, and what it costs as the market grows."""

from __future__ import annotations

from benchmarks.measure import Measured
from benchmarks.page import PROFILE, number
from sim.report.charts import Axis, Bars, Chart, Grid, Line, Note
from sim.report.charts.palette import COLOURS, FAINT, INK, Look
from sim.report.charts.still import file_of

MOST = 8
"""Mechanisms that have a bar of their own."""
COST = "nanoseconds a customer-week"


def picture(found: Measured) -> bytes:
    """One figure of two halves, as SVG."""
    return file_of(Grid([[_parts(found), _sizes(found)]], 9.2, 4.4, shared=False), "svg")


def _parts(found: Measured) -> Chart:
    rows = found.chapters[PROFILE]
    shown = [rows[0], *rows[-2:], *[row for row in rows if row.figure.startswith("without")][:MOST]]
    names = [
        row.figure.removesuffix(", nothing happens").removeprefix("without ").replace(": saves", "") for row in shown
    ]
    colours = [INK, FAINT, FAINT, *[COLOURS[0]] * MOST][: len(shown)]
    values, words = [max(row.value, 0.0) for row in shown], [number(row.value) for row in shown]
    up = Axis(rows=[name.replace("_", " ") for name in names], line=False)
    return Chart("Saved without each mechanism (blue)", Axis(COST, low=0, high=1.12 * max(values)), up,
                 [Bars("saved", range(len(shown)), values, colours, words=words)])  # fmt: skip


def _people_told(count: int) -> str:
    return f"{count // 1_000_000}\nmillion" if count >= 1_000_000 else f"{count:,}"


def _sizes(found: Measured) -> Chart:
    rows = found.chapters["Larger markets"]
    rows = [row for row in rows if row.figure.endswith(" people") and not row.figure.startswith("growth")]
    cost = {int(row.figure.split()[0].replace(",", "")): row.value for row in rows}
    if (large := found.value("large market, core")) is not None:
        cost[10_000_000] = large
    across = Axis(
        "people in the market",
        low=min(cost) / 4,
        high=1.5 * max(cost),
        logarithmic=True,
        ticks=[(count, _people_told(count)) for count in cost],
    )
    line = Line("", list(cost), list(cost.values()), Look(COLOURS[1]), dotted=True)
    notes = [Note(count, ns, number(ns), left=True) for count, ns in cost.items()]
    up = Axis(COST, low=0, high=1.25 * max(cost.values()))
    return Chart("What it costs as the market grows", across, up, [line, *notes])
