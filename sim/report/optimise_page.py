"""The page of an optimisation: the best settings as fresh luck knows them, the front, and what the search thought."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.ticker import MaxNLocator

from sim.experiments.ask_optimise import Optimum
from sim.experiments.outcomes import Outcome
from sim.report import experiment_page as paper
from sim.report.amounts import Unit, between, counted, listed, number, signed, span
from sim.report.drawing import COLOURS, FAINT, INK, canvas, styled, svg_of
from sim.report.experiment_page import (
    Figure,
    Page,
    Section,
    Table,
    change_told,
    digits_of,
    level_told,
    setting,
    title,
    unit_of,
    written_digits,
)
from sim.statistics import Interval


def write(found: Optimum, path: Path) -> Path:
    """Write the page and return its path. Raises :class:`~sim.errors.Mistake` when it cannot be written."""
    asked = found.experiment
    with styled():
        pictures = [_front(found) if len(found.objectives) > 1 else _search(found)]
    notes = [
        "Finalists ran again on luck that the search had not seen; only those figures count. What wins a search was partly "
        "lucky there: compare the two leads over today."
    ]
    sections = [Section("The search", pictures=pictures), Section("The finalists", tables=[_table(found)], notes=notes)]
    caveat = "Settings between and beyond those tried may be better; a longer search would tell."
    page = Page(
        asked.question, headline(found), _lead(found), sections, paper.command_of(asked, "optimise"),
        paper.origin_of(asked, found.tally), [caveat],
    )  # fmt: skip
    return paper.write(page, path)


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
    word = "highest" if outcome.sign > 0 else "lowest"
    return f"{title(outcome)} is {word} with {setting_told(found, best)}{kept}: {level}, {against}"


def _front_told(found: Optimum) -> str:
    names = listed([outcome.words for outcome in found.objectives])
    ends = [f"{setting_told(found, _best_for(found, o))} for {o.words}" for o in found.objectives]
    return f"There is no single best for {names}: the best is {listed(ends)}, and the front lies between them"


def _best_for(found: Optimum, outcome: Outcome) -> int:
    k = found.experiment.outcomes.index(outcome)
    return max(found.final.front, key=lambda f: outcome.sign * found.final.fresh[f][k].mean)


def _unit(found: Optimum, k: int) -> Unit:
    return unit_of(found.experiment, found.experiment.outcomes[k], [row[k].mean for row in found.final.fresh])


def _limits(found: Optimum) -> str:
    told = []
    for k, outcome in enumerate(found.experiment.outcomes):
        unit = _unit(found, k)
        for word, limit in (("at least", outcome.at_least), ("at most", outcome.at_most)):
            if limit is not None:
                shown = number(limit * unit.factor, written_digits(limit * unit.factor))
                told.append(f"{outcome.words} {word} {shown} {unit.level}")
    return listed(told)


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
        f"{span(asked.base.weeks)}; then {counted(len(found.values), 'finalist', 'finalists')} on fresh luck.",
    ]


def _search(found: Optimum) -> Figure:
    """The objective, trial by trial, and the best so far."""
    k = found.experiment.outcomes.index(found.objectives[0])
    outcome, unit, sign = found.objectives[0], _unit(found, k), found.objectives[0].sign
    values, feasible = found.search.means[:, k] * unit.factor, found.search.feasible
    figure, axes = canvas(3.4, right=0.95)
    numbers = np.arange(1, len(values) + 1)
    axes.plot(numbers[~feasible], values[~feasible], "x", color=FAINT, markersize=4)
    axes.plot(numbers[feasible], values[feasible], "o", color=COLOURS[0], markersize=3.5, alpha=0.6)
    if feasible.any():
        so_far = sign * np.fmax.accumulate(np.where(feasible, sign * values, np.nan))
        axes.plot(numbers, so_far, color=INK, linewidth=1.3)
    axes.set_xlabel("trial")
    axes.set_ylabel(f"{outcome.words}, {unit.level}")
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_title("How the search went")
    note = "A dot is a trial's mean; a cross breaks a limit; the line is the best so far, luck included."
    return Figure(f"{title(outcome)} of every trial; best so far {number(float(np.nanmax(sign * values) * sign), 2)}.",
                  note, svg_of(figure))  # fmt: skip


def _front(found: Optimum) -> Figure:
    """Every trial in the plane of the first two objectives, and the finalists that nothing beats."""
    first, second = found.objectives[:2]
    a, b = (found.experiment.outcomes.index(o) for o in (first, second))
    units, means = (_unit(found, a), _unit(found, b)), found.search.means
    figure, axes = canvas(3.8, right=0.95)
    axes.plot(means[:, a] * units[0].factor, means[:, b] * units[1].factor, "o", color=FAINT, markersize=3, alpha=0.5)
    for finalist in found.final.front:
        one, two = (_scaled(found.final.fresh[finalist][k], u.factor) for k, u in zip((a, b), units, strict=True))
        axes.errorbar(one.mean, two.mean, xerr=(one.high - one.low) / 2, yerr=(two.high - two.low) / 2,
                      fmt="D", color=COLOURS[1], markersize=5, linewidth=1)  # fmt: skip
    axes.set_xlabel(f"{first.words}, {units[0].level}")
    axes.set_ylabel(f"{second.words}, {units[1].level}")
    axes.set_title("What can be had together")
    note = "Grey: every trial. Diamonds: finalists on the front, on fresh luck, with 95 % intervals."
    alt = f"Scatter of {first.words} and {second.words}; {len(found.final.front)} finalists on the front."
    return Figure(alt, note, svg_of(figure))


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
            around, unit = found.final.fresh[f][k], _unit(found, k)
            digits = digits_of(around, unit)
            cells.append(f"{number(around.mean * unit.factor, digits)} ({between(around, unit.factor, digits)})")
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
