"""The scenarios there are: those shipped, lessons in a folder of one's own, and those a visitor has put on their desk."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from sim.errors import Mistake
from sim.model.component import Model
from sim.scenario.inheritance import files_of
from sim.scenario.shipped import scenarios_folder
from sim.scenario.whole import Scenario, load
from sim.studio.visitor.files import VisitorFiles
from sim.studio.visitor.model import model

OWN = "own"
"""Where a visitor's own scenarios stand on the shelf."""
MINE = "mine"
"""Where the lessons in a folder of this machine stand."""
LESSONS = "LOYALTY_LESSONS"
"""The variable of the environment that names a folder of lessons of one's own."""
MOST_KEPT = 256
"""Scenarios that are kept as they were read."""
COMPANY = "company"
"""Where a visitor's own company stands, and its folder on the desk; as fitted to its own leavers, and as its files say."""
COMPANY_FILES = ("fitted.yaml", "today.yaml")


def shipped() -> dict[str, Path]:
    """Every shipped scenario: what the address calls it (``lessons/the_fee_trap``) → its file, in order."""
    root = scenarios_folder()
    files = sorted(path for path in root.rglob("*.yaml") if "data" not in path.relative_to(root).parts)
    return {text(path.relative_to(root).with_suffix("").as_posix()): path for path in files}


def text(name: str) -> str:
    """A file's name as text that can stand in an address; on some systems a name may hold other bytes."""
    return name.encode("utf-8", "replace").decode("utf-8")


def lesson_folders() -> list[Path]:
    """Folders with lessons of one's own: the one that the environment names, then ``lessons`` in the current folder."""
    named = os.environ.get(LESSONS, "").strip()
    folders = [Path(each).absolute() for each in ([named] if named else []) + ["lessons"]]
    return [each for each in dict.fromkeys(folders) if _resolved(each) != _resolved(scenarios_folder() / "lessons")]


@lru_cache(maxsize=16)
def _resolved(folder: Path) -> Path:
    """Where a folder really lies; every page of a class asks for it every second."""
    return folder.resolve()


def own_lessons() -> dict[str, Path]:
    """Every file in these folders: what the address calls it (``mine/the_free_coffee``) → the file."""
    found: dict[str, Path] = {}
    for folder in lesson_folders():
        for path in sorted(folder.glob("*.yaml")):
            found.setdefault(f"{MINE}/{text(path.stem)}", path)
    return found


def on_shelf(desk: VisitorFiles | None = None) -> dict[str, Path]:
    """The visitor's company (``company/today``), what they put on their desk (``own/my_idea``), the files beside lessons of one's
    own that can be read, then those shipped."""
    mine = {key: path for key, path in own_lessons().items() if _can_be_read(path)}
    if desk is None:
        return mine | shipped()
    company = [path for name in COMPANY_FILES if (path := desk.folder / COMPANY / name).is_file()]
    own = {f"{OWN}/{text(path.stem)}": path for path in sorted(desk.folder.glob("*.yaml"))}
    return {f"{COMPANY}/{path.stem}": path for path in company} | own | mine | shipped()


def _can_be_read(path: Path) -> bool:
    """Whether a file is a scenario; an unfinished lesson is named where lessons are, and nowhere else."""
    try:
        loaded(path)
    except Mistake:
        return False
    return True


def fetch(key: str, desk: VisitorFiles | None = None) -> Scenario:
    """The scenario that the address calls ``key``. Raises :class:`Mistake` when there is none, or its file is faulty."""
    path = on_shelf(desk).get(key)
    if path is None:
        raise Mistake(f"there is no scenario '{key[:80]}' here; choose one from the list")
    return loaded(path)


def loaded(path: Path) -> Scenario:
    """The scenario in a file, read again only when it, or one that it extends, has changed. Raises :class:`Mistake`."""
    stamps, scenario = _KEPT.get((path, model()), ((), None))
    if scenario is None or any(changed(file) != stamp for file, stamp in stamps):
        scenario = load(path, model())
        while len(_KEPT) >= MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)), None)
        _KEPT[path, model()] = tuple((file, changed(file)) for file in files_of(path)), scenario
    return scenario


_KEPT: dict[tuple[Path, Model], tuple[tuple[tuple[Path, int], ...], Scenario | None]] = {}
"""Scenarios as they were read, with the files that they were read from and when these were changed last."""


def changed(path: Path) -> int:
    """When a file was changed last; 0 when it is not there (any more), which whoever reads it tells."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def titles(desk: VisitorFiles | None = None) -> dict[str, str]:
    """What every scenario is called in a list, by key; one whose file is faulty is named so, and stands in nobody's way."""
    return {key: _title(path) for key, path in on_shelf(desk).items()}


def title(key: str, desk: VisitorFiles | None = None) -> str:
    """What a scenario is called in a list. Raises :class:`Mistake` when there is none of this key."""
    path = on_shelf(desk).get(key)
    return _title(path) if path is not None else fetch(key, desk).name


def _title(path: Path) -> str:
    try:
        return loaded(path).name
    except Mistake:
        return f"{text(path.stem)} (cannot be read)"
