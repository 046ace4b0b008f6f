"""How often a lesson comes out as its text says, over many seeds – and what a promise that does not is to be called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.report.amounts import places, signed
from sim.runs.executor import Executor, executor
from sim.scenario.expected import Expected, unit_words
from sim.scenario.lesson import Lesson
from sim.scenario.whole import Scenario
from sim.studio.lessons.outcome import (
    REPLICATIONS,
    Outcome,
    guess_of,
    live,
    measure_words,
    right_by_text,
    told_of_guess,
    worlds,
)

WANTED = 0.95
"""The share of seeds for which a lesson of the library is as told."""
TAUGHT = 0.5
"""The share of seeds for which a lesson must be as told to be taught at all."""


@dataclass(frozen=True)
class Count:
    """How often a lesson was as told: for whole runs of a seed, its weakest promise, and single replications."""

    scenario: Scenario
    outcomes: tuple[Outcome, ...]

    @property
    def lesson(self) -> Lesson:
        """The lesson."""
        return self.outcomes[0].lesson

    @property
    def as_told(self) -> int:
        """Seeds whose outcome is all that the text says."""
        return sum(outcome.as_told for outcome in self.outcomes)

    @property
    def holds(self) -> bool:
        """Whether that is often enough."""
        return self.as_told >= WANTED * len(self.outcomes)

    @property
    def alone(self) -> float:
        """Share of single replications that agree with the text about what is guessed."""
        guessed = self.lesson.shows[0] if guess_of(self.lesson) is None else told_of_guess(self.lesson)
        return float(np.mean([outcome.alone(guessed) for outcome in self.outcomes]))

    @property
    def weakest(self) -> tuple[str, float]:
        """The promise that single replications break most often, and the share of them that keep it."""
        shows = self.lesson.shows
        kept = [float(np.mean([outcome.alone(expected) for outcome in self.outcomes])) for expected in shows]
        place = int(np.argmin(kept))
        return f"{shows[place].measure.replace('_', ' ')} {shows[place].words}", kept[place]

    @property
    def broken(self) -> dict[str, int]:
        """What did not come out as told, and for how many seeds."""
        found: dict[str, int] = {}
        for outcome in self.outcomes:
            wrong = [f"{shown.expected.measure} {shown.expected.words}" for shown in outcome.shown if not shown.holds]
            guess = guess_of(outcome.lesson)
            if guess and guess.options and guess.right(outcome.guessed.mean) != right_by_text(outcome.lesson):
                wrong.append("the guess's answer")
            for name in wrong:
                found[name] = found.get(name, 0) + 1
        return found

    @property
    def sentences(self) -> Iterator[str]:
        """A sentence for each promise: for how many seeds it holds, what was measured, whether its direction is wrong."""
        seeds = len(self.outcomes)
        for place, expected in enumerate(self.lesson.shows):
            held = sum(outcome.shown[place].holds for outcome in self.outcomes)
            relative = expected.relative or unit_words(expected.measure, False)[1] == "currency"
            found = float(np.mean([outcome.found(expected.measure, relative).mean for outcome in self.outcomes]))
            alone = 100 * float(np.mean([outcome.alone(expected) for outcome in self.outcomes]))
            told = f"{measure_words(expected.measure)} {expected.words}"
            measured = f"the runs show {_amount(expected.measure, relative, found)}"
            if held == 0 and expected.way * found < 0:
                yield f"“{told}” is the WRONG DIRECTION: {measured}."
            else:
                yield f"“{told}”: for {held} of {seeds} seeds, and in {alone:.0f} of 100 single runs; {measured}."

    @property
    def objection(self) -> str:
        """Why the lesson is not to be taught, for its author; empty when it may be."""
        if self.as_told > TAUGHT * len(self.outcomes):
            return ""
        wrong = [sentence for sentence in self.sentences if "WRONG DIRECTION" in sentence]
        broken = wrong or [
            s for s, e in zip(self.sentences, self.lesson.shows, strict=True) if _named(e) in self.broken
        ]
        way = "promises the wrong direction" if wrong else "does not show what it promises"
        count = f"as told for {self.as_told} of {len(self.outcomes)} seeds"
        return " ".join([f"The lesson {way} ({count}), so it is not taught.", *broken, *self._other_answer()])

    def _other_answer(self) -> Iterator[str]:
        """The answer that the runs make right, where it is another than the text's."""
        guess = guess_of(self.lesson)
        if guess is not None and guess.options and self.broken.get("the guess's answer", 0) > len(self.outcomes) / 2:
            found = float(np.mean([outcome.guessed.mean for outcome in self.outcomes]))
            if (place := guess.right(found)) >= 0:
                yield f"By the runs the right answer is “{guess.options[place].answer}”"


def _named(expected: Expected) -> str:
    return f"{expected.measure} {expected.words}"


def _amount(measure: str, relative: bool, found: float) -> str:
    """A difference: ``−3.1 percentage points``."""
    factor, unit = unit_words(measure, relative)
    return f"{signed(factor * found, places(abs(factor * found) / 20))} {unit}".rstrip()


def counted(
    scenario: Scenario,
    seeds: range,
    replications: int = REPLICATIONS,
    place: Executor | None = None,
    done: Callable[[int], None] | None = None,
) -> Count:
    """Take a lesson once with each seed; ``done`` is told of every replication. Raises :class:`~sim.errors.Mistake`."""
    pair = worlds(scenario)
    if place is None:
        with executor() as made:
            return counted(scenario, seeds, replications, made, done)
    return Count(scenario, tuple(live(pair, range(replications), seed, place, progress=done) for seed in seeds))


def worlds_told(scenario: Scenario) -> list[str]:
    """The meanings of a lesson's two worlds, as fingerprints."""
    return [world.full_fingerprint[:12] for world in worlds(scenario)]


def promises_told(lesson: Lesson) -> str:
    """All that a run decides about a lesson: what it shows, and which answers are right when."""
    guess = guess_of(lesson)
    options = [option.when.words for option in guess.options] if guess else []
    return "; ".join([*map(_named, lesson.shows), guess.measure if guess else "", *options])


def entry(count: Count) -> dict[str, Any]:
    """What is kept of a count, with the meaning of both worlds, so that an old one is not taken for a new one."""
    told, kept = count.weakest
    return {
        "worlds": worlds_told(count.scenario), "seeds": len(count.outcomes), "as_told": count.as_told,
        "replications": REPLICATIONS, "alone": round(count.alone, 4), "weakest": told, "weakest_alone": round(kept, 4),
    }  # fmt: skip
