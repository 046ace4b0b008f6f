"""Figures on a page: they come to life where they are seen, and where one stands for settings, each can be picked."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import solara
from reacton.core import Element

from sim.report.amounts import number, places
from sim.report.charts import Cells, Chart, Picture
from sim.report.charts.interactive import as_json
from sim.report.charts.palette import INK, PAPER, Ladder
from sim.studio.server.drawing_script import PLOTLY

Pick = Callable[[int], None]
"""Is told the number of what was picked."""


@solara.component_vue("moving.vue")
def _Moving(
    source: str, alt: str, note: str, script: str, chart: str, chosen: int, event_pick: Pick, event_wanted: Callable[[Any], None]
) -> None:  # fmt: skip
    """The still picture, which comes to life when it is near the screen; it stays still where that fails."""


@solara.component
def Figure(picture: Picture, chosen: int = -1, pick: Pick = lambda number: None) -> Element:
    """A picture; what makes it move is reckoned and sent when it is wanted, so that nobody waits for it.

    ``chosen``: the number of the dot that is picked; ``pick`` is told of another, by a click or by the keyboard.
    """
    chart, set_chart = solara.use_state("")
    return _Moving(
        source=picture.source, alt=picture.alt, note=picture.note, script=PLOTLY, chart=chart, chosen=chosen, event_pick=pick,
        event_wanted=lambda told: set_chart(as_json(picture.chart)),
    )  # fmt: skip


@solara.component_vue("map.vue")
def _Map(
    title: str, across: str, up: str, columns: Sequence[str], rows: Sequence[Any], legend: Sequence[Any], unit: str, chosen: int,
    event_pick: Pick,
) -> None:  # fmt: skip
    """A map as a table of buttons."""


def Map(chart: Chart, chosen: int, pick: Pick) -> Element:  # noqa: N802 – looks like a component to those who use it
    """A map of cells that can be picked: a table of buttons, which keyboards and screen readers know."""
    (cells,) = (mark for mark in chart.marks if isinstance(mark, Cells))
    ladder = Ladder(cells.values)
    steps = ladder.steps()
    digits = places((ladder.high - ladder.low) / 20) if len(steps) > 1 else 1
    rows = [
        {"name": name, "cells": [_cell(cells, ladder, i, j) for i in range(len(chart.across.ticks))]}
        for j, (_, name) in enumerate(chart.up.ticks)
    ]
    return _Map(
        title=chart.title, across=chart.across.label, up=chart.up.label, columns=[name for _, name in chart.across.ticks],
        rows=rows[::-1], legend=[{"colour": ladder.colour(value), "text": number(value, digits)} for value in steps],
        unit=cells.unit, chosen=chosen, event_pick=pick,
    )  # fmt: skip


def _cell(cells: Cells, ladder: Ladder, i: int, j: int) -> dict[str, Any]:
    text, _, mark = cells.labels[i][j].partition("\n")
    value = float(cells.values[i, j])
    colour, ink = (ladder.colour(value), ladder.ink(value)) if math.isfinite(value) else (PAPER, INK)
    return {
        "point": cells.picks[i][j],
        "text": text,
        "mark": mark,
        "label": cells.words[i][j],
        "colour": colour,
        "ink": ink,
    }
