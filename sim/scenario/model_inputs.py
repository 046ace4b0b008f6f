"""From a scenario to the arrays that the engines begin with: its people, its policies week by week, its network."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine.start import BUYING, Ground
from sim.errors import Mistake
from sim.model.initial_state import LINES
from sim.model.population import Plan, plan_people
from sim.model.week import Network as Drawn
from sim.scenario.buying import refuse_too_early
from sim.scenario.customers import MOST_NUMBERS, customers_of, segment_names
from sim.scenario.policies import SEGMENTS, policies_of
from sim.scenario.rivals import of_several, shares_of
from sim.scenario.sections import MATTERS, Network
from sim.scenario.tree import Place
from sim.scenario.whole import Scenario
from sim.scenario.worlds import drawn

if TYPE_CHECKING:
    from sim.scenario.network_file import Ties

A_PERSON, A_FRIEND = 300, 12
"""Bytes that a person and each of their friends take in a run: state, workspace, and the network while it is drawn."""


def _plan(scenario: Scenario) -> Plan:
    people, file = scenario.customers, customers_of(scenario)
    names = segment_names(scenario)
    spreads: list[Any] = [
        {line.name: spread for line in LINES if (spread := people.spread(line.name, name)) is not None}
        for name in names
    ]
    shares = [
        1.0 if name is None or name not in people.segments else people.segments[name].share or 0.0 for name in names
    ]
    if file is None:
        return plan_people((scenario.market.customers or 0, scenario.market.prospects), spreads, shares)
    if len(names) > MOST_NUMBERS:
        raise Mistake(
            f"{len(names)} segments have traits or policies of their own, but {MOST_NUMBERS - 1} can; leave some out"
        )
    number = {name: place for place, name in enumerate(names)}
    segment = None if file.segment is None else np.array([number.get(name, 0) for name in file.segment], np.uint8)
    return plan_people((len(file.line), scenario.market.prospects), spreads, shares, file.columns, segment)


def _given(scenario: Scenario, people: int) -> np.ndarray | Drawn | None:
    """What is not drawn of the network. Raises :class:`~sim.errors.Mistake` when it is wrong, or more than can be."""
    network = scenario.network
    if network.kind == "edges":
        ties = ties_of(scenario, people)
        return None if ties is None else ties.network
    if network.kind != "configuration":
        return None
    from sim.scenario.network_file import read_degrees, refuse_impossible  # with a library that few need

    degrees = (
        np.array(network.degrees, np.int32) if network.file is None else read_degrees(network.file, network.column)
    )
    refuse_impossible(degrees, people)
    return degrees


def ties_of(scenario: Scenario, people: int) -> Ties | None:
    """The ties in the scenario's file, among so many people; None when it has none.

    They name customers by their ids where the customer file has a column of these, otherwise by the number of their row.
    Raises :class:`~sim.errors.Mistake` when they cannot be read, or when rows are set aside and nobody can tell the numbers.
    """
    if scenario.network.file is None or scenario.network.kind != "edges":
        return None
    from sim.scenario.network_file import Naming, read_ties  # with a library that few need

    file = customers_of(scenario)
    if file is None or (file.ids is None and file.in_order):
        return read_ties(scenario.network.file, Naming(people))
    if file.ids is None:
        out = len(file.quarantined) + file.elsewhere + file.leavers
        raise Mistake(
            f"network.file: {out:,} rows of the customer file are set aside or no customers, so that the number of a row "
            "no longer says who is meant; name its column of ids with 'id' under customers and write ids into the file of "
            "ties, or mend these rows"
        )
    ids = {str(each): number for number, each in enumerate(file.ids)}
    return read_ties(scenario.network.file, Naming(people, ids, file.unusable_ids))


def _rows(scenario: Scenario) -> np.ndarray:
    file = customers_of(scenario)
    return np.zeros(0) if file is None else file.line


def _refuse_too_large(people: int, network: Network) -> None:
    """Raise :class:`~sim.errors.Mistake` when so many people and their friends need more memory than this machine has."""
    friends = network.degree if "degree" in MATTERS[network.kind] else 0
    needed, there = people * (A_PERSON + A_FRIEND * friends), memory()
    if needed > there:
        raise Mistake(
            f"market: {people:,} people with {friends:,} friends each need about {needed / 1e9:,.0f} GB of memory, and this "
            f"machine has {there / 1e9:,.0f} GB; take fewer people, each of whom stands for more, or fewer friends"
        )


def memory() -> float:
    """Bytes of memory that this machine has, or that the process is allowed; infinite where nothing says so."""
    try:
        there = float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return math.inf
    try:
        allowed = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return there
    return min(there, float(allowed)) if allowed.isdigit() else there


def ground_of(scenario: Scenario) -> Ground:
    """All that the scenario says, as arrays. Raises :class:`~sim.errors.Mistake` when its customer file cannot be used."""
    network, market = scenario.network, scenario.market
    founders = market.customers if scenario.customers.file is None else len(_rows(scenario))
    _refuse_too_large((founders or 0) + market.prospects, network)
    plan = _plan(scenario)
    if BUYING in scenario.model.used:
        refuse_too_early(plan, scenario.customers.file)
    return Ground(
        plan,
        scenario.policies,
        (network.kind, network.degree, network.rewiring),
        market.stands_for,
        (market.company_reputation, *_reputations(scenario)),
        _given(scenario, plan.people),
        scenario.model,
        0.0 if network.kind == "none" else network.homophily,
        scenario.warm_up,
        scenario.measure.start,
        scenario.customers.file is not None,
        shares_of(of_several(scenario.parts)) if scenario.model.several else (),
        policies_of(
            scenario.addressed,
            segment_names(scenario),
            (scenario.warm_up, scenario.warm_up + scenario.weeks),
            lambda name: _place_of_policy(scenario, name),
            scenario.model,
        ),
        scenario.by_hour.week,
    )


def _place_of_policy(scenario: Scenario, segment: str) -> Place | None:
    """Where the policy of a segment is written."""
    said = scenario.tree.get(SEGMENTS, segment) or scenario.tree.get("warm_up", "under", SEGMENTS, segment)
    return said.place if said else None


def ground_met(scenario: Scenario, ground: Ground, seed: int, replication: int) -> Ground:
    """The scenario's ground with the settings of the plausible world that a replication meets."""
    met = drawn(scenario, seed, range(replication, replication + 1))
    return ground if met is None else met.ground(ground, 0)


def _reputations(scenario: Scenario) -> list[float]:
    """What is publicly said of each rival at the start."""
    usual, said = scenario.market.rival_reputation, of_several(scenario.parts).values()
    return [usual if one.reputation is None else one.reputation for one in said] or [usual]
