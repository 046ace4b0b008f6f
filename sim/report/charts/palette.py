"""The colours of everything: of figures, which the colour-blind tell apart, each with a dash and a marker, and of pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

INK, FAINT, PALE, GRID, PAPER = "#222222", "#767676", "#bbbbbb", "#e3e3e3", "#ffffff"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe & Ito 2008; the base is ink, and the palest of theirs (yellow) is left out."""
MARKERS = ("s", "D", "^", "v", "P", "X")
DASHES: tuple[Sequence[float], ...] = ((), (6, 1.5), (3, 1.2), (6, 1.5, 1, 1.5), (1.2, 1), (9, 2))
"""Lengths of line and gap in turn, in widths of the line; none for a line without gaps."""
SCALE = "cividis"
"""The colours of a map, from dark (low) to bright (high), which also the colour-blind and a copier keep in order."""

PAGE = {
    "ink": "#1d2327", "words": "#3c4650", "note": "#4a5560", "edge": "#6b7680", "off": "#8a949c", "faint": "#9aa1a8",
    "line": "#c9d2d9", "hair": "#dde3e8", "ground": "#f7f9fb", "tint": "#eef5fa", "paper": PAPER, "grid": GRID,
    "deep": "#12324a", "deep-over": "#1c4a6b", "on-deep": "#e8eef3", "lamp": "#ffb454", "blue": "#0b5a8a", "blue-over": "#084668",
    "good": "#00588f", "bad": "#a63a00", "warm": "#c44600", "accent": "#b34700", "wrong": "#b00020", "middle": "#cdcbc4",
    "glow": "#fff3d6", "chosen": COLOURS[1],
    "told-warning": "#7a4300", "told-success": "#1d5e20", "told-info": "#0b4a73", "told-error": "#8f0012",
}  # fmt: skip
"""The colours of pages by name: text on white from dark to pale, grounds, the bar on top, and what is good, bad or wrong."""


def root_style() -> str:
    """A style sheet that gives the pages' colours their names: ``var(--ink)`` and so on."""
    return f":root {{ {' '.join(f'--{name}: {colour};' for name, colour in PAGE.items())} }}"


@dataclass(frozen=True)
class Look:
    """How one scenario is drawn in every figure."""

    colour: str
    marker: str = "o"
    dash: Sequence[float] = ()


def look(place: int) -> Look:
    """The look of the scenario at this place; 0 is the base."""
    if place == 0:
        return Look(INK)
    k, again = place - 1, (place - 1) // len(COLOURS)
    return Look(COLOURS[k % len(COLOURS)], MARKERS[(k + again) % len(MARKERS)], DASHES[(k + again) % len(DASHES)])


class Ladder:
    """The colours of a map of these values, and the ink that can be read upon them."""

    def __init__(self, values: Sequence[float] | np.ndarray) -> None:
        from matplotlib import colormaps

        known = np.asarray(values, np.float64)
        known = known[np.isfinite(known)]
        self.low, self.high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
        self._map = colormaps[SCALE]

    def _rgb(self, value: float) -> tuple[float, ...]:
        span = self.high - self.low
        return self._map((value - self.low) / span if span else 0.5)[:3]

    def colour(self, value: float) -> str:
        """The colour of a value."""
        return "#" + "".join(f"{round(255 * part):02x}" for part in self._rgb(value))

    def ink(self, value: float) -> str:
        """White or black, whichever stands out more on the value's colour."""
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in self._rgb(value)]  # WCAG 2
        luminance = float(np.dot([0.2126, 0.7152, 0.0722], linear))
        return PAPER if luminance < 0.18 else "#000000"

    def steps(self) -> list[float]:
        """Values for a legend."""
        return [float(value) for value in np.linspace(self.low, self.high, 5)] if self.high > self.low else [self.low]
