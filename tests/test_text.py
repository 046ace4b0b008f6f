"""What a file says is text everywhere: no name commands a terminal, a spreadsheet, a repository's page or a figure."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from sim.cli import app
from sim.data.quarantine import Quarantined, write_quarantine
from sim.experiments.export import csv_of
from sim.report.charts import Axis, Chart, Line, Picture, interactive, still
from sim.report.charts.palette import look
from sim.report.document import Card, Document, Group, Section, Sheet, Table
from sim.report.formats import markdown, workbook
from sim.report.terminal import print_rows
from sim.system.text import COMMANDING, spreadsheet_text, visible, visible_throughout

BOLD, RED, TURNED = "[/trial] [b]bold[/b] :smile:", "\x1b[31mred\x9b0m\x07", "abc\u202etxt.exe"
HOSTILE = (
    f"{BOLD} {RED} {TURNED} `code` ```sh ``` # head <script>alert(1)</script> [a](http://b) https://evil.example @you"
)


@given(st.text())
def test_nothing_that_commands_a_terminal_is_left_and_nothing_else_is_changed(words: str) -> None:
    shown = visible(words)
    assert not COMMANDING.search(shown)
    assert COMMANDING.search(words) or shown == words
    assert shown.count("\n") == words.count("\n")


def test_bytes_of_a_name_that_are_no_text_are_written_out() -> None:
    assert visible(b"caf\xe9.yaml".decode(errors="surrogateescape")) == "caf\\xe9.yaml"
    assert visible("a\x1b[2Jb") == "a\\x1b[2Jb" and visible("\ud800") == "\\ud800"


def test_a_table_on_the_terminal_shows_markup_as_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(f"title {BOLD}", ["", f"column {BOLD}"], [[BOLD, "1"], [RED, "2"]])
    shown = capsys.readouterr().out
    assert shown.count(BOLD) == 3 and "\\x1b[31mred\\x9b0m\\x07" in shown
    assert not COMMANDING.search(shown)


@pytest.mark.parametrize("as_json", [False, True])
def test_a_command_says_what_a_file_says_as_text(tmp_path: Path, as_json: bool) -> None:
    here, there = tmp_path / "here.yaml", tmp_path / "there.yaml"
    words = json.dumps(f"{BOLD} =1+1")
    here.write_text(f"name: {words}\ndescription: {json.dumps(HOSTILE)}\nweeks: 2\nmarket: {{customers: 20}}\n")
    there.write_text('extends: here.yaml\nname: "[red]other[/]"\npricing: {list_price: 1.3}\n')
    asked = [
        "compare",
        str(here),
        str(there),
        "--replications",
        "2",
        "--results",
        str(tmp_path / "out"),
        "--format",
        "md",
    ]
    ended = CliRunner().invoke(app, [*asked, *(["--json"] if as_json else [])])
    assert ended.exit_code == 0, ended.output
    assert not COMMANDING.search(ended.output)
    if as_json:
        assert json.loads(ended.stdout)["base"] == f"{BOLD} =1+1"
    else:
        assert f"[red]other[/] less {BOLD} =1+1" in " ".join(ended.stdout.split())


def test_a_mistake_in_a_file_shows_its_words_as_text(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(f"weeks: {json.dumps(RED)}\n")
    ended = CliRunner().invoke(app, ["check", str(wrong)])
    assert ended.exit_code in (1, 2) and "red" in ended.output
    assert not COMMANDING.search(ended.output)


FORMULAS = (
    "=1+1",
    "+SUM(A1)",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("http://evil")',
    "-A1",
)
NUMBERS = ("-4.6", "+1.2 percentage points", "-4.6 to -4.2", "- 5 %", "a=b", "", "3")


@pytest.mark.parametrize("words", FORMULAS)
def test_a_formula_becomes_text(words: str) -> None:
    assert spreadsheet_text(words) == f"'{words}"


@pytest.mark.parametrize("words", NUMBERS)
def test_what_is_no_formula_stays(words: str) -> None:
    assert spreadsheet_text(words) == words


def test_no_csv_file_holds_a_formula_of_somebody_elses(tmp_path: Path) -> None:
    write_quarantine(tmp_path / "quarantine.csv", [Quarantined(2, "because", words) for words in FORMULAS])
    (tmp_path / "table.csv").write_text(csv_of(pd.DataFrame({"=name": FORMULAS, "value": [-0.1] * len(FORMULAS)})))
    for name in ("quarantine.csv", "table.csv"):
        with open(tmp_path / name, newline="", encoding="utf-8") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]
    assert (pd.read_csv(tmp_path / "table.csv")["value"] == -0.1).all()


def hostile_document(words: str = HOSTILE) -> Document:
    """A report in which every word comes from somebody who means ill."""
    table = Table((words, words), groups=[Group(words, words, [(words, words)])])
    card = Card(words, words, words, "#000000", [(words, words, "good")], [(words, words)])
    section = Section(words, [words], tables=[table], notes=[words], cards=[card], points=[words], aside=words)
    return Document(words, words, [words], [section], [words], [f"loyalty run '{words}'"], words,
                    Table((words,), [(words,)]), [section], [Sheet(words, [words], [[words]])])  # fmt: skip


STARTS = ("- item", "1. item", "2) item", "+ item", "===", "# head", "> quote", "| cell |", "    code", "---", "* item")


@pytest.mark.parametrize("words", [HOSTILE, *STARTS, "```\n\n# forged\n\n```sh", "a\n\n<b>b</b>\n\n- c"])
def test_markdown_makes_nothing_of_what_a_file_says(words: str, tmp_path: Path) -> None:
    """Read by a Markdown reader, the page has the headings, lists and blocks that a harmless report has, and no links."""

    def shape(document: Document) -> list[str]:
        text = markdown.files(visible_throughout(document), tmp_path / "page.md")[tmp_path / "page.md"].decode()
        tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
        lines = [token for token in tokens if token.type == "inline"]
        made = [inner.type for line in lines for inner in line.children or ()]
        assert not [kind for kind in made if kind.startswith(("link", "html", "image"))]
        for line in lines:  # readers that make links of bare addresses see none
            assert "https://" not in line.content and not re.search(r"(?<!\\)@", line.content)
        return [token.type for token in tokens]

    assert shape(hostile_document(words)) == shape(hostile_document("harmless words"))


def test_a_workbook_holds_text_that_programs_can_read(tmp_path: Path) -> None:
    import zipfile
    from xml.etree import ElementTree

    (tmp_path / "book.xlsx").write_bytes(workbook.xlsx(visible_throughout(hostile_document(f"=1+1 {HOSTILE}"))))
    with zipfile.ZipFile(tmp_path / "book.xlsx") as book:
        for name in book.namelist():
            assert b"<f>" not in book.read(name)
            ElementTree.fromstring(book.read(name))


def chart_of(name: str) -> Chart:
    return Chart(name, Axis(name), Axis(name, unit=name), [Line(name, [0, 1], [0, 1], look(0))], names="below")


@pytest.mark.parametrize("name", ["_hidden", "$x_1$ $\\frac{", "%{y} {x}", "<b>b</b>", RED, "a--b", "\ud800"])
def test_a_figure_shows_names_as_text(name: str) -> None:
    from xml.etree import ElementTree

    picture = Picture(chart_of(name), name)
    ElementTree.fromstring(picture.svg)
    moving = json.dumps(interactive.interactive(picture.chart))
    assert "<b>b</b>" not in moving and not re.search(r"[^>\w]%\{[yx]\} ?\{", moving)
    axes = still.drawn(chart_of(name)).axes[0]
    assert len(axes.get_legend_handles_labels()[1]) == 1
