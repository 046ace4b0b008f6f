"""A part of the store: a folder with three Parquet tables and a manifest, named by the time and by a digest of the manifest.

The manifest holds the tables' digests, and the folder's name that of the manifest; so whatever is changed is seen. Parts that
an earlier version wrote have short names and no digests: of these every page is read, for its checksum.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as arrow
from pyarrow import parquet

from sim.experiments import tables
from sim.runs.results import versions
from sim.system import digests as seals
from sim.system.digests import Damaged

MANIFEST = "part.json"
NAME = re.compile(r"\d{20}-([0-9a-f]{32}|[0-9a-f]{8})")
DIGITS = 32
"""Of the manifest's digest, in the name."""
MOST_ROWS = 500_000
"""Weekly rows in one table in memory; a larger part is written and read piece by piece."""


@dataclass(frozen=True)
class Part:
    """A folder of tables that belong together. ``names``: the blocks in it; ``replaces``: parts it was made from.

    ``digests``: name of a table → its digest; empty when an earlier version wrote the part.
    """

    folder: Path
    names: frozenset[str]
    replaces: frozenset[str]
    digests: Mapping[str, str]

    def table(self, name: str) -> Path:
        """The file of one of its tables."""
        return self.folder / f"{name}.parquet"

    def verify(self) -> None:
        """Raise :class:`Damaged` unless every table is what was written; otherwise as :func:`seals.reading`."""
        for name in tables.TABLES:
            if self.digests:
                seals.expect(self.table(name), self.digests[name])
            else:
                _verify_pages(self.table(name))


def manifest(draft: Path, names: set[str], replaces: set[str]) -> bytes:
    """What a part says of itself; ``draft`` is the folder of its finished tables. Raises ``OSError``."""
    paths = {name: draft / f"{name}.parquet" for name in tables.TABLES}
    said: dict[str, Any] = {
        "blocks": sorted(names),
        "replaces": sorted(replaces),
        "bytes": {name: path.stat().st_size for name, path in paths.items()},
        "digests": {name: seals.digest(path) for name, path in paths.items()},
        "versions": versions(),
    }
    return (json.dumps(said) + "\n").encode()


def name_of(said: bytes) -> str:
    """The name of the part that has this manifest."""
    return f"{time.time_ns():020d}-{hashlib.sha256(said).hexdigest()[:DIGITS]}"


def is_part(folder: Path) -> bool:
    """Whether something is named as parts are."""
    return NAME.fullmatch(folder.name) is not None


def read(folder: Path) -> Part:
    """A part by its manifest; its tables are there and as long as they were. Raises :class:`Damaged` or :class:`Mistake`."""
    said = seals.contents(folder / MANIFEST)
    own = folder.name.rpartition("-")[2]
    if len(own) == DIGITS and hashlib.sha256(said).hexdigest()[:DIGITS] != own:
        raise Damaged(f"{MANIFEST} is not what was written")
    try:
        part, sizes = _understood(folder, json.loads(said))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise Damaged(f"{MANIFEST}: {' '.join(str(fault).split())[:150]}") from None
    for name in tables.TABLES:
        with seals.reading(part.table(name)):
            size = part.table(name).stat().st_size
        if size != sizes[name]:
            raise Damaged(f"{name}.parquet has {size:,} bytes, not {sizes[name]:,}")
    return part


def _understood(folder: Path, said: dict[str, Any]) -> tuple[Part, dict[str, int]]:
    sizes = {name: int(said["bytes"][name]) for name in tables.TABLES}
    return Part(folder, frozenset(said["blocks"]), frozenset(said["replaces"]), said.get("digests", {})), sizes


def _verify_pages(path: Path) -> None:
    """Read every page of a table, for its checksum."""
    try:
        with seals.reading(path), parquet.ParquetFile(path, page_checksum_verification=True) as file:
            for _ in file.iter_batches(MOST_ROWS, use_threads=False):
                pass
    except (arrow.ArrowException, ValueError) as fault:
        raise Damaged(f"{path.name}: {' '.join(str(fault).split())[:150]}") from None
