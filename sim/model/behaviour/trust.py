"""Whether customers believe the company means well: slow to grow, quick to go.

Serves S0.4, S0.7, S3.5, S3.7. Source: Slovic 1993 (Risk Analysis 13:675-682), the asymmetry principle; sizes are assumptions
held to the range of the replication (evidence row L10).
"""

from sim.model.behaviour.ledger import OF_COMMUNICATION, lost, suffered
from sim.model.behaviour.person import COMPANY
from sim.model.columns import Column
from sim.model.examples import example, example_of_step
from sim.model.numeric import FIXED_ONE, fixed
from sim.model.parameters import Parameters, parameter
from sim.model.rules import f32, rule
from sim.model.steps import step


class Trust(Parameters):
    growth: float = parameter(
        0.010, "share per week", 0, 1, "How fast good weeks build trust",
        "assumption: half way in 69 weeks; plausibly in 34 to 170 weeks", plausible=(0.004, 0.02, "log"))  # fmt: skip
    loss: float = parameter(
        0.025, "share per week", 0, 1, "How fast bad weeks wear trust down",
        "assumption: 2.5 times growth; Slovic 1993 gives the direction; "
        "plausibly twice to six times the growth by default", plausible=(0.02, 0.06, "log"))  # fmt: skip
    encounter: float = parameter(
        4.0, "ratio", 0, 20, "Weight of one conversation with the company against one ordinary week",
        "assumption: people judge people; "
        "plausibly hardly more than a week to ten weeks", plausible=(1.5, 10, "log"))  # fmt: skip

    starting_gap: float = parameter(
        0.03, "scale 0-1", 0, 1, "How far trust stands below satisfaction at the start, where the scenario does not say it",
        "assumption: where a market of default settings comes to rest, since trust falls faster than it grows; "
        "plausibly none to a twelfth of the scale", plausible=(0, 0.08))  # fmt: skip


COLUMNS = (Column("trust", "number", "Trust in the own provider, 0 to 1"),)


@rule
def trust_after(trust: float, evidence: float, growth: float, loss: float) -> float:
    """Trust after a week whose verdict was ``evidence``: drawn towards it, faster down than up."""
    gap = evidence - trust
    return trust + gap * (growth if gap > f32(0) else loss)


@rule
def shaken(trust: float, blow: float) -> float:
    """Trust after a blow that takes this share of it."""
    return trust * (f32(1) - blow)


COUNTS = ("trust",)


@step
def shake(me, p, week, blow: float):
    """A blow to trust, booked under communication."""
    before = me.trust
    me.trust = suffered(before, shaken(before, blow), p.ledger.without == OF_COMMUNICATION)
    me.ledger_communication += lost(before, me.trust) * week.rate


@step
def be_counted_trusting(me, count):
    """The trust of the company's customers."""
    if me.provider == COMPANY:
        count.trust += fixed(me.trust)


EXAMPLES = (
    example(trust_after, 0.5, 0.9, 0.01, 0.025, becomes=0.504, because="a hundredth of 0.4 upwards"),
    example(trust_after, 0.5, 0.1, 0.01, 0.025, becomes=0.49, because="2.5 hundredths of 0.4 downwards"),
    example(shaken, 0.8, 0.25, becomes=0.6, because="a quarter of 0.8 is lost"),
)
STEP_EXAMPLES = (
    example_of_step(
        shake, 0.25, me={"trust": 0.8}, week={"rate": 2.0}, becomes={"trust": 0.6, "ledger_communication": 0.4},
        because="a quarter of 0.8 is lost, and booked at the rate of 2",
    ),
    example_of_step(be_counted_trusting, me={"trust": 0.5}, becomes={"count.trust": FIXED_ONE // 2}, because="a half"),
)  # fmt: skip
