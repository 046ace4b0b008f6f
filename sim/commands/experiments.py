"""Commands that ask a question in a file: sweep; and what they share with the other experiments' commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands import AsJson, example, print_json, tell
from sim.commands.running import SOME_FAILED, Report, Threads, _progress, _table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.experiments.laboratory import Laboratory
    from sim.experiments.question import Experiment
    from sim.experiments.sweeping import Sweep
    from sim.running import Failure

ExperimentFile = Annotated[Path, typer.Argument(help="An experiment file (YAML).", show_default=False)]
Resume = Annotated[bool, typer.Option("--resume", help="Say what an earlier, interrupted run left, and go on from it.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for the answer; the store of all runs is in it too.")]
Workers = Annotated[int | None, typer.Option(help="Processes on this machine instead of threads.", show_default=False)]
Cluster = Annotated[str | None, typer.Option(help="Address of a Dask scheduler to run on.", show_default=False)]


@contextmanager
def at_work(
    experiment: Experiment, out: Path, runs: int, *, threads: int | None, workers: int | None, cluster: str | None,
    resume: bool,
) -> Iterator[Laboratory]:  # fmt: skip
    """A laboratory on the store in ``out``, with a progress bar over ``runs`` replications."""
    from sim.experiments.laboratory import Laboratory, Threads
    from sim.experiments.querying import STORE
    from sim.experiments.store import Store

    store = Store(out / STORE, tell)
    with (
        _progress(runs, experiment.path.stem) as progress,
        Laboratory(experiment.measures, experiment.seed, store, Threads(threads), progress) as laboratory,
    ):
        if resume:
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


def end(failures: Sequence[Failure]) -> None:
    """Say what failed and how to repeat it, and end with exit code 3 when anything did."""
    for failure in failures[:5]:
        tell(f"replication {failure.replication} failed: {failure.error}; repeat it with: {failure.repeat}")
    if failures:
        tell(f"{len(failures)} replications failed; the others are kept")
        raise typer.Exit(SOME_FAILED)


def sweep(
    experiment: ExperimentFile,
    resume: Resume = False,
    threads: Threads = None,
    workers: Workers = None,
    cluster: Cluster = None,
    out: Out = Path("results"),
    report: Report = None,
    as_json: AsJson = False,
) -> None:
    """Ask the model at every point of a design, and say what moves the outcomes."""
    from sim.experiments import sweeping
    from sim.experiments.question import load_experiment

    asked = load_experiment(experiment)
    plan = sweeping.planned(asked)
    runs = (len(plan[1]) + 1) * asked.replications
    options: dict[str, Any] = {"threads": threads, "workers": workers, "cluster": cluster, "resume": resume}
    with at_work(asked, out, runs, **options) as laboratory:
        found = sweeping.sweep(asked, laboratory, plan)
    _show_sweep(found, out, report, as_json)
    end(found.failures)


def _show_sweep(found: Sweep, out: Path, report: Path | None, as_json: bool) -> None:
    from sim.experiments.keeping import save
    from sim.report import sweep_page

    asked = found.experiment
    folder = save(asked, "sweep", found.address, {"points": found.table(), "runs": found.runs()}, out)
    tell(f"results: {folder}")
    tell(f"report: {sweep_page.write(found, report or folder / 'report.html')}")
    if as_json:
        print_json({"answer": sweep_page.headline(found), "folder": str(folder), **found.to_json()})
        return
    for outcome in asked.outcomes:
        rows = {e.factor.label: {"at lowest": e.low.mean, "at highest": e.high.mean, "change": e.change.mean,
                                 "low": e.change.low, "high": e.change.high} for e in found.effects(outcome)}  # fmt: skip
        if rows:
            _table(f"{outcome.words}: what each factor does to it", rows)
    typer.echo(sweep_page.headline(found))


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.command(epilog=example("sweep experiments/sweep.yaml"))(sweep)
