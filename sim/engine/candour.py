"""What was hidden comes to light, and what is told in time spares blame: candour and its lack in the fast engine."""

import numpy as np

from sim.engine import lists, passes
from sim.engine.lists import book, note, row_of
from sim.model.behaviour.grievance import aggrieved
from sim.model.behaviour.person import COMPANY
from sim.model.behaviour.trust import shaken
from sim.model.mechanisms.fees import LIGHT, blow_of, fairness_found, first_bill, gravity
from sim.model.mechanisms.pretence import exposed, hollow
from sim.model.mechanisms.pricing import cents
from sim.model.mechanisms.transparency import NOTICE, flattered, lie_rate, shown
from sim.model.random import fill, fill_listed, happens, unit, word
from sim.model.rules import inner_kernel, step
from sim.model.week import count, event

f32, u8, u32, i64 = np.float32, np.uint8, np.uint32, np.int64

E_, T_, G_ = row_of("expectation"), row_of("trust"), row_of("grievance")
FAIRNESS, SENSITIVITY, SPEND = row_of("price_fairness"), row_of("price_sensitivity"), row_of("spend")
LEDGER_PRICE, LEDGER_COMMUNICATION = row_of("ledger_price"), row_of("ledger_communication")
PROVIDER, TENURE = row_of("provider"), row_of("tenure")

CHARGED, FIRST_BILL, FINDS_OUT, HEARS = u8(1), u8(2), u8(4), u8(8)
ANYTHING = u8(15)


@inner_kernel
def show(performed, provider, middle, insight, process_shown):
    """The company's customers see how the work is done: good work seems better, bad work worse."""
    for i in range(performed.size):
        seen = shown(performed[i], middle, insight, process_shown)
        performed[i] = seen if provider[i] == COMPANY else performed[i]


@step
def _betray(number, i, blow, severity, anger, rate):
    """Trust is shaken and anger rises; both are booked under communication."""
    trust, grievance = number[T_, i], number[G_, i]
    number[T_, i], number[G_, i] = shaken(trust, blow), aggrieved(grievance, severity, anger, f32(0))
    book(number, LEDGER_COMMUNICATION, i, trust, number[T_, i], rate)
    book(number, LEDGER_COMMUNICATION, i, number[G_, i], grievance, rate)


@step
def _find_hidden(number, i, hidden, blow, p, rate):
    """Somebody finds that so many weeks of spend were hidden from them."""
    fairness = number[FAIRNESS, i]
    number[FAIRNESS, i] = fairness_found(fairness, hidden, p.fees_unfairness, number[SENSITIVITY, i])
    book(number, LEDGER_PRICE, i, fairness, number[FAIRNESS, i], rate)
    _betray(number, i, blow, gravity(hidden), p.fees_anger, rate)


@step
def told_of(number, i, fresh, p, today, journal):
    """Whether somebody with a new failure is told of it at once, and not found to be told what is not so."""
    told = happens(p.transparency_outage_notices, unit(word(today.world, NOTICE, i, today.week, 0)))
    false = happens(lie_rate(p.transparency_status_honesty), unit(word(today.world, NOTICE, i, today.week, 1)))
    if told and false:
        _betray(number, i, p.transparency_betrayal, f32(1), p.transparency_anger, today.rate)
    if told:
        note(journal, i, today.week, FALSE_NOTICE if false else OUTAGE_NOTICE, fresh)
    return told and not false


@step
def expose(number, i, gap, luck, p, today, journal):
    """An answered call may show that the claim to put customers first is hollow."""
    if happens(exposed(gap, p.pretence_exposure), luck):
        _betray(number, i, p.pretence_betrayal, f32(1), p.pretence_anger, today.rate)
        note(journal, i, today.week, PRETENCE_EXPOSED, gap)


@inner_kernel
def _first_bills(provider, tenure, week, flags):
    """Flag those who pay for the first time."""
    for i in range(flags.size):
        flags[i] |= FIRST_BILL if first_bill(tenure[i], week) and provider[i] == COMPANY else u8(0)


@step
def _charge(number, i, luck, p, today, journal):
    """A fee that nobody mentioned; returns what it brings."""
    brings, found = cents(number[SPEND, i], p.fees_size), happens(p.fees_discovery, luck)
    if found:
        _find_hidden(number, i, p.fees_size, p.fees_distrust, p, today.rate)
    note(journal, i, today.week, FEE_FOUND if found else FEE_UNNOTICED, f32(brings))
    return brings


@step
def _see(number, i, why, luck, p, before, today, journal):
    """What comes to light for one person: a fee, the whole price, a false claim; or a campaign raises their hopes."""
    brings = i64(0)
    if why & CHARGED:
        brings += _charge(number, i, luck, p, today, journal)
    if why & FIRST_BILL:
        _find_hidden(number, i, before.fees_drip, blow_of(before.fees_drip, p.fees_distrust), p, today.rate)
        note(journal, i, today.week, DRIP_FOUND, before.fees_drip)
    if why & FINDS_OUT:
        _betray(number, i, p.transparency_betrayal, f32(1), p.transparency_anger, today.rate)
        note(journal, i, today.week, CLAIM_FOUND_FALSE, p.transparency_misleading)
    if why & HEARS:
        number[E_, i] = flattered(number[E_, i], hollow(p.pretence_claimed, p.pretence_actual), p.pretence_swelling)
    return brings


@step
def _flag(state, start, end, rows, p, before, today, flags):
    """Flag those in the block for whom there is something to come to light."""
    provider, tenure = state.mark[PROVIDER, start:end], state.clock[TENURE, start:end]
    fill(today.world, LIGHT, today.week, start, rows)
    flags[:] = u8(0)
    if p.fees_size > 0:
        passes.chances(rows[0], provider, p.fees_share, CHARGED, flags)
    if before.fees_drip > 0:
        _first_bills(provider, tenure, today.week, flags)
    if p.transparency_misleading > 0:
        chance = exposed(p.transparency_misleading, p.transparency_found_out)
        passes.chances(rows[2], provider, chance, FINDS_OUT, flags)
    if hollow(p.pretence_claimed, p.pretence_actual) > 0:
        passes.chances(rows[3], provider, p.pretence_reach, HEARS, flags)


@inner_kernel
def _look(state, work, p, before, today, tally, journal):
    """Everybody's bills and notices, a block at a time."""
    bits, size, people, income = work.bits, work.bits.shape[1], state.number.shape[1], i64(0)
    for start in range(0, people, size):
        end = min(start + size, people)
        m, flags = end - start, work.served[start:end]
        rows = (bits[0, :m], bits[1, :m], bits[2, :m], bits[3, :m])
        _flag(state, start, end, rows, p, before, today, flags)
        found = lists.listed(flags, ANYTHING, start, work.who, 0)
        who = work.who[:found]
        fill_listed(
            today.world,
            LIGHT,
            today.week,
            u32(0),
            who,
            (bits[0, :found], bits[1, :found], bits[2, :found], bits[3, :found]),
        )
        for k in range(found):
            i = u32(who[k])
            income += _see(state.number, i, work.served[i], unit(bits[1, k]), p, before, today, journal)
    tally[REVENUE_FEES] += income


@step
def come_to_light(state, work, p, before, today, tally, journal):
    """Hidden fees and drips are found, false claims are found out, campaigns are heard; nothing when there are none.

    Until shops are visited nobody was served, so the flags stand where that will be written.
    """
    hides = p.fees_size > 0 or before.fees_drip > 0 or p.transparency_misleading > 0
    if hides or hollow(p.pretence_claimed, p.pretence_actual) > 0:
        _look(state, work, p, before, today, tally, journal)


REVENUE_FEES = count("revenue_fees")
FEE_FOUND, FEE_UNNOTICED, DRIP_FOUND = event("fee_found"), event("fee_unnoticed"), event("drip_found")
CLAIM_FOUND_FALSE, PRETENCE_EXPOSED = event("claim_found_false"), event("pretence_exposed")
OUTAGE_NOTICE, FALSE_NOTICE = event("outage_notice"), event("false_notice")
