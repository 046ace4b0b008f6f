"""Telling the market: how many people it reaches, and how much more it promises than the product keeps.

Serves S1.2, S1.8, S3.6. A promise above the true level wins customers and disappoints them. Sources: Kopalle & Lehmann 2006
(Marketing Science 25:8-24), optimal overstatement lowers later satisfaction; sizes are assumptions.
"""

from sim.model.examples import example, example_of_step
from sim.model.numeric import share
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.rules import f32, i64, rule
from sim.model.steps import step


class Marketing(Parameters):
    reach: float = parameter(
        0.02, "share per week", 0, 1, "Share of the rival's customers whom advertising makes think, each week",
        "assumption: once a year", plausible=CERTAIN)  # fmt: skip
    cost: float = parameter(
        2.0, "currency", 0, 10_000, "Cost of reaching one of them once", "assumption: 2 a contact; "
        "a question to the company, whose marketing budget tells", plausible=(0.5, 8, "log"))  # fmt: skip
    overpromise: float = parameter(
        0.05, "scale 0-1", -0.5, 0.5, "How far the promise stands above the true level",
        "assumption: advertising flatters", plausible=CERTAIN)  # fmt: skip

    reliance: float = parameter(
        0.3, "share", 0, 1, "How far people believe what a provider promises of whom they know nothing else",
        "literature: Kopalle & Lehmann 2006 for the trade-off; size assumed: a third; "
        "plausibly a tenth to three fifths", plausible=(0.1, 0.6))  # fmt: skip


NEUTRAL = {"reliance": 0.0, "reach": 0.0, "overpromise": 0.0}


@rule
def promise(level: float, overpromise: float) -> float:
    """The performance that is promised, in [0, 1]."""
    return share(level + overpromise)


@rule
def believed(reliance: float, evidence: float, ordinary: float) -> float:
    """Weight of a promise in how a provider looks from outside: the less, the more of it one has heard or seen oneself."""
    return reliance * f32(2) * ordinary / (ordinary + evidence) if evidence > ordinary else reliance


@rule
def reached(attention: float, reach: float) -> float:
    """The chance that someone thinks this week: of themselves, or because they were reached."""
    return attention + (f32(1) - attention) * reach


@rule
def spending(people: int, reach: float, cost: float) -> int:
    """A week's advertising in whole cents for this many of the rival's customers."""
    return i64(f32(people) * reach * cost * f32(100) + f32(0.5))


MONEY_OUT = ("cost_marketing",)


@step
def pay_for_reach(p, count):
    """What advertising to the rival's customers costs."""
    count.cost_marketing += spending(count.rival_customers, p.marketing.reach, p.marketing.cost)


EXAMPLES = (
    example(promise, 0.8, 0.1, becomes=0.9, because="0.1 above the truth"),
    example(promise, 0.95, 0.1, becomes=1.0, because="nobody promises more than everything"),
    example(
        believed, 0.4, 36.0, 12.0, becomes=0.2, because="three times as much is known as at first, and half is believed"
    ),
    example(believed, 0.4, 6.0, 12.0, becomes=0.4, because="hardly anything is known"),
    example(spending, 500, 0.02, 2.0, becomes=2000, because="ten people at 2.00"),
    example(reached, 0.1, 0.2, becomes=0.28, because="0.1 + 0.9 x 0.2"),
)
STEP_EXAMPLES = (
    example_of_step(
        pay_for_reach, count={"rival_customers": 500}, p={"reach": 0.02, "cost": 2.0}, becomes={"count.cost_marketing": 2000},
        because="ten people at 2.00",
    ),
)  # fmt: skip
