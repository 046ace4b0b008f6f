"""What an experiment leaves behind: a folder with its manifest and its tables, as Parquet and as CSV."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Mistake
from sim.experiments import seals
from sim.experiments.blocks import source
from sim.experiments.question import Experiment
from sim.results import put_in_place, versions

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


def folder_of(experiment: Experiment, address: str, under: Path) -> Path:
    """``<file's name>-<address>`` in the results folder."""
    words = re.sub(r"[^a-z0-9]+", "-", experiment.path.stem.lower()).strip("-") or "experiment"
    return under / f"{words}-{address}"


def save(
    experiment: Experiment, command: str, address: str, tables: Mapping[str, pd.DataFrame], under: Path,
    more: Mapping[str, Any] | None = None,
) -> Path:  # fmt: skip
    """Write the experiment's folder, whole or not at all, and return its path.

    ``tables``: name → table, each written as Parquet and CSV, with a column ``experiment`` in ``points``; ``more`` is added
    to the manifest. Raises :class:`Mistake` when it cannot be written; then nothing is left behind.
    """
    place, draft = folder_of(experiment, address, under), None
    try:
        under.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=under))
        for name, table in tables.items():
            if name == "points":
                table.insert(0, "experiment", place.name)
            table.to_parquet(draft / f"{name}.parquet", index=False)
            table.to_csv(draft / f"{name}.csv", index=False, float_format="%.17g")
        told = manifest(experiment, command) | dict(more or {}) | {seals.FILES: seals.digests(draft)}
        (draft / seals.MANIFEST).write_text(seals.sealed(told), encoding="utf-8")
        draft.chmod(0o755)
        put_in_place(draft, place)
    except OSError as fault:
        raise Mistake(
            f"{place}: results cannot be written here ({fault.strerror or fault}); choose another folder"
        ) from None
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
    return place
