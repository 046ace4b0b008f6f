"""Why a lesson comes out as it does: what happens, theories and their sources, and one customer whose two lives part."""

from __future__ import annotations

import solara

from sim.scenario.whole import Scenario
from sim.studio.lessons.loop import causes, drawn
from sim.studio.lessons.outcome import Outcome
from sim.studio.lessons.pieces import Box, Listed
from sim.studio.lessons.taking import FIVE, Account, accounted
from sim.studio.visitor.work import use_work
from sim.studio.widgets.basics import Table, alert, caption, heading, paragraph
from sim.studio.widgets.html import html


@solara.component
def Explanation(scenario: Scenario) -> None:
    """What happened and why, with the theories that explain it."""
    lesson = scenario.lesson
    assert lesson is not None and lesson.guide is not None
    heading("What happens, and why", 2)
    Box(lesson.happens, lesson.because)
    source, words = solara.use_memo(lambda: drawn(causes(scenario)), [scenario.full_fingerprint])
    with html("div", class_="studio-scroll", attributes={"tabindex": "0", "role": "region", "aria-label": "Causes"}):
        html("img", class_="lesson-causes", attributes={"src": source, "alt": words})
    caption(
        "Read from the model: an arrow wherever a step of a week reads one and changes the other; dashed where it closes a loop."
    )
    with html("div"):
        if lesson.guide.theory:
            heading("Theory", 2)
            Listed(lesson.guide.theory)


@solara.component
def Decisive(outcome: Outcome, rows: int = FIVE, reasons: bool = False) -> None:
    """The decisive weeks of two lives, before them, if wanted, the reasons to leave that changed."""
    work = use_work()
    solara.use_effect(lambda: work.start(1, lambda own: accounted(outcome, rows=rows)), [id(outcome)])
    if work.mistake:
        alert(work.mistake)
    elif work.result is None:
        paragraph("Looking for a customer whose two lives part …")
    else:
        AccountTold(work.result, reasons).key("told")


@solara.component
def AccountTold(account: Account, reasons: bool) -> None:
    """The reasons, if they are wanted, and the two lives."""
    with html("div"):
        if reasons:
            heading("Reasons to leave that changed", 2)
            paragraph(account.reasons)
    if account.weeks:
        heading("One customer, two lives", 2)
        paragraph(" ".join(account.who))
        Table(("Week", *account.names), account.weeks, "Weeks in which the two lives differ")
        for name, ending in zip(account.names, account.endings, strict=True):
            paragraph(f"{name}: {ending}")
