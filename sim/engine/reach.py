"""Before anybody's telephone rings: some write instead, some meet a chatbot, some give up. A part of the contact phase.

Each stage goes through the list of those in touch, deals with some, and leaves the others, in order, for the next one. With
all of them off, nothing is gone through.
"""

import numpy as np

from sim.engine.aftermath import enter, how_owned, judge, rankle, recover, settle, tangle
from sim.engine.lists import book, note, row_of
from sim.model.behaviour.trust import shaken
from sim.model.mechanisms.call_centre import encounter, patience_minutes, solves, wait_pain
from sim.model.mechanisms.chatbot import CHATBOT, conversation, conversations, found_out, helps, poses
from sim.model.mechanisms.digital_channels import DIGITAL, correspondence, slowness, writes
from sim.model.mechanisms.impatience import remaining
from sim.model.mechanisms.personalisation import knowing
from sim.model.mechanisms.pricing import cents
from sim.model.mechanisms.support_access import (
    ACCESS,
    before_queue,
    closed,
    in_vain,
    menu_minutes,
    patience_left,
    runs_out,
    stopped,
)
from sim.model.random import fill_listed, happens, unit
from sim.model.rules import inner_kernel, step
from sim.model.week import count, event

f32, u8, u32, i64 = np.float32, np.uint8, np.uint32, np.int64

ABOUT, HANDED, NEW, LATE = u8(1), u8(2), u8(4), u8(8)
"""Marks of a contact: it is about an issue; a chatbot put it through; the issue is new, and nobody was told of it yet; the
lines were closed at the first try."""

T_, SEVERITY, SPEND = row_of("trust"), row_of("issue_severity"), row_of("spend")
PATIENCE, AFFINITY, TRIES = row_of("patience"), row_of("digital_affinity"), row_of("issue_tries")
LEDGER_SERVICE = row_of("ledger_service")


@step
def _keep(work, k, left, why):
    """Leave contact ``k`` for the next stage, as the one numbered ``left``; returns the number of the next."""
    work.caller[left], work.flag[left] = work.caller[k], why
    for place in range(3):
        work.words[place, left] = work.words[place, k]
    return left + 1


@step
def _matter(people, i, about):
    """How grave the matter is, and how often it was tried before."""
    return people.number[SEVERITY, i] if about else f32(0), i64(people.mark[TRIES, i]) if about else i64(0)


# ---- writing -----------------------------------------------------------------------------------------------------------


@step
def _write(people, i, about, solving, going_public, p, today, tally, journal):
    """One person writes; the answer helps or does not."""
    number = people.number
    severity, earlier = _matter(people, i, about)
    solved = happens(solves(p.digital_channels_skill, severity, p.digital_channels_hardness), solving)
    slow = slowness(p.digital_channels_response_hours, p.digital_channels_tolerance, p.digital_channels_slowness_hurts)
    pain = slow + tangle(earlier > 0, p)
    judge(number, i, correspondence(solved, number[AFFINITY, i], p.digital_channels_strangeness, pain), p, today.rate)
    note(journal, i, today.week, MESSAGE_SOLVED if solved else MESSAGE_UNSOLVED, p.digital_channels_response_hours)
    weeks, recovered = p.accountability_compensates, about and solved
    owned = how_owned(weeks, p)
    recover(number, i, recovered, about and not solved, owned, p, today.rate)
    if recovered:
        note(journal, i, today.week, RECOVERED, owned)
        tally[COST_COMPENSATION] += cents(number[SPEND, i], weeks)
    settle(people, i, about, solved, p)
    enter(tally, pain, earlier, solved)
    if not solved and happens(p.digital_channels_public, going_public):
        tally[PUBLIC_COMPLAINTS] += 1
        note(journal, i, today.week, COMPLAINS_PUBLICLY, f32(0))


@inner_kernel
def write(people, work, callers, p, today, tally, journal):
    """Some write instead of calling; returns how many are left."""
    bits, size, left = work.bits, work.bits.shape[1], i64(0)
    for start in range(0, callers, size):
        who = work.caller[start : min(start + size, callers)]
        rows = (bits[0, : who.size], bits[1, : who.size], bits[2, : who.size], bits[3, : who.size])
        fill_listed(today.world, DIGITAL, today.week, u32(0), who, rows)
        for k in range(who.size):
            i, why = u32(who[k]), work.flag[start + k]
            if happens(writes(people.number[AFFINITY, i], p.digital_channels_offered), unit(bits[0, k])):
                luck = (unit(bits[1, k]), unit(bits[2, k]))
                _write(people, i, (why & ABOUT) != 0, luck[0], luck[1], p, today, tally, journal)
            else:
                left = _keep(work, start + k, left, why)
    tally[DIGITAL_CONTACTS] += callers - left
    return left


# ---- the chatbot -------------------------------------------------------------------------------------------------------


@step
def _see_through(number, i, p, today, journal):
    """It posed as a person and was found out."""
    trust = number[T_, i]
    number[T_, i] = shaken(trust, p.chatbot_distrust)
    book(number, LEDGER_SERVICE, i, trust, number[T_, i], today.rate)
    note(journal, i, today.week, BOT_FOUND_OUT, p.chatbot_distrust)


@step
def _end_with_bot(people, i, about, solved, known, p, today, tally):
    """The conversation with the chatbot was all there is: the matter is solved, or a dead end."""
    number = people.number
    severity, earlier = _matter(people, i, about)
    judge(number, i, conversation(solved, known, p.chatbot_coldness, number[AFFINITY, i]), p, today.rate)
    if not solved:
        rankle(number, i, severity, p.chatbot_resentment, p, today.rate)
    settle(people, i, about, solved, p)
    enter(tally, f32(0), earlier, solved)


@step
def _ask_bot(people, i, about, luck, p, today, tally, journal):
    """One person asks the chatbot; returns whether it hands them over to a person."""
    severity, _ = _matter(people, i, about)
    solved = happens(helps(p.chatbot_resolution, severity, p.chatbot_hardness), luck[0])
    handed = not solved and happens(p.chatbot_escalation, luck[1])
    caught = found_out(luck[2], p.chatbot_pretends, p.chatbot_detection)
    known = caught or not poses(luck[2], p.chatbot_pretends)
    note(journal, i, today.week, BOT_SOLVES if solved else (BOT_HANDS_OVER if handed else BOT_FAILS), f32(0))
    if caught:
        _see_through(people.number, i, p, today, journal)
    if not handed:
        _end_with_bot(people, i, about, solved, known, p, today, tally)
    tally[BOT_SOLVED] += solved
    return handed


@inner_kernel
def ask_bot(people, work, callers, p, today, tally, journal):
    """Some meet the chatbot first; returns how many are left, those it hands over among them."""
    bits, size, left, met = work.bits, work.bits.shape[1], i64(0), i64(0)
    for start in range(0, callers, size):
        who = work.caller[start : min(start + size, callers)]
        rows = (bits[0, : who.size], bits[1, : who.size], bits[2, : who.size], bits[3, : who.size])
        fill_listed(today.world, CHATBOT, today.week, u32(0), who, rows)
        for k in range(who.size):
            i, why, handed = u32(who[k]), work.flag[start + k], False
            meets = happens(p.chatbot_share, unit(bits[0, k]))
            if meets:
                luck = (unit(bits[1, k]), unit(bits[2, k]), unit(bits[3, k]))
                handed = _ask_bot(people, i, (why & ABOUT) != 0, luck, p, today, tally, journal)
            met += meets
            if handed or not meets:
                left = _keep(work, start + k, left, (why | HANDED) if handed else why)
    tally[BOT_CONTACTS] += met
    tally[CONTACTS] += callers - left
    return left


# ---- the number and the menu -------------------------------------------------------------------------------------------


@step
def _give_up(people, i, about, spent, p, today, tally, journal):
    """Nobody was reached: felt as a call that nobody answered."""
    severity, earlier = _matter(people, i, about)
    pain = wait_pain(spent, p.call_centre_tolerance, p.call_centre_waiting_hurts)
    quality = encounter(False, f32(0), False, p.call_centre_manner, p.call_centre_solution, pain)
    judge(people.number, i, quality, p, today.rate)
    rankle(people.number, i, severity, p.support_access_resentment, p, today.rate)
    settle(people, i, about, False, p)
    enter(tally, pain, earlier, False)
    note(journal, i, today.week, GIVES_UP, spent)


@step
def endured(p, handed, late):
    """Minutes that a caller spent before joining the queue."""
    menu = menu_minutes(p.support_access_menu_levels, p.support_access_seconds_per_level)
    before = before_queue(p.support_access_hidden, p.support_access_search_minutes, menu, handed)
    return before + p.support_access_closed_minutes if late else before


@inner_kernel
def get_through(people, work, callers, p, today, tally, journal):
    """Some do not find the number or lose patience in the menu; returns how many reach the queue.

    Whoever wanted to speak up and reached nobody has said nothing that the company could hear.
    """
    bits, size, left, unheard = work.bits, work.bits.shape[1], i64(0), i64(0)
    menu = menu_minutes(p.support_access_menu_levels, p.support_access_seconds_per_level)
    times = remaining(p.impatience_patience_trend, today.week)
    for start in range(0, callers, size):
        who = work.caller[start : min(start + size, callers)]
        rows = (bits[0, : who.size], bits[1, : who.size], bits[2, : who.size], bits[3, : who.size])
        fill_listed(today.world, ACCESS, today.week, u32(0), who, rows)
        for k in range(who.size):
            i, why = u32(who[k]), work.flag[start + k]
            patience = patience_minutes(people.number[PATIENCE, i] * times, unit(work.words[1, start + k]))
            found, handed = not happens(p.support_access_hidden, unit(bits[0, k])), (why & HANDED) != 0
            shut = not handed and closed(found, p.support_access_opening_hours, unit(bits[1, k]))
            off = shut and not happens(p.support_access_tries_again, unit(bits[2, k]))
            if shut:
                note(journal, i, today.week, LINES_CLOSED, f32(0))
            if handed or not stopped(found, off, runs_out(patience, menu)):
                left = _keep(work, start + k, left, (why | LATE) if shut else why)
            else:
                spent = in_vain(found, patience, p.support_access_hidden, p.support_access_search_minutes)
                if off:
                    spent = endured(p, False, True)
                unheard += (why & NEW) != 0
                _give_up(people, i, (why & ABOUT) != 0, spent, p, today, tally, journal)
    tally[GAVE_UP] += callers - left
    tally[COMPLAINTS] -= unheard
    tally[SILENT] += unheard
    return left


@inner_kernel
def use_up_patience(work, callers, menu):
    """The menu has used up a part of the patience of those who went through it."""
    for k in range(callers):
        if (work.flag[k] & HANDED) == 0:
            work.times[2, k] = patience_left(f32(work.times[2, k]), menu)


# ---- all of it ---------------------------------------------------------------------------------------------------------


@step
def reach(people, work, callers, p, today, tally, journal):
    """Who of those in touch gets as far as the telephone queue; returns how many there are."""
    left = i64(callers)
    if p.digital_channels_offered > 0:
        left = write(people, work, left, p, today, tally, journal)
        tally[CONTACTS] += i64(callers) - left
    if p.chatbot_share > 0:
        left = ask_bot(people, work, left, p, today, tally, journal)
    if p.support_access_menu_levels > 0 or p.support_access_hidden > 0 or p.support_access_opening_hours < 1:
        before = left
        left = get_through(people, work, left, p, today, tally, journal)
        tally[CONTACTS] += before - left
    return left


@step
def costs(p, tally):
    """What the chatbot, messages and knowing the customers cost this week."""
    tally[COST_CHATBOT] += conversations(tally[BOT_CONTACTS], p.chatbot_cost)
    tally[COST_DIGITAL] += conversations(tally[DIGITAL_CONTACTS], p.digital_channels_cost)
    known = (p.personalisation_remembers, p.personalisation_tailoring, p.personalisation_cost)
    tally[COST_PERSONALISATION] += knowing(tally[CUSTOMERS], known[0], known[1], known[2])


CONTACTS, GAVE_UP, CUSTOMERS = count("contacts"), count("gave_up"), count("customers")
COMPLAINTS, SILENT = count("complaints"), count("silent")
BOT_CONTACTS, BOT_SOLVED = count("bot_contacts"), count("bot_solved")
DIGITAL_CONTACTS, PUBLIC_COMPLAINTS = count("digital_contacts"), count("public_complaints")
COST_COMPENSATION, COST_CHATBOT = count("cost_compensation"), count("cost_chatbot")
COST_DIGITAL, COST_PERSONALISATION = count("cost_digital"), count("cost_personalisation")
GIVES_UP, BOT_SOLVES, BOT_FAILS = event("gives_up"), event("bot_solves"), event("bot_fails")
BOT_HANDS_OVER, BOT_FOUND_OUT = event("bot_hands_over"), event("bot_found_out")
MESSAGE_SOLVED, MESSAGE_UNSOLVED = event("message_solved"), event("message_unsolved")
COMPLAINS_PUBLICLY, RECOVERED, LINES_CLOSED = event("complains_publicly"), event("recovered"), event("lines_closed")
