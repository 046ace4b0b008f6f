"""A step as compiled code about one person of a list: the statements stay as they are, names become places in columns."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from sim.engine.expressions import IN_QUESTION, THIS_WEEK, Draw, Drawn, Expressions, Term, place
from sim.errors import nearest
from sim.model.component import Model
from sim.model.steps import STANDARD, TYPES, Step

ALWAYS = ("now", "i", "p", "last", "counts", "journal")
"""What every translated step is given; then ``agent`` and ``line`` where it asks for them, then numbers of its own."""
LINE = ("free_at", "numbers", "standing")
"""What a translated step is given for a line: the heap of those who serve, and who is seen to stand there."""
WHOSE = {"me": "i", "firm": "0", "agent": "agent"}
"""The text of the number of whoever carries a column."""


class ScalarStep(Expressions):
    """Writes one step as a function of a compiled module.

    ``drawn``: what of its draws is made in bulk by its caller; ``whose``: who takes it, person, representative or company;
    ``each_rival``: whether it is taken for each of several rivals, and given the number of the one in question.
    """

    def __init__(
        self,
        step: Step,
        model: Model,
        module: Any,
        drawn: Drawn | None = None,
        whose: str = "person",
        each_rival: bool = False,
    ) -> None:
        super().__init__(step, model, module.global_named)
        self.module, self.drawn, self.whose, self.each_rival = module, drawn or {}, whose, each_rival
        for name in {"me", "agent", "line"} & {*step.parameters} if whose == "company" else ():
            raise step.unsuitable(
                step.tree, f"the company takes this step, and has no '{name}'; what it carries is 'firm'"
            )
        self.lines: list[str] = []
        self.rows: dict[str, None] = {}
        self.locals = {name: Term(self.named(name), kind, True) for name, kind in step.own.items()}

    def named(self, name: str) -> str:
        """What a name of the step's own is called in the compiled text, where some words mean something else."""
        other = name in self.module.taken or name.removeprefix("w").isdigit()
        return f"{name}_" if other and name not in STANDARD else name

    # ---- reading -------------------------------------------------------------------------------------------------------

    def column(self, kind: str, row: str, owner: str) -> str:
        """The place of a column at the person."""
        if kind in ("heard", "content"):
            return f"now.{kind}[{row}, i]" if row else f"now.{kind}[i]"
        if kind == "weekly_sum":
            return f"now.weekly_sum[{row}]"
        return f"{place(kind)}[{row}, {WHOSE[owner]}]"

    def sum_of(self, kind: str, rows: tuple[int, int], owner: str) -> str:
        """The sum of whoever carries it."""
        return f"total({place(kind)}, {rows[0]}, {rows[1]}, {WHOSE[owner]})"

    def word(self, node: ast.Call, stream: str, index: ast.expr, at: ast.expr | None = None) -> Term:
        """A word drawn in bulk by the caller, kept all week, or drawn here."""
        number, moment = fixed_number(self.step, index), THIS_WEEK if at is None else self.term(at).text
        kept = self.module.kept_row(stream) if self.whose == "person" and moment == THIS_WEEK else None
        if number is not None and number < 4 and kept is not None:
            return Term(f"now.kept[{kept + number}, i]", "word", True)
        if number is not None and (draw := (stream, number >> 2, moment)) in self.drawn:
            row = f"w{self.drawn[draw] + (number & 3)}"
            self.rows[row] = None
            return Term(row, "word", True)
        return Term(f"word(now.world, {stream}, u32(i), {moment}, {self.term(index).text})", "word", True)

    def call_step(self, node: ast.Call, step: Step) -> Term:
        """The call of the function of another step."""
        returned = step.tree.returns
        if not isinstance(returned, ast.Name):
            raise self.wrong(node, f"{step.__name__} gives nothing back: it says no '-> float', '-> int' or '-> bool'")
        return Term(self._called(node, step), TYPES[returned.id], True)

    def _called(self, node: ast.Call, step: Step) -> str:
        if len(node.args) != len(step.parameters):
            raise self.wrong(node, f"{step.__name__} takes {', '.join(step.parameters)}")
        given = dict(zip(step.parameters, node.args, strict=True))
        self.need_standard(step, given)
        by_agent = ast.unparse(given["me"]) == "agent" if "me" in given else False
        texts = [("agent" if by_agent and name == "i" else name) for name in ALWAYS]
        texts += [IN_QUESTION] if self.each_rival else []
        texts += [*(("agent",) if "agent" in given else ()), *(LINE if "line" in given else ())]
        texts += [self.fitting(self.term(given[name]), kind).text for name, kind in step.own.items()]
        whose = "representative" if by_agent else self.whose
        return f"{self.module.scalar(step, whose=whose, each_rival=self.each_rival)}({', '.join(texts)})"

    def _method(self, node: ast.Call, method: ast.Attribute) -> Term:
        if isinstance(method.value, ast.Name) and method.value.id == "line":
            return self._of_line(node, method.attr)
        return super()._method(node, method)

    def _of_line(self, node: ast.Call, what: str) -> Term:
        terms = ", ".join(self.term(argument).text for argument in node.args)
        if what == "length":
            return Term(f"standing_there({LINE[2]}, {terms})", "int", True)
        if what == "answer":
            return Term(f"answer({terms}, {LINE[0]}, {LINE[1]})", "answer", True)
        raise self.wrong(
            node, f"'line.{what}' is nothing that a line can do{nearest(what, ['length', 'answer', 'join'])}"
        )

    def _attribute(self, node: ast.Attribute) -> Term:
        if isinstance(node.value, ast.Name) and node.value.id == "line":
            known = {
                "servers": (f"{LINE[1]}.size", "int"),
                "next": (f"{LINE[1]}[0]", "int"),
                "free_at": (f"{LINE[0]}[0]", "time"),
            }
            if node.attr not in known:
                raise self.wrong(
                    node, f"'line.{node.attr}' is nothing that a line has{nearest(node.attr, list(known))}"
                )
            return Term(*known[node.attr], True)
        return super()._attribute(node)

    # ---- statements ----------------------------------------------------------------------------------------------------

    def written(self, name: str) -> str:
        """The function's text."""
        self._block(self.step.tree.body, 1)
        extra = [
            *((IN_QUESTION,) if self.each_rival else ()),
            *(("agent",) if "agent" in self.step.parameters else ()),
            *(LINE if "line" in self.step.parameters else ()),
        ]
        given = ", ".join((*ALWAYS, *extra, *map(self.named, self.step.own), *self.rows))
        return "\n".join((f"@step\ndef {name}({given}):", *(self.lines or ["    pass"])))

    def _say(self, depth: int, text: str, node: ast.AST) -> None:
        line = self.step.first_line + getattr(node, "lineno", 1) - 1
        self.lines.append(f"{'    ' * depth}{text}  # {self.step.path.name}:{line}")

    def _block(self, body: list[ast.stmt], depth: int) -> None:
        before = len(self.lines)
        for statement in body:
            with self.understanding(statement):
                self._statement(statement, depth)
        if len(self.lines) == before:
            self.lines.append(f"{'    ' * depth}pass")

    def _statement(self, statement: ast.stmt, depth: int) -> None:
        found = getattr(self, f"_do_{type(statement).__name__.lower()}", None)
        if found is None:
            raise self.wrong(statement, f"'{type(statement).__name__.lower()}' is no part of a step")
        found(statement, depth)

    def _do_for(self, node: ast.For, depth: int) -> None:
        """The one loop of a step: each of several rivals is the one in question."""
        if ast.unparse(node.target) != "me.rival" or ast.unparse(node.iter) != "range(week.rivals)" or node.orelse:
            raise self.wrong(
                node,
                "'for' is no part of a step, but for 'for me.rival in range(week.rivals):', which goes from rival to rival",
            )
        left, each, before = self.term(node.target).text, f"rival_{depth}", dict(self.locals)
        self._say(depth, f"for {each} in range(now.rivals):", node)
        self._say(depth + 1, f"{left} = {each}", node)
        self._block(node.body, depth + 1)
        self.locals = before

    def _do_pass(self, node: ast.Pass, depth: int) -> None:
        pass

    def _do_expr(self, node: ast.Expr, depth: int) -> None:
        if isinstance(node.value, ast.Constant):
            return
        call = node.value
        if not isinstance(call, ast.Call):
            raise self.wrong(node, f"this does nothing: {ast.unparse(node)}")
        match call.func:
            case ast.Attribute(value=ast.Name(id="note"), attr=event):
                self._note(call, event, depth)
            case ast.Attribute(value=ast.Name(id="line"), attr="join"):
                self._say(depth, f"stand_in({LINE[2]}, {self.term(call.args[0]).text})", node)
            case ast.Name(id="clear"):
                self._clear(call, depth)
            case ast.Name(id=name) if isinstance(called := self.step.plain.__globals__.get(name), Step):
                self._say(depth, self._called(call, called), node)
            case _:
                self.term(call)
                raise self.wrong(node, f"this does nothing: {ast.unparse(node)}")

    def _note(self, call: ast.Call, event: str, depth: int) -> None:
        events = list(self.model.events)
        if event not in events:
            raise self.wrong(call, f"'note.{event}' is no event{nearest(event, events)}")
        if len(call.args) > 1:
            raise self.wrong(call, f"a note has one amount: {ast.unparse(call)}")
        amount = self.term(call.args[0]).text if call.args else "0"
        self._say(depth, f"note(journal, i, now.week, {events.index(event)}, f32({amount}))", call)

    def _clear(self, call: ast.Call, depth: int) -> None:
        kind, rows, who = self.several(call)
        self.module.writes(self.step, kind, ast.unparse(call.args[0]).partition(".")[2], call)
        self._say(depth, f"clear({place(kind)}, {rows[0]}, {rows[1]}, {WHOSE[who]})", call)

    def _do_assign(self, node: ast.Assign, depth: int) -> None:
        target = self.only_target(node)
        if isinstance(target, ast.Tuple):
            self._several(target, node, depth)
            return
        self._set(target, self.term(node.value), depth, node)

    def _several(self, target: ast.Tuple, node: ast.Assign, depth: int) -> None:
        """Several at once: what stands right is reckoned before anything is written."""
        if isinstance(node.value, ast.Call):
            self._unpacked(target, node, depth)
            return
        if not isinstance(node.value, ast.Tuple) or len(node.value.elts) != len(target.elts):
            raise self.wrong(node, f"as many must stand right as left: {ast.unparse(node)}")
        terms = [self.term(value) for value in node.value.elts]
        places = [self.target(each, term) for each, term in zip(target.elts, terms, strict=True)]
        left, right = (", ".join(texts) for texts in zip(*places, strict=True))
        self._say(depth, f"{left} = {right}", node)

    def _unpacked(self, target: ast.Tuple, node: ast.Assign, depth: int) -> None:
        term = self.term(node.value)
        kinds = {"answer": ("time", "int", "agent")}.get(term.kind)
        names = [each.id for each in target.elts if isinstance(each, ast.Name)]
        if kinds is None or len(names) != len(kinds):
            raise self.wrong(node, "only line.answer(…) gives several things at once: wait, outcome, agent")
        for name, kind in zip(names, kinds, strict=True):
            self.locals[name] = Term(self.named(name), kind, True)
        self._say(depth, f"{', '.join(map(self.named, names))} = {term.text}", node)

    def target(self, node: ast.expr, term: Term) -> tuple[str, str]:
        """Where a value goes and the text of the value in the type of that place."""
        match node:
            case ast.Name(id=name):
                term = self._as_before(node, name, term)
                self.locals[name] = Term(self.named(name), term.kind, True, width=term.width, weak=term.weak)
                return self.named(name), term.text
            case ast.Attribute(value=ast.Name(id="me" | "firm" | "agent" as who), attr=attr):
                kind, row = self.one_number(node, who, attr)
                self.module.writes(self.step, kind, attr, node)
                return self.column(kind, row, who), term.text
            case ast.Subscript(value=ast.Attribute(value=ast.Name(id="count"))):
                return self.numbered_count(node), self.whole(node, term).text
            case ast.Subscript(value=ast.Attribute(attr=attr)):
                kind, row, who = self.vector_place(node)
                self.module.writes(self.step, kind, attr, node)
                return self.column(kind, row, who), self.as_float(term).text
            case ast.Attribute(value=ast.Name(id="count"), attr=name):
                return self.count_place(node, name), self.whole(node, term).text
            case ast.Attribute(value=ast.Name(id="week"), attr="company_reputation" | "rival_reputation"):
                return self._of_week(node).text, term.text
        raise self.wrong(node, f"nothing can be written to {ast.unparse(node)}")

    def _as_before(self, node: ast.AST, name: str, term: Term) -> Term:
        """The term in the type that a name has had so far; refuses what would change it."""
        before = self.locals.get(name, term).kind
        if before == "float":
            return self.as_float(term)
        if before == "time" and term.kind == "float":
            return replace(term, text=f"f64({term.text})", kind="time")
        if before in ("int", "bool") and term.kind == "float":
            raise self.wrong(node, f"'{name}' is a whole number here, and cannot become another; use a new name")
        if before != term.kind:
            raise self.wrong(node, f"'{name}' was something else before; use a new name")
        return term

    def _set(self, target: ast.expr, term: Term, depth: int, node: ast.AST) -> None:
        left, right = self.target(target, term)
        self._say(depth, f"{left} = {right}", node)

    def _do_augassign(self, node: ast.AugAssign, depth: int) -> None:
        sign = {ast.Add: "+=", ast.Sub: "-=", ast.Mult: "*="}.get(type(node.op))
        if sign is None:
            raise self.wrong(node, f"this cannot be reckoned in a step: {ast.unparse(node)}")
        term = self.term(node.value)
        counted = "count" in ast.unparse(node.target).split(".")[0]
        if not counted and not isinstance(node.target, ast.Name):
            term = self.as_float(term) if self.term(node.target).kind == "float" else term
        left, right = self.target(node.target, term)
        self._say(depth, f"{left} {sign} {right}", node)

    def _do_if(self, node: ast.If, depth: int) -> None:
        condition = self.term(node.test)
        self._need_bool(node.test, condition)
        if condition.value is not None:  # so it is in every week of this model
            for statement in node.body if condition.value else node.orelse:
                with self.understanding(statement):
                    self._statement(statement, depth)
            return
        self._say(depth, f"if {condition.text}:", node)
        before = dict(self.locals)
        self._block(node.body, depth + 1)
        either, self.locals = self.locals, dict(before)
        if node.orelse:
            self.lines.append(f"{'    ' * depth}else:")
            self._block(node.orelse, depth + 1)
        known = (
            either if _ends(node.orelse) else self.locals if _ends(node.body) else either.keys() & self.locals.keys()
        )
        for name in either.keys() & self.locals.keys():
            if either[name].kind != self.locals[name].kind:
                raise self.wrong(
                    node, f"'{name}' is a quantity on one way, and a whole number or a yes or no on the other"
                )
        self.locals = {name: either.get(name) or self.locals[name] for name in known}

    def _do_return(self, node: ast.Return, depth: int) -> None:
        if node.value is None:
            self._say(depth, "return", node)
        elif isinstance(node.value, ast.Tuple):
            first, *others = (self.term(value).text for value in node.value.elts)
            self._say(depth, f"return f64({first}), {', '.join(f'i64({text})' for text in others)}", node)
        else:
            term, returned = self.term(node.value), self.step.tree.returns
            kind = returned.id if isinstance(returned, ast.Name) else term.kind
            self._say(depth, f"return {self.fitting(term, kind).text}", node)


def _ends(body: list[ast.stmt]) -> bool:
    """Whether nothing comes after these statements."""
    return bool(body) and isinstance(body[-1], ast.Return)


def bulk_draws(step: Step) -> list[Draw]:
    """The draws that a step makes whatever happens.

    These are made for a whole list at a time; what is drawn only in some cases is drawn when it comes to that.
    """
    found: dict[Draw, None] = {}
    for statement in step.tree.body:
        for node in _certain(statement.test if isinstance(statement, ast.If) else statement):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="me"), attr="luck" | "word"), args=[ast.Name(id=stream), index]
                ):
                    number, moment = fixed_number(step, index), THIS_WEEK
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="me"), attr="word_at"),
                    args=[ast.Name(id=stream), ast.Constant(value=int(at)), index],
                ):
                    number, moment = fixed_number(step, index), str(at)
                case _:
                    continue
            if number is not None:
                found[stream, number >> 2, moment] = None
    return list(found)


def fixed_number(step: Step, node: ast.expr) -> int | None:
    """A number that is the same whoever takes the step."""
    name = getattr(node, "id", "")
    known = {} if name in step.names else step.plain.__globals__
    value = node.value if isinstance(node, ast.Constant) else known.get(name)
    return value if isinstance(value, int) else None


def _certain(node: ast.AST) -> list[ast.AST]:
    """The node and what in it is always reckoned: not the later parts of ``and``, nor the branches of a choice."""
    match node:
        case ast.BoolOp(values=[first, *_]):
            return [node, *_certain(first)]
        case ast.IfExp(test=test):
            return [node, *_certain(test)]
    return [node, *(inner for child in ast.iter_child_nodes(node) for inner in _certain(child))]
