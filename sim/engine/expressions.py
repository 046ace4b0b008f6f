"""What the expressions of a step mean on columns: names, types, and the text that stands for them in compiled code.

Types are ``float`` (a quantity, float32), ``int`` (a whole number of any width), ``bool``, ``word`` (32 random bits) and ``time``
(minutes of a queue, float64). A number that is written down takes the type of what it meets, so that nothing is ever
reckoned in double precision by accident.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from inspect import signature
from math import isfinite
from typing import Any

import numpy as np

from sim.errors import nearest
from sim.model.behaviour.person import RIVAL
from sim.model.behaviour.waiting import wait_bin
from sim.model.component import USES, Model
from sim.model.mechanisms.word_of_mouth import PARTS
from sim.model.numeric import normal_quantile
from sim.model.random import spare_word, unit
from sim.model.rules import Rule
from sim.model.steps import STANDARD, Step, Unsuitable

KNOWN: dict[Any, tuple[tuple[str, ...], str]] = {
    normal_quantile: (("word",), "float"),
    unit: (("word",), "float"),
    spare_word: (("word", "word", "word", "word"), "word"),
    wait_bin: (("time",), "int"),
}
"""Functions beside rules that a step may call: what they take and give."""
CASTS = {"int": "i64"}
_TAKES = {"word": "me.word(…)", "time": "minutes"}
_PLACES = {
    "number": "now.number", "clock": "now.clock", "mark": "now.mark", "staff": "now.staff", "firm": "now.firm",
    "weekly_number": "now.weekly_number", "weekly_flag": "now.weekly_flag", "weekly_firm": "now.weekly_firm",
    "weekly_sum": "now.weekly_sum",
}  # fmt: skip
COLUMN_TYPES = {"clock": "int", "mark": "int", "weekly_flag": "bool", "weekly_sum": "int"}
_OWNERS = {
    "person": ("number", "clock", "mark", "weekly_number", "weekly_flag"), "representative": ("staff",), "company": (),
    "firm": ("firm", "weekly_firm", "weekly_sum"), "agent": ("staff",),
}  # fmt: skip
"""What is carried by whom: by ``me``, who may be a person or a representative, by ``firm``, and by ``agent``."""
Draw = tuple[str, int, str]
"""A stream, the block of its words, and what stands in the place of the week: :data:`THIS_WEEK` or a number."""
Drawn = Mapping[Draw, int]
"""Draws that are made in bulk, and their rows."""
THIS_WEEK = "now.week"
WEEK: dict[str, tuple[str, str]] = {
    "number": ("now.week", "int"),
    "rate": ("now.rate", "float"),
    "stands_for": ("f32(now.stands_for)", "float"),
    "calendar": ("now.calendar", "int"),
    "measured": ("now.measured", "int"),
    "prices_move": ("now.prices_move", "bool"),
    "offers_made": ("now.offers_made", "bool"),
    "staff_lasts": ("now.staff_lasts", "bool"),
    "budget_moves": ("now.budget_moves", "bool"),
    "company_reputation": ("now.reputation[0]", "float"),
    "rival_reputation": ("now.reputation[1]", "float"),
    "rivals": ("now.rivals", "int"),
    "several": ("", "bool"),
    "rival": ("of_rival", "int"),
}
"""What a step may ask of the week."""
IN_QUESTION = "of_rival"
"""What the number of the rival is called who is in question, where a step is taken for each."""


@dataclass(frozen=True)
class Term:
    """A translated expression: its text, its type, and whether it differs from person to person."""

    text: str
    kind: str
    varies: bool = False
    literal: bool = False
    width: int = 64
    """Bits that a whole number needs, as a sum over a block of people."""
    weak: int = 0
    """How far Python may hold a quantity in double precision, until it meets one of a column: 0 not at all; 1 yes, but as a
    number that single precision has too, so that one thing may be reckoned with it; 2 as any number."""
    value: Any = None
    """What is written down."""
    small: bool = False
    """Whether it is read from a column of a byte, which is widened before anything is taken from it."""


class Expressions(ABC):
    """Translates the expressions of one step; how columns and draws are read is for those who build on it to say."""

    whose = "person"
    """Who ``me`` is: a person, a representative, or nobody in a step of the company's."""
    each_rival = False
    """Whether the step is taken for each of several rivals."""

    def __init__(self, step: Step, model: Model, globals_named: Callable[[Any, str, str], str]) -> None:
        self.step, self.model, self.globals_named = step, model, globals_named
        self.locals: dict[str, Term] = {name: Term(name, kind, True) for name, kind in step.own.items()}

    # ---- for others to fill in -------------------------------------------------------------------------------------

    @abstractmethod
    def column(self, kind: str, row: str, owner: str) -> str:
        """The text that reads a row of the columns of a kind."""

    @abstractmethod
    def word(self, node: ast.Call, stream: str, index: ast.expr, at: ast.expr | None = None) -> Term:
        """A draw of the person; ``at``: the number in place of the week."""

    @abstractmethod
    def call_step(self, node: ast.Call, step: Step) -> Term:
        """A call of another step as a value."""

    def hoisted(self, term: Term) -> Term:
        """A term that is the same for everybody, where it meets one that is not."""
        return term

    @abstractmethod
    def sum_of(self, kind: str, rows: tuple[int, int], owner: str) -> str:
        """The text of the sum of a column that holds several numbers, in these rows of its kind."""

    # ---- several rivals --------------------------------------------------------------------------------------------

    def rival(self, node: ast.AST) -> str:
        """The text of the number of the rival in question: for which the step is taken, or else whom the person has in view."""
        if self.each_rival:
            return IN_QUESTION
        if self.whose != "person":
            raise self.wrong(node, "which of several rivals is meant is not known here: take the step for each")
        return self.column("mark", str(self.model.row("rival")), "me")

    def lane_row(self, node: ast.AST, name: str) -> str:
        """The text of the row of a column, at the rival in question where it holds a number for each of several."""
        if not self.model.several or name not in self._lanes:
            return str(self.model.row(name))
        return self.row_of(name, self.rival(node))

    def row_of(self, name: str, rival: str) -> str:
        """The text of the row of a column at a rival."""
        first, second, step = self.model.lane(name)
        return f"lane_row({rival}, {first}, {second}, {step})"

    @cached_property
    def _lanes(self) -> frozenset[str]:
        return frozenset((*self.model.lanes("number"), *self.model.lanes("firm")))

    def said_of(self, node: ast.AST, what: str, provider: Term) -> str:
        """The text of what a person heard (or how content who told it was) of a provider, of a rival that in question."""
        return self.column(what, "" if not self.model.several else self.row_of_said(node, provider), "me")

    def row_of_said(self, node: ast.AST, provider: Term) -> str:
        """The text of the row in which what is said of a provider is kept, where there are several rivals."""
        if provider.value is not None:
            return self.rival(node) if provider.value == RIVAL else "0"
        return f"({self.rival(node)} if {provider.text} == {RIVAL} else 0)"

    # ---- expressions ---------------------------------------------------------------------------------------------------

    def term(self, node: ast.expr) -> Term:
        """Translate an expression; raises :class:`~sim.model.steps.Unsuitable` when it is outside the small part of Python."""
        found = getattr(self, f"_{type(node).__name__.lower()}", None)
        if found is None:
            raise self.wrong(node, f"{type(node).__name__.lower()} is no part of a step: {ast.unparse(node)}")
        return found(node)

    def wrong(self, node: ast.AST, what: str) -> Unsuitable:
        """The mistake at this place."""
        return self.step.unsuitable(node, what)

    def need_standard(self, step: Step, given: Mapping[str, ast.expr]) -> None:
        """Refuse a call in which a step is given something else for what it asks for by name; an agent may be its ``me``."""
        for name, argument in given.items():
            told = ast.unparse(argument)
            if name in STANDARD and told != name and (name, told) != ("me", "agent"):
                raise self.wrong(argument, f"{step.__name__} takes '{name}' here, not {told}")
            if name in STANDARD and told not in self.step.parameters and told not in self.locals:
                raise self.wrong(argument, f"{step.__name__} needs '{told}': let this step ask for it too")

    def only_target(self, node: ast.Assign) -> ast.expr:
        """To what a statement gives a value; refuses ``a = b = …``."""
        if len(node.targets) != 1:
            raise self.wrong(node, f"one thing is given a value at a time: {ast.unparse(node)}")
        return node.targets[0]

    @contextmanager
    def understanding(self, node: ast.AST) -> Iterator[None]:
        """Within it, what nobody has foreseen of a statement is the step's mistake as well, and is told with its place."""
        try:
            yield
        except (
            AssertionError,
            ArithmeticError,
            LookupError,
            AttributeError,
            TypeError,
            ValueError,
            NameError,
            RecursionError,
        ) as fault:
            raise self.wrong(node, f"this means nothing in a step: {ast.unparse(node)}") from fault

    def whole(self, node: ast.AST, term: Term) -> Term:
        """The term, which must be a whole number or a yes or no, because sums of these are exact in any order."""
        if term.kind not in ("int", "bool"):
            raise self.wrong(
                node, f"what is counted is a whole number, such as int(…) or fixed(…): {ast.unparse(node)}"
            )
        return term

    def _constant(self, node: ast.Constant) -> Term:
        if isinstance(node.value, bool):
            return Term(str(node.value), "bool", literal=True, width=1, value=node.value)
        if isinstance(node.value, int):
            return Term(str(node.value), "int", literal=True, width=_width(node.value), value=node.value)
        if isinstance(node.value, float):
            return _written_down(node.value)
        raise self.wrong(node, f"{node.value!r} is no number")

    def _name(self, node: ast.Name) -> Term:
        if node.id in self.locals:
            return self.locals[node.id]
        if node.id in STANDARD:
            raise self.wrong(
                node, f"'{node.id}' alone is no number: a step asks for something of it, such as {node.id}.…"
            )
        if node.id in self.step.names:
            raise self.wrong(node, f"'{node.id}' has no value here")
        value = self.step.plain.__globals__.get(node.id)
        kind = _kind_of_constant(value)
        if kind is None:
            known = [*self.locals, *STANDARD]
            raise self.wrong(node, f"'{node.id}' is no number that is known here{nearest(node.id, known)}")
        text = self.globals_named(value, node.id, self.step.__module__)
        if isinstance(value, float):
            return replace(_written_down(value), text=f"f32({text})")
        return Term(text, kind, literal=True, width=_width(value), value=value)

    def _attribute(self, node: ast.Attribute) -> Term:
        owner = _dotted(node.value)
        match owner:
            case ("me" | "firm" | "agent" as who,):
                return self._read(node, who, node.attr)
            case ("week",):
                return self._of_week(node)
            case ("count",):
                return self._counted(node)
            case ("p" | "last" as which, part):
                return self._setting(node, which, part)
        raise self.wrong(node, f"{ast.unparse(node)} means nothing in a step")

    def _read(self, node: ast.AST, who: str, name: str) -> Term:
        if who == "me" and name == "number":
            return Term(self.person(), "int", True)
        if who == "agent" and name == "number":
            return Term("i64(agent)", "int", True)
        kind, row = self.one_number(node, who, name)
        text, what = self.column(kind, row, who), COLUMN_TYPES.get(kind, "float")
        return Term(f"({text} != 0)" if what == "bool" else text, what, who != "firm", small=kind == "mark")

    def person(self) -> str:
        """The text of the person's number."""
        return "i64(i)"

    def found_column(self, node: ast.AST, who: str, name: str) -> tuple[str, str]:
        """Kind and row of a column; refuses a name that is none of ``who``."""
        if who not in self.step.parameters and who not in self.locals:
            raise self.wrong(node, f"the step does not ask for '{who}': add it to its parameters")
        kinds = _OWNERS[self.whose if who == "me" else who]
        for kind in kinds:
            if name in self.model.columns(kind):
                return kind, self.lane_row(node, name)
        known = [each for kind in kinds for each in self.model.columns(kind)]
        raise self.wrong(node, f"'{who}.{name}' is no column of a {self._owner(who)}{nearest(name, known)}")

    def _owner(self, who: str) -> str:
        return {"me": self.whose, "firm": "company", "agent": "representative"}[who]

    def one_number(self, node: ast.AST, who: str, name: str) -> tuple[str, str]:
        """Kind and row of a column, which must hold one number of everybody."""
        kind, row = self.found_column(node, who, name)
        if self.model.columns(kind)[name].size > 1:
            raise self.wrong(
                node, f"{who}.{name} holds several numbers: take one, {who}.{name}[week.number], or total({who}.{name})"
            )
        return kind, row

    def several(self, node: ast.Call) -> tuple[str, tuple[int, int], str]:
        """Kind, rows and owner of the column that ``total`` or ``clear`` is given."""
        match node.args:
            case [ast.Attribute(value=ast.Name(id="me" | "firm" | "agent" as who), attr=name)]:
                kind, row = self.found_column(node, who, name)
                size = self.model.columns(kind)[name].size
                if size > 1:
                    return kind, (int(row), int(row) + size), who
        raise self.wrong(node, f"{ast.unparse(node)}: only a column that holds several numbers can be meant here")

    def _of_week(self, node: ast.Attribute) -> Term:
        if node.attr.startswith(USES):
            return self._used(node)
        if node.attr not in WEEK:
            raise self.wrong(node, f"'week.{node.attr}' is nothing that a week has{nearest(node.attr, list(WEEK))}")
        if node.attr == "several":
            return Term(str(self.model.several), "bool", literal=True, width=1, value=self.model.several)
        if node.attr == "rival" and not self.each_rival:
            raise self.wrong(node, "week.rival is known only in a step that is taken for each of several rivals")
        if node.attr == "rival_reputation" and self.model.several:
            return Term(f"now.reputation[1 + {self.rival(node)}]", "float", True)
        return Term(*WEEK[node.attr])

    def _used(self, node: ast.Attribute) -> Term:
        """Whether a mechanism is used that only some scenarios use, which is so in every week of a model."""
        name = node.attr.removeprefix(USES)
        if name not in self.model.optional:
            raise self.wrong(
                node, f"'{name}' is no mechanism that only some scenarios use{nearest(name, list(self.model.optional))}"
            )
        return Term(str(name in self.model.used), "bool", literal=True, width=1, value=name in self.model.used)

    def _counted(self, node: ast.Attribute) -> Term:
        groups = {"revenue": self.model.money_in, "cost": self.model.money_out}
        if node.attr in groups:
            return Term(f"({' + '.join(f'counts[{self.model.count(n)}]' for n in groups[node.attr])})", "int")
        return Term(self.count_place(node, node.attr), "int")

    def count_place(self, node: ast.AST, name: str) -> str:
        """The text of a count's place."""
        if name not in self.model.counts:
            raise self.wrong(node, f"'count.{name}' is no count{nearest(name, list(self.model.counts))}")
        return f"counts[{self.model.count(name)}]"

    def numbered_count(self, node: ast.Subscript) -> str:
        """The text of the place of one of several counts that are numbered: ``count.waited[3]`` is ``waited_3``."""
        assert isinstance(node.value, ast.Attribute)
        first = self.count_place(node, f"{node.value.attr}_0").removesuffix("]")
        return f"{first} + {self.term(node.slice).text}]"

    def _setting(self, node: ast.AST, which: str, part: str) -> Term:
        assert isinstance(node, ast.Attribute)
        settings = self.model.settings
        if part not in settings:
            raise self.wrong(node, f"'{which}.{part}' is no behaviour or mechanism{nearest(part, list(settings))}")
        if part == "rival" and self.model.several and node.attr in settings[part]:
            return self.setting_of_rival(node, which)
        if node.attr not in settings[part]:
            raise self.wrong(
                node, f"'{which}.{part}.{node.attr}' is no parameter{nearest(node.attr, list(settings[part]))}"
            )
        kind, text = settings[part][node.attr].__name__, f"{which}.{part}_{node.attr}"
        return Term(f"({text} != 0)" if kind == "bool" else text, kind)

    def setting_of_rival(self, node: ast.Attribute, which: str) -> Term:
        """A setting of the rival in question."""
        return Term(f"{which}.rivals_{node.attr}[{self.rival(node)}]", "float", not self.each_rival)

    # ---- what is done with them --------------------------------------------------------------------------------------

    def joined(self, make: Callable[..., str], kind: str, terms: Iterable[Term], width: int = 64) -> Term:
        """A term made of others; those that are the same for everybody are set apart where some are not."""
        terms = list(terms)
        varies = any(term.varies for term in terms)
        if varies:
            terms = [term if term.varies or term.literal else self.hoisted(term) for term in terms]
        return Term(make(*(term.text for term in terms)), kind, varies, all(t.literal for t in terms), width)

    def as_float(self, term: Term) -> Term:
        """The term as a quantity."""
        if term.kind == "float":
            return term
        return replace(term, text=f"f32({term.text})", kind="float", weak=1, small=False)

    def alike(self, *terms: Term) -> list[Term]:
        """The terms in one type: quantities if one of them is."""
        return [self.as_float(term) for term in terms] if any(t.kind == "float" for t in terms) else list(terms)

    def _binop(self, node: ast.BinOp) -> Term:
        sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
                ast.BitAnd: "&", ast.BitOr: "|"}.get(type(node.op))  # fmt: skip
        left, right = self.term(node.left), self.term(node.right)
        if sign is None or "word" in (left.kind, right.kind):
            raise self.wrong(node, f"this cannot be reckoned in a step: {ast.unparse(node)}")
        if "time" in (left.kind, right.kind):
            return self.joined(f"({{}} {sign} {{}})".format, "time", self.in_minutes(node, left, right))
        if left.value is not None and right.value is not None and "float" in (left.kind, right.kind):
            return _written_down(eval(f"left {sign} right", {}, {"left": left.value, "right": right.value}))
        weak = self._weakness(node, left, right)
        left, right = self.alike(self.widened(left), self.widened(right))
        if sign == "/" and left.kind != "float":
            raise self.wrong(node, f"whole numbers are not divided in a step; write f32(…): {ast.unparse(node)}")
        narrow = sign in "+-" and max(left.width, right.width) <= 16
        kind = "int" if left.kind == "bool" and sign not in "&|" else left.kind
        found = self.joined(f"({{}} {sign} {{}})".format, kind, (left, right), 32 if narrow else 64)
        return replace(found, weak=weak)

    def _weakness(self, node: ast.AST, left: Term, right: Term) -> int:
        """How far Python would hold in double precision what is made of both; refuses what would come out differently."""
        levels = [max(term.weak, term.kind != "float") for term in (left, right)]
        if "float" not in (left.kind, right.kind) or 0 in levels:
            return 0
        if 2 in levels:
            raise self.wrong(
                node, f"Python would reckon this in double precision; write f32(…) around one: {ast.unparse(node)}"
            )
        return 2

    def in_minutes(self, node: ast.AST, *terms: Term) -> list[Term]:
        """Terms of which one is a time, in double precision; refuses to mix a time with a quantity."""
        for term in terms:
            if term.kind == "float" and term.value is None:
                raise self.wrong(
                    node, f"minutes are kept in double precision; write f32(…) around them: {ast.unparse(node)}"
                )
        return [term if term.value is None else replace(term, text=_double(term)) for term in terms]

    def widened(self, term: Term) -> Term:
        """A byte as a whole number that may become negative."""
        return replace(term, text=f"i64({term.text})", small=False) if term.small else term

    def _unaryop(self, node: ast.UnaryOp) -> Term:
        inner = self.term(node.operand)
        if isinstance(node.op, ast.Not):
            self._need_bool(node.operand, inner)
            return self.joined("(not {})".format, "bool", (inner,), 1)
        if isinstance(node.op, ast.USub) and inner.kind in ("float", "int", "time"):
            return replace(self.joined("(-{})".format, inner.kind, (self.widened(inner),)), weak=inner.weak)
        raise self.wrong(node, f"this cannot be reckoned in a step: {ast.unparse(node)}")

    def _need_bool(self, node: ast.AST, term: Term) -> None:
        if term.kind != "bool":
            raise self.wrong(node, f"{ast.unparse(node)} is no yes or no; compare it with something")

    def _boolop(self, node: ast.BoolOp) -> Term:
        terms = [self.term(value) for value in node.values]
        for value, term in zip(node.values, terms, strict=True):
            self._need_bool(value, term)
        return self.joined_by(" and " if isinstance(node.op, ast.And) else " or ", terms)

    def joined_by(self, word: str, terms: list[Term]) -> Term:
        """Yes and no joined by *and* or *or*."""
        return self.joined(lambda *texts: f"({word.join(texts)})", "bool", terms, 1)

    def _compare(self, node: ast.Compare) -> Term:
        if len(node.ops) != 1:
            raise self.wrong(node, f"compare two things at a time: {ast.unparse(node)}")
        signs = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
        sign = signs.get(type(node.ops[0]))
        left, right = self.term(node.left), self.term(node.comparators[0])
        if sign is None:
            raise self.wrong(node, f"this cannot be compared in a step: {ast.unparse(node)}")
        timed = "time" in (left.kind, right.kind)
        left, right = self.in_minutes(node, left, right) if timed else self.alike(left, right)
        return self.joined(f"({{}} {sign} {{}})".format, "bool", (left, right), 1)

    def _ifexp(self, node: ast.IfExp) -> Term:
        condition = self.term(node.test)
        self._need_bool(node.test, condition)
        if condition.value is not None:
            return self.term(node.body if condition.value else node.orelse)
        ways = self.term(node.body), self.term(node.orelse)
        timed = "time" in (ways[0].kind, ways[1].kind)
        yes, no = self.in_minutes(node, *ways) if timed else self.alike(*ways)
        kind = "time" if timed else yes.kind
        found = self.joined("({1} if {0} else {2})".format, kind, (condition, yes, no), max(yes.width, no.width))
        return replace(found, weak=max(yes.weak, no.weak))

    def _subscript(self, node: ast.Subscript) -> Term:
        if (_dotted(node.value) or ("",))[0] == "count":
            return Term(self.numbered_count(node), "int")
        kind, row, who = self.vector_place(node)
        return Term(self.column(kind, row, who), "float", who != "firm")

    def vector_place(self, node: ast.Subscript) -> tuple[str, str, str]:
        """Kind, row and owner of one place of a column that holds several numbers; places go round."""
        match node.value:
            case ast.Attribute(value=ast.Name(id="me" | "firm" | "agent" as who), attr=name):
                kind, row = self.found_column(node, who, name)
                size, place = self.model.columns(kind)[name].size, self.term(node.slice)
                if size > 1 and place.kind == "int":
                    return kind, f"{row} + {self.same_place(node, place)} % {size}", who
        raise self.wrong(node, f"{ast.unparse(node)}: only a column with several numbers has places, whole numbers")

    def same_place(self, node: ast.Subscript, place: Term) -> str:
        """The text of a place."""
        return place.text

    # ---- calls -------------------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Term:
        if node.keywords:
            raise self.wrong(node, f"a step gives its arguments in order, without names: {ast.unparse(node)}")
        if isinstance(node.func, ast.Attribute):
            return self._method(node, node.func)
        if not isinstance(node.func, ast.Name):
            raise self.wrong(node, f"a step calls rules and steps by name: {ast.unparse(node)}")
        name = node.func.id
        called = self.step.plain.__globals__.get(name, partial)
        if isinstance(called, Step):
            return self.call_step(node, called)
        if isinstance(called, Rule):
            return self._rule(node, called)
        if called is np.float32:
            return self.joined(lambda text: f"f32({text})", "float", [self.term(argument) for argument in node.args])
        if called in KNOWN:
            return self._known(node, called)
        if name in ("min", "max", "int", "abs", "total"):
            return self._builtin(node, name)
        known = [n for n, v in self.step.plain.__globals__.items() if isinstance(v, Rule | Step)]
        raise self.wrong(node, f"'{name}' is no rule or step that is known here{nearest(name, known)}")

    def _rule(self, node: ast.Call, called: Rule) -> Term:
        described = signature(called.plain, eval_str=True)
        kinds = [parameter.annotation.__name__ for parameter in described.parameters.values()]
        if len(kinds) != len(node.args):
            raise self.wrong(node, f"{called.__name__} takes {len(kinds)} numbers, got {len(node.args)}")
        terms = [self.fitting(self.term(a), kind) for a, kind in zip(node.args, kinds, strict=True)]
        returned = described.return_annotation.__name__
        text = self.globals_named(called, called.__name__, called.__module__)
        width = 1 if returned == "bool" else 64
        return self.joined(lambda *texts: f"{text}({', '.join(texts)})", returned, terms, width)

    def fitting(self, term: Term, kind: str) -> Term:
        """The term as a parameter of this type takes it."""
        if kind == "float":
            return self.as_float(term)
        if kind == "int" and term.kind in ("float", "time"):
            return replace(term, text=f"i64({term.text})", kind="int")
        if kind == "bool" and term.kind != "bool":
            return replace(term, text=f"({term.text} != 0)", kind="bool", width=1)
        return term

    def _known(self, node: ast.Call, called: Any) -> Term:
        kinds, returned = KNOWN[called]
        terms = [self.term(argument) for argument in node.args]
        if len(terms) != len(kinds) or any(
            (t.kind == "word") != (k == "word") for t, k in zip(terms, kinds, strict=True)
        ):
            raise self.wrong(node, f"{called.__name__} takes {', '.join(_TAKES[kind] for kind in kinds)}")
        text = self.globals_named(called, called.__name__, called.__module__)
        return self.joined(lambda *texts: f"{text}({', '.join(texts)})", returned, terms)

    def _builtin(self, node: ast.Call, name: str) -> Term:
        if name == "total":
            return self._total(node)
        terms = [self.term(argument) for argument in node.args]
        if name in CASTS:
            text = f"{CASTS[name]}({{}})"
            return self.joined(text.format, name, terms)
        weak, terms = max(term.weak for term in terms), self.alike(*map(self.widened, terms))
        return replace(self.joined(lambda *texts: f"{name}({', '.join(texts)})", terms[0].kind, terms), weak=weak)

    def _total(self, node: ast.Call) -> Term:
        """The sum of a column that holds several numbers."""
        kind, rows, who = self.several(node)
        return Term(self.sum_of(kind, rows, who), "float", who != "firm")

    def _method(self, node: ast.Call, method: ast.Attribute) -> Term:
        owner = _dotted(method.value)
        if owner == ("me",) and method.attr in ("luck", "word", "word_at", "spare_luck"):
            return self._draw(node, method.attr)
        if owner == ("me",) and method.attr == "heard":
            return self._heard(node)
        if owner == ("me",) and method.attr == "heard_content":
            return self._heard_content(node)
        if owner == ("week",) and method.attr == "spoken":
            provider, well = (self.term(argument) for argument in node.args)
            row = f"{self.row_of_said(node, provider)}, " if self.model.several else ""
            return self.joined(f"now.spoken[{row}2 * {{}} + (0 if {{}} else 1)]".format, "int", (provider, well))
        if owner == ("week",) and method.attr == "spoken_content":
            provider = self.term(node.args[0])
            row = f"{self.row_of_said(node, provider)}, " if self.model.several else ""
            return self.joined(f"(f32(now.spoken[{row}4 + {{}}]) * f32({1 / PARTS}))".format, "float", (provider,))
        if owner == ("week",) and method.attr == "minutes_open":
            hours = self.term(node.args[0])
            return self.joined("({} * 60.0 / now.stands_for)".format, "time", (hours,))
        raise self.wrong(node, f"{ast.unparse(method)} is nothing that a step can call")

    def _draw(self, node: ast.Call, how: str) -> Term:
        value = node.args[0]
        number = self.step.plain.__globals__.get(value.id) if isinstance(value, ast.Name) else None
        if not isinstance(number, np.uint32) or not isinstance(value, ast.Name):
            raise self.wrong(node, f"{ast.unparse(node)}: the stream must be one that sim.model.random.stream gave")
        stream = self.globals_named(number, value.id, self.step.__module__)
        if how == "spare_luck":
            words = [self.word(node, stream, ast.Constant(k)) for k in range(4)]
            text = self.globals_named(spare_word, "spare_word", "sim.model.random")
            return self.joined(lambda *texts: f"unit({text}({', '.join(texts)}))", "float", words)
        *at, index = node.args[1:]
        found = self.word(node, stream, index, at[0] if at else None)
        return replace(found, text=f"unit({found.text})", kind="float") if how == "luck" else found

    def _heard(self, node: ast.Call) -> Term:
        """Messages heard this week about a provider, good or bad."""
        provider, well = (self.term(argument) for argument in node.args)
        lane = self.joined(
            "(u64(32) if {0} == 1 else u64(0)) + (u64(0) if {1} else u64(16))".format, "int", (provider, well)
        )
        heard = f"i32(({self.said_of(node, 'heard', provider)} >> ({lane.text})) & u64(0xFFFF))"
        return Term(self._of_provider(node, provider, heard, "i32(0)"), "int", True)

    def _heard_content(self, node: ast.Call) -> Term:
        """How content those were who told of a provider this week, all together."""
        provider = self.term(node.args[0])
        lane = self.joined("(u64(32) if {0} == 1 else u64(0))".format, "int", (provider,))
        units = f"i32(({self.said_of(node, 'content', provider)} >> {lane.text}) & u64(0xFFFFFFFF))"
        return Term(self._of_provider(node, provider, f"(f32({units}) * f32({1 / PARTS}))", "f32(0)"), "float", True)

    @staticmethod
    def _of_provider(node: ast.Call, provider: Term, found: str, nothing: str) -> str:
        """What was heard of a provider: nothing of whoever is none."""
        sure = provider.literal or not any(isinstance(each, ast.Attribute) for each in ast.walk(node.args[0]))
        return found if sure else f"({found} if {provider.text} <= 1 else {nothing})"


def _dotted(node: ast.expr) -> tuple[str, ...] | None:
    """The names of ``a.b.c``; None for anything else."""
    match node:
        case ast.Name(id=name):
            return (name,)
        case ast.Attribute(value=value, attr=attr):
            before = _dotted(value)
            return None if before is None else (*before, attr)
    return None


def _kind_of_constant(value: Any) -> str | None:
    if isinstance(value, bool | int):
        return "bool" if isinstance(value, bool) else "int"
    return "float" if isinstance(value, float | np.floating) else None


def _written_down(value: float | np.float32) -> Term:
    """A quantity that is written down, or made of such."""
    weak = 0 if isinstance(value, np.float32) else 1 if float(np.float32(value)) == value else 2
    return Term(f"f32({float(value)!r})", "float", literal=True, weak=weak, value=value)


def _double(term: Term) -> str:
    """The text of a number that is written down, in double precision."""
    return repr(float(term.value)) if isfinite(term.value) else f"f64({term.text})"


def _width(number: Any) -> int:
    """Bits that a number which is written down needs, as a sum over a block of people."""
    return 1 if abs(number) <= 1 else 32 if abs(number) <= 1 << 20 else 64


def place(kind: str) -> str:
    """The array in which columns of a kind lie."""
    return _PLACES[kind]
