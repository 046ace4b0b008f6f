"""The pictures of a lesson: what every run of a class, or of one person, showed – a dot each – and the course over time."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from sim.report.amounts import signed
from sim.report.charts import Axis, Chart, Dots, Line, Mark, Note, Picture, Rule, Span, figures
from sim.report.charts.palette import COLOURS, FAINT, GRID, INK, PAPER, Look
from sim.runs.measures import shipped_measures
from sim.runs.statistics import Interval
from sim.scenario.guided import Guess
from sim.studio.lessons.outcome import Outcome, guess_of, measure_words, with_interval
from sim.studio.lessons.school_class import View

COLUMNS = 34
"""Places beside one another into which dots are sorted before they are stacked."""


def over_time(outcome: Outcome) -> Picture:
    """The course of what was guessed: profit so far, customers still there, or the measure the lesson draws."""
    guess = guess_of(outcome.lesson)
    drawn = {"profit": figures.money, "retention": figures.retention}.get(guess.measure if guess else "")
    return drawn(outcome.answer) if drawn else figures.over_time(outcome.answer, outcome.lesson.shows[0].measure)


_DRAWING = threading.Lock()


def dots(guess: Guess, values: tuple[float, ...], around: Interval, guesses: tuple[float, ...] = ()) -> Picture:
    """As :func:`_dots`; drawn once for a whole class, whose pages all ask for it at the same moment."""
    with _DRAWING:
        drawn = _dots(guess, values, around, guesses)
        assert drawn.svg
        return drawn


def of_class(view: View, guess: Guess) -> Picture:
    """What the runs of a class showed, and what it guessed."""
    assert view.around is not None
    return dots(guess, tuple(value for _, value, _ in view.dots), view.around, view.guesses)


@lru_cache(maxsize=64)
def _dots(guess: Guess, values: tuple[float, ...], around: Interval, guesses: tuple[float, ...]) -> Picture:
    """A dot for each run: the difference it showed, in the unit of the guess; below them the mean and its interval.

    ``guesses``: numbers that were guessed, drawn as triangles under the line.
    """
    factor, unit = guess.unit
    values = _known(values)
    low, high = _ends(guess, [*values, *guesses, around.low, around.high])
    across, heights = _stacked((factor * np.array(values) - low) / (high - low))
    top = max(6.0, float(heights.max(initial=0)) + 1)
    runs = Dots(
        "runs",
        low + across * (high - low),
        heights + 0.5,
        COLOURS[0],
        size=min(8.5, 90 / top),
        strength=0.85,
        edge=PAPER,
    )
    marks = [
        *_no_difference(guess, low, high, top), runs,
        Line("", [factor * around.low, factor * around.high], [-0.1 * top] * 2, Look(INK), width=2.4),
        Dots("mean", [factor * around.mean], [-0.1 * top], INK, "D", 7),
        Dots("guesses", factor * np.array(guesses), [-0.24 * top] * len(guesses), COLOURS[1], "^", 8),
    ]  # fmt: skip
    label = f"{_named(guess)}{f', {unit}' if unit else ''}"
    up = Axis(low=-0.34 * top, high=top, bare=True)
    chart = Chart(
        "What each run showed: one dot, one run", Axis(label, unit, low, high), up, marks, height=2.5, width=6.0
    )
    return Picture(chart, _alt(guess, values, around, guesses), _note(guess, guesses))


def _known(values: Sequence[float]) -> tuple[float, ...]:
    """The runs that had anything to measure."""
    return tuple(value for value in values if math.isfinite(value))


def _ends(guess: Guess, values: Sequence[float]) -> tuple[float, float]:
    """The ends of the axis: all that is drawn, nothing, and a little room."""
    factor, _ = guess.unit
    known = [factor * value for value in values if math.isfinite(value)]
    low, high = min([0.0, *known]), max([0.0, *known])
    room = 0.08 * (high - low) or 1.0
    return low - room, high + room


def _stacked(shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the dots lie that are sorted into columns (shares of the axis), and how many lie below each of them there."""
    columns = np.floor(shares * COLUMNS)
    below = [np.sum(columns[:k] == column) for k, column in enumerate(columns)]
    return (columns + 0.5) / COLUMNS, np.array(below, np.float64)


def _no_difference(guess: Guess, low: float, high: float, top: float) -> Iterator[Mark]:
    """A line at nothing, and a band for what the lesson calls no difference."""
    same = next((guess.unit[0] * option.when.at_most for option in guess.options if option.when.way == 0), None)
    if same is not None:
        yield Span(-same, same, GRID, 0.8)
    yield Rule(0, colour=FAINT)
    yield Note(0, 0.8 * top, "no difference", left=abs(low) >= abs(high))


def _named(guess: Guess) -> str:
    return f"difference in {measure_words(guess.measure)}"


def _note(guess: Guess, guesses: tuple[float, ...]) -> str:
    said = ["Diamond and line: the mean of all runs and its 95 % interval."]
    if guess.options:
        said.append("Grey: what counts as no difference.")
    if guesses:
        said.append("Triangles: what was guessed.")
    return " ".join(said)


def _alt(guess: Guess, values: tuple[float, ...], around: Interval, guesses: tuple[float, ...]) -> str:
    """The picture for those who cannot see it."""
    factor, unit = guess.unit
    if not values:
        return f"Dot plot of the {_named(guess)}: no run had anything to measure."
    least, most = (signed(factor * end, 1) for end in (min(values), max(values)))
    told = f"{len(values)} runs, from {least} to {most} {unit}; mean {with_interval(guess, around)}."
    told_guesses = f" Guesses: {', '.join(signed(factor * value, 0) for value in guesses)}." if guesses else ""
    return f"Dot plot of the {_named(guess)}: {told}{told_guesses}"


def meaning(guess: Guess) -> str:
    """What is guessed, in the words of the measure's own line."""
    return shipped_measures()[guess.measure].meaning
