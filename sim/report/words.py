"""Sentences about one policy: every number is a mean or a paired difference, and the undecided is called so."""

from __future__ import annotations

from sim.report import facts
from sim.report.amounts import (
    MINUS,
    NONE,
    Unit,
    between,
    counted,
    half_width,
    lasting,
    listed,
    money_places,
    money_size,
    money_unit,
    number,
    places,
    rough_money,
    signed,
    sizes,
    span,
)
from sim.runs.comparison import Comparison
from sim.runs.runner import Result
from sim.runs.statistics import Difference

CAUSE_WORDS = {
    "service": "poor service",
    "quality": "poor quality",
    "price": "the price",
    "innovation": "standing still",
    "communication": "poor communication",
    "expectation": "unmet expectations",
    "upselling": "pressure to buy more",
    "accountability": "failures not owned up to",
    "convenience": "inconvenience",
    "rival": "the rival's attraction",
    "involuntary": "moving away or death",
}
"""Causes of leaving as a sentence names them."""
MOST_REASONS = 3
SMALLEST_REASON = 0.05
"""Changes that would be shown as 0.0 departures per 100 customers and year are not worth naming."""


def cause_words(cause: str) -> str:
    """A cause of leaving in words; a new cause names itself."""
    return CAUSE_WORDS.get(cause, cause.replace("_", " "))


def quoted(name: str) -> str:
    """A scenario's name in quotation marks."""
    return f"\u201c{name}\u201d"


# ---- how sure


def decided(answer: Comparison, gap: Difference) -> bool:
    """Whether a difference is known from zero; a single replication never decides."""
    return len(answer.numbers) > 1 and gap.decided


def nothing(gap: Difference) -> bool:
    """Whether no replication showed a difference; that there is none is known only of scenarios that mean the same."""
    return gap.unseen


def missing(gap: Difference) -> bool:
    """Whether there was nothing to compare: in no replication both policies have the measure."""
    return gap.defined == 0


def times(answer: Comparison) -> str:
    """How many replications were compared: ``5 replications of 300 customers``."""
    return f"{counted(len(answer.numbers), 'replication', 'replications')} of {answer.base.customers_in_week_0:,} customers"


def at_most(answer: Comparison) -> str:
    """The largest difference in retention that may have gone unseen: ``at most 0.20 percentage points``."""
    most = answer.unseen_at_most
    return f"at most {number(100 * most, places(10 * most, 1))} percentage points"


def how_sure(answer: Comparison, other: Result, measure: str) -> str:
    """In how many plausible worlds, or replications of one setting, the difference had the sign it has on average."""
    if answer.worlds is not None:
        return f"so in {_of_100(answer, other, measure)} of 100 plausible worlds"
    defined = answer.differences[other.scenario.name][measure].defined
    return f"so in {facts.agreeing(answer, other, measure):,} of {defined:,} replications"


def _of_100(answer: Comparison, other: Result, measure: str) -> str:
    """In how many of a hundred worlds the difference has the sign it has on average."""
    gap = answer.differences[other.scenario.name][measure]
    return number(100 * (gap.probability_higher if gap.mean > 0 else 1 - gap.probability_higher))


def _undecided(answer: Comparison, what: str, gap: Difference, unit: Unit, fewest: int = 0) -> str:
    """A difference that may be chance, with its interval."""
    if missing(gap):
        return f"Nothing can be said of {what}: no replication has it under both policies."
    if gap.defined < 2:
        return f"Undecided: a single replication cannot tell policy from luck in {what}."
    digits = places(half_width(gap, unit.factor), fewest)
    mean, around = signed(gap.mean * unit.factor, digits), between(gap, unit.factor, digits, plus=True)
    ends, why = facts.ends_told(answer), facts.may_be(answer)
    return f"Undecided: the difference in {what} ({mean} {unit.difference}, {ends} {around}) may be {why}."


# ---- one policy against the base


def points_places(gap: Difference) -> int:
    """Decimal places of a difference in percentage points."""
    return places(half_width(gap, 100), fewest=1)


def points(gap: Difference) -> str:
    """The size of a difference of shares: ``4.6 percentage points``."""
    return f"{number(abs(gap.mean) * 100, points_places(gap))} percentage points"


def customers_told(answer: Comparison, other: Result) -> str:
    """What happens to retention."""
    gap = answer.differences[other.scenario.name]["retention"]
    if nothing(gap):
        return _none_seen(answer, other)
    digits, unit = points_places(gap), Unit(100, "%", "percentage points")
    if not decided(answer, gap):
        return _undecided(answer, "customers kept", gap, unit, 1)
    before, after = (
        number(100 * facts.level(answer, result, "retention").mean, digits) for result in (answer.base, other)
    )
    more = "more" if gap.mean > 0 else "fewer"
    return (
        f"{points(gap)} {more} customers are kept ({facts.ends_told(answer)} {sizes(gap, 100, digits)}): after "
        f"{lasting(answer.base.scenario)} {after} of 100 are still there instead of {before}, "
        f"{how_sure(answer, other, 'retention')}."
    )


def _none_seen(answer: Comparison, other: Result) -> str:
    """That no difference in customers kept was seen, and how large one may be all the same."""
    if answer.same_meaning(other):
        return "No difference: the two scenarios mean the same, so the same customers stay."
    return (
        f"Undecided: no difference was seen in {times(answer)}. There may be one of {at_most(answer)} (95 %, every customer "
        "of every replication counted as a trial of its own)."
    )


def money_told(answer: Comparison, other: Result) -> str:
    """What happens to profit, and when it turns."""
    gap = answer.differences[other.scenario.name]["profit"]
    if nothing(gap):
        return "No difference in profit was seen in any replication."
    scale, currency = facts.stands_for(answer), answer.base.scenario.currency
    unit = money_unit([gap.mean * scale], currency)
    unit = unit._replace(factor=unit.factor * scale)
    digits = money_places(half_width(gap, unit.factor))
    if not decided(answer, gap):
        return _undecided(answer, "profit", gap, unit)
    base = answer.base.scenario
    amount = f"{number(abs(gap.mean) * unit.factor, digits)} {unit.level}"
    a_week = rough_money(abs(gap.mean) * scale / (base.weeks - base.measure.start), currency)
    return (
        f"{amount} {'more' if gap.mean > 0 else 'less'} profit over {lasting(base)} "
        f"({facts.ends_told(answer)} {sizes(gap, unit.factor, digits)}), or {a_week} a week{_of_profit(answer, gap)}. "
        f"{turn_told(answer, other)}"
    )


def _of_profit(answer: Comparison, gap: Difference) -> str:
    profit = facts.level(answer, answer.base, "profit").mean
    return f" ({signed(100 * gap.mean / profit, 1)} %)" if profit > 0 else ""


def turn_told(answer: Comparison, other: Result) -> str:
    """When the policy pays for itself, or stops paying; for a decided difference in profit."""
    turn, gains = facts.turn(answer, other), answer.differences[other.scenario.name]["profit"].mean > 0
    if turn.even is not None and gains:
        return f"It pays for itself after {span(turn.even)}."
    if turn.even is not None:
        return f"It is ahead at first, but after {span(turn.even)} the gain is used up."
    if gains:
        return "It is ahead from the start." if turn.steady else "It is ahead in the end."
    within = f"It does not pay for itself within {lasting(answer.base.scenario)}"
    if turn.narrowing is None and turn.growing:
        return f"{within}, and the loss is still growing."
    if turn.narrowing is None:
        return f"{within}, and less than a twentieth of the largest loss has been made up."
    return f"{within}, though the loss has been shrinking since week {answer.measured_from + turn.narrowing}."


def talk_told(answer: Comparison, other: Result) -> str:
    """What happens to word of mouth, per customer; and a warning where the total says otherwise."""
    gaps = answer.differences[other.scenario.name]
    good, bad, net = (gaps[f"word_of_mouth_{kind}"] for kind in ("positive", "negative", "net"))
    if nothing(good) and nothing(bad):
        return "No difference was seen in the messages that are heard."
    if not decided(answer, net):
        said = _undecided(answer, "net word of mouth", net, facts.unit_of(answer, "word_of_mouth_net"))
    else:
        falls, sure = "rises" if net.mean > 0 else "falls", how_sure(answer, other, "word_of_mouth_net")
        digits = places(half_width(net, 100))
        parts = f"good {signed(100 * good.mean, digits)}, bad {signed(100 * bad.mean, digits)}"
        said = (
            f"Good messages less bad ones: {falls} by {number(100 * abs(net.mean), digits)} per 100 customers and week"
        )
        said += f" ({parts}), {sure}."
    return said + _total_told(answer, other)


def _total_told(answer: Comparison, other: Result) -> str:
    """A policy that keeps unhappy customers can lower the average and yet have more good said of the company in all."""
    net = answer.differences[other.scenario.name]["word_of_mouth_net"]
    base, there = facts.messages(answer, answer.base), facts.messages(answer, other)
    total = answer.paired(base, there)
    if not decided(answer, total) or (decided(answer, net) and (net.mean > 0) == (total.mean > 0)):
        return ""
    if not base.any():
        return ""
    share, direction = 100 * total.mean / abs(base.mean()), "more" if total.mean > 0 else "fewer"
    return f" In all, {number(abs(share), 1)} % {direction} net messages are heard{_by_number(answer, other, total)}."


def _by_number(answer: Comparison, other: Result, total: Difference) -> str:
    """That it is the number of customers that moves the total, where that is so."""
    there = [facts.weekly(answer, result, "customers").sum(axis=1) for result in (answer.base, other)]
    people, talk = answer.paired(*there), facts.messages(answer, answer.base).mean()
    if not decided(answer, people) or people.mean * talk * total.mean <= 0:
        return ""
    return ", because " + ("more customers stay to talk" if people.mean > 0 else "fewer customers are left to talk")


def reasons_told(answer: Comparison, other: Result) -> str:
    """Why more or fewer people leave: the largest decided changes among the causes."""
    gaps = facts.departure_differences(answer, other)
    if all(nothing(gap) for gap in gaps.values()):
        return "No difference was seen: as many left, for the same causes."
    if all(missing(gap) for gap in gaps.values()):
        return "Nothing can be said of it: there was nobody who could leave."
    found = [(cause, gap) for cause, gap in gaps.items() if decided(answer, gap) and abs(gap.mean) >= SMALLEST_REASON]
    found = sorted(found, key=lambda item: -abs(item[1].mean))[:MOST_REASONS]
    if not found:
        return f"Undecided: no cause of leaving is known to change by {SMALLEST_REASON:g} departures per 100 customers and year."
    parts = [
        f"{_direction(gaps_of, found)} because of {listed([_reason(cause, gap) for cause, gap in gaps_of])}"
        for gaps_of in ([i for i in found if i[1].mean > 0], [i for i in found if i[1].mean < 0])
        if gaps_of
    ]
    sentence = "; ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]} (departures per 100 customers and year)."


def _direction(these: list[tuple[str, Difference]], found: list[tuple[str, Difference]]) -> str:
    return "more leave" if these[0][1].mean > 0 else ("fewer leave" if len(these) == len(found) else "fewer")


def _reason(cause: str, gap: Difference) -> str:
    return f"{cause_words(cause)} ({signed(gap.mean, 1)})"


def short_change(answer: Comparison, other: Result, measure: str) -> tuple[str, str]:
    """A difference at a glance: a number with its unit, and whether it is ``good``, ``bad`` or ``open``."""
    gap, better = answer.differences[other.scenario.name][measure], answer.definitions[measure].better
    if missing(gap):
        return NONE, "open"
    if nothing(gap):
        same = answer.same_meaning(other) or len(answer.numbers) < 2
        return "no difference" if same else "no difference seen", "open"
    if not decided(answer, gap):
        return "undecided", "open"
    told = _short_money(answer, gap) if measure == "profit" else _short(answer, gap, measure)
    return told, "good" if gap.mean * better > 0 else "bad"


def _short_money(answer: Comparison, gap: Difference) -> str:
    amount = money_size(gap, facts.stands_for(answer), answer.base.scenario.currency)
    return f"+{amount}" if gap.mean > 0 else f"{MINUS}{amount}"


def _short(answer: Comparison, gap: Difference, measure: str) -> str:
    unit = facts.unit_of(answer, measure)
    if measure == "retention":
        return f"{signed(gap.mean * unit.factor, points_places(gap))} points"
    words = "net messages per 100 a week" if measure == "word_of_mouth_net" else unit.difference
    return f"{signed(gap.mean * unit.factor, places(half_width(gap, unit.factor)))} {words}"
