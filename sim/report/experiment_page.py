"""The page of an experiment, in the family of a comparison's: what was asked, the answer, figures, tables, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.experiments import company
from sim.experiments.blocks import source
from sim.experiments.factors import Factor
from sim.experiments.laboratory import Tally
from sim.experiments.outcomes import Outcome
from sim.experiments.question import Experiment
from sim.report import facts
from sim.report.amounts import (
    Known,
    Unit,
    between,
    counted,
    half_width,
    listed,
    money_unit,
    number,
    places,
    signed,
    sizes,
    span,
)
from sim.report.document import LUCK, MODEL, Document, Section, Sheet, cell
from sim.report.sources import place
from sim.runs.measures import definitions
from sim.runs.results import versions
from sim.runs.statistics import Difference

if TYPE_CHECKING:
    import pandas as pd


def document(
    experiment: Experiment, command: str, headline: str, lead: Sequence[str], sections: Sequence[Section], tally: Tally,
    caveats: Sequence[str] = (), sheets: Sequence[Sheet] = (), intervals: str = LUCK,
) -> Document:  # fmt: skip
    """The report of an experiment; ``command``: the word after ``loyalty`` that asked it; ``intervals``: what they cover."""
    return Document(
        experiment.question, headline, lead, sections, [MODEL, intervals, *caveats],
        [f"loyalty {command} {place(experiment.path)}"], _origin(experiment, tally), sheets=sheets,
    )  # fmt: skip


def sheet(experiment: Experiment, name: str, frame: pd.DataFrame, about: str = "") -> Sheet:
    """A table as numbers, of the whole company: each column's heading says its unit.

    ``about``: the measure that columns are of which name none.
    """
    frame = company.of_the_company(experiment, frame, about)
    columns = [_heading(experiment, str(column), about) for column in frame.columns]
    return Sheet(name, columns, [[cell(value) for value in row] for row in frame.itertuples(index=False)])


def _heading(experiment: Experiment, column: str, about: str) -> str:
    factors = {factor.path: factor for factor in experiment.factors}
    if column in factors:
        return f"{factors[column].label} ({factors[column].unit})"
    measure = company.outcome_of(experiment, column, about)
    known = definitions(experiment.base.model)[measure].unit if measure else ""
    known = experiment.base.currency if known == "currency" else known
    words = column.replace("_", " ")
    return f"{words} ({known})" if known else words


def _origin(experiment: Experiment, tally: Tally) -> str:
    """Where the numbers come from: seed, runs, source, versions."""
    libraries = ", ".join(f"{name} {version}" for name, version in versions().items())
    runs = counted(tally.found + tally.ran, "replication", "replications")
    return (
        f"Base “{experiment.base.name}” (fingerprint {experiment.base.fingerprint}), {span(experiment.base.weeks)}, seed "
        f"{experiment.seed}, {runs}. Source {source()}; {libraries}."
    )


# ---- outcomes as people read them


def unit_of(experiment: Experiment, outcome: Outcome, values: Iterable[float]) -> Unit:
    """How an outcome is shown: shares as per cent, money and heads for the whole company; ``values`` choose money's size."""
    unit, scale = outcome.unit, outcome.definition.scale(experiment.base.market.stands_for)
    if unit == "currency":
        found = [abs(float(value)) * scale for value in values if np.isfinite(value)]
        chosen = money_unit(found, experiment.base.currency)
        return chosen._replace(factor=chosen.factor * scale)
    if outcome.definition.grows:
        return Unit(scale, unit, unit)
    return facts.SHOWN.get(unit, Unit(1, unit, unit))


def digits_of(known: Known, unit: Unit) -> int:
    """Decimal places of a value: as far as it is known; two where it is known exactly."""
    half = half_width(known, unit.factor)
    return places(half) if half > 1e-9 else 2


def level_told(known: Known, unit: Unit) -> str:
    """A mean in its unit."""
    return f"{number(known.mean * unit.factor, digits_of(known, unit))} {unit.level}"


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
