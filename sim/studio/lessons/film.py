"""Both worlds of a lesson as a film of twenty seconds: two crowds of a hundred who stay or go, trust, money, the turn."""

from __future__ import annotations

from typing import Any

import numpy as np
import solara

from sim.report import facts
from sim.report.amounts import money_unit
from sim.studio.lessons.outcome import Outcome
from sim.studio.widgets.drawing import DRAWN

PEOPLE, SECONDS = 100, 20
"""How many people each crowd has, and how long two years take."""
PAUSE = 4
"""Weeks before the turn at which the film waits for guesses of what comes."""


def reel(outcome: Outcome) -> dict[str, Any]:
    """What the film shows: for each moment from the start how many of a hundred first customers are still there in either
    world, trust in either, and profit so far less the other world's; and in which week it turns, with words."""
    answer = outcome.answer
    base, other = answer.base, answer.others[0]
    kept = [100 * _course(answer, each, "retention", 1.0) for each in (base, other)]
    trust = [_course(answer, each, "trust") for each in (base, other)]
    money = np.array([week[0] for week in answer.cumulative_profit(other)]) * facts.stands_for(answer)
    unit = money_unit([float(np.nanmax(np.abs(money)))], base.scenario.currency)
    week, words = _turn(answer, kept, outcome)
    return {
        "names": [base.scenario.name, other.scenario.name],
        "kept": [np.rint(each).astype(int).tolist() for each in kept],
        "trust": [np.round(each, 4).tolist() for each in trust],
        "money": [0.0, *np.round(money * unit.factor, 4).tolist()], "unit": unit.level, "turn": week, "said": words,
        "pause": PAUSE, "seconds": SECONDS,
    }  # fmt: skip


def _course(answer: Any, result: Any, measure: str, start: float | None = None) -> np.ndarray:
    """The mean of a measure at each moment; what holds before the first week is what was said, or as in the first."""
    weekly = np.nan_to_num(facts.weekly(answer, result, measure).mean(axis=0))
    return np.concatenate([[weekly[0] if start is None else start], weekly])


def _turn(answer: Any, kept: list[np.ndarray], outcome: Outcome) -> tuple[int, str]:
    """The week in which it turns: gain or cost is used up; else half of the difference in customers kept is there."""
    even = facts.turn(answer, answer.others[0]).even
    if even is not None:
        gains = float(np.nanmean(outcome.values("profit"))) > 0
        return (
            even,
            f"Week {even}: {'what it cost at first is paid back' if gains else 'what it earned at first is used up'}.",
        )
    gap = np.abs(kept[1] - kept[0])
    week = int(np.argmax(gap >= gap[-1] / 2))
    return week, f"Week {week}: half of the difference in customers is there."


@solara.component_vue("film.vue")
def Film(reel: dict[str, Any], playing: bool = False, components: dict[str, str] = DRAWN) -> None:
    """The film of a :func:`reel`; ``playing``: it begins by itself."""
