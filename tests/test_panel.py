"""The panel and the events of a run: they add up to what the run counted, in either engine, and go with the ids of a file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet
from typer.testing import CliRunner
from worlds import busy

from sim import Mistake, Result, load, run
from sim.cli import app
from sim.journey.relive import relive
from sim.model.numeric import FIXED_ONE
from sim.model.week import COUNTS, EVENTS
from sim.runs import panel
from sim.runs.panel import COLUMNS, KEYS
from sim.runs.results import write_events, write_panel
from sim.scenario.whole import Scenario

WORLD = busy(choice={"attention": 0.2, "involuntary": 0.3}, market={"customers": 80, "prospects": 20, "stands_for": 60})
SEED = 5


@pytest.fixture(scope="module")
def result() -> Result:
    return run(WORLD, 3, SEED)


@pytest.fixture(scope="module")
def people(result: Result) -> pd.DataFrame:
    return result.panel(replications=[0, 2])


@pytest.fixture(scope="module")
def happened(result: Result) -> pd.DataFrame:
    return result.events(replications=[0, 2])


def counted(result: Result, name: str) -> np.ndarray:
    """One count of replications 0 and 2, week after week."""
    return result.tally[[0, 2], :, COUNTS.index(name)].ravel()


def weekly(rows: pd.DataFrame) -> np.ndarray:
    """How many rows there are in each week of replications 0 and 2."""
    weeks = pd.MultiIndex.from_product([[0, 2], range(WORLD.weeks)])
    return rows.groupby(level=["replication", "week"]).size().reindex(weeks, fill_value=0).to_numpy()


# ---- what they hold


def test_a_row_for_every_person_and_week_and_a_column_for_every_state(people: pd.DataFrame) -> None:
    assert list(people.index.names) == KEYS and list(people.columns) == list(COLUMNS)
    assert people.index.is_unique and people.index.is_monotonic_increasing
    assert len(people) == 2 * WORLD.weeks * 100 and not people.isna().any().any()


def test_the_panel_counts_what_the_run_counted(result: Result, people: pd.DataFrame) -> None:
    for name, provider in (("customers", 0), ("rival_customers", 1), ("gone", 2)):
        assert np.array_equal(weekly(people[people.provider == provider]), counted(result, name)), name
    ours = people[people.provider == 0]
    for name in ("satisfaction", "trust", "grievance"):
        whole = (ours[name] * np.float32(FIXED_ONE)).astype(np.int64)
        assert np.array_equal(whole.groupby(level=[0, 1]).sum(), counted(result, name)), name


def test_the_events_are_what_the_run_counted(result: Result, people: pd.DataFrame, happened: pd.DataFrame) -> None:
    assert list(happened.index.names) == KEYS and list(happened.columns) == ["what", "amount"]
    for what, count in (("leaves", "leavers_voluntary"), ("issue", "issues")):
        found = weekly(happened[happened.what == what])
        assert found.sum() and np.array_equal(found, counted(result, count)), what
    chose_us = (happened.what == "comes_in") & (happened.amount == 0)
    joined = weekly(happened[(happened.what == "joins") | chose_us])
    assert chose_us.any() and np.array_equal(joined, counted(result, "joiners"))
    moved = happened[happened.what == "moves_away"]
    before = people.provider.groupby(level=["replication", "person"]).shift(fill_value=0).loc[moved.index]
    first = moved.index.get_level_values("week") == 0
    ours = np.where(first, moved.index.get_level_values("person") < 80, before == 0)
    assert np.array_equal(weekly(moved[ours]), counted(result, "leavers_involuntary"))


@pytest.mark.parametrize("person", [0, 37, 99])
def test_a_persons_rows_are_their_journey(
    result: Result, people: pd.DataFrame, happened: pd.DataFrame, person: int
) -> None:
    life = relive(WORLD, person, 2, SEED)
    mine = people.loc[2].xs(person, level="person")
    told = [(moment.week, event.what, event.amount) for moment in life.moments for event in moment.events]
    for moment in life.moments:
        assert mine.loc[moment.week].to_dict() == pytest.approx(moment.state, abs=0)
    found = happened[(happened.index.get_level_values(0) == 2) & (happened.index.get_level_values(2) == person)]
    weeks = found.index.get_level_values("week")
    assert list(zip(weeks, found.what, found.amount, strict=True)) == told


def test_either_engine_gives_the_same_bytes(result: Result, tmp_path: Path) -> None:
    pd.testing.assert_frame_equal(result.panel(weeks=[1, 9]), result.panel(weeks=[1, 9], engine="mesa"))
    pd.testing.assert_frame_equal(result.events("leaves"), result.events("leaves", engine="mesa"))
    for engine in ("core", "mesa"):
        wanted = result.asked(engine=engine)
        write_panel(result, tmp_path / f"panel.{engine}", wanted)
        write_events(result, tmp_path / f"events.{engine}", wanted)
    for name in ("panel", "events"):
        assert (tmp_path / f"{name}.core").read_bytes() == (tmp_path / f"{name}.mesa").read_bytes()


def test_what_is_asked_for_is_a_part_of_all(result: Result, people: pd.DataFrame, happened: pd.DataFrame) -> None:
    some = result.panel(["trust", "provider", "trust"], [7, 3, 3], 2)
    weeks = people.index.get_level_values("week")
    pd.testing.assert_frame_equal(some, people[weeks.isin([3, 7])].loc[[2], ["trust", "provider"]])
    assert len(result.panel("trust", 0)) == 100 and result.panel("trust", 0).index[0] == (0, 0, 0)
    pd.testing.assert_frame_equal(
        result.events(people=[3, 50], replications=[0, 2]), happened.query("person in [3, 50]")
    )
    both = happened[happened.what.isin(["leaves", "joins"])]
    pd.testing.assert_frame_equal(result.events(["joins", "leaves"], replications=(0, 2)), both)
    assert not len(result.events("joins", people=0, weeks=0))


def test_little_is_in_memory_at_a_time_and_nothing_is_another(
    result: Result, people: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel, "ROWS", 7)
    pd.testing.assert_frame_equal(result.panel(replications=[0, 2]), people)
    monkeypatch.setattr(panel, "memory", lambda: 1e5)
    with pytest.raises(Mistake, match=r"a panel of 1,000 rows needs about .* name fewer columns or weeks"):
        result.panel()


# ---- whose rows they are

COLUMNS_OF_FILE = "columns: {tenure: {column: weeks}, spend: {column: spend}}"


def scenario_of(folder: Path, rows: list[tuple[str, int, float]], ids: str = "id: id, ") -> Scenario:
    folder.mkdir(exist_ok=True)
    (folder / "customers.csv").write_text("id,weeks,spend\n" + "".join(f"{i},{w},{s}\n" for i, w, s in rows))
    (folder / "x.yaml").write_text(
        "weeks: 4\nmarket: {prospects: 5}\nchoice: {involuntary: 0}\n"
        f"customers: {{file: customers.csv, {ids}{COLUMNS_OF_FILE}}}\n"
    )
    return load(folder / "x.yaml")


def test_ids_of_the_customer_file_go_with_their_customers_whatever_the_order(tmp_path: Path) -> None:
    rows = [(f"C-{k}", 10 * k, float(k)) for k in range(1, 41)]
    shuffled = [rows[place] for place in np.random.default_rng(1).permutation(40)]
    tables = []
    for name, each in (("one", rows), ("other", shuffled)):
        found = run(scenario_of(tmp_path / name, each), 1).panel(["spend", "tenure", "provider"])
        assert found["id"].isna().sum() == 4 * 5 and found["id"].isna().loc[0, 0, 40:].all()  # the rival's have none
        assert found.loc[(0, 0), "id"].tolist()[:40] == [row[0] for row in each]
        tables.append(found[(found["id"].notna()) & (found.provider == 0)].reset_index().set_index(["week", "id"]))
    both = tables[0].merge(tables[1], left_index=True, right_index=True, suffixes=("", "_other"))
    both = both[(both.tenure > both.index.get_level_values("week")) & (both.tenure_other >= 10)]
    assert len(both) > 100
    assert (both.spend == both.spend_other).all() and (both.tenure == both.tenure_other).all()
    assert (both.spend.to_numpy() == [float(name[2:]) for name in both.index.get_level_values("id")]).all()


def test_people_may_be_named_by_id(tmp_path: Path) -> None:
    found = run(scenario_of(tmp_path, [(f"C-{k}", 10 * k, float(k)) for k in range(1, 41)]), 1)
    events = found.events()
    assert {"id", "what", "amount"} == set(events.columns)
    pd.testing.assert_frame_equal(found.events(people=["C-3", 44]), events.query("person in [2, 44]"))
    with pytest.raises(Mistake, match=r"no customer 'C-41' – did you mean 'C-"):
        found.events(people="C-41")


def test_a_customer_file_that_changed_since_is_not_taken_for_that_of_the_run(tmp_path: Path) -> None:
    rows = [(f"C-{k}", 10 * k, float(k)) for k in range(1, 41)]
    found = run(scenario_of(tmp_path, rows), 1)
    scenario_of(tmp_path, [(name, weeks, 2 * spend) for name, weeks, spend in rows])
    os.utime(tmp_path / "customers.csv", ns=(1, 1))
    with pytest.raises(
        Mistake, match=r"replication 0 cannot be lived again: in week 0 .* customer file or its file of"
    ):
        found.panel()


# ---- what cannot be asked

WRONG: dict[str, tuple[str, Callable[[Result], Any]]] = {
    "column": ("there is no column 'thrust' – did you mean 'trust'", lambda r: r.panel("thrust")),
    "column of nobody": (r"there is no column 'qqq'; there are belief_company, ", lambda r: r.panel(["trust", "qqq"])),
    "column of the company": ("there is no column 'morale'", lambda r: r.panel("morale")),
    "no columns": ("no column is named", lambda r: r.panel([])),
    "columns of no text": ("there is no column 3", lambda r: r.panel(3)),
    "week after the end": ("weeks is 10, but must lie between 0 and 9", lambda r: r.panel("trust", 10)),
    "week before": ("weeks is -1, but", lambda r: r.events(weeks=[0, -1])),
    "week of text": ("weeks must be a whole number, got '3'", lambda r: r.panel("trust", "3")),
    "no weeks": ("weeks names none", lambda r: r.panel("trust", [])),
    "event": ("there is no event 'leave' – did you mean 'leaves'", lambda r: r.events("leave")),
    "person": ("people is 100, but must lie between 0 and 99", lambda r: r.events(people=100)),
    "person by an id that nobody has": ("customers have no ids here", lambda r: r.events(people=["C-1"])),
    "replication": ("replication 3 is not among those that finished: 0, 1, 2", lambda r: r.panel(replications=3)),
    "engine": ("engine is 'fast', but must be 'core' or 'mesa'", lambda r: r.panel(engine="fast")),
    "nothing finished": ("no replication finished", lambda r: replace(r, numbers=r.numbers[:0]).panel()),
    "another seed": ("cannot be lived again", lambda r: replace(r, seed=SEED + 1).panel()),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_there_is_not_is_a_sentence(result: Result, name: str) -> None:
    said, ask = WRONG[name]
    with pytest.raises(Mistake, match=said):
        ask(result)


# ---- on the command line


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    WORLD.save(tmp_path / "busy.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def loyalty(*words: str) -> Any:
    return CliRunner().invoke(app, ["run", "busy.yaml", "--seed", str(SEED), "--replications", "3", *words])


def test_the_files_hold_what_python_gives(folder: Path, people: pd.DataFrame, happened: pd.DataFrame) -> None:
    files = ("--panel", "panel.parquet", "--events", "events.parquet", "--panel-replications", "0,2", "--json")
    done = loyalty(*files)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["replications"] == 3
    found = pd.read_parquet(folder / "panel.parquet").set_index(KEYS)
    pd.testing.assert_frame_equal(found, people)
    told = pd.read_parquet(folder / "events.parquet").set_index(KEYS)
    pd.testing.assert_frame_equal(told.astype({"what": str}), happened.astype({"what": str}))
    assert set(told.what) <= set(EVENTS)
    before = (folder / "panel.parquet").read_bytes()
    assert loyalty(*files, "--engine", "mesa").exit_code == 0
    assert (folder / "panel.parquet").read_bytes() == before


def test_columns_and_weeks_can_be_chosen(folder: Path) -> None:
    done = loyalty("--panel", "some.parquet", "--panel-columns", "trust, provider", "--panel-weeks", "2-4,9")
    assert done.exit_code == 0, done.output
    found = pd.read_parquet(folder / "some.parquet")
    assert list(found.columns) == [*KEYS, "trust", "provider"]
    assert found.week.unique().tolist() == [2, 3, 4, 9] and found.replication.unique().tolist() == [0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--panel", "busy.yaml"), "would replace"),
        (("--panel", "."), "is a folder"),
        (("--panel", "one.parquet", "--events", "one.parquet"), "are the same file"),
        (("--weekly", "one.parquet", "--events", "one.parquet"), "are the same file"),
        (("--panel", "p.parquet", "--panel-columns", "thrust"), "did you mean 'trust'"),
        (("--panel", "p.parquet", "--panel-weeks", "10"), "weeks is 10, but must lie between 0 and 9"),
        (("--panel", "p.parquet", "--panel-weeks", "4-2"), "goes from 4 to 2"),
        (("--panel", "p.parquet", "--panel-weeks", "one"), "--panel-weeks is 'one', but must be whole numbers"),
        (("--panel", "p.parquet", "--panel-weeks", "0-999999999"), "goes from 0 to 999999999"),
        (("--events", "p.parquet", "--panel-replications", "3"), "replication 3 is not among"),
        (("--panel-weeks", "3"), "name one of these"),
    ],
)
def test_what_cannot_be_written_is_told_before_the_work_begins(folder: Path, words: tuple[str, ...], said: str) -> None:
    done = loyalty(*words)
    assert done.exit_code == 2 and said in " ".join(done.stderr.split())
    assert {path.name for path in folder.iterdir()} == {"busy.yaml"}


def test_a_replication_that_failed_has_no_panel(result: Result) -> None:
    without = replace(result, numbers=result.numbers[1:], tally=result.tally[1:])
    assert without.panel("trust", 0).index[0] == (1, 0, 0)
    with pytest.raises(Mistake, match="replication 0 is not among those that finished: 1, 2"):
        without.panel(replications=0)


PEAK = """
import resource, sys
from sim.cli import main
sys.argv[0] = "loyalty"
try:
    main()
except SystemExit as ended:
    assert not ended.code
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


@pytest.mark.heavy
def test_more_weeks_of_a_large_market_need_no_more_memory(tmp_path: Path) -> None:
    def peak(weeks: int) -> tuple[int, int]:
        busy(weeks=weeks, market={"customers": 160_000, "prospects": 40_000}).save(tmp_path / "large.yaml")
        words = ["run", "large.yaml", "--replications", "1", "--panel", "panel.parquet", "--events", "events.parquet"]
        done = subprocess.run([sys.executable, "-c", PEAK, *words], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        rows = parquet.ParquetFile(tmp_path / "panel.parquet").metadata.num_rows
        return int(done.stderr.split()[-1]), rows

    (few, some), (many, more) = peak(4), peak(24)
    assert (some, more) == (800_000, 4_800_000)
    assert many < 1.15 * few, (few, many)
