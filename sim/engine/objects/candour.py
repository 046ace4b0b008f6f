"""Candour and its lack: hidden fees, false claims and hollow promises come to light; an honest notice spares blame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.model.behaviour.grievance import aggrieved
from sim.model.behaviour.trust import shaken
from sim.model.mechanisms.call_centre import CONTACT
from sim.model.mechanisms.fees import LIGHT, blow_of, fairness_found, first_bill, gravity
from sim.model.mechanisms.pretence import exposed, hollow
from sim.model.mechanisms.pricing import cents
from sim.model.mechanisms.transparency import NOTICE, flattered, lie_rate
from sim.model.random import happens

if TYPE_CHECKING:
    from sim.engine.objects.customer import Customer

ZERO, ONE = np.float32(0), np.float32(1)

HIT, FINDS, FINDS_OUT, HEARS = range(4)
"""What the week's four draws of what comes to light decide."""
IS_TOLD, IS_LIED_TO = range(2)
"""What the two draws of a notice decide."""
EXPOSED = 5
"""The draw of a contact that decides whether it shows a claim to be hollow."""


def come_to_light(customer: Customer) -> None:
    """A fee or the whole price is found, a false claim is found out, a campaign raises what is expected."""
    p, last = customer.policy, customer.model.last_policy
    if p.fees_size > ZERO and happens(p.fees_share, customer.luck(LIGHT, HIT)):
        _be_charged(customer)
    if last.fees_drip > ZERO and first_bill(customer.tenure, customer.model.week):
        _find_hidden(customer, last.fees_drip, blow_of(last.fees_drip, p.fees_distrust))
        customer.note("drip_found", last.fees_drip)
    false = exposed(p.transparency_misleading, p.transparency_found_out)
    if false > ZERO and happens(false, customer.luck(LIGHT, FINDS_OUT)):
        _betray(customer, p.transparency_betrayal, ONE, p.transparency_anger)
        customer.note("claim_found_false", p.transparency_misleading)
    gap = hollow(p.pretence_claimed, p.pretence_actual)
    if gap > ZERO and happens(p.pretence_reach, customer.luck(LIGHT, HEARS)):
        customer.expectation = flattered(customer.expectation, gap, p.pretence_swelling)


def _be_charged(customer: Customer) -> None:
    """Pay a fee that nobody mentioned, and perhaps find it on the bill."""
    p, fee = customer.policy, cents(customer.spend, customer.policy.fees_size)
    customer.model.count("revenue_fees", fee)
    found = happens(p.fees_discovery, customer.luck(LIGHT, FINDS))
    if found:
        _find_hidden(customer, p.fees_size, p.fees_distrust)
    customer.note("fee_found" if found else "fee_unnoticed", fee)


def _find_hidden(customer: Customer, hidden: np.float32, blow: np.float32) -> None:
    """Find that so many weeks of spend were hidden: it is unfair, and it shakes trust by this ``blow``."""
    p, before = customer.policy, customer.price_fairness
    customer.price_fairness = fairness_found(before, hidden, p.fees_unfairness, customer.price_sensitivity)
    customer.book("price", before, customer.price_fairness)
    _betray(customer, blow, gravity(hidden), p.fees_anger)


def _betray(customer: Customer, blow: np.float32, severity: np.float32, anger: np.float32) -> None:
    """Trust is shaken and anger rises; both are booked under communication."""
    trust, grievance = customer.trust, customer.grievance
    customer.trust, customer.grievance = shaken(trust, blow), aggrieved(grievance, severity, anger, ZERO)
    customer.book("communication", trust, customer.trust)
    customer.book("communication", customer.grievance, grievance)


def told_of(customer: Customer, severity: np.float32) -> bool:
    """Whether a customer is told of a new failure at once, and does not find that to be untrue."""
    p = customer.policy
    if severity <= ZERO or not happens(p.transparency_outage_notices, customer.luck(NOTICE, IS_TOLD)):
        return False
    false = happens(lie_rate(p.transparency_status_honesty), customer.luck(NOTICE, IS_LIED_TO))
    if false:
        _betray(customer, p.transparency_betrayal, ONE, p.transparency_anger)
    customer.note("false_notice" if false else "outage_notice", severity)
    return not false


def see_through(customer: Customer) -> None:
    """An answered call may show that the claim to put customers first is hollow."""
    p, gap = customer.policy, hollow(customer.policy.pretence_claimed, customer.policy.pretence_actual)
    if gap > ZERO and happens(exposed(gap, p.pretence_exposure), customer.luck(CONTACT, EXPOSED)):
        _betray(customer, p.pretence_betrayal, ONE, p.pretence_anger)
        customer.note("pretence_exposed", gap)
