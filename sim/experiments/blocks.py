"""A finished block of replications as a small file, put down at once: all that a killed process leaves of its last seconds.

The file is a zip of arrays, whose checksums tell a whole file from half a one.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.compiled import FACES, source_hash
from sim.measures import NAMES
from sim.outcome import Result

ENDING = ".block"
NUMBERLESS = {
    "cluster.py",
    "comparing.py",
    "execution.py",
    "experiments",
    "folders.py",
    "leftovers.py",
    "outputs.py",
    "results.py",
    "running.py",
    "statistics.py",
}
"""What decides where and what is run, and compares it, but changes no number of a replication (top-level names)."""


@lru_cache(maxsize=1)
def source() -> str:
    """The version of all source that the numbers depend on: not what asks questions, compares or shows."""
    return source_hash(FACES | NUMBERLESS)


@dataclass(frozen=True, eq=False)
class Finished:
    """What is kept of a block.

    ``numbers``: int64 (replications,) that finished; ``values``: float64 (measures, replications); ``weekly``: float32
    (measures, replications, weeks); ``told``: the scenario's fingerprint, name and meaning, seed, source, and failures.
    """

    told: dict[str, Any]
    numbers: np.ndarray
    values: np.ndarray
    weekly: np.ndarray

    @property
    def name(self) -> str:
        """The address of the block: a hash of the source, the scenario, the seed and the replications' numbers."""
        failed = [failure["replication"] for failure in self.told["failures"]]
        key = [self.told[name] for name in ("source", "scenario", "seed")] + [sorted([*self.numbers.tolist(), *failed])]
        return hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32]


def finished(result: Result) -> Finished:
    """What is kept of a result. Raises :class:`~sim.errors.Mistake` when its customer file cannot be read any more."""
    scenario, kept = result.scenario, len(result.numbers)
    told = {
        "source": source(),
        "scenario": scenario.full_fingerprint,
        "name": scenario.name,
        "meaning": json.dumps(scenario.canonical(), sort_keys=True, ensure_ascii=False),
        "seed": result.seed,
        "failures": [asdict(failure) for failure in result.failures],
    }
    weekly = [result.by_week[name] for name in NAMES] if kept else np.zeros((len(NAMES), 0, result.tally.shape[1]))
    values = [result.values[name] for name in NAMES] if kept else np.zeros((len(NAMES), 0))
    return Finished(told, result.numbers, np.array(values, np.float64), np.array(weekly, np.float32))


def write(block: Finished, folder: Path) -> Path:
    """Put the block down, whole or not at all. Raises ``OSError``."""
    path = folder / f"{block.name}{ENDING}"
    draft = folder / f".{block.name}-{os.getpid()}"
    words = np.frombuffer(json.dumps(block.told).encode(), np.uint8)
    try:
        with open(draft, "wb") as file:
            np.savez(file, told=words, numbers=block.numbers, values=block.values, weekly=block.weekly)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def read(path: Path) -> Finished | None:
    """The block in a file; None when it is damaged or gone."""
    try:
        with open(path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = {name: file[name] for name in ("told", "numbers", "values", "weekly")}
        return Finished(json.loads(arrays.pop("told").tobytes()), **arrays)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
