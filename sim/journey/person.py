"""Who a customer is, in words: the row they come from, what is unusual about them, how they begin."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sim.journey.relive import Life
from sim.journey.telling import feelings
from sim.model.behaviour.person import TRAITS
from sim.model.events import provider_of, weeks_told
from sim.scenario.customers import customers_of, segment_names
from sim.scenario.quantities import in_unit
from sim.scenario.whole import Scenario

UNUSUAL = 0.2
"""Who is among this share of people with least or most of a trait is said to be so."""
TRAIT_WORDS = {
    "patience": ("impatient", "patient"),
    "contact_propensity": ("slow to complain", "quick to complain"),
    "price_sensitivity": ("careless about prices", "careful about prices"),
    "switching_cost": ("quick to switch", "slow to switch"),
    "talkativeness": ("quiet", "talkative"),
    "self_service_liking": ("fond of being served", "fond of self-service"),
    "failure_exposure": ("seldom in trouble", "often in trouble"),
    "spend": ("a small spender", "a big spender"),
    "digital_affinity": ("a stranger online", "at home online"),
}
"""What people with little, and with much, of a trait are called."""


@dataclass(frozen=True)
class Person:
    """A customer's description; ``line`` and ``row`` are None without a row of a customer file.

    ``traits``: every trait's value; ``from_file``: those the file gives; ``unusual``: what stands out, in words.
    """

    file: str | None
    line: int | None
    row: dict[str, str] | None
    segment: str | None
    traits: dict[str, float]
    from_file: tuple[str, ...]
    unusual: tuple[str, ...]
    beginning: str

    def to_json(self) -> dict[str, Any]:
        """The description as plain values."""
        return asdict(self) | {"from_file": list(self.from_file), "unusual": list(self.unusual)}


def described(scenario: Scenario, customer: int, life: Life) -> Person:
    """Describe a person at the start."""
    file = customers_of(scenario)
    listed = file is not None and customer < life.founders
    traits = {trait.name: life.start[trait.name] for trait in TRAITS}
    given = (
        () if file is None or not listed else tuple(n for n, v in file.columns.items() if v[customer] == v[customer])
    )
    return Person(
        scenario.customers.file.name if listed and scenario.customers.file else None,
        int(file.line[customer]) if file is not None and listed else None,
        {name: str(cells[customer]) for name, cells in file.kept.items()} if file is not None and listed else None,
        _segment(scenario, customer, life),
        traits,
        given,
        tuple(said for name in traits if (said := _unusual(name, life))),
        _beginning(scenario, life),
    )


def _segment(scenario: Scenario, customer: int, life: Life) -> str | None:
    """The person's segment; None when there are none, or when only the file could say it of somebody it does not list."""
    file = customers_of(scenario)
    if file is not None and file.segment is not None and customer < life.founders:
        return str(file.segment[customer])
    return segment_names(scenario)[int(life.start["segment"])]


def _unusual(name: str, life: Life) -> str:
    """A trait in words when it stands out, with its value; empty when it does not."""
    rank, value = life.rank[name], life.start[name]
    if UNUSUAL < rank < 1 - UNUSUAL:
        return ""
    few, many = TRAIT_WORDS.get(name, (f"low in {name.replace('_', ' ')}", f"high in {name.replace('_', ' ')}"))
    return f"{few if rank <= UNUSUAL else many} ({name.replace('_', ' ')} {_valued(name, value)})"


def _valued(name: str, value: float) -> str:
    unit = in_unit(next(trait.unit for trait in TRAITS if trait.name == name))
    plain = unit.startswith("(") or unit.startswith("currency")
    return f"{value:.2f}" if plain else f"{value:.1f} {unit}"


def _beginning(scenario: Scenario, life: Life) -> str:
    """Where they begin: with whom, for how long, bound till when, what they pay and how they feel."""
    start = life.start
    who = f"with {provider_of(start, scenario.model.rivals)}"
    left = int(start["contract_end"])
    bound = f"under contract for {weeks_told(left)} more" if left > 0 else "without a contract"
    pays = f"spending {start['spend']:,.2f} {scenario.currency} a week"
    return f"{who} for {weeks_told(start['tenure'])}, {bound}, {pays}; {feelings(start)}"
