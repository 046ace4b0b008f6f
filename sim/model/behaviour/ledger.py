"""What each customer holds against the company, by cause: every loss of goodwill is booked, and leaving is attributed.

Serves S3.1 to S3.6. Sources: Keaveney 1995 (J. Marketing 59:71-82) for the causes. Entries fade with a half-life; instead of
shrinking every entry every week, a new entry is booked at the rate of its week, as prices are in an inflation: only
proportions matter, and nothing has to be touched in weeks without an entry.
"""

import numpy as np

from sim.model.columns import Column
from sim.model.examples import example
from sim.model.numeric import exp
from sim.model.parameters import Parameters, parameter
from sim.model.rules import rule

f32 = np.float32

BOOKED = (
    "service", "quality", "price", "expectation", "upselling", "accountability", "convenience", "innovation", "communication",
)  # fmt: skip
"""Causes that are booked as they happen."""
CAUSES = (*BOOKED, "rival", "involuntary")
"""All causes of leaving: the rival's pull is found at the comparison, involuntary leaving has no other cause."""


class Ledger(Parameters):
    half_life: float = parameter(
        26.0, "weeks", 13, 520, "Time in which a booked loss of goodwill loses half its weight among the reasons for leaving",
        "assumption: Keaveney's respondents looked back over about six months")  # fmt: skip
    notice: float = parameter(
        0.05, "scale 0-1", 0, 1, "Disappointment in an ordinary week below which nobody takes note", "assumption: a just noticeable difference")  # fmt: skip
    restlessness: float = parameter(
        0.01, "scale 0-1", 0.0001, 1, "Weight of the wish for something else in everybody who leaves", "assumption: small; it names the rival when nothing else was booked")  # fmt: skip


def _phases(cause: str) -> tuple[str, ...]:
    written = {
        "quality": "experience", "expectation": "experience", "price": "touch", "upselling": "touch",
        "convenience": "touch", "service": "contact", "accountability": "contact",
        "innovation": "experience", "communication": "experience touch contact",
    }  # fmt: skip
    return (*written[cause].split(), "decide")


COLUMNS = tuple(
    Column(f"ledger_{c}", "number", f"Goodwill lost through {c}, in week-0 units", _phases(c)) for c in BOOKED
)


@rule
def rate(week: int, half_life: float) -> float:
    """At what rate a loss is booked in this week, relative to week 0."""
    return exp(f32(0.69314718) * f32(week) / half_life)


@rule
def lost(before: float, after: float) -> float:
    """Goodwill lost between two values of a state; 0 when nothing was lost."""
    return before - after if before > after else f32(0)


@rule
def booked(loss: float, rate: float, counts: bool) -> float:
    """What is entered for a loss at this week's rate; nothing when it does not count under this cause."""
    return loss * rate if counts else f32(0)


@rule
def disappointed(expectation: float, performance: float, notice: float) -> bool:
    """Whether an ordinary week fell so far short of what was expected that it was noted."""
    return expectation - performance > notice


@rule
def rivals_pull(view: float, expectation: float, restlessness: float) -> float:
    """Weight of the rival among the reasons: how much better it looks than what one expects here, and restlessness."""
    return restlessness + (view - expectation if view > expectation else f32(0))


@rule
def portion(weight: float, total: float) -> float:
    """This cause's share of the reasons for leaving."""
    return weight / total


EXAMPLES = (
    example(rate, 26, 26.0, becomes=2.0, because="twice the weight after one half-life"),
    example(lost, 0.8, 0.7, becomes=0.1, because="0.1 lost"),
    example(lost, 0.7, 0.8, becomes=0.0, because="nothing lost"),
    example(booked, 0.1, 2.0, True, becomes=0.2, because="0.1 at the rate of 2"),
    example(booked, 0.1, 2.0, False, becomes=0.0, because="does not count here"),
    example(disappointed, 0.8, 0.7, 0.05, becomes=True, because="0.1 short is noticed"),
    example(disappointed, 0.8, 0.78, 0.05, becomes=False, because="0.02 is not"),
    example(rivals_pull, 0.9, 0.7, 0.01, becomes=0.21, because="0.2 better, and 0.01"),
    example(portion, 0.3, 1.2, becomes=0.25, because="a quarter of the reasons"),
    example(rivals_pull, 0.6, 0.7, 0.01, becomes=0.01, because="the rival looks worse"),
)
