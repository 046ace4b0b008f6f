"""A customer file or a mapping that cannot be used is refused, with the place and a remedy."""

from __future__ import annotations

import gzip
import math
import os
from pathlib import Path
from typing import Any

import pytest
from customer_files import TARGETS, mapped, read
from pydantic import ValidationError

from sim.data.customer_file import (
    ColumnMapping,
    CustomerFileMapping,
    read_customers,
)
from sim.errors import Mistake


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "customers.csv"


# ---- files that cannot be read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "is empty; name a file with a header"),
        (b"\n \n\r\n", "empty but for white space"),
        (b"a,b\n1,2\n3,\x004\n", "line 3: there is a NUL byte.*save it again"),
        (b"a\x00,b\n1,2\n", "line 1: there is a NUL byte"),
        (b'a,b\n1,"2\n"\n3,"\x00"\n', "line 4: there is a NUL byte"),
        ("a,b\n1,2\n".encode("utf-16-le"), "line 1: there is a NUL byte.*write encoding: utf-16"),
        ("a,b\n1,é\n".encode("utf-16"), "byte 0 of the file is not utf-8.*write encoding: utf-16"),
        (b"a,b\n1,x\n2,\xe9\n", "line 3: byte 10 of the file is not utf-8.*write encoding: latin-1"),
        (b"a,b\n1,x\n2,\xe9", "line 3: byte 10 of the file is not utf-8"),
        (b"a,\xe9\n1,2\n", "line 1: byte 2 of the file is not utf-8"),
        (b"a,b\n" + b"1,2\n" * 3_000_000 + b"\xff,2\n", "line 3000002: byte 12,000,004 of the file is not utf-8"),
        (b"a, b ,b\n1,2,3\n", "columns 2 and 3 are both named 'b'; rename one"),
        (b"Call  Failure,a,Call Failure\n", "columns 1 and 3 are both named 'Call Failure'"),
        (b'a,b\n1,2\n3,"4\n5,6\n', 'line 3: this row opens a quotation mark that is never closed'),
        (b'a,b\n1,2\n3,"4\n' + b"5,6\n" * 100_000, 'line 3: this row opens a quotation mark that is never closed'),
        (b'a,"b\n1,2\n', 'line 1: this row opens a quotation mark that is never closed'),
    ],
)  # fmt: skip
def test_text_that_cannot_be_read_is_refused_with_place_and_remedy(file: Path, text: bytes, words: str) -> None:
    with pytest.raises(Mistake, match="(?s)" + words) as refusal:
        read(file, text, {"tenure": {"column": "a"}}, encoding="utf-8")
    assert str(file) in str(refusal.value)


def test_a_file_that_is_not_there_or_not_of_a_known_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("a\n1\n")
    (tmp_path / "customers.xlsx").write_text("a\n1\n")
    (tmp_path / "customers.pdf").write_text("a\n1\n")
    (tmp_path / "folder.csv").mkdir()
    refused = {
        "custmers.csv": "no such file.*did you mean 'customers.csv'",
        "nowhere/z.csv": "no such file; check its name and folder",
        "customers.xlsx": "is damaged, or is no Excel file",
        "customers.pdf": "ending in .csv, .csv.gz, .tsv, .txt, .xlsx, .xlsm, .parquet, .duckdb",
        "folder.csv": "is a folder",
    }
    for name, words in refused.items():
        with pytest.raises(Mistake, match=words):
            read_customers(tmp_path / name, mapped(), TARGETS)


def test_an_unknown_encoding_is_refused(file: Path) -> None:
    for encoding in ("utf-9", "base64"):
        with pytest.raises(Mistake, match=f"'{encoding}' is no text encoding; write for example utf-8"):
            read(file, "a\n1\n", encoding=encoding)


def test_a_damaged_gzip_file_is_refused(tmp_path: Path) -> None:
    text = "a,b\n" + "".join(f"{number},x\n" for number in range(20_000))
    packed = gzip.compress(text.encode())
    for bytes_ in (b"a,b\n1,2\n", packed[: len(packed) // 2], packed[:1000] + b"?" * 500 + packed[1500:]):
        with pytest.raises(Mistake, match=r"damaged, or is no gzip file|not utf-8"):
            read(tmp_path / "c.csv.gz", bytes_, {"anything": {"column": "a"}})


# ---- mappings that do not fit


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"tenur": {"column": "a"}}, "no trait or initial state 'tenur' – did you mean 'tenure'"),
        ({"zzz": {"column": "a"}}, "no trait or initial state 'zzz'; there are tenure, spend"),
        ({"tenure": {"column": "Call Failur"}}, "columns: tenure: the file has no column 'Call Failur' – did you mean"),
        ({"tenure": {"column": "zzz"}}, "the file has no column 'zzz'; its columns are a, Call Failure"),
        ({"tenure": {"column": "a", "divide_by": "c"}}, "tenure: divide_by: the file has no column 'c'"),
        ({"tenure": {"column": "a", "unit": "monts"}}, "'monts' is no unit that converts to week – did you mean"),
        ({"tenure": {"column": "a", "unit": "percent"}}, "percent does not convert to week; give a unit of"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(file: Path, columns: dict[str, Any], words: str) -> None:
    with pytest.raises(Mistake, match=words):
        read(file, "a,Call  Failure\n1,2\n", columns)


def test_segments_and_kept_columns_must_be_in_the_file_too(file: Path) -> None:
    with pytest.raises(Mistake, match="segments: the file has no column 'plan'"):
        read(file, "a\n1\n", segments={"column": "plan"})
    with pytest.raises(Mistake, match="keep: the file has no column 'plan'"):
        read(file, "a\n1\n", keep=["plan"])


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_cells_are_apart_by_whatever_gives_the_columns_that_are_named(file: Path, mark: str) -> None:
    text = "tenure,spend in EUR, net;note\n1;2,5;a,b\n".replace(";", mark).replace("tenure,", f"tenure{mark}")
    customers = read(file, text.replace("1;", "1;", 1), {"tenure": {"column": "tenure"}})
    assert customers.columns["tenure"].tolist() == [1]


def test_a_unit_in_the_targets_own_words_is_fine_even_if_it_converts_to_nothing(file: Path) -> None:
    customers = read(file, "a\n3\n", {"spend": {"column": "a", "unit": "currency per  week"}})
    assert customers.columns["spend"].tolist() == [3]


@pytest.mark.parametrize(
    ("trait", "name", "remedy"),
    [
        ("spend", "Umsatz/Monat", "write unit: currency per month, or unit: currency per week"),
        ("tenure", "age in years", "write unit: year, or unit: week"),
    ],
)
def test_a_name_that_speaks_of_another_period_is_not_taken_as_weeks(
    file: Path, trait: str, name: str, remedy: str
) -> None:
    with pytest.raises(Mistake, match=remedy):
        read(file, f"{name}\n3\n", {trait: {"column": name}})
    weekly = read(file, f"{name}\n3\n", {trait: {"column": name, "unit": TARGETS[trait].unit}})
    assert weekly.columns[trait].tolist() == [3]
    assert read(file, f"{name}\n3\n", {trait: {"column": name, "multiply": 2}}).columns[trait].tolist() == [6]


@pytest.mark.parametrize(
    "settings_",
    [
        {"column": 3},
        {"column": "a", "colour": 1},
        {"column": "a", "multiply": "2"},
        {"column": "a", "add": math.inf},
        {"column": "a", "missing": "guess"},
        {"column": "a", "hold_between": [2, 1]},
        {"column": "a", "hold_between": [1]},
        {"column": "a", "values": {1: 0, "1.0": 1}},
        {"column": "a", "values": {1: "0"}},
    ],
)
def test_a_mapping_is_strict_about_its_words_and_kinds(settings_: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ColumnMapping(**settings_)


def test_a_mapping_is_frozen_takes_whole_numbers_and_a_share() -> None:
    column = ColumnMapping(column="a", multiply=2, hold_between=[0, 1])  # type: ignore[arg-type]
    assert (column.multiply, column.hold_between) == (2.0, (0.0, 1.0))
    with pytest.raises(ValidationError):
        column.add = 2.0  # type: ignore[misc]
    with pytest.raises(ValidationError):
        CustomerFileMapping(file="x", bad_rows_allowed=5)


# ---- files that are no tables


def test_a_gzip_file_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.csv.gz"
    with gzip.open(path, "wb", 1) as file:
        file.write(b"a,b\n")
        for _ in range(40):
            file.write((b"1," + b"x" * 997 + b"\n") * 4_000)
    with pytest.raises(Mistake, match="unpacks to more than 25 times its size"):
        read_customers(path, mapped({"tenure": {"column": "a"}}), TARGETS)


def test_gzip_files_one_after_the_other_are_read_as_one(tmp_path: Path) -> None:
    packed = gzip.compress(b"a\n1\n") + gzip.compress(b"2\n")
    assert read(tmp_path / "c.csv.gz", packed, {"tenure": {"column": "a"}}).columns["tenure"].tolist() == [1, 2]


def test_what_is_no_ordinary_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    (tmp_path / "round.csv").symlink_to("round.csv")
    for name, words in (
        ("pipe", "is no ordinary file"),
        ("zero", "is no ordinary file"),
        ("round", "no such file|cannot be read"),
    ):
        with pytest.raises(Mistake, match=words):
            read_customers(tmp_path / f"{name}.csv", mapped(), TARGETS)


def test_a_long_cell_is_a_cell_and_a_row_without_end_is_told(file: Path) -> None:
    long = "x" * 200_000
    found = read(file, f'a,b\n1,"{long}"\n2,{long}\n', {"tenure": {"column": "a"}}, keep=["b"])
    assert [len(cell) for cell in found.kept["b"]] == [200_000, 200_000]
    with pytest.raises(Mistake, match="line 2: this row is longer than 10,000,000 characters"):
        read(file, "a,b\n1," + "x" * 30_000_000 + "\n", {"tenure": {"column": "a"}})
    with pytest.raises(Mistake, match="there are 20,000 columns, but at most 16,384 are read"):
        read(file, ",".join(f"c{n}" for n in range(20_000)) + "\n", {"tenure": {"column": "a"}})
