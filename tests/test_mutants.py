"""The mutation run: what it changes, who notices, and that nothing goes unnoticed without a reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import mutants
import pytest

from sim.model.behaviour import trust
from sim.model.component import parts
from sim.model.rules import Rule


@pytest.fixture(scope="module", autouse=True)
def plainly() -> Iterator[None]:
    """Rules run as plain Python, for these tests alone."""
    rules = [t for part in parts().values() for t in vars(part.module).values() if isinstance(t, Rule)]
    compiled = [rule.compiled for rule in rules]
    mutants.reckon_plainly()
    yield
    for rule, before in zip(rules, compiled, strict=True):
        rule.compiled = before


def changed(text: str, **known: object) -> set[str]:
    """What can stand in the place of an expression or a statement."""
    (statement,) = ast.parse(text).body
    node = (
        statement.value if isinstance(statement, ast.Expr) and not isinstance(statement.value, ast.Call) else statement
    )
    return {ast.unparse(ast.fix_missing_locations(other)) or "nothing" for other in mutants.changes(node, dict(known))}


def test_each_kind_of_change_is_made() -> None:
    assert changed("a < b") == {"a <= b", "a >= b"} and changed("a == b") == {"a != b"}
    assert changed("a + b") == {"a - b"} and changed("a * b") == {"a / b"} and changed("a & b") == {"a | b"}
    assert changed("a and b") == {"a or b"} and changed("not a") == {"a"} and changed("-a") == {"a"}
    assert (
        changed("0.5") == {"0.75"}
        and changed("0") == {"1"}
        and changed("True") == {"False"}
        and changed("LIMIT", LIMIT=3) == {"4"}
    )
    assert changed("a if b else c") == {"a if not b else c"}
    assert changed("count.sales += 1") == {"count.sales -= 1", "pass"} and changed("me.trust = a") == {"pass"}
    assert changed("note.shop(a)") == {"pass"} and "min(a, b)" in changed("max(a, b)")
    assert changed("trust_after(a, b, c, d)", trust_after=trust.trust_after) == {
        "pass", "trust_after(b, a, c, d)", "trust_after(a, c, b, d)", "trust_after(a, b, d, c)",
    }  # fmt: skip


def test_what_makes_no_difference_is_not_swapped() -> None:
    product = parts()["pricing"].module.cents
    assert changed("cents(a, b)", cents=product) == {"pass"}


@pytest.mark.parametrize("name", ["trust", "fees", "upselling", "employee_care"])
def test_whatever_nothing_notices_has_a_reason(name: str) -> None:
    ((many, left),) = mutants.run([name], lambda line: None).values()
    assert many - len(left) >= mutants.WANTED * many
    assert [mutant.name for mutant in left if mutant.why == mutants.LACKING] == []


def test_a_mutant_leaves_the_model_as_it_was() -> None:
    plain, compiled = trust.shaken.plain, trust.shaken.compiled
    assert all(
        mutants.noticed(mutant) for mutant in mutants.mutants(parts()["trust"]) if mutant.function is trust.shaken
    )
    assert trust.shaken.plain is plain and trust.shaken.compiled is compiled


@pytest.mark.heavy
def test_the_page_is_that_of_a_run_in_which_enough_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, page = mutants.PAGE.read_text(encoding="utf-8"), tmp_path / "mutants.md"
    monkeypatch.setattr(mutants, "PAGE", page)
    assert mutants.main([]) == 0
    assert mutants.LACKING not in kept and page.read_text(encoding="utf-8") == kept, "run make mutants"
