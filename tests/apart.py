"""Scenarios that use mechanisms which only some use: each combination of these is a week of its own, slow to compile."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from sim import load


def compiled_apart(paths: Iterable[Path]) -> list[Any]:
    """The files, of which those that need another week are for the heavy tests."""
    heavy = {path: bool(load(path).model.used) for path in paths}
    return [pytest.param(path, marks=pytest.mark.heavy if heavy[path] else ()) for path in heavy]
