"""The commands of ``loyalty``: finds the commands in ``sim/commands``; a user's mistake is a sentence and exit code 2."""

from __future__ import annotations

import importlib
import pkgutil
import re
from contextlib import suppress
from importlib import metadata
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from sim import __version__, commands
from sim.errors import Mistake, nearest, tell
from sim.system.commit import commit
from sim.system.memory import check_address_space
from sim.system.process import NOT_TEXT, WRONG, not_text, sentence

BROUGHT_ALONG = {"reacton": "solara", "starlette": "solara", "uvicorn": "solara"}
"""Libraries that come with another, which is one that an extra names."""
OUTPUTS = ("--results", "--weekly", "--panel", "--events", "--out")
"""Options that name what Parquet files are written to, whose library takes no names but such as are text."""


class Commands(TyperGroup):
    """The group of all commands, in alphabetical order."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names in the order in which ``--help`` shows them."""
        return sorted(self.commands)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Split the command's words; a name that could not be written to is refused before the work begins."""
        words = [word for whole in args for word in (whole.split("=", 1) if whole.startswith("--") else [whole])]
        for option, name in zip(words, words[1:], strict=False):
            if option in OUTPUTS and not_text(name):
                _stop(f"{option} {name}: {NOT_TEXT}")
        found: list[str] = super().parse_args(ctx, args)
        return found

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of this name; a misspelt one is told with the nearest."""
        found = super().get_command(ctx, cmd_name)
        if found is None:
            hint = nearest(cmd_name, sorted(self.commands)) or f"; there are {', '.join(sorted(self.commands))}"
            _stop(f"there is no command '{cmd_name}'{hint}")
        return found

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a :class:`Mistake` is told on standard error, without a traceback."""
        try:
            check_address_space()  # before a command loads the libraries
            return super().invoke(ctx)
        except Mistake as mistake:
            _stop(sentence(mistake))
        except ModuleNotFoundError as fault:
            extra = extra_of(fault.name or "")
            if not extra:
                raise
            _stop(f"this needs {fault.name}, which is not installed: pip install 'loyalty-sim[{extra}]'")


def extra_of(library: str) -> str:
    """The extra of this distribution that brings a library which a plain installation lacks; empty when none does."""
    wanted = BROUGHT_ALONG.get(library, library).lower()
    with suppress(metadata.PackageNotFoundError):  # a copy of the source that was never installed
        for requirement in metadata.requires("loyalty-sim") or ():
            found = re.match(rf"{re.escape(wanted)}(?![\w.-]).*extra == ['\"](\w+)['\"]", requirement.lower())
            if found:
                return found[1]
    return ""


def _version(wanted: bool) -> None:
    if wanted:
        commands.say(f"loyalty-sim {__version__} (commit {commit()})")
        raise typer.Exit


def _before_a_command(
    version: Annotated[
        bool, typer.Option("--version", help="Print version and commit, and end.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """What a company's policies do to its customers' loyalty."""


def _stop(sentence: str) -> None:
    tell(sentence)
    raise typer.Exit(WRONG)


def _application() -> typer.Typer:
    """The program with every command: each file in ``sim/commands`` adds its own with ``add_to``."""
    program = typer.Typer(
        cls=Commands,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    program.callback()(_before_a_command)
    for item in pkgutil.iter_modules(commands.__path__):
        if item.name != "program":
            importlib.import_module(f"sim.commands.{item.name}").add_to(program)
    for group in (program, *(each.typer_instance for each in program.registered_groups)):
        for command in group.registered_commands if group else ():
            assert command.callback is not None
            command.callback = commands.with_mechanism(command.callback)
    return program


app = _application()
