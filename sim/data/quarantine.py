"""Rows of a customer file that cannot be used: listed with line and reason, counted, and never dropped in silence."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.errors import Mistake
from sim.system import outputs
from sim.system.text import spreadsheet_text

_LONGEST = 160  # characters of an example row that a message shows; the quarantine file holds all of it


@dataclass(frozen=True)
class Quarantined:
    """One row that cannot be used.

    ``line`` is the row's first line in the file (header = 1), for Parquet the row's number counted from 1;
    ``reason`` has the same words for every row with the same fault, so that reasons can be counted;
    ``text`` is the row as the file has it.
    """

    line: int
    reason: str
    text: str


class Faults:
    """The first fault found in each of ``rows`` rows, as reasons that are numbered in the order they were found."""

    def __init__(self, rows: int) -> None:
        self._code = np.zeros(rows, np.int32)
        self._reasons = [""]

    def note(self, bad: np.ndarray, reason: str) -> None:
        """Book ``reason`` on the rows where ``bad`` (bool, one a row) holds, unless they have an earlier fault."""
        if bad.any():
            self._reasons.append(reason)
            self._code[bad & (self._code == 0)] = len(self._reasons) - 1

    @property
    def usable(self) -> np.ndarray:
        """True for the rows without a fault; bool, one a row."""
        return self._code == 0

    def found(self) -> list[tuple[int, str]]:
        """The faulty rows, counted from 0, each with its reason."""
        return [(int(row), self._reasons[self._code[row]]) for row in np.flatnonzero(self._code)]


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " …"


def commonest(quarantined: Sequence[Quarantined]) -> list[str]:
    """The three commonest reasons, a line each, with its count and first example."""
    counts: dict[str, int] = {}
    first: dict[str, Quarantined] = {}
    for row in quarantined:
        counts[row.reason] = counts.get(row.reason, 0) + 1
        first.setdefault(row.reason, row)
    leading = sorted(counts, key=lambda reason: -counts[reason])[:3]
    return [
        f"  {counts[reason]:,} × {reason}; for example line {first[reason].line}: {_shortened(first[reason].text)}"
        for reason in leading
    ]


def refuse_too_many(path: Path, rows: int, quarantined: Sequence[Quarantined], allowed: float) -> None:
    """Raise :class:`Mistake` when no row is usable, or when the share of unusable rows is greater than ``allowed``."""
    bad = len(quarantined)
    if rows == 0:
        raise Mistake(f"{path}: there is a header but not one row of customers below it; name a file that has rows")
    if bad <= allowed * rows and bad < rows:
        return
    limit = "so no customer is left" if bad == rows else f"more than the {100 * allowed:.3g} % of bad_rows_allowed"
    words = [
        f"{path}: {bad:,} of {rows:,} rows ({100 * bad / rows:.3g} %) cannot be used, {limit}. The commonest reasons:",
        *commonest(quarantined),
        "Mend these rows, or say in the mapping what to do with them (unit, values, hold_between, missing: draw), "
        "or raise bad_rows_allowed.",
    ]
    raise Mistake("\n".join(words))


def write_quarantine(path: Path | str, quarantined: Sequence[Quarantined]) -> None:
    """Write the unusable rows to a CSV file (UTF-8) with the header ``line,reason,row``; an older file is replaced.

    It appears whole or not at all. Raises :class:`Mistake` when it cannot be written.
    """
    with outputs.writing(Path(path)) as draft, open(draft, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "reason", "row"))
        writer.writerows((row.line, spreadsheet_text(row.reason), spreadsheet_text(row.text)) for row in quarantined)
