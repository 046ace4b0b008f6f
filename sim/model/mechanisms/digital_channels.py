"""Customers may write instead of calling: it suits those at home online, others want a person, and complaints there are public.

Serves S1.4, S2.1, S2.5. Whoever writes waits hours and not minutes; an answer that says something else than the telephone did
makes the company feel broken; and who gets no help in writing can complain where everybody reads it. All sizes are assumptions.
Answers come after the same time however many write, unless a scenario says how many people answer (`message_desk`).
"""

from sim.model.behaviour.conversation import (
    ABOUT,
    CONTACT,
    count_contact,
    feel_contact,
    recover,
    settle,
    severity_of_matter,
    solves,
    tries_before,
)
from sim.model.events import hours_told
from sim.model.examples import AS_IT_WAS, example, example_of_step
from sim.model.mechanisms.chatbot import conversations
from sim.model.mechanisms.employee_care import wages
from sim.model.mechanisms.personalisation import repeating
from sim.model.numeric import FIXED_ONE, share
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.random import happens, stream
from sim.model.rules import f32, i64, rule
from sim.model.steps import step

DIGITAL = stream("digital channels")
"""Three draws a contact: whether it is made in writing, whether the answer helps, and whether a complaint is made in public."""
WRITES, IS_HELPED, GOES_PUBLIC = range(3)
"""What these draws decide."""


class DigitalChannels(Parameters):
    offered: float = parameter(
        0.0, "scale 0-1", 0, 1, "How fully e-mail and social media are offered as a way to the company",
        "assumption: not unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    response_hours: float = parameter(
        24.0, "hour", 0, 336, "Time until a message is answered where no agents of message_desk do it", "assumption: the next day", plausible=CERTAIN)  # fmt: skip
    tolerance: float = parameter(
        48.0, "hour", 0.1, 336, "Time without an answer that spoils half of what can be spoilt by waiting",
        "assumption: two days; plausibly the same day to five days", plausible=(16, 120, "log"))  # fmt: skip
    slowness_hurts: float = parameter(
        0.30, "scale 0-1", 0, 1, "What endless waiting for an answer takes off an encounter",
        "assumption: as an endless wait on hold; plausibly an eighth to three fifths", plausible=(0.12, 0.6, "log"))  # fmt: skip
    skill: float = parameter(
        0.70, "scale 0-1", 0, 1, "Skill of those who answer messages", "assumption: below the telephone, where one can ask back; "
        "a question to the company, which can ask whether matters were solved", plausible=(0.55, 0.85))  # fmt: skip
    hardness: float = parameter(
        0.50, "ratio", 0, 1, "Share of it that an issue of full severity defeats",
        "assumption: grave issues are hard to settle in writing; "
        "plausibly a fifth to four fifths", plausible=(0.2, 0.8))  # fmt: skip
    strangeness: float = parameter(
        0.20, "scale 0-1", 0, 1, "What writing takes off an encounter of a stranger online, and adds to that of somebody quite at home there",
        "assumption: the ones want a person, the others their peace; "
        "plausibly a twelfth to two fifths", plausible=(0.08, 0.4, "log"))  # fmt: skip
    inconsistency: float = parameter(
        0.10, "scale 0-1", 0, 1, "What answers that differ between channels take off an encounter of somebody who has tried before",
        "assumption: a tenth of the scale when all channels are open; "
        "a question to the company, which can try it; plausibly a third to three times as much",
        plausible=(0.03, 0.3, "log"))  # fmt: skip
    public: float = parameter(
        0.10, "share", 0, 1, "Share of messages that did not help which become a public complaint",
        "assumption: one in ten; plausibly one in fifty to three in ten", plausible=(0.02, 0.3, "log"))  # fmt: skip
    visibility: float = parameter(
        5.0, "ratio", 0, 1000, "How many private conversations a public complaint counts for in public reputation",
        "assumption: five; plausibly one to thirty", plausible=(1, 30, "log"))  # fmt: skip
    cost: float = parameter(
        4.0, "currency", 0, 1000, "Cost of answering one message where no agents of message_desk do it",
        "assumption: half of what Gartner 2019 gives for a live contact (8.01); "
        "a question to the company, whose payroll and log tell", plausible=(1.5, 10, "log"))  # fmt: skip


NEUTRAL = {"offered": 0.0}

_HELPED, _STUCK = f32(0.85), f32(0.35)
"""How an answer is felt that came at once and solved the matter, and one that did not."""


@rule
def writes(affinity: float, offered: float) -> float:
    """The chance that somebody writes instead of calling."""
    return affinity * offered


@rule
def slowness(hours: float, tolerance: float, hurts: float) -> float:
    """What waiting so many hours for an answer takes off the encounter."""
    return hurts * hours / (hours + tolerance)


@rule
def differing(again: bool, inconsistency: float, offered: float) -> float:
    """What answers that differ between channels take off an encounter of somebody who has tried before."""
    return inconsistency * offered if again else f32(0)


@rule
def correspondence(solved: bool, affinity: float, strangeness: float, pain: float) -> float:
    """How writing to the company was: helpful or not, pleasant or strange, less the pain."""
    return share((_HELPED if solved else _STUCK) + strangeness * (f32(2) * affinity - f32(1)) - pain)


@rule
def overheard(complaints: int, visibility: float) -> int:
    """How many conversations so many public complaints count for."""
    return i64(f32(complaints) * visibility + f32(0.5))


@step
def be_overheard(p, count) -> int:
    """How many conversations this week's public complaints count for."""
    return overheard(count.public_complaints, p.digital_channels.visibility)


COUNTS = ("digital_contacts", "public_complaints")
MONEY_OUT = ("cost_digital",)
EVENTS = {
    "message_solved": lambda hours, here: f"They wrote; an answer came after {hours_told(hours)} and solved it.",
    "message_unsolved": lambda hours, here: (
        f"They wrote; an answer came after {hours_told(hours)} and did not solve it."
    ),
    "complains_publicly": "They complained about it in public.",
}


@step
def tangle(p, again: bool) -> float:
    """What telling it again, and hearing something else, takes off the encounter of somebody who has tried before."""
    repeated = repeating(again, p.personalisation.repetition_hurts, p.personalisation.remembers)
    return repeated + differing(again, p.digital_channels.inconsistency, p.digital_channels.offered)


@step
def write(me, firm, p, week, count, note, mark: int) -> int:
    """Perhaps write to the company instead of calling; where people answer messages, somebody waits until they come to it."""
    if p.digital_channels.offered <= 0.0:
        return mark
    if not happens(writes(me.digital_affinity, p.digital_channels.offered), me.luck(DIGITAL, WRITES)):
        return mark
    count.digital_contacts += 1
    if week.uses_message_desk:
        desk = firm.message_agents > 0.0
        me.wrote, me.wrote_of_issue = desk, desk and (mark & ABOUT) != 0
        if desk:
            return 0
    be_answered(me, p, week, count, note, mark, p.digital_channels.response_hours)
    return 0


@step
def be_answered(me, p, week, count, note, mark: int, hours: float):
    """An answer comes after so many hours and solves the matter or does not; whoever is not helped may complain in public."""
    severity, tries = severity_of_matter(me, mark), tries_before(me, mark)
    chance = solves(p.digital_channels.skill, severity, p.digital_channels.hardness)
    solved = happens(chance, me.luck(DIGITAL, IS_HELPED))
    pain = slowness(hours, p.digital_channels.tolerance, p.digital_channels.slowness_hurts) + tangle(p, tries > 0)
    count_contact(count, pain, tries, solved)
    feel_contact(me, p, week, correspondence(solved, me.digital_affinity, p.digital_channels.strangeness, pain))
    if solved:
        note.message_solved(hours)
    else:
        note.message_unsolved(hours)
    closed = solved
    if (mark & ABOUT) != 0:
        closed = recover(me, p, week, count, note, solved, p.accountability.compensates)
    settle(me, p, mark, closed)
    if not solved:
        complain_publicly(me, p, count, note)


@step
def complain_publicly(me, p, count, note):
    """Perhaps complain where everybody reads it."""
    if happens(p.digital_channels.public, me.luck(DIGITAL, GOES_PUBLIC)):
        count.public_complaints += 1
        note.complains_publicly(0.0)


@step
def has_desk(firm, week) -> bool:
    """Whether there are people this week who answer messages, and nothing else."""
    return firm.message_agents > 0.0 if week.uses_message_desk else False


@step
def cost_of_answering(firm, p, week, count) -> int:
    """What answering messages costs: those who do nothing else, or without them each message."""
    paid = conversations(count.digital_contacts, p.digital_channels.cost)
    return cost_of_desk(firm, p, week, paid) if week.uses_message_desk else paid


@step
def cost_of_desk(firm, p, week, paid: int) -> int:
    """What those who answer messages are paid, or what answering costs without them."""
    hours, wage = p.message_desk.hours, p.message_desk.wage
    return wages(firm.message_agents, wage, hours, week.stands_for) if firm.message_agents > 0.0 else paid


@step
def pay_for_messages(firm, p, week, count):
    """What answering messages costs."""
    count.cost_digital += cost_of_answering(firm, p, week, count)


EXAMPLES = (
    example(writes, 0.5, 0.6, becomes=0.3, because="0.5 x 0.6"),
    example(slowness, 24.0, 24.0, 0.3, becomes=0.15, because="a wait as long as the tolerance spoils half"),
    example(differing, True, 0.2, 0.5, becomes=0.1, because="half of the channels are open"),
    example(differing, False, 0.2, 0.5, becomes=0.0, because="the first answer agrees with itself"),
    example(correspondence, True, 0.25, 0.2, 0.15, becomes=0.6, because="0.85 - 0.2 x a half - 0.15"),
    example(correspondence, False, 1.0, 0.2, 0.05, becomes=0.5, because="0.35 + 0.2 - 0.05"),
    example(correspondence, False, 0.0, 0.3, 0.2, becomes=0.0, because="nothing is worse"),
    example(overheard, 3, 5.0, becomes=15, because="each counts for five"),
)
STEP_EXAMPLES = (
    example_of_step(
        be_overheard, count={"public_complaints": 3}, p={"visibility": 5.0}, becomes={"gives": 15}, because="each counts for five",
    ),
    example_of_step(
        tangle, True, p={"personalisation.repetition_hurts": 0.2, "personalisation.remembers": 0.75, "inconsistency": 0.2,
        "offered": 0.5}, becomes={"gives": 0.15}, because="a quarter of 0.2 and half of 0.2",
    ),
    example_of_step(
        write, 17, me={"digital_affinity": 0.5, "issue_severity": 0.4, "satisfaction": 0.5, "expectation": 0.6, "spend": 10.0},
        luck={(CONTACT, "spare"): 0.9, (DIGITAL, WRITES): 0.2, (DIGITAL, IS_HELPED): 0.55, (DIGITAL, GOES_PUBLIC): 0.1},
        p=AS_IT_WAS | {"offered": 0.6, "skill": 0.7, "hardness": 0.5, "response_hours": 24.0, "tolerance": 24.0, "slowness_hurts": 0.3,
                       "strangeness": 0.2, "call_centre.memory": 0.1, "trust.encounter": 0.0, "accountability.acknowledges": 0.0,
                       "accountability.apologises": 0.0, "accountability.speed": 0.0, "accountability.compensates": 2.0},
        becomes={"satisfaction": 0.52, "issue_severity": 0.0, "count.digital_contacts": 1, "count.contacts": 1,
                 "count.effort": FIXED_ONE // 4, "count.solved": 1, "count.first_contacts": 1, "count.solved_at_first": 1,
                 "count.cost_compensation": 2000, "note.message_solved": 24.0, "note.recovered": 0.225, "gives": 0},
        because="0.2 is below 0.5 x 0.6, and 0.55 below 0.7 x 0.8: felt as 0.85 - 0.15, a tenth of the way from 0.5",
    ),
    example_of_step(
        write, 17, me={"digital_affinity": 0.5}, firm={"message_agents": 2}, p={"offered": 0.6}, luck={(DIGITAL, WRITES): 0.2},
        becomes={"wrote": True, "wrote_of_issue": True, "count.digital_contacts": 1, "gives": 0}, because="two people answer messages, who come to it later",
    ),
    example_of_step(
        be_answered, 16, 36.0, me={"satisfaction": 0.5, "expectation": 0.5}, luck={(DIGITAL, IS_HELPED): 0.75, (DIGITAL, GOES_PUBLIC): 0.2},
        p=AS_IT_WAS | {"skill": 0.7, "tolerance": 12.0, "slowness_hurts": 0.2, "strangeness": 0.0, "public": 0.25, "call_centre.memory": 0.1,
                       "trust.encounter": 0.0, "call_centre.unanswered_severity": 0.15},
        becomes={"satisfaction": 0.47, "ledger_service": 0.03, "issue_severity": 0.15, "issue_tries": 1, "count.contacts": 1, "count.first_contacts": 1,
                 "count.effort": int(0.55 * FIXED_ONE), "count.public_complaints": 1, "note.message_unsolved": 36.0,
                 "note.complains_publicly": 0.0},
        because="0.75 is above 0.7: felt as 0.35 less three quarters of 0.2, a tenth of the way from 0.5; 0.2 is below 0.25",
    ),
    example_of_step(
        complain_publicly, p={"public": 0.25}, luck={(DIGITAL, GOES_PUBLIC): 0.2},
        becomes={"count.public_complaints": 1, "note.complains_publicly": 0.0}, because="one of the quarter who do",
    ),
    example_of_step(has_desk, firm={"message_agents": 2}, becomes={"gives": True}, because="two people answer messages"),
    example_of_step(
        cost_of_answering, firm={"message_agents": 2}, count={"digital_contacts": 3}, week={"stands_for": 20.0},
        p={"cost": 4.0, "message_desk.hours": 40.0, "message_desk.wage": 25.0}, becomes={"gives": 10_000},
        because="2 x 40 hours at 25.00, of which a twentieth is simulated",
    ),
    example_of_step(
        cost_of_desk, 1200, p={"message_desk.hours": 40.0, "message_desk.wage": 25.0}, becomes={"gives": 1200}, because="there is nobody",
    ),
    example_of_step(
        pay_for_messages, count={"digital_contacts": 3}, p={"cost": 4.0}, becomes={"count.cost_digital": 1200}, because="4.00 each",
    ),
)  # fmt: skip
