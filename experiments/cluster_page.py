"""Measure what several workers cost and carry, and write the sizing tables of docs/guides/cluster.md.

``python experiments/cluster_page.py`` (``make cluster``) runs the telecom scenario on threads and on local workers, in turn and
several times, and takes the best of each, so that both see the machine at its quietest. Everything in the tables is
measured or computed from what was measured in the same run; the words around them are kept.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import dataclass
from pathlib import Path

from sim import load, run
from sim.cluster import Cluster, shipped
from sim.execution import Executor, executor
from sim.replicating import Replicator, Task
from sim.scenario.whole import Scenario

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "guides" / "cluster.md"
SCENARIO = ROOT / "scenarios" / "telecom" / "today.yaml"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
WORKERS = 4
BILLION = 10**9
STUDIES = (
    ("one scenario, 1,000 replications", 1_000),
    ("five policies, 1,000 replications each", 5_000),
    ("a sweep of 200 points, 50 replications each", 10_000),
    ("a sensitivity study of 10,000 points, 20 replications each", 200_000),
)


@dataclass(frozen=True)
class Measured:
    """What one run of this program measured.

    ``people``, ``weeks``: the scenario's; ``threads`` and ``workers``: seconds of the same replications on each, with so
    many threads and ``WORKERS`` worker processes; ``start``: seconds until the workers stood ready; ``small``, ``plain``:
    bytes a replication that are gathered, packed and not.
    """

    people: int
    weeks: int
    replications: int
    cores: int
    threads: float
    workers: float
    start: float
    small: int
    plain: int

    @property
    def overhead(self) -> float:
        """What the workers took longer, as a share of what the threads took."""
        return self.workers / self.threads - 1

    @property
    def speed(self) -> float:
        """Customer-weeks a second and core, on workers."""
        return self.people * self.weeks * self.replications / self.workers / self.cores


def timed(scenario: Scenario, replications: int, place: Executor) -> tuple[float, str]:
    """Seconds of a run, and its digest."""
    begin = time.perf_counter()
    result = run(scenario, replications, executor=place)
    return time.perf_counter() - begin, result.digest


def measure(replications: int, repeats: int) -> Measured:
    """Run it: threads, workers, threads, workers … and the best of each. Raises ``AssertionError`` when digests differ."""
    scenario, cores = load(SCENARIO), os.cpu_count() or 1
    spent: dict[str, list[float]] = {"threads": [], "workers": []}
    begin = time.perf_counter()
    with executor(workers=WORKERS) as workers, executor(threads=cores) as threads:
        start = time.perf_counter() - begin
        places = {"threads": threads, "workers": workers}
        for place in places.values():  # the first run of a process loads the compiled code, and finds memory
            run(scenario, 8 * WORKERS, executor=place)
        for _ in range(repeats):
            found = {name: timed(scenario, replications, place) for name, place in places.items()}
            assert found["threads"][1] == found["workers"][1], "the digests differ"
            for name, (seconds, _digest) in found.items():
                spent[name].append(seconds)
        assert isinstance(workers, Cluster)
        ground = workers.ground(scenario)
    counted = Replicator()(ground, Task("today.yaml", 1, 0, 20))
    return Measured(
        ground.plan.people, ground.weeks, replications, cores, min(spent["threads"]), min(spent["workers"]), start,
        len(shipped(counted)) // 20, counted.tally.nbytes // 20,
    )  # fmt: skip


def lasting(seconds: float) -> str:
    """A time in the unit that suits it."""
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds:,.1f} seconds"


def tables(found: Measured) -> str:
    """The measured part of the page."""
    each = found.people * found.weeks
    measured = (
        ("customer-weeks a second and core, on workers", f"{found.speed / 1e6:,.0f} million"),
        ("a billion customer-weeks", f"{lasting(BILLION / found.speed)} of one core"),
        (f"{found.replications:,} replications on {found.cores} threads", lasting(found.threads)),
        (f"the same on {WORKERS} workers (on the same {found.cores} cores)", lasting(found.workers)),
        ("what the workers took longer", f"{found.overhead:.1%}"),
        (f"until {WORKERS} local workers stand ready", lasting(found.start)),
        ("gathered for each replication", f"{found.small / 1e3:,.0f} kB ({found.plain / 1e3:,.0f} kB before packing)"),
    )
    lines = ["| measured | |", "| --- | ---: |", *(f"| {what} | {value} |" for what, value in measured)]
    lines += ["", f"A replication is {found.people:,} people for {found.weeks} weeks: {each:,} customer-weeks.", ""]
    lines += ["| study | customer-weeks | 2 cores | 16 cores | 128 cores | gathered | disk while it runs |"]
    lines += ["| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for name, count in STUDIES:
        times = [lasting(count * each / found.speed / cores) for cores in (2, 16, 128)]
        sizes = [f"{count * size / 1e9:,.1f} GB" for size in (found.small, found.plain)]
        lines.append(f"| {name} | {count * each / 1e9:,.1f} billion | {' | '.join([*times, *sizes])} |")
    return "\n".join(lines)


def page(found: Measured, words: str) -> str:
    """The page with its measured part written anew. Raises ``ValueError`` when the marks are missing."""
    before, rest = words.split(BEGIN)
    return f"{before}{BEGIN}\n{tables(found)}\n{END}{rest.split(END)[1]}"


def main() -> None:
    """Measure, write the page, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=1_000)
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    found = measure(asked.replications, asked.repeats)
    PAGE.write_text(page(found, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(found, f"overhead {found.overhead:.1%}", sep="\n")


if __name__ == "__main__":
    main()
