"""What a file cannot say is asked: on a terminal, of a file of answers, or taken as proposed, which is then listed as assumed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.errors import Mistake, hint
from sim.system.text import COMMANDING

UNKNOWN = "unknown"
"""The answer of whoever does not know."""
Reader = Callable[[str], Any]
"""From what was typed to an answer. Raises :class:`Unfit`."""


class Unfit(Exception):
    """What was answered cannot be an answer; the message says what can."""


@dataclass(frozen=True)
class Question:
    """One question.

    ``key``: where its answer stands in the file of answers; ``hint``: why the proposal is proposed; ``choices``: the answers
    there
    are, unless ``read`` takes any; ``example``: an answer, for messages; ``fallback``: with what to go on while it is open.
    """

    key: tuple[str, ...]
    words: str
    proposal: Any = None
    hint: str = ""
    choices: tuple[str, ...] = ()
    read: Reader | None = None
    example: str = ""
    fallback: Any = None

    def answered(self, said: Any) -> Any:
        """The answer in what was said. Raises :class:`Unfit`."""
        if said == UNKNOWN and self.proposal == UNKNOWN:
            return UNKNOWN
        if self.choices:
            word = str(said).strip()
            if word in self.choices:
                return word
            if word.isdigit() and 1 <= int(word) <= len(self.choices):
                return self.choices[int(word) - 1]
            raise Unfit(f"'{word}' is none of the answers{hint(word, self.choices)}")
        return self.read(str(said).strip()) if self.read else str(said).strip()

    @property
    def line(self) -> str:
        """Its line in a file of answers, with an answer."""
        others = f" # or: {', '.join(self.choices[1:])}" if self.choices else ""
        return f"{yaml_word(self.key[-1])}: {self.example or (self.choices or ('…',))[0]}{others}"


def _together(questions: list[Question], depth: int = 0) -> list[str]:
    """The lines that answer some questions, section within section."""
    lines = ["  " * depth + each.line for each in questions if len(each.key) == depth + 1]
    for section in dict.fromkeys(each.key[depth] for each in questions if len(each.key) > depth + 1):
        within = [each for each in questions if len(each.key) > depth + 1 and each.key[depth] == section]
        lines += ["  " * depth + f"{yaml_word(section)}:", *_together(within, depth + 1)]
    return lines


def yaml_word(word: Any) -> str:
    """A word as YAML takes it for the same word."""
    if isinstance(word, bool):
        return "yes" if word else "no"
    if isinstance(word, int | float):
        return f"{word:.10g}"
    plain = re.fullmatch(r"[^\W\d][\w .-]*\w|[^\W\d]", word)
    odd = word.lower() in ("yes", "no", "true", "false", "null", "on", "off", "y", "n")
    if plain and not odd:
        return str(word)
    return COMMANDING.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(word, ensure_ascii=False))


def positive(said: str) -> float:
    """A number above 0 or 0, as it was typed. Raises :class:`Unfit`."""
    try:
        number = float(said.replace(",", ".") if said.count(",") == 1 and "." not in said else said.replace(",", ""))
    except ValueError:
        raise Unfit(f"'{said[:60]}' is no number; write such as 12 or 12.5") from None
    if not 0 <= number < 1e12:
        raise Unfit(f"{said[:60]} is no number from 0 on")
    return int(number) if number == int(number) else number


@dataclass
class Answers:
    """Answers given, and those found: call it with a question.

    ``given``: the file of answers; ``ask``: the terminal, None to take what is proposed; ``said``: all answers, by section;
    ``assumed``: the questions whose proposal nobody confirmed; ``open``: those without a proposal; ``asked``: how many a
    person was.
    """

    given: Mapping[str, Any] = field(default_factory=dict)
    ask: Callable[[Question], Any] | None = None
    said: dict[str, Any] = field(default_factory=dict)
    assumed: list[Question] = field(default_factory=list)
    open: list[Question] = field(default_factory=list)
    asked: int = 0

    def __call__(self, question: Question) -> Any:
        """The answer; the question's ``fallback`` when there is none, and then it is ``open``. Raises :class:`Mistake`."""
        found = self._found(question.key)
        if found is not None:
            answer = self._checked(question, found)
            if ".".join(question.key) in self.given.get("assumed", ()):
                self.assumed.append(question)
        elif self.ask is not None:
            self.asked += 1
            answer = self.ask(question)
        elif question.proposal is not None:
            self.assumed.append(question)
            answer = question.proposal
        else:
            self.open.append(question)
            return question.fallback
        self.note(question.key, answer)
        return answer

    def assume(self, question: Question) -> Any:
        """What the file of answers says, else what is proposed: not asked, but listed as assumed."""
        asking, self.ask = self.ask, None
        try:
            return self(question)
        finally:
            self.ask = asking

    def found(self, key: tuple[str, ...]) -> Any:
        """What the file of answers says there, None for nothing."""
        return self._found(key)

    def note(self, key: tuple[str, ...], answer: Any) -> None:
        """Book an answer."""
        place = self.said
        for section in key[:-1]:
            place = place.setdefault(section, {})
        place[key[-1]] = answer

    def refuse_open(self, command: str) -> None:
        """Raise :class:`Mistake` when questions are open, saying each, and how to answer it."""
        if not self.open:
            return
        count = "one question" if len(self.open) == 1 else f"{len(self.open)} questions"
        lines = [
            f"the files do not answer {count}, and nothing in them hints at it:",
            *(f"  {question.words}" for question in self.open),
            f"Answer on a terminal ({command}), or write these lines into a file answers.yaml and add --answers "
            f"answers.yaml; what it "
            "does not say is taken as proposed:",
            *(f"    {line}" for line in _together(self.open)),
        ]
        raise Mistake("\n".join(lines))

    def _found(self, key: tuple[str, ...]) -> Any:
        place: Any = self.given
        for section in key:
            if not isinstance(place, Mapping) or section not in place:
                return None
            place = place[section]
        return place

    def _checked(self, question: Question, found: Any) -> Any:
        try:
            return question.answered("yes" if found is True else "no" if found is False else found)
        except Unfit as unfit:
            raise Mistake(f"answers, {'.'.join(question.key)}: {unfit}") from None
