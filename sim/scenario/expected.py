"""What a measure does against another world, in words that a run can decide: ``falls by more than 5 percentage points``."""

from __future__ import annotations

import math
import re
from typing import Any

from pydantic import BaseModel, ConfigDict

from sim.scenario.quantities import Unfit, parted, value_shown

POINTS, PERCENT = "percentage points", "%"
_NUMBER = r"([0-9]{1,15}(?:\.[0-9]{1,15})?|\.[0-9]{1,15})"
_UNIT = rf"(?: ?({PERCENT}|{POINTS}))?"
PATTERN = (
    rf"(?:(rises|falls)(?: by (?:more than |at least )?{_NUMBER}(?: to {_NUMBER})?{_UNIT})?"
    rf"|changes by less than {_NUMBER}{_UNIT})"
)
"""A movement as it is written, as a regular expression."""
_MOVEMENT = re.compile(PATTERN)
FORMS = "'rises', 'falls by 0.02', 'rises by 2 to 8 percentage points' or 'changes by less than 5 %'"
_WAYS = {"rises": 1, "falls": -1}


class Expected(BaseModel):
    """A movement of a measure: its way (+1 rises, -1 falls, 0 neither), by how much at least and at most.

    Amounts are in the measure's own unit, or, where ``relative``, shares of what the measure is in the other world.
    """

    model_config = ConfigDict(frozen=True)

    measure: str
    way: int
    at_least: float = 0.0
    at_most: float = math.inf
    relative: bool = False

    @property
    def range(self) -> tuple[float, float]:
        """Between what the difference lies."""
        if self.way == 0:
            return -self.at_most, self.at_most
        ends = self.at_least * self.way, self.at_most * self.way
        return min(ends), max(ends)

    def holds(self, low: float, high: float) -> bool:
        """Whether an interval of the difference lies wholly where it should."""
        return self.range[0] < low and high < self.range[1]

    def fits(self, value: float) -> bool:
        """Whether a single difference lies there; of two neighbouring ranges exactly one holds their border."""
        return self.range[0] <= value < self.range[1]

    def within(self, other: Expected) -> bool:
        """Whether whatever fits this one fits the other, too."""
        return other.range[0] <= self.range[0] and self.range[1] <= other.range[1]

    def of(self, difference: float, base: float) -> float:
        """A difference in the unit of the amounts: itself, or as a share of the other world's ``base``."""
        if not self.relative:
            return difference
        return difference / abs(base) if base else math.copysign(math.inf, difference) if difference else 0.0

    @property
    def words(self) -> str:
        """The movement as a sentence has it."""
        factor, unit = unit_words(self.measure, self.relative)
        least, most = (f"{round(factor * amount, 10):g}" for amount in (self.at_least, self.at_most))
        behind = f" {unit}" if unit else ""
        if self.way == 0:
            return f"changes by less than {most}{behind}"
        verb = "rises" if self.way > 0 else "falls"
        if math.isfinite(self.at_most):
            return f"{verb} by {least} to {most}{behind}"
        return f"{verb} by more than {least}{behind}" if self.at_least else verb


def unit_words(measure: str, relative: bool) -> tuple[float, str]:
    """What a difference is multiplied by where people read it, and the unit that follows it."""
    from sim.runs.measures import shipped_measures  # here, because only lessons need to know the measures

    if relative:
        return 100.0, PERCENT
    unit = shipped_measures()[measure].unit
    return (100.0, POINTS) if unit == "share" else (1.0, "" if unit == "scale 0-1" else unit)


def movement(measure: str, written: Any) -> Expected:
    """What is written about a measure. Raises :class:`Unfit` when it is none of the ``FORMS``."""
    match = _MOVEMENT.fullmatch(" ".join(str(written).split()))
    if match is None:
        raise Unfit(f"is {value_shown(written)}, but must be such as {FORMS}")
    way, least, most, unit, less, less_unit = match.groups()
    factor, relative = _unit(measure, unit or less_unit)
    if way is None:
        return Expected(measure=measure, way=0, at_most=float(less) * factor, relative=relative)
    low, high = float(least or 0) * factor, float(most) * factor if most else math.inf
    if low >= high:
        raise Unfit(f"is {value_shown(written)}, but the smaller amount stands first")
    return Expected(measure=measure, way=_WAYS[way], at_least=low, at_most=high, relative=relative)


def amount(measure: str, written: Any) -> tuple[float, bool]:
    """A number such as ``-30 %``: in the measure's own unit or as a share, and whether it is a share of the other world's.

    Raises :class:`Unfit` when it is no number, or has a unit that the measure has not.
    """
    number, unit = parted(str(written)) or (math.nan, "")
    if not math.isfinite(number) or unit not in ("", PERCENT, POINTS):
        raise Unfit(f"is {value_shown(written)}, but must be a number such as '-30 %' or '5 percentage points'")
    factor, relative = _unit(measure, unit)
    return number * factor, relative


def _unit(measure: str, unit: str | None) -> tuple[float, bool]:
    """What an amount of this unit is multiplied by, and whether it is relative."""
    if unit == POINTS and unit_words(measure, False)[1] != POINTS:
        raise Unfit(
            f"speaks of {POINTS}, but {measure} is no share; write '%' for a share of what it is in the other world"
        )
    return (0.01 if unit else 1.0), unit == PERCENT
