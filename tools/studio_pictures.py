"""Take the pictures of docs/guides/studio.md in Debian's Chromium (``make studio-pictures``)."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path
from typing import Any

from studio_speed import started

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "guides" / "studio"
READY = "window.studioLive && window.studioLive.weeks && window.studioLive.ready === window.studioLive.weeks"
CASE = Path(__file__).resolve().parent.parent / "tests" / "data" / "cases" / "phone.csv"
COLOURS = 256
"""Colours of a picture: as many as it needs to look right, and small enough to ship."""


def live(page: Any, address: str) -> None:
    """The town, and the town where bad news travels, after a year."""
    page.goto(f"{address}live")
    page.wait_for_function(READY)
    page.evaluate("window.studioLive.jump(52)")


def journey(page: Any, address: str) -> None:
    """One customer's two lives beside both worlds, with their friends."""
    page.goto(f"{address}live?one=lessons/town&two=lessons/bad_news_travels&customer=40")
    page.wait_for_function(READY)
    page.evaluate("window.studioLive.jump(52)")
    page.wait_for_selector(".live-life table")
    page.get_by_label("Picture").select_option("friends")


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


def company(page: Any, address: str) -> None:
    """Somebody's own files: what the columns become, and what is asked."""
    page.goto(f"{address}company")
    page.get_by_label("Choose your files").set_input_files(CASE)
    page.get_by_text("customers today").first.wait_for()
    page.get_by_role("heading", name="2 What the columns become").evaluate("here => here.scrollIntoView()")
    page.evaluate("window.scrollBy(0, -60)")


def answer(page: Any, address: str) -> None:
    """An answer of Compare."""
    page.goto(f"{address}compare?base=telecom/today&other=telecom/accountable&weeks=52&replications=100")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.locator(".compare-headline").wait_for(timeout=240_000)
    page.wait_for_timeout(1500)


def small(picture: bytes) -> bytes:
    """The same picture with fewer colours."""
    from PIL import Image

    out = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()


SCENES = (live, journey, company, answer, lesson, stage)


def main() -> None:
    """Take every picture, or those that are named."""
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(parents=True, exist_ok=True)
    process, address = started()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for scene in SCENES:
                if sys.argv[1:] and scene.__name__ not in sys.argv[1:]:
                    continue
                page = browser.new_page(viewport={"width": 1280, "height": 800})
                scene(page, address)
                page.wait_for_timeout(500)
                (FOLDER / f"{scene.__name__}.png").write_bytes(small(page.screenshot()))
                page.close()
    finally:
        process.terminate()


if __name__ == "__main__":
    main()
