"""A worked example: what a rule is given, and what it makes of it, computed by hand.

Examples are documentation, a test of the plain Python form and a test of the compiled form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sim.model.rules import Rule


@dataclass(frozen=True)
class Example:
    """``rule(*given)`` is ``becomes`` (a number or a tuple of numbers), to within ``tolerance``; ``because`` says why."""

    rule: Rule
    given: tuple[float, ...]
    becomes: Any
    because: str
    tolerance: float = 2e-6

    def forms(self) -> Iterator[tuple[str, Any]]:
        """The results of the plain and of the compiled form, each with its name."""
        yield "plain", self.rule.plain(*self.rule.force(*self.given))
        yield "compiled", self.rule(*self.given)


def example(rule: Rule, *given: float, becomes: Any, because: str) -> Example:
    """Write a worked example beside its rule."""
    return Example(rule, given, becomes, because)
