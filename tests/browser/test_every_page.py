"""Every page of the studio, found as the studio finds them: it opens, it is accessible, and it fits every screen."""

from __future__ import annotations

from typing import Any

import pytest

from sim.studio.app import page_files

pytestmark = pytest.mark.browser
ALL = ["", *(page.slug for page in page_files())]


@pytest.mark.parametrize("slug", ALL, ids=lambda slug: slug or "home")
def test_a_page_opens_and_axe_finds_no_serious_fault(studio: str, page: Any, accessible: Any, slug: str) -> None:
    page.goto(studio + slug)
    page.wait_for_selector("#content h1")
    page.wait_for_load_state("networkidle")
    bar = page.locator(".v-progress-linear[aria-label='The page is at work']")  # seen only while the server is busy
    assert bar.count() == 1 and bar.evaluate("bar => bar.style.visibility = 'visible'")
    assert accessible(page) == []


@pytest.mark.parametrize("slug", ALL, ids=lambda slug: slug or "home")
def test_a_page_is_not_wider_than_a_phone(studio: str, visitors: Any, slug: str) -> None:
    phone = visitors.come(390, 844)
    phone.goto(studio + slug)
    phone.wait_for_selector("#content h1")
    phone.wait_for_load_state("networkidle")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_bar_leads_from_page_to_page(studio: str, page: Any) -> None:
    page.goto(studio)
    for each in page_files():
        page.click(f"nav >> text={each.module.TITLE}")
        page.wait_for_url(f"**/{each.slug}**")
        page.wait_for_selector(f"nav [aria-current=page] >> text={each.module.TITLE}")
