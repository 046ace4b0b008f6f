"""Run a scenario many times, each replication with luck of its own, and keep what was counted.

Where it runs (threads, processes, a cluster) is :mod:`sim.runs.executor`'s affair and changes no number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from sim.errors import Mistake
from sim.runs import executor as execution
from sim.runs.executor import Block, Executor, block_size
from sim.runs.own_measures import Function, Own, own_measures
from sim.runs.replication import Failure as Failure
from sim.runs.result import Gathering
from sim.runs.result import Result as Result
from sim.runs.who import PEOPLE, Watch
from sim.scenario.mechanisms import Mechanisms
from sim.scenario.whole import Scenario
from sim.scenario.worlds import Worlds
from sim.system.arguments import function, shown, whole
from sim.system.memory import enough_memory

Progress = Callable[[int], None]
"""Called with a number of replications whenever so many more are done."""
MOST_SEED, ANY_SEED = 2**64 - 1, f"0 and 2^64 - 1 = {2**64 - 1}"
MOST_REPLICATIONS = 10_000_000
MOST_REPLICATION = 2**63 - 1
"""The largest number that a replication can have."""


@dataclass(frozen=True)
class Place:
    """Where to run, as the arguments of :func:`sim.runs.executor.executor` – or on an executor that is there already."""

    threads: int | None = None
    workers: int | None = None
    cluster: str | None = None
    executor: Executor | None = None

    @contextmanager
    def opened(self) -> Iterator[Executor]:
        """The executor; one that was made here is closed in the end."""
        if self.executor is not None:
            self._check_executor()
            yield self.executor
            return
        with execution.executor(self.threads, self.workers, self.cluster) as made:
            yield made

    def _check_executor(self) -> None:
        if not isinstance(self.executor, Executor):
            raise Mistake(f"executor must be what sim.runs.executor.executor() gives, but is {shown(self.executor)}")
        for name in ("threads", "workers", "cluster"):
            if getattr(self, name) is not None:
                raise Mistake(f"{name} and executor exclude each other: the executor knows where it runs")


def check_scenario(scenario: object) -> None:
    """Raise :class:`~sim.errors.Mistake` for what is no scenario."""
    if not isinstance(scenario, Scenario):
        raise Mistake(f"a scenario must be what load('FILE.yaml') gives, but is {shown(scenario)}")


def check_numbers(replications: int, seed: int, engine: str = "core") -> tuple[int, int]:
    """Replications and seed, as Python's own numbers.

    Raises :class:`~sim.errors.Mistake` for a number of replications, a seed or an engine that cannot be.
    """
    numbers = whole("replications", replications, 1, MOST_REPLICATIONS), whole("seed", seed, 0, MOST_SEED, ANY_SEED)
    if engine not in ("core", "mesa"):
        raise Mistake(f"engine is {shown(engine)}, but must be 'core' or 'mesa'")
    if engine == "mesa":
        check_readable_engine()
    return numbers


def check_readable_engine() -> None:
    """Raise :class:`~sim.errors.Mistake` when the library of the readable engine is not installed."""
    if find_spec("mesa") is None:
        raise Mistake("the readable engine needs Mesa, which is not installed: pip install 'loyalty-sim[mesa]'")


def run_together(
    scenarios: Sequence[Scenario],
    numbers: range,
    seed: int,
    executor: Executor,
    *,
    engine: str = "core",
    progress: Progress | None = None,
    own: Mapping[str, Own] = MappingProxyType({}),
    accounts: bool = False,
) -> list[Result]:
    """Run the same replications of several scenarios, a block of each in turn: stopped early, they have got equally far.

    ``accounts``: whether it is kept what every customer of a file brings and costs, if they are not too many; ``own``:
    measures that will be made of the results. Raises :class:`~sim.errors.Mistake` when one cannot be made of the first
    replication that is done, so that nobody learns of it at the end.
    """
    tried = not own
    with enough_memory(), executor.holding(scenarios) as grounds:
        gatherings = [Gathering(s, seed, numbers, g.plan.founders) for s, g in zip(scenarios, grounds, strict=True)]
        largest = max(ground.plan.people for ground in grounds)
        size = (
            1
            if engine == "mesa"
            else block_size(executor, largest, len(grounds[0].policy), len(numbers) * len(scenarios))
        )
        kept = accounts and all(ground.listed and ground.plan.founders <= PEOPLE for ground in grounds)
        blocks = (
            Block(scenario, seed, part[0], len(part), engine, Watch(scenario.measure.start if kept else None))
            for part in (numbers[start : start + size] for start in range(0, len(numbers), size))
            for scenario in scenarios  # a block of each in turn, until all replications are in one
        )
        for place, result in executor.run(blocks):
            if not tried and len(result.numbers):
                tried = bool(replace(result, numbers=result.numbers[:1], tally=result.tally[:1]).with_own(own))
            done = gatherings[place % len(scenarios)].add(result)
            if progress:
                progress(done)
        return [gathering.result() for gathering in gatherings]


def run(
    scenario: Scenario,
    replications: int = 100,
    seed: int = 1,
    *,
    threads: int | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    executor: Executor | None = None,
    engine: str = "core",
    first: int = 0,
    progress: Progress | None = None,
    measures: Mapping[str, Function] | None = None,
    mechanisms: Mechanisms = (),
    worlds: str | Path | Worlds | None = None,
) -> Result:
    """Run a scenario ``replications`` times.

    ``seed`` (0 to 2^64 - 1) chooses the luck; replication *r* of a seed is always the same, so more replications change no
    earlier one. ``threads`` (one per processor unless given), ``workers`` or ``cluster``: where to run (see
    :func:`sim.runs.executor.executor`), or an ``executor`` that is there already. ``engine``: ``core`` (fast) or ``mesa``
    (readable), bit for bit the same. ``first``: the number of the first replication. ``measures``: measures of one's own by
    name, each a function of :class:`~sim.runs.own_measures.WeeklyCounts` that gives a number for each replication in them – it
    may be called with some of them at a time – or an :func:`~sim.runs.own_measures.of_panel`. They are made here, wherever it
    is run. ``mechanisms``: such as the scenario was not loaded with, as :func:`sim.load` takes them. ``worlds``: in which
    plausible worlds, one of which every replication meets: ``shipped``, ``none`` (one setting), or a file; those of the scenario
    unless given, else the usual ones (:meth:`~sim.scenario.whole.Scenario.in_worlds`).

    Raises :class:`~sim.errors.Mistake` on a wrong argument or customer file. A failing replication is in ``failures``.
    """
    check_scenario(scenario)
    scenario = scenario.with_mechanisms(mechanisms) if mechanisms else scenario
    scenario = scenario.in_worlds(worlds)
    function("progress", progress)
    replications, seed = check_numbers(replications, seed, engine)
    own = own_measures(measures, scenario.model)
    first = whole("first", first, 0, MOST_REPLICATION - replications + 1, "0 and 2^63 less the replications")
    numbers = range(first, first + replications)
    with Place(threads, workers, cluster, executor).opened() as place:
        told = {"engine": engine, "progress": progress, "own": own, "accounts": True}
        result = run_together([scenario], numbers, seed, place, **told)[0]  # type: ignore[arg-type]
    return result.with_own(own)
