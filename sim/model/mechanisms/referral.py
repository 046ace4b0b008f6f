"""A reward for bringing friends: satisfied customers talk more, and each friend who comes costs the reward.

Serves S1.8, S1.9. Everybody who joins after hearing good of the company from others counts as brought by them, everybody else as
won by advertising; both carry the mark for as long as they stay. Who came through friends has friends here, and a ``bond`` for
it: of itself, by suiting them better, the product keeps them hardly longer. Sources: Schmitt, Skiera & Van den Bulte 2011
(J. Marketing 75:46-59) and, that it is the friend who binds, Van den Bulte, Bayer, Skiera & Schmitt 2018 (J. Marketing Research
55:132-146). There the bond ends when the friend leaves; here it does not.
"""

from sim.model.columns import Column
from sim.model.examples import example, example_of_step
from sim.model.mechanisms.pricing import cents
from sim.model.parameters import CERTAIN, Parameters, parameter
from sim.model.rules import f32, rule
from sim.model.steps import step

BY_FRIENDS, BY_ADVERTISING = 1, 2
"""Values of ``came_by``; 0 for whoever is not a customer or was one from the start."""


class Referral(Parameters):
    reward: float = parameter(
        0.0, "weeks of spend", 0, 52, "Reward for each friend who joins, in weeks of the friend's spend",
        "assumption: none unless the scenario says so", plausible=CERTAIN)  # fmt: skip
    eagerness: float = parameter(
        0.04, "per week", 0, 1, "Extra chance that a satisfied customer talks for a large reward; half of it for one week of spend",
        "assumption: twice the talk of everyday life; "
        "plausibly half to six times the talk of everyday life", plausible=(0.01, 0.12, "log"))  # fmt: skip
    bond: float = parameter(
        0.05, "share", 0, 3, "Further discount the rival must offer those who came through friends",
        "literature: Schmitt, Skiera & Van den Bulte 2011 (J. Marketing 75(1):46-59): referred customers of a bank leave less, for as "
        "long as they were watched; size assumed: about a sixth less, plausibly 6 to 30 % less", plausible=(0.015, 0.1, "log"))  # fmt: skip


NEUTRAL = {"reward": 0.0, "bond": 0.0}
COLUMNS = (Column("came_by", "mark", "How a customer was won: 1 through friends, 2 through advertising, 0 unknown"),)


@rule
def spurred(chance: float, reward: float, eagerness: float, pleased: bool) -> float:
    """The chance that someone talks this week, given the reward; it moves only those who would speak well."""
    return chance + (eagerness * (reward / (f32(1) + reward)) if pleased else f32(0))


@rule
def attached(reluctance: float, bond: float, came_by: int) -> float:
    """The discount the rival must offer, more for who has friends here."""
    return reluctance + bond if came_by == BY_FRIENDS else reluctance


@rule
def origin(referred: bool) -> int:
    """How a newcomer was won."""
    return BY_FRIENDS if referred else BY_ADVERTISING


COUNTS = ("customers_referred", "customers_advertised", "leavers_referred", "leavers_advertised")
MONEY_OUT = ("cost_referral",)


@step
def be_won(me, p, count, referred: bool, wooed: bool):
    """Join: how one was won is marked, and what was promised for it is paid."""
    me.came_by, me.left_in = origin(referred), 0
    count.won_back += wooed
    count.cost_referral += cents(me.spend, p.referral.reward) if referred else 0
    count.cost_winback += cents(me.spend, p.winback.discount) if wooed else 0


@step
def be_lost(me, count):
    """Be no customer any more: how one had been won is counted, and the mark taken away."""
    count.leavers_referred += me.came_by == BY_FRIENDS
    count.leavers_advertised += me.came_by == BY_ADVERTISING
    me.came_by = 0


@step
def be_counted_by_origin(me, count):
    """How the company's customers were won."""
    count.customers_referred += me.came_by == BY_FRIENDS
    count.customers_advertised += me.came_by == BY_ADVERTISING


EXAMPLES = (
    example(spurred, 0.02, 3.0, 0.04, True, becomes=0.05, because="0.02 and three quarters of 0.04"),
    example(spurred, 0.02, 3.0, 0.04, False, becomes=0.02, because="a reward does not make the cross recommend"),
    example(attached, 0.1, 0.2, 1, becomes=0.3, because="came through friends"),
    example(attached, 0.1, 0.2, 2, becomes=0.1, because="came for the advertising"),
    example(origin, True, becomes=1, because="through friends"),
    example(origin, False, becomes=2, because="through advertising"),
)
STEP_EXAMPLES = (
    example_of_step(
        be_won, True, False, me={"spend": 10.0, "left_in": 4}, p={"reward": 1.5},
        becomes={"came_by": BY_FRIENDS, "left_in": 0, "count.cost_referral": 1500}, because="a week and a half of 10.00",
    ),
    example_of_step(
        be_lost, me={"came_by": BY_FRIENDS}, becomes={"came_by": 0, "count.leavers_referred": 1}, because="came through friends",
    ),
    example_of_step(
        be_counted_by_origin, me={"came_by": BY_ADVERTISING}, becomes={"count.customers_advertised": 1}, because="was advertised to",
    ),
)  # fmt: skip
