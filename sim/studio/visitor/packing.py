"""Scenarios as files that run anywhere: every value in them, the files they read beside them, and the command that runs them."""

from __future__ import annotations

import hashlib
import re
import shlex
import shutil
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from sim.errors import Mistake
from sim.scenario.by_hour import FILES
from sim.scenario.tree import Node
from sim.scenario.whole import Scenario, load
from sim.scenario.worlds import own_worlds
from sim.studio.library.scenario_library import OWN
from sim.studio.visitor.files import VisitorFiles

NOTICES = ("NOTICE.txt", "SOURCE.txt")
"""Files beside a customer file that tell its source and licence; they go where it goes."""
LONGEST = 50
"""Characters of the name that a file is given."""
READ_ME = """These are the scenarios that were compared, with the customers' file if there is one.
Unpack them into a folder, and in that folder run

    {command}

which gives the same numbers as the page did.
"""


def file_name(words: str) -> str:
    """Words as the name of a file, without its ending: ``Outsourced call centre`` becomes ``outsourced_call_centre``.

    What is too long is cut and ends in a mark of all the words, so that two long names that begin alike stay two.
    """
    plain = re.sub(r"[^\w-]+", "_", unicodedata.normalize("NFKC", words).lower()).strip("_-")
    if len(plain) > LONGEST:
        plain = f"{plain[: LONGEST - 7]}_{hashlib.sha256(words.encode()).hexdigest()[:6]}"
    return plain or "scenario"


def saved(scenario: Scenario, path: Path) -> Scenario:
    """Write a scenario to ``path`` and the files it reads beside it; returns what the file says, which means the same.

    Raises :class:`~sim.errors.Mistake` when it cannot be written or read again.
    """
    folder = path.parent.resolve()
    people, network = scenario.customers, scenario.network
    if people.file is not None:
        people = people.model_copy(update={"file": _with_notices(people.file, folder)})
    if network.file is not None:
        network = network.model_copy(update={"file": _with_notices(network.file, folder)})
    hours = scenario.by_hour
    moved = {key: _with_notices(file, folder) for key in FILES if (file := getattr(hours, key))}
    hours = hours.model_copy(update=moved)
    tree, worlds = scenario.tree, own_worlds(replace(scenario, worlds=None))
    if isinstance(worlds, Path):
        tree = Node({**dict(tree.entries()), "worlds": Node(_copied(worlds, folder).name)}, tree.place)
    replace(scenario, customers=people, network=network, by_hour=hours, tree=tree, path=None, folder=folder).save(path)
    return load(path, scenario.model)


def _with_notices(file: Path, folder: Path) -> Path:
    """A copy of the file in the folder, and of what is said of it."""
    for notice in NOTICES:
        if (file.parent / notice).is_file():
            _copied(file.parent / notice, folder)
    return _copied(file, folder)


def _copied(file: Path, folder: Path) -> Path:
    """A copy of the file in the folder; another file of the same name there is left alone."""
    copy = folder / file.name
    while copy.exists() and copy.read_bytes() != file.read_bytes():
        copy = copy.with_name(f"other_{copy.name}")
    if not copy.exists():
        shutil.copyfile(file, copy)
    return copy


def bundled(scenarios: Sequence[Scenario], folder: Path) -> list[Scenario]:
    """Every scenario as a file of its own in the folder."""
    found: dict[str, Scenario] = {}
    for scenario in scenarios:
        name = file_name(scenario.name)
        while name in found:
            name += "_too"
        found[name] = saved(scenario, folder / f"{name}.yaml")
    return list(found.values())


def on_own_shelf(scenario: Scenario, desk: VisitorFiles, name: str = "") -> str:
    """Put a scenario on the visitor's shelf; returns its key there, ``own/representatives_at_14``, made from a name or its own.

    What stands there stays: another scenario of the same name is called ``… (2)``. Raises :class:`~sim.errors.Mistake`.
    """
    for number in count(1):
        after = f" ({number})" if number > 1 else ""
        called = scenario.with_(name=f"{scenario.name[: 100 - len(after)]}{after}") if after else scenario
        stem = file_name(f"{name or scenario.name}{after}")
        there = desk.find(f"{stem}.yaml")
        if there is None or _is_at(there, called):
            break
    saved(called, desk.place(f"{stem}.yaml"))
    return f"{OWN}/{stem}"


def _is_at(path: Path, scenario: Scenario) -> bool:
    try:
        return load(path, scenario.model) == scenario
    except Mistake:
        return False


def to_download(scenario: Scenario, name: str) -> tuple[str, bytes]:
    """A file that runs anywhere, its name and what is in it: YAML, or a ZIP archive when the scenario reads other files."""
    with tempfile.TemporaryDirectory() as made:
        folder, stem = Path(made) / "all", file_name(name)
        folder.mkdir()
        alone = folder / f"{stem}.yaml"
        saved(scenario, alone)
        file = alone if len(list(folder.iterdir())) == 1 else packed(folder, folder.with_name(f"{stem}.zip"))
        return file.name, file.read_bytes()


def command(scenarios: Sequence[Scenario], how_many: str, seed: int) -> str:
    """What gives the same numbers in a terminal, in the folder where the scenarios' files lie.

    ``how_many``: the option that says it, such as ``--replications 200``.
    """
    files = [shlex.quote(scenario.path.name) for scenario in scenarios if scenario.path]
    return f"loyalty compare {' '.join(files)} {how_many} --seed {seed}"


def words(told: str) -> list[str]:
    """The command as a list of words, as a terminal would understand it."""
    return shlex.split(told)


def zipped(folder: Path, path: Path, told: str) -> Path:
    """Everything in the folder as one ZIP file at ``path``, with the command in a file to read."""
    (folder / "READ_ME.txt").write_text(READ_ME.format(command=told), encoding="utf-8")
    return packed(folder, path)


def packed(folder: Path, path: Path) -> Path:
    """Every file in the folder and in those below it, as one ZIP file at ``path``."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return path
