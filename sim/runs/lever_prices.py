"""What a policy's moves of levers cost by our guess, and the most that they may cost before it stops paying.

Both come of the replications that are there: the profit which the policy gains on the base, and what it was charged for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.model.mechanisms.lever_costs import PRICED, UNPRICED, LeverCosts
from sim.model.parameters import lines
from sim.runs.measures import ratio
from sim.runs.statistics import Interval, plain

if TYPE_CHECKING:
    from sim.runs.comparison import Comparison
    from sim.runs.result import Result
    from sim.scenario.whole import Scenario


class Move(NamedTuple):
    """A lever (``quality.level``), its values under base and policy where they differ most, and whether our guess prices it.

    What is not priced at all costs nothing in the model.
    """

    lever: str
    base: float
    policy: float
    priced: bool


class Money(NamedTuple):
    """An amount for each customer of the policy and week, and for the whole company a week; both in currency."""

    each: Interval
    in_all: Interval


@dataclass(frozen=True)
class GuessedCost:
    """Moves that have a guessed cost or none: what they are charged, and the most they may cost before profit is the base's.

    ``at_most`` is what the policy gains in profit without that charge; below 0 it must save money to pay.
    """

    moves: tuple[Move, ...]
    charged: Money
    at_most: Money

    def to_json(self) -> dict[str, Any]:
        """As ``loyalty compare --json`` tells it."""
        moves = [
            {"lever": move.lever, "base": move.base, "policy": move.policy, "cost": "guess" if move.priced else "none"}
            for move in self.moves
        ]
        return {"levers": moves, "charged": _amounts(self.charged), "at_most": _amounts(self.at_most)}


def _amounts(money: Money) -> dict[str, Any]:
    """An amount with its interval, for JSON."""
    named = {"a_customer_and_week": money.each, "in_all_a_week": money.in_all}
    return {name: plain({key: getattr(one, key) for key in ("mean", "low", "high")}) for name, one in named.items()}


def guessed_cost(answer: Comparison, other: Result) -> GuessedCost | None:
    """What a policy's moves cost that the scenario gives no cost of its own; None where there is no such move."""
    moves = guessed_moves(answer.base.scenario, other.scenario)
    if not moves:
        return None
    prices = {PRICED[move.lever] for move in moves if move.priced}
    charged = _charged(answer, other, prices) - _charged(answer, answer.base, prices)
    gained = answer.values(other, "profit") - answer.values(answer.base, "profit")
    return GuessedCost(moves, _money(answer, other, charged), _money(answer, other, gained + charged))


def guessed_moves(base: Scenario, policy: Scenario) -> tuple[Move, ...]:
    """The levers that a policy moves against the base, and of which the cost is our guess, or nobody's."""
    guesses = [lever for lever, price in PRICED.items() if not _given(policy, price)]
    moved = [_moved(base, policy, lever) for lever in (*guesses, *UNPRICED)]
    return tuple(move for move in moved if move is not None)


def _given(policy: Scenario, price: str) -> bool:
    """Whether a scenario has a cost curve of its own: another price than ours at any time."""
    ours = lines(LeverCosts)
    curve = [name for name in (price, f"{price}_fixed") if name in ours]
    costs = [settings["lever_costs"] for _, settings in policy.steps]
    return any(getattr(now, name) != ours[name].default for now in costs for name in curve)


def _moved(base: Scenario, policy: Scenario, lever: str) -> Move | None:
    """The move of a lever, as it is in the week in which it is largest."""
    part, name = lever.split(".")
    before, after = (scenario.policy()[f"{part}_{name}"].astype(np.float64) for scenario in (base, policy))
    week = int(np.abs(after - before).argmax())
    first, then = (getattr(scenario.settings(week)[part], name) for scenario in (base, policy))
    if before[week] == after[week]:
        known = [first, *base.addressed.values(part, name, first)]
        new = [value for value in policy.addressed.values(part, name, then) if value not in known]
        if not new:
            return None
        then = max(new, key=lambda value: abs(value - first))
    return Move(lever, first, then, lever in PRICED)


def _charged(answer: Comparison, result: Result, prices: set[str]) -> np.ndarray:
    """What is charged at these prices over all weeks, in every shared replication."""
    return _summed(answer, result, [f"cost_{price}" for price in sorted(prices)]) / 100


def _summed(answer: Comparison, result: Result, counts: Sequence[str]) -> np.ndarray:
    """Some counts, added up over all weeks, in every shared replication: float64."""
    columns = [result.scenario.model.count(name) for name in counts]
    found = result.tally[..., columns].sum(axis=(1, 2)).astype(np.float64)
    return found[np.searchsorted(result.numbers, answer.numbers)]


def _money(answer: Comparison, other: Result, amounts: np.ndarray) -> Money:
    """Amounts of the whole time, one a replication, by customer and week and by week."""
    a_week = amounts * answer.stands_for / other.tally.shape[1]
    return Money(answer.around(ratio(amounts, _summed(answer, other, ["customers"]))), answer.around(a_week))
