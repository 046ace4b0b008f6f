"""A report as a workbook: the answer in words, every table as numbers one can reckon with, and where they come from."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sim.report.document import Document, Sheet, plain

_LONGEST = 31
"""Letters that the name of a sheet may have."""


def xlsx(document: Document) -> bytes:
    """The workbook: sheets "Answer", one for each table of numbers, and "Provenance"; the same bytes every time."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        book.set_properties(
            {"title": document.headline[:255], "created": datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)}
        )
        styles = {
            "title": book.add_format({"bold": True, "font_size": 14, "text_wrap": True, "valign": "top"}),
            "heading": book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"}),
            "words": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        _words(book, "Answer", _answer(document), styles)
        for sheet, name in zip(document.sheets, _names(document.sheets), strict=True):
            _numbers(book, sheet, name, styles)
        _words(book, "Provenance", _provenance(document), styles)
    return buffer.getvalue()


def _answer(document: Document) -> list[tuple[str, str]]:
    """Lines of the first sheet: a subject, and what is said of it."""
    lines = [("Question", document.question)] if document.question else []
    lines += [("Answer", document.headline), *(("", sentence) for sentence in document.lead)]
    if document.brief is not None:
        lines += document.brief.told
        lines += [(section.title, sentence) for section in document.brief.sections for sentence in section.sentences]
    for card in document.cards():
        lines += [(card.name, card.description)]
        lines += [(f"{card.name}: {subject.lower()}", told) for subject, told in card.told]
    lines += [(section.title, sentence) for section in document.sections for sentence in section.sentences]
    return [*lines, *(("How far to trust this", caveat) for caveat in document.caveats)]


def _provenance(document: Document) -> list[tuple[str, str]]:
    lines = [("Command", command) for command in document.commands] + [("Source", document.origin)]
    if document.origins is not None:
        heads = document.origins.columns
        lines += [(f"{heads[0]}: {row[0]}", ", ".join(f"{h}: {c}" for h, c in zip(heads[1:], row[1:], strict=True)))
                  for row in document.origins.rows]  # fmt: skip
    return lines


def _words(book: Any, name: str, lines: Sequence[tuple[str, str]], styles: dict[str, Any]) -> None:
    page = book.add_worksheet(name)
    page.set_column(0, 0, 30, styles["words"])
    page.set_column(1, 1, 110, styles["words"])
    for row, (subject, told) in enumerate(lines):
        page.write_string(row, 0, subject, styles["heading"] if subject == "Answer" else styles["words"])
        page.write_string(row, 1, plain(told), styles["title"] if subject == "Answer" else styles["words"])


def _numbers(book: Any, sheet: Sheet, name: str, styles: dict[str, Any]) -> None:
    page = book.add_worksheet(name)
    page.freeze_panes(1, 1)
    page.set_column(0, 0, 34)
    page.set_column(1, len(sheet.columns), 17)
    for column, heading in enumerate(sheet.columns):
        page.write_string(0, column, heading, styles["heading"])
    for row, cells in enumerate(sheet.rows, 1):
        for column, value in enumerate(cells):
            if isinstance(value, str):
                page.write_string(row, column, value)
            elif value is not None:
                page.write_number(row, column, value)
    page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.columns) - 1)


def _names(sheets: Sequence[Sheet]) -> list[str]:
    """Names that a workbook allows: short, without brackets and slashes, each once."""
    taken, found = {"answer", "provenance", "history"}, []
    for sheet in sheets:
        wished = re.sub(r"[\[\]:*?/\\']", " ", sheet.name).strip()[:_LONGEST] or "Table"
        name, again = wished, 2
        while name.lower() in taken:
            name, again = f"{wished[: _LONGEST - 4]} {again}", again + 1
        taken.add(name.lower())
        found.append(name)
    return found
