"""Who speaks up when something goes wrong, and who says nothing.

Serves S0.1, S2.2. Sources: Goodman (TARP), "Basic facts on customer complaint behavior" (about half tell a front-line person;
the popular 4 % is a misquotation); Hirschman 1970, "Exit, voice, and loyalty". The slope is an assumption.
"""

import numpy as np

from sim.model.examples import example
from sim.model.numeric import share
from sim.model.parameters import Parameters, parameter
from sim.model.rules import rule

f32 = np.float32


class Complaining(Parameters):
    base: float = parameter(
        0.7, "ratio", 0, 2, "Chance to speak up about a slight issue, per unit of the person's contact propensity",
        "assumption: with propensity 0.5, a third speak up about trifles")  # fmt: skip
    slope: float = parameter(
        1.0, "ratio", 0, 5, "How much more likely people speak up about a grave issue",
        "literature: Goodman (TARP): half of all problems are told to the front line, grave ones more")  # fmt: skip
    persistence: float = parameter(
        0.6, "share per week", 0, 1, "Chance to get in touch again while the issue is unresolved",
        "assumption: most try again within two weeks")  # fmt: skip


@rule
def speaks_up(propensity: float, severity: float, base: float, slope: float) -> float:
    """The chance that a customer with a new issue gets in touch."""
    return share(propensity * (base + slope * severity))


EXAMPLES = (
    example(speaks_up, 0.5, 0.4, 0.6, 1.0, becomes=0.5, because="0.5 x (0.6 + 0.4)"),
    example(speaks_up, 0.9, 1.0, 0.8, 1.0, becomes=1.0, because="a chance cannot exceed 1"),
)
