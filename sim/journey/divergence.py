"""Find somebody whose life shows what a policy does: a customer who stays under one and leaves under the other."""

from __future__ import annotations

import numpy as np

from sim.engine.engine import Engine
from sim.model.behaviour.ledger import BOOKED
from sim.model.behaviour.person import COMPANY
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import Scenario


def whose_lives_part(keeps: Scenario, loses: Scenario, cause: str, replication: int = 0, seed: int = 1) -> int | None:
    """The customer who never leaves under ``keeps``, is not with the company at the end under ``loses``, and held most
    against it for ``cause`` (as a share of all they held against it); None when there is nobody.

    ``cause``: one of the causes that a ledger books (:data:`sim.model.behaviour.ledger.BOOKED`); another one, such as the rival's
    pull, chooses whoever held least against the company.
    """
    one, other = _ending(keeps, replication, seed), _ending(loses, replication, seed)
    stayed = (one["provider"] == COMPANY) & (one["tenure"] >= keeps.weeks)
    parted = np.flatnonzero(stayed & (other["provider"] != COMPANY))
    if not len(parted):
        return None
    held = sum(other[f"ledger_{name}"][parted] for name in BOOKED)
    of_cause = other[f"ledger_{cause}"][parted] / np.maximum(held, 1e-9) if cause in BOOKED else -held
    return int(parted[np.argmax(of_cause)])


def _ending(scenario: Scenario, replication: int, seed: int) -> dict[str, np.ndarray]:
    """Every column of everybody after the last week of a replication."""
    return Engine(ground_of(scenario), seed).replicate(replication).people()
