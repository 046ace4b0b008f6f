"""Loyalty programmes and introductory prices: laws, closed forms, that they are not there where they are not used, bad input."""

from __future__ import annotations

import pickle
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

from sim import run
from sim.engine.engine import Engine, Market
from sim.errors import Mistake
from sim.journey.story import journey
from sim.model.behaviour.person import COMPANY
from sim.model.component import builtin, everything, with_rivals
from sim.model.distributions import constant, lognormal, normal, uniform
from sim.model.mechanisms.introductory_price import NOW
from sim.model.mechanisms.loyalty_programme import HIGH, counts_against_leaving, spurred_on
from sim.model.parameters import lines
from sim.model.week import EVERYBODY
from sim.runs.accounts import shared
from sim.runs.comparison import Comparison
from sim.runs.money import kinds
from sim.runs.results import save
from sim.scenario.model_inputs import ground_of
from sim.scenario.points import below
from sim.scenario.whole import Scenario, carrying_alike, described
from sim.scenario.wording import about

POINTS: dict[str, Any] = {"rate": 1.0, "threshold": 60, "reward": 5.0, "period": 4, "discretionary": 0.5}
TRIAL: dict[str, Any] = {"weeks": 4, "price": 0.0}
STATUS = {"status_from": 500.0, "status_after": 3, "status_discount": 0.05, "status_care": 1.0}


def market(**said: Any) -> Scenario:
    """A small market in which people come and go."""
    usual: dict[str, Any] = {
        "weeks": 26, "market": {"customers": 60, "prospects": 60}, "network": {"degree": 4}, "marketing": {"reach": 0.1},
        "choice": {"attention": 0.2, "decided": 1.0, "decisiveness": 2.0, "involuntary": "0.5 per year"},
    }  # fmt: skip
    return described(usual | said)


def lived(scenario: Scenario) -> Market:
    return Engine(ground_of(scenario), 1, "mesa").replicate(0)


def counted(scenario: Scenario) -> dict[str, np.ndarray]:
    """What is counted in each week, by name."""
    return dict(zip(scenario.model.counts, lived(scenario).counts.T, strict=True))


# ---- what is not used is not there


def test_without_a_programme_nobody_carries_or_counts_anything_of_it() -> None:
    assert described({}).model is builtin() and not builtin().used
    used = described({"loyalty_programme": {"rate": 1.0}}).model
    assert used.used == ("loyalty_programme",) and "loyalty_points" in used.names("number")
    assert "trial" not in used.names("mark") and "trials_begun" not in used.counts


@pytest.mark.parametrize(
    "said",
    [
        {"changes": {"from week 3": {"loyalty_programme": {"rate": 1.0}}}},
        {
            "customers": {"segments": {"gold": {"share": 1.0}}},
            "segments": {"gold": {"policy": {"loyalty_programme": {"rate": 1.0}}}},
        },
        {"rules": [{"for": "tenure < 9", "do": {"loyalty_programme": {"rate": 1.0}}}]},
        {"rules": [{"when": "loyalty_rewards > 3", "do": {"call_centre": {"representatives": 3}}}]},
        {"warm_up": {"weeks": 4, "under": {"loyalty_programme": {"rate": 1.0}}}},
    ],
)
def test_whoever_may_ever_meet_a_programme_uses_it(said: dict[str, Any]) -> None:
    assert market(**said).model.used == ("loyalty_programme",)


def test_carrying_what_is_neutral_moves_nothing_else() -> None:
    """Beside a market with both mechanisms, one without is the same, column by column and count by count."""
    off, _ = market(), market(loyalty_programme=POINTS, introductory_price=TRIAL)
    carried, _ = carrying_alike([off, _])
    one, other = lived(off), lived(carried)
    assert carried.model.used and not off.model.used
    for name, column in one.people().items():
        np.testing.assert_array_equal(column, other.people()[name], err_msg=name)
    np.testing.assert_array_equal(one.counts, other.counts[:, [carried.model.count(name) for name in off.model.counts]])


def test_a_model_in_use_is_the_same_in_another_process() -> None:
    for model in (everything(builtin()), with_rivals(everything(builtin()), ("Beta", "Gamma"))):
        assert pickle.loads(pickle.dumps(model)) is model


def test_a_scenario_without_is_compared_with_one_that_has_it(tmp_path: Path) -> None:
    """Of a programme that the base does without, nothing happened there: in measures, in money, in the tables that are kept."""
    off, on = market(name="Off", weeks=8), market(name="On", weeks=8, loyalty_programme=POINTS)
    results = [run(each, 2, engine="mesa") for each in (off, on)]
    answer = Comparison(tuple(results))
    assert (
        not answer.values(results[0], "loyalty_rewards").any()
        and (answer.values(results[1], "loyalty_rewards") > 0).all()
    )
    assert {"cost_loyalty_rewards", "cost_loyalty_programme"} <= {kind.name for kind in kinds(answer, results[1])}
    kept = (
        parquet.read_table(save(results, tmp_path) / "measures.parquet")
        .to_pandas()
        .groupby("scenario")["loyalty_rewards"]
        .sum()
    )
    assert kept["Off"] == 0 < kept["On"]


# ---- laws and closed forms


@pytest.mark.parametrize("more", [{}, {"period": 0}, STATUS])
def test_points_earned_are_redeemed_lapsed_forfeited_or_on_cards(more: dict[str, Any]) -> None:
    found = counted(market(loyalty_programme=POINTS | more))
    names = ("earned", "redeemed", "lapsed", "forfeited")
    earned, *gone = (found[f"loyalty_points_{name}"].cumsum() for name in names)
    np.testing.assert_array_equal(earned - sum(gone), found["loyalty_points_outstanding"])
    assert earned[-1] > 0 and gone[0][-1] > 0 and gone[2][-1] > 0 and bool(gone[1][-1]) == (more.get("period") != 0)


SETTLED: dict[str, Any] = {
    "weeks": 30, "market": {"customers": 10, "prospects": 0}, "network": {"kind": "none"}, "marketing": {"reach": 0.0},
    "rival": {"reach": 0.0}, "customers": {"traits": {"spend": 10.0, "switching_cost": 3.0}}, "choice": {"involuntary": 0.0},
}  # fmt: skip
"""Ten customers who pay 10 a week and stay."""


def test_who_stays_and_spends_the_same_is_rewarded_in_turn() -> None:
    """100 points at 10 a week are full in the tenth week, and then every ten weeks: 30 rewards to ten people in 30 weeks."""
    programme = {"rate": 1.0, "threshold": 100, "reward": 8.0, "reward_cost": 0.5, "period": 26, "running_cost": 0.1}
    found = counted(described(SETTLED | {"loyalty_programme": programme}))
    assert np.flatnonzero(found["loyalty_rewards"]).tolist() == [9, 19, 29] and found["loyalty_rewards"].sum() == 30
    assert found["cost_loyalty_rewards"].sum() == 30 * 400 and not found["loyalty_points_lapsed"].any()
    assert (found["cost_loyalty_programme"] == 100).all()
    assert found["loyalty_liability"].tolist() == [10 * 40 * ((week + 1) % 10) for week in range(30)]


def test_points_that_lapse_before_the_card_is_full_never_pay() -> None:
    """Of 1,000 points at 10 a week somebody has 80 at the most where points lapse every four weeks."""
    found = counted(described(SETTLED | {"loyalty_programme": {"rate": 1.0, "threshold": 1000, "period": 4}}))
    assert not found["loyalty_rewards"].any() and found["loyalty_points_outstanding"].max() == 10 * 80
    assert np.flatnonzero(found["loyalty_points_lapsed"]).tolist() == [8, 12, 16, 20, 24, 28]


def test_additional_sales_leave_their_margin() -> None:
    """Half a card full, and half of 0.25 x 10 more is bought, of which 0.4 is left."""
    programme = {"rate": 1.0, "threshold": 10_000, "period": 0, "discretionary": 1.0}
    found = counted(described(SETTLED | {"loyalty_programme": programme}))
    sales, cost = found["revenue_loyalty_sales"], found["cost_loyalty_sales"]
    assert sales[0] == 0 and (np.diff(sales) >= 0).all() and sales[-1] > 0
    np.testing.assert_allclose(cost[1:], 0.6 * sales[1:], atol=10)


def test_light_buyers_are_spurred_on_more_than_heavy_ones() -> None:
    """As a share of what they buy (Liu 2007): the more somebody buys anyway, the less is added."""
    shares = [float(spurred_on(spend, 0.5, 0.25, 10.0)) / spend for spend in (1.0, 5.0, 10.0, 50.0, 500.0)]
    assert shares == sorted(shares, reverse=True) and shares[2] == pytest.approx(0.125) and shares[-1] < 0.01


def test_a_reward_that_is_near_holds_more_and_one_just_given_nothing() -> None:
    held = [float(counts_against_leaving(full, 52.0, 10.0, 1.0, 0.5)) for full in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert held[0] == 0 and held[-1] == pytest.approx(0.1) and (np.diff(np.diff(held)) > 0).all()


def test_a_trial_costs_what_newcomers_do_not_pay() -> None:
    """Free for four weeks: whoever has stayed for four weeks was billed for none of them; nobody begins twice."""
    found = counted(market(introductory_price=TRIAL))
    begun, over = found["trials_begun"].sum(), found["trials_kept"].sum() + found["trials_lost"].sum()
    assert (
        0 < over <= begun <= found["joiners"].sum()
        and found["trials_kept"].sum() > 0
        and found["trials_lost"].sum() > 0
    )
    half = counted(market(introductory_price=TRIAL | {"price": 0.5}))
    assert found["cost_introductory"].sum() > half["cost_introductory"].sum() > 0


def test_what_a_trial_leaves_out_is_billed_to_nobody() -> None:
    """Among people who all came this week and stay, four weeks' bills are left out, and not one more."""
    said = {
        "market": {"customers": 1, "prospects": 20},
        "weeks": 12,
        "marketing": {"reach": 1.0},
        "choice": {"attention": 1.0},
    }
    found = counted(described(SETTLED | said | {"introductory_price": TRIAL | {"reconsidering": 0.0}}))
    on_trial = np.cumsum(found["trials_begun"] - found["trials_kept"] - found["trials_lost"])
    np.testing.assert_array_equal(found["cost_introductory"], 1000 * on_trial)


def test_what_programmes_cost_is_due_to_those_who_have_them() -> None:
    """A reward to whoever got it, a trial to whoever has it, a status to whoever holds it."""
    scenario = market(introductory_price=TRIAL, loyalty_programme=POINTS | STATUS)
    found = Engine(ground_of(scenario), 1, "mesa").start(0, EVERYBODY)
    for _ in range(26):
        found.step()
        people, told = found.people(), found.events
        got = told["person"][told["what"] == scenario.model.events.index("loyalty_reward")]
        rewarded = np.isin(np.arange(people["provider"].size), got)
        for kind, due in (
            ("cost_introductory", people["trial"] == NOW),
            ("cost_loyalty_status", people["loyalty_status"] == HIGH),
            ("cost_loyalty_rewards", rewarded),
        ):
            shares, here = shared(found, (kind,)), due & ((people["provider"] == COMPANY) | rewarded)
            booked = found.counts[found.week, scenario.model.count(kind)] / 100
            assert shares.sum() == pytest.approx(booked)
            assert not here.any() or not shares[~here].any(), (found.week, kind)
    assert all(counted_in(found, f"cost_{kind}") for kind in ("introductory", "loyalty_status", "loyalty_rewards"))


def counted_in(market: Market, name: str) -> int:
    return int(market.counts[:, market.inputs.model.count(name)].sum())


MOVED = [
    (part, line)
    for part in ("loyalty_programme", "introductory_price")
    for line in lines(builtin().parts[part].parameters).values()  # type: ignore[arg-type]
]
USUAL = {
    "loyalty_programme": POINTS | STATUS | {"status_from": 400.0, "notice": 0.05, "reward": 200.0},
    "introductory_price": TRIAL | {"price": 0.6},
}


@lru_cache
def outcome(part: str, name: str = "", value: float = 0.0) -> bytes:
    """What comes of a busy market with both mechanisms, a setting of one of them being otherwise."""
    said = {each: dict(usual) for each, usual in USUAL.items()}
    if name:
        said[part][name] = value
    run = lived(market(**said, weeks=14, market={"customers": 40, "prospects": 40}, quality={"error_rate": 0.05}))
    return run.counts[:, : len(everything(builtin()).counts)].tobytes() + run.people()["satisfaction"].tobytes()


@pytest.mark.parametrize(("part", "line"), MOVED, ids=lambda each: each if isinstance(each, str) else each.name)
def test_every_setting_moves_something(part: str, line: Any) -> None:
    now = USUAL[part].get(line.name, line.default)
    far = line.low if now - line.low > line.high - now else line.high
    other = line.kind(far if line.high <= 1 else 2 * now + 1 if line.high > 2 * now + 1 else now / 2)
    assert outcome(part, line.name, other) != outcome(part)


# ---- in words


def test_a_journey_tells_of_points_and_of_a_trial() -> None:
    told = "\n".join(
        str(row) for row in journey(described(SETTLED | {"loyalty_programme": POINTS}), 0, engine="mesa").rows
    )
    assert "they were given a reward for 60 points" in told
    newcomer = market(introductory_price=TRIAL, weeks=12)
    found = str(list(journey(newcomer, 61, engine="mesa").rows))
    assert "They began a free trial" in found and "The introductory price ended" in found


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"loyalty_programme": {"rate": 1.0, "reward": 0.0}}, "points bring nothing; say what a full card is worth"),
        ({"loyalty_programme": {"status_from": 100.0}}, "say how many points customers earn"),
        ({"loyalty_programme": {"rate": 1.0, "status_discount": 0.1}}, "say from which yearly spend on"),
        ({"loyalty_programme": {"rate": -1.0}}, "loyalty_programme.rate"),
        ({"introductory_price": {"weeks": 4, "price": 1.0}}, "say what newcomers pay of it"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_remedy(said: dict[str, Any], words: str) -> None:
    with pytest.raises(Mistake, match=words):
        described(said)


def test_points_that_never_pay_are_said_with_a_remedy() -> None:
    """At an average spend of 10 nobody comes to 10,000 points in a year; everybody comes to 100."""
    hopeless = " ".join(about(market(loyalty_programme={"rate": 1.0, "threshold": 10_000})))
    assert "no customer can ever fill a card" in hopeless and "lower loyalty_programme.threshold" in hopeless
    few = " ".join(about(market(loyalty_programme={"rate": 1.0, "threshold": 900})))
    assert "in 100 customers can ever fill a card" in few
    for fine in ({"rate": 1.0, "threshold": 100}, {"rate": 1.0, "threshold": 10_000, "period": 0}, {}):
        assert "ever fill a card" not in " ".join(about(market(loyalty_programme=fine)))


@pytest.mark.parametrize("spread", [constant(5.0), uniform(2.0, 20.0), normal(10.0, 4.0), lognormal(10.0, 5.0)])
def test_the_share_of_people_below_a_value_is_that_of_people_who_are_drawn(spread: Any) -> None:
    kind, first, second = spread.code()
    draw = np.random.default_rng(1)
    bell = draw.normal(first, second, 100_000)
    ways = {
        0: np.full(100_000, first),
        1: first + (second - first) * draw.random(100_000),
        2: bell,
        3: np.exp(np.minimum(bell, 50)),
    }
    people = ways[kind]
    people = people[people >= 0]
    for value in (3.0, 8.0, 15.0):
        assert below(spread, value) == pytest.approx((people < value).mean(), abs=0.01)
