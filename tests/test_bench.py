"""The bench measures what it says: the same work in every way of doing it, and verdicts that can go either way."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks import reference
from benchmarks.__main__ import app
from benchmarks.measure import Measured, chosen, measure, over_floor, worsened
from benchmarks.page import missed, page
from benchmarks.picture import picture
from benchmarks.queues import by_ciw, by_simpy, callers_drawn
from benchmarks.scaling import large_market
from sim.bench.timed import everything_on, market_of, mechanisms, nothing_on, without
from sim.bench.timing import FLOOR, Row, best_in_turn, floor
from sim.engine.engine import Engine
from sim.errors import Mistake
from sim.model.component import columns
from sim.model.mechanisms.quality import EVERYDAY
from sim.model.numeric import normal_quantile
from sim.model.random import fill, world
from sim.model.week import COUNTS
from sim.scenario.model_inputs import ground_of

SMALL = {"customers": 300, "prospects": 100, "stands_for": 1000}


# ---- the same rules in NumPy


def test_random_words_in_numpy_are_those_of_the_core() -> None:
    rows = tuple(np.zeros(500, np.uint32) for _ in range(4))
    fill(world(7, 3), EVERYDAY, 5, 0, rows)
    assert all(np.array_equal(a, b) for a, b in zip(reference.words(world(7, 3), EVERYDAY, 5, 500), rows, strict=True))


def test_normal_numbers_in_numpy_are_those_of_the_core() -> None:
    words = np.concatenate([np.arange(0, 2**32, 65_537), [0, 1, 2**31 - 1, 2**31, 2**32 - 1]]).astype(np.uint32)
    theirs = np.array([normal_quantile(word) for word in words], np.float32)
    assert np.array_equal(reference.normal_quantile(words), theirs)


def test_dense_rules_in_numpy_give_the_columns_of_the_core_bit_for_bit() -> None:
    traits = {"grievance": {"distribution": "uniform", "low": 0, "high": 0.5}}
    ground = ground_of(nothing_on(weeks=12, market=SMALL, customers={"traits": traits}))
    state = Engine(ground, 5).replicate(2).state()
    number, clock = reference.live(ground, 5, 2)
    for theirs, ours, names in ((number, state.number, columns("number")), (clock, state.clock, columns("clock"))):
        for place, name in enumerate(names):
            assert np.array_equal(theirs[place], ours[place]), name
    soon = ground_of(nothing_on(weeks=1, market=SMALL, customers={"traits": traits}))
    begun = Engine(soon, 5).replicate(2).state()
    moved = [name for place, name in enumerate(columns("number")) if (begun.number[place] != state.number[place]).any()]
    assert {"expectation", "satisfaction", "trust", "grievance", "ledger_expectation"} <= set(moved)


def test_the_reference_is_no_engine_and_says_so() -> None:
    with pytest.raises(ValueError, match="something happens"):
        reference.live(ground_of(everything_on(weeks=3, market=SMALL)), 1, 0)


# ---- what is timed


def test_in_the_quiet_market_nothing_happens_and_in_the_busy_one_everything() -> None:
    worlds = nothing_on(weeks=10, market=SMALL), everything_on(weeks=10, market=SMALL)
    quiet, busy = (Engine(ground_of(world), 1).replicate(0).counts for world in worlds)
    for name in ("issues", "contacts", "talkers", "offers", "visits", "joiners", "leavers_voluntary"):
        assert quiet[:, COUNTS.index(name)].sum() == 0 < busy[:, COUNTS.index(name)].sum(), name


def test_switching_a_mechanism_off_changes_the_timed_scenario() -> None:
    assert len(mechanisms()) >= 20
    for name in mechanisms():
        assert without(name).fingerprint != everything_on().fingerprint, name


@pytest.mark.parametrize("people", [10_000, 1_000_000, 10_000_000])
def test_in_a_larger_market_a_representative_has_as_much_to_do(people: int) -> None:
    market = everything_on(**market_of(people))
    real = market.market.stands_for * (market.market.customers + market.market.prospects)
    assert real / market.parts["call_centre"].representatives == 400_000 / 20
    assert market.market.customers + market.market.prospects == people


def test_simpy_and_ciw_abandon_the_same_callers_as_the_queue() -> None:
    from sim.service.queues import serve

    drawn = callers_drawn(1500, 8)
    ours = serve(*drawn, 8)[1]
    assert 0 < ours.sum() < 1500
    assert np.array_equal(by_simpy(*drawn, 8), ours) and np.array_equal(by_ciw(*drawn, 8), ours)


def test_a_large_market_runs_in_a_process_of_its_own_and_tells_its_memory() -> None:
    found = large_market(20_000, 2)
    assert 0 < found["begun"] <= found["peak"] and min(found["setup"], found["weeks"], found["own"]) > 0


# ---- figures, verdicts, and what is kept of them


def test_actions_are_timed_in_turn_and_the_best_of_each_counts() -> None:
    said: list[str] = []
    times = best_in_turn([lambda: said.append("a"), lambda: said.append("b")], 2)
    assert said == ["a", "b"] * 3 and len(times) == 2 and min(times) >= 0


def test_the_floor_changes_nothing_and_draws_every_week() -> None:
    people = np.full((3, 50), 2.5, np.float32), np.full((2, 50), 7, np.int16), np.full((1, 50), 1, np.uint8)
    before = [column.copy() for column in people]
    drawn, expected = np.zeros((4, 32), np.uint32), np.zeros((4, 32), np.uint32)
    floor(world(1, 0), 3, people, (drawn[0], drawn[1], drawn[2], drawn[3]))
    fill(world(1, 0), FLOOR, 2, 32, (expected[0], expected[1], expected[2], expected[3]))
    assert all((now == then).all() for now, then in zip(people, before, strict=True))
    assert (drawn == expected).all(), "the words left over are those of the last week's last block"


@pytest.mark.parametrize(
    ("value", "smaller", "word"),
    [(9, True, "better than asked"), (20, True, "reached"), (20.1, True, "missed"), (1.9, False, "missed")],
)
def test_a_verdict_goes_either_way(value: float, smaller: bool, word: str) -> None:
    assert Row("x", value, "ns", 20, 10, smaller=smaller).verdict == word
    assert Row("x", value, "ns").verdict == ""


def test_what_takes_a_fifth_longer_is_named_and_what_is_faster_is_not() -> None:
    before = {"core": 6.0, "queue": 20.0, "set-up": 1.0}
    assert worsened(before, {"core": 7.1, "queue": 5.0, "set-up": 1.19}) == []
    assert worsened(before, {"core": 7.3, "queue": 20.0, "set-up": 1.0}) == [
        "core takes 7.3 times the floor, and took 6: 22% more"
    ]
    assert worsened(before, {"core": 6.0, "queue": 20.0}) == ["set-up is no longer measured"]


def measured() -> Measured:
    """Figures as the bench would find them, all made up."""
    said = [
        Row("core, one thread", 24.0, "ns per customer-week", 20, 10), Row("core over floor", 5.0, "times", 6, 3, over_floor=5.0),
        Row("two threads against one", 1.9, "times", 1.85, 1.95, smaller=False), Row("floor kernel", 4.8, "ns per customer-week"),
        Row("large market, peak memory", 2.4, "GiB", 2, 1, command="python -m benchmarks --full"),
    ]  # fmt: skip
    parts = {"everything on": 24.0, "without chatbot: saves": 3.0, "without fees: saves": 1.5,
             "everything off, nothing happens": 9.0, "floor kernel": 4.8}  # fmt: skip
    profile = [Row(name, value, "ns") for name, value in parts.items()]
    sizes = [Row(f"{people:,} people", cost, "ns") for people, cost in ((10_000, 24.0), (1_000_000, 40.0))]
    machine = {
        "processor": "P",
        "processors": 2,
        "system": "S",
        "python": "3",
        "numba": "1",
        "numpy": "2",
        "load_before": 3.0,
    }
    return Measured(machine, {"The fast engine": said, "Larger markets": sizes, "Where the time goes": profile})


def test_the_page_says_what_was_asked_measured_and_missed_and_with_what_command() -> None:
    text = page(measured())
    assert "| core, one thread | **24** | ns per customer-week | 20 | 10 | missed |" in text
    assert "| core over floor | **5** | times | 6 | 3 | reached |" in text and "`python -m benchmarks --full`" in text
    assert "a busy machine" in text and "Most is saved without chatbot 3, fees 1.5 (ns)." in text
    assert [line.split("**")[1] for line in missed(measured())] == ["core, one thread", "large market, peak memory"]
    quiet = Measured(measured().machine | {"load_before": 0.1}, measured().chapters)
    assert "a busy machine" not in page(quiet)


def test_a_page_on_which_nothing_is_missed_says_so() -> None:
    found = measured()
    kept = [
        replace(row, value=10.0) if row.verdict == "missed" and row.unit.startswith("ns") else row
        for row in found.rows[:4]
    ]
    assert "Nothing that was measured was missed." in page(
        Measured(found.machine, found.chapters | {"The fast engine": kept})
    )


def test_the_picture_is_the_same_every_time() -> None:
    assert picture(measured()).startswith(b"<?xml") and picture(measured()) == picture(measured())


def test_one_chapter_is_measured_alone_and_told_as_json() -> None:
    told = CliRunner().invoke(app, ["--only", "Memory", "--json"])
    found = json.loads(told.stdout)
    assert list(found["chapters"]) == ["Memory"] and found["machine"]["processors"] >= 1
    state = found["chapters"]["Memory"][0]
    assert state["figure"] == "memory, state" and state["value"] <= 160 and state["verdict"] == "reached"


@pytest.mark.parametrize(
    ("option", "name", "told"), [("--page", "there", "is a folder"), ("--reference", "notes.txt", "else than .json")]
)
def test_what_cannot_be_written_is_told_before_anything_is_measured(
    tmp_path: Path, option: str, name: str, told: str
) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(Mistake, match=told):
        CliRunner().invoke(app, [option, str(tmp_path / name)], catch_exceptions=False)


def test_a_chapter_that_is_none_is_refused_with_the_nearest_word() -> None:
    with pytest.raises(Mistake, match="did you mean 'Memory'"):
        chosen(only="Memroy")
    with pytest.raises(Mistake, match="it needs --full"):
        chosen(only="A large market")
    with pytest.raises(Mistake, match="needs all of them"):
        chosen(only="Memory", whole=True)


def test_chapters_are_measured_in_order_and_figures_over_the_floor_kept() -> None:
    steps: list[int] = []
    found = measure({"a": lambda: [Row("x", 1, "ns", over_floor=2.0)], "b": lambda: [Row("y", 1, "ns")]}, steps.append)
    assert list(found.chapters) == ["a", "b"] and steps == [1, 1] and over_floor(found.rows) == {"x": 2.0}


def test_every_figure_of_the_reference_is_one_that_is_measured() -> None:
    kept = json.loads((Path(__file__).parent / "benchmarks" / "reference.json").read_text())
    assert set(kept) == {"core over floor", "set-up within that", "core, dense rules alone", "queue"}
    assert all(value > 0 for value in kept.values())
