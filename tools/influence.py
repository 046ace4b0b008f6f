"""Find out which assumptions matter: move each assumed default by a fifth and see how far retention and profit move.

``python tools/influence.py`` (``make influence``) writes sim/scenario/influence.csv, by which ``loyalty explain
--assumptions`` sorts. One parameter is moved at a time, in a market where every mechanism is at work, under the same luck.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from sim import run
from sim.bench import everything_on
from sim.errors import Mistake
from sim.model.component import parts
from sim.model.parameters import Line, lines
from sim.scenario.whole import Scenario

FILE = Path(__file__).resolve().parent.parent / "sim" / "scenario" / "influence.csv"
REPLICATIONS, SHARE = 8, 0.2


def assumed() -> Iterator[tuple[str, Line]]:
    """Every number whose default is only assumed, with the part it belongs to."""
    for name, part in parts().items():
        for line in lines(part.parameters).values() if part.parameters else ():
            if line.source_kind == "assumption" and line.kind is not bool:
                yield name, line


def outcome(scenario: Scenario) -> tuple[float, float]:
    """Retention, and profit as a share of revenue: means over replications."""
    values = run(scenario, REPLICATIONS).values
    return float(values["retention"].mean()), float((values["profit"] / values["revenue"]).mean())


def moved(line: Line, now: float) -> list[float]:
    """The value a fifth lower and a fifth higher (of a tenth of the range when it is 0), inside the range."""
    step = SHARE * abs(now) if now else SHARE * 0.1 * min(line.high - line.low, 1.0)
    step = max(step, 1.0) if line.kind is int else step
    ends = {min(max(now + way * step, line.low), line.high) for way in (-1, 1)} - {now}
    return sorted(line.kind(end) for end in ends)


def influence(base: Scenario, usual: tuple[float, float], name: str, line: Line) -> tuple[float, float]:
    """How far retention and margin move, in percentage points, the further of the two directions."""
    furthest = [0.0, 0.0]
    for value in moved(line, float(getattr(base.parts[name], line.name))):
        try:
            found = outcome(base.with_(**{name: {line.name: value}}))
        except Mistake:
            continue  # another setting forbids this value
        furthest = [max(was, 100 * abs(a - b)) for was, a, b in zip(furthest, found, usual, strict=True)]
    return furthest[0], furthest[1]


def main() -> int:
    """Write the file, the most influential first."""
    base = everything_on(weeks=52, market={"customers": 2000, "prospects": 500, "stands_for": 160})
    usual = outcome(base)
    rows = [(f"{name}.{line.name}", *influence(base, usual, name, line)) for name, line in assumed()]
    rows.sort(key=lambda row: -max(row[1:]))
    with open(FILE, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("parameter", "retention", "margin"))
        writer.writerows((name, f"{kept:.2f}", f"{margin:.2f}") for name, kept, margin in rows)
    print(f"{len(rows)} assumptions; first: {', '.join(name for name, *_ in rows[:5])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
