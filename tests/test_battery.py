"""What every behaviour and every mechanism promises, found by looking: a new file is tested as soon as it is there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from further_examples import FURTHER
from grounds import busy, lived, neutral, parameter_lines
from numba import types
from numba.core import compiler, ir, typed_passes
from numba.core.registry import cpu_target
from scenes import ARRIVALS, Compiled, Scene, model_of, translated, unlike

from sim.engine.objects import Market
from sim.engine.start import Ground
from sim.model import numeric, random
from sim.model.columns import KINDS, OF_COMPANY, WEEKLY
from sim.model.component import GROUPS, Part, builtin, columns, parts
from sim.model.examples import Example, StepExample
from sim.model.parameters import Line
from sim.model.rules import Rule, rule
from sim.model.steps import Step
from sim.model.week import PHASES, state_columns, written_in

PEOPLE, WEEKS = 300, 14
PARTS = list(parts().values())
ACTING = builtin().acting
"""All parts but those that only some scenarios use, which have tests of their own."""
MECHANISMS = [part for part in ACTING if part.neutral is not None]
EXAMPLES = [
    *(each for part in PARTS for each in part.examples),
    *(each for each in FURTHER if isinstance(each, Example)),
]
STEP_EXAMPLES = [
    *(each for part in PARTS for each in part.step_examples),
    *(each for each in FURTHER if isinstance(each, StepExample)),
]


def name_of(thing: object) -> str:
    """What a test of this part, example or rule is called."""
    match thing:
        case Part(name=name):
            return name
        case Example(rule=shown, given=given):
            return f"{shown.__name__}{given}"
        case StepExample(step=taken, because=why):
            return f"{taken.__name__}: {why}"
        case Rule():
            return f"{thing.__module__.removeprefix('sim.')}.{thing.__name__}"
    return str(thing)


def rules() -> Iterator[Rule]:
    """Every rule of the model, and those it is made of."""
    for module in (*(part.module for part in PARTS), numeric, random):
        for thing in vars(module).values():
            if isinstance(thing, Rule) and thing.__module__ == module.__name__:
                yield thing


RULES = list(rules())

# ---- prose and worked examples ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS, ids=name_of)
def test_the_file_begins_with_a_sentence(part: Part) -> None:
    assert part.says[0].isupper() and part.says.endswith(".") and len(part.says.split()) > 3


def test_every_part_belongs_to_a_group() -> None:
    assert {part.group for part in PARTS} == set(GROUPS)
    assert all(part.parameters is not None for part in PARTS if part.group == "mechanisms")


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_worked_examples_come_out_in_python_and_compiled(example: Example) -> None:
    for form, result in example.forms():
        np.testing.assert_allclose(result, example.becomes, rtol=1e-6, atol=example.tolerance, err_msg=form)


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_python_and_compiled_forms_give_the_same_bits(example: Example) -> None:
    forms = dict(example.forms())
    assert np.float32(forms["plain"]).tobytes() == np.float32(forms["compiled"]).tobytes()


@pytest.mark.parametrize("example", STEP_EXAMPLES, ids=name_of)
def test_worked_examples_of_steps_come_out_in_python(example: StepExample) -> None:
    assert not unlike(Scene(example, model_of(example)).played(), example)


@pytest.mark.parametrize("example", STEP_EXAMPLES, ids=name_of)
def test_worked_examples_of_steps_come_out_on_columns(example: StepExample) -> None:
    for found in translated(example, model_of(example)):
        assert not unlike(found, example)


@pytest.mark.heavy
@pytest.mark.parametrize("example", STEP_EXAMPLES, ids=name_of)
def test_worked_examples_of_steps_come_out_compiled(example: StepExample) -> None:
    if example.step not in ARRIVALS:
        assert not unlike(Compiled(example, model_of(example)).one(), example)


def test_every_step_has_a_worked_example() -> None:
    steps = [thing for part in PARTS for thing in vars(part.module).values() if isinstance(thing, Step)]
    shown = {example.step for part in PARTS for example in part.step_examples}
    assert [each for each in steps if each not in shown] == []


def test_every_rule_has_a_worked_example() -> None:
    shown = {example.rule.__name__ for part in PARTS for example in part.examples}
    assert [name_of(one) for one in RULES if one.__module__.split(".")[2] in GROUPS and one.__name__ not in shown] == []


# ---- rules reckon in float32 ---------------------------------------------------------------------------------------

_NUMBA = {np.float32: types.float32, int: types.int64, bool: types.boolean}


def inferred(function: Any, arguments: tuple[types.Type, ...]) -> tuple[Any, dict[str, Any], Any]:
    """What numba makes of a function: its statements, the type of every variable, the type of the result."""
    statements = compiler.run_frontend(function)
    typing, target = cpu_target.typing_context, cpu_target.target_context
    typing.refresh()
    target.refresh()
    typed = typed_passes.type_inference_stage(typing, target, statements, arguments, None)
    return statements, typed.typemap, typed.return_type


def _is_cast(statement: Any, kinds: dict[str, Any]) -> bool:
    """Whether a statement rounds to float32: a call of ``np.float32``, under whatever name."""
    value = getattr(statement, "value", None)
    if not (isinstance(value, ir.Expr) and value.op == "call"):
        return False
    function = kinds[value.func.name]
    return isinstance(function, types.NumberClass) and function.instance_type == types.float32


def doubles(function: Any, arguments: tuple[types.Type, ...]) -> list[str]:
    """The statements of a function that reckon in float64; a literal that is rounded at once is none."""
    statements, kinds, result = inferred(function, arguments)
    body = [line for block in statements.blocks.values() for line in block.body if not isinstance(line, ir.Del)]
    wide = {name for name, kind in kinds.items() if kind in (types.float64, types.complex64, types.complex128)}
    made = [line for line in body if isinstance(line, ir.Assign) and line.target.name in wide]
    literals = {line.target.name for line in made if isinstance(line.value, ir.Const | ir.Global | ir.FreeVar)}
    found = [str(line) for line in made if line.target.name not in literals]
    for line in body:
        used = {variable.name for variable in line.list_vars()} & literals
        is_definition = isinstance(line, ir.Assign) and line.target.name in used
        if used and not is_definition and not _is_cast(line, kinds):
            found.append(str(line))
    return found + ([f"returns {result}"] if result == types.float64 else [])


def arguments_of(one: Rule) -> tuple[types.Type, ...]:
    return tuple(_NUMBA[type(number)] for number in one.force(*[0] * one.plain.__code__.co_argcount))


IN_DOUBLE = {
    f"model.mechanisms.{name}"
    for name in ("employee_care.wages", "quality.providing", "management.currency", "lever_costs.charged")
}
"""Sums of a whole week's money, once a week: float32 does not hold more than 168,000 to the cent."""


@pytest.mark.parametrize("one", [one for one in RULES if name_of(one) not in IN_DOUBLE], ids=name_of)
def test_no_rule_reckons_in_double_precision(one: Rule) -> None:
    assert doubles(one.plain, arguments_of(one)) == []


def test_kernels_of_chance_reckon_in_single_precision() -> None:
    assert doubles(random.unit.py_func, (types.uint32,)) == []
    assert doubles(numeric.normal_quantile.py_func, (types.uint32,)) == []


def _a_literal(x: float) -> float:
    return x * 0.5


def _a_whole_number(x: float, n: int) -> float:
    return x * n


def _a_wide_result(x: float) -> float:
    return np.float64(x)


def _all_well(x: float, n: int) -> float:
    return x * np.float32(0.5) + np.float32(n) if n > 0 else np.float32(0)


@pytest.mark.parametrize("function", [_a_literal, _a_whole_number, _a_wide_result])
def test_the_trap_is_seen(function: Any) -> None:
    assert doubles(function, arguments_of(rule(function)))


def test_a_rounded_literal_is_no_trap() -> None:
    assert doubles(_all_well, arguments_of(rule(_all_well))) == []


@pytest.mark.parametrize("one", RULES, ids=name_of)
def test_rules_take_at_most_six_numbers_and_say_what_they_do(one: Rule) -> None:
    assert one.plain.__code__.co_argcount <= 6
    assert one.__doc__ and one.__doc__.strip().endswith((".", ")"))


# ---- neutral settings, and parameters that matter --------------------------------------------------------------------

WITHIN = {
    "self_checkout_self_lanes": (0, 8),  # no more than there are lanes
    "self_checkout_lanes": (4, 10_000),  # no fewer than the self-service lanes
}
"""Ends of a range narrower than the parameter's own, because another setting forbids the rest."""


def ends(name: str, line: Line) -> list[Any]:
    """The lowest and the highest value of a parameter on the busy ground."""
    low, high = WITHIN.get(name, (line.low, line.high))
    return [line.kind(low), line.kind(high)]


def outcome(here: Ground) -> tuple[bytes, ...]:
    """Everything about people, reputation and counts at the end, as bytes.

    Left out is when each lane and representative becomes free, which is there even when nobody comes.
    """
    state, tally = lived(here)
    return tuple(array.tobytes() for array in (tally, state.number, state.clock, state.mark, state.reputation))


@lru_cache(maxsize=1)
def usual_outcome() -> tuple[bytes, ...]:
    return outcome(busy(PEOPLE, WEEKS))


def free_parameters() -> Iterator[tuple[Part, str, Any]]:
    """Parameters of a mechanism that its neutral settings leave open, each with its two ends."""
    for part in MECHANISMS:
        for name, line in parameter_lines().items():
            if name.startswith(f"{part.name}_") and name not in neutral(part.name):
                yield from ((part, name, end) for end in ends(name, line))


@pytest.mark.parametrize(("part", "name", "end"), list(free_parameters()), ids=name_of)
def test_a_neutral_mechanism_changes_nothing_whatever_else_is_set(part: Part, name: str, end: Any) -> None:
    off = {"traits": None, **neutral(part.name)}  # nobody bound from before: a contract of old outlives the mechanism
    assert outcome(busy(PEOPLE, WEEKS, **off, **{name: end})) == outcome(busy(PEOPLE, WEEKS, **off))


@pytest.mark.parametrize("part", MECHANISMS, ids=name_of)
def test_neutral_settings_are_settings(part: Part) -> None:
    assert part.parameters is not None and part.neutral is not None
    part.parameters(**part.neutral)
    assert outcome(busy(PEOPLE, WEEKS, **neutral(part.name))) != usual_outcome()


NEEDS = {"retention_offers_wear": {"retention_offers_unsolicited": 0.3, "retention_offers_awakening": 0.5}}
"""What must happen beside the busy ground for a parameter to matter: here, that some people take two plans."""


OF_SEVERAL = ("choice_scrutiny",)
"""What matters only where there are several rivals; see ``test_rivals.py``."""
OF_SOME = tuple(f"{part.name}_" for part in PARTS if part.used_where)
"""Mechanisms that only some scenarios use, whose own tests move every setting."""


@pytest.mark.parametrize(
    "name", [name for name in parameter_lines() if name not in OF_SEVERAL and not name.startswith(OF_SOME)]
)
def test_every_parameter_moves_something(name: str) -> None:
    line, needs = parameter_lines()[name], NEEDS.get(name, {})
    usual = outcome(busy(PEOPLE, WEEKS, **needs)) if needs else usual_outcome()
    assert any(outcome(busy(PEOPLE, WEEKS, **needs, **{name: end})) != usual for end in ends(name, line))


# ---- columns and their owners --------------------------------------------------------------------------------------


def test_every_column_has_one_owner_and_a_known_kind() -> None:
    owners = Counter(column.name for part in PARTS for column in part.columns)
    assert [name for name, count in owners.items() if count > 1] == []
    usual = {column.name for part in ACTING for column in part.columns if not column.several}
    assert usual == {name for kind in (*KINDS, *OF_COMPANY, *WEEKLY) for name in columns(kind)}


@lru_cache(maxsize=1)
def changed() -> dict[str, set[str]]:
    """In which phases of the week each column that lasts changed, in a busy market."""
    market, seen = Market(busy(PEOPLE, 10), 1, 0), defaultdict(set)
    for _ in range(10):
        market.begin_week()
        after = {name: column.tobytes() for name, column in state_columns(market.state()).items()}
        for phase in PHASES:
            before = after
            market.live_phase(phase)
            after = {name: column.tobytes() for name, column in state_columns(market.state()).items()}
            for name in after:
                if after[name] != before[name]:
                    seen[name].add(phase)
    return seen


@pytest.mark.parametrize("name", [name for kind in (*KINDS, *OF_COMPANY) for name in columns(kind)])
def test_columns_change_in_the_phases_whose_steps_write_them_and_in_no_other(name: str) -> None:
    assert changed()[name] == set(written_in(name))
