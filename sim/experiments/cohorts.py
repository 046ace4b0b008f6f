"""Cohort triangles: of those who joined in one quarter or month, who was still there later, by the file and in the model.

A file whose label holds the day of leaving says who was there at the end of every quarter; one that holds a word only says it of
the end. As the model starts everybody with what the file says of them today, a cohort is those of about one tenure when the weeks
begin, and their age is that tenure and the weeks since then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from sim.data.customer_file import Customers
from sim.data.leaving import ASIDE, Leaving
from sim.experiments.figures import in_half
from sim.experiments.question import Experiment
from sim.runs.statistics import plain
from sim.scenario.customers import customers_of

MONTH, QUARTER, YEAR = 52 / 12, 13.0, 52.0
MOST_LOOKS = 8
"""A page with more columns of the file, and as many of the model, would not be read."""
MOST_COHORTS = 12
"""Whoever joined before these is told together."""
FEWEST = 20
"""Of fewer people a share is known to no better than ten points, and so nothing is told."""


@dataclass(frozen=True)
class Cohort:
    """Customers of ``low`` to ``high`` weeks when the weeks began, and how many of them were still there after
    each of some weeks: by the file, ``gone`` until then, and the shares in the ``model``; both empty where they are too few."""

    low: float
    high: float
    people: int
    gone: tuple[Leaving, ...]
    model: tuple[float, ...]

    @property
    def file(self) -> tuple[float, ...]:
        """The shares that were still there by the file."""
        return tuple(1 - each.share for each in self.gone)

    @property
    def apart(self) -> int:
        """In how many cells file and model differ by more than two standard errors."""
        both = zip(self.file, self.gone, self.model, strict=True)
        return sum(abs(file - model) > 2 * left.error for file, left, model in both)


@dataclass(frozen=True)
class Cohorts:
    """Cohorts of customers kept aside, who joined last first, after these ``weeks``; ``before``: of how many the file says that
    they had left before the weeks began, who are in none."""

    weeks: tuple[int, ...]
    rows: tuple[Cohort, ...]
    before: int

    @property
    def few(self) -> list[Cohort]:
        """Those of which nothing is told."""
        return [row for row in self.rows if not row.model]

    def table(self) -> list[dict[str, float]]:
        """A row a cohort and look, missing (NaN) where too few are in a cohort."""
        nothing = (np.nan,) * len(self.weeks)
        return [
            {"tenure_low": row.low, "tenure_high": row.high, "customers": row.people, "weeks_later": week, "file": file,
             "error": error, "model": model}
            for row in self.rows
            for week, file, error, model in zip(
                self.weeks, row.file or nothing, [each.error for each in row.gone] or nothing, row.model or nothing, strict=True
            )
        ]  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """The same for JSON."""
        return {"weeks": list(self.weeks), "cells": plain(self.table()), "left_before": self.before}


def step_of(weeks: int) -> float:
    """The weeks between two looks: a month, a quarter or a year, the shortest that a page has room for."""
    return next((step for step in (MONTH, QUARTER, YEAR) if weeks / step <= MOST_LOOKS), weeks / MOST_LOOKS)


def looks(experiment: Experiment) -> tuple[int, ...]:
    """The weeks after which it is looked who is still there, the last of the scenario among them."""
    last, file = experiment.base.weeks, customers_of(experiment.base)
    if file is None or file.gone is None or np.isinf(file.gone).any():
        return (last,)
    every = range(1, int(last / step_of(last)) + 1)
    return tuple(sorted({*(round(number * step_of(last)) for number in every), last}))


def cohorts(experiment: Experiment, there: np.ndarray | None) -> Cohorts | None:
    """The triangle; None where the file does not say who left, or how long they had been customers.

    ``there``: the chance of each customer to be there after each of :func:`looks`, (looks, customers), in the model.
    """
    file, mapping = customers_of(experiment.base), experiment.base.customers.mapping
    if file is None or file.gone is None or there is None or "tenure" not in file.columns:
        return None
    if mapping is None or mapping.label is None or round(mapping.label.weeks) != experiment.base.weeks:
        return None  # the file says who left within another time than is lived
    weeks, last = looks(experiment), experiment.base.weeks
    known = in_half(file, ASIDE) & np.isfinite(file.columns["tenure"])
    before = known & np.isfinite(file.gone) & (file.gone > last)
    rows = _rows(file, known & ~before, weeks, there)
    return Cohorts(weeks, tuple(rows), int(before.sum())) if len(rows) > 1 else None


def _rows(file: Customers, chosen: np.ndarray, weeks: Sequence[int], there: np.ndarray) -> list[Cohort]:
    tenure, rows = file.columns["tenure"], []
    step = step_of(weeks[-1])
    edges = [*(round(number * step) for number in range(MOST_COHORTS)), np.inf]
    gone = _gone_after(file, weeks)
    for low, high in pairwise(edges):
        mine = chosen & (tenure >= low) & (tenure < high)
        if many := int(mine.sum()):
            told = many >= FEWEST
            left = tuple(Leaving(int(each[mine].sum()), many) for each in gone) if told else ()
            model = tuple(float(each[mine].mean()) for each in there) if told else ()
            rows.append(Cohort(float(low), float(high), many, left, model))
    return rows


def _gone_after(file: Customers, weeks: Sequence[int]) -> list[np.ndarray]:
    """Who was gone after each of these weeks by the file: bool (customers,) each."""
    assert file.gone is not None and file.left is not None
    return [file.left & ~(file.gone < weeks[-1] - week) for week in weeks[:-1]] + [file.left]
