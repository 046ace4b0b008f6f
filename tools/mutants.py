"""A mutation run over the rules and steps of the model: which small mistakes in them would the fast tests notice?

``python tools/mutants.py [PART …]`` (``make mutants``) changes one thing in one rule or step at a time – a comparison, a sign, a
number, a condition, two arguments, a statement left out – and asks whether a worked example, or a law of a small market of
objects, no longer holds. It writes ``docs/background/mutants.md``. Nothing is compiled: rules and steps run as plain Python.
"""

from __future__ import annotations

import ast
import copy
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from further_examples import FURTHER  # noqa: E402
from laws import LAWS  # noqa: E402
from scenes import Scene, unlike  # noqa: E402

from sim.model.component import Part, builtin, parts  # noqa: E402
from sim.model.examples import Example, StepExample  # noqa: E402
from sim.model.rules import Rule  # noqa: E402
from sim.model.steps import STANDARD, Step  # noqa: E402

PAGE = ROOT / "docs" / "background" / "mutants.md"
WANTED = 0.90
"""The share of the mutants that the tests are to notice."""
Tested = Rule | Step

EQUIVALENT: dict[str, tuple[str, ...]] = {
    "at the limit both ways come to the same": (
        "accountability.excellence: above >", "accountability.made_good: short <", "accountability.made_good: due >",
        "employee_care.begun: turnover <=", "employee_care.begun: weeks <", "employee_care.unsettled: now <",
        "expectation.adapted: gap >", "impatience.remaining: trend >", "issue.severity_of: performance >=",
        "ledger.lost: before >",
        "ledger.rivals_pull: view >", "management.cared_for: budget <", "personalisation.watched: beyond >",
        "pretence.hollow: claimed >", "satisfaction.felt: surprise >", "self_checkout.put_off: over <=", "talk.talks: feeling >",
        "trust.trust_after: gap >",
    ),
    "what is off changes nothing where it is reckoned all the same": (
        "call_centre.answer_call: p.call_centre.callback >", "chatbot.ask_bot: p.chatbot.share <=",
        "digital_channels.write: p.digital_channels.offered <=",
        "personalisation.be_fitted: p.personalisation.tailoring >", "personalisation.feel_watched: p.personalisation.tailoring >",
        "pretence.see_through: gap >", "retention_offers.gets_plan: unsolicited >",
        "self_checkout.check_out: p.self_checkout.line_in_sight >",
        "self_checkout.shops: p.self_checkout.visits >", "transparency.finds_out: p.transparency.misleading >",
        "transparency.see_process: p.transparency.process_shown >", "upselling.is_offered: p.upselling.attempts >",
    ),
    "the two are multiplied with one another, in whatever order": (
        "chatbot.ask_bot: rankle", "fees.find_hidden: betray", "pretence.see_through: betray", "support_access.give_up: rankle",
        "transparency.be_misled: betray", "transparency.told_of: betray",
    ),
    "nothing is worse than a call that nobody answered, whatever these are": ("support_access.give_up: encounter",),
    "a mark that is there already": ("complaining.get_in_touch: NEW →", "complaining.get_in_touch: IN_TOUCH →"),
    "endless is endless": ("call_centre.answer_call: ENDLESS →", "satisfaction.bend: 1e+30 →"),
}  # fmt: skip
"""Why mutants that nothing notices are no mistakes: by how their names begin."""
LACKING = "no example tells it apart yet"


@dataclass(frozen=True)
class Mutant:
    """One function of the model with one change: the line of its file, and the change in words."""

    part: str
    function: Tested
    line: int
    change: str
    tree: ast.FunctionDef

    @property
    def name(self) -> str:
        """What it is called in the list of reasons."""
        return f"{self.part}.{self.function.__name__}: {self.change}"

    @property
    def why(self) -> str:
        """Why it is no matter that nothing notices it."""
        known = (why for why, names in EQUIVALENT.items() if self.name.startswith(names))
        return next(known, LACKING)

    def plain(self) -> Callable[..., Any]:
        """The changed function."""
        module = ast.fix_missing_locations(ast.Module([self.tree], []))
        found: dict[str, Any] = {}
        exec(compile(module, "mutant", "exec"), self.function.plain.__globals__, found)
        return found[self.function.__name__]


# ---- what is changed -------------------------------------------------------------------------------------------------------

RETURNS = "what it returns"
"""Under this name the changes know what a function says that it returns."""
COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,),
}  # fmt: skip
RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


def changes(node: ast.AST, known: dict[str, Any]) -> Iterator[ast.AST]:
    """What can stand in the place of a part of a function; ``known``: the names of its module."""
    if isinstance(node, ast.stmt):
        yield from _of_statement(node, known)
    elif isinstance(node, ast.Call):
        yield from _of_call(node, known)
    else:
        yield from _of_expression(node, known)


def _of_expression(node: ast.AST, known: dict[str, Any]) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=[op]):
            for other in COMPARED[type(op)]:
                yield _with(node, ops=[other()])
        case ast.BinOp(op=op):
            yield _with(node, op=RECKONED[type(op)]())
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.BoolOp(op=op):
            yield _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
        case ast.Constant(value=value) if _is_number(value):
            yield ast.Constant(_other(value))
        case ast.Name(id=name, ctx=ast.Load()) if _is_number(known.get(name)):
            yield ast.Constant(_other(known[name]))
        case ast.IfExp(test=test):
            yield _with(node, test=ast.UnaryOp(ast.Not(), test))


def _of_statement(node: ast.stmt, known: dict[str, Any]) -> Iterator[ast.AST]:
    match node:
        case ast.If(test=test):
            yield _with(node, test=ast.UnaryOp(ast.Not(), test))
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Tuple):
            more = ast.BinOp(value, ast.Add(), ast.Constant(1))
            yield ast.Return(ast.UnaryOp(ast.Not(), value) if known.get(RETURNS) == "bool" else more)
        case ast.AugAssign(op=ast.Add() | ast.Sub() as op):
            yield _with(node, op=RECKONED[type(op)]())
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Tuple(elts=[ast.Attribute(), *_])]):
            yield ast.Pass()
        case ast.Expr(value=ast.Call() as call):
            yield ast.Pass()
            yield from (ast.Expr(other) for other in _of_call(call, known))


def _of_call(node: ast.Call, known: dict[str, Any]) -> Iterator[ast.expr]:
    match node:
        case ast.Call(func=ast.Name(id="min" | "max" as name)):
            yield _with(node, func=ast.Name("max" if name == "min" else "min", ast.Load()))
        case ast.Call(func=ast.Name(id=name), args=given) if isinstance(known.get(name), Rule | Step):
            for first, second in _alike(known[name], given):
                swapped = list(given)
                swapped[first], swapped[second] = given[second], given[first]
                yield _with(node, args=swapped)


def _with(node: Any, **other: Any) -> Any:
    """A copy with other parts."""
    found = copy.copy(node)
    for name, value in other.items():
        setattr(found, name, value)
    return found


def _other(value: Any) -> Any:
    """Another number, far enough to matter."""
    if isinstance(value, bool | np.bool_):
        return not value
    return int(value) + 1 if isinstance(value, int) else float(value) * 1.5 if value else 1.0


def _is_number(value: Any) -> bool:
    return isinstance(value, bool | int | float | np.float32)


def _alike(called: Tested, given: list[ast.expr]) -> Iterator[tuple[int, int]]:
    """Neighbouring arguments of one type that are not the same."""
    names = list(inspect.signature(called.plain).parameters.items())
    for place in range(len(given) - 1):
        (one, first), (other, second) = names[place : place + 2]
        same = first.annotation == second.annotation and one not in STANDARD and other not in STANDARD
        if same and ast.dump(given[place]) != ast.dump(given[place + 1]) and not _symmetric(called, place):
            yield place, place + 1


@lru_cache(maxsize=1024)
def _symmetric(called: Tested, place: int) -> bool:
    """Whether a rule makes no difference between two neighbouring numbers, as a product does not."""
    if isinstance(called, Step):
        return False
    draws, many = np.random.default_rng(1), len(inspect.signature(called.plain).parameters)
    for given in draws.random((40, many)) * draws.choice([1.0, 4.0, 30.0], (40, 1)):
        swapped = given.copy()
        swapped[[place, place + 1]] = given[[place + 1, place]]
        if not np.allclose(called(*given), called(*swapped), rtol=1e-5, atol=1e-6):
            return False
    return True


def mutants(part: Part) -> Iterator[Mutant]:
    """All mutants of a part's rules and steps."""
    for thing in vars(part.module).values():
        if isinstance(thing, Rule | Step) and thing.__module__ == part.module.__name__:
            yield from _of(part, thing)


def _of(part: Part, function: Tested) -> Iterator[Mutant]:
    source, first = inspect.getsourcelines(function.plain)
    tree = ast.parse(textwrap.dedent("".join(source))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    known = {**function.plain.__globals__, RETURNS: ast.unparse(tree.returns) if tree.returns else ""}
    tree.decorator_list, tree.returns = [], None
    for argument in tree.args.args:
        argument.annotation = None
    for place, node in enumerate(ast.walk(tree)):
        parent = _parent(tree, node)
        if parent is None or isinstance(parent, ast.Expr) and isinstance(node, ast.Call | ast.Constant):
            continue
        for other in changes(node, known):
            changed = copy.deepcopy(tree)
            _replace(changed, list(ast.walk(changed))[place], other)
            yield Mutant(part.name, function, first + node.lineno - 1, _told(node, other), changed)


def _parent(tree: ast.AST, wanted: ast.AST) -> ast.AST | None:
    """The statement or expression that a node is part of; None for what is no code."""
    for node in ast.walk(tree):
        if wanted in ast.iter_child_nodes(node) and hasattr(wanted, "lineno") and not isinstance(wanted, ast.arg):
            return node
    return None


def _replace(tree: ast.AST, wanted: ast.AST, other: ast.AST) -> None:
    """Put something in the place of a node."""
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if value is wanted:
                setattr(node, name, other)
            elif isinstance(value, list):
                value[:] = [other if each is wanted else each for each in value]


def _told(node: ast.AST, other: ast.AST) -> str:
    """A change in words."""
    if isinstance(node, ast.If):
        return f"if {ast.unparse(node.test)} → if not"
    if isinstance(node, ast.IfExp) and isinstance(other, ast.IfExp):
        return f"… if {ast.unparse(node.test)} → if not"
    gone = isinstance(other, ast.Pass)
    return f"{ast.unparse(node)} → {'left out' if gone else ast.unparse(other)}"


# ---- who notices -----------------------------------------------------------------------------------------------------------


_COMPILED: list[Any] = []
"""Compiled rules, to which compiled code holds no reference of its own."""


def reckon_plainly() -> None:
    """Rules of the model run as plain Python from now on."""
    for part in parts().values():
        for thing in vars(part.module).values():
            if isinstance(thing, Rule):
                _COMPILED.append(thing.compiled)
                thing.compiled = thing.plain


@lru_cache(maxsize=1024)
def reached(function: Tested) -> frozenset[Tested]:
    """The rules and steps that a function calls, and so on."""
    plain = function.plain
    called = [plain.__globals__.get(name) for name in plain.__code__.co_names]
    direct = [each for each in called if isinstance(each, Rule | Step)]
    return frozenset(direct).union(*(reached(each) for each in direct))


@lru_cache(maxsize=1)
def examples() -> tuple[Example | StepExample, ...]:
    """Every worked example, of rules first."""
    found = list(parts().values())
    rules = [each for part in found for each in part.examples]
    return (*rules, *(each for part in found for each in part.step_examples), *FURTHER)


def holds(example: Example | StepExample) -> bool:
    """Whether a worked example comes out as it says."""
    if isinstance(example, StepExample):
        return not unlike(Scene(example, builtin()).played(), example)
    with np.errstate(all="ignore"):
        result = example.rule(*example.given)
    return bool(np.allclose(result, example.becomes, rtol=1e-6, atol=example.tolerance))


def concerned(function: Tested) -> Iterator[Example | StepExample]:
    """The examples in which a function is used, those of its own first."""
    own = [e for e in examples() if (e.rule if isinstance(e, Example) else e.step) is function]
    yield from own
    for example in examples():
        if isinstance(example, StepExample) and function in reached(example.step):
            yield example


def noticed(mutant: Mutant) -> str | None:
    """Who notices a mutant: an example, or a law; None when nobody does."""
    function, plain = mutant.function, mutant.function.plain
    compiled = getattr(function, "compiled", None)
    function.plain = function.compiled = mutant.plain()
    try:
        checks = [*((f"{e.because}", lambda e=e: holds(e)) for e in concerned(function)), *LAWS.items()]
        return next((name for name, check in checks if not _passes(check)), None)
    finally:
        function.plain, function.compiled = plain, compiled


def _passes(check: Callable[[], Any]) -> bool:
    try:
        return check() is not False
    except Exception:  # whatever a mutant brings about
        return False


# ---- what is written -------------------------------------------------------------------------------------------------------


Counts = dict[str, tuple[int, list[Mutant]]]
"""By part how many mutants there are, and those that nothing notices."""


def run(names: Iterable[str], tell: Callable[[str], None] = print) -> Counts:
    """Run the mutants of some parts."""
    found: Counts = {}
    for name in names:
        tried = list(mutants(parts()[name]))
        found[name] = len(tried), [mutant for mutant in tried if noticed(mutant) is None]
        for mutant in found[name][1]:
            tell(f"  {mutant.name}, line {mutant.line}: {mutant.why}")
        tell(f"{name}: {len(tried) - len(found[name][1])} of {len(tried)} are noticed")
    return found


def summed(found: Counts) -> tuple[int, int]:
    """How many mutants there are, and how many of them are noticed."""
    total = sum(many for many, _ in found.values())
    return total, total - sum(len(survivors) for _, survivors in found.values())


def page(found: Counts) -> str:
    """The page about the run."""
    total, killed = summed(found)
    rows = [f"| `{name}` | {many} | {many - len(left)} |" for name, (many, left) in found.items() if many]
    left = [(mutant, mutant.change.replace("|", "\\|")) for _, survivors in found.values() for mutant in survivors]
    reasons = [f"| `{m.part}.{m.function.__name__}` | `{change}` | {m.why} |" for m, change in left]
    head = f"""\
# Mutants

One thing in one rule or step of the model is changed at a time – a comparison, a sign, a number, a condition, two arguments, a
statement left out –, and the worked examples and the law of a small market are asked whether they notice. Of {total:,} mutants
{killed:,} are noticed, {killed / total:.1%}; {WANTED:.0%} are asked for. `make mutants` writes this page.

| part | mutants | noticed |
| --- | ---: | ---: |
"""
    middle = "\n\n## What nothing notices\n\n| where | change | why it is no matter |\n| --- | --- | --- |\n"
    return head + "\n".join(rows) + middle + "\n".join(reasons) + "\n"


def main(names: list[str]) -> int:
    """Run all mutants, or those of some parts; 1 when too few are noticed."""
    reckon_plainly()
    wrong = [e.because for e in examples() if not holds(e)] + [name for name, law in LAWS.items() if not _passes(law)]
    if wrong:
        print(f"these do not hold even without a mutant: {', '.join(wrong)}", file=sys.stderr)
        return 1
    found = run(names or list(parts()))
    total, killed = summed(found)
    print(f"{killed:,} of {total:,} mutants are noticed: {killed / total:.1%}")
    if not names:
        PAGE.write_text(page(found), encoding="utf-8")
    return int(killed < WANTED * total)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
