"""A chatbot answers first: cheap, quick with trifles, a dead end with what is hard, and worse when it poses as a person.

Serves S0.1, S4.4. Sources: Gartner 2019 and 2024, 9 to 14 % of all issues are resolved in self-service and 36 % of very simple
ones, at about 0.10 a contact; Luo, Tong, Fang & Qu 2019 (Marketing Science 38:937-947), a chatbot that is known to be one is
received much worse than an equally able person, less so by those used to such things. Sizes are assumptions.
"""

from sim.model.behaviour.conversation import (
    HANDED,
    count_contact,
    feel_contact,
    rankle,
    settle,
    severity_of_matter,
    tries_before,
)
from sim.model.behaviour.ledger import OF_SERVICE, lost, suffered
from sim.model.behaviour.trust import shaken
from sim.model.examples import AS_IT_WAS, example, example_of_step
from sim.model.numeric import FIXED_ONE, share
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.random import happens, stream
from sim.model.rules import f32, i64, rule
from sim.model.steps import step

CHATBOT = stream("chatbot")
"""Four draws a contact: whether it meets the bot, whether that helps, whether it hands over, and whether it is seen through."""
MEETS, IS_HELPED, IS_HANDED_OVER, MEETS_POSER = range(4)
"""What these draws decide."""


class Chatbot(Parameters):
    share: float = parameter(
        0.0, "share", 0, 1, "Share of contacts that meet the chatbot first",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    resolution: float = parameter(
        0.19, "share", 0, 1, "Chance that the chatbot resolves a slight matter",
        "literature: Gartner 2024, 14 % of all issues; set so that about as many conversations end with the matter solved; "
        "a question to the company once it has one; 9 % of all issues in 2019, 36 % of very simple ones", plausible=(0.07, 0.4, "log"))  # fmt: skip
    hardness: float = parameter(
        1.0, "ratio", 0, 1, "Share of it that an issue of full severity defeats",
        "assumption: all; nobody's catastrophe is in the script; plausibly half to all", plausible=(0.5, 1.0))  # fmt: skip
    escalation: float = parameter(
        0.5, "share", 0, 1, "Chance that somebody whom the chatbot failed is put through to a person",
        "assumption: every other", plausible=CERTAIN)  # fmt: skip
    resentment: float = parameter(
        0.5, "share", 0, 1, "Grievance of a dead end, as a share of that of an outright refusal",
        "assumption: half; there was nobody to refuse; plausibly a fifth to nine tenths", plausible=(0.2, 0.9))  # fmt: skip
    coldness: float = parameter(
        0.25, "scale 0-1", 0, 1, "What knowing it is a machine takes off a conversation, for someone who is not used to them",
        "literature: Luo et al. 2019 give the sign; size assumed; "
        "plausibly a twelfth to a half", plausible=(0.08, 0.5, "log"))  # fmt: skip
    pretends: float = parameter(
        0.0, "share", 0, 1, "Share of conversations in which the chatbot poses as a person",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    detection: float = parameter(
        0.3, "share", 0, 1, "Share of these in which it is found out",
        "assumption: three in ten; plausibly one in ten to seven in ten", plausible=(0.1, 0.7))  # fmt: skip
    distrust: float = parameter(
        0.15, "share", 0, 1, "Share of trust lost on finding out",
        "assumption: a seventh; plausibly a twentieth to two fifths", plausible=(0.05, 0.4, "log"))  # fmt: skip
    cost: float = parameter(
        0.10, "currency", 0, 1000, "Cost of one conversation", "literature: Gartner 2019, about 0.10 a self-service contact; "
        "a question to the company; with large language models several times as much", plausible=(0.03, 0.6, "log"))  # fmt: skip


NEUTRAL = {"share": 0.0}

_HELPED, _STUCK = f32(0.8), f32(0.2)
"""How a conversation is felt that solves the matter (as a good call without a wait), and one that does not."""


@rule
def helps(resolution: float, severity: float, hardness: float) -> float:
    """The chance that the chatbot resolves an issue of this severity."""
    return resolution * (f32(1) - hardness * severity)


@rule
def poses(luck: float, pretends: float) -> bool:
    """Whether the chatbot poses as a person in this conversation."""
    return luck < pretends


@rule
def found_out(luck: float, pretends: float, detection: float) -> bool:
    """Whether it does so and is found out."""
    return luck < pretends * detection


@rule
def conversation(solved: bool, known: bool, coldness: float, affinity: float) -> float:
    """How a conversation was: helpful or not, less the chill of a machine when it is known to be one."""
    chill = coldness * (f32(1) - affinity) if known else f32(0)
    return share((_HELPED if solved else _STUCK) - chill)


@rule
def conversations(count: int, cost: float) -> int:
    """What so many conversations or messages cost, in whole cents."""
    return i64(f32(count) * cost * f32(100) + f32(0.5))


COUNTS = ("bot_contacts", "bot_solved")
MONEY_OUT = ("cost_chatbot",)
EVENTS = {
    "bot_solves": "They asked the chatbot, which solved it.",
    "bot_fails": "They asked the chatbot, which could not help; there it ended.",
    "bot_hands_over": "They asked the chatbot, which could not help and handed them over.",
    "bot_found_out": "They found out that it was no person, and lost {percent} of their trust.",
}


@step
def ask_bot(me, p, week, count, note, mark: int) -> int:
    """Perhaps meet the chatbot first; it solves the matter, hands over to a person, or is a dead end."""
    if p.chatbot.share <= 0.0:
        return mark
    meets, helped = me.luck(CHATBOT, MEETS), me.luck(CHATBOT, IS_HELPED)
    hands_over, posing = me.luck(CHATBOT, IS_HANDED_OVER), me.luck(CHATBOT, MEETS_POSER)
    if not happens(p.chatbot.share, meets):
        return mark
    severity = severity_of_matter(me, mark)
    solved = happens(helps(p.chatbot.resolution, severity, p.chatbot.hardness), helped)
    handed = not solved and happens(p.chatbot.escalation, hands_over)
    caught = found_out(posing, p.chatbot.pretends, p.chatbot.detection)
    known = caught or not poses(posing, p.chatbot.pretends)
    count.bot_contacts += 1
    count.bot_solved += solved
    if solved:
        note.bot_solves(0.0)
    elif handed:
        note.bot_hands_over(0.0)
    else:
        note.bot_fails(0.0)
    if caught:
        see_through_bot(me, p, week, note)
    if handed:
        return mark | HANDED
    count_contact(count, 0.0, tries_before(me, mark), solved)
    feel_contact(me, p, week, conversation(solved, known, p.chatbot.coldness, me.digital_affinity))
    if not solved:
        rankle(me, p, week, severity, p.chatbot.resentment)
    settle(me, p, mark, solved)
    return 0


@step
def see_through_bot(me, p, week, note):
    """It posed as a person and was found out."""
    before = me.trust
    me.trust = suffered(before, shaken(before, p.chatbot.distrust), p.ledger.without == OF_SERVICE)
    me.ledger_service += lost(before, me.trust) * week.rate
    note.bot_found_out(p.chatbot.distrust)


@step
def pay_for_bot(p, count):
    """What the chatbot's conversations cost."""
    count.cost_chatbot += conversations(count.bot_contacts, p.chatbot.cost)


EXAMPLES = (
    example(helps, 0.4, 0.5, 1.0, becomes=0.2, because="0.4 x (1 - 0.5)"),
    example(poses, 0.2, 0.5, becomes=True, because="in half of the conversations"),
    example(poses, 0.5, 0.5, becomes=False, because="not in this one"),
    example(found_out, 0.1, 0.5, 0.3, becomes=True, because="0.1 is below 0.5 x 0.3"),
    example(found_out, 0.2, 0.5, 0.3, becomes=False, because="it poses, but nobody notices"),
    example(conversation, True, False, 0.3, 0.5, becomes=0.8, because="as good as a person"),
    example(conversation, True, True, 0.3, 0.5, becomes=0.65, because="0.8 less half of 0.3"),
    example(conversation, False, True, 0.3, 0.0, becomes=0.0, because="stuck with a machine, nothing is worse"),
    example(conversations, 30, 0.1, becomes=300, because="thirty at 0.10"),
)
STEP_EXAMPLES = (
    example_of_step(
        ask_bot, 17, me={"issue_severity": 0.5, "issue_tries": 1},
        luck={(CHATBOT, MEETS): 0.4, (CHATBOT, IS_HELPED): 0.5, (CHATBOT, IS_HANDED_OVER): 0.3, (CHATBOT, MEETS_POSER): 0.9},
        p={"share": 0.5, "resolution": 0.4, "hardness": 1.0, "escalation": 0.4},
        becomes={"count.bot_contacts": 1, "note.bot_hands_over": 0.0, "gives": 17 | HANDED},
        because="0.5 is not below 0.4 x 0.5, but 0.3 is below 0.4: a person takes over",
    ),
    example_of_step(
        ask_bot, 17, me={"issue_severity": 0.5, "issue_tries": 1, "satisfaction": 0.5, "expectation": 0.7, "digital_affinity": 0.5},
        luck={(CHATBOT, MEETS): 0.4, (CHATBOT, IS_HELPED): 0.19, (CHATBOT, IS_HANDED_OVER): 0.3, (CHATBOT, MEETS_POSER): 0.9},
        p=AS_IT_WAS | {"share": 0.5, "resolution": 0.4, "hardness": 1.0, "coldness": 0.2, "call_centre.memory": 0.5,
                       "trust.encounter": 0.0},
        becomes={"satisfaction": 0.6, "issue_severity": 0.0, "issue_tries": 0, "count.bot_contacts": 1, "count.bot_solved": 1,
                 "count.contacts": 1, "count.effort": 0.25 * FIXED_ONE, "count.solved": 1, "note.bot_solves": 0.0, "gives": 0},
        because="0.19 is below 0.4 x 0.5: solved, and felt as 0.8 less half of the chill of 0.2, half way from 0.5",
    ),
    example_of_step(
        see_through_bot, me={"trust": 0.8}, week={"rate": 2.0}, p={"distrust": 0.25},
        becomes={"trust": 0.6, "ledger_service": 0.4, "note.bot_found_out": 0.25}, because="a quarter of 0.8",
    ),
    example_of_step(pay_for_bot, count={"bot_contacts": 30}, p={"cost": 0.1}, becomes={"count.cost_chatbot": 300}, because="0.10 each"),
)  # fmt: skip
