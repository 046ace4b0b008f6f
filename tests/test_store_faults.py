"""The machine refuses, or is gone, at any deed of the store: it opens again, nothing finished is lost, and the reason is told."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from faults import Act, deeds, fault, lack_memory, refuse
from questions import small

from sim import run
from sim.errors import Mistake
from sim.experiments import blocks
from sim.experiments.querying import query
from sim.experiments.store import Store
from sim.runs.result import Result

ACTS: dict[str, tuple[Act, str]] = {
    "a full disk": (refuse(errno.ENOSPC), "no room left for results"),
    "a broken disk": (refuse(errno.EIO), "Input/output error"),
    "too many open files": (refuse(errno.EMFILE), "Too many open files"),
    "a disk that can only be read": (refuse(errno.EROFS), "Read-only file system"),
    "no memory": (lack_memory, "no memory left"),
}
"""What may happen, and the words that tell it."""
ROWS = "SELECT * EXCLUDE (repeat) FROM {} ORDER BY ALL"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[Result]:
    """Three blocks of replications."""
    base = small(tmp_path_factory.mktemp("base")).base
    return [run(base, 1, first=first) for first in range(3)]


def work(folder: Path, results: Sequence[Result], kept: list[str]) -> None:
    """All that a store does: it is begun, keeps and gathers, and makes one part of many. ``kept``: blocks put down so far."""
    store = Store(folder / "store")
    for result in results:
        store.keep(result)
        kept.append(blocks.finished(result).name)
        if len(kept) % 3 != 1:
            store.gather()
    store.compact()


def contents(folder: Path) -> list[list[tuple[object, ...]]]:
    return [query(ROWS.format(name), folder).rows for name in ("replications",)] + [
        query(f"SELECT * FROM {name} ORDER BY ALL", folder).rows for name in ("weekly", "scenarios")
    ]


def holds(folder: Path) -> set[str]:
    """The blocks that a store has, gathered or not."""
    store = Store(folder / "store", lambda sentence: pytest.fail(sentence))
    store.gather()
    return {name for part in store.sound() for name in part.names}


def mended(folder: Path, results: Sequence[Result], kept: Sequence[str], whole: object) -> None:
    """The store opens, holds what was put down, and holds everything once the work is done again."""
    assert set(kept) <= holds(folder)
    work(folder, results, [])
    assert contents(folder) == whole


def try_acts(place: Path, results: Sequence[Result], every: int) -> None:
    """Each act at every ``every``-th deed, each act beginning with another."""
    done = deeds(place, lambda: work(place / "whole", results, []))
    assert len(done) > 20
    whole = contents(place / "whole")
    for turn, (act, words) in enumerate(ACTS.values()):
        for at in range(1 + turn % every, len(done) + 1, every):
            folder, kept = place / f"{turn}-{at}", []
            with fault(place, at, act):
                try:
                    work(folder, results, kept)
                except Mistake as mistake:
                    assert words in str(mistake), (done[at - 1], str(mistake))
                    assert act is ACTS["a full disk"][0] or "no room" not in str(mistake)
            mended(folder, results, kept, whole)
            shutil.rmtree(folder)


def test_a_refusal_at_a_deed_of_the_store_loses_nothing_and_is_told_as_what_it_is(
    tmp_path: Path, results: list[Result]
) -> None:
    try_acts(tmp_path, results, 11)


@pytest.mark.heavy
def test_a_refusal_at_any_deed_of_the_store_loses_nothing(tmp_path: Path, results: list[Result]) -> None:
    try_acts(tmp_path, results, 1)


KILLED = """
import os, sys
from pathlib import Path
sys.path[:0] = [TESTS]
from faults import fault, kill
from questions import small
from test_store_faults import work
from sim import run
place, ats = Path(sys.argv[1]), map(int, sys.argv[2:])
base = small(place).base
results = [run(base, 1, first=first) for first in range(3)]
for at in ats:
    child = os.fork()
    if not child:
        with fault(place / str(at), at, kill):
            work(place / str(at), results, [])
        os._exit(0)
    os.waitpid(child, 0)
"""


def test_a_kill_at_any_deed_of_the_store_loses_nothing(tmp_path: Path, results: list[Result]) -> None:
    done = deeds(tmp_path, lambda: work(tmp_path / "whole", results, []))
    whole, ats = contents(tmp_path / "whole"), range(1, len(done) + 1, 3)
    program = KILLED.replace("TESTS", repr(str(Path(__file__).parent)))
    words = [sys.executable, "-c", program, str(tmp_path), *map(str, ats)]
    subprocess.run(words, check=True, timeout=600, env=os.environ | {"NUMBA_NUM_THREADS": "1"})
    for at in ats:
        if not (tmp_path / str(at)).exists():  # killed before it made anything
            continue
        blocks_left = [path.stem for path in (tmp_path / str(at) / "store" / "blocks").glob("*.block")]
        mended(tmp_path / str(at), results, blocks_left, whole)
