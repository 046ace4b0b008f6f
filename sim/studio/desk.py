"""A visitor's desk: a temporary folder of their own, which no file name leads out of and nobody else can look into."""

from __future__ import annotations

import itertools
import re
import secrets
import shutil
import tempfile
import threading
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from sim.errors import Mistake

LARGEST = 50 * 2**20
"""Bytes of the largest file that is accepted."""
MOST_FILES = 40
"""Files on a desk; one goes when there is one more: the oldest of those that can be made again, else the oldest."""
MADE = frozenset({".html", ".pdf", ".xlsx", ".md", ".zip"})
"""Endings of what the studio made of a visitor's files, and can make again."""
MOST_DESKS = 200
"""Desks in the studio; the one used longest ago is cleared when there is one more."""
LONGEST = 80
"""Characters of a file name."""


def safe_name(name: str, instead: str = "file") -> str:
    """A file name without folders, hidden beginnings or characters that mean something to a file system.

    ``../../etc/passwd`` becomes ``passwd``. What is left of a name that is nothing but such characters is ``instead``.
    """
    last = PurePosixPath(unicodedata.normalize("NFKC", name).replace("\\", "/")).name
    kept = re.sub(r"[^\w .()-]+", "_", last).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if dot and len(kept) > LONGEST:
        kept = stem[: LONGEST - 1 - len(ending)] + dot + ending
    return kept[:LONGEST].strip(" .") or instead


def _going(file: Path) -> tuple[bool, float]:
    """In which order files go when there are too many: what can be made again first, and the oldest first."""
    try:
        return file.suffix not in MADE, file.stat().st_mtime
    except FileNotFoundError:
        return False, 0.0


@dataclass
class Desk:
    """One visitor's files. ``key`` is nobody else's to guess; it stands in the address of what may be downloaded."""

    folder: Path
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def put(self, name: str, stream: BinaryIO, size: int) -> Path:
        """Keep an uploaded file and return where it lies. Raises :class:`Mistake` when it is larger than is accepted."""
        if size > LARGEST:
            raise Mistake(
                f"'{safe_name(name)}' has {size / 2**20:,.0f} MB, but at most {LARGEST // 2**20} MB are accepted here; "
                "send a part of the rows, or use the command line"
            )
        path = self.place(name)
        path.write_bytes(stream.read(LARGEST))
        return path

    def place(self, name: str) -> Path:
        """Where a file of this name lies or is to lie; makes room for one more."""
        path = self.folder / safe_name(name)
        files = sorted((file for file in self.folder.iterdir() if file.is_file()), key=_going)
        for old in files[: max(0, len(files) - MOST_FILES + 1)]:
            if old != path:
                old.unlink(missing_ok=True)
        return path

    def free(self, name: str) -> Path:
        """Where a file may be put without replacing another of this name, as another tab may be showing that: then with a
        number. It lies there already, empty, so that nobody else takes the place."""
        stem, dot, ending = safe_name(name).rpartition(".")
        for number in itertools.count(1):
            path = self.place(f"{stem[: LONGEST - 16]}{f'_{number}' if number > 1 else ''}{dot}{ending}")
            try:
                path.touch(exist_ok=False)
            except FileExistsError:
                continue
            return path
        raise AssertionError("there are more numbers than files")

    def address(self, path: Path) -> str:
        """Where the browser finds a file of this desk."""
        return f"/desk/{self.key}/{path.name}"

    def find(self, name: str) -> Path | None:
        """The file of this name on the desk, if it is there."""
        path = self.folder / safe_name(name)
        return path if path.is_file() else None


class Desks:
    """All desks of a studio; each visitor (a browser's session) has one, and all are gone when the studio closes."""

    def __init__(self) -> None:
        self._root = Path(tempfile.mkdtemp(prefix="loyalty-studio-"))
        self._desks: dict[str, Desk] = {}
        self._lock = threading.Lock()

    def of(self, visitor: str) -> Desk:
        """The visitor's desk, set up when they first need one."""
        with self._lock:
            desk = self._desks.pop(visitor, None) or Desk(Path(tempfile.mkdtemp(dir=self._root)))
            self._desks[visitor] = desk  # last in order: used most lately
            while len(self._desks) > MOST_DESKS:
                self._clear(next(iter(self._desks)))
            return desk

    def opened(self, key: str, visitor: str) -> Desk | None:
        """The desk with this key, for the visitor whose it is; None for everybody else."""
        with self._lock:
            desk = self._desks.get(visitor)
        return desk if desk is not None and secrets.compare_digest(desk.key.encode(), key.encode()) else None

    def _clear(self, visitor: str) -> None:
        shutil.rmtree(self._desks.pop(visitor).folder, ignore_errors=True)

    def close(self) -> None:
        """Remove every file of every visitor."""
        shutil.rmtree(self._root, ignore_errors=True)


DESKS = Desks()
"""The desks of the studio that runs in this process."""
