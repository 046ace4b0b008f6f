"""What an experiment found, as the whole company knows it: money and heads times the people that a simulated one stands for.

Arrays and the tables that are kept in files are of the simulated people; whatever is told – on a page, on a terminal, in
JSON – is of the company.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sim.experiments.outcomes import Outcome
from sim.experiments.own_measures import ENDINGS
from sim.experiments.question import Experiment
from sim.runs.statistics import plain

if TYPE_CHECKING:
    import pandas as pd

NUMBERS = ("mean", "low", "high", "sd", "less_best", "less_best_low", "less_best_high")
"""Columns that are in the unit of the outcome asked about, where a table is about one."""


def scale(experiment: Experiment, outcome: Outcome) -> float:
    """What an outcome of the simulated people is multiplied by."""
    return outcome.definition.scale(experiment.base.market.stands_for)


def outcome_of(experiment: Experiment, column: str, about: Outcome | None = None) -> Outcome | None:
    """The outcome that a column of a table is in the unit of; ``about``: the one that the whole table is about."""
    named = [one for one in experiment.outcomes if column in {f"{one.measure}{ending}" for ending in ENDINGS}]
    return named[0] if named else about if column in NUMBERS else None


def of_the_company(experiment: Experiment, table: pd.DataFrame, about: Outcome | None = None) -> pd.DataFrame:
    """The same table with money and heads of the whole company."""
    found = table.copy()
    for column in found.columns:
        outcome = outcome_of(experiment, str(column), about)
        if outcome is not None and scale(experiment, outcome) != 1:
            found[column] = found[column] * scale(experiment, outcome)
    return found


def rows(experiment: Experiment, table: pd.DataFrame, about: Outcome | None = None) -> list[dict[str, Any]]:
    """The table's rows for JSON, of the whole company; None where something is missing."""
    told: list[dict[str, Any]] = plain(of_the_company(experiment, table, about).to_dict("records"))
    return told


def sizes(experiment: Experiment, values: Iterable[float]) -> dict[str, Any]:
    """Values of the outcomes, in the file's order, for JSON, by name."""
    pairs = zip(experiment.outcomes, values, strict=True)
    return {outcome.measure: plain(float(value) * scale(experiment, outcome)) for outcome, value in pairs}
