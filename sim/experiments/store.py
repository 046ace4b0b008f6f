"""The store: every replication that an experiment ever ran, found again by what it was a run of.

A finished block is put down at once as a small file (:mod:`sim.experiments.blocks`); every few seconds these are gathered
into a part (:mod:`sim.experiments.store_parts`), written under another name and moved into place, so that it is there whole
or not at all. Nothing is ever changed in place. Several processes may use one store: what two of them both ran is the same to
the last bit, and counts once. Compaction writes one part for many and only then removes those. Nothing is read before its
digest was: what is damaged is set aside, and run again when it is asked for.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from itertools import groupby
from operator import and_
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as arrow
from pyarrow import compute, parquet

from sim.errors import Mistake
from sim.experiments import blocks, store_parts, tables
from sim.experiments.blocks import ENDING, Finished
from sim.experiments.store_parts import MANIFEST, MOST_ROWS, Part
from sim.runs.result import Result
from sim.system import digests
from sim.system.digests import DAMAGED, Damaged

__all__ = ["DAMAGED", "MANIFEST", "MARK", "Part", "Store"]

MARK, FORMAT = "store.json", 2
KIND = "loyalty-sim"
NOW, OLDER = {"store": KIND, "format": FORMAT}, {"store": KIND, "format": 1}
"""What the mark of a store says; one without digests is read too, and gets parts that have them."""
ONLY_READ = (errno.EROFS, errno.EACCES, errno.EPERM)
"""What the system says where things can be read, and not be written."""
REMEDIES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "there is no room left for results ({}): make room"),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), "{}: allow more (ulimit -n), or run on fewer threads"),
    **dict.fromkeys(ONLY_READ, "results cannot be kept here ({}): make the folder writable"),
    errno.ENOMEM: "there is no memory left for keeping results ({}): run less at a time",
}
"""What the system said → what is wrong, and what helps."""


class Store:
    """A folder that holds runs. ``tell`` is called with a sentence about anything that was found damaged."""

    def __init__(self, folder: Path, tell: Callable[[str], None] = lambda sentence: None) -> None:
        self.folder, self.tell = folder, tell
        self.parts_folder, self.blocks_folder = folder / "parts", folder / "blocks"
        self._at_hand: dict[Path, Finished] = {}
        self._refused: set[Path] = set()
        self._open()

    # ---- opening

    def _open(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if (wrong := mark_fault(self.folder)) is not None:
                self._mark_anew(wrong)
            for place in (self.parts_folder, self.blocks_folder):
                self._have(place)
        except (OSError, MemoryError) as fault:
            raise Mistake(f"{self.folder}: {_remedy(fault)}") from None

    def _mark_anew(self, wrong: str) -> None:
        """Mark an empty folder, or one whose mark is lost, as a store. Raises :class:`Mistake` for any other."""
        others, marked = _others(self.folder), os.path.lexists(self.folder / MARK)
        if not _runs_in(self.folder):
            if marked:
                raise Mistake(f"{self.folder}: {wrong}, and there are no runs beside it; choose another folder")
            if others and mark_fault(self.folder) is not None:  # another process may have begun it just now
                raise Mistake(
                    f"{self.folder} is no store of results: it holds {others[0]!r}; choose an empty or a new folder"
                )
        became = self._put_mark(bool(wrong))
        if wrong:
            self.tell(f"{self.folder}: {wrong}: {became}, as the runs beside it say what they are")

    def _put_mark(self, runs_say_it: bool) -> str:
        """Write the mark, and return what became of that; where nothing can be written, runs alone mark a store."""
        try:
            self._write_mark()
        except OSError as fault:
            if not runs_say_it or fault.errno not in ONLY_READ:
                raise
            return f"left as it is ({_words(fault)})"
        return "written anew"

    def _write_mark(self) -> None:
        mark, draft = self.folder / MARK, self.folder / f".{MARK}-{uuid.uuid4().hex}"
        if os.path.lexists(mark) and not mark.is_file():
            digests.set_aside(mark)
        try:
            draft.write_bytes(_mark())
            os.replace(draft, mark)
        finally:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)

    def _have(self, place: Path) -> None:
        """Have a folder in the store; something else of its name is set aside, and told."""
        if os.path.lexists(place) and not place.is_dir():
            self.tell(f"{place} is damaged (it is no folder): {digests.set_aside(place)}")
        place.mkdir(exist_ok=True)

    # ---- parts

    def parts(self) -> list[Part]:
        """All parts with a sound manifest that no other replaces, oldest first; a damaged one is set aside, and told."""
        found = [part for part in map(self._part, self._folders()) if part is not None]
        gone = {name for part in found for name in part.replaces}
        return [part for part in found if part.folder.name not in gone]

    def _folders(self) -> list[Path]:
        try:
            return sorted(path for path in self.parts_folder.iterdir() if store_parts.is_part(path))
        except OSError as fault:
            raise Mistake(f"{self.parts_folder}: cannot be read ({_words(fault)}); mend that, and try again") from None

    def _part(self, folder: Path) -> Part | None:
        if folder in self._refused:
            return None
        try:
            return store_parts.read(folder)
        except Damaged as fault:
            self._set_aside(folder, fault)
            return None

    def sound(self) -> list[Part]:
        """The parts of :meth:`parts` of which every byte is what was written; a damaged one is set aside, and told."""
        while True:
            parts = self.parts()
            with ThreadPoolExecutor(max_workers=4) as pool:
                faults = list(pool.map(_fault_of, parts))
            for part, fault in zip(parts, faults, strict=True):
                if fault is not None:
                    self._set_aside(part.folder, fault)
            if not any(faults):
                return parts

    def _set_aside(self, folder: Path, fault: Damaged) -> None:
        """Take a damaged part out of use, without deleting it; what it held is run again when it is asked for."""
        if not os.path.lexists(folder):  # another process has compacted it away
            return
        self._refused.add(folder)
        self.tell(f"part {folder.name} of {self.folder} is damaged ({fault}): {digests.set_aside(folder)}, its runs are done "
                  "again when needed")  # fmt: skip

    # ---- looking up

    def rows(
        self, columns: Sequence[str], table: str = "replications", where: Mapping[str, Any] = MappingProxyType({})
    ) -> Iterator[arrow.Table]:
        """These columns of a table, part by part; of the rows that have certain values, if ``where`` says so."""
        wanted = [compute.field(column) == value for column, value in where.items()]
        chosen = reduce(and_, wanted) if wanted else None
        for part in self.sound():
            try:
                with digests.reading(part.folder):
                    found = tables.over([part.table(table)], table).to_table(list(columns), filter=chosen)
            except Damaged as fault:
                self._set_aside(part.folder, fault)
            else:
                yield found

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
        except (OSError, MemoryError) as fault:
            raise Mistake(
                f"{self.folder}: {_remedy(fault)}; what was finished is kept: then go on with --resume"
            ) from None

    def gather(self) -> int:
        """Gather the blocks that lie there into a part, also those that a killed process left; returns how many they are.

        A block that is in a part already is only removed; a damaged one is set aside, and told. Raises :class:`Mistake` when
        there is no room for the part.
        """
        with self._room():
            return self._gather()

    def _gather(self) -> int:
        self._sweep_up()
        paths = sorted(self.blocks_folder.glob(f"*{ENDING}"))
        stored = {name for part in self.parts() for name in part.names} if paths else set()
        known = [path for path in paths if path.stem in stored]
        found = {path: self._block(path) for path in paths if path.stem not in stored}
        kept = {path: block for path, block in found.items() if block is not None}
        if kept:
            self._write(list(kept.values()))
        for path in (*known, *kept):
            path.unlink(missing_ok=True)
        self._at_hand.clear()
        return len(kept)

    def _block(self, path: Path) -> Finished | None:
        if path in self._at_hand:
            return self._at_hand[path]
        try:
            return blocks.read(path)
        except Damaged as fault:
            if os.path.lexists(path):  # else another process has gathered it
                self.tell(f"block {path.stem} of {self.folder} is damaged ({fault}): {digests.set_aside(path)}, its runs are "
                          "done again when needed")  # fmt: skip
            return None

    def _sweep_up(self) -> None:
        """Remove drafts that processes left an hour ago or longer."""
        for place, drafts in ((self.parts_folder, ".*"), (self.blocks_folder, ".*"), (self.folder, f".{MARK}-*")):
            for draft in place.glob(drafts):
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
        draft = self.parts_folder / f".{uuid.uuid4().hex}"
        draft.mkdir()
        try:
            with contextlib.ExitStack() as stack:
                paths = {table: draft / f"{table}.parquet" for table in tables.TABLES}
                yield {table: stack.enter_context(tables.writer(path, table)) for table, path in paths.items()}
            said = store_parts.manifest(draft, names, replaces)
            (draft / MANIFEST).write_bytes(said)
            tables.settle(draft)
            os.replace(draft, self.parts_folder / store_parts.name_of(said))
            tables.settle_name(self.parts_folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    # ---- compaction

    def compact(self) -> tuple[int, int]:
        """Make one part of all; returns how many there were and how many there are. What two processes both ran is kept once.

        Whoever reads meanwhile finds either the old parts or the new one.
        """
        self.gather()
        with self._room():
            return self._compact()

    def _compact(self) -> tuple[int, int]:
        old = self.sound()
        if len(old) < 2:
            return len(old), len(old)
        names = {name for part in old for name in part.names}
        with self._new_part(names, {part.folder.name for part in old}) as writers:
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


# ---- the mark


def _mark() -> bytes:
    """What says that a folder is a store: of what, in which format, and a digest of that."""
    return (json.dumps(NOW | {"digest": _digest_of(NOW)}) + "\n").encode()


def _digest_of(said: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def mark_fault(folder: Path) -> str | None:
    """What is wrong with a store's mark: None if nothing, empty if there is none and nothing else. Raises :class:`Mistake`.

    A sound mark of another format is no fault but a store that this program does not read: a :class:`Mistake`.
    """
    path = folder / MARK
    if not os.path.lexists(path):
        return f"{MARK} is missing" if _runs_in(folder) else ""
    try:
        raw = digests.contents(path)
        said = json.loads(raw)
        own = said.pop("digest", None)
    except (Damaged, ValueError, AttributeError, RecursionError):
        return f"{MARK} is damaged"
    if (said, own) in ((OLDER, None), (NOW, _digest_of(NOW))):
        return None
    if own != _digest_of(said) and (set(said) != {"store", "format"} or _runs_in(folder)):
        return f"{MARK} is damaged"
    raise Mistake(f"{folder} is a store of format {said['format']!r} of {said['store']!r}, and this program reads format "
                  f"{FORMAT} of '{KIND}'; choose another folder, or use the version of the program that wrote it")  # fmt: skip


def _runs_in(folder: Path) -> bool:
    """Whether parts or blocks lie in a folder."""
    return any(map(store_parts.is_part, folder.glob("parts/*"))) or any(folder.glob(f"blocks/*{ENDING}"))


def _others(folder: Path) -> list[str]:
    """Names of what does not belong into a store."""
    ours = {MARK, "parts", "blocks"}
    return [
        p.name for p in folder.iterdir() if not (p.name in ours or p.name.startswith(f".{MARK}") or DAMAGED in p.name)
    ]


def _remedy(fault: OSError | MemoryError) -> str:
    """What is wrong when something cannot be kept, and what helps."""
    number = errno.ENOMEM if isinstance(fault, MemoryError) else fault.errno or 0
    return REMEDIES.get(number, "results cannot be kept here ({}): mend that, or choose another folder").format(
        _words(fault)
    )


def _words(fault: BaseException) -> str:
    return getattr(fault, "strerror", None) or " ".join(str(fault).split())[:150] or type(fault).__name__


def _fault_of(part: Part) -> Damaged | None:
    """What is damaged in a part."""
    try:
        part.verify()
    except Damaged as fault:
        return fault
    return None


def _merge(old: Sequence[Part], writers: dict[str, parquet.ParquetWriter]) -> None:
    """Copy all rows of the old parts, each replication once."""
    seen: set[tuple[Any, ...]] = set()
    scenarios: set[str] = set()
    for part in old:
        rows = tables.over([part.table("replications")], "replications").to_table()
        keys = _keys(rows)
        fresh = np.array([key not in seen for key in keys], bool)
        new = {key for key, is_new in zip(keys, fresh, strict=True) if is_new}
        writers["replications"].write_table(rows.filter(fresh))
        _copy_weekly(part, writers["weekly"], None if fresh.all() else new)
        seen |= new
        told = tables.over([part.table("scenarios")], "scenarios").to_table()
        wanted = [word not in scenarios for word in told["scenario"].to_pylist()]
        writers["scenarios"].write_table(told.filter(wanted))
        scenarios |= set(told["scenario"].to_pylist())


def _keys(rows: arrow.Table) -> list[tuple[Any, ...]]:
    """Of what each row is."""
    return list(zip(*(rows[name].to_pylist() for name, _ in tables.KEY), strict=True))


def _copy_weekly(part: Part, writer: parquet.ParquetWriter, only: set[tuple[Any, ...]] | None) -> None:
    table = tables.over([part.table("weekly")], "weekly")
    for batch in table.to_batches(batch_size=MOST_ROWS, batch_readahead=1, fragment_readahead=1):
        piece = arrow.Table.from_batches([batch])
        writer.write_table(piece if only is None else piece.filter([key in only for key in _keys(piece)]))
