"""Names that find room beside and below a figure: shortened, and moved apart where they would lie upon one another."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence


def short(name: str, width: int = 16, most: int = 2) -> str:
    """A name in at most two short lines."""
    return "\n".join(textwrap.wrap(name, width, max_lines=most, placeholder=" …", break_long_words=True))


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places for labels: near where they are wanted, at least ``gap`` apart, between ``low`` and ``high``."""
    order = sorted(range(len(wanted)), key=lambda k: wanted[k])
    gap = min(gap, (high - low) / max(len(wanted) - 1, 1))
    found = [min(max(wanted[k], low), high) for k in order]
    for _ in range(200):  # neighbours push each other apart, half each, until nobody moves
        for a in range(len(found) - 1):
            push = (gap - (found[a + 1] - found[a])) / 2
            if push > 0:
                found[a], found[a + 1] = found[a] - push, found[a + 1] + push
        found = [min(max(place, low), high) for place in found]
    places = dict(zip(order, found, strict=True))
    return [places[k] for k in range(len(wanted))]


def week_step(weeks: int, most: int = 8) -> int:
    """Weeks between the ticks of a time axis: a month, a quarter or a year of them, so that there are at most so many."""
    step = next((s for s in (1, 2, 4, 13, 26, 52) if weeks / s <= most), 104)
    while weeks / step > most:
        step *= 2
    return step
