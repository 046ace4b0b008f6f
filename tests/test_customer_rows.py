"""Customer files come back as they were written: rows, lines, letters and numbers, from CSV and from Parquet."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest
from customer_files import TARGETS, mapped, read
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from sim.data import customer_csv
from sim.data.customer_file import (
    Customers,
    Quarantined,
    read_customers,
)
from sim.errors import Mistake

SAME_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "customers.csv"


# ---- lines


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("spoiler", ["", '7,in"ches\n'])
def test_lines_stay_right_past_quoted_breaks_blank_lines_and_misshapen_rows(file: Path, end: str, spoiler: str) -> None:
    text = f'\na,b\n{spoiler}1,"two\n\nlines"\n\n2,x\n3\n4,"p\nq",5\n"6","say ""no"""\n'.replace("\n", end)
    customers = read(file, text, {"tenure": {"column": "a"}}, keep=["b"])
    after = 3 + bool(spoiler)
    assert customers.line.tolist()[bool(spoiler) :] == [after, after + 4, after + 8]
    assert [row.line for row in customers.quarantined] == [after + 5, after + 6]
    assert customers.kept["b"].tolist()[bool(spoiler) :] == [f"two{end}{end}lines", "x", 'say "no"']
    assert customers.quarantined[1].text == f'4,"p{end}q",5'


def by_the_standard_library(text: str) -> tuple[list[tuple[int, list[str]]], bool]:
    """All rows with their first line, as the csv module reads them; and whether the last quotation mark is closed."""
    lines = [*io.StringIO(text, newline=""), "the end"]
    reader = csv.reader(lines)
    rows, start = [], 1
    for cells in reader:
        rows.append((start, cells))
        start = reader.line_num + 1
    return [row for row in rows[:-1] if row[1]], rows[-1][1] == ["the end"]


@pytest.mark.parametrize("piece", [5, 1 << 22])
@given(body=some.text(alphabet='"",\n\r1é', max_size=40))
@example(body='1,"\n",1\n')
@example(body='"1"",1\n1,"1')
@settings(SAME_FOLDER, max_examples=400)
def test_any_text_is_split_as_the_standard_library_splits_it(file: Path, piece: int, body: str) -> None:
    text = "a,b\n0,first\n" + body
    rows, closed = by_the_standard_library(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(customer_csv, "_PIECE", piece)
        if not closed:
            with pytest.raises(Mistake, match="quotation mark that is never closed"):
                read(file, text, keep=["a", "b"])
            return
        customers = read(file, text, keep=["a", "b"])
    good = [(line, *cells) for line, cells in rows[1:] if len(cells) == 2]
    found = zip(customers.line.tolist(), customers.kept["a"], customers.kept["b"], strict=True)
    assert list(found) == good
    assert [row.line for row in customers.quarantined] == [line for line, cells in rows[1:] if len(cells) != 2]


@given(cell=some.text(alphabet="+.eE0159_x", max_size=7))
@SAME_FOLDER
def test_what_a_plain_cell_is_worth_does_not_depend_on_its_neighbours(file: Path, cell: str) -> None:
    mapping = {"anything": {"column": "a", "missing": "draw"}}
    alone = read(file, f"a,b\n0,0\n{cell},1\n", mapping)
    among = read(file, f"a,b\n0,0\nunreadable,0\n{cell},1\n", mapping)
    assert np.array_equal(alone.columns["anything"], among.columns["anything"], equal_nan=True)
    assert among.rows - len(among.quarantined) == alone.rows - len(alone.quarantined)


# ---- round trips


QUOTING = [csv.QUOTE_ALL, csv.QUOTE_MINIMAL]
NUMBERS = some.lists(some.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30)


@given(numbers=NUMBERS, gaps=some.sets(some.integers(0, 29)), quoting=some.sampled_from(QUOTING))
@SAME_FOLDER
def test_numbers_written_to_csv_or_parquet_come_back_identical(
    tmp_path: Path, numbers: list[float], gaps: set[int], quoting: Any
) -> None:
    given_numbers = [None if place in gaps else number for place, number in enumerate(numbers)]
    text = io.StringIO()
    rows = [("" if number is None else repr(number), "x") for number in given_numbers]
    csv.writer(text, quoting=quoting).writerows([("a", "b"), *rows])
    (tmp_path / "c.csv").write_text(text.getvalue(), newline="")
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(text.getvalue().encode()))
    parquet.write_table(arrow.table({"a": arrow.array(given_numbers, arrow.float64())}), tmp_path / "c.parquet")
    expected = np.array([np.nan if number is None else number for number in given_numbers])
    for name in ("c.csv", "c.csv.gz", "c.parquet"):
        mapping = mapped({"anything": {"column": "a", "missing": "draw"}})
        customers = read_customers(tmp_path / name, mapping, TARGETS)
        assert np.array_equal(customers.columns["anything"], expected, equal_nan=True)
        assert customers.line.tolist() == [row + (name != "c.parquet") for row in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16", "utf-16-le", "cp1252"])
def test_text_comes_back_in_whatever_encoding_it_was_written(file: Path, encoding: str) -> None:
    text = '"größe",b\n1,é\n2,"ü\nß"\n'
    customers = read(file, text.encode(encoding), {"tenure": {"column": "größe"}}, keep=["b"], encoding=encoding)
    assert customers.kept["b"].tolist() == ["é", "ü\nß"]


def test_a_byte_order_mark_is_no_part_of_the_first_columns_name(file: Path) -> None:
    assert read(file, b"\xef\xbb\xbfa,b\n1,2\n", {"tenure": {"column": "a"}}).rows == 1


# ---- Parquet


def read_table(path: Path, table: Any, columns: dict[str, Any] | None = None, **more: Any) -> Customers:
    parquet.write_table(table, path)
    return read_customers(path, mapped(columns, **more), TARGETS)


def test_parquet_columns_keep_their_kinds(tmp_path: Path) -> None:
    table = arrow.table(
        {
            "weeks": arrow.array([1, 2, None], arrow.int16()),
            "angry": arrow.array([True, False, True]),
            "plan": arrow.array(["a", "b", "a"]).dictionary_encode(),
            "spend": arrow.array([1, 2, 3], arrow.int64()).cast(arrow.decimal128(21, 2)),
        }
    )
    columns = {
        "tenure": {"column": "weeks"},
        "grievance": {"column": "angry", "values": {True: 1, False: 0}},
        "spend": {"column": "spend"},
    }
    segments = {"column": "plan", "values": {"a": "basic", "b": "gold"}}
    customers = read_table(tmp_path / "c.parquet", table, columns, segments=segments, keep=["weeks", "plan"])
    missing = Quarantined(3, "tenure: 'weeks' is missing", "weeks: ; angry: True; spend: 3.00; plan: a")
    assert customers.quarantined == [missing]
    assert {name: values.tolist() for name, values in customers.columns.items()} == {
        "tenure": [1, 2], "grievance": [1, 0], "spend": [1, 2],
    }  # fmt: skip
    assert customers.segment is not None
    assert customers.segment.tolist() == ["basic", "gold"]
    assert customers.kept["plan"].tolist() == ["a", "b"]
    assert customers.kept["weeks"].tolist() == [1, 2]


def test_parquet_rows_are_numbered_from_one_over_all_row_groups(tmp_path: Path) -> None:
    weeks = np.zeros(200_000)
    weeks[[7, 150_000]] = np.nan, -1
    parquet.write_table(arrow.table({"weeks": weeks}), tmp_path / "c.parquet", row_group_size=30_000)
    customers = read_customers(tmp_path / "c.parquet", mapped({"tenure": {"column": "weeks"}}), TARGETS)
    assert [row.line for row in customers.quarantined] == [8, 150_001]
    assert customers.line.size == 199_998


def test_parquet_without_a_mapped_column_still_counts_its_rows(tmp_path: Path) -> None:
    assert read_table(tmp_path / "c.parquet", arrow.table({"a": [1, 2, 3]})).rows == 3


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (arrow.table({"a": [[1], [2]]}), "column 'a' holds list.*one number or text in each cell"),
        (arrow.table([[1], [2]], names=["a", " a "]), "columns 1 and 2 are both named 'a'"),
        (arrow.table({"b": [1]}), "has no column 'a'; its columns are b"),
        (arrow.table({"a": arrow.array([], arrow.int64())}), "not one row"),
    ],
)
def test_a_parquet_file_that_does_not_serve_is_refused(tmp_path: Path, table: Any, words: str) -> None:
    with pytest.raises(Mistake, match=words):
        read_table(tmp_path / "c.parquet", table, {"tenure": {"column": "a"}})


def test_damaged_parquet_and_an_encoding_for_parquet_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.parquet"
    parquet.write_table(arrow.table({"a": np.arange(50_000.0)}), path, compression="none")
    with pytest.raises(Mistake, match="remove 'encoding: latin-1'"):
        read_customers(path, mapped(encoding="latin-1"), TARGETS)
    whole = path.read_bytes()
    for bytes_ in (b"not parquet at all", whole[: len(whole) // 2], b"PAR1" + bytes(300) + whole[304:]):
        path.write_bytes(bytes_)
        with pytest.raises(Mistake, match=r"c\.parquet is damaged, or is no Parquet file .*download it again"):
            read_customers(path, mapped({"tenure": {"column": "a"}}), TARGETS)
