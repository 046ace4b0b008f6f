"""What callers do: how their patience is spread, and whether they call again."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import Mistake, nearest
from sim.system.arguments import above_nought
from sim.theory.phone_lines import calls_with_second_ones

LAWS = ("exponential", "weibull", "lognormal", "fixed")
_SPREAD = {"weibull": "shape", "lognormal": "sd"}
"""What is said of a law beside its mean."""
_GRAMMAR = (
    "write the mean minutes, such as 3 (exponential), or 'weibull 3 shape 2', 'lognormal 3 sd 6', 'fixed 3' in quotes"
)
_SHAPES = (0.2, 50.0)
"""Between these lies the shape of a Weibull law: beyond, most hang up at once, or all at the same moment."""

Column = NDArray[np.float64]


class Habits(NamedTuple):
    """What callers do. ``spread``: the shape of a Weibull law of patience, or standard deviation over mean of a lognormal one.

    ``redial``, ``redial_served``: the chance of calling again after hanging up, and after being served; ``redial_after``: mean
    minutes until then, exponential.
    """

    law: str = "exponential"
    spread: float = 1.0
    redial: float = 0.0
    redial_served: float = 0.0
    redial_after: float = 15.0

    @property
    def call_again(self) -> bool:
        """Whether any do."""
        return self.redial > 0 or self.redial_served > 0

    def patience(self, unit: Column) -> Column:
        """Patience about a mean of 1, from exponential numbers about 1: the more patient stay so whatever the law."""
        match self.law:
            case "fixed":
                return np.ones_like(unit)
            case "weibull":
                return unit ** (1 / self.spread) / math.gamma(1 + 1 / self.spread)
            case "lognormal":
                from scipy.special import ndtri

                sd = math.sqrt(math.log1p(self.spread**2))
                place = np.clip(-np.expm1(-unit), 1e-300, 1 - 2**-53)
                return np.exp(sd * ndtri(place) - sd**2 / 2)
        return unit

    def all_calls(self, first_calls: float, hung_up: Callable[[float], float]) -> float:
        """All calls a minute, second ones too, by the closed form of :func:`calls_with_second_ones`."""
        return calls_with_second_ones(first_calls, hung_up, self.redial, self.redial_served)


USUAL = Habits()
"""Exponential patience, and nobody calls again."""


def patience_of(written: str) -> tuple[float, Habits]:
    """``3``, ``weibull 3 shape 2``, ``lognormal 3 sd 6`` or ``fixed 3`` as mean minutes and a law. Raises :class:`Mistake`."""
    words = re.fullmatch(r"\s*(?:([a-z]+)\s+)?([^\s]+)(?:\s+([a-z]+)\s+([^\s]+))?\s*", written.lower())
    if words is None:
        raise Mistake(f"--patience {written}: no patience; {_GRAMMAR}")
    law, told, what, spread = words[1] or "exponential", words[2], words[3], words[4]
    if law not in LAWS:
        raise Mistake(
            f"--patience {written}: '{law}' is no law of patience{nearest(law, list(LAWS)) or '; ' + _GRAMMAR}"
        )
    mean, wanted = above_nought("--patience", _number(told, written)), _SPREAD.get(law)
    if what != wanted:
        needs = f"say its {wanted}, too" if wanted else "it has no other number than its mean"
        raise Mistake(f"--patience {written}: {law}: {needs}; {_GRAMMAR}")
    if wanted is None:
        return mean, Habits(law)
    found = above_nought(f"--patience {written}: {wanted}", _number(spread, written))
    if law == "weibull" and not _SHAPES[0] <= found <= _SHAPES[1]:
        raise Mistake(
            f"--patience {written}: the shape must lie between {_SHAPES[0]:g} and {_SHAPES[1]:g}; 1 is exponential"
        )
    return mean, Habits(law, found if law == "weibull" else found / mean)


def _number(told: str, written: str) -> float:
    try:
        return float(told)
    except ValueError:
        raise Mistake(f"--patience {written}: '{told}' is no number of minutes; {_GRAMMAR}") from None
