"""The figures of a sweep: what each factor does (tornado), the map of two factors, and every factor by itself."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from sim.experiments.factors import Factor
from sim.experiments.outcomes import Outcome
from sim.experiments.sweeping import Effect, Sweep, base_point, is_map
from sim.report.amounts import Unit, number, places, signed
from sim.report.drawing import COLOURS, INK, WIDTH, canvas, short, svg_of
from sim.report.experiment_page import Figure, title, unit_of

MOST_CELLS = 64
"""Cells of a map up to which each is labelled with its number."""
MOST_BARS = 12


def unit_in(found: Sweep, outcome: Outcome) -> Unit:
    """The unit of an outcome in all figures and tables of a sweep."""
    return unit_of(found.experiment, outcome, found.means[:, found.place(outcome)])


def tornado(found: Sweep, outcome: Outcome) -> Figure | None:
    """A bar for each factor: the outcome at its lowest and at its highest value."""
    effects, unit = found.effects(outcome)[:MOST_BARS], unit_in(found, outcome)
    if not effects:
        return None
    figure, axes = canvas(1.15 + 0.42 * len(effects), right=0.95)
    figure.subplots_adjust(left=0.36)
    middle = float(np.mean([(e.low.mean + e.high.mean) / 2 for e in effects])) * unit.factor
    for row, effect in enumerate(effects):
        _bar(axes, row, effect, unit)
    axes.axvline(middle, color=INK, linewidth=1)
    axes.set_yticks(range(len(effects)), [short(e.factor.label, 22) for e in effects], fontsize=9)
    axes.set_ylim(len(effects) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    axes.margins(x=0.14)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.set_xlabel(f"{outcome.words}, {unit.level}")
    axes.set_title(f"What moves {outcome.words}", x=-0.5)
    told = ", ".join(f"{e.factor.label} {signed(e.change.mean * unit.factor, 2)}" for e in effects)
    return Figure(
        f"Tornado chart of {outcome.words}: from lowest to highest value {told} {unit.difference}.", "", svg_of(figure)
    )


def _bar(axes: Axes, row: int, effect: Effect, unit: Unit) -> None:
    ends = [effect.low.mean * unit.factor, effect.high.mean * unit.factor]
    middle, half = sum(ends) / 2, (effect.change.high - effect.change.low) / 2 * abs(unit.factor)
    for end, colour, value in zip(ends, (COLOURS[0], COLOURS[1]), (effect.factor.low, effect.factor.high), strict=True):
        axes.barh(row, end - middle, 0.55, left=middle, color=colour)
        side, beside = ("right", end - half) if end < middle else ("left", end + half)
        axes.annotate(
            effect.factor.told(value), (beside, row), (-3 if side == "right" else 3, 0), textcoords="offset points",
            ha=side, va="center", fontsize=8, color=INK,
        )  # fmt: skip
    axes.errorbar(ends[1], row, xerr=half, color=INK, linewidth=1, capsize=2)


def heat_map(found: Sweep, outcome: Outcome) -> Figure | None:
    """The outcome over the first two factors of a grid, averaged over the others; the base and the best are marked."""
    if not is_map(found.experiment):
        return None
    across, up = found.experiment.factors[:2]
    unit = unit_in(found, outcome)
    columns, rows = (np.unique(found.points[:, k]) for k in range(2))
    cells = _cells(found, found.means[:, found.place(outcome)] * unit.factor, columns, rows)
    figure = Canvas(figsize=(WIDTH, 4.3))
    axes = figure.add_axes((0.14, 0.13, 0.66, 0.76))
    image = axes.pcolormesh(np.arange(len(columns) + 1), np.arange(len(rows) + 1), cells.T, cmap="cividis")
    axes.grid(visible=False)
    for name, factor, values in (("x", across, columns), ("y", up, rows)):
        _ticks(axes, name, factor, values)
    if cells.size <= MOST_CELLS:
        _label_cells(axes, cells)
    _mark(found, outcome, axes, (columns, rows))
    bar = figure.colorbar(image, cax=figure.add_axes((0.83, 0.13, 0.03, 0.76)))
    bar.set_label(unit.level)
    axes.set_title(title(outcome))
    best = np.unravel_index(np.nanargmax(outcome.sign * cells), cells.shape)
    peak = f"{across.told(columns[best[0]])} and {up.told(rows[best[1]])}"
    alt = f"Map of {outcome.words} over {across.label} and {up.label}; best at {peak}."
    others = " Means over the other factors." if len(found.experiment.factors) > 2 else ""
    return Figure(
        alt, f"Ring: the base as it is. Star: the best of the settings that keep all bounds.{others}", svg_of(figure)
    )


def _cells(found: Sweep, means: np.ndarray, columns: np.ndarray, rows: np.ndarray) -> np.ndarray:
    cells = np.full((len(columns), len(rows)), np.nan)
    for i, x in enumerate(columns):
        for j, y in enumerate(rows):
            here = means[(found.points[:, 0] == x) & (found.points[:, 1] == y)]
            if np.isfinite(here).any():
                cells[i, j] = np.nanmean(here)
    return cells


def _ticks(axes: Axes, name: str, factor: Factor, values: np.ndarray) -> None:
    step = max(1, len(values) // 8)
    places_ = np.arange(0, len(values), step)
    (axes.set_xticks if name == "x" else axes.set_yticks)(places_ + 0.5, [factor.told(values[k]) for k in places_])
    (axes.set_xlabel if name == "x" else axes.set_ylabel)(factor.label)


def _label_cells(axes: Axes, cells: np.ndarray) -> None:
    low, high = np.nanmin(cells), np.nanmax(cells)
    digits = places((high - low) / 20) if high > low else 1
    for (i, j), value in np.ndenumerate(cells):
        if np.isfinite(value):
            dark = value < (low + high) / 2
            axes.text(
                i + 0.5,
                j + 0.5,
                number(value, digits),
                ha="center",
                va="center",
                fontsize=8,
                color="w" if dark else INK,
            )


def _mark(found: Sweep, outcome: Outcome, axes: Axes, ticks: tuple[np.ndarray, np.ndarray]) -> None:
    """A ring where the base lies, a star where the best lies; between two columns when it is between their values."""
    base, best = base_point(found.experiment), found.best(outcome)
    spots = [([base[f.path] for f in found.experiment.factors[:2]], "o")]
    spots += [([float(v) for v in found.points[best, :2]], "*")] if best is not None else []
    for (x, y), marker in spots:
        if ticks[0][0] <= x <= ticks[0][-1] and ticks[1][0] <= y <= ticks[1][-1]:
            at = [
                float(np.interp(value, tick, np.arange(len(tick)))) + 0.5
                for value, tick in zip((x, y), ticks, strict=True)
            ]
            axes.plot(at[0], at[1] - 0.28, marker, color="w", markeredgecolor=INK, markersize=11, markeredgewidth=1.2)


def multiples(found: Sweep) -> Figure:
    """A panel for each outcome and factor: every point's mean, and the line of their means along the factor."""
    outcomes, factors = found.experiment.outcomes, found.experiment.factors[:5]
    figure = Canvas(figsize=((2.2 if len(factors) > 1 else 1) * WIDTH, 0.7 + 1.7 * len(outcomes)))
    panels = figure.subplots(len(outcomes), len(factors), squeeze=False, sharex="col", sharey="row")
    for i, outcome in enumerate(outcomes):
        unit = unit_in(found, outcome)
        for k, factor in enumerate(factors):
            _panel(panels[i][k], found.points[:, k], found.means[:, i] * unit.factor, COLOURS[i % len(COLOURS)])
            panels[-1][k].set_xlabel(short(factor.label, 30, 1), fontsize=9)
        panels[i][0].set_ylabel(f"{short(outcome.words, 18)}\n{short(unit.level, 22, 1)}", fontsize=8)
    figure.tight_layout()
    alt = f"Small multiples: {', '.join(o.words for o in outcomes)} against {', '.join(f.label for f in factors)}."
    more = len(found.experiment.factors) - len(factors)
    rest = f" {more} more factors are in the table." if more else ""
    return Figure(alt, f"A dot is a point's mean over its replications; the line is the mean along the factor.{rest}",
                  svg_of(figure), wide=len(factors) > 1)  # fmt: skip


def _panel(axes: Axes, places_: np.ndarray, means: np.ndarray, colour: str) -> None:
    kept = np.isfinite(means)
    places_, means = places_[kept], means[kept]
    axes.plot(places_, means, "o", color=colour, markersize=3, alpha=0.45, markeredgewidth=0)
    values = np.unique(places_)
    edges = values if len(values) <= 12 else np.quantile(places_, np.linspace(0, 1, 9))
    if len(values) <= 12:
        line = [(value, means[places_ == value].mean()) for value in values]
    else:
        bins = np.clip(np.searchsorted(edges, places_, side="right") - 1, 0, 7)
        line = [(places_[bins == b].mean(), means[bins == b].mean()) for b in range(8) if (bins == b).any()]
    axes.plot(*zip(*line, strict=True), color=INK, linewidth=1.4)
    axes.tick_params(labelsize=8)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_locator(MaxNLocator(4))
