"""What a run leaves behind: a folder with its manifest, measures, weekly series, failures and quarantined rows.

A folder appears whole or not at all: it is written beside its place under another name and then moved there.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as arrow
from pyarrow import parquet

from sim.compiled import source_hash
from sim.customer_file import write_quarantine
from sim.errors import Mistake
from sim.experiments import seals
from sim.ground import customers_of
from sim.measures import measured_weekly
from sim.running import Result
from sim.tallies import give_back, parts

if TYPE_CHECKING:
    from sim.experiments.querying import Answer

RESULTS = Path("results")
KEYS = ("scenario", "replication", "week")
"""Columns by which a part of a file is found."""
ROW_GROUP = 2**14
"""Rows of a Parquet file that are written together; fewer would need more memory for the table of contents."""
LIBRARIES = ("loyalty-sim", "numba", "numpy", "pandas", "pyarrow", "scipy")


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that take part in the numbers."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed as a package"
    return found


def manifest(results: Sequence[Result]) -> dict[str, Any]:
    """All that is needed to get the same numbers again, and nothing about the machine they were got on."""
    return {
        "scenarios": [
            {
                "name": result.scenario.name,
                "fingerprint": result.scenario.full_fingerprint,
                "replications": [int(number) for number in result.numbers],
                "failed": [failure.replication for failure in result.failures],
                "customers": result.founders,
                "digest": result.digest,
                "meaning": result.scenario.canonical(),
            }
            for result in results
        ],
        "seed": results[0].seed,
        "source": source_hash(),
        "versions": versions(),
    }


def folder_name(results: Sequence[Result]) -> str:
    """``<name>-<fingerprint>``; of several scenarios, the base's name and a fingerprint of all."""
    words = re.sub(r"[^a-z0-9]+", "-", results[0].scenario.name.lower()).strip("-") or "scenario"
    if len(results) == 1:
        return f"{words}-{results[0].scenario.fingerprint}"
    import hashlib

    together = hashlib.sha256("".join(result.scenario.full_fingerprint for result in results).encode()).hexdigest()
    return f"{words}-against-{len(results) - 1}-{together[:12]}"


def _measures(result: Result) -> Iterator[dict[str, np.ndarray]]:
    yield {"replication": result.numbers, **result.values}


def _weekly(result: Result) -> Iterator[dict[str, np.ndarray]]:
    """The weekly series, some replications at a time: that of a long run would not fit into memory."""
    start = 0
    for part in parts(result.tally):
        numbers, weeks = result.numbers[start : start + len(part)], part.shape[1]
        start += len(part)
        when = {"replication": np.repeat(numbers, weeks), "week": np.tile(np.arange(weeks), len(numbers))}
        yield when | {name: values.ravel() for name, values in measured_weekly(part, result.founders).items()}


Columns = Callable[[Result], Iterator[dict[str, np.ndarray]]]


def _labelled(results: Sequence[Result], columns: Columns) -> Iterator[arrow.Table]:
    """A table for each part of each result, with a column that names the scenario."""
    for result in results:
        for part in columns(result):
            table = arrow.table(part)
            yield table.append_column("scenario", arrow.array([result.scenario.name] * len(table), arrow.string()))


def _groups(tables: Iterator[arrow.Table]) -> Iterator[arrow.Table]:
    """The same rows in fewer tables of at least ``ROW_GROUP`` rows, the last one aside; at least one."""
    held = [next(tables)]
    for table in tables:
        if sum(map(len, held)) >= ROW_GROUP:
            yield arrow.concat_tables(held)
            held = []
        held.append(table)
    yield arrow.concat_tables(held)


def _write(tables: Iterator[arrow.Table], path: Path) -> None:
    """Write tables of the same columns, of which there is at least one, as one Parquet file, a row group each."""
    groups = _groups(tables)
    first = next(groups)
    keys = [name for name in KEYS if name in first.column_names]
    with parquet.ParquetWriter(
        path, first.schema, write_statistics=keys, use_dictionary=keys, compression="zstd"
    ) as writer:
        for table in chain([first], groups):
            writer.write_table(table, row_group_size=len(table) or None)


def _failures(results: Sequence[Result]) -> arrow.Table:
    rows = [{"scenario": result.scenario.name, **asdict(failure)} for result in results for failure in result.failures]
    kinds = {name: arrow.string() for name in ("scenario", "error", "traceback", "repeat")}
    return arrow.Table.from_pylist(rows, arrow.schema(kinds | {"replication": arrow.int64()}))


def _fill(folder: Path, results: Sequence[Result]) -> None:
    _write(_labelled(results, _measures), folder / "measures.parquet")
    _write(_labelled(results, _weekly), folder / "weekly.parquet")
    parquet.write_table(_failures(results), folder / "failures.parquet")
    customers = customers_of(results[0].scenario)
    if customers is not None and customers.quarantined:
        write_quarantine(folder / "quarantine.csv", customers.quarantined)
    told = manifest(results) | {seals.FILES: seals.digests(folder)}
    (folder / seals.MANIFEST).write_text(seals.sealed(told), encoding="utf-8")


def save(results: Sequence[Result], under: Path = RESULTS) -> Path:
    """Write the folder of these results under ``under`` and return its path; an older one of the same meaning gives way.

    Raises :class:`~sim.errors.Mistake` when it cannot be written there; then nothing is left behind.
    """
    place = under / folder_name(results)
    try:
        under.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=under))
    except OSError as fault:
        raise Mistake(f"{under}: results cannot be written here ({fault.strerror}); choose another folder") from None
    try:
        _fill(draft, results)
        draft.chmod(0o755)
        put_in_place(draft, place)
    except OSError as fault:
        raise Mistake(f"{place}: results cannot be written here ({fault.strerror}); choose another folder") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        give_back()
    return place


def put_in_place(draft: Path, place: Path) -> None:
    """Move the finished folder to where it belongs; a report that stands there already is kept."""
    if place.exists():
        for report in place.glob("*.html"):
            shutil.move(report, draft / report.name)
        old = Path(tempfile.mkdtemp(prefix=".old-", dir=place.parent))
        os.replace(place, old / "was")
        os.replace(draft, place)
        shutil.rmtree(old, ignore_errors=True)
    else:
        os.replace(draft, place)


def query(sql: str, under: Path | str = RESULTS, files: bool = False) -> Answer:
    """What an SQL query over everything in a results folder gives; see :func:`sim.experiments.querying.query`.

    ``files``: whether it may read and write other files, as whoever runs it may.
    """
    from sim.experiments.querying import query as ask

    return ask(sql, under, files=files)


def write_weekly(result: Result, path: Path) -> None:
    """Write the weekly series of a run as Parquet. Raises :class:`~sim.errors.Mistake` when it cannot be written."""
    try:
        _write(map(arrow.table, _weekly(result)), path)
    except OSError as fault:
        raise Mistake(f"{path}: cannot be written ({fault.strerror or fault}); choose another file") from None
