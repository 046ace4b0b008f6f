"""Measure every claim of claims.yaml and write docs/background/claims.md: lever, world, effect with its interval, test.

``python tools/claims_page.py`` (``make claims``); exits with 1 when a claim does not hold.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sim import compare, load
from sim.report import facts
from sim.report.amounts import half_width, places, signed
from sim.runs.comparison import Comparison
from sim.scenario.lesson import Expected
from sim.scenario.whole import Scenario, described

ROOT = Path(__file__).resolve().parent.parent
FILE, PAGE = ROOT / "experiments" / "claims.yaml", ROOT / "docs" / "background" / "claims.md"
REPLICATIONS = 24

HEAD = """# Claims

What the source articles say about how companies lose and keep customers, each with the lever that shows it and what pulling it
does. `make claims` measures this table: paired differences of {count} replications, with 95 % intervals. The worlds are those of
`experiments/claims.yaml`; where a lesson shows the claim, it is named. `tests/test_claims.py` holds every row to its sign.

| claim | what it says | lever | measure | effect (95 % interval) | holds | lesson | test |
|---|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Claim:
    """One row: which claim, in which world, which lever, and what it must do."""

    number: str
    says: str
    base: dict[str, Any]
    lever: dict[str, Any]
    shows: tuple[Expected, ...]
    place: int

    @property
    def name(self) -> str:
        """What its test is called."""
        return f"{self.number} {self.says}"

    @cached_property
    def answer(self) -> Comparison:
        """Both worlds, compared."""
        world = market(**self.base)
        return compare([world, world.with_(**self.lever).with_(name="With the lever")], REPLICATIONS, seed=11)

    def difference(self, expected: Expected) -> Any:
        """The paired difference of a measure."""
        return self.answer.differences["With the lever"][expected.measure]


def _written() -> Any:
    return YAML(typ="safe", pure=True).load(FILE.read_text(encoding="utf-8"))


def market(**sections: Any) -> Scenario:
    """The market of the claims, with sections on top."""
    return described(_written()["market"]).with_(name="The market", **sections)


def claims() -> list[Claim]:
    """All rows in their order."""
    return [_claim(place, row) for place, row in enumerate(_written()["claims"])]


def _claim(place: int, row: dict[str, Any]) -> Claim:
    shows = tuple(Expected(measure=name, way=_way(says)) for name, says in row["shows"].items())
    return Claim(row["id"], row["says"], row.get("base") or {}, row["lever"], shows, place)


def _way(says: str) -> int:
    return {"rises": 1, "falls": -1}[says]


def lever_told(lever: dict[str, Any]) -> str:
    """A lever as a reader would write it."""
    parts = []
    for section, keys in lever.items():
        for key, value in keys.items():
            parts.append(f"{key}: {lever_told(value)}" if section == "changes" else f"{section}.{key} = {value}")
    return ", ".join(parts)


def lessons() -> dict[str, str]:
    """Claim → the lesson that shows it."""
    found = [load(path) for path in sorted((ROOT / "scenarios" / "lessons").glob("*.yaml"))]
    return {scenario.lesson.claim: scenario.name for scenario in found if scenario.lesson}


def rows() -> Iterator[str]:
    """The table, a line a measure."""
    taught = lessons()
    for claim in claims():
        for expected in claim.shows:
            found, unit = claim.difference(expected), facts.difference_unit(claim.answer, expected.measure)
            digits = places(half_width(found, unit.factor))
            low, high = sorted((found.low * unit.factor, found.high * unit.factor))
            effect = f"{signed(found.mean * unit.factor, digits)} ({signed(low, digits)} to {signed(high, digits)})"
            holds = "yes" if expected.holds(found.low, found.high) else "**no**"
            cells = (
                claim.number, claim.says, lever_told(claim.lever), expected.measure.replace("_", " "),
                f"{effect} {unit.difference}", holds, taught.get(claim.number, "–"), f"`test_claims.py[{claim.name}]`",
            )  # fmt: skip
            yield "| " + " | ".join(cells) + " |"


def main() -> int:
    """Write the page; 1 when a claim does not hold."""
    text = HEAD.format(count=REPLICATIONS) + "\n".join(rows()) + "\n"
    PAGE.write_text(text, encoding="utf-8")
    print(f"{len(claims())} claims, {text.count('**no**')} measures that do not hold")
    return 1 if "**no**" in text else 0


if __name__ == "__main__":
    sys.exit(main())
