"""Speed, as ratios within one run: never as seconds. Run on a quiet machine, by make check-all or make bench.

``reference.json`` holds what was measured last on a quiet machine, in units of the floor kernel; ``make bench-page``
writes it anew.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.engines import memory_rows, numpy_rows
from benchmarks.measure import over_floor, worsened
from benchmarks.queues import queue_rows
from benchmarks.scaling import scaling_rows
from sim.bench.engines import core_rows, mesa_rows
from sim.bench.timing import Row

pytestmark = pytest.mark.benchmark
REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text())
CHAPTERS = (core_rows, numpy_rows, queue_rows)
TRIES = 3


def by_name(rows: list[Row]) -> dict[str, Row]:
    return {row.figure: row for row in rows}


def test_nothing_takes_a_fifth_longer_than_it_did() -> None:
    """Against the floor kernel; what seems slower is measured again, since a noisy moment can only slow things down."""
    best = over_floor(row for chapter in CHAPTERS for row in chapter())
    for _ in range(TRIES - 1):
        if worsened(REFERENCE, best):
            again = over_floor(row for chapter in CHAPTERS for row in chapter())
            best = {name: min(value, again[name]) for name, value in best.items()}
    assert worsened(REFERENCE, best) == []


def test_two_threads_do_nearly_twice_the_work() -> None:
    assert by_name(scaling_rows())["two threads against one"].value > 1.5


def test_the_state_of_a_person_is_small() -> None:
    assert by_name(memory_rows())["memory, state"].value <= 128


def test_the_core_leaves_the_readable_engine_far_behind() -> None:
    assert by_name(mesa_rows())["core against Mesa"].value > 200


def test_the_queue_leaves_other_simulators_far_behind_with_the_same_callers_abandoning() -> None:
    found = by_name(queue_rows())
    for name in ("queue against SimPy", "queue against Ciw"):
        assert found[name].value > 100 and "0 end otherwise" in found[name].note
