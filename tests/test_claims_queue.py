"""Waiting in sight and out of it: lines that drive shoppers away, callbacks, closed lines, and those whom nobody hears."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from grounds import counted, ground, lived
from hypothesis import given, settings
from hypothesis import strategies as st
from test_claims import assert_moves, market

from sim import Mistake, compare
from sim.model.distributions import constant
from sim.model.mechanisms.self_checkout import minds, put_off
from sim.scenario.whole import Scenario
from sim.service.queues import (
    BALKED,
    SERVED,
    nobody_in_line,
    rebase_line,
    serve,
    serve_in_sight,
    stand_in,
    standing,
)

# ---- the line itself -------------------------------------------------------------------------------------------------

whole = st.integers(0, 12).map(float)
shoppers = st.lists(st.tuples(whole, whole, whole.map(lambda m: m + 0.5), st.integers(0, 4).map(float)), max_size=40)


@settings(max_examples=100, deadline=None)
@given(shoppers, st.integers(0, 3))
def test_the_line_is_as_long_as_a_count_of_everybody_who_is_still_there(comers: list[Any], agents: int) -> None:
    """By hand: of those who came before and joined, everybody whose wait is not over."""
    gaps, handling, patience, limits = np.array(comers, float).reshape(-1, 4).T
    arrivals = np.cumsum(gaps // 4)
    wait, outcome, length = serve_in_sight(arrivals, handling, patience, limits, agents)
    for k, moment in enumerate(arrivals):
        there = (outcome[:k] != BALKED) & (arrivals[:k] + wait[:k] > moment)
        assert length[k] == there.sum()
        assert (outcome[k] == BALKED) == (length[k] > limits[k])


@settings(max_examples=100, deadline=None)
@given(shoppers, st.integers(0, 3))
def test_who_turns_away_changes_nothing_for_the_others(comers: list[Any], agents: int) -> None:
    """Without those who balked, the plain queue gives everybody else what they got."""
    gaps, handling, patience, limits = np.array(comers, float).reshape(-1, 4).T
    arrivals = np.cumsum(gaps // 4)
    wait, outcome, _ = serve_in_sight(arrivals, handling, patience, limits, agents)
    joined = outcome != BALKED
    plain = serve(arrivals[joined], handling[joined], patience[joined], agents)
    assert np.array_equal(plain[0], wait[joined]) and np.array_equal(plain[1], outcome[joined])


def _share_lost(load: float, servers: int, room: int) -> float:
    """M/M/c/K: the chance to find ``servers`` + ``room`` people there (Erlang's loss formula with a waiting room)."""
    weights = [load**n / math.factorial(n) for n in range(servers + 1)]
    weights += [weights[servers] * (load / servers) ** k for k in range(1, room + 1)]
    return weights[-1] / sum(weights)


@pytest.mark.parametrize(("load", "servers", "room"), [(0.9, 1, 3), (3.5, 3, 2), (8.0, 10, 4)])
def test_a_limit_of_the_same_length_for_all_is_the_queue_with_a_waiting_room(
    load: float, servers: int, room: int
) -> None:
    luck, n, batches = np.random.default_rng(5), 400_000, 40
    arrivals, handling = np.cumsum(luck.exponential(1 / load, n)), luck.exponential(1.0, n)
    _, outcome, _ = serve_in_sight(arrivals, handling, np.full(n, np.inf), np.full(n, room - 1.0), servers)
    assert set(np.unique(outcome)) == {SERVED, BALKED}
    lost = (outcome == BALKED).reshape(batches, -1).mean(1)
    assert abs(lost.mean() - _share_lost(load, servers, room)) < 4 * lost.std(ddof=1) / math.sqrt(batches)


def test_a_line_lasts_over_the_end_of_a_week() -> None:
    line = nobody_in_line(room=5)
    for until in (3.0, 12.0, 15.0):
        stand_in(line, until)
    rebase_line(line, 10.0)
    assert [standing(line, moment) for moment in (0.0, 2.0, 5.0)] == [2, 1, 0]


def test_a_line_without_room_forgets_nobody_who_stands_there() -> None:
    line = nobody_in_line(room=2)
    for until in (8.0, 9.0, 7.0):
        stand_in(line, until)
    assert standing(line, 7.5) == 2 and standing(line, 8.5) == 1


def test_limits_that_are_none_are_refused() -> None:
    with pytest.raises(Mistake, match="limits must be 2 numbers"):
        serve_in_sight([0, 1], [1, 1], [1, 1], [1, float("nan")], 1)
    with pytest.raises(Mistake, match="arrivals must be sorted"):
        serve_in_sight([1, 0], [1, 1], [1, 1], [1, 1], 1)


# ---- who turns away --------------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 400), st.floats(0, 5), st.floats(0, 1), st.floats(0, 10), st.floats(0, 1))
def test_a_longer_line_never_draws_and_is_a_chance(
    length: int, price: float, sees: float, few: float, deters: float
) -> None:
    chance, further = (float(put_off(n, minds(price), sees, few, deters)) for n in (length, length + 1))
    assert 0 <= chance <= further + 1e-6 and further <= np.float32(sees) + 1e-6
    assert chance <= float(put_off(length, minds(price / 2), sees, few, deters)) + 1e-6


@pytest.mark.parametrize("few", [0.0, 3.0, 5.0, 10.0])
@pytest.mark.parametrize("deters", [0.05, 0.1, 0.4])
def test_five_more_in_a_line_of_ten_cost_what_the_parameter_says(few: float, deters: float) -> None:
    buy = [1 - float(put_off(n, 1.0, 1.0, few, deters)) for n in (10, 15)]
    assert buy[1] / buy[0] == pytest.approx(1 - deters, abs=1e-5)


CROWDED = {"self_checkout": {"visits": 1.0, "lanes": 10, "tolerance": 30}, "customers": {"traits": {"patience": 60.0}}}
"""A grocer with too few lanes, whose customers are patient once they stand in line."""


def crowded(**lanes: float) -> Scenario:
    return market(**CROWDED).with_(name=str(lanes), self_checkout=lanes)


def test_a_line_in_sight_loses_sales_and_they_are_money() -> None:
    hidden, seen = crowded(sale=0.1), crowded(sale=0.1, line_in_sight=1.0)
    assert_moves("balking", 1, hidden, seen)
    assert_moves("cost", 1, hidden, crowded(sale=0.1, line_in_sight=1.0, line_hurts=0.0))


def test_every_sale_that_is_lost_is_booked_to_the_cent() -> None:
    """Everybody spends 10 a week; a fifth of that is the margin of a purchase, lost by all who leave unserved."""
    shop = {
        "self_checkout_visits": 1.0,
        "self_checkout_lanes": 2,
        "self_checkout_line_in_sight": 0.8,
        "self_checkout_sale": 0.2,
    }
    tally = lived(ground(300, 6, traits={"spend": constant(10.0)}, **shop))[1]
    balked, walked_out = (counted(tally, name).sum() for name in ("balked", "walked_out"))
    assert balked > 50 and walked_out > 50
    assert counted(tally, "cost_lost_sales").sum() == 200 * (balked + walked_out)


def test_turning_away_is_held_against_the_company_as_inconvenience() -> None:
    painless, painful = (crowded(line_in_sight=1.0, line_hurts=hurts) for hurts in (0.0, 0.6))
    assert_moves("satisfaction", -1, painless, painful)
    assert_moves("left_because_convenience", 1, painless, painful)


def test_more_lanes_shorten_the_line_and_keep_shoppers() -> None:
    assert_moves("balking", -1, crowded(line_in_sight=1.0), crowded(line_in_sight=1.0, lanes=20))


def test_no_line_is_seen_where_there_is_none() -> None:
    answer = compare([crowded(lanes=400), crowded(lanes=400, line_in_sight=1.0)], replications=2, seed=3)
    assert all(
        (answer.values(answer.others[0], name) == answer.values(answer.base, name)).all()
        for name in ("profit", "trust")
    )


# ---- the telephone ---------------------------------------------------------------------------------------------------

ASKS = {
    "quality_error_rate": 0.0, "quality_spread": 0.0, "call_centre_unanswered_severity": 0.0,
    "call_centre_questions": 0.5, "choice_attention": 0.0, "rival_reach": 0.0, "call_centre_representatives": 3,
}  # fmt: skip


def asking(**settings: Any) -> dict[str, int]:
    """The counts of ten weeks in which 800 customers ask something every other week, of three who answer."""
    tally = lived(ground(1000, 10, rivals=200, traits={"patience": constant(2.0)}, stands_for=4.0, **ASKS | settings))[
        1
    ]
    names = ("calls", "answered", "abandoned", "callbacks", "wait", "effort", "gave_up", "contacts", "busy")
    return {name: int(counted(tally, name).sum()) for name in names}


def assert_share(some: int, of: int, expected: float) -> None:
    """``some`` out of ``of`` is a share of the expected size, within four standard errors."""
    assert of > 500 and abs(some / of - expected) < 4 * math.sqrt(expected * (1 - expected) / of) + 1e-9


def test_who_is_called_back_at_any_wait_and_always_reached_never_hangs_up() -> None:
    now, then = (
        asking(),
        asking(call_centre_callback=1.0, call_centre_callback_after=0.0, call_centre_callback_reached=1.0),
    )
    assert now["abandoned"] > 50 and then["abandoned"] == 0 and then["answered"] == then["calls"]
    assert then["busy"] > now["busy"] and then["wait"] > now["wait"]  # it takes away hanging up, not work


def test_who_is_not_there_when_called_back_is_not_answered() -> None:
    found = asking(call_centre_callback=1.0, call_centre_callback_after=0.0, call_centre_callback_reached=0.6)
    assert found["abandoned"] + found["answered"] == found["calls"]
    assert_share(found["abandoned"], found["callbacks"], 0.4)


def test_a_callback_after_a_longer_wait_than_anybody_has_is_never_made() -> None:
    assert asking(call_centre_callback=1.0, call_centre_callback_after=240.0) == asking()


def test_a_wait_for_a_callback_is_felt_less() -> None:
    efforts = [
        asking(call_centre_callback=1.0, call_centre_callback_after=0.0, call_centre_callback_felt=part)["effort"]
        for part in (0.0, 0.3, 1.0)
    ]
    assert efforts[0] < efforts[1] < efforts[2]


PRESSED = {"call_centre": {"representatives": 3, "questions": 0.2}}


def test_callbacks_satisfy_where_lines_are_long() -> None:
    pressed = market(**PRESSED)
    back = pressed.with_(name="Called back", call_centre={"callback": 1.0, "callback_after": 2.0})
    assert_moves("satisfaction", 1, pressed, back)
    assert_moves("abandonment", -1, pressed, back)


# ---- closed lines, and who is not heard --------------------------------------------------------------------------------


def test_of_those_who_call_at_night_who_does_not_try_again_gives_up() -> None:
    found = asking(support_access_opening_hours=0.6, support_access_tries_again=0.25)
    assert_share(found["gave_up"], found["contacts"], 0.4 * 0.75)


def test_lines_closed_to_all_who_do_not_try_again_are_never_busy() -> None:
    found = asking(support_access_opening_hours=0.0, support_access_tries_again=0.0)
    assert found["calls"] == 0 and found["gave_up"] == found["contacts"] > 0


def test_a_second_try_is_more_effort_though_everybody_gets_through() -> None:
    now, then = asking(), asking(support_access_opening_hours=0.5, support_access_tries_again=1.0)
    assert then["gave_up"] == 0 and then["calls"] == now["calls"] and then["effort"] > now["effort"]


def test_short_opening_hours_cost_satisfaction_where_calls_are_answered() -> None:
    """Where they are not, closed lines relieve the queue: that is why companies close them."""
    served = {"call_centre": {"representatives": 60, "questions": 0.2}}
    short = market(**served, support_access={"opening_hours": 0.5}).with_(name="Short")
    assert_moves("satisfaction", -1, market(**served), short)
    pressed = market(**PRESSED)
    assert_moves("wait_mean", -1, pressed, pressed.with_(name="Short", support_access={"opening_hours": 0.5}))


def test_silence_grows_with_how_well_the_number_is_hidden() -> None:
    open_, half, hidden = (market(support_access={"hidden": at}).with_(name=f"hidden {at}") for at in (0.0, 0.3, 0.8))
    assert_moves("silent_share", 1, open_, half)
    assert_moves("silent_share", 1, half, hidden)


def test_where_nobody_finds_the_number_everybody_is_silent() -> None:
    tally = lived(ground(300, 6, support_access_hidden=1.0, quality_error_rate=0.2))[1]
    assert (
        counted(tally, "complaints").sum() == 0 and counted(tally, "silent").sum() == counted(tally, "issues").sum() > 0
    )
