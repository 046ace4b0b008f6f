"""What goes wrong on the Compare page: back and forward, reload, two tabs, things taken away while it runs, long names."""

from __future__ import annotations

import re
from typing import Any
from zipfile import ZipFile

import pytest

pytestmark = pytest.mark.browser
SMALL = "people=drawn&count=300&weeks=12&replications=10"
SHOWN = "(weeks) => [...document.querySelectorAll('input')].some((field) => field.value === weeks)"
PROFUSE = "people=drawn&count=5000&weeks=104&replications=1000"


def press(page: Any) -> None:
    page.get_by_role("button", name="Compare", exact=True).click()


def running(page: Any) -> None:
    """Wait until some replications are done."""
    page.get_by_text(re.compile("Simulated: [1-9][0-9,]* of")).wait_for()


@pytest.mark.heavy
def test_a_reload_in_the_middle_ends_the_run_and_back_and_forward_go_through_edits(studio: str, page: Any) -> None:
    page.goto(f"{studio}compare?{PROFUSE}&other=telecom/today~call_centre.representatives:9~name:Nine")
    press(page)
    running(page)
    page.reload()
    page.get_by_role("button", name="Compare", exact=True).wait_for()
    assert page.get_by_text("Simulated:").count() == 0
    assert page.get_by_role("group", name="Call centre: representatives").is_visible()
    for label, place, texts in (("How many customers", "count", ("100",)), ("Weeks", "weeks", ("8", "6"))):
        for text in texts:
            page.get_by_label(label).fill(text)
            page.get_by_label(label).press("Enter")
            page.wait_for_url(re.compile(f"[?&]{place}={text}(&|$)"))
    page.go_back()
    page.wait_for_function(SHOWN, arg="8")
    page.go_back()
    page.wait_for_function(SHOWN, arg="104")
    page.go_forward()
    page.wait_for_function(SHOWN, arg="8")
    press(page)
    page.locator(".compare-headline").wait_for()
    with page.expect_download() as coming:
        page.get_by_text("Save the scenario files (ZIP)").click()
    with ZipFile(coming.value.path()) as archive:
        assert re.findall(rb"^weeks: (.*)$", archive.read("today.yaml"), re.M) == [b"8"]


def test_what_is_taken_away_while_it_runs_does_not_get_into_the_answer(studio: str, page: Any) -> None:
    page.goto(f"{studio}compare?{PROFUSE}&base=telecom/today&other=telecom/outsourced&other2=telecom/upselling")
    press(page)
    running(page)
    page.get_by_role("button", name="Remove").last.click()
    page.wait_for_function("!location.search.includes('upselling')")
    page.get_by_role("button", name="Cancel").click()
    page.locator(".compare-headline").wait_for()
    assert page.locator(".compare-card").count() == 2
    page.get_by_text("You have changed something above since").wait_for()


def test_a_very_long_name_stays_within_a_phone(studio: str, visitors: Any) -> None:
    page = visitors.come(390, 844)
    page.goto(f"{studio}compare?{SMALL}&base=telecom/today&other=telecom/outsourced~name:{'W' * 100}")
    press(page)
    page.locator(".compare-headline").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.goto(f"{studio}compare?{SMALL}&base=telecom/today&other=telecom/outsourced~name:{'W' * 101}")
    page.locator("[role=alert]").get_by_text("must be shorter text").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_with_the_keyboard_alone_the_answer_is_reached_and_what_follows_it(studio: str, page: Any) -> None:
    page.goto(f"{studio}compare?{SMALL}")
    page.get_by_role("button", name="Change a lever").last.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Find a lever").wait_for()
    page.wait_for_function("document.activeElement.tagName === 'INPUT'")
    page.keyboard.type("callback share of")
    page.wait_for_function("document.querySelectorAll('.compare-pick').length === 1")
    page.get_by_role("button", name=re.compile("^callback Share")).focus()
    page.keyboard.press("Enter")
    page.get_by_label("Callback", exact=True).wait_for()
    page.wait_for_function("document.activeElement.labels && document.activeElement.labels[0].innerText === 'Callback'")
    page.keyboard.press("Control+a")
    page.keyboard.type("60 %")
    assert page.get_by_label("Callback", exact=True).input_value() == "60 %"
    page.keyboard.press("Tab")
    page.wait_for_url("**callback%3A60**")
    for _ in range(60):
        page.keyboard.press("Tab")
        if (
            page.evaluate("document.activeElement.innerText.trim()") == "Compare"
            and page.evaluate("document.activeElement.tagName") == "BUTTON"
        ):
            break
    page.keyboard.press("Enter")
    page.locator(".compare-headline").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Download the report (HTML)"


@pytest.mark.heavy
def test_five_policies_of_a_hundred_thousand_customers_go_on_and_can_be_called_off(studio: str, page: Any) -> None:
    names = ("today", "outsourced", "upselling", "self_checkout", "accountable")
    places = ("base", "other", "other2", "other3", "other4")
    five = "&".join(f"{place}=telecom/{name}" for place, name in zip(places, names, strict=True))
    page.goto(f"{studio}compare?people=drawn&count=100000&{five}")
    press(page)
    page.wait_for_function("/Simulated: ([1-9][0-9,]*) of 1,000/.test(document.body.innerText)", timeout=180_000)
    page.wait_for_function(
        "Number((document.body.innerText.match(/Simulated: ([0-9]+)/) || [])[1]) >= 12", timeout=180_000
    )
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text(re.compile("Called off: this rests on the [0-9]+ of 200|called off when")).wait_for()
