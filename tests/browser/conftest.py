"""A studio that really runs, and Debian's Chromium that really looks at it, with every way out of this machine closed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from machine import need
from processes import end, start_studio

sync_api = pytest.importorskip("playwright.sync_api")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), None)
SWITCHES = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
PATIENCE = 60_000
"""Milliseconds until something that does not come is given up; a loaded machine is slow."""
sync_api.expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def studio() -> Iterator[str]:
    """The address of a running studio, such as ``http://127.0.0.1:40123/``."""
    process, address = start_studio()
    try:
        yield address
    finally:
        end(process)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, headless, which can look up no name of another host."""
    if not CHROMIUM:
        need("these tests need Chromium: apt-get install chromium-headless-shell")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES, timeout=PATIENCE)
        yield browser
        browser.close()


class Visitors:
    """People with a browser of their own each; what they ask of other machines is noted, and must be nothing."""

    def __init__(self, chromium: Any) -> None:
        self._chromium, self._contexts = chromium, []
        self.abroad: list[str] = []
        self.faults: list[str] = []

    def come(self, width: int = 1280, height: int = 800, **more: Any) -> Any:
        """One more visitor's page; ``more`` is said of the browser."""
        size = {"width": width, "height": height}
        context = self._chromium.new_context(viewport=size, accept_downloads=True, **more)
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: self._noted(request.url))
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        context.on("console", lambda told: self._heard(told.text))
        return page

    def _noted(self, url: str) -> None:
        where = urlsplit(url)
        if where.scheme not in ("data", "blob", "file") and where.hostname != "127.0.0.1":
            self.abroad.append(url)

    def _heard(self, words: str) -> None:
        """A page that does what its content security policy forbids says so in the console, and goes on."""
        if "Content Security Policy" in words:
            self.faults.append(words)

    def go(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def visitors(chromium: Any) -> Iterator[Visitors]:
    """A door for visitors; at the end of the test nothing may have left this machine, and no page may have failed."""
    found = Visitors(chromium)
    yield found
    found.go()
    assert not found.abroad, f"asked of another machine: {found.abroad[:5]}"
    assert not found.faults, f"the page failed: {found.faults[:5]}"


@pytest.fixture
def page(visitors: Visitors) -> Any:
    """One visitor's page, 1280 × 800."""
    return visitors.come()


SERIOUS = ("serious", "critical")


@pytest.fixture
def accessible() -> Callable[[Any], list[str]]:
    """The serious faults that axe finds on a page: none, it is hoped."""
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()

    def faults(page: Any) -> list[str]:
        found = axe.run(page).response["violations"]
        return [
            f"{fault['id']}: {fault['help']} – {[node['html'][:160] for node in fault['nodes'][:3]]}"
            for fault in found
            if fault["impact"] in SERIOUS
        ]

    return faults
