"""Figures that a calibration is held to: a measure, or the share of a group of the customer file that left."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sim.errors import Mistake, hint
from sim.experiments.algorithms.posterior import Target
from sim.experiments.laboratory import Laboratory
from sim.experiments.question import Experiment
from sim.runs.executor import Block
from sim.scenario.model_inputs import customers_of
from sim.scenario.whole import Scenario

Measure = Callable[[Scenario, range], np.ndarray]
"""A scenario and replications → their figures, (replications, figures), missing (NaN) where there was nothing to measure."""


class Figure(BaseModel):
    """A figure to be met: its value and standard error, of the whole company, and its source.

    ``holdout``: whether it is kept aside, to be predicted instead. It is called after a measure of the experiment's outcomes; or
    it says who it is about, ``left: {Complains: 1}``: the share that left, of the customers with these cells in columns that the
    scenario keeps.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    value: float = Field(allow_inf_nan=False)
    error: float = Field(gt=0, allow_inf_nan=False)
    source: str = ""
    left: dict[str, int | float | str] | None = Field(None, min_length=1)
    holdout: bool = Field(False, strict=False)


def targets(experiment: Experiment, figures: Mapping[str, Figure], aside: Collection[str] = ()) -> list[Target]:
    """The figures as targets of the simulated people, in their order; those ``aside`` are kept aside as well.

    Raises :class:`Mistake` for one that the experiment cannot give.
    """
    for name, figure in figures.items():
        if figure.left is not None:
            group(experiment, name, figure.left)
        elif name not in experiment.measures:
            said = f"figures.{name} is no outcome of the file and names no group that left"
            raise Mistake(said + hint(name, experiment.measures))
    for name in aside:
        if name not in figures:
            raise Mistake(f"holdout: {name} is none of the figures{hint(name, figures)}")
    return [_target(experiment, name, one, one.holdout or name in aside) for name, one in figures.items()]


def _target(experiment: Experiment, name: str, figure: Figure, aside: bool) -> Target:
    if figure.left is not None:
        return Target(name, figure.value, figure.error, (0.0, 1.0), aside)
    (measured,) = (outcome.definition for outcome in experiment.outcomes if outcome.measure == name)
    scale = measured.scale(experiment.base.market.stands_for)
    return Target(name, figure.value / scale, figure.error / scale, measured.bounds, aside)


def group(experiment: Experiment, name: str, cells: Mapping[str, int | float | str]) -> np.ndarray:
    """Which customers of the file a figure is about: bool (customers,). Raises :class:`Mistake` when it is nobody."""
    place = f"figures.{name}.left"
    file = customers_of(experiment.base)
    if file is None:
        raise Mistake(f"{place} needs a customer file, and “{experiment.base.name}” has none")
    chosen = np.ones(len(file.line), bool)
    for column, wanted in cells.items():
        if column not in file.kept:
            raise Mistake(f"{place}: '{column}' is no column that the scenario keeps{hint(column, file.kept)}")
        chosen &= np.array([_same(cell, wanted) for cell in file.kept[column]])
    if not chosen.any():
        raise Mistake(f"{place} is about nobody: no customer of the file has {dict(cells)}")
    return chosen


def _same(cell: object, wanted: int | float | str) -> bool:
    """Whether a cell holds a value; ``1`` and ``1.0`` are the same."""
    try:
        return float(str(cell)) == float(wanted)
    except ValueError:
        return str(cell) == str(wanted)


def measure(experiment: Experiment, laboratory: Laboratory, figures: Mapping[str, Figure]) -> Measure:
    """What gives the figures of a scenario's replications.

    Who of a group stayed is not in the store, so with such a figure every replication is run.
    """
    places = [experiment.measures.index(name) if figure.left is None else -1 for name, figure in figures.items()]
    if min(places) >= 0:
        return lambda scenario, replications: laboratory.measure([scenario], replications)[0][:, places]
    groups = {name: group(experiment, name, f.left) for name, f in figures.items() if f.left is not None}

    def measured(scenario: Scenario, replications: range) -> np.ndarray:
        found = np.full((len(replications), len(figures)), np.nan)
        laboratory.tally.asked += len(replications)
        blocks = (Block(scenario, experiment.seed, number, 1) for number in replications)
        for number, result in laboratory.executor.run(blocks):
            laboratory.note(result)
            if len(result.numbers):
                left, of_all = 1 - result.stayed, laboratory.measured(result)[0]
                found[number] = [
                    left[groups[n]].mean() if n in groups else of_all[k] for n, k in zip(figures, places, strict=True)
                ]
        if laboratory.executor.stopped:
            raise Mistake(f"stopped ({laboratory.executor.why_stopped}); ask again to begin anew")
        return found

    return measured
