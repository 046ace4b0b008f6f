"""Blocks of replications, and what can run them: what threads here and workers elsewhere have in common.

A :class:`Block` is some replications of one scenario under one seed. An :class:`Executor` takes blocks from an iterable as it
gets round to them, so that there may be a million, and hands each one's :class:`~sim.runs.result.Result` back when it is done.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any

from sim.engine.start import Ground
from sim.model.component import Model, builtin
from sim.model.week import COUNTS
from sim.runs.replication import Counted, Replicator, Task
from sim.runs.result import Result
from sim.runs.who import Watch
from sim.scenario.mechanisms import options
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import Scenario, described
from sim.scenario.worlds import drawn, worlds_option
from sim.system.memory import enough_memory

GROUNDS = 16
"""Scenarios whose arrays an executor keeps at hand."""
LISTEN = 0.2
"""Seconds between two looks at whether somebody asked to stop; done blocks are taken at once."""


@dataclass(frozen=True)
class Block:
    """Some replications of one scenario under one seed: ``first`` to ``first + count - 1``.

    ``watch``: what is looked at beside what is counted.
    """

    scenario: Scenario
    seed: int
    first: int
    count: int
    engine: str = "core"
    watch: Watch = Watch()

    @property
    def task(self) -> Task:
        """What a worker is told, who needs no scenario."""
        name = self.scenario.path.name if self.scenario.path else "SCENARIO"
        name += options(self.scenario.model) + worlds_option(self.scenario)
        numbers = range(self.first, self.first + self.count)
        world = drawn(self.scenario, self.seed, numbers)
        return Task(name, self.seed, self.first, self.count, self.engine, world, self.watch)


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


def load_compiled_code(model: Model | None = None) -> None:
    """Have a model's compiled code on disk and in this process: a replication of the smallest market takes all of it."""
    smallest: dict[str, Any] = {"weeks": 1, "market": {"customers": 1, "prospects": 1}, "network": {"kind": "none"}}
    if model is not None and model.several:
        smallest["rivals"] = [{"name": name} for name in model.rivals]
    Replicator()(ground_of(described(smallest, mechanisms=model or builtin())), Task("", 1, 0, 1))


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
