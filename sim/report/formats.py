"""A report as a file: HTML for the screen, PDF for paper, Markdown for a repository, a workbook (xlsx) for reckoning on."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, get_args

from sim.errors import Mistake, nearest
from sim.report.document import Document
from sim.text import visible_throughout

Kind = Literal["html", "pdf", "md", "xlsx"]
FORMATS: tuple[Kind, ...] = get_args(Kind)
ENDINGS: dict[str, Kind] = {
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".md": "md",
    ".markdown": "md",
    ".xlsx": "xlsx",
}
"""Endings of a file's name, and the format that each stands for."""


def kind_of(path: Path) -> Kind:
    """The format that a file's name asks for; HTML where it has no ending. Raises :class:`~sim.errors.Mistake` on others."""
    ending = path.suffix.lower()
    if not ending:
        return "html"
    if ending not in ENDINGS:
        hint = nearest(ending, list(ENDINGS)) or f"; it must end in {', '.join(f'.{kind}' for kind in FORMATS)}"
        raise Mistake(f"{path}: no report can be written as '{ending}'{hint}")
    return ENDINGS[ending]


def planned(path: Path | None, wished: Sequence[str]) -> list[Kind]:
    """The formats to write, from those wished and the path's ending; says at once what cannot be.

    Raises :class:`~sim.errors.Mistake` when the two contradict each other, or when what a format needs is missing.
    """
    kinds = [_kind(word) for word in dict.fromkeys(wished)]
    if path is not None and path.suffix and (not kinds or path.suffix.lower() in ENDINGS or len(kinds) == 1):
        own = kind_of(path)
        if kinds and own not in kinds:
            raise Mistake(
                f"--report {path} asks for {own}, but --format for {' and '.join(kinds)}: name a file ending in .{kinds[0]}, "
                f"or leave one of them out"
            )
        kinds = kinds or [own]
    kinds = kinds or ["html"]
    for kind in kinds:
        _check(kind)
    return kinds


def _kind(word: str) -> Kind:
    """A format by its name."""
    for kind in FORMATS:
        if kind == word:
            return kind
    hint = nearest(word, list(FORMATS)) or f"; there are {', '.join(FORMATS)}"
    raise Mistake(f"--format is '{word}', which no report can be written as{hint}")


def _check(kind: Kind) -> None:
    """See that the library of a format is there."""
    if kind == "pdf":
        from sim.report.paper import check

        check()
    if kind == "xlsx":
        import xlsxwriter  # noqa: F401


def write(document: Document, path: Path, kind: Kind | None = None) -> Path:
    """Write a report, whole or not at all, making its folder if need be, and return the path.

    ``kind``: the format, by the path's ending unless given. Raises :class:`~sim.errors.Mistake` when it cannot be written.
    """
    contents = _writer(kind or kind_of(path))(visible_throughout(document), path)
    for place, data in contents.items():
        put(data, place)
    return path


def _writer(kind: Kind) -> Callable[[Document, Path], dict[Path, bytes]]:
    from sim.report import markdown, page, paper, workbook

    return {
        "html": lambda document, path: {path: page.html(document).encode()},
        "pdf": lambda document, path: {path: paper.pdf(document)},
        "md": markdown.files,
        "xlsx": lambda document, path: {path: workbook.xlsx(document)},
    }[kind]


def put(data: bytes, path: Path) -> None:
    """Write a file, whole or not at all; see :func:`write`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise Mistake(f"{path} is a folder; name a file in it, such as {path / 'report.html'}")
        _put(data, path)
    except OSError as fault:
        raise Mistake(f"{path}: the report cannot be written here ({fault.strerror}); choose another file") from None


def _put(data: bytes, path: Path) -> None:
    """Write beside the place and move there, so that no half a report is ever seen."""
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=path.parent))
    try:
        (draft / path.name).write_bytes(data)
        os.replace(draft / path.name, path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def plain(words: str) -> str:
    """A sentence without the backticks around names of files and commands."""
    return re.sub(r"`([^`]+)`", r"\1", words)
