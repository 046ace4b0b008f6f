"""Take the pictures of docs/guides/studio.md in Debian's Chromium (``make studio-pictures``)."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

from studio_speed import started

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "guides" / "studio"
READY = "window.studioLive && window.studioLive.weeks && window.studioLive.ready === window.studioLive.weeks"
COLOURS = 256
"""Colours of a picture: as many as it needs to look right, and small enough to ship."""


def live(page: Any, address: str) -> None:
    """The town, and the town where bad news travels, after a year."""
    page.goto(f"{address}live")
    page.wait_for_function(READY)
    page.evaluate("window.studioLive.jump(52)")


def journey(page: Any, address: str) -> None:
    """One customer's two lives."""
    page.goto(f"{address}live?one=lessons/town&two=lessons/bad_news_travels&customer=18")
    page.wait_for_selector(".studio-parting")
    page.evaluate("document.querySelector('.studio-parting').scrollIntoView({block: 'center'})")


def lesson(page: Any, address: str) -> None:
    """A guess that is asked for."""
    page.goto(f"{address}lessons?lesson=lessons/the_fee_trap")
    page.get_by_role("button", name="Now guess").click()
    page.wait_for_timeout(1000)


def stage(page: Any, address: str) -> None:
    """Both worlds on the stage of a class, at their end."""
    page.goto(f"{address}lessons?lesson=lessons/the_fee_trap&view=teacher")
    page.get_by_role("button", name="Open a class").click()
    page.get_by_role("button", name="Show the outcome to all").click()
    page.get_by_role("button", name="Yes").click()
    page.get_by_role("button", name="Open the stage here").click()
    page.wait_for_selector(".film")
    page.focus(".film")
    page.keyboard.press("End")


def small(picture: bytes) -> bytes:
    """The same picture with fewer colours."""
    from PIL import Image

    out = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    """Take every picture."""
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(parents=True, exist_ok=True)
    process, address = started()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for scene in (live, journey, lesson, stage):
                page = browser.new_page(viewport={"width": 1280, "height": 800})
                scene(page, address)
                page.wait_for_timeout(500)
                (FOLDER / f"{scene.__name__}.png").write_bytes(small(page.screenshot()))
                page.close()
    finally:
        process.terminate()


if __name__ == "__main__":
    main()
