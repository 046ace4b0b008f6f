"""The search finds known optima through noise, keeps limits, repeats itself exactly, and tells no lucky figures."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.errors import Mistake
from sim.experiments.algorithms.search import Effort, Goal, confirmed, search, undominated
from sim.experiments.algorithms.selection import Terms
from sim.experiments.algorithms.sensitivity import Evaluate

PEAK = np.array([0.3, 0.7])


def bowl(sd: float) -> Evaluate:
    """Outcomes: 10 less 40 times the squared distance from the peak; cost, the first coordinate. Luck depends on the point."""

    def evaluate(points: np.ndarray, replications: range) -> np.ndarray:
        plain = 10 - 40 * ((points - PEAK) ** 2).sum(axis=1)
        values = np.empty((len(points), len(replications), 2))
        for k, point in enumerate(points):
            for place, replication in enumerate(replications):
                words = [replication, *(int(u * 2**30) for u in point)]
                values[k, place, 0] = plain[k] + sd * np.random.default_rng(words).normal()
        values[:, :, 1] = points[:, :1]
        return values

    return evaluate


FREE, COST = Goal(1), Goal(0)


@pytest.mark.parametrize("method", ["tpe", "cmaes"])
def test_the_known_optimum_is_found_through_noise(method: str) -> None:
    found = search(bowl(1.0), 2, [FREE, COST], Effort(trials=96, batch=8, replications=range(4), method=method))
    final = confirmed(bowl(1.0), found, Terms(start=1000, first=20, zone=0.5))
    assert final.best is not None
    assert np.hypot(*(final.points[final.best] - PEAK)) < 0.12
    assert final.fresh[final.best][0].low <= 10 and final.fresh[final.best][0].mean > 9


@pytest.mark.parametrize("method", ["tpe", "cmaes"])
def test_the_optimum_under_a_limit_lies_on_the_limit(method: str) -> None:
    """The first coordinate may be at most 0.2: the best is (0.2, 0.7), worth 10 - 40 * 0.01 = 9.6."""
    found = search(
        bowl(0.0), 2, [FREE, Goal(0, at_most=0.2)], Effort(trials=128, batch=8, replications=range(1), method=method)
    )
    final = confirmed(bowl(0.0), found, Terms(start=10, first=3, zone=0.01))
    assert final.best is not None and final.points[final.best][0] <= 0.2
    assert final.fresh[final.best][0].mean == pytest.approx(9.6, abs=0.25)


@pytest.mark.parametrize("method", ["tpe", "cmaes", "nsga2"])
def test_the_same_seed_gives_the_same_trials(method: str) -> None:
    once, again, other = (
        search(bowl(1.0), 2, [FREE, COST], Effort(trials=30, batch=10, replications=range(2), method=method, seed=seed))
        for seed in (4, 4, 5)
    )
    assert (once.points == again.points).all() and (once.means == again.means).all()
    assert (once.points != other.points).any()


def two_sides(points: np.ndarray, replications: range) -> np.ndarray:
    """Schaffer's problem: less of x² and of (x - 2)², x = 4 u - 1; the front is x from 0 to 2."""
    x = 4 * points[:, 0] - 1
    return np.repeat(np.stack([x**2, (x - 2) ** 2], axis=1)[:, None, :], len(replications), axis=1)


def test_the_front_of_two_objectives_is_the_known_one() -> None:
    found = search(
        two_sides, 1, [Goal(-1), Goal(-1)], Effort(trials=160, batch=20, replications=range(1), method="nsga2")
    )
    x = np.sort(4 * found.points[found.front(), 0] - 1)
    assert x.min() > -0.15 and x.max() < 2.15 and len(x) > 20
    assert np.diff(x).max() < 0.4 and x[0] < 0.2 and x[-1] > 1.8
    final = confirmed(two_sides, found, Terms(start=50, first=3, zone=0.1), finalists=12)
    assert final.best is None and set(final.front) == set(range(len(final.points)))


def test_what_is_undominated_is_what_nothing_beats() -> None:
    values = np.array([[1.0, 5.0], [2.0, 4.0], [1.0, 4.0], [3.0, 1.0], [3.0, 1.0], [0.0, 0.0]])
    assert undominated(values).tolist() == [True, True, False, True, True, False]


def flat(points: np.ndarray, replications: range) -> np.ndarray:
    return bowl(3.0)(points, replications)[:, :, :1] + 40 * ((points - PEAK) ** 2).sum(axis=1)[:, None, None]


def test_the_winners_curse_is_lifted() -> None:
    """Every point is worth 10, so the search's best is pure luck; fresh replications say 10 again."""
    found = search(flat, 2, [FREE], Effort(trials=60, batch=20, replications=range(2)))
    final = confirmed(flat, found, Terms(start=1000, first=60, most=200, zone=1.0))
    assert final.best is not None
    assert final.searched[final.best, 0] > 12
    assert final.fresh[final.best][0].low <= 10.6 and abs(final.fresh[final.best][0].mean - 10) < 1.6
    assert final.curse[:, 0].mean() > 2


def test_limits_that_nothing_keeps_leave_no_winner() -> None:
    found = search(bowl(0.5), 2, [FREE, Goal(0, at_least=2.0)], Effort(trials=20, batch=10, replications=range(2)))
    assert not found.feasible.any() and confirmed(bowl(0.5), found, Terms(start=50, first=3, zone=1)).best is None


def test_failed_points_do_not_stop_the_search() -> None:
    def torn(points: np.ndarray, replications: range) -> np.ndarray:
        values = bowl(0.5)(points, replications)
        values[points[:, 0] > 0.6] = math.nan
        return values

    def broken(points: np.ndarray, replications: range) -> np.ndarray:
        return np.full((len(points), len(replications), 2), math.nan)

    for method in ("tpe", "cmaes", "nsga2"):
        with pytest.raises(Mistake, match="every trial failed"):
            search(broken, 2, [FREE, COST], Effort(trials=10, batch=5, replications=range(2), method=method))
        found = search(torn, 2, [FREE, COST], Effort(trials=40, batch=10, replications=range(2), method=method))
        assert len(found.points) == 40 and not found.feasible[found.points[:, 0] > 0.6].any()


@pytest.mark.parametrize(
    ("goals", "settings", "words"),
    [
        ([FREE], {"method": "tpee"}, "did you mean 'tpe'"),
        ([COST], {}, "nothing to optimise"),
        ([FREE, FREE], {}, "only nsga2"),
        ([FREE], {"trials": 5}, "at least 10"),
        ([Goal(1, at_least=2, at_most=1)], {}, "contradicts itself"),
    ],
)
def test_what_cannot_work_is_refused(goals: list[Goal], settings: dict[str, object], words: str) -> None:
    with pytest.raises(Mistake, match=words):
        search(bowl(1.0), 2, goals, Effort(**{"trials": 20, "batch": 5, "replications": range(1), **settings}))  # type: ignore[arg-type]
