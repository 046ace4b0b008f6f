"""The people of a replication: read from a customer file, drawn from distributions, or both; and how they begin.

A trait that the file gives is taken from it; one it lacks is drawn, by a draw that belongs to the person and the trait. The
rival's customers resemble the company's: with a file, each takes the traits of a row drawn at random.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from sim.model.component import row
from sim.model.distributions import KINDS, Distribution
from sim.model.initial_state import BLOCK, FITS, LINES, everybody, fits
from sim.model.network import blend_among_friends
from sim.model.week import Network

_PLACE = {line.name: place for place, line in enumerate(LINES)}
_FOLLOWS = -1
"""Kind of a line that is not drawn: a starting state that follows from the others, or what a file gives of everybody."""


class Friends(NamedTuple):
    """Who knows whom, and how alike friends are: the share of the variance of what suits them that they have in common."""

    network: Network
    likeness: float


@dataclass(frozen=True, eq=False)
class Plan:
    """How to make the people of any replication of one scenario.

    ``given``: float32 (lines, founders), NaN where it is to be drawn, or with no columns at all when there is no file;
    ``segment``: uint8 (founders) or empty; ``kind`` (segments, lines) and ``numbers`` (segments, lines, 2): the
    distributions; ``until``: cumulative shares of the segments.
    """

    founders: int
    people: int
    given: np.ndarray
    segment: np.ndarray
    kind: np.ndarray
    numbers: np.ndarray
    until: np.ndarray

    def is_drawn(self, name: str) -> bool:
        """Whether nobody's value of a line is given by a file."""
        return self.given.shape[1] == 0 or bool(np.isnan(self.given[_PLACE[name]]).all())

    def with_means(self, times: Mapping[str, float]) -> Plan:
        """The same with some traits so many times as large on average, in every segment; what a file gives stays."""
        if not times:
            return self
        numbers = self.numbers.copy()
        for name, factor in times.items():
            place = _PLACE[name]
            lognormal = self.kind[:, place] == KINDS["lognormal"]
            numbers[lognormal, place, 0] += np.float32(math.log(factor))
            numbers[~lognormal, place] *= np.float32(factor)
        return replace(self, numbers=numbers)


def plan_people(
    sizes: tuple[int, int],
    distributions: list[Mapping[str, Distribution]],
    shares: list[float],
    given: Mapping[str, np.ndarray] | None = None,
    segment: np.ndarray | None = None,
) -> Plan:
    """Prepare a population.

    ``sizes``: customers of the company and of the rival; ``distributions``: for each segment, the distributions that
    differ from the defaults; ``shares``: how common each segment is; ``given``: columns of a customer file by trait;
    ``segment``: the number of each customer's segment, when the file says it.
    """
    founders, rivals = sizes
    kind = np.full((len(shares), len(LINES)), _FOLLOWS, np.int64)
    numbers = np.zeros((len(shares), len(LINES), 2), np.float32)
    for s, special in enumerate(distributions):
        for line in LINES:
            chosen = special.get(line.name, line.default)
            if chosen is not None:
                kind[s, _PLACE[line.name]], *numbers[s, _PLACE[line.name]] = chosen.code()
    table = _table(given, founders)
    if table.shape[1] > 0:
        kind[:, ~np.isnan(table).any(axis=1)] = _FOLLOWS
    return Plan(
        founders, founders + rivals, table, _numbers(segment), kind, numbers,
        np.cumsum(np.array(shares, np.float64)).astype(np.float32),
    )  # fmt: skip


def _table(given: Mapping[str, np.ndarray] | None, founders: int) -> np.ndarray:
    if not given:
        return np.zeros((len(LINES), 0), np.float32)
    table = np.full((len(LINES), founders), np.nan, np.float32)
    for name, values in given.items():
        table[_PLACE[name]] = values
    return table


def _numbers(segment: np.ndarray | None) -> np.ndarray:
    return np.zeros(0, np.uint8) if segment is None else segment.astype(np.uint8)


def draw_people(
    world: np.uint64, plan: Plan, policy: np.ndarray, into: tuple[np.ndarray, np.ndarray, np.ndarray], friends: Friends
) -> None:
    """Make the people of one replication, in place; ``policy`` is the scenario's (week 0 counts), ``into`` the columns.

    What suits whom is drawn first, for it is alike among friends; then everything else, which follows from it too.
    """
    for column in into:
        column[:] = 0
    lines = (plan.given, plan.segment, plan.kind, plan.numbers, plan.until)
    room = (np.empty((4, BLOCK), np.uint32), np.empty((len(LINES) + 3, BLOCK), np.float32), np.empty(BLOCK, np.int64))
    fits(world, plan.founders, lines, into, room)
    for line in FITS:
        if plan.is_drawn(line.name):
            column, kind = into[0][row(line.name)], into[2][row("segment")]
            blend_among_friends(column, kind, friends.network, friends.likeness, (line.low, line.high))
    everybody(world, plan.founders, lines, policy, into, room)
