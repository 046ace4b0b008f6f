"""One replication after the other: the room they are lived in, and what is counted of them.

A replication that fails is kept as a row with its traceback and the command that repeats it; the others are not touched by it.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.engine import core
from sim.engine.start import Ground, begin, empty_state
from sim.model.component import row
from sim.model.mechanisms.management import NEUTRAL as MANAGEMENT
from sim.model.week import COUNTS, State, journal
from sim.runs.weekly_counts import put, room
from sim.system.memory import REMEDY

SIZES = ("call_centre_representatives", "self_checkout_lanes", *(f"management_{name}" for name in MANAGEMENT))
"""Settings whose largest values say, with the number of people, how large a state is."""

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
    replications each customer of week 0 stayed through; ``digests``: one of each replication done.
    """

    numbers: np.ndarray
    tally: np.ndarray
    stayed: np.ndarray
    digests: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True)
class Task:
    """Replications ``first`` to ``first + count - 1``; ``name``: the scenario's file, for the command that repeats one."""

    name: str
    seed: int
    first: int
    count: int
    engine: str = "core"

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
    none = np.zeros((0, ground.weeks, len(COUNTS)), np.int64)
    return Counted(np.zeros(0, np.int64), none, np.zeros(ground.plan.founders, np.int64), (), tuple(failures))


def state_digest(state: State, tally: np.ndarray) -> str:
    """SHA-256 of every byte of the final state and of the weekly counts, from which the measures follow."""
    digest = hashlib.sha256()
    for array in (*state, tally):
        digest.update(np.ascontiguousarray(array).data)  # the bytes themselves: a copy would double the memory
    return digest.hexdigest()


class ReplicationRunner:
    """One thread's room: a state and a workspace, used for one replication after the other."""

    def __init__(self, ground: Ground, seed: int) -> None:
        core.prepare(ground)
        self.ground, self.seed = ground, seed
        self.state, self.work = empty_state(ground), core.room_for(ground.plan.people)
        self.journal = journal()

    def replicate(self, replication: int) -> tuple[State, np.ndarray]:
        """The final state (overwritten by the next call) and the counts of one replication."""
        tally = np.zeros((self.ground.weeks, len(COUNTS)), np.int64)
        network, setting = begin(self.ground, self.seed, replication, self.state)
        core.live(self.state, self.work, network, self.ground.policy, setting, tally, self.journal)
        return self.state, tally


class _Readable(ReplicationRunner):
    """The same, by the readable engine."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self.ground, self.seed = ground, seed

    def replicate(self, replication: int) -> tuple[State, np.ndarray]:
        from sim.engine.objects import Market

        market = Market(self.ground, self.seed, replication)
        for _ in range(self.ground.weeks):
            market.step()
        return market.state(), market.tally


def size_of(ground: Ground) -> tuple[float, ...]:
    """What the size of a workplace follows from: two grounds of the same can use the same one."""
    return (ground.plan.people, *(float(ground.policy[name].max()) for name in SIZES))


def _stayed(state: State, founders: int, weeks: int) -> np.ndarray:
    """Which customers of week 0 never left."""
    return (state.mark[row("provider"), :founders] == 0) & (state.clock[row("tenure"), :founders] >= weeks)


def _check_sound(state: State) -> None:
    if not all(np.isfinite(column).all() for column in state.number):  # one by one, to save memory
        raise FloatingPointError("a customer's state is no number: please report this with the scenario file")


def never() -> bool:
    """Nobody asks to stop."""
    return False


class Replicator:
    """Runs tasks one after the other in one thread, and keeps the workplace for the next that has the same size."""

    def __init__(self) -> None:
        self._place: ReplicationRunner | None = None

    def __call__(self, ground: Ground, task: Task, stop: Callable[[], bool] = never) -> Counted:
        """The replications of a task; asked to ``stop``, those that are done by then."""
        try:
            return self._counted(ground, task, stop)
        except LACKING as fault:
            return lost(ground, task, fault)

    def _counted(self, ground: Ground, task: Task, stop: Callable[[], bool]) -> Counted:
        tally, stayed = room(task.count, ground.weeks), np.zeros(ground.plan.founders, np.int64)
        digests: dict[int, str] = {}
        failures = []
        for replication in range(task.first, task.first + task.count):
            if stop():
                break
            try:
                state, counts = self._replicated(ground, task, replication)
                loyal, digest = _stayed(state, ground.plan.founders, ground.weeks), state_digest(state, counts)
            except Exception as fault:  # a failed replication is a row, whatever the fault
                failures.append(task.failed(replication, fault))
                continue
            put(tally, len(digests), counts[None])
            stayed += loyal
            digests[replication] = digest
        numbers = np.array(list(digests), np.int64)
        return Counted(numbers, tally[: len(numbers)], stayed, tuple(digests.values()), tuple(failures))

    def _replicated(self, ground: Ground, task: Task, replication: int) -> tuple[State, np.ndarray]:
        place, self._place = self._workplace(ground, task), None  # after a fault nobody knows what is in it
        state, counts = place.replicate(replication)
        _check_sound(state)
        self._place = place
        return state, counts

    def _workplace(self, ground: Ground, task: Task) -> ReplicationRunner:
        kind, place = _Readable if task.engine == "mesa" else ReplicationRunner, self._place
        if type(place) is not kind or (place.ground is not ground and size_of(place.ground) != size_of(ground)):
            place = self._place = kind(ground, task.seed)
        place.ground, place.seed = ground, task.seed
        return place
