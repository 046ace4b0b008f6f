"""Whoever wants to call must find the number and get through the menu first; some give up before anybody's telephone rings.

Serves S0.1. A menu uses up the very patience with which the caller would have waited; a hidden number is not found at all by
some, and by the others only after a search. A menu also finds the right person, and so saves handling time: that is why
companies have them. Who wanted to speak up about a new issue and gave up has said nothing that the company could hear, and
counts as silent. Sizes are assumptions.
"""

import numpy as np

from sim.compiled import rule
from sim.draws import stream
from sim.examples import example
from sim.parameters import Parameters, parameter

f32 = np.float32

ACCESS = stream("support access")


class SupportAccess(Parameters):
    menu_levels: int = parameter(
        0, "levels", 0, 12, "Menus a caller goes through before joining the queue", "assumption: none unless the scenario says so")  # fmt: skip
    seconds_per_level: float = parameter(
        15.0, "second", 0, 300, "Time one level of the menu takes", "assumption: four or five options read out")  # fmt: skip
    routing: float = parameter(
        0.01, "share", 0, 0.08, "Share of handling time that each level saves, because it finds the right person", "assumption: small")  # fmt: skip
    hidden: float = parameter(
        0.0, "scale 0-1", 0, 1, "How well contact details are hidden: the chance that whoever looks for them gives up",
        "assumption: not unless the scenario says so")  # fmt: skip
    search_minutes: float = parameter(
        5.0, "minute", 0, 240, "Time spent looking for contact details that are hidden completely", "assumption: five minutes")  # fmt: skip
    resentment: float = parameter(
        0.3, "share", 0, 1, "Grievance of somebody who cannot get through, as a share of that of an outright refusal",
        "assumption: nobody said no, but nobody listened")  # fmt: skip


NEUTRAL = {"menu_levels": 0, "hidden": 0.0}


@rule
def menu_minutes(levels: int, seconds: float) -> float:
    """How long the menu takes."""
    return f32(levels) * seconds * f32(1 / 60)


@rule
def before_queue(hidden: float, search: float, menu: float, handed_over: bool) -> float:
    """Minutes spent before joining the queue: searching and in the menu; none for who is handed over by a chatbot."""
    return f32(0) if handed_over else hidden * search + menu


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


EXAMPLES = (
    example(menu_minutes, 4, 30.0, becomes=2.0, because="four times half a minute"),
    example(before_queue, 0.5, 4.0, 1.5, False, becomes=3.5, because="half of a four minutes' search, and the menu"),
    example(before_queue, 0.5, 4.0, 1.5, True, becomes=0.0, because="a chatbot put them through"),
    example(runs_out, 1.0, 2.0, becomes=True, because="one minute of patience, two of menu"),
    example(runs_out, 1.0, 0.0, becomes=False, because="there is no menu"),
    example(patience_left, 5.0, 2.0, becomes=3.0, because="two minutes are used up"),
    example(in_vain, False, 6.0, 0.5, 4.0, becomes=4.0, because="looked everywhere"),
    example(in_vain, True, 6.0, 0.5, 4.0, becomes=8.0, because="two minutes to find it, six of patience"),
    example(routed, 5.0, 4, 0.05, becomes=4.0, because="four levels save a twentieth each"),
)
