"""Everything a policy can change, found by looking: each lever is a parameter's own line, with its part and its group."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, get_args, get_origin

from sim.errors import Mistake, nearest
from sim.parts import parts
from sim.scenario.explaining import SECTIONS, explain
from sim.scenario.judging import plain_type

GROUPS = {"mechanisms": "What the company does", "behaviour": "How people behave", "scenario": "Market and network"}
"""Group of a part → what it is called on the page, in this order."""
NOT_HERE = ("market.customers", "network.file", "network.column", "network.degrees")
"""Settings that are no lever: the page asks for the customers elsewhere, and for no file of friends."""
FILES_NEEDED = ("edges", "configuration")
"""Networks that are read from a file."""


@dataclass(frozen=True)
class Lever:
    """One setting: its key in a scenario (``outsourcing.share``) and what its line says, in words."""

    key: str
    group: str
    meaning: str
    unit: str
    range: str
    default: str
    source: str
    choices: tuple[str, ...] = ()

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
        return f"{worded(self.part)}: {self.name.replace('_', ' ')}"


def worded(part: str) -> str:
    """A part's name as words: ``Call centre``."""
    return part.replace("_", " ").capitalize()


def _models() -> dict[str, tuple[str, Any]]:
    """Part or section → its group and its parameters: what the company does first."""
    known = [part for part in parts().values() if part.parameters]
    found = {part.name: (part.group, part.parameters) for group in GROUPS for part in known if part.group == group}
    return found | {name: ("scenario", SECTIONS[name]) for name in SECTIONS if name != "scenario"}


def _choices(annotation: Any) -> tuple[str, ...]:
    kind = plain_type(annotation)
    if kind is bool:
        return ("yes", "no")
    words = tuple(str(word) for word in get_args(kind)) if get_origin(kind) is not None else ()
    return tuple(word for word in words if word not in FILES_NEEDED)


@lru_cache(maxsize=1)
def levers() -> dict[str, Lever]:
    """Every lever by key, in the order of the page."""
    found = {}
    for part, (group, model) in _models().items():
        for row in explain(part).rows:
            key = f"{part}.{row['name']}"
            if key not in NOT_HERE:
                facts = {name: row[name] for name in ("meaning", "unit", "range", "default", "source")}
                found[key] = Lever(key, group, **facts, choices=_choices(model.model_fields[row["name"]].annotation))
    return found


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
    text = written.strip()
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        return number if math.isfinite(number) else text
    return text


def section(key: str, value: Any) -> dict[str, dict[str, Any]]:
    """A lever's value as a scenario writes it: ``{"outsourcing": {"share": 0.5}}``."""
    return {lever(key).part: {lever(key).name: value}}


def laid_together(sections: Iterable[dict[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Several such sections as one."""
    whole: dict[str, dict[str, Any]] = {}
    for one in sections:
        for part, values in one.items():
            whole.setdefault(part, {}).update(values)
    return whole
