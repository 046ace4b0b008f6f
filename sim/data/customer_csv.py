"""The rows of a CSV customer file, with the line each begins on.

Arrow splits text into cells very fast, but it does not say on which line a row begins. So the row ends are found here
first, from line breaks and quotation marks, and Arrow gets the same text. Where a quotation mark stands inside a cell
(5" pipe), or old line breaks are quoted, Python's own reader takes over, which is several times slower and follows its
rules letter by letter. A test holds the two to the same cells for the same text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as arrow
import pyarrow.csv as arrow_csv

from sim.data.customer_rows import Block, Rows
from sim.data.customer_text import open_text, squeezed
from sim.data.quarantine import Quarantined
from sim.errors import Mistake

_PIECE = 1 << 22  # characters of text split at a time: memory stays small however long the file is
_LINES = 1000  # line breaks that a quoted cell at the end of a piece may hold before Python's reader has to take over
_ROWS = 4096  # rows that Python's reader takes at a time
LONGEST = 10_000_000
"""Characters that a row may have."""
MOST_COLUMNS = 16_384
"""As many as a spreadsheet has."""
csv.field_size_limit(LONGEST)
_END = "\0 end \0"  # a line no file can hold, since NUL is refused: shows whether the last quotation mark was closed


def csv_rows(path: Path, encoding: str, headed: bool = True, separator: str = ",") -> Rows:
    """Open a CSV file. Raises :class:`Mistake` when its text cannot be read or has no header.

    Not ``headed``, its columns are named '1', '2' and so on, and the first row is one like the others. ``separator``: the one
    character between its cells.
    """
    with open_text(path, encoding) as text:
        names, _ = _header(text, path, separator)
    if not headed:
        names = [str(place) for place in range(1, len(names) + 1)]

    def blocks(wanted: list[str]) -> Iterator[Block]:
        with open_text(path, encoding) as text:
            begin = _header(text, path, separator)[1] if headed else 1
            shape = _Shape(path, len(names), {name: names.index(name) for name in wanted}, separator)
            yield from _text_blocks(text, shape, begin)

    return Rows(path, names, blocks)


def _header(text: IO[str], path: Path, separator: str) -> tuple[list[str], int]:
    """The column names, and the line after them; ``text`` stands there afterwards."""
    for rows, after in _numbered(_lines(text, path), path, 1, 1, separator):
        for line, cells in rows:
            if any("\0" in cell for cell in cells):
                raise _nul(path, line)
            if len(cells) > MOST_COLUMNS:
                raise Mistake(f"{path}: there are {len(cells):,} columns, but at most {MOST_COLUMNS:,} are read")
            if any(cell.strip() for cell in cells):
                return [squeezed(cell) for cell in cells], after
    raise Mistake(f"{path} is empty but for white space; name a file with a header and a row for each customer")


def _lines(text: IO[str], path: Path, begin: int = 1) -> Iterator[str]:
    """The lines of the text. Raises :class:`Mistake` at one that is too long to be a row."""
    for line in iter(partial(text.readline, LONGEST), ""):
        if len(line) >= LONGEST:
            raise too_long(path, begin)
        begin += 1
        yield line


def too_long(path: Path, line: int) -> Mistake:
    """The mistake of a row without end."""
    return Mistake(
        f"{path}, line {line}: this row is longer than {LONGEST:,} characters, which no row of customers is; look for a "
        "quotation mark that is never closed, or for line breaks that are missing"
    )


def _numbered(
    lines: Iterable[str], path: Path, begin: int, several: int, separator: str
) -> Iterator[tuple[list[tuple[int, list[str]]], int]]:
    """Rows with the line each begins on, blank lines left out, ``several`` at a time; and the line after them."""
    reader = csv.reader(chain(lines, (_END,)), delimiter=separator)
    starts, rows = [begin], [[""]]
    while rows:
        starts, rows = starts[-1:], []
        try:
            for cells in islice(reader, several):
                rows.append(cells)
                starts.append(begin + reader.line_num)
        except csv.Error:  # the only one that strict text without odd line ends can raise: a cell beyond the limit
            raise too_long(path, starts[-1]) from None
        at_end = bool(rows and rows[-1] and rows[-1][-1].endswith(_END))
        if at_end and rows.pop() != [_END]:
            raise _unclosed(path, starts[-2])
        yield [(line, cells) for line, cells in zip(starts, rows, strict=False) if cells], starts[-1]


def _unclosed(path: Path, line: int) -> Mistake:
    return Mistake(f"{path}, line {line}: this row opens a quotation mark that is never closed; close or remove it")


def _nul(path: Path, line: int) -> Mistake:
    return Mistake(
        f"{path}, line {line}: there is a NUL byte, which no CSV text holds; if a spreadsheet saved the file as "
        "'Unicode', write encoding: utf-16, otherwise save it again as CSV"
    )


@dataclass(frozen=True)
class _Shape:
    """How many cells a row must have, and which of them (name → place, counted from 0) are wanted."""

    path: Path
    width: int
    wanted: dict[str, int]
    separator: str

    def misshapen(self, line: int, width: int, text: str) -> Quarantined:
        return Quarantined(line, f"the row has {width:,} cells where the header has {self.width:,}", text)


def _text_blocks(text: IO[str], shape: _Shape, begin: int) -> Iterator[Block]:
    pieces = _pieces(text, shape.path, begin)
    for lines in pieces:
        fast = _fast_block(lines, shape, begin)
        if fast is None:
            rest = chain.from_iterable(io.StringIO(piece, newline="") for piece in chain((lines,), pieces))
            yield from _careful_blocks(rest, shape, begin)
            return
        block, begin = fast
        yield block


def _pieces(text: IO[str], path: Path, begin: int) -> Iterator[str]:
    """The text in pieces of whole rows, if its quotation marks are in order; raises :class:`Mistake` at a NUL."""
    while lines := text.read(_PIECE):
        lines += next(_lines(text, path, begin + lines.count("\n")), "")
        lines += _rest_of_cell(lines, text)
        if "\0" in lines:
            raise _nul(path, begin + lines[: lines.index("\0")].count("\n"))
        begin += lines.count("\n")
        yield lines


def _rest_of_cell(lines: str, text: IO[str]) -> str:
    """What follows ``lines`` up to the end of a quoted cell that they leave open; nothing when they leave none open."""
    more: list[str] = []
    is_open = lines.count('"') % 2 == 1
    while is_open and len(more) < _LINES and (line := text.readline(LONGEST)):
        more.append(line)
        is_open ^= line.count('"') % 2 == 1
    return "".join(more)


def _fast_block(lines: str, shape: _Shape, begin: int) -> tuple[Block, int] | None:
    """The rows of whole lines, and the line after them; None when only Python's reader can tell the rows."""
    if '"' not in lines and "\r" in lines:
        lines = lines.replace("\r\n", "\n").replace("\r", "\n")
    if lines.count("\r") != lines.count("\r\n"):
        return None
    data = lines.encode()
    letters = np.frombuffer(data, np.uint8)
    breaks = np.flatnonzero(letters == ord("\n"))
    ends = _row_ends(letters, breaks, shape.separator)
    if ends is None:
        return None
    starts = np.concatenate(([0], ends[:-1] + 1))
    blank = (ends == starts) | ((ends == starts + 1) & (letters[starts] == ord("\r")))
    starts, ends = starts[~blank], ends[~blank]
    line = begin + np.searchsorted(breaks, starts)

    def row_text(row: int) -> str:
        return data[starts[row] : ends[row]].decode().removesuffix("\r")

    cells, odd = _split(data, shape)
    misshapen = [shape.misshapen(int(line[row]), width, row_text(row)) for row, width in odd.items()]
    place = np.delete(np.arange(line.size), list(odd))
    if any(len(column) != place.size for column in cells.values()):
        return None
    return Block(line[place], cells, lambda row: row_text(place[row]), misshapen), begin + breaks.size


def _row_ends(letters: np.ndarray, breaks: np.ndarray, separator: str) -> np.ndarray | None:
    """Where each row ends: at the line breaks outside quotation marks, or at the end of the text.

    None if a quotation mark is never closed, or opens in the middle of a cell. (What follows a closed one within its
    cell belongs to the cell, for Arrow and for Python's reader alike.)
    """
    last = [] if letters[-1] == ord("\n") else [letters.size]
    quotes = np.flatnonzero(letters == ord('"'))
    if quotes.size % 2:
        return None
    before = np.concatenate(([ord("\n")], letters))  # the letter before each, with a line break before the first
    if not np.isin(before[quotes[::2]], [ord(mark) for mark in f'\n"{separator}']).all():  # '"': the second of two
        return None
    outside = np.searchsorted(quotes, breaks) % 2 == 0
    return np.concatenate((breaks[outside], last)).astype(np.int64)


def _split(data: bytes, shape: _Shape) -> tuple[dict[str, Any], dict[int, int]]:
    """The wanted cells of the rows that have the right number of them.

    For the other rows: the row's place among those that are not blank, counted from 0 → how many cells it has.
    """
    odd: dict[int, int] = {}
    if not data.strip(b"\r\n"):
        return {name: arrow.array([], arrow.string()) for name in shape.wanted}, odd

    def skip(row: Any) -> str:
        odd[row.number - 1] = row.actual_columns
        return "skip"

    names = [str(place) for place in range(shape.width)]
    table = arrow_csv.read_csv(
        arrow.BufferReader(data),
        # One thread and one block: only then does Arrow number the rows that it hands to skip.
        arrow_csv.ReadOptions(use_threads=False, column_names=names, block_size=len(data) + 1),
        arrow_csv.ParseOptions(delimiter=shape.separator, newlines_in_values=True, invalid_row_handler=skip),
        arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, arrow.string()),
            include_columns=[str(place) for place in shape.wanted.values()] or names[:1],
        ),
    )
    return {name: table.column(str(place)).combine_chunks() for name, place in shape.wanted.items()}, odd


def _careful_blocks(lines: Iterable[str], shape: _Shape, begin: int) -> Iterator[Block]:
    for numbered, _ in _numbered(lines, shape.path, begin, _ROWS, shape.separator):
        rows = [(line, cells) for line, cells in numbered if len(cells) == shape.width]
        odd = [(line, cells) for line, cells in numbered if len(cells) != shape.width]
        misshapen = [shape.misshapen(line, len(cells), _joined(cells)) for line, cells in odd]
        wanted = {
            name: arrow.array([cells[place] for _, cells in rows], arrow.string())
            for name, place in shape.wanted.items()
        }
        line = np.array([line for line, _ in rows], np.int64)
        yield Block(line, wanted, partial(_row_text, rows), misshapen)


def _row_text(rows: list[tuple[int, list[str]]], row: int) -> str:
    return _joined(rows[row][1])


def _joined(cells: list[str]) -> str:
    """A row's cells as one text, with quotation marks where a cell needs them."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)  # it quotes a cell that holds one of these two letters
    return text.getvalue().removesuffix("\r\n")
