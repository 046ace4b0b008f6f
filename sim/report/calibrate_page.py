"""The page of a calibration: whether the model can meet the figures, at which settings, and what the figures do not tell."""

from __future__ import annotations

import numpy as np

from sim.experiments import company
from sim.experiments.algorithms.posterior import IMPLAUSIBLE, Check
from sim.experiments.methods.calibrate import Calibration
from sim.experiments.outcomes import Outcome
from sim.report import facts
from sim.report.amounts import Unit, counted, lasting, listed, number, places
from sim.report.charts import Axis, Bars, Chart, Dots, Grid, Mark, Picture, Rule, Span
from sim.report.charts.layout import short
from sim.report.charts.palette import COLOURS, FAINT
from sim.report.document import Section, Sheet, Table
from sim.report.experiment_page import Page, setting, sheet, unit_of
from sim.runs.measures import called

BINS = 24
LEFT_OPEN = (
    "The intervals cover what the figures leave open, the luck of the runs included, and not errors of the model."
)


def _sections(found: Calibration) -> list[Section]:
    return [
        Section("What the figures say about the settings", pictures=[_marginals(found)], tables=[_settings(found)],
                notes=["Width: the posterior's standard deviation over the prior's; 1 means that the figures say nothing."]),
        Section("Whether the model meets the figures", pictures=[_predicted(found)], tables=[_figures(found)],
                notes=["Predicted: median and 90 % interval over the posterior, the figure's own error included."]),
    ]  # fmt: skip


def _sheets(found: Calibration) -> list[Sheet]:
    """Settings and figures as numbers, each row with its own unit."""
    settings = found.table().assign(unit=[factor.unit for factor in found.experiment.factors])
    figures = found.table("checked").assign(unit=[_given_unit(found, check) for check in _checks(found)])
    return [sheet(found, "Settings", settings), sheet(found, "Figures", figures)]


def _checks(found: Calibration) -> list[Check]:
    return found.posterior.checks(found.experiment.seed)


def headline(found: Calibration) -> str:
    """Whether the model can meet the figures, and where."""
    missed = [called(check.target.name) for check in _checks(found) if not check.met]
    where = listed([
        f"{factor.label} {setting(factor, value)} (90 % interval {setting(factor, low)} to {setting(factor, high)})"
        for factor, value, (low, high) in zip(found.experiment.factors, found.middles, found.intervals(), strict=True)
    ])  # fmt: skip
    if found.posterior.plausible < IMPLAUSIBLE:
        return f"The model cannot meet the figures together; it comes closest around {where}"
    if missed:
        return f"The model meets the figures but {listed(missed)}, around {where}"
    return f"The model meets {'the figure' if len(_checks(found)) == 1 else 'all figures'} around {where}"


def _lead(found: Calibration) -> list[str]:
    posterior = found.posterior
    fits = listed(
        [
            f"{factor.label} {setting(factor, value)}"
            for factor, value in zip(found.experiment.factors, found.best_values, strict=True)
        ]
    )
    told = [f"The single best fit, which the calibrated scenario has, is {fits}{_outside(found)}."]
    for one, other, correlation in posterior.not_told_apart:
        told.append(
            f"{one[0].upper()}{one[1:]} and {other} cannot be told apart (correlation {number(correlation, 2)}): "
            "one may make up for the other."
        )
    if posterior.not_told:
        told.append(f"The figures say next to nothing about {listed(list(posterior.not_told))}.")
    if not posterior.settled:
        told.append("The calibration did not settle: give it more particles, or wider errors.")
    return [
        *told,
        f"{counted(posterior.runs, 'setting', 'settings')} were run, {found.experiment.replications:,} times each over "
        f"{lasting(found.experiment.base)}; the posterior is worth {posterior.effective:,.0f} equally likely settings.",
    ]


def _outside(found: Calibration) -> str:
    """That the best fit of a setting need not be among the nine in ten most plausible values, where it is not."""
    names = [
        factor.label
        for factor, value, (low, high) in zip(
            found.experiment.factors, found.best_values, found.intervals(), strict=True
        )
        if not low <= value <= high
    ]
    return f", which of {listed(names)} lies outside the 90 % interval" if names else ""


def _caveats(found: Calibration) -> list[str]:
    sources = [f"{name}: {one.source}" for name, one in found.experiment.settings.figures.items() if one.source]
    told = [f"The figures come from: {'; '.join(sources)}."] if sources else []
    for target, luck in zip(found.posterior.targets, found.posterior.luck, strict=True):
        if luck > target.error / 2:
            told.append(
                f"Luck adds {luck:.2g} to the error of {target.name} ({target.error:.2g}): more replications would tell more."
            )
    return [*told, "What fits need not be true: another model may fit as well."]


def _settings(found: Calibration) -> Table:
    table = found.table()
    rows = []
    for factor, row in zip(found.experiment.factors, table.to_dict("records"), strict=True):
        told = [setting(factor, row[key]) for key in ("before", "best", "median", "low", "high")]
        around = f"{told[3]} to {told[4]}"
        rows.append([f"{factor.label} ({factor.unit})", *told[:3], around, f"{row['width_over_prior']:.2f}"])
    return Table(("Setting", "Before", "Best fit", "Median", "90 % interval", "Width"), rows)


def _figures(found: Calibration) -> Table:
    rows = []
    for check in _checks(found):
        unit = _unit(found, check)
        digits = places(check.target.error * abs(unit.factor) / 2)
        told = [
            number(v * unit.factor, digits)
            for v in (check.target.value, check.target.error, check.median, check.low, check.high)
        ]
        rows.append([f"{called(check.target.name)}, {unit.level}", f"{told[0]} ± {told[1]}", told[2],
                     f"{told[3]} to {told[4]}", "yes" if check.met else "no"])  # fmt: skip
    return Table(("Figure", "Given, ± standard error", "Predicted", "90 % interval", "Met"), rows)


def _unit(found: Calibration, check: Check) -> Unit:
    outcome = _outcome(found, check)
    if outcome is None:  # the share of a group
        return facts.SHOWN["share"]
    unit = unit_of(found.experiment, outcome, [check.target.value, check.median])
    if company.scale(found.experiment, outcome) == 1:
        return unit
    words = f"{found.experiment.base.currency if outcome.unit == 'currency' else outcome.unit} of the simulated"
    return Unit(1, words, words)  # as the figures are given


def _given_unit(found: Calibration, check: Check) -> str:
    """The unit in which a figure stands in the file."""
    outcome = _outcome(found, check)
    if outcome is None:
        return "share"
    of = "" if company.scale(found.experiment, outcome) == 1 else " of the simulated customers"
    return f"{outcome.unit}{of}"


def _outcome(found: Calibration, check: Check) -> Outcome | None:
    """The outcome that a figure is of; None for the share of a group."""
    return next((outcome for outcome in found.experiment.outcomes if outcome.measure == check.target.name), None)


def _marginals(found: Calibration) -> Picture:
    """The posterior of every setting over its range; flat is the prior."""
    count = len(found.experiment.factors)
    across = min(count, 4)
    charts = [_marginal(found, k) for k in range(count)]
    panels = [charts[start : start + across] for start in range(0, count, across)]
    width = min(2.4 * charts[0].width, 3.2 * across)
    note = "Bars: posterior. Grey line: the prior, all values alike. Orange: best fit."
    names = ", ".join(factor.label for factor in found.experiment.factors)
    grid = Grid(panels, width, 2.7 * len(panels), shared=False)
    return Picture(grid, f"Posterior distributions of {names}.", note, wide=count > 2, name="posterior")


def _marginal(found: Calibration, k: int) -> Chart:
    factor, posterior = found.experiment.factors[k], found.posterior
    heights, edges = np.histogram(posterior.places[:, k], BINS, (0, 1), weights=posterior.weights, density=True)
    middles = (edges[1:] + edges[:-1]) / 2
    marks: list[Mark] = [
        Bars("posterior", middles, heights, [COLOURS[0]] * BINS, thick=1 / BINS, strength=0.8, upright=True),
        Rule(1.0, False, FAINT, 1), Rule(float(posterior.best[k]), True, COLOURS[1], 1.4),
    ]  # fmt: skip
    ticks = [(place, factor.told(factor.at(place))) for place in (0.0, 0.5, 1.0)]
    return Chart(short(factor.label, 26, 1), Axis(ticks=ticks), Axis(unit="times as likely as before", low=0), marks)


def _predicted(found: Calibration) -> Picture:
    """Each figure with its error against the prediction, in the figure's standard errors."""
    checks = _checks(found)
    parts = [[(getattr(check, part) - check.target.value) / check.target.error for check in checks]
             for part in ("median", "low", "high")]  # fmt: skip
    dots = Dots("predicted", parts[0], range(len(checks)), COLOURS[0], size=5, low=parts[1], high=parts[2],
                band="90 % of predictions")  # fmt: skip
    across = Axis("predicted less given, in standard errors", "standard errors")
    up = Axis(rows=[called(check.target.name) for check in checks])
    marks: list[Mark] = [Span(-1.96, 1.96, FAINT), Rule(0.0, width=1), dots]
    chart = Chart("Prediction against figure", across, up, marks, height=1.2 + 0.4 * len(checks))
    told = ", ".join(f"{called(check.target.name)} {'met' if check.met else 'missed'}" for check in checks)
    note = "Grey band: the figure's 95 % interval. Line: where 90 % of predictions lie."
    return Picture(chart, f"Predictions against figures: {told}.", note, name="predicted")


PAGE = Page(headline, _lead, _sections, _sheets, _caveats, LEFT_OPEN)
