"""What an experiment found, as the whole company knows it: money and heads times the people that a simulated one stands for.

Arrays and the tables that are kept in files are of the simulated people; whatever is told – on a page, on a terminal, in
JSON – is of the company.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.experiments.question import Experiment
from sim.runs.measures import definitions
from sim.runs.statistics import plain

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = ("", "_low", "_high", "_sd", "_regret", "_searched")
"""How the columns of an outcome end."""
NUMBERS = ("mean", "low", "high", "sd", "less_best", "less_best_low", "less_best_high")
"""Columns that are in the unit of the outcome asked about, where a table is about one."""


def scale(experiment: Experiment, measure: str) -> float:
    """What an outcome of the simulated people is multiplied by."""
    return definitions(experiment.base.model)[measure].scale(experiment.base.market.stands_for)


def outcome_of(experiment: Experiment, column: str, about: str = "") -> str | None:
    """The measure that a column of a table is in the unit of; ``about``: the one that the whole table is about."""
    named = [name for name in experiment.measures if column in {f"{name}{ending}" for ending in ENDINGS}]
    return named[0] if named else about if about and column in NUMBERS else None


def of_the_company(experiment: Experiment, table: pd.DataFrame, about: str = "") -> pd.DataFrame:
    """The same table with money and heads of the whole company."""
    found = table.copy()
    for column in found.columns:
        measure = outcome_of(experiment, str(column), about)
        if measure is not None and scale(experiment, measure) != 1:
            found[column] = found[column] * scale(experiment, measure)
    return found


def rows(experiment: Experiment, table: pd.DataFrame, about: str = "") -> list[dict[str, Any]]:
    """The table's rows for JSON, of the whole company; None where something is missing."""
    told: list[dict[str, Any]] = plain(of_the_company(experiment, table, about).to_dict("records"))
    return told


def sizes(experiment: Experiment, values: Sequence[float], measures: Sequence[str] | None = None) -> dict[str, Any]:
    """Values of outcomes (all in the file's order unless named) for JSON, by name."""
    names = experiment.measures if measures is None else measures
    pairs = zip(names, values, strict=True)
    return {name: plain(float(value) * scale(experiment, name)) for name, value in pairs}
