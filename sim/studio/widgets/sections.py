"""A section of a report on a page: the same sentences, figures and tables; only what speaks of files and commands is left out."""

from __future__ import annotations

import re
from collections.abc import Sequence

import solara

from sim.report.charts import Picture
from sim.report.document import Section, Table
from sim.studio.widgets import basics
from sim.studio.widgets.basics import caption, heading, paragraph
from sim.studio.widgets.figures import Figure
from sim.studio.widgets.html import plain


def spoken(words: str) -> str:
    """The sentences that name no file and no command."""
    return " ".join(sentence for sentence in re.split(r"(?<=[.:;]) ", words) if "`" not in sentence)


def Pictures(pictures: Sequence[Picture], small: bool = False) -> None:  # noqa: N802 – looks like a component
    """Figures side by side."""
    with plain("div", class_="studio-figures small" if small else "studio-figures"):
        for picture in pictures:
            Figure(picture)


@solara.component
def SectionView(section: Section, level: int = 2) -> None:
    """A section and its parts; its cards are another's."""
    with plain("section", aria_label=section.title):
        heading(section.title, level)
        for sentence in filter(None, map(spoken, section.sentences)):
            paragraph(sentence)
        if section.points:
            plain("ul", *[plain("li", spoken(point)) for point in section.points])
        if section.pictures:
            Pictures(section.pictures, section.small)
        for table in section.tables:
            _table(table, section.title)
        for note in filter(None, map(spoken, section.notes)):
            caption(note)
        for part in section.parts:
            SectionView(part, level + 1)


def _table(table: Table, title: str) -> None:
    for group in table.bodies:
        if group.heading:
            heading(group.heading, 3)
        basics.Table(table.columns, group.rows, f"{title}: {group.heading}" if group.heading else title)
