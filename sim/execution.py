"""Where replications are run: on threads here, or on workers elsewhere – the same numbers, whichever it is.

A :class:`Block` is some replications of one scenario under one seed. An :class:`Executor` takes blocks from an iterable as it
gets round to them, so that there may be a million, and hands each one's :class:`~sim.outcome.Result` back when it is done.
"""

from __future__ import annotations

import math
import os
import signal
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from concurrent import futures
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any

from sim.engines.start import Ground
from sim.errors import Mistake
from sim.ground import ground_of
from sim.outcome import Result
from sim.replicating import Counted, Replicator, Task
from sim.scenario.whole import Scenario
from sim.week import COUNTS

GROUNDS = 16
"""Scenarios whose arrays an executor keeps at hand."""
LISTEN = 0.2
"""Seconds between two looks at whether somebody asked to stop; done blocks are taken at once."""


@dataclass(frozen=True)
class Block:
    """Some replications of one scenario under one seed: ``first`` to ``first + count - 1``."""

    scenario: Scenario
    seed: int
    first: int
    count: int
    engine: str = "core"

    @property
    def task(self) -> Task:
        """What a worker is told, who needs no scenario."""
        name = self.scenario.path.name if self.scenario.path else "SCENARIO"
        return Task(name, self.seed, self.first, self.count, self.engine)


class Executor:
    """Runs blocks; a context manager, to be used for any number of :meth:`run` one after the other.

    ``places``: how many blocks are run at the same time; ``block_seconds`` and ``block_bytes``: how long a block should take,
    so that handing it over costs little, and how much it should count, so that memory stays flat; ``why_stopped``: why it
    ended early, empty when it did not.
    """

    places = 1
    block_seconds, block_bytes = 0.1, 2**20

    def __init__(self) -> None:
        self.why_stopped = ""
        self._done: SimpleQueue[Any] = SimpleQueue()
        self._grounds: OrderedDict[int, tuple[Scenario, Ground]] = OrderedDict()
        self._lock = threading.Lock()

    def __enter__(self) -> Executor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of threads, processes and connections."""

    def stop(self, why: str) -> None:
        """Begin nothing more: :meth:`run` hands back what is done and ends."""
        self.why_stopped = self.why_stopped or why

    @property
    def stopped(self) -> bool:
        """Whether it was asked to stop, or had to."""
        return bool(self.why_stopped)

    def ground(self, scenario: Scenario) -> Ground:
        """The scenario's arrays, made once. Raises :class:`~sim.errors.Mistake` on a wrong customer file."""
        with self._lock:
            if id(scenario) not in self._grounds:
                self._grounds[id(scenario)] = (scenario, ground_of(scenario))  # holds the scenario, and so its id
            self._grounds.move_to_end(id(scenario))
            while len(self._grounds) > GROUNDS:
                self._grounds.popitem(last=False)
            return self._grounds[id(scenario)][1]

    def run(self, blocks: Iterable[Block]) -> Iterator[tuple[int, Result]]:
        """The place of each block in ``blocks`` and its result, as they are done, in any order.

        Blocks are taken from the iterable a few at a time. After :meth:`stop`, blocks not begun are missing, and those
        under way may hold fewer replications than were asked for. Raises :class:`~sim.errors.Mistake` for a scenario that
        cannot be run; a replication that fails is in its result's ``failures``.
        """
        under_way: dict[Any, tuple[int, Block]] = {}
        waiting = enumerate(blocks)
        try:
            while self._refilled(under_way, waiting):
                for future in self._next():
                    if future in under_way:
                        place, block = under_way.pop(future)
                        counted = self._counted(future, block)
                        if counted is not None:
                            yield place, Result(block.scenario, block.seed, len(counted.stayed), *counted)
        finally:
            self._drop(list(under_way))

    def _refilled(self, under_way: dict[Any, tuple[int, Block]], waiting: Iterator[tuple[int, Block]]) -> bool:
        """Take up blocks until enough are under way; false when there is nothing left to wait for."""
        while not self.stopped and len(under_way) < 2 * self.places + 2:
            item = next(waiting, None)
            if item is None:
                break
            future = self._submit(item[1])
            under_way[future] = item
            future.add_done_callback(self._done.put)
        if self.stopped:
            for future in self._not_worth_waiting_for(list(under_way)):
                under_way.pop(future)
        return bool(under_way)

    def _next(self) -> list[Any]:
        """Everything that is done by now; empty when nothing was for a moment."""
        found = []
        try:
            found.append(self._done.get(timeout=LISTEN))
            while True:
                found.append(self._done.get_nowait())
        except Empty:
            if not found:
                self._idle()
            return found

    def _idle(self) -> None:
        """Nothing was done for a moment."""

    def _submit(self, block: Block) -> Any:
        raise NotImplementedError

    def _counted(self, future: Any, block: Block) -> Counted | None:
        """What a block that is done counted; None when it was called off."""
        raise NotImplementedError

    def _not_worth_waiting_for(self, under_way: list[Any]) -> list[Any]:
        """Call off what has not begun, and name what need not be waited for."""
        return [future for future in under_way if future.cancel()]

    def _drop(self, under_way: list[Any]) -> None:
        """The caller wants no more of these."""
        raise NotImplementedError


class Threads(Executor):
    """Threads in this process; each keeps its workplace. The kernels hold no lock, so they run side by side."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self.places = threads
        self._pool = futures.ThreadPoolExecutor(threads, thread_name_prefix="replications")
        self._own = threading.local()
        self._abandoned = threading.Event()
        self._readable = threading.Lock()  # Mesa was not made for threads, and would gain nothing by them

    def close(self) -> None:
        """Wait for the replications under way, and end the threads."""
        self._abandoned.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _submit(self, block: Block) -> futures.Future[Counted]:
        return self._pool.submit(self._replicated, block)

    def _replicated(self, block: Block) -> Counted:
        if not hasattr(self._own, "replicator"):
            self._own.replicator = Replicator()
        replicator: Replicator = self._own.replicator
        with self._readable if block.engine == "mesa" else nullcontext():
            return replicator(self.ground(block.scenario), block.task, lambda: self.stopped or self._abandoned.is_set())

    def _counted(self, future: Any, block: Block) -> Counted | None:
        return None if future.cancelled() else future.result()

    def _drop(self, under_way: list[Any]) -> None:
        self._abandoned.set()
        for future in under_way:
            future.cancel()
        futures.wait(under_way)
        self._abandoned.clear()


def executor(threads: int | None = None, workers: int | None = None, cluster: str | None = None) -> Executor:
    """Where to run: ``threads`` in this process (one per processor unless given), ``workers`` processes on this machine,
    or the workers of the Dask scheduler at the address ``cluster``, such as ``tcp://10.0.0.5:8786``.

    ``workers`` start with a copy of the main program's names: a script that asks for them must keep what it does under
    ``if __name__ == "__main__":``. Raises :class:`~sim.errors.Mistake` for two of them together, a number out of range, a
    scheduler that cannot be reached, or workers with another version of the program.
    """
    given = {"threads": threads, "workers": workers, "cluster": cluster}
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise Mistake(
            f"{' and '.join(named)} exclude each other: give one of them (a worker is a process of one thread)"
        )
    for name, number in (("threads", threads), ("workers", workers)):
        if number is not None and not 1 <= number <= 1024:
            raise Mistake(f"{name} is {number}, but must lie between 1 and 1024")
    if workers is None and cluster is None:
        return Threads(threads or os.cpu_count() or 1)
    if find_spec("distributed") is None:
        raise Mistake("workers need Dask, which is not installed: pip install 'loyalty-sim[cluster]'")
    from sim.cluster import Cluster

    return Cluster(workers, cluster)


@contextmanager
def interruptible(executor: Executor, tell: Callable[[str], None]) -> Iterator[Executor]:
    """Within it, Ctrl-C asks the executor to stop, and what is done is kept; a second one ends the program at once."""
    if threading.current_thread() is not threading.main_thread():
        yield executor
        return

    def asked(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        tell("stopping; what is done is kept (Ctrl-C again ends at once)")
        executor.stop("Ctrl-C")

    before = signal.signal(signal.SIGINT, asked)
    try:
        yield executor
    finally:
        signal.signal(signal.SIGINT, before)


CUSTOMER_WEEK = 20e-9
"""Seconds that a customer-week takes, roughly: only the size of blocks follows from it."""
MOST_IN_A_BLOCK = 50


def block_size(executor: Executor, people: int, weeks: int, replications: int) -> int:
    """How many replications make a block.

    As many as take ``block_seconds`` and count ``block_bytes``, at most 50, and so few that every place gets several blocks.
    """
    lasting = executor.block_seconds / (people * weeks * CUSTOMER_WEEK)
    counting = executor.block_bytes / (weeks * len(COUNTS) * 8)
    shared = math.ceil(replications / (4 * executor.places))
    return max(1, min(int(lasting), int(counting), MOST_IN_A_BLOCK, shared))
