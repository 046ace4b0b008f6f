"""What the state is made of: one line a column, written in the file of the behaviour or mechanism that owns it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

KINDS = {"number": np.float32, "clock": np.int16, "mark": np.uint8}
"""The three widths: a quantity (float32), a count of weeks (int16), a small whole number such as a provider (uint8)."""

OF_COMPANY = {"staff": np.float32, "firm": np.float32}
"""What the company carries: a number of each representative, and a number of the firm; both begin at 0."""


@dataclass(frozen=True)
class Column:
    """One number that every customer carries; of a kind of :data:`OF_COMPANY`, every representative or the firm.

    ``written_in`` names the phases of the week that may change it (none for a fixed trait); a test holds the engines to it.
    """

    name: str
    kind: str
    meaning: str
    written_in: tuple[str, ...] = ()
