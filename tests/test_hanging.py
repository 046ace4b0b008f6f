"""What an answer hangs on: shares of a spread that agree with closed forms, and parameters that stand for nothing get none."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import busy

from sim.runs.comparison import Comparison, compare
from sim.runs.hanging import FEWEST, Met, hanging, hangs_on, met_in, shares
from sim.scenario.worlds import number_of

PATHS = ("choice.attention", "belief.reviews", "choice.decisiveness")


def drawn(count: int, parameters: int, seed: int) -> tuple[np.ndarray, np.ndarray, Met]:
    """The places of that many parameters in that many worlds, and worlds' numbers of which every third was met twice."""
    luck = np.random.default_rng(seed)
    places = np.column_stack([(luck.permutation(count) + luck.random(count)) / count for _ in range(parameters)])
    numbers = number_of(np.arange(count * 4 // 3))
    return places, numbers, Met(numbers, tuple(f"part{k % 3}.p{k}" for k in range(parameters)), places)


def additive(places: np.ndarray) -> np.ndarray:
    """A line (variance 1/3), a bend (4/45 · 9/4 = 1/5) and a weak line (1/27)."""
    x = 2 * places - 1
    return np.asarray(x[:, 0] + 1.5 * (x[:, 1] ** 2 - 1 / 3) + x[:, 2] / 3)


TRUE = {"part0.p0": 1 / 3, "part1.p1": 1 / 5, "part2.p2": 1 / 27}


@pytest.mark.parametrize("stands_for", [1.0, 25.0])
def test_shares_agree_with_a_closed_form(stands_for: float) -> None:
    """Of what is additive, each parameter's share is its variance over that of a market of the company's size."""
    luck_variance, found = 0.3, []
    whole = sum(TRUE.values()) + luck_variance / stands_for
    for seed in range(12):
        places, numbers, met = drawn(300, 40, seed)
        luck = np.random.default_rng([seed, 7]).normal(0, np.sqrt(luck_variance), len(numbers))
        one = shares(additive(places)[numbers] + luck, numbers, met, stands_for)
        assert one.luck + one.rest + sum(each.share for each in one.told) == pytest.approx(1)
        found.append({"luck": one.luck} | {each.parameter: each.share for each in one.told})
    assert np.mean([each["luck"] for each in found]) == pytest.approx(luck_variance / stands_for / whole, abs=0.03)
    for name in ("part0.p0", "part1.p1"):
        assert np.mean([each[name] for each in found]) == pytest.approx(TRUE[name] / whole, abs=0.03)


def test_the_error_that_is_told_is_that_of_the_share() -> None:
    found, errors = [], []
    for seed in range(30):
        places, numbers, met = drawn(150, 10, seed)
        luck = np.random.default_rng([seed, 7]).normal(0, 0.5, len(numbers))
        strongest = shares(additive(places)[numbers] + luck, numbers, met).told[0]
        assert strongest.parameter == "part0.p0" or strongest.share < 0.5
        found.append(strongest.share)
        errors.append(strongest.error)
    assert 0.6 < np.mean(errors) / np.std(found) < 1.7


def test_dummies_get_a_share_in_one_answer_of_twenty() -> None:
    """Where nothing that was varied matters, something is told apart as seldom as is said; the tails are those of money."""
    told = 0
    for seed in range(80):
        _, numbers, met = drawn(90, 30, seed)
        told += bool(shares(np.random.default_rng([seed, 7]).standard_t(4, len(numbers)), numbers, met).told)
    assert told <= 11  # 4 are expected; more than 11 come in one of a thousand


def test_shares_never_add_up_to_more_than_one() -> None:
    for seed in range(40):
        places, numbers, met = drawn(70, 5, seed)
        luck = np.random.default_rng([seed, 7]).normal(0, 0.4, len(numbers))
        one = shares(additive(places)[numbers] + luck, numbers, met, 1 + seed)
        assert sum(each.share for each in one.told) + one.luck <= 1 + 1e-12
        assert one.rest >= 0
        assert all(each.share > 0 for each in one.told)
        assert sum(one.groups.values()) == pytest.approx(sum(each.share for each in one.told))


def test_worlds_weigh_as_often_as_they_were_met() -> None:
    """A world that replications of several numbers met is one row of the regression, and counts as often."""
    places, _, met = drawn(100, 6, 3)
    numbers = np.arange(400)
    rows = np.minimum((np.random.default_rng(1).random(400) ** 2 * 100).astype(int), 99)
    values = additive(places)[rows]
    one = shares(values, numbers, Met(rows, met.paths, met.settings))
    assert one.worlds == len(np.unique(rows)) < 100
    assert sum(each.share for each in one.told) > 0.9


def test_of_few_worlds_nothing_is_told() -> None:
    places, numbers, met = drawn(FEWEST - 1, 4, 1)
    one = shares(additive(places)[numbers], numbers, met)
    assert one.early
    assert not one.told
    assert one.rest == pytest.approx(1)
    nothing = shares(np.full(len(numbers), np.nan), numbers, met)
    assert nothing.early
    assert np.isnan(nothing.luck)


def test_what_never_differs_hangs_on_nothing() -> None:
    _, numbers, met = drawn(100, 4, 1)
    one = shares(np.full(len(numbers), 2.0), numbers, met)
    assert not one.told
    assert np.isnan(one.rest)


@pytest.fixture(scope="module")
def answer() -> Comparison:
    """Upselling against none, in worlds: how many distrust it is said by both, the worth of an offer by one."""
    base = busy(upselling={"attempts": 0.0, "distrust": 0.04, "worth": 2.0})
    pushy = busy(upselling={"attempts": 3.0, "distrust": 0.04, "worth": None}).with_(name="Pushy")
    return compare([base, pushy], replications=120, worlds="shipped")


def test_what_every_scenario_says_itself_never_appears(answer: Comparison) -> None:
    paths = met_in(answer).paths
    assert "upselling.distrust" not in paths
    assert "outsourcing.skill_gap" in paths
    assert "upselling.worth" not in paths, "what one of them says, none leaves open"


def test_it_is_found_again(answer: Comparison) -> None:
    first = hangs_on(answer)
    again = hangs_on(answer)
    assert first == again
    assert set(first) == {"Pushy"}
    profit = first["Pushy"]["profit"]
    assert profit.worlds == 90
    assert {one.parameter for one in profit.told} & {"upselling.worth", "upselling.relevance"}
    assert profit == hanging(answer, answer.others[0], "profit")


def test_in_one_setting_there_is_nothing_to_hang_on() -> None:
    answer = compare([busy(), busy(upselling={"attempts": 0.0}).with_(name="None")], replications=4)
    assert hangs_on(answer) == {}
    assert hanging(answer, answer.others[0], "profit") is None
