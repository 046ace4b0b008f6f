"""From what is written to what a parameter holds: ``90 s`` is 1.5 minutes, ``yes`` is true, 3.5 people are refused.

Whatever reads a number with its unit reads it here: scenarios, experiments, lessons, the fields of the studio, commands.
"""

from __future__ import annotations

import math
import re
from typing import Any

from sim.data.customer_text import shortened
from sim.errors import nearest
from sim.model.parameters import SHORT, UNITS, Plausible, alike, converted, unit_named

SCALES = ("share", "scale 0-1", "ratio", "price index")
"""Units that are plain numbers without a dimension, which a percentage therefore expresses too."""
NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
"""A number as it is written, as a regular expression."""
_QUANTITY = re.compile(rf"({NUMBER}) ?(.*)")
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9].*")
_LONGEST = 400
"""Characters of a quantity: a number of ordinary size written out, and its unit."""
_YES = {"yes": True, "no": False, "on": True, "off": False}


class Unfit(Exception):
    """The value cannot be what is wanted; the message continues a sentence that begins with the key."""


def value_shown(value: Any) -> str:
    """A value as a message shows it: short, and text in quotation marks."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_told(value)
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "a section"
    if isinstance(value, list):
        return "a list"
    return f"'{shortened(str(value))}'"


def number_told(value: float) -> str:
    """A number without exponent where it can be helped."""
    if isinstance(value, int) and abs(value) >= 10**30:
        return f"{value:.3g}" if abs(value) < 10**300 else "a number of more than 300 digits"
    if isinstance(value, int) or (math.isfinite(value) and value == int(value) and abs(value) < 1e15):
        return str(int(value))
    return f"{value:.12g}"


def in_unit(unit: str) -> str:
    """The unit as it follows a number: minutes, per week, (share)."""
    if unit in SCALES or unit == "yes or no":
        return f"({unit})"
    return f"{unit}s" if UNITS.get(unit, ("",))[0] == "time" else unit


def number_in(unit: str) -> str:
    """What is wanted, in words: a number (share), a number per week, a number of minutes."""
    if not unit:
        return "a number"
    unit = in_unit(unit)
    return f"a number {unit}" if unit.startswith(("(", "per ")) else f"a number of {unit}"


def between(low: float, high: float, unit: str) -> str:
    """The allowed range in words."""
    return f"between {number_told(low)} and {number_told(high)} {in_unit(unit)}"


def plausible_told(told: Plausible | None) -> str:
    """Between what a parameter may well lie, in words; nothing where its line does not say."""
    if told is None:
        return ""
    scale = ", on a log scale" if told.spread == "log" else ""
    return f"plausible {number_told(told.low)} to {number_told(told.high)}{scale}"


def parameter_unit(unit: str) -> str:
    """The name under which a parameter's unit converts; itself when it does not."""
    return "share" if unit in SCALES else unit_named(unit) or unit


def parted(written: str) -> tuple[float, str] | None:
    """The number that a text begins with, and the word behind it: ``("90", "s")``; None for a text that does not begin so."""
    match = _QUANTITY.fullmatch(" ".join(written.split())) if len(written) <= _LONGEST else None
    return (float(match[1]), match[2]) if match else None


def quantity(value: Any, unit: str) -> Any:
    """``value`` in ``unit``: a text such as ``90 s`` converted, anything else as it is. Raises :class:`Unfit`."""
    if not isinstance(value, str):
        return value
    if (found := parted(value)) and not found[1]:
        raise Unfit(f"is the text {value_shown(value)}, but must be a number; remove the quotation marks")
    return from_text(value, unit)


def from_text(written: str, unit: str) -> float:
    """What somebody typed, in ``unit``: a plain number is taken to be in it, one such as ``90 s`` is converted.

    Raises :class:`Unfit`.
    """
    found = parted(written)
    if _DECIMAL_COMMA.fullmatch(written.strip()[:_LONGEST]):
        raise Unfit(f"is {value_shown(written)}, but must be {number_in(unit)}; write a decimal point, not a comma")
    if not found or not math.isfinite(found[0]):
        raise Unfit(f"is {value_shown(written)}, but must be {number_in(unit)}")
    return _in(*found, unit, written) if found[1] else found[0]


def _in(number: float, word: str, unit: str, written: str) -> float:
    if word in (unit, in_unit(unit)):
        return number
    if unit.startswith("share per ") and unit_named(word.removesuffix(unit.removeprefix("share")).strip()) == "percent":
        return _rounded(number * 0.01)
    wanted = parameter_unit(unit)
    named = unit_named(word)
    if named is None:
        hint = nearest(word, _words_for(wanted)) or f"; write {number_in(unit)}"
        raise Unfit(f"is {value_shown(written)}, but '{word}' is no unit of it{hint}")
    if named == wanted:
        return number
    try:
        return _rounded(converted(number, named, wanted))
    except ValueError:
        kinds = f"{named} does not convert to {unit}"
        raise Unfit(f"is {value_shown(written)}, but {kinds}; write {number_in(unit)}") from None


def _words_for(unit: str) -> list[str]:
    """Every word for a unit that converts to this one."""
    return [word for word in (*UNITS, *SHORT, unit) if alike(unit_named(word) or word, unit)]


def _rounded(number: float) -> float:
    """Twelve digits: arithmetic of units leaves no trace, so that 57 % and 0.57 are the same number."""
    return float(f"{number:.12g}")


def fitted(value: Any, kind: type, unit: str) -> Any:
    """``value`` as a parameter of this kind and unit holds it. Raises :class:`Unfit`; not for its range."""
    if kind is bool:
        return _YES.get(value.lower(), value) if isinstance(value, str) else value
    value = quantity(value, unit)
    if isinstance(value, float) and math.isfinite(value):
        value += 0.0  # -0 is 0
        if kind is int and value == int(value):
            return int(value)
    return value
