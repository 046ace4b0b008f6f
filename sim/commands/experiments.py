"""Commands that ask a question in a file: sweep; and what they share with the other experiments' commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands import (
    AsJson,
    ClusterAddress,
    Threads,
    Workers,
    example,
    model,
    print_json,
    progress_bar,
    say,
    tell,
)
from sim.commands.reporting import Formats, Report, Reports, read_for
from sim.commands.running import end
from sim.report.terminal import print_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.experiments.laboratory import Laboratory
    from sim.experiments.question import Experiment
    from sim.experiments.sweeping import Sweep
    from sim.scenario.whole import Scenario
    from sim.system.outputs import Output

ExperimentFile = Annotated[Path, typer.Argument(help="An experiment file (YAML).", show_default=False)]
Resume = Annotated[bool, typer.Option("--resume", help="Say what an earlier, interrupted run left, and go on from it.")]
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
    more: Sequence[Output] = ()

    @property
    def outputs(self) -> list[Output]:
        """All files that it wants beside the answer's folder; ``more`` are a command's own."""
        return [*self.reports.outputs, *self.more]


def asking(answer: Callable[[Request], None]) -> Callable[..., None]:
    """The command that ``answer`` fulfils, with its name and words and the options that all questions in a file share."""

    def command(
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
        answer(Request(experiment, resume, threads, workers, cluster, out, Reports(report, formats), as_json))

    command.__name__, command.__doc__ = answer.__name__, answer.__doc__
    return command


@contextmanager
def at_work(asked: Experiment, request: Request, runs: int) -> Iterator[Laboratory]:
    """A laboratory on the store of the answer's folder, with a progress bar over ``runs`` replications."""
    from sim.experiments.laboratory import Laboratory
    from sim.experiments.querying import STORE
    from sim.experiments.store import Store
    from sim.runs.executor import executor, interruptible
    from sim.system import outputs

    outputs.check_outputs(
        [outputs.Output("--out", request.out, outputs.FOLDER), *request.outputs], lambda: read_for(asked)
    )
    store = Store(request.out / STORE, tell)
    with (
        progress_bar(runs, asked.path.stem) as progress,
        interruptible(executor(request.threads, request.workers, request.cluster), tell) as place,
        Laboratory(asked.measures, asked.seed, store, place, progress) as laboratory,
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


@asking
def sweep(request: Request) -> None:
    """Ask the model at every point of a design, and say what moves the outcomes."""
    from sim.experiments import sweeping
    from sim.experiments.question import load_experiment

    asked = load_experiment(request.experiment, mechanisms=model())
    plan = sweeping.planned(asked)
    with at_work(asked, request, (len(plan[1]) + 1) * asked.replications) as laboratory:
        found = sweeping.sweep(asked, laboratory, plan)
    _show_sweep(found, request)


def _show_sweep(found: Sweep, request: Request) -> None:
    from sim.experiments.keeping import save
    from sim.report import sweep_page

    folder = save(
        found.experiment, "sweep", found.address, {"points": found.table(), "runs": found.runs()}, request.out
    )
    tell_answer(found, sweep_page, folder, request)


@asking
def robust(request: Request) -> None:
    """Ask how policies do in every state of what nobody knows: regret, and the states in which each one fails."""
    from sim.experiments import robustness
    from sim.experiments.keeping import save
    from sim.experiments.question import load_experiment
    from sim.report import robust_page

    asked = load_experiment(request.experiment, "robust", robustness.Settings, model())
    plan = robustness.planned(asked)
    with at_work(asked, request, len(plan[1]) * asked.replications) as laboratory:
        found = robustness.robust(asked, laboratory, plan)
    folder = save(asked, "robust", found.address, {"states": found.table()}, request.out)
    tell_answer(found, robust_page, folder, request)


def tell_answer(found: Any, page: Any, folder: Path, request: Request) -> None:
    """Write the page that tells what was found; print its tables and below them its first sentence, or the JSON object."""
    tell(f"results: {folder}")
    document = page.document(found)
    request.reports.write(lambda: document, folder / "report.html")
    if request.as_json:
        print_json({"answer": document.headline, "folder": str(folder), **found.to_json()})
    else:
        print_document(document)
        say(document.headline)
    end(found.failures)


@asking
def branch(request: Request) -> None:
    """Run history once, and several policies from some week on; workers run each policy whole, with the same numbers."""
    from sim.experiments import branching
    from sim.experiments.keeping import save
    from sim.experiments.question import load_experiment
    from sim.report import branch_page

    asked = load_experiment(request.experiment, "branch", branching.Settings, model())
    scenarios = branching.planned(asked)
    numbers = range(asked.replications)
    with at_work(asked, request, len(scenarios) * len(numbers)) as laboratory:
        if request.workers is None and request.cluster is None:
            values = branching.branch(laboratory, scenarios, asked.settings.week, numbers, request.threads)
        else:
            values = laboratory.measure(scenarios, numbers)
    found = branch_page.Branches(
        asked, [s.name for s in scenarios], values, _by_week(asked, scenarios, request.out), laboratory.tally,
        tuple(laboratory.failures),
    )  # fmt: skip
    folder = save(
        asked, "branch", branching.address(asked, scenarios), {"branches": branch_page.table(found)}, request.out
    )
    tell_answer(found, branch_page, folder, request)


def _by_week(asked: Experiment, scenarios: Sequence[Scenario], out: Path) -> dict[str, dict[str, Any]]:
    """Name → outcome → its means by week, from the store."""
    import numpy as np

    from sim.errors import Mistake
    from sim.experiments.blocks import libraries, source
    from sim.experiments.querying import query

    made, found = f"source = '{source()}' AND versions = '{libraries()}'", {}
    means = ", ".join(f"avg({name})" for name in asked.measures)
    for scenario in scenarios:
        whose = f"scenario = '{scenario.full_fingerprint}' AND {made}"
        where = f"{whose} AND seed = {asked.seed} AND replication < {asked.replications}"
        rows = query(f"SELECT {means} FROM weekly WHERE {where} GROUP BY week ORDER BY week", out, tell).rows
        if len(rows) != scenario.weeks:
            raise Mistake(f"the store at {out} has no weeks of '{scenario.name}': all its replications failed, or what held "
                          "them was set aside just now; run the command again")  # fmt: skip
        found[scenario.name] = dict(zip(asked.measures, np.array(rows, np.float64).T, strict=True))
    return found


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    for command in (sweep, robust, branch):
        program.command(epilog=example(f"{command.__name__} experiments/{command.__name__}.yaml"))(command)
