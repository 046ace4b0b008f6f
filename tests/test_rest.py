"""Whether a market is at rest: the test of it finds what moves, and is wrong as often as it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim import load, run
from sim.errors import Mistake
from sim.runs.rest import ERROR_RATE, Movement, movements, movements_in
from sim.scenario.shipped import scenarios_folder
from sim.scenario.whole import Scenario, described

WEEKS, REPLICATIONS = 104, 60


def noise(families: int, seed: int = 1, replications: int = REPLICATIONS, carried: float = 0.95) -> np.ndarray:
    """Series at rest that wander: each week keeps most of what the week before was; (families, replications, weeks)."""
    luck = np.random.default_rng(seed).normal(size=(families, replications, WEEKS))
    series = np.empty_like(luck)
    series[..., 0] = luck[..., 0] / np.sqrt(1 - carried**2)
    for week in range(1, WEEKS):
        series[..., week] = carried * series[..., week - 1] + luck[..., week]
    return series


def moving(values: np.ndarray, error_rate: float = ERROR_RATE) -> Movement:
    """What is found of one series."""
    return movements_in({"one": values}, error_rate)["one"]


@pytest.mark.parametrize("carried", [0.0, 0.95])
def test_a_market_at_rest_is_called_moving_as_often_as_is_said(carried: float) -> None:
    families, rate = 1500, 0.05
    found = [moving(values, rate).moves for values in noise(families, carried=carried)]
    assert abs(np.mean(found) - rate) < 3.3 * np.sqrt(rate * (1 - rate) / families)


def test_so_it_is_with_counts_of_few_customers() -> None:
    families, rate = 1500, 0.05
    leavers = np.random.default_rng(3).poisson(0.5, (families, REPLICATIONS, WEEKS)) / 100
    assert np.mean([moving(values, rate).moves for values in leavers]) < rate + 3.3 * np.sqrt(rate / families)


def test_several_measures_share_the_error_rate() -> None:
    families, rate = 1500, 0.05
    two = zip(noise(families, 4), noise(families, 5), strict=True)
    found = [any(one.moves for one in movements_in({"a": a, "b": b}, rate).values()) for a, b in two]
    assert abs(np.mean(found) - rate) < 3.3 * np.sqrt(rate * (1 - rate) / families)


TIME = np.linspace(0, 1, WEEKS)


@pytest.mark.parametrize("shape", [TIME, -TIME, np.sin(np.pi * TIME), np.sin(2 * np.pi * TIME), TIME > 0.6])
def test_what_moves_is_found_whatever_its_shape(shape: np.ndarray) -> None:
    quiet = noise(40)
    found = [moving(values + 3 * shape).moves for values in quiet]
    assert np.mean(found) > 0.9 and np.mean([moving(values).moves for values in quiet]) < 0.15


def test_the_change_along_a_line_is_told_in_the_units_of_the_measure() -> None:
    found = [moving(values + 2 * TIME, 0.05) for values in noise(300)]
    assert np.mean([one.change for one in found]) == pytest.approx(2, abs=0.1)
    assert np.mean([one.low < 2 < one.high for one in found]) == pytest.approx(0.95, abs=0.045)


def test_what_never_varies_is_at_rest_unless_it_moves_the_same_every_time() -> None:
    still = np.full((10, WEEKS), 0.7)
    assert not moving(still).moves and moving(still + TIME).moves
    assert moving(still + TIME).change == pytest.approx(1)


def test_a_replication_in_which_a_week_is_missing_is_left_out() -> None:
    values = noise(1)[0]
    holed = np.concatenate([values, np.where(TIME < 0.5, 100.0, np.nan)[None]])
    assert moving(holed) == moving(values)


def test_too_little_is_refused() -> None:
    with pytest.raises(Mistake, match="3 weeks of 60 replications are too few"):
        moving(noise(1)[0][:, :3])
    with pytest.raises(Mistake, match="6 replications are too few"):
        moving(noise(1)[0][:6])


# ---- markets


STILL = {
    "weeks": 104, "warm_up": 520, "market": {"customers": 200, "prospects": 40}, "network": {"kind": "none"},
    "quality": {"error_rate": 0.0, "failure_threshold": 0.01}, "call_centre": {"questions": 0.0},
    "talk": {"base": 0.0, "strong": 0.0, "grievance": 0.0, "event": 0.0}, "choice": {"attention": 0.0, "involuntary": 0.0},
    "marketing": {"reach": 0.0}, "rival": {"reach": 0.0}, "trust": {"starting_gap": 0.0}, "expectation": {"breach": 0.0},
}  # fmt: skip
"""A market in which nothing happens to anybody."""


def assert_at_rest(scenario: Scenario, replications: int = 100) -> None:
    """Nothing that is watched moves in the weeks that are measured."""
    found = movements(run(scenario, replications, seed=14))
    assert not {name: one for name, one in found.items() if one.moves}


def is_a_world(path: Path) -> bool:
    """Whether a file is a world to start from: it goes on living as it did in its warm-up, and no file of people says what is."""
    scenario = load(path)
    return (
        bool(scenario.warm_up)
        and not scenario.customers.file
        and not scenario.changes
        and scenario.before == scenario.parts
    )


WORLDS = [path for path in sorted(scenarios_folder().rglob("*.yaml")) if is_a_world(path)]


@pytest.mark.heavy
@pytest.mark.parametrize("path", WORLDS, ids=lambda path: path.stem)
def test_a_shipped_world_is_at_rest_for_two_years(path: Path) -> None:
    """100 replications. Were a world at rest, it would be called moving for one seed in a hundred; this seed is fixed."""
    scenario = load(path)
    assert scenario.weeks == 104
    assert_at_rest(scenario)


def test_the_worlds_that_everything_starts_from_are_among_them() -> None:
    names = {"town", "careless_town", "bank", "retailer", "subscription_software", "telecom", "utility"}
    assert {path.stem for path in WORLDS} >= names


def test_a_market_in_which_nothing_happens_is_at_rest() -> None:
    assert_at_rest(described(STILL), 20)
