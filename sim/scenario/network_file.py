"""A network from a file: ties (two columns of customers' ids or numbers), or how many friends people have (one column)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as arrow

from sim.data.customer_csv import csv_rows
from sim.data.customer_file import ENDINGS, named
from sim.data.customer_rows import Block, Rows, ending_of, parquet_rows, refuse_twins
from sim.data.customer_text import open_text, shortened
from sim.data.quarantine import Faults, Quarantined, commonest
from sim.errors import Mistake, nearest
from sim.model.network import MOST_ENDS, MOST_FRIENDS, network_of
from sim.model.week import Network
from sim.scenario.tree import shown

PLAIN = ".txt"
"""Ending of a list of ties as other programs write it: two words a line, and remarks behind #."""
_ROWS = 1 << 16
_MOST_FAULTS = 10_000
"""Wrong rows after which a file is not read on: enough to tell what is wrong with it."""
NOBODY, SET_ASIDE = -1, -2
"""What stands in the place of a person's number when a word names nobody, or a row of the customer file that is set aside."""


@dataclass(frozen=True)
class Naming:
    """How a file of ties names people: by their number, from 0, or by the ids of the company's customers.

    ``people``: how many there are; ``ids``: id → number, None when people are numbered; ``set_aside``: ids of customers
    whose rows cannot be used.
    """

    people: int
    ids: dict[str, int] | None = None
    set_aside: frozenset[str] = frozenset()

    def number(self, word: str) -> int:
        """The number of the person whom the word names, else :data:`NOBODY` or :data:`SET_ASIDE`."""
        if self.ids is not None:
            return self.ids.get(word, SET_ASIDE if word in self.set_aside else NOBODY)
        number = int(word) if is_number(word) else NOBODY
        return number if number < self.people else NOBODY

    def names(self, word: str) -> bool:
        """Whether the word can only be somebody's name, and no heading."""
        return is_number(word) if self.ids is None else self.number(word) != NOBODY

    @property
    def wanted(self) -> str:
        """What must stand in a cell."""
        if self.ids is not None:
            return "the id of a customer"
        return f"a customer's number, a whole number between 0 and {self.people - 1}"


@dataclass(frozen=True)
class Ties:
    """The ties of a file: their network, and how many of them are left out of it, by reason."""

    network: Network
    listed: int
    of_themselves: int
    repeated: int
    set_aside: int

    @property
    def told(self) -> str:
        """In words, how many there are and what is left out."""
        left = [
            (self.of_themselves, "of somebody to themselves"),
            (self.repeated, "listed before"),
            (self.set_aside, "of customers whose rows are set aside"),
        ]
        out = " and ".join(f"{count:,} {words}" for count, words in left if count)
        return f"{self.listed:,} ties" + (f"; left out are {out}" if out else "")


def is_number(word: str) -> bool:
    """Whether it is a whole number of ordinary size, written in digits alone."""
    return word.isascii() and word.isdigit() and len(word) <= 18


@dataclass
class _Reading:
    """Rows of a file as whole numbers, and all that is wrong with them."""

    path: Path
    what: str
    rows: int = 0
    wrong: list[Quarantined] = field(default_factory=list)

    def take(self, block: Block, wanted: str, number: Callable[[str], int]) -> np.ndarray:
        """The numbers of a block, int64 (rows, columns); rows that are wrong are noted and left out."""
        faults = Faults(block.line.size)
        columns = [self._numbers(cells, number) for cells in block.cells.values()]
        for name, values in zip(block.cells, columns, strict=True):
            faults.note(values == NOBODY, f"{shortened(name)} must be {wanted}")
        self.wrong += block.misshapen
        self.wrong += [Quarantined(int(block.line[row]), why, block.text(row)) for row, why in faults.found()]
        self.rows += block.line.size + len(block.misshapen)
        if len(self.wrong) > _MOST_FAULTS:
            self.stop_if_wrong()
        return np.stack(columns, axis=1)[faults.usable]

    def _numbers(self, cells: Any, number: Callable[[str], int]) -> np.ndarray:
        try:
            words, place = named(cells)
        except (ValueError, OverflowError, arrow.ArrowException):
            raise Mistake(f"{shown(self.path)}: a column of {cells.type} names nobody; save numbers or text") from None
        return np.array([number(word) for word in words], np.int64)[place]

    def stop_if_wrong(self) -> None:
        """Raise :class:`Mistake` with the commonest of all that is wrong."""
        if self.wrong:
            words = f"{shown(self.path)}: {len(self.wrong):,} of {self.rows:,} rows are no {self.what}. The reasons:"
            rows = sorted(self.wrong, key=lambda row: row.line)
            raise Mistake("\n".join([words, *commonest(rows), "Mend or remove these rows."]))


def read_degrees(path: Path, column: str | None) -> np.ndarray:
    """The numbers of friends in a column, int32. Raises :class:`~sim.errors.Mistake` with the rows that are wrong."""
    what = "numbers of friends"
    rows = _opened(path, what, 1, is_number if column is None else None)
    name = column if column is not None or len(rows.names) > 1 else rows.names[0]
    if name not in rows.names:
        raise Mistake(_no_column(path, name, rows.names))
    reading, wanted = _Reading(path, what), f"a number of friends, a whole number between 0 and {MOST_FRIENDS}"
    parts = [reading.take(block, wanted, _friends) for block in rows.blocks([name])]
    reading.stop_if_wrong()
    if not reading.rows:
        raise Mistake(f"{shown(path)} has a header and no row; write a row for each number of friends")
    return np.concatenate(parts)[:, 0].astype(np.int32)


def _friends(word: str) -> int:
    return int(word) if is_number(word) and int(word) <= MOST_FRIENDS else NOBODY


def refuse_impossible(degrees: np.ndarray, people: int) -> None:
    """Raise :class:`~sim.errors.Mistake` when somebody would have more friends than there are others, or all too many."""
    most = int(degrees.max())
    if most >= people:
        raise Mistake(f"network: somebody has {most:,} friends, but there are only {people - 1:,} other people")
    if degrees.mean() * people > MOST_ENDS:
        raise Mistake(f"network: {people:,} people can have {MOST_ENDS // people:,} friends on average at the most")


def _no_column(path: Path, name: str | None, names: list[str]) -> str:
    there = ", ".join(f"'{name}'" for name in names)
    if name is None:
        return f"{shown(path)} has several columns; say with network.column which holds the numbers of friends: {there}"
    return f"{shown(path)} has no column '{name}'{nearest(name, names) or f'; there are {there}'}"


def read_ties(path: Path, naming: Naming) -> Ties:
    """The network whose ties a file lists, in either direction or both; ties of somebody to themselves, and what was listed
    before, are left out and counted.

    Raises :class:`~sim.errors.Mistake` with the rows that name nobody; or when somebody has more friends than a week's
    messages can be counted for.
    """
    rows = _opened(path, "ties", 2, naming.names)
    if len(rows.names) != 2:
        raise Mistake(
            f"{shown(path)} has {len(rows.names)} columns, but ties have two: those who are tied to one another"
        )
    reading = _Reading(path, "ties")
    parts = [np.zeros((0, 2), np.int64)]
    for block in rows.blocks(rows.names):
        parts.append(reading.take(block, naming.wanted, naming.number))
        if 2 * reading.rows > MOST_ENDS:
            raise Mistake(f"{shown(path)} has more than {MOST_ENDS // 2:,} ties, more than can be told apart")
    reading.stop_if_wrong()
    return _tied(path, np.concatenate(parts), naming.people)


def _tied(path: Path, pairs: np.ndarray, people: int) -> Ties:
    aside = (pairs == SET_ASIDE).any(axis=1)
    known = pairs[~aside].astype(np.int32)
    network = network_of(people, np.ascontiguousarray(known[:, 0]), np.ascontiguousarray(known[:, 1:]))
    _refuse_hubs(path, network)
    of_themselves = int((known[:, 0] == known[:, 1]).sum())
    repeated = len(known) - of_themselves - len(network.friends) // 2
    return Ties(network, len(pairs), of_themselves, repeated, int(aside.sum()))


def _refuse_hubs(path: Path, network: Network) -> None:
    degrees = np.diff(network.first)
    if degrees.max(initial=0) > MOST_FRIENDS:
        hub = int(degrees.argmax())
        raise Mistake(
            f"{shown(path)}: customer {hub} has {degrees[hub]:,} friends, but nobody may have more than {MOST_FRIENDS:,}"
        )


# ---- the rows of a file that may have a header or none


def _opened(path: Path, what: str, width: int, is_cell: Callable[[str], bool] | None) -> Rows:
    """The file's rows. Where all words of the first are cells (``is_cell``), they are a row and no header."""
    ending = ending_of(path, (*ENDINGS, PLAIN), what)
    if ending == ".parquet":
        rows = parquet_rows(path)
    else:
        rows = _plain(path, width, True) if ending == PLAIN else csv_rows(path, "utf-8")
        if is_cell is not None and len(rows.names) == width and not _is_header(path, rows.names, is_cell):
            return _plain(path, width, False) if ending == PLAIN else csv_rows(path, "utf-8", headed=False)
    refuse_twins(path, rows.names)
    return rows


def _is_header(path: Path, names: list[str], is_cell: Callable[[str], bool]) -> bool:
    cells = [name for name in names if is_cell(name)]
    if 0 < len(cells) < len(names):
        other = next(name for name in names if name not in cells)
        raise Mistake(
            f"{shown(path)}, first row: '{shortened(cells[0])}' names somebody and '{shortened(other)}' nobody; mend the "
            "row, or write a header such as 'from,to' above it"
        )
    return not cells


def _plain(path: Path, width: int, headed: bool) -> Rows:
    """A list with ``width`` words a line, apart by white space, commas or semicolons."""
    with open_text(path, "utf-8") as text:
        words = next((found for _, found in _worded(text)), None)
    if words is None:
        raise Mistake(f"{shown(path)} holds nothing but remarks; write a line for each of the {width} words")
    names = words if headed else [str(place) for place in range(1, len(words) + 1)]

    def blocks(wanted: list[str]) -> Iterator[Block]:
        with open_text(path, "utf-8") as text:
            lines = islice(_worded(text), 1 if headed else 0, None)
            while some := list(islice(lines, _ROWS)):
                yield _plain_block(some, names)

    return Rows(path, names, blocks)


def _worded(text: IO[str]) -> Iterator[tuple[int, list[str]]]:
    """The words of each line that has any, with its number."""
    for line, written in enumerate(iter(partial(text.readline, _ROWS), ""), 1):
        words = written.partition("#")[0].replace(",", " ").replace(";", " ").split()
        if words:
            yield line, words


def _plain_block(lines: list[tuple[int, list[str]]], names: list[str]) -> Block:
    right = [(line, words) for line, words in lines if len(words) == len(names)]
    odd = [
        Quarantined(line, f"the row has {len(words):,} words instead of {len(names)}", " ".join(words))
        for line, words in lines
        if len(words) != len(names)
    ]
    cells = {
        name: arrow.array([words[place] for _, words in right], arrow.string()) for place, name in enumerate(names)
    }
    line = np.array([line for line, _ in right], np.int64)
    return Block(line, cells, lambda row: " ".join(right[row][1]), odd)
