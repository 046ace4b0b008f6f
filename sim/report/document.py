"""What a report says, whatever it is written as: the answer, sections with figures and tables, how far to trust it, the way back.

Sentences may hold words between backticks, as in ``run `loyalty explain` ``: names of files and commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.report.charts import Picture

MODEL = (
    "This is the answer of a model, not a forecast. Its rules and many of its numbers are assumptions or come from the "
    "literature; `loyalty explain` tells which."
)
LUCK = "The intervals cover luck – who meets which trouble, who talks to whom – and not errors of the model."
NARROWER = f"{LUCK[:-1]}. More replications make them narrower, not the model truer."


@dataclass(frozen=True)
class Group:
    """Rows of a table under a heading of their own; ``aside`` is told beside it in small."""

    heading: str
    aside: str
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Table:
    """Cells that are told already; the first of each row names it. ``words``: whether the cells are text."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]] = ()
    words: bool = False
    groups: Sequence[Group] = ()

    @property
    def bodies(self) -> Sequence[Group]:
        """The rows in their groups; without groups, all in one that has no heading."""
        return self.groups or [Group("", "", self.rows)]


@dataclass(frozen=True)
class Card:
    """What one policy does: figures at a glance (label, value, ``good``, ``bad`` or ``open``) and sentences by subject."""

    name: str
    against: str
    description: str
    colour: str
    glance: Sequence[tuple[str, str, str]]
    told: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it, in this order. ``small``: its figures stand three abreast."""

    title: str
    sentences: Sequence[str] = ()
    pictures: Sequence[Picture] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()
    cards: Sequence[Card] = ()
    points: Sequence[str] = ()
    parts: Sequence[Section] = ()
    aside: str = ""
    small: bool = False


@dataclass(frozen=True, eq=False)
class Sheet:
    """Numbers for a workbook: a heading with its unit for each column, and rows of numbers and names."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[float | str | None]]


@dataclass(frozen=True)
class Amount:
    """What a policy does to a measure: the difference and its range, both in the measure's unit, and whether it is ``good``,
    ``bad`` or ``open``."""

    policy: str
    value: str
    around: str
    tone: str


@dataclass(frozen=True)
class Figure:
    """What becomes of one measure under each policy; ``ends`` says what lies in a range."""

    label: str
    unit: str
    ends: str
    amounts: Sequence[Amount]


@dataclass(frozen=True, eq=False)
class Brief:
    """The answer for whoever has a minute: the first page, and the slide.

    ``told``: what to do, how sure, why, what to find out first (subject, sentence); ``first``: the last of these by itself.
    ``figures`` and ``pictures``, one a measure: the differences with their ranges. ``sections``: what else belongs on the first
    two pages. ``source``: how many customers and worlds, and what it is fitted to.
    """

    told: Sequence[tuple[str, str]]
    first: str
    figures: Sequence[Figure]
    pictures: Sequence[Picture]
    sections: Sequence[Section]
    source: str


@dataclass(frozen=True)
class Document:
    """A whole report. ``headline`` answers the question. ``caveats``: how far to trust it. ``origin``: where it comes from.

    ``brief``: the answer on its first page; what follows is then the appendix.
    """

    question: str
    headline: str
    lead: Sequence[str]
    sections: Sequence[Section]
    caveats: Sequence[str]
    commands: Sequence[str]
    origin: str
    origins: Table | None = None
    appendix: Sequence[Section] = ()
    sheets: Sequence[Sheet] = ()
    brief: Brief | None = None

    def pictures(self) -> Iterator[Picture]:
        """Every figure, in the order of the page."""
        first = [] if self.brief is None else self.brief.sections
        yield from () if self.brief is None else self.brief.pictures
        for section in (*first, *self.sections, *self.appendix):
            yield from section.pictures

    def cards(self) -> Sequence[Card]:
        """What each policy does, if the report tells that."""
        return [card for section in self.sections for card in section.cards]


def cell(value: object) -> float | str | None:
    """A value for a workbook: a plain number, a name, or None where nothing is known."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | float | np.number):
        return float(value) if np.isfinite(value) else None
    return None if value is None else str(value)


def plain(words: str) -> str:
    """A sentence without the backticks around names of files and commands."""
    return re.sub(r"`([^`]+)`", r"\1", words)
