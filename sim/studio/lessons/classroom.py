"""A class in the studio as its members see it: they come by a link, guess, wait, and see what all runs showed together."""

from __future__ import annotations

import reacton.ipyvuetify as v
import solara

from sim.errors import Mistake
from sim.scenario.whole import Scenario
from sim.studio.lessons.class_files import ROOMS
from sim.studio.lessons.class_runs import RUNS
from sim.studio.lessons.console import Console
from sim.studio.lessons.explanation import Explanation
from sim.studio.lessons.outcome import committed_in_words, guess_needed, in_words, was_right
from sim.studio.lessons.pieces import Box, GuessForm
from sim.studio.lessons.school_class import LONGEST_NAME, View
from sim.studio.lessons.stage import Stage, Together
from sim.studio.visitor.address import Address
from sim.studio.visitor.watching import use_watched
from sim.studio.widgets.basics import Field, Tried, alert, button, caption, heading, hidden, paragraph, use_trying
from sim.studio.widgets.html import html

LOOK = 0.25
"""Seconds between two looks at whether something in the class has changed."""


@solara.component
def Classroom(code: str, visitor: str, found: dict[str, Scenario], address: Address) -> None:
    """The class with this code, as this visitor may see it; whoever brings the key of its console teaches it from then on."""
    mistake, tried = use_trying()
    given = solara.use_memo(lambda: address["console"], [])

    first = solara.use_memo(lambda: ROOMS.version(code), [])
    seen = use_watched(lambda: ROOMS.version(code), LOOK, code)

    def teach() -> None:
        if given:
            tried(lambda: ROOMS.teach(code, visitor, given))

    def leave() -> None:
        if address["console"] and seen != first:  # by now the page lives, and can be given another address
            address.go(
                "/lessons", **{"class": code, "view": address["view"]}
            )  # a key in the address would be on the wall

    solara.use_effect(teach, [])
    solara.use_effect(leave, [seen])
    if mistake:
        alert(mistake)
    try:
        view = ROOMS.view(code, visitor)
    except Mistake as gone:
        heading("Lessons")
        alert(str(gone))
        button("To the lessons", lambda: address.go("/lessons"), outlined=True)
        return
    scenario = found.get(view.lesson)
    if scenario is None:
        heading(f"Class {view.code}")
        alert(f"The lesson of this class, “{view.lesson[:60]}”, cannot be taken any more: its file was changed.")
        if view.teacher:
            Console(view, None, found, visitor, address)
    elif view.teacher and address["view"] == "stage":
        Stage(view, scenario, address)
    elif view.teacher:
        Console(view, scenario, found, visitor, address)
    elif not given:
        Seat(view, scenario, visitor)


@solara.component
def Seat(view: View, scenario: Scenario, visitor: str) -> None:
    """What a member does: they have a seat as soon as they come, read, guess, wait, and explain."""
    mistake, tried = use_trying()
    came, set_came = solara.use_state(False)

    def sit() -> None:
        tried(lambda: ROOMS.enter(view.code, visitor))
        set_came(True)

    solara.use_effect(sit, [])
    heading(f"{scenario.name} – class {view.code}")
    with html("div", class_="lesson-body"):
        if view.mine is not None:
            Seated(view, scenario, visitor, tried)
        elif came:
            paragraph("Your seat in this class was taken away.")
            button("Take a seat again", sit, large=True)
    if mistake:
        alert(mistake)


@solara.component
def Seated(view: View, scenario: Scenario, visitor: str, tried: Tried) -> None:
    """A member's page, in the order in which a class goes on."""
    lesson, mine = scenario.lesson, view.mine
    assert lesson is not None and lesson.guide is not None and mine is not None

    def commit(value: float) -> None:
        tried(lambda: ROOMS.commit(view.code, visitor, value))
        RUNS.everybody(view.code, scenario, view.seed)

    with html("div"):
        if mine.guess is None:
            for words in lesson.guide.read:
                paragraph(words)
            html("h2", class_="lesson-question", children=[lesson.predict])
            GuessForm(guess_needed(scenario), "What will the model show?", commit).key(f"guess {view.seed}")
            late = "The outcome was shown already, so that your guess does not count." if view.revealed else ""
            caption(late or "A committed guess stays as it is.")
        else:
            Box(f"Your guess: {committed_in_words(guess_needed(scenario), mine.guess)}")
    with html("div"):
        if mine.guess is not None and view.revealed:
            Shown(view, scenario, visitor, tried)
        elif mine.guess is not None:
            paragraph(
                "Your own world is run meanwhile, with luck of its own. The outcome comes when your teacher shows it to all."
            )
    caption(f"{view.committed} of {view.members} have guessed.")
    hidden("The outcome is shown." if view.revealed else f"{view.committed} of {view.members} have guessed.")
    rename = lambda name: tried(lambda: ROOMS.rename(view.code, visitor, name))  # noqa: E731 – a field's
    Field("Nickname (if you like)", mine.name, rename, hint=f"at most {LONGEST_NAME} characters").key("nickname")


@solara.component
def Shown(view: View, scenario: Scenario, visitor: str, tried: Tried) -> None:
    """The outcome, once it is shown: one's own run, that of the class, why, and then the model's own account."""
    guess, mine = guess_needed(scenario), view.mine
    assert mine is not None and mine.guess is not None
    was = "right" if view.around is None or was_right(guess, mine.guess, view.around.mean) else "not right"
    verdict = "" if view.around is None else f"Going by the class, your guess was {was}."
    run = "" if mine.value is None else f"Your own run showed {in_words(guess, mine.value)}. "
    with html("div"):  # Solara would put something costly around several elements, on sixty pages at once
        Together(view, scenario, verdict, run and f"{run}Every run has other luck: look at the others.")
        Why(view, visitor, tried).key(f"why {view.seed}")
        with html("div"):
            if view.scene in ("explanation", "think"):
                Explanation(scenario)


@solara.component
def Why(view: View, visitor: str, tried: Tried) -> None:
    """“Why?”, in one's own words, before the model's own account is opened."""
    assert view.mine is not None
    words, set_words = solara.use_state(view.mine.why)
    same = " ".join(words.split()) == view.mine.why
    send = lambda: tried(lambda: ROOMS.explain(view.code, visitor, words))  # noqa: E731 – a button's
    with html("div"):
        heading("Why?", 2)
        v.Textarea(
            label="In your own words",
            v_model=words,
            on_v_model=set_words,
            outlined=True,
            rows=3,
            hide_details=True,
            auto_grow=True,
        )
        button("Sent" if same and words else "Send it to the console", send, disabled=same)
