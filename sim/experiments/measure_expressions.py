"""A measure written as an expression, such as ``calls / customers``: read safely, and made a function of arrays by name.

An expression holds numbers, names, ``+ - * / **``, brackets and the functions ``abs``, ``log`` (natural), ``max``, ``min`` and
``sqrt``. It holds nothing else, so whoever gives somebody a file with one can make nothing happen with it but arithmetic.
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from sim.errors import Mistake, hint, nearest

OPERATORS = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide, ast.Pow: np.power,
    ast.UAdd: np.positive, ast.USub: np.negative,
}  # fmt: skip
FUNCTIONS = {"abs": np.abs, "log": np.log, "sqrt": np.sqrt, "max": np.maximum, "min": np.minimum}
OF_SEVERAL = ("max", "min")
LONGEST = 400
"""Characters of an expression: enough for any measure, too few to nest deeper than Python goes."""


@dataclass(frozen=True, eq=False)
class Expression:
    """An expression that was found sound: its ``text``, its ``tree``, and the ``names`` in it."""

    text: str
    tree: ast.expr
    names: tuple[str, ...]

    def __call__(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Its value, of the shape of the values by name; missing (NaN) where there is none, such as over zero."""
        with np.errstate(all="ignore"):
            return reckoned_at(self.tree, values)


def compile_expression(text: object, known: Collection[str]) -> Expression:
    """The expression in a text, over the ``known`` names.

    Raises :class:`~sim.errors.Mistake` with a sentence that goes on after the expression's own name: ``is no expression …``.
    """
    if not isinstance(text, str) or not text.strip():
        raise Mistake("is no expression; write one such as 'calls / customers'")
    if len(text) > LONGEST:
        raise Mistake(f"has {len(text):,} characters, but an expression has at most {LONGEST}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python warns of in a text is refused below
            tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise Mistake(f"is '{text}', which is no expression; write one such as 'calls / customers'") from None
    _refuse_others(tree, known)
    if not (names := names_in(tree)):
        raise Mistake(f"is '{text}', which names no count and no measure, so it is always the same")
    return Expression(text.strip(), tree, names)


def names_in(tree: ast.expr) -> tuple[str, ...]:
    """The counts and measures that an expression names, each once."""
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node not in called]
    return tuple(dict.fromkeys(names))


def _refuse_others(node: ast.expr, known: Collection[str]) -> None:
    """Raise :class:`Mistake` for anything that no expression holds."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            _refuse_endless(value)
        case ast.Name(id=name):
            if name not in known:
                raise Mistake(f"names '{name}', which is no count and no measure{nearest(name, sorted(known))}")
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
            _refuse_others(left, known)
            _refuse_others(right, known)
        case ast.UnaryOp(op=operator, operand=operand) if type(operator) in OPERATORS:
            _refuse_others(operand, known)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            _refuse_call(name, len(arguments))
            for argument in arguments:
                _refuse_others(argument, known)
        case _:
            raise Mistake(f"holds '{ast.unparse(node)}', but an expression holds numbers, names of counts and measures, "
                          f"+ - * / **, brackets and {', '.join(FUNCTIONS)} only")  # fmt: skip


def _refuse_endless(value: float) -> None:
    try:
        endless = not math.isfinite(float(value))
    except OverflowError:
        endless = True
    if endless:
        raise Mistake("holds a number that is too large to reckon with")


def _refuse_call(name: str, arguments: int) -> None:
    if name not in FUNCTIONS:
        raise Mistake(f"calls '{name}', which is no function here{hint(name, FUNCTIONS)}")
    several = name in OF_SEVERAL
    if arguments < 2 if several else arguments != 1:
        raise Mistake(f"calls {name} of {arguments} values, but it takes {'two or more' if several else 'one'}")


def reckoned_at(node: ast.expr, values: Mapping[str, np.ndarray]) -> np.ndarray:
    """The value of a part of an expression; what is no number is missing at once, so that nothing made of it looks known."""
    match node:
        case ast.Constant(value=value):
            return np.float64(value)  # type: ignore[arg-type, return-value]
        case ast.Name(id=name):
            return values[name]
        case ast.BinOp(left=left, op=operator, right=right):
            found = OPERATORS[type(operator)](reckoned_at(left, values), reckoned_at(right, values))
        case ast.UnaryOp(op=operator, operand=operand):
            found = OPERATORS[type(operator)](reckoned_at(operand, values))
        case ast.Call(func=ast.Name(id=name), args=[first, *others]):
            found = reckoned_at(first, values) if others else FUNCTIONS[name](reckoned_at(first, values))
            for other in others:
                found = FUNCTIONS[name](found, reckoned_at(other, values))
    return np.where(np.isfinite(found), found, np.nan)
