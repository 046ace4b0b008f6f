"""What the teacher's page says: aim, time, what to know before, misconceptions, answers – and how sure the outcome is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.scenario.guided import Teacher
from sim.scenario.whole import Scenario
from sim.studio.lessons import own
from sim.studio.lessons.counting import worlds_told
from sim.studio.lessons.outcome import guess_of, measure_words, right_by_text, told_of_guess

AGREEMENT = Path(__file__).parent / "lesson_agreement.json"
"""How often each lesson was as told; written by ``make lessons``."""
ORDER = (
    "Open a class on this page and write its code on the board. Everybody opens the studio, enters the code, reads the story and "
    "commits a guess. Nobody sees a guess of others before they have committed their own.",
    "Everybody runs their own two worlds. Each run is one replication: the same policies, other luck. On the class's page a dot "
    "appears for each.",
    "Show the outcome to all. Compare the guesses with the mean of the class, then ask the questions in small groups before "
    "the model's own account is opened.",
)
"""How a class takes a lesson."""


@dataclass(frozen=True)
class TeachersPage:
    """The texts of the page; ``sureness`` are sentences about how often the outcome is as told."""

    title: str
    about: str
    claim: str
    teacher: Teacher
    questions: tuple[tuple[str, str], ...]
    outcome: str
    because: str
    right: str
    sureness: tuple[str, ...]
    think: str
    touches: tuple[str, ...]
    order: tuple[str, ...] = ORDER


def agreement(scenario: Scenario, path: Path = AGREEMENT) -> dict[str, Any] | None:
    """How often the lesson was as told; None when it was not measured, or for another meaning of its worlds."""
    if own.is_own(scenario):
        return own.check_kept(scenario)
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    found = kept.get(scenario.path.stem) if scenario.path else None
    return found if found and found["worlds"] == worlds_told(scenario) else None


def sureness(scenario: Scenario, path: Path = AGREEMENT) -> tuple[str, ...]:
    """How sure the outcome is, for a whole run and for one student's, in sentences."""
    found = agreement(scenario, path)
    if found is None:
        return ("How often this lesson comes out as told was not measured for these two worlds.",)
    seeds, told, alone = found["seeds"], found["as_told"], 100 * found["alone"]
    sentences = [
        f"Taken by one person, with {found['replications']} pairs of runs: {told} of {seeds} seeds showed all the text says.",
        f"Taken by a class, a single pair of runs agrees with the text about what was guessed in {alone:.1f} of 100.",
    ]
    if found["weakest_alone"] < 0.995:
        sentences.append(
            f"What single runs show least reliably is “{found['weakest']}”: {100 * found['weakest_alone']:.0f} of 100. A student "
            "whose run shows otherwise made no mistake: that is luck, and why one run is not enough."
        )
    else:
        sentences.append("The dots of a class differ in size all the same: the same policy, other luck.")
    return tuple(sentences)


def page_of(scenario: Scenario, path: Path = AGREEMENT) -> TeachersPage:
    """The teacher's page of a guided lesson."""
    lesson = scenario.lesson
    assert lesson is not None and lesson.guide is not None
    guess, guide = guess_of(lesson), lesson.guide
    assert guess is not None
    said = f"{measure_words(guess.measure)}: {told_of_guess(lesson).words}"
    right = guess.options[right_by_text(lesson)].answer if guess.options else said[0].upper() + said[1:] + "."
    return TeachersPage(
        scenario.name, scenario.description, lesson.claim, guide.teacher,
        tuple(zip(guide.explain, guide.teacher.answers, strict=True)), lesson.happens, lesson.because, right,
        sureness(scenario, path), guide.think.question, guide.think.touches,
    )  # fmt: skip
