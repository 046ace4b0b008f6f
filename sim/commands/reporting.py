"""Where a report goes and as what: the options ``--report`` and ``--format``, which mean the same for every command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands import tell

if TYPE_CHECKING:
    from sim.report.document import Document
    from sim.report.formats import Kind

Report = Annotated[
    Path | None,
    typer.Option("--report", help="Where to write the report; its ending says as what (.html).", show_default=False),
]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="html|pdf|md|xlsx",
        help="What to write the report as; may be given again.",
        show_default="html",
    ),
]


class Reports:
    """The reports that a command was asked for; made before the work begins, so that a mistake is told before it."""

    def __init__(self, path: Path | None, wished: list[str] | None) -> None:
        from sim.report.formats import planned

        self.path, self.kinds = path, planned(path, wished or [])

    def write(self, document: Callable[[], Document], otherwise: Path) -> list[Path]:
        """Write them all, at the path that was asked for or ``otherwise``, tell where they are, and return their paths."""
        from sim.report.formats import write

        content, path = document(), self.path or otherwise
        written = [write(content, self._place(path, kind), kind) for kind in self.kinds]
        for one in written:
            tell(f"report: {one}")
        return written

    def _place(self, path: Path, kind: Kind) -> Path:
        """The path itself for its own format; beside it, with another ending, for every other."""
        from sim.report.formats import ENDINGS

        ending = path.suffix.lower()
        if ENDINGS.get(ending, "") == kind or (not ending and len(self.kinds) == 1):
            return path
        return path.with_suffix(f".{kind}") if ending in ENDINGS else path.with_name(f"{path.name}.{kind}")


def add_to(program: typer.Typer) -> None:
    """No commands of its own."""
