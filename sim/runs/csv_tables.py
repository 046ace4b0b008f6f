"""Tables as CSV that a spreadsheet program may open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.system.text import spreadsheet_text, visible

if TYPE_CHECKING:
    import pandas as pd


def csv_of(table: pd.DataFrame, shortest: bool = False) -> str:
    """A table as CSV: numbers with all their digits, and text in which no spreadsheet program sees a formula.

    ``shortest``: with no more digits than tell a number from all others.
    """
    words = {name: table[name].map(_text) for name in table.select_dtypes(exclude="number")}
    return table.assign(**words).rename(columns=_text).to_csv(index=False, float_format=None if shortest else "%.17g")


def _text(cell: Any) -> Any:
    return spreadsheet_text(visible(cell) if isinstance(cell, str) else cell)
