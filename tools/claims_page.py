"""Measure every claim of claims.yaml and write docs/background/claims.md: lever, world, effect with its interval, price, test.

``python tools/claims_page.py`` (``make claims``); exits with 1 when a claim does not hold.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from ruamel.yaml import YAML

from sim import compare, load
from sim.report import facts
from sim.report.amounts import half_width, number, places, signed
from sim.report.lever_prices import price_told
from sim.runs.comparison import Comparison
from sim.runs.result import Result
from sim.runs.statistics import Difference
from sim.scenario.lesson import Expected
from sim.scenario.whole import Scenario, described

ROOT = Path(__file__).resolve().parent.parent
FILE, PAGE = ROOT / "experiments" / "claims.yaml", ROOT / "docs" / "background" / "claims.md"
REPLICATIONS = 16
LEVER = "With the lever"

HEAD = """# Claims

What the source articles say about how companies lose and keep customers, each with the lever that shows it and what pulling it
does. `make claims` measures this table: paired differences of {count} replications, with 95 % intervals, in the market that
`loyalty run` lives when a scenario says nothing. *Other settings* are all that differ from the shipped ones in both worlds, and
*lever alone* is what it does without them: nothing, where there is nothing to lose – whoever has no chatbot cannot have it pose
as a person. Where a lesson shows the claim, it is named. The claims and their worlds are those of `experiments/claims.yaml`;
`tests/test_claims.py` holds every row to its sign.

| claim | what it says | lever | other settings | measure | effect (95 % interval) | holds | lever alone | lesson | test |
|---|---|---|---|---|---|---|---|---|---|
"""
MONEY = """
## What the levers earn, at their price

Profit over the same weeks. What makes customers happier costs what `loyalty explain lever_costs` tells; most of these prices are
guesses, and the last column gives the price at which the answer turns. Wages, discounts, fees and advertising cost what the
settings say: a policy that saves them can earn money while it does what the claim says to customers.

| claim | what it says | lever | other settings | profit (95 % interval) | at which price |
|---|---|---|---|---|---|
"""


class Turn(NamedTuple):
    """A price on which it hangs what a lever does to profit: the setting, and the count under which it is booked."""

    setting: str
    booked: str


@dataclass(frozen=True)
class Claim:
    """One row: which claim, in which world, which lever, what it must do, and on which price its money hangs."""

    number: str
    says: str
    base: dict[str, Any]
    lever: dict[str, Any]
    shows: tuple[Expected, ...]
    turns: Turn | None = None

    @property
    def name(self) -> str:
        """What its test is called."""
        return f"{self.number} {self.says}"

    @cached_property
    def answer(self) -> Comparison:
        """Both worlds, compared."""
        return self.compared(self.base)

    @cached_property
    def alone(self) -> Comparison:
        """The lever on nothing but the shipped settings; a run of another length stays as long."""
        length = {key: self.base[key] for key in ("weeks",) if key in self.base}
        return self.answer if length == self.base else self.compared(length)

    def compared(self, base: dict[str, Any]) -> Comparison:
        """The lever on other settings."""
        world = market(**base)
        return compare([world, world.with_(**self.lever).with_(name=LEVER)], REPLICATIONS, seed=11)

    def difference(self, expected: Expected) -> Difference:
        """The paired difference of a measure."""
        return self.answer.differences[LEVER][expected.measure]

    @cached_property
    def turning(self) -> float:
        """The price above which what the lever spends more on costs more than it brings."""
        assert self.turns is not None
        spent = _booked(self.answer.others[0], self.turns.booked) - _booked(self.answer.base, self.turns.booked)
        profit = [self.answer.values(result, "profit").mean() for result in self.answer.results]
        section, name = self.turns.setting.split(".")
        price = getattr(self.answer.base.scenario.parts[section], name)
        return float(price * (1 + (profit[1] - profit[0]) / spent))


def _booked(result: Result, count: str) -> float:
    """What is booked under a count over all weeks, in currency, in the mean of the replications."""
    return float(result.tally[..., result.scenario.model.count(count)].sum(axis=1).mean()) / 100


def market(**sections: Any) -> Scenario:
    """The market of the claims, which is the shipped one, with sections on top."""
    return described({"currency": "EUR"}).with_(name="The market", **sections)


def claims() -> list[Claim]:
    """All rows in their order."""
    return [_claim(row) for row in YAML(typ="safe", pure=True).load(FILE.read_text(encoding="utf-8"))["claims"]]


def _claim(row: dict[str, Any]) -> Claim:
    shows = tuple(Expected(measure=name, way=_way(says)) for name, says in row["shows"].items())
    turns = Turn(**row["turns"]) if "turns" in row else None
    return Claim(row["id"], row["says"], row.get("base") or {}, row["lever"], shows, turns)


def _way(says: str) -> int:
    return {"rises": 1, "falls": -1}[says]


def settings_told(settings: dict[str, Any]) -> str:
    """Settings as a reader would write them."""
    return ", ".join(_told("", settings))


def _told(before: str, entries: dict[str, Any]) -> Iterator[str]:
    """Each value with the keys that lead to it; weeks from which something changes stand in front."""
    for key, value in entries.items():
        if key == "changes":
            yield from (f"{week}: {settings_told(then)}" for week, then in value.items())
        elif isinstance(value, dict):
            yield from _told(f"{before}{key}.", value)
        else:
            yield f"{before}{key} = {value}"


def lessons() -> dict[str, str]:
    """Claim → the lesson that shows it."""
    found = [load(path) for path in sorted((ROOT / "scenarios" / "lessons").glob("*.yaml"))]
    return {scenario.lesson.claim: scenario.name for scenario in found if scenario.lesson and scenario.lesson.claim}


def effect(answer: Comparison, measure: str) -> str:
    """A paired difference with its interval and unit."""
    found, unit = answer.differences[LEVER][measure], facts.difference_unit(answer, measure)
    if found.mean == 0 and not np.isfinite(found.low):
        return "nothing"
    digits = places(half_width(found, unit.factor))
    low, high = sorted((found.low * unit.factor, found.high * unit.factor))
    around = f"{signed(found.mean * unit.factor, digits)} ({signed(low, digits)} to {signed(high, digits)})"
    return f"{around} {unit.difference}".rstrip()


def holds(answer: Comparison, expected: Expected) -> bool:
    """Whether a measure moves as it should, beyond chance."""
    found = answer.differences[LEVER][expected.measure]
    return expected.holds(found.low, found.high)


def alone(claim: Claim, expected: Expected) -> str:
    """What the lever does on nothing but the shipped settings, and whether that is what is claimed."""
    if claim.alone is claim.answer:
        return "the same"
    return f"{effect(claim.alone, expected.measure)}: {'holds' if holds(claim.alone, expected) else 'does not hold'}"


def rows(found: list[Claim]) -> Iterator[str]:
    """The table, a line a measure."""
    taught = lessons()
    for claim in found:
        for expected in claim.shows:
            yield _line(
                claim.number, claim.says, settings_told(claim.lever), settings_told(claim.base) or "none",
                expected.measure.replace("_", " "), effect(claim.answer, expected.measure),
                "yes" if holds(claim.answer, expected) else "**no**", alone(claim, expected),
                taught.get(claim.number, "–"), f"`test_claims.py[{claim.name}]`",
            )  # fmt: skip


def earnings(found: list[Claim]) -> Iterator[str]:
    """The table of money, a line a claim."""
    for claim in found:
        yield _line(
            claim.number, claim.says, settings_told(claim.lever), settings_told(claim.base) or "none",
            effect(claim.answer, "profit"), price(claim),
        )  # fmt: skip


def price(claim: Claim) -> str:
    """On which price it hangs whether the lever pays."""
    if claim.turns is None:
        return price_told(claim.answer, claim.answer.others[0]) or "every cost in it is a setting of its own"
    return f"profit falls where {claim.turns.setting} is above {number(claim.turning, 1)}"


def _line(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def main() -> int:
    """Write the page; 1 when a claim does not hold."""
    found = claims()
    text = HEAD.format(count=REPLICATIONS) + "\n".join(rows(found)) + "\n" + MONEY + "\n".join(earnings(found)) + "\n"
    PAGE.write_text(text, encoding="utf-8")
    print(f"{len(found)} claims, {text.count('**no**')} measures that do not hold")
    return 1 if "**no**" in text else 0


if __name__ == "__main__":
    sys.exit(main())
