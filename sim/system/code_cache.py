"""Compiled code on disk: a file for each kernel and the types it was compiled for, believed only when it is whole.

A file is a pickle, so whoever can write it runs code as whoever reads it, and a flipped bit in it is a wrong instruction. So
each begins with a digest of all the rest, which is compared before anything is unpickled, and neither a folder nor a file is
trusted that another user could have written. What is damaged is thrown away and compiled anew; where nothing can be kept, the
code is compiled in memory, and one sentence says so.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import stat
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from sim.errors import tell_once

PACKAGE = Path(__file__).parents[1]
HEAD = struct.Struct("<24s32sQ")
"""How a file begins: its form, SHA-256 of the rest, and how many bytes the rest has."""
FORM = b"loyalty-sim code, form 1"
ENDING, DRAFT = ".nbc", ".draft"
LEFT_BEHIND = 3600
"""Seconds after which a draft is nobody's: whoever wrote it was killed."""
SETTINGS = (
    "OPT", "BOUNDSCHECK", "LOOP_VECTORIZE", "SLP_VECTORIZE", "ENABLE_AVX", "DISABLE_INTEL_SVML", "DEBUGINFO_DEFAULT",
    "ENABLE_PROFILING", "EXTEND_VARIABLE_LIFETIMES", "LLVM_REFPRUNE_PASS", "LLVM_REFPRUNE_FLAGS", "DEBUG_NRT", "NRT_STATS",
    "JIT_COVERAGE",
)  # fmt: skip
"""numba's settings that make other code of the same source."""
REMEDY = "set LOYALTY_CACHE to a folder that you, and only you, can write to"
OTHERS_OF_THE_GROUP, OTHERS = stat.S_IWGRP | stat.S_IWOTH, stat.S_IWOTH
USERS_ARE_KNOWN = hasattr(os, "geteuid")
"""Whether the system says by numbers and modes who may write what; where it does not, all is taken to be the user's."""


class Shelf:
    """The folder of compiled code, whose files are read whole or not at all; ``folder`` is None where there is none."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._refuses = False

    @cached_property
    def usable(self) -> bool:
        """Whether there is a folder from which code may be read; a missing one is made. When not, that is told."""
        fault = _fault_of(self.folder)
        if fault:
            tell_once(f"Compiled code is not kept, so every start takes as long as the first: {fault}; {REMEDY}.")
        return not fault

    def read(self, name: str) -> bytes | None:
        """What is kept under this name; None where nothing is. What is damaged or of somebody else is thrown away."""
        if not self.usable or self.folder is None:
            return None
        try:
            return _whole(self.folder / name)
        except FileNotFoundError:
            return None
        except PermissionError:
            return None
        except (OSError, ValueError):
            self.throw_away(name)
            return None

    def throw_away(self, name: str) -> None:
        """Remove what cannot be used, whatever it is; it will be compiled anew."""
        assert self.folder is not None
        tell_once(f"Some compiled code in {self.folder} was damaged, and is compiled anew.")
        path = self.folder / name
        with suppress(OSError):
            path.unlink() if path.is_symlink() or not path.is_dir() else shutil.rmtree(path)

    def write(self, name: str, content: bytes) -> None:
        """Keep this under a name, whole or not at all; when it cannot be kept that is told, and no more is tried."""
        if self._refuses or not self.usable or self.folder is None:
            return
        try:
            _sweep(self.folder)
            put_down(self.folder / name, HEAD.pack(FORM, hashlib.sha256(content).digest(), len(content)), content)
        except OSError as error:
            self._refuses = True
            tell_once(
                f"Compiled code cannot be kept in {self.folder} ({error.strerror}), so the next start compiles again; {REMEDY}."
            )


def _fault_of(folder: Path | None) -> str:
    """Why code may not be read from this folder, or nothing where it may."""
    if folder is None:
        return "there is no home folder"
    try:
        make(folder)
        above = (f"others can write to {place}" for place in folder.parents[:2] if _open_to(place.stat(), OTHERS))
        return _of_others(folder, folder.stat()) or next(above, "")
    except OSError as error:
        return f"{folder} cannot be used ({error.strerror})"


def make(folder: Path) -> None:
    """Make a folder, and those above it, in which the owner can write and others cannot, whatever the umask is."""
    if not folder.is_dir():
        make(folder.parent)
        folder.mkdir(mode=0o755, exist_ok=True)
        _let_the_owner(folder, folder.stat(), stat.S_IRWXU)


def _let_the_owner(place: Path | int, known: os.stat_result, rights: int) -> None:
    if known.st_mode & rights != rights:
        os.chmod(place, stat.S_IMODE(known.st_mode) | rights)


def _open_to(known: os.stat_result, others: int) -> bool:
    """Whether others can put a file of theirs in the place of one that is there."""
    return USERS_ARE_KNOWN and bool(known.st_mode & others) and not known.st_mode & stat.S_ISVTX


def _of_others(place: Path, known: os.stat_result) -> str:
    """How another user could have put code here, or nothing where nobody could: the owner, or one with all rights, may."""
    if USERS_ARE_KNOWN and known.st_uid not in (os.geteuid(), 0):
        return f"{place} belongs to another user"
    return f"others can write to {place}" if USERS_ARE_KNOWN and known.st_mode & OTHERS_OF_THE_GROUP else ""


def _whole(path: Path) -> bytes:
    """What the file holds. Raises ``OSError`` or ``ValueError`` when it is not as it was written."""
    waiting_for_nobody = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, waiting_for_nobody), "rb") as file:
        known = os.fstat(file.fileno())
        if not stat.S_ISREG(known.st_mode) or _of_others(path, known):
            raise ValueError("no file of ours")
        form, digest, size = HEAD.unpack(file.read(HEAD.size).ljust(HEAD.size))
        if form != FORM or known.st_size != HEAD.size + size:
            raise ValueError("another form, or cut short")
        content = file.read(size)
    if hashlib.sha256(content).digest() != digest:
        raise ValueError("damaged")
    return content


def put_down(path: Path, *parts: bytes) -> None:
    """Write a file beside its place and move it there, so that nobody ever reads half of it. Raises ``OSError``."""
    handle, draft = tempfile.mkstemp(DRAFT, path.name, path.parent)
    try:
        with open(handle, "wb") as file:
            file.writelines(parts)
            os.chmod(draft, 0o644)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        os.replace(draft, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft)
        raise


@lru_cache(maxsize=4)
def _sweep(folder: Path) -> None:
    """Remove the drafts of processes that were killed while they wrote; once in a process, and only where it writes."""
    for draft in folder.glob(f"*{DRAFT}"):
        with suppress(OSError):
            if time.time() - draft.stat().st_mtime > LEFT_BEHIND:
                draft.unlink()


def keep(dispatcher: Any, shelf: Shelf) -> Any:
    """The dispatcher, whose code is from now on kept on the shelf; code that was typed in is not, having no file."""
    if Path(dispatcher.py_func.__code__.co_filename).is_file():
        dispatcher._cache = KeptCode(dispatcher.py_func, shelf)
    return dispatcher


class KeptCode:
    """What numba's dispatcher asks for code before it compiles, and gives what it has compiled: numba's own ``_Cache``."""

    def __init__(self, function: Callable[..., Any], shelf: Shelf) -> None:
        self._function, self._shelf = function, shelf

    @property
    def cache_path(self) -> str | None:
        """The folder, for numba's statistics."""
        return None if self._shelf.folder is None else str(self._shelf.folder)

    def flush(self) -> None:
        """Nothing: what is compiled again takes the place of what was kept."""

    def load_overload(self, types: Any, target: Any) -> Any:
        """The code for arguments of these types, or None when it is not kept, or not to be used."""
        target.refresh()
        name = self.name(types, target)
        content = self._shelf.read(name)
        if content is None:
            return None
        try:
            kept_types, reduced = pickle.loads(content)
            return CompileResult._rebuild(target, *reduced) if kept_types == types else None
        except MemoryError:
            raise
        except Exception:  # whole, and yet not of this Python or numba, although they say that they are the same
            self._shelf.throw_away(name)
            return None

    def save_overload(self, types: Any, compiled: Any) -> None:
        """Keep the code, unless it holds addresses of this process."""
        if not compiled.lifted and not compiled.library.has_dynamic_globals:
            content = dumps((types, compiled._reduce()))
            self._shelf.write(self.name(types, compiled.target_context), content)

    def name(self, types: Any, target: Any) -> str:
        """The file's name: everything that makes code another, or unusable elsewhere, is in its hash."""
        function, code = self._function, self._function.__code__
        closed_over = dumps(tuple(cell.cell_contents for cell in function.__closure__ or ()))
        key = (
            str(types),
            target.codegen().magic_tuple(),
            _machinery(),
            _written(code.co_filename),
            code.co_firstlineno,
        )
        told = repr(key).encode() + code.co_code + closed_over
        label = f"{function.__module__}.{function.__qualname__}".replace("<", "").replace(">", "")
        return f"{label[:100]}-{hashlib.sha256(told).hexdigest()[:24]}{ENDING}"


@lru_cache(maxsize=1)
def _machinery() -> tuple[str, ...]:
    """Versions of what compiles, and numba's settings that change what comes of it."""
    versions = (sys.version, numba.__version__, llvmlite.__version__, np.__version__)
    return (*versions, *(f"{name}={getattr(numba.config, name, None)}" for name in SETTINGS))


@lru_cache(maxsize=256)
def _written(path: str) -> str:
    """A hash of a source file that is none of the package's; the package's are all in the folder's name."""
    source = Path(path)
    return "" if source.is_relative_to(PACKAGE) else f"{source} {hashlib.sha256(source.read_bytes()).hexdigest()}"
