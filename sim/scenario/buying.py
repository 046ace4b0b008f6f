"""Customers who buy now and then: what a scenario of them cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import Mistake
from sim.model.component import Model
from sim.model.mechanisms.purchases import Purchases
from sim.model.population import Plan
from sim.scenario.quantities import number_told
from sim.scenario.sections import People
from sim.scenario.tree import Node, Problems

SECTION = "purchases"
DRAWN = ("rate", "rate_shape", "lapse", "lapse_shape", "basket", "customer_shape")
"""What people are drawn by when a scenario begins, so that it cannot change later."""


def used_in(settings: Mapping[str, Any], model: Model) -> tuple[str, ...]:
    """The mechanisms of which a model has nothing until a scenario uses them, and which these settings use."""
    asked = ((part.name, part.used_where) for part in model.parts.values() if part.used_where)
    return tuple(name for name, setting in asked if getattr(settings.get(name), setting, 0) > 0)


def judge_buying(
    tree: Node,
    start: Mapping[str, Any],
    later: list[tuple[str, Mapping[str, Any]]],
    people: People | None,
    problems: Problems,
) -> None:
    """Book what contradicts buying now and then; ``later``: the settings at other times, and how these are called."""
    now = start.get(SECTION)
    if not isinstance(now, Purchases):
        return
    for when, settings in later:
        for name in DRAWN:
            before, after = getattr(now, name), getattr(settings[SECTION], name)
            if before != after:
                problems.add(
                    tree.place,
                    f"{SECTION}.{name} is {number_told(after)} {when}, and {number_told(before)} in week 0; people are drawn "
                    "by it when a scenario begins, so it cannot change: say it once, at the top; "
                    f"{SECTION}.pace makes all buy more or less",
                )
    if now.rate > 0:
        _judge_sections(tree, start, people, problems)


def _judge_sections(tree: Node, start: Mapping[str, Any], people: People | None, problems: Problems) -> None:
    """What other sections say that is not so of people who buy now and then."""
    if getattr(start.get("contracts"), "term", 0) > 0:
        place = tree.get("contracts", "term") or tree
        problems.add(
            place.place,
            f"contracts.term is {number_told(start['contracts'].term)} weeks, but customers who buy now and then "
            f"({SECTION}.rate) sign no contract; remove one of them",
        )
    columns = people.mapping.columns if people and people.mapping else {}
    for where, said in (("traits", people.traits if people else {}), ("columns", columns)):
        if "spend" in said:
            place = tree.get("customers", where, "spend") or tree
            problems.add(
                place.place,
                f"customers.{where}.spend says what customers pay a week, but with {SECTION}.rate that follows from how often "
                f"they buy and {SECTION}.basket; remove it (write 'spend: null' if it is inherited)",
            )


def refuse_too_early(plan: Plan, file: Path | None) -> None:
    """Raise :class:`Mistake` where somebody bought again before they had come."""
    tenure, before, since = (plan.told(name) for name in ("tenure", "purchases_before", "weeks_since_last_purchase"))
    early = np.flatnonzero((before >= 1) & (since > tenure + 1))
    if early.size:
        raise Mistake(
            f"{file}, customer {early[0] + 1}: weeks_since_last_purchase is {since[early[0]]:g} and tenure "
            f"{tenure[early[0]]:g}, so that they bought again before their first purchase ({early.size:,} customers); tenure "
            "must be the weeks since the first"
        )
