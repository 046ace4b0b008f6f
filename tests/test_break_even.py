"""Break-even: a known root is found, and its interval covers it as often as promised."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from sim.errors import Mistake
from sim.experiments.algorithms.root_finding import CROSSES, FAILS, PAYS, UNDECIDED, Gap, break_even

ROOT = 0.37


def line(seed: int, slope: float = 4.0, root: float = ROOT, sd: float = 2.0) -> Gap:
    """A difference that is linear in the lever; a replication's luck moves both height and slope."""
    draw = np.random.default_rng(seed)
    height, tilt = draw.normal(size=(2, 5000)) * np.array([[sd], [sd / 2]])

    def gap(places: np.ndarray, replications: range) -> np.ndarray:
        r = slice(replications.start, replications.stop)
        return slope * (places[:, None] - root) + height[r] + tilt[r] * (places[:, None] - 0.5)

    return gap


def coverage(experiments: int) -> int:
    found = [break_even(line(seed), first=100, most=100, precision=0.001) for seed in range(experiments)]
    assert all(one.verdict == CROSSES for one in found)
    return sum(one.low - 0.001 <= ROOT <= one.high + 0.001 for one in found)


def test_the_interval_covers_the_root_as_promised() -> None:
    """Neither fewer nor, by more than chance allows, more often than 95 in 100."""
    assert binom.cdf(coverage(200), 200, 0.95) > 0.001 and binom.sf(coverage(200) - 1, 200, 0.95) > 0.001


@pytest.mark.heavy
def test_the_interval_covers_the_root_as_promised_over_a_thousand() -> None:
    covered = coverage(1000)
    print(f"{covered} of 1,000 intervals cover the root")
    assert binom.cdf(covered, 1000, 0.95) > 0.001 and binom.sf(covered - 1, 1000, 0.95) > 0.001


@pytest.mark.parametrize("slope", [40.0, -40.0])
def test_replications_are_added_until_the_root_is_known_well_enough(slope: float) -> None:
    found = break_even(line(1, slope), precision=0.02, first=20, most=4000)
    assert found.verdict == CROSSES and found.high - found.low <= 0.02 and found.replications > 20
    assert found.place == pytest.approx(ROOT, abs=0.02) and found.low <= found.place <= found.high  # type: ignore[operator]
    assert found.rising == (slope > 0)


def test_a_policy_that_pays_everywhere_or_nowhere_is_told() -> None:
    assert break_even(line(2, root=-2.0)).verdict == PAYS
    assert break_even(line(2, root=3.0)).verdict == FAILS


def test_luck_that_hides_the_sign_is_told() -> None:
    found = break_even(line(3, slope=0.01, sd=20.0), first=10, most=40)
    assert found.verdict == UNDECIDED and found.place is None


def test_an_interval_that_leaves_the_range_says_so() -> None:
    """The root lies a hair inside the range: nothing decided lies beyond it."""
    found = break_even(line(0, root=0.985), first=60, most=60, precision=0.001)
    assert found.verdict == CROSSES and found.high == math.inf and 0.5 < found.low < 0.985


def test_several_crossings_are_counted() -> None:
    def wave(places: np.ndarray, replications: range) -> np.ndarray:
        return np.cos(3 * np.pi * places)[:, None] + 1e-3 * np.random.default_rng(1).normal(size=len(replications))

    assert break_even(wave).crossings == 3


def test_bad_settings_are_refused() -> None:
    with pytest.raises(Mistake, match="at least 3"):
        break_even(line(1), first=2)
