"""Live in the browser: two worlds beside one another, levers that are moved, a journey by a click, an address that is shared."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
READY = "window.studioLive && window.studioLive.ready >= {}"


def opened(page: Any, address: str, weeks: int = 104) -> None:
    page.goto(address)
    page.wait_for_function(READY.format(weeks))


def retention(page: Any, world: int) -> list[float]:
    """Customers kept in every week, as the page has it."""
    return page.evaluate(
        "k => { const live = window.studioLive, place = live.place('retention');"
        "return live.film[k].map(frame => frame.measures[place]); }",
        world,
    )


def test_two_worlds_are_played_side_by_side_to_the_end(studio: str, page: Any) -> None:
    opened(page, studio + "live?people=300")
    page.locator(".live-bar select").first.select_option("60")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("window.studioLive.week === 103 && !window.studioLive.playing")
    assert page.evaluate("window.studioLive.shownWeeks") == 103  # every week was drawn, none was skipped
    told = page.inner_text("[data-difference]")
    a, b = (retention(page, world) for world in (0, 1))
    gap = float(re.search(r"retention ([+−][\d.]+)", told).group(1).replace("−", "-"))  # type: ignore[union-attr]
    assert gap == pytest.approx(100 * (b[-1] - a[-1]), abs=0.06) and gap < 0
    elsewhere = page.evaluate(
        "(() => { const [a, b] = window.studioLive.film.map(frames => frames[103].provider);"
        "return a.filter((provider, i) => provider !== b[i]).length; })()"
    )
    assert f"{elsewhere} of 300 people are elsewhere" in told and elsewhere > 0
    assert page.locator(".live-world").first.locator(".live-people .crowd-one").count() == 300
    assert len(page.locator(".live-people .crowd-line.tie").first.get_attribute("d")) > 5000  # ties are really there


def test_a_colour_means_the_same_in_both_worlds_whatever_the_other_does(studio: str, visitors: Any) -> None:
    filled = "[...document.querySelector('.live-people').querySelectorAll('.crowd-one')].map(one => one.getAttribute('fill'))"
    seen = []
    for two in ("same", "same~quality.error_rate:0.9", "same~fees.size:5"):
        page = visitors.come()
        opened(page, f"{studio}live?one=lessons/town&two={two}&people=300", 30)
        page.evaluate("window.studioLive.jump(29)")
        page.wait_for_selector("[data-week]:text-is('29')")
        seen.append((page.evaluate(filled), page.inner_text(".live-legend").split("\n")[:5]))
    assert seen[0] == seen[1] == seen[2] and len(set(seen[0][0])) > 3
    assert seen[0][1] == [
        "deeply distrustful",
        "distrustful",
        "neither trusting nor distrustful",
        "trusting",
        "very trusting",
    ]


def test_a_crowd_drains_as_customers_do(studio: str, page: Any, accessible: Any) -> None:
    opened(page, studio + "live?one=lessons/town&two=lessons/bad_news_travels&people=1000")
    page.evaluate("window.studioLive.jump(103)")
    page.wait_for_selector("[data-week]:text-is('103')")
    assert page.locator(".live-people").first.locator(".crowd-one").count() == 200
    for k in (0, 1):
        ours = page.evaluate("k => window.studioLive.film[k][103].provider.filter(p => p === 0).length", k)
        drawn = page.evaluate(
            "k => [...document.querySelectorAll('.live-people')[k].querySelectorAll('.crowd-one')]"
            ".filter(one => one.getAttribute('stroke') === 'var(--edge)').length",
            k,
        )
        assert drawn == pytest.approx(ours / 5, abs=1)
    assert accessible(page) == []


def test_keys_play_and_step_and_nothing_moves_by_itself(studio: str, page: Any) -> None:
    opened(page, studio + "live?people=100")
    week = page.locator("[data-week]")
    for key, shown in (("ArrowRight", "1"), ("ArrowRight", "2"), ("ArrowLeft", "1"), ("End", "103"), ("Home", "0")):
        page.keyboard.press(key)
        expect(week).to_have_text(shown)
    page.keyboard.press("Space")
    page.wait_for_function("window.studioLive.playing && window.studioLive.week > 1")
    page.keyboard.press("Space")
    assert not page.evaluate("window.studioLive.playing")
    page.get_by_label("Customer number").click()
    page.keyboard.type("7 ")
    assert not page.evaluate("window.studioLive.playing")  # in a field keys mean what is written on them


def test_a_lever_moved_in_a_week_changes_what_comes_after_it_and_stands_in_the_address(studio: str, page: Any) -> None:
    opened(page, studio + "live?one=lessons/town&two=same&people=300")
    page.evaluate("window.studioLive.jump(40)")
    page.get_by_text("All levers").click()
    page.get_by_label("Mechanism").select_option("quality")
    page.get_by_role("spinbutton", name="error rate").fill("0.4")
    page.get_by_role("spinbutton", name="error rate").press("Tab")
    page.wait_for_url(re.compile(r"two=same~quality.error_rate%4040%3A0.4"))
    page.wait_for_function("window.studioLive.film.length === 2 && window.studioLive.ready === 104")
    a, b = (retention(page, world) for world in (0, 1))
    assert a[:40] == b[:40] and b[-1] < a[-1]
    expect(page.locator(".live-marks")).to_contain_text("Week 40, B: Quality: error rate 0.4 per week")
    page.get_by_text("All levers").click()  # what was moved stands in the short list from now on
    field = page.get_by_role("spinbutton", name="Quality: error rate")
    expect(field).to_have_value("0.4")
    field.fill("7")
    field.press("Tab")
    page.get_by_role("alert").filter(has_text="must lie between 0 and 1").wait_for()
    page.get_by_role("button", name="Compare both").click()
    page.get_by_role("heading", name="What if 1").wait_for()
    moved = page.get_by_role("group", name="Quality: error rate")
    assert moved.get_by_label("Error rate").input_value() == "0.4"
    assert moved.get_by_label("From week").input_value() == "40"


def test_a_click_on_a_person_tells_their_journey_and_the_address_can_be_shared(
    studio: str, visitors: Any, accessible: Any
) -> None:
    page = visitors.come()
    opened(page, studio + "live?one=lessons/town&two=lessons/bad_news_travels&people=300")
    page.locator(".live-people").nth(1).locator(".crowd-one").nth(17).click(force=True)
    page.wait_for_url(re.compile("customer="))
    who = re.search(r"customer=(\d+)", page.url).group(1)  # type: ignore[union-attr]
    page.get_by_role("heading", name=f"Customer {who}").wait_for()
    told = page.locator(".studio-table").first.inner_text()
    assert "Week" in told and "Bad news travels" in told
    picture, life = (page.locator(name).bounding_box() for name in (".live-worlds", ".live-life"))
    assert life["x"] > picture["x"] + picture["width"] and life["y"] < 800  # beside the picture
    page.get_by_label("Picture").select_option("friends")
    expect(page.locator(".live-people").first.locator(".crowd-one.picked")).to_have_count(1)
    assert accessible(page) == []
    friend = visitors.come()
    opened(friend, page.url)
    friend.get_by_role("heading", name=f"Customer {who}").wait_for()
    expect(friend.locator(".studio-table").first).to_have_text(told, use_inner_text=True)


@pytest.mark.heavy
def test_the_readable_engine_shows_the_same_weeks(studio: str, visitors: Any) -> None:
    fast, readable = visitors.come(), visitors.come()
    opened(fast, studio + "live?one=lessons/town&two=lessons/the_grievance&people=60", 8)
    opened(readable, studio + "live?one=lessons/town&two=lessons/the_grievance&people=60&engine=mesa", 8)
    for world in (0, 1):
        assert retention(fast, world)[:8] == retention(readable, world)[:8]


def contrast(words: str) -> float:
    """Of words, ``rgb(143, 0, 18)``, on white tinted with an eighth of their colour, as Vuetify tints an alert (WCAG 2)."""
    colour = [int(part) / 255 for part in re.findall(r"\d+", words)[:3]]

    def luminance(parts: list[float]) -> float:
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    return (luminance([0.88 + 0.12 * part for part in colour]) + 0.05) / (luminance(colour) + 0.05)


def test_a_scenario_that_is_not_there_is_told_and_can_be_read(studio: str, page: Any, accessible: Any) -> None:
    page.goto(studio + "live?one=lessons/nowhere")
    page.get_by_role("alert").filter(has_text="there is no scenario 'lessons/nowhere'").wait_for()
    assert contrast(page.evaluate("getComputedStyle(document.querySelector('.v-alert__content')).color")) > 4.5
    assert accessible(page) == []


def test_a_lever_that_is_not_there_is_told_and_taken_out(studio: str, page: Any) -> None:
    page.goto(studio + "live?one=lessons/town&two=same~quality.eror_rate:0.4&people=60")
    page.get_by_role("alert").filter(has_text="there is no lever 'quality.eror_rate' – did you mean").wait_for()
    page.get_by_role("button", name="Put all back").click()
    page.wait_for_function(
        "window.studioLive && window.studioLive.film.length === 1 && window.studioLive.ready === 104"
    )
    assert page.get_by_role("alert").count() == 0


def test_people_of_a_file_are_all_shown_and_the_list_says_so(studio: str, page: Any) -> None:
    page.goto(studio + "live?one=telecom/today&people=300")
    people = page.get_by_label("People", exact=True)
    expect(people).to_be_disabled()
    assert people.evaluate("list => list.selectedOptions[0].text") == "those of its file, all of them"


def test_a_world_without_calls_tells_no_figures_of_them(studio: str, page: Any) -> None:
    opened(page, studio + "live?one=lessons/town&two=same~call_centre.questions:0~quality.error_rate:0&people=100")
    page.evaluate("window.studioLive.jump(20)")
    assert page.evaluate("window.studioLive.number(window.studioLive.value(1, 'wait_mean'))") == "–"
    assert page.evaluate("window.studioLive.told('wait_mean')").endswith(", B –.")
    assert page.evaluate("window.studioLive.phones(1)").startswith("Phones: no calls. ")
    words = page.inner_text("body")
    assert not re.search(r"\b(NaN|null|undefined|Infinity)\b", words)
