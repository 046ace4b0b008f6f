"""Live one replication again, watching one person: what happens to them and what they feel, week by week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.engine.engine import Engine, Market
from sim.engine.start import Ground
from sim.errors import Mistake
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import Scenario

MOST = 2**64 - 1


@dataclass(frozen=True)
class Event:
    """Something that happened: its name among the model's events, and how much of it (what of, depends on the name)."""

    what: str
    amount: float


@dataclass(frozen=True)
class Moment:
    """One week of one person: what happened, every column of theirs when the week was over, and which rules fitted them."""

    week: int
    events: tuple[Event, ...]
    state: dict[str, float]
    rules: tuple[int, ...] = ()


@dataclass(frozen=True)
class Life:
    """A person's weeks; ``start`` is their state before the first one.

    ``rank``: for each column at the start, the share of all people who have less of it, ties counting half; ``founders``:
    how many people are the company's customers at the start, and come first.
    """

    start: dict[str, float]
    rank: dict[str, float]
    founders: int
    moments: tuple[Moment, ...]


def check_customer(ground: Ground, customer: int, replication: int, seed: int) -> None:
    """Raise :class:`~sim.errors.Mistake` when there is no such customer, replication or seed."""
    founders, people = ground.plan.founders, ground.plan.people
    if not 0 <= customer < people:
        who = f"0 to {founders - 1} are the company's customers at the start" if founders else "nobody is the company's"
        rest = f", {founders} to {people - 1} the rival's" if people > founders else ""
        raise Mistake(f"customer is {customer}, but must lie between 0 and {people - 1}: {who}{rest}")
    for name, value in (("replication", replication), ("seed", seed)):
        if not 0 <= value <= MOST:
            raise Mistake(f"{name} is {value}, but must lie between 0 and 2^64 - 1 = {MOST}")


def relive(scenario: Scenario, customer: int, replication: int = 0, seed: int = 1, engine: str = "core") -> Life:
    """Replay a replication and watch one person. Raises :class:`~sim.errors.Mistake` when there is no such person."""
    ground = ground_of(scenario)
    check_customer(ground, customer, replication, seed)
    market = Engine(ground, seed, engine).start(replication, customer)
    start, rank = _person(market, customer), _rank(market, customer)
    moments, known = [], ground.model.events
    for week in range(ground.weeks):
        market.step()
        events = tuple(Event(known[entry["what"]], float(entry["amount"])) for entry in market.events)
        moments.append(Moment(week, events, _person(market, customer), market.rules_of(customer)))
    return Life(start, rank, ground.plan.founders, tuple(moments))


def _person(market: Market, customer: int) -> dict[str, float]:
    return {name: float(values[customer]) for name, values in market.people().items()}


def _rank(market: Market, customer: int) -> dict[str, float]:
    return {
        name: float(np.mean((values < values[customer]) + 0.5 * (values == values[customer])))
        for name, values in market.people().items()
    }
