"""Lists of customers by vector instruction: the same list as the definition gives, for every length and every flag."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.engine import support
from sim.model.rules import lean_kernel


@lean_kernel
def listed(flags: Any, start: Any, who: Any, count: Any) -> Any:
    """A door for Python to the kernels' own loop."""
    return support.listed(flags, start, who, count)


FLAGS = st.integers(0, 70).flatmap(lambda size: arrays(np.uint8, size, elements=st.integers(0, 1)))


@given(FLAGS, st.integers(0, 2**30), st.integers(0, 5))
def test_a_list_holds_everybody_who_is_flagged_in_order(flags: np.ndarray, start: int, before: int) -> None:
    who = np.full(before + flags.size + 1, -7, np.int32)
    end = listed(flags, start, who, before)
    expected = start + np.flatnonzero(flags)
    assert end == before + len(expected)
    assert (who[before:end] == expected).all() and (who[:before] == -7).all() and who[-1] == -7


def test_a_list_may_begin_anywhere_in_a_column() -> None:
    flags = np.tile(np.array([0, 1, 0, 1], np.uint8), 50)
    for first in range(20):
        who = np.zeros(200, np.int32)
        end = listed(flags[first:], first, who, 0)
        assert (who[:end] == np.flatnonzero(flags)[np.flatnonzero(flags) >= first]).all()
