"""Whoever wants to call must find the number and get through the menu first; some give up before anybody's telephone rings.

Serves S0.1. A menu uses up the very patience with which the caller would have waited; a hidden number is not found at all by
some, and by the others only after a search. A menu also finds the right person, and so saves handling time: that is why
companies have them. Who calls when nobody is there may try again another time, or not. Who wanted to speak up about a new issue and gave up has said nothing that the company could hear, and
counts as silent. Sizes are assumptions.
"""

from sim.model.behaviour.conversation import (
    CONTACT,
    HANDED,
    IS_PATIENT,
    LATE,
    NEW,
    count_contact,
    encounter,
    feel_contact,
    rankle,
    settle,
    severity_of_matter,
    tries_before,
)
from sim.model.behaviour.waiting import patience_minutes, shaped, wait_pain
from sim.model.examples import AS_IT_WAS, example, example_of_step
from sim.model.mechanisms.impatience import remaining
from sim.model.numeric import FIXED_ONE
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.random import happens, stream
from sim.model.rules import f32, rule
from sim.model.steps import step

ACCESS = stream("support access")
"""Draws of somebody who calls: whether they find the number, come in time, and try again."""
LOOKS, COMES, RETURNS = range(3)
"""What these draws decide."""


class SupportAccess(Parameters):
    menu_levels: int = parameter(
        0, "levels", 0, 12, "Menus a caller goes through before joining the queue",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    seconds_per_level: float = parameter(
        15.0, "second", 0, 300, "Time one level of the menu takes", "assumption: four or five options read out; "
        "a question to the company, which can call itself", plausible=(8, 30))  # fmt: skip
    routing: float = parameter(
        0.01, "share", 0, 0.08, "Share of handling time that each level saves, because it finds the right person",
        "assumption: small; plausibly nothing to three in a hundred", plausible=(0, 0.03))  # fmt: skip
    hidden: float = parameter(
        0.0, "scale 0-1", 0, 1, "How well contact details are hidden: the chance that whoever looks for them gives up",
        "assumption: not unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    search_minutes: float = parameter(
        5.0, "minute", 0, 240, "Time spent looking for contact details that are hidden completely",
        "assumption: five minutes; plausibly two to twelve minutes", plausible=(2, 12, "log"))  # fmt: skip
    opening_hours: float = parameter(
        1.0, "share", 0, 1, "Share of calls that come while the lines are open",
        "assumption: all, unless the scenario says otherwise", plausible=CERTAIN)  # fmt: skip
    tries_again: float = parameter(
        0.7, "share", 0, 1, "Share of those who find the lines closed and call again when they are open",
        "assumption: most do; plausibly two in five to nine in ten", plausible=(0.4, 0.9))  # fmt: skip
    closed_minutes: float = parameter(
        5.0, "minute", 0, 240, "Minutes of waiting that a call to closed lines is felt like",
        "assumption: five minutes; plausibly two to twelve minutes", plausible=(2, 12, "log"))  # fmt: skip
    resentment: float = parameter(
        0.3, "share", 0, 1, "Grievance of somebody who cannot get through, as a share of that of an outright refusal",
        "assumption: nobody said no, but nobody listened; plausibly a tenth to seven tenths", plausible=(0.1, 0.7))  # fmt: skip


NEUTRAL = {"menu_levels": 0, "hidden": 0.0, "opening_hours": 1.0}


@rule
def menu_minutes(levels: int, seconds: float) -> float:
    """How long the menu takes."""
    return f32(levels) * seconds * f32(1 / 60)


@rule
def before_queue(hidden: float, search: float, menu: float, handed_over: bool) -> float:
    """Minutes spent before joining the queue: searching and in the menu; none for who is handed over by a chatbot."""
    return f32(0) if handed_over else hidden * search + menu


@rule
def closed(found: bool, opening_hours: float, luck: float) -> bool:
    """Whether somebody who found the number calls when nobody is there."""
    return found and luck >= opening_hours


@rule
def stopped(found: bool, turned_off: bool, runs_out: bool) -> bool:
    """Whether a call ends before the queue: no number, closed lines and no second try, or no patience left in the menu."""
    return not found or turned_off or runs_out


@rule
def runs_out(patience: float, menu: float) -> bool:
    """Whether patience ends before the menu does."""
    return patience < menu


@rule
def patience_left(patience: float, menu: float) -> float:
    """What the menu leaves of a caller's patience."""
    return patience - menu


@rule
def in_vain(found: bool, patience: float, hidden: float, search: float) -> float:
    """Minutes spent by somebody who gives up: the whole search, or a short one and all patience."""
    return hidden * search + patience if found else search


@rule
def routed(minutes: float, levels: int, routing: float) -> float:
    """Mean handling time of calls that the menu has sorted."""
    return minutes * (f32(1) - routing * f32(levels))


COUNTS = ("gave_up",)
EVENTS = {
    "gives_up": "They tried to call and gave up after {duration} without reaching anybody.",
    "lines_closed": "They called, but the lines were closed.",
}


@step
def menu_of(p) -> float:
    """Minutes that the menu takes."""
    return menu_minutes(p.support_access.menu_levels, p.support_access.seconds_per_level)


@step
def endured(p, handed: bool, late: bool) -> float:
    """Minutes that a caller spent before joining the queue."""
    before = before_queue(p.support_access.hidden, p.support_access.search_minutes, menu_of(p), handed)
    return before + p.support_access.closed_minutes if late else before


@step
def endurance(me, p, week, luck: float) -> float:
    """How many minutes somebody has patience for in this call."""
    mean = me.patience * remaining(p.impatience.patience_trend, week.calendar)
    return shaped(patience_minutes(mean, luck), mean, p.call_centre.patience_shape)


@step
def get_through(me, p, week, count, note, mark: int) -> int:
    """Look for the number, come when the lines are open, and go through the menu – or give up."""
    if p.support_access.menu_levels <= 0 and p.support_access.hidden <= 0.0 and p.support_access.opening_hours >= 1.0:
        return mark
    looks, comes, returns = me.luck(ACCESS, LOOKS), me.luck(ACCESS, COMES), me.luck(ACCESS, RETURNS)
    patience = endurance(me, p, week, me.luck(CONTACT, IS_PATIENT))
    if (mark & HANDED) != 0:
        return mark
    found = not happens(p.support_access.hidden, looks)
    late = closed(found, p.support_access.opening_hours, comes)
    off = late and not happens(p.support_access.tries_again, returns)
    if late:
        note.lines_closed(0.0)
    if not stopped(found, off, runs_out(patience, menu_of(p))):
        return mark | LATE if late else mark
    spent = in_vain(found, patience, p.support_access.hidden, p.support_access.search_minutes)
    give_up(me, p, week, count, note, mark, endured(p, False, True) if off else spent)
    return 0


@step
def give_up(me, p, week, count, note, mark: int, spent: float):
    """Nobody was reached: felt as a call that nobody answered; whoever wanted to speak up has said nothing that was heard."""
    severity, unheard = severity_of_matter(me, mark), (mark & NEW) != 0
    pain = wait_pain(spent, p.call_centre.tolerance, p.call_centre.waiting_hurts)
    count.gave_up += 1
    count.complaints -= unheard
    count.silent += unheard
    count_contact(count, pain, tries_before(me, mark), False)
    feel_contact(me, p, week, encounter(False, 0.0, False, p.call_centre.manner, p.call_centre.solution, pain))
    rankle(me, p, week, severity, p.support_access.resentment)
    settle(me, p, mark, False)
    note.gives_up(spent)


EXAMPLES = (
    example(menu_minutes, 4, 30.0, becomes=2.0, because="four times half a minute"),
    example(before_queue, 0.5, 4.0, 1.5, False, becomes=3.5, because="half of a four minutes' search, and the menu"),
    example(before_queue, 0.5, 4.0, 1.5, True, becomes=0.0, because="a chatbot put them through"),
    example(closed, True, 0.8, 0.9, becomes=True, because="one of the fifth that come too late"),
    example(closed, True, 1.0, 0.9, becomes=False, because="the lines are always open"),
    example(closed, False, 0.0, 0.9, becomes=False, because="there was no number to call"),
    example(stopped, True, False, False, becomes=False, because="nothing in the way"),
    example(stopped, True, True, False, becomes=True, because="closed, and does not try again"),
    example(runs_out, 1.0, 2.0, becomes=True, because="one minute of patience, two of menu"),
    example(runs_out, 1.0, 0.0, becomes=False, because="there is no menu"),
    example(patience_left, 5.0, 2.0, becomes=3.0, because="two minutes are used up"),
    example(in_vain, False, 6.0, 0.5, 4.0, becomes=4.0, because="looked everywhere"),
    example(in_vain, True, 6.0, 0.5, 4.0, becomes=8.0, because="two minutes to find it, six of patience"),
    example(routed, 5.0, 4, 0.05, becomes=4.0, because="four levels save a twentieth each"),
)
STEP_EXAMPLES = (
    example_of_step(menu_of, p={"menu_levels": 4, "seconds_per_level": 30.0}, becomes={"gives": 2.0}, because="four times half a minute"),
    example_of_step(
        endured, False, True, p={"hidden": 0.5, "search_minutes": 4.0, "menu_levels": 2, "seconds_per_level": 15.0,
        "closed_minutes": 5.0}, becomes={"gives": 7.5}, because="2 of searching, a half in the menu, and 5 for closed lines",
    ),
    example_of_step(
        endurance, 0.5, me={"patience": 6.0}, becomes={"gives": 6 * 0.6931472}, because="the median of an exponential",
    ),
    example_of_step(
        get_through, 16, me={"patience": 6.0}, p={"opening_hours": 0.8, "tries_again": 0.7},
        luck={(ACCESS, LOOKS): 0.5, (ACCESS, COMES): 0.9, (ACCESS, RETURNS): 0.6, (CONTACT, IS_PATIENT): 0.5},
        becomes={"note.lines_closed": 0.0, "gives": 16 | LATE}, because="one of the fifth who come too late, but tries again",
    ),
    example_of_step(
        give_up, 21, 3.0, me={"issue_severity": 0.4, "grievance": 0.2, "satisfaction": 0.5, "expectation": 0.5}, week={"rate": 2.0},
        p=AS_IT_WAS | {"call_centre.tolerance": 3.0, "call_centre.waiting_hurts": 0.3, "call_centre.memory": 0.1,
                       "trust.encounter": 0.0, "grievance.rise": 0.5, "resentment": 0.5},
        becomes={"satisfaction": 0.45, "grievance": 0.28, "ledger_service": 0.26, "issue_tries": 1, "count.gave_up": 1,
                 "count.complaints": -1, "count.silent": 1, "count.contacts": 1, "count.effort": int(0.55 * FIXED_ONE),
                 "count.first_contacts": 1, "note.gives_up": 3.0},
        because="as bad as can be, a tenth of it; 0.8 x (0.5 x 0.5) x 0.4 of resentment; who gave up has not been heard",
    ),
)  # fmt: skip
