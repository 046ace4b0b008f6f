"""Customers speak up or say nothing; those who call wait in the queue: the contact phase of the fast engine."""

import numpy as np

from sim.engine import lists
from sim.engine.aftermath import enter, how_owned, judge, recover, settle, tangle
from sim.engine.candour import expose, told_of
from sim.engine.lists import note, row_of, watched
from sim.engine.passes import ASKS, TROUBLED
from sim.engine.reach import ABOUT, HANDED, LATE, NEW, endured, reach, use_up_patience
from sim.model.behaviour.complaining import speaks_up
from sim.model.behaviour.grievance import aggrieved
from sim.model.behaviour.issue import SILENT, UNDECIDED, carried, severity_of
from sim.model.mechanisms.call_centre import (
    CONTACT,
    VAIN_MINUTES,
    called_back,
    encounter,
    felt_wait,
    solves,
    wait_pain,
)
from sim.model.mechanisms.employee_care import hard
from sim.model.mechanisms.impatience import remaining
from sim.model.mechanisms.outsourcing import granted, outsourced, reduced
from sim.model.mechanisms.pretence import hollow
from sim.model.mechanisms.pricing import cents
from sim.model.mechanisms.support_access import menu_minutes, routed
from sim.model.mechanisms.transparency import spared
from sim.model.numeric import fixed_minutes
from sim.model.random import fill_listed, happens, unit
from sim.model.rules import inner_kernel, step
from sim.model.week import ANSWERED_WITHIN, WAIT_BINS, count, event
from sim.service.queues import NOBODY, SERVED, answer

f32, u8, u32, i64 = np.float32, np.uint8, np.uint32, np.int64

BACK = u8(16)
"""The mark of a caller who is called back, besides those of :mod:`sim.engine.reach`."""
NEITHER, ABOUT_NEW = u8(0), u8(ABOUT | NEW)
"""Marks of a contact that is about no issue and comes from no chatbot, and of one that speaks up about a new issue."""

G_ = row_of("grievance")
SEVERITY, PATIENCE, PROPENSITY = row_of("issue_severity"), row_of("patience"), row_of("contact_propensity")
SPEND = row_of("spend")
TRIES, SKILL = row_of("issue_tries"), row_of("skill")
ON_DUTY, CALL_MINUTES = row_of("representatives_on_duty"), row_of("call_minutes")
CALLS_TAKEN, HARD_CALLS = row_of("calls_taken"), row_of("hard_calls")

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
        if watched(journal, i):
            _tell(journal, i, today.week, new, silent, asks, fresh)
        work.caller[callers], work.flag[callers] = who[k], (ABOUT_NEW if new else ABOUT) if calls else NEITHER
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
    levels, usual = p.support_access_menu_levels, p.call_centre_handling
    mean = routed(usual, levels, p.support_access_routing)
    lists.durations(words[2, :callers], mean, p.call_centre_handling_spread, times[1, :callers])
    for start in range(0, callers, size):
        end = min(start + size, callers)
        own = work.scratch[0, : end - start]
        lists.taken(people.number[PATIENCE], work.caller[start:end], own)
        if p.impatience_patience_trend > 0:
            lists.shrunk(own, remaining(p.impatience_patience_trend, today.week))
        lists.patiences(words[1, start:end], own, times[2, start:end])
    if levels > 0:
        use_up_patience(work, callers, menu_minutes(levels, p.support_access_seconds_per_level))


@step
def _call_back(work, k, free, minutes, p):
    """Somebody with a long wait ahead may be called back: the minutes that takes, and whether they are reached."""
    ahead = f32(free - work.times[0, k])
    back = called_back(ahead, p.call_centre_callback_after, p.call_centre_callback, unit(work.words[0, k]))
    reached = not back or happens(p.call_centre_callback_reached, unit(work.words[1, k]))
    if back:
        work.times[2, k] = np.inf
        work.flag[k] = work.flag[k] | BACK
    return minutes if reached else VAIN_MINUTES, reached


@inner_kernel
def _callback_luck(work, callers, today):
    """Whether each caller is called back and reached, when it comes to that: the words of their arrival are used up by now."""
    bits, size = work.bits, work.bits.shape[1]
    for start in range(0, callers, size):
        who = work.caller[start : min(start + size, callers)]
        rows = (bits[0, : who.size], bits[1, : who.size], bits[2, : who.size], bits[3, : who.size])
        fill_listed(today.world, CONTACT, today.week, u32(1), who, rows)
        for k in range(who.size):
            work.words[0, start + k], work.words[1, start + k] = bits[2, k], bits[3, k]


@inner_kernel
def _queue(order, work, p, busy, server, spent):
    """Callers as they come; the wait takes the place of the moment of arrival. Returns the minutes spent, in 2^-20.

    ``spent`` receives the minutes of each representative; it is empty when nobody asks for them.
    """
    talking, staff, times = i64(0), server.size, work.times
    for place in range(order.size):
        k = order[place]
        minutes, reached = times[1, k], True
        if staff > 0:
            out = outsourced(server[0], staff, p.outsourcing_share)
            minutes = np.float64(granted(f32(minutes), p.outsourcing_haste, out))
            if p.call_centre_callback > 0:
                minutes, reached = _call_back(work, k, busy[0], minutes, p)
        wait, outcome, who = answer(times[0, k], minutes, times[2, k], busy, server)
        times[0, k], work.by[k] = wait, who if reached else NOBODY
        talking += fixed_minutes(f32(minutes)) if outcome == SERVED else 0
        if outcome == SERVED and spent.size > 0:
            spent[who] += f32(minutes)
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
def _after_call(people, i, why, wait, by, staff, luck, p, today, tally, journal):
    """What an answered or abandoned call leaves behind; without a branch, as in ``_open_issue``."""
    about, handed, back = (why & ABOUT) != 0, (why & HANDED) != 0, (why & BACK) != 0
    number, served, tried = people.number, by >= 0, i64(people.mark[TRIES, i])
    skill, severity = staff[SKILL, by] if served else f32(0), number[SEVERITY, i] if about else f32(0)
    out, grievance = served and outsourced(by, staff.shape[1], p.outsourcing_share), number[G_, i]
    solved = served and happens(solves(skill, severity, p.call_centre_hardness), luck)
    earlier = tried if about else i64(0)
    minutes = felt_wait(wait, p.call_centre_callback_felt, back) + endured(p, handed, (why & LATE) != 0)
    waited = wait_pain(minutes, p.call_centre_tolerance, p.call_centre_waiting_hurts)
    pain = waited + tangle(served and (handed or earlier > 0), p)
    warmth = reduced(skill, p.outsourcing_script, out)
    quality = encounter(served, warmth, solved, p.call_centre_manner, p.call_centre_solution, pain)
    judge(number, i, quality, p, today.rate)
    weeks = granted(p.accountability_compensates, p.outsourcing_empowerment, out)
    recovered, owned = about and solved, how_owned(weeks, p)
    recover(number, i, recovered, about and not solved and served, owned, p, today.rate)
    settle(people, i, about, solved, p)
    if today.staff_lasts and served:
        staff[CALLS_TAKEN, by] += f32(1)
        staff[HARD_CALLS, by] += f32(hard(solved, grievance, p.employee_care_anger))
    if watched(journal, i):
        if back:
            note(journal, i, today.week, CALLBACK, wait)
        _tell_of_call(journal, i, today.week, served, solved, recovered, wait, owned)
    tally[CALLBACKS] += back
    tally[COST_COMPENSATION] += cents(number[SPEND, i], weeks) if recovered else 0
    enter(tally, pain, earlier, solved)


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
        wait, why, by = f32(work.times[0, start + k]), work.flag[start + k], work.by[start + k]
        _after_call(people, u32(who[k]), why, wait, by, staff, unit(bits[0][k]), p, today, tally, journal)
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
    callers = reach(people, work, callers, p, today, tally, journal)
    _arrive(people, work, callers, p, today)
    minutes, staff = p.call_centre_hours * 60.0 / today.stands_for, i64(state.firm[ON_DUTY, 0])
    spent = state.staff[CALL_MINUTES, : staff if today.staff_lasts else 0]
    order, times, by = work.order[:callers], work.times, work.by[:callers]
    lists.by_time(times[0, :callers], minutes, order, work.spare)
    if p.call_centre_callback > 0:
        _callback_luck(work, callers, today)
    tally[BUSY] += _queue(order, work, p, state.busy[:staff], state.server[:staff], spent)
    _count_waits(times[0, :callers], by, tally)
    for start in range(0, callers, size):
        who = work.caller[start : min(start + size, callers)]
        rows = (bits[0, : who.size], bits[1, : who.size], bits[2, : who.size], bits[3, : who.size])
        _after_calls(people, work, start, who, state.staff[:, :staff], rows, p, today, tally, journal)
    tally[CALLS] += callers
    tally[CONTACTS] += callers
    tally[CAPACITY] += staff * fixed_minutes(f32(minutes))


ISSUES, SILENT_, COMPLAINTS, CONTACTS = count("issues"), count("silent"), count("complaints"), count("contacts")
CALLS, ANSWERED, ABANDONED, WAIT = count("calls"), count("answered"), count("abandoned"), count("wait")
ANSWERED_IN_TIME, BUSY, CAPACITY, WAITED = (
    count("answered_in_time"), count("busy"), count("capacity"), count("waited_0"),
)  # fmt: skip
COST_COMPENSATION, CALLBACKS, CALLBACK = count("cost_compensation"), count("callbacks"), event("callback")
ISSUE, SILENT_EVENT, QUESTION, ABANDONS = event("issue"), event("silent"), event("question"), event("abandons")
SOLVED, UNSOLVED, RECOVERED = event("solved"), event("unsolved"), event("recovered")
