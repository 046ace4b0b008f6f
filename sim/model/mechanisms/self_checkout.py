"""Visits to the shop end at a checkout: staffed lanes, or lanes where customers do the work.

Serves S4.1. Both are real first-come-first-served queues; somebody whose patience ends leaves without being served. Where the
line is in sight, somebody who comes to a long one may turn away at once: it is the length that they see, not how fast it moves
(balking). Sources: Lu, Musalem, Olivares & Schilkrut 2013 (Management Science 59:1743-1763): a line of 15 instead of 10 lowers
the share who buy from 30 % to 27 %, fewer than about 5 people change nothing, and who minds prices minds the line less.
Nusrat & Huang 2024 (J. Business Research 170:114293), self-checkout lowers loyalty through saved effort and entitlement, less
so for those who like it; Meuter et al. 2000 (J. Marketing 64:50-64) for failures of self-service. Sizes are assumptions.
"""

from sim.model.behaviour.conversation import restored
from sim.model.behaviour.ledger import OF_CONVENIENCE, booked, suffered
from sim.model.behaviour.person import COMPANY
from sim.model.behaviour.satisfaction import remember
from sim.model.behaviour.waiting import handling_minutes, patience_minutes, wait_pain
from sim.model.events import duration
from sim.model.examples import AS_IT_WAS, example, example_of_step
from sim.model.mechanisms.employee_care import wages
from sim.model.mechanisms.impatience import remaining
from sim.model.mechanisms.pricing import cents
from sim.model.mechanisms.quality import EVERYDAY, SHOPS, people_made
from sim.model.numeric import FIXED_ONE, fixed_minutes, logistic, normal_quantile, power, share
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.random import happens, stream
from sim.model.rules import f32, rule
from sim.model.steps import Minutes, step
from sim.service.queues import BALKED, NOBODY, SERVED

CHECKOUT = stream("checkout")
"""Draws of a visit: when, to which lanes, how long at the lane, whether something goes wrong there; patience; turning away."""
COMES_AT, WHICH, HOW_LONG, SLIPS, IS_PATIENT, TURNS_AWAY = range(6)
"""What these draws decide."""
STAFFED, ALONE = 0, 1
"""Which lanes somebody goes to."""


class SelfCheckout(Parameters):
    visits: float = parameter(
        0.10, "per week", 0, 1, "Chance that a customer visits a shop in a week",
        "assumption: every tenth week; a grocer has near 1; a question to the company", plausible=(0.03, 0.3, "log"))  # fmt: skip
    lanes: int = parameter(
        20, "lanes", 0, 10_000, "Checkout lanes of all shops together",
        "assumption: fits 40,000 customers who rarely come", plausible=CERTAIN)  # fmt: skip
    self_lanes: int = parameter(
        0, "lanes", 0, 10_000, "Of these, lanes where customers check out themselves",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    hours: float = parameter(
        60.0, "hours", 1, 168, "Hours a week the shops are open",
        "assumption: ten hours on six days", plausible=CERTAIN)  # fmt: skip
    wage: float = parameter(
        16.0, "currency per hour", 0, 10_000, "What an hour of a cashier costs",
        "assumption: 16 an hour; a question to the company, whose payroll tells", plausible=(11, 28, "log"))  # fmt: skip
    lane_cost: float = parameter(
        90.0, "currency per week", 0, 100_000, "What one self-service lane costs a week, its share of a helper included",
        "assumption: machine, upkeep, and a sixth of a helper; "
        "a question to the company", plausible=(40, 200, "log"))  # fmt: skip
    minutes: float = parameter(
        3.0, "minute", 0.05, 60, "Mean time at a staffed lane",
        "assumption: a short errand; a question to the company, whose tills tell", plausible=(1.5, 6, "log"))  # fmt: skip
    self_minutes: float = parameter(
        4.0, "minute", 0.05, 60, "Mean time at a self-service lane without errors",
        "assumption: customers are slower than cashiers; "
        "a question to the company, whose tills tell", plausible=(2, 8, "log"))  # fmt: skip
    minutes_spread: float = parameter(
        0.6, "ratio", 0, 3, "Standard deviation of the logarithm of times at a lane",
        "assumption: lognormal, as service times are; "
        "a question to the company, whose tills tell", plausible=(0.4, 0.9))  # fmt: skip
    errors: float = parameter(
        0.10, "share", 0, 1, "Share of self-service visits in which the machine needs a helper",
        "assumption: one in ten; a question to the company, whose tills tell", plausible=(0.04, 0.25, "log"))  # fmt: skip
    error_minutes: float = parameter(
        2.0, "minute", 0, 60, "Time lost to such an error",
        "assumption: two minutes; a question to the company, whose tills tell", plausible=(0.7, 5, "log"))  # fmt: skip
    shrink: float = parameter(
        0.02, "weeks of spend", 0, 10, "Loss per self-service visit through theft and mistakes",
        "literature: Beck 2018 (ECR): shrink rises with self-scanning; size assumed; "
        "it finds about 1 % of what goes through fixed machines lost, of scan-and-go up to 10 %",
        plausible=(0.004, 0.1, "log"))  # fmt: skip
    effort: float = parameter(
        0.35, "scale 0-1", 0, 1, "What doing the work oneself takes off a visit, for someone who dislikes it entirely",
        "assumption: a third of the scale; plausibly an eighth to seven tenths", plausible=(0.12, 0.7, "log"))  # fmt: skip
    tolerance: float = parameter(
        3.0, "minute", 0.1, 240, "Wait that spoils half of what can be spoilt by waiting",
        "assumption: three minutes; plausibly half to double", plausible=(1.5, 6, "log"))  # fmt: skip
    waiting_hurts: float = parameter(
        0.30, "scale 0-1", 0, 1, "What an endless wait takes off a visit",
        "assumption: a third of the scale; plausibly an eighth to three fifths", plausible=(0.12, 0.6, "log"))  # fmt: skip
    memory: float = parameter(
        0.05, "share", 0, 1, "Weight of one visit in cumulative satisfaction",
        "assumption: about one ordinary week; plausibly half a week to more than two", plausible=(0.02, 0.12, "log"))  # fmt: skip
    line_in_sight: float = parameter(
        0.0, "share", 0, 1, "Share of visitors who see the line before they join it",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    line_unnoticed: float = parameter(
        5.0, "people", 0, 10, "People in line whom nobody minds yet",
        "literature: Lu et al. 2013, no effect of short lines; plausibly two to seven", plausible=(2, 7))  # fmt: skip
    line_deters: float = parameter(
        0.10, "share", 0, 1, "Of those who would buy at a line of 10, the share who do not at a line of 15",
        "literature: Lu et al. 2013, 27 % instead of 30 %; "
        "plausibly 3 to 20 % in another shop", plausible=(0.03, 0.2))  # fmt: skip
    line_hurts: float = parameter(
        0.15, "scale 0-1", 0, 1, "What turning away from a long line takes off a visit",
        "assumption: half of what an endless wait takes; "
        "plausibly a sixth to all of it", plausible=(0.05, 0.3, "log"))  # fmt: skip
    sale: float = parameter(
        0.0, "weeks of spend", 0, 10, "Margin that is lost when a visitor leaves without having been served",
        "assumption: what is not bought today is bought tomorrow, unless the scenario says otherwise",
        plausible=CERTAIN)  # fmt: skip


NEUTRAL = {"visits": 0.0, "wage": 0.0, "lane_cost": 0.0}
IMPOSSIBLE = (
    (lambda now: now.self_lanes > now.lanes, "self_lanes is {self_lanes}, but there are only {lanes} lanes in all"),
)

_GOOD = f32(0.8)


@rule
def prefers_self(liking: float, staffed: int, self_service: int) -> float:
    """The chance of going to a self-service lane: by liking, or by need when there is only one kind."""
    chance = logistic(f32(6) * (liking - f32(0.5)))
    return f32(0) if self_service == 0 else (f32(1) if staffed == 0 else chance)


@rule
def visit(pain: float, effort: float, liking: float) -> float:
    """How a visit was: good, less the wait, and the work done oneself as far as it is not liked (0 to 1)."""
    return share(_GOOD - pain - effort * (f32(1) - liking))


@rule
def minutes_at_lane(usual: float, error: float, luck: float, errors: float) -> float:
    """Minutes at a lane: the usual, and the time an error takes when the machine needs a helper."""
    return usual + (error if luck < errors else f32(0))


@rule
def minds(price_sensitivity: float) -> float:
    """How much a person minds a line, against somebody of average price sensitivity: the more of it, the less."""
    return f32(2) / (f32(1) + price_sensitivity)


@rule
def put_off(length: int, minding: float, in_sight: float, unnoticed: float, deters: float) -> float:
    """The chance to turn away from a line of this length: as the square of the people in it beyond the first few.

    The square is measured by what it grows between a line of 10 and one of 15, over which ``deters`` of the buyers are lost.
    """
    over, growth = f32(length) - unnoticed, f32(125) - f32(10) * unnoticed
    if over <= f32(0):
        return f32(0)
    stays = power(f32(1) - deters, minding * over * over / growth)
    return in_sight * (f32(1) - stays)


COUNTS = ("visits", "self_visits", "walked_out", "balked", "checkout_wait")
MONEY_OUT = ("cost_checkout", "cost_shrink", "cost_lost_sales")
EVENTS = {
    "shop": lambda wait, here: (
        f"They visited a shop and {'did not have to wait' if wait * 60 < 1 else f'waited {duration(wait)}'}."
    ),
    "shop_left": "They visited a shop and walked out after {duration}.",
    "shop_balked": "They came to a shop, saw {amount:.0f} people in line, and left without buying.",
}


@step
def shops(me, p) -> bool:
    """Whether somebody visits a shop this week."""
    return (
        p.self_checkout.visits > 0.0
        and me.provider == COMPANY
        and happens(p.self_checkout.visits, me.luck(EVERYDAY, SHOPS))
    )


@step
def arrive(me, firm, p, week, mark: int):
    """When somebody comes, how long they take at the lane and how patient they are, and to which lanes they go."""
    staffed, alone_lanes = int(firm.lanes_on_duty), p.self_checkout.self_lanes
    alone = happens(prefers_self(me.self_service_liking, staffed, alone_lanes), me.luck(CHECKOUT, WHICH))
    usual = handling_minutes(
        p.self_checkout.self_minutes if alone else p.self_checkout.minutes, p.self_checkout.minutes_spread,
        normal_quantile(me.word(CHECKOUT, HOW_LONG)),
    )  # fmt: skip
    slip = me.luck(CHECKOUT, SLIPS)
    minutes = minutes_at_lane(usual, p.self_checkout.error_minutes, slip, p.self_checkout.errors) if alone else usual
    own = me.patience * remaining(p.impatience.patience_trend, week.calendar)
    return me.word(CHECKOUT, COMES_AT), minutes, patience_minutes(own, me.luck(CHECKOUT, IS_PATIENT)), alone


@step
def check_out(me, line, p, arrival: Minutes, minutes: Minutes, patience: Minutes):
    """Join the line, or turn away from one that is too long; whoever turns away has, instead of a wait, its length."""
    length, luck = line.length(arrival), me.luck(CHECKOUT, TURNS_AWAY)
    if p.self_checkout.line_in_sight > 0.0:
        minding = minds(me.price_sensitivity)
        chance = put_off(
            length, minding, p.self_checkout.line_in_sight, p.self_checkout.line_unnoticed, p.self_checkout.line_deters
        )
        if happens(chance, luck):
            return length, BALKED, NOBODY
    wait, outcome, server = line.answer(arrival, minutes, patience)
    line.join(arrival + wait)
    return wait, outcome, server


@step
def leave_shop(me, firm, p, week, count, note, mark: int, wait: Minutes, outcome: int):
    """What a visit leaves behind: how it was against what was expected, and the annoyance of leaving with nothing."""
    alone, served, away = mark == ALONE, outcome == SERVED, outcome == BALKED
    helped = alone and served
    pain = wait_pain(wait, p.self_checkout.tolerance, p.self_checkout.waiting_hurts)
    pain = pain if served else p.self_checkout.line_hurts if away else p.self_checkout.waiting_hurts
    quality = visit(pain, p.self_checkout.effort if helped else 0.0, me.self_service_liking)
    quality = quality if alone else people_made(quality, p.quality.people, firm.mood)
    before = me.satisfaction
    loss, spared = remember(me, p, quality, p.self_checkout.memory), p.ledger.without == OF_CONVENIENCE
    me.satisfaction = suffered(before, restored(before, me.satisfaction, me.expectation), spared)
    me.ledger_convenience += booked(loss, week.rate, not spared)
    count.visits += 1
    count.self_visits += alone and not away
    count.balked += away
    count.walked_out += not served and not away
    count.checkout_wait += 0 if away else fixed_minutes(wait)
    count.cost_shrink += cents(me.spend, p.self_checkout.shrink) if helped else 0
    count.cost_lost_sales += 0 if served else cents(me.spend, p.self_checkout.sale)
    if served:
        note.shop(wait)
    elif away:
        note.shop_balked(wait)
    else:
        note.shop_left(wait)


@step
def pay_for_lanes(firm, p, week, count):
    """What cashiers and self-service lanes cost."""
    count.cost_checkout += wages(firm.lanes_on_duty, p.self_checkout.wage, p.self_checkout.hours, week.stands_for)
    count.cost_checkout += wages(f32(p.self_checkout.self_lanes), p.self_checkout.lane_cost, 1.0, week.stands_for)


EXAMPLES = (
    example(minds, 1.0, becomes=1.0, because="average"),
    example(minds, 3.0, becomes=0.5, because="who minds prices three times as much has time"),
    example(put_off, 5, 1.0, 1.0, 5.0, 0.1, becomes=0.0, because="five people are nothing"),
    example(
        put_off, 10, 1.0, 1.0, 5.0, 0.1, becomes=1 - 0.9 ** (25 / 75), because="5 too many, squared, of 10^2 - 5^2"
    ),
    example(put_off, 15, 1.0, 1.0, 5.0, 0.1, becomes=1 - 0.9 ** (100 / 75), because="a tenth fewer stay than at 10"),
    example(put_off, 15, 1.0, 0.5, 5.0, 0.1, becomes=0.5 - 0.5 * 0.9 ** (100 / 75), because="half of them see it"),
    example(prefers_self, 0.5, 2, 2, becomes=0.5, because="undecided"),
    example(prefers_self, 0.9, 2, 0, becomes=0.0, because="there is no self-service"),
    example(prefers_self, 0.1, 0, 2, becomes=1.0, because="there is nothing else"),
    example(minutes_at_lane, 3.0, 2.0, 0.05, 0.1, becomes=5.0, because="an error, and two minutes more"),
    example(minutes_at_lane, 3.0, 2.0, 0.15, 0.1, becomes=3.0, because="no error"),
    example(visit, 0.1, 0.4, 0.75, becomes=0.6, because="0.8 - 0.1 - 0.4 x the quarter that is disliked"),
)
STEP_EXAMPLES = (
    example_of_step(
        shops, p={"visits": 0.1}, luck={(EVERYDAY, SHOPS): 0.05}, becomes={"gives": True}, because="every tenth week",
    ),
    example_of_step(
        arrive, 0, me={"self_service_liking": 0.5, "patience": 6.0}, firm={"lanes_on_duty": 3},
        luck={(CHECKOUT, COMES_AT): 0.25, (CHECKOUT, WHICH): 0.4, (CHECKOUT, HOW_LONG): 0.5, (CHECKOUT, SLIPS): 0.05,
              (CHECKOUT, IS_PATIENT): 0.5},
        p={"self_lanes": 2, "self_minutes": 4.0, "minutes_spread": 0.0, "errors": 0.1, "error_minutes": 2.0},
        becomes={"gives": (2**30, 6.0, 6 * 0.6931472, ALONE)},
        because="0.4 is below a half: alone, 4 minutes and 2 for an error; the median patience of 6 minutes",
    ),
    example_of_step(
        check_out, 2.0, 3.0, 5.0, line={"free_at": [6.0], "numbers": [0], "standing": [6.0, 3.0]}, agent={}, luck={(CHECKOUT, TURNS_AWAY): 0.9},
        becomes={"gives": (4.0, SERVED, 0), "line.free": 9.0, "line.standing": 3, "line.until": 6.0}, because="served at 6, and in line until then",
    ),
    example_of_step(
        leave_shop, STAFFED, 0.0, SERVED, me={"satisfaction": 0.6, "expectation": 0.65}, firm={"mood": 0.5},
        p=AS_IT_WAS | {"quality.people": 0.5, "tolerance": 3.0, "memory": 0.4},
        becomes={"satisfaction": 0.64, "count.visits": 1, "note.shop": 0.0},
        because="0.8 less half of the 0.2 by which morale is below the ordinary: 0.7, weighed four tenths",
    ),
    example_of_step(
        leave_shop, STAFFED, 0.0, SERVED, me={"satisfaction": 0.6, "expectation": 0.65}, firm={"mood": 0.7},
        p=AS_IT_WAS | {"tolerance": 3.0, "memory": 0.4}, becomes={"satisfaction": 0.65, "count.visits": 1, "note.shop": 0.0},
        because="0.68, but an ordinary visit gives back no more than was expected",
    ),
    example_of_step(
        leave_shop, ALONE, 3.0, SERVED, week={"rate": 2.0},
        me={"satisfaction": 0.7, "expectation": 0.7, "self_service_liking": 0.75, "spend": 10.0},
        p=AS_IT_WAS | {"tolerance": 3.0, "waiting_hurts": 0.2, "effort": 0.4, "memory": 0.1, "shrink": 0.02},
        becomes={"satisfaction": 0.69, "ledger_convenience": 0.02, "count.visits": 1, "count.self_visits": 1,
                 "count.checkout_wait": 3 * FIXED_ONE, "count.cost_shrink": 20, "note.shop": 3.0},
        because="0.8 - 0.1 for the wait - a quarter of 0.4 is 0.6, weighed a tenth",
    ),
    example_of_step(
        pay_for_lanes, firm={"lanes_on_duty": 3}, week={"stands_for": 40.0},
        p={"wage": 16.0, "hours": 60.0, "self_lanes": 4, "lane_cost": 90.0}, becomes={"count.cost_checkout": 7200 + 900},
        because="3 x 16 x 60 and 4 x 90, over 40",
    ),
)  # fmt: skip
