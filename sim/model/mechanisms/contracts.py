"""Being bound: how long newcomers sign up for, what leaving early costs, and what happens when the term ends.

Serves S4.5. At the end of a term everybody compares once; whoever stays is bound again. Leaving early costs a fee, which counts
as the discount over a year that would make up for it. Source: Klemperer 1995 (Review of Economic Studies 62:515-539) for
switching costs; sizes are assumptions.
"""

from sim.model.examples import example
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.rules import f32, rule


class Contracts(Parameters):
    term: int = parameter(
        0, "weeks", 0, 520, "Length of the contract a newcomer signs; 0 means none",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    exit_fee: float = parameter(
        20.0, "weeks of spend", 0, 520, "What leaving before the end costs",
        "assumption: a good part of a year's term", plausible=CERTAIN)  # fmt: skip
    renewal: int = parameter(
        52, "weeks", 1, 520, "Length of the next term of whoever stays at the end of one",
        "assumption: a year", plausible=CERTAIN)  # fmt: skip


NEUTRAL = {"term": 0, "exit_fee": 0.0}


@rule
def bound(contract_end: int, week: int) -> bool:
    """Whether a contract still runs."""
    return contract_end > week


@rule
def hurdle(switching_cost: float, exit_fee: float, bound: bool) -> float:
    """The discount over one year that the other must offer: the person's own reluctance, and the fee while bound."""
    return switching_cost + (exit_fee / f32(52) if bound else f32(0))


EXAMPLES = (
    example(bound, 10, 9, becomes=True, because="one week to go"),
    example(bound, 10, 10, becomes=False, because="it ends this week"),
    example(bound, -1, 0, becomes=False, because="there is none"),
    example(hurdle, 0.1, 26.0, True, becomes=0.6, because="0.1 and half a year's spend"),
    example(hurdle, 0.1, 26.0, False, becomes=0.1, because="no fee once the term is over"),
)
