"""Products held beside the first, up to six in all: each brings money, ties its holder, and costs what its holder asks of it.

Serves S0.5, S3.1. Somebody takes one more product of their own accord or because it was offered, more readily the more they trust
the company and the fewer they hold, and gives one up now and then. What a product brings goes with what its holder spends, what it
costs to serve does not, so that whoever spends little and asks much may cost more than they bring, and the more the more they hold.
Sources: Shah, Kumar, Qu & Chen 2012 (J. Marketing 76(3):78-95; Shah & Kumar 2012, Harvard Business Review 90(12)): in five firms one in
five of those who hold several products is a loss, and these make 70 % of all that is lost on customers; Verhoef, Franses &
Hoekstra 2001 (J. Retailing 77:359-378) and Liu & Wu 2007 (J. Financial Services Marketing 12:132-145), whoever trusts and is
content buys more products; Reinartz, Thomas & Bascoul 2008 (J. Interactive Marketing 22(1):5-20): that is what loyalty brings, rather
than what makes loyal, so that a product ties little by default. Sizes are assumptions.
"""

from sim.model.behaviour.ledger import OF_UPSELLING, lost, suffered
from sim.model.behaviour.person import COMPANY, RIVAL
from sim.model.behaviour.trust import shaken
from sim.model.columns import Column
from sim.model.examples import example, example_of_step
from sim.model.mechanisms.pricing import cents, price_here, whole_cents
from sim.model.mechanisms.upselling import attempt_chance
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.random import happens, stream
from sim.model.rules import f32, rule
from sim.model.schedule import Whoever, everybody
from sim.model.steps import step

PRODUCT = stream("product")
"""Draws about products: whether one is offered, whether it sells, whether somebody moves of their own accord, and which way."""
IS_OFFERED, SELLS, MOVES, TAKES = range(4)
"""What these draws decide."""
MOST = 6
"""Products that somebody may hold."""
_A_WEEK = f32(7 / 365.25)
ORDINARY = f32(0.5)
"""The inclination to be in touch of somebody whom it costs the ordinary amount to serve: the default mean of the trait."""


class Products(Parameters):
    most: int = parameter(
        1, "number", 1, MOST, "Products that a customer may hold; 1: the company has none beside the first",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    offers: float = parameter(
        0.0, "per month", 0, 4.3, "Attempts to sell a customer one more product",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    offer_cost: float = parameter(
        1.0, "currency", 0, 10_000, "Cost of one attempt",
        "assumption: a letter or two minutes of a clerk; a question to the company", plausible=(0.2, 4, "log"))  # fmt: skip
    sells: float = parameter(
        0.10, "share", 0, 1, "Chance that an attempt succeeds with somebody who holds one product and trusts the company entirely",
        "assumption: one in ten; a question to the company, whose campaigns tell", plausible=(0.03, 0.25, "log"))  # fmt: skip
    annoys: float = parameter(
        0.003, "share", 0, 1, "Share of trust lost by whoever is offered a product and declines",
        "assumption: a tenth of the hardest sales talk; plausibly a third to three times as much", plausible=(0.001, 0.01, "log"))  # fmt: skip
    bought: float = parameter(
        0.3, "per year", 0, 20, "How often the same customer takes one more product of their own accord",
        "assumption: once in three years; a question to the company", plausible=(0.1, 0.6, "log"))  # fmt: skip
    given_up: float = parameter(
        0.15, "per year", 0, 20, "How often a product beside the first is given up",
        "assumption: a product lasts six or seven years; a question to the company", plausible=(0.05, 0.4, "log"))  # fmt: skip
    revenue: float = parameter(
        0.25, "share", 0, 10, "What each further product brings, as a share of what its holder spends on the first",
        "assumption: a quarter; a question to the company, whose accounts tell", plausible=(0.1, 0.5))  # fmt: skip
    cost: float = parameter(
        0.5, "currency per week", 0, 10_000, "What it costs to serve an ordinary customer for each further product",
        "assumption: 26 a year; a question to the company", plausible=(0.2, 1.2, "log"))  # fmt: skip
    demand: float = parameter(
        1.0, "ratio", 0, 4, "How far the cost to serve goes with how readily somebody gets in touch: 0 not at all, 1 in proportion",
        "literature: Shah et al. 2012, who asks for much service is the first of four kinds on whom firms lose; size assumed; "
        "plausibly half to double", plausible=(0.5, 2.0))  # fmt: skip
    tie: float = parameter(
        0.01, "share", 0, 1, "Further discount that the rival must offer for each product beside the first",
        "literature: Reinartz et al. 2008: several products are what loyalty brings more than what makes loyal; size assumed; "
        "plausibly nothing to a twentieth of the price", plausible=(0, 0.05))  # fmt: skip


NEUTRAL = {"most": 1}
USED_WHERE = "most"


@rule
def beside(more: int, most: int) -> int:
    """How many products somebody holds beside the first, of those that there are."""
    return more if more < most else most - 1


@rule
def room_for(more: int, most: int) -> float:
    """How readily one more is taken by whoever holds so many beside the first: the less the fewer are left."""
    return f32(1) - f32(more) / f32(most - 1) if more < most - 1 else f32(0)


@rule
def served(cost: float, demand: float, propensity: float) -> float:
    """What it costs to serve one product of somebody who gets in touch so readily; nothing below 0."""
    asked = f32(1) + demand * (propensity / ORDINARY - f32(1))
    return cost * asked if asked > f32(0) else f32(0)


COLUMNS = (Column("more_products", "mark", "Products held beside the first, 0 to 5"),)
COUNTS = ("products_held", "products_sold", "unprofitable")
MONEY_IN = ("revenue_products",)
MONEY_OUT = ("cost_products", "cost_product_offers")
EVENTS = {
    "product_sold": "They were offered a further product and took it; they hold {amount:.0f}.",
    "product_declined": "They were offered a further product and declined.",
    "product_taken": "They took a further product of their own accord; they hold {amount:.0f}.",
    "product_given_up": "They gave a product up; they hold {amount:.0f}.",
}


@step
def is_offered(me, p) -> bool:
    """Whether somebody is offered a further product this week."""
    offers = p.products.most > 1 and p.products.offers > 0.0
    return (
        offers and me.provider == COMPANY and happens(attempt_chance(p.products.offers), me.luck(PRODUCT, IS_OFFERED))
    )


@step
def moves(me, p) -> bool:
    """Whether somebody would take a further product of their own accord this week, or give one up."""
    chance = (p.products.bought + p.products.given_up) * _A_WEEK
    return p.products.most > 1 and me.provider == COMPANY and happens(chance, me.luck(PRODUCT, MOVES))


@step
def hear_of_product(me, p, week, count, note):
    """A further product is offered: it sells, or costs a little trust."""
    more, before = me.more_products, me.trust
    sold = happens(p.products.sells * before * room_for(more, p.products.most), me.luck(PRODUCT, SELLS))
    after = before if sold else shaken(before, p.products.annoys)
    me.trust = suffered(before, after, p.ledger.without == OF_UPSELLING)
    me.ledger_upselling += lost(before, me.trust) * week.rate
    me.more_products = more + 1 if sold else more
    count.products_sold += sold
    count.cost_product_offers += whole_cents(p.products.offer_cost, 1.0, 1.0)
    if sold:
        note.product_sold(me.more_products + 1)
    else:
        note.product_declined(0.0)


@step
def move(me, p, count, note):
    """Take a further product, or give one up."""
    more, luck = me.more_products, me.luck(PRODUCT, TAKES) * (p.products.bought + p.products.given_up)
    takes = happens(p.products.bought * me.trust * room_for(more, p.products.most), luck)
    leaves = not takes and more > 0 and luck >= p.products.bought
    me.more_products = more + 1 if takes else more - 1 if leaves else more
    count.products_sold += takes
    if takes:
        note.product_taken(me.more_products + 1)
    if leaves:
        note.product_given_up(me.more_products + 1)


@step
def use_products(me, p, count):
    """What further products bring and cost, and whether their holder costs more than they bring, with all that they hold."""
    if p.products.most > 1:
        more = beside(me.more_products, p.products.most)
        if me.provider == COMPANY:
            brings, costs = income_of(me, p, more), whole_cents(served_here(me, p), 1.0, f32(more))
            count.products_held += more + 1
            count.revenue_products += brings
            count.cost_products += costs
            count.unprofitable += brings + margin_of_first(me, p) < costs


@step
def income_of(me, p, more: int) -> int:
    """What so many further products bring in a week."""
    return whole_cents(me.spend, price_here(me, p) * p.products.revenue, f32(more))


@step
def served_here(me, p) -> float:
    """What it costs to serve this person for one product."""
    return served(p.products.cost, p.products.demand, me.contact_propensity)


@step
def margin_of_first(me, p) -> int:
    """What the first product leaves in a week, once it is provided; below 0 where it is sold at a loss."""
    return cents(me.spend, price_here(me, p)) - cents(me.spend, p.quality.cost_share)


@step
def tied(me, p) -> float:
    """The further discount that the rival must offer whoever holds several products."""
    return p.products.tie * f32(beside(me.more_products, p.products.most)) if p.products.most > 1 else 0.0


@step
def holds_on(me) -> bool:
    """Whether somebody who is no customer any more still has products from when they were one."""
    return me.provider != COMPANY and me.more_products > 0


@step
def hand_back(me):
    """Give up all that was held beside the first."""
    me.more_products = 0


WEEK = {
    "touch": (Whoever(is_offered, hear_of_product), Whoever(moves, move)),
    "decide": (Whoever(holds_on, hand_back),),
    "account": everybody(use_products),
}

EXAMPLES = (
    example(beside, 2, 6, becomes=2, because="two beside the first"),
    example(beside, 5, 3, becomes=2, because="the company has withdrawn all but three"),
    example(room_for, 1, 6, becomes=0.8, because="four of five are left"),
    example(room_for, 5, 6, becomes=0.0, because="nothing is left"),
    example(room_for, 0, 1, becomes=0.0, because="there is none beside the first"),
    example(served, 0.5, 1.0, 0.75, becomes=0.75, because="asks for half as much again"),
    example(served, 0.5, 2.0, 0.1, becomes=0.0, because="nothing below 0"),
)
ACCOUNT = {"most": 6, "revenue": 0.25, "cost": 1.5, "demand": 1.0, "quality.cost_share": 0.6, "pricing.list_price": 1.0}
STEP_EXAMPLES = (
    example_of_step(
        is_offered, p={"most": 6, "offers": 30.4375 / 70}, luck={(PRODUCT, IS_OFFERED): 0.09}, becomes={"gives": True}, because="a tenth a week",
    ),
    example_of_step(
        moves, p={"most": 6, "bought": 3.65, "given_up": 1.5678571}, luck={(PRODUCT, MOVES): 0.09}, becomes={"gives": True},
        because="5.22 times a year are a tenth a week",
    ),
    example_of_step(
        hear_of_product, me={"more_products": 1, "trust": 0.5}, p={"most": 6, "sells": 0.25, "offer_cost": 2.0},
        luck={(PRODUCT, SELLS): 0.09},
        becomes={"more_products": 2, "count.products_sold": 1, "count.cost_product_offers": 200, "note.product_sold": 3},
        because="0.09 is below 0.25 x 0.5 x 0.8",
    ),
    example_of_step(
        hear_of_product, me={"more_products": 1, "trust": 0.5}, p={"most": 6, "sells": 0.25, "offer_cost": 2.0, "annoys": 0.02},
        week={"rate": 2.0}, luck={(PRODUCT, SELLS): 0.11},
        becomes={"trust": 0.49, "ledger_upselling": 0.02, "count.cost_product_offers": 200, "note.product_declined": 0.0},
        because="0.11 is not: a fiftieth of trust, booked at the rate of 2",
    ),
    example_of_step(
        move, me={"more_products": 1, "trust": 0.5}, p={"most": 6, "bought": 0.6, "given_up": 0.2}, luck={(PRODUCT, TAKES): 0.29},
        becomes={"more_products": 2, "count.products_sold": 1, "note.product_taken": 3}, because="0.8 x 0.29 is below 0.6 x 0.5 x 0.8",
    ),
    example_of_step(
        move, me={"more_products": 1, "trust": 0.5}, p={"most": 6, "bought": 0.6, "given_up": 0.2}, luck={(PRODUCT, TAKES): 0.76},
        becomes={"more_products": 0, "note.product_given_up": 1}, because="0.8 x 0.76 is above 0.6",
    ),
    example_of_step(
        use_products, me={"more_products": 4, "spend": 10.0, "contact_propensity": 0.75}, p=ACCOUNT,
        becomes={"count.products_held": 5, "count.revenue_products": 1000, "count.cost_products": 900},
        because="four times 2.50, and four times half as much again as 1.50; the 4.00 of the first are left beside",
    ),
    example_of_step(
        use_products, me={"more_products": 4, "spend": 4.0, "contact_propensity": 0.75}, p=ACCOUNT,
        becomes={"count.products_held": 5, "count.revenue_products": 400, "count.cost_products": 900, "count.unprofitable": 1},
        because="4.00, and 1.60 from the first, are less than 9.00",
    ),
    example_of_step(
        income_of, 2, me={"spend": 10.0}, p={"revenue": 0.25, "pricing.list_price": 1.2}, becomes={"gives": 600}, because="twice a quarter of 12.00",
    ),
    example_of_step(
        served_here, me={"contact_propensity": 1.0}, p={"cost": 0.5, "demand": 1.0}, becomes={"gives": 1.0}, because="asks twice as readily",
    ),
    example_of_step(
        margin_of_first, me={"spend": 10.0}, p={"quality.cost_share": 0.6, "pricing.list_price": 1.1}, becomes={"gives": 500}, because="11.00 less 6.00",
    ),
    example_of_step(
        holds_on, me={"provider": RIVAL, "more_products": 2}, becomes={"gives": True}, because="with the rival now",
    ),
    example_of_step(hand_back, me={"more_products": 2}, becomes={"more_products": 0}, because="nothing is kept"),
    example_of_step(
        tied, me={"more_products": 3}, p={"most": 6, "tie": 0.02}, becomes={"gives": 0.06}, because="three products at 0.02",
    ),
)  # fmt: skip
