"""What a staffing plan does to customers: a scenario under the plan, and under the plan with one person less in every hour."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from sim.engine.engine import Engine
from sim.errors import Mistake
from sim.scenario.model_inputs import ground_of
from sim.scenario.phone import most_questions
from sim.scenario.whole import Scenario
from sim.staffing.plan import Plan

SEED = 1


def one_less(plan: Plan) -> Plan:
    """The plan with one person less in every hour that has somebody."""
    fewer = np.maximum(plan.present - 1, 0)
    return replace(plan, present=fewer)


def under(base: Scenario, plans: tuple[Path, Path], plan: Plan) -> tuple[tuple[Scenario, Scenario], float]:
    """The scenario under both plans, which lie in these files inside its folder, and the questions a week that it has for it.

    Calls take as long as the table says, and its customers ask so many questions that about as many call as the table says; the
    plan would be another for other calls. Raises :class:`~sim.errors.Mistake`.
    """
    calls, handling = float(plan.calls.number.sum()), plan.calls.number @ plan.calls.handling / plan.calls.number.sum()
    as_told: dict[str, float | None] = {"handling": float(handling), "hours": None, "representatives": None}
    first = base.with_(call_centre=as_told, by_hour=_in(base, plans[0]))
    questions = first.parts["call_centre"].model_dump()["questions"]
    ground = ground_of(first)
    lived = Engine(ground, SEED).replicate(0).counts
    of, people = (
        {name: lived[:, place].mean() for place, name in enumerate(ground.model.counts)},
        first.market.stands_for,
    )
    asked = questions + (calls - of["calls"] * people) / (of["customers"] * people)
    if not 0 <= asked <= most_questions():
        raise Mistake(
            f"{base.path}: its {of['customers'] * people:,.0f} customers make about {of['calls'] * people:,.0f} calls a week, "
            f"and the table has {calls:,.0f}; set market.stands_for to about {people * calls / of['calls']:.3g}, or take a "
            "table of this company"
        )
    as_told |= {"questions": float(asked)}
    both = [
        base.with_(name=name, by_hour=_in(base, file), call_centre=as_told)
        for name, file in zip(("The plan", "One person less in every hour"), plans, strict=True)
    ]
    return (both[0], both[1]), float(asked)


def _in(base: Scenario, plan: Path) -> dict[str, str]:
    """The section ``by_hour`` that names this file; it has the calls, too."""
    named = Path(os.path.relpath(plan.resolve(), base.folder.resolve())).as_posix()
    return {"calls": named, "people": named}
