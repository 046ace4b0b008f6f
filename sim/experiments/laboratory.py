"""The laboratory asks the model: what was run before is looked up in the store, the rest is run and kept there."""

from __future__ import annotations

import json
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import Mistake
from sim.experiments.blocks import NOT_SAID, libraries, source
from sim.experiments.own_measures import needed, reckoned
from sim.experiments.repeating import command_for
from sim.experiments.store import Store
from sim.model.component import builtin, everything
from sim.runs import executor as execution
from sim.runs.executor import CUSTOMER_WEEK, Block, Executor
from sim.runs.measures import COUNTED, DEFINITIONS, NAMES, Measure, Quantities, definitions
from sim.runs.replication import Failure
from sim.runs.result import Result
from sim.runs.statistics import mean_of
from sim.scenario.whole import Scenario

if TYPE_CHECKING:
    import pandas as pd

WORK = 8_000_000
"""Customer-weeks in a block: about half a second of one processor, which is what a killed process loses."""
SECONDS = 5.0
"""How often finished blocks are gathered into a part; less often in a run of hours."""


@dataclass
class Tally:
    """Replications that were asked for, that the store had, that were run now, and that failed.

    A scenario that was asked for twice is found or run once.
    """

    asked: int = 0
    found: int = 0
    ran: int = 0
    failed: int = 0


class Laboratory:
    """Runs scenarios under one seed, so that all of them meet the same luck. A context manager: leaving it gathers the store.

    ``measures``: what is measured, the last axis of every answer: names, and measures of one's own. ``store``: where runs are
    kept, or None.
    ``progress``: called with a number of replications as they are done. ``tally`` counts; ``failures`` names what failed.
    """

    def __init__(
        self,
        measures: Sequence[str | Measure],
        seed: int,
        store: Store | None = None,
        executor: Executor | None = None,
        progress: Callable[[int], None] = lambda count: None,
    ) -> None:
        self.measures = [DEFINITIONS[one] if isinstance(one, str) else one for one in measures]
        self.seed, self.store, self.progress = seed, store, progress
        self.executor = executor or execution.executor()
        self.tally, self.failures = Tally(), []  # type: tuple[Tally, list[Failure]]
        self.known: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self.others = 0
        self._begun = self._gathered = time.monotonic()
        if store is not None:
            self._look_up(store)

    def __enter__(self) -> Laboratory:
        self.executor.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.executor.__exit__(kind, fault, trace)
        if self.store is not None:
            self.store.gather()

    @property
    def account(self) -> tuple[Tally, tuple[Failure, ...]]:
        """What was asked for so far, and what failed of it."""
        return self.tally, tuple(self.failures)

    # ---- what is known

    def _look_up(self, store: Store) -> None:
        """Everything that the store knows of this seed, made with this version of the source and these libraries."""
        store.gather()
        otherwise: Counter[str] = Counter()
        names = list(dict.fromkeys(name for measure in self.measures for name in needed(measure)))
        own = [name for name in names if name not in (*NAMES, *COUNTED)]
        kept = [*(name for name in names if name not in own), *(["own"] if own else [])]
        for table in store.rows(["source", "versions", "scenario", "seed", "replication", "error", *kept]):
            rows = table.to_pandas()
            rows = rows.assign(**{name: rows["own"].map(partial(_own_value, name)) for name in own})
            alike = rows["source"].eq(source()) & rows["seed"].eq(self.seed)
            mine = alike & rows["versions"].eq(libraries()) & _counted(rows, names)
            self.others += int((~rows["source"].eq(source())).sum())
            otherwise.update(rows["versions"].astype(object).fillna(NOT_SAID)[alike & rows["versions"].ne(libraries())])
            for scenario, found in rows[mine].groupby("scenario", observed=True):
                values = {name: found[name].to_numpy(np.float64) for name in names}
                measured = np.stack([reckoned(measure, values) for measure in self.measures], axis=1)
                self._learn(str(scenario), found["replication"].to_numpy(), measured)
        if otherwise:
            store.tell(_made_otherwise(otherwise))

    def _learn(self, scenario: str, numbers: np.ndarray, values: np.ndarray) -> None:
        """Add replications of a scenario to what is known; what is known already is not added again."""
        if scenario in self.known:
            before, old = self.known[scenario]
            fresh = ~np.isin(numbers, before)
            numbers, values = np.concatenate([before, numbers[fresh]]), np.concatenate([old, values[fresh]])
        self.known[scenario] = numbers, values

    def missing(self, scenario: Scenario, replications: range) -> np.ndarray:
        """Which of these replications of a scenario are neither in the store nor run."""
        wanted = np.arange(replications.start, replications.stop)
        known = self.known.get(scenario.full_fingerprint)
        return wanted if known is None else wanted[~np.isin(wanted, known[0])]

    # ---- asking

    def measure(
        self, scenarios: Sequence[Scenario], replications: range, order: Sequence[int] | np.ndarray | None = None
    ) -> np.ndarray:
        """float64 (scenarios, replications, measures); NaN for a replication that failed.

        ``order``: places of scenarios in the order in which they are run, theirs unless given.
        """
        todo = self._todo(scenarios, replications, range(len(scenarios)) if order is None else order)
        asked, running = len(scenarios) * len(replications), sum(block.count for block in todo)
        different = len({scenario.full_fingerprint for scenario in scenarios}) * len(replications)
        self.tally.asked += asked
        self.tally.found += different - running
        self.progress(asked - running)
        for _, result in self.executor.run(todo):
            self.take(result)
        if self.executor.stopped:
            raise Mistake(f"stopped ({self.executor.why_stopped}); what is finished is kept: go on with --resume")
        return np.stack([self.values(scenario, replications) for scenario in scenarios])

    def _todo(self, scenarios: Sequence[Scenario], replications: range, order: Iterable[int]) -> list[Block]:
        """The blocks that are missing: the first of every scenario, then the second of every scenario, and so on."""
        seen: set[str] = set()
        rounds: dict[int, list[Block]] = {}
        for place in order:
            scenario = scenarios[int(place)]
            if scenario.full_fingerprint in seen:
                continue
            seen.add(scenario.full_fingerprint)
            numbers = self.missing(scenario, replications)
            for turn, block in enumerate(self._blocks(scenario, numbers)):
                rounds.setdefault(turn, []).append(block)
        return [block for turn in sorted(rounds) for block in rounds[turn]]

    def _blocks(self, scenario: Scenario, numbers: np.ndarray) -> Iterator[Block]:
        """Neighbouring numbers together, in blocks of about the same size."""
        most = replications_in_block(scenario, self.executor.block_seconds)
        edges = [0, *(np.flatnonzero(np.diff(numbers) != 1) + 1), len(numbers)]
        for start, stop in pairwise(edges):
            count = -(-(stop - start) // most)
            ends = [start + (stop - start) * k // count for k in range(count + 1)] if count else []
            for first, last in pairwise(ends):
                yield Block(scenario, self.seed, int(numbers[first]), last - first)

    def take(self, result: Result) -> None:
        """Keep a finished block, and learn from it."""
        result = replace(result, failures=tuple(self._repeatable(result, failure) for failure in result.failures))
        if self.store is not None:
            self.store.keep(result)
            self._gather_in_time(self.store)
        failed = np.array([failure.replication for failure in result.failures], np.int64)
        values = np.concatenate([self.measured(result), np.full((len(failed), len(self.measures)), np.nan)])
        self._learn(result.scenario.full_fingerprint, np.concatenate([result.numbers, failed]), values)
        self.note(result)

    def measured(self, result: Result) -> np.ndarray:
        """What is measured of a result: float64 (replications, measures)."""
        quantities = Quantities(result.counted(result.tally), definitions(everything(result.scenario.model)))
        return np.stack([reckoned(measure, quantities) for measure in self.measures], axis=1)

    def note(self, result: Result) -> None:
        """Count what was run."""
        count = len(result.numbers) + len(result.failures)
        self.failures.extend(result.failures)
        self.tally.ran += count
        self.tally.failed += len(result.failures)
        self.progress(count)

    def _repeatable(self, result: Result, failure: Failure) -> Failure:
        return replace(failure, repeat=command_for(result.scenario, self.seed, failure.replication))

    def _gather_in_time(self, store: Store) -> None:
        now = time.monotonic()
        if now - self._gathered >= min(max(SECONDS, (now - self._begun) / 30), 60):
            store.gather()
            self._gathered = now

    def values(self, scenario: Scenario, replications: range) -> np.ndarray:
        """What is known of these replications: float64 (replications, measures), in the order of the numbers."""
        numbers, values = self.known[scenario.full_fingerprint]
        order = np.argsort(numbers)
        return values[order[np.searchsorted(numbers, np.arange(replications.start, replications.stop), sorter=order)]]

    def by_week(self, scenario: Scenario, replications: range) -> dict[str, np.ndarray]:
        """What is measured in each week by itself, mean over replications: name → float64 (weeks,).

        From the store, which keeps measures by week, and no counts: of a measure that is made of counts there is nothing, nor
        is there without a store. Raises :class:`Mistake` when a week is missing.
        """
        measures = [measure for measure in self.measures if set(needed(measure)) <= set(NAMES)]
        if self.store is None or not measures:
            return {}
        self.store.gather()
        names = list(dict.fromkeys(name for measure in measures for name in needed(measure)))
        where = {"source": source(), "versions": libraries(), "scenario": scenario.full_fingerprint, "seed": self.seed}
        import pandas as pd

        tables = [table.to_pandas() for table in self.store.rows(["replication", "week", *names], "weekly", where)]
        whole = pd.concat(tables).drop_duplicates(["replication", "week"])
        rows = whole[whole["replication"].isin(replications)].sort_values("week")
        if rows["week"].nunique() != scenario.weeks:
            raise Mistake(f"the store at {self.store.folder} has no weeks of '{scenario.name}': all its replications failed, or "
                          "what held them was set aside just now; run the command again")  # fmt: skip
        values = {name: rows[name].to_numpy(np.float64) for name in names}
        weeks = {measure.name: reckoned(measure, values).reshape(scenario.weeks, -1) for measure in measures}
        return {name: mean_of(found.T) for name, found in weeks.items()}


def _counted(rows: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """Which replications failed or have all of these counts; of those that an earlier version kept there are measures only."""
    return rows["error"].notna() | rows[[name for name in names if name in COUNTED]].notna().all(axis=1)


def _own_value(name: str, told: str | None) -> float:
    """What a mechanism from outside the package counted, as the store tells it; missing (NaN) where it does not."""
    unused = 0.0 if name in definitions(everything(builtin())) else None  # of what is not used nothing happened
    found = json.loads(told).get(name, unused) if isinstance(told, str) else None
    return math.nan if found is None else float(found)


def _made_otherwise(otherwise: Counter[str]) -> str:
    """That runs made with other libraries are not used, in a sentence that names what is other."""
    here = set(libraries().split(", "))
    told = [(count, sorted(set(words.split(", ")) - here)) for words, count in otherwise.most_common()]
    runs = "; ".join(f"{count:,} with {', '.join(words)}" for count, words in told)
    return (f"of the replications in the store under this seed some were made with other versions: {runs}; here it is "
            f"{libraries()}. They are kept and not used, as their numbers may differ; to use them, install those versions"
    )  # fmt: skip


def replications_in_block(scenario: Scenario, seconds: float = 0.0) -> int:
    """How many replications of a scenario are run and kept together: at least as many as take so many ``seconds``."""
    from sim.scenario.customers import customers_of

    file = customers_of(scenario)
    people = (len(file.line) if file else scenario.market.customers or 0) + scenario.market.prospects
    lived = max(people, 1) * (scenario.warm_up + scenario.weeks)
    return int(np.clip(round(max(WORK, seconds / CUSTOMER_WEEK) / lived), 1, 200))
