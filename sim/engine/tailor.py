"""What knowing the customers does to each of them every week: two passes of the fast engine's experience phase."""

import numpy as np

from sim.engine.lists import row_of
from sim.model.behaviour.ledger import booked, lost
from sim.model.behaviour.person import COMPANY
from sim.model.behaviour.trust import shaken
from sim.model.mechanisms.personalisation import fitted, watched, welcome
from sim.model.rules import inner_kernel, step

f32 = np.float32

T_, LEDGER_COMMUNICATION = row_of("trust"), row_of("ledger_communication")


@inner_kernel
def _fit(performed, trust, provider, wanted, control):
    """What tailoring adds to the week of the company's customers; ``wanted`` is (fit, tailoring)."""
    for i in range(performed.size):
        better = fitted(performed[i], wanted[0], wanted[1], welcome(trust[i], control))
        performed[i] = better if provider[i] == COMPANY else performed[i]


@inner_kernel
def _watch(trust, provider, ledger, too_much, rate):
    """Trust that the company's customers lose to feeling watched; ``too_much`` is (tailoring, comfort, creepiness, control)."""
    for i in range(trust.size):
        before, mine = trust[i], provider[i] == COMPANY
        blow = watched(too_much[0], too_much[1], too_much[2], welcome(before, too_much[3]))
        after = shaken(before, blow)
        trust[i] = after if mine else before
        ledger[i] += booked(lost(before, after), rate, mine)


@step
def fit(number, provider, p, here, performed):
    """The service is fitted to what is known of everybody in the block ``here``."""
    wanted = (p.personalisation_fit, p.personalisation_tailoring)
    _fit(performed, number[T_, here], provider, wanted, p.personalisation_control)


@step
def watch(number, provider, p, here, rate):
    """Tailoring goes so far that people in the block ``here`` feel watched."""
    bounds = (p.personalisation_tailoring, p.personalisation_comfort)
    too_much = (bounds[0], bounds[1], p.personalisation_creepiness, p.personalisation_control)
    _watch(number[T_, here], provider, number[LEDGER_COMMUNICATION, here], too_much, rate)
