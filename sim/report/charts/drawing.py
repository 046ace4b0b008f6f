"""How figures look: colours that the colour-blind tell apart, each with a dash and a marker; always the same bytes."""

from __future__ import annotations

import io
import textwrap
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, FAINT = "#222222", "#767676"
# Okabe & Ito 2008; the base is ink, and the palest of theirs (yellow) is left out
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = ("s", "D", "^", "v", "P", "X")
DASHES: tuple[Any, ...] = ("solid", (0, (6, 1.5)), (0, (3, 1.2)), (0, (6, 1.5, 1, 1.5)), (0, (1.2, 1)), (0, (9, 2)))
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
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.8,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "text.color": INK,
}


@dataclass(frozen=True)
class Look:
    """How one scenario is drawn in every figure."""

    colour: str
    marker: str
    dash: Any


def look(place: int) -> Look:
    """The look of the scenario at this place; 0 is the base."""
    if place == 0:
        return Look(INK, "o", "solid")
    k, again = place - 1, (place - 1) // len(COLOURS)
    return Look(COLOURS[k % len(COLOURS)], *((row[(k + again) % len(row)]) for row in (MARKERS, DASHES)))


_PEN = threading.RLock()
"""How figures look is set for the whole process, so one thread draws at a time."""


@contextmanager
def styled() -> Iterator[None]:
    """Figures made in here look the same whatever the reader has set for matplotlib, one thread's after another's."""
    with _PEN, matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


def svg_of(figure: Figure) -> bytes:
    """The figure as SVG, without anything that would differ the next time."""
    buffer = io.BytesIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # a name in another script: boxes
        figure.savefig(buffer, format="svg", metadata=nothing)
    return buffer.getvalue()


def short(name: str, width: int = 16, most: int = 2) -> str:
    """A name in at most two short lines."""
    return "\n".join(textwrap.wrap(name, width, max_lines=most, placeholder=" …", break_long_words=True))


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places for labels: near where they are wanted, at least ``gap`` apart, between ``low`` and ``high``."""
    order = sorted(range(len(wanted)), key=lambda k: wanted[k])
    gap = min(gap, (high - low) / max(len(wanted) - 1, 1))
    found = [min(max(wanted[k], low), high) for k in order]
    for _ in range(200):  # neighbours push each other apart, half each, until nobody moves
        for a in range(len(found) - 1):
            push = (gap - (found[a + 1] - found[a])) / 2
            if push > 0:
                found[a], found[a + 1] = found[a] - push, found[a + 1] + push
        found = _within(found, low, high)
    places = dict(zip(order, found, strict=True))
    return [places[k] for k in range(len(wanted))]


def _within(found: list[float], low: float, high: float) -> list[float]:
    return [min(max(place, low), high) for place in found]


def name_lines(axes: Axes, ends: Sequence[tuple[float, float]], names: Sequence[str], looks: Sequence[Look]) -> None:
    """Write each line's name at its right end, moved apart where the ends lie close together."""
    low, high = axes.get_ylim()
    lines = 2 if len(names) <= 6 else 1
    height = axes.get_position().height * axes.get_figure().get_figheight()  # type: ignore[union-attr]
    gap = (high - low) * (0.165 * lines) / height
    places = spread([y for _, y in ends], gap, low + gap / 2, high - gap / 2)
    left, right = axes.get_xlim()
    for (x, y), place, name, this in zip(ends, places, names, looks, strict=True):
        knee, start = right + 0.045 * (right - left), right + 0.06 * (right - left)
        axes.plot([x, knee], [y, place], color=this.colour, linewidth=0.8, clip_on=False, zorder=1)
        axes.plot([x], [y], this.marker, color=this.colour, markersize=5, clip_on=False, zorder=4)
        axes.text(start, place, short(name, 16, lines), va="center", fontsize=9, linespacing=1.05, clip_on=False)


def place_weeks(axes: Axes, weeks: int, most: int = 8) -> None:
    """A time axis that ends where the time ends, ticked every quarter or year, with at most so many steps."""
    axes.set_xlim(0, weeks)
    step = next((s for s in (1, 2, 4, 13, 26, 52) if weeks / s <= most), 104)
    while weeks / step > most:
        step *= 2
    axes.set_xticks(range(0, weeks + 1, step))
    axes.set_xlabel("weeks from the start")
