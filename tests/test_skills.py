"""Groups with skills: every call ends as in another simulator, and as in simpler queues where it is one of these."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from sim.cli import app
from sim.errors import Mistake
from sim.service.queues import ABANDONED, SERVED, serve
from sim.service.skills import serve_by_skill
from sim.service.turns import serve_in_turn
from sim.staffing.skills import groups_from, kinds_from, met
from sim.theory.erlang import erlang_a


class Room:
    """The same in SimPy: whenever something happens, whoever is free takes who is theirs to take."""

    def __init__(self, calls: Any, kinds: np.ndarray, groups: list[int], after: np.ndarray, ranks: list[int]) -> None:
        self.clock, self.calls, self.kinds, self.after, self.ranks = simpy.Environment(), calls, kinds, after, ranks
        self.free = list(groups)
        self.waiting: dict[int, simpy.Event] = {}
        size = len(kinds)
        self.wait, self.outcome = [0.0] * size, [ABANDONED] * size
        self.group: list[Any] = [-1] * size
        for call in range(size):
            self.clock.process(self._call(call))
        self.clock.run()

    def _call(self, i: int) -> Any:
        arrivals, handling, patience = self.calls
        yield self.clock.timeout(arrivals[i])
        turn = self.waiting[i] = self.clock.event()
        self._match()
        for minutes in self.after[self.kinds[i]]:
            if 0 < minutes < math.inf:
                self.clock.process(self._later(float(minutes)))
        yield turn | self.clock.timeout(patience[i])
        self.waiting.pop(i, None)
        self.wait[i] = self.clock.now - arrivals[i]
        if turn.triggered:
            group: Any = turn.value
            self.outcome[i], self.group[i] = SERVED, group
            yield self.clock.timeout(handling[i])
            self.free[group] += 1
            self._match()

    def _later(self, minutes: float) -> Any:
        yield self.clock.timeout(minutes)
        self._match()

    def _match(self) -> None:
        for i in sorted(self.waiting, key=lambda i: (self.ranks[self.kinds[i]], i)):
            waited, after = self.clock.now - self.calls[0][i], self.after[self.kinds[i]]
            able = [g for g, free in enumerate(self.free) if free and waited >= after[g] - 1e-9]
            if able:
                group = min(able, key=lambda g: (after[g], g))
                self.free[group] -= 1
                self.waiting.pop(i).succeed(group)


def drawn(calls: int, kinds: int, gap: float, seed: int) -> tuple[Any, np.ndarray]:
    luck = np.random.default_rng(seed)
    columns = np.cumsum(luck.exponential(gap, calls)), luck.exponential(5.0, calls), luck.exponential(4.0, calls)
    return columns, luck.integers(0, kinds, calls)


minutes = st.sampled_from([0.0, 0.5, 2.0, math.inf])


@settings(max_examples=120, deadline=None)
@given(
    groups=st.lists(st.integers(1, 3), min_size=1, max_size=3),
    kinds=st.integers(1, 3),
    gap=st.floats(0.5, 4.0),
    seed=st.integers(0, 2**32 - 1),
    data=st.data(),
)
def test_every_call_fares_as_in_simpy_whoever_can_take_it(
    groups: list[int], kinds: int, gap: float, seed: int, data: st.DataObject
) -> None:
    row = st.lists(minutes, min_size=len(groups), max_size=len(groups)).filter(lambda each: min(each) < math.inf)
    after = np.array(data.draw(st.lists(row, min_size=kinds, max_size=kinds)))
    ranks = data.draw(st.lists(st.integers(0, 2), min_size=kinds, max_size=kinds))
    calls, number = drawn(120, kinds, gap, seed)
    wait, outcome, group = serve_by_skill(calls[0], calls[1], calls[2], number, groups, after, ranks)
    room = Room(calls, number, groups, after, ranks)
    assert outcome.tolist() == room.outcome and group.tolist() == room.group
    np.testing.assert_allclose(wait, room.wait, rtol=0, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(people=st.integers(1, 5), seed=st.integers(0, 2**32 - 1))
def test_one_kind_and_one_group_are_the_queue(people: int, seed: int) -> None:
    calls, number = drawn(300, 1, 1.2, seed)
    wait, outcome, _ = serve_by_skill(calls[0], calls[1], calls[2], number, [people], [[0.0]])
    other, ended = serve(calls[0], calls[1], calls[2], people)
    assert (wait == other).all() and (outcome == ended).all()


@settings(max_examples=40, deadline=None)
@given(people=st.integers(1, 5), seed=st.integers(0, 2**32 - 1))
def test_one_group_that_takes_some_kinds_first_is_the_queue_with_ranks(people: int, seed: int) -> None:
    calls, number = drawn(300, 3, 1.2, seed)
    wait, outcome, _ = serve_by_skill(calls[0], calls[1], calls[2], number, [people], [[0.0]] * 3, [2, 0, 1])
    _, other, ended = serve_in_turn(calls[0], calls[1], calls[2], people, np.array([2, 0, 1])[number])
    assert (outcome == ended[0]).all()
    np.testing.assert_allclose(wait, other[0], rtol=0, atol=1e-9)


def test_groups_that_share_nothing_are_queues_of_their_own() -> None:
    calls, number = drawn(2000, 2, 0.6, 5)
    wait, outcome, group = serve_by_skill(calls[0], calls[1], calls[2], number, [5, 4], [[0, math.inf], [math.inf, 0]])
    assert ((group == number) | (outcome == ABANDONED)).all()
    for kind, people in enumerate((5, 4)):
        own = number == kind
        alone = serve(calls[0][own], calls[1][own], calls[2][own], people)
        assert (outcome[own] == alone[1]).all()
        np.testing.assert_allclose(wait[own], alone[0], rtol=0, atol=1e-9)


@pytest.mark.parametrize(("change", "words"), [
    ({"after": [[math.inf], [0.0]]}, "nobody takes calls of kind 0"),
    ({"groups": [0]}, "nobody takes calls of kind 0"),
    ({"kinds": [0, 2]}, "kinds must be 2 numbers from 0 to 1"),
    ({"after": [[0.0, 1.0], [0.0, 1.0]]}, "a column for each of 1 groups"),
])  # fmt: skip
def test_a_mistake_is_named(change: dict[str, Any], words: str) -> None:
    usual: dict[str, Any] = {
        "arrivals": [0.0, 1.0],
        "handling": [1.0] * 2,
        "patience": [9.0] * 2,
        "kinds": [0, 1],
        "groups": [1],
    }
    with pytest.raises(Mistake, match=words):
        serve_by_skill(**usual | {"after": [[0.0], [0.0]]} | change)


# ---- the desk

KINDS = "kind,arrivals,handling,patience,priority\nbills,1,5,3,\nfaults,0.5,8,4,1\n"
GROUPS = "group,people,bills,faults\nfront desk,6,0,\ntechnicians,4,1,0\n"


def desk(folder: Path, kinds: str = KINDS, groups: str = GROUPS, *words: str) -> Any:
    (folder / "kinds.csv").write_text(kinds)
    (folder / "groups.csv").write_text(groups)
    return CliRunner().invoke(
        app, ["staff", "--kinds", str(folder / "kinds.csv"), "--groups", str(folder / "groups.csv"), *words]
    )


def test_calls_that_nobody_else_takes_are_those_of_the_closed_form(tmp_path: Path) -> None:
    (tmp_path / "kinds.csv").write_text(KINDS)
    (tmp_path / "groups.csv").write_text("group,people,bills,faults\nfront desk,6,0,\ntechnicians,4,,0\n")
    kinds = kinds_from(str(tmp_path / "kinds.csv"))
    found = met(kinds, groups_from(str(tmp_path / "groups.csv"), kinds), 1 / 3, 1)
    for k, exact in enumerate((erlang_a(1, 5, 6, 3), erlang_a(0.5, 8, 4, 4))):
        assert found.abandonment[k] == pytest.approx(exact.abandonment, abs=0.004)
        assert found.service_level[k] == pytest.approx(exact.service_level, abs=0.006)
        assert found.occupancy[k] == pytest.approx(exact.occupancy, abs=0.006)


def test_overflow_helps_the_one_and_burdens_the_other(tmp_path: Path) -> None:
    told = json.loads(desk(tmp_path, KINDS, GROUPS, "--json").stdout)
    alone = json.loads(desk(tmp_path, KINDS, GROUPS.replace("4,1,0", "4,,0"), "--json").stdout)
    (bills, faults, _), (before, faults_before, _) = told["kinds"], alone["kinds"]
    assert bills["abandonment"] < before["abandonment"] and faults["abandonment"] > faults_before["abandonment"]
    assert 0 < bills["by_group"]["technicians"] < bills["by_group"]["front desk"]


def test_the_answer_has_every_kind_and_group(tmp_path: Path) -> None:
    told = desk(tmp_path, KINDS, GROUPS, "--target", "99/20").stdout
    assert all(word in told for word in ("bills", "faults", "all", "front desk", "technicians", "bills misses 99/20"))


@pytest.mark.parametrize(("kinds", "groups", "words", "said"), [
    (KINDS, "group,people,bills\nfront desk,6,0\n", (), "nobody takes calls of the kind faults"),
    (KINDS, GROUPS.replace("4,1,0", "0,1,0"), (), "nobody takes calls of the kind faults"),
    (KINDS, GROUPS.replace("faults", "fault"), (), "has a column 'fault' – did you mean 'faults'?"),
    (KINDS.replace("0.5,8", "-1,8"), GROUPS, (), "line 3: arrivals is '-1', but must be a number above 0"),
    (KINDS.replace("arrivals", "calls"), GROUPS, (), "lacks the column arrivals"),
    (KINDS + "bills,1,1,1,\n", GROUPS, (), "has the kind 'bills' more than once"),
    (KINDS.replace(",3,", ",,").replace("8,4", "80,"), GROUPS, (), "the queue grows"),
    (KINDS, GROUPS, ("--arrivals", "3"), "--arrivals and --kinds do not go together"),
    (KINDS, GROUPS, ("--target", "wait=20s"), "such as 80/20"),
])  # fmt: skip
def test_what_cannot_be_is_told_with_its_place(
    tmp_path: Path, kinds: str, groups: str, words: tuple[str, ...], said: str
) -> None:
    done = desk(tmp_path, kinds, groups, *words)
    assert done.exit_code == 2 and said in done.stderr and done.stderr.count("\n") == 1
