"""Points on a card: what is spent earns some, a full card brings a reward, and what is not used within a year lapses.

An example of a mechanism of one's own, outside the package. Whoever has saved up enough is given the reward and is pleased; the
company pays for it. Points lapse 52 weeks after they were earned, which disappoints those who notice. All sizes are assumptions
to try out. Law: points earned are points redeemed, points lapsed and points still on cards.
"""

import numpy as np

from sim.model.behaviour.person import COMPANY
from sim.model.behaviour.satisfaction import remember
from sim.model.columns import Column
from sim.model.examples import example
from sim.model.mechanisms.pricing import cents
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.rules import rule
from sim.model.schedule import Whoever, everybody
from sim.model.steps import clear, step, total

f32 = np.float32
WEEKS = 52
"""How long a point is good for."""


class Points(Parameters):
    rate: float = parameter(
        0.0, "points per currency", 0, 100, "Points for each unit of currency that a customer spends",
        "assumption: there are no cards unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    threshold: float = parameter(
        300.0, "points", 1, 1_000_000, "Points that fill a card, which is then redeemed", "assumption: thirty weeks of an average spend", plausible=CERTAIN)  # fmt: skip
    worth: float = parameter(
        0.05, "currency", 0, 100, "What a redeemed point costs the company", "assumption: a rebate of a twentieth", plausible=CERTAIN)  # fmt: skip
    delight: float = parameter(
        0.95, "scale 0-1", 0, 1, "How good an experience the reward is", "assumption: nearly as good as can be", plausible=(0.85, 1))  # fmt: skip
    disappointment: float = parameter(
        0.3, "scale 0-1", 0, 1, "How good an experience it is to see that points have lapsed", "assumption: rather a bad one", plausible=(0.1, 0.5))  # fmt: skip
    weight: float = parameter(
        0.1, "share", 0, 1, "Weight of either experience in what customers remember", "assumption: as much as two weeks of use", plausible=(0.04, 0.25, "log"))  # fmt: skip
    notice: float = parameter(
        5.0, "points", 0, 1_000_000, "Lapsed points below which nobody notices", "assumption: half of an average week's points", plausible=(1, 20, "log"))  # fmt: skip


NEUTRAL = {"rate": 0.0}
COLUMNS = (Column("points", "number", "Points of each of the last 52 weeks that are still on the card", size=WEEKS),)
COUNTS = {
    "points_earned": "Points that customers earned",
    "points_redeemed": "Points that were redeemed",
    "points_lapsed": "Points that lapsed",
    "rewards": "Cards that were full, and brought a reward",
}
MONEY_OUT = ("cost_rewards",)
EVENTS = {
    "reward": "Their card was full with {:.0f} points, and they got the reward.",
    "points_lapsed": "Of their points {:.0f} lapsed.",
}


@rule
def earned(spend: float, rate: float) -> float:
    """Points for a week's spend: whole ones."""
    return f32(np.int64(spend * rate))


@step
def lapses(me, week) -> bool:
    """Whether somebody has points of 52 weeks ago, whose place those of this week will take."""
    return me.points[week.number] > 0.0


@step
def lapse(me, p, week, count, note):
    """Lose the points of 52 weeks ago, and notice it when they are many."""
    gone = me.points[week.number]
    me.points[week.number] = 0.0
    count.points_lapsed += int(gone)
    note.points_lapsed(gone)
    if gone >= p.points.notice:
        remember(me, p, p.points.disappointment, p.points.weight)


@step
def earn(me, p, week, count):
    """Earn points for what is spent with the company this week."""
    if me.provider == COMPANY:
        me.points[week.number] = earned(me.spend, p.points.rate)
        count.points_earned += int(me.points[week.number])


@step
def has_full_card(me, p) -> bool:
    """Whether a customer has saved up enough for the reward."""
    return me.provider == COMPANY and total(me.points) >= p.points.threshold


@step
def redeem(me, p, count, note):
    """Hand in the full card for the reward."""
    saved = total(me.points)
    clear(me.points)
    count.rewards += 1
    count.points_redeemed += int(saved)
    count.cost_rewards += cents(saved, p.points.worth)
    remember(me, p, p.points.delight, p.points.weight)
    note.reward(saved)


WEEK = {"touch": (Whoever(lapses, lapse), *everybody(earn), Whoever(has_full_card, redeem))}

EXAMPLES = (
    example(earned, 10.0, 1.5, becomes=15.0, because="10 x 1.5"),
    example(earned, 9.9, 1.0, becomes=9.0, because="only whole points"),
    example(earned, 10.0, 0.0, becomes=0.0, because="no cards, no points"),
)
