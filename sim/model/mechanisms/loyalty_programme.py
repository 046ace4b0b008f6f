"""A loyalty programme: what customers spend earns points, a full card brings a reward, points lapse, and heavy buyers have a status.

Points and status are lost by leaving, so they hold people back, the more the nearer the reward: after a reward nothing does.
Where customers buy when they like they buy more as the reward comes near, light buyers more than heavy ones, who would have
bought anyway. A reward is booked when it is handed out; until then it is a liability. Points lapse all together at the end of
the period after the one in which they were earned, which disappoints those who notice. Sources: Kivetz, Urminsky & Zheng 2006 (J. Marketing Research 43:39-58), a cafe's card: purchases
a fifth closer together at its end than at its beginning, and most defection just after the reward; Liu 2007 (J. Marketing
71(4):19-35) and Lal & Bell 2003 (Quantitative Marketing and Economics 1:179-202): light buyers buy more, heavy ones take the
rewards and change nothing; Taylor & Neslin 2005 (J. Retailing 81:293-305): points pressure before, pleasure after the reward;
Sharp & Sharp 1997 (Int. J. Research in Marketing 14:473-486): effects are weak, and many programmes have none. Sizes for which no
source stands are assumptions. Law: points earned are points redeemed, lapsed, forfeited by leaving, or still on cards.
"""

from sim.model.behaviour.person import COMPANY, RIVAL
from sim.model.behaviour.satisfaction import remember
from sim.model.columns import Column
from sim.model.component import Counted
from sim.model.examples import AS_IT_WAS, example, example_of_step
from sim.model.mechanisms.marketing import spending
from sim.model.mechanisms.pricing import cents, price_here
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.rules import f32, i64, rule
from sim.model.schedule import Whoever, company
from sim.model.steps import step

PLAIN, HIGH = 0, 1
"""Values of ``status``."""


class LoyaltyProgramme(Parameters):
    rate: float = parameter(
        0.0, "points per currency", 0, 1000, "Points for what a customer pays; those of a week are whole",
        "assumption: there is no programme unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    threshold: int = parameter(
        250, "points", 1, 1_000_000, "Points that make a full card",
        "assumption: half a year of an average spend at a point for each unit", plausible=CERTAIN)  # fmt: skip
    reward: float = parameter(
        10.0, "currency", 0, 100_000, "What a reward is worth to whoever gets it",
        "assumption: a week of an average spend, a rebate of 4 %", plausible=CERTAIN)  # fmt: skip
    reward_cost: float = parameter(
        1.0, "ratio", 0, 2, "What a reward costs the company, for each unit that it is worth",
        "assumption: as much; goods of its own cost it less: a question to the company", plausible=CERTAIN)  # fmt: skip
    period: int = parameter(
        26, "weeks", 0, 520, "How often points lapse: all that were earned before the last such period; 0: never",
        "assumption: half a year, so that a point is good for half a year to a whole one", plausible=CERTAIN)  # fmt: skip
    running_cost: float = parameter(
        0.05, "currency per week", 0, 1000, "What running the programme costs for each customer", "assumption: half a per cent of an "
        "average spend, for cards, statements and people; a question to the company", plausible=(0.02, 0.15, "log"))  # fmt: skip
    status_from: float = parameter(
        0.0, "currency per year", 0, 1_000_000, "What somebody must spend in a year to be given a higher status; 0: there is none",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    status_after: int = parameter(
        52, "weeks", 0, 520, "How long somebody must have been a customer to be given it", "assumption: a year",
        plausible=CERTAIN)  # fmt: skip
    status_discount: float = parameter(
        0.0, "share", 0, 0.9, "What those of high status pay less", "assumption: none unless the scenario says so",
        plausible=CERTAIN)  # fmt: skip
    status_care: float = parameter(
        0.0, "currency per week", 0, 1000, "What is spent on better service for each of them", "assumption: nothing unless the scenario "
        "says so", plausible=CERTAIN)  # fmt: skip
    discretionary: float = parameter(
        0.0, "share", 0, 1, "How much of their spend customers choose freely, and so can add to for a reward",
        "assumption: nothing, as under a contract; in a shop nearly everything: a question to the company", plausible=CERTAIN)  # fmt: skip
    acceleration: float = parameter(
        0.25, "share", 0, 5, "How much more of it somebody of a typical spend buys just before the reward",
        "literature: Kivetz et al. 2006: a fifth less time between purchases, which is a quarter more of them; plausibly from next to "
        "nothing, since Sharp & Sharp 1997 find hardly any, to double", plausible=(0.02, 0.5, "log"))  # fmt: skip
    typical_spend: float = parameter(
        10.0, "currency per week", 0.01, 100_000, "Spend at which that holds; who spends much more hardly buys more still",
        "literature: Liu 2007 and Lal & Bell 2003 for the direction; the size is that of an average spend: a question to the company",
        plausible=CERTAIN)  # fmt: skip
    margin: float = parameter(
        0.4, "share", 0, 1, "Share of such additional sales that is left when the goods are paid for",
        "assumption: two fifths; a question to the company", plausible=(0.2, 0.6))  # fmt: skip
    felt: float = parameter(
        1.0, "ratio", 0, 20, "How much the points on a card count against leaving, for each unit of the reward that they are worth",
        "assumption: as much as money; plausibly a third to three times as much", plausible=(0.3, 3, "log"))  # fmt: skip
    nearness: float = parameter(
        0.5, "share", 0, 1, "How much less points count while the reward is far: at 1 the first hardly count",
        "assumption: by half; Kivetz et al. 2006 give the direction; plausibly not at all to wholly", plausible=(0, 1))  # fmt: skip
    delight: float = parameter(
        0.95, "scale 0-1", 0, 1, "How good an experience it is to be given a reward, or the higher status",
        "assumption: nearly as good as can be", plausible=(0.85, 1))  # fmt: skip
    disappointment: float = parameter(
        0.35, "scale 0-1", 0, 1, "How good an experience it is to see points lapse, or to lose the status",
        "assumption: rather a bad one", plausible=(0.15, 0.5))  # fmt: skip
    weight: float = parameter(
        0.1, "share", 0, 1, "Weight of either in what customers remember", "assumption: as much as two weeks of use; Taylor & Neslin "
        "2005 give the direction", plausible=(0.04, 0.25, "log"))  # fmt: skip
    notice: float = parameter(
        0.2, "share", 0, 1, "Share of a full card below which nobody notices that points lapse", "assumption: a fifth",
        plausible=(0.05, 0.5, "log"))  # fmt: skip
    care_felt: float = parameter(
        0.02, "share", 0, 1, "Weight of a week's better service in what customers remember, where a week's average spend is paid for it",
        "assumption: an ordinary week counts about twice that; less is felt as less is paid", plausible=(0.005, 0.05, "log"))  # fmt: skip


NEUTRAL = {"rate": 0.0}
USED_WHERE = "rate"
COLUMNS = (
    Column("loyalty_points", "number", "Points on the card that were earned since points last lapsed"),
    Column("loyalty_points_old", "number", "Points on the card that will lapse the next time"),
    Column("loyalty_status", "mark", "1 for whoever has the higher status of the loyalty programme"),
)
COUNTS = {
    "loyalty_points_earned": Counted("Points that customers earned", "points"),
    "loyalty_points_redeemed": Counted("Points that were redeemed", "points"),
    "loyalty_points_lapsed": Counted("Points that lapsed", "points", -1),
    "loyalty_points_forfeited": Counted("Points that customers lost by leaving", "points"),
    "loyalty_points_outstanding": Counted("Points on cards at the end", "points", 0, at_the_end=True),
    "loyalty_liability": Counted(
        "What these points would cost the company as rewards, at the end", "currency", -1, at_the_end=True
    ),
    "loyalty_rewards": Counted("Rewards that were handed out", "rewards"),
    "high_status": Counted("Customers of high status at the end", "customers", 0, at_the_end=True),
}
MONEY_IN = {"revenue_loyalty_sales": "What customers bought in addition because a reward was near"}
MONEY_OUT = {
    "cost_loyalty_sales": "What these additional goods cost",
    "cost_loyalty_rewards": "Rewards that were handed out",
    "cost_loyalty_status": "Discounts and better service for customers of high status",
    "cost_loyalty_programme": "Running the loyalty programme",
}
EVENTS = {
    "loyalty_reward": "Their card was full, and they were given a reward for {:.0f} points.",
    "loyalty_points_lapsed": "Of their points {:.0f} lapsed.",
    "loyalty_points_lapsed_unnoticed": "Of their points {:.0f} lapsed, which they did not notice.",
    "loyalty_status_gained": "They were given the higher status of the loyalty programme.",
    "loyalty_status_lost": "They lost the higher status of the loyalty programme.",
    "loyalty_points_forfeited": "They left {:.0f} points behind.",
}


@rule
def progress(points: float, threshold: float) -> float:
    """How full a card is: 0 to 1."""
    return points / threshold if points < threshold else f32(1)


@rule
def points_for(paid: float, rate: float) -> float:
    """Points for what is paid in a week: whole ones."""
    return f32(i64(paid * rate + f32(0.5)))


@rule
def spurred_on(spend: float, full: float, acceleration: float, typical: float) -> float:
    """What somebody buys in addition in a week, by how full the card is: as a share less, the more they buy anyway."""
    return spend * acceleration * full * f32(2) * typical / (typical + spend)


@rule
def lapses_now(week: int, period: int) -> bool:
    """Whether a period begins with this week, and old points lapse."""
    return period > 0 and week > 0 and week % max(period, 1) == 0


@rule
def counts_against_leaving(full: float, reward: float, spend: float, felt: float, nearness: float) -> float:
    """What a card is worth to whoever stays, as the discount over a year that would make up for it."""
    worth = felt * reward * full * (f32(1) - nearness + nearness * full)
    return worth / (f32(52) * spend) if spend > f32(0) else f32(0)


@rule
def deserves_status(spend: float, tenure: int, least: float, after: int) -> bool:
    """Whether somebody spends enough in a year, and has been here for long enough."""
    return least > f32(0) and spend * f32(52) >= least and tenure >= after


@rule
def care_weight(paid: float, spend: float, felt: float) -> float:
    """How much of a week's better service is remembered, by what is paid for it against what the customer pays."""
    return (felt * paid / spend if paid < spend else felt) if spend > f32(0) else f32(0)


@rule
def liability(points: float, threshold: float, reward: float, cost: float) -> int:
    """What points would cost as rewards, in cents."""
    return i64(points / threshold * reward * cost * f32(100) + f32(0.5))


@step
def takes_part(me, p) -> bool:
    """Whether somebody is a customer while there is a programme."""
    return me.provider == COMPANY and p.loyalty_programme.rate > 0.0


@step
def take_part(me, p, week, count, note):
    """A customer's week in the programme: points lapse, are earned and redeemed, and status is given and taken."""
    if lapses_now(week.number, p.loyalty_programme.period):
        lapse(me, p, count, note)
    earn(me, p, count)
    if me.loyalty_points + me.loyalty_points_old >= p.loyalty_programme.threshold:
        redeem(me, p, count, note)
    be_ranked(me, p, note)
    enjoy_status(me, p, count)


@step
def lapse(me, p, count, note):
    """Lose the points of the period before the last, and notice it when they are many."""
    gone = me.loyalty_points_old
    me.loyalty_points_old, me.loyalty_points = me.loyalty_points, 0.0
    count.loyalty_points_lapsed += int(gone)
    if gone > p.loyalty_programme.notice * p.loyalty_programme.threshold:
        remember(me, p, p.loyalty_programme.disappointment, p.loyalty_programme.weight)
        note.loyalty_points_lapsed(gone)
    elif gone > 0.0:
        note.loyalty_points_lapsed_unnoticed(gone)


@step
def earn(me, p, count):
    """Buy, perhaps more than usual as the reward comes near, and earn points for it."""
    paid = me.spend * price_here(me, p)
    full = progress(me.loyalty_points + me.loyalty_points_old, p.loyalty_programme.threshold)
    free = paid * p.loyalty_programme.discretionary
    more = spurred_on(free, full, p.loyalty_programme.acceleration, p.loyalty_programme.typical_spend)
    count.revenue_loyalty_sales += cents(more, 1.0)
    count.cost_loyalty_sales += cents(more, f32(1) - p.loyalty_programme.margin)
    points = points_for(paid + more, p.loyalty_programme.rate)
    me.loyalty_points += points
    count.loyalty_points_earned += int(points)


@step
def redeem(me, p, count, note):
    """Hand in a full card for the reward: old points first."""
    left = me.loyalty_points + me.loyalty_points_old - p.loyalty_programme.threshold
    me.loyalty_points = min(me.loyalty_points, left)
    me.loyalty_points_old = left - me.loyalty_points
    count.loyalty_rewards += 1
    count.loyalty_points_redeemed += p.loyalty_programme.threshold
    count.cost_loyalty_rewards += cents(p.loyalty_programme.reward, p.loyalty_programme.reward_cost)
    remember(me, p, p.loyalty_programme.delight, p.loyalty_programme.weight)
    note.loyalty_reward(p.loyalty_programme.threshold)


@step
def be_ranked(me, p, note):
    """Be given the higher status, or lose it."""
    spend, before = me.spend * price_here(me, p), me.loyalty_status
    least, after = p.loyalty_programme.status_from, p.loyalty_programme.status_after
    me.loyalty_status = HIGH if deserves_status(spend, me.tenure, least, after) else PLAIN
    if me.loyalty_status > before:
        remember(me, p, p.loyalty_programme.delight, p.loyalty_programme.weight)
        note.loyalty_status_gained(0.0)
    elif me.loyalty_status < before:
        remember(me, p, p.loyalty_programme.disappointment, p.loyalty_programme.weight)
        note.loyalty_status_lost(0.0)


@step
def enjoy_status(me, p, count):
    """Pay less and be served better, where the status is high."""
    if me.loyalty_status == HIGH:
        paid = me.spend * price_here(me, p)
        count.cost_loyalty_status += cents(paid, p.loyalty_programme.status_discount) + cents(
            p.loyalty_programme.status_care, 1.0
        )
        weight = care_weight(p.loyalty_programme.status_care, paid, p.loyalty_programme.care_felt)
        remember(me, p, p.loyalty_programme.delight, weight)


@step
def held_by_programme(me, p) -> float:
    """What the points on the card and the status count against leaving, as a discount over a year."""
    paid = me.spend * price_here(me, p)
    full = progress(me.loyalty_points + me.loyalty_points_old, p.loyalty_programme.threshold)
    reward, felt = p.loyalty_programme.reward, p.loyalty_programme.felt
    card = counts_against_leaving(full, reward, paid, felt, p.loyalty_programme.nearness)
    return card + (p.loyalty_programme.status_discount if me.loyalty_status == HIGH else 0.0)


@step
def has_left_points(me) -> bool:
    """Whether somebody who is no customer any more still has points or status."""
    return me.provider != COMPANY and (me.loyalty_points + me.loyalty_points_old > 0.0 or me.loyalty_status > 0)


@step
def forfeit(me, count, note):
    """Lose points and status by leaving."""
    lost = me.loyalty_points + me.loyalty_points_old
    me.loyalty_points, me.loyalty_points_old, me.loyalty_status = 0.0, 0.0, PLAIN
    count.loyalty_points_forfeited += int(lost)
    note.loyalty_points_forfeited(lost)


@step
def is_member(me) -> bool:
    """Whether somebody has points or status at the end of the week."""
    return me.provider == COMPANY and (me.loyalty_points + me.loyalty_points_old > 0.0 or me.loyalty_status > 0)


@step
def be_counted_member(me, p, count):
    """What is on cards, and who has the higher status."""
    points = me.loyalty_points + me.loyalty_points_old
    count.loyalty_points_outstanding += int(points)
    count.loyalty_liability += liability(
        points, p.loyalty_programme.threshold, p.loyalty_programme.reward, p.loyalty_programme.reward_cost
    )
    count.high_status += me.loyalty_status == HIGH


@step
def pay_for_programme(p, count):
    """What running the programme costs."""
    paid = p.loyalty_programme.running_cost if p.loyalty_programme.rate > 0.0 else 0.0
    count.cost_loyalty_programme += spending(count.customers, 1.0, paid)


WEEK = {
    "touch": (Whoever(takes_part, take_part),),
    "decide": (Whoever(has_left_points, forfeit),),
    "account": (Whoever(is_member, be_counted_member), *company(pay_for_programme)),
}

IMPOSSIBLE = (
    (lambda now: now.status_from > 0 and now.rate == 0,
     "status_from is {status_from}, but rate is {rate}: there is no programme to have a status in; say how many points customers earn"),
    (lambda now: now.status_from == 0 and now.status_discount > 0,
     "status_discount is {status_discount}, but status_from is {status_from}, so that nobody has the status; say from which yearly "
     "spend on somebody has it"),
    (lambda now: now.status_from == 0 and now.status_care > 0,
     "status_care is {status_care}, but status_from is {status_from}, so that nobody has the status; say from which yearly spend on "
     "somebody has it"),
    (lambda now: now.rate > 0 and now.reward == 0,
     "rate is {rate}, but reward is {reward}: points bring nothing; say what a full card is worth"),
)  # fmt: skip
EXAMPLES = (
    example(progress, 50.0, 200.0, becomes=0.25, because="a quarter of the card"),
    example(progress, 300.0, 200.0, becomes=1.0, because="full, and more"),
    example(points_for, 9.6, 1.0, becomes=10.0, because="whole points"),
    example(spurred_on, 10.0, 0.5, 0.25, 10.0, becomes=1.25, because="half of a quarter of 10 half way to the reward"),
    example(
        spurred_on, 30.0, 0.5, 0.25, 10.0, becomes=1.875, because="30 x 0.125, and of that 20 in 40: half as eagerly"
    ),
    example(lapses_now, 52, 26, becomes=True, because="the third period begins"),
    example(lapses_now, 0, 26, becomes=False, because="nothing was earned before the first"),
    example(lapses_now, 52, 0, becomes=False, because="they never lapse"),
    example(
        counts_against_leaving,
        1.0,
        52.0,
        10.0,
        1.0,
        0.5,
        becomes=0.1,
        because="52 of the 520 that somebody pays in a year",
    ),
    example(
        counts_against_leaving,
        0.5,
        52.0,
        10.0,
        1.0,
        0.5,
        becomes=0.0375,
        because="half of it, and of that three quarters",
    ),
    example(
        counts_against_leaving, 0.5, 52.0, 0.0, 1.0, 0.5, becomes=0.0, because="who pays nothing looks at no price"
    ),
    example(deserves_status, 10.0, 60, 500.0, 52, becomes=True, because="520 a year, for more than a year"),
    example(deserves_status, 10.0, 60, 0.0, 52, becomes=False, because="there is no status"),
    example(care_weight, 1.0, 10.0, 0.02, becomes=0.002, because="a tenth of what is paid"),
    example(liability, 125.0, 250.0, 10.0, 0.8, becomes=400, because="half a reward, which costs 8"),
)
STEP_EXAMPLES = (
    example_of_step(takes_part, p={"rate": 1.0}, becomes={"gives": True}, because="a customer, and there is a programme"),
    example_of_step(
        take_part, me={"spend": 10.0, "satisfaction": 0.5, "loyalty_points": 50.0, "loyalty_points_old": 60.0, "tenure": 9},
        week={"number": 26}, p=AS_IT_WAS | {"rate": 1.0, "threshold": 60, "period": 26, "reward": 8.0, "reward_cost": 0.5, "weight": 0.1,
        "delight": 1.0, "disappointment": 0.0, "notice": 0.5},
        becomes={"loyalty_points": 0.0, "loyalty_points_old": 0.0, "satisfaction": 0.505, "count.loyalty_points_lapsed": 60,
                 "count.loyalty_points_earned": 10, "count.loyalty_points_redeemed": 60, "count.loyalty_rewards": 1,
                 "count.cost_loyalty_rewards": 400, "note.loyalty_points_lapsed": 60.0, "note.loyalty_reward": 60.0},
        because="60 lapse, and 0.5 becomes 0.45; with 10 more the card is full, and 0.45 becomes 0.505",
    ),
    example_of_step(
        lapse, me={"satisfaction": 0.5, "loyalty_points": 30.0, "loyalty_points_old": 60.0},
        p=AS_IT_WAS | {"threshold": 100, "notice": 0.5, "disappointment": 0.0, "weight": 0.1},
        becomes={"loyalty_points": 0.0, "loyalty_points_old": 30.0, "satisfaction": 0.45, "count.loyalty_points_lapsed": 60,
                 "note.loyalty_points_lapsed": 60.0}, because="more than half a card is lost; the rest is next",
    ),
    example_of_step(
        lapse, me={"satisfaction": 0.5, "loyalty_points_old": 40.0}, p={"threshold": 100, "notice": 0.5},
        becomes={"loyalty_points_old": 0.0, "count.loyalty_points_lapsed": 40, "note.loyalty_points_lapsed_unnoticed": 40.0},
        because="less than half a card",
    ),
    example_of_step(
        earn, me={"spend": 10.0, "loyalty_points": 30.0, "loyalty_points_old": 20.0},
        p={"rate": 2.0, "threshold": 100, "discretionary": 1.0, "acceleration": 0.4, "typical_spend": 10.0, "margin": 0.25},
        becomes={"loyalty_points": 54.0, "count.revenue_loyalty_sales": 200, "count.cost_loyalty_sales": 150, "count.loyalty_points_earned": 24},
        because="half way there 0.2 x 10 more is bought, and there are two points for each of the 12",
    ),
    example_of_step(
        redeem, me={"satisfaction": 0.5, "loyalty_points": 30.0, "loyalty_points_old": 80.0},
        p=AS_IT_WAS | {"threshold": 100, "reward": 8.0, "reward_cost": 0.5, "delight": 1.0, "weight": 0.1},
        becomes={"loyalty_points": 10.0, "loyalty_points_old": 0.0, "satisfaction": 0.55, "count.loyalty_rewards": 1,
                 "count.loyalty_points_redeemed": 100, "count.cost_loyalty_rewards": 400, "note.loyalty_reward": 100.0},
        because="the old 80 and 20 more; half of 8.00 is what it costs",
    ),
    example_of_step(
        be_ranked, me={"spend": 10.0, "tenure": 60, "satisfaction": 0.5},
        p=AS_IT_WAS | {"status_from": 520.0, "status_after": 52, "delight": 1.0, "weight": 0.1},
        becomes={"loyalty_status": HIGH, "satisfaction": 0.55, "note.loyalty_status_gained": 0.0}, because="520 a year, for more than a year",
    ),
    example_of_step(
        be_ranked, me={"spend": 9.0, "tenure": 60, "satisfaction": 0.5, "loyalty_status": HIGH},
        p=AS_IT_WAS | {"status_from": 520.0, "disappointment": 0.0, "weight": 0.1},
        becomes={"loyalty_status": PLAIN, "satisfaction": 0.45, "note.loyalty_status_lost": 0.0}, because="only 468 a year",
    ),
    example_of_step(
        enjoy_status, me={"spend": 10.0, "loyalty_status": HIGH, "satisfaction": 0.5},
        p=AS_IT_WAS | {"status_discount": 0.05, "status_care": 5.0, "care_felt": 0.2, "delight": 1.0},
        becomes={"count.cost_loyalty_status": 550, "satisfaction": 0.55}, because="half a unit less to pay, 5 for service: half of 0.2 is felt",
    ),
    example_of_step(
        held_by_programme, me={"spend": 10.0, "loyalty_points": 40.0, "loyalty_points_old": 10.0, "loyalty_status": HIGH},
        p={"threshold": 100, "reward": 52.0, "felt": 1.0, "nearness": 0.5, "status_discount": 0.05}, becomes={"gives": 0.0875},
        because="half a card, of which three quarters count, is 0.0375 of a year; and the discount",
    ),
    example_of_step(has_left_points, me={"provider": RIVAL, "loyalty_points_old": 1.0}, becomes={"gives": True}, because="a point"),
    example_of_step(
        forfeit, me={"provider": RIVAL, "loyalty_points": 40.0, "loyalty_points_old": 10.0, "loyalty_status": HIGH},
        becomes={"loyalty_points": 0.0, "loyalty_points_old": 0.0, "loyalty_status": PLAIN, "count.loyalty_points_forfeited": 50,
                 "note.loyalty_points_forfeited": 50.0}, because="all is lost",
    ),
    example_of_step(is_member, me={"loyalty_points": 1.0}, becomes={"gives": True}, because="a point"),
    example_of_step(
        be_counted_member, me={"loyalty_points": 40.0, "loyalty_points_old": 10.0, "loyalty_status": HIGH},
        p={"threshold": 100, "reward": 8.0, "reward_cost": 0.5},
        becomes={"count.loyalty_points_outstanding": 50, "count.loyalty_liability": 200, "count.high_status": 1}, because="half of 4.00",
    ),
    example_of_step(
        pay_for_programme, count={"customers": 200}, p={"rate": 1.0, "running_cost": 0.05}, becomes={"count.cost_loyalty_programme": 1000},
        because="200 at 0.05",
    ),
)  # fmt: skip
