"""The form of a policy: the scenario it starts from, the levers that were moved, and how to find another lever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import reacton.ipyvuetify as v
import solara
from reacton.core import Element

from sim.errors import Mistake
from sim.report.charts.palette import look
from sim.scenario.whole import Scenario
from sim.studio.compare import question as asking
from sim.studio.compare.question import Question
from sim.studio.compare.spreads import Spreads
from sim.studio.library.scenario_library import titles
from sim.studio.visitor.files import VisitorFiles
from sim.studio.visitor.levers import GROUPS, Lever, found, lever, levers, worded
from sim.studio.visitor.policies import Policy, Setting, fault_of, now, title_of
from sim.studio.widgets.basics import Field, alert, button, caption, choice, heading
from sim.studio.widgets.html import plain
from sim.studio.widgets.number_field import LeverField, Limits, NumberField, lever_told

Ask = Callable[[Callable[[Question], Question]], None]
"""Changes the question. It is told how, not to what: what is asked may have changed since the form was drawn."""
Put = Callable[[Callable[[Policy], Policy]], None]
"""The same for one policy."""


@solara.component
def PolicyForm(place: int, question: Question, ask: Ask, desk: VisitorFiles) -> None:
    """One policy's card."""
    policy = question.policies[place]
    finding, set_finding = solara.use_state(False)
    fresh, set_fresh = solara.use_state(-1)
    start, missing = _start(question, place, desk)

    def put(change: Callable[[Policy], Policy]) -> None:
        ask(lambda asked: asked.changed(place, change))

    def chosen(setting: Setting) -> None:
        set_finding(False)
        set_fresh(len(policy.settings))
        put(lambda policy: policy.put(len(policy.settings), setting))

    style = f"--colour: {look(place).colour}"
    with plain("section", class_="compare-policy", style=style, aria_label=_called(place)):
        heading(_called(place), 3)
        _choose_start(policy, desk, put)
        if missing or start is None:
            alert(missing)
            return
        caption(start.description)
        for number, setting in enumerate(policy.settings):
            SettingForm(setting, number, start, put, number == fresh)
        with plain("div"):
            _whole_fault(question, place, start, desk)
        button("Change a lever", lambda: set_finding(not finding), "mdi-tune-vertical", outlined=True)
        if place > 0:
            button("Remove", lambda: ask(lambda asked: asked.without_policy(place)), "mdi-delete", text=True)
        if finding:
            Finder(start, chosen)
        _naming(policy, start, put)


def _called(place: int) -> str:
    return "Base: what the others are held against" if place == 0 else f"What if {place}"


def _start(question: Question, place: int, desk: VisitorFiles) -> tuple[Scenario | None, str]:
    """The scenario that the policy starts from, or a sentence."""
    try:
        return asking.started(question, place, desk), ""
    except Mistake as mistake:
        return None, str(mistake)


def _choose_start(policy: Policy, desk: VisitorFiles, put: Put) -> None:
    names = [(key, f"{worded(key.rpartition('/')[0]) or 'Other'}: {name}") for key, name in titles(desk).items()]
    choice("Starts from", names, policy.start, lambda key: put(lambda now: replace(now, start=key)))


def _whole_fault(question: Question, place: int, start: Scenario, desk: VisitorFiles) -> None:
    """What is wrong with the policy as a whole, unless a field says it already."""
    policy = question.policies[place]
    question = replace(question, spreads=Spreads())  # what is wrong with them is said beside them
    try:
        asking.scenario_at(question, place, desk)
    except Mistake as mistake:
        if not any(fault_of(setting, start) for setting in policy.settings):
            alert(str(mistake))


def _naming(policy: Policy, start: Scenario, put: Put) -> None:
    with plain("details", class_="studio-details"):
        plain("summary", "Name and description")
        called = title_of(policy, start)
        Field("Name", policy.name, lambda text: put(lambda now: replace(now, name=text.strip())), hint=f"now: {called}")
        Field("What it is about", policy.about, lambda text: put(lambda now: replace(now, about=text.strip())))


@solara.component
def SettingForm(setting: Setting, number: int, start: Scenario, put: Put, fresh: bool = False) -> Element:
    """A lever that was moved: value with unit and range, from which week, meaning and source.

    ``fresh``: it was picked just now, and what is picked is to be typed over.
    """

    def move(**changes: Any) -> None:
        put(lambda policy: policy.moved(number, **changes))

    def remove() -> None:
        put(lambda policy: policy.without(number))

    fault = fault_of(setting, start)
    if setting.lever not in levers():
        with plain("div", class_="compare-lever wrong") as unknown:
            alert(fault)
            button("Take it out", remove, "mdi-close", text=True)
        return unknown
    this = lever(setting.lever)
    with plain(
        "div", class_="compare-lever wrong" if fault else "compare-lever", role="group", aria_label=this.label
    ) as box:
        plain("h4", this.label)
        with plain("div", class_="compare-row"):
            LeverField(this, setting.written, lambda text: move(written=text), fresh)
            if this.group != "scenario":
                weeks = Limits(0, start.weeks - 1, whole=True)
                NumberField("From week (0: at once)", str(setting.week), lambda text: move(week=int(text)), weeks)
            with plain("div", class_="narrow"):
                button("Take it out", remove, "mdi-close", text=True, small=True)
        with plain("div"):
            if fault:
                alert(fault)
        lever_told(this, f"In “{start.name}”: {now(this.key, start)}")
    return box


@solara.component
def Finder(start: Scenario, choose: Callable[[Setting], None]) -> None:
    """Every lever, sorted by mechanism, to be searched by words."""
    words, set_words = solara.use_state("")
    matching = found(words)
    with plain("div", class_="compare-finder", role="group", aria_label="Levers"):
        v.TextField(
            label="Find a lever", v_model=words, on_v_model=lambda text: set_words(text or ""), outlined=True, dense=True,
            hide_details=True, clearable=True, append_icon="mdi-magnify", autofocus=True,
        )  # fmt: skip
        if not matching:
            caption("No lever is called so, nor means it; try another word, or none to see all.")
        for group, parts in matching.items():
            plain("h4", GROUPS[group])
            for part, these in parts.items():
                _part(part, these, start, choose, bool(words.strip())).key(f"{part}:{words}")


def _part(part: str, these: list[Lever], start: Scenario, choose: Callable[[Setting], None], opened: bool) -> Element:
    with plain("details", **({"open": "open"} if opened else {})) as box:
        plain("summary", f"{worded(part)} ({len(these)})")
        for this in these:
            Pick(this, lambda it=this: choose(Setting(it.key, now(it.key, start))))
    return box


@solara.component
def Pick(this: Lever, choose: Callable[[], None]) -> Element:
    """A lever in the list, which a click moves into the policy."""
    name, says = plain("b", this.name.replace("_", " ")), f"{this.meaning} ({this.unit or 'a choice'})"
    picked = plain("button", name, says, class_="compare-pick", type_="button")
    v.use_event(picked, "click", lambda *_: choose())
    return picked
