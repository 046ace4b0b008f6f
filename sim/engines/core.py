"""The fast engine: the week of :mod:`sim.week` over columns, compiled.

Dense work runs pass by pass over blocks of people (:mod:`sim.engines.passes`); whoever has something to do is put on a list
(:mod:`sim.engines.lists` holds what is done with it). Rules and constants are those of the model; nothing is decided here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.behaviour.answering import ANSWERS, SURVEY_WEEKS, answer, leaning
from sim.behaviour.belief import reputation_after
from sim.behaviour.choice import goodwill
from sim.behaviour.grievance import fading
from sim.behaviour.ledger import CAUSES
from sim.behaviour.ledger import rate as booking_rate
from sim.behaviour.person import COMPANY, GONE, RIVAL
from sim.behaviour.price import outraged
from sim.behaviour.satisfaction import aversion, bend
from sim.compiled import inner_kernel, lean_kernel, step
from sim.draws import fill, fill_listed
from sim.engines import candour, keeping, lists, passes, tailor
from sim.engines.contact import contact
from sim.engines.decide import Market, choose, tell
from sim.engines.lists import row_of
from sim.engines.reach import costs
from sim.engines.staffing import close_books, come_to_work, review, take_posts
from sim.engines.touch import touch
from sim.mechanisms.call_centre import MOOD, wages
from sim.mechanisms.digital_channels import overheard
from sim.mechanisms.employee_care import hour_cost
from sim.mechanisms.innovation import gained, lag_after, standing
from sim.mechanisms.management import cared_for
from sim.mechanisms.marketing import spending
from sim.mechanisms.outsourcing import outsourced
from sim.mechanisms.pretence import campaign
from sim.mechanisms.pricing import rise
from sim.mechanisms.quality import EVERYDAY, providing
from sim.mechanisms.referral import BY_ADVERTISING, BY_FRIENDS
from sim.mechanisms.transparency import forewarned, openness_cost
from sim.mechanisms.upselling import attempt_chance
from sim.numeric import fixed
from sim.service.queues import put_in_order, rebase
from sim.week import People, Today, count, event

f32, u8, i32, u32, i64, u64 = np.float32, np.uint8, np.int32, np.uint32, np.int64, np.uint64

BLOCK = 1024
"""People per block: the columns a pass touches then stay in the first-level cache."""


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
    served: np.ndarray  # uint8 (n): whether a visitor was served
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


E_, S_, T_, G_ = row_of("expectation"), row_of("satisfaction"), row_of("trust"), row_of("grievance")
FAIRNESS, FATIGUE, SEVERITY = row_of("price_fairness"), row_of("upsell_fatigue"), row_of("issue_severity")
EXPOSURE, SPEND, SENSITIVITY = row_of("failure_exposure"), row_of("spend"), row_of("price_sensitivity")
TALKATIVENESS = row_of("talkativeness")
BELIEF_COMPANY, BELIEF_RIVAL = row_of("belief_company"), row_of("belief_rival")
LEDGER_QUALITY, LEDGER_EXPECTATION = row_of("ledger_quality"), row_of("ledger_expectation")
LEDGER_PRICE, LEDGER_INNOVATION = row_of("ledger_price"), row_of("ledger_innovation")
LAG, RIVAL_LAG = row_of("obsolescence"), row_of("rival_obsolescence")
LEFT_IN, CAME_BY = row_of("left_in"), row_of("came_by")
BUDGET_OFFSET, ON_DUTY, LANES_ON_DUTY = row_of("budget"), row_of("representatives_on_duty"), row_of("lanes_on_duty")
PROVIDER, TENURE, CONTRACT_END = row_of("provider"), row_of("tenure"), row_of("contract_end")


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


@step
def _perform(number, provider, p, levels, bits, here, scratch, performed):
    """How the product performs for everybody in the block."""
    size = provider.size
    z, error = scratch[1, :size], scratch[2, :size]
    passes.normals(bits[0, :size], z)
    rates = (p.quality_error_rate, p.rival_error_rate)
    passes.errors(bits[1, :size], number[EXPOSURE, here], provider, rates, p.quality_error_depth, error)
    passes.performances(z, error, provider, levels, (p.quality_spread, p.rival_spread), performed)
    if p.transparency_process_shown > 0:
        insight, process = p.transparency_insight, p.transparency_process_shown
        candour.show(performed, provider, p.quality_failure_threshold, insight, process)


@step
def _judge(number, tenure, provider, p, lags, here, scratch, performed, rate):
    """Satisfaction, trust and expectation after the week; what was lost is booked."""
    size = tenure.size
    verdict, weight, drop = scratch[1, :size], scratch[2, :size], scratch[3, :size]
    slopes = (
        p.satisfaction_sensitivity,
        aversion(p.satisfaction_loss_aversion, p.satisfaction_symmetric),
        bend(p.satisfaction_curvature, p.satisfaction_symmetric),
    )
    passes.verdicts(number[E_, here], performed, p.satisfaction_assimilation, slopes, verdict)
    learning = (p.satisfaction_weight_new, p.satisfaction_weight_settled, p.satisfaction_settling)
    threshold = p.quality_failure_threshold
    passes.weights_of(tenure, performed, threshold, p.satisfaction_peak, learning, weight)
    passes.satisfactions(number[S_, here], verdict, weight, drop)
    passes.trusts(number[T_, here], verdict, p.trust_growth, p.trust_loss)
    lagging = lags[0] > 0 or lags[1] > 0
    if lagging:
        shortfall, ledger = (number[E_, here], performed, rate), number[LEDGER_INNOVATION, here]
        passes.bookings_innovation(drop, shortfall, provider, lags, p.ledger_notice, ledger)
    passes.bookings_quality(drop, performed, threshold, rate, number[LEDGER_QUALITY, here])
    short = (p.ledger_notice, threshold)
    passes.bookings_expectation(drop, performed, number[E_, here], short, rate, number[LEDGER_EXPECTATION, here])
    if lagging:
        rates = (p.expectation_rise, p.expectation_fall, p.innovation_awareness)
        passes.expectations_in_view(number[E_, here], performed, provider, rates, lags)
    else:
        passes.expectations(number[E_, here], performed, p.expectation_rise, p.expectation_fall)
    passes.fades(number[G_, here], f32(1) - fading(p.grievance_half_life))


@step
def _notice(number, provider, p, work, here, performed, flags):
    """Flag who has an issue, gets an offer, visits a shop or has a question."""
    bits, size = work.bits, provider.size
    passes.troubles(performed, number[SEVERITY, here], provider, p.quality_failure_threshold, flags)
    if p.upselling_attempts > 0:
        passes.chances(bits[2, :size], provider, attempt_chance(p.upselling_attempts), passes.OFFERED, flags)
    if p.self_checkout_visits > 0:
        passes.chances(bits[3, :size], provider, p.self_checkout_visits, passes.VISITS, flags)
    if p.call_centre_questions > 0:
        passes.chances(work.later[3, here], provider, p.call_centre_questions, passes.ASKS, flags)


@step
def _draw(world, week, start, size, work):
    """Eight random words for everybody in the block: four for now, four that later phases use too."""
    bits, later, here = work.bits, work.later, slice(start, start + size)
    fill(world, EVERYDAY, week, start, (bits[0, :size], bits[1, :size], bits[2, :size], bits[3, :size]))
    fill(world, MOOD, week, start, (later[0, here], later[1, here], later[2, here], later[3, here]))


@inner_kernel
def experience(state, work, p, today):
    """Everybody uses the product; returns how many get an offer, how many visit a shop, and how many have cause to call."""
    people, number, bits, scratch = state.number.shape[1], state.number, work.bits, work.scratch
    offered, visitors, troubled = i64(0), i64(0), i64(0)
    lags = (state.firm[LAG, 0], state.firm[RIVAL_LAG, 0])
    ours = cared_for(p.quality_level, p.management_neglect, state.firm[BUDGET_OFFSET, 0])
    levels = (standing(ours, lags[0]), standing(p.rival_level, lags[1]))
    for start in range(0, people, BLOCK):
        end = min(start + BLOCK, people)
        here, size = slice(start, end), end - start
        provider, flags, performed = state.mark[PROVIDER, here], work.flags[here], work.performed[here]
        _draw(today.world, today.week, start, size, work)
        _perform(number, provider, p, levels, bits, here, scratch, performed)
        if p.personalisation_tailoring > 0:
            tailor.fit(number, provider, p, here, performed)
        _judge(number, state.clock[TENURE, here], provider, p, lags, here, scratch, performed, today.rate)
        if p.personalisation_tailoring > p.personalisation_comfort:
            tailor.watch(number, provider, p, here, today.rate)
        if today.offers_made:
            passes.fades(number[FATIGUE, here], p.upselling_recovery)
        _notice(number, provider, p, work, here, performed, flags)
        offered = lists.listed(flags, passes.OFFERED, start, work.offered, offered)
        visitors = lists.listed(flags, passes.VISITS, start, work.visitors, visitors)
        troubled = lists.listed(flags, passes.TROUBLED | passes.ASKS, start, work.troubled, troubled)
    return offered, visitors, troubled


@inner_kernel
def feel_prices(state, p, before, today, journal):
    """A price rise is felt by everybody with the company; fairness drifts towards what newcomers' discounts leave of it."""
    number, provider = state.number, state.mark[PROVIDER]
    passes.fairnesses(number[FAIRNESS], provider, p.pricing_newcomer_discount, p.price_envy, p.price_forgetting)
    change = rise(p.pricing_list_price, before.pricing_list_price)
    if change <= 0:
        return
    outrage = forewarned(p.price_outrage, p.transparency_price_notice, p.transparency_notice_relief)
    for i in range(provider.size):
        if provider[i] == COMPANY:
            was = number[FAIRNESS, i]
            number[FAIRNESS, i] = outraged(was, change, outrage, number[SENSITIVITY, i])
            lists.book(number, LEDGER_PRICE, i, was, number[FAIRNESS, i], today.rate)
            lists.note(journal, i, today.week, PRICE_RISE, change)


@inner_kernel
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
    provider, flags, bits = state.mark[PROVIDER, here], work.flags[here], work.bits
    if p.retention_offers_unsolicited > 0:
        keeping.recommend(bits, provider, start, flags, p, today, tally, journal)
    if p.winback_offers > 0:
        keeping.woo(provider, state.clock[LEFT_IN, here], start, flags, p, today, tally, journal)


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


@inner_kernel
def decide(people, state, work, p, today, tally, journal):
    """Some leave the market, some compare and stay, leave, join or come back."""
    bits, thinking = work.bits, _think(state, work, p, today, tally, journal)
    ours, theirs = standing(p.quality_level, state.firm[LAG, 0]), standing(p.rival_level, state.firm[RIVAL_LAG, 0])
    market = Market(state.reputation[0], state.reputation[1], ours, theirs)
    for start in range(0, thinking, BLOCK):
        who = work.who[start : min(start + BLOCK, thinking)]
        rows = (bits[0, : who.size], bits[1, : who.size], bits[2, : who.size], bits[3, : who.size])
        choose(people, work, who, rows, market, p, today, tally, journal)
    work.heard[:] = u64(0)


@step
def _ask(people, work, p, today, tally):
    """A thirteenth of the customers are asked how satisfied they are and whether they would recommend."""
    bits, number, provider = work.bits, people.number, people.mark[PROVIDER]
    asked, first = i64(0), today.week % SURVEY_WEEKS
    for i in range(first, provider.size, SURVEY_WEEKS):
        work.who[asked] = i
        asked += 1
    for start in range(0, asked, BLOCK):
        who = work.who[start : min(start + BLOCK, asked)]
        fill_listed(
            today.world,
            ANSWERS,
            0,
            u32(0),
            who,
            (bits[0, : who.size], bits[1, : who.size], bits[2, : who.size], bits[3, : who.size]),
        )
        for question in range(2):
            passes.normals(bits[question, : who.size], work.scratch[question, : who.size])
        for k in range(who.size):
            i, normal = u32(who[k]), work.scratch[0, k]
            other = leaning(normal, work.scratch[1, k], p.answering_consistency)
            pleased = answer(number[S_, i], normal, p.answering_style)
            likely = answer(goodwill(number[S_, i], number[T_, i], p.choice_trust_weight), other, p.answering_style)
            mine = provider[i] == COMPANY
            tally[ASKED] += mine
            tally[SATISFIED] += mine & (pleased >= p.answering_satisfied_from)
            tally[PROMOTERS] += mine & (likely >= p.answering_promoter_from)
            tally[DETRACTORS] += mine & (likely < p.answering_detractor_below)


@step
def _feelings(state, tally):
    """Sums of the states of the company's customers."""
    number, people = state.number, state.number.shape[1]
    for start in range(0, people, BLOCK):
        end = min(start + BLOCK, people)
        here = slice(start, end)
        s, t, g, e = passes.feelings(
            number[S_, here], number[T_, here], number[G_, here], number[E_, here], state.mark[PROVIDER, here]
        )
        tally[SATISFACTION] += s
        tally[TRUST] += t
        tally[GRIEVANCE] += g
        tally[EXPECTATION_GAP] += e - s


@step
def _money(state, p, today, tally):
    """What customers pay, what providing the product, the phones, the checkouts and advertising cost."""
    prices = (p.pricing_list_price, p.pricing_newcomer_discount, p.pricing_discount_weeks)
    paid, plain = passes.bills(state.number[SPEND], state.mark[PROVIDER], state.clock[TENURE], prices, today.week)
    tally[REVENUE_SERVICE] += paid
    budget = state.firm[BUDGET_OFFSET, 0]
    tally[BUDGET] += fixed(f32(1) + budget)
    tally[COST_PRODUCT] += providing(plain, cared_for(p.quality_cost_share, p.management_neglect, budget))
    heads, staff = f32(0), i64(state.firm[ON_DUTY, 0])
    for k in range(staff):
        heads += hour_cost(p.employee_care_pay, p.outsourcing_cost_ratio, outsourced(k, staff, p.outsourcing_share))
    scale = f32(today.stands_for)
    tally[COST_CALLS] += wages(heads, p.call_centre_wage, p.call_centre_hours, scale)
    tally[COST_CHECKOUT] += wages(state.firm[LANES_ON_DUTY, 0], p.self_checkout_wage, p.self_checkout_hours, scale)
    tally[COST_CHECKOUT] += wages(f32(p.self_checkout_self_lanes), p.self_checkout_lane_cost, f32(1), scale)
    kinds = (p.transparency_outage_notices, p.transparency_process_shown, p.transparency_price_notice)
    tally[COST_COMMUNICATION] += openness_cost(tally[CUSTOMERS], p.transparency_cost, kinds[0], kinds[1], kinds[2])
    tally[COST_CAMPAIGN] += campaign(tally[CUSTOMERS], p.pretence_campaign_cost, p.pretence_claimed)
    tally[COST_MARKETING] += spending(tally[RIVAL_CUSTOMERS], p.marketing_reach, p.marketing_cost)
    costs(p, tally)
    tally[COST_INNOVATION] += spending(tally[CUSTOMERS], f32(1), p.innovation_investment)
    tally[COST_RETENTION] += spending(tally[PLANS_SENT], f32(1), p.retention_offers_contact_cost)
    tally[COST_WINBACK] += spending(tally[WINBACK_OFFERS], f32(1), p.winback_cost)


@inner_kernel
def account(people, state, work, p, today, founders, tally):
    """Money, and the counts from which every measure is made."""
    provider, tenure = state.mark[PROVIDER], state.clock[TENURE]
    tally[CUSTOMERS], tally[RIVAL_CUSTOMERS] = passes.heads(provider, COMPANY), passes.heads(provider, RIVAL)
    tally[GONE_] = passes.heads(provider, GONE)
    tally[FOUNDERS] = passes.founders(provider[:founders], tenure[:founders], today.week)
    came_by = state.mark[CAME_BY]
    tally[CUSTOMERS_REFERRED], tally[CUSTOMERS_ADVERTISED] = (
        passes.heads(came_by, BY_FRIENDS),
        passes.heads(came_by, BY_ADVERTISING),
    )
    tally[REPUTATION] = fixed(state.reputation[0])
    tally[OBSOLESCENCE] = fixed(state.firm[LAG, 0])
    _feelings(state, tally)
    _ask(people, work, p, today, tally)
    _money(state, p, today, tally)
    if today.budget_moves:
        close_books(state.firm, tally)


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
        candour.come_to_light(state, work, p, before, today, counts, journal)
        touch(state, work, (offered, visitors), p, today, counts, journal)
        contact(people, state, work, troubled, p, today, counts, journal)
        talk(people, work, network, p, today, counts, journal)
        listen(state, work, p, work.spoken)
        decide(people, state, work, p, today, counts, journal)
        account(people, state, work, p, today, setting.founders, counts)


def advance(state, work, network, policy, week, setting, tally, journal):
    """One week, phase by phase; ``tally`` (this week's counts, int64) is filled."""
    _weeks(state, work, network, policy, int(week), setting, tally.reshape(1, -1), journal)


def live(state, work, network, policy, setting, tally, journal):
    """All weeks of one replication; ``tally`` is int64 (weeks, counts)."""
    _weeks(state, work, network, policy, 0, setting, tally, journal)


PRICE_RISE = event("price_rise")
PUBLIC_COMPLAINTS, COMPANY_ILL = count("public_complaints"), 1  # the place of ill talk of the company in ``spoken``
ASKED, SATISFIED, PROMOTERS, DETRACTORS = count("asked"), count("satisfied"), count("promoters"), count("detractors")
SATISFACTION, TRUST, GRIEVANCE = count("satisfaction"), count("trust"), count("grievance")
EXPECTATION_GAP, REPUTATION, FOUNDERS = count("expectation_gap"), count("reputation"), count("founders")
CUSTOMERS, RIVAL_CUSTOMERS, GONE_ = count("customers"), count("rival_customers"), count("gone")
REVENUE_SERVICE, COST_PRODUCT, COST_CALLS = count("revenue_service"), count("cost_product"), count("cost_calls")
COST_CHECKOUT, COST_MARKETING, BUDGET = count("cost_checkout"), count("cost_marketing"), count("budget")
COST_COMMUNICATION, COST_CAMPAIGN = count("cost_communication"), count("cost_campaign")
COST_INNOVATION, COST_RETENTION, COST_WINBACK = count("cost_innovation"), count("cost_retention"), count("cost_winback")
PLANS_SENT, WINBACK_OFFERS, OBSOLESCENCE = count("plans_sent"), count("winback_offers"), count("obsolescence")
CUSTOMERS_REFERRED, CUSTOMERS_ADVERTISED = count("customers_referred"), count("customers_advertised")
