"""The page of a sensitivity analysis: what matters most, in one sentence, and how much of it is mere chance."""

from __future__ import annotations

from sim.experiments.algorithms.sensitivity import Analysis
from sim.experiments.algorithms.sensitivity_indices import DUMMY, METHODS, Index
from sim.experiments.methods.sensitivity import Sensitivities
from sim.experiments.outcomes import Outcome
from sim.report.amounts import counted, lasting, listed
from sim.report.charts import Axis, Bars, Chart, Mark, Picture, Rule, Span
from sim.report.charts.palette import COLOURS, FAINT
from sim.report.document import Section, Table
from sim.report.experiment_page import Page, percent, sheet, title

MOST_BARS = 14
RESAMPLED = (
    "The intervals come from drawing the points of the design again: they cover which settings were tried, and not errors of the "
    "model."
)
SHARES = {"sobol"}
"""Methods whose indices are shares of the variance."""
MEANS = {
    "sobol": "Total index: the share of the outcome's variance that would go if the factor were known, interactions counted.",
    "morris": "Mean size of the outcome's change when the factor alone moves over its range.",
    "pawn": "PAWN: how far the outcome's whole distribution moves when the factor is known (0: not at all, 1: entirely).",
    "delta": "Delta: how much of the outcome's whole distribution moves when the factor is known (0: nothing, 1: all).",
}


def _sections(found: Sensitivities) -> list[Section]:
    pairs = list(zip(found.experiment.outcomes, found.analyses, strict=True))
    pictures, tables = [_bars(*pair) for pair in pairs], [_table(*pair) for pair in pairs]
    notes = [_note(found.analyses[0])]
    return [Section("What matters", pictures=pictures, notes=notes), Section("In numbers", tables=tables)]


def headline(found: Sensitivities) -> str:
    """What moves the first outcome most."""
    return _told(found.outcome, found.analyses[0])


def _told(outcome: Outcome, found: Analysis) -> str:
    above = found.above_chance
    if not above:
        return f"Undecided: with this budget, nothing that was varied is known to move {outcome.words} more than mere chance does"
    sizes = dict(found.ranking)
    first = f"{title(outcome)} depends most on {above[0]}{_size(found, sizes[above[0]])}"
    rest = [f"{name}{_size(found, sizes[name])}" for name in above[1:3]]
    return first + (f", then on {listed(rest)}" if rest else "; nothing else is known to matter")


def _size(found: Analysis, index: Index) -> str:
    return f" ({percent(found.possible(index).value)} of its variance)" if found.method in SHARES else ""


def _lead(found: Sensitivities) -> list[str]:
    asked = found.experiment
    pairs = list(zip(asked.outcomes, found.analyses, strict=True))
    told = [_told(outcome, analysis) + "." for outcome, analysis in pairs[1:]]
    told += [f"{title(outcome)}: {analysis.warning}." for outcome, analysis in pairs if analysis.warning]
    chance = listed([f"{percent(analysis.chance, 1)} ({outcome.words})" for outcome, analysis in pairs])
    return [
        *told,
        f"Of the variance between the points, mere chance makes up {chance}.",
        f"The model was asked at {counted(found.points, 'point', 'points')} at most, {asked.replications:,} times each "
        f"over {lasting(asked.base)}, with the same luck at every point.",
    ]


def _note(found: Analysis) -> str:
    return (
        f"{MEANS[found.method]} Bars: 95 % intervals. The grey band is the dummy, a factor that stands for nothing: what "
        "lies above it is more than mere chance."
    )


def _bars(outcome: Outcome, found: Analysis) -> Picture:
    ranked, above = found.ranking[:MOST_BARS], found.above_chance
    shown = [found.possible(index) for _, index in ranked]
    low, value, high = ([max(getattr(index, part), 0) for index in shown] for part in ("low", "value", "high"))
    colours = [COLOURS[0] if name in above else FAINT for name, _ in ranked]
    marks: list[Mark] = [
        Span(max(found.dummy.low, 0), max(found.dummy.high, 0), FAINT, 0.35),
        Rule(max(found.dummy.value, 0), colour=FAINT, width=1),
        Bars("index", range(len(ranked)), value, colours, low=low, high=high, strength=0.85),
    ]
    up, height = Axis(rows=[name for name, _ in ranked], line=False), 1.2 + 0.34 * len(ranked)
    chart = Chart(f"What moves {outcome.words}", Axis(_axis(outcome, found), low=0), up, marks, height=height)
    told = ", ".join(f"{name} {one.value:.2g}" for (name, _), one in zip(ranked, shown, strict=True))
    alt = f"Bars of what moves {outcome.words}: {told}; mere chance {found.dummy.value:.2g}."
    return Picture(chart, alt, name=f"moves_{outcome.measure}")


def _axis(outcome: Outcome, found: Analysis) -> str:
    return {
        "sobol": "share of the variance (total index)", "morris": f"change in {outcome.words}, {outcome.unit}",
        "pawn": "PAWN index", "delta": "delta index",
    }[found.method]  # fmt: skip


def _table(outcome: Outcome, found: Analysis) -> Table:
    kinds = list(found.indices)
    rows = []
    order = {name: place for place, (name, _) in enumerate(found.ranking)}
    names = sorted(range(len(found.names)), key=lambda k: order[found.names[k]])
    for k in [*names, len(found.names)]:
        name = (*found.names, DUMMY)[k]
        cells = [_cell(found.told[kind][k]) for kind in kinds]
        rows.append([name, *cells, _verdict(found, name)])
    heads = [kind.replace("_", " ") + (" index" if kind in ("first", "total") else "") for kind in kinds]
    return Table((f"{title(outcome)}: factor", *heads, "verdict"), rows)


def _cell(index: Index) -> str:
    return (
        f"{index.value:.3g} ({index.low:.3g} to {index.high:.3g})" if index.high > index.low else f"{index.value:.3g}"
    )


def _verdict(found: Analysis, name: str) -> str:
    if name == DUMMY:
        return "the dummy"
    if name in found.above_chance:
        return "matters"
    return "cannot be told" if name in found.undecided else "no more than chance"


def _caveats(found: Sensitivities) -> list[str]:
    ranges = listed([f"{f.label} {f.told(f.low)} to {f.told(f.high)}" for f in found.experiment.factors])
    settings = found.experiment.settings
    method = f"{settings.method}, by its {METHODS[settings.method].replace('_', ' ')} index"
    return [f"What matters depends on how far it was moved: {ranges}. Method: {method}."]


PAGE = Page(headline, _lead, _sections, lambda found: [sheet(found, "Indices", found.table())], _caveats, RESAMPLED)
