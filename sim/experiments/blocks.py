"""A finished block of replications as a small file, put down at once: all that a killed process leaves of its last seconds.

The file is a line with a digest, and a zip of arrays below it, of which every byte is in the digest.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import zipfile
import zlib
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from sim.model.rules import NUMBERS, source_hash
from sim.runs.cluster import TAKE_PART
from sim.runs.measures import COUNTED, NAMES, Quantities, definitions
from sim.runs.result import Result
from sim.runs.statistics import plain
from sim.system import digests
from sim.system.digests import Damaged

ENDING = ".block"
HEAD = "loyalty block {}\n"
"""The first line of a block, with the digest of what is below it."""
NOT_SAID = "not said"
"""The versions of libraries in a block that an earlier version of the program wrote."""


@lru_cache(maxsize=1)
def source() -> str:
    """The version of all source that the numbers depend on: not what asks questions or shows answers."""
    return source_hash(NUMBERS)


@lru_cache(maxsize=1)
def libraries() -> str:
    """The versions of Python and of the libraries that take part in the numbers, as the store writes them."""
    python = ".".join(platform.python_version_tuple()[:2])
    return ", ".join([f"Python {python}", *(f"{name} {metadata.version(name)}" for name in sorted(TAKE_PART))])


def made() -> list[str]:
    """All that numbers are made with: the version of the source, and those of the libraries."""
    return [source(), libraries()]


@dataclass(frozen=True, eq=False)
class Finished:
    """What is kept of a block.

    ``numbers``: int64 (replications,) that finished; ``values``: float64 (measures, replications); ``weekly``: float32
    (measures, replications, weeks); ``counts``: float64 (counts, replications), of those that an expression can name, NaN in a
    block of an earlier version; ``told``: the scenario's fingerprint, name and meaning, seed, source, versions of the
    libraries, failures, and of ``own`` counts of its mechanisms a value for each replication.
    """

    told: dict[str, Any]
    numbers: np.ndarray
    values: np.ndarray
    weekly: np.ndarray
    counts: np.ndarray

    @property
    def name(self) -> str:
        """The address of the block: a hash of source and libraries, the scenario, the seed and the replications' numbers."""
        failed = [failure["replication"] for failure in self.told["failures"]]
        key = [self.told[name] for name in ("source", "versions", "scenario", "seed")] + [
            sorted([*self.numbers.tolist(), *failed])
        ]
        return hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32]


def finished(result: Result) -> Finished:
    """What is kept of a result. Raises :class:`~sim.errors.Mistake` when its customer file cannot be read any more."""
    scenario, kept = result.scenario, len(result.numbers)
    told = {
        "source": source(),
        "versions": libraries(),
        "scenario": scenario.full_fingerprint,
        "name": scenario.name,
        "meaning": json.dumps(scenario.canonical(), sort_keys=True, ensure_ascii=False),
        "seed": result.seed,
        "failures": [asdict(failure) for failure in result.failures],
        "own": {name: plain(result.values[name].tolist()) for name in definitions(scenario.model) if name not in NAMES},
    }
    quantities = Quantities(result.counted(result.tally))
    values, counts = (np.array([quantities[name] for name in names], np.float64) for names in (NAMES, COUNTED))
    weekly = [result.by_week[name] for name in NAMES] if kept else np.zeros((len(NAMES), 0, result.tally.shape[1]))
    return Finished(told, result.numbers, values, np.array(weekly, np.float32), counts)


def write(block: Finished, folder: Path) -> Path:
    """Put the block down, whole or not at all. Raises ``OSError``."""
    path = folder / f"{block.name}{ENDING}"
    draft = folder / f".{block.name}-{os.getpid()}"
    words = np.frombuffer(json.dumps(block.told).encode(), np.uint8)
    arrays = io.BytesIO()
    np.savez(arrays, told=words, numbers=block.numbers, values=block.values, weekly=block.weekly, counts=block.counts)
    try:
        with open(draft, "wb") as file:
            file.write(HEAD.format(hashlib.sha256(arrays.getbuffer()).hexdigest()).encode())
            file.write(arrays.getbuffer())
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def read(path: Path) -> Finished:
    """The block in a file. Raises :class:`Damaged` when it is not what was written, otherwise as :func:`seals.reading`."""
    raw = digests.contents(path)
    if not raw:
        raise Damaged(f"{path.name} is empty")
    head, _, below = raw.partition(b"\n")
    if not is_old(raw) and head + b"\n" != HEAD.format(hashlib.sha256(below).hexdigest()).encode():
        raise Damaged(f"{path.name} is not what was written")
    try:
        with zipfile.ZipFile(io.BytesIO(raw if is_old(raw) else below)) as arrays:
            if arrays.testzip() is not None:
                raise Damaged(f"{path.name} is not what was written")
        return _understood(raw if is_old(raw) else below)
    except (ValueError, KeyError, TypeError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as fault:
        raise Damaged(f"{path.name}: {' '.join(str(fault).split())[:150]}") from None


def is_old(raw: bytes) -> bool:
    """Whether a block is one of an earlier version, which has only the zip's checksums."""
    return raw.startswith(b"PK")


def _understood(arrays: bytes) -> Finished:
    with np.load(io.BytesIO(arrays), allow_pickle=False) as file:
        told, numbers, values, weekly = (file[name] for name in ("told", "numbers", "values", "weekly"))
        counts = file["counts"] if "counts" in file else np.full((len(COUNTED), len(numbers)), np.nan)
    return Finished({"versions": NOT_SAID} | json.loads(told.tobytes()), numbers, values, weekly, counts)
