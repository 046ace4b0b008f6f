"""Closed forms for a telephone whose callers are not all alike, or call more than once: priorities, and second calls.

Sources: Cobham 1954, "Priority assignment in waiting line problems", Operations Research 2:70-76; second calls as in
Hoffman & Harris 1986, "Estimation of the caller retrial rate for a telephone information system", EJOR 27:207-214, and
Aguir, Karaesmen, Aksin & Chauvet 2004, "The impact of retrials on call center performance", OR Spectrum 26:353-376.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from sim.system.arguments import nought_or_more, number
from sim.theory.erlang import erlang_c

_CLOSE, _MOST_HALVINGS = 1e-13, 200


def cobham(arrival_rates: Sequence[float], mean_handling: float, agents: int) -> tuple[float, ...]:
    """Mean wait in minutes of each class of callers, of whom the first is always served before the second and so on.

    Nobody hangs up, nobody is interrupted; handling is exponential and alike. With s_k the share of all working time that
    classes 1 .. k need, W_k = C / (n mu (1 - s_(k-1)) (1 - s_k)), where C is the share of callers who find nobody free: by
    :func:`~sim.theory.erlang.erlang_c`, or 1 where the queue of the last classes grows without end, whose wait is infinite.
    Raises :class:`~sim.errors.Mistake` on numbers that describe no queue.
    """
    rates = [nought_or_more("arrival_rates", rate) for rate in arrival_rates]
    total, capacity = sum(rates), agents / mean_handling
    waiting = erlang_c(total, mean_handling, agents).probability_of_waiting if total < capacity else 1.0
    found, before = [], 0.0
    for rate in rates:
        after = before + rate / capacity
        found.append(waiting / (capacity * (1 - before) * (1 - after)) if after < 1 else math.inf)
        before = after
    return tuple(found)


def calls_with_second_ones(
    first_calls: float, hung_up: Callable[[float], float], after_hanging_up: float, after_service: float = 0.0
) -> float:
    """All calls a minute, where so many call for the first time and some call again.

    ``hung_up``: the share who hang up at so many calls a minute, of which there must not be fewer with more calls; the chances
    of calling again after hanging up and after being served are below 1. Second calls are calls like any other, which may be
    followed by a third; where they come late enough to find another queue, arrivals are as good as Poisson, and all calls solve
    x (1 - r p(x) - s (1 - p(x))) = first calls. Raises :class:`~sim.errors.Mistake`.
    """
    first = nought_or_more("first_calls", first_calls)
    chances = [
        _below_one(name, given)
        for name, given in (("after_hanging_up", after_hanging_up), ("after_service", after_service))
    ]
    if first == 0 or not any(chances):
        return first

    def new(calls: float) -> float:
        lost = hung_up(calls)
        return calls * (1 - chances[0] * lost - chances[1] * (1 - lost))

    low, high = first, first / (1 - max(chances))
    for _ in range(_MOST_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if new(middle) < first else (low, middle)
        if high - low <= _CLOSE * high:
            break
    return (low + high) / 2


def _below_one(name: str, given: float) -> float:
    return number(name, given, lambda found: 0 <= found < 1, "a chance, at least 0 and below 1")
