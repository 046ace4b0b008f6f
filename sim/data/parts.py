"""A column of a customer file and what it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sim.data.customer_mapping import Target
from sim.data.gathering import GATHERED
from sim.data.habits import Cells
from sim.data.questions import Answers, Question
from sim.data.recognising import Source

KEEP, OUT, SEGMENT, LEFT = "kept only", "left out", "segment", "left"


@dataclass(frozen=True)
class Part:
    """A column and what it becomes.

    ``values``: in the trait's unit (``unit`` and arithmetic as a scenario's mapping says them), None when it becomes none;
    ``told``:
    how it was understood; ``terms``: category → weeks of a contract; ``gone``: who has left (bool), ``within`` weeks, by
    the ``word`` that says so (empty for a day), and the ``window`` as it was said.
    """

    column: str
    becomes: str
    cells: Cells
    told: str = ""
    why: str = ""
    unit: str = ""
    multiply: float = 1.0
    add: float = 0.0
    values: np.ndarray | None = None
    written: np.ndarray | None = None
    warnings: tuple[str, ...] = ()
    terms: Mapping[str, int] = field(default_factory=dict)
    gone: np.ndarray | None = None
    within: float = 0.0
    word: str = ""
    window: str = ""

    @property
    def is_trait(self) -> bool:
        """Whether it says how a trait or starting state differs between customers."""
        return self.becomes not in (KEEP, OUT, SEGMENT, LEFT)


@dataclass(frozen=True)
class Asking:
    """What is needed to say what a column becomes: the file, the answers, the day as of which, what there is to become."""

    source: Source
    answers: Answers
    as_of: np.datetime64 | None
    targets: Mapping[str, Target]

    def question(self, name: str, about: str, words: str, proposal: object = None, **more: object) -> object:
        """An answer about a column."""
        asked = f"{self.source.table.path}, column '{name}': {words}"
        if self.source.cells[name].habit == GATHERED and about in ("unit", "period"):
            return proposal
        return self.answers(Question(("columns", name, about), asked, proposal, **more))  # type: ignore[arg-type]
