"""The answer on the page: first the sentence, then each policy, then pictures, and what to take home."""

from __future__ import annotations

import solara

from sim.report.charts import Picture
from sim.studio.comparison.answer import Card, Shown
from sim.studio.comparison.forms import plain
from sim.studio.comparison.people_form import take_home
from sim.studio.desk import Desk
from sim.studio.furniture import aside, heading, said, told


@solara.component_vue("copy.vue")
def Copied(text: str, label: str) -> None:
    """A text with a button that copies it."""


@solara.component_vue("shown.vue")
def Arrived(words: str) -> None:
    """Brings what stands around it into view when it appears, and says so to those who hear the page."""


@solara.component
def AnswerView(shown: Shown, desk: Desk) -> None:
    """Everything about an answer."""
    with plain("section", aria_label="The answer"):
        Arrived(f"The answer is here: {shown.headline}")
        plain("h2", shown.headline, class_="compare-headline")
        for sentence in shown.lead:
            said(sentence)
        if shown.cut_short:
            told(
                f"Called off: this rests on the {shown.done:,} of {shown.asked:,} replications that were done.",
                "warning",
            )
        aside(shown.finished)
        for failure in shown.failures:
            told(failure, "warning")
        _take_home(shown, desk)
        with plain("div", class_="compare-cards"):
            for card in shown.cards:
                _card(card, shown.base)
        _pictures(shown.pictures)
        heading(f"Differences from {shown.base}", 2)
        _pictures(shown.forest, "compare-figures small")
        aside(f"Paired differences of {shown.done:,} replications: mean and 95 % interval. An interval that crosses the line at "
              "zero is undecided: the difference may be chance.")  # fmt: skip


def _take_home(shown: Shown, desk: Desk) -> None:
    report = shown.files["report"]
    take_home(desk, {"Download the report (HTML)": report, "Save the scenario files (ZIP)": shown.files["scenarios"]})
    with plain("p", class_="studio-text"):
        plain("a", "Open the report in a new tab", href=f"{desk.address(report)}?show", target="_blank", rel="noopener")
    with plain("details", class_="studio-details"):
        plain("summary", "Show as command")
        said("Unpack the scenario files into a folder and run this there: it gives the same numbers.")
        if shown.cut_short:
            aside("It runs all the replications; what was called off here was cut short.")
        Copied(shown.command, "Command")


def _card(card: Card, base: str) -> None:
    with plain("article", class_="compare-card", style=f"--colour: {card.colour}"):
        plain("h3", card.name, class_="studio-h3")
        aside(" ".join(part for part in (f"Against {base}.", card.description) if part))
        glance = [
            plain("li", plain("span", label), plain("b", value, class_=tone)) for label, value, tone in card.glance
        ]
        plain("ul", *glance, class_="glance")
        plain("dl", *[item for label, words in card.told for item in (plain("dt", label), plain("dd", words))])
        with plain("details", class_="studio-details"):
            plain("summary", "What differs")
            plain("ul", *[plain("li", line) for line in card.differs or ("Nothing: the two mean the same.",)])


def _pictures(pictures: tuple[Picture, ...], class_: str = "compare-figures") -> None:
    with plain("div", class_=class_):
        for picture in pictures:
            plain(
                "figure",
                plain("img", src=picture.source, alt=picture.alt),
                *([plain("figcaption", picture.note)] if picture.note else []),
            )
