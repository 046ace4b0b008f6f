"""The page of an experiment, in the family of a comparison's: what was asked, the answer, figures, tables, and the way back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sim.experiments.blocks import source
from sim.experiments.factors import Factor
from sim.experiments.laboratory import Tally
from sim.experiments.outcomes import Outcome
from sim.experiments.question import Experiment
from sim.measures import DEFINITIONS
from sim.report import facts, page
from sim.report.amounts import Known, Unit, between, counted, half_width, money_unit, number, places, signed, span
from sim.report.charts import Picture
from sim.report.sources import place
from sim.results import versions


@dataclass(frozen=True)
class Table:
    """Cells that are told already; the first of each row names it. ``words``: whether the cells are text."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: bool = False


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    title: str
    sentences: Sequence[str] = ()
    pictures: Sequence[Picture] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Page:
    """Everything on the page. ``headline`` answers the question."""

    question: str
    headline: str
    lead: Sequence[str]
    sections: Sequence[Section]
    command: str
    origin: str
    caveats: Sequence[str] = field(default=())


def write(content: Page, path: Path) -> Path:
    """Write the page, whole or not at all, and return its path. Raises :class:`~sim.errors.Mistake` when it cannot be."""
    return page.put(page.rendered("experiment.html", page=content), path)


def origin_of(experiment: Experiment, tally: Tally) -> str:
    """Where the numbers come from: seed, runs, source, versions."""
    libraries = ", ".join(f"{name} {version}" for name, version in versions().items())
    runs = counted(tally.found + tally.ran, "replication", "replications")
    return (
        f"Base “{experiment.base.name}” (fingerprint {experiment.base.fingerprint}), {span(experiment.base.weeks)}, seed "
        f"{experiment.seed}, {runs}. Source {source()}; {libraries}."
    )


def command_of(experiment: Experiment, command: str) -> str:
    """The command that gives the page again."""
    return f"loyalty {command} {place(experiment.path)}"


# ---- outcomes as people read them


def unit_of(experiment: Experiment, outcome: Outcome, values: Iterable[float]) -> Unit:
    """How an outcome is shown: shares as per cent, money and heads for the whole company; ``values`` choose money's size."""
    unit, scale = DEFINITIONS[outcome.measure].unit, experiment.base.market.stands_for
    if unit == "currency":
        found = [abs(float(value)) * scale for value in values if np.isfinite(value)]
        chosen = money_unit(found, experiment.base.currency)
        return chosen._replace(factor=chosen.factor * scale)
    if unit in facts.HEADS:
        return Unit(scale, unit, unit)
    return facts.SHOWN.get(unit, Unit(1, unit, unit))


def digits_of(known: Known, unit: Unit) -> int:
    """Decimal places of a value: as far as it is known; two where it is known exactly."""
    half = half_width(known, unit.factor)
    return places(half) if half > 1e-9 else 2


def level_told(known: Known, unit: Unit) -> str:
    """A mean in its unit."""
    return f"{number(known.mean * unit.factor, digits_of(known, unit))} {unit.level}"


def change_told(known: Known, unit: Unit) -> str:
    """A difference with its sign, unit and interval."""
    digits = digits_of(known, unit)
    around = between(known, unit.factor, digits, plus=True)
    return f"{signed(known.mean * unit.factor, digits)} {unit.difference} (95 % interval {around})"


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
