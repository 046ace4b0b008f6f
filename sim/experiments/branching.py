"""Branches: history is run once, and from some week on several policies go on from the same state of the same world.

A branch is the base with other settings from that week on; what it gives is that scenario run whole, to the last bit, and the
store keeps it as such. Its history differs from another branch's only where the model carries something through all weeks
because a policy will once need it (:class:`~sim.engine.start.RunFlags`); history is run once for all branches of which it is
the same.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from sim.engine.engine import Engine, Market
from sim.engine.start import Ground, flags_of
from sim.errors import Mistake
from sim.experiments.laboratory import Laboratory, replications_in_block
from sim.runs.replication import Failure, ended, nothing
from sim.runs.result import Gathering, Result
from sim.scenario.model_inputs import ground_met, ground_of
from sim.scenario.whole import Scenario


def branched(base: Scenario, week: int, policy: Scenario) -> Scenario:
    """The base that becomes ``policy`` from a week on. Raises :class:`Mistake` when they differ in more than settings."""
    if not 1 <= week < base.weeks:
        raise Mistake(
            f"branch.week is {week}, but must lie between 1 and {base.weeks - 1}, the last week of '{base.name}'"
        )
    for name in ("weeks", "warm_up", "before", "measure", "market", "customers", "network"):
        if getattr(base, name) != getattr(policy, name):
            raise Mistake(
                f"the policy '{policy.name}' has another {name} than '{base.name}', which cannot change over time"
            )
    if base.addressed != policy.addressed:
        raise Mistake(
            f"the policy '{policy.name}' has other rules or policies of segments than '{base.name}', which a branch cannot take "
            "up; let both say the same, or compare whole runs with 'loyalty compare'"
        )
    if [start for start, _ in (*base.steps, *policy.steps) if start > week]:
        raise Mistake(
            f"'{base.name}' or '{policy.name}' changes after week {week}; a branch begins with the last change"
        )
    before, after = base.settings(week), policy.settings(week)
    said: dict[str, dict[str, Any]] = {}
    for part, settings in after.items():
        new = {key: value for key, value in settings.model_dump().items() if value != getattr(before[part], key)}
        if new:
            said[part] = new
    changes = {f"from week {week}": said} if said else {}
    return base.with_(name=policy.name, **({"changes": changes} if changes else {}))


class _Tree:
    """One thread's trunk and branches, of one replication after the other."""

    def __init__(self, scenarios: Sequence[Scenario], grounds: Sequence[Ground], week: int, seed: int) -> None:
        self.scenarios, self.grounds, self.week = scenarios, grounds, week
        kinds = [
            (flags_of(ground, np.uint64(0)), ground.model) for ground in grounds
        ]  # what shapes history, with no luck in it
        self.alike = [[place for place, its in enumerate(kinds) if its == kind] for kind in dict.fromkeys(kinds)]
        self.engines = [
            Engine(grounds[some[0]], seed, beside=[grounds[place] for place in some]) for some in self.alike
        ]

    def replicate(self, replication: int) -> Iterator[tuple[int, Market]]:
        """Each branch after its last week, with its place."""
        both = zip(self.scenarios, self.grounds, strict=True)
        met = [ground_met(scenario, ground, self.engines[0].seed, replication) for scenario, ground in both]
        for places, engine in zip(self.alike, self.engines, strict=True):
            engine.inputs = met[places[0]]
            trunk = engine.start(replication)
            trunk.run(self.week)
            for place in places:
                branch = trunk.copy(met[place])
                branch.run()
                yield place, branch


def grow(scenarios: Sequence[Scenario], week: int, seed: int, numbers: Sequence[int]) -> list[Result]:
    """Each scenario's replications of these numbers, history run once for all; see the module for which can share it.

    The scenarios have the same people and the same settings before ``week``. A replication that fails is in ``failures``.
    """
    grounds, span = [ground_of(scenario) for scenario in scenarios], range(min(numbers), max(numbers) + 1)
    gathered = [Gathering(s, seed, span, g.plan.founders) for s, g in zip(scenarios, grounds, strict=True)]
    tree = _Tree(scenarios, grounds, week, seed)
    for number in numbers:
        waiting = set(range(len(scenarios)))
        try:
            for place, market in tree.replicate(number):
                gathered[place].add(ended(market, number))
                waiting.discard(place)
        except Exception as fault:  # a failed replication is a row, whatever the fault
            failure = Failure(number, f"{type(fault).__name__}: {fault}", traceback.format_exc(), "")
            for place in waiting:
                gathered[place].add(nothing(grounds[place], failure))
            tree = _Tree(scenarios, grounds, week, seed)
    return [gathering.result() for gathering in gathered]


def branch(
    laboratory: Laboratory, scenarios: Sequence[Scenario], week: int, replications: range, threads: int | None = None
) -> np.ndarray:
    """Run what the store lacks of these branches; float64 (scenarios, replications, measures), NaN where one failed."""
    todo = [scenario for scenario in scenarios if len(laboratory.missing(scenario, replications))]
    lacking = sorted({int(n) for scenario in todo for n in laboratory.missing(scenario, replications)})
    size = max(1, replications_in_block(todo[0]) // len(todo)) if todo else 1
    pieces = [lacking[start : start + size] for start in range(0, len(lacking), size)]
    work: Callable[[Sequence[int]], list[Result]] = lambda piece: grow(todo, week, laboratory.seed, piece)  # noqa: E731
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        for results in pool.map(work, pieces):
            for result in results:
                laboratory.take(result)
            if laboratory.executor.stopped:
                pool.shutdown(cancel_futures=True)
                raise Mistake(
                    f"stopped ({laboratory.executor.why_stopped}); what is finished is kept: go on with --resume"
                )
    known = len(scenarios) * len(replications) - len(todo) * len(lacking)
    laboratory.tally.found += known
    laboratory.progress(known)
    return np.stack([laboratory.values(scenario, replications) for scenario in scenarios])
