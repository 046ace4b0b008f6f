"""Free trials and introductory prices: newcomers pay nothing, or less, for some weeks, and then the price steps up.

The low price wins people who would not have come for the full one, and they are held less: the end of it is felt as a rise of the
price, though one that was told beforehand, and is a moment at which they compare. Whoever comes for it again is not given it
again; those who were customers before pay for it in fairness, as for any discount that only others get. Sources: Datta, Foubert
& van Heerde 2015 (J. Marketing Research 52:217-234), a digital television service: customers won by a free trial leave sooner
and are worth 59 % less than others; Yoganarasimhan, Barzegary & Pani 2020 (arXiv:2006.13420), a field experiment: a trial of 7
days wins more subscribers than one of 30; Shampanier, Mazar & Ariely 2007 (Marketing Science 26:742-757): nothing to
pay attracts beyond what is saved. Sizes are assumptions.
"""

from sim.model.behaviour.ledger import OF_PRICE, lost, suffered
from sim.model.behaviour.person import COMPANY, GONE, RIVAL
from sim.model.columns import Column
from sim.model.component import Counted
from sim.model.examples import example, example_of_step
from sim.model.mechanisms.pricing import cents, price_here
from sim.model.numeric import share
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.random import happens, stream
from sim.model.rules import f32, rule
from sim.model.schedule import Whoever
from sim.model.steps import step

TRIALS = stream("trials")
"""The draw of a customer and week: whether the end of the introductory price makes them compare."""
NEVER, NOW, HAD = 0, 1, 2
"""Values of ``trial``."""


class IntroductoryPrice(Parameters):
    weeks: int = parameter(
        0, "weeks", 0, 520, "For how many weeks newcomers pay the introductory price",
        "assumption: none do unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    price: float = parameter(
        0.0, "share", 0, 1, "What they pay of the full price: nothing in a free trial",
        "assumption: a free trial", plausible=CERTAIN)  # fmt: skip
    lure: float = parameter(
        0.15, "share", 0, 1, "How far people who compare take it for a price that lasts, beyond the weeks of a year for which it does",
        "assumption: a little; Shampanier et al. 2007 give the direction; plausibly a thirtieth to a half", plausible=(0.03, 0.5, "log"))  # fmt: skip
    reconsidering: float = parameter(
        0.6, "share", 0, 1, "Share of those at the end of it who compare providers", "assumption: most; plausibly a third to nearly all",
        plausible=(0.3, 0.95))  # fmt: skip
    unbound: float = parameter(
        0.1, "share", 0, 3, "Discount less that another provider must offer whoever came for an introductory price",
        "assumption: two thirds of what others must be offered; Datta et al. 2015 give the direction; plausibly nearly nothing to as much "
        "as they must", plausible=(0.02, 0.2))  # fmt: skip
    felt: float = parameter(
        0.1, "share", 0, 1, "How much of the outrage at a price rise the end of it causes, which was told beforehand",
        "assumption: a tenth; plausibly a thirtieth to a third", plausible=(0.03, 0.33, "log"))  # fmt: skip


NEUTRAL = {"weeks": 0}
USED_WHERE = "weeks"
COLUMNS = (
    Column("trial", "mark", "1 for whoever pays the introductory price, 2 for whoever did before"),
    Column("trial_over", "weekly_flag", "Whether the introductory price ends this week"),
    Column("reconsiders", "weekly_flag", "Whether its end makes somebody compare providers this week"),
)
COUNTS = {
    "trials_begun": Counted("Newcomers who were given the introductory price", "customers"),
    "trials_kept": Counted("Newcomers who stayed in the week in which it ended", "customers", 1),
    "trials_lost": Counted("Newcomers who left in that week, or before", "customers", -1),
}
MONEY_OUT = {"cost_introductory": "What newcomers did not pay under the introductory price"}
EVENTS = {
    "trial_begins": lambda price, here: (
        "They began a free trial."
        if price <= 0
        else f"They began at an introductory price, {100 * price:.0f}\u00a0% of the full one."
    ),
    "trial_ends": "The introductory price ended, and they pay {percent} more of the full price.",
}


@rule
def price_lured(price: float, weeks: int, part: float, lure: float) -> float:
    """The price that somebody compares with who takes an introductory one partly for lasting."""
    lasts = f32(min(weeks, 52)) / f32(52)
    return price * (f32(1) - (f32(1) - part) * (lasts + (f32(1) - lasts) * lure)) if weeks > 0 else price


@rule
def gap_of_newcomers(discount: float, weeks: int, part: float) -> float:
    """What only newcomers save in a year, as a share of the price: by a discount, and by an introductory price."""
    return share(discount + (f32(1) - part) * f32(min(weeks, 52)) / f32(52))


@rule
def fairness_at_end(fairness: float, part: float, outrage: float, felt: float, sensitivity: float) -> float:
    """Fairness when the price steps up to the full one, which was told beforehand."""
    return share(fairness - outrage * felt * (f32(1) - part) * sensitivity)


@step
def held_by_trial(me, p) -> float:
    """What an introductory price counts against leaving while it lasts, and what whoever came for it is held less."""
    saved = (f32(1) - p.introductory_price.price) if me.trial == NOW and not me.trial_over else 0.0
    return saved - (p.introductory_price.unbound if me.trial > NEVER and me.provider == COMPANY else 0.0)


@step
def trial_ends(me, p) -> bool:
    """Whether the introductory price of somebody is over."""
    return me.trial == NOW and me.provider == COMPANY and me.tenure >= p.introductory_price.weeks


@step
def end_trial(me, p, week, note):
    """The price steps up: that seems a little unfair, and may make somebody compare."""
    was, part = me.price_fairness, p.introductory_price.price
    fair = fairness_at_end(was, part, p.price.outrage, p.introductory_price.felt, me.price_sensitivity)
    me.price_fairness = suffered(was, fair, p.ledger.without == OF_PRICE)
    me.ledger_price += lost(was, me.price_fairness) * week.rate
    me.trial_over = True
    me.reconsiders = happens(p.introductory_price.reconsidering, me.luck(TRIALS, 0))
    note.trial_ends(f32(1) - part)


@step
def trial_turns(me, p) -> bool:
    """Whether an introductory price begins, has ended, or does not matter any more."""
    new = me.provider == COMPANY and me.trial == NEVER and me.came_by > 0 and me.tenure == 0
    ended = me.trial == NOW and (me.trial_over or me.provider != COMPANY)
    return (new and p.introductory_price.weeks > 0) or ended or (me.provider == GONE and me.trial > NEVER)


@step
def turn_trial(me, p, count, note):
    """Begin at an introductory price; or have had it, whether one stayed or left; whoever left the market has had none."""
    if me.trial == NEVER:
        me.trial = NOW
        count.trials_begun += 1
        note.trial_begins(p.introductory_price.price)
    else:
        count.trials_kept += me.trial == NOW and me.provider == COMPANY
        count.trials_lost += me.trial == NOW and me.provider != COMPANY
        me.trial = NEVER if me.provider == GONE else HAD


@step
def pays_less(me) -> bool:
    """Whether somebody pays the introductory price."""
    return me.trial == NOW and me.provider == COMPANY


@step
def pay_less(me, p, count):
    """Not pay what the introductory price leaves out."""
    count.cost_introductory += cents(me.spend, price_here(me, p)) - cents(
        me.spend, price_here(me, p) * p.introductory_price.price
    )


WEEK = {
    "touch": (Whoever(trial_ends, end_trial),),
    "decide": (Whoever(trial_turns, turn_trial),),
    "account": (Whoever(pays_less, pay_less),),
}
IMPOSSIBLE = (
    (lambda now: now.weeks > 0 and now.price >= 1,
     "weeks is {weeks}, but price is {price}: the introductory price is the full one; say what newcomers pay of it, such as 0.5"),
)  # fmt: skip
EXAMPLES = (
    example(
        price_lured,
        1.0,
        13,
        0.0,
        0.2,
        becomes=0.6,
        because="free for a quarter of a year, and a fifth of the rest is taken for so",
    ),
    example(price_lured, 1.1, 0, 0.0, 0.2, becomes=1.1, because="there is none"),
    example(gap_of_newcomers, 0.1, 13, 0.6, becomes=0.2, because="0.1, and 0.4 for a quarter of the year"),
    example(fairness_at_end, 0.9, 0.5, 2.0, 0.1, 2.0, becomes=0.7, because="2 x a tenth x a half, felt twice"),
)
STEP_EXAMPLES = (
    example_of_step(
        held_by_trial, me={"trial": NOW}, p={"price": 0.4, "unbound": 0.1}, becomes={"gives": 0.5}, because="0.6 saved, and 0.1 less bound",
    ),
    example_of_step(
        held_by_trial, me={"trial": HAD}, p={"price": 0.4, "unbound": 0.1}, becomes={"gives": -0.1}, because="nothing is saved any more",
    ),
    example_of_step(trial_ends, me={"trial": NOW, "tenure": 4}, p={"weeks": 4}, becomes={"gives": True}, because="four weeks are over"),
    example_of_step(
        end_trial, me={"trial": NOW, "price_fairness": 0.9, "price_sensitivity": 2.0}, luck={(TRIALS, 0): 0.5}, week={"rate": 2.0},
        p={"price": 0.5, "felt": 0.1, "price.outrage": 2.0, "reconsidering": 0.6},
        becomes={"price_fairness": 0.7, "ledger_price": 0.4, "trial_over": True, "reconsiders": True, "note.trial_ends": 0.5},
        because="2 x a tenth x a half, felt twice, booked at the rate of 2; 0.5 is below 0.6",
    ),
    example_of_step(
        trial_turns, me={"came_by": 2}, p={"weeks": 4}, becomes={"gives": True}, because="came this week",
    ),
    example_of_step(
        turn_trial, me={"came_by": 2}, p={"price": 0.5}, becomes={"trial": NOW, "count.trials_begun": 1, "note.trial_begins": 0.5},
        because="had none before",
    ),
    example_of_step(
        turn_trial, me={"trial": NOW, "provider": RIVAL}, becomes={"trial": HAD, "count.trials_lost": 1}, because="left before it was over",
    ),
    example_of_step(pays_less, me={"trial": NOW}, becomes={"gives": True}, because="still has it"),
    example_of_step(
        pay_less, me={"spend": 10.0, "trial": NOW}, p={"price": 0.25}, becomes={"count.cost_introductory": 750},
        because="three quarters of 10.00",
    ),
)  # fmt: skip
