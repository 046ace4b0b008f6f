"""A warm-up: the market lives for a while before week 0, and what is told begins after it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from grounds import ground
from worlds import fixed

from sim.engine.agreement import difference_in_state
from sim.engine.engine import Engine
from sim.engine.start import Ground
from sim.model.distributions import uniform

LIVELY = {
    "quality_error_rate": 0.1, "call_centre_questions": 0.1, "call_centre_representatives": 2, "choice_attention": 0.2,
    "choice_involuntary": 0.5, "contracts_term": 5, "talk_base": 0.1, "employee_care_turnover": 2.0, "winback_offers": 0.2,
}  # fmt: skip
"""Settings under which people come, go, complain and talk."""


def warmed(lived: Ground, weeks: int, **fields: object) -> Ground:
    """The same ground with a warm-up under its policies of week 0."""
    policy = np.concatenate([np.repeat(lived.policy[:1], weeks), lived.policy])
    return replace(lived, policy=fixed(policy), warm_up=weeks, **fields)


def lively(weeks: int, **settings: object) -> Ground:
    """A small market in which much happens."""
    return ground(120, weeks, traits={"contract_weeks_left": uniform(0, 12)}, **LIVELY | settings)


@pytest.mark.parametrize("engine", ["core", "mesa"])
def test_week_0_after_a_warm_up_is_the_end_of_a_run_as_long(engine: str) -> None:
    whole, after = lively(9), warmed(lively(5), 9)
    ended, begun = Engine(whole, 3, engine).replicate(2), Engine(after, 3, engine).start(2)
    assert begun.week == -1 and not begun.counts.any()
    assert difference_in_state(0, begun.state(), ended.state()) is None
