"""SQL over everything in a results folder: DuckDB views of the store's tables and of the points of every experiment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Mistake
from sim.experiments.store import MARK, Store
from sim.experiments.tables import KEY, TABLES

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

STORE = "store"
"""The store's name in a results folder."""
VIEWS = (*TABLES, "points")
_KINDS = {"int64": "BIGINT", "uint64": "UBIGINT", "int16": "SMALLINT", "float": "FLOAT", "double": "DOUBLE"}


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


def open_store(results: Path, tell: Any = lambda sentence: None) -> Store:
    """The store of a results folder, for reading. Raises :class:`Mistake` when there is none."""
    if not (results / STORE / MARK).is_file() and not (results / STORE).is_dir():
        raise Mistake(
            f"{results}: nothing has been kept here yet; run for example 'loyalty sweep experiments/sweep.yaml'"
        )
    return Store(results / STORE, tell)


def connect(results: Path, tell: Any = lambda sentence: None) -> duckdb.DuckDBPyConnection:
    """A connection in which ``replications``, ``weekly``, ``scenarios`` and ``points`` are views. Raises :class:`Mistake`."""
    if find_spec("duckdb") is None:
        raise Mistake("queries need DuckDB, which is not installed: pip install 'loyalty-sim[experiments]'")
    import duckdb

    store = open_store(results, tell)
    store.gather()
    connection = duckdb.connect(":memory:")
    parts = store.parts()
    for name in TABLES:
        _view(connection, name, [part.table(name) for part in parts])
    _tell_twins(connection, parts)
    _points(connection, sorted(results.glob("*/points.parquet")))
    return connection


def _list(files: Sequence[Path]) -> str:
    quoted = ("'" + str(path.resolve()).replace("'", "''") + "'" for path in files)
    return f"[{', '.join(quoted)}]"


def _view(connection: duckdb.DuckDBPyConnection, name: str, files: Sequence[Path]) -> None:
    """The table over these files; without files, an empty one with the same columns."""
    if files:
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({_list(files)})")
        return
    kinds = {field.name: _KINDS.get(str(field.type), "VARCHAR") for field in TABLES[name]}
    columns = ", ".join(f'"{column}" {kind}' for column, kind in kinds.items())
    connection.execute(f"CREATE TABLE {name} ({columns})")


def _tell_twins(connection: duckdb.DuckDBPyConnection, parts: Sequence[Any]) -> None:
    """What two processes both ran is in two parts: then the views show it once. Compaction makes them quick again."""
    key = ", ".join(name for name, _ in KEY)
    counts = connection.execute(f"SELECT count(*), count(DISTINCT ({key})) FROM replications").fetchone()
    for name, columns in (("replications", key), ("weekly", f"{key}, week"), ("scenarios", "scenario")):
        if len(parts) > 1 and (counts and counts[0] != counts[1] or name == "scenarios"):
            once = f"SELECT DISTINCT ON ({columns}) * FROM read_parquet({_list([part.table(name) for part in parts])})"
            connection.execute(f"CREATE OR REPLACE VIEW {name} AS {once}")


def _points(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
    if files:
        source = f"read_parquet({_list(files)}, union_by_name = true)"
        connection.execute(f"CREATE VIEW points AS SELECT * FROM {source}")
    else:
        connection.execute("CREATE TABLE points (experiment VARCHAR, point BIGINT, scenario VARCHAR)")


def query(sql: str, results: Path | str = "results", tell: Any = lambda sentence: None) -> Answer:
    """What an SQL query over the results folder gives. Raises :class:`Mistake` with DuckDB's own words when it is wrong."""
    import duckdb

    with connect(Path(results), tell) as connection:
        try:
            connection.execute(sql)
            described = connection.description or []
            return Answer([d[0] for d in described], [str(d[1]) for d in described], connection.fetchall())
        except duckdb.Error as fault:
            words = " ".join(str(fault).split())[:500]
            raise Mistake(f"the query failed: {words}; there are the views {', '.join(VIEWS)}") from None


def folders(results: Path) -> list[dict[str, Any]]:
    """The answered questions in a results folder: name, kind, what was asked, by their manifests."""
    found = []
    for path in sorted(results.glob("*/manifest.json")):
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(said, dict):
            found.append({"id": path.parent.name, **_summary(said)})
    return found


def _summary(said: dict[str, Any]) -> dict[str, Any]:
    listed = said.get("scenarios")
    names = (
        [scenario.get("name") for scenario in listed if isinstance(scenario, dict)] if isinstance(listed, list) else []
    )
    asked = said.get("question") or ", ".join(str(name) for name in names)
    return {"command": said.get("command", "compare" if len(names) > 1 else "run"), "asked": asked}
