"""The scenarios there are: those shipped, and those a visitor has put on their desk."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from sim.errors import Mistake
from sim.model.component import Model
from sim.scenario.shipped import scenarios_folder
from sim.scenario.whole import Scenario, load
from sim.studio.visitor.files import VisitorFiles
from sim.studio.visitor.model import model

OWN = "own"
"""Where a visitor's own scenarios stand on the shelf."""
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


def on_shelf(desk: VisitorFiles | None = None) -> dict[str, Path]:
    """The visitor's company (``company/today``), what they put on their desk (``own/my_idea``), then those shipped."""
    if desk is None:
        return shipped()
    company = [path for name in COMPANY_FILES if (path := desk.folder / COMPANY / name).is_file()]
    own = {f"{OWN}/{text(path.stem)}": path for path in sorted(desk.folder.glob("*.yaml"))}
    return {f"{COMPANY}/{path.stem}": path for path in company} | own | shipped()


def fetch(key: str, desk: VisitorFiles | None = None) -> Scenario:
    """The scenario that the address calls ``key``. Raises :class:`Mistake` when there is none, or its file is faulty."""
    path = on_shelf(desk).get(key)
    if path is None:
        raise Mistake(f"there is no scenario '{key[:80]}' here; choose one from the list")
    return loaded(path)


def loaded(path: Path) -> Scenario:
    """The scenario in a file, read again only when that has changed. Raises :class:`Mistake`."""
    return _loaded(path, changed(path), model())


def changed(path: Path) -> int:
    """When a file was changed last; 0 when it is not there (any more), which whoever reads it tells."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=256)
def _loaded(path: Path, changed: int, model: Model) -> Scenario:
    return load(path, model)


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
