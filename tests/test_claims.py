"""What the model claims about each policy: pull the lever, and the measure moves the way the claim says, beyond chance.

Each row of experiments/claims.yaml is a paired comparison of 24 replications; the interval of the difference (95 %) must leave
out zero on the right side, so a claim without any effect would pass once in forty times; seeds are fixed.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from claims_page import Claim, claims

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


ROWS = claims()
NUMBERS = {"S0": 7, "S1": 9, "S2": 6, "S3": 7, "S4": 6}
"""How many claims each source article makes."""


def test_every_claim_of_the_articles_has_a_row() -> None:
    wanted = {f"{article}.{k}" for article, count in NUMBERS.items() for k in range(1, count + 1)}
    assert {claim.number for claim in ROWS} == wanted


@pytest.mark.parametrize("claim", ROWS, ids=lambda claim: claim.name)
def test_a_claim_holds_beyond_chance(claim: Claim) -> None:
    for expected in claim.shows:
        found = claim.difference(expected)
        assert expected.holds(found.low, found.high), f"{expected.measure}: {found.low:.4f} to {found.high:.4f}"


def test_the_page_of_claims_has_no_empty_cell() -> None:
    page = (Path(__file__).parent.parent / "docs" / "background" / "claims.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if re.match(r"\| S\d", line)]
    assert len(rows) == sum(len(claim.shows) for claim in ROWS)
    assert all(cell.strip() for row in rows for cell in row.strip("|").split("|"))
    assert "**no**" not in page


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
