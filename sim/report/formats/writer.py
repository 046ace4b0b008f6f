"""A report as a file: HTML for the screen, PDF for paper, Markdown for a repository, a workbook to reckon on, a slide (pptx)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, get_args

from sim.errors import Mistake, nearest
from sim.report.document import Document
from sim.system import outputs
from sim.system.outputs import Output
from sim.system.text import visible_throughout

Kind = Literal["html", "pdf", "md", "xlsx", "pptx"]
FORMATS: tuple[Kind, ...] = get_args(Kind)
ENDINGS: dict[str, Kind] = {
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".md": "md",
    ".markdown": "md",
    ".xlsx": "xlsx",
    ".pptx": "pptx",
}
"""Endings of a file's name, and the format that each stands for."""


def kind_of(path: Path) -> Kind:
    """The format that a file's name asks for; HTML where it has no ending. Raises :class:`~sim.errors.Mistake` on others."""
    ending = path.suffix.lower()
    if not ending:
        return "html"
    if ending not in ENDINGS:
        alike = [known for known in ENDINGS if known[:2] == ending[:2]]
        hint = nearest(ending, alike) or f"; it must end in {', '.join(f'.{kind}' for kind in FORMATS)}"
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
        from sim.report.formats.pdf import load_weasyprint

        load_weasyprint()
    if kind == "xlsx":
        import xlsxwriter  # noqa: F401
    if kind == "pptx":
        try:
            import pptx  # noqa: F401
        except ImportError:
            raise Mistake(
                "a slide needs python-pptx, which is not installed: pip install 'loyalty-sim[slides]'"
            ) from None


def write(document: Document, path: Path, kind: Kind | None = None) -> Path:
    """Write a report, whole or not at all, making its folder if need be, and return the path.

    ``kind``: the format, by the path's ending unless given. Raises :class:`~sim.errors.Mistake` when it cannot be written.
    """
    with outputs.telling(path, "the report"):
        contents = files(document, path, kind or kind_of(path))
    for place, data in reversed(contents.items()):  # what names the others comes last
        put(data, place)
    return path


def files(document: Document, path: Path, kind: Kind) -> dict[Path, bytes]:
    """What a report at ``path`` consists of, the report itself first."""
    from sim.report.formats import html, markdown, pdf, slide, workbook

    document = visible_throughout(document)
    made: dict[Kind, Callable[[], dict[Path, bytes]]] = {
        "html": lambda: {path: html.html(document).encode()},
        "pdf": lambda: {path: pdf.pdf(document)},
        "md": lambda: markdown.files(document, path),
        "xlsx": lambda: {path: workbook.xlsx(document)},
        "pptx": lambda: {path: slide.pptx(document)},
    }
    return made[kind]()


def place_of(path: Path, kind: Kind, alone: bool) -> Path:
    """Where a report of a format lies that was asked for at ``path``: there, or beside it with an ending of its own.

    ``alone``: there is no other format, so a path without an ending is taken as it is.
    """
    ending = path.suffix.lower()
    if ENDINGS.get(ending) == kind or (not ending and alone) or not path.name:
        return path
    return path.with_suffix(f".{kind}") if ending in ENDINGS else path.with_name(f"{path.name}.{kind}")


def outputs_of(path: Path, kinds: Sequence[Kind]) -> list[Output]:
    """All that is written for a report that was asked for at ``path`` in these formats."""
    from sim.report.formats.markdown import figures_of

    places = [(place_of(path, kind, len(kinds) == 1), kind) for kind in kinds]
    found = [Output("--report", place, kind) for place, kind in places]
    return found + [Output("--report", figures_of(place), outputs.FOLDER) for place, kind in places if kind == "md"]


def put(data: bytes, path: Path) -> None:
    """Write a file, whole or not at all; see :func:`write`."""
    outputs.put(path, data, "the report")
