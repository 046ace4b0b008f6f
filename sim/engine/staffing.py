"""The management reviews its budget and representatives come to work: part of the govern phase of the fast engine."""

import numpy as np

from sim.engine.lists import row_of
from sim.model.mechanisms.call_centre import REPRESENTATIVE, skill_of, wages
from sim.model.mechanisms.employee_care import (
    ORDINARY,
    STAFF,
    begun,
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
from sim.model.mechanisms.outsourcing import granted, outsourced, reduced
from sim.model.numeric import clamp, fixed, normal_quantile
from sim.model.random import happens, uniform, word
from sim.model.rules import inner_kernel, step
from sim.model.week import MONEY_IN, MONEY_OUT, count

f32, i64 = np.float32, np.int64

BUDGET, LET_GO = row_of("budget"), row_of("let_go")
QUARTER_REVENUE, QUARTER_COST = row_of("quarter_revenue"), row_of("quarter_cost")
ON_DUTY, LANES_ON_DUTY = row_of("representatives_on_duty"), row_of("lanes_on_duty")
SKILL, MORALE, TENURE, HIRES = row_of("skill"), row_of("morale"), row_of("staff_tenure"), row_of("hires")
CALL_MINUTES, CALLS_TAKEN, HARD_CALLS = row_of("call_minutes"), row_of("calls_taken"), row_of("hard_calls")


@inner_kernel
def close_books(firm, tally):
    """Add this week's revenue and cost to the quarter's."""
    revenue, cost = i64(0), i64(0)
    for place in range(FIRST_IN, PAST_IN):
        revenue += tally[place]
    for place in range(FIRST_OUT, PAST_OUT):
        cost += tally[place]
    firm[QUARTER_REVENUE, 0] += f32(revenue / 100.0)
    firm[QUARTER_COST, 0] += f32(cost / 100.0)


@inner_kernel
def review(firm, p, today):
    """At the end of a quarter the budget follows the margin."""
    if not today.budget_moves or today.week == 0 or today.week % p.management_review_weeks != 0:
        return
    earned = margin(firm[QUARTER_REVENUE, 0], firm[QUARTER_COST, 0])
    wanted = reviewed(firm[BUDGET, 0], earned, p.management_target_margin, p.management_cuts, p.management_reinvests)
    firm[BUDGET, 0] = clamp(wanted, p.management_floor - f32(1), p.management_ceiling - f32(1))
    firm[QUARTER_REVENUE, 0], firm[QUARTER_COST, 0] = 0, 0


@step
def take_posts(firm, p, today):
    """How many representatives worked last week and do this week, and how many staffed lanes."""
    if today.staff_lasts and today.week > 0:
        firm[LET_GO, 0] = let_go_after(firm[LET_GO, 0], p.employee_care_layoffs)
    staff = on_duty(p.call_centre_representatives, firm[BUDGET, 0], firm[LET_GO, 0])
    staffed = on_duty(p.self_checkout_lanes - p.self_checkout_self_lanes, firm[BUDGET, 0], f32(0))
    first = today.week == 0
    staff_before = staff if first else i64(firm[ON_DUTY, 0])
    staffed_before = staffed if first else i64(firm[LANES_ON_DUTY, 0])
    firm[ON_DUTY, 0], firm[LANES_ON_DUTY, 0] = staff, staffed
    return staff_before, staff, staffed_before, staffed


@step
def _morale(staff, k, heads, minutes, support, p):
    """Morale after last week's work, and after others went."""
    occupancy, hard = part_of(staff[CALL_MINUTES, k], minutes), part_of(staff[HARD_CALLS, k], staff[CALLS_TAKEN, k])
    toll = worn(occupancy, p.employee_care_target_occupancy, hard, p.employee_care_strain)
    after = morale_after(staff[MORALE, k], support, p.employee_care_recovery, toll)
    return unsettled(after, heads[0], heads[1], p.employee_care_insecurity)


@step
def _replaced(staff, k, support):
    """Somebody else takes the position: a beginner."""
    staff[MORALE, k], staff[TENURE, k] = support, 0
    staff[HIRES, k] += f32(1)


@step
def _stays(staff, k, heads, minutes, turnover, support, p, today):
    """A further week of somebody who was on duty last week; returns whether they quit and were replaced."""
    staff[MORALE, k] = _morale(staff, k, heads, minutes, support, p)
    chance = quits(turnover, staff[MORALE, k], p.employee_care_quitting)
    if happens(chance, uniform(today.world, STAFF, k, today.week, 0)):
        _replaced(staff, k, support)
        return True
    staff[TENURE, k] += f32(1)
    return False


@step
def _begins(staff, k, turnover, support, world):
    """Somebody who was there before the scenario begins."""
    staff[MORALE, k], staff[TENURE, k] = support, begun(turnover, uniform(world, STAFF, k, 0, 0))


@step
def _able(staff, k, out, hours, p, world):
    """The skill of whoever holds the position: a talent of their own, training, experience and morale."""
    normal = normal_quantile(word(world, REPRESENTATIVE, k, i64(staff[HIRES, k]), 0))
    talent = skill_of(p.call_centre_skill, p.call_centre_skill_spread, normal)
    own = trained(reduced(talent, p.outsourcing_skill_gap, out), hours, p.employee_care_training_lift)
    lacks = missing(p.employee_care_beginner_gap, staff[TENURE, k], p.employee_care_learning)
    return inspired(own, lacks, staff[MORALE, k], p.employee_care_morale_weight)


@inner_kernel
def _live_on(state, heads, minutes, p, today, tally):
    """Representatives stay, quit and are replaced, and learn; their hiring and training is paid."""
    staff, before, now = state.staff, heads[0], heads[1]
    quitters, hired, paid_for, own = i64(0), i64(0), i64(0), i64(0)
    care = cared_for(p.employee_care_training, p.management_neglect, state.firm[BUDGET, 0])
    for k in range(now):
        out = outsourced(k, now, p.outsourcing_share)
        pay, hours = f32(1) if out else p.employee_care_pay, f32(0) if out else care
        support = supported(pay, hours, p.employee_care_pay_weight, p.employee_care_training_weight)
        turnover = granted(p.employee_care_turnover, p.outsourcing_turnover, out)
        left, comes = False, today.week > 0 and k >= before
        if today.week == 0:
            _begins(staff, k, turnover, support, today.world)
        elif comes:
            _replaced(staff, k, support)
        else:
            left = _stays(staff, k, heads, minutes, turnover, support, p, today)
        quitters += left
        hired += left or comes
        paid_for += (left or comes) and not out
        own += not out
        staff[CALL_MINUTES, k], staff[CALLS_TAKEN, k], staff[HARD_CALLS, k] = 0, 0, 0
        staff[SKILL, k] = _able(staff, k, out, hours, p, today.world)
    tally[QUITS] += quitters
    tally[HIRED] += hired
    scale = f32(today.stands_for)
    tally[COST_STAFF] += wages(f32(paid_for), p.employee_care_hiring_cost, f32(1), scale)
    tally[COST_STAFF] += wages(f32(own), p.employee_care_training_cost, care, scale)


@step
def _as_ever(staff, k, now, p, world):
    """A representative who never changes."""
    normal = normal_quantile(word(world, REPRESENTATIVE, k, 0, 0))
    talent = skill_of(p.call_centre_skill, p.call_centre_skill_spread, normal)
    out = outsourced(k, now, p.outsourcing_share)
    staff[SKILL, k], staff[MORALE, k] = reduced(talent, p.outsourcing_skill_gap, out), ORDINARY


@step
def come_to_work(state, heads, minutes, p, today, tally):
    """Representatives take their places; ``heads`` are those of last week and of this, ``minutes`` those of last week."""
    staff, now = state.staff, heads[1]
    if today.staff_lasts:
        _live_on(state, heads, minutes, p, today, tally)
    else:
        for k in range(now):
            _as_ever(staff, k, now, p, today.world)
    for k in range(now):
        tally[MORALES] += fixed(staff[MORALE, k])
    tally[HEADS] += now


FIRST_IN, FIRST_OUT = count(MONEY_IN[0]), count(MONEY_OUT[0])
PAST_IN, PAST_OUT = FIRST_IN + len(MONEY_IN), FIRST_OUT + len(MONEY_OUT)
HEADS, MORALES, QUITS, HIRED, COST_STAFF = (
    count("staff"), count("morale"), count("quits"), count("hires"), count("cost_staff"),
)  # fmt: skip
