"""Scenarios that use mechanisms which only some use: each combination of these is a week of its own, slow to compile."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from sim import load

COMPILED_ANYHOW = (), ("products",)
"""What is used in the weeks that the quick tests compile: nothing, and one mechanism."""


def compiled_apart(paths: Iterable[Path]) -> list[Any]:
    """The files, of which those that need another week are for the heavy tests."""
    heavy = {path: load(path).model.used not in COMPILED_ANYHOW for path in paths}
    return [pytest.param(path, marks=pytest.mark.heavy if heavy[path] else ()) for path in heavy]
