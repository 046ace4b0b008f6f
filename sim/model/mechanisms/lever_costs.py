"""What it costs to be better: a steadier product, abler people, a sincere apology – whatever no other line charges for.

Serves S2.3, S4.5. Every lever that makes customers happier, and that would otherwise be free, has a cost curve. It is counted
from what the company's other costs pay for already (``…_paid_for``, the lever's default): nothing there, a saving below, and
each further step dearer than the last. Of what is missing to perfection the first halving costs the price; a further one costs
as much again, and of the product's level twice as much as the one before. What is missing altogether costs seven halvings. What is
effort – owning up, keeping a claim – costs the square of it. Sources: Rust, Zahorik & Keiningham 1995 (J. Marketing 59:58-70):
quality is an investment, and one can spend too much on it; Coelli, Gautier, Perelman & Saplacan-Pop 2013 (Energy Policy
53:287-297): the better the supply of electricity already is, the more it costs to make it better still.
"""

from typing import Any

import numpy as np
from pydantic import ValidationInfo, field_validator

from sim.model.examples import example, example_of_step
from sim.model.mechanisms.accountability import Accountability
from sim.model.mechanisms.call_centre import CallCentre
from sim.model.mechanisms.chatbot import Chatbot
from sim.model.mechanisms.digital_channels import DigitalChannels, cost_of_answering, has_desk
from sim.model.mechanisms.employee_care import wages
from sim.model.mechanisms.management import cared_for
from sim.model.mechanisms.personalisation import Personalisation, knowing
from sim.model.mechanisms.pretence import Pretence
from sim.model.mechanisms.quality import Quality, providing
from sim.model.mechanisms.self_checkout import SelfCheckout
from sim.model.mechanisms.upselling import Upselling
from sim.model.numeric import log
from sim.model.parameters import CERTAIN, Parameters, lines, parameter
from sim.model.rules import f32, i64, rule
from sim.model.steps import step

_FINEST = f32(1 / 128)
"""What is thought to be missing to somebody who lacks nothing, as a part of what the other costs leave missing: an assumption."""
_HALVING = f32(np.log((1 + 1 / 128) / (1 / 2 + 1 / 128)))

OF_SPEND = "as a share of what customers pay at a price index of 1"
BESIDE = "What such a halving costs the company beside, however many customers it has"
OWN_SAY = "assumption: none of it; how much does not depend on the number of customers is the company's to say"


def paid_for(settings: type[Parameters], name: str, least: float = 0.0, most: float = 1.0) -> Any:
    """Declare how far the company's other costs pay for a lever already: as far as its default, between these bounds."""
    line = lines(settings)[name]
    source = "assumption: the default of the lever, with which the other costs go"
    told = f"Up to where the company's other costs pay for it already: {line.meaning}"
    return parameter(line.default, line.unit, least, most, told, source, plausible=CERTAIN)


class LeverCosts(Parameters):
    quality_level: float = parameter(
        0.10, "share", 0, 10, f"Cost of the first halving of what quality.level lacks to 1, {OF_SPEND}",
        "assumption: a tenth of the price lies between good and very good; Bhimani, Horngren, Datar & Rajan (Management and Cost "
        "Accounting) put all costs of quality at 10 to 20 % of sales in many firms; "
        "a question to the company, and a guess without it", plausible=(0.02, 0.3, "log"))  # fmt: skip
    quality_level_fixed: float = parameter(
        0.0, "currency per week", 0, 1e9, BESIDE, OWN_SAY, plausible=CERTAIN)  # fmt: skip
    quality_level_paid_for: float = paid_for(Quality, "level", most=0.99)
    quality_spread: float = parameter(
        0.02, "share", 0, 10, f"Cost of each halving of quality.spread, {OF_SPEND}",
        "assumption: a fifth of what the level costs; no study that we know of measures it; "
        "a question to the company", plausible=(0.002, 0.1, "log"))  # fmt: skip
    quality_spread_fixed: float = parameter(
        0.0, "currency per week", 0, 1e9, BESIDE, OWN_SAY, plausible=CERTAIN)  # fmt: skip
    quality_spread_paid_for: float = paid_for(Quality, "spread", 0.001, 0.5)
    quality_errors: float = parameter(
        0.005, "share", 0, 10, f"Cost of each halving of what errors take off, quality.error_rate times quality.error_depth, {OF_SPEND}",
        "literature: Coelli et al. 2013: to prevent one interruption of electricity costs 2.70 to 15.70; 0.005 fewer a week for 9 "
        "each are half a per cent of a spend of 10; "
        "a question to the company; for what is no electricity a quarter to six times as much is plausible",
        plausible=(0.0013, 0.03, "log"))  # fmt: skip
    quality_errors_fixed: float = parameter(
        0.0, "currency per week", 0, 1e9, BESIDE, OWN_SAY, plausible=CERTAIN)  # fmt: skip
    quality_errors_paid_for: float = parameter(
        0.005, "scale 0-1 per week", 0.00001, 1, "What errors take off up to where the company's other costs pay for it already",
        "assumption: the default of both levers, one in two years that takes half of the scale", plausible=CERTAIN)  # fmt: skip
    call_centre_skill: float = parameter(
        0.22, "share", 0, 10, "Cost of each halving of what call_centre.skill lacks to 1, as a share of representatives' wages",
        "literature: Hanushek et al. 2015 (European Economic Review 73:103-130): a standard deviation of skill earns 18 % more, 12 "
        "to 28 % by country; here it is 0.08, and the first halving 0.1; "
        "a question to the company, whose payroll tells", plausible=(0.15, 0.35))  # fmt: skip
    call_centre_skill_paid_for: float = paid_for(CallCentre, "skill", most=0.99)
    accountability_acknowledges: float = parameter(
        2.0, "currency per complaint", 0, 10_000, "Cost of admitting fully what went wrong, against not at all: accountability.acknowledges",
        "assumption: five minutes to look into it; a question to the company", plausible=(0.2, 8, "log"))  # fmt: skip
    accountability_acknowledges_paid_for: float = paid_for(Accountability, "acknowledges")
    accountability_apologises: float = parameter(
        1.0, "currency per complaint", 0, 10_000, "Cost of the sincerest apology, against none: accountability.apologises",
        "assumption: three minutes more; in writing it is nearly free and yet works (Abeler et al. 2010, Economics Letters "
        "107:233-235); a question to the company", plausible=(0.05, 4, "log"))  # fmt: skip
    accountability_apologises_paid_for: float = paid_for(Accountability, "apologises")
    accountability_speed: float = parameter(
        5.0, "currency per complaint", 0, 10_000, "Cost of settling it at once, against at leisure: accountability.speed",
        "assumption: two thirds of what a live contact costs (8.01, Gartner 2019) for people who stand by; "
        "a question to the company", plausible=(1, 15, "log"))  # fmt: skip
    accountability_speed_paid_for: float = paid_for(Accountability, "speed")
    pretence_actual: float = parameter(
        1.0, "currency per contact", 0, 10_000, "Cost of keeping a full claim to put customers first, against a hollow one: pretence.actual",
        "assumption: two or three minutes in which somebody may do what is right; "
        "a question to the company", plausible=(0.1, 5, "log"))  # fmt: skip
    pretence_actual_paid_for: float = paid_for(Pretence, "actual")
    personalisation_control: float = parameter(
        0.4, "share", 0, 10, "Cost of full say of customers in what is kept about them, as a share of the cost of tailoring: "
        "personalisation.control", "assumption: two fifths of what it costs to know them; "
        "a question to the company", plausible=(0.05, 2, "log"))  # fmt: skip
    personalisation_control_paid_for: float = paid_for(Personalisation, "control")
    upselling_relevance: float = parameter(
        0.5, "currency per attempt", 0, 10_000, "Cost of making only offers that fit, against any: upselling.relevance",
        "assumption: half of what a message costs goes into finding out whom to send it; "
        "a question to the company", plausible=(0.05, 2, "log"))  # fmt: skip
    upselling_relevance_paid_for: float = paid_for(Upselling, "relevance")
    digital_channels_skill: float = parameter(
        0.22, "share", 0, 10, "Cost of each halving of what digital_channels.skill lacks to 1, as a share of the cost of answering",
        "literature: as of call_centre.skill; "
        "a question to the company, whose payroll tells", plausible=(0.15, 0.35))  # fmt: skip
    digital_channels_skill_paid_for: float = paid_for(DigitalChannels, "skill", most=0.99)
    digital_channels_response_hours: float = parameter(
        0.15, "share", 0, 10, "Cost of each halving of digital_channels.response_hours, as a share of the cost of answering",
        "assumption: a seventh more people, who wait for messages and not messages for them; "
        "a question to the company", plausible=(0.02, 0.5, "log"))  # fmt: skip
    digital_channels_response_hours_paid_for: float = paid_for(DigitalChannels, "response_hours", 0.1, 336)
    digital_channels_inconsistency: float = parameter(
        0.10, "share", 0, 10, "Cost of each halving of digital_channels.inconsistency, as a share of the cost of answering",
        "assumption: a tenth of the work is to look up what others said; "
        "a question to the company", plausible=(0.02, 0.4, "log"))  # fmt: skip
    digital_channels_inconsistency_paid_for: float = paid_for(DigitalChannels, "inconsistency", 0.001)
    chatbot_resolution: float = parameter(
        0.60, "currency per conversation", 0, 1000, "Cost of each halving of what chatbot.resolution lacks to 1",
        "literature: price list of Intercom for its agent Fin, 2024: 0.99 for each matter resolved, which two thirds are; "
        "a question to the company, whose supplier tells", plausible=(0.1, 1.0, "log"))  # fmt: skip
    chatbot_resolution_fixed: float = parameter(
        0.0, "currency per week", 0, 1e9, BESIDE, OWN_SAY, plausible=CERTAIN)  # fmt: skip
    chatbot_resolution_paid_for: float = paid_for(Chatbot, "resolution", most=0.99)
    self_checkout_errors: float = parameter(
        0.20, "share", 0, 10, "Cost of each halving of self_checkout.errors, as a share of the cost of self-service lanes",
        "assumption: a fifth more for scales and cameras that err half as often; "
        "a question to the company, whose supplier tells", plausible=(0.05, 0.5, "log"))  # fmt: skip
    self_checkout_errors_paid_for: float = paid_for(SelfCheckout, "errors", 0.001)

    @field_validator("*", mode="before")
    @classmethod
    def _rises(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse a price under which a better lever would cost less. Raises ``ValueError``, which the section's check tells."""
        name = info.field_name or ""
        if not name.endswith("_paid_for") and isinstance(value, int | float) and value < 0:
            raise ValueError(
                f"{value:g} is a cost curve that falls, on which a better company would cost less; it must lie between 0 and "
                f"{lines(cls)[name].high:g}; write 0 for what costs nothing"
            )
        return value


_ERRORS = {"quality.error_rate": "quality_errors", "quality.error_depth": "quality_errors"}
_PRICED = (
    "quality.level", "quality.spread", "call_centre.skill", "accountability.acknowledges", "accountability.apologises",
    "accountability.speed", "pretence.actual", "personalisation.control", "upselling.relevance", "digital_channels.skill",
    "digital_channels.response_hours", "digital_channels.inconsistency", "chatbot.resolution", "self_checkout.errors",
)  # fmt: skip
PRICED = _ERRORS | {lever: lever.replace(".", "_") for lever in _PRICED}
"""The levers that have a cost curve here, and the setting that is the price of each."""
UNPRICED = (
    "call_centre.handling", "call_centre.callback", "support_access.opening_hours", "support_access.seconds_per_level",
    "support_access.routing", "self_checkout.minutes", "self_checkout.self_minutes", "self_checkout.error_minutes",
    "self_checkout.effort", "outsourcing.skill_gap", "outsourcing.script", "outsourcing.haste", "chatbot.hardness",
    "digital_channels.hardness", "message_desk.minutes", "message_desk.slowdown", "purchases.pace",
)  # fmt: skip
"""The levers that tools, machines, hours or contracts would move that nobody has a cost for."""
NEUTRAL = {name: 0.0 for name in LeverCosts.model_fields if not name.endswith("_paid_for")}
MONEY_OUT = tuple(f"cost_{price}" for price in dict.fromkeys(PRICED.values()))


@rule
def dearer(missing: float, paid_for: float) -> float:
    """Steps towards perfection of which the first halves what is missing, and each further one costs twice the last."""
    rest = paid_for * _FINEST
    return ((paid_for + rest) / (missing + rest) - f32(1)) * (f32(1) + f32(2) * _FINEST)


@rule
def halvings(missing: float, paid_for: float) -> float:
    """How many times what is missing has been halved, of which each costs the same; less than 0 where more is missing."""
    rest = paid_for * _FINEST
    return log((paid_for + rest) / (missing + rest)) / _HALVING


@rule
def effort(value: float, paid_for: float) -> float:
    """How much more effort a value takes than what is paid for, as a part of the most that it can take: by the square."""
    return value * value - paid_for * paid_for


@rule
def charged(steps: float, cents: int, price: float, fixed: float) -> int:
    """So many steps, in whole cents: each costs a share of these cents and a fixed amount of money. Less than 0 is saved."""
    each = np.float64(cents) * np.float64(price) + np.float64(fixed) * 100.0
    return i64(np.floor(np.float64(steps) * each + 0.5))


@step
def pay_for_better_product(firm, p, week, count):
    """What a better, steadier and more reliable product costs than the one that is paid for, less when the budget is cut."""
    spending = providing(firm.spending, cared_for(1.0, p.management.neglect, firm.budget))
    better = dearer(1.0 - p.quality.level, 1.0 - p.lever_costs.quality_level_paid_for)
    steadier = halvings(p.quality.spread, p.lever_costs.quality_spread_paid_for)
    harmless = halvings(p.quality.error_rate * p.quality.error_depth, p.lever_costs.quality_errors_paid_for)
    count.cost_quality_level += charged(
        better, spending, p.lever_costs.quality_level, p.lever_costs.quality_level_fixed / week.stands_for
    )
    count.cost_quality_spread += charged(
        steadier, spending, p.lever_costs.quality_spread, p.lever_costs.quality_spread_fixed / week.stands_for
    )
    count.cost_quality_errors += charged(
        harmless, spending, p.lever_costs.quality_errors, p.lever_costs.quality_errors_fixed / week.stands_for
    )


@step
def pay_for_better_people(firm, p, week, count):
    """What abler representatives cost than those whose wage is paid, and what owning up and putting customers first cost."""
    payroll = wages(firm.hours_paid, p.call_centre.wage, p.call_centre.hours, week.stands_for)
    abler = halvings(1.0 - p.call_centre.skill, 1.0 - p.lever_costs.call_centre_skill_paid_for)
    admits = effort(p.accountability.acknowledges, p.lever_costs.accountability_acknowledges_paid_for)
    sorry = effort(p.accountability.apologises, p.lever_costs.accountability_apologises_paid_for)
    sooner = effort(p.accountability.speed, p.lever_costs.accountability_speed_paid_for)
    first = effort(min(p.pretence.actual, p.pretence.claimed), p.lever_costs.pretence_actual_paid_for)
    complaints = 100 * count.complaints
    count.cost_call_centre_skill += charged(abler, payroll, p.lever_costs.call_centre_skill, 0.0)
    count.cost_accountability_acknowledges += charged(
        admits, complaints, p.lever_costs.accountability_acknowledges, 0.0
    )
    count.cost_accountability_apologises += charged(sorry, complaints, p.lever_costs.accountability_apologises, 0.0)
    count.cost_accountability_speed += charged(sooner, complaints, p.lever_costs.accountability_speed, 0.0)
    count.cost_pretence_actual += charged(first, 100 * count.contacts, p.lever_costs.pretence_actual, 0.0)


@step
def pay_for_better_offers(p, count):
    """What customers' say over what is kept about them costs, and what offers cost that fit."""
    say = effort(p.personalisation.control, p.lever_costs.personalisation_control_paid_for)
    fitting = effort(p.upselling.relevance, p.lever_costs.upselling_relevance_paid_for)
    tailored = knowing(count.customers, 0.0, p.personalisation.tailoring, p.personalisation.cost)
    count.cost_personalisation_control += charged(say, tailored, p.lever_costs.personalisation_control, 0.0)
    count.cost_upselling_relevance += charged(fitting, 100 * count.offers, p.lever_costs.upselling_relevance, 0.0)


@step
def pay_for_better_channels(firm, p, week, count):
    """What better answers in writing, a better chatbot and better machines cost than those that are paid for."""
    answering = cost_of_answering(firm, p, week, count)
    machines = wages(f32(p.self_checkout.self_lanes), p.self_checkout.lane_cost, 1.0, week.stands_for)
    abler = halvings(1.0 - p.digital_channels.skill, 1.0 - p.lever_costs.digital_channels_skill_paid_for)
    hours = halvings(p.digital_channels.response_hours, p.lever_costs.digital_channels_response_hours_paid_for)
    sooner = 0.0 if has_desk(firm, week) else hours
    alike = halvings(p.digital_channels.inconsistency, p.lever_costs.digital_channels_inconsistency_paid_for)
    cleverer = halvings(1.0 - p.chatbot.resolution, 1.0 - p.lever_costs.chatbot_resolution_paid_for)
    surer = halvings(p.self_checkout.errors, p.lever_costs.self_checkout_errors_paid_for)
    count.cost_digital_channels_skill += charged(abler, answering, p.lever_costs.digital_channels_skill, 0.0)
    count.cost_digital_channels_response_hours += charged(
        sooner, answering, p.lever_costs.digital_channels_response_hours, 0.0
    )
    count.cost_digital_channels_inconsistency += charged(
        alike, answering, p.lever_costs.digital_channels_inconsistency, 0.0
    )
    count.cost_chatbot_resolution += charged(
        cleverer, 100 * count.bot_contacts, p.lever_costs.chatbot_resolution,
        p.lever_costs.chatbot_resolution_fixed / week.stands_for,
    )  # fmt: skip
    count.cost_self_checkout_errors += charged(surer, machines, p.lever_costs.self_checkout_errors, 0.0)


EXAMPLES = (
    example(dearer, 0.22, 0.22, becomes=0.0, because="just what is paid for"),
    example(dearer, 0.11, 0.22, becomes=1.0, because="half of it is missing"),
    example(dearer, 0.25, 0.5, becomes=1.0, because="half of it is missing"),
    example(dearer, 0.0, 1.0, becomes=130.0, because="nothing is missing: (129 - 1) x (1 + 1/64)"),
    example(halvings, 0.01, 0.01, becomes=0.0, because="just what is paid for"),
    example(halvings, 0.005, 0.01, becomes=1.0, because="half as many"),
    example(halvings, 0.0, 0.01, becomes=7.0902162, because="none at all: ln 129 over the first halving's 0.68543"),
    example(effort, 0.5, 0.3, becomes=0.16, because="0.25 - 0.09"),
    example(charged, 0.5, 1000, 0.1, 2.0, becomes=150, because="half of a tenth of 10.00, and half of 2.00"),
    example(charged, -0.25, 1000, 0.1, 0.0, becomes=-25, because="a quarter of a tenth is saved"),
)
STEP_EXAMPLES = (
    example_of_step(
        pay_for_better_product, firm={"spending": 200_000, "budget": -0.5}, week={"stands_for": 40.0},
        p={"management.neglect": 1.0, "quality.level": 0.75, "quality_level_paid_for": 0.5, "quality_level": 0.1, "quality_level_fixed": 400.0,
           "quality.spread": 0.04, "quality_spread_paid_for": 0.08, "quality_spread": 0.02,
           "quality.error_rate": 0.04, "quality.error_depth": 0.25, "quality_errors_paid_for": 0.02, "quality_errors": 0.005},
        becomes={"count.cost_quality_level": 11_000, "count.cost_quality_spread": 2000, "count.cost_quality_errors": 500},
        because="all is halved once: of what half a budget leaves of 2,000.00 a tenth and a fortieth of 400.00, a fiftieth, and 0.5 %",
    ),
    example_of_step(
        pay_for_better_people, firm={"hours_paid": 2.0}, week={"stands_for": 40.0}, count={"complaints": 10, "contacts": 40},
        p={"call_centre.wage": 20.0, "call_centre.hours": 60.0, "call_centre.skill": 0.9, "call_centre_skill_paid_for": 0.8,
           "call_centre_skill": 0.25, "accountability.acknowledges": 0.5, "accountability_acknowledges_paid_for": 0.0,
           "accountability_acknowledges": 2.0, "accountability.apologises": 0.5, "accountability_apologises_paid_for": 1.0,
           "accountability_apologises": 1.0, "accountability.speed": 1.0, "accountability_speed_paid_for": 0.5,
           "accountability_speed": 4.0, "pretence.actual": 0.75, "pretence.claimed": 0.5, "pretence_actual": 1.0},
        becomes={"count.cost_call_centre_skill": 1500, "count.cost_accountability_acknowledges": 500,
                 "count.cost_accountability_apologises": -750, "count.cost_accountability_speed": 3000,
                 "count.cost_pretence_actual": 1000},
        because="a quarter of wages of 60.00; of 10 complaints a quarter of 2.00, three quarters of 1.00 saved, and three quarters "
                "of 4.00; of 40 contacts a quarter of 1.00, all that is claimed",
    ),
    example_of_step(
        pay_for_better_offers, count={"customers": 100, "offers": 20},
        p={"personalisation.control": 0.5, "personalisation.tailoring": 0.5, "personalisation.cost": 0.04, "personalisation_control": 2.0, "upselling.relevance": 1.0,
           "upselling_relevance_paid_for": 0.5, "upselling_relevance": 0.4},
        becomes={"count.cost_personalisation_control": 100, "count.cost_upselling_relevance": 600},
        because="a quarter of twice 100 x 0.02, and 20 x three quarters of 0.40",
    ),
    example_of_step(
        pay_for_better_channels, count={"digital_contacts": 10, "bot_contacts": 50}, week={"stands_for": 40.0},
        p={"digital_channels.cost": 4.0, "digital_channels.skill": 0.75, "digital_channels_skill_paid_for": 0.5,
           "digital_channels_skill": 0.25, "digital_channels.response_hours": 12.0, "digital_channels_response_hours_paid_for": 24.0,
           "digital_channels_response_hours": 0.15, "digital_channels.inconsistency": 0.05,
           "digital_channels_inconsistency_paid_for": 0.1, "digital_channels_inconsistency": 0.1, "chatbot.resolution": 0.6,
           "chatbot_resolution_paid_for": 0.2, "chatbot_resolution": 0.5, "chatbot_resolution_fixed": 80.0,
           "self_checkout.self_lanes": 4, "self_checkout.lane_cost": 100.0, "self_checkout.errors": 0.05,
           "self_checkout_errors_paid_for": 0.1, "self_checkout_errors": 0.2},
        becomes={"count.cost_digital_channels_skill": 1000, "count.cost_digital_channels_response_hours": 600,
                 "count.cost_digital_channels_inconsistency": 400, "count.cost_chatbot_resolution": 2700,
                 "count.cost_self_checkout_errors": 200},
        because="everything halved once: of answers for 40.00 a quarter, 15 % and a tenth; 50 x 0.50 and a fortieth of 80.00; "
                "a fifth of 10.00 for lanes",
    ),
)  # fmt: skip
