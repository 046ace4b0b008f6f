"""A class at one lesson after the other: every member's run is one replication, and together they see the distribution.

Nobody needs a name. Until a teacher shows the outcome, a member sees how many have guessed, and nothing of what anybody guessed
or found – their own run included.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
import unicodedata
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from sim.errors import Mistake
from sim.runs.statistics import Interval, interval
from sim.scenario.guided import Guess
from sim.studio.lessons.outcome import committed_in_words, was_right
from sim.studio.lessons.taking import checked

MOST_ROOMS, MOST_MEMBERS = 100, 400
"""Classes in one studio (the one used longest ago goes), and members of a class."""
LASTS = 12 * 3600.0
"""Seconds that a class is kept after it was used last."""
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""What a code is made of: nothing that looks like something else on a blackboard."""
CODE = re.compile(rf"[{LETTERS}]{{5}}")
LONGEST_NAME, LONGEST_WHY = 24, 600
BEFORE = ("join", "story")
AFTER = ("film", "guesses", "customer", "why", "explanation", "think")
"""What the stage shows before the outcome is shown, and afterwards."""


def tidy_name(name: str, longest: int = LONGEST_NAME) -> str:
    """A nickname in one line, without control characters, at most so many characters; it may be empty.

    It is shown as text and never as part of a page's program.
    """
    spaced = "".join(" " if sign.isspace() else sign for sign in unicodedata.normalize("NFC", name))
    plain = "".join(sign for sign in spaced if unicodedata.category(sign)[0] != "C")
    return " ".join(plain.split())[:longest].strip()


@dataclass
class Member:
    """Somebody in a class: the number of the replication that is theirs, what they guessed, what their run showed, and why, in
    their words. ``late``: they guessed when the outcome had been shown, so that it does not count."""

    number: int
    name: str
    guess: float | None = None
    value: float | None = None
    why: str = ""
    late: bool = False


@dataclass
class Room:
    """A class. Whoever brings ``key`` teaches it; ``teachers`` are visitors who did. ``scene``: what the stage shows;
    ``was_shown``: whether the outcome of this lesson ever was; ``past``: rows of the lessons before; ``version`` changes
    whenever anything in it does."""

    code: str
    key: str
    lesson: str
    guess: Guess
    seed: int
    members: dict[str, Member] = field(default_factory=dict)
    teachers: set[str] = field(default_factory=set)
    seats: int = 0
    scene: str = "join"
    revealed: bool = False
    was_shown: bool = False
    past: list[list[str]] = field(default_factory=list)
    version: int = 0
    used: float = 0.0


@dataclass(frozen=True)
class View:
    """What one visitor may see of a class.

    Until the outcome is ``revealed``, ``dots``, ``around``, ``answers`` and ``guesses`` are empty, and nobody's value is told.
    ``dots``: (replication, difference, nickname), by replication; ``answers``: how many chose each option; ``guesses``:
    numbers, in order of size; ``right``: how many guesses the outcome of the class makes right, of ``counted``. ``teacher``:
    whether this visitor teaches the class; then ``key`` and ``seats`` – who sits there, no values in them – are not empty.
    """

    code: str
    lesson: str
    seed: int
    teacher: bool
    revealed: bool
    scene: str
    members: int
    committed: int
    done: int
    mine: Member | None
    key: str = ""
    seats: tuple[Member, ...] = ()
    dots: tuple[tuple[int, float, str], ...] = ()
    around: Interval | None = None
    answers: tuple[int, ...] = ()
    guesses: tuple[float, ...] = ()
    right: int = 0
    counted: int = 0


class Kept(Protocol):
    """Where classes outlive the program."""

    def read(self, code: str) -> Room | None:
        """The class with this code, if it is kept."""

    def write(self, room: Room) -> None:
        """Keep a class as it is now."""

    def remove(self, code: str) -> None:
        """Forget a class."""


class Rooms:
    """The classes of one studio; safe among threads. A visitor is known by what the server calls their browser."""

    def __init__(self, clock: Callable[[], float] = time.time, kept: Kept | None = None) -> None:
        self._rooms: OrderedDict[str, Room] = OrderedDict()
        self._outcomes: dict[str, tuple[int, dict[str, Any]]] = {}
        self._lock = threading.RLock()
        self._clock, self._kept = clock, kept

    def open(self, lesson: str, guess: Guess, teacher: str) -> str:
        """Open a class for a lesson and return its code."""
        with self._lock:
            self._clear()
            room = Room(self._new_code(), secrets.token_urlsafe(16), lesson, guess, secrets.randbelow(2**31))
            room.teachers.add(teacher)
            self._rooms[room.code] = room
            while len(self._rooms) > MOST_ROOMS:
                self._forget(next(iter(self._rooms)))
            with self._used(room.code):
                pass
            return room.code

    # ---- members

    def enter(self, code: str, visitor: str, name: str = "") -> Member:
        """Take a seat; who has one keeps it. Raises :class:`Mistake` when there is no such class, or it is full."""
        with self._used(code) as room:
            if visitor not in room.members:
                if len(room.members) >= MOST_MEMBERS:
                    raise Mistake(f"class {room.code} is full: it has {MOST_MEMBERS} members; open another one")
                room.members[visitor] = Member(room.seats, tidy_name(name))
                room.seats += 1
            return room.members[visitor]

    def rename(self, code: str, visitor: str, name: str) -> None:
        """Give a member another nickname."""
        with self._used(code) as room:
            self._seated(room, visitor).name = tidy_name(name)

    def commit(self, code: str, visitor: str, value: float) -> None:
        """Commit a guess, once; one after the outcome was shown does not count. Raises :class:`Mistake`."""
        with self._used(code) as room:
            member = self._seated(room, visitor)
            if member.guess is not None:
                raise Mistake("the guess is committed and stays as it is")
            member.guess, member.late = checked(room.guess, value), room.was_shown

    def arrive(self, code: str, visitor: str, value: float, seed: int | None = None) -> None:
        """Take up what a member's own run showed, in the unit of the guess. Raises :class:`Mistake` before they guessed.

        ``seed``: of which run; one of a lesson that is over comes too late.
        """
        with self._used(code) as room:
            member = self._seated(room, visitor)
            if seed is not None and seed != room.seed:
                return
            if member.guess is None:
                raise Mistake("commit a guess first: whoever has seen the outcome cannot guess any more")
            member.value = float(value)

    def explain(self, code: str, visitor: str, words: str) -> None:
        """A member's answer to “why?”; it can be bettered. Raises :class:`Mistake` before the outcome is shown."""
        with self._used(code) as room:
            if not room.revealed:
                raise Mistake("the outcome has not been shown yet, so there is nothing to explain")
            self._seated(room, visitor).why = tidy_name(words, LONGEST_WHY)

    # ---- teachers

    def teach(self, code: str, visitor: str, key: str) -> None:
        """Let a visitor teach the class who brings its key. Raises :class:`Mistake` for another one."""
        with self._used(code) as room:
            if not secrets.compare_digest(key.encode(), room.key.encode()):
                raise Mistake(
                    f"this is not the link of the console of class {room.code}; take it from the console itself"
                )
            room.teachers.add(visitor)

    def reveal(self, code: str, visitor: str, shown: bool = True) -> None:
        """Show the outcome to everybody, or hide it again. Raises :class:`Mistake` for whoever does not teach the class."""
        with self._taught(code, visitor) as room:
            room.revealed, room.scene = shown, AFTER[0] if shown else BEFORE[1]
            room.was_shown |= shown

    def show(self, code: str, visitor: str, scene: str) -> None:
        """Say what the stage shows. Raises :class:`Mistake` for what it cannot show yet."""
        with self._taught(code, visitor) as room:
            if scene not in BEFORE and not (room.revealed and scene in AFTER):
                raise Mistake("show the outcome first: the stage gives nothing of it away before")
            room.scene = scene

    def go_on(self, code: str, visitor: str, lesson: str, guess: Guess) -> None:
        """Go on to another lesson with the same class; what came of this one is kept for the table."""
        with self._taught(code, visitor) as room:
            room.past += _rows(room)
            room.lesson, room.guess, room.seed = lesson, guess, secrets.randbelow(2**31)
            room.revealed, room.was_shown, room.scene = False, False, BEFORE[1]
            for who, member in room.members.items():
                room.members[who] = Member(member.number, member.name)

    def remove(self, code: str, visitor: str, number: int) -> None:
        """Take a member's seat away; they can come back to an empty one."""
        with self._taught(code, visitor) as room:
            room.members = {who: each for who, each in room.members.items() if each.number != number}

    def close(self, code: str, visitor: str) -> None:
        """Close a class; nothing of it is kept."""
        with self._taught(code, visitor) as room:
            self._forget(room.code)

    def table(self, code: str, visitor: str) -> list[list[str]]:
        """Every guess, outcome and explanation that was shown so far: a row each, the columns' names in the first."""
        with self._lock:
            room = self._find(code)
            _refuse_others(room, visitor)
            return [
                ["lesson", "seat", "nickname", "guess", "run", "right", "counts", "why"],
                *room.past,
                *(_rows(room) if room.revealed else []),
            ]

    # ---- everybody

    def version(self, code: str) -> int:
        """A number that changes whenever anything in the class does; -1 when there is none (any more).

        Every page of a class asks four times a second: it takes no lock, for which the page that is being drawn would wait.
        """
        room = self._rooms.get(tidy_code(code))
        return -1 if room is None else room.version

    def view(self, code: str, visitor: str) -> View:
        """What a visitor may see. Raises :class:`Mistake` when there is no such class."""
        with self._lock:
            room = self._find(code)
            seen = _seen(room, visitor)
            return self._opened(room, seen) if room.revealed else seen

    def to_be_shown(self, code: str) -> View:
        """What everybody will see of the outcome: for whoever draws it beforehand, and for no page."""
        with self._lock:
            room = self._find(code)
            return self._opened(room, _seen(room, ""))

    def waiting(self, code: str) -> list[tuple[str, int]]:
        """Members whose run is still to come, with the number of their replication."""
        with self._lock:
            members = self._find(code).members.items()
            return [(who, each.number) for who, each in members if each.guess is not None and each.value is None]

    def taking(self, visitor: str, lesson: str) -> str:
        """The code of a class in which the visitor takes this lesson, its outcome not shown yet; empty when there is none."""
        with self._lock:
            found = (r for r in self._rooms.values() if visitor in r.members and r.lesson == lesson and not r.revealed)
            return next((room.code for room in found), "")

    def _opened(self, room: Room, seen: View) -> View:
        """A view with what everybody sees of the outcome; that is reckoned once, for sixty pages ask at the same moment."""
        version, outcome = self._outcomes.get(room.code, (-1, {}))
        if version != room.version:
            outcome = _outcome(room)
            self._outcomes[room.code] = room.version, outcome
        return replace(seen, **outcome)

    @contextmanager
    def _used(self, code: str) -> Iterator[Room]:
        """A class in use: locked, and kept as used and changed when nothing went wrong."""
        with self._lock:
            room = self._find(code)
            yield room
            if room.code in self._rooms:
                room.version, room.used = room.version + 1, self._clock()
                self._rooms.move_to_end(room.code)
                if self._kept is not None:
                    self._kept.write(room)

    @contextmanager
    def _taught(self, code: str, visitor: str) -> Iterator[Room]:
        with self._used(code) as room:
            _refuse_others(room, visitor)
            yield room

    def _find(self, code: str) -> Room:
        self._clear()
        wanted = tidy_code(code)
        room = self._rooms.get(wanted) or (self._kept.read(wanted) if self._kept is not None else None)
        if room is None:
            raise Mistake(f"there is no class '{code[:20]}' here (any more); ask for the code again, or open a class")
        self._rooms.setdefault(wanted, room)
        return room

    def _clear(self) -> None:
        """Let go of classes that nobody has used for long."""
        for code in [code for code, room in self._rooms.items() if room.used and self._clock() - room.used > LASTS]:
            self._forget(code)

    def _forget(self, code: str) -> None:
        del self._rooms[code]
        self._outcomes.pop(code, None)
        if self._kept is not None:
            self._kept.remove(code)

    def _new_code(self) -> str:
        while True:
            code = "".join(secrets.choice(LETTERS) for _ in range(5))
            if code not in self._rooms:
                return code

    @staticmethod
    def _seated(room: Room, visitor: str) -> Member:
        if visitor not in room.members:
            raise Mistake(f"take a seat in class {room.code} first")
        return room.members[visitor]


def tidy_code(code: str) -> str:
    """A code as it was given out, however it was typed."""
    return "".join(code.split()).upper()


def _refuse_others(room: Room, visitor: str) -> None:
    if visitor not in room.teachers:
        raise Mistake("only who teaches the class can do that; open its console by its own link")


def _seen(room: Room, visitor: str) -> View:
    members, teacher, mine = room.members.values(), visitor in room.teachers, room.members.get(visitor)
    return View(
        room.code, room.lesson, room.seed, teacher, room.revealed, room.scene, len(members),
        sum(each.guess is not None for each in members), sum(each.value is not None for each in members),
        replace(mine, value=mine.value if room.revealed else None) if mine else None,
        room.key if teacher else "", tuple(_told(each, room.revealed) for each in members) if teacher else (),
    )  # fmt: skip


def _told(member: Member, revealed: bool) -> Member:
    """A member as the console sees them: before the outcome is shown, whether they guessed and no more."""
    return (
        replace(member)
        if revealed
        else replace(member, value=None, guess=None if member.guess is None else 0.0, why="")
    )


def _outcome(room: Room) -> dict[str, Any]:
    """What everybody sees of the outcome, as entries of a view."""
    done = [member for member in room.members.values() if member.value is not None]
    guesses = [each.guess for each in room.members.values() if each.guess is not None and not each.late]
    around, counts = _around(room), Counter(guesses)
    return {
        "dots": tuple((member.number, float(member.value or 0), member.name) for member in done),
        "around": around,
        "answers": tuple(counts[place] for place in range(len(room.guess.options))),
        "guesses": () if room.guess.options else tuple(sorted(guesses)),
        "right": sum(was_right(room.guess, guess, around.mean) for guess in guesses) if around else 0,
        "counted": len(guesses),
    }


def _around(room: Room) -> Interval | None:
    """The mean of the class's runs; None while there is none."""
    values = np.array([each.value for each in room.members.values() if each.value is not None], np.float64)
    return interval(values) if len(values) else None


def _rows(room: Room) -> list[list[str]]:
    """What came of a lesson, a row for each member."""
    around, rows = _around(room), []
    for member in room.members.values():
        guessed, told = member.guess is not None, ""
        if guessed and around is not None:
            told = "yes" if was_right(room.guess, float(member.guess or 0), around.mean) else "no"
        run: Any = (
            "" if member.value is None else f"{member.value * room.guess.unit[0]:.4g} {room.guess.unit[1]}".strip()
        )
        words = committed_in_words(room.guess, float(member.guess or 0)).strip("“”") if guessed else ""
        counts = ("no: after the outcome" if member.late else "yes") if guessed else ""
        rows.append([room.lesson, str(member.number), member.name, words, run, told, counts, member.why])
    return rows
