"""The report's tables: the key measures with their differences, and in the appendix all of them."""

from __future__ import annotations

from dataclasses import dataclass

from sim.comparing import Answer
from sim.measures import DEFINITIONS, NAMES
from sim.report import facts
from sim.report.amounts import Known, Unit, between, half_width, number, places, signed
from sim.running import Result

KEY = (
    "retention",
    "churn_rate",
    "word_of_mouth_net",
    "nps",
    "trust",
    "wait_mean",
    "first_contact_resolution",
    "profit",
)
"""The measures of the table on the page."""
NONE = "\u2013"


@dataclass(frozen=True)
class Row:
    """One scenario's cells in the table of one measure."""

    scenario: str
    level: str
    interval: str
    difference: str = NONE
    difference_interval: str = NONE
    higher: str = NONE
    reduction: str = NONE


@dataclass(frozen=True)
class Block:
    """One measure: what it means, its unit and a row for each scenario."""

    name: str
    meaning: str
    unit: str
    rows: tuple[Row, ...]


def _digits(known: Known, unit: Unit) -> int:
    """Decimal places of a value: as far as it is known; none for an exact zero, two for any other exact value."""
    half = half_width(known, unit.factor)
    return places(half) if half > 1e-9 else (2 if known.mean else 0)


def _base_row(answer: Answer, result: Result, measure: str, unit: Unit) -> Row:
    found = facts.level(answer, result, measure)
    digits = _digits(found, unit)
    return Row(result.scenario.name, number(found.mean * unit.factor, digits), between(found, unit.factor, digits))


def _row(answer: Answer, result: Result, measure: str) -> Row:
    unit = facts.unit_of(answer, measure)
    row = _base_row(answer, result, measure, unit)
    if result is answer.base:
        return row
    gap = answer.differences[result.scenario.name][measure]
    digits = _digits(gap, unit)
    return Row(
        row.scenario,
        row.level,
        row.interval,
        signed(gap.mean * unit.factor, digits),
        between(gap, unit.factor, digits, plus=True),
        f"{number(100 * gap.probability_higher)} %",
        _reduction(answer, result, measure),
    )


def _reduction(answer: Answer, result: Result, measure: str) -> str:
    """The variance reduction, and beside retention's the bound of perfect coupling."""
    name = result.scenario.name
    found = answer.differences[name][measure].variance_reduction
    if found is None:
        return NONE
    bound = answer.bound(name) if measure == "retention" else None
    beside = f" (bound {number(bound, 1)})" if bound is not None else ""
    return f"{number(found, 1)} \u00d7{beside}"


def block(answer: Answer, measure: str) -> Block:
    """The table of one measure."""
    rows = tuple(_row(answer, result, measure) for result in answer.results)
    return Block(measure, DEFINITIONS[measure].meaning, facts.unit_of(answer, measure).level, rows)


def key_blocks(answer: Answer) -> list[Block]:
    """The table on the page."""
    return [block(answer, measure) for measure in KEY]


def all_blocks(answer: Answer) -> list[Block]:
    """The appendix: every measure."""
    return [block(answer, measure) for measure in NAMES]
