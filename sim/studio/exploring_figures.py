"""The figures of an answer in Explore, made of its drawings: the map or line, what can be had together, and the bars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sim.experiments.method import DesignPoint, MethodResult
from sim.experiments.methods.sweep import is_map
from sim.report.amounts import Unit
from sim.studio import drawn, drawn_bars
from sim.studio.exploring_taken import Ask
from sim.studio.figures import Bars, Dots, Map
from sim.studio.furniture import aside, heading
from sim.studio.html import html
from sim.studio.prose import Prose, filled


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
    cells = drawn.heat_map(view.found, view.known, view.k, unit)
    line = drawn.along_one(view.found, view.known, view.k, unit)
    if cells is not None:
        heading(f"The map: {view.words}, {unit.level}", 3)
        aside("Every cell is a setting: click one, or go there with the arrow keys and press Enter.")
        others = cells.pop("others")
        Map(title=f"Map of {view.words}", chosen=view.chosen, event_pick=view.pick, **cells)
        if others:
            aside(f"With {others}.")
    elif line is not None:
        heading(f"{view.words[:1].upper()}{view.words[1:]}, step by step", 3)
        aside(
            "Every dot is a setting: click one, or go there with the arrow keys and press Enter. Thin lines: 95 % intervals."
        )
        Dots(title=f"{view.words} along the lever", chosen=view.chosen, event_pick=view.pick, **line)
    return cells is not None or line is not None


def _drawn_as_plane(view: View) -> bool:
    return is_map(view.ask.asked) or len(view.ask.asked.factors) == 1


def more(view: View) -> None:
    """What can be had together, where that is not shown yet, and what moves the outcome."""
    if not view.found.mapped:
        return
    if _drawn_as_plane(view) and len(view.ask.asked.outcomes) > 1:
        with html("div"):
            trade_off(view)
    found = drawn_bars.tornado(view.found, view.k, view.shown[view.k]) if len(view.ask.asked.factors) > 1 else None
    if found is not None:
        with html("div"):
            bars(found)


def trade_off(view: View) -> None:
    """Two outcomes against each other; the only one against nothing is not drawn."""
    if len(view.shown) < 2:
        return
    other = next(j for j in range(len(view.shown)) if j != view.k)
    heading("What can be had together", 3)
    aside(
        "Orange diamonds: no other setting is better in both (the Pareto front). Hollow: breaks a limit. Thin lines: 95 % "
        "intervals." + (" Grey: what the search tried on its way." if len(view.found.tried) else "")
    )
    picture = drawn.trade_off(view.found, view.known, (view.k, other), view.shown)
    title = f"{view.words} against {view.ask.asked.outcomes[other].words}"
    Dots(title=title, chosen=view.chosen, event_pick=view.pick, **picture)


def bars(found: dict[str, Any]) -> None:
    """Bars one below the other, with a table of the same."""
    heading(found["title"], 3)
    Bars(title=found["title"], axis=found["axis"], bars=found["bars"], band=found["band"])
    aside(found["note"])
    rows = [(bar["label"], bar["range"] or "–", bar["told"]) for bar in found["bars"]]
    Prose(filled("bars.html", rows=rows, title=found["title"]))
