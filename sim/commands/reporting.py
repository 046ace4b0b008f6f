"""Where a report goes and as what: the options ``--report`` and ``--format``, which mean the same for every command."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands import tell

if TYPE_CHECKING:
    from sim.experiments.question import Experiment
    from sim.report.document import Document
    from sim.report.formats.writer import Kind
    from sim.scenario.whole import Scenario
    from sim.system.outputs import Output

Report = Annotated[
    Path | None,
    typer.Option("--report", help="Where to write the report; its ending says as what (.html).", show_default=False),
]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="html|pdf|md|xlsx|pptx",
        help="What to write the report as; may be given again.",
        show_default="html",
    ),
]


class Reports:
    """The reports that a command was asked for; made before the work begins, so that a mistake is told before it."""

    def __init__(self, path: Path | None, wished: list[str] | None) -> None:
        from sim.report.formats.writer import planned

        self.path, self.kinds = path, planned(path, wished or [])

    @property
    def outputs(self) -> list[Output]:
        """What is written where the user asked for it; nothing when the program chooses the place."""
        from sim.report.formats.writer import outputs_of

        return [] if self.path is None else outputs_of(self.path, self.kinds)

    def write(self, document: Callable[[], Document], otherwise: Path) -> list[Path]:
        """Write them all, at the path that was asked for or ``otherwise``, tell where they are, and return their paths.

        At a path that the user did not choose nothing is replaced but what the program put there.
        """
        from sim.system.outputs import telling

        with telling(self.path or otherwise, "the report"):
            content = document()
        written = [self._written(content, kind, otherwise) for kind in self.kinds]
        for one in written:
            tell(f"report: {one}")
        return written

    def _written(self, content: Document, kind: Kind, otherwise: Path) -> Path:
        from sim.report.formats.writer import files, place_of, write
        from sim.runs.results_folder import add

        place = place_of(self.path or otherwise, kind, len(self.kinds) == 1)
        return add(place, lambda path: files(content, path, kind)) if self.path is None else write(content, place, kind)


def read_by(*scenarios: Scenario) -> Iterator[Path]:
    """The files that these scenarios were read from: their own, those that they extend, their customers, ties and hours."""
    from sim.scenario.inheritance import files_of

    for scenario in scenarios:
        worlds = scenario.worlds.path if scenario.worlds else None
        yield from files_of(scenario.path) if scenario.path else ()
        hours = (scenario.by_hour.calls, scenario.by_hour.people)
        yield from (
            file for file in (scenario.customers.file, scenario.network.file, worlds, *hours) if file is not None
        )


def read_for(asked: Experiment) -> Iterator[Path]:
    """The files that an experiment was read from: its own, its scenarios', and every file that it names."""
    yield asked.path
    yield from read_by(asked.base, *asked.policies.values())
    yield from (asked.path.parent / words for words in _words(asked.written))


def _words(written: Any) -> Iterator[str]:
    """Every text in what a file says."""
    if isinstance(written, str):
        yield written
    elif isinstance(written, Mapping | list):
        for each in written.values() if isinstance(written, Mapping) else written:
            yield from _words(each)


def add_to(program: typer.Typer) -> None:
    """No commands of its own."""
