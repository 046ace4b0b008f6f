"""Grounds for tests: a small population and a policy, without a scenario file; and what is true of every run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.distributions import Distribution, uniform
from sim.engines import core
from sim.engines.start import Ground, begin, empty_state
from sim.parameters import Line, lines
from sim.parts import parts
from sim.population import plan_people
from sim.week import COUNTS, State, journal

TYPES: dict[type, type] = {float: np.float32, int: np.int32, bool: np.uint8}

BUSY: dict[str, Any] = {
    "quality_error_rate": 0.1,
    "call_centre_questions": 0.1,
    "call_centre_representatives": 4,
    "outsourcing_share": 0.5,
    "upselling_attempts": 1.5,
    "self_checkout_visits": 0.5,
    "self_checkout_lanes": 8,
    "self_checkout_self_lanes": 4,
    "accountability_compensates": 1.0,
    "accountability_acknowledges": 0.9,
    "accountability_apologises": 0.9,
    "pricing_newcomer_discount": 0.1,
    "contracts_term": 3,
    "contracts_renewal": 3,
    "choice_attention": 0.2,
    "choice_decisiveness": 4.0,
    "choice_involuntary": 0.5,
    "talk_base": 0.1,
}
"""Settings under which everything that can happen does happen, even to few people in few weeks."""
BOUND_AND_CROSS = {"contract_weeks_left": uniform(0, 12), "grievance": uniform(0, 0.5)}
"""Traits of people of whom many have a contract and hold something against the company."""


def dearer_and_dearer(weeks: int) -> list[float]:
    """A list price that rises every third week, and falls once."""
    return [1.0 + 0.04 * (week // 3) - 0.1 * (week == 4) for week in range(weeks)]


def parameter_lines() -> dict[str, Line]:
    """Every parameter of the model, as ``part_parameter``."""
    return {
        f"{part.name}_{name}": line
        for part in parts().values()
        if part.parameters is not None
        for name, line in lines(part.parameters).items()
    }


def neutral(name: str) -> dict[str, Any]:
    """The settings with which a part changes nothing, as ``part_parameter``."""
    return {f"{name}_{parameter}": value for parameter, value in (parts()[name].neutral or {}).items()}


def policy_of(weeks: int, settings: Mapping[str, Any]) -> np.ndarray:
    """One record a week: every parameter at its default, but for ``settings`` (one value, or one for each week)."""
    known = parameter_lines()
    assert set(settings) <= set(known), f"no such parameter: {set(settings) - set(known)}"
    policy = np.zeros(weeks, np.dtype([(name, TYPES[line.kind]) for name, line in known.items()]))
    for name, line in known.items():
        policy[name] = settings.get(name, line.default)
    return policy


def ground(
    people: int = 150,
    weeks: int = 8,
    rivals: int | None = None,
    network: tuple[str, int, float] = ("small_world", 6, 0.1),
    stands_for: float = 200.0,
    traits: Mapping[str, Distribution] | None = None,
    **settings: Any,
) -> Ground:
    """A ground of so many people, of whom ``rivals`` (a fifth unless given) are with the rival.

    ``traits`` are distributions that differ from the defaults; ``settings`` as in :func:`policy_of`.
    """
    elsewhere = people // 5 if rivals is None else rivals
    plan = plan_people((people - elsewhere, elsewhere), [traits or {}], [1.0])
    return Ground(plan, policy_of(weeks, settings), network, stands_for, (0.7, 0.7))


def busy(people: int = 150, weeks: int = 8, **settings: Any) -> Ground:
    """A ground on which everything happens; ``settings`` go before :data:`BUSY`."""
    here = {"traits": BOUND_AND_CROSS, "pricing_list_price": dearer_and_dearer(weeks)}
    return ground(people, weeks, **here | BUSY | settings)


def lived(ground: Ground, seed: int = 1, replication: int = 0) -> tuple[State, np.ndarray]:
    """One replication by the fast engine: the final state, and the tally (weeks, counts)."""
    state, tally = empty_state(ground), np.zeros((ground.weeks, len(COUNTS)), np.int64)
    network, setting = begin(ground, seed, replication, state)
    core.live(state, core.room_for(ground.plan.people), network, ground.policy, setting, tally, journal())
    return state, tally


def counted(tally: np.ndarray, name: str) -> np.ndarray:
    """One count, week by week."""
    return tally[:, COUNTS.index(name)]


def assert_sound(ground: Ground, state: State, tally: np.ndarray) -> None:
    """What is true of every run: states are numbers, people and departures add up, no count is below 0."""
    assert np.isfinite(state.number).all() and np.isfinite(state.busy).all() and np.isfinite(state.reputation).all()
    for name in set(COUNTS) - {"expectation_gap"}:
        assert (counted(tally, name) >= 0).all(), f"{name}: {counted(tally, name)}"
    everybody = sum(counted(tally, name) for name in ("customers", "rival_customers", "gone"))
    assert (everybody == ground.plan.people).all()
    leavers = counted(tally, "leavers_voluntary") + counted(tally, "leavers_involuntary")
    before = np.concatenate([[ground.plan.founders], counted(tally, "customers")[:-1]])
    assert (counted(tally, "customers") - before == counted(tally, "joiners") - leavers).all()
    because = sum(counted(tally, name) for name in COUNTS if name.startswith("left_because_"))
    assert (because == leavers << 20).all()
    assert (counted(tally, "answered") + counted(tally, "abandoned") == counted(tally, "calls")).all()
    waited = sum(counted(tally, name) for name in COUNTS if name.startswith("waited_"))
    assert (waited == counted(tally, "calls")).all()
