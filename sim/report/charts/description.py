"""What a figure shows, said once: every drawing of it is made from this.

A :class:`Chart` has two axes and marks upon them. Lengths are in inches, values in the axes' own units; x runs across, y up.
Where an axis has rows, the first stands on top and a mark's y is its row's number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.report.charts.palette import INK, Look

__all__ = [
    "BELOW", "ENDS", "INSIDE", "INTERVAL", "Axis", "Bars", "Box", "Cells", "Chart", "Dots", "Grid", "Line", "Mark", "Note",
    "Rule", "Span", "Values",
]  # fmt: skip
INTERVAL, WEEKS = "95 % interval", "weeks from the start"
ENDS, BELOW, INSIDE = "ends", "below", "inside"
"""Where a chart names its lines: at their right ends, below the axes, or in a corner between them."""
Values = Sequence[float] | np.ndarray


@dataclass(frozen=True)
class Axis:
    """One axis: what stands at it, the unit that follows its numbers, and where it ends (None: where the marks end).

    ``weeks``: it is a time axis of this many weeks. ``rows``: it has these rows instead of numbers. ``ticks``: a word for
    each of these places. ``line``: whether its lines of reference are drawn; ``bare``: neither they nor numbers nor the axis are.
    ``letters``: how many of the name of a row or place stand in one line.
    """

    label: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    weeks: int | None = None
    rows: Sequence[str] = ()
    ticks: Sequence[tuple[float, str]] = ()
    logarithmic: bool = False
    whole: bool = False
    line: bool = True
    bare: bool = False
    letters: int = 24


@dataclass(frozen=True, eq=False)
class Line:
    """A line with the band around it, if any; ``band`` says what the band is."""

    name: str
    x: Values
    y: Values
    look: Look
    low: Values | None = None
    high: Values | None = None
    width: float = 1.8
    shade: float = 0.15
    dotted: bool = False
    band: str = INTERVAL

    @property
    def end(self) -> tuple[float, float]:
        """Its last point that is there; at no height when there is none."""
        there = np.flatnonzero(np.isfinite(self.y))
        last = int(there[-1]) if there.size else -1
        return float(self.x[last]), float(self.y[last])


@dataclass(frozen=True, eq=False)
class Dots:
    """Marks at points, each with its interval across and upwards, if any. ``words``: what is said of each of them.

    ``picks``: numbers by which a page on which one can be chosen is told which; ``edge``: the colour around each, if any.
    """

    name: str
    x: Values
    y: Values
    colour: str
    marker: str = "o"
    size: float = 5.5
    low: Values | None = None
    high: Values | None = None
    below: Values | None = None
    above: Values | None = None
    strength: float = 1.0
    words: Sequence[str] = ()
    picks: Sequence[int] = ()
    edge: str = ""
    band: str = INTERVAL
    named: bool = True

    @property
    def line_colour(self) -> str:
        """The colour of its intervals: that of its edge where it has one, for it may be hollow."""
        return self.edge or self.colour


@dataclass(frozen=True, eq=False)
class Bars:
    """Bars along the rows from ``start`` to ``end``, or upright at the places ``rows``; ``words`` stand at their ends.

    ``clear``: beside which places the words stand instead; ``said``: what is said of each, where its end alone says too little.
    """

    name: str
    rows: Values
    end: Values
    colours: Sequence[str]
    start: Values | float = 0.0
    low: Values | None = None
    high: Values | None = None
    words: Sequence[str] = ()
    thick: float = 0.55
    strength: float = 1.0
    upright: bool = False
    clear: Values | None = None
    said: Sequence[str] = ()

    @property
    def spans(self) -> np.ndarray:
        """Where each bar starts and ends: float64 (2, bars)."""
        ends = np.asarray(self.end, np.float64)
        return np.array([np.broadcast_to(np.asarray(self.start, np.float64), ends.shape), ends])

    @property
    def told(self) -> Iterator[tuple[float, float, str, bool]]:
        """Of every bar that has words: its row, the place beside which they stand, they, and whether they stand to its left."""
        (starts, ends), beside = self.spans, self.end if self.clear is None else self.clear
        for row, at, words, left in zip(self.rows, np.nan_to_num(beside), self.words, ends < starts, strict=False):
            yield float(row), float(at), words, bool(left)


@dataclass(frozen=True, eq=False)
class Cells:
    """A map: ``values`` (columns, rows) in cells one unit wide, named by the ticks of both axes.

    As ``values``: ``labels`` stand in the cells, ``words`` are said of each, ``picks`` tell which was chosen.
    """

    values: np.ndarray
    unit: str
    labels: Sequence[Sequence[str]] = ()
    words: Sequence[Sequence[str]] = ()
    picks: Sequence[Sequence[int]] = ()


@dataclass(frozen=True)
class Rule:
    """A line of reference over the whole height (``upright``) or width."""

    at: float
    upright: bool = True
    colour: str = INK
    width: float = 1.2


@dataclass(frozen=True)
class Span:
    """An upright band of reference."""

    low: float
    high: float
    colour: str
    strength: float = 0.25


@dataclass(frozen=True)
class Box:
    """An empty rectangle."""

    left: float
    low: float
    right: float
    high: float


@dataclass(frozen=True)
class Note:
    """Words at a point: above and to its right, or to its ``left``."""

    x: float
    y: float
    words: str
    left: bool = False


Mark = Line | Dots | Bars | Cells | Rule | Span | Box | Note


@dataclass(frozen=True, eq=False)
class Chart:
    """A figure of one pair of axes. ``better``: towards which side of x a policy does better (1, -1; 0: not said)."""

    title: str
    across: Axis
    up: Axis
    marks: Sequence[Mark]
    height: float = 3.5
    width: float = 5.6
    names: str = ""
    better: int = 0

    @property
    def panels(self) -> Sequence[Sequence[Chart]]:
        """Itself as the only panel of a grid."""
        return [[self]]


@dataclass(frozen=True, eq=False)
class Grid:
    """Charts in rows that share their axes' numbers."""

    panels: Sequence[Sequence[Chart]]
    width: float
    height: float
    shared: bool = True
    title: str = ""
