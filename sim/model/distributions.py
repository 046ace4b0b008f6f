"""How a trait is spread over people: a distribution is a few named numbers, drawn by inverse transform from keyed draws."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.model.numeric import exp, normal_quantile
from sim.model.parameters import Plausible
from sim.model.random import unit, word
from sim.model.rules import lean_kernel

f32 = np.float32

KINDS = {"constant": 0, "uniform": 1, "normal": 2, "lognormal": 3}
_NEEDS = {
    "constant": {"value"}, "uniform": {"low", "high"}, "normal": {"mean", "sd"}, "lognormal": {"mean", "sd"},
}  # fmt: skip
MOST_SKEWED = 1_000_000
"""Standard deviation of a lognormal quantity, as a multiple of its mean, up to which its logarithm can be reckoned."""
TRIES = 64
"""Draws made before a value outside its range is held at the bound; a distribution mostly inside its range needs one."""


class Distribution(BaseModel):
    """``constant`` (value), ``uniform`` (low, high), ``normal`` or ``lognormal`` (mean and sd of the trait itself).

    A draw outside the trait's range is drawn again, so normal and lognormal are truncated, not piled up at the bound.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    distribution: Literal["constant", "uniform", "normal", "lognormal"]
    value: float | None = Field(None, allow_inf_nan=False)
    low: float | None = Field(None, allow_inf_nan=False)
    high: float | None = Field(None, allow_inf_nan=False)
    mean: float | None = Field(None, allow_inf_nan=False)
    sd: float | None = Field(None, allow_inf_nan=False, ge=0)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needs = _NEEDS[self.distribution]
        given = {name for name in ("value", "low", "high", "mean", "sd") if getattr(self, name) is not None}
        if given != needs:
            raise ValueError(
                f"a {self.distribution} distribution takes {' and '.join(sorted(needs))}, not {sorted(given)}"
            )
        if self.distribution == "lognormal" and not (self.mean or 0) > 0:
            raise ValueError("a lognormal distribution needs a mean above 0")
        if self.distribution == "lognormal" and (self.sd or 0) > MOST_SKEWED * (self.mean or 0):
            raise ValueError(f"the sd of a lognormal distribution must be at most {MOST_SKEWED:,} times its mean")
        if self.distribution == "uniform" and not (self.low or 0) <= (self.high or 0):
            raise ValueError("a uniform distribution needs low <= high")
        return self

    @property
    def middle(self) -> float:
        """The mean."""
        if self.distribution == "uniform":
            return ((self.low or 0) + (self.high or 0)) / 2
        return (self.value if self.distribution == "constant" else self.mean) or 0.0

    def code(self) -> tuple[int, np.float32, np.float32]:
        """Kind and two numbers, as :func:`drawn` takes them."""
        first, second = self._numbers()
        return KINDS[self.distribution], f32(first), f32(second)

    def _numbers(self) -> tuple[float, float]:
        if self.distribution == "constant":
            return self.value or 0.0, 0.0
        if self.distribution == "uniform":
            return self.low or 0.0, self.high or 0.0
        if self.distribution == "normal":
            return self.mean or 0.0, self.sd or 0.0
        return lognormal_numbers(self.mean or 1.0, self.sd or 0.0)


def lognormal_numbers(mean: float, sd: float) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm of a lognormal quantity with this mean and sd."""
    variance = math.log1p((sd / mean) ** 2)
    return math.log(mean) - variance / 2, math.sqrt(variance)


def constant(value: float) -> Distribution:
    """Everybody has this value."""
    return Distribution(distribution="constant", value=value)


def uniform(low: float, high: float) -> Distribution:
    """All values between the two are equally likely."""
    return Distribution(distribution="uniform", low=low, high=high)


def normal(mean: float, sd: float) -> Distribution:
    """The normal distribution."""
    return Distribution(distribution="normal", mean=mean, sd=sd)


def lognormal(mean: float, sd: float) -> Distribution:
    """The lognormal distribution with this mean and standard deviation of the trait itself."""
    return Distribution(distribution="lognormal", mean=mean, sd=sd)


@dataclass(frozen=True)
class Trait:
    """One line about a trait or a starting state: unit, range, meaning, default distribution, source.

    ``plausible``: between what its mean may well lie, where nobody knows it.
    """

    name: str
    unit: str
    low: float
    high: float
    meaning: str
    default: Any
    source: str
    plausible: Plausible | None = None


@lean_kernel
def value_at(code, bits):
    """The value of the distribution ``code`` at random bits, whatever the range."""
    kind, a, b = code
    if kind == 0:
        return a
    if kind == 1:
        return a + (b - a) * unit(bits)
    z = a + b * normal_quantile(bits)
    return z if kind == 2 else exp(z)


@lean_kernel
def normals(bits, values):
    """The standard normal numbers of random words; a loop of its own, so that it vectorises."""
    for i in range(values.size):
        values[i] = normal_quantile(bits[i])


@lean_kernel
def _bell(kind, a, b, values):
    for i in range(values.size):
        values[i] = a + b * values[i]
    if kind == 3:
        for i in range(values.size):
            values[i] = exp(values[i])


@lean_kernel
def spread_out(code, bits, values):
    """The first draw of everybody: the distribution ``code`` at the random words ``bits``, whatever the range."""
    kind, a, b = code
    if kind >= 2:
        normals(bits, values)
        _bell(kind, a, b, values)
        return
    for i in range(values.size):
        values[i] = a if kind == 0 else a + (b - a) * unit(bits[i])


@lean_kernel
def drawn(world, stream, entity, code, low, high):
    """One value of the distribution ``code`` (see :meth:`Distribution.code`) for an entity, within [low, high]."""
    x = f32(0)
    for attempt in range(TRIES):
        x = f32(value_at(code, word(world, stream, entity, 0, attempt)))
        if low <= x <= high:
            return x
    return low if x < low else high
