"""Fit what nobody knows to figures that somebody does: a posterior, what it cannot tell apart, and whether it fits at all.

First an optimiser looks for the best fit, which shows whether the figures contradict each other or the model. Then
approximate Bayesian computation by sequential Monte Carlo (ABC-SMC; Toni et al. 2009, J. R. Soc. Interface 6:187-202, with
the perturbation of Beaumont, Cornuet, Marin & Robert 2009, Biometrika 96:983-990) carries a sample of the prior to the
posterior. Instead of a tolerance that somebody has to choose, each figure comes with its uncertainty, and a particle weighs
as much as the figure is probable under it: then the result is exact for a figure with that error (Wilkinson 2013, Stat.
Appl. Genet. Mol. Biol. 12:129-141). The uncertainties are first taken wider and then narrowed down to what was stated.

The prior is uniform over the unit cube of places; ``evaluate`` maps places to settings, and is asked for whole populations.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc

from sim.errors import Mistake
from sim.experiments.algorithms.posterior import Posterior, Target
from sim.experiments.algorithms.search import Effort, Goal, search
from sim.experiments.algorithms.sensitivity import Evaluate
from sim.runs.statistics import mean_of

NARROWING, FINAL, MOST_GENERATIONS = 0.5, 3, 40
"""Share of the population that must stay effective when the uncertainties are narrowed; populations pooled at the end."""


@dataclass(frozen=True, eq=False)
class _Population:
    """Particles of one generation: places, weights (adding up to 1), figures and the density they were drawn from."""

    places: np.ndarray
    figures: np.ndarray
    weights: np.ndarray
    density: np.ndarray


class _Fit:
    """What every step of a calibration needs."""

    def __init__(self, evaluate: Evaluate, targets: Sequence[Target], replications: int) -> None:
        self.evaluate, self.replications, self.next = evaluate, replications, 0
        self.values = np.array([target.value for target in targets])
        self.errors = np.array([target.error for target in targets])
        self.luck = np.zeros(len(targets))
        self.runs = 0

    def figures(self, places: np.ndarray) -> np.ndarray:
        """Predicted figures, averages over replications that no population before had: (particles, targets)."""
        numbers = range(self.next, self.next + self.replications)
        self.next += self.replications
        self.runs += len(places)
        found = np.asarray(self.evaluate(places, numbers), np.float64)
        if self.replications > 1:
            self.luck = np.sqrt(_variance(found) / self.replications)
        return mean_of(found)

    def misfit(self, figures: np.ndarray) -> np.ndarray:
        """Sum of squared deviations in standard errors, of figure and luck together; infinite where one is missing."""
        scale = np.hypot(self.errors, self.luck)
        found = (((figures - self.values) / scale) ** 2).sum(axis=1)
        return np.where(np.isfinite(found), found, np.inf)


def _variance(found: np.ndarray) -> np.ndarray:
    """The variance of a single replication, averaged over the particles of which two or more have the figure: (targets,)."""
    counts = np.isfinite(found).sum(axis=1)
    squares = np.nansum((found - mean_of(found)[:, None]) ** 2, axis=1)
    each = np.divide(squares, counts - 1, out=np.full(counts.shape, np.nan), where=counts > 1)
    return np.nan_to_num(mean_of(each))


def calibrate(
    evaluate: Evaluate,
    names: Sequence[str],
    targets: Sequence[Target],
    *,
    particles: int = 500,
    replications: int = 4,
    search_trials: int = 100,
    seed: int = 1,
) -> Posterior:
    """The posterior of the parameters ``names`` given ``targets``, one for each outcome of ``evaluate``.

    ``particles``: size of a population, all of which are evaluated in one call, each call under replications of its own;
    ``replications``: how many are averaged (their luck widens the figures' errors); ``search_trials``: points that the
    optimiser may try before, 0 for none. Deterministic in ``seed``. Raises :class:`~sim.errors.Mistake`.
    """
    _check(names, targets, particles, replications)
    fit = _Fit(evaluate, targets, replications)
    population = _prior(fit, len(names), particles, seed)
    best, misfit = _best(fit, population, search_trials, seed)
    wide, settled, generation = _first_width(fit, population), False, 0
    pooled: list[_Population] = []
    while len(pooled) < FINAL and generation < MOST_GENERATIONS:
        generation += 1
        wide = _narrowed(fit, population, wide)
        weighted = _weighted(fit, population, wide)
        if wide == 1.0:
            settled, pooled = True, [*pooled, weighted]
        if len(pooled) < FINAL:
            population = _moved(fit, weighted, particles, np.random.default_rng([seed, generation]))
    parts = pooled or [_weighted(fit, population, wide)]
    for part in parts:
        lowest = int(fit.misfit(part.figures).argmin())
        if fit.misfit(part.figures)[lowest] < misfit:
            best, misfit = part.places[lowest], float(fit.misfit(part.figures)[lowest])
    whole = _pooled(parts)
    return Posterior(
        tuple(names), tuple(targets), whole.places, whole.weights, whole.figures,
        best, misfit, fit.luck, fit.runs, settled,
    )  # fmt: skip


def _check(names: Sequence[str], targets: Sequence[Target], particles: int, replications: int) -> None:
    if not names or not targets:
        raise Mistake("calibration needs at least one uncertain parameter and one figure to meet")
    for target in targets:
        if not (target.error > 0 and math.isfinite(target.error) and math.isfinite(target.value)):
            raise Mistake(
                f"{target.name} is {target.value:g} with an error of {target.error:g}; errors must be above 0"
            )
    if particles < 20 * len(names):
        raise Mistake(f"{particles} particles are too few for {len(names)} parameters; take at least {20 * len(names)}")
    if replications < 1:
        raise Mistake(f"replications is {replications}, but must be at least 1")


def _prior(fit: _Fit, parameters: int, particles: int, seed: int) -> _Population:
    """A sample of the prior, evenly spread."""
    places = qmc.LatinHypercube(parameters, rng=np.random.default_rng([seed, 0])).random(particles)
    figures = fit.figures(places)
    if not np.isfinite(fit.misfit(figures)).any():
        raise Mistake(
            "every run of the first population failed or had nothing to measure; see the failed replications, or take other "
            "figures"
        )
    return _Population(places, figures, np.full(particles, 1 / particles), np.ones(particles))


def _best(fit: _Fit, population: _Population, trials: int, seed: int) -> tuple[np.ndarray, float]:
    """The best fit so far, bettered by an optimiser when it is given trials."""
    misfits = fit.misfit(population.figures)
    order = np.argsort(misfits, kind="stable")
    best, lowest = population.places[order[0]], float(misfits[order[0]])
    if trials < 10:
        return best, lowest

    def closeness(points: np.ndarray, replications: range) -> np.ndarray:
        return -np.log1p(fit.misfit(fit.figures(points)))[:, None, None]

    batch = min(20, trials)
    known = population.places[order[: batch // 2]]
    method = "cmaes" if population.places.shape[1] > 1 else "tpe"
    found = search(
        closeness, population.places.shape[1], [Goal(1)], Effort(trials, range(1), batch, method, seed), known
    )
    top = int(np.nanargmax(found.means[:, 0]))
    reached = float(np.expm1(-found.means[top, 0]))
    return (found.points[top], reached) if reached < lowest else (best, lowest)


def _first_width(fit: _Fit, population: _Population) -> float:
    """So wide that half of the prior sample is about equally welcome."""
    misfits = fit.misfit(population.figures)
    return max(1.0, math.sqrt(float(np.median(misfits[np.isfinite(misfits)]))))


def _log_weights(fit: _Fit, population: _Population, wide: float) -> np.ndarray:
    """Log of likelihood, with errors ``wide`` times as large, over the density the particles were drawn from."""
    return -0.5 * fit.misfit(population.figures) / wide**2 - np.log(population.density)


def _normalised(logs: np.ndarray) -> np.ndarray:
    weights = np.exp(logs - logs.max())
    return weights / weights.sum()


def _effective(weights: np.ndarray) -> float:
    return 1 / float((weights**2).sum())


def _narrowed(fit: _Fit, population: _Population, wide: float) -> float:
    """The narrowest width, 1 at the least, at which a good part of the population still counts."""
    enough = NARROWING * _effective(_normalised(_log_weights(fit, population, 1e6)))

    def counts(width: float) -> bool:
        return _effective(_normalised(_log_weights(fit, population, width))) >= enough

    if counts(1.0):
        return 1.0
    low, high = 1.0, wide
    for _ in range(40):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if counts(middle) else (middle, high)
    return high if high < wide * 0.999 else max(1.0, wide * 0.9)


def _weighted(fit: _Fit, population: _Population, wide: float) -> _Population:
    weights = _normalised(_log_weights(fit, population, wide))
    return _Population(population.places, population.figures, weights, population.density)


def _moved(fit: _Fit, population: _Population, particles: int, draw: np.random.Generator) -> _Population:
    """A new population around the old one: a particle by weight, moved by twice the weighted covariance.

    What falls outside the prior is drawn again, all of it anew, so the density inside keeps its shape.
    """
    kernel = 2 * np.atleast_2d(np.cov(population.places.T, aweights=population.weights, ddof=0))
    kernel += 1e-10 * np.eye(len(kernel))
    root = np.linalg.cholesky(kernel)
    places = np.empty((0, len(kernel)))
    while len(places) < particles:
        chosen = draw.choice(len(population.weights), size=2 * particles, p=population.weights)
        moved = population.places[chosen] + draw.normal(size=(2 * particles, len(kernel))) @ root.T
        places = np.concatenate([places, moved[((moved >= 0) & (moved <= 1)).all(axis=1)]])
    places = places[:particles]
    density = _mixture(places, population, root)
    return _Population(places, fit.figures(places), np.full(particles, 1 / particles), density)


def _mixture(places: np.ndarray, population: _Population, root: np.ndarray) -> np.ndarray:
    """Density, up to a factor, of drawing each place from around the population."""
    white, old = (np.linalg.solve(root, points.T).T for points in (places, population.places))
    squared = (white**2).sum(axis=1)[:, None] + (old**2).sum(axis=1) - 2 * white @ old.T
    return np.maximum(np.exp(-0.5 * np.maximum(squared, 0)) @ population.weights, 1e-300)


def _pooled(parts: Sequence[_Population]) -> _Population:
    """Several populations as one, each counting by what it is worth."""
    worth = np.array([_effective(part.weights) for part in parts])
    weights = np.concatenate([w * part.weights for w, part in zip(worth / worth.sum(), parts, strict=True)])
    return _Population(
        np.concatenate([part.places for part in parts]),
        np.concatenate([part.figures for part in parts]),
        weights,
        np.concatenate([part.density for part in parts]),
    )
