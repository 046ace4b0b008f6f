"""What a price feels like: against the rival's, and against what seems fair.

Serves S3.3. Sources: Xia, Monroe & Cox 2004 (J. Marketing 68:1-15) for fairness as comparison; Bolton, Warlop & Alba 2003
(J. Consumer Research 29:474-491) for past prices as the reference. Sizes are assumptions.
"""

from sim.model.behaviour.ledger import OF_PRICE, lost, suffered
from sim.model.behaviour.person import COMPANY
from sim.model.columns import Column
from sim.model.examples import example, example_of_step
from sim.model.mechanisms.introductory_price import gap_of_newcomers
from sim.model.mechanisms.pricing import rise
from sim.model.mechanisms.rival import offered
from sim.model.mechanisms.transparency import forewarned
from sim.model.numeric import share
from sim.model.parameters import Parameters, parameter
from sim.model.rules import f32, rule
from sim.model.steps import step


class Price(Parameters):
    outrage: float = parameter(
        2.0, "ratio", 0, 20, "Fairness lost for a price rise, per share of the old price",
        "assumption: a rise of a tenth costs a fifth of fairness; "
        "plausibly a fourteenth to a half", plausible=(0.7, 5, "log"))  # fmt: skip
    envy: float = parameter(
        1.0, "ratio", 0, 20, "Fairness lost in the long run to a discount that only newcomers get, per share of the price",
        "assumption: felt one for one; plausibly a third to three times as much", plausible=(0.3, 3, "log"))  # fmt: skip
    forgetting: float = parameter(
        0.03, "share per week", 0, 1, "How fast a new price becomes the normal one",
        "assumption: half in 23 weeks; plausibly in 8 to 69 weeks", plausible=(0.01, 0.08, "log"))  # fmt: skip


COLUMNS = (Column("price_fairness", "number", "How fair the own provider's prices seem, 0 to 1"),)


@rule
def fairness_after(fairness: float, gap: float, envy: float, forgetting: float) -> float:
    """Fairness one week on, drawn towards what a discount of ``gap`` for newcomers only leaves of it."""
    return fairness + (share(f32(1) - envy * gap) - fairness) * forgetting


@rule
def outraged(fairness: float, rise: float, outrage: float, sensitivity: float) -> float:
    """Fairness after the price rose by the share ``rise`` (cuts are simply welcome: no change)."""
    return fairness if rise <= f32(0) else share(fairness - outrage * rise * sensitivity)


@rule
def price_advantage(own_price: float, other_price: float, sensitivity: float) -> float:
    """What the other's price is worth to this customer, as a share of the own price; negative when it is dearer."""
    return sensitivity * (own_price - other_price) / own_price


EVENTS = {"price_rise": "The price rose by {percent:.1f}."}


@step
def feel_discounts(me, p, week):
    """Fairness drifts towards what a discount or an introductory price for newcomers leaves of it; the rival has none."""
    if week.prices_move or week.uses_introductory_price:
        saved = gap_of_newcomers(p.pricing.newcomer_discount, p.introductory_price.weeks, p.introductory_price.price)
        gap = offered(saved, 0.0, me.provider != COMPANY)
        me.price_fairness = fairness_after(me.price_fairness, gap, p.price.envy, p.price.forgetting)


@step
def faces_rise(me, p, last) -> bool:
    """Whether the price of the own provider, the company, rises this week."""
    return rise(p.pricing.list_price, last.pricing.list_price) > 0.0 and me.provider == COMPANY


@step
def feel_rise(me, p, last, week, note):
    """A rise of the price seems unfair, less when it was announced."""
    was, change = me.price_fairness, rise(p.pricing.list_price, last.pricing.list_price)
    outrage = forewarned(p.price.outrage, p.transparency.price_notice, p.transparency.notice_relief)
    fair = outraged(was, change, outrage, me.price_sensitivity)
    me.price_fairness = suffered(was, fair, p.ledger.without == OF_PRICE)
    me.ledger_price += lost(was, me.price_fairness) * week.rate
    note.price_rise(change)


EXAMPLES = (
    example(fairness_after, 0.8, 0.0, 1.0, 0.1, becomes=0.82, because="a tenth of the way back from 0.8 to 1"),
    example(fairness_after, 1.0, 0.2, 1.0, 0.1, becomes=0.98, because="a tenth of the way from 1 to 0.8"),
    example(outraged, 1.0, 0.1, 2.0, 1.0, becomes=0.8, because="2 x a tenth"),
    example(outraged, 0.9, -0.1, 2.0, 1.0, becomes=0.9, because="a cut outrages nobody"),
    example(price_advantage, 2.0, 1.5, 1.0, becomes=0.25, because="a quarter cheaper"),
    example(price_advantage, 1.0, 1.2, 2.0, becomes=-0.4, because="a fifth dearer, felt twice"),
)
STEP_EXAMPLES = (
    example_of_step(
        feel_discounts, me={"price_fairness": 1.0}, p={"pricing.newcomer_discount": 0.2, "envy": 1.0, "forgetting": 0.1},
        becomes={"price_fairness": 0.98}, because="a tenth of the way from 1 to 0.8",
    ),
    example_of_step(
        faces_rise, p={"pricing.list_price": 1.1}, last={"pricing.list_price": 1.0}, becomes={"gives": True}, because="a tenth",
    ),
    example_of_step(
        feel_rise, me={"price_fairness": 0.9, "price_sensitivity": 2.0}, week={"rate": 2.0}, last={"pricing.list_price": 1.0},
        p={"pricing.list_price": 1.1, "outrage": 2.0, "transparency.price_notice": 0.5, "transparency.notice_relief": 0.5},
        becomes={"price_fairness": 0.6, "ledger_price": 0.6, "note.price_rise": 0.1},
        because="2 x three quarters x a tenth x 2 less, booked at the rate of 2",
    ),
)  # fmt: skip
