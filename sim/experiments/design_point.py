"""A setting of an experiment's factors that was run, with what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from sim.statistics import Difference, Interval


@dataclass(frozen=True)
class DesignPoint:
    """A setting that was run: its values, each outcome's mean with interval, and its difference from today.

    ``number``: its place among the points of its answer; ``kept``: whether it keeps every limit that the question sets.
    """

    number: int
    values: tuple[float, ...]
    levels: tuple[Interval, ...]
    gaps: tuple[Difference, ...]
    kept: bool
