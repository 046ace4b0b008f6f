"""Faults on purpose: the n-th time that something is opened, moved or made, the machine refuses, or the process is killed.

Python tells every such deed to its audit hooks before it does it; a hook that raises keeps it from being done. So every place
at which a program touches the disk is found by the program's own run, and none is kept in a list by hand.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DEEDS = frozenset({"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate"})
"""What is told to audit hooks before it is done; ``os.rename`` is ``os.replace`` too, and ``open`` counts where it writes."""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

Act = Callable[[], None]


@dataclass
class Fault:
    """What happens at which deed under ``folder``; ``deeds`` are all that were done there, in their order."""

    folder: str
    at: int
    act: Act
    kinds: frozenset[str] = DEEDS
    deeds: list[tuple[str, str]] = field(default_factory=list)


_active: list[Fault] = []
_hooked: list[bool] = []


def refuse(number: int = errno.ENOSPC) -> Act:
    """An act: the machine says no, with this number (``ENOSPC``, ``EIO``, ``EMFILE``, ``EROFS`` …)."""

    def act() -> None:
        raise OSError(number, os.strerror(number))

    return act


def lack_memory() -> None:
    """An act: there is no memory left."""
    raise MemoryError("no memory, on purpose")


def kill() -> None:
    """An act: the process is gone, and cleans nothing up."""
    os.kill(os.getpid(), signal.SIGKILL)


def _path_of(event: str, arguments: tuple[Any, ...]) -> str:
    """The path that a deed is about, empty when it only reads or names a descriptor."""
    if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & WRITING):
        return ""
    path = arguments[1] if event == "os.rename" else arguments[0]
    return os.path.abspath(os.fsdecode(path)) if isinstance(path, str | bytes | os.PathLike) else ""


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event in DEEDS:
        for fault in list(_active):
            path = _path_of(event, arguments)
            if event in fault.kinds and path.startswith(fault.folder):
                fault.deeds.append((event, path))
                if len(fault.deeds) == fault.at:
                    fault.act()


@contextmanager
def fault(folder: Path, at: int, act: Act = lack_memory, kinds: frozenset[str] = DEEDS) -> Iterator[Fault]:
    """Within it, the ``at``-th deed under ``folder`` (1 is the first, 0 none) meets ``act`` instead of being done."""
    if not _hooked:
        sys.addaudithook(_hook)  # it stays for good, and does nothing while no fault is active
        _hooked.append(True)
    one = Fault(os.path.abspath(folder), at, act, kinds)
    _active.append(one)
    try:
        yield one
    finally:
        _active.remove(one)


def deeds(folder: Path, work: Callable[[], Any], kinds: frozenset[str] = DEEDS) -> list[tuple[str, str]]:
    """Everything that ``work`` does under ``folder``: at each of these a fault can be tried."""
    with fault(folder, 0, kinds=kinds) as watched:
        work()
    return watched.deeds
