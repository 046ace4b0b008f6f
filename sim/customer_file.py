"""A population from a CSV or Parquet file: a usable row becomes a customer, any other is listed with a reason.

What the file lacks for a customer may be drawn later (``missing: draw``); such a value is NaN here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from sim.customer_csv import csv_rows
from sim.customer_mapping import ColumnMapping, CustomerFileMapping, Plan, SegmentMapping, Target, Trait, plan, same
from sim.customer_rows import Block, Rows, parquet_rows
from sim.customer_text import squeezed
from sim.errors import Mistake, nearest
from sim.parameters import converted
from sim.quarantine import Faults, Quarantined, refuse_too_many, write_quarantine

__all__ = [
    "ColumnMapping", "CustomerFileMapping", "Customers", "Quarantined", "SegmentMapping", "Target", "read_customers",
    "write_quarantine",
]  # fmt: skip

ENDINGS = (".csv", ".csv.gz", ".parquet")
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
    ``rows`` counts the usable and the ``quarantined`` ones; ``sha256`` (hexadecimal) is of the file's bytes.
    """

    columns: dict[str, np.ndarray]
    segment: np.ndarray | None
    kept: dict[str, np.ndarray]
    line: np.ndarray
    rows: int
    quarantined: list[Quarantined]
    sha256: str


@dataclass(frozen=True, eq=False)
class _Part:
    """The customers of one block; ``kept`` are Arrow arrays, whose kind only the whole file can settle."""

    columns: dict[str, np.ndarray]
    segment: np.ndarray | None
    kept: dict[str, Any]
    line: np.ndarray
    quarantined: list[Quarantined]


def read_customers(path: Path | str, mapping: CustomerFileMapping, targets: Mapping[str, Target]) -> Customers:
    """Read the customer file at ``path`` (``mapping.file`` is not looked at) into traits named in ``targets``.

    Raises :class:`~sim.errors.Mistake` when the file or the mapping is wrong, or too many rows cannot be used.
    """
    path = Path(path)
    rows = open_rows(path, mapping.encoding)
    what = plan(path, rows.names, mapping, targets)
    parts = [_part(block, what) for block in rows.blocks(what.wanted)]
    quarantined = sorted((row for part in parts for row in part.quarantined), key=lambda row: row.line)
    count = sum(part.line.size for part in parts) + len(quarantined)
    refuse_too_many(path, count, quarantined, mapping.bad_rows_allowed)
    return Customers(
        {trait.name: np.concatenate([part.columns[trait.name] for part in parts]) for trait in what.traits},
        None if what.segment is None else np.concatenate([part.segment for part in parts if part.segment is not None]),
        {name: arrow.chunked_array([part.kept[name] for part in parts]).to_numpy() for name in what.kept},
        np.concatenate([part.line for part in parts]),
        count,
        quarantined,
        _sha256(path),
    )


def open_rows(path: Path, encoding: str, what: str = "customers") -> Rows:
    """Open a file of ``what``. Raises :class:`Mistake` when it cannot be read, or has no header of distinct names."""
    ending = next((ending for ending in ENDINGS if path.name.lower().endswith(ending)), None)
    if path.is_dir():
        raise Mistake(f"{path} is a folder; name a file in it that ends in {', '.join(ENDINGS)}")
    if not path.exists():
        neighbours = [file.name for file in path.parent.iterdir()] if path.parent.is_dir() else []
        raise Mistake(f"{path}: there is no such file{nearest(path.name, neighbours) or '; check its name and folder'}")
    if ending is None:
        raise Mistake(f"{path}: {what} are read from files ending in {', '.join(ENDINGS)}; save it as one of these")
    if path.stat().st_size == 0:
        raise Mistake(f"{path} is empty; name a file with a header and a row for each customer")
    if ending == ".parquet" and encoding.lower() not in ("utf-8", "utf8"):
        raise Mistake(f"{path}: the text in a Parquet file is always UTF-8; remove 'encoding: {encoding}'")
    rows = parquet_rows(path) if ending == ".parquet" else csv_rows(path, encoding)
    _refuse_twins(path, rows.names)
    return rows


def _refuse_twins(path: Path, names: list[str]) -> None:
    seen: dict[str, int] = {}
    for place, name in enumerate(names, 1):
        if name and name in seen:
            raise Mistake(f"{path}: columns {seen[name]} and {place} are both named '{name}'; rename one in the file")
        seen[name] = place


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _part(block: Block, what: Plan) -> _Part:
    faults = Faults(block.line.size)
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
    )


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
    coded = cells.dictionary_encode()
    words = ["" if word is None else str(word) for word in coded.dictionary.to_pylist()] + [""]
    return words, coded.indices.fill_null(len(words) - 1).to_numpy()


def _is_missing(word: str) -> bool:
    return squeezed(word).lower() in MISSING
