"""Take every lesson with many seeds, as one person does with each, and count how often the outcome is what the text says.

``python tools/lesson_seeds.py [SEEDS]`` (part of ``make lessons``) writes what the teacher's page and
``docs/background/lessons.md`` say of it; 1 when a lesson is not as told for 95 of 100 seeds.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from sim import load
from sim.scenario.whole import Scenario
from sim.studio.lessons.counting import Count, counted, entry
from sim.studio.lessons.teacher import AGREEMENT

FOLDER = Path(__file__).resolve().parent.parent / "scenarios" / "lessons"
SEEDS = 100


def lessons() -> Iterator[Scenario]:
    """Every lesson of the library, by file name."""
    return (scenario for path in sorted(FOLDER.glob("*.yaml")) if (scenario := load(path)).lesson is not None)


def row(count: Count) -> str:
    """A line of the table."""
    told, kept = count.weakest
    seeds = f"{count.as_told} of {len(count.outcomes)}"
    return f"| {count.scenario.name} | {seeds} | {100 * count.alone:.1f} % | {told}: {100 * kept:.1f} % |"


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
    lines = [f"{json.dumps(name)}: {json.dumps(found, ensure_ascii=False)}" for name, found in kept.items()]
    AGREEMENT.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")  # a line for each lesson
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
