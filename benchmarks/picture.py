"""The picture of what was measured: where a customer-week's time goes, and what it costs as the market grows."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.measure import Measured
from benchmarks.page import PROFILE, number
from sim.report.charts.drawing import COLOURS, FAINT, INK, styled, svg_of

MOST = 8
"""Mechanisms that have a bar of their own."""


def picture(found: Measured) -> bytes:
    """One figure of two halves, as SVG."""
    with styled():
        figure = Figure(figsize=(9.2, 4.4))
        left, right = figure.subplots(1, 2, width_ratios=(1.35, 1))
        _parts(left, found)
        _sizes(right, found)
        figure.tight_layout(w_pad=2.5)
        return svg_of(figure)


def _parts(axes: Axes, found: Measured) -> None:
    rows = found.chapters[PROFILE]
    shown = [rows[0], *rows[-2:], *[row for row in rows if row.figure.startswith("without")][:MOST]]
    names = [
        row.figure.removesuffix(", nothing happens").replace("without ", "").replace(": saves", "") for row in shown
    ]
    colours = [INK, FAINT, FAINT, *[COLOURS[0]] * MOST]
    bars = axes.barh(range(len(shown)), [max(row.value, 0.0) for row in shown], color=colours[: len(shown)])
    axes.bar_label(bars, [number(row.value) for row in shown], padding=3, fontsize=9, color=INK)
    axes.set_yticks(range(len(shown)), [name.replace("_", " ") for name in names])
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("nanoseconds a customer-week")
    axes.set_title("Saved without each mechanism (blue)")


def _people_told(count: int) -> str:
    return f"{count // 1_000_000}\nmillion" if count >= 1_000_000 else f"{count:,}"


def _sizes(axes: Axes, found: Measured) -> None:
    rows = [
        row
        for row in found.chapters["Larger markets"]
        if row.figure.endswith(" people") and not row.figure.startswith("growth")
    ]
    people = [int(row.figure.split()[0].replace(",", "")) for row in rows]
    cost = [row.value for row in rows]
    large = found.value("large market, core")
    if large is not None:
        people, cost = [*people, 10_000_000], [*cost, large]
    axes.plot(people, cost, "o-", color=COLOURS[1])
    for x, y in zip(people, cost, strict=True):
        axes.annotate(number(y), (x, y), (0, 7), textcoords="offset points", ha="center", fontsize=9)
    axes.set_xscale("log")
    axes.set_xticks(people, [_people_told(count) for count in people])
    axes.minorticks_off()
    axes.set_ylim(0, 1.25 * max(cost))
    axes.margins(x=0.12)
    axes.set_xlabel("people in the market")
    axes.set_ylabel("nanoseconds a customer-week")
    axes.set_title("What it costs as the market grows")
