"""Which of many plausible worlds are those of a company: an ensemble smoother that is shown its figures several times.

Each world is a row of what nobody knows. All are run once, and every row is moved as far as its own prediction missed the
figures, along the regression of rows on predictions (ensemble smoother with multiple data assimilation: Emerick & Reynolds 2013,
Computers & Geosciences 55:3-15). Where rows and predictions are normal and straight, the rows are then a sample of the posterior.
The figures are shown in several rounds, each time with their errors as much wider, and each round finds the worlds where the last
one moved them: so the regression follows a bend. A world is run once a round, however many parameters are open.

- **Rows are normal scores**: a parameter's place among its values in the prior worlds, as a quantile of the normal. Back from its
  score it is one of these values or between two of them, so it never leaves its range (:class:`Scores`).
- **Chance is no evidence.** Among so many parameters some go together with a figure by luck of the draw. A covariance counts by
  the share of the squared correlation that is not to be expected of chance (localisation by correlation, without a threshold:
  Furrer & Bengtsson 2007, J. Multivariate Analysis 98:227-255; compare Luo & Bhakta 2020, J. Petroleum Science & Engineering
  184:106559). A hard threshold instead would leave a figure that a hundred parameters each tell a little as wide as it was.
- **A figure is not the model's mean.** It has its own error; it is of one real market with luck of its own; and the model is only
  like the world (discrepancy: Kennedy & O'Hagan 2001). The luck of a run is noise that the predictions bring along, known from
  worlds that are run twice, so of the noise that a round asks for only the rest is added.

A figure that is told nothing by any parameter moves nothing; what one figure tells of two parameters together stays their
correlation. Several islands of fitting worlds are not found as such: the rows stay where the prior had them, or join into one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import ndtr, ndtri

from sim.errors import Mistake
from sim.experiments.algorithms.posterior import Posterior, Target

Evaluate = Callable[[np.ndarray, int], np.ndarray]
"""Scores, (worlds, parameters), and the number of the first replication → figures, (worlds, targets); world *i* of them meets the
luck of replication *first + i*."""
ROUNDS = 4
"""How often the figures are shown; Emerick & Reynolds find that four are enough."""
DISCREPANCY = 0.05
"""How far the model may be from the world, as a share of how far a figure differs between plausible worlds: however exact the
figure, it cannot make the model more than about twenty times surer of it."""
AGAIN = 8
"""One in so many worlds is run twice in a round, to know luck from what worlds differ in."""
FEWEST = 50
"""With fewer worlds there is no telling correlation from chance."""


class Scores:
    """What a parameter is at a normal score: the quantile of its values in the prior worlds.

    ``values``: float64 (worlds, parameters); ``whole``: bool (parameters,), which of them have no values in between. Equal values
    are told apart by lot, so that every column has the same scores.
    """

    def __init__(self, values: np.ndarray, whole: np.ndarray, seed: int) -> None:
        count = len(values)
        lots = np.random.default_rng([seed, 3]).random(values.shape)
        self._sorted, self._whole = np.sort(values, axis=0), whole
        order = np.lexsort((lots, values), axis=0)
        ranks = np.argsort(order, axis=0)
        self.prior: np.ndarray = ndtri((ranks + 0.5) / count)
        """The scores of the prior worlds themselves: float64 (worlds, parameters)."""

    def values_at(self, scores: np.ndarray) -> np.ndarray:
        """The parameters at these scores: (k, parameters) → (k, parameters)."""
        count = len(self._sorted)
        places = np.clip(ndtr(scores) * count - 0.5, 0, count - 1)
        below = np.where(self._whole, np.rint(places), np.floor(places)).astype(int)
        above = np.minimum(below + 1, count - 1)
        share = np.where(self._whole, 0.0, places - below)
        low, high = (np.take_along_axis(self._sorted, at, axis=0) for at in (below, above))
        return low + share * (high - low)


def conditioned(
    evaluate: Evaluate,
    names: Sequence[str],
    prior: np.ndarray,
    targets: Sequence[Target],
    *,
    stands_for: float = 1.0,
    discrepancy: float = DISCREPANCY,
    rounds: int = ROUNDS,
    seed: int = 1,
) -> Posterior:
    """The worlds after these figures, but for those that are kept aside.

    ``prior``: normal scores of the parameters ``names``, (worlds, parameters); ``targets``: one for each figure of ``evaluate``;
    ``stands_for``: how many real people a simulated one stands for, which is how much smaller the variance of a real market's
    luck is. Deterministic in ``seed``. Raises :class:`~sim.errors.Mistake`.
    """
    _check(names, prior, targets)
    look = _Looks(evaluate, len(targets))
    used = np.array([not target.aside for target in targets])
    given = np.array([target.value for target in targets])
    errors = np.array([target.error for target in targets])
    scores, before, spread = prior, np.empty(0), np.empty(0)
    for turn in range(rounds):
        figures, luck = look(scores)
        if turn == 0:
            before, spread = figures, discrepancy * figures.std(axis=0, ddof=1)
        noise = np.diag(errors**2 + spread**2) + luck / stands_for
        added = _root((rounds * noise - luck)[np.ix_(used, used)])
        draw = np.random.default_rng([seed, turn]).normal(size=(len(scores), len(added)))
        missed = given[used] + (draw - draw.mean(axis=0)) @ added.T - figures[:, used]
        scores = scores + missed @ _gain(scores, figures[:, used], added @ added.T).T
    figures, luck = look(scores)
    noise = np.diag(errors**2 + spread**2) + luck / stands_for
    return Posterior(tuple(names), tuple(targets), prior, scores, before, figures, luck, noise, look.runs)


class _Looks:
    """Runs worlds, each look under luck of its own."""

    def __init__(self, evaluate: Evaluate, targets: int) -> None:
        self._evaluate, self._targets, self.runs = evaluate, targets, 0

    def __call__(self, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The figures of each world, (worlds, targets), and the covariance that luck makes between two runs of a world."""
        figures, again = self._run(scores), self._run(scores[::AGAIN])
        gaps = figures[::AGAIN] - again
        gaps = gaps[np.isfinite(gaps).all(axis=1)]
        return _filled(figures), gaps.T @ gaps / (2 * max(len(gaps), 1))

    def _run(self, scores: np.ndarray) -> np.ndarray:
        first, self.runs = self.runs, self.runs + len(scores)
        return np.asarray(self._evaluate(scores, first), np.float64).reshape(len(scores), self._targets)


def _filled(figures: np.ndarray) -> np.ndarray:
    """A world that lacks a figure, because its run failed or had nothing to measure, counts as the mean of the others."""
    known = np.isfinite(figures)
    if (known.sum(axis=0) < FEWEST / 2).any():
        raise Mistake(
            "in most of the worlds a run failed or had nothing to measure; see the failed replications, or take other figures"
        )
    means = np.where(known, figures, 0).sum(axis=0) / known.sum(axis=0)
    return np.where(known, figures, means)


def _gain(scores: np.ndarray, figures: np.ndarray, added: np.ndarray) -> np.ndarray:
    """How far a score moves for each unit that a figure was missed by: (parameters, figures)."""
    rows, columns = scores - scores.mean(axis=0), figures - figures.mean(axis=0)
    both = rows.T @ columns / (len(rows) - 1)
    spreads = np.outer(rows.std(axis=0, ddof=1), columns.std(axis=0, ddof=1))
    correlations = np.divide(both, spreads, out=np.zeros_like(both), where=spreads > 0)
    return np.linalg.solve(
        np.cov(columns.T).reshape(added.shape) + added, (both * _counted(correlations, len(rows))).T
    ).T


def _counted(correlations: np.ndarray, count: int) -> np.ndarray:
    """How much each covariance counts: half where its correlation is what chance gives to so many worlds, most beyond it."""
    squares = correlations**2
    return np.asarray(squares / (squares + (1 + squares) / count))


def _root(covariance: np.ndarray) -> np.ndarray:
    """A matrix whose square is the covariance, or the nearest to it where it is none."""
    spreads = np.sqrt(np.maximum(np.diag(covariance), 0))
    scale = np.where(spreads > 0, spreads, 1)
    sizes, ways = np.linalg.eigh(covariance / np.outer(scale, scale))
    return scale[:, None] * ways * np.sqrt(np.maximum(sizes, 0))


def _check(names: Sequence[str], prior: np.ndarray, targets: Sequence[Target]) -> None:
    if not names or all(target.aside for target in targets):
        raise Mistake("calibration needs at least one uncertain parameter and one figure to meet")
    for target in targets:
        if not (target.error > 0 and math.isfinite(target.error) and math.isfinite(target.value)):
            raise Mistake(
                f"{target.name} is {target.value:g} with an error of {target.error:g}; errors must be above 0"
            )
    if len(prior) < FEWEST:
        raise Mistake(f"{len(prior)} worlds are too few; take at least {FEWEST}")
