"""Comparing the own provider with the other: who does, and what staying, leaving, joining and moving away change."""

from sim.model.behaviour.choice import (
    CHOICE,
    doubt,
    goodwill,
    held_against,
    leaves,
    open_again,
    pull,
    thinks,
    weighed,
    worth,
)
from sim.model.behaviour.expectation import starting_expectation
from sim.model.behaviour.friends import loosened
from sim.model.behaviour.grievance import left_after, relieved
from sim.model.behaviour.issue import SILENT, UNDECIDED
from sim.model.behaviour.ledger import OF_PRICE, attribute, forget, reasons_told, weight_of_fairness
from sim.model.behaviour.person import COMPANY, GONE, MOOD, MOST_RIVALS, MOVES, NOBODY, RIVAL, THINKS
from sim.model.behaviour.price import price_advantage
from sim.model.behaviour.satisfaction import experience_weight
from sim.model.columns import Column
from sim.model.events import TOSS_UP, among, by_how_much, provider_words
from sim.model.examples import AS_SEEN, example, example_of_step
from sim.model.mechanisms.contracts import bound, hurdle
from sim.model.mechanisms.deliveries import promised_to_newcomers
from sim.model.mechanisms.fees import price_seen
from sim.model.mechanisms.impatience import remaining
from sim.model.mechanisms.innovation import standing
from sim.model.mechanisms.introductory_price import held_by_trial, price_lured
from sim.model.mechanisms.loyalty_programme import held_by_programme
from sim.model.mechanisms.marketing import believed, promise, reached
from sim.model.mechanisms.pretence import hollow
from sim.model.mechanisms.pricing import cents, price_here, price_paid
from sim.model.mechanisms.products import tied
from sim.model.mechanisms.referral import attached, be_lost, be_won
from sim.model.mechanisms.retention_offers import MOST_PLANS, raised, stays_after_all, worn_out
from sim.model.mechanisms.rival import noticed, offered, worth_a_look
from sim.model.mechanisms.transparency import flattered
from sim.model.mechanisms.winback import lowered
from sim.model.mechanisms.word_of_mouth import unread, weight_of_reviews
from sim.model.numeric import FIXED_ONE, share
from sim.model.random import happens, stream
from sim.model.rules import f32, rule
from sim.model.steps import step

_A_WEEK = f32(7 / 365.25)
LOOKS = stream("looks")
"""The draw of which provider is looked at, where there are several rivals."""

COLUMNS = (
    Column("compared_in", "clock", "The week in which they last compared providers", calendar=True),
    Column(
        "moved_in",
        "clock",
        "The week after which they came to their provider, counted from 1; 0: before the first",
        calendar=True,
    ),
    Column("grudge", "number", "What was held against the other provider when they left it, 0 to 1"),
)


@rule
def well_founded(tenure: int, most: float) -> float:
    """On how many messages' worth of experience a view is founded after so many weeks: one a month, up to the most."""
    found = f32(1) + f32(tenure) * f32(0.25)
    return found if found < most else most


COUNTS_OF_SEVERAL = tuple(
    f"{what}_{number}" for what in ("joiners_from_rival", "leavers_to_rival") for number in range(MOST_RIVALS)
)
COUNTS = ("leavers_voluntary", "leavers_involuntary", "left_in_silence", "joiners", "referred_joiners")


def _stayed(margin: float, other: str) -> str:
    """Staying with the own provider; ``margin``: by how much the other was better."""
    if abs(margin) < TOSS_UP:
        return f"They compared providers and stayed; {other} was as good."
    if margin > 0:
        return f"They compared providers and stayed, although {other} was better by {by_how_much(margin)}."
    return f"They compared providers and stayed; {other} fell short by {by_how_much(margin)}."


def _moved(margin: float, where: str) -> str:
    """Moving to the other provider."""
    if abs(margin) < TOSS_UP:
        return f"They {where}, though staying was as good."
    if margin > 0:
        return f"They {where}, better by {by_how_much(margin)} with all costs of moving."
    return f"They {where}, although staying was better by {by_how_much(margin)}."


EVENTS = {
    "compares_and_stays": lambda margin, here: _stayed(margin, here.other),
    "leaves": lambda margin, here: _moved(margin, f"left for {here.other}") + reasons_told(here.held_against),
    "joins": lambda margin, here: _moved(margin, "came to the company"),
    "moves_on": lambda margin, here: _moved(margin, f"moved from {here.own} to {here.other}"),
    "has_in_view": "",
    "moves_away": "They left the market: moved away or died.",
    "comes_in": lambda provider, here: (
        f"Somebody new took their place in the market, and chose "
        f"{among(here.rivals, provider) if here.rivals else provider_words(provider)}."
    ),
    "contract_renewed": lambda weeks, here: (
        f"Their contract was renewed for {weeks:.0f} weeks."
        if weeks >= 1
        else "Their contract ended; they stay without."
    ),
}


@step
def moves_or_compares(me, firm, p, week) -> bool:
    """Whether somebody leaves the market, comes into it, or compares providers this week."""
    alarm = (p.choice.news_trigger if me.heard(me.provider, False) > 0 else 0.0) + (
        p.choice.good_news_trigger if hears_well_of_other(me, week) else 0.0
    )
    alarm = alarm + p.friends.wake * me.friends_gone
    restless = alarm + p.choice.attention * doubt(goodwill(me.satisfaction, me.trust, p.choice.trust_weight))
    again = open_again(week.number - me.compared_in, p.choice.decided)
    chance = reached(
        thinks(
            me.issue_severity,
            me.grievance,
            restless,
            p.choice.issue_trigger,
            p.choice.grievance_trigger,
            again,
        ),
        again * reach_of_others(me, firm, p, week),
    )
    thought = happens(chance, me.luck(MOOD, THINKS))
    moved = happens(p.choice.involuntary * _A_WEEK, me.luck(MOOD, MOVES)) or thought
    comes = me.provider == GONE and happens(p.choice.newcomers * _A_WEEK, me.luck(MOOD, THINKS))
    return comes or (me.provider != GONE and (moved or calls_for_comparing(me, week)))


@step
def calls_for_comparing(me, week) -> bool:
    """Whether something makes somebody compare providers this week: an end of a contract or of an introductory price, an offer."""
    ends = me.reconsiders if week.uses_introductory_price else False
    return me.contract_end == week.number or me.woken or me.wooed or ends


@step
def hears_well_of_other(me, week) -> bool:
    """Whether anything good of another provider was heard this week."""
    rival = me.provider == RIVAL
    return me.good_news if week.several else me.heard(COMPANY if rival else RIVAL, True) > 0


@step
def reach_of_others(me, firm, p, week) -> float:
    """The share of people in somebody's place whom the advertising of other providers reaches."""
    rival = me.provider == RIVAL
    return (
        share(offered(firm.rivals_reach, p.marketing.reach + (firm.rivals_reach - p.rival.reach), rival))
        if week.several
        else offered(p.rival.reach, p.marketing.reach, rival)
    )


@step
def move_or_compare(me, firm, p, week, count, note):
    """Come into the market, leave it for no fault of the company, or weigh the other provider against the own one."""
    luck = me.luck(CHOICE, 0)
    if me.provider == GONE:
        come_in(me, firm, p, week, count, note, luck)
    elif happens(p.choice.involuntary * _A_WEEK, me.luck(MOOD, MOVES)):
        move_away(me, count, note)
    elif week.several:
        compare_among_several(me, firm, p, week, count, note, luck)
    else:
        compare(me, firm, p, week, count, note, luck)


@step
def move_away(me, count, note):
    """Leave the market for no fault of the company."""
    if me.provider == COMPANY:
        count.leavers_involuntary += 1
        count.left_because_involuntary += FIXED_ONE
    be_lost(me, count)
    me.provider, me.contract_end = GONE, -1
    note.moves_away(0.0)


@step
def come_in(me, firm, p, week, count, note, luck: float):
    """Somebody of the same kind takes the place of whoever left the market, and chooses a provider from what is said of both."""
    me.left_in, me.founder, me.grievance, me.grudge = 0, 0, 0.0, 0.0
    me.compared_in, me.plans_taken = week.number, 0
    me.evidence_company, me.evidence_rival = p.belief.evidence, p.belief.evidence
    if week.several:
        come_in_among_several(me, firm, p, week, count, note)
    else:
        choose_of_two(me, firm, p, week, count, note, luck)
    me.moved_in = 0


@step
def choose_of_two(me, firm, p, week, count, note, luck: float):
    """Somebody new chooses between the company and the one rival."""
    rival, company = look_of_rival(me, firm, p, week), look_of_company(me, firm, p, week)
    drawn = p.choice.appeal * (company - rival) + advantage_of_other(me, p)
    if happens(leaves(drawn, 0.0, p.choice.decisiveness), luck):
        join(me, p, count)
        arrive_at_company(me, firm, p, week)
    else:
        arrive_at_rival(me, firm, p, week)
    note.comes_in(me.provider)


@step
def compare(me, firm, p, week, count, note, luck: float):
    """Weigh the other provider, or the rival in view, against the own one, and stay or move."""
    mine = me.provider == COMPANY
    drawn, high = drawn_to_other(me, firm, p, week), hurdle_of(me, p, week)
    goes = happens(leaves(drawn, high, p.choice.decisiveness), luck)
    me.compared_in = week.number
    if goes and mine:
        goes = not stays_after_all(me, p, count, note, drawn, high, luck)
    if not goes:
        stay(me, p, week, count, note, drawn - high)
    elif mine:
        note.leaves(drawn - high)
        leave(me, p, week, count, look_of_rival(me, firm, p, week), advantage_of_other(me, p))
        if week.several:
            count.leavers_to_rival[me.rival] += 1
            leave_behind(me, COMPANY, me.rival + 1)
        arrive_at_rival(me, firm, p, week)
    else:
        note.joins(drawn - high)
        leave_rival(me, p)
        if week.several:
            count.joiners_from_rival[me.rival] += 1
            leave_behind(me, me.rival + 1, COMPANY)
        join(me, p, count)
        arrive_at_company(me, firm, p, week)


@step
def compare_among_several(me, firm, p, week, count, note, luck: float):
    """Look at one of several other providers, and weigh it against the own one; whoever is wooed looks at who does."""
    own = COMPANY if me.provider == COMPANY else me.rival + 1
    found = COMPANY if me.wooed else looked_at(me, firm, p, week, own, price_of_own(me, p), p.choice.scrutiny)
    if found != NOBODY:
        note.has_in_view(f32(found))
        if own != COMPANY and found != COMPANY:
            compare_rivals(me, firm, p, week, note, luck, found - 1)
        else:
            if own == COMPANY:
                me.rival = found - 1
            compare(me, firm, p, week, count, note, luck)


@step
def looked_at(me, firm, p, week, own: int, price: float, scrutiny: float) -> int:
    """Which provider beside the own one is looked at, as all are noticed and look from here; 9 when none is noticed.

    0 is the company, 1 the first rival and so on; ``price``: what is paid today, or would be.
    """
    rival = me.rival
    company = 0.0 if own == COMPANY else weight_of_company(me, firm, p, week, price, scrutiny)
    weights = company
    for me.rival in range(week.rivals):
        if me.rival + 1 != own:
            weights = weights + weight_of_rival(me, firm, p, week, price, scrutiny)
    at = me.luck(LOOKS, 0) * weights
    found = COMPANY if at < company else NOBODY
    so_far = company
    for me.rival in range(week.rivals):
        if me.rival + 1 != own:
            after = so_far + weight_of_rival(me, firm, p, week, price, scrutiny)
            found = me.rival + 1 if so_far <= at and at < after else found
            so_far = after
    me.rival = rival
    return found


@step
def weight_of_company(me, firm, p, week, price: float, scrutiny: float) -> float:
    """Weight of the company among the providers that may be looked at."""
    better = look_of_company(me, firm, p, week) - f32(0.7)
    drawn = p.choice.appeal * better + dearer(me, p, price, newcomers_price(p)) + promised_to_newcomers(p)
    return worth_a_look(noticed(firm.own_share, p.marketing.reach), drawn, scrutiny)


@step
def weight_of_rival(me, firm, p, week, price: float, scrutiny: float) -> float:
    """Weight of the rival in question among the providers that may be looked at."""
    better = look_of_rival(me, firm, p, week) - f32(0.7)
    drawn = p.choice.appeal * better + dearer(me, p, price, p.rival.price)
    return worth_a_look(noticed(firm.rival_share, p.rival.reach), drawn, scrutiny)


@step
def dearer(me, p, own: float, other: float) -> float:
    """What another price is worth against this one to somebody; nothing where the price is left out."""
    return 0.0 if p.ledger.without == OF_PRICE else price_advantage(own, other, me.price_sensitivity)


@step
def price_of_own(me, p) -> float:
    """What somebody pays where they are, of several providers."""
    return price_here(me, p) if me.provider == COMPANY else p.rival.price


@step
def compare_rivals(me, firm, p, week, note, luck: float, other: int):
    """Weigh another rival against the own one, and stay or move on."""
    mine, price, own = me.rival, p.rival.price, worth(view_of_own(me, p), p.choice.ends)
    me.rival = other
    drawn = pull(
        look_of_rival(me, firm, p, week),
        own,
        held_against_own(me, p),
        p.choice.appeal,
        dearer(me, p, price, p.rival.price),
    )
    me.rival = mine
    reluctance = me.switching_cost * remaining(p.impatience.switching_trend, week.calendar)
    high = loosened(reluctance, me.friends_gone, p.friends.loosen)
    me.compared_in = week.number
    if happens(leaves(drawn, high, p.choice.decisiveness), luck):
        note.moves_on(drawn - high)
        leave_rival(me, p)
        leave_behind(me, mine + 1, other + 1)
        me.rival = other
        arrive_at_rival(me, firm, p, week)
    else:
        note.compares_and_stays(drawn - high)


@step
def leave_behind(me, provider: int, arriving: int):
    """Of several providers, what is held against one is remembered of it alone, until somebody comes back to it."""
    me.grudge = me.grudge if me.left_last == arriving else 0.0
    me.left_last = provider


@step
def come_in_among_several(me, firm, p, week, count, note):
    """Somebody new chooses among all providers, as they are noticed and look; where none is noticed they wait."""
    for me.rival in range(week.rivals):
        me.evidence_rival = p.belief.evidence
    me.left_last = NOBODY
    found = looked_at(me, firm, p, week, NOBODY, newcomers_price(p), p.choice.decisiveness)
    if found == COMPANY:
        join(me, p, count)
        arrive_at_company(me, firm, p, week)
        note.comes_in(COMPANY)
    elif found != NOBODY:
        me.rival = found - 1
        arrive_at_rival(me, firm, p, week)
        note.comes_in(found)


@step
def drawn_to_other(me, firm, p, week) -> float:
    """What draws somebody to the other provider, as a share of the price."""
    own = worth(view_of_own(me, p), p.choice.ends)
    return pull(
        look_of_other(me, firm, p, week), own, held_against_own(me, p), p.choice.appeal, advantage_of_other(me, p)
    )


@step
def held_against_own(me, p) -> float:
    """What grievance and unfair prices take off the own provider."""
    return held_against(me.grievance, me.price_fairness, p.choice.grievance_weight, weight_of_fairness(p))


@step
def view_of_own(me, p) -> float:
    """How the own provider is seen: from experience, and a little from what others say of it, less with the years."""
    own = goodwill(me.satisfaction, me.trust, p.choice.trust_weight)
    hearsay = experience_weight(me.tenure, p.choice.hearsay, p.choice.hearsay_settled, p.satisfaction.settling)
    return weighed(own, me.belief_company if me.provider == COMPANY else me.belief_rival, hearsay)


@step
def look_of_other(me, firm, p, week) -> float:
    """How the other provider looks from here."""
    return look_of_rival(me, firm, p, week) if me.provider == COMPANY else look_of_company(me, firm, p, week)


@step
def look_of_rival(me, firm, p, week) -> float:
    """How the rival looks from outside: what is believed of it, what the public thinks, and what it promises."""
    seen = weighed(
        me.belief_rival, week.rival_reputation, weight_of_reviews(p.belief.reviews, p.word_of_mouth.review_display)
    )
    trusting = believed(
        unread(p.marketing.reliance, p.word_of_mouth.review_display), me.evidence_rival, p.belief.evidence
    )
    return weighed(seen, promise_of_rival(firm, p), trusting)


@step
def look_of_company(me, firm, p, week) -> float:
    """How the company looks from outside, with all that misleads."""
    reviews = weight_of_reviews(p.belief.reviews, p.word_of_mouth.review_display)
    seen = weighed(me.belief_company, week.company_reputation, reviews)
    trusting = believed(
        unread(p.marketing.reliance, p.word_of_mouth.review_display), me.evidence_company, p.belief.evidence
    )
    told = weighed(seen, promise_of_company(firm, p), trusting)
    swayed = flattered(told, p.transparency.misleading, p.transparency.sway)
    return flattered(swayed, p.pretence.claimed, p.pretence.appeal)


@step
def promise_of_rival(firm, p) -> float:
    """What the rival promises."""
    return promise(standing(p.rival.level, firm.rival_obsolescence), p.rival.overpromise)


@step
def promise_of_company(firm, p) -> float:
    """What the company promises, before all that misleads."""
    return promise(standing(p.quality.level, firm.obsolescence), p.marketing.overpromise)


@step
def advantage_of_other(me, p) -> float:
    """What the other's price is worth against what this person pays now; to whoever is with nobody, the company's price."""
    if p.ledger.without == OF_PRICE:
        return 0.0
    if me.provider == COMPANY:
        return price_advantage(price_here(me, p), p.rival.price, me.price_sensitivity)
    return price_advantage(p.rival.price, newcomers_price(p), me.price_sensitivity) + promised_to_newcomers(p)


@step
def newcomers_price(p) -> float:
    """The company's price as somebody sees it who does not pay it yet."""
    newcomers = price_paid(p.pricing.list_price, p.pricing.newcomer_discount, p.pricing.discount_weeks, 0, True)
    lured = price_lured(newcomers, p.introductory_price.weeks, p.introductory_price.price, p.introductory_price.lure)
    return price_seen(lured, p.fees.drip, p.fees.overlooked)


@step
def hurdle_of(me, p, week) -> float:
    """The discount over one year that the other must offer, with all that was offered for staying or for coming."""
    reluctance = me.switching_cost * remaining(p.impatience.switching_trend, week.calendar)
    reluctance = loosened(attached(reluctance, p.referral.bond, me.came_by), me.friends_gone, p.friends.loosen)
    own = hurdle(reluctance, p.contracts.exit_fee, bound(me.contract_end, week.number))
    own = own + held_by_programme(me, p) if week.uses_loyalty_programme else own
    own = own + held_by_trial(me, p) if week.uses_introductory_price else own
    plan = worn_out(p.retention_offers.better_plan, me.plans_taken, p.retention_offers.wear)
    offered = lowered(raised(own, plan, me.woken), p.winback.discount, me.wooed)
    return offered + tied(me, p) if week.uses_products else offered


@step
def stay(me, p, week, count, note, missing: float):
    """Stay, perhaps with a better plan, and be bound again when the contract ends; the other fell short by what is missing."""
    count.cost_retention += cents(me.spend, p.retention_offers.better_plan) if me.woken else 0
    me.plans_taken = min(me.plans_taken + 1, MOST_PLANS) if me.woken else me.plans_taken
    note.compares_and_stays(missing)
    if me.provider == COMPANY and me.contract_end == week.number:
        me.contract_end = week.number + p.contracts.renewal
        note.contract_renewed(p.contracts.renewal)


@step
def leave(me, p, week, count, other: float, advantage: float):
    """Leave the company: the departure is shared out among its causes, and what was thought of it is remembered."""
    count.leavers_voluntary += 1
    count.left_in_silence += me.issue_tries == SILENT
    attribute(me, p, week, count, other, advantage)
    be_lost(me, count)
    me.left_in = week.number + 1
    me.belief_company = share(view_of_own(me, p) - held_against_own(me, p))
    me.evidence_company = well_founded(me.tenure, p.belief.most_evidence)


@step
def leave_rival(me, p):
    """Leave the rival, of which what was thought is remembered."""
    me.belief_rival = share(view_of_own(me, p) - held_against_own(me, p))
    me.evidence_rival = well_founded(me.tenure, p.belief.most_evidence)


@step
def join(me, p, count):
    """Come to the company, perhaps because friends spoke well of it."""
    referred = me.heard(COMPANY, True) > 0
    count.joiners += 1
    count.referred_joiners += referred
    be_won(me, p, count, referred, me.wooed)


@step
def arrive_at_rival(me, firm, p, week):
    """Begin anew with the rival."""
    begin_anew(me, p, week, promise_of_rival(firm, p), me.belief_rival)
    me.provider, me.contract_end = RIVAL, -1


@step
def arrive_at_company(me, firm, p, week):
    """Begin anew with the company, which promises newcomers what it promises, with all that misleads."""
    told = flattered(promise_of_company(firm, p), p.transparency.misleading, p.transparency.exaggeration)
    told = flattered(told, hollow(p.pretence.claimed, p.pretence.actual), p.pretence.lift)
    begin_anew(me, p, week, told, me.belief_company)
    me.provider = COMPANY
    me.contract_end = week.number + p.contracts.term if p.contracts.term > 0 else -1


@step
def begin_anew(me, p, week, promised: float, belief: float):
    """What a newcomer expects and believes; what was held against either provider is remembered, and fades meanwhile."""
    me.expectation = starting_expectation(promised, belief, p.expectation.promise_weight)
    me.satisfaction, me.trust = me.expectation, belief
    remembered = relieved(me.grudge, 1.0 - left_after(me.tenure, p.grievance.half_life))
    me.grudge, me.grievance = me.grievance, remembered
    me.price_fairness, me.upsell_fatigue = 1.0, 0.0
    me.issue_severity, me.issue_tries = 0.0, UNDECIDED
    me.moved_in, me.tenure = week.number + 1, 0
    me.unsteadiness, me.friends_gone = 0.0, 0.0
    forget(me)


AT_EASE = {
    "satisfaction": 0.7, "trust": 0.7, "price_fairness": 1.0, "belief_company": 0.7, "belief_rival": 0.7,
}  # fmt: skip
AS_USUAL = {"company_reputation": 0.7, "rival_reputation": 0.7}
NO_REACH = {"rival.reach": 0.0, "marketing.reach": 0.0}
"""Somebody ordinary in an example, what is said of all providers, and that nobody advertises."""
EXAMPLES = (
    example(well_founded, 12, 36.0, becomes=4.0, because="a first impression, and one for each of three months"),
    example(well_founded, 520, 36.0, becomes=36.0, because="no more is kept"),
)
STEP_EXAMPLES = (
    example_of_step(
        calls_for_comparing, me={"contract_end": 5}, week={"number": 5}, becomes={"gives": True}, because="the contract ends",
    ),
    example_of_step(calls_for_comparing, me={"reconsiders": True}, becomes={"gives": True}, because="the introductory price has ended"),
    example_of_step(
        moves_or_compares, week={"number": 14}, luck={(MOOD, MOVES): 0.9, (MOOD, THINKS): 0.37},
        me={"issue_severity": 0.5, "grievance": 0.4, "satisfaction": 0.55, "trust": 0.55, "compared_in": 1,
            "heard": {(COMPANY, False): 1}},
        p={"choice.attention": 0.04, "choice.issue_trigger": 0.4, "choice.grievance_trigger": 0.25, "choice.news_trigger": 0.1,
           "choice.decided": 13.0, "rival.reach": 0.1}, becomes={"gives": True},
        because="0.4 x 0.5 for the issue; half, 13 weeks after the last comparison, of 0.1 for bad news, 0.04 x 2.25 in doubt and "
                "0.25 x 0.4: 0.345, and a twentieth of the rest by the rival's advertising",
    ),
    example_of_step(
        moves_or_compares, me={"provider": GONE}, luck={(MOOD, MOVES): 0.9, (MOOD, THINKS): 0.24}, p={"choice.newcomers": 13.045},
        becomes={"gives": True}, because="somebody new comes within a month on average: 0.24 is below 13.045 x 7 / 365.25",
    ),
    example_of_step(
        move_or_compare, luck={(CHOICE, 0): 0.5, (MOOD, MOVES): 0.09}, p={"choice.involuntary": 5.0},
        becomes={"provider": GONE, "contract_end": -1, "count.leavers_involuntary": 1,
                 "count.left_because_involuntary": FIXED_ONE, "note.moves_away": 0.0},
        because="0.09 is below 5 x 7 / 365.25",
    ),
    example_of_step(
        move_away, me={"came_by": 1}, becomes={"provider": GONE, "contract_end": -1, "came_by": 0, "count.leavers_involuntary": 1,
        "count.left_because_involuntary": FIXED_ONE, "count.leavers_referred": 1, "note.moves_away": 0.0},
        because="one who had come through friends leaves the market",
    ),
    example_of_step(
        compare, 0.6, me={"satisfaction": 0.8, "trust": 0.6, "grievance": 0.2, "price_fairness": 0.5, "belief_rival": 0.6,
        "price_sensitivity": 1.0, "switching_cost": 0.1}, week={"rival_reputation": 0.6},
        p={"choice.trust_weight": 0.5, "choice.grievance_weight": 0.5, "choice.fairness_weight": 0.2, "choice.appeal": 0.5,
           "rival.price": 0.9} | AS_SEEN, becomes={"compared_in": 1, "note.compares_and_stays": 0.05},
        because="0.5 x (0.6 - (0.7 - 0.2)) + 0.1 is 0.05 above the hurdle, but 0.6 not below the logistic of 5 x 0.05, 0.562",
    ),
    example_of_step(
        hears_well_of_other, me={"heard": {(RIVAL, True): 1}}, becomes={"gives": True}, because="good of the rival",
    ),
    example_of_step(
        reach_of_others, me={"provider": RIVAL}, firm={"rivals_reach": 0.05},
        p={"rival.reach": [0.02, 0.03], "marketing.reach": 0.04}, becomes={"gives": 0.07}, because="the company, and the second rival", rivals=2,
    ),
    example_of_step(
        choose_of_two, 0.6, week={"company_reputation": 0.8, "rival_reputation": 0.6},
        me={"provider": GONE, "belief_company": 0.8, "belief_rival": 0.6}, p={"choice.appeal": 0.5, "choice.decisiveness": 5.0,
           "quality.level": 0.7, "marketing.overpromise": 0.0, "expectation.promise_weight": 0.6} | AS_SEEN,
        becomes={"provider": COMPANY, "expectation": 0.74, "satisfaction": 0.74, "trust": 0.8, "price_fairness": 1.0, "moved_in": 2,
                 "contract_end": -1, "came_by": 2, "count.joiners": 1, "note.comes_in": COMPANY},
        because="0.6 is below the logistic of 5 x 0.5 x (0.8 - 0.6), 0.622",
    ),
    example_of_step(
        compare_among_several, 0.9, me=AT_EASE | {"switching_cost": 0.1}, luck={(LOOKS, 0): 0.9}, week=AS_USUAL,
        firm={"rival_share": [0.1, 0.3]}, p=AS_SEEN | NO_REACH,
        becomes={"compared_in": 1, "rival": 1, "note.has_in_view": 2.0, "note.compares_and_stays": -0.1},
        because="three of four look at the second rival, which is as good and not worth the 0.1", rivals=2,
    ),
    example_of_step(
        looked_at, COMPANY, 1.0, 2.5, me=AT_EASE, luck={(LOOKS, 0): 0.8}, week=AS_USUAL, firm={"rival_share": [0.3, 0.1]},
        p=AS_SEEN | NO_REACH, becomes={"gives": 2}, because="a quarter of those who look elsewhere look at the second rival", rivals=2,
    ),
    example_of_step(
        weight_of_company, 1.0, 5.0, me=AT_EASE, week=AS_USUAL, firm={"own_share": 0.4}, p=AS_SEEN | {"marketing.reach": 0.1},
        becomes={"gives": 0.5}, because="as good as usual: its share and its reach", rivals=2,
    ),
    example_of_step(
        weight_of_rival, 1.0, 5.0, me=AT_EASE | {"rival": 1}, week=AS_USUAL, firm={"rival_share": [0.0, 0.24]},
        p=AS_SEEN | {"rival.reach": 0.01}, becomes={"gives": 0.25}, because="as good as usual: its share and its reach", rivals=2,
    ),
    example_of_step(dearer, 1.0, 0.75, me={"price_sensitivity": 2.0}, becomes={"gives": 0.5}, because="a quarter cheaper, felt twice"),
    example_of_step(
        price_of_own, me={"provider": RIVAL, "rival": 1}, p={"rival.price": [1.0, 0.8]}, becomes={"gives": 0.8}, because="the second rival's", rivals=2,
    ),
    example_of_step(
        compare_rivals, 0.6, 1, me=AT_EASE | {"provider": RIVAL, "price_sensitivity": 1.0, "switching_cost": 0.1}, week=AS_USUAL,
        p=AS_SEEN | {"rival.price": [1.0, 0.9]}, becomes={"compared_in": 1, "note.compares_and_stays": 0.0},
        because="a tenth cheaper is just worth the trouble, and 0.6 not below a half", rivals=2,
    ),
    example_of_step(
        compare_rivals, 0.4, 1, week=AS_USUAL, me=AT_EASE | {"provider": RIVAL, "price_sensitivity": 1.0, "switching_cost": 0.1,
        "belief_rival": [0.5, 0.7], "tenure": 520, "grudge": 0.2},
        p=AS_SEEN | {"rival.price": [1.0, 0.9], "rival.level": 0.75, "rival.overpromise": 0.05, "expectation.promise_weight": 0.6,
                     "belief.most_evidence": 36.0},
        becomes={"compared_in": 1, "note.moves_on": 0.0, "belief_rival": 0.7, "evidence_rival": 36.0, "grudge": 0.0, "left_last": 1, "rival": 1,
                 "expectation": 0.76, "satisfaction": 0.76, "moved_in": 2, "tenure": 0, "contract_end": -1},
        because="moves to the second rival, who promises 0.8; of the first 0.7 is thought from now on", rivals=2,
    ),
    example_of_step(
        leave_behind, 1, 0, me={"grudge": 0.3, "left_last": 2}, becomes={"grudge": 0.0, "left_last": 1},
        because="what was held against the second rival does not count with the company", rivals=2,
    ),
    example_of_step(
        come_in_among_several, me={"provider": GONE, "belief_company": 0.7, "belief_rival": 0.7}, luck={(LOOKS, 0): 0.9}, week=AS_USUAL,
        firm={"own_share": 0.5, "rival_share": [0.2, 0.3]}, p=AS_SEEN | NO_REACH | {"rival.level": 0.75, "rival.overpromise": 0.05,
        "expectation.promise_weight": 0.6, "belief.evidence": 12.0},
        becomes={"provider": RIVAL, "rival": 1, "left_last": NOBODY, "evidence_rival": 12.0, "evidence_rival_2": 12.0, "expectation": 0.76,
                 "satisfaction": 0.76, "trust": 0.7, "price_fairness": 1.0, "moved_in": 2, "contract_end": -1, "note.comes_in": 2},
        because="three in ten choose the second rival, being as many as are with it", rivals=2,
    ),
    example_of_step(
        come_in, 0.6, week={"number": 7, "company_reputation": 0.8, "rival_reputation": 0.6},
        me={"provider": GONE, "belief_company": 0.8, "belief_rival": 0.6, "left_in": 3, "grievance": 0.3, "grudge": 0.2,
            "compared_in": 2, "plans_taken": 3, "satisfaction": 0.4, "trust": 0.4, "tenure": 9},
        p={"choice.appeal": 0.5, "choice.decisiveness": 5.0, "belief.evidence": 12.0, "quality.level": 0.7,
           "marketing.overpromise": 0.0, "expectation.promise_weight": 0.6} | AS_SEEN,
        becomes={"provider": COMPANY, "left_in": 0, "compared_in": 7, "plans_taken": 0, "grievance": 0.0, "grudge": 0.0, "evidence_company": 12.0, "evidence_rival": 12.0,
                 "expectation": 0.74, "satisfaction": 0.74, "trust": 0.8, "price_fairness": 1.0, "tenure": 0,
                 "contract_end": -1, "came_by": 2, "count.joiners": 1, "note.comes_in": COMPANY},
        because="0.6 is below the logistic of 5 x 0.5 x (0.8 - 0.6), 0.622: with the company, and with nothing of whoever was there",
    ),
    example_of_step(
        drawn_to_other, week={"rival_reputation": 0.78},
        me={"satisfaction": 0.9, "trust": 0.9, "grievance": 0.2, "price_fairness": 1.0, "belief_rival": 0.78, "price_sensitivity": 1.0},
        p=AS_SEEN | {"choice.ends": 10.0, "choice.grievance_weight": 0.5, "choice.appeal": 0.5, "rival.price": 0.9},
        becomes={"gives": 0.05}, because="half of 0.78 - (0.98 - 0.1), as 0.9 counts 0.98 so high up, and the tenth that it is cheaper",
    ),
    example_of_step(
        held_against_own, me={"grievance": 0.5, "price_fairness": 0.8}, p={"choice.grievance_weight": 0.4, "choice.fairness_weight": 0.5},
        becomes={"gives": 0.3}, because="0.4 x 0.5 + 0.5 x 0.2",
    ),
    example_of_step(
        view_of_own, me={"satisfaction": 0.8, "trust": 0.6, "tenure": 26, "belief_company": 0.6},
        p={"choice.trust_weight": 0.5, "choice.hearsay": 0.4, "choice.hearsay_settled": 0.2, "satisfaction.settling": 26.0},
        becomes={"gives": 0.67}, because="after half a year 0.3 of the way from the own 0.7 to the 0.6 that is said",
    ),
    example_of_step(
        look_of_other, me={"belief_rival": 0.6}, week={"rival_reputation": 0.8},
        p={"belief.reviews": 0.3, "word_of_mouth.review_display": 0.5, "marketing.reliance": 0.0}, becomes={"gives": 0.73},
        because="0.65 of the way from what is believed to what the public thinks",
    ),
    example_of_step(
        look_of_rival, me={"belief_rival": 0.6, "evidence_rival": 36.0}, week={"rival_reputation": 0.8}, firm={"rival_obsolescence": 0.1},
        p={"belief.reviews": 0.3, "belief.evidence": 12.0, "word_of_mouth.review_display": 0.5, "marketing.reliance": 0.4,
           "rival.level": 0.8, "rival.overpromise": 0.23}, becomes={"gives": 0.75},
        because="0.73, and a tenth of the way to the 0.93 promised: half of the reliance where reviews are shown, half again for what "
                "is known",
    ),
    example_of_step(
        look_of_company, me={"provider": RIVAL, "belief_company": 0.5}, week={"company_reputation": 0.7},
        p={"belief.reviews": 0.5, "marketing.reliance": 0.25, "quality.level": 0.8, "marketing.overpromise": 0.2,
           "transparency.misleading": 0.5, "transparency.sway": 0.4, "pretence.claimed": 0.5, "pretence.appeal": 0.5},
        becomes={"gives": 0.82},
        because="a quarter of the way from 0.6 to a promise of perfection, 0.7; a fifth of the rest misleads, a quarter of that rest "
                "is pretence",
    ),
    example_of_step(
        promise_of_rival, firm={"rival_obsolescence": 0.06}, p={"rival.level": 0.76, "rival.overpromise": 0.05},
        becomes={"gives": 0.75}, because="0.76 - 0.06 + 0.05",
    ),
    example_of_step(
        promise_of_company, firm={"obsolescence": 0.08}, p={"quality.level": 0.78, "marketing.overpromise": 0.05},
        becomes={"gives": 0.75}, because="0.78 - 0.08 + 0.05",
    ),
    example_of_step(
        advantage_of_other, me={"tenure": 10, "price_sensitivity": 2.0}, p={"rival.price": 0.75}, becomes={"gives": 0.5},
        because="a quarter cheaper, felt twice",
    ),
    example_of_step(
        newcomers_price, p={"pricing.list_price": 1.0, "pricing.newcomer_discount": 0.2, "pricing.discount_weeks": 1, "fees.drip": 0.25,
        "fees.overlooked": 0.4}, becomes={"gives": 0.72}, because="0.8 less the tenth that is overlooked",
    ),
    example_of_step(
        advantage_of_other, me={"price_sensitivity": 0.5, "provider": GONE}, p={"pricing.list_price": 0.72, "rival.price": 0.9},
        becomes={"gives": 0.1}, because="with nobody: the company is a fifth cheaper than the rival, felt half",
    ),
    example_of_step(
        advantage_of_other, me={"price_sensitivity": 2.0}, p={"rival.price": 0.75, "ledger.without": OF_PRICE}, becomes={"gives": 0.0},
        because="the price is left out",
    ),
    example_of_step(
        hurdle_of, week={"number": 0, "calendar": 0}, me={"switching_cost": 0.2, "came_by": 1, "contract_end": 5, "woken": True, "wooed": True,
        "plans_taken": 1},
        p={"impatience.switching_trend": 0.5, "referral.bond": 0.1, "contracts.exit_fee": 26.0, "retention_offers.wear": 1.0,
           "retention_offers.better_plan": 10.4, "winback.discount": 10.4}, becomes={"gives": 0.7},
        because="0.2 + 0.1 for friends + half a year's fee + a tenth for a second plan, half the first - a fifth for coming back",
    ),
    example_of_step(
        stay, 0.25, me={"spend": 10.0, "woken": True, "contract_end": 5}, week={"number": 5},
        p={"retention_offers.better_plan": 2.0, "contracts.renewal": 52},
        becomes={"contract_end": 57, "plans_taken": 1, "count.cost_retention": 2000, "note.compares_and_stays": 0.25, "note.contract_renewed": 52},
        because="takes the better plan, and is bound for another year",
    ),
    example_of_step(
        leave, 0.6, 0.0, me={"issue_tries": SILENT, "came_by": 2, "price_fairness": 1.0, "ledger_service": 0.3, "expectation": 0.6,
        "satisfaction": 0.7, "trust": 0.7, "grievance": 0.2, "tenure": 12},
        week={"number": 7}, p={"ledger.restlessness": 0.1, "choice.grievance_weight": 0.5} | AS_SEEN,
        becomes={"left_in": 8, "belief_company": 0.6, "evidence_company": 4.0, "came_by": 0, "count.leavers_voluntary": 1, "count.left_in_silence": 1,
                 "count.leavers_advertised": 1, "count.left_because_service": 0.75 * FIXED_ONE,
                 "count.left_because_rival": 0.25 * FIXED_ONE}, 
        because="0.3 of 0.4 was the service; 0.7 - 0.1 is what they will think of it, from three months of their own",
    ),
    example_of_step(
        leave_rival, me={"provider": RIVAL, "satisfaction": 0.8, "trust": 0.6, "grievance": 0.2, "price_fairness": 1.0, "tenure": 520},
        p={"choice.trust_weight": 0.5, "choice.grievance_weight": 0.5, "belief.most_evidence": 36.0} | AS_SEEN,
        becomes={"belief_rival": 0.6, "evidence_rival": 36.0}, because="0.7 - 0.1, and as well founded as can be",
    ),
    example_of_step(
        join, me={"heard": {(COMPANY, True): 1}, "wooed": True, "spend": 10.0, "left_in": 3},
        p={"referral.reward": 2.0, "winback.discount": 4.0},
        becomes={"came_by": 1, "left_in": 0, "count.joiners": 1, "count.referred_joiners": 1, "count.won_back": 1,
                 "count.cost_referral": 2000, "count.cost_winback": 4000}, because="friends and an offer brought them back",
    ),
    example_of_step(
        arrive_at_rival, me={"belief_rival": 0.5, "contract_end": 9, "tenure": 7}, firm={"rival_obsolescence": 0.06},
        p={"rival.level": 0.76, "rival.overpromise": 0.05, "expectation.promise_weight": 0.6},
        becomes={"expectation": 0.65, "satisfaction": 0.65, "trust": 0.5, "price_fairness": 1.0, "tenure": 0, "moved_in": 2,
                 "provider": RIVAL, "contract_end": -1}, because="0.6 x (0.76 - 0.06 + 0.05) + 0.4 x 0.5",
    ),
    example_of_step(
        arrive_at_company, me={"provider": RIVAL, "belief_company": 0.5, "tenure": 7}, firm={"obsolescence": 0.08},
        week={"number": 3}, p={"quality.level": 0.78, "marketing.overpromise": 0.05, "transparency.misleading": 0.5,
        "transparency.exaggeration": 0.4, "pretence.claimed": 0.75, "pretence.actual": 0.25, "pretence.lift": 0.4,
        "expectation.promise_weight": 0.6, "contracts.term": 52},
        becomes={"expectation": 0.704, "satisfaction": 0.704, "trust": 0.5, "price_fairness": 1.0, "tenure": 0, "moved_in": 4,
                 "provider": COMPANY, "contract_end": 55},
        because="0.75 is promised, a fifth of the rest misleads (0.8), a fifth of that rest is pretence (0.84): 0.6 x 0.84 + 0.2",
    ),
    example_of_step(
        begin_anew, 0.9, 0.5, p={"expectation.promise_weight": 0.6, "grievance.half_life": 17.0}, week={"number": 40},
        me={"grievance": 0.3, "grudge": 0.4, "upsell_fatigue": 0.4, "issue_severity": 0.5, "issue_tries": 2, "tenure": 34,
            "unsteadiness": 0.02, "ledger_price": 0.1},
        becomes={"expectation": 0.74, "satisfaction": 0.74, "trust": 0.5, "grievance": 0.1, "grudge": 0.3, "price_fairness": 1.0,
                 "upsell_fatigue": 0.0, "issue_severity": 0.0, "issue_tries": 0, "tenure": 0, "moved_in": 41, "unsteadiness": 0.0,
                 "ledger_price": 0.0},
        because="0.6 x 0.9 + 0.4 x 0.5; of the 0.4 held against this provider before a quarter is left after two half-lives, and "
                "the 0.3 against the other is kept; nothing else is left of what was",
    ),
)  # fmt: skip
