"""Customers who buy now and then: what a scenario of them cannot say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sim.engine.start import BUYING
from sim.errors import Mistake
from sim.model.mechanisms.purchases import Purchases
from sim.model.population import Plan
from sim.scenario.quantities import number_told
from sim.scenario.sections import People
from sim.scenario.tree import Node, Problems

DRAWN = ("rate", "rate_shape", "lapse", "lapse_shape", "basket", "customer_shape")
"""What people are drawn by when a scenario begins, so that it cannot change later."""
BILLED_WEEKLY = ("deliveries", "introductory_price", "loyalty_programme", "products")
"""Mechanisms whose money and effects follow from what a customer pays every week."""


def judge_buying(
    tree: Node,
    start: Mapping[str, Any],
    later: list[tuple[str, Mapping[str, Any]]],
    people: People | None,
    problems: Problems,
) -> None:
    """Book what contradicts buying now and then; ``later``: the settings at other times, and how these are called."""
    now = start.get(BUYING)
    if not isinstance(now, Purchases):
        return
    for when, settings in later:
        for name in DRAWN:
            before, after = getattr(now, name), getattr(settings[BUYING], name)
            if before != after:
                problems.add(
                    tree.place,
                    f"{BUYING}.{name} is {number_told(after)} {when}, and {number_told(before)} in week 0; people are drawn "
                    "by it when a scenario begins, so it cannot change: say it once, at the top; "
                    f"{BUYING}.pace makes all buy more or less",
                )
    if now.rate > 0:
        _judge_sections(tree, start, people, problems)


def judge_billed_weekly(tree: Node, used: Collection[str], problems: Problems) -> None:
    """Book the mechanisms among those used that reckon with a weekly bill, where customers buy now and then and get none."""
    for name in (each for each in BILLED_WEEKLY if each in used and BUYING in used):
        problems.add(
            (tree.get(name) or tree).place,
            f"{name} reckons with what customers pay by the week, but with {BUYING}.rate they buy now and then; the two cannot "
            f"be simulated together yet: remove one of them",
        )


def judge_addressed(tree: Node, start: Mapping[str, Any], met: bool, problems: Problems) -> None:
    """Book that something is said for some people alone, or at times, of buying now and then, where nobody does."""
    if met and start[BUYING] is not None and start[BUYING].rate == 0:
        problems.add(
            tree.place,
            f"segments or rules speak of {BUYING}, but customers pay by the week here; say {BUYING}.rate, above 0, at the top",
        )


def _judge_sections(tree: Node, start: Mapping[str, Any], people: People | None, problems: Problems) -> None:
    """What other sections say that is not so of people who buy now and then."""
    if getattr(start.get("contracts"), "term", 0) > 0:
        place = tree.get("contracts", "term") or tree
        problems.add(
            place.place,
            f"contracts.term is {number_told(start['contracts'].term)} weeks, but customers who buy now and then "
            f"({BUYING}.rate) sign no contract; remove one of them",
        )
    columns = people.mapping.columns if people and people.mapping else {}
    for where, said in (("traits", people.traits if people else {}), ("columns", columns)):
        if "spend" in said:
            place = tree.get("customers", where, "spend") or tree
            problems.add(
                place.place,
                f"customers.{where}.spend says what customers pay a week, but with {BUYING}.rate that follows from how often "
                f"they buy and {BUYING}.basket; remove it (write 'spend: null' if it is inherited)",
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
