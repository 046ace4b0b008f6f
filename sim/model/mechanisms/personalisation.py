"""The company knows its customers: nobody has to tell everything again, offers fit better – and too much of it is creepy.

Serves S0.3, S1.1. Forgetting hurts whoever calls again or is handed over by a chatbot. Tailoring is welcome as far as people
trust the company or have a say in what is kept about them, and unwelcome as far as they do not. Source: Tucker 2014 (J.
Marketing Research 51:546-562), personal messages worked about twice as well once users were given control; sizes are assumptions.
"""

from sim.model.behaviour.ledger import OF_COMMUNICATION, booked, lost, suffered
from sim.model.behaviour.person import COMPANY
from sim.model.behaviour.trust import shaken
from sim.model.examples import example, example_of_step
from sim.model.numeric import share
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.rules import f32, i64, rule
from sim.model.steps import step


class Personalisation(Parameters):
    remembers: float = parameter(
        0.0, "scale 0-1", 0, 1, "How much of earlier contacts is known to whoever answers",
        "assumption: nothing unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    repetition_hurts: float = parameter(
        0.0, "scale 0-1", 0, 1, "What having to tell everything again takes off an encounter",
        "assumption: not counted unless the scenario says so; 0.2 is two thirds of what a very long wait takes",
        plausible=CERTAIN)  # fmt: skip
    tailoring: float = parameter(
        0.0, "scale 0-1", 0, 1, "How far the service is fitted to what is known of each customer",
        "assumption: not at all unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    fit: float = parameter(
        0.05, "scale 0-1", 0, 0.5, "What full and welcome tailoring adds to a week's performance",
        "assumption: one spread of an ordinary week; "
        "plausibly a third to more than double", plausible=(0.015, 0.12, "log"))  # fmt: skip
    comfort: float = parameter(
        0.4, "scale 0-1", 0, 1, "Tailoring beyond which people feel watched",
        "assumption: short of the middle; plausibly a fifth to seven tenths", plausible=(0.2, 0.7))  # fmt: skip
    creepiness: float = parameter(
        0.02, "share per week", 0, 1, "Share of trust lost in a week to tailoring far beyond comfort, by somebody who trusts nobody",
        "assumption: nearly as fast as bad weeks wear trust down; "
        "plausibly a third to three times as much", plausible=(0.006, 0.06, "log"))  # fmt: skip
    control: float = parameter(
        0.0, "scale 0-1", 0, 1, "How much say customers have in what is kept about them",
        "assumption: none; Tucker 2014 shows what it is worth", plausible=CERTAIN)  # fmt: skip
    cost: float = parameter(
        0.05, "currency", 0, 1000, "Cost per customer and week of remembering everything, and again of full tailoring",
        "assumption: half a per cent of spend; a question to the company", plausible=(0.01, 0.25, "log"))  # fmt: skip


NEUTRAL = {"remembers": 0.0, "repetition_hurts": 0.0, "tailoring": 0.0}


@rule
def repeating(again: bool, hurts: float, remembers: float) -> float:
    """What telling everything again takes off an encounter of somebody who has told it before."""
    return hurts * (f32(1) - remembers) if again else f32(0)


@rule
def welcome(trust: float, control: float) -> float:
    """How welcome tailoring is, 0 to 1: by trust, and for the rest by having a say."""
    return trust + (f32(1) - trust) * control


@rule
def fitted(performance: float, fit: float, tailoring: float, welcome: float) -> float:
    """A week's performance with what tailoring adds."""
    return share(performance + fit * tailoring * welcome)


@rule
def watched(tailoring: float, comfort: float, creepiness: float, welcome: float) -> float:
    """The share of trust lost to feeling watched this week: beyond comfort, and as far as it is not welcome."""
    beyond = tailoring - comfort
    return creepiness * (f32(1) - welcome) * (beyond if beyond > f32(0) else f32(0))


@rule
def knowing(customers: int, remembers: float, tailoring: float, cost: float) -> int:
    """What knowing so many customers costs in a week, in whole cents."""
    return i64(f32(customers) * (remembers + tailoring) * cost * f32(100) + f32(0.5))


MONEY_OUT = ("cost_personalisation",)


@step
def be_fitted(me, p):
    """The company fits the service to what it knows of its customers."""
    if p.personalisation.tailoring > 0.0:
        better = fitted(
            me.performed,
            p.personalisation.fit,
            p.personalisation.tailoring,
            welcome(me.trust, p.personalisation.control),
        )
        me.performed = better if me.provider == COMPANY else me.performed


@step
def feel_watched(me, p, week):
    """The company's customers lose trust to tailoring that goes too far."""
    if p.personalisation.tailoring > p.personalisation.comfort:
        after = shaken(
            me.trust,
            watched(
                p.personalisation.tailoring, p.personalisation.comfort, p.personalisation.creepiness,
                welcome(me.trust, p.personalisation.control),
            ),
        )  # fmt: skip
        mine = me.provider == COMPANY
        me.ledger_communication += booked(lost(me.trust, after), week.rate, mine)
        me.trust = suffered(me.trust, after, p.ledger.without == OF_COMMUNICATION) if mine else me.trust


@step
def pay_for_knowing(p, count):
    """What remembering and tailoring cost."""
    known = knowing(count.customers, p.personalisation.remembers, p.personalisation.tailoring, p.personalisation.cost)
    count.cost_personalisation += known


EXAMPLES = (
    example(repeating, True, 0.2, 0.75, becomes=0.05, because="a quarter is forgotten"),
    example(repeating, False, 0.2, 0.0, becomes=0.0, because="nothing was told before"),
    example(welcome, 0.6, 0.5, becomes=0.8, because="trust 0.6, and half of what is missing"),
    example(welcome, 0.6, 0.0, becomes=0.6, because="no say: trust alone"),
    example(fitted, 0.7, 0.1, 0.5, 0.8, becomes=0.74, because="0.7 + 0.1 x 0.5 x 0.8"),
    example(fitted, 0.99, 0.5, 1.0, 1.0, becomes=1.0, because="the scale ends at 1"),
    example(watched, 0.9, 0.4, 0.02, 0.5, becomes=0.005, because="0.02 x half unwelcome x 0.5 beyond"),
    example(watched, 0.3, 0.4, 0.02, 0.5, becomes=0.0, because="within comfort"),
    example(knowing, 1000, 0.5, 0.5, 0.05, becomes=5000, because="a thousand times 5 cents"),
)
STEP_EXAMPLES = (
    example_of_step(
        be_fitted, me={"performed": 0.7, "trust": 0.6}, p={"tailoring": 0.5, "fit": 0.1, "control": 0.5},
        becomes={"performed": 0.74}, because="0.1 x 0.5 x 0.8 welcome",
    ),
    example_of_step(
        feel_watched, me={"trust": 0.5}, week={"rate": 2.0}, p={"tailoring": 0.9, "comfort": 0.4, "creepiness": 0.4},
        becomes={"trust": 0.45, "ledger_communication": 0.1}, because="0.4 x half unwelcome x 0.5 beyond is a tenth of it",
    ),
    example_of_step(
        pay_for_knowing, count={"customers": 1000}, p={"remembers": 0.5, "tailoring": 0.3, "cost": 0.05},
        becomes={"count.cost_personalisation": 4000}, because="1,000 x 0.8 x 5 cents",
    ),
)  # fmt: skip
