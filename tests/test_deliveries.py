"""Orders: they come as promised or not, are judged by the gap, cost what they cost, and are counted whatever becomes of them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.stats import lognorm, norm

from sim import Mistake, load, run
from sim.journey.relive import Event
from sim.journey.telling import sentences
from sim.model.addressing import addressable
from sim.model.behaviour.person import COMPANY
from sim.model.component import builtin, everything
from sim.model.events import Circumstances
from sim.model.mechanisms.deliveries import Deliveries, cost_of_delivery, felt_days, received
from sim.model.parameters import lines
from sim.runs.result import Result
from sim.scenario.whole import Scenario, described

SHOP = {"orders": 0.5, "promised": 4.0, "days": 3.5, "days_spread": 0.5, "sold_out": 0.1, "returned": 0.2}
"""A shop from which everybody orders every other week, and where much goes wrong."""
MARKET = {"customers": 2000, "prospects": 500, "stands_for": 20}


def shop(**settings: Any) -> Scenario:
    """The shop, with these settings of its deliveries on top."""
    return described({"name": "Shop", "weeks": 8, "market": MARKET, "deliveries": SHOP | settings})


def counted(result: Result, name: str) -> int:
    return int(result.tally[..., result.scenario.model.count(name)].sum())


@pytest.fixture(scope="module")
def lived() -> Result:
    return run(shop(), 4)


# ---- what is counted, against what it should be


@pytest.mark.heavy
def test_every_order_comes_or_is_sold_out(lived: Result) -> None:
    weeks = counted(lived, "customers") + counted(lived, "leavers_voluntary")
    orders = counted(lived, "deliveries") + counted(lived, "stock_outs")
    assert orders == pytest.approx(0.5 * weeks, rel=0.02)
    assert counted(lived, "stock_outs") == pytest.approx(0.1 * orders, rel=0.05)
    assert counted(lived, "returns") == pytest.approx(0.2 * counted(lived, "deliveries"), rel=0.05)


@pytest.mark.heavy
@pytest.mark.parametrize("promised", [2.0, 4.0, 8.0])
def test_as_many_are_late_as_a_lognormal_has_beyond_the_promise(promised: float) -> None:
    found = run(shop(promised=promised), 4)
    beyond = lognorm.sf(promised, 0.5, scale=3.5 * np.exp(-0.125))
    share, orders = counted(found, "deliveries_late") / counted(found, "deliveries"), counted(found, "deliveries")
    assert abs(share - beyond) < norm.isf(1e-4) * np.sqrt(beyond * (1 - beyond) / orders)


@pytest.mark.heavy
def test_the_money_is_that_of_the_orders(lived: Result) -> None:
    """Everybody spends 10 a week, so an order every other week is worth 20, of which 45 % are margin."""
    alike = run(shop().with_(customers={"traits": {"spend": 10.0}}), 2)
    assert counted(alike, "cost_delivery") == 500 * counted(alike, "deliveries") + _dearer(alike)
    assert counted(alike, "cost_refunds") == 2000 * counted(alike, "returns")
    assert counted(alike, "revenue_resold") == 880 * counted(alike, "returns")
    assert counted(alike, "cost_returns") == 800 * counted(alike, "returns")
    assert counted(alike, "cost_stock_outs") == 900 * counted(alike, "stock_outs")
    assert not lived.balance().any()


def _dearer(result: Result) -> int:
    """What sooner, less surely and less often there costs beside what is paid for, by hand: halvings of the three."""
    finest = 1 / 128
    first = np.log((1 + finest) / (0.5 + finest))
    ratios = {"faster": 4.0 / 3.5, "surer": 0.4 / 0.5, "stocked": 0.03 / 0.1}
    prices = {"faster": 1.5, "surer": 0.5, "stocked": 0.4}
    each = sum(prices[k] * np.log((1 + finest) / (1 / ratio + finest)) / first for k, ratio in ratios.items())
    return int(np.floor(100 * (5 + each) + 0.5) - 500) * counted(result, "deliveries")


@pytest.mark.parametrize(("lever", "price"), [("days", "faster"), ("days_spread", "surer"), ("sold_out", "stocked")])
def test_better_costs_more_and_each_step_more_than_the_last(lever: str, price: str) -> None:
    known = lines(Deliveries)
    usual = {name: line.default for name, line in known.items()} | {"cost": 50.0}
    values = np.linspace(usual[lever] / 20, usual[lever], 30)
    costs = [cost_of_delivery(SimpleNamespace(deliveries=_settings(usual | {lever: float(v)}))) for v in values]
    assert (np.diff(costs) <= 0).all() and costs[0] > costs[-1] == 5000
    assert (np.diff(costs, 2) >= -2).all()  # whole cents
    free = [
        cost_of_delivery(SimpleNamespace(deliveries=_settings(usual | {lever: v, price: 0.0})))
        for v in map(float, values)
    ]
    assert set(free) == {5000}


def _settings(values: dict[str, float]) -> SimpleNamespace:
    return SimpleNamespace(**{name: np.float32(value) for name, value in values.items()})


# ---- what people make of it


def test_the_first_days_late_hurt_most_and_none_beyond_what_can_be_spoilt() -> None:
    loss = [0.8 - received(felt_days(days, 5.0), 0.0, 0.42, 0.04) for days in range(40)]
    assert (np.diff(loss) >= 0).all() and (np.diff(loss, 2) <= 1e-6).all() and loss[-1] <= 0.42 + 1e-6


def satisfied(**settings: Any) -> float:
    return float(run(shop(**settings), 4).values["satisfaction"].mean())


@pytest.mark.heavy
def test_later_than_promised_is_worse_and_an_early_promise_spoils_the_same_delivery() -> None:
    assert satisfied(promised=8.0) > satisfied(promised=4.0) > satisfied(promised=2.0)
    assert satisfied(days=2.0) > satisfied() > satisfied(days=7.0)
    assert satisfied(lateness_hurts=0.0) > satisfied()


@pytest.mark.heavy
def test_whoever_minds_nothing_is_as_without_orders() -> None:
    """At an order that is as expected, nothing moves: with no weight in satisfaction, orders are a matter of money alone."""
    quiet = {"memory": 0.0, "matter": 0.0, "sooner_appeals": 0.0}
    talk = {"talk": {"event": 0.0}}
    with_them, without = run(shop(**quiet).with_(**talk), 2), run(shop(orders=0.0).with_(**talk), 2)
    for name in ("satisfaction", "trust", "customers", "calls", "leavers_voluntary"):
        np.testing.assert_array_equal(with_them.by_week[name] if name in with_them.by_week else _weekly(with_them, name),
                                      without.by_week[name] if name in without.by_week else _weekly(without, name))  # fmt: skip
    assert counted(with_them, "cost_delivery") > 0 == counted(without, "cost_delivery")


def _weekly(result: Result, name: str) -> np.ndarray:
    return result.tally[..., result.scenario.model.count(name)]


@pytest.mark.heavy
def test_late_orders_make_people_call() -> None:
    assert counted(run(shop(promised=1.0), 4), "calls") > 1.1 * counted(run(shop(promised=1.0, matter=0.0), 4), "calls")


@pytest.mark.heavy
def test_free_returns_are_liked_and_bring_more_back() -> None:
    paid, free = run(shop(), 4), run(shop(free_returns=1.0), 4)
    assert free.values["satisfaction"].mean() > paid.values["satisfaction"].mean()
    assert counted(free, "returns") > 1.15 * counted(paid, "returns")
    assert counted(free, "cost_returns") > counted(paid, "cost_returns")


def joiners(**settings: Any) -> float:
    """How many come while everybody compares all the time."""
    keen = {"choice": {"attention": 0.5, "decided": 0.0}}
    return float(run(shop(memory=0.0, matter=0.0, **settings).with_(**keen), 4).values["joiners"].mean())


@pytest.mark.heavy
def test_a_quick_promise_and_free_returns_win_newcomers() -> None:
    assert (
        joiners(promised=1.0, sooner_appeals=0.02) > joiners(promised=5.0) > joiners(promised=15.0, sooner_appeals=0.02)
    )
    assert joiners(free_returns=1.0, free_returns_appeal=0.1) > joiners()


# ---- as any mechanism


@pytest.mark.heavy
def test_a_journey_tells_what_became_of_each_order() -> None:
    happened = run(shop(promised=2.0), 1).events(
        kinds=["order_came", "order_late", "order_sold_out", "order_sent_back"]
    )
    assert set(happened["what"]) == {"order_came", "order_late", "order_sold_out", "order_sent_back"}
    late = happened[happened["what"] == "order_late"]["amount"]
    assert (late > 0).all()


def test_a_call_about_a_late_order_is_no_second_call() -> None:
    happened = [Event("order_late", 9.3), Event("order_asked", 0.3), Event("solved", 2.0)]
    told = " ".join(sentences(happened, Circumstances(COMPANY, "EUR", {})))
    assert told.startswith(
        "Their order came 9 days later than promised. They decided to ask where it was. They called; somebody"
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("orders: -0.1", "deliveries.orders is -0.1, but must lie between 0 and 1"),
        ("days: 0 days", "deliveries.days is '0 days', but must lie between 0.05 and 120"),
        ("returned: 120%", "deliveries.returned is '120%', but must lie between 0 and 1"),
        ("promise: 3", "did you mean 'promised'"),
    ],
)
def test_what_no_shop_can_do_is_refused_with_its_place(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(f"name: Shop\ndeliveries:\n  {line}\n", encoding="utf-8")
    with pytest.raises(Mistake) as raised:
        load(path)
    assert "shop.yaml, line 3" in str(raised.value) and told in str(raised.value)


def test_a_segment_may_have_deliveries_of_its_own() -> None:
    assert {("deliveries", "orders"), ("deliveries", "promised"), ("products", "offers")} <= addressable(
        everything(builtin())
    )


def test_nothing_is_ordered_unless_it_is_said() -> None:
    usual, ordered = described({"weeks": 2}).model, shop().model
    assert not {"deliveries", "stock_outs", "returns", "cost_delivery"} & set(usual.counts)
    assert {"deliveries", "stock_outs", "returns", "cost_delivery"} <= set(ordered.counts)
