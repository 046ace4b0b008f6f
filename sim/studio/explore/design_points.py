"""What is told in Explore of the settings that were run and can be picked, and of the one that was picked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sim.experiments.designs import value_in
from sim.experiments.factors import Factor
from sim.experiments.method import DesignPoint, MethodResult
from sim.experiments.outcomes import Outcome
from sim.experiments.question import Experiment
from sim.report.amounts import NONE, Unit, between
from sim.report.experiment_page import change_told, digits_of, level_told, title, unit_of
from sim.runs.statistics import Difference


def units(asked: Experiment, known: Sequence[DesignPoint]) -> list[Unit]:
    """How each outcome is shown."""
    outcomes = enumerate(asked.outcomes)
    return [unit_of(asked, outcome, [point.levels[k].mean for point in known]) for k, outcome in outcomes]


def best_of(found: MethodResult, known: Sequence[DesignPoint], k: int) -> int | None:
    """The number of the point with the best mean of an outcome among those that keep the limits."""
    sign = found.experiment.outcomes[k].sign
    kept = [point for point in known if point.kept and math.isfinite(point.levels[k].mean)]
    return max(kept, key=lambda point: sign * point.levels[k].mean).number if kept else None


def setting_told(asked: Experiment, point: DesignPoint) -> str:
    """The levers of a point: ``representatives 14, weeks of spend given back 2``."""
    pairs = zip(asked.factors, point.values, strict=True)
    return ", ".join(f"{factor.label} {factor.told(value)}" for factor, value in pairs)


# ---- what was picked


def picked(asked: Experiment, point: DesignPoint, shown: Sequence[Unit]) -> dict[str, Any]:
    """The numbers of a point in words: its levers against today's, its outcomes, and how each differs from today."""
    levers = [
        (factor.label, factor.told(value), factor.told(value_in(asked, factor)), unit_told(factor))
        for factor, value in zip(asked.factors, point.values, strict=True)
    ]
    rows = []
    for outcome, level, gap, unit in zip(asked.outcomes, point.levels, point.gaps, shown, strict=True):
        around = between(level, unit.factor, digits_of(level, unit))
        same = all(value_in(asked, f) == value for f, value in zip(asked.factors, point.values, strict=True))
        against = ("none", "as today") if same else _against(outcome, gap, unit)
        rows.append((title(outcome), f"{level_told(level, unit)} ({around})", *against))
    return {"levers": levers, "rows": rows, "kept": point.kept}


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
