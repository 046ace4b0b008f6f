"""Who tells friends and the public about a provider, and whether well or ill.

Serves S0.7, S2.1, S2.2, S4.6. Sources: Anderson 1998 (J. Service Research 1:5-17), talk rises with extreme satisfaction and more
with dissatisfaction; East, Hammond & Wright 2007 (IJRM 24:175-184), positive talk is about three times as common as
negative among viable firms. Rates are assumptions.
"""

from sim.model.behaviour.person import COMPANY, GONE, MOOD, TALKS
from sim.model.events import Circumstances, provider_words
from sim.model.examples import example, example_of_step
from sim.model.mechanisms.referral import spurred
from sim.model.parameters import Parameters, parameter
from sim.model.random import happens
from sim.model.rules import f32, rule
from sim.model.steps import step


class Talk(Parameters):
    base: float = parameter(
        0.02, "per week", 0, 1, "Chance that someone of average talkativeness mentions the provider",
        "assumption: once a year unprompted")  # fmt: skip
    strong: float = parameter(
        0.10, "per week", 0, 2, "Extra chance per unit of satisfaction above or below the middle",
        "literature: Anderson 1998 gives the U shape, the size is assumed")  # fmt: skip
    grievance: float = parameter(
        0.15, "per week", 0, 2, "Extra chance per unit of grievance", "assumption: the aggrieved talk")  # fmt: skip
    pivot: float = parameter(
        0.70, "scale 0-1", 0, 1, "Satisfaction from which people speak well",
        "literature: East, Hammond & Wright 2007: set so that good talk is about three times as common as bad")  # fmt: skip


@rule
def talks(satisfaction: float, grievance: float, talkative: float, base: float, strong: float, angry: float) -> float:
    """The chance that someone this talkative talks this week."""
    feeling = satisfaction - f32(0.5)
    return talkative * (base + strong * (feeling if feeling > f32(0) else -feeling) + angry * grievance)


@rule
def speaks_well(satisfaction: float, grievance: float, pivot: float) -> bool:
    """Whether what is said is good: satisfaction less the grievance, against the pivot.

    The pivot lies above the middle of the scale, so that talk out of a grievance is ill talk for nearly everybody.
    """
    return satisfaction - grievance >= pivot


COUNTS = ("talkers", "heard_well", "heard_ill")


def _spoken(how: str, hearers: float, here: Circumstances) -> str:
    """What somebody said of their provider, and to how many."""
    count = round(hearers)
    heard = {0: "but nobody heard it", 1: "and 1 person heard it"}.get(count, f"and {count} people heard it")
    return f"They spoke {how} of {provider_words(here.provider)}, {heard}."


EVENTS = {
    "tells_well": lambda hearers, here: _spoken("well", hearers, here),
    "tells_ill": lambda hearers, here: _spoken("ill", hearers, here),
}


@step
def talks_now(me, p) -> bool:
    """Whether somebody tells their friends about the own provider this week."""
    mine = me.provider == COMPANY and speaks_well(me.satisfaction, me.grievance, p.talk.pivot)
    chance = spurred(
        talks(me.satisfaction, me.grievance, me.talkativeness, p.talk.base, p.talk.strong, p.talk.grievance),
        p.referral.reward, p.referral.eagerness, mine,
    )  # fmt: skip
    return me.provider != GONE and happens(chance, me.luck(MOOD, TALKS))


@step
def says_well(me, p) -> bool:
    """Whether what somebody says is good."""
    return speaks_well(me.satisfaction, me.grievance, p.talk.pivot)


@step
def be_heard(me, count, note, well: bool, hearers: int):
    """So many people have heard it."""
    mine = me.provider == COMPANY
    count.talkers += mine
    count.heard_well += hearers if mine and well else 0
    count.heard_ill += hearers if mine and not well else 0
    if well:
        note.tells_well(hearers)
    else:
        note.tells_ill(hearers)


EXAMPLES = (
    example(talks, 0.8, 0.0, 2.0, 0.02, 0.1, 0.15, becomes=0.1, because="2 x (0.02 + 0.1 x 0.3)"),
    example(talks, 0.3, 0.4, 1.0, 0.02, 0.1, 0.15, becomes=0.1, because="0.02 + 0.1 x 0.2 + 0.15 x 0.4"),
    example(speaks_well, 0.8, 0.2, 0.5, becomes=True, because="0.8 - 0.2 is above 0.5"),
    example(speaks_well, 0.8, 0.4, 0.5, becomes=False, because="0.8 - 0.4 is below 0.5"),
)
STEP_EXAMPLES = (
    example_of_step(
        talks_now, me={"satisfaction": 0.8, "talkativeness": 2.0}, luck={(MOOD, TALKS): 0.19},
        p={"base": 0.02, "strong": 0.1, "pivot": 0.7, "referral.reward": 1.0, "referral.eagerness": 0.2}, becomes={"gives": True},
        because="0.19 is below 2 x (0.02 + 0.1 x 0.3) + half of 0.2 for the reward",
    ),
    example_of_step(says_well, me={"satisfaction": 0.8, "grievance": 0.2}, p={"pivot": 0.7}, becomes={"gives": 0}, because="0.6"),
    example_of_step(
        be_heard, True, 3, becomes={"count.talkers": 1, "count.heard_well": 3, "note.tells_well": 3}, because="three heard it",
    ),
)  # fmt: skip
