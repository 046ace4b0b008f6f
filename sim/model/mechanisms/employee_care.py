"""Whoever is paid fairly, trained and not worn out stays, learns and has patience for customers; a beginner still has to.

Serves S0.2, S2.4, S3.7. A representative is a person who lasts: tenure, morale and a talent of their own; whoever quits is
replaced at once by a beginner of another talent. What the company pays and trains reaches its own people, not those of the
outsourcer. The idea is the service-profit chain (S2.4); every size here is an assumption.
Law: at constant turnover, representatives' tenure is geometric.
"""

import numpy as np

from sim.model.columns import Column
from sim.model.examples import example, example_of_step
from sim.model.mechanisms.management import cared_for
from sim.model.mechanisms.outsourcing import granted, outsourced, reduced
from sim.model.numeric import FIXED_ONE, exp, fixed, log, normal_quantile, share
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.random import happens, stream
from sim.model.rules import f32, i64, rule
from sim.model.steps import step

REPRESENTATIVE = stream("representative")
"""A draw a representative: how talented whoever holds the position is."""
STAFF = stream("staff")
"""A draw a representative and week: whether they quit; in week 0, how long they have been there."""

ORDINARY = f32(0.7)
"""Morale of those who are paid as elsewhere, not trained and not worn out; turnover is that of ordinary morale."""

_WEEK = f32(7 / 365.25)
_CAREER = f32(1040)
_LN_2 = f32(0.69314718)


class EmployeeCare(Parameters):
    pay: float = parameter(
        1.0, "ratio", 0.5, 3, "Pay of the company's own representatives against the market's, by which their wage is multiplied",
        "assumption: as elsewhere", plausible=CERTAIN)  # fmt: skip
    training: float = parameter(
        0.0, "hours a representative and week", 0, 20, "Training of the company's own representatives",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    turnover: float = parameter(
        0.0, "per year", 0, 5, "Rate at which representatives of ordinary morale quit",
        "assumption: nobody quits unless the scenario says so; call centres know 0.3 and more", plausible=CERTAIN)  # fmt: skip
    quitting: float = parameter(
        3.0, "ratio", 0, 10, "How steeply quitting rises as morale falls: the logarithm of its ratio at morale 0.7 less 1",
        "assumption: morale 0.47 doubles it; plausibly one between 0 and 0.6 does", plausible=(1, 6, "log"))  # fmt: skip
    layoffs: float = parameter(
        0.0, "per year", 0, 1, "Rate at which representatives are let go and not replaced",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    insecurity: float = parameter(
        0.5, "share", 0, 2, "Morale lost by those who stay when all others go",
        "assumption: letting one in ten go costs 0.05; plausibly 0.02 to 0.15", plausible=(0.2, 1.5, "log"))  # fmt: skip
    strain: float = parameter(
        0.0, "scale 0-1", 0, 1, "Morale lost in a week without a pause, and again in one of hard calls only",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    target_occupancy: float = parameter(
        0.80, "share", 0, 0.99, "Share of paid time on calls above which work wears morale down",
        "assumption: every fifth minute to breathe; "
        "trade figures of occupancy lie between 0.5 and 0.9; plausibly two thirds to seven eighths",
        plausible=(0.65, 0.88))  # fmt: skip
    anger: float = parameter(
        0.30, "scale 0-1", 0, 1, "Grievance from which a caller is hard to bear, solved or not",
        "assumption: a third of the scale; plausibly a seventh to three fifths", plausible=(0.15, 0.6))  # fmt: skip
    recovery: float = parameter(
        0.08, "share per week", 0, 1, "Pull of morale towards what pay and training support",
        "assumption: half way in eight weeks; plausibly in 3 to 23 weeks", plausible=(0.03, 0.2, "log"))  # fmt: skip
    pay_weight: float = parameter(
        0.4, "scale 0-1", 0, 2, "Morale gained by double pay",
        "assumption: a tenth more pay is worth 0.04; "
        "plausibly less, since pay and job satisfaction correlate by .15 only (Judge et al. 2010, 115 correlations)",
        plausible=(0.05, 0.6, "log"))  # fmt: skip
    training_weight: float = parameter(
        0.1, "scale 0-1", 0, 1, "Morale gained by endless training, half of it by an hour a week",
        "assumption: 0.05 from the first hour; "
        "plausibly a third to three times as much", plausible=(0.03, 0.3, "log"))  # fmt: skip
    training_lift: float = parameter(
        0.25, "share", 0, 1, "Share of what skill lacks that endless training adds, half of it by an hour a week",
        "assumption: an eighth from the first hour; plausibly a third to double", plausible=(0.08, 0.5, "log"))  # fmt: skip
    training_cost: float = parameter(
        32.0, "currency per hour", 0, 10_000, "What an hour of training costs: the trainer's part, and who answers meanwhile",
        "assumption: half as much again as a wage; a question to the company", plausible=(18, 70, "log"))  # fmt: skip
    hiring_cost: float = parameter(
        3000.0, "currency", 0, 1_000_000, "What it costs to find and set up one representative", "assumption: a month's wage; "
        "a question to the company; trade figures from 5,000 to 12,000", plausible=(1500, 12000, "log"))  # fmt: skip
    beginner_gap: float = parameter(
        0.30, "share", 0, 1, "Share of skill that somebody lacks on the first day",
        "assumption: a third of the craft is learned on the job; "
        "plausibly a seventh to a half", plausible=(0.15, 0.5))  # fmt: skip
    learning: float = parameter(
        10.0, "weeks", 1, 40, "Time in which a beginner closes half the gap",
        "assumption: nearly all in a year; plausibly a month to half a year", plausible=(4, 26, "log"))  # fmt: skip
    morale_weight: float = parameter(
        0.0, "ratio", 0, 3, "How far morale shapes skill and warmth: their relative gain from morale 0 to 1",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip


NEUTRAL = {"pay": 1.0, "training": 0.0, "turnover": 0.0, "layoffs": 0.0, "strain": 0.0, "morale_weight": 0.0}
COLUMNS = (
    Column("skill", "staff", "How able the representative is this week, 0 to 1"),
    Column("morale", "staff", "The representative's morale, 0 to 1"),
    Column("staff_tenure", "staff", "Weeks the representative has been here"),
    Column("hires", "staff", "How often the position was filled anew"),
    Column("call_minutes", "staff", "Minutes spent on calls this week"),
    Column("calls_taken", "staff", "Calls answered this week"),
    Column("hard_calls", "staff", "Of these, calls that were not solved or came from angry people"),
    Column("let_go", "firm", "Share of the representatives planned who were let go"),
    Column("paid_hires", "weekly_firm", "Representatives hired this week at the company's expense"),
    Column("own_staff", "weekly_firm", "Representatives of the company's own this week"),
    Column("mood", "weekly_firm", "Mean morale of the representatives this week"),
    Column("hours_paid", "weekly_firm", "What an hour of all representatives costs, against one at the market's pay"),
)  # fmt: skip


@rule
def begun(turnover: float, luck: float) -> float:
    """Weeks that somebody has been there when the scenario begins: as long as constant turnover makes it, or a career."""
    if turnover <= 0:
        return _CAREER
    weeks = -log(f32(1) - luck) / (turnover * _WEEK)
    return f32(i64(weeks)) if weeks < _CAREER else _CAREER


@rule
def supported(pay: float, training: float, pay_weight: float, training_weight: float) -> float:
    """The morale that pay and training support."""
    return share(ORDINARY + pay_weight * (pay - f32(1)) + training_weight * (training / (f32(1) + training)))


@rule
def part_of(part: float, whole: float) -> float:
    """A part of a whole; nothing of nothing."""
    return part / whole if whole > 0 else f32(0)


@rule
def worn(occupancy: float, target: float, hard: float, strain: float) -> float:
    """Morale that a week takes: by the way occupancy went from the target to 1, and by the share of hard calls."""
    return strain * (share((occupancy - target) / (f32(1) - target)) + hard)


@rule
def morale_after(morale: float, support: float, recovery: float, toll: float) -> float:
    """Morale after a week that pulls it towards what supports it and takes its toll."""
    return share(morale + recovery * (support - morale) - toll)


@rule
def unsettled(morale: float, before: int, now: int, insecurity: float) -> float:
    """Morale of those who stay when there are fewer than before."""
    return share(morale - insecurity * (f32(before - now) / f32(before))) if now < before else morale


@rule
def quits(turnover: float, morale: float, quitting: float) -> float:
    """The chance that a representative quits in one week."""
    return f32(1) - exp(-(turnover * _WEEK) * exp(quitting * (ORDINARY - morale)))


@rule
def missing(gap: float, tenure: float, learning: float) -> float:
    """The share of skill that somebody of so many weeks still lacks."""
    return gap * exp(-(_LN_2 * tenure) / learning)


@rule
def trained(skill: float, training: float, lift: float) -> float:
    """Skill with so many hours of training a week."""
    return skill + (f32(1) - skill) * (lift * (training / (f32(1) + training)))


@rule
def inspired(full: float, missing: float, morale: float, weight: float) -> float:
    """Skill as customers meet it: without what is not yet learned, more in good morale and less in bad."""
    return share(full * (f32(1) - missing) * (f32(1) + weight * (morale - ORDINARY)))


@rule
def hard(solved: bool, grievance: float, anger: float) -> bool:
    """Whether a call wears down who answers it: nothing was solved, or the caller is angry."""
    return not solved or grievance >= anger


@rule
def let_go_after(let_go: float, layoffs: float) -> float:
    """The share let go, a week later."""
    return let_go + (f32(1) - let_go) * (layoffs * _WEEK)


@rule
def hour_cost(pay: float, cost_ratio: float, outsourced: bool) -> float:
    """What an hour costs against an in-house hour at the market's pay."""
    return cost_ratio if outsourced else pay


COUNTS = ("staff", "morale", "quits", "hires")
MONEY_OUT = ("cost_staff",)


@step
def let_people_go(firm, p, week):
    """Where layoffs go on, a share of the representatives is let go every week."""
    if week.staff_lasts and week.number > 0:
        firm.let_go = let_go_after(firm.let_go, p.employee_care.layoffs)


@step
def come_to_work(me, firm, p, last, week, count):
    """A representative takes their place: as ever, or as somebody who has a tenure, a morale and perhaps enough."""
    out = outsourced(me.number, int(firm.representatives_on_duty), p.outsourcing.share)
    if week.staff_lasts:
        live_on(me, firm, p, last, week, count, out)
    else:
        me.skill = talent(me, p, 0, out)
        me.morale = ORDINARY
    count.staff += 1
    count.morale += fixed(me.morale)
    firm.mood += part_of(me.morale - ORDINARY, firm.representatives_on_duty)
    firm.hours_paid += hour_cost(p.employee_care.pay, p.outsourcing.cost_ratio, out)


@step
def talent(me, p, who: int, out: bool) -> float:
    """Skill of one's own, of which the outsourcer's people lack a part; ``who``: the how-manieth in this position."""
    full = skill_of(
        p.call_centre.skill, p.call_centre.skill_spread, normal_quantile(me.word_at(REPRESENTATIVE, who, 0))
    )
    return reduced(full, p.outsourcing.skill_gap, out)


@step
def live_on(me, firm, p, last, week, count, out: bool):
    """Stay, quit and be replaced, or begin; and learn."""
    hours = 0.0 if out else cared_for(p.employee_care.training, p.management.neglect, firm.budget)
    pay = 1.0 if out else p.employee_care.pay
    support = supported(pay, hours, p.employee_care.pay_weight, p.employee_care.training_weight)
    if week.number == 0:
        me.morale = support
        me.staff_tenure = begun(granted(p.employee_care.turnover, p.outsourcing.turnover, out), me.luck(STAFF, 0))
    elif me.number >= int(firm.representatives_before):
        be_replaced(me, firm, count, support, out)
    else:
        stay_or_quit(me, firm, p, last, week, count, support, out)
    me.call_minutes = 0.0
    me.calls_taken = 0.0
    me.hard_calls = 0.0
    firm.own_staff += 0.0 if out else 1.0
    own = trained(talent(me, p, int(me.hires), out), hours, p.employee_care.training_lift)
    lacks = missing(p.employee_care.beginner_gap, me.staff_tenure, p.employee_care.learning)
    me.skill = inspired(own, lacks, me.morale, p.employee_care.morale_weight)


@step
def stay_or_quit(me, firm, p, last, week, count, support: float, out: bool):
    """A further week, unless they quit and somebody else comes."""
    me.morale = morale_of_week(me, firm, p, last, week, support)
    chance = quits(granted(p.employee_care.turnover, p.outsourcing.turnover, out), me.morale, p.employee_care.quitting)
    if happens(chance, me.luck(STAFF, 0)):
        count.quits += 1
        be_replaced(me, firm, count, support, out)
    else:
        me.staff_tenure += 1.0


@step
def morale_of_week(me, firm, p, last, week, support: float) -> float:
    """Morale after last week's work, and after others went."""
    occupancy = part_of(me.call_minutes, f32(week.minutes_open(last.call_centre.hours)))
    hard_part = part_of(me.hard_calls, me.calls_taken)
    toll = worn(occupancy, p.employee_care.target_occupancy, hard_part, p.employee_care.strain)
    after = morale_after(me.morale, support, p.employee_care.recovery, toll)
    before, now = int(firm.representatives_before), int(firm.representatives_on_duty)
    return unsettled(after, before, now, p.employee_care.insecurity)


@step
def be_replaced(me, firm, count, support: float, out: bool):
    """Somebody else takes the position: a beginner, whom the company pays for unless the outsourcer does."""
    me.morale, me.staff_tenure = support, 0.0
    me.hires += 1.0
    count.hires += 1
    firm.paid_hires += 0.0 if out else 1.0


@step
def remember_call(me, p, week, solved: bool, grievance: float):
    """A representative has taken a call, and it was hard or not."""
    if week.staff_lasts:
        me.calls_taken += 1.0
        me.hard_calls += 1.0 if hard(solved, grievance, p.employee_care.anger) else 0.0


@step
def pay_for_staff(firm, p, week, count):
    """What hiring and training cost this week."""
    if week.staff_lasts:
        care = cared_for(p.employee_care.training, p.management.neglect, firm.budget)
        count.cost_staff += wages(firm.paid_hires, p.employee_care.hiring_cost, 1.0, week.stands_for)
        count.cost_staff += wages(firm.own_staff, p.employee_care.training_cost, care, week.stands_for)


@step
def be_ordinary(firm):
    """The company's people are in the ordinary mood, but for that of the representatives: exactly so where theirs never moves."""
    firm.mood += ORDINARY


@rule
def skill_of(mean: float, spread: float, normal: float) -> float:
    """One representative's skill, in [0, 1]."""
    return share(mean + spread * normal)


@rule
def wages(heads: float, wage: float, hours: float, stands_for: float) -> int:
    """A week's wages in whole cents, per simulated share of the company."""
    return i64(np.float64(heads) * wage * hours / stands_for * 100.0 + 0.5)


EXAMPLES = (
    example(begun, 0.0, 0.5, becomes=1040.0, because="nobody ever quits"),
    example(begun, 2.0, 0.0, becomes=0.0, because="somebody came this week"),
    example(begun, 365.25 / 70, 0.5, becomes=6.0, because="a tenth a week: half are gone after 6.9 weeks"),
    example(supported, 1.0, 0.0, 0.6, 0.2, becomes=0.7, because="as elsewhere"),
    example(supported, 1.1, 1.0, 0.6, 0.2, becomes=0.86, because="0.7 + 0.06 + 0.2 x 1/2"),
    example(part_of, 3.0, 4.0, becomes=0.75, because="three of four"),
    example(part_of, 0.0, 0.0, becomes=0.0, because="nothing of nothing"),
    example(worn, 0.9, 0.8, 0.25, 0.1, becomes=0.075, because="0.1 x (half of the way from 0.8 to 1, and 0.25)"),
    example(worn, 0.5, 0.8, 0.0, 0.1, becomes=0.0, because="time to breathe, and nobody hard to bear"),
    example(morale_after, 0.5, 0.7, 0.1, 0.05, becomes=0.47, because="0.5 + 0.1 x 0.2 - 0.05"),
    example(unsettled, 0.7, 10, 8, 0.5, becomes=0.6, because="a fifth of them go"),
    example(unsettled, 0.7, 8, 10, 0.5, becomes=0.7, because="there are more than before"),
    example(quits, 0.0, 0.2, 3.0, becomes=0.0, because="nobody quits"),
    example(quits, 365.25 / 7, 0.7, 3.0, becomes=0.6321206, because="once a week on average: 1 - 1/e"),
    example(missing, 0.4, 10.0, 10.0, becomes=0.2, because="half the gap is closed"),
    example(trained, 0.8, 1.0, 0.4, becomes=0.84, because="a fifth of what is lacking"),
    example(inspired, 0.8, 0.25, 0.5, 0.5, becomes=0.54, because="0.8 x 0.75 x (1 - 0.5 x 0.2)"),
    example(hard, True, 0.1, 0.3, becomes=False, because="solved, and not angry"),
    example(hard, True, 0.4, 0.3, becomes=True, because="solved, but angry"),
    example(hard, False, 0.0, 0.3, becomes=True, because="not solved"),
    example(let_go_after, 0.5, 365.25 / 700, becomes=0.505, because="a hundredth of the half that is left"),
    example(hour_cost, 1.2, 0.5, False, becomes=1.2, because="the company's own pay"),
    example(hour_cost, 1.2, 0.5, True, becomes=0.5, because="the outsourcer's price"),
    example(skill_of, 0.8, 0.1, 1.0, becomes=0.9, because="one spread above average"),
    example(wages, 10.0, 20.0, 60.0, 40.0, becomes=30_000, because="12,000 a week over 40 is 300.00"),
)
STEP_EXAMPLES = (
    example_of_step(
        be_ordinary, firm={"mood": -0.2}, becomes={"firm.mood": 0.5}, because="0.2 below the ordinary",
    ),
    example_of_step(
        let_people_go, firm={"let_go": 0.5}, p={"layoffs": 365.25 / 700}, becomes={"firm.let_go": 0.505}, because="a hundredth of half",
    ),
    example_of_step(
        come_to_work, me={"number": 1}, week={"staff_lasts": False}, firm={"representatives_on_duty": 4, "hours_paid": 1.0},
        luck={(REPRESENTATIVE, 0, 0): 0.84134475}, p={"call_centre.skill": 0.7, "call_centre.skill_spread": 0.1, "pay": 1.2,
        "outsourcing.share": 0.25},
        becomes={"skill": 0.8, "morale": 0.7, "firm.hours_paid": 2.2, "count.staff": 1, "count.morale": 0.7 * FIXED_ONE},
        because="one spread above average, at the company's own pay: only the first of four is outsourced",
    ),
    example_of_step(
        talent, 3, True, luck={(REPRESENTATIVE, 3, 0): 0.84134475}, becomes={"gives": 0.6},
        p={"call_centre.skill": 0.7, "call_centre.skill_spread": 0.1, "outsourcing.skill_gap": 0.25}, because="three quarters of 0.8",
    ),
    example_of_step(
        live_on, False, me={"call_minutes": 9.0, "calls_taken": 3.0, "hard_calls": 1.0, "hires": 2.0}, week={"number": 0},
        luck={(REPRESENTATIVE, 2, 0): 0.5, (STAFF, 0): 0.5},
        p={"training": 1.0, "pay": 1.1, "pay_weight": 0.6, "training_weight": 0.2, "turnover": 365.25 / 70, "training_lift": 0.4,
           "beginner_gap": 0.4, "learning": 6.0, "morale_weight": 0.5, "call_centre.skill": 0.8},
        becomes={"morale": 0.86, "staff_tenure": 6.0, "skill": 0.84 * 0.8 * 1.08, "call_minutes": 0.0, "calls_taken": 0.0,
                 "hard_calls": 0.0, "firm.own_staff": 1.0},
        because="morale 0.7 + 0.06 + 0.1; half are gone after 6.9 weeks; skill 0.84, of which half of 0.4 is not yet learned",
    ),
    example_of_step(
        stay_or_quit, 0.7, False, me={"morale": 0.7, "staff_tenure": 4.0}, luck={(STAFF, 0): 0.64}, p={"turnover": 365.25 / 7},
        firm={"representatives_before": 5, "representatives_on_duty": 5}, becomes={"staff_tenure": 5.0},
        because="0.64 is not below 1 - 1/e",
    ),
    example_of_step(
        morale_of_week, 0.8, me={"morale": 0.6, "call_minutes": 54.0, "calls_taken": 4.0, "hard_calls": 1.0},
        week={"stands_for": 60.0}, firm={"representatives_before": 10, "representatives_on_duty": 8},
        last={"call_centre.hours": 60.0},
        p={"target_occupancy": 0.8, "strain": 0.1, "recovery": 0.25, "insecurity": 0.5}, becomes={"gives": 0.475},
        because="0.6 + a quarter of 0.2 - 0.1 x (half way from 0.8 to 1, and 0.25), less 0.1 for the fifth who went",
    ),
    example_of_step(
        be_replaced, 0.8, False, me={"morale": 0.3, "staff_tenure": 9.0, "hires": 1.0},
        becomes={"morale": 0.8, "staff_tenure": 0.0, "hires": 2.0, "count.hires": 1, "firm.paid_hires": 1.0},
        because="a beginner, whom the company pays for",
    ),
    example_of_step(
        remember_call, True, 0.4, p={"anger": 0.3}, becomes={"calls_taken": 1.0, "hard_calls": 1.0}, because="solved, but angry",
    ),
    example_of_step(
        pay_for_staff, firm={"paid_hires": 2.0, "own_staff": 10.0, "budget": -0.5}, week={"stands_for": 40.0},
        p={"hiring_cost": 3000.0, "training_cost": 32.0, "training": 2.0, "management.neglect": 0.5},
        becomes={"count.cost_staff": 15_000 + 1200}, because="2 x 3,000 and 10 x 32 x 1.5 hours, over 40",
    ),
)  # fmt: skip
