"""The scenario whole in a results folder: its files and everything that they name, so that it runs where it lies.

Files are copied as they are and lie to one another as they did. A scenario that is not what its file says – made or changed in
Python, or by ``--set`` – is written with every value in it.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import Mistake
from sim.runs.results_folder import words_of
from sim.scenario.by_hour import FILES
from sim.scenario.inheritance import ROOT, files_of, root_of
from sim.scenario.tree import Node
from sim.scenario.whole import Scenario, load
from sim.scenario.worlds import NONE, SHIPPED, WEIGHT, Worlds
from sim.scenario.yaml_file import read_yaml

FOLDER = "scenario"
"""The folder within a results folder."""
FILE, WORLDS, COMMAND = "file", "in_worlds", "command"
"""Entries of the manifest: of each scenario its file in the folder; in which worlds; the words that make it again."""


@dataclass(frozen=True, eq=False)
class Kept:
    """What is to be kept of scenarios.

    ``names``: the file of each, in the results folder; ``files``: file in the results folder → the one it is copied from;
    ``written``: file → the scenario that is written there; ``worlds``: ``shipped``, ``none``, or a file in the results folder.
    """

    names: tuple[str, ...]
    files: Mapping[str, Path]
    written: Mapping[str, Scenario]
    worlds: str

    def fill(self, folder: Path, worlds: Worlds | None) -> None:
        """Put everything into a results folder."""
        for name, source in self.files.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
        for name, scenario in self.written.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            self._moved(scenario, folder).save(folder / name)
        if self.worlds not in (SHIPPED, NONE, *self.files):
            assert worlds is not None
            (folder / self.worlds).parent.mkdir(parents=True, exist_ok=True)
            _write_exactly(worlds, folder / self.worlds)

    def _moved(self, scenario: Scenario, folder: Path) -> Scenario:
        """A scenario whose files are those in the folder, and which names no worlds: the command names them."""
        there = {source: folder / name for name, source in self.files.items()}
        people, network = scenario.customers, scenario.network
        if people.file is not None:
            people = people.model_copy(update={"file": there[people.file]})
        if network.file is not None:
            network = network.model_copy(update={"file": there[network.file]})
        hours = scenario.by_hour
        hours = hours.model_copy(update={key: there[file] for key in FILES if (file := getattr(hours, key))})
        tree = Node({key: value for key, value in scenario.tree.entries() if key != "worlds"}, scenario.tree.place)
        return replace(scenario, customers=people, network=network, by_hour=hours, tree=tree, path=None, folder=folder)


def kept(scenarios: Sequence[Scenario]) -> Kept:
    """What is to be kept of these, of which the first says in which worlds they were lived."""
    roots = list(dict.fromkeys(_root(scenario) for scenario in scenarios))
    places = {root: _place(root, number, len(roots)) for number, root in enumerate(roots, 1)}
    names: list[str] = []
    files: dict[str, Path] = {}
    written: dict[str, Scenario] = {}
    for scenario in scenarios:
        root, own = _root(scenario), _own_files(scenario)
        named = (scenario.customers.file, scenario.network.file, *scenario.by_hour.files)
        read = [file for file in named if file is not None]
        files |= {f"{places[root]}/{file.relative_to(root).as_posix()}": file for file in (*own, *read)}
        if own:
            names.append(f"{places[root]}/{own[0].relative_to(root).as_posix()}")
            continue
        name = _free(f"{places[root]}/{words_of(scenario.name, 'scenario')}.yaml", {*files, *written})
        names.append(name)
        written[name] = scenario
    worlds, file = _worlds(scenarios[0].worlds, places)
    return Kept(tuple(names), files | ({worlds: file} if file else {}), written, worlds)


def _root(scenario: Scenario) -> Path:
    """The folder that the scenario's files do not leave."""
    return root_of(scenario.path or scenario.folder.absolute() / "scenario.yaml")


def _place(root: Path, number: int, many: int) -> str:
    """Where in a results folder a root goes: what it is called matters, for files may be named up to it."""
    parts = [FOLDER, *([str(number)] if many > 1 else []), *([ROOT] if root.name == ROOT else [])]
    return "/".join(parts)


def _free(name: str, taken: set[str]) -> str:
    stem, number = name.removesuffix(".yaml"), 2
    while name in taken:
        name, number = f"{stem}-{number}.yaml", number + 1
    return name


def _own_files(scenario: Scenario) -> list[Path]:
    """The scenario's file and those that it extends; none where it is not what its file says, or links are on the way."""
    if scenario.path is None:
        return []
    try:
        found = files_of(scenario.path)
        again = replace(load(scenario.path, scenario.model), worlds=scenario.worlds, held=scenario.held)
        same = (again.name, again.full_fingerprint) == (scenario.name, scenario.full_fingerprint)
    except Mistake:
        return []
    return found if same and all(map(_straight, found)) else []


def _straight(file: Path) -> bool:
    """Whether what a scenario file names lies where its words say, and not where a link leads."""
    tree = read_yaml(file)
    named = [tree.get("extends"), tree.get("worlds"), tree.get("customers", "file"), tree.get("network", "file")]
    named += [tree.get("by_hour", key) for key in FILES]
    words = [node.value for node in named if node is not None and isinstance(node.value, str)]
    return all(
        os.path.realpath(path) == str(path)
        for path in (_lexical(file.parent / word) for word in words)
        if path.exists()
    )


def _lexical(path: Path) -> Path:
    return Path(os.path.normpath(path))


def _worlds(worlds: Worlds | None, places: Mapping[Path, str]) -> tuple[str, Path | None]:
    """In which worlds, as an option says it that is given in the results folder; and the file that is copied for it."""
    if worlds is None:
        return NONE, None
    if worlds.name == SHIPPED and worlds.path is None:
        return SHIPPED, None
    if worlds.path is None:
        return f"{FOLDER}/{words_of(worlds.name.removesuffix('.parquet'), 'worlds')}.worlds.parquet", None
    root = next((root for root in places if worlds.path.is_relative_to(root)), None)
    inside = worlds.path.name if root is None else f"{places[root]}/{worlds.path.relative_to(root).as_posix()}"
    return (f"{FOLDER}/worlds/{inside}" if root is None else inside), worlds.path


def _write_exactly(worlds: Worlds, path: Path) -> None:
    """Worlds that are of no file, with all their digits."""
    import json

    import pyarrow as arrow
    from pyarrow import parquet

    said = {"fitted": sorted(worlds.fitted), "fitted_to": worlds.fitted_to, "made_with": worlds.made_with}
    columns = dict(zip(worlds.paths, np.ascontiguousarray(worlds.values.T), strict=True)) | {WEIGHT: worlds.weights}
    parquet.write_table(arrow.table(columns).replace_schema_metadata({"worlds": json.dumps(said)}), path)


def command(found: Kept, numbers: range, seed: int, asked: Mapping[str, Any]) -> str:
    """The words that make an answer again, said in its results folder; scenarios that are run so often, from the first on."""
    words = ["loyalty", "compare" if len(found.names) > 1 else "run", *map(shlex.quote, found.names)]
    if "precision" in asked:
        words += ["--precision", f"{100 * asked['precision']:.6g}%", "--most", str(asked["most"])]
    else:
        words += ["--replications", str(len(numbers))] + (["--first", str(numbers.start)] if numbers.start else [])
    words += ["--seed", str(seed), "--worlds", shlex.quote(found.worlds)]
    return " ".join(words + (["--engine", str(asked["engine"])] if "engine" in asked else []))


def names_in(told: Mapping[str, Any]) -> Iterator[str]:
    """The scenario files that a manifest names. Raises :class:`~sim.errors.Mistake` for a name that leaves the folder."""
    for each in told["scenarios"]:
        name = str(each.get(FILE, ""))
        if not re.fullmatch(rf"{FOLDER}/[^\0]+", name) or ".." in Path(name).parts:
            raise Mistake(
                f"the manifest names the scenario file '{name[:200]}', which is none in the folder; it was changed"
            )
        yield name
