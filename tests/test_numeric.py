"""Elementary functions: errors within what the docstrings promise, and the same bits everywhere."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit
from scipy import special

from sim.model import numeric
from sim.model.numeric import FIXED_ONE, clamp, exp, fixed, log, logistic, normal_quantile, power, share
from sim.model.rules import Rule

ROOT = Path(__file__).resolve().parents[1]
Float32 = np.float32


def bits_between(low: float, high: float, step: int = 997) -> np.ndarray:
    """Every ``step``-th float32 from ``low`` to ``high``, both included; the two have the same sign."""
    ends = sorted(int(np.array(x, np.float32).view(np.int32)) for x in (low, high))
    numbers = np.arange(ends[0], ends[1] + 1, step, np.int64)
    numbers = np.append(numbers, ends[1]).astype(np.int32).view(np.float32)
    return np.sort(numbers)


EXPONENTS = np.concatenate([bits_between(-87.0, -1e-6), [np.float32(0)], bits_between(1e-6, 88.0)])
POSITIVE = bits_between(np.finfo(np.float32).tiny, np.finfo(np.float32).max)
LOGITS = np.concatenate([bits_between(-80.0, -1e-6), [np.float32(0)], bits_between(1e-6, 80.0)])
WORDS = np.unique(
    np.concatenate(
        [np.arange(5000), np.arange(2**31 - 5000, 2**31 + 5000), 2**32 - 1 - np.arange(5000), np.arange(0, 2**32, 4099)]
    )
).astype(np.uint32)


def over(function: Any) -> Callable[[np.ndarray], np.ndarray]:
    """A function of one number, applied to a column by compiled code, as the fast engine does."""

    @njit(error_model="numpy")
    def loop(numbers: np.ndarray, out: np.ndarray) -> None:
        for i in range(numbers.size):
            out[i] = function(numbers[i])

    def column(numbers: np.ndarray) -> np.ndarray:
        out = np.empty(numbers.size, np.float32)
        loop(numbers, out)
        return out

    return column


def places(found: np.ndarray, true: np.ndarray) -> float:
    """The largest error, in units in the last place of the true value."""
    return float(np.max(np.abs(found.astype(np.float64) - true) / np.spacing(np.abs(true).astype(np.float32))))


# ---- errors --------------------------------------------------------------------------------------------------------


def test_exp_is_within_2_units_in_the_last_place() -> None:
    assert places(over(exp)(EXPONENTS), np.exp(EXPONENTS.astype(np.float64))) <= 2.0


def test_log_is_within_2_units_in_the_last_place() -> None:
    numbers = POSITIVE[POSITIVE != 1]
    assert places(over(log)(numbers), np.log(numbers.astype(np.float64))) <= 2.0
    assert log(1.0) == 0.0


def test_log_is_within_2_units_close_to_1() -> None:
    near = bits_between(0.99, 1.01, 1)
    near = near[near != 1]
    assert places(over(log)(near), np.log(near.astype(np.float64))) <= 2.0


def test_logistic_is_within_4_units_in_the_last_place() -> None:
    assert places(over(logistic)(LOGITS), special.expit(LOGITS.astype(np.float64))) <= 4.0


@pytest.mark.parametrize("exponent", [-3.0, -1.0, -0.5, 0.0, 0.3, 1.0, 2.0, 7.5])
def test_power_is_within_its_relative_error(exponent: float) -> None:
    reach = min(85 / max(abs(exponent), 1), 40.0)
    numbers = bits_between(np.exp(-reach), np.exp(reach), 9973)

    @njit(error_model="numpy")
    def raised(numbers: np.ndarray, to: np.float32, out: np.ndarray) -> None:
        for i in range(numbers.size):
            out[i] = power(numbers[i], to)

    found = np.empty(numbers.size, np.float32)
    raised(numbers, np.float32(exponent), found)
    to = float(np.float32(exponent))
    true = numbers.astype(np.float64) ** to
    allowed = 1e-6 * (1 + np.abs(to * np.log(numbers.astype(np.float64))))
    assert (np.abs(found / true - 1) <= allowed).all()
    assert power(0.0, 2.0) == power(-1.0, 2.0) == 0.0


def test_normal_quantile_is_within_its_error_in_both_tails() -> None:
    shares = (WORDS.astype(np.float64) + 0.5) / 2.0**32
    true, found = special.ndtri(shares), over(normal_quantile)(WORDS)
    assert (np.abs(found - true) <= 1e-6 * np.abs(true) + 2e-7).all()


@given(st.integers(0, 2**31 - 1))
def test_normal_quantile_is_symmetric(word: int) -> None:
    assert normal_quantile(np.uint32(word)) == -normal_quantile(np.uint32(2**32 - 1 - word))


def test_the_yardsticks_agree_with_another() -> None:
    """The float64 functions compared with above, against mpmath at thirty digits."""
    with mpmath.workdps(30):
        for x in np.linspace(-80, 80, 161):
            assert abs(float(np.exp(x)) / float(mpmath.exp(x)) - 1) < 1e-14
            assert abs(float(special.expit(x)) / float(1 / (1 + mpmath.exp(-x))) - 1) < 1e-14
        for x in np.geomspace(1e-37, 1e37, 151):
            assert abs(float(np.log(x)) - float(mpmath.log(x))) <= 1e-14 * abs(float(np.log(x)))
        for word in (0, 1, 77, 2**20, 2**31 - 1, 2**31, 2**32 - 1):
            share_below = (mpmath.mpf(word) + mpmath.mpf(1) / 2) / 2**32
            true = mpmath.sqrt(2) * mpmath.erfinv(2 * share_below - 1)
            assert abs(float(special.ndtri((word + 0.5) / 2.0**32)) - float(true)) < 1e-9


# ---- bounds and order ----------------------------------------------------------------------------------------------


def test_beyond_its_bounds_exp_stays_at_the_bound() -> None:
    assert exp(1000.0) == exp(88.0) and exp(-1000.0) == exp(-87.0) > 0
    assert exp(0.0) == 1.0 and logistic(0.0) == 0.5
    assert 0 < logistic(-1000.0) < 1e-30 and logistic(1000.0) == 1.0


@pytest.mark.parametrize(
    ("function", "numbers"),
    [(exp, EXPONENTS), (log, POSITIVE), (logistic, LOGITS), (normal_quantile, WORDS)],
    ids=["exp", "log", "logistic", "normal_quantile"],
)
def test_more_gives_no_less(function: Any, numbers: np.ndarray) -> None:
    assert (np.diff(over(function)(numbers)) >= 0).all()


@given(st.floats(-10, 10, width=32), st.floats(-3, 0, width=32), st.floats(0, 3, width=32))
def test_clamp_and_share_hold_to_their_bounds(x: float, low: float, high: float) -> None:
    assert clamp(x, low, high) == min(max(np.float32(x), low), high)
    assert share(x) == min(max(np.float32(x), 0), 1)


@given(st.floats(0, 1, width=32))
def test_fixed_counts_whole_units(x: float) -> None:
    assert fixed(x) == int(np.float32(x) * FIXED_ONE) and 0 <= fixed(x) <= FIXED_ONE


def test_a_sum_of_fixed_numbers_does_not_depend_on_the_order() -> None:
    numbers = np.random.default_rng(1).random(1000).astype(np.float32)
    whole = [fixed(x) for x in numbers]
    assert sum(whole) == sum(whole[::-1]) == sum(sorted(whole))


# ---- the same bits everywhere --------------------------------------------------------------------------------------

UNARY = [thing for thing in vars(numeric).values() if isinstance(thing, Rule)]


@pytest.mark.parametrize("one", UNARY, ids=lambda one: one.__name__)
def test_python_and_compiled_forms_give_the_same_bits(one: Rule) -> None:
    draw = np.random.default_rng(1)
    for _ in range(2000):
        numbers = one.force(*(draw.uniform(-20, 20) if one is not log else draw.uniform(0, 20) for _ in arguments(one)))
        if one is power:
            numbers[0] = abs(numbers[0]) + Float32(1e-3)
        plain, compiled = one.plain(*numbers), one(*numbers)
        assert np.float32(plain).tobytes() == np.float32(compiled).tobytes(), numbers


def arguments(one: Rule) -> range:
    return range(one.plain.__code__.co_argcount)


def test_the_normal_quantile_is_the_same_in_python_and_compiled() -> None:
    for word in WORDS[:: len(WORDS) // 3000]:
        assert Float32(normal_quantile.py_func(word)).tobytes() == Float32(normal_quantile(word)).tobytes()


def digest_of_functions() -> str:
    """SHA-256 of every function over its grid."""
    digest = hashlib.sha256()
    for function, numbers in ((exp, EXPONENTS), (log, POSITIVE), (logistic, LOGITS), (normal_quantile, WORDS)):
        digest.update(over(function)(numbers).tobytes())
    return digest.hexdigest()


def digest_of_a_run() -> str:
    """SHA-256 of the final state and the counts of one busy replication."""
    from grounds import busy, lived

    state, tally = lived(busy(200, 10))
    digest = hashlib.sha256(tally.tobytes())
    for column in state:
        digest.update(column.tobytes())
    return digest.hexdigest()


def on_a_generic_processor(function: str, cache: Path) -> str:
    """What a function of this file gives when the compiler may use no more than every 64-bit processor has."""
    where = {"NUMBA_CPU_NAME": "generic", "LOYALTY_CACHE": str(cache), "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT}/tests"}
    program = f"import test_numeric; print(test_numeric.{function}())"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | where, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_functions_give_the_same_bits_on_a_generic_processor(tmp_path: Path) -> None:
    assert on_a_generic_processor("digest_of_functions", tmp_path) == digest_of_functions()


@pytest.mark.heavy
def test_a_run_gives_the_same_bits_on_a_generic_processor(tmp_path: Path) -> None:
    assert on_a_generic_processor("digest_of_a_run", tmp_path) == digest_of_a_run()
