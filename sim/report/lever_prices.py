"""What a report says beside the money: whose guess a lever's cost is, and the most it may cost before the policy stops paying."""

from __future__ import annotations

from sim.report import facts
from sim.report.amounts import Known, between, half_width, listed, number, places, rough_money, sizes
from sim.runs.comparison import Comparison
from sim.runs.lever_prices import GuessedCost, Move, guessed_cost
from sim.runs.runner import Result
from sim.scenario.quantities import number_told


def price_told(answer: Comparison, other: Result) -> str:
    """Which of the levers that a policy moves have a cost that is our guess, or none; empty where there are no such."""
    found = guessed_cost(answer, other)
    return "" if found is None else f"{_whose(answer, found)}: {_at_most(answer, found)}."


def _whose(answer: Comparison, found: GuessedCost) -> str:
    """Whose the costs are, and what is charged for them."""
    guessed = [_move_told(move) for move in found.moves if move.priced]
    free = [_move_told(move) for move in found.moves if not move.priced]
    charged = _a_customer(found.charged.each, found, answer.base.scenario.currency)
    saved = " saved" if found.charged.each.mean < 0 else ""
    ours = (
        [f"the cost of {listed(guessed)} is our guess, not yours ({charged} a customer and week{saved})"]
        if guessed
        else []
    )
    nobodys = [f"no cost is given for {listed(free)}, so that it costs nothing here"] if free else []
    said = ", and ".join([*ours, *nobodys])
    return said[0].upper() + said[1:]


def _move_told(move: Move) -> str:
    return f"{move.lever} {number_told(move.policy)}"


def _at_most(answer: Comparison, found: GuessedCost) -> str:
    """How much the moves may cost, or must save, so that the policy pays."""
    each, currency = found.at_most.each, answer.base.scenario.currency
    if not (each.low > 0 or each.high < 0):
        around = (
            f" ({facts.ends_told(answer)} {between(each, 1, _digits(found), plus=True)})" if each.defined > 1 else ""
        )
        return f"whether it would pay if it cost nothing may be {facts.may_be(answer)}{around}"
    if each.mean < 0 and not found.charged.each.mean < 0:
        return "it would not pay if it cost nothing"
    around, in_all = sizes(each, 1, _digits(found)), rough_money(abs(found.at_most.in_all.mean), currency)
    amount, ends = _a_customer(each, found, currency), facts.ends_told(answer)
    told = f"{amount} a customer and week ({ends} {around}), {in_all} a week in all,"
    if each.mean > 0:
        return f"at most {told} before it stops paying"
    return f"it must save at least {told} to pay"


def _a_customer(known: Known, found: GuessedCost, currency: str) -> str:
    """An amount for a customer and week, without its sign."""
    return f"{number(abs(known.mean), _digits(found))} {currency}"


def _digits(found: GuessedCost) -> int:
    """Decimal places of all amounts for a customer and week: as the most that it may cost asks for."""
    return max(places(half_width(found.at_most.each)), 2)
