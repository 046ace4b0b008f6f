"""Every quarter the management looks at the margin: after a bad one it cuts staff, after a good one it reinvests.

Serves S2.3, S2.6, S4.3. The budget is what is spent on representatives, staffed lanes and (as far as they are neglected)
product and training, against the plan: 1 at first. Cutting saves wages at once and drives customers away later, whose revenue
is missing at the next review: the death spiral; reinvesting is its reverse. Sizes are assumptions.
"""

from sim.model.columns import Column
from sim.model.examples import example, example_of_step
from sim.model.numeric import FIXED_ONE, clamp, fixed
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.rules import f32, i64, rule
from sim.model.steps import step


class Management(Parameters):
    review_weeks: int = parameter(
        13, "weeks", 1, 260, "Time between two reviews of the margin", "assumption: a quarter", plausible=CERTAIN)  # fmt: skip
    target_margin: float = parameter(
        0.10, "share", -2, 1, "Profit that the management wants from each unit of revenue",
        "assumption: a tenth", plausible=CERTAIN)  # fmt: skip
    cuts: float = parameter(
        0.0, "share", 0, 0.9, "Share of the budget that is cut after a quarter below target",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    reinvests: float = parameter(
        0.0, "share", 0, 0.9, "Share that is added to the budget after a quarter above target",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    floor: float = parameter(
        0.5, "share", 0, 1, "Smallest budget, against the plan", "assumption: half", plausible=CERTAIN)  # fmt: skip
    ceiling: float = parameter(
        1.5, "ratio", 1, 3, "Largest budget, against the plan", "assumption: half as much again", plausible=CERTAIN)  # fmt: skip
    neglect: float = parameter(
        0.0, "share", 0, 1, "How far a budget below 1 takes product level, spending on the product, and training down with it",
        "assumption: not at all unless the scenario says so", plausible=CERTAIN)  # fmt: skip


NEUTRAL = {"cuts": 0.0, "reinvests": 0.0}
COLUMNS = (
    Column("budget", "firm", "Budget less 1, as set at the last review"),
    Column("quarter_revenue", "firm", "Revenue since the last review, in currency"),
    Column("quarter_cost", "firm", "Cost since the last review, in currency"),
    Column("representatives_on_duty", "firm", "Representatives who work this week"),
    Column("lanes_on_duty", "firm", "Lanes with a cashier this week"),
    Column("representatives_before", "weekly_firm", "Representatives who worked last week"),
    Column("lanes_before", "weekly_firm", "Lanes with a cashier last week"),
)


@rule
def margin(revenue: float, cost: float) -> float:
    """Profit in relation to revenue; without revenue, a total loss."""
    return (revenue - cost) / revenue if revenue > 0 else f32(-1)


@rule
def reviewed(budget: float, margin: float, target: float, cuts: float, reinvests: float) -> float:
    """The budget (less 1) after a review."""
    change = reinvests if margin > target else (-cuts if margin < target else f32(0))
    return budget + change * (f32(1) + budget)


@rule
def on_duty(planned: int, budget: float, let_go: float) -> int:
    """How many of those planned the budget (less 1) pays for, without the share let go: at least one, if any is planned."""
    found = i64(f32(planned) * (f32(1) + budget) * (f32(1) - let_go) + f32(0.5))
    return max(found, min(planned, 1))


@rule
def cared_for(full: float, neglect: float, budget: float) -> float:
    """What a budget (less 1) leaves of something that is neglected as the budget falls."""
    return full * (f32(1) - neglect * (-budget if budget < 0 else f32(0)))


COUNTS = ("budget",)


@rule
def currency(cents: int) -> float:
    """Whole cents as an amount of money."""
    return f32(cents / 100.0)


@step
def review(firm, p, week):
    """At the end of a quarter the budget follows the margin."""
    if week.budget_moves and week.number > 0 and week.number % p.management.review_weeks == 0:
        earned = margin(firm.quarter_revenue, firm.quarter_cost)
        wanted = reviewed(firm.budget, earned, p.management.target_margin, p.management.cuts, p.management.reinvests)
        firm.budget = clamp(wanted, p.management.floor - 1.0, p.management.ceiling - 1.0)
        firm.quarter_revenue = 0.0
        firm.quarter_cost = 0.0


@step
def take_posts(firm, p, week):
    """How many representatives and how many lanes with a cashier there are this week, and how many there were last week."""
    firm.representatives_before, firm.lanes_before = firm.representatives_on_duty, firm.lanes_on_duty
    lanes = p.self_checkout.lanes - p.self_checkout.self_lanes
    firm.representatives_on_duty = on_duty(p.call_centre.representatives, firm.budget, firm.let_go)
    firm.lanes_on_duty = on_duty(lanes, firm.budget, 0.0)
    if week.number == 0:
        firm.representatives_before, firm.lanes_before = firm.representatives_on_duty, firm.lanes_on_duty


@step
def close_books(firm, week, count):
    """Add this week's revenue and cost to the quarter's."""
    count.budget += fixed(1.0 + firm.budget)
    if week.budget_moves:
        firm.quarter_revenue += currency(count.revenue)
        firm.quarter_cost += currency(count.cost)


EXAMPLES = (
    example(margin, 200.0, 150.0, becomes=0.25, because="50 of 200"),
    example(margin, 0.0, 150.0, becomes=-1.0, because="no revenue at all"),
    example(reviewed, 0.0, 0.05, 0.1, 0.2, 0.1, becomes=-0.2, because="below target: a fifth is cut"),
    example(reviewed, -0.5, 0.05, 0.1, 0.2, 0.1, becomes=-0.6, because="a fifth of the half that is left"),
    example(reviewed, 0.0, 0.15, 0.1, 0.2, 0.1, becomes=0.1, because="above target: a tenth is added"),
    example(reviewed, 0.25, 0.5, 0.5, 0.2, 0.1, becomes=0.25, because="just what was wanted"),
    example(on_duty, 10, -0.25, 0.0, becomes=8, because="7.5 is rounded up"),
    example(on_duty, 10, 0.5, 0.2, becomes=12, because="10 x 1.5 x 0.8"),
    example(on_duty, 2, -0.9, 0.0, becomes=1, because="somebody stays"),
    example(on_duty, 0, 0.5, 0.0, becomes=0, because="nobody is planned"),
    example(currency, 1234, becomes=12.34, because="a hundred cents to one"),
    example(cared_for, 0.8, 0.5, -0.5, becomes=0.6, because="0.8 x (1 - 0.5 x 0.5)"),
    example(cared_for, 0.8, 0.5, 0.5, becomes=0.8, because="a larger budget is no neglect"),
)
STEP_EXAMPLES = (
    example_of_step(
        review, firm={"quarter_revenue": 200.0, "quarter_cost": 190.0, "budget": 0.0}, week={"number": 26},
        p={"review_weeks": 13, "target_margin": 0.1, "cuts": 0.2, "floor": 0.5},
        becomes={"firm.budget": -0.2, "firm.quarter_revenue": 0.0, "firm.quarter_cost": 0.0}, because="5 % are too little",
    ),
    example_of_step(
        take_posts, firm={"representatives_on_duty": 9, "lanes_on_duty": 5, "budget": -0.25, "let_go": 0.2}, week={"number": 3},
        p={"call_centre.representatives": 10, "self_checkout.lanes": 12, "self_checkout.self_lanes": 4},
        becomes={"firm.representatives_on_duty": 6, "firm.lanes_on_duty": 6, "firm.representatives_before": 9,
                 "firm.lanes_before": 5}, because="10 x 0.75 x 0.8, and 8 x 0.75",
    ),
    example_of_step(
        close_books, firm={"budget": 0.25, "quarter_revenue": 1.0, "quarter_cost": 2.0},
        count={"revenue_service": 300, "cost_calls": 150},
        becomes={"firm.quarter_revenue": 4.0, "firm.quarter_cost": 3.5, "count.budget": 1.25 * FIXED_ONE}, because="3.00 and 1.50 more",
    ),
)  # fmt: skip
