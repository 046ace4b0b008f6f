"""Branches: history is run once, and from some week on several policies go on from the same state of the same world.

A branch is the base with other settings from that week on; what it gives is that scenario run whole, to the last bit, and the
store keeps it as such. Its history differs from another branch's only where the model carries something through all weeks
because a policy will once need it (:class:`~sim.engines.start.Setting`); history is run once for all branches of which it is
the same.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sim.draws import world
from sim.engines import core
from sim.engines.start import Ground, Setting, begin, empty_state, setting_of
from sim.errors import Mistake
from sim.experiments.laboratory import Laboratory, replications_in_block
from sim.ground import ground_of
from sim.outcome import Result
from sim.parts import row
from sim.replicating import Failure, state_digest
from sim.scenario.whole import Scenario
from sim.week import COUNTS, State, journal


def branched(base: Scenario, week: int, policy: Scenario) -> Scenario:
    """The base that becomes ``policy`` from a week on. Raises :class:`Mistake` when they differ in more than settings."""
    if not 1 <= week < base.weeks:
        raise Mistake(
            f"branch.week is {week}, but must lie between 1 and {base.weeks - 1}, the last week of '{base.name}'"
        )
    for name in ("weeks", "market", "customers", "network"):
        if getattr(base, name) != getattr(policy, name):
            raise Mistake(
                f"the policy '{policy.name}' has another {name} than '{base.name}', which cannot change over time"
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


@dataclass(frozen=True, eq=False)
class _Branch:
    """One scenario with its arrays, and a state to live in."""

    scenario: Scenario
    ground: Ground
    state: State

    @cached_property
    def kind(self) -> Setting:
        """What of the setting shapes history, with no luck in it."""
        return setting_of(self.ground, np.uint64(0))


def _widest(branches: Sequence[_Branch]) -> State:
    """A state with room for the representatives, lanes and lines of all branches."""
    together = zip(*(branch.state for branch in branches), strict=True)
    return State(*(np.zeros(np.max([a.shape for a in arrays], axis=0), arrays[0].dtype) for arrays in together))


def _copy(source: State, target: State) -> None:
    """The state of the same people in a room that may be smaller; what is left out was never used."""
    for old, new in zip(source, target, strict=True):
        new[...] = old[..., : new.shape[-1]]


class _Tree:
    """One thread's room for a trunk and its branches; used for one replication after the other."""

    def __init__(self, scenarios: Sequence[Scenario], grounds: Sequence[Ground], week: int, seed: int) -> None:
        self.week, self.seed = week, seed
        self.branches = [_Branch(s, g, empty_state(g)) for s, g in zip(scenarios, grounds, strict=True)]
        self.trunk, self.work = _widest(self.branches), core.room_for(grounds[0].plan.people)
        self.journal = journal()

    def replicate(self, replication: int) -> Iterator[tuple[int, State, np.ndarray]]:
        """Place, final state (overwritten by the next) and counts of each branch."""
        for kind in dict.fromkeys(branch.kind for branch in self.branches):
            alike = [(place, branch) for place, branch in enumerate(self.branches) if branch.kind == kind]
            first = alike[0][1].ground
            history = np.zeros((self.week, len(COUNTS)), np.int64)
            network, setting = begin(first, self.seed, replication, self.trunk)
            core.live(self.trunk, self.work, network, first.policy, setting, history, self.journal)
            for place, branch in alike:
                _copy(self.trunk, branch.state)
                rest = np.zeros((branch.ground.weeks - self.week, len(COUNTS)), np.int64)
                here = setting_of(branch.ground, world(self.seed, replication))
                core.live(branch.state, self.work, network, branch.ground.policy, here, rest, self.journal, self.week)
                yield place, branch.state, np.concatenate([history, rest])


def grow(scenarios: Sequence[Scenario], week: int, seed: int, numbers: Sequence[int]) -> list[Result]:
    """Each scenario's replications of these numbers, history run once for all; see the module for which can share it.

    The scenarios have the same people and the same settings before ``week``. A replication that fails is in ``failures``.
    """
    tree = _Tree(scenarios, [ground_of(scenario) for scenario in scenarios], week, seed)
    counted: list[list[tuple[int, np.ndarray, np.ndarray, str]]] = [[] for _ in scenarios]
    failures: list[list[Failure]] = [[] for _ in scenarios]
    for number in numbers:
        done: set[int] = set()
        try:
            for place, state, tally in tree.replicate(number):
                counted[place].append(
                    (number, tally, _stayed(state, tree.branches[place].ground), state_digest(state, tally))
                )
                done.add(place)
        except Exception as fault:  # a failed replication is a row, whatever the fault
            told = f"{type(fault).__name__}: {fault}", traceback.format_exc(), ""
            for place in set(range(len(scenarios))) - done:
                failures[place].append(Failure(number, *told))
            tree = _Tree(scenarios, [branch.ground for branch in tree.branches], week, seed)
    return [_result(b, seed, c, f) for b, c, f in zip(tree.branches, counted, failures, strict=True)]


def _stayed(state: State, ground: Ground) -> np.ndarray:
    """Which customers of week 0 never left; raises ``FloatingPointError`` when a state is no number."""
    if not np.isfinite(state.number).all():
        raise FloatingPointError("a customer's state is no number: please report this with the scenario file")
    founders = ground.plan.founders
    return (state.mark[row("provider"), :founders] == 0) & (state.clock[row("tenure"), :founders] >= ground.weeks)


def _result(
    branch: _Branch, seed: int, counted: Sequence[tuple[int, np.ndarray, np.ndarray, str]], failures: Sequence[Failure]
) -> Result:
    founders, weeks = branch.ground.plan.founders, branch.ground.weeks
    tally = np.stack([one[1] for one in counted]) if counted else np.zeros((0, weeks, len(COUNTS)), np.int64)
    stayed = sum((one[2].astype(np.int64) for one in counted), np.zeros(founders, np.int64))
    numbers = np.array([one[0] for one in counted], np.int64)
    return Result(
        branch.scenario, seed, founders, numbers, tally, stayed, tuple(one[3] for one in counted), tuple(failures)
    )


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
