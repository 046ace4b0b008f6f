"""A figure with words: its chart, what it shows for those who cannot see it, and what to know about it."""

from __future__ import annotations

import base64
from functools import cached_property

from sim.report.charts.description import Chart, Grid
from sim.system.text import visible_throughout


class Picture:
    """A figure on a page. ``alt``: what it shows, for those who cannot see it; ``note``: what to know about it.

    ``wide``: it takes the whole width of the page; ``name``: how ``loyalty plot`` and files call it. It is drawn when it is
    asked for, once.
    """

    def __init__(self, chart: Chart | Grid, alt: str, note: str = "", *, wide: bool = False, name: str = "") -> None:
        self.chart: Chart | Grid = visible_throughout(chart)
        self.alt, self.note, self.name = visible_throughout((alt, note, name))
        self.wide = wide

    @cached_property
    def svg(self) -> bytes:
        """The still drawing, always in the same bytes."""
        from sim.report.charts.still import file_of

        return file_of(self.chart, "svg")

    @property
    def source(self) -> str:
        """The still drawing as the source of an image element, so that the page needs no other file."""
        return "data:image/svg+xml;base64," + base64.b64encode(self.svg).decode()
