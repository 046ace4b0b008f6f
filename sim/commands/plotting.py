"""The command plot: one figure of a comparison as a file for a paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sim.commands import (
    AsJson,
    ClusterAddress,
    Threads,
    Workers,
    example,
    files_of,
    load,
    model,
    place_to_run,
    print_json,
    say,
    tell,
)
from sim.commands.comparing import compared
from sim.commands.reporting import read_by
from sim.commands.running import Replications, Seed
from sim.errors import Mistake

if TYPE_CHECKING:
    from sim.runs.comparison import Comparison
    from sim.runs.executor import Executor
    from sim.scenario.whole import Scenario

Kind = Literal["svg", "pdf", "png"]
INCHES = {"cm": 1 / 2.54, "mm": 1 / 25.4, "in": 1.0, "pt": 1 / 72}
NARROWEST, WIDEST = 2.0, 20.0
"""Inches between which a figure can be drawn."""


def plot(
    figure: Annotated[
        str | None, typer.Argument(help="A measure, or a figure of the report; --list names them.", show_default=False)
    ] = None,
    scenarios: Annotated[
        list[Path] | None,
        typer.Argument(help="Scenario files, the base first, or a results folder.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The file; named after the figure unless given.", show_default=False)
    ] = None,
    kind: Annotated[
        Kind | None, typer.Option("--format", help="As what: by the file's ending unless given.", show_default="svg")
    ] = None,
    width: Annotated[
        str | None, typer.Option(help="Width, such as 8.5cm for one column or 17cm for two.", show_default=False)
    ] = None,
    no_title: Annotated[bool, typer.Option("--no-title", help="Leave out the title: a paper has its caption.")] = False,
    replications: Replications = 200,
    seed: Seed = 1,
    threads: Threads = None,
    workers: Workers = None,
    cluster: ClusterAddress = None,
    every: Annotated[bool, typer.Option("--list", help="Name every figure and measure, and end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Draw one figure of a run or comparison into a file: SVG (letters as paths), PDF (fonts embedded) or PNG (300 dpi)."""
    from sim.runs.results_folder import add
    from sim.system.outputs import FOLDER, Output, check_outputs, put

    if every:
        _list(as_json)
        return
    files, worlds = files_of(scenarios or [])
    name = _known(figure, files)
    path, chosen = _place(name, out, kind)
    inches, loaded = _inches(width), [load(file) for file in files]
    check_outputs(
        [Output("--out", path.parent, FOLDER) if out is None else Output("--out", out, chosen)],
        lambda: read_by(*loaded),
    )
    with place_to_run(threads, workers, cluster) as place:
        answer = _answer(loaded, replications, seed, place, worlds)
    data, drawn = _drawn(answer, name, chosen, inches, not no_title)
    path = add(path, lambda place: {place: data}, "the figure") if out is None else put(path, data, "the figure")
    if as_json:
        print_json(
            {"figure": name, "file": str(path), "format": chosen, "replications": len(answer.numbers), "shows": drawn}
        )
    else:
        say(f"{path}: {drawn}")


def _list(as_json: bool) -> None:
    from sim.model.component import builtin
    from sim.report.charts.gallery import catalogue

    found = catalogue(model() or builtin())
    if as_json:
        print_json({"figures": found})
        return
    for name, meaning in found.items():
        say(f"{name:28} {meaning}")


def _known(figure: str | None, scenarios: list[Path]) -> str:
    """The name of a figure that there is, and that so many scenarios can show."""
    from sim.model.component import builtin
    from sim.report.charts.gallery import check_figure

    if figure is None or not scenarios:
        raise Mistake("name a figure and at least one scenario: loyalty plot retention scenarios/telecom/today.yaml; "
                      "--list names every figure")  # fmt: skip
    return check_figure(figure, len(scenarios), model() or builtin())


def _place(name: str, out: Path | None, kind: Kind | None) -> tuple[Path, Kind]:
    """The file and its format, which must not contradict each other."""
    endings: dict[str, Kind] = {".svg": "svg", ".pdf": "pdf", ".png": "png"}
    path = out or Path(f"{name}.{kind or 'svg'}")
    own = endings.get(path.suffix.lower())
    if own is None and kind is None:
        raise Mistake(f"--out {path} must end in .svg, .pdf or .png, or --format must say what it is")
    if own is not None and kind is not None and own != kind:
        raise Mistake(f"--out {path} asks for {own}, but --format for {kind}: leave one of them out")
    chosen = kind or own
    assert chosen is not None
    return path, chosen


def _inches(width: str | None) -> float | None:
    """``8.5cm``, ``85mm``, ``3.35in`` or ``241pt`` in inches."""
    from sim.scenario.quantities import parted

    if width is None:
        return None
    number, unit = parted(width) or (0.0, "")
    if unit not in INCHES:
        raise Mistake(f"--width is '{width}', but must be a number with its unit, such as 8.5cm, 85mm, 3.35in or 241pt")
    found = number * INCHES[unit]
    if not NARROWEST <= found <= WIDEST:
        raise Mistake(f"--width is '{width}', but must lie between 5cm and 50cm")
    return found


def _answer(scenarios: list[Scenario], replications: int, seed: int, place: Executor, worlds: str | None) -> Comparison:
    """The comparison, or of a single scenario its run."""
    return (
        compared(scenarios, replications, seed, None, place, worlds=worlds)
        if len(scenarios) > 1
        else _alone(scenarios[0], replications, seed, place, worlds)
    )


def _alone(scenario: Scenario, replications: int, seed: int, place: Executor, worlds: str | None) -> Comparison:
    from sim.commands import progress_bar
    from sim.runs.comparison import Comparison
    from sim.runs.runner import run

    with progress_bar(replications, scenario.name) as progress:
        result = run(scenario, replications, seed, executor=place, progress=progress, worlds=worlds)
    if not len(result.numbers):
        raise Mistake("there is nothing to draw: no replication finished")
    return Comparison((result,))


def _drawn(answer: Comparison, name: str, kind: Kind, inches: float | None, titled: bool) -> tuple[bytes, str]:
    """The figure as a file's bytes, and what it shows, in words."""
    from sim.report.charts.gallery import picture
    from sim.report.charts.still import file_of

    found = picture(answer, name)
    tell(found.note)
    return file_of(found.chart, kind, inches, titled), found.alt


def add_to(program: typer.Typer) -> None:
    """Add this command to the program."""
    words = "plot retention scenarios/telecom/today.yaml scenarios/telecom/outsourced.yaml --width 8.5cm --out retention.pdf"
    program.command(epilog=example(words))(plot)
