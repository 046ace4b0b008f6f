"""A policy as a visitor puts it together: a scenario of the shelf, levers moved, a name – and all of it in an address."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from sim.errors import Mistake
from sim.scenario.quantities import number_told
from sim.scenario.whole import Scenario
from sim.studio.comparison.levers import laid_together, lever, section, value_of

LONGEST = 100
"""Characters of the name that a policy is given when the visitor gives none."""
_WEEK = re.compile(r"[0-9]{1,4}")


@dataclass(frozen=True)
class Setting:
    """A lever moved: what was typed, and the week from which it holds (0: from the start)."""

    lever: str
    written: str
    week: int = 0


@dataclass(frozen=True)
class Policy:
    """A scenario of the shelf with levers moved; an empty ``name`` or ``about`` is the scenario's own."""

    start: str
    settings: tuple[Setting, ...] = ()
    name: str = ""
    about: str = ""

    def put(self, place: int, setting: Setting) -> Policy:
        """With the setting at ``place`` replaced, or added behind the last."""
        return replace(self, settings=(*self.settings[:place], setting, *self.settings[place + 1 :]))

    def moved(self, place: int, **changes: Any) -> Policy:
        """With the setting at ``place`` changed; as it is when there is none any more."""
        return self.put(place, replace(self.settings[place], **changes)) if place < len(self.settings) else self

    def without(self, place: int) -> Policy:
        """Without the setting at ``place``."""
        return replace(self, settings=self.settings[:place] + self.settings[place + 1 :])


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
    """The policy that an address speaks of. What is no entry of one is passed over; a wrong value is told later."""
    start, *entries = text.split("~")
    policy = Policy(unquote(start))
    for entry in entries:
        key, colon, written = entry.partition(":")
        words = unquote(written)
        if key in ("name", "about"):
            policy = replace(policy, name=words) if key == "name" else replace(policy, about=words)
        elif colon:
            name, _, week = key.partition("@")
            from_week = int(week) if _WEEK.fullmatch(week) else 0
            policy = policy.put(len(policy.settings), Setting(name, words, from_week))
    return policy


# ---- what it means


def _sections(settings: tuple[Setting, ...]) -> dict[str, object]:
    """The moved levers as sections of a scenario, those of later weeks under ``changes``."""
    weeks = sorted({setting.week for setting in settings})
    by_week = {
        week: laid_together(section(s.lever, value_of(s.written)) for s in settings if s.week == week) for week in weeks
    }
    later = {f"from week {week}": parts for week, parts in by_week.items() if week}
    return {**by_week.get(0, {}), **({"changes": later} if later else {})}


def fault_of(setting: Setting, start: Scenario) -> str:
    """What is wrong with a setting, as the check of a scenario says it; empty when nothing is."""
    try:
        start.with_(lesson=None, **_sections((setting,)))
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
    told = f"{start.name}, {lever(first.lever).name.replace('_', ' ')} {first.written.strip()}"
    told += f" from week {first.week}" if first.week else ""
    return (told + (f" and {more} more" if more else ""))[:LONGEST]


def scenario_of(policy: Policy, start: Scenario) -> Scenario:
    """The scenario that the policy is. Raises :class:`Mistake` with all that is wrong, as the scenario's own check says it."""
    doubled = twice(policy)
    if doubled:
        raise Mistake(doubled)
    about = policy.about.strip() or (start.description if not policy.settings else "")
    return start.with_(
        lesson=None, name=title_of(policy, start), description=about or None, **_sections(policy.settings)
    )


def now(key: str, start: Scenario) -> str:
    """The value that a lever has in a scenario in week 0, as a visitor would type it."""
    part, name = lever(key).part, lever(key).name
    home = getattr(start, part) if part in ("market", "network") else start.parts[part]
    value = getattr(home, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number_told(value) if isinstance(value, int | float) else str(value)
