"""Numbers as people read them: rounded to what is known, with signs, thousands and units."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

MINUS = "\u2212"
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
    """A number with thousands and a real minus sign; never a negative zero."""
    rounded = round(value, decimals) + 0.0
    return f"{rounded:,.{decimals}f}".replace("-", MINUS)


def signed(value: float, decimals: int = 0) -> str:
    """A difference: with its sign, unless it is rounded to zero."""
    return ("+" if round(value, decimals) > 0 else "") + number(value, decimals)


def between(known: Known, factor: float, decimals: int, plus: bool = False) -> str:
    """An interval in words: ``4.5 to 4.7``, the smaller size first when both ends are negative and unsigned."""
    told = signed if plus else number
    ends = sorted((known.low * factor, known.high * factor))
    return " to ".join(told(end, decimals) for end in ends)


def sizes(known: Known, factor: float, decimals: int) -> str:
    """The interval of a decided difference without its sign: ``2.00 to 2.19`` for -2.19 to -2.00."""
    ends = sorted((abs(known.low * factor), abs(known.high * factor)))
    return " to ".join(number(end, decimals) for end in ends)


def money_unit(values: Iterable[float], currency: str) -> Unit:
    """Whether to tell these amounts in units, thousands or millions: by the largest of them."""
    largest = max((abs(value) for value in values), default=0.0)
    for limit, size, word in ((1e9, 1e9, "billion "), (1e6, 1e6, "million "), (1e4, 1e3, "thousand ")):
        if largest >= limit:
            return Unit(1 / size, word + currency, word + currency)
    return Unit(1.0, currency, currency)


def rough_money(value: float, currency: str) -> str:
    """An amount to three digits: ``2.09 million EUR``, ``505,000 EUR``."""
    size = abs(value)
    for limit, word in ((1e9, "billion "), (1e6, "million ")):
        if size >= limit:
            return f"{number(value / limit, max(0, 2 - _digits(size / limit)))} {word}{currency}"
    exact = float(f"{value:.3g}")
    return f"{number(exact, 0 if size >= 100 else 2)} {currency}"


def _digits(value: float) -> int:
    """Digits before the decimal point, less one."""
    return math.floor(math.log10(value)) if value >= 1 else 0


def span(weeks: int) -> str:
    """A duration: ``2 years`` where it is whole years, else ``60 weeks``."""
    if weeks % 52 == 0:
        return "1 year" if weeks == 52 else f"{weeks // 52} years"
    return "1 week" if weeks == 1 else f"{weeks} weeks"


def listed(words: Sequence[str]) -> str:
    """Words as a list: ``a``, ``a and b``, ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def counted(count: int, one: str, many: str) -> str:
    """A count and its noun: ``1 row``, ``2,850 rows``."""
    return f"{count:,} {one if count == 1 else many}"
