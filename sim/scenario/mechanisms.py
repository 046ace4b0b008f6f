"""From what a user names to a model: mechanisms in files of their own, or in packages that are installed.

A scenario file cannot name one: it says what is so, and runs no code.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from sim.engine.compile import week_text
from sim.errors import Mistake, nearest
from sim.model.component import MechanismFile, Model, builtin
from sim.model.outside import extended, found_sound
from sim.model.outside.reading import Reading
from sim.runs.measures import AT_THE_END, COUNTED, DEFINITIONS
from sim.scenario.sections import FIXED
from sim.scenario.tree import shown
from sim.system.arguments import file_path
from sim.system.arguments import shown as value_shown

GROUP = "loyalty.mechanisms"
"""The entry points by which installed packages offer mechanisms: each names a module, whose file is the mechanism's."""
LARGEST = 2**20
"""Bytes of a mechanism's file at most."""
SECTIONS = frozenset({*FIXED, "changes", "extends", "traits", "scenario"})
"""What stands in a scenario file beside the parts of the model."""
COLUMNS_OF_TABLES = frozenset({
    "scenario", "name", "meaning", "replication", "week", "seed", "source", "versions", "experiment", "point", "error",
    "traceback", "repeat",
})  # fmt: skip
"""What tables of measures hold beside them."""
Mechanisms = Iterable[str | os.PathLike[str]] | Model
"""Files of mechanisms, or names of installed ones; or the model with them, where it is at hand."""


def model_with(mechanisms: Mechanisms = (), beside: Model | None = None) -> Model:
    """The shipped model, or the one ``beside``, with these mechanisms as well; the same for the same texts.

    Raises :class:`~sim.errors.Mistake` with file, line, what is meant and the nearest word; nothing is compiled before.
    """
    if isinstance(mechanisms, Model):
        return mechanisms
    if isinstance(mechanisms, str | os.PathLike) or not isinstance(mechanisms, Iterable):
        raise Mistake(f"mechanisms must be a list, such as ['points.py'], but is {value_shown(mechanisms)}")
    files = [MechanismFile(str(place), _text(place)) for place in dict.fromkeys(map(_place, mechanisms))]
    model = extended(list(dict.fromkeys([*(beside or builtin()).files, *files])))
    for file in files:
        _refuse_words(file, model)
    week_text(model)
    found_sound(model)
    return model


def options(model: Model) -> str:
    """How a command names a model's mechanisms, such as `` --mechanism points.py``; empty for the shipped model."""
    return "".join(f" --mechanism {shlex.quote(shown(Path(file.path)))}" for file in model.files)


def _place(named: str | os.PathLike[str]) -> Path:
    """The file of a mechanism."""
    path = file_path("mechanisms", named)
    if path.suffix == ".py" or path.exists():
        return path.resolve()
    offered = {found.name: found for found in metadata.entry_points(group=GROUP)}
    if str(path) not in offered:
        raise Mistake(
            f"there is no mechanism '{path}': it is neither a file that ends in .py nor offered by an installed package"
            f"{nearest(str(path), list(offered))}"
        )
    return _offered(offered[str(path)])


def _offered(entry: metadata.EntryPoint) -> Path:
    try:
        found = find_spec(entry.module)
    except (ImportError, ValueError):
        found = None
    if found is None or found.origin is None:
        raise Mistake(
            f"mechanism '{entry.name}': its package names the module {entry.module}, which there is not; mend the package"
        )
    return Path(found.origin).resolve()


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise Mistake(f"{shown(path)} has more than {LARGEST // 2**20} MB, and is no mechanism")
        return path.read_text(encoding="utf-8-sig")
    except OSError as fault:
        raise Mistake(f"{shown(path)} cannot be read as a mechanism ({fault.strerror})") from None
    except ValueError:
        raise Mistake(f"{shown(path)} is no text (UTF-8), and so no mechanism") from None


def _refuse_words(file: MechanismFile, model: Model) -> None:
    """Refuse names that mean something else in scenario files or in tables of measures."""
    reading, part = Reading(file), model.parts[file.name]
    if file.name in SECTIONS:
        raise reading.wrong(f"'{file.name}' is a section of every scenario file; give the file another name")
    taken = {*DEFINITIONS, *COUNTED, *COLUMNS_OF_TABLES, *(f"weekly_{name}" for name in AT_THE_END)}
    for where in ("COUNTS", "MONEY_IN", "MONEY_OUT"):
        for name in getattr(part, where.lower()):
            if name in taken:
                raise reading.wrong(
                    f"there is a measure, or a column of its tables, called '{name}'; choose another name", where, name
                )
