"""What a scenario file says, as a tree in which every entry remembers the file and line it came from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from sim.data.customer_text import shortened
from sim.errors import Mistake
from sim.system.text import shown as shown

DEEPEST = 16
"""Sections within sections; a scenario needs six."""
MOST_SHOWN = 10
"""Problems told at once; who made more than these learns from the first."""
_WHOLE = ("distribution", "column")
"""An entry that names one of these replaces what it overrides: half of another distribution would mean nothing."""


@dataclass(frozen=True)
class Place:
    """A line of a file; lines count from 1."""

    path: Path
    line: int

    def __str__(self) -> str:
        return f"{shown(self.path)}, line {self.line}"


@dataclass(frozen=True)
class Node:
    """A value, list or section of a scenario. Keys are text; ``place`` is None for what was given in Python."""

    value: Any
    place: Place | None = None

    def entries(self) -> Iterator[tuple[str, Node]]:
        """The entries of a section; none of anything else."""
        if isinstance(self.value, dict):
            yield from self.value.items()

    def get(self, *keys: str) -> Node | None:
        """What stands under these keys, one below the other; None when something is not there."""
        node: Node | None = self
        for key in keys:
            node = node.value.get(key) if node and isinstance(node.value, dict) else None
        return node

    def plain(self) -> Any:
        """The same as dictionaries, lists, texts and numbers."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def given(value: Any, depth: int = 0) -> Node:
    """A tree made of Python values; places are unknown. Raises :class:`Mistake` for text that no file could hold."""
    if depth > DEEPEST:
        raise Mistake(f"sections are nested more than {DEEPEST} deep")
    if isinstance(value, BaseModel):
        value = value.model_dump(exclude_none=True)
    if isinstance(value, Mapping):
        return Node({_text(str(key)): given(entry, depth + 1) for key, entry in value.items()})
    if isinstance(value, list | tuple):
        return Node([given(entry, depth + 1) for entry in value])
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str):
        _text(value)
    return Node(os.fspath(value) if isinstance(value, os.PathLike) else value)


def is_text(words: str) -> bool:
    """Whether every character can be written to a file: halves of a pair, which an escape may make, cannot."""
    return words.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in words)


def _text(words: str) -> str:
    if not is_text(words):
        raise Mistake(f"'{shortened(words)}' holds half of a character (\\ud800 to \\udfff); remove it")
    return words


class Problems:
    """The sentences about what is wrong, collected so that a person can mend them all at once."""

    def __init__(self) -> None:
        self.found: dict[str, Place | None] = {}

    def __len__(self) -> int:
        return len(self.found)

    @property
    def enough(self) -> bool:
        """Whether more sentences would not be shown."""
        return len(self.found) > MOST_SHOWN

    def add(self, place: Place | None, sentence: str) -> None:
        """Book a sentence, once, with the place it speaks of."""
        self.found.setdefault(f"{place}: {sentence}" if place else sentence, place)

    def stop_if_any(self) -> None:
        """Raise :class:`Mistake` with everything found so far, one sentence a line, in the order of the lines."""
        if not self.found:
            return
        rest = ["… and more; mend these first"] if self.enough else []
        raise Mistake("\n".join(sorted(self.found, key=self._order)[:MOST_SHOWN] + rest))

    def _order(self, sentence: str) -> tuple[str, int]:
        place = self.found[sentence]
        return (str(place.path), place.line) if place else ("", 0)


def merged(base: Node | None, over: Node, problems: Problems, path: str = "") -> Node:
    """``base`` with what ``over`` says laid over it, key by key.

    ``null`` takes an inherited entry back; in a file it is a mistake where nothing is inherited.
    """
    if not isinstance(over.value, dict):
        return over
    whole = any(key in _WHOLE and not isinstance(node.value, dict) for key, node in over.entries())
    inherited = dict(base.entries()) if base and not whole else {}
    for key, node in over.entries():
        if node.value is not None:
            inherited[key] = merged(inherited.get(key), node, problems, f"{path}{key}.")
        elif inherited.pop(key, None) is None and node.place:
            problems.add(node.place, f"{path}{key} is null, which takes back an inherited entry, but none is inherited")
    return Node(inherited, over.place)
