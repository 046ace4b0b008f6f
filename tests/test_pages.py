"""Pages that are written from the code say what the code says; and what is only assumed is listed, most influential first."""

from __future__ import annotations

import odd_page
from equations import equation, in_module

from sim.model.behaviour import choice, grievance, trust
from sim.model.component import builtin, parts
from sim.model.parameters import lines
from sim.runs.measures import NAMES
from sim.scenario.explaining import assumptions


def test_the_odd_page_is_what_the_code_says_now() -> None:
    assert odd_page.PAGE.read_text(encoding="utf-8") == odd_page.page(), "run make odd"


def test_the_odd_page_names_every_part_and_measure() -> None:
    page = odd_page.page()
    assert all(f"##### {name}\n" in page for name in parts())
    assert all(f"| `{name}` |" in page for name in NAMES)


def test_everything_assumed_is_listed_the_most_influential_first() -> None:
    assumed = {
        f"{name}.{line.name}"
        for name, part in parts().items()
        for line in (lines(part.parameters).values() if part.parameters else ())
        if line.source_kind == "assumption"
    }
    listed = [row["name"] for row in assumptions().rows]
    assert assumed <= set(listed) and len(listed) == len(set(listed))
    sizes = [row["source"] for row in assumptions().rows]
    known = [said for said in sizes if "not measured" not in said]
    assert known and sizes[: len(known)] == known


def test_the_odd_page_has_the_equation_of_every_rule_and_step() -> None:
    page = odd_page.page()
    for part in builtin().parts.values():
        for thing in in_module(part.module):
            assert f"`{thing.__name__}(" in page and equation(thing) in page, thing


def test_an_equation_is_what_the_code_says_without_what_only_a_computer_needs() -> None:
    assert equation(choice.doubt) == "missing <- (1 - goodwill) / 0.3\n= missing * missing"
    assert equation(trust.shaken) == "= trust * (1 - blow)"
    assert equation(grievance.forgive) == "me.grievance <- relieved(me.grievance, 1.0 - fading(p.grievance.half_life))"
