"""A staffing plan: people by the hour for a week of calls, and what a week does that is lived with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.data.call_table import WeekTable
from sim.errors import Mistake
from sim.staffing.day import CALLERS, Calls, Lived, live
from sim.staffing.habits import USUAL, Habits
from sim.staffing.shifts import Shift, ShiftPlan, covering
from sim.staffing.targets import Load, Target

ROUNDS = 40
"""How often people are added where the lived week falls short, at most."""
SURE = 2.0
"""Standard errors by which a stretch must miss a target for people to be added."""
A_DAY = 1440.0
MANY = 2_000_000
"""Callers where a single number of people is asked for, which a few more served in time could make another."""

People = NDArray[np.int64]


def as_calls(load: Load) -> Calls:
    """A load as calls that come alike day and night."""
    return Calls(np.array([load.arrivals * A_DAY]), np.array([load.handling]), A_DAY, load.patience, load.habits)


def simulated_people(load: Load, targets: Sequence[Target], seed: int) -> int:
    """The fewest people with whom simulated callers are served as the targets ask, beginning from what the formula says."""

    def reached(people: int) -> bool:
        return not short_of(targets, as_calls(load), np.array([people]), seed, 0.0, MANY).any()

    found = load.people(targets)
    while not reached(found):
        found += 1
    while found > 1 and load.figures(found - 1) is not None and reached(found - 1):
        found -= 1
    return found


def short_of(
    targets: Sequence[Target], calls: Calls, people: People, seed: int, sure: float = SURE, callers: int = CALLERS
) -> NDArray[np.bool_]:
    """In which stretches the lived week misses a target by more than luck, ``sure`` standard errors."""
    lived = {within: live(calls, people, seed, within, callers) for within in {each.within for each in targets}}
    missed = np.zeros(len(people), bool)
    for each in targets:
        mean, error = lived[each.within].figure(each.figure)
        better = mean + sure * error * (1 if each.figure == "service_level" else -1)
        missed |= ~np.isnan(better) & ~np.array([each.met(value) for value in better])
    return missed & (calls.number > 0)


@dataclass(frozen=True)
class Plan:
    """People by stretch. ``formula``: name → people (stretches) by each closed form; ``needed``: where the lived week keeps the
    targets; ``present``: who is there, by the shifts if there are any; ``scheduled``: with those on leave, ill or in training.
    """

    table: WeekTable
    calls: Calls
    targets: tuple[Target, ...]
    formula: dict[str, People]
    needed: People
    present: People
    scheduled: People
    shifts: ShiftPlan | None = None
    seed: int = 1

    @cached_property
    def lived(self) -> Lived:
        """The week lived with who is present."""
        return live(self.calls, self.present, self.seed, self.within)

    @cached_property
    def one_less(self) -> Lived:
        """The same callers with one person less in every stretch that has somebody."""
        return live(self.calls, np.maximum(self.present - 1, 0), self.seed, self.within)

    @cached_property
    def missed(self) -> NDArray[np.bool_]:
        """Stretches in which the lived week misses a target by more than luck."""
        return short_of(self.targets, self.calls, self.present, self.seed)

    @property
    def within(self) -> float:
        """Minutes within which a call must be answered to count for the service level."""
        levels = [each.within for each in self.targets if each.figure == "service_level"]
        return levels[0] if levels else Target("service_level", 1.0).within

    @property
    def worst(self) -> int:
        """The stretch of the lowest service level."""
        return int(np.nanargmin(self.lived.figure("service_level")[0]))

    @property
    def alone(self) -> NDArray[np.bool_]:
        """Open stretches in which people call and nobody is there."""
        return (self.calls.number > 0) & (self.present == 0)

    @property
    def staffed_hours(self) -> float:
        """Hours paid in a week: of the shifts, or of who is scheduled by the stretch."""
        return self.shifts.hours if self.shifts else float(self.scheduled.sum() * self.table.minutes / 60)


def calls_of(table: WeekTable, handling: float | None, patience: float | None, habits: Habits = USUAL) -> Calls:
    """The calls of a table; ``handling`` (minutes) for what it does not tell. Raises :class:`Mistake` where nothing does."""
    told = table.handling if table.handling is not None else np.full(len(table.calls), np.nan)
    count = np.nan_to_num(table.calls)
    untold = (count > 0) & ~(np.nan_to_num(told) > 0)
    if handling is not None and not untold.any():
        raise Mistake(
            "the table tells how long calls take in every hour; leave --handling out, or that column of the table"
        )
    if untold.any() and handling is None:
        where = f" at {table.name(int(np.argmax(untold)))}" if table.handling is not None else ""
        raise Mistake(
            f"the table does not tell how long a call takes{where}; add --handling with the mean minutes, such as 4.5"
        )
    filled = np.where(np.nan_to_num(told) > 0, told, handling or 1.0)
    return Calls(count, filled, float(table.minutes), math.inf if patience is None else patience, habits)


def loads(calls: Calls) -> list[Load]:
    """The load of each stretch, as if it lasted for ever."""
    rate = calls.number / calls.minutes
    return [Load(float(r), float(h), calls.patience, calls.habits) for r, h in zip(rate, calls.handling, strict=True)]


def people_by_formula(calls: Calls, targets: Sequence[Target]) -> dict[str, People]:
    """The fewest people of each stretch, by Erlang-C and, where callers hang up, by Erlang-A. Raises :class:`Mistake`."""
    patient = any(each.figure == "abandonment" for each in targets)
    found = {}
    if not patient:
        found["Erlang C"] = _people([load._replace(patience=math.inf) for load in loads(calls)], targets)
    if calls.patience < math.inf:
        found["Erlang A"] = _people(loads(calls), targets)
    if not found:
        raise Mistake("a target of hang-ups needs --patience, the mean minutes until a caller hangs up, such as 3")
    return found


def _people(every: list[Load], targets: Sequence[Target]) -> People:
    known = {load: load.people(targets) for load in set(every)}
    return np.array([known[load] for load in every], np.int64)


def plan_for(
    table: WeekTable, calls: Calls, targets: Sequence[Target], most: int | None, shrinkage: float, seed: int
) -> Plan:
    """People by stretch that reach the targets. ``most``: at the same time; raises :class:`Mistake` where these are too few."""
    formula = people_by_formula(calls, targets)
    needed = list(formula.values())[-1].copy()
    if most is None or needed.max() <= most:
        for _ in range(ROUNDS):
            missed = short_of(targets, calls, needed, seed)
            first = missed & ~np.roll(missed, 1)  # what comes after may only have inherited its queue
            if not missed.any():
                break
            needed = needed + (first if first.any() else missed)
    hardest = int(np.argmax(needed))
    refuse_beyond(most, int(needed[hardest]), loads(calls)[hardest], targets, f" at {table.name(hardest)}")
    return Plan(table, calls, tuple(targets), formula, needed, needed, scheduled(needed, shrinkage), None, seed)


def scheduled(present: People, shrinkage: float) -> People:
    """Who must be on the roster so that so many are there, with this share on leave, ill, in training or on a break."""
    return np.ceil(present / (1 - shrinkage) - 1e-9).astype(np.int64)


def with_shifts(plan: Plan, shifts: Sequence[Shift], shrinkage: float) -> Plan:
    """The plan with the cheapest shifts that cover it. Raises :class:`Mistake`."""
    found = covering(plan.scheduled, shifts, plan.table.minutes)
    present = np.floor(found.there * (1 - shrinkage) + 1e-6).astype(np.int64)
    present = np.where(plan.table.open, present, 0)  # nobody answers closed lines
    return replace(plan, present=present, scheduled=np.ceil(found.there - 1e-9).astype(np.int64), shifts=found)


def refuse_beyond(most: int | None, needed: int, load: Load, targets: Sequence[Target], when: str = "") -> None:
    """Raise :class:`Mistake` where more people are needed than there may be, saying what these reach."""
    if most is None or needed <= most:
        return
    told = []
    for each in targets:
        found = load.figures(most, each.within)
        told.append("a queue that grows without end" if found is None else feasible(each, getattr(found, each.figure)))
    raise Mistake(
        f"{' and '.join(map(str, targets))} takes {needed} people{when} ({load.erlangs:.1f} calls at a time), and --most allows "
        f"{most}, with whom there would be {' and '.join(dict.fromkeys(told))}; allow {needed}, or ask for less"
    )


def feasible(target: Target, value: float) -> str:
    """What a target's figure would be."""
    if target.figure == "mean_wait":
        return f"a mean wait of {value * 60:.0f} s"
    return str(target._replace(bound=round(value, 3))).replace(" at most", " of")
