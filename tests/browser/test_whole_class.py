"""A console and twenty browsers through three lessons in a row, with all that happens to a class; its table holds every guess.

Chromium has twenty seats both times. To draw a page for the first time costs it two and a half seconds of processor, and one
more when the studio comes back, so that twenty drawn seats take a minute and a half of one processor: among the quick tests two
seats are drawn, and the others take part over the websocket of their page, which is all the same to the studio.
"""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from processes import end, start_studio
from seats import COMMIT, GUESSED, Drawn, Listening, link_in, open_class, sure

from sim import load

pytestmark = pytest.mark.browser
SEATS = 20
TRAP, STAGNATION, GRIEVANCE = "lessons/the_fee_trap", "lessons/stagnation", "lessons/the_grievance"
SHOW, HIDE = "Show the outcome to all", "Hide the outcome again"
OUTCOME, LATE = "Mean of", "so that your guess does not count"
RELOADS, EXPLAINS, GOES, WAITS = 1, 0, 3, 5
"""Seats with something to do: of the first, which are drawn in any case, and of the others."""
WHY = "They found out, and <b>left</b>."


class Hour:
    """A class with its console; ``told``: by lesson and browser what was guessed, whether it counts, and why."""

    def __init__(self, visitors: Any, drawn: int) -> None:
        self.process, self.studio = start_studio()
        self.visitors, self.console = visitors, visitors.come()
        open_class(self.console, self.studio)
        self.link, self.lesson = self.studio + link_in(self.console, 0), TRAP
        self.seats: list[Drawn] = [(Drawn if seat < drawn else Listening)(visitors) for seat in range(SEATS)]
        self.told: dict[tuple[str, int], tuple[str, str, str]] = {}
        for seat in self.seats:
            seat.begin(self.link)
        self.all_see(COMMIT)

    def all_see(self, words: str) -> None:
        """Wait until every page that is open says so."""
        for seat in self.present():
            seat.sees(words)

    def guess(self, seat: int, counts: str = "yes") -> None:
        """One seat guesses; every answer is chosen by somebody, and a number is each one's own."""
        guess = load(Path("scenarios") / f"{self.lesson}.yaml").lesson.guide.guess
        place = seat % (len(guess.options) or 2)
        self.seats[seat].guess(place, "" if guess.options else f"{seat}")
        words = guess.options[place].answer if guess.options else f"{'+−'[place] if seat else ''}{seat} {guess.unit[1]}"
        self.told[self.lesson, seat] = (words, counts, "")

    def guess_all(self, *but: int) -> None:
        """Everybody guesses but these."""
        for seat in set(range(len(self.seats))) - set(but):
            self.guess(seat)
        for seat in set(range(len(self.seats))) - set(but):
            self.seats[seat].sees(GUESSED)

    def nobody_knows(self) -> None:
        """All runs are done, and no page says anything of them."""
        guessed = sum(lesson == self.lesson for lesson, _ in self.told)
        expect(self.counted("runs are done")).to_have_text(f"{guessed}")
        for seat in self.present():
            seat.sees_no(OUTCOME)
        assert "guesses are right" not in self.console.content()

    def show(self) -> None:
        """Show the outcome to all; everybody who guessed sees it."""
        sure(self.console, SHOW)
        began = time.monotonic()
        for number, seat in enumerate(self.seats):
            if seat in self.present() and (self.lesson, number) in self.told:
                seat.sees(OUTCOME)
        print(f"{self.lesson}: seen by all {time.monotonic() - began:.1f} s after the console said so")

    def go_on(self, lesson: str) -> None:
        """The next lesson, with everybody who is in: their pages go on by themselves."""
        self.lesson = lesson
        self.console.get_by_label("Lesson").select_option(lesson)
        sure(self.console, "Go on with this class")
        self.all_see(COMMIT)

    def killed_and_begun_again(self) -> None:
        """The studio ends without a word; pages that are drawn come back by themselves."""
        self.process.kill()
        self.process.wait()
        self.console.get_by_text("The studio does not answer").wait_for()
        self.process, again = start_studio("--port", str(urlsplit(self.studio).port))
        assert again == self.studio
        self.console.get_by_text("This page was opened anew").wait_for()
        for seat in self.present():
            seat.comes_back(self.link)
        for number, seat in enumerate(self.seats):
            if seat in self.present():
                seat.sees(GUESSED if (self.lesson, number) in self.told else COMMIT)

    def counted(self, words: str) -> Any:
        """A number at the top of the console."""
        return self.console.locator(f".lesson-counts div:has-text('{words}') b")

    def present(self) -> list[Drawn]:
        """Seats whose browser is open."""
        return [seat for seat in self.seats if not seat.page.is_closed()]

    def table(self) -> list[dict[str, str]]:
        """The table as the console gives it."""
        with self.console.expect_download() as told:
            self.console.click("a:has-text('(CSV)')")
        return list(csv.DictReader(told.value.path().read_text(encoding="utf-8-sig").splitlines()))


def first_lesson(hour: Hour) -> None:
    """One reloads between guess and outcome; one comes when the outcome is known; one says why."""
    hour.guess_all()
    hour.seats[RELOADS].begin(hour.link)
    hour.seats[RELOADS].sees(GUESSED)
    hour.nobody_knows()
    hour.show()
    hour.seats.append(Listening(hour.visitors))
    hour.seats[SEATS].begin(hour.link)
    hour.seats[SEATS].sees(LATE)
    hour.guess(SEATS, counts="no: after the outcome")
    hour.seats[SEATS].sees(GUESSED)
    expect(hour.counted("in the class")).to_have_text(f"{SEATS + 1}")
    hour.seats[EXPLAINS].explain(WHY)
    hour.console.locator("td", has_text=WHY).wait_for()
    hour.told[TRAP, EXPLAINS] = (*hour.told[TRAP, EXPLAINS][:2], WHY)


def second_lesson(hour: Hour) -> None:
    """One guesses, closes the browser and never comes back; the studio is killed; the outcome is shown, hidden and shown; and who
    has waited for that guesses too late."""
    hour.go_on(STAGNATION)
    hour.guess_all(WAITS)
    hour.seats[GOES].go()
    hour.killed_and_begun_again()
    hour.nobody_knows()
    hour.show()
    hour.seats[WAITS].sees(LATE)
    sure(hour.console, HIDE)
    for seat in hour.present():
        seat.sees_no(OUTCOME)
    hour.guess(WAITS, counts="no: after the outcome")
    hour.seats[WAITS].sees(GUESSED)
    hour.nobody_knows()
    hour.show()


def third_lesson(hour: Hour) -> None:
    """A number is guessed, by the one who came late too; the one who went has no guess."""
    hour.go_on(GRIEVANCE)
    hour.guess_all(GOES)
    expect(hour.counted("have guessed")).to_have_text(f"{SEATS}")
    hour.nobody_knows()
    hour.show()
    hour.told[GRIEVANCE, GOES] = ("", "", "")


def what_is_taken_home(hour: Hour) -> None:
    """The table holds a row for each seat and lesson with what was guessed there, and one answer to each question is right."""
    rows = hour.table()
    own = {guess: browser for (lesson, browser), (guess, *_) in hour.told.items() if lesson == GRIEVANCE}
    browser = {row["seat"]: own[row["guess"]] for row in rows if row["lesson"] == GRIEVANCE}
    found = {(row["lesson"], browser[row["seat"]]): (row["guess"], row["counts"], row["why"]) for row in rows}
    assert len(rows) == len(found) == 3 * (SEATS + 1) and found == hour.told
    assert all(bool(row["run"]) == bool(row["right"]) == bool(row["guess"]) for row in rows)
    for lesson in (TRAP, STAGNATION):
        right = {row["guess"] for row in rows if row["lesson"] == lesson and row["right"] == "yes"}
        wrong = {row["guess"] for row in rows if row["lesson"] == lesson and row["right"] == "no"}
        assert len(right) == 1 and not right & wrong
    hour.console.click("button:has-text('Make the handout')")
    with hour.console.expect_download() as paper:
        hour.console.click("a:has-text('Download the handout (PDF)')")
    assert paper.value.path().read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("drawn", [2, pytest.param(SEATS, marks=pytest.mark.heavy)])
def test_a_class_of_twenty_through_three_lessons(
    visitors: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drawn: int
) -> None:
    monkeypatch.setenv("LOYALTY_CLASSES", str(tmp_path))
    hour = Hour(visitors, drawn)
    try:
        first_lesson(hour)
        second_lesson(hour)
        third_lesson(hour)
        what_is_taken_home(hour)
        sure(hour.console, "Close the class")
        hour.seats[0].sees("there is no class")
        assert not list(tmp_path.glob("*.json"))
    finally:
        end(hour.process)
