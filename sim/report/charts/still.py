"""The still picture of a chart, drawn with matplotlib: for print, for readers without JavaScript, and for papers."""

from __future__ import annotations

import io
import math
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from sim.report.charts.description import BELOW, ENDS, INSIDE, WEEKS, Axis, Bars, Cells, Chart, Grid, Line
from sim.report.charts.layout import short, spread, week_step
from sim.report.charts.palette import FAINT, GRID, INK
from sim.report.charts.still_marks import put

Kind = Literal["svg", "pdf", "png"]
NARROW = 4.8
"""Inches below which lines are named under the axes, because there is no room at their ends."""
SHORT_TICK = 4
"""Characters of a number of which five find room along a narrow panel."""
LONG_TICK = 6
"""And of which three do."""
_LETTER = 0.078
"""Inches that a letter takes, on average."""


_NOTHING: dict[str, dict[str, None]] = {
    "svg": dict.fromkeys(("Date", "Creator", "Format", "Type")),
    "pdf": dict.fromkeys(("CreationDate", "Producer", "Creator")),
    "png": {"Software": None},
}
"""What a file would say of when and with what it was drawn, and is kept from saying."""
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "path",
    "pdf.fonttype": 42,  # fonts embedded as TrueType: journals refuse Type 3
    "svg.hashsalt": "loyalty",
    "text.parse_math": False,
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "text.color": INK,
}


_PEN = threading.RLock()
"""How figures look is set for the whole process, so one thread draws at a time."""


@contextmanager
def styled() -> Iterator[None]:
    """Figures made in here look the same whatever the reader has set for matplotlib, one thread's after another's."""
    with _PEN, matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


@styled()
def drawn(chart: Chart | Grid, width: float | None = None, titled: bool = True) -> Figure:
    """The chart as a figure, ``width`` inches wide (its own width unless given), its title left out if wished."""
    if isinstance(chart, Grid):
        return _grid(chart, width or chart.width)
    figure = Figure(figsize=(width or chart.width, chart.height))
    axes = figure.add_subplot()
    _draw(axes, chart)
    _make_room(figure, axes, chart, titled)
    return figure


@styled()
def file_of(chart: Chart | Grid, kind: Kind, width: float | None = None, titled: bool = True, dots: int = 300) -> bytes:
    """The chart as the bytes of a file, the same every time; ``dots`` an inch in a ``png``, fonts embedded in a ``pdf``."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # a name in another script: boxes
        drawn(chart, width, titled).savefig(buffer, format=kind, metadata=_NOTHING[kind], dpi=dots)
    return buffer.getvalue()


# ---- the axes


def _draw(axes: Axes, chart: Chart) -> None:
    for mark in chart.marks:
        put(mark, axes)
    for name, axis in (("x", chart.across), ("y", chart.up)):
        _set_axis(axes, name, axis)
    if chart.across.weeks is not None:
        _place_weeks(axes, chart.across.weeks, 4 if _figure(axes).get_figwidth() < NARROW else 8)
    elif chart.up.rows:
        axes.margins(x=0.12)
        axes.xaxis.set_major_locator(MaxNLocator(5 if chart.width < NARROW else 6, steps=[1, 2, 2.5, 5, 10]))
        _ends(axes, "x", chart.across)
        if chart.width < NARROW and _longest_tick(axes) > SHORT_TICK:
            axes.xaxis.set_major_locator(MaxNLocator(2, steps=[1, 2, 2.5, 5, 10]))
            if _longest_tick(axes) > LONG_TICK:  # a comma is what would make them run into one another
                axes.xaxis.set_major_formatter(ScalarFormatter())
    if chart.title:
        axes.set_title(chart.title)


def _figure(axes: Axes) -> Figure:
    figure = axes.get_figure()
    assert isinstance(figure, Figure)
    return figure


def _place_weeks(axes: Axes, weeks: int, most: int) -> None:
    """A time axis that ends where the time ends, ticked every quarter or year, with at most so many steps."""
    axes.set_xlim(0, weeks)
    axes.set_xticks(range(0, weeks + 1, week_step(weeks, most)))
    axes.set_xlabel(WEEKS)


def _longest_tick(axes: Axes) -> int:
    """Characters of the longest number at the axis across."""
    return max(map(len, axes.xaxis.get_major_formatter().format_ticks(list(axes.get_xticks()))), default=0)


class _Thousands(ScalarFormatter):
    """Numbers as everywhere else: 2,500."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        told = super().__call__(x, pos)
        return told if abs(x) < 1000 or self.get_offset() else f"{x:,.10g}".replace("-", "−")


def _set_axis(axes: Axes, name: str, axis: Axis) -> None:
    if axis.logarithmic:
        axes.set(**{f"{name}scale": "log"})
    elif not axis.rows and not axis.ticks:
        getattr(axes, f"{name}axis").set_major_formatter(_Thousands())
    if axis.label:
        axes.set(**{f"{name}label": axis.label})
    if axis.rows:
        _rows(axes, axis)
    if axis.ticks:
        places, words = zip(*axis.ticks, strict=True)
        axes.set(**{f"{name}ticks": places, f"{name}ticklabels": words})
        axes.minorticks_off()
    if axis.whole:
        getattr(axes, f"{name}axis").set_major_locator(MaxNLocator(6, integer=True))
    if axis.bare:
        getattr(axes, f"{name}axis").set_visible(False)
        axes.spines["left" if name == "y" else "bottom"].set_visible(False)
    if not axis.line:
        axes.grid(axis=name, visible=False)  # type: ignore[arg-type]
    _ends(axes, name, axis)


def _ends(axes: Axes, name: str, axis: Axis) -> None:
    """Where the axis ends; None leaves that to the marks."""
    if axis.low is not None or axis.high is not None:
        (axes.set_xlim if name == "x" else axes.set_ylim)(axis.low, axis.high)


def _rows(axes: Axes, axis: Axis) -> None:
    axes.set_yticks(range(len(axis.rows)), [short(row, axis.letters) for row in axis.rows])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(max(len(axis.rows), 1) - 0.4, -0.6)


# ---- room for what stands around them


def _make_room(figure: Figure, axes: Axes, chart: Chart, titled: bool) -> None:
    """Margins in inches: names of rows at the left, of lines at the right or below, the title above."""
    (width, height), titled = figure.get_size_inches(), titled and bool(chart.title)
    names = BELOW if chart.names == ENDS and width < NARROW else chart.names
    rows = max((len(line) for row in chart.up.rows for line in short(row, chart.up.letters).split("\n")), default=0)
    left = min(0.25 + _LETTER * rows, 0.45 * width) if rows else 0.25 if chart.up.bare else 0.76
    right = 1.46 if names == ENDS else 0.34 + (0.3 if any(isinstance(m, Bars) and m.words for m in chart.marks) else 0)
    legend = _legend(figure, axes, width) if names == BELOW else 0.0
    if names != chart.names:  # the names stand below instead of beside: the figure grows, not its axes less
        height += legend
        figure.set_figheight(height)
    below = legend + (0.55 if chart.across.label or chart.across.weeks else 0.3)
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
        _name_lines(axes, lines)
    if names == INSIDE:
        axes.legend(frameon=False, fontsize=8, loc="best")
    if chart.better:
        at, words = (1, "better \u2192") if chart.better > 0 else (0, "\u2190 better")
        side = "right" if at else "left"
        axes.text(at, 1.02, words, transform=axes.transAxes, ha=side, fontsize=8.5, color=FAINT)


def _name_lines(axes: Axes, lines: Sequence[Line]) -> None:
    """Write each line's name at its right end, moved apart where the ends lie close together."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    rows = 2 if len(lines) <= 6 else 1
    gap = (high - low) * 0.165 * rows / (axes.get_position().height * _figure(axes).get_figheight())
    places = spread([line.end[1] for line in lines], gap, low + gap / 2, high - gap / 2)
    knee, start = right + 0.045 * (right - left), right + 0.06 * (right - left)
    for line, place in zip(lines, places, strict=True):
        (x, y), look = line.end, line.look
        axes.plot([x, knee], [y, place], color=look.colour, linewidth=0.8, clip_on=False, zorder=1)
        axes.plot([x], [y], look.marker, color=look.colour, markersize=5, clip_on=False, zorder=4)
        axes.text(start, place, short(line.name, 16, rows), va="center", fontsize=9, linespacing=1.05, clip_on=False)


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
                axes.set_title(short(one.title, round(8 * width / len(charts))), pad=16 if one.better else 6)
            _name(axes, one, "")
            for words in (axes.xaxis.label, axes.yaxis.label, axes.title):
                words.set_fontsize(9)
            if not one.across.ticks:
                axes.xaxis.set_major_locator(MaxNLocator(4))
    figure.tight_layout()
    return figure
