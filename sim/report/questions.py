"""Parameters that nobody knows as a strategist would name them, and how each could be found out."""

from __future__ import annotations

import re

from sim.model.component import Model
from sim.model.parameters import Line
from sim.report.amounts import number
from sim.runs.comparison import Comparison
from sim.scenario.worlds import MEANS, OF, line_of

ANEW = {
    "belief.evidence": "how many messages change a mind about a provider",
    "belief.reviews": "weight of public reputation beside one's own opinion",
    "belief.spread": "how far opinions of a provider one does not use differ",
    "choice.attention": "how often content customers compare providers",
    "choice.issue_trigger": "how much a problem makes people compare providers",
    "choice.grievance_trigger": "how much a grievance makes people compare providers",
    "choice.news_trigger": "how much bad news from friends makes people compare",
    "choice.decided": "how long people stay decided after comparing providers",
    "choice.hearsay": "weight of what others say for a newcomer",
    "choice.hearsay_settled": "weight of what others say after many years",
    "choice.trust_weight": "weight of trust beside satisfaction in staying",
    "choice.appeal": "how much better quality may cost",
    "choice.newcomers": "how soon new people come to the market",
    "choice.sorting": "how soon people find the provider that suits them",
    "complaining.giving_up": "how soon people give up complaining",
    "expectation.breach": "trust lost when the first week breaks the promise",
    "grievance.rise": "grievance after a failure that nobody owns",
    "grievance.refused": "grievance after a refusal",
    "grievance.silent": "grievance of those who say nothing",
    "issue.lasting": "how slowly an open problem is forgotten",
    "ledger.half_life": "how long losses of goodwill count among the reasons",
    "ledger.notice": "disappointment that nobody takes note of",
    "price.envy": "unfairness felt at a discount only for newcomers",
    "satisfaction.curvature": "size of a surprise from which more hardly counts",
    "satisfaction.loss_aversion": "how much more disappointment weighs than surprise",
    "satisfaction.steadiness": "how much erratic quality blurs what people learn",
    "talk.base": "how often people mention a provider unprompted",
    "talk.strong": "how much strong feelings make people talk",
    "talk.grievance": "how much a grievance makes people talk",
    "talk.event": "how much an event makes people talk",
    "talk.passed_on": "chance that bad news is told on",
    "talk.passed_on_well": "chance that good news is told on",
    "trust.encounter": "weight of one conversation for trust",
    "accountability.delight": "how much a perfect recovery delights",
    "accountability.restores": "how much a perfect recovery makes good",
    "accountability.disputed": "solved matters that come up again where nothing is owned",
    "accountability.explains": "those refused who accept it from an open company",
    "call_centre.manner": "what a skilled and warm representative adds",
    "chatbot.hardness": "share of grave matters that defeat the chatbot",
    "chatbot.detection": "conversations in which the machine is found out",
    "deliveries.matter": "how grave a late order is to those who ask",
    "deliveries.resold": "worth of what is sent back",
    "deliveries.refund_tolerated": "how long people wait for their money",
    "deliveries.refund_hurts": "harm of a long wait for one's money",
    "deliveries.sooner_appeals": "what a day sooner is worth to newcomers",
    "deliveries.cost": "cost of packing and delivering an order",
    "introductory_price.unbound": "how much less holds whoever came for a low price",
    "loyalty_programme.acceleration": "how much more is bought just before a reward",
    "loyalty_programme.margin": "share of those additional sales that is left",
    "loyalty_programme.care_felt": "how much better service of high status is felt",
    "purchases.keenness": "how much oftener the contented buy",
    "purchases.touchiness": "how much sooner the discontented lapse",
    "referral.bond": "how much friends who brought somebody bind",
    "friends.wake": "how many look around when a friend has left",
    "friends.loosen": "how much a friend who has left loosens ties",
    "expectation.comparison": "how much of a better provider's lead people come to expect",
    "quality.care": "how much errors rise as morale falls",
    "retention_offers.wear": "how soon plans and offers to stay wear out",
    "digital_channels.cost": "what answering one message costs",
    "digital_channels.tolerance": "how long people wait for a written answer",
    "message_desk.minutes": "time that answering a message takes",
    "message_desk.slowdown": "how much longer messages take two at a time",
    "message_desk.patience": "how long people wait for an answer before they give up",
    "message_desk.wage": "what an hour of those who answer messages costs",
    "message_desk.resentment": "grievance of those who wait for an answer in vain",
    "digital_channels.hardness": "grave matters that cannot be solved in writing",
    "digital_channels.inconsistency": "harm of answers that differ between channels",
    "digital_channels.public": "unhelpful answers that become public complaints",
    "digital_channels.visibility": "how far a public complaint is seen",
    "employee_care.target_occupancy": "share of time on calls that wears morale down",
    "fees.overlooked": "how much of a hidden fee newcomers overlook",
    "lever_costs.digital_channels_skill": "cost of better skill of those who answer messages",
    "marketing.cost": "cost of reaching one person once",
    "marketing.reliance": "how far people believe a promise",
    "products.sells": "chance that a further product is sold",
    "products.annoys": "trust lost to an offer that is declined",
    "products.bought": "how often people take further products",
    "products.cost": "what serving a further product costs",
    "products.demand": "how far costs go with asking for help",
    "products.tie": "how much a further product ties",
    "pretence.appeal": "how many people a hollow claim attracts",
    "pretence.lift": "how much a hollow claim raises newcomers' expectation",
    "pretence.swelling": "how much each hollow claim raises expectation",
    "pretence.exposure": "chance that a call shows a claim to be hollow",
    "quality.people": "how much quality follows representatives' morale",
    "quality.spread": "how much the product varies from week to week",
    "referral.eagerness": "how much a reward makes people talk",
    "rival.reach": "customers whom the rival's advertising makes think",
    "rival.spread": "how much the rival's product varies from week to week",
    "self_checkout.error_minutes": "time lost to an error of the machine",
    "self_checkout.memory": "weight of one visit to the shop in satisfaction",
    "support_access.search_minutes": "time spent looking for hidden contact details",
    "support_access.tries_again": "those who call again when lines are closed",
    "transparency.calls_spared": "calls that an honest notice makes needless",
    "transparency.insight": "how much seeing the process makes failures milder",
    "transparency.notice_relief": "outrage at a price rise that an announcement spares",
    "transparency.sway": "how much misleading claims hide from the rival's customers",
    "transparency.exaggeration": "how much misleading claims promise newcomers",
    "transparency.found_out": "chance that a misleading claim is found out",
    "transparency.betrayal": "trust lost when a misleading claim is found out",
    "transparency.anger": "grievance left by finding out a misleading claim",
    "traits.contact_propensity": "how readily people get in touch",
    "traits.digital_affinity": "how much people like to be served online",
    "traits.self_service_liking": "how much people like to serve themselves",
    "traits.switching_cost": "what switching costs people",
    "upselling.worth": "what an accepted offer brings",
    "upselling.relevance": "how well the offers fit the customers",
    "upselling.margin": "share of an accepted offer left after its cost",
    "upselling.distrust": "trust lost to one pushy offer",
    "winback.cost": "cost of one offer to somebody who left",
}
"""In short what lines say at length, or lean upon the line before them for."""
SURVEYED = {
    "answering": "ask the same people twice, some weeks apart, and compare their answers",
    "belief": "ask people who are not your customers what they think of you and of the others, and what they heard",
    "choice": "ask customers in a survey whether and why they compared providers lately, and see in your log who left after what",
    "complaining": "ask customers in a survey who had a problem and whether they told you; your log shows who tried again",
    "expectation": "ask newcomers what they were promised and what they expect, at the start and again after half a year",
    "grievance": "ask those who were refused, or said nothing, what they still hold against you after weeks and months",
    "issue": "ask those with an open matter every week how much it still troubles them",
    "ledger": "ask those who leave for their reasons, once at once and once after half a year",
    "price": "ask customers how fair they find the price before and after a change, and see in your log who left after past ones",
    "satisfaction": "ask the same customers every month, and hold their answers against what happened to them in your log",
    "talk": "ask customers in a survey whom they told of you in the last month, and of what",
    "trust": "ask the same customers every month whether they trust you, and hold that against their contacts in your log",
    "word_of_mouth": "count reviews and posts about you, and ask newcomers what they read",
    "traits": "ask a sample of your customers in a survey, and see in your log how they differ",
    "rival": "buy from the rival yourself, and ask customers who know both",
}
"""How to find out what people do and feel, by part of the model."""
TRIED = "try it with some of your customers, compare them with others in your log, and ask those whom it concerned"
COMPANY = "a question to the company"
MONEY = ("currency", "weeks of spend")
MOST_ASKED = 3
MUCH = 0.05
"""A cost that makes less of the spread in profit is not asked for."""


def words_of(path: str, model: Model) -> str:
    """A parameter in words: ``how sharply a comparison decides``."""
    if path.startswith(f"{MEANS}.") and path not in ANEW:
        trait, _, segment = path.partition(".")[2].partition(OF)
        whose = f"the {trait.replace('_', ' ')} of “{segment}”" if segment else f"people's {trait.replace('_', ' ')}"
        return f"{whose} on average"
    return ANEW.get(path) or _started_small(re.split(r"[:;,(]", line_of(model, path).meaning)[0].strip())


def _started_small(words: str) -> str:
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def of_company(line: Line) -> bool:
    """Whether the company itself can look the parameter up."""
    return COMPANY in line.source


def of_money(line: Line) -> bool:
    """Whether the parameter is a cost or a price that the company itself can look up."""
    in_money = line.unit.startswith(MONEY) or line.meaning.lower().startswith("cost")
    return of_company(line) and in_money


def how(path: str, model: Model) -> str:
    """How to find a parameter out: where the company looks it up, or whom it asks."""
    line = line_of(model, path)
    if not of_company(line):
        return SURVEYED.get(path.partition(".")[0], TRIED)
    where = re.search(rf"{COMPANY}, (whose|which) ([^:;,]+)", line.source)
    if where is None:
        told = "look it up in your books"
    elif where[1] == "whose":
        told = f"look it up: your {where[2].strip()}"
    else:
        told = f"find it out yourselves: you {where[2].strip().replace('itself', 'yourselves')}"
    return f"{told} ({path} in the scenario)"


def as_noun(words: str) -> str:
    """Words of a parameter as a sentence takes them: ``how …`` and ``what …`` as they are, others with their article."""
    return words if words.startswith(("how ", "what ", "those ", "people's ")) else f"the {words}"


def _turns_on(answer: Comparison) -> list[str]:
    """What it is worth to find out; where the choice is open, also what makes much of the spread in profit."""
    found = answer.worth
    paths = [one.parameter for one in found.questions]
    for name in (found.rival, found.best) if found.open else ():
        profit = answer.hangs_on.get(name, {}).get("profit")
        paths += [one.parameter for one in profit.told if one.share >= MUCH] if profit else []
    return list(dict.fromkeys(paths))


def costs_asked_for(answer: Comparison) -> list[str]:
    """Costs and prices that are left open though the answer turns on them, asked for by name: at most one sentence."""
    if answer.worlds is None or not answer.others:
        return []
    model = answer.base.scenario.model
    named = [path for path in _turns_on(answer) if of_money(line_of(model, path))][:MOST_ASKED]
    if not named:
        return []
    each = [f"{as_noun(words_of(path, model))} (set '{path}'; {_range(path, answer)})" for path in named]
    it = "it" if len(each) == 1 else "them"
    return [f"The scenario does not say {', nor '.join(each)}, and the answer turns on {it}."]


def _range(path: str, answer: Comparison) -> str:
    """Between what a parameter was taken to lie, with its unit."""
    line, worlds = line_of(answer.base.scenario.model, path), answer.worlds
    assert worlds is not None
    met = worlds.values[:, worlds.paths.index(path)]
    fitted = path in worlds.fitted or line.plausible is None
    ends = (met.min(), met.max()) if fitted else (line.plausible.low, line.plausible.high)  # type: ignore[union-attr]
    low, high = (f"{end:,.3g}" if abs(end) < 1000 else number(end) for end in ends)
    unit = line.unit.replace("currency", answer.base.scenario.currency)
    return f"taken for {low} to {high} {unit}"
