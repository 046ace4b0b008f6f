"""The sparse part of the week: what happens to those who have something to do, one person at a time."""

import numpy as np

from sim.behaviour.belief import view
from sim.behaviour.choice import CHOICE, goodwill, held_against, leaves, pull
from sim.behaviour.complaining import speaks_up
from sim.behaviour.expectation import starting_expectation
from sim.behaviour.grievance import aggrieved, relieved
from sim.behaviour.issue import MOST_TRIES, SILENT, UNDECIDED, carried, severity_of
from sim.behaviour.ledger import BOOKED, lost, portion, rivals_pull
from sim.behaviour.person import COMPANY, GONE, RIVAL
from sim.behaviour.price import price_advantage
from sim.behaviour.satisfaction import aversion, bend, felt, judgement, moved, surprise
from sim.behaviour.talk import speaks_well
from sim.behaviour.trust import shaken, trust_after
from sim.compiled import lean_kernel
from sim.draws import happens, uniform, unit, words
from sim.engines.passes import ASKS, MOVES, OFFERED, TROUBLED, VISITS
from sim.mechanisms.accountability import delighted, justice, remedy
from sim.mechanisms.call_centre import (
    CONTACT,
    effort,
    encounter,
    handling_minutes,
    patience_minutes,
    solves,
    wait_pain,
)
from sim.mechanisms.contracts import bound, hurdle
from sim.mechanisms.marketing import promise
from sim.mechanisms.outsourcing import granted, outsourced, reduced
from sim.mechanisms.pricing import cents, price_paid
from sim.mechanisms.self_checkout import CHECKOUT, minutes_at_lane, prefers_self, visit
from sim.mechanisms.upselling import OFFER, accepts, annoyance, tired
from sim.numeric import FIXED_ONE, fixed, normal_quantile, share
from sim.parts import row
from sim.service.queues import SERVED, answer, in_order
from sim.week import ANSWERED_WITHIN, WAIT_BINS, People, count, event

f32, u8, u64, i64 = np.float32, np.uint8, np.uint64, np.int64


def row_of(name: str) -> int:
    """The row of a column in the state array of its kind."""
    return row(name)


E_, S_, T_, G_ = row_of("expectation"), row_of("satisfaction"), row_of("trust"), row_of("grievance")
FAIRNESS, FATIGUE, SEVERITY = row_of("price_fairness"), row_of("upsell_fatigue"), row_of("issue_severity")
PATIENCE, PROPENSITY, SENSITIVITY = row_of("patience"), row_of("contact_propensity"), row_of("price_sensitivity")
SWITCHING, LIKING, SPEND = row_of("switching_cost"), row_of("self_service_liking"), row_of("spend")
BELIEF_COMPANY, BELIEF_RIVAL = row_of("belief_company"), row_of("belief_rival")
LEDGER = row_of("ledger_service")
LEDGER_SERVICE, LEDGER_PRICE = row_of("ledger_service"), row_of("ledger_price")
LEDGER_UPSELLING, LEDGER_CONVENIENCE = row_of("ledger_upselling"), row_of("ledger_convenience")
LEDGER_ACCOUNTABILITY = row_of("ledger_accountability")
PROVIDER, TRIES = row_of("provider"), row_of("issue_tries")
TENURE, CONTRACT_END = row_of("tenure"), row_of("contract_end")
CAUSES_BOOKED = len(BOOKED)
PRICE_PLACE = BOOKED.index("price")

_BINS = np.array(WAIT_BINS, np.float64) / 60.0
_TO_UNIT_64 = 2.0**-32


@lean_kernel
def note(journal, person, week, what, amount):
    """Enter an event in the journal when it happens to the watched person."""
    if person != journal[0].person or journal[0].week >= journal.size - 1:
        return
    journal[0].week += 1
    entry = journal[journal[0].week]
    entry.person, entry.week, entry.what, entry.amount = person, week, what, amount


@lean_kernel
def book(number, ledger, person, before, after, rate):
    """Enter a loss of goodwill under one cause."""
    number[ledger, person] += lost(before, after) * rate


@lean_kernel
def _experienced(number, i, quality, weight, p):
    """Satisfaction after an encounter of this quality, which counts with this weight; returns what it was before."""
    before = number[S_, i]
    gap = surprise(quality, number[E_, i], p.satisfaction_assimilation)
    averse, bent = aversion(p.satisfaction_loss_aversion, p.satisfaction_symmetric), bend(
        p.satisfaction_curvature, p.satisfaction_symmetric
    )
    verdict = judgement(number[E_, i], felt(gap, p.satisfaction_sensitivity, averse, bent))
    number[S_, i] = moved(before, verdict, weight)
    return before


# ---- touch ----------------------------------------------------------------------------------------------------------


@lean_kernel
def _offer(people, i, p, today, tally, journal):
    """An attempt to sell more."""
    number = people.number
    luck = uniform(today.world, OFFER, i, today.week, 0)
    trust, fatigue, satisfaction = number[T_, i], number[FATIGUE, i], number[S_, i]
    tally[OFFERS] += 1
    if happens(accepts(p.upselling_relevance, trust, fatigue), luck):
        tally[SALES] += 1
        income = cents(number[SPEND, i], p.upselling_worth)
        tally[REVENUE_UPSELLING] += income
        tally[COST_UPSELLING] += income - cents(number[SPEND, i], p.upselling_worth * p.upselling_margin)
        note(journal, i, today.week, OFFER_ACCEPTED, f32(income))
    else:
        note(journal, i, today.week, OFFER_REFUSED, fatigue)
    blow = annoyance(p.upselling_pressure, fatigue, p.upselling_relevance, p.upselling_distrust)
    number[T_, i], number[S_, i] = shaken(trust, blow), shaken(satisfaction, blow)
    number[FATIGUE, i] = tired(fatigue, p.upselling_tiring)
    book(number, LEDGER_UPSELLING, i, trust, number[T_, i], today.rate)
    book(number, LEDGER_UPSELLING, i, satisfaction, number[S_, i], today.rate)


@lean_kernel
def _shoppers(people, work, listed, p, today):
    """Who visits a shop, at what minute, for how long and how patiently; a negative id is a self-service visit."""
    visitors = 0
    staffed, alone = p.self_checkout_lanes - p.self_checkout_self_lanes, p.self_checkout_self_lanes
    minutes = p.self_checkout_hours * 60.0 / today.stands_for
    for k in range(listed):
        if not work.why[k] & VISITS:
            continue
        i = work.who[k]
        when, which, size, error = words(today.world, CHECKOUT, i, today.week, 0)
        self_service = happens(prefers_self(people.number[LIKING, i], staffed, alone), unit(which))
        usual = p.self_checkout_self_minutes if self_service else p.self_checkout_minutes
        usual = handling_minutes(usual, p.self_checkout_minutes_spread, normal_quantile(size))
        if self_service:
            usual = minutes_at_lane(usual, p.self_checkout_error_minutes, unit(error), p.self_checkout_errors)
        work.caller[visitors] = -1 - i if self_service else i
        work.times[0, visitors] = when * _TO_UNIT_64 * minutes
        work.times[1, visitors] = usual
        luck = uniform(today.world, CHECKOUT, i, today.week, 4)
        work.times[2, visitors] = patience_minutes(people.number[PATIENCE, i], luck)
        visitors += 1
    return visitors


@lean_kernel
def _after_visit(people, i, wait, walked, alone, p, today, tally, journal):
    """What a visit to the shop leaves behind."""
    number = people.number
    pain = p.self_checkout_waiting_hurts
    if not walked:
        pain = wait_pain(f32(wait), p.self_checkout_tolerance, p.self_checkout_waiting_hurts)
    work_done = p.self_checkout_effort if alone and not walked else f32(0)
    before = _experienced(number, i, visit(pain, work_done, number[LIKING, i]), p.self_checkout_memory, p)
    book(number, LEDGER_CONVENIENCE, i, before, number[S_, i], today.rate)
    tally[VISITS_] += 1
    tally[CHECKOUT_WAIT] += fixed(f32(wait))
    tally[SELF_VISITS] += alone
    tally[WALKED_OUT] += walked
    if alone and not walked:
        tally[COST_SHRINK] += cents(number[SPEND, i], p.self_checkout_shrink)
    note(journal, i, today.week, SHOP_LEFT if walked else SHOP, f32(wait))


@lean_kernel
def _shop(state, work, listed, p, today, tally, journal):
    """Visits to the shop: two real queues, staffed lanes and self-service lanes."""
    people = People(state.number, state.clock, state.mark)
    visitors = _shoppers(people, work, listed, p, today)
    staffed, alone_lanes = p.self_checkout_lanes - p.self_checkout_self_lanes, p.self_checkout_self_lanes
    in_order(work.times[0, :visitors], work.order, work.spare)
    for k in work.order[:visitors]:
        alone = work.caller[k] < 0
        i = -1 - work.caller[k] if alone else work.caller[k]
        busy, lane = state.lane_busy[:staffed], state.lane[:staffed]
        if alone:
            busy, lane = state.self_busy[:alone_lanes], state.self_lane[:alone_lanes]
        wait, outcome, _ = answer(work.times[0, k], work.times[1, k], work.times[2, k], busy, lane)
        _after_visit(people, i, wait, outcome != SERVED, alone, p, today, tally, journal)


@lean_kernel
def touch(state, work, listed, p, today, tally, journal):
    """Offers are made and shops are visited."""
    people = People(state.number, state.clock, state.mark)
    if today.offers_made:
        for k in range(listed):
            if work.why[k] & OFFERED:
                _offer(people, work.who[k], p, today, tally, journal)
    if p.self_checkout_visits > 0:
        _shop(state, work, listed, p, today, tally, journal)


# ---- contact --------------------------------------------------------------------------------------------------------


@lean_kernel
def _voice(people, i, performed, luck, p, week, tally, journal):
    """Whether a customer with a new or open issue gets in touch this week."""
    number, tries = people.number, people.mark[TRIES]
    severity = carried(number[SEVERITY, i], p.issue_lasting, p.issue_closed_below)
    fresh = severity_of(performed, p.quality_failure_threshold)
    if fresh <= 0:
        number[SEVERITY, i] = severity
        if severity <= 0:
            tries[i] = UNDECIDED
        open_and_told = severity > 0 and tries[i] != SILENT
        return open_and_told and happens(p.complaining_persistence, luck)
    number[SEVERITY, i] = max(severity, fresh)
    tally[ISSUES] += 1
    note(journal, i, week, ISSUE, fresh)
    chance = speaks_up(number[PROPENSITY, i], number[SEVERITY, i], p.complaining_base, p.complaining_slope)
    if happens(chance, luck):
        tally[COMPLAINTS] += 1
        if tries[i] == SILENT:
            tries[i] = UNDECIDED
        return True
    tally[SILENT_] += 1
    note(journal, i, week, SILENT_EVENT, fresh)
    number[G_, i] = aggrieved(number[G_, i], fresh, p.grievance_rise * p.grievance_silent, f32(0))
    if tries[i] == UNDECIDED:
        tries[i] = SILENT
    return False


@lean_kernel
def _callers(people, work, listed, p, today, tally, journal):
    """Who calls this week, at what minute, for how long and how patiently."""
    callers = 0
    minutes = p.call_centre_hours * 60.0 / today.stands_for
    for k in range(listed):
        i, why = work.who[k], work.why[k]
        if not why & (TROUBLED | ASKS):
            continue
        speak, when, patience, size = words(today.world, CONTACT, i, today.week, 0)
        calls = False
        if why & TROUBLED:
            calls = _voice(people, i, work.fresh[k], unit(speak), p, today.week, tally, journal)
        if not calls and not why & ASKS:
            continue
        if not calls:
            note(journal, i, today.week, QUESTION, f32(0))
        work.caller[callers] = i if calls else -1 - i
        work.times[0, callers] = when * _TO_UNIT_64 * minutes
        work.times[1, callers] = handling_minutes(
            p.call_centre_handling, p.call_centre_handling_spread, normal_quantile(size)
        )
        work.times[2, callers] = patience_minutes(people.number[PATIENCE, i], unit(patience))
        callers += 1
    return callers


@lean_kernel
def _count_wait(tally, wait, served):
    """Enter a wait (minutes) in the counts."""
    tally[WAIT] += fixed(f32(wait))
    place = 0
    while place < _BINS.size and wait > _BINS[place]:
        place += 1
    tally[WAITED + place] += 1
    tally[ANSWERED if served else ABANDONED_] += 1
    tally[ANSWERED_IN_TIME] += served and wait <= ANSWERED_WITHIN / 60.0


@lean_kernel
def _recover(people, i, solved, out, p, today, tally, journal):
    """After an answered call about an issue: a recovery that is owned or not, or a refusal that rankles."""
    number, tries = people.number, people.mark[TRIES]
    weeks = granted(p.accountability_compensates, p.outsourcing_empowerment, out)
    owned = justice(
        remedy(weeks), p.accountability_acknowledges, p.accountability_apologises, p.accountability_speed,
        p.accountability_blames,
    )  # fmt: skip
    severity = number[SEVERITY, i]
    if solved:
        number[S_, i] = delighted(number[S_, i], severity, owned, p.accountability_delight)
        number[G_, i] = relieved(number[G_, i], p.accountability_relief * owned)
        tally[COST_COMPENSATION] += cents(number[SPEND, i], weeks)
        number[SEVERITY, i], tries[i] = f32(0), UNDECIDED
        note(journal, i, today.week, RECOVERED, owned)
        return
    before = number[G_, i]
    number[G_, i] = aggrieved(before, severity, p.grievance_rise, owned)
    book(number, LEDGER_ACCOUNTABILITY, i, number[G_, i], before, today.rate)
    tries[i] = min(tries[i] + 1, MOST_TRIES)


@lean_kernel
def _after_call(people, i, about_issue, wait, who, skill, p, today, tally, journal):
    """What an answered or abandoned call leaves behind."""
    number, tries = people.number, people.mark[TRIES]
    rate, served = today.rate, who >= 0
    severity = number[SEVERITY, i] if about_issue else f32(0)
    out = served and outsourced(who, p.call_centre_representatives, p.outsourcing_share)
    luck = uniform(today.world, CONTACT, i, today.week, 4)
    solved = served and happens(solves(skill, severity, p.call_centre_hardness), luck)
    pain = wait_pain(f32(wait), p.call_centre_tolerance, p.call_centre_waiting_hurts)
    tried = i64(tries[i]) if about_issue else i64(0)
    _count_contact(tally, solved, tried, effort(pain, tried, solved))
    note(journal, i, today.week, (SOLVED if solved else UNSOLVED) if served else ABANDONS, f32(wait))
    warmth = reduced(skill, p.outsourcing_script, out)
    quality = encounter(warmth, solved, p.call_centre_manner, p.call_centre_solution, pain)
    before = _experienced(number, i, quality, p.call_centre_memory, p)
    book(number, LEDGER_SERVICE, i, before, number[S_, i], rate)
    trust = number[T_, i]
    number[T_, i] = trust_after(
        trust, quality, share(p.trust_growth * p.trust_encounter), share(p.trust_loss * p.trust_encounter)
    )
    book(number, LEDGER_SERVICE, i, trust, number[T_, i], rate)
    if about_issue and served:
        _recover(people, i, solved, out, p, today, tally, journal)
    elif about_issue:
        tries[i] = min(tries[i] + 1, MOST_TRIES)
    elif not solved and number[SEVERITY, i] <= 0:
        number[SEVERITY, i], tries[i] = p.call_centre_unanswered_severity, 1


@lean_kernel
def _count_contact(tally, solved, tries, effort):
    """Enter one contact in the counts."""
    first = tries == 0
    tally[CONTACTS] += 1
    tally[EFFORT] += fixed(effort)
    tally[SOLVED_] += solved
    tally[FIRST_CONTACTS] += first
    tally[SOLVED_AT_FIRST] += first and solved


@lean_kernel
def contact(state, work, listed, p, today, tally, journal):
    """Customers speak up or say nothing; those who call wait until somebody answers or their patience ends."""
    people = People(state.number, state.clock, state.mark)
    callers = _callers(people, work, listed, p, today, tally, journal)
    staff = p.call_centre_representatives
    busy, server = state.busy[:staff], state.server[:staff]
    in_order(work.times[0, :callers], work.order, work.spare)
    for k in work.order[:callers]:
        about_issue = work.caller[k] >= 0
        i = work.caller[k] if about_issue else -1 - work.caller[k]
        minutes = work.times[1, k]
        if staff > 0:
            out = outsourced(server[0], staff, p.outsourcing_share)
            minutes = np.float64(granted(f32(minutes), p.outsourcing_haste, out))
        wait, outcome, who = answer(work.times[0, k], minutes, work.times[2, k], busy, server)
        _count_wait(tally, wait, outcome == SERVED)
        if outcome == SERVED:
            tally[BUSY] += fixed(f32(minutes))
        skill = state.skill[who] if outcome == SERVED else f32(0)
        _after_call(people, i, about_issue, wait, who, skill, p, today, tally, journal)
    tally[CALLS] += callers
    tally[CAPACITY] += i64(staff) * i64(fixed(f32(p.call_centre_hours * 60.0 / today.stands_for)))


# ---- talk -----------------------------------------------------------------------------------------------------------


@lean_kernel
def tell(people, i, network, p, heard, spoken, week, tally, journal):
    """One person tells every friend about the own provider, well or ill."""
    provider = people.mark[PROVIDER]
    well = speaks_well(people.number[S_, i], people.number[G_, i], p.talk_pivot)
    lane = 2 * i64(provider[i]) + (0 if well else 1)
    spoken[lane] += 1
    hearers = 0
    for place in range(network.first[i], network.first[i + 1]):
        friend = network.friends[place]
        if provider[friend] != GONE:
            heard[friend] += u64(1) << u64(16 * lane)
            hearers += 1
    note(journal, i, week, TELLS_WELL if well else TELLS_ILL, f32(hearers))
    if provider[i] == COMPANY:
        tally[TALKERS] += 1
        tally[HEARD_WELL if well else HEARD_ILL] += hearers


# ---- decide ---------------------------------------------------------------------------------------------------------


@lean_kernel
def _because(number, i, weights, advantage, unfair, pulled, rate, tally):
    """Attribute a departure to its causes, in proportion to what was booked and to price and rival today."""
    total = f32(0)
    for place in range(CAUSES_BOOKED):
        weights[place] = number[LEDGER + place, i] / rate
    weights[PRICE_PLACE] += max(advantage, f32(0)) + unfair
    weights[CAUSES_BOOKED] = pulled
    for place in range(CAUSES_BOOKED + 1):
        total += weights[place]
    left = FIXED_ONE
    for place in range(CAUSES_BOOKED):
        part = fixed(portion(weights[place], total))
        tally[LEFT + place] += part
        left -= part
    tally[LEFT + CAUSES_BOOKED] += left


@lean_kernel
def _arrive(people, i, provider, own_view, p, week):
    """Begin anew with another provider; of the one left behind, what was thought of it is remembered."""
    number = people.number
    old, new = (BELIEF_COMPANY, BELIEF_RIVAL) if provider == RIVAL else (BELIEF_RIVAL, BELIEF_COMPANY)
    number[old, i] = share(own_view)
    promised = promise(p.rival_level, p.rival_overpromise) if provider == RIVAL else promise(
        p.quality_level, p.marketing_overpromise
    )
    belief = number[new, i]
    number[E_, i] = starting_expectation(promised, belief, p.expectation_promise_weight)
    number[S_, i], number[T_, i], number[G_, i] = number[E_, i], belief, f32(0)
    number[FAIRNESS, i], number[FATIGUE, i], number[SEVERITY, i] = f32(1), f32(0), f32(0)
    for place in range(CAUSES_BOOKED):
        number[LEDGER + place, i] = f32(0)
    people.mark[PROVIDER, i], people.mark[TRIES, i] = provider, UNDECIDED
    people.clock[TENURE, i] = 0
    people.clock[CONTRACT_END, i] = week + p.contracts_term if provider == COMPANY and p.contracts_term > 0 else -1


@lean_kernel
def _move_away(people, i, week, tally, journal):
    """Leave the market for no fault of the company."""
    if people.mark[PROVIDER, i] == COMPANY:
        tally[LEAVERS_INVOLUNTARY] += 1
        tally[LEFT_INVOLUNTARY] += FIXED_ONE
    people.mark[PROVIDER, i] = GONE
    people.clock[CONTRACT_END, i] = -1
    note(journal, i, week, MOVES_AWAY, f32(0))


@lean_kernel
def _prices(people, i, mine, p, week):
    """What this person pays now, and would pay with the other."""
    tenure = people.clock[TENURE, i]
    list_price, discount, weeks = p.pricing_list_price, p.pricing_newcomer_discount, p.pricing_discount_weeks
    if mine:
        return price_paid(list_price, discount, weeks, tenure, tenure <= week), p.rival_price
    return p.rival_price, price_paid(list_price, discount, weeks, 0, True)


@lean_kernel
def consider(people, i, flags, reputation, heard, weights, p, today, tally, journal):
    """One person leaves the market, or compares the own provider with the other and stays or moves."""
    week = today.week
    if flags & MOVES:
        _move_away(people, i, week, tally, journal)
        return
    number = people.number
    mine = people.mark[PROVIDER, i] == COMPANY
    own, unfair = goodwill(number[S_, i], number[T_, i], p.choice_trust_weight), f32(1) - number[FAIRNESS, i]
    held = held_against(number[G_, i], number[FAIRNESS, i], p.choice_grievance_weight, p.choice_fairness_weight)
    belief = number[BELIEF_RIVAL if mine else BELIEF_COMPANY, i]
    other = view(belief, reputation[1 if mine else 0], p.belief_reviews)
    pays, would_pay = _prices(people, i, mine, p, week)
    advantage = price_advantage(pays, would_pay, number[SENSITIVITY, i])
    drawn = pull(other, own, held, p.choice_appeal, advantage)
    ends = people.clock[CONTRACT_END, i]
    high = hurdle(number[SWITCHING, i], p.contracts_exit_fee, bound(ends, week))
    if not happens(leaves(drawn, high, p.choice_decisiveness), uniform(today.world, CHOICE, i, week, 0)):
        note(journal, i, week, STAYS, drawn - high)
        if mine and ends == week:
            people.clock[CONTRACT_END, i] = week + p.contracts_renewal
            note(journal, i, week, RENEWED, f32(p.contracts_renewal))
        return
    if mine:
        tally[LEAVERS_VOLUNTARY] += 1
        pulled = rivals_pull(other, number[E_, i], p.ledger_restlessness)
        _because(number, i, weights, advantage, unfair * p.choice_fairness_weight, pulled, today.rate, tally)
        note(journal, i, week, LEAVES, drawn - high)
    else:
        tally[JOINERS] += 1
        tally[REFERRED] += (heard & u64(0xFFFF)) > u64(0)
        note(journal, i, week, JOINS, drawn - high)
    _arrive(people, i, RIVAL if mine else COMPANY, own - held, p, week)


OFFERS, SALES, REVENUE_UPSELLING, COST_UPSELLING = (
    count("offers"), count("sales"), count("revenue_upselling"), count("cost_upselling"),
)  # fmt: skip
VISITS_, SELF_VISITS, WALKED_OUT, CHECKOUT_WAIT = (
    count("visits"), count("self_visits"), count("walked_out"), count("checkout_wait"),
)  # fmt: skip
COST_SHRINK, COST_COMPENSATION = count("cost_shrink"), count("cost_compensation")
ISSUES, SILENT_, COMPLAINTS, CONTACTS = count("issues"), count("silent"), count("complaints"), count("contacts")
FIRST_CONTACTS, SOLVED_AT_FIRST, SOLVED_, EFFORT = (
    count("first_contacts"), count("solved_at_first"), count("solved"), count("effort"),
)  # fmt: skip
ANSWERED_IN_TIME = count("answered_in_time")
CALLS, ANSWERED, ABANDONED_, WAIT = count("calls"), count("answered"), count("abandoned"), count("wait")
BUSY, CAPACITY, WAITED = count("busy"), count("capacity"), count("waited_0")
TALKERS, HEARD_WELL, HEARD_ILL = count("talkers"), count("heard_well"), count("heard_ill")
LEAVERS_VOLUNTARY, LEAVERS_INVOLUNTARY = count("leavers_voluntary"), count("leavers_involuntary")
JOINERS, REFERRED = count("joiners"), count("referred_joiners")
LEFT, LEFT_INVOLUNTARY = count("left_because_service"), count("left_because_involuntary")

ISSUE, SILENT_EVENT, QUESTION, ABANDONS = event("issue"), event("silent"), event("question"), event("abandons")
SOLVED, UNSOLVED, RECOVERED = event("solved"), event("unsolved"), event("recovered")
OFFER_ACCEPTED, OFFER_REFUSED = event("offer_accepted"), event("offer_refused")
SHOP, SHOP_LEFT = event("shop"), event("shop_left")
TELLS_WELL, TELLS_ILL = event("tells_well"), event("tells_ill")
STAYS, LEAVES, JOINS = event("compares_and_stays"), event("leaves"), event("joins")
MOVES_AWAY, RENEWED = event("moves_away"), event("contract_renewed")
