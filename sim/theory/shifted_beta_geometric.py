"""Closed forms of staying: each customer leaves with the same chance every period, and that chance differs between them.

The chances are spread as Beta(alpha, beta). The fickle leave first, so the retention of a cohort rises although nobody
changes. Sources: Fader & Hardie 2007, "How to project customer retention", J. Interactive Marketing 21(1):76-90; for
the residual lifetime Fader & Hardie 2010, "Customer-base valuation in a contractual setting", Marketing Science 29:85-93.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import betaln, hyp2f1

from sim.errors import Mistake
from sim.system.arguments import above_nought, nought_or_more, numbers

Numbers = NDArray[np.float64]


def survival(period: ArrayLike, alpha: float, beta: float) -> Numbers:
    """S(t): the share of a cohort that is still there after each number of periods, 0 or more.

    Raises :class:`~sim.errors.Mistake`, as all functions here do, on parameters or periods that cannot be.
    """
    _check(alpha, beta)
    return np.exp(_log_survival(_periods(period, 0), alpha, beta))


def retention(period: ArrayLike, alpha: float, beta: float) -> Numbers:
    """Of those there after t - 1 periods, the share that stays through period t: (beta + t - 1) / (alpha + beta + t - 1)."""
    _check(alpha, beta)
    before = _periods(period, 1) - 1
    return (beta + before) / (alpha + beta + before)


class Cohort(NamedTuple):
    """A fitted cohort; the likelihood is per as many customers as were given at the start."""

    alpha: float
    beta: float
    log_likelihood: float


def log_likelihood(survivors: ArrayLike, alpha: float, beta: float) -> float:
    """Of the numbers still there after 0, 1, 2 ... periods: each leaves in some period, or is there at the end."""
    _check(alpha, beta)
    still = numbers("survivors", survivors)
    if still.ndim != 1 or not still.size:
        raise Mistake("survivors must be numbers in a row, one a period")
    logs = _log_survival(np.arange(still.size, dtype=np.float64), alpha, beta)
    leaving = logs[:-1] + np.log(-np.expm1(logs[1:] - logs[:-1]))
    return float((still[:-1] - still[1:]) @ leaving + still[-1] * logs[-1])


def fit(survivors: ArrayLike) -> Cohort:
    """The maximum-likelihood cohort for the numbers still there after 0, 1, 2 ... periods (numbers, not shares)."""
    still = numbers("survivors", survivors)
    if still.ndim != 1 or still.size < 3 or (np.diff(still) > 0).any() or still[-1] < 0 or not still[0] > 0:
        raise Mistake("survivors must be at least three numbers that never rise and are not negative")
    best = minimize(
        lambda logs: -log_likelihood(still, *np.exp(logs)) / still[0],
        np.zeros(2),
        method="L-BFGS-B",
        bounds=[(-9, 9)] * 2,
        options={"ftol": 1e-14, "gtol": 1e-9},
    )
    alpha, beta = (float(number) for number in np.exp(best.x))
    return Cohort(alpha, beta, log_likelihood(still, alpha, beta))


def residual_lifetime(renewals: int, discount: float, alpha: float, beta: float) -> float:
    """Discounted expected residual lifetime (DERL) in periods of somebody about to decide again after so many renewals.

    The coming renewal counts in full if it happens, the next one divided by 1 + ``discount``, and so on.
    """
    _check(alpha, beta)
    nought_or_more("renewals", renewals), above_nought("discount", discount)
    stays = (beta + renewals) / (alpha + beta + renewals)
    return float(stays * hyp2f1(1, beta + renewals + 1, alpha + beta + renewals + 1, 1 / (1 + discount)))


def _log_survival(period: Numbers, alpha: float, beta: float) -> Numbers:
    return betaln(alpha, beta + period) - betaln(alpha, beta)


def _check(alpha: float, beta: float) -> None:
    above_nought("alpha", alpha), above_nought("beta", beta)


def _periods(period: ArrayLike, first: int) -> Numbers:
    """Numbers of periods as float64, none below ``first``."""
    found = numbers("period", period)
    if (found < first).any():
        raise Mistake(f"period must be {first} or more, but among the periods is {found.min():g}")
    return found
