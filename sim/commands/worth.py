"""The command that says what an answer hangs on, and what it is worth to find out: worth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands import (
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
)
from sim.commands.comparing import compared
from sim.commands.reporting import Formats, Report, Reports, read_by
from sim.commands.running import Seed, end, failed, tell_stopped
from sim.errors import Mistake


def worth(
    base: ScenarioFile,
    others: Annotated[list[Path], typer.Argument(help="Scenarios to hold against it.", show_default=False)],
    replications: Annotated[int, typer.Option(help="Each meets a plausible world; three of four another one.")] = 400,
    seed: Seed = 1,
    threads: Threads = None,
    workers: Workers = None,
    cluster: ClusterAddress = None,
    report: Report = None,
    formats: Formats = None,
    worlds: Worlds = None,
    as_json: AsJson = False,
) -> None:
    """What the choice between policies hangs on, and what it is worth to find out, in money, and how."""
    from sim.report.terminal import show_worth
    from sim.report.worth_page import to_json
    from sim.report.worth_report import document
    from sim.runs.worth import NO_WORLDS
    from sim.scenario.worlds import in_same_worlds
    from sim.system.outputs import check_outputs

    if formats and report is None:
        raise Mistake("--format goes with --report, which says where the report is to be")
    reports = Reports(report, formats)
    scenarios = in_same_worlds([load(path) for path in (base, *others)], worlds)
    if scenarios[0].worlds is None:
        raise Mistake(NO_WORLDS)
    check_outputs(reports.outputs, lambda: read_by(*scenarios))
    with place_to_run(threads, workers, cluster) as place:
        answer = compared(scenarios, replications, seed, None, place)
    if report is not None:
        reports.write(lambda: document(answer), report)
    if as_json:
        print_json(to_json(answer))
    else:
        show_worth(answer)
    tell_stopped(answer.results, replications, place)
    end(failed(answer.results))


def add_to(program: typer.Typer) -> None:
    """Add this command to the program."""
    words = "worth scenarios/telecom/today.yaml scenarios/telecom/outsourced.yaml"
    program.command(epilog=example(words))(worth)
