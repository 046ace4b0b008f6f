"""What Explore draws of an answer: settings that can be picked, as a map, along a lever, or one outcome against another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from sim.experiments.algorithms.search import undominated
from sim.experiments.designs import value_in
from sim.experiments.factors import Factor
from sim.experiments.method import DesignPoint, MethodResult
from sim.experiments.methods.sweep import is_map
from sim.experiments.outcomes import Outcome
from sim.experiments.question import Experiment
from sim.report.amounts import Unit, number, places
from sim.report.charts import Axis, Cells, Chart, Dots, Line, Mark, Picture
from sim.report.charts.palette import COLOURS, FAINT, INK, PAPER, Look
from sim.report.experiment_page import level_told, title
from sim.studio.explore.design_points import best_of, setting_told, unit_told

CLICK = "click one, or go there with the arrow keys and press Enter"
LOOKS = {"marked": (COLOURS[1], "D", INK), "kept": (COLOURS[0], "o", INK), "broken": (PAPER, "o", FAINT)}
"""How dots are drawn, by kind: colour, marker and edge."""


def _axis(outcome: Outcome, unit: Unit) -> Axis:
    """An outcome and its unit, as they stand at an axis."""
    return Axis(f"{title(outcome)}, {unit.level}", unit.level)


def _named(factor: Factor) -> str:
    unit = unit_told(factor)
    return f"{factor.label} ({unit})" if unit and unit not in factor.label else factor.label


# ---- the map of two levers


def heat_map(found: MethodResult, known: Sequence[DesignPoint], k: int, unit: Unit) -> Chart | None:
    """The outcome over the first two levers of a grid; the other levers lie as near to today as the grid has them.

    None when the design is no grid of two levers or more.
    """
    asked = found.experiment
    if not is_map(asked):
        return None
    near = {known[p].values[:2]: known[p] for p in _nearest_slice(asked, known)}
    columns, rows = (sorted({values[axis] for values in near}) for axis in (0, 1))
    table = [[near[x, y] for y in rows] for x in columns]
    means = np.array([[spot.levels[k].mean * unit.factor for spot in column] for column in table])
    best = best_of(found, known, k)
    cells = Cells(
        means, unit.level, _labels(asked, table, means, best),
        [[_cell_told(asked, spot, k, unit, best) for spot in column] for column in table],
        [[spot.number for spot in column] for column in table],
    )  # fmt: skip
    across, up = (
        Axis(_named(factor), ticks=[(j + 0.5, factor.told(value)) for j, value in enumerate(values)])
        for factor, values in zip(asked.factors, (columns, rows), strict=False)
    )
    return Chart(f"Map of {asked.outcomes[k].words}", across, up, [cells])


def _labels(
    asked: Experiment, table: Sequence[Sequence[DesignPoint]], means: np.ndarray, best: int | None
) -> list[list[str]]:
    """What stands in each cell: the number, and below it what is remarkable."""
    known = means[np.isfinite(means)]
    digits = places(float(np.ptp(known)) / 20) if known.size and np.ptp(known) else 1
    return [
        [
            f"{number(mean, digits)}\n{_remarkable(asked, spot, best)}".strip()
            for spot, mean in zip(*column, strict=True)
        ]
        for column in zip(table, means, strict=True)
    ]


def _remarkable(asked: Experiment, spot: DesignPoint, best: int | None) -> str:
    today = all(value_in(asked, factor) == here for factor, here in zip(asked.factors, spot.values, strict=True))
    marks = {"best": spot.number == best, "today": today, "breaks a limit": not spot.kept}
    return ", ".join(mark for mark, holds in marks.items() if holds)


def _cell_told(asked: Experiment, spot: DesignPoint, k: int, unit: Unit, best: int | None) -> str:
    """A cell in words."""
    known = math.isfinite(spot.levels[k].mean)
    level = level_told(spot.levels[k], unit) if known else "failed, or nothing to measure"
    return ", ".join(filter(None, (f"{setting_told(asked, spot)}: {level}", _remarkable(asked, spot, best))))


def others_told(found: MethodResult, known: Sequence[DesignPoint]) -> str:
    """Where on a map the levers lie that it does not vary; empty when it varies all."""
    asked = found.experiment
    here = known[_nearest_slice(asked, known)[0]]
    pairs = list(zip(asked.factors, here.values, strict=True))
    return ", ".join(f"{factor.label} {factor.told(value)}" for factor, value in pairs[2:])


def _nearest_slice(asked: Experiment, known: Sequence[DesignPoint]) -> list[int]:
    """The points at which every factor but the first two is as near to the base as the grid has it."""
    kept = np.ones(len(known), bool)
    for j, factor in enumerate(asked.factors[2:], 2):
        column = np.array([spot.values[j] for spot in known])
        kept &= column == column[np.abs(column - value_in(asked, factor)).argmin()]
    return [int(p) for p in np.flatnonzero(kept)]


# ---- dots


def along_one(found: MethodResult, known: Sequence[DesignPoint], k: int, unit: Unit) -> Picture | None:
    """The outcome along the only lever of a sweep, with 95 % intervals; None when there are several."""
    asked, shown = found.experiment, [spot for spot in known if math.isfinite(spot.levels[k].mean)]
    if len(asked.factors) != 1:
        return None
    factor, outcome, best = asked.factors[0], asked.outcomes[k], best_of(found, known, k)
    ticks = [(spot.values[0], factor.told(spot.values[0])) for spot in known]
    line = Line(
        "", [spot.values[0] for spot in shown], [spot.levels[k].mean * unit.factor for spot in shown], Look(COLOURS[0])
    )
    dots = _dots(asked, shown, [None, k], [unit, unit], {best} if best is not None else set())
    heading = f"{title(outcome)}, step by step"
    chart = Chart(heading, Axis(_named(factor), unit_told(factor), ticks=ticks), _axis(outcome, unit), [line, *dots])
    return Picture(
        chart, f"{title(outcome)} along the lever", f"Every dot is a setting: {CLICK}. Thin lines: 95 % intervals."
    )


def trade_off(
    found: MethodResult, known: Sequence[DesignPoint], pair: tuple[int, int], units: Sequence[Unit]
) -> Picture:
    """Two outcomes against each other; what no other spot beats in both is on the front. Trials of a search are faint."""
    asked, both = found.experiment, [units[k] for k in pair]
    shown = [spot for spot in known if all(math.isfinite(spot.levels[k].mean) for k in pair)]
    across, up = (_axis(asked.outcomes[k], unit) for k, unit in zip(pair, both, strict=True))
    marks: list[Mark] = [*_trials(found, pair, both), *_dots(asked, shown, pair, both, on_front(asked, known, pair))]
    first, second = (asked.outcomes[k].words for k in pair)
    tried = " Grey: what the search tried on its way." if len(found.tried) else ""
    note = (f"Orange diamonds: no other setting is better in both (the Pareto front). Hollow: breaks a limit. Thin lines: 95 % "
            f"intervals.{tried} Every dot is a setting: {CLICK}.")  # fmt: skip
    return Picture(
        Chart("What can be had together", across, up, marks), f"{title(asked.outcomes[pair[0]])} against {second}", note
    )


def _trials(found: MethodResult, pair: Sequence[int], units: Sequence[Unit]) -> Iterator[Dots]:
    """What a search tried on its way."""
    if len(found.tried):
        means = found.tried[:, list(pair)] * [unit.factor for unit in units]
        x, y = means[np.isfinite(means).all(axis=1)].T
        yield Dots("", x, y, FAINT, size=4, strength=0.4)


def on_front(asked: Experiment, known: Sequence[DesignPoint], pair: tuple[int, int]) -> set[int]:
    """Numbers of the spots within the limits that no other beats in both outcomes, by their means."""
    kept = [spot for spot in known if spot.kept and all(math.isfinite(spot.levels[k].mean) for k in pair)]
    if not kept:
        return set()
    wanted = np.array([[asked.outcomes[k].sign * spot.levels[k].mean for k in pair] for spot in kept])
    return {spot.number for spot, free in zip(kept, undominated(wanted), strict=True) if free}


def _dots(
    asked: Experiment,
    shown: Sequence[DesignPoint],
    which: Sequence[int | None],
    units: Sequence[Unit],
    marked: set[int],
) -> Iterator[Dots]:
    """Dots that can be picked, by kind. ``which``: the outcomes across and upwards; None for the first lever's value."""
    kinds = {spot.number: "marked" if spot.number in marked else "kept" if spot.kept else "broken" for spot in shown}
    for kind, (colour, marker, edge) in LOOKS.items():
        these = [spot for spot in shown if kinds[spot.number] == kind]
        (x, low, high), (y, below, above) = (_ends(these, k, unit) for k, unit in zip(which, units, strict=True))
        words = [_told(asked, spot, [k for k in which if k is not None], units) for spot in these]
        if these:
            yield Dots(kind, x, y, colour, marker, 7, low, high, below, above, words=words, picks=[s.number for s in these],
                       edge=edge, named=False)  # fmt: skip


def _ends(spots: Iterable[DesignPoint], k: int | None, unit: Unit) -> np.ndarray:
    """Mean, lower and upper end of an outcome of each spot (or the first lever's value): float64 (3, spots)."""
    if k is None:
        return np.array([[spot.values[0]] * 3 for spot in spots]).reshape(-1, 3).T
    return np.array([spot.levels[k][:3] for spot in spots]).reshape(-1, 3).T * unit.factor


def _told(asked: Experiment, spot: DesignPoint, which: Sequence[int], units: Sequence[Unit]) -> str:
    """A spot in words: its levers, and some of its outcomes."""
    levels = zip(which, units[-len(which) :], strict=True)
    told = [f"{asked.outcomes[k].words} {level_told(spot.levels[k], unit)}" for k, unit in levels]
    return f"{setting_told(asked, spot)}: {', '.join(told)}{'' if spot.kept else ', breaks a limit'}"
