"""A customer: what one person does and feels in each phase of the week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from mesa import Agent

from sim.engine.objects import keeping
from sim.engine.objects.candour import come_to_light
from sim.engine.objects.choosing import compare, move_away
from sim.engine.objects.encounters import Call, Visit, hear_offer, raises_issue, visit_of
from sim.engine.objects.known import feel_watched, fits
from sim.engine.objects.reaching import reach
from sim.model.behaviour.answering import ANSWERS, SURVEY_WEEKS, answer, leaning
from sim.model.behaviour.belief import belief_after
from sim.model.behaviour.choice import goodwill, thinks
from sim.model.behaviour.expectation import adapted
from sim.model.behaviour.grievance import fading, relieved
from sim.model.behaviour.issue import severity_of
from sim.model.behaviour.ledger import booked, disappointed, lost
from sim.model.behaviour.person import COMPANY, GONE, RIVAL
from sim.model.behaviour.price import fairness_after, outraged
from sim.model.behaviour.satisfaction import (
    at_peak,
    aversion,
    bend,
    experience_weight,
    felt,
    judgement,
    moved,
    surprise,
)
from sim.model.behaviour.talk import speaks_well, talks
from sim.model.behaviour.trust import trust_after
from sim.model.mechanisms.call_centre import MOOD
from sim.model.mechanisms.impatience import remaining
from sim.model.mechanisms.innovation import lost_to_lag, standing, yardstick
from sim.model.mechanisms.marketing import reached
from sim.model.mechanisms.pricing import cents, price_paid, rise
from sim.model.mechanisms.quality import EVERYDAY, error_of, performance
from sim.model.mechanisms.referral import BY_ADVERTISING, BY_FRIENDS, spurred
from sim.model.mechanisms.rival import offered
from sim.model.mechanisms.transparency import forewarned, shown
from sim.model.mechanisms.upselling import attempt_chance
from sim.model.mechanisms.word_of_mouth import POSTS, strangers_reached
from sim.model.numeric import fixed, normal_quantile
from sim.model.random import happens, spare_word, uniform, unit, word, words

if TYPE_CHECKING:
    from types import SimpleNamespace

    from sim.engine.objects.market import Market

f32 = np.float32
ZERO, ONE = f32(0), f32(1)

PERFORMS, FAILS, IS_OFFERED, SHOPS = range(4)
"""What the week's four everyday draws decide."""
TALKS, THINKS, MOVES, ASKS = range(4)
"""What the week's four draws of mood decide."""


def silence() -> dict[tuple[int, bool], int]:
    """Messages by provider and whether they are good: none yet."""
    return {(provider, well): 0 for provider in (COMPANY, RIVAL) for well in (True, False)}


class Customer(Agent):
    """A person in the market, with the company or not.

    What is carried from week to week is named as the columns, here without the traits of :mod:`sim.model.behaviour.person`,
    which do not change.
    """

    model: Market
    provider: int
    tenure: int
    contract_end: int
    expectation: np.float32
    satisfaction: np.float32
    trust: np.float32
    grievance: np.float32
    price_fairness: np.float32
    upsell_fatigue: np.float32
    issue_severity: np.float32
    issue_tries: int
    belief_company: np.float32
    belief_rival: np.float32
    ledger_quality: np.float32  # and the ledger's other causes
    ledger_expectation: np.float32
    ledger_innovation: np.float32
    patience: np.float32
    left_in: int
    came_by: int

    def __init__(self, market: Market, number: int, columns: dict[str, Any]) -> None:
        super().__init__(market)
        self.number = number
        self.friends: list[Customer] = []
        for name, value in columns.items():
            setattr(self, name, value if isinstance(value, np.float32) else int(value))
        self.performed = ZERO
        self.speaks_up = False  # about a new issue, this week
        self.heard = silence()

    @property
    def policy(self) -> SimpleNamespace:
        """The company's settings this week, as ``part_parameter``."""
        return self.model.policy

    @property
    def is_customer(self) -> bool:
        """Whether this person is with the company."""
        return self.provider == COMPANY

    # ---- draws and notes ---------------------------------------------------------------------------------------------

    def luck(self, stream: np.uint32, index: int) -> float:
        """A uniform number in [0, 1) of this person and week."""
        return uniform(self.model.world, stream, self.number, self.model.week, index)

    def spare_luck(self, stream: np.uint32) -> float:
        """One more uniform number, from what the first four words of this stream, person and week leave unused."""
        return unit(spare_word(*words(self.model.world, stream, self.number, self.model.week, 0)))

    def word(self, stream: np.uint32, index: int) -> int:
        """A random 32-bit word of this person and week."""
        return word(self.model.world, stream, self.number, self.model.week, index)

    def note(self, what: str, amount: float | np.float32) -> None:
        """Tell the journal, which writes it down if this person is watched."""
        self.model.note(self.number, what, amount)

    def book(self, cause: str, before: np.float32, after: np.float32) -> None:
        """Enter a loss of goodwill in the ledger under its cause."""
        entry = f"ledger_{cause}"
        setattr(self, entry, getattr(self, entry) + lost(before, after) * self.model.rate)

    def verdict_on(self, quality: np.float32) -> np.float32:
        """How an experience of this quality is judged, given what was expected."""
        p = self.policy
        gap = surprise(quality, self.expectation, p.satisfaction_assimilation)
        averse = aversion(p.satisfaction_loss_aversion, p.satisfaction_symmetric)
        bent = bend(p.satisfaction_curvature, p.satisfaction_symmetric)
        return judgement(self.expectation, felt(gap, p.satisfaction_sensitivity, averse, bent))

    # ---- experience --------------------------------------------------------------------------------------------------

    def experience(self) -> None:
        """Use the product, judge it, and let old grievances and fatigue fade.

        Whoever has left the market goes through it too, as with the company; nothing of it is ever counted.
        """
        p = self.policy
        self.performed = self._performance()
        verdict = self.verdict_on(self.performed)
        before, weight = self.satisfaction, self._weight_of_week()
        self.satisfaction = moved(before, verdict, weight)
        self.trust = trust_after(self.trust, verdict, p.trust_growth, p.trust_loss)
        self._book_week(lost(before, self.satisfaction))
        feel_watched(self)
        seen = yardstick(self.performed, self.lag, p.innovation_awareness)
        self.expectation = adapted(self.expectation, seen, p.expectation_rise, p.expectation_fall)
        self.grievance = relieved(self.grievance, ONE - fading(p.grievance_half_life))
        self.upsell_fatigue = relieved(self.upsell_fatigue, p.upselling_recovery)

    @property
    def lag(self) -> np.float32:
        """How far the own provider's product lags behind what is possible."""
        company = self.model.company
        return offered(company.obsolescence, company.rival_obsolescence, self.provider == RIVAL)

    def _performance(self) -> np.float32:
        """How the own provider's product performs this week."""
        p, rival = self.policy, self.provider == RIVAL
        rate = offered(p.quality_error_rate, p.rival_error_rate, rival)
        error = error_of(self.luck(EVERYDAY, FAILS), rate, self.failure_exposure, p.quality_error_depth)
        level = offered(self.model.company.level, p.rival_level, rival)
        spread = offered(p.quality_spread, p.rival_spread, rival)
        normal = normal_quantile(self.word(EVERYDAY, PERFORMS))
        performed = performance(standing(level, self.lag), spread, normal, error)
        return fits(self, self._as_shown(performed)) if self.is_customer else performed

    def _as_shown(self, performed: np.float32) -> np.float32:
        """The week's performance with what is shown of its making."""
        p = self.policy
        process = p.transparency_insight, p.transparency_process_shown
        return shown(performed, p.quality_failure_threshold, *process)

    def _weight_of_week(self) -> np.float32:
        """How much the week counts: less with tenure, now a week longer, and more when something went wrong."""
        p = self.policy
        self.tenure += 1
        new, settled, settling = p.satisfaction_weight_new, p.satisfaction_weight_settled, p.satisfaction_settling
        usual = experience_weight(self.tenure, new, settled, settling)
        return at_peak(usual, severity_of(self.performed, p.quality_failure_threshold), p.satisfaction_peak)

    def _book_week(self, loss: np.float32) -> None:
        """Book what was lost: what the lag explains; the rest under quality after a failure, else under expectation."""
        p = self.policy
        part = lost_to_lag(loss, self.expectation, self.performed, self.lag, p.ledger_notice)
        self.ledger_innovation += booked(part, self.model.rate, True)
        loss = loss - part
        failed = self.performed < p.quality_failure_threshold
        short = disappointed(self.expectation, self.performed, p.ledger_notice) and not failed
        self.ledger_quality += booked(loss, self.model.rate, failed)
        self.ledger_expectation += booked(loss, self.model.rate, short)

    # ---- touch -------------------------------------------------------------------------------------------------------

    def touch(self) -> Visit | None:
        """Feel the price, find what was hidden, hear an offer; returns the visit to the shop, if there is one."""
        self._feel_price()
        if not self.is_customer:
            return None
        come_to_light(self)
        if happens(attempt_chance(self.policy.upselling_attempts), self.luck(EVERYDAY, IS_OFFERED)):
            hear_offer(self)
        shops = happens(self.policy.self_checkout_visits, self.luck(EVERYDAY, SHOPS))
        return visit_of(self) if shops else None

    def _feel_price(self) -> None:
        """Fairness drifts towards what a discount for newcomers leaves of it, and a rise takes its toll."""
        p = self.policy
        gap = offered(p.pricing_newcomer_discount, ZERO, not self.is_customer)
        was = fairness_after(self.price_fairness, gap, p.price_envy, p.price_forgetting)
        change = rise(p.pricing_list_price, self.model.last_policy.pricing_list_price)
        self.price_fairness = was
        if self.is_customer and change > ZERO:
            outrage = forewarned(p.price_outrage, p.transparency_price_notice, p.transparency_notice_relief)
            self.price_fairness = outraged(was, change, outrage, self.price_sensitivity)
            self.book("price", was, self.price_fairness)
            self.note("price_rise", change)

    # ---- contact -----------------------------------------------------------------------------------------------------

    def contact(self) -> Call | None:
        """Returns the call made about an issue, or else to ask something, if it comes to a call."""
        if not self.is_customer:
            return None
        about_issue = raises_issue(self)
        if not about_issue:
            if not happens(self.policy.call_centre_questions, self.luck(MOOD, ASKS)):
                return None
            self.note("question", 0)
        return reach(self, about_issue)

    def patience_left(self) -> np.float32:
        """Mean minutes this customer waits in a queue before giving up, in these times."""
        return self.patience * remaining(self.policy.impatience_patience_trend, self.model.week)

    # ---- talk and listen ---------------------------------------------------------------------------------------------

    def talk(self) -> None:
        """Perhaps tell every friend about the own provider, well or ill."""
        p, provider = self.policy, self.provider
        chance = talks(
            self.satisfaction, self.grievance, self.talkativeness, p.talk_base, p.talk_strong, p.talk_grievance
        )
        well = speaks_well(self.satisfaction, self.grievance, p.talk_pivot)
        chance = spurred(chance, p.referral_reward, p.referral_eagerness, self.is_customer and well)
        if provider == GONE or not happens(chance, self.luck(MOOD, TALKS)):
            return
        hearers = [other for other in (*self.friends, *self._readers(well)) if other.provider != GONE]
        for friend in hearers:
            friend.heard[provider, well] += 1
        self.model.said[provider, well] += 1
        self.note("tells_well" if well else "tells_ill", len(hearers))
        if self.is_customer:
            self.model.count("talkers")
            self.model.count("heard_well" if well else "heard_ill", len(hearers))

    def _readers(self, well: bool) -> list[Customer]:
        """Strangers who read what is posted, one of them perhaps more than once."""
        p, market = self.policy, self.model
        if p.word_of_mouth_broadcast == 0 or not happens(p.word_of_mouth_online, self.luck(POSTS, 0)):
            return []
        count = strangers_reached(p.word_of_mouth_broadcast, p.word_of_mouth_outcry, well)
        drawn = (self.word(POSTS, place + 1) * len(market.everybody) >> 32 for place in range(count))
        return [market.everybody[number] for number in drawn if number != self.number]

    def listen(self) -> None:
        """Change what is believed of both providers by what was heard of them."""
        p, heard = self.policy, self.heard
        weights = p.belief_persuasion, p.belief_negativity
        self.belief_company = belief_after(self.belief_company, heard[COMPANY, True], heard[COMPANY, False], *weights)
        self.belief_rival = belief_after(self.belief_rival, heard[RIVAL, True], heard[RIVAL, False], *weights)

    # ---- decide ------------------------------------------------------------------------------------------------------

    def decide(self) -> None:
        """Leave the market, compare providers, or do neither."""
        if self.provider != GONE:
            woken, wooed = keeping.woken(self), keeping.wooed(self)
            if happens(self.policy.choice_involuntary * f32(7 / 365.25), self.luck(MOOD, MOVES)):
                move_away(self)
            elif woken or wooed or self.contract_end == self.model.week or self._thinks():
                compare(self, woken, wooed)
        self.heard = silence()

    def _thinks(self) -> bool:
        """Whether something makes this person compare providers this week."""
        p = self.policy
        alarm = p.choice_news_trigger if self.heard[self.provider, False] > 0 else ZERO
        alarm += p.choice_good_news_trigger if self.heard[self._other_provider, True] > 0 else ZERO
        triggers = p.choice_attention, p.choice_issue_trigger, p.choice_grievance_trigger
        chance = thinks(self.issue_severity, self.grievance, alarm, *triggers)
        advertised = offered(ZERO, p.marketing_reach, self.provider == RIVAL)
        return happens(reached(chance, advertised), self.luck(MOOD, THINKS))

    @property
    def _other_provider(self) -> int:
        return COMPANY if self.provider == RIVAL else RIVAL

    # ---- account -----------------------------------------------------------------------------------------------------

    def price_here(self) -> np.float32:
        """The price index this customer pays with the company."""
        p, joined = self.policy, self.tenure <= self.model.week
        discount, weeks = p.pricing_newcomer_discount, p.pricing_discount_weeks
        return price_paid(p.pricing_list_price, discount, weeks, self.tenure, joined)

    def account(self) -> None:
        """Be counted; customers also pay, and now and then answer a survey."""
        count = self.model.count
        count({COMPANY: "customers", RIVAL: "rival_customers", GONE: "gone"}[self.provider])
        if not self.is_customer:
            return
        if self.number < self.model.founders and self.tenure > self.model.week:
            count("founders")
        count("customers_referred", self.came_by == BY_FRIENDS)
        count("customers_advertised", self.came_by == BY_ADVERTISING)
        count("satisfaction", fixed(self.satisfaction))
        count("trust", fixed(self.trust))
        count("grievance", fixed(self.grievance))
        count("expectation_gap", fixed(self.expectation) - fixed(self.satisfaction))
        count("revenue_service", cents(self.spend, self.price_here()))
        if self.number % SURVEY_WEEKS == self.model.week % SURVEY_WEEKS:
            self._answer_survey()

    def _answer_survey(self) -> None:
        """Say how satisfied one is and whether one would recommend, in one's own way of answering."""
        p, count = self.policy, self.model.count
        first, other = (normal_quantile(word(self.model.world, ANSWERS, self.number, 0, k)) for k in range(2))
        liking = goodwill(self.satisfaction, self.trust, p.choice_trust_weight)
        pleased = answer(self.satisfaction, first, p.answering_style)
        likely = answer(liking, leaning(first, other, p.answering_consistency), p.answering_style)
        count("asked")
        count("satisfied", pleased >= p.answering_satisfied_from)
        count("promoters", likely >= p.answering_promoter_from)
        count("detractors", likely < p.answering_detractor_below)
