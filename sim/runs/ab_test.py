"""A test on a part of the customers: what an analyst with one market's data sees, beside the truth that no analyst has.

A test is rules that ask for a person's lot (``for: lot < 50%``) for some weeks: each is an arm, and whoever's lot is in none goes
on as usual. The analyst compares people of an arm with people as usual in one market, with an interval that takes people for
independent. The truth is the same market lived twice, with everybody in the arm and with nobody. The two differ where
people are not by themselves: friends talk, queues are shared, and what is said of the company reaches those who are not treated.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np

from sim.engine.engine import Engine, Market
from sim.engine.groups import LOT, Rule, fitting, lots_of
from sim.engine.start import Ground
from sim.errors import Mistake
from sim.model.behaviour.person import COMPANY
from sim.model.random import world
from sim.runs.statistics import Interval, interval, plain
from sim.runs.worth import group_needed
from sim.scenario.model_inputs import ground_met, ground_of
from sim.scenario.policies import RuleSaid
from sim.scenario.policy_words import rule_told
from sim.scenario.watching import WEEK
from sim.scenario.whole import Scenario

SURE = NormalDist().inv_cdf(0.975)
OUTCOMES = {"kept": "customers kept", "billed": "billed at list prices for each customer"}
"""What is compared: who stays to the test's end, and what people are billed during it."""


class Arm(NamedTuple):
    """One arm: the place of its rule, and between which lots people are in it."""

    rule: int
    low: float
    high: float
    words: str


@dataclass(frozen=True)
class Plan:
    """A test: its arms, and the weeks that it lasts (from week 0 on)."""

    arms: tuple[Arm, ...]
    weeks: range


class Seen(NamedTuple):
    """One outcome of one arm against the usual, over replications.

    ``seen``: what analysts find on average; ``half``: half the width of their 95 % intervals, on average; ``truth``: everybody in
    the arm less nobody; ``bias``: seen less truth, with the 95 % interval of its mean; ``held``: share of analysts whose
    interval holds the truth of their market.
    """

    outcome: str
    seen: float
    half: float
    truth: float
    bias: Interval
    held: float


class Found(NamedTuple):
    """An arm with what was found: ``people`` in it and as usual, on average, and ``needed`` in each for the truth to be seen."""

    arm: Arm
    people: tuple[float, float]
    outcomes: tuple[Seen, ...]
    needed: float


# ---- the plan


def planned(scenario: Scenario) -> Plan:
    """The test that a scenario's rules make. Raises :class:`~sim.errors.Mistake` where they make none that can be judged."""
    rules = [(place, rule) for place, rule in enumerate(scenario.addressed.rules) if _asks_for_lot(rule)]
    if not rules:
        raise Mistake(
            f"'{scenario.name}' tests nothing: no rule asks for the lot that everybody has; write for example "
            "rules: [{for: lot < 50%, when: week >= 10 and week < 36, do: {pricing: {list_price: +5%}}}]"
        )
    arms = tuple(_arm(place, rule, scenario) for place, rule in rules)
    spans = {_weeks(rule, place, scenario.weeks) for place, rule in rules}
    if len(spans) > 1 or len({_whom(rule) for _, rule in rules}) > 1:
        raise Mistake(
            "the arms of a test must begin and end in the same weeks and ask the same of customers, but for their lots"
        )
    in_order = sorted(arms, key=lambda arm: arm.low)
    for one, other in zip(in_order, in_order[1:], strict=False):
        if other.low < one.high:
            raise Mistake(
                f"rules {one.rule + 1} and {other.rule + 1} are arms of a test with lots in common; let each have its own"
            )
    if sum(arm.high - arm.low for arm in arms) > 1 - 1e-6:
        raise Mistake(
            "every lot is in an arm of the test, and nobody goes on as usual; leave some lots out, such as lot < 50%"
        )
    return Plan(arms, spans.pop())


def _asks_for_lot(rule: RuleSaid) -> bool:
    return any(name == LOT for together in rule.where for name, _, _ in together)


def _whom(rule: RuleSaid) -> tuple[tuple[str, str, Any], ...]:
    """What an arm asks of customers beside their lot."""
    return tuple(asked for asked in rule.where[0] if asked[0] != LOT)


def _arm(place: int, rule: RuleSaid, scenario: Scenario) -> Arm:
    if len(rule.where) > 1:
        raise Mistake(
            f"rules, number {place + 1}: an arm of a test cannot ask with 'or'; write a rule for each, or join with 'and'"
        )
    low, high = 0.0, 1.0
    for _, sign, value in (asked for asked in rule.where[0] if asked[0] == LOT):
        if sign not in ("<", "<=", ">", ">="):
            raise Mistake(
                f"rules, number {place + 1}: a lot is compared with < or >=, such as 'lot >= 25% and lot < 50%'"
            )
        low, high = (low, min(high, value)) if sign[0] == "<" else (max(low, value), high)
    if not low < high:
        raise Mistake(
            f"rules, number {place + 1}: no lot is at least {low:g} and less than {high:g}; nobody would be in this arm"
        )
    return Arm(place, low, high, rule_told(rule, scenario.model))


def _weeks(rule: RuleSaid, place: int, weeks: int) -> range:
    """The weeks in which an arm is in force, which must be one stretch that is known beforehand."""
    awaited = [each for together in rule.when for each in together]
    if any(each.measure != WEEK for each in awaited) or rule.hold > 1:
        raise Mistake(
            f"rules, number {place + 1}: a test begins and ends in weeks that are known beforehand; write when: "
            "week >= 10 and week < 36"
        )
    inside = [
        week
        for week in range(weeks)
        if not rule.when or any(all(_true_in(each, week) for each in together) for together in rule.when)
    ]
    if len(inside) < 2 or inside != list(range(inside[0], inside[-1] + 1)):
        raise Mistake(
            f"rules, number {place + 1}: a test lasts two weeks or more without a break, within the {weeks} of the scenario"
        )
    return range(inside[0], inside[-1] + 1)


def _true_in(each: Any, week: int) -> bool:
    return bool(each.true_before(week, np.zeros((0, 0), np.int64), None))


# ---- the markets


def _without_test(scenario: Scenario, plan: Plan, everybody_in: Arm | None) -> Scenario:
    """The scenario with everybody in an arm, or with nobody in any."""
    arms, kept = {arm.rule for arm in plan.arms}, []
    for place, rule in enumerate(scenario.addressed.rules):
        if everybody_in is not None and place == everybody_in.rule:
            whom = " and ".join(f"{name} {sign} {value}" for name, sign, value in _whom(rule)) or f"{LOT} >= 0"
            kept.append(rule.section | {"for": whom})
        elif place not in arms:
            kept.append(rule.section)
    name = f"{scenario.name}, {'nobody' if everybody_in is None else f'everybody under rule {everybody_in.rule + 1}'}"
    return scenario.with_(name=name, rules=kept)


class Outcome(NamedTuple):
    """What became of everybody: who took part, who was kept, what each was billed."""

    part: np.ndarray
    kept: np.ndarray
    billed: np.ndarray


def _outcome(market: Market, plan: Plan, whom: Rule) -> Outcome:
    """Live the market to the test's end, and look."""
    if plan.weeks.start:
        market.run(plan.weeks.start)
    week, people = market.inputs.warm_up + plan.weeks.start, market.inputs.plan.people
    part = fitting(whom, market.state(), market.inputs.model, week, np.zeros(people, np.float32))
    stays, billed = part.copy(), np.zeros(part.size)
    for _ in plan.weeks:
        market.step()
        now = market.people()
        there = now["provider"] == COMPANY
        stays &= there
        billed += np.where(part & there, now["spend"] * market.setting("pricing_list_price"), 0.0)
    return Outcome(part, stays, billed)


def judged(scenario: Scenario, seed: int, replications: range, engine: str = "core") -> list[Found]:
    """The test in each of these replications, and what it would have come to with everybody and with nobody.

    Raises :class:`~sim.errors.Mistake` as :func:`planned` does.
    """
    plan = planned(scenario)
    whom = ground_of(scenario).policies.rules[plan.arms[0].rule]  # type: ignore[union-attr]
    whom = replace(whom, where=(tuple(asked for asked in whom.where[0] if asked.column != LOT),))
    courses = [scenario, *(_without_test(scenario, plan, arm) for arm in (None, *plan.arms))]
    markets = [(each, ground := ground_of(each), Engine(ground, seed, engine)) for each in courses]
    rows = [_one_market(plan, whom, markets, seed, replication) for replication in replications]
    return [_told(arm, [row[place] for row in rows]) for place, arm in enumerate(plan.arms)]


def _one_market(
    plan: Plan, whom: Rule, markets: Sequence[tuple[Scenario, Ground, Engine]], seed: int, replication: int
) -> list[dict[str, tuple[float, ...]]]:
    """One replication under the test, with nobody and with everybody in each arm: what is told of each arm."""
    found = []
    for scenario, ground, engine in markets:
        engine.inputs = ground_met(scenario, ground, seed, replication)
        found.append(_outcome(engine.start(replication), plan, whom))
    lots = lots_of(world(seed, replication), len(found[0].part))
    return [_compared(arm, plan, lots, found[:2], found[2 + place]) for place, arm in enumerate(plan.arms)]


def _compared(
    arm: Arm, plan: Plan, lots: np.ndarray, found: Sequence[Outcome], everybody: Outcome
) -> dict[str, tuple[float, ...]]:
    """One market: of each outcome what the analyst sees, half the width of the interval, and the truth; and how many people."""
    test, nobody = found[0], found[1]
    inside = test.part & (lots >= arm.low) & (lots < arm.high)
    usual = test.part & ~_in_some(plan, lots)
    told: dict[str, tuple[float, ...]] = {"people": (float(inside.sum()), float(usual.sum()))}
    for name in OUTCOMES:
        values, all_in, none_in = (getattr(each, name).astype(np.float64) for each in (test, everybody, nobody))
        seen, half = by_person(values[inside], values[usual])
        told[name] = (seen, half, _mean(all_in[test.part]) - _mean(none_in[test.part]))
    told["levels"] = (_mean(nobody.kept[test.part]), _mean(everybody.kept[test.part]))
    return told


def _in_some(plan: Plan, lots: np.ndarray) -> np.ndarray:
    """Whose lot is in an arm."""
    return np.any([(lots >= arm.low) & (lots < arm.high) for arm in plan.arms], axis=0)


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else math.nan


def by_person(inside: np.ndarray, usual: np.ndarray) -> tuple[float, float]:
    """The difference of two groups' means and half its 95 % interval, as an analyst reckons for whom people are independent."""
    if min(inside.size, usual.size) < 2:
        return math.nan, math.nan
    error = math.sqrt(float(inside.var(ddof=1)) / inside.size + float(usual.var(ddof=1)) / usual.size)
    return float(inside.mean() - usual.mean()), SURE * error


def _told(arm: Arm, rows: Sequence[Mapping[str, tuple[float, ...]]]) -> Found:
    """The replications of an arm together."""
    people = np.array([row["people"] for row in rows]).mean(axis=0)
    levels = np.array([row["levels"] for row in rows]).mean(axis=0)
    outcomes = tuple(_outcome_told(name, np.array([row[name] for row in rows])) for name in OUTCOMES)
    return Found(arm, (float(people[0]), float(people[1])), outcomes, group_needed(float(levels[0]), float(levels[1])))


def _outcome_told(name: str, rows: np.ndarray) -> Seen:
    """``rows``: (replications, 3), what is seen, half the width of its interval, and the truth."""
    seen, half, truth = rows.T
    held = float(np.mean(np.abs(seen - truth) <= half)) if np.isfinite(rows).all() else math.nan
    return Seen(name, float(seen.mean()), float(half.mean()), float(truth.mean()), interval(seen - truth), held)


# ---- in words


def sentences(found: Sequence[Found], scenario: Scenario, replications: int) -> Iterator[str]:
    """What was found, in sentences."""
    weeks = planned(scenario).weeks
    yield f"{scenario.name}: a test from week {weeks.start} to {weeks.stop - 1}, held in {replications:,} markets."
    for one in found:
        yield f"Rule {one.arm.rule + 1} ({one.arm.words}): {one.people[0]:,.0f} customers in it, {one.people[1]:,.0f} as usual."
        yield from (
            f"  {OUTCOMES[seen.outcome].capitalize()}: {_seen_told(seen, scenario.currency)}" for seen in one.outcomes
        )
        if math.isfinite(one.needed):
            enough = "; here there are fewer" if one.needed > min(one.people) else ", which are here"
            yield f"  To see the true difference in customers kept takes {one.needed:,.0f} of either{enough}."


def _seen_told(seen: Seen, currency: str) -> str:
    def tell(value: float, sign: str = "+") -> str:
        return f"{100 * value:{sign}.1f} points" if seen.outcome == "kept" else f"{value:{sign},.2f} {currency}"

    if not seen.bias.defined:
        return "nobody to compare."
    biased = seen.bias.high < 0 or seen.bias.low > 0
    off = (
        f"it is off by {tell(seen.bias.mean)} on average" if biased else "that it is off by more than luck is not shown"
    )
    return (
        f"the test shows {tell(seen.seen)} (± {tell(seen.half, '')} in one market), the truth is {tell(seen.truth)}; {off}. "
        f"{100 * seen.held:.0f} of 100 analysts' intervals hold the truth."
    )


def to_json(found: Sequence[Found], scenario: Scenario, seed: int, replications: int) -> dict[str, Any]:
    """What was found, for JSON: shares of customers, and money of a simulated customer."""
    weeks = planned(scenario).weeks
    return {
        "scenario": scenario.name, "seed": seed, "replications": replications, "weeks": [weeks.start, weeks.stop - 1],
        "arms": [
            {
                "rule": one.arm.rule + 1, "lots": [one.arm.low, one.arm.high], "in_it": one.people[0], "as_usual": one.people[1],
                "needed": plain(one.needed),
                **{
                    seen.outcome: {
                        "test": plain(seen.seen), "half_width": plain(seen.half), "truth": plain(seen.truth),
                        "bias": plain(seen.bias.mean), "bias_low": plain(seen.bias.low), "bias_high": plain(seen.bias.high),
                        "intervals_that_hold": plain(seen.held),
                    }
                    for seen in one.outcomes
                },
            }
            for one in found
        ],
    }  # fmt: skip
