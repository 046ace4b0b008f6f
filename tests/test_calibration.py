"""Calibration: a posterior known in closed form, truths found again as often as promised, and what is not told."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from sim.errors import Mistake
from sim.experiments.algorithms.calibration import calibrate
from sim.experiments.algorithms.posterior import Posterior, Target
from sim.experiments.algorithms.sensitivity import Evaluate

NAMES = ("churn", "talk")
ERRORS = np.array([0.03, 0.05, 0.04])


def curve(places: np.ndarray) -> np.ndarray:
    """Three figures that bend with the parameters: (points, 3)."""
    a, b = places[:, 0], places[:, 1]
    return np.stack([np.exp(-1.5 * a), a + 0.5 * b**2, b / (0.5 + a)], axis=1)


def noisy(sd: float, seed: int) -> Evaluate:
    def evaluate(places: np.ndarray, replications: range) -> np.ndarray:
        draw = np.random.default_rng([seed, replications.start])
        return curve(places)[:, None, :] + sd * draw.normal(size=(len(places), len(replications), 3))

    return evaluate


def recovered(seed: int, particles: int = 200) -> tuple[np.ndarray, Posterior]:
    """A truth from the prior, figures of it with their stated errors, and which parameters' 90 % intervals hold it."""
    draw = np.random.default_rng([seed, 77])
    truth = draw.random(2)
    figures = curve(truth[None])[0] + ERRORS * draw.normal(size=3)
    targets = [Target(f"figure {k}", float(v), float(e)) for k, (v, e) in enumerate(zip(figures, ERRORS, strict=True))]
    found = calibrate(noisy(0.01, seed), NAMES, targets, particles=particles, search_trials=0, seed=seed)
    low, high = found.interval(0.9).T
    return (low <= truth) & (truth <= high), found


def test_true_values_lie_in_their_intervals_as_often_as_promised() -> None:
    """Fifty truths, two parameters each: of 100 intervals about 90 hold the truth, neither far fewer nor nearly all."""
    hits = sum(int(recovered(seed)[0].sum()) for seed in range(50))
    assert binom.cdf(hits, 100, 0.9) > 0.001 and binom.sf(hits - 1, 100, 0.9) > 0.001


@pytest.mark.heavy
def test_true_values_lie_in_their_intervals_over_three_hundred_truths() -> None:
    hits = sum(int(recovered(seed, 400)[0].sum()) for seed in range(300))
    print(f"{hits} of 600 intervals hold the truth")
    assert binom.cdf(hits, 600, 0.9) > 0.001 and binom.sf(hits - 1, 600, 0.9) > 0.001


def straight(places: np.ndarray, replications: range) -> np.ndarray:
    return np.repeat(places[:, None, :], len(replications), axis=1)


def test_the_posterior_of_a_straight_line_is_the_normal_one() -> None:
    """The figures are the parameters themselves: the posterior is the figure's own error, and nothing correlates."""
    targets = [Target("a", 0.4, 0.03), Target("b", 0.6, 0.05)]
    found = calibrate(straight, NAMES, targets, particles=1000, replications=1)
    assert found.settled and found.effective > 500
    assert found.means == pytest.approx([0.4, 0.6], abs=0.006)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx([0.03, 0.05], rel=0.1)
    assert abs(found.correlations[0, 1]) < 0.1
    assert found.interval(0.9)[0] == pytest.approx([0.4 - 1.645 * 0.03, 0.4 + 1.645 * 0.03], abs=0.01)
    assert found.misfit < 0.3 and not found.not_told and not found.not_told_apart


def test_luck_widens_the_posterior_by_its_own_error() -> None:
    """Luck of 0.2 a replication, 16 averaged, is an error of 0.05: with a figure's 0.05 it makes 0.05 sqrt(2)."""

    def lucky(places: np.ndarray, replications: range) -> np.ndarray:
        draw = np.random.default_rng(replications.start)
        return places[:, None, :] + 0.2 * draw.normal(size=(len(places), len(replications), 1))

    found = calibrate(lucky, ["a"], [Target("a", 0.5, 0.05)], particles=600, replications=16, search_trials=0)
    assert found.luck[0] == pytest.approx(0.05, rel=0.1)
    assert math.sqrt(found.covariance[0, 0]) > 0.06


def summed(places: np.ndarray, replications: range) -> np.ndarray:
    return np.repeat((places[:, 0] + places[:, 1])[:, None, None], len(replications), axis=1)


def test_what_the_figures_cannot_tell_apart_is_named() -> None:
    """Only a + b shows; c does nothing."""
    found = calibrate(summed, ["a", "b", "c"], [Target("sum", 1.0, 0.02)], particles=500, replications=1)
    assert found.not_told == ("c",) or set(found.not_told) == {"a", "b", "c"}
    ((one, other, correlation),) = found.not_told_apart
    assert (one, other) == ("a", "b") and correlation < -0.95
    assert found.widths[2] == pytest.approx(1, abs=0.1)


def test_figures_that_contradict_each_other_are_found_out() -> None:
    """One parameter, two figures of it: 0.2 and 0.8, each to within 0.02."""

    def twice(places: np.ndarray, replications: range) -> np.ndarray:
        return np.repeat(places[:, [0, 0]][:, None, :], len(replications), axis=1)

    found = calibrate(
        twice, ["a"], [Target("low", 0.2, 0.02), Target("high", 0.8, 0.02)], particles=300, replications=1
    )
    assert found.plausible < 1e-6
    assert [check.met for check in found.checks()] == [False, False]
    assert [round(check.share_above) for check in found.checks()] == [1, 0]


def test_a_good_fit_passes_its_own_check() -> None:
    found = recovered(3)[1]
    assert found.plausible > 0.001 and all(check.low < check.median < check.high for check in found.checks())


def test_the_same_seed_gives_the_same_posterior_and_draws_do_not_depend_on_their_number() -> None:
    once, again = (recovered(5)[1] for _ in range(2))
    assert (once.places == again.places).all() and (once.weights == again.weights).all()
    assert (once.draws(50)[:7] == once.draws(7)).all()
    drawn = once.draws(4000)
    assert drawn.mean(axis=0) == pytest.approx(once.means, abs=5 * float(np.sqrt(np.diag(once.covariance)).max()) / 60)


@pytest.mark.parametrize(
    ("targets", "settings", "words"),
    [
        ([], {}, "at least one uncertain parameter and one figure"),
        ([Target("a", 0.5, 0.0)], {}, "errors must be above 0"),
        ([Target("a", 0.5, 0.1)], {"particles": 10}, "at least 40"),
    ],
)
def test_what_cannot_be_calibrated_is_refused(targets: list[Target], settings: dict[str, int], words: str) -> None:
    with pytest.raises(Mistake, match=words):
        calibrate(straight, NAMES, targets, **settings)  # type: ignore[arg-type]
