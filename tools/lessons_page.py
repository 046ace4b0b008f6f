"""Run every lesson and write docs/background/lessons.md: what to predict, what happens with its figures, why, and a picture.

``python tools/lessons_page.py`` (``make lessons``) compares each file in ``scenarios/lessons`` that has a lesson with the
world it names, and exits with 1 when a lesson does not show what it says. How often each comes out as told over many seeds is
counted by ``tools/lesson_seeds.py``, which runs before it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sim import compare, load
from sim.report.amounts import places, signed
from sim.report.charts import figures
from sim.scenario.expected import unit_words
from sim.scenario.guided import Guide
from sim.scenario.lesson import Lesson
from sim.scenario.whole import Scenario
from sim.studio.lessons.outcome import REPLICATIONS as PAIRS
from sim.studio.lessons.outcome import Outcome, Shown, in_words, measure_words
from sim.studio.lessons.teacher import agreement, page_of

ROOT = Path(__file__).resolve().parent.parent
FOLDER, PAGE = ROOT / "scenarios" / "lessons", ROOT / "docs" / "background" / "lessons.md"
REPLICATIONS = 100

HEAD = """# Lessons

Each lesson is a world beside another one, on the same people with the same luck. In the studio (`loyalty studio`, page
*Lessons*) one reads its story, commits a guess, runs both worlds, compares, explains and thinks on – alone, or in a class, where
every student's run is one replication and the class sees the distribution. `make lessons` runs them all, {count} replications
each, and writes this page; `tests/test_lessons.py` holds each lesson to what it says. To run one yourself:
`loyalty compare scenarios/lessons/town.yaml scenarios/lessons/the_good_recovery.yaml`.

## Adding one

`loyalty lesson new "The free coffee"` writes a lesson of your own that can be taken at once, with comments that say what to
change; `--from the_fee_trap` begins with a copy. `loyalty lesson check` says for how many seeds it keeps its promises, and
names one whose direction is wrong. The file lies in the folder that `LOYALTY_LESSONS` names, else in `lessons`, and the studio
reads it anew when it is saved. The lessons of this page lie in `scenarios/lessons`, where the tests hold them to more.

A lesson is a scenario file with a section `lesson`. `against`, `predict`, `happens`, `because` and `shows` are what every
lesson says; `read`, `guess`, `explain`, `think` and `teacher` make it one that can be taken step by step; `claim`, `theory`,
and under `teacher` `level`, `handout` and `rubric` may be left out. `loyalty check FILE` says what is missing or cannot be, and
`loyalty schema` lets an editor complete the keys. What is right is decided by the run: an option of the guess names a movement
of a measure (`falls by more than 5 %` of what it is in the other world, `changes by less than 2 percentage points`), the
options leave nothing out, and `shows` must make exactly one of them right.

## How sure they are

One person takes a lesson with {pairs} pairs of runs under one seed. The first column counts seeds for which *everything* under
`shows` lay where it should with its whole 95 % interval, and for which the right answer was the one that the text says. In a
class each student sees a single pair of runs: the second column is the share of single runs that agree with the text about what
is guessed, the third the promise that single runs keep least often. That a single run may show otherwise is a lesson in itself.

| lesson | seeds as told | single runs as told, on the guess | what single runs keep least often |
|---|---|---|---|
{table}
"""


def lessons() -> list[tuple[Scenario, Lesson]]:
    """Every lesson of the library, by file name."""
    found = [load(path) for path in sorted(FOLDER.glob("*.yaml"))]
    return [(scenario, scenario.lesson) for scenario in found if scenario.lesson is not None]


def sure(scenario: Scenario) -> str:
    """A lesson's line of the table of seeds."""
    found = agreement(scenario)
    if found is None:
        return f"| {scenario.name} | not counted for these worlds: run tools/lesson_seeds.py | | |"
    alone, least = 100 * found["alone"], 100 * found["weakest_alone"]
    seeds = f"{found['as_told']} of {found['seeds']}"
    kept = f"{found['weakest']}: {least:.1f} %" if least < 100 else "nothing: every promise in every run"
    return f"| {scenario.name} | {seeds} | {alone:.1f} % | {kept} |"


def row(shown: Shown) -> str:
    """One line of the table: what was expected, what was measured, and whether it holds."""
    found, expected = shown.found, shown.expected
    factor, unit = unit_words(expected.measure, expected.relative)
    decimals = places(factor * (found.high - found.low) / 2)
    low, high = (signed(end * factor, decimals) for end in (found.low, found.high))
    measured = f"{signed(found.mean * factor, decimals)} ({low} to {high}) {unit}".rstrip()
    return (
        f"| {measure_words(expected.measure)} | {expected.words} | {measured} | {'yes' if shown.holds else '**no**'} |"
    )


def guide_told(scenario: Scenario, guide: Guide) -> list[str]:
    """The story, the guess and the questions."""
    guess, page = guide.guess, page_of(scenario)
    if guess.options:
        options = [
            f"- {option.answer} *({measure_words(guess.measure)}: {option.when.words})*" for option in guess.options
        ]
    else:
        ends = f"from {in_words(guess, guess.low)} to {in_words(guess, guess.high)}"
        options = [
            f"A number: {measure_words(guess.measure)}, {ends}; within {in_words(guess, guess.near).strip('+')} is near."
        ]
    aim = f"{page.teacher.aim} {page.teacher.minutes} minutes."
    return [
        *(line for paragraph in guide.read for line in (paragraph, "")),
        "**Guess.**", "", *options, "", f"**Right by the text.** {page.right}", "",
        "**Explain.** " + " ".join(guide.explain), "", f"**Think.** {guide.think.question}", "", f"**Aim.** {aim}", "",
    ]  # fmt: skip


def told(scenario: Scenario, lesson: Lesson) -> str:
    """A lesson's part of the page; its picture is written beside."""
    assert scenario.path is not None
    answer = compare([load(lesson.against), scenario], REPLICATIONS)
    picture = PAGE.parent / "lessons" / f"{scenario.path.stem}.svg"
    picture.parent.mkdir(exist_ok=True)
    drawn = figures.over_time(answer, lesson.shows[0].measure)
    picture.write_bytes(drawn.svg)
    table = ["| measure | said | measured difference (95 % interval) | holds |", "|---|---|---|---|"]
    table += [row(shown) for shown in Outcome(lesson, answer).shown]
    return "\n".join(
        [
            f"## {scenario.name}", "",
            f"{scenario.description} Beside it: {answer.base.scenario.name} (claim {lesson.claim}).", "",
            f"**Predict.** {lesson.predict}", "",
            *(guide_told(scenario, lesson.guide) if lesson.guide else []),
            f"**What happens.** {lesson.happens}", "", f"**Why.** {lesson.because}", "",
            f"![{drawn.alt}](lessons/{scenario.path.stem}.svg)", "", *table, "",
        ]
    )  # fmt: skip


def main() -> int:
    """Write the page; 1 when a lesson does not hold."""
    found = lessons()
    parts = [told(scenario, lesson) for scenario, lesson in found]
    table = "\n".join(sure(scenario) for scenario, _ in found)
    text = "\n".join([HEAD.format(count=REPLICATIONS, pairs=PAIRS, table=table), *parts])
    PAGE.write_text(text, encoding="utf-8")
    print(f"{len(parts)} lessons written to {PAGE.relative_to(ROOT)}")
    return 1 if "**no**" in text else 0


if __name__ == "__main__":
    sys.exit(main())
