"""Intervals and paired differences: worked examples, coverage, and the bound of perfect coupling."""

import json
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sim.runs.statistics import coupling_bound, difference, interval, plain, unseen_at_most, wider_together


def test_an_interval_worked_by_hand() -> None:
    found = interval(np.array([1.0, 2.0, 3.0, 4.0]))
    half = 3.182446 * math.sqrt(5 / 3) / 2  # Student's t with three degrees of freedom at 97.5 %
    assert found.mean == 2.5
    assert found.low == pytest.approx(2.5 - half, rel=1e-6)
    assert found.high == pytest.approx(2.5 + half, rel=1e-6)


def test_one_value_tells_nothing_of_luck() -> None:
    found = interval(np.array([3.0]))
    assert (found.mean, found.defined) == (3.0, 1)
    assert np.isnan([found.low, found.high, found.sd]).all()
    assert not difference(np.array([1.0]), np.array([2.0])).decided


def test_what_is_missing_is_left_out_and_counted() -> None:
    found = interval(np.array([1.0, math.nan, 3.0]))
    assert found[:4] == interval(np.array([1.0, 3.0]))[:4]
    assert found.defined == 2
    assert np.isnan(interval(np.array([math.nan])).mean)


def test_a_paired_difference_is_over_what_both_have() -> None:
    base, other = np.array([1.0, math.nan, 3.0, 5.0]), np.array([2.0, 2.0, math.nan, 7.0])
    found = difference(base, other)
    assert found == difference(np.array([1.0, 5.0]), np.array([2.0, 7.0]))
    assert (found.mean, found.defined) == (1.5, 2)
    assert np.isnan(difference(np.array([math.nan]), np.array([1.0])).probability_higher)


def test_an_interval_that_is_cut_off_at_its_bounds_covers_the_truth_as_often() -> None:
    luck, covered, share = np.random.default_rng(3), 0, 0.03
    for _ in range(2000):
        values = (luck.random(40) < share).astype(float)
        whole, found = interval(values), interval(values, (0.0, 1.0))
        assert 0 <= found.low <= found.mean <= found.high <= 1
        covered += (found.low <= share <= found.high) == (whole.low <= share <= whole.high)
    assert covered == 2000


def test_what_was_never_seen_in_so_many_trials_is_at_most_so_frequent() -> None:
    assert unseen_at_most(1500) == pytest.approx(3 / 1500, rel=0.01)  # the rule of three
    assert (1 - unseen_at_most(50)) ** 50 == pytest.approx(0.05)
    assert unseen_at_most(0) == 1


def test_missing_numbers_are_null_in_json() -> None:
    told = plain({"a": [math.nan, np.float64(1)], "b": interval(np.array([2.0])), "c": np.int64(3), "d": True})
    assert json.dumps(told, allow_nan=False) and told["a"] == [None, 1.0]
    assert told["b"] == {"mean": 2.0, "low": None, "high": None, "sd": None, "defined": 1}


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    luck = np.random.default_rng(7)
    covered = 0
    for _ in range(2000):
        found = interval(luck.normal(5, 2, 12))
        covered += found.low <= 5 <= found.high
    assert abs(covered / 2000 - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 2000)


@pytest.mark.parametrize("replications", [5, 10, 30])
def test_intervals_of_rare_events_cover_the_truth_as_often_as_they_say_once_anything_was_seen(
    replications: int,
) -> None:
    """People lost and won are Poisson counts; where none was seen nothing is told, so those samples say nothing here."""
    luck = np.random.default_rng(7)
    for lost, won in ((0.3, 0.1), (1.0, 0.0), (1.0, 0.5), (3.0, 1.0)):
        samples = luck.poisson(won, (2_000, replications)) - luck.poisson(lost, (2_000, replications))
        found = [interval(sample.astype(float)) for sample in samples]
        seen = [each for each in found if each.sd > 0]
        missed = [each for each in found if each.sd > 0 and not each.low <= won - lost <= each.high]
        unseen = (len(found) - len(seen)) / len(found)
        assert len(missed) / len(found) <= 0.06, (lost, won, unseen)


def test_a_single_zero_among_many_values_makes_no_interval_wider_to_speak_of() -> None:
    values = np.random.default_rng(5).normal(10, 2, 1_000)
    with_zero = np.concatenate([values[1:], [0.0]])
    apart, found = 1.962 * with_zero.std(ddof=1) / math.sqrt(1_000), interval(with_zero)
    assert (found.high - found.low) / 2 < 1.03 * apart


def test_intervals_of_many_measures_hold_all_at_once_when_they_are_as_much_wider_as_is_told() -> None:
    """Of forty measures, half of which tell the same, all means lie in their wider intervals in 95 of 100 samples."""
    luck, held, alone = np.random.default_rng(3), 0, 0
    for _ in range(400):
        several = luck.standard_normal((21, 100))
        several = np.concatenate([several, np.repeat(several[:1], 19, axis=0)])
        found, wider = [interval(sample) for sample in several], wider_together(several)
        alone += all(abs(each.mean) <= each.high - each.mean for each in found)
        held += all(abs(each.mean) <= wider * (each.high - each.mean) for each in found)
    assert 0.92 <= held / 400 <= 0.98 and alone / 400 < 0.6


def test_one_measure_and_measures_that_tell_the_same_need_no_wider_intervals() -> None:
    sample = np.random.default_rng(4).standard_normal(60)
    assert wider_together(np.array([sample])) == 1.0
    assert wider_together(np.array([sample, 3 * sample, -sample])) == pytest.approx(1.0, abs=0.05)


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
