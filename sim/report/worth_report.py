"""The report of ``loyalty worth``: what the choice hangs on, what it is worth to find out, and how."""

from __future__ import annotations

from sim.report import sources
from sim.report.comparison import caveats
from sim.report.document import Document, Section
from sim.report.ignorance import fitted_told
from sim.report.worth_page import (
    AT_MOST,
    BARS_TOLD,
    TITLE,
    pictures,
    questions_table,
    section,
    sentences,
    shares_table,
    sheet,
    test_told,
)
from sim.runs.comparison import Comparison


def document(answer: Comparison) -> Document:
    """The report of ``loyalty worth``."""
    found, origin = answer.worth, sources.origin(answer)
    command = origin.command.replace("loyalty compare", "loyalty worth", 1)
    told = sentences(answer, found)
    lead = [*told[1:], test_told(answer, found.test), fitted_told(answer)]
    sections = section(answer)
    if not found.early:
        sections = [
            Section("What it is worth to find out", tables=[questions_table(answer, found)], notes=[AT_MOST]),
            Section(TITLE, pictures=pictures(answer), tables=[shares_table(answer)], notes=[BARS_TOLD]),
        ]
    return Document(
        "What is it worth to find out?", told[0].rstrip("."), [line for line in lead if line], sections, caveats(answer),
        [command], f"Seed {origin.seed}, {origin.replications:,} replications. Source `{origin.source}`; {origin.versions}.",
        sheets=sheet(answer),
    )  # fmt: skip
