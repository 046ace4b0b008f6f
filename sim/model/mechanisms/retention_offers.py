"""Holding on to customers: an offer to those about to leave, and a better plan for those who did not ask.

Serves S1.2, S1.9, S4.5. An offer adds to what the rival must better. A message nobody asked for can also wake those who would
have gone on without thinking. Source: Ascarza, Iyengar & Schleicher 2016 (J. Marketing Research 53:46-60): a better plan,
recommended to inert customers, raised their churn from 6 to 10 % in three months. Sizes are assumptions.
"""

import numpy as np

from sim.model.examples import example
from sim.model.parameters import Parameters, parameter
from sim.model.random import stream
from sim.model.rules import rule

f32 = np.float32

KEEPING = stream("keeping")
"""Draws of a customer and week: whether who is about to leave gets an offer, and whether a plan that is sent wakes."""
SAVES, WAKES = range(2)


class RetentionOffers(Parameters):
    save_offers: float = parameter(
        0.0, "share", 0, 1, "Share of the customers about to leave who get an offer to stay", "assumption: none unless the scenario says so")  # fmt: skip
    save_discount: float = parameter(
        4.0, "weeks of spend", 0, 52, "What the offer is worth; it costs as much when it is accepted", "assumption: a month free")  # fmt: skip
    unsolicited: float = parameter(
        0.0, "share per week", 0, 1, "Share of all customers to whom a better plan is recommended each week", "assumption: none unless the scenario says so")  # fmt: skip
    awakening: float = parameter(
        0.1, "share", 0, 1, "Share of those who begin to compare providers because of it",
        "assumption: few read it; Ascarza, Iyengar & Schleicher 2016 give the sign")  # fmt: skip
    better_plan: float = parameter(
        1.0, "weeks of spend", 0, 52, "What the plan saves in a year those who compare and take it", "assumption: 2 % of the bill")  # fmt: skip
    contact_cost: float = parameter(
        1.0, "currency", 0, 1000, "Cost of one recommendation", "assumption: 1 a message")  # fmt: skip


NEUTRAL = {"save_offers": 0.0, "unsolicited": 0.0}


@rule
def raised(hurdle: float, weeks: float, offered: bool) -> float:
    """What the rival must better, once the company has offered so many weeks of spend, as a discount over one year."""
    return hurdle + (weeks / f32(52) if offered else f32(0))


EXAMPLES = (
    example(raised, 0.1, 13.0, True, becomes=0.35, because="0.1 and a quarter of a year"),
    example(raised, 0.1, 13.0, False, becomes=0.1, because="nothing was offered"),
)
