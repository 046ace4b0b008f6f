"""The page of a selection: which policy is best, how sure that is, and what cannot be told apart."""

from __future__ import annotations

from sim.experiments.methods.select import Selected
from sim.report.amounts import Unit, between, counted, lasting, listed, number, signed
from sim.report.charts import Axis, Chart, Dots, Mark, Picture, Rule
from sim.report.charts.palette import look
from sim.report.document import Section, Table
from sim.report.experiment_page import (
    Page,
    digits_of,
    level_told,
    percent,
    sheet,
    unit_of,
    written_digits,
)

PROCEDURES = {"kn": "KN (Kim & Nelson 2001)", "ocba": "OCBA (Chen et al. 2000)", "subset": "subset selection"}


def _sections(found: Selected) -> list[Section]:
    note = "Less than the best, replication by replication under the same luck; 95 % intervals, each by itself."
    return [Section("Against the best", pictures=[_gaps(found)], tables=[_table(found)], notes=[note])]


def unit_in(found: Selected) -> Unit:
    """The unit of the first outcome."""
    return unit_of(found.experiment, found.outcome, [level.mean for level in found.levels])


def headline(found: Selected) -> str:
    """Which policy is best, or which cannot be told apart."""
    words, settings = found.outcome.words, found.experiment.settings
    if found.found.decided:
        level = level_told(found.levels[found.found.best], unit_in(found))
        return (
            f"“{found.best}” has the {found.outcome.best} {words}, {level}: chosen with a promised probability of "
            f"{percent(settings.promise, written_digits(100 * settings.promise))} of being right"
        )
    names = listed([f"“{name}”" for name in found.remaining])
    return (
        f"{names} cannot be told apart by {words} with this budget; every other policy is out"
        if (len(found.remaining) < len(found.names))
        else f"No policy can be told apart from another by {words} with this budget"
    )


def _lead(found: Selected) -> list[str]:
    settings, unit = found.experiment.settings, unit_in(found)
    zone = number(settings.zone * unit.factor, written_digits(settings.zone * unit.factor))
    spent = [f"{name} {count:,}" for name, count in zip(found.names, found.found.used, strict=True)]
    told = [
        f"A lead matters from {zone} {unit.difference} on (the indifference zone): of policies that differ by less, either "
        "may be named.",
        f"{counted(found.found.replications, 'replication', 'replications')} over {lasting(found.experiment.base)} were "
        f"spent where they tell most: {listed(spent)}.",
    ]
    if not found.found.decided:
        told.insert(0, "More replications (most) or a wider zone would decide it.")
    return told


def _gaps(found: Selected) -> Picture:
    unit = unit_in(found)
    order = sorted(range(len(found.names)), key=lambda k: -found.outcome.sign * found.levels[k].mean)
    marks: list[Mark] = [Rule(0.0)]
    for row, k in enumerate(order):
        gap, this = found.gaps[k], look(row)
        mean, low, high = (value * unit.factor for value in gap[:3])
        marks.append(Dots(found.names[k], [mean], [row], this.colour, this.marker, 6, [low], [high]))
    chart = Chart(
        f"{found.outcome.words}, less the best", Axis(unit.difference, unit.difference),
        Axis(rows=[found.names[k] for k in order]),        marks, height=1.1 + 0.36 * len(order),
    )  # fmt: skip
    told = ", ".join(f"{found.names[k]} {signed(found.gaps[k].mean * unit.factor, 2)}" for k in order)
    alt = f"Intervals of {found.outcome.words} less the best policy's: {told} {unit.difference}."
    return Picture(chart, alt, name="gaps")


def _table(found: Selected) -> Table:
    unit, rows = unit_in(found), []
    for k in sorted(range(len(found.names)), key=lambda k: -found.outcome.sign * found.levels[k].mean):
        level, gap = found.levels[k], found.gaps[k]
        said = "best" if k == found.found.best else between(gap, unit.factor, digits_of(gap, unit), plus=True)
        verdict = "not told apart from the best" if k in found.found.remaining else "out"
        verdict = "" if k == found.found.best else verdict
        often = f"{number(100 * found.chosen[k])} %"
        rows.append([found.names[k], level_told(level, unit), said, often, f"{found.found.used[k]:,}", verdict])
    heads = (
        "Policy",
        f"{found.outcome.words}, mean",
        f"Less the best, {unit.difference} (95 %)",
        "Best in",
        "Replications",
        "Verdict",
    )
    settings = found.experiment.settings
    return Table((f"{heads[0]} ({PROCEDURES[settings.procedure]})", *heads[1:]), rows)


PAGE = Page(headline, _lead, _sections, lambda found: [sheet(found, "Policies", found.table(), found.outcome)])
