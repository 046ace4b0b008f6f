"""How the customers who are drawn differ: segments, and how each trait is spread in them – and all of it in an address.

The kinds of spread and their numbers are found by looking into :mod:`sim.model.distributions`, the traits into
:func:`sim.scenario.sections.traits`; what is wrong is said by the scenario's own check.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, get_args
from urllib.parse import unquote

from sim.errors import Mistake
from sim.model import distributions
from sim.model.distributions import Distribution
from sim.scenario.quantities import between, number_told
from sim.scenario.sections import People, traits
from sim.scenario.whole import Scenario
from sim.scenario.wording import spread_told
from sim.studio.visitor.levers import value_of
from sim.studio.visitor.policies import with_at, without_at

EVERYBODY = ""
"""The segment of a spread that holds for all."""
KIND_WORDS = {
    "constant": "the same for everybody",
    "uniform": "anything between two values, all equally likely",
    "normal": "around a mean, to both sides alike",
    "lognormal": "around a mean, and a few much higher",
}
"""What a kind of spread is called on the page; a new kind is called by its own name."""
NUMBER_WORDS = {"value": "Value", "low": "Lowest", "high": "Highest", "mean": "Mean", "sd": "Standard deviation"}
FIRST_SEGMENTS = (("segment 1", "50 %"), ("segment 2", "50 %"))


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, tuple[str, ...]]:
    """Every kind of spread, and the numbers it takes: ``{"normal": ("mean", "sd"), …}``."""
    names = get_args(Distribution.model_fields["distribution"].annotation)
    return {name: tuple(inspect.signature(getattr(distributions, name)).parameters) for name in names}


@dataclass(frozen=True)
class Spread:
    """How a trait is spread in a segment (or everywhere): the kind, and its numbers as they were typed, in its order."""

    segment: str
    trait: str
    kind: str
    numbers: tuple[str, ...] = ()

    def written(self) -> dict[str, Any]:
        """As a scenario writes it."""
        names = kinds().get(self.kind, ())
        return {"distribution": self.kind} | dict(zip(names, map(value_of, self.numbers), strict=False))

    def of_kind(self, kind: str) -> Spread:
        """The same trait spread in another way, about as far."""
        middle, apart = _middle(self)
        if kind == "lognormal" and middle <= 0:
            middle = apart = 0.1  # it has no mean of 0
        begin = {
            "value": middle, "mean": middle, "sd": apart, "low": middle - 1.73 * apart, "high": middle + 1.73 * apart,
        }  # fmt: skip
        low, high = (traits()[self.trait].low, traits()[self.trait].high) if self.trait in traits() else (0.0, 1.0)
        held = {name: number if name == "sd" else min(max(number, low), high) for name, number in begin.items()}
        return replace(self, kind=kind, numbers=tuple(f"{held.get(name, 0.0):.4g}" for name in kinds().get(kind, ())))


def _middle(spread: Spread) -> tuple[float, float]:
    """Mean and standard deviation to begin another kind with; a half and a tenth when there is none yet."""
    try:
        found = Distribution(**spread.written())
    except (ValueError, TypeError):
        return 0.5, 0.1
    wide = ((found.high or 0) - (found.low or 0)) / 3.46  # of a uniform distribution: the width over the root of twelve
    return found.middle, found.sd or (wide if found.distribution == "uniform" else abs(found.middle) / 5)


@dataclass(frozen=True)
class Spreads:
    """All that is said of the customers who are drawn. ``segments``: (name, share as typed); none: the scenario's own."""

    segments: tuple[tuple[str, str], ...] = ()
    spreads: tuple[Spread, ...] = ()

    def put(self, place: int, spread: Spread) -> Spreads:
        """With the spread at ``place`` replaced, or added behind the last."""
        return replace(self, spreads=with_at(self.spreads, place, spread))

    def moved(self, place: int, **changes: Any) -> Spreads:
        """With the spread at ``place`` changed; as it is when there is none any more."""
        return self.put(place, replace(self.spreads[place], **changes)) if place < len(self.spreads) else self

    def without(self, place: int) -> Spreads:
        """Without the spread at ``place``."""
        return replace(self, spreads=without_at(self.spreads, place))

    def with_segment(self, before: tuple[tuple[str, str], ...]) -> Spreads:
        """With one more segment than ``before``; the first come as a pair, for the shares must add up."""
        if not before:
            return replace(self, segments=FIRST_SEGMENTS)
        names, number = [name for name, _ in before], len(before) + 1
        while f"segment {number}" in names:
            number += 1
        return replace(self, segments=(*before, (f"segment {number}", "0 %")))

    def segment_said(self, before: tuple[tuple[str, str], ...], place: int, name: str, share: str) -> Spreads:
        """With the name and share of a segment said; what was said of its traits goes with the name."""
        old = before[place][0]
        renamed = tuple(replace(s, segment=name) if s.segment == old else s for s in self.spreads)
        return Spreads(with_at(before, place, (name, share)), renamed)

    def without_segment(self, before: tuple[tuple[str, str], ...], place: int) -> Spreads:
        """Without a segment, and without what was said of its traits; the last but one takes the last with it."""
        rest = without_at(before, place)
        rest = rest if len(rest) > 1 else ()
        names = {EVERYBODY, *(name for name, _ in rest)}
        return Spreads(rest, tuple(spread for spread in self.spreads if spread.segment in names))


# ---- in an address: s:young:30 %25~s:old:70 %25~t:young:patience:normal:4:1


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("~", "%7E").replace(":", "%3A")


def to_address(said: Spreads) -> str:
    """All that is said as one short text, which :func:`from_address` reads; empty when nothing is."""
    entries: list[tuple[str, ...]] = [("s", name, share) for name, share in said.segments]
    entries += [("t", spread.segment, spread.trait, spread.kind, *spread.numbers) for spread in said.spreads]
    return "~".join(":".join(map(_escaped, entry)) for entry in entries)


def from_address(text: str) -> Spreads:
    """What an address says. What is no entry of one is passed over; a wrong name or value is told later."""
    segments: list[tuple[str, str]] = []
    found: list[Spread] = []
    for entry in text.split("~"):
        match [unquote(field) for field in entry.split(":")]:
            case ["s", name, share]:
                segments.append((name, share))
            case ["t", segment, trait, kind, *numbers]:
                found.append(Spread(segment, trait, kind, tuple(numbers)))
    return Spreads(tuple(segments), tuple(found))


# ---- what it means


def segments_of(people: People) -> tuple[tuple[str, str], ...]:
    """The segments that a scenario has by itself, as one would type them."""
    return tuple((name, f"{number_told(100 * (part.share or 0))} %") for name, part in people.segments.items())


def now(people: People, trait: str, segment: str) -> Spread:
    """How a trait is spread in a scenario, as one would type it; a starting state that follows gets a number to begin with."""
    found = people.spread(trait, segment or None) or Distribution(distribution="constant", value=0.5)
    numbers = found.model_dump(exclude_none=True, exclude={"distribution"})
    kind = found.distribution
    return Spread(segment, trait, kind, tuple(number_told(numbers[name]) for name in kinds()[kind]))


def applied(scenario: Scenario, said: Spreads) -> Scenario:
    """The scenario with its drawn customers as is said. Raises :class:`Mistake` with all that is wrong."""
    if not (said.segments or said.spreads):
        return scenario
    before = scenario.customers
    shares = said.segments or segments_of(before)
    _refuse_twice(said, [name for name, _ in shares])
    own = {name: _segment(name, share, before, said) for name, share in shares}
    for_all = {spread.trait: spread.written() for spread in said.spreads if spread.segment == EVERYBODY}
    bare = scenario.with_(lesson=None, customers={"segments": None, "traits": dict.fromkeys(for_all)})
    return bare.with_(customers={"segments": own or None, "traits": for_all})


def _segment(name: str, share: str, before: People, said: Spreads) -> dict[str, Any]:
    """A segment as a scenario writes it: what it was, with what is said now."""
    known = before.segments[name].traits if name in before.segments else {}
    own = {trait: spread.model_dump(exclude_none=True) for trait, spread in known.items()}
    own |= {spread.trait: spread.written() for spread in said.spreads if spread.segment == name}
    return {"share": value_of(share), "traits": own}


def _refuse_twice(said: Spreads, names: list[str]) -> None:
    for name in names:
        if not name.strip():
            raise Mistake("a segment has no name: give it one, or remove it")
        if names.count(name) > 1:
            raise Mistake(f"two segments are called '{name[:40]}': give each its own name")
    seen: set[tuple[str, str]] = set()
    for spread in said.spreads:
        if spread.segment not in (EVERYBODY, *names):
            there = ", ".join(names) or "none"
            raise Mistake(f"there is no segment '{spread.segment[:40]}' ({there}): add it, or take the trait out")
        if (spread.segment, spread.trait) in seen:
            raise Mistake(f"{worded(spread.trait)} is spread twice for the same people; remove one of the two")
        seen.add((spread.segment, spread.trait))


def fault_of(spread: Spread, scenario: Scenario) -> str:
    """What is wrong with one spread, as the check of a scenario says it; empty when nothing is."""
    try:
        applied(scenario, Spreads((), (replace(spread, segment=EVERYBODY),)))
    except Mistake as mistake:
        return str(mistake)
    return ""


def distribution_of(spread: Spread, scenario: Scenario) -> Distribution | None:
    """The distribution that a spread without fault means, in the trait's unit; None when there is a fault."""
    if fault_of(spread, scenario):
        return None
    return applied(scenario, Spreads((), (replace(spread, segment=EVERYBODY),))).customers.traits[spread.trait]


# ---- in words


def worded(trait: str) -> str:
    """A trait's name as words: ``Price sensitivity``."""
    return trait.replace("_", " ").capitalize()


def range_told(trait: str) -> str:
    """Between what a trait must lie, with its unit."""
    line = traits()[trait]
    return between(line.low, line.high, line.unit)


def spread_in_words(people: People, trait: str, segment: str = EVERYBODY) -> str:
    """How a trait is spread, in words."""
    return spread_told(people.spread(trait, segment or None), traits()[trait].unit)
