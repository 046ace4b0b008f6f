"""The commands, a file for each family; each adds its own with ``add_to(program)`` and imports heavy things late.

Here is what they share: options that mean the same everywhere, and how things are printed.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.errors import Mistake
from sim.errors import tell as tell
from sim.system.text import COMMANDING, visible

if TYPE_CHECKING:
    from sim.model.component import Model
    from sim.runs.executor import Executor
    from sim.scenario.whole import Scenario

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Threads = Annotated[
    int | None, typer.Option(help="Threads in this process; one per processor unless given.", show_default=False)
]
Workers = Annotated[
    int | None, typer.Option(help="Instead of threads: processes of one thread each.", show_default=False)
]
ClusterAddress = Annotated[
    str | None,
    typer.Option("--cluster", help="Instead: the Dask scheduler's address, tcp://HOST:8786.", show_default=False),
]
Mechanism = Annotated[
    list[str] | None,
    typer.Option(
        "--mechanism",
        metavar="FILE.py",
        help="A mechanism of your own: a Python file, which is run, or the name of one that an installed package offers; may be "
        "given again.",
        show_default=False,
    ),
]
"""An option of every command."""
_MECHANISMS: ContextVar[tuple[str, ...]] = ContextVar("mechanisms", default=())
STOPPED = 130
"""Exit code when Ctrl-C, or a lost cluster, ended a command early; what was done is kept."""
Worlds = Annotated[
    str | None,
    typer.Option(
        "--worlds",
        metavar="shipped|none|FILE",
        help="In which plausible worlds, of what nobody knows: those that the scenario names, else the shipped ones, unless "
        "given; 'none' is the one setting of all defaults.",
        show_default=False,
    ),
]
ScenarioFile = Annotated[Path, typer.Argument(help="A scenario file (YAML).", show_default=False)]

ScenarioOrFolder = Annotated[
    Path,
    typer.Argument(
        help="A scenario file (YAML), or a results folder, which stands for all scenarios in it.", show_default=False
    ),
]


def with_mechanism(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the option ``--mechanism``, whose mechanisms :func:`load` and :func:`model` know while it runs."""

    @wraps(command)
    def mechanical(*arguments: Any, mechanism: list[str] | None = None, **named: Any) -> None:
        before = _MECHANISMS.set(tuple(mechanism or ()))
        try:
            model()
            command(*arguments, **named)
        finally:
            _MECHANISMS.reset(before)

    said = inspect.signature(command, eval_str=True)
    option = inspect.Parameter("mechanism", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Mechanism)
    mechanical.__signature__ = said.replace(parameters=[*said.parameters.values(), option])  # type: ignore[attr-defined]
    return mechanical


def model() -> Model | None:
    """The model with the mechanisms that the command was given; None for the shipped one. Raises :class:`~sim.errors.Mistake`."""
    if not _MECHANISMS.get():
        return None
    from sim.scenario.mechanisms import model_with

    return model_with(_MECHANISMS.get())


def load(path: Path) -> Scenario:
    """The scenario in a file, of the command's model. Raises :class:`~sim.errors.Mistake`."""
    from sim.scenario.whole import load as read

    return read(path, model() or ())


def files_of(paths: Sequence[Path], worlds: str | None = None) -> tuple[list[Path], str | None]:
    """The scenario files that are meant, a results folder standing for all that it holds; and in which worlds.

    What a folder holds as an earlier one did is left out. ``worlds``: what the user said; where nothing was, the folders' own.
    Raises :class:`~sim.errors.Mistake`.
    """
    from sim.runs.again import kept_in

    files: list[Path] = []
    known: set[tuple[str, str]] = set()
    of_folders: dict[str, str] = {}
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        kept = kept_in(path)
        files += [file for file, mark in kept.files.items() if mark not in known]
        known |= set(kept.files.values())
        of_folders.setdefault(kept.meant, kept.worlds)
    if worlds is None and len(of_folders) > 1:
        raise Mistake(
            "the results folders were run in different worlds; say with --worlds in which they are to be compared"
        )
    return files, worlds if worlds is not None or not of_folders else next(iter(of_folders.values()))


def print_json(answer: dict[str, Any], laid_out: bool = False) -> None:
    """One JSON object on standard output, ``laid_out`` to be read, as it always is on a terminal.

    Not-a-number is an error of the program, never printed. What commands a terminal, or is no text – file names are bytes –
    is written as JSON's own escapes, which give the same words again.
    """
    indent = 2 if laid_out or sys.stdout.isatty() else None
    text = json.dumps(answer, ensure_ascii=False, allow_nan=False, indent=indent)
    typer.echo(COMMANDING.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def say(words: str) -> None:
    """A part of the answer: on standard output."""
    typer.echo(visible(words))


@contextmanager
def progress_bar(steps: int, words: str) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, nothing when piped."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    shown = sys.stderr.isatty()  # not what rich believes, who goes by FORCE_COLOR too
    with Progress(*columns, console=console, disable=not shown, transient=True) as bar:
        task = bar.add_task(words, total=steps)
        yield lambda count: bar.update(task, advance=count)


@contextmanager
def place_to_run(threads: int | None, workers: int | None, cluster: str | None) -> Iterator[Executor]:
    """An executor that Ctrl-C asks to stop; what is done by then is kept."""
    from sim.runs.executor import executor, interruptible

    with executor(threads, workers, cluster) as place, interruptible(place, tell):
        yield place


def example(words: str) -> str:
    """The line at the end of a command's ``--help``."""
    return f"Example: loyalty {words}"
