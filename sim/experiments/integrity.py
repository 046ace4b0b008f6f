"""Whether everything in a results folder is what was written: the store's parts and blocks, and every answer's files.

It only looks, and changes nothing; whatever is damaged in the store is set aside by the next command that reads it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.errors import Mistake
from sim.experiments import blocks, store, store_parts
from sim.experiments.querying import AGAIN, STORE
from sim.runs.results_folder import answers
from sim.system import digests
from sim.system.digests import DAMAGED, Damaged
from sim.system.outputs import MANIFEST

REPORT_AGAIN = "or you changed it: ask that question again with its --format, and a new one is kept"


@dataclass
class Checked:
    """What was found: ``sound`` and ``damaged`` pieces, the latter with what is wrong, each under its path in the folder.

    ``earlier``: what an earlier version wrote, without digests, and seems sound; ``aside``: what was set aside before.
    """

    sound: list[str] = field(default_factory=list)
    damaged: dict[str, str] = field(default_factory=dict)
    earlier: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """The same for people."""
        told = [f"{path} is damaged: {words}" for path, words in self.damaged.items()]
        if self.earlier:
            told.append(
                f"{_counted(self.earlier)} by an earlier version, without digests: only page checksums were looked at"
            )
        if self.aside:
            told.append(f"set aside before, of no use and yours to delete: {', '.join(self.aside)}")
        all_sound = "all of it is" if not self.damaged else "the rest is"
        return [
            *told,
            f"{len(self.sound):,} parts, blocks and files were looked at and are sound: {all_sound} what was written",
        ]

    def to_json(self) -> dict[str, Any]:
        """The object that ``loyalty results check --json`` prints."""
        return {"sound": self.sound, "damaged": self.damaged, "earlier": self.earlier, "set_aside": self.aside}


def _counted(paths: list[str]) -> str:
    return f"{paths[0]} was written" if len(paths) == 1 else f"{len(paths):,} of these ({paths[0]} …) were written"


def check_results(results: Path) -> Checked:
    """Read everything in a results folder and compare it with its digests. Raises :class:`Mistake` when nothing is there."""
    found, kept = Checked(), results / STORE
    if not kept.is_dir() and not answers(results):
        raise Mistake(f"{results}: nothing has been kept here yet, so there is nothing to check")
    if kept.is_dir():
        _check_store(found, results, kept)
    for folder in answers(results):
        _check_answer(found, results, folder)
    return found


def _look(found: Checked, name: str, work: Callable[[], bool], remedy: str) -> None:
    """Note what became of one piece; ``work`` returns whether it has digests."""
    try:
        (found.sound if work() else found.earlier).append(name)
    except Damaged as fault:
        found.damaged[name] = f"{fault}; {remedy}"


def _check_store(found: Checked, results: Path, kept: Path) -> None:
    if (wrong := store.mark_fault(kept)) is not None:
        found.damaged[f"{STORE}/{store.MARK}"] = f"{wrong or 'it is missing'}; the next experiment writes it anew"
    remedy = "the next experiment sets it aside, and runs again what it held"
    for path in sorted(kept.glob("parts/*")):
        if store_parts.is_part(path):
            _look(found, _name(path, results), lambda path=path: _part(path), remedy)  # type: ignore[misc]
    for path in sorted(kept.glob(f"blocks/*{blocks.ENDING}")):
        _look(found, _name(path, results), lambda path=path: _block(path), remedy)  # type: ignore[misc]
    found.aside += [
        _name(path, results) for path in sorted(kept.rglob(f"*{DAMAGED}*")) if DAMAGED not in path.parent.name
    ]


def _name(path: Path, results: Path) -> str:
    return path.relative_to(results).as_posix()


def _part(folder: Path) -> bool:
    part = store_parts.read(folder)
    part.verify()
    return bool(part.digests)


def _block(path: Path) -> bool:
    blocks.read(path)
    return not blocks.is_old(digests.contents(path))


def _check_answer(found: Checked, results: Path, folder: Path) -> None:
    """An answer's manifest, and every file that it knows."""
    name, said = _name(folder, results), {}
    try:
        said = digests.manifest(folder)
    except Damaged as fault:
        found.damaged[f"{name}/{MANIFEST}"] = f"{fault}; {AGAIN}"
        return
    marks = digests.known(said)
    (found.sound if marks else found.earlier).append(f"{name}/{MANIFEST}")
    for file, wanted in marks.items():
        remedy = REPORT_AGAIN if file in said.get(digests.REPORTS, {}) else AGAIN
        _look(found, f"{name}/{file}", lambda file=file, wanted=wanted: _file(folder / file, wanted), remedy)  # type: ignore[misc]


def _file(path: Path, wanted: str) -> bool:
    if not os.path.lexists(path):
        raise Damaged(f"{path.name} is missing")
    digests.expect(path, wanted)
    return True
