"""The Compare page in a browser: policies side by side, the answer, and what is taken home of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
SMALL = "people=drawn&count=300&weeks=12&replications=10"
PROFUSE = "people=drawn&count=5000&weeks=104&replications=1000"


def choose(page: Any, label: str, words: str) -> None:
    """Choose an entry of a list by its label."""
    page.get_by_label(label, exact=True).select_option(label=words)


def compared(page: Any) -> str:
    page.get_by_role("button", name="Compare", exact=True).click()
    return str(page.locator(".compare-headline").inner_text())


def test_the_files_to_take_home_are_scenarios_their_customers_and_the_command(
    studio: str, page: Any, tmp_path: Path
) -> None:
    page.goto(f"{studio}compare?{SMALL}&base=telecom/today&other=telecom/today~call_centre.representatives:9~name:Nine")
    assert "Nine" in compared(page)
    with page.expect_download() as coming:
        page.get_by_text("Save the scenario files (ZIP)").click()
    with ZipFile(coming.value.path()) as archive:
        assert set(archive.namelist()) == {"today.yaml", "nine.yaml", "READ_ME.txt"}
        assert b"loyalty compare today.yaml nine.yaml --replications 10 --seed 1" in archive.read("READ_ME.txt")
    assert "loyalty compare" not in page.inner_text("#content") and "--" not in page.inner_text("#content")


@pytest.mark.heavy
def test_an_answer_is_shown_again_by_reload_back_a_link_and_the_list(
    studio: str, visitors: Any, accessible: Any
) -> None:
    page, friend = visitors.come(), visitors.come()
    page.goto(f"{studio}compare?{SMALL}&base=telecom/today&other=telecom/today~call_centre.representatives:9~name:Nine")
    first = compared(page)
    page.wait_for_url("**answer=**")
    page.reload()
    expect(page.locator(".compare-headline")).to_have_text(first)
    assert accessible(page) == []
    link = page.url
    page.get_by_label("Seed").fill("5")
    page.get_by_label("Seed").press("Enter")
    page.get_by_text("You have changed something above since").wait_for()
    page.get_by_role("button", name="Compare", exact=True).click()
    page.wait_for_function("link => location.search.includes('answer=') && location.href !== link && "
                           "!document.querySelector('.studio-progress')", arg=page.url)  # fmt: skip
    page.get_by_text("Your answers (2)").wait_for()
    page.goto(link)
    expect(page.locator(".compare-headline")).to_have_text(first)
    assert page.get_by_text("You have changed something above since").count() == 0
    page.goto(f"{studio}compare?{SMALL}")
    page.get_by_text("Your answers (2)").click()
    page.locator(".library-hits a").last.click()
    page.wait_for_url(f"**{link[link.index('answer=') :]}**")
    expect(page.locator(".compare-headline")).to_have_text(first)
    friend.goto(link)
    expect(friend.locator(".compare-headline")).to_have_text(first)
    assert friend.get_by_text("Save the scenario files").count() == 0
    with friend.expect_download() as coming:
        friend.get_by_text("Download the report (HTML)").click()
    assert first in coming.value.path().read_text("utf-8")
    friend.goto(f"{studio}compare?{SMALL}&answer={'x' * 22}")
    friend.get_by_text("There is no such answer here any more").wait_for()


def test_called_off_in_the_middle_it_shows_what_was_done(studio: str, page: Any) -> None:
    page.goto(f"{studio}compare?{PROFUSE}")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.wait_for_function(
        """() => {
            window.seen = window.seen || new Set();
            const told = document.body.innerText.match(/Simulated: ([0-9,]+) of 2,000/);
            if (told) window.seen.add(told[1]);
            return window.seen.size >= 5;
        }"""
    )
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text(re.compile("Called off: this rests on the [0-9]+ of 1,000 replications")).wait_for()
    page.locator(".compare-headline").wait_for()


def test_a_link_shows_the_same_page_to_somebody_else(studio: str, visitors: Any) -> None:
    first, second = visitors.come(), visitors.come()
    first.goto(studio + "compare")
    first.get_by_role("button", name="Change a lever").first.click()
    first.get_by_label("Find a lever").fill("outsourcing share")
    first.get_by_role("button", name=re.compile("^share")).click()
    first.get_by_label("Share", exact=True).fill("35 %")
    first.get_by_label("Share", exact=True).press("Enter")
    first.wait_for_url("**35*")
    second.goto(first.url)
    second.get_by_role("group", name="Outsourcing: share").wait_for()
    expect(second.get_by_label("Share", exact=True)).to_have_value("35 %")
    assert json.dumps(second.url) == json.dumps(first.url)


def test_what_is_put_on_the_shelf_can_be_started_from(studio: str, page: Any) -> None:
    moved = "telecom/today~call_centre.representatives:9~name:Nine at the phones"
    page.goto(f"{studio}compare?base=telecom/today&other={moved}")
    page.get_by_role("button", name="Put changed policies on my shelf").click()
    page.get_by_text("own/nine_at_the_phones").wait_for()
    page.get_by_role("button", name="Add a what-if").click()
    page.get_by_label("Starts from").nth(2).select_option(label="Own: Nine at the phones")
    page.wait_for_url("**other2=own%2Fnine_at_the_phones**")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.locator("[role=alert]").get_by_text("two policies are called 'Nine at the phones'").wait_for()
    page.get_by_role("button", name="Remove").last.click()
    page.get_by_role("button", name="Watch the first two live").click()
    page.wait_for_url("**/live?one=telecom%2Ftoday&two=own%2Fnine_at_the_phones")


def test_a_wrong_address_gets_sentences_and_not_an_empty_page(studio: str, page: Any, accessible: Any) -> None:
    page.goto(studio + "compare?base=telecom/yesterday&other=telecom/today~outsourcing.shar:1~call_centre.wage:-3")
    page.get_by_text("there is no scenario 'telecom/yesterday' here").wait_for()
    page.get_by_text("there is no lever 'outsourcing.shar' – did you mean 'outsourcing.share'?").wait_for()
    page.get_by_text("call_centre.wage is -3, but must lie between 0 and 10000").wait_for()
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_text("there is no scenario 'telecom/yesterday' here").nth(1).wait_for()
    assert accessible(page) == []


def test_how_customers_differ_is_set_pictured_shared_and_compared_until_it_is_sure(
    studio: str, page: Any, visitors: Any, accessible: Any
) -> None:
    page.goto(f"{studio}compare?{SMALL}")
    page.get_by_text("How the customers differ").click()
    page.get_by_role("button", name="Add a segment").click()
    for place, (name, share) in enumerate((("young", "30 %"), ("old", "70 %"))):
        row = page.get_by_role("group", name=re.compile(f"^Segment (segment {place + 1}|{name})$"))
        row.get_by_label("Name of the segment").fill(name)
        row.get_by_label("Name of the segment").press("Enter")
        row = page.get_by_role("group", name=f"Segment {name}", exact=True)
        row.get_by_label("Share of the customers").fill(share)
        row.get_by_label("Share of the customers").press("Enter")
        page.wait_for_url(f"**{name}%3A{share.split()[0]}**")
    choose(page, "Of whom", "young")
    choose(page, "Say how a trait is spread", "Patience (minutes)")
    trait = page.get_by_role("group", name="Patience: young")
    trait.get_by_label("Mean").fill("700")
    trait.get_by_label("Mean").press("Enter")
    trait.get_by_text("patience.mean is 700, but must lie between 0.05 and 600 minutes").wait_for()
    assert page.get_by_text("patience.mean is 700").count() == 1  # beside the field, and nowhere else
    trait.get_by_label("Mean").fill("90 s")
    trait.get_by_label("Mean").press("Enter")
    trait.get_by_text(re.compile(r"On average 1\.\d+ minutes")).wait_for()
    expect(trait.locator("img.compare-curve")).to_be_visible()
    choose(page, "How many replications", "As many as the answer needs")
    page.get_by_label("Customers kept, to within").fill("0.2")
    assert "Outsourced" in compared(page)
    page.get_by_text(
        re.compile("After [0-9,]+ replications retention differences are known to within .*; the aim was 0.2")
    ).wait_for()
    assert accessible(page) == []
    friend = visitors.come()
    friend.goto(page.url)
    friend.get_by_text("How the customers differ (3 set here)").click()
    assert friend.get_by_role("group", name="Patience: young").get_by_label("Mean").input_value() == "90 s"


def test_figures_move_when_they_are_looked_at_and_stay_still_where_that_fails(studio: str, visitors: Any) -> None:
    page, without = visitors.come(), visitors.come()
    without.route("**/studio/plotly.js*", lambda route: route.abort())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "plotly" in request.url else None)
    for each in (page, without):
        each.goto(f"{studio}compare?{SMALL}")
        each.get_by_role("button", name="Add a what-if").wait_for()
        assert each is without or asked == []
        compared(each)
        each.locator("figure").first.scroll_into_view_if_needed()
        assert each.locator("figure img").first.get_attribute("alt")
    count = page.locator("figure").count()
    for figure in page.locator("figure").all():
        figure.scroll_into_view_if_needed()
        figure.locator(".draglayer").first.wait_for(state="attached")
    page.wait_for_function(f"document.querySelectorAll('figure.alive').length === {count}")
    assert len(asked) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    without.wait_for_timeout(500)
    assert without.locator("figure.alive").count() == 0 and without.locator("figure img").first.is_visible()
