"""Settings that are each allowed and together make no sense. A mechanism adds its own as ``IMPOSSIBLE`` in its file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sim.errors import nearest
from sim.model.component import Part
from sim.model.distributions import Trait
from sim.model.network import MOST_ENDS
from sim.model.parameters import Parameters, alike, unit_named
from sim.scenario.quantities import between, in_unit, number_told, parameter_unit
from sim.scenario.sections import MATTERS, MOST_SEGMENTS, Market, Network, People, traits

MOST_SPREAD = 1000
"""Standard deviations of a trait, as a multiple of the largest value it may have, beyond which a spread means nothing."""
Finding = tuple[tuple[str, ...], str]
"""Keys that lead to the entry at fault, as far as they exist, and a sentence."""

OF_PARTS: dict[str, tuple[tuple[Callable[[Any], bool], str], ...]] = {
    "answering": (
        (lambda now: now.detractor_below > now.promoter_from,
         "detractor_below is {detractor_below}, above promoter_from ({promoter_from}): nobody can be both"),
    ),
}  # fmt: skip
"""Contradictions within a part whose own file does not name them."""


def in_part(part: Part, settings: Parameters) -> Iterator[Finding]:
    """What is contradictory in one part's settings."""
    values = settings.model_dump()
    for is_impossible, sentence in (*part.impossible, *OF_PARTS.get(part.name, ())):
        if is_impossible(settings):
            names = sorted(
                (name for name in values if f"{{{name}}}" in sentence), key=lambda n: sentence.index(f"{{{n}}}")
            )
            yield (part.name, *names), f"{part.name}: " + sentence.format(**{k: number_told(values[k]) for k in values})


@dataclass(frozen=True)
class Whole:
    """What the checks across sections look at; ``customers_given`` says whether a number of customers was written."""

    market: Market
    people: People
    network: Network
    customers_given: bool


def in_whole(whole: Whole) -> Iterator[Finding]:
    """What is contradictory between the sections of a scenario."""
    for check in (
        _two_populations,
        _lonely,
        _odd_degree,
        _too_many_ties,
        _shares,
        _segments_of_column,
        _traits,
        _columns,
    ):
        yield from check(whole)


def _two_populations(whole: Whole) -> Iterator[Finding]:
    if whole.people.file and whole.customers_given:
        yield (
            ("market", "customers"),
            (
                "market.customers and customers.file both say how many customers there are; remove market.customers "
                "(write 'customers: null' if it is inherited)"
            ),
        )


def _lonely(whole: Whole) -> Iterator[Finding]:
    if whole.people.file or not _of_degree(whole) or whole.market.customers is None:
        return
    people = whole.market.customers + whole.market.prospects
    if whole.network.degree >= people:
        yield (
            ("network", "degree"),
            (f"network.degree is {whole.network.degree}, but must be less than the number of people, {people}"),
        )


def _of_degree(whole: Whole) -> bool:
    """Whether ``network.degree`` means anything."""
    return "degree" in MATTERS[whole.network.kind]


def _too_many_ties(whole: Whole) -> Iterator[Finding]:
    people = (whole.market.customers or 0) + whole.market.prospects
    if _of_degree(whole) and people * whole.network.degree > MOST_ENDS:
        yield (
            ("network", "degree"),
            f"network.degree is {whole.network.degree}, but {people:,} people can have {MOST_ENDS // people} friends on "
            "average at the most",
        )


def _odd_degree(whole: Whole) -> Iterator[Finding]:
    if whole.network.degree % 2 and _of_degree(whole):
        yield ("network", "degree"), f"network.degree is {whole.network.degree}, but must be even: a tie has two ends"


def _shares(whole: Whole) -> Iterator[Finding]:
    segments, by_column = whole.people.segments, whole.people.mapping and whole.people.mapping.segments
    if len(segments) > MOST_SEGMENTS:
        yield ("customers", "segments"), f"customers.segments has more than {MOST_SEGMENTS} segments; join some of them"
        return
    for name, segment in segments.items():
        where = f"customers.segments.{name}.share"
        if by_column and segment.share is not None:
            yield ("customers", "segments", name, "share"), f"{where}: customers.segment_by says who belongs; remove it"
        elif not by_column and segment.share is None:
            yield ("customers", "segments", name), f"{where} is missing; the shares of all segments must add up to 1"
    total = sum(segment.share or 0 for segment in segments.values())
    if segments and abs(total - 1) > 1e-6 and all(segment.share is not None for segment in segments.values()):
        yield ("customers", "segments"), f"the shares in customers.segments add up to {total:.6g}, but must add up to 1"


def _segments_of_column(whole: Whole) -> Iterator[Finding]:
    by_column = whole.people.mapping.segments if whole.people.mapping else None
    names = list((by_column.values or {}).values()) if by_column else []
    for name in whole.people.segments:
        if names and name not in names:
            hint = nearest(name, names) or f"; there are {', '.join(sorted(set(names)))}"
            yield ("customers", "segments", name), f"customers.segments.{name} is not in customers.segment_by{hint}"


def _traits(whole: Whole) -> Iterator[Finding]:
    yield from _spreads(("customers", "traits"), whole.people.traits)
    for name, segment in whole.people.segments.items():
        yield from _spreads(("customers", "segments", name, "traits"), segment.traits)


def _spreads(keys: tuple[str, ...], spreads: dict[str, Any]) -> Iterator[Finding]:
    for name, spread in spreads.items():
        trait = traits().get(name)
        if trait is None:
            yield (*keys, name), unknown_trait(".".join((*keys, name)))
            continue
        for key in ("value", "low", "high", "mean"):
            number = getattr(spread, key)
            if number is not None and not trait.low <= number <= trait.high:
                where = ".".join((*keys, name) if key == "value" else (*keys, name, key))
                yield (*keys, name, key), f"{where} is {number_told(number)}, but must lie {_range(trait)}"
        widest = MOST_SPREAD * max(abs(trait.low), abs(trait.high))
        if spread.sd is not None and spread.sd > widest:
            where, most = ".".join((*keys, name, "sd")), number_told(widest)
            yield (
                (*keys, name, "sd"),
                f"{where} is {number_told(spread.sd)}, but must be at most {most} {in_unit(trait.unit)}",
            )


def unknown_trait(path: str) -> str:
    """The sentence about a trait that nobody has."""
    names = list(traits())
    return f"{path} is no trait of a customer{nearest(path.split('.')[-1], names) or '; there are ' + ', '.join(names)}"


def _range(trait: Trait) -> str:
    return between(trait.low, trait.high, trait.unit)


def _columns(whole: Whole) -> Iterator[Finding]:
    for name, column in (whole.people.mapping.columns if whole.people.mapping else {}).items():
        keys = ("customers", "columns", name)
        trait = traits().get(name)
        if trait is None:
            yield keys, unknown_trait(".".join(keys))
        elif column.unit is not None and not _converts(column.unit, trait.unit):
            yield (
                (*keys, "unit"),
                (f"{'.'.join(keys)}.unit is '{column.unit}', which does not convert to {trait.unit}, the trait's unit"),
            )


def _converts(word: str, unit: str) -> bool:
    return " ".join(word.split()) == unit or alike(unit_named(word) or word, parameter_unit(unit))
