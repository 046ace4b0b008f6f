"""People who answer messages: what comes is answered, given up, or waits; and it waits as long as queues of such people do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import simpy
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from sim import Mistake, load, run
from sim.engine.agreement import agree
from sim.engine.engine import Engine
from sim.journey.relive import Event
from sim.journey.telling import sentences
from sim.model.behaviour.person import COMPANY
from sim.model.component import builtin
from sim.model.events import Circumstances
from sim.model.mechanisms.message_desk import queue_by_chance, until_morning, wait_to_give_up, work_ahead
from sim.runs.measures import counts_of, definitions
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import Scenario, described
from sim.theory.erlang import erlang_a, erlang_c

ALL_WRITE = {
    "weeks": 6,
    "quality": {"error_rate": 0, "spread": 0, "failure_threshold": 0.01},
    "customers": {"traits": {"digital_affinity": 1}},
    "call_centre": {"questions": 1, "representatives": 1},
    "digital_channels": {"offered": 1},
    "choice": {"attention": 0, "involuntary": 0, "newcomers": 0},
}
"""Everybody has a question every week and writes: as many messages as customers."""
ROUND_THE_CLOCK = {"hours": 168, "patience": 8760}


def desk(customers: int, agents: int, stands_for: float = 1, **settings: Any) -> Scenario:
    """So many customers who all write, and so many who answer, round the clock and to the most patient unless said."""
    market = {"customers": customers, "prospects": 0, "stands_for": stands_for}
    asked = {"agents": agents} | ROUND_THE_CLOCK | settings
    return described({"name": "Desk", "market": market, "network": {"kind": "none"}, "message_desk": asked} | ALL_WRITE)


class Lived:
    """The weeks of a scenario in a market of objects: each count, week by week."""

    def __init__(self, scenario: Scenario) -> None:
        self.model, market = scenario.model, Engine(ground_of(scenario), 1, "mesa").replicate(0)
        self.counts, self.people = market.counts, len(market.state().number[0])

    def __getitem__(self, name: str) -> np.ndarray:
        return self.counts[:, self.model.count(name)]

    def measured(self, name: str) -> float:
        return float(definitions(self.model)[name].formula(counts_of(self.counts, self.people, self.model)))


# ---- what comes is answered, given up, or waits


@pytest.mark.parametrize(("minutes", "patience"), [(480.0, 8760.0), (480.0, 60.0), (90.0, 24.0), (480.0, 0.5)])
def test_what_comes_is_answered_given_up_or_waits(minutes: float, patience: float) -> None:
    found = Lived(desk(60, 1, minutes=minutes, patience=patience))
    came = np.cumsum(found["messages"])
    left = np.cumsum(found["messages_answered"] + found["messages_given_up"])
    assert (found["messages"] == found["digital_contacts"]).all() and came[-1] > 300
    assert (came == left + found["message_backlog"]).all()
    assert (found["messages_answered"] <= found["messages_possible"]).all()


def test_fourteen_times_the_messages_are_not_answered_in_the_same_two_hours() -> None:
    """One agent can answer 21 a week, of eight hours each."""
    few, many = Lived(desk(10, 1, minutes=480)), Lived(desk(140, 1, minutes=480))
    assert few.measured("message_hours") < 8 + 12 and few["message_backlog"].max() == 0
    assert many.measured("message_hours") > 20 * few.measured("message_hours")
    excess = many["messages"] - many["messages_given_up"] - 21
    assert (many["message_backlog"] == np.cumsum(excess)).all() and (excess > 0).all()
    assert many.measured("message_occupancy") == 1.0


def test_part_of_a_message_is_not_lost_from_week_to_week() -> None:
    """Seventeen and a half a week are 105 in six weeks."""
    assert Lived(desk(40, 1, minutes=480, hours=140))["messages_possible"].tolist() == [17, 18, 17, 18, 17, 18]


def test_twice_the_agents_for_twice_the_messages_answer_no_later() -> None:
    once, twice = Lived(desk(50, 2, minutes=480)), Lived(desk(100, 4, minutes=480))
    assert twice.measured("message_hours") <= once.measured("message_hours") * 1.02
    loads, places = np.linspace(0.05, 1.5, 30), (1, 2, 5, 20, 100)
    waits = [[queue_by_chance(x, c, 8.0, 168.0, 48.0) for c in places] for x in loads]
    assert (np.diff(waits, axis=1) <= 1e-6).all()


def test_the_longer_the_backlog_and_the_more_that_come_the_longer_the_wait() -> None:
    waits = [queue_by_chance(x, 4, 8.0, 168.0, 240.0) for x in np.linspace(0.02, 3, 60)]
    assert (np.diff(waits) >= 0).all()
    ahead = np.array([[work_ahead(b, x, 0.5, 1.4) for x in np.linspace(0, 5, 20)] for b in np.linspace(0, 4, 20)])
    assert (np.diff(ahead, axis=0) >= 0).all() and (np.diff(ahead, axis=1) >= 0).all()


@pytest.mark.heavy
def test_people_who_stand_for_several_make_the_load_of_the_whole_company() -> None:
    """Of thirty people who each stand for ten, one more or less makes ten messages."""
    whole = Lived(desk(300, 2, minutes=120).with_(weeks=4))
    part = Lived(desk(30, 2, stands_for=10, minutes=120).with_(weeks=4))
    assert part.measured("message_hours") == pytest.approx(whole.measured("message_hours"), rel=0.15)
    np.testing.assert_allclose(10 * part["message_backlog"], whole["message_backlog"], atol=40)
    assert (10 * part["cost_digital"] == whole["cost_digital"]).all()


def test_when_nobody_is_there_to_answer_any_more_all_that_was_left_is_answered() -> None:
    found = Lived(desk(60, 1, minutes=480).with_(changes={"from week 3": {"message_desk": {"agents": 0}}}))
    assert found["message_backlog"][2] > 50 and (found["message_backlog"][3:] == 0).all()
    assert (found["messages"][3:] == 0).all() and (found["digital_contacts"][3:] > 50).all()
    assert found["messages"].sum() == (found["messages_answered"] + found["messages_given_up"]).sum()


def test_one_at_a_time_is_no_chat_however_slow_two_would_be() -> None:
    one, other = Lived(desk(60, 1, minutes=480)), Lived(desk(60, 1, minutes=480, chats=1, slowdown=1))
    assert (one.counts == other.counts).all()


def test_two_at_a_time_that_take_half_as_long_again_are_four_thirds_of_the_work() -> None:
    one, two = Lived(desk(60, 1, minutes=480)), Lived(desk(60, 1, minutes=480, chats=2, slowdown=0.5))
    assert one["messages_possible"].sum() == 6 * 21 and two["messages_possible"].sum() == 6 * 28


def test_agents_are_paid_by_the_hour_and_messages_without_them_by_the_piece() -> None:
    assert (Lived(desk(30, 2, hours=40, wage=25))["cost_digital"] == 2 * 40 * 2500).all()
    assert (Lived(desk(30, 0))["cost_digital"] == 30 * 400).all()


def test_quicker_answers_are_no_lever_of_its_own_where_people_answer() -> None:
    asked = {"digital_channels": {"offered": 1, "response_hours": 1}}
    without, with_them = Lived(desk(30, 0).with_(**asked)), Lived(desk(30, 1).with_(**asked))
    assert (without["cost_digital_channels_response_hours"] > 0).all()
    assert (with_them["cost_digital_channels_response_hours"] == 0).all()


# ---- against theory


@pytest.mark.parametrize("patience", [2.0, 30.0, 600.0])
@pytest.mark.parametrize(("load", "places"), [(0.5, 1), (0.9, 2), (0.95, 20), (1.02, 200), (1.2, 20)])
def test_as_many_give_up_as_erlang_says(load: float, places: int, patience: float) -> None:
    """Weeks so long that chance has all the room it needs."""
    wait = float(queue_by_chance(load, places, 10.0, 1e6, patience / 60)) * 60
    exact = erlang_a(load * places / 10.0, 10.0, places, patience)
    assert 1 - np.exp(-wait / patience) == pytest.approx(exact.abandonment, rel=2e-3, abs=1e-5)
    assert exact.mean_wait * 0.999 <= wait <= exact.mean_wait / (1 - exact.abandonment)


@pytest.mark.parametrize(("load", "places"), [(0.3, 1), (0.8, 3), (0.9, 12), (0.95, 50)])
def test_who_never_gives_up_waits_as_erlang_c_says(load: float, places: int) -> None:
    wait = float(queue_by_chance(load, places, 10.0, 1e6, 1e6)) * 60
    assert wait == pytest.approx(erlang_c(load * places / 10.0, 10.0, places).mean_wait, rel=2e-3)


def test_a_wait_for_all_makes_as_many_give_up_as_different_waits_do() -> None:
    for mean, patience in ((0.001, 3.0), (0.5, 3.0), (2.9, 3.0)):
        assert 1 - np.exp(-float(wait_to_give_up(mean, patience)) / patience) == pytest.approx(
            mean / patience, rel=1e-4
        )


@pytest.mark.parametrize("patience", [0.05, 0.5, 1.4, 50.0])
@pytest.mark.parametrize(("first", "load"), [(0.0, 1.5), (0.0, 14.0), (0.7, 0.4), (3.0, 0.9), (0.1, 1.0)])
def test_the_backlog_of_a_week_solves_its_differential_equation(first: float, load: float, patience: float) -> None:
    lived = solve_ivp(
        lambda _, ahead: load * np.exp(-ahead / patience) - 1, (0, 1), [first], rtol=1e-9, atol=1e-9, dense_output=True
    )
    for moment in (0.0, 0.25, 0.5, 1.0):
        exact = max(float(lived.sol(moment)[0]), 0.0)
        assert float(work_ahead(first, load, moment, patience)) == pytest.approx(exact, abs=1e-4 * max(patience, 1))


@pytest.mark.parametrize("busy", [0.2, 0.6, 0.95, 1.0])
@pytest.mark.parametrize(("hours", "any_hour"), [(40, 1.0), (84, 1.0), (60, 0.4), (60, 0.0), (168, 1.0)])
def test_messages_of_the_night_are_worked_off_by_day(hours: float, any_hour: float, busy: float) -> None:
    """A day minute by minute: what comes by night waits, by day more are answered than come until none is left."""
    day, step = hours / 7, 1 / 600
    night = any_hour * (24 - day) / 24
    clock, waiting, area = np.arange(0, 24, step), 0.0, 0.0
    for hour in clock:
        by_night = hour < 24 - day - step / 2
        comes = night / (24 - day) if by_night else (1 - night) / day
        waiting = max(waiting + step * (comes - (0 if by_night else 1 / busy / day)), 0.0)
        area += step * waiting
    assert float(until_morning(busy, hours, any_hour)) == pytest.approx(area, abs=0.02)


class Desk:
    """Agents of SimPy, who work the first hours of each day on messages of exponential length, first come first served."""

    def __init__(self, places: int, each: float, day: float, patience: float, seed: int = 1) -> None:
        self.chance, self.clock = np.random.default_rng(seed), simpy.Environment()
        self.places, self.each, self.day, self.patience = simpy.Resource(self.clock, places), each, day, patience
        self.times: list[float] = []
        self.came = self.gone = 0

    def answer(self) -> Any:
        """Work on a message, at night not."""
        left = self.chance.exponential(self.each)
        while left > 1e-12:
            into = self.clock.now % 24
            if into >= self.day - 1e-9:
                yield self.clock.timeout(24 - into)
            else:
                spent = min(left, self.day - into)
                yield self.clock.timeout(spent)
                left -= spent

    def message(self) -> Any:
        """Somebody writes, and waits or gives up."""
        came, self.came = self.clock.now, self.came + 1
        with self.places.request() as turn:
            got = yield turn | self.clock.timeout(self.chance.exponential(self.patience))
            if turn not in got:
                self.gone += 1
                return
            yield from self.answer()
        self.times.append(self.clock.now - came)

    def live(self, rate: float, weeks: int) -> None:
        """So many messages an hour, day and night."""

        def writing() -> Any:
            while True:
                yield self.clock.timeout(self.chance.exponential(1 / rate))
                self.clock.process(self.message())

        self.clock.process(writing())
        self.clock.run(weeks * 168)


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("places", "load", "each", "day"),
    [(1, 0.7, 0.1, 24), (3, 0.85, 0.15, 24), (8, 0.9, 0.2, 24), (2, 0.6, 0.2, 8), (4, 0.9, 0.15, 8), (3, 0.5, 0.1, 12)],
)
def test_answers_take_as_long_as_those_of_a_simulated_desk(places: int, load: float, each: float, day: float) -> None:
    """Within 5 %, round the clock and with nights."""
    rate = load * places / each * day / 24
    lived = Desk(places, each, day, 1e9)
    lived.live(rate, 60)
    chance = queue_by_chance(load, places, each * 60, day * 7, 1e9)
    told = float(until_morning(load, day * 7, 1.0)) + float(chance) + each
    assert told == pytest.approx(np.mean(lived.times), rel=0.05)


@pytest.mark.heavy
@pytest.mark.parametrize(("load", "patience"), [(1.5, 48.0), (1.2, 24.0), (0.9, 8.0)])
def test_as_many_give_up_as_at_a_simulated_desk(load: float, patience: float) -> None:
    """Four weeks round the clock: what is told of whole weeks, one after the other, within 8 % of all that come."""
    lived = Desk(2, 0.2, 24, patience)
    lived.live(load * 10, 26)
    steady = max(brentq(lambda ahead: load * np.exp(-ahead / patience) - 1, -1e3, 1e3), 0.0)
    chance = float(queue_by_chance(load, 2, 12.0, 168.0, patience))
    assert 1 - np.exp(-max(steady, chance) / patience) == pytest.approx(lived.gone / lived.came, abs=0.02)


# ---- as any mechanism


@pytest.mark.heavy
def test_both_engines_agree_on_all_of_it() -> None:
    """Agents come and go, chats are held, some give up and shout, others write again or call."""
    rough = {"quality": {"error_rate": 0.2}, "call_centre": {"questions": 0.4, "representatives": 2},
             "digital_channels": {"offered": 0.8, "public": 0.5}, "customers": {"traits": {}}}  # fmt: skip
    changes = {
        "from week 2": {"message_desk": {"agents": 3, "chats": 3, "any_hour": 0, "patience": 1}},
        "from week 4": {"message_desk": {"agents": 0}},
        "from week 5": {"message_desk": {"agents": 1, "hours": 168, "patience": 100}},
    }
    scenario = desk(300, 1, stands_for=20, minutes=60, hours=40, patience=72).with_(**rough, changes=changes)
    assert agree(ground_of(scenario)) is None


@pytest.mark.heavy
def test_measures_and_events_tell_of_it() -> None:
    result = run(desk(400, 1, minutes=120, patience=96), 2)
    values = {
        name: result.values[name].mean() for name in ("message_hours", "message_abandonment", "message_occupancy")
    }
    assert values["message_hours"] > 24 and 0.1 < values["message_abandonment"] < 1 and values["message_occupancy"] == 1
    happened = result.events(kinds=["message_given_up", "message_solved"])
    assert set(happened["what"]) == {"message_given_up", "message_solved"} and (happened["amount"] > 0).all()


def test_whoever_gives_up_is_told_of_by_the_hours_they_waited() -> None:
    here = Circumstances(COMPANY, "EUR", {})
    assert sentences([Event("message_given_up", 70.2)], here) == [
        "They wrote, waited 70 hours for an answer, and gave up."
    ]
    assert "waited 6.0 minutes for" in sentences([Event("message_given_up", 0.1)], here)[0]
    assert sentences([Event("message_solved", 1.2)], here) == ["They wrote; an answer came after 1 hour and solved it."]


def test_whoever_gave_up_has_an_open_matter_and_comes_again() -> None:
    """Everybody asks once, and every answer solves it; but nobody answers whoever gave up, and so they write again."""
    once = {"digital_channels": {"offered": 1, "skill": 1, "hardness": 0},
            "weeks": 2, "changes": {"from week 1": {"call_centre": {"questions": 0}}}}  # fmt: skip
    patient = Lived(desk(200, 1, minutes=480).with_(**once))
    impatient = Lived(desk(200, 1, minutes=480, patience=0.5).with_(**once))
    assert patient["messages"][1] < 10 and impatient["messages_given_up"][0] > 150
    assert 0.12 < impatient["messages"][1] / impatient["messages_given_up"][0] < 0.6


def test_nothing_of_it_is_there_unless_it_is_said() -> None:
    assert not {"messages", "message_backlog"} & set(builtin().counts)
    plain, none = described(dict(ALL_WRITE)), described(ALL_WRITE | {"message_desk": {"agents": 0, "minutes": 3}})
    assert none.model is plain.model and {"messages", "message_backlog"} <= set(desk(10, 1).model.counts)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("message_desk: {agents: -1}", "message_desk.agents is -1, but must lie between 0 and 5000 people"),
        ("message_desk: {agents: 3, minutes: 0}", "message_desk.minutes is 0, but must lie between 0.05 and 480"),
        ("message_desk: {agents: 3, chats: 0}", "message_desk.chats is 0, but must lie between 1 and 20"),
        ("message_desk: {agents: 3, hours: 169}", "message_desk.hours is 169, but must lie between 1 and 168"),
        ("message_desk: {agents: 3, slowdown: 150%}", "message_desk.slowdown is '150%', but must lie between 0 and 1"),
        ("message_desk: {agents: 3, patience: 0 hours}", "is '0 hours', but must lie between 0.01 and 8760 hours"),
        ("message_desk: {people: 3}", "message_desk.people is not a parameter of message_desk"),
        ("message_desk: {agents: 3}", "but digital_channels.offered is 0 throughout"),
    ],
)  # fmt: skip
def test_a_desk_that_cannot_be_is_refused_with_its_place(tmp_path: Path, lines: str, told: str) -> None:
    path = tmp_path / "desk.yaml"
    path.write_text(f"name: Desk\n{lines}\n", encoding="utf-8")
    with pytest.raises(Mistake) as raised:
        load(path)
    assert "desk.yaml, line 2" in str(raised.value) and told in str(raised.value)


def test_a_desk_for_whoever_may_write_later_is_not_refused() -> None:
    later = {"changes": {"from week 2": {"digital_channels": {"offered": 0.5}}}}
    assert described({"message_desk": {"agents": 3}, "weeks": 4} | later).model.used == ("message_desk",)
