"""What a run counted, and what the counts say: measures with intervals, week by week, and digests."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.runs.measures import Quantity, customers_before, definitions, measured_weekly
from sim.runs.own_measures import Own
from sim.runs.panel import Run
from sim.runs.prediction import Prediction, predicted
from sim.runs.replication import Counted, Failure
from sim.runs.segments import Setting
from sim.runs.segments import to_json as segments_told
from sim.runs.statistics import interval, plain
from sim.runs.weekly_counts import IN_MEMORY, closed_up, parts, put, room
from sim.runs.who import Gathered, Who
from sim.scenario.whole import Scenario
from sim.scenario.worlds import NONE

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Result(Run):
    """What a run counted.

    ``tally``: int64 (replications done, weeks, counts), in a temporary file when it is large; ``numbers``: the replications'
    numbers; ``stayed``: how many replications each customer of week 0 stayed through; ``digests``: SHA-256 of each
    replication's final state and counts; ``who``: who stayed in which replication, None where nobody looked; ``own``:
    measures that were handed over beside the program's, by name; ``window``: the weeks that are measured, those that the
    scenario says unless given.
    """

    stayed: np.ndarray
    digests: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = field(default=())
    who: Who | None = field(default=None, repr=False)
    own: Mapping[str, Own] = field(default_factory=dict)
    window: range | None = None

    @property
    def measured_weeks(self) -> range:
        """The weeks from which measures are made."""
        return super().measured_weeks if self.window is None else self.window

    @cached_property
    def windows(self) -> tuple[Result, ...]:
        """The same for each month, quarter or year by itself, if the scenario asks for it: ``windows[0].summary()``.

        In a window retention is that of the customers of the first week who are still there when it begins. Measures of
        one's own that are made of a panel are left out.
        """
        own = {name: one for name, one in self.own.items() if one.of_counts}
        asked = self.scenario.measure.windows(self.tally.shape[1])
        return tuple(replace(self, window=weeks, own=own) for weeks in asked)

    @property
    def definitions(self) -> Mapping[str, Quantity]:
        """Every measure that this result has, by name: those of its model, and then those handed over."""
        return {**definitions(self.scenario.model), **self.own}

    @cached_property
    def values(self) -> dict[str, np.ndarray]:
        """Each measure, of the simulated people: float64 (replications,), NaN where there was nothing to measure."""
        model = self.scenario.model
        found, start = {name: np.empty(len(self.tally)) for name in definitions(model)}, 0
        for part in parts(self.tally):
            counts = self.counted(part)
            for name, one in definitions(model).items():
                found[name][start : start + len(part)] = one.formula(counts)
            start += len(part)
        return found | {name: own.values(self) for name, own in self.own.items()}

    @cached_property
    def measures(self) -> pd.DataFrame:
        """One row a replication, one column a measure."""
        import pandas as pd  # here, because a run that is only printed starts faster without it

        return pd.DataFrame(self.values, index=pd.Index(self.numbers, name="replication"))

    @cached_property
    def by_week(self) -> Mapping[str, np.ndarray]:
        """Each measure of each week by itself: float64 (replications, weeks), made when it is asked for."""
        return _ByWeek(self)

    @cached_property
    def weekly(self) -> pd.DataFrame:
        """One row a replication and week, one column a measure: large when the replications are many."""
        import pandas as pd

        index = pd.MultiIndex.from_product([self.numbers, range(self.tally.shape[1])], names=["replication", "week"])
        return pd.DataFrame({name: values.ravel() for name, values in self.by_week.items()}, index=index)

    def with_own(self, own: Mapping[str, Own]) -> Result:
        """The same with these measures, made at once. Raises :class:`~sim.errors.Mistake` when one of them cannot be made."""
        result = replace(self, own=own)
        return result if result.values else self

    @cached_property
    def intervals(self) -> dict[str, dict[str, float]]:
        """Mean, its 95 % interval and standard deviation of each measure, over the ``defined`` replications that have it."""
        met = None if self.scenario.worlds is None else self.met
        return {name: interval(self.values[name], one.bounds, met)._asdict() for name, one in self.definitions.items()}

    @cached_property
    def met(self) -> np.ndarray:
        """The number of the plausible world that each replication met: int64; 0 for all in one setting."""
        return self.scenario.worlds_met(self.numbers)

    @cached_property
    def predictions(self) -> dict[str, Prediction]:
        """What each measure may be in one real market of the company's size: the range of nine in ten plausible worlds."""
        scale = self.scenario.market.stands_for
        return {
            name: predicted(self.values[name], self.met, scale, one.bounds) for name, one in self.definitions.items()
        }

    def summary(self) -> pd.DataFrame:
        """Mean, interval and standard deviation as a table: one row a measure, NaN where it is missing."""
        import pandas as pd

        return pd.DataFrame.from_dict(self.intervals, orient="index").drop(columns="defined").rename_axis("measure")

    @cached_property
    def segments(self) -> pd.DataFrame:
        """How many stay of each segment and of each value of a kept column: see :func:`sim.runs.segments.table`."""
        from sim.runs import segments

        return segments.table([self], self._setting)

    @cached_property
    def customers(self) -> pd.DataFrame:
        """How likely each customer of the file stays: see :func:`sim.runs.customers.table`. Raises
        :class:`~sim.errors.Mistake` where there is no customer file."""
        from sim.runs import customers

        return customers.table([self], self._setting)

    @property
    def _setting(self) -> Setting:
        met = None if self.scenario.worlds is None else self.met
        return Setting(self.numbers, met, self.scenario.market.stands_for)

    def balance(self) -> np.ndarray:
        """Revenue less cost less profit of each replication and week, in cents: all zero."""
        model = self.scenario.model
        money = [sum(self.tally[..., model.count(n)] for n in names) for names in (model.money_in, model.money_out)]
        profit = np.rint(self.by_week["profit"] * 100).astype(np.int64)
        return money[0] - money[1] - profit

    @property
    def digest(self) -> str:
        """SHA-256 over the digests of the replications, in their order."""
        return hashlib.sha256("".join(self.digests).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """The object that ``loyalty run --json`` prints: money and heads are the whole company's."""
        scale = self.scenario.market.stands_for
        return {
            "scenario": self.scenario.name,
            "fingerprint": self.scenario.fingerprint,
            "seed": self.seed,
            "replications": len(self.numbers),
            "failed": len(self.failures),
            "weeks": self.tally.shape[1],
            "customers": round(self.customers_in_week_0 * scale),
            "simulated_customers": self.customers_in_week_0,
            "stands_for": scale,
            "worlds": worlds_told(self.scenario),
            "fitted_to": list(fitted_to(self.scenario)),
            **timing_told(self.scenario),
            "measures": self._measures_told(),
            **({} if self.segments.empty else {"segments": segments_told(self.segments)}),
            **({"windows": [window.window_told() for window in self.windows]} if self.windows else {}),
        }

    def _measures_told(self) -> dict[str, Any]:
        """Every measure of the company, for JSON."""
        scale = self.scenario.market.stands_for
        return {
            name: enlarged(
                around | range_told(self.predictions[name]), self.definitions[name].scale(scale), len(self.numbers)
            )
            for name, around in self.intervals.items()
        }

    def window_told(self) -> dict[str, Any]:
        """The measured weeks, first and last, and every measure, for JSON."""
        return {**ends_of(self.measured_weeks), "measures": self._measures_told()}


def ends_of(weeks: range) -> dict[str, int]:
    """The first and last of some weeks, for JSON."""
    return {"from": weeks.start, "to": weeks.stop - 1}


def range_told(ends: Prediction) -> dict[str, float]:
    """The range of nine in ten plausible worlds, and how much of its variance is luck, by name."""
    return {"range_low": ends.low, "range_high": ends.high, "luck_share": ends.luck_share}


def worlds_told(scenario: Scenario) -> dict[str, Any]:
    """In which plausible worlds a scenario was lived, for JSON; in one setting that is ``none``, of which there is one."""
    return {"name": NONE, "fingerprint": None, "number": 1} if scenario.worlds is None else scenario.worlds.to_json()


def fitted_to(scenario: Scenario) -> tuple[str, ...]:
    """To which figures of the company an answer is fitted, in words; to none unless its worlds say so."""
    return () if scenario.worlds is None else scenario.worlds.fitted_to


def timing_told(scenario: Scenario) -> dict[str, int]:
    """How long the warm-up was and from which week on is measured, for JSON, where that is not from the very first week."""
    told = {"warm_up": scenario.warm_up, "measured_from": scenario.measure.start}
    return {name: weeks for name, weeks in told.items() if weeks}


SIZES = ("mean", "low", "high", "sd", "range_low", "range_high")
"""Keys of what is told of a measure that are in its own unit."""


def enlarged(told: Mapping[str, Any], scale: float, of: int) -> dict[str, Any]:
    """What is told of a measure, for JSON: its sizes times ``scale``, and None where something is missing.

    In how many replications it is ``defined`` is told where that is not in all ``of`` them.
    """
    return {
        key: plain(value * scale if key in SIZES else value)
        for key, value in told.items()
        if key != "defined" or value != of
    }


def weekly_measures(run: Run, tally: np.ndarray, names: Collection[str] | None = None) -> dict[str, np.ndarray]:
    """Measures (every one unless named) of each week by itself: float64 (replications, weeks), for replications of the tally.

    Of weeks before the first that is measured there is no retention.
    """
    first = run.scenario.measure.start
    found = measured_weekly(tally, customers_before(tally[:, first:], run.scenario.model), names, run.scenario.model)
    if "retention" in found:
        found["retention"][:, :first] = np.nan
    return found


class _ByWeek(Mapping[str, np.ndarray]):
    """Each measure of each week, reckoned when it is asked for and then kept; of a small run, all at once."""

    def __init__(self, run: Run) -> None:
        self._run, self._names = run, tuple(definitions(run.scenario.model))
        self._known: dict[str, np.ndarray] = {}

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._known:
            wanted = self._names if self._run.tally.nbytes <= IN_MEMORY else (name,)
            found = [weekly_measures(self._run, part, wanted) for part in parts(self._run.tally)]
            self._known |= {each: np.concatenate([one[each] for one in found]) for each in wanted}
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Gathering:
    """Collects what was counted of the replications from ``first`` on, in any order, into one :class:`Result`."""

    def __init__(self, scenario: Scenario, seed: int, numbers: range, founders: int) -> None:
        self.scenario, self.seed, self.numbers = scenario, seed, numbers
        self._tally, self._stayed = (
            room(len(numbers), scenario.weeks, len(scenario.model.counts)),
            np.zeros(founders, np.int64),
        )
        self._digests: dict[int, str] = {}
        self._failures: list[Failure] = []
        self._who = Gathered(len(numbers))

    def add(self, counted: Counted | Result) -> int:
        """Take in some replications; returns how many there were, failed ones included."""
        for start, stop in _runs(counted.numbers):
            put(self._tally, int(counted.numbers[start]) - self.numbers.start, counted.tally[start:stop])
        self._stayed += counted.stayed
        self._who.add(counted.numbers - self.numbers.start, counted.who)
        self._digests |= dict(zip(counted.numbers.tolist(), counted.digests, strict=True))
        self._failures += counted.failures
        return len(counted.numbers) + len(counted.failures)

    def result(self) -> Result:
        """Everything so far, in the order of the replications; nothing may be added afterwards."""
        numbers = np.array(sorted(self._digests), np.int64)
        failures = sorted(self._failures, key=lambda failure: failure.replication)
        tally = closed_up(self._tally, numbers - self.numbers.start)
        digests = tuple(self._digests[number] for number in numbers.tolist())
        told = digests, tuple(failures), self._who.who(numbers - self.numbers.start)
        return Result(self.scenario, self.seed, len(self._stayed), numbers, tally, self._stayed, *told)


def _runs(numbers: np.ndarray) -> list[tuple[int, int]]:
    """Where runs of consecutive numbers begin and end."""
    if not len(numbers):
        return []
    breaks = (np.flatnonzero(np.diff(numbers) != 1) + 1).tolist()
    return list(zip([0, *breaks], [*breaks, len(numbers)], strict=True))


def joined(before: Result, more: Result) -> Result:
    """Two results of one scenario and seed as one: the replications of ``more`` follow those of ``before``."""
    either = [numbers for result in (before, more) for numbers in result.numbers.tolist()]
    numbers = range(min(either, default=0), max(either, default=-1) + 1)
    gathering = Gathering(before.scenario, before.seed, numbers, before.founders)
    for result in (before, more):
        gathering.add(result)
    return gathering.result()
