"""Where replications are run: on threads here, or on workers elsewhere – the same numbers, whichever it is.

What both have in common is in :mod:`sim.runs.block`.
"""

from __future__ import annotations

import os
import signal
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from importlib.util import find_spec
from queue import Empty, SimpleQueue
from typing import Any

from sim.errors import Mistake
from sim.runs.block import CUSTOMER_WEEK as CUSTOMER_WEEK
from sim.runs.block import LISTEN, load_compiled_code
from sim.runs.block import Block as Block
from sim.runs.block import Executor as Executor
from sim.runs.block import block_size as block_size
from sim.runs.replication import Counted, Replicator, lost
from sim.system.arguments import shown, whole
from sim.system.memory import address_space_is_limited, room_for_a_thread

MOST = 1024
"""Threads or workers at most."""


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
