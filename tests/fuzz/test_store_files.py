"""Whatever lies in a store under one of its names is read as what it is, or told as damaged: no traceback, no wrong row."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st
from questions import small

from fuzz.hammer import Check, hammer, kept
from sim import run
from sim.experiments import blocks, store_parts
from sim.experiments.querying import STORE, query
from sim.experiments.store import MARK, Store
from sim.system.digests import Damaged

KIND = "store_files"
NAMES = (MARK, "blocks/0123.block", "part.json", "replications.parquet", "weekly.parquet", "scenarios.parquet")
"""Of an input the first byte says which file it is, modulo their number; the others are its contents."""


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Check]:
    """Put an input into a sound store, and look at everything."""
    folder = tmp_path_factory.mktemp("sound")
    Store(folder / STORE).keep(run(small(folder).base, 2))
    whole = query(WORDS, folder).rows
    sound = {p.relative_to(folder): p.read_bytes() for p in (folder / STORE).rglob("*") if p.is_file()}

    def put(data: bytes) -> None:
        with tempfile.TemporaryDirectory() as place:
            told: list[str] = []
            lay(Path(place), sound, data)
            rows = query(WORDS, place, told.append).rows
            assert rows == whole or any("damaged" in sentence for sentence in told), told

    yield put


WORDS = "SELECT count(*), sum(profit) FROM weekly"


def lay(place: Path, sound: dict[Path, bytes], data: bytes) -> None:
    """A store in which one file has these contents."""
    name = NAMES[(data[0] if data else 0) % len(NAMES)]
    for path, contents in sound.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(data[1:] if path.name == name else contents)
    (place / STORE / "blocks").mkdir(exist_ok=True)
    if name.startswith("blocks"):
        (place / STORE / name).write_bytes(data[1:])


def inputs() -> st.SearchStrategy[bytes]:
    """Bytes as they come, and the beginnings that make a reader go on."""
    heads = [b"", b"PK\x03\x04", b"PAR1", b"{", b'{"store": "loyalty-sim", "format": ', b"loyalty block "]
    pieces = st.integers(0, 255), st.sampled_from(heads), st.binary(max_size=200)
    return st.builds(lambda number, head, rest: bytes([number]) + head + rest, *pieces)


@pytest.mark.heavy
def test_many_strange_files(check: Check) -> None:
    assert hammer(KIND, inputs(), check) > 20


def test_strange_files_that_once_did_harm(check: Check) -> None:
    for path in kept(KIND):
        check(path.read_bytes())


STRANGE = [b"", b"PK\x03\x04" + bytes(40), b"loyalty block " + b"0" * 64 + b"\n", b"[" * 100_000, b"\xff" * 50]


@pytest.mark.parametrize("number", range(len(NAMES)), ids=NAMES)
def test_a_strange_file_is_told(check: Check, number: int) -> None:
    for contents in STRANGE:
        check(bytes([number]) + contents)


def test_a_block_that_is_another_zip_is_damaged(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "0123.block", "w") as file:
        file.writestr("told.npy", b"nothing")
    with pytest.raises(Damaged):
        blocks.read(tmp_path / "0123.block")
    with pytest.raises(Damaged):
        store_parts.read(tmp_path)
