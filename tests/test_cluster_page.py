"""The sizing tables are computed from what was measured, and the page keeps its words."""

from __future__ import annotations

import re
import subprocess
import sys

import cluster_page
import pytest

from sim.runs.executor import executor

FOUND = cluster_page.Measured(
    people=1_000, weeks=100, replications=1_000, cores=2, threads=4.0, workers=5.0, threads_busy=8.0, workers_busy=10.0,
    start=3.0, small=10_000, plain=80_000, load=1.0,
)  # fmt: skip


def test_overhead_and_speed_are_what_they_are_called() -> None:
    assert FOUND.overhead == pytest.approx(0.25) and FOUND.effort == pytest.approx(0.25)
    assert FOUND.speed == pytest.approx(1_000 * 100 * 1_000 / 10)  # 10 million customer-weeks a second of one core


def test_times_follow_from_the_speed_and_the_cores() -> None:
    told = cluster_page.tables(FOUND)
    assert "| a billion customer-weeks | 100.0 seconds of one core |" in told
    study = next(line for line in told.splitlines() if line.startswith("| a sensitivity study"))
    assert "| 20.0 billion | 16.7 minutes | 2.1 minutes | 15.6 seconds | 2.0 GB | 0.0 GB |" in study
    assert "| 1.0 billion | 50.0 seconds | 6.2 seconds | 0.8 seconds | 0.1 GB | 0.8 GB |" in told  # 10,000 replications


def test_the_page_keeps_its_words_and_holds_one_measured_part() -> None:
    words = cluster_page.PAGE.read_text(encoding="utf-8")
    written = cluster_page.page(FOUND, words)
    outside = re.compile(f"{cluster_page.BEGIN}.*{cluster_page.END}", re.DOTALL)
    assert outside.sub("", written) == outside.sub("", words)
    assert cluster_page.page(FOUND, written) == written
    assert "million |" in words, "run make cluster"


def test_threads_and_workers_are_measured_on_the_same_replications() -> None:
    with executor(threads=2) as place:
        scenario = cluster_page.load(cluster_page.SCENARIO).with_(weeks=2)
        seconds, busy, digest = cluster_page.timed(scenario, 3, place)
    assert seconds > 0 and busy > 0 and digest == cluster_page.run(scenario, 3).digest


def test_a_process_that_ends_meanwhile_takes_nothing_from_what_the_others_took() -> None:
    worked = "sum(range(10**7)); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", worked], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()  # it has worked by now, and waits
        before = cluster_page.processors()
        assert any(process.pid == other.pid and seconds > 0 for process, seconds in before.items())
        other.communicate("\n")
    assert cluster_page.busy(before) > 0
