"""Who of a file left: shares with their errors, two halves, and which columns tell most about leaving."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.data.habits import Cells
from sim.data.recognising import words_in

FITTED, ASIDE = "fitted", "aside"
FEWEST = 8
"""Customers whom a value of a column must have to be told apart; those of rarer values count together."""
PARTS = 4
"""Parts into which a column of numbers is cut, alike in size."""
CHANCE = 4.0
"""Standard deviations of chi squared by which a column must be beyond chance to be told: one in a hundred that say nothing is."""


@dataclass(frozen=True)
class Leaving:
    """What share of a group left: ``left`` of ``people``; the error is that of a share, also where nobody or everybody left."""

    left: int
    people: int

    @property
    def share(self) -> float:
        """Those who left, of all."""
        return self.left / self.people

    @property
    def error(self) -> float:
        """Its standard error: of the beta distribution that the count leaves of what is not known."""
        a, b = self.left + 1, self.people - self.left + 1
        return float(np.sqrt(a * b / ((a + b) ** 2 * (a + b + 1))))


def halves(ids: Iterable[Any]) -> np.ndarray:
    """Who is in the half that is fitted (bool), by the customer's id alone, so that it stays whoever else is in the file."""
    return np.array([zlib.crc32(str(each).encode()) % 2 == 0 for each in ids], bool)


BARE = ("yes", "no", "y", "n", "true", "false", "ja", "nein", "oui", "non", "si", "on", "off")
"""Words that mean nothing without the name of their column."""


def called(column: str, word: str) -> str:
    """A group as it is told: by its word, after its column where it would mean nothing alone, as of yes, no and numbers."""
    bare = word.lower() in BARE or word.replace(".", "").isdigit()
    return f"{column} {word}" if bare else word


@dataclass(frozen=True)
class Telling:
    """A column that tells who leaves: ``strength``, the share of the spread in leaving that goes with it beyond chance;
    ``groups``: its values, or ranges of it, with what share of each left."""

    column: str
    strength: float
    groups: Mapping[str, Leaving]

    @property
    def told(self) -> str:
        """In words: ``contract: 38.6 % of month-to-month, 2.9 % of two years``, the most and the least that left."""
        order = sorted(self.groups, key=lambda name: -self.groups[name].share)
        ends = [order[0], order[-1]]
        return f"{self.column}: {', '.join(f'{100 * self.groups[name].share:.3g} % of {name}' for name in ends)}"


def telling(columns: Mapping[str, Cells], gone: np.ndarray) -> list[Telling]:
    """The columns that go together with leaving by more than chance, the strongest first."""
    found = [_telling(name, cells, gone) for name, cells in columns.items()]
    return sorted((each for each in found if each is not None), key=lambda each: -each.strength)


def _telling(name: str, cells: Cells, gone: np.ndarray) -> Telling | None:
    place, names = _parted(cells)
    count = np.bincount(place, minlength=len(names))
    left = np.bincount(place, gone, len(names))
    share, variance = gone.mean(), gone.mean() * (1 - gone.mean())
    if len(names) < 2 or variance == 0:
        return None
    told = float((count * (left / count - share) ** 2).sum() / variance)  # chi squared of so many groups less one
    free = len(names) - 1
    if told - free < CHANCE * np.sqrt(2 * free):
        return None
    groups = {each: Leaving(int(left[k]), int(count[k])) for k, each in enumerate(names)}
    return Telling(name, (told - free) / len(gone), groups)


def _parted(cells: Cells) -> tuple[np.ndarray, list[str]]:
    """For each row the group of its cell, and the groups' names: words, or quarters of numbers; rare ones are together."""
    if cells.kind == "text":
        words = words_in(cells)
        names = [word for word, count in words.items() if count >= FEWEST]
        numbers = {word: number for number, word in enumerate(names)}
        place = np.array([numbers.get(word, len(names)) for word in cells.values.to_pylist()], np.int64)
        return _without_empty(place, [*names, "others"])
    if cells.kind != "number":
        return np.zeros(len(cells.missing), np.int64), [""]
    values = cells.values
    known = values[np.isfinite(values)]
    edges = np.unique(np.quantile(known, np.arange(1, PARTS) / PARTS)) if len(known) else np.zeros(0)
    edges = edges[edges > known.min()] if len(known) else edges
    place = np.where(np.isfinite(values), np.searchsorted(edges, values, side="right"), len(edges) + 1)
    ends = [f"{edge:g}" for edge in edges]
    between = [f"{a} to {b}" for a, b in zip(ends, ends[1:], strict=False)]
    names = [f"below {ends[0]}", *between, f"{ends[-1]} and more"] if ends else ["all"]
    return _without_empty(place, [*names, "missing"])


def _without_empty(place: np.ndarray, names: list[str]) -> tuple[np.ndarray, list[str]]:
    count = np.bincount(place, minlength=len(names))
    rare = (count < FEWEST) & (count > 0)
    if rare.sum() and (count >= FEWEST).any():  # to the largest, where they change little
        place = np.where(rare[place], int(count.argmax()), place)
        count = np.bincount(place, minlength=len(names))
    kept = np.flatnonzero(count)
    number = np.zeros(len(names), np.int64)
    number[kept] = np.arange(len(kept))
    return number[place], [names[k] for k in kept]
