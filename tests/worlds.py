"""Small scenarios for tests: quick to run, with everything happening."""

import numpy as np

from sim.scenario.whole import Scenario, described

BUSY = {
    "weeks": 10,
    "market": {"customers": 240, "prospects": 60, "stands_for": 20},
    "quality": {"error_rate": 0.08},
    "call_centre": {"representatives": 2, "questions": 0.1},
    "outsourcing": {"share": 0.5},
    "upselling": {"attempts": 1.0},
    "self_checkout": {"visits": 0.3, "lanes": 4, "self_lanes": 2},
    "accountability": {"compensates": 1.0, "acknowledges": 0.8},
    "pricing": {"newcomer_discount": 0.1},
    "contracts": {"term": 6},
}


def busy(**sections: object) -> Scenario:
    """A small busy scenario, with these sections on top."""
    return described(BUSY).with_(name="Busy", **sections)


def fixed(policy: np.ndarray) -> np.ndarray:
    """A policy that cannot be changed, as a scenario's: for one that can, numba would compile the whole core once more."""
    policy = policy.view()
    policy.flags.writeable = False
    return policy
