"""The panel: what everybody feels and what happens to them, person by person and week by week.

Nothing of it is kept by a run. A replication is a function of its keys – the scenario, the seed and its number – and so is lived
again, a week at a time, when somebody asks; what is counted meanwhile must be what the run counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as arrow

from sim.engine.engine import ENGINES, NOBODY, Engine, Market
from sim.errors import Mistake, nearest
from sim.model.columns import KINDS
from sim.model.component import Model, builtin
from sim.model.week import EVERYBODY
from sim.runs.accounts import Account, account
from sim.runs.measures import Counts, counts_of, customers_before
from sim.scenario.customers import customers_of
from sim.scenario.model_inputs import ground_met, ground_of, memory
from sim.scenario.whole import Scenario
from sim.system.arguments import shown, whole

if TYPE_CHECKING:
    import pandas as pd

Several = int | Iterable[int] | None
"""One whole number, several, or (None) all that there are."""
Names = str | Iterable[str] | None
"""One name, several, or (None) all that there are."""
People = int | str | Iterable[int | str] | None
"""Persons by number or by the id that a customer file gives them; one, several, or (None) all."""
Progress = Callable[[int], None]

KEYS = ["replication", "week", "person"]
"""What a row is found by."""
ROWS = 2**18
"""Rows of one week that are taken out of a market together, so that little of a large one is in memory twice."""


def columns_of(model: Model) -> tuple[str, ...]:
    """Everything that a person of a model carries from week to week."""
    return tuple(name for kind in KINDS for name in model.names(kind))


ACCOUNT = Account._fields
"""What everybody brings and costs in a week, which is reckoned where it is asked for by name."""


def chosen_of(model: Model, columns: Names) -> tuple[str, ...]:
    """The columns of a panel that are asked for: all that people carry unless said. Raises :class:`~sim.errors.Mistake`."""
    carried = columns_of(model)
    return carried if columns is None else names("column", columns, (*carried, *ACCOUNT))


COLUMNS = columns_of(builtin())
"""Everything that a person of the shipped model carries from week to week."""


@dataclass(frozen=True, eq=False)
class Run:
    """What was run, and can be lived again: a scenario under a seed, that began with ``founders`` customers.

    Before a warm-up, that is: in it people come and go, unless a file says who is a customer in week 0. ``numbers``: which
    replications, int64; ``tally``: what was counted of them, int64 (replications, weeks, counts).
    """

    scenario: Scenario
    seed: int
    founders: int
    numbers: np.ndarray
    tally: np.ndarray

    @property
    def measured_weeks(self) -> range:
        """The weeks from which measures are made."""
        return range(self.scenario.measure.start, self.tally.shape[1])

    @cached_property
    def customers_in_week_0(self) -> int:
        """How many customers there are as week 0 begins; after a warm-up in which people come and go, on average."""
        if not len(self.tally):
            return self.founders
        return round(float(customers_before(self.tally, self.scenario.model).mean()))

    def starters(self, tally: np.ndarray) -> np.ndarray:
        """The customers whose staying is counted in these replications of the tally: float64 (replications,).

        They are the customers of the first week that is measured; where a window begins later, those of them who are still
        there then.
        """
        model, first, begin = self.scenario.model, self.scenario.measure.start, self.measured_weeks.start
        if begin > first:
            return tally[:, begin - 1, model.count("founders")].astype(np.float64)
        return customers_before(tally[:, first:], model)

    def counted(self, tally: np.ndarray) -> Counts:
        """What was counted in the measured weeks of these replications of the tally, as measures take it."""
        weeks = self.measured_weeks
        return counts_of(tally[:, weeks.start : weeks.stop], self.starters(tally), self.scenario.model)

    def panel(
        self, columns: Names = None, weeks: Several = None, replications: Several = None, engine: str = "core"
    ) -> pd.DataFrame:
        """What every person carries at the end of every week: one row a replication, week and person, one column a state.

        ``columns``: names of state columns (``satisfaction``, ``trust``, ``provider``, ``tenure``, ``came_by``, …), and
        ``revenue`` and ``cost``, what somebody brings and costs in the week (see :mod:`sim.runs.accounts`); ``weeks``;
        ``replications``: all state columns and weeks of the first replication unless said. ``person`` is a number: those who are
        customers at first come first, in the order of their file, and ``id`` is what the file calls them. The replication is
        lived again for it, by either ``engine``, bit for bit the same. Raises :class:`~sim.errors.Mistake` for a name or number
        that there is not, and for a table that would not fit into memory.
        """
        wanted, chosen = (
            self.asked(weeks, replications, engine),
            chosen_of(self.scenario.model, columns),
        )
        _refuse_too_large(ground_of(self.scenario).plan.people * wanted.weeks_in_all, len(chosen))
        return _framed(panel_tables(self, wanted, chosen))

    def events(
        self, kinds: Names = None, people: People = None, weeks: Several = None, replications: Several = None,
        engine: str = "core",
    ) -> pd.DataFrame:  # fmt: skip
        """What happened to whom: one row an event, in the order of weeks and persons, and as it happened to a person.

        ``kinds``: names of the model's events, such as ``leaves``; ``people``: numbers, or ids of the customer file; all of
        both unless said, and the rest as in :meth:`panel`. ``what`` names the event; what ``amount`` means depends on it.
        """
        return _framed(event_tables(self, self.asked(weeks, replications, engine), kinds, people))

    def asked(self, weeks: Several = None, replications: Several = None, engine: str = "core") -> Asked:
        """These weeks and replications, to be lived by this engine. Raises :class:`~sim.errors.Mistake` for what there is not."""
        return asked(self.numbers, self.tally.shape[1], replications, weeks, engine)


# ---- what is asked for


@dataclass(frozen=True)
class Asked:
    """Which replications and weeks of a run are asked for, ascending, and by which engine they are to be lived."""

    replications: tuple[int, ...]
    weeks: tuple[int, ...]
    engine: str = "core"

    @property
    def steps(self) -> int:
        """Weeks that are lived for it."""
        return len(self.replications) * (self.weeks[-1] + 1)

    @property
    def weeks_in_all(self) -> int:
        """Weeks that it holds."""
        return len(self.replications) * len(self.weeks)


def asked(
    numbers: Sequence[int] | np.ndarray,
    most: int,
    replications: Several = None,
    weeks: Several = None,
    engine: str = "core",
) -> Asked:
    """What is asked of the replications with these ``numbers`` and of ``most`` weeks: the first of them, all weeks, if nothing
    is said. Raises :class:`~sim.errors.Mistake` for what there is not."""
    if engine not in ENGINES:
        raise Mistake(f"engine is {shown(engine)}, but must be 'core' or 'mesa'")
    if not len(numbers):
        raise Mistake("no replication finished, so there is nothing to look at")
    chosen = [int(numbers[0])] if replications is None else _several("replications", replications, 0, 2**63 - 1)
    for number in chosen:
        if number not in numbers:
            raise Mistake(f"replication {number} is not among those that finished: {_told(numbers)}")
    return Asked(
        tuple(chosen), tuple(range(most)) if weeks is None else tuple(_several("weeks", weeks, 0, most - 1)), engine
    )


def _several(name: str, given: int | Iterable[int], low: int, high: int) -> list[int]:
    each = given if isinstance(given, Iterable) and not isinstance(given, str | bytes) else [given]
    found = sorted({whole(name, one, low, high) for one in each})
    if not found:
        raise Mistake(f"{name} names none; give a whole number, or several")
    return found


def _told(numbers: Sequence[int] | np.ndarray) -> str:
    few = [str(number) for number in numbers[:5]]
    return ", ".join(few) + (f", … {numbers[-1]}" if len(numbers) > len(few) else "")


def names(what: str, given: Names, known: Sequence[str]) -> tuple[str, ...]:
    """The names that are given, each once; all that are known for None. Raises :class:`~sim.errors.Mistake`."""
    if given is None:
        return tuple(known)
    each = [given] if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    for name in each:
        if not isinstance(name, str) or name not in known:
            hint = nearest(str(name), list(known)) or f"; there are {', '.join(known)}"
            raise Mistake(f"there is no {what} {shown(name)}{hint}")
    if not each:
        raise Mistake(f"no {what} is named; leave it out for all of them")
    return tuple(dict.fromkeys(each))


# ---- the people, lived again


class Lives:
    """The people of a run, to be lived again: who they are, and each week of theirs."""

    def __init__(self, run: Run, wanted: Asked) -> None:
        self.run, self.wanted = run, wanted
        self.inputs = ground_of(run.scenario)
        self.people = self.inputs.plan.people

    @cached_property
    def ids(self) -> np.ndarray | None:
        """The customers' ids as text (object), None for whoever comes from no row; None where the file names none."""
        file = customers_of(self.run.scenario)
        if file is None or file.ids is None:
            return None
        return np.concatenate([file.ids.astype(object), np.full(self.people - len(file.ids), None)])

    def weeks(self, watched: int = NOBODY, progress: Progress = lambda weeks: None) -> Iterator[tuple[int, Market]]:
        """Each week asked for: the replication's number, and its market as it then stands.

        Raises :class:`~sim.errors.Mistake` when something else is counted than the run counted.
        """
        engine = Engine(self.inputs, self.run.seed, self.wanted.engine)
        for number in self.wanted.replications:
            engine.inputs = ground_met(self.run.scenario, self.inputs, self.run.seed, number)
            market, place = engine.start(number, watched), int(np.flatnonzero(self.run.numbers == number)[0])
            for week in range(self.wanted.weeks[-1] + 1):
                market.step()
                progress(1)
                if not np.array_equal(market.counts[week], self.run.tally[place, week]):
                    raise Mistake(
                        f"replication {number} cannot be lived again: in week {week} something else is counted than the run "
                        "counted. Has its customer file or its file of worlds changed since? Run the scenario once more"
                    )
                if week in self.wanted.weeks:
                    yield number, market

    def rows(self, number: int, market: Market, people: np.ndarray) -> dict[str, arrow.Array]:
        """The columns that say whose row it is, and of when; ``people``: a person's number for each row."""
        keys = {"replication": np.full(len(people), number), "week": np.full(len(people), market.week)}
        found = {name: arrow.array(values) for name, values in (keys | {"person": people}).items()}
        return found if self.ids is None else found | {"id": arrow.array(self.ids[people], arrow.string())}


def panel_tables(
    run: Run, wanted: Asked, columns: Names = None, progress: Progress = lambda weeks: None
) -> Iterator[arrow.Table]:
    """The panel as tables of some rows each: by replication, week and person. Raises :class:`~sim.errors.Mistake`."""
    lives, chosen = Lives(run, wanted), chosen_of(run.scenario.model, columns)
    accounts = not set(chosen).isdisjoint(ACCOUNT)
    for number, market in lives.weeks(EVERYBODY if accounts else NOBODY, progress):
        held = market.people() | (account(market)._asdict() if accounts else {})
        for start in range(0, lives.people, ROWS):
            people = np.arange(start, min(start + ROWS, lives.people), dtype=np.int32)
            values = {name: arrow.array(held[name][people]) for name in chosen}
            yield arrow.table(lives.rows(number, market, people) | values)


def event_tables(
    run: Run, wanted: Asked, kinds: Names = None, people: People = None, progress: Progress = lambda weeks: None
) -> Iterator[arrow.Table]:
    """What happened as tables, one a week: by replication, week, person, and as it happened to them.

    Raises :class:`~sim.errors.Mistake`.
    """
    lives, known = Lives(run, wanted), run.scenario.model.events
    what = [known.index(name) for name in names("event", kinds, known)]
    who = None if people is None else _numbers(people, lives)
    for number, market in lives.weeks(EVERYBODY, progress):
        happened = market.events[np.isin(market.events["what"], what)]
        if who is not None:
            happened = happened[np.isin(happened["person"], who)]
        happened = happened[np.argsort(happened["person"], kind="stable")]
        told = arrow.DictionaryArray.from_arrays(happened["what"].astype(np.int16), arrow.array(known))
        rows = lives.rows(number, market, happened["person"].astype(np.int32))
        yield arrow.table(rows | {"what": told, "amount": arrow.array(happened["amount"].copy())})


def _numbers(people: int | str | Iterable[int | str], lives: Lives) -> list[int]:
    """Persons' numbers. Raises :class:`~sim.errors.Mistake` for whoever there is not."""
    each: list[Any] = [people] if isinstance(people, str) or not isinstance(people, Iterable) else list(people)
    places = {} if lives.ids is None else {each: number for number, each in enumerate(lives.ids) if each is not None}
    for one in each:
        if isinstance(one, str) and lives.ids is None:
            raise Mistake(
                f"people names {shown(one)}, but customers have no ids here: give numbers from 0 to {lives.people - 1:,}, or "
                "name the customer file's column of ids with 'id' under customers"
            )
        if isinstance(one, str) and one not in places:
            raise Mistake(f"there is no customer {shown(one)}{nearest(one, list(places))}")
    return [places[one] if isinstance(one, str) else whole("people", one, 0, lives.people - 1) for one in each]


def _refuse_too_large(rows: int, columns: int) -> None:
    needed = 2 * rows * (40 + 4 * columns)
    if needed > memory():
        raise Mistake(
            f"a panel of {rows:,} rows needs about {needed / 1e9:,.0f} GB of memory, more than there is; name fewer columns or "
            "weeks, or write it to a file with 'loyalty run --panel FILE.parquet'"
        )


def _framed(tables: Iterator[arrow.Table]) -> pd.DataFrame:
    return arrow.concat_tables(tables).to_pandas().set_index(KEYS)
