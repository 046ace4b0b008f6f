"""What the reading of customer files promises: right numbers, nothing guessed, nothing dropped in silence."""

from __future__ import annotations

import csv
import hashlib
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from customer_files import IRANIAN, TARGETS, read, reasons

from sim.data.customer_file import (
    CustomerFileMapping,
    Quarantined,
    read_customers,
    write_quarantine,
)
from sim.errors import Mistake


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "customers.csv"


# ---- the shipped file


def iranian() -> CustomerFileMapping:
    columns = {
        "tenure": {"column": "Subscription  Length", "unit": "months"},
        "spend": {"column": "Customer Value", "multiply": 0.02, "add": 1.0},
        "failure_exposure": {"column": "Call  Failure", "divide_by": "Frequency of use", "missing": "draw"},
        "grievance": {"column": "Complains", "values": {0: 0.0, 1: 0.8}},
        "contract_weeks_left": {"column": "Tariff Plan", "values": {1: 0, 2: 52}},
    }
    segments = {"column": "Tariff Plan", "values": {1: "pay_as_you_go", 2: "contract"}}
    return CustomerFileMapping(file="iranian", columns=columns, segments=segments, keep=["Complains", "Churn"])


def test_every_row_of_the_iranian_file_is_a_customer() -> None:
    customers = read_customers(IRANIAN, iranian(), TARGETS)
    assert (customers.rows, customers.quarantined) == (3150, [])
    assert customers.line.tolist() == list(range(2, 3152))
    assert np.isnan(customers.columns["failure_exposure"]).sum() == 154
    assert not any(np.isnan(values).any() for name, values in customers.columns.items() if name != "failure_exposure")
    assert customers.sha256 == hashlib.sha256(IRANIAN.read_bytes()).hexdigest()


def test_the_iranian_file_agrees_with_the_standard_library() -> None:
    customers = read_customers(IRANIAN, iranian(), TARGETS)
    with IRANIAN.open(newline="") as text:
        rows = list(csv.DictReader(text))
    assert customers.kept["Churn"].tolist() == [row["Churn"] for row in rows]
    assert customers.columns["spend"].tolist() == [float(row["Customer Value"]) * 0.02 + 1.0 for row in rows]
    assert customers.columns["tenure"][0] == pytest.approx(38 * 30.4375 / 7)
    plans = {"1": "pay_as_you_go", "2": "contract"}
    assert customers.segment is not None
    assert customers.segment.tolist() == [plans[row["Tariff Plan"]] for row in rows]


# ---- the mapping's arithmetic


def test_the_arithmetic_is_divide_multiply_add_hold_and_then_the_unit(file: Path) -> None:
    column = {"column": "a", "divide_by": "b", "multiply": 3, "add": 1, "hold_between": [0, 10], "unit": "years"}
    customers = read(file, "a,b\n8,4\n80,4\n-80,4\n", {"tenure": column})
    assert customers.columns["tenure"] == pytest.approx(np.array([7, 10, 0]) * 365.25 / 7)


@pytest.mark.parametrize("cell", ["1", "1.0", " 1 ", "1.00", '"1"', "+1", "1e0"])
@pytest.mark.parametrize("key", [1, 1.0, "1", " 1.0"])
def test_a_category_is_the_same_however_its_number_is_written(file: Path, cell: str, key: Any) -> None:
    customers = read(file, f"a,b\n{cell},x\n", {"grievance": {"column": "a", "values": {key: 0.5, "no": 0.1}}})
    assert customers.columns["grievance"].tolist() == [0.5]


def test_categories_may_be_words_true_and_false_or_empty(file: Path) -> None:
    values = {"very  angry": 1.0, True: 0.6, "": 0.2, "NA": 0.1}
    customers = read(file, 'a,b\nvery angry,\nTRUE,\n"",\nNA,\n', {"grievance": {"column": "a", "values": values}})
    assert customers.columns["grievance"].tolist() == [1.0, 0.6, 0.2, 0.1]


def test_segments_are_named_by_the_file_when_the_mapping_has_no_names(file: Path) -> None:
    customers = read(file, "a,b\ngold ,1\n,2\nbasic,3\n", segments={"column": "a"})
    assert customers.segment is not None
    assert customers.segment.tolist() == ["gold", "basic"]
    assert reasons(customers) == [(3, "segments: 'a' is missing")]


def test_a_whole_trait_takes_the_nearest_week_of_converted_months_only(file: Path) -> None:
    months = read(file, "a\n12\n1\n", {"contract_weeks_left": {"column": "a", "unit": "months"}})
    assert months.columns["contract_weeks_left"].tolist() == [52, 4]
    weeks = read(file, "a\n12\n1.5\n0.1\n", {"contract_weeks_left": {"column": "a", "multiply": 30}})
    assert weeks.columns["contract_weeks_left"].tolist() == [360, 45, 3]
    weeks = read(file, "a\n12\n1.5\n", {"contract_weeks_left": {"column": "a"}})
    assert reasons(weeks) == [(3, "contract_weeks_left is not a whole number (week)")]


def test_kept_columns_are_untouched(file: Path) -> None:
    customers = read(file, 'a,b  c\n1," 07 "\nx,lost\n2,NA\n', {"tenure": {"column": "a"}}, keep=["b c", "a"])
    assert customers.kept["b c"].tolist() == [" 07 ", "NA"]
    assert customers.kept["a"].tolist() == ["1", "2"]


# ---- rows that cannot be used


@pytest.mark.parametrize("cell", ["", "  ", "NA", "n/a", "null", '""', "-", "NaN", "unknown"])
def test_a_missing_value_is_refused_or_drawn_as_the_mapping_says(file: Path, cell: str) -> None:
    text = f"a,b\n1,x\n{cell},x\n"
    refused = read(file, text, {"tenure": {"column": "a"}})
    assert reasons(refused) == [(3, "tenure: 'a' is missing")]
    drawn = read(file, text, {"tenure": {"column": "a", "missing": "draw"}})
    assert drawn.quarantined == []
    assert np.array_equal(drawn.columns["tenure"], [1, np.nan], equal_nan=True)


def test_a_quotient_by_zero_or_by_nothing_is_a_missing_value(file: Path) -> None:
    text = "a,b\n1,2\n0,0\n3,0\n4,\n,5\n"
    column = {"column": "a", "divide_by": "b"}
    drawn = read(file, text, {"failure_exposure": column | {"missing": "draw"}}).columns["failure_exposure"]
    assert np.array_equal(drawn, [0.5, np.nan, np.nan, np.nan, np.nan], equal_nan=True)
    refused = read(file, text, {"failure_exposure": column})
    words = "failure_exposure: 'a' is missing, or 'b' is missing or 0"
    assert reasons(refused) == [(line, words) for line in (3, 4, 5, 6)]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("many", "tenure: 'a' is not a finite number"),
        ("1_0", "tenure: 'a' is not a finite number"),
        ("inf", "tenure: 'a' is not a finite number"),
        ("-Infinity", "tenure: 'a' is not a finite number"),
        ("1e999", "tenure: 'a' is not a finite number"),
        ("1e300", "tenure grows beyond the largest number by the mapping's arithmetic"),
        ("-1", "tenure lies outside 0 .. 5200 week"),
        ("5201", "tenure lies outside 0 .. 5200 week"),
        ("1,2", "the row has 3 cells where the header has 2"),
    ],
)
def test_a_row_that_cannot_be_used_is_listed_with_its_reason(file: Path, cell: str, reason: str) -> None:
    multiply = 1e10 if cell == "1e300" else 1
    text = f"a,b\n1e-9,x\n{cell},ü\n2e-9,y\n"
    customers = read(file, text, {"tenure": {"column": "a", "multiply": multiply, "missing": "draw"}})
    assert customers.quarantined == [Quarantined(3, reason, f"{cell},ü")]
    assert customers.rows == 3
    assert customers.line.tolist() == [2, 4]
    assert customers.columns["tenure"].tolist() == [1e-9 * multiply, 2e-9 * multiply]


def test_a_row_short_of_cells_and_an_unlisted_category_are_listed(file: Path) -> None:
    mapping = {"grievance": {"column": "a", "values": {"yes": 1}}}
    customers = read(file, "a,b\nyes,1\nyes\nmaybe,2\n,3\n", mapping)
    assert reasons(customers) == [
        (3, "the row has 1 cells where the header has 2"),
        (4, "grievance: 'a' holds a category that 'values' does not list"),
        (5, "grievance: 'a' is missing"),
    ]


def test_a_row_is_listed_once_with_the_first_fault_in_the_mappings_order(file: Path) -> None:
    customers = read(file, "a,b\n1,1\n-1,x\n", {"spend": {"column": "b"}, "tenure": {"column": "a"}})
    assert reasons(customers) == [(3, "spend: 'b' is not a finite number")]


def test_too_many_unusable_rows_are_refused_with_count_reasons_examples_and_remedy(file: Path) -> None:
    text = "a,b\n" + "1,1\n" * 94 + "x,1\n" * 3 + "-1,2\n" * 2 + "9\n"
    assert len(read(file, text, {"tenure": {"column": "a"}}, allowed=0.06).quarantined) == 6
    with pytest.raises(Mistake) as refusal:
        read(file, text, {"tenure": {"column": "a"}}, allowed=0.05)
    words = str(refusal.value)
    assert "6 of 100 rows (6 %) cannot be used, more than the 5 % of bad_rows_allowed" in words
    assert "3 × tenure: 'a' is not a finite number; for example line 96: x,1" in words
    assert "2 × tenure lies outside 0 .. 5200 week; for example line 99: -1,2" in words
    assert "1 × the row has 1 cells where the header has 2; for example line 101: 9" in words
    assert "raise bad_rows_allowed" in words
    assert words.index("3 ×") < words.index("2 ×") < words.index("1 ×")


def test_a_file_without_a_usable_row_is_refused_whatever_is_allowed(file: Path) -> None:
    with pytest.raises(Mistake, match="not one row of customers"):
        read(file, "a,b\n\n\n", {"tenure": {"column": "a"}})
    with pytest.raises(Mistake, match="2 of 2 rows .* no customer is left"):
        read(file, "a,b\nx,\ny,\n", {"tenure": {"column": "a"}})


def test_the_quarantine_file_gives_back_what_was_quarantined(tmp_path: Path) -> None:
    rows = [Quarantined(3, "not, a number", 'x,"two\nlines",ü'), Quarantined(9, "short", "")]
    write_quarantine(tmp_path / "bad.csv", rows)
    with (tmp_path / "bad.csv").open(newline="", encoding="utf-8") as text:
        header, *written = csv.reader(text)
    assert header == ["line", "reason", "row"]
    assert [Quarantined(int(line), reason, row) for line, reason, row in written] == rows


# ---- size


def many(path: Path, rows: int) -> None:
    header, *lines = IRANIAN.read_text().splitlines()
    times = -(-rows // len(lines))
    path.write_text("\n".join([header, *(lines * times)[:rows]]) + "\n")


def check_many(path: Path, rows: int) -> float:
    """Read a long file with one unreadable cell near its end; seconds of the processor for each row."""
    many(path, rows)
    with path.open("a") as text:
        text.write("x" + ",1" * 13 + "\n" + ",".join(["1"] * 14) + "\n")
    begin = time.process_time()
    customers = read_customers(path, iranian(), TARGETS)
    seconds = time.process_time() - begin
    assert reasons(customers) == [(rows + 2, "failure_exposure: 'Call Failure' is not a finite number")]
    assert customers.line[-1] == rows + 3
    assert customers.line.size == rows + 1
    return seconds / rows


def test_fifty_thousand_rows_are_read(file: Path) -> None:
    check_many(file, 50_000)


@pytest.mark.heavy
def test_a_row_of_a_million_takes_no_longer_than_one_of_fifty_thousand(file: Path) -> None:
    few = min(check_many(file, 50_000) for _ in range(3))
    assert check_many(file, 1_000_000) < 2 * few
