"""Customers speak up or say nothing; those who call wait in the queue: the contact phase of the fast engine."""

import numpy as np

from sim.behaviour.complaining import speaks_up
from sim.behaviour.grievance import aggrieved, relieved
from sim.behaviour.issue import MOST_TRIES, SILENT, UNDECIDED, carried, severity_of
from sim.behaviour.ledger import booked, lost
from sim.behaviour.trust import trust_after
from sim.compiled import inner_kernel, step
from sim.draws import fill_listed, happens, unit
from sim.engines import lists
from sim.engines.candour import expose, told_of
from sim.engines.lists import book, experienced, note, row_of
from sim.engines.passes import ASKS, TROUBLED
from sim.mechanisms.accountability import delighted, justice, remedy
from sim.mechanisms.call_centre import CONTACT, effort, encounter, solves, wait_pain
from sim.mechanisms.outsourcing import granted, outsourced, reduced
from sim.mechanisms.pretence import hollow
from sim.mechanisms.pricing import cents
from sim.mechanisms.transparency import spared
from sim.numeric import fixed, fixed_minutes, share
from sim.service.queues import SERVED, answer
from sim.week import ANSWERED_WITHIN, WAIT_BINS, count, event

f32, u8, u32, i64 = np.float32, np.uint8, np.uint32, np.int64

S_, T_, G_ = row_of("satisfaction"), row_of("trust"), row_of("grievance")
SEVERITY, PATIENCE, PROPENSITY = row_of("issue_severity"), row_of("patience"), row_of("contact_propensity")
SPEND = row_of("spend")
LEDGER_SERVICE, LEDGER_ACCOUNTABILITY = row_of("ledger_service"), row_of("ledger_accountability")
TRIES, SKILL = row_of("issue_tries"), row_of("skill")

_BINS = np.array(WAIT_BINS, np.float64) / 60.0


@step
def _open_issue(number, tries, i, fresh, troubled, told, luck, p):
    """Somebody with a new issue, an old one, or (when not ``troubled``) none: whether they get in touch about it.

    Without a branch, because what people do cannot be guessed: every rule is asked, and what does not apply is dropped.
    """
    before, tried, new = number[SEVERITY, i], tries[i], troubled and fresh > 0
    severity = carried(before, p.issue_lasting, p.issue_closed_below)
    severity = max(severity, fresh) if new else severity
    chance = speaks_up(number[PROPENSITY, i], severity, p.complaining_base, p.complaining_slope)
    chance = spared(chance, p.transparency_calls_spared, told)
    again = p.complaining_persistence if severity > 0 and tried != SILENT else f32(0)
    calls = troubled and happens(chance if new else again, luck)
    silent, grievance = new and not calls, number[G_, i]
    hurt = aggrieved(grievance, fresh, p.grievance_rise * p.grievance_silent, f32(0))
    forgets = (tried == SILENT and calls) if new else severity <= 0
    number[SEVERITY, i], number[G_, i] = severity if troubled else before, hurt if silent else grievance
    after = SILENT if silent and tried == UNDECIDED else (UNDECIDED if forgets else tried)
    tries[i] = after if troubled else tried
    return calls, new, silent


@step
def _callers(people, work, who, callers, bits, p, today, tally, journal):
    """Who of those on the list calls; returns how many callers there are now."""
    number, tries, issues, complaints = people.number, people.mark[TRIES], i64(0), i64(0)
    fill_listed(today.world, CONTACT, today.week, u32(0), who, bits)
    for k in range(who.size):
        i = u32(who[k])
        why, fresh = work.flags[i], severity_of(work.performed[i], p.quality_failure_threshold)
        told = fresh > 0 and p.transparency_outage_notices > 0 and told_of(number, i, fresh, p, today, journal)
        fresh = spared(fresh, p.transparency_blame_spared, told)
        calls, new, silent = _open_issue(number, tries, i, fresh, (why & TROUBLED) != 0, told, unit(bits[0][k]), p)
        asks = (why & ASKS) != 0 and not calls
        issues += new
        complaints += new and calls
        if i == journal[0].person:
            _tell(journal, i, today.week, new, silent, asks, fresh)
        work.caller[callers], work.flag[callers] = who[k], calls
        for place in range(3):
            work.words[place, callers] = bits[place + 1][k]
        callers += calls or asks
    tally[ISSUES] += issues
    tally[COMPLAINTS] += complaints
    tally[SILENT_] += issues - complaints
    return callers


@step
def _tell(journal, i, week, new, silent, asks, fresh):
    """What the journal says of somebody with an issue or a question."""
    if new:
        note(journal, i, week, ISSUE, fresh)
    if silent:
        note(journal, i, week, SILENT_EVENT, fresh)
    if asks:
        note(journal, i, week, QUESTION, f32(0))


@step
def _arrive(people, work, callers, p, today):
    """When the callers ring, how long they need and how patient they are."""
    words, times, size = work.words, work.times, work.scratch.shape[1]
    lists.moments(words[0, :callers], p.call_centre_hours * 60.0 / today.stands_for, times[0, :callers])
    lists.durations(words[2, :callers], p.call_centre_handling, p.call_centre_handling_spread, times[1, :callers])
    for start in range(0, callers, size):
        end = min(start + size, callers)
        own = work.scratch[0, : end - start]
        lists.taken(people.number[PATIENCE], work.caller[start:end], own)
        lists.patiences(words[1, start:end], own, times[2, start:end])


@inner_kernel
def _queue(order, times, out_share, haste, busy, server, by):
    """Callers as they come; the wait takes the place of the moment of arrival. Returns the minutes spent, in 2^-20."""
    talking, staff = i64(0), server.size
    for place in range(order.size):
        k = order[place]
        minutes = times[1, k]
        if staff > 0:
            minutes = np.float64(granted(f32(minutes), haste, outsourced(server[0], staff, out_share)))
        wait, outcome, who = answer(times[0, k], minutes, times[2, k], busy, server)
        times[0, k], by[k] = wait, who
        talking += fixed_minutes(f32(minutes)) if outcome == SERVED else 0
    return talking


@inner_kernel
def _count_waits(waits, by, tally):
    """Enter waits (minutes) in the counts."""
    total, answered, in_time = i64(0), i64(0), i64(0)
    for k in range(waits.size):
        total += fixed_minutes(f32(waits[k]))
        answered += by[k] >= 0
        in_time += (by[k] >= 0) & (waits[k] <= ANSWERED_WITHIN / 60.0)
    tally[WAIT] += total
    tally[ANSWERED] += answered
    tally[ANSWERED_IN_TIME] += in_time
    tally[ABANDONED] += waits.size - answered
    longer = waits.size
    for place in range(
        tally.size - WAITED - 1
    ):  # the bins; were their number a constant, each would become its own loop
        shorter, longer = longer, i64(0)
        for k in range(waits.size):
            longer += waits[k] > _BINS[place]
        tally[WAITED + place] += shorter - longer
    tally[tally.size - 1] += longer


@step
def _judge(number, i, quality, p, rate):
    """Satisfaction and trust after a call of this quality."""
    before, trust = experienced(number, i, quality, p.call_centre_memory, p), number[T_, i]
    book(number, LEDGER_SERVICE, i, before, number[S_, i], rate)
    growth, loss = share(p.trust_growth * p.trust_encounter), share(p.trust_loss * p.trust_encounter)
    number[T_, i] = trust_after(trust, quality, growth, loss)
    book(number, LEDGER_SERVICE, i, trust, number[T_, i], rate)


@step
def _owned(weeks, p):
    """How far a failure is owned by somebody who may grant so many weeks of spend."""
    return justice(
        remedy(weeks), p.accountability_acknowledges, p.accountability_apologises, p.accountability_speed,
        p.accountability_blames,
    )  # fmt: skip


@step
def _recover(number, i, recovered, refused, owned, p, rate):
    """After an answered call about an issue: a recovery that is owned or not, or a refusal that rankles."""
    severity, grievance, satisfaction = number[SEVERITY, i], number[G_, i], number[S_, i]
    delight = delighted(satisfaction, severity, owned, p.accountability_delight)
    relief = relieved(grievance, p.accountability_relief * owned)
    hurt = aggrieved(grievance, severity, p.grievance_rise, owned)
    number[S_, i] = delight if recovered else satisfaction
    number[G_, i] = relief if recovered else (hurt if refused else grievance)
    number[LEDGER_ACCOUNTABILITY, i] += booked(lost(hurt, grievance), rate, refused)


@step
def _after_call(people, i, about, wait, by, staff, luck, p, today, tally, journal):
    """What an answered or abandoned call leaves behind; without a branch, as in ``_open_issue``."""
    number, tries, served = people.number, people.mark[TRIES], by >= 0
    open_one, tried = number[SEVERITY, i], i64(tries[i])
    skill, severity = staff[SKILL, by] if served else f32(0), open_one if about else f32(0)
    out = served and outsourced(by, p.call_centre_representatives, p.outsourcing_share)
    solved = served and happens(solves(skill, severity, p.call_centre_hardness), luck)
    pain = wait_pain(wait, p.call_centre_tolerance, p.call_centre_waiting_hurts)
    warmth = reduced(skill, p.outsourcing_script, out)
    quality = encounter(served, warmth, solved, p.call_centre_manner, p.call_centre_solution, pain)
    _judge(number, i, quality, p, today.rate)
    weeks = granted(p.accountability_compensates, p.outsourcing_empowerment, out)
    recovered, unsolved, owned = about and solved, about and not solved, _owned(weeks, p)
    _recover(number, i, recovered, unsolved and served, owned, p, today.rate)
    new = not about and not solved and open_one <= 0
    number[SEVERITY, i] = f32(0) if recovered else (p.call_centre_unanswered_severity if new else open_one)
    later = min(tried + 1, MOST_TRIES) if unsolved else (1 if new else tried)
    tries[i] = UNDECIDED if recovered else later
    if i == journal[0].person:
        _tell_of_call(journal, i, today.week, served, solved, recovered, wait, owned)
    tally[COST_COMPENSATION] += cents(number[SPEND, i], weeks) if recovered else 0
    earlier = tried if about else i64(0)
    tally[EFFORT] += fixed(effort(pain, earlier, solved))
    tally[SOLVED_] += solved
    tally[FIRST_CONTACTS] += earlier == 0
    tally[SOLVED_AT_FIRST] += earlier == 0 and solved


@step
def _tell_of_call(journal, i, week, served, solved, recovered, wait, owned):
    """What the journal says of a call."""
    note(journal, i, week, (SOLVED if solved else UNSOLVED) if served else ABANDONS, wait)
    if recovered:
        note(journal, i, week, RECOVERED, owned)


@step
def _after_calls(people, work, start, who, staff, bits, p, today, tally, journal):
    gap = hollow(p.pretence_claimed, p.pretence_actual)
    fill_listed(today.world, CONTACT, today.week, u32(1), who, bits)
    for k in range(who.size):
        wait, about, by = f32(work.times[0, start + k]), work.flag[start + k] != 0, work.by[start + k]
        _after_call(people, u32(who[k]), about, wait, by, staff, unit(bits[0][k]), p, today, tally, journal)
        if gap > 0 and by >= 0:
            expose(people.number, u32(who[k]), gap, unit(bits[1][k]), p, today, journal)


@inner_kernel
def contact(people, state, work, troubled, p, today, tally, journal):
    """Customers speak up or say nothing; those who call wait until somebody answers or their patience ends."""
    bits, size, callers = work.bits, work.bits.shape[1], 0
    for start in range(0, troubled, size):
        who = work.troubled[start : min(start + size, troubled)]
        rows = (bits[0, : who.size], bits[1, : who.size], bits[2, : who.size], bits[3, : who.size])
        callers = _callers(people, work, who, callers, rows, p, today, tally, journal)
    _arrive(people, work, callers, p, today)
    minutes, staff = p.call_centre_hours * 60.0 / today.stands_for, p.call_centre_representatives
    order, times, by = work.order[:callers], work.times, work.by[:callers]
    lists.by_time(times[0, :callers], minutes, order, work.spare)
    tally[BUSY] += _queue(
        order, times, p.outsourcing_share, p.outsourcing_haste, state.busy[:staff], state.server[:staff], by
    )
    _count_waits(times[0, :callers], by, tally)
    for start in range(0, callers, size):
        who = work.caller[start : min(start + size, callers)]
        rows = (bits[0, : who.size], bits[1, : who.size], bits[2, : who.size], bits[3, : who.size])
        _after_calls(people, work, start, who, state.staff, rows, p, today, tally, journal)
    tally[CALLS] += callers
    tally[CONTACTS] += callers
    tally[CAPACITY] += i64(staff) * fixed_minutes(f32(minutes))


ISSUES, SILENT_, COMPLAINTS, CONTACTS = count("issues"), count("silent"), count("complaints"), count("contacts")
FIRST_CONTACTS, SOLVED_AT_FIRST, SOLVED_, EFFORT = (
    count("first_contacts"), count("solved_at_first"), count("solved"), count("effort"),
)  # fmt: skip
CALLS, ANSWERED, ABANDONED, WAIT = count("calls"), count("answered"), count("abandoned"), count("wait")
ANSWERED_IN_TIME, BUSY, CAPACITY, WAITED = (
    count("answered_in_time"), count("busy"), count("capacity"), count("waited_0"),
)  # fmt: skip
COST_COMPENSATION = count("cost_compensation")
ISSUE, SILENT_EVENT, QUESTION, ABANDONS = event("issue"), event("silent"), event("question"), event("abandons")
SOLVED, UNSOLVED, RECOVERED = event("solved"), event("unsolved"), event("recovered")
