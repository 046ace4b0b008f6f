"""Orders that are promised for a day and come when they come: late, sold out, or to be sent back.

Serves S0.4, S3.6. What counts is the gap between the promise and the delivery: a few days late spoil nearly all that lateness can
spoil, more days hardly add to it, and an early one pleases little. Fitted to ratings of 5,232 orders (Olist; tests/evidence D06).
Speed, reliability and stock have a price that rises with each halving of what is missing; a quick promise wins newcomers. Whoever
waits long may ask where the order is. Sources: Rao, Griffis & Goldsby 2011 (J. Operations Management 29), orders that come late
are followed by fewer and smaller ones; Fisher, Gallino & Xu 2019 (J. Marketing Research 56), each day sooner sells 1.5 % more;
Bower & Maxham 2012 (J. Marketing 76(5):110-124), who pays to send something back buys less for years; Anderson, Fitzsimons &
Simester 2006 (Management Science 52:1751-1763), what is sold out costs later orders as well. An order belongs to the week in which
it comes, or would have come; what an order is worth is all that its customer pays until the next one.
"""

from sim.model.behaviour.complaining import speaks_up
from sim.model.behaviour.issue import SILENT, UNDECIDED
from sim.model.behaviour.ledger import OF_CONVENIENCE, booked, suffered
from sim.model.behaviour.person import COMPANY
from sim.model.behaviour.satisfaction import be_stirred, remember, stirring
from sim.model.behaviour.waiting import handling_minutes, wait_pain
from sim.model.examples import AS_IT_WAS, example, example_of_step
from sim.model.mechanisms.lever_costs import halvings
from sim.model.mechanisms.pricing import price_here, whole_cents
from sim.model.numeric import exp, normal_quantile, share
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.random import happens, stream
from sim.model.rules import f32, rule
from sim.model.schedule import Whoever
from sim.model.steps import step

DELIVERY = stream("delivery")
"""Draws of an order: whether one is due, whether it is sold out, how long it takes, whether it is sent back; whether somebody asks."""
IS_DUE, IS_SOLD_OUT, TAKES, IS_SENT_BACK, ASKS_WHERE = range(5)
"""What these draws decide."""


class Deliveries(Parameters):
    orders: float = parameter(
        0.0, "per week", 0, 1, "Chance that an order of a customer is due in a week",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    promised: float = parameter(
        5.0, "days", 0, 120, "Days within which an order is promised", "assumption: a working week", plausible=CERTAIN)  # fmt: skip
    days: float = parameter(
        4.0, "days", 0.05, 120, "Days that an order takes on average", "assumption: a day less than promised", plausible=CERTAIN)  # fmt: skip
    days_spread: float = parameter(
        0.4, "ratio", 0, 2, "How much that varies: standard deviation of the logarithm of the days",
        "assumption: with the other defaults more than one order in five comes later than promised", plausible=CERTAIN)  # fmt: skip
    tolerated: float = parameter(
        5.0, "days", 0.1, 60, "Days late after which about two thirds (1 - 1/e) of what can be spoilt by lateness is spoilt",
        "data: Olist, 5,232 ratings by days early or late, to which it is fitted (tests/evidence D06); "
        "plausible for what is needed sooner or later", plausible=(3, 8, "log"))  # fmt: skip
    lateness_hurts: float = parameter(
        0.42, "scale 0-1", 0, 1, "What an endless delay takes off an order",
        "data: Olist, fitted as tolerated; plausible for ratings of late orders from 1.2 to 2.2 of 5", plausible=(0.3, 0.55))  # fmt: skip
    earliness_pleases: float = parameter(
        0.04, "scale 0-1", 0, 1, "What coming much sooner than promised adds to an order",
        "data: Olist, fitted as tolerated: early orders are rated a quarter of a point better than those on the day; "
        "plausibly nothing to twice as much", plausible=(0, 0.08))  # fmt: skip
    memory: float = parameter(
        0.05, "share", 0, 1, "Weight of one order in cumulative satisfaction",
        "assumption: about one ordinary week; plausibly half a week to more than two", plausible=(0.02, 0.12, "log"))  # fmt: skip
    matter: float = parameter(
        0.4, "scale 0-1", 0, 1, "Severity of the matter that an endlessly late order is to whoever asks where it is",
        "assumption: less grave than a failed product; plausibly an eighth to seven tenths", plausible=(0.12, 0.7, "log"))  # fmt: skip
    sold_out: float = parameter(
        0.03, "share", 0, 1, "Orders of something that is sold out, which then are lost",
        "assumption: one in thirty; of shelves 8 % are empty (Gruen, Corsten & Bharadwaj 2002), and many buy something else",
        plausible=CERTAIN)  # fmt: skip
    sold_out_hurts: float = parameter(
        0.35, "scale 0-1", 0, 1, "What it takes off an order that what was wanted is sold out",
        "literature: Anderson et al. 2006 for the sign; size assumed: as much as a delay of nine days; "
        "plausibly an eighth to three fifths", plausible=(0.12, 0.6, "log"))  # fmt: skip
    returned: float = parameter(
        0.10, "share", 0, 1, "Orders that are sent back where the customer pays for it",
        "literature: Walsh & Brylla 2017 (Electronic Markets 27:329-339) quote 10 to 30 % in the United States; "
        "a question to the company", plausible=(0.03, 0.35, "log"))  # fmt: skip
    free_returns: float = parameter(
        0.0, "share", 0, 1, "Part of the postage of what is sent back that the company pays",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    free_returns_invite: float = parameter(
        0.3, "ratio", 0, 10, "How much more is sent back where that is free",
        "literature: Janakiraman, Syrdal & Freling 2016 (J. Retailing 92:226-235) find lenience to raise returns less than "
        "purchases; size assumed; plausibly a tenth to as much again", plausible=(0.1, 1.0, "log"))  # fmt: skip
    postage: float = parameter(
        5.0, "currency", 0, 10_000, "Postage of an order that is sent back",
        "assumption: a parcel; a question to the company", plausible=(3, 10, "log"))  # fmt: skip
    postage_hurts: float = parameter(
        0.3, "scale 0-1", 0, 1, "What paying that postage takes off sending something back",
        "literature: Bower & Maxham 2012, three quarters less is bought after it, and more than before where it is free; size "
        "assumed; plausibly an eighth to three fifths", plausible=(0.12, 0.6, "log"))  # fmt: skip
    return_cost: float = parameter(
        8.0, "currency", 0, 10_000, "Cost of dealing with an order that comes back",
        "literature: The Economist 2013, 6 to 18 dollars an item, as quoted by Walsh & Brylla 2017; "
        "a question to the company", plausible=(3, 18, "log"))  # fmt: skip
    resold: float = parameter(
        0.8, "share", 0, 1, "Part of its own cost that a product is still worth when it comes back",
        "assumption: four fifths; a question to the company", plausible=(0.5, 0.95))  # fmt: skip
    refund_days: float = parameter(
        10.0, "days", 0, 365, "Days until the money is paid back", "assumption: a week and a half", plausible=CERTAIN)  # fmt: skip
    refund_tolerated: float = parameter(
        14.0, "days", 0.1, 365, "Days until the money is back that spoil half of what can be spoilt by waiting for it",
        "assumption: what the law in the European Union allows; plausibly half to double", plausible=(7, 28, "log"))  # fmt: skip
    refund_hurts: float = parameter(
        0.2, "scale 0-1", 0, 1, "What an endless wait for one's money takes off sending something back",
        "assumption: a fifth of the scale; plausibly a fifteenth to a half", plausible=(0.07, 0.5, "log"))  # fmt: skip
    rivals_promise: float = parameter(
        5.0, "days", 0, 120, "Days within which the rival promises an order", "assumption: as the company", plausible=CERTAIN)  # fmt: skip
    sooner_appeals: float = parameter(
        0.006, "share", 0, 1, "Part of the price that each day is worth to newcomers by which the company promises sooner than the rival",
        "literature: Fisher et al. 2019, 1.5 % more sales a day, over a price elasticity of -2.6 (choice.decisiveness); "
        "plausibly a third to two and a half times as much", plausible=(0.002, 0.015, "log"))  # fmt: skip
    free_returns_appeal: float = parameter(
        0.01, "share", 0, 1, "Part of the price that free returns are worth to newcomers",
        "literature: Janakiraman et al. 2016 for the sign, lenience about money sells more; size assumed: a tenth of a return at "
        "a tenth of the price; plausibly a third to three times as much", plausible=(0.003, 0.03, "log"))  # fmt: skip
    cost: float = parameter(
        5.0, "currency", 0, 10_000, "Cost of an order that is packed and delivered as the company's other costs pay for",
        "assumption: a parcel; a question to the company", plausible=(2, 12, "log"))  # fmt: skip
    faster: float = parameter(
        1.5, "currency", 0, 10_000, "Cost an order of each halving of deliveries.days",
        "assumption: a third of the parcel; a question to the company", plausible=(0.5, 4, "log"))  # fmt: skip
    days_paid_for: float = parameter(
        4.0, "days", 0.05, 120, "Up to where deliveries.cost pays for it: days that an order takes on average",
        "assumption: the default of the lever", plausible=CERTAIN)  # fmt: skip
    surer: float = parameter(
        0.5, "currency", 0, 10_000, "Cost an order of each halving of deliveries.days_spread",
        "assumption: a tenth of the parcel; a question to the company", plausible=(0.1, 2, "log"))  # fmt: skip
    days_spread_paid_for: float = parameter(
        0.4, "ratio", 0.001, 2, "Up to where deliveries.cost pays for it: how much the days vary",
        "assumption: the default of the lever", plausible=CERTAIN)  # fmt: skip
    stocked: float = parameter(
        0.4, "currency", 0, 10_000, "Cost an order of each halving of deliveries.sold_out",
        "assumption: a little more in store; a question to the company", plausible=(0.1, 1.5, "log"))  # fmt: skip
    sold_out_paid_for: float = parameter(
        0.03, "share", 0.001, 1, "Up to where deliveries.cost pays for it: orders of something that is sold out",
        "assumption: the default of the lever", plausible=CERTAIN)  # fmt: skip


NEUTRAL = {"orders": 0.0}
USED_WHERE = "orders"

_GOOD = f32(0.8)
"""How an order is that comes when it should: as good as a visit to a shop without a wait."""
_RAREST = f32(1 / 52)
"""Nobody orders for more than a year."""


@rule
def felt_days(days: float, tolerated: float) -> float:
    """How far so many days too many are felt, 0 to 1: the first ones most (0 for none too many)."""
    return f32(1) - exp(-days / tolerated) if days > f32(0) else f32(0)


@rule
def received(late: float, early: float, hurts: float, pleases: float) -> float:
    """How an order was that came so late, or so early, as it is felt."""
    return share(_GOOD - hurts * late + pleases * early)


@rule
def spoilt(pain: float) -> float:
    """How an order was that was sold out or sent back."""
    return share(_GOOD - pain)


@rule
def ordered_for(orders: float) -> float:
    """For how many weeks somebody pays with an order: until the next one."""
    return f32(1) / orders if orders > _RAREST else f32(1) / _RAREST


@rule
def sends_back(returned: float, free: float, invite: float) -> float:
    """The share of orders that is sent back where so much of the postage is free."""
    return share(returned * (f32(1) + invite * free))


@rule
def sooner(rivals: float, promised: float, appeals: float) -> float:
    """What promising sooner than the rival is worth to a newcomer, as a share of the price; below 0 when it is later."""
    return (rivals - promised) * appeals


COUNTS = ("deliveries", "deliveries_late", "stock_outs", "returns")
MONEY_IN = ("revenue_resold",)
MONEY_OUT = ("cost_delivery", "cost_stock_outs", "cost_refunds", "cost_returns")
EVENTS = {
    "order_came": "Their order came after {amount:.1f} days, as promised.",
    "order_late": lambda days, here: f"Their order came {_days(days)} later than promised.",
    "order_asked": "They decided to ask where it was.",
    "order_sold_out": "What they wanted to order for {money} was sold out.",
    "order_sent_back": "They sent an order back and got {money} again.",
}


def _days(days: float) -> str:
    """A delay in words."""
    return "less than a day" if days < 1 else "1 day" if days < 1.5 else f"{days:.0f} days"


@step
def is_due(me, p) -> bool:
    """Whether an order of somebody is due this week."""
    orders = p.deliveries.orders
    return orders > 0.0 and me.provider == COMPANY and happens(orders, me.luck(DELIVERY, IS_DUE))


@step
def take_order(me, p, week, count, note):
    """What was ordered is sold out, or comes sooner or later than promised, and perhaps is sent back."""
    weeks = ordered_for(p.deliveries.orders)
    if happens(p.deliveries.sold_out, me.luck(DELIVERY, IS_SOLD_OUT)):
        go_without(me, p, week, count, note, weeks)
    else:
        receive(me, p, week, count, note)
        back = sends_back(p.deliveries.returned, p.deliveries.free_returns, p.deliveries.free_returns_invite)
        if happens(back, me.luck(DELIVERY, IS_SENT_BACK)):
            send_back(me, p, week, count, note, weeks)


@step
def judge_order(me, p, week, quality: float):
    """An order of this quality moves satisfaction, and what surprises is told; what is lost is inconvenience."""
    before, missed = me.satisfaction, quality - me.expectation
    loss, spared = remember(me, p, quality, p.deliveries.memory), p.ledger.without == OF_CONVENIENCE
    me.satisfaction = suffered(before, me.satisfaction, spared)
    me.ledger_convenience += booked(loss, week.rate, not spared)
    be_stirred(me, stirring(missed, p.talk.notice, p.satisfaction.loss_aversion))


@step
def go_without(me, p, week, count, note, weeks: float):
    """What was wanted is sold out: the margin on it is lost, and it disappoints."""
    price = price_here(me, p)
    judge_order(me, p, week, spoilt(p.deliveries.sold_out_hurts))
    count.stock_outs += 1
    count.cost_stock_outs += whole_cents(me.spend, price - p.quality.cost_share, weeks)
    note.order_sold_out(whole_cents(me.spend, price, weeks))


@step
def receive(me, p, week, count, note):
    """An order comes, and is judged by the day it was promised for."""
    days = handling_minutes(p.deliveries.days, p.deliveries.days_spread, normal_quantile(me.word(DELIVERY, TAKES)))
    over = days - p.deliveries.promised
    late, early = felt_days(over, p.deliveries.tolerated), felt_days(-over, p.deliveries.tolerated)
    judge_order(me, p, week, received(late, early, p.deliveries.lateness_hurts, p.deliveries.earliness_pleases))
    count.deliveries += 1
    count.deliveries_late += over > 0.0
    count.cost_delivery += cost_of_delivery(p)
    if over > 0.0:
        note.order_late(over)
    else:
        note.order_came(days)
    ask_where(me, p, note, late)


@step
def cost_of_delivery(p) -> int:
    """What an order costs that comes so soon and so surely, from a stock that is so seldom sold out; nothing below 0."""
    soon = p.deliveries.faster * halvings(p.deliveries.days, p.deliveries.days_paid_for)
    sure = p.deliveries.surer * halvings(p.deliveries.days_spread, p.deliveries.days_spread_paid_for)
    there = p.deliveries.stocked * halvings(p.deliveries.sold_out, p.deliveries.sold_out_paid_for)
    return whole_cents(p.deliveries.cost + soon + sure + there, 1.0, 1.0)


@step
def ask_where(me, p, note, late: float):
    """Whoever speaks up at all asks where an order is that is late: it becomes a matter, which is open until it is settled."""
    severity = p.deliveries.matter * late
    chance = speaks_up(me.contact_propensity, severity, p.complaining.base, p.complaining.slope)
    if severity > p.issue.closed_below and happens(chance, me.luck(DELIVERY, ASKS_WHERE)):
        me.issue_severity = max(me.issue_severity, severity)
        me.issue_tries = UNDECIDED if me.issue_tries == SILENT else me.issue_tries
        note.order_asked(severity)


@step
def send_back(me, p, week, count, note, weeks: float):
    """An order goes back: the money is paid back, the product is worth less than before, and somebody pays the postage."""
    price, free = price_here(me, p), p.deliveries.free_returns
    refund = whole_cents(me.spend, price, weeks)
    wait = wait_pain(p.deliveries.refund_days, p.deliveries.refund_tolerated, p.deliveries.refund_hurts)
    judge_order(me, p, week, spoilt(wait + p.deliveries.postage_hurts * (1.0 - free)))
    count.returns += 1
    count.cost_refunds += refund
    count.revenue_resold += whole_cents(me.spend, p.quality.cost_share * p.deliveries.resold, weeks)
    count.cost_returns += whole_cents(p.deliveries.return_cost + p.deliveries.postage * free, 1.0, 1.0)
    note.order_sent_back(refund)


@step
def promised_to_newcomers(p) -> float:
    """What a quick promise and free returns are worth to newcomers, as a share of the price; nothing where nothing is ordered."""
    day = sooner(p.deliveries.rivals_promise, p.deliveries.promised, p.deliveries.sooner_appeals)
    return day + p.deliveries.free_returns_appeal * p.deliveries.free_returns if p.deliveries.orders > 0.0 else 0.0


WEEK = {"before touch": (Whoever(is_due, take_order),)}
"""Early enough for whoever misses an order to ask about it in the same week."""

EXAMPLES = (
    example(felt_days, 5.0, 5.0, becomes=0.63212056, because="as many days as are tolerated: 1 - 1/e"),
    example(felt_days, -5.0, 5.0, becomes=0.0, because="not too many"),
    example(received, 0.5, 0.0, 0.4, 0.1, becomes=0.6, because="0.8 less half of 0.4"),
    example(received, 0.0, 0.5, 0.4, 0.1, becomes=0.85, because="0.8 and half of 0.1"),
    example(spoilt, 0.35, becomes=0.45, because="0.8 less 0.35"),
    example(spoilt, 0.9, becomes=0.0, because="nothing is worse"),
    example(ordered_for, 0.25, becomes=4.0, because="every fourth week"),
    example(ordered_for, 0.001, becomes=52.0, because="nobody orders for more than a year"),
    example(sends_back, 0.1, 0.5, 0.4, becomes=0.12, because="a fifth more where half is free"),
    example(sooner, 5.0, 3.0, 0.006, becomes=0.012, because="two days"),
)
STEP_EXAMPLES = (
    example_of_step(
        is_due, p={"orders": 0.25}, luck={(DELIVERY, IS_DUE): 0.2}, becomes={"gives": True}, because="every fourth week",
    ),
    example_of_step(
        judge_order, 0.5, me={"satisfaction": 0.7, "expectation": 0.7}, week={"rate": 2.0},
        p=AS_IT_WAS | {"memory": 0.1, "talk.notice": 0.1, "satisfaction.loss_aversion": 2.0},
        becomes={"satisfaction": 0.68, "ledger_convenience": 0.04, "stirred": 0.3},
        because="a tenth of the way from 0.7 to 0.5, booked at the rate of 2; 0.2 short is felt twice, less 0.1",
    ),
    example_of_step(
        take_order, me={"satisfaction": 0.45, "expectation": 0.45, "spend": 10.0}, luck={(DELIVERY, IS_SOLD_OUT): 0.02},
        p=AS_IT_WAS | {"orders": 0.25, "sold_out": 0.03, "sold_out_hurts": 0.35, "quality.cost_share": 0.55},
        becomes={"count.stock_outs": 1, "count.cost_stock_outs": 1800, "note.order_sold_out": 4000},
        because="0.02 is below 0.03: four weeks at 10.00, of which 45 % are margin; it was no better expected",
    ),
    example_of_step(
        take_order, me={"satisfaction": 0.8, "expectation": 0.8, "spend": 10.0},
        luck={(DELIVERY, IS_SOLD_OUT): 0.5, (DELIVERY, TAKES): 0.5, (DELIVERY, IS_SENT_BACK): 0.2, (DELIVERY, ASKS_WHERE): 0.5},
        p=AS_IT_WAS | {"orders": 1.0, "days": 4.0, "days_spread": 0.0, "promised": 4.0, "returned": 0.1, "sold_out": 0.03,
                       "sold_out_paid_for": 0.03, "days_paid_for": 4.0, "surer": 0.0, "cost": 5.0},
        becomes={"count.deliveries": 1, "count.cost_delivery": 500, "note.order_came": 4.0},
        because="on the day, as good as expected, for what it costs; 0.2 is not below a tenth",
    ),
    example_of_step(
        go_without, 2.0, me={"satisfaction": 0.5, "expectation": 0.5, "spend": 10.0},
        p=AS_IT_WAS | {"sold_out_hurts": 0.3, "quality.cost_share": 0.6},
        becomes={"count.stock_outs": 1, "count.cost_stock_outs": 800, "note.order_sold_out": 2000},
        because="two weeks at 10.00, of which 40 % are margin; 0.8 - 0.3 is what was expected",
    ),
    example_of_step(
        receive, me={"satisfaction": 0.8, "expectation": 0.8, "contact_propensity": 0.5}, week={"rate": 2.0},
        luck={(DELIVERY, TAKES): 0.5, (DELIVERY, ASKS_WHERE): 0.9},
        p=AS_IT_WAS | {"days": 9.0, "days_spread": 0.0, "promised": 4.0, "tolerated": 5.0, "lateness_hurts": 0.5, "memory": 0.1,
                       "talk.notice": 1.0, "faster": 0.0, "surer": 0.0, "stocked": 0.0, "cost": 5.0},
        becomes={"satisfaction": 0.76839397, "ledger_convenience": 0.06321206, "count.deliveries": 1, "count.deliveries_late": 1,
                 "count.cost_delivery": 500, "note.order_late": 5.0},
        because="five days late are felt as 1 - 1/e: half of that less, weighed a tenth; 0.9 is no chance to ask",
    ),
    example_of_step(
        cost_of_delivery, p={"cost": 5.0, "days": 2.0, "days_paid_for": 4.0, "faster": 1.5, "days_spread": 0.1,
        "days_spread_paid_for": 0.2, "surer": 0.5, "sold_out": 0.02, "sold_out_paid_for": 0.04, "stocked": 0.4},
        becomes={"gives": 740}, because="everything halved once: 5.00 + 1.50 + 0.50 + 0.40",
    ),
    example_of_step(
        ask_where, 0.5, me={"contact_propensity": 0.5, "issue_tries": SILENT}, luck={(DELIVERY, ASKS_WHERE): 0.4},
        p={"matter": 0.4, "complaining.base": 0.7, "complaining.slope": 1.0, "issue.closed_below": 0.05},
        becomes={"issue_severity": 0.2, "issue_tries": UNDECIDED, "note.order_asked": 0.2},
        because="0.4 is below 0.5 x (0.7 + 0.2)",
    ),
    example_of_step(
        send_back, 2.0, me={"satisfaction": 0.5, "expectation": 0.5, "spend": 10.0},
        p=AS_IT_WAS | {"refund_days": 14.0, "refund_tolerated": 14.0, "refund_hurts": 0.2, "postage_hurts": 0.4, "free_returns": 0.5,
                       "quality.cost_share": 0.5, "resold": 0.8, "return_cost": 8.0, "postage": 5.0},
        becomes={"count.returns": 1, "count.cost_refunds": 2000, "count.revenue_resold": 800, "count.cost_returns": 1050,
                 "note.order_sent_back": 2000},
        because="two weeks at 10.00 back, of whose cost of half four fifths are left, 8.00 and half of 5.00; 0.8 - 0.1 - half of 0.4",
    ),
    example_of_step(
        promised_to_newcomers, p={"orders": 0.2, "rivals_promise": 5.0, "promised": 3.0, "sooner_appeals": 0.006,
        "free_returns": 0.5, "free_returns_appeal": 0.02}, becomes={"gives": 0.022}, because="two days and half of 0.02",
    ),
)  # fmt: skip
