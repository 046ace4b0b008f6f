"""Compare policies: the same customers, the same luck, another policy – and what that changes, replication by replication."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise, starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import hook
from sim.errors import Mistake, nearest
from sim.runs.executor import Executor
from sim.runs.lever_prices import guessed_cost
from sim.runs.measures import Quantity
from sim.runs.own_measures import Function, own_measures
from sim.runs.result import Result, ends_of, enlarged, joined, timing_told
from sim.runs.runner import Place, Progress, check_numbers, check_scenario, run_together
from sim.runs.statistics import Difference, Interval, coupling_bound, difference, interval, plain, unseen_at_most
from sim.scenario.mechanisms import Mechanisms
from sim.scenario.whole import Scenario, apart_before, check_one_beginning, check_one_model
from sim.system.arguments import file_path, function, number, shown, whole

if TYPE_CHECKING:
    import pandas as pd

UNDECIDED = "undecided"
FIRST_BATCH, MOST_REPLICATIONS = 50, 20_000
"""With a wished precision: replications in the first batch, and where it gives up."""
ROUNDING = 1e-12
"""A spread no larger than this comes of rounding errors alone."""
NINE_IN_TEN = (0.05, 0.95)
"""Between these shares of the draws of a posterior lies the range that is told."""


@dataclass(frozen=True)
class Wish:
    """How well retention is to be known: ``precision`` is the half-width wished for, as a share of customers, and ``most``
    the number of replications at which it is given up."""

    precision: float
    most: int = MOST_REPLICATIONS


@dataclass(frozen=True, eq=False)
class Comparison:
    """A paired comparison: ``results[0]`` is the base, the others are held against it, all under one seed.

    ``posterior``: the file from which every replication drew parameters, if any (:mod:`sim.experiments.uncertain`);
    ``wish``: how well the differences were to be known, when replications were added until they were; ``causes``: how much of
    each policy's difference in retention each cause explains, where that was asked (:func:`sim.runs.causes.with_causes`).
    """

    results: tuple[Result, ...]
    posterior: Path | None = None
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

    @property
    def definitions(self) -> Mapping[str, Quantity]:
        """Every measure that is compared, by name."""
        return self.base.definitions

    def _definition(self, measure: str) -> Quantity:
        if measure not in self.definitions:
            raise Mistake(f"there is no measure {shown(measure)}{nearest(str(measure), list(self.definitions))}")
        return self.definitions[measure]

    def values(self, result: Result, measure: str) -> np.ndarray:
        """A measure of one scenario in every shared replication: float64. Raises :class:`~sim.errors.Mistake`."""
        self._definition(measure)
        values = result.values[measure]
        whole = len(result.numbers) == len(self.numbers)
        return values.copy() if whole else values[np.searchsorted(result.numbers, self.numbers)]

    def level(self, result: Result, measure: str) -> Interval:
        """A measure of one scenario over the shared replications."""
        return interval(self.values(result, measure), self._definition(measure).bounds)

    @cached_property
    def differences(self) -> dict[str, dict[str, Difference]]:
        """Scenario → measure → its paired difference from the base."""
        return {
            other.scenario.name: {name: self.difference(self.base, other, name) for name in self.definitions}
            for other in self.others
        }

    def difference(self, base: Result, other: Result, measure: str) -> Difference:
        """The paired difference of two of the scenarios, with what may have gone unseen.

        Where every replication shows the same difference in retention, that tells nothing of luck but what the rule of three
        does; where none shows any in another measure, how large it may be is not known (NaN). Scenarios that mean the same
        cannot differ.
        """
        bounds = self._definition(measure).bounds
        found = difference(self.values(base, measure), self.values(other, measure), bounds)
        if found.sd > ROUNDING or found.defined < 2 or same_meaning(base, other):
            return found
        if measure == "retention":
            low, high = found.mean - self.unseen_at_most, found.mean + self.unseen_at_most
            return found._replace(low=max(low, -1.0), high=min(high, 1.0))
        return found._replace(low=math.nan, high=math.nan) if found.unseen else found

    def spread(self, other: Result, measure: str) -> tuple[float, float] | None:
        """Where nine in ten draws of a posterior lie: 5th and 95th percentile of the paired difference, one market a draw.

        None without a posterior; missing (NaN) where the measure is. More draws do not narrow it, they tell it better.
        """
        if self.posterior is None:
            return None
        gap = self.values(other, measure) - self.values(self.base, measure)
        known = gap[np.isfinite(gap)]
        low, high = np.quantile(known, NINE_IN_TEN) if known.size else (math.nan, math.nan)
        return float(low), float(high)

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
        """The largest half-width of a paired difference in retention, as a share of customers; infinite when luck is unknown.

        Where no difference was seen it is the largest that there can be.
        """
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
        """One row a scenario and measure: mean with interval, and the difference from the base with its interval."""
        import pandas as pd

        rows = []
        for result in self.results:
            for name in self.definitions:
                row: dict[str, Any] = {"scenario": result.scenario.name, "measure": name}
                row |= self.level(result, name)._asdict()
                if result is not self.base:
                    found = self.differences[result.scenario.name][name]
                    row |= {f"difference_{key}": value for key, value in found._asdict().items()}
                    if (ends := self.spread(result, name)) is not None:
                        row |= {"difference_range_low": ends[0], "difference_range_high": ends[1]}
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

    @property
    def best(self) -> str:
        """The scenario that keeps most customers, or ``undecided``."""
        return self.best_by("retention")

    def cumulative_profit(self, other: Result) -> list[Interval]:
        """Profit of ``other`` less the base's, summed from the first week that is measured: one interval a week."""
        places = [np.searchsorted(result.numbers, self.numbers) for result in (self.base, other)]
        profits = [r.by_week["profit"][place] for r, place in zip((self.base, other), places, strict=True)]
        gap = np.cumsum((profits[1] - profits[0])[:, self.measured_from :], axis=1)
        return [interval(gap[:, week]) for week in range(gap.shape[1])]

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

    @property
    def cautions(self) -> list[str]:
        """What whoever reads the differences should know first: that markets began differently."""
        return apart_before([result.scenario for result in self.results])

    @cached_property
    def windows(self) -> tuple[Comparison, ...]:
        """The same for each month, quarter or year by itself, if the scenarios ask for it."""
        together = zip(*(result.windows for result in self.results), strict=True)
        return tuple(Comparison(results, self.posterior) for results in together)

    def report(self, path: Path | str) -> Path:
        """Write the one-page report and return its path: one HTML file, or what the ending asks for (pdf, md, xlsx)."""
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
                "intervals": OF_THE_MEAN_OVER_DRAWS if self.posterior else OF_THE_MEAN,
                **timing_told(self.base.scenario),
                **({"cautions": self.cautions} if self.cautions else {}),
                "best": self.best,
                "scenarios": {result.scenario.name: self._scenario_told(result) for result in self.results},
                "differences": self._differences_told(),
                **({"windows": [window._window_told() for window in self.windows]} if self.windows else {}),
                "lever_costs": {
                    other.scenario.name: found.to_json()
                    for other in self.others
                    if (found := guessed_cost(self, other))
                },
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
            name: enlarged(self.level(result, name)._asdict(), scale, len(self.numbers))
            for name, scale in scales.items()
        }

    def _differences_told(self) -> dict[str, Any]:
        return {
            other.scenario.name: {name: self._difference_told(other, name) for name in self.definitions}
            for other in self.others
        }

    def _difference_told(self, other: Result, measure: str) -> dict[str, Any]:
        told = self.differences[other.scenario.name][measure]._asdict()
        if (ends := self.spread(other, measure)) is not None:
            told |= {"range_low": ends[0], "range_high": ends[1]}
        return enlarged(told, self._definition(measure).scale(self.stands_for), len(self.numbers))


def same_meaning(one: Result, other: Result) -> bool:
    """Whether two scenarios mean the same, so that they cannot differ whatever the luck."""
    return one.scenario.full_fingerprint == other.scenario.full_fingerprint


OF_THE_MEAN = "low and high: the 95 % interval of the mean over replications; it holds luck alone"
OF_THE_MEAN_OVER_DRAWS = (
    "low and high: the 95 % interval of the mean over replications, each with parameters of its own; more replications narrow "
    "it, however little is known of the parameters. range_low and range_high: where nine in ten draws lie, one market each"
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
) -> Comparison:
    """Compare scenarios under the same luck; the first is the base.

    ``precision``: run until the 95 % half-width of each paired difference in retention is no larger than this share of
    customers (0.01 is one percentage point), at most ``most`` replications; ``replications`` is then ignored. ``planned`` is
    told the answer so far, and how many replications there are to be, before more are added. Where to run, and ``measures``
    and ``mechanisms`` of one's own: as in :func:`sim.run`. Raises :class:`~sim.errors.Mistake` on a wrong argument, and when
    the scenarios cannot be compared.
    """
    if isinstance(scenarios, Scenario) or not isinstance(scenarios, Iterable):
        raise Mistake(f"scenarios must be a list of scenarios, the base first, but is {shown(scenarios)}")
    scenarios = tuple(scenarios)
    _check_scenarios(scenarios)
    scenarios = tuple(scenario.with_mechanisms(mechanisms) for scenario in scenarios) if mechanisms else scenarios
    function("progress", progress)
    function("planned", planned)
    wish, own = _wish(precision, most), own_measures(measures, scenarios[0].model)
    replications, seed = check_numbers(replications, seed)
    if replications < 2 and wish is None:
        raise Mistake("replications is 1, but a comparison takes at least 2: one cannot tell policy from luck")
    with Place(threads, workers, cluster, executor).opened() as place:
        numbers = range(min(FIRST_BATCH, wish.most) if wish else replications)
        answer = Comparison(tuple(run_together(scenarios, numbers, seed, place, progress=progress, own=own)), wish=wish)
        _same_people(answer.results)
        while wish and not place.stopped and _too_wide(answer, wish):
            numbers = _batch(answer, wish)
            if planned:
                planned(answer, numbers.stop)
            more = run_together(scenarios, numbers, seed, place, progress=progress)
            answer = replace(answer, results=tuple(starmap(joined, zip(answer.results, more, strict=True))))
    return replace(answer, results=tuple(result.with_own(own) for result in answer.results))
