"""The report in a real browser, from the disk: it moves, it can be copied, it needs no network, and paper gets it still."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from worlds import busy  # noqa: E402

from sim import compare  # noqa: E402
from sim.report import comparison  # noqa: E402
from sim.report.document import Document  # noqa: E402
from sim.report.formats import writer  # noqa: E402

pytestmark = pytest.mark.browser
LOOK = "[...document.images].filter(image => image.complete && image.naturalWidth > 100).length"


@pytest.fixture(scope="module")
def report() -> Document:
    worse = busy(quality={"error_rate": 0.3}).with_(name="Worse <quality> & more")
    return comparison.document(compare([busy(), worse], replications=8, seed=5))


@pytest.fixture(scope="module")
def address(report: Document, tmp_path_factory: pytest.TempPathFactory) -> str:
    return writer.write(report, tmp_path_factory.mktemp("report") / "answer.html").as_uri()


def all_alive(page: Any, count: int) -> None:
    """Go through the page from top to bottom, and at each figure wait until it moves: what is passed too fast stays still."""
    page.wait_for_load_state("load")
    figures = page.locator("figure").all()
    assert len(figures) == count
    for figure in figures:
        figure.scroll_into_view_if_needed()
        figure.locator(".svg-container").wait_for(state="attached")


@pytest.mark.parametrize("width", [390, 1280])
def test_every_figure_moves_and_nothing_is_wider_than_the_screen(
    address: str, report: Document, visitors: Any, width: int
) -> None:
    page = visitors.come(width)
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(address)
    all_alive(page, len(list(report.pictures())))
    page.wait_for_function(
        f"document.querySelectorAll('figure.alive .draglayer').length >= {len(list(report.pictures()))}"
    )
    assert faults == [] and page.locator("figure:not(.alive)").count() == 0  # one that fails becomes still again
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_line_says_its_value_and_goes_when_its_name_is_clicked(address: str, page: Any) -> None:
    page.goto(address)
    figure = page.locator("figure", has=page.locator("[alt^='Line chart of the paired difference in customers kept']"))
    figure.scroll_into_view_if_needed()
    figure.locator(".legendtoggle").nth(1).wait_for()
    plot = figure.locator(".nsewdrag").first
    box = plot.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.4)
    said = figure.locator(".hoverlayer").first
    said.get_by_text("95 % interval").first.wait_for()
    expect(said).to_contain_text("Worse <quality> & more")
    shown = "one => one.querySelectorAll('.scatterlayer .trace').length"
    before = figure.evaluate(shown)
    figure.locator(".legendtoggle").nth(1).click()
    page.wait_for_function(f"([one, before]) => ({shown})(one) < before", arg=[figure.element_handle(), before])


def test_no_button_sends_a_figure_anywhere(address: str, page: Any) -> None:
    """Plotly's own buttons have been known to; each button that is there is known to do its work on this machine."""
    page.goto(address)
    page.locator("figure").nth(1).scroll_into_view_if_needed()
    page.locator(".modebar-btn").first.wait_for(state="attached")
    named = set(page.evaluate("[...document.querySelectorAll('.modebar-btn')].map(one => one.dataset.title)"))
    assert named == {"Download plot as a PNG", "Zoom", "Pan", "Zoom in", "Zoom out", "Reset axes"}


def test_paper_gets_the_still_pictures(address: str, report: Document, page: Any) -> None:
    page.goto(address)
    all_alive(page, len(list(report.pictures())))
    page.emulate_media(media="print")
    expect(page.locator(".moving:visible")).to_have_count(0)
    expect(page.locator("button:visible")).to_have_count(0)
    expect(page.locator("figure img:visible")).to_have_count(len(list(report.pictures())))
    page.wait_for_function(f"{LOOK} === {len(list(report.pictures()))}")


def test_without_javascript_the_page_says_the_same(address: str, report: Document, visitors: Any) -> None:
    page = visitors.come(java_script_enabled=False)
    page.goto(address)
    expect(page.locator("figure img:visible")).to_have_count(len(list(report.pictures())))
    assert page.locator("h1").text_content() == report.headline


def test_a_table_is_copied_with_the_keyboard(address: str, page: Any) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(address)
    page.wait_for_load_state("load")
    button = page.get_by_role("button", name="Copy table").nth(1)  # behind the assumptions: the key measures
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Copied").wait_for()
    lines = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert lines[0].split("\t")[:3] == ["Policy", "Mean", "95 % interval"]
    worse = next(line.split("\t") for line in lines if line.startswith("Worse <quality> & more\t"))
    assert len(worse) == 7 and float(worse[1]) > 0 and float(worse[3]) < 0


def test_axe_finds_no_serious_fault(address: str, report: Document, page: Any, accessible: Any) -> None:
    page.goto(address)
    all_alive(page, len(list(report.pictures())))
    assert accessible(page) == []
