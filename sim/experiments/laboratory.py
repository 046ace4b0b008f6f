"""The laboratory asks the model: what was run before is looked up, the rest is run and kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from sim.experiments.question import Experiment
from sim.running import Result, run
from sim.scenario.whole import Scenario

Evaluate = Callable[[np.ndarray, range], np.ndarray]
"""Points (k, factors), in the factors' units, and replication numbers → (k, replications, outcomes), NaN where one failed."""


@dataclass(frozen=True)
class Block:
    """Replications ``first`` .. ``first + count - 1`` of a scenario under a seed."""

    scenario: Scenario
    seed: int
    first: int
    count: int
    engine: str = "core"


class Laboratory:
    """Runs scenarios under one seed, so that all of them meet the same luck.

    ``measures``: the names of what is measured, the last axis of every answer.
    """

    def __init__(self, measures: Sequence[str], seed: int, threads: int | None = None) -> None:
        self.measures, self.seed, self.threads = list(measures), seed, threads or os.cpu_count() or 1

    def measure(self, scenarios: Sequence[Scenario], replications: range) -> np.ndarray:
        """float64 (scenarios, replications, measures); NaN for a replication that failed."""
        answer = np.full((len(scenarios), len(replications), len(self.measures)), np.nan)
        blocks = [Block(s, self.seed, replications.start, len(replications)) for s in scenarios]
        for place, result in self._run(blocks):
            for k, name in enumerate(self.measures):
                answer[place, result.numbers - replications.start, k] = result.values[name]
        return answer

    def _run(self, blocks: Iterable[Block]) -> Iterator[tuple[int, Result]]:
        with ThreadPoolExecutor(self.threads) as pool:
            yield from enumerate(pool.map(lambda b: run(b.scenario, b.count, b.seed, threads=1, first=b.first), blocks))

    def evaluate(self, experiment: Experiment) -> Evaluate:
        """The experiment as a function of points and replication numbers, as algorithms take it."""
        return lambda points, replications: self.measure([experiment.scenario_at(p) for p in points], replications)


def laboratory(experiment: Experiment, threads: int | None = None) -> Laboratory:
    """The laboratory that measures the outcomes of an experiment under its seed."""
    return Laboratory(experiment.measures, experiment.seed, threads)
