"""The answer on the page: first the sentence, then each policy, then pictures, and what to take home."""

from __future__ import annotations

from collections.abc import Sequence

import solara

from sim.report.document import Card, Section
from sim.studio.compare.answer import Shown
from sim.studio.compare.kept import Kept
from sim.studio.visitor.files import VisitorFiles
from sim.studio.widgets.basics import alert, caption, paragraph
from sim.studio.widgets.html import plain
from sim.studio.widgets.reports import Reports, name_of
from sim.studio.widgets.sections import Pictures, SectionView

LINK = (
    "The address of this page leads back to this answer as long as the studio runs, and shows it, with its reports, to whomever "
    "you give it who may enter the studio. The scenario files, which hold the customers’ file, are yours alone."
)


@solara.component_vue("shown.vue")
def Arrived(words: str) -> None:
    """Brings what stands around it into view when it appears, and says so to those who hear the page."""


@solara.component
def AnswerView(kept: Kept, desk: VisitorFiles) -> None:
    """Everything about an answer."""
    shown: Shown = solara.use_memo(kept.shown, [kept.key])
    with plain("section", class_="compare-answer", aria_label="The answer"):
        Arrived(words=f"The answer is here: {shown.document.headline}")
        plain("h2", shown.document.headline, class_="compare-headline")
        for sentence in shown.document.lead:
            paragraph(sentence)
        for subject, sentence in () if shown.document.brief is None else shown.document.brief.told:
            plain("p", plain("b", f"{subject}: "), plain("span", sentence), class_="studio-text")
        _how_sure(shown)
        for failure in shown.failures:
            alert(failure, "warning")
        TakeHome(kept, shown, desk)
        with plain("div", class_="compare-cards"):
            for card in shown.document.cards():
                _card(card, shown.differs.get(card.name, ()))
        Pictures(shown.pictures)
        for section in (*shown.told, shown.differences):
            SectionView(section)
        SectionView(Section("How far to trust it", notes=shown.document.caveats))


def _how_sure(shown: Shown) -> None:
    """How many replications there were, and whether they were enough."""
    with plain("div"):
        for sentence, kind in shown.sure:
            alert(sentence, kind)
    caption(shown.finished)


@solara.component
def TakeHome(kept: Kept, shown: Shown, desk: VisitorFiles) -> None:
    """The report in every format, the scenario files, and where it is found again."""
    solara.use_memo(lambda: kept.report(desk, name_of("html", shown.name)), [kept.key])
    path = solara.use_memo(lambda: kept.scenarios(desk, f"scenarios_{shown.name}.zip"), [kept.key])
    Reports(lambda: shown.document, shown.name, desk)
    if path is not None:
        with plain("p", class_="library-ways"):
            words = "Save the scenario files (ZIP)"
            plain("a", words, class_="library-way", href=desk.address(path), download=path.name)
    caption(LINK)


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
