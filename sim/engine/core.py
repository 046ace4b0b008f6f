"""The fast engine: the week of :mod:`sim.model.week` over columns, compiled.

Dense work runs pass by pass over blocks of people (:mod:`sim.engine.passes`); whoever has something to do is put on a list
(:mod:`sim.engine.lists` holds what is done with it). Rules and constants are those of the model; nothing is decided here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engine import keeping, lists, passes, precompile
from sim.engine.account import account
from sim.engine.candour import come_to_light
from sim.engine.contact import contact
from sim.engine.decide import Market, choose, tell
from sim.engine.experience import experience, feel_prices
from sim.engine.lists import BLOCK, row_of
from sim.engine.staffing import come_to_work, review, take_posts
from sim.engine.start import empty_state, setting_of
from sim.engine.touch import touch
from sim.model.behaviour.belief import reputation_after
from sim.model.behaviour.ledger import CAUSES
from sim.model.behaviour.ledger import rate as booking_rate
from sim.model.mechanisms.digital_channels import overheard
from sim.model.mechanisms.impatience import remaining
from sim.model.mechanisms.innovation import gained, lag_after, standing
from sim.model.rules import inner_kernel, lean_kernel, phase, step
from sim.model.week import COUNTS, Network, People, Today, count, journal
from sim.service.queues import put_in_order, rebase

f32, u8, i32, u32, i64, u64 = np.float32, np.uint8, np.int32, np.uint32, np.int64, np.uint64


class Work(NamedTuple):
    """Room to work in, reused from week to week and from one replication to the next."""

    bits: np.ndarray  # uint32 (4, BLOCK): this block's words
    later: np.ndarray  # uint32 (4, n): words for talking, thinking, moving away and questions
    scratch: np.ndarray  # float32 (4, BLOCK)
    performed: np.ndarray  # float32 (n): how the product performed
    flags: np.ndarray  # uint8 (n): what there is to do
    heard: np.ndarray  # uint64 (n): good and bad messages about the company, then about the rival, 16 bits each
    offered: np.ndarray  # int32 (n): who gets an offer
    visitors: np.ndarray  # int32 (n): who visits a shop
    troubled: np.ndarray  # int32 (n): who has an issue or a question
    who: np.ndarray  # int32 (n): who talks, thinks or is asked
    caller: np.ndarray  # int32 (n): who calls
    flag: np.ndarray  # uint8 (n): whether a caller has an issue, a visitor goes to a self-service lane
    served: np.ndarray  # uint8 (n): how a visit ended, as sim.service.queues says
    by: np.ndarray  # int32 (n): which representative served a caller
    words: np.ndarray  # uint32 (3, n): a caller's words for moment, patience and duration
    times: np.ndarray  # float64 (3, n): arrival (later: wait), duration, patience
    order: np.ndarray  # int32 (n): callers as they arrive
    spare: np.ndarray  # int32 (n + 1)
    weights: np.ndarray  # float32 (causes): one leaver's reasons
    spoken: np.ndarray  # int64 (4): messages about the company, well and ill, and about the rival


def room_for(people: int) -> Work:
    """A workspace for so many people."""

    def room(kind: type, *shape: int) -> np.ndarray:
        return np.zeros(shape, kind)

    return Work(
        room(u32, 4, BLOCK), room(u32, 4, people), room(f32, 4, BLOCK), room(f32, people), room(u8, people),
        room(u64, people), room(i32, people), room(i32, people), room(i32, people), room(i32, people), room(i32, people),
        room(u8, people), room(u8, people), room(i32, people), room(u32, 3, people), room(np.float64, 3, people),
        room(i32, people), room(i32, people + 1), room(f32, len(CAUSES)), room(i64, 4),
    )  # fmt: skip


S_, G_ = row_of("satisfaction"), row_of("grievance")
SEVERITY = row_of("issue_severity")
TALKATIVENESS = row_of("talkativeness")
BELIEF_COMPANY, BELIEF_RIVAL = row_of("belief_company"), row_of("belief_rival")
LAG, RIVAL_LAG = row_of("obsolescence"), row_of("rival_obsolescence")
LEFT_IN = row_of("left_in")
PROVIDER, CONTRACT_END = row_of("provider"), row_of("contract_end")


@inner_kernel
def _man(times, numbers, before, now, minutes):
    """Start a new week at a queue: its clock begins again, and ``now`` serve where ``before`` did."""
    rebase(times[:before], numbers[:before], minutes)
    if now == before:
        return
    kept = 0
    for place in range(before):
        if numbers[place] < now:
            times[kept], numbers[kept] = times[place], numbers[place]
            kept += 1
    for number in range(before, now):
        times[kept], numbers[kept] = 0.0, number
        kept += 1
    put_in_order(times[:now], numbers[:now])


@step
def _keep_up(firm, p):
    """What is possible moves on, and each provider follows as far as it does."""
    ours, theirs = gained(p.innovation_investment, p.innovation_progress), p.innovation_frontier
    firm[LAG, 0] = lag_after(firm[LAG, 0], p.innovation_frontier, ours)
    firm[RIVAL_LAG, 0] = lag_after(firm[RIVAL_LAG, 0], p.innovation_frontier, theirs * p.innovation_rival_keeps_up)


@inner_kernel
def govern(state, p, before, today, tally):
    """The policies in force take effect; the management reviews its budget; representatives take their places."""
    _keep_up(state.firm, p)
    minutes, shop = (
        before.call_centre_hours * 60.0 / today.stands_for,
        before.self_checkout_hours * 60.0 / today.stands_for,
    )
    if today.week == 0:
        minutes, shop = 0.0, 0.0
    review(state.firm, p, today)
    staff_before, staff, staffed_before, staffed = take_posts(state.firm, p, today)
    _man(state.busy, state.server, staff_before, staff, minutes)
    _man(state.lane_busy, state.lane, staffed_before, staffed, shop)
    _man(state.self_busy, state.self_lane, before.self_checkout_self_lanes, p.self_checkout_self_lanes, shop)
    come_to_work(state, (staff_before, staff), f32(minutes), p, today, tally)


@phase
def talk(people, work, network, p, today, tally, journal):
    """Who talks this week, and who hears it."""
    number, provider, count, talking = people.number, people.mark[PROVIDER], people.number.shape[1], i64(0)
    rates = (p.talk_base, p.talk_strong, p.talk_grievance)
    work.spoken[:] = 0
    for start in range(0, count, BLOCK):
        end = min(start + BLOCK, count)
        here = slice(start, end)
        chance, flags = work.scratch[0, : end - start], work.flags[here]
        passes.talk_chances(number[S_, here], number[G_, here], number[TALKATIVENESS, here], rates, chance)
        if p.referral_reward > 0:
            reward = (p.talk_pivot, p.referral_reward, p.referral_eagerness)
            passes.invitations(number[S_, here], number[G_, here], provider[here], reward, chance)
        passes.talkers(chance, work.later[0, here], provider[here], flags)
        talking = lists.listed(flags, passes.THINKS, start, work.who, talking)
    work.spoken[COMPANY_ILL] += overheard(tally[PUBLIC_COMPLAINTS], p.digital_channels_visibility)
    for k in range(talking):
        tell(people, u32(work.who[k]), network, p, work.heard, work.spoken, today, tally, journal)


@inner_kernel
def listen(state, work, p, spoken):
    """Hearers change what they believe; reputations move."""
    number, heard, people = state.number, work.heard, state.number.shape[1]
    for start in range(0, people, BLOCK):
        end = min(start + BLOCK, people)
        here = slice(start, end)
        passes.listen(heard[here], 0, p.belief_persuasion, p.belief_negativity, number[BELIEF_COMPANY, here])
        passes.listen(heard[here], 2, p.belief_persuasion, p.belief_negativity, number[BELIEF_RIVAL, here])
    for k in range(2):
        state.reputation[k] = reputation_after(
            state.reputation[k], spoken[2 * k], spoken[2 * k + 1], p.belief_negativity, p.belief_publicity
        )


@step
def _approach(state, work, block, p, today, tally, journal):
    """The company approaches some in the block: customers with a better plan, those who left lately with an offer."""
    here, start = slice(block[0], block[1]), block[0]
    provider, flags, later = state.mark[PROVIDER, here], work.flags[here], work.later
    if p.retention_offers_unsolicited > 0:
        mood, room = (
            (later[0, here], later[1, here], later[2, here], later[3, here]),
            (work.bits[0, : flags.size], work.spare),
        )
        keeping.recommend(mood, provider, start, flags, room, p, today, tally, journal)
    if p.winback_offers > 0:
        keeping.woo(
            provider, state.clock[LEFT_IN, here], start, flags, (work.bits, work.spare), p, today, tally, journal
        )


@step
def _think(state, work, p, today, tally, journal):
    """Who leaves the market or compares providers this week; returns how many they are."""
    number, people, thinking = state.number, state.number.shape[1], i64(0)
    rates = (p.choice_attention, p.choice_issue_trigger, p.choice_grievance_trigger)
    moving = p.choice_involuntary * f32(7 / 365.25)
    for start in range(0, people, BLOCK):
        end = min(start + BLOCK, people)
        here, size = slice(start, end), end - start
        provider, flags = state.mark[PROVIDER, here], work.flags[here]
        alarm, chance = work.scratch[0, :size], work.scratch[1, :size]
        passes.bad_news(work.heard[here], provider, p.choice_news_trigger, alarm)
        if p.choice_good_news_trigger > 0:
            passes.good_news(work.heard[here], provider, p.choice_good_news_trigger, alarm)
        passes.think_chances(number[SEVERITY, here], number[G_, here], alarm, rates, chance)
        passes.thinkers(chance, work.later[1, here], provider, p.marketing_reach, flags)
        passes.movers(work.later[2, here], state.clock[CONTRACT_END, here], provider, moving, today.week, flags)
        _approach(state, work, (start, end), p, today, tally, journal)
        thinking = lists.listed(flags, passes.THINKS | passes.MOVES, start, work.who, thinking)
    return thinking


@phase
def decide(people, state, work, p, today, tally, journal):
    """Some leave the market, some compare and stay, leave, join or come back."""
    bits, thinking = work.bits, _think(state, work, p, today, tally, journal)
    ours, theirs = standing(p.quality_level, state.firm[LAG, 0]), standing(p.rival_level, state.firm[RIVAL_LAG, 0])
    inertia = remaining(p.impatience_switching_trend, today.week)
    market = Market(state.reputation[0], state.reputation[1], ours, theirs, inertia)
    for start in range(0, thinking, BLOCK):
        who = work.who[start : min(start + BLOCK, thinking)]
        rows = (bits[0, : who.size], bits[1, : who.size], bits[2, : who.size], bits[3, : who.size])
        choose(people, work, who, rows, market, p, today, tally, journal)
    work.heard[:] = u64(0)


@lean_kernel
def _weeks(state, work, network, policy, first, setting, tally, journal):
    """As many weeks as ``tally`` has rows, from week ``first`` on."""
    people = People(state.number, state.clock, state.mark)
    for row in range(tally.shape[0]):
        week, counts = first + row, tally[row]
        p, before = policy[week], policy[max(week - 1, 0)]
        rate = booking_rate(week, p.ledger_half_life)
        today = Today(
            week, setting.world, rate, setting.stands_for, setting.prices_move, setting.offers_made,
            setting.staff_lasts, setting.budget_moves,
        )  # fmt: skip
        govern(state, p, before, today, counts)
        offered, visitors, troubled = experience(state, work, p, today)
        if setting.prices_move:
            feel_prices(state, p, before, today, journal)
        come_to_light(state, work, p, before, today, counts, journal)
        touch(state, work, (offered, visitors), p, today, counts, journal)
        contact(people, state, work, troubled, p, today, counts, journal)
        talk(people, work, network, p, today, counts, journal)
        listen(state, work, p, work.spoken)
        decide(people, state, work, p, today, counts, journal)
        account(people, state, work, p, today, setting.founders, counts)


LATER = (experience, touch, decide, account, talk)
"""Phases that a second process compiles the first time, in the order in which it does."""


def prepare(ground):
    """Before the first replication is drawn: the first time on this machine, have the later phases compiled meanwhile."""

    def arguments():
        nobody, counts = Network(np.zeros(2, i32), np.zeros(0, i32)), np.zeros((1, len(COUNTS)), i64)
        setting = setting_of(ground, u64(0))
        return empty_state(ground), room_for(1), nobody, ground.policy, 0, setting, counts, journal()

    precompile.shared(_weeks, LATER, arguments)


def advance(state, work, network, policy, week, setting, tally, journal):
    """One week, phase by phase; ``tally`` (this week's counts, int64) is filled."""
    live(state, work, network, policy, setting, tally.reshape(1, -1), journal, int(week))


def live(state, work, network, policy, setting, tally, journal, first=0):
    """The weeks of one replication from week ``first`` on, as many as ``tally``, int64 (weeks, counts), has rows."""
    _weeks(state, work, network, policy, first, setting, tally, journal)


PUBLIC_COMPLAINTS, COMPANY_ILL = count("public_complaints"), 1  # the place of ill talk of the company in ``spoken``
