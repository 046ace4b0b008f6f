"""Buying now and then: customers without a contract come back at intervals of their own, until one day they come no more.

Serves S1.9, S2.3. Everybody buys at random, at a rate of their own, and may lapse after each purchase but the first: they buy
elsewhere from then on, and tell nobody. There is no other leaving; whoever thinks better of the company than in week 0 buys
oftener, whoever thinks worse of it lapses sooner, and an offer may bring the lapsed back. With ``keenness`` and ``touchiness`` at 0
purchases are those of the BG/NBD model, and baskets are always those of the Gamma-Gamma model. Sources: Fader, Hardie & Lee 2005a, "Counting your customers the
easy way" (Marketing Science 24:275-284); 2005b, "RFM and CLV" (J. Marketing Research 42:415-430); Ehrenberg 1959 (Applied
Statistics 8:26-41) for purchases that are Poisson at rates that differ. The defaults are those of a shop for music, CDNOW.
"""

import math

import numpy as np

from sim.model.behaviour.choice import goodwill
from sim.model.behaviour.ledger import reasons_told
from sim.model.behaviour.person import COMPANY, MOOD, MOVES, RIVAL, THINKS
from sim.model.behaviour.switching import (
    AT_EASE,
    advantage_of_other,
    arrive_at_rival,
    held_against_own,
    leave,
    leave_behind,
    look_of_rival,
    move_or_compare,
    moves_or_compares,
    view_of_own,
    well_founded,
)
from sim.model.columns import Column
from sim.model.component import Counted
from sim.model.examples import AS_SEEN, example, example_of_step
from sim.model.mechanisms.pricing import cents, price_here
from sim.model.mechanisms.referral import be_lost
from sim.model.numeric import FIXED_ONE, exp, log, normal_quantile, share
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.random import stream
from sim.model.rules import f32, rule
from sim.model.schedule import Whoever, everybody
from sim.model.steps import step

BUYING = stream("buying")
WANTED, LAPSES = range(2)
"""What the draws of a customer and week decide: how often they would buy, and after which purchase they lapse."""
BASKETS = stream("baskets")
"""Four draws of whoever buys: two attempts at what they spend."""
NEVER = -32_000
"""In place of the week of the last purchase: there was none."""
USED_WHERE = "rate"
"""Unless it is above 0 customers pay by the week, and nothing of this file is part of the model."""


class Purchases(Parameters):
    rate: float = parameter(
        0.0, "per week", 0, 20, "Purchases of an average customer; 0: customers pay by the week, as under a contract",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    rate_shape: float = parameter(
        0.25, "ratio", 0.01, 1_000_000, "How alike customers are in that: the shape r of the gamma distribution of their rates; below 1 "
        "few buy most, 1000000: all alike", "data: CDNOW (BG/NBD); a question to the company, whose purchases tell",
        plausible=(0.1, 2, "log"))  # fmt: skip
    lapse: float = parameter(
        0.25, "share", 0, 1, "Chance that a purchase is the last, after the first, for an average customer",
        "data: CDNOW (BG/NBD); a question to the company, whose purchases tell", plausible=(0.03, 0.4, "log"))  # fmt: skip
    lapse_shape: float = parameter(
        2.9, "ratio", 0.01, 1_000_000, "How alike customers are in that: a + b of the beta distribution of their chances; 1000000: all alike",
        "data: CDNOW (BG/NBD); a question to the company, whose purchases tell", plausible=(1, 20, "log"))  # fmt: skip
    basket: float = parameter(
        35.0, "currency", 0.01, 1_000_000, "What an average customer spends at a purchase, at a price index of 1",
        "data: CDNOW (Gamma-Gamma); a question to the company", plausible=(10, 100, "log"))  # fmt: skip
    basket_shape: float = parameter(
        6.25, "ratio", 1, 1_000_000, "How alike a customer's own baskets are: the shape p of the Gamma-Gamma model; 1000000: all alike",
        "data: CDNOW (Fader et al. 2005b); a question to the company", plausible=(2, 20, "log"))  # fmt: skip
    customer_shape: float = parameter(
        3.74, "ratio", 1.01, 1_000_000, "How alike customers are in what they spend at a purchase: q of the Gamma-Gamma model; 1000000: all "
        "alike", "data: CDNOW (Fader et al. 2005b); a question to the company", plausible=(2.2, 15, "log"))  # fmt: skip
    keenness: float = parameter(
        0.5, "ratio", 0, 20, "How much oftener they buy who think better of the company than in week 0: by a tenth of the scale so many "
        "tenths", "assumption: a twentieth for a tenth; plausibly nothing to a fifth", plausible=(0, 2))  # fmt: skip
    touchiness: float = parameter(
        2.0, "ratio", 0, 40, "How much sooner they lapse who think worse of the company than in week 0: by a tenth of the scale so many "
        "tenths", "assumption: a fifth for a tenth; plausibly hardly to three fifths", plausible=(0.2, 6))  # fmt: skip
    pace: float = parameter(
        1.0, "ratio", 0, 20, "How often everybody buys, against their own rates: 1.2 is a fifth oftener, as in a season or when reminded",
        "assumption: at their own rates unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    active_weeks: int = parameter(
        13, "weeks", 1, 520, "How lately somebody must have bought for the company to take them for active",
        "assumption: a quarter, as shops often count", plausible=CERTAIN)  # fmt: skip


NEUTRAL = {"rate": 0.0}
COLUMNS = (
    Column("buying_rate", "number", "Purchases a week of this person while they buy here and think of it as in week 0"),
    Column(
        "lapse_chance",
        "number",
        "Chance that a purchase of this person is the last here, while they think of it as in week 0",
    ),
    Column("basket", "number", "What this person spends at a purchase on average, at a price index of 1"),
    Column(
        "usual_liking",
        "number",
        "How this person thought of their provider in week 0: goodwill, less what was held against it",
    ),
    Column(
        "bought_in",
        "clock",
        "The week after which they last bought of the company, counted from 1; negative: before the first, or never",
        calendar=True,
    ),
    Column("lapsing", "weekly_flag", "Whether this week's purchase was their last"),
    Column(
        "out_of_discontent",
        "weekly_flag",
        "Whether it would not have been, had they thought of the company as in week 0",
    ),
)


@rule
def keen(rate: float, keenness: float, better: float) -> float:
    """Purchases a week of somebody who thinks so much better of the company than usual."""
    return rate * max(f32(1) + keenness * better, f32(0))


@rule
def touchy(chance: float, touchiness: float, better: float) -> float:
    """The chance to lapse after a purchase of somebody who thinks so much better of the company than usual."""
    return share(chance * (f32(1) - touchiness * better))


@rule
def stays_away(rate: float) -> float:
    """The chance that nothing is bought in a week."""
    return exp(-rate)


@rule
def wanted(rate: float, luck: float) -> int:
    """How many purchases somebody of this rate would make in a week: Poisson, by inversion."""
    number, chance = 0, exp(-rate)
    until = chance
    while luck >= until and (chance > f32(1e-9) or f32(number) < rate):
        number += 1
        chance = chance * rate / f32(number)
        until = until + chance
    return number


@rule
def lapsed_by(number: int, chance: float, luck: float) -> bool:
    """Whether one of so many purchases was the last."""
    staying = f32(1)
    for _ in range(number):
        staying = staying * (f32(1) - chance)
    return luck >= staying


@rule
def made(number: int, chance: float, luck: float) -> int:
    """How many of the purchases that somebody would make they do make: none after the last."""
    staying, found = f32(1), 0
    while found < number and luck < staying:
        found += 1
        staying = staying * (f32(1) - chance)
    return found


@rule
def accepted(shape: float, normal: float, luck: float) -> bool:
    """Whether an attempt to draw from a gamma distribution counts (Marsaglia & Tsang 2000, ACM TOMS 26:363-372); shape from 1."""
    d = shape - f32(1 / 3)
    root, square = f32(1) + normal / np.sqrt(f32(9) * d), normal * normal
    if root <= f32(0):
        return False
    if luck < f32(1) - f32(0.0331) * square * square:  # nearly always, and sure to be so below as well
        return True
    v = root * root * root
    return log(luck + f32(2.0**-25)) < f32(0.5) * square + d - d * v + d * log(v)


@rule
def gamma_of(shape: float, normal: float) -> float:
    """What such an attempt gives: a number from the gamma distribution with this shape, whose mean is the shape."""
    d = shape - f32(1 / 3)
    root = f32(1) + normal / np.sqrt(f32(9) * d)
    return d * root * root * root if root > f32(0) else f32(0)


COUNTS = {
    "purchases": "Purchases of the company's customers",
    "repeat_purchases": "Purchases of those who had bought before",
    "buyers": "Customers who buy in a week, added up over the weeks",
    "lapsed": "Customers who bought for the last time, and told nobody",
    "bought_lately": Counted(
        "People who bought lately (purchases.active_weeks): the customers that the company sees, at the end",
        at_the_end=True,
    ),
}
MONEY_IN = ("revenue_purchases",)
EVENTS = {
    "buys": "They bought for {money}.",
    "lapses": "It was their last purchase of the company; they told nobody.",
    "lapses_in_discontent": lambda _, here: (
        "They had had enough, and it was their last purchase of the company; they told nobody."
        + reasons_told(here.held_against)
    ),
}


@step
def liking(me, p) -> float:
    """How somebody thinks of their provider: goodwill, less what is held against it."""
    return goodwill(me.satisfaction, me.trust, p.choice.trust_weight) - held_against_own(me, p)


@step
def get_used(me, p, week):
    """Until week 0 is over, whatever somebody thinks of their provider is the usual."""
    if week.calendar == 0:
        me.usual_liking = liking(me, p)


@step
def better_liked(me, p) -> float:
    """How much better than usual somebody thinks of their provider."""
    return liking(me, p) - me.usual_liking


@step
def buys(me, p) -> bool:
    """Whether somebody buys of the company this week."""
    rate = keen(me.buying_rate * p.purchases.pace, p.purchases.keenness, better_liked(me, p))
    return me.provider == COMPANY and me.luck(BUYING, WANTED) >= stays_away(rate)


@step
def buy(me, firm, p, week, count, note):
    """Buy, perhaps more than once, and perhaps for the last time; the first purchase never is."""
    better = better_liked(me, p)
    rate = keen(me.buying_rate * p.purchases.pace, p.purchases.keenness, better)
    would = wanted(rate, me.luck(BUYING, WANTED))
    chance, luck = touchy(me.lapse_chance, p.purchases.touchiness, better), me.luck(BUYING, LAPSES)
    first = 0 if me.bought_in > NEVER else 1
    again = made(would - first, chance, luck)
    me.lapsing = lapsed_by(again, chance, luck)
    me.out_of_discontent = not lapsed_by(again, me.lapse_chance, luck)
    normal, another = normal_quantile(me.word(BASKETS, 0)), normal_quantile(me.word(BASKETS, 2))
    spent = spent_on(me, p, again + first, normal, me.luck(BASKETS, 1), another, me.luck(BASKETS, 3))
    me.bought_in = week.number + 1
    paid = cents(spent, price_here(me, p))
    firm.spending += cents(spent, 1.0)
    count.revenue_purchases += paid
    count.purchases += again + first
    count.repeat_purchases += again
    count.buyers += 1
    note.buys(paid)


@step
def spent_on(me, p, number: int, normal: float, luck: float, another: float, luck_again: float) -> float:
    """What somebody spends on so many baskets, at a price index of 1: their sum is gamma as well.

    There are two attempts at it, and then its middle: of shape 1 that is one case in 400, from 3 on none.
    """
    shape, at = p.purchases.basket_shape * f32(number), normal
    if not accepted(shape, normal, luck):
        at = another if accepted(shape, another, luck_again) else f32(0)
    return me.basket * (gamma_of(shape, at) / p.purchases.basket_shape)


@step
def comes(me, firm, p, week) -> bool:
    """Whether somebody who is no customer comes into the market or compares providers this week; the lapsed do so for an offer."""
    comparing = moves_or_compares(me, firm, p, week)
    return comparing and me.provider != COMPANY and (me.bought_in == NEVER or me.wooed)


@step
def lapses(me) -> bool:
    """Whether a customer has bought for the last time, and has not left anyhow this week."""
    return me.lapsing and me.provider == COMPANY


@step
def lapse(me, firm, p, week, count, note):
    """Buy elsewhere from now on, and tell nobody: out of discontent, or for no fault of the company."""
    count.lapsed += 1
    if me.out_of_discontent:
        note.lapses_in_discontent(0.0)
        leave(me, p, week, count, look_of_rival(me, firm, p, week), advantage_of_other(me, p))
    else:
        note.lapses(0.0)
        drift_away(me, p, week, count)
    if week.several:
        count.leavers_to_rival[me.rival] += 1
        leave_behind(me, COMPANY, me.rival + 1)
    arrive_at_rival(me, firm, p, week)


@step
def drift_away(me, p, week, count):
    """Leave for no fault of the company; what was thought of it is remembered."""
    count.leavers_involuntary += 1
    count.left_because_involuntary += FIXED_ONE
    be_lost(me, count)
    me.left_in = week.number + 1
    me.belief_company = share(view_of_own(me, p) - held_against_own(me, p))
    me.evidence_company = well_founded(me.tenure, p.belief.most_evidence)


@step
def be_counted_active(me, p, week, count):
    """Whom the company takes for active: who bought lately, whether they have lapsed since or not."""
    count.bought_lately += week.number + 1 - me.bought_in < p.purchases.active_weeks


WEEK = {
    "touch": (*everybody(get_used), Whoever(buys, buy)),
    "decide": (Whoever(comes, move_or_compare), Whoever(lapses, lapse)),
    "account": everybody(be_counted_active),
}
"""Purchases come after everything that touches people in a week, and who lapses is gone when the week ends."""

EXAMPLES = (
    example(keen, 0.2, 2.0, 0.1, becomes=0.24, because="a tenth better, which counts twice"),
    example(keen, 0.2, 2.0, -0.6, becomes=0.0, because="nobody buys less than nothing"),
    example(touchy, 0.1, 4.0, -0.1, becomes=0.14, because="a tenth worse, which counts four times"),
    example(touchy, 0.1, 4.0, 0.3, becomes=0.0, because="and three tenths better is enough"),
    example(touchy, 0.9, 4.0, -0.5, becomes=1.0, because="nobody lapses more surely than surely"),
    example(stays_away, math.log(2), becomes=0.5, because="the logarithm of two"),
    example(wanted, math.log(2), 0.49, becomes=0, because="half buy nothing"),
    example(wanted, math.log(2), 0.84, becomes=1, because="half times 0.693 buy once: until 0.847"),
    example(wanted, math.log(2), 0.85, becomes=2, because="and of the rest most buy twice"),
    example(lapsed_by, 2, 0.25, 0.56, becomes=False, because="0.75 x 0.75 stay, 0.5625"),
    example(lapsed_by, 2, 0.25, 0.57, becomes=True, because="0.57 is above that"),
    example(
        made, 3, 0.25, 0.6, becomes=2, because="0.75 stay after the first, 0.5625 after the second: that was the last"
    ),
    example(made, 3, 0.25, 0.1, becomes=3, because="all of them"),
    example(gamma_of, 4 / 3, 0.0, becomes=1.0, because="the middle: the shape less a third"),
    example(accepted, 4 / 3, 0.0, 0.99, becomes=True, because="the middle always counts"),
    example(accepted, 4 / 3, -3.0, 0.5, becomes=False, because="1 - 3 / 3 is nothing"),
)
STEP_EXAMPLES = (
    example_of_step(
        liking, me={"satisfaction": 0.8, "trust": 0.6, "grievance": 0.2, "price_fairness": 0.5},
        p={"choice.trust_weight": 0.5, "choice.grievance_weight": 0.5, "choice.fairness_weight": 0.2}, becomes={"gives": 0.5},
        because="0.7, less 0.1 for the grievance and 0.1 for unfair prices",
    ),
    example_of_step(
        get_used, me=AT_EASE, week={"calendar": 0}, becomes={"usual_liking": 0.7}, because="in week 0",
    ),
    example_of_step(get_used, me=AT_EASE, week={"calendar": 1}, becomes={}, because="later what somebody thinks is no more the usual"),
    example_of_step(
        better_liked, me={"satisfaction": 0.8, "trust": 0.6, "grievance": 0.2, "price_fairness": 0.5, "usual_liking": 0.6},
        p={"choice.trust_weight": 0.5, "choice.grievance_weight": 0.5, "choice.fairness_weight": 0.2}, becomes={"gives": -0.1},
        because="0.7, less 0.1 for the grievance and 0.1 for unfair prices, is a tenth less than 0.6",
    ),
    example_of_step(
        buys, me={"satisfaction": 0.7, "trust": 0.7, "price_fairness": 1.0, "usual_liking": 0.7, "buying_rate": math.log(2)},
        luck={(BUYING, WANTED): 0.51}, becomes={"gives": True}, because="half buy nothing, and 0.51 is above that",
    ),
    example_of_step(
        buy, week={"number": 4}, luck={(BUYING, WANTED): 0.85, (BUYING, LAPSES): 0.57, (BASKETS, 0): 0.5, (BASKETS, 1): 0.5,
                                        (BASKETS, 2): 0.5, (BASKETS, 3): 0.5},
        me={"satisfaction": 0.7, "trust": 0.7, "price_fairness": 1.0, "usual_liking": 0.7, "buying_rate": math.log(2),
            "lapse_chance": 0.25, "basket": 12.0, "bought_in": 1},
        p={"basket_shape": 2 / 3, "pricing.list_price": 1.5},
        becomes={"bought_in": 5, "lapsing": True, "firm.spending": 1800, "count.revenue_purchases": 2700, "count.purchases": 2,
                 "count.repeat_purchases": 2, "count.buyers": 1, "note.buys": 2700},
        because="two, and 0.57 is above the 0.5625 who stay after both; the middle of two baskets is 18.00, at half as much again",
    ),
    example_of_step(
        spent_on, 2, -3.0, 0.5, 0.0, 0.9, me={"basket": 12.0}, p={"basket_shape": 2 / 3}, becomes={"gives": 18.0},
        because="12.00 times the shape of 4/3 less a third, over 2/3: the second attempt counts",
    ),
    example_of_step(
        comes, me={"provider": RIVAL, "bought_in": NEVER, "issue_severity": 0.5}, week={"number": 14},
        luck={(MOOD, MOVES): 0.9, (MOOD, THINKS): 0.19}, p={"choice.issue_trigger": 0.4, "rival.reach": 0.0, "marketing.reach": 0.0},
        becomes={"gives": True}, because="never bought here, and 0.4 x 0.5 for the issue",
    ),
    example_of_step(lapses, me={"lapsing": True}, becomes={"gives": True}, because="a customer still"),
    example_of_step(
        lapse, me=AT_EASE | {"lapsing": True, "tenure": 12}, week={"number": 4, "rival_reputation": 0.7},
        p=AS_SEEN | {"rival.level": 0.7, "rival.overpromise": 0.0, "expectation.promise_weight": 0.5, "belief.most_evidence": 36.0},
        becomes={"provider": RIVAL, "left_in": 5, "moved_in": 5, "tenure": 0, "contract_end": -1, "expectation": 0.7,
                 "evidence_company": 4.0, "count.lapsed": 1, "count.leavers_involuntary": 1,
                 "count.left_because_involuntary": FIXED_ONE, "note.lapses": 0.0}, because="nobody is told",
    ),
    example_of_step(
        drift_away, me=AT_EASE | {"tenure": 12}, week={"number": 4}, p=AS_SEEN | {"belief.most_evidence": 36.0},
        becomes={"left_in": 5, "evidence_company": 4.0, "count.leavers_involuntary": 1, "count.left_because_involuntary": FIXED_ONE},
        because="in week 4, after a first impression and three months",
    ),
    example_of_step(
        be_counted_active, me={"bought_in": 5}, week={"number": 16}, p={"active_weeks": 13}, becomes={"count.bought_lately": 1},
        because="bought in week 4, twelve weeks ago",
    ),
)  # fmt: skip
