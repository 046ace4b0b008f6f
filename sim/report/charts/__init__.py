"""Figures: what one shows is described once (:mod:`.description`), in one set of colours (:mod:`.palette`).

Two programs draw from the description: :mod:`.still` for paper and files, :mod:`.interactive` for pages.
"""

from sim.report.charts.description import (
    BELOW,
    ENDS,
    INSIDE,
    INTERVAL,
    Axis,
    Bars,
    Box,
    Cells,
    Chart,
    Dots,
    Grid,
    Line,
    Mark,
    Note,
    Rule,
    Span,
    Values,
)
from sim.report.charts.layout import short, spread
from sim.report.charts.palette import COLOURS, FAINT, GRID, INK, PALE, PAPER, Look, look
from sim.report.charts.picture import Picture

__all__ = [
    "BELOW", "COLOURS", "ENDS", "FAINT", "GRID", "INK", "INSIDE", "INTERVAL", "PALE", "PAPER", "Axis", "Bars", "Box", "Cells",
    "Chart", "Dots", "Grid", "Line", "Look", "Mark", "Note", "Picture", "Rule", "Span", "Values", "look", "short", "spread",
]  # fmt: skip
