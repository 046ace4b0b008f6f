"""Commands that ask a question in a file: one for each method in :mod:`sim.experiments.methods`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands import (
    AsJson,
    ClusterAddress,
    Threads,
    Workers,
    Worlds,
    example,
    model,
    print_json,
    progress_bar,
    say,
    tell,
)
from sim.commands.reporting import Formats, Report, Reports, read_for
from sim.commands.running import end
from sim.experiments import methods
from sim.report.terminal import print_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.experiments.laboratory import Laboratory
    from sim.experiments.method import MethodResult
    from sim.experiments.question import Experiment
    from sim.system.outputs import Output

ExperimentFile = Annotated[Path, typer.Argument(help="An experiment file (YAML).", show_default=False)]
Resume = Annotated[bool, typer.Option("--resume", help="Say what an earlier, interrupted run left, and go on from it.")]
Save = Annotated[Path | None, typer.Option("--save", show_default=False)]
Out = Annotated[Path, typer.Option("--out", help="Folder for the answer; the store of all runs is in it too.")]


@dataclass(frozen=True)
class Request:
    """What somebody wants who asks a question in a file: where it runs, where the answer goes, how it is told."""

    experiment: Path
    resume: bool
    threads: int | None
    workers: int | None
    cluster: str | None
    out: Path
    reports: Reports
    as_json: bool
    save: Path | None = None
    worlds: str | None = None


def command(name: str) -> Callable[..., None]:
    """The command that answers by the method of this name, with what the head of the method's file says of it."""

    def ask(
        experiment: ExperimentFile, resume: Resume = False, threads: Threads = None, workers: Workers = None,
        cluster: ClusterAddress = None, out: Out = Path("results"), report: Report = None, formats: Formats = None,
        save: Save = None, worlds: Worlds = None, as_json: AsJson = False,
    ) -> None:  # fmt: skip
        reports = Reports(report, formats)
        answer(name, Request(experiment, resume, threads, workers, cluster, out, reports, as_json, save, worlds))

    told, signature = methods.said(name), inspect.signature(ask, eval_str=True)
    options = dict(signature.parameters)
    if "save" in told:
        option = typer.Option("--save", help=told["save"], show_default=False)
        options["save"] = options["save"].replace(annotation=Annotated[Path | None, option])
    else:
        del options["save"]
    ask.__signature__ = signature.replace(parameters=list(options.values()))  # type: ignore[attr-defined]
    ask.__doc__ = told["help"]
    return ask


def answer(name: str, request: Request) -> None:
    """Load, plan, ask, keep and tell."""
    from sim.experiments.export import save

    method = methods.method(name)
    asked = method.load(request.experiment, model()).in_worlds(request.worlds)
    plan = method.planned(asked)
    saved = method.save.outputs(request.save) if method.save and request.save else []
    with at_work(asked, request, plan.runs, saved) as laboratory:
        found = method.answer(asked, laboratory, plan)
    folder = save(found, request.out)
    if method.save:
        tell(method.save.write(found, folder, request.save))
    tell_answer(found, folder, request)


def tell_answer(found: MethodResult, folder: Path, request: Request) -> None:
    """Write the page that tells what was found; print its tables and below them its first sentence, or the JSON object."""
    from sim.report.experiment_page import document

    tell(f"results: {folder}")
    page = document(found)
    request.reports.write(lambda: page, folder / "report.html")
    if request.as_json:
        print_json({"answer": page.headline, "folder": str(folder), **found.to_json()})
    else:
        print_document(page)
        say(page.headline)
    end(found.failures)


@contextmanager
def at_work(asked: Experiment, request: Request, runs: int, saved: Sequence[Output]) -> Iterator[Laboratory]:
    """A laboratory on the store of the answer's folder, with a progress bar over ``runs`` replications.

    ``saved``: what will be written beside folder and reports.
    """
    from sim.experiments.laboratory import Laboratory
    from sim.experiments.querying import STORE
    from sim.experiments.store import Store
    from sim.runs.executor import executor, interruptible
    from sim.system import outputs

    written = [outputs.Output("--out", request.out, outputs.FOLDER), *request.reports.outputs, *saved]
    outputs.check_outputs(written, lambda: read_for(asked))
    store = Store(request.out / STORE, tell)
    with (
        progress_bar(runs, asked.path.stem) as progress,
        interruptible(executor(request.threads, request.workers, request.cluster), tell) as place,
        Laboratory(asked.definitions, asked.seed, store, place, progress) as laboratory,
    ):
        if request.resume:
            tell(_left(laboratory))
        yield laboratory
    tell(_told(laboratory))


def _left(laboratory: Laboratory) -> str:
    known = sum(len(numbers) for numbers, _ in laboratory.known.values())
    others = f"; {laboratory.others:,} others are of another version of the source" if laboratory.others else ""
    return f"the store holds {known:,} replications of {len(laboratory.known):,} scenarios under this seed{others}"


def _told(laboratory: Laboratory) -> str:
    tally = laboratory.tally
    return f"{tally.found:,} replications were in the store, {tally.ran:,} were run"


def add_to(program: typer.Typer) -> None:
    """Add a command for every method."""
    for name in methods.names():
        word = name.replace("_", "-")
        program.command(word, epilog=example(f"{word} experiments/{name}.yaml"))(command(name))
