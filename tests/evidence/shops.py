"""Shops in which people see the line (L42)."""

from __future__ import annotations

from typing import Any

import numpy as np

from evidence.laboratory import QUIET, Laboratory, merged
from evidence.rows import Finding, Row, over
from sim import run
from sim.model.week import COUNTS
from sim.scenario.whole import described

PEOPLE, FOR_EVER = 8000, 1e9


def _shop(replication: int, **traits: float) -> Laboratory:
    """A shop that everybody visits in a week, with so many lanes that nobody waits who joins the line."""
    sections = {
        "market": {"customers": PEOPLE, "prospects": 0, "stands_for": 1.0},
        "network": {"kind": "none"},
        "self_checkout": {"visits": 1.0, "lanes": 400, "line_in_sight": 1.0},
        "customers": {"traits": traits},
    }
    return Laboratory(merged(QUIET, sections), 2, replication)


def _buyers(shop: Laboratory, length: int, **settings: float) -> float:
    """The share of visitors who buy while so many others stand in line all week."""
    lab = shop.under(**settings)
    lab.state.lane_line[0] = length
    lab.state.lane_line[1 : 1 + length] = FOR_EVER
    counts = {name: int(weeks.sum()) for name, weeks in lab.counts(1).items()}
    return 1 - (counts["balked"] + counts["walked_out"]) / counts["visits"]


def _from_10_to_15(shop: Laboratory, **settings: float) -> float:
    """Per cent by which purchases change when 15 instead of 10 stand in line."""
    return 100 * (_buyers(shop, 15, **settings) / _buyers(shop, 10, **settings) - 1)


def _of_size(size: int) -> tuple[float, float]:
    """A shop too small for its visitors by a third, all of it so many times as large: minutes waited, share who turn away."""
    scenario: dict[str, Any] = {
        "weeks": 8, "market": {"customers": 600 * size, "prospects": 0, "stands_for": 60},
        "self_checkout": {"visits": 1.0, "lanes": 20 * size, "line_in_sight": 1.0},
    }  # fmt: skip
    tally = run(described(merged(QUIET, scenario)), replications=6, seed=42).tally.sum(axis=(0, 1))
    visits, balked, wait = (tally[COUNTS.index(name)] for name in ("visits", "balked", "checkout_wait"))
    return wait / 2**20 / (visits - balked), balked / visits


def line_in_sight() -> Finding:
    """L42: per cent of purchases lost when a line in sight has 15 people instead of 10."""
    shops = [_shop(replication) for replication in range(5)]
    few = np.mean([_buyers(shop, 5) for shop in shops])
    same = all(
        _buyers(shop, 15, self_checkout_minutes=1.5) == _buyers(shop, 15, self_checkout_minutes=3.0)
        for shop in shops[:2]
    )
    mild, keen = (np.mean([_from_10_to_15(_shop(k, price_sensitivity=at)) for k in range(3)]) for at in (0.5, 2.0))
    (wait, away), (wait_twice, away_twice) = _of_size(1), _of_size(2)
    conditions = {
        "a line of 5 drives nobody away": few == 1,
        "at the same length it does not matter how fast it moves": same,
        "in a crowded shop twice as large nobody waits longer, and yet more turn away": wait_twice <= wait
        and away_twice > away,
        "those who mind prices mind the line less": abs(keen) < abs(mild),
    }
    remarks = (
        f"price sensitivity 0.5: {mild:.1f} %, 2: {keen:.1f} %",
        f"a crowded shop twice as large: {wait_twice:.2f} instead of {wait:.2f} minutes to wait, and at the sight of the line "
        f"{100 * away_twice:.1f} instead of {100 * away:.1f} % turn away",
        "the constant is the published number; only the conditions say more",
    )
    return over([_from_10_to_15(shop) for shop in shops], conditions, *remarks)


def line_out_of_sight() -> Finding:
    """The same where nobody sees the line."""
    return over([_from_10_to_15(_shop(k), self_checkout_line_in_sight=0.0) for k in range(5)])


ROWS = {
    "L42": Row(
        "per cent of purchases lost when 15 instead of 10 stand in a line that is seen",
        line_in_sight, line_out_of_sight, "nobody sees the line",
    ),
}  # fmt: skip
