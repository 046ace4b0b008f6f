"""What a run leaves behind: a folder with its manifest, the scenario whole, measures, weekly series, customers, segments,
failures and quarantined rows.

Its name says what was asked, so that another question has another folder; how folders are kept is
:mod:`sim.runs.results_folder`'s affair.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from importlib import metadata
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as arrow
from pyarrow import parquet

from sim.data.customer_file import write_quarantine
from sim.errors import Mistake
from sim.model.rules import source_hash
from sim.runs import customers as by_customer
from sim.runs import kept_scenario
from sim.runs import segments as by_segment
from sim.runs.comparison import Comparison
from sim.runs.csv_tables import csv_of
from sim.runs.measures import definitions
from sim.runs.panel import Asked, Names, Progress, event_tables, panel_tables
from sim.runs.result import Result, weekly_measures
from sim.runs.results_folder import COMMIT, keep, words_of
from sim.runs.weekly_counts import give_back, parts
from sim.scenario.customers import customers_of
from sim.scenario.worlds import NONE, SHIPPED
from sim.system.arguments import file_path
from sim.system.commit import commit
from sim.system.outputs import writing

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.whole import Scenario

RESULTS = Path("results")
NAMED = ("engine", "precision")
"""What else is asked that stands in a folder's name."""
KEYS = ("scenario", "replication", "week")
"""Columns by which a part of a file is found."""
WORDS = ("id", "what")
"""Columns of words that come again and again."""
ROW_GROUP = 2**14
"""Rows of a Parquet file that are written together; fewer would need more memory for the table of contents."""
LIBRARIES = ("loyalty-sim", "numba", "numpy", "pandas", "pyarrow", "scipy")


@lru_cache(maxsize=1)
def _commit() -> str:
    """Which commit the program is of; asked once."""
    return commit()


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


def asked_of(answer: Comparison) -> dict[str, Any]:
    """What a comparison was asked beside its scenarios, seed and replications, for :func:`save`."""
    asked: dict[str, Any] = {}
    if answer.wish is not None:
        asked |= {"precision": answer.wish.precision, "most": answer.wish.most}
    return asked | worlds_asked(answer.base.scenario)


def worlds_asked(scenario: Scenario) -> dict[str, Any]:
    """In which worlds a scenario was lived, for :func:`save`; nothing where they are the usual ones."""
    if scenario.worlds is None:
        return {"worlds": NONE}
    return {} if scenario.worlds.name == SHIPPED else {"worlds": scenario.worlds.fingerprint}


def folder_name(results: Sequence[Result], asked: Mapping[str, Any] = MappingProxyType({})) -> str:
    """What was asked, as the name of a folder: ``today-3f9c2b7a1d4e-seed-1-200-replications``.

    That is the scenario and its fingerprint, of several scenarios the base's name and a fingerprint of all; the seed; how
    often they were run, and from which replication on if not from the first; and the words of what was ``asked`` beside it.
    """
    base, numbers = results[0], [number for result in results for number in _numbers(result)]
    mark, against = base.scenario.fingerprint, ""
    if len(results) > 1:
        together = "".join(result.scenario.full_fingerprint for result in results)
        mark, against = hashlib.sha256(together.encode()).hexdigest()[:12], f"-against-{len(results) - 1}"
    words = f"{words_of(base.scenario.name, 'scenario')}{against}-{mark}-seed-{base.seed}"
    words += f"-{len(set(numbers))}-replications" + (f"-from-{min(numbers)}" if min(numbers, default=0) else "")
    return words + "".join(f"-{key}-{str(value)[:8]}" for key, value in asked.items() if key in NAMED)


def _numbers(result: Result) -> list[int]:
    """Every replication that was run, those that failed included."""
    return [*map(int, result.numbers), *(failure.replication for failure in result.failures)]


def _measures(result: Result) -> Iterator[dict[str, np.ndarray]]:
    yield {"replication": result.numbers, **result.values}


def _windows(result: Result) -> Iterator[dict[str, np.ndarray]]:
    """The measures of each window by itself, with its first and last week."""
    for window in result.windows:
        weeks, many = window.measured_weeks, len(window.numbers)
        ends = {"from_week": np.full(many, weeks.start), "to_week": np.full(many, weeks.stop - 1)}
        yield {"replication": window.numbers, **ends, **window.values}


def _weekly(result: Result) -> Iterator[dict[str, np.ndarray]]:
    """The weekly series, some replications at a time: that of a long run would not fit into memory."""
    start = 0
    for part in parts(result.tally):
        numbers, weeks = result.numbers[start : start + len(part)], part.shape[1]
        start += len(part)
        weekly = weekly_measures(result, part)
        when = {"replication": np.repeat(numbers, weeks), "week": np.tile(np.arange(weeks), len(numbers))}
        yield when | {name: values.ravel() for name, values in weekly.items()}


def _columns(part: dict[str, np.ndarray]) -> dict[str, arrow.Array]:
    """The columns as Parquet knows them: where there was nothing to measure is NULL, which an average leaves out."""
    return {name: arrow.array(values, from_pandas=True) for name, values in part.items()}


Columns = Callable[[Result], Iterator[dict[str, np.ndarray]]]


def _labelled(results: Sequence[Result], columns: Columns) -> Iterator[arrow.Table]:
    """A table for each part of each result, with a column that names the scenario; all have the same columns.

    Of a mechanism that only some of the scenarios use, nothing happened in the others.
    """
    known = dict.fromkeys(name for result in results for name in definitions(result.scenario.model))
    order: list[str] = []
    for result in results:
        for part in columns(result):
            whole = part | {name: np.zeros(len(part["replication"])) for name in known if name not in part}
            order = order or list(whole)
            table = arrow.table(_columns({name: whole[name] for name in order}))
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
    keys, words = ([name for name in names if name in first.column_names] for names in (KEYS, WORDS))
    with parquet.ParquetWriter(
        path, first.schema, write_statistics=keys, use_dictionary=[*keys, *words], compression="zstd"
    ) as writer:
        for table in chain([first], groups):
            writer.write_table(table, row_group_size=len(table) or None)


def _failures(results: Sequence[Result]) -> arrow.Table:
    rows = [{"scenario": result.scenario.name, **asdict(failure)} for result in results for failure in result.failures]
    kinds = {name: arrow.string() for name in ("scenario", "error", "traceback", "repeat")}
    return arrow.Table.from_pylist(rows, arrow.schema(kinds | {"replication": arrow.int64()}))


def _fill(folder: Path, results: Sequence[Result], kept: kept_scenario.Kept) -> None:
    kept.fill(folder, results[0].scenario.worlds)
    _write_persons(folder, Comparison(tuple(results)))
    _write(_labelled(results, _measures), folder / "measures.parquet")
    _write(_labelled(results, _weekly), folder / "weekly.parquet")
    if results[0].windows:
        _write(_labelled(results, _windows), folder / "windows.parquet")
    parquet.write_table(_failures(results), folder / "failures.parquet")
    customers = customers_of(results[0].scenario)
    if customers is not None and customers.quarantined:
        write_quarantine(folder / "quarantine.csv", customers.quarantined)


def _write_persons(folder: Path, answer: Comparison) -> None:
    """The answer by customer and by segment, as far as there is one."""
    found = {"segments": answer.segments} if len(answer.numbers) else {}
    if len(answer.numbers) and not by_customer.why_none(answer.results):
        found["customers"] = answer.customers
        if answer.others:
            found["first"] = answer.first
    for name, table in found.items():
        if name != "first":
            _typed(table).to_parquet(folder / f"{name}.parquet", index=False, compression="zstd")
        if len(table) or name != "segments":
            (folder / f"{name}.csv").write_text(csv_of(table, shortest=True), encoding="utf-8")


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """The table with words where no value says of what kind a column is."""
    empty = {
        name: table[name].astype(str if name in by_segment.WORDS else float) for name in table.columns if not len(table)
    }
    return table.assign(**empty)


def _kept_told(results: Sequence[Result], kept: kept_scenario.Kept, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the manifest says of the scenarios that are kept, and how to make the answer again with them."""
    numbers = [number for result in results for number in _numbers(result)]
    span = range(min(numbers, default=0), max(numbers, default=-1) + 1)
    told = {
        kept_scenario.COMMAND: kept_scenario.command(kept, span, results[0].seed, asked),
        kept_scenario.WORLDS: kept.worlds,
        COMMIT: _commit(),
    }
    why = by_customer.why_none(results)
    return told | ({"customers": why} if why else {})


def save(results: Sequence[Result], under: Path = RESULTS, asked: Mapping[str, Any] = MappingProxyType({})) -> Path:
    """Write the folder of these results under ``under`` and return its path; whatever lies there already stays.

    ``asked``: what else was asked (``engine``, ``precision``, ``worlds`` and so on); it is part of the manifest, and words
    of it of the folder's name. Raises :class:`~sim.errors.Mistake` when it cannot be written there; then nothing is left behind.
    """
    if not results:
        raise Mistake("there is nothing to save: give at least one result")
    under, kept = file_path("under", under), kept_scenario.kept([result.scenario for result in results])
    told = manifest(results) | _kept_told(results, kept, asked) | dict(asked)
    for scenario, name in zip(told["scenarios"], kept.names, strict=True):
        scenario[kept_scenario.FILE] = name
    try:
        return keep(under, folder_name(results, asked), told, lambda folder, _: _fill(folder, results, kept))
    finally:
        give_back()


def write_weekly(result: Result, path: Path) -> None:
    """Write the weekly series of a run as Parquet, whole or not at all. Raises :class:`~sim.errors.Mistake` when it cannot be."""
    with writing(file_path("path", path), "the weekly series") as draft:
        _write((arrow.table(_columns(part)) for part in _weekly(result)), draft)


def write_panel(
    result: Result,
    path: Path,
    wanted: Asked | None = None,
    columns: Names = None,
    progress: Progress = lambda weeks: None,
) -> None:
    """Write the panel (see :meth:`~sim.runs.panel.Run.panel`) as Parquet, whole or not at all and as it is made: the memory of
    one market is enough. ``wanted``: what :meth:`~sim.runs.panel.Run.asked` gives; the first replication unless said. Raises
    :class:`~sim.errors.Mistake`."""
    with writing(file_path("path", path), "the panel") as draft:
        _write(panel_tables(result, wanted or result.asked(), columns, progress), draft)


def write_events(
    result: Result,
    path: Path,
    wanted: Asked | None = None,
    kinds: Names = None,
    progress: Progress = lambda weeks: None,
) -> None:
    """Write what happened (see :meth:`~sim.runs.panel.Run.events`) as Parquet, as :func:`write_panel` does."""
    with writing(file_path("path", path), "the events") as draft:
        _write(event_tables(result, wanted or result.asked(), kinds, progress=progress), draft)
