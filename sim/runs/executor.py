"""Where replications are run: on threads here, or on workers elsewhere – the same numbers, whichever it is.

A :class:`Block` is some replications of one scenario under one seed. An :class:`Executor` takes blocks from an iterable as it
gets round to them, so that there may be a million, and hands each one's :class:`~sim.runs.result.Result` back when it is done.
"""

from __future__ import annotations

import math
import os
import signal
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent import futures
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any

from sim.engine.start import Ground
from sim.errors import Mistake
from sim.model.week import COUNTS
from sim.runs.replication import Counted, Replicator, Task, lost
from sim.runs.result import Result
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import Scenario, described
from sim.system.arguments import shown, whole
from sim.system.memory import address_space_is_limited, enough_memory, room_for_a_thread

GROUNDS = 16
"""Scenarios whose arrays an executor keeps at hand."""
MOST = 1024
"""Threads or workers at most."""
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
    ended early, empty when it did not; ``caution``: what whoever runs something on it should be told, usually nothing.
    """

    places, caution = 1, ""
    block_seconds, block_bytes = 0.1, 2**20

    def __init__(self) -> None:
        self.why_stopped = ""
        self._done: SimpleQueue[Any] = SimpleQueue()
        self._grounds: OrderedDict[int, tuple[Scenario, Ground]] = OrderedDict()
        self._held = GROUNDS
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
            while len(self._grounds) > self._held:
                self._grounds.popitem(last=False)
            return self._grounds[id(scenario)][1]

    @contextmanager
    def holding(self, scenarios: Sequence[Scenario]) -> Iterator[list[Ground]]:
        """Their arrays, all of them at hand meanwhile: who runs many in turn would else make them anew for each block."""
        before, self._held = self._held, max(self._held, len(scenarios))
        try:
            yield [self.ground(scenario) for scenario in scenarios]
        finally:
            self._held = before

    def run(self, blocks: Iterable[Block]) -> Iterator[tuple[int, Result]]:
        """The place of each block in ``blocks`` and its result, as they are done, in any order.

        Blocks are taken from the iterable a few at a time. After :meth:`stop`, blocks not begun are missing, and those
        under way may hold fewer replications than were asked for. Raises :class:`~sim.errors.Mistake` for a scenario that
        cannot be run, or for lack of memory; a replication that fails is in its result's ``failures``.
        """
        with enough_memory():
            yield from self._results(enumerate(blocks))

    def _results(self, waiting: Iterator[tuple[int, Block]]) -> Iterator[tuple[int, Result]]:
        under_way: dict[Any, tuple[int, Block]] = {}
        try:
            while self._refilled(under_way, waiting):
                for future in self._next() or self._overdue(list(under_way)):
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
            return found

    def _overdue(self, under_way: list[Any]) -> list[Any]:
        """When nothing was done for a moment: those that are done all the same, and did not get to say so."""
        return [future for future in under_way if future.done()]

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


class _Future(futures.Future[Counted]):
    """What will come of a block; ``thread``: which works on it."""

    thread: threading.Thread | None = None


Tasks = SimpleQueue[tuple[_Future, Callable[[], Counted]] | None]
"""What threads take their work from; None ends one of them."""


def _work_off(tasks: Tasks) -> None:
    """What a thread does. It holds nothing of its executor, which would otherwise never be let go of."""
    with suppress(BaseException):  # even to say what happened takes memory; that the thread is dead is noticed
        while (task := tasks.get()) is not None:
            _do(*task)
            del task


def _do(future: _Future, work: Callable[[], Counted]) -> None:
    future.thread = threading.current_thread()
    if not future.set_running_or_notify_cancel():
        return
    try:
        counted = work()
    except BaseException as fault:
        future.set_exception(fault)
    else:
        future.set_result(counted)


def _dismiss(tasks: Tasks, count: int) -> None:
    """Call off what has not begun, and let so many threads end."""
    with suppress(Empty):
        while True:
            task = tasks.get_nowait()
            if task is not None:
                task[0].cancel()
    for _ in range(count):
        tasks.put(None)


def load_compiled_code() -> None:
    """Have the compiled code on disk and in this process: a replication of the smallest market takes all of it."""
    smallest = described({"weeks": 1, "market": {"customers": 1, "prospects": 1}, "network": {"kind": "none"}})
    Replicator()(ground_of(smallest), Task("", 1, 0, 1))


class Threads(Executor):
    """Threads in this process; each keeps its workplace. The kernels hold no lock, so they run side by side.

    Where the system allows fewer than were asked for, these do the work. A thread may die for lack of memory, and whoever
    waits for it would wait for ever: so they are looked after, and what a dead one had in hand counts as failed.
    """

    def __init__(self, threads: int) -> None:
        super().__init__()
        self.places = threads
        self._tasks: Tasks = SimpleQueue()
        self._crew: list[threading.Thread] = []
        self._dismiss = weakref.finalize(self, _dismiss, self._tasks, threads)
        self._own = threading.local()
        self._abandoned = threading.Event()
        self._readable = threading.Lock()  # Mesa was not made for threads, and would gain nothing by them

    def close(self) -> None:
        """Wait for the replications under way, and end the threads."""
        self._abandoned.set()
        self._dismiss()
        for thread in self._crew:
            thread.join()

    def _submit(self, block: Block) -> _Future:
        if not self._dismiss.alive:
            raise RuntimeError("this executor is closed")
        if not self._crew:
            self._begin()
        future = _Future()
        self._tasks.put((future, partial(self._replicated, block)))
        return future

    def _begin(self) -> None:
        """Start the threads, or as many as the system allows, before any of them begins to take up memory."""
        if address_space_is_limited():
            load_compiled_code()  # LLVM, left without memory by the threads, would end the process
        with suppress(RuntimeError, MemoryError):
            while len(self._crew) < self.places and room_for_a_thread():
                thread = threading.Thread(target=_work_off, args=(self._tasks,), name="replications", daemon=True)
                thread.start()
                self._crew.append(thread)
        if not self._crew:
            raise Mistake(
                "the system allows no thread: close other programs, or raise its limits on processes and memory "
                "(ulimit -u, ulimit -v)"
            )
        self.places = len(self._crew)

    def _overdue(self, under_way: list[Any]) -> list[Any]:
        alive = [thread for thread in self._crew if thread.is_alive()]
        if not alive:
            raise MemoryError("no thread is left")
        if len(alive) < len(self._crew) and self._tasks.empty():
            for future in under_way:
                if not future.done() and future.thread not in alive:
                    future.set_exception(MemoryError("its thread died"))
        return super()._overdue(under_way)

    def _replicated(self, block: Block) -> Counted:
        if not hasattr(self._own, "replicator"):
            self._own.replicator = Replicator()
        replicator: Replicator = self._own.replicator
        with self._readable if block.engine == "mesa" else nullcontext():
            return replicator(self.ground(block.scenario), block.task, lambda: self.stopped or self._abandoned.is_set())

    def _counted(self, future: Any, block: Block) -> Counted | None:
        if future.cancelled():
            return None
        try:
            return future.result()
        except Mistake:
            raise
        except Exception as fault:  # without memory Python itself may fail in odd ways; the other blocks are kept
            return lost(self.ground(block.scenario), block.task, fault)

    def _drop(self, under_way: list[Any]) -> None:
        self._abandoned.set()
        for future in under_way:
            future.cancel()
        while running := [one for one in under_way if not one.done() and one.thread and one.thread.is_alive()]:
            futures.wait(running, LISTEN)
        self._abandoned.clear()


def executor(threads: int | None = None, workers: int | None = None, cluster: str | None = None) -> Executor:
    """Where to run: ``threads`` in this process (one per processor unless given), ``workers`` processes on this machine,
    or the workers of the Dask scheduler at the address ``cluster``, such as ``tcp://10.0.0.5:8786``.

    ``workers`` start with a copy of the main program's names: a script that asks for them must keep what it does under
    ``if __name__ == "__main__":``. Raises :class:`~sim.errors.Mistake` for two of them together, a number out of range, a
    scheduler that cannot be reached, or workers with another version of the program.
    """
    given: dict[str, Any] = {"threads": threads, "workers": workers, "cluster": cluster}
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise Mistake(
            f"{' and '.join(named)} exclude each other: give one of them (a worker is a process of one thread)"
        )
    threads, workers = (
        None if given[name] is None else whole(name, given[name], 1, MOST, f"1 and {MOST}")
        for name in ("threads", "workers")
    )
    if not isinstance(cluster, str | None):
        raise Mistake(f"cluster must be an address such as 'tcp://10.0.0.5:8786', but is {shown(cluster)}")
    if workers is None and cluster is None:
        return Threads(threads or os.cpu_count() or 1)
    for library, name in (("distributed", "Dask"), ("cryptography", "cryptography")):
        if find_spec(library) is None:
            raise Mistake(f"workers need {name}, which is not installed: pip install 'loyalty-sim[cluster]'")
    from sim.runs.cluster import Cluster

    return Cluster(workers, cluster)


@contextmanager
def interruptible(executor: Executor, tell: Callable[[str], None]) -> Iterator[Executor]:
    """Within it, Ctrl-C asks the executor to stop, and what is done is kept; a second one ends the program at once.

    What there is to be careful about is told first.
    """
    if executor.caution:
        tell(executor.caution)
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
