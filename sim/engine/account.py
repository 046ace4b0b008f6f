"""Money, answers and the counts from which every measure is made: the account phase of the fast engine."""

import numpy as np

from sim.engine import passes
from sim.engine.lists import BLOCK, row_of
from sim.engine.reach import costs
from sim.engine.staffing import close_books
from sim.model.behaviour.answering import ANSWERS, SURVEY_WEEKS, answer, leaning
from sim.model.behaviour.choice import goodwill
from sim.model.behaviour.person import COMPANY, GONE, RIVAL
from sim.model.mechanisms.call_centre import wages
from sim.model.mechanisms.employee_care import hour_cost
from sim.model.mechanisms.management import cared_for
from sim.model.mechanisms.marketing import spending
from sim.model.mechanisms.outsourcing import outsourced
from sim.model.mechanisms.pretence import campaign
from sim.model.mechanisms.quality import providing
from sim.model.mechanisms.referral import BY_ADVERTISING, BY_FRIENDS
from sim.model.mechanisms.transparency import openness_cost
from sim.model.numeric import fixed
from sim.model.random import fill_listed
from sim.model.rules import phase, step
from sim.model.week import count

f32, u32, i64 = np.float32, np.uint32, np.int64


E_, S_, T_, G_ = row_of("expectation"), row_of("satisfaction"), row_of("trust"), row_of("grievance")
SPEND = row_of("spend")
LAG = row_of("obsolescence")
CAME_BY = row_of("came_by")
BUDGET_OFFSET, ON_DUTY, LANES_ON_DUTY = row_of("budget"), row_of("representatives_on_duty"), row_of("lanes_on_duty")
PROVIDER, TENURE = row_of("provider"), row_of("tenure")


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


@phase
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
