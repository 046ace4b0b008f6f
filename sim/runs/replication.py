"""One replication after the other, and what is counted of them.

A replication that fails is kept as a row with its traceback and the command that repeats it; the others are not touched by it.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.engine.engine import NOBODY, Engine, Market
from sim.engine.start import Ground
from sim.errors import Mistake
from sim.model.component import row
from sim.model.week import EVERYBODY, State
from sim.runs.weekly_counts import put, room
from sim.runs.who import Gathered, Seen, Watch, Who, lived, of_market
from sim.scenario.worlds import Drawn
from sim.system.memory import REMEDY

LACKING = MemoryError, SystemError
"""What lack of memory looks like: Python itself may lose an exception that it has no memory to tell of."""


@dataclass(frozen=True)
class Failure:
    """A replication that failed: its number, what went wrong, and how to repeat it."""

    replication: int
    error: str
    traceback: str
    repeat: str


class Counted(NamedTuple):
    """What was counted in some replications of one scenario, in the order of a :class:`~sim.runs.result.Result`.

    ``numbers``: int64 (done); ``tally``: int64 (done, weeks, counts); ``stayed``: int64 (founders): how many of the
    replications each customer of week 0 stayed through; ``digests``: one of each replication done; ``who``: who stayed, and what
    they hold against the company; None where it was not looked at.
    """

    numbers: np.ndarray
    tally: np.ndarray
    stayed: np.ndarray
    digests: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    who: Who | None = None


@dataclass(frozen=True)
class Task:
    """Replications ``first`` to ``first + count - 1``.

    ``name``: the scenario's file, for the command that repeats one; ``drawn``: the plausible world that each of them meets, None
    where all meet the same setting; ``watch``: what is looked at beside what is counted.
    """

    name: str
    seed: int
    first: int
    count: int
    engine: str = "core"
    drawn: Drawn | None = None
    watch: Watch = Watch()

    def failed(self, replication: int, fault: Exception) -> Failure:
        """The row of a replication that ended in this fault, while it is handled."""
        if isinstance(fault, LACKING):  # to tell more would take memory, too
            return self.failure(replication, f"not enough memory ({fault}); {REMEDY}")
        return self.failure(replication, f"{type(fault).__name__}: {fault}", traceback.format_exc())

    def failure(self, replication: int, error: str, told: str = "") -> Failure:
        """The row of a replication that failed; ``told`` is the traceback."""
        other = " --engine mesa" if self.engine == "mesa" else ""
        repeat = f"loyalty run {self.name} --seed {self.seed} --first {replication} --replications 1{other}"
        return Failure(replication, error, told, repeat)


def lost(ground: Ground, task: Task, fault: Exception | str) -> Counted:
    """A task of which nothing is left, as failures: others are not lost with it."""
    numbers = range(task.first, task.first + task.count)
    failures = [task.failure(n, fault) if isinstance(fault, str) else task.failed(n, fault) for n in numbers]
    return nothing(ground, *failures)


def nothing(ground: Ground, *failures: Failure) -> Counted:
    """Replications of which there are only failures."""
    none = np.zeros((0, ground.weeks, len(ground.model.counts)), np.int64)
    return Counted(np.zeros(0, np.int64), none, np.zeros(ground.plan.founders, np.int64), (), failures)


def state_digest(state: State, tally: np.ndarray) -> str:
    """SHA-256 of every byte of the final state and of the weekly counts, from which the measures follow."""
    digest = hashlib.sha256()
    for array in (*state, tally):
        digest.update(np.ascontiguousarray(array).data)  # the bytes themselves: a copy would double the memory
    return digest.hexdigest()


def ended(market: Market, replication: int, seen: Seen | None = None) -> Counted:
    """What is kept of a market after its last week, with what was ``seen`` of its customers.

    Raises ``FloatingPointError`` when its state is no number.
    """
    state, founders, weeks = market.state(), market.inputs.plan.founders, market.inputs.weeks
    if not all(np.isfinite(column).all() for column in state.number):  # one by one, to save memory
        raise FloatingPointError("a customer's state is no number: please report this with the scenario file")
    stayed = (state.mark[row("provider"), :founders] == 0) & (state.clock[row("tenure"), :founders] >= weeks)
    number, digest = np.array([replication], np.int64), state_digest(state, market.counts)
    who = None if seen is None else of_market(market, seen)
    return Counted(number, market.counts[None], stayed.astype(np.int64), (digest,), (), who)


def never() -> bool:
    """Nobody asks to stop."""
    return False


def _met(ground: Ground, task: Task, replication: int) -> Ground:
    """The ground with what a replication meets."""
    if task.drawn is None:
        return ground
    return task.drawn.ground(ground, replication - task.first)


class Replicator:
    """Runs tasks one after the other in one thread, and keeps the engine for the next that it serves."""

    def __init__(self) -> None:
        self._kept: Engine | None = None

    def __call__(self, ground: Ground, task: Task, stop: Callable[[], bool] = never) -> Counted:
        """The replications of a task; asked to ``stop``, those that are done by then."""
        try:
            return self._counted(ground, task, stop)
        except LACKING as fault:
            return lost(ground, task, fault)

    def _counted(self, ground: Ground, task: Task, stop: Callable[[], bool]) -> Counted:
        tally = room(task.count, ground.weeks, len(ground.model.counts))
        stayed = np.zeros(ground.plan.founders, np.int64)
        digests: dict[int, str] = {}
        failures, who = [], Gathered(task.count)
        for replication in range(task.first, task.first + task.count):
            if stop():
                break
            try:
                one = self._replicated(ground, task, replication)
            except Mistake:  # the scenario's, and so that of every replication
                raise
            except Exception as fault:  # a failed replication is a row, whatever the fault
                failures.append(task.failed(replication, fault))
                continue
            put(tally, len(digests), one.tally)
            who.add(np.array([len(digests)]), one.who)
            stayed += one.stayed
            digests[replication] = one.digests[0]
        numbers = np.array(list(digests), np.int64)
        told, there = (tuple(digests.values()), tuple(failures)), who.who(np.arange(len(numbers)))
        return Counted(numbers, tally[: len(numbers)], stayed, *told, there)

    def _replicated(self, ground: Ground, task: Task, replication: int) -> Counted:
        engine = self._engine(_met(ground, task, replication), task)
        market = engine.start(replication, NOBODY if task.watch.accounts is None else EVERYBODY)
        counted = ended(market, replication, lived(market, task.watch))
        self._kept = engine
        return counted

    def _engine(self, ground: Ground, task: Task) -> Engine:
        engine, self._kept = self._kept, None  # after a fault nobody knows what is in it
        if engine is None or not engine.serves(ground, task.engine):
            del engine  # its room is given back before there is another
            return Engine(ground, task.seed, task.engine)
        engine.inputs, engine.seed = ground, task.seed
        return engine
