"""What the tests of customer files share: targets, a mapping, and a file that is written and read back."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import pytest

from sim.data.customer_file import CustomerFileMapping, Customers, Target, read_customers

CASES = Path(__file__).parent / "data" / "cases"
MONTH = 30.4375 / 7
"""Weeks of a month."""
IRANIAN = Path(__file__).parents[1] / "scenarios" / "data" / "iranian_churn.csv"
TARGETS = {
    "tenure": Target("week", 0, 5200),
    "spend": Target("currency per week", 0, 1000),
    "failure_exposure": Target("failures per use", 0, 100),
    "grievance": Target("share", 0, 1),
    "contract_weeks_left": Target("week", 0, 520, whole=True),
    "anything": Target("number", -math.inf, math.inf),
}


def among_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with all small inputs that once failed in it."""
    for case in CASES.glob("*.*"):
        shutil.copy(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def mapped(columns: dict[str, Any] | None = None, allowed: float = 1.0, **more: Any) -> CustomerFileMapping:
    """A mapping that allows any share of unusable rows, unless told."""
    return CustomerFileMapping(file="customers", bad_rows_allowed=allowed, columns=columns or {}, **more)


def read(path: Path, text: str | bytes, columns: dict[str, Any] | None = None, **more: Any) -> Customers:
    """Write ``text`` to the file and read it back as customers."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_customers(path, mapped(columns, **more), TARGETS)


def reasons(customers: Customers) -> list[tuple[int, str]]:
    """Line and reason of each row that cannot be used."""
    return [(row.line, row.reason) for row in customers.quarantined]
