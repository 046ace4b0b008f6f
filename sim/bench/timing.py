"""How a figure is measured and kept: the best of several repeats, beside the floor kernel on the same processor.

Seconds depend on the machine and on what else it is doing; a ratio to the floor kernel, measured a moment before and after on
the same processor, depends on much less.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sim.engine.start import Ground, empty_state
from sim.model.random import fill, stream, world
from sim.model.rules import lean_kernel

REPEATS = 7
FLOOR = stream("bench floor")


@dataclass(frozen=True)
class Row:
    """One figure.

    ``reach`` and ``strive``: what it is to reach, and better still (None: nothing is asked of it); ``smaller``: whether a
    smaller value is better; ``over_floor``: the same figure in units of the floor kernel's time for a customer-week;
    ``command``: what measures it again.
    """

    figure: str
    value: float
    unit: str
    reach: float | None = None
    strive: float | None = None
    smaller: bool = True
    note: str = ""
    over_floor: float | None = None
    command: str = "python -m benchmarks"

    @property
    def verdict(self) -> str:
        """Whether the figure is what it is to be, in a word; empty when nothing is asked of it."""
        if self.reach is None:
            return ""
        goals = ((self.strive, "better than asked"), (self.reach, "reached"))
        return next((word for goal, word in goals if goal is not None and self._as_good_as(goal)), "missed")

    def to_json(self) -> dict[str, Any]:
        """The figure with its verdict, as plain values."""
        return asdict(self) | {"verdict": self.verdict}

    def _as_good_as(self, goal: float) -> bool:
        return self.value <= goal if self.smaller else self.value >= goal


@lean_kernel
def _touch_all(columns, unchanged):
    for row in range(columns.shape[0]):
        for i in range(columns.shape[1]):
            columns[row, i] += unchanged


@lean_kernel
def floor(world, weeks, columns, rows):
    """The least a customer-week can cost: one bulk Philox block, and reading and writing every state column once."""
    number, clock, mark = columns
    for week in range(weeks):
        for start in range(0, number.shape[1], rows[0].size):
            fill(world, FLOOR, week, start, rows)
        _touch_all(number, np.float32(0))
        _touch_all(clock, np.int16(0))
        _touch_all(mark, np.uint8(0))


Clock = Callable[[], float]
OWN, WALL = time.thread_time, time.perf_counter
"""Processor time of this thread, in which waiting for a busy processor does not count; and time as it passes."""


def taken(action: Callable[[], Any], clock: Clock = OWN) -> float:
    """The seconds that an action takes. By default the thread's own time: for what runs on this thread alone."""
    begin = clock()
    action()
    return clock() - begin


def best_of(action: Callable[[], Any], repeats: int = REPEATS, clock: Clock = OWN) -> float:
    """The shortest of several times in seconds, after one that is not counted."""
    return best_in_turn([action], repeats, clock)[0]


def best_in_turn(actions: list[Callable[[], Any]], repeats: int = REPEATS, clock: Clock = OWN) -> list[float]:
    """The shortest time of each action, all of them measured in turn, so that a noisy moment falls on all alike.

    What the first round takes is not counted.
    """
    rounds = [[taken(action, clock) for action in actions] for _ in range(repeats + 1)]
    return [min(times) for times in zip(*rounds[1:], strict=True)]


def floor_of(ground: Ground) -> Callable[[], None]:
    """The floor kernel for as many people and weeks as a ground has."""
    state, words = empty_state(ground), np.empty((4, 1024), np.uint32)
    columns, rows = (state.number, state.clock, state.mark), (words[0], words[1], words[2], words[3])
    return lambda: floor(world(1, 0), ground.weeks, columns, rows)
