"""A day has hours in the model: calls come by a profile, people by a plan; and nothing moves where a scenario says neither."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_staffing import CASE, Desk
from typer.testing import CliRunner

from sim.cli import app
from sim.data.call_table import read_week
from sim.engine.agreement import agree
from sim.engine.engine import Engine
from sim.errors import Mistake
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import Scenario, load
from sim.scenario.wording import about
from sim.service.queues import along_week, clock_set_back, no_hours, serve_on_duty
from sim.staffing.day import Calls, _callers, live
from sim.staffing.plan import calls_of

PEOPLE, PATIENCE = 6, 2.0
"""A week in which the profile costs as many hang-ups as the case that this was built for."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the table of calls, and a plan that follows it loosely."""
    shutil.copy(CASE, tmp_path)
    rows = [f"{day},{hour},{6 if hour < 14 else 3}" for day in range(7) for hour in range(8, 20)]
    (tmp_path / "plan.csv").write_text("\n".join(["weekday,hour,people", *rows]))
    return tmp_path


def scenario(folder: Path, **sections: Any) -> Scenario:
    """A small market whose customers call once a week; ``sections`` are laid over it."""
    import ruamel.yaml

    usual = {
        "weeks": 8, "market": {"customers": 300, "prospects": 50, "stands_for": 1},
        "call_centre": {"questions": 1.0, "representatives": 2, "handling": 8.0},
    }  # fmt: skip
    said = {key: usual.get(key, {}) | entry if isinstance(entry, dict) else entry for key, entry in sections.items()}
    if "people" in said.get("by_hour", {}):
        said["call_centre"] = {
            k: v for k, v in said.get("call_centre", usual["call_centre"]).items() if k != "representatives"
        }
    path = folder / "scenario.yaml"
    with path.open("w") as file:
        ruamel.yaml.YAML().dump(usual | said, file)
    return load(path)


def counted(of: Scenario, replications: int = 1) -> dict[str, int]:
    """Counts over all weeks."""
    engine = Engine(ground_of(of), 5)
    lived = sum(engine.replicate(number).counts.sum(axis=0) for number in range(replications))
    return dict(zip(ground_of(of).model.counts, np.asarray(lived).tolist(), strict=True))


def hang_ups(of: Scenario, replications: int = 1) -> float:
    found = counted(of, replications)
    return found["abandoned"] / found["calls"]


# ---- the queue


def test_even_arrivals_hide_that_one_in_six_hangs_up() -> None:
    table = read_week(str(CASE))
    calls, open_now = calls_of(table, None, PATIENCE), table.open
    people = np.where(open_now, PEOPLE, 0)
    mean = (calls.number * calls.handling).sum() / calls.number.sum()
    evenly = np.where(open_now, calls.number.sum() / open_now.sum(), 0.0)
    even = Calls(evenly, np.full(168, mean), 60.0, PATIENCE)
    assert live(even, people, 1).figure("abandonment", open_now)[0][0] == pytest.approx(0.093, abs=0.006)
    assert live(calls, people, 1).figure("abandonment", open_now)[0][0] == pytest.approx(0.154, abs=0.006)


def week_of_callers(weeks: int) -> tuple[Any, list[int]]:
    table = read_week(str(CASE))
    arrivals, handling, patience, _ = _callers(calls_of(table, None, PATIENCE), weeks, 3)
    return (arrivals, handling, patience), np.where(table.open, PEOPLE, 0).tolist()


def test_every_caller_of_a_week_by_the_hour_ends_as_in_simpy() -> None:
    callers, people = week_of_callers(1)
    wait, outcome = serve_on_duty(*callers, people, 60.0)
    desk = Desk(callers, people, 60.0, 200)
    assert outcome.tolist() == desk.outcome and 0.1 < outcome.mean() < 0.2
    assert np.allclose(wait, desk.wait, rtol=0, atol=1e-8)


@pytest.mark.benchmark
def test_weeks_by_the_hour_are_a_hundred_times_as_fast_as_simpy() -> None:
    callers, people = week_of_callers(8)
    serve_on_duty(*callers, people, 60.0)
    begun = time.perf_counter()
    serve_on_duty(*callers, people, 60.0)
    ours, begun = time.perf_counter() - begun, time.perf_counter()
    Desk(callers, people, 60.0, 8 * 168)
    assert (time.perf_counter() - begun) / ours > 100


HALVES = np.array([[0.0, 0.25, 0.25, 1.0, 1.0], [1.0, 0.0, 1.0, 1.0, 0.0]])
"""A week of four stretches: a quarter of the calls in the first, the others in the third."""


def laid(stands_for: float, week: int, *moments: float) -> list[float]:
    times = np.array(moments)
    along_week(HALVES, week, stands_for, 1.0, times)
    return times.tolist()


def test_moments_are_laid_along_the_hours_in_which_people_call() -> None:
    assert laid(1.0, 3, 0.0, 0.125, 0.25, 0.625) == [0.0, 1260.0, 5040.0, 6300.0]


def test_a_market_of_which_each_stands_for_several_lives_the_week_part_by_part() -> None:
    parts = [laid(4.0, week, 0.0, 0.5) for week in range(5)]
    assert parts[:4] == [pytest.approx(p) for p in ([0, 1260], [5040, 5460], [5880, 6300], [6720, 7140])]
    assert parts[4] == parts[0]
    assert [clock_set_back(HALVES, week, 4.0, 7.0) for week in range(5)] == [7.0, 0.0, 0.0, 0.0, 10080.0]


def test_without_hours_nothing_moves() -> None:
    times = np.array([0.1, 0.7])
    along_week(no_hours(), 3, 4.0, 1.0, times)
    assert times.tolist() == [0.1, 0.7] and clock_set_back(no_hours(), 3, 4.0, 7.0) == 7.0


# ---- the model


def test_a_profile_makes_more_callers_hang_up_than_even_arrivals(folder: Path) -> None:
    even = scenario(folder, call_centre={"hours": 84})
    assert hang_ups(scenario(folder, by_hour={"calls": CASE.name})) > hang_ups(even) + 0.01


def test_hours_that_are_all_alike_are_no_hours(folder: Path) -> None:
    rows = [f"{day},{hour},10" for day in range(7) for hour in range(24)]
    (folder / "flat.csv").write_text("\n".join(["weekday,hour,calls", *rows]))
    flat, even = scenario(folder, by_hour={"calls": "flat.csv"}), scenario(folder, call_centre={"hours": 168})
    ours, theirs = counted(flat), counted(even)
    assert {name: ours[name] for name in ("calls", "abandoned", "busy", "capacity", "cost_calls")} == {
        name: theirs[name] for name in ("calls", "abandoned", "busy", "capacity", "cost_calls")
    }


def test_a_market_of_few_people_waits_as_the_one_that_it_stands_for(folder: Path) -> None:
    hours = {"by_hour": {"calls": CASE.name, "people": "plan.csv"}, "weeks": 40, "call_centre": {"questions": 0.7}}
    each = hang_ups(scenario(folder, **hours, market={"customers": 3000, "prospects": 500, "stands_for": 1}))
    few = scenario(folder, **hours, market={"customers": 300, "prospects": 50, "stands_for": 10})
    assert hang_ups(few, 10) == pytest.approx(each, rel=0.1) and each > 0.02


def test_people_are_paid_for_the_hours_of_the_plan(folder: Path) -> None:
    said = scenario(
        folder, by_hour={"calls": CASE.name, "people": "plan.csv"}, call_centre={"representatives": None, "wage": 20}
    )
    assert said.parts["call_centre"].representatives == 6
    people = 7 * (6 * 6 + 6 * 3)
    assert said.parts["call_centre"].hours * 6 == pytest.approx(people)
    assert counted(said)["cost_calls"] == 8 * people * 2000
    more = said.with_(call_centre={"representatives": 12})
    assert more.parts["call_centre"].hours * 12 == pytest.approx(2 * people)


@pytest.mark.parametrize("stands_for", [1, 7.5])
def test_both_engines_agree_by_the_hour(folder: Path, stands_for: float) -> None:
    of = scenario(
        folder, by_hour={"calls": CASE.name, "people": "plan.csv"}, weeks=9, warm_up=3,
        market={"customers": 150, "prospects": 50, "stands_for": stands_for},
        call_centre={"questions": 1.5, "callback": 0.5}, employee_care={"turnover": 0.5},
        outsourcing={"share": 0.5}, changes={"from week 4": {"call_centre": {"representatives": 5}}},
    )  # fmt: skip
    assert agree(ground_of(of), 2) is None


def test_a_scenario_by_the_hour_is_saved_and_means_the_same(folder: Path) -> None:
    said = scenario(folder, by_hour={"calls": CASE.name, "people": "plan.csv"})
    said.save(folder / "again.yaml")
    assert load(folder / "again.yaml").full_fingerprint == said.full_fingerprint
    assert scenario(folder).full_fingerprint != said.full_fingerprint


def test_hours_without_anybody_are_said(folder: Path) -> None:
    (folder / "gap.csv").write_text("weekday,hour,people\n0,8,5\n0,9,0\n")
    said = about(scenario(folder, by_hour={"calls": CASE.name, "people": "gap.csv"}))
    assert any("Nobody is on duty although people call: Monday 09:00, Monday 10:00" in line for line in said)


@pytest.mark.parametrize(("sections", "words"), [
    ({"by_hour": {"calls": "nix.csv"}}, "line 11: by_hour.calls"),
    ({"by_hour": {"people": "plan.csv"}}, "by_hour.calls is missing"),
    ({"by_hour": {"calls": "../calls.csv"}}, "leaves the scenario's folder"),
    ({"by_hour": {"calls": "plan.csv"}}, "none is known as the calls"),
    ({"by_hour": {"calls": CASE.name}, "call_centre": {"hours": 60}}, "call_centre.hours follows from by_hour and is 84"),
    ({"by_hour": {"calls": CASE.name}, "changes": {"from week 2": {"call_centre": {"hours": 60}}}}, "cannot change"),
    ({"by_hour": {"call": CASE.name}}, "did you mean 'calls'"),
])  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(folder: Path, sections: dict[str, Any], words: str) -> None:
    with pytest.raises(Mistake, match=words):
        scenario(folder, **sections)


def test_one_person_less_is_told_in_customers_and_money(folder: Path) -> None:
    (folder / "today.yaml").write_text("weeks: 6\nmarket: {customers: 200, prospects: 50, stands_for: 100}\n")
    words = ["staff", "--calls", str(folder / CASE.name), "--patience", "3", "--out", str(folder / "week.csv")]
    told = CliRunner().invoke(app, [*words, "--scenario", str(folder / "today.yaml"), "--replications", "4"])
    assert told.exit_code == 0, told.output
    assert "Customers: " in told.stdout and "Money: " in told.stdout and "questions a week" in told.stdout
    plan, fewer = (read_week(str(folder / name), "people").people for name in ("week.csv", "week_one_less.csv"))
    assert plan is not None and fewer is not None
    assert np.nansum(plan - fewer) == np.nansum(plan > 0)


def test_a_scenario_whose_customers_call_too_often_is_refused_with_what_fits(folder: Path) -> None:
    (folder / "today.yaml").write_text("weeks: 6\nmarket: {customers: 200, prospects: 50, stands_for: 100000}\n")
    words = ["staff", "--calls", str(folder / CASE.name), "--patience", "3", "--out", str(folder / "week.csv")]
    told = CliRunner().invoke(app, [*words, "--scenario", str(folder / "today.yaml")])
    assert told.exit_code == 2 and "set market.stands_for to about" in told.stderr
