"""Who tells friends and the public about a provider, and whether well or ill.

Serves S0.7, S2.1, S2.2, S4.6. Sources: Anderson 1998 (J. Service Research 1:5-17), talk rises with extreme satisfaction and more
with dissatisfaction; East, Hammond & Wright 2007 (IJRM 24:175-184), positive talk is about three times as common as
negative among viable firms. Rates are assumptions.
"""

import numpy as np

from sim.model.examples import example
from sim.model.parameters import Parameters, parameter
from sim.model.rules import rule

f32 = np.float32


class Talk(Parameters):
    base: float = parameter(
        0.02, "per week", 0, 1, "Chance that someone of average talkativeness mentions the provider",
        "assumption: once a year unprompted")  # fmt: skip
    strong: float = parameter(
        0.10, "per week", 0, 2, "Extra chance per unit of satisfaction above or below the middle",
        "literature: Anderson 1998 gives the U shape, the size is assumed")  # fmt: skip
    grievance: float = parameter(
        0.15, "per week", 0, 2, "Extra chance per unit of grievance", "assumption: the aggrieved talk")  # fmt: skip
    pivot: float = parameter(
        0.70, "scale 0-1", 0, 1, "Satisfaction from which people speak well",
        "literature: East, Hammond & Wright 2007: set so that good talk is about three times as common as bad")  # fmt: skip


@rule
def talks(satisfaction: float, grievance: float, talkative: float, base: float, strong: float, angry: float) -> float:
    """The chance that someone this talkative talks this week."""
    feeling = satisfaction - f32(0.5)
    return talkative * (base + strong * (feeling if feeling > f32(0) else -feeling) + angry * grievance)


@rule
def speaks_well(satisfaction: float, grievance: float, pivot: float) -> bool:
    """Whether what is said is good: satisfaction less the grievance, against the pivot.

    The pivot lies above the middle of the scale, so that talk out of a grievance is ill talk for nearly everybody.
    """
    return satisfaction - grievance >= pivot


EXAMPLES = (
    example(talks, 0.8, 0.0, 2.0, 0.02, 0.1, 0.15, becomes=0.1, because="2 x (0.02 + 0.1 x 0.3)"),
    example(talks, 0.3, 0.4, 1.0, 0.02, 0.1, 0.15, becomes=0.1, because="0.02 + 0.1 x 0.2 + 0.15 x 0.4"),
    example(speaks_well, 0.8, 0.2, 0.5, becomes=True, because="0.8 - 0.2 is above 0.5"),
    example(speaks_well, 0.8, 0.4, 0.5, becomes=False, because="0.8 - 0.4 is below 0.5"),
)
