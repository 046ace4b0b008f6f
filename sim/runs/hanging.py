"""What an answer hangs on: how much of the spread of a difference each thing that nobody knows makes, and how much is luck.

It is found from the replications that are there, and nothing else is run. Every parameter that the compared scenarios leave
open has a place in every world, and how the difference follows that place is fitted: the strongest first, the next to what is
left, until none is stronger than the strongest of as many parameters that stand for nothing (the dummies: the same differences,
shared out among the worlds anew). All that are told apart are then fitted together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.runs.prediction import parts
from sim.runs.statistics import plain, ranks

if TYPE_CHECKING:
    from sim.runs.comparison import Comparison
    from sim.runs.result import Result

FEWEST = 60
"""With fewer worlds it is too early to tell parameters apart."""
DEGREE = 3
"""A difference may follow a parameter's place as a cubic does."""
DUMMIES, CHANCE = 200, 0.95
"""How often the differences are shared out anew, and the share of these in which no dummy is as strong as what is told."""
BLOCKS = 20
"""Of so many parts of the worlds each is left out in turn, to tell how well a share is known (a jackknife)."""
MOST_TOLD = 12
SEED = 20_090


class Share(NamedTuple):
    """How much of the spread one parameter makes, and the standard error of that."""

    parameter: str
    share: float
    error: float


@dataclass(frozen=True)
class Hanging:
    """What the spread of a difference in a market of the company's size is made of.

    ``told``: the parameters that are told apart from chance, the largest first; ``luck``: the share of luck; ``rest``: the share
    of what nobody knows either, but of which nothing is told apart. All together are 1, or missing (NaN) where nothing varies.
    ``worlds``: how many different ones were met.
    """

    told: tuple[Share, ...]
    luck: float
    rest: float
    worlds: int

    @property
    def early(self) -> bool:
        """Whether too few worlds were met to tell anything apart."""
        return self.worlds < FEWEST

    @property
    def groups(self) -> dict[str, float]:
        """The shares by part of the model, such as ``choice``, the largest first."""
        found: dict[str, float] = {}
        for one in self.told:
            part = one.parameter.partition(".")[0]
            found[part] = found.get(part, 0.0) + one.share
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def to_json(self) -> list[dict[str, Any]]:
        """What is told apart, for JSON."""
        return [plain(one._asdict()) for one in self.told]


@dataclass(frozen=True, eq=False)
class Met:
    """The worlds that the replications of a comparison met, as far as its scenarios leave them open.

    ``rows``: (replications,), which world each met; ``paths``: the parameters that are open; ``settings``: (worlds, paths).
    """

    rows: np.ndarray
    paths: tuple[str, ...]
    settings: np.ndarray


def met_in(answer: Comparison, results: Sequence[Result] = ()) -> Met:
    """What the worlds say of everything that some of these scenarios, all unless given, leave open."""
    worlds = answer.worlds
    assert worlds is not None
    open_in = {path for result in results or answer.results for path in result.scenario.left_open}
    places = [place for place, path in enumerate(worlds.paths) if path in open_in]
    by_number = {number: worlds.row_of(answer.base.seed, int(first)) for number, first in _firsts(answer).items()}
    rows = np.array([by_number[int(number)] for number in answer.met], np.int64)
    return Met(rows, tuple(worlds.paths[place] for place in places), worlds.values[:, places])


def _firsts(answer: Comparison) -> dict[int, int]:
    """The first replication that met each world, by the world's number."""
    return {int(met): int(number) for met, number in zip(answer.met[::-1], answer.numbers[::-1], strict=True)}


def hanging(answer: Comparison, other: Result, measure: str) -> Hanging | None:
    """What the difference of a policy from the base hangs on; None in one setting. Raises :class:`~sim.errors.Mistake`."""
    if answer.worlds is None:
        return None
    gaps = answer.values(other, measure) - answer.values(answer.base, measure)
    return shares(gaps, answer.met, met_in(answer, (answer.base, other)), answer.stands_for)


def shares(values: np.ndarray, numbers: np.ndarray, met: Met, stands_for: float = 1.0) -> Hanging:
    """What the spread of these values hangs on.

    ``values``: (replications,), NaN where there is nothing to measure; ``numbers``: the number of the world that each met, as in
    :func:`sim.runs.prediction.predicted`; ``stands_for``: how many real people a simulated one stands for.
    """
    known = np.isfinite(values)
    values, numbers = values[known], numbers[known]
    fits = Fits(met.rows[known], numbers, met)
    if len(np.unique(numbers)) < 2:
        return Hanging((), math.nan, math.nan, fits.worlds)
    luck, everything = parts(values, numbers)
    whole = everything - luck + luck / stands_for
    if not whole > 0:
        return Hanging((), math.nan, math.nan, fits.worlds)
    return _shared_out(fits, fits.means(values), luck / stands_for / whole, whole)


def _shared_out(fits: Fits, means: np.ndarray, luck: float, whole: float) -> Hanging:
    chosen = fits.told_apart(means) if fits.worlds >= FEWEST else []
    found = fits.variances(means, chosen) / whole
    most = max(1 - luck, 0.0)
    if found.sum() > most:  # what is fitted is never more than what nobody knows
        found *= most / found.sum()
    errors = fits.errors(means, chosen) * float(means @ means) / (fits.worlds - 1) / whole
    told = [
        Share(fits.paths[place], float(share), float(error))
        for place, share, error in zip(chosen, found, errors, strict=True)
        if share > error
    ]
    told.sort(key=lambda one: -one.share)
    return Hanging(tuple(told), luck, max(most - sum(one.share for one in told), 0.0), fits.worlds)


class Fits:
    """Cubics of every parameter's place among the worlds that were met, each world weighing as often as it was met.

    Vectors over the worlds are multiplied by the root of these weights, so that sums of squares are weighted ones.
    """

    def __init__(self, rows: np.ndarray, numbers: np.ndarray, met: Met) -> None:
        self.paths = met.paths
        self._rows, self._of = np.unique(rows, return_inverse=True)
        self.worlds = len(self._rows)
        counts = np.zeros(self.worlds)
        firsts = np.unique(numbers, return_index=True)[1]
        np.add.at(counts, self._of[firsts], 1.0)
        self.root = np.sqrt(counts / counts.mean()) if self.worlds else counts
        settings = met.settings[self._rows]
        self.bases = np.array([_basis(column, self.root) for column in settings.T]).reshape(
            len(self.paths), DEGREE, self.worlds
        )

    def means(self, values: np.ndarray) -> np.ndarray:
        """The mean of each world about the mean of all, times the root of its weight: (worlds, …)."""
        sums = np.zeros((self.worlds, *values.shape[1:]))
        np.add.at(sums, self._of, values)
        counts = np.bincount(self._of, minlength=self.worlds)
        return self.centred((sums.T / counts).T)

    def centred(self, of_worlds: np.ndarray) -> np.ndarray:
        """Values of worlds less their mean, times the root of the weights."""
        middle = np.average(of_worlds, axis=0, weights=self.root**2)
        return ((of_worlds - middle).T * self.root).T

    def plain(self, centred: np.ndarray) -> np.ndarray:
        """The reverse of :meth:`centred`, about 0."""
        return (centred.T / self.root).T

    def shuffled(self, centred: np.ndarray) -> np.ndarray:
        """The same values shared out among the worlds anew, so often as there are dummies: (dummies, worlds, …)."""
        luck, values = np.random.default_rng([SEED, self.worlds]), self.plain(centred)
        anew = values[luck.permuted(np.tile(np.arange(self.worlds), (DUMMIES, 1)), axis=1)]
        weights = self.root**2 / (self.root**2).sum()
        middle = np.tensordot(anew, weights, axes=(1, 0))[:, None]
        root = self.root.reshape(-1, *[1] * (centred.ndim - 1))
        found: np.ndarray = (anew - middle) * root
        return found

    def told_apart(self, means: np.ndarray) -> list[int]:
        """The parameters that make more of the spread than dummies do, the strongest first."""
        chosen: list[int] = []
        left, least = means, 1e-12 * float(means @ means)
        most = min(MOST_TOLD, self.worlds // (3 * DEGREE), len(self.paths))
        while len(chosen) < most and float(left @ left) > least:
            strength = self._strength(left[:, None])[:, 0]
            best = int(strength.argmax())
            if best in chosen or strength[best] <= self._by_chance(left):
                break
            chosen.append(best)
            left = means - self._fitted(means, chosen).sum(axis=0)
        return chosen

    def _strength(self, values: np.ndarray) -> np.ndarray:
        """How much each parameter makes of values (worlds, many): a bend counts less than a slope, as most effects are slopes."""
        flat = self.bases.reshape(-1, self.worlds) @ values
        squares = (flat**2).reshape(len(self.paths), DEGREE, -1)
        found: np.ndarray = np.einsum("k,pkv->pv", 1 / np.arange(1, DEGREE + 1), squares) / (values**2).sum(axis=0)
        return found

    def _by_chance(self, left: np.ndarray) -> float:
        """What the strongest of as many dummies seldom surpasses."""
        return float(np.quantile(self._strength(self.shuffled(left).T).max(axis=0), CHANCE))

    def _fitted(self, means: np.ndarray, chosen: Sequence[int]) -> np.ndarray:
        """What each of these parameters makes of the values when all are fitted together: (parameters, worlds)."""
        together = self.bases[list(chosen)].reshape(-1, self.worlds)
        slopes = np.linalg.lstsq(together.T, means, rcond=1e-8)[0]
        found: np.ndarray = (together * slopes[:, None]).reshape(len(chosen), DEGREE, self.worlds).sum(axis=1)
        return found

    def variances(self, means: np.ndarray, chosen: Sequence[int]) -> np.ndarray:
        """The variance that each of these parameters makes, less what a fit of nothing would make; never below 0."""
        if not len(chosen):
            return np.zeros(0)
        fitted = self._fitted(means, chosen)
        left = means - fitted.sum(axis=0)
        noise = float(left @ left) / max(self.worlds - 1 - DEGREE * len(chosen), 1)
        found: np.ndarray = np.maximum(fitted @ means - DEGREE * noise, 0.0) / (self.worlds - 1)
        return found

    def errors(self, means: np.ndarray, chosen: Sequence[int]) -> np.ndarray:
        """The standard errors of the shares of the spread between worlds: a jackknife over blocks of worlds."""
        if not len(chosen):
            return np.zeros(0)
        found = []
        for kept in left_out(self.worlds):
            some = _Some(self.bases[:, :, kept], int(kept.sum()))
            part = means[kept]
            found.append(some.variances(part, chosen) * (some.worlds - 1) / float(part @ part))
        return spread_of(found)


class _Some(Fits):
    """The same with some of the worlds."""

    def __init__(self, bases: np.ndarray, worlds: int) -> None:
        self.bases, self.worlds = bases, worlds


def left_out(worlds: int) -> Iterator[np.ndarray]:
    """Which worlds are kept, bool (worlds,), while one part of them after the other is left out."""
    blocks = np.random.default_rng([SEED, worlds, 1]).permutation(worlds) % BLOCKS
    yield from (blocks != block for block in range(BLOCKS))


def spread_of(without: Sequence[Any]) -> np.ndarray:
    """The standard error of what was found while each part of the worlds was left out in turn."""
    return np.asarray(np.sqrt((len(without) - 1) * np.var(np.array(without), axis=0)))


def _basis(settings: np.ndarray, root: np.ndarray) -> np.ndarray:
    """Slope, bend and second bend over the places of a parameter's settings, at right angles to one another: (3, worlds).

    A parameter of few values has no bends, and one that is the same in every world nothing at all: zeros.
    """
    found = np.zeros((DEGREE, len(settings)))
    degree = min(DEGREE, len(np.unique(settings)) - 1)
    if degree < 1:
        return found
    place = 2 * (ranks(settings) - 0.5) / len(settings) - 1
    columns = root[:, None] * np.polynomial.legendre.legvander(place, degree)
    directions = np.linalg.qr(columns)[0][:, 1:]  # the first is the mean
    found[:degree] = directions.T
    return found


def hangs_on(answer: Comparison, measures: Sequence[str] = ("retention", "profit")) -> dict[str, dict[str, Hanging]]:
    """Policy → measure → what its difference from the base hangs on; nothing in one setting."""
    found: dict[str, dict[str, Hanging]] = {}
    for other in answer.others:
        each = {measure: one for measure in measures if (one := hanging(answer, other, measure)) is not None}
        if each:
            found[other.scenario.name] = each
    return found


def hangs_on_told(found: Mapping[str, Mapping[str, Hanging]]) -> dict[str, Any]:
    """The same for JSON: what is told apart."""
    return {name: {measure: one.to_json() for measure, one in each.items()} for name, each in found.items()}


def parts_told(found: Mapping[str, Mapping[str, Hanging]]) -> dict[str, Any]:
    """The shares by part of the model for JSON: policy → measure → part, such as ``choice`` → share."""
    return {name: {measure: plain(one.groups) for measure, one in each.items()} for name, each in found.items()}
