"""Tables whose cells stand in columns, parted by spaces, as older programs print them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as arrow

from sim.data.customer_rows import Block, Rows
from sim.data.customer_text import open_text
from sim.data.habits import SEPARATORS
from sim.data.quarantine import Quarantined

_FEWEST_ALIKE = 0.98
"""The share of the first lines that must have as many cells as the first for spaces to part them."""
_LOOKED_AT = 500


def spaced_rows(path: Path, encoding: str) -> Rows | None:
    """The rows of a text in which nothing but spaces parts the cells; None where something else does, or nothing."""
    with open_text(path, encoding) as text:
        lines = [line for line in islice(text, _LOOKED_AT) if line.strip()]
    names = lines[0].split() if lines else []
    alike = sum(len(line.split()) == len(names) for line in lines)
    marked = any(mark in line for line in lines[:1] for mark in (*SEPARATORS, '"'))
    if marked or len(names) < 2 or len(lines) < 2 or alike < _FEWEST_ALIKE * len(lines):
        return None
    return Rows(path, names, lambda wanted: _blocks(path, encoding, names, wanted))


def _blocks(path: Path, encoding: str, names: list[str], wanted: list[str]) -> Iterator[Block]:
    """All rows as one block."""
    with open_text(path, encoding) as text:
        lines = [(number, line.split()) for number, line in enumerate(text, 1) if line.strip()][1:]
    whole = [(number, cells) for number, cells in lines if len(cells) == len(names)]
    odd = [
        Quarantined(number, f"it has {len(cells)} cells, where the header has {len(names)}", " ".join(cells))
        for number, cells in lines
        if len(cells) != len(names)
    ]
    columns = dict(zip(names, zip(*(cells for _, cells in whole), strict=True), strict=True))
    table = {name: arrow.array(columns[name], arrow.string()) for name in wanted}
    yield Block(np.array([number for number, _ in whole], np.int64), table, lambda row: " ".join(whole[row][1]), odd)
