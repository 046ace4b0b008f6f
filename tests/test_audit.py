"""The audit of dependencies never says that all is well when nothing was looked up."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

judged = runpy.run_path(str(Path(__file__).resolve().parents[1] / ".ci" / "audit.py"))["judged"]
SOUND = {"name": "sound", "version": "1", "vulns": []}
HOLED = {"name": "holed", "version": "2", "vulns": [{"id": "X-1", "fix_versions": ["3"]}]}
SKIPPED = {"name": "skipped", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("libraries", "code", "words"),
    [
        ([SOUND], 0, "1 of 1 libraries were looked up, 0 vulnerabilities are known"),
        ([SOUND, HOLED], 1, "holed 2: X-1, mended in 3"),
        ([SOUND, SKIPPED], 2, "not looked up: skipped"),
        ([HOLED, SKIPPED], 1, "not looked up: skipped"),
        ([SKIPPED], 2, "nothing was audited"),
        ([], 2, "nothing was audited"),
        (None, 2, "nothing was audited"),
    ],
)
def test_an_audit_is_judged_by_what_was_looked_up(
    libraries: list[dict[str, Any]] | None, code: int, words: str
) -> None:
    found, told = judged(None if libraries is None else {"dependencies": libraries})
    assert found == code and any(words in sentence for sentence in told)
