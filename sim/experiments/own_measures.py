"""Measures of one's own in an experiment file: ``measures: {calls_per_customer: calls / customers}``.

An expression names measures and counts. A measure is what it is everywhere. A count is its sum over all weeks of a replication:
money in units of currency, times in minutes. Of people who are there (``rival_customers``, ``founders``, ``gone``) it is the last
week's count, and the sum over weeks is ``weekly_rival_customers`` and so on. Where a count and a measure have the same name the
measure is meant.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.errors import Mistake
from sim.experiments.measure_expressions import Expression, compile_expression
from sim.measures import COUNTED, DEFINITIONS, NAMES, STAFF, Measure, Quantities, unit_of_count
from sim.scenario.quantities import told
from sim.scenario.tree import Node, Problems
from sim.statistics import ANYTHING

RESERVED = (
    "point", "scenario", "experiment", "replication", "replications", "policy", "state", "outcome", "factor", "figure",
    "index", "succeeds", "regret", "mean", "low", "high", "within_limits", "on_front", "best",
)  # fmt: skip
"""Columns of the tables that are kept."""
ENDINGS = ("", "_low", "_high", "_sd", "_regret", "_searched")
"""How the columns of an outcome end in the tables that are kept."""


@dataclass(frozen=True)
class OwnMeasure(Measure):
    """A measure that somebody wrote as an expression; neither more nor less of it is good of itself."""

    expression: Expression
    degree: float

    @property
    def bounds(self) -> tuple[float, float]:
        """It may be anything."""
        return ANYTHING

    def scale(self, stands_for: float) -> float:
        """What its value among the simulated people is multiplied by to be the company's."""
        return float(stands_for**self.degree)


def needed(measure: Measure) -> tuple[str, ...]:
    """The counts and measures from which a measure is reckoned; one of the program's own is itself known."""
    return measure.expression.names if isinstance(measure, OwnMeasure) else (measure.name,)


def reckoned(measure: Measure, values: Mapping[str, np.ndarray]) -> np.ndarray:
    """A measure from the values of what it :func:`needed`."""
    return measure.expression(values) if isinstance(measure, OwnMeasure) else values[measure.name]


def own_measures_in(node: Node | None, problems: Problems) -> dict[str, OwnMeasure]:
    """The measures under ``measures``, by name; what is wrong is booked."""
    if node is None:
        return {}
    if not isinstance(node.value, dict):
        example = "{calls_each: calls / customers}"
        problems.add(node.place, f"measures is {told(node.value)}, but must be a section such as {example}")
        return {}
    found: dict[str, OwnMeasure] = {}
    for name, entry in node.entries():
        try:
            found[name] = own_measure(name, entry.value, found)
        except Mistake as mistake:
            problems.add(entry.place, f"measures.{name} {mistake}")
    return found


def own_measure(name: str, text: object, others: Collection[str] = ()) -> OwnMeasure:
    """The measure that an expression describes, beside ``others`` of one's own.

    Raises :class:`Mistake`, a sentence that goes on after the measure's name.
    """
    if not name.isidentifier():
        raise Mistake("is no name for a measure: take letters, digits and _, with no digit first")
    columns = {f"{known}{ending}" for known in (*NAMES, *COUNTED, *others) for ending in ENDINGS}
    if name in columns or name in RESERVED or any(f"{name}{ending}" in others for ending in ENDINGS):
        raise Mistake("is the name of something in the tables already; choose another")
    expression = compile_expression(text, (*NAMES, *COUNTED))
    kind = _kind_of(expression.tree)
    return OwnMeasure(
        name, kind.unit, expression.text, 0, lambda counts: expression(Quantities(counts)), expression, kind.degree
    )


# ---- units


class Kind(NamedTuple):
    """What sort of quantity something is: its unit, and by which power of ``stands_for`` it grows (0: not at all)."""

    unit: str
    degree: float


NUMBER, UNITS = Kind("", 0.0), "units"
"""A number by itself, and the unit of what has none with a name."""


def _named(name: str) -> Kind:
    """What a count or measure is."""
    if name in DEFINITIONS:
        return Kind(DEFINITIONS[name].unit, float(DEFINITIONS[name].grows))
    return Kind(unit_of_count(name), float(name not in STAFF))


def _kind_of(node: ast.expr) -> Kind:
    """What an expression gives, as far as that has a name."""
    match node:
        case ast.Constant():
            return NUMBER
        case ast.Name(id=name):
            return _named(name)
        case ast.UnaryOp(operand=operand):
            return _kind_of(operand)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _product(_kind_of(left), _kind_of(right))
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _quotient(_kind_of(left), _kind_of(right))
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int() | float() as power)):
            return Kind(UNITS, _kind_of(left).degree * power)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
            return _together([left, right])
        case ast.Call(func=ast.Name(id="sqrt"), args=[operand]):
            return Kind(UNITS, _kind_of(operand).degree / 2)
        case ast.Call(func=ast.Name(id="abs" | "max" | "min"), args=operands):
            return _together(operands)
    return Kind(UNITS, 0.0)


def _product(one: Kind, other: Kind) -> Kind:
    """Twice an amount is an amount; twice a share, or an amount of amounts, has no name."""
    if NUMBER not in (one, other):
        return Kind(UNITS, one.degree + other.degree)
    kind = other if one == NUMBER else one
    return kind if kind == NUMBER or kind.degree else Kind(UNITS, 0.0)


def _quotient(one: Kind, each: Kind) -> Kind:
    if each == NUMBER:
        return _product(one, each)
    nameless = one == NUMBER or UNITS in (one.unit, each.unit)
    unit = "ratio" if one.unit == each.unit else f"{one.unit} per {each.unit.removesuffix('s')}"
    return Kind(UNITS if nameless else unit, one.degree - each.degree)


def _together(operands: list[ast.expr]) -> Kind:
    """What is left when quantities are added or the largest is taken; a number takes the kind of what it is added to."""
    found = {_kind_of(operand) for operand in operands} - {NUMBER} or {NUMBER}
    degrees = {kind.degree for kind in found}
    return found.pop() if len(found) == 1 else Kind(UNITS, degrees.pop() if len(degrees) == 1 else 0.0)
