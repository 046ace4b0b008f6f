"""Commands that answer an experiment's question by a method: sensitivity, select, optimise, break-even, calibrate."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands import AsJson, ClusterAddress, Threads, Workers, example, model, tell
from sim.commands.experiments import ExperimentFile, Out, Request, Resume, asking, at_work, tell_answer
from sim.commands.reporting import Formats, Report, Reports

if TYPE_CHECKING:
    from sim.experiments.question import Experiment

Save = Annotated[
    Path | None,
    typer.Option(
        "--save",
        help="Write the calibrated scenario here, beside its base, and its posterior beside it.",
        show_default=False,
    ),
]


def _answer(request: Request, key: str, extra: Callable[[Any, Path], None] | None = None) -> None:
    """Load, ask, keep and tell: what all of these commands do."""
    from sim.experiments.asking import address
    from sim.experiments.keeping import save
    from sim.experiments.question import load_experiment

    method, page = import_module(f"sim.experiments.ask_{key}"), import_module(f"sim.report.{key}_page")
    asked: Experiment = load_experiment(request.experiment, key, method.Settings, model())
    with at_work(asked, request, method.check(asked)) as laboratory:
        found = method.ask(asked, laboratory)
    tables = {"answer": found.table()} | {
        name: getattr(found, name)() for name in ("trials", "draws", "checked") if hasattr(found, name)
    }
    folder = save(asked, key, address(asked, key), tables, request.out)
    if extra is not None:
        extra(found, folder)
    tell_answer(found, page, folder, request)


@asking
def sensitivity(request: Request) -> None:
    """Say which settings matter to the outcomes, and how much of what is seen is mere chance."""
    _answer(request, "sensitivity")


@asking
def select(request: Request) -> None:
    """Say which of several policies is best, with a promised probability of being right."""
    _answer(request, "select")


@asking
def optimise(request: Request) -> None:
    """Look for the levers' best settings within limits; the finalists are compared on fresh luck."""
    _answer(request, "optimise")


@asking
def break_even(request: Request) -> None:
    """Say at which value of one lever, or of one thing nobody knows, a policy stops paying."""
    _answer(request, "break_even")


def calibrate(
    experiment: ExperimentFile, resume: Resume = False, threads: Threads = None, workers: Workers = None,
    cluster: ClusterAddress = None, out: Out = Path("results"), report: Report = None, formats: Formats = None,
    save: Save = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Fit what nobody knows to your own figures, and say what they leave open."""

    from sim.experiments.keeping import csv_of
    from sim.runs.results_folder import add
    from sim.system.outputs import CALIBRATED, Output, place_of, put

    draws = None if save is None else place_of(save).with_name(f"{save.stem}.posterior.csv")

    def keep(found: Any, folder: Path) -> None:
        if save is None or draws is None:
            path = add(folder / "calibrated.yaml", lambda place: {place: found.text_at(place).encode()}, "the scenario")
        else:
            path = found.save_best(save)
            put(draws, csv_of(found.draws()), "the posterior")
        tell(f"calibrated scenario: {path}; its posterior, for compare --posterior: {draws or folder / 'draws.csv'}")

    more = [Output("--save", save, CALIBRATED), Output("--save", draws, "csv")] if save and draws else []
    request = Request(experiment, resume, threads, workers, cluster, out, Reports(report, formats), as_json, more)
    _answer(request, "calibrate", keep)


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    for command in (sensitivity, select, optimise, calibrate):
        program.command(epilog=example(f"{command.__name__} experiments/{command.__name__}.yaml"))(command)
    program.command("break-even", epilog=example("break-even experiments/break_even.yaml"))(break_even)
