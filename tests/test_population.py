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

from sim.model.behaviour.choice import has_sorted
from sim.model.behaviour.expectation import expectation_so_far
from sim.model.behaviour.person import COMPANY, RIVAL, STARTS, TRAITS
from sim.model.behaviour.trust import Trust
from sim.model.columns import KINDS
from sim.model.component import builtin, columns
from sim.model.distributions import Distribution, constant, lognormal, lognormal_numbers, normal, uniform
from sim.model.mechanisms.marketing import promise
from sim.model.mechanisms.quality import usual_performance
from sim.model.network import blend_among_friends, draw_network, network_of
from sim.model.population import LINES, Friends, Plan, draw_people, plan_people
from sim.model.random import world
from sim.model.week import Network

FIXED = [trait.name for trait in TRAITS]
FITS = ("fit_company", "fit_rival")
MANY = 40_000


def people_of(plan: Plan, replication: int = 0, likeness: float = 0.0, **settings: Any) -> dict[str, np.ndarray]:
    """The people of one replication, by column; ``likeness`` is that of friends in a random network."""
    arrays = tuple(np.zeros((builtin().rows(kind), plan.people), dtype) for kind, dtype in KINDS.items())
    key = world(1, replication)
    friends = Friends(draw_network(key, "random", plan.people, 8, 0.0), likeness)
    draw_people(key, plan, policy_of(1, settings), arrays, friends)
    kinds = zip(KINDS, arrays, strict=True)
    return {name: array[row] for kind, array in kinds for row, name in enumerate(columns(kind))}


def other_fit(column: str) -> str:
    return FITS[1 - FITS.index(column)]


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
    """But for what suits them: the rival's product suits its customers as the company's suits the company's."""
    people = drawn(20_000, 20_000)
    for name in FIXED:
        theirs = other_fit(name) if name in FITS else name
        assert stats.ks_2samp(people[name][:20_000], people[theirs][20_000:]).pvalue > 1e-5, name


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
        usual = usual_performance(np.float32(0.7) + people["fit_company"][i], 0.01, people["failure_exposure"][i], 0.5)
        expected = expectation_so_far(promise(0.7, 0.1), usual, people["tenure"][i], 26.0)
        assert people["expectation"][i] == expected


def test_trust_stands_a_little_below_satisfaction_when_not_given() -> None:
    people = drawn(500, 100, satisfaction=uniform(0.2, 0.4))
    assert np.allclose(people["trust"], people["satisfaction"] - Trust().starting_gap)
    assert people["satisfaction"][:500].max() <= 0.4 < people["satisfaction"][500:].max()


@given(st.integers(1, 40), st.integers(0, 40), st.integers(0, 2**40))
def test_where_friends_are_not_alike_a_person_is_the_same_however_many_others_there_are(
    founders: int, rivals: int, replication: int
) -> None:
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
    of_buyers = {"purchases_before", "weeks_since_last_purchase", "basket_before"}
    assert {start.name for start in STARTS} - known == {"contract_weeks_left"} | of_buyers


# ---- what suits whom -----------------------------------------------------------------------------------------------


def test_only_what_suits_people_is_alike_among_friends_and_what_follows_from_it() -> None:
    plan = plan_people((600, 400), [{}], [1.0])
    apart, alike = people_of(plan), people_of(plan, likeness=0.5)
    changed = {name for name in apart if not np.array_equal(apart[name], alike[name])}
    assert changed == {*FITS, "expectation", "satisfaction", "trust"}


def test_what_suits_people_has_the_spread_asked_for_however_alike_friends_are() -> None:
    for likeness in (0.0, 0.3, 0.9):
        people = people_of(plan_people((MANY, 0), [{"tenure": constant(0)}], [1.0]), likeness=likeness)
        for name in FITS:
            assert people[name].std() == pytest.approx(0.08, rel=0.03)
            assert abs(people[name].mean()) < 4.5 * 0.08 * math.sqrt(9 / MANY)  # each deviation is in nine people's


def test_who_is_new_is_with_either_provider_by_chance() -> None:
    people = drawn(MANY, MANY, tenure=constant(0))
    new = people["provider"] == COMPANY
    better = people["fit_company"][new] > people["fit_rival"][new]
    assert_mean(better.astype(np.float64), 0.5)


@pytest.mark.parametrize("tenure", [26, 170, 260])
def test_who_has_been_there_long_is_where_it_suits_them_as_often_as_they_have_found_out(tenure: int) -> None:
    """Half of all by chance, and of the other half those who have sorted themselves by then; two alike fits change places."""
    people = drawn(MANY, 0, tenure=constant(tenure))
    better = people["fit_company"] > people["fit_rival"]
    assert_mean(better.astype(np.float64), 0.5 + 0.5 * has_sorted(tenure, 170.0))
    both = np.concatenate([people[name] for name in FITS]).astype(np.float64)
    assert_mean(both, 0.0)
    assert_mean(both**2, 0.08**2)


def test_with_the_rival_are_those_whom_it_suits_better() -> None:
    people = drawn(10, MANY)
    others = people["provider"] == RIVAL
    found_out = np.mean([has_sorted(int(weeks), 170.0) for weeks in people["tenure"][others]])
    better = people["fit_rival"][others] > people["fit_company"][others]
    assert_mean(better.astype(np.float64), 0.5 + 0.5 * found_out)


@pytest.mark.parametrize("name", FITS)
def test_nobody_is_sorted_where_what_suits_them_is_said(name: str) -> None:
    """By a distribution of its own, in which case fits cannot change places, or by the file."""
    far = drawn(2000, 500, **{name: normal(-0.3, 0.01)}, tenure=constant(260))
    assert (far[name] < -0.2).all() and (far[other_fit(name)] > -0.45).all()
    given = file_of([name])
    people = people_of(plan_people((ROWS, 0), [{"tenure": constant(260)}], [1.0], given), likeness=0.8)
    assert np.array_equal(people[name], given[name])


# ---- blending among friends ----------------------------------------------------------------------------------------


def blended(network: Network, likeness: float, replication: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A standard normal trait before and after friends were made alike."""
    own = np.random.default_rng(replication).standard_normal(len(network.first) - 1).astype(np.float32)
    after = own.copy()
    blend_among_friends(after, np.zeros(len(after), np.uint8), network, likeness, (-9.0, 9.0))
    return own, after


def correlation(values: np.ndarray, network: Network) -> float:
    """The correlation of friends."""
    teller = np.repeat(np.arange(len(values)), np.diff(network.first))
    return float(np.corrcoef(values[teller], values[network.friends])[0, 1])


@pytest.mark.parametrize("kind", ["none", "small_world", "random", "scale_free"])
def test_friends_with_nothing_in_common_change_nothing(kind: str) -> None:
    own, after = blended(draw_network(world(1, 0), kind, 500, 8, 0.1), 0.0)
    assert own.tobytes() == after.tobytes()


@pytest.mark.parametrize("likeness", [0.2, 0.5, 1.0])
@pytest.mark.parametrize("kind", ["none", "small_world", "random", "scale_free"])
def test_a_blend_keeps_mean_and_variance(kind: str, likeness: float) -> None:
    """Over 40 draws of 2,000 people each, within 4.5 standard errors of both."""
    pairs = [blended(draw_network(world(1, r), kind, 2000, 8, 0.1), likeness, r) for r in range(40)]
    for what in (np.mean, np.var):
        gap = np.array([what(after.astype(np.float64)) - what(own.astype(np.float64)) for own, after in pairs])
        assert abs(gap.mean()) < 4.5 * gap.std(ddof=1) / math.sqrt(40) + 1e-3


def test_without_friends_everybody_keeps_their_own() -> None:
    pair = network_of(5, np.array([0], np.int32), np.array([[3]], np.int32))
    own, after = blended(pair, 0.5)
    assert after[[1, 2, 4]] == pytest.approx(own[[1, 2, 4]], abs=1e-6)


def test_a_pair_of_friends_mix_what_they_have() -> None:
    """√(1 - h) of one's own and √h of the friend's; all people count for the mean."""
    pair = network_of(2, np.array([0], np.int32), np.array([[1]], np.int32))
    own, after = blended(pair, 0.36)
    mean = own.mean()
    assert after == pytest.approx(mean + 0.8 * (own - mean) + 0.6 * (own[::-1] - mean), abs=1e-6)


@pytest.mark.parametrize("likeness", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("degree", [2, 4, 8])
def test_friends_on_a_ring_are_as_alike_as_the_closed_form_says(degree: int, likeness: float) -> None:
    """2 √(h (1 - h)) / √k for each being among the other's friends, and h / k for each friend in common.

    Neighbours d places apart have k - 1 - d friends in common; d is 1 to k / 2, equally often.
    """
    network = draw_network(world(1, 0), "small_world", MANY, degree, 0.0)
    common = np.mean([degree - 1 - apart for apart in range(1, degree // 2 + 1)])
    expected = 2 * math.sqrt(likeness * (1 - likeness) / degree) + likeness * common / degree
    assert correlation(blended(network, likeness)[1], network) == pytest.approx(expected, abs=4.5 * 3 / math.sqrt(MANY))


@pytest.mark.parametrize("likeness", [0.1, 0.5, 0.9])
def test_friends_at_random_are_as_alike_as_the_closed_form_says(likeness: float) -> None:
    """Hardly any friends in common: √(h (1 - h)) (1 / √k + 1 / √l) for friends who have k and l friends."""
    network = draw_network(world(1, 0), "random", MANY, 8, 0.0)
    many = np.diff(network.first)
    teller = np.repeat(np.arange(MANY), many)
    each = 1 / np.sqrt(many[teller]) + 1 / np.sqrt(many[network.friends])
    expected = math.sqrt(likeness * (1 - likeness)) * each.mean()
    assert correlation(blended(network, likeness)[1], network) == pytest.approx(expected, abs=4.5 * 3 / math.sqrt(MANY))


def test_a_blend_stays_within_the_traits_range() -> None:
    network = draw_network(world(1, 0), "random", 2000, 8, 0.0)
    values = np.random.default_rng(1).uniform(-0.5, 0.5, 2000).astype(np.float32)
    blend_among_friends(values, np.zeros(len(values), np.uint8), network, 0.5, (-0.5, 0.5))
    assert values.min() == -0.5 and values.max() == 0.5


def test_a_segment_whom_the_product_suits_less_keeps_its_mean_among_friends_of_other_segments() -> None:
    network = draw_network(world(1, 0), "random", MANY, 8, 0.0)
    segment = (np.arange(MANY) % 2).astype(np.uint8)
    values = np.random.default_rng(2).normal(np.where(segment == 1, -0.2, 0.0), 0.05).astype(np.float32)
    before = [values[segment == each].mean() for each in (0, 1)]
    blend_among_friends(values, segment, network, 0.5, (-9.0, 9.0))
    assert [values[segment == each].mean() for each in (0, 1)] == pytest.approx(
        before, abs=5 * 0.05 / math.sqrt(MANY / 2)
    )
