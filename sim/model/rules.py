"""How rules and kernels are compiled: a rule is a plain function of numbers that Python and kernels both call.

The compiled code is kept on disk in a folder named by a hash of every source file that a kernel may be made of. numba
alone would go on serving an old rule after another file's rule was edited; with the hash, a changed source is a new folder,
and an unchanged one starts in a moment. How it is kept, :mod:`sim.system.code_cache` knows.
"""

from __future__ import annotations

import hashlib
import inspect
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.system.process import check_numba, numba_starting

with numba_starting():
    import llvmlite.binding as llvm
    import numba
    from numba import types

    from sim.system.code_cache import PACKAGE, Shelf, keep

if TYPE_CHECKING:  # to whoever reads a rule, a quantity is a float and a number is an int, however many bits they have
    f32, i32, i64 = float, int, int
else:
    f32, i32, i64 = np.float32, np.int32, np.int64
njit: Any = numba.njit
"""numba's compiler; its published types do not know all of its own options."""

MODEL = ("engine", "model", "service", "theory")
"""The folders that compiled code is made of: whatever else changes, it stays good."""
NUMBERS = (*MODEL, "data", "runs", "scenario")
"""The folders that the numbers of a run depend on: whatever else changes, kept runs stay good."""


@lru_cache(maxsize=4)
def source_hash(folders: tuple[str, ...] = ("",)) -> str:
    """SHA-256 (16 hex digits) over the names and contents of the Python files in these folders of the package, or in all."""
    digest = hashlib.sha256()
    for path in sorted(path for folder in folders for path in (PACKAGE / folder).rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _code_folder() -> Path | None:
    """Where compiled code is kept: under ``LOYALTY_CACHE``, else the user's cache folder; None without a home."""
    try:
        named, shared = os.environ.get("LOYALTY_CACHE"), os.environ.get("XDG_CACHE_HOME", "")
        root = (
            Path(named).absolute() if named else Path(shared) if Path(shared).is_absolute() else Path.home() / ".cache"
        )
    except (OSError, RuntimeError):  # no folder that a relative name starts from; no home
        return None
    return root / "loyalty-sim" / source_hash(MODEL) if root.is_absolute() else None


def _widest_vectors() -> str | None:
    """The processor's features, with vectors of 512 bits where it has them: numba would stop at 256.

    On the first generations with AVX-512 wide vectors slow the clock; those, a processor that the user names, and features
    that the user lists stay as they are.
    """
    features = llvm.get_host_cpu_features()
    slowed = {"skylake-avx512", "cascadelake", "cooperlake"}
    chosen = numba.config.CPU_NAME or numba.config.CPU_FEATURES  # type: ignore[attr-defined]
    if chosen or not features.get("avx512vl") or llvm.get_host_cpu_name() in slowed:
        return numba.config.CPU_FEATURES  # type: ignore[attr-defined]
    return str(features.flatten()) + ",-prefer-256-bit"


check_numba(numba.config, llvm)
SHELF = Shelf(_code_folder())
"""The compiled code of this source, on disk."""
numba.config.CACHE_DIR = str(SHELF.folder or "")  # type: ignore[attr-defined]
numba.config.CPU_FEATURES = _widest_vectors()  # type: ignore[attr-defined]


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a loop over arrays: cached on disk, free of Python's lock, IEEE arithmetic without shortcuts."""
    return keep(njit(nogil=True, error_model="numpy")(function), SHELF)


def inlined_kernel(function: Callable[..., Any]) -> Any:
    """A :func:`kernel` without loops that is always made part of its caller, however long it is.

    A loop around a call cannot be vectorised, and LLVM leaves a call standing when the function is long.
    """
    return keep(njit(nogil=True, error_model="numpy", _nrt=False, forceinline=True)(function), SHELF)


def lean_kernel(function: Callable[..., Any]) -> Any:
    """A :func:`kernel` that makes no arrays, and so needs no reference counts.

    Counting costs an atomic operation for every array that is looked at, which in code that visits one customer after
    the other is most of the time. ``_nrt`` is numba's own switch for this; a kernel that makes an array will not compile.
    """
    return keep(njit(nogil=True, error_model="numpy", _nrt=False)(function), SHELF)


class Inner:
    """A loop over arrays that other kernels call, and Python cannot: compiled on its own, without a door for Python.

    The door takes longer to compile than a short loop does, and keeping the loop on disk is of no use: whoever calls it
    is kept with the loop inside.
    """

    def __init__(self, function: Callable[..., Any], kept: bool = False) -> None:
        self.plain = function
        door = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        # numba itself only holds it weakly
        self._compiled = njit(error_model="numpy", _nrt=False, **door)(function)
        if kept:
            keep(self._compiled, SHELF)
        self._numba_type_ = types.Dispatcher(self._compiled)
        self.__name__, self.__doc__, self.__module__ = function.__name__, function.__doc__, function.__module__

    def compile(self, signature: tuple[types.Type, ...]) -> None:
        """Compile it for arguments of these types; what is kept on disk is read instead."""
        self._compiled.compile(signature)

    def __call__(self, *arguments: Any) -> Any:
        """Refuse: there is no door for Python. Raises ``TypeError``."""
        raise TypeError(f"{self.__name__} can only be called by a kernel")


def inner_kernel(function: Callable[..., Any]) -> Inner:
    """Mark a short loop over arrays that makes no arrays and that only kernels call (see :class:`Inner`)."""
    return Inner(function)


def phase(function: Callable[..., Any]) -> Inner:
    """Mark a large part of a kernel: as :func:`inner_kernel`, but kept on disk, so that another process may compile it."""
    return Inner(function, kept=True)


def step(function: Callable[..., Any]) -> Any:
    """Mark a step of a kernel: written on its own to be read on its own, compiled as if it stood where it is called."""
    return njit(error_model="numpy", _nrt=False, inline="always")(function)


_FORCED = {float: np.float32, int: int, bool: bool}


class Rule:
    """One behavioural rule: a pure function of numbers, annotated with ``float``, ``int`` and ``bool``.

    A kernel that calls the rule gets it inlined. Called from Python it runs the same compiled code, each ``float``
    argument first rounded to float32 and a ``float`` result given as float32, so a rule gives the same bits in both
    engines. ``plain`` is the undecorated function, for worked examples and for stepping through.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.plain = function
        self.compiled = kernel(function)
        self._numba_type_ = types.Dispatcher(self.compiled)
        said = inspect.signature(function, eval_str=True)
        self._returns = _FORCED.get(said.return_annotation, tuple)
        kinds = [parameter.annotation for parameter in said.parameters.values()]
        if not _FORCED.keys() >= set(kinds):
            raise TypeError(f"rule {function.__name__}: every number that it takes is annotated float, int or bool")
        self._forced = [_FORCED[kind] for kind in kinds]
        self.__name__, self.__doc__, self.__module__ = function.__name__, function.__doc__, function.__module__

    def force(self, *numbers: Any) -> list[Any]:
        """The arguments as the compiled form takes them; raises ``TypeError`` on a wrong count."""
        if len(numbers) != len(self._forced):
            raise TypeError(f"{self.__name__} takes {len(self._forced)} numbers, got {len(numbers)}")
        return [force(number) for force, number in zip(self._forced, numbers, strict=True)]

    def __call__(self, *numbers: Any) -> Any:
        """Apply the rule, as both engines do. Raises ``TypeError`` on a wrong count of numbers."""
        return self._returns(self.compiled(*self.force(*numbers)))


def rule(function: Callable[..., Any]) -> Rule:
    """Mark a pure function of numbers as a rule of the model (see :class:`Rule`)."""
    return Rule(function)
