"""Reading the guided part of a lesson: what is missing, unknown or does not fit together is said with its place."""

from __future__ import annotations

import math

from sim.errors import hint
from sim.scenario.expected import Expected, amount, movement
from sim.scenario.guided import (
    BELIEF,
    KEYS,
    MINUTES,
    MORE,
    NUMBER,
    OPTION,
    OPTIONS,
    TEACHER,
    TEACHER_MORE,
    THINK,
    Guess,
    Guide,
    Misconception,
    Option,
    Teacher,
    Think,
)  # fmt: skip
from sim.scenario.quantities import Unfit, value_shown
from sim.scenario.tree import Node, Problems


class _Reader:
    """Reads a section; what is wrong is booked under the section's name."""

    def __init__(self, node: Node, name: str, problems: Problems) -> None:
        self.node, self.name, self.problems = node, name, problems

    def wrong(self, node: Node | None, sentence: str) -> None:
        self.problems.add((node or self.node).place, f"{self.name}{sentence}")

    def known(self, keys: dict[str, str], more: dict[str, str] | None = None) -> bool:
        """Whether it is a section of these keys, perhaps some of ``more``, and no others."""
        allowed = [*keys, *(more or {})]
        if not isinstance(self.node.value, dict):
            self.wrong(None, f" is {value_shown(self.node.value)}, but must be a section with {', '.join(keys)}")
            return False
        for key, entry in self.node.entries():
            if key not in allowed:
                self.wrong(entry, f".{key} is not known{hint(key, allowed)}")
        for key, says in keys.items():
            if self.node.get(key) is None:
                self.wrong(None, f".{key} is missing: {says}")
        return True

    def text(self, key: str) -> str:
        entry = self.node.get(key)
        if entry is None:
            return ""
        if not isinstance(entry.value, str) or not entry.value.strip():
            self.wrong(entry, f".{key} is {value_shown(entry.value)}, but must be a sentence")
            return ""
        return " ".join(entry.value.split())

    def entries(self, key: str, fewest: int = 1) -> list[Node]:
        """The items of a list."""
        entry = self.node.get(key)
        if entry is None:
            return []
        if not isinstance(entry.value, list) or len(entry.value) < fewest:
            wanted = "a list" if fewest == 0 else f"a list of at least {fewest}"
            self.wrong(entry, f".{key} is {value_shown(entry.value)}, but must be {wanted}")
            return []
        return entry.value

    def texts(self, key: str, fewest: int = 1) -> tuple[str, ...]:
        found = []
        for item in self.entries(key, fewest):
            if isinstance(item.value, str) and item.value.strip():
                found.append(" ".join(item.value.split()))
            else:
                self.wrong(item, f".{key} holds {value_shown(item.value)}, but must hold sentences")
        return tuple(found)

    def whole(self, key: str, allowed: range) -> int:
        entry = self.node.get(key)
        if entry is None:
            return allowed.start
        if not isinstance(entry.value, int) or isinstance(entry.value, bool) or entry.value not in allowed:
            limits = f"between {allowed.start} and {allowed.stop - 1}"
            self.wrong(entry, f".{key} is {value_shown(entry.value)}, but must be a whole number {limits}")
            return allowed.start
        return entry.value

    def part(self, key: str) -> _Reader | None:
        node = self.node.get(key)
        return None if node is None else _Reader(node, f"{self.name}.{key}", self.problems)


def settled_guide(node: Node, shows: tuple[Expected, ...], problems: Problems) -> Guide | None:
    """The guided part of the section ``lesson``; None when there is none of it, or something is wrong, which is booked."""
    if not any(node.get(key) for key in (*KEYS, *MORE)):
        return None
    before, reader = len(problems), _Reader(node, "lesson", problems)
    for key, says in KEYS.items():
        if node.get(key) is None:
            problems.add(node.place, f"lesson.{key} is missing, which a lesson with a guide needs: {says}")
    read, explain, theory = reader.texts("read"), reader.texts("explain"), reader.texts("theory")
    guess, think, teacher = _guess(reader.part("guess"), shows), _think(reader.part("think")), _teacher(reader, explain)
    if len(problems) > before or guess is None or think is None or teacher is None:
        return None
    return Guide(read=read, guess=guess, explain=explain, think=think, teacher=teacher, theory=theory)


def _think(reader: _Reader | None) -> Think | None:
    if reader is None or not reader.known(THINK):
        return None
    return Think(question=reader.text("question"), touches=reader.texts("touches"))


def _teacher(lesson: _Reader, explain: tuple[str, ...]) -> Teacher | None:
    reader = lesson.part("teacher")
    if reader is None or not reader.known(TEACHER, TEACHER_MORE):
        return None
    answers = reader.texts("answers")
    if len(answers) != len(explain):
        asked = f"explain asks {len(explain)} question{'' if len(explain) == 1 else 's'}"
        reader.wrong(reader.node.get("answers"), f".answers are {len(answers)}, but {asked}; give each its answer")
    beliefs = [
        _Reader(item, f"{reader.name}.misconceptions", reader.problems) for item in reader.entries("misconceptions")
    ]
    return Teacher(
        aim=reader.text("aim"), minutes=reader.whole("minutes", MINUTES), before=reader.texts("before", 0),
        misconceptions=tuple(
            Misconception(belief=each.text("belief"), reply=each.text("reply")) for each in beliefs if each.known(BELIEF)
        ),
        answers=answers, level=reader.text("level"), handout=reader.texts("handout"), rubric=reader.texts("rubric"),
    )  # fmt: skip


def _guess(reader: _Reader | None, shows: tuple[Expected, ...]) -> Guess | None:
    if reader is None:
        return None
    chosen = isinstance(reader.node.value, dict) and reader.node.get("options") is not None
    keys = {"measure": "What is guessed", **({"options": "The answers to choose from"} if chosen else NUMBER)}
    if not reader.known(keys):
        return None
    before, measure = len(reader.problems), reader.text("measure")
    told_of = next((expected for expected in shows if expected.measure == measure), None)
    if measure and told_of is None:
        named = ", ".join(expected.measure for expected in shows)
        reader.wrong(
            reader.node.get("measure"), f".measure is '{measure}', of which shows says nothing; it speaks of {named}"
        )
    if len(reader.problems) > before or told_of is None:
        return None
    guess = _options(reader, measure) if chosen else _number(reader, measure)
    return guess if guess is not None and _agrees(reader, guess, told_of) else None


def _options(reader: _Reader, measure: str) -> Guess | None:
    nodes, before = reader.entries("options", OPTIONS.start), len(reader.problems)
    found = [_option(_Reader(item, f"{reader.name}.options", reader.problems), measure) for item in nodes]
    options = tuple(option for option in found if option is not None)
    if len(nodes) >= OPTIONS.stop:
        reader.wrong(
            reader.node.get("options"), f".options are {len(nodes)}, but nobody weighs more than {OPTIONS.stop - 1}"
        )
    if len(reader.problems) == before and options:
        _cover_everything(reader, options)
    if len(reader.problems) > before or not options:
        return None
    return Guess(measure=measure, relative=any(option.when.relative for option in options), options=options)


def _option(reader: _Reader, measure: str) -> Option | None:
    when = reader.node.get("when") if reader.known(OPTION) else None
    if when is None:
        return None
    try:
        return Option(answer=reader.text("answer"), when=movement(measure, when.value), means=reader.text("means"))
    except Unfit as unfit:
        reader.wrong(when, f".when {unfit}")
        return None


def _cover_everything(reader: _Reader, options: tuple[Option, ...]) -> None:
    """Whatever a run shows, exactly one option is right: their ranges lie side by side and leave nothing out."""
    entry = reader.node.get("options")
    if len({option.when.relative for option in options if option.when.at_least or option.when.way == 0}) > 1:
        reader.wrong(entry, ".options mix '%' with other units; write all of them in one")
        return
    ranges = sorted(option.when.range for option in options)
    ends = [-math.inf, *(high for _, high in ranges)]
    if ends[-1] != math.inf or any(not math.isclose(low, end) for (low, _), end in zip(ranges, ends, strict=False)):
        reader.wrong(
            entry, ".options leave out some outcome or hold one twice; of every outcome exactly one must be right"
        )
    elif not any(option.when.way == 0 for option in options):
        reader.wrong(entry, ".options need one for no difference worth speaking of, such as 'changes by less than 2 %'")


def _number(reader: _Reader, measure: str) -> Guess | None:
    found: dict[str, tuple[float, bool]] = {}
    for key in NUMBER:
        entry = reader.node.get(key)
        if entry is not None:
            try:
                found[key] = amount(measure, entry.value)
            except Unfit as unfit:
                reader.wrong(entry, f".{key} {unfit}")
    if len(found) < len(NUMBER):
        return None
    if len({relative for _, relative in found.values()}) > 1:
        reader.wrong(None, " mixes '%' with other units; write from, to and near in one")
        return None
    low, high, near = (value for value, _ in found.values())
    if not low < high or not 0 < near < high - low:
        reader.wrong(None, ": from must be below to, and near between nothing and their distance")
        return None
    return Guess(measure=measure, relative=found["from"][1], low=low, high=high, near=near)


def _agrees(reader: _Reader, guess: Guess, told_of: Expected) -> bool:
    """Whether what the lesson says it shows makes one option right – or lies among the numbers that can be guessed."""
    place, entry = f"shows says that {told_of.measure} {told_of.words}", reader.node.get("options")
    if guess.relative != told_of.relative and told_of.at_least:
        reader.wrong(entry, f": {place}; write the guess in the same unit")
    elif guess.options and not any(told_of.within(option.when) for option in guess.options):
        reader.wrong(
            entry, f".options: {place}, which makes no single option right; let shows say by how much at least"
        )
    elif not guess.options and not guess.low <= told_of.at_least * told_of.way <= guess.high:
        reader.wrong(None, f": {place}, which cannot be guessed; move from or to")
    else:
        return True
    return False
