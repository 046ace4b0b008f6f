"""A friend who leaves is seen to by those who are with the provider that was left, and by nobody else; some of them follow."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from grounds import busy, counted, ground, lived

from sim.engine.engine import ENGINES, Engine
from sim.model.behaviour.person import COMPANY
from sim.model.week import EVENTS, EVERYBODY

NOBODY_THINKS = {
    f"choice_{name}": 0.0
    for name in ("attention", "issue_trigger", "grievance_trigger", "news_trigger", "good_news_trigger", "involuntary")
} | {"rival_reach": 0.0, "marketing_reach": 0.0}


@pytest.mark.parametrize("kind", ENGINES)
def test_a_friend_who_leaves_is_seen_to_by_the_friends_who_are_still_there(kind: str) -> None:
    market, leaving, ever = Engine(busy(200, 10), 3, kind).start(0, EVERYBODY), np.zeros(0, int), 0
    first, friends = market.network.first, market.network.friends
    for _ in range(10):
        there = None if market.week < 0 else market.people()["provider"] == COMPANY
        market.step()
        saw = market.events[market.events["what"] == EVENTS.index("friend_leaves")]["person"]
        if there is not None:
            seen = Counter(int(saw_it) for saw_it in saw if there[saw_it])
            who = (int(friend) for one in leaving for friend in friends[first[one] : first[one + 1]])
            assert seen == Counter(friend for friend in who if there[friend])
            ever += len(seen)
        leaving = market.events[market.events["what"] == EVENTS.index("leaves")]["person"].astype(int)
    assert ever > 20


def test_where_nobody_thinks_of_leaving_only_those_do_whose_friends_have_left() -> None:
    alone = NOBODY_THINKS | {"friends_wake": 0.0}
    seldom = NOBODY_THINKS | {"choice_attention": 0.01, "choice_decided": 0.0}
    assert not counted(lived(ground(300, 20, **alone))[1], "leavers_voluntary").any()
    few, many = (
        counted(lived(ground(2000, 52, **seldom, friends_wake=wake))[1], "leavers_voluntary") for wake in (0.0, 0.05)
    )
    assert few.sum() > 0
    assert many.sum() > 1.5 * few.sum()
    assert (many[:2] == few[:2]).all(), "before anybody has left there is nobody to follow"


def test_who_dies_or_moves_away_is_followed_by_nobody() -> None:
    gone = NOBODY_THINKS | {"choice_involuntary": 1.0, "friends_wake": 1.0, "choice_newcomers": 0.0}
    tally = lived(ground(300, 20, **gone))[1]
    assert counted(tally, "leavers_involuntary").sum() > 20
    assert not counted(tally, "leavers_voluntary").any()
