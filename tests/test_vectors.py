"""Lists of customers by vector instruction: the same list as the definition gives, for every length and every flag."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.engine import lists
from sim.model.rules import lean_kernel


@lean_kernel
def listed(flags: Any, wanted: Any, start: Any, who: Any, count: Any) -> Any:
    """A door for Python to the kernels' own loop."""
    return lists.listed(flags, wanted, start, who, count)


FLAGS = st.integers(0, 70).flatmap(lambda size: arrays(np.uint8, size, elements=st.integers(0, 255)))


@given(FLAGS, st.integers(1, 255), st.integers(0, 2**30), st.integers(0, 5))
def test_a_list_holds_everybody_with_a_wanted_flag_in_order(
    flags: np.ndarray, wanted: int, start: int, before: int
) -> None:
    who = np.full(before + flags.size + 1, -7, np.int32)
    end = listed(flags, np.uint8(wanted), start, who, before)
    expected = start + np.flatnonzero(flags & wanted)
    assert end == before + len(expected)
    assert (who[before:end] == expected).all() and (who[:before] == -7).all() and who[-1] == -7


def test_a_list_may_begin_anywhere_in_a_column() -> None:
    flags = np.tile(np.array([0, 2, 0, 3], np.uint8), 50)
    for first in range(20):
        who = np.zeros(200, np.int32)
        end = listed(flags[first:], np.uint8(2), first, who, 0)
        assert (who[:end] == np.flatnonzero(flags & 2)[np.flatnonzero(flags & 2) >= first]).all()
