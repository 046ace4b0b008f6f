"""Commands that ask a question in a file: sweep; and what they share with the other experiments' commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands import AsJson, ClusterAddress, Threads, Workers, example, print_json, progress_bar, tell
from sim.commands.reporting import Formats, Report, Reports
from sim.commands.running import SOME_FAILED
from sim.report.terminal import print_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.experiments.laboratory import Laboratory
    from sim.experiments.question import Experiment
    from sim.experiments.sweeping import Sweep
    from sim.replicating import Failure
    from sim.scenario.whole import Scenario

ExperimentFile = Annotated[Path, typer.Argument(help="An experiment file (YAML).", show_default=False)]
Resume = Annotated[bool, typer.Option("--resume", help="Say what an earlier, interrupted run left, and go on from it.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for the answer; the store of all runs is in it too.")]


@contextmanager
def at_work(
    experiment: Experiment, out: Path, runs: int, *, threads: int | None, workers: int | None, cluster: str | None,
    resume: bool,
) -> Iterator[Laboratory]:  # fmt: skip
    """A laboratory on the store in ``out``, with a progress bar over ``runs`` replications."""
    from sim.execution import executor, interruptible
    from sim.experiments.laboratory import Laboratory
    from sim.experiments.querying import STORE
    from sim.experiments.store import Store

    store = Store(out / STORE, tell)
    with (
        progress_bar(runs, experiment.path.stem) as progress,
        interruptible(executor(threads, workers, cluster), tell) as place,
        Laboratory(experiment.measures, experiment.seed, store, place, progress) as laboratory,
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
    cluster: ClusterAddress = None,
    out: Out = Path("results"),
    report: Report = None,
    formats: Formats = None,
    as_json: AsJson = False,
) -> None:
    """Ask the model at every point of a design, and say what moves the outcomes."""
    from sim.experiments import sweeping
    from sim.experiments.question import load_experiment

    reports, asked = Reports(report, formats), load_experiment(experiment)
    plan = sweeping.planned(asked)
    runs = (len(plan[1]) + 1) * asked.replications
    options: dict[str, Any] = {"threads": threads, "workers": workers, "cluster": cluster, "resume": resume}
    with at_work(asked, out, runs, **options) as laboratory:
        found = sweeping.sweep(asked, laboratory, plan)
    _show_sweep(found, out, reports, as_json)
    end(found.failures)


def _show_sweep(found: Sweep, out: Path, reports: Reports, as_json: bool) -> None:
    from sim.experiments.keeping import save
    from sim.report import sweep_page

    asked = found.experiment
    folder = save(asked, "sweep", found.address, {"points": found.table(), "runs": found.runs()}, out)
    tell(f"results: {folder}")
    reports.write(lambda: sweep_page.document(found), folder / "report.html")
    if as_json:
        print_json({"answer": sweep_page.headline(found), "folder": str(folder), **found.to_json()})
        return
    for outcome in asked.outcomes:
        rows = {e.factor.label: {"at lowest": e.low.mean, "at highest": e.high.mean, "change": e.change.mean,
                                 "low": e.change.low, "high": e.change.high} for e in found.effects(outcome)}  # fmt: skip
        if rows:
            print_numbers(f"{outcome.words}: what each factor does to it", rows)
    typer.echo(sweep_page.headline(found))


def robust(
    experiment: ExperimentFile,
    resume: Resume = False,
    threads: Threads = None,
    workers: Workers = None,
    cluster: ClusterAddress = None,
    out: Out = Path("results"),
    report: Report = None,
    formats: Formats = None,
    as_json: AsJson = False,
) -> None:
    """Ask how policies do in every state of what nobody knows: regret, and the states in which each one fails."""
    from sim.experiments import robustness
    from sim.experiments.keeping import save
    from sim.experiments.question import load_experiment
    from sim.report import robust_page

    reports, asked = Reports(report, formats), load_experiment(experiment, "robust", robustness.Settings)
    plan = robustness.planned(asked)
    options: dict[str, Any] = {"threads": threads, "workers": workers, "cluster": cluster, "resume": resume}
    with at_work(asked, out, len(plan[1]) * asked.replications, **options) as laboratory:
        found = robustness.robust(asked, laboratory, plan)
    folder = save(asked, "robust", found.address, {"states": found.table()}, out)
    _tell_answer(found, robust_page, folder, reports, as_json)


def _tell_answer(found: Any, page: Any, folder: Path, reports: Reports, as_json: bool) -> None:
    """Write the page that tells what was found, and print its first sentence, or the JSON object."""
    tell(f"results: {folder}")
    reports.write(lambda: page.document(found), folder / "report.html")
    if as_json:
        print_json({"answer": page.headline(found), "folder": str(folder), **found.to_json()})
    else:
        typer.echo(page.headline(found))
    end(found.failures)


def branch(
    experiment: ExperimentFile,
    resume: Resume = False,
    threads: Threads = None,
    workers: Workers = None,
    cluster: ClusterAddress = None,
    out: Out = Path("results"),
    report: Report = None,
    formats: Formats = None,
    as_json: AsJson = False,
) -> None:
    """Run history once, and several policies from some week on; workers run each policy whole, with the same numbers."""
    from sim.experiments import branching
    from sim.experiments.keeping import save
    from sim.experiments.question import load_experiment
    from sim.report import branch_page

    reports, asked = Reports(report, formats), load_experiment(experiment, "branch", branching.Settings)
    scenarios = branching.planned(asked)
    numbers = range(asked.replications)
    options: dict[str, Any] = {"threads": threads, "workers": workers, "cluster": cluster, "resume": resume}
    with at_work(asked, out, len(scenarios) * len(numbers), **options) as laboratory:
        if workers is None and cluster is None:
            values = branching.branch(laboratory, scenarios, asked.settings.week, numbers, threads)
        else:
            values = laboratory.measure(scenarios, numbers)
    found = branch_page.Branches(
        asked, [s.name for s in scenarios], values, _by_week(asked, scenarios, out), laboratory.tally,
        tuple(laboratory.failures),
    )  # fmt: skip
    folder = save(asked, "branch", branching.address(asked, scenarios), {"branches": branch_page.table(found)}, out)
    _tell_answer(found, branch_page, folder, reports, as_json)


def _by_week(asked: Experiment, scenarios: Sequence[Scenario], out: Path) -> dict[str, dict[str, Any]]:
    """Name → outcome → its means by week, from the store."""
    import numpy as np

    from sim.experiments.querying import query

    found = {}
    means = ", ".join(f"avg({name})" for name in asked.measures)
    for scenario in scenarios:
        where = (
            f"scenario = '{scenario.full_fingerprint}' AND seed = {asked.seed} AND replication < {asked.replications}"
        )
        rows = query(f"SELECT {means} FROM weekly WHERE {where} GROUP BY week ORDER BY week", out, tell).rows
        found[scenario.name] = dict(zip(asked.measures, np.array(rows, np.float64).T, strict=True))
    return found


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    for command in (sweep, robust, branch):
        program.command(epilog=example(f"{command.__name__} experiments/{command.__name__}.yaml"))(command)
