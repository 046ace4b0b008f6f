"""Holding on to customers and winning them back: better plans, offers to stay, offers to return, and how newcomers came.

Part of the decide phase of the fast engine.
"""

import numpy as np

from sim.engine import passes
from sim.engine.lists import listed, note, row_of
from sim.engine.passes import NOTHING, THINKS
from sim.model.behaviour.choice import leaves
from sim.model.behaviour.person import RIVAL
from sim.model.mechanisms.pricing import cents
from sim.model.mechanisms.referral import BY_ADVERTISING, BY_FRIENDS, origin
from sim.model.mechanisms.retention_offers import KEEPING, SAVES, WAKES, raised
from sim.model.mechanisms.winback import WOOING, left_lately
from sim.model.random import fill_listed, happens, uniform, unit
from sim.model.rules import inner_kernel, step
from sim.model.week import EVERYBODY, count, event

f32, u8, i32, u32, i64 = np.float32, np.uint8, np.int32, np.uint32, np.int64

CONTACTED, WOKEN, WOOED, LEFT_LATELY = u8(4), u8(8), u8(16), u8(32)
"""Flags of the decide phase, beside those who think or move."""
AWAKE, WOOED_THINKS = u8(WOKEN | THINKS), u8(WOOED | THINKS)

SPEND, LEFT_IN, CAME_BY, PROVIDER = row_of("spend"), row_of("left_in"), row_of("came_by"), row_of("provider")


@inner_kernel
def _wake(who, start, awakening, moment, flags):
    """Flag those of the contacted who begin to think; ``moment`` is (world, week)."""
    for k in range(who.size):
        wakes = happens(awakening, uniform(moment[0], KEEPING, u32(who[k]), moment[1], WAKES))
        flags[u32(who[k] - start)] |= AWAKE if wakes else NOTHING


@inner_kernel
def _left_lately(provider, left_in, weeks, week, flags):
    """Flag those who left the company for the rival no more than ``weeks`` ago."""
    for i in range(flags.size):
        due = left_lately(left_in[i], week, weeks) & (provider[i] == RIVAL)
        flags[i] |= LEFT_LATELY if due else NOTHING


@inner_kernel
def _woo(who, start, offers, bits, flags):
    """Flag those on the list who get an offer to come back; returns how many they are."""
    wooed = i64(0)
    for k in range(who.size):
        offered = happens(offers, unit(bits[k]))
        flags[u32(who[k] - start)] |= WOOED_THINKS if offered else NOTHING
        wooed += offered
    return wooed


@step
def _note_flagged(journal, flags, flag, start, week, what):
    """Tell the journal of those watched who are in this block and have the flag."""
    whole, person = journal[0].person == EVERYBODY, i64(journal[0].person) - start
    first, end = (i64(0), i64(flags.size)) if whole else (max(person, i64(0)), min(person + 1, i64(flags.size)))
    for place in range(first, end):
        if (flags[place] & flag) != NOTHING:
            note(journal, start + place, week, what, f32(0))


@step
def recommend(mood, provider, start, flags, room, p, today, tally, journal):
    """A better plan is recommended to some customers of the block, which makes some of them think.

    Who gets it is drawn by the words that ``mood`` has to spare; ``room`` is for those words and for a list.
    """
    words, spare = room
    passes.spare_words(mood, words)
    passes.chances(words, provider, p.retention_offers_unsolicited, CONTACTED, flags)
    who = spare[: listed(flags, CONTACTED, start, spare, 0)]
    _wake(who, start, p.retention_offers_awakening, (today.world, today.week), flags)
    tally[PLANS_SENT] += who.size
    _note_flagged(journal, flags, CONTACTED, start, today.week, PLAN_SENT)


@step
def woo(provider, left_in, start, flags, room, p, today, tally, journal):
    """Some of those in the block who left lately get an offer to come back; ``room`` is for their words and for a list."""
    bits, spare = room
    _left_lately(provider, left_in, i32(p.winback_weeks), i32(today.week), flags)
    who = spare[: listed(flags, LEFT_LATELY, start, spare, 0)]
    rows = (bits[0, : who.size], bits[1, : who.size], bits[2, : who.size], bits[3, : who.size])
    fill_listed(today.world, WOOING, today.week, u32(0), who, rows)
    tally[WINBACK_OFFERS] += _woo(who, start, p.winback_offers, rows[0], flags)
    _note_flagged(journal, flags, WOOED, start, today.week, WINBACK_OFFER)


@step
def stays_after_all(number, i, drawn, high, luck, p, today, tally, journal):
    """Whether somebody about to leave gets an offer to stay, and accepts it."""
    offered = happens(p.retention_offers_save_offers, uniform(today.world, KEEPING, i, today.week, SAVES))
    higher = raised(high, p.retention_offers_save_discount, offered)
    stays = offered and not happens(leaves(drawn, higher, p.choice_decisiveness), luck)
    tally[SAVE_OFFERS] += offered
    tally[SAVED] += stays
    tally[COST_RETENTION] += cents(number[SPEND, i], p.retention_offers_save_discount) if stays else 0
    if offered:
        note(journal, i, today.week, OFFER_TO_STAY, f32(stays))
    return stays


@step
def won(people, i, referred, wooed, p, tally):
    """Somebody joins: how they were won is marked, and what was promised for it is paid."""
    spend = people.number[SPEND, i]
    people.mark[CAME_BY, i] = origin(referred)
    people.clock[LEFT_IN, i] = 0
    tally[WON_BACK] += wooed
    tally[COST_REFERRAL] += cents(spend, p.referral_reward) if referred else 0
    tally[COST_WINBACK] += cents(spend, p.winback_discount) if wooed else 0


@step
def lost(people, i, tally):
    """Somebody is no longer a customer: how they had been won is counted, and the mark taken away."""
    came_by = people.mark[CAME_BY, i]
    tally[LEAVERS_REFERRED] += came_by == BY_FRIENDS
    tally[LEAVERS_ADVERTISED] += came_by == BY_ADVERTISING
    people.mark[CAME_BY, i] = 0


PLANS_SENT, SAVE_OFFERS, SAVED = count("plans_sent"), count("save_offers"), count("saved")
WINBACK_OFFERS, WON_BACK = count("winback_offers"), count("won_back")
LEAVERS_REFERRED, LEAVERS_ADVERTISED = count("leavers_referred"), count("leavers_advertised")
COST_RETENTION, COST_WINBACK, COST_REFERRAL = count("cost_retention"), count("cost_winback"), count("cost_referral")
PLAN_SENT, OFFER_TO_STAY, WINBACK_OFFER = event("plan_sent"), event("offer_to_stay"), event("winback_offer")
