"""The command that makes an answer again from its results folder: rerun."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands import (
    AsJson,
    ClusterAddress,
    Threads,
    Workers,
    example,
    model,
    place_to_run,
    print_json,
    progress_bar,
    say,
)
from sim.commands.running import ANSWERED_NO
from sim.errors import Mistake


def rerun(
    folder: Annotated[Path, typer.Argument(help="A results folder of run or compare.", show_default=False)],
    threads: Threads = None,
    workers: Workers = None,
    cluster: ClusterAddress = None,
    as_json: AsJson = False,
) -> None:
    """Make an answer again from its results folder, here or elsewhere, and say whether it is the same; exit code 1 if not."""
    from sim.runs.again import numbers_of, told_in
    from sim.runs.again import rerun as made_again
    from sim.runs.runner import Place

    told = told_in(folder)
    steps = len(told["scenarios"]) * len(numbers_of(told))
    with place_to_run(threads, workers, cluster) as place, progress_bar(steps, "once more") as progress:
        found = made_again(folder, Place(executor=place), progress, model() or ())
        if place.stopped:
            raise Mistake(f"stopped ({place.why_stopped}); of an answer that is made in part nothing can be said")
    if as_json:
        print_json(found.to_json())
    else:
        for name, (then, now) in found.digests.items():
            marks = f"digest {then[:12]}" + ("" if then == now else f", now {now[:12]}")
            say(f"{name}: {'the same' if then == now else 'not the same'} ({marks})")
        for sentence in found.differs:
            say(f"- {sentence}")
    if not found.same:
        raise typer.Exit(ANSWERED_NO)


def add_to(program: typer.Typer) -> None:
    """Add this command to the program."""
    program.command(epilog=example("rerun results/today-3f9c2b7a1d4e-seed-1-200-replications"))(rerun)
