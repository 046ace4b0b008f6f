"""People on the phone and the calls that come: whether they stand idle or drown, and how many would serve (Erlang-A)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sim.data.questions import UNKNOWN
from sim.model.component import builtin
from sim.scenario.sections import traits
from sim.scenario.validation import bounds
from sim.theory.erlang import erlang_a

if TYPE_CHECKING:
    from sim.scenario.whole import Scenario

IDLE, DROWNING = 0.2, 0.1
"""The share of their time that people on the phone talk below which they stand idle; of callers who hang up, above which
they drown."""
LEVEL = 0.8
"""The share of calls answered within 20 seconds for which people on the phone are reckoned where nobody knows how many there
are."""


@dataclass(frozen=True)
class Lines:
    """Telephone lines: open so many ``hours`` a week; minutes of ``handling`` a call, and of ``patience`` of a caller."""

    hours: float
    handling: float
    patience: float

    def queue(self, calls: float, people: int) -> Any:
        """The queue of so many calls a week."""
        return erlang_a(max(calls, 1e-6) / (self.hours * 60), self.handling, max(people, 1), self.patience)

    def needed(self, calls: float) -> int:
        """As few people as answer :data:`LEVEL` of so many calls a week within 20 seconds."""
        few, many = 0, 1 + int(calls * self.handling / (self.hours * 60))
        while self.queue(calls, many).service_level < LEVEL:
            few, many = many, 2 * many
        while many - few > 1:
            middle = (few + many) // 2
            few, many = (few, middle) if self.queue(calls, middle).service_level >= LEVEL else (middle, many)
        return many


@dataclass(frozen=True)
class Phone:
    """Calls and people on the phone: as told, or else as the model expects them (``known`` says which)."""

    calls: float
    modelled: float
    representatives: int
    known: frozenset[str]
    questions: float | None
    lines: Lines

    @cached_property
    def sentences(self) -> list[str]:
        """What does not fit together, and what was reckoned for want of an answer."""
        return list(self._told())

    def _told(self) -> Iterator[str]:
        if "calls" in self.known:
            ratio = self.calls / self.modelled if self.modelled else math.inf
            if not 0.5 <= ratio <= 2:
                yield (
                    f"{self.calls:,.4g} calls a week are {ratio:.2g} times what so many customers would make by the "
                    f"model's own figures ({self.modelled:,.4g}); {self._questions_told}"
                )
        if "representatives" in self.known:
            yield from self.load
            return
        level = self.lines.queue(self.calls, self.representatives).service_level
        yield (
            f"How many are on the phone is not known: {self.representatives} would answer {level:.0%} of {self.calls:,.4g} "
            "calls a week within 20 seconds"
        )

    @property
    def _questions_told(self) -> str:
        if self.questions in (0.0, most_questions()):
            return f"call_centre.questions can only come near to it ({self.questions:g} a week), so other calls come than told"
        return "call_centre.questions is set so that they come"

    @property
    def load(self) -> Iterator[str]:
        """Whether people on the phone drown, or stand idle."""
        figures, needed = self.lines.queue(self.calls, self.representatives), self.lines.needed(self.calls)
        if figures.abandonment > DROWNING:
            yield (
                f"{self.representatives} on the phone drown in {self.calls:,.4g} calls a week: {figures.abandonment:.0%} of the "
                f"callers would hang up (Erlang-A); {needed} would answer {LEVEL:.0%} within 20 seconds"
            )
        elif figures.occupancy < IDLE and self.representatives > needed:
            yield (
                f"{self.representatives} on the phone stand idle {100 - 100 * figures.occupancy:.3g} % of their time with "
                f"{self.calls:,.4g} calls a week (Erlang-A); {needed} would answer {LEVEL:.0%} within 20 seconds"
            )


def _usual(part: str, name: str) -> float:
    """A default of the model."""
    settings = builtin().parts[part].parameters
    assert settings is not None
    return float(settings.model_fields[name].default)


def most_questions() -> float:
    """Questions that a customer can have in a week at most."""
    settings = builtin().parts["call_centre"].parameters
    assert settings is not None
    allowed = bounds(settings.model_fields["questions"])
    assert allowed is not None
    return float(allowed[1])


def _usual_of(trait: str) -> float:
    """The usual mean of a trait."""
    spread = traits()[trait].default
    assert spread is not None
    return float(spread.middle)


def usual_lines() -> Lines:
    """Lines with the model's hours, handling and patience."""
    return Lines(_usual("call_centre", "hours"), _usual("call_centre", "handling"), _usual_of("patience"))


def phone_of_form(form: Mapping[str, object], customers: int) -> Phone:
    """The telephone of a company as far as its form says."""
    people = customers * number_in(form["stands_for"], 1.0)
    complaints = _usual("quality", "error_rate") * _usual_of("contact_propensity")
    modelled = people * (_usual("call_centre", "questions") + complaints)
    calls, staff = form["calls_a_week"], form["representatives"]
    known = {name for name, said in (("calls", calls), ("representatives", staff)) if said != UNKNOWN}
    many, lines = number_in(calls, modelled), usual_lines()
    questions = min(most_questions(), max(0.0, many / people - complaints)) if "calls" in known else None
    there = round(number_in(staff, 0.0)) if "representatives" in known else lines.needed(many)
    return Phone(many, modelled, there, frozenset(known), questions, lines)


def phone_of_scenario(scenario: Scenario, customers: int) -> Phone:
    """The telephone of a scenario of so many simulated customers, as its own settings have it in week 0."""
    centre, quality = scenario.parts["call_centre"], scenario.parts["quality"]
    spreads = {name: scenario.customers.spread(name) for name in ("contact_propensity", "patience")}
    speaks, waits = (spread.middle if spread else _usual_of(name) for name, spread in spreads.items())
    calls = customers * scenario.market.stands_for * (centre.questions + quality.error_rate * speaks)  # type: ignore[attr-defined]
    lines = Lines(centre.hours, centre.handling, waits)  # type: ignore[attr-defined]
    return Phone(calls, calls, centre.representatives, frozenset({"representatives"}), None, lines)  # type: ignore[attr-defined]


def number_in(said: object, otherwise: float) -> float:
    """The number that was answered, if one was."""
    return float(said) if isinstance(said, int | float) else otherwise
