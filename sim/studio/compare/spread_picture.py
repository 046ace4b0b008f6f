"""A small picture of how a trait is spread over people: the curve, where most of them are, and the same in words.

A draw outside the trait's range is drawn again, so the curve is that of the distribution cut to the range.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from sim.model.distributions import Distribution, Trait, lognormal_numbers
from sim.report.charts import Axis, Chart, Line, Mark, Picture
from sim.report.charts.palette import COLOURS, DASHES, INK, Look
from sim.scenario.quantities import in_unit

POINTS = 81
ROOM = 0.18
"""Share of the axis that a number needs beside another."""
FEW, MOST = 0.05, 0.95
"""Nine in ten people lie between these quantiles."""


@dataclass(frozen=True)
class Shape:
    """A distribution cut to a trait's range: its mean, and quantiles and densities of many values at once."""

    low: float
    high: float
    mean: float
    quantile: Callable[[np.ndarray], np.ndarray]
    density: Callable[[np.ndarray], np.ndarray]


def shape(spread: Distribution, trait: Trait) -> Shape | None:
    """The distribution cut to the range of the trait; None when everybody has the same value."""
    if spread.distribution == "constant" or spread.sd == 0 or spread.low == spread.high is not None:
        return None
    if spread.distribution == "uniform":
        return _flat(spread.low or 0.0, spread.high or 0.0)
    return _bell(spread, trait)


def _flat(low: float, high: float) -> Shape:
    return Shape(
        low, high, (low + high) / 2, lambda q: low + q * (high - low), lambda x: np.full(x.shape, 1 / (high - low))
    )


def _bell(spread: Distribution, trait: Trait) -> Shape:
    """A normal or lognormal distribution, cut."""
    from scipy.special import ndtr, ndtri

    logarithmic = spread.distribution == "lognormal"
    mean, sd = spread.mean or 0.0, spread.sd or 0.0
    middle, width = lognormal_numbers(mean, sd) if logarithmic else (mean, sd)

    def score(x: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore"):
            return np.asarray(((np.log(x) if logarithmic else x) - middle) / width)

    ends = ndtr(score(np.array([trait.low, trait.high], np.float64)))
    share = ends[1] - ends[0]

    def quantile(q: np.ndarray) -> np.ndarray:
        z = middle + width * ndtri(ends[0] + q * share)
        return np.asarray(np.clip(np.exp(z) if logarithmic else z, trait.low, trait.high))

    def density(x: np.ndarray) -> np.ndarray:
        slope = width * np.maximum(x, 1e-12) if logarithmic else width
        return np.asarray(np.exp(-(score(x) ** 2) / 2) / (np.sqrt(2 * np.pi) * slope * share))

    places = (np.arange(2000) + 0.5) / 2000
    return Shape(trait.low, trait.high, float(quantile(places).mean()), quantile, density)


def picture_in_words(spread: Distribution, trait: Trait) -> str:
    """What the picture shows, in words."""
    unit = in_unit(trait.unit)
    found, unit = shape(spread, trait), "" if unit.startswith("(") else f" {unit}"
    if found is None:
        return f"Everybody: {spread.middle:.3g}{unit}."
    few, most = found.quantile(np.array([FEW, MOST]))
    said = f"On average {found.mean:.3g}{unit}; nine in ten people between {few:.3g} and {most:.3g}."
    if abs(found.mean - spread.middle) > 0.02 * (spread.sd or np.inf):
        said += f" The average is not {spread.middle:.3g}, because what lies outside the range is drawn again."
    return said


@lru_cache(maxsize=256)
def picture(spread: Distribution, trait: Trait) -> Picture:
    """The picture, told by :func:`picture_in_words` to those who cannot see it."""
    found = shape(spread, trait)
    marks, ticks = _spike(spread) if found is None else _curve(found)
    across = Axis(ticks=[(at, f"{at:.3g}") for at in ticks], low=ticks[0], high=ticks[-1], line=False)
    if found is None:
        across = replace(across, low=ticks[0] - 1, high=ticks[0] + 1)
    return Picture(
        Chart("", across, Axis(low=0, high=1.1, bare=True), marks, 1.0, 2.7), picture_in_words(spread, trait)
    )


def _curve(found: Shape) -> tuple[list[Mark], list[float]]:
    """The curve with its mean, and where numbers stand below it: at the ends, and at the mean where there is room."""
    low, high = found.quantile(np.array([0.002, 0.995]))
    apart = high - low
    low = found.low if found.low > low - 0.15 * apart else low  # the range's own end, when it is near
    high = found.high if found.high < high + 0.15 * apart else high
    x = np.linspace(low, high, POINTS)
    y = found.density(x)
    top = y[np.isfinite(y)].max()
    y = np.clip(np.nan_to_num(y, posinf=top) / top, 0, 1)
    mean = [found.mean] if min(found.mean - low, high - found.mean) > ROOM * (high - low) else []
    curve = Line("", x, y, Look(COLOURS[0]), np.zeros(len(y)), y, shade=0.25)
    middle = Line("", [found.mean] * 2, [0, 1], Look(INK, dash=DASHES[2]), width=1)
    return [curve, middle], [low, *mean, high]


def _spike(spread: Distribution) -> tuple[list[Mark], list[float]]:
    return [Line("", [spread.middle] * 2, [0, 1], Look(COLOURS[0]), width=3)], [spread.middle]
