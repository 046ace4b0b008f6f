"""Selection keeps its promise: the best is found as often as promised, on the hardest configuration and on an easy one."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from scipy.stats import binom

from sim.errors import Mistake
from sim.experiments.algorithms.selection import Evaluate, Terms, kim_nelson, ocba, subset

PROMISE, ZONE = 0.95, 1.0
SLIPPAGE = np.array([1.0, 0.0, 0.0, 0.0, 0.0])
"""The best leads all others by exactly the indifference zone: the worst case of the promise."""
MONOTONE = np.array([4.0, 3.0, 2.0, 1.0, 0.0])
PROCEDURES = {"KN": kim_nelson, "OCBA": ocba}


def world(means: np.ndarray, seed: int, shared: float = 3.0, own: float = 2.0) -> Evaluate:
    """Policies with normal outcomes; replication r's shared luck is the same for all, whatever is asked when."""
    luck = (
        np.random.default_rng(seed).normal(size=(len(means) + 1, 3000))
        * np.array([shared, *[own] * len(means)])[:, None]
    )

    def evaluate(policies: Sequence[int], replications: range) -> np.ndarray:
        rows = np.array([means[p] + luck[p + 1] + luck[0] for p in policies])
        return rows[:, replications.start : replications.stop]

    return evaluate


def held(right: int, of: int, promise: float) -> bool:
    """Whether so few right answers would be no surprise, had the promise been kept: a one-sided test at 1 in 1,000."""
    return bool(binom.cdf(right, of, promise) > 0.001)


def right_answers(procedure: str, means: np.ndarray, macro: int) -> int:
    order = np.random.default_rng(7)
    right = 0
    for seed in range(macro):
        shuffled = order.permutation(means)  # the best is not always the first
        found = PROCEDURES[procedure](world(shuffled, seed), len(means), Terms(zone=ZONE, promise=PROMISE, most=3000))
        assert found.decided
        right += found.best == int(shuffled.argmax())
    return right


@pytest.mark.parametrize("means", [SLIPPAGE, MONOTONE], ids=["slippage", "monotone"])
@pytest.mark.parametrize("procedure", PROCEDURES)
def test_the_promised_probability_is_kept(procedure: str, means: np.ndarray) -> None:
    assert held(right_answers(procedure, means, 200), 200, PROMISE)


@pytest.mark.heavy
@pytest.mark.parametrize("means", [SLIPPAGE, MONOTONE], ids=["slippage", "monotone"])
@pytest.mark.parametrize("procedure", PROCEDURES)
def test_the_promised_probability_is_kept_over_a_thousand(procedure: str, means: np.ndarray) -> None:
    right = right_answers(procedure, means, 1000)
    print(f"{procedure}: {right} of 1,000 right")
    assert held(right, 1000, PROMISE)


def test_the_bound_would_catch_a_broken_promise() -> None:
    """A procedure that is right in 85 of 100 cases fails the test of 200 nearly always."""
    assert binom.cdf(binom.ppf(0.001, 200, PROMISE), 200, 0.85) > 0.9


def textbook_kn(values: np.ndarray, zone: float, promise: float, first: int) -> tuple[int, int]:
    """KN written out plainly, one replication at a time: (best, replications judged). Kim & Nelson 2001, section 3."""
    policies = len(values)
    eta = 0.5 * ((2 * (1 - promise) / (policies - 1)) ** (-2 / (first - 1)) - 1)
    h2 = 2 * eta * (first - 1)
    s2 = {
        (i, j): np.var(values[i, :first] - values[j, :first], ddof=1) for i in range(policies) for j in range(policies)
    }
    alive, r = set(range(policies)), first
    while True:
        mean = values[:, :r].mean(axis=1)

        def wide(i: int, j: int, r: int = r) -> float:
            return max(0.0, zone / (2 * r) * (h2 * s2[i, j] / zone**2 - r))

        alive = {i for i in alive if all(mean[i] >= mean[j] - wide(i, j) for j in alive if j != i)}
        if len(alive) == 1:
            return alive.pop(), r
        r += 1


@pytest.mark.parametrize("batch", [1, 7, 50])
def test_kn_is_the_textbooks_whatever_the_batch(batch: int) -> None:
    for seed in range(10):
        evaluate = world(SLIPPAGE, seed)
        best, judged = textbook_kn(evaluate(range(5), range(3000)), ZONE, PROMISE, 20)
        found = kim_nelson(evaluate, 5, Terms(zone=ZONE, promise=PROMISE, batch=batch, most=3000))
        assert found.best == best
        assert judged <= found.used.max() < judged + batch


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_a_clear_loser_costs_little(procedure: str) -> None:
    """Replications go where they matter: the near rival gets many, the one far behind few more than the first stage."""
    found = PROCEDURES[procedure](
        world(np.array([1.0, 0.0, -20.0]), 3), 3, Terms(zone=ZONE, promise=0.99, first=10, batch=5)
    )
    assert found.used[2] <= 15 < found.used[1]


def test_ocba_is_right_more_often_than_equal_shares_of_the_same_budget() -> None:
    means = np.array([1.0, 0.0, *np.linspace(-4, -12, 8)])
    right = {"ocba": 0, "equal": 0}
    for seed in range(300):
        evaluate = world(means, seed, own=4.0)
        found = ocba(evaluate, 10, Terms(zone=1e-6, promise=0.9999, first=5, batch=2, most=15))
        right["ocba"] += found.best == 0
        equal = evaluate(range(10), range(math.ceil(found.replications / 10)))
        right["equal"] += int(equal.mean(axis=1).argmax()) == 0
    assert right["ocba"] > right["equal"] + 15


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_shared_luck_saves_replications(procedure: str) -> None:
    """The same spread of every policy by itself, but half of the variance shared, takes fewer replications."""
    used = [
        sum(
            PROCEDURES[procedure](world(SLIPPAGE, s, *spread), 5, Terms(zone=ZONE, promise=PROMISE)).replications
            for s in range(20)
        )
        for spread in ((math.sqrt(8), math.sqrt(8)), (0, 4))
    ]
    assert used[0] < 0.75 * used[1]


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_what_the_budget_cannot_tell_is_said(procedure: str) -> None:
    """Three equal policies and a bad one, an indifference zone too small for the budget: the three remain, the bad does not."""
    found = PROCEDURES[procedure](world(np.array([5.0, 5.0, 5.0, 0.0]), 1), 4, Terms(zone=0.01, most=60))
    assert not found.decided and found.remaining == (0, 1, 2) and found.best in (0, 1, 2)


def test_the_subset_holds_the_best_as_promised() -> None:
    held_best = sum(
        4 in subset(world(np.zeros(5) + np.eye(5)[4] * 0.01, s)(range(5), range(15)), 0.9) for s in range(1000)
    )
    assert held(held_best, 1000, 0.9)


def test_the_subset_drops_what_is_clearly_worse_and_nothing_else() -> None:
    values = world(np.array([0.0, 5.0, 5.0, -5.0]), 2)(range(4), range(100))
    assert subset(values) == (1, 2)


def test_a_failed_replication_counts_for_nobody() -> None:
    """NaN in one policy's replication: as if that replication did not exist."""
    plain = world(MONOTONE, 5)

    def torn(policies: Sequence[int], replications: range) -> np.ndarray:
        found = plain(policies, replications)
        if 2 in policies and 3 in replications:
            found[policies.index(2), 3 - replications.start] = math.nan
        return found

    values = plain(range(5), range(40))
    torn_values = values.copy()
    torn_values[2, 3] = math.nan
    assert subset(torn_values) == subset(np.delete(values, 3, axis=1))
    for procedure in PROCEDURES.values():
        assert procedure(torn, 5, Terms(zone=ZONE)).best == 0


def test_a_policy_that_always_fails_is_told() -> None:
    def broken(policies: Sequence[int], replications: range) -> np.ndarray:
        found = world(MONOTONE, 1)(policies, replications)
        found[[p == 2 for p in policies]] = math.nan
        return found

    for procedure in PROCEDURES.values():
        with pytest.raises(Mistake, match="see what failed"):
            procedure(broken, 5, Terms(zone=ZONE))
    with pytest.raises(Mistake, match="see what failed"):
        subset(broken(range(5), range(10)))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"zone": 0.0}, "no number of runs settles a tie"),
        ({"zone": 1.0, "promise": 0.2}, "blindly"),
        ({"zone": 1.0, "first": 2}, "at least 3"),
        ({"zone": 1.0, "first": 30, "most": 20}, "budget"),
    ],
)
def test_what_cannot_be_promised_is_refused(settings: dict[str, float], words: str) -> None:
    for procedure in PROCEDURES.values():
        with pytest.raises(Mistake, match=words):
            procedure(world(SLIPPAGE, 1), 5, Terms(**settings))
