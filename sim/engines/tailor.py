"""What knowing the customers does to each of them every week: two passes of the fast engine's experience phase."""

import numpy as np

from sim.behaviour.ledger import booked, lost
from sim.behaviour.person import COMPANY
from sim.behaviour.trust import shaken
from sim.compiled import inner_kernel
from sim.mechanisms.personalisation import fitted, watched, welcome

f32 = np.float32


@inner_kernel
def fit(performed, trust, provider, wanted, control):
    """What tailoring adds to the week of the company's customers; ``wanted`` is (fit, tailoring)."""
    for i in range(performed.size):
        better = fitted(performed[i], wanted[0], wanted[1], welcome(trust[i], control))
        performed[i] = better if provider[i] == COMPANY else performed[i]


@inner_kernel
def watch(trust, provider, ledger, too_much, rate):
    """Trust that the company's customers lose to feeling watched; ``too_much`` is (tailoring, comfort, creepiness, control)."""
    for i in range(trust.size):
        before, mine = trust[i], provider[i] == COMPANY
        blow = watched(too_much[0], too_much[1], too_much[2], welcome(before, too_much[3]))
        after = shaken(before, blow)
        trust[i] = after if mine else before
        ledger[i] += booked(lost(before, after), rate, mine)
