"""What a table of purchases tells of buying now and then: how often customers come back, for how long, and for how much."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sim.model.mechanisms.purchases import Purchases
from sim.model.parameters import lines
from sim.theory.buying import (
    Buying,
    History,
    expected_of,
    fit,
    fit_baskets,
    history,
    mean_basket,
    still_buys,
)

LEAST_CUSTOMERS, LEAST_AGAIN = 50, 20
"""Customers, and customers who bought again, from which on how they differ is fitted."""
_LINES = lines(Purchases)


@dataclass(frozen=True)
class Visits:
    """Days on which customers bought; what is bought on one day is one purchase.

    ``who``: the customer's number, ascending; ``day``; ``money`` spent on it; ``end``: the day as of which all is reckoned;
    ``customers``: how many there are.
    """

    who: np.ndarray
    day: np.ndarray
    money: np.ndarray
    end: np.datetime64
    customers: int

    def until(self, end: np.datetime64) -> Visits:
        """Those up to the end of a day."""
        kept = self.day <= end
        return Visits(self.who[kept], self.day[kept], self.money[kept], end, self.customers)

    @property
    def known(self) -> Known:
        """What each customer did who bought at all."""
        who, first, many = np.unique(self.who, return_index=True, return_counts=True)
        begun, last = self.day[first], self.day[first + many - 1]
        again = np.ones(len(self.who), bool)
        again[first] = False
        spent = np.bincount(self.who[again], self.money[again], self.customers)[who]
        mean = np.divide(spent, many - 1, out=np.full(len(who), np.nan), where=many > 1)
        mean[mean <= 0] = np.nan
        return Known(who, history(many - 1, _weeks(last - begun), _weeks(self.end - begun)), mean)


class Known(NamedTuple):
    """What customers did: their numbers, their histories in weeks, and the means of their baskets after the first (NaN: none)."""

    who: np.ndarray
    history: History
    mean: np.ndarray


class Held(NamedTuple):
    """What was fitted to the first half of the time, held to the second.

    ``expected``: purchases of the customers of the first; ``happened``: those there were; ``weeks``: how long the halves are.
    """

    expected: float
    happened: int
    weeks: tuple[float, float]


@dataclass(frozen=True)
class Habit:
    """How customers buy: the section ``purchases`` of a scenario, ``said`` in words, and what is ``assumed`` of it, with why."""

    settings: dict[str, float]
    said: list[str]
    assumed: dict[str, str] = field(default_factory=dict)
    held: Held | None = None


def visits_of(who: np.ndarray, days: np.ndarray, money: np.ndarray, customers: int, end: np.datetime64) -> Visits:
    """The visits that rows of purchases tell of."""
    days = days.astype("datetime64[D]")
    order = np.lexsort((days, who))
    who, days, money = who[order], days[order], money[order]
    new = np.ones(len(who), bool)
    new[1:] = (who[1:] != who[:-1]) | (days[1:] != days[:-1])
    return Visits(who[new], days[new], np.bincount(np.cumsum(new) - 1, money), end, customers)


def habit_of(visits: Visits) -> Habit | None:
    """How these customers buy; None where nobody bought on a second day, so that nothing tells how often they do."""
    known = visits.known
    repeats, again = int(known.history.repeats.sum()), int((known.history.repeats > 0).sum())
    if not repeats:
        return None
    settings: dict[str, float] = {}
    assumed: dict[str, str] = {}
    said = [f"Of {len(known.who):,} customers {again:,} bought again, {repeats:,} times together."]
    if len(known.who) >= LEAST_CUSTOMERS and again >= LEAST_AGAIN:
        buying = fit(known.history)
        settings |= _of_buying(buying)
        still = float(still_buys(known.history, buying).sum())
        said.append(
            f"By BG/NBD, fitted to all of them, {still:,.0f} still buy; the others told nobody that they had lapsed."
        )
        held = _held(visits)
        said += [_told(held)] if held else []
    else:
        few = f"too few to tell, {len(known.who):,} customers of whom {again:,} bought again"
        settings["rate"] = min(20.0, repeats / max(float(known.history.age.sum()), 1.0))
        assumed |= dict.fromkeys(("rate_shape", "lapse", "lapse_shape"), few)
        held = None
    more, less = _of_baskets(known, visits)
    settings, assumed = settings | more, assumed | less
    settings |= {name: float(_LINES[name].default) for name in assumed}
    said += [f"Assumed of how they buy, for they are {few}." for few in dict.fromkeys(assumed.values())]
    return Habit(settings, said, assumed, held)


def _of_buying(buying: Buying) -> dict[str, float]:
    r, alpha, a, b = buying
    lapse = a / (a + b) if a / (a + b) > 1e-4 else 0.0
    found = {"rate": r / alpha, "rate_shape": r, "lapse": lapse, "lapse_shape": a + b}
    return {name: _in(name, value) for name, value in found.items()}


def _of_baskets(known: Known, visits: Visits) -> tuple[dict[str, float], dict[str, str]]:
    """What is spent at a purchase; and what of it is assumed."""
    some = np.isfinite(known.mean)
    if some.sum() < LEAST_AGAIN:
        few = f"too few to tell, with {int(some.sum()):,} whose baskets after the first are known"
        return {"basket": _in("basket", float(visits.money.mean()))}, dict.fromkeys(
            ("basket_shape", "customer_shape"), few
        )
    found = fit_baskets(known.history.repeats[some], known.mean[some])
    mean = (
        mean_basket(found) if found.q > 1.5 else float(known.mean[some].mean())
    )  # near 1 a few large ones make any mean
    settings = {"basket": mean, "basket_shape": found.p, "customer_shape": found.q}
    return {name: _in(name, value) for name, value in settings.items()}, {}


def _held(visits: Visits) -> Held | None:
    """The second half of the time as the first foretells it; None where the first tells too little."""
    first = visits.day.min()
    middle = first + (visits.end - first) // 2
    before = visits.until(middle)
    known = before.known
    if len(known.who) < LEAST_CUSTOMERS or (known.history.repeats > 0).sum() < LEAST_AGAIN or middle <= first:
        return None
    weeks = float(_weeks(visits.end - middle))
    expected = float(expected_of(weeks, known.history, fit(known.history)).sum())
    happened = int(((visits.day > middle) & np.isin(visits.who, known.who)).sum())
    return Held(expected, happened, (float(_weeks(middle - first)), weeks))


def _told(held: Held) -> str:
    off = f", {held.expected / held.happened - 1:+.0%}" if held.happened else ""
    return (
        f"Held to itself: fitted to the first {held.weeks[0]:.0f} weeks it expects {held.expected:,.0f} purchases of these "
        f"customers in the {held.weeks[1]:.0f} weeks after; there were {held.happened:,}{off}."
    )


def _in(name: str, value: float) -> float:
    """A value within what the setting may be."""
    line = _LINES[name]
    return float(f"{min(max(value, line.low), line.high):.5g}")


def _weeks(days: np.ndarray | np.timedelta64) -> np.ndarray:
    return np.asarray(days).astype("timedelta64[D]").astype(np.float64) / 7
