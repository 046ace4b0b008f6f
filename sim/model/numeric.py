"""Elementary functions in portable float32: the same bits on every machine, engine and vector width.

The exponential and the logarithm differ in their last bits between maths libraries, so the model does not use them.
These are polynomial forms built from additions, multiplications, divisions and square roots alone, which IEEE 754
rounds identically everywhere. Measured errors stand in each docstring; ``tests/test_numeric.py`` checks them.
"""

from __future__ import annotations

import numpy as np

from sim.model.rules import kernel, rule

f32, i32, u32 = np.float32, np.int32, np.uint32

_LOG2_E, _LN2_HIGH, _LN2_LOW = f32(1.44269504088896341), f32(0.693359375), f32(-2.12194440e-4)
_SQRT_2 = f32(1.41421356237)
_ZERO, _HALF, _ONE = f32(0), f32(0.5), f32(1)


@rule
def clamp(x: float, low: float, high: float) -> float:
    """``x``, but no less than ``low`` and no more than ``high``."""
    return low if x < low else (high if x > high else x)


@rule
def share(x: float) -> float:
    """``x`` held to [0, 1]: for states that live there."""
    return _ZERO if x < _ZERO else (_ONE if x > _ONE else x)


@rule
def exp(x: float) -> float:
    """e^x within 2 units in the last place for -87 <= x <= 88; beyond, the value at the bound (Cephes ``expf`` form)."""
    x = f32(-87.0) if x < f32(-87.0) else (f32(88.0) if x > f32(88.0) else x)
    n = i32(x * _LOG2_E + (_HALF if x >= _ZERO else -_HALF))
    power = f32(n)
    r = x - power * _LN2_HIGH - power * _LN2_LOW
    p = f32(1.9875691500e-4) * r + f32(1.3981999507e-3)
    p = p * r + f32(8.3334519073e-3)
    p = p * r + f32(4.1665795894e-2)
    p = p * r + f32(1.6666665459e-1)
    p = p * r + f32(5.0000001201e-1)
    return (p * r * r + r + _ONE) * i32((n + i32(127)) << i32(23)).view(np.float32)


@rule
def log(x: float) -> float:
    """Natural logarithm within 2 units in the last place for normal x > 0 (Cephes ``logf`` form)."""
    bits = f32(x).view(np.int32)
    exponent = i32((bits >> i32(23)) - i32(127))
    m = i32((bits & i32(0x007FFFFF)) | i32(0x3F800000)).view(np.float32)
    big = m > _SQRT_2
    m = (m * _HALF if big else m) - _ONE
    e = f32(exponent + i32(1)) if big else f32(exponent)
    z = m * m
    p = f32(7.0376836292e-2) * m + f32(-1.1514610310e-1)
    p = p * m + f32(1.1676998740e-1)
    p = p * m + f32(-1.2420140846e-1)
    p = p * m + f32(1.4249322787e-1)
    p = p * m + f32(-1.6668057665e-1)
    p = p * m + f32(2.0000714765e-1)
    p = p * m + f32(-2.4999993993e-1)
    p = p * m + f32(3.3333331174e-1)
    return (m + (p * m * z + e * _LN2_LOW - _HALF * z)) + e * _LN2_HIGH


@rule
def power(x: float, exponent: float) -> float:
    """x^exponent for x > 0 as exp(exponent · log x): relative error under 1e-6 · (1 + |exponent · log x|); 0 for x <= 0."""
    return _ZERO if x <= _ZERO else exp(exponent * log(x))


@rule
def logistic(x: float) -> float:
    """1 / (1 + e^-x), within 4 units in the last place for |x| <= 80."""
    return _ONE / (_ONE + exp(-x))


@kernel
def normal_quantile(word):
    """The standard normal value of a random uint32 ``word``: quantile at (word + 1/2) / 2^32, within 1e-6 relative + 2e-7.

    Algorithm AS 241, PPND7 (Wichura 1988, Applied Statistics 37:477-484). The tail probability is formed before
    rounding, so both tails are equally fine.
    """
    upper = word > u32(0x7FFFFFFF)
    tail = (f32(~u32(word) if upper else u32(word)) + _HALF) * f32(2.0**-32)
    q = _HALF - tail
    centre = f32(0.180625) - q * q
    top = ((f32(59.109374720) * centre + f32(159.29113202)) * centre + f32(50.434271938)) * centre + f32(3.3871327179)
    low = ((f32(67.187563600) * centre + f32(78.757757664)) * centre + f32(17.895169469)) * centre + _ONE
    r = np.sqrt(-log(tail)) - f32(1.6)
    far_top = ((f32(0.17023821103) * r + f32(1.3067284816)) * r + f32(2.7568153900)) * r + f32(1.4234372777)
    far_low = (f32(0.12021132975) * r + f32(0.73700164250)) * r + _ONE
    middle = q <= f32(0.425)
    size = (q * top if middle else far_top) / (low if middle else far_low)
    return size if upper else -size


@rule
def fixed(x: float) -> int:
    """``x`` in whole units of 2^-20: sums of such numbers are exact, so they do not depend on the order of customers."""
    return i32(x * f32(1048576.0))


@rule
def fixed_minutes(x: float) -> int:
    """Minutes in whole units of 2^-20, as :func:`fixed` but in 64 bits: a week alone has 10,080 of them."""
    return np.int64(x * f32(1048576.0))


FIXED_ONE = 1 << 20
