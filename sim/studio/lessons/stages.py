"""The stages of a lesson as the page shows them: read, predict, run, compare, explain, think on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from sim.runs.executor import executor
from sim.studio.lessons.explanation import Decisive, Explanation
from sim.studio.lessons.film import Film, reel
from sim.studio.lessons.outcome import (
    REPLICATIONS,
    Outcome,
    committed_in_words,
    live,
    measure_words,
    with_interval,
    worlds,
)
from sim.studio.lessons.pictures import dots, over_time
from sim.studio.lessons.pieces import Box, GuessForm, Listed, picture
from sim.studio.lessons.taking import ATTEMPTS, MOST_ROWS, Attempt
from sim.studio.library import scenario_library
from sim.studio.library.catalogue import in_words
from sim.studio.visitor.address import Address
from sim.studio.visitor.work import Stopped, Work, use_work
from sim.studio.widgets.basics import Progress, Table, alert, button, caption, heading, paragraph, use_trying
from sim.studio.widgets.html import html


@solara.component
def Read(attempt: Attempt, go: Any, key: str, visitor: str, address: Address) -> None:
    """The story."""
    for words in attempt.guide.read:
        paragraph(words)
    caption("Two worlds live through two years: the same people, the same luck.")
    button("Now guess", lambda: go("predict"), "mdi-arrow-right", large=True)
    button("For the teacher", lambda: address.go(view="teacher", stage=None), text=True)


@solara.component
def Predict(attempt: Attempt, go: Any, key: str, visitor: str, address: Address) -> None:
    """The guess: made once."""
    mistake, tried = use_trying()

    def commit(value: float) -> None:
        attempt.commit(value)
        go("run")

    html("h2", class_="lesson-question", children=[attempt.lesson.predict])
    if attempt.guess is None:
        GuessForm(attempt.guide.guess, "What will the model show?", lambda value: tried(lambda: commit(value)))
        caption("A committed guess stays as it is: that is what makes the comparison worth something.")
    else:
        Box(f"Your guess: {committed_in_words(attempt.guide.guess, attempt.guess)}")
        button(
            "Go on",
            lambda: go(attempt.furthest if attempt.outcome is None else "compare"),
            "mdi-arrow-right",
            large=True,
        )
    if mistake:
        alert(mistake)


@solara.component
def Run(attempt: Attempt, go: Any, key: str, visitor: str, address: Address) -> None:
    """Both worlds are run."""
    work = use_work()

    def start() -> None:
        work.start(2 * REPLICATIONS, lambda own: run_pair(attempt, own))

    def follow() -> None:
        if work.result is not None:
            attempt.arrive(work.result)
            go("compare")

    solara.use_effect(follow, [work.result])
    assert attempt.guess is not None
    Box(f"Your guess: {committed_in_words(attempt.guide.guess, attempt.guess)}")
    paragraph(
        f"Both worlds are now lived through {REPLICATIONS} times, each time with other luck – the same in both worlds."
    )
    if work.running:
        Progress(work, "Weeks are passing")
    else:
        button("Run both worlds" if attempt.outcome is None else "Run again", start, "mdi-play", large=True)
    if attempt.outcome is not None:
        button("To the outcome", lambda: go("compare"), "mdi-arrow-right", outlined=True, large=True)
    if work.mistake:
        alert(work.mistake)


def run_pair(attempt: Attempt, work: Work) -> Outcome:
    """Run both worlds of a lesson. Raises :class:`Stopped` when it was called off."""
    with executor() as place:
        work.on_cancel(lambda: place.stop("called off"))
        outcome = live(worlds(attempt.scenario), range(REPLICATIONS), attempt.seed, place, progress=work.step)
    if work.called_off:
        raise Stopped
    return outcome


@solara.component
def Compare(attempt: Attempt, go: Any, key: str, visitor: str, address: Address) -> None:
    """Guess and outcome beside each other."""
    outcome, guess = attempt.outcome, attempt.guide.guess
    assert outcome is not None and attempt.guess is not None
    Film(reel=solara.use_memo(lambda: reel(outcome), [id(outcome)]))
    html("p", class_="lesson-verdict", children=[attempt.verdict])
    if guess.options:
        paragraph(guess.options[int(attempt.guess)].means)
    Box(attempt.lesson.happens)
    paragraph(
        f"{in_words(measure_words(guess.measure))}: {with_interval(guess, outcome.guessed)}, against the other world."
    )
    values = tuple(float(value) for value in outcome.each)
    own = () if guess.options else (float(attempt.guess),)
    picture(solara.use_memo(lambda: dots(guess, values, outcome.guessed, own), [id(outcome)]))
    heading("Week by week", 2)
    picture(solara.use_memo(lambda: over_time(outcome), [id(outcome)]))
    heading("What the lesson says, and what this run showed", 2)
    rows = [
        (measure_words(shown.expected.measure), shown.expected.words, "as told" if shown.holds else "not this time")
        for shown in outcome.shown
    ]
    Table(("Measure", "The lesson says", "This run"), rows, "What the lesson says, and what this run showed")
    button("Why?", lambda: go("explain"), "mdi-arrow-right", large=True)


@solara.component
def Explain(attempt: Attempt, go: Any, key: str, visitor: str, address: Address) -> None:
    """First in one's own words, then the model's account."""
    opened, set_opened = solara.use_state(False)
    paragraph("First in your own words – write it down, or tell somebody:")
    Listed(attempt.guide.explain, ordered=True)
    if opened and attempt.outcome is not None:
        Explanation(attempt.scenario)
        Decisive(attempt.outcome, MOST_ROWS, reasons=True).key("account")
    else:
        button("Now the model's own account", lambda: set_opened(True), "mdi-book-open-variant", large=True)
    button("One more question", lambda: go("think"), "mdi-arrow-right", outlined=opened is False, large=True)


@solara.component
def Think(attempt: Attempt, go: Any, key: str, visitor: str, address: Address) -> None:
    """A question without a single answer."""
    opened, set_opened = solara.use_state(False)
    html("h2", class_="lesson-question", children=[attempt.guide.think.question])
    paragraph("There is no single answer.")
    button("What would a good answer touch?", lambda: set_opened(True), outlined=True, disabled=opened)
    with html("div"):
        if opened:
            paragraph("A good answer touches:")
            Listed(attempt.guide.think.touches)

    def anew() -> None:
        ATTEMPTS.begin_anew(visitor, key)
        go("read")

    with html("div", class_="lesson-row"):
        button("Another lesson", lambda: address.go("/lessons"), "mdi-view-grid-outline", large=True)
        button(
            "Watch both worlds live",
            lambda: address.go("/live", **live_entries(attempt, key)),
            "mdi-play",
            outlined=True,
        )
        button("Begin this lesson anew", anew, "mdi-restore", text=True)


def live_entries(attempt: Attempt, key: str) -> dict[str, str]:
    """What the address of the live page is given to show both worlds of a lesson."""
    known = {path.resolve(): each for each, path in scenario_library.shipped().items()}
    return {"one": known.get(attempt.lesson.against, ""), "two": key}


SHOWN: dict[str, Callable[..., Any]] = {
    "read": Read, "predict": Predict, "run": Run, "compare": Compare, "explain": Explain, "think": Think,
}  # fmt: skip
"""What shows each stage."""
