"""What a machine may lack that a few tests need."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def need(words: str) -> NoReturn:
    """Leave a test out where the machine lacks something, and say so; where everything must be tested, fail instead."""
    if os.environ.get("LOYALTY_TEST_EVERYTHING"):
        pytest.fail(words)
    pytest.skip(words)
