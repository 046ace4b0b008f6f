"""The command that opens the studio."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from sim.commands import example, model, tell
from sim.errors import Mistake

PORT = 8765


def studio(
    port: Annotated[int, typer.Option(help="Port; 0 takes any that is free.")] = PORT,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
    host: Annotated[
        str, typer.Option(help="Where to listen; beyond this machine the studio asks visitors for a token.")
    ] = "127.0.0.1",
    token: Annotated[
        str | None, typer.Option(help="The token to ask for, instead of one drawn at random.", show_default=False)
    ] = None,
    lessons: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="A folder with lessons of your own, as LOYALTY_LESSONS names one; 'lessons' here is looked into too.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Open the studio in a browser: watch a market live, compare policies, explore, take and give lessons."""
    from sim.studio.library.scenario_library import LESSONS
    from sim.studio.server.server import serve

    if not 0 <= port <= 65535:
        raise Mistake(f"--port is {port}, but must lie between 0 and 65535")
    if token is not None and (len(token.strip()) < 8 or not token.isprintable()):
        raise Mistake("--token must have at least 8 characters, all of which can be seen")
    if lessons is not None:
        if not lessons.is_dir():
            raise Mistake(
                f"--lessons {lessons}: there is no such folder; 'loyalty lesson new NAME --out {lessons}' makes it"
            )
        os.environ[LESSONS] = str(lessons.absolute())
    serve(host, port, token, not no_browser, tell, model())


def add_to(program: typer.Typer) -> None:
    """Add this command to the program."""
    program.command(epilog=example("studio --port 8765"))(studio)
