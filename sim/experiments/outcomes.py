"""What an experiment looks at: measures, each with the direction that is wished for, a weight, and bounds to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sim.errors import hint
from sim.runs.measures import Measure
from sim.scenario.quantities import Unfit, fitted, value_shown
from sim.scenario.tree import Node, Problems
from sim.scenario.validation import Spot, judged

HIGHER, LOWER = "higher", "lower"


@dataclass(frozen=True)
class Outcome:
    """One measure that counts. ``direction``: which way is better; ``at_least`` and ``at_most``: bounds in its unit."""

    definition: Measure
    direction: str
    weight: float = 1.0
    at_least: float | None = None
    at_most: float | None = None

    @property
    def measure(self) -> str:
        """The measure's name."""
        return self.definition.name

    @property
    def sign(self) -> int:
        """+1 where more is better, -1 where less is."""
        return 1 if self.direction == HIGHER else -1

    @property
    def best(self) -> str:
        """What the best of several is: the highest, or the lowest."""
        return "highest" if self.sign > 0 else "lowest"

    @property
    def unit(self) -> str:
        """The measure's unit."""
        return self.definition.unit

    @property
    def bounds(self) -> tuple[float, float]:
        """Between which values it must lie."""
        return self.definition.bounds

    @property
    def words(self) -> str:
        """What people call the measure."""
        return self.definition.words

    @property
    def limited(self) -> bool:
        """Whether it is to be kept within limits."""
        return self.at_least is not None or self.at_most is not None

    def kept(self, means: np.ndarray) -> np.ndarray:
        """Which of these means keep its limits: bool; where one is missing, it keeps none that there are."""
        low, high = (
            -np.inf if self.at_least is None else self.at_least,
            np.inf if self.at_most is None else self.at_most,
        )
        return ((means >= low) & (means <= high)) | (not self.limited)


class _Written(BaseModel):
    """What may stand under an outcome."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    direction: str | None = Field(None, pattern="^(higher|lower)$")
    weight: float = Field(1.0, gt=0, allow_inf_nan=False)
    at_least: float | None = Field(None, allow_inf_nan=False)
    at_most: float | None = Field(None, allow_inf_nan=False)


def outcomes_in(node: Node | None, problems: Problems, known: Mapping[str, Measure]) -> tuple[Outcome, ...]:
    """The outcomes in the order of the file: a section, or a list of measures of those that are ``known``."""
    if node is None:
        return ()
    if isinstance(node.value, list):
        entries = [(str(each.value), Node({}, each.place)) for each in node.value]
    elif isinstance(node.value, dict):
        entries = list(node.entries())
    else:
        problems.add(
            node.place, f"outcomes is {value_shown(node.value)}, but must be a list of measures, such as [profit]"
        )
        return ()
    found = [_outcome(name, entry, known, problems) for name, entry in entries]
    return tuple(outcome for outcome in found if outcome is not None)


def _outcome(name: str, entry: Node, known: Mapping[str, Measure], problems: Problems) -> Outcome | None:
    path = f"outcomes.{name}"
    if name not in known:
        problems.add(entry.place, f"{path} is no measure{hint(name, known)}")
        return None
    said = judged(_Written, Spot(_in_units(known[name].unit, entry, path, problems), path), problems)
    if said is None:
        return None
    direction = said.direction or {1: HIGHER, -1: LOWER}.get(known[name].better)
    if direction is None:
        problems.add(entry.place, f"{path} is neither good nor bad of itself; give it 'direction: higher' or 'lower'")
        return None
    if said.at_least is not None and said.at_most is not None and said.at_least > said.at_most:
        problems.add(entry.place, f"{path}: at_least {said.at_least:g} is more than at_most {said.at_most:g}")
        return None
    return Outcome(known[name], direction, said.weight, said.at_least, said.at_most)


def _in_units(of: str, entry: Node, path: str, problems: Problems) -> Node:
    """The entry with its bounds in the measure's unit: 70 % is 0.7."""
    found = dict(entry.entries()) if isinstance(entry.value, dict) else None
    if found is None:
        return entry
    for key in ("at_least", "at_most", "weight"):
        if key in found:
            try:
                unit = "share" if of.startswith("share") and key != "weight" else "ratio"
                found[key] = Node(fitted(found[key].value, float, unit), found[key].place)
            except Unfit as unfit:
                problems.add(found.pop(key).place, f"{path}.{key} {unfit}")
    return Node(found, entry.place)
