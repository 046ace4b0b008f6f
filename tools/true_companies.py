"""Whether ranges hold what is true of companies of which everything is known, told to whoever knows six figures of each.

``python tools/true_companies.py --companies 200 --rows companies.jsonl`` draws so many true companies, each from what is
plausible, lives each of them once and takes six figures of it, luck and all. Then, as a user would, it calibrates the scenario to
these figures and compares the policy with today in the worlds that fit; and in the true world alone, often enough to know what is
true. It prints how often the range of nine in ten held the truth, without and with calibration, and how much narrower it was with
it. Each company is a line in the file of rows, so a run that was ended goes on where it was. A company takes some ten seconds.

Two truths are asked for. The *effect* is the mean difference in the true world, held against a range without luck; the *market*
is one more market of that world, held against the range that is told. Ends with 1 where a range holds its truth in fewer than 85
of 100 companies beyond chance.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binom

from sim import compare
from sim.experiments.laboratory import Laboratory
from sim.experiments.methods import method
from sim.model.component import builtin
from sim.runs.comparison import Comparison
from sim.runs.executor import executor
from sim.runs.prediction import predicted
from sim.runs.runner import run
from sim.scenario.whole import Scenario, load
from sim.scenario.worlds import Worlds, prior, uncertain, write_worlds

WEEKS, CUSTOMERS, PROSPECTS = 26, 400, 100
POLICY: dict[str, Any] = {"pricing": {"list_price": 1.05}}
FIGURES = ("retention", "revenue", "contacts", "nps", "joiners", "left_because_price")
MEASURES = ("retention", "profit")
WORLDS, TRUE_RUNS, MARKET = 400, 200, 1_000_003
"""Replications of the answer; those that tell the truth, and the number of the one that is the company's own."""
OWN_ERROR = 0.02
"""The standard error of a figure beside its luck, as a share of what it differs by between plausible worlds."""
LARGE = 1e9
"""People whom a simulated one stands for, where luck is to be left out of a range."""
HELD, FEWEST, NARROWER = 0.9, 0.85, 0.7


def main(arguments: list[str] | None = None) -> int:
    """Print what was found; returns the exit code."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--companies", type=int, default=200)
    asked.add_argument("--rows", type=Path, default=Path("results/true_companies.jsonl"))
    asked.add_argument("--threads", type=int, default=1)
    told = asked.parse_args(arguments)
    return told_of(rows(told.companies, told.rows, told.threads))


def rows(companies: int, file: Path, threads: int = 1) -> list[dict[str, Any]]:
    """What was found of companies 0 to ``companies - 1``; those that stand in the file are not lived again."""
    file.parent.mkdir(parents=True, exist_ok=True)
    known = {row["company"]: row for row in map(json.loads, file.read_text().splitlines())} if file.is_file() else {}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(companies):
            if number not in known:
                known[number] = company(number, Path(folder), threads)
                with open(file, "a", encoding="utf-8") as more:
                    more.write(json.dumps(known[number]) + "\n")
    return [known[number] for number in range(companies)]


def told_of(found: list[dict[str, Any]]) -> int:
    """Print how often the ranges held the truth, and how wide they are; returns the exit code."""
    failed = False
    for measure in MEASURES:
        for truth in ("effect", "market"):
            hits = {when: sum(_held(row, measure, truth, when) for row in found) for when in ("before", "after")}
            failed |= any(binom.cdf(count, len(found), FEWEST) < 0.05 for count in hits.values())
            ratio = np.median([_narrower(row, measure, truth) for row in found])
            told = f"held in {hits['before']} of {len(found)} companies without calibration, in {hits['after']} with"
            print(f"{measure}, {truth}: {told}; width with over without {ratio:.2f}")
    return int(failed)


def _held(row: dict[str, Any], measure: str, truth: str, when: str) -> bool:
    low, high = row[when][measure][truth]
    return bool(low <= row["truth"][measure][truth] <= high)


def _narrower(row: dict[str, Any], measure: str, truth: str) -> float:
    """The width of the range with calibration over that without."""
    after, before = (float(np.diff(row[when][measure][truth])[0]) for when in ("after", "before"))
    return after / before


# ---- one company


def company(number: int, folder: Path, threads: int) -> dict[str, Any]:
    """A company drawn from what is plausible: what is true of the policy, and what is told of it before and after six figures."""
    base, truth = _base(folder), true_world(number)
    own = run(base, 1, number, first=MARKET, worlds=truth, threads=threads)
    spreads = _spreads(folder, threads)
    draw = np.random.default_rng([number, 8])
    figures = {}
    for name in FIGURES:
        error = OWN_ERROR * spreads[name]
        figures[name] = {"value": float(own.values[name][0]) + error * draw.normal(), "error": error}
    fitted = _calibrated(figures, folder, number, threads)
    lived = compare([base, base.with_(name="dearer", **POLICY)], TRUE_RUNS, number, worlds=truth, threads=threads)
    after = compare([fitted, fitted.with_(name="dearer", **POLICY)], WORLDS, number, threads=threads)
    return {
        "company": number,
        "truth": {name: _true(lived, name) for name in MEASURES},
        "before": _before(folder, threads),
        "after": {name: _ranges(after, name) for name in MEASURES},
    }


def true_world(number: int) -> Worlds:
    """One world, each parameter anywhere in what is plausible of it."""
    draw = np.random.default_rng([number, 7])
    known = uncertain(builtin())
    values = [line.plausible.at(draw.random()) for line in known.values() if line.plausible]
    return Worlds(f"company {number}", tuple(known), np.array([values]), np.ones(1))


def _base(folder: Path) -> Scenario:
    """The company's scenario, in the worlds that are plausible."""
    file = folder / "today.yaml"
    if not file.is_file():
        write_worlds(prior(builtin()), folder / "plausible.parquet")
        market = f"{{customers: {CUSTOMERS}, prospects: {PROSPECTS}, stands_for: 1}}"
        file.write_text(f"name: today\nweeks: {WEEKS}\nmarket: {market}\nworlds: plausible.parquet\n")
    return load(file)


def _calibrated(figures: dict[str, dict[str, float]], folder: Path, seed: int, threads: int) -> Scenario:
    """The scenario after ``loyalty calibrate``, as its file says it."""
    calibrate = method("calibrate")
    asked = {"question": "What is this company like?", "base": "today.yaml", "outcomes": list(FIGURES), "seed": seed,
             "calibrate": {"figures": figures}}  # fmt: skip
    (folder / "fit.yaml").write_text(json.dumps(asked))
    experiment = calibrate.load(folder / "fit.yaml").in_worlds()
    with Laboratory(experiment.definitions, seed, None, executor(threads)) as laboratory:
        found = calibrate.answer(experiment, laboratory)
    assert calibrate.save
    calibrate.save.write(found, folder, folder / "my_company.yaml")
    return load(folder / "my_company.yaml")


@lru_cache(maxsize=1)
def _plausible(folder: Path, threads: int) -> Comparison:
    base = _base(folder)
    return compare([base, base.with_(name="dearer", **POLICY)], WORLDS, 1, threads=threads)


def _spreads(folder: Path, threads: int) -> dict[str, float]:
    """What each figure differs by between plausible worlds."""
    found = _plausible(folder, threads)
    return {name: float(np.nanstd(found.values(found.base, name))) for name in FIGURES}


def _before(folder: Path, threads: int) -> dict[str, Any]:
    return {name: _ranges(_plausible(folder, threads), name) for name in MEASURES}


def _gaps(answer: Comparison, measure: str) -> np.ndarray:
    base, other = (answer.values(result, measure) for result in answer.results)
    return np.asarray(other - base)


def _true(answer: Comparison, measure: str) -> dict[str, float]:
    """The mean difference in the true world, and that of its last market alone."""
    gaps = _gaps(answer, measure)
    return {"effect": float(np.nanmean(gaps)), "market": float(gaps[-1])}


def _ranges(answer: Comparison, measure: str) -> dict[str, tuple[float, float]]:
    """Nine in ten of what the effect may be, and of what one market may show."""
    gaps = _gaps(answer, measure)
    return {truth: predicted(gaps, answer.met, size)[:2] for truth, size in (("effect", LARGE), ("market", 1.0))}


if __name__ == "__main__":
    sys.exit(main())
