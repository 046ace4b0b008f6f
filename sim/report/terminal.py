"""Answers as a terminal shows them: the sentence first, then tables in the units that people think in.

Measures have the names of ``--json``, which gives every number with all its digits, spread and variance reduction too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

from sim.system.text import visible

if TYPE_CHECKING:
    from rich.table import Table

    from sim.report.document import Document
    from sim.runs.comparison import Comparison
    from sim.runs.runner import Result

PIPED_WIDTH = 160
SHORT = {
    "percentage points": "points",
    "percentage points per week": "points a week",
    "per 100 customers and week": "per 100 a week",
    "on a scale from 0 to 1": "scale 0-1",
}
"""Units as a narrow table writes them."""
HEADLINES = (
    "retention", "churn_rate", "word_of_mouth_net", "nps", "nps_including_leavers", "csat", "trust",
    "grievance", "wait_mean", "abandonment",
    "first_contact_resolution", "profit",
)  # fmt: skip
"""The measures of a comparison on a terminal; a report and ``--json`` have all."""


def print_table(table: Table) -> None:
    """A table on standard output; piped, it is as wide as it needs to be."""
    from rich.console import Console
    from rich.text import Text

    class TextOnly(Console):
        """A console that sees no markup, no emoji and no commands in what it is given."""

        def render_str(self, text: str, **options: Any) -> Text:
            """The text as it is."""
            return super().render_str(visible(text), **options | {"markup": False, "emoji": False})

    console = TextOnly(markup=False, emoji=False)
    if not console.is_terminal:
        console.width = max(console.width, PIPED_WIDTH)
    console.print(table)


def print_rows(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table of words and numbers that fits a terminal of 80 characters; columns named ``""`` hold words, and lie left."""
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=0, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    print_table(table)


def print_document(document: Document) -> None:
    """The tables of a report as the report tells them, in the company's money and heads."""
    for section in document.sections:
        for told in section.tables:
            if not told.words:
                rows = [row for group in told.bodies for row in group.rows]
                print_rows(told.columns[0], ("", *told.columns[1:]), rows)


def show_result(result: Result) -> None:
    """Every measure of one scenario: mean and interval."""
    from sim.report.amounts import timing
    from sim.report.facts import ends_told, unit_of
    from sim.report.ignorance import fitted_told, worlds_told
    from sim.report.tables import table
    from sim.runs.comparison import Comparison

    alone, names = Comparison((result,)), list(result.definitions)
    rows = [
        [measure, group.rows[0][1], group.rows[0][2], _short(unit_of(alone, measure).level)]
        for measure, group in zip(names, table(alone, names).groups, strict=True)
    ]
    title = f"{result.scenario.name} ({_size(result)}, {timing(result.scenario)})"
    print_rows(title, ("", "mean", ends_told(alone), ""), rows)
    for line in [fitted_told(alone), *worlds_told(alone)]:
        print(fill(visible(line), 80))
    _show_windows(alone)
    _tell_fewer("Means", "there was anything to measure", _partly_defined(result))


def _show_windows(answer: Comparison) -> None:
    """A few measures of each window, where the scenarios ask for windows."""
    from sim.report import tables
    from sim.report.facts import unit_of

    if answer.windows:
        heads = [f"{measure}\n{_short(unit_of(answer, measure).level)}" for measure in tables.WINDOWED]
        rows: list[Sequence[str]] = []
        for group in tables.by_window(answer).bodies:
            weeks = [group.heading, *[""] * len(group.rows)] if answer.others else []
            rows += [[*weeks[place : place + 1], *row] for place, row in enumerate(group.rows)]
        print_rows(tables.windows_title(answer), (*([""] if answer.others else []), "", *heads), rows)


def _partly_defined(result: Result) -> str:
    """The measures that some replications have and others have not, with the number that have it."""
    counts = {name: int(around["defined"]) for name, around in result.intervals.items()}
    return ", ".join(f"{name} {count:,}" for name, count in counts.items() if 0 < count < len(result.numbers))


def _partly_compared(answer: Comparison, other: Result) -> str:
    """The measures that some replications have under both policies and others have not, with the number that have it."""
    counts = {name: answer.differences[other.scenario.name][name].defined for name in HEADLINES}
    return ", ".join(f"{name} {count:,}" for name, count in counts.items() if 0 < count < len(answer.numbers))


def _tell_fewer(what: str, where: str, some: str) -> None:
    if some:
        print(f"{what} over fewer replications, in which alone {where}: {some}.")


def _size(result: Result) -> str:
    """Replications and customers: ``20 of 20 replications, 3,150 customers standing for 315,000``."""
    done, scale = len(result.numbers), result.scenario.market.stands_for
    people = result.customers_in_week_0
    standing = f" standing for {people * scale:,.0f}" if scale != 1 else ""
    return f"{done} of {done + len(result.failures)} replications, {people:,} customers{standing}"


def _short(unit: str) -> str:
    return SHORT.get(unit, unit)


def show_answer(answer: Comparison) -> None:
    """What a strategist wanted to know, and the key differences of every policy from the base."""
    from sim.report.facts import ends_told
    from sim.report.headline import headline, lead
    from sim.report.ignorance import worlds_told
    from sim.report.lever_prices import price_told
    from sim.report.sources import precision_told
    from sim.report.worth_page import line_told

    print(visible(" ".join([f"{headline(answer)}.", *lead(answer), *precision_told(answer)])) + "\n")
    for place, other in enumerate(answer.others, start=1):
        title = f"{other.scenario.name} less {answer.base.scenario.name} ({len(answer.numbers)} replications)"
        print_rows(title, ("", "difference", ends_told(answer), "", "higher"), differences(answer, place))
        _tell_fewer("Differences", "both policies have something to measure", _partly_compared(answer, other))
        if price := price_told(answer, other):
            print(f"{fill(visible(price), 80)}\n")
    _show_segments(answer)
    _show_windows(answer)
    for caution in answer.cautions:
        print(fill(visible(caution), 80))
    for line in (*worlds_told(answer), line_told(answer), answer.many_told):
        if line:
            print(fill(visible(line), 80))
    if answer.causes:
        from sim.report.comparison import causes_told

        for group in causes_told(answer).tables[0].groups:
            print_rows(
                f"{group.heading}: what makes the difference", ("", "points of retention", "95 % interval"), group.rows
            )
    print(
        visible(
            f"keeps most customers: {'all the same' if all(map(answer.same_meaning, answer.others)) else answer.best}"
        )
    )


def _show_segments(answer: Comparison) -> None:
    """Who gains most and who suffers most, where there are segments or kept columns."""
    from sim.report.facts import ends_told
    from sim.report.segments import TITLE, terminal_rows

    if rows := terminal_rows(answer):
        names = [""] if len(answer.others) > 1 else []
        print_rows(TITLE, (*names, "", "kept, %", "difference", ends_told(answer), "higher"), rows)


def show_worth(answer: Comparison) -> None:
    """What the choice hangs on and what it is worth to find out: a sentence first, then two short tables."""
    from sim.report.ignorance import fitted_told, worlds_told
    from sim.report.worth_page import AT_MOST, questions_table, sentences, shares_table, test_told

    found = answer.worth
    print(visible(" ".join(sentences(answer, found))) + "\n")
    if not found.early:
        asked, shares = questions_table(answer, found), shares_table(answer)
        print_rows(asked.columns[0], ("", *asked.columns[1:-1], ""), asked.rows)
        for group in shares.bodies:
            print_rows(f"{group.heading} {group.aside} hangs on", ("", *shares.columns[1:]), group.rows)
        for line in (AT_MOST, test_told(answer, found.test)):
            print(f"{fill(visible(line), 80)}\n" if line else "", end="")
    for line in [fitted_told(answer), *worlds_told(answer)[:1]]:
        print(fill(visible(line), 80))


def differences(answer: Comparison, place: int) -> list[list[str]]:
    """The rows of one policy: measure, difference, interval, unit, replications in which it is higher."""
    from sim.report.facts import unit_of
    from sim.report.tables import table

    groups = table(answer, HEADLINES).groups
    return [  # the variance reduction is left to the report
        [
            measure,
            *group.rows[place][3:5],
            _short(unit_of(answer, measure).difference),
            group.rows[place][5],
        ]
        for measure, group in zip(HEADLINES, groups, strict=True)
    ]
