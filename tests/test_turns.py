"""Some are answered before others, and who hung up calls again: caller by caller as in another simulator, and by closed forms."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from sim.cli import app
from sim.engine.agreement import agree
from sim.engine.engine import Engine
from sim.errors import Mistake
from sim.model.behaviour.waiting import gamma_above_one
from sim.model.week import COUNTS, EVENTS, EVERYBODY
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import Scenario, described
from sim.service.queues import ABANDONED, SERVED, serve, serve_on_duty
from sim.service.turns import NOT_MADE, Duty, Gaps, serve_in_turn
from sim.staffing.day import Calls, live
from sim.staffing.habits import Habits, patience_of
from sim.staffing.targets import Load
from sim.theory.erlang import erlang_a, erlang_c
from sim.theory.phone_lines import calls_with_second_ones, cobham


class Switchboard:
    """The same in SimPy: a line in which the lowest rank is served first, and from which some come back."""

    def __init__(self, callers: Any, agents: int, ranks: list[int], gaps: Any) -> None:
        self.clock = simpy.Environment()
        self.arrivals, self.handling, self.patience = callers
        self.ranks, self.gaps = ranks, gaps
        self.desk = simpy.PriorityResource(self.clock, agents)
        shape = self.handling.shape
        self.wait, self.outcome = np.full(shape, np.nan), np.full(shape, NOT_MADE)
        for caller in range(shape[1]):
            self.clock.process(self._caller(caller))
        self.clock.run()

    def _caller(self, i: int) -> Any:
        yield self.clock.timeout(self.arrivals[i])
        for call in range(len(self.handling)):
            begun = self.clock.now
            with self.desk.request(self.ranks[i]) as turn:
                answered = yield turn | self.clock.timeout(self.patience[call, i])
                self.wait[call, i], served = self.clock.now - begun, turn in answered
                if served:
                    yield self.clock.timeout(self.handling[call, i])
            self.outcome[call, i] = SERVED if served else ABANDONED
            gap = self.gaps[0 if not served else 1][call, i]
            if not math.isfinite(gap):
                return
            yield self.clock.timeout(gap)


def drawn(callers: int, gap: float, calls: int, seed: int) -> tuple[Any, Any]:
    """Callers, their calls and patience, of whom no two do anything at the same moment; and when they call again, if at all."""
    luck, shape = np.random.default_rng(seed), (calls, callers)
    again, served = (
        np.where(luck.random(shape) < chance, luck.exponential(20.0, shape), np.inf) for chance in (0.5, 0.2)
    )
    return (np.cumsum(luck.exponential(gap, callers)), luck.exponential(5.0, shape), luck.exponential(3.0, shape)), (
        again,
        served,
    )


@settings(max_examples=120, deadline=None)
@given(
    agents=st.integers(1, 6),
    gap=st.floats(0.4, 4.0),
    kinds=st.integers(1, 4),
    calls=st.integers(1, 3),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_caller_fares_as_in_simpy_whoever_goes_first_and_calls_again(
    agents: int, gap: float, kinds: int, calls: int, seed: int
) -> None:
    callers, gaps = drawn(120, gap, calls, seed)
    ranks = np.random.default_rng(seed).integers(0, kinds, 120)
    _, wait, outcome = serve_in_turn(callers[0], callers[1], callers[2], agents, ranks, Gaps(*gaps))
    board = Switchboard(callers, agents, ranks.tolist(), gaps)
    assert outcome.tolist() == board.outcome.tolist()
    np.testing.assert_allclose(wait, board.wait, rtol=0, atol=1e-9)


def test_thousands_of_callers_fare_as_in_simpy() -> None:
    callers, gaps = drawn(8000, 0.5, 3, 7)
    ranks = np.random.default_rng(7).integers(0, 3, 8000)
    _, wait, outcome = serve_in_turn(callers[0], callers[1], callers[2], 10, ranks, Gaps(*gaps))
    board = Switchboard(callers, 10, ranks.tolist(), gaps)
    assert outcome.tolist() == board.outcome.tolist() and set(outcome.ravel()) == {SERVED, ABANDONED, NOT_MADE}
    np.testing.assert_allclose(wait, board.wait, rtol=0, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(agents=st.integers(0, 5), rank=st.integers(-3, 3), seed=st.integers(0, 2**32 - 1))
def test_where_all_go_alike_and_nobody_calls_again_it_is_the_queue_of_one_pass(
    agents: int, rank: int, seed: int
) -> None:
    (arrivals, handling, patience), _ = drawn(200, 1.0, 1, seed)
    once = serve(arrivals, handling[0], patience[0], agents)
    _, wait, outcome = serve_in_turn(arrivals, handling[0], patience[0], agents, [rank] * 200)
    assert (once[0] == wait[0]).all() and (once[1] == outcome[0]).all()


@settings(max_examples=60, deadline=None)
@given(people=st.lists(st.integers(0, 5), min_size=1, max_size=6), seed=st.integers(0, 2**32 - 1))
def test_so_it_is_where_people_come_and_go(people: list[int], seed: int) -> None:
    (arrivals, handling, patience), _ = drawn(200, 1.0, 1, seed)
    once = serve_on_duty(arrivals, handling[0], patience[0], people, 30.0)
    _, wait, outcome = serve_in_turn(arrivals, handling[0], patience[0], Duty(people, 30.0))
    assert (once[0] == wait[0]).all() and (once[1] == outcome[0]).all()


def test_nobody_calls_again_once_the_lines_are_closed() -> None:
    again = Gaps(30.0, np.inf)
    times, _, outcome = serve_in_turn(
        [10.0, 50.0], np.ones((2, 2)), np.ones((2, 2)), Duty([0, 1, 0], 40.0), again=again
    )
    assert outcome.tolist() == [[ABANDONED, SERVED], [SERVED, NOT_MADE]] and times[1, 0] == 41.0
    _, _, outcome = serve_in_turn([100.0], [[1.0]] * 2, [[1.0]] * 2, Duty([1, 1, 0], 40.0), again=again)
    assert outcome.tolist() == [[ABANDONED], [SERVED]]  # the next day has begun
    _, _, outcome = serve_in_turn([82.0], [[1.0]] * 2, [[1.0]] * 2, Duty([1, 1, 0], 40.0), again=again)
    assert outcome.tolist() == [[ABANDONED], [NOT_MADE]]


@pytest.mark.parametrize(("change", "words"), [
    ({"ranks": [0.5, 1]}, "ranks must be 2 whole numbers"),
    ({"ranks": [1]}, "ranks must be 2 whole numbers"),
    ({"again": Gaps(-1.0, np.inf)}, "until a second call .hung_up. must be 0 or more"),
    ({"again": Gaps(np.ones((3, 2)), np.inf)}, "must be numbers of shape"),
    ({"patience": [1.0]}, "every caller needs one of each"),
])  # fmt: skip
def test_a_mistake_is_named(change: dict[str, Any], words: str) -> None:
    usual: dict[str, Any] = {"arrivals": [0.0, 1.0], "handling": [1.0, 1.0], "patience": [9.0, 9.0], "agents": 1}
    with pytest.raises(Mistake, match=words):
        serve_in_turn(**usual | change)


# ---- closed forms


def waits_by_rank(rates: tuple[float, ...], agents: int, seed: int = 1, callers: int = 400_000) -> list[np.ndarray]:
    """Mean waits of thirty stretches, of each rank, where nobody hangs up and calls take five minutes."""
    luck, total = np.random.default_rng(seed), sum(rates)
    arrivals = np.cumsum(luck.exponential(1 / total, callers))
    ranks = luck.choice(len(rates), callers, p=np.array(rates) / total)
    _, wait, _ = serve_in_turn(arrivals, luck.exponential(5.0, callers), np.full(callers, np.inf), agents, ranks)
    parts = np.array_split(np.arange(callers // 20, callers), 30)
    return [np.array([wait[0, part][ranks[part] == rank].mean() for part in parts]) for rank in range(len(rates))]


@pytest.mark.parametrize(("rates", "agents"), [((0.1, 0.07), 1), ((0.4, 0.5, 0.6), 9), ((2.0, 1.0), 17)])
def test_waits_by_rank_are_those_of_cobham(rates: tuple[float, ...], agents: int) -> None:
    for found, exact in zip(waits_by_rank(rates, agents), cobham(rates, 5.0, agents), strict=True):
        assert found.mean() == pytest.approx(exact, abs=4 * found.std(ddof=1) / math.sqrt(30))


def test_whoever_goes_first_the_mean_of_all_waits_is_that_of_erlang() -> None:
    rates = (0.4, 0.5, 0.6)
    mean = sum(rate * wait for rate, wait in zip(rates, cobham(rates, 5.0, 9), strict=True)) / sum(rates)
    assert mean == pytest.approx(erlang_c(sum(rates), 5.0, 9).mean_wait, rel=1e-12)
    assert cobham((1.5,), 5.0, 9) == pytest.approx((erlang_c(1.5, 5.0, 9).mean_wait,))


def test_who_goes_first_does_not_feel_a_queue_that_the_others_make_endless() -> None:
    first, last = cobham((0.1, 0.2), 5.0, 1)
    assert first == pytest.approx(5 / (1 - 0.5)) and math.isinf(last)


@settings(max_examples=60, deadline=None)
@given(again=st.floats(0, 0.9), served=st.floats(0, 0.9), people=st.integers(1, 12))
def test_all_calls_are_the_first_ones_and_those_that_follow(again: float, served: float, people: int) -> None:
    def hung_up(calls: float) -> float:
        return erlang_a(calls, 5.0, people, 3.0).abandonment

    calls = calls_with_second_ones(1.0, hung_up, again, served)
    lost = hung_up(calls)
    assert calls == pytest.approx(1 + again * calls * lost + served * calls * (1 - lost), rel=1e-9)


def test_second_calls_add_to_the_load_as_the_closed_form_says() -> None:
    """Where they come late enough to find another queue, arrivals are as good as Poisson."""
    habits = Habits(redial=0.355, redial_served=0.132, redial_after=240.0)
    calls = Calls(np.array([1440.0]), np.array([5.0]), 1440.0, 3.0, habits)
    lived, exact = live(calls, [5], 1, callers=2_000_000), Load(1.0, 5.0, 3.0, habits).figures(5)
    assert exact is not None and exact.abandonment > erlang_a(1.0, 5.0, 5, 3.0).abandonment + 0.02
    for name in ("abandonment", "mean_wait", "service_level", "occupancy"):
        mean, error = (float(column[0]) for column in lived.figure(name))
        assert mean == pytest.approx(getattr(exact, name), abs=4 * error + 0.002 * getattr(exact, name)), name


# ---- how patience spreads


@pytest.mark.parametrize(
    "law", [Habits("weibull", 0.6), Habits("weibull", 3.0), Habits("lognormal", 2.0), Habits("fixed")]
)
def test_patience_has_its_mean_and_spread(law: Habits) -> None:
    found = law.patience(np.random.default_rng(1).exponential(1.0, 2_000_000))
    assert found.mean() == pytest.approx(1.0, abs=0.01)
    spread = {
        "weibull": math.sqrt(math.gamma(1 + 2 / law.spread) / math.gamma(1 + 1 / law.spread) ** 2 - 1),
        "fixed": 0.0,
    }
    assert found.std() == pytest.approx(spread.get(law.law, law.spread), rel=0.05, abs=1e-9)


def test_fixed_patience_on_one_line_is_the_exact_queue() -> None:
    """M/M/1 with a fixed patience: the share lost, by Barrer 1957 ("Queuing with impatient customers and ordered service")."""
    load, patience = 0.9, 4.0
    grown = math.exp(-(1 - load) * patience / 5.0)
    exact = load * (1 - load) * grown / (1 - load * load * grown)
    calls = Calls(np.array([1440 * load / 5]), np.array([5.0]), 1440.0, patience, Habits("fixed"))
    mean, error = (float(column[0]) for column in live(calls, [1], 1, callers=1_000_000).figure("abandonment"))
    assert mean == pytest.approx(exact, abs=4 * error)


def test_gamma_is_gamma() -> None:
    for x in np.linspace(0, 2, 81):
        assert gamma_above_one(x) == pytest.approx(math.gamma(1 + x), rel=2e-6)


@pytest.mark.parametrize(("written", "words"), [
    ("weibul 3 shape 2", "did you mean 'weibull'"),
    ("weibull 3", "say its shape"),
    ("weibull 3 shape 900", "between 0.2 and 50"),
    ("lognormal 3 shape 2", "say its sd"),
    ("fixed 3 sd 1", "no other number than its mean"),
    ("three", "no number of minutes"),
    ("-3", "finite number above 0"),
    ("3 4 5 6 7", "no patience"),
])  # fmt: skip
def test_a_patience_that_is_none_is_refused_with_a_remedy(written: str, words: str) -> None:
    with pytest.raises(Mistake, match=words):
        patience_of(written)


# ---- the desk


def desk(*words: str) -> Any:
    return CliRunner().invoke(app, ["staff", *words])


def test_the_desk_counts_second_calls_by_formula_and_by_simulation() -> None:
    words = ("--arrivals", "2", "--handling", "5", "--patience", "3", "--agents", "10", "--redial", "35%", "--json")
    formula, simulated = json.loads(desk(*words).stdout)["reached"]
    once = erlang_a(2.0, 5.0, 10, 3.0).abandonment
    assert formula["abandonment"] > once + 0.01
    assert simulated["abandonment"] == pytest.approx(formula["abandonment"], abs=0.01)


@pytest.mark.parametrize(("words", "said"), [
    (("--redial", "35%"), "--redial needs --patience"),
    (("--redial", "100%", "--patience", "3"), "below 100%"),
    (("--patience", "weibull 3"), "say its shape"),
    (("--redial", "3%", "--patience", "3", "--redial-after", "0"), "above 0"),
])  # fmt: skip
def test_what_callers_cannot_do_is_told(words: tuple[str, ...], said: str) -> None:
    done = desk("--arrivals", "2", "--handling", "5", "--target", "80/20", *words)
    assert done.exit_code == 2 and said in done.stderr and done.stderr.count("\n") == 1


# ---- the model

CROWDED: dict[str, Any] = {
    "name": "Crowded", "weeks": 12, "market": {"customers": 300, "prospects": 60, "stands_for": 20},
    "call_centre": {"representatives": 8, "questions": 1.5, "handling": 8.0},
    "customers": {"segments": {"gold": {"share": 0.3}, "silver": {"share": 0.7}}},
}  # fmt: skip


def crowded(segments: dict[str, Any] | None = None, **call_centre: Any) -> Scenario:
    told = CROWDED | ({"segments": segments} if segments else {})
    return described(told | {"call_centre": CROWDED["call_centre"] | call_centre})


def counts(of: Scenario) -> dict[str, int]:
    lived = Engine(ground_of(of), 3).replicate(0).counts
    return dict(zip(COUNTS, lived.sum(axis=0).tolist(), strict=True))


def test_with_nobody_there_calls_are_the_first_ones_and_as_many_again_as_the_chance_says() -> None:
    alone = counts(crowded(representatives=0, questions=3.0))
    again = counts(crowded(representatives=0, questions=3.0, redial=0.4))
    assert again["calls"] == again["abandoned"]
    # who hung up is a customer less content, so that first calls are not quite the same
    assert again["calls"] / alone["calls"] == pytest.approx(1 / 0.6, rel=0.1)


def test_second_calls_make_more_calls_and_more_hang_up() -> None:
    once, again = counts(crowded()), counts(crowded(redial=0.6))
    assert again["calls"] > 1.05 * once["calls"]
    assert again["abandoned"] / again["calls"] > once["abandoned"] / once["calls"]


def test_who_is_told_the_wait_spares_it() -> None:
    once, told = counts(crowded()), counts(crowded(balking=0.9, balking_at=1.0))
    assert told["wait"] / told["calls"] < 0.7 * once["wait"] / once["calls"]
    assert told["waited_0"] > once["waited_0"]


def mean_waits(of: Scenario) -> list[float]:
    """Mean minutes of the calls of each segment, by the events of everybody."""
    ground = ground_of(of)
    market = Engine(ground, 3).start(0, EVERYBODY)
    market.run()
    heard = market.events
    calls = np.isin(heard["what"], [EVENTS.index(name) for name in ("solved", "unsolved", "abandons")])
    segment = market.state().mark[ground.model.row("segment")][heard["person"]]
    return [float(heard["amount"][calls & (segment == each)].mean()) for each in (0, 1)]


def test_a_segment_that_goes_first_waits_less_and_the_others_more() -> None:
    alike, first = mean_waits(crowded()), mean_waits(crowded({"gold": {"policy": {"call_centre": {"priority": 5}}}}))
    assert first[0] < 0.7 * alike[0] and first[1] > alike[1]


def test_the_same_priority_for_all_is_none() -> None:
    both = {name: {"policy": {"call_centre": {"priority": 4}}} for name in ("gold", "silver")}
    assert counts(crowded(both)) == counts(crowded()) == counts(crowded(priority=7))


@pytest.mark.parametrize(
    "more", [{}, {"redial": 0.5}, {"redial": 0.5, "balking": 0.5, "callback": 0.3, "patience_shape": 2.0}]
)
def test_both_engines_agree_on_who_goes_first_and_who_calls_again(more: dict[str, float]) -> None:
    assert agree(ground_of(crowded({"gold": {"policy": {"call_centre": {"priority": 5}}}}, **more)), 2, weeks=5) is None
