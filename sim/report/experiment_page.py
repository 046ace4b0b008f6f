"""The page of an experiment, in the family of a comparison's: what was asked, the answer, figures, tables, and the way back.

What is the same for all methods stands here; what a method's answers say is a :class:`Page`, ``PAGE`` in ``<method>_page.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiments import company
from sim.experiments.blocks import source
from sim.experiments.factors import Factor
from sim.experiments.method import MethodResult
from sim.experiments.outcomes import Outcome
from sim.experiments.question import Experiment
from sim.report import facts
from sim.report.amounts import (
    NONE,
    Known,
    Unit,
    between,
    counted,
    half_width,
    lasting,
    listed,
    money_unit,
    number,
    places,
    signed,
    sizes,
)
from sim.report.document import LUCK, MODEL, Document, Section, Sheet, Table, cell
from sim.report.ignorance import experiment_told
from sim.report.sources import place
from sim.runs.results import versions
from sim.runs.statistics import Difference

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 50
"""Rows of a table that a page shows which is not made for it."""


@dataclass(frozen=True)
class Page:
    """What a method's answers say on their page.

    ``headline``: the answer in a sentence; ``lead``: the sentences below it; ``sections``: figures and tables; ``sheets``: the
    numbers for a workbook; ``caveats``: how far to trust it; ``intervals``: what its intervals cover; ``worlds``: in which worlds
    it was found, and what it is fitted to.
    """

    headline: Callable[[Any], str]
    lead: Callable[[Any], Sequence[str]]
    sections: Callable[[Any], Sequence[Section]]
    sheets: Callable[[Any], Sequence[Sheet]]
    caveats: Callable[[Any], Sequence[str]] = lambda found: ()
    intervals: str = LUCK
    worlds: Callable[[Any], Sequence[str]] = lambda found: experiment_told(found.experiment.base)


def page_of(method: str) -> Page:
    """The page of a method's answers; its tables as they are where it has none of its own."""
    name = f"sim.report.{method}_page"
    found: Page = import_module(name).PAGE if find_spec(name) else AS_IT_IS
    return found


def headline(found: MethodResult) -> str:
    """The answer in a sentence."""
    return page_of(found.method).headline(found)


def document(found: MethodResult) -> Document:
    """What the report of an answer says."""
    asked, page = found.experiment, page_of(found.method)
    sections = page.sections(found)
    return Document(
        asked.question, page.headline(found), page.lead(found), sections,
        [MODEL, *page.worlds(found), *_intervals(found, page), *page.caveats(found)],
        [f"loyalty {found.command} {place(asked.path)}"], _origin(found), sheets=page.sheets(found),
    )  # fmt: skip


def _intervals(found: MethodResult, page: Page) -> list[str]:
    """What the intervals cover; in plausible worlds that is luck alone no more, and is told with them."""
    return [] if page.intervals == LUCK and found.experiment.base.worlds is not None else [page.intervals]


def sheet(found: MethodResult, name: str, frame: pd.DataFrame, about: Outcome | None = None) -> Sheet:
    """A table as numbers, of the whole company: each column's heading says its unit.

    ``about``: the outcome that columns are of which name none.
    """
    frame = company.of_the_company(found.experiment, frame, about)
    columns = [_heading(found.experiment, str(column), about) for column in frame.columns]
    return Sheet(name, columns, [[cell(value) for value in row] for row in frame.itertuples(index=False)])


def _heading(experiment: Experiment, column: str, about: Outcome | None) -> str:
    factors = {factor.path: factor for factor in experiment.factors}
    if column in factors:
        return f"{factors[column].label} ({factors[column].unit})"
    outcome = company.outcome_of(experiment, column, about)
    unit = outcome.unit.replace("currency", experiment.base.currency) if outcome else ""
    return f"{column.replace('_', ' ')} ({unit})" if unit else column.replace("_", " ")


def _sheets(found: MethodResult) -> list[Sheet]:
    return [sheet(found, name.replace("_", " ").capitalize(), table) for name, table in found.tables().items()]


def _tables(found: MethodResult) -> list[Section]:
    return [
        Section(
            one.name, tables=[Table(one.columns, [[_plain(value) for value in row] for row in one.rows[:MOST_ROWS]])]
        )
        for one in _sheets(found)
    ]


def _plain(value: float | str | None) -> str:
    return NONE if value is None else f"{value:,.4g}" if isinstance(value, float) else value


AS_IT_IS = Page(lambda found: found.answer, lambda found: (), _tables, _sheets)
"""The page of a method that has none of its own."""


def _origin(found: MethodResult) -> str:
    """Where the numbers come from: seed, runs, source, versions."""
    experiment, tally = found.experiment, found.tally
    libraries = ", ".join(f"{name} {version}" for name, version in versions().items())
    runs = counted(tally.found + tally.ran, "replication", "replications")
    return (
        f"Base “{experiment.base.name}” (fingerprint {experiment.base.fingerprint}), {lasting(experiment.base)}, seed "
        f"{experiment.seed}, {runs}. Source {source()}; {libraries}."
    )


# ---- outcomes as people read them


def unit_of(experiment: Experiment, outcome: Outcome, values: Iterable[float]) -> Unit:
    """How an outcome is shown: shares as per cent, money and heads for the whole company; ``values`` choose money's size."""
    scale, currency = company.scale(experiment, outcome), experiment.base.currency
    if outcome.unit == "currency":
        chosen = money_unit([abs(float(value)) * scale for value in values if np.isfinite(value)], currency)
    else:
        unit = outcome.unit.replace("currency", currency)
        chosen = facts.SHOWN.get(unit, Unit(1, unit, unit))
    return chosen._replace(factor=chosen.factor * scale)


def digits_of(known: Known, unit: Unit) -> int:
    """Decimal places of a value: as far as it is known; two where it is known exactly."""
    half = half_width(known, unit.factor)
    return places(half) if half > 1e-9 else 2


def level_told(known: Known, unit: Unit) -> str:
    """A mean in its unit."""
    return f"{number(known.mean * unit.factor, digits_of(known, unit))} {unit.level}"


def around_told(known: Known, unit: Unit) -> str:
    """A mean with its interval, in a unit that is told elsewhere: ``4.6 (4.5 to 4.7)``."""
    digits = digits_of(known, unit)
    return f"{number(known.mean * unit.factor, digits)} ({between(known, unit.factor, digits)})"


def change_told(known: Difference, unit: Unit) -> str:
    """A difference with its sign, unit and interval; where no replication showed any, how large it may be is not known."""
    if known.unseen:
        return "no difference seen"
    digits = digits_of(known, unit)
    around = between(known, unit.factor, digits, plus=True)
    return f"{signed(known.mean * unit.factor, digits)} {unit.difference} (95 % interval {around})"


def size_told(experiment: Experiment, outcome: Outcome, known: Known, unit: Unit) -> str:
    """The size of a decided difference without its sign, inside the interval that stands beside it."""
    if outcome.unit == "currency":
        unit = unit_of(experiment, outcome, [known.mean])
    digits = digits_of(known, unit)
    around = sizes(known, unit.factor, digits)
    return f"{number(abs(known.mean) * unit.factor, digits)} {unit.difference} ({around})"


def bounds_told(experiment: Experiment, unit: Callable[[Outcome], Unit]) -> str:
    """The bounds that outcomes must keep, in the units of the page: ``retention at least 80 %``."""
    told = []
    for outcome in experiment.outcomes:
        for word, limit in (("at least", outcome.at_least), ("at most", outcome.at_most)):
            if limit is not None:
                shown = limit * unit(outcome).factor
                told.append(f"{outcome.words} {word} {number(shown, written_digits(shown))} {unit(outcome).level}")
    return listed(told)


def missing_told(outcome: Outcome, count: int, of: int) -> list[str]:
    """That runs had nothing to measure, where some had."""
    if not count:
        return []
    runs = f"{count:,} of {of:,} runs"
    return [f"In {runs} there was nothing to measure of {outcome.words}; its means are over the others."]


def setting(factor: Factor, value: float) -> str:
    """A factor's value as a sentence says it, to three digits: ``14``, ``99 %``, ``0.516``."""
    if factor.unit == "share" and not factor.yes_or_no:
        return percent(value, places(abs(value) / 20) - 2 if 0 < abs(value) < 0.1 else 0)
    return factor.told(float(f"{value:.3g}"))


def written_digits(value: float) -> int:
    """Decimal places of a number that was written by somebody: as many as it takes."""
    return next((digits for digits in range(7) if abs(round(value, digits) - value) < 1e-9 * max(1.0, abs(value))), 6)


def percent(share: float, decimals: int = 0) -> str:
    """A share in per cent: ``79 %``."""
    return f"{number(100 * share, max(decimals, 0))} %"


def title(outcome: Outcome) -> str:
    """An outcome's name as a sentence begins."""
    return outcome.words[0].upper() + outcome.words[1:]
