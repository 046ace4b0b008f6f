"""People: what the file says is used exactly, what it lacks is drawn as asked, and prospects resemble customers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from grounds import policy_of
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy import stats

from sim.model.behaviour.expectation import expectation_so_far
from sim.model.behaviour.person import COMPANY, RIVAL, STARTS, TRAITS
from sim.model.columns import KINDS
from sim.model.component import builtin, columns
from sim.model.distributions import Distribution, constant, lognormal, lognormal_numbers, normal, uniform
from sim.model.mechanisms.marketing import promise
from sim.model.mechanisms.quality import usual_performance
from sim.model.population import LINES, Plan, draw_people, plan_people
from sim.model.random import world

FIXED = [trait.name for trait in TRAITS]
MANY = 40_000


def people_of(plan: Plan, replication: int = 0, **settings: Any) -> dict[str, np.ndarray]:
    """The people of one replication, by column."""
    arrays = tuple(np.zeros((builtin().rows(kind), plan.people), dtype) for kind, dtype in KINDS.items())
    draw_people(world(1, replication), plan, policy_of(1, settings), arrays)
    kinds = zip(KINDS, arrays, strict=True)
    return {name: array[row] for kind, array in kinds for row, name in enumerate(columns(kind))}


def drawn(founders: int = MANY, rivals: int = 0, **distributions: Distribution) -> dict[str, np.ndarray]:
    return people_of(plan_people((founders, rivals), [distributions], [1.0]))


def assert_mean(values: np.ndarray, expected: float) -> None:
    """The mean lies within 4.5 standard errors (by chance outside once in 150,000 times)."""
    error = values.std() / math.sqrt(len(values))
    assert abs(values.mean() - expected) < 4.5 * error + 1e-6 * abs(expected)


# ---- distributions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("distribution", "mean", "sd"),
    [
        (uniform(2.0, 6.0), 4.0, 4 / math.sqrt(12)),
        (normal(50.0, 4.0), 50.0, 4.0),
        (lognormal(10.0, 5.0), 10.0, 5.0),
        (lognormal(6.8, 3.4), 6.8, 3.4),
    ],
    ids=lambda given: str(given),
)
def test_a_distribution_has_the_mean_and_spread_asked_for(distribution: Distribution, mean: float, sd: float) -> None:
    values = drawn(spend=distribution)["spend"].astype(np.float64)
    assert_mean(values, mean)
    assert_mean((values - values.mean()) ** 2, sd**2)
    assert distribution.middle == pytest.approx(mean)


@pytest.mark.parametrize(
    ("distribution", "true"),
    [
        (uniform(2.0, 6.0), stats.uniform(2, 4)),
        (normal(50.0, 4.0), stats.norm(50, 4)),
        (lognormal(10.0, 5.0), stats.lognorm(lognormal_numbers(10, 5)[1], scale=math.exp(lognormal_numbers(10, 5)[0]))),
    ],
    ids=["uniform", "normal", "lognormal"],
)
def test_a_distribution_has_the_shape_asked_for(distribution: Distribution, true: Any) -> None:
    assert stats.kstest(drawn(spend=distribution)["spend"].astype(np.float64), true.cdf).pvalue > 1e-5


def test_a_constant_is_one_for_all() -> None:
    assert set(drawn(100, 50, spend=constant(12.5))["spend"].tolist()) == {12.5}


def test_a_distribution_is_cut_off_at_the_traits_range_and_not_piled_up_there() -> None:
    values = drawn(contact_propensity=normal(0.5, 0.5))["contact_propensity"].astype(np.float64)
    assert values.min() > 0 and values.max() < 1
    cut = stats.truncnorm(-1, 1, 0.5, 0.5)
    assert_mean(values, cut.mean())
    assert stats.kstest(values, cut.cdf).pvalue > 1e-5


def test_a_distribution_outside_the_traits_range_is_held_at_the_bound() -> None:
    assert set(drawn(50, contact_propensity=normal(900.0, 0.1))["contact_propensity"].tolist()) == {1.0}


@pytest.mark.parametrize(
    "wrong",
    [
        {"distribution": "normal", "mean": 1.0},
        {"distribution": "normal", "mean": 1.0, "sd": -1.0},
        {"distribution": "uniform", "low": 2.0, "high": 1.0},
        {"distribution": "lognormal", "mean": 0.0, "sd": 1.0},
        {"distribution": "constant", "value": math.nan},
        {"distribution": "constant", "value": 1.0, "sd": 2.0},
        {"distribution": "triangular", "low": 1.0, "high": 2.0},
    ],
    ids=str,
)
def test_a_distribution_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Distribution(**wrong)


@pytest.mark.parametrize("trait", TRAITS, ids=lambda trait: trait.name)
def test_every_trait_lies_in_its_range_by_default(trait: Any) -> None:
    values = drawn(2000, 500)[trait.name]
    assert trait.low <= values.min() and values.max() <= trait.high
    assert trait.low <= trait.default.middle <= trait.high


# ---- the customer file ---------------------------------------------------------------------------------------------

ROWS = 500


def file_of(names: list[str], missing: float = 0.0) -> dict[str, np.ndarray]:
    """A customer file with these columns, of which a share of the values is missing."""
    draw = np.random.default_rng(7)
    lines = {line.name: line for line in LINES}
    given = {n: draw.uniform(lines[n].low, min(lines[n].high, 1.0), ROWS).astype(np.float32) for n in names}
    for values in given.values():
        values[draw.random(ROWS) < missing] = np.nan
    return given


def test_values_of_the_file_are_used_exactly() -> None:
    given = file_of([*FIXED, "grievance", "expectation", "satisfaction", "trust"])
    people = people_of(plan_people((ROWS, 0), [{}], [1.0], given))
    for name, values in given.items():
        assert people[name].tobytes() == values.tobytes(), name


def test_weeks_of_the_file_are_used_exactly() -> None:
    given = {"tenure": np.arange(ROWS) % 300, "contract_weeks_left": np.arange(ROWS) % 5}
    people = people_of(plan_people((ROWS, 0), [{}], [1.0], given))
    assert np.array_equal(people["tenure"], given["tenure"])
    left = given["contract_weeks_left"]
    assert np.array_equal(people["contract_end"], np.where(left > 0, left, -1))


def test_what_the_file_lacks_is_drawn_the_same_as_without_a_file() -> None:
    given = file_of(["spend", "patience"], missing=0.4)
    with_file = people_of(plan_people((ROWS, 0), [{}], [1.0], given))
    without = people_of(plan_people((ROWS, 0), [{}], [1.0]))
    for name in FIXED:
        known = ~np.isnan(given[name]) if name in given else np.zeros(ROWS, bool)
        assert np.array_equal(with_file[name][~known], without[name][~known]), name
        assert np.array_equal(with_file[name][known], given[name][known] if name in given else []), name


def test_prospects_take_the_traits_of_a_row_drawn_at_random() -> None:
    given = file_of(FIXED)
    people = people_of(plan_people((ROWS, 20_000), [{}], [1.0], given))
    rows = {tuple(row) for row in np.stack([given[name] for name in FIXED], 1).tolist()}
    prospects = np.stack([people[name][ROWS:] for name in FIXED], 1)
    assert all(tuple(row) in rows for row in prospects.tolist())
    _, times = np.unique(prospects[:, 0], return_counts=True)
    assert len(times) == ROWS and stats.chisquare(times).pvalue > 1e-5


def test_prospects_of_drawn_customers_follow_the_same_distributions() -> None:
    people = drawn(20_000, 20_000)
    for name in FIXED:
        assert stats.ks_2samp(people[name][:20_000], people[name][20_000:]).pvalue > 1e-5, name


# ---- segments ------------------------------------------------------------------------------------------------------


def test_segments_have_their_shares_and_their_own_distributions() -> None:
    shares = [0.5, 0.3, 0.2]
    spends: list[Mapping[str, Distribution]] = [{"spend": constant(price)} for price in (1.0, 2.0, 3.0)]
    people = people_of(plan_people((MANY, MANY), spends, shares))
    for number, wanted in enumerate(shares):
        inside = people["segment"] == number
        assert abs(inside.mean() - wanted) < 4.5 * math.sqrt(wanted * (1 - wanted) / (2 * MANY))
        assert set(people["spend"][inside].tolist()) == {number + 1.0}


def test_segments_of_the_file_are_used_exactly_and_prospects_have_those_of_their_rows() -> None:
    segment = (np.arange(ROWS) % 3 == 0).astype(np.uint8)
    given = {"spend": segment * np.float32(10) + np.float32(5)}
    people = people_of(plan_people((ROWS, 5000), [{}, {}], [0.5, 0.5], given, segment))
    assert np.array_equal(people["segment"][:ROWS], segment)
    assert np.array_equal(people["spend"], people["segment"] * np.float32(10) + np.float32(5))


# ---- how they begin ------------------------------------------------------------------------------------------------


def test_customers_come_first_and_the_rivals_after() -> None:
    people = drawn(30, 20)
    assert people["provider"].tolist() == [COMPANY] * 30 + [RIVAL] * 20
    assert (people["price_fairness"] == 1).all() and (people["grievance"] == 0).all()
    assert (people["contract_end"] == -1).all() and (people["issue_tries"] == 0).all()


def test_expectation_follows_from_promise_and_usual_performance_when_not_given() -> None:
    people = people_of(plan_people((200, 0), [{}], [1.0]), quality_level=0.7, marketing_overpromise=0.1)
    for i in range(0, 200, 7):
        usual = usual_performance(0.7, 0.01, people["failure_exposure"][i], 0.5)
        expected = expectation_so_far(promise(0.7, 0.1), usual, people["tenure"][i], 26.0)
        assert people["expectation"][i] == expected


def test_trust_agrees_with_satisfaction_when_not_given() -> None:
    people = drawn(500, 100, satisfaction=uniform(0.2, 0.4))
    assert np.array_equal(people["trust"], people["satisfaction"])
    assert people["satisfaction"][:500].max() <= 0.4 < people["satisfaction"][500:].max()


@given(st.integers(1, 40), st.integers(0, 40), st.integers(0, 2**40))
def test_a_person_is_the_same_however_many_others_there_are(founders: int, rivals: int, replication: int) -> None:
    few = people_of(plan_people((founders, rivals), [{}], [1.0]), replication)
    many = people_of(plan_people((founders + 25, 0), [{}], [1.0]), replication)
    for name in few:
        assert np.array_equal(few[name][:founders], many[name][:founders]), name


def test_every_replication_has_people_of_its_own_and_always_the_same() -> None:
    plan = plan_people((100, 20), [{}], [1.0])
    one, again, other = (people_of(plan, replication) for replication in (3, 3, 4))
    assert all(np.array_equal(one[name], again[name]) for name in one)
    assert not np.array_equal(one["spend"], other["spend"])


def test_starts_are_states_or_weeks() -> None:
    known = {name for kind in ("number", "clock", "mark") for name in columns(kind)}
    assert {start.name for start in STARTS} - known == {"contract_weeks_left"}
