"""Being known to the company, week by week: a service that fits better, and perhaps the feeling of being watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.model.behaviour.trust import shaken
from sim.model.mechanisms.personalisation import fitted, watched, welcome

if TYPE_CHECKING:
    from sim.engine.objects.customer import Customer

f32 = np.float32


def fits(customer: Customer, performed: np.float32) -> np.float32:
    """The week's performance with what the company adds for those it knows."""
    p = customer.policy
    if not customer.is_customer:
        return performed
    wanted = welcome(customer.trust, p.personalisation_control)
    return fitted(performed, p.personalisation_fit, p.personalisation_tailoring, wanted)


def feel_watched(customer: Customer) -> None:
    """Lose trust to tailoring that goes too far."""
    p, before = customer.policy, customer.trust
    if not customer.is_customer:
        return
    wanted = welcome(before, p.personalisation_control)
    blow = watched(p.personalisation_tailoring, p.personalisation_comfort, p.personalisation_creepiness, wanted)
    customer.trust = shaken(before, blow)
    customer.book("communication", before, customer.trust)
