"""What was understood of a company's files, in words: each column, its people, who left, and what was only assumed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.data.company import Company
from sim.data.habits import Cells
from sim.data.leaving import Telling, called
from sim.data.parts import LEFT, Part
from sim.data.questions import UNKNOWN, Answers, Question
from sim.data.recognising import words_in
from sim.scenario.company_today import told_of
from sim.scenario.yaml_file import read_yaml
from sim.system.text import visible

BARS = 10
"""Into how many bars from the smallest to the largest a column's numbers are sorted."""
SHOWN = 12
"""Groups that are told at most."""
MOST_TOLD = 4
"""Columns that tell who left, of which the strongest are told."""


def answers_in(path: Path) -> dict[str, Any]:
    """The answers that a file holds. Raises :class:`Mistake` when it holds none."""
    return _plain(read_yaml(path, "a file of answers", "currency: EUR"))


def _plain(node: Any) -> Any:
    if isinstance(node.value, dict):
        return {str(key): _plain(each) for key, each in node.value.items()}
    return [_plain(each) for each in node.value] if isinstance(node.value, list) else node.value


def assumption(question: Question, answers: Answers) -> str:
    """What was taken for an answer that nobody gave, and why."""
    value: Any = answers.said
    for section in question.key:
        value = value[section]
    return "not known" if value == UNKNOWN else f"{value}{f' ({question.hint})' if question.hint else ''}"


def part_told(part: Part, currency: str) -> str:
    """What a column became, in words; money in this currency."""
    if part.values is None:
        return part.told if part.becomes == LEFT else cells_told(part.cells)
    said = told_of(part, currency)
    return f"{said} ({part.told})" if part.told else said


def odd_of(part: Part) -> list[str]:
    """Why a column did not become what it might have, and what is odd about it."""
    return [*((part.why,) if part.why else ()), *part.warnings]


def cells_told(cells: Cells) -> str:
    """What stands in a column, in words: its commonest words, its days, or mean and spread of its numbers."""
    if cells.kind == "text":
        words = words_in(cells)
        few = ", ".join(f"{visible(word[:20])} {count:,}" for word, count in list(words.items())[:4])
        return f"{len(words):,} different: {few}{', …' if len(words) > 4 else ''}"
    if cells.kind == "empty" or not len(known := _known(cells)):
        return "nothing in it"
    if cells.kind == "date":
        return f"{known.min()} to {known.max()}"
    return f"mean {known.mean():,.4g}, spread {known.std():,.4g}"


def _known(cells: Cells) -> np.ndarray:
    missing = np.isnan(cells.values) if cells.kind == "number" else np.isnat(cells.values)
    return np.asarray(cells.values[~missing])


def heights(values: np.ndarray | None) -> tuple[float, float, list[float]]:
    """How numbers are spread: the smallest, the largest, and how tall each bar is beside the tallest; no bars for one value."""
    known = np.zeros(0) if values is None else values[np.isfinite(values)]
    if not len(known) or known.min() == known.max():
        return 0.0, 0.0, []
    counts = np.histogram(known, BARS)[0]
    return float(known.min()), float(known.max()), [float(count / counts.max()) for count in counts]


def people_told(company: Company) -> list[str]:
    """How many customers there are today, and how many have left, by segment."""
    aside = f"; {len(company.aside):,} rows set aside (set_aside.csv says why)" if company.aside else ""
    lines = [f"{len(company.people.table.line):,} customers today{aside}."]
    if company.left:
        whole = company.left[""]
        lines.append(
            f"{whole.left:,} of {whole.people:,} left within {company.within:.4g} weeks ({whole.share:.1%}); they "
            f"do not start as customers."
        )
        lines.append(tells_told(company.tells) or "No column tells who left by more than chance.")
        column = company.segment.column if company.segment else ""
        groups = [f"{called(column, name)} {one.share:.1%}" for name, one in company.left.items() if name]
        if groups:
            lines.append(f"Left by segment: {', '.join(groups[:SHOWN])}{', …' if len(groups) > SHOWN else ''}.")
    return lines


def tells_told(tells: Sequence[Telling]) -> str:
    """Which columns tell most about who left, the strongest first, in a sentence; empty where none does."""
    most = [each.told for each in tells[:MOST_TOLD]]
    return f"What tells most about who left, the strongest first: {'; '.join(most)}." if most else ""
