"""Commands that hold policies against one another: compare, demo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands import (
    AsJson,
    ClusterAddress,
    ScenarioOrFolder,
    Threads,
    Workers,
    Worlds,
    example,
    files_of,
    load,
    place_to_run,
    print_json,
    progress_bar,
    say,
    tell,
)
from sim.commands.reporting import Formats, Report, Reports, read_by
from sim.commands.running import (
    Replications,
    Results,
    Seed,
    end,
    failed,
    tell_stopped,
)
from sim.errors import Mistake
from sim.report.terminal import show_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.runs.comparison import Comparison
    from sim.runs.executor import Executor
    from sim.scenario.whole import Scenario
    from sim.scenario.worlds import Worlds as Ensemble

DEMO = ("today", "outsourced", "upselling", "self_checkout", "accountable")


def compare(
    base: ScenarioOrFolder,
    others: Annotated[
        list[Path] | None, typer.Argument(help="Scenarios to hold against it.", show_default=False)
    ] = None,
    replications: Replications = 200,
    precision: Annotated[
        str | None, typer.Option(help="Run until retention differences are known to within this, such as 1%.")
    ] = None,
    most: Annotated[
        int | None, typer.Option(help="With --precision: give up after so many replications; 20,000 unless given.")
    ] = None,
    seed: Seed = 1,
    threads: Threads = None,
    workers: Workers = None,
    cluster: ClusterAddress = None,
    report: Report = None,
    formats: Formats = None,
    results: Results = Path("results"),
    worlds: Worlds = None,
    causes: Annotated[
        bool, typer.Option("--causes", help="Also how much of each difference each cause of leaving explains.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare policies on the same customers with the same luck, in the same plausible worlds: paired differences with ranges."""
    from sim.scenario.worlds import NONE, in_same_worlds
    from sim.system.outputs import FOLDER, Output, check_outputs

    reports = Reports(report, formats)
    files, worlds = files_of((base, *(others or ())), worlds)
    scenarios = in_same_worlds([load(path) for path in files], worlds)
    share = _share(precision)
    if most is not None and precision is None:
        raise Mistake("--most goes with --precision; without it, --replications says how many there are")
    check_outputs(
        [Output("--results", results, FOLDER), *reports.outputs],
        lambda: read_by(*scenarios),
    )
    with place_to_run(threads, workers, cluster) as place:
        answer = compared(scenarios, replications, seed, share, place, most, scenarios[0].worlds or NONE)
        answer = _explained(answer, place) if causes else answer
    _kept(answer, reports, results)
    if as_json:
        print_json(answer.to_json())
    else:
        show_answer(answer)
    tell_stopped(answer.results, replications if share is None else None, place)
    end(failed(answer.results))


def compared(
    scenarios: Sequence[Scenario],
    replications: int,
    seed: int,
    precision: float | None,
    place: Executor,
    most: int | None = None,
    worlds: str | Ensemble | None = None,
) -> Comparison:
    """Compare with a progress bar; ends the command when fewer than two replications are there to compare."""
    from sim.runs.comparison import MOST_REPLICATIONS
    from sim.runs.comparison import compare as compare_scenarios

    most = MOST_REPLICATIONS if most is None else most
    with progress_bar(replications * len(scenarios), "comparing") as progress:
        answer = compare_scenarios(
            scenarios, replications, seed, precision=precision, most=most, executor=place, progress=progress,
            worlds=worlds,
        )  # fmt: skip
    if len(answer.numbers) < 2:
        tell_stopped(answer.results, replications, place)
        end(failed(answer.results))
        raise Mistake("a comparison needs at least two replications; ask for more with --replications")
    return answer


def _explained(answer: Comparison, place: Executor) -> Comparison:
    """The comparison with the causes of its differences, found with a progress bar."""
    from sim.runs.causes import runs_needed, with_causes

    with progress_bar(runs_needed(answer), "leaving out each cause") as progress:
        return with_causes(answer, executor=place, progress=progress)


def _kept(answer: Comparison, reports: Reports, under: Path) -> list[Path]:
    """Write results folder and reports; returns the reports' paths."""
    from sim.report.comparison import document
    from sim.runs.results import asked_of, save

    folder = save(answer.results, under, asked_of(answer))
    return reports.write(lambda: document(answer), folder / "report.html")


def _share(written: str | None) -> float | None:
    """``1%`` or ``0.01`` as a share; raises :class:`Mistake` on anything else."""
    from sim.scenario.quantities import Unfit, from_text

    try:
        return None if written is None else from_text(written, "share")
    except Unfit as unfit:
        raise Mistake(f"--precision {unfit}, such as 1% or 0.01") from None


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for results and report.")] = Path("results"),
    replications: Replications = 200,
    threads: Threads = None,
    workers: Workers = None,
    cluster: ClusterAddress = None,
    formats: Formats = None,
    as_json: AsJson = False,
) -> None:
    """The main job on the shipped customer file: today's policies against four what-ifs, and the report's path."""
    from sim.scenario.shipped import scenarios_folder
    from sim.system.outputs import FOLDER, Output, check_outputs

    reports, folder = Reports(None, formats), scenarios_folder() / "telecom"
    check_outputs([Output("--out", out, FOLDER)])
    tell(f"Five policies, {replications} replications of two years each; the first start compiles for about a minute.")
    with place_to_run(threads, workers, cluster) as place:
        answer = compared([load(folder / f"{name}.yaml") for name in DEMO], replications, 1, None, place)
        answer = _explained(answer, place)
    written = _kept(answer, reports, out)
    if as_json:
        print_json({"report": str(written[0]), **answer.to_json()})
    else:
        show_answer(answer)
        say(f"report: {written[0]}")
    tell_stopped(answer.results, replications, place)
    end(failed(answer.results))


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    words = "compare scenarios/telecom/today.yaml scenarios/telecom/outsourced.yaml --precision 1%"
    program.command(epilog=example(words))(compare)
    program.command(epilog=example("demo --out results"))(demo)
