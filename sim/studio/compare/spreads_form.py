"""The form that says how the customers who are drawn differ: segments, and traits with a small picture of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import solara
from reacton.core import Element

from sim.errors import Mistake
from sim.scenario.sections import traits
from sim.scenario.whole import Scenario
from sim.studio.compare import question as asking
from sim.studio.compare import spread_picture, spreads
from sim.studio.compare.forms import Ask
from sim.studio.compare.question import Question
from sim.studio.compare.spreads import EVERYBODY, KIND_WORDS, NUMBER_WORDS, Spread, Spreads, kinds, worded
from sim.studio.visitor.files import VisitorFiles
from sim.studio.widgets.basics import Field, Table, alert, button, caption, choice, heading
from sim.studio.widgets.html import plain

Say = Callable[[Callable[[Spreads], Spreads]], None]
"""Changes what is said of the customers; it is told how, as :data:`sim.studio.compare.forms.Ask` is."""
ADD = ("", "– choose a trait –")


@solara.component
def SpreadsForm(question: Question, ask: Ask, desk: VisitorFiles) -> None:
    """Everything about how the customers differ, folded away until it is asked for."""
    start = _start(question, desk)
    said = question.spreads

    def say(change: Callable[[Spreads], Spreads]) -> None:
        ask(lambda asked: replace(asked, spreads=change(asked.spreads)))

    count = len(said.spreads) + len(said.segments)
    with plain("details", class_="studio-details compare-differ"):
        plain("summary", "How the customers differ" + (f" ({count} set here)" if count else ""))
        if start is None:
            caption("The base cannot be made yet; mend it below first.")
            return
        caption("Every customer is drawn anew in every replication: each trait from the spread that is said here, else from the "
              "scenario’s. It holds for every policy, and for the rival’s customers too.")  # fmt: skip
        Segments(said, say, start)
        _set(said, say, start)


def _start(question: Question, desk: VisitorFiles) -> Scenario | None:
    """The base on its customers, before anything is said of them here."""
    try:
        return asking.peopled_at(replace(question, spreads=Spreads()), 0, desk)
    except Mistake:
        return None


@solara.component
def Segments(said: Spreads, say: Say, start: Scenario) -> None:
    """The kinds of customer there are, and how common each is."""
    own = spreads.segments_of(start.customers)
    there = said.segments or own
    heading("Segments", 3)
    if not there:
        caption("One kind of customer. With segments, a trait can be spread differently in each of them.")
    for place, (name, share) in enumerate(there):
        SegmentForm(place, name, share, say, own).key(f"segment {place}")
    with plain("div"):
        fault = _fault(start, said)
        if fault:
            alert(fault)
    with plain("div"):
        button(
            "Add a segment", lambda: say(lambda now: now.with_segment(now.segments or own)), "mdi-plus", outlined=True
        )


@solara.component
def SegmentForm(place: int, name: str, share: str, say: Say, own: tuple[tuple[str, str], ...]) -> Element:
    """One segment: its name and its share."""

    def put(name: str, share: str) -> None:
        say(lambda now: now.segment_said(now.segments or own, place, name.strip(), share))

    def remove() -> None:
        say(lambda now: now.without_segment(now.segments or own, place))

    with plain("div", class_="compare-row", role="group", aria_label=f"Segment {name}") as row:
        Field("Name of the segment", name, lambda words: put(words, share)).key("name")
        Field("Share of the customers", share, lambda words: put(name, words), hint="all shares add up to 100 %").key(
            "share"
        )
        with plain("div", class_="narrow"):
            button("Remove", remove, "mdi-delete", text=True, small=True)
    return row


def _fault(start: Scenario, said: Spreads) -> str:
    """What is wrong with the whole, unless a field says it already."""
    try:
        spreads.applied(start, said)
    except Mistake as mistake:
        alone = any(spreads.fault_of(spread, start) for spread in said.spreads)
        return "" if alone else str(mistake)
    return ""


def _set(said: Spreads, say: Say, start: Scenario) -> None:
    """The traits that were set, how to set another, and how all of them are."""
    heading("Traits", 3)
    segments = [name for name, _ in said.segments or spreads.segments_of(start.customers)]
    with plain("div", class_="compare-map"):
        for place, spread in enumerate(said.spreads):
            SpreadForm(spread, place, start, say).key(f"spread {place} {spread.segment} {spread.trait}")
    Adding(said, say, start, segments)
    rows = [(worded(name), _as_it_is(start, name, segments), line.meaning) for name, line in traits().items()]
    with plain("details", class_="studio-details"):
        plain("summary", f"All {len(rows)} traits as the scenario spreads them")
        Table(("Trait", "As the scenario says", "Meaning"), rows, "Traits of the customers")


def _as_it_is(start: Scenario, trait: str, segments: list[str]) -> str:
    everybody, own = spreads.spread_in_words(start.customers, trait), start.customers.segments
    parts = [f"{name}: {spreads.spread_in_words(start.customers, trait, name)}" for name in segments
             if name in own and trait in own[name].traits]  # fmt: skip
    return "; ".join([everybody, *parts])


@solara.component
def Adding(said: Spreads, say: Say, start: Scenario, segments: list[str]) -> Element:
    """How to set one more trait: of whom, and which."""
    whom, set_whom = solara.use_state(EVERYBODY)
    whom = whom if whom in segments else EVERYBODY
    taken = {spread.trait for spread in said.spreads if spread.segment == whom}
    free = [(name, f"{worded(name)} ({line.unit})") for name, line in traits().items() if name not in taken]

    def add(trait: str) -> None:
        if trait:
            say(lambda now: now.put(len(now.spreads), spreads.now(start.customers, trait, whom)))

    with plain("div", class_="compare-row compare-narrow") as row:
        if segments:
            whose = [(EVERYBODY, "everybody"), *((name, name) for name in segments)]
            choice("Of whom", whose, whom, set_whom)
        choice("Say how a trait is spread", [ADD, *free], "", add)
    return row


@solara.component
def SpreadForm(spread: Spread, place: int, start: Scenario, say: Say) -> Element:
    """A trait: the kind of its spread, its numbers with unit and range, and the picture of what that makes."""
    fault = spreads.fault_of(spread, start)
    name = f"{worded(spread.trait)}: {spread.segment or 'everybody'}"

    def move(**changes: Any) -> None:
        say(lambda now: now.moved(place, **changes))

    with plain("div", class_="chosen compare-spread", role="group", aria_label=name) as box:
        plain("b", name)
        if spread.trait in traits():
            caption(f"{traits()[spread.trait].meaning}.")
            _numbers(spread, place, say, move)
        with plain("div"):
            if fault:
                alert(fault)
        if not fault:
            _picture(spread, start)
        button("Take it out", lambda: say(lambda now: now.without(place)), "mdi-close", text=True, small=True)
    return box


def _numbers(spread: Spread, place: int, say: Say, move: Callable[..., None]) -> None:
    """The kind, and a field for each of its numbers."""
    words = [(kind, KIND_WORDS.get(kind, kind)) for kind in kinds()]

    def other_kind(kind: str) -> None:
        say(lambda now: now.put(place, now.spreads[place].of_kind(kind)) if place < len(now.spreads) else now)

    choice("How it is spread", words, spread.kind, other_kind)
    with plain("div", class_="compare-row"):
        for number, called in enumerate(kinds().get(spread.kind, ())):
            typed = spread.numbers[number] if number < len(spread.numbers) else ""
            Field(
                NUMBER_WORDS.get(called, called), typed,
                lambda text, k=number: move(numbers=_with(spread, k, text)),  # type: ignore[misc]
                suffix=traits()[spread.trait].unit,
            ).key(f"{spread.kind} {called}")  # fmt: skip
    caption(f"{spreads.range_told(spread.trait)}.".capitalize())


def _with(spread: Spread, place: int, text: str) -> tuple[str, ...]:
    """The numbers with one of them typed anew; what an address left out is empty."""
    wanted = len(kinds().get(spread.kind, ()))
    numbers = [*spread.numbers, *[""] * wanted][:wanted]
    numbers[place] = text
    return tuple(numbers)


def _picture(spread: Spread, start: Scenario) -> None:
    found, trait = spreads.distribution_of(spread, start), traits()[spread.trait]
    if found is not None:
        plain("img", class_="compare-curve", src=spread_picture.picture(found, trait).source, alt="")
        caption(spread_picture.picture_in_words(found, trait))
