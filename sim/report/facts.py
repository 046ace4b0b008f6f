"""What the report tells and no run or comparison has ready: weekly series, reasons per customer, turning points."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from sim.model.behaviour.ledger import CAUSES
from sim.report.amounts import Unit, money_unit
from sim.runs.comparison import Comparison
from sim.runs.measures import ratio
from sim.runs.runner import Result
from sim.runs.statistics import ANYTHING, Difference, Interval

WEEKS_A_YEAR = 365.25 / 7
SMOOTHED = 4
"""Weeks over which noisy weekly curves are averaged."""
SHOWN = {
    "share": Unit(100, "%", "percentage points"),
    "share per week": Unit(100, "% per week", "percentage points per week"),
    "messages per customer and week": Unit(
        100, "per 100 customers and week", "per 100 customers and week"
    ),
    "scale 0-1": Unit(1, "on a scale from 0 to 1", "on a scale from 0 to 1"),
}  # fmt: skip


@dataclass(frozen=True)
class Turn:
    """How cumulative profit moved against the base's, in weeks that were measured.

    ``even``: weeks after which it crossed to the side it ends on, None if it never did; ``narrowing``: weeks after
    which a loss began to shrink, None if it is still growing; ``steady``: it never changed sides; ``growing``: it was never lower
    than at the end.
    """

    even: int | None
    narrowing: int | None
    steady: bool
    growing: bool = True


def stands_for(answer: Comparison) -> float:
    """How many real customers each simulated one stands for; 1, which scales nothing, when the scenarios disagree."""
    return answer.stands_for


def ends_told(answer: Comparison) -> str:
    """What lies between the ends that are told of a number: ``95 % interval`` of a mean, or ``nine of ten worlds``."""
    return "95 % interval" if answer.worlds is None else "nine of ten worlds"


def may_be(answer: Comparison) -> str:
    """What an undecided difference may be: ``chance``, or ``luck or what nobody knows``."""
    return "chance" if answer.worlds is None else "luck, or something that nobody knows"


def weekly(answer: Comparison, result: Result, measure: str) -> np.ndarray:
    """A measure of each week that is measured, in the shared replications: float64 (replications, weeks)."""
    rows = np.searchsorted(result.numbers, answer.numbers)
    if measure not in result.by_week:  # of a mechanism that it does without: nothing of it happened
        return np.zeros((len(rows), result.tally.shape[1] - answer.measured_from))
    return result.by_week[measure][rows, answer.measured_from :]


def bands(
    answer: Comparison, values: np.ndarray, within: tuple[float, float] = ANYTHING
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, lower and upper end (:func:`ends_told`) of each column of (replications, weeks); NaN where nothing is known."""
    around = [answer.around(values[:, week], within) for week in range(values.shape[1])]
    return tuple(np.array(part) for part in zip(*(item[:3] for item in around), strict=True))  # type: ignore[return-value]


def smoothed(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means over four weeks, and the weeks after which each ends; short series stay as they are.

    A week in which there was nothing to measure is left out of the mean; of four such weeks there is none.
    """
    weeks = values.shape[1]
    width = SMOOTHED if weeks >= 3 * SMOOTHED else 1
    known = np.isfinite(values)
    sums, counts = (_over(part, width) for part in (np.where(known, values, 0.0), known.astype(float)))
    return np.arange(width, weeks + 1), ratio(sums, counts)


def _over(values: np.ndarray, width: int) -> np.ndarray:
    """Sums over so many neighbouring columns."""
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    return sums[:, width:] - sums[:, :-width]


def departures(answer: Comparison, result: Result) -> dict[str, np.ndarray]:
    """Departures per 100 customers and year, by cause, in every shared replication.

    Divided by the customers there were before, because a policy that keeps more customers has more who can leave; missing
    where there were none.
    """
    kinds = {"customers": 1, "leavers_voluntary": 1, "leavers_involuntary": 1, "joiners": -1}
    before = sum(sign * weekly(answer, result, kind).sum(axis=1) for kind, sign in kinds.items())
    return {
        cause: 100 * WEEKS_A_YEAR * ratio(answer.values(result, f"left_because_{cause}"), before) for cause in CAUSES
    }


def departure_differences(answer: Comparison, other: Result) -> dict[str, Difference]:
    """The paired difference of each cause's departures per 100 customers and year."""
    base, there = departures(answer, answer.base), departures(answer, other)
    return {cause: answer.paired(base[cause], there[cause]) for cause in CAUSES}


def messages(answer: Comparison, result: Result) -> np.ndarray:
    """Good messages less bad ones heard over the whole time, in every shared replication."""
    return np.nansum(weekly(answer, result, "word_of_mouth_net") * weekly(answer, result, "customers"), axis=1)


def agreeing(answer: Comparison, other: Result, measure: str) -> int:
    """In how many of the shared replications a measure differs from the base's in the direction of the mean."""
    gap = answer.values(other, measure) - answer.values(answer.base, measure)
    gap = gap[np.isfinite(gap)]
    return int((gap * np.sign(gap.sum()) > 0).sum())


def turn(answer: Comparison, other: Result) -> Turn:
    """How the cumulative profit of ``other`` moved against the base's."""
    means = np.array([week.mean for week in answer.cumulative_profit(other)])
    signs = np.sign(means)
    even = answer.break_even(other)
    even = None if even is None else even - answer.measured_from
    if even is not None and -signs[-1] not in signs[:even]:
        even = None  # it only began to differ then, as when a policy changes in a later week
    steady = len(set(signs[signs != 0])) < 2
    return Turn(None if even is None else even + 1, _narrowing(means), steady, bool(means[-1] <= means.min()))


def _narrowing(means: np.ndarray) -> int | None:
    """Weeks after which a loss began to shrink, when a twentieth of it or more has been made up since."""
    deepest = int(means.argmin())
    made_up = means[-1] - means[deepest]
    return deepest + 1 if means[-1] < 0 and made_up >= -0.05 * means[deepest] else None


_UNITS: WeakKeyDictionary[Comparison, dict[str, Unit]] = WeakKeyDictionary()
"""What was found already: every row asks, and the answer rests on all the policies."""


def unit_of(answer: Comparison, measure: str) -> Unit:
    """How a measure is shown: shares as per cent, short times in seconds, money and heads for the whole company."""
    known = _UNITS.setdefault(answer, {})
    if measure not in known:
        known[measure] = _unit_of(answer, measure)
    return known[measure]


def _unit_of(answer: Comparison, measure: str) -> Unit:
    about = answer.definitions[measure]
    unit, scale = about.unit, about.scale(answer.stands_for)
    means = [level(answer, result, measure).mean for result in answer.results]
    if unit == "currency":
        chosen = money_unit([mean * scale for mean in means], answer.base.scenario.currency)
        return chosen._replace(factor=chosen.factor * scale)
    if unit == "minutes" and all(not mean >= 1 for mean in means):
        return Unit(60, "seconds", "seconds")
    if about.grows:
        return Unit(scale, unit, unit)
    return SHOWN.get(unit, Unit(1, unit, unit))


def difference_unit(answer: Comparison, measure: str) -> Unit:
    """How a difference of a measure is shown; money in a unit that suits the differences."""
    if answer.definitions[measure].unit != "currency":
        return unit_of(answer, measure)
    scale = answer.definitions[measure].scale(answer.stands_for)
    chosen = money_unit(
        [scale * gaps[measure].mean for gaps in answer.differences.values()], answer.base.scenario.currency
    )
    return chosen._replace(factor=chosen.factor * scale)


def level(answer: Comparison, result: Result, measure: str) -> Interval:
    """A measure of one scenario over the shared replications."""
    return answer.level(result, measure)
