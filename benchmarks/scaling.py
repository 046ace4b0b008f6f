"""More threads, more processes, larger markets, and starting: what is measured by starting the program itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from sim.bench.timed import everything_on
from sim.bench.timing import WALL, Row, best_in_turn, best_of, taken
from sim.engine.engine import Engine
from sim.scenario.model_inputs import ground_of

ROOT = Path(__file__).resolve().parents[1]
LARGE = 10_000_000


def _work(engines: list[Engine], replications: int) -> None:
    """As many replications in all, shared out evenly over one thread for each engine."""

    def share(k: int) -> None:
        for replication in range(k, replications, len(engines)):
            engines[k].replicate(replication)

    with ThreadPoolExecutor(len(engines)) as pool:
        list(pool.map(share, range(len(engines))))


def scaling_rows(each: int = 6, repeats: int = 3) -> list[Row]:
    """Weak scaling (as much work for every thread) and strong (the same work on more threads), up to one a processor."""
    ground, cores = ground_of(everything_on()), os.cpu_count() or 1
    engines = [Engine(ground, 1) for _ in range(max(cores, 2))]
    counts = sorted({1, 2, *(2**k for k in range(1, 10) if 2**k <= cores), max(cores, 2)})
    whole = each * counts[-1]
    weak = [lambda n=n: _work(engines[:n], n * each) for n in counts]
    strong = [lambda n=n: _work(engines[:n], whole) for n in counts]
    times = best_in_turn([*weak, *strong], repeats, WALL)
    weak_times, strong_times = times[: len(counts)], times[len(counts) :]
    rows = []
    for n, one, other in list(zip(counts, weak_times, strong_times, strict=True))[1:]:
        reach, strive = (1.85, 1.95) if n == 2 else (None, None)
        weakly, strongly = (
            f"{words}; {cores} processors" for words in (f"{each} replications a thread", f"{whole} in all")
        )
        gain = n * weak_times[0] / one
        rows += [
            Row(
                f"{_number(n)} threads against one",
                gain,
                "times",
                reach,
                strive,
                smaller=False,
                note=f"weak scaling, {weakly}",
            ),
            Row(
                f"{_number(n)} threads, strong scaling", strong_times[0] / other, "times", smaller=False, note=strongly
            ),
        ]
    return rows


def _number(n: int) -> str:
    return {2: "two", 4: "four", 8: "eight"}.get(n, str(n))


READY = "workers stand ready"
_COMMAND = "import sys; from sim.cli import main; sys.argv[0] = 'loyalty'; main()"
_LIBRARIES = "import sim.cli, sim.runs.runner, sim.runs.results, sim.engine.columns"
_COMPARE = (
    "import sys; from sim import compare, load; one, other, replications, workers = sys.argv[1:]; "
    "compare([load(one), load(other)], int(replications), workers=int(workers) or None)"
)
_STAND_READY = "import sys; from sim.runs.executor import executor; executor(workers=int(sys.argv[1])).close()"


def _started(folder: str, program: str, *words: str, **surroundings: str) -> float:
    """Seconds of a program in a process of its own and in this folder, start and all."""

    def start() -> None:
        subprocess.run(
            [sys.executable, "-c", program, *words], env=os.environ | surroundings, check=True, cwd=folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    return taken(start, WALL)


def start_rows(compiling: bool = False) -> list[Row]:
    """Seconds of ``loyalty run`` with ten replications, and of the very first time, when everything is compiled."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "everything.yaml")
        everything_on().save(file)
        run = ("run", str(file), "--replications", "10")
        _started(folder, _COMMAND, *run)
        warm = min(_started(folder, _COMMAND, *run) for _ in range(3))
        libraries = min(_started(folder, _LIBRARIES) for _ in range(2))
        rows = [
            Row("warm start", warm, "seconds", 3, 1, note="loyalty run, 10 replications of 10,000 people, 104 weeks"),
            Row("libraries", libraries, "seconds", note="of that: Python and the libraries, before anything is run"),
        ]
        if compiling:
            first = _started(folder, _COMMAND, *run, LOYALTY_CACHE=folder)
            note = "the same with nothing compiled before"
            rows += in_full(Row("first start", first, "seconds", 60, 20, note=note))
    return rows


def large_market(people: int = LARGE, weeks: int = 104) -> dict[str, float]:
    """One replication of one large market in a process of its own: seconds of set-up and weeks, peak memory in KiB.

    ``begun`` is the peak when the first week begins, ``peak`` that of the whole.
    """
    words = [sys.executable, "-m", "benchmarks.large", str(people), str(weeks)]
    return json.loads(subprocess.run(words, cwd=ROOT, check=True, capture_output=True).stdout)


def large_rows(people: int = LARGE, weeks: int = 104) -> list[Row]:
    """Ten million people for two years, and what a customer-week costs more than among 10,000."""
    found = large_market(people, weeks)
    note = f"{people:,} people, {weeks} weeks, one replication, one thread"
    spent, cost = found["setup"] + found["weeks"], found["own"] / people / weeks * 1e9
    small = ground_of(everything_on(weeks=weeks))
    few = best_of(partial(Engine(small, 1).replicate, 0)) / small.plan.people / weeks * 1e9
    begun = f"{found['begun'] / 2**20:.2f} when week 0 begins"
    return in_full(
        Row("large market", spent, "seconds", 60, 25, note=f"{note}, set-up included"),
        Row("large market, set-up", found["setup"], "seconds", note="people and network"),
        Row("large market, peak memory", found["peak"] / 2**20, "GiB", 2, 1, note=begun),
        Row("large market, core", cost, "ns per customer-week", note="without set-up, processor time"),
        Row(
            f"growth from {small.plan.people:,} to {people:,} people",
            cost / few,
            "times",
            2,
            note=f"over {weeks} weeks",
        ),
    )


def thousand_rows(replications: int = 1000, workers: int = 4) -> list[Row]:
    """A thousand replications of two scenarios of 10,000 people: on threads, and on worker processes over the network."""
    with tempfile.TemporaryDirectory() as folder:
        today, outsourced = Path(folder, "today.yaml"), Path(folder, "outsourced.yaml")
        everything_on(name="today", outsourcing={"share": 0.0}).save(today)
        everything_on(name="outsourced", outsourcing={"share": 0.9}).save(outsourced)
        words = (str(today), str(outsourced), str(replications))
        threads = _started(folder, _COMPARE, *words, "0")
        loopback = _started(folder, _COMPARE, *words, str(workers))
        ready = _started(folder, _STAND_READY, str(workers))
    note = f"2 × {replications:,} replications, {2 * replications * 104 * 10_000:,} customer-weeks"
    longer = 100 * (loopback / threads - 1)
    return in_full(
        Row("comparison on threads", threads, "seconds", 45, 15, note=note),
        Row(
            f"{workers} workers against threads",
            longer,
            "% longer",
            15,
            5,
            note="the same, start of the workers included",
        ),
        Row(
            READY, ready, "seconds", note=f"{workers} workers on {os.cpu_count()} processors, from nothing to their end"
        ),
    )


def in_full(*rows: Row) -> list[Row]:
    """Figures that are only measured when everything is."""
    return [replace(row, command="python -m benchmarks --full") for row in rows]
