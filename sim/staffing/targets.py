"""Targets of a call centre, and the fewest people with whom the closed forms reach them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from sim.errors import Mistake, nearest
from sim.staffing.habits import Habits
from sim.theory.erlang import MOST, TWENTY_SECONDS, QueueFigures, erlang_a, erlang_c

NAMES = {
    "service_level": "service level",
    "abandonment": "hang-ups",
    "occupancy": "occupancy",
    "mean_wait": "mean wait",
}
_KNOWN = ["abandonment", "occupancy", "wait"]
_GRAMMAR = "write 80/20 (80 % answered within 20 seconds), abandonment=5%, occupancy=85% or wait=30s"
_SHARES = re.compile(r"(\d+(?:\.\d+)?) ?%?")


class Target(NamedTuple):
    """One target: the figure of :class:`~sim.theory.erlang.QueueFigures` that it is about, and its bound in that figure's unit.

    ``within``: minutes within which a call must be answered. A service level must be at least the bound, all others at most.
    """

    figure: str
    bound: float
    within: float = TWENTY_SECONDS

    def met(self, value: float) -> bool:
        """Whether a value of its figure keeps it."""
        return value >= self.bound if self.figure == "service_level" else value <= self.bound

    def __str__(self) -> str:
        if self.figure == "service_level":
            return f"{self.bound * 100:g}/{self.within * 60:g}"
        if self.figure == "mean_wait":
            return f"mean wait at most {self.bound * 60:g} s"
        return f"{NAMES[self.figure]} at most {self.bound * 100:g} %"


def target(written: str) -> Target:
    """``80/20``, ``abandonment=5%``, ``occupancy=85%`` or ``wait=30s`` as a target. Raises :class:`Mistake`."""
    words = written.strip().lower()
    level = re.fullmatch(r"(\d+(?:\.\d+)?) ?%? ?/ ?(\d+(?:\.\d+)?) ?s?", words)
    if level:
        return Target("service_level", _share(float(level[1]), written), float(level[2]) / 60)
    named = re.fullmatch(r"([a-z-]+) ?(?:=|<=|<|:| ) ?(\d.*)", words)
    if not named:
        raise Mistake(f"--target {written}: no target; {_GRAMMAR}")
    name = {"hang-ups": "abandonment", "asa": "wait"}.get(named[1], named[1])
    if name not in _KNOWN:
        raise Mistake(f"--target {written}: '{named[1]}' is no target{nearest(name, _KNOWN) or '; ' + _GRAMMAR}")
    if name == "wait":
        wait = re.fullmatch(r"(\d+(?:\.\d+)?) ?(s|sec|seconds|min|minutes)", named[2])
        if not wait:
            raise Mistake(f"--target {written}: say the wait in seconds or minutes, such as wait=30s")
        return Target("mean_wait", float(wait[1]) / (1 if wait[2].startswith("m") else 60))
    share = _SHARES.fullmatch(named[2])
    if not share:
        raise Mistake(f"--target {written}: '{named[2]}' is no percentage; {_GRAMMAR}")
    return Target(name, _share(float(share[1]), written))


def _share(percent: float, written: str) -> float:
    """A percentage as a share. Raises :class:`Mistake` for one that nobody can reach, or that asks nothing."""
    if 0 < percent < 1 and "%" not in written:
        raise Mistake(
            f"--target {written}: {percent:g} would be {percent:g} %, less than one call in a hundred; write {100 * percent:g}% "
            f"if you mean that, or {percent:g}%"
        )
    if 0 < percent < 100:
        return percent / 100
    what = "nobody can reach all or nothing" if percent in (0, 100) else "it is no percentage"
    raise Mistake(
        f"--target {written}: {what}; take one between 0.01 and 99.99, for with 99.99 one call in 10,000 is left over"
    )


class Load(NamedTuple):
    """The calls of a stretch of time: how many a minute, how many minutes each takes, how long callers wait on average.

    ``patience`` is infinite where nobody hangs up. The closed forms take it as exponential, whatever its law.
    """

    arrivals: float
    handling: float
    patience: float = math.inf
    habits: Habits = Habits()

    @property
    def erlangs(self) -> float:
        """Calls at a time, were nobody to wait or to call again after hanging up."""
        return self.arrivals * self.handling / (1 - self.habits.redial_served)

    def figures(self, people: int, within: float = TWENTY_SECONDS) -> QueueFigures | None:
        """What so many people do: Erlang-A, or Erlang-C without patience; None where they cannot keep up, or nobody calls."""
        if not self.erlangs or (people <= self.erlangs and self.patience == math.inf) or people < 1:
            return None
        if self.patience == math.inf:
            return erlang_c(self.arrivals / (1 - self.habits.redial_served), self.handling, people, within)
        return erlang_a(self._all_calls(people), self.handling, people, self.patience, within)

    def _all_calls(self, people: int) -> float:
        """Calls a minute, second ones too."""

        def hung_up(calls: float) -> float:
            return erlang_a(calls, self.handling, people, self.patience).abandonment

        return self.habits.all_calls(self.arrivals, hung_up) if self.habits.call_again else self.arrivals

    def reaches(self, people: int, targets: Sequence[Target]) -> bool:
        """Whether so many people keep every target."""
        if not self.erlangs:
            return True
        for each in targets:
            found = self.figures(people, each.within)
            if found is None or not each.met(getattr(found, each.figure)):
                return False
        return True

    def people(self, targets: Sequence[Target]) -> int:
        """The fewest with whom every target is kept: more people never break one. Raises :class:`Mistake` beyond all bounds."""
        if self.reaches(0, targets):
            return 0
        low, high = 0, max(1, math.ceil(self.erlangs))
        while not self.reaches(high, targets):
            low, high = high, 2 * high
            if high > MOST:
                raise Mistake(f"{' and '.join(map(str, targets))} would take more than {MOST:,} people; ask for less")
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.reaches(middle, targets) else (middle, high)
        return high
