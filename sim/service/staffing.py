"""How many representatives? Closed-form and simulated figures of one telephone queue, side by side.

The two columns are independent routes to the same numbers: a difference beyond the interval is a fault in one of them.
Rates are per minute, times are minutes.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.numeric import log
from sim.model.random import fill, stream, world
from sim.model.rules import kernel
from sim.service.queues import ABANDONED, SERVED, serve
from sim.system.arguments import whole
from sim.theory.erlang import TWENTY_SECONDS, QueueFigures, erlang_a, erlang_c

BATCHES, WARM_UP = 30, 0.05
FEWEST_CALLERS = 3_000
"""A hundred callers a batch; below that the batches are too short to be nearly independent."""
MOST_CALLERS, MOST_SEED = 100_000_000, 2**64 - 1

_STUDENT_97_5 = 2.045
"""The 97.5 % point of Student's t with 29 degrees of freedom, for 30 batches."""

_HALF, _TO_UNIT = np.float32(0.5), np.float32(2.0**-32)

Column = NDArray[np.float64]


class Figure(NamedTuple):
    """One line of the comparison; ``low`` to ``high`` is a 95 % interval around ``simulated``."""

    figure: str
    unit: str
    closed_form: float
    simulated: float
    low: float
    high: float


_UNITS = ("share", "share", "minutes", "minutes", "callers", "share", "share")
"""Of the fields of :class:`sim.theory.erlang.QueueFigures`."""


def staff(
    arrivals: float,
    handling: float,
    agents: int,
    patience: float | None = None,
    callers: int = 200_000,
    seed: int = 1,
) -> tuple[Figure, ...]:
    """Figures of ``agents`` representatives who take ``arrivals`` calls a minute of ``handling`` minutes on average.

    ``patience`` is the mean time in minutes after which a waiting caller hangs up (exponential; ``None``: never). The
    closed form is Erlang-A, or Erlang-C without patience; the simulation lets ``callers`` callers through
    :func:`sim.service.queues.serve`. Figures are those of :class:`sim.theory.erlang.QueueFigures`, in that order.
    Raises :class:`~sim.errors.Mistake` on numbers that describe no queue, and without patience also when the
    representatives cannot keep up.
    """
    endless = math.inf if patience is None else patience
    exact = erlang_c(arrivals, handling, agents) if patience is None else erlang_a(arrivals, handling, agents, patience)
    drawn = draw_callers((1 / arrivals, handling, endless), _callers(callers), whole("seed", seed, 0, MOST_SEED))
    simulated = interval(batches(*drawn, *serve(*drawn, agents), agents))
    low, mean, high = (column.tolist() for column in simulated)
    return tuple(Figure(*row) for row in zip(QueueFigures._fields, _UNITS, exact, mean, low, high, strict=True))


def draw_callers(means: tuple[float, float, float], callers: int, seed: int) -> tuple[Column, Column, Column]:
    """Arrivals, handling and patience of shape (callers,), exponential about ``means`` (gap, handling, patience).

    The draws belong to the caller's number, so other numbers of representatives meet the very same callers.
    """
    key = world(seed, 0)
    gap, handling, patience = (
        _exponential(key, stream(f"staffing {what}"), mean, callers)
        for what, mean in zip(("gap", "handling", "patience"), means, strict=True)
    )
    return np.cumsum(gap), handling, patience


def draw_more(what: str, callers: int, seed: int) -> Column:
    """Exponential numbers about 1 of the same callers, others for each thing that is drawn."""
    return _exponential(world(seed, 0), stream(f"staffing {what}"), 1.0, callers)


def _exponential(key: np.uint64, what: np.uint32, mean: float, callers: int) -> Column:
    """Exponential times about ``mean``, one per caller; endless when the mean is."""
    words, times = np.empty((4, callers), np.uint32), np.empty(callers)
    fill(key, what, 0, 0, tuple(words))
    _fill_exponential(words[0], mean, times)
    return times


@kernel
def _fill_exponential(words, mean, times):
    for i in range(len(words)):
        # never 0, which an endless mean would turn into a missing value
        times[i] = mean * max(-log((np.float32(words[i]) + _HALF) * _TO_UNIT), _TO_UNIT)


def batches(
    arrivals: Column, handling: Column, patience: Column, wait: Column, outcome: NDArray[np.int8], agents: int
) -> NDArray[np.float64]:
    """The figures of 30 stretches of equally many callers, after a warm-up of 5 %: shape (30, 7).

    Columns follow :class:`sim.theory.erlang.QueueFigures`. Queue and occupancy are averages over the time of a stretch,
    whoever waits or is served in it. All callers count, also those turned away for want of a line.
    """
    edges = np.linspace(len(wait) * WARM_UP, len(wait) - 1, BATCHES + 1).astype(np.int64)
    served = outcome == SERVED
    times = arrivals[edges]
    minutes = np.diff(times)
    # a batch in which nobody is served has no wait of the served; 0 stands for it
    answered = np.maximum(_sums(served, edges), 1)
    columns = (
        _means(wait > 0, edges),
        _means(outcome == ABANDONED, edges),
        _means(wait, edges),
        _sums(wait * served, edges) / answered,
        np.diff(_spent(arrivals, wait, times)) / minutes,
        np.diff(_spent((arrivals + wait)[served], handling[served], times)) / (minutes * agents),
        _means(served & (wait <= TWENTY_SECONDS), edges),
    )
    return np.column_stack(columns)


def _sums(column: NDArray[np.generic], edges: NDArray[np.int64]) -> Column:
    """Sums of the callers ``edges[b] .. edges[b + 1] - 1``, for every b."""
    return np.diff(np.append(0.0, np.cumsum(column, dtype=np.float64))[edges])


def _means(column: NDArray[np.generic], edges: NDArray[np.int64]) -> Column:
    return _sums(column, edges) / np.diff(edges)


def _spent(begin: Column, length: Column, times: Column) -> Column:
    """For each of ``times``, the minutes all have spent before it, in stretches of ``length`` from ``begin``."""
    spent = np.zeros(len(times))
    _add_spent(begin, length, times, spent)
    return spent


@kernel
def _add_spent(begin, length, times, spent):
    for k in range(len(times)):
        for i in range(len(begin)):
            spent[k] += min(max(times[k] - begin[i], 0.0), length[i])


def interval(figures: NDArray[np.float64]) -> tuple[Column, Column, Column]:
    """Lower end, mean and upper end of the 95 % interval of each column, batches (rows) taken as independent."""
    mean, half = figures.mean(axis=0), _STUDENT_97_5 * standard_error(figures)
    return mean - half, mean, mean + half


def standard_error(figures: NDArray[np.float64]) -> Column:
    """Standard error of the mean of each column, batches (rows) taken as independent."""
    return figures.std(axis=0, ddof=1) / math.sqrt(len(figures))


def _callers(callers: int) -> int:
    """A whole number of callers, enough for the batches."""
    told = f"{FEWEST_CALLERS:,}, the fewest from which an interval can be told, and {MOST_CALLERS:,}"
    return whole("callers", callers, FEWEST_CALLERS, MOST_CALLERS, told)
