"""Holding on to customers and winning them back: better plans, offers to stay, offers to return, and how newcomers came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.model.behaviour.choice import leaves
from sim.model.behaviour.person import RIVAL
from sim.model.mechanisms.call_centre import MOOD
from sim.model.mechanisms.pricing import cents
from sim.model.mechanisms.referral import BY_ADVERTISING, BY_FRIENDS, origin
from sim.model.mechanisms.retention_offers import KEEPING, SAVES, WAKES, raised
from sim.model.mechanisms.winback import WOOING, left_lately
from sim.model.random import happens

if TYPE_CHECKING:
    from sim.engine.objects.customer import Customer

f32 = np.float32


def woken(customer: Customer) -> bool:
    """Whether a better plan is recommended to a customer this week, and makes them compare providers."""
    p = customer.policy
    if not customer.is_customer or not happens(p.retention_offers_unsolicited, customer.spare_luck(MOOD)):
        return False
    customer.model.count("plans_sent")
    customer.note("plan_sent", 0)
    return happens(p.retention_offers_awakening, customer.luck(KEEPING, WAKES))


def wooed(customer: Customer) -> bool:
    """Whether somebody who left lately gets an offer to come back this week."""
    p, week = customer.policy, customer.model.week
    due = customer.provider == RIVAL and left_lately(customer.left_in, week, p.winback_weeks)
    if not due or not happens(p.winback_offers, customer.luck(WOOING, 0)):
        return False
    customer.model.count("winback_offers")
    customer.note("winback_offer", 0)
    return True


def stays_after_all(customer: Customer, drawn: np.float32, high: np.float32, luck: float) -> bool:
    """Whether a customer about to leave gets an offer to stay, and accepts it."""
    p, count = customer.policy, customer.model.count
    if not happens(p.retention_offers_save_offers, customer.luck(KEEPING, SAVES)):
        return False
    higher = raised(high, p.retention_offers_save_discount, True)
    stays = not happens(leaves(drawn, higher, p.choice_decisiveness), luck)
    count("save_offers")
    count("saved", stays)
    count("cost_retention", cents(customer.spend, p.retention_offers_save_discount) if stays else 0)
    customer.note("offer_to_stay", stays)
    return stays


def take_plan(customer: Customer) -> None:
    """Stay, with the better plan that was recommended."""
    customer.model.count("cost_retention", cents(customer.spend, customer.policy.retention_offers_better_plan))


def won(customer: Customer, referred: bool, offered: bool) -> None:
    """Join: how one was won is marked, and what was promised for it is paid."""
    p, count, spend = customer.policy, customer.model.count, customer.spend
    customer.came_by, customer.left_in = origin(referred), 0
    count("won_back", offered)
    count("cost_referral", cents(spend, p.referral_reward) if referred else 0)
    count("cost_winback", cents(spend, p.winback_discount) if offered else 0)


def lost(customer: Customer) -> None:
    """Be no customer any more: how one had been won is counted, and the mark taken away."""
    customer.model.count("leavers_referred", customer.came_by == BY_FRIENDS)
    customer.model.count("leavers_advertised", customer.came_by == BY_ADVERTISING)
    customer.came_by = 0
