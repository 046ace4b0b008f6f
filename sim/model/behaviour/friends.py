"""A friend who leaves a provider is seen to: it makes others look around, and what was shared with the friend holds them less.

Serves S0.7, S2.1. What friends *say* is told in :mod:`sim.model.behaviour.talk`; here it is what they do. Sources: Nitzan & Libai 2011
(J. Marketing 75(6):24-38), a neighbour who defected goes with 80 % more defection among a million customers of a telephone company,
after what is known of them is allowed for, and the effect fades with time; Aral, Muchnik & Sundararajan 2009 (PNAS
106:21544-21549), more than half of what looks like influence among friends is that they are alike. So the defaults stand for well
under half of the 80 %. Departures that come of it count as the rival's among the reasons of leaving.
"""

from sim.model.behaviour.grievance import fading
from sim.model.behaviour.person import COMPANY, GONE, RIVAL
from sim.model.behaviour.talk import moved_lately
from sim.model.columns import Column
from sim.model.examples import example, example_of_step
from sim.model.parameters import Parameters, parameter
from sim.model.rules import rule
from sim.model.steps import step


class Friends(Parameters):
    wake: float = parameter(
        0.008, "per week", 0, 1, "Extra chance to compare providers for each friend who has just left one's own",
        "literature: Nitzan & Libai 2011 and Aral et al. 2009; size assumed: with loosen, nearly a quarter more leave within a quarter of a year; "
        "plausibly a quarter to double", plausible=(0.002, 0.016, "log"))  # fmt: skip
    loosen: float = parameter(
        0.03, "share", 0, 1, "How much less of a discount another provider must offer for each friend who has just left one's own",
        "literature: as for wake; size assumed; plausibly a quarter to double", plausible=(0.008, 0.06, "log"))  # fmt: skip
    half_life: float = parameter(
        8.0, "weeks", 0.5, 520, "Time in which half of it has faded",
        "literature: Nitzan & Libai 2011: it decays exponentially; how fast is assumed; "
        "plausibly a month to half a year", plausible=(4, 26, "log"))  # fmt: skip


COLUMNS = (Column("friends_gone", "number", "Friends who have left the own provider, each less the longer ago it was"),)
EVENTS = {"friend_leaves": lambda amount, here: f"A friend of theirs left {here.own}."}


@rule
def loosened(hurdle: float, gone: float, loosen: float) -> float:
    """The discount that another provider must offer whoever has seen so many friends leave."""
    return hurdle - loosen * gone


@step
def has_just_moved(me, week) -> bool:
    """Whether somebody changed providers at the end of last week."""
    return me.provider != GONE and moved_lately(me.moved_in, week.number, 1)


@step
def provider_left(me, week) -> int:
    """Which provider somebody has left who has just moved: 0 the company, 1 the rival, or the first of several, and so on."""
    if week.several:
        return me.left_last
    return RIVAL if me.provider == COMPANY else COMPANY


@step
def see_friend_leave(me, week, note, shown: int):
    """A friend has left this provider; it concerns whoever is with it."""
    own = me.provider
    if week.several:
        own = number_of_own(me)
    if me.provider != GONE and own == shown:
        me.friends_gone += 1.0
        note.friend_leaves(0.0)


@step
def number_of_own(me) -> int:
    """Which of several providers somebody is with: 0 the company, 1 the first rival and so on."""
    return COMPANY if me.provider == COMPANY else me.rival + 1


@step
def get_used_to_it(me, p):
    """That friends are gone matters less every week."""
    me.friends_gone *= fading(p.friends.half_life)


EXAMPLES = (
    example(loosened, 0.2, 1.5, 0.1, becomes=0.05, because="a tenth for one, and half of it for another a while ago"),
)
STEP_EXAMPLES = (
    example_of_step(has_just_moved, me={"moved_in": 6}, week={"number": 6}, becomes={"gives": True}, because="moved after week 5"),
    example_of_step(has_just_moved, me={"moved_in": 5}, week={"number": 6}, becomes={"gives": False}, because="the week before that"),
    example_of_step(provider_left, me={"provider": RIVAL}, becomes={"gives": COMPANY}, because="came to the rival"),
    example_of_step(
        provider_left, me={"provider": RIVAL, "rival": 1, "left_last": 1}, becomes={"gives": 1},
        because="came from the first rival to the second", rivals=2,
    ),
    example_of_step(
        see_friend_leave, COMPANY, me={"friends_gone": 0.5}, becomes={"friends_gone": 1.5, "note.friend_leaves": 0.0},
        because="one more, half forgotten the one before",
    ),
    example_of_step(see_friend_leave, COMPANY, me={"provider": RIVAL}, becomes={}, because="the friend was with another provider"),
    example_of_step(
        see_friend_leave, 2, me={"provider": RIVAL, "rival": 1}, becomes={"friends_gone": 1.0, "note.friend_leaves": 0.0},
        because="both were with the second rival", rivals=2,
    ),
    example_of_step(number_of_own, me={"provider": RIVAL, "rival": 1}, becomes={"gives": 2}, because="the second rival", rivals=2),
    example_of_step(get_used_to_it, me={"friends_gone": 2.0}, p={"half_life": 1.0}, becomes={"friends_gone": 1.0}, because="half fades"),
)  # fmt: skip
