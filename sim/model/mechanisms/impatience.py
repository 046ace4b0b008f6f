"""Less and less patience: year by year people hang up sooner, and the rival is closer at hand.

Serves S1.5. It belongs to the times and not to the company: the patience with which people wait, and the discount the rival
must offer before they move, both shrink by a share each year. The trends are assumptions to try out.
"""

from sim.model.examples import example
from sim.model.numeric import power
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.rules import f32, rule


class Impatience(Parameters):
    patience_trend: float = parameter(
        0.0, "share per year", 0, 0.9, "Share of their patience in queues that people lose each year",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    switching_trend: float = parameter(
        0.0, "share per year", 0, 0.9, "Share by which the discount the rival must offer shrinks each year",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip


NEUTRAL = {"patience_trend": 0.0, "switching_trend": 0.0}


@rule
def remaining(trend: float, week: int) -> float:
    """What is left in this week of something that loses the share ``trend`` each year."""
    return power(f32(1) - trend, f32(week) * f32(7 / 365.25)) if trend > f32(0) else f32(1)


EXAMPLES = (
    example(remaining, 0.2, 0, becomes=1.0, because="nothing is lost yet"),
    example(remaining, 0.2, 104, becomes=0.8 ** (104 * 7 / 365.25), because="nearly two years at four fifths each"),
    example(remaining, 0.0, 500, becomes=1.0, because="no trend"),
)
