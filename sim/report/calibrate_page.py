"""The page of a calibration: whether the model can meet the figures, at which settings, and what the figures do not tell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure as Canvas

from sim.experiments.ask_calibrate import Calibration
from sim.experiments.calibration import IMPLAUSIBLE, Check
from sim.report import experiment_page as paper
from sim.report import facts
from sim.report.amounts import Unit, counted, listed, number, places, span
from sim.report.drawing import COLOURS, FAINT, INK, WIDTH, short, styled, svg_of
from sim.report.experiment_page import Figure, Page, Section, Table, setting, unit_of

BINS = 24


def write(found: Calibration, path: Path) -> Path:
    """Write the page and return its path. Raises :class:`~sim.errors.Mistake` when it cannot be written."""
    asked = found.experiment
    with styled():
        marginals, checks = _marginals(found), _predicted(found)
    sections = [
        Section("What the figures say about the settings", pictures=[marginals], tables=[_settings(found)],
                notes=["Width: the posterior's standard deviation over the prior's; 1 means that the figures say nothing."]),
        Section("Whether the model meets the figures", pictures=[checks], tables=[_figures(found)],
                notes=["Predicted: median and 90 % interval over the posterior, the figure's own error included."]),
    ]  # fmt: skip
    page = Page(
        asked.question, headline(found), _lead(found), sections, paper.command_of(asked, "calibrate"),
        paper.origin_of(asked, found.tally), _caveats(found),
    )  # fmt: skip
    return paper.write(page, path)


def _checks(found: Calibration) -> list[Check]:
    return found.posterior.checks(found.experiment.seed)


def headline(found: Calibration) -> str:
    """Whether the model can meet the figures, and where."""
    missed = [check.target.name.replace("_", " ") for check in _checks(found) if not check.met]
    where = listed([
        f"{factor.label} {setting(factor, value)} (90 % interval {setting(factor, low)} to {setting(factor, high)})"
        for factor, value, (low, high) in zip(found.factors, found.best_values, found.intervals(), strict=True)
    ])  # fmt: skip
    if found.posterior.plausible < IMPLAUSIBLE:
        return f"The model cannot meet the figures together; it comes closest with {where}"
    if missed:
        return f"The model meets the figures but {listed(missed)}, with {where}"
    return f"The model meets {'the figure' if len(_checks(found)) == 1 else 'all figures'} with {where}"


def _lead(found: Calibration) -> list[str]:
    posterior, told = found.posterior, []
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
        f"{span(found.experiment.base.weeks)}; the posterior is worth {posterior.effective:,.0f} equally likely settings.",
    ]


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
    for factor, row in zip(found.factors, table.to_dict("records"), strict=True):
        told = [setting(factor, row[key]) for key in ("before", "best", "low", "high")]
        rows.append(
            [f"{factor.label} ({factor.unit})", *told[:2], f"{told[2]} to {told[3]}", f"{row['width_over_prior']:.2f}"]
        )
    return Table(("Setting", "Before", "Best fit", "90 % interval", "Width"), rows)


def _figures(found: Calibration) -> Table:
    rows = []
    for check in _checks(found):
        unit = _unit(found, check)
        digits = places(check.target.error * abs(unit.factor) / 2)
        told = [
            number(v * unit.factor, digits)
            for v in (check.target.value, check.target.error, check.median, check.low, check.high)
        ]
        rows.append([f"{check.target.name.replace('_', ' ')}, {unit.level}", f"{told[0]} ± {told[1]}", told[2],
                     f"{told[3]} to {told[4]}", "yes" if check.met else "no"])  # fmt: skip
    return Table(("Figure", "Given, ± standard error", "Predicted", "90 % interval", "Met"), rows)


def _unit(found: Calibration, check: Check) -> Unit:
    outcome = next((o for o in found.experiment.outcomes if o.measure == check.target.name), None)
    if outcome is None:  # the share of a group
        return facts.SHOWN["share"]
    unit = unit_of(found.experiment, outcome, [check.target.value, check.median])
    heads = outcome.unit not in ("share",) and unit.factor not in (1, 100)
    return Unit(1, outcome.unit, outcome.unit) if heads else unit  # figures are given for the simulated customers


def _marginals(found: Calibration) -> Figure:
    """The posterior of every setting over its range; flat is the prior."""
    count = len(found.factors)
    across = min(count, 4)
    figure = Canvas(figsize=(min(2.4 * WIDTH, 3.2 * across), 2.7 * -(-count // across)))
    panels = figure.subplots(-(-count // across), across, squeeze=False).ravel()
    for k, (axes, factor) in enumerate(zip(panels, found.factors, strict=False)):
        heights, edges = np.histogram(
            found.posterior.places[:, k], BINS, (0, 1), weights=found.posterior.weights, density=True
        )
        axes.bar(edges[:-1], heights, np.diff(edges), align="edge", color=COLOURS[0], alpha=0.8)
        axes.axhline(1, color=FAINT, linewidth=1)
        axes.axvline(found.posterior.best[k], color=COLOURS[1], linewidth=1.4)
        axes.set_xticks([0, 0.5, 1], [factor.told(factor.at(place)) for place in (0, 0.5, 1)], fontsize=8)
        axes.set_yticks([])
        axes.set_title(short(factor.label, 26, 1), fontsize=9)
    for axes in panels[count:]:
        axes.set_visible(False)
    figure.tight_layout()
    note = "Bars: posterior. Grey line: the prior, all values alike. Orange: best fit."
    names = ", ".join(factor.label for factor in found.factors)
    return Figure(f"Posterior distributions of {names}.", note, svg_of(figure), wide=count > 2)


def _predicted(found: Calibration) -> Figure:
    """Each figure with its error against the prediction, in the figure's standard errors."""
    checks = _checks(found)
    figure = Canvas(figsize=(WIDTH, 1.2 + 0.4 * len(checks)))
    axes = figure.add_subplot()
    figure.subplots_adjust(
        left=0.33, right=0.95, top=1 - 0.38 / figure.get_figheight(), bottom=0.55 / figure.get_figheight()
    )
    axes.axvspan(-1.96, 1.96, color=FAINT, alpha=0.25, linewidth=0)
    axes.axvline(0, color=INK, linewidth=1)
    for row, check in enumerate(checks):
        ends = [(value - check.target.value) / check.target.error for value in (check.low, check.high)]
        axes.plot(ends, [row, row], color=COLOURS[0], linewidth=2.2)
        axes.plot((check.median - check.target.value) / check.target.error, row, "o", color=COLOURS[0], markersize=5)
    axes.set_yticks(
        range(len(checks)), [short(check.target.name.replace("_", " "), 22) for check in checks], fontsize=9
    )
    axes.set_ylim(len(checks) - 0.4, -0.6)
    axes.set_xlabel("predicted less given, in standard errors")
    axes.set_title("Prediction against figure", x=-0.45)
    told = ", ".join(f"{check.target.name} {'met' if check.met else 'missed'}" for check in checks)
    note = "Grey band: the figure's 95 % interval. Line: where 90 % of predictions lie."
    return Figure(f"Predictions against figures: {told}.", note, svg_of(figure))
