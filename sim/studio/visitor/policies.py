"""A policy as a visitor puts it together: a scenario of the shelf, levers moved, a name – and all of it in an address.

``telecom/today~outsourcing.share:90 %~accountability.speed@26:0.8`` is today's scenario with two levers moved, the second
from week 26 on. Live's world B and Compare's policies are written so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import unquote

from sim.errors import Mistake
from sim.scenario.whole import Scenario
from sim.studio.visitor.levers import lever, typed, value_in, value_of

LONGEST = 100
"""Characters of the name that a policy is given when the visitor gives none."""
_WEEK = re.compile(r"[0-9]{1,4}")


Item = TypeVar("Item")


def with_at(items: tuple[Item, ...], place: int, item: Item) -> tuple[Item, ...]:
    """The items with the one at ``place`` replaced, or with one more behind the last."""
    return (*items[:place], item, *items[place + 1 :])


def without_at(items: tuple[Item, ...], place: int) -> tuple[Item, ...]:
    """The items without the one at ``place``."""
    return items[:place] + items[place + 1 :]


@dataclass(frozen=True)
class Setting:
    """A lever moved: what was typed, and the week from which it holds (0: from the start)."""

    lever: str
    written: str
    week: int = 0

    @property
    def told(self) -> str:
        """Name, value and week: ``error rate 0.4 from week 40``."""
        since = f" from week {self.week}" if self.week else ""
        return f"{self.lever.partition('.')[2].replace('_', ' ')} {self.written.strip()}{since}"


@dataclass(frozen=True)
class Policy:
    """A scenario of the shelf with levers moved; an empty ``name`` or ``about`` is the scenario's own."""

    start: str
    settings: tuple[Setting, ...] = ()
    name: str = ""
    about: str = ""

    def put(self, place: int, setting: Setting) -> Policy:
        """With the setting at ``place`` replaced, or added behind the last."""
        return replace(self, settings=with_at(self.settings, place, setting))

    def moved(self, place: int, **changes: Any) -> Policy:
        """With the setting at ``place`` changed; as it is when there is none any more."""
        return self.put(place, replace(self.settings[place], **changes)) if place < len(self.settings) else self

    def without(self, place: int) -> Policy:
        """Without the setting at ``place``."""
        return replace(self, settings=without_at(self.settings, place))

    def turned(self, setting: Setting) -> Policy:
        """With a lever moved now: what it was set to for the same week or a later one is forgotten."""
        kept = [old for old in self.settings if old.lever != setting.lever or old.week < setting.week]
        return replace(self, settings=(*kept, setting))


# ---- in an address: telecom/today~outsourcing.share:90%25~accountability.speed@26:0.8~name:A bold one


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("~", "%7E")


def to_address(policy: Policy) -> str:
    """The policy as one short text, which :func:`from_address` reads."""
    weeks = {s: f"@{s.week}" if s.week else "" for s in policy.settings}
    entries = [f"{s.lever}{weeks[s]}:{_escaped(s.written)}" for s in policy.settings]
    named = [f"{key}:{_escaped(text)}" for key, text in (("name", policy.name), ("about", policy.about)) if text]
    return "~".join([_escaped(policy.start), *entries, *named])


def from_address(text: str) -> Policy:
    """The policy that an address speaks of. What cannot be read stays in it as a lever that there is not, and is told later."""
    start, *entries = text.split("~")
    policy = Policy(unquote(start))
    for entry in filter(None, entries):
        key, _, written = entry.partition(":")
        words = unquote(written)
        if key in ("name", "about"):
            policy = replace(policy, name=words) if key == "name" else replace(policy, about=words)
        else:
            policy = policy.put(len(policy.settings), _setting(key, words))
    return policy


def _setting(key: str, words: str) -> Setting:
    name, _, week = key.rpartition("@")
    return Setting(name, words, int(week)) if _WEEK.fullmatch(week) and name else Setting(key, words)


# ---- what it means


def sections(settings: Iterable[Setting]) -> dict[str, Any]:
    """The moved levers as sections of a scenario, those of later weeks under ``changes``. Raises :class:`Mistake`."""
    by_week: dict[int, dict[str, dict[str, Any]]] = {}
    for setting in settings:
        moved = lever(setting.lever)
        by_week.setdefault(setting.week, {}).setdefault(moved.part, {})[moved.name] = value_of(setting.written)
    now = by_week.pop(0, {})
    return now | ({"changes": {f"from week {week}": by_week[week] for week in sorted(by_week)}} if by_week else {})


def fault_of(setting: Setting, start: Scenario) -> str:
    """What is wrong with a setting, as the check of a scenario says it; empty when nothing is."""
    try:
        start.with_(lesson=None, **sections((setting,)))
    except Mistake as mistake:
        return str(mistake)
    return ""


def twice(policy: Policy) -> str:
    """A sentence when a lever is set twice for the same week; empty when none is."""
    seen: set[tuple[str, int]] = set()
    for setting in policy.settings:
        place = (setting.lever, setting.week)
        if place in seen:
            return f"{lever(setting.lever).label} is set twice for the same week; remove one of the two"
        seen.add(place)
    return ""


def title_of(policy: Policy, start: Scenario) -> str:
    """What the policy is called: by the visitor, else after the scenario and the first lever that was moved."""
    if policy.name.strip():
        return policy.name.strip()
    if not policy.settings:
        return start.name
    first, more = policy.settings[0], len(policy.settings) - 1
    return f"{start.name}, {first.told}{f' and {more} more' if more else ''}"[:LONGEST]


def scenario_of(policy: Policy, start: Scenario) -> Scenario:
    """The scenario that the policy is. Raises :class:`Mistake` with all that is wrong, as the scenario's own check says it."""
    doubled = twice(policy)
    if doubled:
        raise Mistake(doubled)
    about = policy.about.strip() or (start.description if not policy.settings else "")
    return start.with_(
        lesson=None, name=title_of(policy, start), description=about or None, **sections(policy.settings)
    )


def now(key: str, start: Scenario) -> str:
    """The value that a lever has in a scenario in week 0, as a visitor would type it. Raises :class:`Mistake`."""
    return typed(value_in(start, lever(key).key))
