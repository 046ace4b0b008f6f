"""Measures of one's own, in Python: a function of what was counted week by week, or of the panel, that gives one number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import Mistake, nearest
from sim.model.component import Model, builtin
from sim.runs.measures import Quantity, called, definitions, measured_weekly
from sim.runs.panel import Names, Run, Several, columns_of, names
from sim.runs.weekly_counts import parts
from sim.system.arguments import shown

if TYPE_CHECKING:
    import pandas as pd

TAKEN = ("scenario", "replication", "week")
"""Names that tables of measures use for something else."""


class WeeklyCounts(Mapping[str, np.ndarray]):
    """What was counted in some replications: name → int64 (replications, weeks), not to be written to.

    Money is in cents; what is no whole number by itself (``satisfaction``, summed over customers, or minutes of ``wait``) is in
    units of 2^-20 (:data:`sim.model.numeric.FIXED_ONE`), so that sums are exact. There are the weeks that are measured.
    ``founders``: how many customers there are as the first of them begins, which after a warm-up is a number for each
    replication.
    """

    def __init__(self, tally: np.ndarray, founders: int | np.ndarray, model: Model | None = None) -> None:
        self._tally, self.founders, self._model = tally.view(), founders, model or builtin()
        self._tally.flags.writeable = False

    def __getitem__(self, name: str) -> np.ndarray:
        counts = self._model.counts
        if name not in counts:
            raise KeyError(f"there is no count {shown(name)}{nearest(str(name), list(counts))}")
        return self._tally[..., counts.index(name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._model.counts)

    def __len__(self) -> int:
        return len(self._model.counts)

    def measure(self, name: str) -> np.ndarray:
        """One of the model's measures, of each week by itself: float64 (replications, weeks), NaN where it is missing."""
        known = definitions(self._model)
        if name not in known:
            raise KeyError(f"there is no measure {shown(name)}{nearest(str(name), list(known))}")
        return measured_weekly(self._tally, self.founders, [name], self._model)[name]


@dataclass(frozen=True)
class OfPanel:
    """A function of the panel of one replication (see :func:`of_panel`)."""

    function: Callable[[pd.DataFrame], Any]
    columns: Names
    weeks: Several


def of_panel(function: Callable[[pd.DataFrame], Any], columns: Names = None, weeks: Several = None) -> OfPanel:
    """A measure of who felt what when: ``run(…, measures={"name": of_panel(function, columns=["trust"])})``.

    ``function`` takes the panel of one replication, as :meth:`sim.Result.panel` gives it with these columns and weeks, and
    returns one number. Each replication is lived once more for it, one after the other and on this machine.
    """
    return OfPanel(function, columns, weeks)


Function = Callable[[WeeklyCounts], Any] | OfPanel
"""What gives a measure of one's own: from weekly counts a number for each replication, or see :func:`of_panel`."""


@dataclass(frozen=True)
class Own(Quantity):
    """A measure of one's own: it has no unit, may be any number, and more of it is neither better nor worse."""

    function: Function

    @property
    def of_counts(self) -> bool:
        """Whether it is made of weekly counts, and not of the panel."""
        return not isinstance(self.function, OfPanel)

    def values(self, run: Run) -> np.ndarray:
        """One number a replication: float64, NaN where it is missing. Raises :class:`~sim.errors.Mistake` for anything else."""
        if not len(run.numbers):
            return np.zeros(0)
        if isinstance(self.function, OfPanel):
            return np.array([self._of_panel(self.function, run, number) for number in run.numbers])
        return np.concatenate([self._of_counts(self.function, part, run) for part in parts(run.tally)])

    def _of_panel(self, wanted: OfPanel, run: Run, number: int) -> np.ndarray:
        panel = run.panel(wanted.columns, wanted.weeks, number)
        return self._called(wanted.function, panel, (), "one number for a panel, such as panel['trust'].mean()")

    def _of_counts(self, function: Callable[[WeeklyCounts], Any], part: np.ndarray, run: Run) -> np.ndarray:
        told = f"one number for each of {len(part)} replications, such as counts['issues'].sum(axis=1)"
        weeks, people = run.measured_weeks, run.starters(part)
        alike = len(people) and (people == run.founders).all()
        counts = part[:, weeks.start : weeks.stop], run.founders if alike else people, run.scenario.model
        return self._called(function, WeeklyCounts(*counts), (len(part),), told)

    def _called(self, function: Callable[[Any], Any], given: Any, shape: tuple[int, ...], wanted: str) -> np.ndarray:
        here = f"measures['{self.name}']"
        try:
            with np.errstate(divide="ignore", invalid="ignore"):
                found = np.asarray(function(given))
        except Mistake:
            raise
        except Exception as fault:
            told = fault.args[0] if isinstance(fault, KeyError) and fault.args else fault
            raise Mistake(f"{here} fails: {type(fault).__name__}: {told}") from fault
        if found.dtype.kind not in "biuf" or found.shape != shape:
            what = f"numbers of shape {found.shape}" if found.dtype.kind in "biuf" else shown(found.tolist())
            raise Mistake(f"{here} gives {what}, but must give {wanted}")
        if np.isinf(found).any():
            raise Mistake(f"{here} gives an infinite number; where there is nothing to measure, give NaN")
        return found.astype(np.float64)


def own_measures(measures: Mapping[str, Function] | None, model: Model) -> dict[str, Own]:
    """What somebody hands over, by name. Raises :class:`~sim.errors.Mistake` for a name, function or column that cannot be."""
    if not isinstance(measures, Mapping | None):
        raise Mistake(f"measures must be functions by name, as in {{'name': function}}, but is {shown(measures)}")
    for name, given in (measures or {}).items():
        if not (isinstance(name, str) and name.isidentifier()):
            raise Mistake(f"measures names {shown(name)}, but a name is letters, digits and _, such as 'late_leavers'")
        if name in definitions(model) or name in TAKEN:
            raise Mistake(f"measures['{name}']: there is a '{name}' already; choose another name")
        if not (callable(given) or isinstance(given, OfPanel)):
            raise Mistake(
                f"measures['{name}'] must be a function of weekly counts, or of_panel(…), but is {shown(given)}"
            )
        if isinstance(given, OfPanel):
            names("column", given.columns, columns_of(model))
    return {name: Own(name, "", _meaning(name, given), 0, given) for name, given in (measures or {}).items()}


def _meaning(name: str, given: Function) -> str:
    """The first line of the function's docstring, or the name in words."""
    lines = (
        (getattr(given.function if isinstance(given, OfPanel) else given, "__doc__", None) or "").strip().splitlines()
    )
    return lines[0].rstrip(".") if lines else called(name).capitalize()
