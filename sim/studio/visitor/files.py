"""A visitor's desk: a temporary folder of their own, which no file name leads out of and nobody else can look into."""

from __future__ import annotations

import re
import secrets
import shutil
import tempfile
import threading
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from sim.errors import Mistake

LARGEST = 50 * 2**20
"""Bytes of the largest file that is accepted."""
PIECE = 2**20
"""Bytes in which a file is handed over (``widgets/upload.vue``)."""
MOST_FILES = 40
"""Files on a desk; one goes when there is one more: the oldest of those that can be made again, else the oldest."""
MADE = frozenset({".html", ".pdf", ".xlsx", ".pptx", ".md", ".zip"})
"""Endings of what the studio made of a visitor's files, and can make again."""
MOST_BYTES = 4 * LARGEST
"""Bytes of the files on a desk, which make room for one another in the same order."""
MOST_DESKS = 200
"""Visitors of the studio at a time. One more is told that the house is full: nobody loses a desk to somebody who comes."""
GONE, GONE_WITHOUT_FILES = 3 * 3600.0, 1800.0
"""Seconds after which who has no page open any more has gone for good, and their desk is cleared: with files on it, or – only
when the house is full – without any."""
FULL = (
    f"The studio is full: {MOST_DESKS} visitors are in it, each with a desk of their own. Come back in a while, or ask those who "
    "no longer need it to close its pages: half an hour later there is room."
)
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


def _size(file: Path) -> int:
    """Bytes of a file; none of one that is gone meanwhile."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


@dataclass
class VisitorFiles:
    """One visitor's files. ``key`` is nobody else's to guess; it stands in the address of what may be downloaded."""

    folder: Path
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def put(self, name: str, stream: BinaryIO, size: int) -> Path:
        """Keep an uploaded file and return where it lies. Raises :class:`Mistake` when it is larger than is accepted."""
        if size > LARGEST:
            raise Mistake(
                f"'{safe_name(name)}' has {size / 2**20:,.0f} MB, but at most {LARGEST // 2**20} MB are accepted here; "
                "send a part of the rows"
            )
        path = self.place(name)
        with path.open("wb") as file:
            for piece in iter(lambda: stream.read(PIECE), b""):
                file.write(piece)
        return path

    def place(self, name: str) -> Path:
        """Where a file of this name lies or is to lie; makes room for one more."""
        path = self.folder / safe_name(name)
        files = sorted((file for file in self.files() if file != path), key=_going)
        sizes = list(map(_size, files))
        while files and (len(files) >= MOST_FILES or sum(sizes) > MOST_BYTES - LARGEST):
            files.pop(0).unlink(missing_ok=True)
            sizes.pop(0)
        return path

    def files(self) -> list[Path]:
        """What lies on it."""
        return [file for file in self.folder.iterdir() if file.is_file()] if self.folder.is_dir() else []

    def without_folder(self, words: str) -> str:
        """A sentence without the folder in which the desk lies, which is nobody's business."""
        return words.replace(f"{self.folder}/", "").replace(f"{self.folder.resolve()}/", "")

    def address(self, path: Path) -> str:
        """Where the browser finds a file of this desk."""
        return f"/desk/{self.key}/{path.name}"

    def find(self, name: str) -> Path | None:
        """The file of this name on the desk, if it is there."""
        path = self.folder / safe_name(name)
        return path if path.is_file() else None


@dataclass
class Place:
    """A visitor's place: their desk, once they need one; how many pages they have open; when they were last seen."""

    seen: float
    pages: int = 0
    desk: VisitorFiles | None = None

    def gone(self, now: float, full: bool) -> bool:
        """Whether the visitor has gone for good; sooner when the ``full`` house needs the room and they leave nothing behind."""
        away = now - self.seen
        nothing = self.desk is None or not any(self.desk.folder.iterdir())
        return not self.pages and (away > GONE or (full and nothing and away > GONE_WITHOUT_FILES))


class FilesOfVisitors:
    """The places of all visitors (a browser's session each) with their desks; all are gone when the studio closes.

    There are ``MOST_DESKS``. A place is free again when its visitor has gone for good.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._root = Path(tempfile.mkdtemp(prefix="loyalty-studio-"))
        self._places: dict[str, Place] = {}
        self._lock, self._clock = threading.Lock(), clock

    def of(self, visitor: str) -> VisitorFiles:
        """The visitor's desk, set up when they first need one. Raises :class:`Mistake` when the house is full."""
        with self._lock:
            place = self._place(visitor)
            if place.desk is None:
                place.desk = VisitorFiles(Path(tempfile.mkdtemp(dir=self._root)))
            return place.desk

    def come(self, visitor: str) -> None:
        """A visitor opens one more page. Raises :class:`Mistake` when the house is full."""
        with self._lock:
            self._place(visitor).pages += 1

    def leave(self, visitor: str) -> None:
        """A visitor's page is closed, or its connection lost."""
        with self._lock:
            place = self._places[visitor]
            place.pages, place.seen = place.pages - 1, self._clock()

    def forget(self, visitor: str) -> None:
        """Take back the place of a visitor who has no page open and never needed a desk."""
        with self._lock:
            place = self._places.get(visitor)
            if place is not None and not place.pages and place.desk is None:
                del self._places[visitor]

    def welcome(self, visitor: str) -> bool:
        """Whether there is, or can be, a place for a visitor."""
        with self._lock:
            return visitor in self._places or self._is_room()

    def knows(self, visitor: str) -> bool:
        """Whether the visitor has a place."""
        with self._lock:
            return visitor in self._places

    def opened(self, key: str, visitor: str) -> VisitorFiles | None:
        """The desk with this key, for the visitor whose it is; None for everybody else."""
        with self._lock:
            place = self._places.get(visitor)
        desk = place.desk if place is not None else None
        return desk if desk is not None and secrets.compare_digest(desk.key.encode(), key.encode()) else None

    def lying(self, place: str) -> list[Path]:
        """What lies at a place on any desk: for what everybody may look at who knows its name, which nobody guesses."""
        return list(self._root.glob(f"*/{place}"))

    def _place(self, visitor: str) -> Place:
        if visitor not in self._places and not self._is_room():
            raise Mistake(FULL)
        place = self._places.setdefault(visitor, Place(0.0))
        place.seen = self._clock()
        return place

    def _is_room(self) -> bool:
        """Whether one more finds a place; who has gone for good makes room."""
        for full in (False, True):
            if full and len(self._places) < MOST_DESKS:
                break
            gone = [visitor for visitor, place in self._places.items() if place.gone(self._clock(), full)]
            for visitor in gone:
                self._clear(self._places.pop(visitor))
        return len(self._places) < MOST_DESKS

    @staticmethod
    def _clear(place: Place) -> None:
        if place.desk is not None:
            shutil.rmtree(place.desk.folder, ignore_errors=True)

    def close(self) -> None:
        """Remove every file of every visitor."""
        shutil.rmtree(self._root, ignore_errors=True)


DESKS = FilesOfVisitors()
"""The desks of the studio that runs in this process."""
