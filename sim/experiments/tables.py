"""The store's tables as Parquet: one row a replication, one row a replication and week, one row a scenario."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as arrow
from pyarrow import dataset, parquet

from sim.experiments.blocks import Finished
from sim.runs.measures import COUNTED, NAMES

_TEXT = arrow.dictionary(arrow.int32(), arrow.string())
KEY = [
    ("source", _TEXT),
    ("versions", _TEXT),
    ("scenario", _TEXT),
    ("seed", arrow.uint64()),
    ("replication", arrow.int64()),
]
REPLICATIONS = arrow.schema(
    [
        *KEY,
        *((name, arrow.float64()) for name in (*NAMES, *COUNTED)),
        *((n, arrow.string()) for n in ("error", "traceback", "repeat", "own")),
    ]
)
WEEKLY = arrow.schema([*KEY, ("week", arrow.int16()), *((name, arrow.float32()) for name in NAMES)])
SCENARIOS = arrow.schema([("scenario", arrow.string()), ("name", arrow.string()), ("meaning", arrow.string())])
_TEXTS = [name for name, kind in KEY if kind == _TEXT]
TABLES = {"replications": REPLICATIONS, "weekly": WEEKLY, "scenarios": SCENARIOS}
"""Name of each table → its columns."""
CHECKED = dataset.ParquetFileFormat(
    default_fragment_scan_options=dataset.ParquetFragmentScanOptions(page_checksum_verification=True)
)


def _keys(blocks: Sequence[Finished], numbers: Sequence[np.ndarray], each: int = 1) -> dict[str, arrow.Array]:
    """The columns that say whose row it is; ``each`` row is repeated so often."""
    lengths = [len(found) * each for found in numbers]
    seeds = np.repeat(np.array([block.told["seed"] for block in blocks], np.uint64), lengths)
    texts = {name: _repeated([block.told[name] for block in blocks], lengths) for name in _TEXTS}
    replications = np.concatenate([np.repeat(found, each) for found in numbers]) if numbers else np.zeros(0, np.int64)
    return {**texts, "seed": arrow.array(seeds), "replication": arrow.array(replications)}


def _repeated(words: Sequence[str], lengths: Sequence[int]) -> arrow.Array:
    known = list(dict.fromkeys(words))
    places = np.repeat(np.array([known.index(word) for word in words], np.int32), lengths)
    return arrow.DictionaryArray.from_arrays(arrow.array(places, arrow.int32()), arrow.array(known, arrow.string()))


def replications(blocks: Sequence[Finished]) -> arrow.Table:
    """A row for every replication, finished or failed."""
    done = _keys(blocks, [block.numbers for block in blocks])
    values = np.concatenate([np.concatenate([block.values, block.counts]) for block in blocks], axis=1)
    none = arrow.nulls(values.shape[1], arrow.string())
    measured = _measured((*NAMES, *COUNTED), values)
    finished = {**done, **measured, "error": none, "traceback": none, "repeat": none, "own": _own(blocks)}
    return arrow.concat_tables([arrow.table(finished, REPLICATIONS), _failed(blocks)]).unify_dictionaries()


def _measured(names: Sequence[str], values: np.ndarray) -> dict[str, arrow.Array]:
    """Columns of numbers: where there was nothing to measure is NULL, which an average leaves out."""
    return {name: arrow.array(column, from_pandas=True) for name, column in zip(names, values, strict=True)}


def _own(blocks: Sequence[Finished]) -> arrow.Array:
    """What mechanisms from outside the package counted in each replication, as JSON; NULL where there are none."""
    told: list[str | None] = []
    for block in blocks:
        own = block.told.get("own") or {}
        each = [json.dumps({name: values[k] for name, values in own.items()}) for k in range(len(block.numbers))]
        told += each if own else [None] * len(block.numbers)
    return arrow.array(told, arrow.string())


def _failed(blocks: Sequence[Finished]) -> arrow.Table:
    rows = [
        {**{name: block.told[name] for name in (*_TEXTS, "seed")}, **failure}
        for block in blocks
        for failure in block.told["failures"]
    ]
    return arrow.Table.from_pylist(rows, REPLICATIONS)


def weekly(blocks: Sequence[Finished]) -> arrow.Table:
    """A row for every week of every replication that finished; the blocks last equally long."""
    weeks = blocks[0].weekly.shape[2]
    keys = _keys(blocks, [block.numbers for block in blocks], weeks)
    values = np.concatenate([block.weekly.reshape(len(NAMES), -1) for block in blocks], axis=1)
    week = np.tile(np.arange(weeks, dtype=np.int16), values.shape[1] // weeks)
    return arrow.table({**keys, "week": week, **_measured(NAMES, values)}, WEEKLY)


def scenarios(blocks: Iterable[Finished]) -> arrow.Table:
    """A row for every scenario: its fingerprint, its name, and what it means (JSON)."""
    rows = {block.told["scenario"]: {name: block.told[name] for name in SCENARIOS.names} for block in blocks}
    return arrow.Table.from_pylist(list(rows.values()), SCENARIOS)


def over(files: Sequence[Path], table: str) -> dataset.Dataset:
    """One of the tables over its files; a column that an earlier version did not have is null."""
    if not files:
        return dataset.dataset(TABLES[table].empty_table())
    return dataset.dataset([str(path) for path in files], schema=TABLES[table], format=CHECKED)


def writer(path: Path, table: str) -> parquet.ParquetWriter:
    """Writes one of the tables to a file: compressed, with a checksum on every page."""
    return parquet.ParquetWriter(
        path, TABLES[table], compression="zstd", compression_level=1, write_page_checksum=True, store_schema=True
    )


def settle(folder: Path) -> None:
    """Have the system put a folder's files, and their names, on the disk itself."""
    for path in (*folder.iterdir(), folder):
        settle_name(path)


def settle_name(path: Path) -> None:
    """Have the system put one file, or the names in one folder, on the disk itself."""
    if path.is_dir() and os.name == "nt":  # folders cannot be opened there
        return
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
