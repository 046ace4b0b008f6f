"""The command that judges a test on a part of the customers: ab-test."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.commands import AsJson, ScenarioFile, Worlds, example, load, print_json, say
from sim.commands.running import Engine, Seed


def ab_test(
    scenario: ScenarioFile,
    replications: Annotated[int, typer.Option(help="Markets in which the test is held; each has its own luck.")] = 20,
    seed: Seed = 1,
    engine: Engine = "core",
    worlds: Worlds = None,
    as_json: AsJson = False,
) -> None:
    """What a test on a part of the customers shows, beside the truth: everybody treated against nobody."""
    from sim.runs.ab_test import judged, sentences, to_json
    from sim.runs.runner import check_numbers
    from sim.scenario.worlds import in_same_worlds

    loaded = in_same_worlds([load(scenario)], worlds)[0]
    count, seed = check_numbers(replications, seed)
    found = judged(loaded, seed, range(count), engine)
    if as_json:
        print_json(to_json(found, loaded, seed, count))
    else:
        say("\n".join(sentences(found, loaded, count)))


def add_to(program: typer.Typer) -> None:
    """Add this command to the program."""
    program.command("ab-test", epilog=example("ab-test scenarios/telecom/price_test.yaml --replications 5"))(ab_test)
