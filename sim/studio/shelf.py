"""The scenarios there are: those shipped, and those a visitor has put on their desk."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from sim.commands.running import scenarios_folder
from sim.errors import Mistake
from sim.scenario.whole import Scenario, load
from sim.studio.desk import Desk

OWN = "own"
"""Where a visitor's own scenarios stand on the shelf."""


def shipped() -> dict[str, Path]:
    """Every shipped scenario: what the address calls it (``lessons/the_fee_trap``) → its file, in order."""
    root = scenarios_folder()
    files = sorted(path for path in root.rglob("*.yaml") if "data" not in path.relative_to(root).parts)
    return {path.relative_to(root).with_suffix("").as_posix(): path for path in files}


def on_shelf(desk: Desk | None = None) -> dict[str, Path]:
    """Shipped scenarios, then those on the desk (``own/my_idea``)."""
    own = sorted(desk.folder.glob("*.yaml")) if desk else []
    return shipped() | {f"{OWN}/{path.stem}": path for path in own}


def fetch(key: str, desk: Desk | None = None) -> Scenario:
    """The scenario that the address calls ``key``. Raises :class:`Mistake` when there is none."""
    path = on_shelf(desk).get(key)
    if path is None:
        raise Mistake(f"there is no scenario '{key[:80]}' here; choose one from the list")
    return _loaded(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _loaded(path: Path, changed: int) -> Scenario:
    return load(path)


@lru_cache(maxsize=1)
def titles() -> dict[str, str]:
    """What the shipped scenarios are called, by key; read once, for no file changes while the studio runs."""
    return {key: load(path).name for key, path in shipped().items()}


def title(key: str, desk: Desk | None = None) -> str:
    """What a scenario is called in a list."""
    return titles().get(key) or fetch(key, desk).name
