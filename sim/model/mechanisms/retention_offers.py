"""Holding on to customers: an offer to those about to leave, and a better plan for those who did not ask.

Serves S1.2, S1.9, S4.5. An offer adds to what the rival must better. A message nobody asked for can also wake those who would
have gone on without thinking. Source: Ascarza, Iyengar & Schleicher 2016 (J. Marketing Research 53:46-60): a better plan,
recommended to inert customers, raised their churn from 6 to 10 % in three months. Sizes are assumptions.
"""

from sim.model.behaviour.choice import leaves
from sim.model.behaviour.person import COMPANY, MOOD
from sim.model.columns import Column
from sim.model.examples import example, example_of_step
from sim.model.mechanisms.marketing import spending
from sim.model.mechanisms.pricing import cents
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.random import happens, stream
from sim.model.rules import f32, rule
from sim.model.steps import step

KEEPING = stream("keeping")
"""Draws of a customer and week: whether who is about to leave gets an offer, and whether a plan that is sent wakes."""
SAVES, WAKES = range(2)


class RetentionOffers(Parameters):
    save_offers: float = parameter(
        0.0, "share", 0, 1, "Share of the customers about to leave who get an offer to stay",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    save_discount: float = parameter(
        4.0, "weeks of spend", 0, 52, "What the offer is worth; it costs as much when it is accepted",
        "assumption: a month free", plausible=CERTAIN)  # fmt: skip
    unsolicited: float = parameter(
        0.0, "share per week", 0, 1, "Share of all customers to whom a better plan is recommended each week",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    awakening: float = parameter(
        0.1, "share", 0, 1, "Share of those who begin to compare providers because of it",
        "assumption: few read it; Ascarza, Iyengar & Schleicher 2016 give the sign; "
        "plausibly three to thirty in a hundred", plausible=(0.03, 0.3, "log"))  # fmt: skip
    better_plan: float = parameter(
        1.0, "weeks of spend", 0, 52, "What the plan saves in a year those who compare and take it",
        "assumption: 2 % of the bill", plausible=CERTAIN)  # fmt: skip
    wear: float = parameter(
        0.5, "ratio", 0, 20, "How much less each further plan or offer impresses whoever has taken some: 1 halves the second",
        "assumption: a third less; plausibly an eighth to three fifths less", plausible=(0.15, 1.5, "log"))  # fmt: skip
    contact_cost: float = parameter(
        1.0, "currency", 0, 1000, "Cost of one recommendation", "assumption: 1 a message; "
        "a question to the company: by e-mail a tenth, by telephone 6", plausible=(0.1, 6, "log"))  # fmt: skip


NEUTRAL = {"save_offers": 0.0, "unsolicited": 0.0}


@rule
def raised(hurdle: float, weeks: float, offered: bool) -> float:
    """What the rival must better, once the company has offered so many weeks of spend, as a discount over one year."""
    return hurdle + (weeks / f32(52) if offered else f32(0))


MOST_PLANS = 250
"""Better plans and offers taken that a person's byte can hold."""


@rule
def worn_out(weeks: float, taken: int, wear: float) -> float:
    """What a better plan, or an offer to stay, of so many weeks of spend is worth to whoever has taken so many before."""
    return weeks / (f32(1) + wear * f32(taken))


COLUMNS = (
    Column("plans_taken", "mark", "How many better plans and offers to stay this person has taken"),
    Column("woken", "weekly_flag", "Whether a better plan makes somebody compare providers this week"),
)
COUNTS = ("plans_sent", "save_offers", "saved")
MONEY_OUT = ("cost_retention",)
EVENTS = {
    "plan_sent": "The company recommended a better plan, without being asked.",
    "offer_to_stay": lambda stays, here: (
        f"They were about to leave and got an offer to stay, which they {'accepted' if stays else 'declined'}."
    ),
}


@step
def gets_plan(me, p) -> bool:
    """Whether a better plan is recommended to somebody this week."""
    unsolicited = p.retention_offers.unsolicited
    return unsolicited > 0.0 and me.provider == COMPANY and happens(unsolicited, me.spare_luck(MOOD))


@step
def get_plan(me, p, count, note):
    """A better plan is recommended, which may make somebody compare providers."""
    me.woken = happens(p.retention_offers.awakening, me.luck(KEEPING, WAKES))
    count.plans_sent += 1
    note.plan_sent(0.0)


@step
def pay_for_plans(p, count):
    """What recommending better plans costs."""
    count.cost_retention += spending(count.plans_sent, 1.0, p.retention_offers.contact_cost)


@step
def stays_after_all(me, p, count, note, drawn: float, high: float, luck: float) -> bool:
    """Whether somebody about to leave gets an offer to stay, and accepts it."""
    offered = p.retention_offers.save_offers > 0.0 and happens(p.retention_offers.save_offers, me.luck(KEEPING, SAVES))
    worth = worn_out(p.retention_offers.save_discount, me.plans_taken, p.retention_offers.wear)
    higher = raised(high, worth, offered)
    stays = offered and not happens(leaves(drawn, higher, p.choice.decisiveness), luck)
    count.save_offers += offered
    count.saved += stays
    me.plans_taken = min(me.plans_taken + 1, MOST_PLANS) if stays else me.plans_taken
    count.cost_retention += cents(me.spend, p.retention_offers.save_discount) if stays else 0
    if offered:
        note.offer_to_stay(stays)
    return stays


EXAMPLES = (
    example(worn_out, 3.0, 1, 0.5, becomes=2.0, because="a third less than the first"),
    example(raised, 0.1, 13.0, True, becomes=0.35, because="0.1 and a quarter of a year"),
    example(raised, 0.1, 13.0, False, becomes=0.1, because="nothing was offered"),
)
STEP_EXAMPLES = (
    example_of_step(
        gets_plan, p={"unsolicited": 0.3}, luck={(MOOD, "spare"): 0.25}, becomes={"gives": True}, because="0.25 is below 0.3",
    ),
    example_of_step(
        get_plan, p={"awakening": 0.1}, luck={(KEEPING, WAKES): 0.05}, becomes={"woken": True, "count.plans_sent": 1,
        "note.plan_sent": 0.0}, because="one in ten is woken",
    ),
    example_of_step(
        pay_for_plans, count={"plans_sent": 30}, p={"contact_cost": 1.5}, becomes={"count.cost_retention": 4500}, because="1.50 each",
    ),
    example_of_step(
        stays_after_all, 0.2, 0.1, 0.55, me={"spend": 10.0}, p={"save_offers": 0.5, "save_discount": 5.2, "choice.decisiveness": 5.0},
        luck={(KEEPING, SAVES): 0.4}, becomes={"gives": True, "plans_taken": 1, "count.save_offers": 1, "count.saved": 1, "count.cost_retention": 5200,
        "note.offer_to_stay": True}, because="an offer of a tenth a year makes up for the 0.1 by which the rival was better",
    ),
    example_of_step(
        stays_after_all, 0.2, 0.1, 0.55, me={"spend": 10.0, "plans_taken": 1}, luck={(KEEPING, SAVES): 0.4},
        p={"save_offers": 0.5, "save_discount": 5.2, "wear": 1.0, "choice.decisiveness": 5.0},
        becomes={"gives": False, "count.save_offers": 1, "note.offer_to_stay": False},
        because="the second offer is worth half, 0.05, and 0.55 is below the logistic of 5 x 0.05, 0.562",
    ),
)  # fmt: skip
