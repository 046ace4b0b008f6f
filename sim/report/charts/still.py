"""The still picture of a chart, drawn with matplotlib: for print, for readers without JavaScript, and for papers."""

from __future__ import annotations

import io
import math
import warnings
from functools import singledispatch

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from sim.report.charts.description import (
    BELOW,
    ENDS,
    INSIDE,
    Axis,
    Bars,
    Box,
    Cells,
    Chart,
    Dots,
    Grid,
    Line,
    Note,
    Picture,
    Rule,
    Span,
    Values,
)
from sim.report.charts.drawing import FAINT, INK, name_lines, place_weeks, short, svg_of
from sim.system.text import visible_throughout

NARROW = 4.8
"""Inches below which lines are named under the axes, because there is no room at their ends."""
SHORT_TICK = 4
"""Characters of a number of which five find room along a narrow panel."""
_LETTER = 0.078
"""Inches that a letter takes, on average."""


def pictured(chart: Chart | Grid, alt: str, note: str = "", *, wide: bool = False, name: str = "") -> Picture:
    """The picture of a chart, for a page."""
    chart = visible_throughout(chart)
    return Picture(alt, note, svg_of(drawn(chart)), chart, wide, name)


def drawn(chart: Chart | Grid, width: float | None = None, titled: bool = True) -> Figure:
    """The chart as a figure, ``width`` inches wide (its own width unless given), its title left out if wished."""
    if isinstance(chart, Grid):
        return _grid(chart, width or chart.width)
    figure = Figure(figsize=(width or chart.width, chart.height))
    axes = figure.add_subplot()
    _draw(axes, chart)
    _make_room(figure, axes, chart, titled)
    return figure


def file_of(figure: Figure, kind: str, dots_per_inch: int = 300) -> bytes:
    """The figure as the bytes of a file: ``svg``, ``pdf`` (fonts embedded) or ``png``; the same bytes every time."""
    if kind == "svg":
        return svg_of(figure)
    buffer = io.BytesIO()
    nothing = {"pdf": {"CreationDate": None, "Producer": None, "Creator": None}, "png": {"Software": None}}[kind]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(buffer, format=kind, metadata=nothing, dpi=dots_per_inch)
    return buffer.getvalue()


# ---- the axes


def _draw(axes: Axes, chart: Chart) -> None:
    for mark in chart.marks:
        _put(mark, axes)
    for name, axis in (("x", chart.across), ("y", chart.up)):
        _set_axis(axes, name, axis)
    if chart.across.weeks is not None:
        narrow = axes.get_figure().get_figwidth() < NARROW  # type: ignore[union-attr]
        place_weeks(axes, chart.across.weeks, 4 if narrow else 8)
    elif chart.up.rows:
        axes.margins(x=0.12)
        axes.xaxis.set_major_locator(MaxNLocator(5 if chart.width < NARROW else 6, steps=[1, 2, 2.5, 5, 10]))
        _ends(axes, "x", chart.across)
        if chart.width < NARROW and _longest_tick(axes) > SHORT_TICK:
            axes.xaxis.set_major_locator(MaxNLocator(2, steps=[1, 2, 2.5, 5, 10]))
    if chart.title:
        axes.set_title(chart.title)


def _longest_tick(axes: Axes) -> int:
    """Characters of the longest number at the axis across."""
    return max(map(len, axes.xaxis.get_major_formatter().format_ticks(list(axes.get_xticks()))), default=0)


def _set_axis(axes: Axes, name: str, axis: Axis) -> None:
    if axis.logarithmic:
        axes.set(**{f"{name}scale": "log"})
    if axis.label:
        axes.set(**{f"{name}label": axis.label})
    if axis.rows:
        _rows(axes, axis)
    if axis.ticks:
        places, words = zip(*axis.ticks, strict=True)
        axes.set(**{f"{name}ticks": places, f"{name}ticklabels": words})
    if axis.whole:
        getattr(axes, f"{name}axis").set_major_locator(MaxNLocator(6, integer=True))
    if not axis.line:
        axes.grid(axis=name, visible=False)  # type: ignore[arg-type]
    _ends(axes, name, axis)


def _ends(axes: Axes, name: str, axis: Axis) -> None:
    """Where the axis ends; None leaves that to the marks."""
    if axis.low is not None or axis.high is not None:
        (axes.set_xlim if name == "x" else axes.set_ylim)(axis.low, axis.high)


def _rows(axes: Axes, axis: Axis) -> None:
    axes.set_yticks(range(len(axis.rows)), [short(row, 24) for row in axis.rows])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(max(len(axis.rows), 1) - 0.4, -0.6)


# ---- room for what stands around them


def _make_room(figure: Figure, axes: Axes, chart: Chart, titled: bool) -> None:
    """Margins in inches: names of rows at the left, of lines at the right or below, the title above."""
    width, height = figure.get_size_inches()
    names = BELOW if chart.names == ENDS and width < NARROW else chart.names
    rows = max((len(line) for row in chart.up.rows for line in short(row, 24).split("\n")), default=0)
    left = min(0.25 + _LETTER * rows, 0.45 * width) if rows else 0.76
    right = 1.46 if names == ENDS else 0.34 + (0.3 if any(isinstance(m, Bars) and m.words for m in chart.marks) else 0)
    legend = _legend(figure, axes, width) if names == BELOW else 0.0
    if names != chart.names:  # the names stand below instead of beside: the figure grows, not its axes less
        height += legend
        figure.set_figheight(height)
    below = 0.55 + legend
    top = 0.38 if titled and not (chart.better and rows) else 0.5 if titled else 0.25 if chart.better else 0.1
    if any(isinstance(mark, Cells) for mark in chart.marks):
        right = 1.05
    figure.subplots_adjust(left=left / width, right=1 - right / width, top=1 - top / height, bottom=below / height)
    if not titled:
        axes.set_title("")
    elif rows:
        axes.set_title(chart.title, x=-(left - 0.08) / (width - left - right), pad=14 if chart.better else 9)
    _name(axes, chart, names)


def _legend(figure: Figure, axes: Axes, width: float) -> float:
    """Names below the axes; returns the height they take."""
    handles, words = axes.get_legend_handles_labels()
    words = [short(name, 28, 1) for name in words]
    longest = sorted(map(len, words))
    across = next((n for n in (3, 2) if sum(longest[-n:]) * _LETTER + 0.4 * n < width), 1)
    figure.legend(
        handles, words, ncols=across, loc="lower center", bbox_to_anchor=(0.5, 0.0), frameon=False, fontsize=9,
        handletextpad=0.4, columnspacing=1.2,
    )  # fmt: skip
    return 0.05 + 0.2 * math.ceil(len(words) / across)


def _name(axes: Axes, chart: Chart, names: str) -> None:
    lines = [mark for mark in chart.marks if isinstance(mark, Line) and mark.name and np.isfinite(mark.end[1])]
    if names == ENDS and lines:
        name_lines(axes, [line.end for line in lines], [line.name for line in lines], [line.look for line in lines])
    if names == INSIDE:
        axes.legend(frameon=False, fontsize=8, loc="best")
    if chart.better:
        at, words = (1, "better \u2192") if chart.better > 0 else (0, "\u2190 better")
        side = "right" if at else "left"
        axes.text(at, 1.02, words, transform=axes.transAxes, ha=side, fontsize=8.5, color=FAINT)


def _grid(chart: Grid, width: float) -> Figure:
    figure = Figure(figsize=(width, chart.height))
    sharex, sharey = ("col", "row") if chart.shared else ("none", "none")
    size = len(chart.panels), len(chart.panels[0])
    panels = figure.subplots(*size, squeeze=False, sharex=sharex, sharey=sharey)  # type: ignore[call-overload]
    for axes in panels.ravel():
        axes.set_visible(False)
    for row, charts in zip(panels, chart.panels, strict=True):
        for axes, one in zip(row, charts, strict=False):
            axes.set_visible(True)
            _draw(axes, one)
            axes.tick_params(labelsize=8)
            if one.title:
                axes.set_title(short(one.title, 30), pad=16 if one.better else 6)
            _name(axes, one, "")
            for words in (axes.xaxis.label, axes.yaxis.label, axes.title):
                words.set_fontsize(9)
            if not one.across.ticks:
                axes.xaxis.set_major_locator(MaxNLocator(4))
    figure.tight_layout()
    return figure


# ---- the marks


def _in_legend(name: str) -> str:
    """A name as matplotlib takes it: what begins with an underscore it would leave out of the legend."""
    return f" {name}" if name.startswith("_") else name or "_"


@singledispatch
def _put(mark: object, axes: Axes) -> None:
    raise TypeError(f"no drawing for {type(mark).__name__}")


@_put.register
def _(mark: Line, axes: Axes) -> None:
    this = mark.look
    if mark.low is not None and mark.high is not None:
        axes.fill_between(mark.x, mark.low, mark.high, color=this.colour, alpha=mark.shade, linewidth=0)
    axes.plot(
        mark.x, mark.y, color=this.colour, linestyle=this.dash, linewidth=mark.width, label=_in_legend(mark.name),
        marker="o" if mark.dotted else "", markersize=3,
    )  # fmt: skip


def _there(at: Values, low: Values, high: Values) -> np.ndarray:
    """Places and ends of the intervals that are known."""
    found = np.array([at, low, high], np.float64)
    return found[:, np.isfinite(found).all(axis=0)]


@_put.register
def _(mark: Dots, axes: Axes) -> None:
    if mark.low is not None and mark.high is not None:
        axes.hlines(*_there(mark.y, mark.low, mark.high), color=mark.colour, linewidth=2.2 if mark.below is None else 1)
    if mark.below is not None and mark.above is not None:
        axes.vlines(*_there(mark.x, mark.below, mark.above), color=mark.colour, linewidth=1)
    hollow = mark.edge != "none"
    axes.plot(
        mark.x, mark.y, mark.marker, color=mark.colour, markersize=mark.size, alpha=mark.strength, zorder=5,
        clip_on=hollow, linestyle="", label=_in_legend(mark.name if mark.named else ""),
        markeredgecolor=mark.edge if hollow else mark.colour, markeredgewidth=1.2 if hollow or mark.marker == "x" else 0,
    )  # fmt: skip


@_put.register
def _(mark: Bars, axes: Axes) -> None:
    ends = np.asarray(mark.end, np.float64)
    starts = np.broadcast_to(np.asarray(mark.start, np.float64), ends.shape)
    draw, size, foot = (axes.bar, "width", "bottom") if mark.upright else (axes.barh, "height", "left")
    draw(mark.rows, ends - starts, color=list(mark.colours), alpha=mark.strength, **{size: mark.thick, foot: starts})  # type: ignore[arg-type]
    if mark.low is not None and mark.high is not None:
        axes.hlines(*_there(mark.rows, mark.low, mark.high), color=INK, linewidth=1.4)
    beside = ends if mark.clear is None else np.asarray(mark.clear)
    for row, start, end, at, words in zip(mark.rows, starts, ends, np.nan_to_num(beside), mark.words, strict=False):
        side, gap = ("right", -3) if end < start else ("left", 3)
        axes.annotate(words, (at, row), (gap, 0), textcoords="offset points", ha=side, va="center", fontsize=8.5)


@_put.register
def _(mark: Cells, axes: Axes) -> None:
    columns, rows = mark.values.shape
    image = axes.pcolormesh(np.arange(columns + 1), np.arange(rows + 1), mark.values.T, cmap="cividis")
    bar = axes.get_figure().colorbar(image, ax=axes, fraction=0.05, pad=0.04)  # type: ignore[union-attr]
    bar.set_label(mark.unit)
    middle = (np.nanmin(mark.values) + np.nanmax(mark.values)) / 2
    for (i, j), value in np.ndenumerate(mark.values):
        if len(mark.labels) and np.isfinite(value):
            colour = "w" if value < middle else INK
            axes.text(i + 0.5, j + 0.5, mark.labels[i][j], ha="center", va="center", fontsize=8, color=colour)


@_put.register
def _(mark: Rule, axes: Axes) -> None:
    (axes.axvline if mark.upright else axes.axhline)(mark.at, color=mark.colour, linewidth=mark.width)


@_put.register
def _(mark: Span, axes: Axes) -> None:
    axes.axvspan(mark.low, mark.high, color=mark.colour, alpha=mark.strength, linewidth=0)


@_put.register
def _(mark: Box, axes: Axes) -> None:
    size = mark.right - mark.left, mark.high - mark.low
    axes.add_patch(Rectangle((mark.left, mark.low), *size, fill=False, edgecolor=INK))


@_put.register
def _(mark: Note, axes: Axes) -> None:
    paper = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1}
    axes.annotate(mark.words, (mark.x, mark.y), (8, 8), textcoords="offset points", fontsize=9, zorder=6, bbox=paper)
