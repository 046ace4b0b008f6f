"""What an experiment leaves behind: a folder with its manifest and its tables, as Parquet and as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiments.blocks import source
from sim.experiments.question import Experiment
from sim.runs.results import versions
from sim.runs.results_folder import keep, words_of
from sim.system.text import spreadsheet_text, visible

if TYPE_CHECKING:
    import pandas as pd


def manifest(experiment: Experiment, command: str) -> dict[str, Any]:
    """All that is needed to ask the same again, and nothing about the machine it was asked on."""
    return {
        "command": command,
        "experiment": experiment.path.stem,
        "question": experiment.question,
        "written": experiment.written,
        "base": {"name": experiment.base.name, "fingerprint": experiment.base.full_fingerprint,
                 "meaning": experiment.base.canonical()},
        "policies": {name: scenario.full_fingerprint for name, scenario in experiment.policies.items()},
        "seed": experiment.seed,
        "source": source(),
        "versions": versions(),
    }  # fmt: skip


def csv_of(table: pd.DataFrame) -> str:
    """A table as CSV: numbers with all their digits, and text in which no spreadsheet program sees a formula."""
    words = {name: table[name].map(_text) for name in table.select_dtypes(exclude="number")}
    return table.assign(**words).rename(columns=_text).to_csv(index=False, float_format="%.17g")


def _text(cell: Any) -> Any:
    return spreadsheet_text(visible(cell) if isinstance(cell, str) else cell)


def save(
    experiment: Experiment, command: str, address: str, tables: Mapping[str, pd.DataFrame], under: Path,
    more: Mapping[str, Any] | None = None,
) -> Path:  # fmt: skip
    """Write the experiment's folder ``<file's name>-<address>``, whole or not at all, and return its path.

    ``tables``: name → table, each written as Parquet and CSV, with a column ``experiment`` in ``points``; ``more`` is added
    to the manifest. Raises :class:`~sim.errors.Mistake` when it cannot be written; then nothing is left behind.
    """

    def fill(folder: Path, name: str) -> None:
        for title, table in tables.items():
            _write(_labelled(table, name) if title == "points" else table, folder / title)

    words = f"{words_of(experiment.path.stem, 'experiment')}-{address}"
    return keep(under, words, manifest(experiment, command) | dict(more or {}), fill)


def _labelled(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The table with the experiment's name in its first column."""
    labelled = table.copy()
    labelled.insert(0, "experiment", name)
    return labelled


def _write(table: pd.DataFrame, path: Path) -> None:
    table.to_parquet(path.with_name(f"{path.name}.parquet"), index=False)
    path.with_name(f"{path.name}.csv").write_text(csv_of(table), encoding="utf-8")
