"""Scenarios that leave the studio or are put on a visitor's desk: whole files, with the customer file they need beside them."""

from __future__ import annotations

import dataclasses
import io
import re
import shutil
import tempfile
import zipfile
from pathlib import Path

from sim.scenario.whole import Scenario
from sim.studio.desk import Desk
from sim.studio.shelf import OWN


def file_name(words: str) -> str:
    """What a file of a scenario is called: ``representatives_at_14``."""
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:60] or "scenario"


def _with_files_in(scenario: Scenario, folder: Path) -> Scenario:
    """The scenario with the files it needs copied into a folder."""
    people, network = scenario.customers, scenario.network
    if people.file is not None:
        people = people.model_copy(update={"file": _copied(people.file, folder)})
    if network.file is not None:
        network = network.model_copy(update={"file": _copied(network.file, folder)})
    return dataclasses.replace(scenario, customers=people, network=network)


def _copied(file: Path, folder: Path) -> Path:
    target = folder.resolve() / file.name
    if not target.exists():
        shutil.copyfile(file, target)
    return target


def _notices(scenario: Scenario) -> list[Path]:
    """Whose the customer file is, where it says so: that goes with it."""
    file = scenario.customers.file
    return [path for name in ("NOTICE.txt", "SOURCE.txt") if file and (path := file.parent / name).is_file()]


def put_on_desk(scenario: Scenario, name: str, desk: Desk) -> str:
    """Put a scenario on the visitor's desk, whole, and return what the shelf calls it: ``own/representatives_at_14``.

    Raises :class:`~sim.errors.Mistake` when it cannot be written.
    """
    path = desk.place(f"{file_name(name)}.yaml")
    _with_files_in(scenario, desk.folder).save(path)
    return f"{OWN}/{path.stem}"


def bundle(scenario: Scenario, name: str) -> tuple[str, bytes]:
    """A file to download that runs anywhere, and its name: YAML, or a ZIP archive when it comes with a customer file."""
    stem = file_name(name)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        _with_files_in(scenario, folder).save(folder / f"{stem}.yaml")
        for notice in _notices(scenario):
            _copied(notice, folder)
        files = sorted(folder.iterdir())
        if len(files) == 1:
            return f"{stem}.yaml", files[0].read_bytes()
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as pack:
            for file in files:
                pack.write(file, file.name)
        return f"{stem}.zip", archive.getvalue()
