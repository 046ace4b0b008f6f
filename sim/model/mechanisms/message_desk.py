"""People who answer messages can answer so many a week; what comes beyond that waits, from week to week, and some give up.

Serves S0.2, S1.1, S2.1. First come, first served. A message waits for the backlog before it, which runs off at the rate at which
agents work (a fluid queue, whose senders give up when an exponential patience ends: its differential equation is solved exactly
within the week); or, where that is longer, for the queue that comes of chance alone, whose senders are as patient (Erlang A: Palm
1957; Garnett, Mandelbaum & Reiman 2002, Manufacturing & Service Operations Management 4:208-227), though no longer than chance can
make it in a week; and for the morning, if it comes at any hour: with equal days, messages of the night are worked off by day. Agents
may hold several chats at a time, each of which then takes longer. Nobody's time depends on the order of people: all messages of a
week are counted first, then each has the time of its own moment in the week. Whoever gives up is no longer in the backlog, and their
matter stays open: they may write again, or call. An answer, and giving up, are felt in the week of the message, however long they take.
All sizes are assumptions. Law: what comes is answered, given up, or waits.
"""

import numpy as np

from sim.model.behaviour.conversation import (
    ABOUT,
    IN_TOUCH,
    count_contact,
    encounter,
    feel_contact,
    rankle,
    settle,
    severity_of_matter,
    tries_before,
)
from sim.model.behaviour.waiting import patience_minutes
from sim.model.columns import Column
from sim.model.component import Counted
from sim.model.events import hours_told
from sim.model.examples import AS_IT_WAS, example, example_of_step
from sim.model.mechanisms.digital_channels import (
    DIGITAL,
    GOES_PUBLIC,
    IS_HELPED,
    be_answered,
    complain_publicly,
    slowness,
)
from sim.model.numeric import FIXED_ONE, exp, log, share
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.random import stream
from sim.model.rules import f32, i64, rule
from sim.model.schedule import Company, Whoever
from sim.model.steps import step

DESK = stream("message desk")
"""Two draws of a message: at which moment of the week it is written, and how patient its sender is."""
WRITES_AT, IS_PATIENT = range(2)
"""What these draws decide."""


class MessageDesk(Parameters):
    agents: int = parameter(
        0, "people", 0, 5000, "People who answer messages and do nothing else; with none, digital_channels.response_hours holds whatever comes",
        "assumption: not told apart unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    hours: float = parameter(
        40.0, "hours", 1, 168, "Hours a week they are there, on seven equal days", "assumption: a working week", plausible=CERTAIN)  # fmt: skip
    minutes: float = parameter(
        8.0, "minute", 0.05, 480, "Mean time that a message takes an agent who has no other at the same time",
        "assumption: somewhat longer than a call, for everything must be written; "
        "a question to the company, whose log of messages tells: 3 to 20 minutes", plausible=(3, 20, "log"))  # fmt: skip
    chats: int = parameter(
        1, "messages", 1, 20, "Messages that an agent holds at a time: one for e-mail, two or three for chats",
        "assumption: one", plausible=CERTAIN)  # fmt: skip
    slowdown: float = parameter(
        0.3, "ratio", 0, 1, "How much longer each message takes for each further one that an agent holds at a time",
        "assumption: a third, so that two at a time are answered one and a half times as fast; "
        "a question to the company; plausibly a tenth to seven tenths", plausible=(0.1, 0.7, "log"))  # fmt: skip
    any_hour: float = parameter(
        1.0, "share", 0, 1, "Share of messages that come at any hour, so that nights count as waiting; the others come while somebody is there",
        "assumption: all, as e-mail does; 0 for chats that are offered only while somebody is there", plausible=CERTAIN)  # fmt: skip
    patience: float = parameter(
        240.0, "hour", 0.01, 8760, "Mean time for which somebody waits until an agent comes to their message, before they give up",
        "assumption: ten days; plausibly three days to a month; of chats minutes", plausible=(72, 720, "log"))  # fmt: skip
    wage: float = parameter(
        22.0, "currency per hour", 0, 10_000, "What an hour of an agent costs",
        "assumption: as on the telephone; a question to the company, whose payroll tells: 14 to 40", plausible=(14, 40, "log"))  # fmt: skip
    resentment: float = parameter(
        0.3, "share", 0, 1, "Grievance of somebody who gave up waiting, as a share of that of an outright refusal",
        "assumption: as of somebody who cannot get through; plausibly a tenth to seven tenths", plausible=(0.1, 0.7))  # fmt: skip


NEUTRAL = {"agents": 0}
USED_WHERE = "agents"
COLUMNS = (
    Column("message_backlog", "firm", "Messages that wait for an answer at the end of the week"),
    Column("message_spare", "firm", "Part of a message, below 1, that agents have had time for and not answered yet"),
    Column("message_agents", "weekly_firm", "People who answer messages this week"),
    Column("message_first", "weekly_firm", "Weeks of work that were left when the week began"),
    Column(
        "message_load", "weekly_firm", "Weeks of work that those of this week are whose senders wait for the morning"
    ),
    Column("message_night", "weekly_firm", "Mean hours that messages wait because nobody is there at night"),
    Column("message_queue", "weekly_firm", "Hours that messages wait by chance alone"),
    Column("wrote", "weekly_flag", "Whether somebody wrote to the agents this week"),
    Column("wrote_of_issue", "weekly_flag", "Whether this week's message is about an issue, and not a question"),
)
COUNTS = {
    "messages": Counted("Messages that came to the agents", "messages"),
    "messages_answered": Counted("Messages that agents answered", "messages"),
    "messages_given_up": Counted("Messages whose senders gave up waiting", "messages", -1),
    "messages_possible": Counted("Messages that agents had time for", "messages"),
    "message_minutes": Counted(
        "Minutes until an answer came, of all messages whose senders waited for it", "minutes", -1
    ),
    "message_backlog": Counted(
        "Messages that wait for an answer at the end of the week", "messages", -1, at_the_end=True
    ),
}
EVENTS = {
    "message_given_up": lambda hours, here: f"They wrote, waited {hours_told(hours)} for an answer, and gave up.",
}

_WEEK, _DAY = f32(168), f32(24)
_CHANCE = f32(0.7522528)
"""Two thirds of the square root of 4 / pi: the mean, over a week that begins without a queue and in which just as many come as can
be answered, of the queue that chance makes (a reflected Brownian motion), for one message a week."""
_NOBODY = f32(1e-6)
"""A load at which nobody ever meets another."""


@rule
def minutes_each(minutes: float, chats: int, slowdown: float) -> float:
    """How long a message takes somebody who holds so many at a time."""
    return minutes * (f32(1) + slowdown * f32(chats - 1))


@rule
def answerable(places: int, hours: float, minutes: float, stands_for: float) -> float:
    """Messages a week that can be answered at so many places at a time, per simulated share of the company."""
    return f32(places) * hours * f32(60) / minutes / stands_for


@rule
def hours_counted(hours: float, any_hour: float) -> float:
    """Hours of a week that count as waiting: those in which somebody is there, and for messages at any hour all."""
    return hours + any_hour * (_WEEK - hours)


@rule
def until_morning(busy: float, hours: float, any_hour: float) -> float:
    """Mean hours that messages wait because nobody is there at night, for agents who are busy for such a part of their time.

    What has come by night is worked off by day: a fluid queue over one of seven equal days.
    """
    day, at_night = hours / f32(7), any_hour * (_DAY - hours / f32(7)) / _DAY
    spare = f32(1) - share(busy) * (f32(1) - at_night)
    runs_off = at_night * day * share(busy) / spare if spare > f32(0) else f32(0)
    return f32(0.5) * at_night * (_DAY - day + runs_off)


@rule
def blocked(load: float, places: int) -> float:
    """The chance that all places are taken where nobody ever waits (Erlang B)."""
    offered, found = load * f32(places), f32(1)
    for number in range(1, places + 1):
        found = offered * found / (f32(number) + offered * found)
    return found


@rule
def mean_queue(load: float, taken: float, hurry: float, longest: int) -> float:
    """How many wait on average at this load, where all places are ``taken`` by this chance if nobody waits (Erlang A).

    ``hurry``: at what rate each who waits gives up, in parts of that at which all places together answer. From the back of the
    longest line to its front: how many stand behind each place, and the chance that nobody does.
    """
    alone, behind = f32(1), f32(0)
    for place in range(longest, 0, -1):
        comes = load / (f32(1) + f32(place) * hurry)
        behind = comes / (comes + alone) * (f32(1) + behind)
        alone = alone / (alone + comes)
    return behind * taken / (taken + (f32(1) - taken) * alone)


@rule
def wait_to_give_up(mean: float, patience: float) -> float:
    """The wait that makes as many give up, if all have it, as waits of this mean do that differ."""
    lost = mean / patience
    return mean * (f32(1) + f32(0.5) * lost) if lost < f32(0.01) else -patience * log(f32(1) - lost)


@rule
def queue_by_chance(load: float, places: int, minutes: float, hours: float, patience: float) -> float:
    """Hours until somebody comes to a message where nothing is left from before, at this load (1: as many come as can be answered).

    They are no longer than chance can make them in a week.
    """
    if load < _NOBODY:
        return f32(0)
    each, root = minutes / f32(60), np.sqrt(answerable(places, hours, minutes, f32(1)))
    hurry, longest = each / (patience * f32(places)), i64(f32(4) * root + f32(50))
    queue = mean_queue(load, blocked(load, places), hurry, longest)
    mean = queue * each / (load * f32(places))
    return min(wait_to_give_up(mean, patience), hours * _CHANCE / root)


@rule
def waited_for(load: float, night: float, patience: float) -> float:
    """The load that is left of those who wait even for the morning."""
    return load * exp(-night / patience)


@rule
def work_ahead(first: float, load: float, moment: float, patience: float) -> float:
    """Weeks of work before a message that is written at this moment of the week (0 to 1), with ``first`` at its beginning.

    It changes by ``load x e^(-ahead / patience) - 1`` a week: whoever would have to wait longer than they can is no work.
    """
    calm = load * exp(-first / patience)
    ahead = first + patience * log(calm + (f32(1) - calm) * exp(-moment / patience))
    return ahead if ahead > f32(0) else f32(0)


@rule
def whole(number: float) -> int:
    """The whole number below."""
    return i64(number)


@step
def open_desk(firm, p):
    """How many people answer messages this week."""
    firm.message_agents = f32(p.message_desk.agents)


@step
def messages_a_week(firm, p, week) -> float:
    """How many messages can be answered this week."""
    each = minutes_each(p.message_desk.minutes, p.message_desk.chats, p.message_desk.slowdown)
    places = int(firm.message_agents) * p.message_desk.chats
    return answerable(places, p.message_desk.hours, each, week.stands_for)


@step
def take_stock(firm, p, week, count):
    """How long answers take this week: by what is left from before, how many came, and how many are there to answer."""
    if firm.message_agents > 0.0:
        hours, came, room = p.message_desk.hours, f32(count.digital_contacts), messages_a_week(firm, p, week)
        each = minutes_each(p.message_desk.minutes, p.message_desk.chats, p.message_desk.slowdown)
        places = int(firm.message_agents) * p.message_desk.chats
        firm.message_first = firm.message_backlog / room
        firm.message_night = until_morning(firm.message_first + came / room, hours, p.message_desk.any_hour)
        firm.message_load = waited_for(came / room, firm.message_night, p.message_desk.patience)
        firm.message_queue = queue_by_chance(firm.message_load, places, each, hours, p.message_desk.patience)


@step
def hours_waiting(firm, p, moment: float) -> float:
    """How long it takes until somebody comes to a message of this moment of the week."""
    counted = hours_counted(p.message_desk.hours, p.message_desk.any_hour)
    ahead = work_ahead(firm.message_first, firm.message_load, moment, p.message_desk.patience / counted)
    return firm.message_night + max(ahead * counted, firm.message_queue)


@step
def has_written(me) -> bool:
    """Whether somebody wrote to the agents this week."""
    return me.wrote


@step
def wait_for_answer(me, firm, p, week, count, note):
    """Wait until an answer comes, or give up."""
    mark = IN_TOUCH | ABOUT if me.wrote_of_issue else IN_TOUCH
    waits = hours_waiting(firm, p, me.luck(DESK, WRITES_AT))
    bears = patience_minutes(p.message_desk.patience, me.luck(DESK, IS_PATIENT))
    each = minutes_each(p.message_desk.minutes, p.message_desk.chats, p.message_desk.slowdown)
    count.messages += 1
    if waits > bears:
        count.messages_given_up += 1
        give_up_waiting(me, p, week, count, note, mark, bears)
    else:
        count.message_minutes += whole(waits * 60.0 + each + 0.5)
        be_answered(me, p, week, count, note, mark, waits + each / 60.0)


@step
def give_up_waiting(me, p, week, count, note, mark: int, hours: float):
    """No answer came for so long: felt as a call that nobody answered; the matter stays open, and some say so in public."""
    severity = severity_of_matter(me, mark)
    pain = slowness(hours, p.digital_channels.tolerance, p.digital_channels.slowness_hurts)
    count_contact(count, pain, tries_before(me, mark), False)
    feel_contact(me, p, week, encounter(False, 0.0, False, p.call_centre.manner, p.call_centre.solution, pain))
    rankle(me, p, week, severity, p.message_desk.resentment)
    settle(me, p, mark, False)
    note.message_given_up(hours)
    complain_publicly(me, p, count, note)


@step
def work_off(firm, p, week, count):
    """Agents answer as many as they can, and the rest waits; where there are none any more, all is answered that was left."""
    waiting = int(firm.message_backlog) + count.messages - count.messages_given_up
    room = messages_a_week(firm, p, week) + firm.message_spare
    possible = whole(room)
    answered = min(waiting, possible) if firm.message_agents > 0.0 else waiting
    firm.message_spare = room - f32(possible)
    firm.message_backlog = f32(waiting - answered)
    count.messages_answered += answered
    count.messages_possible += possible
    count.message_backlog += waiting - answered


WEEK = {
    "before contact": (Company(open_desk),),
    "contact": (Company(take_stock), Whoever(has_written, wait_for_answer), Company(work_off)),
}
"""All messages of a week have come before anybody is told how long an answer takes."""

EXAMPLES = (
    example(minutes_each, 6.0, 1, 0.5, becomes=6.0, because="one at a time"),
    example(minutes_each, 6.0, 3, 0.5, becomes=12.0, because="half as long again for each of two more"),
    example(answerable, 4, 40.0, 6.0, 20.0, becomes=80.0, because="4 x 40 hours of ten messages each, of which a twentieth is simulated"),
    example(hours_counted, 40.0, 1.0, becomes=168.0, because="nights and all"),
    example(hours_counted, 40.0, 0.0, becomes=40.0, because="nobody writes when nobody is there"),
    example(until_morning, 0.5, 84.0, 1.0, becomes=4.0, because="half of them wait six hours, and two more as they are worked off in four"),
    example(until_morning, 2.0, 84.0, 1.0, becomes=6.0, because="busy all day: the night's are only worked off by the evening"),
    example(until_morning, 1.0, 84.0, 0.0, becomes=0.0, because="nothing comes at night"),
    example(until_morning, 1.0, 168.0, 1.0, becomes=0.0, because="there is no night"),
    example(blocked, 0.5, 2, becomes=0.2, because="1/2 over 1 + 1 + 1/2"),
    example(mean_queue, 0.5, 0.3333333, 0.0, 400, becomes=0.5, because="one place, taken half of the time, and one behind it: M/M/1"),
    example(mean_queue, 1.0, 0.5, 1.0, 400, becomes=0.3678794, because="those who wait give up as fast as one is answered: 1/e"),
    example(wait_to_give_up, 3.0, 6.0, becomes=6 * 0.6931472, because="half give up"),
    example(wait_to_give_up, 0.01, 10.0, becomes=0.010005, because="one in a thousand does"),
    example(queue_by_chance, 0.5, 1, 6.0, 168.0, 1e9, becomes=0.1, because="M/M/1: as long as a message takes"),
    example(queue_by_chance, 0.5, 2, 6.0, 168.0, 1e9, becomes=0.1 / 3, because="M/M/2: a third of that"),
    example(queue_by_chance, 1.0, 1, 6.0, 168.0, 0.1, becomes=0.04586751, because="of 1/e who wait 1/e give up, as in 2.75 minutes"),
    example(queue_by_chance, 1.5, 1, 0.6, 160.0, 1e9, becomes=0.9515331, because="160 x 0.7522528 over the root of 16,000"),
    example(queue_by_chance, 0.9999, 1, 0.6, 160.0, 1e9, becomes=0.9515331, because="no queue of 10,000 messages grows in a week"),
    example(queue_by_chance, 0.0, 1, 6.0, 168.0, 24.0, becomes=0.0, because="nobody writes"),
    example(waited_for, 2.0, 6.931472, 10.0, becomes=1.0, because="half give up within 6.9 hours"),
    example(work_ahead, 0.5, 1.5, 0.0, 1.0, becomes=0.5, because="as it was when the week began"),
    example(work_ahead, 0.0, 2.0, 0.6931472, 1.0, becomes=0.4054651, because="e^ahead is half way from 1 to 2"),
    example(work_ahead, 0.2, 0.0, 0.5, 1.0, becomes=0.0, because="worked off"),
    example(work_ahead, 0.2, 1.0, 1.0, 10.0, becomes=0.1811389, because="as many come as are answered, but for one in fifty who gives up"),
    example(whole, 7.9, becomes=7, because="seven are whole"),
)  # fmt: skip
STEP_EXAMPLES = (
    example_of_step(open_desk, p={"agents": 3}, becomes={"firm.message_agents": 3.0}, because="as it is set"),
    example_of_step(
        messages_a_week, firm={"message_agents": 2}, p={"hours": 40.0, "minutes": 6.0, "chats": 2, "slowdown": 0.5}, week={"stands_for": 20.0},
        becomes={"gives": 800 / 15}, because="four places for 40 hours, of nine minutes each, of which a twentieth is simulated",
    ),
    example_of_step(
        take_stock, firm={"message_agents": 2, "message_backlog": 70}, count={"digital_contacts": 35}, week={"stands_for": 20.0},
        p={"hours": 84.0, "minutes": 12.0, "any_hour": 1.0, "patience": 8.656170},
        becomes={"firm.message_first": 70 / 42, "firm.message_load": 35 / 42 / 2, "firm.message_night": 6.0,
                 "firm.message_queue": 0.0398524},
        because="42 can be answered; a whole night's are worked off by the evening, and half do not wait so long",
    ),
    example_of_step(
        take_stock, firm={"message_backlog": 70}, count={"digital_contacts": 35}, becomes={}, because="nobody is there to answer",
    ),
    example_of_step(
        hours_waiting, 0.6931472, firm={"message_load": 2.0, "message_night": 0.0}, p={"any_hour": 1.0, "patience": 168.0},
        becomes={"gives": 168 * 0.4054651}, because="0.4055 weeks of work ahead",
    ),
    example_of_step(
        hours_waiting, 0.5, firm={"message_night": 6.0, "message_queue": 1.5}, becomes={"gives": 7.5}, because="nothing is left from before",
    ),
    example_of_step(has_written, me={"wrote": True}, becomes={"gives": True}, because="about a question, or an issue"),
    example_of_step(
        wait_for_answer, me={"wrote": True, "satisfaction": 0.5, "expectation": 0.5}, firm={"message_night": 11.5},
        luck={(DESK, WRITES_AT): 0.5, (DESK, IS_PATIENT): 0.5, (DIGITAL, IS_HELPED): 0.4, (DIGITAL, GOES_PUBLIC): 0.9},
        p=AS_IT_WAS | {"patience": 24.0, "minutes": 30.0, "digital_channels.skill": 0.5, "digital_channels.tolerance": 12.0, "digital_channels.slowness_hurts": 0.2,
                       "digital_channels.strangeness": 0.0, "call_centre.memory": 0.0, "trust.encounter": 0.0},
        becomes={"count.messages": 1, "count.message_minutes": 720, "count.contacts": 1, "count.first_contacts": 1, "count.solved": 1,
                 "count.solved_at_first": 1, "count.effort": int(0.2 * FIXED_ONE), "note.message_solved": 12.0},
        because="11.5 hours are within the 16.6 that the median sender waits, and half an hour to answer",
    ),
    example_of_step(
        wait_for_answer, me={"wrote": True, "satisfaction": 0.5, "expectation": 0.5}, firm={"message_night": 24.0},
        luck={(DESK, WRITES_AT): 0.5, (DESK, IS_PATIENT): 0.5, (DIGITAL, IS_HELPED): 0.4, (DIGITAL, GOES_PUBLIC): 0.9},
        p=AS_IT_WAS | {"patience": 24.0, "digital_channels.tolerance": 16.635532, "digital_channels.slowness_hurts": 0.2,
                       "call_centre.memory": 0.1, "trust.encounter": 0.0, "call_centre.unanswered_severity": 0.15},
        becomes={"satisfaction": 0.45, "ledger_service": 0.05, "issue_severity": 0.15, "issue_tries": 1, "count.messages": 1,
                 "count.messages_given_up": 1, "count.contacts": 1, "count.first_contacts": 1, "count.effort": FIXED_ONE // 2,
                 "note.message_given_up": 16.635532},
        because="24 hours are more: as bad as can be, a tenth of it",
    ),
    example_of_step(
        give_up_waiting, 17, 12.0, me={"issue_severity": 0.4, "grievance": 0.2}, week={"rate": 2.0}, luck={(DIGITAL, GOES_PUBLIC): 0.05},
        p=AS_IT_WAS | {"digital_channels.tolerance": 12.0, "digital_channels.slowness_hurts": 0.2, "digital_channels.public": 0.1,
                       "call_centre.memory": 0.0, "trust.encounter": 0.0, "grievance.rise": 0.5, "resentment": 0.5},
        becomes={"grievance": 0.28, "ledger_service": 0.16, "issue_tries": 1, "count.contacts": 1, "count.first_contacts": 1,
                 "count.effort": FIXED_ONE // 2, "count.public_complaints": 1, "note.message_given_up": 12.0, "note.complains_publicly": 0.0},
        because="0.8 x (0.5 x 0.5) x 0.4 of resentment, booked at the rate of 2; 0.05 is below 0.1",
    ),
    example_of_step(
        work_off, firm={"message_agents": 1, "message_backlog": 20, "message_spare": 0.75}, count={"messages": 30, "messages_given_up": 4},
        p={"hours": 40.0, "minutes": 64.0}, week={"stands_for": 1.0},
        becomes={"firm.message_backlog": 8.0, "firm.message_spare": 0.25, "count.messages_answered": 38, "count.messages_possible": 38,
                 "count.message_backlog": 8},
        because="37.5 and 0.75 can be answered: 38, and 8 of the 46 are left",
    ),
    example_of_step(
        work_off, firm={"message_backlog": 20}, count={"messages": 0},
        becomes={"firm.message_backlog": 0.0, "count.messages_answered": 20}, because="nobody is there any more: what was left is answered",
    ),
)  # fmt: skip
