"""Commands that run a scenario: run, mirror, digest, agree; and what they share with those that compare."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sim.commands import (
    STOPPED,
    AsJson,
    ClusterAddress,
    ScenarioFile,
    Threads,
    Workers,
    Worlds,
    example,
    load,
    place_to_run,
    print_json,
    progress_bar,
    say,
    tell,
)
from sim.commands.panels import Events, Panel, PanelColumns, PanelReplications, Panels, PanelWeeks
from sim.commands.reporting import Formats, Report, Reports, read_by
from sim.errors import Mistake
from sim.report.amounts import counted
from sim.report.terminal import print_document, show_result

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sim.runs.executor import Executor
    from sim.runs.replication import Failure
    from sim.runs.runner import Result

SOME_FAILED, ANSWERED_NO = 3, 1
"""Exit codes: some replications failed; the question was answered "no"."""

Replications = Annotated[int, typer.Option(help="How many times the scenario is run, each with other luck.")]
Seed = Annotated[int, typer.Option(help="Chooses the luck; 0 to 2^64 - 1.")]
Engine = Annotated[Literal["core", "mesa"], typer.Option(help="The fast engine or the readable one.")]
Results = Annotated[Path, typer.Option("--results", help="Folder in which the results folder is written.")]


def failed(results: Sequence[Result]) -> list[Failure]:
    """What failed in any of the runs."""
    return [failure for result in results for failure in result.failures]


def end(failures: Sequence[Failure]) -> None:
    """Say what failed and how to repeat it, and end with exit code 3 when anything did."""
    for failure in failures[:5]:
        tell(f"replication {failure.replication} failed: {failure.error}; repeat it with: {failure.repeat}")
    if failures:
        tell(f"{len(failures)} replications failed; the others are kept")
        raise typer.Exit(SOME_FAILED)


def tell_stopped(results: Sequence[Result], asked: int | None, place: Executor) -> None:
    """Say how far it got when it was stopped, and end with exit code 130."""
    if place.stopped:
        done = min(len(result.numbers) + len(result.failures) for result in results)
        of = "" if asked is None else f" of {asked:,}"
        tell(f"stopped after {done:,}{of} replications ({place.why_stopped}); these are kept")
        raise typer.Exit(STOPPED)


def run(
    scenario: ScenarioFile,
    replications: Replications = 100,
    seed: Seed = 1,
    engine: Engine = "core",
    worlds: Worlds = None,
    threads: Threads = None,
    workers: Workers = None,
    cluster: ClusterAddress = None,
    weekly: Annotated[Path | None, typer.Option(help="Also write the weekly series here (Parquet).")] = None,
    panel: Panel = None,
    events: Events = None,
    panel_columns: PanelColumns = None,
    panel_weeks: PanelWeeks = None,
    panel_replications: PanelReplications = None,
    results: Results = Path("results"),
    first: Annotated[int, typer.Option(help="Number of the first replication.", hidden=True)] = 0,
    sets: Annotated[
        list[str] | None, typer.Option("--set", help="A setting instead of the file's, such as quality.error_rate=0.1.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run one scenario many times, each time in a plausible world, and say what comes of it, with ranges."""
    from sim.experiments.repeating import changed
    from sim.runs.results import save, worlds_asked, write_weekly
    from sim.runs.runner import run as run_scenario
    from sim.scenario.worlds import NONE
    from sim.system.outputs import FOLDER, Output, check_outputs

    loaded = changed(load(scenario), sets or []).in_worlds(worlds)
    panels = Panels(panel, events, panel_columns, panel_weeks, panel_replications, engine)
    wanted = [] if weekly is None else [Output("--weekly", weekly, "parquet")]
    check_outputs([Output("--results", results, FOLDER), *wanted, *panels.outputs], lambda: read_by(loaded))
    panels.check(range(first, first + max(1, replications)), loaded.weeks)
    with place_to_run(threads, workers, cluster) as place, progress_bar(replications, loaded.name) as progress:
        result = run_scenario(
            loaded, replications, seed, executor=place, engine=engine, first=first, progress=progress,
            worlds=loaded.worlds or NONE,
        )  # fmt: skip
    if len(result.numbers):
        asked = ({} if engine == "core" else {"engine": engine}) | worlds_asked(loaded)
        tell(f"results: {save([result], results, asked)}")
        if weekly is not None:
            write_weekly(result, weekly)
        panels.write(result)
        print_json(result.to_json()) if as_json else show_result(result)
    tell_stopped([result], replications, place)
    end(failed([result]))


def mirror(
    scenario: ScenarioFile,
    replications: Replications = 50,
    seed: Seed = 1,
    threads: Threads = None,
    report: Report = None,
    formats: Formats = None,
    as_json: AsJson = False,
) -> None:
    """What the company measures of itself beside what its customers perceive, as one page; names the widest gaps."""
    from sim.report import mirror as page
    from sim.runs.runner import run as run_scenario
    from sim.runs.statistics import plain
    from sim.scenario.worlds import NONE
    from sim.system.outputs import FOLDER, Output, check_outputs

    reports, loaded = Reports(report, formats), load(scenario)
    check_outputs(reports.outputs or [Output("--report", Path(), FOLDER)], lambda: read_by(loaded))
    with place_to_run(threads, None, None) as place, progress_bar(replications, loaded.name) as progress:
        result = run_scenario(loaded, replications, seed, executor=place, progress=progress, worlds=NONE)
    if not len(result.numbers):
        tell_stopped([result], replications, place)
    found = page.reflections(result)
    reports.write(lambda: page.document(result), Path("mirror.html"))
    if as_json:
        gaps = [{**asdict(one), "gap": one.gap._asdict()} for one in found]
        print_json({"scenario": loaded.name, "gaps": plain(gaps)})
    else:
        say(f"{page.headline(result, found)}\n")
        print_document(page.document(result))
    tell_stopped([result], replications, place)
    end(failed([result]))


def digest(
    scenario: ScenarioFile,
    replications: Replications = 4,
    seed: Seed = 1,
    threads: Threads = None,
    workers: Workers = None,
    cluster: ClusterAddress = None,
    engine: Engine = "core",
    as_json: AsJson = False,
) -> None:
    """Print the SHA-256 of the final states and weekly counts: equal wherever and however the scenario is run."""
    from sim.runs.runner import run as run_scenario
    from sim.scenario.worlds import NONE

    with place_to_run(threads, workers, cluster) as place:
        result = run_scenario(load(scenario), replications, seed, executor=place, engine=engine, worlds=NONE)
    tell_stopped([result], replications, place)
    end(failed([result]))
    if as_json:
        print_json({"digest": result.digest, "fingerprint": result.scenario.fingerprint, "replications": replications})
    else:
        say(result.digest)


def agree(
    scenario: ScenarioFile,
    replications: Annotated[int, typer.Option(help="Replications to compare.")] = 1,
    weeks: Annotated[int | None, typer.Option(help="Weeks to compare; all unless given.", show_default=False)] = None,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Run both engines and compare every column in every week, bit for bit; exit code 1 names the first difference."""
    from sim.runs.runner import check_numbers, check_readable_engine

    check_numbers(replications, seed)
    check_readable_engine()
    from sim.engine.agreement import agree as compare_engines
    from sim.scenario.model_inputs import ground_of

    ground = ground_of(load(scenario))
    if weeks is not None and not 1 <= weeks <= ground.weeks:
        raise Mistake(f"--weeks is {weeks}, but must lie between 1 and the scenario's {ground.weeks}")
    found = None
    with progress_bar(replications, "comparing engines") as progress:
        for replication in range(replications):
            found = compare_engines(ground, seed, replication, weeks)
            progress(1)
            if found is not None:
                break
    which = "every week" if weeks is None else f"the first {counted(weeks, 'week', 'weeks')}"
    looked_at = f"{which} of {counted(replications, 'replication', 'replications')}"
    told = f"the engines agree in every column of {looked_at}" if found is None else str(found)
    if as_json:
        print_json({"agree": found is None, "difference": None if found is None else str(found)})
    else:
        say(told)
    if found is not None:
        raise typer.Exit(ANSWERED_NO)


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    examples: dict[Callable[..., None], str] = {
        run: "run scenarios/telecom/today.yaml --replications 200",
        mirror: "mirror scenarios/telecom/outsourced.yaml",
        digest: "digest scenarios/telecom/today.yaml --threads 2",
        agree: "agree scenarios/telecom/today.yaml --weeks 12",
    }
    for command, words in examples.items():
        program.command(epilog=example(words))(command)
