"""Closed forms of diffusion: how a novelty spreads when people adopt of themselves and by imitating those who have.

Whoever has not yet adopted does so at the rate p + q F, F being the share who have: p is innovation (advertising), q is
imitation (talk). Source: Bass 1969, "A new product growth for model consumer durables", Management Science 15:215-227.
Averages over 213 applications are p = 0.03 and q = 0.38 a year (Sultan, Farley & Lehmann 1990, J. Marketing Research
27:70-77). Time is in whatever unit the rates are per.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import least_squares

from sim.errors import Mistake
from sim.system.arguments import above_nought, nought_or_more, number, numbers

Numbers = NDArray[np.float64]


def adopted(time: ArrayLike, innovation: float, imitation: float) -> Numbers:
    """F(t): the share of the market that has adopted by each ``time``, which starts at 0.

    Raises :class:`~sim.errors.Mistake`, as all functions here do, on rates or times that cannot be.
    """
    p, q = _rates(innovation, imitation)
    faded = np.exp(-(p + q) * _times(time))
    return (1 - faded) / (1 + (q / p) * faded)


def adoption_rate(time: ArrayLike, innovation: float, imitation: float) -> Numbers:
    """f(t): the share of the market that adopts per unit of time, (p + q F)(1 - F)."""
    share = adopted(time, innovation, imitation)
    return (innovation + imitation * share) * (1 - share)


def peak_time(innovation: float, imitation: float) -> float:
    """When most people adopt: ln(q / p) / (p + q), or at once where people innovate more than they imitate."""
    p, q = _rates(innovation, imitation)
    return max(0.0, math.log(q / p) / (p + q)) if q > 0 else 0.0


def time_to(share: float, innovation: float, imitation: float) -> float:
    """When ``share`` of the market has adopted: the inverse of :func:`adopted`."""
    share = number("share", share, lambda share: 0 <= share < 1, "0 or more and below 1")
    p, q = _rates(innovation, imitation)
    return math.log((1 + share * q / p) / (1 - share)) / (p + q)


class Diffusion(NamedTuple):
    """A fitted curve: ``market`` times F(t)."""

    innovation: float
    imitation: float
    market: float


def fit(time: ArrayLike, share: ArrayLike) -> Diffusion:
    """The curve closest to the shares that had adopted by these times, by least squares."""
    when, seen = _times(time), numbers("share", share)
    if when.ndim != 1 or when.shape != seen.shape or not len(when) or not when.max() > 0 or (seen < 0).any():
        raise Mistake("time and share must be equally many numbers in a row, shares not negative and some time above 0")
    pace = 1 / float(when.max())

    def misses(logs: Numbers) -> Numbers:
        p, q, market = np.exp(logs)
        return market * adopted(when, p, q) - seen

    start = np.log([pace, 3 * pace, max(float(seen.max()), 1e-9)])
    bounds = (start - 25, start + np.array([10.0, 10.0, 3.0]))
    best = np.exp(least_squares(misses, start, bounds=bounds).x)
    return Diffusion(*(float(number) for number in best))


def _rates(innovation: float, imitation: float) -> tuple[float, float]:
    """The two rates, when innovation is above 0 (else nobody is ever first) and imitation is not negative."""
    return above_nought("innovation", innovation), nought_or_more("imitation", imitation)


def _times(time: ArrayLike) -> Numbers:
    """The times as float64, none before 0."""
    found = numbers("time", time)
    if (found < 0).any():
        raise Mistake(f"time starts at 0, but among the times is {found.min():g}")
    return found
