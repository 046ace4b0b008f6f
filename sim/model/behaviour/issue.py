"""Something that went wrong and is still open: how bad it is, and how often the customer has called about it.

Serves S0.6, S1.1, S2.2. An issue stays until it is resolved or has faded; fading is forgetting, not forgiving: what it left in
the grievance remains. Rates are assumptions.
"""

from sim.model.columns import Column
from sim.model.examples import example
from sim.model.parameters import Parameters, parameter
from sim.model.rules import f32, rule

UNDECIDED, MOST_TRIES, SILENT = 0, 250, 255
"""Values of ``issue_tries`` besides the number of contacts made: not yet decided, decided to say nothing."""


class Issue(Parameters):
    lasting: float = parameter(
        0.85, "share per week", 0, 1, "Share of an open issue's severity that is left a week later",
        "assumption: half forgotten in a month; plausibly in two to eight weeks", plausible=(0.72, 0.92))  # fmt: skip
    closed_below: float = parameter(
        0.05, "scale 0-1", 0.001, 1, "Severity at which an issue no longer matters",
        "assumption: a twentieth; plausibly a fiftieth to an eighth", plausible=(0.02, 0.12, "log"))  # fmt: skip


COLUMNS = (
    Column("issue_severity", "number", "Severity of the open issue, 0 (none) to 1"),
    Column("issue_tries", "mark", "Contacts made about it; 255 means the customer says nothing"),
)


@rule
def severity_of(performance: float, threshold: float) -> float:
    """How bad a performance below the failure threshold is: 0 at the threshold, 1 at nothing at all."""
    return f32(0) if performance >= threshold else (threshold - performance) / threshold


@rule
def carried(severity: float, lasting: float, closed_below: float) -> float:
    """An open issue's severity a week later, 0 once it no longer matters."""
    left = severity * lasting
    return f32(0) if left < closed_below else left


EXAMPLES = (
    example(severity_of, 0.3, 0.5, becomes=0.4, because="0.2 below a threshold of 0.5"),
    example(severity_of, 0.6, 0.5, becomes=0.0, because="good enough"),
    example(carried, 0.5, 0.8, 0.05, becomes=0.4, because="0.5 x 0.8"),
    example(carried, 0.06, 0.8, 0.05, becomes=0.0, because="0.048 no longer matters"),
)
