"""What a file is about: which column names the customer, whether a row is a customer, a purchase or a ticket, and what a
column may be.

Names of columns are compared word by word, in English, German and a little French and Spanish. What is found is a proposal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from sim.data.habits import Cells, cells_of
from sim.data.quarantine import Quarantined
from sim.data.questions import Answers, Question
from sim.data.tables import Table
from sim.errors import Mistake

ROWS = ("customer", "purchase", "ticket")
NONE, ROW = "none", "row"
"""Where no column names the customer; and the column that then does."""
PERIODS = {
    "week": ("week", "weeks", "weekly", "wk", "woche", "wochen", "wochentlich", "semaine", "hebdomadaire",
    "semana", "semanal", "settimana", "settimanale"),
    "month": ("month", "months", "monthly", "mo", "mth", "monat", "monate", "monatlich", "monats", "mois",
    "mensuel", "mensuelle", "mensual", "mes", "mensile", "maand", "maandelijks", "mrr"),
    "quarter": ("quarter", "quarterly", "quartal", "trimestre", "trimestriel", "trimestral"),
    "year": ("year", "years", "yearly", "annual", "annually", "yr", "jahr", "jahre", "jahrlich", "jahres", "annee",
    "annuel", "annuelle", "ano", "anual", "anno", "annuale"),
    "day": ("day", "days", "daily", "tag", "tage", "taglich"),
}  # fmt: skip
"""Words for a period of time in names of columns."""
WEEKS = {"day": 1 / 7, "week": 1.0, "month": 30.4375 / 7, "quarter": 3 * 30.4375 / 7, "year": 365.25 / 7}
"""How many weeks each has."""
_ID = (
    "customer id", "customer number", "customer num", "customer no", "customer", "cust id", "cust num", "cust no",
    "client id", "client number", "client num", "client no", "client", "account id", "account number", "account no",
    "account", "subscriber id", "subscriber", "member id", "member no", "member", "user id", "user", "kundennummer",
    "kundennr", "kunden nr", "kunden id", "kunde", "numero client", "n client", "id cliente", "codice cliente",
    "numero cliente", "cliente", "id", "nr", "number",
)  # fmt: skip
_ROW_IDS = (
    "ticket", "case", "call id", "order", "invoice", "transaction", "bestellung", "rechnung", "beleg", "receipt",
)  # fmt: skip
_AMOUNT = (
    "amount", "price", "total", "value", "revenue", "spend", "betrag", "umsatz", "preis", "summe", "montant", "importe",
    "sales",
)  # fmt: skip
_OF_TICKETS = (
    "ticket", "status", "resolved", "solved", "score", "reply", "response", "channel", "priority", "duration", "handling",
    "rating", "csat", "closed", "wait", "geloest", "kanal", "bewertung", "agent",
)  # fmt: skip
_CODES = ("zip", "plz", "postcode", "postal", "post code", "phone number", "telefon", "iban", "msisdn", "postleitzahl")
_OF_DAYS = ("date", "datum", "day", "fecha", "giorno", "opened", "created")
_TIES = ("from", "to", "source", "target", "friend", "von", "nach", "a", "b")
TOTALS = re.compile(r"(?:grand )?(?:total|totals|sum|summe|gesamt|insgesamt|gesamtsumme|somme|suma)\b.*", re.IGNORECASE)

"""What a row of totals is called."""


def words_of(name: str) -> list[str]:
    """The words of a column's name, small and without accents: ``Umsatz/Monat`` and ``umsatzMonat`` are the same two."""
    name = re.sub(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])", " ", name).replace("ß", "ss")
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.findall(r"[a-z]+|[0-9]+", plain)


def says(name: str, *wanted: str) -> bool:
    """Whether a column's name holds one of the words: whole, or, from six letters on, within a longer one."""
    words = words_of(name)
    line = f" {' '.join(words)} "
    return any(f" {each} " in line or (len(each) >= 6 and any(each in word for word in words)) for each in wanted)


def period_in(name: str) -> str | None:
    """The period of time that a column's name speaks of."""
    words = set(words_of(name))
    return next((period for period, known in PERIODS.items() if words & set(known)), None)


@dataclass(frozen=True)
class Source:
    """A file understood as far as its rows: what one is, and which column names the customer; ``number`` counts files from 1."""

    number: int
    table: Table
    cells: dict[str, Cells]
    rows: str
    id: str
    aside: list[Quarantined]

    @property
    def key(self) -> tuple[str, str]:
        """Where answers about this file stand."""
        return "files", str(self.number)


def recognised(number: int, table: Table, answers: Answers) -> Source:
    """A file as far as its rows. Raises :class:`Mistake` for what is no table of customers, purchases or tickets."""
    key = ("files", str(number))
    names = list(table.columns)
    if len(names) == 2 and all(says(name, *_TIES) for name in names):
        raise Mistake(
            f"{table.path} ({', '.join(names)}) is a list of who knows whom, not of customers: name it in "
            f"today.yaml, as network: "
            "{kind: edges, file: …}"
        )
    for entry, said in (("named", table.path.name), ("rows", ""), ("id", "")):  # in this order, whoever answers first
        answers.note((*key, entry), said)
    id_column = _id_column(key, table, answers)
    table, told_id = (_numbered(table), ROW) if id_column == NONE else (table, id_column)
    cells = _settled(key, table, told_id, answers)
    rows = _rows(key, table, cells, told_id, answers)
    answers.note((*key, "id"), id_column)
    source = Source(number, table, cells, rows, told_id, list(table.aside))
    source = _without_totals(source, answers)
    return _without_repeats(source, answers) if rows == "customer" else source


def _id_column(key: tuple[str, ...], table: Table, answers: Answers) -> str:
    """The column that names the customer. What its name does not say is asked."""
    names = list(table.columns)
    ranked = sorted(
        (place, names.index(name), name) for name in names for place, word in enumerate(_ID) if _is_called(name, word)
    )
    if ranked and answers.found((*key, "id")) is None:
        return ranked[0][2]
    distinct = [name for name in names if _distinct_words(table.columns[name])]
    proposal = distinct[0] if len(distinct) == 1 else None
    words = f"{table.path}: which column names the customer ('{NONE}': each row is a customer, and gets its number)?"
    hint = "it is different in every row" if proposal else "no column is called so"
    return str(answers(Question((*key, "id"), words, proposal or NONE, hint, (*names, NONE), fallback=NONE)))


def _numbered(table: Table) -> Table:
    """The table with a column of its rows' places, for want of one that names customers."""
    return replace(table, columns={ROW: arrow.array(table.line.astype(str)), **table.columns})


def _is_called(name: str, word: str) -> bool:
    words = words_of(name)
    if any(each in _ROW_IDS for each in words) and "customer" not in words:
        return False
    return " ".join(words) == word or "".join(words) == word.replace(" ", "") or (" " in word and says(name, word))


def _distinct_words(column: arrow.Array) -> bool:
    kind = column.type
    if not arrow.types.is_string(kind) or column.null_count or len(column) < 2:
        return False
    words = compute.all(compute.match_substring_regex(column, r"\pL|^0[0-9]")).as_py()
    return bool(words and compute.count_distinct(column).as_py() == len(column))


def _settled(key: tuple[str, ...], table: Table, id_column: str, answers: Answers) -> dict[str, Cells]:
    """The cells of every column; what they leave open of dates and decimal marks is asked once a file."""
    cells = {name: _read(table, name, id_column) for name in table.columns}
    for name, column in cells.items():
        if column.open == "dates":
            order = answers(
                Question(
                    (*key, "dates"),
                    f"{table.path}, column '{name}': which stands first in dates such as '{column.examples[0]}', "
                        f"the day or the month?",
                    _told_order(cells), "another column of the file is written so", ("day first", "month first"),
                    fallback="day first",
                )
            )  # fmt: skip
            cells[name] = _read(table, name, id_column, order=order)
        elif column.open == "decimals":
            marks = {each.mark for each in cells.values() if each.mark}
            told = marks.pop() if len(marks) == 1 else ""
            mark = told or _decimal_mark(key, table, name, column, answers)
            cells[name] = _read(table, name, id_column, mark=mark)
    return cells


def _told_order(cells: dict[str, Cells]) -> str | None:
    told = {each.habit.partition(", ")[2] for each in cells.values() if each.kind == "date" and not each.open} - {""}
    return told.pop() if len(told) == 1 else None


def _decimal_mark(key: tuple[str, ...], table: Table, name: str, column: Cells, answers: Answers) -> str:
    example = column.examples[0]
    question = Question(
        (*key, "decimals"), f"{table.path}, column '{name}': is the mark in numbers such as '{example}' a decimal "
            f"point or comma, or one of thousands?",
        "comma" if table.semicolons else "point", "semicolons part the cells" if table.semicolons else "no comma "
            "parts decimals elsewhere",
        ("point", "comma"),
    )  # fmt: skip
    return "," if answers(question) == "comma" else "."


def _read(table: Table, name: str, id_column: str, order: str | None = None, mark: str | None = None) -> Cells:
    return column_read(table, name, order, mark, code=name == id_column or says(name, *_CODES))


def column_read(table: Table, name: str, order: str | None, mark: str | None, code: bool = False) -> Cells:
    """A column of a table as :func:`~sim.data.habits.cells_of` reads it; what is wrong is told with file, column and lines."""
    column = _days_with_dashes(table.columns[name]) if says(name, *_OF_DAYS) else table.columns[name]
    try:
        return cells_of(column, order, mark, code=code)  # type: ignore[arg-type]
    except Mistake as mistake:
        said = re.sub(r"\(row (\d+)\)", lambda row: f"(line {table.line[int(row[1]) - 1]})", str(mistake))
        raise Mistake(f"{table.path}, column '{name}' {said}") from None


def _days_with_dashes(column: Any) -> Any:
    """A column of days, such as 19970131, with the dashes that a number lacks; any other column as it is."""
    text = column.cast(arrow.string())
    days = compute.match_substring_regex(text, r"^(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])$")
    if len(column) == column.null_count or not compute.all(days).as_py():
        return column
    return compute.replace_substring_regex(text, r"^(....)(..)(..)$", r"\1-\2-\3")


# ---- what a row is


def _rows(key: tuple[str, ...], table: Table, cells: dict[str, Cells], id_column: str, answers: Answers) -> str:
    """Whether a row is a customer, a purchase or a ticket: an id that repeats with dates is one of the two latter."""
    others = [name for name in cells if name != id_column]
    dated = any(cells[name].kind == "date" for name in others)
    repeats = (
        compute.count_distinct(compute.drop_null(cells[id_column].values)).as_py()
        < len(table.line) - cells[id_column].missing.sum()
    )
    proposal = "customer"
    if repeats and dated:
        tickets = any(says(name, *_OF_TICKETS) for name in others)
        money = any(cells[name].kind == "number" and (says(name, *_AMOUNT) or cells[name].currency) for name in others)
        proposal = "ticket" if tickets else "purchase" if money else "ticket"
    found = answers.found((*key, "rows"))
    answer = proposal if found is None else answers(Question((*key, "rows"), "What is a row?", proposal, choices=ROWS))
    answers.note((*key, "rows"), answer)
    return str(answer)


def _without_repeats(source: Source, answers: Answers) -> Source:
    """One row a customer. An id that repeats is asked about, without a proposal; what is not kept is set aside."""
    ids = compute.fill_null(source.cells[source.id].values, "").to_numpy(zero_copy_only=False)
    _, first, place, count = np.unique(ids.astype(str), return_index=True, return_inverse=True, return_counts=True)
    again = (count[place] > 1) & (ids != "")
    if not again.any():
        return source
    one = int(np.argmax(again))
    other = int(np.flatnonzero(ids == ids[one])[1])
    line = source.table.line
    words = (
        f"{source.table.path}, column '{source.id}': {int((count > 1).sum()):,} ids stand in more than one row, "
        f"such as '{ids[one]}' in lines "
        f"{line[one]} and {line[other]}; which row of a customer counts?"
    )
    keep = answers(Question((*source.key, "repeated"), words, choices=("first", "last"), fallback="first"))
    last = len(ids) - 1 - np.unique(ids[::-1].astype(str), return_index=True)[1]
    kept = np.zeros(len(ids), bool)
    kept[first if keep == "first" else last] = True
    return set_aside(source, again & ~kept, f"{source.id} stands in more than one row; the {keep} counts")


def _without_totals(source: Source, answers: Answers) -> Source:
    """Without a row of totals at the foot, which is asked about, without a proposal."""
    table, last = source.table, len(source.table.line) - 1
    cells = [source.table.columns[name][last].as_py() for name in source.cells]
    named = next((str(cell) for cell in cells if isinstance(cell, str) and TOTALS.fullmatch(cell.strip())), "")
    if not named and not (source.cells[source.id].missing[last] and _adds_up(source, last)):
        return source
    shown = named or table.text(last)[:60]
    words = f"{table.path}, line {table.line[last]}: the last row is a total ('{shown}'), no {source.rows}; what of it?"
    answer = answers(Question((*source.key, "totals"), words, choices=("set aside", "keep"), fallback="set aside"))
    return source if answer == "keep" else set_aside(source, np.arange(last + 1) == last, "a row of totals")


def _adds_up(source: Source, last: int) -> bool:
    """Whether a number of the last row is the sum, or the mean, of those above it."""
    for cells in source.cells.values():
        if cells.kind == "number" and last > 1:
            above, foot = np.nan_to_num(cells.values[:last]), cells.values[last]
            if abs(foot) > 0 and min(abs(foot - above.sum()), abs(foot - above.mean())) < 1e-6 * abs(foot):
                return True
    return False


def set_aside(source: Source, bad: np.ndarray, reason: str) -> Source:
    """The file without some rows, which are listed."""
    if not bad.any():
        return source
    table = source.table
    listed = [Quarantined(int(table.line[row]), reason, table.text(int(row))) for row in np.flatnonzero(bad)]
    return only(replace(source, aside=source.aside + listed), ~bad)


def only(source: Source, kept: np.ndarray) -> Source:
    """The file with some of its rows."""
    mask = arrow.array(kept)
    table = replace(
        source.table,
        line=source.table.line[kept],
        columns={name: cells.filter(mask) for name, cells in source.table.columns.items()},
    )
    return replace(source, table=table, cells={name: chosen(cells, kept) for name, cells in source.cells.items()})


def chosen(cells: Cells, kept: np.ndarray) -> Cells:
    """Some of a column's cells."""
    values = cells.values.filter(arrow.array(kept)) if cells.kind in ("text", "empty") else cells.values[kept]
    return replace(cells, values=values, missing=cells.missing[kept], bad=cells.bad[kept])


def words_in(cells: Cells) -> dict[str, int]:
    """The different words of a column of text, the most frequent first."""
    counted = compute.value_counts(compute.drop_null(cells.values)).to_pylist()
    return {
        each["values"]: each["counts"] for each in sorted(counted, key=lambda each: (-each["counts"], each["values"]))
    }


def newest(dates: Iterable[np.ndarray]) -> np.datetime64 | None:
    """The newest of many days, None when there is none."""
    found = [column[~np.isnat(column)].max() for column in dates if (~np.isnat(column)).any()]
    return max(found) if found else None
