"""Taking a lesson: nothing of the outcome before the guess, alone and in a class; and what is said of both."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest

from sim import compare, load
from sim.errors import Mistake
from sim.journey.divergence import whose_lives_part
from sim.runs.statistics import Interval, interval
from sim.scenario.expected import movement
from sim.scenario.guided import Guess, Option
from sim.scenario.whole import Scenario
from sim.studio.lessons.outcome import compared, live, worlds
from sim.studio.lessons.school_class import LASTS, MOST_MEMBERS, MOST_ROOMS, Rooms, tidy_name
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


CHOICE = Guess(
    measure="retention", relative=False,
    options=tuple(
        Option(answer=answer, when=movement("retention", when), means="-")
        for answer, when in {
            "Fewer.": "falls by more than 0.02", "Same.": "changes by less than 0.02", "More.": "rises by more than 0.02",
        }.items()
    ),
)  # fmt: skip
NUMBER = Guess(measure="retention", relative=False, low=-0.3, high=0.1, near=0.03)


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
    with pytest.raises(Mistake, match="must lie between −30 percentage points and \\+10 percentage points"):
        attempt.commit(-0.4)
    attempt.commit(-0.3)


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


# ---- in a class


def opened(guess: Guess = CHOICE, rooms: Rooms | None = None) -> tuple[Rooms, str]:
    rooms = rooms or Rooms()
    return rooms, rooms.open("lessons/the_fee_trap", guess, "teacher")


def test_every_member_gets_the_next_replication_and_keeps_it() -> None:
    rooms, code = opened()
    assert [rooms.enter(code, who).number for who in ("ann", "bob", "ann", "cem")] == [0, 1, 0, 2]
    assert rooms.enter(f" {code.lower()[:2]} {code.lower()[2:]}", "ann").number == 0


def test_nobody_sees_guesses_or_outcomes_before_they_committed_and_ran() -> None:
    rooms, code = opened()
    for who in ("ann", "bob"):
        rooms.enter(code, who)
    with pytest.raises(Mistake, match="commit a guess first"):
        rooms.arrive(code, "ann", -0.1)
    rooms.commit(code, "ann", 1)
    rooms.arrive(code, "ann", -0.1)
    hers, his, theirs = (rooms.view(code, who) for who in ("ann", "bob", "teacher"))
    assert hers.open and hers.dots == ((0, -0.1, ""),) and hers.answers == (0, 1, 0)
    for blind in (his, theirs):
        assert not blind.open and (blind.members, blind.committed, blind.done) == (2, 1, 1)
        assert blind.dots == () and blind.answers == () and blind.guesses == () and blind.around is None


def test_the_class_sees_the_mean_of_its_runs_and_how_many_guessed_right() -> None:
    rooms, code = opened()
    values = [-0.05, -0.01, -0.09]
    for number, (who, value) in enumerate(zip(("ann", "bob", "cem"), values, strict=True)):
        rooms.enter(code, who, f"student {number}")
        rooms.commit(code, who, 0 if number < 2 else 2)
        rooms.arrive(code, who, value)
    seen = rooms.view(code, "ann")
    assert seen.around == interval(np.array(values)) and seen.right == 2 and seen.answers == (2, 0, 1)
    assert [dot[2] for dot in seen.dots] == ["student 0", "student 1", "student 2"]


def test_only_who_opened_the_class_reveals_and_then_nobody_guesses_any_more() -> None:
    rooms, code = opened()
    rooms.enter(code, "ann")
    with pytest.raises(Mistake, match="only who opened"):
        rooms.reveal(code, "ann")
    rooms.reveal(code, "teacher")
    assert rooms.view(code, "teacher").open
    with pytest.raises(Mistake, match="too late for a guess"):
        rooms.commit(code, "ann", 0)
    rooms.arrive(code, "ann", -0.2)  # but may look on, with a world of their own
    assert rooms.view(code, "ann").done == 1


def test_numbers_that_were_guessed_are_shown_in_order() -> None:
    rooms, code = opened(NUMBER)
    for who, value in (("ann", -0.05), ("bob", -0.2)):
        rooms.enter(code, who)
        rooms.commit(code, who, value)
        rooms.arrive(code, who, -0.06)
    seen = rooms.view(code, "ann")
    assert seen.guesses == (-0.2, -0.05) and seen.right == 1 and seen.answers == ()


def test_a_class_that_there_is_not_or_that_is_full_is_told() -> None:
    rooms, code = opened()
    with pytest.raises(Mistake, match="there is no class 'ZZZZZ' here"):
        rooms.enter("ZZZZZ", "ann")
    with pytest.raises(Mistake, match="take a seat"):
        rooms.commit(code, "ann", 0)
    for number in range(MOST_MEMBERS):
        rooms.enter(code, f"student {number}")
    with pytest.raises(Mistake, match="is full"):
        rooms.enter(code, "one more")


def test_classes_are_limited_in_number_and_in_time() -> None:
    now = [0.0]
    rooms = Rooms(clock=lambda: now[0])
    _, first = opened(rooms=rooms)
    codes = [opened(rooms=rooms)[1] for _ in range(MOST_ROOMS)]
    assert rooms.version(first) == -1 and all(rooms.version(code) == 0 for code in codes)
    now[0] = LASTS - 1
    rooms.enter(codes[0], "ann")
    now[0] = LASTS + 1
    assert rooms.view(codes[0], "ann").members == 1
    with pytest.raises(Mistake, match="there is no class"):
        rooms.view(codes[1], "ann")


def test_a_class_may_be_used_by_many_at_once() -> None:
    rooms, code = opened()

    def study(who: int) -> None:
        rooms.enter(code, f"{who}")
        rooms.commit(code, f"{who}", who % 3)
        rooms.arrive(code, f"{who}", -0.01 * who)

    threads = [threading.Thread(target=study, args=(who,)) for who in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = rooms.view(code, "7")
    assert sorted(number for number, _, _ in seen.dots) == list(range(60)) and seen.answers == (20, 20, 20)
    assert rooms.version(code) == 180


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Ann \n B.  ", "Ann B."),
        ("\x00\u202eevil", "evil"),
        ("x" * 99, "x" * 24),
        ("", ""),
        ("<b>Al</b>", "<b>Al</b>"),
    ],
)
def test_a_nickname_is_short_and_in_one_line(given: str, kept: str) -> None:
    assert tidy_name(given) == kept


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
