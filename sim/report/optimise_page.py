"""The page of an optimisation: the best settings as fresh luck knows them, the front, and what the search thought."""

from __future__ import annotations

import numpy as np

from sim.experiments.methods.optimise import Optimum
from sim.experiments.outcomes import Outcome
from sim.report.amounts import Unit, counted, lasting, listed, number, signed
from sim.report.charts import Axis, Chart, Dots, Line, Mark, Picture
from sim.report.charts.palette import COLOURS, FAINT, INK, Look
from sim.report.document import Section, Table
from sim.report.experiment_page import (
    Page,
    around_told,
    bounds_told,
    change_told,
    level_told,
    setting,
    sheet,
    title,
    unit_of,
)
from sim.runs.statistics import Interval


def _sections(found: Optimum) -> list[Section]:
    picture = _front(found) if len(found.objectives) > 1 else _search(found)
    notes = [
        "Finalists ran again on luck that the search had not seen; only those figures count. What wins a search was partly "
        "lucky there: compare the two leads over today."
    ]
    return [Section("The search", pictures=[picture]), Section("The finalists", tables=[_table(found)], notes=notes)]


def setting_told(found: Optimum, finalist: int) -> str:
    """The levers of a finalist: ``representatives 14 and wage 22``."""
    pairs = zip(found.experiment.factors, found.values[finalist], strict=True)
    return listed([f"{factor.label} {setting(factor, value)}" for factor, value in pairs])


def headline(found: Optimum) -> str:
    """The best setting, or the ends of the front."""
    limits = _limits(found)
    if not found.final.within.any():
        return f"No setting that was tried keeps all limits{f' ({limits})' if limits else ''}"
    if found.final.best is None:
        return _front_told(found)
    outcome = found.objectives[0]
    k, best = found.experiment.outcomes.index(outcome), found.final.best
    unit = _unit(found, k)
    level = level_told(found.final.fresh[best][k], unit)
    gap = found.against_today[best][k]
    against = f"{change_told(gap, unit)} against today" if gap.decided else "which may be no better than today"
    kept = f", keeping {limits}" if limits else ""
    return f"{title(outcome)} is {outcome.best} with {setting_told(found, best)}{kept}: {level}, {against}"


def _front_told(found: Optimum) -> str:
    names = listed([outcome.words for outcome in found.objectives])
    if len(found.final.front) == 1:
        return f"Of the finalists, {setting_told(found, found.final.front[0])} comes out best for each of {names}"
    ends = [f"{setting_told(found, _best_for(found, o))} for {o.words}" for o in found.objectives]
    return f"There is no single best for {names}: the best is {listed(ends)}, and the front lies between them"


def _best_for(found: Optimum, outcome: Outcome) -> int:
    k = found.experiment.outcomes.index(outcome)
    return max(found.final.front, key=lambda f: outcome.sign * found.final.fresh[f][k].mean)


def _unit(found: Optimum, k: int) -> Unit:
    return unit_of(found.experiment, found.experiment.outcomes[k], [row[k].mean for row in found.final.fresh])


def _limits(found: Optimum) -> str:
    return bounds_told(found.experiment, lambda outcome: _unit(found, found.experiment.outcomes.index(outcome)))


def _lead(found: Optimum) -> list[str]:
    asked, told = found.experiment, []
    best, others = found.final.best, [f for f in found.final.remaining if f != found.final.best]
    if best is not None:
        for k, outcome in enumerate(asked.outcomes):
            if outcome is not found.objectives[0]:
                told.append(f"{title(outcome)} is {level_told(found.final.fresh[best][k], _unit(found, k))} there.")
    if others:
        names = "; ".join(setting_told(found, f) for f in others[:4])
        told.append(f"Not told apart from it: {names}{' and others' if len(others) > 4 else ''}.")
    return [
        *told,
        f"{counted(len(found.search.points), 'trial', 'trials')} of {asked.replications:,} replications over "
        f"{lasting(asked.base)}; then {counted(len(found.values), 'finalist', 'finalists')} on fresh luck.",
    ]


def _search(found: Optimum) -> Picture:
    """The objective, trial by trial, and the best so far."""
    k = found.experiment.outcomes.index(found.objectives[0])
    outcome, unit, sign = found.objectives[0], _unit(found, k), found.objectives[0].sign
    values, feasible = found.search.means[:, k] * unit.factor, found.search.feasible
    numbers = np.arange(1, len(values) + 1)
    marks: list[Mark] = [
        Dots("breaks a limit", numbers[~feasible], values[~feasible], FAINT, "x", 4),
        Dots("keeps all limits", numbers[feasible], values[feasible], COLOURS[0], "o", 3.5, strength=0.6),
    ]
    if feasible.any():
        so_far = sign * np.fmax.accumulate(np.where(feasible, sign * values, np.nan))
        marks.append(Line("best so far", numbers, so_far, Look(INK), width=1.3))
    up = Axis(f"{outcome.words}, {unit.level}", unit.level)
    chart = Chart("How the search went", Axis("trial", whole=True), up, marks, height=3.4)
    note = "A dot is a trial's mean; a cross breaks a limit; the line is the best so far, luck included."
    best = number(float(np.nanmax(sign * values) * sign), 2)
    return Picture(chart, f"{title(outcome)} of every trial; best so far {best}.", note, name="search")


def _front(found: Optimum) -> Picture:
    """Every trial in the plane of the first two objectives, and the finalists that nothing beats."""
    pair = found.objectives[:2]
    places = [found.experiment.outcomes.index(outcome) for outcome in pair]
    units, means = [_unit(found, k) for k in places], found.search.means
    trials = [means[:, k] * unit.factor for k, unit in zip(places, units, strict=True)]
    x, left, right = _known(found, places[0], units[0])
    y, low, high = _known(found, places[1], units[1])
    words = [setting_told(found, f) for f in found.final.front]
    said = [
        f"{w}\n{pair[0].words} {number(a, 2)}, {pair[1].words} {number(b, 2)}"
        for w, a, b in zip(words, x, y, strict=True)
    ]
    marks = [
        Dots("every trial", trials[0], trials[1], FAINT, size=3, strength=0.5),
        Dots("on the front", x, y, COLOURS[1], "D", 5, left, right, low, high, words=said),
    ]
    axes = [Axis(f"{outcome.words}, {unit.level}", unit.level) for outcome, unit in zip(pair, units, strict=True)]
    chart = Chart("What can be had together", axes[0], axes[1], marks, height=3.8)
    note = "Grey: every trial. Diamonds: finalists on the front, on fresh luck, with 95 % intervals."
    alt = f"Scatter of {pair[0].words} and {pair[1].words}; {len(found.final.front)} finalists on the front."
    return Picture(chart, alt, note, name="front")


def _known(found: Optimum, k: int, unit: Unit) -> tuple[list[float], list[float], list[float]]:
    """Mean, lower and upper end of an outcome of each finalist on the front."""
    known = [_scaled(found.final.fresh[finalist][k], unit.factor) for finalist in found.final.front]
    return [one.mean for one in known], [one.low for one in known], [one.high for one in known]


def _scaled(around: Interval, factor: float) -> Interval:
    low, high = sorted((around.low * factor, around.high * factor))
    return Interval(around.mean * factor, low, high, around.sd * abs(factor))


def _table(found: Optimum) -> Table:
    asked, rows = found.experiment, []
    objective = asked.outcomes.index(found.objectives[0])
    order = sorted(range(len(found.values)), key=lambda f: (f != found.final.best, not found.final.within[f],
                   -found.objectives[0].sign * found.final.fresh[f][objective].mean))  # fmt: skip
    for f in order:
        cells = [factor.told(value) for factor, value in zip(asked.factors, found.values[f], strict=True)]
        for k in range(len(asked.outcomes)):
            cells.append(around_told(found.final.fresh[f][k], _unit(found, k)))
        factor = _unit(found, objective).factor
        leads = (found.search_leads[f, objective], found.against_today[f][objective].mean)
        cells += [signed(float(lead) * factor, 2) for lead in leads]
        rows.append([*cells, _verdict(found, f)])
    columns = [factor.label for factor in asked.factors]
    columns += [f"{o.words}, {_unit(found, k).level} (95 %)" for k, o in enumerate(asked.outcomes)]
    return Table([*columns, "lead over today, search", "lead, fresh luck", "verdict"], rows)


def _verdict(found: Optimum, finalist: int) -> str:
    if finalist == found.final.best:
        return "best"
    if not found.final.within[finalist]:
        return "breaks a limit"
    if found.final.best is None:
        return "on the front" if finalist in found.final.front else "beaten"
    return "not told apart" if finalist in found.final.remaining else "out"


PAGE = Page(
    headline, _lead, _sections,
    lambda found: [sheet(found, "Finalists", found.table()), sheet(found, "Trials", found.table("trials"))],
    lambda found: ["Settings between and beyond those tried may be better; a longer search would tell."],
)  # fmt: skip
