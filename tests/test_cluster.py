"""Workers elsewhere: real schedulers and real worker processes on this machine, some of which are killed."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pytest
from test_execution import COUNT, in_blocks, same
from worlds import busy

import sim
from sim import Mistake, run
from sim.runs import cluster
from sim.runs.cluster import made_with, packed, received, shipped, unpacked
from sim.runs.executor import Block, Executor, executor
from sim.runs.replication import Replicator, Task
from sim.runs.result import Result
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import load

pytest.importorskip("distributed")

PROGRAM = Path(sim.__file__).resolve().parents[1]
DASK = [sys.executable, "-m", "distributed.cli.dask_scheduler"], [sys.executable, "-m", "distributed.cli.dask_worker"]


PATIENCE = 300
"""Seconds until something that does not come is given up; a loaded machine is slow."""


def until(asked: Callable[[], object]) -> None:
    """Wait until it is so."""
    late = time.monotonic() + PATIENCE
    while not asked():
        assert time.monotonic() < late, "it did not come"
        time.sleep(0.1)


@contextmanager
def process(words: list[str], folder: Path, program: Path = PROGRAM) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a folder of its own, where no scenario or customer file is; ``program``: where the package lies."""
    folder.mkdir(exist_ok=True)
    environment = os.environ | {"PYTHONPATH": str(program)}
    with (
        open(folder / "log", "ab") as log,
        subprocess.Popen(words, cwd=folder, env=environment, stdout=log, stderr=log) as started,
    ):
        try:
            yield started
        finally:
            started.kill()


def address_in(file: Path) -> str:
    """The address that a scheduler has written down; empty as long as it has not, or not all of it."""
    try:
        return json.loads(file.read_text())["address"]
    except (OSError, ValueError):
        return ""


@contextmanager
def scheduler(folder: Path) -> Iterator[str]:
    """The address of a scheduler in a process of its own, on a port that it finds itself."""
    known = folder / "scheduler.json"
    words = [
        *DASK[0],
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--scheduler-file",
        str(known),
        "--no-dashboard",
        "--no-show",
    ]
    with process(words, folder / "scheduler"):
        until(lambda: address_in(known))
        yield address_in(known)


def worker(address: str, folder: Path, *words: str) -> list[str]:
    return [*DASK[1], address, "--nthreads", "1", "--no-dashboard", "--local-directory", str(folder), *words]


@contextmanager
def machines(folder: Path, count: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and so many workers, none of which is started again when it dies."""
    with ExitStack() as stack:
        address = stack.enter_context(scheduler(folder))
        words = worker(address, folder, "--no-nanny")
        yield address, [stack.enter_context(process(words, folder / f"worker-{k}")) for k in range(count)]


@pytest.fixture(scope="module")
def whole() -> Result:
    return run(busy(), COUNT, 3, threads=1)


@pytest.fixture(scope="module")
def two() -> Iterator[Executor]:
    with executor(workers=2) as place:
        yield place


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loaded machine answers late."""
    monkeypatch.setattr(cluster, "REACH", PATIENCE)
    monkeypatch.setattr(cluster, "COME", PATIENCE)


# ---- what is sent


def test_what_a_block_counted_arrives_as_it_was_and_small() -> None:
    counted = Replicator()(ground_of(busy()), Task("busy.yaml", 3, 5, 20))
    sent = shipped(counted)
    found = received(sent)
    assert found.digests == counted.digests and np.array_equal(found.numbers, counted.numbers)
    assert np.array_equal(found.tally, counted.tally) and np.array_equal(found.stayed, counted.stayed)
    assert len(sent) < counted.tally.nbytes / 4


def test_a_block_without_a_single_replication_arrives_too() -> None:
    counted = Replicator()(ground_of(busy()), Task("busy.yaml", 3, 5, 20), lambda: True)
    assert received(shipped(counted)).tally.shape == counted.tally.shape and len(counted.numbers) == 0


def test_anything_can_be_packed() -> None:
    assert unpacked(packed({"a": [1, None], "b": b""})) == {"a": [1, None], "b": b""}


# ---- the same numbers


@pytest.mark.parametrize("size", [1, 7, 50])
def test_workers_change_not_a_bit(two: Executor, whole: Result, size: int) -> None:
    assert same(in_blocks(two, size), whole)
    assert two.places == 2


def test_a_scenario_with_a_customer_file_needs_no_file_on_the_worker(two: Executor, tmp_path: Path) -> None:
    rows = "\n".join(f"{k},{k % 60}" for k in range(300))
    (tmp_path / "people.csv").write_text(f"who,months\n{rows}\n")
    (tmp_path / "filed.yaml").write_text(
        "name: Filed\nweeks: 8\nmarket: {prospects: 100}\n"
        "customers:\n  file: people.csv\n  columns:\n    tenure: {column: months, unit: months}\n"
    )
    scenario = load(tmp_path / "filed.yaml")
    expected = run(scenario, 10, 3, threads=1)
    two.ground(scenario)
    (tmp_path / "people.csv").unlink()
    found = dict(two.run([Block(scenario, 3, 0, 10)]))[0]
    assert found.digests == expected.digests and found.founders == 300


def test_many_scenarios_are_told_apart(two: Executor) -> None:
    scenarios = [busy(quality={"error_rate": k / 100}) for k in range(30)]
    found = dict(two.run(Block(scenario, 3, 0, 2) for scenario in scenarios))
    assert [found[k].digests for k in range(30)] == [run(s, 2, 3, threads=1).digests for s in scenarios]


def test_a_replication_that_fails_on_a_worker_is_a_row(two: Executor) -> None:
    scenario = busy()
    ground = two.ground(scenario)
    broken = dataclasses.replace(ground, network=("no such kind", 4, 0.0))
    two._grounds[id(scenario)] = (scenario, broken)  # a fault that only shows on the worker
    try:
        found = dict(two.run([Block(scenario, 3, 7, 2)]))[0]
    finally:
        two._grounds[id(scenario)] = (scenario, ground)
    assert [failure.replication for failure in found.failures] == [7, 8] and not len(found.numbers)
    assert "Traceback" in found.failures[0].traceback and "--first 7" in found.failures[0].repeat


@pytest.mark.heavy
@pytest.mark.parametrize("workers", [1, 4])
def test_one_worker_or_four(whole: Result, workers: int) -> None:
    with executor(workers=workers) as place:
        for size in (1, 7, 50):
            assert same(in_blocks(place, size), whole)


@pytest.mark.heavy
@pytest.mark.parametrize("processor", ["generic", "native"])
def test_the_kind_of_processor_changes_no_bit(whole: Result, processor: str) -> None:
    """Compiles everything again for any processor: no wide vectors, no fused multiply-add."""
    program = "from worlds import busy; from sim import run; print(run(busy(), 50, 3, threads=2).digest)"
    chosen = {"NUMBA_CPU_NAME": "generic"} if processor == "generic" else {}
    paths = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | chosen | {"PYTHONPATH": paths}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == whole.digest, done.stderr


# ---- what goes wrong


def test_a_killed_worker_costs_nothing_but_time(tmp_path: Path) -> None:
    """Real scheduler, real workers; one is killed in the middle, with blocks under way."""
    expected = run(busy(), 600, 3, threads=2)
    with machines(tmp_path, 2) as (address, workers), executor(cluster=address) as place:
        until(lambda: place._count_workers() or place.places == 2)  # type: ignore[attr-defined]
        done = 0

        def progress(count: int) -> None:
            nonlocal done
            done += count
            if done >= 100 and workers[0].poll() is None:
                os.kill(workers[0].pid, signal.SIGKILL)
                workers[0].wait()

        found = run(busy(), 600, 3, executor=place, progress=progress)
        assert workers[0].returncode == -signal.SIGKILL and workers[1].poll() is None
    assert found.digest == expected.digest and done == 600 and not found.failures
    assert np.array_equal(found.tally, expected.tally) and np.array_equal(found.stayed, expected.stayed)


@pytest.mark.heavy
def test_a_lost_scheduler_ends_the_run_and_what_is_done_is_kept(tmp_path: Path) -> None:
    with ExitStack() as stack, ExitStack() as gone:
        address = gone.enter_context(scheduler(tmp_path))
        stack.enter_context(process(worker(address, tmp_path, "--no-nanny"), tmp_path / "worker"))
        place = stack.enter_context(executor(cluster=address))
        found = run(busy(), 50_000, 3, executor=place, progress=lambda _: gone.close())
        assert place.why_stopped == "the scheduler was lost"
    assert 0 < len(found.numbers) < 50_000
    assert found.digests[0] == run(busy(), 1, 3, first=int(found.numbers[0])).digests[0]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("tcp://127.0.0.1:1", r"no Dask scheduler answers at 'tcp://127\.0\.0\.1:1' within \d+ s; check the address"),
        ("pigeon://loft", r"'pigeon://loft' is no address .* write it as tcp://10\.0\.0\.5:8786"),
    ],
)
def test_a_wrong_address_is_a_sentence(address: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "REACH", 2)
    with pytest.raises(Mistake, match=told):
        executor(cluster=address)


def test_a_scheduler_without_workers_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "COME", 1)
    with (
        scheduler(tmp_path) as address,
        pytest.raises(Mistake, match=f"'{address}' has no worker after 1 s; start one with 'dask worker {address}"),
    ):
        executor(cluster=address)


@pytest.mark.parametrize("what", ["program's source", "Python", "numba"])
def test_workers_with_another_version_are_refused(two: Executor, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The workers say in earnest what they have; it is here that another version is pretended."""
    found = two._client.run(made_with)  # type: ignore[attr-defined]
    here = made_with() | {what: "another"}
    monkeypatch.setattr(cluster, "made_with", lambda: here)
    for made in found.values():
        with pytest.raises(Mistake, match=rf"has \S+ as {what}, but here it is another: numbers would not be the same"):
            cluster._refuse_stranger(made, "the worker")
    with pytest.raises(Mistake, match="a worker that came later has"):
        list(two.run([Block(busy(), 3, 0, 1)]))


@pytest.mark.heavy
def test_a_worker_with_another_source_is_refused(tmp_path: Path) -> None:
    """A real worker, started from a copy of the program in which one comment differs."""
    shutil.copytree(Path(sim.__file__).parent, tmp_path / "copy" / "sim")
    with open(tmp_path / "copy" / "sim" / "report" / "__init__.py", "a") as file:
        file.write("# another\n")
    with scheduler(tmp_path) as address:
        words = worker(address, tmp_path, "--no-nanny")
        with (
            process(words, tmp_path / "worker", tmp_path / "copy"),
            pytest.raises(
                Mistake, match=r"the worker at tcp://\S+ has \w{16} as program's source, but here it is \w{16}"
            ),
        ):
            executor(cluster=address)


@pytest.mark.heavy
def test_a_worker_without_the_program_is_refused(tmp_path: Path) -> None:
    (tmp_path / "copy" / "sim").mkdir(parents=True)
    (tmp_path / "copy" / "sim" / "__init__.py").write_text("raise ImportError('not installed here')")
    with scheduler(tmp_path) as address:
        words = worker(address, tmp_path, "--no-nanny")
        with (
            process(words, tmp_path / "worker", tmp_path / "copy"),
            pytest.raises(
                Mistake, match="the workers cannot run this program .* install the same version of loyalty-sim"
            ),
        ):
            executor(cluster=address)
