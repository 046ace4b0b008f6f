"""Compare policies under parameters that are themselves uncertain: every replication draws its own from a posterior.

Replication *r* of a seed draws the same row of the posterior for every policy, as it meets the same luck: the comparison
stays paired. Its intervals are of the mean over draws, which more replications narrow; what the calibration left open for one
market is the spread of the draws (:meth:`sim.runs.comparison.Comparison.spread`), which they do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import Mistake
from sim.experiments.designs import _read
from sim.experiments.factors import parameter_at, sectioned
from sim.experiments.repeating import command_for
from sim.model.component import Model
from sim.runs.comparison import Comparison
from sim.runs.executor import Block, Executor
from sim.runs.result import Gathering, Result
from sim.runs.runner import Progress
from sim.scenario.quantities import Unfit
from sim.scenario.rivals import parted_path
from sim.scenario.tree import shown
from sim.scenario.whole import Scenario
from sim.scenario.yaml_file import refuse_unless_file
from sim.system.arguments import file_path


@dataclass(frozen=True, eq=False)
class Draws:
    """Parameter sets, each as likely as any other. ``paths``: the parameters; ``values``: (sets, parameters)."""

    path: Path
    paths: tuple[str, ...]
    values: np.ndarray

    def row(self, seed: int, replication: int) -> int:
        """Which set a replication draws: a function of seed and replication alone."""
        return int(np.random.default_rng([seed, replication]).integers(len(self.values)))

    def applied(self, scenario: Scenario, row: int) -> Scenario:
        """The scenario with the parameters of this set. Raises :class:`Mistake` when they contradict the scenario."""
        values = zip(self.paths, self.values[row], strict=True)
        typed = {path: _typed(parameter_at(path, scenario.model).kind, float(value)) for path, value in values}
        return scenario.throughout(**sectioned(typed))


def _typed(kind: type, value: float) -> Any:
    return kind(value) if kind in (bool, int) else value


def read_draws(path: Path, model: Model | None = None) -> Draws:
    """The table that ``loyalty calibrate`` writes: a column for each parameter of the model, CSV or Parquet.

    Raises :class:`Mistake`.
    """
    path = file_path("path", path)
    refuse_unless_file(path)
    table = _read(path)
    paths = tuple(str(column) for column in table.columns)
    for name in paths:
        try:
            parameter_at(name, model)
        except Unfit as unfit:
            raise Mistake(f"{shown(path)}: the column '{name}' {unfit}") from None
    try:
        if any(kind.kind in "mM" for kind in table.dtypes):  # NumPy would count a moment's nanoseconds
            raise TypeError
        values = table.to_numpy(np.float64)
    except (OverflowError, TypeError, ValueError):
        raise Mistake(f"{shown(path)} holds something that is no number; every cell must be one") from None
    if not len(values) or not np.isfinite(values).all():
        raise Mistake(f"{shown(path)} has {'an empty cell' if len(values) else 'no rows'}; every cell must be a number")
    return Draws(path, paths, values)


def check_draws(scenarios: Sequence[Scenario], draws: Draws) -> None:
    """Raise :class:`Mistake` when a policy sets what the posterior draws: one of the two would be lost."""
    for scenario in scenarios:
        for path in draws.paths:
            section, name = parted_path(path)
            changes = any(name in changed.get(section, {}) for _, changed in scenario.changes)
            if changes or _value(scenario, section, name) != _value(scenarios[0], section, name):
                raise Mistake(
                    f"“{scenario.name}” sets {path}, which {shown(draws.path)} draws as well; remove the column, or the setting"
                )


def _value(scenario: Scenario, section: str, name: str) -> Any:
    parts = {"market": scenario.market, "network": scenario.network, **scenario.settings(0)}
    return getattr(parts[section], name)


def compare_under(
    scenarios: Sequence[Scenario], draws: Draws, replications: int, seed: int, place: Executor,
    progress: Progress = lambda count: None,
) -> Comparison:  # fmt: skip
    """A paired comparison, the first scenario being the base, whose every replication draws its parameters.

    Raises :class:`Mistake` when a policy sets what is drawn, or when drawn parameters contradict a policy.
    """
    check_draws(scenarios, draws)
    rows = [draws.row(seed, replication) for replication in range(replications)]
    made = [{row: draws.applied(scenario, row) for row in set(rows)} for scenario in scenarios]

    def blocks() -> Iterator[Block]:
        for replication, row in enumerate(rows):
            for each in made:
                yield Block(each[row], seed, replication, 1)

    gathered: dict[int, Gathering] = {}
    for number, result in place.run(blocks()):
        policy = number % len(scenarios)
        if policy not in gathered:
            gathered[policy] = Gathering(scenarios[policy], seed, range(replications), result.founders)
        progress(gathered[policy].add(_repeatable(result)))
    return Comparison(tuple(gathered[policy].result() for policy in sorted(gathered)), draws.path)


def _repeatable(result: Result) -> Result:
    """Failures with the command that repeats them, drawn parameters and all."""
    failures = tuple(
        replace(failure, repeat=command_for(result.scenario, result.seed, failure.replication))
        for failure in result.failures
    )
    return replace(result, failures=failures)
