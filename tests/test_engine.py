"""One way to live a market: both engines step, run, copy and tell alike, and nothing that happens is lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from grounds import busy as ground
from worlds import busy

from sim import compare, run
from sim.engine import engine
from sim.engine.agreement import difference_in_state
from sim.engine.engine import ENGINES, Engine, Market
from sim.model.week import EVERYBODY
from sim.scenario.model_inputs import ground_of

HERE = ground(60, 8)


def alike(one: Market, other: Market) -> bool:
    """Whether two markets stand alike, bit for bit."""
    counted = np.array_equal(one.counts, other.counts) and one.week == other.week
    return counted and difference_in_state(one.week, one.state(), other.state()) is None


@pytest.mark.parametrize("kind", ENGINES)
def test_weeks_one_by_one_are_the_weeks_at_once(kind: str) -> None:
    stepped, whole = Engine(HERE, 3, kind).start(2), Engine(HERE, 3, kind).replicate(2)
    assert stepped.week == -1 and not stepped.counts.any()
    for week in range(HERE.weeks):
        stepped.step()
        assert stepped.week == week and stepped.counts[week].any() and not stepped.counts[week + 1 :].any()
    assert alike(stepped, whole)


def test_the_engines_are_one_another() -> None:
    fast, readable = (Engine(HERE, 3, kind).replicate(2) for kind in ENGINES)
    assert alike(fast, readable)
    assert all(np.array_equal(*both) for both in zip(fast.network, readable.network, strict=True))


@pytest.mark.parametrize("kind", ENGINES)
def test_there_is_no_week_after_the_last(kind: str) -> None:
    market = Engine(HERE, 3, kind).start(0)
    market.run(HERE.weeks - 1)
    with pytest.raises(IndexError, match="has 8 weeks"):
        market.run(2)
    market.run()
    assert alike(market, Engine(HERE, 3, kind).replicate(0))
    with pytest.raises(IndexError):
        market.step()


@pytest.mark.parametrize("kind", ENGINES)
def test_a_copy_goes_its_own_way_and_the_market_its_own(kind: str) -> None:
    """What goes on under other settings is the whole run with these settings from that week on."""
    policy = HERE.policy.copy()
    policy["quality_error_rate"][4:] = 0.5
    policy["call_centre_representatives"][4:] = 9
    policy.flags.writeable = False
    worse = replace(HERE, policy=policy)
    market = Engine(HERE, 3, kind, beside=[worse]).start(1)
    market.run(4)
    same, other = market.copy(), market.copy(worse)
    for each in (other, market, same):
        each.run()
    assert alike(other, Engine(worse, 3, kind).replicate(1))
    assert np.array_equal(market.counts, same.counts)
    assert np.array_equal(market.counts, Engine(HERE, 3, kind).replicate(1).counts)
    assert not np.array_equal(other.counts[4], market.counts[4])


@pytest.mark.parametrize("kind", ENGINES)
def test_nothing_that_happens_is_lost_however_small_the_room(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ample = Engine(HERE, 3, kind).start(0, EVERYBODY)
    monkeypatch.setattr(engine, "FEW_EVENTS", 1)
    monkeypatch.setattr(engine, "EVENTS_EACH", 0)
    narrow, one = (Engine(HERE, 3, kind).start(0, who) for who in (EVERYBODY, 7))
    mine = 0
    for _ in range(HERE.weeks):
        for market in (ample, narrow, one):
            market.step()
        assert len(ample.events) > 1
        assert ample.events.tobytes() == narrow.events.tobytes()
        assert one.events.tobytes() == ample.events[ample.events["person"] == 7].tobytes()
        mine += len(one.events)
    assert mine > HERE.weeks  # more than its room had
    assert alike(ample, narrow) and alike(ample, one)


def test_nobody_who_is_not_watched_is_told_of() -> None:
    market = Engine(HERE, 3).replicate(0)
    assert market.counts.any() and not len(market.events)


def test_the_columns_of_people_are_those_of_the_state() -> None:
    market = Engine(HERE, 3).replicate(0)
    people = market.people()
    assert {len(values) for values in people.values()} == {60} and "morale" not in people and "trust" in people
    assert (people["provider"] == 0).sum() == run_count(market, "customers")


def run_count(market: Market, name: str) -> int:
    from sim.model.week import count

    return int(market.counts[market.week, count(name)])


def test_what_a_thread_ran_before_changes_nothing() -> None:
    """Scenarios as large as one another, of which only one has a line that is seen: each has the room that is its own."""
    plain = busy(self_checkout={"visits": 0.9, "lanes": 2, "self_lanes": 0})
    seen = plain.with_(name="Seen", self_checkout={"line_in_sight": 1.0, "line_deters": 1.0, "line_unnoticed": 0.0})
    alone = run(seen, 2, threads=1)
    assert alone.digests == compare([plain, seen], 2, threads=1).results[1].digests
    assert run(plain, 2, threads=1).digests == compare([seen, plain], 2, threads=1).results[1].digests


def test_an_engine_serves_inputs_of_its_size_alone() -> None:
    place = Engine(ground_of(busy()), 1)
    assert place.serves(ground_of(busy(quality={"error_rate": 0.4})), "core")
    assert not place.serves(ground_of(busy()), "mesa")
    for other in ({"market": {"customers": 241}}, {"call_centre": {"representatives": 3}}):
        assert not place.serves(ground_of(busy(**other)), "core")
