"""Who felt what when, as files: the options ``--panel`` and ``--events`` of ``run``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands import model, progress_bar, tell
from sim.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from sim.runs.panel import Asked
    from sim.runs.runner import Result
    from sim.system.outputs import Output

Panel = Annotated[
    Path | None,
    typer.Option(help="Also write here what everybody feels at the end of every week (Parquet).", show_default=False),
]
Events = Annotated[
    Path | None, typer.Option(help="Also write here what happens to whom, and when (Parquet).", show_default=False)
]
PanelColumns = Annotated[
    str | None,
    typer.Option(
        help="Columns of --panel, such as satisfaction,trust,provider, and revenue,cost (what somebody brings and costs).",
        show_default="all that people feel",
    ),
]
PanelWeeks = Annotated[
    str | None, typer.Option(help="Weeks of --panel and --events, such as 0-12,51.", show_default="all")
]
PanelReplications = Annotated[
    str | None, typer.Option(help="Replications of --panel and --events, such as 0-4.", show_default="the first")
]
_SPAN = re.compile(r"\s*(\d{1,19})\s*(?:-\s*(\d{1,19})\s*)?")
MOST = 1_000_000
"""Numbers that a list of spans may hold."""


@dataclass(frozen=True)
class Panels:
    """What a run is asked to write of persons; looked at before the work begins."""

    panel: Path | None
    events: Path | None
    columns: str | None
    weeks: str | None
    replications: str | None
    engine: str

    @property
    def outputs(self) -> list[Output]:
        """The files."""
        from sim.system.outputs import Output

        wished = {"--panel": self.panel, "--events": self.events}
        return [Output(option, path, "parquet") for option, path in wished.items() if path is not None]

    def asked(self, numbers: Sequence[int] | np.ndarray, weeks: int) -> Asked:
        """What is asked of replications with these numbers. Raises :class:`Mistake` for what there is not."""
        from sim.model.component import builtin
        from sim.runs.panel import asked, chosen_of

        chosen_of(model() or builtin(), self._columns)
        return asked(
            numbers, weeks, _spans("--panel-replications", self.replications), _spans("--panel-weeks", self.weeks),
            self.engine,
        )  # fmt: skip

    def check(self, numbers: range, weeks: int) -> None:
        """Raise :class:`Mistake` for what there will not be after a run of these replications."""
        said = [self.columns, self.weeks, self.replications]
        if not self.outputs and any(one is not None for one in said):
            raise Mistake(
                "--panel-columns, --panel-weeks and --panel-replications say what --panel FILE.parquet or --events FILE.parquet "
                "holds; name one of these"
            )
        self.asked(numbers, weeks)

    def write(self, result: Result) -> None:
        """Write what was asked for, and tell where it is."""
        from sim.runs.results import write_events, write_panel

        wanted = self.asked(result.numbers, result.tally.shape[1]) if self.outputs else None
        if self.panel is not None and wanted is not None:
            with progress_bar(wanted.steps, "panel") as progress:
                write_panel(result, self.panel, wanted, self._columns, progress)
            tell(f"panel: {self.panel}")
        if self.events is not None and wanted is not None:
            with progress_bar(wanted.steps, "events") as progress:
                write_events(result, self.events, wanted, progress=progress)
            tell(f"events: {self.events}")

    @property
    def _columns(self) -> list[str] | None:
        return None if self.columns is None else [name.strip() for name in self.columns.split(",")]


def _spans(option: str, written: str | None) -> list[int] | None:
    """``0-12,51`` as whole numbers; None for what is not said. Raises :class:`Mistake` for anything else."""
    if written is None:
        return None
    found: list[int] = []
    for span in written.split(","):
        ends = _SPAN.fullmatch(span)
        if ends is None:
            raise Mistake(f"{option} is '{written}', but must be whole numbers and spans of them, such as 0-12,51")
        first, last = int(ends[1]), int(ends[2] or ends[1])
        if last < first or len(found) + last - first >= MOST:
            raise Mistake(
                f"{option}: '{span.strip()}' goes from {first} to {last}; write the smaller number first, and few"
            )
        found += range(first, last + 1)
    return found


def add_to(program: typer.Typer) -> None:
    """No commands of its own."""
