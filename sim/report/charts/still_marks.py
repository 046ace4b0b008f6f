"""What the still picture draws of each mark."""

from __future__ import annotations

from functools import singledispatch

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from sim.report.charts.description import Bars, Box, Cells, Dots, Line, Note, Rule, Span, Values
from sim.report.charts.palette import INK, PAPER, SCALE, Ladder


def _in_legend(name: str) -> str:
    """A name as matplotlib takes it: what begins with an underscore it would leave out of the legend."""
    return f" {name}" if name.startswith("_") else name or "_"


@singledispatch
def put(mark: object, axes: Axes) -> None:
    """Draw a mark between the axes."""
    raise TypeError(f"no drawing for {type(mark).__name__}")


@put.register
def _(mark: Line, axes: Axes) -> None:
    this, dash = mark.look, (0, tuple(mark.look.dash)) if mark.look.dash else "solid"
    if mark.low is not None and mark.high is not None:
        axes.fill_between(mark.x, mark.low, mark.high, color=this.colour, alpha=mark.shade, linewidth=0)
    axes.plot(
        mark.x, mark.y, color=this.colour, linestyle=dash, linewidth=mark.width, label=_in_legend(mark.name),
        marker="o" if mark.dotted else "", markersize=3,
    )  # fmt: skip


def _there(at: Values, low: Values, high: Values) -> np.ndarray:
    """Places and ends of the intervals that are known."""
    found = np.array([at, low, high], np.float64)
    return found[:, np.isfinite(found).all(axis=0)]


@put.register
def _(mark: Dots, axes: Axes) -> None:
    if mark.low is not None and mark.high is not None:
        axes.hlines(
            *_there(mark.y, mark.low, mark.high), color=mark.line_colour, linewidth=2.2 if mark.below is None else 1
        )
    if mark.below is not None and mark.above is not None:
        axes.vlines(*_there(mark.x, mark.below, mark.above), color=mark.line_colour, linewidth=1)
    axes.plot(
        mark.x, mark.y, mark.marker, color=mark.colour, markersize=mark.size, alpha=mark.strength, zorder=5,
        clip_on=bool(mark.edge), linestyle="", label=_in_legend(mark.name if mark.named else ""),
        markeredgecolor=mark.line_colour, markeredgewidth=1.2 if mark.edge or mark.marker == "x" else 0,
    )  # fmt: skip


@put.register
def _(mark: Bars, axes: Axes) -> None:
    starts, ends = mark.spans
    draw, size, foot = (axes.bar, "width", "bottom") if mark.upright else (axes.barh, "height", "left")
    draw(mark.rows, ends - starts, color=list(mark.colours), alpha=mark.strength, **{size: mark.thick, foot: starts})
    if mark.low is not None and mark.high is not None:
        axes.hlines(*_there(mark.rows, mark.low, mark.high), color=INK, linewidth=1.4)
    for row, at, words, left in mark.told:
        side, gap = ("right", -3) if left else ("left", 3)
        axes.annotate(words, (at, row), (gap, 0), textcoords="offset points", ha=side, va="center", fontsize=8.5)


@put.register
def _(mark: Cells, axes: Axes) -> None:
    columns, rows = mark.values.shape
    image = axes.pcolormesh(np.arange(columns + 1), np.arange(rows + 1), mark.values.T, cmap=SCALE)
    bar = axes.get_figure().colorbar(image, ax=axes, fraction=0.05, pad=0.04)  # type: ignore[union-attr]
    bar.set_label(mark.unit)
    ladder = Ladder(mark.values)
    for (i, j), value in np.ndenumerate(mark.values):
        if len(mark.labels) and np.isfinite(value):
            ink = ladder.ink(value)
            axes.text(i + 0.5, j + 0.5, mark.labels[i][j], ha="center", va="center", fontsize=8, color=ink)


@put.register
def _(mark: Rule, axes: Axes) -> None:
    (axes.axvline if mark.upright else axes.axhline)(mark.at, color=mark.colour, linewidth=mark.width)


@put.register
def _(mark: Span, axes: Axes) -> None:
    axes.axvspan(mark.low, mark.high, color=mark.colour, alpha=mark.strength, linewidth=0)


@put.register
def _(mark: Box, axes: Axes) -> None:
    size = mark.right - mark.left, mark.high - mark.low
    axes.add_patch(Rectangle((mark.left, mark.low), *size, fill=False, edgecolor=INK))


@put.register
def _(mark: Note, axes: Axes) -> None:
    paper = {"facecolor": PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 1}
    side, gap = ("right", -8) if mark.left else ("left", 8)
    axes.annotate(
        mark.words, (mark.x, mark.y), (gap, 8), textcoords="offset points", ha=side, fontsize=9, zorder=6, bbox=paper
    )
