"""Compare policies: the same customers, the same luck, another policy – and what that changes, replication by replication."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import pairwise, product, starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import hook
from sim.errors import Mistake, nearest
from sim.runs import customers as by_customer
from sim.runs import money, rules_in_force
from sim.runs import segments as by_segment
from sim.runs.executor import Executor
from sim.runs.hanging import Hanging, hangs_on, hangs_on_told, parts_told
from sim.runs.lever_prices import guessed_cost
from sim.runs.measures import Quantity
from sim.runs.own_measures import Function, own_measures
from sim.runs.prediction import Prediction, by_world, end_error, predicted
from sim.runs.result import Result, ends_of, enlarged, fitted_to, joined, range_told, timing_told, worlds_told
from sim.runs.runner import Place, Progress, check_numbers, check_scenario, run_together
from sim.runs.statistics import (
    ANYTHING,
    Difference,
    Interval,
    coupling_bound,
    difference,
    interval,
    plain,
    unseen_at_most,
    wider_together,
)
from sim.runs.worth import Worth, worth
from sim.scenario.mechanisms import Mechanisms
from sim.scenario.points import points_told
from sim.scenario.whole import Scenario, apart_before, check_one_beginning, check_one_model
from sim.scenario.worlds import Worlds, in_same_worlds
from sim.system.arguments import file_path, function, number, shown, whole

if TYPE_CHECKING:
    import pandas as pd

UNDECIDED = "undecided"
FIRST_BATCH, MOST_REPLICATIONS = 50, 20_000
"""With a wished precision: replications in the first batch, and where it gives up."""
ENOUGH, SEEN = 30, 5
"""In one setting: from so many replications on nothing is too early, and so many must differ to tell by how much before."""
NAMED = 6
"""So many measures are named in a sentence about several."""
ROUNDING = 1e-12
"""A spread no larger than this comes of rounding errors alone."""


@dataclass(frozen=True)
class Wish:
    """How well retention is to be known: ``precision`` is the half-width wished for, as a share of customers, and ``most``
    the number of replications at which it is given up."""

    precision: float
    most: int = MOST_REPLICATIONS


@dataclass(frozen=True, eq=False)
class Comparison:
    """A paired comparison: ``results[0]`` is the base, the others are held against it, all under one seed.

    ``wish``: how well the differences were to be known, when replications were added until they were; ``causes``: how much of
    each policy's difference in retention each cause explains, where that was asked (:func:`sim.runs.causes.with_causes`).
    """

    results: tuple[Result, ...]
    wish: Wish | None = None
    causes: Mapping[str, Mapping[str, Difference]] | None = None

    @property
    def base(self) -> Result:
        """The result that the others are compared with."""
        return self.results[0]

    @property
    def others(self) -> tuple[Result, ...]:
        """The results that are compared with the base."""
        return self.results[1:]

    @cached_property
    def numbers(self) -> np.ndarray:
        """The replications that every scenario finished; only these are compared."""
        shared = set(self.base.numbers)
        for other in self.others:
            shared &= set(other.numbers)
        return np.array(sorted(shared), np.int64)

    @cached_property
    def definitions(self) -> Mapping[str, Quantity]:
        """Every measure that is compared, by name."""
        found: dict[str, Quantity] = {}
        for result in self.results:
            found |= {name: one for name, one in result.definitions.items() if name not in found}
        return found

    def _definition(self, measure: str) -> Quantity:
        if measure not in self.definitions:
            raise Mistake(f"there is no measure {shown(measure)}{nearest(str(measure), list(self.definitions))}")
        return self.definitions[measure]

    def values(self, result: Result, measure: str) -> np.ndarray:
        """A measure of one scenario in every shared replication: float64. Raises :class:`~sim.errors.Mistake`."""
        self._definition(measure)
        if measure not in result.values:  # of a mechanism that it does without: nothing of it happened
            return np.zeros(len(self.numbers))
        values = result.values[measure]
        whole = len(result.numbers) == len(self.numbers)
        return values.copy() if whole else values[np.searchsorted(result.numbers, self.numbers)]

    @property
    def worlds(self) -> Worlds | None:
        """The plausible worlds of which every replication met one; None in one setting."""
        return self.base.scenario.worlds

    @cached_property
    def met(self) -> np.ndarray:
        """The number of the world that each shared replication met: int64; 0 for all in one setting."""
        return self.base.scenario.worlds_met(self.numbers)

    def level(self, result: Result, measure: str) -> Interval:
        """A measure of one scenario: its mean with the range of nine in ten plausible worlds; in one setting with its 95 %
        interval."""
        return self.around(self.values(result, measure), self._definition(measure).bounds)

    def around(self, values: np.ndarray, within: tuple[float, float] = ANYTHING) -> Interval:
        """What is told of values, one a shared replication, within bounds: as :meth:`level`."""
        if self.worlds is None:
            return interval(values, within)
        ends = predicted(values, self.met, self.stands_for, within)
        return interval(values, within, self.met)._replace(low=ends.low, high=ends.high)

    def paired(self, base: np.ndarray, there: np.ndarray) -> Difference:
        """The paired difference of two amounts, one a shared replication, with the ends that are told of it."""
        ends = self.around(there - base)
        worlds = None if self.worlds is None else self.met
        return difference(base, there, worlds=worlds)._replace(low=ends.low, high=ends.high)

    @cached_property
    def differences(self) -> dict[str, dict[str, Difference]]:
        """Scenario → measure → its paired difference from the base, as :meth:`difference` tells it."""
        return self._each(self.difference)

    @cached_property
    def mean_differences(self) -> dict[str, dict[str, Difference]]:
        """Scenario → measure → its mean paired difference from the base with the 95 % interval of that mean."""
        return self._each(self.mean_difference)

    @cached_property
    def predictions(self) -> dict[str, dict[str, Prediction]]:
        """Scenario → measure → what the paired difference may be in one real market of the company's size."""
        return self._each(self.predicted_difference)

    def _each(self, found: Callable[[Result, Result, str], Any]) -> dict[str, dict[str, Any]]:
        return {
            other.scenario.name: {name: found(self.base, other, name) for name in self.definitions}
            for other in self.others
        }

    def difference(self, base: Result, other: Result, measure: str) -> Difference:
        """The paired difference of two of the scenarios: its mean, and nine in ten plausible worlds lie between its ends.

        In one setting these are the ends of the 95 % interval of the mean. ``probability_higher`` is the share of worlds, or of
        markets in one setting, in which the other scenario is higher.
        """
        found = self.mean_difference(base, other, measure)
        ends = self.predicted_difference(base, other, measure)
        found = found._replace(probability_higher=ends.higher)
        return found if self.worlds is None or not found.sd > ROUNDING else found._replace(low=ends.low, high=ends.high)

    def predicted_difference(self, base: Result, other: Result, measure: str) -> Prediction:
        """What the paired difference of two of the scenarios may be in one real market of the company's size."""
        low, high = self._definition(measure).bounds
        gaps = self.values(other, measure) - self.values(base, measure)
        return predicted(gaps, self.met, self.stands_for, (low - high, high - low))

    def mean_difference(self, base: Result, other: Result, measure: str) -> Difference:
        """The mean paired difference of two of the scenarios with its 95 % interval, and what may have gone unseen.

        Where every replication shows the same difference in retention, that tells nothing of luck but what the rule of three
        does; where none shows any in another measure, how large it may be is not known (NaN). Scenarios that mean the same
        cannot differ.
        """
        bounds = self._definition(measure).bounds
        worlds = None if self.worlds is None else self.met
        found = difference(self.values(base, measure), self.values(other, measure), bounds, worlds)
        if found.sd > ROUNDING or found.defined < 2 or same_meaning(base, other):
            return found
        if measure == "retention":
            low, high = found.mean - self.unseen_at_most, found.mean + self.unseen_at_most
            return found._replace(low=max(low, -1.0), high=min(high, 1.0))
        return found._replace(low=math.nan, high=math.nan) if found.unseen else found

    def same_meaning(self, other: Result) -> bool:
        """Whether a scenario means the same as the base, so that they cannot differ whatever the luck."""
        return same_meaning(self.base, other)

    @property
    def unseen_at_most(self) -> float:
        """How large a difference in retention can be that no replication showed, as a share of customers, at 95 %.

        Every customer of every replication is a trial of its own (:func:`sim.runs.statistics.unseen_at_most`).
        """
        return unseen_at_most(len(self.numbers) * self.base.customers_in_week_0)

    @property
    def known_to(self) -> float:
        """How far from the truth the ends that are told of a difference in retention may be, as a share of customers, at 95 %.

        In one setting that is the largest half-width of the intervals; where no difference was seen, the largest that there can
        be. In plausible worlds it is the largest error of an end of a range. Infinite when luck is unknown.
        """
        if self.worlds is not None:
            return max(end_error(found["retention"]) for found in self.predictions.values())
        gaps = [found["retention"] for found in self.differences.values()]
        return max((gap.high - gap.low) / 2 if gap.defined > 1 else math.inf for gap in gaps)

    @property
    def stands_for(self) -> float:
        """How many real customers each simulated one stands for; 1, which scales nothing, when the scenarios disagree."""
        sizes = {result.scenario.market.stands_for for result in self.results}
        return sizes.pop() if len(sizes) == 1 else 1.0

    @property
    def asked(self) -> int:
        """Replications of every policy that were run, those that failed included."""
        return max(len(result.numbers) + len(result.failures) for result in self.results)

    def bound(self, scenario: str) -> float | None:
        """The variance reduction that perfect coupling would reach for retention, as a yes-or-no outcome a customer."""
        other = next(result for result in self.others if result.scenario.name == scenario)
        means = [float(self.values(result, "retention").mean()) for result in (self.base, other)]
        return coupling_bound(*means)

    def table(self) -> pd.DataFrame:
        """One row a scenario and measure: its mean with interval and range, and those of the difference from the base.

        ``low`` and ``high``: the 95 % interval of the mean; ``range_low`` and ``range_high``: nine of ten plausible worlds.
        """
        import pandas as pd

        rows = []
        for result in self.results:
            for name in self.definitions:
                row: dict[str, Any] = {"scenario": result.scenario.name, "measure": name}
                row |= self._level_row(result, name)
                if result is not self.base:
                    row |= {f"difference_{key}": value for key, value in self._difference_row(result, name).items()}
                rows.append(row)
        return pd.DataFrame(rows).set_index(["scenario", "measure"])

    def best_by(self, measure: str) -> str:
        """The scenario that does best on a measure; ``undecided`` when its lead over any other may be mere chance.

        A scenario in which there is nothing to measure cannot be held against the others, so that is undecided too.
        """
        sign = self._definition(measure).better
        levels = {result.scenario.name: self.level(result, measure).mean for result in self.results}
        if sign == 0 or len(self.results) < 2 or not all(map(math.isfinite, levels.values())):
            return UNDECIDED
        ranked = sorted(self.results, key=lambda result: -sign * levels[result.scenario.name])
        leads = [self.difference(other, ranked[0], measure) for other in ranked[1:]]
        decided = len(self.numbers) > 1 and all(lead.decided for lead in leads)  # one replication decides nothing
        return ranked[0].scenario.name if decided else UNDECIDED

    @cached_property
    def hangs_on(self) -> dict[str, dict[str, Hanging]]:
        """Policy → measure (customers kept, profit) → what its difference hangs on; nothing in one setting."""
        return hangs_on(self)

    @cached_property
    def worth(self) -> Worth:
        """What it is worth to find out. Raises :class:`~sim.errors.Mistake` in one setting."""
        return worth(self)

    @property
    def best(self) -> str:
        """The scenario that keeps most customers, or ``undecided``."""
        return self.best_by("retention")

    def cumulative_profit(self, other: Result) -> list[Interval]:
        """Profit of ``other`` less the base's, summed from the first week that is measured: one interval a week."""
        places = [np.searchsorted(result.numbers, self.numbers) for result in (self.base, other)]
        profits = [r.by_week["profit"][place] for r, place in zip((self.base, other), places, strict=True)]
        gap = np.cumsum((profits[1] - profits[0])[:, self.measured_from :], axis=1)
        return [self.around(gap[:, week]) for week in range(gap.shape[1])]

    def break_even(self, other: Result) -> int | None:
        """The week from which cumulative profit stays on the other side of the base's; None if it never turns."""
        signs = np.sign([week.mean for week in self.cumulative_profit(other)])
        sides = [(week, side) for week, side in enumerate(signs) if side != 0]  # equal profit is on neither side
        turns = [week for (_, before), (week, side) in pairwise(sides) if side != before]
        return self.measured_from + turns[-1] if turns and sides[0][1] != sides[-1][1] else None

    @property
    def measured_from(self) -> int:
        """The first week that is measured."""
        return self.base.scenario.measure.start

    @cached_property
    def segments(self) -> pd.DataFrame:
        """How many stay of each segment and each value of a kept column, under each policy: :func:`sim.runs.segments.table`."""
        return by_segment.table(self.results, self._setting)

    @cached_property
    def customers(self) -> pd.DataFrame:
        """How likely each customer of the file stays under each policy: see :func:`sim.runs.customers.table`. Raises
        :class:`~sim.errors.Mistake` where there is no customer file."""
        return by_customer.table(self.results, self._setting)

    @property
    def first(self) -> pd.DataFrame:
        """Whom to talk to first: see :func:`sim.runs.customers.first`. Raises as :attr:`customers` does."""
        return by_customer.first(self.customers, self.results, self._setting)

    @property
    def _setting(self) -> by_segment.Setting:
        return by_segment.Setting(self.numbers, None if self.worlds is None else self.met, self.stands_for)

    @cached_property
    def cautions(self) -> list[str]:
        """What whoever reads the differences should know first: that markets began differently, that rules never rest, and what
        too few replications say nothing of yet."""
        restless = [sentence for result in self.results for sentence in rules_in_force.cautions(result)]
        never = [f"'{each.name}': {sentence}" for each in self._scenarios for sentence in points_told(each)]
        return [*apart_before(self._scenarios), *restless, *never, *self._too_early()]

    @property
    def _scenarios(self) -> list[Scenario]:
        return [result.scenario for result in self.results]

    def _too_early(self) -> list[str]:
        """Measures of which it is too early to say how much a policy changes them, where one setting was lived few times.

        Of rare events, such as a claim that is paid, a small sample may hold none: the interval of a mean then covers the truth
        less often than it says.
        """
        few = len(self.numbers)
        if self.worlds is not None or few >= ENOUGH:
            return []
        rare = [name for name in self.definitions if 0 < max(self._differing(name), default=0) < SEEN]
        if few < SEEN and rare:
            return [
                f"It is too early to say how much the policies change anything, after {few} replications. Run {ENOUGH} or more."
            ]
        told = ", ".join(self.definitions[name].words for name in rare[:NAMED])
        told += f" and {len(rare) - NAMED} more measures" if len(rare) > NAMED else ""
        return [
            f"It is too early to say how much the policies change what differs in fewer than {SEEN} of the {few} replications: "
            f"{told}. Run {ENOUGH} or more."
        ][: len(rare)]

    def _differing(self, measure: str) -> list[int]:
        """In how many replications each other scenario differs from the base in a measure."""
        base = self.values(self.base, measure)
        gaps = [self.values(other, measure) - base for other in self.others]
        return [int(np.count_nonzero(np.abs(gap[np.isfinite(gap)]) > ROUNDING)) for gap in gaps]

    @cached_property
    def wider_together(self) -> float:
        """How many times as wide the intervals of mean differences are that hold for all measures and policies at once."""
        gaps = [
            self.values(other, measure) - self.values(self.base, measure)
            for other, measure in product(self.others, self.definitions)
        ]
        whole = [gap if self.worlds is None else by_world(gap, self.met) for gap in gaps if np.isfinite(gap).all()]
        return wider_together(np.array(whole)) if whole else 1.0

    @property
    def many_told(self) -> str:
        """What is to be known wherever many differences stand beside one another."""
        told = f" Intervals of means {self.wider_together:.1f} times as wide hold for all of them at once."
        return (
            "With many measures and policies, one difference in twenty that is nothing but chance looks decided: decide "
            f"beforehand which measure counts.{told if self.wider_together > 1 else ''}"
        )

    @cached_property
    def windows(self) -> tuple[Comparison, ...]:
        """The same for each month, quarter or year by itself, if the scenarios ask for it."""
        together = zip(*(result.windows for result in self.results), strict=True)
        return tuple(Comparison(results) for results in together)

    def report(self, path: Path | str) -> Path:
        """Write the one-page report and return its path: one HTML file, or what the ending asks for (pdf, md, xlsx, pptx)."""
        written: Path = hook("report")(self, file_path("the report", path))
        return written

    def to_json(self) -> dict[str, Any]:
        """The object that ``loyalty compare --json`` prints: money and heads are the whole company's."""
        wished = {"wished": self.wish.precision, "known_to": plain(self.known_to)} if self.wish else {}
        return (
            ({"precision": wished} if wished else {})
            | {
                "base": self.base.scenario.name,
                "seed": self.base.seed,
                "replications": len(self.numbers),
                "stands_for": self.stands_for,
                "worlds": worlds_told(self.base.scenario),
                "fitted_to": list(fitted_to(self.base.scenario)),
                "intervals": OF_THE_MEAN,
                **timing_told(self.base.scenario),
                "cautions": [*self.cautions, self.many_told],
                "wider_together": self.wider_together,
                "best": self.best,
                "scenarios": {result.scenario.name: self._scenario_told(result) for result in self.results},
                "differences": self._differences_told(),
                **({"windows": [window._window_told() for window in self.windows]} if self.windows else {}),
                "lever_costs": {
                    other.scenario.name: found.to_json()
                    for other in self.others
                    if (found := guessed_cost(self, other))
                },
                "money": {other.scenario.name: money.to_json(self, other) for other in self.others},
                **({} if self.segments.empty else {"segments": by_segment.to_json(self.segments)}),
                **({"hangs_on": hangs_on_told(self.hangs_on)} if self.worlds is not None else {}),
                **({"hangs_on_parts": parts_told(self.hangs_on)} if self.worlds is not None else {}),
                "retention_coupling_bound": {name: plain(self.bound(name)) for name in self.differences},
            }
            | ({"causes": self._causes_told()} if self.causes is not None else {})
        )

    def _causes_told(self) -> dict[str, Any]:
        """How much of each difference in retention each cause explains, as shares of customers."""
        assert self.causes is not None
        return {
            name: {cause: enlarged(part._asdict(), 1.0, len(self.numbers)) for cause, part in found.items()}
            for name, found in self.causes.items()
        }

    def _window_told(self) -> dict[str, Any]:
        """The measured weeks, first and last, every measure and every difference."""
        measures = {result.scenario.name: {"measures": self._measures_told(result)} for result in self.results}
        return {**ends_of(self.base.measured_weeks), "scenarios": measures, "differences": self._differences_told()}

    def _scenario_told(self, result: Result) -> dict[str, Any]:
        return {
            "measures": self._measures_told(result),
            "fingerprint": result.scenario.fingerprint,
            "failed": len(result.failures),
        }

    def _measures_told(self, result: Result) -> dict[str, Any]:
        scales = {name: one.scale(self.stands_for) for name, one in self.definitions.items()}
        return {
            name: enlarged(self._level_row(result, name), scale, len(self.numbers)) for name, scale in scales.items()
        }

    def _level_row(self, result: Result, measure: str) -> dict[str, float]:
        """Mean, interval of the mean and range of a measure, by name."""
        values, bounds = self.values(result, measure), self._definition(measure).bounds
        ends = predicted(values, self.met, self.stands_for, bounds)
        return interval(values, bounds, None if self.worlds is None else self.met)._asdict() | range_told(ends)

    def _differences_told(self) -> dict[str, Any]:
        return {
            other.scenario.name: {name: self._difference_told(other, name) for name in self.definitions}
            for other in self.others
        }

    def _difference_told(self, other: Result, measure: str) -> dict[str, Any]:
        scale = self._definition(measure).scale(self.stands_for)
        return enlarged(self._difference_row(other, measure), scale, len(self.numbers))

    def _difference_row(self, other: Result, measure: str) -> dict[str, Any]:
        """A paired difference by name: its mean with interval and range, and in what share of worlds it is above zero."""
        name, ends = other.scenario.name, self.predictions[other.scenario.name][measure]
        probability = {"probability_higher": ends.higher, "probability_error": ends.error}
        return self.mean_differences[name][measure]._asdict() | probability | range_told(ends)


def same_meaning(one: Result, other: Result) -> bool:
    """Whether two scenarios mean the same, so that they cannot differ whatever the luck."""
    return one.scenario.full_fingerprint == other.scenario.full_fingerprint


OF_THE_MEAN = (
    "low and high: the 95 % interval of the mean, which more replications narrow; range_low and range_high: where nine in ten "
    "plausible worlds lie, one market of the company's size each, which they do not; luck_share: how much of that range's "
    "variance is luck, the rest being what nobody knows"
)


def _check_scenarios(scenarios: Sequence[Scenario]) -> None:
    for scenario in scenarios:
        check_scenario(scenario)
    if len(scenarios) < 2:
        raise Mistake("a comparison takes at least two scenarios: the base, and one or more to hold against it")
    names = [scenario.name for scenario in scenarios]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise Mistake(f"two scenarios are called '{twice.pop()}': give each its own name")
    check_one_model(scenarios)
    weeks = {scenario.weeks for scenario in scenarios}
    if len(weeks) > 1:
        raise Mistake(
            f"the scenarios last {', '.join(map(str, sorted(weeks)))} weeks; only equally long ones can be compared"
        )
    check_one_beginning(scenarios)


def _same_people(results: Sequence[Result]) -> None:
    sizes = {result.scenario.name: result.founders for result in results}
    if len(set(sizes.values())) > 1:
        told = ", ".join(f"'{name}' with {size:,}" for name, size in sizes.items())
        raise Mistake(f"the scenarios start with different numbers of customers ({told}), so pairs cannot be formed")


def _too_wide(answer: Comparison, wish: Wish) -> bool:
    """Whether some difference in retention is not yet known as well as is wished, and more replications are allowed."""
    return answer.asked < wish.most and answer.known_to > wish.precision


def _batch(answer: Comparison, wish: Wish) -> range:
    """The replications that are likely to do: as the square of how much too wide the widest interval is."""
    wider = min(answer.known_to / wish.precision, wish.most)  # nothing is known of luck while one replication finished
    wanted = math.ceil(len(answer.numbers) * wider**2 * 1.05) - len(answer.numbers)
    return range(answer.asked, min(answer.asked + max(wanted, FIRST_BATCH // 2), wish.most))


def _wish(precision: float | None, most: int) -> Wish | None:
    if precision is None:
        return None
    told = "between 0 and 1, such as 0.01 for one percentage point"
    precision = number("precision", precision, lambda share: 0 < share < 1, told)
    return Wish(precision, whole("most", most, 2, MOST_REPLICATIONS, f"2 and {MOST_REPLICATIONS:,} replications"))


def compare(
    scenarios: Sequence[Scenario],
    replications: int = 200,
    seed: int = 1,
    *,
    precision: float | None = None,
    most: int = MOST_REPLICATIONS,
    threads: int | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    planned: Callable[[Comparison, int], None] | None = None,
    measures: Mapping[str, Function] | None = None,
    mechanisms: Mechanisms = (),
    worlds: str | Path | Worlds | None = None,
) -> Comparison:
    """Compare scenarios under the same luck; the first is the base.

    ``precision``: run until the 95 % half-width of each paired difference in retention is no larger than this share of
    customers (0.01 is one percentage point), at most ``most`` replications; ``replications`` is then ignored. ``planned`` is
    told the answer so far, and how many replications there are to be, before more are added. Where to run, ``measures`` and
    ``mechanisms`` of one's own, and ``worlds`` (those of the base for all): as in :func:`sim.run`. Raises
    :class:`~sim.errors.Mistake` on a wrong argument, and when the scenarios cannot be compared.
    """
    if isinstance(scenarios, Scenario) or not isinstance(scenarios, Iterable):
        raise Mistake(f"scenarios must be a list of scenarios, the base first, but is {shown(scenarios)}")
    scenarios = tuple(scenarios)
    _check_scenarios(scenarios)
    scenarios = tuple(scenario.with_mechanisms(mechanisms) for scenario in scenarios) if mechanisms else scenarios
    scenarios = in_same_worlds(scenarios, worlds)
    function("progress", progress)
    function("planned", planned)
    wish, own = _wish(precision, most), own_measures(measures, scenarios[0].model)
    replications, seed = check_numbers(replications, seed)
    if replications < 2 and wish is None:
        raise Mistake("replications is 1, but a comparison takes at least 2: one cannot tell policy from luck")
    with Place(threads, workers, cluster, executor).opened() as place:
        numbers = range(min(FIRST_BATCH, wish.most) if wish else replications)
        lived = partial(run_together, scenarios, seed=seed, executor=place, progress=progress, accounts=True)
        answer = Comparison(tuple(lived(numbers, own=own)), wish=wish)
        _same_people(answer.results)
        while wish and not place.stopped and _too_wide(answer, wish):
            numbers = _batch(answer, wish)
            if planned:
                planned(answer, numbers.stop)
            more = lived(numbers)
            answer = replace(answer, results=tuple(starmap(joined, zip(answer.results, more, strict=True))))
    return replace(answer, results=tuple(result.with_own(own) for result in answer.results))
