"""The methods of sensitivity analysis, which are SALib's: their designs and their indices, the dummy's among them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

DUMMY = "mere chance"
METHODS = {"sobol": "total", "morris": "mu_star", "pawn": "median", "delta": "delta"}
"""Method → the index by which parameters are ranked and held against the dummy."""
SLICES, RESAMPLES, NORMAL = 10, 100, 1.959964


class Index(NamedTuple):
    """A sensitivity index with its 95 % interval, from resampling the design."""

    value: float
    low: float
    high: float

    @classmethod
    def around(cls, value: float, half: float) -> Index:
        """The index with an interval of this half-width."""
        return cls(float(value), float(value - half), float(value + half))


def problem_of(names: Sequence[str], groups: Sequence[str] | None) -> dict[str, Any]:
    """SALib's description of the parameters, the dummy last."""
    found: dict[str, Any] = {
        "num_vars": len(names) + 1,
        "names": [*names, DUMMY],
        "bounds": [[0.0, 1.0]] * (len(names) + 1),
    }
    return found | ({"groups": [*groups, DUMMY]} if groups else {})


def design(method: str, factors: int, samples: int, seed: int, groups: Sequence[str] | None = None) -> np.ndarray:
    """The points of an analysis, the dummy in the last column: float64 (points, factors + 1) in [0, 1].

    ``samples`` counts base points (Sobol, Saltelli's scheme), trajectories (Morris) or points (PAWN, delta).
    """
    from SALib.sample import latin, morris, sobol

    problem = problem_of([str(k) for k in range(factors)], groups)
    with quiet(seed):
        if method == "sobol":
            return sobol.sample(problem, samples, calc_second_order=False, seed=_generator(seed))
        if method == "morris":
            return morris.sample(problem, samples, num_levels=4, seed=_generator(seed))
        return latin.sample(problem, samples, seed=_generator(seed))


def _generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@contextmanager
def quiet(seed: int) -> Iterator[None]:
    """SALib leaves nothing behind: neither its warnings, nor their form, nor the state of numpy's shared generator."""
    state, form = np.random.get_state(), warnings.formatwarning
    np.random.seed(seed % 2**32)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(state)
        warnings.formatwarning = form


def _indices(values: Any, halves: Any) -> tuple[Index, ...]:
    return tuple(Index.around(value, half) for value, half in zip(values, halves, strict=True))


def _sobol(
    problem: dict[str, Any], places: np.ndarray, averages: np.ndarray, chance: np.ndarray, seed: int
) -> dict[str, tuple[Index, ...]]:
    """Where only the dummy moves, the point is the same and its luck another."""
    from SALib.analyze import sobol

    rows = len(set(problem.get("groups", problem["names"]))) + 2
    moved = averages.copy()
    moved[rows - 2 :: rows] = averages[::rows] + chance[::rows]
    found = sobol.analyze(problem, moved, calc_second_order=False, num_resamples=RESAMPLES, seed=seed % 2**32 + 1)
    return {"first": _indices(found["S1"], found["S1_conf"]), "total": _indices(found["ST"], found["ST_conf"])}


def _morris(
    problem: dict[str, Any], places: np.ndarray, averages: np.ndarray, chance: np.ndarray, seed: int
) -> dict[str, tuple[Index, ...]]:
    """From where the dummy moves on, a trajectory goes on under other luck."""
    from SALib.analyze import morris

    rows = len(set(problem.get("groups", problem["names"]))) + 1
    moved = averages.copy()
    for start in range(0, len(places), rows):
        step = 1 + int(np.flatnonzero(np.diff(places[start : start + rows, -1]))[0])
        moved[start + step : start + rows] += chance[start + step]
    found = morris.analyze(problem, places, moved, num_resamples=RESAMPLES, num_levels=4, seed=_generator(seed))
    none = np.zeros(len(found["mu"]))
    star = _indices(found["mu_star"], found["mu_star_conf"])
    return {"mu": _indices(found["mu"], none), "mu_star": star, "sigma": _indices(found["sigma"], none)}


def _pawn(
    problem: dict[str, Any], places: np.ndarray, averages: np.ndarray, chance: np.ndarray, seed: int
) -> dict[str, tuple[Index, ...]]:
    from SALib.analyze import pawn

    def medians(rows: np.ndarray) -> np.ndarray:
        return np.asarray(pawn.analyze(problem, places[rows], averages[rows], S=SLICES, seed=None)["median"])

    count, draw = len(places), _generator(seed)
    again = np.array([medians(draw.integers(count, size=count)) for _ in range(RESAMPLES // 5)])
    return {"median": _indices(medians(np.arange(count)), NORMAL * again.std(axis=0, ddof=1))}


def _delta(
    problem: dict[str, Any], places: np.ndarray, averages: np.ndarray, chance: np.ndarray, seed: int
) -> dict[str, tuple[Index, ...]]:
    """SALib's estimate, but resampled here: SALib 1.6 starts from a resampled estimate too, which its interval leaves out."""
    from SALib.analyze.delta import calc_delta

    count, draw = len(places), _generator(seed)
    slices = np.linspace(0, count, min(round(np.ceil(count ** (2 / (7 + np.tanh((1500 - count) / 500))))), 48) + 1)
    grid = np.linspace(averages.min(), averages.max(), 100)

    def estimate(column: np.ndarray, rows: np.ndarray) -> float:
        return float(calc_delta(averages[rows], grid, column[rows], slices))

    found = []
    for column in places.T:
        again = [estimate(column, draw.integers(count, size=count)) for _ in range(RESAMPLES // 5)]
        plain = estimate(column, np.arange(count))
        found.append(Index.around(2 * plain - float(np.mean(again)), NORMAL * float(np.std(again, ddof=1))))
    return {"delta": tuple(found)}


INDICES = {"sobol": _sobol, "morris": _morris, "pawn": _pawn, "delta": _delta}
"""Method → what computes its indices from SALib's problem, the design, each point's average and luck, and a seed."""
