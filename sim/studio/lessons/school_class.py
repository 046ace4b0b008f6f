"""A class at one lesson: every member's run is one replication of it, and together they see its distribution.

Nobody needs a name. Whoever has committed no guess sees how many others have, and nothing of what they guessed or found.
"""

from __future__ import annotations

import secrets
import threading
import time
import unicodedata
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from sim.errors import Mistake
from sim.runs.statistics import Interval, interval
from sim.scenario.guided import Guess
from sim.studio.lessons.outcome import was_right
from sim.studio.lessons.taking import checked

MOST_ROOMS, MOST_MEMBERS = 100, 400
"""Classes in one studio (the one used longest ago goes), and members of a class."""
LASTS = 6 * 3600.0
"""Seconds that a class is kept after it was used last."""
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""What a code is made of: nothing that looks like something else on a blackboard."""
LONGEST_NAME = 24


def tidy_name(name: str) -> str:
    """A nickname in one line, without control characters, at most ``LONGEST_NAME`` characters; it may be empty.

    It is shown as text and never as part of a page's program.
    """
    plain = "".join(sign for sign in unicodedata.normalize("NFC", name) if unicodedata.category(sign)[0] != "C")
    return " ".join(plain.split())[:LONGEST_NAME].strip()


@dataclass
class Member:
    """Somebody in a class: the number of the replication that is theirs, what they guessed and what their run showed."""

    number: int
    name: str
    guess: float | None = None
    value: float | None = None


@dataclass
class Room:
    """A class; ``owner`` is the visitor who opened it, ``version`` changes whenever anything in it does."""

    code: str
    lesson: str
    guess: Guess
    owner: str
    seed: int
    members: dict[str, Member] = field(default_factory=dict)
    revealed: bool = False
    version: int = 0
    used: float = 0.0


@dataclass(frozen=True)
class View:
    """What one visitor may see of a class.

    ``open``: whether this visitor may see guesses and outcomes; if not, ``dots``, ``around``, ``answers`` and ``guesses``
    are empty. ``dots``: (replication, difference, nickname), by replication; ``answers``: how many chose each option;
    ``guesses``: numbers, in order of size; ``right``: how many guesses the outcome of the class makes right.
    """

    code: str
    lesson: str
    seed: int
    owner: bool
    revealed: bool
    open: bool
    members: int
    committed: int
    done: int
    mine: Member | None
    dots: tuple[tuple[int, float, str], ...] = ()
    around: Interval | None = None
    answers: tuple[int, ...] = ()
    guesses: tuple[float, ...] = ()
    right: int = 0


class Rooms:
    """The classes of one studio; safe among threads. A visitor is known by what the server calls their browser."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._rooms: OrderedDict[str, Room] = OrderedDict()
        self._lock = threading.RLock()
        self._clock = clock

    def open(self, lesson: str, guess: Guess, owner: str) -> str:
        """Open a class for a lesson and return its code."""
        with self._lock:
            self._clear()
            code = self._new_code()
            seed = secrets.randbelow(2**31)
            self._rooms[code] = Room(code, lesson, guess, owner, seed, used=self._now())
            while len(self._rooms) > MOST_ROOMS:
                self._rooms.popitem(last=False)
            return code

    def enter(self, code: str, visitor: str, name: str = "") -> Member:
        """Take a seat; who has one keeps it. Raises :class:`Mistake` when there is no such class, or it is full."""
        with self._used(code) as room:
            if visitor not in room.members:
                if len(room.members) >= MOST_MEMBERS:
                    raise Mistake(f"class {room.code} is full: it has {MOST_MEMBERS} members; open another one")
                room.members[visitor] = Member(len(room.members), tidy_name(name))
            return room.members[visitor]

    def commit(self, code: str, visitor: str, value: float) -> None:
        """Commit a guess, once, and before the outcome is shown. Raises :class:`Mistake`."""
        with self._used(code) as room:
            member = self._seated(room, visitor)
            if member.guess is not None:
                raise Mistake("the guess is committed and stays as it is")
            if room.revealed:
                raise Mistake(
                    "the class has seen the outcome, so it is too late for a guess; run your own world and look on"
                )
            member.guess = checked(room.guess, value)

    def arrive(self, code: str, visitor: str, value: float) -> None:
        """Take up what a member's own run showed, in the unit of the guess. Raises :class:`Mistake` before they guessed."""
        with self._used(code) as room:
            member = self._seated(room, visitor)
            if member.guess is None and not room.revealed:
                raise Mistake("commit a guess first: whoever has seen the outcome cannot guess any more")
            member.value = float(value)

    def reveal(self, code: str, visitor: str) -> None:
        """Show the outcome to everybody; only who opened the class can. Raises :class:`Mistake`."""
        with self._used(code) as room:
            if visitor != room.owner:
                raise Mistake("only who opened the class can show its outcome to everybody")
            room.revealed = True

    def version(self, code: str) -> int:
        """A number that changes whenever anything in the class does; -1 when there is none (any more)."""
        with self._lock:
            room = self._rooms.get(tidy_code(code))
            return -1 if room is None else room.version

    def view(self, code: str, visitor: str) -> View:
        """What a visitor may see. Raises :class:`Mistake` when there is no such class."""
        with self._lock:
            room = self._find(code)
            member = room.members.get(visitor)
            opened = room.revealed or (member is not None and member.guess is not None and member.value is not None)
            return _seen(room, visitor, opened)

    @contextmanager
    def _used(self, code: str) -> Iterator[Room]:
        """A class in use: locked, and marked as used and changed when nothing went wrong."""
        with self._lock:
            room = self._find(code)
            yield room
            room.version, room.used = room.version + 1, self._now()
            self._rooms.move_to_end(room.code)

    def _find(self, code: str) -> Room:
        self._clear()
        room = self._rooms.get(tidy_code(code))
        if room is None:
            raise Mistake(f"there is no class '{code[:20]}' here (any more); ask for the code again, or open a class")
        return room

    def _clear(self) -> None:
        """Let go of classes that nobody has used for long."""
        old = [code for code, room in self._rooms.items() if self._now() - room.used > LASTS]
        for code in old:
            del self._rooms[code]

    def _new_code(self) -> str:
        while True:
            code = "".join(secrets.choice(LETTERS) for _ in range(5))
            if code not in self._rooms:
                return code

    def _now(self) -> float:
        return self._clock()

    @staticmethod
    def _seated(room: Room, visitor: str) -> Member:
        if visitor not in room.members:
            raise Mistake(f"take a seat in class {room.code} first")
        return room.members[visitor]


def tidy_code(code: str) -> str:
    """A code as it was given out, however it was typed."""
    return "".join(code.split()).upper()


def _seen(room: Room, visitor: str, opened: bool) -> View:
    members = list(room.members.values())
    guesses = [member.guess for member in members if member.guess is not None]
    done = [member for member in members if member.value is not None]
    mine = room.members.get(visitor)
    known = View(
        room.code, room.lesson, room.seed, visitor == room.owner, room.revealed, opened,
        len(members), len(guesses), len(done), replace(mine) if mine else None,
    )  # fmt: skip
    if not opened:
        return known
    values = np.array([member.value for member in done], np.float64)
    around = interval(values) if len(values) else None
    counts = Counter(guesses)
    return replace(
        known,
        dots=tuple((member.number, value, member.name) for member, value in zip(done, values.tolist(), strict=True)),
        around=around,
        answers=tuple(counts[place] for place in range(len(room.guess.options))),
        guesses=() if room.guess.options else tuple(sorted(guesses)),
        right=sum(was_right(room.guess, guess, around.mean) for guess in guesses) if around else 0,
    )


ROOMS = Rooms()
"""The classes of the studio that runs in this process."""
