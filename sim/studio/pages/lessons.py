"""Take a lesson: guess what a policy will do, run it and see – alone or with a class."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import reacton.ipyvuetify as v
import solara

from sim.errors import Mistake
from sim.execution import executor
from sim.scenario.whole import Scenario
from sim.studio import shelf
from sim.studio.address import Address, use_address
from sim.studio.furniture import Progress, Table, aside, button, heading, hidden, said, told
from sim.studio.lesson_class import ROOMS
from sim.studio.lesson_classroom import Classroom
from sim.studio.lesson_outcome import REPLICATIONS, Outcome, live, measure_words, with_interval, worlds
from sim.studio.lesson_pictures import dots, over_time
from sim.studio.lesson_pieces import Box, GuessForm, Listed, Steps, picture
from sim.studio.lesson_taking import (
    ATTEMPTS,
    STAGES,
    Account,
    Attempt,
    accounted,
    committed_in_words,
    guess_needed,
    library,
)
from sim.studio.lesson_teacher import page_of
from sim.studio.work import Stopped, Work, use_work

TITLE, ICON, PLACE = "Lessons", "mdi-school-outline", 40
STYLE = Path(__file__).parents[1] / "lessons.css"


@lru_cache(maxsize=1)
def lessons() -> dict[str, Scenario]:
    """The shipped lessons, read once."""
    return library(shelf.shipped())


@solara.component
def Page() -> None:
    """The list of lessons, a lesson, its teacher's page or a class – as the address says."""
    address, visitor = use_address(), solara.get_session_id()
    found, key = lessons(), address["lesson"]
    solara.Style(STYLE)
    if address["class"]:
        Classroom(address["class"], visitor, found, address)
    elif key in found and address["view"] == "teacher":
        ForTheTeacher(key, found[key], visitor, address)
    elif key in found:
        OneLesson(key, found[key], visitor, address).key(key)
    else:
        Library(found, visitor, address)
        if key:
            told(f"There is no lesson “{key[:60]}” here; choose one from the list.", "warning")


@solara.component
def Library(found: dict[str, Scenario], visitor: str, address: Address) -> None:
    """All lessons, and the door to a class."""
    heading("Lessons")
    said(
        "In each lesson two worlds live through two years: the same people, the same luck, one policy different. "
        "You guess what it will change before you see it."
    )
    JoinClass(visitor, address)
    heading("All lessons", 2)
    with v.Html(tag="ul", class_="lesson-list"):
        for key, scenario in found.items():
            with v.Html(tag="li"):
                _card(key, scenario, ATTEMPTS.of(visitor, key, scenario), address)


def _card(key: str, scenario: Scenario, attempt: Attempt, address: Address) -> None:
    state = "taken" if attempt.outcome else ("guessed" if attempt.guess is not None else "")
    with solara.Link(address.link("/lessons", {"lesson": key})), v.Html(tag="div", class_="studio-card"):
        v.Html(tag="h2", children=[scenario.name])
        v.Html(tag="p", children=[attempt.lesson.predict])
        minutes = f"{attempt.guide.teacher.minutes} minutes in a class"
        v.Html(tag="p", class_="lesson-small", children=[f"{minutes} · {state}" if state else minutes])


@solara.component
def JoinClass(visitor: str, address: Address) -> None:
    """Where a code and a nickname are typed in."""
    code, set_code = solara.use_state("")
    name, set_name = solara.use_state("")
    mistake, set_mistake = solara.use_state("")

    def join() -> None:
        try:
            ROOMS.enter(code, visitor, name)
            address.go("/lessons", **{"class": code.strip().upper()})
        except Mistake as fault:
            set_mistake(str(fault))

    heading("Join a class", 2)
    with v.Html(tag="div", class_="lesson-row"):
        _field("Code from the board", code, set_code)
        _field("Nickname (if you like)", name, set_name)
        button("Join", join, "mdi-account-group-outline", disabled=not code.strip())
    if mistake:
        told(mistake)


def _field(label: str, value: str, change: Callable[[str], None]) -> None:
    v.TextField(
        label=label,
        v_model=value,
        on_v_model=change,
        outlined=True,
        dense=True,
        hide_details=True,
        class_="lesson-field",
    )


# ---- one lesson


@solara.component
def OneLesson(key: str, scenario: Scenario, visitor: str, address: Address) -> None:
    """A lesson, the stage that the address asks for and the guess allows."""
    attempt = ATTEMPTS.of(visitor, key, scenario)
    _, set_version = solara.use_state(0)
    asked = address["stage"] or "read"
    stage = attempt.at(asked)

    def go(wanted: str) -> None:
        address.go(stage=wanted)

    def changed() -> None:
        set_version(lambda version: version + 1)

    heading(scenario.name)
    Steps(stage, attempt.furthest, go)
    if asked in STAGES and asked != stage:
        aside("This lesson was not yet taken so far in this browser; here is where it goes on.")
    with v.Html(tag="div", class_="lesson-body"):
        shown: dict[str, Callable[..., Any]] = {
            "read": Read, "predict": Predict, "run": Run, "compare": Compare, "explain": Explain, "think": Think,
        }  # fmt: skip
        shown[stage](attempt, go, changed, key, visitor, address)
    hidden(f"Stage {STAGES.index(stage) + 1} of {len(STAGES)}: {stage}")


@solara.component
def Read(attempt: Attempt, go: Any, changed: Any, key: str, visitor: str, address: Address) -> None:
    """The story."""
    for paragraph in attempt.guide.read:
        said(paragraph)
    aside(f"Two worlds, the same people and the same luck. In this one: {attempt.scenario.description}")
    button("Now guess", lambda: go("predict"), "mdi-arrow-right", large=True)
    button("For the teacher", lambda: address.go(view="teacher", stage=None), text=True)


@solara.component
def Predict(attempt: Attempt, go: Any, changed: Any, key: str, visitor: str, address: Address) -> None:
    """The guess: made once."""
    mistake, set_mistake = solara.use_state("")

    def commit(value: float) -> None:
        try:
            attempt.commit(value)
            go("run")
        except Mistake as fault:
            set_mistake(str(fault))

    v.Html(tag="h2", class_="lesson-question", children=[attempt.lesson.predict])
    if attempt.guess is None:
        GuessForm(attempt.guide.guess, "What will the model show?", commit)
        aside("A committed guess stays as it is: that is what makes the comparison worth something.")
    else:
        Box(f"Your guess: {committed_in_words(attempt.guide.guess, attempt.guess)}")
        button(
            "Go on",
            lambda: go(attempt.furthest if attempt.outcome is None else "compare"),
            "mdi-arrow-right",
            large=True,
        )
    if mistake:
        told(mistake)


@solara.component
def Run(attempt: Attempt, go: Any, changed: Any, key: str, visitor: str, address: Address) -> None:
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
    said(
        f"Both worlds are now lived through {REPLICATIONS} times, each time with other luck – the same in both worlds."
    )
    if work.running:
        Progress(work, "Weeks are passing")
    else:
        button("Run both worlds" if attempt.outcome is None else "Run again", start, "mdi-play", large=True)
    if attempt.outcome is not None:
        button("To the outcome", lambda: go("compare"), "mdi-arrow-right", outlined=True, large=True)
    if work.mistake:
        told(work.mistake)


def run_pair(attempt: Attempt, work: Work) -> Outcome:
    """Run both worlds of a lesson. Raises :class:`Stopped` when it was called off."""
    with executor() as place:
        work.on_cancel(lambda: place.stop("called off"))
        outcome = live(worlds(attempt.scenario), range(REPLICATIONS), attempt.seed, place, progress=work.step)
    if work.called_off:
        raise Stopped
    return outcome


@solara.component
def Compare(attempt: Attempt, go: Any, changed: Any, key: str, visitor: str, address: Address) -> None:
    """Guess and outcome beside each other."""
    outcome, guess = attempt.outcome, attempt.guide.guess
    assert outcome is not None and attempt.guess is not None
    v.Html(tag="p", class_="lesson-verdict", children=[attempt.verdict])
    if guess.options:
        said(guess.options[int(attempt.guess)].means)
    Box(attempt.lesson.happens)
    said(
        f"{guess.measure.replace('_', ' ').capitalize()}: {with_interval(guess, outcome.guessed)}, against the other world."
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
def Explain(attempt: Attempt, go: Any, changed: Any, key: str, visitor: str, address: Address) -> None:
    """First in one's own words, then the model's account."""
    opened, set_opened = solara.use_state(False)
    said("First in your own words – write it down, or tell somebody:")
    Listed(attempt.guide.explain, ordered=True)
    if opened:
        TheModelsAccount(attempt, key)
    else:
        button("Now the model's own account", lambda: set_opened(True), "mdi-book-open-variant", large=True)
    button("One more question", lambda: go("think"), "mdi-arrow-right", outlined=opened is False, large=True)


@solara.component
def TheModelsAccount(attempt: Attempt, key: str) -> None:
    """The reasons to leave that changed, and one customer's two lives."""
    work, outcome = use_work(), attempt.outcome
    solara.use_effect(lambda: work.start(1, lambda own: accounted(outcome)) if outcome else None, [id(outcome)])
    Box(attempt.lesson.because)
    if work.running:
        aside("Looking for a customer whose two lives part …")
    if work.mistake:
        told(work.mistake)
    if work.result is None:
        return
    AccountTold(work.result).key("told")  # a key, for an element is not to be made of the one that stood here before


@solara.component
def AccountTold(account: Account) -> None:
    """The reasons, and the two lives."""
    heading("Reasons to leave that changed", 2)
    said(account.reasons)
    if account.weeks:
        heading("One customer, two lives", 2)
        said(" ".join(account.who))
        Table(("Week", *account.names), account.weeks, "Weeks in which the two lives differ")
        for name, ending in zip(account.names, account.endings, strict=True):
            said(f"{name}: {ending}")


@solara.component
def Think(attempt: Attempt, go: Any, changed: Any, key: str, visitor: str, address: Address) -> None:
    """A question without a single answer."""
    opened, set_opened = solara.use_state(False)
    v.Html(tag="h2", class_="lesson-question", children=[attempt.guide.think.question])
    said("There is no single answer.")
    if opened:
        Touches(attempt)
    else:
        button("What would a good answer touch?", lambda: set_opened(True), outlined=True)

    def anew() -> None:
        ATTEMPTS.begin_anew(visitor, key)
        go("read")

    with v.Html(tag="div", class_="lesson-row"):
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
    known = {path.resolve(): each for each, path in shelf.shipped().items()}
    return {"one": known.get(attempt.lesson.against, ""), "two": key}


@solara.component
def Touches(attempt: Attempt) -> None:
    """What a good answer touches."""
    said("A good answer touches:")
    Listed(attempt.guide.think.touches)


# ---- the teacher


@solara.component
def ForTheTeacher(key: str, scenario: Scenario, visitor: str, address: Address) -> None:
    """Aim, time, misconceptions, answers – and the button that opens a class."""
    page = solara.use_memo(lambda: page_of(scenario), [key])

    def open_class() -> None:
        address.go("/lessons", **{"class": ROOMS.open(key, guess_needed(scenario), visitor)})

    heading(f"For the teacher: {page.title}")
    with v.Html(tag="div", class_="lesson-row"):
        button("Open a class", open_class, "mdi-account-group-outline", large=True)
        button("To the lesson", lambda: address.go(view=None), outlined=True, large=True)
    with v.Html(tag="div", class_="lesson-body"):
        for title, sentences in (
            ("Aim", [page.teacher.aim]),
            ("Time", [f"{page.teacher.minutes} minutes"]),
            ("What one should know before", page.teacher.before or ["Nothing."]),
            ("How a class takes it", page.order),
            ("The guess that the text makes right", [page.right]),
            ("What happens, and why", [page.outcome, page.because]),
            ("How sure that is", page.sureness),
        ):
            heading(title, 2)
            Listed(sentences) if len(sentences) > 1 else said(sentences[0])
        heading("Common misconceptions", 2)
        beliefs = [(each.belief, each.reply) for each in page.teacher.misconceptions]
        Table(("People often believe", "What to say to it"), beliefs, "Common misconceptions")
        heading("Questions and answers", 2)
        Table(("Question", "Answer"), page.questions, "Questions and answers")
        heading("To think about", 2)
        said(page.think)
        Listed(page.touches)
