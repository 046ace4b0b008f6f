"""Everybody uses the product, and feels its price: the experience phase of the fast engine."""

import numpy as np

from sim.engine import candour, lists, passes, tailor
from sim.engine.lists import BLOCK, row_of
from sim.model.behaviour.grievance import fading
from sim.model.behaviour.person import COMPANY
from sim.model.behaviour.price import outraged
from sim.model.behaviour.satisfaction import aversion, bend
from sim.model.mechanisms.call_centre import MOOD
from sim.model.mechanisms.innovation import standing
from sim.model.mechanisms.management import cared_for
from sim.model.mechanisms.pricing import rise
from sim.model.mechanisms.quality import EVERYDAY
from sim.model.mechanisms.transparency import forewarned
from sim.model.mechanisms.upselling import attempt_chance
from sim.model.random import fill
from sim.model.rules import inner_kernel, phase, step
from sim.model.week import event

f32, i64 = np.float32, np.int64


E_, S_, T_, G_ = row_of("expectation"), row_of("satisfaction"), row_of("trust"), row_of("grievance")
FAIRNESS, FATIGUE, SEVERITY = row_of("price_fairness"), row_of("upsell_fatigue"), row_of("issue_severity")
EXPOSURE, SENSITIVITY = row_of("failure_exposure"), row_of("price_sensitivity")
LEDGER_QUALITY, LEDGER_EXPECTATION = row_of("ledger_quality"), row_of("ledger_expectation")
LEDGER_PRICE, LEDGER_INNOVATION = row_of("ledger_price"), row_of("ledger_innovation")
LAG, RIVAL_LAG = row_of("obsolescence"), row_of("rival_obsolescence")
BUDGET_OFFSET = row_of("budget")
PROVIDER, TENURE = row_of("provider"), row_of("tenure")


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


@phase
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


PRICE_RISE = event("price_rise")
