"""The pictures of a lesson: what every run of a class, or of one person, showed – a dot each – and the course over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.report.amounts import signed
from sim.report.charts import figures
from sim.report.charts.description import Picture
from sim.report.charts.drawing import COLOURS, FAINT, INK, styled, svg_of
from sim.runs.measures import DEFINITIONS
from sim.runs.statistics import Interval
from sim.scenario.guided import Guess
from sim.studio.lessons.outcome import Outcome, guess_of, measure_words, with_interval

COLUMNS = 34
"""Places beside one another into which dots are sorted before they are stacked."""


def over_time(outcome: Outcome) -> Picture:
    """The course of what was guessed: profit so far, customers still there, or the measure the lesson draws."""
    guess = guess_of(outcome.lesson)
    drawn = {"profit": figures.money, "retention": figures.retention}.get(guess.measure if guess else "")
    with styled():
        return drawn(outcome.answer) if drawn else figures.over_time(outcome.answer, outcome.lesson.shows[0].measure)


@lru_cache(maxsize=64)
def dots(guess: Guess, values: tuple[float, ...], around: Interval, guesses: tuple[float, ...] = ()) -> Picture:
    """A dot for each run: the difference it showed, in the unit of the guess; below them the mean and its interval.

    ``guesses``: numbers that were guessed, drawn as triangles under the line.
    """
    with styled():
        return _dots(guess, values, around, guesses)


def _dots(guess: Guess, values: tuple[float, ...], around: Interval, guesses: tuple[float, ...]) -> Picture:
    factor, unit = guess.unit
    values = _known(values)
    shown, low, high = factor * np.array(values), *_ends(guess, [*values, *guesses, around.low, around.high])
    width = (high - low) / COLUMNS
    places = np.floor((shown - low) / width)
    heights = _stacked(places)
    figure = Figure(figsize=(6.0, 2.5))
    axes = figure.add_axes((0.04, 0.2, 0.92, 0.68))
    tallest = max(6.0, float(heights.max(initial=0)) + 1)
    axes.set_xlim(low, high)
    axes.set_ylim(-0.34 * tallest, tallest)
    _no_difference(axes, guess, tallest)
    size = min(8.5, 90 / tallest)
    axes.plot(
        low + (places + 0.5) * width,
        heights + 0.5,
        "o",
        markersize=size,
        color=COLOURS[0],
        alpha=0.85,
        markeredgecolor="white",
    )
    ends = factor * around.low, factor * around.high
    axes.plot(ends, (-0.1 * tallest, -0.1 * tallest), color=INK, linewidth=2.4)
    axes.plot(factor * around.mean, -0.1 * tallest, "D", color=INK, markersize=7)
    if guesses:
        axes.plot(
            factor * np.array(guesses), np.full(len(guesses), -0.24 * tallest), "^", color=COLOURS[1], markersize=8
        )
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(f"{_named(guess)}{f', {unit}' if unit else ''}")
    axes.set_title("What each run showed: one dot, one run")
    return Picture(_alt(guess, values, around, guesses), _note(guess, guesses), svg_of(figure))


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


def _stacked(places: np.ndarray) -> np.ndarray:
    """How many dots lie below each dot in its column."""
    return np.array([np.sum(places[:k] == place) for k, place in enumerate(places)], np.float64)


def _no_difference(axes: Axes, guess: Guess, top: float) -> None:
    """A line at nothing, and a band for what the lesson calls no difference."""
    same = next((option.when for option in guess.options if option.when.way == 0), None)
    if same is not None:
        axes.axvspan(-guess.unit[0] * same.at_most, guess.unit[0] * same.at_most, color="#e8e8e8", linewidth=0)
    axes.axvline(0, color=FAINT, linewidth=1.2)
    low, high = axes.get_xlim()
    side, shift = ("left", 4) if abs(low) < abs(high) else ("right", -4)
    axes.annotate(
        "no difference", (0, top), (shift, -2), textcoords="offset points", ha=side, va="top", fontsize=9, color=INK
    )


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
    return DEFINITIONS[guess.measure].meaning
