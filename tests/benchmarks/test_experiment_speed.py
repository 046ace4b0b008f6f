"""What the layer of experiments adds to the engine's own time, and how quickly the store answers. Wants a quiet machine.

``python -m pytest tests/benchmarks/test_experiment_speed.py -m benchmark`` measures a twentieth of the sweep that is promised:
1,000 designs of 20 replications of 5,000 customers and 52 weeks.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from sim.experiments.laboratory import Laboratory
from sim.experiments.querying import connect
from sim.experiments.store import Store
from sim.runs.executor import Block, executor
from sim.runs.runner import run
from sim.scenario.whole import Scenario, described

pytestmark = pytest.mark.benchmark
DESIGNS, REPLICATIONS, TRIES = 50, 20, 3
BASE = {"weeks": 52, "market": {"customers": 5000, "prospects": 500, "stands_for": 20}}


def designs(base: Scenario, count: int) -> list[Scenario]:
    return [base.with_(quality={"error_rate": 0.01 + 0.0001 * k}) for k in range(count)]


def bare(base: Scenario) -> float:
    """Processor seconds of the engine alone, for all designs."""
    scenarios, start = designs(base, DESIGNS), time.process_time()
    with executor(threads=2) as place:
        for _ in place.run(Block(scenario, 1, 0, REPLICATIONS) for scenario in scenarios):
            pass
    return time.process_time() - start


def with_store(base: Scenario, folder: Path) -> float:
    """Processor seconds of the same through a laboratory: scenarios made, results looked up, kept and gathered."""
    start = time.process_time()
    with Laboratory(["profit", "retention"], 1, Store(folder), executor(threads=2)) as at_work:
        at_work.measure(designs(base, DESIGNS), range(REPLICATIONS))
    return time.process_time() - start


def test_the_layer_costs_less_than_a_twentieth_of_the_engines_time(tmp_path: Path) -> None:
    base = described(BASE)
    run(base, 1)
    ratios = [with_store(base, tmp_path / f"{k}") / bare(base) for k in range(TRIES)]
    assert min(ratios) < 1.05, ratios  # a noisy moment can only make one of the two slower


def test_a_million_weekly_rows_are_grouped_in_under_a_second(tmp_path: Path) -> None:
    base = described({**BASE, "market": {"customers": 300, "prospects": 60, "stands_for": 20}})
    results = [run(base, REPLICATIONS, seed) for seed in range(8)]
    store = Store(tmp_path / "store")
    for k, scenario in enumerate(designs(base, 1000)):
        store.keep(replace(results[k % 8], scenario=scenario, seed=1))
        if k % 25 == 24:
            store.gather()
    took = []
    with connect(tmp_path) as connection:
        for _ in range(TRIES):
            start = time.monotonic()
            rows = connection.execute("SELECT scenario, week, avg(profit) FROM weekly GROUP BY ALL").fetchall()
            took.append(time.monotonic() - start)
    assert len(rows) == 1000 * 52 and min(took) < 1.0, took
