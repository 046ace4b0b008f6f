"""The very first start compiles the week in two processes at once.

Numba compiles on one thread, and the week takes it a minute and a half. So the week's largest phases are kept on disk each by
itself (:func:`sim.model.rules.phase`), and a second process compiles the later ones while the first begins with the others; when
it comes to the later ones they are there to be read. Nothing rests on it: without the second process, or when that is late,
the first compiles everything, to the same bits.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from types import FunctionType, ModuleType
from typing import Any

import numba
import numpy as np
from numba.core.registry import CPUDispatcher

from sim.model.rules import SHELF, Inner, Rule

MARK = "compiled_ahead"
"""File in the folder of compiled code that says that a second process was begun for a week: there is only one."""
FEWEST = 2
"""Processors it takes."""

Named = tuple[str, tuple[Any, ...]]
"""The name of a phase, and the types of its arguments."""


def shared(
    kernel: Any, later: Sequence[Inner], arguments: Callable[[], tuple[Any, ...]], module: Callable[[], ModuleType]
) -> None:
    """Before ``kernel`` is compiled, have the phases ``later`` compiled by a second process.

    ``arguments``: makes some of the types with which the kernel will be called; ``module``: gives the module of the phases, in
    another process as well. Does nothing but the first time that this week is compiled on this machine.
    """
    if _first(kernel.__module__):
        types = types_at_calls(kernel.py_func, arguments())
        _begin(module, [(phase.__name__, types[phase.__name__]) for phase in later])


def _first(week: str) -> bool:
    """True once in the life of the compiled code of a week, where there are processors enough."""
    if _processors() < FEWEST or SHELF.folder is None or not SHELF.usable:
        return False
    with suppress(OSError):  # no folder to be written to: nothing can be kept, and nothing shared
        (SHELF.folder / f"{MARK}_{week}").open("x").close()
        return True
    return False


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def types_at_calls(body: FunctionType, arguments: tuple[Any, ...]) -> dict[str, tuple[Any, ...]]:
    """By name, the types with which a kernel's Python ``body`` calls other kernels, given these arguments.

    The body is run with stand-ins that note what they are given and answer with noughts.
    """
    found: dict[str, tuple[Any, ...]] = {}

    def stand_in(name: str) -> Callable[..., Any]:
        def noted(*given: Any) -> tuple[int, int, int]:
            found[name] = tuple(map(numba.typeof, given))
            return 0, 0, 0

        return noted

    known = {name: body.__globals__[name] for name in body.__code__.co_names if name in body.__globals__}
    others = {name: stand_in(name) for name, value in known.items() if isinstance(value, Inner | CPUDispatcher)}
    rules = {name: value.plain for name, value in known.items() if isinstance(value, Rule)}
    FunctionType(body.__code__, {**body.__globals__, **others, **rules})(*map(_by_name, arguments))
    return found


def _by_name(argument: Any) -> Any:
    """Rows of a structured array give their fields as attributes, as they do in a kernel."""
    structured = isinstance(argument, np.ndarray) and argument.dtype.names
    return argument.view(np.recarray) if structured else argument


@lru_cache(maxsize=1)
def _helpers() -> list[subprocess.Popen[bytes]]:
    """The second process, held so that it is not taken for lost."""
    return []


def _begin(module: Callable[[], ModuleType], phases: list[Named]) -> None:
    command, quiet = [sys.executable, "-m", __name__], subprocess.DEVNULL
    with suppress(OSError):  # no second process to be had
        helper = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)
        _helpers().append(helper)
        assert helper.stdin is not None
        with helper.stdin:
            helper.stdin.write(pickle.dumps((module, phases)))


def compile_all(module: Callable[[], ModuleType], phases: Sequence[Named]) -> None:
    """Compile the phases, one after the other; each is kept on disk as soon as it is done."""
    found = module()
    for name, types in phases:
        getattr(found, name).compile(types)


if __name__ == "__main__":
    compile_all(*pickle.loads(sys.stdin.buffer.read()))
