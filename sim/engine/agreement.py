"""Whether the two engines agree: run both side by side and name the first thing in which they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.engine.engine import ENGINES, Engine
from sim.engine.start import Ground
from sim.model.columns import KINDS
from sim.model.component import Model, builtin
from sim.model.week import State, state_columns


@dataclass(frozen=True)
class Difference:
    """The first thing in which the engines differ, in which week; -1 after the warm-up.

    ``column`` is a column of the state and ``index`` the number of the customer in it (or of the representative, lane
    or provider), as ``owner`` says; or ``column`` is a count of the week, and ``index`` None. ``readable`` and ``fast`` are
    the two engines' values.
    """

    week: int
    column: str
    index: int | None
    readable: Any
    fast: Any
    owner: str = "place"

    def __str__(self) -> str:
        whose = "" if self.index is None else f" of {self.owner} {self.index}"
        when = f"week {self.week}" if self.week >= 0 else "before week 0"
        values = f"{self.readable!r} in the readable engine and {self.fast!r} in the fast one"
        return f"{when}: {self.column}{whose} is {values}"


def _first_unequal(one: np.ndarray, other: np.ndarray) -> int | None:
    """The first place in which two arrays of one type hold different bits; None when there is none."""
    assert one.dtype == other.dtype and one.shape == other.shape
    bits = np.dtype(f"u{one.dtype.itemsize}")
    unequal = np.flatnonzero(np.ascontiguousarray(one).view(bits) != np.ascontiguousarray(other).view(bits))
    return int(unequal[0]) if unequal.size else None


def difference_in_state(week: int, readable: State, fast: State, model: Model | None = None) -> Difference | None:
    """The first column and customer in which two states (of a ``model``, the shipped one unless given) differ, bit for bit."""
    model = model or builtin()
    ours, theirs = state_columns(readable, model), state_columns(fast, model)
    for name in theirs:
        place = _first_unequal(ours[name], theirs[name])
        if place is not None:
            owner = "customer" if any(name in model.names(kind) for kind in KINDS) else "place"
            return Difference(week, name, place, ours[name][place].item(), theirs[name][place].item(), owner)
    return None


def difference_in_counts(
    week: int, readable: np.ndarray, fast: np.ndarray, model: Model | None = None
) -> Difference | None:
    """The first count in which two weeks differ."""
    place = _first_unequal(readable, fast)
    if place is None:
        return None
    name = (model or builtin()).counts[place]
    return Difference(week, name, None, int(readable[place]), int(fast[place]))


def agree(ground: Ground, seed: int = 1, replication: int = 0, weeks: int | None = None) -> Difference | None:
    """Run both engines week by week and return the first :class:`Difference`, or None when there is none.

    ``weeks`` (default: all) is how many weeks to compare. Every state column and every count is compared after every
    week, bit for bit, and the state before the first.
    """
    fast, readable = (Engine(ground, seed, kind).start(replication) for kind in ENGINES)
    found = difference_in_state(-1, readable.state(), fast.state(), ground.model)
    for week in range(ground.weeks if weeks is None else weeks):
        if found:
            return found
        readable.step()
        fast.step()
        found = difference_in_state(week, readable.state(), fast.state(), ground.model)
        found = found or difference_in_counts(week, readable.counts[week], fast.counts[week], ground.model)
    return found
