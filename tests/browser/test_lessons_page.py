"""The lessons in a browser: one from start to end, a class of two and its teacher, and what must not be seen too early."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect
from processes import end, start_studio

from sim.studio.pages.lessons import lessons

pytestmark = pytest.mark.browser
TRAP = "lessons?lesson=lessons%2Fthe_fee_trap"


def settled(page: Any) -> None:
    page.wait_for_selector("#content h1")
    page.wait_for_load_state("networkidle")


def guess(page: Any, answer: str) -> None:
    page.click(f"label:has-text('{answer}')")
    page.click("button:has-text('Commit my guess')")


def test_a_lesson_from_start_to_end(studio: str, page: Any, accessible: Any) -> None:
    page.goto(studio + "lessons")
    page.click("main >> text=The fee trap")
    page.wait_for_selector("button:has-text('Now guess')")
    assert accessible(page) == []
    page.click("button:has-text('Now guess')")
    page.wait_for_selector("h2:has-text('Hidden fees bring money in')")
    stages = page.locator("nav[aria-label='Stages of the lesson'] button")
    expect(stages).to_have_count(1)  # back to the story, no further
    assert accessible(page) == []
    guess(page, "earned less than without")
    page.click("button:has-text('Run both worlds')")
    page.wait_for_selector("text=Your guess was right")
    page.wait_for_url("**stage=compare**")
    alternative = page.locator("img.lesson-picture").first.get_attribute("alt")
    assert "20 runs" in alternative and "95 % interval" in alternative
    expect(page.locator("td:has-text('as told')")).to_have_count(4)
    assert accessible(page) == []
    page.click("button:has-text('Why?')")
    page.click('button:has-text("Now the model\'s own account")')
    page.wait_for_selector("h2:has-text('One customer, two lives')")
    expect(page.locator("main table")).to_contain_text("left for the rival")
    page.click("button:has-text('One more question')")
    page.click("button:has-text('What would a good answer touch?')")
    page.wait_for_selector("li:has-text('that gain and loss come at different times')")
    assert accessible(page) == []


def test_the_outcome_cannot_be_opened_before_the_guess(studio: str, page: Any) -> None:
    page.goto(studio + TRAP + "&stage=compare")
    page.wait_for_selector("button:has-text('Commit my guess')")
    assert page.locator("img.lesson-picture").count() == 0 and "The model shows" not in page.content()


def test_a_committed_guess_outlives_the_page(studio: str, page: Any) -> None:
    page.goto(studio + "lessons?lesson=lessons%2Fthe_pretender&stage=predict")
    guess(page, "About as many stay")
    page.wait_for_selector("button:has-text('Run both worlds')")
    page.goto(studio + "lessons?lesson=lessons%2Fthe_pretender&stage=predict")
    page.wait_for_selector("text=Your guess: “About as many stay")
    assert page.locator("button:has-text('Commit my guess')").count() == 0


def test_a_number_is_guessed_with_the_keyboard(studio: str, page: Any, accessible: Any) -> None:
    page.goto(studio + "lessons?lesson=lessons%2Fthe_grievance&stage=predict")
    page.wait_for_selector("[role=slider]", state="attached")  # it has no size but its thumb
    assert accessible(page) == []
    page.focus("[role=slider]")
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    page.wait_for_selector("text=−4 percentage points")
    page.click("button:has-text('Commit my guess')")
    page.wait_for_selector("text=Your guess: −4 percentage points")
    page.click("button:has-text('Run both worlds')")
    page.wait_for_selector("text=That is near: you guessed −4 percentage points")


PATIENT = "import sim.studio.lessons.stages as lesson; lesson.REPLICATIONS = 20_000; from sim.cli import main; main()"
"""A studio whose lessons run a thousand times as long: what is over in a moment cannot be called off in time."""


def test_a_run_can_be_called_off(page: Any) -> None:
    process, address = start_studio(program=("-c", PATIENT))
    try:
        page.goto(address + "lessons?lesson=lessons%2Fstagnation&stage=predict")
        guess(page, "far fewer")
        page.click("button:has-text('Run both worlds')")
        page.click("button:has-text('Cancel')")
        page.wait_for_selector("button:has-text('Run both worlds')")
        page.wait_for_url("**stage=run**")
    finally:
        end(process)


def test_two_students_and_their_teacher_in_a_class(studio: str, visitors: Any, accessible: Any) -> None:
    teacher, ann, bob = visitors.come(1920, 1080), visitors.come(), visitors.come(390, 844)
    teacher.goto(studio + TRAP + "&view=teacher")
    teacher.wait_for_selector("h2:has-text('Common misconceptions')")
    assert accessible(teacher) == []
    teacher.click("button:has-text('Open a class')")
    code = teacher.locator(".lesson-code").inner_text().strip()
    for student, name in ((ann, "Ann <b>A.</b>"), (bob, "")):
        student.goto(studio + "lessons")
        student.get_by_label("Code from the board").fill(code.lower())
        student.get_by_label("Nickname").fill(name)
        student.click("button:has-text('Join')")
        student.wait_for_selector("button:has-text('Commit my guess')")
    guess(ann, "earned about the same")
    ann.click("button:has-text('Run my world')")
    ann.wait_for_selector("text=Mean of 1 run")
    teacher.wait_for_selector(".lesson-counts b:has-text('1') >> nth=0")
    for blind in (bob, teacher):  # nothing of hers before his guess, nor on the wall
        assert blind.locator("img.lesson-picture").count() == 0 and "Mean of" not in blind.content()
    assert accessible(bob) == []
    guess(bob, "earned less than without")
    bob.click("button:has-text('Run my world')")
    bob.wait_for_selector("text=Mean of 2 runs")
    ann.wait_for_selector("text=Mean of 2 runs")
    teacher.click("button:has-text('Show the outcome to all')")
    teacher.wait_for_selector("text=1 of 2 guesses are right")
    teacher.click("summary:has-text('All runs as a table')")
    expect(teacher.locator("main")).to_contain_text("Ann <b>A.</b>")  # shown as text
    assert accessible(teacher) == []
    assert bob.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_class_that_there_is_not_is_told(studio: str, page: Any) -> None:
    page.goto(studio + "lessons?class=ZZZZZ")
    page.wait_for_selector("text=there is no class 'ZZZZZ' here")


@pytest.mark.heavy
@pytest.mark.parametrize("key", lessons())
def test_every_lesson_from_start_to_end(studio: str, page: Any, key: str) -> None:
    page.goto(f"{studio}lessons?lesson={quote(key, safe='')}")
    page.click("button:has-text('Now guess')")
    page.wait_for_selector("button:has-text('Commit my guess')")
    if page.locator("[role=radio]").count():
        page.locator("[role=radio]").first.check(force=True)
    page.click("button:has-text('Commit my guess')")
    page.click("button:has-text('Run both worlds')")
    page.wait_for_selector("h2:has-text('What the lesson says, and what this run showed')")
    assert page.locator("td:has-text('not this time')").count() == 0
    page.click("button:has-text('Why?')")
    page.click('button:has-text("Now the model\'s own account")')
    page.wait_for_selector("h2:has-text('One customer, two lives')")
    page.click("button:has-text('One more question')")
    page.click("button:has-text('What would a good answer touch?')")
    page.wait_for_selector("text=A good answer touches:")
    page.goto(f"{studio}lessons?lesson={quote(key, safe='')}&view=teacher")
    page.wait_for_selector("text=of 100 seeds")
