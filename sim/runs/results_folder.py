"""Results folders: each appears whole or not at all, and is only ever added to.

A folder is written beside its place and moved there when it is finished, manifest and all. Where an answer stands already it
stays: the same one is not written again, and another of the same name gets a name of its own. What the program did not write
(it knows what it wrote by the digests in the manifest) it neither replaces nor removes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from sim.errors import Mistake
from sim.runs import leftovers
from sim.runs.leftovers import numbered
from sim.system import digests, outputs
from sim.system.digests import FILES, REPORTS
from sim.system.outputs import MANIFEST

LONGEST = 60
"""Characters that a scenario's or an experiment's name lends to a folder."""

COMMIT = "commit"
"""What a manifest says of the program that changes nothing in an answer: the source that it was made with stands beside it."""
Fill = Callable[[Path, str], None]
"""Writes the tables of an answer into a folder; it is told the name that the folder will have."""


def words_of(name: str, otherwise: str) -> str:
    """A name as part of a folder's: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:LONGEST].strip("-") or otherwise


# ---- keeping an answer


def keep(under: Path, name: str, told: Mapping[str, Any], fill: Fill) -> Path:
    """Keep an answer in a folder ``name`` under ``under`` and return its path.

    ``told`` is the manifest. Where another answer has the name already, a few digits are added to it; where the same one has
    it, only what is missing is written. Raises :class:`~sim.errors.Mistake` when it cannot be written; then nothing is left
    behind.
    """
    with outputs.telling(under / name, "results", "folder"):
        outputs.possible(under).mkdir(parents=True, exist_ok=True)
        recover(under)
        with outputs.draft_folder(under) as draft:
            for each in _names(name, told):
                fill(draft, each)
                place, whole = under / each, _finished(draft, told)
                if _settled(draft, place, whole):
                    return place
    raise AssertionError("there are more numbers than folders")


def _names(name: str, told: Mapping[str, Any]) -> Iterator[str]:
    """The name; then with digits that are the same for the same answer; then counted on."""
    yield name
    other = f"{name}-{hashlib.sha256(json.dumps(_answer(told), sort_keys=True).encode()).hexdigest()[:8]}"
    yield other
    yield from (f"{other}-{number}" for number in count(2))


def _finished(draft: Path, told: Mapping[str, Any]) -> dict[str, Any]:
    """Write the manifest, the last of the files, and return it."""
    whole: dict[str, Any] = json.loads(json.dumps(dict(told) | {FILES: digests.digests(draft)}))  # as it will be read
    (draft / MANIFEST).write_text(digests.sealed(whole), encoding="utf-8")
    return whole


def _believed(folder: Path) -> dict[str, Any] | None:
    """What the folder's manifest says; None when there is none, or a damaged one. Raises as :func:`seals.reading`."""
    try:
        return digests.manifest(folder)
    except digests.Damaged:
        return None


def _said(folder: Path) -> dict[str, Any] | None:
    """The same, and None too when it cannot be read."""
    try:
        return _believed(folder)
    except Mistake:
        return None


def _settled(draft: Path, place: Path, whole: Mapping[str, Any]) -> bool:
    """Whether the answer stands at this place now; False when something else does."""
    for path in draft.rglob("*"):
        if path.is_file():
            outputs.settle(path)
    if not os.path.lexists(place) and _moved(draft, place):
        return True
    said = _believed(place)
    if not _same(place, said, whole):
        return False
    for name, mark in whole[FILES].items():
        _restore(place / name, draft / name, _is(place / name, mark))
    _restore(place / MANIFEST, draft / MANIFEST, said is not None)
    return True


def _restore(path: Path, sound: Path, is_sound: bool) -> None:
    """Put a sound file in the place of one that is missing or damaged, which is set aside and not lost."""
    if not is_sound:
        if os.path.lexists(path):
            digests.set_aside(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(sound, path)


def _answer(told: Mapping[str, Any]) -> dict[str, Any]:
    """What a manifest says of an answer, without what may differ between two tellings of the same."""
    return {key: value for key, value in told.items() if key not in (REPORTS, COMMIT)}


def _moved(draft: Path, place: Path) -> bool:
    """Whether the draft could be moved there; False when somebody else came first."""
    try:
        os.rename(draft, place)
    except OSError:
        if os.path.lexists(place):
            return False
        raise
    return True


def _same(place: Path, said: Mapping[str, Any] | None, whole: Mapping[str, Any]) -> bool:
    """Whether the same answer stands there, though of its tables some may be damaged.

    Without a manifest every table that is there must be the same: one that is not may be another answer's, and sound.
    """
    if said is None:
        there = [name for name in whole[FILES] if os.path.lexists(place / name)]
        return bool(there) and all(_is(place / name, whole[FILES][name]) for name in there)
    return _answer(said) == _answer(whole)


def _is(path: Path, mark: str) -> bool:
    """Whether a file is the one with this digest."""
    return path.is_file() and not path.is_symlink() and digests.digest(path) == mark


# ---- adding to it


def add(path: Path, contents: Callable[[Path], Mapping[Path, bytes]], what: str = "the report") -> Path:
    """Write what belongs at ``path``, and return where it lies: there, or under the next free number where something else does.

    ``contents``: the files of a report at a path. One that the program wrote into the same results folder, and nobody changed
    since, is replaced. Raises :class:`~sim.errors.Mistake` when it cannot be written.
    """
    with outputs.telling(path, what):
        passed: list[Path] = []
        for place in numbered(path):
            files = contents(place)
            if all(_may_stand(each, data, place.parent) for each, data in files.items()):
                for each, data in sorted(
                    files.items(), key=lambda item: item[0] == place
                ):  # what names the others comes last
                    if not each.exists() or each.read_bytes() != data:
                        outputs.put(each, data, what)
                _note(place.parent, files, passed)
                return place
            passed += files
    raise AssertionError("there are more numbers than files")


def _may_stand(path: Path, data: bytes, folder: Path) -> bool:
    """Whether a file may be written there: nothing lies there, or the same, or what the program itself put there."""
    if not os.path.lexists(path):
        return True
    if path.is_symlink() or not path.is_file():
        return False
    ours = (_said(folder) or {}).get(REPORTS, {})
    return path.read_bytes() == data or ours.get(_name_in(folder, path)) == digests.digest(path)


def _name_in(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


def _note(folder: Path, files: Mapping[Path, bytes], passed: Sequence[Path]) -> None:
    """Write into the folder's manifest, if it is a results folder, which reports are the program's.

    One that was ``passed`` over, being no longer what was written, is from now on the user's.
    """
    said = _said(folder)
    if said is None or FILES not in said:
        return
    marks = {_name_in(folder, path): hashlib.sha256(data).hexdigest() for path, data in files.items()}
    ours = {
        name: mark
        for name, mark in said.get(REPORTS, {}).items()
        if folder / name not in passed or _is(folder / name, mark)
    }
    noted = said | {REPORTS: ours | marks}
    if noted != said:
        outputs.put(folder / MANIFEST, digests.sealed(noted), "the manifest")


# ---- what lies there


def answers(under: Path) -> list[Path]:
    """The folders with an answer in a results folder, or with what is left of one, by name; drafts are none."""
    found = {
        path.parent for name in (MANIFEST, "points.parquet", "measures.parquet") for path in under.glob(f"*/{name}")
    }
    return sorted(folder for folder in found if not folder.name.startswith("."))


def recover(under: Path) -> None:
    """Put back what a killed process left between two names, and sweep up the drafts of processes that are no more.

    What cannot be put back, because the folder can only be read, stays as it is.
    """
    with suppress(OSError):
        for folder in (under, *answers(under)):
            for place in (folder, *folder.glob("*-figures")):
                outputs.sweep(place)
            leftovers.put_back(folder)
