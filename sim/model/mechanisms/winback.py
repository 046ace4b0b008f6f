"""Winning back those who left: for some weeks after they have gone, former customers get an offer.

Serves S1.2, S1.9. An offer makes them compare, and takes its worth off the reluctance to move; what they think of the company
stays as it was when they left. Sizes are assumptions.
"""

from sim.model.behaviour.person import RIVAL
from sim.model.columns import Column
from sim.model.examples import example, example_of_step
from sim.model.mechanisms.marketing import spending
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.random import happens, stream
from sim.model.rules import f32, rule
from sim.model.steps import step

WOOING = stream("wooing")


class Winback(Parameters):
    offers: float = parameter(
        0.0, "share per week", 0, 1, "Share of those who left lately who get an offer each week",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    weeks: int = parameter(
        13, "weeks", 0, 520, "How long after leaving somebody still gets offers",
        "assumption: a quarter", plausible=CERTAIN)  # fmt: skip
    discount: float = parameter(
        4.0, "weeks of spend", 0, 52, "What an offer is worth; it costs as much when it is accepted",
        "assumption: a month free", plausible=CERTAIN)  # fmt: skip
    cost: float = parameter(
        1.0, "currency", 0, 1000, "Cost of making one offer", "assumption: 1 a message; "
        "a question to the company: by e-mail a tenth, by telephone 6", plausible=(0.1, 6, "log"))  # fmt: skip


NEUTRAL = {"offers": 0.0}
COLUMNS = (
    Column("left_in", "clock", "The week after which they left for the rival, counted from 1; 0: they never did", calendar=True),
    Column("wooed", "weekly_flag", "Whether there is an offer to come back this week"),
)  # fmt: skip


@rule
def left_lately(left_in: int, week: int, weeks: int) -> bool:
    """Whether somebody left the company no more than ``weeks`` ago; ``left_in`` counts weeks from 1, 0 means never."""
    return left_in > 0 and week + 1 - left_in <= weeks


@rule
def lowered(hurdle: float, weeks: float, offered: bool) -> float:
    """What the company must better to win somebody back, less an offer of so many weeks of spend, over one year."""
    return hurdle - (weeks / f32(52) if offered else f32(0))


COUNTS = ("winback_offers", "won_back")
MONEY_OUT = ("cost_winback",)
EVENTS = {"winback_offer": "The company made them an offer to come back."}


@step
def may_be_wooed(me, p, week) -> bool:
    """Whether somebody left so lately that they may get an offer to come back."""
    return p.winback.offers > 0.0 and me.provider == RIVAL and left_lately(me.left_in, week.number, p.winback.weeks)


@step
def be_wooed(me, p, count, note):
    """Perhaps get an offer to come back, which makes one compare providers."""
    me.wooed = happens(p.winback.offers, me.luck(WOOING, 0))
    count.winback_offers += me.wooed
    if me.wooed:
        note.winback_offer(0.0)


@step
def pay_for_wooing(p, count):
    """What making offers to come back costs."""
    count.cost_winback += spending(count.winback_offers, 1.0, p.winback.cost)


EXAMPLES = (
    example(left_lately, 5, 9, 5, becomes=True, because="left in week 4, five weeks ago"),
    example(left_lately, 5, 10, 5, becomes=False, because="six weeks ago is too long"),
    example(left_lately, 0, 3, 5, becomes=False, because="never left"),
    example(lowered, 0.35, 13.0, True, becomes=0.1, because="a quarter of a year's spend less"),
    example(lowered, 0.35, 13.0, False, becomes=0.35, because="no offer"),
)
STEP_EXAMPLES = (
    example_of_step(
        may_be_wooed, me={"provider": RIVAL, "left_in": 5}, week={"number": 9}, p={"offers": 0.1, "weeks": 5}, becomes={"gives": True},
        because="left five weeks ago",
    ),
    example_of_step(
        be_wooed, p={"offers": 0.1}, luck={(WOOING, 0): 0.05}, becomes={"wooed": True, "count.winback_offers": 1,
        "note.winback_offer": 0.0}, because="one in ten",
    ),
    example_of_step(
        pay_for_wooing, count={"winback_offers": 30}, p={"cost": 1.5}, becomes={"count.cost_winback": 4500}, because="1.50 each",
    ),
)  # fmt: skip
