"""The report's figures: what happens over time, how policies differ, and why people leave."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.behaviour.ledger import CAUSES
from sim.comparing import Answer
from sim.measures import DEFINITIONS
from sim.report import facts
from sim.report.amounts import Unit, money_unit, number, places, signed
from sim.report.drawing import FAINT, INK, Look, Picture, canvas, look, name_lines, place_weeks, short, spread, svg_of
from sim.report.words import cause_words
from sim.running import Result

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


def _looks(answer: Answer) -> list[tuple[Result, Look]]:
    """Every scenario with its look, the base first."""
    return [(result, look(place)) for place, result in enumerate(answer.results)]


def _names(answer: Answer) -> str:
    return ", ".join(result.scenario.name for result in answer.results)


def _from_start(values: np.ndarray, start: float) -> np.ndarray:
    """A series with what holds before the first week in front."""
    return np.concatenate([[start], values])


def _named(axes: Axes, drawn: Sequence[tuple[Result, Look]], ends: Sequence[tuple[float, float]]) -> None:
    name_lines(axes, ends, [result.scenario.name for result, _ in drawn], [this for _, this in drawn])


def retention(answer: Answer) -> Picture:
    """The share of the first customers still there, week by week."""
    figure, axes = canvas(3.5)
    weeks, ends = answer.base.scenario.weeks, []
    for result, this in _looks(answer):
        kept = 100 * facts.weekly(answer, result, "retention")
        low, high = (_from_start(np.quantile(kept, edge, axis=0), 100) for edge in MIDDLE)
        mean = _from_start(kept.mean(axis=0), 100)
        axes.fill_between(range(weeks + 1), low, high, color=this.colour, alpha=0.15, linewidth=0)
        axes.plot(range(weeks + 1), mean, color=this.colour, linestyle=this.dash, linewidth=1.8)
        ends.append((float(weeks), float(mean[-1])))
    place_weeks(axes, weeks)
    axes.set_ylim(0, 101)
    axes.set_ylabel("% of first customers")
    axes.set_title("Customers still there")
    _named(axes, _looks(answer), ends)
    told = ", ".join(f"{r.scenario.name} {number(y, 1)} %" for (r, _), (_, y) in zip(_looks(answer), ends, strict=True))
    note = "Share of the customers of week 0 who have not left. Line: mean; band: where 95 of 100 replications lie."
    return Picture(f"Line chart of customers still there over {weeks} weeks. At the end: {told}.", note, svg_of(figure))


def kept_more(answer: Answer) -> Picture:
    """How many more of the first customers are still there than under the base."""
    figure, axes = canvas(3.5)
    base, weeks, ends = facts.weekly(answer, answer.base, "retention"), answer.base.scenario.weeks, []
    for result, this in _looks(answer)[1:]:
        gap = 100 * (facts.weekly(answer, result, "retention") - base)
        mean, low, high = (_from_start(series, 0) for series in facts.bands(gap))
        axes.fill_between(range(weeks + 1), low, high, color=this.colour, alpha=0.25, linewidth=0)
        axes.plot(range(weeks + 1), mean, color=this.colour, linestyle=this.dash, linewidth=1.8)
        ends.append((float(weeks), float(mean[-1])))
    place_weeks(axes, weeks)
    _zero(axes, answer)
    axes.set_ylabel("percentage points")
    axes.set_title(f"Customers kept, against {short(answer.base.scenario.name, 30, 1)}")
    _named(axes, _looks(answer), [(float(weeks), 0.0), *ends])
    pairs = zip(answer.others, ends, strict=True)
    told = ", ".join(f"{result.scenario.name} {signed(y, 1)}" for result, (_, y) in pairs)
    note = "Paired difference: same customers, same luck, other policy. Band: 95 % interval of the mean."
    alt = f"Line chart of the paired difference in customers kept, in percentage points. At the end: {told}."
    return Picture(alt, note, svg_of(figure))


def _zero(axes: Axes, answer: Answer) -> None:
    """The base as a line at zero."""
    axes.axhline(0, color=INK, linewidth=1.4)
    low, high = axes.get_ylim()
    if low == high:
        axes.set_ylim(-1, 1)


def money(answer: Answer) -> Picture:
    """Profit against the base's, summed from the start, with the weeks in which it turns."""
    figure, axes = canvas(3.5)
    weeks, scale, ends, turns = answer.base.scenario.weeks, facts.stands_for(answer), [], []
    series = {r.scenario.name: np.array([week[:3] for week in answer.cumulative_profit(r)]).T for r in answer.others}
    unit = money_unit([scale * float(np.abs(s).max()) for s in series.values()], answer.base.scenario.currency)
    for result, this in _looks(answer)[1:]:
        mean, low, high = (
            _from_start(s, 0) for s in np.sort(series[result.scenario.name] * scale * unit.factor, 0)[[1, 0, 2]]
        )
        axes.fill_between(range(weeks + 1), low, high, color=this.colour, alpha=0.25, linewidth=0)
        axes.plot(range(weeks + 1), mean, color=this.colour, linestyle=this.dash, linewidth=1.8)
        ends.append((float(weeks), float(mean[-1])))
        turns += [(even, this)] if (even := facts.turn(answer, result).even) is not None else []
    place_weeks(axes, weeks)
    _zero(axes, answer)
    _mark_turns(axes, turns, weeks)
    axes.set_ylabel(unit.level)
    axes.set_title(f"Profit so far, against {short(answer.base.scenario.name, 30, 1)}")
    _named(axes, _looks(answer), [(float(weeks), 0.0), *ends])
    return Picture(_money_alt(answer, ends, unit), _money_note(turns), svg_of(figure))


def _mark_turns(axes: Axes, turns: list[tuple[int, Look]], weeks: int) -> None:
    """Rings where a policy's gain is used up or its cost is paid back."""
    aside = spread([float(even) for even, _ in turns], 0.17 * weeks, 0, 0.85 * weeks)
    for (even, this), place in zip(turns, aside, strict=True):
        axes.plot([even], [0], "o", markersize=9, markerfacecolor="white", markeredgecolor=this.colour, zorder=5)
        axes.annotate(
            f"week {even}", (place, 0), (8, 8), textcoords="offset points", fontsize=9, zorder=6,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1},
        )  # fmt: skip


def _money_note(turns: list[tuple[int, Look]]) -> str:
    rings = " Rings mark break-even: where an early gain is used up, or an early cost paid back." if turns else ""
    return f"Sum from the start, for the whole company. Band: 95 % interval of the mean.{rings}"


def _money_alt(answer: Answer, ends: list[tuple[float, float]], unit: Unit) -> str:
    pairs = zip(answer.others, ends, strict=True)
    told = ", ".join(f"{result.scenario.name} {signed(y, 2)} {unit.level}" for result, (_, y) in pairs)
    return f"Line chart of profit summed from the start, against {answer.base.scenario.name}. At the end: {told}."


def over_time(answer: Answer, measure: str) -> Picture:
    """Any measure, week by week: means over four weeks, with the interval of the mean."""
    figure, axes = canvas(3.3)
    weeks, unit, ends = answer.base.scenario.weeks, facts.unit_of(answer, measure), []
    for result, this in _looks(answer):
        times, series = facts.smoothed(unit.factor * facts.weekly(answer, result, measure))
        mean, low, high = facts.bands(series)
        axes.fill_between(times, low, high, color=this.colour, alpha=0.15, linewidth=0)
        axes.plot(times, mean, color=this.colour, linestyle=this.dash, linewidth=1.8)
        ends.append((float(weeks), float(mean[-1])))
    place_weeks(axes, weeks)
    axes.set_ylabel(unit.level)
    axes.set_title(DEFINITIONS[measure].meaning.split(",")[0].removesuffix(" at the end"))
    _named(axes, _looks(answer), ends)
    alt = f"Line chart of {measure.replace('_', ' ')} over {weeks} weeks, under {_names(answer)}."
    return Picture(alt, "", svg_of(figure))


def word_of_mouth(answer: Answer, kind: str) -> Picture:
    """Messages heard over time; ``kind`` is ``positive`` or ``negative``."""
    figure, axes = canvas(3.3)
    weeks, ends = answer.base.scenario.weeks, []
    title = {"positive": "Good messages heard", "negative": "Bad messages heard"}[kind]
    for result, this in _looks(answer):
        times, series = facts.smoothed(100 * facts.weekly(answer, result, f"word_of_mouth_{kind}"))
        mean, low, high = facts.bands(series)
        axes.fill_between(times, low, high, color=this.colour, alpha=0.12, linewidth=0)
        axes.plot(times, mean, color=this.colour, linestyle=this.dash, linewidth=1.5)
        ends.append((float(weeks), float(mean[-1])))
    place_weeks(axes, weeks)
    if kind == "negative":
        axes.set_ylim(bottom=0)
    axes.set_title(title)
    axes.set_ylabel("per 100 customers and week")
    _named(axes, _looks(answer), ends)
    average = "means over four weeks" if weeks >= 3 * facts.SMOOTHED else "weekly means"
    zero = "" if kind == "negative" else " The vertical axis does not begin at zero."
    alt = f"Line chart of {title.lower()} per 100 customers and week, under {_names(answer)}."
    return Picture(alt, f"Lines: {average}; bands: 95 % interval.{zero}", svg_of(figure))


def reasons(answer: Answer) -> Picture:
    """Departures by cause, a dot for each scenario."""
    rates = {result.scenario.name: facts.departures(answer, result) for result in answer.results}
    means = {name: {cause: float(found[cause].mean()) for cause in CAUSES} for name, found in rates.items()}
    shown = [cause for cause in CAUSES if any(mean[cause] > 0 for mean in means.values())]
    shown.sort(key=lambda cause: means[answer.base.scenario.name][cause])
    names = [short(result.scenario.name, 24, 1) for result in answer.results]
    side_by_side = 3 if sum(sorted(map(len, names))[-3:]) <= 54 else 2
    below = 0.75 + 0.2 * math.ceil(len(names) / side_by_side)
    figure, axes = canvas(0.38 + below + 0.29 * max(len(shown), 1), right=0.97)
    figure.subplots_adjust(left=0.32, bottom=below / figure.get_figheight())
    step = min(0.62 / max(len(names) - 1, 1), 0.2)
    for place, (result, this) in enumerate(_looks(answer)):
        rows = np.arange(len(shown)) + step * ((len(names) - 1) / 2 - place)
        values = [means[result.scenario.name][cause] for cause in shown]
        axes.plot(values, rows, this.marker, color=this.colour, markersize=4.5, label=names[place], clip_on=False)
    _rows_of_causes(axes, shown)
    figure.legend(
        ncols=side_by_side, loc="lower center", bbox_to_anchor=(0.5, 0.0), frameon=False, fontsize=9,
        handletextpad=0.2, columnspacing=1.2,
    )  # fmt: skip
    return Picture(_reasons_alt(answer, means), _reasons_note(shown), svg_of(figure))


def _rows_of_causes(axes: Axes, shown: list[str]) -> None:
    """A row for each cause, named at its left."""
    for edge in range(1, len(shown)):
        axes.axhline(edge - 0.5, color="#e3e3e3", linewidth=0.8)
    axes.set_yticks(range(len(shown)), [cause_words(cause) for cause in shown])
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    axes.set_ylim(-0.5, max(len(shown), 1) - 0.5)
    axes.set_xlim(left=0)
    axes.set_xlabel("departures per 100 customers and year")
    axes.set_title("Why people leave")


def _reasons_note(shown: list[str]) -> str:
    never = [cause_words(cause) for cause in CAUSES if cause not in shown]
    nobody = f" Nobody leaves because of {' or '.join(never)}." if never else ""
    return f"Each departure is shared out among its causes, so a new cause takes away from the others.{nobody}"


def _reasons_alt(answer: Answer, means: dict[str, dict[str, float]]) -> str:
    base = means[answer.base.scenario.name]
    told = ", ".join(f"{cause_words(cause)} {number(base[cause], 1)}" for cause in sorted(base, key=lambda c: -base[c]))
    return f"Dot plot of departures per 100 customers and year by cause. Under {answer.base.scenario.name}: {told}."


def forest(answer: Answer) -> list[Picture]:
    """The paired difference of each headline measure, each in its own unit."""
    return [_differences(answer, measure) for measure in FOREST]


def _differences(answer: Answer, measure: str) -> Picture:
    unit, count = facts.difference_unit(answer, measure), len(answer.others)
    figure, axes = canvas(1.15 + 0.3 * count, right=0.96)
    figure.set_figwidth(4.4)
    figure.subplots_adjust(left=0.35, top=1 - 0.5 / figure.get_figheight())
    axes.axvline(0, color=INK, linewidth=1.2)
    told = []
    for place, (result, this) in enumerate(_looks(answer)[1:]):
        gap = answer.differences[result.scenario.name][measure]
        ends = [gap.low * unit.factor, gap.high * unit.factor]
        axes.plot(ends, [place, place], color=this.colour, linewidth=2.2, solid_capstyle="butt")
        axes.plot([gap.mean * unit.factor], [place], this.marker, color=this.colour, markersize=5.5)
        told.append(f"{result.scenario.name} {signed(gap.mean * unit.factor, places((ends[1] - ends[0]) / 2))}")
    axes.set_yticks(range(count), [short(result.scenario.name, 16) for result in answer.others], fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(count - 0.4, -0.6)
    axes.margins(x=0.12)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.set_xlabel(unit.difference, fontsize=9)
    axes.set_title(FOREST_WORDS[measure], x=-0.5, pad=14)
    _better_side(axes, DEFINITIONS[measure].better)
    alt = (
        f"{FOREST_WORDS[measure]}, difference from {answer.base.scenario.name} ({unit.difference}): {', '.join(told)}."
    )
    return Picture(alt, "", svg_of(figure))


def _better_side(axes: Axes, better: int) -> None:
    """An arrow towards where a policy does better."""
    place, words = (1, "better \u2192") if better > 0 else (0, "\u2190 better")
    if better:
        axes.text(
            place, 1.02, words, transform=axes.transAxes, ha="right" if place else "left", fontsize=8.5, color=FAINT
        )


def everything(answer: Answer) -> list[Picture]:
    """The figures of the page in their order, without the forest."""
    against = [kept_more(answer), money(answer)] if answer.others else []
    talk = [word_of_mouth(answer, kind) for kind in ("positive", "negative")]
    return [retention(answer), *against, reasons(answer), *talk]
