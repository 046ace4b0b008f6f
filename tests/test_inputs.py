"""Inputs that once ended in a fault of the program, or were read as something else: each is met, or refused in a sentence."""

from __future__ import annotations

import datetime
import io
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from sim.commands.results import LONGEST_SHOWN, _cell
from sim.errors import Mistake
from sim.experiments.question import load_experiment
from sim.model.component import builtin
from sim.scenario.worlds import Worlds, read_worlds
from sim.studio.server.server import serve
from sim.system.process import LONGEST, sentence
from sim.theory.erlang import erlang_a, erlang_c

COLUMN = "quality.error_rate"
MOMENT = datetime.datetime(2020, 1, 1)


def worlds_of(path: Path) -> Worlds:
    return read_worlds(path, builtin())


def written(folder: Path, columns: list[Any], names: list[str]) -> Path:
    path, memory = folder / "points.parquet", io.BytesIO()
    parquet.write_table(arrow.table([arrow.array(column) for column in columns], names=names), memory)
    path.write_bytes(memory.getvalue())
    return path


@pytest.mark.parametrize(
    "odd", [MOMENT, MOMENT.date(), MOMENT.time(), datetime.timedelta(1), [1], {"x": 1}, b"\xff", "x"]
)
def test_what_worlds_say_are_numbers(tmp_path: Path, odd: Any) -> None:
    with pytest.raises(Mistake, match="is no number"):
        worlds_of(written(tmp_path, [[odd, odd]], [COLUMN]))


def test_a_table_with_a_column_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="has two columns 'quality.error_rate'; keep one of them"):
        worlds_of(written(tmp_path, [[0.1], [0.2]], [COLUMN, COLUMN]))
    (tmp_path / "points.csv").write_text(f"{COLUMN},{COLUMN}\n0.1,0.2\n")
    with pytest.raises(Mistake, match=f"two columns '{COLUMN}'"):
        worlds_of(tmp_path / "points.csv")


@pytest.mark.parametrize("rows", ["0.1,0.2\n", "0.1,0.2\n0.3,0.4\n", "0.1\n0.1,0.2\n"])
def test_no_value_of_a_table_is_lost_where_a_row_is_longer_than_the_header(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "points.csv"
    path.write_text(f"{COLUMN}\n{rows}")
    with pytest.raises(Mistake, match="cannot be read as worlds"):
        worlds_of(path)


def test_an_index_that_pandas_noted_is_a_column_like_the_others(tmp_path: Path) -> None:
    import pandas as pd

    path = tmp_path / "points.parquet"
    pd.DataFrame({COLUMN: [0.1, 0.2], "choice.attention": [0.3, 0.4]}).set_index(COLUMN).to_parquet(path)
    assert set(worlds_of(path).paths) == {COLUMN, "choice.attention"}


def test_sections_under_with_are_laid_over_policies_from_files(tmp_path: Path) -> None:
    (tmp_path / "town.yaml").write_text("market: {customers: 20}\nweeks: 2\n")
    path = tmp_path / "question.yaml"
    asked = "question: q\nbase: town.yaml\npolicies: {other: town.yaml}\noutcomes: [retention]\nwith: "
    path.write_text(asked + "{quality: {error_rate: 0.5}}\n")
    found = load_experiment(path).policies["other"].canonical()
    assert found == load_experiment(path).base.with_(name="other").canonical()
    path.write_text(asked + "{weeks: {market: {customers: 5}}}\n")
    with pytest.raises(Mistake, match=r"policies\.other: weeks is"):
        load_experiment(path)


@pytest.mark.parametrize("host", ["\u202e", "caf\udce9", "a" * 300, "a..b", "\0", "x y"])
def test_a_host_that_is_none_is_named(host: str) -> None:
    with pytest.raises(Mistake, match="cannot listen at .*--host"):
        serve(host, 0, "a long token", False, print)


@pytest.mark.parametrize("tiny", [5e-324, 1e-308, 1e-101, 1e101, 1e308])
def test_numbers_of_a_queue_are_of_ordinary_size(tiny: float) -> None:
    for rates in ((tiny, tiny, 1), (1.0, tiny, 1), (tiny, 1.0, 1)):
        with pytest.raises(Mistake, match="from 1e-100 to 1e100"):
            erlang_c(*rates)
        with pytest.raises(Mistake, match="from 1e-100 to 1e100"):
            erlang_a(*rates, tiny)


def test_a_long_cell_is_shown_to_its_beginning() -> None:
    assert _cell("x" * LONGEST_SHOWN) == "x" * LONGEST_SHOWN
    shown = _cell("x" * 5_000_000)
    assert len(shown) < LONGEST_SHOWN + 100 and "5,000,000 letters" in shown


def test_of_an_endless_sentence_the_beginning_and_the_remedy_are_told() -> None:
    told = sentence(Mistake(f"customers.csv: there is no column '{'x' * 1_000_000}'; mend the mapping"))
    assert told.startswith("customers.csv: there is no column 'xxx") and told.endswith("; mend the mapping")
    assert len(told) <= LONGEST + 3 and sentence(Mistake("short")) == "short"
