"""Visits to the shop end at a checkout: staffed lanes, or lanes where customers do the work.

Serves S4.1. Both are real first-come-first-served queues; somebody whose patience ends leaves without being served. Sources:
Nusrat & Huang 2024 (J. Business Research 170:114293), self-checkout lowers loyalty through saved effort and entitlement, less
so for those who like it; Meuter et al. 2000 (J. Marketing 64:50-64) for failures of self-service. Sizes are assumptions.
"""

import numpy as np

from sim.compiled import rule
from sim.draws import stream
from sim.examples import example
from sim.numeric import logistic, share
from sim.parameters import Parameters, parameter

f32 = np.float32

CHECKOUT = stream("checkout")


class SelfCheckout(Parameters):
    visits: float = parameter(
        0.10, "per week", 0, 1, "Chance that a customer visits a shop in a week", "assumption: every tenth week; a grocer has near 1")  # fmt: skip
    lanes: int = parameter(
        20, "lanes", 0, 10_000, "Checkout lanes of all shops together", "assumption: fits 40,000 customers who rarely come")  # fmt: skip
    self_lanes: int = parameter(
        0, "lanes", 0, 10_000, "Of these, lanes where customers check out themselves", "assumption: none unless the scenario says so")  # fmt: skip
    hours: float = parameter(
        60.0, "hours", 1, 168, "Hours a week the shops are open", "assumption: ten hours on six days")  # fmt: skip
    wage: float = parameter(
        16.0, "currency per hour", 0, 10_000, "What an hour of a cashier costs", "assumption: 16 an hour")  # fmt: skip
    lane_cost: float = parameter(
        90.0, "currency per week", 0, 100_000, "What one self-service lane costs a week, its share of a helper included",
        "assumption: machine, upkeep, and a sixth of a helper")  # fmt: skip
    minutes: float = parameter(
        3.0, "minute", 0.05, 60, "Mean time at a staffed lane", "assumption: a short errand")  # fmt: skip
    self_minutes: float = parameter(
        4.0, "minute", 0.05, 60, "Mean time at a self-service lane without errors", "assumption: customers are slower than cashiers")  # fmt: skip
    minutes_spread: float = parameter(
        0.6, "ratio", 0, 3, "Standard deviation of the logarithm of times at a lane", "assumption: lognormal, as service times are")  # fmt: skip
    errors: float = parameter(
        0.10, "share", 0, 1, "Share of self-service visits in which the machine needs a helper", "assumption: one in ten")  # fmt: skip
    error_minutes: float = parameter(
        2.0, "minute", 0, 60, "Time lost to such an error", "assumption: two minutes")  # fmt: skip
    shrink: float = parameter(
        0.02, "weeks of spend", 0, 10, "Loss per self-service visit through theft and mistakes",
        "literature: Beck 2018 (ECR): shrink rises with self-scanning; size assumed")  # fmt: skip
    effort: float = parameter(
        0.35, "scale 0-1", 0, 1, "What doing the work oneself takes off a visit, for someone who dislikes it entirely", "assumption: a third of the scale")  # fmt: skip
    tolerance: float = parameter(
        3.0, "minute", 0.1, 240, "Wait that spoils half of what can be spoilt by waiting", "assumption: three minutes")  # fmt: skip
    waiting_hurts: float = parameter(
        0.30, "scale 0-1", 0, 1, "What an endless wait takes off a visit", "assumption: a third of the scale")  # fmt: skip
    memory: float = parameter(
        0.05, "share", 0, 1, "Weight of one visit in cumulative satisfaction", "assumption: about one ordinary week")  # fmt: skip


NEUTRAL = {"visits": 0.0, "wage": 0.0, "lane_cost": 0.0}
IMPOSSIBLE = (
    (lambda now: now.self_lanes > now.lanes, "self_lanes is {self_lanes}, but there are only {lanes} lanes in all"),
)

_GOOD = f32(0.8)


@rule
def prefers_self(liking: float, staffed: int, self_service: int) -> float:
    """The chance of going to a self-service lane: by liking, or by need when there is only one kind."""
    chance = logistic(f32(6) * (liking - f32(0.5)))
    return f32(0) if self_service == 0 else (f32(1) if staffed == 0 else chance)


@rule
def visit(pain: float, effort: float, liking: float) -> float:
    """How a visit was: good, less the wait, and the work done oneself as far as it is not liked (0 to 1)."""
    return share(_GOOD - pain - effort * (f32(1) - liking))


@rule
def minutes_at_lane(usual: float, error: float, luck: float, errors: float) -> float:
    """Minutes at a lane: the usual, and the time an error takes when the machine needs a helper."""
    return usual + (error if luck < errors else f32(0))


EXAMPLES = (
    example(prefers_self, 0.5, 2, 2, becomes=0.5, because="undecided"),
    example(prefers_self, 0.9, 2, 0, becomes=0.0, because="there is no self-service"),
    example(prefers_self, 0.1, 0, 2, becomes=1.0, because="there is nothing else"),
    example(minutes_at_lane, 3.0, 2.0, 0.05, 0.1, becomes=5.0, because="an error, and two minutes more"),
    example(minutes_at_lane, 3.0, 2.0, 0.15, 0.1, becomes=3.0, because="no error"),
    example(visit, 0.1, 0.4, 0.75, becomes=0.6, because="0.8 - 0.1 - 0.4 x the quarter that is disliked"),
)
