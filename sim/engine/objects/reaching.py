"""Getting in touch: writing, meeting a chatbot, looking for the number and going through the menu, until a telephone rings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.engine.objects.encounters import (
    Call,
    call_of,
    count_contact,
    endured,
    feel_contact,
    menu_of,
    recover,
    settle,
    tangle,
)
from sim.model.behaviour.grievance import aggrieved
from sim.model.behaviour.trust import shaken
from sim.model.mechanisms.call_centre import CONTACT, encounter, patience_minutes, solves, wait_pain
from sim.model.mechanisms.chatbot import CHATBOT, conversation, found_out, helps, poses
from sim.model.mechanisms.digital_channels import DIGITAL, correspondence, slowness, writes
from sim.model.mechanisms.support_access import ACCESS, closed, in_vain, runs_out, stopped
from sim.model.random import happens, unit

if TYPE_CHECKING:
    from sim.engine.objects.customer import Customer

f32 = np.float32
ZERO = f32(0)

WRITES, ANSWER_HELPS, GOES_PUBLIC = range(3)
"""What the draws of a contact in writing decide."""
LOOKS, COMES, RETURNS = range(3)
"""What the draws on the way to the queue decide."""
MEETS, BOT_HELPS, HANDS_OVER, POSES = range(4)
"""What the draws of a contact with the chatbot decide."""


def reach(customer: Customer, about_issue: bool) -> Call | None:
    """Get in touch, about an issue or with a question; returns the call, if it comes to one."""
    p = customer.policy
    if happens(writes(customer.digital_affinity, p.digital_channels_offered), customer.luck(DIGITAL, WRITES)):
        _write(customer, about_issue)
        return None
    if happens(p.chatbot_share, customer.luck(CHATBOT, MEETS)):
        handed_over = _ask_bot(customer, about_issue)
        return call_of(customer, about_issue, handed_over) if handed_over else None
    late = _finds_closed(customer)
    return call_of(customer, about_issue, late=late) if _gets_through(customer, about_issue, late) else None


def _matter(customer: Customer, about_issue: bool) -> tuple[np.float32, int]:
    """How grave the matter is, and how often it was tried before."""
    return (customer.issue_severity, customer.issue_tries) if about_issue else (ZERO, 0)


# ---- writing -----------------------------------------------------------------------------------------------------------


def _write(customer: Customer, about_issue: bool) -> None:
    """Write to the company; the answer helps or does not, and who is not helped may complain in public."""
    p, count = customer.policy, customer.model.count
    severity, tries = _matter(customer, about_issue)
    chance = solves(p.digital_channels_skill, severity, p.digital_channels_hardness)
    solved = happens(chance, customer.luck(DIGITAL, ANSWER_HELPS))
    hours = p.digital_channels_response_hours
    pain = slowness(hours, p.digital_channels_tolerance, p.digital_channels_slowness_hurts)
    pain += tangle(customer, tries > 0)
    count("digital_contacts")
    count_contact(customer, tries, solved, pain)
    customer.note("message_solved" if solved else "message_unsolved", hours)
    feel_contact(customer, correspondence(solved, customer.digital_affinity, p.digital_channels_strangeness, pain))
    if about_issue:
        recover(customer, solved, False)
    settle(customer, about_issue, solved)
    if not solved and happens(p.digital_channels_public, customer.luck(DIGITAL, GOES_PUBLIC)):
        count("public_complaints")
        customer.note("complains_publicly", 0)


# ---- the chatbot -------------------------------------------------------------------------------------------------------


def _ask_bot(customer: Customer, about_issue: bool) -> bool:
    """Ask the chatbot; returns whether it hands over to a person."""
    p, count, (severity, _) = customer.policy, customer.model.count, _matter(customer, about_issue)
    chance = helps(p.chatbot_resolution, severity, p.chatbot_hardness)
    solved = happens(chance, customer.luck(CHATBOT, BOT_HELPS))
    handed_over = not solved and happens(p.chatbot_escalation, customer.luck(CHATBOT, HANDS_OVER))
    count("bot_contacts")
    count("bot_solved", solved)
    customer.note("bot_solves" if solved else "bot_hands_over" if handed_over else "bot_fails", 0)
    known = _knows_it_is_a_bot(customer)
    if not handed_over:
        _end_with_bot(customer, about_issue, solved, known)
    return handed_over


def _knows_it_is_a_bot(customer: Customer) -> bool:
    """Whether the customer knows, having been told or having found out, which costs trust."""
    p, luck, before = customer.policy, customer.luck(CHATBOT, POSES), customer.trust
    if found_out(luck, p.chatbot_pretends, p.chatbot_detection):
        customer.trust = shaken(before, p.chatbot_distrust)
        customer.book("service", before, customer.trust)
        customer.note("bot_found_out", p.chatbot_distrust)
        return True
    return not poses(luck, p.chatbot_pretends)


def _end_with_bot(customer: Customer, about_issue: bool, solved: bool, known: bool) -> None:
    """The conversation with the chatbot was all there is: the matter is solved, or a dead end."""
    p, (severity, tries) = customer.policy, _matter(customer, about_issue)
    count_contact(customer, tries, solved, ZERO)
    feel_contact(customer, conversation(solved, known, p.chatbot_coldness, customer.digital_affinity))
    if not solved:
        _rankle(customer, severity, p.chatbot_resentment)
    settle(customer, about_issue, solved)


# ---- the number and the menu -------------------------------------------------------------------------------------------


def _finds(customer: Customer) -> bool:
    """Whether somebody who looks for the number finds it."""
    return not happens(customer.policy.support_access_hidden, customer.luck(ACCESS, LOOKS))


def _finds_closed(customer: Customer) -> bool:
    """Whether somebody calls when nobody is there."""
    late = closed(_finds(customer), customer.policy.support_access_opening_hours, customer.luck(ACCESS, COMES))
    if late:
        customer.note("lines_closed", 0)
    return late


def _gets_through(customer: Customer, about_issue: bool, late: bool) -> bool:
    """Look for the number and go through the menu; whoever does not get to the queue feels it."""
    p, found = customer.policy, _finds(customer)
    off = late and not happens(p.support_access_tries_again, customer.luck(ACCESS, RETURNS))
    patience = patience_minutes(customer.patience_left(), unit(customer.word(CONTACT, 2)))
    if not stopped(found, off, runs_out(patience, menu_of(p))):
        return True
    spent = in_vain(found, patience, p.support_access_hidden, p.support_access_search_minutes)
    _give_up(customer, about_issue, endured(p, False, True) if off else spent)
    return False


def _give_up(customer: Customer, about_issue: bool, spent: np.float32) -> None:
    """Nobody was reached: felt as a call that nobody answered."""
    p, (severity, tries) = customer.policy, _matter(customer, about_issue)
    pain = wait_pain(spent, p.call_centre_tolerance, p.call_centre_waiting_hurts)
    customer.model.count("gave_up")
    if about_issue and customer.speaks_up:  # but nobody heard it
        customer.model.count("complaints", -1)
        customer.model.count("silent")
    count_contact(customer, tries, False, pain)
    feel_contact(customer, encounter(False, ZERO, False, p.call_centre_manner, p.call_centre_solution, pain))
    _rankle(customer, severity, p.support_access_resentment)
    settle(customer, about_issue, False)
    customer.note("gives_up", spent)


def _rankle(customer: Customer, severity: np.float32, part: np.float32) -> None:
    """Nobody refused, but nobody listened either: this part of the grievance of a refusal."""
    before = customer.grievance
    customer.grievance = aggrieved(before, severity, customer.policy.grievance_rise * part, ZERO)
    customer.book("service", customer.grievance, before)
