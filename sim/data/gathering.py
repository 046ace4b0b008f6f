"""Purchases and tickets gathered to a row a customer: recency, frequency and spend; contacts, replies, scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from sim.data.buying import Visits, visits_of
from sim.data.habits import Cells
from sim.data.quarantine import Quarantined
from sim.data.recognising import Source, says, set_aside, words_in
from sim.errors import Mistake

YES = ("yes", "y", "true", "1", "ja", "oui", "si", "resolved", "solved", "closed", "gelöst", "erledigt")
GATHERED = "gathered"
"""The habit of a column that was gathered here: its unit is known."""
_PHONES = ("phone", "telephone", "telefon", "call", "calls", "anruf", "tel", "voice", "hotline")
_AMOUNTS = ("amount", "betrag", "umsatz", "revenue", "sales", "total", "value", "spend", "price", "preis", "montant")
_CONTACT_NUMBERS = (
    "score",
    "rating",
    "csat",
    "nps",
    "reply",
    "response",
    "wait",
    "duration",
    "handling",
    "minutes",
    "bewertung",
)


@dataclass(frozen=True)
class Gathered:
    """What a file of purchases or tickets says of each customer: columns, and in words what was done; ``weeks`` that it spans;
    ``visits``: when they bought, where it is of purchases."""

    file: str
    columns: dict[str, Cells]
    told: str
    weeks: float
    rows: int
    calls: int
    aside: list[Quarantined]
    visits: Visits | None = None


def gathered(source: Source, customers: arrow.Array, as_of: np.datetime64) -> Gathered:
    """The columns that a file gives each of these customers (their ids), as of a day; what fits none is set aside."""
    date = _dated(source)
    days = source.cells[date].values
    source = set_aside(source, np.isnat(days), f"{date} is no day of the calendar")
    source = set_aside(source, source.cells[date].values > as_of, f"{date} lies after {as_of}")
    amount = _amount(source) if source.rows == "purchase" else ""
    if amount:
        source = set_aside(source, source.cells[amount].bad, f"{amount} is no number")
        source = set_aside(source, source.cells[amount].missing, f"{amount} is missing")
        source = set_aside(
            source, source.cells[amount].values < 0, f"{amount} is below 0: what is given back is no purchase"
        )
    if not len(source.table.line):
        raise Mistake(f"{source.table.path}: not one row has a day up to {as_of} and what else a {source.rows} needs")
    days = source.cells[date].values
    weeks = (int((days.max() - days.min()).astype(int)) + 1) / 7
    found = compute.index_in(source.cells[source.id].values, value_set=customers)
    source = set_aside(source, compute.is_null(found).to_numpy(zero_copy_only=False), f"{source.id} is no customer's")
    if not len(source.table.line):
        raise Mistake(
            f"{source.table.path}: not one row is of a customer of the other file; look whether both name customers "
            f"alike (column '{source.id}')"
        )
    who = compute.index_in(source.cells[source.id].values, value_set=customers).to_numpy(zero_copy_only=False)
    many = _Sums(who, len(customers))
    visits = (
        visits_of(who, source.cells[date].values, source.cells[amount].values, len(customers), as_of)
        if amount
        else None
    )
    columns = _purchases(source, date, amount, many, weeks, as_of) if amount else _tickets(source, date, many, weeks)
    columns |= _habits(visits) if visits else {}
    heads = int((many.count > 0).sum())
    told = f"{len(source.table.line):,} {source.rows}s of {heads:,} customers in {weeks:.1f} weeks, {days.min()} to {days.max()}"
    return Gathered(
        str(source.table.path), columns, told, weeks, len(source.table.line), _calls(source), source.aside, visits
    )


@dataclass(frozen=True)
class _Sums:
    """Sums of what rows say, by customer."""

    who: np.ndarray
    customers: int

    @property
    def count(self) -> np.ndarray:
        return self.of(np.ones(len(self.who)))

    def of(self, values: np.ndarray) -> np.ndarray:
        return np.bincount(self.who, np.nan_to_num(values), self.customers)

    def mean(self, values: np.ndarray) -> np.ndarray:
        there = self.of(np.isfinite(values).astype(float))
        return np.divide(self.of(values), there, out=np.full(self.customers, np.nan), where=there > 0)

    def latest(self, days: np.ndarray, last: bool) -> np.ndarray:
        found = np.full(self.customers, np.iinfo(np.int64).min if last else np.iinfo(np.int64).max)
        (np.maximum if last else np.minimum).at(found, self.who, days.astype(np.int64))
        found[self.count == 0] = np.iinfo(np.int64).min
        return found.astype("datetime64[D]")


def _calls(source: Source) -> int:
    """How many of the rows are calls: those of a channel that is a telephone, all where no column names channels."""
    for name, cells in source.cells.items():
        if cells.kind == "text" and says(name, "channel", "kanal", "canal", "medium"):
            return sum(count for word, count in words_in(cells).items() if says(word, *_PHONES))
    return len(source.table.line)


def _dated(source: Source) -> str:
    """The column that says when."""
    names = [name for name, cells in source.cells.items() if cells.kind == "date"]
    if not names:
        raise Mistake(
            f"{source.table.path}: a {source.rows} needs a date, and no column holds dates; export one with it"
        )
    told = [
        name
        for name in names
        if says(name, "date", "datum", "day", "opened", "created", "fecha", "time", "bought", "bestelldatum")
    ]
    return (told or names)[0]


def _amount(source: Source) -> str:
    """The column that says how much."""
    numbers = [name for name, cells in source.cells.items() if cells.kind == "number"]
    told = [name for word in _AMOUNTS for name in numbers if says(name, word)]
    money = told or [name for name in numbers if source.cells[name].currency]
    if not money:
        raise Mistake(f"{source.table.path}: a purchase needs an amount, and no column is called so; name one 'amount'")
    return money[0]


def _purchases(
    source: Source, date: str, amount: str, many: _Sums, weeks: float, as_of: np.datetime64
) -> dict[str, Cells]:
    cells, days = source.cells[amount], source.cells[date].values
    last, first = many.latest(days, True), many.latest(days, False)
    return {
        "spend_a_week": _numbers(many.of(cells.values) / weeks, cells.currency),
        "purchases_a_week": _numbers(many.count / weeks),
        "weeks_since_last_purchase": _weeks_before(as_of, last),
        "weeks_since_first_purchase": _weeks_before(as_of, first),
    }


def _habits(visits: Visits) -> dict[str, Cells]:
    """What the days on which customers bought say of how they buy."""
    known, before, mean = visits.known, *np.full((2, visits.customers), np.nan)
    before[known.who], mean[known.who] = known.history.repeats, np.nan_to_num(known.mean)
    return {"purchases_before": _numbers(before), "basket_before": _numbers(mean)}


def _tickets(source: Source, date: str, many: _Sums, weeks: float) -> dict[str, Cells]:
    columns = {"contacts": _numbers(many.count)}
    for name, cells in source.cells.items():
        if cells.kind == "number" and says(name, *_CONTACT_NUMBERS):
            columns[f"mean {name}"] = _numbers(many.mean(cells.values))
        elif (
            cells.kind == "text"
            and name != source.id
            and says(name, "resolved", "solved", "status", "geloest", "erledigt")
        ):
            yes = [word for word in words_in(cells) if word.lower() in YES]
            if yes:
                said = (
                    compute.is_in(cells.values, value_set=arrow.array(yes)).to_numpy(zero_copy_only=False).astype(float)
                )
                columns[f"share {name}"] = _numbers(many.mean(np.where(cells.missing, np.nan, said)))
    return columns


def _numbers(values: np.ndarray, currency: str = "") -> Cells:
    return Cells("number", values, ~np.isfinite(values), np.zeros(len(values), bool), GATHERED, currency)


def _weeks_before(as_of: np.datetime64, days: np.ndarray) -> Cells:
    weeks = np.rint((as_of - days).astype(np.int64) / 7)
    return _numbers(np.where(np.isnat(days), np.nan, weeks))


def joined(source: Source, extra: dict[str, Cells]) -> Source:
    """The customers with further columns."""
    clash = next((name for name in extra if name in source.cells), None)
    if clash:
        raise Mistake(f"{source.table.path} has a column '{clash}' already, which another file gives too; rename it")
    return Source(source.number, source.table, source.cells | extra, source.rows, source.id, source.aside)
