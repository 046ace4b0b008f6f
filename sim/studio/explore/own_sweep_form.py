"""The form in which a visitor asks a sweep of their own: a base, one or two levers with their ranges, a measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import reacton.ipyvuetify as v
import solara
from reacton.core import Element

from sim.errors import Mistake
from sim.runs.measures import definitions
from sim.scenario.quantities import number_told
from sim.studio.explore import own_sweep
from sim.studio.explore.own_sweep import BASE, PLACES, USUAL
from sim.studio.library import catalogue, scenario_library
from sim.studio.visitor.files import VisitorFiles
from sim.studio.visitor.levers import Lever, numbers
from sim.studio.visitor.model import model
from sim.studio.widgets.basics import alert, button, choice, heading, paragraph, use_trying
from sim.studio.widgets.html import html
from sim.studio.widgets.number_field import NumberField, lever_told, limits_of

FIELDS = ("base", *(name for place in PLACES for name in place), "measure", "measure2", *USUAL)
START = {
    "base": BASE,
    "one": "call_centre.representatives",
    "from": "8",
    "to": "24",
    "measure": "profit",
    "measure2": "retention",
}
SIZES = {
    "levels": ("Values of each lever", ("3", "4", "5", "7", "9")),
    "times": ("Replications of each setting", ("4", "10", "20", "50", "100")),
    "weeks": ("Weeks", ("13", "26", "52", "104")),
}


@solara.component
def OwnForm(entries: Mapping[str, str], desk: VisitorFiles, go: Callable[[dict[str, str]], None]) -> None:
    """The form; ``go`` is called with the entries of the address when everything in them makes sense."""
    given = {name: entries.get(name, "") for name in FIELDS} | {"base": entries.get("base") or BASE}
    asked, set_asked = solara.use_state(given if given["one"] else dict.fromkeys(FIELDS, "") | START)
    mistake, tried = use_trying()

    def change(**fields: str | None) -> None:
        set_asked(lambda before: before | {name: value or "" for name, value in fields.items()})
        tried(lambda: None)

    def begin() -> None:
        own = own_sweep.own_in(asked)
        if own is None:
            raise Mistake("choose a first lever: what is to be varied?")
        own.experiment(scenario_library.fetch(own.base, desk))
        go(own_sweep.entries_of(own))

    heading("Ask your own", 2)
    paragraph("Choose a scenario, one or two levers and how far to move them, and what you want to look at.")
    with html("div", class_="explore-form"):
        values = [(card.key, f"{card.name} ({card.key})") for card in catalogue.cards(desk)]
        choice("Scenario to start from", values, asked["base"], lambda key: change(base=key))
        for names, words in zip(PLACES, ("First lever", "Second lever (may stay empty)"), strict=True):
            _lever(asked, names, words, desk, change)
        _measures(asked, change)
        for name, (words, sizes) in SIZES.items():
            value = asked[name] or str(USUAL[name])
            options = sorted({*sizes, value}, key=lambda size: (len(size), size))
            choice(words, [(size, size) for size in options], value, lambda size, name=name: change(**{name: size}))  # type: ignore[misc]
    if mistake:
        alert(mistake)
    with html("div"):
        button("Go", lambda: tried(begin), "mdi-play")


def _measures(asked: Mapping[str, str], change: Callable[..., None]) -> None:
    known = [
        (measure.name, catalogue.in_words(measure.words)) for measure in definitions(model()).values() if measure.better
    ]
    choice("Measure", known, asked["measure"] or "profit", lambda name: change(measure=name))
    choice("Second measure", [("", "none"), *known], asked["measure2"], lambda name: change(measure2=name))


def _lever(
    asked: Mapping[str, str], names: tuple[str, str, str], words: str, desk: VisitorFiles, change: Callable[..., None]
) -> None:
    path = asked[names[0]]
    known = numbers()
    lever = known.get(path)

    def choose(chosen: str | None) -> None:
        low, high = _usual_range(chosen, asked["base"], desk) if chosen in known else ("", "")
        change(**{names[0]: chosen, names[1]: low, names[2]: high})

    with html("div", class_="explore-lever"):
        items = [{"value": each.key, "text": each.label} for each in known.values()]
        v.Autocomplete(
            label=words, items=items, v_model=path or None, on_v_model=choose, clearable=True, outlined=True, dense=True,
            hide_details=True,
        )  # fmt: skip
        if lever is not None:
            if lever.kind is not bool:
                for label, name in zip(("from", "to"), names[1:], strict=True):
                    _end(lever, label, asked[name], lambda text, name=name: change(**{name: text}))  # type: ignore[misc]
            lever_told(lever, _today(asked["base"], path, desk))


def _end(lever: Lever, label: str, written: str, change: Callable[[str], None]) -> Element:
    """One end of a lever's range."""
    return NumberField(label, written, change, limits_of(lever, written), judged=False)


def _usual_range(path: str | None, base: str, desk: VisitorFiles) -> tuple[str, str]:
    lever = numbers()[path or ""]
    if lever.kind is bool:
        return "", ""
    try:
        today = own_sweep.value_today(scenario_library.fetch(base, desk), lever.key)
    except Mistake:
        today = lever.low
    low, high = own_sweep.around(lever, today)
    return f"{low:.10g}", f"{high:.10g}"


def _today(base: str, path: str, desk: VisitorFiles) -> str:
    try:
        today = own_sweep.value_today(scenario_library.fetch(base, desk), path)
        return f"In this scenario: {number_told(float(f'{today:.6g}'))}"
    except Mistake:
        return ""
