"""A journey: a customer, their weeks in sentences, and where they end."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sim.journey.person import Person, described
from sim.journey.relive import Life, Moment, relive
from sim.journey.telling import FEELINGS, feelings, felt, sentences
from sim.model.behaviour.person import COMPANY, GONE
from sim.model.events import Circumstances, provider_of, provider_words, weeks_told
from sim.scenario.whole import Scenario

COLUMNS = 100
"""Width of a story as text."""


@dataclass(frozen=True)
class Week:
    """One week: what happened, as events and as sentences, with whom they are after it, and how they feel."""

    moment: Moment
    told: tuple[str, ...]
    change: str
    rivals: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """The week, counted from 0."""
        return self.moment.week

    @property
    def provider(self) -> int:
        """With whom they are after this week."""
        return int(self.moment.state["provider"])

    @property
    def with_whom(self) -> str:
        """With whom, in words; a rival by its name where there are several."""
        return provider_of(self.moment.state, self.rivals)

    @property
    def text(self) -> str:
        """The week in one line; empty when nothing happened."""
        return " ".join(self.told) + (f" [{self.change}]" if self.told and self.change else "")

    def to_json(self) -> dict[str, Any]:
        """The week as plain values."""
        return {
            "week": self.number,
            "with": self.with_whom,
            "events": [{"what": event.what, "amount": event.amount} for event in self.moment.events],
            "told": list(self.told),
            "state": self.moment.state,
        }


@dataclass(frozen=True, eq=False)
class Journey:
    """The story of one customer in one replication."""

    scenario: Scenario
    customer: int
    replication: int
    seed: int
    person: Person
    life: Life

    @property
    def lives(self) -> tuple[Journey, ...]:
        """This one life, where others tell two."""
        return (self,)

    @cached_property
    def weeks(self) -> tuple[Week, ...]:
        """Every week, the uneventful ones too."""
        return tuple(_weeks(self.life, self.scenario))

    @property
    def heading(self) -> list[str]:
        """Who the customer is, in sentences."""
        return heading(self.person, self.customer, self.replication, self.seed)

    @property
    def ending(self) -> str:
        """Where they are after the last week, and how they feel."""
        last = self.weeks[-1]
        if last.provider == GONE:
            return f"After {weeks_told(len(self.weeks))} they have left the market."
        with_whom = f"they are with {last.with_whom}"
        stayed = last.provider == COMPANY and last.moment.state["tenure"] >= len(self.weeks)
        always = " and never left" if stayed and int(self.life.start["provider"]) == COMPANY else ""
        return f"After {weeks_told(len(self.weeks))} {with_whom}{always}: {feelings(last.moment.state)}."

    @property
    def text(self) -> str:
        """The whole story, at most 100 columns wide."""
        lines = [f"Customer {self.customer} under \u201c{self.scenario.name}\u201d", *self.heading, ""]
        lines += [f"{label}: {said}" for label, said in self.rows]
        return "\n".join(wrapped(line) for line in [*lines, "", self.ending])

    @property
    def rows(self) -> Iterator[tuple[str, str]]:
        """When, and what happened then: eventful weeks one by one, uneventful ones together."""
        for weeks in stretches([self.weeks]):
            here = self.weeks[weeks.start : weeks.stop]
            yield label(weeks), here[0].text or uneventful(here)

    def to_json(self) -> dict[str, Any]:
        """The journey as plain values."""
        return {
            "scenario": self.scenario.name,
            "fingerprint": self.scenario.fingerprint,
            "customer": self.customer,
            "replication": self.replication,
            "seed": self.seed,
            "person": self.person.to_json(),
            "weeks": [week.to_json() for week in self.weeks],
            "ending": self.ending,
        }


def journey(scenario: Scenario, customer: int, replication: int = 0, seed: int = 1, engine: str = "core") -> Journey:
    """The story of one customer, replayed from its counters by either engine.

    ``customer``: 0 and up, the company's customers of week 0 first (in the order of the customer file), then the rival's.
    Raises :class:`~sim.errors.Mistake` when there is no such customer or replication.
    """
    life = relive(scenario, customer, replication, seed, engine)
    return Journey(scenario, customer, replication, seed, described(scenario, customer, life), life)


def heading(person: Person, customer: int, replication: int, seed: int) -> list[str]:
    """Who a customer is, in sentences."""
    said = [f"Replication {replication}, seed {seed}."]
    if person.line is not None:
        row = ", ".join(f"{name} {value}" for name, value in (person.row or {}).items())
        said.append(f"Line {person.line} of {person.file}{': ' + row if row else ''}.")
    if person.segment is not None:
        said.append(f"Segment: {person.segment}.")
    unusual = ", ".join(person.unusual) if person.unusual else "in no trait unlike most"
    said.append(f"The customer is {unusual}.")
    if person.from_file:
        said.append(
            f"From the file: {', '.join(name.replace('_', ' ') for name in person.from_file)}; the rest is drawn."
        )
    return [*said, f"Before week 0: {person.beginning}."]


def _weeks(life: Life, scenario: Scenario) -> Iterator[Week]:
    before, fitted = life.start, frozenset[int]()
    for moment in life.moments:
        rivals = scenario.model.rivals
        own = provider_of(before, rivals)
        other = provider_words(1 - before["provider"])
        here = Circumstances(int(before["provider"]), scenario.currency, before, (), own, other, rivals)
        same = own == provider_of(moment.state, rivals)
        told = *_rules_told(fitted, moment, scenario), *sentences(moment.events, here, scenario.model)
        yield Week(moment, told, felt(before, moment.state) if same else "", rivals)
        before, fitted = moment.state, frozenset(moment.rules)


def _rules_told(before: frozenset[int], moment: Moment, scenario: Scenario) -> Iterator[str]:
    """Which rules begin or cease to hold for somebody; those for everybody are told of nobody."""
    for place, rule in enumerate(scenario.addressed.rules):
        if not rule.for_all and (place in moment.rules) != (place in before):
            begins = place in moment.rules
            yield f"Rule {place + 1} ({rule.whom}) {'holds for them from now on' if begins else 'no longer holds for them'}."


def stretches(lives: Sequence[Sequence[Week]]) -> Iterator[range]:
    """Weeks as they are told: an eventful one (in any of the lives) by itself, uneventful ones together."""
    start = 0
    for week in range(len(lives[0])):
        if any(life[week].told for life in lives):
            if start < week:
                yield range(start, week)
            yield range(week, week + 1)
            start = week + 1
    if start < len(lives[0]):
        yield range(start, len(lives[0]))


def label(weeks: range) -> str:
    """``Week 14`` or ``Weeks 3\u201311``."""
    return f"Week {weeks[0]}" if len(weeks) == 1 else f"Weeks {weeks[0]}\u2013{weeks[-1]}"


def uneventful(weeks: Sequence[Week]) -> str:
    """A stretch in which nothing happened: with whom they are and how they feel."""
    first, last = weeks[0].moment.state, weeks[-1].moment.state
    if weeks[-1].provider == GONE:
        return "gone."
    told = [_course(name, first[name], last[name]) for name in FEELINGS if name != "grievance" or first[name] >= 0.05]
    elsewhere = "" if weeks[0].provider == COMPANY else f"with {weeks[0].with_whom}; "
    return f"{elsewhere}nothing special; {', '.join(told)}."


def _course(name: str, first: float, last: float) -> str:
    before, after = f"{first:.2f}", f"{last:.2f}"
    return f"{name} {after}" if before == after else f"{name} {before} \u2192 {after}"


def wrapped(line: str) -> str:
    """A line of the story, folded at 100 columns."""
    return textwrap.fill(line, COLUMNS, subsequent_indent="    ", break_on_hyphens=False) if line else ""
