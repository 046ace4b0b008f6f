"""``python -m benchmarks``: measure the program; write the page about speed, its picture, what later tests compare with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.measure import Measured, chosen, measure, over_floor
from benchmarks.page import PICTURE
from benchmarks.page import page as written
from benchmarks.picture import picture
from sim.commands import AsJson, print_json, progress_bar, tell
from sim.commands.instruments import print_rows
from sim.system.outputs import Output, check_outputs, put
from sim.system.process import ended, leave, open_streams

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def benchmarks(
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
    """How fast the program is, beside the least that a customer-week can cost; takes two minutes, with --full ten."""
    check_outputs(_outputs(plot, page, reference))
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
            print_rows(title, rows)


def _outputs(plot: Path | None, page: Path | None, reference: Path | None) -> list[Output]:
    """The files that are wanted; the page's picture may be the one that is wanted by itself."""
    wanted = [("--plot", plot, "svg"), ("--page", page, "md"), ("--reference", reference, "json")]
    if page is not None and page.parent / PICTURE != plot:
        wanted.append(("--page", page.parent / PICTURE, "svg"))
    return [Output(option, path, kind) for option, path, kind in wanted if path is not None]


def _write(found: Measured, plot: Path | None, page: Path | None) -> None:
    """The picture, and the page with its picture, where they are wanted."""
    if plot is None and page is None:
        return
    drawn = picture(found)
    if plot is not None:
        tell(f"picture: {put(plot, drawn, 'the picture')}")
    if page is not None:
        put(page.parent / PICTURE, drawn, "the picture")
        tell(f"page: {put(page, written(found), 'the page')}")


if __name__ == "__main__":
    open_streams()
    leave(ended(app))
