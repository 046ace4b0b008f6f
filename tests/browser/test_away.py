"""The studio ends and is started again while a page is open: the page says so, comes back by itself, and says what is gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from processes import end, start_studio

pytestmark = pytest.mark.browser


@pytest.mark.heavy
def test_a_page_says_that_the_studio_is_away_and_comes_back_with_it(visitors: Any, accessible: Any) -> None:
    process, address = start_studio()
    try:
        page = visitors.come()
        page.goto(f"{address}compare?weeks=17")
        page.get_by_label("Weeks", exact=True).wait_for()
        expect(page.get_by_text("This page was opened anew")).to_be_hidden()
        end(process)
        page.get_by_text("The studio does not answer").wait_for()
        assert accessible(page) == []
        process, again = start_studio("--port", str(urlsplit(address).port))
        assert again == address
        page.get_by_text("This page was opened anew").wait_for()
        expect(page.get_by_label("Weeks", exact=True)).to_have_value("17")
        assert accessible(page) == []
        page.get_by_role("button", name="Close").click()
        expect(page.get_by_text("This page was opened anew")).to_be_hidden()
    finally:
        end(process)


def test_whoever_came_with_a_token_of_the_owner_s_own_comes_back_without_it(
    visitors: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOYALTY_CLASSES", str(tmp_path))
    process, address = start_studio("--token", "a sentence of one's own")
    port = str(urlsplit(address).port)
    try:
        page = visitors.come()
        page.goto(address.replace("?", "compare?weeks=17&"))
        page.get_by_label("Weeks", exact=True).wait_for()
        page.evaluate(
            "solara.debug.kernel()._reconnectAttempt = 99"
        )  # as after minutes: Solara tries no more by itself
        end(process)
        page.get_by_text("The studio does not answer").wait_for()
        process, _ = start_studio("--port", port, "--token", "a sentence of one's own")
        page.get_by_text("This page was opened anew").wait_for()
        expect(page.get_by_label("Weeks", exact=True)).to_have_value("17")
        end(process)
        process, _ = start_studio("--port", port, "--token", "another sentence")
        page.get_by_label("This studio asks for its token").wait_for()
    finally:
        end(process)


def test_where_there_is_no_page_the_way_back_is_shown(studio: str, page: Any) -> None:
    page.goto(f"{studio}compare/nothing")
    page.get_by_text("There is no such page in the studio.").wait_for()
    page.get_by_text("To the first page").click()
    page.get_by_role("heading", name="What will this policy do to our customers?").wait_for()
