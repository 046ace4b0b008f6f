"""Drawings that can be clicked and reached by keyboard: what they are given is made by :mod:`sim.studio.explore.drawn`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import solara


@solara.component_vue("map.vue")
def Map(
    title: str, across: str, up: str, columns: Sequence[str], rows: Sequence[Any], legend: Sequence[Any], unit: str, chosen: int,
    event_pick: Callable[[int], None],
) -> None:  # fmt: skip
    """A map of two levers as a table of buttons; ``event_pick`` is told the number of the point."""


@solara.component_vue("dots.vue")
def Dots(
    title: str, across: Any, up: Any, dots: Sequence[Any], faint: Sequence[Any], line: bool, chosen: int,
    event_pick: Callable[[int], None],
) -> None:  # fmt: skip
    """Dots with intervals in the plane; ``event_pick`` is told the number of the point."""


@solara.component_vue("bars.vue")
def Bars(title: str, axis: Any, bars: Sequence[Any], band: Sequence[float] | None) -> None:
    """Bars with intervals, one below the other."""
