"""Every page of the studio, found as the studio finds them: it opens, it is accessible, and it fits every screen."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sim.studio.app import page_files

pytestmark = pytest.mark.browser
MARKED = """() => {
    const here = document.activeElement, looks = getComputedStyle(here);
    const drawn = looks.outlineStyle !== 'none' && parseFloat(looks.outlineWidth) >= 2;
    return [here.outerHTML.slice(0, 120), here === document.body || drawn || !!here.closest('.v-input--is-focused')];
}"""
"""What has the focus, and whether that is to be seen; a field of Vuetify shows it by its frame."""
COMMANDS = re.compile(r"loyalty (run|compare|check|explain|mirror|new|sweep|worth|calibrate)\b|\s--[a-z]")
"""Words of a terminal, which no page says to people who open none."""
ALL = ["", *(page.slug for page in page_files())]


@pytest.mark.parametrize("slug", ALL, ids=lambda slug: slug or "home")
def test_a_page_opens_and_axe_finds_no_serious_fault(studio: str, page: Any, accessible: Any, slug: str) -> None:
    page.goto(studio + slug)
    page.wait_for_selector("#content h1")
    page.wait_for_load_state("networkidle")
    bar = page.locator(".v-progress-linear[aria-label='The page is at work']")  # seen only while the server is busy
    assert bar.count() == 1 and bar.evaluate("bar => bar.style.visibility = 'visible'")
    assert accessible(page) == []
    assert not COMMANDS.search(page.inner_text("#content"))


@pytest.mark.parametrize("slug", ALL, ids=lambda slug: slug or "home")
def test_a_page_is_not_wider_than_a_phone(studio: str, visitors: Any, slug: str) -> None:
    phone = visitors.come(390, 844)
    phone.goto(studio + slug)
    phone.wait_for_selector("#content h1")
    phone.wait_for_load_state("networkidle")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("slug", ALL, ids=lambda slug: slug or "home")
def test_whoever_comes_by_keyboard_sees_where_they_are(studio: str, page: Any, slug: str) -> None:
    page.goto(studio + slug)
    page.wait_for_selector("#content h1")
    page.wait_for_load_state("networkidle")
    seen = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        name, marked = page.evaluate(MARKED)
        assert marked, f"nobody sees that {name} has the focus"
        seen.add(name)
    assert len(seen) > 5


def test_the_bar_leads_from_page_to_page(studio: str, page: Any) -> None:
    page.goto(studio)
    for each in page_files():
        page.click(f"nav >> text={each.module.TITLE}")
        page.wait_for_url(f"**/{each.slug}**")
        page.wait_for_selector(f"nav [aria-current=page] >> text={each.module.TITLE}")
