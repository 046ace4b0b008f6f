"""A class: nobody sees anything of the outcome before it is shown; what a console can do; and how it outlives the studio."""

from __future__ import annotations

import json
import os
import stat
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from guesses import CHOICE, NUMBER

from sim import load
from sim.errors import Mistake
from sim.report.formats.pdf import pdf
from sim.runs.statistics import interval
from sim.scenario.guided import Guess
from sim.studio.lessons import class_files
from sim.studio.lessons.class_files import ClassFiles, signing_key
from sim.studio.lessons.film import reel
from sim.studio.lessons.handout import handout
from sim.studio.lessons.outcome import guess_needed, live, worlds
from sim.studio.lessons.school_class import AFTER, LASTS, MOST_MEMBERS, MOST_ROOMS, Rooms, tidy_name
from sim.studio.server.passes import Passes
from sim.studio.visitor.house import House

FOLDER = Path(__file__).parent.parent / "scenarios" / "lessons"
TRAP = "lessons/the_fee_trap"


def opened(guess: Guess = CHOICE, rooms: Rooms | None = None) -> tuple[Rooms, str]:
    rooms = rooms or Rooms()
    return rooms, rooms.open(TRAP, guess, "teacher")


def taken(rooms: Rooms, code: str, who: str, guess: float, value: float, name: str = "") -> None:
    """A member comes, guesses and has their run."""
    rooms.enter(code, who, name)
    rooms.commit(code, who, guess)
    rooms.arrive(code, who, value)


# ---- members


def test_every_member_gets_the_next_replication_and_keeps_it() -> None:
    rooms, code = opened()
    assert [rooms.enter(code, who).number for who in ("ann", "bob", "ann", "cem")] == [0, 1, 0, 2]
    assert rooms.enter(f" {code.lower()[:2]} {code.lower()[2:]}", "ann").number == 0


def test_nobody_sees_guesses_or_outcomes_before_they_are_shown_not_even_their_own() -> None:
    rooms, code = opened()
    rooms.enter(code, "bob")
    rooms.enter(code, "ann")
    with pytest.raises(Mistake, match="commit a guess first"):
        rooms.arrive(code, "ann", -0.1)
    taken(rooms, code, "ann", 1, -0.1)
    for who in ("ann", "bob", "teacher", "a stranger"):
        seen = rooms.view(code, who)
        assert (seen.members, seen.committed, seen.done) == (2, 1, 1)
        assert seen.dots == () and seen.answers == () and seen.guesses == () and seen.around is None and seen.right == 0
        assert seen.mine is None or seen.mine.value is None
        assert all(each.value is None and not each.guess for each in seen.seats)
    assert rooms.table(code, "teacher")[1:] == []
    rooms.reveal(code, "teacher")
    hers = rooms.view(code, "ann")
    assert hers.dots == ((1, -0.1, ""),) and hers.answers == (0, 1, 0) and hers.mine and hers.mine.value == -0.1


def test_the_class_sees_the_mean_of_its_runs_and_how_many_guessed_right() -> None:
    rooms, code = opened()
    values = [-0.05, -0.01, -0.09]
    for number, (who, value) in enumerate(zip(("ann", "bob", "cem"), values, strict=True)):
        taken(rooms, code, who, 0 if number < 2 else 2, value, f"student {number}")
    rooms.reveal(code, "teacher")
    seen = rooms.view(code, "ann")
    assert seen.around == interval(np.array(values)) and seen.right == 2 and seen.answers == (2, 0, 1)
    assert [dot[2] for dot in seen.dots] == ["student 0", "student 1", "student 2"]


def test_who_guesses_after_the_outcome_was_shown_does_not_count() -> None:
    rooms, code = opened()
    taken(rooms, code, "ann", 0, -0.2)
    rooms.reveal(code, "teacher")
    taken(rooms, code, "late", 0, -0.3)
    seen = rooms.view(code, "late")
    assert seen.mine and seen.mine.late and seen.counted == 1 and seen.answers == (1, 0, 0) and seen.done == 2


def test_numbers_that_were_guessed_are_shown_in_order() -> None:
    rooms, code = opened(NUMBER)
    for who, value in (("ann", -0.05), ("bob", -0.2)):
        taken(rooms, code, who, value, -0.06)
    rooms.reveal(code, "teacher")
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
    now = [1.0]
    rooms = Rooms(clock=lambda: now[0])
    _, first = opened(rooms=rooms)
    codes = [opened(rooms=rooms)[1] for _ in range(MOST_ROOMS)]
    assert rooms.version(first) == -1 and all(rooms.version(code) == 1 for code in codes)
    now[0] = LASTS
    rooms.enter(codes[0], "ann")
    now[0] = LASTS + 2
    assert rooms.view(codes[0], "ann").members == 1
    with pytest.raises(Mistake, match="there is no class"):
        rooms.view(codes[1], "ann")


def test_a_class_may_be_used_by_many_at_once() -> None:
    rooms, code = opened()
    threads = [threading.Thread(target=taken, args=(rooms, code, f"{who}", who % 3, -0.01 * who)) for who in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rooms.reveal(code, "teacher")
    seen = rooms.view(code, "7")
    assert sorted(number for number, _, _ in seen.dots) == list(range(60)) and seen.answers == (20, 20, 20)


# ---- teachers


def test_only_who_brings_the_key_teaches_and_there_may_be_two() -> None:
    rooms, code = opened()
    with pytest.raises(Mistake, match="is not the link of the console"):
        rooms.teach(code, "ann", "guessed")
    for deed in (rooms.reveal, rooms.close, rooms.table):
        with pytest.raises(Mistake, match="only who teaches the class"):
            deed(code, "ann")
    assert rooms.view(code, "ann").key == "" and rooms.view(code, "ann").seats == ()
    rooms.teach(code, "colleague", rooms.view(code, "teacher").key)
    rooms.reveal(code, "colleague")
    assert rooms.view(code, "teacher").revealed and rooms.view(code, "colleague").teacher


def test_the_stage_shows_nothing_of_the_outcome_before_it_is_shown_and_that_can_be_undone() -> None:
    rooms, code = opened()
    taken(rooms, code, "ann", 0, -0.2)
    for scene in (*AFTER, "nonsense"):
        with pytest.raises(Mistake, match="show the outcome first"):
            rooms.show(code, "teacher", scene)
    rooms.reveal(code, "teacher")
    assert rooms.view(code, "teacher").scene == "film"
    before = rooms.view(code, "teacher")
    rooms.explain(code, "ann", "  They\nfound out. ")
    assert rooms.view(code, "teacher") != before and rooms.view(code, "teacher").seats[0].why == "They found out."
    rooms.reveal(code, "teacher", shown=False)
    seen = rooms.view(code, "ann")
    assert seen.scene == "story" and seen.around is None and seen.mine and seen.mine.value is None
    with pytest.raises(Mistake, match="nothing to explain"):
        rooms.explain(code, "ann", "Why?")


def test_a_class_goes_on_to_the_next_lesson_and_its_table_holds_all_that_was_shown() -> None:
    rooms, code = opened()
    taken(rooms, code, "ann", 0, -0.2, "Ann")
    rooms.reveal(code, "teacher")
    rooms.explain(code, "ann", "They found out.")
    seed = rooms.view(code, "ann").seed
    rooms.go_on(code, "teacher", "lessons/the_grievance", NUMBER)
    seen = rooms.view(code, "ann")
    assert seen.lesson == "lessons/the_grievance" and not seen.revealed and seen.members == 1 and seen.seed != seed
    assert seen.mine and (seen.mine.name, seen.mine.number, seen.mine.guess, seen.mine.why) == ("Ann", 0, None, "")
    rooms.commit(code, "ann", -0.1)
    rooms.arrive(code, "ann", -0.5, seed)  # a run of the lesson before comes too late
    assert rooms.view(code, "ann").done == 0
    columns, row = rooms.table(code, "teacher")
    assert row == [TRAP, "0", "Ann", "Fewer.", "-20 percentage points", "yes", "yes", "They found out."]
    assert len(columns) == len(row)


def test_a_seat_is_taken_away_and_a_class_closed() -> None:
    rooms, code = opened()
    taken(rooms, code, "ann", 0, -0.2)
    rooms.remove(code, "teacher", 0)
    assert rooms.view(code, "ann").mine is None and rooms.view(code, "ann").members == 0
    assert rooms.enter(code, "ann").number == 1  # an empty seat, with luck of its own
    rooms.close(code, "teacher")
    with pytest.raises(Mistake, match="there is no class"):
        rooms.view(code, "ann")


def test_who_takes_a_lesson_in_a_class_is_known_until_its_outcome_is_shown() -> None:
    rooms, code = opened()
    rooms.enter(code, "ann")
    assert (
        rooms.taking("ann", TRAP) == code
        and not rooms.taking("bob", TRAP)
        and not rooms.taking("ann", "lessons/stagnation")
    )
    rooms.reveal(code, "teacher")
    assert rooms.taking("ann", TRAP) == ""


# ---- files


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(class_files.FOLDER, str(tmp_path / "classes"))
    monkeypatch.setattr(class_files, "HOUSE", House(port=8765))
    return tmp_path / "classes"


@pytest.mark.parametrize("guess", [CHOICE, NUMBER], ids=["answers", "a number"])
def test_a_class_outlives_the_studio_and_its_visitors_are_known_again(kept: Path, guess: Guess) -> None:
    rooms, code = opened(guess, Rooms(kept=ClassFiles()))
    pass_ = Passes(key=signing_key()).given("a" * 64)
    taken(rooms, code, "ann", 0, -0.2, "Ann")
    rooms.enter(code, "bob")
    rooms.reveal(code, "teacher")
    later = Rooms(kept=ClassFiles())
    for who in ("ann", "bob", "teacher", "a stranger"):
        assert later.view(code, who) == rooms.view(code, who)
    assert later.enter(code, "cem").number == 2
    assert Passes(key=signing_key()).visitor(pass_) == "a" * 64
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in kept.iterdir())
    later.close(code, "teacher")
    assert not list(kept.glob("*.json")) and Passes(key=signing_key()).visitor(pass_) is None


def test_what_is_drawn_beforehand_is_what_everybody_will_see() -> None:
    rooms, code = opened()
    taken(rooms, code, "ann", 0, -0.2)
    taken(rooms, code, "bob", 2, -0.1)
    before = rooms.to_be_shown(code)
    assert not rooms.view(code, "ann").dots and before.mine is None and not before.seats
    rooms.reveal(code, "teacher")
    shown = rooms.view(code, "ann")
    for name in ("dots", "around", "answers", "guesses"):
        assert getattr(before, name) == getattr(shown, name)


def test_passes_outlive_the_studio_for_a_token_of_the_owner_s_own_and_for_that_alone(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def visitor(token: str, given: str) -> str | None:
        monkeypatch.setattr(class_files.HOUSE, "own_token", token)
        return Passes(key=signing_key()).visitor(given)

    monkeypatch.setattr(class_files.HOUSE, "own_token", "one sentence")
    given = Passes(key=signing_key()).given("a" * 64)
    assert visitor("one sentence", given) == "a" * 64 and visitor("another one", given) is None
    assert visitor("one sentence", given) == "a" * 64 and visitor("", given) is None
    assert visitor("one sentence", given) is None  # without a token the key was drawn anew


def test_a_handout_has_what_the_table_has_and_no_column_that_is_empty(kept: Path) -> None:
    trap = load(FOLDER / "the_fee_trap.yaml")
    guess = guess_needed(trap)
    rooms, code = opened(guess)
    taken(rooms, code, "ann", 0, -0.2, "Ann")
    taken(rooms, code, "bob", 2, -0.1)
    assert not handout(rooms.view(code, "teacher"), rooms.table(code, "teacher"), {TRAP: trap}).sections
    rooms.reveal(code, "teacher")
    rooms.explain(code, "bob", "They feel cheated.")
    told = handout(rooms.view(code, "teacher"), rooms.table(code, "teacher"), {TRAP: trap})
    (section,) = told.sections
    (table,) = section.tables
    assert table.columns == ["Seat", "Nickname", "Guess", "Own run", "Right", "Counts", "Why?"]
    assert [row[0] for row in table.rows] == ["1", "2"] and table.rows[1][-1] == "They feel cheated."
    assert section.title == trap.name and len(section.pictures) == 1 and trap.lesson.because in section.notes[0]
    assert pdf(told).startswith(b"%PDF")
    rooms.go_on(code, "teacher", "lessons/gone", guess)
    assert handout(rooms.view(code, "teacher"), rooms.table(code, "teacher"), {}).sections[0].title == TRAP


def test_a_class_that_nobody_has_used_for_long_leaves_no_file(kept: Path) -> None:
    _, old = opened(rooms=Rooms(kept=ClassFiles()))
    _, fresh = opened(rooms=Rooms(kept=ClassFiles()))
    long_ago = time.time() - LASTS - 60
    os.utime(kept / f"8765-{old}.json", (long_ago, long_ago))
    signing_key()
    assert [path.name for path in kept.glob("*.json")] == [f"8765-{fresh}.json"]


def test_a_file_that_is_damaged_or_too_old_is_no_class_and_no_code_leads_elsewhere(kept: Path) -> None:
    rooms, code = opened(rooms=Rooms(kept=ClassFiles()))
    (path,) = kept.glob("*.json")
    said = json.loads(path.read_text(encoding="utf-8"))
    for wrong in ("", "[]", "{}", json.dumps(said | {"members": 3}), json.dumps(said | {"used": 1.0})):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(Mistake, match="there is no class"):
            Rooms(kept=ClassFiles()).view(code, "ann")
    (kept.parent / "8765-SECRT.json").write_text(json.dumps(said), encoding="utf-8")
    assert ClassFiles().read("../8765-SECRT") is None


def test_where_nothing_can_be_written_a_class_ends_with_the_studio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv(class_files.FOLDER, str(tmp_path / "file" / "classes"))
    rooms, code = opened(rooms=Rooms(kept=ClassFiles()))
    assert rooms.view(code, "teacher").teacher and Rooms(kept=ClassFiles()).version(code) == -1


# ---- the film


def test_the_film_tells_what_the_runs_tell_and_turns_where_the_gain_is_used_up() -> None:
    outcome = live(worlds(load(FOLDER / "the_fee_trap.yaml")), range(6), 1)
    film = reel(outcome)
    moments = outcome.answer.base.scenario.weeks + 1
    assert all(len(each) == moments for each in (*film["kept"], *film["trust"], film["money"]))
    assert [each[0] for each in film["kept"]] == [100, 100] and film["kept"][1][-1] < film["kept"][0][-1]
    for place, result in enumerate(outcome.answer.results):
        assert film["kept"][place][-1] == pytest.approx(
            100 * outcome.answer.values(result, "retention").mean(), abs=0.51
        )
    turn, money = film["turn"], film["money"]
    assert money[turn - 1] > 0 >= money[turn] and f"Week {turn}" in film["said"]


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
