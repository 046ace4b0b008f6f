"""Closed forms of a customer's worth, when every period brings the same margin and the same share stays.

A customer who stays with chance r each period, pays a margin m at the end of each period stayed, and is discounted at d is
worth m r / (1 + d - r). Sources: Gupta, Lehmann & Stuart 2004, "Valuing customers", J. Marketing Research 41:7-18, for the
formula and the elasticities; Reichheld & Sasser 1990 (Harvard Business Review 68:105-111) for the claim about five points.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.errors import Mistake
from sim.system.arguments import above_nought, numbers, shown

Numbers = TypeVar("Numbers", float, NDArray[np.float64])


def lifetime_value(margin: Numbers, retention: Numbers, discount: float) -> Numbers:
    """What a customer is worth today, the first payment being due if they stay the first period.

    Raises :class:`~sim.errors.Mistake`, as all functions here do, on shares or rates that cannot be.
    """
    _check(retention, discount)
    numbers("margin", margin)
    return margin * retention / (1 + discount - retention)


def retention_elasticity(retention: float, discount: float) -> float:
    """By how many percent the worth rises when the retention rises by one percent: (1 + d) / (1 + d - r)."""
    _check(retention, discount)
    return (1 + discount) / (1 + discount - retention)


def discount_elasticity(retention: float, discount: float) -> float:
    """By how many percent the worth changes when the discount rate rises by one percent: -d / (1 + d - r)."""
    _check(retention, discount)
    return -discount / (1 + discount - retention)


def gain(before: float, after: float, discount: float) -> float:
    """The share by which the worth rises when the retention goes from ``before`` to ``after``."""
    return lifetime_value(1.0, after, discount) / lifetime_value(1.0, before, discount) - 1


def _check(retention: float | NDArray[np.float64], discount: float) -> None:
    above_nought("discount", discount)
    known = numbers("retention", retention)
    if not ((known >= 0) & (known <= 1)).all():
        raise Mistake(f"retention must lie in [0, 1], but is {shown(retention)}")
