"""The page of a calibration: whether any plausible world meets the figures, what they narrowed, and what they do not tell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr

from sim.experiments.algorithms.posterior import TOLD_NOTHING, Check
from sim.experiments.factors import Factor
from sim.experiments.methods.calibrate import MANY, Calibration, missed
from sim.experiments.outcomes import Outcome
from sim.report import facts, leaving_page
from sim.report.amounts import Unit, counted, lasting, listed, number, places
from sim.report.charts import Axis, Chart, Dots, Mark, Picture, Rule
from sim.report.charts.layout import short
from sim.report.charts.palette import COLOURS, FAINT
from sim.report.document import Section, Sheet, Table
from sim.report.experiment_page import Page, setting, sheet, unit_of
from sim.runs.measures import called
from sim.scenario.worlds import NONE, SHIPPED

SHOWN = 10
"""Settings that are shown: those that the figures narrow most."""
NAMED = 3
"""Settings that the first sentence names."""
LEFT_OPEN = (
    "The ranges hold nine in ten of the worlds that fit: what the figures leave open, the luck of a real market of the company's "
    "size, and what the model is stated not to be of the world."
)


def _sections(found: Calibration) -> list[Section]:
    return [
        *leaving_page.section(found),
        Section("What the figures narrow", pictures=[_narrowed(found)], tables=[_settings(found)], notes=[_left_note(found)]),
        Section("Whether the worlds meet the figures", pictures=[_predicted(found)], tables=[_figures(found)],
                notes=["Before, now: nine in ten worlds, one market of the company's size each, with the figure's error."]),
    ]  # fmt: skip


def _left_note(found: Calibration) -> str:
    note = "Left: how much of the range of nine in ten worlds is left, counted in worlds; 100 % means that the figures say "
    rest = len(found.factors) - SHOWN
    others = f" {counted(rest, 'other setting is', 'other settings are')} in the table “Settings”." if rest > 0 else ""
    return f"{note}nothing about it.{others}"


def _sheets(found: Calibration) -> list[Sheet]:
    """Settings, the most narrowed first, and figures of the company, each row with its own unit."""
    import pandas as pd

    settings = found.table().assign(unit=[factor.unit for factor in found.factors]).iloc[found.most_narrowed]
    figures = found.table("checked")
    scales = [found.scale(name) for name in figures["figure"]]
    sizes = figures.select_dtypes("float").columns
    figures[sizes] = figures[sizes].mul(scales, axis=0)
    units = [_given_unit(found, check) for check in found.posterior.checks]
    joined = [] if found.cohorts is None else [sheet(found, "Cohorts", pd.DataFrame(found.cohorts.table()))]
    return [sheet(found, "Settings", settings), sheet(found, "Figures", figures.assign(unit=units)), *joined]


# ---- in sentences


def headline(found: Calibration) -> str:
    """Whether any world meets the figures, and what they narrow most."""
    alone = [_given(found, check) for check in found.posterior.unmet if check.alone]
    if alone:
        return f"No plausible world comes near {listed(alone)}: figure or model is wrong, or the scenario is not this company"
    together = [_given(found, check) for check in found.posterior.unmet]
    if together:
        return f"No plausible world meets {listed(together)} together with the other figures: one of them, or the model, is wrong"
    short_of = [called(check.target.name) for check in missed(found)]
    whether = f"The worlds meet the figures but {listed(short_of)}" if short_of else _all_met(found)
    ranges, told = found.between(0.9), [k for k in found.most_narrowed if found.posterior.widths[k] < TOLD_NOTHING]
    if not told:
        return f"{whether}; they say next to nothing about any setting"
    where = [
        f"{found.factors[k].label} to between {_between(found.factors[k], ranges[k], 'and')}" for k in told[:NAMED]
    ]
    return f"{whether}; they narrow {listed(where)}"


def _all_met(found: Calibration) -> str:
    count = len(found.fitted_to)
    return "There are worlds that meet the figure" if count == 1 else f"There are worlds that meet all {count} figures"


def _given(found: Calibration, check: Check) -> str:
    """A figure as it was given, in words."""
    unit = _unit(found, check)
    return f"{called(check.target.name)} {_number(check, check.target.value, unit)} {unit.level}"


def _number(check: Check, value: float, unit: Unit) -> str:
    return number(value * unit.factor, places(check.target.error * abs(unit.factor) / 2))


def _between(factor: Factor, ends: Sequence[float] | np.ndarray, word: str = "to") -> str:
    return f"{setting(factor, float(ends[0]))} {word} {setting(factor, float(ends[1]))}"


def _lead(found: Calibration) -> list[str]:
    posterior = found.posterior
    return [
        *_aside_told(found),
        *_two_peaks_told(found),
        *_not_told(found),
        f"{counted(len(posterior.scores), 'plausible world', 'plausible worlds')} in which "
        f"{counted(len(found.factors), 'setting was', 'settings were')} open were run {posterior.runs:,} times over "
        f"{lasting(found.experiment.base)} and moved to where they fit. The calibrated scenario lives in them, and so does every "
        "scenario that extends it.",
    ]


def _aside_told(found: Calibration) -> list[str]:
    aside = found.posterior.aside
    if not aside:
        return []
    wrong = [called(check.target.name) for check in aside if not check.met]
    but = f"; not {listed(wrong)}" if wrong else ""
    return [f"The worlds predicted {sum(check.met for check in aside)} of {len(aside)} that were kept aside{but}."]


def _two_peaks_told(found: Calibration) -> list[str]:
    names = [found.factors[k].label for k in found.posterior.two_peaked]
    return [
        f"{_title(name)} is one of two things with little in between: its median stands for neither." for name in names
    ]


def _not_told(found: Calibration) -> list[str]:
    told = [
        f"{_title(one)} and {other} cannot be told apart (correlation {number(correlation, 2)}): one may make up for the other."
        for one, other, correlation in found.posterior.not_told_apart[:SHOWN]
    ]
    names = found.posterior.not_told
    if 0 < len(names) <= MANY:
        told.append(f"The figures say next to nothing about {listed(list(names))}.")
    elif names:
        told.append(f"The figures say next to nothing about {len(names)} of the {len(found.factors)} settings.")
    return told


def _title(words: str) -> str:
    return words[0].upper() + words[1:]


def _caveats(found: Calibration) -> list[str]:
    figures = found.experiment.settings.figures
    sources = [f"{name}: {one.source}" for name, one in figures.items() if one.source]
    sources += leaving_page.sources(found)
    share = found.experiment.settings.discrepancy
    return [
        *([f"The figures come from: {'; '.join(sources)}."] if sources else []),
        f"The model is only like the world: each figure may be off by {number(100 * share, 1 if share < 0.01 else 0)} % of what "
        "it differs by between plausible worlds, whatever its own error.",
        "What fits need not be true: another model may fit as well, and of several islands of fitting worlds one may be missed.",
    ]


# ---- in tables and figures


def _settings(found: Calibration) -> Table:
    before, after, middles = found.between(0.9, before=True), found.between(0.9), found.between(0.0)[:, 0]
    rows = []
    for k in found.most_narrowed[:SHOWN]:
        factor = found.factors[k]
        left = f"{number(100 * found.posterior.widths[k])} %"
        middle = setting(factor, float(middles[k]))
        rows.append(
            [f"{factor.label} ({factor.unit})", _between(factor, before[k]), _between(factor, after[k]), middle, left]
        )
    return Table(("Setting", "Nine in ten before", "Nine in ten now", "Median", "Left"), rows)


def _figures(found: Calibration) -> Table:
    rows = []
    for check in found.posterior.checks:
        unit = _unit(found, check)
        target, low, high = check.target, 0, 2
        told = [
            _number(check, v, unit)
            for v in (
                target.value,
                target.error,
                check.before[low],
                check.before[high],
                check.after[low],
                check.after[high],
            )
        ]
        verdict = ("predicted" if check.met else "not predicted") if target.aside else "yes" if check.met else "no"
        rows.append([f"{called(target.name)}, {unit.level}", f"{told[0]} ± {told[1]}", f"{told[2]} to {told[3]}",
                     f"{told[4]} to {told[5]}", verdict])  # fmt: skip
    return Table(("Figure", "Given, ± standard error", "Before", "Now", "Met"), rows)


def _unit(found: Calibration, check: Check) -> Unit:
    outcome = _outcome(found, check)
    if outcome is None:  # the share of a group
        return facts.SHOWN["share"]
    return unit_of(found.experiment, outcome, [check.target.value, check.after[1]])


def _given_unit(found: Calibration, check: Check) -> str:
    """The unit in which a figure stands in the file."""
    outcome = _outcome(found, check)
    return "share" if outcome is None else outcome.unit.replace("currency", found.experiment.base.currency)


def _outcome(found: Calibration, check: Check) -> Outcome | None:
    """The outcome that a figure is of; None for the share of a group."""
    return next((outcome for outcome in found.experiment.outcomes if outcome.measure == check.target.name), None)


def _narrowed(found: Calibration) -> Picture:
    """The most narrowed settings, a row each: where nine in ten worlds lay before, and where they lie now."""
    shown = found.most_narrowed[:SHOWN]
    rows = range(len(shown))
    ranges = found.between(0.9)
    before, after = (100 * ndtr(found.posterior.interval(before=which)[shown]) for which in (True, False))
    middles = 100 * ndtr(found.posterior.interval(0.0)[shown, 0])
    words = [f"{found.factors[k].label}: {_between(found.factors[k], ranges[k])}" for k in shown]
    marks: list[Mark] = [
        Rule(50.0, colour=FAINT, width=0.8),
        Dots("before", [50.0] * len(shown), [row + 0.18 for row in rows], FAINT, marker="s", size=3, low=before[:, 0],
             high=before[:, 1], band="nine in ten before"),
        Dots("now", middles, rows, COLOURS[0], size=6, low=after[:, 0], high=after[:, 1], words=words, band="nine in ten now"),
    ]  # fmt: skip
    names = [short(found.factors[k].label, 30, 2) for k in shown]
    across = Axis("share of the plausible worlds that lie lower, %", low=0, high=100)
    chart = Chart("What the figures narrow most", across, Axis(rows=names), marks, height=1.3 + 0.4 * len(shown))
    told = ", ".join(f"{found.factors[k].label}, {_between(found.factors[k], ranges[k])}" for k in shown)
    note = "Grey: nine in ten worlds before. Blue: nine in ten of those that fit, and their median."
    return Picture(chart, f"What the figures narrow most: {told}.", note, name="narrowed")


def _predicted(found: Calibration) -> Picture:
    """Each figure against what the worlds predicted before and predict now, in what they predicted before."""
    checks = found.posterior.checks
    rows = range(len(checks))
    scale = [100 / max(check.before[2] - check.before[0], 1e-12) for check in checks]

    def about(which: str) -> list[list[float]]:
        ends = [getattr(check, which) for check in checks]
        return [
            [(end[k] - c.target.value) * s for end, c, s in zip(ends, checks, scale, strict=True)] for k in range(3)
        ]

    before, after = about("before"), about("after")
    marks: list[Mark] = [
        Rule(0.0, width=1),
        Dots("before", before[1], [row + 0.18 for row in rows], FAINT, marker="s", size=3, low=before[0], high=before[2],
             band="nine in ten before"),
        Dots("now", after[1], rows, COLOURS[0], size=6, low=after[0], high=after[2], band="nine in ten now"),
    ]  # fmt: skip
    names = [
        short(
            called(c.target.name) + (" (kept aside)" if c.target.aside and "aside" not in c.target.name else ""), 30, 2
        )
        for c in checks
    ]
    across = Axis("predicted less given, % of the range before")
    chart = Chart("Prediction against figure", across, Axis(rows=names), marks, height=1.3 + 0.4 * len(checks))
    told = ", ".join(f"{called(check.target.name)} {'met' if check.met else 'missed'}" for check in checks)
    note = "Line: the figure. Grey: nine in ten worlds before. Blue: nine in ten of those that fit."
    return Picture(chart, f"Predictions against figures: {told}.", note, name="predicted")


def _worlds_told(found: Calibration) -> list[str]:
    before = found.unknowns.worlds.name
    usual = {NONE: "one setting, in which what is not named has its default", SHIPPED: "the shipped worlds"}
    told = usual.get(before, f"the worlds of {before}")
    return [f"The worlds that fit were found from {told}. They are fitted to {listed(list(found.worlds.fitted_to))}."]


PAGE = Page(headline, _lead, _sections, _sheets, _caveats, LEFT_OPEN, _worlds_told)
