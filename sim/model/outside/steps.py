"""What the steps of a mechanism from outside must keep to, beside being translatable.

They ask for what whoever acts has, count and note only what is their own, and draw luck of their own; what columns they may
write the translation knows.

The package's own steps keep to it too; there the tests see to it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sim.errors import nearest
from sim.model.component import Model, Part
from sim.model.schedule import Company, Representatives
from sim.model.steps import STANDARD, Step

DRAWS = ("luck", "word", "word_at", "spare_luck")
COMPANY = ("firm", "p", "last", "week", "count")
REPRESENTATIVE = ("me", *COMPANY)
PERSON = (*REPRESENTATIVE, "note")
"""What a step can ask for, as it is the company, a representative or a person who takes it of themselves."""


def check_steps(part: Part, model: Model) -> None:
    """Refuse what a mechanism's steps may not do. Raises :class:`~sim.model.steps.Unsuitable`."""
    for item in (item for items in part.week.values() for item in items):
        has = {Company: COMPANY, Representatives: REPRESENTATIVE}.get(type(item), PERSON)
        for step in (getattr(item, key) for key in ("asked", "step") if hasattr(item, key)):
            _asks(step, has)
            for each in (step, *step.within):
                if each.__module__ == part.module.__name__:
                    _OwnStep(each, part, model).check()


def _asks(step: Step, has: Sequence[str]) -> None:
    odd = next((name for name in step.parameters if name not in has), None)
    if odd is not None:
        raise step.unsuitable(
            step.tree, f"it asks for '{odd}'{nearest(odd, list(has))}, but whoever takes it has {', '.join(has)}"
        )


class _OwnStep:
    """A step of the file, while it is looked through."""

    def __init__(self, step: Step, part: Part, model: Model) -> None:
        self.step, self.part, self.model = step, part, model
        self.others = [each.module for each in model.parts.values() if each is not part]

    def check(self) -> None:
        """Refuse what another part's step would be for, and names that were not asked for."""
        for node in ast.walk(self.step.tree):
            match node:
                case ast.Name(id=name) if name in STANDARD and name not in self.step.parameters:
                    if name not in self._given():
                        asked = ", ".join((*self.step.parameters, name))
                        self._refuse(
                            node, f"it uses '{name}' without asking for it; def {self.step.__name__}({asked}) does"
                        )
                case ast.Attribute(value=ast.Name(id="count"), attr=name, ctx=ast.Store()):
                    self._need_own(node, f"count.{name}", self.part.counted, self.model.counts)
                case ast.Call(func=ast.Attribute(value=ast.Name(id="note"), attr=name)):
                    self._need_own(node, f"note.{name}", tuple(self.part.events), self.model.events)
                case ast.Attribute(value=ast.Name(id="week"), attr=name, ctx=ast.Store()):
                    self._refuse(node, f"'week.{name}' belongs to the model: call one of its steps instead")
                case ast.Call(func=ast.Attribute(value=ast.Name(id="me"), attr=how), args=[ast.Name(id=name), *_]):
                    if how in DRAWS and self._is_borrowed(self.step.plain.__globals__.get(name)):
                        remedy = f"make a stream of your own: stream('{self.part.name}')"
                        self._refuse(node, f"'{name}' is the luck of another part of the model; {remedy}")

    def _given(self) -> Iterator[str]:
        """Names to which the step itself gives a value."""
        names = (node for node in ast.walk(self.step.tree) if isinstance(node, ast.Name))
        return (node.id for node in names if isinstance(node.ctx, ast.Store))

    def _need_own(self, node: ast.AST, told: str, own: Sequence[str], known: Sequence[str]) -> None:
        which, _, name = told.partition(".")
        if name in known and name not in own:
            self._refuse(node, f"'{told}' belongs to another part of the model; take a name of your own")
        if name not in own:
            what = "count" if which == "count" else "event"
            self._refuse(node, f"'{told}' is no {what} of this file{nearest(name, list(own))}")

    def _is_borrowed(self, luck: Any) -> bool:
        """Whether a stream is that of another part: what it draws would be the same luck twice."""
        return type(luck) is np.uint32 and any(luck is each for home in self.others for each in vars(home).values())

    def _refuse(self, node: ast.AST, what: str) -> None:
        raise self.step.unsuitable(node, what)
