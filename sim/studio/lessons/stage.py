"""The stage: what stands on the wall while a class takes a lesson, one scene after the other, as the console says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import segno
import solara

from sim.report.amounts import counted
from sim.report.charts.palette import PAPER
from sim.scenario.guided import Guess
from sim.scenario.whole import Scenario
from sim.studio.lessons.class_runs import RUNS
from sim.studio.lessons.explanation import Decisive, Explanation
from sim.studio.lessons.film import Film, reel
from sim.studio.lessons.outcome import Outcome, guess_needed, in_words, with_interval
from sim.studio.lessons.pictures import dots
from sim.studio.lessons.pieces import Listed, picture
from sim.studio.lessons.school_class import View
from sim.studio.visitor.address import Address
from sim.studio.visitor.house import HOUSE
from sim.studio.visitor.watching import use_watched
from sim.studio.widgets.basics import alert, button, caption, heading, hidden, paragraph
from sim.studio.widgets.html import html


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
    WhenRun(scenario, view.seed, lambda outcome: Film(**reel(outcome), playing=True))


@solara.component
def Together(view: View, scenario: Scenario) -> None:
    """What the runs of the class show, and how it guessed."""
    guess = guess_needed(scenario)
    if view.around is None:
        paragraph("The runs of the class are still under way; a dot appears here for each.")
        return
    known = with_interval(guess, view.around) if view.done > 1 else in_words(guess, view.around.mean)
    html("p", class_="lesson-verdict", children=[f"Mean of {counted(view.done, 'run', 'runs')}: {known}"])
    picture(dots(guess, tuple(value for _, value, _ in view.dots), view.around, view.guesses))
    if view.counted:
        paragraph(f"{view.right} of {view.counted} guesses are right, going by the mean of the class.")
    with html("div"):
        if guess.options:
            Bars(guess, view)


@solara.component
def Bars(guess: Guess, view: View) -> None:
    """A bar for each answer, as long as it was chosen often; the right one is named."""
    right = guess.right(view.around.mean) if view.around else -1
    most = max([1, *view.answers])
    with html("ul", class_="lesson-bars", attributes={"aria-label": "How the class guessed"}):
        for place, (option, count) in enumerate(zip(guess.options, view.answers, strict=True)):
            mark = " – this is what the class’s runs show" if place == right else ""
            bar = html("span", class_="lesson-bar", style_=f"width: {100 * count / most:.0f}%")
            html(
                "li",
                class_="right" if mark else "",
                children=[html("b", children=[f"{count}"]), f" {option.answer}{mark}", bar],
            )


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
