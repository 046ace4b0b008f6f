"""Intervals and paired differences: worked examples, coverage, and the bound of perfect coupling."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sim.statistics import coupling_bound, difference, interval


def test_an_interval_worked_by_hand() -> None:
    found = interval(np.array([1.0, 2.0, 3.0, 4.0]))
    half = 3.182446 * math.sqrt(5 / 3) / 2  # Student's t with three degrees of freedom at 97.5 %
    assert found.mean == 2.5
    assert found.low == pytest.approx(2.5 - half, rel=1e-6)
    assert found.high == pytest.approx(2.5 + half, rel=1e-6)


def test_one_value_is_its_own_interval() -> None:
    assert interval(np.array([3.0])) == (3.0, 3.0, 3.0, 0.0)


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    luck = np.random.default_rng(7)
    covered = 0
    for _ in range(2000):
        found = interval(luck.normal(5, 2, 12))
        covered += found.low <= 5 <= found.high
    assert abs(covered / 2000 - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 2000)


def test_a_paired_difference_worked_by_hand() -> None:
    found = difference(np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 5.0]))
    assert found.mean == pytest.approx(4 / 3)
    assert found.probability_higher == 1.0
    assert found.variance_reduction == pytest.approx((1 + 7 / 3) / (1 / 3))


def test_scenarios_that_never_differ_are_undecided() -> None:
    same = np.array([1.0, 2.0, 3.0])
    found = difference(same, same)
    assert (found.mean, found.probability_higher, found.variance_reduction, found.decided) == (0, 0.5, None, False)


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_no_coupling_of_yes_and_no_does_better_than_the_bound(base: float, other: float) -> None:
    assume(base == other or abs(base - other) > 1e-6)  # nearer than that, the check itself is nothing but rounding
    bound = coupling_bound(base, other)
    if bound is None:
        assert base == other
        return
    both = min(base, other)  # the best coupling: whoever says yes under the smaller share says yes under both
    disagree = base + other - 2 * both
    paired = disagree - (base - other) ** 2
    assert bound == pytest.approx((base * (1 - base) + other * (1 - other)) / paired, rel=1e-6)
