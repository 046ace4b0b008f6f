"""Explore in the browser: what is kept is shown at once, a setting is picked and opened, a sweep of one's own, cancel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from processes import end, start_studio

from sim.experiments.methods.sweep import METHOD as SWEEP
from sim.experiments.querying import STORE
from sim.runs.executor import executor
from sim.scenario.whole import described
from sim.studio.explore.own_sweep import Own, as_yaml
from sim.studio.explore.questions import answered

pytestmark = pytest.mark.browser
RANGES = (("call_centre.representatives", 1.0, 3.0), ("quality.error_rate", 0.01, 0.2))
MINI = Own("mini", RANGES, ("profit", "retention"), levels=3, times=4, weeks=8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a user has it: a scenario, an experiment, and what the command has kept of it."""
    found = tmp_path_factory.mktemp("work")
    for name in ("scenarios", "experiments", "results"):
        (found / name).mkdir()
    market = {"customers": 150, "prospects": 50, "stands_for": 40}
    described({"name": "Mini", "weeks": 8, "market": market}).save(found / "scenarios" / "mini.yaml")
    (found / "experiments" / "mini.yaml").write_text(as_yaml(MINI.written()), encoding="utf-8")
    answered(SWEEP, SWEEP.load(found / "experiments" / "mini.yaml"), found / "results" / STORE, executor(1))
    old = found / "results" / "kept-1"
    old.mkdir()
    (old / "manifest.json").write_text('{"command": "select", "question": "Which plan?"}', encoding="utf-8")
    (old / "report.html").write_text("<h1>The third plan</h1>", encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def explorer(folder: Path) -> Iterator[str]:
    """The address of a studio that was started in that folder."""
    process, address = start_studio(folder=folder)
    try:
        yield address
    finally:
        end(process)


def test_what_is_kept_is_shown_at_once_and_a_picked_setting_opened(explorer: str, page: Any, accessible: Any) -> None:
    page.goto(explorer + "explore")
    page.click("nav >> text=Mini: a map of settings")
    page.wait_for_selector("text=40 replications were kept from before, 0 were run now")
    expect(page.locator(".explore-cell")).to_have_count(9)
    page.click(".explore-cell >> nth=0")
    page.wait_for_url("**point=2**")
    page.wait_for_selector(".explore-picked tr:has-text('error rate'):has-text('0.2')")
    expect(page.locator(".explore-cell").first).to_have_attribute("tabindex", "0")
    page.focus(".explore-cell >> nth=0")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**point=4**")
    page.wait_for_selector(".explore-picked tr:has-text('error rate'):has-text('0.105')")
    page.wait_for_selector(
        "td[aria-selected=true] [aria-label^='call centre representatives 2, quality error rate 0.105']"
    )
    assert accessible(page) == []
    page.click("button:has-text('Open as scenario')")
    page.click("a:has-text('Read and download it')")
    page.wait_for_selector("h2:has-text('Mini: call centre representatives 2, quality error rate 0.105')")
    page.wait_for_selector("td:has-text('call_centre.representatives')")


def test_a_shared_address_shows_the_same_setting_and_dots_are_reached_by_keyboard(explorer: str, visitors: Any) -> None:
    page = visitors.come(390, 844)
    page.goto(explorer + "explore?question=here/mini&outcome=retention&point=8")
    page.wait_for_selector(".studio-dot.chosen[aria-pressed=true]")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    chosen = page.get_attribute(".studio-dot.chosen", "aria-label")
    assert chosen.startswith("call centre representatives 3, quality error rate 0.2") and "retention" in chosen
    page.focus(".studio-dot.chosen")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.querySelector('.studio-dot.chosen')?.getAttribute('aria-label') !== {chosen!r}")
    dot = page.locator(f".studio-dot[aria-label={chosen!r}]")
    dot.scroll_into_view_if_needed()
    box = dot.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector(f".studio-dot.chosen[aria-label={chosen!r}]")


def test_a_sweep_of_ones_own_is_called_off_and_another_runs_to_its_end(
    explorer: str, page: Any, accessible: Any
) -> None:
    levers = "one=call_centre.representatives&from=1&to=9&two=quality.level&from2=0.1&to2=0.9"  # work of a minute
    page.goto(f"{explorer}explore?base=lessons/town&{levers}&measure=profit&levels=9&times=100&weeks=208")
    page.click("button:has-text('Run it')")
    page.wait_for_selector("text=Replications:")
    page.click("button:has-text('Cancel')")
    page.wait_for_selector("text=Stopped. What was run by then is kept")
    page.goto(f"{explorer}explore?base=lessons/town&one=quality.level&from=much&to=1&weeks=13")
    page.wait_for_selector("[role=alert]:has-text('is no number')")
    page.get_by_label("from", exact=True).fill("0.5")
    page.get_by_label("to", exact=True).fill("0.9")
    page.click("button:has-text('Go')")
    page.wait_for_selector(".explore-headline:has-text('Profit is highest')")
    expect(page.locator(".studio-dot")).to_have_count(5)
    assert accessible(page) == []
    page.click("button:has-text('Make the report (HTML)')")
    with page.expect_download() as download:
        page.click("a:has-text('Download the report')")
    assert "Profit is highest" in Path(download.value.path()).read_text(encoding="utf-8")


def test_a_kept_report_is_read_by_whoever_asked_for_it_and_nobody_else(explorer: str, visitors: Any) -> None:
    page, other = visitors.come(), visitors.come()
    page.goto(explorer + "explore?shelf=kept")
    page.get_by_label("Answer").select_option(label="select: Which plan? (kept-1)")
    page.click("button:has-text('Get its report')")
    address = page.get_attribute("a:has-text('Open the report')", "href")
    other.goto(explorer + "explore")
    other.wait_for_selector("button:has-text('Go')")
    for visitor, words in ((page, "The third plan"), (other, "no such file on your desk")):
        visitor.goto(explorer.rstrip("/") + address)
        assert words in visitor.inner_text("body")


def test_a_question_that_names_no_scenario_starts_from_the_usual_one_and_shows_it(studio: str, page: Any) -> None:
    page.goto(studio + "explore?ask=own&one=call_centre.representatives&from=8&to=24")
    page.get_by_role("heading", name="How does profit change with call centre representatives?").wait_for()
    assert page.get_by_label("Scenario to start from").input_value() == "telecom/today"
