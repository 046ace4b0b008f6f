"""Set policies side by side: the same customers, the same luck – what differs, how sure, and why people leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import solara

from sim.errors import Mistake
from sim.runs.comparison import MOST_REPLICATIONS
from sim.runs.runner import MOST_SEED
from sim.scenario.whole import Scenario
from sim.studio.compare import answer
from sim.studio.compare import question as asking
from sim.studio.compare.answer_view import AnswerView
from sim.studio.compare.forms import Ask, PolicyForm
from sim.studio.compare.people_form import PeopleForm
from sim.studio.compare.question import Question
from sim.studio.compare.spreads import Spreads
from sim.studio.compare.spreads_form import SpreadsForm
from sim.studio.visitor import packing
from sim.studio.visitor.address import MOST, Address, use_address
from sim.studio.visitor.files import DESKS, VisitorFiles
from sim.studio.visitor.policies import Policy
from sim.studio.visitor.work import Work, use_work
from sim.studio.widgets.basics import Progress, alert, button, caption, choice, heading, paragraph
from sim.studio.widgets.html import plain
from sim.studio.widgets.number_field import Limits, NumberField

TITLE, ICON, PLACE = "Compare", "mdi-compare", 20
ENTRIES = (*asking.PLACES, *asking.NUMBERS, "spreads")
GETTING_READY = (
    "Getting ready: the first run after the studio was opened takes longer, a new installation’s a minute or two."
)
HOW_MANY = (("", "As many as I say"), ("sure", "As many as the answer needs"))
USUAL_PRECISION = 0.5
"""Percentage points; an assumption: finer than a strategist will tell two policies apart by."""
SURER = "how often each policy meets its luck; more make the answer surer, not the model truer"
WITHIN = (
    "how well the ends of the range of each difference are to be known, at 95 %; "
    f"given up after {MOST_REPLICATIONS:,} replications, or fewer when the customers are many"
)
TOO_LONG = (
    "This is more than a link can hold. Put a policy on your shelf (below), start from it there, and go on: what is on "
    "the shelf takes little room in the link."
)


@solara.component
def Page() -> None:
    """Customers, policies, run, answer."""
    address, work = use_address(), use_work()
    fault, set_fault = solara.use_state("")
    asked, set_asked = solara.use_state(None)
    desk = DESKS.of(solara.get_session_id())
    question, latest, ask = use_question(address, set_fault)

    def run() -> None:
        question = latest.current
        set_fault("")
        try:
            scenarios = asking.scenarios(question, desk)
        except Mistake as mistake:
            set_fault(str(mistake))
            return
        set_asked(question)
        total = question.first * len(scenarios)
        work.start(total, lambda work: answer.found(question, scenarios, desk, work))

    heading("Compare policies")
    paragraph("The same customers, with the same luck, live under each policy; what differs is the policy’s doing.")
    heading("1  Customers", 2)
    PeopleForm(question, ask)
    _differing(question, ask, desk)
    heading("2  Policies", 2)
    _policies(question, ask, desk, address, set_fault)
    heading("3  Run", 2)
    RunForm(question, ask, run, work)
    with plain("div"):
        if fault:
            alert(fault)
    _outcome(work, asked == question, desk)


def use_question(address: Address, tell: Callable[[str], None]) -> tuple[Question, Any, Ask]:
    """What the address asks; the same with what was changed since it was drawn (``.current``); and how to change it."""
    question = asking.from_entries({key: address[key] for key in ENTRIES})
    latest = solara.use_ref(question)
    latest.current = question  # two events may come before the page is drawn anew: the second builds on the first

    def ask(change: Callable[[Question], Question]) -> None:
        changed = change(latest.current)
        entries = changed.to_address()
        too_long = len(address.link(None, entries)) > MOST
        tell(TOO_LONG if too_long else "")
        if not too_long:
            latest.current = changed
            address.go(**entries)

    return question, latest, ask


def _differing(question: Question, ask: Ask, desk: VisitorFiles) -> None:
    """How the customers differ, where any of them are drawn."""
    with plain("div"):
        if question.people:
            SpreadsForm(question, ask, desk)
        elif question.spreads != Spreads():
            caption("What was said of how customers differ waits until they are drawn.")


def _policies(question: Question, ask: Ask, desk: VisitorFiles, address: Address, tell: Callable[[str], None]) -> None:
    """A card for each policy, and what can be done with all of them."""
    with plain("div", class_="compare-policies"):
        for place in range(len(question.policies)):
            PolicyForm(place, question, ask, desk).key(f"policy {place}")
    with plain("div", class_="compare-take"):
        if len(question.policies) < len(asking.PLACES):
            button("Add a what-if", lambda: ask(_with_one_more), "mdi-plus", outlined=True)
        Shelf(question, desk, address, tell)


def _with_one_more(question: Question) -> Question:
    return question.with_policy(len(question.policies), Policy(question.policies[0].start))


@solara.component
def RunForm(question: Question, ask: Ask, run: Callable[[], None], work: Work) -> None:
    """How much luck, and the button."""
    with plain("div", class_="compare-row"):
        choice("How many replications", HOW_MANY, "sure" if question.precision else "", lambda how: ask(_counted(how)))
        if question.precision:
            within = Limits(asking.FINEST, asking.COARSEST, "percentage points")
            NumberField(
                "Customers kept, to within", f"{question.precision:g}", lambda text: ask(_within(text)), within, WITHIN
            ).key("within")
        else:
            many = Limits(asking.FEWEST, asking.MOST, whole=True, reach=asking.MOST)
            NumberField(
                "Replications", str(question.replications),
                lambda text: ask(lambda asked: replace(asked, replications=int(text))), many, SURER,
            ).key("slid")  # fmt: skip
        NumberField(
            "Seed", str(question.seed), lambda text: ask(lambda asked: replace(asked, seed=int(text))),
            Limits(0, MOST_SEED, whole=True), "another seed is other luck",
        ).key("seed")  # fmt: skip
    with plain("div"):
        button("Compare", run, "mdi-play", disabled=work.running, large=True)


def _counted(how: str) -> Callable[[Question], Question]:
    return lambda asked: replace(asked, precision=USUAL_PRECISION if how else 0.0)


def _within(points: str) -> Callable[[Question], Question]:
    return lambda asked: replace(asked, precision=asking.fraction(points, asking.FINEST, asking.COARSEST))


def _outcome(work: Work, as_asked: bool, desk: VisitorFiles) -> None:
    """How far it is, what went wrong, or the answer; ``as_asked``: whether nothing was changed since."""
    with plain("div"):
        if work.running:
            Progress(work, "Simulated")
            caption(work.note)
            caption(
                "Counted are replications of each policy. Cancel keeps what is done." if work.done else GETTING_READY
            )
        if work.mistake:
            alert(work.mistake)
        if work.result is not None and not as_asked:
            alert("You have changed something above since; press Compare to see what that does.", "info")
    with plain("div"):
        if isinstance(work.result, answer.Shown):
            AnswerView(work.result, desk)


@solara.component
def Shelf(question: Question, desk: VisitorFiles, address: Address, tell: Callable[[str], None]) -> None:
    """Policies kept as scenarios of one's own, and watched live."""
    kept, set_kept = solara.use_state("")

    def keep() -> list[str]:
        try:
            found = asking.scenarios(question, desk)
            keys = [_key(question, place, scenario, desk) for place, scenario in enumerate(found)]
        except Mistake as mistake:
            tell(str(mistake))
            return []
        set_kept(f"On your shelf: {', '.join(key for key in keys if key.startswith('own/')) or 'nothing new'}")
        return keys

    def watch() -> None:
        keys = keep()
        if len(keys) > 1:
            address.go("/live", one=keys[0], two=keys[1])

    with plain("div"):
        button("Put changed policies on my shelf", lambda: None if keep() else None, "mdi-bookshelf", text=True)
        button("Watch the first two live", watch, "mdi-play-network", text=True)
        if kept:
            caption(kept)


def _key(question: Question, place: int, scenario: Scenario, desk: VisitorFiles) -> str:
    """What the shelf calls a policy; one with anything changed is put there first."""
    policy = question.policies[place]
    untouched = not (policy.settings or policy.name or policy.about or question.people or question.weeks)
    return policy.start if untouched else packing.on_own_shelf(scenario, desk)
