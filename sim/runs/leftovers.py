"""What earlier versions of the program left when they were killed: they moved a folder in two steps.

The earlier answer went to ``.old-…/was``, its pages into the finished ``.draft-…``, and that to the answer's place; a report's
draft lay in a ``.draft-…`` of its own. Here whatever lies there is put back where it belongs.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from typing import Any

from sim.system.outputs import MANIFEST

_NAMES = re.compile(r"\.(old|draft)-[a-z0-9_]{8}")
_TABLES = {".parquet", ".csv", ".json"}
"""Endings of what a run writes again; anything else in its folder is a report, or the user's."""
_REPORTS = {".html", ".pdf", ".md", ".xlsx", ".pptx", ".svg", ".png"}


def manifest_in(folder: Path) -> dict[str, Any] | None:
    """What the manifest of a results folder says; None when there is none, or none that can be read."""
    try:
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return said if isinstance(said, dict) else None


def numbered(path: Path) -> Iterator[Path]:
    """The path, then the same with a number: ``report.html``, ``report-2.html`` and so on."""
    return chain([path], (path.with_stem(f"{path.stem}-{number}") for number in count(2)))


def put_back(folder: Path) -> None:
    """Put back everything of this kind that lies in a folder, what was moved aside before what was to replace it."""
    found = sorted(
        (path for path in folder.iterdir() if _NAMES.fullmatch(path.name)), key=lambda path: path.name[1] == "d"
    )
    for left in found:
        with suppress(OSError):
            if left.name.startswith(".old-"):
                _put_back_old(left / "was", folder)
                left.rmdir()
            elif manifest_in(left) is not None:
                _put_back_draft(left, folder)
            else:
                _put_back_report(left, folder)


def _put_back_old(was: Path, folder: Path) -> None:
    """An earlier answer: back to its place; beside it where another stands there by now."""
    if not was.is_dir():
        return
    home = _home(was, folder)
    if home.exists() and manifest_in(home) == manifest_in(was):
        _move_others(was, home)
        shutil.rmtree(was)
    else:
        was.rename(_free(home))


def _put_back_draft(draft: Path, folder: Path) -> None:
    """An answer on its way: of it only the pages were ever seen, and belong to the answer that stands in the place."""
    home = _home(draft, folder)
    if home.exists():
        _move_others(draft, home)
        shutil.rmtree(draft)
    elif any(path.suffix not in _TABLES for path in draft.iterdir()):
        draft.rename(home)
        home.chmod(0o755)
    else:
        shutil.rmtree(draft)


def _put_back_report(draft: Path, folder: Path) -> None:
    """A report's draft: a page that is whole goes to its place if there is none; all else was never seen."""
    for path in draft.iterdir():
        whole = path.suffix == ".html" and path.read_bytes().rstrip().endswith(b"</html>")
        if whole and not os.path.lexists(folder / path.name):
            path.rename(folder / path.name)
    if all(path.suffix in _REPORTS | _TABLES for path in draft.iterdir()):
        shutil.rmtree(draft)


def _move_others(source: Path, home: Path) -> None:
    """Move what no run writes again; where something of the name lies there already, beside it."""
    for path in list(source.iterdir()):
        if path.suffix not in _TABLES or not os.path.lexists(home / path.name):
            path.rename(_free(home / path.name))


def _free(path: Path) -> Path:
    return next(place for place in numbered(path) if not os.path.lexists(place))


def _home(left: Path, folder: Path) -> Path:
    """The place of an answer, by its manifest."""
    said = manifest_in(left)
    if said is None:
        return folder / "recovered"
    try:
        return folder / _name(left, said)
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return folder / "recovered"


def _name(left: Path, said: Mapping[str, Any]) -> str:
    """The name that earlier versions gave to the folder; of some experiments only what it began with can be told."""
    if "experiment" in said:
        if (left / "points.parquet").exists():
            from pyarrow import parquet

            return str(parquet.read_table(left / "points.parquet", columns=["experiment"])[0][0].as_py())
        return f"{_words(said['experiment'])}-{hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]}"
    marks = [each["fingerprint"] for each in said["scenarios"]]
    words = _words(said["scenarios"][0]["name"])
    if len(marks) == 1:
        return f"{words}-{marks[0][:12]}"
    return f"{words}-against-{len(marks) - 1}-{hashlib.sha256(''.join(marks).encode()).hexdigest()[:12]}"


def _words(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "scenario"
