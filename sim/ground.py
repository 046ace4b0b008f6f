"""From a scenario to the arrays that the engines begin with: its people, its policies week by week, its network."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from sim.beginnings import LINES
from sim.customer_file import Customers, Target, read_customers
from sim.engines.start import Ground
from sim.population import Plan, plan_people
from sim.scenario.quantities import parameter_unit
from sim.scenario.sections import Network, People
from sim.scenario.whole import Scenario
from sim.week import Network as Drawn

WHOLE = ("tenure", "contract_weeks_left")
"""Starting states that are counted in whole weeks."""


def targets() -> dict[str, Target]:
    """What a column of a customer file may become: every trait and starting state, with its unit and range."""
    return {line.name: Target(parameter_unit(line.unit), line.low, line.high, line.name in WHOLE) for line in LINES}


@lru_cache(maxsize=4)
def _customers(people: _Source) -> Customers:
    assert people.what.mapping is not None and people.what.file is not None
    return read_customers(people.what.file, people.what.mapping, targets())


class _Source:
    """A customer file and its mapping, equal to another when the same rows would be read from the same file."""

    def __init__(self, what: People) -> None:
        assert what.file is not None and what.mapping is not None
        changed = what.file.stat()
        self.what = what
        self.key = (what.file, changed.st_mtime_ns, changed.st_size, what.mapping.model_dump_json())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Source) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def customers_of(scenario: Scenario) -> Customers | None:
    """The rows of the scenario's customer file; None when everybody is drawn. Raises :class:`~sim.errors.Mistake`."""
    return _customers(_Source(scenario.customers)) if scenario.customers.file is not None else None


def _names_in(file: Customers | None) -> tuple[str, ...]:
    """The segments that only the file names, in alphabetical order."""
    return () if file is None or file.segment is None else tuple(sorted(set(file.segment)))


def _plan(scenario: Scenario) -> Plan:
    people, file = scenario.customers, customers_of(scenario)
    names: tuple[str | None, ...] = people.segment_names or _names_in(file) or (None,)
    spreads: list[Any] = [
        {line.name: spread for line in LINES if (spread := people.spread(line.name, name)) is not None}
        for name in names
    ]
    shares = [
        1.0 if name is None or name not in people.segments else people.segments[name].share or 0.0 for name in names
    ]
    if file is None:
        return plan_people((scenario.market.customers or 0, scenario.market.prospects), spreads, shares)
    segment = None if file.segment is None else np.array([names.index(name) for name in file.segment], np.uint8)
    return plan_people((len(file.line), scenario.market.prospects), spreads, shares, file.columns, segment)


def _given(network: Network, people: int) -> np.ndarray | Drawn | None:
    """What is not drawn of the network. Raises :class:`~sim.errors.Mistake` when it is wrong, or more than can be."""
    if network.kind not in ("edges", "configuration"):
        return None
    from sim.scenario.network_file import read_degrees, read_ties, refuse_impossible  # with a library that few need

    if network.kind == "edges" and network.file is not None:
        return read_ties(network.file, people)
    degrees = (
        np.array(network.degrees, np.int32) if network.file is None else read_degrees(network.file, network.column)
    )
    refuse_impossible(degrees, people)
    return degrees


def ground_of(scenario: Scenario) -> Ground:
    """All that the scenario says, as arrays. Raises :class:`~sim.errors.Mistake` when its customer file cannot be used."""
    network, market, plan = scenario.network, scenario.market, _plan(scenario)
    return Ground(
        plan,
        scenario.policy(),
        (network.kind, network.degree, network.rewiring),
        market.stands_for,
        (market.company_reputation, market.rival_reputation),
        _given(network, plan.people),
    )
