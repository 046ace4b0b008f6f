"""The company: its representatives, its queues and its money."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
from mesa import Agent

from sim.engine.objects.encounters import Call, Visit, after_call, after_turning_away, after_visit, turns_away
from sim.engine.objects.staffing import close_books, live_on, pay_for_staff, review, take_posts
from sim.model.columns import OF_COMPANY
from sim.model.component import columns
from sim.model.mechanisms.call_centre import CONTACT, VAIN_MINUTES, called_back, solves, wages
from sim.model.mechanisms.chatbot import conversations
from sim.model.mechanisms.employee_care import hour_cost
from sim.model.mechanisms.innovation import gained, lag_after
from sim.model.mechanisms.management import cared_for
from sim.model.mechanisms.marketing import spending
from sim.model.mechanisms.outsourcing import granted, outsourced, reduced
from sim.model.mechanisms.personalisation import knowing
from sim.model.mechanisms.pretence import campaign
from sim.model.mechanisms.pricing import cents
from sim.model.mechanisms.quality import providing
from sim.model.mechanisms.transparency import openness_cost
from sim.model.numeric import fixed, fixed_minutes
from sim.model.random import happens
from sim.model.week import ANSWERED_WITHIN, WAIT_BINS, State
from sim.service.queues import (
    SERVED,
    answer,
    in_order,
    nobody_in_line,
    put_in_order,
    rebase,
    rebase_line,
    stand_in,
    standing,
)

if TYPE_CHECKING:
    from sim.engine.objects.market import Market

f32 = np.float32
ZERO, ONE = f32(0), f32(1)
Comer = TypeVar("Comer", Visit, Call)

OFFERED_CALLBACK, IS_REACHED = 6, 7
"""What two draws of a contact decide."""
BINS = [seconds / 60.0 for seconds in WAIT_BINS]


class Line(NamedTuple):
    """A first-come-first-served queue: when each who serves becomes free (minutes) and their number, soonest first.

    ``line``: who stands there, as :func:`sim.service.queues.nobody_in_line` keeps it; without room where nobody sees it.
    """

    free_at: np.ndarray
    number: np.ndarray
    line: np.ndarray = nobody_in_line(False)

    def man(self, before: int, now: int, minutes: float) -> None:
        """Start a new week, ``minutes`` after the last began: ``now`` serve where ``before`` did."""
        rebase(self.free_at[:before], self.number[:before], minutes)
        if now == before:
            return
        known = zip(self.free_at[:before], self.number[:before], strict=True)
        staying = [(free_at, number) for free_at, number in known if number < now]
        newcomers = [(0.0, number) for number in range(before, now)]
        for place, entry in enumerate(staying + newcomers):
            self.free_at[place], self.number[place] = entry
        put_in_order(self.free_at[:now], self.number[:now])

    def serve(self, comer: Visit | Call, minutes: float, servers: int) -> tuple[float, int | None]:
        """How long one who comes waits for so many servers, and who serves them: None when patience ends first."""
        wait, outcome, who = answer(
            comer.arrival, minutes, comer.patience, self.free_at[:servers], self.number[:servers]
        )
        if self.line.size:
            stand_in(self.line, comer.arrival + wait)
        return wait, who if outcome == SERVED else None

    def length(self, moment: float) -> int:
        """How many somebody who comes at this moment sees standing there."""
        return standing(self.line, moment) if self.line.size else 0


def by_arrival(comers: list[Comer]) -> list[Comer]:
    """Callers or shoppers as they arrive; of two at the same instant the lower-numbered comes first."""
    times = np.array([comer.arrival for comer in comers], np.float64)
    order, spare = np.empty((2, len(comers)), np.int32)
    in_order(times, order, spare)
    return [comers[place] for place in order]


def _table(kind: str, owners: Sequence[Agent]) -> np.ndarray:
    """The columns of one kind (row by row) of those who carry them."""
    rows = [[getattr(owner, name) for owner in owners] for name in columns(kind)]
    return np.array(rows, OF_COMPANY[kind]).reshape(len(rows), len(owners))


class Representative(Agent):
    """Somebody who answers the phone, in-house or at the outsourcer: see :mod:`sim.engine.objects.staffing`."""

    model: Market
    skill: np.float32
    morale: np.float32
    staff_tenure: np.float32
    hires: np.float32
    call_minutes: np.float32
    calls_taken: np.float32
    hard_calls: np.float32

    def __init__(self, market: Market, number: int) -> None:
        super().__init__(market)
        self.number, self.outsourced = number, False
        for name in columns("staff"):
            setattr(self, name, ZERO)

    def govern(self, heads: tuple[int, int], minutes: float) -> None:
        """Come to work, as one of so many last week and this, after phones were open for so many minutes."""
        self.outsourced = outsourced(self.number, heads[1], self.model.policy.outsourcing_share)
        live_on(self, heads, f32(minutes))
        self.model.count("staff")
        self.model.count("morale", fixed(self.morale))

    def minutes_for(self, call: Call) -> float:
        """How long this representative takes for a call: at the outsourcer they hurry."""
        return float(granted(call.handling, self.model.policy.outsourcing_haste, self.outsourced))

    def solves(self, severity: np.float32, luck: float) -> bool:
        """Whether this representative resolves an issue of this severity."""
        return happens(solves(self.skill, severity, self.model.policy.call_centre_hardness), luck)

    def warmth(self) -> np.float32:
        """How this representative comes across: by skill, less what a script takes away."""
        return reduced(self.skill, self.model.policy.outsourcing_script, self.outsourced)

    def cost(self) -> np.float32:
        """Cost against an in-house representative at the market's pay."""
        p = self.model.policy
        return hour_cost(p.employee_care_pay, p.outsourcing_cost_ratio, self.outsourced)


class Company(Agent):
    """The focal firm: representatives at the phones, lanes in its shops, and the bill for it all.

    There are as many representatives as in its fullest week; those it does not need this week are not on duty.
    ``paid_hires``: representatives hired this week at the company's expense.
    """

    model: Market
    obsolescence: np.float32
    rival_obsolescence: np.float32
    budget: np.float32
    quarter_revenue: np.float32
    quarter_cost: np.float32
    representatives_on_duty: np.float32
    lanes_on_duty: np.float32
    let_go: np.float32

    def __init__(self, market: Market, state: State) -> None:
        super().__init__(market)
        self.phones = Line(state.busy, state.server)
        self.tills = Line(state.lane_busy, state.lane, state.lane_line)
        self.machines = Line(state.self_busy, state.self_lane, state.self_line)
        self.representatives = [Representative(market, number) for number in range(len(state.server))]
        for name in columns("firm"):
            setattr(self, name, ZERO)
        self.paid_hires = 0

    @property
    def staffed_lanes(self) -> int:
        """Lanes with a cashier."""
        return int(self.lanes_on_duty)

    @property
    def level(self) -> np.float32:
        """How good the product is this week."""
        p = self.model.policy
        return cared_for(p.quality_level, p.management_neglect, self.budget)

    @property
    def phone_minutes(self) -> float:
        """Minutes a week the phones are open, per simulated share of the company."""
        return self._minutes(self.model.policy.call_centre_hours)

    @property
    def shop_minutes(self) -> float:
        """Minutes a week the shops are open, per simulated share of the company."""
        return self._minutes(self.model.policy.self_checkout_hours)

    def _minutes(self, hours: np.float32) -> float:
        return float(hours) * 60.0 / self.model.stands_for

    def on_duty(self) -> list[Representative]:
        """The representatives who work this week."""
        return self.representatives[: int(self.representatives_on_duty)]

    # ---- govern ------------------------------------------------------------------------------------------------------

    def govern(self) -> None:
        """The policies in force take effect: the budget is reviewed, phones and lanes are manned, people come to work."""
        now, before, first = self.model.policy, self.model.last_policy, self.model.week == 0
        hours = (ZERO, ZERO) if first else (before.call_centre_hours, before.self_checkout_hours)
        phone_minutes, shop_minutes = map(self._minutes, hours)
        review(self)
        staff_before, staffed_before = take_posts(self)
        heads = staff_before, int(self.representatives_on_duty)
        self.phones.man(*heads, phone_minutes)
        self.tills.man(staffed_before, self.staffed_lanes, shop_minutes)
        self.machines.man(before.self_checkout_self_lanes, now.self_checkout_self_lanes, shop_minutes)
        for representative in self.on_duty():
            representative.govern(heads, phone_minutes)
        pay_for_staff(self)
        self._keep_up()

    def _keep_up(self) -> None:
        """What is possible moves on, and each provider follows as far as it does."""
        p = self.model.policy
        ours, theirs = gained(p.innovation_investment, p.innovation_progress), p.innovation_frontier
        self.obsolescence = lag_after(self.obsolescence, p.innovation_frontier, ours)
        theirs = theirs * p.innovation_rival_keeps_up
        self.rival_obsolescence = lag_after(self.rival_obsolescence, p.innovation_frontier, theirs)

    # ---- touch and contact -------------------------------------------------------------------------------------------

    def serve_shoppers(self, visits: list[Visit]) -> None:
        """Serve everybody at the checkouts, in the order they come."""
        for visit in by_arrival(visits):
            alone = self.model.policy.self_checkout_self_lanes
            lanes, open_lanes = (self.machines, alone) if visit.self_service else (self.tills, self.staffed_lanes)
            length = lanes.length(visit.arrival)
            if turns_away(visit.customer, length):
                after_turning_away(visit.customer, length)
                continue
            wait, who = lanes.serve(visit, visit.handling, open_lanes)
            after_visit(visit, wait, who is not None)
        for lanes in (self.tills, self.machines):
            rebase_line(lanes.line, self.shop_minutes)

    def answer_calls(self, calls: list[Call]) -> None:
        """Answer everybody who calls, in the order they call, unless they hang up first."""
        staff = self.on_duty()
        for call in by_arrival(calls):
            call, reached = self._call_back(call) if staff else (call, True)
            minutes = staff[self.phones.number[0]].minutes_for(call) if staff else call.handling
            minutes = minutes if reached else VAIN_MINUTES
            wait, who = self.phones.serve(call, minutes, len(staff))
            self._count_call(wait, minutes, who is not None, reached)
            if who is not None and self.model.staff_lasts:
                staff[who].call_minutes += f32(minutes)
            if call.back:
                call.customer.note("callback", wait)
            after_call(call, wait, staff[who] if who is not None and reached else None)
        self.model.count("capacity", len(staff) * fixed_minutes(self.phone_minutes))

    def _call_back(self, call: Call) -> tuple[Call, bool]:
        """The call as it will be made, by the company if a long wait is ahead, and whether the customer is reached."""
        p, customer = self.model.policy, call.customer
        ahead, luck = self.phones.free_at[0] - call.arrival, customer.luck(CONTACT, OFFERED_CALLBACK)
        if not called_back(ahead, p.call_centre_callback_after, p.call_centre_callback, luck):
            return call, True
        self.model.count("callbacks")
        reached = happens(p.call_centre_callback_reached, customer.luck(CONTACT, IS_REACHED))
        return call._replace(patience=np.inf, back=True), reached

    def _count_call(self, wait: float, minutes: float, taken: bool, reached: bool) -> None:
        """Enter one call in the counts; who is called back takes a representative's time even if not reached."""
        count, served = self.model.count, taken and reached
        count("calls")
        count("wait", fixed_minutes(wait))
        count(f"waited_{bisect_left(BINS, wait)}")
        count("answered" if served else "abandoned")
        count("answered_in_time", served and wait <= ANSWERED_WITHIN / 60.0)
        count("busy", fixed_minutes(minutes) if taken else 0)

    # ---- account -----------------------------------------------------------------------------------------------------

    def account(self) -> None:
        """What the product, the phones, the checkouts and advertising cost this week."""
        p, market, scale = self.model.policy, self.model, f32(self.model.stands_for)
        at_index_1 = sum(cents(customer.spend, ONE) for customer in market.customers if customer.is_customer)
        market.count("budget", fixed(ONE + self.budget))
        share = cared_for(p.quality_cost_share, p.management_neglect, self.budget)
        market.count("cost_product", providing(at_index_1, share))
        heads = sum((representative.cost() for representative in self.on_duty()), ZERO)
        market.count("cost_calls", wages(heads, p.call_centre_wage, p.call_centre_hours, scale))
        market.count("cost_checkout", wages(self.staffed_lanes, p.self_checkout_wage, p.self_checkout_hours, scale))
        machines = wages(p.self_checkout_self_lanes, p.self_checkout_lane_cost, ONE, scale)
        market.count("cost_checkout", machines)
        kinds = p.transparency_outage_notices, p.transparency_process_shown, p.transparency_price_notice
        customers = market.counted["customers"]
        market.count("cost_communication", openness_cost(customers, p.transparency_cost, *kinds))
        market.count("cost_campaign", campaign(customers, p.pretence_campaign_cost, p.pretence_claimed))
        rivals = market.counted["rival_customers"]
        market.count("cost_marketing", spending(rivals, p.marketing_reach, p.marketing_cost))
        market.count("cost_innovation", spending(market.counted["customers"], ONE, p.innovation_investment))
        market.count("cost_retention", spending(market.counted["plans_sent"], ONE, p.retention_offers_contact_cost))
        market.count("cost_winback", spending(market.counted["winback_offers"], ONE, p.winback_cost))
        market.count("reputation", fixed(market.reputation[0]))
        market.count("obsolescence", fixed(self.obsolescence))
        self._pay_for_reach()
        close_books(self)

    def _pay_for_reach(self) -> None:
        """What the chatbot, messages and knowing the customers cost this week."""
        p, market = self.model.policy, self.model
        market.count("cost_chatbot", conversations(market.counted["bot_contacts"], p.chatbot_cost))
        market.count("cost_digital", conversations(market.counted["digital_contacts"], p.digital_channels_cost))
        known = p.personalisation_remembers, p.personalisation_tailoring, p.personalisation_cost
        market.count("cost_personalisation", knowing(market.counted["customers"], *known))

    def state(self) -> dict[str, np.ndarray]:
        """What the company carries from week to week, in columns."""
        return {
            "staff": _table("staff", self.representatives),
            "firm": _table("firm", [self]),
            "busy": self.phones.free_at,
            "server": self.phones.number,
            "lane_busy": self.tills.free_at,
            "lane": self.tills.number,
            "self_busy": self.machines.free_at,
            "self_lane": self.machines.number,
            "lane_line": self.tills.line,
            "self_line": self.machines.line,
        }
