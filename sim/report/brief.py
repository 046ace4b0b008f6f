"""The answer for whoever has a minute, on the first page and the slide: what to do, how sure, why, what to find out first."""

from __future__ import annotations

import math
from dataclasses import replace

from sim.report import assumptions, facts, money_page, segments, words
from sim.report.amounts import NONE, between, counted, half_width, listed, number, places, rough_money, signed
from sim.report.charts import Chart, Picture, figures
from sim.report.document import Amount, Brief, Figure, Section
from sim.report.ignorance import fitted_told
from sim.report.words import decided, missing, quoted
from sim.report.worth_page import choice_told
from sim.runs.comparison import UNDECIDED, Comparison
from sim.runs.result import Result

MEASURES = {"retention": "Customers kept", "word_of_mouth_net": "Word of mouth", "profit": "Profit"}
"""The measures of the three figures."""
UNITS = {
    "percentage points": "percentage points",
    "per 100 customers and week": "good less bad, per 100 customers a week",
}
FIRST = "What to find out first"
ALL_DRAWN = 2
"""So many policies have a waterfall and a figure of groups each on the first pages; of more, that which the answer is about."""


def brief(answer: Comparison) -> Brief | None:
    """The answer on a page; None where nothing is held against the base."""
    if not answer.others:
        return None
    about = subject(answer)
    first = first_to_find_out(answer)
    told = [
        ("What to do", to_do(answer)),
        ("How sure", how_sure(answer, about)),
        ("Why", _why(answer, about)),
        (FIRST, first),
    ]
    drawn = list(answer.others) if len(answer.others) <= ALL_DRAWN else [about]
    return Brief(
        [(heading, said) for heading, said in told if said], first, [_figure(answer, measure) for measure in MEASURES],
        [_picture(answer, measure) for measure in MEASURES],
        [*money_page.section(answer, drawn), *_groups(answer, drawn), assumptions.section(answer)], _source(answer),
    )  # fmt: skip


def subject(answer: Comparison) -> Result:
    """The policy that the answer is about: the one that keeps most customers, or else earns most, or most often would."""
    by_name = {result.scenario.name: result for result in answer.others}
    for best in (answer.best, answer.best_by("profit")):
        if best in by_name:
            return by_name[best]
    return max(answer.others, key=lambda other: float(answer.values(other, "profit").mean()))


def _groups(answer: Comparison, drawn: list[Result]) -> list[Section]:
    pictures = [picture for other in drawn if (picture := segments.picture(answer, other)) is not None]
    said = [sentence for other in drawn for sentence in segments.extremes(answer, other)]
    return [Section("Who gains and who suffers", said, pictures=pictures)] if pictures else []


# ---- what to do


def to_do(answer: Comparison) -> str:
    """What follows from the answer, as far as anything does; customers are not weighed against money."""
    if len(answer.others) > 1:
        return _of_several(answer)
    other = answer.others[0]
    if answer.same_meaning(other):
        return "Nothing is to be chosen: the two scenarios mean the same."
    kept, earned = (_side(answer, other, measure) for measure in ("retention", "profit"))
    name, base = quoted(other.scenario.name), quoted(answer.base.scenario.name)
    keeps = f"{name} keeps {'more' if kept > 0 else 'fewer'} customers"
    earns = f"earns {'more' if earned > 0 else 'less'}"
    if kept and kept == earned:
        return f"{'Do it' if kept > 0 else 'Leave it'}: {keeps} and {earns}."
    if kept and earned:
        return f"Weigh it: {keeps}, but {earns}{_price(answer, other)}."
    if kept:
        return f"If customers count, {_stay(kept, base)}: {keeps}. What it earns is open{_on_average(answer)}."
    if earned:
        return f"If money counts, {_stay(earned, base)}: {name} {earns}. Whether it keeps more customers is open."
    return f"Do not decide on this alone: whether {name} keeps more customers, or earns more, is open{_on_average(answer)}."


def _stay(side: int, base: str) -> str:
    return "do it" if side > 0 else f"stay with {base}"


def _side(answer: Comparison, other: Result, measure: str) -> int:
    """1 where a policy is known to have more of a measure, -1 where less, 0 where that is open."""
    gap = answer.differences[other.scenario.name][measure]
    return int(math.copysign(1, gap.mean)) if decided(answer, gap) and gap.mean else 0


def _price(answer: Comparison, other: Result) -> str:
    """What a customer more costs in profit, or one fewer brings, on average."""
    gaps = answer.differences[other.scenario.name]
    heads = abs(gaps["retention"].mean) * answer.base.customers_in_week_0 * answer.stands_for
    amount = rough_money(abs(gaps["profit"].mean) * answer.stands_for / heads, answer.base.scenario.currency)
    return f", on average {amount} for each customer {'kept' if gaps['retention'].mean > 0 else 'lost'}"


def _on_average(answer: Comparison) -> str:
    """Which policy earns most on average: what is taken by whoever must decide today, by money."""
    if answer.worlds is None:
        return ""
    return (
        f"; whoever must decide today, by money alone, takes {quoted(answer.worth.best)}, which earns most on average"
    )


def _of_several(answer: Comparison) -> str:
    kept, earned = answer.best, answer.best_by("profit")
    if kept == earned != UNDECIDED:
        return f"{quoted(kept)}: it keeps the most customers and earns the most."
    if UNDECIDED not in (kept, earned):
        return f"Weigh it: {quoted(kept)} keeps the most customers, {quoted(earned)} earns the most."
    if kept != UNDECIDED:
        return f"If customers count, {quoted(kept)}, which keeps the most. Which earns the most is open{_on_average(answer)}."
    if earned != UNDECIDED:
        return f"If money counts, {quoted(earned)}, which earns the most. Which keeps the most customers is open."
    return f"Do not decide on this alone: which keeps the most customers, and which earns the most, is open{_on_average(answer)}."


# ---- how sure, why, what to find out


def how_sure(answer: Comparison, about: Result) -> str:
    """In how many worlds it is so, and how much of what is open is luck."""
    if len(answer.numbers) < 2:
        return "One replication cannot tell policy from luck."
    does = {"retention": "keeps more customers", "profit": "earns more"}
    each = [said for measure, more in does.items() if (said := _sure(answer, about, measure, more))]
    where = "plausible worlds" if answer.worlds else "replications of one setting"
    luck = (
        "" if answer.worlds else f" What nobody knows is not in this: everything has its default. {fitted_told(answer)}"
    )
    return f"In 100 {where}, {quoted(about.scenario.name)} {' and '.join(each)}.{luck}"


def _sure(answer: Comparison, about: Result, measure: str, more: str) -> str:
    share = answer.differences[about.scenario.name][measure].probability_higher
    return f"{more} in {number(100 * share)}" if math.isfinite(share) else ""


def _why(answer: Comparison, about: Result) -> str:
    told = words.reasons_told(answer, about)
    if len(answer.others) == 1:
        return told
    return f"Under {quoted(about.scenario.name)} {told[:1].lower()}{told[1:]}"


def first_to_find_out(answer: Comparison) -> str:
    """What is most worth finding out, and how; empty in one setting."""
    return "" if answer.worlds is None else " ".join(choice_told(answer, answer.worth))


# ---- the figures


def _figure(answer: Comparison, measure: str) -> Figure:
    unit = facts.difference_unit(answer, measure)
    amounts = [_amount(answer, other, measure, unit.factor) for other in answer.others]
    return Figure(MEASURES[measure], UNITS.get(unit.difference, unit.difference), facts.ends_told(answer), amounts)


def _picture(answer: Comparison, measure: str) -> Picture:
    """The differences as the report draws them, without what stands above already: the title, a single policy's name."""
    whole = figures.differences(answer, measure)
    assert isinstance(whole.chart, Chart)
    rows = [""] if len(answer.others) == 1 else whole.chart.up.rows
    chart = replace(whole.chart, title="", up=replace(whole.chart.up, rows=rows), height=whole.chart.height - 0.25)
    return Picture(chart, whole.alt, name=f"{measure}_at_a_glance")


def _amount(answer: Comparison, other: Result, measure: str, factor: float) -> Amount:
    name, gap = other.scenario.name, answer.differences[other.scenario.name][measure]
    if missing(gap):
        return Amount(name, NONE, NONE, "open")
    digits = places(half_width(gap, factor) / 10, 1 if measure == "retention" else 0)
    _, tone = words.short_change(answer, other, measure)
    return Amount(name, signed(gap.mean * factor, digits), between(gap, factor, digits, plus=True), tone)


def _source(answer: Comparison) -> str:
    """How many customers and worlds the answer rests on, and what it is fitted to."""
    people = f"{answer.base.customers_in_week_0 * answer.stands_for:,.0f} customers"
    scale = f", {answer.base.customers_in_week_0:,} of them simulated" if answer.stands_for != 1 else ""
    met = len({int(world) for world in answer.met})
    where = counted(met, "plausible world", "plausible worlds") if answer.worlds else "one setting of what nobody knows"
    names = listed([quoted(result.scenario.name) for result in answer.others])
    return (
        f"{names} against {quoted(answer.base.scenario.name)}: {people}{scale}, {where}, "
        f"{counted(len(answer.numbers), 'replication', 'replications')}. {fitted_told(answer)} A model's answer, not a forecast."
    )
