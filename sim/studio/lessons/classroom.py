"""A class at one lesson in the studio: what its members see, and what stands on the board."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from sim.errors import Mistake
from sim.runs.executor import executor
from sim.scenario.whole import Scenario
from sim.studio.lessons.outcome import in_words, live, with_interval, worlds
from sim.studio.lessons.pictures import dots
from sim.studio.lessons.pieces import Box, GuessForm, Listed, picture
from sim.studio.lessons.school_class import ROOMS, View
from sim.studio.lessons.taking import committed_in_words, guess_needed
from sim.studio.visitor.address import Address
from sim.studio.visitor.watching import use_watched
from sim.studio.visitor.work import Stopped, Work, use_work
from sim.studio.widgets.basics import Table, alert, button, caption, heading, hidden, paragraph
from sim.studio.widgets.html import html

LOOK = 0.5
"""Seconds between two looks at whether something in the class has changed."""


@solara.component
def Classroom(code: str, visitor: str, found: dict[str, Scenario], address: Address) -> None:
    """The class with this code, as this visitor may see it."""
    use_watched(lambda: ROOMS.version(code), LOOK, code)
    try:
        view = ROOMS.view(code, visitor)
    except Mistake as mistake:
        heading("Lessons")
        alert(str(mistake))
        button("To the lessons", lambda: address.go("/lessons"), outlined=True)
        return
    scenario = found.get(view.lesson)
    if scenario is None:
        alert(f"The lesson of this class, “{view.lesson[:60]}”, cannot be taken any more: its file was changed.")
        return
    heading(f"{scenario.name} – class {view.code}")
    with html("div", class_="lesson-body"):
        if view.owner:
            Board(view, scenario, visitor)
        else:
            Seat(view, scenario, visitor)
        if view.open:
            Together(view, scenario)


@solara.component
def Board(view: View, scenario: Scenario, visitor: str) -> None:
    """What the teacher shows on the wall: the code, and how many are how far."""
    paragraph("Open “Lessons” in the studio and enter this code:")
    html("p", class_="lesson-code", children=[view.code])
    _counts(view)
    if not view.revealed:
        paragraph(
            "Guesses and outcomes stay hidden here until you show them. After that nobody can commit a guess any more."
        )
        button("Show the outcome to all", lambda: ROOMS.reveal(view.code, visitor), "mdi-eye-outline", large=True)


def _counts(view: View) -> None:
    counts = [(view.members, "in the class"), (view.committed, "have guessed"), (view.done, "have run their world")]
    with html("div", class_="lesson-counts"):
        for count, words in counts:
            html("div", children=[html("b", children=[str(count)]), words])
    hidden(", ".join(f"{count} {words}" for count, words in counts))


@solara.component
def Seat(view: View, scenario: Scenario, visitor: str) -> None:
    """What a member does: take a seat, read, guess, run."""
    mistake, set_mistake = solara.use_state("")
    if view.mine is None:
        paragraph("You have come to a class. Whoever takes a seat gets a world with luck of their own.")
        button("Take a seat", lambda: _try(lambda: ROOMS.enter(view.code, visitor), set_mistake), large=True)
    else:
        name = f"{view.mine.name}, your" if view.mine.name else "Your"
        caption(f"{name} world has luck no. {view.mine.number}. {view.committed} of {view.members} have guessed.")
        if view.mine.guess is None and not view.revealed:
            ReadAndGuess(scenario, lambda value: _try(lambda: ROOMS.commit(view.code, visitor, value), set_mistake))
        else:
            OwnRun(view, scenario, visitor)
    if mistake:
        alert(mistake)


def _try(action: Callable[[], Any], fail: Callable[[str], None]) -> None:
    try:
        action()
        fail("")
    except Mistake as mistake:
        fail(str(mistake))


@solara.component
def ReadAndGuess(scenario: Scenario, commit: Callable[[float], None]) -> None:
    """The story, and the guess."""
    lesson = scenario.lesson
    assert lesson is not None and lesson.guide is not None
    for words in lesson.guide.read:
        paragraph(words)
    html("h2", class_="lesson-question", children=[lesson.predict])
    GuessForm(guess_needed(scenario), "What will the model show?", commit)


@solara.component
def OwnRun(view: View, scenario: Scenario, visitor: str) -> None:
    """A member's own replication."""
    work, guess, mine = use_work(), guess_needed(scenario), view.mine
    assert mine is not None
    if mine.guess is not None:
        Box(f"Your guess: {committed_in_words(guess, mine.guess)}")
    if mine.value is not None:
        paragraph(f"Your own run showed {in_words(guess, mine.value)}. Every run has other luck: look at the others.")
        return
    if work.running:
        caption("Both worlds are lived through, once each …")
        button("Cancel", work.cancel, "mdi-close", outlined=True)
    else:
        start = "Run my world"
        button(start, lambda: work.start(2, lambda own: run_mine(view, scenario, visitor, own)), "mdi-play", large=True)
    if work.mistake:
        alert(work.mistake)


def run_mine(view: View, scenario: Scenario, visitor: str, work: Work) -> None:
    """Run the member's own replication of both worlds and hand its outcome in. Raises :class:`Stopped`."""
    assert view.mine is not None
    number = view.mine.number
    with executor() as place:
        work.on_cancel(lambda: place.stop("called off"))
        outcome = live(worlds(scenario), range(number, number + 1), view.seed, place, progress=work.step)
    if work.called_off:
        raise Stopped
    ROOMS.arrive(view.code, visitor, float(outcome.each[0]))


@solara.component
def Together(view: View, scenario: Scenario) -> None:
    """The distribution of the class, with its guesses beside it."""
    guess = guess_needed(scenario)
    heading("The class", 2)
    if view.around is None:
        paragraph("Nobody has run a world yet; a dot appears here for each run.")
        return
    runs = f"{view.done} run{'' if view.done == 1 else 's'}"
    known = with_interval(guess, view.around) if view.done > 1 else in_words(guess, view.around.mean)
    html("p", class_="lesson-verdict", children=[f"Mean of {runs}: {known}"])
    picture(dots(guess, tuple(value for _, value, _ in view.dots), view.around, view.guesses))
    if view.committed:
        paragraph(f"{view.right} of {view.committed} guesses are right, going by the mean of the class.")
    if guess.options:
        right = guess.right(view.around.mean)
        rows = [
            (option.answer, f"{count}", "this is what the class's mean shows" if place == right else "")
            for place, (option, count) in enumerate(zip(guess.options, view.answers, strict=True))
        ]
        Table(("Answer", "Guesses", ""), rows, "How the class guessed")
    if view.revealed:
        TalkAbout(scenario)
    named = [(f"no. {number}", name or "–", in_words(guess, value, 1)) for number, value, name in view.dots]
    with html("details"):
        html("summary", children=["All runs as a table"])
        Table(("Luck", "Nickname", "Difference"), named, "All runs of the class")


@solara.component
def TalkAbout(scenario: Scenario) -> None:
    """What to talk about when everybody has seen the outcome; the model's own answer is folded away until then."""
    lesson = scenario.lesson
    assert lesson is not None and lesson.guide is not None
    Box(lesson.happens)
    heading("To talk about", 2)
    Listed(lesson.guide.explain, ordered=True)
    with html("details"):
        html("summary", children=["Why, in the model's own account"])
        paragraph(lesson.because)
