"""The worth of a customer: the closed form against the sum it stands for, published figures, and counts worked by hand."""

import numpy as np
import pytest
from test_measures import tally

from sim.runs.measures import DISCOUNT, measured
from sim.theory.lifetime_value import lifetime_value


@pytest.mark.parametrize("retention", [0.0, 0.3, 0.9, 0.99])
@pytest.mark.parametrize("discount", [0.001, 0.12])
def test_it_is_the_sum_of_the_discounted_margins(retention: float, discount: float) -> None:
    periods = np.arange(1, 20_000)
    assert lifetime_value(7.0, retention, discount) == pytest.approx(
        np.sum(7.0 * (retention / (1 + discount)) ** periods), rel=1e-9
    )


@pytest.mark.parametrize(("retention", "rise"), [(0.6, 0.199), (0.8, 0.259), (0.85, 0.299), (0.9, 0.366)])
def test_five_points_of_retention_raise_it_as_published(retention: float, rise: float) -> None:
    before, after = (lifetime_value(1.0, r, 0.12) for r in (retention, retention + 0.05))
    assert after / before - 1 == pytest.approx(rise, abs=0.001)


def test_the_measures_are_made_of_margin_and_churn() -> None:
    week = {
        "customers": 100, "joiners": 1, "leavers_voluntary": 1,
        "revenue_service": 50_000, "cost_product": 20_000, "cost_marketing": 9_999,
    }  # fmt: skip
    found = measured(tally(week), 100)
    expected = 3.0 * 0.99 / (1 + DISCOUNT - 0.99)  # 5.00 less 2.00 a customer; advertising is not a cost of serving
    assert found["lifetime_value"] == pytest.approx(expected)
    assert found["customer_equity"] == pytest.approx(100 * expected)
    assert pytest.approx((1 + DISCOUNT) ** (365.25 / 7)) == 1.1


@pytest.mark.parametrize(
    ("counts", "measure", "value"),
    [
        ({"contacts": 4, "cost_calls": 1000}, "cost_per_contact", 2.5),
        ({"solved": 4, "cost_calls": 1000, "cost_compensation": 200}, "cost_per_resolved_issue", 3.0),
        ({"saved": 2, "cost_retention": 900}, "cost_per_customer_kept", 4.5),
        ({"joiners": 4, "cost_marketing": 100, "cost_winback": 60, "cost_referral": 40}, "cost_per_customer_won", 0.5),
        ({"customers_referred": 20, "leavers_referred": 1}, "churn_referred", 0.05),
        ({"customers_advertised": 20, "leavers_advertised": 2}, "churn_advertised", 0.1),
        ({"cost_retention": 900}, "cost_per_customer_kept", np.nan),
        ({"leavers_voluntary": 1}, "lifetime_value", np.nan),
    ],
)
def test_a_cost_for_each_worked_by_hand(counts: dict[str, float], measure: str, value: float) -> None:
    assert measured(tally(counts), 100)[measure] == pytest.approx(value, nan_ok=True)
