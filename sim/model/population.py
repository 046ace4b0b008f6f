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

from sim.model.behaviour.person import MOST_RIVALS, NOBODY
from sim.model.component import Model, row
from sim.model.distributions import KINDS, Distribution
from sim.model.initial_state import BLOCK, FITS, LINES, believe_another, everybody, fit_with_another, fits
from sim.model.network import blend_among_friends
from sim.model.random import fill, stream
from sim.model.week import Network

_PLACE = {line.name: place for place, line in enumerate(LINES)}
_FOLLOWS = -1
"""Kind of a line that is not drawn: a starting state that follows from the others, or what a file gives of everybody."""


FIT = tuple(stream(f"person: fit_rival {number + 1}") for number in range(MOST_RIVALS))
OUTLOOK = tuple(stream(f"person: outlook on rival {number + 1}") for number in range(MOST_RIVALS))
"""Draws about one of several rivals; the first is drawn as the one rival is."""
RIVAL_OF = stream("person: rival")
"""The draw of which rival people are with."""


class Rivals(NamedTuple):
    """Several rivals at the start.

    ``shares``: of those who are with one, how many are with each, adding up to one; ``offers``: float32 (rivals, 3), the level,
    the errors and the promise of each.
    """

    model: Model
    shares: tuple[float, ...]
    offers: np.ndarray


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

    def told(self, name: str) -> np.ndarray:
        """What a file says of each founder in one line, NaN where it says nothing; of nobody without a file."""
        return self.given[_PLACE[name]]

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
    world: np.uint64,
    plan: Plan,
    policy: np.ndarray,
    into: tuple[np.ndarray, np.ndarray, np.ndarray],
    friends: Friends,
    rivals: Rivals | None = None,
) -> None:
    """Make the people of one replication, in place; ``policy`` is the scenario's (week 0 counts), ``into`` the columns.

    What suits whom is drawn first, for it is alike among friends; then everything else, which follows from it too. ``rivals``:
    where there are several.
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
    if rivals is None:
        none = np.zeros(0, np.uint8), np.zeros((0, 0), np.float32), np.zeros((0, 3), np.float32)
        everybody(world, plan.founders, lines, policy, into, room, none)
        return
    which = _rivals_of(world, plan, rivals.shares)
    suiting = _fits_of_several(world, lines, into, friends, rivals, room)
    everybody(world, plan.founders, lines, policy, into, room, (which, suiting, rivals.offers))
    _put_rivals(world, policy, into, which, suiting, rivals.model, room)


def _rivals_of(world: np.uint64, plan: Plan, shares: tuple[float, ...]) -> np.ndarray:
    """Which rival everybody is with who is with one, as many as their shares say; the others have one in view in these shares."""
    words = np.empty((4, plan.people), np.uint32)
    fill(world, RIVAL_OF, 0, 0, (words[0], words[1], words[2], words[3]))
    which, until = np.zeros(plan.people, np.uint8), np.cumsum(shares)
    for people in (range(plan.founders), range(plan.founders, plan.people)):
        order = np.argsort(words[0, people.start : people.stop], kind="stable")
        ends = np.rint(until * len(people)).astype(np.int64)
        which[people.start + order] = np.searchsorted(ends, np.arange(len(people)), side="right")
    return which


def _fits_of_several(
    world: np.uint64,
    lines: tuple[np.ndarray, ...],
    into: tuple[np.ndarray, np.ndarray, np.ndarray],
    friends: Friends,
    rivals: Rivals,
    room: tuple[np.ndarray, ...],
) -> np.ndarray:
    """How each of several rivals suits everybody: float32 (rivals, people)."""
    line, segments = next(line for line in FITS if line.name == "fit_rival"), into[2][row("segment")]
    suiting = np.empty((len(rivals.shares), into[0].shape[1]), np.float32)
    suiting[0] = into[0][row("fit_rival")]
    kind, numbers, place = lines[2].copy(), lines[3].copy(), _PLACE[line.name]
    if line.default is not None and (kind[:, place] == _FOLLOWS).any():  # the file says it, of the first alone
        kind[:, place], numbers[:, place, 0], numbers[:, place, 1] = line.default.code()
    lines = (*lines[:2], kind, numbers, *lines[4:])
    for number in range(1, len(suiting)):
        fit_with_another(world, FIT[number], lines, segments, suiting[number], room)
        blend_among_friends(suiting[number], segments, friends.network, friends.likeness, (line.low, line.high))
    return suiting


def _put_rivals(
    world: np.uint64,
    policy: np.ndarray,
    into: tuple[np.ndarray, np.ndarray, np.ndarray],
    which: np.ndarray,
    suiting: np.ndarray,
    model: Model,
    room: tuple[np.ndarray, ...],
) -> None:
    """What people carry about several rivals when a scenario begins."""
    number, _, mark = into
    mark[model.row("rival")], mark[model.row("left_last")] = which, NOBODY
    number[model.lane_rows("fit_rival")] = suiting
    number[model.lane_rows("evidence_rival")] = policy[0]["belief_evidence"]
    for rival, place in enumerate(model.lane_rows("belief_rival")):
        if rival > 0:
            believe_another(world, OUTLOOK[rival], policy, number[place], room)
