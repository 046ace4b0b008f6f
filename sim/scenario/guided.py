"""What makes a lesson one that can be taken step by step: a story, a guess, questions, and a page for the teacher."""

from __future__ import annotations

import math
from typing import Any

from pydantic import BaseModel, ConfigDict

from sim.scenario.expected import FORMS, Expected, unit_words

KEYS = {
    "read": "The story: paragraphs that say who does what, and nothing of how it ends",
    "guess": "What one commits to before the run: a measure, with options or with from, to and near",
    "explain": "Questions that lead to an explanation, once the outcome is seen",
    "think": "One question without a single answer, and what a good answer touches",
    "teacher": "Aim, minutes, before, misconceptions and answers",
}
"""What a guided lesson needs beside what every lesson says."""
OPTION = {
    "answer": "What one may answer",
    "when": f"The movement of the measure that makes it right: {FORMS}",
    "means": "What somebody who answers so has in mind, and what the run says about it",
}
NUMBER = {
    "from": "The smallest number that can be guessed, such as '-80 %'",
    "to": "The largest number that can be guessed",
    "near": "How far from the outcome a guess may lie and still count as right",
}
TEACHER = {
    "aim": "What whoever took the lesson can do or explain",
    "minutes": "How long it takes in a class",
    "before": "What one should know before; may be an empty list",
    "misconceptions": "What people often believe (belief), and what to say to it (reply)",
    "answers": "An answer to each question of explain, in their order",
}
MORE = {"theory": "Theories that explain it, a sentence each, with their sources"}
"""What a guided lesson may say besides."""
TEACHER_MORE = {
    "level": "For whom it is, such as 'from 14 years'",
    "handout": "What stands on the sheet that is handed out, a sentence or task each",
    "rubric": "What a full answer has, a point each",
}
"""What the page for the teacher may say besides."""
BELIEF = {"belief": "What people often believe", "reply": "What to say to it"}
THINK = {"question": "A question without a single answer", "touches": "What a good answer touches"}
"""The sections of a guide: key → what it says."""
OPTIONS, MINUTES = range(2, 7), range(5, 241)
"""How many answers one may choose from, and how long a lesson may take."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Option(_Part):
    """An answer, when it is right, and what it means to give it."""

    answer: str
    when: Expected
    means: str


class Guess(_Part):
    """What is guessed of a measure's difference: one of ``options``, or without them a number from ``low`` to ``high``.

    Numbers are in the unit of :attr:`Expected.at_least`; a guess within ``near`` of the outcome counts as right.
    """

    measure: str
    relative: bool
    options: tuple[Option, ...] = ()
    low: float = -math.inf
    high: float = math.inf
    near: float = 0.0

    @property
    def unit(self) -> tuple[float, str]:
        """What a difference is multiplied by where people read it, and the unit that follows."""
        return unit_words(self.measure, self.relative)

    def of(self, difference: float, base: float) -> float:
        """A difference in the unit of the guess."""
        return Expected(measure=self.measure, way=1, relative=self.relative).of(difference, base)

    def right(self, value: float) -> int:
        """The place of the option that a difference, in the unit of the guess, makes right; -1 when nothing was measured."""
        return next((place for place, option in enumerate(self.options) if option.when.fits(value)), -1)


class Misconception(_Part):
    """What people often believe, and what to say to it."""

    belief: str
    reply: str


class Think(_Part):
    """A question without a single answer, and what a good answer touches."""

    question: str
    touches: tuple[str, ...]


class Teacher(_Part):
    """What the teacher's page says; ``answers`` are those to ``explain``; the last three may be empty."""

    aim: str
    minutes: int
    before: tuple[str, ...]
    misconceptions: tuple[Misconception, ...]
    answers: tuple[str, ...]
    level: str = ""
    handout: tuple[str, ...] = ()
    rubric: tuple[str, ...] = ()


class Guide(_Part):
    """All that leads somebody through a lesson; ``theory`` may be empty."""

    read: tuple[str, ...]
    guess: Guess
    explain: tuple[str, ...]
    think: Think
    teacher: Teacher
    theory: tuple[str, ...] = ()


# ---- the JSON Schema


def _object(keys: dict[str, str], /, **kinds: dict[str, Any]) -> dict[str, Any]:
    said = {
        key: {"type": "string"} | {"description": says} | kinds.get(key.rstrip("_"), {}) for key, says in keys.items()
    }
    needed = [key for key in keys if key not in TEACHER_MORE]
    return {"type": "object", "additionalProperties": False, "properties": said, "required": needed}


def schema() -> dict[str, Any]:
    """The JSON Schema of the guided part, by key."""
    texts = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    options = {"type": "array", "items": _object(OPTION), "minItems": OPTIONS.start, "maxItems": OPTIONS.stop - 1}
    number: dict[str, Any] = {"type": ["string", "number"]}
    measure = {"measure": "The measure whose difference is guessed; shows must say what it does"}
    minutes = {"type": "integer", "minimum": MINUTES.start, "maximum": MINUTES.stop - 1}
    beliefs = {"type": "array", "items": _object(BELIEF), "minItems": 1}
    parts: dict[str, dict[str, Any]] = {
        "read": texts,
        "guess": {
            "oneOf": [
                _object(measure | {"options": "The answers to choose from"}, options=options),
                _object(measure | NUMBER, **{"from": number, "to": number, "near": number}),
            ]
        },
        "explain": texts,
        "think": _object(THINK, touches=texts),
        "teacher": _object(
            TEACHER | TEACHER_MORE, minutes=minutes, before=texts | {"minItems": 0}, misconceptions=beliefs, answers=texts,
            handout=texts, rubric=texts,
        ),
        "theory": texts,
    }  # fmt: skip
    return {key: {"description": says} | parts[key] for key, says in (KEYS | MORE).items()}
