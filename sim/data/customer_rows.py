"""The rows of a customer file, block by block, each with its place in the file; and how a Parquet file gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet

from sim.data.customer_text import damaged, squeezed, unreadable
from sim.data.quarantine import Quarantined
from sim.errors import Mistake, nearest

MOST_ROWS = 10_000_000
"""As many customers as ``market.customers`` may be."""
_PARQUET_ROWS = 1 << 16
_TEXT = (
    arrow.types.is_string, arrow.types.is_large_string, arrow.types.is_string_view,
    arrow.types.is_binary, arrow.types.is_large_binary,
)  # fmt: skip
_READABLE = (
    *_TEXT, arrow.types.is_integer, arrow.types.is_floating, arrow.types.is_decimal, arrow.types.is_boolean,
    arrow.types.is_date, arrow.types.is_timestamp, arrow.types.is_null,
)  # fmt: skip


@dataclass(frozen=True)
class Block:
    """Some consecutive rows of the file.

    ``line``: int64, each row's place; ``cells``: column's header → Arrow array, as long as ``line``;
    ``text``: gives the text of row i of this block; ``misshapen``: the rows with too few or too many cells.
    """

    line: np.ndarray
    cells: dict[str, Any]
    text: Callable[[int], str]
    misshapen: list[Quarantined]


@dataclass(frozen=True)
class Rows:
    """An opened customer file: its column names, white space squeezed, and a way to read the columns wanted.

    ``habit``: how it is written, in words; ``semicolons``: whether these part its cells; ``gathered``: what its rows were
    gathered from, in words, and ``aside`` those of them that could not be used.
    """

    path: Path
    names: list[str]
    blocks: Callable[[list[str]], Iterator[Block]]
    habit: str = ""
    semicolons: bool = False
    gathered: str = ""
    aside: list[Quarantined] = field(default_factory=list)


def parquet_rows(path: Path) -> Rows:
    """Open a Parquet file. Raises :class:`Mistake` when it is damaged."""
    try:
        schema = parquet.ParquetFile(path).schema_arrow
    except (arrow.ArrowException, OSError, ValueError) as error:
        raise damaged(path, "Parquet", error) from None
    headers = {squeezed(name): name for name in schema.names}

    def blocks(wanted: list[str]) -> Iterator[Block]:
        for name in wanted:
            kind = schema.field(headers[name]).type
            inner = kind.value_type if arrow.types.is_dictionary(kind) else kind
            if not any(fits(inner) for fits in _READABLE):
                raise Mistake(f"{path}: column '{name}' holds {kind}; save it with one number or text in each cell")
        return _parquet_blocks(path, {name: headers[name] for name in wanted})

    return Rows(path, [squeezed(name) for name in schema.names], blocks)


def _parquet_blocks(path: Path, wanted: dict[str, str]) -> Iterator[Block]:
    begin = 1
    try:
        for batch in parquet.ParquetFile(path).iter_batches(_PARQUET_ROWS, columns=list(wanted.values())):
            cells = {name: _undictionaried(batch.column(header)) for name, header in wanted.items()}
            yield Block(np.arange(begin, begin + batch.num_rows), cells, partial(_parquet_text, cells), [])
            begin += batch.num_rows
    except (arrow.ArrowException, OSError, ValueError, KeyError) as error:
        raise damaged(path, "Parquet", error) from None


def _undictionaried(cells: Any) -> Any:
    """The cells of a column of categories as plain values, every kind of text as Arrow's usual one, and a moment in
    universal time, whatever it says of time zones: not every machine knows the same of them."""
    cells = cells.dictionary_decode() if arrow.types.is_dictionary(cells.type) else cells
    if arrow.types.is_timestamp(cells.type):
        return cells.cast(arrow.timestamp(cells.type.unit))
    return cells.cast(arrow.string()) if any(fits(cells.type) for fits in _TEXT) else cells


def _parquet_text(cells: dict[str, Any], row: int) -> str:
    return "; ".join(f"{name}: {cell_text(array[row])}" for name, array in cells.items())


def cell_text(cell: Any) -> str:
    """A cell as Python writes it; empty where there is none, and as Arrow writes it where Python knows no such value."""
    try:
        value = cell.as_py()
    except (ValueError, OverflowError, arrow.ArrowException):
        return str(cell.cast(arrow.int32() if arrow.types.is_date32(cell.type) else arrow.int64()).as_py())
    return "" if value is None else str(value)


# ---- any file


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
