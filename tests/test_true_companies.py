"""Ranges hold what is true of companies of which everything is known: the long form of what ``test_calibration`` asks."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

import true_companies  # noqa: E402


def row(number: int, held: bool) -> dict[str, Any]:
    """What is found of a company, in which all ranges hold the truth or none."""
    ends = {truth: (0.0, 1.0) for truth in ("effect", "market")}
    truth = {name: {kind: 0.5 if held else 1.5 for kind in ends} for name in true_companies.MEASURES}
    ranges = {name: ends for name in true_companies.MEASURES}
    return {"company": number, "truth": truth, "before": ranges, "after": ranges}


def test_ranges_that_hold_too_little_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert true_companies.told_of([row(number, number % 10 > 0) for number in range(40)]) == 0
    told = "held in 36 of 40 companies without calibration, in 36 with; width with over without 1.00"
    assert told in capsys.readouterr().out
    assert true_companies.told_of([row(number, number % 10 > 3) for number in range(40)]) == 1


def test_a_company_that_was_lived_is_not_lived_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lived: list[int] = []

    def company(number: int, folder: Path, threads: int) -> dict[str, Any]:
        lived.append(number)
        return row(number, held=True)

    monkeypatch.setattr(true_companies, "company", company)
    file = tmp_path / "deep" / "rows.jsonl"
    true_companies.rows(2, file)
    found = true_companies.rows(4, file)
    assert lived == [0, 1, 2, 3] and [one["company"] for one in found] == lived
    assert [json.loads(line)["company"] for line in file.read_text().splitlines()] == lived


@pytest.mark.heavy
def test_the_range_of_a_policy_holds_what_it_does_in_twelve_true_companies(tmp_path: Path) -> None:
    """``make companies`` asks two hundred."""
    assert true_companies.told_of(true_companies.rows(12, tmp_path / "rows.jsonl")) == 0
