"""The model's rules and steps as equations: read from the code, without what only a computer needs.

A rule is a formula of numbers; a step says what somebody's variables become. Both are written as in the code, with plain numbers
in place of single-precision ones, ``clip(x)`` for a number held between 0 and 1, and an arrow for
what a variable becomes.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from types import ModuleType

from sim.model.rules import Rule
from sim.model.steps import Step

PLAIN = {"f32", "f64", "i64", "i32", "u32", "float64", "float32", "int", "float"}
"""Calls that only say how a number is kept."""
NAMED = {"share": "clip", "happens": "draw_below"}


class _Readable(ast.NodeTransformer):
    """Takes away what only says how numbers are kept, and gives functions the names that readers know."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in PLAIN and len(node.args) == 1:
            return node.args[0]
        if name in NAMED and isinstance(node.func, ast.Name):
            node.func.id = NAMED[name]
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        return ast.Name(node.attr) if isinstance(node.value, ast.Name) and node.value.id == "np" else node


def equation(thing: Rule | Step) -> str:
    """What a rule or a step says, line by line."""
    function = ast.parse(textwrap.dedent(inspect.getsource(thing.plain))).body[0]
    assert isinstance(function, ast.FunctionDef)
    body = [_Readable().visit(one) for one in function.body if not _is_docstring(one)]
    return "\n".join(_lines(body, 0))


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _lines(body: list[ast.stmt], depth: int) -> list[str]:
    """Statements as readers see them, those within a condition indented."""
    space, found = "    " * depth, []
    for node in body:
        match node:
            case ast.If(test=test, body=then, orelse=other):
                found += [f"{space}if {ast.unparse(test)}:", *_lines(then, depth + 1)]
                found += [f"{space}else:", *_lines(other, depth + 1)] if other else []
            case ast.Assign(targets=[target], value=value):
                found += [f"{space}{left} <- {right}" for left, right in _pairs(target, value)]
            case ast.AugAssign(target=target, op=op, value=value):
                sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "x"}.get(type(op), "?")
                found.append(f"{space}{ast.unparse(target)} <- {ast.unparse(target)} {sign} {ast.unparse(value)}")
            case ast.Return(value=value) if value is not None:
                found.append(f"{space}= {ast.unparse(value)}")
            case _:
                found.append(f"{space}{ast.unparse(node)}")
    return found


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[str, str]]:
    """What becomes what: one line each where several are given at a time."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return [(ast.unparse(a), ast.unparse(b)) for a, b in zip(target.elts, value.elts, strict=True)]
    return [(ast.unparse(target), ast.unparse(value))]


def in_module(module: ModuleType) -> list[Rule | Step]:
    """The rules and steps that a file of the model defines, in its order."""
    return [
        thing
        for thing in vars(module).values()
        if isinstance(thing, Rule | Step) and thing.__module__ == module.__name__
    ]


def told(thing: Rule | Step) -> str:
    """Name, what it means, and its equation, in Markdown."""
    given = (
        ", ".join(thing.parameters) if isinstance(thing, Step) else ", ".join(inspect.signature(thing.plain).parameters)
    )
    meaning = inspect.cleandoc(thing.__doc__ or "").splitlines()[0]
    return f"- `{thing.__name__}({given})` – {meaning}\n\n```text\n{equation(thing)}\n```"
