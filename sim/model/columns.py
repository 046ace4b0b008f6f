"""What the state is made of: one line a column, written in the file of the behaviour or mechanism that owns it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

KINDS = {"number": np.float32, "clock": np.int16, "mark": np.uint8}
"""The three widths: a quantity (float32), a count of weeks (int16), a small whole number such as a provider (uint8)."""

OF_COMPANY = {"staff": np.float32, "firm": np.float32}
"""What the company carries: a number of each representative, and a number of the firm; both begin at 0."""


WEEKLY = {"weekly_number": np.float32, "weekly_flag": np.uint8, "weekly_firm": np.float32, "weekly_sum": np.int64}
"""What is carried only from phase to phase of one week: of a person a number or a yes or no; of the firm a number, or a sum of
whole numbers such as cents. All are 0 when a week begins but a person's number, which everybody must write before anybody reads
it: to clear a column of everybody each week would cost as much as a step."""


@dataclass(frozen=True)
class Column:
    """One number that every customer carries; of a kind of :data:`OF_COMPANY`, every representative or the firm.

    ``size``: how many numbers a person carries under this name; ``calendar``: whether it names a week, which markets count
    from the first that they live, and people are told from week 0 on; ``lanes``: whether there is one number for each rival,
    of which a step reads that of the rival in question; ``several``: whether it is carried only where there are several rivals.
    """

    name: str
    kind: str
    meaning: str
    size: int = 1
    calendar: bool = False
    lanes: bool = False
    several: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its numbers: its own, or of several ``points_0``, ``points_1`` and so on."""
        return (self.name,) if self.size == 1 else tuple(f"{self.name}_{place}" for place in range(self.size))
