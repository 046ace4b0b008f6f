"""What each customer brings and costs, week by week: every sum of money that was counted, shared out among those it is due to.

An activity-based account (Cooper & Kaplan 1988, Harvard Business Review 66(5):96-103): bills, purchases, fees and sold offers
are theirs to the cent who pay them; what is spent on customers together, and what a near reward sells, is
shared by what gives rise to it – a telephone's cost by calls that somebody answered, the
product's by what people spend on it, what nobody in particular gives rise to evenly. So the accounts of all add up to the
company's books. What is counted in a week in which nobody is a customer any more is in no account.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from sim.engine.engine import Market
from sim.model.behaviour.person import COMPANY
from sim.model.mechanisms.introductory_price import NOW
from sim.model.mechanisms.loyalty_programme import HIGH
from sim.model.mechanisms.products import ORDINARY

BY_SPEND, BY_BILL, BY_PRODUCTS, BY_SERVING, BY_TRIAL, BY_STATUS = (
    "spend",
    "bill",
    "products",
    "serving",
    "trial",
    "status",
)
"""What is shared by what people spend at an index of 1, by what they pay, by what further products bring, by what these cost, by
the bills of those at an introductory price, by what a high status is worth."""


class Events(NamedTuple):
    """What is shared by events: each counts alike, by its own amount, or by what whoever it happens to spends."""

    names: tuple[str, ...]
    weigh: str = "alike"


_CALLS = Events(("solved", "unsolved"))
_MESSAGES = Events(("message_solved", "message_unsolved"))
_BOT = Events(("bot_solves", "bot_fails", "bot_hands_over"))
_VISITS = Events(("shop", "shop_left"))
_OFFERED = Events(("offer_accepted", "offer_refused"))
_CAME = Events(("joins", "comes_in"))
_TROUBLED = Events(("issue",))
DRIVERS: dict[str, str | Events] = {
    "revenue_service": BY_BILL, "cost_product": BY_SPEND, "revenue_purchases": Events(("buys",), "amount"),
    "cost_quality_level": BY_SPEND, "cost_quality_spread": BY_SPEND, "cost_quality_errors": BY_SPEND,
    "revenue_fees": Events(("fee_found", "fee_unnoticed"), "amount"),
    "revenue_upselling": Events(("offer_accepted",), "amount"), "cost_upselling": Events(("offer_accepted",), "amount"),
    "cost_upselling_relevance": _OFFERED,
    "cost_calls": _CALLS, "cost_staff": _CALLS, "cost_call_centre_skill": _CALLS, "cost_pretence_actual": _CALLS,
    "cost_compensation": Events(("recovered",), "spend"),
    "cost_accountability_acknowledges": _TROUBLED, "cost_accountability_apologises": _TROUBLED,
    "cost_accountability_speed": _TROUBLED,
    "cost_digital": _MESSAGES, "cost_digital_channels_skill": _MESSAGES, "cost_digital_channels_response_hours": _MESSAGES,
    "cost_digital_channels_inconsistency": _MESSAGES, "cost_chatbot": _BOT, "cost_chatbot_resolution": _BOT,
    "cost_checkout": _VISITS, "cost_self_checkout_errors": _VISITS, "cost_shrink": Events(("shop",), "spend"),
    "cost_lost_sales": Events(("shop_left", "shop_balked"), "spend"),
    "cost_marketing": _CAME, "cost_referral": _CAME, "cost_winback": _CAME,
    "cost_retention": Events(("offer_to_stay", "plan_sent"), "spend"),
    "cost_delivery": Events(("order_came", "order_late")), "cost_returns": Events(("order_sent_back",)),
    "cost_refunds": Events(("order_sent_back",), "amount"), "revenue_resold": Events(("order_sent_back",), "amount"),
    "cost_stock_outs": Events(("order_sold_out",), "amount"),
    "revenue_products": BY_PRODUCTS, "cost_products": BY_SERVING,
    "cost_product_offers": Events(("product_sold", "product_declined")),
    "cost_introductory": BY_TRIAL, "revenue_loyalty_sales": BY_BILL, "cost_loyalty_sales": BY_BILL,
    "cost_loyalty_rewards": Events(("loyalty_reward",)), "cost_loyalty_status": BY_STATUS,
}  # fmt: skip
"""By what each kind of money is shared; any other evenly among the customers."""


class Account(NamedTuple):
    """What everybody brings and costs in a week, in currency: float64 (people); who has left in it may have cost something."""

    revenue: np.ndarray
    cost: np.ndarray


def account(market: Market) -> Account:
    """The accounts of the week that a market has lived last; it must watch everybody."""
    found = Account(*np.zeros((len(Account._fields), market.inputs.plan.people)))
    _add(market, found)
    return found


def accounts_from(market: Market, first: int) -> Account:
    """Live all weeks of a market that watches everybody; what everybody brings and costs from week ``first`` on."""
    found = Account(*np.zeros((len(Account._fields), market.inputs.plan.people)))
    for week in range(market.inputs.weeks):
        market.step()
        if week >= first:
            _add(market, found)
    return found


def shared(market: Market, kinds: Iterable[str]) -> np.ndarray:
    """The money of these kinds in the week that a market has lived last, shared out: currency, float64 (people)."""
    found = np.zeros(market.inputs.plan.people)
    _share_out(market, kinds, market.people(), found)
    return found


def _add(market: Market, found: Account) -> None:
    """Add the accounts of the week that a market has lived last."""
    people, model = market.people(), market.inputs.model
    for kinds, into in zip((model.money_in, model.money_out), found, strict=True):
        _share_out(market, kinds, people, into)


def _share_out(market: Market, kinds: Iterable[str], people: dict[str, np.ndarray], into: np.ndarray) -> None:
    """Add everybody's share of the money of these kinds: in place, for there may be many people."""
    mine = people["provider"] == COMPANY
    for driver, cents in _by_driver(market, kinds).items() if mine.any() else ():
        weights, whole = _weights(market, people, driver, mine)
        into += np.multiply(weights, cents / 100 / whole, out=weights if weights.dtype == np.float64 else None)


def _by_driver(market: Market, kinds: Iterable[str]) -> Counter[str | Events | None]:
    """The cents of these kinds that are not none, added up by what shares them: that is looked up once for all of them."""
    found: Counter[str | Events | None] = Counter()
    for kind in kinds:
        if cents := int(market.counts[market.week, market.inputs.model.count(kind)]):
            found[DRIVERS.get(kind)] += cents
    return found


def _weights(
    market: Market, people: dict[str, np.ndarray], by: str | Events | None, mine: np.ndarray
) -> tuple[np.ndarray, float]:
    """How much of a kind of money is whose, and all of it; evenly where nobody in particular gives rise to it."""
    found = mine
    if by is not None:
        found = _happened(market, people, by) if isinstance(by, Events) else mine * _carried(market, people, by)
    whole = float(found.sum())
    return (found, whole) if whole > 0 else (mine, float(mine.sum()))


def _happened(market: Market, people: dict[str, np.ndarray], by: Events) -> np.ndarray:
    """What happened of these events, person by person."""
    events = market.events
    known = market.inputs.model.events
    wanted = np.isin(np.arange(len(known)), [known.index(name) for name in by.names])
    told = events[wanted[events["what"]]]
    who, many = told["person"], people["provider"].size
    if by.weigh == "alike":
        return np.bincount(who, minlength=many)
    weight = told["amount"] if by.weigh == "amount" else people["spend"][who]
    return np.bincount(who, np.maximum(weight, 0.0), minlength=many)


def _carried(market: Market, people: dict[str, np.ndarray], by: str) -> np.ndarray:
    """What people carry by which money is shared."""
    spend = people["spend"].astype(np.float64)
    if by == BY_SPEND:
        return spend
    if by == BY_SERVING:
        demand = _setting(market, "products_demand")
        asked = np.maximum(1 + demand * (people["contact_propensity"] / ORDINARY - 1), 0.0)
        return _setting(market, "products_cost") * asked * _beside(market, people)
    bill = spend * _price(market, people)
    if by == BY_TRIAL:
        return bill * (people["trial"] == NOW)
    if by == BY_STATUS:
        discount, care = (_setting(market, f"loyalty_programme_status_{what}") for what in ("discount", "care"))
        return (bill * discount + care) * (people["loyalty_status"] == HIGH)
    return np.floor(bill * 100 + 0.5) if by == BY_BILL else bill * _beside(market, people)


def _price(market: Market, people: dict[str, np.ndarray]) -> np.ndarray:
    """The price index that everybody pays, as :func:`sim.model.mechanisms.pricing.price_here` has it."""
    names = ("list_price", "newcomer_discount", "discount_weeks")
    price, discount, weeks = (_setting(market, f"pricing_{name}") for name in names)
    if not np.any(discount):
        return price
    new = (people["came_by"] > 0) & (people["tenure"] < weeks)
    return np.asarray(np.where(new, price * (1.0 - discount), price), np.float64)


def _setting(market: Market, field: str) -> np.ndarray:
    """What a setting was in the week lived last, in float64: of each person, or one number where all have the same."""
    if market.grouping() is not None:
        return market.setting(field)
    return np.asarray(market.inputs.policy[field][market.inputs.warm_up + market.week], np.float64)


def _beside(market: Market, people: dict[str, np.ndarray]) -> np.ndarray:
    """How many products everybody holds beside the first."""
    return np.minimum(people["more_products"], _setting(market, "products_most") - 1)
