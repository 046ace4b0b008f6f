"""How the shipped worlds are made: emulators find what moves a row, draws agree with a closed form, and nothing is forced."""

from __future__ import annotations

import numpy as np
import pytest
from make_worlds import Figure, by_chance, draws, emulator, reachable

PLACES = np.random.default_rng(4).random((160, 40))
CHANCE = by_chance(160, 40)


def test_an_emulator_finds_what_moves_a_row_and_the_error_that_is_left() -> None:
    noise = np.random.default_rng(5).normal(0, 0.1, 160)
    found = emulator(PLACES, 2 * PLACES[:, 3] - 3 * (PLACES[:, 7] - 0.5) ** 2 + noise, CHANCE)
    assert set(found.chosen) == {3, 7} and found.error == pytest.approx(0.1, rel=0.2)
    ends = np.full((2, 40), 0.5)
    ends[1, 3] = 1.0
    assert np.diff(found(ends))[0] == pytest.approx(1.0, abs=0.1)


def test_what_is_moved_by_nothing_has_an_emulator_of_nothing() -> None:
    taken = [len(emulator(PLACES, np.random.default_rng(seed).normal(size=160), CHANCE).chosen) for seed in range(40)]
    assert (
        np.mean(np.array(taken) > 0) <= 0.2
    )  # one in twenty is promised; of 40, eight are beyond three standard errors


def test_draws_agree_with_the_closed_form() -> None:
    """A place of which a figure with a normal error tells everything: draws are that normal distribution, cut off at 0 and 1."""
    told = emulator(PLACES, PLACES[:, 2], CHANCE)
    half = 1.645 * 0.1 / np.hypot(1, 0.5)  # so that figure and discrepancy together have a standard deviation of 0.1
    figure = Figure("L00", 0.4 - half, 0.4 + half)
    assert figure.error == pytest.approx(0.1)
    found = draws([figure], [told], 40, count=1500)
    assert found[:, 2].mean() == pytest.approx(0.4, abs=0.01) and found[:, 2].std() == pytest.approx(0.1, rel=0.08)
    others = np.delete(found, 2, axis=1)
    assert others.mean() == pytest.approx(0.5, abs=0.01) and others.std() == pytest.approx(1 / np.sqrt(12), rel=0.02)


def test_a_row_that_no_world_comes_near_is_found_out() -> None:
    figure = Figure("L00", 2.0, 10.0)
    assert not reachable(figure, np.array([0.4, 0.7])) and reachable(figure, np.array([0.4, 1.9]))


def test_a_wide_band_is_compared_in_logarithms_and_told_in_its_own_unit() -> None:
    figure = Figure("L00", 2.0, 10.0)
    assert figure.logarithmic and figure.back(np.array([figure.value]))[0] == pytest.approx(np.sqrt(20))
    assert np.isnan(figure.told(np.array([-1.0]))[0]) and not Figure("L01", -1.0, 1.0).logarithmic
