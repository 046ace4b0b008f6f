"""What a caller from Python hands over, looked at before anything is done with it: each refusal is a :class:`Mistake`."""

from __future__ import annotations

import math
import operator
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import Mistake


def whole(name: str, value: Any, low: int, high: int, told: str = "") -> int:
    """``value`` as an int when it is a whole number from ``low`` to ``high`` (NumPy's count too, yes and no do not).

    ``told``: the range in words, where digits say it badly. Raises :class:`~sim.errors.Mistake`.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool | np.bool_):
        raise Mistake(f"{name} must be a whole number, got {shown(value)}")
    if not low <= number <= high:
        raise Mistake(f"{name} is {shown(number)}, but must lie between {told or f'{low:,} and {high:,}'}")
    return number


def number(name: str, value: Any, allowed: Callable[[float], bool], told: str) -> float:
    """``value`` as a float when it is an ``allowed`` finite number; ``told``: what it must be, in words.

    Raises :class:`~sim.errors.Mistake`.
    """
    found = _float(value)
    if not (math.isfinite(found) and allowed(found)):
        raise Mistake(f"{name} is {shown(value)}, but must be {told}")
    return found


def above_nought(name: str, value: Any) -> float:
    """``value`` when it is a finite number above 0. Raises :class:`~sim.errors.Mistake`."""
    return number(name, value, lambda found: found > 0, "a finite number above 0")


def nought_or_more(name: str, value: Any) -> float:
    """``value`` when it is a finite number, 0 or more. Raises :class:`~sim.errors.Mistake`."""
    return number(name, value, lambda found: found >= 0, "a finite number, 0 or more")


def _float(value: Any) -> float:
    """The number, or NaN for what is none."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        return math.nan
    try:
        return float(value)
    except (OverflowError, TypeError, ValueError):
        return math.nan


def numbers(name: str, values: Any) -> NDArray[np.float64]:
    """One number or several, as float64. Raises :class:`~sim.errors.Mistake` on what is no number, or not finite."""
    try:
        given = np.asarray(values)
        found = given.astype(np.float64, casting="unsafe" if given.dtype.kind == "O" else "same_kind")
    except (OverflowError, TypeError, ValueError):
        raise Mistake(f"{name} must be numbers, but is {shown(values)}") from None
    if not np.isfinite(found).all():
        raise Mistake(f"{name} must be finite numbers, but among them is {found[~np.isfinite(found)].flat[0]:g}")
    return found


def file_path(name: str, value: Any) -> Path:
    """``value`` as the path of a file or folder. Raises :class:`~sim.errors.Mistake` on what is none."""
    try:
        words = os.fsdecode(value)
    except TypeError:
        words = "\0"
    if "\0" in words:
        raise Mistake(f"{name} must be the path of a file or folder, but is {shown(value)}")
    return Path(words)


def function(name: str, value: Any) -> None:
    """Refuse what is given and cannot be called. Raises :class:`~sim.errors.Mistake`."""
    if value is not None and not callable(value):
        raise Mistake(f"{name} must be a function, but is {shown(value)}")


def shown(value: Any) -> str:
    """A value as a message names it: as Python writes it, shortened where it is long."""
    try:
        words = f"{value}" if isinstance(value, int) and not isinstance(value, bool) else repr(value)
    except ValueError:  # Python writes no number of so many digits
        words = "a number of thousands of digits"
    return words if len(words) <= 80 else f"{words[:77]}..."
