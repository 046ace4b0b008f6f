"""The methods that answer an experiment's question, one file each, found by looking into this folder.

What such a file holds is told by :mod:`sim.experiments.method`. None is imported before it is asked for, as that takes a second.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sim.experiments.method import Method


def names() -> list[str]:
    """The methods' names, which are those of their files."""
    return sorted(item.name for item in pkgutil.iter_modules(__path__))


def method(name: str) -> Method:
    """The method of this name."""
    found: Method = import_module(f"{__name__}.{name}").METHOD
    return found


def meant_by(entries: Iterable[str]) -> list[Method]:
    """The methods that a file with these entries is for: those that have a section in it, else whoever knows it as theirs."""
    there = list(entries)
    named = [method(key) for key in there if key in names()]
    return named or [found for found in map(method, names()) if found.meant_by(there)]


def said(name: str) -> dict[str, str]:
    """What the head of a method's file says of its command: ``help``, its first line, and what options such as ``--save:`` do."""
    spec = find_spec(f"{__name__}.{name}")
    assert spec is not None and spec.origin is not None
    head = Path(spec.origin).read_text(encoding="utf-8").split('"""')[1].splitlines()
    options = (line.partition(": ") for line in head[1:] if line.startswith("--"))
    return {"help": head[0], **{option.removeprefix("--"): words for option, _, words in options}}
