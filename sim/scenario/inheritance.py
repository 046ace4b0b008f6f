"""From a file and the files it extends to one tree; and the folder that none of them may leave."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sim.errors import Mistake
from sim.scenario.quantities import Unfit, value_shown
from sim.scenario.timing import laid_over
from sim.scenario.tree import Node, Problems, shown
from sim.scenario.yaml_file import read_yaml, refuse_unless_file

LONGEST_CHAIN = 10
"""Files of which each extends the next."""
ROOT = "scenarios"
_OWN = ("name", "description", "lesson", "extends")
"""What a file says about itself and does not hand on."""


def root_of(path: Path) -> Path:
    """The folder that a scenario's files may not leave: the nearest one above it named ``scenarios``, else its own."""
    folder = path.resolve().parent
    return next((above for above in (folder, *folder.parents) if above.name == ROOT), folder)


def resolved(written: Any, folder: Path, root: Path) -> Path:
    """The file that ``written`` names, seen from ``folder``. Raises :class:`Unfit` when it lies outside ``root``."""
    remedy = f"put the file beside the scenario, inside {shown(root)}"
    if not isinstance(written, str) or not written.strip():
        raise Unfit(f"is {value_shown(written)}, but must be the path of a file")
    if Path(written).is_absolute() or re.match(r"[A-Za-z]:|\\", written):
        raise Unfit(f"is {value_shown(written)}, an absolute path, which exists on one machine only; {remedy}")
    try:
        path = (folder / written).resolve()
    except (OSError, ValueError, RuntimeError):
        raise Unfit(f"is {value_shown(written)}, which is no possible path; {remedy}") from None
    if not path.is_relative_to(root):
        raise Unfit(f"is {value_shown(written)}, which leaves the scenario's folder; {remedy}")
    return path


def whole_tree(path: Path, problems: Problems) -> Node:
    """The scenario at ``path`` with everything that it inherits. Raises :class:`Mistake` on unreadable files."""
    refuse_unless_file(path)
    try:
        path = path.resolve()
    except (OSError, RuntimeError):
        raise Mistake(f"{shown(path)} is no possible path") from None
    chain = _chain(path, root_of(path))
    tree: Node | None = None
    for depth, node in reversed(list(enumerate(chain))):
        own = {key: value for key, value in node.entries() if key != "extends" and (depth == 0 or key not in _OWN)}
        tree = laid_over(tree, Node(own, node.place), problems)
    assert tree is not None
    return tree


def files_of(path: Path) -> list[Path]:
    """The scenario's file and every file that it extends. Raises :class:`Mistake` when they can no longer be read."""
    path = path.resolve()
    return [node.place.path for node in _chain(path, root_of(path)) if node.place]


def _chain(path: Path, root: Path) -> list[Node]:
    """The files from the scenario to the last one that extends nothing."""
    paths, nodes = [path], [read_yaml(path)]
    while (extends := nodes[-1].get("extends")) is not None:
        try:
            following = resolved(extends.value, paths[-1].parent, root)
            refuse_unless_file(following)
        except Unfit as unfit:
            raise Mistake(f"{extends.place}: extends {unfit}") from None
        except Mistake as mistake:
            raise Mistake(f"{extends.place}: extends: {mistake}") from None
        if following in paths:
            names = " → ".join(shown(each) for each in [*paths[paths.index(following) :], following])
            raise Mistake(f"{extends.place}: extends goes round in a circle: {names}")
        if len(paths) >= LONGEST_CHAIN:
            raise Mistake(f"{extends.place}: more than {LONGEST_CHAIN} files extend one another; join some of them")
        paths.append(following)
        nodes.append(read_yaml(following))
    return nodes
