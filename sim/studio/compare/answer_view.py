"""The answer on the page: first the sentence, then each policy, then pictures, and what to take home."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import solara

from sim.report.document import Card
from sim.report.formats.writer import Kind
from sim.studio.compare.answer import KINDS, Shown, written_as
from sim.studio.visitor.files import VisitorFiles
from sim.studio.visitor.work import use_work
from sim.studio.widgets.basics import alert, button, caption, heading, paragraph
from sim.studio.widgets.html import plain
from sim.studio.widgets.sections import Pictures


@solara.component_vue("copy.vue")
def Copied(text: str, label: str) -> None:
    """A text with a button that copies it."""


@solara.component_vue("shown.vue")
def Arrived(words: str) -> None:
    """Brings what stands around it into view when it appears, and says so to those who hear the page."""


@solara.component
def AnswerView(shown: Shown, desk: VisitorFiles) -> None:
    """Everything about an answer."""
    with plain("section", class_="compare-answer", aria_label="The answer"):
        Arrived(words=f"The answer is here: {shown.document.headline}")
        plain("h2", shown.document.headline, class_="compare-headline")
        for sentence in shown.document.lead:
            paragraph(sentence)
        _how_sure(shown)
        for failure in shown.failures:
            alert(failure, "warning")
        TakeHome(shown, desk)
        with plain("div", class_="compare-cards"):
            for card in shown.document.cards():
                _card(card, shown.differs.get(card.name, ()))
        Pictures(shown.pictures)
        heading(f"Differences from {shown.base}", 2)
        Pictures(shown.forest, small=True)
        for sentence in shown.paired:
            caption(sentence)


def _how_sure(shown: Shown) -> None:
    """How many replications there were, and whether they were enough."""
    with plain("div"):
        for sentence, kind in shown.sure:
            alert(sentence, kind)
    caption(shown.finished)


@solara.component
def TakeHome(shown: Shown, desk: VisitorFiles) -> None:
    """The report in every format, the scenario files, and the command."""
    others, set_others = solara.use_state({})
    making = use_work()

    def make(kind: Kind) -> Callable[[], None]:
        def write(work: object) -> None:
            path = written_as(kind, shown.document, shown.name, desk)
            set_others(lambda before: before | {f"Download the report ({KINDS[kind]})": path})

        return lambda: making.start(1, write)

    files = {"Download the report (HTML)": shown.report, **others, "Save the scenario files (ZIP)": shown.scenarios}
    with plain("div", class_="compare-take"):
        for words, path in files.items():
            plain("a", words, href=desk.address(path), download=path.name)
        plain(
            "a",
            "Open the report in a new tab",
            href=f"{desk.address(shown.report)}?show",
            target="_blank",
            rel="noopener",
        )
        for kind, words in KINDS.items():
            if kind != "html" and f"Download the report ({words})" not in others:
                button(f"Make it {words}", make(kind), text=True, disabled=making.running)
    with plain("div"):
        if making.mistake:
            alert(making.mistake)
    with plain("details", class_="studio-details"):
        plain("summary", "Show as command")
        paragraph("Unpack the scenario files into a folder and run this there: it gives the same numbers.")
        if shown.cut_short:
            caption("It runs all the replications; what was called off here was cut short.")
        Copied(text=shown.command, label="Command")


def _card(card: Card, differs: Sequence[str]) -> None:
    with plain("article", class_="compare-card", style=f"--colour: {card.colour}"):
        plain("h3", card.name, class_="studio-h3")
        caption(" ".join(part for part in (f"Against {card.against}.", card.description) if part))
        glance = [
            plain("li", plain("span", label), plain("b", value, class_=tone)) for label, value, tone in card.glance
        ]
        plain("ul", *glance, class_="glance")
        plain("dl", *[item for label, words in card.told for item in (plain("dt", label), plain("dd", words))])
        if differs:
            with plain("details", class_="studio-details"):
                plain("summary", "What differs")
                plain("ul", *[plain("li", line) for line in differs])
        else:
            caption(f"Nothing differs: “{card.name}” and “{card.against}” mean the same.")
