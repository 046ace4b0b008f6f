"""The staffing desk: a queue whose people come and go, people for a target, shifts, tables of calls, and what is said of them."""

from __future__ import annotations

import itertools
import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from benchmarks.queues import by_ciw
from sim.cli import app
from sim.data.call_table import read_week
from sim.errors import Mistake
from sim.service.queues import ABANDONED, SERVED, serve, serve_on_duty
from sim.staffing.day import Calls, live
from sim.staffing.plan import calls_of, plan_for, with_shifts
from sim.staffing.shifts import Shift, ShiftPlan, covering, shifts_from
from sim.staffing.targets import Load, Target, target
from sim.theory.erlang import erlang_a, erlang_c

CASE = Path(__file__).parent / "data" / "cases" / "calls_by_hour.csv"
TICK = 2.0**-10


# ---- a queue whose people come and go


class Desk:
    """The same in SimPy: whoever rings joins a line; people on duty take the next in it, the longest free first."""

    def __init__(self, callers: Any, people: list[int], slot: float, slots: int) -> None:
        self.clock, self.people, self.slot = simpy.Environment(), people, slot
        self.arrivals, self.handling, self.patience = (column.tolist() for column in callers)
        self.wait, self.outcome = [0.0] * len(self.arrivals), [SERVED] * len(self.arrivals)
        self.line: list[tuple[float, simpy.Event]] = []
        self.free: dict[int, tuple[float, int]] = {}
        self.on_duty, self.busy = 0, set[int]()
        self.clock.process(self._duty(slots))
        self.clock.process(self._ring())
        self.clock.run()

    def _duty(self, slots: int) -> Any:
        for slot in range(slots):
            before, self.on_duty = self.on_duty, self.people[slot % len(self.people)]
            for number in range(before, self.on_duty):
                if number not in self.busy:
                    self.free[number] = (self.clock.now, number)
            for number in range(self.on_duty, before):
                self.free.pop(number, None)
            self._match()
            yield self.clock.timeout(self.slot)

    def _ring(self) -> Any:
        for i, arrival in enumerate(self.arrivals):
            yield self.clock.timeout(arrival - self.clock.now)
            self.clock.process(self._call(i))

    def _call(self, i: int) -> Any:
        turn = self.clock.event()
        self.line.append((self.clock.now, turn))
        self._match()
        yield turn | self.clock.timeout(self.patience[i])
        self.wait[i] = self.clock.now - self.arrivals[i]
        if not turn.triggered:
            self.outcome[i] = ABANDONED
            self.line = [entry for entry in self.line if entry[1] is not turn]
            return
        yield self.clock.timeout(self.handling[i])
        self.busy.discard(turn.value)
        if turn.value < self.on_duty:
            self.free[turn.value] = (self.clock.now, turn.value)
        self._match()

    def _match(self) -> None:
        while self.line and self.free:
            number = min(self.free.values())[1]
            del self.free[number]
            self.busy.add(number)
            self.line.pop(0)[1].succeed(number)


def drawn(callers: int, gap: float, seed: int, patience: float = 4.0) -> Any:
    """Callers on a grid of 2^-10 minutes, none at the moment at which a stretch begins; patience ends between grid points."""
    luck = np.random.default_rng(seed)
    columns = luck.exponential(1.0, (3, callers)) * np.array([[gap], [5.0], [patience]])
    gaps, handling, endurance = np.floor(columns / TICK) * TICK
    arrivals = np.cumsum(np.maximum(gaps, TICK)) + TICK / 4
    return arrivals, handling + TICK / 8, endurance + TICK / 2


@settings(max_examples=150, deadline=None)
@given(
    people=st.lists(st.integers(0, 6), min_size=1, max_size=8),
    gap=st.floats(0.3, 5.0),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_caller_fares_as_in_simpy_whatever_the_shifts(people: list[int], gap: float, seed: int) -> None:
    callers = drawn(150, gap, seed)
    slots = math.ceil((callers[0][-1] + 500) / 30)
    wait, outcome = serve_on_duty(*callers, people, 30.0)
    desk = Desk(callers, people, 30.0, slots)
    assert outcome.tolist() == desk.outcome
    assert np.allclose(wait, desk.wait, rtol=0, atol=1e-9)


WEEK = [0] * 8 + [7, 10, 10, 10, 10, 9, 7, 8, 7, 5, 5, 4] + [0] * 4
"""A day with shifts, from the table of calls."""


def test_every_one_of_thousands_of_callers_of_a_week_of_shifts_fares_as_in_simpy() -> None:
    callers = drawn(8000, 1.3, 1)
    wait, outcome = serve_on_duty(*callers, WEEK, 60.0)
    desk = Desk(callers, WEEK, 60.0, math.ceil(callers[0][-1] / 60) + 48)
    assert 0 < outcome.mean() < 1
    assert outcome.tolist() == desk.outcome
    assert np.allclose(wait, desk.wait, rtol=0, atol=1e-9)


def test_a_day_with_two_shifts_and_an_empty_noon_ends_as_in_ciw() -> None:
    import ciw

    arrivals, handling, patience = drawn(900, 0.75, 4)
    handling = np.minimum(handling, 29.0)  # Ciw's second shift are others than its first, who must have gone by then
    people = [9, 9, 9, 9, 0, 5, 5, 5, 5, 0]
    shifts = ciw.Schedule(numbers_of_servers=[9, 0, 5, 0], shift_end_dates=[240, 300, 540, 600], preemption=False)
    outcome = serve_on_duty(arrivals, handling, patience, people, 60.0)[1]
    assert 0 < outcome.mean() < 1
    assert np.array_equal(by_ciw(arrivals, handling, patience, shifts), outcome)


@pytest.mark.benchmark
def test_a_week_of_shifts_is_a_hundred_times_as_fast_as_simpy() -> None:
    callers = drawn(30_000, 1.3, 2)
    serve_on_duty(*callers, WEEK, 60.0)
    begun = time.perf_counter()
    serve_on_duty(*callers, WEEK, 60.0)
    ours, begun = time.perf_counter() - begun, time.perf_counter()
    Desk(callers, WEEK, 60.0, math.ceil(callers[0][-1] / 60) + 48)
    assert (time.perf_counter() - begun) / ours > 100


@settings(max_examples=60, deadline=None)
@given(people=st.integers(0, 9), slots=st.integers(1, 5), seed=st.integers(0, 2**32 - 1))
def test_the_same_people_all_day_are_the_queue_without_hours(people: int, slots: int, seed: int) -> None:
    callers = drawn(300, 1.0, seed)
    for ours, theirs in zip(serve_on_duty(*callers, [people] * slots, 45.0), serve(*callers, people), strict=True):
        assert (ours == theirs).all()


def test_who_goes_off_duty_ends_the_call_and_takes_no_other() -> None:
    # until minute 60 there are two; the second is in a call until 70, so who rings at 61 waits for the first, free at 65
    wait, outcome = serve_on_duty([50.0, 55.0, 61.0], [15.0, 15.0, 5.0], [99.0] * 3, [2, 1], 60.0)
    assert outcome.tolist() == [SERVED] * 3 and wait.tolist() == [0.0, 0.0, 4.0]


def test_who_rings_at_closed_lines_hangs_up_or_waits_for_the_morning() -> None:
    wait, outcome = serve_on_duty([70.0, 80.0], [5.0, 5.0], [3.0, math.inf], [1, 0], 60.0)
    assert outcome.tolist() == [ABANDONED, SERVED] and wait.tolist() == [3.0, 40.0]


# ---- people for a target


def test_the_worked_example_of_a_planning_library() -> None:
    """pyworkforce's own example (its page, version 0.1.0): 100 calls in 30 minutes of 3 each, 80/20, occupancy at most 85 %."""
    load = Load(100 / 30, 3.0)
    people = load.people([target("80/20"), target("occupancy=85%")])
    found = erlang_c(*load[:2], people)
    assert people == 14 and math.ceil(people / 0.7) == 20
    assert found.service_level == pytest.approx(0.8883500191794669, rel=1e-12)
    assert found.probability_of_waiting == pytest.approx(0.1741319335950498, rel=1e-12)
    assert found.occupancy == pytest.approx(0.7142857142857143, rel=1e-12)


targets = st.sampled_from(["80/20", "95/10", "abandonment=3%", "occupancy=85%", "wait=15s"])


@settings(max_examples=60, deadline=None)
@given(rate=st.floats(0.01, 20), handling=st.floats(0.5, 20), patience=st.floats(0.5, 20), words=targets)
def test_the_fewest_people_keep_the_target_and_one_less_does_not(
    rate: float, handling: float, patience: float, words: str
) -> None:
    asked = target(words)
    people = Load(rate, handling, patience).people([asked])
    for many, kept in ((people, True), (people - 1, False)):
        if many:
            assert asked.met(getattr(erlang_a(rate, handling, many, patience, asked.within), asked.figure)) is kept


@pytest.mark.parametrize(("written", "meant"), [
    ("80/20", Target("service_level", 0.8, 1 / 3)),
    ("80 % / 30 s", Target("service_level", 0.8, 0.5)),
    ("abandonment=5%", Target("abandonment", 0.05)),
    ("Abandonment 5 %", Target("abandonment", 0.05)),
    ("occupancy<=85", Target("occupancy", 0.85)),
    ("wait=30s", Target("mean_wait", 0.5)),
])  # fmt: skip
def test_a_target_is_what_a_planner_types(written: str, meant: Target) -> None:
    assert target(written) == meant


@pytest.mark.parametrize(("written", "said"), [
    ("80", "write 80/20"),
    ("abandonmant=5%", "did you mean 'abandonment'"),
    ("100/20", "nobody can reach all"),
    ("occupancy=0%", "nobody can reach all"),
    ("abandonment=500%", "no percentage"),
    ("wait=30", "seconds or minutes"),
])  # fmt: skip
def test_a_target_that_is_none_is_refused_with_a_remedy(written: str, said: str) -> None:
    with pytest.raises(Mistake, match=said):
        target(written)


# ---- a week as it is lived


@pytest.mark.parametrize("patience", [3.0, math.inf])
def test_hours_that_are_alike_are_those_of_the_closed_form(patience: float) -> None:
    calls = Calls(np.full(168, 60.0), np.full(168, 5.0), 60.0, patience)
    lived = live(calls, np.full(168, 7), seed=3)
    exact = erlang_a(1.0, 5.0, 7, patience)
    for name in ("service_level", "abandonment", "mean_wait", "occupancy"):
        mean, error = (float(column[0]) for column in lived.figure(name, np.ones(168, bool)))
        assert mean == pytest.approx(getattr(exact, name), abs=4 * error + 1e-12), name


def test_calls_come_in_the_hours_of_the_table_and_in_its_numbers() -> None:
    table = read_week(str(CASE))
    lived = live(calls_of(table, None, 3.0), np.full(168, 9), seed=1)
    weeks = len(lived.calls)
    assert not lived.calls[:, ~table.open].any()
    error = np.sqrt(np.nan_to_num(table.calls) / weeks)
    assert (np.abs(lived.calls.mean(axis=0) - np.nan_to_num(table.calls)) <= 5 * error).all()


def test_all_calls_are_answered_in_time_or_late_or_given_up() -> None:
    table = read_week(str(CASE))
    lived = live(calls_of(table, None, 2.0), np.where(table.open, 6, 0), seed=2)
    assert (lived.in_time + lived.abandoned <= lived.calls).all() and (lived.wait >= 0).all()
    assert lived.busy.sum() <= 1.05 * lived.on_duty.sum()


def test_a_plan_keeps_its_target_in_every_hour_as_the_week_is_lived() -> None:
    table = read_week(str(CASE))
    calls = calls_of(table, None, 3.0)
    plan = plan_for(table, calls, [target("80/20")], None, 0.3, 1)
    assert (plan.needed >= plan.formula["Erlang A"]).all() and not plan.missed.any()
    fresh = live(calls, plan.needed, seed=99)
    mean, error = fresh.figure("service_level")
    assert (mean + 5 * error >= 0.8)[table.open].all()
    assert (plan.scheduled * 0.7 >= plan.needed - 1e-9).all() and ((plan.scheduled - 1) * 0.7 < plan.needed)[
        table.open
    ].all()


# ---- shifts


@settings(max_examples=15, deadline=None)
@given(need=st.lists(st.integers(0, 3), min_size=6, max_size=6), lengths=st.sampled_from([(2,), (3,), (2, 3), (1, 4)]))
def test_the_cheapest_shifts_are_those_of_trying_all(need: list[int], lengths: tuple[int, ...]) -> None:
    shifts = [Shift("", 60 * s, 60 * n, (0, 0), (0,)) for n in lengths for s in range(7 - n)]
    week = np.zeros(168, np.int64)
    week[:6] = need
    plan = covering(week, shifts, 60)
    assert (plan.there[:6] >= need).all()
    covers = np.array([shift.cover(0, 60)[:6] for shift in shifts])
    tried = itertools.product(range(4), repeat=len(shifts)) if len(shifts) <= 6 else ()
    costs = [
        sum(n * s.minutes / 60 for n, s in zip(c, shifts, strict=True)) for c in tried if (c @ covers >= need).all()
    ]
    assert not costs or plan.hours == pytest.approx(min(costs))


def test_a_break_leaves_a_part_of_the_hour_and_a_night_runs_into_the_next_day() -> None:
    night = Shift("night", 22 * 60, 480, (150, 30))
    cover = night.cover(6, 60)
    assert cover.sum() == 7.5 and cover[[166, 167]].tolist() == [1, 1] and cover[:6].tolist() == [0.5, 1, 1, 1, 1, 1]


def test_hours_that_no_shift_reaches_are_said_and_not_refused(tmp_path: Path) -> None:
    (tmp_path / "shifts.csv").write_text("start,hours,days\n08:00,8,Mon-Sat\n")
    done = desk("--calls", str(CASE), "--patience", "3", "--shifts", str(tmp_path / "shifts.csv"))
    assert done.exit_code == 0
    assert "Nobody is there, although people call: Monday 16:00" in done.stdout and "Paid:" in done.stdout


@pytest.mark.benchmark
def test_seven_days_round_the_clock_with_twelve_shifts_take_five_seconds() -> None:
    hours = np.arange(168)
    need = (5 + 10 * np.sin(hours / 24 * 2 * np.pi - 2) ** 2).astype(np.int64) + hours % 4
    shifts = [Shift(str(k), 120 * k, 480, (225, 30)) for k in range(12)]
    begun = time.perf_counter()
    plan = covering(need, shifts, 60)
    assert time.perf_counter() - begun < 5
    assert (plan.there >= need - 1e-9).all() and plan.gap < 0.05


def test_the_people_of_shifts_are_enough_for_who_is_needed() -> None:
    table = read_week(str(CASE))
    plan = plan_for(table, calls_of(table, None, 3.0), [target("80/20")], None, 0.3, 1)
    found = with_shifts(plan, shifts_from("8,6,4", table.open, 60), 0.3)
    assert found.shifts is not None and (found.present >= plan.needed).all()
    assert found.shifts.hours >= plan.scheduled.sum()


@pytest.mark.parametrize(("rows", "said"), [
    ("start,hours\nnoonish,8\n", "line 2: start is 'noonish', no time of day"),
    ("start,hours\n08:00,80\n", "line 2: hours is '80', but must be a number between"),
    ("start,hours,days\n08:00,8,Mon-Xxx\n", "line 2: days is 'Mon-Xxx'; write such as Mon-Fri"),
    ("start,length\n08:00,8\n", "lacks the column hours"),
    ("start,hours,break_after,break_minutes\n08:00,4,4,30\n", "the break ends after the shift"),
])  # fmt: skip
def test_shifts_that_are_none_are_refused_with_their_place(tmp_path: Path, rows: str, said: str) -> None:
    (tmp_path / "shifts.csv").write_text(rows)
    with pytest.raises(Mistake, match=said):
        shifts_from(str(tmp_path / "shifts.csv"), np.ones(168, bool), 60)


# ---- tables of calls

HABITS = {
    "long": "weekday,hour,calls\n0,8,10\n0,9,20\n1,8,30\n1,9,40\n",
    "named days": "Wochentag;von;Anrufe\nMontag;08:00;10\nMontag;09:00;20\nDi;08:00;30\nDi;09:00;40,0\n",
    "half past": "day,interval,calls offered\nMon,8-9,10\nMon,9-10,20\nTue,8:00 am,30\nTue,09:00:00,40\n",
    "a column for each day": "hour,Mon,Tue\n08:00,10,30\n09:00,20,40\n",
    "a column for each hour": "day,8,9\nMonday,10,20\nTuesday,30,40\n",
    "dates": "date,hour,calls\n2024-03-04,8,5\n2024-03-11,8,15\n2024-03-04,9,20\n2024-03-05,8,30\n2024-03-05,9,40\n"
    "2024-03-11,9,20\n",
    "times": "timestamp,calls\n2024-03-04 08:00,10\n2024-03-04 09:00,20\n2024-03-05 08:00,30\n2024-03-05 09:00,40\n",
    "dated hours": "datetime,calls\n2024-03-04 08:00,10\n2024-03-04 09:00,20\n2024-03-05 08:00,30\n2024-03-05 09:00,40\n",
    "totals at the foot": "weekday,hour,calls\nMon,08:00,10\nMon,09:00,20\nTue,08:00,30\nTue,09:00,40\nTotal,,100\n",
}


@pytest.mark.parametrize("habit", HABITS)
def test_whatever_the_habit_the_week_is_the_same(tmp_path: Path, habit: str) -> None:
    (tmp_path / "calls.csv").write_text(HABITS[habit])
    week = read_week(str(tmp_path / "calls.csv"))
    assert week.minutes == 60 and np.flatnonzero(week.open).tolist() == [8, 9, 32, 33]
    assert week.calls[week.open].tolist() == [10, 20, 30, 40]


def test_half_hours_and_handling_times_with_their_unit(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("day,from,calls,aht (s)\nMon,08:00,10,240\nMon,08:30,20,300\n")
    week = read_week(str(tmp_path / "calls.csv"))
    assert week.minutes == 30 and week.handling is not None
    assert week.handling[16:18].tolist() == [4.0, 5.0] and week.name(17) == "Monday 08:30"


@pytest.mark.parametrize(("rows", "said"), [
    ("day,hour,calls\n0,8,-1\n", "line 2: calls is '-1', but must be a number, 0 or more"),
    ("day,hour,calls\n0,8,few\n0,9,1\n", "line 2: calls is 'few'"),
    ("day,hour,calls\n0,8,0\n0,9,0\n", "calls are nothing in every row"),
    ("day,hour,calls\n0,8,1\n0,8,2\n", "line 3: 08:00 of the same day stands in line 2 already"),
    ("day,hour,calls\n0,25,1\n", "line 2: hour is '25', no time of day"),
    ("day,hour,calls\nsomeday,8,1\n", "line 2: day is 'someday', no day such as Monday"),
    ("day,hour,calls,aht\n0,8,1,240\n", "does not say whether it is seconds or minutes"),
    ("day,hour,calls\n0,8:10,1\n0,9,1\n", "rows begin every 10 minutes"),
    ("when,howmany\n8,1\n", "none is known as the calls"),
])  # fmt: skip
def test_a_table_that_is_none_is_refused_with_its_place(tmp_path: Path, rows: str, said: str) -> None:
    (tmp_path / "calls.csv").write_text(rows)
    with pytest.raises(Mistake, match=said):
        read_week(str(tmp_path / "calls.csv"))


# ---- the command


def desk(*words: str) -> Result:
    return CliRunner().invoke(app, ["staff", *words])


def test_formulas_and_simulation_stand_beside_each_other() -> None:
    done = desk(
        "--arrivals", "2", "--handling", "5", "--patience", "3", "--target", "80/20", "--shrinkage", "30%", "--json"
    )
    found = {need["way"]: need for need in json.loads(done.stdout)["needs"]}
    assert list(found) == ["Erlang C", "Erlang A", "simulated"]
    assert found["Erlang C"]["people"] >= found["Erlang A"]["people"]
    assert abs(found["simulated"]["people"] - found["Erlang A"]["people"]) <= 1
    assert all(need["service_level"] >= 0.8 for need in found.values())


def test_a_plan_is_written_drawn_and_read_again(tmp_path: Path) -> None:
    plan, picture = tmp_path / "plan.csv", tmp_path / "plan.svg"
    words = ("--patience", "3", "--target", "80/20", "--json")
    done = desk("--calls", str(CASE), *words, "--out", str(plan), "--picture", str(picture))
    assert done.exit_code == 0 and picture.read_bytes().startswith(b"<?xml")
    again = read_week(str(plan))
    told = json.loads(done.stdout)
    assert again.people is not None and np.nansum(again.people) == sum(row["people"] for row in told["intervals"])
    assert json.loads(desk("--calls", str(plan), *words).stdout)["intervals"] == told["intervals"]
    assert told["one_less"]["abandonment"] > told["week"]["abandonment"]


@pytest.mark.parametrize(("words", "said"), [
    (("--calls", str(CASE), "--patience", "3", "--most", "9"), "takes 11 people at Friday 11:00"),
    (("--calls", str(CASE), "--target", "abandonment=5%"), "needs --patience"),
    (("--calls", str(CASE), "--agents", "9"), "do not go together"),
    (("--calls", str(CASE), "--handling", "5"), "leave --handling out"),
    (("--arrivals", "10", "--handling", "5", "--patience", "3", "--target", "80/20", "--most", "45"), "there would be 49.9/20"),
    (("--arrivals", "10", "--handling", "5"), "what is to be reached"),
    (("--calls", str(CASE), "--patience", "3", "--scenario", "today.yaml"), "--scenario needs --out"),
    (("--shifts", "8", "--arrivals", "1", "--handling", "5", "--target", "80/20"), "--shifts needs --calls"),
    (("--calls", str(CASE), "--shrinkage", "100%"), "must be at least 0% and below 100%"),
    (("--calls", str(CASE), "--patience", "3", "--target", "0.8/20"), "write 80%"),
])  # fmt: skip
def test_what_cannot_be_is_told_with_what_can(words: tuple[str, ...], said: str) -> None:
    done = desk(*words)
    assert done.exit_code == 2 and said in done.stderr and done.stderr.count("\n") == 1


def test_a_table_without_handling_asks_for_it(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text(HABITS["long"])
    assert "--handling" in desk("--calls", str(tmp_path / "calls.csv")).stderr
    assert desk("--calls", str(tmp_path / "calls.csv"), "--handling", "5").exit_code == 0


def test_nothing_that_the_desk_reads_is_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("calls.csv").write_text(CASE.read_text(encoding="utf-8"), encoding="utf-8")
    Path("shifts.csv").write_text("start,hours\n8,8\n12,8\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in Path().glob("*.csv")}
    common = ("--calls", "calls.csv", "--patience", "3", "--shifts", "shifts.csv")
    for out in ("calls.csv", "shifts.csv"):
        assert desk(*common, "--out", out).exit_code == 2
    assert {path: path.read_bytes() for path in Path().glob("*.csv")} == before


def test_people_on_the_payroll_are_no_fewer_than_there_must_be_on_one_day() -> None:
    one_day = ShiftPlan(
        (Shift("early", 480, 480),), np.array([[10, 0, 0, 0, 0, 0, 0]]), np.zeros(1), np.zeros(1, bool), 0.0
    )
    assert one_day.heads == 10
