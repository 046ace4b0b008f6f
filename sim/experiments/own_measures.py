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

import numpy as np

from sim.errors import Mistake
from sim.experiments.measure_expressions import Expression, compile_expression, names_in, reckoned_at
from sim.runs.measures import COUNTED, DEFINITIONS, STAFF, Measure, Quantities, unit_of_count
from sim.runs.statistics import ANYTHING
from sim.scenario.quantities import value_shown
from sim.scenario.tree import Node, Problems

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


def own_measures_in(
    node: Node | None, problems: Problems, known: Mapping[str, Measure] = DEFINITIONS
) -> dict[str, OwnMeasure]:
    """The measures under ``measures``, by name, over those that are ``known``; what is wrong is booked."""
    if node is None:
        return {}
    if not isinstance(node.value, dict):
        example = "{calls_each: calls / customers}"
        problems.add(node.place, f"measures is {value_shown(node.value)}, but must be a section such as {example}")
        return {}
    found: dict[str, OwnMeasure] = {}
    for name, entry in node.entries():
        try:
            found[name] = own_measure(name, entry.value, found, known)
        except Mistake as mistake:
            problems.add(entry.place, f"measures.{name} {mistake}")
    return found


def own_measure(
    name: str, text: object, others: Collection[str] = (), known: Mapping[str, Measure] = DEFINITIONS
) -> OwnMeasure:
    """The measure that an expression over ``known`` measures and counts describes, beside ``others`` of one's own.

    Raises :class:`Mistake`, a sentence that goes on after the measure's name.
    """
    if not name.isidentifier():
        raise Mistake("is no name for a measure: take letters, digits and _, with no digit first")
    columns = {f"{taken}{ending}" for taken in (*known, *COUNTED, *others) for ending in ENDINGS}
    if name in columns or name in RESERVED or any(f"{name}{ending}" in others for ending in ENDINGS):
        raise Mistake("is the name of something in the tables already; choose another")
    expression = compile_expression(text, (*known, *COUNTED))
    tree = expression.tree
    return OwnMeasure(
        name, _unit(tree, known), expression.text, 0, lambda counts: expression(Quantities(counts, known)), expression,
        _degree(tree, known),
    )  # fmt: skip


# ---- units

UNITS = "units"
"""The unit of what has none with a name."""
TRIED = np.random.default_rng(1).uniform(2, 1000, (50, 8))
"""Values of up to fifty names at which it is tried out how an expression grows."""


def _unit(node: ast.expr, known: Mapping[str, Measure]) -> str:
    """The unit of what an expression gives: that of an amount, or one per another; ``units`` where it has no name."""
    units = {_unit_of(name, known) for name in names_in(node)}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        top, each = _unit(node.left, known), _unit(node.right, known)
        if UNITS not in (top, each):
            return "ratio" if top == each else f"{top} per {each.removesuffix('s')}"
    whole = len(units) == 1 and (isinstance(node, ast.Name) or _degree(node, known) == 1)
    return units.pop() if whole else UNITS


def _unit_of(name: str, known: Mapping[str, Measure]) -> str:
    return (known[name].unit if name in known else "") or unit_of_count(name)


def _degree(node: ast.expr, known: Mapping[str, Measure]) -> float:
    """By which power of ``stands_for`` an expression grows, tried out at some values; 0 when it follows no power."""
    values = {name: TRIED[k % len(TRIED)] for k, name in enumerate(names_in(node))}
    doubled = {name: value * (2.0 if _grows(name, known) else 1.0) for name, value in values.items()}
    with np.errstate(all="ignore"):
        powers = np.log2(reckoned_at(node, doubled) / reckoned_at(node, values))
    return round(float(powers[0]), 6) if np.ptp(powers) < 1e-9 else 0.0


def _grows(name: str, known: Mapping[str, Measure]) -> bool:
    return known[name].grows if name in known else name not in STAFF
