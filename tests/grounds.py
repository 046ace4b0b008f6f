"""Grounds for tests: a small population and a policy, without a scenario file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.distributions import Distribution
from sim.engines.start import Ground
from sim.parameters import Line, lines
from sim.parts import parts
from sim.population import plan_people

TYPES: dict[type, type] = {float: np.float32, int: np.int32, bool: np.uint8}


def parameter_lines() -> dict[str, Line]:
    """Every parameter of the model, as ``part_parameter``."""
    return {
        f"{part.name}_{name}": line
        for part in parts().values()
        if part.parameters is not None
        for name, line in lines(part.parameters).items()
    }


def policy_of(weeks: int, **settings: Any) -> np.ndarray:
    """One record a week: every parameter at its default, but for ``settings`` (one value, or one for each week)."""
    known = parameter_lines()
    assert not set(settings) - set(known), f"no such parameter: {set(settings) - set(known)}"
    policy = np.zeros(weeks, np.dtype([(name, TYPES[line.kind]) for name, line in known.items()]))
    for name, line in known.items():
        policy[name] = settings.get(name, line.default)
    return policy


def ground(
    people: int = 150,
    weeks: int = 8,
    network: tuple[str, int, float] = ("small_world", 6, 0.1),
    stands_for: float = 200.0,
    traits: Mapping[str, Distribution] | None = None,
    **settings: Any,
) -> Ground:
    """A ground of so many people, four in five of them the company's customers (but at least one).

    ``traits`` are distributions that differ from the defaults; ``rivals=...`` among the settings sets how many people
    are with the rival.
    """
    rivals = settings.pop("rivals", people // 5)
    plan = plan_people((people - rivals, rivals), [traits or {}], [1.0])
    return Ground(plan, policy_of(weeks, **settings), network, stands_for, (0.7, 0.7))
