"""Products held, what each customer brings and costs, and those who cost more than they bring."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from worlds import busy

from sim import run
from sim.model.behaviour.person import COMPANY
from sim.runs.result import Result
from sim.scenario.whole import Scenario

pytestmark = pytest.mark.heavy  # products are another week to compile
BANK = {"most": 6, "offers": 1.0, "sells": 0.5, "bought": 4.0, "given_up": 2.0, "cost": 4.0}
EVERYTHING = {
    "fees": {"size": 0.2, "share": 0.2}, "digital_channels": {"offered": 0.5}, "chatbot": {"share": 0.3},
    "retention_offers": {"save_offers": 0.5, "unsolicited": 0.05}, "employee_care": {"turnover": 0.5},
    "choice": {"attention": 0.1, "involuntary": 0.3},
}  # fmt: skip


def bank(**settings: Any) -> Scenario:
    """A busy market with products, and with these settings of them on top."""
    return busy(products=BANK | settings, weeks=16)


def weekly(result: Result, name: str) -> np.ndarray:
    return result.tally[0, :, result.scenario.model.count(name)]


@pytest.fixture(scope="module")
def lived() -> Result:
    return run(bank().with_(**EVERYTHING), 1)


@pytest.fixture(scope="module")
def people(lived: Result) -> pd.DataFrame:
    """Customers at the end of each week, with what they bring and cost."""
    columns = ["provider", "more_products", "spend", "contact_propensity", "revenue", "cost"]
    found = lived.panel(columns=columns)
    return found


def by_week(values: pd.Series) -> np.ndarray:
    return values.groupby(level="week").sum().to_numpy()


def assert_accounts_are_the_books(lived: Result, people: pd.DataFrame) -> None:
    model = lived.scenario.model
    for column, kinds in (("revenue", model.money_in), ("cost", model.money_out)):
        books = sum(weekly(lived, kind) for kind in kinds) / 100
        np.testing.assert_allclose(by_week(people[column]), books, rtol=1e-9)


@pytest.mark.heavy
def test_accounts_of_all_who_order_as_well_are_the_books_of_the_company() -> None:
    orders = {"orders": 0.4, "promised": 3.0, "returned": 0.3, "sold_out": 0.1}
    lived = run(bank().with_(**EVERYTHING, deliveries=orders), 1)
    assert_accounts_are_the_books(lived, lived.panel(columns=["revenue", "cost"]))


def test_accounts_of_all_are_the_books_of_the_company(lived: Result, people: pd.DataFrame) -> None:
    assert_accounts_are_the_books(lived, people)
    never = people["provider"].groupby(level="person").min() != COMPANY
    nothing = people.groupby(level="person")[["revenue", "cost"]].sum().loc[never[never].index[240:]]
    assert (people["revenue"] >= 0).all() and (nothing == 0).all(axis=None)


def test_what_people_pay_is_theirs_to_the_cent() -> None:
    """Where nothing but the service is paid, an account is the bill: spend at the price of the week."""
    plain = run(busy(weeks=5, upselling={"attempts": 0.0}, pricing={"list_price": 1.1, "newcomer_discount": 0.0}), 1)
    people = plain.panel(columns=["provider", "spend", "revenue"])
    mine = people[people["provider"] == COMPANY]
    np.testing.assert_allclose(mine["revenue"], mine["spend"] * 1.1, atol=0.006)


def test_a_product_sold_is_held_until_it_is_given_up_or_its_holder_goes(lived: Result, people: pd.DataFrame) -> None:
    mine = people[people["provider"] == COMPANY]
    np.testing.assert_array_equal(by_week(mine["more_products"] + 1), weekly(lived, "products_held"))
    assert people["more_products"].max() <= 5
    gone = lived.panel(columns=["provider", "more_products", "tenure"])
    assert (gone[gone["tenure"] == 0]["more_products"] == 0).all()


def test_products_bring_by_spend_and_cost_by_how_much_is_asked(lived: Result, people: pd.DataFrame) -> None:
    mine = people[people["provider"] == COMPANY]
    costs = 4.0 * mine["contact_propensity"] / 0.5 * mine["more_products"]
    np.testing.assert_allclose(by_week(costs), weekly(lived, "cost_products") / 100, rtol=1e-3)
    price = 1.0  # some pay less in their first year
    brings = 0.25 * price * mine["spend"] * mine["more_products"]
    assert (by_week(brings) * 100 * 1.001 + 100 >= weekly(lived, "revenue_products")).all()


def is_a_loss(mine: pd.DataFrame) -> pd.Series:
    """Who costs more than they bring: four for each further product of whoever asks as much as most do, by hand."""
    brings = 0.25 * mine["spend"] * mine["more_products"] + 0.45 * mine["spend"]
    return brings < 4.0 * mine["contact_propensity"] / 0.5 * mine["more_products"]


def test_those_who_cost_more_than_they_bring_are_counted() -> None:
    result = run(bank().with_(pricing={"newcomer_discount": 0.0}), 1)
    people = result.panel(columns=["provider", "more_products", "spend", "contact_propensity"])
    losses = by_week(is_a_loss(people) & (people["provider"] == COMPANY))
    assert abs(losses - weekly(result, "unprofitable")).max() <= 1 and losses.sum() > 200  # but for a cent


def test_the_more_products_the_larger_the_share_who_are_a_loss(people: pd.DataFrame) -> None:
    mine = people[people["provider"] == COMPANY]
    more, loss = mine["more_products"], is_a_loss(mine)
    assert loss[more >= 4].mean() > loss[more == 1].mean() >= loss[more == 0].mean() == 0


def test_whoever_trusts_takes_more_and_a_product_ties() -> None:
    trusting, wary = (run(bank(offers=0.0).with_(trust={"starting_gap": gap}), 2) for gap in (0.0, 0.5))
    assert weekly(trusting, "products_sold").sum() > 1.2 * weekly(wary, "products_sold").sum()
    loose, tied = (
        run(bank(tie=tie).with_(choice={"attention": 0.3}), 4).values["leavers_voluntary"] for tie in (0.0, 0.5)
    )
    assert tied.mean() < 0.8 * loose.mean()


def test_what_is_withdrawn_is_neither_paid_nor_served() -> None:
    none = run(bank().with_(changes={"from week 8": {"products": {"most": 1}}}), 1)
    assert weekly(none, "revenue_products")[:8].all() and not weekly(none, "revenue_products")[8:].any()
    assert not weekly(none, "cost_products")[8:].any() and not weekly(none, "products_held")[8:].any()


def test_without_products_nothing_is_held() -> None:
    plain = run(busy(), 1)
    assert not any(
        weekly(plain, name).any() for name in ("products_held", "products_sold", "unprofitable", "revenue_products")
    )
