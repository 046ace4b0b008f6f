"""Customers who call wait in a real queue, hang up when patience ends, and meet a representative who can help or cannot.

Serves S0.2, S1.1. First come, first served; handling times are lognormal, patience exponential about each person's own mean.
Sources: Brown et al. 2005 (JASA 100:36-50), lognormal handling; Anonymous Bank data (Guedj & Mandelbaum 2000): mean handling
180 s with log-sd 0.95, 6.8 minutes of waiting an abandonment; SQM Group for first-contact resolution near 0.7.
Where a long wait is coming, callers may be offered to be called back: they keep their place and cannot hang up, but some are
not reached when their turn comes. It takes away waiting, not work: without enough people the calls owed grow week by week.
Law: Erlang-A (sim.theory.erlang) when handling is exponential.
"""

import numpy as np

from sim.model.columns import Column
from sim.model.examples import example
from sim.model.numeric import exp, log, share
from sim.model.parameters import Parameters, parameter
from sim.model.random import stream
from sim.model.rules import rule

f32 = np.float32

MOOD = stream("mood")
"""Four draws a customer and week: whether they talk, think, leave the market, and have a question."""
CONTACT = stream("contact")
REPRESENTATIVE = stream("representative")


class CallCentre(Parameters):
    representatives: int = parameter(
        12, "people", 0, 5000, "Representatives on duty while the lines are open", "assumption: one for 3,300 customers")  # fmt: skip
    hours: float = parameter(
        60.0, "hours", 1, 168, "Hours a week the lines are open", "assumption: ten hours on six days")  # fmt: skip
    wage: float = parameter(
        22.0, "currency per hour", 0, 10_000, "What an hour of a representative costs", "assumption: loaded cost, about 22 an hour")  # fmt: skip
    handling: float = parameter(
        5.0, "minute", 0.05, 240, "Mean time a call takes, wrap-up included", "literature: trade benchmarks near 6 minutes; Anonymous Bank 3 minutes of talk")  # fmt: skip
    handling_spread: float = parameter(
        0.95, "ratio", 0, 3, "Standard deviation of the logarithm of handling times", "data: Anonymous Bank, 0.947")  # fmt: skip
    skill: float = parameter(
        0.80, "scale 0-1", 0, 1, "Average skill of the representatives", "literature: SQM Group, first-contact resolution near 0.7")  # fmt: skip
    skill_spread: float = parameter(
        0.08, "scale 0-1", 0, 0.5, "Spread of skill between representatives", "assumption: people differ")  # fmt: skip
    hardness: float = parameter(
        0.30, "ratio", 0, 1, "Share of skill that an issue of full severity defeats", "assumption: grave issues are harder")  # fmt: skip
    questions: float = parameter(
        0.02, "per week", 0, 5, "Calls a customer makes without anything having gone wrong", "assumption: about one a year")  # fmt: skip
    tolerance: float = parameter(
        3.0, "minute", 0.1, 240, "Wait that spoils half of what can be spoilt by waiting", "assumption: three minutes")  # fmt: skip
    waiting_hurts: float = parameter(
        0.30, "scale 0-1", 0, 1, "What an endless wait takes off an encounter", "assumption: a third of the scale")  # fmt: skip
    manner: float = parameter(
        0.30, "scale 0-1", 0, 1, "What a skilled and warm representative adds to an encounter", "assumption: as much as a wait takes")  # fmt: skip
    solution: float = parameter(
        0.35, "scale 0-1", 0, 1, "What a solved problem adds to an encounter", "assumption: the largest part")  # fmt: skip
    memory: float = parameter(
        0.10, "share", 0, 1, "Weight of one encounter in cumulative satisfaction", "assumption: two or three ordinary weeks")  # fmt: skip
    callback: float = parameter(
        0.0, "share", 0, 1, "Share of callers with a long wait ahead who are called back instead", "assumption: none unless the scenario says so")  # fmt: skip
    callback_after: float = parameter(
        5.0, "minute", 0, 240, "Wait ahead above which a callback is offered", "assumption: most of an average patience")  # fmt: skip
    callback_reached: float = parameter(
        0.85, "share", 0, 1, "Chance that somebody who is called back is reached", "assumption: one in seven is not there")  # fmt: skip
    callback_felt: float = parameter(
        0.3, "share", 0, 1, "Part of the time until the callback that is felt as waiting", "assumption: life goes on meanwhile")  # fmt: skip
    unanswered_severity: float = parameter(
        0.15, "scale 0-1", 0, 1, "Severity of an issue made of a question that was not answered", "assumption: slight")  # fmt: skip


COLUMNS = (Column("skill", "staff", "How able the representative is this week, 0 to 1", ("govern",)),)
NEUTRAL = {"questions": 0.0, "representatives": 0, "waiting_hurts": 0.0, "memory": 0.0, "wage": 0.0}

_BASE = f32(0.25)
VAIN_MINUTES = 1.0
"""How long a representative tries to reach somebody who is not there; an assumption."""


@rule
def handling_minutes(mean: float, spread: float, normal: float) -> float:
    """How long this call takes: lognormal with the given mean; ``normal`` is a standard normal number."""
    return mean * exp(spread * normal - f32(0.5) * spread * spread)


@rule
def patience_minutes(mean: float, luck: float) -> float:
    """How long this caller waits before hanging up: exponential about the person's own mean."""
    return -mean * log(f32(1) - luck)


@rule
def skill_of(mean: float, spread: float, normal: float) -> float:
    """One representative's skill, in [0, 1]."""
    return share(mean + spread * normal)


@rule
def solves(skill: float, severity: float, hardness: float) -> float:
    """The chance that a representative of this skill resolves an issue of this severity."""
    return skill * (f32(1) - hardness * severity)


@rule
def wait_pain(wait: float, tolerance: float, waiting_hurts: float) -> float:
    """What a wait of so many minutes takes off the encounter."""
    return waiting_hurts * wait / (wait + tolerance)


@rule
def called_back(ahead: float, after: float, offered: float, luck: float) -> bool:
    """Whether a caller with so many minutes of waiting ahead is called back instead."""
    return ahead > after and luck < offered


@rule
def felt_wait(wait: float, part: float, back: bool) -> float:
    """The minutes of a wait that are felt: fewer when one is called back."""
    return wait * part if back else wait


@rule
def encounter(answered: bool, warmth: float, solved: bool, manner: float, solution: float, pain: float) -> float:
    """How an encounter was: a quarter of the scale for being answered, then manner, solution, and the wait."""
    return share((_BASE if answered else f32(0)) + manner * warmth + (solution if solved else f32(0)) - pain)


@rule
def effort(pain: float, tries: int, solved: bool) -> float:
    """The effort a contact took, 0 to 1: a little to begin with, the wait, earlier tries, and having to try again."""
    before = f32(tries) / (f32(1) + f32(tries))
    return share(f32(0.1) + pain + f32(0.3) * before + (f32(0) if solved else f32(0.3)))


@rule
def wages(heads: float, wage: float, hours: float, stands_for: float) -> int:
    """A week's wages in whole cents, per simulated share of the company."""
    return np.int64(np.float64(heads) * wage * hours / stands_for * 100.0 + 0.5)


EXAMPLES = (
    example(handling_minutes, 4.0, 0.0, 1.5, becomes=4.0, because="without spread every call takes the mean"),
    example(handling_minutes, 4.0, 1.0, 0.5, becomes=4.0, because="e^(0.5 - 0.5) = 1"),
    example(patience_minutes, 6.0, 0.0, becomes=0.0, because="the least patient moment"),
    example(patience_minutes, 6.0, 0.5, becomes=6 * 0.6931472, because="the median of an exponential is mean x ln 2"),
    example(skill_of, 0.8, 0.1, 1.0, becomes=0.9, because="one spread above average"),
    example(solves, 0.8, 0.5, 0.4, becomes=0.64, because="0.8 x (1 - 0.4 x 0.5)"),
    example(wait_pain, 3.0, 3.0, 0.3, becomes=0.15, because="a wait as long as the tolerance spoils half"),
    example(called_back, 6.0, 5.0, 0.4, 0.3, becomes=True, because="a long wait, and among the four in ten"),
    example(called_back, 4.0, 5.0, 0.4, 0.3, becomes=False, because="the wait is short enough"),
    example(felt_wait, 10.0, 0.3, True, becomes=3.0, because="three tenths of ten minutes"),
    example(felt_wait, 10.0, 0.3, False, becomes=10.0, because="every minute on the line"),
    example(effort, 0.2, 1, False, becomes=0.75, because="0.1 + 0.2 + 0.3 x 1/2 + 0.3"),
    example(wages, 10.0, 20.0, 60.0, 40.0, becomes=30_000, because="12,000 a week over 40 is 300.00"),
    example(encounter, True, 0.8, True, 0.3, 0.35, 0.1, becomes=0.74, because="0.25 + 0.24 + 0.35 - 0.1"),
    example(encounter, True, 0.5, False, 0.3, 0.35, 0.3, becomes=0.1, because="0.25 + 0.15 - 0.3"),
    example(encounter, False, 0.0, False, 0.3, 0.35, 0.1, becomes=0.0, because="nobody answered, nothing is worse"),
)
