"""Encounters: offers, visits to the shop and calls to the company, and what they leave behind in the customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.engine.objects.candour import see_through, told_of
from sim.engine.objects.staffing import remember_call
from sim.model.behaviour.complaining import speaks_up
from sim.model.behaviour.grievance import aggrieved, relieved
from sim.model.behaviour.issue import MOST_TRIES, SILENT, UNDECIDED, carried, severity_of
from sim.model.behaviour.satisfaction import moved
from sim.model.behaviour.trust import shaken, trust_after
from sim.model.mechanisms.accountability import delighted, justice, made_good, remedy
from sim.model.mechanisms.call_centre import (
    CONTACT,
    effort,
    encounter,
    felt_wait,
    handling_minutes,
    patience_minutes,
    wait_pain,
)
from sim.model.mechanisms.digital_channels import differing
from sim.model.mechanisms.outsourcing import granted
from sim.model.mechanisms.personalisation import repeating
from sim.model.mechanisms.pricing import cents
from sim.model.mechanisms.self_checkout import CHECKOUT, minds, minutes_at_lane, prefers_self, put_off, visit
from sim.model.mechanisms.support_access import before_queue, menu_minutes, patience_left, routed
from sim.model.mechanisms.transparency import spared
from sim.model.mechanisms.upselling import OFFER, accepts, annoyance, tired
from sim.model.numeric import fixed, fixed_minutes, normal_quantile, share
from sim.model.random import happens, unit

if TYPE_CHECKING:
    from types import SimpleNamespace

    from sim.engine.objects.company import Representative
    from sim.engine.objects.customer import Customer

f32 = np.float32
ZERO = f32(0)

AS_SHARE = 2.0**-32
"""Turns a random word into a share of the week, finer than :func:`sim.model.random.unit` does."""


class Visit(NamedTuple):
    """One customer's visit to a checkout; times are minutes since opening, float64."""

    customer: Customer
    self_service: bool
    arrival: float
    handling: float
    patience: float


class Call(NamedTuple):
    """One customer's call, about an issue or to ask something; times as in :class:`Visit`.

    ``handed_over``: a chatbot put it through; ``late``: the lines were closed at the first try; ``back``: the company calls.
    """

    customer: Customer
    about_issue: bool
    arrival: float
    handling: float
    patience: float
    handed_over: bool
    late: bool = False
    back: bool = False


# ---- offers ----------------------------------------------------------------------------------------------------------


def hear_offer(customer: Customer) -> None:
    """An attempt to sell something more: it tires and costs trust, whether accepted or not."""
    p, count = customer.policy, customer.model.count
    trust, satisfaction, fatigue = customer.trust, customer.satisfaction, customer.upsell_fatigue
    count("offers")
    if happens(accepts(p.upselling_relevance, trust, fatigue), customer.luck(OFFER, 0)):
        income = cents(customer.spend, p.upselling_worth)
        count("sales")
        count("revenue_upselling", income)
        count("cost_upselling", income - cents(customer.spend, p.upselling_worth * p.upselling_margin))
        customer.note("offer_accepted", income)
    else:
        customer.note("offer_refused", fatigue)
    blow = annoyance(p.upselling_pressure, fatigue, p.upselling_relevance, p.upselling_distrust)
    customer.trust, customer.satisfaction = shaken(trust, blow), shaken(satisfaction, blow)
    customer.upsell_fatigue = tired(fatigue, p.upselling_tiring)
    customer.book("upselling", trust, customer.trust)
    customer.book("upselling", satisfaction, customer.satisfaction)


# ---- the shop --------------------------------------------------------------------------------------------------------


def visit_of(customer: Customer) -> Visit:
    """The visit a customer makes this week: to which lanes, when, how long it takes, and how patient they are."""
    p, company = customer.policy, customer.model.company
    when, which, size, error = (customer.word(CHECKOUT, index) for index in range(4))
    lanes = company.staffed_lanes, p.self_checkout_self_lanes
    alone = happens(prefers_self(customer.self_service_liking, *lanes), unit(which))
    usual = p.self_checkout_self_minutes if alone else p.self_checkout_minutes
    minutes = handling_minutes(usual, p.self_checkout_minutes_spread, normal_quantile(size))
    if alone:
        minutes = minutes_at_lane(minutes, p.self_checkout_error_minutes, unit(error), p.self_checkout_errors)
    patience = patience_minutes(customer.patience_left(), customer.luck(CHECKOUT, 4))
    return Visit(customer, alone, when * AS_SHARE * company.shop_minutes, float(minutes), float(patience))


def turns_away(customer: Customer, length: int) -> bool:
    """Whether somebody who sees so many people in line does not join it."""
    p, minding = customer.policy, minds(customer.price_sensitivity)
    sees, unnoticed = p.self_checkout_line_in_sight, p.self_checkout_line_unnoticed
    return happens(put_off(length, minding, sees, unnoticed, p.self_checkout_line_deters), customer.luck(CHECKOUT, 5))


def after_turning_away(customer: Customer, length: int) -> None:
    """What a line that was too long leaves behind: a little annoyance, and nothing bought."""
    p, count = customer.policy, customer.model.count
    quality = visit(p.self_checkout_line_hurts, ZERO, customer.self_service_liking)
    _remember(customer, quality, p.self_checkout_memory, "convenience")
    count("visits")
    count("balked")
    count("cost_lost_sales", cents(customer.spend, p.self_checkout_sale))
    customer.note("shop_balked", length)


def after_visit(visited: Visit, wait: float, served: bool) -> None:
    """What a visit leaves behind: how it was, against what was expected, and the annoyance of walking out unserved."""
    customer, alone, _, _, _ = visited
    p, count = customer.policy, customer.model.count
    pain = p.self_checkout_waiting_hurts
    if served:
        pain = wait_pain(wait, p.self_checkout_tolerance, p.self_checkout_waiting_hurts)
    work_done = p.self_checkout_effort if alone and served else ZERO
    quality = visit(pain, work_done, customer.self_service_liking)
    _remember(customer, quality, p.self_checkout_memory, "convenience")
    count("visits")
    count("checkout_wait", fixed_minutes(wait))
    count("self_visits", alone)
    count("walked_out", not served)
    if alone and served:
        count("cost_shrink", cents(customer.spend, p.self_checkout_shrink))
    if not served:
        count("cost_lost_sales", cents(customer.spend, p.self_checkout_sale))
    customer.note("shop" if served else "shop_left", wait)


def _remember(customer: Customer, quality: np.float32, weight: np.float32, cause: str) -> None:
    """Let an encounter of this quality move satisfaction; what was lost is booked under its cause."""
    before = customer.satisfaction
    customer.satisfaction = moved(before, customer.verdict_on(quality), weight)
    customer.book(cause, before, customer.satisfaction)


# ---- the telephone ---------------------------------------------------------------------------------------------------


def raises_issue(customer: Customer) -> bool:
    """Whether a customer with an issue, new or still open, gets in touch about it this week."""
    customer.speaks_up = False
    p, luck = customer.policy, customer.luck(CONTACT, 0)
    fresh = severity_of(customer.performed, p.quality_failure_threshold)
    told = told_of(customer, fresh)
    fresh = spared(fresh, p.transparency_blame_spared, told)
    if fresh <= ZERO and customer.issue_severity <= ZERO:
        return False
    customer.issue_severity = carried(customer.issue_severity, p.issue_lasting, p.issue_closed_below)
    if fresh > ZERO:
        return _raises_new_issue(customer, fresh, told, luck)
    if customer.issue_severity <= ZERO:
        customer.issue_tries = UNDECIDED
        return False
    return customer.issue_tries != SILENT and happens(p.complaining_persistence, luck)


def _raises_new_issue(customer: Customer, fresh: np.float32, told: bool, luck: float) -> bool:
    """Something went wrong this week: speak up, or say nothing and resent it; less of both if honestly ``told``."""
    p, count, tries = customer.policy, customer.model.count, customer.issue_tries
    customer.issue_severity = max(customer.issue_severity, fresh)
    count("issues")
    customer.note("issue", fresh)
    chance = speaks_up(customer.contact_propensity, customer.issue_severity, p.complaining_base, p.complaining_slope)
    if happens(spared(chance, p.transparency_calls_spared, told), luck):
        count("complaints")
        customer.speaks_up = True
        customer.issue_tries = UNDECIDED if tries == SILENT else tries
        return True
    count("silent")
    customer.note("silent", fresh)
    customer.grievance = aggrieved(customer.grievance, fresh, p.grievance_rise * p.grievance_silent, ZERO)
    customer.issue_tries = SILENT if tries == UNDECIDED else tries
    return False


def call_of(customer: Customer, about_issue: bool, handed_over: bool = False, late: bool = False) -> Call:
    """The call a customer makes this week: when, how long it takes to deal with, and how patient they are."""
    p = customer.policy
    when, patience, size = (customer.word(CONTACT, index) for index in (1, 2, 3))
    usual = routed(p.call_centre_handling, p.support_access_menu_levels, p.support_access_routing)
    minutes = handling_minutes(usual, p.call_centre_handling_spread, normal_quantile(size))
    patient = patience_minutes(customer.patience_left(), unit(patience))
    if not handed_over:
        patient = patience_left(patient, menu_of(p))
    arrival = when * AS_SHARE * customer.model.company.phone_minutes
    return Call(customer, about_issue, arrival, float(minutes), float(patient), handed_over, late)


def menu_of(p: SimpleNamespace) -> np.float32:
    """How many minutes the menu takes under this week's settings."""
    return menu_minutes(p.support_access_menu_levels, p.support_access_seconds_per_level)


def endured(p: SimpleNamespace, handed_over: bool, late: bool) -> np.float32:
    """Minutes that a caller spent before joining the queue."""
    before = before_queue(p.support_access_hidden, p.support_access_search_minutes, menu_of(p), handed_over)
    return before + p.support_access_closed_minutes if late else before


def after_call(call: Call, wait: float, representative: Representative | None) -> None:
    """What a call leaves behind; without a ``representative`` the caller hung up after this ``wait``."""
    customer, about_issue, handed_over = call.customer, call.about_issue, call.handed_over
    p, severity = customer.policy, customer.issue_severity if about_issue else ZERO
    solved = representative is not None and representative.solves(severity, customer.luck(CONTACT, 4))
    tries = customer.issue_tries if about_issue else 0
    minutes = felt_wait(wait, p.call_centre_callback_felt, call.back) + endured(p, handed_over, call.late)
    pain = wait_pain(minutes, p.call_centre_tolerance, p.call_centre_waiting_hurts)
    pain += tangle(customer, representative is not None and (handed_over or tries > 0))
    count_contact(customer, tries, solved, pain)
    customer.note("abandons" if representative is None else "solved" if solved else "unsolved", wait)
    if representative is not None:
        remember_call(representative, solved, customer.grievance)
    warmth = ZERO if representative is None else representative.warmth()
    answered = representative is not None
    quality = encounter(answered, warmth, solved, p.call_centre_manner, p.call_centre_solution, pain)
    feel_contact(customer, quality)
    if about_issue and representative is not None:
        recover(customer, solved, representative.outsourced)
    settle(customer, about_issue, solved)
    if answered:
        see_through(customer)


def tangle(customer: Customer, again: bool) -> np.float32:
    """What telling it again, and hearing something else, takes off the encounter of somebody who has tried before."""
    p = customer.policy
    repeated = repeating(again, p.personalisation_repetition_hurts, p.personalisation_remembers)
    return repeated + differing(again, p.digital_channels_inconsistency, p.digital_channels_offered)


def settle(customer: Customer, about_issue: bool, solved: bool) -> None:
    """Close the issue, leave it open with one more try, or make one of a question that nobody answered."""
    if about_issue and solved:
        customer.issue_severity, customer.issue_tries = ZERO, UNDECIDED
    elif about_issue:
        customer.issue_tries = min(customer.issue_tries + 1, MOST_TRIES)
    elif not solved and customer.issue_severity <= ZERO:
        customer.issue_severity, customer.issue_tries = customer.policy.call_centre_unanswered_severity, 1


def count_contact(customer: Customer, tries: int, solved: bool, pain: np.float32) -> None:
    """Enter one contact in the counts, with the effort it took after so many earlier tries."""
    count, first = customer.model.count, tries == 0
    count("contacts")
    count("effort", fixed(effort(pain, tries, solved)))
    count("solved", solved)
    count("first_contacts", first)
    count("solved_at_first", first and solved)


def feel_contact(customer: Customer, quality: np.float32) -> None:
    """Satisfaction and trust after a conversation of this quality, or after waiting for one in vain."""
    p = customer.policy
    _remember(customer, quality, p.call_centre_memory, "service")
    before = customer.trust
    growth, loss = (share(speed * p.trust_encounter) for speed in (p.trust_growth, p.trust_loss))
    customer.trust = trust_after(before, quality, growth, loss)
    customer.book("service", before, customer.trust)


def recover(customer: Customer, solved: bool, outsourced: bool) -> None:
    """After an answered contact about an issue: a recovery that is owned or not, or a refusal that rankles."""
    p = customer.policy
    weeks = granted(p.accountability_compensates, p.outsourcing_empowerment, outsourced)
    manner = p.accountability_acknowledges, p.accountability_apologises
    owned = justice(remedy(weeks), *manner, p.accountability_speed, p.accountability_blames)
    severity, before = customer.issue_severity, customer.grievance
    if solved:
        whole = made_good(customer.satisfaction, customer.expectation, severity, owned, p.accountability_restores)
        customer.satisfaction = delighted(whole, severity, owned, p.accountability_delight)
        customer.grievance = relieved(before, p.accountability_relief * owned)
        customer.model.count("cost_compensation", cents(customer.spend, weeks))
        customer.note("recovered", owned)
    else:
        customer.grievance = aggrieved(before, severity, p.grievance_rise, owned)
        customer.book("accountability", customer.grievance, before)
