"""What an answer in Explore holds that can be picked: settings of the levers that were run, and their numbers in words.

``found`` is a :class:`~sim.experiments.sweeping.Sweep` or an :class:`~sim.experiments.ask_optimise.Optimum`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.experiments.ask_optimise import Optimum
from sim.experiments.designs import value_in
from sim.experiments.factors import Factor
from sim.experiments.outcomes import Outcome
from sim.experiments.question import Experiment
from sim.experiments.sweeping import Sweep
from sim.report.amounts import NONE, Unit, between
from sim.report.experiment_page import change_told, digits_of, level_told, title, unit_of
from sim.runs.statistics import Difference, Interval


@dataclass(frozen=True)
class Spot:
    """A setting of the levers that was run: its values, each outcome's mean with interval, and its difference from today."""

    number: int
    values: tuple[float, ...]
    levels: tuple[Interval, ...]
    gaps: tuple[Difference, ...]
    kept: bool
    """Whether it keeps every limit that the question sets."""


def spots(found: Sweep | Optimum) -> list[Spot]:
    """Everything that was run and can be picked: the points of a sweep, the finalists of a search."""
    if isinstance(found, Optimum):
        rows = zip(found.values, found.final.fresh, found.against_today, found.final.within, strict=True)
        return [Spot(k, tuple(map(float, v)), tuple(f), tuple(g), bool(w)) for k, (v, f, g, w) in enumerate(rows)]
    outcomes, kept = found.experiment.outcomes, found.allowed()
    return [
        Spot(
            point,
            tuple(map(float, values)),
            tuple(found.around(point, outcome) for outcome in outcomes),
            tuple(found.against_today(point, outcome) for outcome in outcomes),
            bool(kept[point]),
        )
        for point, values in enumerate(found.points)
    ]


def units(asked: Experiment, known: Sequence[Spot]) -> list[Unit]:
    """How each outcome is shown."""
    outcomes = enumerate(asked.outcomes)
    return [unit_of(asked, outcome, [spot.levels[k].mean for spot in known]) for k, outcome in outcomes]


def best_of(found: Sweep | Optimum, known: Sequence[Spot], k: int) -> int | None:
    """The number of the spot with the best mean of an outcome among those that keep the limits."""
    sign = found.experiment.outcomes[k].sign
    kept = [spot for spot in known if spot.kept and math.isfinite(spot.levels[k].mean)]
    return max(kept, key=lambda spot: sign * spot.levels[k].mean).number if kept else None


def setting_told(asked: Experiment, spot: Spot) -> str:
    """The levers of a spot: ``representatives 14, weeks of spend given back 2``."""
    pairs = zip(asked.factors, spot.values, strict=True)
    return ", ".join(f"{factor.label} {factor.told(value)}" for factor, value in pairs)


# ---- what was picked


def picked(asked: Experiment, spot: Spot, shown: Sequence[Unit]) -> dict[str, Any]:
    """The numbers of a spot in words: its levers against today's, its outcomes, and how each differs from today."""
    levers = [
        (factor.label, factor.told(value), factor.told(value_in(asked, factor)), unit_told(factor))
        for factor, value in zip(asked.factors, spot.values, strict=True)
    ]
    rows = []
    for outcome, level, gap, unit in zip(asked.outcomes, spot.levels, spot.gaps, shown, strict=True):
        around = between(level, unit.factor, digits_of(level, unit))
        same = all(value_in(asked, f) == value for f, value in zip(asked.factors, spot.values, strict=True))
        against = ("none", "as today") if same else _against(outcome, gap, unit)
        rows.append((title(outcome), f"{level_told(level, unit)} ({around})", *against))
    return {"levers": levers, "rows": rows, "kept": spot.kept}


def unit_told(factor: Factor) -> str:
    """A factor's unit where it says something."""
    return "" if factor.unit.startswith(("yes", "ratio")) else factor.unit


def _against(outcome: Outcome, gap: Difference, unit: Unit) -> tuple[str, str]:
    """The difference from today, and what to make of it."""
    if not gap.defined:
        return NONE, "nothing to measure"
    if gap.unseen:
        return "none seen", "undecided: no replication showed a difference"
    if not gap.decided:
        return change_told(gap, unit), "undecided: it may be chance"
    return change_told(gap, unit), "better than today" if gap.mean * outcome.sign > 0 else "worse than today"
