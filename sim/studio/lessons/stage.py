"""The stage: what stands on the wall while a class takes a lesson, one scene after the other, as the console says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import segno
import solara
from reacton.core import Element

from sim.report.amounts import counted
from sim.report.charts.palette import PAPER
from sim.scenario.whole import Scenario
from sim.studio.lessons.class_runs import RUNS
from sim.studio.lessons.explanation import Decisive, Explanation
from sim.studio.lessons.film import Film, reel
from sim.studio.lessons.outcome import Outcome, guess_needed, in_words, with_interval
from sim.studio.lessons.pictures import of_class
from sim.studio.lessons.pieces import Listed
from sim.studio.lessons.school_class import View
from sim.studio.visitor.address import Address
from sim.studio.visitor.house import HOUSE
from sim.studio.visitor.watching import use_watched
from sim.studio.widgets.basics import alert, button, caption, heading, hidden, paragraph
from sim.studio.widgets.html import html
from sim.studio.widgets.prose import Prose, filled


def way_in(view: View) -> str:
    """The link by which members come, with everything in it."""
    return HOUSE.link("lessons", **{"class": view.code})


def QrCode(link: str, words: str) -> None:  # noqa: N802 – looks like a component
    """A link as a picture that a phone reads."""
    drawn = segno.make(link, error="m", micro=False).svg_data_uri(scale=8, border=3, light=PAPER)
    html("img", class_="lesson-qr", attributes={"src": drawn, "alt": words})


@solara.component
def Stage(view: View, scenario: Scenario, address: Address) -> None:
    """One scene, as large as the wall."""
    with html("div", class_="lesson-stage"):
        heading(scenario.name)
        with html("div", class_="lesson-scene"):
            Scene(view, scenario).key(f"{view.scene} {view.seed}")
        with html("div", class_="lesson-row lesson-foot"):
            caption(f"Class {view.code}. {view.committed} of {view.members} have guessed.")
            button("To the console", lambda: address.go(view=None), text=True, small=True)
    hidden(f"{view.scene}. {view.committed} of {view.members} have guessed.")


@solara.component
def Scene(view: View, scenario: Scenario) -> None:
    """What the console chose; whatever tells the outcome is only chosen when that is shown."""
    SCENES[view.scene if view.revealed or view.scene in ("join", "story") else "story"](view, scenario)


@solara.component
def Join(view: View, scenario: Scenario) -> None:
    """How one comes in."""
    with html("div", class_="lesson-join"):
        QrCode(way_in(view), "QR code of the link to this class")
        with html("div"):
            paragraph("Take your phone, and read this – or open")
            html("p", class_="lesson-verdict", children=[f"{HOUSE.address}lessons"])
            paragraph("and enter")
            html("p", class_="lesson-code", children=[view.code])
            html("p", class_="lesson-verdict", children=[f"{view.members} in the class"])
            caption("" if HOUSE.shared else "Only this machine reaches this studio; --host 0.0.0.0 lets others in.")


@solara.component
def Story(view: View, scenario: Scenario) -> None:
    """The story and the question; guesses are made on everybody's own page."""
    lesson = scenario.lesson
    assert lesson is not None and lesson.guide is not None
    for words in lesson.guide.read:
        paragraph(words)
    html("p", class_="lesson-question", children=[lesson.predict])
    with html("div"):
        if lesson.guide.guess.options:
            Listed([option.answer for option in lesson.guide.guess.options])
    html("p", class_="lesson-verdict", children=[f"{view.committed} of {view.members} have guessed"])


@solara.component
def WhenRun(scenario: Scenario, seed: int, shown: Callable[[Outcome], Any]) -> None:
    """What needs both worlds run; until they are, it says so."""
    found = use_watched(lambda: RUNS.outcome(scenario, seed), 0.2, seed)
    if found is None:
        paragraph("Both worlds are lived through …")
    elif isinstance(found, str):
        alert(found)
    else:
        shown(found)


@solara.component
def Filmed(view: View, scenario: Scenario) -> None:
    """Both worlds play."""
    WhenRun(scenario, view.seed, lambda outcome: Film(reel=reel(outcome), playing=True))


def Together(view: View, scenario: Scenario, verdict: str = "", own: str = "") -> Element:  # noqa: N802 – looks like a component
    """What the runs of the class show, and how it guessed, in one piece: sixty pages are told at once. ``verdict`` and ``own``:
    of a member's guess and run."""
    guess, around = guess_needed(scenario), view.around
    content: dict[str, Any] = {"view": view, "verdict": verdict, "own": own}
    if around is not None:
        answers = zip([option.answer for option in guess.options], view.answers, strict=False)
        content |= {
            "runs": counted(view.done, "run", "runs"), "picture": of_class(view, guess), "most": max([1, *view.answers]),
            "known": with_interval(guess, around) if view.done > 1 else in_words(guess, around.mean),
            "bars": [(*each, place == guess.right(around.mean)) for place, each in enumerate(answers)],
        }  # fmt: skip
    return Prose(filled("together.html", **content))


@solara.component
def OneCustomer(view: View, scenario: Scenario) -> None:
    """The decisive weeks of one customer whose two lives part."""
    WhenRun(scenario, view.seed, lambda outcome: Decisive(outcome))


@solara.component
def AskWhy(view: View, scenario: Scenario) -> None:
    """The question, and how many have answered it."""
    lesson = scenario.lesson
    assert lesson is not None and lesson.guide is not None
    html("p", class_="lesson-question", children=["Why? Write it on your phone, in your own words."])
    Listed(lesson.guide.explain, ordered=True)
    html("p", class_="lesson-verdict", children=[f"{sum(bool(each.why) for each in view.seats)} answers have come"])


@solara.component
def Explained(view: View, scenario: Scenario) -> None:
    """The model's own account."""
    Explanation(scenario)


@solara.component
def ThinkOn(view: View, scenario: Scenario) -> None:
    """A question without a single answer."""
    lesson = scenario.lesson
    assert lesson is not None and lesson.guide is not None
    html("p", class_="lesson-question", children=[lesson.guide.think.question])
    paragraph("There is no single answer.")


SCENES: dict[str, Callable[..., Any]] = {
    "join": Join, "story": Story, "film": Filmed, "guesses": Together, "customer": OneCustomer, "why": AskWhy,
    "explanation": Explained, "think": ThinkOn,
}  # fmt: skip
"""What shows each scene."""
