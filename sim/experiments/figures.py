"""Figures that a calibration is held to: a measure, or the share of a group of the customer file that left."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.data.customer_file import Customers
from sim.data.leaving import ASIDE, FITTED, Leaving, halves
from sim.errors import Mistake, hint
from sim.experiments.algorithms.posterior import Target
from sim.experiments.laboratory import Laboratory
from sim.experiments.question import Experiment
from sim.runs.executor import Block
from sim.runs.who import Watch
from sim.scenario.customers import customers_of
from sim.scenario.whole import Scenario

Measure = Callable[[Scenario, range], tuple[np.ndarray, np.ndarray | None]]
"""A scenario and replications → their figures, (replications, figures), missing (NaN) where there was nothing to measure; and the
share of these in which each customer was there after each look, (looks, customers), if that was looked at."""


class Figure(BaseModel):
    """A figure to be met: its value and standard error, of the whole company, and its source.

    ``holdout``: whether it is kept aside, to be predicted instead. It is called after a measure of the experiment's outcomes; or
    it says who it is about, ``left: {Complains: 1}``: the share that left, of the customers with these cells in columns that the
    scenario keeps, or of all (``left: {}``). Without a value it is the share that left by the customer file's own label.
    ``half``: of which half of these customers; that which is ``aside`` is kept aside.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    value: float | None = Field(None, allow_inf_nan=False)
    error: float | None = Field(None, gt=0, allow_inf_nan=False)
    source: str = ""
    left: dict[str, int | float | str] | None = None
    half: Literal["fitted", "aside"] | None = None
    holdout: bool = Field(False, strict=False)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.value is None) != (self.error is None) or (self.value is None and self.left is None):
            raise ValueError(
                "a figure needs a value and its error; only a share that left may be taken from the file's label"
            )
        if self.half is not None and self.left is None:
            raise ValueError("only a share that left is of a half of the customers")
        return self


def targets(experiment: Experiment, figures: Mapping[str, Figure], aside: Collection[str] = ()) -> list[Target]:
    """The figures as targets of the simulated people, in their order; those ``aside`` are kept aside as well.

    Raises :class:`Mistake` for one that the experiment cannot give.
    """
    for name, figure in figures.items():
        if figure.left is not None:
            group(experiment, name, figure)
        elif name not in experiment.measures:
            said = f"figures.{name} is no outcome of the file and names no group that left"
            raise Mistake(said + hint(name, experiment.measures))
    for name in aside:
        if name not in figures:
            raise Mistake(f"holdout: {name} is none of the figures{hint(name, figures)}")
    return [
        _target(experiment, name, one, one.holdout or one.half == ASIDE or name in aside)
        for name, one in figures.items()
    ]


def _target(experiment: Experiment, name: str, figure: Figure, aside: bool) -> Target:
    if figure.left is not None:
        value, error = (figure.value, figure.error) if figure.value is not None else _by_label(experiment, name, figure)
        return Target(name, value, error or 0.0, (0.0, 1.0), aside)
    assert figure.value is not None and figure.error is not None
    (measured,) = (outcome.definition for outcome in experiment.outcomes if outcome.measure == name)
    scale = measured.scale(experiment.base.market.stands_for)
    return Target(name, figure.value / scale, figure.error / scale, measured.bounds, aside)


def _by_label(experiment: Experiment, name: str, figure: Figure) -> tuple[float, float]:
    """The share that left by the customer file's own label, and its error. Raises :class:`Mistake` where it does not say."""
    found = left_of(experiment, name, figure)
    return found.share, found.error


def left_of(experiment: Experiment, name: str, figure: Figure) -> Leaving:
    """How many of a figure's customers left by the file's label. Raises :class:`Mistake` where that cannot be told."""
    base, place = experiment.base, f"figures.{name}"
    file, mapping = customers_of(base), base.customers.mapping
    if file is None or mapping is None or mapping.label is None or file.left is None:
        raise Mistake(
            f"{place} has no value, and whoever left by the customer file does not start in “{base.name}”: give value and "
            "error, or write with: {customers: {label: {leavers: start}}}"
        )
    if round(mapping.label.weeks) != base.weeks:
        raise Mistake(
            f"{place}: by the file they left within {mapping.label.within}, and “{base.name}” lasts {base.weeks} weeks; "
            f"write with: {{weeks: {round(mapping.label.weeks)}}}"
        )
    chosen = group(experiment, name, figure)
    return Leaving(int(file.left[chosen].sum()), int(chosen.sum()))


def group(experiment: Experiment, name: str, figure: Figure) -> np.ndarray:
    """Which customers of the file a figure is about: bool (customers,). Raises :class:`Mistake` when it is nobody."""
    cells = figure.left or {}
    place = f"figures.{name}.left"
    file = customers_of(experiment.base)
    if file is None:
        raise Mistake(f"{place} needs a customer file, and “{experiment.base.name}” has none")
    chosen = np.ones(len(file.line), bool)
    for column, wanted in cells.items():
        if column not in file.kept:
            raise Mistake(f"{place}: '{column}' is no column that the scenario keeps{hint(column, file.kept)}")
        chosen &= np.array([_same(cell, wanted) for cell in file.kept[column]])
    if figure.half is not None:
        chosen &= in_half(file, figure.half)
    if not chosen.any():
        raise Mistake(f"{place} is about nobody: no customer of the file has {dict(cells)}")
    return chosen


def in_half(file: Customers, half: str) -> np.ndarray:
    """Which customers are in a half: bool, by their ids, or by their rows where they have none."""
    return np.asarray(halves(file.line if file.ids is None else file.ids) == (half == FITTED))


def _same(cell: object, wanted: int | float | str) -> bool:
    """Whether a cell holds a value; ``1`` and ``1.0`` are the same."""
    try:
        return float(str(cell)) == float(wanted)
    except ValueError:
        return str(cell) == str(wanted)


def measure(
    experiment: Experiment, laboratory: Laboratory, figures: Mapping[str, Figure], looks: tuple[int, ...]
) -> Measure:
    """What gives the figures of a scenario's replications; ``looks``: weeks after which it is looked who is still there.

    Who of a group stayed is not in the store, so with such a figure every replication is run.
    """
    places = [experiment.measures.index(name) if figure.left is None else -1 for name, figure in figures.items()]
    if min(places) >= 0:
        return lambda scenario, replications: (laboratory.measure([scenario], replications)[0][:, places], None)
    groups = {name: group(experiment, name, f) for name, f in figures.items() if f.left is not None}

    def measured(scenario: Scenario, replications: range) -> tuple[np.ndarray, np.ndarray]:
        found = np.full((len(replications), len(figures)), np.nan)
        there, done = np.zeros((len(looks), len(next(iter(groups.values()))))), 0
        laboratory.tally.asked += len(replications)
        blocks = (Block(scenario, experiment.seed, number, 1, watch=Watch(looks=looks)) for number in replications)
        for number, result in laboratory.executor.run(blocks):
            laboratory.note(result)
            if len(result.numbers):
                left, of_all = 1 - result.stayed, laboratory.measured(result)[0]
                assert result.who is not None
                there, done = there + result.who.there, done + 1
                found[number] = [
                    left[groups[n]].mean() if n in groups else of_all[k] for n, k in zip(figures, places, strict=True)
                ]
        if laboratory.executor.stopped:
            raise Mistake(f"stopped ({laboratory.executor.why_stopped}); ask again to begin anew")
        return found, there / max(done, 1)

    return measured
