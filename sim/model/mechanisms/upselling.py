"""Selling more to those who are already customers: revenue now, fatigue and distrust later.

Serves S0.5. Every attempt tires; a tired customer buys less and trusts less. Sources: Campbell & Kirmani 2000 (J. Consumer
Research 27:69-83), pressure reveals motive and costs sincerity; Ascarza, Iyengar & Schleicher 2016 (J. Marketing Research
53:46-60), unsolicited offers can raise churn. Sizes are assumptions.
"""

from sim.model.behaviour.grievance import relieved
from sim.model.behaviour.ledger import OF_UPSELLING, lost, suffered
from sim.model.behaviour.person import COMPANY
from sim.model.behaviour.trust import shaken
from sim.model.columns import Column
from sim.model.examples import example, example_of_step
from sim.model.mechanisms.pricing import cents
from sim.model.mechanisms.quality import EVERYDAY, IS_OFFERED
from sim.model.numeric import share
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.random import happens, stream
from sim.model.rules import f32, rule
from sim.model.steps import step

OFFER = stream("offer")


class Upselling(Parameters):
    attempts: float = parameter(
        0.0, "per month", 0, 4.3, "Attempts to sell something more, per customer",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    pressure: float = parameter(
        0.40, "scale 0-1", 0, 1, "How hard an attempt pushes", "assumption: insistent, not rude", plausible=CERTAIN)  # fmt: skip
    relevance: float = parameter(
        0.20, "scale 0-1", 0, 1, "How well the offer fits the customer", "assumption: one offer in five makes sense; "
        "a question to the company, whose offers' acceptance tells", plausible=(0.08, 0.4))  # fmt: skip
    worth: float = parameter(
        1.5, "weeks of spend", 0, 100, "What an accepted offer brings, once",
        "assumption: a week and a half of revenue; a question to the company", plausible=(0.5, 5, "log"))  # fmt: skip
    margin: float = parameter(
        0.50, "share", 0, 1, "Share of it that is left after its own cost",
        "assumption: a half; a question to the company, whose accounts tell", plausible=(0.25, 0.75))  # fmt: skip
    tiring: float = parameter(
        0.15, "share", 0, 1, "Fatigue added by one attempt", "assumption: half tired after four in a row; "
        "plausibly after two to more than ten", plausible=(0.05, 0.4, "log"))  # fmt: skip
    recovery: float = parameter(
        0.04, "share per week", 0, 1, "Share of fatigue that passes in a week",
        "assumption: half in 17 weeks; plausibly in 7 to 46 weeks", plausible=(0.015, 0.1, "log"))  # fmt: skip
    distrust: float = parameter(
        0.03, "share", 0, 1, "Share of trust and satisfaction lost to one attempt at full pressure on a tired customer",
        "assumption: a thirtieth; plausibly a hundredth to a tenth", plausible=(0.01, 0.1, "log"))  # fmt: skip


NEUTRAL = {"attempts": 0.0}
COLUMNS = (Column("upsell_fatigue", "number", "How tired of offers the customer is, 0 to 1"),)


@rule
def attempt_chance(attempts: float) -> float:
    """The chance of an attempt in one week, from attempts a month."""
    return attempts * f32(7 / 30.4375)


@rule
def accepts(relevance: float, trust: float, fatigue: float) -> float:
    """The chance that an offer is accepted."""
    return relevance * trust * (f32(1) - fatigue)


@rule
def tired(fatigue: float, tiring: float) -> float:
    """Fatigue after one more attempt."""
    return fatigue + (f32(1) - fatigue) * tiring


@rule
def annoyance(pressure: float, fatigue: float, relevance: float, distrust: float) -> float:
    """The share of trust an attempt costs: more under pressure, when tired, and when the offer does not fit."""
    return share(distrust * pressure * (f32(0.25) + fatigue) * (f32(1) - relevance))


COUNTS = ("offers", "sales")
MONEY_IN = ("revenue_upselling",)
MONEY_OUT = ("cost_upselling",)
EVENTS = {
    "offer_accepted": "They were offered more and bought for {money}.",
    "offer_refused": "They were offered more and declined.",
}


@step
def recover(me, p, week):
    """Fatigue passes."""
    if week.offers_made:
        me.upsell_fatigue = relieved(me.upsell_fatigue, p.upselling.recovery)


@step
def is_offered(me, p) -> bool:
    """Whether somebody is offered something more this week."""
    chance = attempt_chance(p.upselling.attempts)
    return p.upselling.attempts > 0.0 and me.provider == COMPANY and happens(chance, me.luck(EVERYDAY, IS_OFFERED))


@step
def hear_offer(me, p, week, count, note):
    """An attempt to sell something more: it tires and costs trust, whether accepted or not."""
    trust, satisfaction, fatigue = me.trust, me.satisfaction, me.upsell_fatigue
    income = cents(me.spend, p.upselling.worth)
    sold = happens(accepts(p.upselling.relevance, trust, fatigue), me.luck(OFFER, 0))
    blow = annoyance(p.upselling.pressure, fatigue, p.upselling.relevance, p.upselling.distrust)
    spared = p.ledger.without == OF_UPSELLING
    me.trust, me.satisfaction = (
        suffered(trust, shaken(trust, blow), spared),
        suffered(satisfaction, shaken(satisfaction, blow), spared),
    )
    me.upsell_fatigue = tired(fatigue, p.upselling.tiring)
    me.ledger_upselling += lost(trust, me.trust) * week.rate
    me.ledger_upselling += lost(satisfaction, me.satisfaction) * week.rate
    count.offers += 1
    if sold:
        count.sales += 1
        count.revenue_upselling += income
        count.cost_upselling += income - cents(me.spend, p.upselling.worth * p.upselling.margin)
        note.offer_accepted(income)
    else:
        note.offer_refused(fatigue)


EXAMPLES = (
    example(attempt_chance, 1.0, becomes=7 / 30.4375, because="a month has 30.4375 days"),
    example(accepts, 0.2, 0.5, 0.5, becomes=0.05, because="0.2 x 0.5 x 0.5"),
    example(tired, 0.5, 0.2, becomes=0.6, because="a fifth of the remaining half"),
    example(annoyance, 0.5, 0.75, 0.2, 0.1, becomes=0.04, because="0.1 x 0.5 x 1 x 0.8"),
)
STEP_EXAMPLES = (
    example_of_step(recover, me={"upsell_fatigue": 0.5}, p={"recovery": 0.04}, becomes={"upsell_fatigue": 0.48}, because="4 % pass"),
    example_of_step(
        is_offered, p={"attempts": 30.4375 / 70}, luck={(EVERYDAY, IS_OFFERED): 0.09}, becomes={"gives": True}, because="a tenth a week",
    ),
    example_of_step(
        hear_offer, me={"trust": 0.5, "satisfaction": 0.8, "upsell_fatigue": 0.75, "spend": 10.0}, week={"rate": 2.0},
        p={"relevance": 0.2, "pressure": 0.5, "distrust": 0.5, "tiring": 0.2, "worth": 1.5, "margin": 0.4}, luck={(OFFER, 0): 0.024},
        becomes={"trust": 0.4, "satisfaction": 0.64, "upsell_fatigue": 0.8, "ledger_upselling": 0.52, "count.offers": 1,
                 "count.sales": 1, "count.revenue_upselling": 1500, "count.cost_upselling": 900, "note.offer_accepted": 1500},
        because="0.024 is below 0.2 x 0.5 x 0.25; the blow is 0.5 x 0.5 x 1 x 0.8, a fifth; 40 % of 15.00 are left",
    ),
)  # fmt: skip
