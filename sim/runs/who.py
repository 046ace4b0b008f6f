"""Who of the customers of week 0 stayed, replication by replication, what they hold against the company, bring and cost.

A run keeps a bit a customer and replication, and a few counts; with them customers and segments are told without living again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engine.engine import Market
from sim.model.behaviour.ledger import BOOKED
from sim.model.behaviour.person import COMPANY
from sim.model.component import row
from sim.runs.accounts import Account, accounts_from

BITS = 64 * 2**20
"""Bytes that may say who stayed in which replication; a choice: 100,000 customers in 5,000 replications."""
PEOPLE = 2**18
"""Customers of a file up to whom it is counted what each holds against the company, brings and costs."""
NOTHING = len(BOOKED)
"""The place behind the causes of those who hold nothing against the company."""
PARTS_OF_ONE = 10_000
"""Money of a person is added up in such parts of the currency, whose sum is the same in every order."""


class Who(NamedTuple):
    """Who stayed in some replications, in their order.

    ``bits``: uint8 (replications, bytes), a bit a customer of the file, in its order; without columns where nobody is of a
    file, or too many are. ``groups``: int64 (replications, segments, 2): customers of week 0, and those of them who stayed.
    ``spend``: int64 (customers of the file), added up over the replications. ``held``: int32 (customers of the file, causes +
    1): in how many replications they stayed and held it most against the company, the last nothing; ``groups_held``: the same
    by segment. ``money``: int64 (2, customers of the file), what they brought and what they cost in the measured weeks, added
    up likewise; without columns where no accounts were kept. ``there``: int32 (looks, customers of the file), in how many
    replications they were still there at each look.
    """

    bits: np.ndarray
    groups: np.ndarray
    spend: np.ndarray
    held: np.ndarray
    groups_held: np.ndarray
    money: np.ndarray
    there: np.ndarray

    @property
    def known(self) -> bool:
        """Whether it is known who of a file stayed in which replication."""
        return self.bits.shape[1] > 0

    def stayed(self, places: np.ndarray, customers: int) -> np.ndarray:
        """Who stayed in some of the replications: uint8 (places, customers)."""
        return np.unpackbits(self.bits[places], axis=1, count=customers)


class Watch(NamedTuple):
    """What is looked at while a market is lived, beside what is counted.

    ``accounts``: the first week of those in which it is kept what every customer of a file brings and costs, None where it is
    not; ``looks``: weeks after which it is looked who of them is still there.
    """

    accounts: int | None = None
    looks: tuple[int, ...] = ()


class Seen(NamedTuple):
    """What was seen of a market's customers: who was one as week 0 began, bool (people), and what those of a file then spent a
    week, int64 (founders); the ``accounts``, and who of a file was there after each look, bool (looks, founders)."""

    customers: np.ndarray
    spend: np.ndarray
    accounts: Account | None
    there: np.ndarray


def lived(market: Market, watch: Watch) -> Seen:
    """Live all weeks of a market; what was seen of it."""
    state, listed = market.state(), market.inputs.plan.founders if market.inputs.listed else 0
    begun, spend = state.mark[row("provider")] == COMPANY, _in_parts(state.number[row("spend"), :listed])
    there = np.zeros((len(watch.looks), listed), bool)
    for place, until in enumerate(watch.looks):
        market.run(until - market.week - 1)
        there[place] = _staying(market, begun)[:listed]
    if watch.accounts is not None:
        return Seen(begun, spend, accounts_from(market, watch.accounts), there)
    market.run(market.inputs.weeks - market.week - 1)
    return Seen(begun, spend, None, there)


def _staying(market: Market, begun: np.ndarray) -> np.ndarray:
    """Who was a customer as week 0 began and has been one ever since."""
    state = market.state()
    there = state.mark[row("provider")] == COMPANY
    return np.asarray(begun & there & (state.clock[row("tenure")] > market.week))


def _in_parts(money: np.ndarray) -> np.ndarray:
    return np.rint(money.astype(np.float64) * PARTS_OF_ONE).astype(np.int64)


def of_market(market: Market, seen: Seen) -> Who:
    """Who stayed in a market that is over."""
    state, ground, stayed = market.state(), market.inputs, _staying(market, seen.customers)
    people, segment = np.flatnonzero(stayed), state.mark[row("segment")]
    most = _most_held(state.number, people)
    segments, founders = len(ground.plan.kind), len(seen.spend)
    groups = np.stack([np.bincount(segment[who], minlength=segments) for who in (seen.customers, stayed)], axis=1)
    both = segment[people].astype(np.int64) * (NOTHING + 1) + most
    groups_held = np.bincount(both, minlength=segments * (NOTHING + 1)).reshape(segments, NOTHING + 1)
    held = np.zeros((founders if founders <= PEOPLE else 0, NOTHING + 1), np.int32)
    if len(held):
        held[people[people < founders], most[people < founders]] = 1
    money = np.zeros((2, 0), np.int64) if seen.accounts is None else _in_parts(np.stack(seen.accounts)[:, :founders])
    return Who(
        np.packbits(stayed[:founders])[None], groups[None].astype(np.int64), seen.spend, held, groups_held, money,
        seen.there.astype(np.int32),
    )  # fmt: skip


def _most_held(number: np.ndarray, people: np.ndarray) -> np.ndarray:
    """The cause of which most is booked, for each of these people; behind the causes where nothing is."""
    causes = np.stack([number[row(f"ledger_{cause}"), people] for cause in BOOKED])
    return np.where(causes.max(axis=0, initial=0) > 0, causes.argmax(axis=0), NOTHING)


class Gathered:
    """Collects who stayed in ``replications`` replications of one scenario, in any order."""

    def __init__(self, replications: int) -> None:
        self._replications, self._whole = replications, True
        self._room: Who | None = None

    def add(self, places: np.ndarray, who: Who | None) -> None:
        """Take in replications, which are the ``places``-th."""
        if who is None or not self._whole:
            self._whole = self._whole and not len(places)
            return
        if self._room is None:
            self._room = self._empty(who)
        bits, groups, *sums = self._room
        if bits.shape[1]:
            bits[places] = who.bits
        groups[places] = who.groups
        for mine, more in zip(sums, who[2:], strict=True):
            mine += more

    def _empty(self, who: Who) -> Who:
        width = who.bits.shape[1] if who.bits.shape[1] * self._replications <= BITS else 0
        return Who(
            np.zeros((self._replications, width), np.uint8), np.zeros((self._replications, *who.groups.shape[1:]), np.int64),
            *(np.zeros_like(one) for one in who[2:]),
        )  # fmt: skip

    def who(self, places: np.ndarray) -> Who | None:
        """Those of the ``places``-th replications, ascending; None where it is not known of all."""
        if self._room is None or not self._whole:
            return None
        return self._room._replace(bits=self._room.bits[places], groups=self._room.groups[places])
