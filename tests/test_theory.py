"""The closed forms of diffusion, staying and worth against the exact figures in tests/evidence/evidence.csv."""

import numpy as np
import pytest

from sim.errors import Mistake
from sim.theory import bass, lifetime_value
from sim.theory import shifted_beta_geometric as sbg

P, Q = 0.03, 0.38
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]


def test_the_average_diffusion_peaks_when_the_table_says() -> None:
    peak = bass.peak_time(P, Q)
    assert peak == pytest.approx(6.193, abs=5e-4)
    assert bass.adopted(peak, P, Q) == pytest.approx(0.4605, abs=5e-5)
    assert bass.adoption_rate(peak, P, Q) == pytest.approx(0.1106, abs=5e-5)


@pytest.mark.parametrize(("share", "years"), [(0.1, 2.253), (0.5, 6.550), (0.9, 11.757)])
def test_shares_are_reached_when_the_table_says(share: float, years: float) -> None:
    assert bass.time_to(share, P, Q) == pytest.approx(years, abs=5e-4)
    assert bass.adopted(bass.time_to(share, P, Q), P, Q) == pytest.approx(share)


def test_shares_after_five_and_ten_years() -> None:
    assert bass.adopted([0, 5, 10], P, Q) == pytest.approx([0, 0.3312, 0.8128], abs=5e-5)


def test_the_rate_is_the_slope_of_the_share() -> None:
    time, step = np.linspace(0.1, 20, 50), 1e-5
    slope = (bass.adopted(time + step, P, Q) - bass.adopted(time - step, P, Q)) / (2 * step)
    assert bass.adoption_rate(time, P, Q) == pytest.approx(slope, rel=1e-6)


def test_a_curve_fitted_to_a_curve_is_that_curve() -> None:
    time = np.arange(1, 25)
    assert bass.fit(time, 0.7 * bass.adopted(time, P, Q)) == pytest.approx((P, Q, 0.7), rel=1e-3)


def test_without_imitation_most_adopt_at_once() -> None:
    assert bass.peak_time(0.1, 0.0) == bass.peak_time(0.1, 0.05) == 0
    assert bass.adopted(10, 0.1, 0.0) == pytest.approx(1 - np.exp(-1))


@pytest.mark.parametrize(
    ("survivors", "alpha", "beta", "likelihood", "year_12"),
    [(HIGH_END, 0.668, 3.806, -1611.2, 0.378), (REGULAR, 0.704, 1.182, -1680.3, 0.170)],
)
def test_the_published_cohorts_are_fitted_as_published(
    survivors: list[int], alpha: float, beta: float, likelihood: float, year_12: float
) -> None:
    found = sbg.fit(survivors)
    assert (found.alpha, found.beta) == pytest.approx((alpha, beta), abs=6e-4)
    assert found.log_likelihood == pytest.approx(likelihood, abs=0.06)
    assert sbg.survival(12, found.alpha, found.beta) == pytest.approx(year_12, abs=6e-4)


def test_the_residual_lifetime_is_the_one_published_and_the_sum_it_stands_for() -> None:
    found = sbg.residual_lifetime(7, 0.1, 0.668, 3.806)
    assert found == pytest.approx(7.53, abs=0.005)
    years = np.arange(8, 4000)
    stays = sbg.survival(years, 0.668, 3.806) / sbg.survival(7, 0.668, 3.806)
    assert found == pytest.approx(float(stays @ 1.1 ** -(years - 8.0)), rel=1e-6)


def test_retention_rises_and_multiplies_to_survival() -> None:
    rates = sbg.retention(np.arange(1, 13), 0.668, 3.806)
    assert (np.diff(rates) > 0).all()
    assert rates.prod() == pytest.approx(float(sbg.survival(12, 0.668, 3.806)))


@pytest.mark.parametrize(("before", "percent"), [(0.6, 19.9), (0.8, 25.9), (0.85, 29.9), (0.9, 36.6)])
def test_five_points_of_retention_are_worth_what_the_formula_says(before: float, percent: float) -> None:
    assert 100 * lifetime_value.gain(before, before + 0.05, 0.12) == pytest.approx(percent, abs=0.05)


@pytest.mark.parametrize(("retention", "elasticity"), [(0.8, 3.50), (0.9, 5.09), (0.95, 6.59)])
def test_elasticities_are_those_of_the_formula(retention: float, elasticity: float) -> None:
    assert lifetime_value.retention_elasticity(retention, 0.12) == pytest.approx(elasticity, abs=0.005)
    up, down = (np.log(lifetime_value.lifetime_value(1, retention * (1 + e), 0.12)) for e in (1e-6, -1e-6))
    assert lifetime_value.retention_elasticity(retention, 0.12) == pytest.approx((up - down) / 2e-6, rel=1e-5)
    up, down = (np.log(lifetime_value.lifetime_value(1, retention, 0.12 * (1 + e))) for e in (1e-6, -1e-6))
    assert lifetime_value.discount_elasticity(retention, 0.12) == pytest.approx((up - down) / 2e-6, rel=1e-5)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: bass.adopted(1, 0, 0.4),
        lambda: bass.time_to(1.0, P, Q),
        lambda: sbg.fit([10, 12, 9]),
        lambda: sbg.survival(1, 0, 1),
        lambda: sbg.residual_lifetime(1, 0, 1, 1),
        lambda: lifetime_value.lifetime_value(1, 1.2, 0.1),
    ],
)
def test_impossible_numbers_are_refused(wrong: object) -> None:
    with pytest.raises(Mistake):
        wrong()  # type: ignore[operator]
