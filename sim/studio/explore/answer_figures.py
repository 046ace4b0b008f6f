"""The figures of an answer in Explore: the map or line, what can be had together, and what moves the outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sim.experiments.method import DesignPoint, MethodResult
from sim.experiments.methods.sweep import is_map
from sim.report.amounts import Unit
from sim.report.document import Document, Section
from sim.studio.explore import answer_charts as charts
from sim.studio.explore.take_away import Ask
from sim.studio.widgets.basics import Table, caption, heading
from sim.studio.widgets.figures import Figure, Map
from sim.studio.widgets.html import html


@dataclass(frozen=True, eq=False)
class View:
    """What the figures of an answer are made of; ``k``: the outcome that is shown."""

    ask: Ask
    found: MethodResult
    known: Sequence[DesignPoint]
    shown: Sequence[Unit]
    k: int
    chosen: int
    pick: Callable[[int], None]

    @property
    def words(self) -> str:
        """The outcome's name."""
        return self.ask.asked.outcomes[self.k].words


def plane(view: View) -> bool:
    """The map or the line of a sweep; false when its levers make neither."""
    if not view.found.mapped:
        return False
    unit = view.shown[view.k]
    cells = charts.heat_map(view.found, view.known, view.k, unit)
    line = charts.along_one(view.found, view.known, view.k, unit)
    if cells is not None:
        heading(f"The map: {view.words}, {unit.level}", 3)
        caption(f"Every cell is a setting: {charts.CLICK}.")
        Map(cells, view.chosen, view.pick)
        others = charts.others_told(view.found, view.known)
        if others:
            caption(f"With {others}.")
    elif line is not None:
        Figure(line, view.chosen, view.pick)
    return cells is not None or line is not None


def more(view: View, report: Document) -> None:
    """What can be had together, where that is not shown yet, and what moves the outcome."""
    factors = view.ask.asked.factors
    if not view.found.mapped:
        return
    if is_map(view.ask.asked) or len(factors) == 1:
        with html("div"):
            trade_off(view)
    if len(factors) > 1:
        with html("div"):
            moves(report, view.ask.asked.outcomes[view.k].measure)


def trade_off(view: View) -> None:
    """Two outcomes against each other; the only one against nothing is not drawn."""
    if len(view.shown) < 2:
        return
    other = next(j for j in range(len(view.shown)) if j != view.k)
    Figure(charts.trade_off(view.found, view.known, (view.k, other), view.shown), view.chosen, view.pick)


def moves(report: Document, measure: str) -> None:
    """What moves the outcome, as the report draws it, with the report's table of the same; nothing where it cannot be told."""
    names = (f"tornado_{measure}", f"moves_{measure}")
    for section, behind in zip(report.sections, (*report.sections[1:], Section("")), strict=True):
        for picture in section.pictures:
            if picture.name in names:
                Figure(picture)
                for words in (*section.sentences, *section.notes):
                    caption(words)
                with html("details", class_="library-folded"):
                    html("summary", children=["The same as a table"])
                    for table in section.tables or behind.tables:
                        Table(table.columns, [row for body in table.bodies for row in body.rows], picture.chart.title)
