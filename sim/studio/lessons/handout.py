"""What a class takes home on paper: for each lesson its question, what was guessed, what came out, and why."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from sim.report.document import MODEL, Document, Section, Table
from sim.scenario.whole import Scenario
from sim.studio.lessons.outcome import guess_needed
from sim.studio.lessons.pictures import of_class
from sim.studio.lessons.school_class import View

LUCK = (
    "Every seat's run is a single replication with luck of its own; the mean of the class says more than any of them."
)


def handout(view: View, rows: Sequence[Sequence[str]], found: dict[str, Scenario]) -> Document:
    """The handout of a class. ``rows``: its table, as :meth:`Rooms.table` gives it; ``found``: the lessons, by key."""
    lessons = [(key, list(own)) for key, own in groupby(rows[1:], lambda row: row[0])]
    names = [found[key].name if key in found else key for key, _ in lessons]
    headline = (
        f"What class {view.code} guessed, and what came out"
        if lessons
        else f"Class {view.code} has seen no outcome yet"
    )
    return Document(
        "", headline, [f"Lessons: {', '.join(names)}."] if names else [],
        [_section(view, name, own, found.get(key)) for name, (key, own) in zip(names, lessons, strict=True)],
        [MODEL, LUCK], [f"loyalty studio  # lesson {name}" for name in names], "Made by the studio, from the table of the class.",
    )  # fmt: skip


def _section(view: View, name: str, rows: Sequence[Sequence[str]], scenario: Scenario | None) -> Section:
    """One lesson: its question, the class's runs, a row for each seat without columns that are empty for all, and why."""
    columns = ("Seat", "Nickname", "Guess", "Own run", "Right", "Counts", "Why?")
    cells = [[str(int(seat) + 1), *rest] for _, seat, *rest in rows]
    kept = [place for place in range(len(columns)) if any(row[place] for row in cells)]
    table = Table([columns[place] for place in kept], [[row[place] for place in kept] for row in cells], words=True)
    if scenario is None or scenario.lesson is None:
        return Section(name, tables=[table])
    now = view.lesson == rows[0][0] and view.around is not None
    pictures = [of_class(view, guess_needed(scenario))] if now else []
    lesson = scenario.lesson
    return Section(name, [lesson.predict], pictures, [table], [f"What happens: {lesson.happens} Why: {lesson.because}"])
