"""Hold the telecom scenario to the data of the real company it starts from, and write docs/background/telecom.md.

``python tools/telecom_calibration.py`` runs ``scenarios/telecom/today.yaml`` for twelve weeks, sets churn by group beside
what the data say, writes the tables, and exits with 1 when a named figure lies outside its interval. With ``--fit`` it first
searches the free parameters and prints the values that fit best; they are entered in the scenario by hand, so that a fitted
value is always a line somebody can read.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.stats import norm
from telecom_page import SCENARIO, fill
from telecom_page import table as table_of

from sim import load, run
from sim.scenario.customers import customers_of
from sim.scenario.whole import Scenario

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

    @property
    def error(self) -> float:
        """The standard error."""
        return (self.high - self.low) / 3.92

    def holds(self, model: dict[str, float]) -> bool:
        """Whether the model's figure lies within the interval."""
        return self.low <= model[self.name] <= self.high


def wilson(share: float, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share among ``count``."""
    z2 = norm.ppf(0.975) ** 2
    middle, half = (share + z2 / (2 * count)), np.sqrt(z2 * (share * (1 - share) / count + z2 / (4 * count * count)))
    return (middle - half) / (1 + z2 / count), (middle + half) / (1 + z2 / count)


def _figure(name: str, churned: np.ndarray, who: np.ndarray, named: bool = True) -> Figure:
    share = float(churned[who].mean())
    return Figure(name, share, *wilson(share, int(who.sum())), who, named)


def _bin_name(low: float, high: float) -> str:
    return f"Churn, failure rate {low:g} to {high:g}" if np.isfinite(high) else f"Churn, failure rate above {low:g}"


def columns(scenario: Scenario) -> dict[str, np.ndarray]:
    """The columns that the scenario keeps of its file, and ``rate``: failures a call, NaN where there was no call."""
    file = customers_of(scenario)
    assert file is not None
    kept = {name: values.astype(float) for name, values in file.kept.items()}
    calls = kept["Frequency of use"]
    rate = np.divide(kept["Call Failure"], calls, out=np.full(calls.size, np.nan), where=calls > 0)
    return kept | {"rate": rate}


def figures(scenario: Scenario, among: np.ndarray | None = None) -> tuple[dict[str, Figure], np.ndarray]:
    """The figures of the data by name, of everybody or among some, and who complained."""
    kept = columns(scenario)
    churned, complained, rate = kept["Churn"] == 1, kept["Complains"] == 1, kept["rate"]
    among = np.ones(churned.size, bool) if among is None else among
    groups = {
        "Churn, all customers": among,
        "Churn, no complaint": among & ~complained,
        "Churn, complaint": among & complained,
        "Churn, active": among & (kept["Status"] == 1),
        "Churn, inactive": among & (kept["Status"] == 2),
        "Churn, pay as you go": among & (kept["Tariff Plan"] == 1),
        "Churn, contract": among & (kept["Tariff Plan"] == 2),
    }
    found = [_figure(name, churned, who) for name, who in groups.items()]
    found.insert(3, _figure("Leavers who never complained", ~complained, among & churned))
    found += [
        _figure(_bin_name(*edges), churned, among & (rate > edges[0]) & (rate <= edges[1]), False) for edges in BINS
    ]
    return {figure.name: figure for figure in found}, complained


def leaving(scenario: Scenario, replications: int) -> np.ndarray:
    """The share of replications in which each customer has left within the twelve weeks."""
    result = run(scenario.with_(weeks=WEEKS), replications=replications, seed=SEED)
    return np.asarray(1 - result.stayed / len(result.numbers))


def simulated(scenario: Scenario, replications: int, among: np.ndarray | None = None) -> dict[str, float]:
    """The same figures from the model, each the mean over replications."""
    data, complained = figures(scenario, among)
    left = leaving(scenario, replications)
    answer = {name: float(left[figure.who].mean()) for name, figure in data.items()}
    everybody = data["Churn, all customers"].who
    answer["Leavers who never complained"] = float(left[everybody & ~complained].sum() / left[everybody].sum())
    return answer


FREE = {
    "satisfaction of whoever complained in months 1 to 9": 0.05,
    "satisfaction of inactive customers": 0.32,
    "choice.attention": 0.02,
}
"""The free parameters and where the search begins."""
SCALES = np.array([0.05, -0.1, 0.01])


def with_free(base: Scenario, values: np.ndarray) -> Scenario:
    """The scenario with these values of the free parameters, in the order of ``FREE``."""
    complained, inactive, attention = (float(min(max(value, 0.001), 1)) for value in values)
    said = {"column": "Complains", "divide_by": "Complains", "multiply": complained, "missing": "draw"}
    spread = {"distribution": "normal", "mean": inactive, "sd": 0.1}
    return base.with_(
        customers={"columns": {"satisfaction": said}, "segments": {"inactive": {"traits": {"satisfaction": spread}}}},
        choice={"attention": attention},
    )


def misfit(data: dict[str, Figure], model: dict[str, float]) -> float:
    """Sum of squared distances in units of each figure's standard error."""
    return sum(((model[f.name] - f.data) / f.error) ** 2 for f in data.values())


def fit(base: Scenario, replications: int = 24, among: np.ndarray | None = None) -> np.ndarray:
    """Search the free parameters under one luck (Nelder and Mead 1965), so that the misfit is a smooth enough function.

    What is known of leaving is that of ``among`` alone; everybody is in the market.
    """
    data, _ = figures(base, among)
    start = np.array(list(FREE.values()))

    def cost(steps: np.ndarray) -> float:
        return misfit(data, simulated(with_free(base, start + steps * SCALES), replications, among))

    simplex = np.vstack([np.zeros(len(FREE)), 0.5 * np.eye(len(FREE))])
    best = minimize(cost, simplex[0], method="Nelder-Mead", options={"maxfev": 120, "initial_simplex": simplex})
    return np.clip(start + best.x * SCALES, 0.001, 1)


def in_words(values: np.ndarray) -> str:
    """The free parameters with these values, a line each."""
    return "\n".join(f"- {name}: {value:.3g}" for name, value in zip(FREE, values, strict=True))


def table(data: dict[str, Figure], model: dict[str, float]) -> str:
    """The page's table in Markdown."""
    heads = ("figure", "data", "95 % interval", "model", "inside")
    rows = (
        (
            f.name,
            f"{f.data:.3f}",
            f"{f.low:.3f} – {f.high:.3f}",
            f"{model[f.name]:.3f}",
            "yes" if f.holds(model) else "**no**",
        )
        for f in data.values()
    )
    return table_of(heads, rows)


def repeated(scenario: Scenario) -> np.ndarray:
    """Whether each row of the file is an exact copy of an earlier one."""
    return np.asarray(pd.read_csv(scenario.customers.file).duplicated())


def without_copies(scenario: Scenario, model: np.ndarray) -> str:
    """The named figures with the copies and without, of the data and of the model, as a table."""
    first = ~repeated(scenario)
    everybody, once = figures(scenario)[0], figures(scenario, first)[0]
    rows = [
        (
            name,
            f"{f.data:.3f}",
            f"{once[name].data:.3f}",
            f"{model[f.who].mean():.3f}",
            f"{model[once[name].who].mean():.3f}",
        )
        for name, f in everybody.items()
        if f.named and name.startswith("Churn")
    ]
    return table_of(("figure", "data, all rows", "each row once", "model, all rows", "each row once"), rows)


def main() -> int:
    """Check, or fit and show; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fit", action="store_true", help="search the free parameters first")
    parser.add_argument("--replications", type=int, default=200)
    options = parser.parse_args()
    scenario = load(SCENARIO)
    if options.fit:
        values = fit(scenario)
        print(in_words(values))
        scenario = with_free(scenario, values)
    data, _ = figures(scenario)
    model = simulated(scenario, options.replications)
    words = table(data, model)
    print(f"{words}\n\nmisfit {misfit(data, model):.1f} over {len(data)} figures")
    if not options.fit:
        fill("table", words)
        fill("copies", without_copies(scenario, leaving(scenario, options.replications)))
    outside = [f.name for f in data.values() if f.named and not f.holds(model)]
    rising = [model[_bin_name(low, high)] for low, high in BINS]
    if rising != sorted(rising):
        outside.append("churn rising over the bins of the failure rate")
    print(f"outside: {', '.join(outside)}" if outside else "every named figure lies in its interval")
    return 1 if outside else 0


if __name__ == "__main__":
    sys.exit(main())
