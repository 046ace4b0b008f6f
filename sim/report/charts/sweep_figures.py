"""The figures of a sweep: what each factor does (tornado), the map of two factors, and every factor by itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.experiments.algorithms.effects import Effect
from sim.experiments.factors import Factor
from sim.experiments.methods.sweep import Sweep, base_point, is_map
from sim.experiments.outcomes import Outcome
from sim.report.amounts import Unit, number, places, signed
from sim.report.charts import Axis, Bars, Cells, Chart, Dots, Grid, Line, Mark, Picture, Rule
from sim.report.charts.layout import short
from sim.report.charts.palette import COLOURS, INK, PAPER, Look
from sim.report.experiment_page import title, unit_of

MOST_CELLS = 64
"""Cells of a map up to which each is labelled with its number."""
MOST_BARS = 12


def unit_in(found: Sweep, outcome: Outcome) -> Unit:
    """The unit of an outcome in all figures and tables of a sweep."""
    return unit_of(found.experiment, outcome, found.means[:, found.place(outcome)])


def tornado(found: Sweep, outcome: Outcome) -> Picture | None:
    """A bar for each factor: the outcome at its lowest and at its highest value."""
    effects, unit = found.effects(outcome)[:MOST_BARS], unit_in(found, outcome)
    effects = [effect for effect in effects if effect.change.defined]
    if not effects:
        return None
    ends = np.array([[e.low.mean for e in effects], [e.high.mean for e in effects]]) * unit.factor
    halves = np.nan_to_num([(e.change.high - e.change.low) / 2 * abs(unit.factor) for e in effects])
    low, high = float((ends - halves).min()), float((ends + halves).max())
    room = 0.2 * (high - low) or 1.0  # for the words beside the bars
    across = Axis(f"{outcome.words}, {unit.level}", unit.level, low - room, high + room)
    up = Axis(rows=[e.factor.label for e in effects], line=False)
    marks: list[Mark] = [*_tornado_bars(effects, ends, halves), Rule(float(ends.mean()), width=1)]
    chart = Chart(f"What moves {outcome.words}", across, up, marks, height=1.15 + 0.42 * len(effects))
    told = ", ".join(f"{e.factor.label} {signed(e.change.mean * unit.factor, 2)}" for e in effects)
    alt = f"Tornado chart of {outcome.words}: from lowest to highest value {told} {unit.difference}."
    return Picture(chart, alt, name=f"tornado_{outcome.measure}")


def _tornado_bars(effects: list[Effect], ends: np.ndarray, halves: np.ndarray) -> Iterator[Bars]:
    """From the middle to the outcome at the factors' lowest values, and to that at their highest, with the change's interval."""
    middles = ends.mean(axis=0)
    for place, name in enumerate(("at its lowest", "at its highest")):
        end, colours = ends[place], [COLOURS[place]] * len(effects)
        words = [e.factor.told((e.factor.low, e.factor.high)[place]) for e in effects]
        around = {"low": end - halves, "high": end + halves} if place else {}
        clear = np.where(end < middles, end - halves, end + halves)
        yield Bars(name, range(len(effects)), end, colours, middles, words=words, clear=clear, **around)


def heat_map(found: Sweep, outcome: Outcome) -> Picture | None:
    """The outcome over the first two factors of a grid, averaged over the others; the base and the best are marked."""
    if not is_map(found.experiment):
        return None
    across, up = found.experiment.factors[:2]
    unit = unit_in(found, outcome)
    columns, rows = (np.unique(found.points[:, k]) for k in range(2))
    cells = _cells(found, found.means[:, found.place(outcome)] * unit.factor, columns, rows)
    axes = [Axis(f.label, "", 0, len(v), ticks=_ticks(f, v), line=False) for f, v in ((across, columns), (up, rows))]
    labels = _labels(cells) if cells.size <= MOST_CELLS else ()
    marks: list[Mark] = [Cells(cells, unit.level, labels), *_marked(found, outcome, (columns, rows))]
    best = np.unravel_index(np.where(np.isfinite(cells), outcome.sign * cells, -np.inf).argmax(), cells.shape)
    peak = f"{across.told(columns[best[0]])} and {up.told(rows[best[1]])}"
    others = " Means over the other factors." if len(found.experiment.factors) > 2 else ""
    return Picture(
        Chart(title(outcome), axes[0], axes[1], marks, height=4.3),
        f"Map of {outcome.words} over {across.label} and {up.label}; best at {peak}.",
        f"Ring: the base as it is. Star: the best of the settings that keep all bounds.{others}",
        name=f"map_{outcome.measure}",
    )


def _cells(found: Sweep, means: np.ndarray, columns: np.ndarray, rows: np.ndarray) -> np.ndarray:
    cells = np.full((len(columns), len(rows)), np.nan)
    for i, x in enumerate(columns):
        for j, y in enumerate(rows):
            here = means[(found.points[:, 0] == x) & (found.points[:, 1] == y)]
            if np.isfinite(here).any():
                cells[i, j] = np.nanmean(here)
    return cells


def _ticks(factor: Factor, values: np.ndarray) -> list[tuple[float, str]]:
    return [(k + 0.5, factor.told(values[k])) for k in range(0, len(values), max(1, len(values) // 8))]


def _labels(cells: np.ndarray) -> list[list[str]]:
    low, high = np.nanmin(cells), np.nanmax(cells)
    digits = places((high - low) / 20) if high > low else 1
    return [[number(value, digits) if np.isfinite(value) else "" for value in column] for column in cells]


def _marked(found: Sweep, outcome: Outcome, ticks: tuple[np.ndarray, np.ndarray]) -> list[Dots]:
    """A ring where the base lies, a star where the best lies; between two columns when it is between their values."""
    base, best = base_point(found.experiment), found.best(outcome)
    spots = [("the base as it is", [base[f.path] for f in found.experiment.factors[:2]], "o")]
    spots += (
        [("the best that keeps all bounds", [float(v) for v in found.points[best, :2]], "*")]
        if best is not None
        else []
    )
    marks = []
    for name, spot, marker in spots:
        if all(tick[0] <= value <= tick[-1] for value, tick in zip(spot, ticks, strict=True)):
            at = [float(np.interp(v, tick, np.arange(len(tick)))) + 0.5 for v, tick in zip(spot, ticks, strict=True)]
            marks.append(Dots(name, [at[0]], [at[1] - 0.28], PAPER, marker, 11, edge=INK, words=[name]))
    return marks


def multiples(found: Sweep) -> Picture:
    """A panel for each outcome and factor: every point's mean, and the line of their means along the factor."""
    outcomes, factors = found.experiment.outcomes, found.experiment.factors[:5]
    panels = [
        [_panel(found, i, k, last=i == len(outcomes) - 1) for k in range(len(factors))] for i in range(len(outcomes))
    ]
    width = (2.2 if len(factors) > 1 else 1) * panels[0][0].width
    alt = f"Small multiples: {', '.join(o.words for o in outcomes)} against {', '.join(f.label for f in factors)}."
    more = len(found.experiment.factors) - len(factors)
    rest = f" {more} more factors are in the table." if more else ""
    if found.entangled:
        rest += " Of factors that vary only together, the line shows what all of them do."
    note = f"A dot is a point's mean over its replications; the line is the mean along the factor.{rest}"
    grid = Grid(panels, width, 0.7 + 1.7 * len(outcomes))
    return Picture(grid, alt, note, wide=len(factors) > 1, name="factors")


def _panel(found: Sweep, i: int, k: int, last: bool) -> Chart:
    outcome, factor = found.experiment.outcomes[i], found.experiment.factors[k]
    unit = unit_in(found, outcome)
    values, means = found.points[:, k], found.means[:, i] * unit.factor
    kept = np.isfinite(means)
    line = _along(values[kept], means[kept])
    marks: list[Mark] = [
        Dots("", values[kept], means[kept], COLOURS[i % len(COLOURS)], size=3, strength=0.45),
        Line("", [x for x, _ in line], [y for _, y in line], Look(INK), width=1.4),
    ]
    label = f"{short(outcome.words, 18)}\n{short(unit.level, 22, 1)}" if k == 0 else ""
    return Chart("", Axis(short(factor.label, 30, 1) if last else "", factor.unit), Axis(label, unit.level), marks)


def _along(places_: np.ndarray, means: np.ndarray) -> list[tuple[float, float]]:
    """The means along a factor: at each of its values, or in eight classes where there are many."""
    values = np.unique(places_)
    if len(values) <= 12:
        return [(float(value), float(means[places_ == value].mean())) for value in values]
    edges = np.quantile(places_, np.linspace(0, 1, 9))
    bins = np.clip(np.searchsorted(edges, places_, side="right") - 1, 0, 7)
    return [(float(places_[bins == b].mean()), float(means[bins == b].mean())) for b in range(8) if (bins == b).any()]
