"""``loyalty plot``: one figure for a paper, by name, in the size and format that was asked for, the same bytes every time."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.model.component import builtin
from sim.report.charts.gallery import PAIRED, catalogue
from sim.runs.measures import NAMES

FILES = {
    "base": "name: Base\nweeks: 14\nmarket: {customers: 120, prospects: 20}\n",
    "worse": "name: Worse\nweeks: 14\nmarket: {customers: 120, prospects: 20}\nquality: {error_rate: 0.4}\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def plot(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["plot", *words, "--threads", "1"] if "--list" not in words else ["plot", *words])
    return done.exit_code, done.stdout, done.stderr


FEW = ("base.yaml", "worse.yaml", "--replications", "4")


def test_a_figure_is_as_wide_as_it_was_asked_to_be(folder: Path) -> None:
    code, _, said = plot("retention", *FEW, "--width", "8.5cm", "--out", "kept.svg")
    assert code == 0, said
    found = re.search(r'<svg[^>]* width="([\d.]+)pt"', (folder / "kept.svg").read_text())
    assert found and float(found[1]) == pytest.approx(8.5 / 2.54 * 72, abs=0.1)
    assert plot("trust", *FEW, "--width", "100mm", "--format", "png")[0] == 0
    wide = struct.unpack(">I", (folder / "trust.png").read_bytes()[16:20])[0]
    assert wide == pytest.approx(100 / 25.4 * 300, abs=1)


@pytest.mark.parametrize("kind", ["svg", "pdf", "png"])
def test_the_same_figure_is_the_same_bytes(folder: Path, kind: str) -> None:
    for name in ("one", "two"):
        assert plot("profit_so_far", *FEW, "--format", kind, "--out", f"{name}.{kind}")[0] == 0
    first = (folder / f"one.{kind}").read_bytes()
    assert first == (folder / f"two.{kind}").read_bytes()
    assert kind != "pdf" or (b"/FontFile2" in first and b"/Type3" not in first)


def test_without_a_title_the_words_are_gone(folder: Path) -> None:
    for name, more in (("with", ()), ("without", ("--no-title",))):
        assert plot("reasons", *FEW, "--out", f"{name}.svg", *more)[0] == 0
    with_title, without = ((folder / f"{name}.svg").read_text() for name in ("with", "without"))
    assert (
        len(without) < len(with_title) and with_title.count("DejaVuSans-Bold") > without.count("DejaVuSans-Bold") == 0
    )


def test_json_says_what_the_figure_shows(folder: Path) -> None:
    code, told, _ = plot("forest", *FEW, "--out", "f.svg", "--json")
    found = json.loads(told)
    assert code == 0 and found["figure"] == "forest" and found["replications"] == 4
    assert (folder / found["file"]).is_file() and "Customers kept, difference from Base" in found["shows"]


def test_a_single_scenario_can_be_drawn(folder: Path) -> None:
    code, told, said = plot("wait_mean", "base.yaml", "--replications", "3", "--out", "w.svg")
    assert code == 0, said
    assert "under Base" in told and "95 % interval" in said


def test_every_measure_and_figure_is_listed_with_its_meaning() -> None:
    code, told, _ = plot("--list")
    assert code == 0
    names = [line.split()[0] for line in told.splitlines()]
    assert set(NAMES) <= set(names) and set(PAIRED) <= set(names) and names == list(catalogue(builtin()))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("retantion", *FEW), "there is no figure 'retantion' – did you mean 'retention'?"),
        (("forest", "base.yaml"), "the figure 'forest' holds scenarios against the first: name at least two"),
        (("retention",), "name a figure and at least one scenario"),
        (("retention", *FEW, "--width", "8.5"), "--width is '8.5', but must be a number with its unit"),
        (("retention", *FEW, "--width", "3km"), "--width is '3km', but must be a number with its unit"),
        (("retention", *FEW, "--width", "1mm"), "must lie between 5cm and 50cm"),
        (("retention", *FEW, "--out", "a.pdf", "--format", "png"), "--out a.pdf asks for pdf, but --format for png"),
        (("retention", *FEW, "--out", "a.jpeg"), "--out a.jpeg must end in .svg, .pdf or .png"),
        (("retention", "none.yaml"), "none.yaml"),
    ],
)
def test_a_mistake_is_a_sentence_and_leaves_no_file(folder: Path, words: tuple[str, ...], said: str) -> None:
    code, _, told = plot(*words)
    assert code == 2 and said in told and "Traceback" not in told
    assert sorted(path.name for path in folder.iterdir()) == ["base.yaml", "worse.yaml"]
