"""The tutorials run from top to bottom, and what their sentences claim is asserted in them.

A tutorial carries its claims as ``assert`` in cells beside the sentences, and its numbers as ``{eval}`name```: so a tutorial that
runs and whose names all have a value says what the program does. The site's build runs them a second time.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import nbclient
import nbformat
import pytest
from myst_nb.core.read import read_myst_markdown_notebook

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "tutorial"
TUTORIALS = sorted(FOLDER.glob("*.md"))
FILLED_IN = re.compile(r"\{eval\}`([^`]*)`")


def notebook(path: Path) -> nbformat.NotebookNode:
    return read_myst_markdown_notebook(path.read_text(encoding="utf-8"), add_source_map=True)


def sources(path: Path, kind: str) -> list[str]:
    return [cell.source for cell in notebook(path).cells if cell.cell_type == kind]


def filled_in(path: Path) -> list[str]:
    """The names whose values stand in the prose."""
    return [name for text in sources(path, "markdown") for name in FILLED_IN.findall(text)]


def values(path: Path, more: str = "") -> dict[str, str]:
    """Run every cell, and one ``more``; the values of the names that stand in the prose, as they are printed."""
    book = notebook(path)
    book.cells.append(nbformat.v4.new_code_cell(more))
    names = "".join(f"{name!r}: str({name}), " for name in filled_in(path))
    book.cells.append(nbformat.v4.new_code_cell(f"import json\nprint(json.dumps({{{names}}}))"))
    nbclient.NotebookClient(book, timeout=3600, resources={"metadata": {"path": str(FOLDER)}}).execute()
    return json.loads("".join(output["text"] for output in book.cells[-1].outputs))


@pytest.fixture(autouse=True)
def _as_a_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is run as a reader runs it: in the usual worlds."""
    monkeypatch.delenv("LOYALTY_WORLDS")


def test_there_is_a_tutorial_for_everybody() -> None:
    assert {path.stem for path in TUTORIALS} == {"strategist", "researcher", "teacher", "your_own_mechanism"}


WITHOUT_PYTHON = FOLDER / "strategist.md"
"""The tutorial of those who do not program: its cells are a terminal, and what they must print stands in cells of its own."""
LONG = ("strategist", "researcher")
"""Tutorials that take longest to run: the long tests do it."""


def test_the_strategist_s_tutorial_has_no_line_of_python_and_is_held_to_what_its_commands_print() -> None:
    first, *cells = sources(WITHOUT_PYTHON, "code")
    assert first == "%load_ext terminal" and all(cell.startswith(("%%terminal", "%%shows")) for cell in cells)
    assert sum(cell.startswith("%%shows") for cell in cells) >= 5
    commands = "\n".join(cell for cell in cells if cell.startswith("%%terminal"))
    for command in ("new", "check", "calibrate", "diff", "compare", "worth"):
        assert f"loyalty {command} " in commands


@pytest.mark.parametrize("path", [path for path in TUTORIALS if path != WITHOUT_PYTHON], ids=lambda path: path.stem)
def test_a_tutorial_asserts_its_claims_and_fills_in_its_numbers(path: Path) -> None:
    """It is no tutorial of this kind without: nothing in it would be held to the program."""
    cells = [source for source in sources(path, "code") if not source.startswith("%%")]
    asserts = [node for source in cells for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assert)]
    assert len(asserts) >= 3 and len(filled_in(path)) >= 3
    assert all(name.isidentifier() for name in filled_in(path))


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=pytest.mark.heavy if path.stem in LONG else (), id=path.stem) for path in TUTORIALS],
)
def test_a_tutorial_runs_and_every_number_in_its_prose_has_a_value(path: Path) -> None:
    told = values(path)
    assert set(told) == set(filled_in(path))
    wrong = {name: said for name, said in told.items() if said.strip() in ("", "None", "nan") or "<" in said}
    assert not wrong


COMMANDS = """
assert told("agree", "cards.yaml") == {"agree": True, "difference": None}
gaps = told("compare", "today.yaml", "cards.yaml", "--replications", "20")["differences"]["Points on cards"]
assert gaps["cost_rewards"]["low"] > 0 and gaps["points_lapsed"]["low"] > 0 and gaps["cost"]["high"] > 0
"""


@pytest.mark.heavy
def test_what_the_mechanism_s_tutorial_leaves_to_be_waited_for_comes_out() -> None:
    """The engines agree with the mechanism in both, and it acts."""
    assert values(FOLDER / "your_own_mechanism.md", COMMANDS)
