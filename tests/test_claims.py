"""What the model claims about each policy: pull the lever, and the measure moves the way the claim says, beyond chance.

Each is a paired comparison of 24 replications; the interval of the difference must leave out zero on the right side. Interval
at 95 %, so a claim without any effect would pass once in forty times; seeds are fixed.
"""

import pytest

from sim import compare
from sim.scenario.whole import Scenario, described

MARKET = {
    "weeks": 40,
    "market": {"customers": 600, "prospects": 300, "stands_for": 60},
    "quality": {"error_rate": 0.04},
    "self_checkout": {"visits": 0.2},
}


def market(**sections: object) -> Scenario:
    return described(MARKET).with_(**sections)


CLAIMS = [
    ("S0.2 unable representatives cost trust", {"call_centre": {"skill": 0.4}}, "trust", -1),
    ("S0.2 and customers", {"call_centre": {"skill": 0.4}}, "retention", -1),
    ("S0.4 a level below costs satisfaction", {"quality": {"level": 0.70}}, "satisfaction", -1),
    ("S0.4 erratic quality costs satisfaction at the same level", {"quality": {"spread": 0.15}}, "satisfaction", -1),
    ("S0.5 upselling costs trust", {"upselling": {"attempts": 2.0, "pressure": 0.8}}, "trust", -1),
    ("S0.5 and customers", {"upselling": {"attempts": 4.0, "pressure": 1.0}}, "retention", -1),
    ("S0.6 blaming customers makes grievances last", {"accountability": {"blames": 0.6}}, "grievance", 1),
    ("S0.7 bad quality becomes bad reputation", {"quality": {"level": 0.6}}, "reputation", -1),
    ("S0.7 and bad word of mouth", {"quality": {"level": 0.6}}, "word_of_mouth_negative", 1),
    ("S1.1 too few representatives make people wait", {"call_centre": {"representatives": 3}}, "wait_mean", 1),
    ("S1.1 and hang up", {"call_centre": {"representatives": 3}}, "abandonment", 1),
    ("S1.1 and contacts become an effort", {"call_centre": {"representatives": 3}}, "effort", 1),
    ("S1.8 bad talk makes new customers harder to get", {"quality": {"level": 0.55}}, "joiners", -1),
    (
        "S2.2 a recovery that is owned keeps customers",
        {"accountability": {"acknowledges": 1.0, "apologises": 1.0, "compensates": 3.0, "speed": 1.0}},
        "retention",
        1,
    ),
    ("S3.3 a price rise drives people away for the price", {"pricing": {"list_price": 1.15}}, "left_because_price", 1),
    (
        "S3.3 a discount for newcomers only seems unfair",
        {"pricing": {"newcomer_discount": 0.3}},
        "left_because_price",
        1,
    ),
    ("S3.6 a promise nobody keeps disappoints", {"marketing": {"overpromise": 0.3}}, "left_because_expectation", 1),
    (
        "S4.1 self-checkout moves the work to customers",
        {"self_checkout": {"lanes": 20, "self_lanes": 20}},
        "left_because_convenience",
        1,
    ),
    (
        "S4.2 outsourcing solves less at the first contact",
        {"outsourcing": {"share": 1.0}},
        "first_contact_resolution",
        -1,
    ),
    ("S4.2 and satisfies less", {"outsourcing": {"share": 1.0}}, "satisfaction", -1),
]


@pytest.mark.parametrize(("lever", "measure", "sign"), [c[1:] for c in CLAIMS], ids=[c[0] for c in CLAIMS])
def test_a_claim_holds_beyond_chance(lever: dict[str, object], measure: str, sign: int) -> None:
    assert_moves(measure, sign, market(), market(**lever).with_(name="With the lever"))


def assert_moves(measure: str, sign: int, base: Scenario, other: Scenario) -> None:
    found = compare([base, other], replications=24, seed=11).differences[other.name][measure]
    assert (found.low if sign > 0 else -found.high) > 0, found


def test_upselling_brings_revenue_at_first() -> None:
    assert_moves("revenue", 1, market(weeks=4), market(weeks=4, upselling={"attempts": 1.0}).with_(name="Upselling"))


def test_outsourcing_saves_cost_where_little_goes_wrong() -> None:
    calm = {"quality": {"error_rate": 0.0}}
    assert_moves("cost", -1, market(**calm), market(**calm, outsourcing={"share": 1.0}).with_(name="Outsourced"))


def test_locked_in_customers_stay_without_liking_it() -> None:
    """False loyalty: an exit fee keeps people whose satisfaction it does nothing for."""
    bound = {"traits": {"contract_weeks_left": 60}}
    worse = {"quality": {"level": 0.6}, "customers": bound}
    free, locked = market(**worse, contracts={"exit_fee": 0}), market(**worse, contracts={"exit_fee": 40})
    assert_moves("retention", 1, free, locked.with_(name="Locked in"))
    assert_moves("satisfaction", -1, free, locked.with_(name="Locked in"))


def test_the_newcomers_discount_wins_joiners() -> None:
    assert_moves("joiners", 1, market(), market(pricing={"newcomer_discount": 0.3}).with_(name="Cheaper"))
