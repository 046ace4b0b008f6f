"""A population from a CSV or Parquet file: a usable row becomes a customer, any other is listed with a reason.

What the file lacks for a customer may be drawn later (``missing: draw``); such a value is NaN here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from sim.data.customer_csv import csv_rows
from sim.data.customer_mapping import (
    ColumnMapping,
    CustomerFileMapping,
    Plan,
    SegmentMapping,
    Target,
    Trait,
    plan,
    same,
)
from sim.data.customer_rows import Block, Rows, parquet_rows
from sim.data.customer_text import shortened, squeezed, unreadable
from sim.data.quarantine import Faults, Quarantined, refuse_too_many, write_quarantine
from sim.errors import Mistake, nearest
from sim.model.parameters import converted

__all__ = [
    "ColumnMapping", "CustomerFileMapping", "Customers", "Quarantined", "SegmentMapping", "Target", "read_customers",
    "write_quarantine",
]  # fmt: skip

ENDINGS = (".csv", ".csv.gz", ".parquet")
MOST_ROWS = 10_000_000
"""As many customers as ``market.customers`` may be."""
MOST_KEPT = 1_000_000_000
"""Bytes that the kept columns may take."""
MISSING = ("", "na", "n/a", "null")  # what a missing value looks like in a CSV file, in small or capital letters
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"  # just what Arrow reads as a finite number
_ROUNDING = 1e-9  # relative error that arithmetic may leave on a whole number


@dataclass(frozen=True, eq=False)
class Customers:
    """The customers of a file; all arrays are as long as there are usable rows, in the file's order.

    ``columns``: trait → float64 in the target's unit, NaN where the file lacks the value and it is to be drawn.
    ``segment``: names (object), or None when the mapping has no segments. ``kept``: name in the mapping → the cells
    untouched: text (object) from CSV, the column's own kind from Parquet.
    ``line``: int64, the row's first line in the file (header = 1), or its number from 1 in a Parquet file.
    ``ids``: the customers' ids as text (object), None when the mapping names no column of ids; ``unusable_ids``: those of
    the rows that are set aside, as far as these have one.
    ``rows`` counts the usable and the ``quarantined`` ones; ``sha256`` (hexadecimal) is of the file's bytes.
    """

    columns: dict[str, np.ndarray]
    segment: np.ndarray | None
    kept: dict[str, np.ndarray]
    line: np.ndarray
    rows: int
    quarantined: list[Quarantined]
    sha256: str
    ids: np.ndarray | None = None
    unusable_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class _Part:
    """The customers of one block; ``kept`` are Arrow arrays, whose kind only the whole file can settle."""

    columns: dict[str, np.ndarray]
    segment: np.ndarray | None
    kept: dict[str, Any]
    line: np.ndarray
    quarantined: list[Quarantined]
    ids: np.ndarray | None
    unusable_ids: list[str]


def read_customers(path: Path | str, mapping: CustomerFileMapping, targets: Mapping[str, Target]) -> Customers:
    """Read the customer file at ``path`` (``mapping.file`` is not looked at) into traits named in ``targets``.

    Raises :class:`~sim.errors.Mistake` when the file or the mapping is wrong, or too many rows cannot be used.
    """
    path = Path(path)
    rows = open_rows(path, mapping.encoding)
    what = plan(path, rows.names, mapping, targets)
    parts = list(_parts(path, rows, what, mapping.bad_rows_allowed))
    quarantined = sorted((row for part in parts for row in part.quarantined), key=lambda row: row.line)
    count = sum(part.line.size for part in parts) + len(quarantined)
    refuse_too_many(path, count, quarantined, mapping.bad_rows_allowed)
    line = np.concatenate([part.line for part in parts])
    return Customers(
        {trait.name: np.concatenate([part.columns[trait.name] for part in parts]) for trait in what.traits},
        None if what.segment is None else np.concatenate([part.segment for part in parts if part.segment is not None]),
        {name: arrow.chunked_array([part.kept[name] for part in parts]).to_numpy() for name in what.kept},
        line,
        count,
        quarantined,
        _sha256(path),
        _distinct_ids(path, line, [part.ids for part in parts if part.ids is not None]),
        frozenset(each for part in parts for each in part.unusable_ids),
    )


def _parts(path: Path, rows: Rows, what: Plan, allowed: float) -> Iterator[_Part]:
    """The customers block by block. Raises :class:`Mistake` as soon as the file cannot be one of customers: what is
    held in memory stays bounded, however large it is."""
    count = unusable = kept = 0
    for block in rows.blocks(what.wanted):
        part = _part(path, block, what)
        count, unusable = count + part.line.size + len(part.quarantined), unusable + len(part.quarantined)
        kept += sum(cells.nbytes for cells in part.kept.values())
        if count > MOST_ROWS:
            raise Mistake(f"{path} has more than {MOST_ROWS:,} rows; take a sample of them")
        if unusable > max(allowed, 0.01) * MOST_ROWS:
            raise Mistake(f"{path}: more than {unusable - 1:,} rows cannot be used: {part.quarantined[-1].reason}")
        if kept > MOST_KEPT:
            raise Mistake(f"{path}: the columns of 'keep' hold more than {MOST_KEPT:,} bytes; keep fewer of them")
        yield part


def _distinct_ids(path: Path, line: np.ndarray, parts: list[np.ndarray]) -> np.ndarray | None:
    """The ids of all customers, None when there are none. Raises :class:`Mistake` when one stands in two rows."""
    if not parts:
        return None
    ids = np.concatenate(parts)
    names, first, count = np.unique(ids.astype(str), return_index=True, return_counts=True)
    if (count > 1).any():
        place = int(first[count > 1].min())
        again = int(np.flatnonzero(ids == ids[place])[1])
        raise Mistake(
            f"{path}: {int((count > 1).sum()):,} ids stand in more than one row, such as '{ids[place]}' in lines "
            f"{line[place]} and {line[again]}; write one row for each customer, or name another column as id"
        )
    return ids


def open_rows(path: Path, encoding: str, what: str = "customers") -> Rows:
    """Open a file of ``what``. Raises :class:`Mistake` when it cannot be read, or has no header of distinct names."""
    ending = ending_of(path, ENDINGS, what)
    if ending == ".parquet" and encoding.lower() not in ("utf-8", "utf8"):
        raise Mistake(f"{path}: the text in a Parquet file is always UTF-8; remove 'encoding: {shortened(encoding)}'")
    rows = parquet_rows(path) if ending == ".parquet" else csv_rows(path, encoding)
    refuse_twins(path, rows.names)
    return rows


def ending_of(path: Path, endings: tuple[str, ...], what: str) -> str:
    """How the file's name ends. Raises :class:`Mistake` unless it is an ordinary file with one of these ``endings``."""
    try:
        _refuse_unless_file(path, endings)
    except OSError as error:
        raise unreadable(path, error) from None
    ending = next((ending for ending in endings if path.name.lower().endswith(ending)), None)
    if ending is None:
        raise Mistake(f"{path}: {what} are read from files ending in {', '.join(endings)}; save it as one of these")
    if path.stat().st_size == 0:
        raise Mistake(f"{path} is empty; name a file with a header and a row for each customer")
    return ending


def _refuse_unless_file(path: Path, endings: tuple[str, ...]) -> None:
    if path.is_file():
        return
    if path.is_dir():
        raise Mistake(f"{path} is a folder; name a file in it that ends in {', '.join(endings)}")
    if path.exists():
        raise Mistake(f"{path} is no ordinary file; copy what it holds into one")
    neighbours = [file.name for file in path.parent.iterdir()] if path.parent.is_dir() else []
    raise Mistake(f"{path}: there is no such file{nearest(path.name, neighbours) or '; check its name and folder'}")


def refuse_twins(path: Path, names: list[str]) -> None:
    """Raise :class:`Mistake` when two columns have the same name."""
    seen: dict[str, int] = {}
    for place, name in enumerate(names, 1):
        if name and name in seen:
            raise Mistake(f"{path}: columns {seen[name]} and {place} are both named '{name}'; rename one in the file")
        seen[name] = place


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _part(path: Path, block: Block, what: Plan) -> _Part:
    """The customers of a block. Raises :class:`Mistake` for cells that no column of a table can have."""
    try:
        return _usable(block, what)
    except (arrow.ArrowException, OverflowError, ValueError) as error:
        raise Mistake(
            f"{path}, rows from {block.line[0] if block.line.size else 1}: a column holds what is neither a number nor "
            f"text ({squeezed(str(error))[:200]}); save it as one of these"
        ) from None


def _usable(block: Block, what: Plan) -> _Part:
    faults = Faults(block.line.size)
    ids = None if what.id is None else _ids(block.cells[what.id], what.id, faults)
    columns = {trait.name: _trait_values(block, trait, faults) for trait in what.traits}
    segment = None if what.segment is None else _segments(block.cells[what.segment], what, faults)
    usable = faults.usable
    unusable = [Quarantined(int(block.line[row]), reason, block.text(row)) for row, reason in faults.found()]
    return _Part(
        {name: values[usable] for name, values in columns.items()},
        None if segment is None else segment[usable],
        {name: block.cells[column].filter(arrow.array(usable)) for name, column in what.kept.items()},
        block.line[usable],
        block.misshapen + unusable,
        None if ids is None else ids[usable],
        [] if ids is None else [each for each in ids[~usable] if each],
    )


def _ids(cells: Any, column: str, faults: Faults) -> np.ndarray:
    """The id of each row as text (object), white space squeezed and empty where there is none."""
    ids = id_words(cells)
    faults.note(ids == "", f"id: '{column}' is missing")
    return ids


def id_words(cells: Any) -> np.ndarray:
    """What names a person in each cell (object), empty where nothing does."""
    names, place = named(cells)
    return np.array(names, dtype=object)[place]


def named(cells: Any) -> tuple[list[str], np.ndarray]:
    """The different names among the cells, and for each cell which of them it is.

    Whole numbers have no point, text has its white space squeezed; the name of a cell without one is empty.
    """
    words, place = _categories(cells)
    floating = arrow.types.is_floating(cells.type)
    names = [
        f"{float(word):.0f}" if floating and word and float(word).is_integer() else squeezed(word) for word in words
    ]
    return ["" if _is_missing(name) else name for name in names], place


def _trait_values(block: Block, trait: Trait, faults: Faults) -> np.ndarray:
    """A trait of every row of the block, float64 in the target's unit; unusable rows are noted in ``faults``."""
    with np.errstate(over="ignore"):
        values, missing = _read(block, trait, faults)
        values = _reckoned(values, trait)
    if trait.mapping.missing == "refuse":
        words = f" is missing, or '{trait.divisor}' is missing or 0" if trait.divisor else " is missing"
        faults.note(missing, f"{trait.name}: '{trait.column}'{words}")
    faults.note(np.isinf(values), f"{trait.name} grows beyond the largest number by the mapping's arithmetic")
    return _checked(values, trait, faults)


def _read(block: Block, trait: Trait, faults: Faults) -> tuple[np.ndarray, np.ndarray]:
    """The column's numbers, divided if the mapping says so, NaN where there is none; and where they are missing."""
    cells, table = block.cells[trait.column], trait.mapping.values
    if table is None:
        values, missing = _numbers(cells, f"{trait.name}: '{trait.column}'", faults)
    else:
        values, missing = _numbers_of_categories(cells, table, f"{trait.name}: '{trait.column}'", faults)
    if trait.divisor is not None:
        divisor, lacking = _numbers(block.cells[trait.divisor], f"{trait.name}: '{trait.divisor}'", faults)
        missing = missing | lacking | (divisor == 0)
        values = np.divide(values, divisor, out=np.full_like(values, np.nan), where=~missing)
    return values, missing


def _reckoned(values: np.ndarray, trait: Trait) -> np.ndarray:
    """The mapping's arithmetic on the file's numbers, and then from the file's unit to the target's."""
    mapping, target = trait.mapping, trait.target
    values = values * mapping.multiply + mapping.add
    if mapping.hold_between is not None:
        values = np.clip(values, *mapping.hold_between)
    if trait.unit is None:
        return values
    values = converted(values, trait.unit, target.unit)  # type: ignore[arg-type, assignment]
    # No number of months holds whole weeks, so that whoever converts wants the nearest whole number.
    return np.rint(values) if target.whole else values


def _checked(values: np.ndarray, trait: Trait, faults: Faults) -> np.ndarray:
    """The values, whole where they must be; what is not whole or out of range is noted. NaN passes."""
    target = trait.target
    values = np.where(np.isfinite(values), values, np.nan)
    if target.whole:
        nearest_whole = np.rint(values)
        broken = np.abs(values - nearest_whole) > _ROUNDING * np.maximum(1.0, np.abs(values))
        faults.note(broken, f"{trait.name} is not a whole number ({target.unit})")
        values = nearest_whole
    outside = (values < target.low) | (values > target.high)
    faults.note(outside, f"{trait.name} lies outside {target.low:g} .. {target.high:g} {target.unit}")
    return values


def _numbers(cells: Any, name: str, faults: Faults) -> tuple[np.ndarray, np.ndarray]:
    """Cells as float64, NaN where there is no number; and where the cell is missing (bool)."""
    kind = cells.type
    if arrow.types.is_float16(kind):
        cells = cells.cast(arrow.float32())
    if arrow.types.is_integer(kind) or arrow.types.is_floating(kind) or arrow.types.is_decimal(kind):
        missing = compute.is_null(cells).to_numpy(zero_copy_only=False)
        values = _as_array(cells.cast(arrow.float64(), safe=False))
    else:
        values, missing = _numbers_of_text(cells.cast(arrow.string()))
    finite = np.isfinite(values)
    faults.note(~missing & ~finite, f"{name} is not a finite number")
    return np.where(finite, values, np.nan), missing


def _numbers_of_text(cells: Any) -> tuple[np.ndarray, np.ndarray]:
    try:
        return _as_array(cells.cast(arrow.float64())), compute.is_null(cells).to_numpy(zero_copy_only=False)
    except arrow.ArrowInvalid:
        pass  # one cell or more is no number: find out which
    text = compute.fill_null(compute.utf8_trim_whitespace(cells), "")
    missing = compute.is_in(compute.utf8_lower(text), arrow.array(MISSING)).to_numpy(zero_copy_only=False)
    readable = compute.match_substring_regex(text, _NUMBER)
    return _as_array(compute.if_else(readable, text, None).cast(arrow.float64())), missing


def _as_array(cells: Any) -> np.ndarray:
    return cells.to_numpy(zero_copy_only=False)


def _numbers_of_categories(
    cells: Any, table: Mapping[Any, float], name: str, faults: Faults
) -> tuple[np.ndarray, np.ndarray]:
    """The number that ``table`` gives for each cell, NaN where there is none; and where the cell is missing (bool)."""
    words, place = _categories(cells)
    numbers = {same(word): number for word, number in table.items()}
    values = np.array([numbers.get(same(word), np.nan) for word in words])[place]
    missing = np.array([_is_missing(word) and same(word) not in numbers for word in words])[place]
    faults.note(~missing & np.isnan(values), f"{name} holds a category that 'values' does not list")
    return values, missing


def _segments(cells: Any, what: Plan, faults: Faults) -> np.ndarray:
    """The segment's name of each row (object)."""
    words, place = _categories(cells)
    table = what.segment_names
    names = {same(word): squeezed(word) for word in words if not _is_missing(word)}
    if table is not None:
        names = {same(word): name for word, name in table.items()}
    found = np.array([names.get(same(word), "") for word in words], dtype=object)[place]
    missing = np.array([_is_missing(word) and same(word) not in names for word in words])[place]
    unknown = np.array([same(word) not in names for word in words])[place]
    faults.note(missing, f"segments: '{what.segment}' is missing")
    faults.note(unknown, f"segments: '{what.segment}' holds a category that 'values' does not list")
    return found


def _categories(cells: Any) -> tuple[list[str], np.ndarray]:
    """The different words among the cells, an empty one for null, and for each cell which of them it is."""
    try:
        coded = cells.dictionary_encode()
    except arrow.ArrowNotImplementedError:  # decimals and the like, which Python can write as text
        coded = arrow.array([None if each is None else str(each) for each in cells.to_pylist()], arrow.string())
        coded = coded.dictionary_encode()
    words = ["" if word is None else str(word) for word in coded.dictionary.to_pylist()] + [""]
    return words, coded.indices.fill_null(len(words) - 1).to_numpy()


def _is_missing(word: str) -> bool:
    return squeezed(word).lower() in MISSING
