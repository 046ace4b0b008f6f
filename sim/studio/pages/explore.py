"""Move one or two levers over a range, see what that does to profit or loyalty on a map, and pick the setting you like."""

from __future__ import annotations

import shutil
from pathlib import Path

import solara

from sim.errors import Mistake
from sim.experiments.designs import value_in
from sim.experiments.methods.sweep import METHOD as SWEEP
from sim.experiments.querying import folders
from sim.studio.explore import own_sweep, questions
from sim.studio.explore.answer import Answer, runs_folder
from sim.studio.explore.own_sweep_form import FIELDS, OwnForm
from sim.studio.explore.questions import Question
from sim.studio.explore.take_away import Ask
from sim.studio.library import scenario_library
from sim.studio.visitor.address import Address, use_address
from sim.studio.visitor.files import DESKS, VisitorFiles
from sim.studio.widgets.basics import alert, button, caption, choice, heading, paragraph
from sim.studio.widgets.html import html

TITLE, ICON, PLACE = "Explore", "mdi-grid", 30
AT_ONCE = 1000
"""Replications up to which a link runs its question at once; a larger one waits for a click."""


@solara.component
def Page() -> None:
    """The questions there are, a form for one's own, and the answer to one of them."""
    address = use_address()
    desk = DESKS.of(solara.get_session_id())
    begun, set_begun = solara.use_state("")
    own = not address["question"] and address["shelf"] != "kept"
    solara.Title("Explore – loyalty studio")
    heading("Explore")
    known, faulty = questions.sorted_out(Path.cwd())
    asks = [address[name] for name in ("question", "shelf", *FIELDS)]
    ask, mistake = solara.use_memo(lambda: _tried(address, known, desk), asks)
    _ways(address, known, own)
    for sentence in faulty:
        caption(f"Not among them, for it cannot be read: {sentence}")
    if address["shelf"] == "kept":
        Kept(desk)
        return
    if own:

        def go(entries: dict[str, str]) -> None:
            set_begun(repr(entries))  # asked by a click: run at once
            address.go("/explore", **entries)

        OwnForm({name: address[name] for name in FIELDS}, desk, go)
    with html("div"):
        if mistake:
            alert(mistake)
    if ask is not None:
        small = own and ask.method.planned(ask.asked, quickly=True).runs <= AT_ONCE
        Answer(ask, desk, small or ask.key == begun).key(ask.key)


def _tried(address: Address, known: dict[str, Question], desk: VisitorFiles) -> tuple[Ask | None, str]:
    """What the address asks, and what is wrong with it."""
    try:
        ask = _ask(address, known, desk)
        if ask is not None:
            for factor in ask.asked.factors:
                value_in(ask.asked, factor)
        return ask, ""
    except Mistake as mistake:
        return None, str(mistake)


def _ways(address: Address, known: dict[str, Question], own: bool) -> None:
    ways = [("/explore", "Ask your own", own)]
    ways += [(f"/explore?question={q.key}", q.title, q.key == address["question"]) for q in known.values()]
    if (Path.cwd() / "results").is_dir():
        ways.append(("/explore?shelf=kept", "Answers kept in “results”", address["shelf"] == "kept"))
    with html("nav", class_="library-shelves", attributes={"aria-label": "Questions"}):
        for path, words, here in ways:
            solara.Link(path, children=[words], classes=["library-shelf here" if here else "library-shelf"])


def _ask(address: Address, known: dict[str, Question], desk: VisitorFiles) -> Ask | None:
    """What the address asks; None when nothing. Raises :class:`Mistake`."""
    if address["question"]:
        question = known.get(address["question"])
        if question is None:
            raise Mistake(f"there is no question '{address['question'][:80]}' here; choose one from the row above")
        asked = questions.opened(question)
        return Ask(question.key, question.method, asked, runs_folder(desk, own=False))
    own = own_sweep.own_in({name: address[name] for name in FIELDS})
    if own is None:
        return None
    asked = own.experiment(scenario_library.fetch(own.base, desk))
    return Ask(repr(own_sweep.entries_of(own)), SWEEP, asked, runs_folder(desk, own=True))


@solara.component
def Kept(desk: VisitorFiles) -> None:
    """The answers in the folder ``results``: each has a report that can be read."""
    under = Path.cwd() / "results"
    answered = folders(under)
    found = [row for row in answered if (under / row["id"] / "report.html").is_file()]
    chosen, set_chosen = solara.use_state(found[0]["id"] if found else "")
    copied, set_copied = solara.use_state("")
    mistake, set_mistake = solara.use_state("")
    heading("Answers kept in “results”", 2)
    for name in _unread(under, {row["id"] for row in answered}):
        caption(
            f"results/{scenario_library.text(name)} is faulty: its manifest.json cannot be read; remove the folder, or ask again."
        )
    if mistake:
        alert(mistake)
    if not found:
        paragraph("There is none with a report yet.")
        return
    paragraph("What has been answered in this folder before. Choose one to read its report.")

    def put() -> None:
        if any(row["id"] == chosen for row in found):
            try:
                shutil.copyfile(under / chosen / "report.html", desk.place(f"{chosen}.html"))
            except OSError as fault:
                return set_mistake(f"results/{chosen}/report.html cannot be read ({fault.strerror}); ask again for it")
            set_mistake("")
            set_copied(chosen)

    with html("div", class_="library-choice"):
        values = [(row["id"], f"{row['command']}: {row['asked']} ({row['id']})") for row in found]
        choice("Answer", values, chosen, set_chosen)
    with html("div"):
        button("Get its report", put, "mdi-file-document-outline")
    if copied:
        with html("p", class_="library-ways"):
            address = desk.address(desk.folder / f"{copied}.html")
            attributes = {"href": f"{address}?show", "target": "_blank"}
            html("a", class_="library-way", attributes=attributes, children=["Open the report in a new tab"])
    caption("A map is drawn here for every question of the row above.")


def _unread(results: Path, read: set[str]) -> list[str]:
    """The folders of results whose manifest is there, but could not be read."""
    return [path.parent.name for path in sorted(results.glob("*/manifest.json")) if path.parent.name not in read]
