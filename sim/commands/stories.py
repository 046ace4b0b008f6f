"""The command that tells one customer's story: journey."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands import AsJson, ScenarioFile, example, load, print_json, say
from sim.commands.running import Engine

Customer = Annotated[int, typer.Option(help="Number of the customer, from 0; row order in a customer file.")]
Against = Annotated[
    Path | None, typer.Option(help="Another scenario: the same customer's life under its policies.", show_default=False)
]


def journey(
    scenario: ScenarioFile,
    customer: Customer,
    replication: Annotated[int, typer.Option(help="Which replication's luck.")] = 0,
    against: Against = None,
    seed: Annotated[int, typer.Option(help="Chooses the luck; 0 to 2^64 - 1.")] = 1,
    engine: Engine = "core",
    as_json: AsJson = False,
) -> None:
    """One customer's story week by week, in words; beside it, the same customer's under other policies."""
    from sim import journey as stories

    loaded = load(scenario)
    other = None if against is None else load(against)
    told: stories.Journey | stories.Beside = (
        stories.journey(loaded, customer, replication, seed, engine)
        if other is None
        else stories.against(loaded, other, customer, replication, seed, engine)
    )
    if as_json:
        print_json(told.to_json())
    else:
        say(told.text)


def add_to(program: typer.Typer) -> None:
    """Add this command to the program."""
    words = "journey scenarios/telecom/today.yaml --customer 7 --against scenarios/telecom/outsourced.yaml"
    program.command(epilog=example(words))(journey)
