"""The few levers that matter for what is shown, and what each of them does now, in words."""

from __future__ import annotations

from functools import lru_cache

from sim.model.component import Model
from sim.report.amounts import listed
from sim.scenario.explaining import influence
from sim.scenario.whole import Scenario
from sim.scenario.wording import value_told, with_unit
from sim.studio.lessons.loop import differing, links
from sim.studio.visitor.levers import Lever, levers, of_part

MOST = 6
"""Levers of the short list."""


def short_list(shown: str, one: Scenario, two: Scenario, moved: list[str]) -> list[Lever]:
    """The levers that matter for a column of customers that is shown: those that were moved, those in which the worlds differ,
    and of each mechanism of the company that acts on it the first one – what is at work first, then by measured influence."""
    settings = two.settings(two.weeks - 1)
    dials = sorted(_dials(shown, two.model), key=lambda lever: bool(idle(lever, two)))
    keys = [*moved, *sorted(differing(one, two)), *(lever.key for lever in dials if lever.part in settings)]
    return [levers()[key] for key in dict.fromkeys(keys) if key in levers()][:MOST]


@lru_cache(maxsize=16)
def _dials(shown: str, model: Model) -> tuple[Lever, ...]:
    """For each mechanism of the company that acts on a column, within the step that changes it, what is decided first about it –
    where nothing is, what has most influence –; the mechanisms of most influence first."""
    known = influence()
    acting = {key.partition(".")[0] for (kind, key), column in links(model) if kind == "setting" and column == shown}
    own = [
        name for name, part in model.parts.items() if name in acting and part.group == "mechanisms" and name != "rival"
    ]

    def weight(lever: Lever) -> float:
        return max(known.get(lever.key, (0.0,)))

    own.sort(key=lambda name: -max(map(weight, of_part(name))))
    return tuple(next((each for each in of_part(name) if each.decided), max(of_part(name), key=weight)) for name in own)


def idle(lever: Lever, scenario: Scenario) -> str:
    """Why a lever does nothing in the last week of a scenario, ``size is 0``; empty when its mechanism is at work."""
    part = scenario.model.parts.get(lever.part)
    if part is None or not part.neutral:
        return ""
    now = scenario.settings(scenario.weeks - 1)[lever.part]
    if any(getattr(now, name) != value for name, value in part.neutral.items()):
        return ""
    names, values = (
        [name.replace("_", " ") for name in part.neutral],
        [value_told(each) for each in part.neutral.values()],
    )
    if len(names) > 1 and len(set(values)) == 1:
        return f"{listed(names)} are {values[0]}"
    return listed([f"{name} is {value}" for name, value in zip(names, values, strict=True)])


def does_now(lever: Lever, scenario: Scenario) -> str:
    """What a lever does at the end of a scenario: ``nothing, because size is 0``, or what it is set to, and what that means."""
    if why := idle(lever, scenario):
        return f"nothing, because {why}"
    value = getattr(scenario.settings(scenario.weeks - 1)[lever.part], lever.name)
    return f"{with_unit(value, lever.unit)}. {lever.meaning}"
