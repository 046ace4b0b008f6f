"""What a rule waits for: a week, or a measure of the weeks that have been lived – ``abandonment > 8% for 2 weeks``."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

import numpy as np

from sim.engine.groups import SIGNS
from sim.engine.start import Ground
from sim.errors import nearest
from sim.model.component import Model
from sim.scenario.quantities import Unfit, between, fitted, number_told, parted, value_shown

WEEK = "week"
"""What a rule may wait for beside measures: the number of the week that begins."""
_FOR = re.compile(r"(.+?) +for +(\d{1,4}) +weeks?")


@dataclass(frozen=True)
class Watched:
    """That a measure of each of the last ``weeks`` weeks, or the number of the coming week, is less, more, … than a value."""

    measure: str
    sign: str
    value: float
    weeks: int = 1

    def __str__(self) -> str:
        lasting = f" for {self.weeks} weeks" if self.weeks > 1 else ""
        return f"{self.measure} {self.sign} {number_told(self.value)}{lasting}"

    @property
    def told(self) -> str:
        """The same for people, who need no twelve digits."""
        return str(replace(self, value=shortly(self.value)))

    def true_before(self, week: int, counts: np.ndarray, inputs: Ground) -> bool:
        """Whether it is so before a week begins; ``counts``: int64 (weeks, counts) of the weeks from week 0 on.

        A measure that a week does not have, such as the wait where nobody called, is neither less nor more than anything.
        """
        if self.measure == WEEK:
            return bool(SIGNS[self.sign](np.array(week), self.value))
        return week >= self.weeks and all(
            bool(SIGNS[self.sign](self._measured(at, counts, inputs), self.value))
            for at in range(week - self.weeks, week)
        )

    def _measured(self, week: int, counts: np.ndarray, inputs: Ground) -> np.ndarray:
        from sim.runs.measures import definitions  # here, because only rules need to know the measures

        known = definitions(inputs.model)[self.measure]
        found = known.formula(_OneWeek(counts, week, inputs))[0] * known.scale(inputs.stands_for)
        return np.array(found if np.isfinite(found) or self.sign != "!=" else self.value)


def shortly(value: float) -> float:
    """A number to six digits, which are more than anybody means."""
    return float(f"{value:.6g}")


class _OneWeek(dict[str, np.ndarray]):
    """The counts of one week by name, as measures are made of them: each is looked up when it is asked for."""

    def __init__(self, counts: np.ndarray, week: int, inputs: Ground) -> None:
        super().__init__(one=np.ones(1))
        self._counts, self._week, self._inputs = counts, week, inputs

    def __missing__(self, name: str) -> np.ndarray:
        model, row = self._inputs.model, self._counts[self._week]
        if name in ("money_in", "money_out"):
            found = float(sum(int(row[model.count(each)]) for each in getattr(model, name)))
        elif name == "people_at_start":
            found = self._at_start()
        else:
            found = float(row[model.count(name.removeprefix("weekly_"))])
        self[name] = np.array([found])
        return self[name]

    def _at_start(self) -> float:
        from sim.runs.measures import customers_before

        first = self._inputs.measured_from
        return float(customers_before(self._counts[first:], self._inputs.model)) if self._week >= first else np.nan


def watched(name: str, sign: str, written: str, model: Model) -> Watched:
    """What a rule waits for, of its words. Raises :class:`Unfit`."""
    from sim.runs.measures import definitions

    lasting = _FOR.fullmatch(written.strip())
    value, weeks = (lasting[1], int(lasting[2])) if lasting else (written, 1)
    if name == WEEK:
        number = parted(value.strip())
        if lasting or number is None or number[1] or not number[0].is_integer():
            raise Unfit(f"a week is {value_shown(written)}, but must be a whole number, as in 'week >= 26'")
        return Watched(name, sign, number[0])
    known = definitions(model)
    if name not in known:
        raise Unfit(
            f"'{name}' is no measure{nearest(name, [*known, WEEK]) or ''}; 'loyalty explain rules' says what can be waited for"
        )
    if not 1 <= weeks <= 520:
        raise Unfit(f"'for {weeks} weeks' must be 1 to 520 weeks")
    return Watched(name, sign, compared_with(name, value, known[name].unit, known[name].bounds), weeks)


def compared_with(name: str, written: str, unit: str, within: tuple[float, float]) -> float:
    """A number that something is compared with, in its unit, and within what it can be. Raises :class:`Unfit`."""
    if " for " in written:
        raise Unfit(f"{name}: '{written.strip()}' lasts no whole number of weeks; write such as 'for 2 weeks'")
    found = parted(written.strip())
    try:
        number = found[0] if found is not None and not found[1] else float(fitted(written.strip(), float, unit))
    except Unfit as unfit:
        raise Unfit(f"{name} {unfit}") from None
    if not math.isfinite(number):
        raise Unfit(f"{name} is compared with {written.strip()}, but must be with a finite number")
    if not within[0] <= number <= within[1]:
        hint = "; write such as 8% or 0.08" if within == (0, 1) else ""
        raise Unfit(f"{name} is compared with {written.strip()}, but lies {between(*within, unit)}{hint}")
    return number
