"""Telling customers the truth in time – about failures, prices and how the work is done – or telling them what is not so.

Serves S1.6, S3.5. Who is told of a failure at once blames less and calls less; who sees how the work is done thinks better of
good work and worse of bad; a price rise announced in time hurts less. What turns out to be false costs trust and makes angry.
Sources: Buell, Kim & Tsay 2017 (Management Science 63:1673-1695) for the process shown: perceived quality 3 to 30 % up; Xia,
Monroe & Cox 2004 (J. Marketing 68:1-15) for information and price fairness. Sizes are assumptions.
"""

from sim.model.behaviour.grievance import aggrieved
from sim.model.behaviour.ledger import OF_COMMUNICATION, borne, lost
from sim.model.behaviour.person import COMPANY
from sim.model.behaviour.trust import shake
from sim.model.examples import example, example_of_step
from sim.model.numeric import share
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.random import happens, stream
from sim.model.rules import f32, i64, rule
from sim.model.steps import step

NOTICE = stream("notice of a failure")
"""Two draws a customer with a failure: whether they are told of it, and whether what they are told is found to be false."""
IS_TOLD, IS_LIED_TO = range(2)
"""What these draws decide."""
LIGHT = stream("coming to light")
"""Four draws a customer and week: a hidden fee, whether it is found, a false claim found out, a campaign heard."""
IS_CHARGED, FINDS_FEE, FINDS_OUT, HEARS = range(4)
"""What these draws decide."""


class Transparency(Parameters):
    outage_notices: float = parameter(
        0.0, "share", 0, 1, "Share of failures of which the customers are told at once",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    status_honesty: float = parameter(
        1.0, "share", 0, 1, "Share of these notices that tell the truth",
        "assumption: all of them", plausible=CERTAIN)  # fmt: skip
    blame_spared: float = parameter(
        0.40, "share", 0, 0.9, "Share of a failure's severity that an honest notice takes away",
        "assumption: nearly a half of what is felt is not knowing; "
        "plausibly a seventh to two thirds", plausible=(0.15, 0.65))  # fmt: skip
    calls_spared: float = parameter(
        0.50, "share", 0, 1, "Share of the calls about a new failure that an honest notice makes needless",
        "assumption: every second call only asks what is the matter; "
        "plausibly one in five to four in five", plausible=(0.2, 0.8))  # fmt: skip
    process_shown: float = parameter(
        0.0, "scale 0-1", 0, 1, "How far customers see how the work for them is done",
        "assumption: not unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    insight: float = parameter(
        0.30, "share", 0, 2, "How much farther from the failure threshold performance seems when all of the process is shown",
        "assumption: a third; lies within the range of Buell et al. 2017, to which it is not fitted; "
        "plausible for 3 to 30 % better quality elsewhere, beside the 22 % of theirs",
        plausible=(0.08, 0.8, "log"))  # fmt: skip
    price_notice: float = parameter(
        0.0, "scale 0-1", 0, 1, "How early and openly price rises are announced",
        "assumption: not unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    notice_relief: float = parameter(
        0.50, "share", 0, 1, "Share of the outrage at a price rise that the best announcement takes away",
        "assumption: a half; plausibly a fifth to four fifths", plausible=(0.2, 0.8))  # fmt: skip
    misleading: float = parameter(
        0.0, "scale 0-1", 0, 1, "How far what the company claims misleads",
        "assumption: not unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    sway: float = parameter(
        0.10, "share", 0, 1, "Share of what the company lacks in the eyes of the rival's customers that wholly misleading claims hide",
        "assumption: a tenth; plausibly a thirtieth to a quarter", plausible=(0.03, 0.25, "log"))  # fmt: skip
    exaggeration: float = parameter(
        0.50, "share", 0, 1, "Share of what the promise lacks to perfection that wholly misleading claims add for newcomers",
        "assumption: a half; plausibly a fifth to four fifths", plausible=(0.2, 0.8))  # fmt: skip
    found_out: float = parameter(
        0.01, "per week", 0, 1, "Chance that a customer finds wholly misleading claims to be false",
        "assumption: once in two years; "
        "plausibly once in eight months to once in six years", plausible=(0.003, 0.03, "log"))  # fmt: skip
    betrayal: float = parameter(
        0.12, "share", 0, 1, "Share of trust lost on finding out that one was told what is not so",
        "assumption: an eighth; trust is quick to go (Slovic 1993); "
        "plausibly a third to three times as much", plausible=(0.04, 0.35, "log"))  # fmt: skip
    anger: float = parameter(
        0.15, "share", 0, 1, "Grievance left by finding that out", "assumption: a quarter of a grave failure; "
        "plausibly a third to three times as much", plausible=(0.05, 0.45, "log"))  # fmt: skip
    cost: float = parameter(
        0.03, "currency per week", 0, 10_000, "What complete openness (notices, process, prices) costs for each customer",
        "assumption: 1.50 a year; a question to the company", plausible=(0.01, 0.1, "log"))  # fmt: skip


NEUTRAL = {"outage_notices": 0.0, "process_shown": 0.0, "price_notice": 0.0, "misleading": 0.0}


@rule
def lie_rate(honesty: float) -> float:
    """The share of notices that are false."""
    return f32(1) - honesty


@rule
def spared(full: float, part: float, honestly_told: bool) -> float:
    """A severity or a chance to call, less the part that an honest notice takes away."""
    return full * (f32(1) - part) if honestly_told else full


@rule
def shown(performance: float, middle: float, insight: float, process_shown: float) -> float:
    """Performance as it seems to those who see the process: farther from the middle, on whichever side it is."""
    return share(performance + (performance - middle) * insight * process_shown)


@rule
def forewarned(outrage: float, notice: float, relief: float) -> float:
    """Outrage at a price rise that was announced."""
    return outrage * (f32(1) - notice * relief)


@rule
def exposed(gap: float, exposure: float) -> float:
    """The chance that an answered call shows the claim for what it is."""
    return gap * exposure


@rule
def flattered(truth: float, claim: float, part: float) -> float:
    """A promise, expectation or view once a claim (0 to 1) has added a part of what it lacks to perfection."""
    return truth + (f32(1) - truth) * claim * part


@rule
def openness_cost(people: int, cost: float, notices: float, process: float, prices: float) -> int:
    """A week's honest communication in whole cents: each of the three kinds costs a third."""
    return i64(f32(people) * cost * (notices + process + prices) / f32(3) * f32(100) + f32(0.5))


MONEY_OUT = ("cost_communication",)
EVENTS = {
    "claim_found_false": "They found out that the company had misled them.",
    "outage_notice": "The company told them at once of a failure.",
    "false_notice": "What the company told them of a failure turned out to be untrue.",
}


@step
def betray(me, p, week, blow: float, severity: float, anger: float):
    """Trust is shaken and anger rises; both are booked under communication."""
    shake(me, p, week, blow)
    before = me.grievance
    after = aggrieved(before, severity, anger, 0.0)
    me.grievance = borne(before, after, p.ledger.without == OF_COMMUNICATION)
    me.ledger_communication += lost(me.grievance, before) * week.rate


@step
def see_process(me, p):
    """The company's customers see how the work is done: good work seems better, bad work worse."""
    if p.transparency.process_shown > 0.0:
        seen = shown(me.performed, p.quality.failure_threshold, p.transparency.insight, p.transparency.process_shown)
        me.performed = seen if me.provider == COMPANY else me.performed


@step
def finds_out(me, p) -> bool:
    """Whether somebody finds that a claim is false."""
    false = exposed(p.transparency.misleading, p.transparency.found_out)
    return p.transparency.misleading > 0.0 and me.provider == COMPANY and happens(false, me.luck(LIGHT, FINDS_OUT))


@step
def be_misled(me, p, week, note):
    """A claim turns out to be false."""
    betray(me, p, week, p.transparency.betrayal, 1.0, p.transparency.anger)
    note.claim_found_false(p.transparency.misleading)


@step
def told_of(me, p, week, note, severity: float) -> bool:
    """Whether somebody with a new failure is told of it at once, and does not find that to be untrue."""
    told = happens(p.transparency.outage_notices, me.luck(NOTICE, IS_TOLD))
    false = told and happens(lie_rate(p.transparency.status_honesty), me.luck(NOTICE, IS_LIED_TO))
    if false:
        betray(me, p, week, p.transparency.betrayal, 1.0, p.transparency.anger)
        note.false_notice(severity)
    if told and not false:
        note.outage_notice(severity)
    return told and not false


@step
def pay_for_openness(p, count):
    """What notices, the process shown and announced prices cost."""
    count.cost_communication += openness_cost(
        count.customers, p.transparency.cost, p.transparency.outage_notices, p.transparency.process_shown,
        p.transparency.price_notice,
    )  # fmt: skip


EXAMPLES = (
    example(lie_rate, 0.75, becomes=0.25, because="three notices of four are true"),
    example(spared, 0.5, 0.4, True, becomes=0.3, because="two fifths less"),
    example(spared, 0.5, 0.4, False, becomes=0.5, because="was not told, or not the truth"),
    example(shown, 0.8, 0.5, 0.3, 1.0, becomes=0.89, because="0.3 x 0.3 further up"),
    example(shown, 0.3, 0.5, 0.5, 0.5, becomes=0.25, because="half of half of 0.2 further down"),
    example(shown, 0.8, 0.5, 0.3, 0.0, becomes=0.8, because="nothing is shown"),
    example(forewarned, 2.0, 0.5, 0.5, becomes=1.5, because="a quarter less"),
    example(flattered, 0.8, 0.5, 0.4, becomes=0.84, because="0.2 x 0.5 x 0.4 more"),
    example(flattered, 0.8, 0.0, 0.4, becomes=0.8, because="nothing is claimed"),
    example(openness_cost, 1000, 0.03, 1.0, 0.5, 0.5, becomes=2000, because="1,000 x 0.03 x two thirds"),
    example(exposed, 0.5, 0.4, becomes=0.2, because="half of 0.4"),
)
STEP_EXAMPLES = (
    example_of_step(
        betray, 0.25, 0.5, 0.4, me={"trust": 0.8, "grievance": 0.5}, week={"rate": 2.0},
        becomes={"trust": 0.6, "grievance": 0.6, "ledger_communication": 0.6}, because="0.2 and 0.5 x 0.4 x 0.5, at the rate of 2",
    ),
    example_of_step(
        see_process, me={"performed": 0.8}, p={"process_shown": 1.0, "insight": 0.3, "quality.failure_threshold": 0.5},
        becomes={"performed": 0.89}, because="0.3 x 0.3 further up",
    ),
    example_of_step(
        finds_out, p={"misleading": 0.5, "found_out": 0.4}, luck={(LIGHT, FINDS_OUT): 0.19}, becomes={"gives": True},
        because="0.19 is below half of 0.4",
    ),
    example_of_step(
        be_misled, me={"trust": 0.8}, p={"betrayal": 0.25, "anger": 0.2, "misleading": 0.5},
        becomes={"trust": 0.6, "grievance": 0.2, "ledger_communication": 0.4, "note.claim_found_false": 0.5},
        because="a quarter of 0.8, and a grievance of 0.2",
    ),
    example_of_step(
        told_of, 0.5, me={"trust": 0.8}, p={"outage_notices": 0.5, "status_honesty": 0.75, "betrayal": 0.25, "anger": 0.2},
        luck={(NOTICE, IS_TOLD): 0.4, (NOTICE, IS_LIED_TO): 0.2},
        becomes={"trust": 0.6, "grievance": 0.2, "ledger_communication": 0.4, "note.false_notice": 0.5, "gives": False},
        because="told, and it was one of the quarter that are not true",
    ),
    example_of_step(
        pay_for_openness, count={"customers": 1000}, p={"cost": 0.03, "outage_notices": 1.0, "process_shown": 0.3,
        "price_notice": 0.7}, becomes={"count.cost_communication": 2000}, because="1,000 x 0.03 x two thirds",
    ),
)  # fmt: skip
