"""The parts of the model, found by looking: every file in ``behaviour`` and ``mechanisms`` is one. There is no list to keep."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from types import ModuleType
from typing import Any

from sim.model.columns import KINDS, OF_COMPANY, Column
from sim.model.examples import Example
from sim.model.parameters import Parameters

GROUPS = ("behaviour", "mechanisms")


@dataclass(frozen=True)
class Part:
    """One behaviour or mechanism: its parameters, columns, neutral settings, worked examples and prose."""

    name: str
    group: str
    module: ModuleType
    parameters: type[Parameters] | None
    neutral: dict[str, Any] | None
    columns: tuple[Column, ...]
    examples: tuple[Example, ...]
    impossible: tuple[tuple[Callable[[Any], bool], str], ...] = ()
    """Settings that contradict one another: what is true of such parameters, and a sentence with their names in braces."""

    @property
    def says(self) -> str:
        """The first sentence of the file: what it does, as a shop owner would understand it."""
        return (self.module.__doc__ or "").strip().splitlines()[0]


def _parameters_in(module: ModuleType) -> type[Parameters] | None:
    for thing in vars(module).values():
        if isinstance(thing, type) and issubclass(thing, Parameters) and thing.__module__ == module.__name__:
            return thing
    return None


def _part(group: str, name: str) -> Part:
    module = importlib.import_module(f"sim.model.{group}.{name}")
    return Part(
        name,
        group,
        module,
        _parameters_in(module),
        getattr(module, "NEUTRAL", None),
        getattr(module, "COLUMNS", ()),
        getattr(module, "EXAMPLES", ()),
        getattr(module, "IMPOSSIBLE", ()),
    )


@lru_cache(maxsize=1)
def parts() -> dict[str, Part]:
    """Every part by name: behaviours first, then mechanisms, each alphabetically."""
    found: dict[str, Part] = {}
    for group in GROUPS:
        folder = importlib.import_module(f"sim.model.{group}").__path__
        for name in sorted(item.name for item in pkgutil.iter_modules(folder)):
            found[name] = _part(group, name)
    return found


@cache
def columns(kind: str) -> dict[str, Column]:
    """The columns of one kind (of people or of the company) in the order in which the state arrays hold them."""
    assert kind in KINDS or kind in OF_COMPANY
    return {c.name: c for part in parts().values() for c in part.columns if c.kind == kind}


def row(name: str) -> int:
    """The row of a column in the state array of its kind; raises ``KeyError`` for a name that no part owns."""
    for kind in (*KINDS, *OF_COMPANY):
        names = list(columns(kind))
        if name in names:
            return names.index(name)
    raise KeyError(name)
