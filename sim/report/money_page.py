"""Where a policy's gain or loss comes from: a waterfall of income and cost by kind; and by which week it has paid for itself."""

from __future__ import annotations

import math

import numpy as np

from sim.report import facts
from sim.report.amounts import (
    Unit,
    between,
    half_width,
    lasting,
    money_places,
    money_unit,
    number,
    rough_money,
    signed,
    span,
)
from sim.report.charts import Axis, Bars, Chart, Picture, Rule
from sim.report.charts.palette import PAGE
from sim.report.document import Section, Sheet, cell
from sim.report.words import quoted
from sim.runs.comparison import Comparison
from sim.runs.money import Kind, kinds, payback
from sim.runs.result import Result
from sim.runs.statistics import Difference

TITLE = "Where the money comes from"
MOST_BARS, SMALLEST = 6, 0.02
"""Kinds that have a bar of their own, and how large the smallest of them is beside the largest; the others share one."""
WORDS = {
    "revenue_service": "income: what customers pay", "revenue_purchases": "income: purchases",
    "revenue_fees": "income: fees", "revenue_upselling": "income: offers taken",
    "cost_calls": "cost: telephone", "cost_compensation": "cost: compensation", "cost_digital": "cost: answers in writing",
    "cost_staff": "cost: hiring and training", "cost_marketing": "cost: advertising", "cost_campaign": "cost: campaigns",
    "cost_personalisation": "cost: tailoring", "cost_product": "cost: the product", "cost_referral": "cost: referral rewards",
    "cost_retention": "cost: offers to stay", "cost_shrink": "cost: theft at checkouts",
    "cost_upselling": "cost: making offers", "cost_winback": "cost: winning back", "cost_quality_errors": "cost: fewer errors",
    "cost_quality_level": "cost: better quality", "cost_quality_spread": "cost: steadier quality",
    "cost_call_centre_skill": "cost: abler representatives", "cost_accountability_acknowledges": "cost: admitting failures",
    "cost_accountability_apologises": "cost: apologies", "cost_accountability_speed": "cost: quicker remedies",
    "cost_pretence_actual": "cost: keeping the campaign’s promise",
    "cost_personalisation_control": "cost: control over one’s data",
    "cost_upselling_relevance": "cost: fitting offers", "cost_digital_channels_skill": "cost: abler answers in writing",
    "cost_digital_channels_response_hours": "cost: quicker answers in writing",
    "cost_digital_channels_inconsistency": "cost: channels that agree", "cost_chatbot_resolution": "cost: an abler chatbot",
    "cost_self_checkout_errors": "cost: self-checkouts that err less", "cost_communication": "cost: openness",
    "cost_checkout": "cost: checkouts and their staff",
    "revenue_loyalty_sales": "income: bought for a reward", "cost_loyalty_sales": "cost: goods bought for a reward",
    "cost_loyalty_rewards": "cost: rewards", "cost_loyalty_status": "cost: high status",
    "cost_loyalty_programme": "cost: the programme", "cost_introductory": "cost: introductory prices",
    "cost_delivery": "cost: packing and delivering", "cost_refunds": "cost: money paid back",
    "cost_returns": "cost: what is sent back", "cost_stock_outs": "cost: sales lost as sold out",
    "revenue_resold": "income: worth of what is sent back",
}  # fmt: skip
"""Kinds of income and cost whose name does not say enough."""


def kind_words(name: str) -> str:
    """A kind of income or cost in words: ``cost: telephone``."""
    way, _, what = name.partition("_")
    return WORDS.get(name, f"{'income' if way == 'revenue' else 'cost'}: {what.replace('_', ' ')}")


def waterfall(answer: Comparison, other: Result) -> Picture | None:
    """From the base's profit to the policy's, kind by kind, with ranges; None where no kind of money moves."""
    found = kinds(answer, other)
    if not found:
        return None
    whole = _gap(answer, other)
    parts = _parts(answer, found)
    unit = money_unit([change.mean for _, change in parts], answer.base.scenario.currency)
    base = facts.level(answer, answer.base, "profit").mean * answer.stands_for
    rows = [_end(answer, answer.base, base), *(words for words, _ in parts), _end(answer, other, base + whole.mean)]
    ends = np.cumsum([change.mean for _, change in parts])
    starts = np.concatenate([[0.0], ends[:-1]])
    bars = _bars(answer, [*parts, (rows[-1], whole)], [*starts, 0.0], unit)
    chart = Chart(
        f"Profit, {other.scenario.name}", _across(unit, bars), Axis(rows=rows, line=False, letters=28), [Rule(0.0), bars],
        height=1.0 + 0.34 * len(rows), better=1,
    )  # fmt: skip
    told = ", ".join(f"{words} {signed(change.mean * unit.factor, 2)}" for words, change in parts)
    after = rough_money(base + whole.mean, answer.base.scenario.currency)
    alt = (
        f"Waterfall of profit under {other.scenario.name} against {answer.base.scenario.name}, in {unit.level}: {told}; in all "
        f"{signed(whole.mean * unit.factor, 2)}, so that profit is {after}."
    )
    over, lies = lasting(answer.base.scenario), facts.ends_told(answer)
    note = f"Bars add up to the difference in profit over {over}; lines: {lies} of each bar."
    return Picture(chart, alt, note, name="waterfall")


def _end(answer: Comparison, result: Result, profit: float) -> str:
    """The row that the waterfall starts from, or ends in."""
    return f"profit {rough_money(profit, answer.base.scenario.currency)}: {result.scenario.name}"


def _gap(answer: Comparison, other: Result) -> Difference:
    """The difference in profit, in money of the whole company."""
    base, there = (answer.stands_for * answer.values(result, "profit") for result in (answer.base, other))
    return answer.paired(base, there)


def _parts(answer: Comparison, found: list[Kind]) -> list[tuple[str, Difference]]:
    """The kinds that have a bar, in the model's order, and what the smaller ones do together."""
    ranked = sorted(found, key=lambda kind: -abs(kind.change.mean))
    least = SMALLEST * abs(ranked[0].change.mean)
    largest = {kind.name for kind in ranked[:MOST_BARS] if abs(kind.change.mean) >= least}
    shown = [(kind_words(kind.name), kind.change) for kind in found if kind.name in largest]
    rest = [kind.gaps for kind in found if kind.name not in largest]
    if not rest:
        return shown
    together = np.sum(rest, axis=0)
    return [*shown, ("all other kinds", answer.paired(np.zeros(len(together)), together))]


def _bars(answer: Comparison, parts: list[tuple[str, Difference]], starts: list[float], unit: Unit) -> Bars:
    start = np.array(starts) * unit.factor
    mean, low, high = (
        np.array([getattr(change, end) for _, change in parts]) * unit.factor for end in ("mean", "low", "high")
    )
    colours = [PAGE["good"] if one > 0 else PAGE["bad"] for one in mean]
    digits = max(money_places(half_width(parts[-1][1], unit.factor)), 1)
    ends = facts.ends_told(answer)
    said = [
        f"{words}: {signed(value, digits)} {unit.level}\n{ends} {between(change, unit.factor, digits, plus=True)}"
        for (words, change), value in zip(parts, mean, strict=True)
    ]
    clear = np.where(mean < 0, np.fmin(start + low, start + mean), np.fmax(start + high, start + mean))
    return Bars(
        "change in profit", range(1, len(parts) + 1), start + mean, colours, start, start + low, start + high,
        [signed(value, digits) for value in mean], thick=0.6, clear=clear, said=said,
    )  # fmt: skip


def _across(unit: Unit, bars: Bars) -> Axis:
    """The axis, with room for words at the ends of the bars."""
    known = np.concatenate([bars.spans.ravel(), np.asarray(bars.low), np.asarray(bars.high), [0.0]])
    low, high = float(np.nanmin(known)), float(np.nanmax(known))
    room = 0.28 * (high - low)
    return Axis(f"added to profit, {unit.level}", unit.level, low - room, high + room)


# ---- when it pays back


def payback_told(answer: Comparison, other: Result) -> str:
    """By which week a loss that came first is made up for; empty where none came first, or none is ever made up for."""
    found = payback(answer, other)
    if found is None:
        return ""
    weeks, name = answer.base.scenario.weeks, quoted(other.scenario.name)
    nine = f"between {_week(found.low, weeks)} and {_week(found.high, weeks)} in nine of ten plausible worlds"
    if math.isinf(found.middle):
        return f"{name} costs money first, and does not pay back within {span(weeks)} in most plausible worlds: {nine}."
    never = f"; never within {span(weeks)} in {number(100 * found.never)} of 100" if found.never else ""
    return f"{name} costs money first, and pays back by {_week(found.middle, weeks)}, {nine}{never}."


def _week(week: float, weeks: int) -> str:
    return f"week {week:.0f}" if week <= weeks else "never"


def section(answer: Comparison, others: list[Result]) -> list[Section]:
    """A waterfall of each of these policies, and when it pays back."""
    pictures = [picture for other in others if (picture := waterfall(answer, other)) is not None]
    told = [sentence for other in others if (sentence := payback_told(answer, other))]
    return [Section(TITLE, told, pictures=pictures)] if pictures else []


def sheet(answer: Comparison) -> list[Sheet]:
    """Income and cost by kind as numbers, for a workbook: money of the whole company, in the currency itself."""
    ends, currency = facts.ends_told(answer), answer.base.scenario.currency
    columns = ["Policy", "Kind", "Counted as", f"Base, added to profit ({currency})", f"Change, added to profit ({currency})",
               f"Change, low ({ends})", f"Change, high ({ends})"]  # fmt: skip
    rows: list[list[float | str | None]] = [
        [other.scenario.name, kind_words(kind.name), kind.name,
         *(cell(value) for value in (kind.before, kind.change.mean, kind.change.low, kind.change.high))]
        for other in answer.others for kind in kinds(answer, other)
    ]  # fmt: skip
    return [Sheet("Money by kind", columns, rows)] if rows else []
