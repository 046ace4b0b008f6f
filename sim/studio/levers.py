"""Levers that somebody has moved: what the address says of them, and what they make of a scenario.

In the address a lever is ``upselling.attempts=0.5``, or ``upselling.attempts=0.5@26`` from week 26 on; several are parted by
a semicolon.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sim.errors import Mistake, nearest
from sim.parameters import Line, lines
from sim.parts import Part, parts
from sim.scenario.whole import Scenario

_WRITTEN = re.compile(r"(\w+)\.(\w+)=([^@;]+)(?:@(\d{1,4}))?")
MOST = 60
"""Levers that an address may move."""


@dataclass(frozen=True)
class Lever:
    """A parameter of a part, its new value, and the week from which it holds (0: from the start)."""

    part: str
    name: str
    value: Any
    week: int = 0

    @property
    def place(self) -> str:
        """The parameter's name with its part's."""
        return f"{self.part}.{self.name}"

    @property
    def written(self) -> str:
        """As the address says it."""
        value = f"{self.value:.6g}" if isinstance(self.value, float) else str(self.value).lower()
        return f"{self.place}={value}" + (f"@{self.week}" if self.week else "")


def parts_with_levers() -> dict[str, Part]:
    """Everything a company can set or that customers do: the parts with parameters, mechanisms first."""
    found = [part for part in parts().values() if part.parameters]
    return {part.name: part for part in sorted(found, key=lambda part: (part.group != "mechanisms", part.name))}


def line_of(part: str, name: str) -> Line:
    """What the lever's own line says. Raises :class:`Mistake` when there is no such lever."""
    known = parts_with_levers()
    if part not in known:
        raise Mistake(f"there is no mechanism '{part[:40]}'{nearest(part, list(known)) or ''}")
    parameters = known[part].parameters
    assert parameters is not None
    own = lines(parameters)
    if name not in own:
        raise Mistake(f"{part} has no lever '{name[:40]}'{nearest(name, list(own)) or ''}")
    return own[name]


def read(text: str) -> list[Lever]:
    """The levers that an address says were moved. Raises :class:`Mistake` for what cannot be read."""
    found = [_lever(each) for each in text.split(";") if each]
    if len(found) > MOST:
        raise Mistake(f"{len(found)} levers are moved at once, but at most {MOST} may be")
    return found


def _lever(text: str) -> Lever:
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        raise Mistake(
            f"'{text[:60]}' is no lever; one is written as upselling.attempts=0.5, or with @26 from week 26 on"
        )
    part, name, value, week = match.groups()
    return Lever(part, name, _value(line_of(part, name), value.strip(), f"{part}.{name}"), int(week or 0))


def _value(line: Line, text: str, place: str) -> Any:
    if line.kind is bool:
        if text not in ("true", "false"):
            raise Mistake(f"{place} is '{text[:40]}', but must be true or false")
        return text == "true"
    try:
        return int(text) if line.kind is int else float(text)
    except ValueError:
        raise Mistake(f"{place} is '{text[:40]}', but must be a number") from None


def written(levers: Iterable[Lever]) -> str:
    """The levers as the address says them."""
    return ";".join(lever.written for lever in levers)


def moved(levers: Iterable[Lever], lever: Lever) -> list[Lever]:
    """The levers after one more was moved: what it said for the same week or a later one is forgotten."""
    kept = [old for old in levers if old.place != lever.place or old.week < lever.week]
    return [*kept, lever]


def with_levers(scenario: Scenario, levers: Iterable[Lever], name: str | None = None) -> Scenario:
    """The scenario with levers moved. Raises :class:`Mistake`, as its check would, for a value that cannot be."""
    sections: dict[str, Any] = {}
    changes: dict[str, Any] = {}
    for lever in levers:
        home = sections if lever.week == 0 else changes.setdefault(f"from week {lever.week}", {})
        home.setdefault(lever.part, {})[lever.name] = lever.value
    if not sections and not changes:
        return scenario if name is None else scenario.with_(name=name)
    given = sections | ({"changes": changes} if changes else {}) | ({"name": name} if name else {})
    return scenario.with_(**given)
