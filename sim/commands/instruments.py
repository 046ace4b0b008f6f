"""Commands that measure: staff (a call centre by formula and by simulation), bench (how fast the engines are)."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.commands import AsJson, example, print_json, print_table


def staff(
    arrivals: Annotated[float, typer.Option(help="Calls a minute.")],
    handling: Annotated[float, typer.Option(help="Mean minutes a call takes.")],
    agents: Annotated[int, typer.Option(help="Representatives on duty.")],
    patience: Annotated[
        float | None, typer.Option(help="Mean minutes until a caller hangs up; nobody does unless given.")
    ] = None,
    callers: Annotated[int, typer.Option(help="Callers to simulate.")] = 200_000,
    seed: Annotated[int, typer.Option(help="Chooses the luck.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Figures of a call centre: the closed form (Erlang) beside the simulated queue, with 95 % intervals."""
    from rich.table import Table

    from sim.service.staffing import staff as figures

    found = figures(arrivals, handling, agents, patience, callers, seed)
    if as_json:
        print_json({"figures": [figure._asdict() for figure in found]})
        return
    table = Table("figure", "unit", "formula", "simulated", "low", "high", title=f"{agents} representatives")
    for figure in found:
        numbers = (figure.closed_form, figure.simulated, figure.low, figure.high)
        table.add_row(figure.figure, figure.unit, *(f"{number:.4f}" for number in numbers))
    print_table(table)


def bench(
    compile_time: Annotated[bool, typer.Option("--compile", help="Also time a first and a later start.")] = False,
    as_json: AsJson = False,
) -> None:
    """How fast the engines are, as ratios measured in one run."""
    from dataclasses import asdict

    from rich.table import Table

    from sim.bench import measure

    rows = measure(compile_time=compile_time)
    if as_json:
        print_json({"figures": [asdict(row) for row in rows]})
        return
    table = Table("figure", "measured", "unit", "to reach", "note")
    for row in rows:
        table.add_row(row.figure, f"{row.value:,.4g}", row.unit, row.reach, row.note)
    print_table(table)


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.command(epilog=example("staff --arrivals 10 --handling 5 --agents 50 --patience 3"))(staff)
    program.command(epilog=example("bench"))(bench)
