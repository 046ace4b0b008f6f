"""SQL over everything in a results folder: DuckDB over the store's tables and the points of every experiment.

DuckDB is given only what is what was written. Unless whoever asks allows it files, it gets the tables and nothing else: no
file, no network, no extension, no setting (permission for the tables' files alone would be one to write them, so it is handed
the tables, and no names of files).
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as arrow
from pyarrow import parquet

from sim.errors import Mistake
from sim.experiments import tables
from sim.experiments.store import MARK, Store
from sim.experiments.tables import KEY, TABLES
from sim.runs.results_folder import answers, recover
from sim.system import digests
from sim.system.arguments import file_path, shown
from sim.system.digests import Damaged

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

STORE = "store"
"""The store's name in a results folder."""
VIEWS = (*TABLES, "points")
POINTS = "points.parquet"
MOST_VALUES = 100_000_000
"""Cells of an answer: some gigabytes of memory."""
LIMITS = {"memory_limit": "60%", "max_temp_directory_size": "20GB", "allow_unsigned_extensions": "false"}
"""What a query may take of the machine, if the installed DuckDB knows the setting."""
READS = {"SELECT", "EXPLAIN", "MULTI", "RELATION"}
"""Kinds of statements that only read, in DuckDB's words (``MULTI``: PIVOT)."""
CAST = "cast what Python has no type for to VARCHAR"
AGAIN = "ask that question again, and it is written anew"

Tell = Callable[[str], None]


def _silent(sentence: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Answer:
    """The rows that a query gave. ``kinds``: DuckDB's name of each column's type."""

    columns: list[str]
    kinds: list[str]
    rows: list[tuple[Any, ...]]

    def table(self) -> pd.DataFrame:
        """The same as a data frame."""
        import pandas as pd

        return pd.DataFrame(self.rows, columns=self.columns)

    def to_json(self) -> dict[str, Any]:
        """The object that ``loyalty results query --json`` prints; what is no number is null."""
        return {"columns": self.columns, "rows": [[_plain(value) for value in row] for row in self.rows]}


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value - value != 0:  # not a number, or infinite
        return None
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def open_store(results: Path, tell: Tell = _silent) -> Store:
    """The store of a results folder, for reading. Raises :class:`Mistake` when there is none."""
    if not (results / STORE / MARK).is_file() and not (results / STORE).is_dir():
        raise Mistake(
            f"{results}: nothing has been kept here yet; run for example 'loyalty sweep experiments/sweep.yaml'"
        )
    return Store(results / STORE, tell)


# ---- the connection


@contextmanager
def connect(results: Path, tell: Tell = _silent, files: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in which ``replications``, ``weekly``, ``scenarios`` and ``points`` are views, closed at the end.

    ``files``: whether SQL in it may read and write files, as whoever runs it may. Raises :class:`Mistake`.
    """
    if find_spec("duckdb") is None:
        raise Mistake("queries need DuckDB, which is not installed: pip install 'loyalty-sim[experiments]'")
    import duckdb

    recover(results)
    store = open_store(results, tell)
    _gather(store, tell)
    points = _sound_points(results, tell)
    with tempfile.TemporaryDirectory(prefix="loyalty-query-") as spill, duckdb.connect(":memory:") as connection:
        _limit(connection, spill)
        _tables(connection, store)
        _points(connection, points)
        if not files:
            _lock(connection)
        yield connection


def _gather(store: Store, tell: Tell) -> None:
    """Gather what lies there; where nothing can be written, what was not gathered yet is not seen."""
    try:
        store.gather()
    except Mistake as mistake:
        tell(f"{mistake}; the last runs, which are not gathered yet, are not in this answer")


def _limit(connection: duckdb.DuckDBPyConnection, spill: str) -> None:
    """Keep a query from taking all of the machine; what does not fit into memory goes to the folder ``spill``."""
    import duckdb

    known = {name for (name,) in connection.execute("SELECT name FROM duckdb_settings()").fetchall()}
    for name, value in {**LIMITS, "temp_directory": spill}.items():
        if name in known:
            with suppress(duckdb.Error):  # an earlier DuckDB that has no such value
                connection.execute(f"SET {name} = {_quoted(value)}")


def _lock(connection: duckdb.DuckDBPyConnection) -> None:
    """From now on there are only the tables, and no way back."""
    for name in ("autoload_known_extensions", "autoinstall_known_extensions", "enable_external_access"):
        connection.execute(f"SET {name} = false")
    connection.execute("SET lock_configuration = true")


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


def _tables(connection: duckdb.DuckDBPyConnection, store: Store) -> None:
    """The store's tables. What two processes both ran is in two parts, and is shown once; compaction makes it quick again."""
    parts = store.sound()
    over = {name: tables.over([part.table(name) for part in parts], name) for name in TABLES}
    for name, table in over.items():
        connection.register(f"stored_{name}", table)
    key = ", ".join(name for name, _ in KEY)
    counts = connection.execute(f"SELECT count(*), count(DISTINCT ({key})) FROM stored_replications").fetchone()
    twins = len(parts) > 1 and counts is not None and counts[0] != counts[1]
    for name, columns in (("replications", key), ("weekly", f"{key}, week"), ("scenarios", "scenario")):
        once = f"DISTINCT ON ({columns})" if twins or (name == "scenarios" and len(parts) > 1) else ""
        connection.execute(f"CREATE VIEW {name} AS SELECT {once} * FROM stored_{name}")


def _points(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
    """The points of every experiment, in memory: a column for every factor of any. Raises :class:`Mistake`."""
    import duckdb

    if not files:
        connection.execute("CREATE TABLE points (experiment VARCHAR, point BIGINT, scenario VARCHAR)")
        return
    named = ", ".join(_quoted(str(path.resolve())) for path in files)
    try:
        connection.execute(f"CREATE TABLE points AS SELECT * FROM read_parquet([{named}], union_by_name = true)")
    except duckdb.Error as fault:
        words = f"the points of all experiments do not fit into one table: {_short(fault)}"
        raise Mistake(f"{files[0].parent.parent}: {words}") from None


def _sound_points(results: Path, tell: Tell) -> list[Path]:
    """The tables of points that are what was written; the others are told, and left out."""
    found = []
    for folder in answers(results):
        path = folder / POINTS
        if path.exists() or POINTS in _known(folder):
            try:
                _verify(path)
            except Damaged as fault:
                tell(f"{path} is damaged ({fault}): left out; {AGAIN}")
            else:
                found.append(path)
    return found


def _known(folder: Path) -> dict[str, str]:
    try:
        return digests.known(digests.manifest(folder))
    except Damaged:
        return {}


def _verify(path: Path) -> None:
    """Raise :class:`Damaged` unless a table is what was written, or, when an earlier version wrote it, can be read."""
    digests.check_digest(path)
    try:
        with digests.reading(path):
            parquet.read_table(path)
    except (arrow.ArrowException, ValueError) as fault:
        raise Damaged(f"{path.name}: {_short(fault)}") from None


# ---- asking


def query(sql: str, results: Path | str = "results", tell: Tell = _silent, files: bool = False) -> Answer:
    """What an SQL query over the results folder gives: one statement that reads the tables.

    ``files``: it may be several statements, and may read and write files, as whoever runs it may: only for SQL that you wrote
    or read yourself. Raises :class:`Mistake` with DuckDB's own words when it is wrong; Ctrl-C ends it.
    """
    import duckdb

    if not isinstance(sql, str):
        raise Mistake(f"the query must be a line of SQL, but is {shown(sql)}")
    if strange := [character for character in sql if "\ud800" <= character <= "\udfff"]:
        raise Mistake(f"the query is no text: it holds {strange[0]!r}, which is half a character")
    with connect(file_path("results", results), tell, files) as connection:
        try:
            _refuse(connection.extract_statements(sql), files)
            return _interruptible(connection, lambda: _answer(connection, sql))
        except duckdb.Error as fault:
            if "failed to import" in str(fault):  # a type for whose values DuckDB needs one more library
                raise Mistake(f"the query failed: an answer has a type that is not shown here; {CAST}") from None
            raise Mistake(f"the query failed: {_short(fault, 500)}; there are the views {', '.join(VIEWS)}") from None
        except (ValueError, OverflowError, RuntimeError, arrow.ArrowException) as fault:
            raise Mistake(f"the query failed: {_short(fault, 500)}; {CAST}") from None
        except MemoryError:
            raise Mistake("the query failed: its answer does not fit into memory; ask for less of it (LIMIT)") from None


def _short(fault: BaseException, most: int = 150) -> str:
    return " ".join(str(fault).split())[:most] or type(fault).__name__


def _refuse(statements: Sequence[Any], files: bool) -> None:
    """Raise :class:`Mistake` for SQL that is empty or, unless it may use ``files``, not one statement that reads."""
    if not statements:
        raise Mistake("the query is empty; write for example SELECT count(*) FROM replications")
    kinds = [statement.type.name for statement in statements]
    if files:
        return
    if len(kinds) > 1:
        raise Mistake(
            f"a query is one statement, and these are {len(kinds)}; ask them one after the other, or with --files"
        )
    if kinds[0] not in READS:
        raise Mistake(f"a query only reads, and this is {kinds[0]}; --files (files=True) allows whatever DuckDB can do, "
                      "reading and writing files included")  # fmt: skip


def _interruptible(connection: duckdb.DuckDBPyConnection, work: Callable[[], Answer]) -> Answer:
    """The work done on another thread: DuckDB does not look for Ctrl-C in all that it does, but can be told."""
    done: list[Answer] = []
    fault: list[BaseException] = []
    begun, ended = threading.Event(), threading.Event()  # Thread.join, when interrupted, takes the thread for ended

    def doing() -> None:
        begun.set()
        try:
            done.append(work())
        except BaseException as raised:
            fault.append(raised)
        finally:
            ended.set()

    try:
        threading.Thread(target=doing, daemon=True).start()
        while not ended.wait(0.1):
            pass
    except BaseException:
        while begun.is_set() and not ended.wait(0.1):  # a query that is just beginning does not hear it
            connection.interrupt()
        raise
    if fault:
        raise fault[0]
    return done[0]


def _answer(connection: duckdb.DuckDBPyConnection, sql: str) -> Answer:
    connection.execute(sql)
    described = connection.description or []
    rows: list[tuple[Any, ...]] = []
    while described and (more := connection.fetchmany(10_000)):
        rows += more
        if len(rows) * len(described) > MOST_VALUES:
            raise Mistake(f"the answer has more than {len(rows):,} rows of {len(described)} columns: ask for less of it (LIMIT, "
                          "GROUP BY), or have it written to a file: --files \"COPY (SELECT …) TO 'answer.parquet'\"")  # fmt: skip
    return Answer([d[0] for d in described], [str(d[1]) for d in described], rows)


# ---- answers


def folders(results: Path, tell: Tell = _silent) -> list[dict[str, Any]]:
    """The answered questions in a results folder: name, kind, what was asked, by their manifests; damaged ones are told."""
    recover(results)
    found = []
    for folder in answers(results):
        try:
            found.append({"id": folder.name, **_summary(digests.manifest(folder))})
        except Damaged as fault:
            tell(f"{folder} is damaged ({fault}): left out; {AGAIN}")
    return found


def _summary(said: dict[str, Any]) -> dict[str, Any]:
    listed = said.get("scenarios")
    names = (
        [scenario.get("name") for scenario in listed if isinstance(scenario, dict)] if isinstance(listed, list) else []
    )
    asked = said.get("question") or ", ".join(str(name) for name in names)
    words = str(said.get("command", "compare" if len(names) > 1 else "run"))
    return {"command": words.split()[1] if words.startswith("loyalty ") else words, "asked": asked}
