"""What a run says about a lesson: whether its text holds, which guess was right, and how the guess compares – in sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.report.amounts import between, number, places, signed
from sim.report.words import cause_words
from sim.runs.comparison import Comparison
from sim.runs.executor import Executor
from sim.runs.measures import ratio, shipped_measures
from sim.runs.runner import Place, Progress, run_together
from sim.runs.statistics import Interval, interval
from sim.scenario.expected import Expected
from sim.scenario.guided import Guess
from sim.scenario.lesson import Lesson
from sim.scenario.whole import Scenario, load

REPLICATIONS = 20
"""Pairs of runs with which one person takes a lesson: enough for every lesson to show what it says, and done in seconds."""


@dataclass(frozen=True)
class Shown:
    """One thing a lesson says, and what the run says of it, in the unit of its amounts."""

    expected: Expected
    found: Interval
    holds: bool


@dataclass(frozen=True, eq=False)
class Outcome:
    """A paired comparison of a lesson's two worlds."""

    lesson: Lesson
    answer: Comparison

    def values(self, measure: str, relative: bool = False) -> np.ndarray:
        """The paired difference in every replication – as a share of the other world's value where ``relative``; or missing."""
        base, other = (self.answer.values(result, measure) for result in self.answer.results)
        if not relative:
            return other - base
        return ratio(other - base, np.abs(base))

    def found(self, measure: str, relative: bool = False) -> Interval:
        """The mean difference with its interval; shares are of the other world's mean."""
        base = self.answer.level(self.answer.base, measure).mean
        around, by = interval(self.values(measure)), Expected(measure=measure, way=1, relative=relative)
        mean, low, high = (by.of(value, base) for value in around[:3])
        return Interval(mean, low, high, around.sd, around.defined)

    @cached_property
    def shown(self) -> tuple[Shown, ...]:
        """Everything the lesson says it shows."""
        rows = [(expected, self.found(expected.measure, expected.relative)) for expected in self.lesson.shows]
        return tuple(Shown(expected, found, expected.holds(found.low, found.high)) for expected, found in rows)

    @property
    def as_told(self) -> bool:
        """Whether the run shows all that the lesson says, and makes that option right which the text does."""
        guess = guess_of(self.lesson)
        right = guess is None or not guess.options or guess.right(self.guessed.mean) == right_by_text(self.lesson)
        return all(shown.holds for shown in self.shown) and right

    @cached_property
    def guessed(self) -> Interval:
        """The difference that was to be guessed, in the unit of the guess."""
        guess = guess_of(self.lesson)
        assert guess is not None
        return self.found(guess.measure, guess.relative)

    @cached_property
    def each(self) -> np.ndarray:
        """The same in every single replication: what each member of a class sees."""
        guess = guess_of(self.lesson)
        assert guess is not None
        return self.values(guess.measure, guess.relative)

    def alone(self, expected: Expected) -> float:
        """The share of single replications in which a thing is as told: how often one student's run agrees with the text."""
        values = self.values(expected.measure, expected.relative)
        return float(np.mean([expected.fits(float(value)) for value in values]))


def guess_of(lesson: Lesson) -> Guess | None:
    """What is guessed; None for a lesson without a guide."""
    return lesson.guide.guess if lesson.guide else None


def guess_needed(scenario: Scenario) -> Guess:
    """The guess of a guided lesson."""
    assert scenario.lesson is not None
    guess = guess_of(scenario.lesson)
    assert guess is not None
    return guess


def told_of_guess(lesson: Lesson) -> Expected:
    """What the lesson's text says about the measure that is guessed."""
    guess = guess_of(lesson)
    return next(expected for expected in lesson.shows if guess is not None and expected.measure == guess.measure)


def right_by_text(lesson: Lesson) -> int:
    """The place of the option that the text makes right."""
    guess, said = guess_of(lesson), told_of_guess(lesson)
    assert guess is not None
    return next(place for place, option in enumerate(guess.options) if said.within(option.when))


def worlds(scenario: Scenario) -> tuple[Scenario, Scenario]:
    """The other world, then the lesson's own."""
    assert scenario.lesson is not None
    return load(scenario.lesson.against, scenario.model), scenario


def live(
    pair: Sequence[Scenario],
    numbers: range,
    seed: int,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Run the same replications of both worlds of a lesson. Raises :class:`~sim.errors.Mistake` as :func:`sim.compare` does."""
    lesson = pair[1].lesson
    assert lesson is not None
    with Place(executor=executor).opened() as place:
        return Outcome(lesson, Comparison(tuple(run_together(pair, numbers, seed, place, progress=progress))))


# ---- guess and outcome, told


def measure_words(measure: str) -> str:
    """A measure as a sentence names it: ``departures because of the price``."""
    cause = measure.removeprefix("left_because_")
    if cause != measure:
        return f"departures because of {cause_words(cause)}"
    words = {"retention": "customers kept", "customers": "customers at the end"}
    return words.get(measure, shipped_measures()[measure].words)


def in_words(guess: Guess, value: float, decimals: int | None = None) -> str:
    """A difference as people read it: ``−6.3 percentage points``."""
    factor, unit = guess.unit
    digits = (0 if abs(value * factor) >= 10 else 1) if decimals is None else decimals
    return f"{signed(value * factor, digits)} {unit}".rstrip() if unit != "%" else f"{signed(value * factor, digits)} %"


def committed_in_words(guess: Guess, value: float) -> str:
    """A committed guess as the page repeats it."""
    return f"“{guess.options[int(value)].answer}”" if guess.options else in_words(guess, value, 0)


def with_interval(guess: Guess, found: Interval) -> str:
    """An outcome with its interval: ``−6.3 percentage points (95 % interval −6.8 to −5.8)``."""
    factor, _ = guess.unit
    if found.defined == 1:
        return in_words(guess, found.mean)
    digits = places(abs(factor) * (found.high - found.low) / 2)
    return f"{in_words(guess, found.mean, digits)} (95 % interval {between(found, factor, digits, plus=True)})"


def compared(guess: Guess, committed: float, found: Interval) -> str:
    """How a committed guess – an option's place or a number in the guess's unit – compares with the outcome."""
    if not math.isfinite(found.mean):
        return "There was nothing to measure, so that no guess can be held against it."
    if guess.options:
        right = guess.right(found.mean)
        if right == int(committed):
            return f"Your guess was right: “{guess.options[right].answer}”"
        return f"You guessed: “{guess.options[int(committed)].answer}” The model shows: “{guess.options[right].answer}”"
    factor, unit = guess.unit
    off, near = abs(committed - found.mean), abs(committed - found.mean) <= guess.near
    gap = f"{number(off * factor, 1)} {unit}".rstrip()
    told, shows = in_words(guess, committed, 0), in_words(guess, found.mean)
    further = ", it changes more than you thought" if not near and _more(committed, found.mean) else ""
    judged = "That is near" if near else "Not near"
    return f"{judged}: you guessed {told}, the model shows {shows}; {gap} apart{further}."


def _more(committed: float, outcome: float) -> bool:
    """Whether the outcome goes the same way as the guess, and further."""
    return committed * outcome >= 0 and abs(outcome) > abs(committed)


def was_right(guess: Guess, committed: float, value: float) -> bool:
    """Whether a guess is right for a difference."""
    if guess.options:
        return guess.right(value) == int(committed)
    return abs(committed - value) <= guess.near
