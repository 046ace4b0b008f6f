"""What an answer says of ignorance: in which worlds it was found, what it is fitted to, and how much of its range is luck."""

from __future__ import annotations

import math

from sim import __version__
from sim.report.amounts import between, half_width, listed, number, places, signed
from sim.runs.comparison import Comparison
from sim.runs.prediction import FEWEST
from sim.runs.result import fitted_to
from sim.scenario.whole import Scenario
from sim.scenario.worlds import SHIPPED, Worlds

NOT_FITTED = "Nothing in this answer is fitted to your company."
RANGE = (
    "Nine of ten plausible worlds lie in a range; it holds luck and what nobody knows, and more replications tell it better but "
    "do not narrow it."
)


def fitted_told(answer: Comparison) -> str:
    """What the answer is fitted to, in a sentence; it stands at the head of every answer."""
    return _fitted(answer.base.scenario)


def _fitted(scenario: Scenario) -> str:
    figures = fitted_to(scenario)
    return f"This answer is fitted to {listed(list(figures))}." if figures else NOT_FITTED


def experiment_told(base: Scenario) -> list[str]:
    """The same of an experiment: in which worlds its points were lived, and what its answer is fitted to."""
    if base.worlds is None:
        return [_fitted(base), ONE_SETTING]
    return [
        f"{_fitted(base)} Every replication met one of the plausible worlds ({_named(base.worlds)}), the same for every point: "
        "what is best is best over them. Intervals are those of means over worlds and luck; more replications narrow them, "
        "not what is unknown."
    ]


def _named(worlds: Worlds) -> str:
    return "the shipped ones" if worlds.name == SHIPPED else f"those of {worlds.name}"


def worlds_told(answer: Comparison) -> list[str]:
    """In which worlds the answer was found, and what its ranges hold: sentences."""
    if answer.worlds is None:
        return [ONE_SETTING]
    met = len({int(number) for number in answer.met})
    named = _named(answer.worlds)
    told = [f"The answer was found in {met:,} plausible worlds ({named}). {RANGE}"]
    if met < FEWEST:
        told.append(f"{met} worlds are too few to say what nine in ten of them do: take more replications.")
    if answer.worlds.made_with not in ("", __version__):
        told.append(
            f"These worlds were made with version {answer.worlds.made_with}, and this is {__version__}: make them again where "
            "the model has changed since."
        )
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
    each = [_percent(share) + (f" for “{name}”" if len(known) > 1 else "") for name, share in known.items()]
    return [f"Of the spread in customers kept, luck makes {listed(each)}; the rest is what nobody knows."]


def _percent(share: float) -> str:
    """A share in words: ``12 %``, ``less than 1 %``."""
    return f"{number(100 * share)} %" if share >= 0.005 else "less than 1 %"


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
