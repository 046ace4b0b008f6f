"""Closed forms of buying now and then: how often, for how long, and for how much, each differing from customer to customer.

BG/NBD: everybody buys at random at a rate that is Gamma(r, alpha) among customers, and lapses after a purchase, but for the
first, with a chance that is Beta(a, b). Gamma-Gamma: baskets are Gamma(p, nu), and nu is Gamma(q, gamma) among customers. Time
counts from the first purchase, and ``repeats`` are the purchases after it. Sources: Fader, Hardie & Lee 2005a, "Counting your
customers the easy way", Marketing Science 24:275-284; 2005b, "RFM and CLV", J. Marketing Research 42:415-430; Fader & Hardie
2013, "The Gamma-Gamma model of monetary value" (brucehardie.com/notes/025).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

from sim.errors import Mistake
from sim.system.arguments import above_nought, numbers

Numbers = NDArray[np.float64]
_FAR = 14.0
"""Beyond e^±14 a shape is as good as nothing, or as everybody alike."""


class Buying(NamedTuple):
    """Rates that are Gamma(r, alpha) a week, and chances to lapse that are Beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float


class Baskets(NamedTuple):
    """Baskets of shape p, around means that differ by the shape q and the scale gamma."""

    p: float
    q: float
    gamma: float


class History(NamedTuple):
    """What customers did: repeats in ``age`` units of time since the first purchase, the last of them at ``recency``."""

    repeats: Numbers
    recency: Numbers
    age: Numbers


def history(repeats: ArrayLike, recency: ArrayLike, age: ArrayLike) -> History:
    """What customers did, checked. Raises :class:`~sim.errors.Mistake` for what cannot have been."""
    found = History(*np.broadcast_arrays(*map(numbers, History._fields, (repeats, recency, age))))
    for wrong, what in (
        (found.repeats < 0, "repeats are fewer than none"),
        (found.recency < 0, "the last purchase lies before the first"),
        (found.recency > found.age, "the last purchase lies after the time that was looked at"),
        ((found.repeats > 0) != (found.recency > 0), "repeats and the time of the last do not go together"),
    ):
        if wrong.any():
            raise Mistake(f"customer {int(np.flatnonzero(np.ravel(wrong))[0]) + 1}: {what}")
    return found


# ---- how often, and for how long


def expected(time: ArrayLike, buying: Buying) -> Numbers:
    """Repeats of an average customer by a time after the first purchase."""
    t, (r, alpha, a, b) = numbers("time", time), _checked(buying)
    a = _off_one(a)
    tail = hyp2f1(r, b, a + b - 1, t / (alpha + t))
    return (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + t)) ** r * tail)


def bought_again(time: ArrayLike, buying: Buying) -> Numbers:
    """The share of customers who have bought again by a time after the first purchase."""
    return 1 - (buying.alpha / (buying.alpha + numbers("time", time))) ** _checked(buying).r


def still_buys(known: History, buying: Buying) -> Numbers:
    """The chance that a customer with this history has not lapsed."""
    r, alpha, a, b = _checked(buying)
    x = known.repeats
    lapsed = a / (b + np.maximum(x, 1) - 1) * ((alpha + known.age) / (alpha + known.recency)) ** (r + x)
    return 1 / (1 + np.where(x > 0, lapsed, 0.0))


def expected_of(time: ArrayLike, known: History, buying: Buying) -> Numbers:
    """Purchases of a customer with this history in so much time to come."""
    t, (r, alpha, a, b) = numbers("time", time), _checked(buying)
    a, x = _off_one(a), known.repeats
    tail = hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + known.age + t))
    none = ((alpha + known.age) / (alpha + known.age + t)) ** (r + x)
    return (a + b + x - 1) / (a - 1) * (1 - none * tail) * still_buys(known, buying)


def log_likelihood(known: History, buying: Buying) -> Numbers:
    """Of each customer's history."""
    (x, recency, age), (r, alpha, a, b) = known, buying
    often = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b)
    there = -(r + x) * np.log(alpha + age)
    with np.errstate(divide="ignore"):
        lapsed = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + recency)
    return often + np.logaddexp(there, np.where(x > 0, lapsed, -np.inf))


def fit(known: History) -> Buying:
    """The parameters under which these histories are likeliest. Raises :class:`~sim.errors.Mistake` where nobody bought again."""
    if not (known.repeats > 0).any():
        raise Mistake("nobody bought again, so that nothing tells how often customers do")
    rows, many = np.unique(np.stack(known), axis=1, return_counts=True)
    some = History(*rows)
    unit = max(float(known.age.mean()), 1e-9)
    some = History(some.repeats, some.recency / unit, some.age / unit)
    best = _likeliest(
        lambda said: float(many @ log_likelihood(some, Buying(*said))) / len(known.age), np.array([1.0, 1, 1, 2])
    )
    r, alpha, a, b = best
    return Buying(r, alpha * unit, a, b)


# ---- for how much


def mean_basket(baskets: Baskets) -> float:
    """What an average customer spends at a purchase; without bound where q is not above 1."""
    return baskets.p * baskets.gamma / (baskets.q - 1) if baskets.q > 1 else np.inf


def basket_of(purchases: ArrayLike, mean: ArrayLike, baskets: Baskets) -> Numbers:
    """What a customer is expected to spend at a purchase whose baskets, so many, had this mean."""
    p, q, gamma = baskets
    many, known = numbers("purchases", purchases), numbers("mean", mean)
    return p * (gamma + many * known) / (p * many + q - 1)


def fit_baskets(purchases: ArrayLike, mean: ArrayLike) -> Baskets:
    """The parameters under which these mean baskets, of so many purchases each, are likeliest."""
    many, known = numbers("purchases", purchases), numbers("mean", mean)
    if not (known > 0).all() or not (many > 0).all() or not known.size:
        raise Mistake("baskets must be above 0, of at least one purchase each")
    unit = float(known.mean())

    def likelihood(said: Numbers) -> float:
        p, q, gamma = said
        shape, spent = p * many, many * known / unit
        found = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(gamma) - np.log(known / unit)
        return float(np.mean(found + shape * np.log(spent) - (shape + q) * np.log(gamma + spent)))

    p, q, gamma = _likeliest(likelihood, np.array([2.0, 3, 1]))
    return Baskets(p, q, gamma * unit)


# ---- both


def _likeliest(likelihood: Callable[[Numbers], float], start: Numbers) -> list[float]:
    """The numbers above 0 that make a mean log-likelihood largest."""
    best = minimize(
        lambda logs: -likelihood(np.exp(logs)), np.log(start), method="L-BFGS-B", bounds=[(-_FAR, _FAR)] * len(start),
        options={"ftol": 1e-13, "gtol": 1e-8, "maxiter": 2000},
    )  # fmt: skip
    return [float(number) for number in np.exp(best.x)]


def _off_one(a: float) -> float:
    """The shape a, for forms that divide by a - 1."""
    return a if abs(a - 1) > 1e-6 else 1 + 1e-6


def _checked(buying: Buying) -> Buying:
    for name, value in buying._asdict().items():
        above_nought(name, value)
    return buying
