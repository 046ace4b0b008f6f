"""Taking a lesson: read, predict, run, compare, explain, think – and the guess is committed before the outcome is seen."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sim import journey
from sim.errors import Mistake
from sim.journey.decisive import decisive_rows
from sim.journey.divergence import whose_lives_part
from sim.report import facts, words
from sim.scenario.guided import Guess
from sim.scenario.whole import Scenario
from sim.studio.lessons.outcome import Outcome, compared, in_words, was_right
from sim.studio.library.scenario_library import loaded

STAGES = ("read", "predict", "run", "compare", "explain", "think")
"""The stages of a lesson, in their order."""
TITLES = {
    "read": "Read", "predict": "Predict", "run": "Run", "compare": "Compare", "explain": "Explain", "think": "Think on",
}  # fmt: skip
"""What a stage is called on the page."""
MOST_ATTEMPTS = 2_000
"""Attempts remembered in one studio; the one used longest ago is forgotten when there is one more."""
MOST_ROWS = 14
"""Weeks of a story of two lives that are told on a page."""
FIVE = 5
"""Weeks of it that are told on a stage."""


def library(files: Mapping[str, Path]) -> dict[str, Scenario]:
    """The guided lessons among some scenario files, by what the address calls them; an unfinished one is none."""
    return sorted_out(files)[0]


def sorted_out(files: Mapping[str, Path]) -> tuple[dict[str, Scenario], dict[str, str]]:
    """The guided lessons among some scenario files, and what is wrong with those that are unfinished: both by key."""
    found: dict[str, Scenario] = {}
    faulty: dict[str, str] = {}
    for key, path in files.items():
        if _is_lesson(key, path):
            try:
                scenario = _whole(path)
            except Mistake as mistake:
                faulty[key] = str(mistake)
                continue
            if scenario.lesson is not None and scenario.lesson.guide is not None:
                found[key] = scenario
    return found, faulty


def _is_lesson(key: str, path: Path) -> bool:
    """Whether a file is meant as a lesson: it stands among them, or has a section of that name."""
    if key.startswith("lessons/"):
        return True
    try:
        return "\nlesson:" in f"\n{path.read_text(encoding='utf-8', errors='replace')}"
    except OSError:
        return False


def _whole(path: Path) -> Scenario:
    """A lesson whose other world can be read too. Raises :class:`Mistake`."""
    scenario = loaded(path)
    if scenario.lesson is not None:
        loaded(scenario.lesson.against)
    return scenario


def checked(guess: Guess, value: float) -> float:
    """A guess that can be made. Raises :class:`Mistake` for one that cannot."""
    if guess.options and (value != int(value) or not 0 <= value < len(guess.options)):
        raise Mistake(f"there is no answer {value:g}; choose one of the {len(guess.options)}")
    if not guess.options and not abs(value) <= guess.reach:
        ends = f"{in_words(guess, -guess.reach)} and {in_words(guess, guess.reach)}"
        raise Mistake(f"the guess is {in_words(guess, value)}, but must lie between {ends}")
    return value


class Attempt:
    """One person at one lesson. What they guessed stays; what the run showed is only to be had afterwards."""

    def __init__(self, scenario: Scenario, seed: int = 1) -> None:
        assert scenario.lesson is not None and scenario.lesson.guide is not None
        self.scenario, self.lesson, self.guide, self.seed = scenario, scenario.lesson, scenario.lesson.guide, seed
        self._guess: float | None = None
        self._outcome: Outcome | None = None

    @property
    def guess(self) -> float | None:
        """What was committed: the place of an option or a number in the guess's unit; None before."""
        return self._guess

    @property
    def outcome(self) -> Outcome | None:
        """What the run showed; None before it was run."""
        return self._outcome

    def commit(self, value: float) -> None:
        """Commit a guess, once. Raises :class:`Mistake` when it was committed already, or cannot be made."""
        if self._guess is not None:
            raise Mistake("the guess is committed and stays as it is; begin the lesson anew for another one")
        self._guess = checked(self.guide.guess, value)

    def arrive(self, outcome: Outcome) -> None:
        """Take up what the run showed. Raises :class:`Mistake` while no guess is committed."""
        if self._guess is None:
            raise Mistake("commit a guess first: whoever has seen the outcome cannot guess any more")
        self._outcome = outcome

    @property
    def furthest(self) -> str:
        """The last stage that may be opened by now."""
        if self._guess is None:
            return "predict"
        return "run" if self._outcome is None else STAGES[-1]

    def at(self, wanted: str) -> str:
        """The stage to show when ``wanted`` is asked for: itself, or the furthest that may be opened."""
        place = STAGES.index(wanted) if wanted in STAGES else 0
        return STAGES[min(place, STAGES.index(self.furthest))]

    @property
    def verdict(self) -> str:
        """How the guess compares with the outcome, in a sentence."""
        assert self._guess is not None and self._outcome is not None
        return compared(self.guide.guess, self._guess, self._outcome.guessed)

    @property
    def right(self) -> bool:
        """Whether the guess was right."""
        assert self._guess is not None and self._outcome is not None
        return was_right(self.guide.guess, self._guess, self._outcome.guessed.mean)


class Attempts:
    """Everybody's attempts in one studio, each a visitor's own; safe among threads."""

    def __init__(self, most: int = MOST_ATTEMPTS) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[str, str], Attempt] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, visitor: str, key: str, scenario: Scenario) -> Attempt:
        """The visitor's attempt at a lesson, begun when there is none – or when the lesson's file has changed since."""
        with self._lock:
            attempt = self._kept.pop((visitor, key), None)
            if attempt is None or attempt.scenario != scenario or attempt.lesson != scenario.lesson:
                attempt = Attempt(scenario)
            self._kept[visitor, key] = attempt
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return attempt

    def begin_anew(self, visitor: str, key: str) -> None:
        """Forget an attempt."""
        with self._lock:
            self._kept.pop((visitor, key), None)


ATTEMPTS = Attempts()
"""The attempts of the studio that runs in this process."""


# ---- the model's own account


@dataclass(frozen=True)
class Account:
    """Why it came out so: the reasons to leave that changed, and one customer whose two lives part, if there is one."""

    reasons: str
    names: tuple[str, str]
    who: tuple[str, ...]
    parting: str
    weeks: tuple[tuple[str, ...], ...]
    endings: tuple[str, str]


def accounted(outcome: Outcome, replication: int = 0, rows: int = MOST_ROWS) -> Account:
    """The model's account of an outcome; ``replication`` is the one whose customer is told of, in so many weeks at most."""
    answer = outcome.answer
    base, other = answer.base, answer.others[0]
    names = base.scenario.name, other.scenario.name
    reasons = words.reasons_told(answer, other)
    fewer = float(outcome.values("retention").mean()) < 0
    cause = _chief_cause(outcome, rises=fewer)
    keeps, loses = (base.scenario, other.scenario) if fewer else (other.scenario, base.scenario)
    customer = whose_lives_part(keeps, loses, cause, replication, base.seed)
    if customer is None:
        return Account(reasons, names, (), "", (), ("", ""))
    lives = journey.against(base.scenario, other.scenario, customer, replication, base.seed)
    who = tuple(lives.one.heading[1:])
    return Account(
        reasons, names, who, lives.parting, decisive_rows(lives.lives, rows), (lives.one.ending, lives.other.ending)
    )


def _chief_cause(outcome: Outcome, rises: bool) -> str:
    """The cause of leaving that rises (or falls) most."""
    gaps = facts.departure_differences(outcome.answer, outcome.answer.others[0])
    known = {cause: gap.mean for cause, gap in gaps.items() if gap.defined} or dict.fromkeys(gaps, 0.0)
    return max(known, key=lambda cause: known[cause] if rises else -known[cause])
