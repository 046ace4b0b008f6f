"""How good the product is, how much it varies from week to week, and how often it fails.

Serves S0.4, S3.2. The spread hurts, not only the level, because a bad week weighs about twice a good one. Sources: Anderson &
Sullivan 1993 (Marketing Science 12:125-143) for performance against expectation; levels are assumptions.
"""

import numpy as np

from sim.model.behaviour.person import COMPANY, RIVAL
from sim.model.columns import Column
from sim.model.examples import example, example_of_step
from sim.model.mechanisms.employee_care import ORDINARY
from sim.model.mechanisms.innovation import standing
from sim.model.mechanisms.management import cared_for
from sim.model.mechanisms.pricing import cents
from sim.model.mechanisms.rival import offered
from sim.model.numeric import normal_quantile, share
from sim.model.parameters import Parameters, parameter
from sim.model.random import stream
from sim.model.rules import f32, i64, rule
from sim.model.steps import step

EVERYDAY = stream("everyday")
"""Four draws a customer and week: how the product performs, whether it fails, an upselling attempt, a visit to the shop."""
PERFORMS, FAILS, IS_OFFERED, SHOPS = range(4)
"""What these draws decide."""


class Quality(Parameters):
    level: float = parameter(
        0.78, "scale 0-1", 0, 1, "How good the product is in an ordinary week", "assumption: good, not excellent; "
        "a question to the company, whose customers' satisfaction tells: 0.72 to 0.84", plausible=(0.72, 0.84))  # fmt: skip
    spread: float = parameter(
        0.05, "scale 0-1", 0, 0.5, "How much it varies from one week to the next", "assumption: a few points; "
        "a question to the company; plausibly a fiftieth to a tenth of the scale", plausible=(0.02, 0.1, "log"))  # fmt: skip
    error_rate: float = parameter(
        0.01, "per week", 0, 1, "Chance of an error for a customer of average exposure",
        "assumption: one in two years; "
        "a question to the company, whose complaints tell: one in six years to three in two",
        plausible=(0.003, 0.03, "log"))  # fmt: skip
    error_depth: float = parameter(
        0.50, "scale 0-1", 0, 1, "What an error takes off the week's performance", "assumption: from good to bad; "
        "plausibly a little below the failure threshold to nearly nothing", plausible=(0.35, 0.75))  # fmt: skip
    failure_threshold: float = parameter(
        0.50, "scale 0-1", 0.01, 1, "Performance below which a week becomes an issue",
        "assumption: the middle of the scale; plausibly a tenth of the scale more or less", plausible=(0.4, 0.6))  # fmt: skip
    people: float = parameter(
        0.15, "ratio", 0, 2, "Points of quality that each point of the representatives' morale makes, against the ordinary 0.7",
        "literature: service-profit chain (Heskett et al. 1994); Hogreve et al. 2017 (J. Marketing 81(3)) find it substantial and "
        "varying widely; size assumed; plausibly a third to three times as much", plausible=(0.04, 0.45, "log"))  # fmt: skip
    care: float = parameter(
        1.0, "ratio", 0, 10, "By how much the chance of an error rises for each point by which the representatives' morale is below 0.7",
        "assumption: at a morale of 0.6 a tenth more errors; plausibly a thirtieth to three tenths", plausible=(0.3, 3, "log"))  # fmt: skip
    cost_share: float = parameter(
        0.55, "share", 0, 2, "Cost of providing the product, as a share of the price at index 1",
        "assumption: gross margin 45 %; "
        "a question to the company, whose accounts tell: 20 to 70 %", plausible=(0.3, 0.8))  # fmt: skip


NEUTRAL = {
    "people": 0.0,
    "care": 0.0,
    "spread": 0.0,
    "error_depth": 0.0,
    "failure_threshold": 0.01,
    "level": 0.75,
    "cost_share": 0.0,
}


@rule
def performance(level: float, spread: float, normal: float, error: float) -> float:
    """How the product performed this week; ``error`` is what an error takes off, 0 without one."""
    return share(level + spread * normal - error)


@rule
def people_made(level: float, people: float, morale: float) -> float:
    """How good the product is with a staff of this morale, 0.7 being the ordinary."""
    return share(level + people * (morale - ORDINARY))


@rule
def careless(error_rate: float, care: float, morale: float) -> float:
    """The chance of an error with a staff of this morale, 0.7 being the ordinary."""
    more = f32(1) + care * (ORDINARY - morale)
    return error_rate * more if more > f32(0) else f32(0)


@rule
def error_of(luck: float, error_rate: float, exposure: float, depth: float) -> float:
    """What an error takes off this week: ``depth`` when ``luck`` falls below the customer's own error rate."""
    return depth if luck < error_rate * exposure else f32(0)


@rule
def usual_performance(level: float, error_rate: float, exposure: float, depth: float) -> float:
    """The performance of an average week for a customer of this exposure."""
    return share(level - share(error_rate * exposure) * depth)


@rule
def providing(cents: int, cost_share: float) -> int:
    """What it costs to provide a product that sells for so many cents at a price index of 1, in whole cents."""
    return i64(np.float64(cents) * np.float64(cost_share) + 0.5)


COLUMNS = (
    Column("performed", "weekly_number", "How the own provider's product performed this week, 0 to 1"),
    Column("spending", "weekly_sum", "What the company's customers would pay at a price index of 1, in cents"),
)
MONEY_OUT = ("cost_product",)


@step
def use_product(me, firm, p):
    """Use the own provider's product for a week.

    Whoever has left the market goes through it too, as with the company; nothing of it is ever counted.
    """
    rival = me.provider == RIVAL
    made = people_made(cared_for(p.quality.level, p.management.neglect, firm.budget), p.quality.people, firm.mood)
    ours, theirs = standing(made, firm.obsolescence), standing(p.rival.level, firm.rival_obsolescence)
    normal = normal_quantile(me.word(EVERYDAY, PERFORMS))
    errors = careless(p.quality.error_rate, p.quality.care, firm.mood)
    error = error_of(
        me.luck(EVERYDAY, FAILS), offered(errors, p.rival.error_rate, rival), me.failure_exposure, p.quality.error_depth
    )
    suited = offered(ours + me.fit_company, theirs + me.fit_rival, rival)
    me.performed = performance(suited, offered(p.quality.spread, p.rival.spread, rival), normal, error)


@step
def add_up_spending(me, firm):
    """What the company's customers would pay at a price index of 1, by which the cost of the product goes."""
    if me.provider == COMPANY:
        firm.spending += cents(me.spend, 1.0)


@step
def pay_for_product(firm, p, count):
    """What providing the product costs, less when the budget is cut."""
    share_of_it = cared_for(p.quality.cost_share, p.management.neglect, firm.budget)
    count.cost_product += providing(firm.spending, share_of_it)


EXAMPLES = (
    example(performance, 0.8, 0.1, -1.0, 0.3, becomes=0.4, because="0.8 - 0.1 - 0.3"),
    example(performance, 0.9, 0.1, 2.0, 0.0, becomes=1.0, because="the scale ends at 1"),
    example(error_of, 0.015, 0.01, 2.0, 0.5, becomes=0.5, because="0.015 is below 0.01 x 2"),
    example(error_of, 0.025, 0.01, 2.0, 0.5, becomes=0.0, because="0.025 is not"),
    example(
        people_made, 0.8, 0.25, 0.5, becomes=0.75, because="a quarter of the 0.2 by which morale is below the ordinary"
    ),
    example(careless, 0.01, 2.0, 0.6, becomes=0.012, because="twice the 0.1 by which morale is below the ordinary"),
    example(careless, 0.01, 20.0, 0.8, becomes=0.0, because="there are no fewer errors than none"),
    example(providing, 1000, 0.55, becomes=550, because="55 % of 10.00"),
    example(usual_performance, 0.8, 0.05, 2.0, 0.5, becomes=0.75, because="0.8 less half of a tenth"),
)
STEP_EXAMPLES = (
    example_of_step(
        use_product, me={"failure_exposure": 2.0, "fit_company": 0.1}, firm={"budget": -0.5, "obsolescence": 0.1, "mood": 0.5},
        luck={(EVERYDAY, PERFORMS): 0.69146246, (EVERYDAY, FAILS): 0.015},
        p={"level": 0.8, "spread": 0.1, "error_rate": 0.01, "error_depth": 0.3, "management.neglect": 0.25, "people": 0.5},
        becomes={"performed": 0.35}, because="0.8 x 0.875 - 0.1 for morale - 0.1, 0.1 for the fit and half a spread better, less an "
        "error of 0.3: 0.015 is below 0.02",
    ),
    example_of_step(add_up_spending, me={"spend": 10.0}, becomes={"firm.spending": 1000}, because="10.00"),
    example_of_step(
        pay_for_product, firm={"spending": 1000, "budget": -0.5}, p={"cost_share": 0.6, "management.neglect": 0.5},
        becomes={"count.cost_product": 450}, because="three quarters of 60 %",
    ),
)  # fmt: skip
