"""Hold the telecom scenario to the data of the real company it starts from, and write docs/background/telecom.md.

``python tools/telecom_calibration.py`` runs ``scenarios/telecom/today.yaml`` for twelve weeks, sets churn by group beside
what the data say, writes the table, and exits with 1 when a named figure lies outside its interval. With ``--fit`` it first
searches the free parameters and prints the values that fit best; they are entered in the scenario by hand, so that a fitted
value is always a line somebody can read.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm

from sim import load, run
from sim.scenario.model_inputs import customers_of
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


def _bin_name(low: float, high: float) -> str:
    return f"Churn, failure rate {low:g} to {high:g}" if np.isfinite(high) else f"Churn, failure rate above {low:g}"


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
    found += [_figure(_bin_name(low, high), churned, (rate > low) & (rate <= high), False) for low, high in BINS]
    return {figure.name: figure for figure in found}, complained


def simulated(scenario: Scenario, replications: int) -> dict[str, float]:
    """The same figures from the model, each the mean over replications."""
    data, complained = figures(scenario)
    result = run(scenario.with_(weeks=WEEKS), replications=replications, seed=SEED)
    left = 1 - result.stayed / len(result.numbers)
    answer = {name: float(left[figure.who].mean()) for name, figure in data.items()}
    answer["Leavers who never complained"] = float(left[~complained].sum() / left.sum())
    return answer


FREE = {
    "grievance of whoever complained in months 1 to 9": 0.78,
    "switching cost of active customers": 0.22,
    "switching cost of inactive customers": 0.0,
    "contracts.exit_fee": 9.0,
    "choice.attention": 0.068,
    "choice.decisiveness": 17.0,
    "quality.error_rate": 0.03,
}
"""The free parameters and where the search begins."""
SCALES = np.array([0.1, 0.05, 0.02, 3.0, 0.02, 3.0, 0.005])


def with_free(base: Scenario, values: np.ndarray) -> Scenario:
    """The scenario with these values of the free parameters, in the order of ``FREE``."""
    grievance, active, inactive, fee, attention, decisiveness, errors = (float(value) for value in values)
    columns = {
        "grievance": {"column": "Complains", "values": {0: 0.0, 1: min(max(grievance, 0), 1)}},
        "switching_cost": {"column": "Status", "values": {1: max(active, 0), 2: max(inactive, 0)}},
    }
    return base.with_(
        customers={"columns": columns},
        contracts={"exit_fee": max(fee, 0)},
        choice={"attention": min(max(attention, 0), 1), "decisiveness": max(decisiveness, 1)},
        quality={"error_rate": min(max(errors, 0), 1)},
    )


def misfit(data: dict[str, Figure], model: dict[str, float]) -> float:
    """Sum of squared distances in units of each figure's standard error."""
    return sum(((model[f.name] - f.data) / ((f.high - f.low) / 3.92)) ** 2 for f in data.values())


def fit(base: Scenario, replications: int = 12) -> np.ndarray:
    """Search the free parameters under one luck (Nelder and Mead 1965), so that the misfit is a smooth enough function."""
    data, _ = figures(base)
    start = np.array(list(FREE.values()))

    def cost(steps: np.ndarray) -> float:
        return misfit(data, simulated(with_free(base, start + steps * SCALES), replications))

    best = minimize(
        cost, np.zeros(len(FREE)), method="Nelder-Mead", options={"maxfev": 250, "initial_simplex": _simplex()}
    )
    return start + best.x * SCALES


def _simplex() -> np.ndarray:
    return np.vstack([np.zeros(len(FREE)), 0.5 * np.eye(len(FREE))])


def table(data: dict[str, Figure], model: dict[str, float]) -> str:
    """The page's table in Markdown."""
    rows = ["| figure | data | 95 % interval | model | inside |", "|---|---:|---:|---:|---|"]
    for f in data.values():
        inside = "yes" if f.low <= model[f.name] <= f.high else "**no**"
        rows.append(f"| {f.name} | {f.data:.3f} | {f.low:.3f} – {f.high:.3f} | {model[f.name]:.3f} | {inside} |")
    return "\n".join(rows)


def write_page(words: str) -> None:
    """Put the table between the page's two marks."""
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split("<!-- table: begin -->")
    _, after = rest.split("<!-- table: end -->")
    PAGE.write_text(f"{before}<!-- table: begin -->\n{words}\n<!-- table: end -->{after}", encoding="utf-8")


def main() -> int:
    """Check, or fit and show; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fit", action="store_true", help="search the free parameters first (minutes)")
    parser.add_argument("--replications", type=int, default=200)
    options = parser.parse_args()
    scenario = load(SCENARIO)
    if options.fit:
        values = fit(scenario)
        print("\n".join(f"{name}: {value:.4g}" for name, value in zip(FREE, values, strict=True)))
        scenario = with_free(scenario, values)
    data, _ = figures(scenario)
    model = simulated(scenario, options.replications)
    words = table(data, model)
    print(f"{words}\n\nmisfit {misfit(data, model):.1f} over {len(data)} figures")
    if not options.fit:
        write_page(words)
    outside = [f.name for f in data.values() if f.named and not f.low <= model[f.name] <= f.high]
    rising = [model[_bin_name(low, high)] for low, high in BINS]
    if rising != sorted(rising):
        outside.append("churn rising over the bins of the failure rate")
    print(f"outside: {', '.join(outside)}" if outside else "every named figure lies in its interval")
    return 1 if outside else 0


if __name__ == "__main__":
    sys.exit(main())
