"""What a command writes: seen to before its work begins, written beside its place under another name, and moved there.

So a file is whole or absent, and one that cannot be written is told at once instead of after an hour. A draft that a killed
process left is swept up by whoever writes there next; a lock that ends with its process says that nobody works on it.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
import signal
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from types import ModuleType

from sim.errors import Mistake

locks: ModuleType | None
try:
    import fcntl as locks
except ImportError:  # where there is none, drafts are told apart by their age
    locks = None

DRAFT = ".loyalty-draft-"
"""How the names of drafts begin."""
OLD = 3600.0
"""Seconds after which a draft is nobody's, where no lock can tell."""
ATTEMPTS = 20
"""How often a draft is begun anew that somebody else swept up."""
FOLDER = "folder"
CALIBRATED = "calibrated scenario"
STORE = "store.json"
"""The file that marks a store of replications."""
MANIFEST = "manifest.json"
"""The file in a results folder that says what it holds: ``files`` are its tables, by the SHA-256 of their bytes."""
BEGINNINGS = {"html": (b"<!", b"<html"), "parquet": (b"PAR1",), "pdf": (b"%PDF",), "png": (b"\x89PNG",),
              "svg": (b"<?xml", b"<svg"), "xlsx": (b"PK",), "pptx": (b"PK",), "json": (b"{", b"["), "csv": (),
              CALIBRATED: (b"# Calibrated", b"# The best fit"), "md": ()}  # fmt: skip
"""How a file of each kind begins; empty where anything may be one."""
ENDINGS = {kind: (f".{kind}",) for kind in BEGINNINGS} | {
    "html": (".html", ".htm"), "md": (".md", ".markdown"), "parquet": (".parquet", ".pq"), CALIBRATED: (),
}  # fmt: skip
"""The endings by which an earlier file of each kind is known, whatever it holds; a scenario's says too little."""
_ODD = {stat.S_IFCHR: "a device", stat.S_IFBLK: "a device", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_CANNOT_SETTLE = {errno.EINVAL, errno.ENOTSUP}
_TOO_MANY = {errno.EMFILE, errno.ENFILE}


@dataclass(frozen=True)
class Output:
    """Something that a command was asked to write: by which ``option``, where, and as what (an ending, or ``FOLDER``)."""

    option: str
    path: Path
    kind: str

    def __str__(self) -> str:
        return f"{self.option} {self.path}"

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, to which others may add."""
        return self.kind == FOLDER


# ---- what is wrong, in words


def why(fault: OSError | MemoryError, other: str = "file") -> str:
    """What the machine said, in parentheses, and the remedy; ``other`` is what may be chosen instead."""
    if isinstance(fault, MemoryError):
        return "(there is not enough memory); close other programs, or ask for less at once"
    said = f"({fault.strerror or fault})"
    if fault.errno in _FULL:
        return f"{said}; make room, or choose another {other}"
    if fault.errno in _TOO_MANY:
        return f"{said}; let this program open more of them (ulimit -n), or end others"
    return f"{said}; choose another {other}"


@contextmanager
def telling(path: Path, what: str = "the file", other: str = "file") -> Iterator[None]:
    """Within it, what the machine refuses is a :class:`Mistake` that names the path and the remedy."""
    try:
        yield
    except (OSError, MemoryError) as fault:
        raise Mistake(f"{path}: {what} cannot be written here {why(fault, other)}") from None


# ---- before the work


def check_outputs(outputs: Sequence[Output], inputs: Callable[[], Iterable[Path]] = tuple) -> None:
    """See that everything can be written where it is wanted, and leave nothing behind.

    ``inputs``: gives the files that the command reads, and is asked when there is one that could be overwritten. Raises
    :class:`Mistake` for what cannot be written, is no ordinary file, is read by the command, or is wanted twice.
    """
    outputs = [replace(output, path=without_detours(output.path)) for output in outputs]
    for output in outputs:
        with telling(output.path, output.option, "folder" if output.is_folder else "file"):
            _check_folder(output.path) if output.is_folder else _check_file(output)
    for one, other in combinations(outputs, 2):
        _refuse_shared(one, other)
    there = [output for output in outputs if not output.is_folder and output.path.exists()]
    for source in inputs() if there else ():
        for output in there:
            _refuse_read(output, source)
    for output in there:
        with telling(output.path, output.option):
            _refuse_other_kind(output)


def possible(path: Path) -> Path:
    """The path. Raises :class:`Mistake` when no system has such a one."""
    if "\0" in str(path):
        raise Mistake(f"{str(path)!r} is no possible path; choose another")
    return path


def without_detours(path: Path) -> Path:
    """The path, without going up from folders that are not there: once these were made, it might lead to another file."""
    detours = ".." in possible(path).parts and not os.path.lexists(path.parent)
    return Path(os.path.realpath(path)) if detours else path


def place_of(path: Path) -> Path:
    """Where a file asked for at ``path`` is written: there, or where a link leads.

    Raises :class:`Mistake` when something lies there that is no ordinary file, or that is protected.
    """
    path = without_detours(path)
    try:
        kind = stat.S_IFMT(os.stat(path).st_mode)
    except FileNotFoundError:
        if path.is_symlink():
            raise Mistake(f"{path} is a link that leads nowhere; remove it, or name the file itself") from None
        return path
    if kind == stat.S_IFDIR:
        raise Mistake(f"{path} is a folder; name a file in it, such as {path / 'report.html'}")
    if kind != stat.S_IFREG:
        raise Mistake(f"{path} is {_ODD.get(kind, 'something else')}, not a file; choose another file")
    if not os.access(path, os.W_OK):
        raise Mistake(f"{path} is there and protected against writing; choose another file, or lift the protection")
    return path.resolve() if path.is_symlink() else path


def _check_file(output: Output) -> None:
    place = place_of(output.path)
    _try(place.absolute().parent, place.name)
    if place.exists():
        _refuse_kept(output, place)


def _check_folder(path: Path) -> None:
    if possible(path).is_symlink() and not path.exists():
        raise Mistake(f"{path} is a link that leads nowhere; remove it, or choose another folder")
    _try(path.absolute())


def _try(folder: Path, *names: str) -> None:
    """Make a file in the folder, or in the one above it that is there already, and remove it again."""
    above = next(each for each in (folder, *folder.parents) if os.path.lexists(each))
    if not above.is_dir():
        raise Mistake(f"{above} is no folder, so nothing can be written in it; choose another folder")
    longest = os.pathconf(above, "PC_NAME_MAX") if hasattr(os, "pathconf") else 255
    for name in (*folder.relative_to(above).parts, *names):
        if len(os.fsencode(name)) > longest:
            raise Mistake(
                f"{name[:40]}… is too long a name for a file here (at most {longest} bytes); choose a shorter one"
            )
    with draft_file(above):
        pass


def _refuse_kept(output: Output, place: Path) -> None:
    """Raise :class:`Mistake` when the file is part of an answer that was kept earlier, or of the store."""
    store = next((above for above in place.absolute().parents if (above / STORE).is_file()), None)
    if store is not None:
        raise Mistake(f"{output} is part of the store in {store}; choose another file")
    with suppress(ValueError, AttributeError):
        manifest = place.parent / MANIFEST
        if manifest.is_file() and place.name in {MANIFEST, *json.loads(manifest.read_bytes()).get("files", ())}:
            raise Mistake(f"{output} is part of the answer kept in {place.parent}; choose another file")


def _refuse_other_kind(output: Output) -> None:
    """Raise :class:`Mistake` when the file there is neither called nor made like one that may be replaced."""
    if output.path.suffix.lower() in ENDINGS[output.kind] or not output.path.stat().st_size:
        return
    with open(output.path, "rb") as file:
        begun = file.read(20)
    if not begun.startswith(BEGINNINGS[output.kind]):
        wanted = output.kind if " " in output.kind else f".{output.kind}"
        raise Mistake(f"{output} is there and is something else than {wanted}; choose another file, or remove it first")


def _refuse_shared(one: Output, other: Output) -> None:
    """Raise :class:`Mistake` when two outputs are one file, or one of them is a file where the other needs a folder."""
    if one.is_folder and other.is_folder:
        return
    here, there = (Path(os.path.realpath(each.path)) for each in (one, other))
    if here == there or (here.exists() and there.exists() and here.samefile(there)):
        raise Mistake(f"{one} and {other} are the same file; give each its own")
    for file, place, deeper in ((one, here, there), (other, there, here)):
        if not file.is_folder and place in deeper.parents:
            raise Mistake(
                f"{file} is a file, but {one.path if file is other else other.path} lies in it; choose another"
            )


def _refuse_read(output: Output, source: Path) -> None:
    with suppress(OSError):
        if output.path.samefile(source):
            raise Mistake(f"{output} would replace {source}, which this command reads; choose another file")


# ---- writing


@contextmanager
def writing(path: Path, what: str = "the file", folders: bool = True) -> Iterator[Path]:
    """A draft to be written in its stead: it becomes the file when the block ends well, and is gone when it does not.

    ``folders``: make the folder if need be. Raises :class:`Mistake` when the file cannot be written; an earlier one then is
    as it was.
    """
    with telling(path, what):
        place = place_of(path)
        if folders:
            place.parent.mkdir(parents=True, exist_ok=True)
        sweep(place.parent)
        with draft_file(place.parent) as draft:
            yield draft
            settle(draft)
            if place.exists():
                with suppress(PermissionError):  # some file systems have no permissions to be copied
                    shutil.copymode(place, draft)
            os.replace(draft, place)


def put(path: Path, data: bytes | str, what: str = "the file", folders: bool = True) -> Path:
    """Write a file, whole or not at all, and return its path; text as UTF-8. See :func:`writing`."""
    with writing(path, what, folders) as draft:
        draft.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def settle(path: Path) -> None:
    """See to it that what was written is on the disk before it takes an earlier file's place."""
    number = os.open(path, os.O_RDWR)
    try:
        os.fsync(number)
    except OSError as fault:
        if fault.errno not in _CANNOT_SETTLE:
            raise
    finally:
        os.close(number)


@contextmanager
def draft_file(folder: Path) -> Iterator[Path]:
    """An empty file of a name of its own, which nobody sweeps up before the block ends and which is gone then, unless moved."""
    yield from _draft(folder, _make_file)


@contextmanager
def draft_folder(folder: Path) -> Iterator[Path]:
    """The same as a folder."""
    yield from _draft(folder, os.mkdir)


def _make_file(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))


def _draft(folder: Path, make: Callable[[Path], None]) -> Iterator[Path]:
    draft, number = _begun(folder, make)
    try:
        yield draft
    finally:
        _remove(draft)
        if number is not None:
            os.close(number)


def _begun(folder: Path, make: Callable[[Path], None]) -> tuple[Path, int | None]:
    """A new draft, and the descriptor that holds its lock; once more when somebody swept it up before it was locked."""
    for _ in range(ATTEMPTS):
        draft = folder / f"{DRAFT}{secrets.token_hex(4)}"
        make(draft)
        try:
            number = _opened(draft)
        except FileNotFoundError:
            continue
        except (OSError, MemoryError):
            _remove(draft)
            raise
        if number is None or (_lock(number) is not False and draft.exists()):
            return draft, number
        os.close(number)
    raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))


def _opened(path: Path) -> int | None:
    """A descriptor of a file or folder for locking it; None where there are no locks."""
    return None if locks is None else os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)


def _lock(number: int | None) -> bool | None:
    """Lock it: whether nobody else holds the lock; None when that cannot be told."""
    if locks is None or number is None:
        return None
    try:
        locks.flock(number, locks.LOCK_EX | locks.LOCK_NB)
    except OSError as fault:
        return False if isinstance(fault, BlockingIOError) else None
    return True


def sweep(folder: Path) -> None:
    """Remove the drafts that processes which are no more left in a folder."""
    with suppress(OSError):
        for name in os.listdir(folder):
            if name.startswith(DRAFT):
                _sweep(folder / name)


def _sweep(draft: Path) -> None:
    with suppress(OSError):
        number = _opened(draft)
        try:
            alone = _lock(number)
            if alone or (alone is None and time.time() - draft.stat().st_mtime > OLD):
                _remove(draft)
        finally:
            if number is not None:
                os.close(number)


def _remove(path: Path) -> None:
    """Remove a draft; once more if the first attempt is refused, or broken off by a signal to end."""
    try:
        _removed(path)
    except BaseException as fault:
        with suppress(OSError, MemoryError):
            _removed(path)
        if not isinstance(fault, OSError | MemoryError):
            raise


def _removed(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


# ---- ending


def leave_on_signals() -> None:
    """From now on a signal to end (TERM, HUP) lets everything be tidied up, and the program ends with 128 + its number.

    One that is ignored, as under ``nohup``, stays ignored; a second one ends the program at once.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _leave)


def _leave(number: int, _: object) -> None:
    signal.signal(number, signal.SIG_DFL)
    sys.exit(128 + number)
