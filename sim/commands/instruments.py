"""Commands that measure: staff (a call centre by formula and by simulation), bench (how fast the engines are)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands import AsJson, example, print_json, progress_bar, tell

if TYPE_CHECKING:
    from benchmarks.measure import Measured
    from sim.bench.timing import Row
    from sim.system.outputs import Output


def staff(
    arrivals: Annotated[float, typer.Option(help="Calls a minute.")],
    handling: Annotated[float, typer.Option(help="Mean minutes a call takes.")],
    agents: Annotated[int, typer.Option(help="Representatives on duty.")],
    patience: Annotated[
        float | None, typer.Option(help="Mean minutes until a caller hangs up; nobody does unless given.")
    ] = None,
    callers: Annotated[int, typer.Option(help="Callers to simulate.")] = 200_000,
    seed: Annotated[int, typer.Option(help="Chooses the luck.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Figures of a call centre: the closed form (Erlang) beside the simulated queue, with 95 % intervals."""
    from rich.table import Table

    from sim.report.terminal import print_table
    from sim.service.staffing import staff as figures

    found = figures(arrivals, handling, agents, patience, callers, seed)
    if as_json:
        print_json({"figures": [figure._asdict() for figure in found]})
        return
    table = Table("figure", "unit", "formula", "simulated", "low", "high", title=f"{agents} representatives")
    for figure in found:
        numbers = (figure.closed_form, figure.simulated, figure.low, figure.high)
        table.add_row(figure.figure, figure.unit, *(f"{number:.4f}" for number in numbers))
    print_table(table)


def bench(
    full: Annotated[
        bool, typer.Option("--full", help="Also what takes minutes and gigabytes: first start, 10 million people.")
    ] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw the picture into this file (SVG).")] = None,
    page: Annotated[
        Path | None, typer.Option(help="Write the page about speed (Markdown), its picture beside it.")
    ] = None,
    reference: Annotated[
        Path | None,
        typer.Option(help="Write what later speed tests compare with: figures over the floor kernel (JSON)."),
    ] = None,
    only: Annotated[str | None, typer.Option(help="Measure one chapter alone, such as 'Threads'.")] = None,
    as_json: AsJson = False,
) -> None:
    """How fast the engines are, beside the least that a customer-week can cost; takes two minutes, with --full ten."""
    from benchmarks.measure import chosen, measure, over_floor
    from sim.system.outputs import check, put

    check(_outputs(plot, page, reference))
    wanted = chosen(full, only, whole=any(file is not None for file in (plot, page, reference)))
    with progress_bar(len(wanted), "measuring") as progress:
        found = measure(wanted, progress)
    _write(found, plot, page)
    if reference is not None:
        put(reference, json.dumps(over_floor(found.rows), indent=2) + "\n", "the reference")
        tell(f"reference: {reference}")
    if as_json:
        print_json(found.to_json())
    else:
        for title, rows in found.chapters.items():
            _print_rows(title, rows)


def _outputs(plot: Path | None, page: Path | None, reference: Path | None) -> list[Output]:
    """The files that are wanted; the page's picture may be the one that is wanted by itself."""
    from benchmarks.page import PICTURE
    from sim.system.outputs import Output

    wanted = [("--plot", plot, "svg"), ("--page", page, "md"), ("--reference", reference, "json")]
    if page is not None and page.parent / PICTURE != plot:
        wanted.append(("--page", page.parent / PICTURE, "svg"))
    return [Output(option, path, kind) for option, path, kind in wanted if path is not None]


def _write(found: Measured, plot: Path | None, page: Path | None) -> None:
    """The picture, and the page with its picture, where they are wanted."""
    if plot is None and page is None:
        return
    from benchmarks.page import PICTURE
    from benchmarks.page import page as written
    from benchmarks.picture import picture
    from sim.system.outputs import put

    drawn = picture(found)
    if plot is not None:
        tell(f"picture: {put(plot, drawn, 'the picture')}")
    if page is not None:
        put(page.parent / PICTURE, drawn, "the picture")
        tell(f"page: {put(page, written(found), 'the page')}")


def _print_rows(title: str, rows: list[Row]) -> None:
    from rich.table import Table

    from sim.report.terminal import print_table

    table = Table("figure", "measured", "unit", "to reach", "", "note", title=title, title_justify="left")
    for row in rows:
        reach = "" if row.reach is None else f"{row.reach:,.4g}"
        table.add_row(row.figure, f"{row.value:,.4g}", row.unit, reach, row.verdict, row.note)
    print_table(table)


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.command(epilog=example("staff --arrivals 10 --handling 5 --agents 50 --patience 3"))(staff)
    program.command(epilog=example("bench --plot speed.svg"))(bench)
