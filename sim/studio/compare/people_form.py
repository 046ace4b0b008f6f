"""Whose customers are compared: those of the scenarios, or drawn ones."""

from __future__ import annotations

from dataclasses import replace

import solara

from sim.studio.compare import question as asking
from sim.studio.compare.forms import Ask
from sim.studio.compare.question import Question
from sim.studio.widgets.basics import choice
from sim.studio.widgets.html import plain
from sim.studio.widgets.number_field import Limits, NumberField

WHERE = (
    (asking.OF_SCENARIO, "Those of the scenarios"),
    (asking.DRAWN, "Drawn, as many as I say"),
)

WINDOWS = (
    ("", "As the scenarios say"),
    ("month", "Month by month"),
    ("quarter", "Quarter by quarter"),
    ("year", "Year by year"),
)


@solara.component
def PeopleForm(question: Question, ask: Ask) -> None:
    """The choice, and what belongs to it."""
    with plain("div", class_="compare-row"):
        choice("Customers", WHERE, question.people, lambda where: ask(lambda asked: replace(asked, people=where)))
        if question.people == asking.DRAWN:
            NumberField(
                "How many customers", str(question.count), lambda text: ask(lambda asked: replace(asked, count=int(text))),
                Limits(10, asking.MOST_CUSTOMERS, whole=True), f"between 10 and {asking.MOST_CUSTOMERS:,}",
            )  # fmt: skip
        NumberField(
            "Weeks", str(question.weeks or ""), lambda text: ask(lambda asked: replace(asked, weeks=int(text or 0))),
            Limits(1, asking.MOST_WEEKS, "week", whole=True, optional=True), "empty: as the scenarios say",
        )  # fmt: skip
    with plain("p", class_="studio-note"):
        plain("span", "Your own customers: make ")
        solara.Link("/company", children=["your company"], classes=["studio-link"])
        plain("span", " from your files, and start every policy below from it.")
    _timing(question, ask)


def _timing(question: Question, ask: Ask) -> None:
    """What is lived before week 0, from when on is measured, and which windows are measured by themselves."""
    as_they_say = "empty: as the scenarios say"
    with plain("div", class_="compare-row"):
        NumberField(
            "Warm-up before week 0", str(question.warm_up or ""),
            lambda text: ask(lambda asked: replace(asked, warm_up=int(text or 0))),
            Limits(1, asking.MOST_WARM_UP, "week", whole=True, optional=True), as_they_say,
        )  # fmt: skip
        NumberField(
            "Measured from week", str(question.measured_from or ""),
            lambda text: ask(lambda asked: replace(asked, measured_from=int(text or 0))),
            Limits(1, asking.MOST_WEEKS - 1, whole=True, optional=True), as_they_say,
        )  # fmt: skip
        choice(
            "Measured by itself", WINDOWS, question.windows, lambda by: ask(lambda asked: replace(asked, windows=by))
        )
