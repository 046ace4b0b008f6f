"""Whether the two engines agree: run both side by side and name the first thing in which they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.engine import core
from sim.engine.objects import Market
from sim.engine.start import Ground, begin, empty_state
from sim.model.columns import KINDS
from sim.model.component import columns
from sim.model.week import COUNTS, State, journal, state_columns


@dataclass(frozen=True)
class Difference:
    """The first thing in which the engines differ.

    ``column`` is a column of the state and ``index`` the number of the customer in it (or of the representative, lane
    or provider); or ``column`` is a count of the week, and ``index`` None. ``readable`` and ``fast`` are the two
    engines' values.
    """

    week: int
    column: str
    index: int | None
    readable: Any
    fast: Any

    def __str__(self) -> str:
        whose = "" if self.index is None else f" of {_owner(self.column)} {self.index}"
        values = f"{self.readable!r} in the readable engine and {self.fast!r} in the fast one"
        return f"week {self.week}: {self.column}{whose} is {values}"


def _owner(column: str) -> str:
    """Whose number stands in a column."""
    return "customer" if any(column in columns(kind) for kind in KINDS) else "place"


def _first_unequal(one: np.ndarray, other: np.ndarray) -> int | None:
    """The first place in which two arrays of one type hold different bits; None when there is none."""
    assert one.dtype == other.dtype and one.shape == other.shape
    bits = np.dtype(f"u{one.dtype.itemsize}")
    unequal = np.flatnonzero(np.ascontiguousarray(one).view(bits) != np.ascontiguousarray(other).view(bits))
    return int(unequal[0]) if unequal.size else None


def difference_in_state(week: int, readable: State, fast: State) -> Difference | None:
    """The first column and customer in which two states differ, bit for bit."""
    ours, theirs = state_columns(readable), state_columns(fast)
    for name in theirs:
        place = _first_unequal(ours[name], theirs[name])
        if place is not None:
            return Difference(week, name, place, ours[name][place].item(), theirs[name][place].item())
    return None


def difference_in_counts(week: int, readable: np.ndarray, fast: np.ndarray) -> Difference | None:
    """The first count in which two weeks differ."""
    place = _first_unequal(readable, fast)
    return None if place is None else Difference(week, COUNTS[place], None, int(readable[place]), int(fast[place]))


def agree(ground: Ground, seed: int = 1, replication: int = 0, weeks: int | None = None) -> Difference | None:
    """Run both engines week by week and return the first :class:`Difference`, or None when there is none.

    ``weeks`` (default: all) is how many weeks to compare. Every state column and every count is compared after every
    week, bit for bit.
    """
    market = Market(ground, seed, replication, weeks)
    state, work, book = empty_state(ground), core.room_for(ground.plan.people), journal()
    network, setting = begin(ground, seed, replication, state)
    tally = np.zeros_like(market.tally)
    for week, counts in enumerate(tally):
        market.step()
        core.advance(state, work, network, ground.policy, week, setting, counts, book)
        found = difference_in_state(week, market.state(), state)
        found = found or difference_in_counts(week, market.tally[week], counts)
        if found:
            return found
    return None
