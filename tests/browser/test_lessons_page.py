"""The lessons in a browser: one from start to end, a class of two and its teacher, and what must not be seen too early."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect
from processes import end, start_studio
from seats import link_in, open_class, sure

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


def test_a_number_is_guessed_with_the_keyboard_and_nothing_is_chosen_beforehand(
    studio: str, page: Any, accessible: Any
) -> None:
    page.goto(studio + "lessons?lesson=lessons%2Fthe_grievance&stage=predict")
    field = page.get_by_label("By how much")
    field.wait_for()
    assert accessible(page) == []
    commit = page.locator("button:has-text('Commit my guess')")
    assert field.input_value() == "" and page.locator("[role=slider]").count() == 0
    assert page.locator("[role=radio][aria-checked=true]").count() == 0 and commit.is_disabled()
    field.fill("4")
    field.press("Enter")
    assert commit.is_disabled()  # a number without a direction
    page.locator("[role=radio]").nth(1).press("Space")
    expect(commit).to_be_enabled()
    commit.press("Enter")
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


def test_a_class_by_link_with_a_stage_and_a_console(studio: str, visitors: Any, accessible: Any) -> None:
    teacher, wall, ann, bob = visitors.come(1280, 800), None, visitors.come(390, 844), visitors.come(390, 844)
    open_class(teacher, studio)
    assert accessible(teacher) == []
    assert "QR code" in teacher.locator("img.lesson-qr").last.get_attribute("alt")
    wall = visitors.come(1920, 1080)
    wall.goto(studio + link_in(teacher, 1) + "&view=stage")  # another device, by the console's own link
    wall.wait_for_selector(".lesson-stage img.lesson-qr")
    wall.wait_for_url("**view=stage")
    assert "console=" not in wall.url and accessible(wall) == []
    for student in (ann, bob):
        student.goto(studio + link_in(teacher, 0))  # the link alone: no code, no name
        student.wait_for_selector("button:has-text('Commit my guess')")
    ann.get_by_label("Nickname").fill("Ann <b>A.</b>")
    ann.get_by_label("Nickname").press("Tab")
    guess(ann, "earned about the same")
    guess(bob, "earned less than without")
    teacher.wait_for_selector("text=Ann <b>A.</b>: has guessed")  # shown as text
    teacher.wait_for_selector(".lesson-counts div:has-text('runs are done') b:has-text('2')")
    teacher.click("button:has-text('Story and question')")
    wall.wait_for_selector(".lesson-question:has-text('Hidden fees')")
    for blind in (ann, bob, teacher, wall):  # both runs are done, and nobody sees anything of them
        assert not any(words in blind.content() for words in ("Mean of", "own run showed", "guesses are right", "film"))
    assert accessible(bob) == [] and bob.evaluate("document.documentElement.scrollWidth") <= 390
    bob.goto(studio + TRAP + "&stage=compare")  # nor alone meanwhile
    bob.wait_for_selector("text=You take this lesson with class")
    bob.goto(studio + TRAP + "&view=teacher")
    bob.wait_for_selector("text=You take this lesson with class")
    bob.click("button:has-text('To the class')")
    sure(teacher, "Show the outcome to all")
    for student in (ann, bob):
        student.wait_for_selector("text=Mean of 2 runs")
        student.wait_for_selector("text=1 of 2 guesses are right")
    wall.wait_for_selector("text=Stop here: what do you think comes next?")
    assert accessible(wall) == [] and accessible(bob) == []
    wall.focus(".film")
    wall.keyboard.press("End")
    wall.wait_for_selector("text=what it earned at first is used up")
    ann.get_by_label("In your own words").fill("They found out.")
    ann.click("button:has-text('Send it')")
    teacher.wait_for_selector("td:has-text('They found out.')")
    for scene, words in (
        ("The guesses", "1 of 2 guesses are right"), ("One customer", "left for the rival"), ("Why?", "1 answer"),
        ("Explanation", "trust falls with each fee"), ("To think on", "A manager is paid"),
    ):  # fmt: skip
        teacher.click(f".lesson-scenes button:has-text('{scene}')")
        wall.wait_for_selector(f".lesson-stage >> text={words}")
    assert accessible(teacher) == []


def test_a_wrong_link_of_a_console_is_told(studio: str, visitors: Any) -> None:
    teacher, other = visitors.come(), visitors.come()
    open_class(teacher, studio)
    other.goto(studio + link_in(teacher, 0) + "&console=guessed")
    other.wait_for_selector("text=this is not the link of the console of class")
    assert other.locator("h1:has-text('Console')").count() == 0


def test_a_class_that_there_is_not_is_told(studio: str, page: Any) -> None:
    page.goto(studio + "lessons?class=ZZZZZ")
    page.wait_for_selector("text=there is no class 'ZZZZZ' here")


@pytest.mark.heavy
@pytest.mark.parametrize("key", lessons())
def test_every_lesson_from_start_to_end(studio: str, page: Any, key: str) -> None:
    page.goto(f"{studio}lessons?lesson={quote(key, safe='')}")
    page.click("button:has-text('Now guess')")
    page.wait_for_selector("button:has-text('Commit my guess')")
    page.locator("[role=radio]").first.check(force=True)
    if page.get_by_label("By how much").count():
        page.get_by_label("By how much").fill("1")
        page.get_by_label("By how much").press("Enter")
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


@pytest.mark.heavy
def test_a_lesson_of_one_s_own_is_begun_on_the_page_and_read_anew_and_a_faulty_one_hinders_nobody(
    page: Any, tmp_path: Any, accessible: Any
) -> None:
    process, address = start_studio(folder=tmp_path)
    try:
        page.goto(address + "lessons")
        page.get_by_label("What it is called").fill("The price rise")
        page.click("button:has-text('Begin a lesson')")
        page.wait_for_selector("text=Before it is taught, the studio runs it")
        page.wait_for_selector("button:has-text('Now guess')")
        file = tmp_path / "lessons" / "the_price_rise.yaml"
        text = file.read_text(encoding="utf-8")
        page.goto(address + "lessons?lesson=mine%2Fthe_price_rise&view=teacher")
        page.wait_for_selector("h2:has-text('What a full answer has')")
        assert accessible(page) == []
        (tmp_path / "lessons" / "unfinished.yaml").write_text("extends: town.yaml\nlesson:\n  predict: What?\n")
        page.goto(address + "lessons")
        page.wait_for_selector("li:has-text('mine/unfinished: '):has-text('lesson.against is missing')")
        file.write_text(text.replace("The price rise", "The new name"), encoding="utf-8")
        page.wait_for_selector("h2:has-text('The new name')")  # the page was not touched
        wrong = text.replace("retention: falls by 2", "retention: rises by 2").replace(
            "The price rise", "The wrong one"
        )
        page.set_input_files(
            "input[type=file]", {"name": "wrong.yaml", "mimeType": "text/yaml", "buffer": wrong.encode()}
        )
        page.wait_for_selector("text=promises the wrong direction")
        assert page.locator("button:has-text('Now guess')").count() == 0
        for other in ("live", "compare", "library"):
            page.goto(address + other)
            page.wait_for_selector("#content h1")
            page.wait_for_load_state("networkidle")
            assert not any(words in page.inner_text("main") for words in ("Traceback", "unfinished", "failed")), other
    finally:
        end(process)
