"""A network from a file: ties (two columns of customers' numbers), or how many friends people have (one column)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow

from sim.customer_file import open_rows
from sim.customer_rows import Block
from sim.errors import Mistake, nearest
from sim.network import MOST_ENDS, MOST_FRIENDS, network_of
from sim.scenario.tree import shown
from sim.week import Network


def read_degrees(path: Path, column: str | None) -> np.ndarray:
    """The numbers of friends in a column, int32. Raises :class:`~sim.errors.Mistake` with the row that is wrong."""
    rows = open_rows(path, "utf-8", "numbers of friends")
    name = column if column is not None or len(rows.names) > 1 else rows.names[0]
    if name not in rows.names:
        raise Mistake(_no_column(path, name, rows.names))
    found = np.concatenate(
        [np.zeros(0, np.int64)]
        + [
            _numbers(path, block, name, (0, MOST_FRIENDS), "number of friends")
            for block in _sound(path, rows.blocks([name]))
        ]
    )
    if not found.size:
        raise Mistake(f"{shown(path)} has a header and no row; write a row for each number of friends")
    return found.astype(np.int32)


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


def read_ties(path: Path, people: int) -> Network:
    """The network whose ties a file lists, in either direction or both; people are numbered from 0.

    Raises :class:`~sim.errors.Mistake` with the row that is wrong: no whole number, nobody of that number, a tie of a
    person to themselves; or when somebody has more friends than a week's messages can be counted for.
    """
    rows = open_rows(path, "utf-8", "ties")
    if len(rows.names) != 2:
        raise Mistake(
            f"{shown(path)} has {len(rows.names)} columns, but ties have two: the numbers of the two customers"
        )
    parts = [_pairs(path, block, rows.names, people) for block in _sound(path, rows.blocks(rows.names))]
    pairs = np.concatenate([np.zeros((0, 2), np.int32), *parts])
    network = network_of(people, np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1:]))
    degrees = np.diff(network.first)
    if degrees.max(initial=0) > MOST_FRIENDS:
        hub = int(degrees.argmax())
        raise Mistake(
            f"{shown(path)}: customer {hub} has {degrees[hub]:,} friends, but nobody may have more than {MOST_FRIENDS:,}"
        )
    return network


def _sound(path: Path, blocks: Iterator[Block]) -> Iterator[Block]:
    """The blocks of a file in which every row has the right number of cells."""
    for block in blocks:
        for row in sorted(block.misshapen, key=lambda row: row.line):
            raise Mistake(f"{shown(path)}, row {row.line}: {row.reason}; mend or remove the row")
        yield block


def _pairs(path: Path, block: Block, names: list[str], people: int) -> np.ndarray:
    ends = [_numbers(path, block, name, (0, people - 1), "customer's number") for name in names]
    same = np.flatnonzero(ends[0] == ends[1])
    if same.size:
        raise Mistake(
            f"{shown(path)}, row {block.line[same[0]]}: customer {ends[0][same[0]]} is tied to themselves; remove the row"
        )
    return np.stack(ends, axis=1).astype(np.int32)


def _numbers(path: Path, block: Block, name: str, limits: tuple[int, int], what: str) -> np.ndarray:
    """A column's whole numbers within limits, int64."""
    values = _whole(block.cells[name])
    if values is None or ((values < limits[0]) | (values > limits[1])).any():
        row, cell = next(
            (row, cell) for row, cell in enumerate(block.cells[name].to_pylist()) if not _fits(cell, limits)
        )
        written = "missing" if cell is None or not str(cell).strip() else f"'{cell}'"
        raise Mistake(
            f"{shown(path)}, row {block.line[row]}: {name} is {written}, but must be a {what}, "
            f"a whole number between {limits[0]} and {limits[1]}"
        )
    return values


def _whole(cells: Any) -> np.ndarray | None:
    """The cells as whole numbers; None when one of them is none."""
    try:
        numbers = cells.cast(arrow.int64())
    except arrow.ArrowInvalid:
        return None
    return None if numbers.null_count else numbers.to_numpy(zero_copy_only=False)


def _fits(cell: Any, limits: tuple[int, int]) -> bool:
    found = _whole(arrow.array([cell]))
    return found is not None and limits[0] <= found[0] <= limits[1]
