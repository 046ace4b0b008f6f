"""Choosing a provider: what a customer weighs who compares, and what leaving, joining and staying change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.engine.objects import keeping
from sim.model.behaviour.belief import view
from sim.model.behaviour.choice import CHOICE, goodwill, held_against, leaves, pull
from sim.model.behaviour.expectation import starting_expectation
from sim.model.behaviour.issue import SILENT, UNDECIDED
from sim.model.behaviour.ledger import BOOKED, portion, rivals_pull
from sim.model.behaviour.person import COMPANY, GONE, RIVAL
from sim.model.behaviour.price import price_advantage
from sim.model.mechanisms.contracts import bound, hurdle
from sim.model.mechanisms.fees import price_seen
from sim.model.mechanisms.impatience import remaining
from sim.model.mechanisms.innovation import standing
from sim.model.mechanisms.marketing import promise
from sim.model.mechanisms.pretence import hollow
from sim.model.mechanisms.pricing import price_paid
from sim.model.mechanisms.referral import attached
from sim.model.mechanisms.retention_offers import raised
from sim.model.mechanisms.transparency import flattered
from sim.model.mechanisms.winback import lowered
from sim.model.mechanisms.word_of_mouth import weight_of_reviews
from sim.model.numeric import FIXED_ONE, fixed, share
from sim.model.random import happens

if TYPE_CHECKING:
    from sim.engine.objects.customer import Customer

f32 = np.float32
ZERO, ONE = f32(0), f32(1)


def move_away(customer: Customer) -> None:
    """Leave the market for no fault of the company."""
    if customer.is_customer:
        customer.model.count("leavers_involuntary")
        customer.model.count("left_because_involuntary", FIXED_ONE)
        keeping.lost(customer)
    customer.provider, customer.contract_end = GONE, -1
    customer.note("moves_away", 0)


def compare(customer: Customer, woken: bool, wooed: bool) -> None:
    """Weigh the other provider against the own one, and stay or move.

    ``woken``: a better plan made the customer think; ``wooed``: there is an offer to come back.
    """
    p, mine = customer.policy, customer.is_customer
    own = goodwill(customer.satisfaction, customer.trust, p.choice_trust_weight)
    grudges = customer.grievance, customer.price_fairness
    held = held_against(*grudges, p.choice_grievance_weight, p.choice_fairness_weight)
    other = _look_of_other(customer)
    advantage = _advantage_of_other(customer)
    drawn = pull(other, own, held, p.choice_appeal, advantage)
    high = _hurdle(customer, woken, wooed)
    if not _goes(customer, drawn, high):
        _stay(customer, drawn - high, woken)
        return
    if mine:
        _leave(customer, other, advantage)
    else:
        _join(customer, wooed)
    customer.note("leaves" if mine else "joins", drawn - high)
    _arrive(customer, RIVAL if mine else COMPANY, own - held)


def _hurdle(customer: Customer, woken: bool, wooed: bool) -> np.float32:
    """The discount over one year that the other must offer, with all that was offered for staying or for coming."""
    p, week = customer.policy, customer.model.week
    reluctance = customer.switching_cost * remaining(p.impatience_switching_trend, week)
    reluctance = attached(reluctance, p.referral_bond, customer.came_by)
    own = hurdle(reluctance, p.contracts_exit_fee, bound(customer.contract_end, week))
    return lowered(raised(own, p.retention_offers_better_plan, woken), p.winback_discount, wooed)


def _goes(customer: Customer, drawn: np.float32, high: np.float32) -> bool:
    """Whether the other wins, and no offer to stay changes that."""
    luck = customer.luck(CHOICE, 0)
    if not happens(leaves(drawn, high, customer.policy.choice_decisiveness), luck):
        return False
    return not (customer.is_customer and keeping.stays_after_all(customer, drawn, high, luck))


def _look_of_other(customer: Customer) -> np.float32:
    """How the other provider looks from here: what is believed of it, and what the public thinks."""
    reputation, p = customer.model.reputation, customer.policy
    reviews = weight_of_reviews(p.belief_reviews, p.word_of_mouth_review_display)
    if customer.is_customer:
        return view(customer.belief_rival, reputation[RIVAL], reviews)
    seen = view(customer.belief_company, reputation[COMPANY], reviews)
    swayed = flattered(seen, p.transparency_misleading, p.transparency_sway)
    return flattered(swayed, p.pretence_claimed, p.pretence_appeal)


def _advantage_of_other(customer: Customer) -> np.float32:
    """What the other's price is worth, against what this person pays now."""
    p, sensitivity = customer.policy, customer.price_sensitivity
    if customer.is_customer:
        return price_advantage(customer.price_here(), p.rival_price, sensitivity)
    newcomers = price_paid(p.pricing_list_price, p.pricing_newcomer_discount, p.pricing_discount_weeks, 0, True)
    seen = price_seen(newcomers, p.fees_drip, p.fees_overlooked)
    return price_advantage(p.rival_price, seen, sensitivity)


def _stay(customer: Customer, missing: np.float32, woken: bool) -> None:
    """Stay, and be bound again when the contract ends this week; ``missing`` is what the other fell short by."""
    if woken:
        keeping.take_plan(customer)
    customer.note("compares_and_stays", missing)
    if customer.is_customer and customer.contract_end == customer.model.week:
        customer.contract_end = customer.model.week + customer.policy.contracts_renewal
        customer.note("contract_renewed", customer.policy.contracts_renewal)


def _leave(customer: Customer, other: np.float32, advantage: np.float32) -> None:
    """Leave the company: the departure is shared out among its causes, what is left over going to the rival."""
    p, count, rate = customer.policy, customer.model.count, customer.model.rate
    weights = {cause: getattr(customer, f"ledger_{cause}") / rate for cause in BOOKED}
    unfair = (ONE - customer.price_fairness) * p.choice_fairness_weight
    weights["price"] += max(advantage, ZERO) + unfair
    weights["rival"] = rivals_pull(other, customer.expectation, p.ledger_restlessness)
    total = sum(weights.values(), ZERO)
    parts = {cause: fixed(portion(weights[cause], total)) for cause in BOOKED}
    for cause, part in parts.items():
        count(f"left_because_{cause}", part)
    count("left_because_rival", FIXED_ONE - sum(parts.values()))
    count("leavers_voluntary")
    count("left_in_silence", customer.issue_tries == SILENT)
    keeping.lost(customer)
    customer.left_in = customer.model.week + 1


def _join(customer: Customer, wooed: bool) -> None:
    """Come over from the rival, perhaps because friends spoke well of the company."""
    referred = customer.heard[COMPANY, True] > 0
    customer.model.count("joiners")
    customer.model.count("referred_joiners", referred)
    keeping.won(customer, referred, wooed)


def _promised(customer: Customer) -> np.float32:
    """What the company promises newcomers, with all that misleads."""
    p, company = customer.policy, customer.model.company
    told = promise(standing(p.quality_level, company.obsolescence), p.marketing_overpromise)
    told = flattered(told, p.transparency_misleading, p.transparency_exaggeration)
    return flattered(told, hollow(p.pretence_claimed, p.pretence_actual), p.pretence_lift)


def _arrive(customer: Customer, provider: int, old_view: np.float32) -> None:
    """Begin anew with another provider; of the one left behind, what was thought of it is remembered."""
    p, week, company = customer.policy, customer.model.week, customer.model.company
    if provider == RIVAL:
        customer.belief_company, belief = share(old_view), customer.belief_rival
        promised = promise(standing(p.rival_level, company.rival_obsolescence), p.rival_overpromise)
    else:
        customer.belief_rival, belief = share(old_view), customer.belief_company
        promised = _promised(customer)
    customer.expectation = starting_expectation(promised, belief, p.expectation_promise_weight)
    customer.satisfaction, customer.trust, customer.grievance = customer.expectation, belief, ZERO
    customer.price_fairness, customer.upsell_fatigue = ONE, ZERO
    customer.issue_severity, customer.issue_tries = ZERO, UNDECIDED
    for cause in BOOKED:
        setattr(customer, f"ledger_{cause}", ZERO)
    customer.provider, customer.tenure = provider, 0
    signs = provider == COMPANY and p.contracts_term > 0
    customer.contract_end = week + p.contracts_term if signs else -1
