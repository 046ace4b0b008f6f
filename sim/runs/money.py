"""What a policy does to money: income and cost by kind, and by when it has paid for itself."""

from __future__ import annotations

import math
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.runs.prediction import NINE_IN_TEN, apart
from sim.runs.statistics import Difference, plain

if TYPE_CHECKING:
    from sim.runs.comparison import Comparison
    from sim.runs.result import Result

OUTLAY = 0.02
"""A loss that comes first is one from this part of the largest sum on: what is smaller is the luck of the first weeks."""
HALF_A_CENT = 0.005
"""What is smaller comes of rounding."""
SELDOM = 0.05
"""Where fewer markets than this pay back, there is nothing to say of when."""


class Kind(NamedTuple):
    """One kind of income or cost: what it adds to the base's profit, and how a policy changes that, in the company's money.

    ``gaps``: that change in every shared replication.
    """

    name: str
    before: float
    change: Difference
    gaps: np.ndarray


class Payback(NamedTuple):
    """By which week a policy has paid for a loss that came first: half of the plausible worlds by ``middle``, nine in ten
    between ``low`` and ``high``; infinite where it never does within the time that is measured. ``never``: share of worlds."""

    middle: float
    low: float
    high: float
    never: float

    def to_json(self) -> dict[str, Any]:
        """The same for JSON; never is null."""
        return {key: plain(value) for key, value in self._asdict().items()}


def kinds(answer: Comparison, other: Result) -> list[Kind]:
    """Every kind of income and cost that a policy moves in some replication, in the model's order, income first.

    Together the changes are the difference in profit, replication by replication.
    """
    models, found = [result.scenario.model for result in (answer.base, other)], []
    ways = ((sign, [getattr(model, way) for model in models]) for sign, way in ((1.0, "money_in"), (-1.0, "money_out")))
    for sign, names in ways:
        for name in dict.fromkeys(chain(*names)):
            base, there = (sign * _sums(answer, result, name) for result in (answer.base, other))
            if (base != there).any():
                found.append(Kind(name, float(base.mean()), answer.paired(base, there), there - base))
    return found


def _sums(answer: Comparison, result: Result, name: str) -> np.ndarray:
    """One kind of money over the measured weeks, in every shared replication, of the whole company."""
    if name not in result.scenario.model.counts:
        return np.zeros(len(answer.numbers))
    rows, weeks = np.searchsorted(result.numbers, answer.numbers), result.measured_weeks
    cents = result.tally[:, weeks.start : weeks.stop, result.scenario.model.count(name)].sum(axis=1)[rows]
    return np.asarray(cents / 100 * answer.stands_for)


def payback(answer: Comparison, other: Result) -> Payback | None:
    """By when a policy has paid for itself; None where no loss comes first, where it hardly ever pays, and in one setting."""
    if answer.worlds is None:
        return None
    courses = np.cumsum(_gaps(answer, other), axis=1)
    courses = courses[_firsts(answer)]
    if not _loses_first(courses.mean(axis=0)):
        return None
    weeks = np.array([paid_back(course) for course in courses])
    never = float(np.isinf(weeks).mean())
    if 1 - never < SELDOM:
        return None
    low, middle, high = (answer.measured_from + _place(weeks, share) for share in (NINE_IN_TEN[0], 0.5, NINE_IN_TEN[1]))
    return Payback(middle, low, high, never)


def _gaps(answer: Comparison, other: Result) -> np.ndarray:
    """Profit of each week less the base's: (replications, weeks)."""
    rows = [np.searchsorted(result.numbers, answer.numbers) for result in (answer.base, other)]
    base, there = (result.by_week["profit"][row] for result, row in zip((answer.base, other), rows, strict=True))
    return np.asarray((there - base)[:, answer.measured_from :])


def _firsts(answer: Comparison) -> np.ndarray:
    """The first replication of each world: one market of each."""
    return apart(np.arange(len(answer.numbers), dtype=np.float64), answer.met).astype(np.int64)


def _loses_first(course: np.ndarray) -> bool:
    """Whether a sum of gains is a loss before it is a gain, by more than luck makes it."""
    gains = np.flatnonzero(course > 0)
    before = course[: gains[0]] if gains.size else course
    return bool(before.size and before.min() < -OUTLAY * np.abs(course).max())


def paid_back(course: np.ndarray) -> float:
    """Weeks after which a sum of gains is no loss any more, for good; infinite where it ends as one, 0 where it never is one."""
    losses = np.flatnonzero(course < -HALF_A_CENT)
    if not losses.size:
        return 0.0
    return math.inf if losses[-1] == len(course) - 1 else float(losses[-1] + 2)


def _place(weeks: np.ndarray, share: float) -> float:
    """The week by which this share has paid back: an order statistic, as no mean of a week and never is a week."""
    return float(np.sort(weeks)[min(int(share * len(weeks)), len(weeks) - 1)])


def to_json(answer: Comparison, other: Result) -> dict[str, Any]:
    """Income and cost by kind, and when the policy pays back, for JSON: money of the whole company."""
    told = {
        kind.name: {"base": kind.before, "change": plain({k: getattr(kind.change, k) for k in ("mean", "low", "high")})}
        for kind in kinds(answer, other)
    }
    found = payback(answer, other)
    return {"kinds": told} | ({"payback": found.to_json()} if found else {})
