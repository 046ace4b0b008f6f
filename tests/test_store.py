"""The store keeps what is finished: through kills, full disks, damage, and several processes at once."""

from __future__ import annotations

import errno
import json
import os
import random
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import faults
import numpy as np
import pytest
from pyarrow import parquet
from questions import small, written

from sim import run
from sim.engine.engine import NOBODY, Engine
from sim.errors import Mistake
from sim.experiments import blocks, laboratory
from sim.experiments.export import save
from sim.experiments.integrity import check_results
from sim.experiments.laboratory import Laboratory
from sim.experiments.methods.sweep import METHOD as SWEEP
from sim.experiments.querying import query
from sim.experiments.question import Experiment, load_experiment
from sim.experiments.repeating import changed, command_for
from sim.experiments.store import MANIFEST, MARK, Store
from sim.runs.measures import NAMES
from sim.runs.statistics import plain

MEASURES = ["retention", "profit"]


def asked(store: Path, experiment: Experiment, told: list[str] | None = None) -> tuple[np.ndarray, Laboratory]:
    """The experiment's design measured on a store; and the laboratory, for what it counted."""
    keeper = Store(store, (told if told is not None else []).append)
    with Laboratory(experiment.measures, experiment.seed, keeper) as at_work:
        assert experiment.design is not None
        points = experiment.design.points(experiment)
        return at_work.measure([experiment.scenario_at(p) for p in points], range(experiment.replications)), at_work


def test_what_was_run_is_the_same_as_run_by_itself_and_costs_nothing_again(tmp_path: Path) -> None:
    experiment = small(tmp_path)
    first, before = asked(tmp_path / "store", experiment)
    assert before.tally.ran == 9 * 4 and before.tally.found == 0
    for place, point in enumerate(experiment.design.points(experiment)):  # type: ignore[union-attr]
        alone = run(experiment.scenario_at(point), 4, experiment.seed, threads=1)
        assert (first[place] == np.stack([alone.values[name] for name in experiment.measures], axis=1)).all()
    again, after = asked(tmp_path / "store", experiment)
    assert after.tally.ran == 0 and after.tally.found == 9 * 4
    assert (first == again).all()


def test_only_what_is_missing_is_run(tmp_path: Path) -> None:
    asked(tmp_path / "store", small(tmp_path, replications="2"))
    _, more = asked(tmp_path / "store", small(tmp_path, replications="5"))
    assert (more.tally.found, more.tally.ran) == (9 * 2, 9 * 3)
    _, other = asked(tmp_path / "store", small(tmp_path, replications="2", seed="7"))
    assert (other.tally.found, other.tally.ran) == (0, 9 * 2)


def test_a_query_sees_every_replication_and_week_as_the_run_has_them(tmp_path: Path) -> None:
    experiment = small(tmp_path)
    asked(tmp_path / "store", experiment)
    scenario = experiment.scenario_at([5, 0.01])
    alone = run(scenario, 4, experiment.seed, threads=1)
    where = f"WHERE scenario = '{scenario.full_fingerprint}' ORDER BY replication"
    for row, number in zip(
        query(f"SELECT {', '.join(NAMES)} FROM replications {where}", tmp_path).rows, range(4), strict=True
    ):
        assert row == tuple(plain(float(alone.values[name][number])) for name in NAMES)  # NULL where there is nothing
    weeks = query(f"SELECT profit FROM weekly {where}, week", tmp_path).rows
    assert [float(value) for (value,) in weeks] == alone.by_week["profit"].astype(np.float32).ravel().tolist()
    meaning = (
        "SELECT count(*) FROM scenarios WHERE json_extract(meaning, '$.parts.call_centre.representatives')::INT = 5"
    )
    assert query(meaning, tmp_path).rows == [(3,)]


def test_a_wrong_query_is_a_sentence(tmp_path: Path) -> None:
    asked(tmp_path / "store", small(tmp_path))
    with pytest.raises(Mistake, match="replications, weekly, scenarios, points"):
        query("SELECT nothing FROM nowhere", tmp_path)
    with pytest.raises(Mistake, match="nothing has been kept here"):
        query("SELECT 1", tmp_path / "elsewhere")


def many_parts(store: Path, experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """The design measured so that every few blocks become a part."""
    monkeypatch.setattr(laboratory, "SECONDS", 0.01)
    return asked(store, experiment)[0]


def test_compaction_changes_no_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = small(tmp_path)
    many_parts(tmp_path / "store", experiment, monkeypatch)
    everything = [f"SELECT * FROM {name} ORDER BY ALL" for name in ("replications", "weekly", "scenarios")]
    before = [query(sql, tmp_path).rows for sql in everything]
    many, one = Store(tmp_path / "store").compact()
    assert many > 1 and one == 1 and len(list((tmp_path / "store" / "parts").iterdir())) == 1
    assert [query(sql, tmp_path).rows for sql in everything] == before
    assert asked(tmp_path / "store", experiment)[1].tally.ran == 0


def test_a_part_of_which_a_compaction_has_removed_a_file_is_not_told_as_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody looks after each file that goes: a moment that two processes rarely meet in by themselves."""
    many_parts(tmp_path / "store", small(tmp_path), monkeypatch)
    told: list[str] = []
    looks = []

    def slowly(folder: Path, ignore_errors: bool) -> None:
        for path in sorted(Path(folder).glob("*")):
            path.unlink()
            looks.append(len(Store(tmp_path / "store", told.append).parts()))

    with monkeypatch.context() as slow:
        slow.setattr(shutil, "rmtree", slowly)
        Store(tmp_path / "store").compact()
    assert len(looks) >= 8 and set(looks) == {1} and not told
    assert query("SELECT count(*) FROM replications", tmp_path).rows == [(36,)]


def test_a_compaction_that_was_killed_before_it_removed_the_old_parts_counts_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_parts(tmp_path / "store", small(tmp_path), monkeypatch)
    parts = tmp_path / "store" / "parts"
    shutil.copytree(parts, tmp_path / "before")
    Store(tmp_path / "store").compact()
    shutil.copytree(tmp_path / "before", parts, dirs_exist_ok=True)
    assert len(list(parts.iterdir())) > 2
    assert query("SELECT count(*) FROM replications", tmp_path).rows == [(36,)]
    assert query("SELECT count(*) FROM weekly", tmp_path).rows == [(36 * 6,)]


@pytest.mark.parametrize("file", ["replications.parquet", "weekly.parquet", MANIFEST])
def test_a_truncated_part_is_told_and_only_its_runs_are_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    experiment = small(tmp_path)
    first = many_parts(tmp_path / "store", experiment, monkeypatch)
    victim = sorted((tmp_path / "store" / "parts").iterdir())[0]
    lost = query(f"SELECT count(*) FROM read_parquet('{victim}/replications.parquet')", tmp_path, files=True).rows[0][0]
    os.truncate(victim / file, (victim / file).stat().st_size // 2)
    told: list[str] = []
    again, counted = asked(tmp_path / "store", experiment, told)
    assert (again == first).all() and counted.tally.ran == lost < 36
    assert len(told) == 1 and victim.name in told[0] and "damaged" in told[0]
    assert victim.with_name(victim.name + ".damaged").is_dir()


def test_a_flipped_byte_is_found_by_the_checksums(tmp_path: Path) -> None:
    experiment = small(tmp_path)
    first, _ = asked(tmp_path / "store", experiment)
    (part,) = (tmp_path / "store" / "parts").iterdir()
    contents = bytearray((part / "replications.parquet").read_bytes())
    place = contents.index(b"\x28\xb5\x2f\xfd") + 12  # within the first compressed page
    contents[place] ^= 0x10
    (part / "replications.parquet").write_bytes(contents)
    told: list[str] = []
    again, counted = asked(tmp_path / "store", experiment, told)
    assert (again == first).all() and counted.tally.ran == 36 and "damaged" in told[0]


def test_half_a_block_is_told_and_run_again(tmp_path: Path) -> None:
    experiment = small(tmp_path)
    store = Store(tmp_path / "store")
    store.keep(run(experiment.base, 4, experiment.seed))
    (path,) = store.blocks_folder.iterdir()
    os.truncate(path, path.stat().st_size - 1000)
    told: list[str] = []
    with Laboratory(MEASURES, experiment.seed, Store(tmp_path / "store", told.append)) as at_work:
        at_work.measure([experiment.base], range(4))
    assert at_work.tally.ran == 4 and "damaged" in told[0]


# ---- failures


def test_a_failed_replication_is_a_row_with_the_command_that_runs_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = small(tmp_path)
    sound = Engine.start

    def sometimes(self: Engine, replication: int, watched: int = NOBODY) -> Any:
        if replication == 2:
            raise FloatingPointError("planted")
        return sound(self, replication, watched)

    scenario = experiment.scenario_at([7, 0.2])
    with monkeypatch.context() as planted:
        planted.setattr(Engine, "start", sometimes)
        with Laboratory(MEASURES, experiment.seed, Store(tmp_path / "store")) as at_work:
            values = at_work.measure([scenario], range(4))
    assert np.isnan(values[0]).all(axis=1).tolist() == [False, False, True, False]
    rows = query(
        "SELECT replication, error, repeat, retention FROM replications WHERE error IS NOT NULL", tmp_path
    ).rows
    ((number, error, repeat, retention),) = rows
    assert number == 2 and "planted" in error and retention is None
    words = repeat.split()
    assert words[:2] == ["loyalty", "run"] and "--first 2 --replications 1" in repeat
    sets = [words[k + 1] for k, word in enumerate(words) if word == "--set"]
    assert changed(experiment.base, sets).full_fingerprint == scenario.full_fingerprint


def test_the_command_says_whatever_differs_from_the_file(tmp_path: Path) -> None:
    base = small(tmp_path).base
    there = base.with_(weeks=9, outsourcing={"share": 0.25}, changes={"from week 3": {"quality": {"error_rate": 0.5}}})
    words = shlex.split(command_for(there, 1, 0))
    sets = [words[k + 1] for k, word in enumerate(words) if word == "--set"]
    assert changed(base, sets).full_fingerprint == there.full_fingerprint
    with pytest.raises(Mistake, match="PATH=VALUE"):
        changed(base, ["weeks"])


# ---- whose folder it is


def test_a_foreign_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"beach")
    with pytest.raises(Mistake, match="is no store of results: it holds 'holiday.jpg'"):
        Store(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


@pytest.mark.parametrize(
    ("mark", "sentence"), [('{"store": "loyalty-sim", "format": 9}', "format 9"), ("{", "damaged")]
)
def test_a_store_of_another_format_or_with_a_damaged_mark_is_refused(tmp_path: Path, mark: str, sentence: str) -> None:
    (tmp_path / MARK).write_text(mark)
    with pytest.raises(Mistake, match=sentence):
        Store(tmp_path)


def test_runs_of_another_version_of_the_source_are_kept_and_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = small(tmp_path)
    with monkeypatch.context() as older:
        older.setattr(blocks, "source", lambda: "0123456789abcdef")
        older.setattr(laboratory, "source", lambda: "0123456789abcdef")
        asked(tmp_path / "store", experiment)
    _, counted = asked(tmp_path / "store", experiment)
    assert counted.tally.ran == 36 and counted.others == 36
    assert query("SELECT count(*), count(DISTINCT source) FROM replications", tmp_path).rows == [(72, 2)]


def test_runs_made_with_other_versions_of_the_libraries_are_kept_told_and_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment, older = small(tmp_path), "Python 3.11, llvmlite 0.40.0, numba 0.57.0, numpy 1.24.0"
    with monkeypatch.context() as then:
        then.setattr(blocks, "libraries", lambda: older)
        then.setattr(laboratory, "libraries", lambda: older)
        first, _ = asked(tmp_path / "store", experiment)
        Store(tmp_path / "store").keep(run(experiment.base, 2, experiment.seed, first=10))
    told: list[str] = []
    again, counted = asked(tmp_path / "store", experiment, told)
    assert counted.tally.ran == 36 and (again == first).all()
    assert len(told) == 1 and "38 with llvmlite 0.40.0, numba 0.57.0, numpy 1.24.0" in told[0] and "not used" in told[0]
    counts = query("SELECT count(*) FROM replications GROUP BY versions ORDER BY ALL", tmp_path).rows
    assert counts == [(36,), (38,)]
    assert asked(tmp_path / "store", experiment)[1].tally.ran == 0


def test_a_store_of_an_earlier_version_is_read_added_to_and_gets_digests_when_compacted(tmp_path: Path) -> None:
    experiment = small(tmp_path)
    as_an_earlier_version(tmp_path / "store", experiment)
    assert blocks.read(an_earlier_block(tmp_path, experiment)).told["versions"] == blocks.NOT_SAID
    first, counted = asked(tmp_path / "store", experiment)
    assert counted.tally.ran == 36 and query("SELECT count(*), count(versions) FROM weekly", tmp_path).rows == [
        (72 * 6, 36 * 6)
    ]
    assert len(check_results(tmp_path).earlier) == 1 and not check_results(tmp_path).damaged
    before = query("SELECT * FROM replications ORDER BY ALL", tmp_path).rows
    Store(tmp_path / "store").compact()
    assert query("SELECT * FROM replications ORDER BY ALL", tmp_path).rows == before
    assert not check_results(tmp_path).earlier and (asked(tmp_path / "store", experiment)[0] == first).all()


def as_an_earlier_version(store: Path, experiment: Experiment) -> None:
    """A store as it was before there were digests, and versions of libraries in its rows."""
    asked(store, experiment)
    (part,) = (store / "parts").iterdir()
    for name in ("replications", "weekly"):
        path = part / f"{name}.parquet"
        parquet.write_table(parquet.read_table(path).drop_columns("versions"), path, write_page_checksum=True)
    said = json.loads((part / MANIFEST).read_text())
    sizes = {name: (part / f"{name}.parquet").stat().st_size for name in said.pop("digests")}
    (part / MANIFEST).write_text(json.dumps(said | {"bytes": sizes, "blocks": []}))
    part.rename(part.with_name(f"{part.name[:20]}-0123abcd"))
    (store / MARK).write_text('{"store": "loyalty-sim", "format": 1}\n')


def an_earlier_block(folder: Path, experiment: Experiment) -> Path:
    """A block as it was before there were digests: a zip alone."""
    Store(folder / "other").keep(run(experiment.base, 1, experiment.seed))
    (path,) = (folder / "other" / "blocks").iterdir()
    path.write_bytes(path.read_bytes().partition(b"\n")[2])
    found = blocks.read(path)
    np.savez(
        folder / "old.npz",
        told=np.frombuffer(json.dumps({k: v for k, v in found.told.items() if k != "versions"}).encode(), np.uint8),
        numbers=found.numbers,
        values=found.values,
        weekly=found.weekly,
    )
    return folder / "old.npz"


def test_a_store_whose_mark_is_lost_or_damaged_is_marked_anew_and_told(tmp_path: Path) -> None:
    asked(tmp_path / "store", small(tmp_path))
    sound = (tmp_path / "store" / MARK).read_bytes()
    for contents in (b"", b"{", sound.replace(b"2", b"3", 1), sound.replace(b"store", b"stoRe", 1), None):
        (tmp_path / "store" / MARK).unlink() if contents is None else (tmp_path / "store" / MARK).write_bytes(contents)
        told: list[str] = []
        Store(tmp_path / "store", told.append)
        assert len(told) == 1 and MARK in told[0] and (tmp_path / "store" / MARK).read_bytes() == sound
    assert query("SELECT count(*) FROM replications", tmp_path).rows == [(36,)]


@pytest.mark.parametrize("contents", [None, b"{"])
def test_a_lost_mark_locks_no_store_beside_a_users_notes_or_where_nothing_can_be_written(
    tmp_path: Path, contents: bytes | None
) -> None:
    asked(tmp_path / "store", small(tmp_path))
    mark, notes = tmp_path / "store" / MARK, tmp_path / "store" / "notes.txt"
    notes.write_text("mine")
    mark.unlink() if contents is None else mark.write_bytes(contents)
    told: list[str] = []
    with faults.fault(mark.parent, 1, faults.refuse(errno.EROFS), frozenset({"open"})):
        assert query("SELECT count(*) FROM replications", tmp_path, told.append).rows == [(36,)]
    assert len(told) == 1 and "left as it is (Read-only file system)" in told[0]
    assert query("SELECT count(*) FROM replications", tmp_path, told.append).rows == [(36,)]
    assert len(told) == 2 and "written anew" in told[1] and notes.read_text() == "mine"


def test_what_cannot_be_opened_now_is_told_as_what_it_is_and_not_set_aside(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    asked(tmp_path / "store", small(tmp_path))
    store, (soft, hard) = (
        Store(tmp_path / "store", lambda sentence: pytest.fail(sentence)),
        resource.getrlimit(resource.RLIMIT_NOFILE),
    )
    held = []
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
        with pytest.raises(OSError):
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        with pytest.raises(Mistake, match="Too many open files"):
            store.sound()
    finally:
        for file in held:
            os.close(file)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(store.sound()) == 1 and not list((tmp_path / "store").rglob("*.damaged"))


# ---- real processes

SLOW = """
question: How many representatives are enough?
base: small.yaml
with: {weeks: 26, market: {customers: 1500, prospects: 300}}
levers: {call_centre.representatives: {low: 1, high: 40}, quality.error_rate: {low: 0, high: 0.3}}
outcomes: [retention, profit]
design: {kind: grid, levels: 5}
replications: 4
"""
RUNS = 5 * 5 * 4 + 4
"""Replications of all points and of the base, each a block of its own."""
PATIENCE = 600
"""Seconds until something that does not come is given up; a loaded machine is slow."""
PROGRAM = """
import itertools, resource, sys, time, sim.experiments.laboratory as laboratory
from sim.runs.executor import Executor
laboratory.SECONDS, laboratory.WORK, Executor.block_seconds = 0.2, 1, 0  # each replication a block
limit, quick = int(sys.argv.pop(1)), int(sys.argv.pop(1))
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    laboratory.SECONDS = 3600  # all blocks make one part, however slow the machine is
take, taken = laboratory.Laboratory.take, itertools.count()
def dawdling(self, result):
    time.sleep(0.5 * (next(taken) > quick))
    return take(self, result)
laboratory.Laboratory.take = dawdling
from sim.cli import main
main()
"""


def start(folder: Path, *words: str, limit: int = 0, quick: int = RUNS) -> subprocess.Popen[str]:
    """``loyalty`` in a process of its own, gathering often; it cannot write files longer than ``limit`` bytes.

    After ``quick`` blocks it dawdles, so that a machine on which everybody is late still gets to kill it.
    """
    program = [sys.executable, "-c", PROGRAM, str(limit), str(quick), *words]
    return subprocess.Popen(program, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def put_down(folder: Path) -> set[str]:
    """The blocks that are on the disk, gathered or not."""
    store = folder / "results" / "store"
    manifests = [path for path in store.glob(f"parts/[0-9]*/{MANIFEST}")]
    gathered = {name for path in manifests for name in json.loads(path.read_text())["blocks"]}
    return gathered | {path.stem for path in store.glob("blocks/*.block")}


def tables(folder: Path) -> dict[str, bytes]:
    (answer,) = (folder / "results").glob("question-*")
    return {name: (answer / name).read_bytes() for name in ("points.csv", "runs.csv")}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The tables of the sweep in one go, without a store."""
    folder = tmp_path_factory.mktemp("whole")
    experiment = prepared(folder)
    with Laboratory(experiment.measures, experiment.seed) as at_work:
        found = SWEEP.answer(experiment, at_work)
    save(found, folder / "results")
    return tables(folder)


def prepared(folder: Path) -> Experiment:
    folder.mkdir(exist_ok=True)
    return load_experiment(written(folder, SLOW))


def finish(folder: Path) -> tuple[dict[str, bytes], Laboratory]:
    """Go on from the store, in this process; the tables, and the laboratory for what it counted."""
    experiment = prepared(folder)
    with Laboratory(experiment.measures, experiment.seed, Store(folder / "results" / "store")) as at_work:
        found = SWEEP.answer(experiment, at_work)
    save(found, folder / "results")
    return tables(folder), at_work


def kill_when(process: subprocess.Popen[str], folder: Path, blocks_done: int) -> set[str]:
    """Kill the process once so many blocks are down; returns those that were down before."""
    until, seen = time.monotonic() + PATIENCE, put_down(folder)
    while process.poll() is None and time.monotonic() < until and len(seen) < blocks_done:
        time.sleep(0.01)
        seen = put_down(folder)
    ended = process.poll()
    process.send_signal(signal.SIGKILL)
    _, words = process.communicate()
    assert ended is None, f"it ended before it could be killed, with {ended}: {words[-2000:]}"
    assert len(seen) >= blocks_done, f"only {len(seen)} blocks were down after {PATIENCE} s"
    return seen


def killed_and_resumed(folder: Path, kills: int, expected: dict[str, bytes]) -> None:
    prepared(folder)
    luck = random.Random(kills)
    for moment in sorted(luck.sample(range(1, RUNS - 20), kills)):
        quick = moment - len(put_down(folder)) + 2
        seen = kill_when(start(folder, "sweep", "question.yaml", "--resume", quick=quick), folder, moment)
        assert seen <= put_down(folder), "a finished block was lost"
    least = len(put_down(folder))
    found, counted = finish(folder)
    assert counted.tally.found >= least and counted.tally.found + counted.tally.ran == RUNS
    assert found == expected


@pytest.mark.heavy
def test_killed_at_random_moments_and_resumed_a_sweep_ends_with_the_same_tables(
    tmp_path: Path, whole: dict[str, bytes]
) -> None:
    killed_and_resumed(tmp_path, 3, whole)


@pytest.mark.heavy
def test_killed_at_twenty_random_moments(tmp_path: Path, whole: dict[str, bytes]) -> None:
    killed_and_resumed(tmp_path, 20, whole)


@pytest.mark.heavy
def test_two_processes_on_one_store_do_each_other_no_harm(tmp_path: Path, whole: dict[str, bytes]) -> None:
    prepared(tmp_path)
    processes = [start(tmp_path, "sweep", "question.yaml", "--threads", "1", "--json") for _ in range(2)]
    for process in processes:
        answer, words = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0 and json.loads(answer)["failed"] == 0, words
    assert tables(tmp_path) == whole
    assert query("SELECT count(*) FROM replications", tmp_path / "results").rows == [(RUNS,)]
    assert query("SELECT count(*) FROM weekly", tmp_path / "results").rows == [(RUNS * 26,)]
    assert query("SELECT count(DISTINCT scenario) = count(*) FROM scenarios", tmp_path / "results").rows == [(True,)]


def test_a_full_disk_is_a_sentence_and_what_is_finished_is_kept(tmp_path: Path, whole: dict[str, bytes]) -> None:
    prepared(tmp_path)
    process = start(tmp_path, "sweep", "question.yaml", limit=60_000)  # a block fits, a part does not
    _, words = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2 and "Traceback" not in words, words
    assert "no room" in words and "--resume" in words
    kept = len(put_down(tmp_path))
    assert kept > 0 and not list((tmp_path / "results" / "store" / "parts").glob(".*"))
    found, counted = finish(tmp_path)
    assert counted.tally.found >= kept and found == whole


@pytest.mark.heavy
def test_a_killed_worker_takes_nothing_with_it(tmp_path: Path, whole: dict[str, bytes]) -> None:
    psutil = pytest.importorskip("psutil")
    prepared(tmp_path)
    process = start(tmp_path, "sweep", "question.yaml", "--workers", "2")
    until = time.monotonic() + PATIENCE
    while len(put_down(tmp_path)) < 20 and process.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    workers = [child for child in psutil.Process(process.pid).children() if "spawn_main" in " ".join(child.cmdline())]
    assert len(workers) == 2
    workers[0].kill()
    _, words = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, words
    assert tables(tmp_path) == whole
