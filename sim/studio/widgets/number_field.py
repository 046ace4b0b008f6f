"""The field of a number: typed with or without its unit, moved on a slider, stepped with the arrow keys – and that of a lever."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import solara
from reacton.core import Element

from sim.scenario.quantities import Unfit, from_text, in_unit, number_told
from sim.studio.visitor.levers import Lever
from sim.studio.widgets.basics import caption, choice
from sim.studio.widgets.html import html

Moved = Callable[[str], None]
"""Is told what was typed."""


@dataclass(frozen=True)
class Limits:
    """Between what a number must lie. ``reach``: how far its slider goes, if it has one; ``optional``: it may be left out."""

    low: float
    high: float
    unit: str = ""
    whole: bool = False
    reach: float | None = None
    optional: bool = False

    def value(self, written: str) -> float:
        """What was typed, in the unit; NaN when it is no number that fits."""
        try:
            found = from_text(written, self.unit)
        except Unfit:
            return math.nan
        fits = self.low <= found <= self.high and not (self.whole and found != int(found))
        return found if fits else math.nan

    def objection(self, written: str) -> str:
        """What is wrong with what was typed; empty when nothing is."""
        if math.isfinite(self.value(written)) or self.optional and not written.strip():
            return ""
        kind = "whole number" if self.whole else "number"
        return f"'{written[:20]}' is no {kind} between {self.low:,.12g} and {self.high:,.12g}"


@solara.component_vue("number.vue")
def _Number(
    label: str, written: str, at: float, limits: dict[str, Any], said: tuple[str, str], focus: bool, event_moved: Moved
) -> None:
    """A field of text with a slider beside it; ``said``: an objection to what was typed, and a hint."""


@solara.component
def NumberField(
    label: str, written: str, moved: Moved, limits: Limits, hint: str = "", focus: bool = False, judged: bool = True
) -> Element:
    """A number that is taken over when the visitor leaves the field, presses Enter or lets the slider go.

    ``judged``: what does not fit is not taken over, and the field says why; else whoever is told of it judges.
    """
    objection, set_objection = solara.use_state("")

    def take(text: str) -> None:
        fault = limits.objection(text) if judged else ""
        set_objection(fault)
        if not fault:
            moved(number_told(limits.value(text)) if judged and text.strip() else text.strip())

    at = limits.value(written)
    at = at if math.isfinite(at) else min(max(0.0, limits.low), limits.high)
    within = asdict(limits) | {"unit": in_unit(limits.unit), "reach": limits.reach or limits.low}
    return _Number(
        label=label, written=written, at=at, limits=within, said=(objection, hint), focus=focus, event_moved=take
    )


def LeverField(  # noqa: N802 – looks like a component
    lever: Lever, written: str, moved: Moved, focus: bool = False, label: str = ""
) -> Element:
    """What a lever is set to, as every page lets one say it: a choice, or a number with its slider."""
    label = label or lever.name.replace("_", " ").capitalize()
    if lever.choices:
        return choice(label, [(word, word.replace("_", " ")) for word in lever.choices], written, moved)
    return NumberField(label, written, moved, limits_of(lever, written), focus=focus, judged=False)


def limits_of(lever: Lever, written: str) -> Limits:
    """The limits of a lever; of a vast range its slider covers the part that is usual."""
    within = Limits(lever.low, lever.high, lever.unit, lever.kind is int)
    sizes = [abs(value) for value in (within.value(written), float(lever.usual or 0)) if math.isfinite(value)]
    usual = max(sizes, default=0.0)
    return replace(within, reach=lever.high if usual == 0 or lever.high <= 20 * usual else 4 * usual)


def lever_told(lever: Lever, today: str = "", does: str = "") -> None:
    """Below the field of a lever: range and usual value; folded away what it means, and where the usual value comes from.

    ``today``: where it has which value now, such as ``In “Today”: 12``; ``does``: what it does, told instead of the range.
    """
    usual = f"usual: {lever.default or 'none'}."
    said = f"{lever.range}. {today}; {usual}" if today else f"{lever.range}; {usual}"
    said = f"{said[:1].upper()}{said[1:]}"
    with html("details", class_="lever-told"):
        html("summary", children=[does or f"{said} What it means"])
        caption(f"{lever.meaning}. {said}" if does else f"{lever.meaning}.")
        caption(lever.source or "A choice, not a measured quantity.")
