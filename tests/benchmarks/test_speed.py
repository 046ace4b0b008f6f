"""Speed, as ratios within one run: never as seconds. Run on a quiet machine, by make check-all or make bench."""

import pytest

from sim.bench import core_rows, mesa_rows, queue_rows

pytestmark = pytest.mark.benchmark


@pytest.fixture(scope="module")
def rows() -> dict[tuple[str, str], float]:
    return {(row.figure, row.unit): row.value for row in core_rows()}


def test_the_core_stays_near_the_floor(rows: dict[tuple[str, str], float]) -> None:
    """With every mechanism at work; runs on a machine with noisy neighbours gave 8.5 to 13.4 times."""
    assert rows["core over floor", "times"] < 12


def test_two_threads_do_nearly_twice_the_work(rows: dict[tuple[str, str], float]) -> None:
    assert rows["two threads against one", "times"] > 1.5


def test_the_state_of_a_person_is_small(rows: dict[tuple[str, str], float]) -> None:
    assert rows["state", "bytes per person"] <= 128


def test_the_core_leaves_the_readable_engine_far_behind() -> None:
    found = {row.figure: row.value for row in mesa_rows()}
    assert found["core against Mesa"] > 200


def test_the_queue_leaves_simpy_far_behind_with_the_same_callers_abandoning() -> None:
    found = {row.figure: row for row in queue_rows()}
    assert found["queue against SimPy"].value > 100
    assert found["queue against SimPy"].note == "0 callers end otherwise"
