"""Lessons of one's own: begun from a template or a copy, put beside the worlds they need, and checked before they are taught."""

from __future__ import annotations

import json
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import Mistake, hint
from sim.scenario.inheritance import files_of
from sim.scenario.shipped import scenarios_folder
from sim.scenario.whole import Scenario, load
from sim.scenario.yaml_file import LARGEST
from sim.studio.compare.question import customer_weeks
from sim.studio.lessons.counting import Count, entry, promises_told, worlds_told
from sim.studio.lessons.outcome import worlds
from sim.studio.library import scenario_library
from sim.studio.visitor.packing import file_name
from sim.system.outputs import put, telling
from sim.system.text import shown

TEMPLATE = Path(__file__).parent / "template.yaml"
"""What a lesson begins as: it can be taken as it is, and its comments say what to change."""
CHECKED = ".checked.json"
"""Where a folder of lessons keeps how often each came out as told."""
MOST = 100
"""Files in the folder of a shared studio beyond which its pages write no further lesson."""
LARGEST_WORLD = 1_000_000
"""Customer-weeks of a world that a shared studio still runs as a lesson, as everybody in a class runs it; those shipped have a
sixth of it."""
SEEDS = 5
"""Seeds with which the studio tries a lesson that nobody has checked, before it teaches it."""
_NAMED = re.compile(r"^(?:extends|  against): *['\"]?([\w-]+\.yaml)", re.MULTILINE)
_TABLE = re.compile(r"[\w-]+\.csv\b")
_NAME = re.compile(r"^name:.*$", re.MULTILINE)


@dataclass(frozen=True)
class Begun:
    """A lesson that was begun: its file, the worlds put beside it, and those that lay there already and stay as they are."""

    path: Path
    beside: tuple[Path, ...]
    kept: tuple[Path, ...]


def own_folder() -> Path:
    """Where lessons of one's own are written: the folder that the environment names, else ``lessons`` here."""
    folder, here = scenario_library.lesson_folders()[0], Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def named_lesson(words: str) -> Path:
    """The file that is meant by a path, or by the name of a lesson. Raises :class:`Mistake` when there is none."""
    if Path(words).suffix in (".yaml", ".yml") or Path(words).is_file():
        return Path(words)
    known = {path.stem: path for path in (scenarios_folder() / "lessons").glob("*.yaml")}
    known |= {path.stem: path for path in scenario_library.own_lessons().values()}
    stem = file_name(words)
    if stem not in known:
        raise Mistake(f"there is no lesson '{words[:60]}'{hint(stem, sorted(known))}")
    return known[stem]


def begun(name: str, folder: Path, source: Path | None = None) -> Begun:
    """Write a new lesson into the folder, from the template or as a copy of another, with the worlds that it needs.

    Raises :class:`Mistake` when there is a file of this name already, or nothing can be written.
    """
    if not name.strip() or not name.isprintable() or len(name) > 100:
        raise Mistake("the name of a lesson is a few words, such as 'The free coffee': at most 100 letters in one line")
    text, needed = _copy_of(source) if source else (TEMPLATE.read_text(encoding="utf-8"), _worlds_of(TEMPLATE))
    path = folder / f"{file_name(name)}.yaml"
    if path.exists():
        raise Mistake(f"{shown(path)} is there already; choose another name, or edit that file")
    called = f"name: {json.dumps(' '.join(name.split()), ensure_ascii=False)}"
    text = _NAME.sub(lambda _: called, text, count=1) if _NAME.search(text) else f"{called}\n{text}"
    return _written(path, text, needed)


def taken_in(name: str, content: bytes, folder: Path) -> Begun:
    """An uploaded lesson, put into the folder with those shipped worlds that it names. What lies there stays.

    Raises :class:`Mistake` for a file that can be no lesson, or whose name is taken.
    """
    path = folder / f"{file_name(Path(name).stem)}.yaml"
    if not name.lower().endswith((".yaml", ".yml")) or len(content) > LARGEST:
        raise Mistake(
            f"a lesson is a file of the kind .yaml with at most {LARGEST:,} bytes; take one from 'loyalty lesson new'"
        )
    if path.exists():
        raise Mistake(f"there is a file {path.name} in {shown(folder)} already; give yours another name")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Mistake(f"{path.name} is not UTF-8 text; save it as UTF-8") from None
    shipped = scenarios_folder() / "lessons"
    named = [shipped / each for each in _NAMED.findall(text) if (shipped / each).is_file()]
    return _written(path, text, [file for each in named for file in files_of(each)])


def refuse_full(folder: Path) -> None:
    """Raises :class:`Mistake` when pages of a shared studio have no room in this folder any more."""
    if len(list(folder.glob("*.yaml"))) >= MOST:
        raise Mistake(
            f"the folder {shown(folder)} holds {MOST} files; the studio's owner must clear it before another comes"
        )


def refuse_large(scenario: Scenario) -> None:
    """Raises :class:`Mistake` for a lesson with a world too large for a shared studio."""
    for world in worlds(scenario):
        if (size := customer_weeks([world])) > LARGEST_WORLD:
            raise Mistake(
                f"“{world.name}” has {size:,} customer-weeks, more than the {LARGEST_WORLD:,} that everybody in a class "
                "can run: take fewer customers, prospects or weeks"
            )


def _worlds_of(template: Path) -> list[Path]:
    """The shipped worlds that the template names, and what they extend."""
    shipped = scenarios_folder() / "lessons"
    named = _NAMED.findall(template.read_text(encoding="utf-8"))
    return [file for each in named for file in files_of(shipped / each)]


def _copy_of(source: Path) -> tuple[str, list[Path]]:
    """A lesson's text, and the files of both its worlds that it needs beside it. Raises :class:`Mistake`."""
    scenario = load(source)
    if scenario.lesson is None:
        raise Mistake(f"{shown(source)} has no section 'lesson'; --from takes one that has")
    own, *needed = [*files_of(source), *files_of(scenario.lesson.against)]
    if any(file.parent != own.parent for file in needed):
        raise Mistake(f"{shown(source)} needs files in other folders; put copies of them beside it, and copy that one")
    needed += [table for file in (own, *needed) for table in _tables_of(file)]
    return source.read_text(encoding="utf-8-sig"), [file for file in needed if file != own]


def _tables_of(file: Path) -> list[Path]:
    """The tables beside a scenario's file that it names, such as calls by the hour."""
    named = (file.parent / each for each in _TABLE.findall(file.read_text(encoding="utf-8-sig")))
    return [table for table in named if table.is_file()]


def _written(path: Path, text: str, needed: list[Path]) -> Begun:
    with telling(path.parent, "the lesson", "folder"):
        path.parent.mkdir(parents=True, exist_ok=True)
    beside, kept = [], []
    for file in dict.fromkeys(needed):
        there = path.parent / file.name
        if there.exists():
            kept += [there] if there.read_bytes() != file.read_bytes() else []
        else:
            with telling(there):
                shutil.copyfile(file, there)
            beside.append(there)
    put(path, text, "the lesson", folders=False)
    return Begun(path, tuple(beside), tuple(kept))


# ---- checked before it is taught


_REMEMBERED: dict[Path, dict[str, Any]] = {}
"""What was found where a folder cannot be written to."""


def is_own(scenario: Scenario) -> bool:
    """Whether a lesson is none of those shipped, which were counted before."""
    return scenario.path is not None and not scenario.path.resolve().is_relative_to(scenarios_folder().resolve())


def check_kept(scenario: Scenario) -> dict[str, Any] | None:
    """What was found when a lesson of one's own was checked; None when it was not, or was changed since."""
    assert scenario.path is not None and scenario.lesson is not None
    found = (_REMEMBERED.get(scenario.path.parent) or _read(scenario.path.parent)).get(scenario.path.stem)
    same = found and (found.get("worlds"), found.get("promises")) == (
        worlds_told(scenario),
        promises_told(scenario.lesson),
    )
    return found if same else None


def keep(count: Count) -> dict[str, Any]:
    """Keep what a check found, beside the lesson."""
    path = count.scenario.path
    assert path is not None
    found = entry(count) | {"promises": promises_told(count.lesson), "objection": count.objection}
    kept = _read(path.parent) | _REMEMBERED.get(path.parent, {}) | {path.stem: found}
    _REMEMBERED[path.parent] = kept
    with suppress(Mistake):  # a folder that cannot be written to: it is known until the program ends
        put(path.parent / CHECKED, json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "the check", folders=False)
        del _REMEMBERED[path.parent]
    return found


def _read(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / CHECKED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {key: each for key, each in found.items() if isinstance(each, dict)} if isinstance(found, dict) else {}
