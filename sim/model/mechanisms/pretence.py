"""Claiming to put customers first: the claim wins people and raises what they expect, and each hollow encounter betrays it.

Serves S1.6, S4.4: agents who pretend to be empowered, self-service that pretends to be convenience. What counts is the gap
between what is claimed and what is so; what is really so has its price elsewhere (accountability, call_centre). No study that
we know of measures it: all sizes are assumptions.
"""

from sim.model.behaviour.person import COMPANY
from sim.model.examples import example, example_of_step
from sim.model.mechanisms.transparency import HEARS, LIGHT, betray, exposed, flattered
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.random import happens
from sim.model.rules import f32, i64, rule
from sim.model.steps import step


class Pretence(Parameters):
    claimed: float = parameter(
        0.0, "scale 0-1", 0, 1, "How much the company claims that its customers come first",
        "assumption: nothing unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    actual: float = parameter(
        0.0, "scale 0-1", 0, 1, "How far that is so",
        "assumption: not unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    appeal: float = parameter(
        0.10, "share", 0, 1, "Share of what the company lacks in the eyes of the rival's customers that a full claim makes up for",
        "assumption: a tenth; plausibly a thirtieth to a quarter", plausible=(0.03, 0.25, "log"))  # fmt: skip
    lift: float = parameter(
        0.40, "share", 0, 1, "Share of what the promise lacks to perfection that a wholly hollow claim adds for newcomers",
        "assumption: two fifths; plausibly a seventh to seven tenths", plausible=(0.15, 0.7))  # fmt: skip
    reach: float = parameter(
        0.10, "share per week", 0, 1, "Share of the customers who hear the campaign in a week",
        "assumption: everybody five times a year", plausible=CERTAIN)  # fmt: skip
    swelling: float = parameter(
        0.05, "share", 0, 1, "Share of what an expectation lacks to perfection that hearing a wholly hollow claim once adds",
        "assumption: a twentieth; plausibly a third to three times as much", plausible=(0.015, 0.15, "log"))  # fmt: skip
    exposure: float = parameter(
        0.40, "share", 0, 1, "Chance that an answered call shows a wholly hollow claim for what it is",
        "assumption: two calls in five; plausibly one in seven to seven in ten", plausible=(0.15, 0.7))  # fmt: skip
    betrayal: float = parameter(
        0.10, "share", 0, 1, "Share of trust lost in such a call", "assumption: a tenth; trust is quick to go (Slovic 1993); "
        "plausibly a third to three times as much", plausible=(0.03, 0.3, "log"))  # fmt: skip
    anger: float = parameter(
        0.10, "share", 0, 1, "Grievance left by such a call", "assumption: a sixth of a grave failure; "
        "plausibly a third to three times as much", plausible=(0.03, 0.3, "log"))  # fmt: skip
    campaign_cost: float = parameter(
        0.03, "currency per week", 0, 10_000, "What a campaign with the full claim costs for each customer",
        "assumption: 1.50 a year; "
        "a question to the company, whose marketing budget tells", plausible=(0.01, 0.1, "log"))  # fmt: skip


NEUTRAL = {"claimed": 0.0}


@rule
def hollow(claimed: float, actual: float) -> float:
    """How much of the claim is hollow, 0 to 1."""
    return claimed - actual if claimed > actual else f32(0)


@rule
def campaign(people: int, cost: float, claimed: float) -> int:
    """A week's campaign in whole cents."""
    return i64(f32(people) * cost * claimed * f32(100) + f32(0.5))


MONEY_OUT = ("cost_campaign",)
EVENTS = {"pretence_exposed": "Talking to the company, they saw that its claim to put customers first was hollow."}


@step
def hears_campaign(me, p) -> bool:
    """Whether a campaign that claims more than is true reaches somebody."""
    claims = hollow(p.pretence.claimed, p.pretence.actual) > 0.0
    return claims and me.provider == COMPANY and happens(p.pretence.reach, me.luck(LIGHT, HEARS))


@step
def hear_campaign(me, p):
    """A campaign raises what is expected."""
    me.expectation = flattered(me.expectation, hollow(p.pretence.claimed, p.pretence.actual), p.pretence.swelling)


@step
def see_through(me, p, week, note, luck: float):
    """An answered call may show that the claim to put customers first is hollow."""
    gap = hollow(p.pretence.claimed, p.pretence.actual)
    if gap > 0.0 and happens(exposed(gap, p.pretence.exposure), luck):
        betray(me, p, week, p.pretence.betrayal, 1.0, p.pretence.anger)
        note.pretence_exposed(gap)


@step
def pay_for_campaign(p, count):
    """What the campaign costs."""
    count.cost_campaign += campaign(count.customers, p.pretence.campaign_cost, p.pretence.claimed)


EXAMPLES = (
    example(hollow, 0.75, 0.25, becomes=0.5, because="half is hollow"),
    example(hollow, 0.25, 0.75, becomes=0.0, because="better than it claims to be"),
    example(campaign, 1000, 0.02, 0.5, becomes=1000, because="1,000 people at one cent"),
)
STEP_EXAMPLES = (
    example_of_step(
        hears_campaign, p={"claimed": 0.5, "reach": 0.1}, luck={(LIGHT, HEARS): 0.05}, becomes={"gives": True}, because="one in ten",
    ),
    example_of_step(
        hear_campaign, me={"expectation": 0.6}, p={"claimed": 0.75, "actual": 0.25, "swelling": 0.1}, becomes={"expectation": 0.62},
        because="0.4 x half hollow x a tenth",
    ),
    example_of_step(
        see_through, 0.19, me={"trust": 0.8}, p={"claimed": 0.75, "actual": 0.25, "exposure": 0.4, "betrayal": 0.25, "anger": 0.2},
        becomes={"trust": 0.6, "grievance": 0.2, "ledger_communication": 0.4, "note.pretence_exposed": 0.5},
        because="0.19 is below half of 0.4: a quarter of trust is gone",
    ),
    example_of_step(
        pay_for_campaign, count={"customers": 1000}, p={"campaign_cost": 0.02, "claimed": 0.5}, becomes={"count.cost_campaign": 1000},
        because="1,000 people at one cent",
    ),
)  # fmt: skip
