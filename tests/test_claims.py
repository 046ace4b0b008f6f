"""What the model claims about each policy: pull the lever, and the measure moves the way the claim says, beyond chance.

Each row of experiments/claims.yaml is a paired comparison of 16 replications; the interval of the difference (95 %) must leave
out zero on the right side, so a claim without any effect would pass once in forty times; seeds are fixed.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from claims_page import LEVER, Claim, claims, settings_told
from claims_page import market as shipped

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
    assert len(rows) == sum(len(claim.shows) for claim in ROWS) + len(ROWS)
    assert all(cell.strip() for row in rows for cell in row.strip("|").split("|"))
    assert "**no**" not in page


@pytest.mark.parametrize("claim", ROWS, ids=lambda claim: claim.name)
def test_every_setting_that_differs_from_the_shipped_ones_is_shown(claim: Claim) -> None:
    """What the page writes beside a claim, laid over nothing at all, is its world; and none of it is what is shipped anyway."""
    assert claim.answer.base.scenario.fingerprint == shipped(**claim.base).fingerprint
    for section, entries in claim.base.items():
        for key, value in (entries if isinstance(entries, dict) else {section: entries}).items():
            less = {name: said for name, said in entries.items() if name != key} if isinstance(entries, dict) else None
            assert shipped(**claim.base | {section: less}).fingerprint != shipped(**claim.base).fingerprint, (
                key,
                value,
            )
    page = (Path(__file__).parent.parent / "docs" / "background" / "claims.md").read_text(encoding="utf-8")
    assert f"| {settings_told(claim.lever)} | {settings_told(claim.base) or 'none'} |" in page


@pytest.mark.parametrize("claim", [claim for claim in ROWS if claim.turns], ids=lambda claim: claim.name)
def test_money_turns_at_the_price_that_the_page_gives(claim: Claim) -> None:
    assert claim.turns is not None
    section, name = claim.turns.setting.split(".")
    for factor, sign in ((0.7, 1), (1.4, -1)):
        base = shipped(**claim.base).with_(**{section: {name: factor * claim.turning}})
        assert_moves("profit", sign, base, base.with_(**claim.lever).with_(name=LEVER))


def test_the_worse_people_are_treated_the_more_a_transparent_world_costs() -> None:
    """S4.6: where reviews are read instead of promises, whoever treats people badly loses more of those who would have come."""
    lost = []
    for level in (0.6, 0.9):
        base = shipped(warm_up=104, weeks=52, quality={"level": level})
        answer = compare([base, base.with_(word_of_mouth={"review_display": 0.6}).with_(name=LEVER)], 16, seed=11)
        hidden, seen = (answer.values(result, "joiners") for result in answer.results)
        lost.append((hidden - seen) / hidden.mean())
    gap = lost[0] - lost[1]
    assert gap.mean() > 3 * gap.std(ddof=1) / 4, lost


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
