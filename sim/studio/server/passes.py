"""How the studio knows its visitors again: a number nobody can guess, signed so that nobody can make one up."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

LASTS = 30 * 24 * 3600
"""Seconds until a visitor who does not come back is forgotten."""
PASS = re.compile(r"([0-9a-f]{64})\.([0-9]{1,12})\.([0-9a-f]{64})")


def new_visitor() -> str:
    """The number of a visitor who was never here: nobody guesses it."""
    return secrets.token_hex(32)


class Passes:
    """The visitors' passes, which lie in their browsers as cookies: only this studio, while it runs, can make one.

    A pass is a visitor's number, when it was given, and a signature with a ``key``, drawn when the studio starts unless a class
    goes on. Nothing is kept here, so that no crowd of strangers can push out those who were let in.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, key: bytes | None = None) -> None:
        self._key, self._clock = key or secrets.token_bytes(32), clock

    def given(self, visitor: str | None = None) -> str:
        """A pass for a visitor, good from now on; for a new one, if none is named."""
        visitor = visitor or new_visitor()
        now = int(self._clock())
        return f"{visitor}.{now}.{self._signed(visitor, now)}"

    def visitor(self, given: str) -> str | None:
        """Whose pass this is; None when it is none of this studio's, or too old."""
        found = PASS.fullmatch(given)
        if found is None or not secrets.compare_digest(found[3], self._signed(found[1], int(found[2]))):
            return None
        return found[1] if self._clock() - int(found[2]) <= LASTS else None

    def _signed(self, visitor: str, now: int) -> str:
        return hmac.new(self._key, f"{visitor}.{now}".encode(), hashlib.sha256).hexdigest()


@dataclass
class Turns:
    """Who asks one after the other: the wrong guesses so far, when the next turn is, and how many wait for theirs."""

    wrong: int = 0
    last: float = 0.0
    next: float = 0.0
    waiting: int = 0


@dataclass(frozen=True)
class Patience:
    """How guesses are slowed down: so many are free, then turns are ever further apart, and only so many may wait."""

    free: int
    first: float
    longest: float
    most_waiting: int

    def apart(self, wrong: int) -> float:
        """Seconds between two turns after so many wrong guesses."""
        return float(min(self.first * 2 ** min(wrong - self.free, 20), self.longest)) if wrong >= self.free else 0.0


ONE = Patience(free=5, first=0.25, longest=1.0, most_waiting=4)
"""For one address: whoever mistypes notices nothing, and who tries words gets through 3,600 an hour, not millions."""
ALL = Patience(free=100, first=0.05, longest=0.1, most_waiting=40)
"""For all addresses from which something wrong came; whoever has guessed nothing wrong yet never waits."""


class Guesses:
    """Slows down whoever guesses tokens, address by address, and keeps nobody else out.

    A right token gets in, if need be after a few seconds; those who are in are never asked. What is kept is bounded.
    """

    MOST = 4096
    FORGIVEN = 600.0
    """Seconds without a wrong guess after which an address begins anew."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._known: OrderedDict[str, Turns] = OrderedDict()
        self._all = Turns()

    async def turn(self, address: str) -> bool:
        """Wait until a guess from this address is looked at; False, at once, when too many from there wait already."""
        mine = self._fresh(self._known.get(_household(address)))
        if mine is None:
            return True
        return await self._waited(mine, ONE) and await self._waited(self._fresh(self._all) or Turns(), ALL)

    def wrong(self, address: str) -> None:
        """A guess from this address was wrong."""
        household = _household(address)
        mine = self._fresh(self._known.pop(household, None)) or Turns()
        self._known[household] = mine
        self._all = self._fresh(self._all) or Turns()
        for turns in (mine, self._all):
            turns.wrong, turns.last = turns.wrong + 1, self._clock()
        while len(self._known) > self.MOST:
            self._known.popitem(last=False)

    def _fresh(self, turns: Turns | None) -> Turns | None:
        return turns if turns and self._clock() - turns.last < self.FORGIVEN else None

    async def _waited(self, turns: Turns, patience: Patience) -> bool:
        apart = patience.apart(turns.wrong)
        if not apart:
            return True
        if turns.waiting >= patience.most_waiting:
            return False
        now = self._clock()
        turns.next = max(turns.next + apart, now + apart)
        turns.waiting += 1
        try:
            await self._sleep(turns.next - now)
        finally:
            turns.waiting -= 1
        return True


def _household(address: str) -> str:
    """Addresses that one person has: an IPv6 network of 64 bits, one IPv4 address."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(ip_network((int(found) >> 64 << 64, 64)))
    return str(found)
