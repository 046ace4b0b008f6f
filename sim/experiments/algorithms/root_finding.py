"""The value of one lever at which a policy stops paying, with an interval.

What is sought is the root of the mean paired difference between two policies as a function of the lever. All values of the
lever run under the same replications, so the average is an ordinary curve with an ordinary root (sample-average or
retrospective approximation: Chen & Schmeiser 2001, "Stochastic root finding via retrospective approximation", IIE
Transactions 33:259-275). The interval holds every value at which the paired difference's own 95 % interval covers zero: at
the true break-even it does so in 95 of 100 experiments, whatever the curve's shape, and that is the promise.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.errors import Mistake
from sim.runs.statistics import Interval, interval

Gap = Callable[[np.ndarray, range], np.ndarray]
"""Places of the lever in [0, 1] and replications' numbers → paired differences, float64 (places, replications)."""
SCANNED = 9
PAYS, FAILS, UNDECIDED, CROSSES = "pays everywhere", "pays nowhere", "undecided", "breaks even"


@dataclass(frozen=True, eq=False)
class BreakEven:
    """Where the paired difference crosses zero.

    ``verdict``: one of ``breaks even``, ``pays everywhere``, ``pays nowhere``, ``undecided``; ``place``: the root's place in
    [0, 1], None unless it breaks even; ``low``, ``high``: its 95 % interval, -inf or inf where it goes on beyond the range;
    ``rising``: whether the policy pays above it; ``crossings``: how often the curve's sign changed over the first scan,
    counting decided points alone; ``curve``: every place that was run, with its paired difference and interval.
    """

    verdict: str
    place: float | None
    low: float
    high: float
    rising: bool
    crossings: int
    replications: int
    curve: tuple[tuple[float, Interval], ...]


class _Curve:
    """The paired difference at the places asked so far, always over the same replications."""

    def __init__(self, gap: Gap) -> None:
        self.gap, self.count = gap, 0
        self.seen: dict[float, np.ndarray] = {}

    def need(self, places: np.ndarray, count: int) -> None:
        """Have at least ``count`` replications at these places."""
        self.count = max(self.count, count)
        have: dict[int, list[float]] = {}
        for place in map(float, places):
            have.setdefault(len(self.seen.get(place, ())), []).append(place)
        for done, group in have.items():
            if done < self.count:
                more = self.gap(np.array(group), range(done, self.count))
                for place, values in zip(group, np.asarray(more, np.float64), strict=True):
                    self.seen[place] = np.concatenate([self.seen.get(place, np.empty(0)), values])

    def at(self, place: float) -> Interval:
        self.need(np.array([place]), self.count)
        values = self.seen[place]
        finite = values[np.isfinite(values)]
        if len(finite) < 2:
            raise Mistake(
                "fewer than two replications finished at some value of the lever and had anything to measure; see the failed "
                "replications, or take another outcome"
            )
        return interval(finite)

    def told(self) -> tuple[tuple[float, Interval], ...]:
        return tuple((place, self.at(place)) for place in sorted(self.seen))


def break_even(gap: Gap, *, first: int = 40, most: int = 2000, precision: float = 0.02) -> BreakEven:
    """The place in [0, 1] at which the mean of ``gap`` crosses zero.

    ``SCANNED`` evenly spaced places are looked at first; then bisection under ``first`` replications, and the replications are
    doubled until the interval is no wider than ``precision`` (a share of the range) or ``most`` is reached. Where the curve
    crosses several times, the crossing in the middle of the steepest change of sign is told, and ``crossings`` says so.
    Raises :class:`~sim.errors.Mistake` on settings that cannot work.
    """
    if first < 3 or most < first or not 0 < precision < 1:
        raise Mistake("break-even needs at least 3 replications, a budget of no fewer, and a precision in (0, 1)")
    curve, places = _Curve(gap), np.linspace(0, 1, SCANNED)
    curve.need(places, first)
    while True:
        curve.need(places, curve.count)
        found = _solved(curve, places, precision / 8)
        known = found.verdict in (PAYS, FAILS) or found.high - found.low <= precision
        if known or curve.count >= most:
            return found
        curve.need(places, min(2 * curve.count, most))


def _solved(curve: _Curve, places: np.ndarray, width: float) -> BreakEven:
    """The answer with the replications there are."""
    around = [curve.at(float(place)) for place in places]
    signs = [1 if one.low > 0 else -1 if one.high < 0 else 0 for one in around]
    decided = [sign for sign in signs if sign]
    crossings = sum(a != b for a, b in zip(decided, decided[1:], strict=False))
    if len(decided) == len(signs) and not crossings:
        return BreakEven(PAYS if signs[0] > 0 else FAILS, None, math.nan, math.nan, False, 0, curve.count, curve.told())
    bracket = _bracket(places, [one.mean for one in around])
    if bracket is None or not decided:
        return BreakEven(UNDECIDED, None, -math.inf, math.inf, False, crossings, curve.count, curve.told())
    left, right, rising = bracket
    sign = 1 if rising else -1
    root = _bisected(lambda x: sign * curve.at(x).mean, left, right, width)
    low, high = _ends(curve, places, signs, root, sign, width)
    return BreakEven(CROSSES, root, low, high, rising, crossings, curve.count, curve.told())


def _bracket(places: np.ndarray, means: list[float]) -> tuple[float, float, bool] | None:
    """The neighbours between which the mean changes sign, the steepest if there are several; and whether it rises."""
    steps = [(abs(b - a), k) for k, (a, b) in enumerate(zip(means, means[1:], strict=False)) if (a > 0) != (b > 0)]
    if not steps:
        return None
    k = max(steps)[1]
    return float(places[k]), float(places[k + 1]), means[k + 1] > means[k]


def _bisected(height: Callable[[float], float], left: float, right: float, width: float) -> float:
    """Where ``height`` rises through zero between ``left`` and ``right``, to within ``width``."""
    while right - left > width:
        middle = (left + right) / 2
        left, right = (left, middle) if height(middle) > 0 else (middle, right)
    return (left + right) / 2


def _ends(
    curve: _Curve, places: np.ndarray, signs: list[int], root: float, sign: int, width: float
) -> tuple[float, float]:
    """The ends of the stretch around the root in which the paired interval covers zero.

    Below the low end the interval lies on the side it has left of the root; -inf when no place decided lies there.
    """
    before = [float(p) for p, s in zip(places, signs, strict=True) if p < root and s * sign < 0]
    after = [float(p) for p, s in zip(places, signs, strict=True) if p > root and s * sign > 0]
    low = high = None
    if before:
        low = _bisected(lambda x: _far(curve.at(x), sign, 1), before[-1], root, width)
    if after:
        high = _bisected(lambda x: _far(curve.at(x), sign, -1), root, after[0], width)
    return (-math.inf if low is None else low), (math.inf if high is None else high)


def _far(around: Interval, sign: int, side: int) -> float:
    """The upper (1) or lower (-1) limit of the difference as it rises through the root."""
    low, high = sorted((sign * around.low, sign * around.high))
    return high if side > 0 else low
