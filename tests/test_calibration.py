"""Calibration: posteriors known in closed form, truths found again as often as promised, and what is not told stays open."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import binom

from sim.errors import Mistake
from sim.experiments.algorithms.conditioning import AGAIN, ROUNDS, Evaluate, Scores, conditioned
from sim.experiments.algorithms.posterior import Posterior, Target, two_peaks
from sim.model.component import builtin
from sim.scenario.worlds import certain, prior, uncertain

WORLDS = 400


def normals(parameters: int, worlds: int = WORLDS, seed: int = 1) -> np.ndarray:
    """Prior worlds of independent parameters, as normal scores."""
    draw = np.random.default_rng([seed, 5])
    return Scores(draw.normal(size=(worlds, parameters)), np.zeros(parameters, bool), seed).prior


def straight(ways: np.ndarray, luck: float = 0.0) -> Evaluate:
    """Figures that are sums of the parameters, ``ways`` (figures, parameters), with luck of that size."""

    def evaluate(scores: np.ndarray, first: int) -> np.ndarray:
        draw = np.random.default_rng(first).normal(size=(len(scores), len(ways)))
        return np.asarray(scores @ ways.T + luck * draw)

    return evaluate


def fitted(ways: np.ndarray, given: list[float], error: float, luck: float = 0.0, seed: int = 1) -> Posterior:
    targets = [Target(f"figure {k}", value, error) for k, value in enumerate(given)]
    names = [f"parameter {k}" for k in range(ways.shape[1])]
    prior = normals(ways.shape[1], seed=seed)
    return conditioned(straight(ways, luck), names, prior, targets, discrepancy=0, seed=seed)


# ---- what is known in closed form


def exact(ways: np.ndarray, given: list[float], variance: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of the posterior of straight figures with independent errors, from a standard normal prior."""
    gain = ways.T @ np.linalg.inv(ways @ ways.T + variance * np.eye(len(ways)))
    return gain @ given, np.eye(ways.shape[1]) - gain @ ways


@pytest.mark.parametrize("luck", [0.0, 0.4])
def test_where_all_is_normal_and_straight_the_worlds_are_a_sample_of_the_posterior(luck: float) -> None:
    """Means within their error and spreads within a tenth; luck of a run counts as that of the real market, and once."""
    ways, given = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, -1.0]]), [0.8, -1.0]
    means, covariance = exact(ways, given, 0.3**2 + luck**2)
    missed = []
    for seed in range(8):
        found = fitted(ways, given, 0.3, luck, seed)
        assert found.scores.std(axis=0) == pytest.approx(np.sqrt(np.diag(covariance)), rel=0.12)
        missed.append(found.scores.mean(axis=0) - means)
    assert np.mean(missed, axis=0) == pytest.approx(np.zeros(3), abs=0.05)
    assert np.sqrt(np.mean(np.square(missed))) < 0.09


def test_a_real_market_that_is_larger_has_less_luck() -> None:
    targets, ways = [Target("a", 0.5, 0.05)], np.eye(1)
    small, large = (
        conditioned(straight(ways, 0.3), ["a"], normals(1), targets, discrepancy=0, stands_for=size)
        for size in (1, 100)
    )
    assert small.luck[0, 0] == pytest.approx(0.09, rel=0.5)
    assert large.scores.std() < 0.7 * small.scores.std()
    assert small.noise[0, 0] > 10 * large.noise[0, 0]


def test_what_no_figure_tells_stays_as_wide_as_it_was() -> None:
    """Ninety-eight of a hundred parameters have nothing to do with the figure."""
    ways = np.zeros((1, 100))
    ways[0, :2] = 1
    found = fitted(ways, [1.5], 0.1)
    assert max(found.widths[:2]) < 0.9
    assert np.mean(found.widths[2:]) == pytest.approx(1, abs=0.02) and min(found.widths[2:]) > 0.9
    assert set(found.names[2:]) <= set(found.not_told)


def test_a_figure_that_a_hundred_parameters_tell_a_little_each_is_met_all_the_same() -> None:
    found = fitted(np.full((1, 100), 0.1), [1.0], 0.1)
    before, after = found.before[:, 0], found.figures[:, 0]
    assert after.std() < 0.4 * before.std() and after.mean() == pytest.approx(1, abs=0.15)
    assert min(found.widths) > 0.85


def test_what_is_told_only_together_stays_together() -> None:
    """Only a + b shows; c does nothing."""
    found = fitted(np.array([[1.0, 1.0, 0.0]]), [1.0], 0.05)
    ((one, other, correlation),) = found.not_told_apart
    assert (one, other) == ("parameter 0", "parameter 1") and correlation < -0.95
    assert found.widths[0] > 0.6 and found.widths[2] == pytest.approx(1, abs=0.05)


# ---- what is said of it


def test_the_best_guess_lies_in_its_own_range() -> None:
    found = fitted(np.array([[1.0, 0.3]]), [5.0], 0.01)
    middles, ranges = found.interval(0.0)[:, 0], found.interval(0.9)
    assert ((ranges[:, 0] <= middles) & (middles <= ranges[:, 1])).all()
    assert all(check.after[0] <= check.after[1] <= check.after[2] for check in found.checks)


def within(places: np.ndarray) -> np.ndarray:
    """Two figures of one parameter that lies between 0 and 1."""
    return np.repeat(places, 2, axis=1)


def bounded(given: tuple[float, float], error: float = 0.02) -> Posterior:
    scores = Scores(np.random.default_rng(3).random((WORLDS, 1)), np.zeros(1, bool), 1)
    targets = [Target(name, value, error) for name, value in zip(("one", "other"), given, strict=True)]
    return conditioned(lambda z, first: within(scores.values_at(z)), ["a"], scores.prior, targets)


def test_a_figure_that_no_world_comes_near_is_named() -> None:
    assert not bounded((0.4, 0.41)).unmet
    ((high,), both) = ([c for c in bounded((0.9, 1.5)).checks if c.alone], bounded((0.9, 1.5)).unmet)
    assert high.target.name == "other" and "other" in {check.target.name for check in both}


def test_figures_that_contradict_each_other_are_named_though_each_could_be_met_alone() -> None:
    found = bounded((0.2, 0.8))
    assert [check.target.name for check in found.unmet] == ["one", "other"]
    assert not any(check.alone for check in found.checks)


def test_a_figure_kept_aside_is_predicted_and_not_fitted() -> None:
    ways, names = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]), ["a", "b"]
    targets = [Target("a", 1.0, 0.1), Target("b", 2.0, 0.1, aside=True), Target("again", 1.1, 0.1, aside=True)]
    found = conditioned(straight(ways), names, normals(2), targets)
    without = conditioned(straight(ways[:1]), names, normals(2), targets[:1])
    assert found.widths == pytest.approx(without.widths, abs=0.02) and found.widths[1] == pytest.approx(1, abs=0.05)
    assert [check.target.name for check in found.aside] == ["b", "again"]
    assert found.aside[1].met and found.aside[1].after[2] - found.aside[1].after[0] < 0.8
    assert not found.unmet


def test_two_peaks_are_seen_and_one_is_not_taken_for_two() -> None:
    draw = np.random.default_rng(4)
    one = [draw.beta(a, b, size=WORLDS) for a, b in ((1, 1), (2, 2), (8, 3), (30, 30), (0.7, 1)) for _ in range(40)]
    assert sum(map(two_peaks, one)) == 0
    two = [np.concatenate([draw.normal(0.25, 0.06, 250), draw.normal(0.7, 0.06, 150)]).clip(0, 1) for _ in range(40)]
    assert sum(map(two_peaks, two)) == 40
    assert not two_peaks(np.full(WORLDS, 0.5))


def test_the_same_seed_gives_the_same_worlds_and_every_world_is_run_once_a_round() -> None:
    once, again = (fitted(np.eye(2), [0.3, 0.4], 0.1, 0.2) for _ in range(2))
    assert (once.scores == again.scores).all() and (once.figures == again.figures).all()
    assert once.runs == (ROUNDS + 1) * (WORLDS + WORLDS // AGAIN)


def test_no_run_meets_the_luck_of_another() -> None:
    met: list[int] = []

    def evaluate(scores: np.ndarray, first: int) -> np.ndarray:
        met.extend(range(first, first + len(scores)))
        return scores[:, :1]

    conditioned(evaluate, ["a"], normals(1), [Target("a", 0.0, 0.1)])
    assert met == list(range(len(met)))


# ---- normal scores


def test_scores_lead_back_to_the_values_and_never_out_of_their_range() -> None:
    draw = np.random.default_rng(6)
    values = np.column_stack([draw.random(WORLDS), draw.integers(1, 4, WORLDS), draw.exponential(size=WORLDS)])
    scores = Scores(values, np.array([False, True, False]), 1)
    assert scores.values_at(scores.prior) == pytest.approx(values)
    assert scores.prior.mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-9)
    far = scores.values_at(np.array([[-9.0, -9, -9], [9, 9, 9], [0.123, 0.123, 0.123]]))
    assert (far[:2] == [values.min(axis=0), values.max(axis=0)]).all()
    assert far[2, 1] in (1, 2, 3)
    assert float(ndtri(0.5)) == 0 and scores.values_at(np.zeros((1, 3)))[0, 0] == pytest.approx(np.median(values[:, 0]))


# ---- truths


def curve(scores: np.ndarray) -> np.ndarray:
    """Six figures of twelve parameters that bend: (worlds, 6)."""
    a = np.tanh(scores[:, :4].sum(axis=1) / 2)
    b = np.exp(0.4 * scores[:, 4:7].sum(axis=1) / 2)
    c = scores[:, 7:].sum(axis=1)
    return np.stack([a, b, c, a + 0.3 * scores[:, 0], 0.5 * b + a, c + 0.3 * scores[:, 4] ** 2], axis=1)


def gap(scores: np.ndarray) -> np.ndarray:
    """What a policy changes in these worlds."""
    return np.asarray(0.6 * scores[:, 0] + 0.5 * scores[:, 4] + 0.3 * scores[:, 7] + 0.1 * scores[:, 11])


def company(seed: int) -> tuple[bool, bool, float]:
    """One true company: whether nine in ten worlds hold what the policy changes there, before and after six figures of it, and
    the width of the range after over that before."""
    truth = np.random.default_rng([seed, 77]).normal(size=(1, 12))

    def lucky(scores: np.ndarray, first: int) -> np.ndarray:
        draw = np.random.default_rng([seed, first]).normal(size=(len(scores), 6))
        return curve(scores) + 0.15 * draw

    figures = lucky(truth, 10**6)[0]
    targets = [Target(f"figure {k}", float(value), 0.05) for k, value in enumerate(figures)]
    found = conditioned(lucky, [str(k) for k in range(12)], normals(12, seed=seed), targets, seed=seed)
    ends = [np.quantile(gap(worlds), (0.05, 0.95)) for worlds in (found.prior, found.scores)]
    held = [bool(low <= gap(truth)[0] <= high) for low, high in ends]
    return held[0], held[1], float(np.diff(ends[1])[0] / np.diff(ends[0])[0])


def companies(count: int) -> None:
    before, after, widths = zip(*(company(seed) for seed in range(count)), strict=True)
    for hits in (sum(before), sum(after)):
        assert binom.cdf(hits, count, 0.9) > 0.005 and binom.sf(hits - 1, count, 0.9) > 0.005, hits
    assert np.median(widths) < 0.85


def test_the_range_after_holds_the_truth_of_thirty_companies_as_often_as_promised_and_is_narrower() -> None:
    companies(30)


@pytest.mark.heavy
def test_the_range_after_holds_the_truth_of_four_hundred_companies_as_often_as_promised() -> None:
    companies(400)


# ---- what cannot be asked


@pytest.mark.parametrize(
    ("targets", "worlds", "words"),
    [
        ([], WORLDS, "at least one uncertain parameter and one figure"),
        ([Target("a", 0.5, 0.1, aside=True)], WORLDS, "at least one uncertain parameter and one figure"),
        ([Target("a", 0.5, 0.0)], WORLDS, "errors must be above 0"),
        ([Target("a", math.nan, 0.1)], WORLDS, "errors must be above 0"),
        ([Target("a", 0.5, 0.1)], 20, "at least 50"),
    ],
)
def test_what_cannot_be_calibrated_is_refused(targets: list[Target], worlds: int, words: str) -> None:
    with pytest.raises(Mistake, match=words):
        conditioned(straight(np.eye(1)), ["a"], normals(1, worlds), targets)


def test_figures_that_are_missing_everywhere_are_refused_and_a_few_missing_ones_are_not() -> None:
    def some(share: float) -> Evaluate:
        def evaluate(scores: np.ndarray, first: int) -> np.ndarray:
            lacking = np.random.default_rng(first).random(len(scores)) < share
            return np.where(lacking[:, None], np.nan, scores[:, :1])

        return evaluate

    targets = [Target("a", 0.5, 0.1)]
    with pytest.raises(Mistake, match="nothing to measure"):
        conditioned(some(1.0), ["a"], normals(1), targets)
    found = conditioned(some(0.05), ["a"], normals(1), targets)
    assert np.isfinite(found.scores).all() and found.scores.mean() == pytest.approx(0.5, abs=0.1)


# ---- worlds in order


def test_worlds_in_order_are_each_met_by_as_many_replications_and_are_other_worlds() -> None:
    few = prior(builtin(), 60)
    drawn = few.drawn_in_order(100, 3)
    assert [drawn.row_of(seed, number) for seed in (1, 2) for number in (0, 99, 100, 150)] == [0, 99, 0, 50] * 2
    assert (drawn.numbers_met(np.array([0, 1, 101])) == [0, 1, 1]).all()
    assert drawn.fingerprint != replace(drawn, in_order=False).fingerprint
    assert {tuple(row) for row in drawn.values} == {tuple(row) for row in few.values}
    heavy = replace(few, weights=np.where(np.arange(60) == 7, 0.5, 0.5 / 59))
    assert (heavy.drawn_in_order(100, 3).values == few.values[7]).all(axis=1).sum() == 50


def test_worlds_take_columns_beside_and_instead_of_their_own() -> None:
    few = prior(builtin(), 4)
    found = few.with_columns({few.paths[0]: np.arange(4.0), "quality.new": np.ones(4)})
    assert found.paths == (*few.paths, "quality.new") and (found.values[:, 0] == range(4)).all()
    assert (found.values[:, 1:-1] == few.values[:, 1:]).all() and (found.values[:, -1] == 1).all()


def test_one_setting_is_a_world_of_defaults() -> None:
    known, only = uncertain(builtin()), certain(builtin())
    assert only.values.shape == (1, len(known)) and only.values[0].tolist() == [line.default for line in known.values()]
