"""An answer made again from its results folder, here or elsewhere: is it the same, and if not, what is different?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import Mistake
from sim.model.rules import source_hash
from sim.runs.kept_scenario import FILE, FOLDER, WORLDS, names_in
from sim.runs.results import versions
from sim.runs.runner import Place, Progress, run_together
from sim.scenario.mechanisms import Mechanisms
from sim.scenario.whole import load
from sim.scenario.worlds import NONE, SHIPPED, in_same_worlds
from sim.system import digests
from sim.system.outputs import MANIFEST


@dataclass(frozen=True)
class Again:
    """What came of it.

    ``digests``: scenario → digest in the folder and that of today; ``source``, ``versions``: what made the folder and what is
    here, where that differs; ``files``: file of the scenario → ``changed`` or ``new``; ``meaning``: scenarios that no longer
    mean the same, as with other worlds or a changed file.
    """

    folder: Path
    digests: Mapping[str, tuple[str, str]]
    source: tuple[str, str] | None
    versions: Mapping[str, tuple[str, str]]
    files: Mapping[str, str]
    meaning: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether every scenario has the digest that it had."""
        return all(then == now for then, now in self.digests.values())

    @property
    def differs(self) -> list[str]:
        """What is not as it was, in sentences."""
        told = [
            f"{name} was {what} since" if what == "changed" else f"{name} is new" for name, what in self.files.items()
        ]
        told += [f"“{name}” no longer means what it meant" for name in self.meaning]
        if self.source:
            told.append(f"the program's source was {self.source[0]} and is {self.source[1]}")
        return told + [f"{name} was {then} and is {now}" for name, (then, now) in self.versions.items()]

    def to_json(self) -> dict[str, Any]:
        """The object that ``loyalty rerun --json`` prints."""
        return {
            "folder": str(self.folder),
            "same": self.same,
            "scenarios": {
                name: {"digest": then, "found": now, "same": then == now} for name, (then, now) in self.digests.items()
            },
            "differs": {
                "files": dict(self.files),
                "meaning": list(self.meaning),
                "source": list(self.source) if self.source else None,
                "versions": {name: list(both) for name, both in self.versions.items()},
            },
        }


def told_in(folder: Path) -> dict[str, Any]:
    """The manifest of a results folder that holds its scenario. Raises :class:`~sim.errors.Mistake` for a folder that is none."""
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "is not there"
        raise Mistake(f"{folder} {what}; name a results folder, such as 'loyalty run' and 'loyalty compare' write")
    if not (folder / MANIFEST).is_file():
        raise Mistake(f"{folder} is no results folder: there is no {MANIFEST} in it; name one that 'loyalty run' or 'loyalty "
                      "compare' wrote")  # fmt: skip
    try:
        told = digests.manifest(folder)
    except digests.Damaged as fault:
        raise Mistake(
            f"{folder} is damaged or was changed ({fault}); take an undamaged copy, or ask that question again"
        ) from None
    if "experiment" in told:
        raise Mistake(
            f"{folder} holds the answer of an experiment; ask it again with its file: loyalty {told.get('command')} FILE"
        )
    listed, wanted = told.get("scenarios"), {FILE, "name", "fingerprint", "digest", "replications", "failed"}
    whole = isinstance(listed, list) and listed and all(isinstance(each, dict) and wanted <= {*each} for each in listed)
    if not whole or {WORLDS, digests.FILES, "seed", "source", "versions"} - {*told}:
        raise Mistake(
            f"{folder} was written by an earlier version, which kept no scenario in it; ask that question again"
        )
    return told


class KeptIn(NamedTuple):
    """What a results folder holds of scenarios: file → name and fingerprint; the worlds as an option names them, and which are
    meant, whatever file they are in."""

    files: dict[Path, tuple[str, str]]
    worlds: str
    meant: str


def kept_in(folder: Path) -> KeptIn:
    """The scenario files in a results folder, and in which worlds they were lived. Raises :class:`~sim.errors.Mistake`."""
    told = told_in(folder)
    marks = [(str(each["name"]), str(each["fingerprint"])) for each in told["scenarios"]]
    files = dict(zip((folder / name for name in names_in(told)), marks, strict=True))
    worlds, meant = str(told[WORLDS]), str(told["scenarios"][0].get("meaning", {}).get("worlds", NONE))
    if worlds in (SHIPPED, NONE):
        return KeptIn(files, worlds, meant)
    if not worlds.startswith(f"{FOLDER}/") or ".." in Path(worlds).parts:
        raise Mistake(
            f"{folder}: the manifest names the worlds '{worlds[:200]}', which are none in the folder; it was changed"
        )
    return KeptIn(files, str(folder / worlds), meant)


def rerun(
    folder: Path, place: Place | None = None, progress: Progress | None = None, mechanisms: Mechanisms = ()
) -> Again:
    """Run what a results folder holds once more, and hold the digests against those that it tells.

    ``mechanisms``: those from outside the package that it was run with, as :func:`sim.load` takes them; they are programs, and
    therefore are not kept. Raises :class:`~sim.errors.Mistake` for a folder that is none or lacks a file of its scenario.
    """
    told = told_in(folder)
    files = _files(folder, told[digests.FILES])
    _refuse_other_mechanisms(folder, told, load_model(mechanisms))
    inside = kept_in(folder)
    scenarios = [load(file, mechanisms) for file in inside.files]
    alone = len(scenarios) == 1
    scenarios = [scenarios[0].in_worlds(inside.worlds)] if alone else list(in_same_worlds(scenarios, inside.worlds))
    with (place or Place()).opened() as where:
        results = run_together(
            scenarios,
            numbers_of(told),
            int(told["seed"]),
            where,
            engine=str(told.get("engine", "core")),
            progress=progress,
        )
    if any(not len(result.numbers) for result in results):
        raise Mistake(f"{folder}: no replication finished, so that there is nothing to hold against what it tells")
    both = list(zip(told["scenarios"], results, strict=True))
    return Again(
        folder,
        {str(was["name"]): (str(was["digest"]), now.digest) for was, now in both},
        _apart(str(told["source"]), source_hash()),
        {
            name: apart
            for name, now in versions().items()
            if (apart := _apart(str(told["versions"].get(name, "unknown")), now))
        },
        files,
        tuple(str(was["name"]) for was, now in both if was["fingerprint"] != now.scenario.full_fingerprint),
    )


def load_model(mechanisms: Mechanisms) -> Sequence[Any]:
    """What the mechanisms that are given mean, as a manifest tells it."""
    from sim.scenario.mechanisms import model_with

    return list(model_with(mechanisms).mechanisms)


def _refuse_other_mechanisms(folder: Path, told: Mapping[str, Any], given: Sequence[Any]) -> None:
    wanted = told["scenarios"][0].get("meaning", {}).get("mechanisms", [])
    if wanted and not given:
        raise Mistake(f"{folder} was run with mechanisms from outside the program, which are not kept, being programs; give "
                      "them with --mechanism FILE.py")  # fmt: skip


def numbers_of(told: Mapping[str, Any]) -> range:
    """The numbers of all replications that were run, those that failed included."""
    numbers = [number for each in told["scenarios"] for name in ("replications", "failed") for number in each[name]]
    return range(min(numbers), max(numbers) + 1)


def _apart(then: str, now: str) -> tuple[str, str] | None:
    return None if then == now else (then, now)


def _files(folder: Path, known: Mapping[str, str]) -> dict[str, str]:
    """The files of the scenario that are not as they were. Raises :class:`~sim.errors.Mistake` where one is missing."""
    found = {}
    for name in (name for name in known if name.startswith(f"{FOLDER}/")):
        if not (folder / name).is_file():
            raise Mistake(f"{folder / name} is missing, so that the scenario cannot be run again; put it back")
        if digests.digest(folder / name) != known[name]:
            found[name] = "changed"
    there = (path.relative_to(folder).as_posix() for path in sorted((folder / FOLDER).rglob("*")) if path.is_file())
    return found | {name: "new" for name in there if name not in known}
