"""What the steps of a mechanism from outside must keep to, beside being translatable.

They ask for what whoever acts has, write and count only what is their own, draw luck of their own, and read nothing that is
still being added up. The package's own steps keep to it too; there the tests see to it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.errors import nearest
from sim.model.columns import KINDS
from sim.model.component import Model, Part
from sim.model.schedule import Company, Everybody, Item, Listing, Representatives, Whoever
from sim.model.steps import STANDARD, Step
from sim.model.week import week_of

DRAWS = ("luck", "word", "word_at", "spare_luck")
OF_COMPANY = ("firm", "p", "last", "week", "count")
"""What everybody's steps can ask for."""
Named = tuple[str, str]
"""``firm`` or ``count``, and the name of what it has."""


@dataclass(frozen=True)
class Actor:
    """Who takes a step: what it can ask for, of which kinds ``me`` has columns, and what else ``me`` is or does."""

    told: str
    asks: tuple[str, ...]
    kinds: tuple[str, ...]
    does: tuple[str, ...] = (*DRAWS, "number")


PERSON = Actor(
    "a person", ("me", *OF_COMPANY, "note"), (*KINDS, "weekly_number", "weekly_flag"), (*DRAWS, "heard", "number")
)
STAFF = Actor("a representative", ("me", *OF_COMPANY), ("staff",))
COMPANY = Actor("the company", OF_COMPANY, ())


def check_steps(part: Part, model: Model) -> None:
    """Refuse what a mechanism's steps may not do. Raises :class:`~sim.model.steps.Unsuitable`."""
    check = _Check(part, model)
    for items in part.week.values():
        for item in items:
            for step in _steps_of(item):
                check.scheduled(step, {Company: COMPANY, Representatives: STAFF}.get(type(item), PERSON))
    for items in week_of(model).values():
        for together in _at_once(items):
            check.adding_up(together)


def _steps_of(item: Item) -> list[Step]:
    return [getattr(item, key) for key in ("asked", "step") if hasattr(item, key)]


def _at_once(items: Sequence[Item]) -> Iterator[list[Step]]:
    """The steps that are taken block by block, so that none of them sees the sum of what another adds up."""
    together: list[Step] = []
    for item in items:
        if isinstance(item, Everybody | Listing | Whoever):
            together.append(_steps_of(item)[0])
        if not isinstance(item, Everybody | Listing):
            yield together
            together = []
    yield together


@dataclass
class _Check:
    """Looks through the steps of one part, and through all that they call."""

    part: Part
    model: Model
    seen: set[tuple[Step, str]] = field(default_factory=set)

    def scheduled(self, step: Step, actor: Actor) -> None:
        """Look at a step that an actor takes of itself."""
        odd, has = next((name for name in step.parameters if name not in actor.asks), None), ", ".join(actor.asks)
        if odd in STANDARD:
            raise step.unsuitable(step.tree, f"it asks for '{odd}', but {actor.told} acts, who has {has}")
        if odd is not None:
            hint = nearest(odd, list(actor.asks))
            raise step.unsuitable(step.tree, f"nobody gives it '{odd}'{hint}; it can ask for {has}")
        self._look(step, actor, ())

    def _look(self, step: Step, actor: Actor, above: tuple[Step, ...]) -> None:
        if step in above:
            raise above[-1].unsuitable(above[-1].tree, f"it comes to call itself, by way of {step.__name__}")
        if (step, actor.told) in self.seen:
            return
        self.seen.add((step, actor.told))
        for node in ast.walk(step.tree):
            self._columns(step, node, actor)
            if self._is_own(step):
                self._asked_for(step, node)
                self._written(step, node)
                self._noted(step, node)
                self._drawn(step, node)
            if (called := _called(step, node)) is not None:
                call, other = called
                if self._is_own(step):
                    self._handed_on(step, call, other)
                self._look(other, _actor_of(call, other, actor), (*above, step))

    def _is_own(self, step: Step) -> bool:
        return step.__module__ == self.part.module.__name__

    # ---- what it asks for

    def _asked_for(self, step: Step, node: ast.AST) -> None:
        if isinstance(node, ast.Name) and node.id in STANDARD and node.id not in step.parameters:
            asked = ", ".join((*step.parameters, node.id))
            raise step.unsuitable(node, f"it uses '{node.id}' without asking for it; def {step.__name__}({asked}) does")

    def _columns(self, step: Step, node: ast.AST, actor: Actor) -> None:
        match node:
            case ast.Attribute(value=ast.Name(id="me"), attr=name):
                known = [each for kind in actor.kinds for each in self.model.columns(kind)]
                if name not in known and name not in actor.does:
                    hint = self._elsewhere(name) or nearest(name, known)
                    raise step.unsuitable(node, f"'me.{name}' is no column of {actor.told}{hint}")

    def _elsewhere(self, name: str) -> str:
        """Who has the column, if it is the company or whoever answers."""
        for kind, who in (("firm", "firm"), ("weekly_firm", "firm"), ("weekly_sum", "firm"), ("staff", "agent")):
            if name in self.model.columns(kind):
                return f"; it is {who}.{name}"
        return ""

    # ---- whose it is

    def _written(self, step: Step, node: ast.AST) -> None:
        match node:
            case ast.Attribute(value=ast.Name(id="count"), attr=name, ctx=ast.Store()):
                self._refuse_strange(step, node, f"count.{name}", self.part.counted, self.model.counts)
            case ast.Subscript(value=ast.Attribute(value=ast.Name(id="count"))):
                raise step.unsuitable(node, f"what one's own mechanism counts has no places: {ast.unparse(node)}")
            case ast.Attribute(value=ast.Name(id="week"), attr=name, ctx=ast.Store()):
                raise step.unsuitable(node, f"'week.{name}' belongs to the model: call one of its steps instead")

    def _noted(self, step: Step, node: ast.AST) -> None:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="note"), attr=name), args=amounts):
                self._refuse_strange(step, node, f"note.{name}", tuple(self.part.events), self.model.events)
                if len(amounts) > 1:
                    raise step.unsuitable(node, f"an event has one amount, or none: {ast.unparse(node)}")

    def _refuse_strange(self, step: Step, node: ast.AST, told: str, own: Sequence[str], known: Sequence[str]) -> None:
        """Refuse the count or event of another part, and one that there is not."""
        which, _, name = told.partition(".")
        if name in known and name not in own:
            raise step.unsuitable(node, f"'{told}' belongs to another part of the model; take a name of your own")
        if name not in own:
            raise step.unsuitable(node, f"'{told}' is no {_KIND[which]} of this file{nearest(name, list(own))}")

    def _drawn(self, step: Step, node: ast.AST) -> None:
        """Refuse to draw what another part draws: that would be the same luck twice."""
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="me"), attr=how), args=[ast.Name(id=name), *_]) if (
                how in DRAWS
            ):
                value = step.plain.__globals__.get(name)
                others = (part.module for part in self.model.parts.values() if part is not self.part)
                if type(value) is np.uint32 and any(value is each for home in others for each in vars(home).values()):
                    remedy = f"make a stream of your own: stream('{self.part.name}')"
                    raise step.unsuitable(node, f"'{name}' is the luck of another part of the model; {remedy}")

    # ---- what it calls

    def _handed_on(self, step: Step, call: ast.Call, called: Step) -> None:
        """Refuse a call that does not hand on, under its own name, what the called step asks for."""
        if len(call.args) != len(called.parameters) or call.keywords:
            raise step.unsuitable(call, f"{called.__name__} takes {', '.join(called.parameters)}, in this order")
        for name, given in zip(called.parameters, call.args, strict=True):
            fitting = (name, "agent") if name == "me" else (name,)
            if name in STANDARD and not (isinstance(given, ast.Name) and given.id in fitting):
                raise step.unsuitable(call, f"{called.__name__} takes '{name}' here, not {ast.unparse(given)}")

    # ---- sums under way

    def adding_up(self, together: Sequence[Step]) -> None:
        """Refuse that a step reads what in the same sweep over everybody is still being added up."""
        added = {each for step in together for each in _added(step)}
        for step in filter(self._is_own, together):
            read = next((".".join(each) for each in _read(step, self.model) if each in added), None)
            if read is not None:
                raise step.unsuitable(
                    step.tree,
                    f"it reads {read} while everybody's is being added up; do so in a later phase, or in a step of the company",
                )


_KIND = {"count": "count", "note": "event"}


def _called(step: Step, node: ast.AST) -> tuple[ast.Call, Step] | None:
    """The call and the step that it calls; None for what calls no step."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        called = step.plain.__globals__.get(node.func.id)
        return (node, called) if isinstance(called, Step) else None
    return None


def _actor_of(call: ast.Call, called: Step, actor: Actor) -> Actor:
    """Who takes a step that is called: whoever calls it, or the representative who answered."""
    who = dict(zip(called.parameters, call.args, strict=False)).get("me")
    return STAFF if isinstance(who, ast.Name) and who.id == "agent" else actor


def _all_nodes(step: Step) -> Iterator[ast.AST]:
    """The nodes of a step and of the steps that it calls."""
    for node in ast.walk(step.tree):
        yield node
        if (called := _called(step, node)) is not None:
            yield from _all_nodes(called[1])


def _added(step: Step) -> Iterator[Named]:
    for node in _all_nodes(step):
        match node:
            case ast.AugAssign(target=ast.Attribute(value=ast.Name(id="firm" | "count" as who), attr=name)):
                yield who, name


def _read(step: Step, model: Model) -> Iterator[Named]:
    for node in _all_nodes(step):
        match node:
            case ast.Attribute(value=ast.Name(id="count"), attr="revenue" | "cost" as all_of, ctx=ast.Load()):
                yield from (("count", name) for name in (model.money_in if all_of == "revenue" else model.money_out))
            case ast.Attribute(value=ast.Name(id="firm" | "count" as who), attr=name, ctx=ast.Load()):
                yield who, name
