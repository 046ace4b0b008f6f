"""Customers who call wait in a real queue, hang up when patience ends, and meet a representative who can help or cannot.

Serves S0.2, S1.1. First come, first served; handling times are lognormal, patience exponential about each person's own mean.
Sources: Brown et al. 2005 (JASA 100:36-50), lognormal handling; Anonymous Bank data (Guedj & Mandelbaum 2000): mean handling
180 s with log-sd 0.95, 6.8 minutes of waiting an abandonment; SQM Group for first-contact resolution near 0.7.
Where a long wait is coming, callers may be offered to be called back: they keep their place and cannot hang up, but some are
not reached when their turn comes. It takes away waiting, not work: without enough people the calls owed grow week by week.
Calls come evenly over the hours in which the lines are open, unless a scenario's section by_hour gives them hours of the week, and
people for them: then nobody is called back or answered while nobody is on duty, and who goes off duty ends the call in hand.
Who hung up, or was answered, may call again before the lines close; who is told of a long wait may not stay; some may be answered
before others, though nobody who is being served is interrupted. All of this is off unless a scenario says so.
Law: Erlang-A (sim.theory.erlang) when handling is exponential.
"""

import math

from sim.model.behaviour.conversation import (
    ABOUT,
    AGAIN,
    COMES_AT,
    CONTACT,
    HANDED,
    IS_CALLED_BACK,
    IS_HELPED,
    IS_PATIENT,
    IS_REACHED,
    LATE,
    MOST_AGAIN,
    SEES_THROUGH,
    TAKES,
    calls_made,
    count_contact,
    encounter,
    feel_contact,
    mark_of_next,
    recover,
    settle,
    severity_of_matter,
    solves,
    tries_before,
)
from sim.model.behaviour.waiting import (
    WAIT_BINS,
    called_back,
    felt_wait,
    handling_minutes,
    minutes_until,
    put_off,
    wait_bin,
    wait_pain,
)
from sim.model.events import Circumstances, duration
from sim.model.examples import AS_IT_WAS, example_of_step
from sim.model.mechanisms.digital_channels import tangle
from sim.model.mechanisms.employee_care import remember_call, wages
from sim.model.mechanisms.outsourcing import granted, outsourced, reduced
from sim.model.mechanisms.pretence import see_through
from sim.model.mechanisms.support_access import endurance, endured, menu_of, patience_left, routed
from sim.model.numeric import FIXED_ONE, fixed_minutes, normal_quantile
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.random import happens, stream
from sim.model.rules import f32
from sim.model.steps import Minutes, step
from sim.service.queues import ABANDONED, SERVED

SECOND = stream("second calls")
"""Draws for each further call: whether and when it is made, how patient somebody is, and how it ends; and whether the wait that
they are told puts them off, which is the same in all calls of a week."""
REDIALS, COMES_AFTER, ENDURES, STAYS, IS_HELPED_AGAIN, SEES_AGAIN = range(6)
"""What these draws decide."""
DRAWS = 8


class CallCentre(Parameters):
    representatives: int = parameter(
        12, "people", 0, 5000, "Representatives on duty while the lines are open",
        "assumption: one for 3,300 customers", plausible=CERTAIN)  # fmt: skip
    hours: float = parameter(
        60.0, "hours", 1, 168, "Hours a week the lines are open",
        "assumption: ten hours on six days", plausible=CERTAIN)  # fmt: skip
    wage: float = parameter(
        22.0, "currency per hour", 0, 10_000, "What an hour of a representative costs",
        "assumption: loaded cost, about 22 an hour; "
        "a question to the company, whose payroll tells: 14 to 40", plausible=(14, 40, "log"))  # fmt: skip
    handling: float = parameter(
        5.0, "minute", 0.05, 240, "Mean time a call takes, wrap-up included",
        "literature: trade benchmarks near 6 minutes; Anonymous Bank 3 minutes of talk; "
        "a question to the company, whose log of calls tells: 3 to 9 minutes", plausible=(3, 9, "log"))  # fmt: skip
    handling_spread: float = parameter(
        0.95, "ratio", 0, 3, "Standard deviation of the logarithm of handling times",
        "data: Anonymous Bank, 0.947; "
        "a question to the company, whose log of calls tells; of one kind of call 0.83, of mixed ones more",
        plausible=(0.7, 1.2))  # fmt: skip
    skill: float = parameter(
        0.80, "scale 0-1", 0, 1, "Average skill of the representatives",
        "literature: SQM Group, first-contact resolution near 0.7; "
        "a question to the company, which can ask whether matters were solved; trade figures from 0.6 to 0.8",
        plausible=(0.7, 0.88))  # fmt: skip
    skill_spread: float = parameter(
        0.08, "scale 0-1", 0, 0.5, "Spread of skill between representatives",
        "assumption: people differ; plausibly a third to double", plausible=(0.03, 0.15))  # fmt: skip
    hardness: float = parameter(
        0.30, "ratio", 0, 1, "Share of skill that an issue of full severity defeats",
        "assumption: grave issues are harder; plausibly a tenth to three fifths", plausible=(0.1, 0.6))  # fmt: skip
    questions: float = parameter(
        0.02, "per week", 0, 5, "Calls a customer makes without anything having gone wrong",
        "assumption: about one a year; "
        "a question to the company, whose log of calls tells: one in four years to four a year",
        plausible=(0.005, 0.08, "log"))  # fmt: skip
    tolerance: float = parameter(
        3.0, "minute", 0.1, 240, "Wait that spoils half of what can be spoilt by waiting",
        "assumption: three minutes; plausibly half to double", plausible=(1.5, 6, "log"))  # fmt: skip
    waiting_hurts: float = parameter(
        0.30, "scale 0-1", 0, 1, "What an endless wait takes off an encounter",
        "assumption: a third of the scale; plausibly an eighth to three fifths", plausible=(0.12, 0.6, "log"))  # fmt: skip
    manner: float = parameter(
        0.30, "scale 0-1", 0, 1, "What a skilled and warm representative adds to an encounter",
        "assumption: as much as a wait takes; plausibly an eighth to three fifths", plausible=(0.12, 0.6, "log"))  # fmt: skip
    solution: float = parameter(
        0.35, "scale 0-1", 0, 1, "What a solved problem adds to an encounter",
        "assumption: the largest part; plausibly half to double", plausible=(0.15, 0.7, "log"))  # fmt: skip
    memory: float = parameter(
        0.10, "share", 0, 1, "Weight of one encounter in cumulative satisfaction", "assumption: two or three ordinary weeks; "
        "plausibly one to six ordinary weeks", plausible=(0.04, 0.25, "log"))  # fmt: skip
    callback: float = parameter(
        0.0, "share", 0, 1, "Share of callers with a long wait ahead who are called back instead",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    callback_after: float = parameter(
        5.0, "minute", 0, 240, "Wait ahead above which a callback is offered",
        "assumption: most of an average patience", plausible=CERTAIN)  # fmt: skip
    callback_reached: float = parameter(
        0.85, "share", 0, 1, "Chance that somebody who is called back is reached", "assumption: one in seven is not there; "
        "a question to the company, whose log of calls tells: seven to nineteen in twenty", plausible=(0.7, 0.95))  # fmt: skip
    callback_felt: float = parameter(
        0.3, "share", 0, 1, "Part of the time until the callback that is felt as waiting",
        "assumption: life goes on meanwhile; plausibly a tenth to three fifths", plausible=(0.1, 0.6))  # fmt: skip
    unanswered_severity: float = parameter(
        0.15, "scale 0-1", 0, 1, "Severity of an issue made of a question that was not answered",
        "assumption: slight; plausibly a twentieth to a third", plausible=(0.05, 0.35, "log"))  # fmt: skip
    redial: float = parameter(
        0.0, "share", 0, 0.95, "Chance that somebody who hung up calls again before the lines close, each time",
        "assumption: not unless the scenario says so; of those who hung up at a bank (18,005 queued calls) 36 % called again "
        "within the hour", plausible=CERTAIN)  # fmt: skip
    redial_served: float = parameter(
        0.0, "share", 0, 0.95, "Chance that somebody who was answered calls again before the lines close, each time: what is open, or a question",
        "assumption: not unless the scenario says so; of those who were served at the same bank 13 % called again within the hour",
        plausible=CERTAIN)  # fmt: skip
    redial_after: float = parameter(
        15.0, "minute", 0.1, 240, "Mean time until somebody calls again, from the end of the call before",
        "assumption: a quarter of an hour; most of those who call again at all do so within the hour", plausible=CERTAIN)  # fmt: skip
    patience_shape: float = parameter(
        1.0, "ratio", 0.5, 50, "How patience spreads about a person's mean: below 1 many hang up at once, above 1 most about the mean (Weibull)",
        "data: Anonymous Bank, with 1 (exponential) as many still wait after 10 to 420 seconds as there", plausible=CERTAIN)  # fmt: skip
    balking: float = parameter(
        0.0, "share", 0, 1, "Chance that a caller who is told of a very long wait does not stay",
        "assumption: nobody is told unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    balking_at: float = parameter(
        5.0, "minute", 0.1, 240, "Wait told at which half as many do not stay as at a very long one",
        "assumption: most of an average patience", plausible=CERTAIN)  # fmt: skip
    priority: int = parameter(
        0, "rank", 0, 9, "Who is answered first of those who wait: the higher number, for a policy of a segment or a rule",
        "assumption: as they come, unless the scenario says so", plausible=CERTAIN)  # fmt: skip


NEUTRAL = {
    "questions": 0.0, "representatives": 0, "waiting_hurts": 0.0, "memory": 0.0, "wage": 0.0, "redial": 0.0, "redial_served": 0.0,
    "patience_shape": 1.0,
}  # fmt: skip

VAIN_MINUTES = 1.0
"""How long a representative tries to reach somebody who is not there; an assumption."""


ANSWERED, HUNG_UP, NOT_REACHED, PUT_OFF, CALLED_BACK = 0, 1, 2, 3, 4
"""How a call ended, the last of them because of the wait that was told; and, added to it, that the company called back."""
AT_ONCE = -1.0
"""The patience of who does not stay."""
ANSWERED_WITHIN = 20
"""Seconds of the service level."""
ENDLESS = math.inf

COUNTS = (
    "calls", "answered", "answered_in_time", "abandoned", "wait", "busy", "capacity", "callbacks",
    *(f"waited_{number}" for number in range(len(WAIT_BINS) + 1)),
)  # fmt: skip
MONEY_OUT = ("cost_calls", "cost_compensation")


def _call_told(end: str, wait: float, here: Circumstances) -> str:
    """A call: why it was made, and how it ended."""
    new = ("issue" in here.others and "silent" not in here.others) or "order_asked" in here.others
    why = "They called" if new else "They called again"
    if why == "They called again" and "question" in here.others:
        why = "They called with a question"
    if "bot_hands_over" in here.others:
        why = "They were put through"
    if "callback" in here.others:
        return f"{why}; the company called back after {duration(wait)} and {end}."
    if end == "was too long for them":
        return f"{why}, were told how long it would take, and did not stay."
    if end == "did not reach them":
        return f"{why}; nobody answered within {duration(wait)} and they hung up."
    return f"{why}; somebody answered {'at once' if wait * 60 < 1 else f'after {duration(wait)}'} and {end}."


EVENTS = {
    "solved": lambda wait, here: _call_told("solved it", wait, here),
    "unsolved": lambda wait, here: _call_told("did not solve it", wait, here),
    "abandons": lambda wait, here: _call_told("did not reach them", wait, here),
    "put_off": lambda wait, here: _call_told("was too long for them", wait, here),
    "calls_again": "They were to call again {duration} later.",
    "callback": "They did not have to wait on the line, but were to be called back.",
}


@step
def dial(me, p, week, mark: int):
    """When somebody calls, how long it takes to deal with, and how patient they are; there is one line."""
    usual = routed(p.call_centre.handling, p.support_access.menu_levels, p.support_access.routing)
    minutes = handling_minutes(usual, p.call_centre.handling_spread, normal_quantile(me.word(CONTACT, TAKES)))
    own = endurance(me, p, week, me.luck(CONTACT, IS_PATIENT))
    return me.word(CONTACT, COMES_AT), minutes, own if (mark & HANDED) != 0 else patience_left(own, menu_of(p)), False


@step
def answer_call(me, line, p, week, count, arrival: Minutes, minutes: Minutes, patience: Minutes):
    """Wait for a representative, or be called back where a long wait is ahead; gives wait, how it ended, and who answered."""
    taken, back, reached, stays = minutes, False, True, True
    if line.servers > 0:
        out = outsourced(line.next, line.servers, p.outsourcing.share)
        taken = granted(f32(minutes), p.outsourcing.haste, out)
        ahead = f32(line.free_at - arrival)
        if p.call_centre.callback > 0.0 and ahead > p.call_centre.callback_after:
            back = called_back(
                ahead, p.call_centre.callback_after, p.call_centre.callback, me.luck(CONTACT, IS_CALLED_BACK)
            )
            reached = not back or happens(p.call_centre.callback_reached, me.luck(CONTACT, IS_REACHED))
        if p.call_centre.balking > 0.0 and not back:
            chance = put_off(ahead, p.call_centre.balking, p.call_centre.balking_at)
            stays = not happens(chance, me.luck(SECOND, STAYS))
    bears = ENDLESS if back else patience if stays else AT_ONCE
    wait, outcome, agent = line.answer(arrival, taken if reached else VAIN_MINUTES, bears)
    if outcome == SERVED:
        spend_time(agent, week, count, taken if reached else VAIN_MINUTES)
    ended = PUT_OFF if not stays else HUNG_UP if outcome == ABANDONED else ANSWERED if reached else NOT_REACHED
    return wait if stays else 0.0, ended | CALLED_BACK if back else ended, agent


@step
def precedence(p) -> int:
    """Who is answered first of those who wait: the lowest number."""
    return -p.call_centre.priority


@step
def call_again(
    me, agent, firm, p, week, count, note, mark: int, wait: Minutes, outcome: int, minutes: Minutes, left: Minutes
):
    """Perhaps call again: after hanging up, or after a call of these ``minutes``, if the lines are open for so long (``left``).

    Gives the time from hanging up, or being answered, until then, endless for never; and the mark of that call.
    """
    if p.call_centre.redial <= 0.0 and p.call_centre.redial_served <= 0.0:
        return ENDLESS, mark
    made, answered = calls_made(mark), (outcome & 3) == ANSWERED
    chance = p.call_centre.redial_served if answered else p.call_centre.redial
    spent = minutes if answered else 0.0
    spare = left - spent
    if (outcome & 3) == NOT_REACHED or spare <= 0.0 or made >= MOST_AGAIN:
        return ENDLESS, mark
    if not happens(chance, me.luck(SECOND, DRAWS * made + REDIALS)):
        return ENDLESS, mark
    after = minutes_until(p.call_centre.redial_after, f32(spare), me.luck(SECOND, DRAWS * made + COMES_AFTER))
    own = (mark & ABOUT) != 0 or me.issue_severity <= 0.0
    after_call(me, agent, firm, p, week, count, note, mark, wait, outcome)
    note.calls_again(after)
    return f32(spent) + after, mark_of_next(mark, own and me.issue_severity > 0.0)


@step
def endure_again(me, p, week, mark: int) -> float:
    """How patient somebody is who calls again: what the menu leaves of it."""
    own = endurance(me, p, week, me.luck(SECOND, DRAWS * calls_made(mark) + ENDURES))
    return max(patience_left(own, menu_of(p)), 0.0)


@step
def spend_time(me, week, count, minutes: Minutes):
    """A representative spends so many minutes with somebody, or with trying to reach them."""
    count.busy += fixed_minutes(f32(minutes))
    if week.staff_lasts:
        me.call_minutes += f32(minutes)


@step
def after_call(me, agent, firm, p, week, count, note, mark: int, wait: Minutes, outcome: int):
    """What an answered or abandoned call leaves behind."""
    about, back, answered = (mark & ABOUT) != 0, (outcome & CALLED_BACK) != 0, (outcome & 3) == ANSWERED
    handed, luck, sees = (mark & HANDED) != 0, me.luck(CONTACT, IS_HELPED), me.luck(CONTACT, SEES_THROUGH)
    if mark >= AGAIN:
        luck = me.luck(SECOND, DRAWS * calls_made(mark) + IS_HELPED_AGAIN)
        sees = me.luck(SECOND, DRAWS * calls_made(mark) + SEES_AGAIN)
    severity, tries, grievance = severity_of_matter(me, mark), tries_before(me, mark), me.grievance
    skill = agent.skill if answered else 0.0
    out = answered and outsourced(agent.number, int(firm.representatives_on_duty), p.outsourcing.share)
    solved = answered and happens(solves(skill, severity, p.call_centre.hardness), luck)
    minutes = felt_wait(f32(wait), p.call_centre.callback_felt, back) + endured(p, handed, (mark & LATE) != 0)
    waited = wait_pain(minutes, p.call_centre.tolerance, p.call_centre.waiting_hurts)
    pain = waited + tangle(p, answered and (handed or tries > 0))
    warmth = reduced(skill, p.outsourcing.script, out)
    quality = encounter(answered, warmth, solved, p.call_centre.manner, p.call_centre.solution, pain)
    if back:
        note.callback(wait)
    if (outcome & 3) == PUT_OFF:
        note.put_off(wait)
    elif not answered:
        note.abandons(wait)
    elif solved:
        note.solved(wait)
    else:
        note.unsolved(wait)
    feel_contact(me, p, week, quality)
    closed = solved
    if about and answered:
        weeks = granted(p.accountability.compensates, p.outsourcing.empowerment, out)
        closed = recover(me, p, week, count, note, solved, weeks)
    settle(me, p, mark, closed)
    count_call(count, wait, answered)
    count.callbacks += back
    count_contact(count, pain, tries, solved)
    if answered:
        remember_call(agent, p, week, solved, grievance)
        see_through(me, p, week, note, sees)


@step
def count_call(count, wait: Minutes, answered: bool):
    """Enter one call and its wait in the counts."""
    count.calls += 1
    count.wait += fixed_minutes(f32(wait))
    count.waited[wait_bin(wait)] += 1
    count.answered += answered
    count.abandoned += not answered
    count.answered_in_time += answered and wait <= ANSWERED_WITHIN / 60.0


@step
def pay_representatives(firm, p, week, count):
    """What the representatives are paid, and how long they were there."""
    staff = int(firm.representatives_on_duty)
    count.capacity += staff * fixed_minutes(f32(week.minutes_open(p.call_centre.hours)))
    count.cost_calls += wages(firm.hours_paid, p.call_centre.wage, p.call_centre.hours, week.stands_for)


STEP_EXAMPLES = (
    example_of_step(
        dial, 17, me={"patience": 6.0}, luck={(CONTACT, COMES_AT): 0.25, (CONTACT, TAKES): 0.5, (CONTACT, IS_PATIENT): 0.5},
        p={"handling": 5.0, "handling_spread": 0.0, "support_access.menu_levels": 2, "support_access.routing": 0.05,
           "support_access.seconds_per_level": 15.0}, becomes={"gives": (2**30, 4.5, 6 * 0.6931472 - 0.5, 0)},
        because="a quarter of the week gone; a tenth of 5 minutes saved; the median patience less half a minute of menu",
    ),
    example_of_step(
        answer_call, 2.0, 3.0, 5.0, line={"free_at": [6.0], "numbers": [0]}, agent={},
        becomes={"gives": (4.0, ANSWERED, 0), "line.free": 9.0, "count.busy": 3 * FIXED_ONE, "agent.call_minutes": 3.0},
        because="the line is free at 6, and 5 minutes of patience are enough",
    ),
    example_of_step(
        answer_call, 2.0, 3.0, 1.0, line={"free_at": [6.0], "numbers": [0]}, agent={},
        p={"callback": 0.5, "callback_after": 3.0, "callback_reached": 0.85},
        luck={(CONTACT, IS_CALLED_BACK): 0.4, (CONTACT, IS_REACHED): 0.9},
        becomes={"gives": (4.0, NOT_REACHED | CALLED_BACK, 0), "line.free": 7.0, "count.busy": FIXED_ONE, "agent.call_minutes": 1.0},
        because="called back after 4 minutes, but nobody is there: a minute in vain",
    ),
    example_of_step(
        answer_call, 2.0, 3.0, 5.0, line={"free_at": [6.0], "numbers": [0]}, agent={}, p={"balking": 0.8, "balking_at": 4.0},
        luck={(SECOND, STAYS): 0.3}, becomes={"gives": (0.0, PUT_OFF, -1)},
        because="told of 4 minutes, at which half of the four in five who would not wait for long do not stay: 0.3 is below 0.4",
    ),
    example_of_step(precedence, p={"priority": 3}, becomes={"gives": -3}, because="the higher number is answered first"),
    example_of_step(
        call_again, 16, 2.0, HUNG_UP, 5.0, 1e6, me={"satisfaction": 0.5, "expectation": 0.5}, agent={"skill": 0.8},
        luck={(SECOND, REDIALS): 0.3, (SECOND, COMES_AFTER): 0.5, (CONTACT, "spare"): 0.5, (CONTACT, IS_HELPED): 0.5,
              (CONTACT, SEES_THROUGH): 0.9},
        p=AS_IT_WAS | {"redial": 0.35, "redial_after": 10.0, "waiting_hurts": 0.0, "memory": 0.0, "unanswered_severity": 0.15,
                       "trust.encounter": 0.0},
        becomes={"gives": (6.931472, 16 + ABOUT + AGAIN), "issue_severity": 0.15, "issue_tries": 1, "count.calls": 1,
                 "count.abandoned": 1, "count.wait": 2 * FIXED_ONE, "count.waited_7": 1, "count.contacts": 1,
                 "count.first_contacts": 1, "count.effort": int(0.4 * FIXED_ONE), "note.abandons": 2.0, "note.calls_again": 6.931472},
        because="0.3 is below 0.35; the first call leaves what a call does that nobody answers, so that it is about an issue now",
    ),
    example_of_step(
        call_again, 17, 2.0, ANSWERED, 5.0, 1e6, agent={}, p={"redial": 0.9, "redial_served": 0.1}, luck={(SECOND, REDIALS): 0.2},
        becomes={"gives": (ENDLESS, 17)}, because="was answered, and 0.2 is not below 0.1",
    ),
    example_of_step(
        endure_again, 17 + AGAIN, me={"patience": 6.0}, luck={(SECOND, DRAWS + ENDURES): 0.5},
        p={"support_access.menu_levels": 2, "support_access.seconds_per_level": 15.0},
        becomes={"gives": 6 * 0.6931472 - 0.5}, because="the median patience, less half a minute in the menu",
    ),
    example_of_step(
        spend_time, 3.0, me={"call_minutes": 2.0}, becomes={"call_minutes": 5.0, "count.busy": 3 * FIXED_ONE}, because="2 + 3",
    ),
    example_of_step(
        after_call, 17, 3.0, ANSWERED, agent={"skill": 0.8},
        luck={(CONTACT, "spare"): 0.3, (CONTACT, IS_HELPED): 0.63, (CONTACT, SEES_THROUGH): 0.9},
        me={"issue_severity": 0.5, "satisfaction": 0.5, "expectation": 0.6, "trust": 0.5},
        p=AS_IT_WAS | {"hardness": 0.4, "tolerance": 3.0, "waiting_hurts": 0.3, "manner": 0.5, "solution": 0.3, "memory": 0.1,
                       "personalisation.repetition_hurts": 0.2,
                       "trust.encounter": 0.0, "accountability.acknowledges": 0.0, "accountability.apologises": 0.0,
                       "accountability.speed": 0.0, "accountability.disputed": 0.25},
        becomes={"issue_severity": 0.0, "satisfaction": 0.53, "agent.calls_taken": 1.0, "count.calls": 1, "count.answered": 1,
                 "count.wait": 3 * FIXED_ONE, "count.waited_8": 1, "count.contacts": 1, "count.effort": FIXED_ONE // 4,
                 "count.solved": 1, "count.first_contacts": 1, "count.solved_at_first": 1, "note.solved": 3.0, "note.recovered": 0.0},
        because="0.63 is below 0.8 x (1 - 0.4 x 0.5): solved; 0.25 + 0.5 x 0.8 + 0.3 - 0.15 for the wait is 0.8, weighed a tenth; "
                "0.3 is not below the quarter that comes up again where nothing is owned",
    ),
    example_of_step(
        after_call, 17, 3.0, ANSWERED, agent={"skill": 0.8},
        luck={(CONTACT, "spare"): 0.2, (CONTACT, IS_HELPED): 0.63, (CONTACT, SEES_THROUGH): 0.9},
        me={"issue_severity": 0.5, "issue_tries": 1, "satisfaction": 0.9, "expectation": 0.6, "trust": 0.5},
        p={"hardness": 0.4, "tolerance": 3.0, "waiting_hurts": 0.3, "memory": 0.0, "personalisation.repetition_hurts": 0.0,
           "trust.encounter": 0.0, "accountability.acknowledges": 0.0, "accountability.apologises": 0.0, "accountability.speed": 0.0,
           "accountability.disputed": 0.25},
        becomes={"issue_tries": 2, "agent.calls_taken": 1.0, "count.calls": 1, "count.answered": 1, "count.wait": 3 * FIXED_ONE,
                 "count.waited_8": 1, "count.contacts": 1, "count.effort": 0.4 * FIXED_ONE, "count.solved": 1, "note.solved": 3.0,
                 "note.recovered": 0.0, "note.reopens": 0.5},
        because="solved, but 0.2 is below 0.25: it comes up again, and stays open after one more try",
    ),
    example_of_step(
        count_call, 0.25, True, becomes={"count.calls": 1, "count.answered": 1, "count.answered_in_time": 1, "count.waited_2": 1,
        "count.wait": FIXED_ONE // 4}, because="15 seconds lie between 10 and 20, and are within 20",
    ),
    example_of_step(
        pay_representatives, firm={"representatives_on_duty": 3, "hours_paid": 2.5}, week={"stands_for": 40.0},
        p={"hours": 60.0, "wage": 20.0}, becomes={"count.capacity": 270 * FIXED_ONE, "count.cost_calls": 7500},
        because="3 x 60 hours and 2.5 x 60 x 20.00 over 40: 270 minutes and 75.00",
    ),
)  # fmt: skip
