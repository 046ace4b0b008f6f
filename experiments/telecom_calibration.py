"""Hold the telecom scenario to the data of the real company it starts from, and write docs/background/telecom.md.

``python experiments/telecom_calibration.py`` runs ``scenarios/telecom/today.yaml`` for twelve weeks, sets churn by group beside
what the data say, writes the table, and exits with 1 when a named figure lies outside its interval. With ``--fit`` it first
searches the free parameters and prints the values that fit best; they are entered in the scenario by hand, so that a fitted
value is always a line somebody can read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm

from sim import load, run
from sim.ground import customers_of
from sim.scenario.whole import Scenario

ROOT = Path(__file__).resolve().parent.parent
SCENARIO = ROOT / "scenarios" / "telecom" / "today.yaml"
PAGE = ROOT / "docs" / "background" / "telecom.md"
WEEKS, SEED = 12, 20
BINS = ((0, 0.05), (0.05, 0.1), (0.1, 0.2), (0.2, 0.5), (0.5, np.inf))


@dataclass(frozen=True)
class Figure:
    """A figure of the data with its 95 % interval (Wilson), and who it is about."""

    name: str
    data: float
    low: float
    high: float
    who: np.ndarray
    named: bool = True


def wilson(share: float, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share among ``count``."""
    z2 = norm.ppf(0.975) ** 2
    middle, half = (share + z2 / (2 * count)), np.sqrt(z2 * (share * (1 - share) / count + z2 / (4 * count * count)))
    return (middle - half) / (1 + z2 / count), (middle + half) / (1 + z2 / count)


def _figure(name: str, churned: np.ndarray, who: np.ndarray, named: bool = True) -> Figure:
    share = float(churned[who].mean())
    return Figure(name, share, *wilson(share, int(who.sum())), who, named)


def figures(scenario: Scenario) -> tuple[dict[str, Figure], np.ndarray]:
    """The figures of the data by name, and who complained."""
    file = customers_of(scenario)
    assert file is not None
    kept = {name: values.astype(float) for name, values in file.kept.items()}
    churned, complained = kept["Churn"] == 1, kept["Complains"] == 1
    everybody, contract = np.ones(churned.size, bool), kept["Tariff Plan"] == 2
    calls = kept["Frequency of use"]
    rate = np.divide(kept["Call Failure"], calls, out=np.full(calls.size, np.nan), where=calls > 0)
    found = [
        _figure("Churn, all customers", churned, everybody),
        _figure("Churn, no complaint", churned, ~complained),
        _figure("Churn, complaint", churned, complained),
        _figure("Leavers who never complained", ~complained, churned),
        _figure("Churn, pay as you go", churned, ~contract),
        _figure("Churn, contract", churned, contract),
    ]
    found += [
        _figure(f"Churn, failure rate {low:g} to {high:g}" if high < 9 else f"Churn, failure rate above {low:g}", churned, (rate > low) & (rate <= high), False)
        for low, high in BINS
    ]
    return {figure.name: figure for figure in found}, complained


def simulated(scenario: Scenario, replications: int) -> dict[str, float]:
    """The same figures from the model, each the mean over replications."""
    data, complained = figures(scenario)
    result = run(scenario.with_(weeks=WEEKS), replications=replications, seed=SEED)
    left = 1 - result.stayed / len(result.numbers)
    answer = {name: float(left[figure.who].mean()) for name, figure in data.items()}
    answer["Leavers who never complained"] = float(left[~complained].sum() / left.sum())
    return answer
