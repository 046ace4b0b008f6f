"""Scenario discovery: in which corner of what nobody knows does a policy fail? A box, told in words.

PRIM, the patient rule induction method (Friedman & Fisher 1999, "Bump hunting in high-dimensional data", Statistics and
Computing 9:123-143): from the whole space a thin slice is peeled off again and again, the one that leaves the richest rest,
and pasted back where that helps. Coverage, density and the test of each restriction follow Bryant & Lempert 2010, "Thinking
inside the box", Technological Forecasting and Social Change 77:34-49.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from sim.errors import Mistake

FEWEST = 20
"""Fewer cases than this say nothing about a box."""
SIGNIFICANT = 0.05
"""A restriction without which so pure a box would come about more often than this by chance is dropped."""


@dataclass(frozen=True)
class Limit:
    """One side of a box: ``name`` below ``high`` and above ``low``; infinite where the side is open.

    ``chance``: how likely the box would be as pure, or purer, if this parameter did not matter.
    """

    name: str
    low: float
    high: float
    chance: float


@dataclass(frozen=True)
class Box:
    """A part of the space in which the cases of interest are crowded.

    ``coverage``: share of all cases of interest that lie inside; ``density``: share of those inside that are of interest;
    ``mass``: share of all cases inside; ``base_rate``: share of interest among all.
    """

    limits: tuple[Limit, ...]
    coverage: float
    density: float
    mass: float
    base_rate: float

    def holds(self, points: np.ndarray, names: Sequence[str]) -> np.ndarray:
        """Which points, (points, parameters), lie inside: bool."""
        inside = np.ones(len(points), bool)
        for limit in self.limits:
            column = points[:, list(names).index(limit.name)]
            inside &= (column >= limit.low) & (column <= limit.high)
        return inside

    @property
    def words(self) -> str:
        """The box as a condition: ``first-contact resolution < 0.62 and price >= 30``."""
        return " and ".join(_told(limit) for limit in self.limits)


def _told(limit: Limit) -> str:
    low, high = (f"{side:.3g}" for side in (limit.low, limit.high))
    if math.isinf(limit.low):
        return f"{limit.name} < {high}"
    if math.isinf(limit.high):
        return f"{limit.name} > {low}"
    return f"{limit.name} between {low} and {high}"


def prim(
    points: np.ndarray,
    interest: np.ndarray,
    names: Sequence[str],
    *,
    peel: float = 0.05,
    paste: float = 0.05,
    least: float = 0.05,
    boxes: int = 2,
) -> list[Box]:
    """The boxes in which the cases of interest are crowded, the best first; none when nothing stands out.

    ``points``: float64 (cases, parameters), in the parameters' own units; ``interest``: bool (cases,). ``peel``, ``paste``:
    the share of the cases inside that a slice holds; ``least``: the smallest share of all cases that a box may hold. Along
    the peeling, the box with the best harmonic mean of coverage and density is taken, and restrictions that chance would
    have given are dropped. A further box is sought among the cases that the boxes before it leave out. Raises
    :class:`~sim.errors.Mistake` on too few cases.
    """
    points, interest = np.asarray(points, np.float64), np.asarray(interest, bool)
    _check(points, interest, names)
    left, found = np.ones(len(points), bool), []
    for _ in range(boxes):
        if not interest[left].any() or left.sum() < FEWEST:
            break
        box = _box(points[left], interest[left], names, peel, paste, max(int(least * len(points)), 5))
        if not box.limits:
            break
        inside = box.holds(points, names) & left
        found.append(_measured(box.limits, interest, inside))
        left &= ~inside
    return found


def _check(points: np.ndarray, interest: np.ndarray, names: Sequence[str]) -> None:
    if points.shape != (len(interest), len(names)):
        raise Mistake(f"{points.shape} points do not fit {len(interest)} cases of {len(names)} parameters")
    if len(points) < FEWEST:
        raise Mistake(f"there are {len(points)} cases, but scenario discovery needs at least {FEWEST}")
    if interest.all() or not interest.any():
        word = "all" if interest.any() else "none"
        raise Mistake(f"{word} of the {len(points)} cases are of interest, so there is nothing to tell apart")


def _measured(limits: tuple[Limit, ...], interest: np.ndarray, inside: np.ndarray) -> Box:
    hits = int((interest & inside).sum())
    return Box(
        limits, hits / int(interest.sum()), hits / int(inside.sum()), float(inside.mean()), float(interest.mean())
    )


def _box(points: np.ndarray, interest: np.ndarray, names: Sequence[str], peel: float, paste: float, least: int) -> Box:
    """Peel, choose, paste, and drop what chance would have given."""
    sides = max(_peeled(points, interest, peel, least), key=lambda sides: _merit(points, interest, sides))
    sides = _pasted(points, interest, sides, paste)
    sides = _without_chance(points, interest, sides)
    limits = [
        Limit(name, low, high, _chance(points, interest, sides, k))
        for k, (name, (low, high)) in enumerate(zip(names, sides, strict=True))
        if not (math.isinf(low) and math.isinf(high))
    ]
    limits.sort(key=lambda limit: limit.chance)
    return _measured(tuple(limits), interest, _inside(points, sides))


def _inside(points: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Which points lie within ``sides``, (parameters, 2)."""
    return np.all((points >= sides[:, 0]) & (points <= sides[:, 1]), axis=1)


def _merit(points: np.ndarray, interest: np.ndarray, sides: np.ndarray) -> float:
    """The harmonic mean of coverage and density."""
    inside = _inside(points, sides)
    hits = float((interest & inside).sum())
    return 2 * hits / (float(interest.sum()) + float(inside.sum()))


def _peeled(points: np.ndarray, interest: np.ndarray, share: float, least: int) -> list[np.ndarray]:
    """Every box on the way from the whole space to the smallest one, by always peeling the slice that helps most."""
    sides = np.tile([-math.inf, math.inf], (points.shape[1], 1))
    path = [sides]
    while True:
        inside = _inside(points, sides)
        candidates = [c for c in _slices(points[inside], sides, share) if _inside(points, c).sum() >= least]
        if not candidates or interest[inside].all():
            return path
        sides = max(candidates, key=lambda c: _gain(points, interest, c, int(inside.sum())))
        path.append(sides)


def _slices(inside: np.ndarray, sides: np.ndarray, share: float) -> list[np.ndarray]:
    """The boxes left when a slice is taken off either end of each parameter; a limit lies midway between two values."""
    found = []
    for k in range(inside.shape[1]):
        values = np.unique(inside[:, k])
        if len(values) < 2:
            continue
        low, high = np.quantile(inside[:, k], [share, 1 - share])
        up = max(int(np.searchsorted(values, low, side="left")), 1)
        down = min(int(np.searchsorted(values, high, side="right")), len(values) - 1)
        for side, place in ((0, up), (1, down)):
            narrower = sides.copy()
            narrower[k, side] = (values[place - 1] + values[place]) / 2
            found.append(narrower)
    return found


def _gain(points: np.ndarray, interest: np.ndarray, sides: np.ndarray, before: int) -> float:
    """The density that is left; of two slices that leave the same, the thinner one is taken."""
    inside = _inside(points, sides)
    return float(interest[inside].mean()) - (before - int(inside.sum())) * 1e-9


def _pasted(points: np.ndarray, interest: np.ndarray, sides: np.ndarray, share: float) -> np.ndarray:
    """Put slices back at the box's sides as long as coverage and density together gain."""
    while True:
        wider = [
            w for w in _widened(points, sides, share) if _merit(points, interest, w) > _merit(points, interest, sides)
        ]
        if not wider:
            return sides
        sides = max(wider, key=lambda w: _merit(points, interest, w))


def _widened(points: np.ndarray, sides: np.ndarray, share: float) -> list[np.ndarray]:
    """The box with one side moved out by about ``share`` of its cases, or taken away."""
    count = max(int(share * _inside(points, sides).sum()), 1)
    found = []
    for k, side in np.argwhere(np.isfinite(sides)):
        free = sides.copy()
        free[k, side] = math.inf if side else -math.inf
        column = np.unique(points[_inside(points, free), k])
        beyond = column[column > sides[k, 1]] if side else column[column < sides[k, 0]][::-1]
        found.append(free)
        if len(beyond) > count:
            moved = sides.copy()
            moved[k, side] = (beyond[count - 1] + beyond[count]) / 2
            found.append(moved)
    return found


def _chance(points: np.ndarray, interest: np.ndarray, sides: np.ndarray, k: int) -> float:
    """How likely the box is as pure as it is if parameter ``k`` does not matter (Bryant & Lempert's quasi-p-value)."""
    inside = _inside(points, sides)
    free = sides.copy()
    free[k] = (-math.inf, math.inf)
    rate = float(interest[_inside(points, free)].mean())
    return float(binom.sf(int((interest & inside).sum()) - 1, int(inside.sum()), rate))


def _without_chance(points: np.ndarray, interest: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Drop restrictions, the least significant first, until every one that is left is no chance."""
    while True:
        bounded = [k for k in range(len(sides)) if np.isfinite(sides[k]).any()]
        chances = {k: _chance(points, interest, sides, k) for k in bounded}
        worst = max(chances, key=lambda k: chances[k], default=None)
        if worst is None or chances[worst] <= SIGNIFICANT:
            return sides
        sides = sides.copy()
        sides[worst] = (-math.inf, math.inf)
