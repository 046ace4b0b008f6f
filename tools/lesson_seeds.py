"""Take every lesson with many seeds, as one person does with each, and count how often the outcome is what the text says.

``python tools/lesson_seeds.py [SEEDS]`` (part of ``make lessons``) writes what the teacher's page and
``docs/background/lessons.md`` say of it; 1 when a lesson is not as told for 95 of 100 seeds.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim import load
from sim.runs.executor import executor
from sim.scenario.whole import Scenario
from sim.studio.lessons.outcome import REPLICATIONS, Outcome, guess_of, live, right_by_text, told_of_guess, worlds
from sim.studio.lessons.teacher import AGREEMENT, worlds_told

FOLDER = Path(__file__).resolve().parent.parent / "scenarios" / "lessons"
SEEDS, WANTED = 100, 0.95


@dataclass(frozen=True)
class Count:
    """How often a lesson was as told: for whole runs of a seed, its weakest promise, and single replications."""

    scenario: Scenario
    outcomes: tuple[Outcome, ...]

    @property
    def as_told(self) -> int:
        """Seeds whose outcome is all that the text says."""
        return sum(outcome.as_told for outcome in self.outcomes)

    @property
    def holds(self) -> bool:
        """Whether that is often enough."""
        return self.as_told >= WANTED * len(self.outcomes)

    @property
    def alone(self) -> float:
        """Share of single replications that agree with the text about what is guessed."""
        lesson = self.outcomes[0].lesson
        if guess_of(lesson) is None:
            return float(np.mean([outcome.alone(lesson.shows[0]) for outcome in self.outcomes]))
        return float(np.mean([outcome.alone(told_of_guess(lesson)) for outcome in self.outcomes]))

    @property
    def weakest(self) -> tuple[str, float]:
        """The promise that single replications break most often, and the share of them that keep it."""
        shows = self.outcomes[0].lesson.shows
        kept = [float(np.mean([outcome.alone(expected) for outcome in self.outcomes])) for expected in shows]
        place = int(np.argmin(kept))
        return f"{shows[place].measure.replace('_', ' ')} {shows[place].words}", kept[place]

    @property
    def broken(self) -> dict[str, int]:
        """What did not come out as told, and for how many seeds."""
        found: dict[str, int] = {}
        for outcome in self.outcomes:
            wrong = [f"{shown.expected.measure} {shown.expected.words}" for shown in outcome.shown if not shown.holds]
            guess = guess_of(outcome.lesson)
            if guess and guess.options and guess.right(outcome.guessed.mean) != right_by_text(outcome.lesson):
                wrong.append("the guess's answer")
            for name in wrong:
                found[name] = found.get(name, 0) + 1
        return found


def lessons() -> Iterator[Scenario]:
    """Every lesson of the library, by file name."""
    return (scenario for path in sorted(FOLDER.glob("*.yaml")) if (scenario := load(path)).lesson is not None)


def counted(scenario: Scenario, seeds: range, replications: int = REPLICATIONS) -> Count:
    """Take a lesson once with each seed."""
    pair = worlds(scenario)
    with executor() as place:
        return Count(scenario, tuple(live(pair, range(replications), seed, place) for seed in seeds))


def row(count: Count) -> str:
    """A line of the table."""
    told, kept = count.weakest
    seeds = f"{count.as_told} of {len(count.outcomes)}"
    return f"| {count.scenario.name} | {seeds} | {100 * count.alone:.1f} % | {told}: {100 * kept:.1f} % |"


def entry(count: Count) -> dict[str, Any]:
    """What is kept of a count, with the meaning of both worlds, so that an old one is not taken for a new one."""
    told, kept = count.weakest
    return {
        "worlds": worlds_told(count.scenario), "seeds": len(count.outcomes), "as_told": count.as_told,
        "replications": REPLICATIONS, "alone": round(count.alone, 4), "weakest": told, "weakest_alone": round(kept, 4),
    }  # fmt: skip


HEAD = """| lesson | seeds whose outcome is as told | single runs as told, on the guess | what single runs keep least often |
|---|---|---|---|"""


def main() -> int:
    """Print the table; 1 when a lesson is not as told often enough."""
    seeds = range(1, 1 + int(sys.argv[1] if len(sys.argv) > 1 else SEEDS))
    print(HEAD, flush=True)
    enough, kept = True, {}
    for scenario in lessons():
        count = counted(scenario, seeds)
        enough &= count.holds
        assert scenario.path is not None
        kept[scenario.path.stem] = entry(count)
        print(row(count), count.broken or "", flush=True)
    AGREEMENT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
