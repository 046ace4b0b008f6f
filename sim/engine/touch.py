"""Offers are made and shops are visited: the touch phase of the fast engine."""

import numpy as np

from sim.engine import lists
from sim.engine.lists import book, experienced, note, row_of
from sim.model.behaviour.trust import shaken
from sim.model.mechanisms.call_centre import handling_minutes, wait_pain
from sim.model.mechanisms.impatience import remaining
from sim.model.mechanisms.pricing import cents
from sim.model.mechanisms.self_checkout import CHECKOUT, minds, minutes_at_lane, prefers_self, put_off, visit
from sim.model.mechanisms.upselling import OFFER, accepts, annoyance, tired
from sim.model.numeric import fixed_minutes, normal_quantile
from sim.model.random import fill_listed, happens, unit
from sim.model.rules import inner_kernel, phase, step
from sim.model.week import count, event
from sim.service.queues import ABANDONED, BALKED, SERVED, answer, rebase_line, stand_in, standing

f32, i64, u8, u32, u64 = np.float32, np.int64, np.uint8, np.uint32, np.uint64

S_, T_, FATIGUE = row_of("satisfaction"), row_of("trust"), row_of("upsell_fatigue")
PATIENCE, LIKING, SPEND = row_of("patience"), row_of("self_service_liking"), row_of("spend")
SENSITIVITY = row_of("price_sensitivity")
LANES_ON_DUTY = row_of("lanes_on_duty")
LEDGER_UPSELLING, LEDGER_CONVENIENCE = row_of("ledger_upselling"), row_of("ledger_convenience")


@step
def _offer(number, i, luck, p, rate):
    """An attempt to sell more: whether it succeeds; it tires in any case."""
    trust, fatigue, satisfaction = number[T_, i], number[FATIGUE, i], number[S_, i]
    blow = annoyance(p.upselling_pressure, fatigue, p.upselling_relevance, p.upselling_distrust)
    number[T_, i], number[S_, i] = shaken(trust, blow), shaken(satisfaction, blow)
    number[FATIGUE, i] = tired(fatigue, p.upselling_tiring)
    book(number, LEDGER_UPSELLING, i, trust, number[T_, i], rate)
    book(number, LEDGER_UPSELLING, i, satisfaction, number[S_, i], rate)
    return happens(accepts(p.upselling_relevance, trust, fatigue), luck)


@step
def offers(number, who, bits, p, today, tally, journal):
    """Everybody on the list gets an offer."""
    fill_listed(today.world, OFFER, today.week, u32(0), who, bits)
    left = p.upselling_worth * p.upselling_margin
    sales, income, margin = i64(0), i64(0), i64(0)
    for k in range(who.size):
        i = u32(who[k])
        fatigue, spend = number[FATIGUE, i], number[SPEND, i]
        sold = _offer(number, i, unit(bits[0][k]), p, today.rate)
        brings = cents(spend, p.upselling_worth)
        sales += sold
        income += brings if sold else 0
        margin += cents(spend, left) if sold else 0
        note(journal, i, today.week, OFFER_ACCEPTED if sold else OFFER_REFUSED, f32(brings) if sold else fatigue)
    tally[OFFERS] += who.size
    tally[SALES] += sales
    tally[REVENUE_UPSELLING] += income
    tally[COST_UPSELLING] += income - margin


@inner_kernel
def _choose_lanes(which, liking, staffed, self_service, alone):
    """Who goes to a self-service lane."""
    for k in range(alone.size):
        alone[k] = u8(happens(prefers_self(liking[k], staffed, self_service), unit(which[k])))


@inner_kernel
def _lane_minutes(size, error, alone, usual, spread, errors, minutes):
    """How long each visitor takes at the lane; ``usual`` is (staffed, self-service), ``errors`` (minutes, share)."""
    for k in range(minutes.size):
        mean = usual[1] if alone[k] else usual[0]
        plain = handling_minutes(mean, spread, normal_quantile(size[k]))
        minutes[k] = minutes_at_lane(plain, errors[0], unit(error[k]), errors[1]) if alone[k] else plain


@step
def _arrive(number, work, start, who, bits, staffed, p, today):
    """When some of the visitors come, to which kind of lane, for how long and how patiently."""
    end = start + who.size
    when, stay, patience = work.times[0, start:end], work.times[1, start:end], work.times[2, start:end]
    own, alone = work.scratch[0, : who.size], work.flag[start:end]
    fill_listed(today.world, CHECKOUT, today.week, u32(0), who, bits)
    lists.taken(number[LIKING], who, own)
    _choose_lanes(bits[1], own, staffed, i64(p.self_checkout_self_lanes), alone)
    lists.moments(bits[0], p.self_checkout_hours * 60.0 / today.stands_for, when)
    usual, errors = (
        (p.self_checkout_minutes, p.self_checkout_self_minutes),
        (p.self_checkout_error_minutes, p.self_checkout_errors),
    )
    _lane_minutes(bits[2], bits[3], alone, usual, p.self_checkout_minutes_spread, errors, stay)
    fill_listed(today.world, CHECKOUT, today.week, u32(1), who, bits)
    lists.taken(number[PATIENCE], who, own)
    if p.impatience_patience_trend > 0:
        lists.shrunk(own, remaining(p.impatience_patience_trend, today.week))
    lists.patiences(bits[0], own, patience)
    if p.self_checkout_line_in_sight > 0:
        for k in range(who.size):
            work.words[0, start + k] = bits[1][k]  # whether they turn away, when it comes to that


@inner_kernel
def _check_out(order, times, busy, lane, served):
    """Visitors as they come to one kind of lane; the wait takes the place of the moment of arrival."""
    for place in range(order.size):
        k = order[place]
        wait, outcome, _ = answer(times[0, k], times[1, k], times[2, k], busy, lane)
        times[0, k], served[k] = wait, outcome


@inner_kernel
def _check_out_in_sight(order, work, sensitivity, p, line, busy, lane):
    """As ``_check_out``, but who comes sees the line; of who turns away its length takes the place of the moment of arrival."""
    times, seen = work.times, p.self_checkout_line_in_sight
    for place in range(order.size):
        k = order[place]
        moment, length = times[0, k], standing(line, times[0, k])
        minding = minds(sensitivity[u32(work.visitors[k])])
        chance = put_off(length, minding, seen, p.self_checkout_line_unnoticed, p.self_checkout_line_deters)
        if happens(chance, unit(work.words[0, k])):
            times[0, k], work.served[k] = length, BALKED
        else:
            wait, outcome, _ = answer(moment, times[1, k], times[2, k], busy, lane)
            stand_in(line, moment + wait)
            times[0, k], work.served[k] = wait, outcome


@inner_kernel
def _by_lane(order, alone, staffed, self_service):
    """Part those in ``order`` by the kind of lane they go to; returns how many go to a staffed one."""
    with_staff, without = u64(0), u64(0)
    for place in range(order.size):
        k = order[place]
        staffed[with_staff], self_service[without] = k, k
        with_staff += u64(alone[k] == 0)
        without += u64(alone[k] != 0)
    return i64(with_staff)


@step
def _after_visit(number, i, wait, outcome, alone, p, rate):
    """What a visit to the shop leaves behind; returns the loss through theft and mistakes, and through what was not bought."""
    pain = wait_pain(wait, p.self_checkout_tolerance, p.self_checkout_waiting_hurts)
    if outcome != SERVED:
        pain = p.self_checkout_waiting_hurts if outcome == ABANDONED else p.self_checkout_line_hurts
    helped = alone and outcome == SERVED
    work_done = p.self_checkout_effort if helped else f32(0)
    before = experienced(number, i, visit(pain, work_done, number[LIKING, i]), p.self_checkout_memory, p)
    book(number, LEDGER_CONVENIENCE, i, before, number[S_, i], rate)
    shrink = cents(number[SPEND, i], p.self_checkout_shrink) if helped else 0
    return shrink, 0 if outcome == SERVED else cents(number[SPEND, i], p.self_checkout_sale)


@step
def _after_visits(number, who, work, p, today, tally, journal):
    waited, walked_out, balked, alone_in_all, lost_in_all = i64(0), i64(0), i64(0), i64(0), (i64(0), i64(0))
    for k in range(who.size):
        i, wait, outcome, alone = u32(who[k]), f32(work.times[0, k]), work.served[k], work.flag[k] != 0
        lost = _after_visit(number, i, wait, outcome, alone, p, today.rate)
        lost_in_all = (lost_in_all[0] + lost[0], lost_in_all[1] + lost[1])
        away = outcome == BALKED
        waited += 0 if away else fixed_minutes(wait)
        walked_out += outcome == ABANDONED
        balked += away
        alone_in_all += alone and not away
        note(journal, i, today.week, SHOP if outcome == SERVED else (SHOP_BALKED if away else SHOP_LEFT), wait)
    tally[VISITS] += who.size
    tally[CHECKOUT_WAIT] += waited
    tally[SELF_VISITS] += alone_in_all
    tally[WALKED_OUT] += walked_out
    tally[BALKED_] += balked
    tally[COST_SHRINK] += lost_in_all[0]
    tally[COST_LOST_SALES] += lost_in_all[1]


@step
def shop(state, work, visitors, p, today, tally, journal):
    """Visits to the shop: two real queues, staffed lanes and self-service lanes."""
    number, who = state.number, work.visitors[:visitors]
    size, staffed = work.bits.shape[1], i64(state.firm[LANES_ON_DUTY, 0])
    for start in range(0, visitors, size):
        end = min(start + size, visitors)
        bits, m = work.bits, end - start
        rows = (bits[0, :m], bits[1, :m], bits[2, :m], bits[3, :m])
        _arrive(number, work, start, who[start:end], rows, staffed, p, today)
    order = work.order[:visitors]
    lists.by_time(work.times[0, :visitors], p.self_checkout_hours * 60.0 / today.stands_for, order, work.spare)
    served = _by_lane(order, work.flag, work.caller, work.by)
    with_staff, without = work.caller[:served], work.by[: visitors - served]
    staff, machines = slice(0, staffed), slice(0, p.self_checkout_self_lanes)
    tills, alone = (state.lane_busy[staff], state.lane[staff]), (state.self_busy[machines], state.self_lane[machines])
    if state.lane_line.size > 0:
        own = number[SENSITIVITY]
        _check_out_in_sight(with_staff, work, own, p, state.lane_line, tills[0], tills[1])
        _check_out_in_sight(without, work, own, p, state.self_line, alone[0], alone[1])
    else:
        _check_out(with_staff, work.times, tills[0], tills[1], work.served)
        _check_out(without, work.times, alone[0], alone[1], work.served)
    _after_visits(number, who, work, p, today, tally, journal)


@phase
def touch(state, work, counts, p, today, tally, journal):
    """Offers are made and shops are visited; ``counts`` is how many get an offer, and how many go to a shop."""
    size = work.bits.shape[1]
    if today.offers_made:
        for start in range(0, counts[0], size):
            end = min(start + size, counts[0])
            bits, m = work.bits, end - start
            rows = (bits[0, :m], bits[1, :m], bits[2, :m], bits[3, :m])
            offers(state.number, work.offered[start:end], rows, p, today, tally, journal)
    if p.self_checkout_visits > 0:
        shop(state, work, counts[1], p, today, tally, journal)
    minutes = p.self_checkout_hours * 60.0 / today.stands_for
    rebase_line(state.lane_line, minutes)
    rebase_line(state.self_line, minutes)


OFFERS, SALES, REVENUE_UPSELLING, COST_UPSELLING = (
    count("offers"), count("sales"), count("revenue_upselling"), count("cost_upselling"),
)  # fmt: skip
VISITS, SELF_VISITS, WALKED_OUT, CHECKOUT_WAIT = (
    count("visits"), count("self_visits"), count("walked_out"), count("checkout_wait"),
)  # fmt: skip
COST_SHRINK, COST_LOST_SALES, BALKED_ = count("cost_shrink"), count("cost_lost_sales"), count("balked")
OFFER_ACCEPTED, OFFER_REFUSED = event("offer_accepted"), event("offer_refused")
SHOP, SHOP_LEFT, SHOP_BALKED = event("shop"), event("shop_left"), event("shop_balked")
