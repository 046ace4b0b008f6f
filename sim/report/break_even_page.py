"""The page of a break-even: at which value a policy stops paying, the interval, and the curve behind it."""

from __future__ import annotations

import math

import numpy as np

from sim.experiments.algorithms.root_finding import CROSSES, FAILS, PAYS
from sim.experiments.methods.break_even import Turning
from sim.report.amounts import Unit, between, lasting, number
from sim.report.charts import Axis, Chart, Line, Mark, Picture, Rule, Span
from sim.report.charts.palette import COLOURS, Look
from sim.report.document import Section, Table
from sim.report.experiment_page import Page, digits_of, setting, sheet, unit_of


def _sections(found: Turning) -> list[Section]:
    return [Section("The curve", pictures=[_curve(found)]), Section("Every value that was run", tables=[_table(found)])]


def unit_in(found: Turning) -> Unit:
    """The unit of the lead."""
    return unit_of(found.experiment, found.outcome, [lead.mean for _, lead in found.found.curve])


def _policies(found: Turning) -> tuple[str, str]:
    if found.policy.full_fingerprint == found.against.full_fingerprint:
        return found.factor.label, f"“{found.against.name}” as it is"
    return f"“{found.policy.name}”", f"“{found.against.name}”"


def headline(found: Turning) -> str:
    """Where the policy stops, or begins, to pay."""
    factor, (policy, other) = found.factor, _policies(found)
    good = "more" if found.outcome.sign > 0 else "less"
    pays = f"{policy} brings {good} {found.outcome.words} than {other}"
    pays = pays[0].upper() + pays[1:]
    between_ends = f"between {factor.told(factor.low)} and {factor.told(factor.high)} {factor.unit}"
    if found.found.verdict == PAYS:
        tried = f"{pays} at every {factor.label} that was tried {between_ends}"
        return f"{tried}: as far as is known, it never stops paying in that range"
    if found.found.verdict == FAILS:
        name = policy[0].upper() + policy[1:]
        return (
            f"{name} pays at no {factor.label} that was tried {between_ends}, by {found.outcome.words} against {other}"
        )
    if found.found.verdict != CROSSES or found.value is None:
        return f"Undecided: with this budget it is not known at which {factor.label} {policy} stops paying"
    side = "above" if found.found.rising else "below"
    return f"{pays} only {side} a {factor.label} of {setting(factor, found.value)} ({_interval(found)})"


def _interval(found: Turning) -> str:
    factor, (low, high) = found.factor, found.ends
    unit = "" if factor.unit == "share" else f" {factor.unit}"
    if math.isinf(low) and math.isinf(high):
        return "95 % interval wider than the range looked at"
    if math.isinf(low):
        return f"95 % interval up to {setting(factor, high)}"
    if math.isinf(high):
        return f"95 % interval from {setting(factor, low)} on"
    return f"95 % interval {setting(factor, low)} to {setting(factor, high)}{unit}"


def _lead(found: Turning) -> list[str]:
    told = []
    if found.found.crossings > 1:
        told.append(
            f"The lead changes sign {found.found.crossings} times in the range: read the curve, not one number."
        )
    both = "Both policies meet it" if found.experiment.uncertainties else "It moves the policy alone"
    return [
        *told,
        f"{found.factor.label[0].upper()}{found.factor.label[1:]} was varied. {both}; every value ran "
        f"{found.found.replications:,} times over {lasting(found.experiment.base)}, with the same luck on both sides.",
        "At the true break-even the interval is right in 95 of 100 such experiments: it holds every value at which the "
        "paired difference is undecided.",
    ]


def _curve(found: Turning) -> Picture:
    unit, factor = unit_in(found), found.factor
    values = np.array([factor.at(place) for place, _ in found.found.curve])
    leads = np.array([[lead.mean, lead.low, lead.high] for _, lead in found.found.curve]) * unit.factor
    name = f"lead in {found.outcome.words}"
    line = Line(name, values, leads[:, 0], Look(COLOURS[0]), leads[:, 1], leads[:, 2], 1.4, 0.2, dotted=True)
    marks: list[Mark] = [line, Rule(0.0, upright=False)]
    if found.value is not None:
        low, high = np.clip(found.ends, factor.low, factor.high)
        marks += [Span(low, high, COLOURS[1], 0.18), Rule(found.value, colour=COLOURS[1], width=1.4)]
    across = Axis(f"{factor.label} ({factor.unit})", factor.unit, logarithmic=factor.scale == "log")
    chart = Chart(f"Lead in {found.outcome.words}", across, Axis(unit.difference, unit.difference), marks, height=3.6)
    note = "Paired difference, more is better for the policy; blue band: 95 % interval. Orange: break-even and its interval."
    return Picture(
        chart, f"Lead in {found.outcome.words} over {factor.label}, with the break-even marked.", note, name="lead"
    )


def _table(found: Turning) -> Table:
    unit, rows = unit_in(found), []
    for place, lead in found.found.curve:
        digits = digits_of(lead, unit)
        said = between(lead, unit.factor, digits, plus=True)
        verdict = "pays" if lead.low > 0 else "does not pay" if lead.high < 0 else "undecided"
        rows.append([found.factor.told(found.factor.at(place)), number(lead.mean * unit.factor, digits), said, verdict])
    return Table((f"{found.factor.label}", f"lead, {unit.difference}", "95 % interval", "verdict"), rows)


PAGE = Page(headline, _lead, _sections, lambda found: [sheet(found, "Curve", found.table(), found.outcome)])
