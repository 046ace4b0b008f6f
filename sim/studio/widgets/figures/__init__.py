"""Figures on a page: they come to life where they are seen, and where one stands for settings, each can be picked."""

from __future__ import annotations

import math
from collections.abc import Callable
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
    still: dict[str, str], script: str, chart: str, chosen: int, event_pick: Pick, event_wanted: Callable[[Any], None]
) -> None:
    """The still picture, which comes to life when it is near the screen; it stays still where that fails."""


@solara.component
def Figure(picture: Picture, chosen: int = -1, pick: Pick = lambda number: None) -> Element:
    """A picture; what makes it move is reckoned and sent when it is wanted, so that nobody waits for it.

    ``chosen``: the number of the dot that is picked; ``pick`` is told of another, by a click or by the keyboard.
    """
    chart, set_chart = solara.use_state("")
    still = {"source": picture.source, "alt": picture.alt, "note": picture.note}
    wanted = lambda told: set_chart(as_json(picture.chart))  # noqa: E731 – the widget's
    return _Moving(still=still, script=PLOTLY, chart=chart, chosen=chosen, event_pick=pick, event_wanted=wanted)


@solara.component_vue("map.vue")
def _Map(drawn: dict[str, Any], chosen: int, event_pick: Pick) -> None:
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
    drawn = {
        "title": chart.title, "across": chart.across.label, "up": chart.up.label, "unit": cells.unit, "rows": rows[::-1],
        "columns": [name for _, name in chart.across.ticks],
        "legend": [{"colour": ladder.colour(value), "text": number(value, digits)} for value in steps],
    }  # fmt: skip
    return _Map(drawn=drawn, chosen=chosen, event_pick=pick)


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
