"""A small picture of how a trait is spread over people: the curve, where most of them are, and the same in words.

A draw outside the trait's range is drawn again, so the curve is that of the distribution cut to the range.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.model.distributions import Distribution, Trait, lognormal_numbers
from sim.scenario.quantities import in_unit

WIDE, HIGH, FLOOR = 260, 96, 76
"""Units of the picture: its width, its height, and where the axis lies."""
POINTS = 81
INK, BLUE = "#222222", "#0072B2"
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


def svg(spread: Distribution, trait: Trait) -> str:
    """The picture, to stand within a page; made of numbers alone, and told in words to those who cannot see it."""
    found = shape(spread, trait)
    inner = _spike(spread, trait) if found is None else _curve(found)
    axis = f'<line x1="0" x2="{WIDE}" y1="{FLOOR}" y2="{FLOOR}" stroke="{INK}"/>'
    return (
        f'<svg viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}" aria-hidden="true" font-size="11" '
        f'fill="{INK}">{inner}{axis}</svg>'
    )


def _curve(found: Shape) -> str:
    low, high = found.quantile(np.array([0.002, 0.995]))
    apart = high - low
    low = found.low if found.low > low - 0.15 * apart else low  # the range's own end, when it is near
    high = found.high if found.high < high + 0.15 * apart else high
    x = np.linspace(low, high, POINTS)
    y = found.density(x)
    top = y[np.isfinite(y)].max()
    across = (x - low) / (high - low) * WIDE
    up = FLOOR - np.clip(np.nan_to_num(y, posinf=top) / top, 0, 1) * (FLOOR - 8)
    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(across, up, strict=True))
    mean = (found.mean - low) / (high - low) * WIDE
    return (
        f'<polygon points="0,{FLOOR} {line} {WIDE},{FLOOR}" fill="{BLUE}" fill-opacity="0.25"/>'
        f'<polyline points="{line}" fill="none" stroke="{BLUE}" stroke-width="2"/>'
        f'<line x1="{mean:.1f}" x2="{mean:.1f}" y1="8" y2="{FLOOR}" stroke="{INK}" stroke-dasharray="3 3"/>'
        + _ticks([(low, 0.0), (found.mean, mean), (high, float(WIDE))])
    )


def _spike(spread: Distribution, trait: Trait) -> str:
    middle = WIDE / 2
    return f'<line x1="{middle}" x2="{middle}" y1="8" y2="{FLOOR}" stroke="{BLUE}" stroke-width="3"/>' + _ticks(
        [(spread.middle, middle)]
    )


def _ticks(at: list[tuple[float, float]]) -> str:
    """Numbers below the axis; one that would touch another is left out, the mean before the ends."""
    ends = [place for place in at if place[1] in (0.0, WIDE)]
    shown = [place for place in at if place in ends or all(abs(place[1] - end[1]) > 45 for end in ends)]
    return "".join(
        f'<text x="{x:.1f}" y="{HIGH - 5}" text-anchor="{_anchor(x)}">{value:.3g}</text>' for value, x in shown
    )


def _anchor(x: float) -> str:
    return "start" if x == 0 else "end" if x == WIDE else "middle"
