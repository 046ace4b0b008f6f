"""Measure what several workers cost and carry, and write the sizing tables of docs/guides/cluster.md.

``python tools/cluster_page.py`` (``make cluster``) runs the telecom scenario on threads and on local workers, in turn and
several times, and takes the best of each, so that both see the machine at its quietest. Everything in the tables is
measured or computed from what was measured in the same run; the words around them are kept.
"""

from __future__ import annotations

import argparse
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from sim import load, run
from sim.runs.cluster import shipped
from sim.runs.executor import Executor, executor
from sim.runs.replication import Replicator, Task
from sim.scenario.whole import Scenario

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "guides" / "cluster.md"
SCENARIO = ROOT / "scenarios" / "telecom" / "today.yaml"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
WORKERS = 4
BILLION = 10**9
STUDIES = (
    ("one scenario, 10,000 replications", 10_000, True),
    ("five policies, 1,000 replications each", 5_000, True),
    ("a sweep of 200 points, 50 replications each", 10_000, False),
    ("a sensitivity study of 10,000 points, 20 replications each", 200_000, False),
)
"""Name, replications, and whether all their weekly counts are kept until the end."""


@dataclass(frozen=True)
class Measured:
    """What one run of this program measured.

    ``people``, ``weeks``: the scenario's; ``threads`` and ``workers``: seconds of the same replications on each, with as many
    threads as cores and ``WORKERS`` worker processes; ``threads_busy`` and ``workers_busy``: seconds of processors they
    took, in all processes together, which other programs on the machine lengthen less; ``start``: seconds until the
    workers stood ready; ``small``, ``plain``: bytes a replication that are gathered, packed and not; ``load``:
    programs that wanted a processor at the end, one minute's mean: far more than there are cores, and the times say little.
    """

    people: int
    weeks: int
    replications: int
    cores: int
    threads: float
    workers: float
    threads_busy: float
    workers_busy: float
    start: float
    small: int
    plain: int
    load: float

    @property
    def overhead(self) -> float:
        """What the workers took longer, as a share of what the threads took."""
        return self.workers / self.threads - 1

    @property
    def effort(self) -> float:
        """What the workers took more of the processors, as a share of what the threads took."""
        return self.workers_busy / self.threads_busy - 1

    @property
    def speed(self) -> float:
        """Customer-weeks a second of one core, on workers."""
        return self.people * self.weeks * self.replications / self.workers_busy


def processors() -> dict[psutil.Process, float]:
    """Seconds of processors taken so far, by this process and by each that it started and that still lives."""
    taken = {psutil.Process(): time.process_time()}
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it ended just now
            taken[child] = sum(child.cpu_times()[:2])
    return taken


def busy(before: dict[psutil.Process, float]) -> float:
    """Seconds of processors taken since ``before``, by processes that still live; of those that ended it is unknown."""
    return sum(seconds - before.get(process, 0.0) for process, seconds in processors().items())


def timed(scenario: Scenario, replications: int, place: Executor) -> tuple[float, float, str]:
    """Seconds of a run, seconds of processors, and its digest."""
    begin, before = time.perf_counter(), processors()
    result = run(scenario, replications, executor=place)
    return time.perf_counter() - begin, busy(before), result.digest


def measure(replications: int, repeats: int) -> Measured:
    """Run it: threads, workers, threads, workers … and the best of each. Raises ``AssertionError`` when digests differ."""
    scenario, cores = load(SCENARIO), os.cpu_count() or 1
    spent: dict[str, list[tuple[float, float, str]]] = {"threads": [], "workers": []}
    begin = time.perf_counter()
    with executor(workers=WORKERS) as workers, executor(threads=cores) as threads:
        start = time.perf_counter() - begin
        places = {"threads": threads, "workers": workers}
        for place in places.values():  # the first run of a process loads the compiled code, and finds memory
            run(scenario, 8 * WORKERS, executor=place)
        for _ in range(repeats):
            for name, place in places.items():
                spent[name].append(timed(scenario, replications, place))
        ground = workers.ground(scenario)
    assert len({digest for each in spent.values() for *_, digest in each}) == 1, "the digests differ"
    wall, effort = ({name: min(one[k] for one in each) for name, each in spent.items()} for k in (0, 1))
    counted = Replicator()(ground, Task("today.yaml", 1, 0, 20))
    return Measured(
        ground.plan.people, ground.weeks, replications, cores, *wall.values(), *effort.values(), start,
        len(shipped(counted)) // 20, counted.tally.nbytes // 20, os.getloadavg()[0],
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
        ("customer-weeks a second of one core, on workers", f"{found.speed / 1e6:,.0f} million"),
        ("a billion customer-weeks", f"{lasting(BILLION / found.speed)} of one core"),
        (f"{found.replications:,} replications on {found.cores} threads", lasting(found.threads)),
        (f"the same on {WORKERS} workers (on the same {found.cores} cores)", lasting(found.workers)),
        ("what the workers took longer", f"{found.overhead:.1%}"),
        ("what they took more of the processors", f"{found.effort:.1%}"),
        (f"until {WORKERS} local workers stand ready", lasting(found.start)),
        ("gathered for each replication", f"{found.small / 1e3:,.0f} kB ({found.plain / 1e3:,.0f} kB before packing)"),
        (f"programs at work on the {found.cores} cores meanwhile, these included", f"{found.load:.0f}"),
    )
    lines = ["| measured | |", "| --- | ---: |", *(f"| {what} | {value} |" for what, value in measured)]
    lines += ["", f"A replication is {found.people:,} people for {found.weeks} weeks: {each:,} customer-weeks.", ""]
    lines += ["| study | customer-weeks | 2 cores | 16 cores | 128 cores | gathered | disk while it runs |"]
    lines += ["| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for name, count, kept in STUDIES:
        times = [lasting(count * each / found.speed / cores) for cores in (2, 16, 128)]
        sizes = [f"{count * size / 1e9:,.1f} GB" for size in (found.small, found.plain * kept)]
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
    print(found, f"longer {found.overhead:.1%}, more {found.effort:.1%}", sep="\n")


if __name__ == "__main__":
    main()
