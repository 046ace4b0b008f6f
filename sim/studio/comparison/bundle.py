"""Files to take home: scenarios with every value in them, their customer files beside them, and the command that runs them."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from sim.scenario.whole import Scenario, load
from sim.studio.desk import Desk, safe_name

NOTICES = ("NOTICE.txt", "SOURCE.txt")
"""Files beside a customer file that tell its source and licence; they go where it goes."""
READ_ME = """These are the scenarios that were compared, with the customers' file if there is one.
Unpack them into a folder, and in that folder run

    {command}

which gives the same numbers as the page did.
"""


def file_name(name: str, ending: str = ".yaml") -> str:
    """A scenario's name as the name of a file: ``Outsourced call centre`` becomes ``outsourced_call_centre.yaml``."""
    plain = re.sub(r"[^\w-]+", "_", safe_name(name, "scenario").lower()).strip("_")
    return (plain[:50] or "scenario") + ending


def saved(scenario: Scenario, path: Path) -> Scenario:
    """Write a scenario to ``path`` and its customer file beside it; returns what the file says, which means the same."""
    folder = path.parent.resolve()
    people, network = scenario.customers, scenario.network
    if people.file is not None:
        people = people.model_copy(update={"file": _beside(people.file, folder)})
    if network.file is not None:
        network = network.model_copy(update={"file": _beside(network.file, folder)})
    moved = replace(scenario, customers=people, network=network, path=None, folder=folder)
    moved.save(path)
    return load(path)


def _beside(file: Path, folder: Path) -> Path:
    """A copy of the file in the folder, its notice with it; another file of the same name there is left alone."""
    if file.parent == folder:
        return file
    copy = folder / file.name
    while copy.exists() and copy.read_bytes() != file.read_bytes():
        copy = copy.with_name(f"other_{copy.name}")
    if not copy.exists():
        shutil.copyfile(file, copy)
    for notice in NOTICES:
        if (file.parent / notice).is_file() and not (folder / notice).exists():
            shutil.copyfile(file.parent / notice, folder / notice)
    return copy


def bundled(scenarios: Sequence[Scenario], folder: Path) -> list[Scenario]:
    """Every scenario as a file of its own in the folder."""
    taken: set[str] = set()
    found = []
    for scenario in scenarios:
        name = file_name(scenario.name)
        while name in taken:
            name = f"{name.removesuffix('.yaml')}_too.yaml"
        taken.add(name)
        found.append(saved(scenario, folder / name))
    return found


def command(scenarios: Sequence[Scenario], how_many: str, seed: int) -> str:
    """What gives the same numbers in a terminal, in the folder where the scenarios' files lie.

    ``how_many``: the option that says it, such as ``--replications 200``.
    """
    files = [shlex.quote(scenario.path.name) for scenario in scenarios if scenario.path]
    return f"loyalty compare {' '.join(files)} {how_many} --seed {seed}"


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


def on_own_shelf(scenario: Scenario, desk: Desk) -> str:
    """Put a scenario on the visitor's shelf; returns its key there."""
    path = desk.place(file_name(scenario.name))
    path.unlink(missing_ok=True)
    saved(scenario, path)
    return f"own/{path.stem}"


def words(told: str) -> list[str]:
    """The command as a list of words, as a terminal would understand it."""
    return shlex.split(told)
