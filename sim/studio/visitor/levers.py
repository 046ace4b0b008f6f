"""Everything that can be moved, found by looking: each lever is a parameter's own line, with its part and its group.

Live shows those of the company and of its customers, Compare all but where the customers come from, Explore those that are
numbers or switches. How an address says that some were moved is written in :mod:`sim.studio.visitor.policies`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from sim.errors import Mistake, nearest
from sim.model.component import Model
from sim.model.parameters import CERTAIN
from sim.scenario.explaining import SECTIONS, explain
from sim.scenario.quantities import number_told, parted
from sim.scenario.rivals import settings_of_rivals
from sim.scenario.validation import bounds, plain_type
from sim.scenario.whole import Scenario
from sim.scenario.wording import value_told
from sim.studio.visitor.model import model

GROUPS = {
    "outside": "Mechanisms of your own", "mechanisms": "What the company does", "behaviour": "How people behave",
    "scenario": "Market and network",
}  # fmt: skip
"""Group of a part → what it is called on the page, in this order."""
NOT_HERE = ("market.customers", "network.file", "network.column", "network.degrees", "by_hour.calls", "by_hour.people")
"""Settings that no policy moves: a page asks for the customers elsewhere, and for no file of friends."""
FILES_NEEDED = ("edges", "configuration")
"""Networks that are read from a file."""


@dataclass(frozen=True)
class Lever:
    """One setting: its key in a scenario (``outsourcing.share``) and what its line says.

    ``range``: in words; ``usual``: its default; ``choices``: the words it may be set to, if there are only some;
    ``kind``: int, float, bool, or else what is no number; ``low`` and ``high``: its least and greatest value, if a number;
    ``decided``: whether it is a choice, and no fact about the world.
    """

    key: str
    group: str
    meaning: str
    unit: str
    range: str
    source: str
    usual: Any
    choices: tuple[str, ...]
    kind: Any
    low: float
    high: float
    decided: bool

    @property
    def part(self) -> str:
        """The mechanism or section it belongs to."""
        return self.key.partition(".")[0]

    @property
    def name(self) -> str:
        """Its name within the part."""
        return self.key.partition(".")[2]

    @property
    def label(self) -> str:
        """What it is called on the page: ``Outsourcing: share``."""
        return key_told(self.part, self.name)

    @property
    def default(self) -> str:
        """What it is unless a scenario says otherwise, as a sentence shows it."""
        return value_told(self.usual)


def worded(part: str) -> str:
    """A part's name as words: ``Call centre``."""
    return part.replace("_", " ").capitalize()


def key_told(part: str, name: str) -> str:
    """A setting's key as words: ``Outsourcing: share``."""
    return f"{worded(part)}: {name.replace('_', ' ')}"


OF_ALL = ("scenario", "measure", "rivals")
"""Sections that hold for all policies of a comparison, and so are no levers of one."""


def _models(model: Model) -> dict[str, tuple[str, Any]]:
    """Part or section → its group and its parameters: what the company does first."""
    known = [part for part in model.parts.values() if part.parameters]
    found = {part.name: (part.group, part.parameters) for group in GROUPS for part in known if part.group == group}
    return found | {name: ("scenario", SECTIONS[name]) for name in SECTIONS if name not in OF_ALL}


def _choices(kind: Any) -> tuple[str, ...]:
    if kind is bool:
        return ("yes", "no")
    words = tuple(str(word) for word in get_args(kind)) if get_origin(kind) is not None else ()
    return tuple(word for word in words if word not in FILES_NEEDED)


def _lever(group: str, part: str, row: dict[str, str], field: FieldInfo) -> Lever:
    kind, (low, high) = plain_type(field.annotation), bounds(field) or (0.0, 1.0)
    key, said = f"{part}.{row['name']}", (row["meaning"], row["unit"], row["range"], row["source"])
    extra: Any = field.json_schema_extra
    decided = isinstance(extra, dict) and extra.get("plausible") == CERTAIN
    return Lever(key, group, *said, field.default, _choices(kind), kind, low, high, decided)


@lru_cache(maxsize=4)
def _settings(model: Model) -> dict[str, Lever]:
    """Every setting by key, in the order of the page."""
    known = [
        _lever(group, part, row, settings.model_fields[row["name"]])
        for part, (group, settings) in _models(model).items()
        for row in explain(part, model).rows
    ]
    return {each.key: each for each in known}


def levers() -> dict[str, Lever]:
    """Every lever that a policy can move, by key."""
    return {key: each for key, each in _settings(model()).items() if key not in NOT_HERE}


def numbers() -> dict[str, Lever]:
    """Every number and switch, by key: what a sweep can vary, the number of customers among them."""
    return {key: each for key, each in _settings(model()).items() if each.kind in (int, float, bool)}


def of_part(part: str) -> list[Lever]:
    """The levers of a mechanism, a behaviour or a section, in the order of its file."""
    return [each for each in levers().values() if each.part == part]


def lever(key: str) -> Lever:
    """The lever of this key. Raises :class:`Mistake`, with the nearest there is, when there is none."""
    if key not in levers():
        raise Mistake(f"there is no lever '{key[:80]}'{nearest(key, list(levers())) or '; find one in the list'}")
    return levers()[key]


def found(words: str) -> dict[str, dict[str, list[Lever]]]:
    """The levers in whose name or meaning every one of ``words`` stands: group → part → levers; all when there are none."""
    wanted = words.lower().split()
    sorted_in: dict[str, dict[str, list[Lever]]] = {}
    for each in levers().values():
        text = f"{each.label} {each.key} {each.meaning}".lower()
        if all(word in text for word in wanted):
            sorted_in.setdefault(each.group, {}).setdefault(each.part, []).append(each)
    return sorted_in


def value_of(written: str) -> Any:
    """What somebody typed into a field: a number when it is one, else the text (``90 s``, ``40 %``, ``yes``)."""
    number, unit = parted(written) or (math.nan, "")
    if unit or not math.isfinite(number):
        return written.strip()
    return int(number) if number == int(number) and abs(number) < 1e15 else number


def typed(value: Any) -> str:
    """A value as a visitor would type it; the inverse of :func:`value_of`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number_told(value) if isinstance(value, int | float) else str(value)


def value_in(scenario: Scenario, key: str) -> Any:
    """The value that a scenario gives to a setting in week 0."""
    part, _, name = key.partition(".")
    if part == "rival" and scenario.model.several:  # each has its own; the first is shown
        return settings_of_rivals(scenario.parts)[0][name]
    return getattr(scenario.parts.get(part) or getattr(scenario, part), name)
