"""The store: every replication that an experiment ever ran, found again by what it was a run of.

A finished block is put down at once as a small file (:mod:`sim.experiments.blocks`); every few seconds these are gathered
into a part: a folder with three Parquet tables and a manifest, written under another name and moved into place, so that it
is there whole or not at all. Nothing is ever changed in place. Several processes may use one store: what two of them both
ran is the same to the last bit, and counts once. Compaction writes one part for many and only then removes those.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
from pyarrow import parquet

from sim.errors import Mistake
from sim.experiments import blocks, tables
from sim.experiments.blocks import ENDING, Finished
from sim.outcome import Result
from sim.results import versions

MARK, FORMAT = "store.json", 1
MANIFEST, DAMAGED = "part.json", ".damaged"
MOST_ROWS = 500_000
"""Weekly rows in one table in memory; a larger part is written piece by piece."""
ROOM = "there is no room left for results ({fault}); what was finished is kept: make room, then go on with --resume"


@dataclass(frozen=True)
class Part:
    """A folder of tables that belong together. ``names``: the blocks in it; ``replaces``: parts it was made from."""

    folder: Path
    names: frozenset[str]
    replaces: frozenset[str]

    def table(self, name: str) -> Path:
        """The file of one of its tables."""
        return self.folder / f"{name}.parquet"


class Store:
    """A folder that holds runs. ``tell`` is called with a sentence about anything that was found damaged."""

    def __init__(self, folder: Path, tell: Callable[[str], None] = lambda sentence: None) -> None:
        self.folder, self.tell = folder, tell
        self.parts_folder, self.blocks_folder = folder / "parts", folder / "blocks"
        self._at_hand: dict[Path, Finished] = {}
        self._open()

    # ---- opening

    def _open(self) -> None:
        mark = self.folder / MARK
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not mark.exists():
                self._begin(mark)
            self._check(mark)
            self.parts_folder.mkdir(exist_ok=True)
            self.blocks_folder.mkdir(exist_ok=True)
        except OSError as fault:
            raise Mistake(
                f"{self.folder}: a store cannot be kept here ({fault.strerror}); choose another folder"
            ) from None

    def _begin(self, mark: Path) -> None:
        """Mark an empty folder as a store. Raises :class:`Mistake` for one that holds something else."""
        others = [path.name for path in self.folder.iterdir() if not path.name.startswith(f".{MARK}")]
        if others and not mark.exists():  # another process may have begun it in this moment
            raise Mistake(
                f"{self.folder} is no store of results: it holds {others[0]!r}; choose an empty or a new folder"
            )
        draft = self.folder / f".{MARK}-{uuid.uuid4().hex}"
        draft.write_text(json.dumps({"store": "loyalty-sim", "format": FORMAT}) + "\n", encoding="utf-8")
        os.replace(draft, mark)

    def _check(self, mark: Path) -> None:
        try:
            said = json.loads(mark.read_text(encoding="utf-8"))
            kind, number = said["store"], said["format"]
        except (ValueError, KeyError, TypeError):
            raise Mistake(f"{mark} is damaged; if this is a store of results, write {{'store': 'loyalty-sim', "
                          f"'format': {FORMAT}}} into it with double quotes, else choose another folder") from None  # fmt: skip
        if kind != "loyalty-sim" or number != FORMAT:
            raise Mistake(f"{self.folder} is a store of format {number!r} of {kind!r}, and this program reads format {FORMAT} "
                          "of 'loyalty-sim'; choose another folder, or use the version of the program that wrote it")  # fmt: skip

    # ---- parts

    def parts(self) -> list[Part]:
        """All sound parts that no other replaces, oldest first; a damaged one is set aside, and told."""
        found = [part for part in map(self._part, sorted(self.parts_folder.iterdir())) if part is not None]
        gone = {name for part in found for name in part.replaces}
        return [part for part in found if part.folder.name not in gone]

    def _part(self, folder: Path) -> Part | None:
        if folder.name.startswith(".") or folder.name.endswith(DAMAGED):
            return None
        try:
            said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            part = Part(folder, frozenset(said["blocks"]), frozenset(said["replaces"]))
            for name, size in said["bytes"].items():
                if part.table(name).stat().st_size != size:
                    raise ValueError(f"{name}.parquet has {part.table(name).stat().st_size:,} bytes, not {size:,}")
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
            if folder.exists():  # else another process has compacted it away
                self.set_aside(folder, fault)
            return None
        return part

    def set_aside(self, folder: Path, fault: Exception) -> None:
        """Take a damaged part out of use, without deleting it; what it held is run again when it is asked for."""
        words = getattr(fault, "strerror", None) or " ".join(str(fault).split())[:150]
        with contextlib.suppress(OSError):
            os.replace(folder, folder.with_name(folder.name + DAMAGED))
        self.tell(
            f"part {folder.name} of {self.folder} is damaged ({words}): set aside, its runs are done again when needed"
        )

    # ---- looking up

    def rows(self, columns: Sequence[str]) -> Iterator[arrow.Table]:
        """These columns of the table of replications, part by part; a part that cannot be read is set aside."""
        for part in self.parts():
            try:
                yield parquet.read_table(
                    part.table("replications"),
                    columns=list(columns),
                    page_checksum_verification=True,
                    use_threads=False,
                )
            except (OSError, arrow.ArrowException) as fault:
                if part.folder.exists():
                    self.set_aside(part.folder, fault)

    # ---- keeping

    def keep(self, result: Result) -> None:
        """Put a finished block down. Raises :class:`Mistake` when there is no room for it."""
        block = blocks.finished(result)
        with self._room():
            path = blocks.write(block, self.blocks_folder)
        self._at_hand[path] = block

    @contextlib.contextmanager
    def _room(self) -> Iterator[None]:
        try:
            yield
        except OSError as fault:
            raise Mistake(f"{self.folder}: {ROOM.format(fault=fault.strerror or fault)}") from None

    def gather(self) -> int:
        """Gather the blocks that lie there into a part, also those that a killed process left; returns how many they are.

        A block that is in a part already is only removed; a damaged one is set aside, and told.
        """
        self._sweep_up()
        paths = sorted(self.blocks_folder.glob(f"*{ENDING}"))
        stored = {name for part in self.parts() for name in part.names} if paths else set()
        known = [path for path in paths if path.stem in stored]
        found = {path: self._block(path) for path in paths if path.stem not in stored}
        kept = {path: block for path, block in found.items() if block is not None}
        with self._room():
            if kept:
                self._write(list(kept.values()))
            for path in (*known, *kept):
                path.unlink(missing_ok=True)
        self._at_hand.clear()
        return len(kept)

    def _block(self, path: Path) -> Finished | None:
        block = self._at_hand.get(path) or blocks.read(path)
        if block is None and path.exists():
            with contextlib.suppress(OSError):
                os.replace(path, path.with_name(path.name + DAMAGED))
            self.tell(f"block {path.stem} of {self.folder} is damaged: set aside, its runs are done again when needed")
        return block

    def _sweep_up(self) -> None:
        """Remove drafts that processes left an hour ago or longer."""
        for place in (self.parts_folder, self.blocks_folder):
            for draft in place.glob(".*"):
                with contextlib.suppress(OSError):
                    if time.time() - draft.stat().st_mtime > 3600:
                        shutil.rmtree(draft) if draft.is_dir() else draft.unlink()

    def _write(self, found: list[Finished]) -> None:
        found.sort(key=lambda block: (block.told["scenario"], block.told["seed"], block.numbers.tolist()))
        with self._new_part({block.name for block in found}, set()) as writers:
            writers["scenarios"].write_table(tables.scenarios(found))
            writers["replications"].write_table(tables.replications(found))
            for _, alike in groupby(found, key=lambda block: block.weekly.shape[2]):
                writers["weekly"].write_table(tables.weekly(list(alike)))

    @contextlib.contextmanager
    def _new_part(self, names: set[str], replaces: set[str]) -> Iterator[dict[str, parquet.ParquetWriter]]:
        """Writers of a part's tables; when the block ends well, the part is moved into its place."""
        name = f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}"
        draft = self.parts_folder / f".{name}"
        draft.mkdir()
        try:
            with contextlib.ExitStack() as stack:
                paths = {table: draft / f"{table}.parquet" for table in tables.TABLES}
                yield {table: stack.enter_context(tables.writer(path, table)) for table, path in paths.items()}
            sizes = {table: path.stat().st_size for table, path in paths.items()}
            said: dict[str, Any] = {"blocks": sorted(names), "replaces": sorted(replaces), "bytes": sizes}
            (draft / MANIFEST).write_text(json.dumps(said | {"versions": versions()}) + "\n", encoding="utf-8")
            tables.settle(draft)
            os.replace(draft, self.parts_folder / name)
            tables.settle_name(self.parts_folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    # ---- compaction

    def compact(self) -> tuple[int, int]:
        """Make one part of all; returns how many there were and how many there are. What two processes both ran is kept once.

        Whoever reads meanwhile finds either the old parts or the new one.
        """
        self.gather()
        old = [part for part in self.parts() if self._sound(part)]
        if len(old) < 2:
            return len(old), len(old)
        names = {name for part in old for name in part.names}
        with self._room(), self._new_part(names, {part.folder.name for part in old}) as writers:
            _merge(old, writers)
        for part in old:
            self._remove(part.folder)
        return len(old), 1

    def _remove(self, folder: Path) -> None:
        """Take a part away under another name: with only some of its files left it would seem damaged to who looks meanwhile."""
        going = folder.with_name(f".{folder.name}-{uuid.uuid4().hex[:8]}")
        with contextlib.suppress(OSError):  # another process took it away first
            os.replace(folder, going)
        shutil.rmtree(going, ignore_errors=True)

    def _sound(self, part: Part) -> bool:
        """Whether every page of a part can be read; one that cannot is set aside."""
        try:
            for table in tables.TABLES:
                with parquet.ParquetFile(part.table(table), page_checksum_verification=True) as file:
                    for _ in file.iter_batches(MOST_ROWS):
                        pass
        except (OSError, arrow.ArrowException) as fault:
            if part.folder.exists():
                self.set_aside(part.folder, fault)
            return False
        return True


def _merge(old: Sequence[Part], writers: dict[str, parquet.ParquetWriter]) -> None:
    """Copy all rows of the old parts, each replication once."""
    seen: set[tuple[Any, ...]] = set()
    scenarios: set[str] = set()
    for part in old:
        rows = parquet.read_table(part.table("replications"), page_checksum_verification=True)
        keys = list(zip(*(rows[name].to_pylist() for name, _ in tables.KEY), strict=True))
        fresh = np.array([key not in seen for key in keys], bool)
        new = {key for key, is_new in zip(keys, fresh, strict=True) if is_new}
        writers["replications"].write_table(rows.filter(fresh).cast(tables.REPLICATIONS))
        _copy_weekly(part, writers["weekly"], None if fresh.all() else new)
        seen |= new
        told = parquet.read_table(part.table("scenarios"))
        wanted = [word not in scenarios for word in told["scenario"].to_pylist()]
        writers["scenarios"].write_table(told.filter(wanted).cast(tables.SCENARIOS))
        scenarios |= set(told["scenario"].to_pylist())


def _copy_weekly(part: Part, writer: parquet.ParquetWriter, only: set[tuple[Any, ...]] | None) -> None:
    with parquet.ParquetFile(part.table("weekly"), page_checksum_verification=True) as file:
        for batch in file.iter_batches(MOST_ROWS):
            piece = arrow.Table.from_batches([batch])
            if only is not None:
                keys = zip(*(piece[name].to_pylist() for name, _ in tables.KEY), strict=True)
                piece = piece.filter([key in only for key in keys])
            writer.write_table(piece.cast(tables.WEEKLY))
