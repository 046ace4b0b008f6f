"""What an answer leaves behind: a folder with its manifest and its tables, as Parquet and as CSV."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiments.blocks import source
from sim.runs.csv_tables import csv_of as csv_of
from sim.runs.results import versions
from sim.runs.results_folder import keep, words_of

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.method import MethodResult

POINTS = "points"
"""The table of which SQL over a results folder sees every answer's."""


def manifest(found: MethodResult) -> dict[str, Any]:
    """All that is needed to ask the same again, and nothing about the machine it was asked on."""
    asked = found.experiment
    return {
        "command": found.method,
        "experiment": asked.path.stem,
        "question": asked.question,
        "written": asked.written,
        "base": {
            "name": asked.base.name,
            "fingerprint": asked.base.full_fingerprint,
            "meaning": asked.base.canonical(),
        },
        "policies": {name: scenario.full_fingerprint for name, scenario in asked.policies.items()},
        "seed": asked.seed,
        "source": source(),
        "versions": versions(),
    }


def save(found: MethodResult, under: Path) -> Path:
    """Write the answer's folder ``<file's name>-<address>``, whole or not at all, and return its path.

    Each of its tables is written as Parquet and CSV, with a column ``experiment`` in ``points``. Raises
    :class:`~sim.errors.Mistake` when it cannot be written; then nothing is left behind.
    """
    tables = found.tables()

    def fill(folder: Path, name: str) -> None:
        for title, table in tables.items():
            _write(_labelled(table, name) if title == POINTS else table, folder / title)

    return keep(under, f"{words_of(found.experiment.path.stem, 'experiment')}-{found.address}", manifest(found), fill)


def _labelled(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The table with the experiment's name in its first column."""
    labelled = table.copy()
    labelled.insert(0, "experiment", name)
    return labelled


def _write(table: pd.DataFrame, path: Path) -> None:
    table.to_parquet(path.with_name(f"{path.name}.parquet"), index=False)
    path.with_name(f"{path.name}.csv").write_text(csv_of(table), encoding="utf-8")
