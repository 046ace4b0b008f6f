"""Numbers as people read them: rounded to what is known, with signs, thousands and units."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from sim.scenario.whole import Scenario

MINUS = "\u2212"
NONE = "\u2013"
"""What stands where there is no number: nothing was there to be measured, or nothing is known of luck."""
_MOST_PLACES = 6


class Known(Protocol):
    """A mean and its interval."""

    @property
    def mean(self) -> float: ...  # noqa: D102

    @property
    def low(self) -> float: ...  # noqa: D102

    @property
    def high(self) -> float: ...  # noqa: D102


class Unit(NamedTuple):
    """How a quantity is shown: what its numbers are multiplied by, what follows a level, what follows a difference."""

    factor: float
    level: str
    difference: str


def places(half_width: float, fewest: int = 0) -> int:
    """Decimal places at which an uncertainty of this size first shows; 1 when there is none but rounding errors."""
    if not half_width > 1e-9:
        return max(fewest, 1)
    return min(max(math.ceil(-math.log10(half_width)), fewest), _MOST_PLACES)


def money_places(half_width: float) -> int:
    """Decimal places of an amount of money: one more while the uncertainty's first digit is a 1."""
    return places(half_width / 2)


def half_width(known: Known, factor: float = 1.0) -> float:
    """Half of an interval's width."""
    return abs(factor) * (known.high - known.low) / 2


def number(value: float, decimals: int = 0) -> str:
    """A number with thousands and a real minus sign, never a negative zero; a dash where it is missing."""
    if not math.isfinite(value):
        return NONE
    rounded = round(value, decimals) + 0.0
    return f"{rounded:,.{decimals}f}".replace("-", MINUS)


def signed(value: float, decimals: int = 0) -> str:
    """A difference: with its sign, unless it is rounded to zero; a dash where it is missing."""
    if not math.isfinite(value):
        return NONE
    return ("+" if round(value, decimals) > 0 else "") + number(value, decimals)


def between(known: Known, factor: float, decimals: int, plus: bool = False) -> str:
    """An interval in words: ``4.5 to 4.7``; a dash where nothing is known of luck."""
    if not math.isfinite(known.low + known.high):
        return NONE
    told = signed if plus else number
    ends = sorted((known.low * factor, known.high * factor))
    return " to ".join(told(end, decimals) for end in ends)


def sizes(known: Known, factor: float, decimals: int) -> str:
    """The interval of a decided difference without its sign: ``2.00 to 2.19`` for -2.19 to -2.00; a dash if unknown."""
    if not math.isfinite(known.low + known.high):
        return NONE
    ends = sorted((abs(known.low * factor), abs(known.high * factor)))
    return " to ".join(number(end, decimals) for end in ends)


def money_unit(values: Iterable[float], currency: str) -> Unit:
    """Whether to tell these amounts in units, thousands or millions: by the largest of those that are known."""
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    for limit, size, word in ((1e9, 1e9, "billion "), (1e6, 1e6, "million "), (1e4, 1e3, "thousand ")):
        if largest >= limit:
            return Unit(1 / size, word + currency, word + currency)
    return Unit(1.0, currency, currency)


def rough_money(value: float, currency: str, around: tuple[float, float] | None = None) -> str:
    """An amount to three digits: ``2.09 million EUR``, ``505,000 EUR``.

    ``around``: the interval that is told of it elsewhere; where three digits would lie outside of it, there are more.
    """
    if not math.isfinite(value):
        return NONE
    size, word = _rough_unit(abs(value))
    digits, fewest = 2 - _digits(abs(value) / size), 2 if abs(value) < 100 else 0
    while around is not None and digits < _MOST_PLACES and not _held(round(value / size, digits) * size, around):
        digits += 1
    return f"{number(round(value / size, digits), max(digits, fewest))} {word}{currency}"


def money_size(known: Known, scale: float, currency: str) -> str:
    """The size of a difference of money without its sign, inside the interval that is told of it elsewhere."""
    return rough_money(abs(known.mean) * scale, currency, (abs(known.low) * scale, abs(known.high) * scale))


def _rough_unit(size: float) -> tuple[float, str]:
    """What an amount is told in: ones, millions, billions."""
    return next(((limit, word) for limit, word in ((1e9, "billion "), (1e6, "million ")) if size >= limit), (1.0, ""))


def _held(value: float, around: tuple[float, float]) -> bool:
    """Whether an interval holds a value; one that is not known holds every value."""
    return not (value < min(around) or value > max(around))


def within(known: Known, factor: float, fewest: int) -> str:
    """A mean with as many decimal places as its interval asks for, at least ``fewest``, so that it lies inside."""
    return number(known.mean * factor, places(half_width(known, factor), fewest))


def _digits(value: float) -> int:
    """Digits before the decimal point, less one."""
    return math.floor(math.log10(value)) if value >= 1 else 0


def span(weeks: int) -> str:
    """A duration: ``2 years`` where it is whole years, else ``60 weeks``."""
    if weeks % 52 == 0:
        return "1 year" if weeks == 52 else f"{weeks // 52} years"
    return "1 week" if weeks == 1 else f"{weeks} weeks"


def lasting(scenario: Scenario) -> str:
    """How long is measured: ``2 years``, or ``91 weeks from week 13 on``."""
    first = scenario.measure.start
    return span(scenario.weeks - first) + (f" from week {first} on" if first else "")


def timing(scenario: Scenario) -> str:
    """How long a scenario lasts: ``104 weeks after a warm-up of 52, measured from week 13 on``."""
    after = f" after a warm-up of {scenario.warm_up}" if scenario.warm_up else ""
    first = scenario.measure.start
    return f"{counted(scenario.weeks, 'week', 'weeks')}{after}" + (f", measured from week {first} on" if first else "")


def listed(words: Sequence[str]) -> str:
    """Words as a list: ``a``, ``a and b``, ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def counted(count: int, one: str, many: str) -> str:
    """A count and its noun: ``1 row``, ``2,850 rows``."""
    return f"{count:,} {one if count == 1 else many}"
