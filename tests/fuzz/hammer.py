"""A fuzzer's frame: inputs from hypothesis, the same every time, for a bounded time; what fails is kept as a small file.

An input is bytes: a file's contents, an address, a message. ``kept/KIND/`` beside this file holds inputs that once failed;
every run of the tests tries them first (:func:`kept`), and a new failure, made as small as hypothesis can, is added there.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

KEPT = Path(__file__).parent / "kept"
SECONDS = float(os.environ.get("LOYALTY_FUZZ_SECONDS", "60"))
"""How long one kind of input is tried."""
MOST = 1_000_000
SEED = int(os.environ.get("LOYALTY_FUZZ_SEED", "20261130"))
"""Other seeds find other things; failures are kept, so that none is lost."""

Check = Callable[[bytes], None]


def kept(kind: str) -> list[Path]:
    """The inputs of this kind that once failed, smallest first."""
    return sorted((KEPT / kind).glob("*"), key=lambda path: (path.stat().st_size, path.name))


def hammer(kind: str, inputs: st.SearchStrategy[bytes], check: Check, seconds: float = SECONDS) -> int:
    """Try inputs for so long and return how many; ``check`` raises when one is not met as it must be.

    The smallest input that fails is kept under ``kept/KIND`` before the failure is raised.
    """
    end, tried = time.monotonic() + seconds, [0]
    failed: list[bytes] = []

    @seed(SEED)
    @settings(max_examples=MOST, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(inputs)
    def one(data: bytes) -> None:
        if time.monotonic() > end and not failed:
            raise _Over
        tried[0] += 1
        try:
            check(data)
        except _Over:
            raise
        except BaseException:
            failed.append(data)
            raise

    try:
        one()
    except _Over:
        pass
    except BaseException:
        if failed:
            keep(kind, min(failed, key=len))
        raise
    return tried[0]


def keep(kind: str, data: bytes) -> Path:
    """Put an input where every later run tries it first."""
    path = KEPT / kind / hashlib.sha256(data).hexdigest()[:16]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


class _Over(BaseException):
    """The time is up: raised past hypothesis, which would otherwise go on."""
