"""Sensitivity indices against closed forms, with and without luck, and what a parameter without effect is told to do."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import norm

from sim.errors import Mistake
from sim.experiments.algorithms.sensitivity import (
    FEWEST,
    Analysis,
    Evaluate,
    Study,
    analyse,
    chance_share,
    luck,
)
from sim.experiments.algorithms.sensitivity_indices import DUMMY, METHODS, design

NAMES = ("x1", "x2", "x3", "idle")
A, B = 7.0, 0.1


def ishigami(points: np.ndarray) -> np.ndarray:
    """Ishigami & Homma 1990 over the unit cube; a fourth parameter does nothing."""
    x1, x2, x3 = (math.pi * (2 * points[:, k] - 1) for k in range(3))
    return np.sin(x1) + A * np.sin(x2) ** 2 + B * x3**4 * np.sin(x1)


V1 = 0.5 * (1 + B * math.pi**4 / 5) ** 2
V2 = A**2 / 8
V13 = B**2 * math.pi**8 * (1 / 18 - 1 / 50)
VARIANCE = V1 + V2 + V13


def noisy(sd: float, common: float = 0.0, own_luck: bool = True) -> Evaluate:
    """Two outcomes: the Ishigami function with luck, and its negative with none. Luck differs from point to point."""

    def evaluate(points: np.ndarray, replications: range) -> np.ndarray:
        shared = np.random.default_rng(99).normal(size=10_000)[replications.start : replications.stop]
        own = np.random.default_rng(5).normal(size=(len(points), len(replications))) * own_luck
        plain = ishigami(points)[:, None] + np.zeros(len(replications))
        return np.stack([plain + common * shared + sd * own, -plain], axis=2)

    return evaluate


def with_noise(share: float, noise: float) -> float:
    """What a share of the variance without luck becomes when luck adds variance to it."""
    return share * VARIANCE / (VARIANCE + noise)


def index(analysis: Analysis, kind: str, name: str) -> tuple[float, float, float]:
    return analysis.indices[kind][[*analysis.names, DUMMY].index(name)]


def covers(found: tuple[float, float, float], truth: float, widened: float = 1.5) -> bool:
    """Sixteen intervals at 95 % are looked at, so each is widened to about 99.7 %."""
    value, low, high = found
    return value + widened * (low - value) - 1e-9 <= truth <= value + widened * (high - value) + 1e-9


KNOWN = {
    "first": {"x1": V1 / VARIANCE, "x2": V2 / VARIANCE, "x3": 0.0, "idle": 0.0, DUMMY: 0.0},
    "total": {"x1": (V1 + V13) / VARIANCE, "x2": V2 / VARIANCE, "x3": V13 / VARIANCE, "idle": 0.0, DUMMY: 0.0},
}


def test_sobol_indices_of_ishigami_are_the_known_ones() -> None:
    quiet = analyse(noisy(0, own_luck=False), Study(NAMES, method="sobol", samples=1024, replications=range(2)))[1]
    for kind, truths in KNOWN.items():
        for name, truth in truths.items():
            assert covers(index(quiet, kind, name), truth), (kind, name)
    assert quiet.chance == pytest.approx(0, abs=1e-12)
    assert set(quiet.above_chance) == {"x1", "x2", "x3"} and quiet.warning is None


@pytest.mark.parametrize("sd", [2.0, 6.0])
def test_sobol_indices_of_a_noisy_ishigami_are_the_known_ones(sd: float) -> None:
    """Luck that differs between points adds its variance to every total index, the dummy's among them."""
    count = 10
    noise = sd**2 / count
    found = analyse(
        noisy(sd, common=5.0), Study(NAMES, method="sobol", samples=1024, replications=range(count), seed=3)
    )[0]
    chance = noise / (VARIANCE + noise)
    assert found.chance == pytest.approx(chance, rel=0.1)
    for name, truth in KNOWN["first"].items():
        assert covers(index(found, "first", name), with_noise(truth, noise)), ("first", name)
    for name, truth in KNOWN["total"].items():
        idle_by_luck_alone = name == "idle"  # the same point and, here, other luck: as the dummy
        assert covers(index(found, "total", name), with_noise(truth, noise) + chance), (
            "total",
            name,
            idle_by_luck_alone,
        )
    assert "idle" not in found.above_chance and {"x1", "x2", "x3"} == set(found.above_chance)


def test_one_replication_is_refused_because_luck_would_pass_for_an_effect() -> None:
    with pytest.raises(Mistake, match="at least 2 replications"):
        analyse(noisy(2.0), Study(NAMES, method="sobol", samples=64, replications=range(1)))


def test_too_small_a_budget_says_that_it_cannot_tell() -> None:
    small = analyse(noisy(20.0), Study(NAMES, method="sobol", samples=16, replications=range(2)))[0]
    assert small.undecided and small.warning and "cannot tell" in small.warning and "more replications" in small.warning


def test_the_share_of_chance_is_that_of_a_worked_example() -> None:
    """Points 0 and 2; luck +-1 in turn at each: residuals +-1, (4 / 1) / 2 = 2 of the averages' variance of 2."""
    assert chance_share(np.array([[1.0, -1.0], [1.0, 3.0]])) == pytest.approx(1.0)
    assert chance_share(np.array([[1.0, 3.0], [5.0, 7.0]])) == 0.0  # common luck is no chance between points


@pytest.mark.parametrize("count", [2, 5, 8])
def test_the_dummys_luck_is_as_wide_as_fresh_luck(count: int) -> None:
    """Its variance is that of the difference between two averages: 2 sd²/n, common luck left out."""
    draw = np.random.default_rng(4)
    values = 3.0 * draw.normal(size=(40_000, count)) + 50 * draw.normal(size=count)
    assert luck(values).var() == pytest.approx(2 * 9 / count, rel=0.03)


def test_groups_take_their_parameters_together() -> None:
    """x1 and x3 as one mechanism: alone it holds all but x2's share, and nothing interacts across groups."""
    groups = ("a", "b", "a", "c")
    found = analyse(
        noisy(0, own_luck=False), Study(NAMES, method="sobol", samples=1024, replications=range(2), groups=groups)
    )[1]
    assert found.names == ("a", "b", "c")
    for kind in ("first", "total"):
        assert covers(index(found, kind, "a"), 1 - V2 / VARIANCE) and covers(index(found, kind, "b"), V2 / VARIANCE)
        assert covers(index(found, kind, "c"), 0.0)


def linear(points: np.ndarray, replications: range) -> np.ndarray:
    luck_of = np.random.default_rng(8).normal(size=(len(points), len(replications)))
    return (points @ np.array([4.0, -2.0, 0.0]))[:, None, None] + 0.2 * luck_of[..., None]


def test_morris_gives_a_linear_models_slopes() -> None:
    """Elementary effects of 4a - 2b are 4 and -2; those of luck have mean |effect| sqrt(2/pi) sd_gap / step."""
    count = 8
    (found,) = analyse(linear, Study(("a", "b", "c"), method="morris", samples=200, replications=range(count)))
    step = 2 / 3
    by_luck = math.sqrt(2 / math.pi) * math.sqrt(2 * 0.2**2 / count) / step
    effects = dict(zip((*found.names, DUMMY), found.indices["mu"], strict=True))
    assert effects["a"].value == pytest.approx(4, abs=0.05) and effects["b"].value == pytest.approx(-2, abs=0.05)
    assert found.dummy.value == pytest.approx(by_luck, rel=0.15)
    assert found.ranking_index[2].value == pytest.approx(by_luck, rel=0.15)  # c has no effect: it looks like the dummy
    assert found.above_chance == ("a", "b")


def test_pawn_tells_effects_from_the_dummy() -> None:
    (found,) = analyse(linear, Study(("a", "b", "c"), method="pawn", samples=1000, replications=range(8)))
    assert [name for name, _ in found.ranking][:2] == ["a", "b"] and set(found.above_chance) == {"a", "b"}


def test_delta_of_two_normal_causes_is_that_of_its_definition() -> None:
    """Y = 2 Z1 + Z2: delta is half the area between the densities of Y and of Y given Z1, on average over Z1.

    Smoothing the densities costs a few hundredths at this number of points.
    """
    y = np.linspace(-15, 15, 4001)
    z = norm.ppf((np.arange(400) + 0.5) / 400)

    def known(slope: float, rest: float) -> float:
        areas = np.abs(norm.pdf(y, 0, math.hypot(slope, rest)) - norm.pdf(y, slope * z[:, None], rest)).sum(axis=1)
        return float(areas.mean()) * (y[1] - y[0]) / 2

    def normal(points: np.ndarray, replications: range) -> np.ndarray:
        return np.repeat((norm.ppf(points) @ [2.0, 1.0])[:, None, None], len(replications), axis=1)

    (found,) = analyse(normal, Study(("a", "b"), method="delta", samples=600, replications=range(2)))
    assert found.ranking_index[0].value == pytest.approx(known(2, 1), abs=0.05)
    assert found.ranking_index[1].value == pytest.approx(known(1, 2), abs=0.05)
    assert found.dummy.value < 0.05 and found.above_chance == ("a", "b")


@pytest.mark.parametrize("method", METHODS)
def test_the_design_has_as_many_points_as_announced_and_leaves_no_trace(method: str) -> None:
    samples = max(FEWEST[method], 16)
    before, form = np.random.get_state()[1].copy(), __import__("warnings").formatwarning  # type: ignore[index]
    places = design(method, 3, samples, seed=1)
    rows = {"sobol": 6, "morris": 5}.get(method, 1) * samples
    assert places.shape == (rows, 4) and places.min() >= 0 and places.max() <= 1
    assert len(np.unique(places[:, :-1], axis=0)) <= Study(("a", "b", "c"), method, samples, range(2)).runs
    assert (design(method, 3, samples, seed=1) == places).all()
    found = [
        analyse(linear, Study(("a", "b", "c"), method=method, samples=samples, replications=range(2))) for _ in range(2)
    ]
    assert found[0][0].indices == found[1][0].indices
    assert (np.random.get_state()[1] == before).all() and __import__("warnings").formatwarning is form  # type: ignore[index]


def test_a_failed_replication_does_not_spoil_the_rest() -> None:
    def torn(points: np.ndarray, replications: range) -> np.ndarray:
        values = linear(points, replications)
        values[3, 1] = math.nan
        return values

    (found,) = analyse(torn, Study(("a", "b", "c"), method="morris", samples=50, replications=range(8)))
    assert found.above_chance == ("a", "b")


def constant(points: np.ndarray, replications: range) -> np.ndarray:
    return np.ones((len(points), len(replications), 1))


def nothing(points: np.ndarray, replications: range) -> np.ndarray:
    return np.full((len(points), len(replications), 1), math.nan)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"method": "soboll"}, "did you mean 'sobol'"),
        ({"samples": 8}, "at least 16"),
        ({"samples": 100}, "take 64 or 128"),
        ({"evaluate": constant}, "same at every point"),
        ({"evaluate": nothing}, "failed"),
        ({"method": "pawn", "samples": 100, "groups": ("a", "a", "b")}, "sobol and morris"),
        ({"groups": ("a", "b")}, "3 parameters and 2 groups"),
    ],
)
def test_what_cannot_be_answered_is_refused(settings: dict[str, object], words: str) -> None:
    defaults: dict[str, object] = {"evaluate": linear, "method": "sobol", "samples": 16}
    whole = defaults | settings
    evaluate: Callable[..., np.ndarray] = whole.pop("evaluate")  # type: ignore[assignment]
    with pytest.raises(Mistake, match=words):
        analyse(evaluate, Study(("a", "b", "c"), replications=range(2), **whole))  # type: ignore[arg-type]
