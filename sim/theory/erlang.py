"""Closed forms of the telephone queue: Erlang-B, Erlang-C and Erlang-A.

Poisson callers, exponential handling, ``agents`` representatives, first come first served. Erlang-B turns away whoever
finds nobody free; in Erlang-C everybody waits; in Erlang-A (Palm 1957, "Research on telephone traffic carried by full
availability groups", Tele 1) everybody waits up to an exponential patience. Rates are per minute, times are minutes.

Further sources: Garnett, Mandelbaum & Reiman 2002, "Designing a call center with impatient customers", M&SOM 4:208-227;
Mandelbaum & Zeltyn 2007, "Service engineering in action: the Palm/Erlang-A queue", in Advances in Services Innovations;
for the density of the offered wait, Baccelli & Hebuterne 1981, "On queues with impatient customers", Performance '81.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import Mistake
from sim.system.arguments import nought_or_more as _not_negative
from sim.system.arguments import number, whole

TWENTY_SECONDS = 20 / 60
MOST = 10_000_000
"""Representatives, and callers waiting, up to which a queue is reckoned with: each is a term of a sum."""
TOO_LARGE = "the queue would hold {what}, and no more than " + f"{MOST:,} can be reckoned with"


class QueueFigures(NamedTuple):
    """Long-run figures of a queue. Shares are of all callers; waits and the queue count nobody who is being served."""

    probability_of_waiting: float
    """Share of callers who find no representative free."""
    abandonment: float
    """Share of callers who hang up."""
    mean_wait: float
    """Minutes, over all callers, those who hang up included."""
    mean_wait_served: float
    """Minutes, over the callers who are served."""
    mean_queue: float
    """Callers waiting, on average over time."""
    occupancy: float
    """Share of their time that representatives spend with callers."""
    service_level: float
    """Share of all callers who are served within the target (20 seconds unless told otherwise)."""


def erlang_b(offered_load: float, agents: int) -> float:
    """Share of callers turned away when nobody can wait, by the recursion B_k = a B_(k-1) / (k + a B_(k-1)), B_0 = 1.

    ``offered_load`` a is arrival rate times mean handling. Every step is a ratio below 1: nothing can overflow.
    """
    load, staff = _positive("offered_load", offered_load), _agents(agents)
    blocked = 1.0
    for k in range(1, staff + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


def erlang_c(
    arrival_rate: float, mean_handling: float, agents: int, answered_within: float = TWENTY_SECONDS
) -> QueueFigures:
    """The queue in which everybody waits as long as it takes.

    P(wait > t) = C e^(-(n mu - lambda) t) with C = B / (1 - rho (1 - B)) and B of :func:`erlang_b` (Erlang 1917).
    Raises :class:`~sim.errors.Mistake` when representatives cannot keep up (rho >= 1): the queue then has no long run.
    """
    load = _load(arrival_rate, mean_handling)
    occupancy = load / _agents(agents)
    if occupancy >= 1:
        if load >= MOST:
            raise Mistake(TOO_LARGE.format(what=f"{load:g} calls at a time"))
        raise Mistake(
            f"{agents} representatives cannot keep up with {load:g} calls at a time: the queue grows without end. "
            f"Take at least {math.floor(load) + 1} representatives, or give the callers a patience"
        )
    blocked = erlang_b(load, agents)
    waiting = blocked / (1 - occupancy * (1 - blocked))
    spare = agents / mean_handling - arrival_rate
    level = 1 - waiting * math.exp(-spare * _not_negative("answered_within", answered_within))
    wait = waiting / spare
    return QueueFigures(waiting, 0.0, wait, wait, arrival_rate * wait, occupancy, level)


def erlang_a(
    arrival_rate: float,
    mean_handling: float,
    agents: int,
    mean_patience: float,
    answered_within: float = TWENTY_SECONDS,
) -> QueueFigures:
    """The queue whose callers hang up when an exponential patience of mean ``mean_patience`` minutes is used up.

    Palm's birth-and-death process: births at lambda, deaths at min(k, n) mu + max(k - n, 0) theta. Its probabilities
    are taken relative to the largest, in logarithms, so thousands of representatives are no difficulty. Abandonment is
    theta E[Q] / lambda (Garnett et al. 2002). Endless patience gives :func:`erlang_c`. Raises
    :class:`~sim.errors.Mistake` on numbers that describe no queue.
    """
    if isinstance(mean_patience, float | np.floating) and mean_patience == math.inf:
        return erlang_c(arrival_rate, mean_handling, agents, answered_within)
    call = _Call(
        _positive("arrival_rate", arrival_rate),
        _agents(agents) / _positive("mean_handling", mean_handling),
        1 / _positive("mean_patience", mean_patience),
    )
    busy, waiting = _states(call, agents)
    queue = float(np.arange(len(waiting)) @ waiting)
    abandonment = call.hang_up * queue / call.arrive
    occupancy = float(np.arange(agents) @ busy) / agents + float(waiting.sum())
    served = occupancy * call.finish / call.arrive  # the same as 1 - abandonment, without the cancellation
    target = _not_negative("answered_within", answered_within)
    return QueueFigures(
        probability_of_waiting=float(waiting.sum()),
        abandonment=abandonment,
        mean_wait=queue / call.arrive,
        mean_wait_served=_wait_of_the_served(call, waiting) / served,
        mean_queue=queue,
        occupancy=occupancy,
        service_level=float(busy.sum()) + _answered_after_waiting(call, float(waiting[0]), target),
    )


class _Call(NamedTuple):
    """Rates per minute: callers arriving (lambda), all representatives finishing (n mu), one giving up (theta)."""

    arrive: float
    finish: float
    hang_up: float


def _states(call: _Call, agents: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probabilities of 0 .. n - 1 callers in the system, and of n, n + 1, ... (that is, 0, 1, ... waiting).

    The second is cut where the rest weighs under e^-60 of the peak: twelve standard deviations past it, and 60 more.
    """
    patient = call.arrive / call.hang_up
    longest = max(0.0, patient - call.finish / call.hang_up) + 12 * math.sqrt(patient) + 60
    if not longest <= MOST:
        raise Mistake(TOO_LARGE.format(what=f"{longest:g} who wait"))
    deaths = np.concatenate(
        [
            np.arange(1, agents + 1) * (call.finish / agents),
            call.finish + np.arange(1, math.ceil(longest) + 1) * call.hang_up,
        ]
    )
    weight = np.concatenate([[0.0], np.cumsum(np.log(call.arrive / deaths))])
    share = np.exp(weight - weight.max())
    share /= share.sum()
    return share[:agents], share[agents:]


def _wait_of_the_served(call: _Call, waiting: NDArray[np.float64]) -> float:
    """E[wait; served] in minutes.

    With v the density of the offered wait V, v' = (lambda e^(-theta x) - n mu) v; integrating x v' by parts gives
    lambda E[V e^(-theta V)] = n mu E[V] - P(V > 0). A caller who finds j waiting is offered the sum over i = 0 .. j of
    1 / (n mu + i theta), whose first term cancels P(V > 0).
    """
    steps = call.finish / (call.finish + np.arange(len(waiting)) * call.hang_up)
    steps[0] = 0.0
    return float(waiting @ np.cumsum(steps)) / call.arrive


def _answered_after_waiting(call: _Call, all_busy: float, target: float) -> float:
    """Share of callers who wait, at most ``target`` minutes, and are served.

    The integral of v(x) e^(-theta x) over 0 .. target, the offered wait having the density (Baccelli & Hebuterne 1981)
    v(x) = n mu p_n exp(lambda (1 - e^(-theta x)) / theta - n mu x); ``all_busy`` is p_n, all busy and nobody waiting.
    Eight-point Gauss-Legendre on short panels.
    """
    if all_busy == 0.0:
        return 0.0
    # by then e^(-theta x) is e^-50 of what it is where the density peaks, or of 1
    target = min(target, (50 + math.log(max(1.0, call.arrive / call.finish))) / call.hang_up)
    nodes, weights = np.polynomial.legendre.leggauss(8)
    panels = max(1, math.ceil(2 * (call.arrive + call.finish + call.hang_up) * target))
    half = target / panels / 2
    x = half * (2 * np.arange(panels)[:, None] + 1 + nodes)
    gone = -np.expm1(-call.hang_up * x)
    density = np.exp(math.log(call.finish * all_busy) + call.arrive / call.hang_up * gone - call.finish * x)
    return float((density * (1 - gone)).sum(axis=0) @ weights) * half


def _load(arrival_rate: float, mean_handling: float) -> float:
    """Calls at a time, on average: arrival rate times mean handling, when both are numbers above 0."""
    return _positive("arrival_rate", arrival_rate) * _positive("mean_handling", mean_handling)


def _positive(name: str, value: float) -> float:
    """A rate or a time of ordinary size: products and quotients of two of these are numbers too."""
    return number(name, value, lambda found: 1e-100 <= found <= 1e100, "a finite number above 0, from 1e-100 to 1e100")


def _agents(agents: int) -> int:
    """A whole number of representatives, at least one."""
    return whole("agents", agents, 1, MOST)
