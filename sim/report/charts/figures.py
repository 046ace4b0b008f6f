"""The report's figures: what happens over time, how policies differ, and why people leave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.model.behaviour.ledger import CAUSES
from sim.report import facts
from sim.report.amounts import between, listed, money_unit, number, places, signed
from sim.report.charts import BELOW, ENDS, Axis, Chart, Dots, Grid, Line, Mark, Note, Picture, Rule
from sim.report.charts.layout import short, spread
from sim.report.charts.palette import GRID, PAPER, Look, look
from sim.report.words import cause_words
from sim.runs.comparison import Comparison
from sim.runs.prediction import NINE_IN_TEN
from sim.runs.runner import Result
from sim.runs.statistics import interval

FOREST = ("retention", "profit", "word_of_mouth_net", "nps", "trust", "wait_mean")
"""The measures whose differences are drawn."""
FOREST_WORDS = {
    "retention": "Customers kept",
    "profit": "Profit",
    "word_of_mouth_net": "Word of mouth, good less bad",
    "nps": "Net promoter score",
    "trust": "Trust",
    "wait_mean": "Wait on the phone",
}
MIDDLE = (0.025, 0.975)
TAILS_SHOW = 40
"""So many replications have one beyond each end of :data:`MIDDLE`."""


def _looks(answer: Comparison) -> list[tuple[Result, Look]]:
    """Every scenario with its look, the base first."""
    return [(result, look(place)) for place, result in enumerate(answer.results)]


def _names(answer: Comparison) -> str:
    return ", ".join(result.scenario.name for result in answer.results)


def _from_start(values: np.ndarray, start: float) -> np.ndarray:
    """A series with what holds before the first week in front."""
    return np.concatenate([[start], values])


def _weeks(answer: Comparison) -> Axis:
    return Axis(weeks=answer.base.scenario.weeks)


def _moments(answer: Comparison) -> np.ndarray:
    """The beginning of the first week that is measured, and the end of every one."""
    return np.arange(answer.measured_from, answer.base.scenario.weeks + 1)


def retention(answer: Comparison) -> Picture:
    """The share of the first customers still there, week by week."""
    weeks, lines = _moments(answer), []
    edges, band, told_band = _band(answer)
    for result, this in _looks(answer):
        kept = 100 * facts.weekly(answer, result, "retention")
        low, high = (_from_start(np.quantile(kept, edge, axis=0), 100) for edge in edges)
        mean = _from_start(kept.mean(axis=0), 100)
        lines.append(Line(result.scenario.name, weeks, mean, this, low, high, band=band))
    up = Axis("% of first customers", "%", 0, 101)
    chart = Chart("Customers still there", _weeks(answer), up, lines, names=ENDS)
    told = ", ".join(f"{line.name} {number(line.end[1], 1)} %" for line in lines)
    note = f"Share of the customers of week {weeks[0]} who have not left. Line: mean; band: {told_band}."
    alt = f"Line chart of customers still there over {weeks[-1]} weeks. At the end: {told}."
    return Picture(chart, alt, note, name="retention")


def _band(answer: Comparison) -> tuple[tuple[float, float], str, str]:
    """Between which quantiles of the replications the band lies, and its name: of few, 95 in 100 cannot be told."""
    replications = len(answer.numbers)
    if answer.worlds is not None:
        return NINE_IN_TEN, facts.ends_told(answer), "where nine of ten plausible worlds lie"
    if replications < TAILS_SHOW:
        return (0.0, 1.0), "all replications", f"from the lowest to the highest of {replications} replications"
    return MIDDLE, "95 of 100 replications", "where 95 of 100 replications lie"


def kept_more(answer: Comparison) -> Picture:
    """How many more of the first customers are still there than under the base."""
    base = facts.weekly(answer, answer.base, "retention")
    gaps = [facts.bands(answer, 100 * (facts.weekly(answer, other, "retention") - base)) for other in answer.others]
    chart, ends = _against(answer, "Customers kept", ("percentage points", "points"), gaps, ())
    note = f"Paired difference: same customers, same luck, other policy. Band: {facts.ends_told(answer)}."
    told = ", ".join(f"{name} {signed(end, 1)}" for name, end in ends)
    alt = f"Line chart of the paired difference in customers kept, in percentage points. At the end: {told}."
    return Picture(chart, alt, note, name="kept_more")


def _against(
    answer: Comparison,
    what: str,
    units: tuple[str, str],
    gaps: Sequence[np.ndarray | Sequence[np.ndarray]],
    more: Sequence[Mark],
) -> tuple[Chart, list[tuple[str, float]]]:
    """Differences from the base week by week, which is a line at zero, and where each policy's ends.

    ``units``: at the axis, and behind a number; ``gaps``: mean, lower and upper end for each policy but the base.
    """
    weeks, base = _moments(answer), answer.base.scenario.name
    lines = []
    for (result, this), gap in zip(_looks(answer)[1:], gaps, strict=True):
        mean, low, high = (_from_start(part, 0) for part in gap)
        lines.append(Line(result.scenario.name, weeks, mean, this, low, high, shade=0.25, band=facts.ends_told(answer)))
    differs = any(np.nan_to_num([line.y, line.low, line.high]).any() for line in lines)
    up = Axis(*units, *((None, None) if differs else (-1, 1)))
    marks = [Line(base, weeks, np.zeros(len(weeks)), look(0), width=1.4), *lines, *more]
    chart = Chart(f"{what}, against {short(base, 30, 1)}", _weeks(answer), up, marks, names=ENDS)
    return chart, [(line.name, line.end[1]) for line in lines]


def money(answer: Comparison) -> Picture:
    """Profit against the base's, summed from the start, with the weeks in which it turns."""
    scale = facts.stands_for(answer)
    series = [np.array([week[:3] for week in answer.cumulative_profit(other)]).T * scale for other in answer.others]
    unit = money_unit([float(np.nanmax(np.abs(s))) for s in series], answer.base.scenario.currency)
    turns = [(facts.turn(answer, result).even, this) for result, this in _looks(answer)[1:]]
    known = [(answer.measured_from + even, this) for even, this in turns if even is not None]
    marks = _marked_turns(known, answer.base.scenario.weeks)
    gaps = [one * unit.factor for one in series]
    chart, ends = _against(answer, "Profit so far", (unit.level, unit.level), gaps, marks)
    told = ", ".join(f"{name} {signed(end, 2)} {unit.level}" for name, end in ends)
    alt = f"Line chart of profit summed from the start, against {answer.base.scenario.name}. At the end: {told}."
    return Picture(chart, alt, _money_note(answer, known), name="profit_so_far")


def _marked_turns(turns: list[tuple[int, Look]], weeks: int) -> list[Mark]:
    """Rings where a policy's gain is used up or its cost is paid back."""
    aside = spread([float(even) for even, _ in turns], 0.17 * weeks, 0, 0.85 * weeks)
    rings = [_ring(even, this) for even, this in turns]
    notes = [Note(place, 0, f"week {even}") for (even, _), place in zip(turns, aside, strict=True)]
    return [*rings, *notes]


def _ring(even: int, this: Look) -> Dots:
    words = [f"break-even in week {even}"]
    return Dots("break-even", [even], [0], PAPER, size=9, edge=this.colour, words=words, named=False)


def _money_note(answer: Comparison, turns: list[tuple[int, Look]]) -> str:
    rings = " Rings mark break-even: where an early gain is used up, or an early cost paid back." if turns else ""
    return f"Sum from the start, for the whole company. Band: {facts.ends_told(answer)}.{rings}"


def over_time(answer: Comparison, measure: str) -> Picture:
    """Any measure, week by week: means over four weeks, with the interval of the mean."""
    unit = facts.unit_of(answer, measure)
    title = answer.definitions[measure].meaning.split(",")[0].removesuffix(" at the end")
    lines = _smooth(answer, measure, unit.factor)
    chart = Chart(title, _weeks(answer), Axis(unit.level, unit.level), lines, height=3.3, names=ENDS)
    weeks = answer.base.scenario.weeks
    alt = f"Line chart of {answer.definitions[measure].words} over {weeks} weeks, under {_names(answer)}."
    return Picture(
        chart, alt, f"Lines: {_average(answer)}; bands: {facts.ends_told(answer)}.{_gaps_told(lines)}", name=measure
    )


def _gaps_told(lines: Sequence[Line]) -> str:
    """Why a line breaks off, or is not there at all."""
    never = [line.name for line in lines if not np.isfinite(line.y).any()]
    if never:
        return f" There is nothing to measure under {listed(never)}."
    return " A line is broken where there was nothing to measure." if any(map(_broken, lines)) else ""


def _smooth(answer: Comparison, measure: str, factor: float) -> list[Line]:
    """A line for each scenario: means over four weeks."""
    lines = []
    for result, this in _looks(answer):
        times, series = facts.smoothed(factor * facts.weekly(answer, result, measure))
        times = answer.measured_from + times
        low_end, high_end = answer.definitions[measure].bounds
        mean, low, high = facts.bands(answer, series, (low_end * factor, high_end * factor))
        lines.append(Line(result.scenario.name, times, mean, this, low, high, width=1.5, band=facts.ends_told(answer)))
    return lines


def _average(answer: Comparison) -> str:
    return "means over four weeks" if len(_moments(answer)) > 3 * facts.SMOOTHED else "weekly means"


def _broken(line: Line) -> bool:
    return bool(np.isnan(line.y).any())


def word_of_mouth(answer: Comparison, kind: str) -> Picture:
    """Messages heard over time; ``kind`` is ``positive`` or ``negative``."""
    measure, per = f"word_of_mouth_{kind}", "per 100 customers and week"
    title = {"positive": "Good messages heard", "negative": "Bad messages heard"}[kind]
    up = Axis(per, per, 0 if kind == "negative" else None)
    lines = _smooth(answer, measure, 100)
    chart = Chart(title, _weeks(answer), up, lines, height=3.3, names=ENDS)
    zero = "" if kind == "negative" else " The vertical axis does not begin at zero."
    alt = f"Line chart of {title.lower()} per 100 customers and week, under {_names(answer)}."
    return Picture(
        chart,
        alt,
        f"Lines: {_average(answer)}; bands: {facts.ends_told(answer)}.{zero}{_gaps_told(lines)}",
        name=measure,
    )


def reasons(answer: Comparison) -> Picture:
    """Departures by cause, a dot for each scenario."""
    rates = {result.scenario.name: facts.departures(answer, result) for result in answer.results}
    means = {name: {cause: interval(found[cause]).mean for cause in CAUSES} for name, found in rates.items()}
    shown = [cause for cause in CAUSES if any(mean[cause] > 0 for mean in means.values())]
    shown.sort(key=lambda cause: -np.nan_to_num(means[answer.base.scenario.name][cause]))
    names, step = list(means), min(0.62 / max(len(means) - 1, 1), 0.2)
    marks: list[Mark] = [Rule(edge - 0.5, False, GRID, 0.8) for edge in range(1, len(shown))]
    for place, (result, this) in enumerate(_looks(answer)):
        rows = np.arange(len(shown)) - step * ((len(names) - 1) / 2 - place)
        values = [means[result.scenario.name][cause] for cause in shown]
        words = [f"{result.scenario.name}: {number(v, 2)} a year and 100 customers\nbecause of {cause_words(cause)}"
                 for v, cause in zip(values, shown, strict=True)]  # fmt: skip
        marks.append(Dots(result.scenario.name, values, rows, this.colour, this.marker, 4.5, words=words))
    per = "departures per 100 customers and year"
    up = Axis(rows=[cause_words(cause) for cause in shown], line=False)
    height = 1.4 + 0.2 * len(names) / 2 + 0.29 * max(len(shown), 1)
    chart = Chart("Why people leave", Axis(per, low=0), up, marks, height=height, names=BELOW)
    return Picture(chart, _reasons_alt(answer, means), _reasons_note(shown), name="reasons")


def _reasons_note(shown: list[str]) -> str:
    never = [cause_words(cause) for cause in CAUSES if cause not in shown]
    nobody = f" In no replication did anybody leave because of {' or '.join(never)}." if never else ""
    return f"Each departure is shared out among its causes, so a new cause takes away from the others.{nobody}"


def _reasons_alt(answer: Comparison, means: dict[str, dict[str, float]]) -> str:
    base = means[answer.base.scenario.name]
    told = ", ".join(
        f"{cause_words(cause)} {number(base[cause], 1)}"
        for cause in sorted(base, key=lambda c: -np.nan_to_num(base[c]))
    )
    return f"Dot plot of departures per 100 customers and year by cause. Under {answer.base.scenario.name}: {told}."


def forest(answer: Comparison) -> list[Picture]:
    """The paired difference of each headline measure, each in its own unit."""
    return [differences(answer, measure) for measure in FOREST]


def whole_forest(answer: Comparison) -> Picture:
    """The same as one figure."""
    single = forest(answer)
    charts = [picture.chart for picture in single if isinstance(picture.chart, Chart)]
    height = 3 * max(chart.height for chart in charts)
    grid = Grid([charts[:2], charts[2:4], charts[4:]], 7.6, height, shared=False)
    return Picture(grid, " ".join(picture.alt for picture in single), wide=True, name="forest")


def differences(answer: Comparison, measure: str) -> Picture:
    """The paired difference of a measure for every policy, with its range."""
    unit, told = facts.difference_unit(answer, measure), []
    marks: list[Mark] = [Rule(0.0)]
    for place, (result, this) in enumerate(_looks(answer)[1:]):
        name, gap = result.scenario.name, answer.differences[result.scenario.name][measure]
        low, high = sorted((gap.low * unit.factor, gap.high * unit.factor))
        mean, digits = gap.mean * unit.factor, places((high - low) / 2)
        around = between(gap, unit.factor, digits, plus=True)
        said = f"{name}: {signed(mean, digits)} {unit.difference}\n{facts.ends_told(answer)} {around}"
        marks.append(Dots(name, [mean], [place], this.colour, this.marker, low=[low], high=[high], words=[said],
                          band=facts.ends_told(answer)))  # fmt: skip
        told.append(f"{name} {signed(mean, digits)}")
    chart = Chart(
        FOREST_WORDS[measure], Axis(unit.difference, unit.difference),
        Axis(rows=[result.scenario.name for result in answer.others]), marks, height=1.15 + 0.3 * len(answer.others),
        width=4.4, better=answer.definitions[measure].better,
    )  # fmt: skip
    base = answer.base.scenario.name
    return Picture(
        chart, f"{FOREST_WORDS[measure]}, difference from {base} ({unit.difference}): {', '.join(told)}.", name=measure
    )


def everything(answer: Comparison) -> list[Picture]:
    """The figures of the page in their order, without the forest."""
    against = [kept_more(answer), money(answer)] if answer.others else []
    talk = [word_of_mouth(answer, kind) for kind in ("positive", "negative")]
    return [retention(answer), *against, reasons(answer), *talk]
