"""Taking a lesson: nothing of the outcome before the guess, alone and in a class; and what is said of both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from guesses import CHOICE, NUMBER

from sim import compare, load
from sim.errors import Mistake
from sim.journey.divergence import whose_lives_part
from sim.runs.statistics import Interval
from sim.scenario.whole import Scenario
from sim.studio.lessons.outcome import compared, live, worlds
from sim.studio.lessons.taking import STAGES, Attempt, Attempts, accounted, library
from sim.studio.lessons.teacher import page_of, sureness, worlds_told

FOLDER = Path(__file__).parent.parent / "scenarios" / "lessons"
SMALL = {"market": {"customers": 200, "prospects": 100, "stands_for": 1}, "weeks": 80}


@pytest.fixture(scope="module")
def trap() -> Scenario:
    return load(FOLDER / "the_fee_trap.yaml")


@pytest.fixture(scope="module")
def small(trap: Scenario) -> list[Scenario]:
    """The fee trap and its other world, with fewer people and weeks."""
    return [world.with_(**SMALL) for world in worlds(trap)]


# ---- alone


def test_every_lesson_of_the_library_is_found_and_files_that_are_none_are_left_out(tmp_path: Path) -> None:
    files = {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}
    (tmp_path / "broken.yaml").write_text("name: x\nlesson:\n  claim: [\n", encoding="utf-8")
    found = library(files | {"broken": tmp_path / "broken.yaml"})
    assert "the_fee_trap" in found and len(found) >= 8 and not {"town", "broken"} & set(found)


def test_adding_a_lesson_takes_a_file_and_nothing_else(tmp_path: Path) -> None:
    below = tmp_path / "scenarios"
    below.mkdir()
    for name in ("town", "the_fee_trap"):
        (below / f"{name}.yaml").write_bytes((FOLDER / f"{name}.yaml").read_bytes())
    text = (
        (below / "the_fee_trap.yaml").read_text(encoding="utf-8").replace("name: The fee trap", "name: My own lesson")
    )
    (below / "mine.yaml").write_text(text, encoding="utf-8")
    assert library({path.stem: path for path in below.glob("*.yaml")})["mine"].name == "My own lesson"


def test_nothing_of_the_outcome_is_to_be_had_before_the_guess(trap: Scenario, small: list[Scenario]) -> None:
    attempt = Attempt(trap)
    assert [attempt.at(stage) for stage in STAGES] == ["read", *["predict"] * 5] and attempt.at("nonsense") == "read"
    with pytest.raises(Mistake, match="commit a guess first"):
        attempt.arrive(live(small, range(2), 1))
    assert attempt.outcome is None
    attempt.commit(2)
    assert [attempt.at(stage) for stage in STAGES] == ["read", "predict", *["run"] * 4]
    with pytest.raises(Mistake, match="stays as it is"):
        attempt.commit(1)
    attempt.arrive(live(small, range(2), 1))
    assert attempt.guess == 2 and [attempt.at(stage) for stage in STAGES] == list(STAGES)


@pytest.mark.parametrize("value", [-1, 3, 0.5])
def test_only_an_answer_that_there_is_can_be_guessed(trap: Scenario, value: float) -> None:
    with pytest.raises(Mistake, match="choose one of the 3"):
        Attempt(trap).commit(value)


def test_a_number_outside_what_can_be_guessed_is_refused() -> None:
    attempt = Attempt(load(FOLDER / "the_grievance.yaml"))
    with pytest.raises(Mistake, match="must lie between −30 percentage points and \\+30 percentage points"):
        attempt.commit(-0.4)
    attempt.commit(0.3)  # as far either way: the ends of what can be guessed give no sign away


def test_a_lesson_is_run_as_any_comparison_is(trap: Scenario, small: list[Scenario]) -> None:
    outcome, answer = live(small, range(4), 7), compare(small, 4, seed=7)
    found = answer.differences[trap.name]["profit"]
    base = abs(answer.values(answer.base, "profit").mean())
    assert outcome.guessed[:3] == pytest.approx([found.mean / base, found.low / base, found.high / base])
    for number in range(4):  # a student's run is a replication of the very same comparison
        assert live(small, range(number, number + 1), 7).each[0] == outcome.each[number]


def test_attempts_are_everybody_s_own_and_the_oldest_goes(trap: Scenario) -> None:
    attempts = Attempts(most=2)
    attempts.of("ann", "trap", trap).commit(0)
    assert attempts.of("bob", "trap", trap).guess is None and attempts.of("ann", "trap", trap).guess == 0
    attempts.of("cem", "trap", trap)
    assert attempts.of("ann", "trap", trap).guess == 0 and attempts.of("bob", "trap", trap).guess is None
    attempts.begin_anew("ann", "trap")
    assert attempts.of("ann", "trap", trap).guess is None


def test_guess_and_outcome_are_told() -> None:
    found = Interval(-0.08, -0.09, -0.07, 0.01)
    assert compared(CHOICE, 0, found) == "Your guess was right: “Fewer.”"
    assert compared(CHOICE, 1, found) == "You guessed: “Same.” The model shows: “Fewer.”"
    near = "That is near: you guessed −10 percentage points, the model shows −8.0 percentage points; 2.0 percentage points apart."
    assert compared(NUMBER, -0.1, found) == near
    assert compared(NUMBER, -0.02, found).endswith("6.0 percentage points apart, it changes more than you thought.")
    assert compared(NUMBER, 0.05, found).startswith("Not near") and "more than you" not in compared(NUMBER, 0.05, found)


def test_the_account_tells_of_a_customer_who_stays_in_one_world_and_leaves_the_other(small: list[Scenario]) -> None:
    outcome = live(small, range(6), 1)
    account = accounted(outcome)
    assert "leave" in account.reasons and account.names == ("The town", "The fee trap")
    assert "never left" in account.endings[0] and "never left" not in account.endings[1]
    assert account.weeks and all(one != other for _, one, other in account.weeks)
    assert "left for the rival" in account.weeks[-1][2] and "fee" in " ".join(row[2] for row in account.weeks)


def test_in_worlds_that_do_not_differ_nobody_s_lives_part() -> None:
    town = load(FOLDER / "town.yaml").with_(**SMALL)
    assert whose_lives_part(town, town, "service") is None


# ---- the teacher's page


@pytest.mark.parametrize("path", sorted(FOLDER.glob("the_*.yaml")), ids=lambda path: path.stem)
def test_a_teacher_s_page_has_everything(path: Path) -> None:
    page = page_of(load(path))
    assert page.teacher.aim and page.teacher.misconceptions and page.right and page.sureness
    assert all(question and answer for question, answer in page.questions)


def test_how_sure_a_lesson_is_is_only_told_for_the_worlds_it_was_measured_for(tmp_path: Path, trap: Scenario) -> None:
    kept = {
        "worlds": worlds_told(trap), "seeds": 100, "as_told": 97, "replications": 20, "alone": 0.91,
        "weakest": "profit falls", "weakest_alone": 0.91,
    }  # fmt: skip
    path = tmp_path / "agreement.json"
    assert "not measured" in sureness(trap, path)[0]
    path.write_text(json.dumps({"the_fee_trap": kept}), encoding="utf-8")
    assert "97 of 100 seeds" in sureness(trap, path)[0] and "“profit falls”: 91 of 100" in sureness(trap, path)[2]
    path.write_text(json.dumps({"the_fee_trap": kept | {"worlds": ["0", "1"]}}), encoding="utf-8")
    assert "not measured" in sureness(trap, path)[0]
