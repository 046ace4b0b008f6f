"""The report's tables: the key measures with their differences, and in the appendix all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.model.component import suffix
from sim.report import facts
from sim.report.amounts import NONE, Known, Unit, between, half_width, number, places, signed
from sim.report.document import Group, Table
from sim.runs.comparison import Comparison
from sim.runs.runner import Result

KEY = (
    "retention",
    "churn_rate",
    "word_of_mouth_net",
    "nps",
    "nps_including_leavers",
    "trust",
    "wait_mean",
    "first_contact_resolution",
    "profit",
)
"""The measures of the table on the page."""
OF_RIVALS = ("market_share", "leavers_to")
"""The measures of the table on the page that there are of each of several rivals."""
OF_USED = {"purchases": ("purchases", "active_customers")}
"""The measures of the table on the page where a mechanism is used that only some scenarios use."""


def key_measures(answer: Comparison) -> list[str]:
    """The measures of the table on the page: of several rivals those that name each, and of purchases, besides."""
    rivals = [f"{what}_{suffix(name)}" for what in OF_RIVALS for name in answer.base.scenario.model.rivals]
    used = [name for part in answer.base.scenario.model.used for name in OF_USED.get(part, ())]
    return [*KEY, *used, *(["market_share", *rivals] if rivals else [])]


def _digits(known: Known, unit: Unit) -> int:
    """Decimal places of a value: as far as it is known; of an exact one two, or none when it is whole."""
    half = half_width(known, unit.factor)
    return places(half) if half > 1e-9 else (0 if (known.mean * unit.factor).is_integer() else 2)


def _base_row(answer: Comparison, result: Result, measure: str, unit: Unit) -> list[str]:
    found = facts.level(answer, result, measure)
    digits = _digits(found, unit) if answer.worlds is None else places(half_width(found, unit.factor) / 10)
    return [result.scenario.name, number(found.mean * unit.factor, digits), between(found, unit.factor, digits)]


def _row(answer: Comparison, result: Result, measure: str) -> list[str]:
    unit = facts.unit_of(answer, measure)
    row = _base_row(answer, result, measure, unit)
    if result is answer.base:
        return [*row, *[NONE] * len(_differences(answer))] if answer.others else row
    gap = answer.differences[result.scenario.name][measure]
    digits = _digits(gap, unit) if answer.worlds is None else places(half_width(gap, unit.factor) / 10)
    difference = signed(gap.mean * unit.factor, digits), between(gap, unit.factor, digits, plus=True)
    higher = f"{number(100 * gap.probability_higher)} %" if gap.defined else NONE
    if answer.worlds is None:
        return [*row, *difference, higher, _reduction(answer, result, measure)]
    luck = answer.predictions[result.scenario.name][measure].luck_share
    return [*row, *difference, higher, f"{number(100 * luck)} %" if np.isfinite(luck) else NONE]


def levels(answer: Comparison) -> tuple[str, str, str]:
    """The columns of a measure's level."""
    ends = facts.ends_told(answer)
    return "Policy", "Mean", ends[0].upper() + ends[1:]


def _differences(answer: Comparison) -> tuple[str, str, str, str]:
    """The columns of a difference: in one setting what pairing gained, in plausible worlds how much of the range is luck."""
    ends = facts.ends_told(answer)
    last = "Variance reduction" if answer.worlds is None else "Of it luck"
    return "Difference", ends[0].upper() + ends[1:], "Higher in", last


def _reduction(answer: Comparison, result: Result, measure: str) -> str:
    """The variance reduction, and beside retention's the bound of perfect coupling."""
    name = result.scenario.name
    found = answer.differences[name][measure].variance_reduction
    if found is None:
        return NONE
    bound = answer.bound(name) if measure == "retention" else None
    beside = f" (bound {number(bound, 1)})" if bound is not None else ""
    return f"{number(found, 1)} \u00d7{beside}"


def table(answer: Comparison, measures: Sequence[str]) -> Table:
    """Levels of every policy, and differences from the base, measure by measure."""
    columns = (*levels(answer), *_differences(answer)) if answer.others else levels(answer)
    return Table(columns, groups=[_group(answer, measure) for measure in measures])


WINDOWED = ("retention", "churn_rate", "satisfaction", "trust", "nps", "profit")
"""The measures that are told of each window."""
KEPT_IN_WINDOW = (
    "Retention is told of the customers of the first week who were still there when the window began: multiplied, the windows "
    "give that of the whole time."
)
BRACKETS = "In brackets stands the paired difference from {base}."


def windows_title(answer: Comparison) -> str:
    """``Quarter by quarter``, or what else is asked for."""
    every = str(answer.base.scenario.measure.by)
    return f"{every.capitalize()} by {every}"


def weeks_of(window: Comparison) -> str:
    """Its first and last week: ``0–12``."""
    weeks = window.base.measured_weeks
    return f"{weeks.start}–{weeks.stop - 1}" if len(weeks) > 1 else f"{weeks.start}"


def by_window(answer: Comparison, measures: Sequence[str] = WINDOWED) -> Table:
    """Means of every window, and for each other policy the difference from the base."""
    units = {measure: facts.unit_of(answer, measure) for measure in measures}
    heads = [f"{answer.definitions[measure].words}, {unit.level}" for measure, unit in units.items()]
    rows = {
        weeks_of(window): [[_in_window(window, result, *of) for of in units.items()] for result in window.results]
        for window in answer.windows
    }
    if not answer.others:
        return Table(("Weeks", *heads), [[weeks, *of_base] for weeks, (of_base,) in rows.items()])
    names = [result.scenario.name for result in answer.results]
    groups = [
        Group(f"Weeks {weeks}", "", [[name, *row] for name, row in zip(names, of_all, strict=True)])
        for weeks, of_all in rows.items()
    ]
    return Table(("Policy", *heads), groups=groups)


def _in_window(window: Comparison, result: Result, measure: str, unit: Unit) -> str:
    found = facts.level(window, result, measure)
    told = number(found.mean * unit.factor, _digits(found, unit))
    if result is window.base:
        return told
    gap = window.differences[result.scenario.name][measure]
    apart = signed(gap.mean * unit.factor, _digits(gap, unit)) if gap.decided else "undecided"
    return f"{told} ({apart})" if gap.defined and not gap.unseen else told


def _group(answer: Comparison, measure: str) -> Group:
    rows = [_row(answer, result, measure) for result in answer.results]
    aside = f"{facts.unit_of(answer, measure).level} · `{measure}`{_defined(answer, measure)}"
    return Group(answer.definitions[measure].meaning, aside, rows)


def _defined(answer: Comparison, measure: str) -> str:
    """In how many replications there was anything to measure, where that is not in all."""
    counts = [facts.level(answer, result, measure).defined for result in answer.results]
    if min(counts) == len(answer.numbers):
        return ""
    told = f" · over the {_each(counts)} of {len(answer.numbers):,} replications that have it"
    both = [gaps[measure].defined for gaps in answer.differences.values()]
    return told + (f", differences over the {_each(both)} in which both do" if both else "")


def _each(counts: Sequence[int]) -> str:
    """One count for all policies, or each its own: ``14 / 0 / 13``."""
    return f"{counts[0]:,}" if len(set(counts)) == 1 else " / ".join(f"{count:,}" for count in counts)
