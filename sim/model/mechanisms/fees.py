"""Money that customers are not told of beforehand: fees found on the bill, and prices that show in full only at the end.

Serves S0.5, S3.3. A fee brings revenue from everybody hit and costs fairness, trust and peace with those who find it. A drip
wins newcomers, who compare with a part of the price left out of account, and find the whole of it on their first bill. Sources:
Blake, Moshary, Sweeney & Tadelis 2021 (Marketing Science 40:619-636), fees of 15 % shown at the end: 14 % more purchases; Xia,
Monroe & Cox 2004 (J. Marketing 68:1-15) for fairness. No study here shows the later loss: its sizes are assumptions.
"""

from sim.model.behaviour.ledger import OF_PRICE, lost, suffered
from sim.model.behaviour.person import COMPANY
from sim.model.examples import example, example_of_step
from sim.model.mechanisms.pricing import cents
from sim.model.mechanisms.transparency import FINDS_FEE, IS_CHARGED, LIGHT, betray
from sim.model.numeric import clamp, share
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.random import happens
from sim.model.rules import f32, rule
from sim.model.steps import step


class Fees(Parameters):
    size: float = parameter(
        0.0, "weeks of spend", 0, 52, "A fee that nobody is told of",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    share: float = parameter(
        0.02, "share per week", 0, 1, "Share of the customers whom such a fee hits in a week",
        "assumption: each customer about once a year", plausible=CERTAIN)  # fmt: skip
    discovery: float = parameter(
        0.30, "share", 0, 1, "Chance that somebody hit finds the fee", "assumption: most people do not read their bills; "
        "plausibly one in ten to seven in ten", plausible=(0.1, 0.7))  # fmt: skip
    drip: float = parameter(
        0.0, "share", 0, 0.9, "Share of the price that newcomers see only when they pay",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    overlooked: float = parameter(
        0.30, "share", 0, 1, "How much of a drip newcomers leave out of account when they compare",
        "literature: Blake et al. 2021: 14 % more purchases at a drip of 15 %; fitted to it in a market at the default settings; "
        "plausible for 3 to 25 % more", plausible=(0.1, 0.6))  # fmt: skip
    unfairness: float = parameter(
        0.20, "ratio", 0, 5, "Fairness lost by whoever finds a fee, per week of spend hidden",
        "assumption: a fifth of the scale for a week's spend; plausibly nothing to double", plausible=(0, 0.4))  # fmt: skip
    distrust: float = parameter(
        0.06, "share", 0, 1, "Share of trust lost by whoever finds a fee; of a drip, as large a part as is hidden",
        "assumption: two of the hardest sales talks; "
        "plausibly nothing, since Blake et al. 2021 show no loss of loyalty, to double", plausible=(0, 0.12))  # fmt: skip
    anger: float = parameter(
        0.12, "share", 0, 1, "Grievance of whoever finds a whole week's spend hidden", "assumption: a fifth of a grave failure; "
        "plausibly nothing to double", plausible=(0, 0.24))  # fmt: skip


NEUTRAL = {"size": 0.0, "drip": 0.0}

_LEAST, _MOST = f32(0.5), f32(2)
"""Nobody takes a hidden fee for less than half, or more than twice, as unfair as the average customer does."""


@rule
def price_seen(price: float, drip: float, overlooked: float) -> float:
    """The price that somebody compares with who leaves a part of the drip out of account."""
    return price * (f32(1) - drip * overlooked)


@rule
def fairness_found(fairness: float, hidden: float, unfairness: float, sensitivity: float) -> float:
    """Fairness after finding that so many weeks of spend were hidden, by how much prices count for this person."""
    return share(fairness - unfairness * hidden * clamp(sensitivity, _LEAST, _MOST))


@rule
def blow_of(hidden: float, distrust: float) -> float:
    """The share of trust that finding a drip takes."""
    return share(hidden * distrust)


@rule
def gravity(hidden: float) -> float:
    """How grave it is that so many weeks of spend were hidden, 0 to 1: a week's spend or more is as grave as can be."""
    return share(hidden)


@rule
def first_bill(tenure: int, came_by: int) -> bool:
    """Whether somebody who joined in the simulated time pays for the first time this week."""
    return tenure == 1 and came_by > 0


MONEY_IN = ("revenue_fees",)
EVENTS = {
    "fee_found": "They found a fee of {money} that nobody had told them of.",
    "fee_unnoticed": "They paid a hidden fee of {money} and did not notice.",
    "drip_found": "Their first bill showed that {percent} of the price had been held back.",
}


@step
def is_charged(me, p) -> bool:
    """Whether somebody pays a fee that nobody mentioned."""
    return p.fees.size > 0.0 and me.provider == COMPANY and happens(p.fees.share, me.luck(LIGHT, IS_CHARGED))


@step
def be_charged(me, p, week, count, note):
    """Pay a fee that nobody mentioned, and perhaps find it on the bill."""
    fee, found = cents(me.spend, p.fees.size), happens(p.fees.discovery, me.luck(LIGHT, FINDS_FEE))
    count.revenue_fees += fee
    if found:
        find_hidden(me, p, week, p.fees.size, p.fees.distrust)
        note.fee_found(fee)
    else:
        note.fee_unnoticed(fee)


@step
def sees_first_bill(me, last) -> bool:
    """Whether somebody who joined at a price that was not the whole one pays for the first time."""
    return last.fees.drip > 0.0 and me.provider == COMPANY and first_bill(me.tenure, me.came_by)


@step
def find_drip(me, p, last, week, note):
    """The whole price comes to light with the first bill."""
    find_hidden(me, p, week, last.fees.drip, blow_of(last.fees.drip, p.fees.distrust))
    note.drip_found(last.fees.drip)


@step
def find_hidden(me, p, week, hidden: float, blow: float):
    """Find that so many weeks of spend were hidden: it is unfair, and it shakes trust by this ``blow``."""
    before = me.price_fairness
    fair = fairness_found(before, hidden, p.fees.unfairness, me.price_sensitivity)
    me.price_fairness = suffered(before, fair, p.ledger.without == OF_PRICE)
    me.ledger_price += lost(before, me.price_fairness) * week.rate
    betray(me, p, week, blow, gravity(hidden), p.fees.anger)


EXAMPLES = (
    example(price_seen, 1.2, 0.25, 0.4, becomes=1.08, because="a tenth of 1.2 is overlooked"),
    example(fairness_found, 0.9, 0.5, 0.4, 1.5, becomes=0.6, because="0.4 x 0.5 x 1.5"),
    example(fairness_found, 0.9, 0.5, 0.4, 5.0, becomes=0.5, because="nobody minds more than twice as much as usual"),
    example(fairness_found, 0.9, 0.5, 0.4, 0.0, becomes=0.8, because="nobody minds less than half as much as usual"),
    example(blow_of, 0.25, 0.4, becomes=0.1, because="a quarter of 0.4"),
    example(gravity, 0.3, becomes=0.3, because="a third of a week, nearly"),
    example(gravity, 4.0, becomes=1.0, because="a month is no graver than a week"),
    example(first_bill, 1, 2, becomes=True, because="joined last week, won by advertising"),
    example(first_bill, 1, 0, becomes=False, because="was there from the start, and new then"),
    example(first_bill, 2, 2, becomes=False, because="has paid before"),
)
STEP_EXAMPLES = (
    example_of_step(
        is_charged, p={"size": 0.5, "share": 0.02}, luck={(LIGHT, IS_CHARGED): 0.01}, becomes={"gives": True}, because="two in a hundred",
    ),
    example_of_step(
        be_charged, me={"spend": 10.0}, p={"size": 0.5, "discovery": 0.3}, luck={(LIGHT, FINDS_FEE): 0.4},
        becomes={"count.revenue_fees": 500, "note.fee_unnoticed": 500}, because="half of 10.00, and 0.4 is not below 0.3",
    ),
    example_of_step(sees_first_bill, me={"tenure": 1, "came_by": 1}, last={"drip": 0.1}, becomes={"gives": True}, because="joined last week"),
    example_of_step(
        find_drip, me={"price_fairness": 0.9, "trust": 0.8, "price_sensitivity": 1.0}, week={"rate": 2.0}, last={"drip": 0.25},
        p={"unfairness": 0.4, "distrust": 0.5, "anger": 0.4},
        becomes={"price_fairness": 0.8, "trust": 0.7, "grievance": 0.1, "ledger_price": 0.2, "ledger_communication": 0.4,
                 "note.drip_found": 0.25}, because="a quarter of 0.4 is unfair, of 0.5 shakes trust, of 0.4 makes angry",
    ),
    example_of_step(
        find_hidden, 0.5, 0.25, me={"price_fairness": 0.9, "price_sensitivity": 1.5, "trust": 0.8}, week={"rate": 2.0},
        p={"unfairness": 0.4, "anger": 0.2},
        becomes={"price_fairness": 0.6, "trust": 0.6, "grievance": 0.1, "ledger_price": 0.6, "ledger_communication": 0.6},
        because="0.4 x 0.5 x 1.5 of fairness, a quarter of trust, and half of 0.2 in anger, at the rate of 2",
    ),
)  # fmt: skip
