"""What the system allows this process: too little address space is said before the libraries are loaded, not found out.

A library that lacks memory while it is loaded says something of symbols and segments, or waits for ever.
"""

from __future__ import annotations

import math
import mmap
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sim.errors import Mistake

LEAST = 1280 * 2**20
"""Bytes of address space (not of memory) that the program with its libraries takes, with some room to work in."""
THREAD = 96 * 2**20
"""Bytes of address space that must be free for one more thread: its stack, and room for it to begin in."""


def check_address_space() -> None:
    """Refuse to begin where a process may have too little address space. Raises :class:`~sim.errors.Mistake`."""
    allowed = _address_space()
    if allowed < LEAST:
        raise Mistake(
            f"a process may have {allowed / 2**20:,.0f} MB of address space here, and this program takes "
            f"{LEAST / 2**20:,.0f} MB: raise the limit (ulimit -v {LEAST // 1024})"
        )


def address_space_is_limited() -> bool:
    """Whether this process may have only so much address space."""
    return _address_space() < math.inf


def _address_space() -> float:
    with suppress(ImportError):  # there is no such limit on Windows
        import resource

        allowed = resource.getrlimit(resource.RLIMIT_AS)[0]
        return math.inf if allowed == resource.RLIM_INFINITY else allowed
    return math.inf


REMEDY = "ask for fewer threads, fewer replications or a smaller market"


@contextmanager
def enough_memory() -> Iterator[None]:
    """Within it, lack of memory is said in a sentence. Raises :class:`~sim.errors.Mistake`."""
    try:
        yield
    except MemoryError as fault:
        raise Mistake(f"there is not enough memory for this run ({fault}): {REMEDY}") from None


def room_for_a_thread() -> bool:
    """Whether there is address space for one more thread: one that lacks it dies as it begins, and is waited for in vain."""
    if sys.platform == "win32":
        return True
    try:
        mmap.mmap(-1, THREAD, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()
        return True
    except (OSError, MemoryError):
        return False
