"""Claiming to put customers first: the claim wins people and raises what they expect, and each hollow encounter betrays it.

Serves S1.6, S4.4: agents who pretend to be empowered, self-service that pretends to be convenience. What counts is the gap
between what is claimed and what is so; what is really so has its price elsewhere (accountability, call_centre). No study that
we know of measures it: all sizes are assumptions.
"""

import numpy as np

from sim.model.examples import example
from sim.model.parameters import Parameters, parameter
from sim.model.rules import rule

f32 = np.float32


class Pretence(Parameters):
    claimed: float = parameter(
        0.0, "scale 0-1", 0, 1, "How much the company claims that its customers come first", "assumption: nothing unless the scenario says so")  # fmt: skip
    actual: float = parameter(
        0.0, "scale 0-1", 0, 1, "How far that is so", "assumption: not unless the scenario says so")  # fmt: skip
    appeal: float = parameter(
        0.10, "share", 0, 1, "Share of what the company lacks in the eyes of the rival's customers that a full claim makes up for", "assumption: a tenth")  # fmt: skip
    lift: float = parameter(
        0.40, "share", 0, 1, "Share of what the promise lacks to perfection that a wholly hollow claim adds for newcomers", "assumption: two fifths")  # fmt: skip
    reach: float = parameter(
        0.10, "share per week", 0, 1, "Share of the customers who hear the campaign in a week", "assumption: everybody five times a year")  # fmt: skip
    swelling: float = parameter(
        0.05, "share", 0, 1, "Share of what an expectation lacks to perfection that hearing a wholly hollow claim once adds", "assumption: a twentieth")  # fmt: skip
    exposure: float = parameter(
        0.40, "share", 0, 1, "Chance that an answered call shows a wholly hollow claim for what it is", "assumption: two calls in five")  # fmt: skip
    betrayal: float = parameter(
        0.10, "share", 0, 1, "Share of trust lost in such a call", "assumption: a tenth; trust is quick to go (Slovic 1993)")  # fmt: skip
    anger: float = parameter(
        0.10, "share", 0, 1, "Grievance left by such a call", "assumption: a sixth of a grave failure")  # fmt: skip
    campaign_cost: float = parameter(
        0.03, "currency per week", 0, 10_000, "What a campaign with the full claim costs for each customer", "assumption: 1.50 a year")  # fmt: skip


NEUTRAL = {"claimed": 0.0}


@rule
def hollow(claimed: float, actual: float) -> float:
    """How much of the claim is hollow, 0 to 1."""
    return claimed - actual if claimed > actual else f32(0)


@rule
def exposed(gap: float, exposure: float) -> float:
    """The chance that an answered call shows the claim for what it is."""
    return gap * exposure


@rule
def campaign(people: int, cost: float, claimed: float) -> int:
    """A week's campaign in whole cents."""
    return np.int64(f32(people) * cost * claimed * f32(100) + f32(0.5))


EXAMPLES = (
    example(hollow, 0.75, 0.25, becomes=0.5, because="half is hollow"),
    example(hollow, 0.25, 0.75, becomes=0.0, because="better than it claims to be"),
    example(exposed, 0.5, 0.4, becomes=0.2, because="half of 0.4"),
    example(campaign, 1000, 0.02, 0.5, becomes=1000, because="1,000 people at one cent"),
)
