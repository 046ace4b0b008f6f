"""Buying now and then: the closed forms against published figures, the model against the closed forms, and files of purchases."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evidence.purchases import HALF, bought, fitted
from evidence.rows import HERE
from scipy import stats
from typer.testing import CliRunner

from sim import compare, run
from sim.cli import app
from sim.data.buying import habit_of, visits_of
from sim.engine.agreement import agree
from sim.engine.compile import week_text
from sim.engine.engine import Engine, Market
from sim.errors import Mistake
from sim.journey import journey
from sim.model.component import builtin, with_used
from sim.model.mechanisms.purchases import NEVER, Purchases
from sim.model.population import plan_people
from sim.model.week import EVERYBODY
from sim.runs.accounts import account
from sim.scenario.model_inputs import ground_of
from sim.scenario.whole import Scenario, described, load
from sim.theory import buying
from sim.theory.buying import Baskets, Buying

PUBLISHED = Buying(0.2426, 4.4136, 0.7929, 2.4259)
"""Fader, Hardie & Lee 2005a, of every tenth customer of CDNOW."""
OF_BASKETS = Baskets(6.25, 3.74, 15.44)
UNMOVED: dict[str, Any] = {"keenness": 0.0, "touchiness": 0.0}
ALIKE: dict[str, Any] = {"basket": 10.0, "basket_shape": 1e6, "customer_shape": 1e6}
"""Each basket is 10.00, so that what is paid tells how many there were."""


def shop(customers: int, weeks: int, sections: dict[str, Any] | None = None, **purchases: float) -> Scenario:
    """Customers who have just bought for the first time, and nobody else."""
    people = {"market": {"customers": customers, "prospects": 0, "stands_for": 1.0}, "network": {"kind": "none"}}
    service = {"self_checkout": {"visits": 0, "lanes": 0}}
    return described(
        {"weeks": weeks, "purchases": {"rate": 0.2} | UNMOVED | purchases, **people, **service, **(sections or {})}
    )


def lived(scenario: Scenario, engine: str = "core", watched: int = -1) -> Market:
    """One replication of it."""
    market = Engine(ground_of(scenario), 1, engine).start(0, watched)
    market.run()
    return market


def weekly(market: Market, count: str) -> np.ndarray:
    """What was counted, week by week."""
    return market.counts[:, market.inputs.model.count(count)]


# ---- the closed forms, against what is published


def test_the_published_customers_are_fitted_as_published() -> None:
    known, found = fitted()
    assert len(known.age) == 2357 and found == pytest.approx(PUBLISHED, abs=2e-3)
    assert buying.log_likelihood(known, found).sum() == pytest.approx(-9582.4, abs=0.05)


def test_the_published_baskets_are_fitted_as_published() -> None:
    repeats, mean = bought().until(HALF).known.history.repeats, bought().until(HALF).known.mean
    some = np.isfinite(mean)
    assert buying.fit_baskets(repeats[some], mean[some]) == pytest.approx(OF_BASKETS, rel=2e-3)
    assert buying.basket_of(2, 22.35, OF_BASKETS) == pytest.approx(24.66, abs=0.01)


def test_one_customers_future_is_as_published() -> None:
    """The customer of the note on BG/NBD in a spreadsheet: two repeats, the last after 30.43 of 38.86 weeks."""
    assert buying.expected_of(39, buying.history(2, 30.43, 38.86), PUBLISHED) == pytest.approx(1.226, abs=5e-4)


def test_what_is_to_come_is_what_all_who_might_be_do_on_average() -> None:
    """Of customers drawn by the model itself, those with a history go on as the closed form says of it."""
    luck, of, n = np.random.default_rng(1), Buying(0.8, 4.0, 1.5, 4.0), 400_000
    rate, chance = luck.gamma(of.r, 1 / of.alpha, n), luck.beta(of.a, of.b, n)
    at, gone, done = np.zeros(n), np.zeros(n, bool), np.zeros((2, n))
    for _ in range(200):
        at += luck.exponential(1 / rate)
        for half in (0, 1):
            done[half] += ~gone & (at > 20 * half) & (at <= 20 * (half + 1))
        gone |= luck.random(n) < chance
    assert done[0].mean() == pytest.approx(float(buying.expected(20, of)), rel=0.01)
    assert done.sum(0).mean() == pytest.approx(float(buying.expected(40, of)), rel=0.01)
    none = buying.history(0, 0, 20)
    assert done[1][done[0] == 0].mean() == pytest.approx(float(buying.expected_of(20, none, of)), rel=0.02)
    assert float((done[0] == 0).mean()) == pytest.approx(1 - float(buying.bought_again(20, of)), rel=0.01)


@pytest.mark.parametrize(
    ("repeats", "recency", "age", "said"),
    [
        (1, 5, 4, "after the time"),
        (0, 1, 4, "do not go together"),
        (-1, 0, 4, "fewer than none"),
        (2, -1, 4, "before the first"),
    ],
)
def test_what_cannot_have_been_is_refused(repeats: float, recency: float, age: float, said: str) -> None:
    with pytest.raises(Mistake, match=said):
        buying.history([0, repeats], [0, recency], [4, age])


def test_where_nobody_bought_again_nothing_is_fitted() -> None:
    with pytest.raises(Mistake, match="nobody bought again"):
        buying.fit(buying.history([0, 0], [0, 0], [4, 9]))


# ---- the model, against the closed forms


def test_whoever_pays_by_the_week_has_nothing_of_it() -> None:
    assert not {"purchases", "revenue_purchases"} & {*builtin().counts} and "bought_in" not in builtin().columns(
        "clock"
    )
    assert "purchases_" not in week_text(builtin()) and described({"purchases": {"pace": 2.0}}).model is builtin()
    used = with_used(builtin(), ("purchases",))
    assert (
        used.counts[: len(builtin().counts)] == builtin().counts
        and described({"purchases": {"rate": 1.0}}).model is used
    )


@pytest.mark.heavy
def test_without_lapses_purchases_are_negative_binomial() -> None:
    weeks, rate, shape = 26, 0.3, 0.8
    market = lived(shop(4000, weeks, rate=rate, rate_shape=shape, lapse=0.0, **ALIKE), watched=EVERYBODY)
    bought_ = market.events[market.events["what"] == market.inputs.model.events.index("buys")]
    many = np.bincount(bought_["person"], np.rint(bought_["amount"] / 1000), 4000).astype(int)
    assert many.sum() == weekly(market, "purchases").sum() and (weekly(market, "lapsed") == 0).all()
    law = stats.nbinom(shape, shape / (shape + rate * weeks))
    edges = np.arange(0, 30)
    expected = np.append(law.pmf(edges), law.sf(29)) * 4000
    found = np.append(np.bincount(np.minimum(many, 30), minlength=31)[:30], (many >= 30).sum())
    assert stats.chisquare(found, expected * found.sum() / expected.sum()).pvalue > 1e-3


@pytest.mark.heavy
def test_purchases_over_time_and_those_who_still_buy_are_as_the_closed_form_says() -> None:
    said = Buying(0.6, 3.0, 0.8, 2.4)
    market = lived(shop(20_000, 52, rate=0.2, rate_shape=0.6, lapse=0.25, lapse_shape=3.2))
    repeats = weekly(market, "repeat_purchases").cumsum() / 20_000
    assert repeats[[3, 12, 25, 51]] == pytest.approx(buying.expected([4, 13, 26, 52], said), rel=0.03)
    again = (market.state().clock[market.inputs.model.row("bought_in")] > 0).mean()
    assert again == pytest.approx(float(buying.bought_again(52, said)), abs=0.012)
    assert weekly(market, "customers")[-1] == 20_000 - weekly(market, "lapsed").sum()
    assert (weekly(market, "leavers_involuntary") == weekly(market, "lapsed")).all()


@pytest.mark.heavy
def test_baskets_are_gamma_gamma() -> None:
    p, q, mean = 6.25, 3.74, 35.0
    market = lived(
        shop(20_000, 20, rate=0.05, rate_shape=1e6, lapse=0.0, basket=mean, basket_shape=p, customer_shape=q),
        watched=EVERYBODY,
    )
    of_people = market.state().number[market.inputs.model.row("basket")].astype(float)
    assert stats.kstest(p / of_people, stats.gamma(q, scale=p / (mean * (q - 1))).cdf).pvalue > 1e-3
    buys = market.events[market.events["what"] == market.inputs.model.events.index("buys")]
    once = buys["amount"] / 100 / of_people[buys["person"]]
    assert once.mean() == pytest.approx(1.0 + 0.05 / 2, abs=0.02)  # now and then somebody buys twice in a week
    law = stats.gamma(p, scale=1 / p)
    assert stats.kstest(once[once < 0.9], lambda spent: law.cdf(spent) / law.cdf(0.9)).statistic < 0.02


@pytest.mark.heavy
@pytest.mark.parametrize(("repeats", "since", "age"), [(0, 30, 30), (1, 35, 39), (4, 3, 39), (4, 30, 39)])
def test_what_a_file_says_customers_did_tells_what_they_will_do(repeats: int, since: int, age: int) -> None:
    said, people = Buying(0.6, 3.0, 0.8, 2.4), 6000
    ground = ground_of(shop(people, 26, rate=0.2, rate_shape=0.6, lapse=0.25, lapse_shape=3.2))
    given = {"tenure": age, "purchases_before": repeats, "weeks_since_last_purchase": since}
    plan = plan_people((people, 0), [{}], [1.0], {name: np.full(people, value, float) for name, value in given.items()})
    market = Engine(replace(ground, plan=plan), 1).start(0)
    still = float((market.state().mark[ground.model.row("provider")] == 0).mean())
    market.run()
    known = buying.history(repeats, age - since, age)
    assert still == pytest.approx(float(buying.still_buys(known, said)), abs=0.03)
    assert weekly(market, "purchases").sum() / people == pytest.approx(
        float(buying.expected_of(26, known, said)), rel=0.04, abs=0.012
    )


def test_all_that_customers_paid_is_in_the_books_once() -> None:
    found = lived(shop(500, 26, rate=0.3, **ALIKE), engine="mesa")
    assert weekly(found, "revenue_purchases").sum() == pytest.approx(1000 * weekly(found, "purchases").sum(), rel=1e-3)
    assert weekly(found, "revenue_service").sum() == 0
    share = found.inputs.policy["quality_cost_share"][0]
    assert weekly(found, "cost_product") == pytest.approx(share * weekly(found, "revenue_purchases"), abs=1)


def test_what_somebody_buys_is_theirs_to_the_cent() -> None:
    found = Engine(ground_of(shop(100, 8, rate=0.3)), 1, "mesa").start(0, EVERYBODY)
    while found.week + 1 < 8:
        found.step()
        bought = found.events[found.events["what"] == found.inputs.model.events.index("buys")]
        paid = np.bincount(bought["person"], bought["amount"], minlength=100) / 100
        np.testing.assert_allclose(account(found).revenue, paid, rtol=1e-6)


@pytest.mark.heavy
def test_the_company_sees_who_bought_lately_and_not_who_has_lapsed() -> None:
    found = lived(shop(4000, 40, rate=0.5, rate_shape=1e6, lapse=0.3, lapse_shape=1e6, active_weeks=13))
    seen, there = weekly(found, "bought_lately"), weekly(found, "customers")
    assert seen[0] == 4000 and seen[12] > there[12] + 500 and abs(seen[-1] - there[-1]) < 0.4 * 4000
    result = run(shop(200, 20, rate=0.3), 2, worlds="none")
    place = result.scenario.model.count("bought_lately")
    assert result.values["active_customers"].tolist() == result.tally[:, -1, place].tolist()


# ---- what the company does, and who comes


@pytest.mark.heavy
def test_what_people_think_moves_how_often_they_buy_and_how_soon_they_lapse() -> None:
    """A product that gets worse is felt only as far as the two settings say."""
    worse = {"changes": {"from week 1": {"quality": {"level": 0.6}}}}
    base = shop(3000, 40, rate=0.3)
    felt = {name: lived(shop(3000, 40, worse, rate=0.3, **UNMOVED | {name: 6.0})) for name in UNMOVED}
    usual = lived(base)
    unmoved = lived(shop(3000, 40, worse, rate=0.3))
    assert (weekly(unmoved, "purchases") == weekly(usual, "purchases")).all()
    assert weekly(felt["keenness"], "purchases").sum() < 0.9 * weekly(usual, "purchases").sum()
    assert weekly(felt["touchiness"], "lapsed").sum() > 1.1 * weekly(usual, "lapsed").sum()
    assert weekly(felt["touchiness"], "leavers_voluntary").sum() > 0 == weekly(unmoved, "leavers_voluntary").sum()


@pytest.mark.heavy
def test_prospects_come_and_the_lapsed_come_back_only_for_an_offer() -> None:
    people = {"market": {"customers": 1000, "prospects": 500, "stands_for": 1.0}, "choice": {"attention": 0.05}}
    coming = lived(shop(1000, 40, people, rate=0.5, lapse=0.4))
    joined = weekly(coming, "joiners").sum()
    bought_in = coming.state().clock[coming.inputs.model.row("bought_in")]
    assert 0 < joined <= 500 and (bought_in == NEVER).sum() >= 500 - joined
    wooed = lived(shop(1000, 40, people | {"winback": {"offers": 0.2}}, rate=0.5, lapse=0.4))
    assert weekly(wooed, "joiners").sum() > joined and weekly(wooed, "won_back").sum() > 0


@pytest.mark.heavy
@pytest.mark.parametrize("name", [each for each in Purchases.model_fields if each != "rate"])
def test_every_setting_moves_something(name: str) -> None:
    other = {"rate_shape": 3.0, "lapse": 0.5, "lapse_shape": 30.0, "basket": 20.0, "basket_shape": 20.0, "customer_shape": 9.0,
             "keenness": 5.0, "touchiness": 9.0, "pace": 2.0, "active_weeks": 3}  # fmt: skip
    moving = {"quality": {"spread": 0.1}}
    usual, moved = (lived(shop(300, 30, moving, **said)) for said in ({}, {name: other[name]}))
    assert not np.array_equal(usual.counts, moved.counts)


@pytest.mark.heavy
def test_both_engines_agree_on_all_of_it() -> None:
    busy = {"market": {"customers": 60, "prospects": 30}, "quality": {"error_rate": 0.1}, "winback": {"offers": 0.3},
            "choice": {"attention": 0.1}, "network": {"kind": "small_world"}}  # fmt: skip
    scenario = shop(60, 12, busy, rate=0.8, keenness=1.0, touchiness=4.0)
    assert agree(ground_of(scenario)) is None


def test_a_journey_tells_of_purchases_and_of_the_last() -> None:
    told = [
        line
        for person in range(12)
        for week in journey(shop(12, 30, rate=0.5, lapse=0.5), person, engine="mesa").weeks
        for line in week.told
    ]
    assert any(line.startswith("They bought for ") for line in told) and any(
        "their last purchase" in line for line in told
    )


@pytest.mark.heavy
def test_a_policy_is_compared_with_the_same_customers() -> None:
    base = shop(800, 30, rate=0.3, touchiness=4.0)
    answer = compare([base, base.with_(name="Better", quality={"level": 0.9})], 8, worlds="none")
    assert answer.differences["Better"]["purchases"].mean > 0


# ---- what cannot be

BUYERS = {"purchases": {"rate": 0.2}}


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        (BUYERS | {"contracts": {"term": 52}}, "contracts.term is 52 weeks, but customers who buy now and then"),
        (BUYERS | {"customers": {"traits": {"spend": 9}}}, "customers.traits.spend says what customers pay a week"),
        (BUYERS | {"deliveries": {"orders": 0.5}}, "deliveries reckons with what customers pay by the week"),
        (BUYERS | {"loyalty_programme": {"rate": 1}}, "loyalty_programme reckons with what customers pay by the week"),
        (BUYERS | {"changes": {"from week 3": {"introductory_price": {"weeks": 4, "price": 0.5}}}}, "introductory_price reckons"),
        (BUYERS | {"products": {"most": 3}}, "products reckons with what customers pay by the week"),
        (BUYERS | {"changes": {"from week 3": {"purchases": {"rate": 0.4}}}}, "purchases.pace makes all buy more or less"),
        ({"changes": {"from week 3": {"purchases": {"rate": 0.4}}}}, "so it cannot change"),
        ({"purchases": {"rate": -1}}, "purchases.rate"),
        ({"purchases": {"basket": 0}}, "purchases.basket"),
    ],
)  # fmt: skip
def test_contradictions_are_refused_with_a_remedy(sections: dict[str, Any], said: str) -> None:
    with pytest.raises(Mistake, match=said.replace(".", r"\.")):
        described({"weeks": 9} | sections)


def test_customers_who_bought_again_before_the_first_day_are_refused(tmp_path: Path) -> None:
    rows = "id,tenure,repeats,since\n1,20,2,5\n2,10,3,30\n"
    (tmp_path / "people.csv").write_text(rows, encoding="utf-8")
    of = {"tenure": "tenure", "purchases_before": "repeats", "weeks_since_last_purchase": "since"}
    people = {"file": "people.csv", "id": "id", "columns": {name: {"column": column} for name, column in of.items()}}
    scenario = described(BUYERS | {"weeks": 4, "customers": people}, folder=tmp_path)
    with pytest.raises(
        Mistake, match="customer 2: weeks_since_last_purchase is 30 and tenure 10.*before their first purchase"
    ):
        ground_of(scenario)


def test_those_who_pay_by_the_week_are_not_compared_with_buyers() -> None:
    with pytest.raises(Mistake, match="say purchases.rate in the first"):
        compare([shop(20, 4), described({"weeks": 4}).with_(name="By the week")], 2)


# ---- from a table of purchases


def new(*words: str, code: int = 0) -> Any:
    """What ``loyalty new`` answers."""
    done = CliRunner().invoke(app, ["new", *words, "--yes", "--json", "--out", "made"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout) if code == 0 else done.stderr


def test_a_table_of_purchases_becomes_customers_who_buy_as_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cdnow.txt").write_bytes(gzip.decompress((HERE / "cdnow.txt.gz").read_bytes()))
    said = new("cdnow.txt")
    known = bought().known
    r, alpha, a, b = buying.fit(known.history)
    now = load("made/today.yaml").parts["purchases"]
    assert isinstance(now, Purchases) and said["company"]["buys"] == "now and then"
    assert (now.rate, now.rate_shape, now.lapse, now.lapse_shape) == pytest.approx(
        (r / alpha, r, a / (a + b), a + b), rel=1e-3
    )
    assert any(line.startswith("Held to itself: fitted to the first 39 weeks it expects 1,65") for line in said["said"])
    text = Path("made/today.yaml").read_text(encoding="utf-8")
    assert "fitted to their purchases by maximum likelihood" in text and "Held to itself" in text
    market = Engine(ground_of(load("made/today.yaml")), 1).start(0)
    still = market.state().mark[market.inputs.model.row("provider"), :2357] == 0
    assert still.mean() == pytest.approx(
        float(buying.still_buys(known.history, Buying(r, alpha, a, b)).mean()), abs=0.03
    )


def table(rows: list[tuple[str, str, float]]) -> str:
    """A table of purchases in the working folder."""
    text = "customer_id,date,amount\n" + "".join(f"{who},{day},{money}\n" for who, day, money in rows)
    Path("purchases.csv").write_text(text, encoding="utf-8")
    return "purchases.csv"


def test_few_customers_tell_how_often_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = new(table([("a", "2024-01-01", 5), ("a", "2024-02-01", 7), ("b", "2024-01-09", 9), ("b", "2024-03-01", -9)]))
    now = load("made/today.yaml").parts["purchases"]
    assert isinstance(now, Purchases) and now.rate > 0 and now.lapse == Purchases().lapse
    assert any("too few to tell, 2 customers of whom 1 bought again" in line for line in said["said"])
    aside = Path("made/set_aside.csv").read_text(encoding="utf-8")
    assert "purchases.csv,5,amount is below 0: what is given back is no purchase" in aside


def test_where_nobody_came_twice_customers_pay_by_the_week(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = new(table([("a", "2024-01-01", 5), ("a", "2024-01-01", 6), ("b", "2024-02-09", 9)]))
    assert any("Nobody bought on a second day" in line for line in said["said"])
    assert load("made/today.yaml").model is builtin()


def test_what_is_bought_on_one_day_is_one_purchase() -> None:
    days = np.array(["2024-01-01", "2024-01-01", "2024-01-08", "2024-01-15"], "datetime64[D]")
    known = visits_of(np.array([1, 1, 1, 0]), days, np.array([5.0, 6, 8, 3]), 3, np.datetime64("2024-01-22")).known
    assert known.who.tolist() == [0, 1] and known.history.repeats.tolist() == [0, 1]
    assert known.history.age.tolist() == [1.0, 3.0] and known.history.recency.tolist() == [0.0, 1.0]
    assert np.isnan(known.mean[0]) and known.mean[1] == 8.0


def test_who_all_buy_alike_and_for_ever_are_found_to_do_so() -> None:
    luck = np.random.default_rng(3)
    gaps = luck.exponential(4.0, (300, 30)).cumsum(axis=1)
    who, place = np.nonzero(np.concatenate([np.zeros((300, 1)), gaps], axis=1) < 52)
    weeks = np.concatenate([np.zeros((300, 1)), gaps], axis=1)[who, place]
    days = np.datetime64("2024-01-01") + (7 * weeks).astype(int)
    habit = habit_of(visits_of(who, days, np.full(len(who), 9.0), 300, np.datetime64("2024-12-30")))
    assert (
        habit is not None and habit.settings["rate"] == pytest.approx(0.25, rel=0.12) and habit.settings["lapse"] < 0.01
    )
    assert habit.settings["rate_shape"] > 5
