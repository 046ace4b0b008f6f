"""Runs: what may not change the numbers, what must balance, and what happens to a replication that fails."""

from typing import Any

import numpy as np
import pytest
from worlds import busy

import sim
from sim import Mistake, run
from sim.engine.columns import CompiledWeek
from sim.model.numeric import FIXED_ONE
from sim.model.random import world
from sim.model.week import COUNTS
from sim.runs.measures import DEFINITIONS, NAMES
from sim.runs.runner import MOST_SEED


@pytest.fixture(scope="module")
def result() -> sim.runs.runner.Result:
    return run(busy(), replications=6, seed=3)


def test_threads_change_nothing(result: sim.runs.runner.Result) -> None:
    alone, together = run(busy(), 6, 3, threads=1), run(busy(), 6, 3, threads=2)
    assert alone.digest == together.digest == result.digest
    assert (alone.tally == together.tally).all()


def test_more_replications_change_no_earlier_one(result: sim.runs.runner.Result) -> None:
    more = run(busy(), 9, 3)
    assert (more.tally[:6] == result.tally).all()
    assert more.digests[:6] == result.digests


def test_a_replication_can_be_repeated_by_itself(result: sim.runs.runner.Result) -> None:
    assert run(busy(), 1, 3, first=4).digests == (result.digests[4],)


def test_another_seed_is_other_luck(result: sim.runs.runner.Result) -> None:
    assert run(busy(), 6, 4).digest != result.digest


def test_seeds_at_the_edge_of_64_bits_run_and_differ() -> None:
    digests = {run(busy(weeks=2), 1, seed).digest for seed in (0, 1, 2**63, MOST_SEED)}
    assert len(digests) == 4


@pytest.mark.parametrize(
    ("words", "settings"),
    [
        ("replications is 0", {"replications": 0}),
        ("seed is -1", {"seed": -1}),
        ("seed is 18446744073709551616", {"seed": 2**64}),
        ("threads is 0", {"threads": 0}),
        ("engine is 'fast'", {"engine": "fast"}),
    ],
)
def test_impossible_numbers_are_refused_with_their_range(words: str, settings: dict[str, object]) -> None:
    with pytest.raises(Mistake, match=words):
        run(busy(), **settings)  # type: ignore[arg-type]


def test_money_balances_to_the_cent(result: sim.runs.runner.Result) -> None:
    assert (result.balance() == 0).all()


def test_people_are_conserved(result: sim.runs.runner.Result) -> None:
    people = sum(result.tally[..., COUNTS.index(name)] for name in ("customers", "rival_customers", "gone"))
    assert (people == 300).all()


def test_customers_change_by_joiners_and_leavers_alone(result: sim.runs.runner.Result) -> None:
    count = {name: result.tally[..., COUNTS.index(name)] for name in COUNTS}
    change = count["joiners"] - count["leavers_voluntary"] - count["leavers_involuntary"]
    assert (np.diff(count["customers"], axis=1) == change[:, 1:]).all()
    assert (count["customers"][:, 0] == 240 + change[:, 0]).all()


def test_every_departure_is_attributed_once(result: sim.runs.runner.Result) -> None:
    causes = sum(result.tally[..., k] for k, name in enumerate(COUNTS) if name.startswith("left_because_"))
    leavers = sum(result.tally[..., COUNTS.index(name)] for name in ("leavers_voluntary", "leavers_involuntary"))
    assert (causes == leavers * FIXED_ONE).all()


def test_every_caller_is_answered_or_hangs_up(result: sim.runs.runner.Result) -> None:
    count = {name: result.tally[..., COUNTS.index(name)] for name in COUNTS}
    assert (count["calls"] == count["answered"] + count["abandoned"]).all()
    assert (count["calls"] == sum(count[name] for name in COUNTS if name.startswith("waited_"))).all()


def test_shares_lie_between_0_and_1_and_are_missing_where_there_was_nothing(result: sim.runs.runner.Result) -> None:
    for name in NAMES:
        values = result.measures[name].dropna().to_numpy()
        assert np.isfinite(values).all(), name
        if DEFINITIONS[name].unit in ("share", "scale 0-1") and name not in ("expectation_gap", "occupancy"):
            assert ((values >= 0) & (values <= 1)).all(), name


def test_retention_is_what_the_founders_did(result: sim.runs.runner.Result) -> None:
    assert result.measures["retention"].mean() == pytest.approx(result.stayed.sum() / 6 / 240)


def test_a_failing_replication_is_a_row_and_the_others_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    untouched, live = run(busy(), 3, 3), CompiledWeek.live

    def fails_once(week: CompiledWeek, *market: Any) -> None:
        if market[3].world == world(3, 1):
            raise ZeroDivisionError("planted")
        live(week, *market)

    monkeypatch.setattr(CompiledWeek, "live", fails_once)
    found = run(busy(), 3, 3)
    assert list(found.numbers) == [0, 2]
    assert found.digests == (untouched.digests[0], untouched.digests[2])
    assert found.failures[0].replication == 1
    assert "planted" in found.failures[0].error and "--first 1" in found.failures[0].repeat


def test_one_row_a_replication_and_one_a_week(result: sim.runs.runner.Result) -> None:
    assert result.measures.shape == (6, len(NAMES))
    assert result.weekly.shape == (60, len(NAMES))
    assert list(result.summary().columns) == ["mean", "low", "high", "sd"]
