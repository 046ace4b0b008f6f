"""Where replications are run changes no number, and however many there are, memory does not grow."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
import pytest
from worlds import busy

from sim import Mistake, compare, run
from sim.runs import executor as execution
from sim.runs import weekly_counts
from sim.runs.executor import Block, Executor, block_size, executor
from sim.runs.measures import NAMES, measured, measured_weekly
from sim.runs.result import Gathering, Result, joined
from sim.runs.results import save
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import Scenario

COUNT = 50


@pytest.fixture(scope="module")
def whole() -> Result:
    return run(busy(), COUNT, 3, threads=1)


def in_blocks(place: Executor, size: int, replications: int = COUNT) -> Result:
    """The same run, cut into blocks of this size by hand."""
    scenario = busy()
    gathering = Gathering(scenario, 3, range(replications), place.ground(scenario).plan.founders)
    blocks = (Block(scenario, 3, at, min(size, replications - at)) for at in range(0, replications, size))
    for _, result in place.run(blocks):
        gathering.add(result)
    return gathering.result()


def same(one: Result, other: Result) -> bool:
    """Whether two results are equal in everything that is counted."""
    arrays = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("numbers", "tally", "stayed"))
    return arrays and one.digests == other.digests and one.founders == other.founders


@pytest.mark.parametrize("size", [1, 7, 50])
@pytest.mark.parametrize("threads", [1, 2])
def test_neither_blocks_nor_threads_change_a_bit(whole: Result, size: int, threads: int) -> None:
    with executor(threads=threads) as place:
        assert same(in_blocks(place, size), whole)


def test_each_block_is_handed_back_once_with_its_place() -> None:
    blocks = [Block(busy(weeks=2), seed, 5 * seed, seed) for seed in range(1, 9)]
    with executor(threads=2) as place:
        found = dict(place.run(blocks))
    assert sorted(found) == list(range(8))
    for at, block in enumerate(blocks):
        assert found[at].numbers.tolist() == list(range(block.first, block.first + block.count))
        assert found[at].digests == run(block.scenario, block.count, block.seed, first=block.first).digests


def test_workplaces_are_used_again_for_other_scenarios_without_a_trace(whole: Result) -> None:
    others = [busy(weeks=4), busy(market={"customers": 500}), busy(call_centre={"representatives": 9}), busy()]
    blocks = [Block(scenario, 3, first, 5) for first in range(0, 10, 5) for scenario in others]
    with executor(threads=1) as place:
        found = dict(place.run(blocks))
    for at, block in enumerate(blocks):
        assert found[at].digests == run(block.scenario, 5, 3, first=block.first, threads=1).digests
    assert found[3].digests + found[7].digests == whole.digests[:10]


def test_blocks_are_taken_up_a_few_at_a_time() -> None:
    taken = 0

    def endless() -> Iterator[Block]:
        nonlocal taken
        while True:
            taken += 1
            yield Block(busy(weeks=1), 1, taken, 1)

    with executor(threads=2) as place:
        found = place.run(endless())
        for _ in range(20):
            next(found)
        assert 20 <= taken <= 40
        found.close()  # type: ignore[attr-defined]
        assert next(iter(place.run([Block(busy(weeks=1), 1, 0, 1)])))[0] == 0  # and it can be used again


def test_stopped_it_hands_back_what_is_done(whole: Result) -> None:
    with executor(threads=2) as place:
        result = run(busy(), 100_000, 3, executor=place, progress=lambda _: place.stop("enough"))
        assert place.why_stopped == "enough"
    done = len(result.numbers)
    assert 0 < done < 10_000 and len(result.tally) == len(result.digests) == done
    again = run(busy(), int(result.numbers[-1]) + 1, 3)
    assert result.digests == tuple(again.digests[number] for number in result.numbers)
    assert np.array_equal(result.tally, again.tally[result.numbers])


def test_a_stopped_comparison_has_got_equally_far_with_every_policy() -> None:
    with executor(threads=2) as place:
        done = 0

        def progress(count: int) -> None:
            nonlocal done
            done += count
            if done > 1000:
                place.stop("enough")

        answer = compare([busy(), busy().with_(name="Other")], 50_000, executor=place, progress=progress)
    assert len(answer.numbers) > 300
    under_way = (2 * place.places + 2) * 50
    assert all(0 <= len(result.numbers) - len(answer.numbers) <= under_way for result in answer.results)


def test_no_thread_is_left_behind() -> None:
    before = set(threading.enumerate())
    run(busy(weeks=2), 8, threads=4)
    assert not set(threading.enumerate()) - before


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("threads and workers exclude each other", {"threads": 2, "workers": 2}),
        ("workers and cluster exclude each other", {"workers": 2, "cluster": "tcp://127.0.0.1:1"}),
        ("threads is 0, but must lie between 1 and 1024", {"threads": 0}),
        ("workers is 2000, but must lie between 1 and 1024", {"workers": 2000}),
    ],
)
def test_impossible_places_are_refused(words: str, asked: dict[str, object]) -> None:
    with pytest.raises(Mistake, match=words):
        executor(**asked)  # type: ignore[arg-type]


@pytest.mark.parametrize("people", [1, 7_000, 10_000_000])
@pytest.mark.parametrize("replications", [1, 3, 200, 10**6])
def test_blocks_are_never_empty_and_leave_something_for_everybody(people: int, replications: int) -> None:
    with executor(threads=4) as place:
        size = block_size(place, people, 104, replications)
        assert 1 <= size <= 50
        assert size == 1 or replications / size > 4 * place.places - 4


# ---- memory


def test_counts_in_a_file_are_as_those_in_memory(
    whole: Result, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(weekly_counts, "IN_MEMORY", 0)
    monkeypatch.setattr(weekly_counts, "PART", 20_000)  # one or two replications at a time
    filed = run(busy(), COUNT, 3)
    assert same(filed, whole) and filed.intervals == whole.intervals and filed.digest == whole.digest
    for name, values in measured(whole.tally, whole.founders).items():
        assert np.array_equal(filed.values[name], values, equal_nan=True), name
    for name, values in measured_weekly(whole.tally, whole.founders).items():
        assert np.array_equal(filed.by_week[name], values, equal_nan=True), name
    assert filed.weekly.equals(whole.weekly)
    table = parquet.read_table(save([filed], tmp_path) / "weekly.parquet").to_pandas()
    assert np.array_equal(table[list(NAMES)].to_numpy(), whole.weekly.to_numpy(), equal_nan=True)
    assert table["replication"].tolist() == whole.weekly.index.get_level_values("replication").tolist()
    assert same(pickle.loads(pickle.dumps(filed)), whole)


def test_rows_of_a_file_close_up_where_replications_are_missing(whole: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weekly_counts, "IN_MEMORY", 0)
    blocks = [run(busy(), 3, 3, first=first) for first in (30, 4, 12)]
    gathering = Gathering(blocks[0].scenario, 3, range(COUNT), blocks[0].founders)
    for block in blocks:
        gathering.add(block)
    found, rows = gathering.result(), [4, 5, 6, 12, 13, 14, 30, 31, 32]
    assert found.numbers.tolist() == rows
    assert np.array_equal(found.tally, whole.tally[rows])
    rest = run(busy(), 4, 3)
    assert joined(rest, found).numbers.tolist() == [0, 1, 2, 3, *rows]
    assert np.array_equal(joined(rest, found).tally, whole.tally[[0, 1, 2, 3, *rows]])


def test_no_space_for_the_counts_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "posix_fallocate", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(Mistake, match=r"need \d\.\d GB of space.*No space left on device.*TMPDIR"):
        weekly_counts.room(10_000, 104)


SMALL = "name: Small\nweeks: 104\nmarket: {customers: 40, prospects: 10}\nquality: {error_rate: 0.08}\n"
MEMORY = """
import gc, sys
from pathlib import Path
from sim.cli import main
def resident():
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20
sizes = []
for replications in sys.argv[1:]:
    sys.argv = ["loyalty", "run", "small.yaml", "--replications", replications, "--json"]
    try:
        main()
    except SystemExit as done:
        assert not done.code, done.code
    sizes.append(resident())
print(*sizes)
"""


def resident_after(folder: Path, *replications: int) -> list[float]:
    """MiB in memory after the command ``run`` with so many replications, one after the other in one process."""
    (folder / "small.yaml").write_text(SMALL)
    words = [sys.executable, "-c", MEMORY, *map(str, replications)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["replications"] for line in done.stdout.splitlines()[:-1]] == list(replications)
    return [float(size) for size in done.stdout.splitlines()[-1].split()]


ON_LINUX = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads /proc")


@pytest.mark.heavy
@ON_LINUX
def test_memory_is_flat_over_many_replications(tmp_path: Path) -> None:
    """1,000 replications count 89 MB, which must not be seen: they may cost a twentieth of what 100 need in all."""
    few, many = resident_after(tmp_path, 100, 1_000)
    assert many <= 1.05 * few, (few, many)


@ON_LINUX
@pytest.mark.heavy
def test_memory_is_flat_over_ten_thousand_replications(tmp_path: Path) -> None:
    few, many, more = resident_after(tmp_path, 100, 10_000, 10_000)
    assert many - few <= 20, (few, many)  # MiB: what a long run took, the allocator may keep
    assert more <= 1.02 * many, (many, more)  # and another one takes that again, and no more


# ---- Ctrl-C


LONG = "name: Long\nweeks: 52\nmarket: {customers: 2000, prospects: 500}\nquality: {error_rate: 0.08}\n"
PROGRAM = """
import sys
from sim.runs import result as outcome
from sim.cli import main
add = outcome.Gathering.add
def told(self, counted):
    print("a block is done", file=sys.stderr, flush=True)
    return add(self, counted)
outcome.Gathering.add = told
if __name__ == "__main__":
    main()
"""


def nobody_is_left(group: int, seconds: float = 60) -> bool:
    """Whether every process of a group ends within so many seconds; those that are dead and not yet buried count as ended."""
    late = time.monotonic() + seconds
    while True:
        listed = subprocess.run(
            ["ps", "-o", "pgid=,stat=,args=", "-e"], capture_output=True, text=True, check=True
        ).stdout
        fields = [line.split(None, 2) for line in listed.splitlines()]
        left = [line for line in fields if line[0] == str(group) and not line[1].startswith("Z")]
        if not left or time.monotonic() > late:
            print(left)
            return not left
        time.sleep(0.1)


def interrupted(folder: Path, *words: str) -> tuple[int, str, str]:
    """A command that would run for hours, sent Ctrl-C after some blocks: exit code, output and messages."""
    (folder / "long.yaml").write_text(LONG)
    (folder / "other.yaml").write_text("extends: long.yaml\nname: Other\nquality: {error_rate: 0.1}\n")
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words], cwd=folder, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        told = "".join(process.stderr.readline() for _ in range(8))
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to every process of the program
        out, more = process.communicate(timeout=300)
    assert nobody_is_left(process.pid)
    return process.returncode, out, told + more


@pytest.mark.skipif(os.name == "nt", reason="sends a signal to a group of processes")
def test_ctrl_c_keeps_and_reports_what_is_done(tmp_path: Path) -> None:
    code, out, told = interrupted(tmp_path, "run", "long.yaml", "--replications", "1000000", "--json")
    assert code == 130 and "Traceback" not in told, told
    answer = json.loads(out)
    done = answer["replications"]
    assert 0 < done < 1_000_000 and f"stopped after {done:,} of 1,000,000 replications (Ctrl-C)" in told
    [folder] = (tmp_path / "results").iterdir()
    assert parquet.read_table(folder / "measures.parquet").num_rows == done
    assert len(json.loads((folder / "manifest.json").read_text())["scenarios"][0]["replications"]) == done


@pytest.mark.heavy
@pytest.mark.skipif(os.name == "nt", reason="sends a signal to a group of processes")
def test_ctrl_c_in_a_comparison_leaves_a_comparison(tmp_path: Path) -> None:
    words = ("compare", "long.yaml", "other.yaml", "--replications", "100000", "--json")
    code, out, told = interrupted(tmp_path, *words)
    assert code == 130 and "Traceback" not in told, told
    assert json.loads(out)["replications"] >= 2 and "of 100,000 replications" in told


@pytest.mark.skipif(os.name == "nt", reason="sends a signal to a group of processes")
@pytest.mark.heavy
def test_ctrl_c_with_workers_leaves_results_and_no_process(tmp_path: Path) -> None:
    words = ("run", "long.yaml", "--replications", "1000000", "--workers", "2", "--json")
    code, out, told = interrupted(tmp_path, *words)
    assert code == 130 and "Traceback" not in told, told
    assert json.loads(out)["replications"] > 0 and "(Ctrl-C)" in told


# ---- lack of memory


LIMITED = """
import resource, sys
kind, most = sys.argv[1], int(sys.argv[2])
resource.setrlimit(getattr(resource, kind), (most, most))
sys.argv = ["loyalty", *sys.argv[3:]]
from sim.cli import main
main()
"""


def limited(folder: Path, kind: str, most: int, *words: str) -> subprocess.CompletedProcess[str]:
    """A command that the system allows only so much; it must end by itself."""
    (folder / "wide.yaml").write_text("name: Wide\nweeks: 2\nmarket: {customers: 400000, prospects: 100000}\n")
    told = [sys.executable, "-c", LIMITED, kind, str(most), *words]
    return subprocess.run(told, capture_output=True, text=True, cwd=folder, timeout=300)


@ON_LINUX
@pytest.mark.parametrize("megabytes", [64, 600, 700, 1200])
def test_too_little_address_space_is_said_at_once(tmp_path: Path, megabytes: int) -> None:
    done = limited(tmp_path, "RLIMIT_AS", megabytes * 2**20, "run", "wide.yaml", "--replications", "4")
    assert done.returncode == 2 and "raise the limit (ulimit -v 1310720)" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr


@ON_LINUX
@pytest.mark.parametrize(
    "megabytes", [1300, *(pytest.param(size, marks=pytest.mark.heavy) for size in range(1290, 2100, 50))]
)
def test_no_memory_for_all_threads_ends_in_failed_replications_or_a_sentence(tmp_path: Path, megabytes: int) -> None:
    words = ("run", "wide.yaml", "--replications", "6", "--threads", "6", "--json")
    done = limited(tmp_path, "RLIMIT_AS", megabytes * 2**20, *words)
    assert done.returncode in (0, 2, 3) and "Traceback" not in done.stderr, done.stderr
    assert done.returncode == 0 or "ask for fewer threads" in done.stderr or "allows no thread" in done.stderr


@pytest.mark.parametrize("places", [1, 3])
def test_fewer_threads_than_asked_for_do_the_work(whole: Result, monkeypatch: pytest.MonkeyPatch, places: int) -> None:
    started, start = [], threading.Thread.start

    def some(thread: threading.Thread) -> None:
        if thread.name.startswith("replications"):
            if len(started) == places:
                raise RuntimeError("can't start new thread")
            started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", some)
    with executor(threads=8) as place:
        assert same(in_blocks(place, 7), whole) and place.places == places


def test_not_a_single_thread_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "room_for_a_thread", lambda: False)
    with pytest.raises(Mistake, match=r"the system allows no thread: .* \(ulimit -u, ulimit -v\)"):
        run(busy(weeks=2), 4, threads=2)


@pytest.mark.parametrize("lack", [MemoryError, SystemError])
@pytest.mark.parametrize("at", [1, 2, 3, 4, 5, 9, 17])
@pytest.mark.parametrize(
    "place", ["numpy.zeros", "numpy.empty", "sim.runs.replication.room", "sim.runs.replication.put",
              "sim.runs.replication.state_digest", "sim.engine.engine.empty_state",
              "sim.runs.result.room", "sim.runs.result.put", "sim.runs.executor._do"]
)  # fmt: skip
def test_memory_that_is_lacking_anywhere_is_a_row_or_a_sentence(
    monkeypatch: pytest.MonkeyPatch, place: str, at: int, lack: type[Exception]
) -> None:
    """The ``at``-th call of a function finds no memory; every other replication is as ever."""
    module, _, name = place.rpartition(".")
    module_ = sys.modules[module]
    work, calls, expected = getattr(module_, name), iter(range(1, 10**9)), run(busy(weeks=3), 6, 3).digests

    def lacking(*given: object, **named: object) -> object:
        if next(calls) == at:
            raise lack("planted")
        return work(*given, **named)

    monkeypatch.setattr(module_, name, lacking)
    try:
        found = run(busy(weeks=3), 6, 3, threads=2)
    except (Mistake, SystemError) as mistake:
        assert "planted" in str(mistake) and ("ask for fewer threads" in str(mistake) or lack is SystemError)
        return
    failed = {failure.replication for failure in found.failures}
    assert len(found.numbers) + len(failed) == 6 and not failed & set(found.numbers.tolist())
    assert [expected[number] for number in found.numbers] == list(found.digests)
    assert all("ask for fewer threads" in failure.error for failure in found.failures)


def test_many_scenarios_in_turn_are_made_ready_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Scenario] = []
    monkeypatch.setattr("sim.runs.block.ground_of", lambda asked: made.append(asked) or ground_of(asked))
    scenarios = [busy(weeks=2).with_(name=f"Policy {k}") for k in range(40)]
    answer = compare(scenarios, 6, threads=2)
    assert len(made) == 40 and len(answer.numbers) == 6
