"""Which settings can differ from one group of people to another: those that people's own steps read.

A step about a person reads the settings of the group that the person belongs to; the company and its representatives read those
of everybody else, group 0. What they read as well cannot be addressed to some people alone – but for what things cost: a step in
which the company pays for what people get is reckoned for each group, which bears its share of customers of what it comes to.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from sim.model.component import Model
from sim.model.schedule import (
    Company,
    EachRival,
    Everybody,
    InTurn,
    Item,
    Listing,
    Queue,
    Showing,
    Telling,
    Whoever,
    steps_in,
)
from sim.model.steps import Step
from sim.model.week import week_of

PAYING = "account"
"""The phase in which the company pays."""
Setting = tuple[str, str]
"""A part and its parameter."""
OF_ALL = frozenset({("marketing", "reach"), ("self_checkout", "errors"), ("ledger", "without")})
"""Settings of which the cost does not go with customers (advertising, machines), or that are none of the company's."""


def read_by(step: Step) -> frozenset[Setting]:
    """The settings, of this week or the last, that a step and those that it calls read."""
    return frozenset(
        (node.value.attr, node.attr)
        for each in (step, *step.within)
        for node in ast.walk(each.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute)
        if isinstance(node.value.value, ast.Name) and node.value.value.id in ("p", "last")
    )


def _about_people(item: Item) -> bool:
    inner = item.item if isinstance(item, EachRival) else item
    return isinstance(inner, Everybody | Listing | Whoever | InTurn | Queue | Telling | Showing)


def _paid(phase: str, item: Item) -> Iterator[Step]:
    """The step of an item in which the company pays, and does nothing else."""
    if phase == PAYING and isinstance(item, Company) and not item.step.writes:
        yield item.step


@lru_cache(maxsize=16)
def addressable(model: Model) -> frozenset[Setting]:
    """What a policy of a segment, or a rule, can set for some people alone."""
    by_people: set[Setting] = set()
    by_company: set[Setting] = set()
    for phase, items in week_of(model).items():
        for item in items:
            paid = set(_paid(phase, item))
            for step in steps_in(item):
                if step not in paid:
                    (by_people if _about_people(item) else by_company).update(read_by(step))
    levers = {name for name, part in model.parts.items() if part.group != "behaviour" and name != "rival"}
    return frozenset(each for each in by_people - by_company - OF_ALL if each[0] in levers)


@lru_cache(maxsize=16)
def paid_by_group(model: Model) -> frozenset[Step]:
    """The steps in which the company pays for something that groups get differently."""
    paid = (step for phase, items in week_of(model).items() for item in items for step in _paid(phase, item))
    return frozenset(step for step in paid if read_by(step) & addressable(model))
