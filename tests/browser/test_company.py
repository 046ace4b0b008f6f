"""From one's own files to a first answer, in a browser: files in, questions answered, policies compared, report out."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
CASES = Path(__file__).parents[1] / "data" / "cases"
PLAIN = "id,tenure,price,plan\n" + "".join(
    f"A{k},{k % 50},{9 + k % 7},{'gold' if k % 3 else 'basic'}\n" for k in range(120)
)


def opened(studio: str, page: Any) -> None:
    page.goto(f"{studio}company")
    page.get_by_label("Choose your files").wait_for()


def upload(page: Any, *files: Path | dict[str, Any]) -> None:
    page.get_by_label("Choose your files").set_input_files(list(files))


def named(name: str, contents: str | bytes) -> dict[str, Any]:
    data = contents.encode() if isinstance(contents, str) else contents
    return {"name": name, "mimeType": "text/csv", "buffer": data}


def test_from_files_to_a_first_answer(studio: str, page: Any, visitors: Any, accessible: Any, tmp_path: Path) -> None:
    opened(studio, page)
    upload(page, named("people.csv", PLAIN))
    page.get_by_text("3 What the files do not say (2 to answer)").wait_for()
    assert accessible(page) == []
    unit = page.get_by_label(re.compile("how long somebody has been a customer"))
    unit.select_option(label="months")
    page.get_by_text("(1 to answer)").wait_for()
    page.get_by_label(re.compile("is this what a customer pays")).select_option(label="month")
    page.get_by_text("120 customers today.").wait_for()
    expect(unit).to_have_value("months")
    people = page.get_by_label("How many people are on the phone at a time")
    people.fill("many")
    people.press("Enter")
    page.get_by_text("'many' is no number; write such as 12 or 12.5").wait_for()
    people.fill("2")
    people.press("Enter")
    page.get_by_text("2 on the phone stand idle").wait_for()
    assert accessible(page) == []
    with page.expect_download() as coming:
        page.get_by_text("Download it (ZIP)").click()
    with ZipFile(coming.value.path()) as archive:
        assert {"today.yaml", "answers.yaml", "customers.csv"} <= set(archive.namelist())
    page.get_by_text("Compare policies on it").click()
    page.get_by_role("button", name="Change a lever").nth(1).click()
    page.get_by_label("Find a lever").fill("callback")
    page.get_by_role("button", name=re.compile("^callback Share")).click()
    lever = page.get_by_label("Callback", exact=True)
    lever.fill("60 %")
    lever.press("Enter")
    for label, number in (("Replications", "10"), ("Weeks", "8")):
        page.get_by_label(label, exact=True).fill(number)
        page.get_by_label(label, exact=True).press("Enter")
    page.wait_for_url("**weeks=8**")
    page.get_by_role("button", name="Compare", exact=True).click()
    headline = page.locator(".compare-headline").inner_text()
    with page.expect_download() as coming:
        page.get_by_text("Download the report (HTML)").click()
    report = tmp_path / "report.html"
    coming.value.save_as(report)
    reader = visitors.come()
    reader.goto(report.as_uri())
    assert reader.locator("h1").inner_text() == headline
    assert "All 120 rows" in reader.inner_text("body")


def test_two_files_are_joined_and_a_bad_one_leaves_the_good_ones(studio: str, page: Any) -> None:
    opened(studio, page)
    people = "customer,monthly price,since\n" + "".join(
        f"{k:04},{20 + k % 9},2023-0{k % 9 + 1}-15\n" for k in range(100)
    )
    upload(page, named("people.csv", people), named("tickets.csv", (CASES / "tickets.csv").read_bytes()))
    page.get_by_text("Gathered to a row a customer").wait_for()
    page.get_by_text("100 customers today").wait_for()
    upload(page, named("customers.exe", b"MZ"))
    page.locator("[role=alert]").get_by_text("customers.exe is no table that is read here").wait_for()
    page.get_by_text("100 customers today").wait_for()
    upload(page, named("header.csv", "a,b\n"))
    page.locator("[role=alert]").get_by_text("not one row").wait_for()
    assert "loyalty-studio-" not in page.inner_text("body") and "--" not in page.inner_text("#content")
    page.get_by_role("button", name="Take away header.csv").click()
    page.get_by_text("100 customers today").wait_for()
    page.reload()
    page.get_by_text("100 customers today").wait_for()


HOSTILE = ("../../../tmp/escaped.csv", "<img src=x onerror=document.title='hit'>.csv", "n" * 400 + ".csv")


def test_a_hostile_name_is_only_a_name(studio: str, page: Any) -> None:
    opened(studio, page)
    for name in HOSTILE:
        upload(page, named(name, PLAIN))
        page.get_by_text("(2 to answer)").wait_for()
        shown = page.locator(".company-files b").last.inner_text()
        assert len(shown) <= 80 and "/" not in shown and "<" not in shown
        assert "hit" not in page.title() and page.locator("img[src=x]").count() == 0
        page.get_by_role("button", name=re.compile("^Take away")).first.click()
        page.locator(".company-files b").wait_for(state="detached")
    assert not (Path(tempfile.gettempdir()) / "escaped.csv").exists()


def test_two_visitors_do_not_see_each_others_company_and_a_file_can_be_dropped(studio: str, visitors: Any) -> None:
    ann, ben = visitors.come(), visitors.come()
    for visitor in (ann, ben):
        opened(studio, visitor)
    upload(ann, CASES / "phone.csv")
    ann.get_by_text("455 customers today").wait_for()
    drop = """([zone, text]) => {
        const data = new DataTransfer();
        data.items.add(new File([text], "dropped.csv", { type: "text/csv" }));
        zone.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    }"""
    ben.evaluate(drop, [ben.wait_for_selector(".studio-drop"), PLAIN])
    ben.get_by_text("(2 to answer)").wait_for()
    theirs = ann.get_by_text("Download it (ZIP)").get_attribute("href")
    assert ann.request.get(studio.rstrip("/") + theirs).status == 200
    assert ben.request.get(studio.rstrip("/") + theirs).status == 404
    assert "phone.csv" not in ben.content() and "dropped.csv" not in ann.content()
    ben.goto(f"{studio}compare?base=company/today&other=telecom/outsourced")
    ben.get_by_text("there is no scenario 'company/today' here").wait_for()


@pytest.mark.heavy
def test_the_company_is_fitted_to_those_who_left_and_lives_in_what_fits(
    studio: str, page: Any, accessible: Any
) -> None:
    opened(studio, page)
    upload(page, CASES / "phone.csv")
    page.get_by_role("button", name="Fit it").click()
    page.wait_for_function("/Replications: [1-9][0-9,]* of/.test(document.body.innerText)", timeout=180_000)
    page.get_by_text("It is fitted to 38.6 % of “month-to-month” leaving").wait_for(timeout=300_000)
    page.get_by_role("heading", name="Whether the worlds meet the figures").wait_for()
    assert accessible(page) == []
    page.get_by_text("Compare policies on it").click()
    page.wait_for_url("**base=company/fitted**")
