"""What Explore draws of an answer, as numbers and words that a drawing needs: cells and dots at places from 0 to 1.

Nothing here knows how it is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.experiments.algorithms.search import undominated
from sim.experiments.designs import value_in
from sim.experiments.factors import Factor
from sim.experiments.method import DesignPoint, MethodResult
from sim.experiments.methods.sweep import is_map
from sim.experiments.outcomes import Outcome
from sim.experiments.question import Experiment
from sim.report.amounts import Known, Unit, number, places
from sim.report.experiment_page import level_told, title, written_digits
from sim.studio.design_points import best_of, setting_told, unit_told

BLUE, ORANGE, GREEN, GREY, INK = "#0072B2", "#D55E00", "#009E73", "#767676", "#222222"
"""Okabe & Ito's colours, which the colour-blind tell apart, and two greys."""
Drawing = dict[str, Any]


# ---- axes


@dataclass(frozen=True)
class Axis:
    """A scale from ``low`` to ``high``, its words and its ticks."""

    label: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]

    def at(self, value: float) -> float:
        """The place of a value: 0 at the low end, 1 at the high one."""
        return (value - self.low) / (self.high - self.low)

    def told(self) -> dict[str, Any]:
        """As a drawing takes it."""
        return {"label": self.label, "ticks": [{"at": self.at(value), "text": words} for value, words in self.ticks]}


def axis(label: str, values: Iterable[float], zero: bool = False, room: float = 0.06) -> Axis:
    """A scale on which all the values have room; from zero on if asked."""
    from matplotlib.ticker import MaxNLocator

    known = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = (min(0.0, min(known)) if zero else min(known)), max(known)
    spare = (high - low or abs(high) or 1.0) * room
    low, high = (low if zero and low == 0 else low - spare), high + spare
    found = [float(tick) for tick in MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(low, high) if low <= tick <= high]
    digits = max((written_digits(tick) for tick in found), default=0)
    return Axis(label, low, high, tuple((tick, number(tick, digits)) for tick in found))


def outcome_label(outcome: Outcome, unit: Unit) -> str:
    """An outcome and its unit, as they stand at an axis."""
    return f"{title(outcome)}, {unit.level}"


# ---- the map of two levers


def heat_map(found: MethodResult, known: Sequence[DesignPoint], k: int, unit: Unit) -> Drawing | None:
    """The outcome over the first two levers of a grid; the other levers lie as near to today as the grid has them.

    None when the design is no grid of two levers or more.
    """
    asked = found.experiment
    if not is_map(asked):
        return None
    across, up = asked.factors[:2]
    slice_ = _nearest_slice(asked, known)
    columns, rows = (sorted({known[p].values[axis] for p in slice_}) for axis in (0, 1))
    means = [known[p].levels[k].mean * unit.factor for p in slice_]
    best, ladder = best_of(found, known, k), _Ladder(means)
    cells = [_cell(asked, known[p], k, unit, ladder, known[p].number == best) for p in slice_]
    place = {(known[p].values[0], known[p].values[1]): cell for p, cell in zip(slice_, cells, strict=True)}
    others = [f"{f.label} {f.told(known[slice_[0]].values[j])}" for j, f in enumerate(asked.factors) if j > 1]
    return {
        "across": _named(across), "up": _named(up), "columns": [across.told(value) for value in columns],
        "rows": [{"name": up.told(y), "cells": [place.get((x, y)) for x in columns]} for y in reversed(rows)],
        "legend": [{"colour": ladder.colour(value), "text": number(value, ladder.digits)} for value in ladder.steps()],
        "unit": unit.level, "others": ", ".join(others),
    }  # fmt: skip


def _named(factor: Factor) -> str:
    unit = unit_told(factor)
    return f"{factor.label} ({unit})" if unit and unit not in factor.label else factor.label


def _nearest_slice(asked: Experiment, known: Sequence[DesignPoint]) -> list[int]:
    """The points at which every factor but the first two is as near to the base as the grid has it."""
    kept = np.ones(len(known), bool)
    for j, factor in enumerate(asked.factors[2:], 2):
        column = np.array([point.values[j] for point in known])
        kept &= column == column[np.abs(column - value_in(asked, factor)).argmin()]
    return [int(p) for p in np.flatnonzero(kept)]


class _Ladder:
    """Colours from dark (low) to bright (high), which also the colour-blind and a copier keep in order."""

    def __init__(self, values: Sequence[float]) -> None:
        from matplotlib import colormaps

        known = [value for value in values if math.isfinite(value)] or [0.0]
        self.low, self.high = min(known), max(known)
        self.digits = places((self.high - self.low) / 20) if self.high > self.low else 1
        self._map = colormaps["cividis"]

    def _rgb(self, value: float) -> tuple[float, ...]:
        span = self.high - self.low
        return self._map((value - self.low) / span if span else 0.5)[:3]

    def colour(self, value: float) -> str:
        """The colour of a value."""
        return "#" + "".join(f"{round(255 * part):02x}" for part in self._rgb(value))

    def ink(self, value: float) -> str:
        """White or ink, whichever stands out more on the value's colour."""
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in self._rgb(value)]  # WCAG 2
        luminance = float(np.dot([0.2126, 0.7152, 0.0722], linear))
        return "#ffffff" if luminance < 0.18 else "#000000"

    def steps(self) -> list[float]:
        """Values for a legend."""
        return [float(value) for value in np.linspace(self.low, self.high, 5)] if self.high > self.low else [self.low]


def _cell(asked: Experiment, spot: DesignPoint, k: int, unit: Unit, ladder: _Ladder, best: bool) -> Drawing:
    value = spot.levels[k].mean * unit.factor
    failed = not math.isfinite(value)
    today = all(value_in(asked, factor) == here for factor, here in zip(asked.factors, spot.values, strict=True))
    words = [word for word, holds in (("best", best), ("today", today), ("breaks a limit", not spot.kept)) if holds]
    level = "failed, or nothing to measure" if failed else level_told(spot.levels[k], unit)
    return {
        "point": spot.number, "text": "–" if failed else number(value, ladder.digits), "mark": ", ".join(words),
        "colour": "#ffffff" if failed else ladder.colour(value), "ink": INK if failed else ladder.ink(value),
        "label": f"{setting_told(asked, spot)}: {level}{', ' * bool(words)}{', '.join(words)}",
    }  # fmt: skip


# ---- dots


def along_one(found: MethodResult, known: Sequence[DesignPoint], k: int, unit: Unit) -> Drawing | None:
    """The outcome along the only lever of a sweep, with 95 % intervals; None when there are several."""
    asked = found.experiment
    if len(asked.factors) != 1:
        return None
    factor, outcome = asked.factors[0], asked.outcomes[k]
    levels = [_scaled(spot.levels[k], unit) for spot in known]
    across = Axis(_named(factor), *_span([spot.values[0] for spot in known]), ())
    ticks = tuple((spot.values[0], factor.told(spot.values[0])) for spot in known)
    across = Axis(across.label, across.low, across.high, ticks)
    up = axis(outcome_label(outcome, unit), [end for level in levels for end in level])
    best = best_of(found, known, k)
    dots = []
    for spot, level in zip(known, levels, strict=True):
        if not math.isfinite(level[0]):
            continue
        x = across.at(spot.values[0])
        label = f"{setting_told(asked, spot)}: {outcome.words} {level_told(spot.levels[k], unit)}"
        dots.append(_dot(spot, label, (x, x, x), _placed(up, level), spot.number == best))
    return {"across": across.told(), "up": up.told(), "dots": dots, "line": True, "faint": []}


def _span(values: Sequence[float]) -> tuple[float, float]:
    spare = (max(values) - min(values) or 1.0) * 0.06
    return min(values) - spare, max(values) + spare


def trade_off(
    found: MethodResult, known: Sequence[DesignPoint], pair: tuple[int, int], shown: Sequence[Unit]
) -> Drawing:
    """Two outcomes against each other; what no other spot beats in both is on the front. Trials of a search are faint."""
    asked = found.experiment
    a, b = pair
    ends = {k: [_scaled(spot.levels[k], shown[k]) for spot in known] for k in pair}
    trials = found.tried[:, [a, b]] * [shown[a].factor, shown[b].factor]
    trials = trials[np.isfinite(trials).all(axis=1)]
    axes = [
        axis(outcome_label(asked.outcomes[k], shown[k]), [*(v for row in ends[k] for v in row), *trials[:, j]])
        for j, k in enumerate(pair)
    ]
    front = on_front(asked, known, pair)
    dots = []
    for n, spot in enumerate(known):
        x, y = _placed(axes[0], ends[a][n]), _placed(axes[1], ends[b][n])
        if math.isfinite(x[0]) and math.isfinite(y[0]):
            dots.append(_dot(spot, _label(asked, spot, pair, shown), x, y, spot.number in front))
    faint = [{"x": axes[0].at(x), "y": axes[1].at(y)} for x, y in trials]
    return {"across": axes[0].told(), "up": axes[1].told(), "dots": dots, "line": False, "faint": faint}


def on_front(asked: Experiment, known: Sequence[DesignPoint], pair: tuple[int, int]) -> set[int]:
    """Numbers of the spots within the limits that no other beats in both outcomes, by their means."""
    kept = [spot for spot in known if spot.kept and all(math.isfinite(spot.levels[k].mean) for k in pair)]
    if not kept:
        return set()
    wanted = np.array([[asked.outcomes[k].sign * spot.levels[k].mean for k in pair] for spot in kept])
    return {spot.number for spot, free in zip(kept, undominated(wanted), strict=True) if free}


def _scaled(level: Known, unit: Unit) -> tuple[float, float, float]:
    return level.mean * unit.factor, level.low * unit.factor, level.high * unit.factor


def _placed(scale: Axis, level: tuple[float, float, float]) -> tuple[float, float, float]:
    """Places of mean, lower and upper end; without an interval all three are the mean's."""
    mean, low, high = (scale.at(value if math.isfinite(value) else level[0]) for value in level)
    return mean, low, high


def _dot(spot: DesignPoint, label: str, across: Sequence[float], up: Sequence[float], marked: bool) -> Drawing:
    return {
        "point": spot.number, "x": across[0], "x0": across[1], "x1": across[2], "y": up[0], "y0": up[1], "y1": up[2],
        "kind": "marked" if marked else "kept" if spot.kept else "broken",
        "label": label + ("" if spot.kept else ", breaks a limit"),
    }  # fmt: skip


def _label(asked: Experiment, spot: DesignPoint, which: Sequence[int], shown: Sequence[Unit]) -> str:
    """A spot in words: its levers, and some of its outcomes."""
    told = [f"{asked.outcomes[k].words} {level_told(spot.levels[k], shown[k])}" for k in which]
    return f"{setting_told(asked, spot)}: {', '.join(told)}"
