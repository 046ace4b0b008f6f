"""Answers that were found: each a folder on the desk of whoever asked, found again by an address that nobody guesses."""

from __future__ import annotations

import json
import pickle
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.errors import Mistake
from sim.scenario.whole import Scenario
from sim.studio.compare import answer
from sim.studio.compare.answer import REPORT, SCENARIOS, Shown, Watched
from sim.studio.compare.question import Question
from sim.studio.library.scenario_library import changed, on_shelf
from sim.studio.visitor.files import DESKS, MOST_BYTES, VisitorFiles

MOST = 20
"""Answers of a visitor; the oldest goes when there is one more, or when their files take too much room."""
KEY = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
FOLDER, ANSWER, TOLD = "answers", "answer", "told.json"
GONE = (
    "There is no such answer here any more: answers stay until the studio closes, the newest "
    f"{MOST} of every visitor. Press Compare to find it again."
)


@dataclass(frozen=True)
class Kept:
    """An answer that is kept: its ``key`` in addresses, when it was found, what was asked, and of which files."""

    key: str
    folder: Path
    headline: str
    when: str
    entries: Mapping[str, str]
    changed: Mapping[str, int]

    def shown(self) -> Shown:
        """What the page shows of it: made by this program, in a folder that is nobody else's."""
        found: Shown = pickle.loads((self.folder / ANSWER).read_bytes())
        return found

    def as_asked(self, entries: Mapping[str, str], desk: VisitorFiles) -> bool:
        """Whether the page still asks this: whose answer it is, of scenarios as they are now."""
        mine = self.folder.is_relative_to(desk.folder)
        return dict(self.entries) == _given(entries) and (
            not mine or self.changed == _changed(list(self.changed), desk)
        )

    def report(self, desk: VisitorFiles, name: str) -> Path:
        """The report on the desk of whoever looks."""
        path = desk.place(name)
        if not path.is_file():
            shutil.copyfile(self.folder / REPORT, path)
        return path

    def scenarios(self, desk: VisitorFiles, name: str) -> Path | None:
        """The scenario files, which hold the customers' file: for whose answer it is, and nobody else."""
        if not self.folder.is_relative_to(desk.folder):
            return None
        path = desk.place(name)
        if not path.is_file():
            shutil.copyfile(self.folder / SCENARIOS, path)
        return path


def found(asked: Question, scenarios: Sequence[Scenario], desk: VisitorFiles, work: Watched) -> str:
    """Compare, keep what was found, and return its key. Called off, it keeps what was done. Raises :class:`Mistake`."""
    keys = [policy.start for policy in asked.policies]
    stamp = _changed(keys, desk)
    key = secrets.token_urlsafe(16)
    making = desk.folder / FOLDER / f".{key}"
    making.mkdir(parents=True)
    try:
        shown = answer.found(asked, scenarios, making, work)
        told = {
            "headline": shown.document.headline,
            "when": datetime.now().isoformat(timespec="microseconds"),
            "entries": _given(asked.to_address()),
            "changed": stamp,
        }
        (making / ANSWER).write_bytes(pickle.dumps(shown))
        (making / TOLD).write_text(json.dumps(told), encoding="utf-8")
        making.rename(making.with_name(key))
    finally:
        shutil.rmtree(making, ignore_errors=True)
    _make_room(desk)
    return key


def of_visitor(desk: VisitorFiles) -> list[Kept]:
    """A visitor's own answers, the newest first."""
    found = [kept for folder in (desk.folder / FOLDER).glob("*") if (kept := _read(folder)) is not None]
    return sorted(found, key=lambda kept: kept.when, reverse=True)


def at(key: str, desk: VisitorFiles) -> Kept:
    """The answer of this key, whoever's it is. Raises :class:`Mistake` when there is none."""
    if KEY.fullmatch(key):
        for folder in (desk.folder / FOLDER / key, *DESKS.lying(f"{FOLDER}/{key}")):
            kept = _read(folder)
            if kept is not None:
                return kept
    raise Mistake(GONE)


def _read(folder: Path) -> Kept | None:
    if not KEY.fullmatch(folder.name):
        return None  # it is being made
    try:
        told: dict[str, Any] = json.loads((folder / TOLD).read_text(encoding="utf-8"))
    except OSError:
        return None
    return Kept(folder.name, folder, **told)


def _given(entries: Mapping[str, str]) -> dict[str, str]:
    return {name: words for name, words in entries.items() if words}


def _changed(keys: Sequence[str], desk: VisitorFiles) -> dict[str, int]:
    """When each scenario's file was changed last."""
    there = on_shelf(desk)
    return {key: changed(there[key]) if key in there else 0 for key in keys}


def _make_room(desk: VisitorFiles) -> None:
    room = MOST_BYTES
    for place, kept in enumerate(of_visitor(desk)):
        room -= sum(file.stat().st_size for file in kept.folder.iterdir())
        if place >= MOST or (place and room < 0):
            shutil.rmtree(kept.folder, ignore_errors=True)
