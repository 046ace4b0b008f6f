"""What goes wrong on the Compare page: back and forward, reload, two tabs, things taken away while it runs, long names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

pytestmark = pytest.mark.browser
SMALL = "people=drawn&count=300&weeks=12&replications=10"
PROFUSE = "people=drawn&count=5000&weeks=104&replications=1000"


def csv(folder: Path, name: str, rows: int, spend: int = 9) -> Path:
    path = folder / name
    path.write_text("tenure,spend\n" + "".join(f"{k % 40},{spend}\n" for k in range(rows)), encoding="utf-8")
    return path


def upload(page: Any, path: Path) -> None:
    page.get_by_label("Choose a CSV file of customers").set_input_files(path)


def press(page: Any) -> None:
    page.get_by_role("button", name="Compare", exact=True).click()


def running(page: Any) -> None:
    """Wait until some replications are done."""
    page.get_by_text(re.compile("Simulated: [1-9][0-9,]* of")).wait_for()


def test_back_and_forward_go_through_edits_and_what_is_run_is_what_is_shown(studio: str, page: Any) -> None:
    page.goto(f"{studio}compare?{SMALL}")
    weeks = page.get_by_label("Weeks")
    for text in ("8", "6"):
        weeks.fill(text)
        weeks.press("Enter")
        page.wait_for_url(f"**weeks={text}&**")
    page.go_back()
    page.wait_for_url("**weeks=8&**")
    page.wait_for_function("[...document.querySelectorAll('input')].some((field) => field.value === '8')")
    page.go_back()
    page.go_forward()
    page.wait_for_url("**weeks=8&**")
    press(page)
    page.locator(".compare-headline").wait_for()
    with page.expect_download() as coming:
        page.get_by_text("Save the scenario files (ZIP)").click()
    with ZipFile(coming.value.path()) as archive:
        assert b"weeks: 8" in archive.read("today.yaml")


def test_a_reload_in_the_middle_ends_the_run_and_keeps_the_question(studio: str, page: Any) -> None:
    page.goto(f"{studio}compare?{PROFUSE}&other=telecom/today~call_centre.representatives:9~name:Nine")
    press(page)
    running(page)
    page.reload()
    page.get_by_role("button", name="Compare", exact=True).wait_for()
    assert page.get_by_text("Simulated:").count() == 0
    assert page.get_by_role("group", name="Call centre: representatives").is_visible()
    page.get_by_label("Weeks").fill("4")
    page.get_by_label("Weeks").press("Enter")
    page.get_by_label("How many customers").fill("100")
    page.get_by_label("How many customers").press("Enter")
    page.wait_for_url("**count=100&**")
    press(page)
    page.locator(".compare-headline").wait_for()


def test_a_policy_removed_while_it_runs_is_still_answered_and_said_to_be_another_question(
    studio: str, page: Any
) -> None:
    page.goto(f"{studio}compare?{PROFUSE}&base=telecom/today&other=telecom/outsourced&other2=telecom/upselling")
    press(page)
    running(page)
    page.get_by_role("button", name="Remove").last.click()
    page.wait_for_function("!location.search.includes('upselling')")
    page.get_by_role("button", name="Cancel").click()
    page.locator(".compare-headline").wait_for()
    assert page.locator(".compare-card").count() == 2
    assert page.get_by_text("You have changed something above since").is_visible()


def test_a_customer_file_replaced_while_it_runs_does_not_get_into_the_answer(
    studio: str, page: Any, tmp_path: Path
) -> None:
    page.goto(f"{studio}compare?people=file&weeks=104&replications=1000")
    upload(page, csv(tmp_path, "ours.csv", 3000))
    page.get_by_text("All 3,000 rows become customers").wait_for()
    press(page)
    running(page)
    (tmp_path / "new").mkdir()
    upload(page, csv(tmp_path / "new", "ours.csv", 70))
    page.get_by_text("All 70 rows become customers").wait_for()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("met the same 3,000 customers").wait_for()


def test_in_two_tabs_nobody_compares_on_a_file_they_do_not_see_and_no_report_is_replaced(
    studio: str, page: Any, tmp_path: Path
) -> None:
    address = f"{studio}compare?people=file&weeks=6&replications=10"
    page.goto(address)
    upload(page, csv(tmp_path, "first.csv", 60))
    page.get_by_text("All 60 rows become customers").wait_for()
    press(page)
    page.get_by_text("met the same 60 customers").wait_for()
    other = page.context.new_page()
    other.goto(address)
    other.get_by_text("All 60 rows become customers").wait_for()
    upload(other, csv(tmp_path, "second.csv", 80))
    other.get_by_text("All 80 rows become customers").wait_for()
    press(other)
    other.get_by_text("met the same 80 customers").wait_for()
    press(page)
    page.get_by_text("was changed in another tab since this page showed it").wait_for()
    page.get_by_role("heading", name="second.csv").wait_for()
    for tab, count in ((page, 60), (other, 80)):
        href = tab.get_by_text("Download the report (HTML)").get_attribute("href")
        assert f"{count} customers" in tab.request.get(studio.rstrip("/") + href).text()
    press(page)
    page.get_by_text("met the same 80 customers").wait_for()


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
    page.get_by_role("button", name="Compare", exact=True).wait_for()
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
