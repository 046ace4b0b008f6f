"""A report as page, paper, Markdown and workbook: the same answer, whole files, and a clear word where one cannot be had."""

from __future__ import annotations

import builtins
import io
import re
import subprocess
import sys
import xml.etree.ElementTree as xml
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner
from worlds import busy

from sim import Mistake, compare
from sim.cli import app
from sim.report import facts
from sim.report.comparison import document
from sim.report.document import Document, Section, Sheet, Table
from sim.report.formats import writer
from sim.report.formats.html import html, marked
from sim.runs.comparison import Comparison
from sim.runs.measures import NAMES

pytestmark = pytest.mark.usefixtures("paper")
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def answer() -> Comparison:
    return compare([busy(), busy(quality={"error_rate": 0.3}).with_(name="Worse | *quality*")], replications=6, seed=5)


@pytest.fixture(scope="module")
def report(answer: Comparison) -> Document:
    return document(answer)


# ---- which format


@pytest.mark.parametrize(
    ("path", "wished", "kinds"),
    [
        (None, [], ["html"]),
        ("a.html", [], ["html"]),
        ("a.HTM", [], ["html"]),
        ("a", [], ["html"]),
        ("a.pdf", [], ["pdf"]),
        ("a.md", [], ["md"]),
        ("a.xlsx", ["xlsx"], ["xlsx"]),
        (None, ["md", "xlsx", "md"], ["md", "xlsx"]),
        ("a.md", ["md", "xlsx"], ["md", "xlsx"]),
        ("a", ["pdf", "html"], ["pdf", "html"]),
    ],
)
def test_the_format_is_the_wished_one_or_the_ending(path: str | None, wished: list[Any], kinds: list[str]) -> None:
    assert writer.planned(None if path is None else Path(path), wished) == kinds


def test_an_unknown_format_is_told_with_the_nearest() -> None:
    with pytest.raises(Mistake, match="--format is 'xls', which no report can be written as – did you mean 'xlsx'"):
        writer.planned(None, ["xls"])
    with pytest.raises(Mistake, match="there are html, pdf, md, xlsx"):
        writer.planned(None, ["word"])


@pytest.mark.parametrize(
    ("path", "wished", "words"),
    [
        ("a.pdf", ["html"], r"--report a\.pdf asks for pdf, but --format for html: name a file ending in \.html"),
        ("a.html", ["md", "xlsx"], "asks for html, but --format for md and xlsx"),
        ("a.xls", [], r"a\.xls: no report can be written as '\.xls' – did you mean '\.xlsx'\?"),
        ("a.txt", [], r"must end in \.html, \.pdf, \.md, \.xlsx"),
    ],
)
def test_a_contradiction_or_an_unknown_ending_is_a_mistake(path: str, wished: list[Any], words: str) -> None:
    with pytest.raises(Mistake, match=words):
        writer.planned(Path(path), wished)


def test_an_answer_takes_the_format_from_the_ending(answer: Comparison, tmp_path: Path) -> None:
    assert answer.report(tmp_path / "a.md").read_text(encoding="utf-8").startswith("# ")
    with pytest.raises(Mistake, match="no report can be written"):
        answer.report(tmp_path / "a.docx")
    assert not (tmp_path / "a.docx").exists()


def test_a_contradiction_is_told_before_anything_is_run(tmp_path: Path) -> None:
    words = ["compare", "no-such-a.yaml", "no-such-b.yaml", "--report", str(tmp_path / "a.pdf"), "--format", "xlsx"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2 and "asks for pdf, but --format for xlsx" in done.output and "no-such" not in done.output


def test_a_missing_library_is_one_sentence_that_says_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **options: Any) -> Any:
        if name in ("xlsxwriter", "weasyprint"):
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    for kind, name in (("xlsx", "xlsxwriter"), ("pdf", "weasyprint")):
        done = CliRunner().invoke(app, ["compare", "a.yaml", "b.yaml", "--format", kind])
        assert done.exit_code == 2
        assert done.output.strip() == f"this needs {name}, which is not installed: pip install 'loyalty-sim[formats]'"


def test_a_machine_without_pango_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **options: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Mistake, match="needs the library Pango.*apt install.*or write the report as html"):
        writer.planned(None, ["pdf"])


# ---- Markdown


def test_markdown_says_the_answer_and_its_figures_lie_beside_it(report: Document, tmp_path: Path) -> None:
    text = writer.write(report, tmp_path / "my answer.md").read_text(encoding="utf-8")
    assert text.startswith("# ") and "Worse \\| \\*quality\\*" in text
    places = re.findall(r"!\[[^\]]{40,}\]\(([^)]+)\)", text)
    assert len(places) == len(list(report.pictures())) == len(set(places)) >= 10
    for place in places:
        drawing = tmp_path / place.replace("%20", " ")
        assert xml.fromstring(drawing.read_bytes()).tag.endswith("svg")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) > 2 * len(NAMES)
    for before, after in zip(rows[:-1], rows[1:], strict=True):
        if "---" in after:
            assert len(re.findall(r"(?<!\\)\|", before)) == len(re.findall(r"(?<!\\)\|", after))


# ---- the workbook


def cells(data: bytes) -> dict[str, list[list[str | float | None]]]:
    """What a workbook holds, sheet by sheet, read from its XML: text, numbers, or nothing."""
    book = zipfile.ZipFile(io.BytesIO(data))
    strings = [
        "".join(t.text or "" for t in item.iter(f"{SHEET}t"))
        for item in xml.fromstring(book.read("xl/sharedStrings.xml"))
    ]
    names = [sheet.attrib["name"] for sheet in xml.fromstring(book.read("xl/workbook.xml")).iter(f"{SHEET}sheet")]
    return {
        name: rows(xml.fromstring(book.read(f"xl/worksheets/sheet{k}.xml")), strings) for k, name in enumerate(names, 1)
    }


def rows(sheet: xml.Element, strings: list[str]) -> list[list[str | float | None]]:
    found = []
    for row in sheet.iter(f"{SHEET}row"):
        line: dict[str, str | float | None] = {}
        for cell in row.iter(f"{SHEET}c"):
            value = cell.find(f"{SHEET}v")
            if value is not None and value.text is not None:
                known = strings[int(value.text)] if cell.get("t") == "s" else float(value.text)
                line[re.sub(r"\d", "", cell.attrib["r"])] = known
        found.append([line.get(letter) for letter in "ABCDEFGHIJK"])
    return found


def test_the_workbook_holds_the_answer_and_real_numbers(answer: Comparison, report: Document, tmp_path: Path) -> None:
    found = cells(writer.write(report, tmp_path / "a.xlsx").read_bytes())
    assert list(found) == ["Answer", "Measures", "Money by kind", "Assumptions", "Provenance"]
    assert ["Answer", report.headline] in [line[:2] for line in found["Answer"]]
    heads, *lines = found["Measures"]
    assert heads[:4] == ["Measure", "Policy", "Unit", "Mean"] and len(lines) == 2 * len(NAMES)
    line = next(line for line in lines if str(line[0]).endswith("(retention)") and line[1] == "Worse | *quality*")
    gap = answer.differences["Worse | *quality*"]["retention"]
    assert line[2] == "%" and line[6:9] == pytest.approx([100 * gap.mean, 100 * gap.low, 100 * gap.high])
    results = {result.scenario.name: result for result in answer.results}
    levels = [answer.level(results[str(line[1])], str(line[0]).split("(")[-1][:-1]) for line in lines]
    known = [line for line, level in zip(lines, levels, strict=True) if level.defined > 1]
    few = [line for line, level in zip(lines, levels, strict=True) if not level.defined]
    assert len(known) > len(lines) / 2 and all(isinstance(value, float) for line in known for value in line[3:6])
    assert all(value is None or value == "" for line in few for value in line[3:6])
    profit = next(line for line in lines if str(line[0]).endswith("(profit)") and line[1] == "Busy")
    scale = facts.unit_of(answer, "profit").factor
    assert profit[3] == pytest.approx(scale * answer.base.measures["profit"].mean())
    assert any("loyalty compare" in str(line[1]) for line in found["Provenance"])


def test_names_in_a_workbook_are_never_formulas_and_sheets_have_names_it_allows(tmp_path: Path) -> None:
    sheets = [Sheet("=a/b" * 12, ("x",), [("=1+1",)]), Sheet("=a b" * 12, ("x",), [(None,), (2.0,)])]
    report = Document("", "=2+3", ["http://example.com"], [], [], ["x"], "y", sheets=sheets)
    data = writer.write(report, tmp_path / "a.xlsx").read_bytes()
    names = list(cells(data))
    assert len({name.lower() for name in names}) == 4 and all(len(name) <= 31 for name in names)
    assert not any(b"<f>" in zipfile.ZipFile(io.BytesIO(data)).read(f"xl/worksheets/sheet{k}.xml") for k in range(1, 5))


# ---- paper


def test_paper_is_a_pdf_with_text_and_drawings(tmp_path: Path) -> None:
    table = Table(("Policy", "Mean"), [("A", "1"), ("B", "2")])
    report = Document("Which?", "A is best", ["By far."], [Section("Measures", ["Said `so`."], tables=[table])], ["A model."],
                      ["loyalty compare a.yaml b.yaml"], "Seed 1.")  # fmt: skip
    data = writer.write(report, tmp_path / "a.pdf").read_bytes()
    assert data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF")
    assert writer.write(report, tmp_path / "b.pdf").read_bytes() == data
    pieces = [zlib.decompress(piece) for piece in re.findall(rb"stream\n(x.*?)\nendstream", data, re.DOTALL)]
    assert b"/Title (A is best)" in b"".join([data, *pieces])


@pytest.mark.heavy
def test_a_whole_report_on_paper_says_what_the_page_says(report: Document, tmp_path: Path) -> None:
    path = writer.write(report, tmp_path / "a.pdf")
    read = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    words = re.sub(r"\s+", " ", read)
    assert report.headline in words and "How far to trust this" in words and "Appendix: all measures" in words
    assert "loyaltyMove" not in read and "Copy table" not in read


# ---- the page


def test_what_stands_between_backticks_is_code_and_the_rest_is_text() -> None:
    assert marked("see `a<b` & <c>") == "see <code>a&lt;b</code> &amp; &lt;c&gt;"


def test_plotly_stands_once_at_the_end_and_nothing_may_be_fetched(report: Document) -> None:
    page = html(report)
    assert page.count("plotly.js v") == 1 and page.index("plotly.js v") > page.index("Appendix: all measures")
    assert "default-src 'none'" in page[: page.index("<title>")]
    assert page.count('class="chart"') == len(list(report.pictures()))
    still = html(report, moving=False)
    assert "<script" not in still and len(still) < len(page) / 2


def test_a_page_without_figures_carries_no_library() -> None:
    page = html(Document("", "Nothing", [], [Section("A", ["b"])], ["c"], ["d"], "e"))
    assert "plotly" not in page and "Copy table" in page


@pytest.mark.parametrize("command", ["compare", "demo", "mirror", "sweep", "select", "optimise", "calibrate", "robust", "branch",
                                     "sensitivity", "break-even"])  # fmt: skip
def test_every_command_that_reports_offers_the_formats(command: str) -> None:
    done = CliRunner().invoke(app, [command, "--help"])
    assert done.exit_code == 0 and "--format" in done.output and "xlsx" in done.output


def test_the_options_cost_nothing_to_offer() -> None:
    program = "import sys, sim.cli; print(*({'matplotlib', 'jinja2', 'plotly', 'weasyprint', 'xlsxwriter'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
