"""Run every lesson and write docs/background/lessons.md: what to predict, what happens with its figures, why, and a picture.

``python experiments/lessons_page.py`` (``make lessons``) compares each file in ``scenarios/lessons`` that has a lesson with the
world it names, and exits with 1 when a lesson does not show what it says.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sim import compare, load
from sim.comparing import Answer
from sim.report import facts, figures
from sim.report.amounts import half_width, places, signed
from sim.report.drawing import styled
from sim.scenario.lesson import Expected, Lesson
from sim.scenario.whole import Scenario

ROOT = Path(__file__).resolve().parent.parent
FOLDER, PAGE = ROOT / "scenarios" / "lessons", ROOT / "docs" / "background" / "lessons.md"
REPLICATIONS = 100

HEAD = """# Lessons

Each lesson is a world beside another one, on the same people with the same luck. `make lessons` runs them all, {count}
replications each, and writes this page; `tests/test_lessons.py` holds each lesson to what it says. To run one yourself:
`loyalty compare scenarios/lessons/town.yaml scenarios/lessons/the_good_recovery.yaml`.
"""


def lessons() -> list[tuple[Scenario, Lesson]]:
    """Every lesson of the library, by file name."""
    found = [load(path) for path in sorted(FOLDER.glob("*.yaml"))]
    return [(scenario, scenario.lesson) for scenario in found if scenario.lesson is not None]


def row(answer: Answer, expected: Expected) -> str:
    """One line of the table: what was expected, what was measured, and whether it holds."""
    found = answer.differences[answer.others[0].scenario.name][expected.measure]
    unit = facts.difference_unit(answer, expected.measure)
    decimals = places(half_width(found, unit.factor))
    low, high = sorted((found.low * unit.factor, found.high * unit.factor))
    measured = f"{signed(found.mean * unit.factor, decimals)} ({signed(low, decimals)} to {signed(high, decimals)})"
    way = "rises" if expected.way > 0 else "falls"
    said = f"{way} by at least {expected.at_least:g}" if expected.at_least else way
    holds = "yes" if expected.holds(found.low, found.high) else "**no**"
    return f"| {expected.measure.replace('_', ' ')} | {said} | {measured} {unit.difference} | {holds} |"


def told(scenario: Scenario, lesson: Lesson) -> str:
    """A lesson's part of the page; its picture is written beside."""
    assert scenario.path is not None
    answer = compare([load(lesson.against), scenario], REPLICATIONS)
    picture = PAGE.parent / "lessons" / f"{scenario.path.stem}.svg"
    picture.parent.mkdir(exist_ok=True)
    with styled():
        drawn = figures.over_time(answer, lesson.shows[0].measure)
    picture.write_bytes(drawn.svg)
    table = ["| measure | said | measured difference (95 % interval) | holds |", "|---|---|---|---|"]
    table += [row(answer, expected) for expected in lesson.shows]
    return "\n".join(
        [
            f"## {scenario.name}", "",
            f"{scenario.description} Beside it: {answer.base.scenario.name} (claim {lesson.claim}).", "",
            f"**Predict.** {lesson.predict}", "", f"**What happens.** {lesson.happens}", "", f"**Why.** {lesson.because}", "",
            f"![{drawn.alt}](lessons/{scenario.path.stem}.svg)", "", *table, "",
        ]
    )  # fmt: skip


def main() -> int:
    """Write the page; 1 when a lesson does not hold."""
    parts = [told(scenario, lesson) for scenario, lesson in lessons()]
    text = "\n".join([HEAD.format(count=REPLICATIONS), *parts])
    PAGE.write_text(text, encoding="utf-8")
    print(f"{len(parts)} lessons written to {PAGE.relative_to(ROOT)}")
    return 1 if "**no**" in text else 0


if __name__ == "__main__":
    sys.exit(main())
