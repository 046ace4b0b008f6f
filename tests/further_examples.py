"""Further worked examples of rules and steps: the ways that those in the model's own files do not take, and the limits of each.

They stand here because a reader of the model needs few examples, and a mutation run (``tools/mutants.py``) many.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from sim.model.behaviour import (
    answering,
    belief,
    complaining,
    conversation,
    expectation,
    grievance,
    issue,
    ledger,
    person,
    price,
    satisfaction,
    switching,
    talk,
    trust,
    waiting,
)  # fmt: skip
from sim.model.behaviour.conversation import (
    CONTACT,
    IS_CALLED_BACK,
    IS_HELPED,
    IS_PATIENT,
    IS_REACHED,
    SEES_THROUGH,
    SPEAKS,
    TAKES,
)
from sim.model.behaviour.issue import SILENT
from sim.model.behaviour.ledger import OF_COMMUNICATION, OF_CONVENIENCE, OF_PRICE, OF_UPSELLING
from sim.model.behaviour.person import ASKS, COMPANY, GONE, MOOD, MOVES, RIVAL, TALKS, THINKS
from sim.model.examples import AS_IT_WAS, AS_SEEN, Example, StepExample, example, example_of_step
from sim.model.mechanisms import (
    accountability,
    call_centre,
    chatbot,
    deliveries,
    digital_channels,
    employee_care,
    fees,
    impatience,
    innovation,
    management,
    marketing,
    message_desk,
    outsourcing,
    personalisation,
    pretence,
    pricing,
    products,
    quality,
    referral,
    retention_offers,
    self_checkout,
    support_access,
    transparency,
    upselling,
    winback,
    word_of_mouth,
)  # fmt: skip
from sim.model.numeric import FIXED_ONE
from sim.service.queues import BALKED, NOBODY, SERVED

# fmt: off

NOBODY_OWNS = {"accountability.acknowledges": 0.0, "accountability.apologises": 0.0, "accountability.speed": 0.0,
    "accountability.blames": 0.0}
"""Settings under which no failure is owned at all."""
UNMOVED = {"call_centre.memory": 0.0, "trust.encounter": 0.0}
"""Settings under which a contact leaves satisfaction and trust as they were."""
UNDISPUTED = {(CONTACT, "spare"): 0.9}
"""Luck with which no matter comes up again, and nobody understands a refusal."""
NO_CHANGE: dict[str, Any] = {}


def asks(step: Any, gives: bool, because: str, *, luck: dict[Any, float] | None = None, **given: Any) -> StepExample:
    """A question, and its answer."""
    return example_of_step(step, luck=luck, becomes={"gives": gives}, because=because, **given)


# ---- behaviour -------------------------------------------------------------------------------------------------------------

FAILED = {"quality.failure_threshold": 0.5, "base": 0.6, "slope": 0.8}
CHANCE = {(CONTACT, SPEAKS): 0.4, (MOOD, ASKS): 0.9}
COMPARING = {"choice.attention": 0.0, "choice.issue_trigger": 0.0, "choice.grievance_trigger": 0.0, "choice.involuntary": 0.0,
    "choice.newcomers": 0.0, "choice.decided": 0.0, "rival.reach": 0.0}
CALM = {(MOOD, MOVES): 0.5, (MOOD, THINKS): 0.25}


def answers() -> Iterable[Example | StepExample]:
    """How people answer."""
    exact = {"satisfied_from": 0.5, "promoter_from": 0.5, "detractor_below": 0.5, "style": 0.0, "choice.trust_weight": 0.5}
    middle = {(answering.ANSWERS, 0, 0): 0.5, (answering.ANSWERS, 0, 1): 0.5}
    yield example(answering.answer, 0.5, 0.5, 0.4, becomes=0.7, because="half of a spread of 0.4")
    yield example(answering.leaning, 0.5, 2.0, 0.6, becomes=1.9, because="0.6 x 0.5 + 0.8 x 2")
    yield example_of_step(answering.answer_survey, me={"satisfaction": 0.5, "trust": 0.5}, luck=middle, p=exact,
        becomes={"count.asked": 1, "count.satisfied": 1, "count.promoters": 1}, because="just enough is enough")
    yield example_of_step(answering.answer_survey, me={"satisfaction": 0.6, "trust": 0.2}, luck=middle | {(answering.ANSWERS,
        0, 1): 0.30853754}, p={"choice.trust_weight": 0.25, "style": 0.2, "consistency": 0.6, "detractor_below": 0.43},
        becomes={"count.asked": 1, "count.detractors": 1},
        because="0.6 pleases nobody; of 0.6 - a quarter of 0.4, 0.2 x 0.8 x a half is taken")
    yield example_of_step(answering.answer_survey, me={"satisfaction": 0.6, "trust": 0.2}, luck=middle | {(answering.ANSWERS,
        0, 1): 0.30853754}, p={"choice.trust_weight": 0.25, "style": 0.2, "consistency": 0.6, "detractor_below": 0.41},
        becomes={"count.asked": 1}, because="0.42 is not below 0.41")
    yield example_of_step(answering.answer_survey, me={"provider": RIVAL, "satisfaction": 0.9, "trust": 0.9}, luck=middle,
        becomes=NO_CHANGE, because="the rival's customers are not asked")


def beliefs() -> Iterable[Example | StepExample]:
    """What is believed."""
    yield example(belief.reputation_after, 0.5, 1.0, 0.0, 0.5, becomes=0.75, because="half way to one who is content")
    yield example(belief.reputation_after, 0.5, 0.0, 1.0, 0.5, becomes=0.25, because="half way to nothing")
    yield example(belief.evidence_against, 0, 0.0, 1.3, becomes=0.0, because="nothing was said")
    yield example(belief.evidence_after, 36.0, 0.0, 0.0, 36.0, becomes=36.0, because="just as much as is kept")
    yield example(marketing.believed, 0.4, 12.0, 12.0, becomes=0.4, because="no more is known than at first")
    yield example_of_step(belief.listen, me={"belief_company": 0.6, "belief_rival": 0.5, "evidence_company": 50.0,
        "evidence_rival": 4.0}, p={"most_evidence": 36.0}, becomes=NO_CHANGE, because="nothing was heard, and nothing forgotten")


def complaints() -> Iterable[StepExample]:
    """Who speaks up."""
    matter, threshold = complaining.has_matter, {"quality.failure_threshold": 0.5, "call_centre.questions": 0.5}
    yield asks(matter, False, "just good enough, no issue, and no question", me={"performed": 0.5}, p=threshold, luck={(MOOD,
        ASKS): 0.5})
    yield asks(matter, True, "a question", me={"performed": 0.5}, p=threshold, luck={(MOOD, ASKS): 0.25})
    yield asks(matter, True, "an old issue", me={"performed": 0.8, "issue_severity": 0.1}, p=threshold, luck={(MOOD, ASKS):
        0.9})
    yield asks(matter, False, "the rival's", me={"performed": 0.2, "provider": RIVAL}, p=threshold, luck={(MOOD, ASKS): 0.9})
    yield asks(matter, False, "nothing at all", me={"performed": 0.9}, p=threshold, luck={(MOOD, ASKS): 0.75})

    step, lasting = complaining.get_in_touch, {"issue.lasting": 0.8, "issue.closed_below": 0.05, "persistence": 0.6}
    late = {(CONTACT, SPEAKS): 0.5, (MOOD, ASKS): 0.9}
    again = {"performed": 0.5, "issue_severity": 0.5, "issue_tries": 2}
    yield example_of_step(step, 0, me=again, luck=late, p=FAILED | lasting | {"giving_up": 0.0}, becomes={"issue_severity":
        0.4, "gives": 17}, because="tries again: 0.5 is below 0.6")
    yield example_of_step(step, 0, me=again, luck=late, p=FAILED | lasting | {"giving_up": 0.25}, becomes={"issue_severity":
        0.4, "gives": 0}, because="gives up: after two tries 0.5 is not below 0.6 / 1.5")
    yield example_of_step(step, 0, me={"performed": 0.8, "issue_severity": 0.5, "issue_tries": 2}, luck={(CONTACT, SPEAKS):
        0.7, (MOOD, ASKS): 0.01}, p=FAILED | lasting, becomes={"issue_severity": 0.4, "note.question": 0.0, "gives": 16},
        because="does not, but asks something else")
    yield example_of_step(step, 0, me={"performed": 0.8, "issue_severity": 0.06, "issue_tries": 2}, luck={(CONTACT, SPEAKS):
        0.0, (MOOD, ASKS): 0.9}, p=FAILED | lasting, becomes={"issue_severity": 0.0, "issue_tries": 0, "gives": 0},
        because="the issue no longer matters")
    yield example_of_step(step, 0, me={"performed": 0.8, "issue_severity": 0.5, "issue_tries": SILENT}, luck={(CONTACT,
        SPEAKS): 0.0, (MOOD, ASKS): 0.9}, p=FAILED | lasting, becomes={"issue_severity": 0.4, "gives": 0},
        because="who said nothing goes on saying nothing")
    yield example_of_step(step, 0, me={"performed": 0.25, "contact_propensity": 0.5, "issue_severity": 0.3, "issue_tries":
        SILENT}, luck=CHANCE, p=FAILED | lasting, becomes={"issue_severity": 0.5, "issue_tries": 0, "count.issues": 1,
        "count.complaints": 1, "note.issue": 0.5, "gives": 21},
        because="another failure, graver than the old one, makes them speak")
    yield example_of_step(step, 0, me={"performed": 0.25, "contact_propensity": 0.5, "issue_severity": 1.0, "issue_tries": 3},
        luck={(CONTACT, SPEAKS): 0.65, (MOOD, ASKS): 0.9}, p=FAILED | lasting | {"grievance.rise": 0.0},
        becomes={"issue_severity": 0.8, "count.issues": 1, "count.silent": 1, "note.issue": 0.5, "note.silent": 0.5, "gives":
        0},
        because="the old issue is graver, 0.8: 0.65 is not below 0.5 x (0.6 + 0.8 x 0.8); silent this time, after three tries")
    yield example_of_step(step, 0, me={"performed": 0.25, "contact_propensity": 0.5, "issue_tries": 3}, luck=CHANCE, p=FAILED |
        lasting, becomes={"issue_severity": 0.5, "count.issues": 1, "count.complaints": 1, "note.issue": 0.5, "gives": 21},
        because="whoever has tried before has still tried before")
    yield example_of_step(step, 0, me={"performed": 0.8, "issue_tries": 5}, luck={(CONTACT, SPEAKS): 0.0, (MOOD, ASKS): 0.01},
        p=FAILED | lasting, becomes={"note.question": 0.0, "gives": 16}, because="only a question")
    told = {"transparency.outage_notices": 1.0, "transparency.status_honesty": 1.0, "transparency.blame_spared": 0.4,
        "transparency.calls_spared": 0.25}
    notice = {(transparency.NOTICE, 0): 0.3, (transparency.NOTICE, 1): 0.5}
    yield example_of_step(step, 0, me={"performed": 0.25, "contact_propensity": 0.5}, luck=notice | {(CONTACT, SPEAKS): 0.31,
        (MOOD, ASKS): 0.9}, p=FAILED | told, becomes={"issue_severity": 0.3, "count.issues": 1, "count.complaints": 1,
        "note.outage_notice": 0.5, "note.issue": 0.3, "gives": 21},
        because="told in time: 0.6 of 0.5, and 0.31 is below three quarters of 0.5 x (0.6 + 0.24)")
    yield example_of_step(step, 0, me={"performed": 0.8}, luck={(CONTACT, SPEAKS): 0.0, (MOOD, ASKS): 0.9}, p=FAILED | told,
        becomes={"gives": 0}, because="nothing to tell")


def conversations() -> Iterable[Example | StepExample]:
    """What a contact leaves."""
    yield example_of_step(conversation.severity_of_matter, 16, me={"issue_severity": 0.4}, becomes={"gives": 0.0},
        because="a question")
    yield example_of_step(conversation.tries_before, 4, me={"issue_tries": 3}, becomes={"gives": 0}, because="a question")
    yield example_of_step(conversation.feel_contact, 0.9, me={"satisfaction": 0.5, "expectation": 0.6, "trust": 0.5},
        week={"rate": 2.0}, p=AS_IT_WAS | {"call_centre.memory": 0.1, "trust.growth": 0.01, "trust.encounter": 4.0},
        becomes={"satisfaction": 0.54, "trust": 0.516}, because="a tenth, and 4 hundredths, of the way up")
    settle, unanswered = conversation.settle, {"call_centre.unanswered_severity": 0.15}
    yield example_of_step(settle, 16, False, p=unanswered, becomes={"issue_severity": 0.15, "issue_tries": 1},
        because="a question that nobody answered becomes an issue")
    yield example_of_step(settle, 16, False, me={"issue_severity": 0.4, "issue_tries": 2}, p=unanswered, becomes=NO_CHANGE,
        because="there is an issue already")
    yield example_of_step(settle, 16, True, p=unanswered, becomes=NO_CHANGE, because="a question that was answered")
    yield example_of_step(settle, 17, False, me={"issue_severity": 0.4, "issue_tries": 250}, becomes=NO_CHANGE,
        because="most tries")
    yield example_of_step(settle, 17, False, becomes={"issue_tries": 1},
        because="an issue of no severity is still about an issue")
    yield example_of_step(conversation.count_contact, 0.25, 1, False, becomes={"count.contacts": 1, "count.effort": int(0.8 *
        FIXED_ONE)}, because="0.1 + 0.25 + 0.3 x a half + 0.3, and not the first")
    yield example_of_step(conversation.count_contact, 0.0, 0, False, becomes={"count.contacts": 1, "count.first_contacts": 1,
        "count.effort": int(0.4 * FIXED_ONE)}, because="the first, in vain")


def expectations() -> Iterable[StepExample]:
    """What is expected."""
    adapt, ways = expectation.adapt, {"rise": 0.1, "fall": 0.05, "innovation.awareness": 0.5}
    yield example_of_step(adapt, me={"expectation": 0.6, "performed": 0.8}, p=ways, becomes={"expectation": 0.62},
        because="a tenth up")
    yield example_of_step(adapt, me={"expectation": 0.8, "performed": 0.6}, p=ways, becomes={"expectation": 0.79},
        because="slower down")
    yield example_of_step(adapt, me={"expectation": 0.6, "performed": 0.7, "provider": RIVAL}, firm={"rival_obsolescence":
        0.2}, p=ways, becomes={"expectation": 0.62}, because="half of the rival's lag is seen")
    yield example_of_step(adapt, me={"expectation": 0.6, "performed": 0.7, "provider": RIVAL},
        p=ways | {"quality.level": 0.8, "rival.level": 0.6, "comparison": 0.25}, becomes={"expectation": 0.615},
        because="a quarter of what the company's customers get more")
    yield example_of_step(expectation.be_counted_expecting, me={"expectation": 0.75, "satisfaction": 0.5, "provider": RIVAL},
        becomes=NO_CHANGE, because="the rival's")


def ledgers() -> Iterable[Example | StepExample]:
    """What is held against the company."""
    yield example(ledger.disappointed, 0.75, 0.5, 0.25, becomes=False, because="just not noticed")
    yield example(issue.carried, 0.25, 0.5, 0.125, becomes=0.125, because="just enough to matter")
    exact = {"notice": 0.25, "quality.failure_threshold": 0.5}
    yield example_of_step(ledger.book_week, 0.1, me={"expectation": 0.75, "performed": 0.5}, p=exact, becomes=NO_CHANGE,
        because="just good enough, and just not noticed")
    yield example_of_step(ledger.book_week, 0.1, me={"expectation": 0.8, "performed": 0.5}, p=exact, week={"rate": 2.0},
        becomes={"ledger_expectation": 0.2}, because="no failure, but noticed")
    yield example_of_step(ledger.book_week, 0.1, me={"expectation": 0.8, "performed": 0.4}, p=exact, week={"rate": 2.0},
        becomes={"ledger_quality": 0.2}, because="a failure")
    yield example_of_step(ledger.book_week, 0.1, me={"expectation": 0.8, "performed": 0.6, "provider": RIVAL},
        firm={"rival_obsolescence": 0.05}, p={"notice": 0.02, "quality.failure_threshold": 0.5}, becomes={"ledger_innovation":
        0.025, "ledger_expectation": 0.075}, because="the rival lags behind by a quarter of what is missing")
    yield example_of_step(ledger.attribute, 0.4, -0.5, p={"restlessness": 0.5, "choice.fairness_weight": 0.2},
        me={"price_fairness": 1.0, "expectation": 0.6, "ledger_service": 1.5}, becomes={"count.left_because_service": 0.75 *
        FIXED_ONE, "count.left_because_rival": 0.25 * FIXED_ONE},
        because="a rival that is dearer and looks worse is only another")


def persons() -> Iterable[StepExample]:
    """Who is with whom."""
    yield example_of_step(person.be_counted, me={"provider": COMPANY}, becomes={"count.customers": 1},
        because="the company's")
    yield example_of_step(person.be_counted, me={"provider": GONE}, becomes={"count.gone": 1}, because="gone")
    loyal, week = person.be_counted_loyal, {"number": 9, "measured": 4}
    yield example_of_step(loyal, me={"tenure": 4}, week=week, becomes=NO_CHANGE, because="came in the first of these weeks")
    yield example_of_step(loyal, me={"tenure": 5, "provider": RIVAL}, week=week, becomes=NO_CHANGE, because="has left")


def prices() -> Iterable[Example | StepExample]:
    """What a price feels like."""
    yield example(price.outraged, 1.5, 0.0, 2.0, 1.0, becomes=1.5, because="no rise, no change, whatever it was")
    yield example_of_step(price.feel_discounts, me={"price_fairness": 0.8, "provider": RIVAL}, p={"pricing.newcomer_discount":
        0.2, "envy": 0.5, "forgetting": 0.1}, becomes={"price_fairness": 0.82}, because="the rival has no discounts")
    yield example_of_step(price.feel_discounts, me={"price_fairness": 0.5}, p={"pricing.newcomer_discount": 0.2, "envy": 0.5,
        "forgetting": 0.1}, becomes={"price_fairness": 0.54}, because="a tenth of the way to 0.9")
    yield example_of_step(price.feel_discounts, me={"price_fairness": 0.5},
        week={"prices_move": False, "uses_introductory_price": False}, becomes=NO_CHANGE, because="prices never move")
    yield asks(price.faces_rise, False, "as before", p={"pricing.list_price": 1.0}, last={"pricing.list_price": 1.0})
    yield asks(price.faces_rise, False, "the rival's", me={"provider": RIVAL}, p={"pricing.list_price": 1.2},
        last={"pricing.list_price": 1.0})


def judgements() -> Iterable[Example | StepExample]:
    """How experience is judged."""
    yield example_of_step(satisfaction.verdict_on, 0.9, me={"expectation": 0.7}, becomes={"gives": 0.796}, p={"assimilation":
        0.25, "sensitivity": 0.8, "loss_aversion": 2.0, "curvature": 0.6}, because="0.7 + 0.8 x 0.15 x 0.8")
    yield example_of_step(satisfaction.remember, 0.9, 0.1, me={"expectation": 0.7, "satisfaction": 0.6}, p=AS_IT_WAS,
        becomes={"satisfaction": 0.63, "gives": 0.0}, because="nothing is lost")
    yield example_of_step(satisfaction.judge_week, me={"performed": 0.8, "expectation": 0.6, "satisfaction": 0.5, "trust":
        0.5, "tenure": 9}, p=AS_IT_WAS | {"weight_new": 0.5, "weight_settled": 0.1, "settling": 30.0, "trust.growth": 0.01,
        "noticing": 0.1, "talk.notice": 0.1}, becomes={"tenure": 10, "satisfaction": 0.62, "trust": 0.503, "unsteadiness":
        0.004, "stirred": 0.1},
        because="weight 0.1 + three quarters of 0.4: 0.4 of 0.3 up; a tenth of 0.2 x 0.2, and 0.2 is 0.1 more than is told")
    yield example_of_step(satisfaction.judge_week, me={"performed": 0.8, "expectation": 0.8, "satisfaction": 0.5, "trust":
        0.8, "tenure": 9, "unsteadiness": 0.02}, p=AS_IT_WAS | {"weight_new": 0.5, "weight_settled": 0.1, "settling": 30.0,
        "steadiness": 0.02, "caution": 0.0, "noticing": 0.5}, becomes={"tenure": 10, "satisfaction": 0.56, "unsteadiness":
        0.01}, because="a week counts half where the provider varies so much; this one came as no surprise")
    yield example(satisfaction.wary, 0.01, 0.1, 0.5, becomes=0.0, because="no verdict is below nothing")
    yield example(satisfaction.stirring, 0.05, 0.1, 2.0, becomes=0.0, because="not noticed")
    yield example(satisfaction.stirring, -0.9, 0.1, 2.0, becomes=1.0, because="nobody can be moved more")
    yield example_of_step(satisfaction.be_stirred, 0.2, me={"stirred": 0.3}, becomes=NO_CHANGE, because="the weaker event")


def comparisons() -> Iterable[StepExample]:
    """Who compares, and what comes of it."""
    compares = switching.moves_or_compares

    def thinks(
        gives: bool, because: str, luck: dict[Any, float] | None = None, p: dict[str, Any] | None = None, **me: Any
    ) -> StepExample:
        return asks(compares, gives, because, luck=CALM | (luck or {}), me={"satisfaction": 0.7, "trust": 0.7} | me,
            p=COMPARING | (p or {}))

    yield thinks(False, "no reason")
    yield thinks(True, "of themselves", p={"choice.attention": 0.3})
    yield thinks(False, "not of themselves", p={"choice.attention": 0.25})
    yield thinks(True, "an issue", p={"choice.issue_trigger": 0.6}, issue_severity=0.5)
    yield thinks(False, "not every issue", p={"choice.issue_trigger": 0.5}, issue_severity=0.5, grievance=1.0)
    yield thinks(True, "a grievance", p={"choice.grievance_trigger": 0.6}, grievance=0.5)
    yield thinks(True, "bad news", p={"choice.news_trigger": 0.3}, heard={(COMPANY, False): 1})
    yield thinks(False, "good news", p={"choice.news_trigger": 0.3}, heard={(COMPANY, True): 1})
    yield thinks(False, "the rival's bad news", p={"choice.news_trigger": 0.3}, heard={(RIVAL, False): 1})
    yield thinks(True, "good news of the rival", p={"choice.good_news_trigger": 0.3}, heard={(RIVAL, True): 1})
    yield thinks(False, "good news of one's own", p={"choice.good_news_trigger": 0.3}, heard={(COMPANY, True): 1})
    yield thinks(True, "the company's good news", p={"choice.good_news_trigger": 0.3}, heard={(COMPANY, True): 1},
        provider=RIVAL)
    yield thinks(False, "bad news of it", p={"choice.good_news_trigger": 0.3}, heard={(COMPANY, False): 1}, provider=RIVAL)
    both = {"choice.good_news_trigger": 0.15, "choice.news_trigger": 0.15}
    yield thinks(True, "both", p=both, heard={(COMPANY, False): 1, (RIVAL, True): 2})
    yield thinks(True, "in doubt", p={"choice.attention": 0.1}, satisfaction=0.5, trust=0.5)
    yield thinks(False, "content", p={"choice.attention": 0.9}, satisfaction=0.9, trust=0.9)
    decided = {"choice.attention": 1.0, "choice.grievance_trigger": 1.0, "choice.news_trigger": 1.0, "rival.reach": 1.0}
    yield thinks(False, "has decided this week", p=decided, grievance=1.0, heard={(COMPANY, False): 1}, compared_in=1)
    yield thinks(True, "but there is new trouble", p={"choice.issue_trigger": 0.6}, issue_severity=0.5, compared_in=1)
    yield thinks(False, "three quarters are not open again", p={"choice.attention": 0.9, "choice.decided": 3.0})
    yield thinks(True, "advertised to", p={"marketing.reach": 0.3}, provider=RIVAL)
    yield thinks(False, "a customer is not", p={"marketing.reach": 0.3})
    yield thinks(True, "the rival advertises, too", p={"rival.reach": 0.3})
    yield thinks(False, "not among its own", p={"rival.reach": 0.3}, provider=RIVAL)
    yield thinks(True, "the contract ends", contract_end=1)
    yield thinks(True, "a plan", woken=True)
    yield thinks(True, "an offer", wooed=True)
    yield thinks(False, "whoever is gone is gone", provider=GONE, wooed=True, p={"choice.attention": 1.0})
    yield thinks(True, "somebody new comes", provider=GONE, p={"choice.newcomers": 13.1})
    yield thinks(False, "not this week", provider=GONE, p={"choice.newcomers": 13.0})
    yield thinks(True, "moves away", luck={(MOOD, MOVES): 0.09}, p={"choice.involuntary": 5.0})
    yield thinks(False, "does not", luck={(MOOD, MOVES): 0.1}, p={"choice.involuntary": 5.0})

    yield example_of_step(switching.move_or_compare, me={"satisfaction": 0.7, "trust": 0.7, "price_fairness": 1.0,
        "belief_rival": 0.7}, week={"rival_reputation": 0.7}, luck={(switching.CHOICE, 0): 0.9, (MOOD, MOVES): 0.1},
        p={"choice.involuntary": 5.0} | AS_SEEN, becomes={"compared_in": 1, "note.compares_and_stays": 0.0},
        because="not away, and no reason to leave")
    comes = {"provider": GONE, "belief_company": 0.6, "belief_rival": 0.8, "grudge": 0.5}
    yield example_of_step(switching.move_or_compare, me=comes, week={"company_reputation": 0.6, "rival_reputation": 0.8},
        luck={(switching.CHOICE, 0): 0.27, (MOOD, MOVES): 0.0}, p=AS_SEEN | {"choice.involuntary": 5.0, "choice.appeal": 1.0,
        "choice.decisiveness": 5.0, "belief.evidence": 8.0, "rival.level": 0.8, "rival.overpromise": 0.1,
        "expectation.promise_weight": 0.5}, becomes={"provider": RIVAL, "compared_in": 1, "evidence_company": 8.0,
        "evidence_rival": 8.0,
        "expectation": 0.85, "satisfaction": 0.85, "trust": 0.8, "price_fairness": 1.0, "contract_end": -1,
        "grudge": 0.0, "note.comes_in": RIVAL}, because="0.27 is not below the logistic of 5 x -0.2, 0.269")
    yield example_of_step(switching.move_away, me={"provider": RIVAL}, becomes={"provider": GONE, "contract_end": -1,
        "note.moves_away": 0.0}, because="the rival's loss is not counted")
    same = {"satisfaction": 0.8, "trust": 0.6, "grievance": 0.2, "price_fairness": 0.5, "price_sensitivity": 1.0,
        "switching_cost": 0.1, "expectation": 0.8, "spend": 10.0}
    held = {"choice.trust_weight": 0.25, "choice.grievance_weight": 0.5, "choice.fairness_weight": 0.3, "choice.appeal": 0.5,
        "ledger.restlessness": 0.25} | AS_SEEN
    anew = {"contract_end": -1, "trust": 0.8, "grievance": 0.0, "grudge": 0.2, "price_fairness": 1.0, "compared_in": 1,
        "moved_in": 2}
    rival = {"rival.price": 0.9, "rival.level": 0.8, "rival.overpromise": 0.0}
    yield example_of_step(switching.compare, 0.67, me=same | {"belief_rival": 0.8}, week={"rival_reputation": 0.8}, p=held |
        rival, becomes=anew | {"provider": RIVAL, "left_in": 2, "belief_company": 0.5, "evidence_company": 1.0,
        "note.leaves": 0.15, "count.leavers_voluntary": 1, "count.left_because_price": FIXED_ONE // 2,
        "count.left_because_rival": FIXED_ONE // 2},
        because="0.67 is below the logistic of 5 x (0.5 x (0.8 - 0.5) + 0.1 - 0.1), 0.679; 0.1 dearer and 0.15 unfair are half")
    yield example_of_step(switching.compare, 0.68, me=same | {"belief_rival": 0.8}, week={"rival_reputation": 0.8}, p=held |
        rival, becomes={"compared_in": 1, "note.compares_and_stays": 0.15}, because="0.68 is not")
    yield example_of_step(switching.compare, 0.67, me=same | {"belief_rival": 0.8}, week={"rival_reputation": 0.8},
        luck={(retention_offers.KEEPING, 0): 0.5}, p=held | rival | {"retention_offers.save_offers": 1.0,
        "retention_offers.save_discount": 52.0}, becomes={"compared_in": 1, "plans_taken": 1, "note.offer_to_stay": 1,
        "note.compares_and_stays": 0.15, "count.save_offers": 1, "count.saved": 1, "count.cost_retention": 52_000},
        because="a year free makes them stay")
    yield example_of_step(switching.compare, 0.67, me=same | {"belief_company": 0.8, "provider": RIVAL},
        week={"company_reputation": 0.8}, p=held | {"pricing.list_price": 0.9, "quality.level": 0.8, "marketing.overpromise":
        0.0}, becomes=anew | {"provider": COMPANY, "came_by": 2, "belief_rival": 0.5, "evidence_rival": 1.0,
        "note.joins": 0.15, "count.joiners": 1},
        because="the same the other way round")
    less = held | rival | {"retention_offers.save_offers": 1.0, "choice.decisiveness": 2.0}
    offered = {(retention_offers.KEEPING, 0): 0.5}
    yield example_of_step(switching.compare, 0.55, me=same | {"belief_rival": 0.8}, week={"rival_reputation": 0.8}, luck=offered,
        p=less | {"retention_offers.save_discount": 5.2}, becomes={"compared_in": 1, "plans_taken": 1, "note.offer_to_stay": 1,
        "note.compares_and_stays": 0.15, "count.save_offers": 1, "count.saved": 1, "count.cost_retention": 5200},
        because="0.55 is below the logistic of 2 x 0.15, 0.574, and not below that of 2 x 0.05, 0.525")
    yield example_of_step(switching.compare, 0.52, me=same | {"belief_rival": 0.8}, week={"rival_reputation": 0.8}, luck=offered,
        p=less | {"retention_offers.save_discount": 5.2}, becomes=anew | {"provider": RIVAL, "left_in": 2, "belief_company": 0.5,
        "evidence_company": 1.0, "note.offer_to_stay": 0, "note.leaves": 0.15, "count.save_offers": 1,
        "count.leavers_voluntary": 1, "count.left_because_price": FIXED_ONE // 2, "count.left_because_rival": FIXED_ONE // 2},
        because="leaves all the same")
    yield example_of_step(switching.look_of_other, me={"belief_company": 0.6, "provider": RIVAL}, week={"company_reputation":
        0.8}, p={"belief.reviews": 0.3, "word_of_mouth.review_display": 0.5, "transparency.misleading": 0.5,
        "transparency.sway": 0.4, "pretence.claimed": 0.5, "pretence.appeal": 0.2, "marketing.reliance": 0.0},
        becomes={"gives": 0.8056},
        because="0.73, of what lacks a fifth misleads (0.784), of what lacks a tenth is pretence")
    yield example_of_step(switching.view_of_own, me={"satisfaction": 0.7, "trust": 0.7, "provider": RIVAL, "belief_rival":
        0.9}, p={"choice.hearsay": 0.5}, becomes={"gives": 0.8}, because="a newcomer is half way to what is said of the rival")
    yield example_of_step(switching.drawn_to_other, me={"provider": RIVAL, "satisfaction": 0.4, "trust": 0.4, "price_fairness":
        1.0, "belief_company": 0.5}, week={"company_reputation": 0.5}, p=AS_SEEN | {"choice.ends": 10.0, "choice.appeal": 1.0},
        becomes={"gives": 0.37}, because="0.4 counts 0.13 so far down: leaving comes more easily there")
    yield example_of_step(switching.leave, 0.6, 0.0, me={"satisfaction": 0.2, "trust": 0.2, "grievance": 0.9, "price_fairness":
        1.0, "ledger_service": 0.3, "tenure": 2, "belief_company": 0.4}, p=AS_SEEN | {"ledger.restlessness": 0.0,
        "choice.grievance_weight": 1.0, "belief.most_evidence": 1.25},
        becomes={"left_in": 2, "belief_company": 0.0, "evidence_company": 1.25,
        "count.leavers_voluntary": 1, "count.left_because_service": FIXED_ONE // 3, "count.left_because_rival": FIXED_ONE -
        FIXED_ONE // 3}, because="nothing is thought of it any more; the rival looked better by 0.6")
    yield example_of_step(switching.begin_anew, 0.9, 0.5, p={"expectation.promise_weight": 0.0}, me={"grudge": 0.8, "tenure":
        0}, becomes={"expectation": 0.5, "satisfaction": 0.5, "trust": 0.5, "grievance": 0.8, "grudge": 0.0, "price_fairness":
        1.0, "moved_in": 2}, because="back at once, nothing has faded")
    dear = {"pricing.list_price": 1.0, "pricing.newcomer_discount": 0.2, "fees.drip": 0.25, "fees.overlooked": 0.4,
        "rival.price": 0.9}
    yield example_of_step(switching.advantage_of_other, me={"provider": RIVAL, "price_sensitivity": 0.5}, p=dear |
        {"pricing.discount_weeks": 1}, becomes={"gives": 0.1},
        because="0.8 less the tenth that is overlooked, against 0.9, felt half")
    yield example_of_step(switching.hurdle_of, week={"calendar": 52}, me={"switching_cost": 0.2},
        p={"impatience.switching_trend": 0.5}, becomes={"gives": 0.2 * 0.5 ** (52 * 7 / 365.25)},
        because="half of it a year later")
    yield example_of_step(switching.stay, 0.25, me={"provider": RIVAL, "contract_end": 5, "spend": 10.0}, week={"number": 5},
        becomes={"note.compares_and_stays": 0.25}, because="the rival's contracts are the rival's")
    yield example_of_step(switching.join, me={"heard": {(COMPANY, False): 1}, "spend": 10.0}, p={"referral.reward": 2.0},
        becomes={"came_by": 2, "count.joiners": 1}, because="nobody spoke well of the company")
    yield example_of_step(switching.join, me={"wooed": True, "spend": 10.0}, p={"referral.reward": 2.0, "winback.discount":
        3.0}, becomes={"came_by": 2, "count.joiners": 1, "count.won_back": 1, "count.cost_winback": 3000},
        because="won by an offer")
    yield example_of_step(switching.arrive_at_company, me={"provider": RIVAL, "belief_company": 0.5, "contract_end": 3},
        p={"quality.level": 0.7, "marketing.overpromise": 0.1, "contracts.term": 0}, becomes={"expectation": 0.68,
        "satisfaction": 0.68, "trust": 0.5, "price_fairness": 1.0, "moved_in": 2, "provider": COMPANY, "contract_end": -1},
        because="no contract")
    yield example_of_step(switching.arrive_at_company, me={"provider": RIVAL, "belief_company": 0.5}, week={"number": 3},
        p={"quality.level": 0.7, "marketing.overpromise": 0.1, "contracts.term": 1}, becomes={"expectation": 0.68,
        "satisfaction": 0.68, "trust": 0.5, "price_fairness": 1.0, "moved_in": 4, "provider": COMPANY, "contract_end": 4},
        because="the shortest contract")


def talks() -> Iterable[Example | StepExample]:
    """Who talks."""
    yield example(talk.speaks_well, 0.75, 0.25, 0.5, becomes=True, because="just good enough")
    now, ways = talk.talks_now, {"base": 0.05, "strong": 0.5, "grievance": 0.25, "pivot": 0.7, "referral.reward": 3.0,
        "referral.eagerness": 0.2}
    luck = {(MOOD, TALKS): 0.25}
    yield asks(now, True, "0.05 + 0.5 x 0.2 + 0.25 x 0.5 is 0.275", me={"satisfaction": 0.3, "grievance": 0.5,
        "talkativeness": 1.0}, p=ways, luck=luck)
    yield asks(now, False, "half as much", me={"satisfaction": 0.3, "grievance": 0.5, "talkativeness": 0.5}, p=ways,
        luck=luck)
    yield asks(now, False, "0.26 is not above 0.27", me={"satisfaction": 0.72, "talkativeness": 0.7}, p=ways,
        luck={(MOOD, TALKS): 0.27})
    yield asks(now, True, "0.11 and three quarters of 0.2", me={"satisfaction": 0.72, "talkativeness": 0.7}, p=ways,
        luck=luck)
    yield asks(now, False, "the rival rewards nobody", me={"satisfaction": 0.72, "talkativeness": 0.7, "provider": RIVAL},
        p=ways, luck=luck)
    yield asks(now, False, "nobody rewards the cross", me={"satisfaction": 0.68, "talkativeness": 0.7}, p=ways, luck=luck)
    yield asks(now, False, "gone", me={"satisfaction": 0.0, "talkativeness": 9.0, "provider": GONE}, p=ways, luck=luck)
    yield asks(talk.says_well, True, "0.6", me={"satisfaction": 0.8, "grievance": 0.2}, p={"pivot": 0.5})
    heard = talk.be_heard
    yield example_of_step(heard, False, 3, becomes={"count.talkers": 1, "count.heard_ill": 3, "note.tells_ill": 3},
        because="ill of us")
    yield example_of_step(heard, True, 3, me={"provider": RIVAL}, becomes={"note.tells_well": 3}, because="well of the rival")
    yield example_of_step(heard, False, 3, me={"provider": RIVAL}, becomes={"note.tells_ill": 3}, because="ill of the rival")
    yield example(talk.telling, 0.9, 2.0, 0.5, 0.4, 0.0, becomes=1.0, because="a chance cannot exceed 1")
    yield example(talk.moved_lately, 5, 9, 4, becomes=False, because="came five weeks ago")
    yield example(talk.moved_lately, 1, 4, 4, becomes=True, because="came after the first week, four weeks ago")
    yield example(talk.contentment, 0.2, 0.5, becomes=0.0, because="nobody is less content than that")
    yield example(word_of_mouth.carried, 0.001, becomes=0, because="less than half a part")
    yield example(word_of_mouth.carried, 1.0, becomes=256, because="all of it")
    other, told = talk.tells_of_other, {"moving": 0.25, "moving_weeks": 4, "passed_on": 0.25, "passed_on_well": 0.1}
    spare = {(MOOD, "spare"): 0.2}
    moved = {"talkativeness": 1.0, "moved_in": 3}
    yield asks(other, True, "has left it lately", me=moved, week={"number": 5}, p=told, luck=spare)
    yield asks(other, False, "has left it too long ago", me=moved, week={"number": 7}, p=told, luck=spare)
    yield asks(other, False, "gone", me=moved | {"provider": GONE}, week={"number": 5}, p=told, luck=spare)
    yield asks(other, True, "bad news", me={"talkativeness": 1.0, "news": talk.NEWS_ILL}, p=told, luck=spare)
    yield asks(other, False, "good news is told on less", me={"talkativeness": 1.0, "news": talk.NEWS_WELL}, p=told, luck=spare)
    yield asks(other, False, "no news", me={"talkativeness": 9.0}, p=told, luck=spare)
    yield asks(now, True, "came lately", me={"satisfaction": 0.5, "talkativeness": 1.0, "moved_in": 3}, week={"number": 5},
        p={"base": 0.05, "strong": 0.0, "moving": 0.25, "moving_weeks": 4}, luck=luck)
    yield example_of_step(talk.about_other, me={"provider": RIVAL}, becomes={"gives": COMPANY}, because="with the rival")
    yield example_of_step(talk.content_with_other, me={"belief_rival": 0.4}, becomes={"gives": 0.4},
        because="what is believed of the rival")
    yield asks(talk.says_well_of_other, True, "just good enough", me={"provider": RIVAL, "belief_company": 0.5}, p={"pivot":
        0.5})
    yield example_of_step(talk.keep_in_mind, me={"heard": {(COMPANY, False): 1}, "news": talk.NEWS_ILL}, becomes={"news": 0},
        because="of the own provider, and last week's is no news")
    yield example_of_step(talk.keep_in_mind, me={"heard": {(COMPANY, False): 1, (COMPANY, True): 4}, "provider": RIVAL},
        becomes={"news": talk.NEWS_ILL}, because="bad news sticks")
    aside = talk.be_heard_of_other
    yield example_of_step(aside, True, 3, me={"provider": RIVAL}, becomes={"count.heard_well": 3, "note.tells_well_of_other":
        3}, because="well of us, from somebody who has left")
    yield example_of_step(aside, False, 3, becomes={"note.tells_ill_of_other": 3}, because="ill of the rival, from a customer")


def rivals_of_several() -> Iterable[Example | StepExample]:
    """Several rivals: the ways that the examples in the model's own files do not take."""
    said, heard, calm = switching.AS_USUAL, {(RIVAL, True): 1}, AS_SEEN | switching.NO_REACH
    yield asks(innovation.anybody_lags, False, "nobody lags")
    yield asks(innovation.anybody_lags, True, "the company does", firm={"obsolescence": 0.1})
    yield asks(innovation.anybody_lags, True, "a rival does", firm={"rivals_behind": 0.1}, rivals=2)
    yield asks(switching.hears_well_of_other, True, "any of them", me={"good_news": True}, rivals=2)
    yield asks(switching.hears_well_of_other, False, "of the own provider", me={"heard": heard, "provider": RIVAL})
    yield example_of_step(switching.reach_of_others, firm={"rivals_reach": 0.05}, becomes={"gives": 0.05},
        because="all rivals", rivals=2)
    yield example_of_step(talk.hear_of_rival, me={"heard": {(RIVAL, False): 1}, "news_rank": 1.0}, week={"rival": 0,
        "number": 4}, becomes=NO_CHANGE, because="other bad news is first in turn", rivals=2)
    yield example_of_step(talk.keep_what_was_heard, me={"news": talk.NEWS_ILL, "news_about": 2}, becomes={"news": 0},
        because="nothing was heard, and last week's is no news", rivals=2)
    yield example_of_step(talk.keep_what_was_heard, me={"news_rank": 4.0, "news_of": 2.0}, becomes={"news": talk.NEWS_WELL,
        "news_about": 2}, because="only good", rivals=2)
    yield example_of_step(talk.about_other, me={"left_last": 9, "news_about": 2}, becomes={"gives": RIVAL}, rivals=2,
        because="heard of the second")
    yield example_of_step(talk.about_other, me={"left_last": 9, "provider": RIVAL}, becomes={"gives": COMPANY}, rivals=2,
        because="heard of the company")
    yield example_of_step(talk.content_with_other, me={"belief_rival": [0.4, 0.7], "left_last": 9, "news_about": 2},
        becomes={"gives": 0.7}, because="what is believed of the second", rivals=2)
    yield example_of_step(talk.other_of_several, me={"left_last": 2, "moved_in": 3, "news_about": 1}, week={"number": 9},
        p={"moving_weeks": 4}, becomes={"gives": 1}, because="left the second too long ago", rivals=2)
    yield example_of_step(switching.leave_behind, 1, 0, me={"grudge": 0.3, "left_last": 0}, becomes={"left_last": 1},
        because="comes back, and remembers", rivals=2)
    yield example_of_step(switching.looked_at, 2, 1.0, 2.5, me=switching.AT_EASE, luck={(switching.LOOKS, 0): 0.1}, week=said,
        firm={"own_share": 0.2, "rival_share": [0.3, 0.1]}, p=calm, becomes={"gives": 0}, because="the company", rivals=2)
    yield example_of_step(switching.looked_at, 0, 1.0, 2.5, me=switching.AT_EASE, luck={(switching.LOOKS, 0): 0.5}, week=said,
        p=calm, becomes={"gives": 9}, because="nobody is noticed", rivals=2)
    yield example_of_step(switching.dearer, 1.0, 0.5, me={"price_sensitivity": 1.0}, p={"ledger.without": OF_PRICE},
        becomes={"gives": 0.0}, because="the price is left out")


def rules_of_behaviour() -> Iterable[Example]:
    """Limits of rules."""
    yield example(waiting.handling_minutes, 2.0, 1.0, 1.5, becomes=2 * float(np.exp(1.0)), because="2 x e^(1.5 - 0.5)")
    yield example(waiting.called_back, 5.0, 5.0, 0.5, 0.25, becomes=False, because="not longer than that")
    yield example(waiting.called_back, 6.0, 5.0, 0.5, 0.5, becomes=False, because="just not among them")


# ---- mechanisms --------------------------------------------------------------------------------------------------------------


def accounts() -> Iterable[Example]:
    """Owning up."""
    yield example(accountability.made_good, 0.5, 0.75, 0.5, 0.75, 0.5, becomes=0.5625,
        because="half of a quarter, half restored")
    yield example(accountability.reopens, 0.25, 1.0, becomes=0.0, because="settled as fairly as can be")


def calls() -> Iterable[StepExample]:
    """Calls."""
    coming = {(CONTACT, conversation.COMES_AT): 0.25, (CONTACT, TAKES): 0.84134475, (CONTACT, IS_PATIENT): 0.5}
    menu = {"support_access.menu_levels": 2, "support_access.seconds_per_level": 15.0, "support_access.routing": 0.0}
    yield example_of_step(call_centre.dial, 17 | 2, me={"patience": 6.0}, luck=coming, week={"calendar": 52}, p=menu |
        {"handling": 5.0, "handling_spread": 0.5, "impatience.patience_trend": 0.5}, becomes={"gives": (2**30, 5 *
        float(np.exp(0.5 - 0.125)), 6 * 0.6931472 * 0.5 ** (52 * 7 / 365.25), 0)},
        because="one spread above average; half as patient as a year ago; put through past the menu")
    answer, busy = call_centre.answer_call, {"free_at": [6.0], "numbers": [0]}
    back = {"callback": 0.5, "callback_after": 3.0, "callback_reached": 0.85}
    yield example_of_step(answer, 2.0, 3.0, 5.0, line={"free_at": [0.0, 0.0], "numbers": [1, 0]}, agent={},
        p={"outsourcing.share": 0.5}, becomes={"gives": (0.0, 0, 1), "count.busy": 3 * FIXED_ONE, "agent.call_minutes": 3.0},
        because="at once, in-house")
    yield example_of_step(answer, 2.0, 3.0, 5.0, line={"free_at": [0.0, 0.0], "numbers": [0, 1]}, agent={},
        p={"outsourcing.share": 0.5, "outsourcing.haste": 0.5}, becomes={"gives": (0.0, 0, 0), "count.busy": 1.5 * FIXED_ONE,
        "agent.call_minutes": 1.5}, because="the outsourcer hurries")
    yield example_of_step(answer, 2.0, 3.0, 3.0, line=busy, agent={}, becomes={"gives": (3.0, 1, -1)}, because="hangs up")
    yield example_of_step(answer, 2.0, 3.0, 5.0, line={}, becomes={"gives": (5.0, 1, -1)}, because="there is nobody")
    yield example_of_step(answer, 2.0, 3.0, 1.0, line=busy, agent={}, p=back, luck={(CONTACT, IS_CALLED_BACK): 0.4, (CONTACT,
        IS_REACHED): 0.5}, becomes={"gives": (4.0, 4, 0), "line.free": 9.0, "count.busy": 3 * FIXED_ONE, "agent.call_minutes":
        3.0}, because="called back, and there")
    yield example_of_step(answer, 2.0, 3.0, 5.0, line=busy, agent={}, p=back, luck={(CONTACT, IS_CALLED_BACK): 0.6, (CONTACT,
        IS_REACHED): 0.9}, becomes={"gives": (4.0, 0, 0), "line.free": 9.0, "count.busy": 3 * FIXED_ONE, "agent.call_minutes":
        3.0}, because="not offered")
    yield example_of_step(answer, 3.0, 3.0, 5.0, line=busy, agent={}, p=back, becomes={"gives": (3.0, 0, 0), "line.free": 9.0,
        "count.busy": 3 * FIXED_ONE, "agent.call_minutes": 3.0}, because="three minutes are short enough")
    yield example_of_step(answer, 2.0, 3.0, 5.0, line={"free_at": [0.0], "numbers": [0]}, agent={}, week={"staff_lasts": False},
        becomes={"gives": (0.0, 0, 0), "line.free": 5.0, "count.busy": 3 * FIXED_ONE}, because="nobody remembers their minutes")
    lucks = {(CONTACT, IS_HELPED): 0.5, (CONTACT, SEES_THROUGH): 0.9}
    plain = UNMOVED | NOBODY_OWNS | {"hardness": 0.4, "tolerance": 3.0, "waiting_hurts": 0.3}
    after = call_centre.after_call
    yield example_of_step(after, 21, 3.0, 1, me={"issue_severity": 0.5, "issue_tries": 1, "satisfaction": 0.2, "expectation":
        0.2}, agent={"skill": 0.9}, luck=lucks, p=plain | AS_IT_WAS | {"memory": 0.5, "personalisation.repetition_hurts": 0.2,
        "manner": 0.5}, becomes={"issue_tries": 2, "satisfaction": 0.1, "ledger_service": 0.1, "count.calls": 1,
        "count.abandoned": 1, "count.wait": 3 * FIXED_ONE, "count.waited_8": 1, "count.contacts": 1, "count.effort": int(0.7 *
        FIXED_ONE), "note.abandons": 3.0},
        because="hung up, as bad as can be: effort 0.1 + 0.15 + 0.3 x a half + 0.3, and nobody recovered anything")
    yield example_of_step(after, 17, 10.0, 4, me={"issue_severity": 0.5, "issue_tries": 1, "grievance": 0.2}, agent={"skill":
        0.5}, luck=lucks | UNDISPUTED, p=plain | {"callback_felt": 0.3, "personalisation.repetition_hurts": 0.2, "grievance.rise":
        0.8, "grievance.refused": 1.0, "grievance.wearing": 0.6}, week={"rate": 2.0}, becomes={"issue_tries": 2, "grievance":
        0.4, "ledger_accountability": 0.4, "stirred": 0.5, "agent.calls_taken": 1.0,
        "agent.hard_calls": 1.0, "count.calls": 1, "count.answered": 1, "count.callbacks": 1, "count.wait": 10 * FIXED_ONE,
        "count.waited_12": 1, "count.contacts": 1, "count.effort": int(0.9 * FIXED_ONE), "note.callback": 10.0, "note.unsolved":
        10.0},
        because="3 of 10 minutes are felt; 0.5 is not below 0.5 x 0.8; telling it again takes 0.2: effort 0.1 + 0.5 + 0.3; "
                "a second refusal counts 0.8 / 1.6, half of the 0.8 left x 0.5")
    judged = AS_IT_WAS | NOBODY_OWNS | {"memory": 0.5, "trust.encounter": 0.0, "tolerance": 3.0, "waiting_hurts": 0.3,
        "hardness": 0.4, "manner": 0.5, "solution": 0.3}
    feels = {"satisfaction": 0.5, "expectation": 0.7, "trust": 0.8}
    yield example_of_step(after, 16 | 2, 3.0, 0, me=feels, agent={"skill": 0.6}, luck=lucks, firm={"representatives_on_duty":
        1}, p=judged | {"outsourcing.share": 1.0, "outsourcing.script": 0.5, "personalisation.repetition_hurts": 0.2,
        "support_access.hidden": 1.0}, becomes={"satisfaction": 0.425, "ledger_service": 0.075, "agent.calls_taken": 1.0,
        "count.calls": 1, "count.answered": 1, "count.wait": 3 * FIXED_ONE, "count.waited_8": 1, "count.contacts": 1,
        "count.effort": int(0.45 * FIXED_ONE), "count.solved": 1, "count.first_contacts": 1, "count.solved_at_first": 1,
        "note.solved": 3.0},
        because="by a script: 0.25 + 0.5 x 0.3 + 0.3 - 0.15 - 0.2 for telling the bot's news again is 0.35")
    yield example_of_step(after, 16 | 8, 3.0, 0, me=feels, agent={"skill": 0.6}, luck=lucks | {(CONTACT, SEES_THROUGH): 0.2},
        week={"rate": 2.0}, p=judged | {"support_access.closed_minutes": 6.0, "pretence.claimed": 0.5, "pretence.exposure":
        0.5, "pretence.betrayal": 0.25, "pretence.anger": 0.2}, becomes={"satisfaction": 0.5625, "trust": 0.6, "grievance":
        0.2, "ledger_communication": 0.8, "agent.calls_taken": 1.0, "count.calls": 1, "count.answered": 1, "count.wait": 3 *
        FIXED_ONE, "count.waited_8": 1, "count.contacts": 1, "count.effort": int(0.325 * FIXED_ONE), "count.solved": 1,
        "count.first_contacts": 1, "count.solved_at_first": 1, "note.solved": 3.0, "note.pretence_exposed": 0.5},
        because="6 minutes more for closed lines, three quarters of 0.3: 0.625; and 0.2 is below 0.5 x 0.5: it was all pretence")
    count = call_centre.count_call
    yield example_of_step(count, 30.0, False, becomes={"count.calls": 1, "count.abandoned": 1, "count.wait": 30 * FIXED_ONE,
        "count.waited_15": 1}, because="half an hour, in vain")
    yield example_of_step(count, 20.0 / 60.0, True, becomes={"count.calls": 1, "count.answered": 1, "count.answered_in_time":
        1, "count.wait": int(FIXED_ONE / 3), "count.waited_2": 1}, because="just in time")
    yield example_of_step(count, 20.5 / 60.0, True, becomes={"count.calls": 1, "count.answered": 1, "count.wait":
        int(FIXED_ONE * 20.5 / 60), "count.waited_3": 1}, because="just not")


def bots() -> Iterable[Example | StepExample]:
    """A machine that answers."""
    yield example(chatbot.found_out, 0.25, 0.5, 0.5, becomes=False, because="just not")
    yield example(chatbot.conversation, False, False, 0.3, 0.5, becomes=0.2, because="stuck with somebody")
    yield example(chatbot.conversations, 1, 0.003, becomes=0, because="less than half a cent")
    ask, meets = chatbot.ask_bot, dict.fromkeys(((chatbot.CHATBOT, number) for number in range(4)), 0.5)
    yield example_of_step(ask, 17, p={"share": 0.0}, luck=meets, becomes={"gives": 17}, because="there is no bot")
    yield example_of_step(ask, 17, p={"share": 0.5}, luck=meets, becomes={"gives": 17}, because="does not meet it")
    yield example_of_step(ask, 16, p={"share": 0.6, "resolution": 0.0, "escalation": 0.6}, luck=meets, becomes={"gives": 18,
        "count.bot_contacts": 1, "note.bot_hands_over": 0.0}, because="a question is handed over")
    yield example_of_step(ask, 17, me={"issue_severity": 0.4, "issue_tries": 1, "trust": 0.8, "grievance": 0.2,
        "satisfaction": 0.5, "expectation": 0.7, "digital_affinity": 0.5}, luck=meets, week={"rate": 2.0}, p=AS_IT_WAS |
        {"share": 0.6, "resolution": 0.4, "hardness": 0.5, "escalation": 0.5, "pretends": 0.8, "detection": 0.75, "distrust":
        0.25, "coldness": 0.2, "resentment": 0.5, "grievance.rise": 0.5, "call_centre.memory": 0.5, "trust.encounter": 0.0},
        becomes={"issue_tries": 2, "trust": 0.6, "grievance": 0.28, "satisfaction": 0.3, "ledger_service": 0.96, "gives": 0,
        "count.bot_contacts": 1, "count.contacts": 1, "count.effort": int(0.55 * FIXED_ONE), "note.bot_fails": 0.0,
        "note.bot_found_out": 0.25},
        because="a dead end that posed as a person: 0.2 - 0.1, half way from 0.5; a quarter of trust; 0.8 x (0.5 x 0.5) x 0.4")
    yield example_of_step(ask, 16, me={"trust": 0.8, "satisfaction": 0.5, "expectation": 0.7}, luck=meets | {(chatbot.CHATBOT,
        1): 0.1}, p=AS_IT_WAS | {"share": 0.6, "resolution": 0.4, "pretends": 0.6, "detection": 0.5, "coldness": 0.2,
        "call_centre.memory": 0.5, "trust.encounter": 0.0}, becomes={"satisfaction": 0.65, "gives": 0, "count.bot_contacts":
        1, "count.bot_solved": 1, "count.contacts": 1, "count.effort": int(0.1 * FIXED_ONE), "count.solved": 1,
        "count.first_contacts": 1, "count.solved_at_first": 1, "note.bot_solves": 0.0},
        because="it posed as a person, and nobody noticed: 0.8")


def letters() -> Iterable[Example | StepExample]:
    """Writing to the company."""
    yield example(digital_channels.overheard, 1, 0.3, becomes=0, because="not half a conversation")
    write, drawn = digital_channels.write, {(digital_channels.DIGITAL, number): 0.25 for number in range(3)}
    yield example_of_step(write, 17, p={"offered": 0.0}, luck=drawn, becomes={"gives": 17}, because="there is no address")
    yield example_of_step(write, 17, me={"digital_affinity": 0.5}, p={"offered": 0.5}, luck=drawn, becomes={"gives": 17},
        because="calls")
    slow = {"offered": 1.0, "skill": 0.5, "hardness": 0.5, "response_hours": 12.0, "tolerance": 36.0, "slowness_hurts": 0.4,
        "strangeness": 0.2, "inconsistency": 0.1, "public": 0.5} | UNMOVED | NOBODY_OWNS
    me = {"digital_affinity": 0.5, "issue_severity": 0.4, "issue_tries": 1, "grievance": 0.2}
    stuck = {(digital_channels.DIGITAL, digital_channels.IS_HELPED): 0.45}
    yield example_of_step(write, 17, me=me, luck=drawn | stuck | UNDISPUTED, p=slow | {"grievance.rise": 1.0,
        "grievance.refused": 0.75, "grievance.wearing": 0.5}, week={"rate": 2.0},
        becomes={"issue_tries": 2, "grievance": 0.36, "ledger_accountability": 0.32, "stirred": 0.4, "gives": 0,
        "count.digital_contacts": 1,
        "count.contacts": 1, "count.effort": int(0.75 * FIXED_ONE), "count.public_complaints": 1, "note.message_unsolved":
        12.0, "note.complains_publicly": 0.0},
        because="0.1 for the wait, 0.1 for another answer than before: 0.1 + 0.2 + 0.15 + 0.3; then everybody reads it; a second "
                "refusal adds two thirds of 0.75 x 0.4 of the 0.8 left")
    yield example_of_step(write, 17, me=me, luck=drawn | stuck | {(CONTACT, "spare"): 0.2}, p=slow | {"public": 0.0,
        "accountability.acknowledges": 1.0, "accountability.explains": 0.25}, becomes={"issue_severity": 0.0, "issue_tries": 0,
        "gives": 0, "count.digital_contacts": 1, "count.contacts": 1, "count.effort": int(0.75 * FIXED_ONE),
        "note.message_unsolved": 12.0}, because="refused, and understood: 0.2 is below a quarter, and the matter is closed")
    yield example_of_step(write, 16, me={"digital_affinity": 0.5}, luck=drawn, p=slow, becomes={"gives": 0, "count.contacts": 1,
        "count.digital_contacts": 1, "count.solved": 1, "count.first_contacts": 1, "count.solved_at_first": 1, "count.effort":
        int(0.2 * FIXED_ONE), "note.message_solved": 12.0}, because="a question that was answered: 0.1 + 0.1")
    yield example_of_step(write, 16, me={"digital_affinity": 0.5}, luck=drawn | {(digital_channels.DIGITAL, 1): 0.6,
        (digital_channels.DIGITAL, 2): 0.6}, p=slow | {"call_centre.unanswered_severity": 0.15}, becomes={"issue_severity":
        0.15, "issue_tries": 1, "gives": 0, "count.digital_contacts": 1, "count.contacts": 1, "count.first_contacts": 1,
        "count.effort": int(0.5 * FIXED_ONE), "note.message_unsolved": 12.0},
        because="a question that was not answered, in private: 0.1 + 0.1 + 0.3")


def desks() -> Iterable[Example | StepExample]:
    """Those who answer messages."""
    yield example(message_desk.until_morning, 0.5, 56.0, 0.5, becomes=3.0, because="a third comes by night, a sixth of 18 hours")
    yield example(message_desk.blocked, 0.5, 1, becomes=1 / 3, because="0.5 over 1.5")
    yield example(message_desk.mean_queue, 0.5, 0.3333333, 0.0, 1, becomes=1 / 7, because="at most one: 0.25 over 1.75")
    yield example(message_desk.wait_to_give_up, 0.02, 1.0, becomes=0.0202027, because="-ln 0.98")
    yield example(message_desk.work_ahead, 0.5, 0.5, 0.25, 1.0, becomes=0.3326256, because="e^ahead falls towards 0.5")
    none = {(message_desk.DESK, message_desk.WRITES_AT): 0.5, (message_desk.DESK, message_desk.IS_PATIENT): 0.0}
    yield asks(message_desk.has_written, False, "did not", me={"wrote": False})
    yield example_of_step(message_desk.wait_for_answer, me={"wrote": True, "satisfaction": 0.5, "expectation": 0.5}, luck=none |
        {(digital_channels.DIGITAL, digital_channels.IS_HELPED): 0.4}, p={"minutes": 30.0, "digital_channels.tolerance": 0.5,
        "digital_channels.slowness_hurts": 0.2, "digital_channels.strangeness": 0.0} | UNMOVED, becomes={"count.messages": 1,
        "count.message_minutes": 30, "count.contacts": 1, "count.first_contacts": 1, "count.solved": 1, "count.solved_at_first":
        1, "count.effort": int(0.2 * FIXED_ONE), "note.message_solved": 0.5},
        because="nobody gives up who does not have to wait")
    yield example_of_step(message_desk.work_off, firm={"message_agents": 1, "message_backlog": 2}, count={"messages": 3},
        p={"hours": 40.0, "minutes": 60.0}, week={"stands_for": 1.0}, becomes={"firm.message_backlog": 0.0,
        "count.messages_answered": 5, "count.messages_possible": 40}, because="40 could be answered")


def staff() -> Iterable[Example | StepExample]:
    """Representatives who come and go."""
    yield example(employee_care.begun, 365.25 / 7, 0.999999, becomes=13.0, because="nearly fourteen weeks at once a week")
    yield example(employee_care.begun, 0.0301, 0.5, becomes=1040.0, because="1,201 weeks are more than a career")
    yield example(employee_care.begun, 0.5, 0.5, becomes=72.0, because="72.3 weeks at half a time a year")
    yield example(employee_care.part_of, 0.5, 0.5, becomes=1.0, because="all of a half")
    yield example(employee_care.quits, 365.25 / 7, 0.7 - float(np.log(2)) / 3, 3.0, becomes=1 - float(np.exp(-2)),
        because="twice as fast")
    yield example(employee_care.hard, True, 0.25, 0.25, becomes=True, because="just angry")
    yield example(employee_care.wages, 1.0, 0.0026, 1.0, 1.0, becomes=0, because="a quarter of a cent")
    lets = employee_care.let_people_go
    yield example_of_step(lets, p={"layoffs": 1.0}, week={"staff_lasts": False}, becomes=NO_CHANGE,
        because="representatives do not last")
    yield example_of_step(lets, p={"layoffs": 1.0}, week={"number": 0}, becomes=NO_CHANGE, because="not in the first week")
    same = {"call_centre.skill": 0.8, "call_centre.skill_spread": 0.0, "beginner_gap": 0.0, "outsourcing.skill_gap": 0.0}
    drawn = {(employee_care.REPRESENTATIVE, 0, 0): 0.5, (employee_care.REPRESENTATIVE, 1, 0): 0.5, (employee_care.STAFF, 0):
        0.99}
    on_duty = {"representatives_on_duty": 4, "representatives_before": 2}
    yield example_of_step(employee_care.come_to_work, me={"number": 1, "morale": 0.5, "staff_tenure": 3.0}, firm=on_duty,
        luck=drawn, p=same | {"recovery": 0.5, "outsourcing.share": 0.5, "outsourcing.cost_ratio": 0.5, "pay": 1.5},
        becomes={"morale": 0.6, "staff_tenure": 4.0, "skill": 0.8, "firm.hours_paid": 0.5, "count.staff": 1, "count.morale":
        int(0.6 * FIXED_ONE), "firm.mood": -0.025},
        because="the second of four works at the outsourcer, at half the cost, a quarter of 0.1 below the ordinary mood")
    live = employee_care.live_on
    yield example_of_step(live, True, me={"number": 2, "morale": 0.2, "staff_tenure": 9.0, "call_minutes": 5.0}, firm=on_duty,
        luck=drawn, p=same | {"pay": 2.0, "training": 9.0}, becomes={"morale": 0.7, "staff_tenure": 0.0, "hires": 1.0,
        "skill": 0.8, "call_minutes": 0.0, "count.hires": 1},
        because="a third position that was not filled last week, paid and trained as elsewhere")
    yield example_of_step(live, False, me={"number": 1, "morale": 0.7, "staff_tenure": 9.0}, firm=on_duty, luck=drawn, p=same
        | {"beginner_gap": 0.4, "learning": 5.0}, becomes={"staff_tenure": 10.0, "skill": 0.8 * 0.9, "firm.own_staff": 1.0},
        because="a quarter of what was lacking at first still is")
    yield example_of_step(employee_care.stay_or_quit, 0.8, True, me={"morale": 0.6, "staff_tenure": 4.0},
        luck={(employee_care.STAFF, 0): 0.86}, firm={"representatives_before": 5, "representatives_on_duty": 5},
        p={"turnover": 365.25 / 7, "outsourcing.turnover": 2.0, "recovery": 0.5, "quitting": 0.0}, becomes={"morale": 0.8,
        "staff_tenure": 0.0, "hires": 1.0, "count.quits": 1, "count.hires": 1},
        because="0.86 is below 1 - 1/e^2; somebody of ordinary support follows, at the outsourcer's expense")
    yield example_of_step(employee_care.stay_or_quit, 0.8, False, me={"morale": 0.6, "staff_tenure": 4.0},
        luck={(employee_care.STAFF, 0): 0.62}, firm={"representatives_before": 5, "representatives_on_duty": 5},
        p={"turnover": 365.25 / 7, "recovery": 0.5, "quitting": 3.0}, becomes={"morale": 0.8, "staff_tenure": 0.0, "hires":
        1.0, "count.quits": 1, "count.hires": 1, "firm.paid_hires": 1.0},
        because="at morale 0.7 once a week on average, and 0.62 is below 1 - 1/e")
    yield example_of_step(employee_care.remember_call, True, 0.2, p={"anger": 0.3}, becomes={"calls_taken": 1.0},
        because="an easy one")
    yield example_of_step(employee_care.remember_call, False, 0.2, week={"staff_lasts": False}, becomes=NO_CHANGE,
        because="nobody remembers")
    yield example_of_step(employee_care.pay_for_staff, firm={"paid_hires": 2.0}, week={"staff_lasts": False},
        becomes=NO_CHANGE, because="nothing to pay")


def hidden_fees() -> Iterable[StepExample]:
    """Fees and drips."""
    on = {(transparency.LIGHT, transparency.IS_CHARGED): 0.25}
    yield asks(fees.is_charged, False, "the rival's", me={"provider": RIVAL}, p={"size": 1.0, "share": 1.0}, luck=on)
    yield asks(fees.is_charged, False, "there is none", p={"size": 0.0, "share": 1.0}, luck=on)
    yield asks(fees.is_charged, False, "not this week", p={"size": 1.0, "share": 0.25}, luck=on)
    yield example_of_step(fees.find_hidden, 0.5, 0.25, me={"price_fairness": 0.9, "price_sensitivity": 1.5, "trust": 0.8},
        p={"unfairness": 0.4, "anger": 0.2, "ledger.without": OF_PRICE}, week={"rate": 2.0},
        becomes={"trust": 0.6, "grievance": 0.1, "ledger_communication": 0.6}, because="what is unfair about it is left out")
    yield example_of_step(fees.be_charged, me={"spend": 10.0, "price_fairness": 0.9, "price_sensitivity": 1.0, "trust": 0.8},
        week={"rate": 2.0}, p={"size": 0.5, "discovery": 0.5, "distrust": 0.25, "unfairness": 0.4, "anger": 0.2},
        luck={(transparency.LIGHT, transparency.FINDS_FEE): 0.4}, becomes={"price_fairness": 0.7, "trust": 0.6, "grievance":
        0.1, "ledger_price": 0.4, "ledger_communication": 0.6, "count.revenue_fees": 500, "note.fee_found": 500},
        because="found")
    bill = fees.sees_first_bill
    yield asks(bill, False, "the rival's", me={"tenure": 1, "came_by": 1, "provider": RIVAL}, last={"drip": 0.1})
    yield asks(bill, False, "nothing was hidden", me={"tenure": 1, "came_by": 1}, last={"drip": 0.0})
    yield asks(bill, False, "has paid before", me={"tenure": 2, "came_by": 1}, last={"drip": 0.1})


def trends() -> Iterable[Example]:
    """Limits of rules."""
    yield example(outsourcing.outsourced, 1, 3, 0.5, becomes=False, because="1.5 of 3 is just not below a half of them")
    yield example(outsourcing.outsourced, 1, 4, 0.42, becomes=True, because="1.5 is below 1.68")
    yield example(retention_offers.worn_out, 3.0, 0, 0.5, becomes=3.0, because="the first plan")
    yield example(innovation.behind_best, -0.1, -0.1, becomes=0.0, because="side by side")
    yield example(quality.people_made, 0.9, 1.0, 0.9, becomes=1.0, because="the scale ends at 1")
    yield example(innovation.lost_to_lag, 0.5, 0.75, 0.5, 0.25, 0.25, becomes=0.0, because="just not noted")
    yield example(grievance.fading, 2.0, becomes=0.5**0.5, because="half is left after two half-lives")
    yield example(impatience.remaining, 0.5, 52, becomes=0.5 ** (52 * 7 / 365.25), because="half a year's patience")
    yield example(management.margin, 0.5, 0.25, becomes=0.5, because="a quarter of a half")
    yield example(management.on_duty, 10, -0.27, 0.0, becomes=7, because="7.3 are 7")
    yield example(marketing.spending, 1, 0.004, 1.0, becomes=0, because="less than half a cent")
    yield example(personalisation.knowing, 1, 0.5, 0.5, 0.004, becomes=0, because="less than half a cent")
    yield example(pretence.campaign, 1, 0.003, 1.0, becomes=0, because="less than half a cent")
    yield example(pricing.rise, 3.0, 2.0, becomes=0.5, because="half as much again")
    yield example(pricing.cents, 1.0, 0.0026, becomes=0, because="a quarter of a cent")
    yield example(quality.error_of, 0.5, 0.25, 2.0, 0.5, becomes=0.0, because="just no error")
    yield example(quality.providing, 1, 0.3, becomes=0, because="less than half a cent")
    yield example(transparency.openness_cost, 1, 0.003, 1.0, 1.0, 1.0, becomes=0, because="less than half a cent")
    yield example(upselling.annoyance, 0.5, 0.25, 0.2, 0.5, becomes=0.1, because="0.5 x 0.5 x 0.5 x 0.8")
    yield example(winback.left_lately, 1, 3, 5, becomes=True, because="left in the first week")
    yield example(word_of_mouth.strangers_reached, 1, 1.3, False, becomes=1, because="1.3 are one")
    yield example(self_checkout.minutes_at_lane, 3.0, 2.0, 0.25, 0.25, becomes=3.0, because="just no error")
    yield example(self_checkout.put_off, 6, 1.0, 1.0, 5.5, 0.5, becomes=1 - 0.5 ** (0.25 / 70),
        because="half a person too many")
    yield example(self_checkout.prefers_self, 0.75, 1, 1, becomes=1 / (1 + float(np.exp(-1.5))),
        because="logistic of 6 x 0.25")
    yield example(support_access.closed, True, 0.5, 0.5, becomes=True, because="just too late")
    yield example(support_access.runs_out, 2.0, 2.0, becomes=False, because="just patient enough")
    yield example(ledger.lost, 0.5, 0.5, becomes=0.0, because="nothing lost")
    yield example(issue.severity_of, 0.5, 0.5, becomes=0.0, because="just good enough")
    yield example_of_step(trust.shake, 0.25, me={"trust": 0.8}, p={"ledger.without": OF_COMMUNICATION}, becomes={},
        because="communication costs nobody's goodwill")
    yield example(trust.trust_after, 0.5, 0.5, 0.1, 0.2, becomes=0.5, because="no reason to change")


def budgets() -> Iterable[StepExample]:
    """What the management does."""
    review, year = (management.review, {"review_weeks": 13, "target_margin": 0.1, "cuts": 0.2, "reinvests": 0.1, "floor":
        0.75, "ceiling": 1.25})
    poor = {"quarter_revenue": 200.0, "quarter_cost": 190.0}
    yield example_of_step(review, firm=poor, week={"number": 25}, p=year, becomes=NO_CHANGE, because="no review this week")
    yield example_of_step(review, firm=poor, week={"number": 0}, p=year, becomes=NO_CHANGE, because="no review at first")
    yield example_of_step(review, firm=poor, week={"number": 13, "budget_moves": False}, p=year, becomes=NO_CHANGE,
        because="nobody reviews")
    reviewed = {"firm.quarter_revenue": 0.0, "firm.quarter_cost": 0.0}
    yield example_of_step(review, firm=poor | {"budget": -0.1}, week={"number": 13}, p=year, becomes=reviewed |
        {"firm.budget": -0.25}, because="the floor")
    yield example_of_step(review, firm={"quarter_revenue": 200.0, "quarter_cost": 100.0, "budget": 0.2}, week={"number": 1},
        p=year | {"review_weeks": 1}, becomes=reviewed | {"firm.budget": 0.25},
        because="0.2 + 0.1 x 1.2 is above the ceiling")
    posts = {"call_centre.representatives": 10, "self_checkout.lanes": 6, "self_checkout.self_lanes": 2}
    first = {f"firm.{name}_{when}": many for name, many in (("representatives", 10), ("lanes", 4)) for when in ("on_duty",
        "before")}
    yield example_of_step(management.take_posts, week={"number": 0}, p=posts, becomes=first, because="as if always so")
    yield example_of_step(management.take_posts, week={"number": 1}, p=posts, becomes={name: n for name, n in first.items() if
        "on_duty" in name}, because="nobody was there last week")
    yield example_of_step(management.close_books, week={"budget_moves": False}, count={"revenue_service": 300},
        becomes={"count.budget": FIXED_ONE}, because="nobody reads the books")


def customers_known() -> Iterable[StepExample]:
    """Knowing customers, claiming to serve them, and their prices."""
    yield example_of_step(personalisation.be_fitted, me={"performed": 0.7, "trust": 0.6, "provider": RIVAL}, p={"tailoring":
        0.5}, becomes=NO_CHANGE, because="the rival knows nobody")
    yield example_of_step(personalisation.feel_watched, me={"trust": 0.5, "provider": RIVAL}, p={"tailoring": 0.9,
        "creepiness": 0.4}, becomes=NO_CHANGE, because="nor watches anybody")
    yield example_of_step(personalisation.feel_watched, me={"trust": 0.5}, week={"rate": 2.0}, p={"tailoring": 1.0, "comfort":
        0.75, "creepiness": 0.8, "control": 0.5}, becomes={"trust": 0.475, "ledger_communication": 0.05},
        because="0.8 x a quarter unwelcome x a quarter beyond is a twentieth")
    heard = {(transparency.LIGHT, transparency.HEARS): 0.25}
    hears = pretence.hears_campaign
    yield asks(hears, False, "the rival's", me={"provider": RIVAL}, p={"claimed": 1.0, "reach": 1.0}, luck=heard)
    yield asks(hears, False, "all of it is true", p={"claimed": 0.5, "actual": 0.5, "reach": 1.0}, luck=heard)
    yield asks(hears, False, "not this week", p={"claimed": 1.0, "reach": 0.25}, luck=heard)
    hollow = {"claimed": 0.75, "actual": 0.25, "exposure": 0.5}
    yield example_of_step(pretence.see_through, 0.25, me={"trust": 0.8}, p=hollow, becomes=NO_CHANGE,
        because="not seen through")
    yield example_of_step(pretence.see_through, 0.0, me={"trust": 0.8}, becomes=NO_CHANGE, because="nothing is claimed")
    here, young = pricing.price_here, {"list_price": 1.2, "newcomer_discount": 0.25, "discount_weeks": 5}
    yield example_of_step(here, me={"tenure": 3, "came_by": 2}, p=young, becomes={"gives": 0.9},
        because="won by advertising three weeks ago")
    yield example_of_step(here, me={"tenure": 3}, p=young, becomes={"gives": 1.2}, because="there from the start")
    yield example_of_step(pricing.pay, me={"spend": 10.0, "provider": RIVAL}, becomes=NO_CHANGE, because="pays the rival")
    yield example_of_step(quality.add_up_spending, me={"spend": 10.0, "provider": RIVAL}, becomes=NO_CHANGE,
        because="the rival's")
    luck = {(quality.EVERYDAY, quality.PERFORMS): 0.84134475, (quality.EVERYDAY, quality.FAILS): 0.15}
    product = {"level": 0.8, "spread": 0.1, "error_rate": 0.2, "error_depth": 0.4, "rival.level": 0.7, "rival.spread": 0.05,
        "rival.error_rate": 0.1, "people": 0.0}
    use, me = quality.use_product, {"failure_exposure": 1.0}
    yield example_of_step(use, me=me, luck=luck, p=product, becomes={"performed": 0.5}, because="0.8 + 0.1 - 0.4")
    yield example_of_step(use, me=me | {"provider": RIVAL}, firm={"rival_obsolescence": 0.15}, luck=luck, p=product,
        becomes={"performed": 0.6}, because="0.7 - 0.15 + 0.05, without an error")
    yield example_of_step(use, me=me | {"provider": RIVAL}, luck=luck | {(quality.EVERYDAY, quality.FAILS): 0.05}, p=product,
        becomes={"performed": 0.35}, because="with one")
    yield example_of_step(use, me=me | {"provider": RIVAL, "fit_company": 0.3, "fit_rival": -0.1}, luck=luck, p=product,
        becomes={"performed": 0.65}, because="0.7 + 0.05, less what does not suit them")
    yield example_of_step(use, me=me | {"fit_company": 0.1, "fit_rival": 0.3}, firm={"mood": 0.9}, luck=luck, p=product |
        {"people": 0.25}, becomes={"performed": 0.65}, because="0.8 + 0.05 for the staff, + 0.1 that suits them + 0.1 - 0.4")
    yield example_of_step(use, me=me | {"provider": GONE}, luck=luck, p=product, becomes={"performed": 0.5},
        because="as the company's")
    yield example_of_step(referral.be_won, False, True, me={"spend": 10.0, "left_in": 4}, p={"reward": 1.5,
        "winback.discount": 2.0}, becomes={"came_by": 2, "left_in": 0, "count.won_back": 1, "count.cost_winback": 2000},
        because="an offer, and no friends")
    yield example_of_step(referral.be_lost, me={"came_by": 2}, becomes={"came_by": 0, "count.leavers_advertised": 1},
        because="had been advertised to")
    yield example_of_step(referral.be_counted_by_origin, me={"came_by": 1}, becomes={"count.customers_referred": 1},
        because="friends")


def offers() -> Iterable[StepExample]:
    """Offers of every kind."""
    spare = {(MOOD, "spare"): 0.25}
    gets = retention_offers.gets_plan
    yield asks(gets, False, "the rival's", me={"provider": RIVAL}, p={"unsolicited": 1.0}, luck=spare)
    yield asks(gets, False, "not this week", p={"unsolicited": 0.25}, luck=spare)
    yield example_of_step(retention_offers.get_plan, p={"awakening": 0.1}, luck={(retention_offers.KEEPING,
        retention_offers.WAKES): 0.2}, becomes={"count.plans_sent": 1, "note.plan_sent": 0.0}, because="sleeps on")
    stays, keeping = retention_offers.stays_after_all, {(retention_offers.KEEPING, retention_offers.SAVES): 0.25}
    yield example_of_step(stays, 0.5, 0.1, 0.5, me={"spend": 10.0}, p={"save_offers": 0.25, "save_discount": 52.0},
        luck=keeping, becomes={"gives": False}, because="no offer")
    yield example_of_step(stays, 0.5, 0.1, 0.5, me={"spend": 10.0}, luck=keeping, becomes={"gives": False},
        because="no offers at all")
    yield example_of_step(stays, 0.5, 0.1, 0.5, me={"spend": 10.0}, p={"save_offers": 0.5, "save_discount": 5.2},
        luck=keeping, becomes={"gives": False, "count.save_offers": 1, "note.offer_to_stay": 0},
        because="a tenth is not enough against 0.4")
    made = {(quality.EVERYDAY, quality.IS_OFFERED): 0.25}
    offered, monthly = upselling.is_offered, {"attempts": 30.4375 / 28}
    yield asks(offered, False, "the rival's", me={"provider": RIVAL}, p={"attempts": 4.0}, luck=made)
    yield asks(offered, False, "just not this week", p=monthly, luck=made | {(quality.EVERYDAY, quality.IS_OFFERED): 0.2501})
    yield example_of_step(upselling.hear_offer, me={"trust": 0.5, "satisfaction": 0.8, "spend": 10.0}, p={"relevance": 0.2,
        "pressure": 1.0, "distrust": 0.5, "tiring": 0.2, "ledger.without": OF_UPSELLING}, luck={(upselling.OFFER, 0): 0.9},
        becomes={"upsell_fatigue": 0.2, "count.offers": 1, "note.offer_refused": 0.0}, because="upselling costs no goodwill")
    yield example_of_step(upselling.hear_offer, me={"trust": 0.5, "satisfaction": 0.8, "upsell_fatigue": 0.25, "spend": 10.0},
        p={"relevance": 0.4, "pressure": 0.5, "distrust": 0.4, "tiring": 0.2, "worth": 1.5}, luck={(upselling.OFFER, 0):
        0.151}, becomes={"trust": 0.47, "satisfaction": 0.752, "upsell_fatigue": 0.4, "ledger_upselling": 0.078,
        "count.offers": 1, "note.offer_refused": 0.25},
        because="0.151 is not below 0.4 x 0.5 x 0.75; 0.4 x 0.5 x 0.5 x 0.6 is the blow")
    yield example_of_step(upselling.hear_offer, me={"trust": 0.5, "upsell_fatigue": 0.25, "spend": 10.0}, p={"relevance": 0.4,
        "distrust": 0.0, "tiring": 0.2, "worth": 1.5, "margin": 0.5}, luck={(upselling.OFFER, 0): 0.149},
        becomes={"upsell_fatigue": 0.4, "count.offers": 1, "count.sales": 1, "count.revenue_upselling": 1500,
        "count.cost_upselling": 750, "note.offer_accepted": 1500}, because="0.149 is")
    yield example_of_step(upselling.recover, me={"upsell_fatigue": 0.5}, week={"offers_made": False}, becomes=NO_CHANGE,
        because="nobody is ever tired")
    lately, left = winback.may_be_wooed, {"provider": RIVAL, "left_in": 5}
    yield asks(lately, False, "is back", me={"left_in": 5}, week={"number": 6}, p={"offers": 0.5})
    yield asks(lately, False, "no offers", me=left, week={"number": 6}, p={"offers": 0.0})
    yield asks(lately, False, "too long ago", me=left, week={"number": 60}, p={"offers": 0.5})
    yield example_of_step(winback.be_wooed, p={"offers": 0.1}, luck={(winback.WOOING, 0): 0.2}, becomes=NO_CHANGE,
        because="no offer")


def visits() -> Iterable[StepExample]:
    """Visits to a shop."""
    drawn = {(quality.EVERYDAY, quality.SHOPS): 0.25}
    yield asks(self_checkout.shops, False, "the rival's", me={"provider": RIVAL}, p={"visits": 1.0}, luck=drawn)
    yield asks(self_checkout.shops, False, "not this week", p={"visits": 0.25}, luck=drawn)
    coming = {(self_checkout.CHECKOUT, number): 0.5 for number in range(6)}
    spread = {(self_checkout.CHECKOUT, self_checkout.HOW_LONG): 0.84134475, (self_checkout.CHECKOUT, self_checkout.WHICH):
        0.9}
    yield example_of_step(self_checkout.arrive, 0, me={"self_service_liking": 0.5, "patience": 6.0}, firm={"lanes_on_duty":
        3}, week={"calendar": 52}, luck=coming | spread, p={"self_lanes": 2, "minutes": 3.0, "minutes_spread": 0.5,
        "impatience.patience_trend": 0.5}, becomes={"gives": (2**31, 3 * float(np.exp(0.375)), 6 * 0.6931472 * 0.5 ** (52 * 7
        / 365.25), 0)}, because="served by somebody, slower than usual, and half as patient as a year ago")
    yield example_of_step(self_checkout.arrive, 0, me={"self_service_liking": 0.9, "patience": 6.0}, firm={"lanes_on_duty": 3},
        luck=coming, p={"self_lanes": 2, "self_minutes": 4.0, "minutes_spread": 0.0, "error_minutes": 2.0, "errors": 0.5},
        becomes={"gives": (2**31, 4.0, 6 * 0.6931472, 1)}, because="alone, and just without an error")
    yield example_of_step(self_checkout.arrive, 0, me={"self_service_liking": 0.9, "patience": 6.0}, firm={"lanes_on_duty":
        3}, luck=coming, p={"self_lanes": 0, "minutes": 3.0, "minutes_spread": 0.0}, becomes={"gives": (2**31, 3.0, 6 *
        0.6931472, 0)}, because="there is no self-service")
    seen = {"line_in_sight": 0.8, "line_unnoticed": 1.0, "line_deters": 0.5}
    line = {"free_at": [6.0], "numbers": [0], "standing": [9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 1.0]}
    chance = 0.8 * (1 - 0.5 ** (25 * 0.5 / 115))
    out, luck = self_checkout.check_out, (self_checkout.CHECKOUT, self_checkout.TURNS_AWAY)
    yield example_of_step(out, 2.0, 3.0, 5.0, line=line, agent={}, me={"price_sensitivity": 3.0}, p=seen, luck={luck: chance -
        1e-3}, becomes={"gives": (6.0, BALKED, NOBODY), "line.standing": 6, "line.until": 9.0},
        because="five too many of six, of somebody who minds half: turns away")
    yield example_of_step(out, 2.0, 3.0, 5.0, line=line, agent={}, me={"price_sensitivity": 3.0}, p=seen, luck={luck: chance +
        1e-3}, becomes={"gives": (4.0, SERVED, 0), "line.free": 9.0, "line.until": 6.0}, because="does not")
    leave, shop = self_checkout.leave_shop, AS_IT_WAS | {"tolerance": 3.0, "waiting_hurts": 0.2, "effort": 0.4, "memory": 0.5,
        "shrink": 0.02, "sale": 0.5, "line_hurts": 0.1}
    me = {"satisfaction": 0.7, "expectation": 0.7, "self_service_liking": 0.5, "spend": 10.0}
    yield example_of_step(leave, 0, 6.0, SERVED, me=me, firm={"mood": 0.7}, p=shop,
        becomes={"satisfaction": 0.7 - 0.1 / 6, "ledger_convenience": 0.1 / 6, "count.visits": 1,
        "count.checkout_wait": 6 * FIXED_ONE, "note.shop": 6.0}, because="0.8 less two thirds of 0.2, half way")
    yield example_of_step(leave, 1, 6.0, 1, me=me, p=shop, becomes={"satisfaction": 0.65, "ledger_convenience": 0.05,
        "count.visits": 1, "count.self_visits": 1, "count.walked_out": 1, "count.checkout_wait": 6 * FIXED_ONE,
        "count.cost_lost_sales": 500, "note.shop_left": 6.0},
        because="as bad as an endless wait: 0.8 - 0.2, and half a week's spend is lost")
    yield example_of_step(leave, 1, 6.0, BALKED, me=me | {"satisfaction": 0.5}, p=shop, becomes={"satisfaction": 0.6,
        "count.visits": 1, "count.balked": 1, "count.cost_lost_sales": 500, "note.shop_balked": 6.0},
        because="turned away: 0.8 - 0.1")


def orders() -> Iterable[StepExample]:
    """Orders that come, or do not."""
    due = {(deliveries.DELIVERY, deliveries.IS_DUE): 0.25}
    yield asks(deliveries.is_due, False, "the rival's", me={"provider": RIVAL}, p={"orders": 1.0}, luck=due)
    yield asks(deliveries.is_due, False, "just not this week", p={"orders": 0.25}, luck=due)
    pleased = {"satisfaction": 0.5, "expectation": 0.5}
    yield example_of_step(deliveries.judge_order, 0.25, me=pleased, p=AS_IT_WAS | {"memory": 0.5, "ledger.without":
        OF_CONVENIENCE, "talk.notice": 1.0}, becomes=NO_CHANGE, because="inconvenience is left out")
    drawn = {(deliveries.DELIVERY, deliveries.TAKES): 0.5, (deliveries.DELIVERY, deliveries.ASKS_WHERE): 0.9}
    early = {"days": 5.0, "days_spread": 0.0, "promised": 15.0, "tolerated": 10.0, "earliness_pleases": 0.1, "memory": 0.5,
        "talk.notice": 1.0, "faster": 0.0, "surer": 0.0, "stocked": 0.0, "cost": 2.5}
    yield example_of_step(deliveries.receive, me={"satisfaction": 0.8, "expectation": 0.8, "contact_propensity": 1.0},
        luck=drawn, p=AS_IT_WAS | early, becomes={"satisfaction": 0.8 + 0.05 * (1 - float(np.exp(-1))),
        "count.deliveries": 1, "count.cost_delivery": 250, "note.order_came": 5.0},
        because="ten days early please by 1 - 1/e of a tenth, of which half counts")
    yield example_of_step(deliveries.cost_of_delivery, p={"cost": 1.0, "days": 16.0, "days_paid_for": 4.0, "faster": 1.0,
        "surer": 0.0, "stocked": 0.0}, becomes={"gives": 0}, because="four times as slow saves more than there is to save")
    asked = {(deliveries.DELIVERY, deliveries.ASKS_WHERE): 0.4}
    patient = {"matter": 0.4, "complaining.base": 0.7, "complaining.slope": 1.0, "issue.closed_below": 0.05}
    yield example_of_step(deliveries.ask_where, 0.125, me={"contact_propensity": 2.0}, luck=asked, p=patient,
        becomes=NO_CHANGE, because="a twentieth is no matter yet")
    yield example_of_step(deliveries.ask_where, 0.5, me={"contact_propensity": 0.5, "issue_severity": 0.3, "issue_tries": 2},
        luck=asked, p=patient, becomes={"note.order_asked": 0.2}, because="there is a graver matter, of two tries, already")
    back = {(deliveries.DELIVERY, deliveries.IS_SOLD_OUT): 0.5, (deliveries.DELIVERY, deliveries.IS_SENT_BACK): 0.1}
    sent = AS_IT_WAS | {"orders": 0.5, "sold_out": 0.5, "returned": 0.1, "free_returns": 1.0, "free_returns_invite": 0.2,
        "days": 4.0, "days_spread": 0.0, "promised": 4.0, "faster": 0.0, "surer": 0.0, "stocked": 0.0, "cost": 0.0, "resold": 0.0,
        "refund_hurts": 0.0, "return_cost": 0.0, "postage": 3.0}
    yield example_of_step(deliveries.take_order, me={"satisfaction": 0.8, "expectation": 0.8, "spend": 10.0}, luck=back |
        drawn, p=sent, becomes={"count.deliveries": 1, "count.returns": 1, "count.cost_refunds": 2000,
        "count.cost_returns": 300, "note.order_came": 4.0, "note.order_sent_back": 2000},
        because="0.1 is below 0.12 where it is free, and 0.5 not below a half: two weeks' money back, and the postage")
    yield example_of_step(deliveries.promised_to_newcomers, p={"orders": 0.0, "promised": 1.0, "free_returns": 1.0},
        becomes={"gives": 0.0}, because="nothing is ever ordered")


def several_products() -> Iterable[StepExample]:
    """Products beside the first."""
    drawn, moving = {(products.PRODUCT, products.IS_OFFERED): 0.25}, {(products.PRODUCT, products.MOVES): 0.25}
    monthly, often = {"most": 2, "offers": 30.4375 / 28}, {"most": 2, "bought": 20.0, "given_up": 20.0}
    yield asks(products.is_offered, False, "the rival's", me={"provider": RIVAL}, p=monthly | {"offers": 4.0}, luck=drawn)
    yield asks(products.is_offered, False, "just not this week", p=monthly, luck=drawn)
    yield asks(products.is_offered, False, "there are none", p={"most": 1, "offers": 4.0}, luck=drawn)
    yield asks(products.moves, False, "the rival's", me={"provider": RIVAL}, p=often, luck=moving)
    yield asks(products.moves, False, "there are none", p=often | {"most": 1}, luck=moving)
    yield asks(products.moves, False, "not this week", p={"most": 2, "bought": 6.0, "given_up": 6.0}, luck=moving)
    chosen = {(products.PRODUCT, products.TAKES): 0.7}
    yield example_of_step(products.move, me={"trust": 0.5}, p={"most": 6, "bought": 0.5, "given_up": 0.5}, luck=chosen,
        becomes=NO_CHANGE, because="nothing to give up but the first")
    yield example_of_step(products.move, me={"trust": 0.5, "more_products": 2}, p={"most": 6, "bought": 0.5, "given_up":
        0.125}, luck=chosen, becomes=NO_CHANGE, because="would take one, but does not trust enough, or has enough")
    refused = {(products.PRODUCT, products.SELLS): 0.9}
    yield example_of_step(products.hear_of_product, me={"trust": 0.5}, p={"most": 6, "offer_cost": 0.0, "annoys": 0.5,
        "ledger.without": OF_UPSELLING}, luck=refused, becomes={"note.product_declined": 0.0}, because="offers cost no trust")
    yield example_of_step(products.use_products, me={"more_products": 2, "provider": RIVAL}, p={"most": 6}, becomes=NO_CHANGE,
        because="the rival's")
    yield example_of_step(products.use_products, me={"more_products": 2, "spend": 10.0}, p={"most": 1}, becomes=NO_CHANGE,
        because="the company has withdrawn them all")
    yield example_of_step(products.tied, me={"more_products": 2}, p={"most": 1, "tie": 0.5}, becomes={"gives": 0.0},
        because="the company has withdrawn them all")


def access() -> Iterable[StepExample]:
    """Getting through."""
    through, drawn = (support_access.get_through, {(support_access.ACCESS, 0): 0.5, (support_access.ACCESS, 1): 0.55,
        (support_access.ACCESS, 2): 0.6} | {(CONTACT, IS_PATIENT): 0.5})
    easy = {"menu_levels": 0, "hidden": 0.0, "opening_hours": 1.0}
    yield example_of_step(through, 17, p=easy, becomes={"gives": 17}, because="nothing in the way, and no luck needed")
    yield example_of_step(through, 19, me={"patience": 0.1}, p=easy | {"menu_levels": 9}, luck=drawn, becomes={"gives": 19},
        because="put through")
    yield example_of_step(through, 17, me={"patience": 9.0}, p=easy | {"menu_levels": 1}, luck=drawn, becomes={"gives": 17},
        because="patient")
    lost = UNMOVED | {"call_centre.tolerance": 3.0, "call_centre.waiting_hurts": 0.3, "resentment": 0.0,
        "call_centre.unanswered_severity": 0.0}
    seeks = {"count.gave_up": 1, "count.contacts": 1, "count.first_contacts": 1, "issue_tries": 1, "gives": 0}
    yield example_of_step(through, 17, me={"patience": 9.0}, p=easy | lost | {"hidden": 0.52, "search_minutes": 6.0},
        luck=drawn, becomes=seeks | {"count.effort": int(0.6 * FIXED_ONE), "note.gives_up": 6.0},
        because="0.5 is below 0.52: not found in 6 minutes")
    yield example_of_step(through, 17, me={"patience": 6.0}, luck=drawn, week={"calendar": 52}, p=easy | lost | {"menu_levels":
        12, "seconds_per_level": 60.0, "hidden": 0.25, "search_minutes": 4.0, "impatience.patience_trend": 0.5}, becomes=seeks
        | {"note.gives_up": 1 + 6 * 0.6931472 * 0.5 ** (52 * 7 / 365.25), "count.effort": int((0.4 + 0.3 * (x := 1 + 6 *
        0.6931472 * 0.5 ** (52 * 7 / 365.25)) / (x + 3)) * FIXED_ONE)},
        because="a minute of searching, and all patience in the menu")
    yield example_of_step(through, 17, me={"patience": 0.0}, p=easy | lost | {"menu_levels": 1}, luck=drawn, becomes=seeks |
        {"count.effort": int(0.4 * FIXED_ONE), "note.gives_up": 0.0}, because="no patience for any menu")
    shut = easy | lost | {"opening_hours": 0.5, "closed_minutes": 3.0, "tries_again": 0.5, "menu_levels": 2}
    yield example_of_step(through, 17, me={"patience": 9.0}, p=shut, luck=drawn, becomes=seeks | {"count.effort":
        int((0.4 + 0.3 * 3.5 / 6.5) * FIXED_ONE), "note.lines_closed": 0.0, "note.gives_up": 3.5},
        because="comes when nobody is there, and does not try again")
    give = support_access.give_up
    yield example_of_step(give, 17, 6.0, me={"issue_severity": 0.4, "issue_tries": 2, "satisfaction": 0.5, "expectation":
        0.5}, p=AS_IT_WAS | {"call_centre.memory": 0.5, "trust.encounter": 0.0, "call_centre.tolerance": 3.0,
        "call_centre.waiting_hurts": 0.3, "grievance.rise": 0.5, "resentment": 0.25}, becomes={"issue_tries": 3,
        "satisfaction": 0.25, "grievance": 0.05, "ledger_service": 0.3, "count.gave_up": 1, "count.contacts": 1,
        "count.effort": int(0.8 * FIXED_ONE), "note.gives_up": 6.0},
        because="0.2 for the wait: effort 0.1 + 0.2 + 0.3 x two thirds + 0.3; 0.5 x 0.25 x 0.4 of resentment; an old issue")


def truths() -> Iterable[StepExample]:
    """What is told, and what is so."""
    yield example_of_step(transparency.see_process, me={"performed": 0.8, "provider": RIVAL}, p={"process_shown": 1.0},
        becomes=NO_CHANGE, because="the rival shows nothing")
    drawn = {(transparency.LIGHT, transparency.FINDS_OUT): 0.25}
    finds = transparency.finds_out
    yield asks(finds, False, "the rival's", me={"provider": RIVAL}, p={"misleading": 1.0, "found_out": 1.0}, luck=drawn)
    yield asks(finds, False, "not this week", p={"misleading": 0.5, "found_out": 0.5}, luck=drawn)
    told, luck = (transparency.told_of, {(transparency.NOTICE, transparency.IS_TOLD): 0.4, (transparency.NOTICE,
        transparency.IS_LIED_TO): 0.5})
    half = {"outage_notices": 0.5, "status_honesty": 0.5}
    yield example_of_step(told, 0.5, p=half, luck=luck, becomes={"note.outage_notice": 0.5, "gives": True},
        because="told the truth")
    yield example_of_step(told, 0.5, me={"trust": 0.8}, p=half | {"status_honesty": 0.0}, luck=luck | {(transparency.NOTICE,
        transparency.IS_TOLD): 0.6}, becomes={"gives": False}, because="not told, and so not lied to")


FURTHER: tuple[Example | StepExample, ...] = (*answers(), *beliefs(), *complaints(), *conversations(), *expectations(),
    *ledgers(), *persons(), *prices(), *judgements(), *comparisons(), *talks(), *rivals_of_several(),
    *rules_of_behaviour(), *accounts(), *calls(), *bots(), *letters(), *desks(), *staff(), *hidden_fees(), *trends(), *budgets(),
    *customers_known(), *offers(), *visits(), *orders(), *several_products(),
    *access(), *truths())
