"""Scenario discovery finds a box that was planted, through noise, and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import Mistake
from sim.experiments.algorithms.prim import prim

NAMES = ("resolution", "price", "wait", "idle")


def cases(count: int, seed: int, noise: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Failure below a resolution of 0.62 and above a price of 30 in (20, 40); ``noise``: share of wrong labels."""
    draw = np.random.default_rng(seed)
    points = draw.uniform([0.3, 20, 0, 0], [0.9, 40, 9, 1], (count, 4))
    truth = (points[:, 0] < 0.62) & (points[:, 1] > 30)
    return points, truth ^ (draw.random(count) < noise)


@pytest.mark.parametrize(("noise", "slack"), [(0.0, 0.03), (0.1, 0.05)])
@pytest.mark.parametrize("seed", range(3))
def test_a_planted_box_is_found(seed: int, noise: float, slack: float) -> None:
    points, interest = cases(1000, seed, noise)
    box = prim(points, interest, NAMES, boxes=1)[0]
    sides = {limit.name: limit for limit in box.limits}
    assert set(sides) == {"resolution", "price"}
    assert sides["resolution"].high == pytest.approx(0.62, abs=0.6 * slack)
    assert sides["price"].low == pytest.approx(30, abs=20 * slack)
    assert np.isneginf(sides["resolution"].low) and np.isposinf(sides["price"].high)
    assert box.density > 0.95 - noise and box.coverage > (0.95 if noise == 0 else 0.65)


def test_the_box_says_what_it_holds() -> None:
    """Coverage, density and mass are those of the cases that the box's own limits let in."""
    points, interest = cases(500, 4, 0.1)
    box = prim(points, interest, NAMES)[0]
    inside = box.holds(points, NAMES)
    assert box.mass == inside.mean() and box.base_rate == interest.mean()
    assert box.density == interest[inside].mean() and box.coverage == interest[inside].sum() / interest.sum()


def test_the_box_is_told_in_words() -> None:
    points, interest = cases(4000, 1)
    words = prim(points, interest, NAMES, boxes=1)[0].words
    assert "resolution < 0.62" in words and " and " in words and "price > 30" in words and "idle" not in words


def test_two_planted_boxes_are_both_found() -> None:
    points = np.random.default_rng(2).random((3000, 2))
    interest = (points < 0.25).all(axis=1) | (points > 0.7).all(axis=1)
    found = prim(points, interest, ("a", "b"), boxes=2)
    assert len(found) == 2 and all(box.density > 0.95 for box in found) and sum(box.coverage for box in found) > 0.9


def test_a_switch_and_a_count_are_restricted_between_their_values() -> None:
    draw = np.random.default_rng(3)
    points = np.stack([draw.integers(0, 2, 800), draw.integers(5, 15, 800), draw.random(800)], axis=1).astype(float)
    interest = (points[:, 0] == 1) & (points[:, 1] <= 8)
    limits = {limit.name: limit for limit in prim(points, interest, ("switch", "count", "idle"), boxes=1)[0].limits}
    assert set(limits) == {"switch", "count"}
    assert limits["switch"].low == 0.5 and limits["count"].high == 8.5


def test_pure_chance_gives_a_box_seldom_and_never_a_pure_one() -> None:
    """Labels by the toss of a coin: what is found, if anything, is hardly denser than the rest."""
    for seed in range(10):
        draw = np.random.default_rng(seed)
        points, interest = draw.random((400, 3)), draw.random(400) < 0.5
        assert all(box.density < 0.75 for box in prim(points, interest, ("a", "b", "c")))


def test_the_order_of_cases_and_a_change_of_units_change_nothing() -> None:
    points, interest = cases(600, 5, 0.05)
    plain = prim(points, interest, NAMES, boxes=1)[0]
    order = np.random.default_rng(1).permutation(600)
    assert prim(points[order], interest[order], NAMES, boxes=1)[0] == plain
    scaled = prim(points * 60, interest, NAMES, boxes=1)[0]
    assert (scaled.coverage, scaled.density, scaled.mass) == (plain.coverage, plain.density, plain.mass)


@pytest.mark.parametrize(
    ("interest", "words"), [(np.ones(30, bool), "all of the 30"), (np.zeros(30, bool), "none of the 30")]
)
def test_nothing_to_tell_apart_is_said(interest: np.ndarray, words: str) -> None:
    with pytest.raises(Mistake, match=words):
        prim(np.random.default_rng(1).random((30, 2)), interest, ("a", "b"))


def test_too_few_cases_are_refused() -> None:
    with pytest.raises(Mistake, match="at least 20"):
        prim(np.zeros((5, 1)), np.array([True, False, True, True, False]), ("a",))
