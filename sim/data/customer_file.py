"""A population from a file: a usable row becomes a customer, any other is listed with a reason.

What the file lacks for a customer may be drawn later (``missing: draw``); such a value is NaN here. Who has left by the file's
own label is no customer, unless the mapping says that they start as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from sim.data.customer_mapping import (
    ColumnMapping,
    CustomerFileMapping,
    LabelMapping,
    Plan,
    SegmentMapping,
    Target,
    Trait,
    plan,
    same,
)
from sim.data.customer_rows import MOST_ROWS, Block, Rows
from sim.data.customer_text import squeezed
from sim.data.habits import MISSING as ABSENT
from sim.data.habits import Cells, cells_of
from sim.data.opening import chosen_rows, gone, opened, settled, whole_column
from sim.data.quarantine import Faults, Quarantined, refuse_too_many, write_quarantine
from sim.data.recognising import TOTALS, chosen, column_read
from sim.errors import Mistake
from sim.model.parameters import converted

__all__ = [
    "ColumnMapping", "CustomerFileMapping", "Customers", "Quarantined", "SegmentMapping", "Target", "read_customers",
    "write_quarantine",
]  # fmt: skip

ENDINGS = (".csv", ".csv.gz", ".parquet")
MOST_KEPT = 1_000_000_000
"""Bytes that the kept columns may take."""
MISSING = ("", "na", "n/a", "null")  # what a missing word looks like in a CSV file, in small or capital letters
DATED = ("tenure", "contract_weeks_left")
"""Starting states that a date may become."""
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
    ``rows`` counts the usable and the ``quarantined`` ones; ``sha256`` (hexadecimal) is of the file's bytes. ``elsewhere``:
    rows that ``where`` leaves out; ``leavers``: how many have left by the label, who are customers only where ``gone`` says
    which they are: weeks from leaving to the day that the file is of, infinite where it does not say when, NaN for the
    others; ``habit``: how the file is written where that is not plain, and what its rows were gathered from, in words;
    ``words``: of traits that the mapping's ``values`` give, the place among them of each customer's word, int32, -1 without one.
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
    elsewhere: int = 0
    leavers: int = 0
    gone: np.ndarray | None = None
    habit: str = ""
    words: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def left(self) -> np.ndarray | None:
        """Who has left by the label, where they are customers all the same: bool."""
        return None if self.gone is None else ~np.isnan(self.gone)

    @property
    def in_order(self) -> bool:
        """Whether the number of a customer is that of the file's row."""
        return not (self.quarantined or self.elsewhere or (self.leavers and self.gone is None))


class _Odd(Exception):
    """A column's cells are not all plain numbers: what they are, only the whole column tells."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


Seen = Mapping[str, Cells | None]
"""Columns that were looked at as a whole: what they hold, None for what is read cell by cell all the same."""


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
    gone: np.ndarray | None
    words: dict[str, np.ndarray]


def read_customers(path: Path | str, mapping: CustomerFileMapping, targets: Mapping[str, Target]) -> Customers:
    """Read the customer file at ``path`` (``mapping.file`` is not looked at) into traits named in ``targets``.

    Raises :class:`~sim.errors.Mistake` when the file or the mapping is wrong, or too many rows cannot be used.
    """
    path = Path(path)
    rows = opened(path, mapping)
    told = mapping if mapping.rows == "customer" else mapping.model_copy(update={"where": {}})
    what = plan(path, rows.names, told, targets)
    parts, looked = _looked_into(rows, what, told)
    quarantined = sorted((row for part in parts for row in part.quarantined), key=lambda row: row.line)
    count = sum(part.line.size for part in parts) + len(quarantined)
    refuse_too_many(path, count, quarantined, mapping.bad_rows_allowed)
    line = np.concatenate([part.line for part in parts])
    whole = Customers(
        {trait.name: np.concatenate([part.columns[trait.name] for part in parts]) for trait in what.traits},
        None if what.segment is None else np.concatenate([part.segment for part in parts if part.segment is not None]),
        {name: arrow.chunked_array([part.kept[name] for part in parts]).to_numpy() for name in what.kept},
        line,
        count,
        [*rows.aside, *quarantined],
        _sha256(path),
        _distinct_ids(path, line, [part.ids for part in parts if part.ids is not None]),
        frozenset(each for part in parts for each in part.unusable_ids),
        elsewhere=0 if looked.inside is None else int((~looked.inside).sum()),
        habit=_habit(rows, looked),
        words={name: np.concatenate([part.words[name] for part in parts]) for name in parts[0].words},
    )
    if mapping.label is None:
        return whole
    return _with_leavers(
        path, whole, np.concatenate([part.gone for part in parts if part.gone is not None]), mapping.label
    )


def _with_leavers(path: Path, whole: Customers, gone: np.ndarray, label: LabelMapping) -> Customers:
    """The customers without those who have left, or with them and with which they are."""
    left = ~np.isnan(gone)
    if left.all():
        raise Mistake(f"{path}, label: everybody has left by '{label.column}', so that no customer is there; is it read the "
                      "right way round?")  # fmt: skip
    if label.leavers == "start":
        return replace(whole, leavers=int(left.sum()), gone=gone)
    gone_ids = [] if whole.ids is None else [str(each) for each in whole.ids[left]]
    return replace(
        whole,
        columns={name: values[~left] for name, values in whole.columns.items()},
        segment=None if whole.segment is None else whole.segment[~left],
        kept={name: values[~left] for name, values in whole.kept.items()},
        line=whole.line[~left],
        ids=None if whole.ids is None else whole.ids[~left],
        unusable_ids=whole.unusable_ids | set(gone_ids),
        leavers=int(left.sum()),
        words={name: places[~left] for name, places in whole.words.items()},
    )


def _habit(rows: Rows, looked: _Looked) -> str:
    """How the file is written where that is not plain, in words."""
    odd = [f"{name}: {cells.habit}" for name, cells in looked.seen.items() if cells is not None]
    return "; ".join(filter(None, (rows.gathered, rows.habit, *odd)))


def _looked_into(rows: Rows, what: Plan, mapping: CustomerFileMapping) -> tuple[list[_Part], _Looked]:
    """The customers, and what was looked at as a whole: columns whose cells are not plain numbers, and which rows count."""
    looked = _Looked({}, None, None, None)
    if what.where:
        whole = {name: whole_column(rows, name).columns[name] for name in what.where}
        looked = replace(looked, inside=chosen_rows(rows.path, whole, what.where))
    if mapping.label is not None and what.label is not None:
        table = whole_column(rows, what.label)
        cells = settled(table, what.label, mapping) if mapping.label.left is None else None
        left, blank = gone(rows.path, mapping.label, table.columns[what.label], cells, mapping.as_of)
        looked = replace(looked, gone=left, blank=blank)
    odd = [trait.column for trait in what.traits if trait.mapping.values is None] if rows.semicolons else []
    looked = _settled(rows, odd, mapping, looked)
    while True:
        try:
            return list(_parts(rows, what, looked, mapping)), looked
        except _Odd as column:
            looked = _settled(rows, [*looked.seen, column.column], mapping, looked)


def _settled(rows: Rows, odd: list[str], mapping: CustomerFileMapping, looked: _Looked) -> _Looked:
    """What these columns hold as a whole; a decimal mark that one tells is that of the others."""
    seen: dict[str, Cells | None] = {}
    tables = {name: whole_column(rows, name) for name in dict.fromkeys(odd)}
    marks = {cells.mark for name in tables if (cells := column_read(tables[name], name, mapping.dates, None)).mark}
    for name, table in tables.items():
        cells = settled(table, name, mapping, mark="".join(marks) if len(marks) == 1 else "", plain=not rows.semicolons)
        seen[name] = cells if cells.kind in ("number", "date") else None
    return replace(looked, seen=seen)


@dataclass(frozen=True, eq=False)
class _Looked:
    """What was looked at as a whole, over all rows of the right shape: see :func:`_looked_into`.

    ``inside``: rows that ``where`` leaves in; ``gone``, ``blank``: who has left by the label, as :class:`Customers` has it,
    and of whom it does not say.
    """

    seen: Seen
    inside: np.ndarray | None
    gone: np.ndarray | None
    blank: np.ndarray | None

    def at(self, rows: slice) -> _Looked:
        """Of some rows."""
        some = [None if each is None else each[rows] for each in (self.inside, self.gone, self.blank)]
        place = np.arange(rows.start, rows.stop)
        seen = {name: None if cells is None else chosen(cells, place) for name, cells in self.seen.items()}
        return _Looked(seen, *some)


def _parts(rows: Rows, what: Plan, looked: _Looked, mapping: CustomerFileMapping) -> Iterator[_Part]:
    """The customers block by block. Raises :class:`Mistake` as soon as the file cannot be one of customers: what is
    held in memory stays bounded, however large it is."""
    path, allowed = rows.path, mapping.bad_rows_allowed
    begin = count = unusable = kept = 0
    for block in rows.blocks(what.wanted):
        part = _part(path, block, what, looked.at(slice(begin, begin + block.line.size)))
        begin += block.line.size
        count, unusable = begin + unusable + len(block.misshapen), unusable + len(part.quarantined)
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


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _part(path: Path, block: Block, what: Plan, looked: _Looked) -> _Part:
    """The customers of a block. Raises :class:`Mistake` for cells that no column of a table can have."""
    try:
        return _usable(*_inside(block, looked, what), what)
    except (arrow.ArrowException, OverflowError, ValueError) as error:
        raise Mistake(
            f"{path}, rows from {block.line[0] if block.line.size else 1}: a column holds what is neither a number nor "
            f"text ({squeezed(str(error))[:200]}); save it as one of these"
        ) from None


def _inside(block: Block, looked: _Looked, what: Plan) -> tuple[Block, _Looked, list[str]]:
    """The rows of a block that ``where`` leaves in, and the ids of the others."""
    if looked.inside is None or looked.inside.all():
        return block, looked, []
    place, others = np.flatnonzero(looked.inside), arrow.array(~looked.inside)
    ids = [] if what.id is None else [each for each in id_words(block.cells[what.id].filter(others)) if each]
    cells = {name: column.filter(arrow.array(looked.inside)) for name, column in block.cells.items()}
    left = [None if each is None else each[place] for each in (looked.gone, looked.blank)]
    seen = {name: None if column is None else chosen(column, place) for name, column in looked.seen.items()}
    return (
        Block(block.line[place], cells, lambda row: block.text(int(place[row])), block.misshapen),
        _Looked(seen, None, *left),
        ids,
    )


def _usable(block: Block, looked: _Looked, elsewhere: list[str], what: Plan) -> _Part:
    faults = Faults(block.line.size)
    ids = None if what.id is None else _ids(block.cells[what.id], what.id, faults)
    columns = {trait.name: _trait_values(block, trait, faults, what, looked.seen) for trait in what.traits}
    segment = None if what.segment is None else _segments(block.cells[what.segment], what, faults)
    if looked.blank is not None:
        faults.note(looked.blank, f"label: '{what.label}' does not say whether they left")
    usable = faults.usable
    unusable = [Quarantined(int(block.line[row]), reason, block.text(row)) for row, reason in faults.found()]
    return _Part(
        {name: values[usable] for name, values in columns.items()},
        None if segment is None else segment[usable],
        {name: block.cells[column].filter(arrow.array(usable)) for name, column in what.kept.items()},
        block.line[usable],
        block.misshapen + unusable,
        None if ids is None else ids[usable],
        elsewhere + ([] if ids is None else [each for each in ids[~usable] if each]),
        None if looked.gone is None else looked.gone[usable],
        {each.name: _words(block, each, each.mapping.values)[usable] for each in what.traits if each.mapping.values},
    )


def _ids(cells: Any, column: str, faults: Faults) -> np.ndarray:
    """The id of each row as text (object), white space squeezed and empty where there is none."""
    ids = id_words(cells)
    faults.note(ids == "", f"id: '{column}' is missing")
    totals = [each for each in set(ids.tolist()) if TOTALS.fullmatch(each)]
    faults.note(np.isin(ids, totals), f"id: '{column}' names a row of totals, no customer")
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


def _trait_values(block: Block, trait: Trait, faults: Faults, what: Plan, seen: Seen) -> np.ndarray:
    """A trait of every row of the block, float64 in the target's unit; unusable rows are noted in ``faults``."""
    with np.errstate(over="ignore"):
        values, missing = _read(block, trait, faults, what, seen)
        values = _reckoned(values, trait)
    if trait.mapping.missing == "refuse":
        words = f" is missing, or '{trait.divisor}' is missing or 0" if trait.divisor else " is missing"
        faults.note(missing, f"{trait.name}: '{trait.column}'{words}")
    faults.note(np.isinf(values), f"{trait.name} grows beyond the largest number by the mapping's arithmetic")
    return _checked(values, trait, faults)


def _read(block: Block, trait: Trait, faults: Faults, what: Plan, seen: Seen) -> tuple[np.ndarray, np.ndarray]:
    """The column's numbers, divided if the mapping says so, NaN where there is none; and where they are missing."""
    cells, table = block.cells[trait.column], trait.mapping.values
    name = f"{trait.name}: '{trait.column}'"
    if table is not None:
        values, missing = _numbers_of_categories(cells, table, name, faults)
    else:
        found = _cells(cells, trait.column, seen)
        if isinstance(found, Cells) and found.kind == "date":
            values, missing = _weeks(found, trait, what, faults)
        else:
            values, missing = _numbers(found, name, faults)
            values = values * (
                0.01 if isinstance(found, Cells) and found.percent and trait.mapping.unit is None else 1.0
            )
    if trait.divisor is not None:
        divisor = _cells(block.cells[trait.divisor], trait.divisor, seen)
        below, lacking = _numbers(divisor, f"{trait.name}: '{trait.divisor}'", faults)
        missing = missing | lacking | (below == 0)
        values = np.divide(values, below, out=np.full_like(values, np.nan), where=~missing)
    return values, missing


def _cells(cells: Any, column: str, seen: Seen) -> Any:
    """A column as it was looked at as a whole, else its cells one by one. Raises :class:`_Odd` where one is no plain number."""
    if (found := seen.get(column)) is not None:
        return found
    if arrow.types.is_date(cells.type) or arrow.types.is_timestamp(cells.type):
        return cells_of(cells)
    if column not in seen and _is_text(cells) and not _plain(cells):
        raise _Odd(column)
    return cells


def _is_text(cells: Any) -> bool:
    return bool(arrow.types.is_string(cells.type) or arrow.types.is_large_string(cells.type))


def _plain(cells: Any) -> bool:
    """Whether all cells are plain numbers, or missing."""
    try:
        cells.cast(arrow.float64())
        return True
    except arrow.ArrowInvalid:
        text, missing, readable = _told_apart(cells)
        return bool(compute.all(compute.or_(missing, readable)).as_py())


def _weeks(cells: Cells, trait: Trait, what: Plan, faults: Faults) -> tuple[np.ndarray, np.ndarray]:
    """Days as whole weeks: until the day that the file is of, or from it to the end of a contract, which may be none."""
    name = f"{trait.name}: '{trait.column}'"
    if trait.name not in DATED or trait.mapping.unit is not None:
        unit = (
            f"and takes no unit such as {trait.mapping.unit}" if trait.name in DATED else "which is no length of time"
        )
        raise Mistake(f"{what.path}, columns: {name} holds dates, which become weeks of {' or '.join(DATED)}, {unit}")
    if what.as_of is None:
        raise Mistake(
            f"{what.path}, columns: {name} holds dates; say under customers of which day the file is, such as as_of: 2024-12-31"
        )
    ends = trait.name == DATED[1]
    days = (cells.values - what.as_of if ends else what.as_of - cells.values).astype("timedelta64[D]").astype(float)
    values = np.where(np.isnat(cells.values), np.nan, np.rint(days / 7))
    faults.note(cells.bad, f"{name} is no day of the calendar")
    return (np.fmax(values, 0), cells.bad) if ends else (values, cells.missing)


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
    if isinstance(cells, Cells) and cells.kind == "date":
        faults.note(~cells.missing, f"{name} is a day, and no number to divide by")
        return np.full(len(cells.missing), np.nan), cells.missing
    if isinstance(cells, Cells):
        faults.note(cells.bad, f"{name} is not a finite number")
        return cells.values, cells.missing
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
        values = _as_array(cells.cast(arrow.float64()))
        return values, np.isnan(values)
    except arrow.ArrowInvalid:
        pass  # one cell or more is no number: find out which
    text, missing, readable = _told_apart(cells)
    return _as_array(compute.if_else(readable, text, None).cast(arrow.float64())), _as_array(missing)


def _told_apart(cells: Any) -> tuple[Any, Any, Any]:
    """The cells as trimmed text; which are missing, and which are plain numbers (Arrow, bool)."""
    text = compute.fill_null(compute.utf8_trim_whitespace(cells), "")
    missing = compute.is_in(compute.utf8_lower(text), arrow.array(ABSENT))
    return text, missing, compute.match_substring_regex(text, _NUMBER)


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


def _words(block: Block, trait: Trait, values: Mapping[Any, float]) -> np.ndarray:
    """The place of each row's word among those that have a number, -1 where it has none: int32."""
    places = {word: float(place) for place, word in enumerate(values)}
    found, _ = _numbers_of_categories(block.cells[trait.column], places, trait.name, Faults(block.line.size))
    return np.nan_to_num(found, nan=-1).astype(np.int32)


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
