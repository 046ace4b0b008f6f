"""The page of what was wrong with customers: it has every row, names what exists, and says what the model gives."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from sim.model.component import parts
from sim.model.parameters import lines

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from behaviour_page import BEGIN, END, PAGE, ROWS, Figure, Row, places, verdict  # noqa: E402
from evidence.table import EVIDENCE  # noqa: E402

TABLE, *SECTIONS = re.split(
    r"^### ", PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0], flags=re.MULTILINE
)
ROUNDING = 0.006
"""What three figures may be off, as a part of the number."""
FIGURES = [
    pytest.param(
        number, place, figure, id=f"{number + 1}-{place + 1}", marks=[pytest.mark.heavy] if figure.slow else []
    )
    for number, row in enumerate(ROWS)
    for place, figure in enumerate(row.figures)
]


def told_of(number: int) -> list[str]:
    """What the page says of a row's figures, in their order."""
    return re.findall(r"^- .+?: \*\*(.+?)\*\*", SECTIONS[number], re.MULTILINE)


def between(told: str) -> tuple[float, float]:
    """Between which values a figure lies by the page, with what it is rounded by."""
    found = [float(end.replace("−", "-")) for end in re.findall(r"−?\d[\d.]*", told)]
    assert len(found) in (1, 3), told
    low, high = found[0 if len(found) == 1 else 1], found[-1]
    return low - ROUNDING * abs(low), high + ROUNDING * abs(high)


def module_at(path: str) -> ModuleType:
    """The module in a file, wherever it lies."""
    if path.startswith("sim/"):
        return importlib.import_module(path.removesuffix(".py").replace("/", "."))
    spec = importlib.util.spec_from_file_location(f"named_{Path(path).stem}", ROOT / path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_has_every_row_and_says_what_is_missing() -> None:
    """The page is written by ``make behaviour``; a row that was added or changed asks for it to be run."""
    table = [line.split(" | ") for line in TABLE.splitlines() if line.startswith("| ")][1:]
    assert [cells[0].removeprefix("| ") for cells in table] == [row.wrong for row in ROWS] and len(ROWS) == 20
    assert [cells[-1].removesuffix(" |") for cells in table] == [row.missing or "nothing known" for row in ROWS]
    for number, row in enumerate(ROWS):
        assert SECTIONS[number].startswith(f"{number + 1}. {row.wrong}\n") and places(row.where) in SECTIONS[number]
        assert f"| {told_of(number)[0]} | " in TABLE and len(told_of(number)) == len(row.figures)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.wrong)
def test_whatever_a_row_names_exists(row: Row) -> None:
    for path, names in row.where.items():
        module = module_at(path)
        for name in names.split():
            part, _, setting = name.partition(".")
            settings = parts()[part].parameters if setting else None
            assert setting in lines(settings) if settings else hasattr(module, name), f"{path}: {name}"


@pytest.mark.parametrize("number", range(len(ROWS)))
def test_a_row_and_the_page_of_evidence_say_the_same(number: int) -> None:
    row = ROWS[number]
    assert all(verdict(one) in SECTIONS[number] for one in row.evidence)
    assert all(EVIDENCE[one].missed for one in re.findall(r"\((L\d+)\)", row.missing))


@pytest.mark.parametrize(("number", "place", "figure"), FIGURES)
def test_a_figure_measured_again_lies_within_what_the_page_says(number: int, place: int, figure: Figure) -> None:
    low, high = between(told_of(number)[place])
    assert low <= figure.measure().value <= high
