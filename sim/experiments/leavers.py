"""How well the fitted worlds tell one customer from another: who of those kept aside left, beside a plain regression's guess."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyarrow as arrow

from sim.data.customer_file import Customers
from sim.data.habits import Cells, cells_of
from sim.data.leaving import ASIDE, Leaving, Telling, telling
from sim.errors import Mistake
from sim.experiments.algorithms.logistic import fitted, ranked, score, standardised
from sim.experiments.figures import in_half
from sim.experiments.question import Experiment
from sim.scenario.customers import customers_of

MOST_WORDS = 20
"""Words of a column that the regression tells apart, the most frequent; the others are together."""


@dataclass(frozen=True)
class Ranking:
    """In what share of pairs of a leaver and a stayer, of the customers kept aside, the leaver was ranked first (AUC).

    ``model``, ``regression``: that share and its standard error, of the worlds' chances to stay and of a logistic regression on
    the columns that the scenario reads; ``customers`` kept aside, of whom so many ``left``.
    """

    model: tuple[float, float]
    regression: tuple[float, float]
    customers: int
    left: int


@dataclass(frozen=True)
class Band:
    """Customers of whom a number lies between ``low`` and ``high``: how many ``left`` by the file, and the share that leaves in
    the ``model``, in the mean of the worlds that fit."""

    low: float
    high: float
    left: Leaving
    model: float


def bands(values: np.ndarray, left: np.ndarray, leaves: np.ndarray, most: int = 5) -> list[Band]:
    """Customers in up to so many groups of about the same size, from the least of ``values`` to the most.

    ``left``: who did; ``leaves``: each one's chance to, in the model. Who lacks the number is left out: all are (customers,).
    """
    known = np.isfinite(values) & np.isfinite(leaves)
    values, left, leaves = values[known], left[known], leaves[known]
    if not values.size:
        return []
    edges = np.unique(np.quantile(values, np.linspace(0, 1, most + 1)[1:-1], method="inverted_cdf"))
    of = np.searchsorted(edges, values)
    groups = (of == each for each in np.unique(of))
    return [
        Band(float(values[g].min()), float(values[g].max()), Leaving(int(left[g].sum()), int(g.sum())), float(leaves[g].mean()))
        for g in groups
    ]  # fmt: skip


def bands_aside(experiment: Experiment, stays: np.ndarray | None) -> dict[str, list[Band]]:
    """The customers kept aside by ``tenure`` (weeks) and by their ``chance`` to leave in the model; nothing where none are."""
    file = customers_of(experiment.base)
    if file is None or file.left is None or stays is None:
        return {}
    aside = in_half(file, ASIDE)
    left, leaves = file.left[aside], 1 - stays[aside]
    by = {"tenure": file.columns["tenure"][aside]} if "tenure" in file.columns else {}
    found = {name: bands(values, left, leaves) for name, values in (by | {"chance": leaves}).items()}
    return {name: groups for name, groups in found.items() if len(groups) > 1}


def ranking(experiment: Experiment, stays: np.ndarray | None) -> Ranking | None:
    """The two on the half kept aside; None where nobody there left, or the file does not say who did."""
    file = customers_of(experiment.base)
    if file is None or file.left is None or stays is None:
        return None
    aside = in_half(file, ASIDE)
    model = ranked(-stays[aside], file.left[aside])
    rows = standardised(_columns(file, experiment))
    if math.isnan(model[0]) or not 0 < file.left[~aside].sum() < (~aside).sum() or not rows.shape[1]:
        return None
    guess = score(rows, fitted(rows[~aside], file.left[~aside].astype(float)))
    return Ranking(model, ranked(guess[aside], file.left[aside]), int(aside.sum()), int(file.left[aside].sum()))


def tells(experiment: Experiment) -> list[Telling]:
    """The columns that the scenario reads or keeps which tell who left by more than chance, the strongest first."""
    file, mapping = customers_of(experiment.base), experiment.base.customers.mapping
    if file is None or mapping is None or file.left is None:
        return []
    given = {
        f"{mapping.columns[name].column} ({name.replace('_', ' ')})": Cells(
            "number", values, np.isnan(values), np.zeros(len(values), bool)
        )
        for name, values in file.columns.items()
    }
    label = mapping.label.column if mapping.label is not None else ""
    kept = {name: _read(cells) for name, cells in file.kept.items() if name != label}
    return telling(given | {name: cells for name, cells in kept.items() if cells is not None}, file.left)


def _read(cells: np.ndarray) -> Cells | None:
    """A kept column as what its cells are; None where they are of two kinds."""
    try:
        return cells_of(
            arrow.array([None if cell is None or cell != cell else str(cell) for cell in cells], arrow.string())
        )
    except Mistake:
        return None


def _columns(file: Customers, experiment: Experiment) -> np.ndarray:
    """What the scenario reads of each customer, as numbers: (customers, columns); words as 0 and 1."""
    mapping = experiment.base.customers.mapping
    label = mapping.label.column if mapping is not None and mapping.label is not None else ""
    kept = {name: cells for name, cells in file.kept.items() if name != label}
    words = kept if file.segment is None else kept | {"": file.segment}
    found = [*file.columns.values(), *(column for cells in words.values() for column in _numbers(cells))]
    return np.column_stack(found) if found else np.zeros((len(file.line), 0))


def _numbers(cells: np.ndarray) -> list[np.ndarray]:
    """A kept column as numbers, or as one column of 0 and 1 for each of its words."""
    text = np.array(["" if cell is None or cell != cell else str(cell).strip() for cell in cells])
    try:
        return [np.array([float(cell) if cell else math.nan for cell in text])]
    except ValueError:
        names, count = np.unique(text, return_counts=True)
    return [(text == name).astype(float) for name in names[np.argsort(-count, kind="stable")][:MOST_WORDS]]
