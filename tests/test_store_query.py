"""SQL over the store reads the tables and nothing else, unless whoever asks allows it files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from questions import small
from typer.testing import CliRunner

from sim import run
from sim.cli import app
from sim.errors import Mistake
from sim.experiments import querying
from sim.experiments.querying import STORE, query
from sim.experiments.store import Store


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder whose store holds two replications."""
    folder = tmp_path_factory.mktemp("asked")
    Store(folder / STORE).keep(run(small(folder).base, 2))
    (folder / "secret.csv").write_text("a,b\n1,2\n")
    query("SELECT 1", folder)
    return folder


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


FORBIDDEN = [
    "COPY (SELECT 1) TO '{new}'",
    "COPY (SELECT 1) TO '{part}' (FORMAT csv, USE_TMP_FILE false)",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{part}' (FORMAT csv, USE_TMP_FILE false)",
    "SELECT * FROM read_csv('{secret}')",
    "SELECT * FROM '{secret}'",
    "SELECT * FROM read_text('{secret}')",
    "SELECT * FROM read_blob('{secret}')",
    "SELECT * FROM read_parquet('{part}')",
    "SELECT * FROM parquet_metadata('{part}')",
    "SELECT * FROM sniff_csv('{secret}')",
    "SELECT * FROM read_json('{secret}')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM query('SELECT * FROM read_text(''{secret}'')')",
    "SELECT * FROM query_table('{secret}')",
    "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    "SELECT getenv('HOME')",
    "ATTACH '{new}'",
    "ATTACH '{part}' AS other",
    "EXPORT DATABASE '{new}'",
    "IMPORT DATABASE '{folder}'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{new}'",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SET temp_directory = '{new}'",
    "SET VARIABLE x = 1",
    "RESET lock_configuration",
    "PRAGMA enable_external_access = true",
    "PRAGMA profile_output = '{new}'",
    "CALL enable_logging(storage = 'file', storage_path = '{new}')",
    "CREATE PERSISTENT SECRET s (TYPE http)",
    "CREATE TABLE mine AS SELECT 1",
    "CREATE OR REPLACE VIEW replications AS SELECT 1",
    "DROP VIEW replications",
    "DELETE FROM points",
    "INSERT INTO points VALUES (1)",
    "PREPARE p AS SELECT 1",
    "CHECKPOINT",
    "SELECT 1; COPY (SELECT 1) TO '{new}'",
    "SELECT * FROM results",
]


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_whatever_reaches_beyond_the_tables_is_refused_in_a_sentence(results: Path, sql: str) -> None:
    part = next(results.glob(f"{STORE}/parts/*/weekly.parquet"))
    before = everything(results)
    words = sql.format(new=results / "new", part=part, secret=results / "secret.csv", folder=results)
    with pytest.raises(Mistake):
        query(words, results)
    assert everything(results) == before
    assert query("SELECT count(*) FROM replications", results).rows == [(2,)]


READING = [
    "SELECT count(*) FROM replications",
    "FROM scenarios",
    "WITH w AS (SELECT week FROM weekly) SELECT max(week) FROM w",
    "DESCRIBE weekly",
    "SUMMARIZE replications",
    "SHOW TABLES",
    "EXPLAIN SELECT count(*) FROM weekly",
    "PIVOT weekly ON week USING avg(profit) GROUP BY replication",
    "VALUES (1), (2)",
    "SELECT json_extract(meaning, '$.weeks') FROM scenarios",
    "SELECT week, avg(profit) FROM weekly WHERE scenario = (SELECT min(scenario) FROM scenarios) AND seed = 1 GROUP BY week",
    "SELECT scenario, versions FROM replications WHERE versions LIKE 'Python%' AND error IS NULL",
]


@pytest.mark.parametrize("sql", READING)
def test_whatever_reads_the_tables_gives_rows(results: Path, sql: str) -> None:
    assert query(sql, results).rows


def test_a_query_tells_with_which_versions_each_run_was_made(results: Path) -> None:
    import numpy

    ((versions,),) = query("SELECT DISTINCT versions FROM weekly", results).rows
    assert f"numpy {numpy.__version__}" in versions and "numba" in versions and "llvmlite" in versions


def test_files_are_read_and_written_when_they_are_allowed(results: Path, tmp_path: Path) -> None:
    there = tmp_path / "answer.csv"
    sql = f"CREATE TABLE t AS SELECT * FROM read_csv('{results / 'secret.csv'}'); COPY t TO '{there}' (HEADER)"
    told = CliRunner().invoke(app, ["results", "query", sql, "--out", str(results), "--files"])
    assert told.exit_code == 0 and there.read_text() == "a,b\n1,2\n"
    help_of = CliRunner().invoke(app, ["results", "query", "--help"], env={"COLUMNS": "200"}).stdout
    assert "--files" in help_of and "angerous" in help_of


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("", "is empty"),
        ("-- nothing", "is empty"),
        (";;", "is empty"),
        ("SELECT 1; SELECT 2", "one statement, and these are 2"),
        ("CREATE TABLE t (a INT)", "a query only reads, and this is CREATE"),
        ("SELECT '\ud800'", "half a character"),
        ("SELEKT 1", "the query failed"),
        ("SELECT " + "(" * 5000 + "1" + ")" * 5000, "the query failed"),
        ("SELECT 1 / 0 FROM nowhere", "replications, weekly, scenarios, points"),
        ("SELECT timestamptz '2020-01-01 00:00:00+02'", "the query failed"),
    ],
)
def test_a_query_that_is_none_is_a_sentence(results: Path, sql: str, sentence: str) -> None:
    with pytest.raises(Mistake, match=sentence):
        query(sql, results)


def test_an_answer_larger_than_memory_is_a_sentence(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(querying, "MOST_VALUES", 50_000)
    with pytest.raises(Mistake, match="has more than .* rows"):
        query("SELECT * FROM range(1000000000000)", results)
    assert len(query("SELECT * FROM range(50000)", results).rows) == 50_000


ENDLESS = "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"


def test_an_endless_query_ends_with_ctrl_c(results: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sim", "results", "query", ENDLESS, "--out", str(results)]
    place = os.environ | {"TMPDIR": str(tmp_path)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=place)
    until = time.monotonic() + 120
    while time.monotonic() < until and not list(tmp_path.glob("loyalty-query-*")):  # DuckDB's own room
        time.sleep(0.1)
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    _, words = process.communicate(timeout=60)
    assert process.returncode == 130 and "stopped" in words and "Traceback" not in words, words
    assert not list(tmp_path.iterdir())


def test_check_tells_what_is_sound_and_what_is_damaged_and_changes_nothing(results: Path) -> None:
    command = ["results", "check", "--out", str(results)]
    sound = CliRunner().invoke(app, command)
    assert sound.exit_code == 0 and "all of it is what was written" in sound.stdout
    part = next(results.glob(f"{STORE}/parts/*"))
    whole = (part / "weekly.parquet").read_bytes()
    (part / "weekly.parquet").write_bytes(whole[:-9] + bytes([whole[-9] ^ 4]) + whole[-8:])
    before = everything(results)
    told = CliRunner().invoke(app, command)
    assert told.exit_code == 1 and f"{STORE}/parts/{part.name} is damaged: weekly.parquet" in told.stdout
    said = json.loads(CliRunner().invoke(app, [*command, "--json"]).stdout)
    assert list(said["damaged"]) == [f"{STORE}/parts/{part.name}"] and everything(results) == before
    (part / "weekly.parquet").write_bytes(whole)
    assert CliRunner().invoke(app, command).exit_code == 0
    assert CliRunner().invoke(app, ["results", "check", "--out", str(results / "nowhere")]).exit_code == 2
