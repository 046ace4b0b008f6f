"""The command bench: how fast the engines are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from sim.commands import AsJson, example, print_json, progress_bar

if TYPE_CHECKING:
    from sim.bench.timing import Row


def bench(as_json: AsJson = False) -> None:
    """How fast both engines are, beside the least that a customer-week can cost, as ratios; takes half a minute."""
    from sim.bench.engines import core_rows, mesa_rows

    chapters: dict[str, Callable[[], list[Row]]] = {
        "The fast engine": core_rows,
        "Against the readable engine": mesa_rows,
    }
    with progress_bar(len(chapters), "measuring") as progress:
        found = {}
        for title, measured in chapters.items():
            found[title] = measured()
            progress(1)
    if as_json:
        print_json({"chapters": {title: [row.to_json() for row in rows] for title, rows in found.items()}})
    else:
        for title, rows in found.items():
            print_rows(title, rows)


def print_rows(title: str, rows: list[Row]) -> None:
    """A table of measured figures on the terminal."""
    from rich.table import Table

    from sim.report.terminal import print_table

    table = Table("figure", "measured", "unit", "to reach", "", "note", title=title, title_justify="left")
    for row in rows:
        reach = "" if row.reach is None else f"{row.reach:,.4g}"
        table.add_row(row.figure, f"{row.value:,.4g}", row.unit, reach, row.verdict, row.note)
    print_table(table)


def add_to(program: typer.Typer) -> None:
    """Add this command to the program."""
    program.command(epilog=example("bench"))(bench)
