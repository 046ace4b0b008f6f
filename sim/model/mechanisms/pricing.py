"""What customers pay: the list price, its changes, and discounts that only newcomers get.

Serves S3.3. A rise is felt in the week it happens; a discount for newcomers is felt by everybody who does not get it. Sources:
Bijmolt, van Heerde & Pieters 2005 (J. Marketing Research 42:141-156) for elasticity; Xia, Monroe & Cox 2004 for fairness.
"""

from sim.model.behaviour.person import COMPANY
from sim.model.examples import example, example_of_step
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.rules import f32, i32, i64, rule
from sim.model.steps import step


class Pricing(Parameters):
    list_price: float = parameter(
        1.0, "price index", 0.01, 100, "The company's price; 1 is today's, at which a customer pays their own spend",
        "assumption: today's price by definition", plausible=CERTAIN)  # fmt: skip
    newcomer_discount: float = parameter(
        0.0, "share", 0, 0.95, "Discount for those who join, for as long as it lasts",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    discount_weeks: int = parameter(
        52, "weeks", 0, 520, "How long a newcomer's discount lasts", "assumption: a year", plausible=CERTAIN)  # fmt: skip


NEUTRAL = {"newcomer_discount": 0.0, "list_price": 1.0}


@rule
def price_paid(list_price: float, discount: float, discount_weeks: int, tenure: int, joined: bool) -> float:
    """The price index a customer pays: newcomers who joined in the simulated time pay less for a while."""
    return list_price * (f32(1) - discount) if joined and tenure < discount_weeks else list_price


@rule
def rise(now: float, before: float) -> float:
    """The price rise from last week to this, as a share of last week's price."""
    return now / before - f32(1)


@rule
def cents(spend: float, price: float) -> int:
    """A week's bill in whole cents: the customer's spend at this price index."""
    return i32(spend * price * f32(100) + f32(0.5))


@rule
def whole_cents(spend: float, price: float, times: float) -> int:
    """So many times a week's bill in whole cents, however much it is; nothing below 0."""
    money = spend * price * times * f32(100)
    return i64(money + f32(0.5)) if money > f32(0) else i64(0)


MONEY_IN = ("revenue_service",)


@step
def price_here(me, p) -> float:
    """The price index that this person pays with the company."""
    joined = me.came_by > 0
    return price_paid(p.pricing.list_price, p.pricing.newcomer_discount, p.pricing.discount_weeks, me.tenure, joined)


@step
def pay(me, p, count):
    """The company's customers pay for the week."""
    if me.provider == COMPANY:
        count.revenue_service += cents(me.spend, price_here(me, p))


EXAMPLES = (
    example(price_paid, 1.2, 0.25, 52, 10, True, becomes=0.9, because="a newcomer gets a quarter off"),
    example(price_paid, 1.2, 0.25, 52, 52, True, becomes=1.2, because="the discount has run out"),
    example(price_paid, 1.2, 0.25, 52, 10, False, becomes=1.2, because="not a newcomer"),
    example(rise, 1.1, 1.0, becomes=0.1, because="a tenth more"),
    example(cents, 9.99, 1.0, becomes=999, because="9.99 is 999 cents"),
    example(cents, 10.0, 1.05, becomes=1050, because="5 % more"),
    example(whole_cents, 10.0, 1.1, 4.0, becomes=4400, because="four weeks at 11.00"),
    example(whole_cents, 10.0, -0.1, 4.0, becomes=0, because="nothing below 0"),
)
STEP_EXAMPLES = (
    example_of_step(
        price_here, me={"tenure": 2, "came_by": 1}, p={"list_price": 1.2, "newcomer_discount": 0.25, "discount_weeks": 3},
        becomes={"gives": 0.9}, because="joined two weeks ago, and a quarter less for three weeks",
    ),
    example_of_step(
        pay, me={"spend": 10.0, "tenure": 9}, p={"list_price": 1.05}, becomes={"count.revenue_service": 1050}, because="5 % more",
    ),
)  # fmt: skip
