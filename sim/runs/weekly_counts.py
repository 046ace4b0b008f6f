"""Where the weekly counts of a run are kept: in memory when they are few, in a temporary file when they are many.

Ten thousand replications of two years count more than a gigabyte. An array in a file is used like any other; what of it was
looked at is let go again, so that the program needs no more memory for ten thousand replications than for a hundred.
"""

from __future__ import annotations

import ctypes
import math
import mmap
import os
import sys
import tempfile
from collections.abc import Iterator

import numpy as np

from sim.errors import Mistake
from sim.model.week import COUNTS

IN_MEMORY = 32 * 2**20
"""Bytes of counts up to which they are kept in memory; a choice: 250 replications of two years."""
PART = 2 * 2**20
"""Bytes of counts that are looked at together."""


def room(replications: int, weeks: int, counts: int = len(COUNTS)) -> np.ndarray:
    """Zeros for the counts of a run: int64 (replications, weeks, counts).

    A large one lies in a temporary file (in the folder that ``TMPDIR`` names), which is gone when the array is. Raises
    :class:`~sim.errors.Mistake` when there is no space for it.
    """
    shape = (replications, weeks, counts)
    size = 8 * math.prod(shape)
    if size <= IN_MEMORY:
        return np.zeros(shape, np.int64)
    try:
        return np.frombuffer(_mapped(size), np.int64).reshape(shape)
    except OSError as fault:
        raise Mistake(
            f"{tempfile.gettempdir()}: the weekly counts need {size / 1e9:,.1f} GB of space for a while "
            f"({fault.strerror}); name a folder on a larger disk in TMPDIR, or ask for fewer replications"
        ) from None


def _mapped(size: int) -> mmap.mmap:
    with tempfile.TemporaryFile(prefix="loyalty-") as file:
        if hasattr(os, "posix_fallocate"):  # a disk that fills up later would end the program without a word
            os.posix_fallocate(file.fileno(), 0, size)
        file.truncate(size)
        return mmap.mmap(file.fileno(), size)


def let_go(tally: np.ndarray) -> None:
    """Take what was looked at of an array in a file out of memory; it is read again when it is wanted again."""
    owner: object = tally
    while isinstance(owner, np.ndarray):
        owner = owner.base
    if isinstance(owner, memoryview):
        owner = owner.obj
    if isinstance(owner, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        owner.madvise(mmap.MADV_DONTNEED)


def parts(tally: np.ndarray) -> Iterator[np.ndarray]:
    """The counts a few megabytes at a time: views of at least one replication each, and one view of no replications."""
    several = max(1, PART // max(1, tally[:1].nbytes))
    for start in range(0, max(1, len(tally)), several):
        yield tally[start : start + several]
        let_go(tally)


def put(tally: np.ndarray, start: int, more: np.ndarray) -> None:
    """Copy the replications of ``more`` into ``tally`` from row ``start`` on."""
    for part in parts(more):
        tally[start : start + len(part)] = part
        start += len(part)
        let_go(tally)


def closed_up(tally: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Only these rows (ascending), moved to the front in place; the array itself when they are all of it."""
    if len(rows) == len(tally):
        return tally
    for place, row in enumerate(rows):
        tally[place] = tally[row]
        let_go(tally)
    return tally[: len(rows)]


def give_back() -> None:
    """Have freed memory given back to the system; the C library of Linux keeps some of it until it is told to."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
