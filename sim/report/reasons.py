"""The six reasons why customers leave a company (S3.1 to S3.6), as shares of all who left of their own will."""

from __future__ import annotations

import numpy as np

from sim.report.amounts import number
from sim.report.drawing import COLOURS, FAINT, Picture, canvas, svg_of
from sim.running import Result
from sim.statistics import interval

SIX = {
    "Poor service": ("service", "accountability", "convenience", "upselling"),
    "Poor quality": ("quality",),
    "Price": ("price",),
    "Stagnation": ("innovation",),
    "Opacity": ("communication",),
    "Unmet expectations": ("expectation",),
}
"""The six reasons of the articles, and the ledger's causes that each is made of."""
OTHER = "A better offer elsewhere"


def shares(result: Result) -> dict[str, np.ndarray]:
    """Each reason's share of the voluntary departures, in every replication; they add up to 1."""
    left = np.maximum(result.values["leavers_voluntary"], 1)
    found = {reason: sum(result.values[f"left_because_{cause}"] for cause in causes) for reason, causes in SIX.items()}
    found[OTHER] = result.values["left_because_rival"]
    return {reason: np.asarray(count) / left for reason, count in found.items()}


def six_reasons(result: Result) -> Picture:
    """A bar for each reason, the most frequent on top, with the interval of its mean."""
    found = {reason: interval(100 * values) for reason, values in shares(result).items()}
    order = sorted(found, key=lambda reason: found[reason].mean)
    figure, axes = canvas(0.95 + 0.34 * len(order), right=0.93)
    figure.subplots_adjust(left=0.36)
    for place, reason in enumerate(order):
        known = found[reason]
        axes.barh(place, known.mean, color=FAINT if reason == OTHER else COLOURS[0], height=0.62)
        axes.plot([known.low, known.high], [place, place], color="#222222", linewidth=1.6)
        axes.text(known.high, place, f"  {number(known.mean)} %", va="center", fontsize=9)
    axes.set_yticks(range(len(order)), order)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    axes.set_xlim(0, max(10.0, 1.18 * max(known.high for known in found.values())))
    axes.set_xlabel("% of those who left of their own will")
    axes.set_title("Six reasons to leave", x=-0.5)
    told = ", ".join(f"{reason} {number(found[reason].mean)} %" for reason in reversed(order))
    silent = 100 * float((result.values["left_in_silence"] / np.maximum(result.values["leavers_voluntary"], 1)).mean())
    note = (
        f"{number(silent)} % of them left in silence, with a problem that they had told nobody of. A departure with several "
        "causes is shared out among them. Line: 95 % interval of the mean."
    )
    return Picture(f"Bar chart of reasons for leaving: {told}.", note, svg_of(figure))
