"""What the management does with its budget, and how representatives last: who comes, stays, quits, and how able they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.model.mechanisms.call_centre import REPRESENTATIVE, skill_of, wages
from sim.model.mechanisms.employee_care import (
    ORDINARY,
    STAFF,
    begun,
    hard,
    inspired,
    let_go_after,
    missing,
    morale_after,
    part_of,
    quits,
    supported,
    trained,
    unsettled,
    worn,
)
from sim.model.mechanisms.management import cared_for, margin, on_duty, reviewed
from sim.model.mechanisms.outsourcing import granted, reduced
from sim.model.numeric import clamp, normal_quantile
from sim.model.random import happens, uniform, word
from sim.model.week import MONEY_IN, MONEY_OUT

if TYPE_CHECKING:
    from sim.engine.objects.company import Company, Representative

f32 = np.float32
ZERO, ONE = f32(0), f32(1)

# ---- the management ------------------------------------------------------------------------------------------------


def review(company: Company) -> None:
    """At the end of a quarter the budget follows the margin."""
    market, p = company.model, company.model.policy
    if not market.budget_moves or market.week == 0 or market.week % p.management_review_weeks != 0:
        return
    earned = margin(company.quarter_revenue, company.quarter_cost)
    target, cuts, reinvests = p.management_target_margin, p.management_cuts, p.management_reinvests
    wanted = reviewed(company.budget, earned, target, cuts, reinvests)
    company.budget = clamp(wanted, p.management_floor - ONE, p.management_ceiling - ONE)
    company.quarter_revenue = company.quarter_cost = ZERO


def take_posts(company: Company) -> tuple[int, int]:
    """Settle how many representatives and staffed lanes there are; returns how many there were last week."""
    market, p = company.model, company.model.policy
    before = int(company.representatives_on_duty), int(company.lanes_on_duty)
    if market.staff_lasts and market.week > 0:
        company.let_go = let_go_after(company.let_go, p.employee_care_layoffs)
    lanes = p.self_checkout_lanes - p.self_checkout_self_lanes
    staff = on_duty(p.call_centre_representatives, company.budget, company.let_go)
    company.representatives_on_duty, company.lanes_on_duty = f32(staff), f32(on_duty(lanes, company.budget, ZERO))
    return before if market.week > 0 else (int(company.representatives_on_duty), int(company.lanes_on_duty))


def close_books(company: Company) -> None:
    """Add this week's revenue and cost to the quarter's."""
    if company.model.budget_moves:
        counted = company.model.counted
        company.quarter_revenue += f32(sum(counted[name] for name in MONEY_IN) / 100.0)
        company.quarter_cost += f32(sum(counted[name] for name in MONEY_OUT) / 100.0)


# ---- representatives -----------------------------------------------------------------------------------------------


def live_on(who: Representative, heads: tuple[int, int], minutes: np.float32) -> None:
    """Come to work: as ever, or as somebody who has a tenure, a morale and perhaps enough.

    ``heads`` are the representatives of last week and of this one, ``minutes`` the opening time of last week.
    """
    market = who.model
    if not market.staff_lasts:
        who.morale, who.skill = ORDINARY, _talent(who)
        return
    if market.week == 0:
        who.morale, who.staff_tenure = (
            _support(who),
            begun(_turnover(who), uniform(market.world, STAFF, who.number, 0, 0)),
        )
    elif who.number >= heads[0]:
        _is_replaced(who)
    else:
        _stays(who, heads, minutes)
    who.call_minutes = who.calls_taken = who.hard_calls = ZERO
    who.skill = _able(who)


def _stays(who: Representative, heads: tuple[int, int], minutes: np.float32) -> None:
    """A further week, unless they quit and somebody else comes."""
    p, market = who.model.policy, who.model
    who.morale = _morale(who, heads, minutes)
    chance = quits(_turnover(who), who.morale, p.employee_care_quitting)
    if happens(chance, uniform(market.world, STAFF, who.number, market.week, 0)):
        market.count("quits")
        _is_replaced(who)
    else:
        who.staff_tenure += ONE


def _morale(who: Representative, heads: tuple[int, int], minutes: np.float32) -> np.float32:
    """Morale after last week's work, and after others went."""
    p = who.model.policy
    occupancy, hard_share = part_of(who.call_minutes, minutes), part_of(who.hard_calls, who.calls_taken)
    toll = worn(occupancy, p.employee_care_target_occupancy, hard_share, p.employee_care_strain)
    after = morale_after(who.morale, _support(who), p.employee_care_recovery, toll)
    return unsettled(after, *heads, p.employee_care_insecurity)


def _is_replaced(who: Representative) -> None:
    """Somebody else takes the position: a beginner, whom the company pays for unless the outsourcer does."""
    market = who.model
    who.morale, who.staff_tenure = _support(who), ZERO
    who.hires += ONE
    market.count("hires")
    market.company.paid_hires += not who.outsourced


def _support(who: Representative) -> np.float32:
    """The morale that the employer supports."""
    p = who.model.policy
    pay = ONE if who.outsourced else p.employee_care_pay
    return supported(pay, _hours(who), p.employee_care_pay_weight, p.employee_care_training_weight)


def _hours(who: Representative) -> np.float32:
    """Hours of training a week."""
    return ZERO if who.outsourced else training_hours(who.model.company)


def training_hours(company: Company) -> np.float32:
    """Hours of training a week of the company's own representatives, less when the budget is cut."""
    p = company.model.policy
    return cared_for(p.employee_care_training, p.management_neglect, company.budget)


def _turnover(who: Representative) -> np.float32:
    """Yearly rate of quitting at ordinary morale, in-house or at the outsourcer."""
    p = who.model.policy
    return granted(p.employee_care_turnover, p.outsourcing_turnover, who.outsourced)


def _talent(who: Representative) -> np.float32:
    """Skill of one's own, of which the outsourcer's people lack a part."""
    p = who.model.policy
    normal = normal_quantile(word(who.model.world, REPRESENTATIVE, who.number, int(who.hires), 0))
    full = skill_of(p.call_centre_skill, p.call_centre_skill_spread, normal)
    return reduced(full, p.outsourcing_skill_gap, who.outsourced)


def _able(who: Representative) -> np.float32:
    """Skill this week: talent, training, experience and morale."""
    p = who.model.policy
    own = trained(_talent(who), _hours(who), p.employee_care_training_lift)
    lacks = missing(p.employee_care_beginner_gap, who.staff_tenure, p.employee_care_learning)
    return inspired(own, lacks, who.morale, p.employee_care_morale_weight)


def remember_call(who: Representative, solved: bool, grievance: np.float32) -> None:
    """A call taken, and whether it was hard."""
    if who.model.staff_lasts:
        who.calls_taken += ONE
        who.hard_calls += f32(hard(solved, grievance, who.model.policy.employee_care_anger))


def pay_for_staff(company: Company) -> None:
    """What hiring and training cost this week."""
    market, p, scale = company.model, company.model.policy, f32(company.model.stands_for)
    if market.staff_lasts:
        own = sum(not who.outsourced for who in company.on_duty())
        market.count("cost_staff", wages(company.paid_hires, p.employee_care_hiring_cost, ONE, scale))
        market.count("cost_staff", wages(own, p.employee_care_training_cost, training_hours(company), scale))
    company.paid_hires = 0
