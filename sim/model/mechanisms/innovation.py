"""Keeping up with what is possible: a product that stands still falls behind, although nothing about it has changed.

Serves S3.4. Quality is measured against the best that can be had, from whomever: as that frontier moves, a provider that does not
follow performs worse on the same scale, and a provider that goes ahead moves it for the others. What customers expect moves with the
frontier, and with what the best provider's customers get, as far as they are aware of it; the
disappointment that comes of the lag is booked under innovation. Source: Keaveney 1995 (J. Marketing 59:71-82) names attraction
by competitors among the causes of leaving; sizes are assumptions.
"""

import numpy as np

from sim.model.behaviour.person import RIVAL
from sim.model.columns import Column
from sim.model.examples import example, example_of_step
from sim.model.mechanisms.marketing import spending
from sim.model.mechanisms.rival import offered
from sim.model.numeric import FIXED_ONE, fixed, share
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.rules import f32, rule
from sim.model.steps import step


class Innovation(Parameters):
    frontier: float = parameter(
        0.0, "points of 0-1 per year", 0, 1, "By how much what is possible improves in a year",
        "assumption: nothing unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    investment: float = parameter(
        0.0, "currency per customer and week", 0, 1000, "What the company spends on improving its product",
        "assumption: nothing unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    progress: float = parameter(
        0.05, "points of 0-1 per year", 0, 1, "What an investment of 1 gains in a year; four times the money gains twice as much",
        "assumption: a twentieth of the scale, with diminishing returns; "
        "plausibly a third to three times as much", plausible=(0.015, 0.15, "log"))  # fmt: skip
    rival_keeps_up: float = parameter(
        1.0, "share", 0, 1, "Share of the frontier's movement that the rival follows",
        "assumption: somebody always does; plausibly at least half of it", plausible=(0.5, 1.0))  # fmt: skip
    awareness: float = parameter(
        0.5, "share", 0, 1, "How much of their provider's lag customers see, so that they do not come to expect less",
        "assumption: half of what is possible gets about; "
        "plausibly a seventh to six sevenths", plausible=(0.15, 0.85))  # fmt: skip


NEUTRAL = {"frontier": 0.0, "investment": 0.0}
COLUMNS = (
    Column("obsolescence", "firm", "How far the company's product lags behind what is possible, 0 to 1"),
    Column("rival_obsolescence", "firm", "How far the rival's product lags behind it, 0 to 1", lanes=True),
    Column(
        "best_lag",
        "firm",
        "The lag of whoever is ahead of what is possible elsewhere, below 0; 0 when nobody is",
        several=True,
    ),
    Column("rivals_behind", "firm", "The rivals' lags, all together", several=True),
    Column(
        "best_of_rivals",
        "weekly_firm",
        "How good the best rival's product is in an ordinary week, 0 to 1",
        several=True,
    ),
)


@rule
def gained(investment: float, progress: float) -> float:
    """What a year of this investment gains, in points: in proportion to the square root of the money."""
    return progress * np.sqrt(investment)


@rule
def lag_after(lag: float, frontier: float, gained: float) -> float:
    """The lag one week on, when what is possible elsewhere moves and the product gains at these yearly rates; below 0: ahead."""
    return lag + (frontier - gained) * f32(7 / 365.25)


@rule
def behind_best(lag: float, other: float) -> float:
    """The lag behind the best there is: what is possible elsewhere, or another provider that is ahead of it."""
    best = other if other < f32(0) else f32(0)
    return share(lag - best) if lag > best else f32(0)


@rule
def standing(level: float, lag: float) -> float:
    """How good a product of this level still is, on the scale of what is possible today."""
    return share(level - lag)


@rule
def seen_elsewhere(lag: float, awareness: float, better: float, noticed: float) -> float:
    """How much more than they get people know to be possible: of the lag, or of how much better the best provider is."""
    of_lag, of_others = lag * awareness, better * noticed
    return of_lag if of_lag > of_others else of_others


@rule
def lost_to_lag(loss: float, expectation: float, performance: float, lag: float, notice: float) -> float:
    """The part of a week's loss of satisfaction that the lag explains, once the shortfall is large enough to be noted."""
    short = expectation - performance
    return loss * share(lag / short) if short > notice else f32(0)


COUNTS = ("obsolescence",)
MONEY_OUT = ("cost_innovation",)


@step
def keep_up(firm, p):
    """What is possible moves on, and each provider follows as far as it does."""
    ours, theirs = (
        gained(p.innovation.investment, p.innovation.progress),
        p.innovation.frontier * p.innovation.rival_keeps_up,
    )
    own = lag_after(firm.obsolescence, p.innovation.frontier, ours)
    rivals = lag_after(firm.rival_obsolescence, p.innovation.frontier, theirs)
    firm.obsolescence, firm.rival_obsolescence = behind_best(own, rivals), behind_best(rivals, own)


@step
def move_on(firm, p):
    """Among several rivals: what is possible moves on, the company follows as far as it does, and may go ahead of it."""
    ours = gained(p.innovation.investment, p.innovation.progress)
    firm.obsolescence = lag_after(firm.obsolescence, p.innovation.frontier, ours)
    firm.best_lag = min(firm.obsolescence, 0.0)


@step
def follow(firm, p):
    """A rival of several follows what is possible as far as it does."""
    theirs = p.innovation.frontier * p.rival.keeps_up
    firm.rival_obsolescence = lag_after(firm.rival_obsolescence, p.innovation.frontier, theirs)
    firm.best_lag = min(firm.best_lag, firm.rival_obsolescence)


@step
def be_measured(firm):
    """The company is measured by the best there is among several."""
    firm.obsolescence = behind_best(firm.obsolescence, firm.best_lag)
    firm.rivals_behind, firm.best_of_rivals = 0.0, 0.0


@step
def measure_rival(firm, p):
    """So is a rival of several."""
    firm.rival_obsolescence = behind_best(firm.rival_obsolescence, firm.best_lag)
    firm.rivals_behind += firm.rival_obsolescence
    firm.best_of_rivals = max(firm.best_of_rivals, standing(p.rival.level, firm.rival_obsolescence))


@step
def anybody_lags(firm, week) -> bool:
    """Whether any provider lags behind what is possible."""
    return firm.obsolescence > 0.0 or rivals_lag(firm, week) > 0.0


@step
def rivals_lag(firm, week) -> float:
    """The lag of the rival, or of all together."""
    return firm.rivals_behind if week.several else firm.rival_obsolescence


@step
def lag_of_own(me, firm) -> float:
    """How far the own provider's product lags behind what is possible."""
    return offered(firm.obsolescence, firm.rival_obsolescence, me.provider == RIVAL)


@step
def known_of_others(me, firm, p, week) -> float:
    """How much more than they get people know that others get, or could."""
    company, rival = standing(p.quality.level, firm.obsolescence), standing(p.rival.level, firm.rival_obsolescence)
    best = max(company, firm.best_of_rivals if week.several else rival)
    better = best - offered(company, rival, me.provider == RIVAL)
    return seen_elsewhere(lag_of_own(me, firm), p.innovation.awareness, better, p.expectation.comparison)


@step
def pay_for_progress(firm, p, count):
    """What the company invests, and how far it lags behind."""
    count.obsolescence += fixed(firm.obsolescence)
    count.cost_innovation += spending(count.customers, 1.0, p.innovation.investment)


EXAMPLES = (
    example(gained, 4.0, 0.05, becomes=0.1, because="twice the gain of an investment of 1"),
    example(gained, 0.0, 0.05, becomes=0.0, because="nothing comes of nothing"),
    example(lag_after, 0.1, 0.08, 0.03, becomes=0.1 + 0.05 * 7 / 365.25, because="a week of 0.05 a year"),
    example(lag_after, 0.0, 0.0, 0.1, becomes=-0.1 * 7 / 365.25, because="ahead of what was possible"),
    example(behind_best, 0.05, -0.1, becomes=0.15, because="the other is ahead of what is possible elsewhere"),
    example(behind_best, -0.1, 0.05, becomes=0.0, because="the best there is"),
    example(behind_best, 0.05, 0.2, becomes=0.05, because="somebody elsewhere is ahead of both"),
    example(standing, 0.8, 0.1, becomes=0.7, because="0.1 behind"),
    example(standing, 0.1, 0.3, becomes=0.0, because="the scale ends at 0"),
    example(seen_elsewhere, 0.1, 0.5, 0.2, 0.1, becomes=0.05, because="half of the lag is seen"),
    example(seen_elsewhere, 0.1, 0.5, 0.2, 0.75, becomes=0.15, because="more is known of the best provider"),
    example(lost_to_lag, 0.08, 0.8, 0.6, 0.05, 0.04, becomes=0.02, because="a quarter of what is missing"),
    example(lost_to_lag, 0.08, 0.8, 0.7, 0.5, 0.04, becomes=0.08, because="the lag explains all of it"),
    example(lost_to_lag, 0.08, 0.8, 0.78, 0.5, 0.04, becomes=0.0, because="0.02 short is not noted"),
)
STEP_EXAMPLES = (
    example_of_step(
        keep_up, firm={"obsolescence": 0.1, "rival_obsolescence": 0.2},
        p={"frontier": 0.3, "investment": 4.0, "progress": 0.05, "rival_keeps_up": 0.5},
        becomes={"firm.obsolescence": 0.1 + 0.2 * 7 / 365.25, "firm.rival_obsolescence": 0.2 + 0.15 * 7 / 365.25},
        because="0.3 a year less 0.05 x 2 of progress; the rival follows half of it",
    ),
    example_of_step(
        keep_up, p={"investment": 4.0, "progress": 0.05}, becomes={"firm.rival_obsolescence": 0.1 * 7 / 365.25},
        because="the company gains 0.05 x 2 a year, and is now what the rival is measured by",
    ),
    example_of_step(
        move_on, p={"investment": 4.0, "progress": 0.05},
        becomes={"firm.obsolescence": -0.1 * 7 / 365.25, "firm.best_lag": -0.1 * 7 / 365.25},
        because="the company gains 0.05 x 2 a year, and goes ahead", rivals=2,
    ),
    example_of_step(
        follow, firm={"rival_obsolescence": [0.2, 0.0]}, p={"frontier": 0.3, "rival.keeps_up": [0.5, 1.0]}, week={"rival": 0},
        becomes={"firm.rival_obsolescence": 0.2 + 0.15 * 7 / 365.25}, because="it follows half of the 0.3", rivals=2,
    ),
    example_of_step(
        be_measured, firm={"obsolescence": 0.05, "best_lag": -0.1, "rivals_behind": 0.3, "best_of_rivals": 0.5},
        becomes={"firm.obsolescence": 0.15, "firm.rivals_behind": 0.0, "firm.best_of_rivals": 0.0}, because="somebody is 0.1 ahead", rivals=2,
    ),
    example_of_step(
        measure_rival, firm={"rival_obsolescence": [0.2, 0.1], "best_lag": -0.1, "rivals_behind": 0.3, "best_of_rivals": 0.5}, week={"rival": 1},
        p={"rival.level": 0.75}, becomes={"firm.rival_obsolescence_2": 0.2, "firm.rivals_behind": 0.5, "firm.best_of_rivals": 0.55},
        because="somebody is 0.1 ahead, and still no rival's product is better", rivals=2,
    ),
    example_of_step(anybody_lags, firm={"rival_obsolescence": 0.1}, becomes={"gives": True}, because="the rival does"),
    example_of_step(rivals_lag, firm={"rivals_behind": 0.25}, becomes={"gives": 0.25}, because="all together", rivals=2),
    example_of_step(
        lag_of_own, me={"provider": RIVAL}, firm={"obsolescence": 0.1, "rival_obsolescence": 0.2}, becomes={"gives": 0.2},
        because="with the rival",
    ),
    example_of_step(
        known_of_others, p={"quality.level": 0.75, "rival.level": 0.8, "expectation.comparison": 0.4}, becomes={"gives": 0.02},
        because="the rival's is better by 0.05",
    ),
    example_of_step(
        known_of_others, firm={"best_of_rivals": 0.85}, me={"provider": RIVAL, "rival": 0}, becomes={"gives": 0.02},
        p={"quality.level": 0.75, "rival.level": [0.8, 0.85], "expectation.comparison": 0.4}, because="that of the second is", rivals=2,
    ),
    example_of_step(
        pay_for_progress, firm={"obsolescence": 0.25}, count={"customers": 1000}, p={"investment": 0.5},
        becomes={"count.obsolescence": FIXED_ONE // 4, "count.cost_innovation": 50_000}, because="1,000 times 0.50",
    ),
)  # fmt: skip
