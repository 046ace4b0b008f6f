"""In how many weeks of a run its rules were in force: what they wait for follows from the weekly counts, which a run keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.engine.groups import in_force
from sim.scenario.model_inputs import ground_of
from sim.scenario.policy_words import rule_told

if TYPE_CHECKING:
    from sim.runs.result import Result


def weeks_in_force(result: Result) -> np.ndarray:
    """In which weeks each rule was in force: bool (replications, weeks, rules)."""
    ground = ground_of(result.scenario)
    rules = ground.policies.rules if ground.policies else ()
    found = np.zeros((*result.tally.shape[:2], len(rules)), bool)
    for counts, told in zip(result.tally, found, strict=True):
        until = [-1] * len(rules)
        for week in range(len(counts)):
            told[week, in_force(rules, until, week, counts, ground)] = True
    return found


def cautions(result: Result) -> list[str]:
    """Which rules that wait for something never fired, or never rested once they had, in a sentence each."""
    waiting = [place for place, rule in enumerate(result.scenario.addressed.rules) if rule.when]
    if not waiting or not len(result.numbers):
        return []
    weeks, said = weeks_in_force(result), []
    for place in waiting:
        rule, told = result.scenario.addressed.rules[place], weeks[..., place]
        words = f"Rule {place + 1} of '{result.scenario.name}' ({rule_told(rule, result.scenario.model)})"
        if not told.any():
            said.append(f"{words} was never in force: what it waits for did not happen.")
        elif told[:, told.any(0).argmax() :].all():
            said.append(
                f"{words} was in force in every week from its first on, in every replication, as a setting would be."
            )
        elif (always := int((told.sum(1) > 0.9 * told.shape[1]).sum())) > 0.5 * len(told):
            nearly = f"in nearly every week of {always} of {len(told)} replications"
            said.append(f"{words} was in force {nearly}: it hardly answers to anything.")
    return said
