"""A customer file opened for a scenario, in any habit that ``loyalty new`` reads; purchases and tickets gathered to customers.

Where the cells of a column are plain numbers, they are read block by block. Where they are not – ``€ 1.234,50``, ``88,1 %``,
31.12.2023 – the whole column is looked at, as only it tells. What it leaves open is never guessed, but must be said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from sim.data.customer_csv import csv_rows
from sim.data.customer_mapping import CustomerFileMapping, LabelMapping, Word, same
from sim.data.customer_rows import Block, Rows, ending_of, parquet_rows, refuse_twins
from sim.data.customer_text import shortened
from sim.data.gathering import gathered
from sim.data.habits import SEPARATORS, Cells, encoding_of, separator_of
from sim.data.quarantine import refuse_too_many
from sim.data.recognising import Source, column_read, newest, only
from sim.data.tables import ENDINGS, TEXTS, Table, parted, read_table, written_in
from sim.errors import Mistake, hint

MARKS = {"point": ".", "comma": ","}


def opened(path: Path, mapping: CustomerFileMapping) -> Rows:
    """The file's rows, each a customer. Raises :class:`Mistake` when it cannot be read, or not as the mapping says."""
    ending, inner = ending_of(path, ENDINGS, "customers"), parted(mapping.file)[1]
    if mapping.encoding is not None and ending not in TEXTS and mapping.encoding.lower() not in ("utf-8", "utf8"):
        raise Mistake(f"{path}: only text has an encoding; remove 'encoding: {shortened(mapping.encoding)}'")
    if mapping.rows != "customer":
        return _gathered(path, inner, mapping)
    if ending in TEXTS:
        rows = _text(path, mapping)
    elif ending == ".parquet":
        rows = parquet_rows(path)
    else:
        rows = _of_table(read_table(f"{path}#{inner}" if inner else str(path)))
    refuse_twins(path, rows.names)
    return rows


def _text(path: Path, mapping: CustomerFileMapping) -> Rows:
    """A text in its encoding, its cells parted by what gives the columns that the mapping names."""
    encoding = mapping.encoding or encoding_of(path)
    rows = csv_rows(path, encoding)
    wanted = named_columns(mapping)
    mark = "," if wanted <= set(rows.names) and (wanted or len(rows.names) > 1) else _separator(path, encoding, wanted)
    rows = rows if mark == "," else csv_rows(path, encoding, separator=mark)
    habit = "" if (encoding, mark) == ("utf-8", ",") else written_in(encoding, mark)
    return replace(rows, habit=habit, semicolons=mark == ";")


def _separator(path: Path, encoding: str, wanted: set[str]) -> str:
    found = {}
    for mark in SEPARATORS:
        try:
            found[mark] = len(wanted & set(csv_rows(path, encoding, separator=mark).names))
        except Mistake:
            found[mark] = -1
    best = max(found, key=lambda mark: found[mark])
    if found[best] > 0:
        return best
    try:
        return separator_of(path, encoding)
    except Mistake:
        return ","


def named_columns(mapping: CustomerFileMapping) -> set[str]:
    """The columns of the file that a mapping names, white space squeezed."""
    columns = [name for column in mapping.columns.values() for name in (column.column, column.divide_by)]
    others = [mapping.id, mapping.segments and mapping.segments.column, mapping.label and mapping.label.column]
    return {" ".join(name.split()) for name in (*columns, *others, *mapping.keep, *mapping.where) if name}


def _of_table(table: Table) -> Rows:
    def blocks(wanted: list[str]) -> Iterator[Block]:
        yield Block(table.line, {name: table.columns[name] for name in wanted}, table.text, table.aside)

    return Rows(table.path, list(table.columns), blocks, table.habit)


# ---- purchases and tickets


def _gathered(path: Path, inner: str, mapping: CustomerFileMapping) -> Rows:
    """Purchases or tickets as rows of customers, in the order of their ids; ``where`` chooses among the former."""
    if mapping.id is None:
        raise Mistake(
            f"{path}: {mapping.rows}s are gathered by customer; name the column that says whose each is with 'id'"
        )
    if mapping.label is not None:
        raise Mistake(f"{path}: a row is a {mapping.rows}, which does not say who has left; remove 'label'")
    table = read_table(f"{path}#{inner}" if inner else str(path), mapping.encoding)
    id_column = " ".join(mapping.id.split())
    for name in (id_column, *mapping.where):
        if name not in table.columns:
            raise Mistake(f"{path}: the file has no column '{shortened(name)}'{hint(name, table.columns)}")
    cells = {name: settled(table, name, mapping, code=name == id_column) for name in table.columns}
    source = Source(1, table, cells, mapping.rows, id_column, list(table.aside))
    source = only(source, chosen_rows(path, table.columns, mapping.where))
    days = newest(each.values for each in source.cells.values() if each.kind == "date")
    as_of = days if mapping.as_of is None else np.datetime64(mapping.as_of, "D")
    if as_of is None:
        raise Mistake(f"{path}: a {mapping.rows} needs a date, and no column holds dates; export one with it")
    ids = compute.unique(compute.drop_null(source.cells[id_column].values))
    ids = ids.take(compute.array_sort_indices(ids))
    found = gathered(source, ids, as_of)
    refuse_too_many(path, found.rows + len(found.aside), found.aside, mapping.bad_rows_allowed)
    columns = {name: arrow.array(each.values, mask=~np.isfinite(each.values)) for name, each in found.columns.items()}
    made = Table(path, {id_column: ids, **columns}, np.arange(1, len(ids) + 1), [], table.habit)
    return replace(_of_table(made), gathered=f"{found.told}, as of {as_of}", aside=found.aside)


# ---- a column as a whole


def settled(
    table: Table, name: str, mapping: CustomerFileMapping, code: bool = False, mark: str = "", plain: bool = False
) -> Cells:
    """A column of any habit. Raises :class:`Mistake` where it does not tell its decimal mark, or days from months.

    ``mark``: the decimal mark of the file's other columns, if they tell; ``plain``: whether a point is one, as in a file with
    commas between its cells.
    """
    said = MARKS[mapping.decimals] if mapping.decimals else mark or None
    cells = column_read(table, name, mapping.dates, said, code)
    if cells.open == "dates":
        raise Mistake(
            f"{table.path}, column '{name}': which stands first in dates such as '{cells.examples[0]}', the day or the month? "
            "Write dates: day first, or dates: month first, under customers"
        )
    if cells.open == "decimals" and not (plain and "," not in cells.examples[0]):
        raise Mistake(
            f"{table.path}, column '{name}': is the mark in numbers such as '{cells.examples[0]}' one of decimals or of "
            "thousands? Write decimals: point, or decimals: comma, under customers"
        )
    return cells


def whole_column(rows: Rows, name: str) -> Table:
    """A column with its lines, over all blocks of a file."""
    blocks = list(rows.blocks([name]))
    cells = arrow.chunked_array([block.cells[name] for block in blocks]).combine_chunks()
    return Table(rows.path, {name: cells}, np.concatenate([block.line for block in blocks]), [], "")


# ---- which rows


def chosen_rows(path: Path, columns: dict[str, Any], where: dict[str, tuple[Word, ...]]) -> np.ndarray:
    """Which rows ``where`` leaves: bool, one a row. Raises :class:`Mistake` for a value that no row has, or when none is left."""
    count = len(next(iter(columns.values()))) if columns else 0
    kept = np.ones(count, bool)
    for name, wanted in where.items():
        place, words = coded(columns[name])
        for word in wanted:
            if same(word) not in words:
                there = [str(each) for each in words if str(each).strip()][:20]
                raise Mistake(f"{path}, where.{name}: no row has '{shortened(str(word))}'{hint(str(word), there)}")
        kept &= np.isin(place, [words.index(same(word)) for word in wanted])
    if where and count and not kept.any():
        raise Mistake(f"{path}: no row is left of {count:,} by 'where'; take one of its conditions out")
    return kept


def coded(cells: Any) -> tuple[np.ndarray, list[float | str]]:
    """For each cell which of the different words it holds, and these, as :func:`~sim.data.customer_mapping.same` tells them."""
    found = cells.cast(arrow.string()) if not arrow.types.is_string(cells.type) else cells
    found = found.dictionary_encode()
    found = found.combine_chunks() if isinstance(found, arrow.ChunkedArray) else found
    words = [same(word) for word in found.dictionary.to_pylist()] + [""]
    different = list(dict.fromkeys(words))
    number = np.array([different.index(word) for word in words])
    return number[found.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)], different


def gone(
    path: Path, label: LabelMapping, column: Any, cells: Cells | None, as_of: str | None
) -> tuple[np.ndarray, np.ndarray]:
    """Who has left by the label, and of whom it does not say, one a row. Raises :class:`Mistake` for a nobody's word.

    The first are weeks from leaving to the day that the file is of (float64): NaN for who has not left, infinite where a word
    alone says so, or no such day is said. The second are bool.
    """
    if label.left is None:
        if cells is None or cells.kind != "date":
            raise Mistake(f"{path}, label: '{label.column}' holds no days of leaving; say with 'left' which of its words "
                          f"says that somebody has left{_words_of(column)}")  # fmt: skip
        until = np.datetime64("9999-12-31") if as_of is None else np.datetime64(as_of, "D")
        left = ~cells.missing & ~cells.bad & (cells.values <= until)
        days = np.where(left, until - cells.values, np.timedelta64(0, "D")).astype("timedelta64[D]").astype(np.float64)
        return np.where(left, np.inf if as_of is None else days / 7, np.nan), cells.bad
    place, words = coded(column)
    for word in label.left:
        if same(word) not in words:
            raise Mistake(
                f"{path}, label.left: no row of '{label.column}' has '{shortened(str(word))}'"
                f"{hint(str(word), [str(w) for w in words][:20])}"
            )
    blank = np.isin(place, [words.index(word) for word in words if not str(word).strip()])
    left = np.isin(place, [words.index(same(word)) for word in label.left])
    return np.where(left, np.inf, np.nan), blank


def _words_of(column: Any) -> str:
    words = [str(word) for word in coded(column)[1] if word != ""][:5]
    return f": {', '.join(words)}" if words else ""
