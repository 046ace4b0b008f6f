"""Measure the studio in Debian's Chromium and write what was found into docs/guides/studio.md (``make studio-speed``).

First paint: from asking for a page until its heading is on the screen. Live: weeks drawn a second, two worlds beside one
another, from pressing Play to the last week, the making of the weeks included; and weeks made a second where nobody draws them.
Compare: two policies, 200 replications of 5,000 customers and 104 weeks, from the click to the headline, and how often the page
said how far it was. A class: :mod:`class_speed`. Wants a quiet machine.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from class_speed import reveal

PAGE = Path(__file__).resolve().parent.parent / "docs" / "guides" / "studio.md"
BEGIN, END = "<!-- speed: written by make studio-speed -->", "<!-- end of speed -->"
TIMES = 5


def started() -> tuple[subprocess.Popen[str], str]:
    """A studio on a free port, and its address."""
    command = [sys.executable, "-m", "sim", "studio", "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"http://\S+", line):
            return process, found[0]
    raise SystemExit("the studio did not start")


def first_paint(browser: Any, address: str, selector: str) -> float:
    """Seconds until what ``selector`` names is on the screen, for a browser that has been here before; the median of some."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    found = []
    for _ in range(TIMES + 1):
        page = context.new_page()
        begin = time.perf_counter()
        page.goto(address, wait_until="commit")
        page.wait_for_selector(selector)
        found.append(time.perf_counter() - begin)
        page.wait_for_load_state("networkidle")
        page.close()
    context.close()
    return median(found[1:])


def weeks_a_second(browser: Any, address: str, people: int) -> float:
    """Weeks drawn a second, none left out."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"{address}live?people={people}")
    page.wait_for_function("window.studioLive && window.studioLive.ready > 0")
    page.locator(".live-bar select").first.select_option("60")
    found = page.evaluate(
        "() => new Promise(done => { const live = window.studioLive, begin = performance.now(); live.toggle();"
        "const look = () => live.playing ? requestAnimationFrame(look)"
        " : done(live.shownWeeks / ((performance.now() - begin) / 1000)); requestAnimationFrame(look); })"
    )
    context.close()
    return float(found)


def weeks_made(people: int) -> float:
    """Weeks of two worlds that are made a second, packed for the way to a browser."""
    import json

    from sim.studio.library.scenario_library import fetch
    from sim.studio.live.frames import fitted
    from sim.studio.live.live_controller import FIRST, SECOND
    from sim.studio.live.live_session import LiveSession, Script

    film = LiveSession(Script(tuple(fitted(fetch(key), people) for key in (FIRST, SECOND))))
    film.more()
    before, begin = film.next, time.perf_counter()
    while any(worlds := film.more()):
        json.dumps(worlds)
    return (film.weeks - before) / (time.perf_counter() - begin)


WATCHED = """() => {
    window.told = []; window.begun = performance.now();
    new MutationObserver(() => {
        const found = document.body.innerText.match(/Simulated: ([0-9,]+) of/);
        const last = window.told.length ? window.told[window.told.length - 1][1] : "0";
        if (found && found[1] !== last) window.told.push([performance.now(), found[1]]);
        if (document.querySelector(".compare-headline")) window.ended = window.ended || performance.now();
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def comparison(browser: Any, address: str) -> tuple[float, float]:
    """Seconds from the click to the headline, and how many times a second the page said how far it was."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(300_000)
    for size in ("count=100&weeks=2&replications=4", "count=5000&weeks=104&replications=200"):  # the first one warms up
        page.goto(f"{address}compare?people=drawn&{size}")
        page.wait_for_selector(".compare-policies")
        page.evaluate(WATCHED)
        page.get_by_role("button", name="Compare", exact=True).click()
        page.wait_for_selector(".compare-headline")
    seconds = page.evaluate("(window.ended - window.begun) / 1000")
    times = [time / 1000 for time, _ in page.evaluate("window.told")]
    page.close()
    return float(seconds), len(times) / (times[-1] - times[0])


def table(browser: Any, address: str) -> str:
    """What was measured, as Markdown."""
    seconds, told = comparison(browser, address)
    _, seen, _ = reveal(60)
    live = [
        (f"Live, two worlds of {people:,} people, {how}", f"{found:.0f} weeks a second", aim)
        for people, aim in ((300, "30"), (1000, ""), (10_000, "15"))
        for how, found, aim in (
            ("drawn", weeks_a_second(browser, address, people), aim),
            ("made", weeks_made(people), ""),
        )
    ]
    rows = [
        ("first useful paint, first page", f"{first_paint(browser, address, 'h1'):.2f} s", "2 s"),
        ("all of the first page", f"{first_paint(browser, address, '.studio-card'):.2f} s", ""),
        ("first useful paint, Live", f"{first_paint(browser, address + 'live', 'h1'):.2f} s", "2 s"),
        *live,
        ("A class of sixty: outcome told to all, by the server", f"{seen:.2f} s", "1 s"),
        ("Compare, click to headline", f"{seconds:.1f} s", "15 s"),
        ("Compare, progress told", f"{told:.1f} times a second", "2"),
    ]
    lines = [f"| {what} | {measured} | {asked} |" for what, measured, asked in rows]
    return "\n".join(["| figure | measured | aim |", "|---|---|---|", *lines])


def main() -> None:
    """Measure, tell, and write."""
    from playwright.sync_api import sync_playwright

    process, address = started()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            found = table(browser, address)
    finally:
        process.terminate()
    print(found)
    if PAGE.is_file() and BEGIN in (text := PAGE.read_text(encoding="utf-8")):
        before, rest = text.split(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n\n{found}\n\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
