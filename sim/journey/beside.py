"""The same customer under two policies, side by side, and the week in which the two lives part."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from sim.errors import Mistake
from sim.journey.story import COLUMNS, Journey, Week, journey, label, stretches, uneventful, wrapped
from sim.journey.telling import FEELINGS
from sim.scenario.whole import Scenario, check_one_beginning, check_one_model

DIFFERENT = 0.005
"""Feelings, on the scale from 0 to 1, that are nearer to one another than this are told as the same."""
LABEL, GAP = 13, " | "
SIDE = (COLUMNS - LABEL - 1 - len(GAP)) // 2
SAME = "(the same)"


@dataclass(frozen=True, eq=False)
class Beside:
    """One customer's two lives; ``first`` is the first week in which they differ, None if they never do."""

    one: Journey
    other: Journey
    first: int | None

    @property
    def lives(self) -> tuple[Journey, Journey]:
        """Both lives."""
        return self.one, self.other

    @property
    def parting(self) -> str:
        """Where the two lives part, in a sentence."""
        if self.first is None:
            return "The two lives do not differ."
        ours, theirs = self.one.weeks[self.first], self.other.weeks[self.first]
        names = [f"\u201c{life.scenario.name}\u201d" for life in (self.one, self.other)]
        ends = [_extra(ours, theirs), _extra(theirs, ours)]
        if not any(ends):
            ends = [_felt(ours), _felt(theirs)]
        told = [f"Under {name}: {end or 'Nothing special.'}" for name, end in zip(names, ends, strict=True)]
        return f"The two lives first differ in week {self.first}. {' '.join(told)}"

    @property
    def text(self) -> str:
        """Both stories in two columns, at most 100 columns wide."""
        title = f"Customer {self.one.customer} under two policies, with the same luck"
        lines = [title, *self.one.heading, "", self.parting]
        names = self.one.scenario.name, self.other.scenario.name
        table = [*_row("", *names), "-" * COLUMNS]
        for row in self.rows:
            table += _row(*row)
        ends = [f"{life.scenario.name}: {life.ending}" for life in (self.one, self.other)]
        return "\n".join([*map(wrapped, lines), "", *table, "", *map(wrapped, ends)])

    @property
    def rows(self) -> Iterator[tuple[str, str, str]]:
        """When, what happened then in the first life, and in the other."""
        for weeks in stretches([self.one.weeks, self.other.weeks]):
            yield label(weeks), *self._cells(weeks)

    def _cells(self, weeks: range) -> tuple[str, str]:
        ours, theirs = (life.weeks[weeks.start : weeks.stop] for life in (self.one, self.other))
        cells = [here[0].text or uneventful(here) for here in (ours, theirs)]
        return cells[0], SAME if cells[0] == cells[1] else cells[1]

    def to_json(self) -> dict[str, Any]:
        """Both journeys and the first week in which they differ, as plain values."""
        return {
            "first_difference": self.first,
            "parting": self.parting,
            "journeys": [self.one.to_json(), self.other.to_json()],
        }


def against(
    scenario: Scenario, other: Scenario, customer: int, replication: int = 0, seed: int = 1, engine: str = "core"
) -> Beside:
    """The same customer, with the same luck, under two scenarios.

    Raises :class:`~sim.errors.Mistake` when there is no such customer or replication, or when the scenarios are of different
    models, do not last equally long, have other warm-ups or do not begin with equally many customers.
    """
    check_one_model([scenario, other])
    check_one_beginning([scenario, other])
    one, two = (journey(each, customer, replication, seed, engine) for each in (scenario, other))
    if len(one.weeks) != len(two.weeks):
        lasts = f"'{scenario.name}' lasts {len(one.weeks)} weeks and '{other.name}' {len(two.weeks)}"
        raise Mistake(f"{lasts}; only equally long lives can be told side by side")
    if one.life.founders != two.life.founders:
        begin = f"'{scenario.name}' begins with {one.life.founders:,} customers and '{other.name}' with {two.life.founders:,}"
        raise Mistake(f"{begin}, so customer {customer} is not the same person in both")
    differing = (week for week in range(len(one.weeks)) if _differ(one.weeks[week], two.weeks[week]))
    return Beside(one, two, next(differing, None))


def _differ(one: Week, other: Week) -> bool:
    """Whether what is told of the two weeks differs."""
    if one.told != other.told or one.provider != other.provider:
        return True
    return any(abs(one.moment.state[name] - other.moment.state[name]) >= DIFFERENT for name in FEELINGS)


def _extra(one: Week, other: Week) -> str:
    """The sentences that only one of the two weeks has."""
    return " ".join(said for said in one.told if said not in other.told)


def _felt(week: Week) -> str:
    """The feelings with one digit more than elsewhere, so that what differs is seen to differ."""
    return ", ".join(f"{name} {week.moment.state[name]:.3f}" for name in FEELINGS) + "."


def _row(name: str, left: str, right: str) -> Iterator[str]:
    """One row of the table, each cell folded to its column."""
    cells = (textwrap.wrap(cell, SIDE, break_on_hyphens=False) for cell in (left, right))
    for k, (ours, theirs) in enumerate(zip_longest(*cells, fillvalue="")):
        yield f"{name if k == 0 else '':<{LABEL}} {ours:<{SIDE}}{GAP}{theirs}".rstrip()
