"""Reading a YAML file into a tree with places; what no scenario needs (anchors, tags, depth, size) is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from sim.data.customer_text import shortened
from sim.errors import Mistake, nearest
from sim.scenario.tree import DEEPEST, Node, Place, is_text, shown

LARGEST, MOST_VALUES = 400_000, 20_000
"""Bytes, and values and keys, that a scenario file may have; a long one has a hundred lines. More would be read for minutes."""

_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_WHOLE = re.compile(r"[-+]?[0-9][0-9_]{0,29}")
_NUMBER = re.compile(  # no two of its parts can share a digit: whatever is written, it is read once
    r"[-+]?(?:[0-9]+(?:_+[0-9]+)*|[0-9][0-9_]*\.[0-9]+|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+\."
)
_NOT_FINITE = re.compile(r"[-+]?\.inf|\.nan", re.IGNORECASE)


def read_yaml(path: Path, what: str = "a scenario", line: str = "weeks: 104") -> Node:
    """The file as a tree. Raises :class:`Mistake`, with the line, for whatever is no plain YAML section.

    ``what`` the file should be and a ``line`` that such a file has are for the messages.
    """
    events = _events(_text(path), path)
    try:
        node = _Reader(path, events).document()
    except RecursionError:  # the parser's own, on brackets without end
        raise Mistake(f"{shown(path)}: brackets are nested too deeply") from None
    if node is None:
        raise Mistake(f"{shown(path)} is empty; {what} needs at least a line such as '{line}'")
    if not isinstance(node.value, dict):
        raise Mistake(f"{node.place}: {what} is made of lines such as '{line}', not of {_kind(node.value)}")
    return node


def _kind(value: Any) -> str:
    return "a list" if isinstance(value, list) else "a single value"


def _text(path: Path) -> str:
    contents = _contents(path)
    try:
        return contents.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = contents[: error.start].count(b"\n") + 1
        raise Mistake(f"{shown(path)}, line {line}: byte {error.start} is not UTF-8; save the file as UTF-8") from None


def _contents(path: Path) -> bytes:
    refuse_unless_file(path)
    try:
        if path.stat().st_size > LARGEST:
            raise Mistake(f"{shown(path)} is larger than {LARGEST:,} bytes; no scenario is; is it another file?")
        return path.read_bytes()
    except OSError as error:
        raise Mistake(f"{shown(path)} cannot be read ({error.strerror})") from None


def refuse_unless_file(path: Path) -> None:
    """Raise :class:`Mistake`, naming the nearest file there is, unless the path is that of an ordinary file."""
    try:
        if path.is_dir():
            raise Mistake(f"{shown(path)} is a folder; name a file in it")
        if path.is_file():
            return
        if path.exists():
            raise Mistake(f"{shown(path)} is no ordinary file")
        neighbours = [file.name for file in path.parent.iterdir()] if path.parent.is_dir() else []
    except (OSError, ValueError):
        neighbours = []
    hint = nearest(path.name, neighbours) or "; check its name and folder"
    raise Mistake(f"{shown(path)}: there is no such file{hint}")


def _events(text: str, path: Path) -> Iterator[Any]:
    """The parser's events; its complaints become sentences."""
    try:
        for number, event in enumerate(YAML(typ="safe", pure=True).parse(text)):
            if number > MOST_VALUES:
                at = Place(path, event.start_mark.line + 1)
                raise Mistake(f"{at}: there are more than {MOST_VALUES:,} keys and values; put long lists into a file")
            yield event
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(path, mark.line + 1) if mark else shown(path)
        raise Mistake(f"{place}: {_complaint(error)}") from None
    except (YAMLError, ValueError) as error:
        position = getattr(error, "position", None)
        place = Place(path, text[:position].count("\n") + 1) if isinstance(position, int) else shown(path)
        raise Mistake(f"{place}: there is a character that no text file holds; remove it") from None


def _complaint(error: MarkedYAMLError) -> str:
    problem = " ".join(str(error.problem or "something is wrong here").split())
    if "\\t" in problem:
        return "a line begins with a tab; indent it with spaces"
    if "mapping values are not allowed" in problem:
        return "a second colon on the line, or a line indented too far; put text that holds ': ' in quotation marks"
    return f"this is not YAML ({problem}); check colons, indentation, brackets and quotation marks"


class _Reader:
    """Builds the tree from the parser's events, one value after the other."""

    def __init__(self, path: Path, events: Iterator[Any]) -> None:
        self.path, self.events = path, events

    def document(self) -> Node | None:
        """The file's only document, None when there is none."""
        node, documents = None, 0
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.mistake(event, "a second document begins ('---'); a scenario is one document")
                node = self.value(next(self.events), "", 0)
        return None if node is None or node.value is None else node

    def mistake(self, event: Any, sentence: str) -> Mistake:
        return Mistake(f"{self.place(event)}: {sentence}")

    def place(self, event: Any) -> Place:
        return Place(self.path, event.start_mark.line + 1)

    def value(self, event: Any, path: str, depth: int) -> Node:
        self.refuse(event, depth)
        if isinstance(event, MappingStartEvent):
            return self.section(event, path, depth)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(event, path, depth)
        more = path.startswith("rules[") and event.value.startswith("+")  # a sign says 'so much more' there, and counts
        return Node(event.value if more else _scalar(event), self.place(event))

    def refuse(self, event: Any, depth: int) -> None:
        if isinstance(event, AliasEvent) or event.anchor:
            raise self.mistake(event, "anchors (&) and aliases (*) are not allowed; write the value out")
        if event.tag and event.tag != "!":
            raise self.mistake(event, f"the tag '{event.tag[:60]}' is not allowed; write the plain value")
        if isinstance(event, ScalarEvent) and not is_text(event.value):
            raise self.mistake(event, "there is half of a character (\\ud800 to \\udfff); remove it")
        if depth > DEEPEST:
            raise self.mistake(event, f"sections are nested more than {DEEPEST} deep")

    def sequence(self, start: Any, path: str, depth: int) -> Node:
        found: list[Node] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            found.append(self.value(event, f"{path}[{len(found)}]", depth + 1))
        return Node(found, self.place(start))

    def section(self, start: Any, path: str, depth: int) -> Node:
        entries: dict[str, Node] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            self.refuse(event, depth)
            if not isinstance(event, ScalarEvent):
                raise self.mistake(event, "a key must be a word, not a list or section")
            key, below = event.value, f"{path}.{event.value}".lstrip(".")
            if key in entries:
                twice = f"{shortened(below)} is given twice, first at {entries[key].place}"
                raise self.mistake(event, f"{twice}; keep one of them")
            following = next(self.events)
            if isinstance(following, ScalarEvent) and not following.value and following.implicit[0]:
                raise self.mistake(event, f"{shortened(below)} has no value; give it one, or remove the line")
            entries[key] = Node(self.value(following, below, depth + 1).value, self.place(event))
        return Node(entries, self.place(start))


def _scalar(event: Any) -> Any:
    """Text, number, yes-or-no or None; what is quoted is text."""
    text = event.value
    if not event.implicit[0]:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _WHOLE.fullmatch(text):
        return int(text.replace("_", ""))
    if _NOT_FINITE.fullmatch(text):
        return float(text.replace(".", ""))
    return float(text.replace("_", "")) if _NUMBER.fullmatch(text) else text
