"""What it is worth to find out, in money of the whole company: the value of information, from the runs of a comparison alone.

Whoever must choose now takes the policy that earns most on average over all plausible worlds. Whoever knew the world would take
the one that earns most in it: what that brings on average is the value of perfect information. Whoever knew one parameter would
take the one that earns most given that; what this brings is found by regression of profit on the parameter (Strong, Oakley &
Brennan 2014, Medical Decision Making 34:311-326). Luck is nobody's to find out, and is taken out of both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.errors import Mistake
from sim.runs.hanging import CHANCE, DEGREE, FEWEST, Fits, Met, left_out, met_in, shares, spread_of

if TYPE_CHECKING:
    from sim.runs.comparison import Comparison
    from sim.runs.result import Result

SURE, POWER = 0.05, 0.80
"""An A/B test finds the difference with this power, and finds one where there is none this often, on both sides together."""
TINY = 1e-300
ROUNDING = 1e-9
"""What is worth no more than this share of the largest gain comes of rounding."""
NO_WORLDS = (
    "in one setting (worlds: none) nothing is left to be found out; say '--worlds shipped', so that the answer lives in "
    "plausible worlds"
)


class Question(NamedTuple):
    """What it brings at most to know one parameter, its standard error, and how much of the spread of profit the parameter makes.

    ``share``: in the difference between the two policies of which it is hardest to say which earns more; missing (NaN) where it
    cannot be told apart there.
    """

    parameter: str
    worth: float
    error: float
    share: float


class Test(NamedTuple):
    """An A/B test of two policies by customers kept: ``group`` customers each show a difference of these levels."""

    policies: tuple[str, str]
    levels: tuple[float, float]
    group: float


@dataclass(frozen=True)
class Worth:
    """What it is worth to find out, in money of the whole company over the time that is measured.

    ``best``: the policy that earns most on average, which is taken where nothing more is known; ``rival``: the one that would
    most often be regretted not to be taken; ``perfect``: the value of knowing everything, with its standard ``error``, missing
    (NaN) where too few ``worlds`` were met; ``questions``: those that are worth more than chance makes one worth.
    """

    best: str
    rival: str
    perfect: float
    error: float
    questions: tuple[Question, ...]
    test: Test
    worlds: int

    @property
    def early(self) -> bool:
        """Whether too few worlds were met to say what anything is worth."""
        return self.worlds < FEWEST

    @property
    def open(self) -> bool:
        """Whether it is known that knowing more could change the choice."""
        return self.perfect > 2 * self.error and self.perfect > 0


def worth(answer: Comparison) -> Worth:
    """What it is worth to find out. Raises :class:`~sim.errors.Mistake` where the answer was found in one setting."""
    if answer.worlds is None:
        raise Mistake(NO_WORLDS)
    money = _profits(answer)
    best = int(money.mean(axis=0).argmax())
    rival = _rival(money, best)
    pair = answer.results[best], answer.results[rival]
    met = met_in(answer)
    gains = np.delete(money - money[:, [best]], best, axis=1)
    found = valued(gains, answer.met, met)
    if pair[0] is not pair[1]:
        hanging = shares(money[:, rival] - money[:, best], answer.met, met_in(answer, pair), answer.stands_for)
        known = {one.parameter: one.share for one in hanging.told}
    else:
        known = {}
    questions = tuple(one._replace(share=known.get(one.parameter, math.nan)) for one in found.questions)
    names = pair[0].scenario.name, pair[1].scenario.name
    return Worth(*names, found.perfect, found.error, questions, _test(answer, *pair), found.worlds)


def _profits(answer: Comparison) -> np.ndarray:
    """The company's profit: float64 (replications, policies)."""
    scale = answer.definitions["profit"].scale(answer.stands_for)
    return scale * np.column_stack([answer.values(result, "profit") for result in answer.results])


def _rival(money: np.ndarray, best: int) -> int:
    """The policy that would bring most where it is better than the best; where none ever is, the next on average."""
    gains = np.maximum(money - money[:, [best]], 0.0).mean(axis=0)
    if gains.max() > 0:
        return int(gains.argmax())
    means = money.mean(axis=0)
    means[best] = -math.inf
    return int(means.argmax()) if len(means) > 1 else best


class Values(NamedTuple):
    """The value of perfect information with its standard error, that of each parameter, and how many worlds were met."""

    perfect: float
    error: float
    questions: tuple[Question, ...]
    worlds: int


def valued(gains: np.ndarray, numbers: np.ndarray, met: Met) -> Values:
    """The value of information where ``gains`` are what each other policy earns more than the one that is taken now.

    ``gains``: (replications, other policies); ``numbers``: the number of the world that each replication met.
    """
    fits = Fits(met.rows, numbers, met)
    if fits.worlds < FEWEST:
        return Values(math.nan, math.nan, (), fits.worlds)
    known = without_luck(gains, numbers)
    perfect, error = _gained(known), float(spread_of([_gained(known[kept]) for kept in left_out(len(known))]))
    least = ROUNDING * float(np.abs(gains).max())
    asked = _questions(fits, fits.means(gains), gains, numbers)
    questions = [one for one in asked if one.worth > max(one.error, least)]
    capped = [one._replace(worth=min(one.worth, perfect)) for one in questions]
    return Values(perfect, error, tuple(sorted(capped, key=lambda one: -one.worth)), fits.worlds)


def without_luck(values: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """One market of each world, drawn together about the mean as if there were no luck in it: (worlds, policies).

    The covariance of what is left is that of ignorance alone; of what two looks at one world differ by, that of luck is known.
    """
    first = np.unique(numbers, return_index=True)[1]
    markets = values[first]
    middle = markets.mean(axis=0)
    spread, directions = np.linalg.eigh(np.atleast_2d(np.cov(markets, rowvar=False)))
    kept = spread > 1e-12 * max(float(spread.max()), 0.0)
    if not kept.any():
        return np.asarray(markets)
    whiten = directions[:, kept] / np.sqrt(spread[kept])
    back = directions[:, kept] * np.sqrt(spread[kept])
    luck, axes = np.linalg.eigh(_luck(values @ whiten, numbers))
    shrunk = (markets - middle) @ whiten @ axes * np.sqrt(np.clip(1 - luck, 0.0, 1.0))
    return np.asarray(middle + shrunk @ axes.T @ back.T)


def _luck(values: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """The covariance of what luck makes between two markets of one world; nothing is known of it without second looks."""
    order = np.argsort(numbers, kind="stable")
    again = np.flatnonzero(numbers[order][1:] == numbers[order][:-1])
    gaps = values[order[again + 1]] - values[order[again]]
    width = values.shape[1]
    return gaps.T @ gaps / (2 * len(gaps)) if len(gaps) else np.zeros((width, width))


def _gained(gains: np.ndarray) -> float:
    """What it brings to take the best in each case, beside the best on average: (…, cases, policies)."""
    return max(float(np.maximum(gains.max(axis=1), 0.0).mean()) - max(float(gains.mean(axis=0).max()), 0.0), 0.0)


def _questions(fits: Fits, means: np.ndarray, gains: np.ndarray, numbers: np.ndarray) -> list[Question]:
    """The parameters that are worth more than the most valuable of as many dummies seldom is."""
    if not fits.paths:
        return []
    middle = gains[np.unique(numbers, return_index=True)[1]].mean(axis=0)
    found = _partial(fits.bases, fits.root, means, middle)
    by_chance = [_partial(fits.bases, fits.root, other, middle).max() for other in fits.shuffled(means)]
    above = np.flatnonzero(found > np.quantile(by_chance, CHANCE))
    errors = _errors(fits, means, middle, above)
    return [
        Question(fits.paths[place], float(found[place]), float(error), math.nan)
        for place, error in zip(above, errors, strict=True)
    ]


def _partial(bases: np.ndarray, root: np.ndarray, means: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """What it brings to know each parameter: (parameters,). ``means``: as of :meth:`Fits.means`, about ``middle``.

    A fit varies as much as what it is fitted to, and by noise as well; it is drawn together by as much.
    """
    slopes = bases @ means  # (parameters, degrees, policies)
    explained = (slopes**2).sum(axis=1)
    noise = np.maximum((means**2).sum(axis=0) - explained, 0.0) / max(len(means) - 1 - DEGREE, 1)
    kept = np.sqrt(np.maximum(1 - DEGREE * noise / np.maximum(explained, TINY), 0.0))
    found, some = np.zeros(len(bases)), kept.any(axis=1)
    drawn = (slopes[some] * kept[some, None]).transpose(0, 2, 1)  # (parameters, policies, degrees)
    fitted = drawn @ (bases[some] / root) + middle[:, None]
    gained = np.maximum(fitted.max(axis=1), 0.0) @ root**2 / (root**2).sum() - max(float(middle.max()), 0.0)
    found[some] = np.maximum(gained, 0.0)
    return found


def _errors(fits: Fits, means: np.ndarray, middle: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The standard errors of what some parameters are worth: a jackknife over blocks of worlds."""
    if not len(places):
        return np.zeros(0)
    found, bases = [], fits.bases[places]
    for kept in left_out(fits.worlds):
        root, moved = fits.root[kept], (means[kept] * fits.root[kept, None]).sum(axis=0) / (fits.root[kept] ** 2).sum()
        fitted = bases[:, :, kept] / math.sqrt(kept.mean())
        found.append(_partial(fitted, root, means[kept] - moved * root[:, None], middle + moved))
    return spread_of(found)


def _test(answer: Comparison, one: Result, other: Result) -> Test:
    """How many customers each group of an A/B test needs to show the difference in customers kept."""
    levels = [float(np.nanmean(answer.values(result, "retention"))) for result in (one, other)]
    return Test((one.scenario.name, other.scenario.name), (levels[0], levels[1]), group_needed(*levels))


def group_needed(one: float, other: float) -> float:
    """Customers in each group to tell two shares apart: infinite where they are the same."""
    gap = abs(one - other)
    if not gap > 0:
        return math.inf
    normal = NormalDist()
    sure = normal.inv_cdf(1 - SURE / 2) + normal.inv_cdf(POWER)
    return float(math.ceil(sure**2 * (one * (1 - one) + other * (1 - other)) / gap**2))
