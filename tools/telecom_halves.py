"""Predict one half of the telephone company's customers from the other, and fill the page's tables.

``python tools/telecom_halves.py`` draws a half of the rows (copies of a row stay together), fits the free parameters of
``tools/telecom_calibration.py`` to what became of that half, and holds the scenario to the other: churn by group, and who of
them leaves, beside a plain logistic regression on the same columns of the same half. Then the halves change places. It exits
with 1 when more than two of the sixteen named figures of both halves lie outside their intervals.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import rankdata
from telecom_calibration import Figure, columns, figures, fit, in_words, leaving, simulated, table, with_free
from telecom_page import SCENARIO, fill
from telecom_page import table as table_of

from sim import load
from sim.scenario.whole import Scenario

SEED, REPLICATIONS = 14, 400
MISSES = 2
"""Named figures that may lie outside: of sixteen intervals of 95 %, three do so by chance in one case of twenty-five."""


@dataclass(frozen=True)
class Told:
    """What was said beforehand of a half of the customers: who they are, and each one's chance of leaving by both ways."""

    who: np.ndarray
    values: np.ndarray
    by_model: np.ndarray
    by_regression: np.ndarray
    groups: tuple[dict[str, Figure], dict[str, float]]


def first_half(scenario: Scenario) -> np.ndarray:
    """A random half of the rows as a mask, in which each row stands with its copies."""
    whole = pd.read_csv(scenario.customers.file)
    alike = whole.groupby(list(whole.columns), sort=False).ngroup().to_numpy()
    place = np.random.default_rng(SEED).permutation(alike.max() + 1)[alike]
    return np.asarray(place < np.median(place))


def known(scenario: Scenario) -> np.ndarray:
    """What the scenario reads of each customer, standardised, with a column of ones: (customers, columns)."""
    kept, whole = columns(scenario), pd.read_csv(scenario.customers.file)
    whole.columns = whole.columns.str.split().str.join(" ")
    calls = np.isfinite(kept["rate"])
    read = [whole["Subscription Length"], whole["Customer Value"], np.where(calls, kept["rate"], 0), calls]
    read += [kept[name] for name in ("Complains", "Status", "Tariff Plan")]
    table = np.column_stack([np.asarray(column, float) for column in read])
    return np.column_stack([np.ones(len(table)), (table - table.mean(0)) / table.std(0)])


def regression(known: np.ndarray, left: np.ndarray) -> np.ndarray:
    """Coefficients of a logistic regression by Newton's method, all but unpenalised."""
    weights = np.zeros(known.shape[1])
    for _ in range(50):
        chance = chances(known, weights)
        curved = (known * (chance * (1 - chance))[:, None]).T @ known + 1e-6 * np.eye(weights.size)
        weights = weights + np.linalg.solve(curved, known.T @ (left - chance) - 1e-6 * weights)
    return weights


def chances(known: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The chance of leaving that a regression gives each customer."""
    return np.asarray(1 / (1 + np.exp(-known @ weights)))


def auc(chance: np.ndarray, left: np.ndarray) -> float:
    """The probability that somebody who left had been given a greater chance than somebody who stayed."""
    ranks, gone = rankdata(chance), int(left.sum())
    return float((ranks[left].sum() - gone * (gone + 1) / 2) / (gone * (left.size - gone)))


def brier(chance: np.ndarray, left: np.ndarray) -> float:
    """The mean squared distance between chance and outcome."""
    return float(((chance - left) ** 2).mean())


def widened(figure: Figure) -> Figure:
    """The figure with the interval of a prediction, in which the half that was learnt from errs as much again."""
    low, high = (figure.data + 2**0.5 * (end - figure.data) for end in (figure.low, figure.high))
    return replace(figure, low=max(low, 0.0), high=min(high, 1.0))


def told(scenario: Scenario, learnt: np.ndarray) -> Told:
    """What the half that was learnt from says of the other."""
    other, left = ~learnt, columns(scenario)["Churn"] == 1
    values = fit(scenario, among=learnt)
    fitted, read = with_free(scenario, values), known(scenario)
    data = {name: widened(figure) for name, figure in figures(scenario, other)[0].items()}
    groups = data, simulated(fitted, REPLICATIONS, other)
    by_regression = chances(read, regression(read[learnt], left[learnt]))
    return Told(other, values, leaving(fitted, REPLICATIONS)[other], by_regression[other], groups)


def outside(told: Told) -> list[str]:
    """The named figures of the other half that lie outside their intervals."""
    data, model = told.groups
    return [name for name, figure in data.items() if figure.named and not figure.holds(model)]


def individuals(halves: list[Told], left: np.ndarray) -> str:
    """How well both ways tell who leaves, for each half, as a table."""
    rows = []
    for name, half in zip(("second half", "first half"), halves, strict=True):
        gone = left[half.who]
        for way, chance in (("model", half.by_model), ("logistic regression", half.by_regression)):
            rows.append((f"{name}, {way}", f"{auc(chance, gone):.3f}", f"{brier(chance, gone):.4f}"))
        low, high = difference(half, gone)
        rows.append((f"{name}, model less regression", f"{low:+.3f} – {high:+.3f}", ""))
    return table_of(("predicted", "AUC", "Brier score"), rows)


def difference(half: Told, gone: np.ndarray) -> tuple[float, float]:
    """95 % interval of the difference of both AUCs, by drawing customers again."""
    random, found = np.random.default_rng(SEED), []
    for _ in range(1000):
        drawn = random.integers(0, gone.size, gone.size)
        found.append(auc(half.by_model[drawn], gone[drawn]) - auc(half.by_regression[drawn], gone[drawn]))
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)


def deciles(half: Told, left: np.ndarray) -> str:
    """Tenths of the customers by the chance they were given, and what share of each left, as a table."""
    gone, rows = left[half.who], []
    ways = [
        (chance, np.array_split(np.argsort(chance, kind="stable"), 10))
        for chance in (half.by_model, half.by_regression)
    ]
    for tenth in range(10):
        cells = [f"{values[places[tenth]].mean():.3f}" for chance, places in ways for values in (chance, gone)]
        rows.append((str(tenth + 1), *cells))
    heads = ("tenth", "model: chance", "left", "regression: chance", "left")
    return table_of(heads, rows)


def main() -> int:
    """Fill the page; returns the exit code."""
    scenario = load(SCENARIO)
    first, left = first_half(scenario), columns(scenario)["Churn"] == 1
    halves = [told(scenario, first), told(scenario, ~first)]
    fill("fitted half", in_words(halves[0].values))
    fill("other half", table(*halves[0].groups))
    fill("individuals", individuals(halves, left))
    fill("deciles", deciles(halves[0], left))
    missed = [name for half in halves for name in outside(half)]
    print(f"{individuals(halves, left)}\nof the other half, outside their interval: {missed or 'none'}")
    return int(len(missed) > MISSES)


if __name__ == "__main__":
    sys.exit(main())
