"""What an answer says of ignorance: in which worlds it was found, what it is fitted to, and how much of its range is luck."""

from __future__ import annotations

import math

from sim.report.amounts import between, half_width, listed, number, places, signed
from sim.runs.comparison import Comparison
from sim.runs.prediction import FEWEST
from sim.runs.result import fitted_to

NOT_FITTED = "Nothing in this answer is fitted to your company."
RANGE = (
    "Nine of ten plausible worlds lie in a range; it holds luck and what nobody knows, and more replications tell it better but "
    "do not narrow it."
)


def fitted_told(answer: Comparison) -> str:
    """What the answer is fitted to, in a sentence; it stands at the head of every answer."""
    figures = fitted_to(answer.base.scenario)
    return f"This answer is fitted to {listed(list(figures))}." if figures else NOT_FITTED


def worlds_told(answer: Comparison) -> list[str]:
    """In which worlds the answer was found, what its ranges hold, and what it is fitted to: sentences."""
    if answer.worlds is None:
        return [fitted_told(answer), ONE_SETTING]
    met = len({int(number) for number in answer.met})
    named = "the shipped ones" if answer.worlds.name == "shipped" else f"those of {answer.worlds.name}"
    told = [f"{fitted_told(answer)} It was found in {met:,} plausible worlds ({named}). {RANGE}"]
    if met < FEWEST:
        told.append(f"{met} worlds are too few to say what nine in ten of them do: take more replications.")
    return [*told, *_luck_told(answer)]


ONE_SETTING = (
    "Everything that nobody knows has its default here (worlds: none), so the intervals hold luck alone and tell nothing of what "
    "is not known."
)


def _luck_told(answer: Comparison) -> list[str]:
    """How much of the range of customers kept is luck, for each policy."""
    shares = {name: found["retention"].luck_share for name, found in answer.predictions.items()}
    known = {name: share for name, share in shares.items() if math.isfinite(share)}
    if not known:
        return []
    each = [f"{number(100 * share)} %" + (f" for “{name}”" if len(known) > 1 else "") for name, share in known.items()]
    return [f"Of the spread in customers kept, luck makes {listed(each)}; the rest is what nobody knows."]


def appendix_told(answer: Comparison) -> list[str]:
    """How well the means themselves are known, of the measure that the headline tells: the interval of the mean."""
    if answer.worlds is None:
        return []
    each = []
    for name, found in answer.mean_differences.items():
        gap = found["retention"]
        digits = places(half_width(gap, 100), 1)
        if gap.defined > 1:
            each.append(f"{signed(100 * gap.mean, digits)} ({between(gap, 100, digits, plus=True)}) for “{name}”")
    return (
        [f"The mean difference in customers kept, in percentage points, with its 95 % interval: {listed(each)}."]
        if each
        else []
    )
