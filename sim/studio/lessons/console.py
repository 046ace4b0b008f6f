"""The teacher's console: who is in and how far, what the stage shows, the next lesson, the table of all – on any device."""

from __future__ import annotations

import base64

import pandas as pd
import solara

from sim.runs.csv_tables import csv_of
from sim.scenario.whole import Scenario
from sim.studio.lessons.bringing import objection
from sim.studio.lessons.class_files import ROOMS
from sim.studio.lessons.class_runs import RUNS
from sim.studio.lessons.handout import handout
from sim.studio.lessons.outcome import guess_needed
from sim.studio.lessons.pieces import Listed, Sure
from sim.studio.lessons.school_class import AFTER, BEFORE, View
from sim.studio.lessons.stage import QrCode, way_in
from sim.studio.lessons.teacher import page_of, sections
from sim.studio.visitor.address import Address
from sim.studio.visitor.files import DESKS
from sim.studio.visitor.house import HOUSE
from sim.studio.widgets.basics import (
    Table,
    Tried,
    alert,
    button,
    caption,
    choice,
    heading,
    hidden,
    paragraph,
    use_trying,
)
from sim.studio.widgets.html import html
from sim.studio.widgets.reports import Reports

TITLES = {
    "join": "How one comes in", "story": "Story and question", "film": "Both worlds", "guesses": "The guesses",
    "customer": "One customer", "why": "Why?", "explanation": "Explanation", "think": "To think on",
}  # fmt: skip
"""What the scenes of the stage are called here."""


@solara.component
def Console(view: View, scenario: Scenario | None, found: dict[str, Scenario], visitor: str, address: Address) -> None:
    """Everything a teacher does while a class takes a lesson."""
    mistake, do = use_trying()
    if mistake:
        alert(mistake)
    solara.use_effect(lambda: _begin(view, scenario) if scenario is not None else None, [view.seed])
    if scenario is not None:
        heading(f"Console – {scenario.name}, class {view.code}")
        with html("div", class_="lesson-console"):
            with html("section"):
                Counts(view)
                TheStage(view, scenario, visitor, do, address)
                NextLesson(view, found, visitor, do)
            with html("section"):
                Doors(view)
                Seats(view, visitor, do)
        Answers(view)
        with html("details"):
            html("summary", children=["The lesson for the teacher: aim, misconceptions, questions and answers"])
            TeachersText(scenario)
    Ending(view, found, visitor, do, address)


def _begin(view: View, scenario: Scenario) -> None:
    """Have the film run while the class still reads, and whatever a restart left undone."""
    RUNS.everybody(view.code, scenario, view.seed)
    RUNS.outcome(scenario, view.seed)


@solara.component
def Counts(view: View) -> None:
    """How many are how far."""
    counts = [(view.members, "in the class"), (view.committed, "have guessed"), (view.done, "runs are done")]
    with html("div", class_="lesson-counts"):
        for count, words in counts:
            html("div", children=[html("b", children=[str(count)]), words])
    hidden(", ".join(f"{count} {words}" for count, words in counts))


@solara.component
def TheStage(view: View, scenario: Scenario, visitor: str, do: Tried, address: Address) -> None:
    """What stands on the wall, and the moment in which the outcome is shown."""
    heading("The stage", 2)
    with html("div", class_="lesson-row"):
        button("Open the stage here", lambda: address.go(view="stage"), "mdi-presentation")
        caption("For the wall. It shows what is chosen below.")
    with html("div", class_="lesson-scenes"):
        for scene in (*BEFORE, *(AFTER if view.revealed else ())):
            here = scene == view.scene
            show = lambda scene=scene: do(lambda: ROOMS.show(view.code, visitor, scene))  # noqa: E731 – a button's
            button(TITLES[scene], show, outlined=not here, attributes={"aria-pressed": "true" if here else "false"})
    with html("div"):
        if view.revealed:
            asks = "Hide the outcome again? Who has guessed meanwhile keeps their guess."
            hide = lambda: do(lambda: ROOMS.reveal(view.code, visitor, shown=False))  # noqa: E731 – a button's
            Sure("Hide the outcome again", asks, hide, "mdi-eye-off-outline").key("hide")
        else:
            asks = f"{view.committed} of {view.members} have guessed. Show the outcome to everybody now?"
            show_all = lambda: do(lambda: ROOMS.reveal(view.code, visitor))  # noqa: E731 – a button's
            Sure("Show the outcome to all", asks, show_all, "mdi-eye-outline", large=True).key("show")
            caption("Until then nobody sees the others’ guesses or any outcome, not even of their own run.")


@solara.component
def Doors(view: View) -> None:
    """How members come in, and another teacher or device."""
    heading("How others come in", 2)
    if HOUSE.shared:
        QrCode(way_in(view), "QR code of the link to this class")
        html("p", class_="lesson-link", children=[way_in(view)])
    else:
        paragraph("Only this machine reaches this studio. For a class, start it with: loyalty studio --host 0.0.0.0")
        html("p", class_="lesson-link", children=[way_in(view)])
    html("p", class_="lesson-code", children=[view.code])
    with html("details"):
        html("summary", children=["This console on another device, or for another teacher"])
        caption("Whoever has this link teaches the class. Open it where nobody looks on.")
        link = HOUSE.link("lessons", **{"class": view.code, "console": view.key})
        QrCode(link, "QR code of the link to this console")
        html("p", class_="lesson-link", children=[link])


@solara.component
def Seats(view: View, visitor: str, do: Tried) -> None:
    """Who is in, and how far."""
    heading("Who is in", 2)
    if not view.seats:
        caption("Nobody yet.")
    with html("ul", class_="lesson-seats"):
        for each in view.seats:
            state = "has guessed" + (", too late to count" if each.late else "") if each.guess is not None else "reads"
            with html("li"):
                html("span", children=[f"{each.name or f'Seat {each.number + 1}'}: {state}"])
                asks = "Take this seat away, with its guess?"
                remove = lambda number=each.number: do(lambda: ROOMS.remove(view.code, visitor, number))  # noqa: E731
                Sure("Remove", asks, remove).key(f"{each.number}")


@solara.component
def Answers(view: View) -> None:
    """What members wrote to “why?”."""
    told = [(each.name or f"Seat {each.number + 1}", each.why) for each in view.seats if each.why]
    heading("Why? – their answers", 2)
    with html("div"):
        if told:
            Table(("Who", "Why"), told, "Answers to why")
        else:
            caption("They come here as soon as the outcome is shown.")


@solara.component
def NextLesson(view: View, found: dict[str, Scenario], visitor: str, do: Tried) -> None:
    """Another lesson for the same class."""
    open_to = [
        (key, scenario.name) for key, scenario in found.items() if key != view.lesson and objection(scenario) == ""
    ]
    chosen, choose = solara.use_state("")
    heading("The next lesson", 2)
    choice("Lesson", [("", "choose …"), *open_to], chosen, choose, width="420px")
    with html("div"):
        if chosen in found:
            asks = f"Go on to “{found[chosen].name}” with everybody who is in? What came of this one is kept for the table."
            go = lambda: do(lambda: ROOMS.go_on(view.code, visitor, chosen, guess_needed(found[chosen])))  # noqa: E731
            Sure("Go on with this class", asks, go, "mdi-skip-next").key(chosen)


@solara.component
def Ending(view: View, found: dict[str, Scenario], visitor: str, do: Tried, address: Address) -> None:
    """The table to take home, and the end of the class."""
    heading("Take home, and close", 2)

    def close() -> None:
        do(lambda: ROOMS.close(view.code, visitor))
        address.go("/lessons")

    rows = ROOMS.table(view.code, visitor)
    text = csv_of(pd.DataFrame(rows[1:], columns=rows[0]))
    source = f"data:text/csv;charset=utf-8;base64,{base64.b64encode(text.encode('utf-8-sig')).decode()}"
    link = {"href": source, "download": f"class_{view.code}.csv"}
    html("a", class_="lesson-download", attributes=link, children=["Guesses, outcomes and explanations (CSV)"])
    Reports(lambda: handout(view, rows, found), f"class_{view.code}", DESKS.of(visitor), ("pdf",), "handout", anew=True)
    caption("All lessons of this class whose outcome was shown.")
    with html("div"):
        Sure("Close the class", "Close it for everybody? Nothing of it is kept.", close, "mdi-door-closed")


@solara.component
def TeachersText(scenario: Scenario) -> None:
    """What the teacher's page says."""
    page = page_of(scenario)
    for title, sentences in sections(page):
        heading(title, 2)
        Listed(sentences) if len(sentences) > 1 else paragraph(sentences[0])
    for title, columns, rows in (
        ("Common misconceptions", ("People often believe", "What to say to it"),
         [(each.belief, each.reply) for each in page.teacher.misconceptions]),
        ("Questions and answers", ("Question", "Answer"), page.questions),
    ):  # fmt: skip
        heading(title, 2)
        Table(columns, rows, title)
    heading("To think about", 2)
    paragraph(page.think)
    Listed(page.touches)
