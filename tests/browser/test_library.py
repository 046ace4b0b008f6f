"""The library in the browser: look something up, read it, share it, look into the mirror and take it home."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def test_look_up_a_setting_read_it_and_share_the_address(studio: str, visitors: Any, accessible: Any) -> None:
    page = visitors.come()
    page.goto(studio + "library")
    page.get_by_label("Find a scenario").fill("wage")
    page.keyboard.press("Enter")
    page.wait_for_url("**find=wage**")
    page.click("a:has-text('Call centre: wage')")
    page.wait_for_selector("tr[aria-current=true]:has-text('What an hour of a representative costs')")
    assert accessible(page) == []
    other = visitors.come()
    other.goto(page.url)
    other.wait_for_selector("tr[aria-current=true]:has-text('wage')")
    page.go_back()
    page.wait_for_selector("text=found for “wage”")


def test_read_a_scenario_and_go_on_to_the_one_it_starts_from(studio: str, page: Any) -> None:
    page.goto(studio + "library")
    page.click("a:has-text('Outsourced call centre')")
    page.wait_for_selector("td:has-text('outsourcing.share')")
    with page.expect_download() as download:
        page.click("a:has-text('Download the scenario')")
    assert download.value.suggested_filename == "outsourced.zip"
    page.click("p:has-text('It starts from') >> a")
    page.wait_for_url("**scenario=telecom%2Ftoday**")
    page.wait_for_selector("h2:has-text('Today')")


def test_something_that_there_is_not_is_told_in_a_sentence(studio: str, page: Any) -> None:
    for query in ("scenario=../../etc/passwd", "part=nonsense", "shelf=mirror&scenario=none"):
        page.goto(f"{studio}library?{query}")
        page.wait_for_selector("[role=alert]:has-text('there is no')")


def test_the_mirror_is_run_shown_and_taken_home(studio: str, visitors: Any, accessible: Any, tmp_path: Any) -> None:
    page = visitors.come()
    page.goto(studio + "library?shelf=mirror&scenario=lessons/town")
    page.click("button:has-text('Show it')")
    page.wait_for_selector("figure [aria-label^='Bar chart of reasons for leaving']")
    page.wait_for_selector("th:has-text('Keeping promises')")
    assert accessible(page) == []
    with page.expect_download() as download:
        page.click("a:has-text('Download the page')")
    kept = tmp_path / "mirror.html"
    download.value.save_as(kept)
    headline = page.inner_text(".mirror-headline").rstrip(".")
    with page.context.expect_page() as opened:
        page.click("a:has-text('Open the page in a new tab')")
    shown = opened.value
    assert shown.inner_text("h1") == headline
    shown.locator("figure").first.scroll_into_view_if_needed()
    shown.locator(".svg-container").first.wait_for(state="attached")  # its own scripts run, without the studio's rights
    assert shown.evaluate("origin") == "null"
    assert visitors.come().goto(shown.url).status == 404
    again = visitors.come()
    again.goto(kept.as_uri())
    assert again.inner_text("h1") == headline
