"""The six reasons why customers leave a company (S3.1 to S3.6), as shares of all who left of their own will."""

from __future__ import annotations

import numpy as np

from sim.report.amounts import number
from sim.report.charts import Axis, Bars, Chart, Picture
from sim.report.charts.palette import COLOURS, FAINT
from sim.runs.measures import ratio
from sim.runs.runner import Result
from sim.runs.statistics import Interval, interval

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
    """Each reason's share of the voluntary departures, in every replication; they add up to 1, or are missing if nobody left."""
    left = result.values["leavers_voluntary"]
    found = {reason: sum(result.values[f"left_because_{cause}"] for cause in causes) for reason, causes in SIX.items()}
    found[OTHER] = result.values["left_because_rival"]
    return {reason: ratio(np.asarray(count), left) for reason, count in found.items()}


def six_reasons(result: Result) -> Picture:
    """A bar for each reason, the most frequent on top, with the interval of its mean."""
    found = {reason: interval(100 * values, (0, 100)) for reason, values in shares(result).items()}
    order = sorted(found, key=lambda reason: -np.nan_to_num(found[reason].mean))
    known, ends = [found[reason] for reason in order], [_end(found[reason]) for reason in order]
    bars = Bars(
        "share", range(len(order)), [one.mean for one in known], [FAINT if r == OTHER else COLOURS[0] for r in order],
        low=[one.low for one in known], high=[one.high for one in known],
        words=[f"{number(one.mean)} %" for one in known], clear=ends, thick=0.62,
    )  # fmt: skip
    across = Axis("% of those who left of their own will", "%", 0, max(10.0, 1.18 * max(ends)))
    height = 0.95 + 0.34 * len(order)
    chart = Chart("Six reasons to leave", across, Axis(rows=order, line=False), [bars], height=height)
    told = ", ".join(f"{reason} {number(found[reason].mean)} %" for reason in order)
    silent = 100 * interval(ratio(result.values["left_in_silence"], result.values["leavers_voluntary"])).mean
    note = (
        "Nobody left of their own will."
        if not known[0].defined
        else (
            f"{number(silent)} % of them left in silence, with a problem that they had told nobody of. A departure with several "
            "causes is shared out among them. Line: 95 % interval of the mean."
        )
    )
    return Picture(chart, f"Bar chart of reasons for leaving: {told}.", note, name="six_reasons")


def _end(around: Interval) -> float:
    """Where a bar with its interval ends: at 0 where there is none."""
    return next((end for end in (around.high, around.mean) if np.isfinite(end)), 0.0)
