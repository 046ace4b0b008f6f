"""What each customer holds against the company, by cause: every loss of goodwill is booked, and leaving is attributed.

Serves S3.1 to S3.6. Sources: Keaveney 1995 (J. Marketing 59:71-82) for the causes. Entries fade with a half-life; instead of
shrinking every entry every week, a new entry is booked at the rate of its week, as prices are in an inflation: only
proportions matter, and nothing has to be touched in weeks without an entry.
"""

from collections.abc import Mapping

from sim.model.columns import Column
from sim.model.events import percent
from sim.model.examples import example, example_of_step
from sim.model.mechanisms.innovation import anybody_lags, lag_of_own, lost_to_lag
from sim.model.numeric import FIXED_ONE, exp, fixed
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.rules import f32, rule
from sim.model.steps import step

BOOKED = (
    "service", "quality", "price", "expectation", "upselling", "accountability", "convenience", "innovation", "communication",
)  # fmt: skip
"""Causes that are booked as they happen."""
(OF_SERVICE, OF_QUALITY, OF_PRICE, OF_EXPECTATION, OF_UPSELLING, OF_ACCOUNTABILITY, OF_CONVENIENCE, OF_INNOVATION,
 OF_COMMUNICATION) = range(1, len(BOOKED) + 1)  # fmt: skip
"""What ``ledger.without`` calls them."""
CAUSES = (*BOOKED, "rival", "involuntary")
"""All causes of leaving: the rival's pull is found at the comparison, involuntary leaving has no other cause."""


class Ledger(Parameters):
    half_life: float = parameter(
        26.0, "weeks", 13, 520, "Time in which a booked loss of goodwill loses half its weight among the reasons for leaving",
        "assumption: Keaveney's respondents looked back over about six months; "
        "plausibly a quarter to a year and a half", plausible=(13, 78, "log"))  # fmt: skip
    notice: float = parameter(
        0.05, "scale 0-1", 0, 1, "Disappointment in an ordinary week below which nobody takes note",
        "assumption: a just noticeable difference; "
        "plausibly a fiftieth to an eighth of the scale", plausible=(0.02, 0.12, "log"))  # fmt: skip
    restlessness: float = parameter(
        0.01, "scale 0-1", 0.0001, 1, "Weight of the wish for something else in everybody who leaves",
        "assumption: small; it names the rival when nothing else was booked; "
        "plausibly a third to three times as much", plausible=(0.003, 0.03, "log"))  # fmt: skip

    without: int = parameter(
        0, "number", 0, len(BOOKED), "Number of a cause of leaving by which nobody loses goodwill, to find out what it explains; 0: none",
        "assumption: none; see sim.experiments.causes", plausible=CERTAIN)  # fmt: skip


COLUMNS = tuple(Column(f"ledger_{c}", "number", f"Goodwill lost through {c}, in week-0 units") for c in BOOKED)


@rule
def rate(week: int, half_life: float) -> float:
    """At what rate a loss is booked in this week, relative to week 0."""
    return exp(f32(0.69314718) * f32(week) / half_life)


@rule
def lost(before: float, after: float) -> float:
    """Goodwill lost between two values of a state; 0 when nothing was lost."""
    return before - after if before > after else f32(0)


@rule
def suffered(before: float, after: float, spared: bool) -> float:
    """A state of goodwill after something that may have taken some of it; as before when its cause is left out."""
    return before if spared and after < before else after


@rule
def borne(before: float, after: float, spared: bool) -> float:
    """A grievance after something that may have added to it; as before when its cause is left out."""
    return before if spared and after > before else after


@rule
def booked(loss: float, rate: float, counts: bool) -> float:
    """What is entered for a loss at this week's rate; nothing when it does not count under this cause."""
    return loss * rate if counts else f32(0)


@rule
def disappointed(expectation: float, performance: float, notice: float) -> bool:
    """Whether an ordinary week fell so far short of what was expected that it was noted."""
    return expectation - performance > notice


@rule
def rivals_pull(view: float, expectation: float, restlessness: float) -> float:
    """Weight of the rival among the reasons: how much better it looks than what one expects here, and restlessness."""
    return restlessness + (view - expectation if view > expectation else f32(0))


@rule
def portion(weight: float, total: float) -> float:
    """This cause's share of the reasons for leaving."""
    return weight / total


def reasons_told(held: Mapping[str, float]) -> str:
    """What somebody held against the company, in words; empty when nothing."""
    booked = {cause: held.get(f"ledger_{cause}", 0.0) for cause in BOOKED}
    total = sum(booked.values())
    if total <= 0:
        return ""
    ranked = sorted((cause for cause in booked if booked[cause] >= 0.05 * total), key=lambda cause: -booked[cause])
    causes = ", ".join(f"{cause} {percent(booked[cause] / total)}" for cause in ranked)
    return f" What they held against the company until then: {causes}."


COUNTS = tuple(f"left_because_{cause}" for cause in CAUSES)


@step
def weight_of_fairness(p) -> float:
    """How much unfair prices count; not at all when the price is left out."""
    return 0.0 if p.ledger.without == OF_PRICE else p.choice.fairness_weight


@step
def spared_of_week(me, firm, p, loss: float) -> float:
    """What of a week's loss of goodwill is not suffered, because its cause is left out."""
    failed, lag = me.performed < p.quality.failure_threshold, lag_of_own(me, firm)
    short = disappointed(me.expectation, me.performed, p.ledger.notice) and not failed
    by_lag = lost_to_lag(loss, me.expectation, me.performed, lag, p.ledger.notice)
    without = p.ledger.without
    spared = by_lag if without == OF_INNOVATION else 0.0
    spared += loss - by_lag if (without == OF_QUALITY and failed) or (without == OF_EXPECTATION and short) else 0.0
    return spared


@step
def book_week(me, firm, p, week, loss: float):
    """Book what a week took: what the lag explains; the rest under quality after a failure, else under expectation."""
    if anybody_lags(firm, week):
        lag = lag_of_own(me, firm)
        me.ledger_innovation, loss = (
            me.ledger_innovation
            + booked(
                lost_to_lag(loss, me.expectation, me.performed, lag, p.ledger.notice),
                week.rate,
                p.ledger.without != OF_INNOVATION,
            ),
            loss - lost_to_lag(loss, me.expectation, me.performed, lag, p.ledger.notice),
        )
    failed, without = me.performed < p.quality.failure_threshold, p.ledger.without
    short = disappointed(me.expectation, me.performed, p.ledger.notice) and not failed
    me.ledger_quality += booked(loss, week.rate, failed and without != OF_QUALITY)
    me.ledger_expectation += booked(loss, week.rate, short and without != OF_EXPECTATION)


@step
def attribute(me, p, week, count, other: float, advantage: float):
    """Share a departure out among its causes, in proportion to what was booked, and to price and rival today."""
    unfair = (1.0 - me.price_fairness) * weight_of_fairness(p)
    service, quality = me.ledger_service / week.rate, me.ledger_quality / week.rate
    price = me.ledger_price / week.rate + (max(advantage, 0.0) + unfair)
    expectation, upselling = me.ledger_expectation / week.rate, me.ledger_upselling / week.rate
    accountability, convenience = me.ledger_accountability / week.rate, me.ledger_convenience / week.rate
    innovation, communication = me.ledger_innovation / week.rate, me.ledger_communication / week.rate
    total = (
        service + quality + price + expectation + upselling + accountability + convenience + innovation + communication
    )
    total = total + rivals_pull(other, me.expectation, p.ledger.restlessness)
    of_service, of_quality, of_price = (
        fixed(portion(service, total)),
        fixed(portion(quality, total)),
        fixed(portion(price, total)),
    )
    of_expectation, of_upselling = fixed(portion(expectation, total)), fixed(portion(upselling, total))
    of_accountability, of_convenience = fixed(portion(accountability, total)), fixed(portion(convenience, total))
    of_innovation, of_communication = fixed(portion(innovation, total)), fixed(portion(communication, total))
    count.left_because_service += of_service
    count.left_because_quality += of_quality
    count.left_because_price += of_price
    count.left_because_expectation += of_expectation
    count.left_because_upselling += of_upselling
    count.left_because_accountability += of_accountability
    count.left_because_convenience += of_convenience
    count.left_because_innovation += of_innovation
    count.left_because_communication += of_communication
    known = of_service + of_quality + of_price + of_expectation + of_upselling
    known = known + of_accountability + of_convenience + of_innovation + of_communication
    count.left_because_rival += FIXED_ONE - known


@step
def forget(me):
    """Nothing is held against a provider that one has just come to."""
    me.ledger_service, me.ledger_quality, me.ledger_price = 0.0, 0.0, 0.0
    me.ledger_expectation, me.ledger_upselling, me.ledger_accountability = 0.0, 0.0, 0.0
    me.ledger_convenience, me.ledger_innovation, me.ledger_communication = 0.0, 0.0, 0.0


EXAMPLES = (
    example(rate, 26, 26.0, becomes=2.0, because="twice the weight after one half-life"),
    example(lost, 0.8, 0.7, becomes=0.1, because="0.1 lost"),
    example(lost, 0.7, 0.8, becomes=0.0, because="nothing lost"),
    example(suffered, 0.8, 0.7, True, becomes=0.8, because="not suffered"),
    example(suffered, 0.8, 0.9, True, becomes=0.9, because="nothing was lost"),
    example(borne, 0.2, 0.5, True, becomes=0.2, because="not suffered"),
    example(borne, 0.2, 0.5, False, becomes=0.5, because="as it comes"),
    example(booked, 0.1, 2.0, True, becomes=0.2, because="0.1 at the rate of 2"),
    example(booked, 0.1, 2.0, False, becomes=0.0, because="does not count here"),
    example(disappointed, 0.8, 0.7, 0.05, becomes=True, because="0.1 short is noticed"),
    example(disappointed, 0.8, 0.78, 0.05, becomes=False, because="0.02 is not"),
    example(rivals_pull, 0.9, 0.7, 0.01, becomes=0.21, because="0.2 better, and 0.01"),
    example(portion, 0.3, 1.2, becomes=0.25, because="a quarter of the reasons"),
    example(rivals_pull, 0.6, 0.7, 0.01, becomes=0.01, because="the rival looks worse"),
)
STEP_EXAMPLES = (
    example_of_step(weight_of_fairness, p={"choice.fairness_weight": 0.3}, becomes={"gives": 0.3}, because="as it is set"),
    example_of_step(
        weight_of_fairness, p={"choice.fairness_weight": 0.3, "without": OF_PRICE}, becomes={"gives": 0.0}, because="left out",
    ),
    example_of_step(
        spared_of_week, 0.1, me={"expectation": 0.8, "performed": 0.4}, p={"without": OF_QUALITY, "quality.failure_threshold": 0.5},
        becomes={"gives": 0.1}, because="a failure, and quality is left out",
    ),
    example_of_step(
        spared_of_week, 0.1, me={"expectation": 0.8, "performed": 0.6}, p={"without": OF_QUALITY, "quality.failure_threshold": 0.5},
        becomes={"gives": 0.0}, because="an ordinary disappointment is another cause",
    ),
    example_of_step(
        spared_of_week, 0.1, me={"expectation": 0.8, "performed": 0.6}, firm={"obsolescence": 0.05},
        p={"without": OF_INNOVATION, "notice": 0.05, "quality.failure_threshold": 0.5}, becomes={"gives": 0.025},
        because="a quarter of what is missing is the lag",
    ),
    example_of_step(
        book_week, 0.1, me={"expectation": 0.8, "performed": 0.6}, firm={"obsolescence": 0.05}, week={"rate": 2.0},
        p={"notice": 0.05, "quality.failure_threshold": 0.5}, becomes={"ledger_innovation": 0.05, "ledger_expectation": 0.15},
        because="0.05 of the 0.2 missing is the lag: a quarter of 0.1 at the rate of 2, and the rest is a disappointment",
    ),
    example_of_step(
        attribute, 0.75, 0.25, week={"rate": 2.0}, p={"choice.fairness_weight": 0.5, "restlessness": 0.25},
        me={"price_fairness": 0.5, "expectation": 0.5, "ledger_service": 4.0, "ledger_quality": 2.0, "ledger_price": 1.0,
            "ledger_expectation": 2.0, "ledger_upselling": 1.0, "ledger_accountability": 1.0, "ledger_convenience": 1.0,
            "ledger_innovation": 1.0, "ledger_communication": 1.0},
        becomes={"count.left_because_service": FIXED_ONE // 4, "count.left_because_quality": FIXED_ONE // 8,
                 "count.left_because_price": FIXED_ONE // 8, "count.left_because_expectation": FIXED_ONE // 8,
                 "count.left_because_upselling": FIXED_ONE // 16, "count.left_because_accountability": FIXED_ONE // 16,
                 "count.left_because_convenience": FIXED_ONE // 16, "count.left_because_innovation": FIXED_ONE // 16,
                 "count.left_because_communication": FIXED_ONE // 16, "count.left_because_rival": FIXED_ONE // 16},
        because="halves of what was booked, for the price 0.5 + 0.25 + half of the half that is unfair, for the rival "
                "0.25 + 0.25: 8 in all",
    ),
    example_of_step(
        forget, me=dict.fromkeys((f"ledger_{cause}" for cause in BOOKED), 1.0),
        becomes=dict.fromkeys((f"ledger_{cause}" for cause in BOOKED), 0.0), because="nothing is left",
    ),
)  # fmt: skip
