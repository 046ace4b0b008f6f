"""Policies of segments and rules, told: in sentences, as differences, and as what 'loyalty explain' says of their forms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sim.engine.groups import MOST_RULES, SIGNS
from sim.model.addressing import addressable
from sim.model.component import Model
from sim.model.parameters import lines
from sim.scenario.policies import RULES, SEGMENT, SEGMENTS, Change, RuleSaid, asked_of_people
from sim.scenario.quantities import in_unit, number_told, value_shown
from sim.scenario.watching import WEEK, Watched
from sim.scenario.whole import Scenario


def addressed_told(scenario: Scenario) -> Iterator[str]:
    """What is said for some people alone, in a sentence each; what can never change again is said to be so."""
    said = scenario.addressed
    for name, policy in said.segments.items():
        settings = "; ".join(
            f"{part}.{key} is {_with_unit(scenario.model, part, key, _plain(value))} (for everybody else "
            f"{_plain(getattr(scenario.parts[part], key))})"
            for part, own in policy.items()
            for key, value in own.items()
        )
        when = "" if not scenario.warm_up or name in said.before else " from week 0 on"
        yield f"In segment {name}{when}, {settings}."
    for number, rule in enumerate(said.rules, 1):
        yield f"Rule {number}: {rule_told(rule, scenario.model)}."
    yield from _always(scenario)


def rule_told(rule: RuleSaid, model: Model) -> str:
    """A rule as a sentence without its end."""
    whom = (
        "everybody" if rule.for_all else f"segment {rule.segment}" if rule.segment else f"customers with {rule.whose}"
    )
    done = ", ".join(
        f"{part}.{name} is {_changed(change, model, part, name)}"
        for part, own in rule.do.items()
        for name, change in own.items()
    )
    if not rule.when:
        return f"for {whom}, {done}"
    when = " or ".join(" and ".join(each.told for each in together) for together in rule.when)
    hold = f", and for {rule.hold} weeks each time" if rule.hold > 1 else ""
    return f"for {whom}, when {when}{hold}, {done}"


def _changed(change: Change, model: Model, part: str, name: str) -> str:
    if change.how == "=":
        return _with_unit(model, part, name, _plain(change.value))
    if change.how == "*":
        return f"{number_told(round(abs(change.value - 1) * 100, 9))} % {'higher' if change.value >= 1 else 'lower'}"
    more = "more" if change.value >= 0 else "less"
    return f"{_with_unit(model, part, name, number_told(abs(change.value)))} {more}"


def _plain(value: Any) -> str:
    return value_shown(value).strip("'")


def _with_unit(model: Model, part: str, name: str, value: str) -> str:
    parameters = model.parts[part].parameters
    assert parameters is not None
    unit = in_unit(lines(parameters)[name].unit)
    return value if unit.startswith("(") else f"{value} {unit}"


def _always(scenario: Scenario) -> Iterator[str]:
    """Rules that fire every week for ever, or never, as far as the file tells."""
    for number, rule in enumerate(scenario.addressed.rules, 1):
        if rule.for_all and not rule.when:
            yield (
                f"Caution: rule {number} has neither 'for' nor 'when', and so is in force for everybody in every week, as if it "
                "were a setting."
            )
            continue
        weeks = [each for together in rule.when for each in together]
        if rule.when and not any(_in_some_week(together, scenario.weeks) for together in rule.when):
            yield f"Caution: rule {number} is never in force, for the last week is {scenario.weeks - 1}."
        elif rule.for_all and weeks and all(each.measure == WEEK and each.sign in (">", ">=") for each in weeks):
            yield f"Caution: rule {number} is in force in every week once it has begun, as 'changes' would be."


def _in_some_week(together: Sequence[Watched], weeks: int) -> bool:
    """Whether what is asked of the number of the week is true in any."""
    true = np.ones(weeks, bool)
    for each in together:
        if each.measure == WEEK:
            true &= SIGNS[each.sign](np.arange(weeks), each.value)
    return bool(true.any())


# ---- differences


def addressed_compared(scenario: Scenario) -> dict[str, tuple[str, str]]:
    """All that is said for some people alone, a line each: key → in words, unit."""
    found = {}
    for where, segments in (
        (SEGMENTS, scenario.addressed.segments),
        (f"warm_up.under.{SEGMENTS}", scenario.addressed.before),
    ):
        for name, policy in segments.items():
            for part, own in policy.items():
                parameters = scenario.model.parts[part].parameters
                assert parameters is not None
                for key, value in own.items():
                    found[f"{where}.{name}.{part}.{key}"] = _plain(value), lines(parameters)[key].unit
    for number, rule in enumerate(scenario.addressed.rules, 1):
        found[f"{RULES}.{number}"] = rule_told(rule, scenario.model), ""
    return found


# ---- their forms


def forms(model: Model) -> dict[str, tuple[str, list[dict[str, str]]]]:
    """What can be written under ``segments`` and ``rules``: some words about each, and rows as 'loyalty explain' has them."""
    some = ", ".join(asked_of_people(model))
    by_part: dict[str, list[str]] = {}
    for part, name in sorted(addressable(model)):
        by_part.setdefault(part, []).append(name)
    segments = (
        "What the company does otherwise for the people of a segment: segments: {NAME: {policy: {pricing: {list_price: 0.95}}}}."
        "\nIt holds for customers of the segment, and for people of it who are not yet customers. What can differ:"
    )
    rules = (
        f"Policies that answer to what happens: a list of up to {MOST_RULES}, each {{for: …, when: …, do: …, hold: …}}."
        "\nIn force from week 0 on; of two rules that say one setting, the first that fits a person (or the company) wins, and\n"
        "rules win over policies of segments. A setting stays within its range."
    )
    entries = (
        ("for", "a segment's name, or such as tenure < 13 and trust < 0.4", EVERYBODY_TOLD,
         f"Whom: settled anew at the beginning of every week. Asked of customers can be: {SEGMENT}, {some}"),
        ("when", "such as abandonment > 8% for 2 weeks, or week >= 26", "always",
         "A measure of the weeks just lived, or the number of the week; joined with and, or"),
        ("do", "settings, such as 0.95, +3 or -10%", "",
         "A value, or how much more or less than what holds otherwise; settings of the whole company only without 'for'"),
        ("hold", "weeks", "1", "In how many weeks it is in force once 'when' is true"),
    )  # fmt: skip
    return {
        SEGMENTS: (segments, [_row(part, "", ", ".join(names), "") for part, names in by_part.items()]),
        RULES: (rules, [_row(name, meaning, form, default) for name, form, default, meaning in entries]),
    }


EVERYBODY_TOLD = "everybody, and the company"


def _row(name: str, meaning: str, form: str, default: str) -> dict[str, str]:
    return {
        "name": name,
        "meaning": meaning,
        "unit": "",
        "range": form,
        "default": default,
        "plausible": "",
        "source": "",
    }
