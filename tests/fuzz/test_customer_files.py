"""Whatever a customer file holds: a sentence or customers, and every row is one of these or set aside."""

from __future__ import annotations

import gzip
import io
import time
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest
from hypothesis import strategies as st

from fuzz.hammer import hammer, kept
from sim.data.customer_file import CustomerFileMapping, read_customers
from sim.errors import Mistake
from sim.scenario.customers import targets

KIND = "customer_files"
LONGEST = 20.0
"""Seconds that any file may take on a busy machine."""
ENDINGS = (".csv", ".csv.gz", ".parquet")
ENCODINGS = (
    "utf-8", "utf-16", "utf-32", "latin-1", "cp1252", "utf-7", "undefined", "punycode", "idna", "base64", "unicode_escape", "hz",
    "iso2022_kr", "cp037", "x", "", "utf-8\0", "\ud800",
)  # fmt: skip
COLUMN: dict[str, Any] = {"column": "a"}
MAPPINGS: tuple[dict[str, Any], ...] = (
    {"columns": {"tenure": COLUMN}},
    {"columns": {"spend": COLUMN | {"divide_by": "b", "missing": "draw"}}, "keep": ["a", "b"]},
    {"columns": {"tenure": COLUMN | {"values": {1: 3, "x": 4, "true": 5}}}, "segments": {"column": "b"}},
    {"segments": {"column": "a"}, "keep": ["b"], "id": "b"},
    {"columns": {"spend": COLUMN | {"multiply": 1e308, "add": 1e308, "hold_between": [0, 5]}}, "id": "a"},
    {"where": {"b": [1, "x"]}, "label": {"column": "a", "left": 1, "within": "1 year"}, "id": "a"},
    {"columns": {"tenure": COLUMN}, "as_of": "2024-01-01", "label": {"column": "b", "within": "3 months"}},
    {"rows": "ticket", "id": "a", "as_of": "2024-01-01"},
)
CELLS = (
    "1", "2.5", "", "x", "NA", "9" * 400, "1" * 20_000, "1" * 20_000 + "x", "1e308", "1e400", "nan", "-inf", '"', '""', '"5',
    "5\r",
    "\0", "\u0665", "\ufeff1", "\x1b[31m", "=1+1", ",", "\n", "x" * 140_000, "true", "2020-01-01", "\u202e", "\x85", "0x1",
)  # fmt: skip
TYPES = (
    arrow.int64(), arrow.uint64(), arrow.float16(), arrow.float64(), arrow.bool_(), arrow.string(), arrow.large_string(),
    arrow.binary(), arrow.date32(), arrow.date64(), arrow.timestamp("us"), arrow.timestamp("us", "Mars/Olympus"),
    arrow.timestamp("ms", "+99:99"), arrow.time64("us"), arrow.duration("s"), arrow.decimal128(30, 2), arrow.decimal256(60, 2),
    arrow.null(), arrow.list_(arrow.int64()), arrow.struct([("x", arrow.int64())]),
    arrow.dictionary(arrow.int32(), arrow.string()),
)  # fmt: skip
HEAD = 3
"""Bytes before the file's own: its ending, its encoding and its mapping, each by its place above."""


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """A CSV file of odd cells, encoded and packed or not."""
    rows = draw(st.lists(st.lists(st.sampled_from(CELLS) | st.text(max_size=5), max_size=3), max_size=6))
    text = "\n".join(["a,b", *(",".join(row) for row in rows)])
    data = text.encode(draw(st.sampled_from(["utf-8", "utf-16", "utf-16-le"])), "surrogatepass")
    return draw(
        st.sampled_from([data, draw(st.binary(max_size=100)), gzip.compress(data), gzip.compress(data)[:-4] + b"x"])
    )


@st.composite
def columns(draw: st.DrawFn, rows: int) -> Any:
    """A Parquet column of any kind: numbers as they lie in memory, so that impossible ones are among them."""
    kind = draw(st.sampled_from(TYPES))
    numbers = draw(st.lists(st.none() | st.integers(-(2**53), 2**53) | st.integers(0, 3), min_size=rows, max_size=rows))
    try:
        return arrow.array(numbers, arrow.int64()).cast(kind, safe=False)
    except arrow.ArrowException:
        return arrow.nulls(rows, kind)


@st.composite
def parquets(draw: st.DrawFn) -> bytes:
    """A Parquet file, whole or with some bytes changed."""
    rows, memory = draw(st.integers(0, 4)), io.BytesIO()
    table = arrow.table({"a": draw(columns(rows)), "b": draw(columns(rows))})
    try:
        parquet.write_table(table, memory)
    except arrow.ArrowException:  # a kind that Parquet does not hold
        parquet.write_table(table.select([]), memory)
    data = bytearray(memory.getvalue())
    for _ in range(draw(st.integers(0, 3))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    ending = draw(st.integers(0, len(ENDINGS) - 1))
    head = bytes((ending, draw(st.integers(0, len(ENCODINGS) - 1)), draw(st.integers(0, len(MAPPINGS) - 1))))
    own = parquets() if ENDINGS[ending] == ".parquet" else tables()
    return head + draw(own | tables())


def assert_met(data: bytes, folder: Path) -> None:
    ending, encoding, place = (data[:HEAD] + bytes(HEAD))[:HEAD]
    path = folder / f"customers{ENDINGS[ending % len(ENDINGS)]}"
    path.write_bytes(data[HEAD:])
    said = ENCODINGS[encoding % len(ENCODINGS)] if ending % len(ENDINGS) < 2 else "utf-8"
    mapping = CustomerFileMapping(file=path.name, bad_rows_allowed=1, encoding=said, **MAPPINGS[place % len(MAPPINGS)])
    begun = time.monotonic()
    try:
        found = read_customers(path, mapping, targets())
    except Mistake as mistake:
        str(mistake).encode()
    else:
        if mapping.rows == "customer":
            assert found.rows == len(found.line) + len(found.quarantined) + found.leavers
        assert len(found.line) > 0
        assert all(row.reason for row in found.quarantined)
    assert time.monotonic() - begun < LONGEST


@pytest.mark.parametrize("path", kept(KIND), ids=lambda path: path.name)
def test_files_that_once_failed_are_met(tmp_path: Path, path: Path) -> None:
    assert_met(path.read_bytes(), tmp_path)


@pytest.mark.parametrize("encoding", range(len(ENCODINGS)))
@pytest.mark.parametrize("text", ["a,b\n1,2\n", "a,b\n1,\\ud800\n+2AA-,\xe9\n"])
def test_every_encoding_is_read_or_refused(tmp_path: Path, encoding: int, text: str) -> None:
    for packed in (text.encode("utf-8"), text.encode("utf-16"), text.encode("latin-1")):
        for place in range(len(MAPPINGS)):
            assert_met(bytes((0, encoding, place)) + packed, tmp_path)


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_every_kind_of_parquet_column_is_read_or_refused(tmp_path: Path, kind: Any) -> None:
    """Among the numbers are some that are no date, no moment and no number that Python knows."""
    for number in (1, 2**53, -(2**53)):
        try:
            odd = arrow.array([number, None, 3]).cast(kind, safe=False)
        except arrow.ArrowException:
            odd = arrow.nulls(3, kind)
        for names in (("a", "b"), ("b", "a")):
            memory = io.BytesIO()
            try:
                parquet.write_table(arrow.table([odd, arrow.array(["x", None, "3"])], names=list(names)), memory)
            except arrow.ArrowException:
                continue
            for place in range(len(MAPPINGS)):
                assert_met(bytes((2, 0, place)) + memory.getvalue(), tmp_path)


@pytest.mark.heavy
def test_no_file_ends_in_a_fault(tmp_path: Path) -> None:
    assert hammer(KIND, files(), lambda data: assert_met(data, tmp_path)) > 100
