"""Run a scenario many times, each replication with luck of its own, and keep what was counted.

Replications run on threads (the kernels hold no lock), each with a workspace that is used again. A replication that fails is
kept as a row with its traceback and the command that repeats it; the others are not touched by it.
"""

from __future__ import annotations

import hashlib
import os
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engines import core
from sim.engines.start import Ground, begin, empty_state
from sim.errors import Mistake
from sim.ground import ground_of
from sim.measures import DEFINITIONS, NAMES, measured, measured_weekly
from sim.parts import row
from sim.scenario.whole import Scenario
from sim.statistics import interval
from sim.week import COUNTS, State, journal

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int], None]
"""Called with 1 whenever a replication is done."""
MOST_SEED = 2**64 - 1


@dataclass(frozen=True)
class Failure:
    """A replication that failed: its number, what went wrong, and how to repeat it."""

    replication: int
    error: str
    traceback: str
    repeat: str


@dataclass(frozen=True, eq=False)
class Result:
    """What a run counted.

    ``tally``: int64 (replications done, weeks, counts); ``numbers``: the replications' numbers; ``stayed``: how many
    replications each customer of week 0 stayed through; ``digests``: SHA-256 of each replication's final state and counts.
    """

    scenario: Scenario
    seed: int
    founders: int
    numbers: np.ndarray
    tally: np.ndarray
    stayed: np.ndarray
    digests: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = field(default=())

    @cached_property
    def values(self) -> dict[str, np.ndarray]:
        """Each measure: float64 (replications,)."""
        return measured(self.tally, self.founders)

    @cached_property
    def measures(self) -> pd.DataFrame:
        """One row a replication, one column a measure."""
        import pandas as pd  # here, because a run that is only printed starts faster without it

        return pd.DataFrame(self.values, index=pd.Index(self.numbers, name="replication"))

    @cached_property
    def by_week(self) -> dict[str, np.ndarray]:
        """Each measure of each week by itself: float64 (replications, weeks)."""
        return measured_weekly(self.tally, self.founders)

    @cached_property
    def weekly(self) -> pd.DataFrame:
        """One row a replication and week, one column a measure."""
        import pandas as pd

        index = pd.MultiIndex.from_product([self.numbers, range(self.tally.shape[1])], names=["replication", "week"])
        return pd.DataFrame({name: values.ravel() for name, values in self.by_week.items()}, index=index)

    @cached_property
    def intervals(self) -> dict[str, dict[str, float]]:
        """Mean, 95 % interval and standard deviation over replications, of each measure."""
        return {name: interval(self.values[name])._asdict() for name in NAMES}

    def summary(self) -> pd.DataFrame:
        """The same as a table: one row a measure."""
        import pandas as pd

        return pd.DataFrame.from_dict(self.intervals, orient="index").rename_axis("measure")

    def balance(self) -> np.ndarray:
        """Revenue less cost less profit of each replication and week, in cents: all zero."""
        from sim.week import MONEY_IN, MONEY_OUT

        money = [sum(self.tally[..., COUNTS.index(name)] for name in names) for names in (MONEY_IN, MONEY_OUT)]
        profit = np.rint(self.by_week["profit"] * 100).astype(np.int64)
        return money[0] - money[1] - profit

    @property
    def digest(self) -> str:
        """SHA-256 over the digests of the replications, in their order."""
        return hashlib.sha256("".join(self.digests).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """The object that ``loyalty run --json`` prints."""
        return {
            "scenario": self.scenario.name,
            "fingerprint": self.scenario.fingerprint,
            "seed": self.seed,
            "replications": len(self.numbers),
            "failed": len(self.failures),
            "weeks": self.tally.shape[1],
            "customers": self.founders,
            "measures": self.intervals,
        }


@dataclass(frozen=True)
class _Done:
    replication: int
    tally: np.ndarray | None
    stayed: np.ndarray | None = None
    digest: str = ""
    failure: Failure | None = None


def state_digest(state: State, tally: np.ndarray) -> str:
    """SHA-256 of every byte of the final state and of the weekly counts, from which the measures follow."""
    digest = hashlib.sha256()
    for array in (*state, tally):
        digest.update(np.ascontiguousarray(array).data)  # the bytes themselves: a copy would double the memory
    return digest.hexdigest()


class Workplace:
    """One thread's room: a state and a workspace, used for one replication after the other."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self.ground, self.seed = ground, seed
        self.state, self.work = empty_state(ground), core.room_for(ground.plan.people)
        self.journal = journal()

    def replicate(self, replication: int) -> tuple[State, np.ndarray]:
        """The final state (overwritten by the next call) and the counts of one replication."""
        tally = np.zeros((self.ground.weeks, len(COUNTS)), np.int64)
        network, setting = begin(self.ground, self.seed, replication, self.state)
        core.live(self.state, self.work, network, self.ground.policy, setting, tally, self.journal)
        return self.state, tally


class _Readable(Workplace):
    """The same, by the readable engine."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self.ground, self.seed = ground, seed

    def replicate(self, replication: int) -> tuple[State, np.ndarray]:
        from sim.engines.mesa import Market

        market = Market(self.ground, self.seed, replication)
        for _ in range(self.ground.weeks):
            market.step()
        return market.state(), market.tally


def _stayed(state: State, founders: int, weeks: int) -> np.ndarray:
    """Which customers of week 0 never left."""
    return (state.mark[row("provider"), :founders] == 0) & (state.clock[row("tenure"), :founders] >= weeks)


def _check_sound(state: State) -> None:
    if not all(np.isfinite(column).all() for column in state.number):  # one by one, to save memory
        raise FloatingPointError("a customer's state is no number: please report this with the scenario file")


class _Crew:
    """Runs replications, each thread with a worker of its own."""

    def __init__(self, scenario: Scenario, ground: Ground, seed: int, engine: str) -> None:
        self.scenario, self.ground, self.seed = scenario, ground, seed
        self.kind = _Readable if engine == "mesa" else Workplace
        self.local = threading.local()
        self.engine = engine

    def _worker(self) -> Workplace:
        if not hasattr(self.local, "worker"):
            self.local.worker = self.kind(self.ground, self.seed)
        return self.local.worker

    def __call__(self, replication: int) -> _Done:
        try:
            state, tally = self._worker().replicate(replication)
            _check_sound(state)
        except Exception as fault:  # a failed replication is a row, whatever the fault
            return _Done(replication, None, failure=self._failure(replication, fault))
        stayed = _stayed(state, self.ground.plan.founders, self.ground.weeks)
        return _Done(replication, tally, stayed, state_digest(state, tally))

    def _failure(self, replication: int, fault: Exception) -> Failure:
        name = self.scenario.path.name if self.scenario.path else "SCENARIO"
        repeat = f"loyalty run {name} --seed {self.seed} --first {replication} --replications 1"
        return Failure(replication, f"{type(fault).__name__}: {fault}", traceback.format_exc(), repeat)


def _check_numbers(replications: int, seed: int, threads: int | None, engine: str) -> None:
    if not 1 <= replications <= 10_000_000:
        raise Mistake(f"replications is {replications}, but must lie between 1 and 10,000,000")
    if not 0 <= seed <= MOST_SEED:
        raise Mistake(f"seed is {seed}, but must lie between 0 and 2^64 - 1 = {MOST_SEED}")
    if threads is not None and not 1 <= threads <= 1024:
        raise Mistake(f"threads is {threads}, but must lie between 1 and 1024")
    if engine not in ("core", "mesa"):
        raise Mistake(f"engine is '{engine}', but must be 'core' or 'mesa'")
    if engine == "mesa":
        check_readable_engine()


def check_readable_engine() -> None:
    """Raise :class:`~sim.errors.Mistake` when the library of the readable engine is not installed."""
    if find_spec("mesa") is None:
        raise Mistake("the readable engine needs Mesa, which is not installed: pip install 'loyalty-sim[mesa]'")


def _all(crew: _Crew, numbers: range, threads: int, progress: Progress | None) -> Iterator[_Done]:
    """Every replication, in order; on threads when there are several."""
    if threads == 1 or len(numbers) == 1:
        results: Iterator[_Done] = map(crew, numbers)
        yield from _reported(results, progress)
        return
    with ThreadPoolExecutor(min(threads, len(numbers))) as pool:
        yield from _reported(pool.map(crew, numbers), progress)


def _reported(results: Iterator[_Done], progress: Progress | None) -> Iterator[_Done]:
    for done in results:
        if progress:
            progress(1)
        yield done


def run(
    scenario: Scenario,
    replications: int = 100,
    seed: int = 1,
    *,
    threads: int | None = None,
    engine: str = "core",
    first: int = 0,
    progress: Progress | None = None,
) -> Result:
    """Run a scenario ``replications`` times.

    ``seed`` (0 to 2^64 - 1) chooses the luck; replication *r* of a seed is always the same, so more replications change no
    earlier one. ``threads``: one per processor unless given. ``engine``: ``core`` (fast) or ``mesa`` (readable), bit for
    bit the same. ``first``: the number of the first replication.

    Raises :class:`~sim.errors.Mistake` on a wrong number or customer file. A failing replication is in ``failures``.
    """
    _check_numbers(replications, seed, threads, engine)
    ground = ground_of(scenario)
    crew = _Crew(scenario, ground, seed, engine)
    count = 1 if engine == "mesa" else threads or os.cpu_count() or 1
    done = list(_all(crew, range(first, first + replications), count, progress))
    kept = [d for d in done if d.tally is not None and d.stayed is not None]
    empty = np.zeros((0, ground.weeks, len(COUNTS)), np.int64)
    return Result(
        scenario,
        seed,
        ground.plan.founders,
        np.array([d.replication for d in kept], np.int64),
        np.stack([d.tally for d in kept if d.tally is not None]) if kept else empty,
        np.sum([d.stayed for d in kept if d.stayed is not None], axis=0)
        if kept
        else np.zeros(ground.plan.founders, np.int64),
        tuple(d.digest for d in kept),
        tuple(d.failure for d in done if d.failure is not None),
    )


def unit_of(measure: str) -> str:
    """The unit of a measure; raises ``KeyError`` for a name that is none."""
    return DEFINITIONS[measure].unit
