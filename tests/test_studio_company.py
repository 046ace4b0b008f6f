"""One's own company in the studio, without a browser: what is brought and asked, and that the command writes the same."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

pytest.importorskip("solara")

from drawn_pages import drawn

from sim.cli import app
from sim.data.questions import UNKNOWN
from sim.errors import Mistake
from sim.scenario.company_today import FILES
from sim.studio.company import own_company
from sim.studio.company.own_company import MOST_FILES, Own
from sim.studio.library.scenario_library import fetch, on_shelf
from sim.studio.visitor import packing
from sim.studio.visitor.files import DESKS, LARGEST, VisitorFiles

CASES = Path(__file__).parent / "data" / "cases"


@pytest.fixture
def own(tmp_path: Path) -> Own:
    """Nobody's company yet."""
    folder = tmp_path / "desk"
    folder.mkdir()
    return Own(VisitorFiles(folder))


def bring(own: Own, *names: str) -> None:
    for name in names:
        text(own, name, (CASES / name).read_bytes())


def text(own: Own, name: str, contents: bytes | str) -> None:
    data = contents if isinstance(contents, bytes) else contents.encode()
    own.bring(name, io.BytesIO(data), len(data))


def asked(own: Own) -> dict[str, str]:
    """Every question by where its answer stands, with its state."""
    found = own.reckoned()
    return {".".join(question.key): found.state(question) for question in found.questions}


def test_the_page_writes_what_the_command_writes(own: Own, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(own, "phone.csv")
    own.answer(("company", "representatives"), 3)
    own.becomes("nps", "kept only")
    found = own.reckoned()
    assert found.company is not None and not found.fault
    monkeypatch.chdir(tmp_path)
    shutil.copy(CASES / "phone.csv", tmp_path)
    answers = tmp_path / "mine.yaml"
    answers.write_text("company: {representatives: 3}\ncolumns: {nps: {becomes: kept only}}\n", encoding="utf-8")
    said = CliRunner().invoke(app, ["new", "phone.csv", "--answers", str(answers), "--out", "there"])
    assert said.exit_code == 0, said.stderr
    for name in FILES:
        assert (own.folder / name).read_bytes() == (tmp_path / "there" / name).read_bytes(), name


def test_units_are_asked_and_never_guessed(own: Own) -> None:
    text(own, "people.csv", "id,tenure,price\n" + "".join(f"A{k},{k % 50},{9 + k % 7}\n" for k in range(60)))
    assert {key for key, state in asked(own).items() if state == "open"} == {
        "columns.tenure.unit",
        "columns.price.period",
    }
    assert own.reckoned().company is None and not [key for key in on_shelf(own.desk) if key.startswith("company/")]
    own.answer(("columns", "tenure", "unit"), "months")
    own.answer(("columns", "price", "period"), "month")
    found = own.reckoned()
    assert found.company is not None and found.open == 0
    assert asked(own)["columns.tenure.unit"] == "answered" and asked(own)["company.wage"] == "assumed"
    own.answer(("columns", "price", "period"), None)
    assert asked(own)["columns.price.period"] == "open"
    assert not (own.folder / "today.yaml").exists()  # what is no whole company any more is on no list


def test_do_not_know_is_an_answer_to_what_only_the_company_knows(own: Own) -> None:
    bring(own, "phone.csv")
    found = own.reckoned()
    unknown = {".".join(question.key) for question in found.questions if question.proposal == UNKNOWN}
    assert unknown == {f"company.{name}" for name in ("representatives", "calls_a_week", "wage", "checkout_lanes")}
    assert any("How many are on the phone is not known" in warning for warning in found.warnings)


def test_nothing_of_another_company_is_lent(own: Own) -> None:
    bring(own, "phone.csv")
    own.reckoned()
    today, telecom = fetch(own.key, own.desk), fetch("telecom/today")
    assert today.market.stands_for == 1 != telecom.market.stands_for
    assert today.parts["call_centre"].representatives != telecom.parts["call_centre"].representatives  # type: ignore[attr-defined]
    assert today.parts["self_checkout"].visits == 0 and today.parts["contracts"] != telecom.parts["contracts"]  # type: ignore[attr-defined]
    assert today.customers.file == own.folder.resolve() / "customers.csv"


def test_files_of_every_habit_together(own: Own, tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"customer": [f"{k:04}" for k in range(100)], "monthly fee": [20.0 + k % 9 for k in range(100)]}
    )
    frame.to_parquet(tmp_path / "fees.parquet")
    text(own, "fees.parquet", (tmp_path / "fees.parquet").read_bytes())
    bring(own, "tickets.csv")
    found = own.reckoned()
    assert found.company is not None, found.fault or asked(own)
    assert set(found.roles.values()) >= {"spend"} and "Gathered to a row a customer" in " ".join(found.said)
    assert str(own.folder) not in " ".join((*found.said, *(question.words for question in found.questions)))
    assert str(own.folder) not in "".join(
        (own.folder / name).read_text("utf-8") for name in ("today.yaml", "set_aside.csv")
    )


def test_the_sheet_of_a_workbook_can_be_chosen(own: Own, tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "book.xlsx") as book:
        pd.DataFrame({"note": ["nothing", "here"]}).to_excel(book, sheet_name="Notes", index=False)
        people = {"customer id": [f"A{k}" for k in range(30)], "monthly price": [float(k % 7 + 9) for k in range(30)]}
        pd.DataFrame(people).to_excel(book, sheet_name="People", index=False)
    text(own, "book.xlsx", (tmp_path / "book.xlsx").read_bytes())
    (file,) = own.files
    assert own.sheets(file) == ["Notes", "People"] and own.reckoned().fault
    own.read_sheet("book.xlsx", "People")
    assert own.reckoned().company is not None


def test_next_months_file_goes_with_the_answers_of_this_month(own: Own, tmp_path: Path) -> None:
    bring(own, "european.csv")
    own.answer(("columns", "Gekündigt", "within"), "3 months")
    assert own.reckoned().company is not None
    with zipfile.ZipFile(own.packed()) as archive:
        assert {"today.yaml", "answers.yaml", "calibrate.yaml"} <= set(archive.namelist())
        answers = archive.read("answers.yaml")
    before = (own.folder / "today.yaml").read_bytes()
    own.begin_anew()
    text(own, "answers.yaml", answers)
    bring(own, "european.csv")
    found = own.reckoned()
    assert found.company is not None and (own.folder / "today.yaml").read_bytes() == before
    assert found.state(next(q for q in found.questions if q.key == ("currency",))) == "assumed"


FAULTY: dict[str, tuple[str | bytes, str]] = {
    "empty.csv": ("", "is empty"),
    "ties_by_id.csv": ((CASES / "ties_by_id.csv").read_bytes(), "who knows whom"),
    "noise.csv": (bytes(range(1, 256)) * 9, "noise.csv"),
    "broken.xlsx": (b"PK\3\4nothing", "broken.xlsx"),
    "broken.parquet": (b"PAR1", "broken.parquet"),
    "header.csv": ("tenure,spend\n", "not one row"),
    "words.csv": ("colour,taste\n" + "red,sweet\nblue,sour\n" * 9, "no table of customers"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_what_is_no_use_gets_the_commands_own_sentence(own: Own, name: str) -> None:
    contents, sentence = FAULTY[name]
    text(own, name, contents)
    found = own.reckoned()
    if found.open:
        for question in found.questions:
            own.answer(question.key, "none")
        found = own.reckoned()
    assert sentence in found.fault and str(own.folder) not in found.fault
    assert "--" not in found.fault and "loyalty " not in found.fault


def test_other_kinds_of_file_and_too_many_or_too_large_ones_are_refused(
    own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(own, "phone.csv")
    for name, sentence in (("run.exe", "no table that is read here"), ("x.duckdb", "no table that is read here")):
        with pytest.raises(Mistake, match=sentence):
            text(own, name, "x")
    with pytest.raises(Mistake, match="at most 50 MB"):
        own.bring("big.csv", io.BytesIO(), LARGEST + 1)
    for number in range(MOST_FILES - 1):
        text(own, f"{number}.csv", "a,b\n1,2\n")
    with pytest.raises(Mistake, match="take another one away first"):
        text(own, "more.csv", "a,b\n1,2\n")
    monkeypatch.setattr(own_company, "UNFOLDED", 10)
    with pytest.raises(Mistake, match="unpacks to"):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("sheet", "x" * 1000)
        text(own, "bomb.xlsx", packed.getvalue())
    assert [file.name for file in own.files][0] == "phone.csv"


@pytest.mark.parametrize("name", ["../../x.csv", "<img src=x>.csv", "C:\\up\\x.csv"])
def test_no_name_leads_out_of_the_companys_folder(own: Own, name: str) -> None:
    text(own, name, (CASES / "phone.csv").read_bytes())
    (file,) = own.files
    assert file.resolve().parent == (own.folder / "files").resolve() and not set(file.name) & set("/\\<>")


def test_a_company_saved_elsewhere_is_the_same_company(own: Own, tmp_path: Path) -> None:
    bring(own, "phone.csv")
    own.reckoned()
    today = fetch(own.key, own.desk)
    (tmp_path / "home").mkdir()
    (again,) = packing.bundled([today], tmp_path / "home")
    assert again.fingerprint == today.fingerprint
    assert fetch(packing.on_own_shelf(today, own.desk), own.desk).fingerprint == today.fingerprint


def test_the_page_shows_columns_questions_and_the_company() -> None:
    visitor = "somebody-with-a-company"
    bring(Own(DESKS.of(visitor)), "phone.csv")
    page = drawn("/company", visitor)
    assert not page.faults
    for words in ("455 customers today.", "Left by segment: month-to-month 38.6%", "months becomes", "as proposed: months",
                  "Leave it empty if you do not know.", "Compare policies on it", "Fit it"):  # fmt: skip
        assert words in page.says, words
    assert "455" not in drawn("/company", "somebody-else").says
    listed: Any = drawn("/compare", visitor).says
    assert "Company: phone today" in listed and "Company: phone today" not in drawn("/compare", "somebody-else").says
