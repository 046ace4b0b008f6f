"""Take a lesson: guess what a policy will do, run it and see – alone or with a class."""

from __future__ import annotations

from pathlib import Path

import solara

from sim.scenario.whole import Scenario
from sim.studio.lessons.bringing import BringLesson, Tried, files_seen, objection
from sim.studio.lessons.class_files import ROOMS
from sim.studio.lessons.classroom import Classroom
from sim.studio.lessons.console import TeachersText
from sim.studio.lessons.outcome import guess_needed
from sim.studio.lessons.pieces import Listed, Steps
from sim.studio.lessons.stages import SHOWN
from sim.studio.lessons.taking import ATTEMPTS, STAGES, Attempt, sorted_out
from sim.studio.library import scenario_library
from sim.studio.visitor.address import Address, use_address
from sim.studio.visitor.watching import use_watched
from sim.studio.widgets.basics import Field, alert, button, caption, heading, hidden, paragraph, use_trying
from sim.studio.widgets.html import html

TITLE, ICON, PLACE = "Lessons", "mdi-school-outline", 40
EVERY = 1.0
"""Seconds between two looks at the files of lessons."""
STYLE = Path(__file__).parents[1] / "lessons.css"


def lessons() -> dict[str, Scenario]:
    """The lessons that can be taken, by what the address calls them."""
    return known_lessons()[0]


def known_lessons() -> tuple[dict[str, Scenario], dict[str, str]]:
    """Lessons, shipped and of one's own, and what is wrong with those that cannot be taken."""
    found, faulty = sorted_out(scenario_library.shipped() | scenario_library.own_lessons())
    wrong = {key: why for key, scenario in found.items() if (why := objection(scenario))}
    return {key: scenario for key, scenario in found.items() if key not in wrong}, faulty | wrong


@solara.component
def Page() -> None:
    """The list of lessons, a lesson, its teacher's page or a class – as the address says."""
    address, visitor = use_address(), solara.get_session_id()
    use_watched(files_seen, EVERY)
    _, set_tried = solara.use_state(0)
    (found, faulty), key = known_lessons(), address["lesson"]
    solara.Style(STYLE)
    if address["class"]:
        Classroom(address["class"], visitor, found, address).key(address["class"])
    elif key in found and (code := ROOMS.taking(visitor, key)):
        heading(found[key].name)
        paragraph(
            f"You take this lesson with class {code}. Alone it is open to you as soon as your teacher has shown its outcome."
        )
        button("To the class", lambda: address.go("/lessons", **{"class": code}), large=True)
    elif key in found and objection(found[key]) is None:
        heading(found[key].name)
        Tried(found[key], lambda: set_tried(lambda count: count + 1)).key(f"{key} {found[key].full_fingerprint}")
    elif key in found and address["view"] == "teacher":
        ForTheTeacher(key, found, visitor, address)
    elif key in found:
        OneLesson(key, found[key], visitor, address).key(key)
    else:
        if key in faulty:
            alert(f"The lesson “{key[:60]}” cannot be taken: {faulty[key]}", "warning")
        elif key:
            alert(f"There is no lesson “{key[:60]}” here; choose one from the list.", "warning")
        Library(found, faulty, visitor, address)


@solara.component
def Library(found: dict[str, Scenario], faulty: dict[str, str], visitor: str, address: Address) -> None:
    """All lessons, and the door to a class."""
    heading("Lessons")
    paragraph(
        "In each lesson two worlds live through two years: the same people, the same luck, one policy different. "
        "You guess what it will change before you see it."
    )
    JoinClass(visitor, address)
    own = [key for key in found if key.startswith(f"{scenario_library.MINE}/")]
    for title, keys in (("All lessons", [key for key in found if key not in own]), ("Your own", own)):
        with html("div"):
            if keys:
                heading(title, 2)
                with html("ul", class_="lesson-list"):
                    for key in keys:
                        with html("li"):
                            _card(key, found[key], ATTEMPTS.of(visitor, key, found[key]), address)
    with html("div"):
        if faulty:
            heading("Unfinished", 2)
            paragraph("These lessons cannot be taken until their files are mended:")
            Listed([f"{key}: {line}" for key, wrong in faulty.items() for line in wrong.splitlines()])
    BringLesson("", found, visitor, lambda key: address.go("/lessons", lesson=key))


def _card(key: str, scenario: Scenario, attempt: Attempt, address: Address) -> None:
    state = "taken" if attempt.outcome else ("guessed" if attempt.guess is not None else "")
    with solara.Link(address.link("/lessons", {"lesson": key})), html("div", class_="studio-card"):
        html("h2", children=[scenario.name])
        html("p", children=[attempt.lesson.predict])
        minutes = f"{attempt.guide.teacher.minutes} minutes in a class"
        html("p", class_="lesson-small", children=[f"{minutes} · {state}" if state else minutes])


@solara.component
def JoinClass(visitor: str, address: Address) -> None:
    """Where a code and a nickname are typed in."""
    code, set_code = solara.use_state("")
    name, set_name = solara.use_state("")
    mistake, tried = use_trying()

    def join() -> None:
        ROOMS.enter(code, visitor, name)
        address.go("/lessons", **{"class": code.strip().upper()})

    heading("Join a class", 2)
    with html("div", class_="lesson-row"):
        Field("Code from the board", code, set_code)
        Field("Nickname (if you like)", name, set_name)
        button("Join", lambda: tried(join), "mdi-account-group-outline")
    if mistake:
        alert(mistake)


# ---- one lesson


@solara.component
def OneLesson(key: str, scenario: Scenario, visitor: str, address: Address) -> None:
    """A lesson, the stage that the address asks for and the guess allows."""
    attempt = ATTEMPTS.of(visitor, key, scenario)
    asked = address["stage"] or "read"
    stage = attempt.at(asked)

    def go(wanted: str) -> None:
        address.go(stage=wanted)

    heading(scenario.name)
    Steps(stage, attempt.furthest, go)
    if asked in STAGES and asked != stage:
        caption("This lesson was not yet taken so far in this browser; here is where it goes on.")
    with html("div", class_="lesson-body"):
        SHOWN[stage](attempt, go, key, visitor, address)
    hidden(f"Stage {STAGES.index(stage) + 1} of {len(STAGES)}: {stage}")


# ---- the teacher


@solara.component
def ForTheTeacher(key: str, found: dict[str, Scenario], visitor: str, address: Address) -> None:
    """Aim, time, misconceptions, answers – and the button that opens a class."""
    scenario = found[key]

    def open_class() -> None:
        address.go("/lessons", **{"class": ROOMS.open(key, guess_needed(scenario), visitor)})

    heading(f"For the teacher: {scenario.name}")
    with html("div", class_="lesson-row"):
        button("Open a class", open_class, "mdi-account-group-outline", large=True)
        button("To the lesson", lambda: address.go(view=None), outlined=True, large=True)
    with html("div", class_="lesson-body"):
        TeachersText(scenario)
        BringLesson(key, found, visitor, lambda key: address.go("/lessons", lesson=key))
