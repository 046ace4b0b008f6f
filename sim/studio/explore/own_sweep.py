"""A sweep as a visitor asks for it: a base, one or two levers with their ranges, what is looked at."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import Mistake
from sim.experiments.factors import parameter_at
from sim.experiments.question import Experiment, experiment_in
from sim.runs.measures import called
from sim.scenario.quantities import Unfit, from_text, parted
from sim.scenario.tree import given
from sim.scenario.whole import Scenario
from sim.studio.visitor.levers import Lever, numbers, value_in
from sim.studio.visitor.model import model

OWN_FILE = "own_sweep.yaml"
"""What a visitor's own sweep is called as a file."""
LEVELS, TIMES, WEEKS = (2, 9), (2, 100), (4, 208)
"""Smallest and largest of what a visitor may ask of their own sweep: values of a lever, replications, weeks."""


def around(lever: Lever, value: float) -> tuple[float, float]:
    """A range to begin with: from half of today's value to twice it, within what is allowed."""
    if lever.kind is bool:
        return 0.0, 1.0
    ends = (value / 2, 2 * value) if value else (lever.low, lever.low + (lever.high - lever.low) / 4)
    low, high = (min(max(float(f"{end:.2g}"), lever.low), lever.high) for end in ends)
    low, high = (float(int(low)), float(-int(-high))) if lever.kind is int else (low, high)
    return (low, high) if low < high else (lever.low, lever.high)


def value_today(scenario: Scenario, key: str) -> float:
    """What a scenario gives to a setting in its first week; 0 when it leaves it open."""
    return float(value_in(scenario, key) or 0)


def _words(key: str) -> str:
    """Part and setting as a sentence says them: ``quality level``."""
    return key.replace(".", " ").replace("_", " ")


@dataclass(frozen=True)
class Own:
    """A sweep as a visitor asks for it. ``ranges``: path → lowest and highest value; ``measures``: what is looked at."""

    base: str
    ranges: tuple[tuple[str, float, float], ...]
    measures: tuple[str, ...]
    levels: int
    times: int
    weeks: int

    @property
    def runs(self) -> int:
        """At most how many replications it takes, the base as it is among them."""
        points = 1
        for path, low, high in self.ranges:
            kind = numbers()[path].kind
            points *= 2 if kind is bool else min(self.levels, int(high - low) + 1) if kind is int else self.levels
        return (points + 1) * self.times

    @property
    def asked(self) -> str:
        """The question in words."""
        names = " and with ".join(_words(path) for path, _, _ in self.ranges)
        return f"How does {called(self.measures[0])} change with {names}?"

    def written(self) -> dict[str, Any]:
        """The experiment file that asks the same, for a folder beside ``scenarios``."""
        return {
            "question": self.asked,
            "base": f"../scenarios/{self.base}.yaml",
            "with": {"weeks": self.weeks},
            "levers": {path: _range_written(path, low, high) for path, low, high in self.ranges},
            "outcomes": list(self.measures),
            "design": {"kind": "grid", "levels": self.levels},
            "replications": self.times,
            "seed": 1,
        }

    def experiment(self, scenario: Scenario) -> Experiment:
        """The experiment on its base. Raises :class:`Mistake` with every sentence about what is wrong."""
        _check(self.levels, LEVELS, "values of a lever")
        _check(self.times, TIMES, "replications")
        _check(self.weeks, WEEKS, "weeks")
        return experiment_in(given(self.written()), Path(OWN_FILE), base=scenario)


def _range_written(path: str, low: float, high: float) -> dict[str, Any]:
    parameter_at_or_mistake(path)
    label, kind = {"label": _words(path)}, numbers()[path].kind
    if kind is bool:
        return label
    whole = kind is int and low == int(low) and high == int(high)
    return ({"low": int(low), "high": int(high)} if whole else {"low": low, "high": high}) | label


def parameter_at_or_mistake(path: str) -> None:
    """Raise :class:`Mistake`, with the nearest word, for a path that names no setting."""
    try:
        parameter_at(path, model())
    except Unfit as unfit:
        raise Mistake(f"{path[:80]} {unfit}") from None


def _check(number: int, limits: tuple[int, int], what: str) -> None:
    if not limits[0] <= number <= limits[1]:
        raise Mistake(f"{number} {what} were asked for, but here there may be {limits[0]} to {limits[1]}")


def as_yaml(written: Mapping[str, Any]) -> str:
    """An experiment as the text of its file."""
    from ruamel.yaml import YAML

    yaml, text = YAML(typ="safe", pure=True), io.StringIO()
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.dump(dict(written), text)
    return text.getvalue()


# ---- in the address

PLACES = (("one", "from", "to"), ("two", "from2", "to2"))
"""What the address calls a lever, its lowest and its highest value."""
BASE = "telecom/today"
"""The scenario that a sweep starts from when the address names none."""
USUAL = {"levels": 5, "times": 10, "weeks": 52}


def own_in(entries: Mapping[str, str]) -> Own | None:
    """The sweep that an address asks for; None when it asks for none. Raises :class:`Mistake` naming what is wrong with it."""
    if not entries.get("one"):
        return None
    ranges = tuple(_range_in(entries, names) for names in PLACES if entries.get(names[0]))
    if len({path for path, _, _ in ranges}) < len(ranges):
        raise Mistake(f"{ranges[0][0]} is chosen twice; choose another second lever, or none")
    measures = tuple(dict.fromkeys(entries[key] for key in ("measure", "measure2") if entries.get(key)))
    numbers = {name: _whole_in(entries, name, usual) for name, usual in USUAL.items()}
    return Own(entries.get("base") or BASE, ranges, measures or ("profit",), **numbers)


def _range_in(entries: Mapping[str, str], names: tuple[str, str, str]) -> tuple[str, float, float]:
    path = entries[names[0]]
    parameter_at_or_mistake(path)
    lever = numbers()[path]
    low, high = (_number_in(entries.get(name, ""), path, lever.unit) for name in names[1:])
    return path, lever.low if low is None else low, lever.high if high is None else high


def _number_in(text: str, what: str, unit: str = "") -> float | None:
    try:
        if text.strip() and not parted(text):
            raise Mistake(f"{what}: '{text[:40]}' is no number; write one such as 14 or 0.25")
        return from_text(text, unit) if text.strip() else None
    except Unfit as unfit:
        raise Mistake(f"{what} {unfit}") from None


def _whole_in(entries: Mapping[str, str], name: str, usual: int) -> int:
    number = _number_in(entries.get(name, ""), name)
    if number is not None and number != int(number):
        raise Mistake(f"{name} is {number:g}, but must be a whole number")
    return usual if number is None else int(number)


def entries_of(own: Own) -> dict[str, str]:
    """The entries of the address that ask for a sweep; the inverse of :func:`own_in`."""
    found = {"base": own.base} | dict(zip(("measure", "measure2"), own.measures, strict=False))
    for names, (path, low, high) in zip(PLACES, own.ranges, strict=False):
        found |= dict(zip(names, (path, f"{low:.10g}", f"{high:.10g}"), strict=True))
    return found | {name: str(getattr(own, name)) for name in USUAL}
