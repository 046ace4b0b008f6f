"""Two worlds, filmed for a page: the same customers with the same luck, week by week, a few weeks ahead of what is shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sim.errors import Mistake
from sim.journey import Beside, Journey, against, journey
from sim.journey.decisive import against_the_odds, decisive_rows
from sim.model.parameters import lines
from sim.scenario.meaning import effective
from sim.scenario.whole import Scenario, carrying_alike, check_one_beginning
from sim.scenario.wording import with_unit
from sim.studio.live.frames import LARGEST, Frame, World, measure_names, opening
from sim.studio.visitor.levers import key_told

AHEAD = 13
"""Weeks that are sent at once at most."""
DECISIVE = 5
"""Weeks of a life that are told first."""
PATIENCE = 0.3
"""Seconds after which what is ready is sent, so that slow worlds are seen to move."""


@dataclass(frozen=True)
class Script:
    """What is to be filmed: one scenario, or two beside one another; the engine and the seed."""

    scenarios: tuple[Scenario, ...]
    seed: int = 1
    engine: str = "core"

    def check(self) -> None:
        """Raise :class:`Mistake` when the two cannot be shown beside one another."""
        check_one_beginning(self.scenarios)
        if len({scenario.weeks for scenario in self.scenarios}) > 1:
            told = " and ".join(f"“{scenario.name}” lasts {scenario.weeks} weeks" for scenario in self.scenarios)
            raise Mistake(f"{told}; only equally long ones can be shown side by side")


class LiveSession:
    """Worlds that are stepped as somebody watches; weeks before ``start`` are lived unseen, for they have been seen.

    Raises :class:`Mistake` when the scenarios cannot be shown together, or hold more people than can be drawn.
    """

    def __init__(self, script: Script, start: int = 0, checked: Callable[[], bool] = lambda: False) -> None:
        script.check()
        self.script, self.next = script, start
        alike = carrying_alike(script.scenarios)
        self._worlds: list[World] = [World(scenario, script.seed, script.engine) for scenario in alike]
        _refuse_unlike(self._worlds)
        for world in self._worlds:
            while world.week < start - 1 and not checked():
                world.skip()

    @property
    def weeks(self) -> int:
        """How long it lasts."""
        return self._worlds[0].ground.weeks

    def opening(self) -> dict[str, Any]:
        """What is drawn once, and what the worlds are called."""
        scenarios, ground = self.script.scenarios, self._worlds[0].ground
        return opening(self._worlds[0]) | {
            "weeks": ground.weeks,
            "names": [scenario.name for scenario in scenarios],
            "stands_for": ground.stands_for,
            "currency": scenarios[0].currency,
            "measures": measure_names(ground.model),
            "moves": [move for place, scenario in enumerate(scenarios) for move in moves(scenario, place)],
        }

    def more(self) -> list[list[dict[str, Any]]]:
        """The next weeks of each world: as many as are ready in a moment, none when the film is over."""
        found: list[list[Frame]] = []
        began = time.monotonic()
        while self.next < self.weeks and len(found) < AHEAD and (not found or time.monotonic() - began < PATIENCE):
            found.append([world.step() for world in self._worlds])
            self.next += 1
        return [[frames[place].packed() for frames in found] for place in range(len(self._worlds))]


def _refuse_unlike(worlds: list[World]) -> None:
    plans = [world.ground.plan for world in worlds]
    if plans[0].people > LARGEST:
        raise Mistake(
            f"{plans[0].people:,} people are more than can be drawn week by week (at most {LARGEST:,}); "
            "use Compare for large markets"
        )
    if len({(plan.people, plan.founders) for plan in plans}) > 1:
        told = " and ".join(f"{plan.founders:,} customers and {plan.people - plan.founders:,} others" for plan in plans)
        raise Mistake(f"the two worlds do not hold the same people ({told}), so they cannot be shown side by side")


def moves(scenario: Scenario, place: int) -> list[dict[str, Any]]:
    """In which weeks which settings of a scenario change, and to what; ``place``: in which of the worlds."""
    return [
        {"week": week, "world": place, "words": f"{key_told(part, name)} {with_unit(value, line.unit)}"}
        for week, changed in effective(scenario.steps).items()
        for part, settings in changed.items()
        for name, value in settings.items()
        if (line := lines(type(scenario.settings(week)[part]))[name])
    ]


@dataclass(frozen=True)
class Story:
    """One customer's weeks in words, under one policy or under two beside one another; ``decisive`` are those that decide."""

    customer: int
    about: tuple[str, ...]
    parting: str
    columns: tuple[str, ...]
    decisive: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    endings: tuple[str, ...]
    odds: tuple[str, ...]


@lru_cache(maxsize=64)
def story(script: Script, customer: int) -> Story:
    """What happened to a customer. Raises :class:`Mistake` when there is no such customer."""
    first, *rest = script.scenarios
    told: Journey | Beside = journey(first, customer, 0, script.seed)
    if rest:
        told = against(first, rest[0], customer, 0, script.seed)
    lives = told.lives
    return Story(
        customer, tuple(lives[0].heading[1:]), told.parting if isinstance(told, Beside) else "",
        tuple(life.scenario.name for life in lives), decisive_rows(lives, DECISIVE), tuple(told.rows),
        tuple(life.ending for life in lives), tuple(dict.fromkeys(said for life in lives for said in against_the_odds(life))),
    )  # fmt: skip
