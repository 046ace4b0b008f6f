"""People tell their friends; some compare providers and stay, leave, join or come back: two phases of the fast engine."""

from typing import NamedTuple

import numpy as np

from sim.engine import keeping
from sim.engine.lists import note, row_of
from sim.engine.passes import MOVES
from sim.engine.posts import post
from sim.model.behaviour.belief import view
from sim.model.behaviour.choice import CHOICE, goodwill, held_against, leaves, pull
from sim.model.behaviour.expectation import starting_expectation
from sim.model.behaviour.issue import SILENT, UNDECIDED
from sim.model.behaviour.ledger import BOOKED, portion, rivals_pull
from sim.model.behaviour.person import COMPANY, GONE, RIVAL
from sim.model.behaviour.price import price_advantage
from sim.model.behaviour.talk import speaks_well
from sim.model.mechanisms.contracts import bound, hurdle
from sim.model.mechanisms.fees import price_seen
from sim.model.mechanisms.marketing import promise
from sim.model.mechanisms.pretence import hollow
from sim.model.mechanisms.pricing import cents, price_paid
from sim.model.mechanisms.referral import attached
from sim.model.mechanisms.retention_offers import raised
from sim.model.mechanisms.transparency import flattered
from sim.model.mechanisms.winback import lowered
from sim.model.mechanisms.word_of_mouth import weight_of_reviews
from sim.model.numeric import FIXED_ONE, fixed, share
from sim.model.random import fill_listed, happens, unit
from sim.model.rules import step
from sim.model.week import count, event

f32, u32, i64, u64 = np.float32, np.uint32, np.int64, np.uint64

E_, S_, T_, G_ = row_of("expectation"), row_of("satisfaction"), row_of("trust"), row_of("grievance")
FAIRNESS, FATIGUE, SEVERITY = row_of("price_fairness"), row_of("upsell_fatigue"), row_of("issue_severity")
SENSITIVITY, SWITCHING = row_of("price_sensitivity"), row_of("switching_cost")
BELIEF_COMPANY, BELIEF_RIVAL = row_of("belief_company"), row_of("belief_rival")
LEDGER = row_of("ledger_service")
PROVIDER, TRIES = row_of("provider"), row_of("issue_tries")
TENURE, CONTRACT_END = row_of("tenure"), row_of("contract_end")
CAUSES_BOOKED = len(BOOKED)
PRICE_PLACE = BOOKED.index("price")
SPEND = row_of("spend")
LEFT_IN, CAME_BY = row_of("left_in"), row_of("came_by")


class Market(NamedTuple):
    """What everybody can see of the two providers: public reputation, and how good the product is by today's standards.

    ``inertia``: the share of what switching costs that habits have left of it by now.
    """

    company_reputation: np.float32
    rival_reputation: np.float32
    company_level: np.float32
    rival_level: np.float32
    inertia: np.float32


@step
def tell(people, i, network, p, heard, spoken, today, tally, journal):
    """One person tells every friend about the own provider, well or ill."""
    providers = people.mark[PROVIDER]
    well = speaks_well(people.number[S_, i], people.number[G_, i], p.talk_pivot)
    lane = 2 * i64(providers[i]) + (0 if well else 1)
    spoken[lane] += 1
    hearers, message = i64(0), u64(16 * lane)
    for place in range(network.first[i], network.first[i + u32(1)]):
        friend = u32(network.friends[u32(place)])
        hears = providers[friend] != GONE
        heard[friend] += u64(hears) << message
        hearers += hears
    if p.word_of_mouth_broadcast > 0:
        hearers += post(providers, heard, i, well, u64(message), p, today)
    note(journal, i, today.week, TELLS_WELL if well else TELLS_ILL, f32(hearers))
    mine = providers[i] == COMPANY
    tally[TALKERS] += mine
    tally[HEARD_WELL if well else HEARD_ILL] += hearers if mine else 0


@step
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


@step
def _promised(level, p):
    """What the company promises newcomers of a product of this level, with all that misleads."""
    told = promise(level, p.marketing_overpromise)
    told = flattered(told, p.transparency_misleading, p.transparency_exaggeration)
    return flattered(told, hollow(p.pretence_claimed, p.pretence_actual), p.pretence_lift)


@step
def _flattered_view(view, p):
    """How the company looks to the rival's customers, with all that it claims."""
    swayed = flattered(view, p.transparency_misleading, p.transparency_sway)
    return flattered(swayed, p.pretence_claimed, p.pretence_appeal)


@step
def _arrive(people, i, provider, own_view, market, p, week):
    """Begin anew with another provider; of the one left behind, what was thought of it is remembered."""
    number, to_rival = people.number, provider == RIVAL
    old, new = (BELIEF_COMPANY, BELIEF_RIVAL) if to_rival else (BELIEF_RIVAL, BELIEF_COMPANY)
    number[old, i] = share(own_view)
    ours, theirs = _promised(market.company_level, p), promise(market.rival_level, p.rival_overpromise)
    belief = number[new, i]
    number[E_, i] = starting_expectation(theirs if to_rival else ours, belief, p.expectation_promise_weight)
    number[S_, i], number[T_, i], number[G_, i] = number[E_, i], belief, f32(0)
    number[FAIRNESS, i], number[FATIGUE, i], number[SEVERITY, i] = f32(1), f32(0), f32(0)
    for place in range(CAUSES_BOOKED):
        number[LEDGER + place, i] = f32(0)
    people.mark[PROVIDER, i], people.mark[TRIES, i] = provider, UNDECIDED
    people.clock[TENURE, i] = 0
    people.clock[CONTRACT_END, i] = week + p.contracts_term if provider == COMPANY and p.contracts_term > 0 else -1


@step
def _move_away(people, i, week, tally, journal):
    """Leave the market for no fault of the company."""
    mine = people.mark[PROVIDER, i] == COMPANY
    tally[LEAVERS_INVOLUNTARY] += mine
    tally[LEFT_INVOLUNTARY] += FIXED_ONE if mine else 0
    keeping.lost(people, i, tally)
    people.mark[PROVIDER, i] = GONE
    people.clock[CONTRACT_END, i] = -1
    note(journal, i, week, MOVES_AWAY, f32(0))


@step
def _price_advantage(people, i, mine, p, week):
    """What the other's price is worth to this person."""
    tenure = people.clock[TENURE, i]
    list_price, discount, weeks = p.pricing_list_price, p.pricing_newcomer_discount, p.pricing_discount_weeks
    here = price_paid(list_price, discount, weeks, tenure, tenure <= week)
    on_joining = price_seen(price_paid(list_price, discount, weeks, 0, True), p.fees_drip, p.fees_overlooked)
    pays, would_pay = here if mine else p.rival_price, p.rival_price if mine else on_joining
    return price_advantage(pays, would_pay, people.number[SENSITIVITY, i])


@step
def _leave(people, i, own, other, advantage, market, weights, p, today, tally):
    """A customer of the company goes over to the rival."""
    number = people.number
    unfair = (f32(1) - number[FAIRNESS, i]) * p.choice_fairness_weight
    tally[LEAVERS_VOLUNTARY] += 1
    tally[LEFT_IN_SILENCE] += people.mark[TRIES, i] == SILENT
    pulled = rivals_pull(other, number[E_, i], p.ledger_restlessness)
    _because(number, i, weights, advantage, unfair, pulled, today.rate, tally)
    keeping.lost(people, i, tally)
    people.clock[LEFT_IN, i] = today.week + 1
    _arrive(people, i, RIVAL, own, market, p, today.week)


@step
def _hurdle(people, i, inertia, why, p, week):
    """The discount over one year that the other must offer, with all that was offered for staying or for coming."""
    woken, wooed = (why & keeping.WOKEN) != 0, (why & keeping.WOOED) != 0
    reluctance = people.number[SWITCHING, i] * inertia
    reluctance = attached(reluctance, p.referral_bond, i64(people.mark[CAME_BY, i]))
    high = hurdle(reluctance, p.contracts_exit_fee, bound(people.clock[CONTRACT_END, i], week))
    return lowered(raised(high, p.retention_offers_better_plan, woken), p.winback_discount, wooed)


@step
def consider(people, i, luck, market, heard, why, weights, p, today, tally, journal):
    """One person compares the own provider with the other and stays or moves."""
    number, week, mine = people.number, today.week, people.mark[PROVIDER, i] == COMPANY
    own = goodwill(number[S_, i], number[T_, i], p.choice_trust_weight)
    held = held_against(number[G_, i], number[FAIRNESS, i], p.choice_grievance_weight, p.choice_fairness_weight)
    belief = number[BELIEF_RIVAL, i] if mine else number[BELIEF_COMPANY, i]
    public = market.rival_reputation if mine else market.company_reputation
    other = view(belief, public, weight_of_reviews(p.belief_reviews, p.word_of_mouth_review_display))
    other = other if mine else _flattered_view(other, p)
    advantage = _price_advantage(people, i, mine, p, week)
    drawn, ends = pull(other, own, held, p.choice_appeal, advantage), people.clock[CONTRACT_END, i]
    woken, wooed = (why & keeping.WOKEN) != 0, (why & keeping.WOOED) != 0
    high = _hurdle(people, i, market.inertia, why, p, week)
    goes = happens(leaves(drawn, high, p.choice_decisiveness), luck)
    if goes and mine and p.retention_offers_save_offers > 0:
        goes = not keeping.stays_after_all(number, i, drawn, high, luck, p, today, tally, journal)
    tally[COST_RETENTION] += cents(number[SPEND, i], p.retention_offers_better_plan) if woken and not goes else 0
    note(journal, i, week, (LEAVES if mine else JOINS) if goes else STAYS, drawn - high)
    if goes:
        if mine:
            _leave(people, i, own - held, other, advantage, market, weights, p, today, tally)
        else:
            tally[JOINERS] += 1
            referred = (heard & u64(0xFFFF)) > u64(0)
            tally[REFERRED] += referred
            keeping.won(people, i, referred, wooed, p, tally)
            _arrive(people, i, COMPANY, own - held, market, p, week)
    elif mine and ends == week:
        people.clock[CONTRACT_END, i] = week + p.contracts_renewal
        note(journal, i, week, RENEWED, f32(p.contracts_renewal))


@step
def choose(people, work, who, bits, market, p, today, tally, journal):
    """Everybody on the list leaves the market, or compares providers."""
    fill_listed(today.world, CHOICE, today.week, u32(0), who, bits)
    for k in range(who.size):
        i = u32(who[k])
        if work.flags[i] & MOVES:
            _move_away(people, i, today.week, tally, journal)
        else:
            luck, heard, why = unit(bits[0][k]), work.heard[i], work.flags[i]
            consider(people, i, luck, market, heard, why, work.weights, p, today, tally, journal)


TALKERS, HEARD_WELL, HEARD_ILL = count("talkers"), count("heard_well"), count("heard_ill")
LEAVERS_VOLUNTARY, LEAVERS_INVOLUNTARY = count("leavers_voluntary"), count("leavers_involuntary")
LEFT_IN_SILENCE = count("left_in_silence")
JOINERS, REFERRED = count("joiners"), count("referred_joiners")
COST_RETENTION = count("cost_retention")
LEFT, LEFT_INVOLUNTARY = count("left_because_service"), count("left_because_involuntary")
TELLS_WELL, TELLS_ILL = event("tells_well"), event("tells_ill")
STAYS, LEAVES, JOINS = event("compares_and_stays"), event("leaves"), event("joins")
MOVES_AWAY, RENEWED = event("moves_away"), event("contract_renewed")
