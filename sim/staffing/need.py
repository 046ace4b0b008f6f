"""The people that one queue needs, as if its hour lasted for ever: by the closed forms and by simulation, side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.errors import Mistake
from sim.staffing.day import live
from sim.staffing.habits import Habits
from sim.staffing.plan import MANY, as_calls, refuse_beyond, scheduled, simulated_people
from sim.staffing.targets import Load, Target
from sim.system.arguments import above_nought, whole


class Need(NamedTuple):
    """So many people by one ``way``, and what they do: shares, ``mean_wait`` in minutes. ``scheduled``: with those away."""

    way: str
    people: int
    scheduled: int
    service_level: float
    abandonment: float
    mean_wait: float
    occupancy: float


def needs(
    queue: tuple[float, float, float | None, Habits],
    targets: Sequence[Target],
    most: int | None,
    shrinkage: float,
    seed: int,
) -> list[Need]:
    """The fewest people by each way. ``queue``: calls a minute, minutes a call, mean patience (None: nobody hangs up), habits.

    Raises :class:`Mistake`.
    """
    load = _load(queue)
    if queue[2] is None and any(each.figure == "abandonment" for each in targets):
        raise Mistake("a target of hang-ups needs --patience, the mean minutes until a caller hangs up, such as 3")
    within = next((each.within for each in targets if each.figure == "service_level"), targets[0].within)
    ways = (
        {} if any(each.figure == "abandonment" for each in targets) else {"Erlang C": load._replace(patience=math.inf)}
    )
    ways |= {"Erlang A": load} if load.patience < math.inf else {}
    found = [_of_formula(way, each, targets, within, shrinkage) for way, each in ways.items()]
    people = simulated_people(load, targets, seed)
    refuse_beyond(
        None if most is None else whole("--most", most, 1, 10**7), min(each.people for each in found), load, targets
    )
    return [*found, _simulated(load, people, within, shrinkage, seed)]


def reached(queue: tuple[float, float, float | None, Habits], people: int, within: float, seed: int) -> list[Need]:
    """What so many people do, by each way. ``queue`` as in :func:`needs`; raises :class:`Mistake`."""
    load = _load(queue)
    figures = load.figures(people, within)
    if figures is None:
        raise Mistake(
            f"{people} representatives cannot keep up with {load.erlangs:g} calls at a time: the queue grows without end. "
            f"Take at least {math.floor(load.erlangs) + 1} representatives, or give the callers a patience"
        )
    way = "Erlang C" if load.patience == math.inf else "Erlang A"
    return [
        Need(way, people, people, *(getattr(figures, name) for name in Need._fields[3:])),
        _simulated(load, people, within, 0.0, seed),
    ]


def _load(queue: tuple[float, float, float | None, Habits]) -> Load:
    arrivals, handling = above_nought("--arrivals", queue[0]), above_nought("--handling", queue[1])
    return Load(arrivals, handling, math.inf if queue[2] is None else queue[2], queue[3])


def _simulated(load: Load, people: int, within: float, shrinkage: float, seed: int) -> Need:
    lived = live(as_calls(load), [people], seed, within, MANY)
    figures = (float(lived.figure(name)[0][0]) for name in Need._fields[3:])
    return Need("simulated", people, int(scheduled(np.array([people]), shrinkage)[0]), *figures)


def _of_formula(way: str, load: Load, targets: Sequence[Target], within: float, shrinkage: float) -> Need:
    people = load.people(targets)
    figures = load.figures(people, within)
    assert figures is not None  # they reach a target
    on_roster = int(scheduled(np.array([people]), shrinkage)[0])
    return Need(
        way, people, on_roster, figures.service_level, figures.abandonment, figures.mean_wait, figures.occupancy
    )
