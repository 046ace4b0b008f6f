"""File beside model on the page of a calibration: which share of each group left, and who of the customers did."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import ndtr

from sim.data.leaving import called
from sim.experiments.algorithms.posterior import Check, Target
from sim.experiments.cohorts import FEWEST, Cohort, Cohorts
from sim.experiments.figures import Figure, left_of
from sim.experiments.leavers import Band, tells
from sim.experiments.methods.calibrate import Calibration
from sim.report.amounts import counted, listed, number, places
from sim.report.charts import Axis, Cells, Chart, Dots, Mark, Picture
from sim.report.charts.layout import short
from sim.report.charts.palette import COLOURS, FAINT
from sim.report.company_told import tells_told
from sim.report.document import Section, Table
from sim.scenario.worlds import MEANS, OF

EDGE = 0.05
"""Share of the prior worlds within which of an end of its range a setting lies at that end."""


def section(found: Calibration) -> list[Section]:
    """The section, where the figures are shares of the file that left."""
    checks = _checks(found)
    if not checks:
        return []
    aside = any(check.target.aside for check in checks)
    of = "the customers kept aside" if aside else "the customers that were fitted, for none are kept aside"
    note = (
        f"Of {of}. The file's shares with their standard error; the model: nine in ten of the worlds that fit. Everybody starts "
        f"with what the file says of them today, as if it had been so when the {found.experiment.base.weeks} weeks began."
    )
    tables, why = [_table(found, checks)], [why for check in checks if (why := _why(found, check))]
    groups = Section(
        "File beside model, by group", pictures=[_picture(found, checks)], tables=tables, notes=[note, *why]
    )
    singly = [_bands(name, each) for name, each in found.bands.items()]
    notes = [*_ranking(found), *_columns(found)]
    triangle = [] if found.cohorts is None else _triangle(found.cohorts)
    if not singly:
        return [replace(groups, notes=[note, *why, *notes]), *triangle]
    return [groups, *triangle, Section("File beside model, customer by customer", pictures=singly, notes=notes)]


def sources(found: Calibration) -> list[str]:
    """Where shares come from that the customer file itself gives."""
    mapping, given = found.experiment.base.customers.mapping, found.experiment.settings.figures.values()
    if (
        mapping is None
        or mapping.label is None
        or all(figure.left is None or figure.value is not None for figure in given)
    ):
        return []
    return [
        f"the shares that left: the column “{mapping.label.column}” of the customer file, within {mapping.label.within}"
    ]


def _checks(found: Calibration) -> list[Check]:
    """The shares that left: of the half kept aside where there is one."""
    given = found.experiment.settings.figures
    shares = [check for check in found.posterior.checks if given[check.target.name].left is not None]
    return [check for check in shares if check.target.aside] or shares


def _figure(found: Calibration, check: Check) -> Figure:
    figure: Figure = found.experiment.settings.figures[check.target.name]
    return figure


def _group(found: Calibration, check: Check) -> str:
    """The group in the file's own words."""
    figure = _figure(found, check)
    return (
        ", ".join(called(column, str(word)) for column, word in (figure.left or {}).items()) or "everybody"
        if figure.half
        else check.target.name
    )


def _percent(check: Check, value: float) -> str:
    return number(100 * value, places(100 * check.target.error / 2))


def _table(found: Calibration, checks: list[Check]) -> Table:
    rows = []
    for check in checks:
        target, low, high = check.target, check.after[0], check.after[2]
        rows.append([
            _group(found, check), _customers(found, check), f"{_percent(check, target.value)} ± {_percent(check, target.error)}",
            _percent(check, check.after[1]), f"{_percent(check, low)} to {_percent(check, high)}", "yes" if check.met else "no",
        ])  # fmt: skip
    return Table(("Group", "Customers", "Left by the file, %", "The model, median, %", "Nine in ten, %", "Met"), rows)


def _customers(found: Calibration, check: Check) -> str:
    figure = _figure(found, check)
    return "–" if figure.value is not None else f"{left_of(found.experiment, check.target.name, figure).people:,}"


def _why(found: Calibration, check: Check) -> str:
    """Why a group's share could not be met, in a sentence; nothing where it is."""
    if check.met:
        return ""
    name, ends = _group(found, check), f"{_percent(check, check.after[0])} to {_percent(check, check.after[2])} %"
    said = f"Of {name} {_percent(check, check.target.value)} % left, and the model has {ends}"
    other = _fitted_half(found, check)
    if other is not None and abs(other.value - check.target.value) > 2 * math.hypot(other.error, check.target.error):
        half = f"{_percent(check, other.value)} %"
        return f"{said}: the two halves of the file differ by more than luck ({half} of the fitted half left)."
    end = _at_the_end(found, check)
    if end:
        return f"{said}: {end} already lies at the end of what it may be; give it a wider range in the file of the calibration."
    fewer = "more" if check.target.value > check.after[2] else "fewer"
    return f"{said}: nothing that was left open lets {fewer} of them leave beside what fits the other groups."


def _fitted_half(found: Calibration, check: Check) -> Target | None:
    """The same group's share in the half that was fitted, if there is one."""
    given, own = found.experiment.settings.figures, _figure(found, check)
    same = (
        one.target for one in found.posterior.checks if given[one.target.name].left == own.left and not one.target.aside
    )
    return next(same, None)


def _at_the_end(found: Calibration, check: Check) -> str:
    """The group's own setting, where it lies at an end of what it may be; nothing otherwise."""
    words = {str(cell) for cell in (_figure(found, check).left or {}).values()}
    middles = ndtr(found.posterior.interval(0.0)[:, 0])
    for factor, middle in zip(found.factors, middles, strict=True):
        own = factor.path.startswith(f"{MEANS}.") and factor.path.partition(OF)[2] in words
        if own and not EDGE < middle < 1 - EDGE:
            return factor.label
    return ""


def _picture(found: Calibration, checks: list[Check]) -> Picture:
    rows = range(len(checks))
    given = [100 * check.target.value for check in checks]
    error = [100 * check.target.error for check in checks]
    low, middle, high = ([100 * check.after[k] for check in checks] for k in range(3))
    marks: list[Mark] = [
        Dots("the file", given, [row + 0.16 for row in rows], FAINT, marker="s", size=5,
             low=[g - e for g, e in zip(given, error, strict=True)], high=[g + e for g, e in zip(given, error, strict=True)],
             band="± standard error"),
        Dots("the model", middle, rows, COLOURS[0], size=6, low=low, high=high, band="nine in ten worlds"),
    ]  # fmt: skip
    names = [short(_group(found, check), 30, 2) for check in checks]
    chart = Chart(
        "Who left, by group", Axis("left, %", low=0), Axis(rows=names), marks, height=1.3 + 0.45 * len(checks)
    )
    told = ", ".join(
        f"{name} {_percent(check, check.target.value)} % by the file and {_percent(check, check.after[1])} % in the model"
        for name, check in zip([_group(found, check) for check in checks], checks, strict=True)
    )
    return Picture(chart, f"Who left, by group: {told}.", "Grey: the file. Blue: the worlds that fit.", name="groups")


_BY = {
    "tenure": ("How long they had been customers", "weeks", 1.0, 0),
    "chance": ("What the model gives each", "chance to leave, %", 100.0, 1),
}
"""By what the customers kept aside are grouped: a title, its unit, what it is multiplied by to be told in it, and decimals."""


def _bands(name: str, groups: list[Band]) -> Picture:
    """Who left, by a number of theirs: the file's share in each group beside the model's."""
    title, unit, times, decimals = _BY[name]
    rows, given = range(len(groups)), [100 * each.left.share for each in groups]
    error, model = [100 * each.left.error for each in groups], [100 * each.model for each in groups]
    ranges = [f"{number(times * each.low, decimals)} to {number(times * each.high, decimals)}" for each in groups]
    marks: list[Mark] = [
        Dots("the file", given, [row + 0.12 for row in rows], FAINT, marker="s", size=5, band="± standard error",
             low=[g - e for g, e in zip(given, error, strict=True)], high=[g + e for g, e in zip(given, error, strict=True)]),
        Dots("the model", model, [row - 0.12 for row in rows], COLOURS[0], size=6),
    ]  # fmt: skip
    people = sum(each.left.people for each in groups)
    chart = Chart(
        f"{title} ({unit})", Axis("left, %", low=0), Axis(rows=ranges), marks, height=1.3 + 0.45 * len(groups)
    )
    told = ", ".join(f"{r}: {g:.0f} and {m:.0f} %" for r, g, m in zip(ranges, given, model, strict=True))
    return Picture(
        chart, f"{title} ({unit}): who left by the file and in the model, {told}.",
        f"The {people:,} customers kept aside, in {len(groups)} groups. Grey: the file. Blue: the mean of the worlds that fit.",
        name=f"by_{name}",
    )  # fmt: skip


def _triangle(found: Cohorts) -> list[Section]:
    """Who was still there, by when they joined: one map, on the left the file and on the right the model."""
    told = [row for row in found.rows if row.model]
    if not told:
        return []
    nothing, looks = (math.nan,) * len(found.weeks), len(found.weeks)
    rows = [
        [*(100 * each for each in row.file or nothing), math.nan, *(100 * each for each in row.model or nothing)]
        for row in reversed(found.rows)  # who joined last stands at the top
    ]
    labels = [["" if math.isnan(value) else f"{value:.0f}" for value in column] for column in np.transpose(rows)]
    across = [(place + 0.5, f"{who} {week}") for who, first in (("file", 0), ("model", looks + 1))
              for place, week in enumerate(found.weeks, first)]  # fmt: skip
    up = [(place + 0.5, f"{_tenure(row)} ({row.people:,})") for place, row in enumerate(reversed(found.rows))]
    chart = Chart(
        "Who was still there, by when they joined",
        Axis("weeks later", low=0, high=2 * looks + 1, ticks=across, line=False, letters=6),
        Axis("weeks as a customer at the start (how many)", low=0, high=len(rows), ticks=up, line=False),
        [Cells(np.transpose(rows), "still there, %", labels)], height=1.6 + 0.32 * len(rows), width=7.0,
    )  # fmt: skip
    said = "; ".join(
        f"{_tenure(row)} weeks: {_shares(row.file)} % by the file, {_shares(row.model)} % in the model" for row in told
    )
    alt = f"Who was still there after {listed([str(week) for week in found.weeks])} weeks, by weeks as a customer. {said}."
    picture = Picture(chart, alt, "Left: the file. Right: the mean of the worlds that fit.", wide=True, name="cohorts")
    return [Section("File beside model, by when they joined", pictures=[picture], notes=_of_triangle(found))]


def _tenure(row: Cohort) -> str:
    return f"{row.low:.0f} and more" if math.isinf(row.high) else f"{row.low:.0f} to {row.high:.0f}"


def _shares(shares: Sequence[float]) -> str:
    return ", ".join(f"{100 * each:.0f}" for each in shares)


def _of_triangle(found: Cohorts) -> list[str]:
    """What the map holds, where it is blank, and whether file and model differ by more than luck."""
    apart, cells = sum(row.apart for row in found.rows), sum(len(row.model) for row in found.rows)
    people = sum(row.people for row in found.rows)
    said = [
        f"Of {counted(people, 'customer', 'customers')} kept aside. A row holds those who joined together, a column who of them "
        "was still there so many weeks after the start; both together are how old the cohort then is. In "
        f"{apart} of {cells} cells file and model differ by more than two standard errors of the file; luck alone does so in "
        "about one of twenty."
    ]
    if few := found.few:
        said.append(
            f"Blank: {counted(len(few), 'cohort', 'cohorts')} of fewer than {FEWEST} customers "
            f"({sum(row.people for row in few)} together), too few to tell."
        )
    if len(found.weeks) == 1:
        said.append(
            "The file says who had left at the end and not when; with a column of days it would be shown in between."
        )
    if found.before:
        said.append(
            f"{counted(found.before, 'customer', 'customers')} had left before the start by the file, and are in no cohort."
        )
    return said


def _ranking(found: Calibration) -> list[str]:
    """How well single customers are told apart, honest either way."""
    one = found.ranking
    if one is None:
        return []
    gap, error = one.model[0] - one.regression[0], (one.model[1] ** 2 + one.regression[1] ** 2) ** 0.5
    verdict = "about as well as" if abs(gap) < error else "better than" if gap > 0 else "less well than"
    return [
        f"Single customers: of {counted(one.customers, 'customer', 'customers')} kept aside {one.left:,} left. The model ranks "
        f"who left before who stayed in {_of_hundred(one.model)} of 100 pairs, {verdict} a plain logistic regression on the same "
        f"columns ({_of_hundred(one.regression)}; 50 is guessing). The regression tells who leaves and not what a policy changes."
    ]


def _columns(found: Calibration) -> list[str]:
    """Which columns tell most about who left."""
    said = tells_told(tells(found.experiment))
    return [said] if said else []


def _of_hundred(area: tuple[float, float]) -> str:
    return f"{100 * area[0]:.0f} ± {100 * area[1]:.0f}"
