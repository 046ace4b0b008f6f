"""A step of the week: plain Python about one person, representative or the company, written once.

Python runs the very text on the objects of :mod:`sim.engine.objects`; :mod:`sim.engine.compile` translates it to columns. So a
step is a small part of Python: assignments, ``if``, sums, comparisons, and calls of rules and other steps about the same
person. What stands outside is refused with a sentence (see :class:`Unsuitable`) before anything is compiled.

A step takes what it needs of these, by name, and then numbers of its own, each annotated ``float``, ``int`` or ``bool``:

- ``me``: the person (or, in a step of representatives, the representative); ``me.trust`` is a column, ``me.luck(STREAM, 0)`` a
  draw of this person and week, ``me.word(STREAM, 0)`` the same as 32 random bits; of a column that holds several numbers,
  ``me.points[week.number]`` is one – the places go round, so that after the last comes the first –, ``total(me.points)`` their
  sum, and ``clear(me.points)`` sets all of them to nought;
- ``p``: the settings of this week, ``p.upselling.pressure``; ``last``: those of the week before;
- ``week``: the week (``week.number``, counted from the first that is lived, ``week.calendar``, counted from week 0 after a
  warm-up, ``week.rate`` at which losses are booked, …, see :class:`sim.engine.objects.market.Week`);
- ``firm``: what the company carries, ``firm.budget``; ``agent``: the representative who answered;
- ``count``: what is counted, ``count.sales += 1``; ``note``: events, ``note.offer_accepted(income)``.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections import Counter
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import Mistake, nearest
from sim.system.text import shown

STANDARD = ("me", "firm", "agent", "line", "p", "last", "week", "count", "note")
"""What a step may ask for by name."""
TYPES = {"float": "float", "int": "int", "bool": "bool", "Minutes": "time"}
"""What a step's own parameters may be."""
_FORMS: dict[str, Callable[[Any], Any]] = {
    "float": np.float32,
    "int": int,
    "bool": bool,
    "time": float,
    "Minutes": float,
}
Minutes = float
"""A time of a queue, in minutes: kept in double precision."""


def total(several: Any) -> Any:
    """The sum of the numbers that a column holds of somebody, added up in their order."""
    return several.total()


def clear(several: Any) -> None:
    """Nothing is left of the numbers that a column holds of somebody."""
    several.clear()


class Unsuitable(Mistake):
    """A step that cannot be translated: the sentence names file, line, what is meant and the nearest word."""


class Step:
    """A step: called from Python it runs as it is written. ``plain`` is the function, ``tree`` its text."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.plain = function
        self.__name__, self.__doc__, self.__module__ = function.__name__, function.__doc__, function.__module__

    def __call__(self, *arguments: Any) -> Any:
        """Run the step as plain Python; numbers that it is given and gives back are of the widths that columns reckon with."""
        given = (form(each) if form else each for form, each in zip(self._forms, arguments, strict=True))
        found, form = self.plain(*given), self._gives
        return form(found) if form else found

    def __repr__(self) -> str:
        return f"step {self.__module__}.{self.__name__}"

    @cached_property
    def path(self) -> Path:
        """The file it is written in."""
        return Path(self.plain.__code__.co_filename)

    @cached_property
    def first_line(self) -> int:
        """The line of its file in which its text begins."""
        return inspect.getsourcelines(self.plain)[1]

    @cached_property
    def tree(self) -> ast.FunctionDef:
        """The parsed text."""
        found = ast.parse(textwrap.dedent(inspect.getsource(self.plain))).body[0]
        assert isinstance(found, ast.FunctionDef)
        return found

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names of its parameters."""
        return tuple(argument.arg for argument in self.tree.args.args)

    @cached_property
    def names(self) -> frozenset[str]:
        """What it calls by a name of its own: its parameters, and all that it gives a value."""
        return self.given.union(self.parameters)

    @cached_property
    def given(self) -> frozenset[str]:
        """The names to which it gives a value."""
        return frozenset(self._stores)

    @cached_property
    def given_again(self) -> frozenset[str]:
        """The names that do not stand for one value from first to last."""
        times = Counter([*self._stores, *self.parameters])
        return frozenset(name for name in times if times[name] > 1)

    @cached_property
    def _stores(self) -> list[str]:
        names = (node for node in ast.walk(self.tree) if isinstance(node, ast.Name))
        return [name.id for name in names if isinstance(name.ctx, ast.Store)]

    @cached_property
    def own(self) -> dict[str, str]:
        """Its own parameters, beside the standard ones, and their types by name."""
        found = {a.arg: a.annotation for a in self.tree.args.args if a.arg not in STANDARD}
        for name, annotation in found.items():
            if not isinstance(annotation, ast.Name) or annotation.id not in TYPES:
                what = f"'{name}' is nothing that a step can ask for{nearest(name, list(STANDARD))}"
                raise self.unsuitable(self.tree, f"{what}; a number of its own is annotated float, int or bool")
        return {name: TYPES[annotation.id] for name, annotation in found.items() if isinstance(annotation, ast.Name)}

    @cached_property
    def _forms(self) -> tuple[Callable[[Any], Any] | None, ...]:
        return tuple(_FORMS[self.own[name]] if name in self.own else None for name in self.parameters)

    @cached_property
    def _gives(self) -> Callable[[Any], Any] | None:
        returned = self.tree.returns
        return _FORMS.get(returned.id) if isinstance(returned, ast.Name) else None

    @cached_property
    def calls(self) -> tuple[Step, ...]:
        """The steps that it calls."""
        calls = (node.func for node in ast.walk(self.tree) if isinstance(node, ast.Call))
        names = {called.id for called in calls if isinstance(called, ast.Name)}
        known = (self.plain.__globals__.get(name) for name in sorted(names))
        return tuple(called for called in known if isinstance(called, Step))

    @cached_property
    def within(self) -> tuple[Step, ...]:
        """The steps that it calls, those that they call, and so on. Raises :class:`Unsuitable` when one comes back to itself."""
        found = _reached(self)
        for each in (self, *found):
            if each in _reached(each):
                raise each.unsuitable(
                    each.tree, "it calls itself, perhaps through others, and would never come to an end"
                )
        return tuple(found)

    @cached_property
    def writes(self) -> frozenset[str]:
        """The columns that it changes, itself or through the steps that it calls."""
        nodes = (node for each in (self, *self.within) for node in ast.walk(each.tree))
        return frozenset(name for node in nodes if (name := column_written(node)) is not None)

    @cached_property
    def acts(self) -> bool:
        """Whether it leaves anything behind, itself or through the steps that it calls: in a column, a count or a note."""
        return any(_acts(node) for each in (self, *self.within) for node in ast.walk(each.tree))

    def unsuitable(self, node: ast.AST, what: str) -> Unsuitable:
        """The mistake at a place of its text."""
        line = self.first_line + getattr(node, "lineno", 1) - 1
        return Unsuitable(f"{shown(self.path)}, line {line}, step {self.__name__}: {what}")


def _reached(step: Step) -> list[Step]:
    """The steps that a step calls, that these call, and so on."""
    found = list(step.calls)
    for called in found:  # which grows meanwhile
        found += [each for each in called.calls if each not in found]
    return found


def column_written(node: ast.AST) -> str | None:
    """The column to which a part of a step's text writes."""
    match node:
        case (
            ast.Attribute(value=ast.Name(id="me" | "firm" | "agent"), attr=column, ctx=ast.Store())
            | ast.Subscript(
                value=ast.Attribute(value=ast.Name(id="me" | "firm" | "agent"), attr=column), ctx=ast.Store()
            )
            | ast.Call(func=ast.Name(id="clear"), args=[ast.Attribute(attr=column)])
        ):
            return column
    return None


def _acts(node: ast.AST) -> bool:
    """Whether a part of a step's text leaves something behind."""
    match node:
        case ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()) | ast.Call(func=ast.Name(id="clear")):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id="note" | "line"))):
            return True
    return False


def step(function: Callable[..., Any]) -> Step:
    """Mark a function as a step of the model (see :class:`Step`)."""
    return Step(function)
