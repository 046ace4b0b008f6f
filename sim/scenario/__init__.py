"""Scenarios: what-if files, read strictly, and what they mean.

``load`` reads one, ``described`` makes one in Python; ``check_scenario``, ``differences``, ``explain`` and ``schema`` tell.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.scenario.explaining import explain
    from sim.scenario.json_schema import schema
    from sim.scenario.whole import Scenario, described, load
    from sim.scenario.wording import check_scenario, differences

__all__ = ["Scenario", "check_scenario", "described", "differences", "explain", "load", "schema"]

_HOMES = {
    "Scenario": "whole", "described": "whole", "load": "whole", "check_scenario": "wording", "differences": "wording",
    "explain": "explaining", "schema": "json_schema",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: reading a scenario needs the model, importing this does not."""
    if name not in _HOMES:
        raise AttributeError(f"module 'sim.scenario' has no attribute {name!r}")
    return getattr(import_module(f"sim.scenario.{_HOMES[name]}"), name)
