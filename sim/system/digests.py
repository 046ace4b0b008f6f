"""Whether a file is still what was written: digests (SHA-256) are kept beside files, and compared before anything reads these.

A reader that meets a flipped bit may take it for another number, or end the process; so no reader is given a file unseen.
What is no longer what was written is :class:`Damaged`. What only cannot be read now (too many open files, no right to read)
is sound, and is told as what it is.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.errors import Mistake
from sim.system.outputs import MANIFEST

FILES, REPORTS, OWN = "files", "reports", "digest"
"""Entries of a results folder's manifest: the digests of its tables and of its reports, and that of the manifest itself."""
DAMAGED = ".damaged"
SETTLED = 2_000_000_000
"""Nanoseconds after which a file that changes again gets another time of change, on every file system."""
LOST = {errno.ENOENT, errno.EISDIR, errno.ENOTDIR, errno.ELOOP, errno.EIO}
"""What the system says of a file that is gone, is none, or lies where the disk is broken."""

_known: dict[str, tuple[tuple[int, int, int], str]] = {}


class Damaged(Exception):
    """A file is not what was written; the message says in what way."""


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Within it a file is read; raises :class:`Damaged` where the file is at fault, :class:`Mistake` where the machine is."""
    try:
        yield
    except OSError as fault:
        words = fault.strerror or " ".join(str(fault).split())[:150]
        if fault.errno is None or fault.errno in LOST:
            raise Damaged(f"{path.name}: {words}") from None
        raise Mistake(f"{path}: cannot be read ({words}); it is not damaged: mend that, and try again") from None


def _stamp(path: Path) -> tuple[int, int, int]:
    """Size, time of change and number of a file. Raises :class:`Damaged` for what is no file."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise Damaged(f"{path.name} is no file")
    return found.st_size, found.st_mtime_ns, found.st_ino


def contents(path: Path) -> bytes:
    """The bytes of a small file. Raises as :func:`reading`."""
    with reading(path):
        _stamp(path)
        return path.read_bytes()


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits; read once in a process unless it changes. Raises as :func:`reading`."""
    with reading(path):
        stamp = _stamp(path)
        before, known = _known.get(str(path), (None, ""))
        if before == stamp:
            return known
        with open(path, "rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    if time.time_ns() - stamp[1] > SETTLED:
        _known[str(path)] = stamp, found
    return found


def expect(path: Path, wanted: str) -> None:
    """Raise :class:`Damaged` unless the file's digest is the wanted one; otherwise as :func:`reading`."""
    if digest(path) != wanted:
        empty = path.stat().st_size == 0
        raise Damaged(f"{path.name} {'is empty' if empty else 'is not what was written'}")


def set_aside(path: Path) -> str:
    """Take something damaged out of use, without deleting it; returns what became of it, in words."""
    names = (path.with_name(f"{path.name}{DAMAGED}{more}") for more in ("", *(f"-{n}" for n in range(2, 10_000))))
    free = next(name for name in names if not os.path.lexists(name))
    try:
        os.replace(path, free)
    except OSError as fault:
        return f"left out, as it cannot be set aside ({fault.strerror})"
    return "set aside"


# ---- a results folder


def digests(folder: Path) -> dict[str, str]:
    """Name → digest of the files in a folder and below it, but for its manifest. Raises ``OSError``."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path != folder / MANIFEST)
    return {path.relative_to(folder).as_posix(): digest(path) for path in found}


def sealed(told: Mapping[str, Any]) -> str:
    """A manifest as text, with a digest of all that it tells."""
    rest = json.loads(json.dumps({key: value for key, value in told.items() if key != OWN}))  # as it will be read
    return json.dumps(rest | {OWN: _own(rest)}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _own(rest: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def manifest(folder: Path) -> dict[str, Any]:
    """What an answer's folder tells of itself. Raises :class:`Damaged` when that is not what was written, or as :func:`reading`.

    One without any digests was written by an earlier version, and is believed.
    """
    try:
        told = json.loads(contents(folder / MANIFEST))
    except (ValueError, RecursionError) as fault:
        raise Damaged(f"{MANIFEST}: {' '.join(str(fault).split())[:150]}") from None
    if not isinstance(told, dict):
        raise Damaged(f"{MANIFEST} is not what was written")
    rest = {key: value for key, value in told.items() if key != OWN}
    if (FILES in told or OWN in told) and told.get(OWN) != _own(rest):
        raise Damaged(f"{MANIFEST} is not what was written")
    return rest


def known(told: Mapping[str, Any]) -> dict[str, str]:
    """Name → digest of the files that a manifest knows; none when an earlier version wrote it."""
    return {**told.get(FILES, {}), **told.get(REPORTS, {})}


def check_digest(path: Path) -> None:
    """Raise :class:`Damaged` when a file of an answer's folder is not what was written; otherwise as :func:`reading`."""
    marks = known(manifest(path.parent))
    if path.name in marks:
        expect(path, marks[path.name])


def trust(path: Path) -> None:
    """Raise :class:`Mistake` for a table that lies in an answer's folder and is not what was written there."""
    try:
        if (path.parent / MANIFEST).is_file():
            check_digest(path)
    except Damaged as fault:
        raise Mistake(f"{path} is damaged or was changed ({fault}): ask that question again, or copy the table to another folder "
                      "to use it as it is")  from None  # fmt: skip
