"""The door of the studio: a token beyond this machine, and a first paint that needs no program of its own."""

from __future__ import annotations

from typing import Any

import pytest
from processes import end, start_studio

from sim.studio.app import WELCOME, page_files

pytestmark = pytest.mark.browser
TOKEN = "a-word-for-the-class"


def test_beyond_this_machine_the_studio_asks_for_its_token(visitors: Any) -> None:
    process, address = start_studio("--host", "0.0.0.0", "--token", TOKEN)
    try:
        home = address.split("?")[0].replace("0.0.0.0", "127.0.0.1")
        assert address.endswith(f"?token={TOKEN}")
        stranger, student = visitors.come(), visitors.come()
        assert stranger.goto(home + "live").status == 401
        stranger.get_by_label("token").fill("guess")
        with stranger.expect_response(lambda answer: "guess" in answer.url) as answered:
            stranger.get_by_role("button", name="Open").click()
        assert answered.value.status == 401
        student.goto(home)
        student.get_by_label("token").fill(TOKEN)
        student.get_by_role("button", name="Open").click()
        student.wait_for_selector(".studio-card")
        assert "token" not in student.url
    finally:
        end(process)


def test_the_first_paint_can_be_read_and_clicked_before_any_program_runs(studio: str, visitors: Any) -> None:
    page = visitors.come(java_script_enabled=False)
    page.goto(studio)
    assert page.inner_text("h1") == WELCOME[0]
    first = page_files()[0]
    page.click(f"nav >> text={first.module.TITLE}")
    page.wait_for_url(f"{studio}{first.slug}")
    assert page.inner_text("h1") == first.module.TITLE
